"""The sum: a number column added over the rows of a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import english
from swm_kpi.measures.arithmetic import AddedRows, Arithmetic
from swm_kpi.measures.grid_cells import Cells
from swm_kpi.measures.measure import TableMeasure
from swm_kpi.measures.null_conditions import Bounds, Completeness, is_never_negative
from swm_kpi.measures.rules import (
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
    from swm_kpi.measures.grid_cells import Array


class Sum(TableMeasure):
    """The sum of a number column over the rows of a period.

    - Unit: must be declared.
    - Time: a row counts in the period that holds its date.
    - Totals: values add over areas and periods.
    - Protection: a sum of people or events is a count, and is suppressed where it is small.
    - Process limits: yes.
    - Interval: none, because the numbers summed need not be separate events: ten replies to one
      message are not ten events.

    Attributes:
        value: the column summed. A sum of floats is rounded once, to the column's ``decimals``.
    """

    kind: ClassVar[str] = "sum"
    additivity: ClassVar[Additivity] = Additivity.ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.ADDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.VALUE)
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.PERIOD_VARIATION)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()
    disclosure: ClassVar[DisclosureRule] = CountedValue("sum")
    value: Column

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The sum, and the rows summed."""
        return {
            "sum": Statistic(self.of, Operation.SUM, self.at, where=self.where, of=self.value),
            "rows": Statistic(self.of, Operation.ROWS, self.at, where=self.where),
        }

    @cached_property
    def completeness(self) -> Completeness:
        """A row that counts has an amount."""
        return Completeness(
            Statistic(self.of, Operation.ROWS, self.at),
            self.where,
            measured=(self.value,),
            amount=self.value,
            bounds=Bounds.ADDED if is_never_negative(self.value) else Bounds.NONE,
        )

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the sum itself."""
        return Cells(statistics["sum"], weight=statistics["rows"])

    @property
    def arithmetic(self) -> Arithmetic:
        """Rows that add an amount each."""
        return AddedRows("sum")

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        return (
            f"The sum of {english(self.value)} in the {self.of.table} table"
            f"{self._describe_where(' where')}. {self._describe_period()}"
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        yield from self._number_findings("value", self.value)
        if self.unit is None:
            yield "unit", "a sum is not in rows", "Give unit=, such as Unit.PEOPLE"
