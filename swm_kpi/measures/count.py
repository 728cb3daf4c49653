"""The count: rows in a period, or distinct values of a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import english
from swm_kpi.measures.arithmetic import AddedRows, Arithmetic, DistinctValues
from swm_kpi.measures.grid_cells import Cells
from swm_kpi.measures.interval_methods import count_interval
from swm_kpi.measures.measure import TableMeasure
from swm_kpi.measures.null_conditions import Bounds, Completeness
from swm_kpi.measures.rules import (
    COUNTED_ONCE,
    Additivity,
    ChangeRule,
    ChangeTest,
    ChangeTestRule,
    CountedValue,
    DisclosureRule,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
)
from swm_kpi.measures.statistic import Operation, Statistic

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array, Limits


class Count(TableMeasure):
    """The number of rows of a table in a period, or of distinct values of one of its columns.

    - Unit: the unit of the table's rows, unless another is declared.
    - Time: a row counts in the period that holds its date.
    - Totals: rows add over areas and periods. Distinct values do not: each total is counted again.
    - Protection: the value is a count, and is suppressed where it is small.
    - Process limits: yes, by day; those of small counts where the mean count is below 5.
    - Interval: of rows, that of a count of separate events: exact Poisson below 10, Byar's
      approximation from 10. Distinct values have none, because they do not vary as events do.
    - Source: N. E. Breslow and N. E. Day, *Statistical methods in cancer research*, volume 2
      (1987), page 69, for Byar's approximation.

    Attributes:
        distinct: count each value of this column once, such as a person.
    """

    kind: ClassVar[str] = "count"
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.VALUE)
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.EVENT_RATES)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.VALUE)
    disclosure: ClassVar[DisclosureRule] = CountedValue("count")
    distinct: Column | None = None

    @property
    def additivity(self) -> Additivity:
        """Rows add; distinct values do not."""
        return Additivity.ADDITIVE if self.distinct is None else Additivity.NON_ADDITIVE

    @property
    def pooling(self) -> PoolingRule:
        """Rows add; distinct values do not."""
        return PoolingRule(PoolingMethod.ADDED) if self.distinct is None else COUNTED_ONCE

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Rows or distinct values."""
        operation = Operation.ROWS if self.distinct is None else Operation.DISTINCT
        count = Statistic(self.of, operation, self.at, where=self.where, of=self.distinct)
        statistics = {"count": count}
        if self.distinct is not None:
            statistics["rows"] = Statistic(self.of, Operation.ROWS, self.at, where=self.where)
        return statistics

    @cached_property
    def completeness(self) -> Completeness:
        """A row that counts has the value that is counted once."""
        return Completeness(
            Statistic(self.of, Operation.ROWS, self.at),
            self.where,
            measured=(self.distinct,) if self.distinct is not None else (),
            bounds=Bounds.ADDED,
        )

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the count itself."""
        count = statistics["count"]
        return Cells(
            count,
            weight=statistics.get("rows"),
            events=count if self.distinct is None else None,
        )

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the interval of a count of rows."""
        return count_interval(cells.events, confidence)

    @property
    def arithmetic(self) -> Arithmetic:
        """Rows that add 1 each, or a number of different values."""
        if self.distinct is None:
            return AddedRows("count")
        return DistinctValues("count", english(self.distinct))

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        what = "rows" if self.distinct is None else f"different values of {english(self.distinct)}"
        return (
            f"The number of {what} in the {self.of.table} table{self._describe_where(' where')}. "
            f"{self._describe_period()}"
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        if self.distinct is not None and (self.distinct.name,) in self.of.keys:
            yield (
                "distinct",
                f"{self.distinct} is the key, so every row differs",
                "Leave distinct out",
            )
