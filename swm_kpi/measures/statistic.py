"""Sufficient statistics: what an engine accumulates for a measure, and how it merges.

A statistic that adds is accumulated once, at the finest level, and merged for every roll-up. One
that does not (distinct people, medians) is accumulated again at each level asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import assert_never

from swm_kpi.contracts import Column, ContractType
from swm_kpi.expressions import Assumption, Canonical, Compare, Expression, IsIn, Term, canonical


class Operation(StrEnum):
    """What is done with the rows of a cell."""

    ROWS = "rows"
    SUM = "sum"
    DISTINCT = "distinct"
    QUANTILE = "quantile"

    @property
    def is_additive(self) -> bool:
        """Whether a total is the sum over members and over months.

        Raises:
            AssertionError: an operation has no case here.
        """
        match self:
            case Operation.ROWS | Operation.SUM:
                return True
            case Operation.DISTINCT | Operation.QUANTILE:
                return False
            case _:
                assert_never(self)


class Limit(StrEnum):
    """Which end of a quantile's interval."""

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


@dataclass(frozen=True, eq=False)
class Statistic:
    """One aggregate over one table.

    Attributes:
        contract: the table.
        operation: what is done with the rows.
        at: the column that places a row in time.
        alignment: how that column places a row in a period.
        where: which rows; None for all.
        until: for a row that lasts, the column in which it ends.
        whole: a breakdown whose total is meant, whichever member is asked for.
        series: for a snapshot, the rows that make up one series of snapshots; None for all.
        of: what is summed, told apart or ordered; None when rows are counted.
        quantile: for a quantile, 0.5 for the median; interpolated linearly.
        limit: for a quantile, the value at this end of its interval is meant, and not the quantile;
            NaN where there are too few values for one.
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
    whole: str | None = None
    limit: Limit | None = None

    @cached_property
    def canonical(self) -> Canonical:
        """Nested lists that are equal exactly when two statistics are the same number."""
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
            self.whole,
            *([self.limit.value] if self.limit is not None else []),
        ]

    @cached_property
    def key(self) -> str:
        """The canonical form as text: statistics of one key are accumulated once."""
        return json.dumps(self.canonical)

    @property
    def ordered(self) -> tuple[float, Limit | None]:
        """For a quantile, which one, and which end of its interval if that is meant."""
        return self.quantile or 0.5, self.limit

    def expressions(self) -> Iterator[Expression]:
        """Yield every expression inside, the time column included."""
        yield self.at
        for each in (self.where, self.of, self.series, self.until):
            if each is not None:
                yield from each.walk()

    @cached_property
    def columns(self) -> frozenset[str]:
        """Names of the contract's columns that are read."""
        return frozenset(each.name for each in self.expressions() if isinstance(each, Column))


def assumptions_in(expression: Expression | None) -> Iterator[tuple[Assumption, Term | None]]:
    """Yield each assumption an expression rests on, with the term compared with it, if any."""
    for each in expression.walk() if expression is not None else ():
        held = getattr(each, "months", ())
        for assumption in held if isinstance(held, tuple) else (held,):
            yield assumption, None
        if isinstance(each, IsIn):
            yield from ((v, each.term) for v in each.values if isinstance(v, Assumption))
        if isinstance(each, Compare) and isinstance(each.right, Assumption):
            yield each.right, each.left
