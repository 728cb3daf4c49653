"""Hide what is small, and then enough else that nothing small can be worked out.

For every small count two other tables are looked for that a reader could not tell from the true
one: one in which the count is as low as a hidden count can be, and one in which it is as high.
Where shown numbers stand in the way, those that the other table would change are hidden, the
smallest first. So what a reader can say of a small count is no more than the markers say by
themselves.
"""

from __future__ import annotations

from swm_kpi.disclosure.system import INFINITY, System

_NEAR = 1e-9
_STEPS = 60
_STEPS_HIDING = 200
_TRIES = 3
_PASSES = 4
_PRICE = 1.5
"""How many sums a hidden number must close before it is preferred to one that stays shown."""


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
        self._bounds = _told_by_markers(system)
        for at, node in enumerate(system.nodes):
            if node.small:
                self._protect(at)

    def _hidden(self, row: int) -> bool:
        return row in self.small or row in self.others

    def _unshow(self, row: int) -> None:
        for at in self.system.of_row[row]:
            node = self.system.nodes[at]
            if node.shown and all(self._hidden(each) for each in node.rows):
                self.system.hide(node)

    def _protect(self, at: int) -> None:
        least, most = self.system.hidden_range(self.system.nodes[at])
        low, high = self._bounds[at]
        moved = [self._reach(at, goal) for goal in (max(least, low), min(most, high))]
        if not any(moved):
            self.bare += 1

    def _reach(self, at: int, goal: float) -> bool:
        """Make a table possible in which a count comes as near to a goal as the markers allow."""
        exact = self.system.nodes[at].exact
        while abs(goal - exact) > _NEAR:
            for hiding in (False, True):
                search = _Search(self.system, at, goal - exact, hiding=hiding)
                if search.found:
                    for other in search.to_hide():
                        rows = [r for r in self.system.nodes[other].rows if not self._hidden(r)]
                        self.others.update(rows)
                        for row in rows:
                            self._unshow(row)
                    return True
            step = min(1.0, abs(goal - exact))
            goal -= step if goal > exact else -step
        return False


class _Search:
    """Look for another table that shows the same, in which one count is changed by so much.

    Args:
        system: the counts and their sums.
        at: the count.
        change: by how much.
        hiding: whether counts that are shown may be changed, and will be hidden for it.
    """

    def __init__(self, system: System, at: int, change: float, *, hiding: bool) -> None:
        self.system = system
        self.hiding = hiding
        self.changed: dict[int, float] = {}
        self.open: dict[int, float] = {}
        self.steps = _STEPS_HIDING if hiding else _STEPS
        self._apply(at, change)
        self.found = self._close()

    def to_hide(self) -> list[int]:
        """Return the shown counts that differ between the two tables more than rounding hides."""
        nodes = self.system.nodes
        return [
            at
            for at, change in self.changed.items()
            if nodes[at].shown and not nodes[at].least <= nodes[at].exact + change <= nodes[at].most
        ]

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
            wanted = -left / sign
            for room, price in self._rooms(at, up=wanted > 0):
                change = min(abs(wanted), room) * (1 if wanted > 0 else -1)
                partly = abs(change) < abs(wanted) - _NEAR
                opened = self._opened(at, equation, change)
                exact = self.system.nodes[at].exact
                rank = (float(partly), opened + price, -room if partly else exact, float(at))
                found.append((rank, at, change))
            all_room += room_of(self._rooms(at, up=wanted > 0))
        if all_room < abs(left) - _NEAR:
            return []
        found.sort()
        return found

    def _rooms(self, at: int, *, up: bool) -> list[tuple[float, float]]:
        """Return how far a count may move: as it is known, and dearer, once it is hidden."""
        node = self.system.nodes[at]
        room = node.most - node.exact if up else node.exact - node.least
        found = [(room, 0.0)] if room > _NEAR else []
        if self.hiding and node.shown and node.exact > 0:
            lowest = float(self.system.policy.threshold) if node.told else 0.0
            lowest = min(lowest, node.exact)
            wider = INFINITY if up else node.exact - lowest
            if wider > room + _NEAR:
                found.append((wider, _PRICE))
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


def _told_by_markers(system: System) -> list[tuple[float, float]]:
    """Return what each count must be between if nothing but markers and zeros were shown.

    No number can be hidden to make this wider, so nothing wider is looked for.
    """
    low, high = [], []
    for node in system.nodes:
        opened = node.shown and node.exact > 0
        lowest = min(float(system.policy.threshold) if node.told else 0.0, node.exact)
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


def room_of(rooms: list[tuple[float, float]]) -> float:
    """Return the widest of some rooms; none where there are none."""
    return max((room for room, _ in rooms), default=0.0)
