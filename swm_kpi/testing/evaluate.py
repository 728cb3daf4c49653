"""Evaluate conditions and terms for one row in plain Python, with three-valued logic.

The results are those of the engine: None where a value is missing or unknown. The engine's tests
compare the two. A comparison of times is evaluated at every reading of a time in the repeated hour,
and is None where they do not agree.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import product
from operator import eq, ge, gt, le, lt, ne
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from swm_kpi.calendar import LONDON
from swm_kpi.contracts import Column, Recoded
from swm_kpi.expressions import (
    Assumption,
    BoolOp,
    Compare,
    Day,
    EarlierReading,
    Elapsed,
    Expression,
    InRepeatedHour,
    IsIn,
    IsNull,
    IsTrue,
    IsUnknown,
    Not,
    Product,
    WithinMonths,
    times_with_readings,
)
from swm_kpi.measures.order_of_times import reversible

Row: TypeAlias = Mapping[str, Any]
Evaluator: TypeAlias = Callable[[Row], Any]

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge,
}  # fmt: skip
_ZONE = ZoneInfo(LONDON)


def evaluator(expression: Expression, *, of_rule: bool = False) -> Evaluator:
    """Return a function from a row to the expression's value, or to None where it has none.

    Args:
        expression: a condition or a term over the columns of one contract.
        of_rule: whether it is of a rule of a contract, which may ask for the order of two times.
            Any other comparison of an elapsed time is unknown where it is negative.

    Raises:
        TypeError: the expression depends on other rows, or cannot be part of a rule.
    """
    evaluate = partial(evaluator, of_rule=of_rule)
    match expression:
        case Column(name=name):
            return lambda row: row[name]
        case Recoded(source=source, mapping=mapping):
            code = evaluate(source)
            return lambda row: mapping.get(code(row))
        case Compare():
            truth_of = _at_every_reading(expression, _comparison(expression))
            return truth_of if of_rule else _in_order(expression, truth_of)
        case IsIn(term=term, values=values):
            value_of = evaluate(term)
            members = {literal for operand in values for literal in _literals(operand)}
            truth_of = _at_every_reading(
                expression,
                lambda row: None if (value := value_of(row)) is None else value in members,
            )
            return truth_of if of_rule else _in_order(expression, truth_of)
        case IsNull(term=inner) | IsUnknown(condition=inner):
            value_of = evaluate(inner)
            return lambda row: value_of(row) is None
        case IsTrue(term=term):
            return evaluate(term)
        case Not(condition=condition):
            truth_of = evaluate(condition)
            return lambda row: None if (truth := truth_of(row)) is None else not truth
        case BoolOp(op=op, conditions=conditions):
            return _combined([evaluate(part) for part in conditions], decisive=op == "or")
        case EarlierReading(condition=condition):
            truth_of = evaluate(condition)
            times = times_with_readings(condition)
            return lambda row: truth_of(_read(row, times, (0,) * len(times)))
        case InRepeatedHour(time=time):
            value_of = evaluate(time)
            return lambda row: (value := value_of(row)) is not None and _is_repeated(value)
        case Day(time=time):
            value_of = evaluate(time)
            return lambda row: None if (value := value_of(row)) is None else _to_local(value).date()
        case Elapsed(start=start, end=end, by_clock=by_clock):
            between = _between_clocks if by_clock else _elapsed
            return _both(evaluate(start), evaluate(end), between)
        case Product(left=left, right=right):
            return _both(evaluate(left), evaluate(right), lambda factor, other: factor * other)
        case WithinMonths(start=start, end=end, months=months):
            count = sum(int(value) for operand in months for value in _literals(operand))
            return _both(
                evaluate(start),
                evaluate(end),
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
    """Return two values that can be compared: a date with a time becomes its midnight.

    Two times with an offset are compared as instants, and others as local time.
    """
    if isinstance(left, datetime) is not isinstance(right, datetime):
        left, right = (
            midnight(value) if isinstance(value, date) else value for value in (left, right)
        )
    if isinstance(left, datetime) and (left.tzinfo is None or right.tzinfo is None):
        return _to_local(left), _to_local(right)
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


def _at_every_reading(condition: Expression, truth_of: Evaluator) -> Evaluator:
    """Return what a condition is at every reading of its times; None where they do not agree."""
    times = times_with_readings(condition)
    if not times:
        return truth_of
    readings = list(product((0, 1), repeat=len(times)))

    def value(row: Row) -> Any:
        truths = {truth_of(_read(row, times, reading)) for reading in readings}
        return truths.pop() if len(truths) == 1 else None

    return value


def _in_order(condition: Expression, truth_of: Evaluator) -> Evaluator:
    """Return what a condition is, and None where a time that it compares is negative."""
    times = [evaluator(elapsed) for elapsed in reversible(condition)]
    if not times:
        return truth_of

    def value(row: Row) -> Any:
        elapsed = [time(row) for time in times]
        return None if any(time is None or time < 0 for time in elapsed) else truth_of(row)

    return value


def _read(row: Row, times: Sequence[Expression], reading: Sequence[int]) -> Row:
    """Return a row whose times are instants: the earlier reading for 0, the later one for 1."""
    names = [time.name for time in times if isinstance(time, Column)]
    instants = {
        name: _instant(row[name], fold)
        for name, fold in zip(names, reading, strict=True)
        if row[name] is not None
    }
    return {**row, **instants}


def _elapsed(start: datetime, end: datetime) -> float | None:
    """Return the real seconds between two times, at their earlier readings.

    The end is at its later reading where the earlier one is before the start.
    """
    first = _instant(start, 0)
    if _is_skipped(start) or _is_skipped(end):
        return None
    seconds = (_instant(end, 0) - first).total_seconds()
    return (_instant(end, 1) - first).total_seconds() if seconds < 0 else seconds


def _between_clocks(start: datetime, end: datetime) -> float | None:
    """Return the seconds by which clocks show a later time at the end; 0 if only they go back."""
    real = _elapsed(start, end)
    shown = (_to_local(end) - _to_local(start)).total_seconds()
    return 0.0 if real is not None and real >= 0 > shown else shown


def _instant(time: datetime, fold: int) -> datetime:
    """Return the instant of a time; of a local time in the repeated hour, by its reading."""
    aware = time.replace(tzinfo=_ZONE, fold=fold) if time.tzinfo is None else time
    return aware.astimezone(UTC)


def _is_skipped(time: datetime) -> bool:
    return time.tzinfo is None and _to_local(_instant(time, 0)) != time


def _is_repeated(time: datetime) -> bool:
    return not _is_skipped(time) and _instant(time, 0) != _instant(time, 1)


def _to_local(time: datetime) -> datetime:
    return time if time.tzinfo is None else time.astimezone(_ZONE).replace(tzinfo=None, fold=0)


def _add_months(first: Any, months: int) -> Any:
    years, month = divmod(first.month - 1 + months, 12)
    year = first.year + years
    day = min(first.day, monthrange(year, month + 1)[1])
    return first.replace(year=year, month=month + 1, day=day)
