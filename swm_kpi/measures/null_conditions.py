"""Conditions that a null leaves unknown: how such rows are counted and noted.

A condition on a null column is neither true nor false, as in the three-valued logic
of SQL (ISO/IEC 9075). Such a row is left out of the number, and a note counts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from swm_kpi.contracts import Column
from swm_kpi.expressions import Expression, IsUnknown, as_condition, english
from swm_kpi.measures.statistic import Operation, Statistic

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array
    from swm_kpi.measures.measure import TableMeasure

_ROLE = "undecided"
"""The role of the statistic. It is part of the definition hash, so it cannot be renamed."""


def all_of(*conditions: Expression | None) -> Expression | None:
    """Join conditions with *and*; None stands for every row."""
    joined = None
    for condition in conditions:
        if condition is not None:
            joined = condition if joined is None else joined & condition
    return joined


def reads_nullable_column(expression: Expression | None) -> bool:
    """Return whether any column of an expression may be null."""
    if expression is None:
        return False
    return any(isinstance(term, Column) and term.nullable for term in expression.walk())


def describe_nullable_columns(expression: Expression) -> str:
    """Name the columns of an expression that may be null, joined with *or*."""
    names = dict.fromkeys(
        english(term) for term in expression.walk() if isinstance(term, Column) and term.nullable
    )
    return " or ".join(names)


def null_condition_count(
    measure: TableMeasure, condition: Expression | None, like: Statistic | None = None
) -> dict[str, Statistic]:
    """Return a statistic of the rows for which a condition is unknown, by role.

    Args:
        measure: the measure whose rows are counted.
        condition: the condition; None for every row.
        like: a statistic whose time alignment and series to share. When left out, the time of the
            row must fall in the period.

    Returns:
        One statistic, or none where no column of the condition may be null.
    """
    if condition is None or not reads_nullable_column(condition):
        return {}
    where = IsUnknown(as_condition(condition))
    if like is None:
        return {_ROLE: Statistic(measure.of, Operation.ROWS, measure.at, where=where)}
    return {
        _ROLE: Statistic(
            measure.of,
            Operation.ROWS,
            like.at,
            like.alignment,
            all_of(like.series, where),
            series=like.series,
            until=like.until,
        )
    }


def null_condition_notes(
    statistics: Mapping[str, Array], condition: Expression | None
) -> list[tuple[Array, str]]:
    """Return how many rows were left out because a condition is unknown, and the note."""
    if condition is None or _ROLE not in statistics:
        return []
    text = f"left out because {describe_nullable_columns(condition)} is not recorded"
    return [(statistics[_ROLE], text)]
