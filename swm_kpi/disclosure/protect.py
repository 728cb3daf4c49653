"""Hide what is small, and then enough else that nothing small can be worked out.

For every small count two other tables are looked for that a reader could not tell from the true
one: one in which the count is as low as a hidden count can be, and one in which it is as high.
Where shown numbers stand in the way, those that the other table would change are hidden, the
smallest first. So what a reader can say of a small count is no more than the markers say by
themselves.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from swm_kpi.disclosure.constraint_graph import System
from swm_kpi.disclosure.feasible_tables import Tables
from swm_kpi.disclosure.linear_program import Array, GivenUp
from swm_kpi.errors import RequestError
from swm_kpi.progress import progress

_NEAR = 1e-6
_AT_ONCE, _SHARE = 20, 10
"""How many counts are looked at one by one before all are looked at together again: a tenth."""
_MOST_SMALL = 25_000


class Protection:
    """Which rows of a system are hidden, and why.

    Attributes:
        small: rows that would show a small number.
        others: rows hidden so that another hidden number cannot be worked out.
        given_up: rows among them that may be hidden needlessly, because the search for what had to
            be was too long, and all that could be hidden there was.
    """

    def __init__(self, system: System, small: set[int]) -> None:
        self.system = system
        self.small = set(small)
        self.others: set[int] = set()
        self.given_up: set[int] = set()
        for row, nodes in enumerate(system.of_row):
            if any(system.nodes[each].small for each in nodes):
                self.small.add(row)
        for row in sorted(self.small):
            self._unshow(row)
        small_counts = sum(node.small for node in system.nodes)
        if small_counts > _MOST_SMALL:
            raise RequestError(
                f"The result has {small_counts:,} counts under the threshold, and the most "
                f"that are protected together is {_MOST_SMALL:,}. Ask for fewer members or longer "
                "periods: in so small cells nearly all would be hidden."
            )
        tied = [
            members
            for members in system.tied()
            if len(members) > 1 and any(system.nodes[each].small for each in members)
        ]
        with progress(len(tied)) as step:
            for members in tied:
                self._protect(members)
                step("protecting small counts")

    def _hidden(self, row: int) -> bool:
        return row in self.small or row in self.others

    def _unshow(self, row: int) -> None:
        for at in self.system.of_row[row]:
            node = self.system.nodes[at]
            if node.shown and all(self._hidden(each) for each in node.rows):
                self.system.hide(node)

    def _hide(self, at: int) -> None:
        rows = [row for row in self.system.nodes[at].rows if not self._hidden(row)]
        self.others.update(rows)
        for row in rows:
            self._unshow(row)

    def _protect(self, members: list[int]) -> None:
        """Hide what has to be among counts that are tied to one another.

        A sum that only seems to be a rule may seem to leave nothing that hiding could do for a
        count. So then it is looked at without such sums too.
        """
        tables = Tables(self.system, members)
        seen = np.zeros((2, len(members)))
        try:
            if not self._reach(tables, seen):
                for _ in self.system.doubts(members):
                    tables.refresh()
                    self._reach(tables, seen.copy())
        except GivenUp:
            self._give_up(members)

    def _reach(self, tables: Tables, seen: Array) -> bool:
        """Hide until every small count may be what it should; say whether that could be done."""
        wanted = self._goals(tables.members)
        goals = np.array([np.maximum(wanted[0], tables.lowest()), wanted[1]])
        while True:
            self._look_together(tables, goals, seen)
            left = np.argwhere(_unreached(goals, seen).T).tolist()
            if not left:
                return bool(np.array_equal(goals, wanted))
            for at, way in left[: max(_AT_ONCE, len(left) // _SHARE)]:
                if _unreached(goals, seen)[way, at]:
                    changes = self._nearest(tables, at, goals[way, at])
                    for each in tables.beyond(changes):
                        self._hide(each)
                    tables.refresh()
                    _note(seen, changes)
                    # What no hiding allows is no goal.
                    goals[way, at] = changes[at]

    def _nearest(self, tables: Tables, at: int, goal: float) -> Array:
        """Return a table in which a count comes near its goal; hide what is about it if need be."""
        with suppress(GivenUp):
            return tables.nearest(at, goal)
        self._give_up(tables.near(at))
        tables.refresh()
        return tables.nearest(at, goal)

    def _goals(self, members: list[int]) -> Array:
        """Return by how much each small count should be able to be less, and more."""
        goals = np.zeros((2, len(members)))
        for at, each in enumerate(members):
            node = self.system.nodes[each]
            if node.small:
                least, most = self.system.hidden_range(node)
                goals[:, at] = least - node.exact, most - node.exact
        return goals

    def _look_together(self, tables: Tables, goals: Array, seen: Array) -> None:
        """Look for tables in which many counts reach their goals, as long as there are more."""
        for way in (0, 1):
            left = _unreached(goals, seen)[way]
            while left.any():
                _note(seen, tables.together(goals[way], left))
                now = _unreached(goals, seen)[way]
                if now.sum() == left.sum():
                    break
                left = now

    def _give_up(self, nodes: list[int]) -> None:
        """Hide every one of some counts but zeros, in place of what would have done."""
        for each in nodes:
            node = self.system.nodes[each]
            if node.shown and node.exact > 0:
                self._hide(each)
            self.given_up.update(row for row in node.rows if self._hidden(row))


def _unreached(goals: Array, seen: Array) -> NDArray[np.bool_]:
    unreached: NDArray[np.bool_] = np.abs(goals) > np.abs(seen) + _NEAR
    return unreached


def _note(seen: Array, changes: Array) -> None:
    """Remember a table: it speaks for every count that it changes."""
    np.minimum(seen[0], changes, out=seen[0])
    np.maximum(seen[1], changes, out=seen[1])
