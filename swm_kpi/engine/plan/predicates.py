"""Conditions taken apart: what is told by closed lists alone, and what must be read row by row.

Rows that agree in every closed list and in every answer are counted together, and a condition is
then decided once for each kind of row, and not once for each row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from swm_kpi.contracts import Column, Recoded
from swm_kpi.expressions import (
    BoolOp,
    Compare,
    Expression,
    IsIn,
    IsNull,
    IsTrue,
    IsUnknown,
    Not,
    Term,
    canonical,
)
from swm_kpi.measures import Statistic

ANSWERS = 3
"""True, false and null."""

_REMEMBERED = 4_096


@lru_cache(maxsize=_REMEMBERED)
def name_of(expression: Expression) -> str:
    """Name a column that holds what an expression comes to; equal ones have one name."""
    return f"is:{sha256(json.dumps(canonical(expression)).encode()).hexdigest()[:16]}"


def rows_of(statistic: Statistic) -> tuple[str, str]:
    """Name what a statistic is of, and of which rows: one name where one ordering serves."""
    where = name_of(statistic.where) if statistic.where is not None else ""
    return (name_of(statistic.of) if statistic.of is not None else "", where)


def is_listed(expression: Expression) -> bool:
    """Whether a column's values are few and known: a closed list of texts, or true and false."""
    if not isinstance(expression, Column):
        return False
    return expression.dtype is bool or (expression.dtype is str and expression.domain is not None)


def codes_of(column: Column) -> int:
    """Return how many values a listed column has, null included."""
    return ANSWERS if column.dtype is bool else len(column.domain or ()) + 1


@dataclass(frozen=True)
class Parts:
    """What a condition is decided by.

    Attributes:
        columns: listed columns, by name.
        answers: conditions to be answered row by row, by the name of the column of answers.
        names: that name for each such condition, by its identity.
    """

    columns: dict[str, Column] = field(default_factory=dict)
    answers: dict[str, Expression] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    @property
    def kinds(self) -> int:
        """How many kinds of row there can be."""
        found: int = ANSWERS ** len(self.answers)
        for column in self.columns.values():
            found *= codes_of(column)
        return found

    def joined(self, other: Parts) -> Parts:
        """Return the parts of both."""
        return Parts(
            self.columns | other.columns, self.answers | other.answers, self.names | other.names
        )


@lru_cache(maxsize=_REMEMBERED)
def parts_of(condition: Expression | None) -> Parts:
    """Take a condition apart."""
    found = Parts()
    for each in _parts(condition) if condition is not None else ():
        if isinstance(each, Column):
            found.columns[each.name] = each
        else:
            name = name_of(each)
            found.answers[name] = each
            found.names[id(each)] = name
    return found


def _parts(condition: Expression) -> Iterator[Expression]:
    if _decided_by_lists(condition):
        yield from (each for each in condition.walk() if isinstance(each, Column))
    elif isinstance(condition, BoolOp | Not | IsUnknown):
        for part in condition.parts:
            yield from _parts(part)
    else:
        yield condition


def _decided_by_lists(condition: Expression) -> bool:
    plain = (Compare, IsIn, IsNull, IsTrue, BoolOp, Not, IsUnknown, Recoded)
    return all(
        isinstance(each, plain) or (isinstance(each, Term) and is_listed(each))
        for each in condition.walk()
    )


@dataclass
class Cluster:
    """Statistics whose conditions are decided by the same few columns."""

    parts: Parts
    statistics: list[Statistic]


def clusters(statistics: Sequence[Statistic], most: int) -> tuple[list[Cluster], list[Statistic]]:
    """Gather counts of rows so that each cluster has at most so many kinds of row.

    Returns:
        The clusters, and the statistics whose condition alone has more kinds.
    """
    found: list[Cluster] = []
    alone = []
    by_size = sorted(statistics, key=lambda each: -parts_of(each.where).kinds)
    for statistic in by_size:
        parts = parts_of(statistic.where)
        if parts.kinds > most:
            alone.append(statistic)
            continue
        for cluster in found:
            joined = cluster.parts.joined(parts)
            if joined.kinds <= most:
                cluster.parts = joined
                cluster.statistics.append(statistic)
                break
        else:
            found.append(Cluster(parts, [statistic]))
    return found, alone
