"""Values that a mapping makes from the columns of a source. No condition contains them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from typing_extensions import override

from swm_kpi.errors import did_you_mean
from swm_kpi.expressions.literals import DTYPE_WORDS
from swm_kpi.expressions.time_formats import TimeFormat, read_time_format
from swm_kpi.expressions.tree import Expression, Leaf, Unusable, raise_problem

Unmapped = Literal["refuse", "other", "null"]
"""What happens to a value that a mapping does not map."""

UNMAPPED: tuple[Unmapped, ...] = ("refuse", "other", "null")
"""Each thing that can happen to such a value."""


class SourceValue:
    """A value that a mapping makes for each row of a source. It is not part of any condition."""

    @property
    @abstractmethod
    def parts(self) -> tuple[Leaf | SourceValue, ...]:
        """The columns and values directly inside this one."""

    def walk(self) -> Iterator[Expression | SourceValue]:
        """Yield this value and everything inside it."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True, eq=False)
class Parse(SourceValue):
    """The date or time that a column states in a format.

    Attributes:
        column: a column of text, or of whole numbers for an epoch time.
        time_format: the format.
        unmapped: ``"refuse"`` or ``"null"``: what happens to a value that is not in the format.
    """

    column: Leaf
    time_format: TimeFormat
    unmapped: Unmapped = "refuse"

    @property
    @override
    def parts(self) -> tuple[Leaf | SourceValue, ...]:
        return (self.column,)

    @property
    def dtype(self) -> type:
        """``date`` or ``datetime``."""
        return self.time_format.dtype

    def to_date(self) -> LocalDate | Unusable:
        """Return the local day of the time."""
        return local_date(self)


@dataclass(frozen=True, eq=False)
class LocalDate(SourceValue):
    """The day of a time, in local time."""

    time: Leaf | Parse
    dtype = date

    @property
    @override
    def parts(self) -> tuple[Leaf | SourceValue, ...]:
        return (self.time,)


def parse(column: Leaf, time_format: object, unmapped: object) -> Parse | Unusable:
    """Return a column parsed by a format.

    Raises:
        DefinitionError: the format is not valid, or does not go with the type of the column.
    """
    subject = str(column)
    result = read_time_format(time_format)
    if not isinstance(result, TimeFormat):
        return raise_problem(subject, "parse", *result)
    if unmapped not in ("refuse", "null"):
        rule = f"{unmapped!r} is not what can happen to a text in another format"
        return raise_problem(subject, "unmapped", rule, did_you_mean(str(unmapped), UNMAPPED[::2]))
    wanted = int if result.is_epoch else str
    if column.dtype is not wanted:
        words = DTYPE_WORDS.get(column.dtype, column.dtype.__name__)
        rule = f"it contains {words}, and {result.text!r} reads {DTYPE_WORDS[wanted]}"
        fix = f"Declare the column as {wanted.__name__}, or use it without parse"
        return raise_problem(subject, "parse", rule, fix)
    return Parse(column, result, unmapped)


def local_date(time: Leaf | Parse) -> LocalDate | Unusable:
    """Return the local day of a time.

    Raises:
        DefinitionError: it is not a date and time.
    """
    dtype: type = getattr(time, "dtype", type(None))
    if dtype is not datetime:
        subject = str(time) if isinstance(time, Leaf) else "A parsed column"
        rule = f"it contains {DTYPE_WORDS.get(dtype, 'no time')}"
        return raise_problem(subject, "to_date", rule, "Use it on a date and time, or leave it out")
    return LocalDate(time)
