"""Conditions and terms worked out for one row in plain Python, with three-valued logic.

It says of a row what the engine says of a table: null where a value is missing or undecided.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from operator import eq, ge, gt, le, lt, ne
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from swm_kpi.calendar import LONDON
from swm_kpi.contracts import Column, Recoded
from swm_kpi.expressions import (
    Assumption,
    BoolOp,
    Compare,
    Elapsed,
    Expression,
    IsIn,
    IsNull,
    IsTrue,
    IsUnknown,
    Not,
    Product,
    WithinMonths,
)

Row: TypeAlias = Mapping[str, Any]
Worked: TypeAlias = Callable[[Row], Any]

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip
_ZONE = ZoneInfo(LONDON)


def worked(expression: Expression) -> Worked:
    """Return a function from a row to the expression's value, None where it has none.

    Args:
        expression: a condition or a term over one contract's columns.

    Raises:
        TypeError: the expression looks at other rows, or is none that a rule can hold.
    """
    match expression:
        case Column(name=name):
            return lambda row: row[name]
        case Recoded(source=source, mapping=mapping):
            known = worked(source)
            return lambda row: mapping.get(known(row))
        case Compare():
            return _compared(expression)
        case IsIn(term=term, values=values):
            value = worked(term)
            listed = {each for operand in values for each in _literals(operand)}
            return lambda row: None if (held := value(row)) is None else held in listed
        case IsNull(term=inner) | IsUnknown(condition=inner):
            part = worked(inner)
            return lambda row: part(row) is None
        case IsTrue(term=term):
            return worked(term)
        case Not(condition=condition):
            part = worked(condition)
            return lambda row: None if (held := part(row)) is None else not held
        case BoolOp(op=op, conditions=conditions):
            return _joined([worked(each) for each in conditions], decisive=op == "or")
        case Elapsed(start=start, end=end):
            return _both(worked(start), worked(end), _elapsed)
        case Product(left=left, right=right):
            return _both(worked(left), worked(right), lambda one, other: one * other)
        case WithinMonths(start=start, end=end, months=months):
            count = sum(int(value) for each in months for value in _literals(each))
            return _both(
                worked(start),
                worked(end),
                lambda first, last: first <= last < _months_later(first, count),
            )
    raise TypeError(f"{type(expression).__name__} cannot be worked out from one row")


def _literals(operand: object) -> tuple[Any, ...]:
    return operand.values if isinstance(operand, Assumption) else (operand,)


def _both(left: Worked, right: Worked, combine: Callable[[Any, Any], Any]) -> Worked:
    def value(row: Row) -> Any:
        one, other = left(row), right(row)
        return None if one is None or other is None else combine(one, other)

    return value


def _compared(comparison: Compare) -> Worked:
    operator = _OPERATORS[comparison.op]
    right: Worked
    if isinstance(comparison.right, Expression):
        right = worked(comparison.right)
    else:
        (literal,) = _literals(comparison.right)

        def right(row: Row) -> Any:
            return literal

    return _both(worked(comparison.left), right, lambda one, other: operator(*_alike(one, other)))


def _alike(one: Any, other: Any) -> tuple[Any, Any]:
    """A date beside a time is its midnight."""
    if isinstance(one, datetime) is not isinstance(other, datetime):
        return tuple(midnight(e) if isinstance(e, date) else e for e in (one, other))  # type: ignore[return-value]
    return one, other


def midnight(day: date) -> datetime:
    """Return the first instant of a day; a time as it is."""
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)


def _joined(parts: list[Worked], *, decisive: bool) -> Worked:
    """Join by *or* when true decides, by *and* when false does."""

    def value(row: Row) -> bool | None:
        held = [part(row) for part in parts]
        if decisive in held:
            return decisive
        return None if None in held else not decisive

    return value


def _elapsed(start: datetime, end: datetime) -> float | None:
    instants = [_instant(each) for each in (start, end)]
    if instants[0] is None or instants[1] is None:
        return None
    return (instants[1] - instants[0]).total_seconds()


def _instant(local: datetime) -> datetime | None:
    """Place local wall clock in time; None for an hour that occurs twice in autumn or never."""
    early, late = (local.replace(tzinfo=_ZONE, fold=fold).astimezone(UTC) for fold in (0, 1))
    return early if early == late else None


def _months_later(first: Any, months: int) -> Any:
    years, month = divmod(first.month - 1 + months, 12)
    year = first.year + years
    day = min(first.day, monthrange(year, month + 1)[1])
    return first.replace(year=year, month=month + 1, day=day)
