"""Terms and conditions that kinds of measure build for themselves; no operator writes them."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import override

from swm_kpi.expressions.literals import Assumption
from swm_kpi.expressions.tree import Condition, Expression, Term


@dataclass(frozen=True, eq=False)
class IsUnknown(Condition):
    """A condition is neither true nor false for a row, because a value it needs is null."""

    condition: Condition

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.condition,)


@dataclass(frozen=True, eq=False)
class Product(Term):
    """Two numbers multiplied."""

    left: Term
    right: Term
    dtype = float

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.left, self.right)


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
class Repeats(Condition):
    """The same person has another such row on an earlier day, at most some months before.

    Rows of one day are one event, so that linked crimes reported together make no repeat.
    """

    who: Term
    at: Term
    where: Expression | None
    months: Assumption

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return tuple(each for each in (self.who, self.at, self.where) if each is not None)
