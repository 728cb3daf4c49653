"""Splitting conditions into predicates: what dictionary columns decide, and what rows decide.

A *dictionary column* has few, known values: a closed list of texts, or true and false. Rows that
agree in every dictionary column and in every boolean column are counted together. A condition is
then evaluated once for each combination of values, and not once for each row.
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

BOOLEAN_VALUES = 3
"""True, false and null."""

_CACHE_SIZE = 4_096


@lru_cache(maxsize=_CACHE_SIZE)
def expression_name(expression: Expression) -> str:
    """Return a column name for the values of an expression. Equal expressions have one name."""
    return f"is:{sha256(json.dumps(canonical(expression)).encode()).hexdigest()[:16]}"


def sort_key(statistic: Statistic) -> tuple[str, str]:
    """Return the names of what a statistic sorts and of its rows; equal for one sort order."""
    where = expression_name(statistic.where) if statistic.where is not None else ""
    return (expression_name(statistic.of) if statistic.of is not None else "", where)


def is_dictionary_column(expression: Expression) -> bool:
    """Return whether an expression is a column whose values are few and known."""
    if not isinstance(expression, Column):
        return False
    return expression.dtype is bool or (expression.dtype is str and expression.domain is not None)


def dictionary_size(column: Column) -> int:
    """Return how many values a dictionary column has, null included."""
    return BOOLEAN_VALUES if column.dtype is bool else len(column.domain or ()) + 1


@dataclass(frozen=True)
class PredicateColumns:
    """The columns that decide a condition.

    Attributes:
        dictionary_columns: dictionary columns of the table, by name.
        boolean_columns: predicates to evaluate row by row, by the name of their column.
        names: that name for each such predicate, by its identity.
    """

    dictionary_columns: dict[str, Column] = field(default_factory=dict)
    boolean_columns: dict[str, Expression] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    @property
    def combinations(self) -> int:
        """How many combinations of values the columns can have."""
        number: int = BOOLEAN_VALUES ** len(self.boolean_columns)
        for column in self.dictionary_columns.values():
            number *= dictionary_size(column)
        return number

    def union(self, other: PredicateColumns) -> PredicateColumns:
        """Return the columns of both."""
        return PredicateColumns(
            self.dictionary_columns | other.dictionary_columns,
            self.boolean_columns | other.boolean_columns,
            self.names | other.names,
        )


@lru_cache(maxsize=_CACHE_SIZE)
def predicate_columns(condition: Expression | None) -> PredicateColumns:
    """Split a condition into the columns that decide it."""
    columns = PredicateColumns()
    for predicate in _predicates(condition) if condition is not None else ():
        if isinstance(predicate, Column):
            columns.dictionary_columns[predicate.name] = predicate
        else:
            name = expression_name(predicate)
            columns.boolean_columns[name] = predicate
            columns.names[id(predicate)] = name
    return columns


def _predicates(condition: Expression) -> Iterator[Expression]:
    if _reads_dictionaries_only(condition):
        yield from (part for part in condition.walk() if isinstance(part, Column))
    elif isinstance(condition, BoolOp | Not | IsUnknown):
        for part in condition.parts:
            yield from _predicates(part)
    else:
        yield condition


def _reads_dictionaries_only(condition: Expression) -> bool:
    # A type that is not listed here is evaluated row by row, which is slower and never wrong.
    pure = (Compare, IsIn, IsNull, IsTrue, BoolOp, Not, IsUnknown, Recoded)
    return all(
        isinstance(part, pure) or (isinstance(part, Term) and is_dictionary_column(part))
        for part in condition.walk()
    )


@dataclass
class PredicateGroup:
    """Statistics whose conditions the same few columns decide.

    Attributes:
        columns: the columns.
        statistics: the statistics, each a count of rows.
    """

    columns: PredicateColumns
    statistics: list[Statistic]


def group_by_predicates(
    statistics: Sequence[Statistic], most: int
) -> tuple[list[PredicateGroup], list[Statistic]]:
    """Group counts of rows, so that each group's columns have at most ``most`` combinations.

    Returns:
        The groups, and the statistics whose condition alone has more combinations.
    """
    groups: list[PredicateGroup] = []
    single = []
    by_size = sorted(
        statistics, key=lambda statistic: -predicate_columns(statistic.where).combinations
    )
    for statistic in by_size:
        columns = predicate_columns(statistic.where)
        if columns.combinations > most:
            single.append(statistic)
            continue
        for group in groups:
            union = group.columns.union(columns)
            if union.combinations <= most:
                group.columns = union
                group.statistics.append(statistic)
                break
        else:
            groups.append(PredicateGroup(columns, [statistic]))
    return groups, single
