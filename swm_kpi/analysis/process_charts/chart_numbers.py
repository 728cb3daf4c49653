"""The numbers behind the points of a chart: what is counted, and out of how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.analysis.process_charts.points import Point
from swm_kpi.measures import Additivity, ChangeTest, ResultColumn
from swm_kpi.statistics import SeriesModel
from swm_kpi.statistics.validate_args import Array


@dataclass(frozen=True)
class ChartNumbers:
    """The numbers of the points, with NaN at each excluded point.

    A value is its count over its exposure times its factor.

    Attributes:
        model: how the counts vary when nothing changes.
        counts: events, cases that count, or values.
        exposure: days, people times days, or cases; 1 for values. NaN where it is not known.
        factor: the days of the period, times the scale of a rate; 1 for shares and levels.
        is_sample: whether the exposure is an effective sample size, so that no case is counted.
    """

    model: SeriesModel
    counts: Array
    exposure: Array
    factor: Array
    is_sample: bool = False

    @property
    def adjusted(self) -> Array:
        """The rate per day, the share or the value."""
        return self.counts / self.exposure

    @property
    def rarer(self) -> Array:
        """The events, or the cases that count or those that do not, whichever are fewer in all."""
        if self.model is SeriesModel.SHARES and self.counts_the_rest:
            return self.exposure - self.counts
        return self.counts

    @property
    def counts_the_rest(self) -> bool:
        """Whether most cases of a share count, so that those that do not are the rarer."""
        known = ~np.isnan(self.counts)
        return bool(2 * self.counts[known].sum() > self.exposure[known].sum())


def chart_numbers(series: MeasureSeries, points: Sequence[Point]) -> ChartNumbers:
    """Return the numbers of a series that decide its limits.

    A count of events is a rate over days, and over people where it is a rate of people. A sum is
    an amount for each day. Where a number that this needs is not known, the values are taken as
    they are.
    """
    included = [point for point in points if not point.excluded_reason]
    days = np.array([(point.period.stop - point.period.start).days for point in points], float)
    ones = np.ones(len(points))
    test = series.measure.change_test.test
    if test is ChangeTest.EVENT_RATES:
        if series.measure.process_limits.count is ResultColumn.VALUE:
            return ChartNumbers(SeriesModel.COUNTS, _column(points, "value"), days, days)
        people = _sizes(points)
        if all(point.numerator is not None and point.denominator for point in included):
            scale = series.measure.pooling.scale
            counts = _column(points, "numerator")
            return ChartNumbers(SeriesModel.COUNTS, counts, people * days, scale * days)
    if test is ChangeTest.SHARES and all(_is_share(point) for point in included):
        counts = _column(points, "numerator")
        return ChartNumbers(SeriesModel.SHARES, counts, _sizes(points), ones)
    if test is ChangeTest.SURVEY_SHARES and all(point.effective_answers for point in included):
        sizes = np.array([point.effective_answers or np.nan for point in points])
        counts = np.clip(_column(points, "value"), 0, 1) * sizes
        return ChartNumbers(SeriesModel.SHARES, counts, sizes, ones, is_sample=True)
    is_amount = test is ChangeTest.EVENT_RATES or series.measure.additivity is Additivity.ADDITIVE
    factor = days if is_amount else ones
    return ChartNumbers(SeriesModel.VALUES, _column(points, "value") / factor, ones, factor)


def _is_share(point: Point) -> bool:
    """Return whether the value is its numerator over its denominator, and from 0 to 1."""
    top, bottom = point.numerator, point.denominator
    return top is not None and bottom is not None and bottom > 0 and 0 <= top <= bottom


def _column(points: Sequence[Point], name: str) -> Array:
    return np.array(
        [np.nan if point.excluded_reason else getattr(point, name) for point in points], float
    )


def _sizes(points: Sequence[Point]) -> Array:
    return np.array([point.denominator or np.nan for point in points], float)
