"""Amounts times factors: tonnes of carbon from litres and kilowatt hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Product, english
from swm_kpi.measures.counts import undecided, undecided_notes
from swm_kpi.measures.measure import Cells, TableMeasure
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    CountedValue,
    DisclosureRule,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
)
from swm_kpi.measures.statistic import Operation, Statistic

if TYPE_CHECKING:
    from swm_kpi.measures.measure import Array


class SumProduct(TableMeasure):
    """The sum over rows of an amount times its own factor.

    It has no interval: it is worked out and not counted.

    Attributes:
        amount: how much of an activity.
        factor: what one of it comes to, in the measure's unit.
    """

    kind: ClassVar[str] = "sum product"
    additivity: ClassVar[Additivity] = Additivity.ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.ADDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.VALUE)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()
    disclosure: ClassVar[DisclosureRule] = CountedValue("total")
    amount: Column
    factor: Column

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The sum of products, and the rows whose condition is undecided."""
        of = Product(self.amount, self.factor)
        total = Statistic(self.of, Operation.SUM, self.at, where=self.where, of=of)
        return {"total": total, **undecided(self, self.where)}

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """The sum itself."""
        return Cells(found["total"], notes=undecided_notes(self, found, self.where))

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        return (
            f"The sum of {english(self.amount)} times {english(self.factor)} in the "
            f"{self.of.table} table{self._where_words(' where')}, by {english(self.at)}."
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        yield from self._numeric("amount", self.amount)
        yield from self._numeric("factor", self.factor)
        if self.unit is None:
            yield "unit", "a quantity is not in rows", "Give unit=, such as Unit.PEOPLE"
