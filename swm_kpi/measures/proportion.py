"""The proportion: rows that meet a condition, divided by all rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Canonical, Expression, IsNull, IsUnknown, Not, as_condition, english
from swm_kpi.measures.arithmetic import Arithmetic, ShareOfRows
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
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
    ShareOfCounts,
)
from swm_kpi.measures.statistic import Operation, Statistic
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array, Limits


class Proportion(TableMeasure):
    """The proportion of some rows that meet a condition, from 0 to 1.

    A row for which the numerator's condition is unknown is in neither the numerator nor the
    denominator, and a note counts it. A proportion of no rows is marked ``[z]``.

    - Unit: always a proportion.
    - Time: a row counts in the period that holds its date.
    - Totals: numerators and denominators add over areas and periods, and are divided again.
    - Protection: numerator and denominator are counts, and so is their difference.
    - Process limits: yes; those of small counts where few cases count, or few do not.
    - Interval: Wilson's, of the denominator.
    - Source: E. B. Wilson, *Probable inference, the law of succession, and statistical inference*,
      Journal of the American Statistical Association 22 (1927).

    Attributes:
        where: which rows are the denominator; all in the period when left out.
        numerator: which of those rows count. They are always a subset of the denominator.
        blank_means_no: a column of the numerator that is filled only when something was done, so
            that a blank means that it was not. Where it is blank in every row of the period, the
            share is ``[x]``, because nobody recorded it.
    """

    kind: ClassVar[str] = "proportion"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.DIVIDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.SHARES)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.NUMERATOR)
    disclosure: ClassVar[DisclosureRule] = ShareOfCounts(
        "numerator", "denominator", undecided="unknown"
    )
    numerator: Where
    blank_means_no: Column | None = None

    @property
    def _answer(self) -> Expression:
        """The numerator's condition, which is false where a blank means no."""
        if self.blank_means_no is None:
            return self.numerator
        return as_condition(self.numerator) & Not(IsNull(self.blank_means_no))

    @cached_property
    def completeness(self) -> Completeness:
        """It is known of a row that counts whether it is in the numerator."""
        return Completeness(
            Statistic(self.of, Operation.ROWS, self.at),
            self.where,
            answer=self._answer,
            bounds=Bounds.SHARE,
            blank_means_no=self.blank_means_no,
        )

    @property
    def resolved_unit(self) -> Unit:
        """Always a proportion."""
        return Unit.PROPORTION

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Rows in the numerator, rows in the denominator, and rows that may be in neither."""
        statistics = {
            "numerator": self._rows(all_of(self.where, self._answer)),
            "denominator": self._rows(self.where),
        }
        if can_be_unknown(self._answer):
            unknown = IsUnknown(as_condition(self._answer))
            statistics["unknown"] = self._rows(all_of(self.where, unknown))
        return statistics

    def _rows(self, where: Expression | None) -> Statistic:
        return Statistic(self.of, Operation.ROWS, self.at, where=where)

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the numerator over the rows that are known to be in it or not."""
        numerator, denominator = statistics["numerator"], statistics["denominator"]
        if "unknown" in statistics:
            denominator = denominator - statistics["unknown"]
        value, is_zero = divide(numerator, denominator)
        return Cells(value, numerator, denominator, is_zero, trials=denominator)

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the Wilson interval of the proportion."""
        return proportion_interval(cells.value, cells.trials, confidence)

    @property
    def arithmetic(self) -> Arithmetic:
        """Rows of the numerator, out of the rows that are decided."""
        undecided = "unknown" if "unknown" in self.statistics else ""
        return ShareOfRows("numerator", "denominator", undecided)

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        return (
            f"Of the rows in the {self.of.table} table{self._describe_where(' where')}, the "
            f"share where {english(self.numerator)}.{self._describe_blank()} "
            f"{self._describe_period()}"
        )

    def _describe_blank(self) -> str:
        if self.blank_means_no is None:
            return ""
        name = english(self.blank_means_no)
        return f" A blank {name} means no, unless it is blank in every row of the period."

    def canonical(self) -> Canonical:
        """Return what moves its numbers, with the column in which a blank means no."""
        blank = [] if self.blank_means_no is None else [english(self.blank_means_no)]
        return [*super().canonical(), *blank]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        if self.unit not in (None, Unit.PROPORTION):
            yield "unit", "a proportion is from 0 to 1", "Leave unit out"
        column = self.blank_means_no
        if column is not None and not column.nullable:
            yield "blank_means_no", f"{column} is never blank", "Leave blank_means_no out"
        elif column is not None and not any(part is column for part in self.numerator.walk()):
            rule = f"the numerator does not read {column}"
            yield "blank_means_no", rule, "Name a column of the numerator"
