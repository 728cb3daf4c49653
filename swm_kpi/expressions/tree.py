"""Immutable expression trees over the columns of a contract.

Operands are checked when the tree is built, so that an invalid condition never exists. Conditions
follow the three-valued logic of SQL: a row for which a condition is null does not meet it, and such
rows are counted.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, Literal, TypeAlias, TypeVar

from typing_extensions import override

from swm_kpi.errors import Problem, place_of_declaration, raise_problems
from swm_kpi.expressions.literals import (
    DTYPE_WORDS,
    Assumption,
    Canonical,
    Scalar,
    comparable,
    literal_problem,
)


class Expression:
    """Something with a value for each row. Combine conditions with ``&``, ``|`` and ``~``."""

    @property
    @abstractmethod
    def parts(self) -> tuple[Expression, ...]:
        """The expressions directly inside this one."""

    def walk(self) -> Iterator[Expression]:
        """Yield this expression and everything inside it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def __and__(self, other: Expression) -> Condition:
        return _combine("and", self, other)

    def __or__(self, other: Expression) -> Condition:
        return _combine("or", self, other)

    def __invert__(self) -> Condition:
        if isinstance(self, Unusable):
            return self
        return Not(_as_condition(self, "~"))

    def __bool__(self) -> bool:
        raise_problem(
            "An expression",
            "truth value",
            "an expression has no truth value without a table",
            "Use & for and, | for or, ~ for not, and .between(low, high) for a range",
        )
        return True


class Condition(Expression):
    """An expression that is true, false or null for each row."""

    def met_by_none(self, *same: Term) -> Condition:
        """Return the condition that no row of the table with the same values meets this one.

        It is true for every row of such a group, and never null. A fallback is written with it:
        count the row of the preferred method, or the other row where no row has that method.

        Args:
            same: the columns whose values rows of one group share. A null equals a null.

        Raises:
            DefinitionError: there is no column, or a value is not one.
        """
        if isinstance(self, Unusable) or any(isinstance(column, Unusable) for column in same):
            return Unusable()
        if not same or not all(isinstance(column, Leaf) for column in same):
            return raise_problem(
                "A condition",
                "met_by_none",
                "it needs the columns that rows of one group share",
                "Name at least one column of the table",
            )
        return MetByNone(self, same)


class Term(Expression):
    """An expression with a value for each row: a column, or something derived from columns.

    Attributes:
        dtype: str, int, float, bool, date or datetime.
        domain: the closed list of values; None if any value of the type can occur.
    """

    dtype: type
    domain: tuple[Any, ...] | None = None

    # == builds a tree, so terms are equal only to themselves, and hash by identity.
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        return _compare(self, "==", other)

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        return _compare(self, "!=", other)

    def __lt__(self, other: object) -> Condition:
        return _compare(self, "<", other)

    def __le__(self, other: object) -> Condition:
        return _compare(self, "<=", other)

    def __gt__(self, other: object) -> Condition:
        return _compare(self, ">", other)

    def __ge__(self, other: object) -> Condition:
        return _compare(self, ">=", other)

    def between(self, low: Scalar | Assumption, high: Scalar | Assumption) -> Condition:
        """Return the condition that the value is from low to high, both included."""
        lower, upper = self >= low, self <= high
        literal = not isinstance(low, Assumption | Term) and not isinstance(high, Assumption | Term)
        usable = not isinstance(lower, Unusable) and not isinstance(upper, Unusable)
        if literal and usable and high < low:  # type: ignore[operator]
            return _invalid(
                self, "between", "the range is backwards", "Write the lower bound first"
            )
        return lower & upper

    def is_in(self, *values: Scalar | Assumption) -> Condition:
        """Return the condition that the value is one of these, or of those of an assumption."""
        flat = _flat(values)
        if not flat:
            fix = "Name at least one value"
            return _invalid(self, "is_in", "a list of values cannot be empty", fix)
        operands = [_checked_operand(self, "is_in", value) for value in flat]
        if any(isinstance(operand, Unusable) for operand in operands):
            return Unusable()
        return IsIn(self, tuple(operands))

    def is_null(self) -> Condition:
        """Return the condition that no value was recorded."""
        return IsNull(self)

    def is_not_null(self) -> Condition:
        """Return the condition that a value was recorded."""
        return Not(IsNull(self))

    def day(self) -> Day | Unusable:
        """Return the local day of this time, so that a deadline can end with its day.

        Raises:
            DefinitionError: this is not a column of date and time.
        """
        if isinstance(self, Unusable):
            return Unusable()
        if self.dtype is not datetime:
            rule = f"it contains {DTYPE_WORDS[self.dtype]}, and only a time has a day"
            return _invalid(self, "day", rule, "Use a date and time column")
        return Day(self)

    def until(self, end: Term, *, by_clock: bool = False) -> Elapsed | Unusable:
        """Return the seconds from this time to ``end``; null if either is null.

        A comparison of the seconds is true or false where every reading of a time in the repeated
        hour agrees, and otherwise unknown.

        Args:
            end: a column of date and time.
            by_clock: whether to subtract what local clocks show, so that a local day is always
                86,400 seconds. Otherwise the seconds are real, also across a change of the clocks.

        Raises:
            DefinitionError: this or ``end`` is not a column of date and time.
        """
        if isinstance(self, Unusable) or isinstance(end, Unusable):
            return Unusable()
        for term in (self, end):
            if not isinstance(term, Term):
                fix = "Measure elapsed time between two date and time columns"
                return _invalid(self, "until", "its end is not a column", fix)
            if term.dtype is not datetime:
                fix = "Measure elapsed time between two date and time columns"
                if term.dtype is date:
                    fix += (
                        ". For dates, let the view that makes the table calculate the days, in a "
                        "whole-number column, or use the measure kind Duration for their average"
                    )
                rule = f"it contains {DTYPE_WORDS[term.dtype]}, which has no time of day"
                return _invalid(term, "until", rule, fix)
        return Elapsed(self, end, by_clock)

    def within_months(self, start: Term, months: Assumption) -> Condition:
        """Return whether this date is on or after ``start``, and before the day months later.

        Args:
            start: a column of dates.
            months: how many calendar months.
        """
        return WithinMonths(start, self, (months,))


Operand: TypeAlias = "Scalar | Assumption | Term"


class Leaf(Term):
    """A term without parts, which renders itself: a column."""

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return ()

    @abstractmethod
    def english(self) -> str:
        """Return its name for readers, without a capital letter."""

    @abstractmethod
    def sql(self) -> str:
        """Return its name in SQL."""

    @abstractmethod
    def canonical(self) -> Canonical:
        """Return its canonical form: nested lists that are equal if and only if the column is."""


@dataclass(frozen=True, eq=False)
class Compare(Condition):
    """A comparison of a term with a literal, an assumption or another term."""

    left: Term
    op: str
    right: Operand

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.left, self.right) if isinstance(self.right, Term) else (self.left,)


@dataclass(frozen=True, eq=False)
class IsIn(Condition):
    """The value of a term is in a list."""

    term: Term
    values: tuple[Scalar | Assumption, ...]

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.term,)


@dataclass(frozen=True, eq=False)
class IsNull(Condition):
    """No value was recorded."""

    term: Term

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.term,)


@dataclass(frozen=True, eq=False)
class IsTrue(Condition):
    """A Boolean term used as a condition."""

    term: Term

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.term,)


@dataclass(frozen=True, eq=False)
class BoolOp(Condition):
    """Conditions combined by *and* or by *or*."""

    op: Literal["and", "or"]
    conditions: tuple[Condition, ...]

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return self.conditions


@dataclass(frozen=True, eq=False)
class Not(Condition):
    """The negation of a condition; null stays null."""

    condition: Condition

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.condition,)


@dataclass(frozen=True, eq=False)
class Day(Term):
    """The local day of a time."""

    time: Term
    dtype = date

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.time,)

    @override
    def __str__(self) -> str:
        return f"{self.time}.day()"


@dataclass(frozen=True, eq=False)
class MetByNone(Condition):
    """No row of the table with the same values of some columns meets a condition."""

    condition: Condition
    same: tuple[Term, ...]

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.condition, *self.same)


@dataclass(frozen=True, eq=False)
class WithinMonths(Condition):
    """A date is on or after another, and before the same day some calendar months later."""

    start: Term
    end: Term
    months: tuple[Assumption, ...]

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.start, self.end)


@dataclass(frozen=True, eq=False)
class Elapsed(Term):
    """The seconds between two times or two days.

    The value takes the earlier reading of a time in the repeated hour. If the end would then be
    before the start, it takes the later reading of the end.

    Attributes:
        start: the first time.
        end: the last time.
        by_clock: whether to subtract what local clocks show, so that from noon to noon is 24 hours
            on every day. Otherwise the seconds are real, also across a change of the clocks.
    """

    start: Term
    end: Term
    by_clock: bool = False
    dtype = float

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.start, self.end)

    @override
    def __str__(self) -> str:
        return f"{self.start}.until({self.end}{', by_clock=True' if self.by_clock else ''})"


class Unusable(Condition, Term):
    """A placeholder for an invalid expression, while problems are being collected.

    It accepts any use without a further problem. Anything that contains it is unusable too.
    """

    dtype = bool

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: object, **__: object) -> Unusable:
        """Accept any use."""
        return self


_Part = TypeVar("_Part")


def remembered(
    function: Callable[[Expression], tuple[_Part, ...]],
) -> Callable[[Expression], tuple[_Part, ...]]:
    """Return a function that is called once for each expression, because expressions never change.

    The engine asks the same of the same declared conditions in every request.
    """
    name = f"_{function.__name__}"

    @wraps(function)
    def once(expression: Expression) -> tuple[_Part, ...]:
        answers = expression.__dict__
        if name not in answers:
            answers[name] = function(expression)
        answer: tuple[_Part, ...] = answers[name]
        return answer

    return once


@remembered
def compared_elapsed_times(expression: Expression) -> tuple[Elapsed, ...]:
    """Return the elapsed times that the comparisons of an expression compare."""
    compared = (part for part in expression.walk() if isinstance(part, Compare | IsIn))
    elapsed = {
        id(part): part for inner in compared for part in inner.walk() if isinstance(part, Elapsed)
    }
    return tuple(elapsed.values())


@remembered
def times_with_readings(expression: Expression) -> tuple[Term, ...]:
    """Return the times whose reading in the repeated hour can change a condition.

    Those are the times that elapsed time is measured between, and two times that are compared with
    each other. A time is at one side of midnight in both readings, so that a day decides.
    """
    times: list[Term] = []
    for part in expression.walk():
        if isinstance(part, Elapsed) and not part.by_clock:
            times += [part.start, part.end]
        elif isinstance(part, Compare) and isinstance(part.right, Term):
            times += [part.left, part.right] if part.right.dtype is part.left.dtype else []
    return tuple(dict.fromkeys(time for time in times if time.dtype is datetime))


def raise_problem(subject: str, field: str, rule: str, fix: str) -> Unusable:
    """Raise one problem; return a placeholder where problems are collected.

    Raises:
        DefinitionError: unless a caller collects problems.
    """
    raise_problems([Problem(subject, field, rule, fix, place_of_declaration())])
    return Unusable()


def is_unusable(value: object) -> bool:
    """Return whether a value is a placeholder for something invalid, or contains one."""
    if isinstance(value, Unusable):
        return True
    if isinstance(value, Expression):
        return any(isinstance(part, Unusable) for part in value.walk())
    if isinstance(value, list | tuple):
        return any(is_unusable(item) for item in value)
    return False


def _invalid(term: Term, field: str, rule: str, fix: str) -> Unusable:
    return raise_problem(str(term), field, rule, fix)


def _as_condition(expression: object, op: str) -> Condition:
    if isinstance(expression, Unusable | Condition):
        return expression
    if isinstance(expression, Term) and expression.dtype is bool:
        return IsTrue(expression)
    subject = str(expression) if isinstance(expression, Term) else "an operand"
    type_name = (
        DTYPE_WORDS[expression.dtype] if isinstance(expression, Term) else type(expression).__name__
    )
    return raise_problem(
        subject,
        op,
        f"it is {type_name}, and {op} combines conditions",
        "Compare it with something, and put comparisons in brackets: (a == b) & (c > d)",
    )


def as_condition(expression: object) -> Condition:
    """Return an expression as a condition. A Boolean column is a condition.

    Raises:
        DefinitionError: it is any other term.
    """
    return _as_condition(expression, "where")


def conjuncts(condition: Expression | None) -> tuple[Expression, ...]:
    """Return the parts of a condition that *and* joins; none for None, which is every row."""
    if condition is None:
        return ()
    if isinstance(condition, BoolOp) and condition.op == "and":
        return condition.conditions
    return (condition,)


def _combine(op: Literal["and", "or"], left: object, right: object) -> Condition:
    sign = "&" if op == "and" else "|"
    conditions: list[Condition] = []
    for operand in (left, right):
        condition = _as_condition(operand, sign)
        if isinstance(condition, Unusable):
            return condition
        nested = isinstance(condition, BoolOp) and condition.op == op
        conditions.extend(
            condition.conditions if isinstance(condition, BoolOp) and nested else [condition]
        )
    return BoolOp(op, tuple(conditions))


def _compare(term: Term, op: str, other: object) -> Condition:
    if isinstance(term, Unusable) or isinstance(other, Unusable):
        return Unusable()
    if other is None:
        return _invalid(
            term, op, "nothing equals a missing value", "Write .is_null() or .is_not_null()"
        )
    if op not in ("==", "!=") and term.dtype in (str, bool):
        return _invalid(
            term,
            op,
            f"{DTYPE_WORDS[term.dtype]} has no order",
            "Use == or .is_in(...), or compare a number or a date",
        )
    operand = _checked_operand(term, op, other)
    return operand if isinstance(operand, Unusable) else Compare(term, op, operand)


def _flat(values: Iterable[object]) -> list[object]:
    flat: list[object] = []
    for value in values:
        if isinstance(value, list | tuple | set | frozenset):
            flat.extend(value)
        else:
            flat.append(value)
    return flat


def _checked_operand(term: Term, op: str, operand: object) -> Any:
    """Return the operand if the term can be compared with it; otherwise raise the problem."""
    if isinstance(term, Unusable) or isinstance(operand, Unusable):
        return Unusable()
    if isinstance(operand, Term):
        if op == "is_in" or not comparable(term.dtype, operand.dtype):
            return _invalid(
                term,
                op,
                f"it contains {DTYPE_WORDS[term.dtype]}, "
                f"and {operand} {DTYPE_WORDS[operand.dtype]}",
                "Compare columns of one type with ==, <, <=, > or >=",
            )
        if term.domain is not None and operand.domain is not None and term.domain != operand.domain:
            fix = "Compare columns with one closed list"
            return _invalid(term, op, f"its closed list differs from that of {operand}", fix)
        return operand
    literals = operand.values if isinstance(operand, Assumption) else (operand,)
    if isinstance(operand, Assumption) and op != "is_in" and isinstance(operand.value, tuple):
        return _invalid(
            term, op, f"assumption {operand.key!r} is a list", "Use .is_in(...) with a list"
        )
    for literal in literals:
        rule_and_fix = literal_problem(literal, term.dtype, term.domain)
        if rule_and_fix:
            return _invalid(term, op, *rule_and_fix)
    return operand
