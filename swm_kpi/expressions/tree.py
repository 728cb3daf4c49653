"""Small immutable trees over a contract's columns.

One tree has four faces: English, SQL, the form that is hashed, and the engine's expression. What a
column is compared with is checked when the tree is built, so a wrong condition never exists. A row
for which a condition is null is not a member of it (three-valued logic, as in SQL), and how many
such rows there were is counted.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

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
    """Anything that has a value for each row. Combine conditions with ``&``, ``|`` and ``~``."""

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
        return _joined("and", self, other)

    def __or__(self, other: Expression) -> Condition:
        return _joined("or", self, other)

    def __invert__(self) -> Condition:
        if isinstance(self, Unusable):
            return self
        return Not(_as_condition(self, "~"))

    def __bool__(self) -> bool:
        raise_problem(
            "An expression",
            "truth value",
            "an expression has no truth value until it meets a table",
            "Use & for and, | for or, ~ for not, and .between(low, high) for a range",
        )
        return True


class Condition(Expression):
    """True, false or null for each row."""


class Term(Expression):
    """A value for each row: a column, or something worked out from columns.

    Attributes:
        dtype: str, int, float, bool, date or datetime.
        domain: the closed list of values, or None when any value of the type may occur.
    """

    dtype: type
    domain: tuple[Any, ...] | None = None

    # Comparison builds a tree, so equality of terms is identity and hashing follows it.
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        return _compared(self, "==", other)

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        return _compared(self, "!=", other)

    def __lt__(self, other: object) -> Condition:
        return _compared(self, "<", other)

    def __le__(self, other: object) -> Condition:
        return _compared(self, "<=", other)

    def __gt__(self, other: object) -> Condition:
        return _compared(self, ">", other)

    def __ge__(self, other: object) -> Condition:
        return _compared(self, ">=", other)

    def between(self, low: Scalar | Assumption, high: Scalar | Assumption) -> Condition:
        """From low to high, both included."""
        lower, upper = self >= low, self <= high
        literal = not isinstance(low, Assumption | Term) and not isinstance(high, Assumption | Term)
        usable = not isinstance(lower, Unusable) and not isinstance(upper, Unusable)
        if literal and usable and high < low:  # type: ignore[operator]
            return _refused(
                self, "between", "the range is backwards", "Write the lower bound first"
            )
        return lower & upper

    def is_in(self, *values: Scalar | Assumption) -> Condition:
        """One of the values given, or of the values an assumption holds."""
        flat = _flat(values)
        if not flat:
            fix = "Name at least one value"
            return _refused(self, "is_in", "a list of values cannot be empty", fix)
        found = [_checked_operand(self, "is_in", each) for each in flat]
        if any(isinstance(each, Unusable) for each in found):
            return Unusable()
        return IsIn(self, tuple(found))

    def is_null(self) -> Condition:
        """No value was recorded."""
        return IsNull(self)

    def is_not_null(self) -> Condition:
        """Some value was recorded."""
        return Not(IsNull(self))

    def until(self, end: Term) -> Elapsed | Unusable:
        """Elapsed real seconds from this instant to ``end``; null when either is missing."""
        if isinstance(self, Unusable) or isinstance(end, Unusable):
            return Unusable()
        for each in (self, end):
            if not isinstance(each, Term):
                fix = "Measure elapsed time between two date and time columns"
                return _refused(self, "until", "its end is not a column", fix)
            if each.dtype is not datetime:
                return _refused(
                    each,
                    "until",
                    f"it holds {DTYPE_WORDS[each.dtype]}, which has no time of day",
                    "Measure elapsed time between two date and time columns",
                )
        return Elapsed(self, end)


Operand: TypeAlias = "Scalar | Assumption | Term"


class Leaf(Term):
    """A term with nothing inside, which writes its own faces: a column."""

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return ()

    @abstractmethod
    def english(self) -> str:
        """Name it for a reader, without a capital."""

    @abstractmethod
    def sql(self) -> str:
        """Name it in SQL."""

    @abstractmethod
    def canonical(self) -> Canonical:
        """Return nested lists that are equal exactly when the column is."""


@dataclass(frozen=True, eq=False)
class Compare(Condition):
    """A term against a literal, an assumption or another term."""

    left: Term
    op: str
    right: Operand

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.left, self.right) if isinstance(self.right, Term) else (self.left,)


@dataclass(frozen=True, eq=False)
class IsIn(Condition):
    """A term's value is in a list."""

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
    """A true-or-false term used as a condition."""

    term: Term

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.term,)


@dataclass(frozen=True, eq=False)
class BoolOp(Condition):
    """Conditions joined by *and* or by *or*."""

    op: Literal["and", "or"]
    conditions: tuple[Condition, ...]

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return self.conditions


@dataclass(frozen=True, eq=False)
class Not(Condition):
    """The opposite of a condition; null stays null."""

    condition: Condition

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.condition,)


@dataclass(frozen=True, eq=False)
class Elapsed(Term):
    """Real seconds between two instants, right across a change of the clocks."""

    start: Term
    end: Term
    dtype = float

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.start, self.end)

    @override
    def __str__(self) -> str:
        return f"{self.start}.until({self.end})"


class Unusable(Condition, Term):
    """Stands where a wrong expression was written while problems are being collected.

    It takes any use without a further complaint; whatever contains it is unusable too.
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
        """Take any use."""
        return self


def raise_problem(subject: str, field: str, rule: str, fix: str) -> Unusable:
    """Refuse one thing; where problems are collected, return a stand-in instead of raising."""
    raise_problems([Problem(subject, field, rule, fix, place_of_declaration())])
    return Unusable()


def is_unusable(value: object) -> bool:
    """Say whether a value, or anything inside it, was refused while problems are collected."""
    if isinstance(value, Unusable):
        return True
    if isinstance(value, Expression):
        return any(isinstance(each, Unusable) for each in value.walk())
    if isinstance(value, list | tuple):
        return any(is_unusable(each) for each in value)
    return False


def _refused(term: Term, field: str, rule: str, fix: str) -> Unusable:
    return raise_problem(str(term), field, rule, fix)


def _as_condition(expression: object, op: str) -> Condition:
    if isinstance(expression, Unusable | Condition):
        return expression
    if isinstance(expression, Term) and expression.dtype is bool:
        return IsTrue(expression)
    what = str(expression) if isinstance(expression, Term) else "an operand"
    held = (
        DTYPE_WORDS[expression.dtype] if isinstance(expression, Term) else type(expression).__name__
    )
    return raise_problem(
        what,
        op,
        f"it is {held}, and {op} joins conditions",
        "Compare it with something, and put brackets round comparisons: (a == b) & (c > d)",
    )


def as_condition(expression: object) -> Condition:
    """Read a true-or-false column as a condition; refuse any other term."""
    return _as_condition(expression, "where")


def _joined(op: Literal["and", "or"], left: object, right: object) -> Condition:
    sign = "&" if op == "and" else "|"
    conditions: list[Condition] = []
    for each in (left, right):
        condition = _as_condition(each, sign)
        if isinstance(condition, Unusable):
            return condition
        nested = isinstance(condition, BoolOp) and condition.op == op
        conditions.extend(
            condition.conditions if isinstance(condition, BoolOp) and nested else [condition]
        )
    return BoolOp(op, tuple(conditions))


def _compared(term: Term, op: str, other: object) -> Condition:
    if isinstance(term, Unusable) or isinstance(other, Unusable):
        return Unusable()
    if other is None:
        return _refused(
            term, op, "nothing equals a missing value", "Write .is_null() or .is_not_null()"
        )
    if op not in ("==", "!=") and term.dtype in (str, bool):
        return _refused(
            term,
            op,
            f"{DTYPE_WORDS[term.dtype]} has no order",
            "Use == or .is_in(...), or compare a number or a date",
        )
    operand = _checked_operand(term, op, other)
    return operand if isinstance(operand, Unusable) else Compare(term, op, operand)


def _flat(values: Iterable[object]) -> list[object]:
    flat: list[object] = []
    for each in values:
        flat.extend(each) if isinstance(each, list | tuple | set | frozenset) else flat.append(each)
    return flat


def _checked_operand(term: Term, op: str, operand: object) -> Any:
    """Return the operand if the term may be compared with it, else report why it may not."""
    if isinstance(term, Unusable) or isinstance(operand, Unusable):
        return Unusable()
    if isinstance(operand, Term):
        if op == "is_in" or not comparable(term.dtype, operand.dtype):
            return _refused(
                term,
                op,
                f"it holds {DTYPE_WORDS[term.dtype]}, and {operand} {DTYPE_WORDS[operand.dtype]}",
                "Compare columns of one type with ==, <, <=, > or >=",
            )
        if term.domain is not None and operand.domain is not None and term.domain != operand.domain:
            fix = "Compare columns of one closed list"
            return _refused(term, op, f"its closed list is not that of {operand}", fix)
        return operand
    literals = operand.values if isinstance(operand, Assumption) else (operand,)
    if isinstance(operand, Assumption) and op != "is_in" and isinstance(operand.value, tuple):
        return _refused(
            term, op, f"assumption {operand.key!r} is a list", "Use .is_in(...) with a list"
        )
    for literal in literals:
        found = literal_problem(literal, term.dtype, term.domain)
        if found:
            return _refused(term, op, *found)
    return operand
