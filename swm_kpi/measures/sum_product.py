"""The sum product: amounts times factors, such as tonnes of carbon from litres of fuel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Product, english
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


class SumProduct(TableMeasure):
    """The sum over rows of an amount times a factor of the same row.

    - Unit: must be declared; it is the unit of an amount times a factor.
    - Time: a row counts in the period that holds its date.
    - Totals: values add over areas and periods.
    - Protection: a value in people or events is suppressed where it is small. Tonnes, pounds and
      units of time are not counts.
    - Process limits: yes.
    - Interval: none, because the value is calculated from amounts and not from separate events.

    Attributes:
        amount: the amount of an activity, such as litres.
        factor: what one unit of the amount is in the measure's unit, such as tonnes for a litre.
    """

    kind: ClassVar[str] = "sum product"
    additivity: ClassVar[Additivity] = Additivity.ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.ADDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.VALUE)
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.PERIOD_VARIATION)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()
    disclosure: ClassVar[DisclosureRule] = CountedValue("total")
    amount: Column
    factor: Column

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The sum of products."""
        total = Statistic(self.of, Operation.SUM, self.at, where=self.where, of=self._product)
        return {"total": total}

    @property
    def _product(self) -> Product:
        return Product(self.amount, self.factor)

    @cached_property
    def completeness(self) -> Completeness:
        """A row that counts has an amount and a factor."""
        is_added = is_never_negative(self.amount) and is_never_negative(self.factor)
        return Completeness(
            Statistic(self.of, Operation.ROWS, self.at),
            self.where,
            measured=(self.amount, self.factor),
            amount=self._product,
            bounds=Bounds.ADDED if is_added else Bounds.NONE,
        )

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the sum itself."""
        return Cells(statistics["total"])

    @property
    def arithmetic(self) -> Arithmetic:
        """Rows that add a product each."""
        return AddedRows("total")

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        return (
            f"The sum of {english(self.amount)} times {english(self.factor)} in the "
            f"{self.of.table} table{self._describe_where(' where')}. {self._describe_period()}"
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        yield from self._number_findings("amount", self.amount)
        yield from self._number_findings("factor", self.factor)
        if self.unit is None:
            yield "unit", "a sum product is not in rows", "Give unit=, such as Unit.TONNES_CO2E"
