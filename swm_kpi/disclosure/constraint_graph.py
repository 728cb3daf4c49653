"""The counts of a result and every sum that ties them: what a reader with a pencil can use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from swm_kpi.contracts import ALL
from swm_kpi.disclosure.additive_triples import sides
from swm_kpi.disclosure.cell_semantics import Reading, Series
from swm_kpi.disclosure.period_constraints import Span, covers, cycles, gaps
from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.disclosure.subsets import shares

INFINITY = float("inf")
_NEAR = 1e-6
_ENOUGH = 10
"""How many times the threshold may be left of a whole before what is left is safe by its size."""
_SURELY = 10
"""In how many cells a sum holds by a rule, and not by chance."""
Key = tuple[str, Span, tuple[str, ...]]


@dataclass
class Node:
    """One count: of one series, in one period, for one combination of members.

    Attributes:
        exact: the count; what only the force knows.
        shown: whether any row shows it.
        small: whether the policy hides it.
        least, most: what a reader knows it to be between.
        rows: the rows that show it.
        sums: the sums it stands in, with its sign.
        free: whether it is no count under the policy, only what a sum is short or over.
        told: whether a row shows it alone, so that the row's marker tells of this count. Of a share
            a reader is not told which of its counts is small.
        whole: whether a reader knows it to be a whole number.
    """

    exact: float
    shown: bool = True
    small: bool = False
    least: float = 0.0
    most: float = INFINITY
    rows: list[int] = field(default_factory=list)
    sums: list[tuple[int, int]] = field(default_factory=list)
    free: bool = False
    told: bool = False
    whole: bool = True


class System:
    """The counts of a result, and the sums that tie them.

    Args:
        frame: a result's table.
        by: its breakdowns.
        readings: how the rows of each ref, measure and basis are read.
        policy: what is small.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        by: Sequence[str],
        readings: Mapping[tuple[str, str, str], Reading],
        policy: DisclosurePolicy,
    ) -> None:
        self.policy = policy
        self._by = by
        self.nodes: list[Node] = []
        self.sums: list[list[tuple[int, int]]] = []
        self.of_row: list[list[int]] = [[] for _ in range(frame.height)]
        self._ids: dict[Key, int] = {}
        self._series: dict[str, Series] = {}
        self._groups: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._pairs: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._chances: list[tuple[list[int], float]] = []
        self._read(frame, readings)
        self._gaps()
        self._members()
        self._times()
        self._rests()
        self._parts()
        self._settle()

    def _read(
        self,
        frame: pl.DataFrame,
        readings: Mapping[tuple[str, str, str], Reading],
    ) -> None:
        names = ["ref", "measure", "basis", "period_start", "period_end"]
        columns = [frame[name].to_list() for name in (*names, *self._by)]
        numbers = {name: frame[name].to_list() for name in ("value", "numerator", "denominator")}
        for row, (ref, measure, basis, start, end, *members) in enumerate(
            zip(*columns, strict=True)
        ):
            reading = readings[ref, measure, basis]
            span = span_of(start, end)
            found = {}
            for name, series in reading.roles.items():
                count = numbers[name][row]
                if count is None:
                    continue
                found[name] = self._node(series, span, self._place(series, members), count)
                self._groups[ref, basis].add(series.key)
            for node in found.values():
                self.of_row[row].append(node)
                self.nodes[node].rows.append(row)
                self.nodes[node].told |= len(found) == 1
            if reading.part and len(found) == 2:
                self._pairs[found["numerator"], found["denominator"]].append(row)

    def _place(self, series: Series, members: Sequence[str]) -> tuple[str, ...]:
        """Return the cell whose count stands in a row of these members."""
        return tuple(
            ALL if series.whole == dimension else member
            for dimension, member in zip(self._by, members, strict=True)
        )

    def _node(self, series: Series, span: Span, members: tuple[str, ...], count: float) -> int:
        key = (series.key, span, members)
        found = self._ids.get(key)
        if found is not None and abs(self.nodes[found].exact - count) > _NEAR:
            # One count that is two numbers, as where two tables were cut at different days.
            series = Series(f"{series.key} as {count}", over_members="")
            key = (series.key, span, members)
            found = self._ids.get(key)
        if found is None:
            self._series[series.key] = series
            found = self._ids[key] = len(self.nodes)
            self.nodes.append(Node(count))
        return found

    def _hidden(self, count: float, *, free: bool = False) -> int:
        self.nodes.append(Node(count, shown=False, free=free))
        return len(self.nodes) - 1

    def _guess(self, sums: Sequence[Sequence[tuple[int, int]]], least: float) -> None:
        """Add sums that come to zero in every cell, as by a rule, though nothing says that they do.

        In few cells that may be by chance. So each gets a count that is nothing by the rule, and
        that without it is anything from the least.
        """
        chance = []
        for terms in sums:
            if len(sums) < _SURELY:
                chance.append(self._hidden(0.0, free=True))
                terms = [*terms, (chance[-1], 1)]
            self._sum(terms)
        if chance:
            self._chances.append((chance, least))

    def _sum(self, terms: Sequence[tuple[int, int]]) -> None:
        for node, sign in terms:
            self.nodes[node].sums.append((len(self.sums), sign))
        self.sums.append(list(terms))

    def _rest(self, part: int, whole: int) -> int:
        """Return the count that a part leaves of its whole: shown nowhere, and found by taking."""
        rest = self._hidden(self.nodes[whole].exact - self.nodes[part].exact)
        self._sum([(part, 1), (rest, 1), (whole, -1)])
        return rest

    def _tie(self, terms: list[tuple[int, int]], *, exactly: bool) -> None:
        """Add a sum that comes to zero; what it is short or over is a count nobody is told."""
        over = sum(sign * self.nodes[node].exact for node, sign in terms)
        if abs(over) > _NEAR or not exactly:
            terms = [*terms, (self._hidden(abs(over), free=True), -1 if over >= 0 else 1)]
        self._sum(terms)

    def _members(self) -> None:
        for axis in range(len(self._by)):
            lines: dict[Key, list[int]] = defaultdict(list)
            for (series, span, members), node in self._ids.items():
                if members[axis] != ALL and self._series[series].over_members:
                    across = (*members[:axis], ALL, *members[axis + 1 :])
                    lines[series, span, across].append(node)
            for key, parts in lines.items():
                if key in self._ids:
                    terms = [*((each, 1) for each in parts), (self._ids[key], -1)]
                    self._tie(terms, exactly=self._series[key[0]].over_members == "sum")

    def _lines(self) -> dict[tuple[str, tuple[str, ...]], dict[Span, int]]:
        """Return the counts of each series and cell by period, where time adds."""
        lines: dict[tuple[str, tuple[str, ...]], dict[Span, int]] = defaultdict(dict)
        for (series, span, members), node in self._ids.items():
            if self._series[series].over_time:
                lines[series, members][span] = node
        return lines

    def _gaps(self) -> None:
        """Add the counts that no row shows and that longer periods less shorter ones tell."""
        between = cache(lambda spans: list(gaps(spans)))
        for (series, members), nodes in self._lines().items():
            if self._series[series].over_time == "sum":
                for (span, _), *route in between(frozenset(nodes)):
                    count = sum(sign * self.nodes[nodes[each]].exact for each, sign in route)
                    if count >= -_NEAR:
                        self._ids[series, span, members] = self._hidden(max(count, 0.0))

    def _times(self) -> None:
        every = cache(lambda spans: list(cycles(spans)))
        over = cache(lambda spans: list(covers(sorted(spans))))
        for (series, _), nodes in self._lines().items():
            exactly = self._series[series].over_time == "sum"
            for equation in (every if exactly else over)(frozenset(nodes)):
                terms = [(nodes[span], sign) for span, sign in equation]
                off = sum(sign * self.nodes[node].exact for node, sign in terms)
                if abs(off) <= _NEAR or not exactly:
                    self._tie(terms, exactly=exactly)

    def _rests(self) -> None:
        """Add what the numerator of each share leaves of its denominator, in gaps too."""
        at = {node: key for key, node in self._ids.items()}
        wholes: dict[str, set[str]] = defaultdict(set)
        for part, whole in self._pairs:
            wholes[at[part][0]].add(at[whole][0])
        for (series, span, members), part in list(self._ids.items()):
            for outer in sorted(wholes.get(series, ())):
                of = self._ids.get((outer, span, self._place(self._series[outer], members)))
                if of is None or of == part:
                    continue
                rows = self._pairs.get((part, of), [])
                # A gap has no row of its own, and a share of it can be worked out all the same.
                if rows or not self.nodes[part].rows or not self.nodes[of].rows:
                    rest = self._rest(part, of)
                    for row in rows:
                        self.of_row[row].append(rest)

    def _parts(self) -> None:
        """Tie the counts that are parts of one another, whichever refs show them."""
        lines: dict[str, dict[Any, int]] = defaultdict(dict)
        for (series, span, members), node in self._ids.items():
            lines[series][span, members] = node
        found = list(shares({key: self._series[key] for key in lines}))
        whole_of: set[tuple[str, str]] = set()
        tied: set[tuple[frozenset[str], str]] = set()
        # Parts that stand side by side come first: where they are all of a whole, what one of them
        # leaves of it is the others, which are protected by themselves.
        for share in sorted(found, key=lambda each: -len(each.parts)):
            if len(share.parts) == 1 and (share.parts[0], share.whole) in whole_of:
                continue
            told = [lines[each] for each in share.parts]
            shared = set(lines[share.whole]).intersection(*told)
            cells = [
                ([line[at] for line in told], lines[share.whole][at])
                for at in lines[share.whole]
                if at in shared
            ]
            if self._share(cells, exactly=share.all_of_it):
                whole_of |= {(part, share.whole) for part in share.parts}
                tied.add((frozenset(share.parts), share.whole))
        self._sides(lines, tied)

    def _share(self, cells: list[tuple[list[int], int]], *, exactly: bool) -> bool:
        """Tie parts to their whole by what they leave of it; say whether that is nothing."""
        rests = [
            self.nodes[whole].exact - sum(self.nodes[each].exact for each in parts)
            for parts, whole in cells
        ]
        none = exactly or (len(cells[0][0]) > 1 if cells else False)
        if none and all(abs(rest) <= _NEAR for rest in rests):
            sums = [[*((each, 1) for each in parts), (whole, -1)] for parts, whole in cells]
            if exactly:
                for each in sums:
                    self._sum(each)
            else:
                self._guess(sums, 0.0)
            return True
        enough = _ENOUGH * (self.policy.threshold + max(self.policy.rounding_base, 1))
        for (parts, whole), rest in zip(cells, rests, strict=True):
            if -_NEAR <= rest <= enough:
                left = self._hidden(max(rest, 0.0))
                self._sum([*((each, 1) for each in parts), (left, 1), (whole, -1)])
        return False

    def _sides(
        self, lines: Mapping[str, Mapping[Any, int]], tied: set[tuple[frozenset[str], str]]
    ) -> None:
        """Tie two counts that come to a third in every cell, of one ref or of one family."""
        families: dict[str, set[str]] = defaultdict(set)
        for key in lines:
            if self._series[key].family:
                families[self._series[key].family].add(key)
        counts = {
            key: {at: self.nodes[node].exact for at, node in line.items()}
            for key, line in lines.items()
        }
        for one, two, whole in sides(counts, [*self._groups.values(), *families.values()]):
            if (frozenset((one, two)), whole) not in tied:
                sums = [
                    [(lines[one][at], 1), (lines[two][at], 1), (node, -1)]
                    for at, node in lines[whole].items()
                ]
                self._guess(sums, -INFINITY)

    def _settle(self) -> None:
        """Mark what is small, and what a reader knows of each count before anything is hidden."""
        for node in self.nodes:
            node.whole = node.exact == int(node.exact) if abs(node.exact) < 2**53 else False
        uneven = {key[0] for key, node in self._ids.items() if not self.nodes[node].whole}
        for key, at in self._ids.items():
            self.nodes[at].whole = key[0] not in uneven
        for node in self.nodes:
            node.small = not node.free and self.policy.is_small(node.exact)
            if node.shown:
                shown = self.policy.rounded(node.exact)
                node.least, node.most = self.policy.rounding_interval(shown, whole=node.whole)
            if node.small or not node.shown:
                self.hide(node)
        for chance, _ in self._chances:
            self._be(chance, 0.0, 0.0)

    def _be(self, nodes: Sequence[int], least: float, most: float) -> None:
        for each in nodes:
            self.nodes[each].least, self.nodes[each].most = least, most

    def doubts(self, members: Sequence[int]) -> Iterator[None]:
        """Take for no rule what among some counts may be chance: each by itself, and then all."""
        among = set(members)
        chances = [
            (here, least)
            for nodes, least in self._chances
            if (here := [each for each in nodes if each in among])
        ]
        for doubted in [*([each] for each in chances), *([chances] if len(chances) > 1 else [])]:
            for nodes, least in doubted:
                self._be(nodes, least, INFINITY)
            yield
            for nodes, _ in doubted:
                self._be(nodes, 0.0, 0.0)

    def tied(self) -> list[list[int]]:
        """Return the counts that sums tie to one another, apart from those they do not."""
        apart: list[list[int]] = []
        left = set(range(len(self.nodes)))
        for first in range(len(self.nodes)):
            if first in left:
                together = [first]
                left.remove(first)
                for here in together:
                    for equation, _ in self.nodes[here].sums:
                        for other, _ in self.sums[equation]:
                            if other in left:
                                left.remove(other)
                                together.append(other)
                apart.append(sorted(together))
        return apart

    def hide(self, node: Node) -> None:
        """Widen what a reader knows of a count to what its marker allows, the same for all."""
        node.shown = False
        node.least, node.most = min(self.lowest(node), node.exact), INFINITY

    def lowest(self, node: Node) -> float:
        """Return the least that a reader knows a hidden count to be: a zero alone is shown."""
        return (
            1.0 if node.told and self.policy.show_zeros and node.exact > 0 and node.whole else 0.0
        )

    def hidden_range(self, node: Node) -> tuple[float, float]:
        """Return what the threshold says of a small count, and a reader may at most know."""
        low = 1.0 if self.policy.show_zeros else 0.0
        return min(low, node.exact), max(float(self.policy.threshold - 1), node.exact)


def span_of(start: date, end: date) -> Span:
    """Return the months of a period."""
    return start.year * 12 + start.month - 1, end.year * 12 + end.month
