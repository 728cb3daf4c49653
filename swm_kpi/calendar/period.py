"""One period of the financial calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property, total_ordering

from swm_kpi.calendar.days import (
    APRIL,
    FIRST_MONTH,
    FIRST_QUARTER,
    FIRST_YEAR,
    FORMS,
    LAST_MONTH,
    LAST_QUARTER,
    LAST_YEAR,
    MONTH_LABEL,
    WHOLE,
    YEAR_LABEL,
    check_date,
    first_day,
    format_dates,
    format_month_range,
    last_day,
    month_of,
    nearest_start,
    quote,
    two_digits,
)
from swm_kpi.errors import PeriodError
from swm_kpi.vocabulary import Grain


@total_ordering
@dataclass(frozen=True)
class Period:
    """One whole month, quarter, financial year or rolling 12 months, in Europe/London local days.

    Periods sort by start, then by end, then by the name of the grain. ``str`` returns the label.

    Attributes:
        grain: the length of the period.
        start: the first day.
        end: the last day, inclusive.

    Raises:
        PeriodError: the dates are not one whole period of the grain, or are outside the years 1900
            to 2200.
    """

    grain: Grain
    start: date
    end: date

    def __post_init__(self) -> None:
        """Check that the dates are one whole period."""
        _check_is_grain(self.grain)
        for day in (self.start, self.end):
            check_date(day)
        first = nearest_start(self.grain, month_of(self.start))
        whole = first_day(first), last_day(first + self.grain.months - 1)
        if (self.start, self.end) != whole:
            raise PeriodError(
                f"{format_dates(self.start, self.end)} is not one {self.grain}: "
                f"{WHOLE[self.grain]}, and the end is its last day, inclusive. "
                f"Write {format_dates(*whole)}."
            )

    @classmethod
    def parse(cls, label: str) -> Period:
        """Parse one label: ``2024-05``, ``2024/25 Q1``, ``2024/25`` or ``R12 2025-03``.

        Parsing is strict: a stray space, a digit of another alphabet or a second year that does
        not follow the first (``2024/26``) is an error.

        Raises:
            PeriodError: the label has none of the four forms, or is not a real period.
        """
        if not isinstance(label, str):
            raise PeriodError(f"A period label is text, not {quote(label)}. {FORMS}")
        if match := MONTH_LABEL.match(label):
            return cls._from_month_label(label, match)
        if match := YEAR_LABEL.match(label):
            return cls._from_year_label(label, match)
        raise PeriodError(f"{quote(label)} is not a period label. {FORMS}")

    @classmethod
    def from_first_month(cls, grain: Grain, first_month: int) -> Period:
        """Return the period of a grain that starts with a month index (year * 12 + month - 1).

        Raises:
            PeriodError: no period of the grain starts there, or it is outside the years 1900 to
                2200.
        """
        _check_is_grain(grain)
        if type(first_month) is not int:
            raise PeriodError(
                f"A month index is a whole number, not {quote(first_month)}. "
                "Write year * 12 + month - 1, such as 2024 * 12 + 3 for April 2024."
            )
        last_month = first_month + grain.months - 1
        if not FIRST_MONTH <= first_month <= last_month <= LAST_MONTH:
            raise PeriodError(
                f"That {grain} is not wholly within the years {FIRST_YEAR} to {LAST_YEAR}. "
                f"Choose one that starts on or after {FIRST_YEAR}-01-01 "
                f"and ends on or before {LAST_YEAR}-12-31."
            )
        return _cached_period(grain, first_month)

    @property
    def stop(self) -> date:
        """The first day after the period: the end of a half-open interval."""
        return self.end + timedelta(days=1)

    @cached_property
    def first_month(self) -> int:
        """The index of the first month: year * 12 + month - 1."""
        return month_of(self.start)

    @cached_property
    def last_month(self) -> int:
        """The index of the last month: year * 12 + month - 1."""
        return month_of(self.end)

    @cached_property
    def months(self) -> range:
        """The indexes of the period's months, in order."""
        return range(self.first_month, self.last_month + 1)

    @cached_property
    def label(self) -> str:
        """The label, such as ``2024-05``, ``2024/25 Q1``, ``2024/25`` or ``R12 2025-03``."""
        if self.grain is Grain.MONTH:
            return f"{self.start:%Y-%m}"
        if self.grain is Grain.ROLLING_12:
            return f"R12 {self.end:%Y-%m}"
        year, months_into_year = divmod(self.first_month - APRIL, 12)
        financial_year = f"{year}/{two_digits(year + 1)}"
        if self.grain is Grain.YEAR:
            return financial_year
        return f"{financial_year} Q{months_into_year // 3 + 1}"

    @property
    def words(self) -> str:
        """The period in words: ``May 2024``, ``April to June 2024``."""
        if self.grain is Grain.ROLLING_12:
            return f"the 12 months to {format_month_range(self.end, self.end)}"
        return format_month_range(self.start, self.end)

    def previous(self) -> Period:
        """Return the period of the same grain that ends the day before this one starts.

        For rolling 12 months this is the 12 months before, which shares no day with this period.

        Raises:
            PeriodError: that period would start before 1900.
        """
        return Period.from_first_month(self.grain, self.first_month - self.grain.months)

    def year_before(self) -> Period:
        """Return the same months one year earlier. The length of February can differ.

        Raises:
            PeriodError: that period would start before 1900.
        """
        return Period.from_first_month(self.grain, self.first_month - 12)

    def overlaps(self, other: Period) -> bool:
        """Return whether two periods, of any grain, share at least one day.

        Raises:
            PeriodError: ``other`` is not a Period.
        """
        if not isinstance(other, Period):
            raise PeriodError(
                f"Expected a Period, not {quote(other)}. For a label, write Period.parse(label)."
            )
        return self.start < other.stop and other.start < self.stop

    def __lt__(self, other: object) -> bool:
        """Sort by time, whatever the grain."""
        if not isinstance(other, Period):
            return NotImplemented
        return (self.start, self.end, self.grain) < (other.start, other.end, other.grain)

    def __str__(self) -> str:
        """Return the label."""
        return self.label

    @classmethod
    def _from_month_label(cls, label: str, match: re.Match[str]) -> Period:
        year, month = int(match["year"]), int(match["month"])
        if not 1 <= month <= 12:
            form = f"{match['rolling'] or ''}{match['year']}"
            fix = f"Write a month from {form}-01 to {form}-12."
            if month == (year + 1) % 100 and not match["rolling"]:
                fix = f"For the financial year write {year:04d}/{two_digits(year + 1)}."
            raise PeriodError(f"{quote(label)} names month {match['month']}. {fix}")
        last = year * 12 + month - 1
        if match["rolling"]:
            return cls.from_first_month(Grain.ROLLING_12, last - 11)
        return cls.from_first_month(Grain.MONTH, last)

    @classmethod
    def _from_year_label(cls, label: str, match: re.Match[str]) -> Period:
        year = int(match["year"])
        following = two_digits(year + 1)
        if match["next"] != following:
            raise PeriodError(
                f"{quote(label)} is not a financial year: it runs from April to the next March, "
                f"so {year:04d} is followed by {following}. Write {year:04d}/{following}."
            )
        april = year * 12 + APRIL
        if match["quarter"] is None:
            return cls.from_first_month(Grain.YEAR, april)
        quarter = int(match["quarter"])
        if not FIRST_QUARTER <= quarter <= LAST_QUARTER:
            raise PeriodError(
                f"{quote(label)} names quarter {quarter}. Write Q1 for April to June, Q2 for "
                "July to September, Q3 for October to December or Q4 for January to March."
            )
        return cls.from_first_month(Grain.QUARTER, april + 3 * (quarter - 1))


def _check_is_grain(grain: object) -> None:
    if not isinstance(grain, Grain):
        raise PeriodError(
            f"The grain of a Period is a Grain, not {quote(grain)}. "
            "Write Grain.MONTH, Grain.QUARTER, Grain.YEAR or Grain.ROLLING_12."
        )


@cache
def _cached_period(grain: Grain, first_month: int) -> Period:
    """Return a period, created once: there are a few thousand, and they are immutable."""
    return Period(grain, first_day(first_month), last_day(first_month + grain.months - 1))
