"""From an expression to the engine's own, through narwhals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import reduce
from hashlib import sha256
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

import narwhals as nw
import polars as pl

from swm_kpi.contracts import Column, Recoded
from swm_kpi.engine.input.encode import INSTANT
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
    Repeats,
    WithinMonths,
    canonical,
)

MICROSECONDS = 1_000_000
_OPERATORS = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


class Compiler:
    """Compiles expressions with one set of assumptions.

    Elapsed time is in whole microseconds, so that sums are exact; what it is compared with is
    scaled to match.

    Args:
        overrides: values that replace assumptions' defaults, by key.
        answered: for conditions that a column answers already, its name, by their identity.
        polars: whether to write Polars' own expressions. They are written as narwhals' are, and
            cost less to write.
    """

    def __init__(
        self,
        overrides: Mapping[str, Any] | None = None,
        answered: Mapping[int, str] | None = None,
        *,
        polars: bool = False,
    ) -> None:
        self._overrides = dict(overrides or {})
        self._answered = answered or {}
        self._words: Any = pl if polars else nw

    def for_polars(self, answered: Mapping[int, str] | None = None) -> Compiler:
        """Return a compiler to Polars that reads the answers that are there already."""
        return Compiler(self._overrides, answered, polars=True)

    def __call__(self, expression: Expression) -> Any:
        """Return the engine's expression: null where the value is null or undecided."""
        if id(expression) in self._answered:
            return self._words.col(self._answered[id(expression)])
        match expression:
            case Column():
                return self._words.col(expression.name)
            case Recoded():
                return self._recoded(expression)
            case Elapsed():
                return self._words.col(_name(expression.end) + INSTANT) - self._words.col(
                    _name(expression.start) + INSTANT
                )
            case Compare():
                return self._compared(expression)
            case IsIn():
                return self._is_in(expression)
            case IsNull():
                return self(expression.term).is_null()
            case IsTrue():
                return self(expression.term)
            case BoolOp():
                operator = and_ if expression.op == "and" else or_
                return reduce(operator, (self(each) for each in expression.conditions))
            case Not():
                return ~self(expression.condition)
            case Product():
                # As floats: a product of whole numbers would wrap where it does not fit.
                left, right = self(expression.left), self(expression.right)
                return left.cast(self._words.Float64) * right.cast(self._words.Float64)
            case WithinMonths():
                return self._within(expression)
            case Repeats():
                return self._words.col(self.repeats(expression))
            case IsUnknown():
                return self._undecided(self(expression.condition))
        raise TypeError(f"{type(expression).__name__} has no engine expression")

    def repeats(self, expression: Repeats) -> str:
        """Name the column that says whether a person's row is a repeat; made before compiling."""
        form = json.dumps([canonical(expression), self.months(expression.months)])
        return f"repeats:{sha256(form.encode()).hexdigest()[:16]}"

    def months(self, assumption: Assumption) -> int:
        """Return an assumption's number of months, overridden or not."""
        (months,) = self._values(assumption)
        return int(months)

    def _within(self, within: WithinMonths) -> Any:
        start, end = self(within.start), self(within.end)
        months = sum(self.months(each) for each in within.months)
        return (end >= start) & (end < start.dt.offset_by(f"{months}mo"))

    def _is_in(self, asked: IsIn) -> Any:
        values = [value for each in asked.values for value in self._values(each)]
        term = self(asked.term)
        # Engines look for a number only among numbers of its own type.
        if isinstance(asked.term, Elapsed):
            values = [each * MICROSECONDS for each in values]
        if asked.term.dtype is int or isinstance(asked.term, Elapsed):
            values = [int(each) for each in values if each == int(each)]
        elif asked.term.dtype is float:
            values = [float(each) for each in values]
        return term.is_in(values) if values else term != term

    def _undecided(self, condition: Any) -> Any:
        if self._words is pl:
            return condition.is_null()
        # Ibis writes NOT a IS NULL for (NOT a) IS NULL, which a database reads as NOT (a IS NULL).
        no, yes = nw.lit(False), nw.lit(True)
        return nw.when(condition).then(no).otherwise(nw.when(~condition).then(no).otherwise(yes))

    def _values(self, operand: object) -> tuple[Any, ...]:
        if isinstance(operand, Assumption):
            value = self._overrides.get(operand.key, operand.value)
            return tuple(value) if isinstance(value, list | tuple) else (value,)
        return (operand,)

    def _compared(self, comparison: Compare) -> Any:
        left = self(comparison.left)
        scale = MICROSECONDS if isinstance(comparison.left, Elapsed) else 1
        right: Any
        if isinstance(comparison.right, Expression):
            right = self(comparison.right)
            if scale != 1 and not isinstance(comparison.right, Elapsed):
                right = right * scale
        else:
            (value,) = self._values(comparison.right)
            right = value * scale if scale != 1 else value
        compared: Any = _OPERATORS[comparison.op](left, right)
        return compared

    def _recoded(self, recoded: Recoded) -> Any:
        source = self(recoded.source)
        members: dict[str, list[str]] = {}
        for value, member in recoded.mapping.items():
            members.setdefault(member, []).append(value)
        chosen: Any = self._words.lit(None, self._words.String)
        for member, values in members.items():
            word = self._words.lit(member)
            chosen = self._words.when(source.is_in(values)).then(word).otherwise(chosen)
        return chosen


def _name(term: Expression) -> str:
    if not isinstance(term, Column):
        raise TypeError("elapsed time is between two columns")
    return term.name
