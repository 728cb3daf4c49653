"""Compiling an expression to narwhals, which writes it for any engine, or to Polars."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from hashlib import sha256
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

import narwhals as nw
import polars as pl

from swm_kpi.contracts import Column, Recoded
from swm_kpi.engine.completeness import require_complete
from swm_kpi.engine.encoding.encode import INSTANT
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
    Unusable,
    WithinMonths,
    canonical,
)

MICROSECONDS = 1_000_000
"""Microseconds in a second."""

_OPERATORS = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


class Compiler:
    """Compiles expressions with one set of assumptions.

    Elapsed time compiles to whole microseconds, so that its sums are exact. What it is compared
    with is scaled to match.

    Args:
        assumptions: values that replace the defaults of assumptions, by key.
        boolean_columns: for predicates that a column already holds, its name, by their identity.
        polars: whether to write Polars' own expressions. They have the same names as narwhals'
            expressions, and take less time to build.
    """

    def __init__(
        self,
        assumptions: Mapping[str, Any] | None = None,
        boolean_columns: Mapping[int, str] | None = None,
        *,
        polars: bool = False,
    ) -> None:
        self._assumptions = dict(assumptions or {})
        self._boolean_columns = boolean_columns or {}
        self._library: Any = pl if polars else nw

    def for_polars(self, boolean_columns: Mapping[int, str] | None = None) -> Compiler:
        """Return a compiler to Polars that reads the predicates which columns already hold."""
        return Compiler(self._assumptions, boolean_columns, polars=True)

    def __call__(self, expression: Expression) -> Any:
        """Return the engine's expression; null where a value is missing or a condition unknown.

        Raises:
            TypeError: the type of the expression has no case here.
        """
        if id(expression) in self._boolean_columns:
            return self._library.col(self._boolean_columns[id(expression)])
        compile_case = _CASES.get(type(expression))
        if compile_case is None:
            raise TypeError(f"{type(expression).__name__} has no engine expression")
        return compile_case(self, expression)

    def repeats(self, expression: Repeats) -> str:
        """Return the name of the column that holds whether a person's row is a repeat.

        A backend adds the column before it compiles the expression.
        """
        form = json.dumps([canonical(expression), self.months(expression.months)])
        return f"repeats:{sha256(form.encode()).hexdigest()[:16]}"

    def months(self, assumption: Assumption) -> int:
        """Return an assumption's number of months, replaced or not."""
        (months,) = self._values(assumption)
        return int(months)

    def _column(self, column: Column) -> Any:
        return self._library.col(column.name)

    def _recoded(self, recoded: Recoded) -> Any:
        source = self(recoded.source)
        values_of: dict[str, list[str]] = {}
        for value, member in recoded.mapping.items():
            values_of.setdefault(member, []).append(value)
        recode: Any = self._library.lit(None, self._library.String)
        for member, values in values_of.items():
            text = self._library.lit(member)
            recode = self._library.when(source.is_in(values)).then(text).otherwise(recode)
        return recode

    def _elapsed(self, elapsed: Elapsed) -> Any:
        end, start = _column_name(elapsed.end), _column_name(elapsed.start)
        return self._library.col(end + INSTANT) - self._library.col(start + INSTANT)

    def _compare(self, comparison: Compare) -> Any:
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
        return _OPERATORS[comparison.op](left, right)

    def _is_in(self, membership: IsIn) -> Any:
        values = [value for operand in membership.values for value in self._values(operand)]
        term = self(membership.term)
        # Engines look for a number only among numbers of its own type.
        if isinstance(membership.term, Elapsed):
            values = [value * MICROSECONDS for value in values]
        if membership.term.dtype is int or isinstance(membership.term, Elapsed):
            values = [int(value) for value in values if value == int(value)]
        elif membership.term.dtype is float:
            values = [float(value) for value in values]
        return term.is_in(values) if values else term != term

    def _is_null(self, condition: IsNull) -> Any:
        return self(condition.term).is_null()

    def _is_true(self, condition: IsTrue) -> Any:
        return self(condition.term)

    def _bool_op(self, condition: BoolOp) -> Any:
        operator = and_ if condition.op == "and" else or_
        return reduce(operator, (self(part) for part in condition.conditions))

    def _not(self, condition: Not) -> Any:
        return ~self(condition.condition)

    def _product(self, product: Product) -> Any:
        # As floats: a product of whole numbers would overflow without an error.
        left, right = self(product.left), self(product.right)
        return left.cast(self._library.Float64) * right.cast(self._library.Float64)

    def _within_months(self, within: WithinMonths) -> Any:
        start, end = self(within.start), self(within.end)
        months = sum(self.months(assumption) for assumption in within.months)
        return (end >= start) & (end < start.dt.offset_by(f"{months}mo"))

    def _repeats(self, repeats: Repeats) -> Any:
        return self._library.col(self.repeats(repeats))

    def _is_unknown(self, unknown: IsUnknown) -> Any:
        condition = self(unknown.condition)
        if self._library is pl:
            return condition.is_null()
        # Ibis writes NOT a IS NULL for (NOT a) IS NULL, which a database reads as NOT (a IS NULL).
        no, yes = nw.lit(False), nw.lit(True)
        return nw.when(condition).then(no).otherwise(nw.when(~condition).then(no).otherwise(yes))

    def _values(self, operand: object) -> tuple[Any, ...]:
        if isinstance(operand, Assumption):
            value = self._assumptions.get(operand.key, operand.value)
            return tuple(value) if isinstance(value, list | tuple) else (value,)
        return (operand,)


def _column_name(term: Expression) -> str:
    if not isinstance(term, Column):
        raise TypeError("elapsed time is between two columns")
    return term.name


_CASES: dict[type[Expression], Callable[[Compiler, Any], Any]] = {
    BoolOp: Compiler._bool_op,
    Column: Compiler._column,
    Compare: Compiler._compare,
    Elapsed: Compiler._elapsed,
    IsIn: Compiler._is_in,
    IsNull: Compiler._is_null,
    IsTrue: Compiler._is_true,
    IsUnknown: Compiler._is_unknown,
    Not: Compiler._not,
    Product: Compiler._product,
    Recoded: Compiler._recoded,
    Repeats: Compiler._repeats,
    WithinMonths: Compiler._within_months,
}


def _concrete_types(parent: type) -> Iterator[type]:
    """Yield the types of expression in this package that have no subtypes."""
    subtypes: list[type] = type.__subclasses__(parent)
    children = [subtype for subtype in subtypes if subtype.__module__.startswith("swm_kpi")]
    if not children:
        yield parent
    for child in children:
        yield from _concrete_types(child)


# An unusable expression exists only while definition problems are collected, and never computes.
require_complete(
    "compiled expressions",
    _CASES,
    (kind for kind in _concrete_types(Expression) if kind is not Unusable),
)
