"""Additive triples: two counts that add up to a third in every cell, whatever their conditions.

The conditions of two counts do not always show that they add up: the decided and the undecided
rows of a share do, for example. An attacker may know such a rule, so it is found in the numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from itertools import combinations
from typing import Any

TOLERANCE = 1e-6
"""Two counts that differ by less are equal."""
MODULUS = 2**61 - 1
"""A Mersenne prime: fingerprints are sums modulo this."""
Counts = Mapping[Any, float]
"""One count in every cell: period and members to number."""


def find_additive_triples(
    counts: Mapping[str, Counts], groups: Iterable[set[str]]
) -> Iterator[tuple[str, str, str]]:
    """Yield the keys ``(first, second, total)`` of each triple of one group, once.

    Each count gets a fingerprint that is linear in its numbers, so the fingerprint of the total is
    the sum of the other two. A total is therefore looked up and not tried: quadratic, not cubic,
    in the number of counts. Each match is then checked in every cell.

    Args:
        counts: the numbers of each count, by its key.
        groups: the keys that are compared with each other.
    """
    fingerprints = {key: _fingerprint(numbers) for key, numbers in counts.items()}
    seen = set()
    for group in groups:
        by_fingerprint: dict[Any, list[str]] = defaultdict(list)
        for key in sorted(group):
            by_fingerprint[fingerprints[key]].append(key)
        for first, second in combinations(sorted(group), 2):
            cells = fingerprints[first][0]
            if cells != fingerprints[second][0]:
                continue
            total = (cells, (fingerprints[first][1] + fingerprints[second][1]) % MODULUS)
            for whole in by_fingerprint.get(total, ()):
                triple = (first, second, whole)
                if triple not in seen:
                    seen.add(triple)
                    if _is_additive(*(counts[key] for key in triple)):
                        yield triple


def _fingerprint(counts: Counts) -> tuple[int, int]:
    """Return a hash of the cells, and a hash of the numbers that is linear in them."""
    cells = numbers = 0
    for cell, count in counts.items():
        weight = int.from_bytes(blake2b(repr(cell).encode(), digest_size=8).digest(), "big")
        cells = (cells + weight) % MODULUS
        numbers = (numbers + weight * round(count)) % MODULUS
    return cells, numbers


def _is_additive(first: Counts, second: Counts, total: Counts) -> bool:
    if not first.keys() == second.keys() == total.keys():
        return False
    # If one of the two is zero in every cell where the other is not, the total is just a copy.
    return any(first[cell] and second[cell] for cell in total) and all(
        abs(first[cell] + second[cell] - count) <= TOLERANCE for cell, count in total.items()
    )
