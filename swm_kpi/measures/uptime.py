"""How much of the time something worked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import english
from swm_kpi.measures.measure import Cells, TableMeasure, divided
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
    from swm_kpi.measures.measure import Array


class Uptime(TableMeasure):
    """The share of a period in which systems were not down.

    Outages of one system that overlap are merged, so that no second is lost twice, and clipped to
    the period. An outage with no end lasts to the end of the period. A total is over the systems
    that the table names anywhere, so list each system at least once.

    It has no interval: the seconds of an outage are not separate cases.

    Attributes:
        at: when an outage began.
        until: when it ended; empty while it lasts.
        of_each: the column that names the system.
        where: which outages count, such as those not planned.
    """

    kind: ClassVar[str] = "uptime"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.DIVIDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.NUMERATOR)
    disclosure: ClassVar[DisclosureRule] = NoCounts()
    until: Column
    of_each: Column

    @property
    def resolved_unit(self) -> Unit:
        """Always a proportion."""
        return Unit.PROPORTION

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Seconds down, and seconds that the systems could have been up."""
        return {
            "down": Statistic(
                self.of,
                Operation.SUM,
                self.at,
                TimeAlignment.INTERVAL,
                self.where,
                self.of_each,
                until=self.until,
            ),
            "time": Statistic(
                self.of,
                Operation.ROWS,
                self.at,
                TimeAlignment.INTERVAL,
                None,
                self.of_each,
                until=self.until,
            ),
        }

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Seconds up over all seconds."""
        up = found["time"] - found["down"]
        value, empty = divided(up, found["time"])
        return Cells(value, up, found["time"], empty)

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        return (
            f"The share of the period's seconds in which a system was not down, by the "
            f"{self.of.table} table{self._where_words(' where')}: outages of one system are merged "
            f"where they overlap, from {english(self.at)} to {english(self.until)}."
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        if {self.at.dtype.__name__, self.until.dtype.__name__} != {"datetime"}:
            rule = f"{self.at} and {self.until} are not two times"
            yield "until", rule, "Use two date and time columns"
