"""How many of the rows behind a number have a value that the mapping of their table does not map.

A mapping makes the status of a value beside each column that may hold unmapped values. A blank in
such a column leaves a row out, and its status says whether the source has no value or the mapping
does not map it. A value that is not mapped can also decide a row: it became the mapping's
``other``, or its blank is an answer, such as that a case has no end. Such rows are counted by
themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import reduce
from operator import or_

from swm_kpi.contracts import Column, MappingStatus
from swm_kpi.expressions import (
    Expression,
    IsNull,
    IsUnknown,
    Not,
    Term,
    as_condition,
    conjuncts,
)
from swm_kpi.measures.null_conditions import Completeness, all_of, can_be_unknown
from swm_kpi.measures.statistic import Statistic

MAPPED_TO_OTHER = "mapped to other"
"""The role of the rows that a value which is not mapped decides."""

Statuses = Mapping[str, Column]
"""By the name of a column, the column of its status."""


def unmapped(role: str) -> str:
    """Return the role of those rows of a role in which a value is not mapped."""
    return f"{role}, unmapped"


def mapping_statistics(completeness: Completeness, statuses: Statuses) -> dict[str, Statistic]:
    """Return the rows of a measure that rest on values which are not mapped, by role.

    - ``undecided, unmapped``, ``unanswered, unmapped``, ``without_value, unmapped`` and ``blank,
      unmapped``: of the rows in those roles, the ones in which such a value is not mapped.
    - ``mapped to other``: the rows that a value which is not mapped decides, and that count, or
      would with another value.

    A role is left out where no column that it reads has a status.

    Args:
        completeness: what must be recorded in a row of the measure.
        statuses: the columns of the table that have a status.
    """
    if not statuses:
        return {}
    rows = completeness.statistics
    blank = completeness.blank_means_no
    unmapped_parts = {
        "undecided": _any_unmapped(conjuncts(completeness.where), statuses),
        "unanswered": _any_unmapped(conjuncts(completeness.answer), statuses),
        "without_value": _any_unmapped(completeness.measured, statuses),
        "blank": _any_unmapped((blank,) if blank is not None else (), statuses),
    }
    statistics = {
        unmapped(role): _narrowed(rows[role], part)
        for role, part in unmapped_parts.items()
        if role in rows and part is not None
    }
    other = _mapped_to_other(completeness, statuses)
    if other is not None:
        statistics[MAPPED_TO_OTHER] = _narrowed(completeness.rows, other)
    return statistics


def _narrowed(rows: Statistic, condition: Expression) -> Statistic:
    return replace(rows, where=all_of(rows.where, condition))


def _any_unmapped(parts: Iterable[Expression], statuses: Statuses) -> Expression | None:
    """Return whether some part is unknown and reads a value that is not mapped."""
    conditions = []
    for part in parts:
        is_unmapped = _any(
            status == MappingStatus.UNMAPPED.value for status in _statuses_of(part, statuses)
        )
        if is_unmapped is not None and can_be_unknown(part):
            is_unknown = IsNull(part) if isinstance(part, Term) else IsUnknown(as_condition(part))
            conditions.append(is_unknown & is_unmapped)
    return _any(conditions)


def _mapped_to_other(completeness: Completeness, statuses: Statuses) -> Expression | None:
    """Return which rows are decided by a value that is not mapped and became another one."""
    parts = [part for part in (completeness.where, completeness.answer) if part is not None]
    are_answers = {status.name for status in _statuses_of_blanks(parts, statuses)}

    def became_other(part: Expression) -> Expression | None:
        return _any(
            status.is_in(MappingStatus.OTHER.value, MappingStatus.UNMAPPED.value)
            if status.name in are_answers
            else status == MappingStatus.OTHER.value
            for status in _statuses_of(part, statuses)
        )

    of_row = _any(became_other(part) for part in (*parts, *completeness.measured))
    if of_row is None:
        return None
    conditions: list[Expression] = []
    for part in map(as_condition, conjuncts(completeness.where)):
        has_other_value = became_other(part)
        conditions.append(part if has_other_value is None else part | has_other_value)
    if completeness.where is not None and can_be_unknown(completeness.where):
        conditions.append(Not(IsUnknown(as_condition(completeness.where))))
    return all_of(*conditions, of_row)


def _statuses_of_blanks(parts: Iterable[Expression], statuses: Statuses) -> Iterator[Column]:
    """Yield the status of each column in which a blank is an answer, such as that of an end."""
    for part in parts:
        for condition in part.walk():
            if isinstance(condition, IsNull):
                yield from _statuses_of(condition, statuses)


def _statuses_of(part: Expression, statuses: Statuses) -> Iterator[Column]:
    """Yield the status of each column that an expression reads, if it has one."""
    names = dict.fromkeys(term.name for term in part.walk() if isinstance(term, Column))
    yield from (statuses[name] for name in names if name in statuses)


def _any(conditions: Iterable[Expression | None]) -> Expression | None:
    known = [condition for condition in conditions if condition is not None]
    return reduce(or_, known) if known else None
