"""Stocks: how many there are at a moment, never a sum over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Canonical, Expression, english
from swm_kpi.measures.counts import undecided, undecided_notes
from swm_kpi.measures.measure import Cells, TableMeasure, Where, both, divided
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    CountedValue,
    DisclosureRule,
    MeanOfCounts,
    NoCounts,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
)
from swm_kpi.measures.statistic import Operation, Statistic, TimeAlignment
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.measure import Array


class PeriodEndStock(TableMeasure):
    """How many there were in the latest snapshot of the period.

    The date of the snapshot is in the note. A period with no snapshot is ``[x]``, never 0. It has
    no interval: everyone is counted, on a day, and the next snapshot holds mostly the same people.

    Attributes:
        at: the date of the snapshot. Each snapshot holds everyone in post on that day.
        until: for a register, the day a row ended, empty while it lasts; ``at`` is then the day
            it began, and the rows in force on the last day of the period are counted.
        value: a number column to sum, such as full-time equivalent; rows are counted without it.
        series: where a table holds several series of snapshots (year to date, forecast), the rows
            of the one meant; the latest is then the latest of that series, and a member with no
            row in it is ``[x]``, because a statement lists its members.
    """

    kind: ClassVar[str] = "period-end stock"
    additivity: ClassVar[Additivity] = Additivity.SEMI_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(
        PoolingMethod.ADDED, no_sum_reason="a stock at a date does not add over time."
    )
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.VALUE)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(
        caution="A stock carries over from one period to the next, so runs and trends are common."
    )
    disclosure: ClassVar[DisclosureRule] = CountedValue("stock")
    until: Column | None = None
    value: Column | None = None
    series: Where | None = None

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Rows of the latest snapshot, or the sum of a column over them."""
        operation = Operation.ROWS if self.value is None else Operation.SUM
        stock = _latest(self, operation, self.value)
        found = {"stock": stock, **undecided(self, self.where, stock)}
        if self.series is not None:
            found["rows"] = _latest(self, Operation.ROWS, None)
        return found

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """The stock itself."""
        absent = found["rows"] == 0 if "rows" in found else None
        notes = undecided_notes(self, found, self.where)
        return Cells(found["stock"], unavailable=absent, notes=notes)

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        what = "number of rows" if self.value is None else f"sum of {english(self.value)}"
        return (
            f"The {what} {self._when()} in the {self.of.table} table"
            f"{_selected(self.series, self.where)}."
        )

    def _when(self) -> str:
        if self.until is None:
            return "in the latest snapshot of the period"
        began, ended = english(self.at), english(self.until)
        return f"in force on the last day of the period, by {began} and {ended},"

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        if self.value is not None:
            yield from self._numeric("value", self.value)
        if self.until is not None and self.until.dtype is not self.at.dtype:
            yield "until", f"{self.until} and {self.at} are not of one type", "Use two dates"
        if self.until is not None and self.series is not None:
            yield "series", "a register has no series of snapshots", "Use where="


def _latest(
    measure: PeriodEndStock | BudgetVariance, operation: Operation, of: Column | None
) -> Statistic:
    """Return a statistic of the latest snapshot of the measure's series, or of what is in force."""
    until = measure.until if isinstance(measure, PeriodEndStock) else None
    return Statistic(
        measure.of,
        operation,
        measure.at,
        TimeAlignment.LAST_SNAPSHOT if until is None else TimeAlignment.IN_FORCE,
        both(measure.series, measure.where),
        of,
        series=measure.series,
        until=until,
    )


def _selected(series: Expression | None, where: Expression | None) -> str:
    chosen = both(series, where)
    return f" where {english(chosen)}" if chosen is not None else ""


class AverageStock(TableMeasure):
    """The mean of a number taken at regular snapshots. A snapshot that is missing is not zero.

    An area is averaged over the snapshots that hold it; a total over those that hold every area
    seen in the period. How many there were is the denominator. It has no interval: snapshots of one
    period are not separate cases.

    Attributes:
        at: when the snapshot was taken.
        value: the number column summed within each snapshot; rows are counted without it.
        same_rows: whether each snapshot writes the same rows, zeros included, so that one with
            fewer has lost some. Not so of a list of people: fewer of them are fewer.
    """

    kind: ClassVar[str] = "average stock"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.WEIGHTED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.VALUE)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()
    disclosure: ClassVar[DisclosureRule] = MeanOfCounts("sum")
    value: Column | None = None
    same_rows: bool = True

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The sum over the snapshots, and how many snapshots there were."""
        alignment = (
            TimeAlignment.MEAN_OF_SNAPSHOTS if self.same_rows else TimeAlignment.MEAN_OF_STOCKS
        )
        every = Statistic(self.of, Operation.ROWS, self.at, alignment)
        summed = Statistic(
            self.of,
            Operation.ROWS if self.value is None else Operation.SUM,
            self.at,
            alignment,
            self.where,
            self.value,
        )
        return {"sum": summed, "snapshots": every, **undecided(self, self.where, every)}

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """The sum over the snapshots divided by how many there were."""
        value, empty = divided(found["sum"], found["snapshots"])
        notes = undecided_notes(self, found, self.where)
        return Cells(value, None, found["snapshots"], unavailable=empty, notes=notes)

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        what = "number of rows" if self.value is None else f"sum of {english(self.value)}"
        return (
            f"The {what} in each snapshot of the {self.of.table} table"
            f"{self._where_words(' where')}, averaged over the snapshots taken in the period."
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        if self.value is not None:
            yield from self._numeric("value", self.value)
        elif self.where is None:
            yield "where", "it counts every row of each snapshot", "Say which rows, or give value="


class BudgetVariance(TableMeasure):
    """Actual less budget at the latest statement of the period: above zero is overspent.

    It has no interval: it is an account, not a sample.

    Attributes:
        at: the day to which the statement's figures run. They are cumulative, so the latest in
            the period is used and months are never added.
        actual, budget: the two number columns.
        series: where a table holds several series of statements (year to date, forecast), the
            rows of the one meant.
        relative: divide by the budget; a budget of zero gives ``[z]``.
    """

    kind: ClassVar[str] = "budget variance"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    percentage_change: ClassVar[ChangeRule] = ChangeRule(
        count=ResultColumn.VALUE,
        refusal="a variance can be above or below zero.",
    )
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(
        refusal="a statement is cumulative within the financial year, so each figure includes the "
        "one before it."
    )
    disclosure: ClassVar[DisclosureRule] = NoCounts()
    actual: Column
    budget: Column
    series: Where | None = None
    relative: bool = False

    @property
    def pooling(self) -> PoolingRule:
        """Variances of different years add; statements of one year do not."""
        method = PoolingMethod.DIVIDED if self.relative else PoolingMethod.ADDED
        return PoolingRule(
            method, no_sum_reason="a statement is cumulative, so its figures do not add."
        )

    @property
    def resolved_unit(self) -> Unit:
        """Pounds, or a ratio to the budget."""
        return Unit.RATIO if self.relative else Unit.POUNDS

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The sums of actual and budget in the latest statement, and its rows."""
        return {
            "actual": _latest(self, Operation.SUM, self.actual),
            "budget": _latest(self, Operation.SUM, self.budget),
            "rows": _latest(self, Operation.ROWS, None),
        }

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """The difference, or the difference over the budget."""
        import numpy as np

        places = max(self.actual.decimals or 0, self.budget.decimals or 0)
        difference = np.round(found["actual"] - found["budget"], places)
        absent = found["rows"] == 0
        if not self.relative:
            return Cells(difference, unavailable=absent)
        value, empty = divided(difference, found["budget"])
        return Cells(value, difference, found["budget"], empty & ~absent, absent)

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        share = f", divided by {english(self.budget)}" if self.relative else ""
        return (
            f"{english(self.actual).capitalize()} less {english(self.budget)}{share}, in the "
            f"latest statement of the period in the {self.of.table} table"
            f"{_selected(self.series, self.where)}. Above zero is overspent."
        )

    def canonical(self) -> Canonical:
        """What moves its numbers."""
        return [*super().canonical(), self.relative]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        yield from self._numeric("actual", self.actual)
        yield from self._numeric("budget", self.budget)
        if self.actual is self.budget:
            yield "budget", "it is the actual", "Name the budget's column"
