"""The duration: the mean, median or 90th percentile of times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import (
    Canonical,
    Condition,
    Elapsed,
    Expression,
    InRepeatedHour,
    IsNull,
    Not,
    Term,
    english,
)
from swm_kpi.measures.arithmetic import Arithmetic, AverageOfRows
from swm_kpi.measures.grid_cells import Cells, divide
from swm_kpi.measures.measure import TableMeasure
from swm_kpi.measures.null_conditions import Completeness, all_of
from swm_kpi.measures.order_of_times import ends_before_start, unless
from swm_kpi.measures.repeated_hour import REPEATED_HOUR
from swm_kpi.measures.rules import (
    Additivity,
    AverageOverRows,
    ChangeRule,
    ChangeTest,
    ChangeTestRule,
    DisclosureRule,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
)
from swm_kpi.measures.statistic import Limit, Operation, Statistic
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array, Limits


class Average(StrEnum):
    """The number that summarises many durations."""

    MEAN = "mean"
    MEDIAN = "median"
    P90 = "90th percentile"


_QUANTILES = {Average.MEDIAN: 0.5, Average.P90: 0.9}
_QUANTILE_METHODS = {
    Average.MEDIAN: " The median of an even number of rows is midway between the middle two.",
    Average.P90: " The percentile is interpolated between the two nearest rows, as "
    "PERCENTILE.INC does in Excel.",
}
_PART_DAYS = " Parts of a day count: from 9:00 to 21:00 is half a day."
_SECONDS_IN = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3_600, Unit.DAYS: 86_400}


class Duration(TableMeasure):
    """The mean, median or 90th percentile of the time from one moment to another.

    A row without a start or an end has no duration, and neither has one that ends before it starts.
    It is left out, and a note counts it. Where many lack a duration, the average is marked ``[u]``,
    because theirs may be quite different.

    - Unit: seconds, minutes, hours or days, which must be declared.
    - Time: a row counts in the period that holds its ``at``. Seconds, minutes and hours are
      elapsed time, also across a change of the clocks. Days are local days: from noon to noon is
      1. A time in the hour that occurs twice has its earlier reading, and a note counts such rows.
    - Totals: each total is computed again from its rows. Means of several periods are pooled by
      the number of rows timed. Medians and percentiles are not.
    - Protection: the denominator, the number of rows timed, is a count. A 90th percentile is also
      suppressed where a tenth of the rows is a small count.
    - Process limits: yes, unless there are too few cases for its interval.
    - Interval: of a median or percentile, two order statistics: observed times whose ranks follow
      from the number of times, so that no distribution is assumed. A mean has none, because times
      are long-tailed and neither their number nor their sum says how they spread.
    - Source: quantiles interpolate linearly between the two nearest values, definition 7 of R. J.
      Hyndman and Y. Fan, *Sample quantiles in statistical packages*, The American Statistician 50
      (1996).

    Attributes:
        start, end: two columns of date and time, or two of date.
        average: mean, median or 90th percentile.
        unit: seconds, minutes, hours or days.
        missing: what a note says of a row with no duration, such as "no arrival time".
        blank_means_no: the end, where a blank says that it did not happen, as for a call that
            nobody answered. Such a row lacks nothing. Where the end is blank in every row of the
            period, the average is ``[x]``, because nobody recorded it.
    """

    kind: ClassVar[str] = "duration"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.DENOMINATOR)
    start: Column
    end: Column
    average: Average
    missing: str = ""
    blank_means_no: Column | None = None

    @property
    def pooling(self) -> PoolingRule:
        """Means are weighted by the rows timed; medians and percentiles are never pooled."""
        if self.average is Average.MEAN:
            return PoolingRule(PoolingMethod.WEIGHTED)
        return PoolingRule.refuse(
            f"a {self.average.value} cannot be computed from those of shorter periods."
        )

    @property
    def process_limits(self) -> ProcessLimitRule:
        """There are limits, unless there are too few cases for a median or a percentile."""
        return ProcessLimitRule(quantile=_QUANTILES.get(self.average))

    @property
    def change_test(self) -> ChangeTestRule:
        """Medians and percentiles have intervals; a mean has only its own variation."""
        if self.average is Average.MEAN:
            return ChangeTestRule(ChangeTest.PERIOD_VARIATION)
        return ChangeTestRule(ChangeTest.ESTIMATES)

    @property
    def disclosure(self) -> DisclosureRule:
        """The number of rows timed is a count; a percentile is a value of few of them."""
        if self.average is not Average.P90:
            return AverageOverRows("timed")
        return AverageOverRows("timed", tail=1 - _QUANTILES[self.average])

    @property
    def elapsed(self) -> Term:
        """The seconds from start to end: by local clocks where the unit is days."""
        return Elapsed(self.start, self.end, by_clock=self._is_in_local_days)

    @property
    def _is_in_local_days(self) -> bool:
        return self.resolved_unit is Unit.DAYS and self.start.dtype is datetime

    @property
    def _seconds_in_unit(self) -> int:
        return _SECONDS_IN[self.resolved_unit]

    @cached_property
    def _timed(self) -> Expression | None:
        """Which rows count that do not end before they start."""
        return all_of(self.where, unless(self._reversed))

    @cached_property
    def _reversed(self) -> Condition | None:
        return ends_before_start(self.of, self.start, self.end)

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Rows timed, and the sum of the times or their quantile and limits."""
        unknown = IsNull(self.elapsed)
        conditions: dict[str, Expression] = {"timed": Not(unknown)}
        if self.start.dtype is datetime and not self._is_in_local_days:
            uncertain = InRepeatedHour(self.start) | InRepeatedHour(self.end)
            conditions["uncertain"] = Not(unknown) & uncertain
        statistics = {
            role: Statistic(self.of, Operation.ROWS, self.at, where=all_of(self._timed, condition))
            for role, condition in conditions.items()
        }
        if self.average is Average.MEAN:
            statistics["seconds"] = Statistic(
                self.of, Operation.SUM, self.at, where=self._timed, of=self.elapsed
            )
            return statistics
        quantile = Statistic(
            self.of,
            Operation.QUANTILE,
            self.at,
            where=self._timed,
            of=self.elapsed,
            quantile=_QUANTILES[self.average],
        )
        limits = {limit.value: replace(quantile, limit=limit) for limit in Limit}
        return {**statistics, "seconds": quantile, **limits}

    @cached_property
    def completeness(self) -> Completeness:
        """A row that counts has a start and an end."""
        ended = None if self.blank_means_no is None else Not(IsNull(self.blank_means_no))
        return Completeness(
            Statistic(self.of, Operation.ROWS, self.at),
            all_of(self.where, ended),
            measured=(self.elapsed,),
            unusable=self._reversed,
            lacks_value=f"left out: {self._missing}",
            blank_means_no=self.blank_means_no,
        )

    @property
    def _missing(self) -> str:
        missing = self.missing or f"{english(self.start)} or {english(self.end)} missing"
        return missing if self._reversed is None else f"{missing}, or {english(self._reversed)}"

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the average in the measure's unit; the denominator is the rows timed."""
        import numpy as np

        timed = statistics["timed"]
        limits = None
        if self.average is Average.MEAN:
            seconds, is_zero = divide(statistics["seconds"], timed)
        else:
            is_zero = timed == 0
            seconds = np.where(is_zero, np.nan, statistics["seconds"])
            limits = (
                statistics["lower"] / self._seconds_in_unit,
                statistics["upper"] / self._seconds_in_unit,
            )
        notes = []
        if "uncertain" in statistics:
            text = f"Some rows are timed at the earlier reading of a time in {REPEATED_HOUR}."
            notes.append((statistics["uncertain"] > 0, text))
        value = seconds / self._seconds_in_unit
        return Cells(value, None, timed, is_zero, limits=limits, notes=notes)

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the order-statistic limits that the engine read from the times."""
        return cells.limits

    @property
    def arithmetic(self) -> Arithmetic:
        """The average of one time for each row."""
        is_mean = self.average is Average.MEAN
        return AverageOfRows("seconds", self.average.value, is_mean, self._seconds_in_unit)

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        return (
            f"The {self.average.value} of the {self._describe_unit()} from "
            f"the {english(self.start)} to the {english(self.end)} in the {self.of.table} table"
            f"{self._describe_where(' where')}. {self._describe_period()}{self._describe_blank()}"
            f"{_PART_DAYS if self._is_in_local_days else ''}"
            f"{_QUANTILE_METHODS.get(self.average, '')}"
        )

    def _describe_blank(self) -> str:
        if self.blank_means_no is None:
            return ""
        name = english(self.blank_means_no)
        return (
            f" Rows with a blank {name} are left out. There is no number if it is blank in every "
            "row of the period."
        )

    def _describe_unit(self) -> str:
        unit = self.resolved_unit.value
        if self.start.dtype is not datetime:
            return unit
        return f"local {unit}" if self._is_in_local_days else f"elapsed {unit}"

    def canonical(self) -> Canonical:
        """Return what moves its numbers: the unit, and the column in which a blank means no."""
        blank = [] if self.blank_means_no is None else [english(self.blank_means_no)]
        return [*super().canonical(), self.resolved_unit.value, *blank]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        if self.unit not in _SECONDS_IN:
            fix = "Give unit=Unit.SECONDS, MINUTES, HOURS or DAYS"
            yield "unit", "a duration is in units of time", fix
        if {self.start.dtype.__name__, self.end.dtype.__name__} not in ({"date"}, {"datetime"}):
            rule = f"{self.start} and {self.end} are not two dates or two times"
            yield "end", rule, "Use two columns of one type, date or datetime"
        if self.blank_means_no is not None and self.blank_means_no is not self.end:
            yield "blank_means_no", f"{self.blank_means_no} is not the end", f"Write {self.end}"
        elif self.blank_means_no is not None and not self.end.nullable:
            yield "blank_means_no", f"{self.end} is never blank", "Leave blank_means_no out"
        if self.start is self.end:
            yield "end", "it is the start", "Name the column in which the time ends"
