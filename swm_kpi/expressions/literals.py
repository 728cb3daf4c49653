"""Literals and named assumptions: the values that columns are compared with, and their forms."""

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
# A larger whole number can equal its neighbour as a floating-point number.
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
    """A named number, text, date or list that a definition depends on and a caller can override.

    Args:
        key: the name used in ``compute(..., assumptions={key: value})``.
        value: the default; a tuple for a list.
        since: the ISO date from which the default applies.
        because: why this is the default, and how certain it is.
        source: a published source; None for an unverified working choice.

    Raises:
        DefinitionError: with every problem of the declaration.
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
                ("key", f"{self.key!r} is not a name", "Use lower-case letters, digits and _")
            )
        if not self.values or any(type(value) not in DTYPE_WORDS for value in self.values):
            rule = "it is empty" if not self.values else "no column can contain it"
            problems.append(("value", rule, "Give a number, text, a date, or a tuple of them"))
        if not (isinstance(self.because, str) and self.because.strip()):
            problems.append(("because", "it is empty", "Say in a sentence why this default"))
        try:
            date.fromisoformat(self.since)
        except (TypeError, ValueError):
            problems.append(("since", "it is not a date", "Write an ISO date such as 2021-04-01"))
        if problems:
            place = place_of_declaration()
            raise_problems(
                Problem(f"Assumption {self.key!r}", *problem, place) for problem in problems
            )

    @property
    def values(self) -> tuple[Scalar, ...]:
        """The values as a tuple, also where there is only one."""
        return self.value if isinstance(self.value, tuple) else (self.value,)


def literal_problem(
    literal: object, dtype: type, domain: tuple[Any, ...] | None
) -> tuple[str, str] | None:
    """Return the rule and the fix if a column cannot be compared with a literal, else None.

    Args:
        literal: the value to compare with.
        dtype: the type of the column.
        domain: the closed list of the column, if any.
    """
    if type(literal) not in DTYPE_WORDS or not comparable(dtype, type(literal)):
        literal_type = DTYPE_WORDS.get(type(literal), type(literal).__name__)
        return (
            f"it contains {DTYPE_WORDS[dtype]}, not {literal_type}",
            f"Compare it with {DTYPE_WORDS[dtype]}",
        )
    if isinstance(literal, float) and not math.isfinite(literal):
        return "it is compared with a number that is not finite", "Write a finite number"
    if isinstance(literal, int) and abs(literal) > _LARGEST:
        rule = "it is compared with a number too large to be exact"
        return rule, f"Write a number from {-_LARGEST} to {_LARGEST}"
    if isinstance(literal, datetime) and literal.tzinfo is not None:
        return "it is compared with a time that has an offset", "Write a local wall-clock time"
    if domain is not None and literal not in domain:
        fix = did_you_mean(str(literal), map(str, domain))
        return f"{literal!r} is not in its closed list", fix
    return None


def comparable(left: type, right: type) -> bool:
    """Return whether values of two types can be compared: one type, or two types of number."""
    numbers = (int, float)
    return left is right or (left in numbers and right in numbers)


def format_english(literal: Scalar | Assumption) -> str:
    """Format a literal or an assumption for readers."""
    if isinstance(literal, Assumption):
        *others, last = [format_english(value) for value in literal.values]
        listed = f"{', '.join(others)} or {last}" if others else last
        return f"{listed} (assumption {literal.key})"
    if isinstance(literal, bool):
        return "true" if literal else "false"
    if isinstance(literal, str):
        return f"‘{literal}’"
    if isinstance(literal, int | float):
        # Years are numbers too, and are written without a comma.
        return f"{literal:,}" if abs(literal) >= 10_000 else f"{literal}"
    day = format_date(literal)
    if not isinstance(literal, datetime) or literal.time() == time.min:
        return day
    return f"{day} at {literal.time().isoformat().removesuffix(':00')}"


def format_sql(literal: Scalar | Assumption) -> str:
    """Format a literal, or the default of an assumption, as SQL."""
    if isinstance(literal, Assumption):
        return ", ".join(format_sql(value) for value in literal.values)
    if isinstance(literal, bool):
        return "TRUE" if literal else "FALSE"
    if isinstance(literal, int | float):
        return repr(literal)
    if isinstance(literal, datetime):
        return f"TIMESTAMP '{literal.isoformat(sep=' ')}'"
    if isinstance(literal, date):
        return f"DATE '{literal.isoformat()}'"
    return "'" + literal.replace("'", "''") + "'"


def format_python(literal: Scalar | Assumption) -> str:
    """Format a literal as Python; an assumption as its key in capitals."""
    if isinstance(literal, Assumption):
        return literal.key.upper()
    if isinstance(literal, datetime):
        return f'datetime.fromisoformat("{literal.isoformat()}")'
    if isinstance(literal, date):
        return f'date.fromisoformat("{literal.isoformat()}")'
    return json.dumps(literal, ensure_ascii=False) if isinstance(literal, str) else repr(literal)


def canonical_literal(literal: Scalar | Assumption) -> Canonical:
    """Return the canonical form: nested lists that are equal if and only if the values are."""
    if isinstance(literal, Assumption):
        return ["assumption", literal.key, *(canonical_literal(value) for value in literal.values)]
    if isinstance(literal, date):
        return [type(literal).__name__, literal.isoformat()]
    if isinstance(literal, int | float) and not isinstance(literal, bool):
        return ["number", float(literal)]
    return [type(literal).__name__, literal]
