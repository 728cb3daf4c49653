"""The average stock: a number averaged over the snapshots of a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Expression, IsNull, Not, english
from swm_kpi.measures.arithmetic import Arithmetic, AverageOfSnapshots
from swm_kpi.measures.grid_cells import Cells, divide
from swm_kpi.measures.measure import TableMeasure
from swm_kpi.measures.null_conditions import Bounds, Completeness, is_never_negative
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    ChangeTest,
    ChangeTestRule,
    DisclosureRule,
    MeanOfCounts,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
)
from swm_kpi.measures.statistic import Operation, Statistic, TimeAlignment

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array


class AverageStock(TableMeasure):
    """The mean of a number over the snapshots of a period. A missing snapshot is not zero.

    The denominator is the number of snapshots used. An area or a total is averaged over its
    complete snapshots: those with every part of it that another snapshot of the period has. The
    parts are the breakdowns in the key of the table, such as each area and grade. A row without an
    area is in no part, and an area without a number is not in the snapshot. Parts stamped within 15
    minutes, on one day, are one snapshot. The note says how many snapshots are complete.

    - Unit: the unit of the table's rows, unless another is declared.
    - Time: the snapshots that fall in the period, each with the same weight.
    - Totals: each total is averaged again. Means of several periods are pooled by the number of
      snapshots.
    - Protection: the value is protected as a mean of counts: members add up to their total.
    - Process limits: yes.
    - Interval: none, because the snapshots of one period are not separate cases.

    Attributes:
        at: when the snapshot was taken.
        value: the number column summed within each snapshot; rows are counted without it.
        same_rows: whether every snapshot has the same parts, zeros included, so that one without a
            part is incomplete. Set it to false for a list of people, which may be shorter.
            Then every snapshot is used, and an area without rows in one is zero there.
    """

    kind: ClassVar[str] = "average stock"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.WEIGHTED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.VALUE)
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.TREND)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()
    disclosure: ClassVar[DisclosureRule] = MeanOfCounts("sum")
    value: Column | None = None
    same_rows: bool = True

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The sum over the snapshots, and the number of snapshots."""
        alignment = self._alignment
        operation = Operation.ROWS if self.value is None else Operation.SUM
        total = Statistic(
            self.of, operation, self.at, alignment, self.where, self.value, series=self._filled
        )
        snapshots = Statistic(self.of, Operation.ROWS, self.at, alignment, series=self._filled)
        return {
            "sum": total,
            "snapshots": snapshots,
        }

    @property
    def _alignment(self) -> TimeAlignment:
        return TimeAlignment.MEAN_OF_SNAPSHOTS if self.same_rows else TimeAlignment.MEAN_OF_STOCKS

    @property
    def _filled(self) -> Expression | None:
        """The rows that have the number: a part without one is not in the snapshot."""
        if not self.same_rows or self.value is None or not self.value.nullable:
            return None
        return Not(IsNull(self.value))

    @cached_property
    def completeness(self) -> Completeness:
        """A row that counts has a number. Rows are those of all snapshots that are averaged."""
        # Every row of a snapshot has its time. Without a condition, snapshots are counted.
        every_row = Not(IsNull(self.at))
        is_added = self.value is None or is_never_negative(self.value)
        return Completeness(
            Statistic(
                self.of, Operation.ROWS, self.at, self._alignment, every_row, series=self._filled
            ),
            self.where,
            measured=(self.value,) if self.value is not None else (),
            amount=self.value,
            bounds=Bounds.ADDED if is_added else Bounds.NONE,
        )

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the sum over the snapshots divided by the number of snapshots."""
        snapshots = statistics["snapshots"]
        value, is_zero = divide(statistics["sum"], snapshots)
        return Cells(value, denominator=snapshots, unavailable=is_zero)

    @property
    def arithmetic(self) -> Arithmetic:
        """A sum over the snapshots, divided by their number."""
        return AverageOfSnapshots("sum")

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        what = "number of rows" if self.value is None else f"sum of {english(self.value)}"
        return (
            f"The {what} in each snapshot of the {self.of.table} table"
            f"{self._describe_where(' where')}, averaged over the {self._describe_snapshots()}."
        )

    def _describe_snapshots(self) -> str:
        names = [name for key in self.of.keys if self.at.name in key for name in key]
        parts = [self.of.columns[name].dimension for name in names]
        labels = [part.title for part in parts if part is not None]
        if not self.same_rows:
            return (
                "snapshots taken in the period. Every snapshot is used, and an area without rows "
                "in it is zero there"
            )
        if not labels:
            return "snapshots taken in the period"
        *others, last = labels
        listed = f"{', '.join(others)} and {last}" if others else last
        return (
            "complete snapshots taken in the period. A snapshot is complete if it has a row for "
            f"every combination of {listed} that another snapshot of the period has"
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        if self.value is not None:
            yield from self._number_findings("value", self.value)
        elif self.where is None:
            yield "where", "it counts every row of each snapshot", "Say which rows, or give value="
