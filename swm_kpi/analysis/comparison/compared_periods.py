"""Which periods a comparison sets against which."""

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

_YEARS = 3
_APRIL = 3


class ComparisonKind(StrEnum):
    """What each row is set against."""

    PREVIOUS_PERIOD = "previous_period"
    """The period of the same length that ends the day before."""
    PREVIOUS_YEAR = "previous_year"
    """The same months of the year before."""
    THREE_YEAR_AVERAGE = "three_year_average"
    """The mean of the same months in each of the three years before."""
    YEAR_TO_DATE = "year_to_date"
    """The financial year up to the end of the period, against the same part of the year before."""
    ROLLING_12 = "rolling_12"
    """The 12 months to the end of the period, against the 12 months before them."""

    @classmethod
    def named(cls, name: str) -> ComparisonKind:
        """Return the comparison of a name.

        Raises:
            RequestError: there is none of that name.
        """
        known = [each.value for each in cls]
        if name not in known:
            said = name if isinstance(name, str) else ""
            raise RequestError(f"There is no comparison {said!r}. {did_you_mean(said, known)}")
        return cls(name)


@dataclass(frozen=True)
class ComparedPeriods:
    """The periods on both sides of a comparison, each side in order of time.

    Attributes:
        now: the periods whose number is compared; more than one are put together.
        before: those it is compared with.
        averaged: whether ``before`` is averaged over its periods, and not put together.
    """

    now: tuple[Period, ...]
    before: tuple[Period, ...]
    averaged: bool = False

    @property
    def spans_the_pandemic(self) -> bool:
        """Whether an earlier period shares a day with April 2020 to March 2021."""
        first, stop = PANDEMIC_YEAR
        return any(each.start < stop and first < each.stop for each in self.before)

    def crosses(self, day: date) -> bool:
        """Say whether something is before a day on one side and on or after it on the other."""
        return self.before[0].start < day < self.now[-1].stop


def window(against: ComparisonKind, period: Period) -> ComparedPeriods | str:
    """Return what a period is set against, or why it cannot be."""
    try:
        return _window(against, period)
    except PeriodError:
        return "what it would be compared with is too long ago to have a period."


def _window(against: ComparisonKind, period: Period) -> ComparedPeriods | str:
    if against is ComparisonKind.PREVIOUS_PERIOD:
        return ComparedPeriods((period,), (period.previous(),))
    if against is ComparisonKind.PREVIOUS_YEAR:
        return ComparedPeriods((period,), (period.year_before(),))
    if against is ComparisonKind.THREE_YEAR_AVERAGE:
        back = [period.year_before()]
        while len(back) < _YEARS:
            back.append(back[-1].year_before())
        return ComparedPeriods((period,), tuple(reversed(back)), averaged=True)
    if against is ComparisonKind.YEAR_TO_DATE:
        if period.grain is Grain.ROLLING_12:
            return "a rolling 12 months is not part of one financial year."
        length = (period.first_month - _APRIL) % 12 // period.grain.months + 1
    else:
        length = 12 // period.grain.months
    now = _run(period, length)
    return ComparedPeriods(now, tuple(each.year_before() for each in now))


def _run(last: Period, length: int) -> tuple[Period, ...]:
    found = [last]
    while len(found) < length:
        found.append(found[-1].previous())
    return tuple(reversed(found))


def labels(periods: Sequence[Period], *, averaged: bool = False) -> str:
    """Name periods as readers do: one, a list that is averaged, or a run from first to last."""
    names = [each.label for each in periods]
    if averaged:
        return f"mean of {', '.join(names[:-1])} and {names[-1]}"
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
