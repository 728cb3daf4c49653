"""Subsets and partitions: which counts add up because of their conditions.

"Serious collisions" is a subset of "collisions", because its conditions imply those of the other.
Fatal, serious and slight collisions are disjoint, because no row meets two of their conditions. So
the three may add up to all collisions, although no breakdown says so.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from swm_kpi.disclosure.cell_semantics import COMPARISONS, CountKey

MAX_PARTITIONS = 50
"""The number of sets of disjoint subsets that are used for one whole."""


@dataclass(frozen=True)
class Partition:
    """Disjoint subsets of the rows of one count.

    Attributes:
        subsets: the keys of counts that have no row in common.
        whole: the key of the count whose rows they are a part of.
        is_exhaustive: whether the conditions show that there are no other rows. This is known only
            of a single subset, which then has the same rows as the whole.
    """

    subsets: tuple[str, ...]
    whole: str
    is_exhaustive: bool = False


def find_partitions(counts: Mapping[str, CountKey]) -> Iterator[Partition]:
    """Yield the subsets of each count, and its maximal sets of disjoint subsets.

    Only counts of one family (one table, one time alignment) are compared, by their
    conditions: membership of a list implies membership of a longer list, and memberships of lists
    without a common value exclude each other. Relations that the conditions do not show are found
    by ``find_additive_triples``, if at all.
    """
    families: dict[str, list[str]] = defaultdict(list)
    for key in sorted(counts):
        if counts[key].family:
            families[counts[key].family].append(key)
    for keys in families.values():
        conditions = {
            key: [json.loads(condition) for condition in sorted(counts[key].conditions)]
            for key in keys
        }
        is_subset = cache(lambda a, b, by_key=conditions: _implies(by_key[a], by_key[b]))
        for whole in keys:
            subsets = [key for key in keys if key != whole and is_subset(key, whole)]
            for subset in subsets:
                is_equal = is_subset(whole, subset)
                if not is_equal or subset < whole:
                    yield Partition((subset,), whole, is_exhaustive=is_equal)
            if counts[whole].over_members == "additive":
                # A person can be in two subsets of people, so these do not add up.
                largest = _largest_subsets(subsets, whole, is_subset)
                for disjoint in islice(_maximal_disjoint_sets(largest, conditions), MAX_PARTITIONS):
                    yield Partition(disjoint, whole)


def _largest_subsets(
    subsets: Sequence[str], whole: str, is_subset: Callable[[str, str], bool]
) -> list[str]:
    """Return the proper subsets that are in no other one. Smaller ones are subsets of these."""
    proper = [key for key in subsets if not is_subset(whole, key)]
    return [
        key
        for key in proper
        if not any(
            is_subset(key, other) and (not is_subset(other, key) or other < key)
            for other in proper
            if other != key
        )
    ]


def _maximal_disjoint_sets(
    subsets: Sequence[str], conditions: Mapping[str, Any]
) -> Iterator[tuple[str, ...]]:
    """Yield each maximal set of two or more subsets of which no two have a row in common.

    These are the maximal cliques of the graph that joins two disjoint subsets: the algorithm of
    Bron and Kerbosch (1973), with pivoting by Tomita, Tanaka and Takahashi (2006).
    """
    disjoint_from = {
        key: {
            other
            for other in subsets
            if other != key and _exclude(conditions[key], conditions[other])
        }
        for key in subsets
    }

    def extend(
        clique: list[str], candidates: set[str], excluded: set[str]
    ) -> Iterator[tuple[str, ...]]:
        if not candidates and not excluded and len(clique) > 1:
            yield tuple(sorted(clique))
        pivot = max(
            sorted(candidates | excluded),
            key=lambda key: len(disjoint_from[key] & candidates),
            default=None,
        )
        for key in sorted(candidates - (disjoint_from[pivot] if pivot is not None else set())):
            yield from extend(
                [*clique, key], candidates & disjoint_from[key], excluded & disjoint_from[key]
            )
            candidates = candidates - {key}
            excluded = excluded | {key}

    yield from extend([], {key for key in subsets if disjoint_from[key]}, set())


def _implies(conditions: list[Any], others: list[Any]) -> bool:
    """Return whether every row that meets all of some conditions meets all of the others."""
    return all(any(_one_implies(condition, other) for condition in conditions) for other in others)


def _one_implies(condition: Any, other: Any) -> bool:
    if condition == other:
        return True
    column = _non_null_column(condition)
    if column is not None and other == ["not", ["null", column]]:
        return True
    inner, outer = _as_isin(condition), _as_isin(other)
    if inner is not None and outer is not None:
        return inner[0] == outer[0] and inner[1] <= outer[1]
    if condition[0] == other[0] == "repeats":
        same_events = [*condition[:3], *condition[4:]] == [*other[:3], *other[4:]]
        return same_events and _implies(_conjuncts(condition[3]), _conjuncts(other[3]))
    return False


def _exclude(conditions: list[Any], others: list[Any]) -> bool:
    """Return whether no row can meet both sets of conditions."""
    return any(_one_excludes(a, b) or _one_excludes(b, a) for a in conditions for b in others)


def _one_excludes(condition: Any, other: Any) -> bool:
    if other == ["not", condition] or other == ["null", _non_null_column(condition)]:
        return True
    inner, outer = _as_isin(condition), _as_isin(other)
    if inner is None or outer is None:
        return False
    return inner[0] == outer[0] and not inner[1] & outer[1]


def _non_null_column(condition: Any) -> Any:
    """Return a column that is not null in every row that meets a condition, or None."""
    if condition[0] == "not" and condition[1][0] == "column":
        return condition[1]
    if condition[0] == "column":
        return condition
    if condition[0] in COMPARISONS and condition[1][0] in ("column", "recode"):
        return condition[1]
    return None


def _as_isin(condition: Any) -> tuple[str, frozenset[str]] | None:
    """Return the column and the values of a condition that only tests membership, or None."""
    if condition[0] not in ("==", "in") or condition[1][0] not in ("column", "recode"):
        return None
    values: list[Any] = []
    for operand in condition[2:]:
        values += operand[2:] if operand[0] == "assumption" else [operand]
    if not all(isinstance(value, list) and value[0] == "str" for value in values):
        return None
    return json.dumps(condition[1]), frozenset(value[1] for value in values)


def _conjuncts(where: Any) -> list[Any]:
    if not where:
        return []
    return list(where[1:]) if where[0] == "and" else [where]
