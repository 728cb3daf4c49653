"""The linear constraints between the periods of one additive count.

A period is an edge of a graph, from its first month to the month after its last. The months are the
vertices. Periods that add up to another period form a cycle, so all constraints between periods
follow from a cycle basis of this graph.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise

Span = tuple[int, int]
"""The first month of a period and the month after its last, counted from year 0."""
Constraint = list[tuple[Span, int]]
"""Periods with coefficients of 1 or -1; the sum over them is zero."""
Edges = dict[int, list[tuple[int, Span, int]]]
"""For each month: the months to which a period leads, the period, and the sign of its count."""


def span_of(start: date, end: date) -> Span:
    """Return the months of a period, from its first and last day."""
    return start.year * 12 + start.month - 1, end.year * 12 + end.month


def cycle_basis(spans: Iterable[Span]) -> Iterator[Constraint]:
    """Yield a cycle basis: independent constraints from which all others follow.

    A year equals its four quarters, for example, and two rolling years that are a month apart
    differ by two months.
    """
    edges: Edges = {}
    for span in sorted(set(spans), key=lambda span: (span[1] - span[0], span)):
        start, stop = span
        path = _shortest_path(edges, start, stop)
        if path is not None:
            yield [*path, (span, -1)]
        edges.setdefault(start, []).append((stop, span, 1))
        edges.setdefault(stop, []).append((start, span, -1))


def implied_periods(spans: Iterable[Span]) -> Iterator[Constraint]:
    """Yield each period that is not shown but follows from shown ones, with its constraint.

    A year less three of its quarters is the fourth quarter, for example. Only periods between
    neighbouring vertices are yielded: longer ones are sums of these. The implied period is the
    first term.
    """
    shown = set(spans)
    edges: Edges = {}
    for span in sorted(shown, key=lambda span: (span[1] - span[0], span)):
        edges.setdefault(span[0], []).append((span[1], span, 1))
        edges.setdefault(span[1], []).append((span[0], span, -1))
    unvisited = set(edges)
    while unvisited:
        component = {min(unvisited)}
        queue = deque(component)
        while queue:
            for month, _, _ in edges[queue.popleft()]:
                if month not in component:
                    component.add(month)
                    queue.append(month)
        unvisited -= component
        for span in pairwise(sorted(component)):
            if span not in shown and (path := _shortest_path(edges, *span)) is not None:
                yield [(span, -1), *path]


def partitions_of_period(spans: Sequence[Span]) -> Iterator[Constraint]:
    """Yield each period that shorter ones divide without a gap, with the fewest such periods."""
    for start, stop in sorted(set(spans)):
        forward: Edges = {}
        for first, last in sorted(set(spans)):
            if start <= first and last <= stop and last - first < stop - start:
                forward.setdefault(first, []).append((last, (first, last), 1))
        path = _shortest_path(forward, start, stop)
        if path is not None:
            yield [*path, ((start, stop), -1)]


def _shortest_path(edges: Edges, start: int, stop: int) -> Constraint | None:
    """Return the path with the fewest periods between two months (breadth-first search)."""
    previous: dict[int, tuple[int, Span, int] | None] = {start: None}
    queue = deque([start])
    while queue and stop not in previous:
        month = queue.popleft()
        for neighbour, span, sign in edges.get(month, ()):
            if neighbour not in previous:
                previous[neighbour] = (month, span, sign)
                queue.append(neighbour)
    if stop not in previous:
        return None
    path = []
    month = stop
    while (step := previous[month]) is not None:
        month, span, sign = step
        path.append((span, sign))
    return path
