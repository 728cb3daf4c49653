"""The survey proportion: weighted answers of people who stand for others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import (
    Assumption,
    Canonical,
    Expression,
    IsUnknown,
    Not,
    Product,
    as_condition,
    english,
)
from swm_kpi.expressions.literals import canonical_literal
from swm_kpi.measures.arithmetic import RowRoles
from swm_kpi.measures.grid_cells import Cells, divide
from swm_kpi.measures.interval_methods import proportion_interval
from swm_kpi.measures.measure import TableMeasure, Where
from swm_kpi.measures.null_conditions import Bounds, Completeness, all_of, can_be_unknown
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    ChangeTest,
    ChangeTestRule,
    DisclosureRule,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
    ShareOfCounts,
)
from swm_kpi.measures.statistic import Operation, Statistic
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array, Limits


class SurveyProportion(TableMeasure):
    """The weighted proportion of valid answers that are favourable.

    The numerator and the denominator are sums of weights. A proportion of fewer answers than
    ``min_answers`` is marked ``[u]``. Two columns and the note hold the number of answers and the
    effective sample size: the square of the sum of weights over the sum of squared weights. An
    answer of which it is not known whether it is favourable is in neither sum.

    - Unit: always a proportion.
    - Time: an answer counts in the period that holds its date.
    - Totals: weights add over areas within a period, and are divided again. Periods are never
      pooled, because the weights of different survey waves are not always on one scale.
    - Protection: numerator and denominator are protected as counts, and so is their difference.
    - Process limits: yes, unless the mean numerator is too small.
    - Interval: Wilson's, of the effective sample size. It allows for unequal weights, and not for
      answers that cluster, such as those of one household.
    - Source: L. Kish, *Survey sampling* (1965), for the effective sample size.

    Attributes:
        where: the survey and the question. One row is one answer.
        valid: which answers count at all: not "don't know", and not refused.
        favourable: which of those are favourable.
        weight: the weight of each answer, above zero.
        min_answers: an assumption: the smallest number of answers that is reliable.
    """

    kind: ClassVar[str] = "survey proportion"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule.refuse(
        "the weights of different survey waves are not always on one scale."
    )
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.SURVEY_SHARES)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.NUMERATOR)
    valid: Where
    favourable: Where
    weight: Column
    min_answers: Assumption

    @property
    def resolved_unit(self) -> Unit:
        """Always a proportion."""
        return Unit.PROPORTION

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Weights of favourable and of valid answers, squared weights, and answers."""
        decided = all_of(self._valid, self._favourable_is_known)
        return {
            "favourable": self._sum(all_of(self._valid, self.favourable), self.weight),
            "valid": self._sum(decided, self.weight),
            "squares": self._sum(decided, Product(self.weight, self.weight)),
            "answers": Statistic(self.of, Operation.ROWS, self.at, where=decided),
        }

    @property
    def disclosure(self) -> DisclosureRule:
        """The answers are counted, and so few of them mark the value."""
        return ShareOfCounts(
            "favourable", "valid", answers="answers", min_answers=self._min_answers
        )

    @property
    def _min_answers(self) -> int:
        (number,) = self.min_answers.values
        return int(str(number))

    @property
    def _valid(self) -> Expression:
        return self.valid if self.where is None else self.where & self.valid

    @property
    def _favourable_is_known(self) -> Expression | None:
        if not can_be_unknown(self.favourable):
            return None
        return Not(IsUnknown(as_condition(self.favourable)))

    @cached_property
    def completeness(self) -> Completeness:
        """It is known whether an answer is valid, and whether it is favourable."""
        return Completeness(
            Statistic(self.of, Operation.ROWS, self.at),
            self._valid,
            answer=self.favourable,
            amount=self.weight,
            adding=Operation.SUM_OF_WEIGHTS,
            bounds=Bounds.SHARE,
        )

    def _sum(self, where: Expression | None, of: Column | Product) -> Statistic:
        return Statistic(self.of, Operation.SUM_OF_WEIGHTS, self.at, where=where, of=of)

    @property
    def row_roles(self) -> RowRoles:
        """The statistics that the rows of the number are in."""
        return RowRoles("valid", "favourable")

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the favourable weights over the valid weights."""
        import numpy as np

        favourable, valid = statistics["favourable"], statistics["valid"]
        value, is_zero = divide(favourable, valid)
        effective_sample, _ = divide(valid**2, statistics["squares"])
        # Rounding must not make the effective sample larger than the number of answers.
        effective_sample = np.minimum(effective_sample, statistics["answers"])
        too_few = statistics["answers"] < self._min_answers
        return Cells(
            value,
            favourable,
            valid,
            is_zero,
            unreliable=too_few & ~is_zero,
            trials=effective_sample,
            answers=statistics["answers"],
            effective_answers=np.rint(effective_sample),
        )

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the Wilson interval of the proportion in the effective sample."""
        return proportion_interval(cells.value, cells.trials, confidence)

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        return (
            f"Of the answers in the {self.of.table} table where {english(self._valid)}, the "
            f"weighted share where {english(self.favourable)}. {self._describe_period()}"
        )

    def canonical(self) -> Canonical:
        """Return what moves its numbers, the smallest number of answers included."""
        return [*super().canonical(), canonical_literal(self.min_answers)]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        yield from self._number_findings("weight", self.weight)
        if "gt" not in self.weight.bounds:
            yield "weight", f"{self.weight} may be zero or less", "Declare the column with gt=0"
