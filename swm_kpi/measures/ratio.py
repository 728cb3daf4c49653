"""The ratio: one measure divided by another that does not contain it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.declaration import Finding
from swm_kpi.measures.arithmetic import Arithmetic, QuotientOfInputs
from swm_kpi.measures.grid_cells import Cells, divide_measures
from swm_kpi.measures.measure import Measure, TableMeasure, quote_key
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    DisclosureRule,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    QuotientOfMeasures,
    ResultColumn,
)
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array

_TURNOVER = ["count", "average stock"]
"""Kinds that may be divided though they differ: leavers over the average number of staff."""


class Ratio(Measure):
    """One measure divided by another, where the first is not a part of the second.

    The two are of one kind and one time alignment, or a count over an average stock, and neither is
    a quotient. They may count different tables, or one table by different dates, so a ratio can be
    above 1.

    - Unit: a ratio, unless another unit is declared.
    - Time: that of the two measures.
    - Totals: numerators and denominators are computed for each total and divided again. Periods
      are pooled only where both measures can be.
    - Protection: numerator and denominator are protected as the counts that they are.
    - Process limits: yes. If the unit is a proportion, not where the mean numerator is too small.
    - Interval: none, because nothing is known of how the two measures vary together.

    Attributes:
        numerator, denominator: keys of measures of the same metric and basis.
    """

    kind: ClassVar[str] = "ratio"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.DIVIDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.NUMERATOR)
    disclosure: ClassVar[DisclosureRule] = QuotientOfMeasures()
    numerator: str
    denominator: str

    @property
    def process_limits(self) -> ProcessLimitRule:
        """A ratio that is read as a proportion rests on the count in its numerator."""
        is_proportion = self.resolved_unit is Unit.PROPORTION
        return ProcessLimitRule(count=ResultColumn.NUMERATOR if is_proportion else None)

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The two measures divided."""
        return (self.numerator, self.denominator)

    @property
    def resolved_unit(self) -> Unit:
        """A ratio, unless another unit is declared."""
        return self.unit or Unit.RATIO

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the numerator over the denominator."""
        return divide_measures(inputs[self.numerator].value, inputs[self.denominator].value)

    @property
    def arithmetic(self) -> Arithmetic:
        """One measure divided by another."""
        return QuotientOfInputs(self.numerator, self.denominator)

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        return f"{quote_key(self.numerator)} divided by {quote_key(self.denominator)}."

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        if self.numerator == self.denominator:
            yield "denominator", "it is the numerator, so the ratio is 1", "Name another measure"

    def input_findings(self, inputs: Sequence[Measure]) -> Iterator[Finding]:
        """Yield what is wrong with the two measures: one kind, and one time basis."""
        yield from super().input_findings(inputs)
        tables = [measure for measure in inputs if isinstance(measure, TableMeasure)]
        kinds = [measure.kind for measure in tables]
        alignments = {
            statistic.alignment for measure in tables for statistic in measure.statistics.values()
        }
        if (len(alignments) > 1 or len(set(kinds)) > 1) and kinds != _TURNOVER:
            rule = f"{self.key} divides a {kinds[0]} by a {kinds[-1]}"
            yield "measures", rule, "Divide two flows, or two stocks at one date"
