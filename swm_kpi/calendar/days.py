"""Days and month indexes: how periods parse, check and format them.

A month index is a whole number: year * 12 + month - 1.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, timedelta

from swm_kpi.errors import PeriodError
from swm_kpi.vocabulary import Grain

LONDON = "Europe/London"
"""The time zone of every period.

A period is half-open in local days: it contains every moment from local midnight at the start of
``Period.start`` up to, and not including, local midnight at the start of ``Period.stop``. A time
with an offset is converted to this zone once, when a table is read. A time without an offset is a
local wall-clock time already. So 23:30 UTC on 30 June belongs to July.
"""

FIRST_YEAR = 1900
"""The earliest calendar year of a period. Systems write earlier dates for missing ones."""

LAST_YEAR = 2200
"""The latest calendar year of a period. Systems write later dates for missing ones."""

NO_DAY, OPEN_START, OPEN_END = date(1, 1, 1), date(1, 1, 2), date(9999, 12, 31)
"""In a table of what is valid when: the day of a row without one, and the ends of what is open.

Every engine and every dialect of SQL has these days.
"""

FIRST_MONTH = FIRST_YEAR * 12
LAST_MONTH = LAST_YEAR * 12 + 11

# The number of months from the start of one period to the start of the next. Rolling windows
# start every month, so their step is not their length.
STEP = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12, Grain.ROLLING_12: 1}

APRIL = 3
FIRST_QUARTER, LAST_QUARTER = 1, 4

WHOLE = {
    Grain.MONTH: "a month runs from its first day to its last",
    Grain.QUARTER: "a quarter is three months from 1 April, 1 July, 1 October or 1 January",
    Grain.YEAR: "a year is a financial year, 1 April to 31 March",
    Grain.ROLLING_12: f"a rolling window is 12 whole calendar months, none before {FIRST_YEAR}",
}

FORMS = (
    "Write 2024-05 for a month, 2024/25 Q1 for a quarter, 2024/25 for a financial year, "
    "or R12 2025-03 for the 12 months to the end of March 2025."
)
TWO_DATES = 'two dates and a grain, such as "2024-04-01", "2025-03-31", grain="quarter"'
GRAINS = tuple(grain.value for grain in Grain)

MONTH_LABEL = re.compile(r"\A(?P<rolling>R12 )?(?P<year>[0-9]{4})-(?P<month>[0-9]{2})\Z")
YEAR_LABEL = re.compile(r"\A(?P<year>[0-9]{4})/(?P<next>[0-9]{2})(?: Q(?P<quarter>[0-9]))?\Z")
ISO_DATE = re.compile(r"\A(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})\Z")

LONGEST_QUOTE = 30


def parse_date(value: object) -> date:
    """Parse a date, or an ISO date as text.

    Raises:
        PeriodError: it is neither, or it is outside the years 1900 to 2200.
    """
    if not isinstance(value, str):
        return check_date(value)
    match = ISO_DATE.match(value)
    if match is None:
        raise PeriodError(
            f"{quote(value)} is not a date. With grain=, give dates: "
            f"a label already has a grain. Write {TWO_DATES}."
        )
    year, month, day = (int(match[part]) for part in ("year", "month", "day"))
    check_year(year, value)
    if not 1 <= month <= 12:
        raise PeriodError(
            f"{quote(value)} names month {match['month']}. "
            f"Write a month from {year}-01 to {year}-12, then the day."
        )
    length = monthrange(year, month)[1]
    if not 1 <= day <= length:
        raise PeriodError(
            f"{quote(value)} is not a day: that month has {length} days. "
            f"Write {year}-{month:02d}-01 for its first day or {year}-{month:02d}-{length} for its "
            "last."
        )
    return date(year, month, day)


def check_date(value: object) -> date:
    """Return a date, checked to be a plain date within the years 1900 to 2200.

    Raises:
        PeriodError: it is not.
    """
    if isinstance(value, datetime):
        raise PeriodError(
            "A period consists of whole days, and this date has a time. "
            "Write the day alone, such as 2024-04-01."
        )
    if not isinstance(value, date):
        raise PeriodError(f"Expected a date, not {quote(value)}. Write a date such as 2024-04-01.")
    check_year(value.year, value.isoformat())
    return value


def check_year(year: int, written: str) -> None:
    """Raise ``PeriodError`` for a year outside 1900 to 2200."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PeriodError(
            f"{written} is outside the years {FIRST_YEAR} to {LAST_YEAR}. "
            f"Write a day from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31."
        )


def nearest_start(grain: Grain, month: int) -> int:
    """Return the first month of the period that contains a month, within 1900 to 2200."""
    lowest = floor(grain, FIRST_MONTH + STEP[grain] - 1)
    highest = floor(grain, LAST_MONTH - grain.months + 1)
    return min(max(floor(grain, month), lowest), highest)


def floor(grain: Grain, month: int) -> int:
    """Return the first month of the period that contains a month."""
    # Months counted from an April: quarters and financial years start at multiples of their step.
    return month - (month - APRIL) % STEP[grain]


def month_of(day: date) -> int:
    """Return the index of a day's month."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    """Return the first day of the month with an index."""
    year, months_into_year = divmod(month, 12)
    return date(year, months_into_year + 1, 1)


def last_day(month: int) -> date:
    """Return the last day of the month with an index."""
    return first_day(month + 1) - timedelta(days=1)


def two_digits(year: int) -> str:
    """Format the last two digits of a year."""
    return f"{year % 100:02d}"


def format_dates(start: date, end: date) -> str:
    """Format two days for a message: ``2024-04-01 to 2024-04-30``."""
    return f"{start.isoformat()} to {end.isoformat()}"


def quote(value: object) -> str:
    """Format an argument for a message: shortened, in ASCII, and only if it is text."""
    if not isinstance(value, str):
        return f"a value of type {type(value).__name__}"
    if len(value) > LONGEST_QUOTE:
        return f"{value[:LONGEST_QUOTE]!a}..."
    return ascii(value)


def format_date(day: date) -> str:
    """Format a day for readers: ``1 April 2024``."""
    return f"{day.day} {day:%B} {day.year}"


def format_month_range(first: date, last: date) -> str:
    """Format a range of whole months for readers: ``April to June 2024``.

    Args:
        first: any day of the first month.
        last: any day of the last month.
    """
    end = f"{last:%B} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return end
    start = f"{first:%B}" if first.year == last.year else f"{first:%B} {first.year}"
    return f"{start} to {end}"
