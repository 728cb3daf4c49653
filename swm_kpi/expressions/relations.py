"""Terms and conditions that measure kinds build. No operator creates them."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from swm_kpi.expressions.literals import Assumption
from swm_kpi.expressions.tree import Condition, Expression, Term


@dataclass(frozen=True, eq=False)
class IsUnknown(Condition):
    """A condition is null (SQL: UNKNOWN) for a row, because a value that it needs is null."""

    condition: Condition

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.condition,)


@dataclass(frozen=True, eq=False)
class EarlierReading(Condition):
    """A condition, with the earlier reading of each time in the repeated hour."""

    condition: Condition

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.condition,)


@dataclass(frozen=True, eq=False)
class InRepeatedHour(Condition):
    """A local time without an offset is in an hour that occurs twice; false where it is null."""

    time: Term

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.time,)


@dataclass(frozen=True, eq=False)
class Product(Term):
    """The product of two numbers."""

    left: Term
    right: Term
    dtype = float

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, eq=False)
class Repeats(Condition):
    """The same person has another such row on an earlier day, at most ``months`` months before.

    Rows of one day are one event, so that linked crimes reported together are not a repeat.

    Attributes:
        who: the column that identifies the person.
        at: the date column.
        where: the condition that both rows meet, if any.
        months: the assumption with the number of months.
    """

    who: Term
    at: Term
    where: Expression | None
    months: Assumption

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return tuple(part for part in (self.who, self.at, self.where) if part is not None)
