"""Which two counts come to a third in every cell: what adds up though no condition says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import combinations
from typing import Any

_NEAR = 1e-6
_PRIME = 2**61 - 1
Counts = Mapping[Any, float]


def sides(counts: Mapping[str, Counts], groups: Iterable[set[str]]) -> Iterator[tuple[str, ...]]:
    """Yield two counts and the third that they come to, of one group, each three once.

    What could be decided of a share and what could not are such. Each count gets a number of its
    own, by which sums are looked up and not tried.

    Args:
        counts: of each series, the count in every cell.
        groups: the series that are looked at together.
    """
    marks = {key: _mark(each) for key, each in counts.items()}
    found = set()
    for group in groups:
        by_mark: dict[Any, list[str]] = defaultdict(list)
        for key in sorted(group):
            by_mark[marks[key]].append(key)
        for one, two in combinations(sorted(group), 2):
            cells = marks[one][0]
            if cells != marks[two][0]:
                continue
            for whole in by_mark.get((cells, (marks[one][1] + marks[two][1]) % _PRIME), ()):
                three = (one, two, whole)
                if three not in found:
                    found.add(three)
                    if _are_sides(*(counts[each] for each in three)):
                        yield three


def _mark(counts: Counts) -> tuple[int, int]:
    """Return a number for the cells of a count and one for what it is in them."""
    cells = marked = 0
    for at, count in counts.items():
        weight = int.from_bytes(blake2b(repr(at).encode(), digest_size=8).digest(), "big")
        cells = (cells + weight) % _PRIME
        marked = (marked + weight * round(count)) % _PRIME
    return cells, marked


def _are_sides(one: Counts, two: Counts, whole: Counts) -> bool:
    if not one.keys() == two.keys() == whole.keys():
        return False
    # Two of which one is always none are no sides of a thing: it is the other.
    return any(one[at] and two[at] for at in whole) and all(
        abs(one[at] + two[at] - count) <= _NEAR for at, count in whole.items()
    )
