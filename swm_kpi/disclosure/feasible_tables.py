"""The tables of whole numbers that a reader could not tell from the true one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from swm_kpi.disclosure.constraint_graph import System
from swm_kpi.disclosure.linear_program import Array, GivenUp, Programme

Places = NDArray[np.intp]
_WAYS = (1.0, 1.0, -1.0)
"""How a count may change: within what is shown, above it, and below it."""

_NEAR = 1e-6
_FIRST = 1e6
"""What coming nearer to a goal by one is worth: more than to hide all that may stand in its way."""

_NEIGHBOURS = ((300, 8), (1_000, 20), (3_000, 50), (8_000, 200))
"""How many counts are looked at, and how many of a sum, before all are."""
_ROUNDS = 20
"""How often what a count may least be is carried from sum to sum."""
_MANY, _RINGS, _OF_SUM = 3_000, 2, 50
"""Of how many counts whole numbers are looked for near fractions, how far off, and in each sum."""


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
        self._all = np.ones(len(nodes), dtype=bool)
        self._close = self.programme(self._all, (1.0,))
        self._every: _Part | None = None
        self.refresh()

    def refresh(self) -> None:
        """Read again what is hidden."""
        nodes = [self._system.nodes[each] for each in self.members]
        self.low = np.array([node.least for node in nodes]) - self._exact
        self.high = np.array([node.most for node in nodes]) - self._exact
        self._may_hide = np.array([node.shown and node.exact > 0 for node in nodes])

    def lowest(self) -> Array:
        """Return by how much each count may be less if all that may be hidden is.

        A sum by itself tells that its total is no less than its parts can be together, and so on to
        the totals of totals. That is quick, and tells most of what no hiding allows. The rest is
        found in searching.
        """
        low = np.where(self._may_hide, self._opened, self.low)
        high = np.where(self._may_hide, np.inf, self.high)
        up = self._signs > 0
        for _ in range(_ROUNDS):
            over = self._of_others(np.where(up, -low[self._at], high[self._at]))
            under = self._of_others(np.where(up, high[self._at], -low[self._at]))
            before = low.copy()
            np.maximum.at(low, self._at, np.where(up, -under, -over))
            if np.array_equal(before, low):
                break
        return low

    def _of_others(self, terms: Array) -> Array:
        """Return what the others of its sum come to, for terms that may be without end."""
        endless = np.isinf(terms)
        ended = np.where(endless, 0.0, terms)
        others = np.bincount(self._sums, ended)[self._sums] - ended
        many = np.bincount(self._sums, endless)[self._sums] - endless
        return np.where(many > 0, np.inf, others)

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
        if found is None:
            return np.zeros(len(goals))
        if len(self.members) > _MANY:
            # Here one fraction reaches nearly every count, and spoils what is whole with it.
            whole = self._whole_near(found, (1.0,), price, least, most)
            found = found if whole is None else whole
        return self._in_whole_numbers(found)

    def nearest(self, at: int, goal: float) -> Array:
        """Return the changes of a table in which one count comes as near to a goal as may be.

        Counts that are shown may be changed for it beyond their rounding, but as few and as small
        as may be: they have to be hidden. There are no changes where the count can only be what it
        is, whatever is hidden.

        Raises:
            GivenUp: the search was longer than it may be, so that nothing is known.
        """
        for part in self._parts(at):
            try:
                changes, most = self._nearest_in(part, at, goal)
            except GivenUp:
                if part is self._every:
                    raise
                continue
            if abs(changes[at]) >= abs(goal) - _NEAR:
                return changes
        # Not even all counts allow so much: what they may allow is looked for as before.
        return self.nearest(at, math.copysign(most, goal)) if most else changes

    def _parts(self, at: int) -> Iterator[_Part]:
        """Yield the counts that are nearest to one, then more, and all at last."""
        for many, of_sum in _NEIGHBOURS:
            if many < len(self.members):
                yield _Part(self, self._around(at, many, of_sum))
        if self._every is None:
            self._every = _Part(self, self._all)
        yield self._every

    def _nearest_in(self, part: _Part, at: int, goal: float) -> tuple[Array, float]:
        """Return a table in which only a part changes, and how near to the goal one may come.

        There are no changes where it may not come so near.
        """
        price, least, most = self._bounds(at, goal)
        price[at] = -_FIRST * np.sign(goal)
        found = part.cheapest(price, least, most)
        if found is None:
            raise GivenUp
        size = abs(found[at])
        if self._whole[at]:
            size = math.floor(size + _NEAR)
        none = np.zeros(len(self.members))
        if size < abs(goal) - _NEAR:
            return none, size
        changes = self._in_whole_numbers(found)
        if abs(changes[at]) >= abs(goal) - _NEAR:
            return changes, size
        # In fractions it comes so near. Does it in whole numbers?
        price[at] = 0.0
        least[at] = most[at] = goal
        if part is self._every and len(self.members) > _MANY:
            found = self._whole_near(found, _WAYS, price, least, most)
            if found is None:
                raise GivenUp
        else:
            found = part.cheapest_whole(price, least, most)
        if found is None:
            return none, max(size - 1, 0.0)
        changes = self._in_whole_numbers(found)
        if np.abs(changes - found).max() > _NEAR:
            raise GivenUp
        return changes, size

    def _whole_near(
        self,
        found: Array,
        ways: Sequence[float],
        price: Array,
        least: Array,
        most: Array,
    ) -> Array | None:
        """Return a table in whole numbers near one in fractions; None where none is found.

        Of very many counts at once it takes minutes. What is whole already is left as it is, but
        for what shares a sum with a fraction, and next for what shares one with that.

        Args:
            found: the changes in fractions.
            ways: the direction in which each column of a count changes it.
            price: what a change costs, as it was asked for in fractions.
            least: the lower bounds, likewise.
            most: the upper bounds, likewise.
        """
        near = np.round(found)
        free = self._whole & (np.abs(found - near) > _NEAR)
        if not free.any():
            return found
        foremost = self._foremost(_OF_SUM)
        for _ in range(_RINGS):
            free = self._beside(free, foremost)
            held = np.where(free, 0.0, np.where(self._whole, near, found))
            able = np.tile(free, len(ways))
            asked = self.programme(free, ways, whole=True, held=held)
            with suppress(GivenUp):
                whole = asked.cheapest(price[able], least[able], most[able])
                if whole is not None:
                    held[free] = np.array(ways) @ whole.reshape(len(ways), -1)
                    return held
        return None

    def _around(self, at: int, many: int, of_sum: int) -> NDArray[np.bool_]:
        """Return the counts nearest to one by the sums they share, and of each sum so many."""
        foremost = self._foremost(of_sum)
        near = np.zeros(len(self.members), dtype=bool)
        near[at] = True
        count = 0
        while count < near.sum() <= many:
            count = near.sum()
            near = self._beside(near, foremost)
        return near

    def _foremost(self, of_sum: int) -> Places:
        """Return the first terms of each sum, so many of each.

        Those come first that may change at no price, and of them those with most room.
        """
        room = self.high - self.low
        able = self._may_hide | (room > 0)
        order = np.lexsort((-room, np.where(room > 0, 0.0, self._dear)))
        rank = np.empty(len(order))
        rank[order] = np.arange(len(order))
        terms = np.lexsort((rank[self._at], self._sums))
        terms = terms[able[self._at[terms]]]
        first = np.searchsorted(self._sums[terms], self._sums[terms])
        chosen: Places = terms[np.arange(len(terms)) - first < of_sum]
        return chosen

    def _beside(self, near: NDArray[np.bool_], foremost: Places) -> NDArray[np.bool_]:
        """Return some counts, and those among the foremost of the sums that they are in."""
        touched = np.zeros(len(self._sums), dtype=bool)
        touched[self._sums[near[self._at]]] = True
        found = near.copy()
        found[self._at[foremost[touched[self._sums[foremost]]]]] = True
        return found

    def near(self, at: int) -> list[int]:
        """Return the counts that are nearest to one, itself among them."""
        return [self.members[each] for each in np.flatnonzero(self._around(at, *_NEIGHBOURS[0]))]

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

    def programme(
        self,
        among: NDArray[np.bool_],
        ways: Sequence[float],
        *,
        whole: bool = False,
        held: Array | None = None,
    ) -> Programme:
        """Return the programme of changes of some counts, once for each direction.

        Changes of the others that are held are what the sums of these have to make up for.
        """
        terms = np.flatnonzero(among[self._at])
        place = np.cumsum(among) - 1
        count = int(among.sum())
        rows, sums = np.unique(self._sums[terms], return_inverse=True)
        sums = np.tile(sums, len(ways))
        at = np.concatenate([place[self._at[terms]] + way * count for way in range(len(ways))])
        signs = np.concatenate([each * self._signs[terms] for each in ways])
        order = np.argsort(sums, kind="stable")
        return Programme(
            sums[order].astype(np.int32),
            at[order].astype(np.int32),
            signs[order],
            count * len(ways),
            np.tile(self._whole[among], len(ways)) if whole else None,
            None if held is None else -self._over(held)[rows],
        )

    def _over(self, changes: Array) -> Array:
        """Return what every sum is over."""
        return np.bincount(self._sums, self._signs * changes[self._at]).astype(np.float64)

    def _in_whole_numbers(self, found: Array) -> Array:
        """Return the part of a table that is in whole numbers and that every sum agrees with.

        Changes that share no sum with those in fractions are a table by themselves. So the solver
        proposes, and what is kept was added up here.
        """
        near = np.round(found)
        fits = np.abs(found - near) < _NEAR
        changes = np.where(fits, near, np.where(self._whole, 0.0, found))
        while True:
            broken = np.abs(self._over(changes)) > _NEAR
            if not broken.any():
                return changes
            changes[self._at[broken[self._sums]]] = 0.0


class _Part:
    """The tables in which only some counts change: within what is shown, above it or below it."""

    def __init__(self, tables: Tables, among: NDArray[np.bool_]) -> None:
        self._tables = tables
        self._among = among
        self._columns = np.tile(among, 3)
        self._programmes: dict[bool, Programme] = {}

    def cheapest(self, price: Array, least: Array, most: Array) -> Array | None:
        """Return the changes of every count, or None where there are no such."""
        return self._asked(price, least, most, whole=False)

    def cheapest_whole(self, price: Array, least: Array, most: Array) -> Array | None:
        """Return the changes of every count in whole numbers, or None where there are no such."""
        return self._asked(price, least, most, whole=True)

    def _asked(self, price: Array, least: Array, most: Array, *, whole: bool) -> Array | None:
        if whole not in self._programmes:
            self._programmes[whole] = self._tables.programme(self._among, _WAYS, whole=whole)
        given = (each[self._columns] for each in (price, least, most))
        found = self._programmes[whole].cheapest(*given)
        if found is None:
            return None
        within, above, below = np.split(found, 3)
        changes = np.zeros(len(self._among))
        changes[self._among] = within + above - below
        return changes
