"""The budget variance: actual less budget."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Canonical, Expression, IsNull, Not, english
from swm_kpi.measures.arithmetic import Arithmetic, DifferenceOfSums, QuotientOfColumns, RowRoles
from swm_kpi.measures.grid_cells import Cells, divide, note_members_without_rows
from swm_kpi.measures.measure import TableMeasure, Where
from swm_kpi.measures.null_conditions import Completeness, all_of
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    ChangeTestRule,
    DisclosureRule,
    NoCounts,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
)
from swm_kpi.measures.statement_period import StatementPeriod
from swm_kpi.measures.statistic import Operation, Statistic, TimeAlignment
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array


class BudgetVariance(TableMeasure):
    """Actual less budget in the latest statement of the period: above zero is over the budget.

    Spending is above zero and income is below zero, in the actual as in the budget. A variance
    above zero means that more was spent, or less income was received, than planned. It has that
    meaning for a budget of income too: a budget of -100 and an actual of -80 vary by 20, which is
    0.2 of the budget's size.

    - Unit: pounds, or with ``relative`` a percentage ratio: the share of the budget's size.
    - Time: the latest statement in the period. Its figures are cumulative within the financial
      year, so those of several months are never added.
    - Totals: each total is computed again from its actuals and budgets. The same period of
      several years can be averaged.
    - Protection: none needed, because pounds are not people.
    - Process limits: none, because each figure includes the one before it.
    - Interval: none, because an account is not a sample.

    Attributes:
        at: the day to which the figures of a statement run.
        actual, budget: the two number columns.
        series: for a table with several series of statements, such as year to date and forecast,
            which rows are the series.
        relative: divide by the size of the budget, without its sign; a budget of zero is marked
            ``[z]``.
        statement: the time that the figures cover: the year to date, or the financial year for a
            forecast.
    """

    kind: ClassVar[str] = "budget variance"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    percentage_change: ClassVar[ChangeRule] = ChangeRule(
        count=ResultColumn.VALUE, refusal="a variance can be above or below zero."
    )
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule.refuse(
        "An account is not a sample, so no test of chance applies to a variance."
    )
    disclosure: ClassVar[DisclosureRule] = NoCounts()
    actual: Column
    budget: Column
    series: Where | None = None
    relative: bool = False
    statement: StatementPeriod = StatementPeriod.YEAR_TO_DATE

    @property
    def statement_period(self) -> StatementPeriod:
        """The time that the figures of a statement cover."""
        return self.statement

    @property
    def process_limits(self) -> ProcessLimitRule:
        """None, because the statements of one financial year are of the same spending."""
        return ProcessLimitRule(refusal=self.statement.reason_no_limits)

    @property
    def pooling(self) -> PoolingRule:
        """Variances of different years can be averaged; statements of one year do not add."""
        method = PoolingMethod.DIVIDED if self.relative else PoolingMethod.ADDED
        reason = "a statement is cumulative, so its figures do not add."
        return PoolingRule(method, no_sum_reason=reason)

    @property
    def resolved_unit(self) -> Unit:
        """Pounds, or a percentage of the budget."""
        return Unit.PERCENTAGE_RATIO if self.relative else Unit.POUNDS

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The sums of actual and budget in the latest statement, and its rows.

        A row that lacks one of the figures is in neither sum.
        """
        figures = (self.actual, self.budget)
        both = all_of(*(Not(IsNull(figure)) for figure in figures if figure.nullable))
        return {
            "actual": self._latest(Operation.SUM, self.actual, both),
            "budget": self._latest(Operation.SUM, self.budget, both),
            "rows": self._latest(Operation.ROWS, None),
        }

    @cached_property
    def completeness(self) -> Completeness:
        """A row of the statement has both figures."""
        rows = replace(self.statistics["rows"], where=self.series)
        return Completeness(rows, self.where, measured=(self.actual, self.budget))

    def _latest(
        self, operation: Operation, of: Column | None, condition: Expression | None = None
    ) -> Statistic:
        return Statistic(
            self.of,
            operation,
            self.at,
            TimeAlignment.LAST_SNAPSHOT,
            all_of(self.series, self.where, condition),
            of,
            series=self.series,
        )

    @property
    def row_roles(self) -> RowRoles:
        """The statistics that the rows of the number are in."""
        return RowRoles("actual")

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the difference, or the difference over the size of the budget."""
        import numpy as np

        actual, budget = statistics["actual"], statistics["budget"]
        decimals = max(self.actual.sum_decimals, self.budget.sum_decimals)
        difference = np.round(actual - budget, decimals)
        unavailable = statistics["rows"] == 0
        notes = [note_members_without_rows(statistics["rows"])]
        if not self.relative:
            return Cells(difference, unavailable=unavailable, notes=notes)
        size = np.abs(budget)
        value, is_zero = divide(difference, size)
        is_inapplicable = is_zero & ~unavailable
        return Cells(value, difference, size, is_inapplicable, unavailable, notes=notes)

    @property
    def arithmetic(self) -> Arithmetic:
        """Actual minus budget, or their difference divided by the size of the budget."""
        if self.relative:
            return QuotientOfColumns()
        return DifferenceOfSums("actual", "budget")

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        size = f"the size of {english(self.budget)}, without its sign"
        share = f", divided by {size}" if self.relative else ""
        condition = all_of(self.series, self.where)
        rows = f"the rows of the {self.of.table} table"
        where = f"{rows} where {english(condition)}" if condition is not None else rows
        return (
            f"{english(self.actual).capitalize()} minus {english(self.budget)}{share}, in the "
            f"latest statement of the period among {where}. Income is below zero. A value above "
            "zero means that more was spent, or less income was received, than planned."
        )

    def canonical(self) -> Canonical:
        """Return what moves its numbers, with what is reported."""
        return [*super().canonical(), self.relative]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        yield from self._number_findings("actual", self.actual)
        yield from self._number_findings("budget", self.budget)
        if self.actual is self.budget:
            yield "budget", "it is the actual", "Name the budget's column"
