"""Literals and named assumptions: what a column may be compared with, and how each is written."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeAlias

from swm_kpi.calendar import format_date
from swm_kpi.errors import Problem, did_you_mean, place_of_declaration, raise_problems

Scalar: TypeAlias = str | int | float | bool | date | datetime
Canonical: TypeAlias = list[Any]
# Beyond this, two whole numbers can be one floating-point number.
_LARGEST = 2**53

DTYPE_WORDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date",
    datetime: "a date and time",
}
COMPARISONS = {
    "==": ("is", "="),
    "!=": ("is not", "<>"),
    "<": ("is less than", "<"),
    "<=": ("is at most", "<="),
    ">": ("is more than", ">"),
    ">=": ("is at least", ">="),
}
TIME_COMPARISONS = {
    "<": "is before",
    "<=": "is at or before",
    ">": "is after",
    ">=": "is at or after",
}


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
        if not (isinstance(self.key, str) and self.key.isidentifier()):
            problems.append(
                ("key", f"{self.key!r} is not a name", "Use lower case letters, digits and _")
            )
        if not self.values or any(type(each) not in DTYPE_WORDS for each in self.values):
            rule = "it is empty" if not self.values else "it is no value a column can hold"
            problems.append(("value", rule, "Give a number, a text, a date, or a tuple of them"))
        if not (isinstance(self.because, str) and self.because.strip()):
            problems.append(
                ("because", "an assumption says why", "Say in a sentence why this default")
            )
        try:
            date.fromisoformat(self.since)
        except (TypeError, ValueError):
            problems.append(("since", "it is not a date", "Write an ISO date such as 2021-04-01"))
        if problems:
            place = place_of_declaration()
            raise_problems(Problem(f"Assumption {self.key!r}", *each, place) for each in problems)

    @property
    def values(self) -> tuple[Scalar, ...]:
        """The value as a tuple, whether it is one or a list."""
        return self.value if isinstance(self.value, tuple) else (self.value,)


def literal_problem(
    literal: object, dtype: type, domain: tuple[Any, ...] | None
) -> tuple[str, str] | None:
    """Return rule and fix when a literal cannot be a value of a type and closed list."""
    if type(literal) not in DTYPE_WORDS or not comparable(dtype, type(literal)):
        given = DTYPE_WORDS.get(type(literal), type(literal).__name__)
        return (
            f"it holds {DTYPE_WORDS[dtype]}, not {given}",
            f"Compare it with {DTYPE_WORDS[dtype]}",
        )
    if isinstance(literal, float) and not math.isfinite(literal):
        return "it is compared with a number that is not finite", "Write a finite number"
    if isinstance(literal, int) and abs(literal) > _LARGEST:
        rule = "it is compared with a number too large to be told from the next one"
        return rule, f"Write one from {-_LARGEST} to {_LARGEST}"
    if isinstance(literal, datetime) and literal.tzinfo is not None:
        return "it is compared with a time that has an offset", "Write local wall clock time"
    if domain is not None and literal not in domain:
        fix = did_you_mean(str(literal), map(str, domain))
        return f"{literal!r} is not in its closed list", fix
    return None


def comparable(left: type, right: type) -> bool:
    """Say whether values of two types may be compared: one type, or two kinds of number."""
    numbers = (int, float)
    return left is right or (left in numbers and right in numbers)


def english_of(literal: Scalar | Assumption) -> str:
    """Write a literal or an assumption for a reader."""
    if isinstance(literal, Assumption):
        *others, last = [english_of(each) for each in literal.values]
        listed = f"{', '.join(others)} or {last}" if others else last
        return f"{listed} (assumption {literal.key})"
    if isinstance(literal, bool):
        return "true" if literal else "false"
    if isinstance(literal, str):
        return f"‘{literal}’"
    if isinstance(literal, int | float):
        # A year is a number too, and is not written with a comma.
        return f"{literal:,}" if abs(literal) >= 10_000 else f"{literal}"
    day = format_date(literal)
    if not isinstance(literal, datetime) or literal.time() == time.min:
        return day
    return f"{day} at {literal.time().isoformat().removesuffix(':00')}"


def sql_of(literal: Scalar | Assumption) -> str:
    """Write a literal, or an assumption's default, as SQL."""
    if isinstance(literal, Assumption):
        return ", ".join(sql_of(each) for each in literal.values)
    if isinstance(literal, bool):
        return "TRUE" if literal else "FALSE"
    if isinstance(literal, int | float):
        return repr(literal)
    if isinstance(literal, datetime):
        return f"TIMESTAMP '{literal.isoformat(sep=' ')}'"
    if isinstance(literal, date):
        return f"DATE '{literal.isoformat()}'"
    return "'" + literal.replace("'", "''") + "'"


def python_of(literal: Scalar | Assumption) -> str:
    """Write a literal as Python, or an assumption's key in capitals, as it is named."""
    if isinstance(literal, Assumption):
        return literal.key.upper()
    if isinstance(literal, datetime):
        return f'datetime.fromisoformat("{literal.isoformat()}")'
    if isinstance(literal, date):
        return f'date.fromisoformat("{literal.isoformat()}")'
    return json.dumps(literal, ensure_ascii=False) if isinstance(literal, str) else repr(literal)


def canonical_of(literal: Scalar | Assumption) -> Canonical:
    """Return nested lists that are equal exactly when the values are."""
    if isinstance(literal, Assumption):
        return ["assumption", literal.key, *(canonical_of(each) for each in literal.values)]
    if isinstance(literal, date):
        return [type(literal).__name__, literal.isoformat()]
    if isinstance(literal, int | float) and not isinstance(literal, bool):
        return ["number", float(literal)]
    return [type(literal).__name__, literal]
