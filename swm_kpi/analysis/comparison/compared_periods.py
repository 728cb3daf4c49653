"""The kinds of comparison, and the periods that each one compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from swm_kpi.calendar import Period
from swm_kpi.errors import PeriodError, RequestError, did_you_mean
from swm_kpi.vocabulary import Grain

PANDEMIC_YEAR = date(2020, 4, 1), date(2021, 4, 1)
"""The financial year of the COVID-19 restrictions: its first day, and the first day after it."""

_YEARS_IN_AVERAGE = 3
_FIRST_MONTH_OF_YEAR = 3
"""April, where months are counted from 0."""


class ComparisonKind(StrEnum):
    """What each row is compared with."""

    PREVIOUS_PERIOD = "previous_period"
    """The period of the same length that ends the day before this one starts."""
    PREVIOUS_YEAR = "previous_year"
    """The same months one year before."""
    THREE_YEAR_AVERAGE = "three_year_average"
    """The mean of the same months in each of the three years before."""
    YEAR_TO_DATE = "year_to_date"
    """The financial year to the end of the period, with the same part of the year before."""
    ROLLING_12 = "rolling_12"
    """The 12 months to the end of the period, with the 12 months before them."""

    @classmethod
    def parse(cls, name: str) -> ComparisonKind:
        """Return the kind of comparison with this name.

        Raises:
            RequestError: no kind has this name.
        """
        known = [kind.value for kind in cls]
        if name not in known:
            text = name if isinstance(name, str) else ""
            raise RequestError(f"There is no comparison {text!r}. {did_you_mean(text, known)}")
        return cls(name)


@dataclass(frozen=True)
class ComparedPeriods:
    """The periods on both sides of a comparison, each side in order of time.

    Attributes:
        current: the periods that are compared; several are pooled.
        previous: the periods they are compared with; several are pooled or averaged.
        is_average: whether ``previous`` is averaged over its periods instead of pooled.
    """

    current: tuple[Period, ...]
    previous: tuple[Period, ...]
    is_average: bool = False

    @property
    def includes_pandemic(self) -> bool:
        """Whether an earlier period shares a day with April 2020 to March 2021."""
        first, stop = PANDEMIC_YEAR
        return any(period.start < stop and first < period.stop for period in self.previous)

    def spans(self, day: date) -> bool:
        """Return whether the periods lie on both sides of the start of a day."""
        return self.previous[0].start < day < self.current[-1].stop


def compared_periods(kind: ComparisonKind, period: Period) -> ComparedPeriods | str:
    """Return the periods to compare for one period, or the reason why there are none."""
    try:
        return _compared_periods(kind, period)
    except PeriodError:
        return "the earlier period is before the first supported year."


def _compared_periods(kind: ComparisonKind, period: Period) -> ComparedPeriods | str:
    if kind is ComparisonKind.PREVIOUS_PERIOD:
        return ComparedPeriods((period,), (period.previous(),))
    if kind is ComparisonKind.PREVIOUS_YEAR:
        return ComparedPeriods((period,), (period.year_before(),))
    if kind is ComparisonKind.THREE_YEAR_AVERAGE:
        years = [period.year_before()]
        while len(years) < _YEARS_IN_AVERAGE:
            years.append(years[-1].year_before())
        return ComparedPeriods((period,), tuple(reversed(years)), is_average=True)
    if kind is ComparisonKind.YEAR_TO_DATE:
        if period.grain is Grain.ROLLING_12:
            return "a rolling 12 months is not part of one financial year."
        length = (period.first_month - _FIRST_MONTH_OF_YEAR) % 12 // period.grain.months + 1
    else:
        length = 12 // period.grain.months
    current = _consecutive(period, length)
    return ComparedPeriods(current, tuple(period.year_before() for period in current))


def _consecutive(last: Period, length: int) -> tuple[Period, ...]:
    """Return the consecutive periods that end with ``last``."""
    periods = [last]
    while len(periods) < length:
        periods.append(periods[-1].previous())
    return tuple(reversed(periods))


def periods_label(periods: Sequence[Period], *, is_average: bool = False) -> str:
    """Return a label: one period, the list that is averaged, or the first and last of a run."""
    labels = [period.label for period in periods]
    if is_average:
        return f"mean of {', '.join(labels[:-1])} and {labels[-1]}"
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"
