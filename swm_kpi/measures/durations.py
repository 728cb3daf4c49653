"""How long things took."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Canonical, Elapsed, IsNull, Not, Term, english
from swm_kpi.measures.counts import undecided, undecided_notes
from swm_kpi.measures.measure import Cells, TableMeasure, both, divided
from swm_kpi.measures.rules import (
    Additivity,
    AverageOverRows,
    ChangeRule,
    DisclosureRule,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
)
from swm_kpi.measures.statistic import Limit, Operation, Statistic
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.measure import Array, Limits


class Average(StrEnum):
    """Which number stands for many durations."""

    MEAN = "mean"
    MEDIAN = "median"
    P90 = "90th percentile"


_QUANTILES = {Average.MEDIAN: 0.5, Average.P90: 0.9}
_TWICE = "a time is in the hour that comes twice when the clocks go back"
_SECONDS = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3_600, Unit.DAYS: 86_400}


class Duration(TableMeasure):
    """The mean, median or 90th percentile of the time from one instant to another.

    Rows where either end is missing have no duration: they are left out and counted in the note.
    Quantiles interpolate linearly between the two nearest values. Their interval is of order
    statistics: two of the times themselves, whose ranks follow from how many there are, so nothing
    is assumed of how times spread. A mean has none: times are long-tailed, and neither a count nor
    a sum says how they spread.

    Attributes:
        start, end: date and time columns (elapsed real time, right across a change of the clocks),
            or two date columns (whole days).
        average: mean, median or 90th percentile.
        unit: seconds, minutes, hours or days.
        missing: words for a row with no duration, such as "no arrival time".
    """

    kind: ClassVar[str] = "duration"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.DENOMINATOR)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()
    start: Column
    end: Column
    average: Average
    missing: str = ""

    @property
    def pooling(self) -> PoolingRule:
        """Means are weighted by the rows timed; medians and percentiles are never combined."""
        if self.average is Average.MEAN:
            return PoolingRule(PoolingMethod.WEIGHTED)
        return PoolingRule.refuse(
            f"a {self.average.value} cannot be computed from those of shorter periods."
        )

    @property
    def disclosure(self) -> DisclosureRule:
        """The rows timed are a count; a high percentile is a value of few of them."""
        if self.average is not Average.P90:
            return AverageOverRows("timed")
        quantile = _QUANTILES[self.average]
        return AverageOverRows("timed", tail=1 - quantile)

    @property
    def elapsed(self) -> Term:
        """The seconds from start to end, as a term."""
        return Elapsed(self.start, self.end)

    @property
    def _seconds(self) -> int:
        return _SECONDS[self.resolved_unit]

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Rows timed, rows not timed, and the sum of the times or their quantile and limits."""
        unknown = IsNull(self.elapsed)
        counted = {"timed": Not(unknown), "untimed": unknown}
        if self.start.dtype is datetime:
            # Both times are there, and one is in the hour that comes twice: which is not known.
            counted["unclear"] = unknown & Not(IsNull(self.start)) & Not(IsNull(self.end))
        found = {
            key: Statistic(self.of, Operation.ROWS, self.at, where=both(self.where, condition))
            for key, condition in counted.items()
        } | undecided(self, self.where)
        if self.average is Average.MEAN:
            found["seconds"] = Statistic(
                self.of, Operation.SUM, self.at, where=self.where, of=self.elapsed
            )
        else:
            found["seconds"] = Statistic(
                self.of, Operation.QUANTILE, self.at, where=self.where, of=self.elapsed,
                quantile=_QUANTILES[self.average],
            )  # fmt: skip
            found |= {each.value: replace(found["seconds"], limit=each) for each in Limit}
        return found

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """The average in the measure's unit; the denominator is the rows timed."""
        import numpy as np

        timed = found["timed"]
        limits = None
        if self.average is Average.MEAN:
            seconds, empty = divided(found["seconds"], timed)
        else:
            empty = timed == 0
            seconds = np.where(empty, np.nan, found["seconds"])
            limits = found["lower"] / self._seconds, found["upper"] / self._seconds
        words = self.missing or f"{english(self.start)} or {english(self.end)} missing"
        unclear = found.get("unclear", np.zeros_like(timed))
        notes = [
            *undecided_notes(self, found, self.where),
            (found["untimed"] - unclear, f"left out: {words}"),
            (unclear, f"left out: {_TWICE}"),
        ]
        return Cells(seconds / self._seconds, None, timed, empty, limits=limits, notes=notes)

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the order-statistic limits of a median or percentile, as the engine found them."""
        return cells.limits

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        return (
            f"The {self.average.value} of the {self.resolved_unit.value} from "
            f"{english(self.start)} to {english(self.end)} in the {self.of.table} table"
            f"{self._where_words(' where')}, by {english(self.at)}."
        )

    def canonical(self) -> Canonical:
        """What moves its numbers, the unit included."""
        return [*super().canonical(), self.resolved_unit.value]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        if self.unit not in _SECONDS:
            fix = "Give unit=Unit.SECONDS, MINUTES, HOURS or DAYS"
            yield "unit", "a duration is in units of time", fix
        if {self.start.dtype.__name__, self.end.dtype.__name__} not in ({"date"}, {"datetime"}):
            rule = f"{self.start} and {self.end} are not two dates or two times"
            yield "end", rule, "Use two columns of one type, date or datetime"
        if self.start is self.end:
            yield "end", "it is the start", "Name the column in which the time ends"
