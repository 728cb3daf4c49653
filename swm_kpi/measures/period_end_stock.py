"""The period-end stock: how many there are at the end of a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Canonical, as_condition, english
from swm_kpi.measures.arithmetic import AddedRows, Arithmetic
from swm_kpi.measures.grid_cells import Cells, note_members_without_rows
from swm_kpi.measures.measure import TableMeasure, Where
from swm_kpi.measures.null_conditions import Bounds, Completeness, all_of, is_never_negative
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
from swm_kpi.measures.statement_period import StatementPeriod
from swm_kpi.measures.statistic import Operation, Statistic, TimeAlignment

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array


class PeriodEndStock(TableMeasure):
    """The number of rows, or the sum of a column, in the latest snapshot of the period.

    The note holds the date of the snapshot. A period with no snapshot is marked ``[x]`` and is
    never 0. With ``until``, the table is a register: the rows in force on the last day of the
    period are counted.

    - Unit: the unit of the table's rows, unless another is declared.
    - Time: the latest snapshot in the period, or the last day of the period for a register.
    - Totals: values add over areas, and never over periods. The same period of several years can
      be averaged.
    - Protection: the value is a count, and is suppressed where it is small.
    - Process limits: yes, with a caution: neighbouring stocks are mostly the same people. None for
      a statement, whose figures each include the one before.
    - Interval: none, because everyone is counted, and no sample is drawn.
    - Source: semi-additive facts in R. Kimball and M. Ross, *The data warehouse toolkit* (2013).

    Attributes:
        at: the date of the snapshot; for a register, the day a row begins.
        until: for a register, the day a row ends, null while it lasts.
        value: a number column to sum, such as full-time equivalents; rows are counted without it.
        series: for a table with several series of snapshots, such as year to date and forecast,
            which rows are the series. The latest snapshot is then the latest of that series. A
            member with no row in it is marked ``[x]``, because a statement lists its members.
        statement: for a table of statements of account, the time that the figures cover.
        blank_means_no: a column of ``where`` in which a blank means no. A cell in which it is blank
            in every row is marked ``[x]``, because nobody recorded it.
    """

    kind: ClassVar[str] = "period-end stock"
    additivity: ClassVar[Additivity] = Additivity.SEMI_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(
        PoolingMethod.ADDED, no_sum_reason="a stock at a date does not add over time."
    )
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.VALUE)
    disclosure: ClassVar[DisclosureRule] = CountedValue("stock")
    until: Column | None = None
    value: Column | None = None
    series: Where | None = None
    statement: StatementPeriod | None = None
    blank_means_no: Column | None = None

    @property
    def statement_period(self) -> StatementPeriod | None:
        """The time that the figures of a statement cover; None for a number at one moment."""
        return self.statement

    @property
    def change_test(self) -> ChangeTestRule:
        """A stock is described by its trend; a statement of account is not subject to chance."""
        if self.statement is not None:
            return ChangeTestRule.refuse(
                "A statement of account is not a sample, so no test of chance applies to it."
            )
        return ChangeTestRule(ChangeTest.TREND)

    @property
    def process_limits(self) -> ProcessLimitRule:
        """A stock has limits, and a statement of a financial year has none."""
        if self.statement is not None:
            return ProcessLimitRule(refusal=self.statement.reason_no_limits)
        return ProcessLimitRule(
            caution="A stock carries over from one period to the next, so runs and trends are "
            "common."
        )

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Rows of the latest snapshot, or the sum of a column over them."""
        operation = Operation.ROWS if self.value is None else Operation.SUM
        stock = self._latest(operation, self.value)
        statistics = {"stock": stock}
        if self.series is not None:
            statistics["rows"] = self._latest(Operation.ROWS, None)
        return statistics

    @cached_property
    def completeness(self) -> Completeness:
        """A row of the stock has a number."""
        stock = self.statistics["stock"]
        is_added = self.value is None or is_never_negative(self.value)
        return Completeness(
            replace(stock, operation=Operation.ROWS, where=self.series, of=None),
            self.where,
            measured=(self.value,) if self.value is not None else (),
            amount=self.value,
            bounds=Bounds.ADDED if is_added else Bounds.NONE,
            blank_means_no=self.blank_means_no,
        )

    def _latest(self, operation: Operation, of: Column | None) -> Statistic:
        is_register = self.until is not None
        return Statistic(
            self.of,
            operation,
            self.at,
            TimeAlignment.IN_FORCE if is_register else TimeAlignment.LAST_SNAPSHOT,
            all_of(self.series, self.where),
            of,
            series=self.series,
            until=self.until,
        )

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the stock itself."""
        if "rows" not in statistics:
            return Cells(statistics["stock"])
        unavailable = statistics["rows"] == 0
        notes = [note_members_without_rows(statistics["rows"])]
        return Cells(statistics["stock"], unavailable=unavailable, notes=notes)

    @property
    def arithmetic(self) -> Arithmetic:
        """Rows of the stock, which add 1 or an amount each."""
        return AddedRows("stock")

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        what = "number of rows" if self.value is None else f"sum of {english(self.value)}"
        where = f" where {english(as_condition(self.where))}" if self.where is not None else ""
        formula = f"The {what}{where} {self._describe_date()}."
        if self.until is not None:
            formula = f"The {what} {self._describe_date()}{where}."
        if self.blank_means_no is None:
            return formula
        name = english(self.blank_means_no)
        blank = f"A blank {name} means no, unless it is blank in every row of the period."
        return f"{formula} {blank}"

    def canonical(self) -> Canonical:
        """Return what moves its numbers, with the column in which a blank means no."""
        blank = [] if self.blank_means_no is None else [english(self.blank_means_no)]
        return [*super().canonical(), *blank]

    def _describe_date(self) -> str:
        table = f"the {self.of.table} table"
        if self.series is not None:
            series = english(as_condition(self.series))
            latest = "snapshot" if self.statement is None else "statement"
            return f"in the latest {latest} of the period among the rows of {table} where {series}"
        if self.until is None:
            return f"in the latest snapshot of {table} in the period"
        began, ended = english(self.at), english(self.until)
        return f"in force on the last day of the period, by {began} and {ended}, in {table}"

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        if self.value is not None:
            yield from self._number_findings("value", self.value)
        if self.until is not None and self.until.dtype is not self.at.dtype:
            yield "until", f"{self.until} and {self.at} are not of one type", "Use two dates"
        if self.until is not None and self.series is not None:
            yield "series", "a register has no series of snapshots", "Use where="
        column, where = self.blank_means_no, self.where
        if column is not None and not column.nullable:
            yield "blank_means_no", f"{column} is never blank", "Leave blank_means_no out"
        elif column is not None and (
            where is None or not any(part is column for part in where.walk())
        ):
            rule = f"where does not read {column}"
            yield "blank_means_no", rule, "Name a column of where"
