"""Evaluate conditions and terms for one row in plain Python, with three-valued logic.

The results are those of the engine: None where a value is missing or unknown. The engine's tests
compare the two.
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
Evaluator: TypeAlias = Callable[[Row], Any]

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip
_ZONE = ZoneInfo(LONDON)


def evaluator(expression: Expression) -> Evaluator:
    """Return a function from a row to the expression's value, or to None where it has none.

    Args:
        expression: a condition or a term over the columns of one contract.

    Raises:
        TypeError: the expression depends on other rows, or cannot be part of a rule.
    """
    match expression:
        case Column(name=name):
            return lambda row: row[name]
        case Recoded(source=source, mapping=mapping):
            code = evaluator(source)
            return lambda row: mapping.get(code(row))
        case Compare():
            return _comparison(expression)
        case IsIn(term=term, values=values):
            value_of = evaluator(term)
            members = {literal for operand in values for literal in _literals(operand)}
            return lambda row: None if (value := value_of(row)) is None else value in members
        case IsNull(term=inner) | IsUnknown(condition=inner):
            value_of = evaluator(inner)
            return lambda row: value_of(row) is None
        case IsTrue(term=term):
            return evaluator(term)
        case Not(condition=condition):
            truth_of = evaluator(condition)
            return lambda row: None if (truth := truth_of(row)) is None else not truth
        case BoolOp(op=op, conditions=conditions):
            return _combined([evaluator(part) for part in conditions], decisive=op == "or")
        case Elapsed(start=start, end=end):
            return _both(evaluator(start), evaluator(end), _elapsed)
        case Product(left=left, right=right):
            return _both(evaluator(left), evaluator(right), lambda factor, other: factor * other)
        case WithinMonths(start=start, end=end, months=months):
            count = sum(int(value) for operand in months for value in _literals(operand))
            return _both(
                evaluator(start),
                evaluator(end),
                lambda first, last: first <= last < _add_months(first, count),
            )
    raise TypeError(f"{type(expression).__name__} cannot be evaluated for one row")


def _literals(operand: object) -> tuple[Any, ...]:
    return operand.values if isinstance(operand, Assumption) else (operand,)


def _both(left: Evaluator, right: Evaluator, combine: Callable[[Any, Any], Any]) -> Evaluator:
    def value(row: Row) -> Any:
        left_value, right_value = left(row), right(row)
        if left_value is None or right_value is None:
            return None
        return combine(left_value, right_value)

    return value


def _comparison(comparison: Compare) -> Evaluator:
    operator = _OPERATORS[comparison.op]
    right: Evaluator
    if isinstance(comparison.right, Expression):
        right = evaluator(comparison.right)
    else:
        (literal,) = _literals(comparison.right)

        def right(row: Row) -> Any:
            return literal

    return _both(
        evaluator(comparison.left),
        right,
        lambda left, right: operator(*_to_comparable(left, right)),
    )


def _to_comparable(left: Any, right: Any) -> tuple[Any, Any]:
    """Return two values that can be compared: a date with a time becomes its midnight."""
    if isinstance(left, datetime) is not isinstance(right, datetime):
        return tuple(  # type: ignore[return-value]
            midnight(value) if isinstance(value, date) else value for value in (left, right)
        )
    return left, right


def midnight(day: date) -> datetime:
    """Return the midnight at which a day begins. A time is returned unchanged."""
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)


def _combined(parts: list[Evaluator], *, decisive: bool) -> Evaluator:
    """Combine truth values: by *or* if true is decisive, by *and* if false is."""

    def value(row: Row) -> bool | None:
        truths = [part(row) for part in parts]
        if decisive in truths:
            return decisive
        return None if None in truths else not decisive

    return value


def _elapsed(start: datetime, end: datetime) -> float | None:
    """Return the real seconds between two local times."""
    first, last = _instant(start), _instant(end)
    return None if first is None or last is None else (last - first).total_seconds()


def _instant(local: datetime) -> datetime | None:
    """Return the instant of a local time; None in an hour that occurs twice or is skipped."""
    early, late = (local.replace(tzinfo=_ZONE, fold=fold).astimezone(UTC) for fold in (0, 1))
    return early if early == late else None


def _add_months(first: Any, months: int) -> Any:
    years, month = divmod(first.month - 1 + months, 12)
    year = first.year + years
    day = min(first.day, monthrange(year, month + 1)[1])
    return first.replace(year=year, month=month + 1, day=day)
