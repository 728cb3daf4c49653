"""Compiling an expression to narwhals, which writes it for any engine, or to Polars."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from hashlib import sha256
from itertools import product
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

import narwhals as nw
import polars as pl

from swm_kpi.contracts import Column, Recoded
from swm_kpi.engine.completeness import require_complete
from swm_kpi.engine.encoding.dst import CLOCKS_GO_BACK, HOUR
from swm_kpi.engine.encoding.encode import CLOCK, IN_REPEATED_HOUR, INSTANT
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
    MetByNone,
    Not,
    Product,
    Repeats,
    Term,
    Unusable,
    WithinMonths,
    canonical,
    times_with_readings,
)
from swm_kpi.measures.order_of_times import reversible

MICROSECONDS = 1_000_000
"""Microseconds in a second."""

_OPERATORS = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}

Reading = frozenset[str]
"""The columns of times that a reading takes at the later hour; it takes others at the earlier."""


class Compiler:
    """Compiles expressions with one set of assumptions.

    Elapsed time compiles to whole microseconds, so that its sums are exact. What it is compared
    with is scaled to match.

    A comparison of times is evaluated at every reading of a time in the repeated hour. It has a
    value where all readings agree, and is null elsewhere.

    Args:
        assumptions: values that replace the defaults of assumptions, by key.
        boolean_columns: for predicates that a column already holds, its name, by their identity.
        polars: whether to write Polars' own expressions. They have the same names as narwhals'
            expressions, and take less time to build.
        exact: the columns of times with an offset, which have one reading. None if not known.
        takes_earlier: whether every time has its earlier reading alone.
        of_rules: whether the expressions are rules of a contract, which may ask for the order of
            two times. Any other comparison of an elapsed time is unknown where it is negative.
    """

    def __init__(
        self,
        assumptions: Mapping[str, Any] | None = None,
        boolean_columns: Mapping[int, str] | None = None,
        *,
        polars: bool = False,
        exact: frozenset[str] | None = None,
        takes_earlier: bool = False,
        of_rules: bool = False,
    ) -> None:
        self._assumptions = dict(assumptions or {})
        self._boolean_columns = boolean_columns or {}
        self._library: Any = pl if polars else nw
        self._exact = exact
        self._takes_earlier = takes_earlier
        self._of_rules = of_rules

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

    def group_column(self, expression: MetByNone) -> str:
        """Return the name of the column that holds whether no row of a row's group meets it.

        A remote backend adds the column before it compiles the expression.
        """
        form = json.dumps(canonical(expression))
        return f"group:{sha256(form.encode()).hexdigest()[:16]}"

    def is_met_by_none(self, expression: MetByNone) -> Any:
        """Return the engine's window over the rows of each group."""
        same = [self(column) for column in expression.same]
        if self._library is pl:
            met = self(expression.condition).fill_null(False)
            return ~met.any().over(same)
        names = [column.name for column in expression.same if isinstance(column, Column)]
        met = nw.when(self(expression.condition)).then(nw.lit(1)).otherwise(nw.lit(0))
        return met.max().over(*names) == 0

    def months(self, assumption: Assumption) -> int:
        """Return an assumption's number of months, replaced or not."""
        (months,) = self._values(assumption)
        return int(months)

    def _column(self, column: Column) -> Any:
        return self._library.col(column.name)

    def _recoded(self, recoded: Recoded) -> Any:
        source = self(recoded.source)
        values_of: dict[str, list[Any]] = {}
        for value, member in recoded.mapping.items():
            values_of.setdefault(member, []).append(value)
        recode: Any = self._library.lit(None, self._library.String)
        for member, values in values_of.items():
            text = self._library.lit(member)
            recode = self._library.when(source.is_in(values)).then(text).otherwise(recode)
        return recode

    def _day(self, day: Day) -> Any:
        return self(day.time).cast(self._library.Date)

    def _elapsed(self, elapsed: Elapsed) -> Any:
        end = _time_column(elapsed.end)
        real = self._between(elapsed, frozenset())
        if end.dtype is datetime:
            # The end is at its later reading where the earlier one is before the start.
            later = self._between(elapsed, frozenset({end.name}))
            real = self._library.when(real < 0).then(later).otherwise(real)
        if not elapsed.by_clock:
            return real
        names = end.name, _time_column(elapsed.start).name
        end_clock, start_clock = (self._library.col(name + CLOCK) for name in names)
        shown = end_clock - start_clock
        # Clocks that go back can show an earlier time at the end than at the start.
        nothing = self._library.lit(0)
        return self._library.when((shown < 0) & (real >= 0)).then(nothing).otherwise(shown)

    def _between(self, elapsed: Elapsed, reading: Reading) -> Any:
        """Return the microseconds of elapsed time at one reading of its times."""
        end, start = _time_column(elapsed.end), _time_column(elapsed.start)
        return self._instant(end, reading) - self._instant(start, reading)

    def _instant(self, time: Column, reading: Reading) -> Any:
        instant = self._library.col(time.name + INSTANT)
        if time.name not in reading or self._is_exact(time):
            return instant
        repeated = self._library.col(time.name + IN_REPEATED_HOUR)
        later = instant + CLOCKS_GO_BACK * HOUR
        return self._library.when(repeated).then(later).otherwise(instant)

    def _is_exact(self, time: Column) -> bool:
        return self._exact is not None and time.name in self._exact

    def _in_repeated_hour(self, condition: InRepeatedHour) -> Any:
        return self._library.col(_time_column(condition.time).name + IN_REPEATED_HOUR)

    def _earlier_reading(self, earlier: EarlierReading) -> Any:
        compiler = Compiler(
            self._assumptions,
            self._boolean_columns,
            polars=self._library is pl,
            exact=self._exact,
            takes_earlier=True,
            of_rules=self._of_rules,
        )
        return compiler(earlier.condition)

    def _compare(self, comparison: Compare) -> Any:
        return self._in_order(comparison, self._compare_terms(comparison))

    def _in_order(self, condition: Compare | IsIn, value: Any) -> Any:
        """Return the value of a condition, and null where a time that it compares is negative."""
        elapsed = () if self._of_rules else reversible(condition)
        if not elapsed:
            return value
        is_in_order = reduce(and_, (self._elapsed(part) >= 0 for part in elapsed))
        return self._library.when(is_in_order).then(value)

    def _compare_terms(self, comparison: Compare) -> Any:
        times = [_time_column(time) for time in times_with_readings(comparison)]
        if not times:
            return self._compare_at(comparison, None)
        is_order_of_times = isinstance(comparison.left, Column) and comparison.op[0] in "<>"
        if is_order_of_times and self._exact is not None and not any(map(self._is_exact, times)):
            return self._compare_clocks(comparison, times)
        return self._agreed(
            self._compare_at(comparison, reading) for reading in self._readings(comparison, times)
        )

    def _compare_clocks(self, comparison: Compare, times: Sequence[Column]) -> Any:
        """Compare two local times without their instants, which engines convert slowly.

        The order is that of the clocks, unless both are in one repeated hour. Then it is unknown.
        """
        left, right = (self._library.col(time.name + CLOCK) for time in times)
        repeated = [self._library.col(time.name + IN_REPEATED_HOUR) for time in times]
        is_near = (left - right < HOUR) & (right - left < HOUR)
        is_known = ~(reduce(and_, repeated) & is_near)
        return self._library.when(is_known).then(_OPERATORS[comparison.op](left, right))

    def _compare_at(self, comparison: Compare, reading: Reading | None) -> Any:
        """Compare at one reading of the times; None where the comparison is not of times."""
        left = self._value_at(comparison.left, reading)
        scale = MICROSECONDS if isinstance(comparison.left, Elapsed) else 1
        right: Any
        if isinstance(comparison.right, Term):
            right = self._value_at(comparison.right, reading)
            if scale != 1 and not isinstance(comparison.right, Elapsed):
                right = right * scale
        else:
            (value,) = self._values(comparison.right)
            right = value * scale if scale != 1 else value
        return _OPERATORS[comparison.op](left, right)

    def _value_at(self, term: Term, reading: Reading | None) -> Any:
        """Return a term at one reading; None where the comparison is not of times."""
        if reading is not None and isinstance(term, Elapsed) and not term.by_clock:
            return self._between(term, reading)
        if reading is not None and isinstance(term, Column) and term.dtype is datetime:
            return self._instant(term, reading)
        return self(term)

    def _readings(self, condition: Compare | IsIn, times: Sequence[Column]) -> list[Reading]:
        """Return the readings that decide a condition.

        For an order, two are enough: the one with the greatest difference between its sides, and
        the one with the least. Otherwise all are compared.
        """
        if self._takes_earlier:
            return [frozenset()]
        inexact = [time.name for time in times if not self._is_exact(time)]
        if isinstance(condition, Compare) and condition.op[0] in "<>":
            first, second = _sides(condition)
            if not first & second:
                return [first & set(inexact), second & set(inexact)]
        chosen = product((False, True), repeat=len(inexact))
        return [
            frozenset(name for name, is_later in zip(inexact, later, strict=True) if is_later)
            for later in chosen
        ]

    def _agreed(self, values: Iterable[Any]) -> Any:
        """Return the value that all readings agree on, and null where they do not."""
        first, *others = values
        if not others:
            return first
        return self._library.when(reduce(and_, (first == other for other in others))).then(first)

    def _is_in(self, membership: IsIn) -> Any:
        values = [value for operand in membership.values for value in self._values(operand)]
        inside = membership.term
        # Engines look for a number only among numbers of its own type.
        if isinstance(inside, Elapsed):
            values = [value * MICROSECONDS for value in values]
        if inside.dtype is int or isinstance(inside, Elapsed):
            values = [int(value) for value in values if value == int(value)]
        elif inside.dtype is float:
            values = [float(value) for value in values]
        terms = [self(inside)]
        if isinstance(inside, Elapsed) and not inside.by_clock:
            times = [_time_column(time) for time in times_with_readings(inside)]
            terms = [
                self._between(inside, reading) for reading in self._readings(membership, times)
            ]
        inside_list = (term.is_in(values) if values else term != term for term in terms)
        return self._in_order(membership, self._agreed(inside_list))

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

    def _met_by_none(self, expression: MetByNone) -> Any:
        if self._library is pl:
            return self.is_met_by_none(expression)
        return self._library.col(self.group_column(expression))

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


def _time_column(term: Expression) -> Column:
    if not isinstance(term, Column):
        raise TypeError("elapsed time is between two columns")
    return term


def _sides(comparison: Compare) -> tuple[Reading, Reading]:
    """Return the times that make the left side greater when they are later, and the others."""
    greater: set[str] = set()
    less: set[str] = set()
    right = comparison.right if isinstance(comparison.right, Term) else None
    for term, first, second in ((comparison.left, greater, less), (right, less, greater)):
        if isinstance(term, Elapsed) and not term.by_clock:
            first.add(_time_column(term.end).name)
            second.add(_time_column(term.start).name)
        elif isinstance(term, Column):
            first.add(term.name)
    return frozenset(greater), frozenset(less)


_CASES: dict[type[Expression], Callable[[Compiler, Any], Any]] = {
    BoolOp: Compiler._bool_op,
    Column: Compiler._column,
    Compare: Compiler._compare,
    Day: Compiler._day,
    EarlierReading: Compiler._earlier_reading,
    Elapsed: Compiler._elapsed,
    InRepeatedHour: Compiler._in_repeated_hour,
    IsIn: Compiler._is_in,
    IsNull: Compiler._is_null,
    IsTrue: Compiler._is_true,
    IsUnknown: Compiler._is_unknown,
    Not: Compiler._not,
    MetByNone: Compiler._met_by_none,
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
