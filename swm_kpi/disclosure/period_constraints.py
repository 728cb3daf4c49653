"""How periods add up: every equation that holds between the periods of one series."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

Span = tuple[int, int]
"""The first month of a period and the month after its last, counted from year 0."""


def cycles(spans: Iterable[Span]) -> Iterator[list[tuple[Span, int]]]:
    """Yield a basis of the equations between the sums of one series over these periods.

    A period is an edge from its first month to the month after its last; what adds up is a cycle.
    So a year is its four quarters, and two rolling years a month apart differ by two months.
    """
    joined: dict[int, list[tuple[int, Span, int]]] = {}
    for span in sorted(set(spans), key=lambda each: (each[1] - each[0], each)):
        start, stop = span
        route = _route(joined, start, stop)
        if route is not None:
            yield [*route, (span, -1)]
        joined.setdefault(start, []).append((stop, span, 1))
        joined.setdefault(stop, []).append((start, span, -1))


def gaps(spans: Iterable[Span]) -> Iterator[list[tuple[Span, int]]]:
    """Yield each shortest stretch of months that no period is, and that periods together tell.

    A year less three of its quarters is the fourth. The stretch comes first, then the periods that
    come to nothing with it.
    """
    given = set(spans)
    joined: dict[int, list[tuple[int, Span, int]]] = {}
    for span in sorted(given, key=lambda each: (each[1] - each[0], each)):
        joined.setdefault(span[0], []).append((span[1], span, 1))
        joined.setdefault(span[1], []).append((span[0], span, -1))
    left = set(joined)
    while left:
        together = {min(left)}
        reached = deque(together)
        while reached:
            for there, _, _ in joined[reached.popleft()]:
                if there not in together:
                    together.add(there)
                    reached.append(there)
        left -= together
        for span in pairwise(sorted(together)):
            if span not in given and (route := _route(joined, *span)) is not None:
                yield [(span, -1), *route]


def covers(spans: Sequence[Span]) -> Iterator[list[tuple[Span, int]]]:
    """Yield each period as the shorter ones that it is made of, where they are all there."""
    for start, stop in sorted(set(spans)):
        forward: dict[int, list[tuple[int, Span, int]]] = {}
        for a, b in sorted(set(spans)):
            if start <= a and b <= stop and b - a < stop - start:
                forward.setdefault(a, []).append((b, (a, b), 1))
        route = _route(forward, start, stop)
        if route is not None:
            yield [*route, ((start, stop), -1)]


def _route(
    joined: dict[int, list[tuple[int, Span, int]]], start: int, stop: int
) -> list[tuple[Span, int]] | None:
    """Return the way with the fewest periods from one month to another, if there is one."""
    came: dict[int, tuple[int, Span, int] | None] = {start: None}
    queue = deque([start])
    while queue and stop not in came:
        here = queue.popleft()
        for there, span, sign in joined.get(here, ()):
            if there not in came:
                came[there] = (here, span, sign)
                queue.append(there)
    if stop not in came:
        return None
    found = []
    at = stop
    while (step := came[at]) is not None:
        at, span, sign = step
        found.append((span, sign))
    return found


def overlapping(spans: Iterable[Span]) -> Iterator[tuple[Span, Span]]:
    """Yield each two periods of one length that share months, the nearest only."""
    lengths: dict[int, list[Span]] = {}
    for span in sorted(set(spans)):
        lengths.setdefault(span[1] - span[0], []).append(span)
    for group in lengths.values():
        yield from ((a, b) for a, b in pairwise(group) if b[0] < a[1])
