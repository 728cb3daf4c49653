"""Small immutable trees over a contract's columns.

One tree has four faces: the English sentence and the SQL text made here, the canonical form that is
hashed, and the engine's expression (compiled in ``engine``). An operand is checked against the
column when the tree is built, so a wrong condition never exists. A row for which a condition is
null is not a member of it (three-valued logic, as in SQL); how many such rows there were is counted.
"""

from __future__ import annotations

import json
import math
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from swm_kpi.errors import Problem, did_you_mean, place_of_declaration, refuse

Scalar: TypeAlias = str | int | float | bool | date | datetime
Canonical: TypeAlias = list[Any]

DTYPE_WORDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date",
    datetime: "a date and time",
}
_COMPARISONS = {
    "==": ("is", "="),
    "!=": ("is not", "<>"),
    "<": ("is less than", "<"),
    "<=": ("is at most", "<="),
    ">": ("is more than", ">"),
    ">=": ("is at least", ">="),
}
_TIME_COMPARISONS = {
    "<": "is before",
    "<=": "is at or before",
    ">": "is after",
    ">=": "is at or after",
}


class Expression:
    """Anything that has a value for each row. Combine conditions with ``&``, ``|`` and ``~``."""

    @property
    @abstractmethod
    def parts(self) -> tuple[Expression, ...]:
        """The expressions directly inside this one."""

    @abstractmethod
    def english(self) -> str:
        """Say it in plain English, without a capital or a full stop."""

    @abstractmethod
    def sql(self) -> str:
        """Write it as standard SQL over the contract's column names."""

    @abstractmethod
    def canonical(self) -> Canonical:
        """Return nested lists that are equal exactly when the meaning is."""

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
        return (self >= low) & (self <= high)

    def is_in(self, *values: Scalar | Assumption) -> Condition:
        """One of the values given, or of the values an assumption holds."""
        if not values:
            return _refused(
                self, "is_in", "a list of values cannot be empty", "Name at least one value"
            )
        found = [_checked_operand(self, "is_in", each) for each in _flat(values)]
        if any(isinstance(each, Unusable) for each in found):
            return Unusable()
        return IsIn(self, tuple(each for each in found if not isinstance(each, Unusable)))

    def is_null(self) -> Condition:
        """No value was recorded."""
        return IsNull(self)

    def is_not_null(self) -> Condition:
        """Some value was recorded."""
        return Not(IsNull(self))

    def until(self, end: Term) -> Elapsed | Unusable:
        """Elapsed real time from this instant to ``end``, in seconds; null when either is missing."""
        if isinstance(self, Unusable) or isinstance(end, Unusable):
            return Unusable()
        for each in (self, end):
            if each.dtype is not datetime:
                return _refused(
                    each,
                    "until",
                    f"it holds {DTYPE_WORDS[each.dtype]}, which has no time of day",
                    "Measure elapsed time between two date and time columns",
                )
        return Elapsed(self, end)


@dataclass(frozen=True, eq=False)
class Assumption:
    """A named, dated number or list that a definition rests on and that a caller may override.

    Args:
        key: the name used in ``compute(..., assumptions={key: value})``.
        value: the default; a tuple for a list.
        since: the ISO date from which the default is meant to hold.
        because: why this default, and how sure we are of it.
        source: a published source, or None when it is our unverified working choice.
    """

    key: str
    value: Scalar | tuple[Scalar, ...]
    since: str
    because: str
    source: str | None = None

    def __post_init__(self) -> None:
        problems = []
        if not self.key.isidentifier():
            problems.append(
                ("key", f"{self.key!r} is not a name", "Use lower case letters, digits and _")
            )
        if not self.because.strip():
            problems.append(
                ("because", "an assumption says why", "Say in a sentence why this default")
            )
        try:
            date.fromisoformat(self.since)
        except ValueError:
            problems.append(("since", "it is not a date", "Write an ISO date such as 2021-04-01"))
        if problems:
            place = place_of_declaration()
            refuse(Problem(f"Assumption {self.key!r}", *each, place) for each in problems)

    @property
    def values(self) -> tuple[Scalar, ...]:
        """The value as a tuple, whether it is one or a list."""
        return self.value if isinstance(self.value, tuple) else (self.value,)


Operand: TypeAlias = "Scalar | Assumption | Term"


@dataclass(frozen=True, eq=False)
class Compare(Condition):
    """A term against a literal, an assumption or another term."""

    left: Term
    op: str
    right: Operand

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.left, self.right) if isinstance(self.right, Term) else (self.left,)

    def english(self) -> str:
        words = _COMPARISONS[self.op][0]
        if self.left.dtype in (date, datetime):
            words = _TIME_COMPARISONS.get(self.op, words)
        return f"{self.left.english()} {words} {_english(self.right)}"

    def sql(self) -> str:
        return f"({self.left.sql()} {_COMPARISONS[self.op][1]} {_sql(self.right)})"

    def canonical(self) -> Canonical:
        return [self.op, self.left.canonical(), _canonical(self.right)]


@dataclass(frozen=True, eq=False)
class IsIn(Condition):
    """A term's value is in a list."""

    term: Term
    values: tuple[Scalar | Assumption, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.term,)

    def english(self) -> str:
        listed = [_english(each) for each in self.values]
        if len(listed) == 1 and not isinstance(self.values[0], Assumption):
            return f"{self.term.english()} is {listed[0]}"
        return f"{self.term.english()} is one of {', '.join(listed)}"

    def sql(self) -> str:
        flat = [
            value
            for each in self.values
            for value in (each.values if isinstance(each, Assumption) else (each,))
        ]
        return f"({self.term.sql()} IN ({', '.join(_sql(value) for value in flat)}))"

    def canonical(self) -> Canonical:
        return [
            "in",
            self.term.canonical(),
            *sorted((_canonical(v) for v in self.values), key=json.dumps),
        ]


@dataclass(frozen=True, eq=False)
class IsNull(Condition):
    """No value was recorded."""

    term: Term

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.term,)

    def english(self) -> str:
        return f"{self.term.english()} is not recorded"

    def sql(self) -> str:
        return f"({self.term.sql()} IS NULL)"

    def canonical(self) -> Canonical:
        return ["null", self.term.canonical()]


@dataclass(frozen=True, eq=False)
class IsTrue(Condition):
    """A true-or-false term used as a condition."""

    term: Term

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.term,)

    def english(self) -> str:
        return f"{self.term.english()} is true"

    def sql(self) -> str:
        return self.term.sql()

    def canonical(self) -> Canonical:
        return self.term.canonical()


@dataclass(frozen=True, eq=False)
class Joined(Condition):
    """Conditions joined by *and* or by *or*."""

    op: Literal["and", "or"]
    conditions: tuple[Condition, ...]

    @property
    def parts(self) -> tuple[Expression, ...]:
        return self.conditions

    def english(self) -> str:
        said = [
            f"({each.english()})" if isinstance(each, Joined) else each.english()
            for each in self.conditions
        ]
        return f" {self.op} ".join(said) if self.op == "or" else " and ".join(said)

    def sql(self) -> str:
        return "(" + f" {self.op.upper()} ".join(each.sql() for each in self.conditions) + ")"

    def canonical(self) -> Canonical:
        return [self.op, *sorted((each.canonical() for each in self.conditions), key=json.dumps)]


@dataclass(frozen=True, eq=False)
class Not(Condition):
    """The opposite of a condition; null stays null."""

    condition: Condition

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.condition,)

    def english(self) -> str:
        inner = self.condition
        if isinstance(inner, IsNull):
            return f"{inner.term.english()} is recorded"
        if isinstance(inner, IsTrue):
            return f"{inner.term.english()} is false"
        return f"not ({inner.english()})"

    def sql(self) -> str:
        return f"(NOT {self.condition.sql()})"

    def canonical(self) -> Canonical:
        return ["not", self.condition.canonical()]


@dataclass(frozen=True, eq=False)
class Undecided(Condition):
    """A condition is neither true nor false for a row, because a value it needs is null."""

    condition: Condition

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.condition,)

    def english(self) -> str:
        return f"it cannot be said whether {self.condition.english()}"

    def sql(self) -> str:
        return f"({self.condition.sql()} IS NULL)"

    def canonical(self) -> Canonical:
        return ["undecided", self.condition.canonical()]


@dataclass(frozen=True, eq=False)
class Elapsed(Term):
    """Real seconds between two instants, right across a change of the clocks."""

    start: Term
    end: Term
    dtype = float

    @property
    def parts(self) -> tuple[Expression, ...]:
        return (self.start, self.end)

    def english(self) -> str:
        return f"seconds from {self.start.english()} to {self.end.english()}"

    def sql(self) -> str:
        return f"EXTRACT(EPOCH FROM ({self.end.sql()} - {self.start.sql()}))"

    def canonical(self) -> Canonical:
        return ["elapsed", self.start.canonical(), self.end.canonical()]


class Unusable(Condition, Term):
    """Stands where a wrong expression was written while problems are being collected.

    It takes any use without a further complaint; whatever contains it is unusable too.
    """

    dtype = bool

    @property
    def parts(self) -> tuple[Expression, ...]:
        return ()

    def english(self) -> str:
        return "an expression that was refused"

    sql = english

    def canonical(self) -> Canonical:
        return ["unusable"]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: object, **__: object) -> Unusable:
        return self


def raise_problem(subject: str, field: str, rule: str, fix: str) -> Unusable:
    """Refuse one thing; where problems are being collected, return a stand-in instead of raising."""
    refuse([Problem(subject, field, rule, fix, place_of_declaration())])
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
        "Compare it with something first, and put brackets round each comparison: (a == b) & (c > d)",
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
        nested = isinstance(condition, Joined) and condition.op == op
        conditions.extend(
            condition.conditions if isinstance(condition, Joined) and nested else [condition]
        )
    return Joined(op, tuple(conditions))


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
        if op == "is_in" or not _comparable(term.dtype, operand.dtype):
            return _refused(
                term,
                op,
                f"it holds {DTYPE_WORDS[term.dtype]} and {operand} holds {DTYPE_WORDS[operand.dtype]}",
                "Compare columns of one type with ==, <, <=, > or >=",
            )
        return operand
    literals = operand.values if isinstance(operand, Assumption) else (operand,)
    if isinstance(operand, Assumption) and op != "is_in" and isinstance(operand.value, tuple):
        return _refused(
            term, op, f"assumption {operand.key!r} is a list", "Use .is_in(...) with a list"
        )
    for literal in literals:
        found = _literal_problem(term, literal)
        if found:
            return _refused(term, op, *found)
    return operand


def _literal_problem(term: Term, literal: object) -> tuple[str, str] | None:
    """Return rule and fix when a literal cannot be a value of the term."""
    if type(literal) not in DTYPE_WORDS or not _comparable(term.dtype, type(literal)):
        return (
            f"it holds {DTYPE_WORDS[term.dtype]}, not {DTYPE_WORDS.get(type(literal), type(literal).__name__)}",
            f"Compare it with {DTYPE_WORDS[term.dtype]}",
        )
    if isinstance(literal, float) and not math.isfinite(literal):
        return ("it is compared with a number that is not finite", "Write a finite number")
    if term.domain is not None and literal not in term.domain:
        return (
            f"{literal!r} is not in its closed list",
            did_you_mean(str(literal), map(str, term.domain)),
        )
    return None


def _comparable(left: type, right: type) -> bool:
    numbers = (int, float)
    return left is right or (left in numbers and right in numbers)


def _english(operand: Operand) -> str:
    if isinstance(operand, Assumption):
        listed = ", ".join(_english(each) for each in operand.values)
        return f"{listed} (assumption {operand.key})"
    if isinstance(operand, Term):
        return operand.english()
    if isinstance(operand, bool):
        return "true" if operand else "false"
    if isinstance(operand, str):
        return f"‘{operand}’"
    return f"{operand:,}" if isinstance(operand, int | float) else f"{operand:%-d %B %Y}"


def _sql(operand: Operand) -> str:
    if isinstance(operand, Assumption):
        return _sql(operand.values[0])
    if isinstance(operand, Term):
        return operand.sql()
    if isinstance(operand, bool):
        return "TRUE" if operand else "FALSE"
    if isinstance(operand, int | float):
        return repr(operand)
    if isinstance(operand, datetime):
        return f"TIMESTAMP '{operand:%Y-%m-%d %H:%M:%S}'"
    if isinstance(operand, date):
        return f"DATE '{operand.isoformat()}'"
    return "'" + operand.replace("'", "''") + "'"


def _canonical(operand: Operand) -> Canonical:
    if isinstance(operand, Term):
        return operand.canonical()
    if isinstance(operand, Assumption):
        return ["assumption", operand.key, *(_canonical(each) for each in operand.values)]
    if isinstance(operand, date):
        return [type(operand).__name__, operand.isoformat()]
    return [type(operand).__name__, operand]
