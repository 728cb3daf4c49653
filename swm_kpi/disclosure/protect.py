"""Hide what is small, and then enough else that nothing small can be worked out.

For every small count two other tables are looked for that a reader could not tell from the true
one: one in which the count is as low as a hidden count can be, and one in which it is as high.
Where shown numbers stand in the way, those that the other table would change are hidden, the
smallest first. So what a reader can say of a small count is no more than the markers say by
themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from swm_kpi.disclosure.simplex import cheapest
from swm_kpi.disclosure.system import INFINITY, System
from swm_kpi.errors import RequestError

_NEAR = 1e-9
_STEPS = 25
_TRIES = 3
_PASSES = 4
_AROUND: tuple[tuple[int, int], ...] = ((120, 8), (400, 40))
"""How many counts around a small one are looked at, and how many of a sum: few, then many."""
_MOST_SMALL = 25_000
_CHEAP = 0.001
_FAR = 1_000.0


class Protection:
    """Which rows of a system are hidden, and why.

    Attributes:
        small: rows that would show a small number.
        others: rows hidden so that another hidden number cannot be worked out.
        bare: how many small counts the markers alone give away, as a total of 2 in two parts does.
    """

    def __init__(self, system: System, small: set[int]) -> None:
        self.system = system
        self.small = set(small)
        self.others: set[int] = set()
        self.bare = 0
        for row, nodes in enumerate(system.of_row):
            if any(system.nodes[each].small for each in nodes):
                self.small.add(row)
        for row in sorted(self.small):
            self._unshow(row)
        self._seen: dict[int, tuple[float, float]] = {}
        self._bounds = _told_by_markers(system)
        small_counts = [at for at, node in enumerate(system.nodes) if node.small]
        if len(small_counts) > _MOST_SMALL:
            raise RequestError(
                f"The result has {len(small_counts):,} counts under the threshold, and the most "
                f"that are protected together is {_MOST_SMALL:,}. Ask for fewer members or longer "
                "periods: in so small cells nearly all would be hidden."
            )
        for at in small_counts:
            self._protect(at)

    def _hidden(self, row: int) -> bool:
        return row in self.small or row in self.others

    def _unshow(self, row: int) -> None:
        for at in self.system.of_row[row]:
            node = self.system.nodes[at]
            if node.shown and all(self._hidden(each) for each in node.rows):
                self.system.hide(node)

    def _note(self, changes: Mapping[int, float]) -> None:
        """Remember another table: it speaks for every count that it changes."""
        for at, change in changes.items():
            if self.system.nodes[at].small:
                low, high = self._seen.get(at, (0.0, 0.0))
                self._seen[at] = min(low, change), max(high, change)

    def _is_seen(self, at: int, change: float) -> bool:
        low, high = self._seen.get(at, (0.0, 0.0))
        return low - _NEAR <= change <= high + _NEAR

    def _hide(self, at: int) -> None:
        rows = [row for row in self.system.nodes[at].rows if not self._hidden(row)]
        self.others.update(rows)
        for row in rows:
            self._unshow(row)

    def _open(self, at: int) -> None:
        """Hide every count that stands in a sum with one."""
        for equation, _ in self.system.nodes[at].sums:
            for other, _ in self.system.sums[equation]:
                if self.system.nodes[other].shown and self.system.nodes[other].exact > 0:
                    self._hide(other)

    def _protect(self, at: int) -> None:
        least, most = self.system.hidden_range(self.system.nodes[at])
        low, high = self._bounds[at]
        moved = [self._reach(at, goal) for goal in (max(least, low), min(most, high))]
        if not any(moved):
            self.bare += 1

    def _reach(self, at: int, goal: float) -> bool:
        """Make a table possible in which a count comes as near to a goal as the markers allow."""
        exact = self.system.nodes[at].exact
        around = _AROUND
        while abs(goal - exact) > _NEAR:
            change = goal - exact
            if self._is_seen(at, change):
                return True
            search = _Search(self.system, at, change)
            if search.found:
                self._note(search.changed)
                return True
            for near in around:
                found, whole = cheapest_change(self.system, at, change, *near)
                if found is not None:
                    changes, dear = found
                    self._note(changes)
                    for other in dear:
                        self._hide(other)
                    return True
                if whole:
                    break
            if not whole and around is _AROUND:
                # The counts that would have to move are too many to look at together.
                around = _AROUND[:1]
                self._open(at)
                continue
            step = min(1.0, abs(goal - exact))
            goal -= step if goal > exact else -step
        return False


class _Search:
    """Look for another table that shows the same, in which one count is changed by so much.

    A quick look: the first few ways to close each sum, in turn. What it does not find may be there.
    """

    def __init__(self, system: System, at: int, change: float) -> None:
        self.system = system
        self.changed: dict[int, float] = {}
        self.open: dict[int, float] = {}
        self.steps = _STEPS
        self._apply(at, change)
        self.found = self._close()

    def _apply(self, at: int, change: float) -> None:
        self.changed[at] = change
        for equation, sign in self.system.nodes[at].sums:
            left = self.open.get(equation, 0.0) + sign * change
            if abs(left) <= _NEAR:
                self.open.pop(equation, None)
            else:
                self.open[equation] = left

    def _undo(self, at: int, change: float) -> None:
        self._apply(at, -change)
        del self.changed[at]

    def _close(self) -> bool:
        if not self.open:
            return True
        self.steps -= 1
        if self.steps <= 0:
            return False
        sums = self.system.sums
        equation = min(self.open, key=lambda each: (len(sums[each]), each))
        for _, at, change in self._moves(equation)[:_TRIES]:
            self._apply(at, change)
            if self._close():
                return True
            self._undo(at, change)
        return False

    def _moves(self, equation: int) -> list[tuple[tuple[float, ...], int, float]]:
        """Return the changes that close a sum, or help to, the best first."""
        left = self.open[equation]
        found: list[tuple[tuple[float, ...], int, float]] = []
        all_room = 0.0
        for at, sign in self.system.sums[equation]:
            if at in self.changed:
                continue
            node = self.system.nodes[at]
            wanted = -left / sign
            room = node.most - node.exact if wanted > 0 else node.exact - node.least
            if room <= _NEAR:
                continue
            change = min(abs(wanted), room) * (1 if wanted > 0 else -1)
            partly = abs(change) < abs(wanted) - _NEAR
            opened = self._opened(at, equation, change)
            rank = (float(partly), opened, -room if partly else node.exact, float(at))
            found.append((rank, at, change))
            all_room += room
        if all_room < abs(left) - _NEAR:
            return []
        found.sort()
        return found

    def _opened(self, at: int, equation: int, change: float) -> float:
        """Return how many more sums a change would leave open than it closes."""
        count = 0.0
        for other, sign in self.system.nodes[at].sums:
            if other != equation:
                before = self.open.get(other, 0.0)
                after = before + sign * change
                if abs(after) <= _NEAR:
                    count -= 1.0
                elif abs(after) > abs(before) + _NEAR:
                    count += 1.0
        return count


def cheapest_change(
    system: System, at: int, change: float, near: int, of_sum: int
) -> tuple[tuple[dict[int, float], list[int]] | None, bool]:
    """Return another table in which one count is another, and which shown counts to hide for it.

    Among the counts nearest to it by the sums they share, those that must move are found by a
    linear programme in which moving a shown count beyond its rounding is dear, and a large one
    dearer.

    Returns:
        The changes and the counts to hide, or None where there is no such table; and whether all
        counts were looked at that could have to do with it.
    """
    nodes = system.nodes
    order, ways, whole = _around(system, at, near, of_sum)
    equations = sorted({equation for each in order for equation, _ in nodes[each].sums})
    place = {equation: row for row, equation in enumerate(equations)}
    most, price, moves = [], [], []
    for each in order[1:]:
        for room, way, cost in ways[each]:
            moves.append((each, way, cost))
            most.append(min(room, _FAR))
            price.append(cost)
    table = np.zeros((len(equations), len(moves)))
    for column, (each, way, _) in enumerate(moves):
        for equation, sign in nodes[each].sums:
            table[place[equation], column] += sign * way
    wanted = np.zeros(len(equations))
    for equation, sign in nodes[at].sums:
        wanted[place[equation]] -= sign * change
    found = cheapest(table, wanted, np.array(most), np.array(price))
    if found is None:
        return None, whole
    changes = {at: change}
    dear = set()
    for (each, way, cost), size in zip(moves, found.tolist(), strict=True):
        if size > _NEAR:
            changes[each] = changes.get(each, 0.0) + way * size
            if cost > _CHEAP:
                dear.add(each)
    return (changes, sorted(dear)), whole


def _around(
    system: System, at: int, near: int, of_sum: int
) -> tuple[list[int], dict[int, list[tuple[float, int, float]]], bool]:
    """Return the counts nearest to one that may move, how they may, and whether they are all."""
    order = [at]
    ways: dict[int, list[tuple[float, int, float]]] = {at: []}
    whole = True
    for here in order:
        if len(order) >= near:
            return order, ways, False
        for equation, _ in system.nodes[here].sums:
            able = []
            for other, _ in system.sums[equation]:
                if other not in ways:
                    ways[other] = _ways(system, other)
                    if ways[other]:
                        able.append(other)
            # Those that move for little come first, and of those the ones with the most room.
            able.sort(key=lambda each: (_least_cost(ways[each]), each))
            for other in able[of_sum:]:
                del ways[other]
                whole = False
            order += able[:of_sum]
    return order, ways, whole


def _least_cost(ways: list[tuple[float, int, float]]) -> tuple[float, float]:
    cheap = [room for room, _, cost in ways if cost <= _CHEAP]
    return (0.0, -sum(cheap)) if cheap else (1.0, min(cost for *_, cost in ways))


def _ways(system: System, at: int) -> list[tuple[float, int, float]]:
    """Return how far a count may move each way, and what that costs."""
    node = system.nodes[at]
    up, down = node.most - node.exact, node.exact - node.least
    found = [(up, 1, _CHEAP), (down, -1, _CHEAP)]
    if node.shown and node.exact > 0:
        dear = 1.0 + float(np.log1p(node.exact))
        lowest = min(system.lowest(node), node.exact)
        found += [(_FAR, 1, dear), (node.exact - lowest - down, -1, dear)]
    return [each for each in found if each[0] > _NEAR]


def _told_by_markers(system: System) -> list[tuple[float, float]]:
    """Return what each count must be between if nothing but markers and zeros were shown.

    No number can be hidden to make this wider, so nothing wider is looked for.
    """
    low, high = [], []
    for node in system.nodes:
        opened = node.shown and node.exact > 0
        lowest = min(system.lowest(node), node.exact)
        low.append(lowest if opened else node.least)
        high.append(INFINITY if opened else node.most)
    for _ in range(_PASSES):
        for terms in system.sums:
            least = sum(low[at] if sign > 0 else -high[at] for at, sign in terms)
            most = sum(high[at] if sign > 0 else -low[at] for at, sign in terms)
            for at, sign in terms:
                below, above = (low[at], high[at]) if sign > 0 else (-high[at], -low[at])
                # A sum with two open ends says nothing of either.
                rest_low = least - below if least != -INFINITY else -INFINITY
                rest_high = most - above if most != INFINITY else INFINITY
                under, over = (-rest_high, -rest_low) if sign > 0 else (rest_low, rest_high)
                low[at], high[at] = max(low[at], under), min(high[at], over)
    return list(zip(low, high, strict=True))
