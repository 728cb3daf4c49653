"""The ratio: one measure divided by another that does not contain it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.declaration import Finding
from swm_kpi.expressions import Canonical
from swm_kpi.measures.arithmetic import Arithmetic, QuotientOfInputs
from swm_kpi.measures.average_stock import AverageStock
from swm_kpi.measures.grid_cells import Cells, divide_measures
from swm_kpi.measures.measure import Measure, TableMeasure, quote_key
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
    QuotientOfMeasures,
    ResultColumn,
)
from swm_kpi.measures.statistic import TimeAlignment
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array


class Ratio(Measure):
    """One measure divided by another, where the first is not a part of the second.

    Both are flows, such as counts and sums of rows in the period, or both are of one kind and one
    time alignment, such as two stocks at one date. A flow may also be divided by an average stock,
    as leavers by the average number of staff. Neither is a quotient. The two may count different
    tables, or one table by different dates, so a ratio can be above 1.

    - Unit: a ratio, unless another unit is declared. With a ``scale`` it must be declared.
    - Time: that of the two measures.
    - Totals: numerators and denominators are computed for each total and divided again. Periods
      are pooled only where both measures can be.
    - Protection: numerator and denominator are protected as the counts that they are.
    - Process limits: yes. If the unit is a proportion, not where the mean numerator is too small.
    - Interval: none, because nothing is known of how the two measures vary together.

    Attributes:
        numerator, denominator: keys of measures of the same metric and basis.
        scale: per how many of the denominator, such as 1,000 employees.
    """

    kind: ClassVar[str] = "ratio"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.NUMERATOR)
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.PERIOD_VARIATION)
    numerator: str
    denominator: str
    scale: int = 1

    @property
    def pooling(self) -> PoolingRule:
        """Numerators and denominators are added, and divided again."""
        return PoolingRule(PoolingMethod.DIVIDED, self.scale)

    @property
    def disclosure(self) -> DisclosureRule:
        """Numerator and denominator are protected as the measures that they are."""
        return QuotientOfMeasures(self.scale)

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
        """Return the numerator over the denominator, times the scale."""
        import numpy as np

        cells = divide_measures(inputs[self.numerator], inputs[self.denominator], self.scale)
        lacking = inputs[self.numerator].rows_without_value
        at_least, at_most = cells.at_least, cells.at_most
        if lacking is not None and at_least is not None and at_most is not None:
            # A row that lacks its value may be left out of the denominator for that reason, and
            # would be in both if it were recorded. The bounds of the parts are then not its own.
            cells.at_least = np.where(lacking > 0, np.nan, at_least)
            cells.at_most = np.where(lacking > 0, np.nan, at_most)
        if self.resolved_unit is Unit.PROPORTION and cells.at_most is not None:
            # It is read as a part of a whole. If its parts are recorded as such, it is at most 1.
            cells.at_most = np.where(cells.value <= 1, np.minimum(cells.at_most, 1), cells.at_most)
        return cells

    @property
    def arithmetic(self) -> Arithmetic:
        """One measure divided by another, times the scale."""
        return QuotientOfInputs(self.numerator, self.denominator, scale=self.scale)

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        scale = f", times {self.scale:,}" if self.scale != 1 else ""
        return f"{quote_key(self.numerator)} divided by {quote_key(self.denominator)}{scale}."

    def canonical(self) -> Canonical:
        """Return what moves its numbers, the scale included."""
        return [*super().canonical(), *([self.scale] if self.scale != 1 else [])]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        if self.numerator == self.denominator:
            yield "denominator", "it is the numerator, so the ratio is 1", "Name another measure"
        if self.scale < 1:
            yield "scale", f"{self.scale} is not a scale", "Use a whole number such as 1_000"
        elif self.scale != 1 and self.unit is None:
            yield "unit", "a ratio with a scale is not a plain ratio", "Give unit="

    def input_findings(self, inputs: Sequence[Measure]) -> Iterator[Finding]:
        """Yield what is wrong with the two measures: two flows, or one kind and one time basis."""
        yield from super().input_findings(inputs)
        if len(inputs) != 2 or not all(isinstance(measure, TableMeasure) for measure in inputs):
            return
        numerator, denominator = inputs
        is_turnover = _is_flow(numerator) and isinstance(denominator, AverageStock)
        are_flows = _is_flow(numerator) and _is_flow(denominator)
        are_alike = numerator.kind == denominator.kind and len(_alignments(*inputs)) == 1
        if not (are_flows or are_alike or is_turnover):
            rule = (
                f"{self.key} divides {numerator.key!r}, {_describe(numerator)}, by "
                f"{denominator.key!r}, {_describe(denominator)}"
            )
            fix = (
                "Divide two flows (counts and sums of the rows in a period), a flow by an average "
                "stock, or two stocks at one date"
            )
            yield "measures", rule, fix


def _alignments(*measures: Measure) -> set[TimeAlignment]:
    return {
        statistic.alignment for measure in measures for statistic in measure.statistics.values()
    }


def _is_flow(measure: Measure) -> bool:
    """Return whether a value is a count or a sum of the rows of a period."""
    is_total = isinstance(measure.disclosure, CountedValue)
    return is_total and _alignments(measure) == {TimeAlignment.EVENT}


def _describe(measure: Measure) -> str:
    article = "an" if measure.kind[0] in "aeiou" else "a"
    return f"{article} {measure.kind}"
