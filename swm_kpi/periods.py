"""The financial calendar: whole periods, their labels, and the two ways of asking for them.

A year is a financial year, April to March. Every label is made from dates, so a label can never
disagree with the days it stands for.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import total_ordering

from swm_kpi.errors import PeriodError, did_you_mean
from swm_kpi.vocabulary import Grain

LONDON = "Europe/London"
"""The time zone of every period.

A period is half-open in local days: it holds each moment from local midnight at the start of
``Period.start`` up to, and not including, local midnight at the start of ``Period.stop``. A time
with an offset is converted to this zone once, where data enter; a time without one is already
local wall clock. So 23:30 UTC on 30 June belongs to July.
"""

FIRST_YEAR = 1900
"""The earliest calendar year a period may touch; earlier dates are stand-ins for missing ones."""

LAST_YEAR = 2200
"""The latest calendar year a period may touch; later dates are stand-ins for missing ones."""

_FIRST_MONTH = FIRST_YEAR * 12
_LAST_MONTH = LAST_YEAR * 12 + 11

# Months from one period's start to the next. Rolling windows start every month, which is why
# their step is not their length.
_STEP = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12, Grain.ROLLING_12: 1}

_APRIL = 3
_FIRST_QUARTER, _LAST_QUARTER = 1, 4

_WHOLE = {
    Grain.MONTH: "a month runs from its first day to its last",
    Grain.QUARTER: "a quarter is three months from 1 April, 1 July, 1 October or 1 January",
    Grain.YEAR: "a year is a financial year, 1 April to 31 March",
    Grain.ROLLING_12: f"a rolling window is 12 whole calendar months, none before {FIRST_YEAR}",
}

_FORMS = (
    "Write 2024-05 for a month, 2024/25 Q1 for a quarter, 2024/25 for a financial year, "
    "or R12 2025-03 for the 12 months to the end of March 2025."
)
_TWO_DATES = 'two dates and a grain, such as "2024-04-01", "2025-03-31", grain="quarter"'
_GRAINS = tuple(grain.value for grain in Grain)

_MONTH_LABEL = re.compile(r"\A(?P<rolling>R12 )?(?P<year>[0-9]{4})-(?P<month>[0-9]{2})\Z")
_YEAR_LABEL = re.compile(r"\A(?P<year>[0-9]{4})/(?P<next>[0-9]{2})(?: Q(?P<quarter>[0-9]))?\Z")
_ISO_DATE = re.compile(r"\A(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})\Z")

_LONGEST_QUOTE = 30


@total_ordering
@dataclass(frozen=True)
class Period:
    """One whole month, quarter, financial year or rolling 12 months, in Europe/London local days.

    Periods sort by start, then by end, then by the name of the grain. ``str`` gives the label.

    Attributes:
        grain: how long the period is.
        start: its first day.
        end: its last day, inclusive.

    Raises:
        PeriodError: if the dates are not one whole period of the grain, or lie outside the years
            1900 to 2200.
    """

    grain: Grain
    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse to exist unless whole."""
        _check_is_grain(self.grain)
        for day in (self.start, self.end):
            _check_date(day)
        first = _nearest_start(self.grain, _month_of(self.start))
        whole = _first_day(first), _last_day(first + self.grain.months - 1)
        if (self.start, self.end) != whole:
            raise PeriodError(
                f"{_span(self.start, self.end)} is not one {self.grain}: {_WHOLE[self.grain]}, "
                f"and the end is its last day, inclusive. Write {_span(*whole)}."
            )

    @classmethod
    def parse(cls, label: str) -> Period:
        """Read one label: ``2024-05``, ``2024/25 Q1``, ``2024/25`` or ``R12 2025-03``.

        Nothing is guessed or tidied: a stray space, another alphabet's digits or a year that does
        not follow on (``2024/26``) is refused.

        Raises:
            PeriodError: if the label is not one of the four forms, or names no real period.
        """
        if not isinstance(label, str):
            raise PeriodError(f"A period label is text, not {_quoted(label)}. {_FORMS}")
        if found := _MONTH_LABEL.match(label):
            return cls._of_month(label, found)
        if found := _YEAR_LABEL.match(label):
            return cls._of_financial_year(label, found)
        raise PeriodError(f"{_quoted(label)} is not a period label. {_FORMS}")

    @classmethod
    def from_first_month(cls, grain: Grain, first_month: int) -> Period:
        """Return the period of a grain that starts with a month index (year * 12 + month - 1).

        Raises:
            PeriodError: if no period of the grain starts there, or it leaves the years 1900 to
                2200.
        """
        _check_is_grain(grain)
        if type(first_month) is not int:
            raise PeriodError(
                f"A month index is a whole number, not {_quoted(first_month)}. "
                "Write year * 12 + month - 1, such as 2024 * 12 + 3 for April 2024."
            )
        last_month = first_month + grain.months - 1
        if not _FIRST_MONTH <= first_month <= last_month <= _LAST_MONTH:
            raise PeriodError(
                f"That {grain} is not wholly within the years {FIRST_YEAR} to {LAST_YEAR}. "
                f"Choose one that starts on or after {FIRST_YEAR}-01-01 "
                f"and ends on or before {LAST_YEAR}-12-31."
            )
        return cls(grain, _first_day(first_month), _last_day(last_month))

    @property
    def stop(self) -> date:
        """The first day after the period: its half-open end."""
        return self.end + timedelta(days=1)

    @property
    def first_month(self) -> int:
        """Index of the first month: year * 12 + month - 1."""
        return _month_of(self.start)

    @property
    def last_month(self) -> int:
        """Index of the last month: year * 12 + month - 1."""
        return _month_of(self.end)

    @property
    def months(self) -> range:
        """Indexes of the period's months, in order."""
        return range(self.first_month, self.last_month + 1)

    @property
    def label(self) -> str:
        """The period as it is written everywhere: generated from its dates."""
        if self.grain is Grain.MONTH:
            return f"{self.start:%Y-%m}"
        if self.grain is Grain.ROLLING_12:
            return f"R12 {self.end:%Y-%m}"
        year, months_into_year = divmod(self.first_month - _APRIL, 12)
        financial_year = f"{year}/{_two_digits(year + 1)}"
        if self.grain is Grain.YEAR:
            return financial_year
        return f"{financial_year} Q{months_into_year // 3 + 1}"

    def previous(self) -> Period:
        """Return the period of the same grain that ends the day before this one starts.

        For rolling 12 months it is the 12 months before, which shares no day with this one.

        Raises:
            PeriodError: if that period would start before 1900.
        """
        return Period.from_first_month(self.grain, self.first_month - self.grain.months)

    def year_before(self) -> Period:
        """Return the same months one year earlier; February keeps its own length of days.

        Raises:
            PeriodError: if that period would start before 1900.
        """
        return Period.from_first_month(self.grain, self.first_month - 12)

    def overlaps(self, other: Period) -> bool:
        """Say whether the two periods, of any grain, share at least one day.

        Raises:
            PeriodError: if ``other`` is not a Period.
        """
        if not isinstance(other, Period):
            raise PeriodError(
                f"A period overlaps a Period, not {_quoted(other)}. "
                "Write Period.parse(...) around a label."
            )
        return self.start < other.stop and other.start < self.stop

    def __lt__(self, other: object) -> bool:
        """Sort in the order of time, whatever the grain."""
        if not isinstance(other, Period):
            return NotImplemented
        return (self.start, self.end, self.grain) < (other.start, other.end, other.grain)

    def __str__(self) -> str:
        """Return the label."""
        return self.label

    @classmethod
    def _of_month(cls, label: str, found: re.Match[str]) -> Period:
        year, month = int(found["year"]), int(found["month"])
        if not 1 <= month <= 12:
            form = f"{found['rolling'] or ''}{found['year']}"
            fix = f"Write a month from {form}-01 to {form}-12."
            if month == (year + 1) % 100 and not found["rolling"]:
                fix = f"For the financial year write {year:04d}/{_two_digits(year + 1)}."
            raise PeriodError(f"{_quoted(label)} names month {found['month']}. {fix}")
        last = year * 12 + month - 1
        if found["rolling"]:
            return cls.from_first_month(Grain.ROLLING_12, last - 11)
        return cls.from_first_month(Grain.MONTH, last)

    @classmethod
    def _of_financial_year(cls, label: str, found: re.Match[str]) -> Period:
        year = int(found["year"])
        following = _two_digits(year + 1)
        if found["next"] != following:
            raise PeriodError(
                f"{_quoted(label)} does not name a financial year: it runs from April to the next "
                f"March, so {year:04d} is followed by {following}. Write {year:04d}/{following}."
            )
        april = year * 12 + _APRIL
        if found["quarter"] is None:
            return cls.from_first_month(Grain.YEAR, april)
        quarter = int(found["quarter"])
        if not _FIRST_QUARTER <= quarter <= _LAST_QUARTER:
            raise PeriodError(
                f"{_quoted(label)} names quarter {quarter}. Write Q1 for April to June, Q2 for "
                "July to September, Q3 for October to December or Q4 for January to March."
            )
        return cls.from_first_month(Grain.QUARTER, april + 3 * (quarter - 1))


def periods(*labels_or_bounds: str | date, grain: Grain | str | None = None) -> tuple[Period, ...]:
    """Name the periods a computation is to answer for.

    Two forms. With a grain, the first and the last day (both inclusive, as ``date`` or ISO text)
    give every period between them, in order, without gap or overlap; for ``rolling_12`` they give
    one 12-month window ending with each month between them. Without a grain, labels give those
    periods in the order written, of any mixture of grains::

        periods("2024-04-01", "2025-03-31", grain="quarter")
        periods("2024/25 Q1", "2024/25", "2024-05", "R12 2025-03")

    Args:
        labels_or_bounds: labels, or the first and the last day.
        grain: ``month``, ``quarter``, ``year`` or ``rolling_12``; only with dates.

    Raises:
        PeriodError: if anything given is not a label or a day, the days are backwards or are not
            whole periods, the grain is unknown, the two forms are mixed, a label is repeated, or
            a period leaves the years 1900 to 2200.
    """
    if grain is not None:
        return _between(labels_or_bounds, _check_grain(grain))
    if not labels_or_bounds:
        raise PeriodError(f"No period was given. {_FORMS}")
    dates = sum(_is_written_as_date(each) for each in labels_or_bounds)
    if dates == len(labels_or_bounds):
        raise PeriodError(f"Dates do not say how long a period is. Write {_TWO_DATES}.")
    if dates:
        raise PeriodError(f"Labels and dates were mixed. Write only labels, or {_TWO_DATES}.")
    found: dict[Period, None] = {}
    for each in labels_or_bounds:
        if not isinstance(each, str):
            raise PeriodError(f"A label or a date is needed, not {_quoted(each)}. {_FORMS}")
        period = Period.parse(each)
        if period in found:
            raise PeriodError(f"The period {period} was given twice. Write it once.")
        found[period] = None
    return tuple(found)


def _between(bounds: tuple[object, ...], grain: Grain) -> tuple[Period, ...]:
    if len(bounds) != 2:
        raise PeriodError(f"A grain goes with two dates; {len(bounds)} given. Write {_TWO_DATES}.")
    start, end = (_read_date(bound) for bound in bounds)
    # A rolling window is asked for by its last month, so its bounds do not reach back to its start.
    lead = grain.months - _STEP[grain]
    first, last = (
        _nearest_start(grain, _month_of(day) - lead) for day in _likely_meant(start, end)
    )
    whole = _first_day(first + lead), _last_day(last + grain.months - 1)
    if end < start:
        raise PeriodError(
            f"The first day, {start}, is after the last, {end}: the earlier day comes first and "
            f"both are included. Write {_span(*whole)}."
        )
    if (start, end) != whole:
        raise PeriodError(
            f"{_span(start, end)} is not made of whole periods: {_WHOLE[grain]}, and both days are "
            f"included. Write {_span(*whole)}."
        )
    starts = range(_month_of(start) - lead, _month_of(end) - lead + 1, _STEP[grain])
    return tuple(Period.from_first_month(grain, month) for month in starts)


def _likely_meant(start: date, end: date) -> tuple[date, date]:
    """Undo the two usual slips before suggesting a fix: backwards, and a half-open end."""
    start, end = min(start, end), max(start, end)
    if end.day == 1 and start < end:
        return start, end - timedelta(days=1)
    return start, end


def _check_grain(grain: object) -> Grain:
    if isinstance(grain, Grain):
        return grain
    if not isinstance(grain, str):
        raise PeriodError(f"A grain is text, not {_quoted(grain)}. {did_you_mean('', _GRAINS)}")
    if grain not in _GRAINS:
        suggestion = did_you_mean(grain[:_LONGEST_QUOTE], _GRAINS)
        raise PeriodError(f"There is no grain {_quoted(grain)}. {suggestion}")
    return Grain(grain)


def _check_is_grain(grain: object) -> None:
    if not isinstance(grain, Grain):
        raise PeriodError(
            f"The grain of a Period is a Grain, not {_quoted(grain)}. "
            "Write Grain.MONTH, Grain.QUARTER, Grain.YEAR or Grain.ROLLING_12."
        )


def _is_written_as_date(value: object) -> bool:
    if isinstance(value, str):
        return _ISO_DATE.match(value) is not None
    return isinstance(value, date) and not isinstance(value, datetime)


def _read_date(value: object) -> date:
    if not isinstance(value, str):
        return _check_date(value)
    found = _ISO_DATE.match(value)
    if found is None:
        raise PeriodError(
            f"{_quoted(value)} is not a date, and with a grain only dates are taken: "
            f"a label has a grain of its own. Write {_TWO_DATES}."
        )
    year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    _check_year(year, value)
    if not 1 <= month <= 12:
        raise PeriodError(
            f"{_quoted(value)} names month {found['month']}. "
            f"Write a month from {year}-01 to {year}-12, then the day."
        )
    length = monthrange(year, month)[1]
    if not 1 <= day <= length:
        raise PeriodError(
            f"{_quoted(value)} is not a day of the calendar: that month has {length} days. "
            f"Write {year}-{month:02d}-01 for its first day or {year}-{month:02d}-{length} for its "
            "last."
        )
    return date(year, month, day)


def _check_date(value: object) -> date:
    if isinstance(value, datetime):
        raise PeriodError(
            "A period is made of whole days, and a date with a time was given. "
            "Write the day alone, such as 2024-04-01."
        )
    if not isinstance(value, date):
        raise PeriodError(f"A date is needed, not {_quoted(value)}. Write one such as 2024-04-01.")
    _check_year(value.year, value.isoformat())
    return value


def _check_year(year: int, written: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PeriodError(
            f"{written} is outside the years {FIRST_YEAR} to {LAST_YEAR}. "
            f"Write a day from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31."
        )


def _nearest_start(grain: Grain, month: int) -> int:
    """Return the first month of the period that holds a month, kept within the known years."""
    lowest = _floor(grain, _FIRST_MONTH + _STEP[grain] - 1)
    highest = _floor(grain, _LAST_MONTH - grain.months + 1)
    return min(max(_floor(grain, month), lowest), highest)


def _floor(grain: Grain, month: int) -> int:
    # Counting from an April puts the starts of months, quarters and financial years on multiples.
    return month - (month - _APRIL) % _STEP[grain]


def _month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_day(month: int) -> date:
    year, months_into_year = divmod(month, 12)
    return date(year, months_into_year + 1, 1)


def _last_day(month: int) -> date:
    return _first_day(month + 1) - timedelta(days=1)


def _two_digits(year: int) -> str:
    return f"{year % 100:02d}"


def _span(start: date, end: date) -> str:
    return f"{start.isoformat()} to {end.isoformat()}"


def _quoted(value: object) -> str:
    """Show what was written, shortened and with odd characters made visible; never other data."""
    if not isinstance(value, str):
        return f"a value of type {type(value).__name__}"
    if len(value) > _LONGEST_QUOTE:
        return f"{value[:_LONGEST_QUOTE]!a}..."
    return ascii(value)
