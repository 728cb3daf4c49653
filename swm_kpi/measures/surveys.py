"""Shares of people asked, weighted to stand for those who were not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Assumption, Canonical, Expression, Product, english
from swm_kpi.expressions.literals import canonical_of
from swm_kpi.measures.interval_methods import of_a_share
from swm_kpi.measures.measure import Cells, TableMeasure, Where, both, divided
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    DisclosureRule,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
    ShareOfCounts,
)
from swm_kpi.measures.statistic import Operation, Statistic
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.measure import Array, Limits


class SurveyProportion(TableMeasure):
    """The weighted share of valid answers that are favourable.

    The numerator and the denominator are sums of weights. Fewer answers than ``least`` make the
    share ``[u]``. The effective sample, (sum of weights) squared over the sum of squared weights,
    is in the note. Its interval is Wilson's, of the weighted share in the effective sample: L.
    Kish, *Survey sampling* (1965). That allows for the weights, and not for answers in clusters.

    Attributes:
        where: the survey and the question; one row is one answer.
        valid: which answers count at all: not "don't know", not refused.
        favourable: which of those are favourable.
        weight: the weight of each answer, above zero.
        least: an assumption of the fewest answers a share may rest on.
    """

    kind: ClassVar[str] = "survey proportion"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule.refuse(
        "the weights of different survey waves are not always on one scale."
    )
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.NUMERATOR)
    disclosure: ClassVar[DisclosureRule] = ShareOfCounts(
        "favourable", "valid", note_has_counts=True
    )
    valid: Where
    favourable: Where
    weight: Column
    least: Assumption

    @property
    def resolved_unit(self) -> Unit:
        """Always a proportion."""
        return Unit.PROPORTION

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Weights of favourable and of valid answers, squared weights, and answers."""
        valid = both(self.where, self.valid)
        return {
            "favourable": self._sum(both(valid, self.favourable), self.weight),
            "valid": self._sum(valid, self.weight),
            "squares": self._sum(valid, Product(self.weight, self.weight)),
            "answers": Statistic(self.of, Operation.ROWS, self.at, where=valid),
        }

    def _sum(self, where: Expression | None, of: Column | Product) -> Statistic:
        return Statistic(self.of, Operation.SUM, self.at, where=where, of=of)

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Favourable over valid weights."""
        import numpy as np

        value, empty = divided(found["favourable"], found["valid"])
        effective, _ = divided(found["valid"] ** 2, found["squares"])
        (least,) = self.least.values
        few = found["answers"] < int(str(least))
        notes: list[tuple[Array, str]] = [
            (np.rint(np.nan_to_num(effective)).astype(np.float64), "in the effective sample"),
            (found["answers"], "answered"),
        ]
        return Cells(
            value,
            found["favourable"],
            found["valid"],
            empty,
            unreliable=few & ~empty,
            trials=effective,
            notes=notes,
        )

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the Wilson interval of the share in the effective sample."""
        return of_a_share(cells.value, cells.trials, confidence)

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        return (
            f"Of the answers in the {self.of.table} table{self._where_words(' where')}, by "
            f"{english(self.at)}, counting those where {english(self.valid)}: the weighted share "
            f"where {english(self.favourable)}."
        )

    def canonical(self) -> Canonical:
        """What moves its numbers."""
        return [*super().canonical(), canonical_of(self.least)]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        yield from self._numeric("weight", self.weight)
        if "gt" not in self.weight.bounds:
            yield "weight", f"{self.weight} may be zero or less", "Declare the column with gt=0"
