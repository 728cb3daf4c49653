"""Conditions that a null leaves unknown: how such rows are counted and noted.

A condition on a null column is neither true nor false, as in the three-valued logic
of SQL (ISO/IEC 9075). So is one that differs between the readings of a time in the repeated hour.
Such a row is left out of the number, and a note counts them by reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from swm_kpi.contracts import Column
from swm_kpi.expressions import (
    Expression,
    IsUnknown,
    as_condition,
    english,
    times_with_readings,
)
from swm_kpi.measures.repeated_hour import UNDECIDED_IN_REPEATED_HOUR, undecided_in_repeated_hour
from swm_kpi.measures.statistic import Operation, Statistic

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array
    from swm_kpi.measures.measure import TableMeasure

_ROLE = "undecided"
"""The role of the statistic. It is part of the definition hash, so it cannot be renamed."""
_IN_REPEATED_HOUR = "undecided_in_repeated_hour"


def all_of(*conditions: Expression | None) -> Expression | None:
    """Join conditions with *and*; None stands for every row."""
    joined = None
    for condition in conditions:
        if condition is not None:
            joined = condition if joined is None else joined & condition
    return joined


def can_be_unknown(expression: Expression | None) -> bool:
    """Return whether a condition can be null: for a null column, or a time with two readings."""
    if expression is None:
        return False
    has_nullable = any(isinstance(term, Column) and term.nullable for term in expression.walk())
    return has_nullable or bool(times_with_readings(expression))


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
        One statistic, and another one of the rows that only the repeated hour leaves undecided, if
        the condition compares times. None where the condition is known for every row.
    """
    if condition is None or not can_be_unknown(condition):
        return {}
    conditions: dict[str, Expression] = {_ROLE: IsUnknown(as_condition(condition))}
    in_repeated_hour = undecided_in_repeated_hour(condition)
    if in_repeated_hour is not None:
        conditions[_IN_REPEATED_HOUR] = in_repeated_hour
    if like is None:
        return {
            role: Statistic(measure.of, Operation.ROWS, measure.at, where=where)
            for role, where in conditions.items()
        }
    return {
        role: Statistic(
            measure.of,
            Operation.ROWS,
            like.at,
            like.alignment,
            all_of(like.series, where),
            series=like.series,
            until=like.until,
        )
        for role, where in conditions.items()
    }


def null_condition_notes(
    statistics: Mapping[str, Array], condition: Expression | None
) -> list[tuple[Array, str]]:
    """Return how many rows were left out because a condition is unknown, and the notes."""
    if condition is None or _ROLE not in statistics:
        return []
    return unknown_notes(
        "left out", condition, statistics[_ROLE], statistics.get(_IN_REPEATED_HOUR)
    )


def unknown_notes(
    outcome: str, condition: Expression, unknown: Array, in_repeated_hour: Array | None
) -> list[tuple[Array, str]]:
    """Return a note for each reason why a condition is unknown, with its number of rows.

    Args:
        outcome: what becomes of such a row, such as "left out".
        condition: the condition.
        unknown: the rows for which it is unknown.
        in_repeated_hour: those of them that only the repeated hour leaves undecided, if any can be.
    """
    text = f"{outcome} because {describe_nullable_columns(condition)} is not recorded"
    if in_repeated_hour is None:
        return [(unknown, text)]
    return [
        (unknown - in_repeated_hour, text),
        (in_repeated_hour, f"{outcome} {UNDECIDED_IN_REPEATED_HOUR}"),
    ]
