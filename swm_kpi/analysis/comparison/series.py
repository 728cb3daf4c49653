"""The numbers of one series of a result, and how much it varies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from swm_kpi.analysis.comparison.pooling import RowNumbers
from swm_kpi.calendar import Period
from swm_kpi.measures import Additivity, ChangeTest, Measure, ResultColumn
from swm_kpi.model.metric import Break
from swm_kpi.vocabulary import Grain, Marker

if TYPE_CHECKING:
    from swm_kpi.statistics import Dispersion
    from swm_kpi.statistics.validate_args import Array

_PERIODS_IN_YEAR = {Grain.MONTH: 12, Grain.QUARTER: 4}
_LATEST_MONTHS = 3
_Z = 1.959963984540054
_NOT_USED = (Marker.PROVISIONAL, Marker.LOW_RELIABILITY, Marker.CONFIDENTIAL)
_FEWEST_DAYS = 1.0


@dataclass(frozen=True)
class Variation:
    """How much a series varies beyond its sampling model, its trend and its season.

    Attributes:
        dispersion: of the series, in units of the values squared where there is no sampling model.
            The degrees of freedom are 0 where there are too few periods to estimate it.
        within_seasons: the dispersion of one time of year from year to year.
        autocorrelation: the correlation of neighbouring periods; 0 where it may be chance.
        is_seasonal: whether the series follows the time of year.
    """

    dispersion: tuple[float, float] = (1.0, 0.0)
    within_seasons: tuple[float, float] = (1.0, 0.0)
    autocorrelation: float = 0.0
    is_seasonal: bool = False

    @property
    def is_estimated(self) -> bool:
        """Whether there are enough periods to estimate the dispersion."""
        return self.dispersion[1] > 0

    def of_sum(self, count: int, *, is_same_season: bool) -> tuple[float, float]:
        """Return the dispersion of a sum of several consecutive periods, and its degrees.

        Source: the variance of a sum of a first-order autoregressive series, as in G. E. P. Box, G.
        M. Jenkins and G. C. Reinsel, *Time series analysis* (3rd edition, 1994), section 2.1.5.
        """
        rho = self.autocorrelation
        overlap = sum((1 - lag / count) * rho**lag for lag in range(1, count))
        factor, degrees = self.within_seasons if is_same_season else self.dispersion
        return factor * max(1.0, 1 + 2 * overlap), degrees


@dataclass(frozen=True)
class Series:
    """The rows of one measure and member at one grain.

    Attributes:
        measure: the measure.
        change_test: how its changes are tested.
        no_test_reason: why there is no test of chance; empty if there is one.
        grain: the length of the periods.
        breaks: the days across which nothing is compared.
        rows: the period and the numbers of each row, by first day, in order of time.
    """

    measure: Measure
    change_test: ChangeTest
    no_test_reason: str
    grain: Grain
    breaks: tuple[Break, ...]
    rows: Mapping[date, tuple[Period, RowNumbers]]

    @cached_property
    def latest_complete(self) -> date:
        """The first day of the latest period that is not provisional; of the latest, if all are."""
        complete = [
            start for start, (_, row) in self.rows.items() if row.marker != Marker.PROVISIONAL
        ]
        return max(complete or self.rows)

    @property
    def periods_in_year(self) -> int:
        """How many periods make a year; 0 where the time of year is not in the series."""
        return _PERIODS_IN_YEAR.get(self.grain, 0)

    def usable(self, start: date, stop: date) -> list[tuple[Period, RowNumbers]]:
        """Return the rows with a reliable value of periods from one day to before another.

        Periods before the last break in that time are left out.
        """
        first = max((item.day for item in self.breaks if item.day < stop), default=start)
        return [
            (period, row)
            for period, row in self.rows.values()
            if max(start, first) <= period.start
            and period.stop <= stop
            and row.value is not None
            and row.marker not in _NOT_USED
        ]

    @cached_property
    def variation(self) -> Variation:
        """How much the series varies before the latest three months or the latest longer period.

        Three months are left out, because a change in them would count as variation and hide
        itself.
        """
        if self.grain is Grain.ROLLING_12:
            return Variation()
        last = self.rows[self.latest_complete][0].last_month
        year, month = divmod(last + 1 - max(_LATEST_MONTHS, self.grain.months), 12)
        points = self.usable(date.min, date(year, month + 1, 1))
        numbers = [
            (period, *known)
            for period, row in points
            if (known := self.value_and_variance(period, row)) is not None
        ]
        return self._variation(numbers)

    def _variation(self, numbers: Sequence[tuple[Period, float, float]]) -> Variation:
        if len(numbers) < 3:
            return Variation()
        import numpy as np

        from swm_kpi.statistics import residual_variation

        step = self.grain.months
        places = np.array([period.first_month for period, _, _ in numbers]) // step
        values, weights = (np.array([item[at] for item in numbers]) for at in (1, 2))
        variances = self._variances(values, weights)
        if variances is None:
            return Variation()
        residuals = residual_variation(values, variances, places, self.periods_in_year)
        if residuals is None:
            return Variation()
        is_clear = residuals.autocorrelation > 2 / np.sqrt(len(numbers))
        return Variation(
            _as_pair(residuals.dispersion),
            _as_pair(residuals.within_seasons),
            residuals.autocorrelation if is_clear else 0.0,
            residuals.is_seasonal,
        )

    def _variances(self, y: Array, weight: Array) -> Array | None:
        """Return the sampling variance of each value, or None if there is no variation at all."""
        match self.change_test:
            case ChangeTest.EVENT_RATES:
                mean = float((y * weight).sum() / weight.sum())
                return mean / weight if mean > 0 else None
            case ChangeTest.SHARES | ChangeTest.SURVEY_SHARES:
                mean = float((y * weight).sum() / weight.sum())
                return mean * (1 - mean) / weight if 0 < mean < 1 else None
            case _:
                return weight

    def value_and_variance(self, period: Period, row: RowNumbers) -> tuple[float, float] | None:
        """Return a value to estimate the variation from, and its weight or its variance.

        The second number is the exposure of a rate, the cases of a share, and otherwise the
        variance of the value: 1 where there is no sampling model. None if a number is missing.
        """
        match self.change_test:
            case ChangeTest.EVENT_RATES:
                events, exposure = self.events(row), self.exposure(period, row)
                if events is None or not exposure:
                    return None
                return events / exposure, exposure
            case ChangeTest.SHARES | ChangeTest.SURVEY_SHARES:
                share = self.share(row)
                return None if share is None else (share[0] / share[1], share[1])
            case ChangeTest.ESTIMATES:
                if row.value is None or row.lower is None or row.upper is None:
                    return None
                error = (row.upper - row.lower) / 2 / _Z
                return (row.value, error * error) if error > 0 else None
            case ChangeTest.PERIOD_VARIATION:
                return None if row.value is None else (row.value / self.days(period), 1.0)
            case _:
                return None

    def events(self, row: RowNumbers) -> float | None:
        """Return the number of events of a rate; None if it is not a whole number."""
        column = self.measure.process_limits.count
        count = None if column is None else row.number(column)
        return count if count is not None and count >= 0 and count == int(count) else None

    def exposure(self, period: Period, row: RowNumbers) -> float | None:
        """Return the days of the period, or the people times the days; None if not known."""
        days = float((period.stop - period.start).days)
        if self.measure.process_limits.count is ResultColumn.VALUE:
            return days
        return None if row.denominator is None else row.denominator * days

    def share(self, row: RowNumbers) -> tuple[float, float] | None:
        """Return the cases and the total of a share; None if there is no total."""
        if self.change_test is ChangeTest.SURVEY_SHARES:
            total = row.effective_answers
            cases = None if row.value is None or total is None else row.value * total
        else:
            cases, total = row.numerator, row.denominator
        if cases is None or not total or not 0 <= cases <= total * (1 + 1e-9):
            return None
        return min(cases, total), total

    def days(self, period: Period) -> float:
        """Return the days of a period if values add over time; otherwise 1."""
        if self.measure.additivity is Additivity.ADDITIVE:
            return float((period.stop - period.start).days)
        return _FEWEST_DAYS


def _as_pair(dispersion: Dispersion) -> tuple[float, float]:
    factor, degrees = dispersion.as_arrays()
    return float(factor), float(degrees)
