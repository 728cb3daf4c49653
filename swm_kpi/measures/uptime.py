"""Uptime: the proportion of the time in which systems worked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Expression, IsUnknown, as_condition, english
from swm_kpi.measures.arithmetic import RowRoles
from swm_kpi.measures.grid_cells import Cells, divide
from swm_kpi.measures.measure import TableMeasure
from swm_kpi.measures.null_conditions import Completeness, can_be_unknown
from swm_kpi.measures.repeated_hour import repeated_hour_counts, repeated_hour_notes
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
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
    to the period. An outage with no end lasts to the end of the period. One of which it is not
    known whether it counts is left out, and the least availability counts it. A total is over the
    systems that the table names anywhere, so list each system at least once.

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
            "down": self._seconds(Operation.SUM, self.where),
            "time": self._seconds(Operation.ROWS, None),
            **repeated_hour_counts(self, self.at, self.until, self.where),
        }
        if self.where is not None and can_be_unknown(self.where):
            may_count = self.where | IsUnknown(as_condition(self.where))
            statistics["most_down"] = self._seconds(Operation.SUM, may_count)
        return statistics

    @cached_property
    def completeness(self) -> Completeness:
        """It is known of an outage in the period whether it counts."""
        return Completeness(
            Statistic(self.of, Operation.ROWS, self.at, TimeAlignment.INTERVAL, until=self.until),
            self.where,
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
