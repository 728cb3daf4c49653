"""The counts of a result and every sum that ties them: what a reader with a pencil can use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import combinations
from typing import Any

import polars as pl

from swm_kpi.contracts import ALL
from swm_kpi.disclosure.periods import Span, covers, cycles
from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.disclosure.reading import Reading, Series

INFINITY = float("inf")
_NEAR = 1e-6
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
        self.nodes: list[Node] = []
        self.sums: list[list[tuple[int, int]]] = []
        self.of_row: list[list[int]] = [[] for _ in range(frame.height)]
        self._ids: dict[Key, int] = {}
        self._series: dict[str, Series] = {}
        self._groups: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._read(frame, by, readings)
        self._members(len(by))
        self._times()
        self._parts()
        self._settle()

    def _read(
        self,
        frame: pl.DataFrame,
        by: Sequence[str],
        readings: Mapping[tuple[str, str, str], Reading],
    ) -> None:
        names = ["ref", "measure", "basis", "period_start", "period_end"]
        columns = [frame[name].to_list() for name in (*names, *by)]
        numbers = {name: frame[name].to_list() for name in ("value", "numerator", "denominator")}
        pairs: dict[tuple[int, int], list[int]] = defaultdict(list)
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
                at = tuple(
                    ALL if series.whole == dimension else member
                    for dimension, member in zip(by, members, strict=True)
                )
                found[name] = self._node(series, span, at, count)
                self._groups[ref, basis].add(series.key)
            for node in found.values():
                self.of_row[row].append(node)
                self.nodes[node].rows.append(row)
                self.nodes[node].told |= len(found) == 1
            if reading.part and len(found) == 2:
                pairs[found["numerator"], found["denominator"]].append(row)
        for (part, whole), rows in pairs.items():
            if part != whole:
                rest = self._rest(part, whole)
                for row in rows:
                    self.of_row[row].append(rest)

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
        if len(terms) == 2 and terms[0][0] == terms[1][0]:
            return
        over = sum(sign * self.nodes[node].exact for node, sign in terms)
        if abs(over) > _NEAR or not exactly:
            terms = [*terms, (self._hidden(abs(over), free=True), -1 if over >= 0 else 1)]
        self._sum(terms)

    def _members(self, axes: int) -> None:
        for axis in range(axes):
            lines: dict[Key, list[int]] = defaultdict(list)
            for (series, span, members), node in self._ids.items():
                if members[axis] != ALL and self._series[series].over_members:
                    across = (*members[:axis], ALL, *members[axis + 1 :])
                    lines[series, span, across].append(node)
            for key, parts in lines.items():
                if key in self._ids:
                    terms = [*((each, 1) for each in parts), (self._ids[key], -1)]
                    self._tie(terms, exactly=self._series[key[0]].over_members == "sum")

    def _times(self) -> None:
        lines: dict[tuple[str, tuple[str, ...]], dict[Span, int]] = defaultdict(dict)
        for (series, span, members), node in self._ids.items():
            if self._series[series].over_time:
                lines[series, members][span] = node
        every = cache(lambda spans: list(cycles(spans)))
        over = cache(lambda spans: list(covers(sorted(spans))))
        for (series, _), nodes in lines.items():
            exactly = self._series[series].over_time == "sum"
            for equation in (every if exactly else over)(frozenset(nodes)):
                terms = [(nodes[span], sign) for span, sign in equation]
                off = sum(sign * self.nodes[node].exact for node, sign in terms)
                if abs(off) <= _NEAR or not exactly:
                    self._tie(terms, exactly=exactly)

    def _parts(self) -> None:
        """Tie the counts of a ref that are parts of one another, or come to one another."""
        done: set[tuple[str, ...]] = set()
        for keys in self._groups.values():
            lines: dict[str, dict[Any, int]] = defaultdict(dict)
            for (series, span, members), node in self._ids.items() if len(keys) > 1 else ():
                if series in keys:
                    lines[series][span, members] = node
            for part, whole in ((a, b) for a in lines for b in lines if a != b):
                if (part, whole) not in done and self._is_part(part, whole):
                    done.add((part, whole))
                    for at in lines[part].keys() & lines[whole].keys():
                        self._rest(lines[part][at], lines[whole][at])
            for whole in lines:
                for parts in combinations([each for each in lines if each != whole], 2):
                    if (*parts, whole) not in done and self._come_to(lines, parts, whole):
                        done.add((*parts, whole))
                        for at in lines[whole]:
                            nodes = [lines[each][at] for each in parts]
                            terms = [*((each, 1) for each in nodes), (lines[whole][at], -1)]
                            self._sum(terms)

    def _is_part(self, part: str, whole: str) -> bool:
        inner, outer = self._series[part], self._series[whole]
        same = inner.family and inner.family == outer.family
        return bool(same) and outer.clauses < inner.clauses

    def _come_to(
        self, lines: Mapping[str, Mapping[Any, int]], parts: tuple[str, ...], whole: str
    ) -> bool:
        """Say whether two counts of a ref come to a third in every cell, as two sides of one do."""
        told = False
        for at, node in lines[whole].items():
            if any(at not in lines[each] for each in parts):
                return False
            counts = [self.nodes[lines[each][at]].exact for each in parts]
            if abs(sum(counts) - self.nodes[node].exact) > _NEAR:
                return False
            told = told or all(counts)
        return told

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
                node.least, node.most = self.policy.could_be(shown, whole=node.whole)
            if node.small or not node.shown:
                self.hide(node)

    def hide(self, node: Node) -> None:
        """Widen what a reader knows of a count to what its class allows."""
        node.shown = False
        if not node.told:
            node.least, node.most = min(0.0, node.exact), INFINITY
        elif node.small:
            node.least, node.most = self.hidden_range(node)
        elif node.exact == 0:
            node.least = node.most = 0.0
        else:
            node.least = min(float(self.policy.threshold), node.exact)
            node.most = INFINITY

    def hidden_range(self, node: Node) -> tuple[float, float]:
        """Return what the marker of a small count says of it."""
        low = 1.0 if self.policy.zeros else 0.0
        return min(low, node.exact), max(float(self.policy.threshold - 1), node.exact)


def span_of(start: date, end: date) -> Span:
    """Return the months of a period."""
    return start.year * 12 + start.month - 1, end.year * 12 + end.month
