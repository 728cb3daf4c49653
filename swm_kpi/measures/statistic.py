"""Sufficient statistics: what an engine accumulates for a measure.

An additive statistic is accumulated once, at the finest grain, and merged for every total. One that
is not additive, such as distinct people or a median, is accumulated again for each total.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, assert_never

from swm_kpi.contracts import Column, ContractType
from swm_kpi.errors import Problem, place_of_declaration, raise_problems
from swm_kpi.expressions import (
    Assumption,
    Canonical,
    Compare,
    Expression,
    IsIn,
    Repeats,
    Term,
    WithinMonths,
    canonical,
)
from swm_kpi.expressions.literals import canonical_literal


class Operation(StrEnum):
    """The aggregate function that is applied to the rows of a cell."""

    ROWS = "rows"
    """Counts rows; with ``of``, the rows in which it is not null."""
    SUM = "sum"
    """Adds the values of ``of``, and rounds the sum to its decimals."""
    SUM_OF_WEIGHTS = "sum of weights"
    """Adds the values of ``of``, which are weights on any scale, and keeps every digit."""
    DISTINCT = "distinct"
    """Counts the different values of ``of``."""
    QUANTILE = "quantile"
    """Returns a quantile of the values of ``of``, or a limit of its interval."""

    @property
    def is_additive(self) -> bool:
        """Whether a total is the sum over members and over months.

        Raises:
            AssertionError: an operation has no case here.
        """
        match self:
            case Operation.ROWS | Operation.SUM | Operation.SUM_OF_WEIGHTS:
                return True
            case Operation.DISTINCT | Operation.QUANTILE:
                return False
            case _:
                assert_never(self)


class Limit(StrEnum):
    """An end of the interval of a quantile."""

    LOWER = "lower"
    UPPER = "upper"


class TimeAlignment(StrEnum):
    """How the time of a row places it in a period."""

    EVENT = "event"
    """The row's time falls in the period."""
    LAST_SNAPSHOT = "last snapshot"
    """The row belongs to the latest snapshot in the period."""
    MEAN_OF_SNAPSHOTS = "mean of snapshots"
    """The row belongs to one of the snapshots in the period, which are averaged."""
    MEAN_OF_STOCKS = "mean of stocks"
    """The row belongs to one of the lists in the period, which are averaged as they are."""
    IN_FORCE = "in force"
    """The row began by the last day of the period and had not ended by then."""
    INTERVAL = "interval"
    """The row lasts from one time to another, some of which is in the period."""
    REFERENCE = "reference"
    """The row belongs to the reference year nearest to the middle of the period."""

    @property
    def is_of_snapshots(self) -> bool:
        """Whether rows belong to snapshots of the period."""
        return self in {
            TimeAlignment.LAST_SNAPSHOT,
            TimeAlignment.MEAN_OF_SNAPSHOTS,
            TimeAlignment.MEAN_OF_STOCKS,
        }


@dataclass(frozen=True, eq=False)
class Statistic:
    """One aggregate over one table.

    Attributes:
        contract: the table.
        operation: the aggregate function.
        at: the column that places a row in time.
        alignment: how that column places a row in a period.
        where: which rows; None for all.
        of: the term that is summed, counted or ordered; None when rows are counted.
        quantile: for a quantile, its level, such as 0.5 for the median. It interpolates linearly.
        series: for snapshots, the rows that make up one series of snapshots; None for all.
        until: for a row that lasts, the column of its end.
        total_over: the key of a breakdown; every member then has the total over that breakdown.
        limit: for a quantile, the end of its interval that replaces the quantile; NaN where there
            are too few values for an interval.
        months_before: for a count of events, an assumption: in how many months before the period
            rows are counted too; None for none.
    """

    contract: ContractType
    operation: Operation
    at: Column
    alignment: TimeAlignment = TimeAlignment.EVENT
    where: Expression | None = None
    of: Term | None = None
    quantile: float | None = None
    series: Expression | None = None
    until: Column | None = None
    total_over: str | None = None
    limit: Limit | None = None
    months_before: Assumption | None = None

    def __post_init__(self) -> None:
        """Refuse the level of a quantile that is not a share.

        Raises:
            DefinitionError: the level is below 0 or above 1, or is not a number.
        """
        if self.quantile is not None and not 0 <= self.quantile <= 1:
            raise_problems(
                [
                    Problem(
                        f"A quantile of {self.contract.table}",
                        "quantile",
                        f"{self.quantile!r} is not from 0 to 1",
                        "Write 0.9 for the 90th percentile",
                        place_of_declaration(),
                    )
                ]
            )

    @cached_property
    def canonical(self) -> Canonical:
        """Nested lists that are equal only for two statistics that are the same number."""
        return [
            self.contract.table,
            self.operation.value,
            self.alignment.value,
            canonical(self.at),
            canonical(self.where) if self.where is not None else None,
            canonical(self.of) if self.of is not None else None,
            self.quantile,
            canonical(self.series) if self.series is not None else None,
            canonical(self.until) if self.until is not None else None,
            self.total_over,
            *([self.limit.value] if self.limit is not None else []),
            *([canonical_literal(self.months_before)] if self.months_before is not None else []),
        ]

    @cached_property
    def key(self) -> str:
        """The canonical form as text: statistics of one key are accumulated once."""
        return json.dumps(self.canonical)

    @property
    def quantile_and_limit(self) -> tuple[float, Limit | None]:
        """For a quantile, its level, and the end of its interval that replaces it, if any."""
        return 0.5 if self.quantile is None else self.quantile, self.limit

    def expressions(self) -> Iterator[Expression]:
        """Yield every expression inside, the time column included."""
        yield self.at
        for expression in (self.where, self.of, self.series, self.until):
            if expression is not None:
                yield from expression.walk()

    def history_months(self, overrides: Mapping[str, Any]) -> int:
        """Return how many months of rows it reads before a period; fewer is marked ``[u]``.

        Args:
            overrides: by key, the values that replace assumptions.
        """
        return max((_months(part.months, overrides) for part in self._repeats), default=0)

    def follow_up_months(self, overrides: Mapping[str, Any]) -> int:
        """Return how many months after a period it can still grow; before that it is ``[p]``.

        Args:
            overrides: by key, the values that replace assumptions.
        """
        within = (sum(_months(item, overrides) for item in part.months) for part in self._within)
        return max(self._follow_up_of_columns, *within, 0)

    @cached_property
    def _repeats(self) -> tuple[Repeats, ...]:
        parts = self.where.walk() if self.where is not None else ()
        return tuple(part for part in parts if isinstance(part, Repeats))

    @cached_property
    def _within(self) -> tuple[WithinMonths, ...]:
        parts = (part for part in self.expressions() if isinstance(part, WithinMonths))
        return tuple(part for part in parts if part.start is self.at)

    @cached_property
    def _follow_up_of_columns(self) -> int:
        columns = (part for part in self.expressions() if isinstance(part, Column))
        return max((column.follow_up_months for column in columns), default=0)

    @cached_property
    def columns(self) -> frozenset[str]:
        """Names of the contract's columns that it reads."""
        return frozenset(term.name for term in self.expressions() if isinstance(term, Column))


def _months(assumption: Assumption, overrides: Mapping[str, Any]) -> int:
    """Return the number of months of an assumption; the most, if it has several."""
    if assumption.key in overrides:
        return int(overrides[assumption.key])
    return max(int(str(value)) for value in assumption.values)


def iter_assumptions(
    expression: Expression | None,
) -> Iterator[tuple[Assumption, Term | None]]:
    """Yield each assumption in an expression, with the term compared with it, if any."""
    for part in expression.walk() if expression is not None else ():
        months = getattr(part, "months", ())
        for assumption in months if isinstance(months, tuple) else (months,):
            yield assumption, None
        if isinstance(part, IsIn):
            yield from ((v, part.term) for v in part.values if isinstance(v, Assumption))
        if isinstance(part, Compare) and isinstance(part.right, Assumption):
            yield part.right, part.left
