"""Uptime: the proportion of the time in which systems worked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Condition, Expression, IsNull, IsUnknown, as_condition, english
from swm_kpi.measures.arithmetic import RowRoles
from swm_kpi.measures.grid_cells import Cells, divide
from swm_kpi.measures.measure import TableMeasure
from swm_kpi.measures.null_conditions import Completeness, all_of, can_be_unknown
from swm_kpi.measures.order_of_times import ends_before_start, unless
from swm_kpi.measures.repeated_hour import repeated_hour_counts, repeated_hour_notes
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    ChangeTest,
    ChangeTestRule,
    DisclosureRule,
    NoCounts,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
)
from swm_kpi.measures.statistic import Operation, Statistic, TimeAlignment
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array


class Uptime(TableMeasure):
    """The proportion of a period in which systems were not down.

    Outages of one system that overlap are merged, so that no second is subtracted twice, and cut
    to the period. An outage with no end lasts to the end of the period, or to the day of
    extraction, and a note says so; if no row of the table has an end, the number is ``[x]``. An
    outage of which it is not known whether it counts is left out, and the least availability counts
    it. One that names no system, or ends before it starts, is left out, and a note counts it. A
    total is over the systems that the table names anywhere, so list each system at least once.

    - Unit: always a proportion.
    - Time: every second of an outage counts in the period that holds it. A start or end in the
      hour that occurs twice has its earlier reading, and a note counts such outages.
    - Totals: seconds add over areas and periods, and are divided again.
    - Protection: none needed, because seconds are not people.
    - Process limits: yes.
    - Interval: none, because the seconds of one outage are not separate cases.

    Attributes:
        at: when an outage began.
        until: when it ended; null while it lasts.
        system: the column that names the system.
        where: which outages count, such as those not planned.
    """

    kind: ClassVar[str] = "uptime"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.DIVIDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.PERIOD_VARIATION)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.NUMERATOR)
    disclosure: ClassVar[DisclosureRule] = NoCounts()
    until: Column
    system: Column

    @property
    def resolved_unit(self) -> Unit:
        """Always a proportion."""
        return Unit.PROPORTION

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Seconds down, seconds in which systems could be up, and the most that they were down."""
        statistics = {
            "down": self._seconds(Operation.SUM, all_of(self.where, self._in_order)),
            "time": self._seconds(Operation.ROWS, None),
            **repeated_hour_counts(self, self.at, self.until, self.where),
        }
        if self.where is not None and can_be_unknown(self.where):
            may_count = self.where | IsUnknown(as_condition(self.where))
            most_down = all_of(may_count, self._in_order)
            statistics["most_down"] = self._seconds(Operation.SUM, most_down)
        if self.until.nullable:
            statistics["without_end"] = replace(
                self._outages, where=all_of(self.where, IsNull(self.until))
            )
        return statistics

    @property
    def _outages(self) -> Statistic:
        """How many outages are in the period, if only in part."""
        return Statistic(self.of, Operation.ROWS, self.at, TimeAlignment.INTERVAL, until=self.until)

    @cached_property
    def _reversed(self) -> Condition | None:
        return ends_before_start(self.of, self.at, self.until)

    @property
    def _in_order(self) -> Expression | None:
        return unless(self._reversed)

    @cached_property
    def completeness(self) -> Completeness:
        """It is known of an outage in the period whether it counts, and of which system it is."""
        return Completeness(
            self._outages,
            self.where,
            measured=(self.system,),
            unusable=self._reversed,
            happened=(self.until,),
        )

    def _seconds(self, operation: Operation, where: Expression | None) -> Statistic:
        return Statistic(
            self.of,
            operation,
            self.at,
            TimeAlignment.INTERVAL,
            where,
            self.system,
            until=self.until,
        )

    @property
    def row_roles(self) -> RowRoles:
        """The statistics that the rows of the number are in."""
        return RowRoles("down")

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the seconds up over all seconds."""
        seconds = statistics["time"]
        up = seconds - statistics["down"]
        value, is_zero = divide(up, seconds)
        notes = repeated_hour_notes(statistics)
        if "without_end" in statistics:
            text = (
                "An outage without an end counts to the end of the period, or to the extraction if "
                "that is earlier."
            )
            notes.append((statistics["without_end"] > 0, text))
        if "most_down" not in statistics:
            return Cells(value, up, seconds, is_zero, notes=notes)
        least, _ = divide(seconds - statistics["most_down"], seconds)
        return Cells(value, up, seconds, is_zero, at_least=least, at_most=value, notes=notes)

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        return (
            "The share of the period's seconds in which a system was up. Each row of the "
            f"{self.of.table} table{self._describe_where(' where')} is an outage, from "
            f"{english(self.at)} to {english(self.until)}. Overlapping outages of one system are "
            "counted once."
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        if {self.at.dtype.__name__, self.until.dtype.__name__} != {"datetime"}:
            rule = f"{self.at} and {self.until} are not two times"
            yield "until", rule, "Use two date and time columns"
