"""The tables of whole numbers that a reader could not tell from the true one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.disclosure.programme import Array, GivenUp, Programme
from swm_kpi.disclosure.system import System

_NEAR = 1e-6
_FIRST = 1e6
"""What coming nearer to a goal by one is worth: more than to hide all that may stand in its way."""


class Tables:
    """Every other table of some counts that are tied to one another, and to no further ones.

    A table is told by its changes: how much each count is more than it is in truth.

    Args:
        system: the counts of a result.
        members: those that are tied together.
    """

    def __init__(self, system: System, members: Sequence[int]) -> None:
        self._system = system
        self.members = list(members)
        place = {node: at for at, node in enumerate(self.members)}
        nodes = [system.nodes[each] for each in self.members]
        sums = sorted({equation for node in nodes for equation, _ in node.sums})
        terms = [
            (row, place[node], sign)
            for row, equation in enumerate(sums)
            for node, sign in system.sums[equation]
        ]
        self._sums, self._at, signs = (np.array(each) for each in zip(*terms, strict=True))
        self._signs = signs.astype(np.float64)
        self._exact = np.array([node.exact for node in nodes])
        self._whole = np.array([node.whole for node in nodes])
        self._opened = np.array(
            [min(system.lowest(node), node.exact) - node.exact for node in nodes]
        )
        # To hide a large count is dearer than a small one; what is hidden or zero costs nothing.
        self._dear = 1.0 + np.log1p(np.abs(self._exact))
        self._close = Programme(*self._terms(1), len(nodes))
        self._wide: Programme | None = None
        self._counted: Programme | None = None
        self.refresh()

    def refresh(self) -> None:
        """Read again what is hidden."""
        nodes = [self._system.nodes[each] for each in self.members]
        self.low = np.array([node.least for node in nodes]) - self._exact
        self.high = np.array([node.most for node in nodes]) - self._exact
        self._may_hide = np.array([node.shown and node.exact > 0 for node in nodes])

    def together(self, goals: Array, wanted: NDArray[np.bool_]) -> Array:
        """Return the changes of a table that shows the same, in which many counts reach a goal.

        A quick look: a count that does not reach its goal in it may do so in another.
        """
        ups = wanted & (goals > 0)
        downs = wanted & (goals < 0)
        least = np.where(downs, np.maximum(self.low, goals), self.low)
        most = np.where(ups, np.minimum(self.high, goals), self.high)
        price = np.where(ups, -1.0, np.where(downs, 1.0, 0.0))
        found = self._close.cheapest(price, least, most)
        return self._in_whole_numbers(found) if found is not None else np.zeros(len(goals))

    def nearest(self, at: int, goal: float) -> Array:
        """Return the changes of a table in which one count comes as near to a goal as may be.

        Counts that are shown may be changed for it beyond their rounding, but as few and as small
        as may be: they have to be hidden. There are no changes where the count can only be what it
        is, whatever is hidden.

        Raises:
            GivenUp: the search was longer than it may be, so that nothing is known.
        """
        if self._wide is None:
            self._wide = Programme(*self._terms(3), 3 * len(self.members))
        price, least, most = self._bounds(at, goal)
        price[at] = -_FIRST * np.sign(goal)
        found = self._wide.cheapest(price, least, most)
        if found is None:
            raise GivenUp
        changes = self._in_whole_numbers(self._sum(found))
        size = abs(found[at])
        if abs(changes[at]) >= size - _NEAR:
            return changes
        price[at] = 0.0
        size = math.floor(size + _NEAR)
        while size > 0:
            found = self._in_whole(price, least, most, at, math.copysign(size, goal))
            if found is not None:
                return found
            size -= 1
        return np.zeros(len(self.members))

    def _in_whole(
        self, price: Array, least: Array, most: Array, at: int, change: float
    ) -> Array | None:
        """Return the changes of a table of whole numbers in which one count changes so much."""
        if self._counted is None:
            kinds = np.tile(self._whole, 3)
            self._counted = Programme(*self._terms(3), 3 * len(self.members), kinds)
        least[at] = most[at] = change
        found = self._counted.cheapest(price, least, most)
        if found is None:
            return None
        changes = self._in_whole_numbers(self._sum(found))
        if abs(changes[at] - change) > _NEAR:
            raise GivenUp
        return changes

    def beyond(self, changes: Array) -> list[int]:
        """Return the counts that a table changes by more than what is shown allows."""
        out = (changes < self.low - _NEAR) | (changes > self.high + _NEAR)
        return [self.members[each] for each in np.flatnonzero(out)]

    def _bounds(self, at: int, goal: float) -> tuple[Array, Array, Array]:
        may = self._may_hide
        none = np.zeros(len(may))
        price = np.concatenate(
            [none, np.where(may, self._dear, 0.0), np.where(may, self._dear, 0.0)]
        )
        least = np.concatenate([self.low, none, none])
        most = np.concatenate(
            [self.high, np.where(may, np.inf, 0.0), np.where(may, self.low - self._opened, 0.0)]
        )
        if goal > 0:
            most[at] = min(most[at], goal)
        else:
            least[at] = max(least[at], goal)
        return price, least, most

    def _terms(self, ways: int) -> tuple[Any, Any, Array]:
        """Return the sums of changes within what is shown, above it and below it."""
        count = len(self._exact)
        directions = (1.0, 1.0, -1.0)[:ways]
        sums = np.tile(self._sums, ways)
        at = np.concatenate([self._at + way * count for way in range(ways)])
        signs = np.concatenate([each * self._signs for each in directions])
        order = np.argsort(sums, kind="stable")
        return sums[order].astype(np.int32), at[order].astype(np.int32), signs[order]

    def _sum(self, found: Array) -> Array:
        within, above, below = np.split(found, 3)
        changes: Array = within + above - below
        return changes

    def _in_whole_numbers(self, found: Array) -> Array:
        """Return the part of a table that is in whole numbers and that every sum agrees with.

        Changes that share no sum with those in fractions are a table by themselves. So the solver
        proposes, and what is kept was added up here.
        """
        near = np.round(found)
        fits = np.abs(found - near) < _NEAR
        changes = np.where(fits, near, np.where(self._whole, 0.0, found))
        while True:
            over = np.bincount(self._sums, self._signs * changes[self._at])
            broken = np.abs(over) > _NEAR
            if not broken.any():
                return changes
            changes[self._at[broken[self._sums]]] = 0.0
