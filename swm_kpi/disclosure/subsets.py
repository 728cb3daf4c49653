"""Which counts are parts of others, as their conditions say: what adds up besides members."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from swm_kpi.disclosure.cell_semantics import Series

_COMPARED = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
_WAYS = 50
"""The most ways looked at in which the parts of one count stand side by side."""


@dataclass(frozen=True)
class Share:
    """Counts that have no row in common, each a part of one whole.

    Attributes:
        parts: their keys.
        whole: the key of the whole.
        all_of_it: whether the one part has the same rows as the whole.
    """

    parts: tuple[str, ...]
    whole: str
    all_of_it: bool = False


def shares(series: Mapping[str, Series]) -> Iterator[Share]:
    """Yield each count that is a part of another, and parts that stand side by side in one.

    Only counts of one table with one time alignment are compared, by their conditions: a
    membership in a shorter list is a part of one in a longer, and two in lists with nothing in
    common stand side by side. What no condition tells is not found here.
    """
    families: dict[str, list[str]] = defaultdict(list)
    for key in sorted(series):
        if series[key].family:
            families[series[key].family].append(key)
    for keys in families.values():
        clauses = {key: [json.loads(each) for each in sorted(series[key].clauses)] for key in keys}
        inside = cache(lambda a, b, said=clauses: _implies(said[a], said[b]))
        for whole in keys:
            parts = [each for each in keys if each != whole and inside(each, whole)]
            for part in parts:
                same = inside(whole, part)
                if not same or part < whole:
                    yield Share((part,), whole, all_of_it=same)
            if series[whole].over_members == "sum":
                # People may be in two parts, so that parts of people do not add up.
                for beside in islice(_side_by_side(_largest(parts, whole, inside), clauses), _WAYS):
                    yield Share(beside, whole)


def _largest(parts: Sequence[str], whole: str, inside: Callable[[str, str], bool]) -> list[str]:
    """Return the parts that are in no other: what is inside one is told when that one is whole."""
    proper = [each for each in parts if not inside(whole, each)]
    return [
        each
        for each in proper
        if not any(
            inside(each, other) and (not inside(other, each) or other < each)
            for other in proper
            if other != each
        )
    ]


def _side_by_side(parts: Sequence[str], clauses: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield each largest set of two or more parts of which no two share a row."""
    apart = {
        one: {two for two in parts if two != one and _exclude(clauses[one], clauses[two])}
        for one in parts
    }

    def grow(chosen: list[str], may: set[str], done: set[str]) -> Iterator[tuple[str, ...]]:
        if not may and not done and len(chosen) > 1:
            yield tuple(sorted(chosen))
        pivot = max(sorted(may | done), key=lambda each: len(apart[each] & may), default=None)
        for each in sorted(may - (apart[pivot] if pivot is not None else set())):
            yield from grow([*chosen, each], may & apart[each], done & apart[each])
            may = may - {each}
            done = done | {each}

    yield from grow([], {each for each in parts if apart[each]}, set())


def _implies(given: list[Any], wanted: list[Any]) -> bool:
    """Say whether rows that meet all of some conditions meet all of others."""
    return all(any(_one_implies(each, clause) for each in given) for clause in wanted)


def _one_implies(given: Any, wanted: Any) -> bool:
    if given == wanted:
        return True
    asked = _asked(given)
    if asked is not None and wanted == ["not", ["null", asked]]:
        return True
    inner, outer = _membership(given), _membership(wanted)
    if inner is not None and outer is not None:
        return inner[0] == outer[0] and inner[1] <= outer[1]
    if given[0] == wanted[0] == "repeats":
        alike = [*given[:3], *given[4:]] == [*wanted[:3], *wanted[4:]]
        return alike and _implies(_clauses(given[3]), _clauses(wanted[3]))
    return False


def _exclude(one: list[Any], two: list[Any]) -> bool:
    """Say whether no row can meet both."""
    return any(_one_excludes(a, b) or _one_excludes(b, a) for a in one for b in two)


def _one_excludes(one: Any, two: Any) -> bool:
    if two == ["not", one] or two == ["null", _asked(one)]:
        return True
    inner, outer = _membership(one), _membership(two)
    if inner is None or outer is None:
        return False
    return inner[0] == outer[0] and not inner[1] & outer[1]


def _asked(clause: Any) -> Any:
    """Return the column that has a value in every row that meets a condition, where that is one."""
    if clause[0] == "not" and clause[1][0] == "column":
        return clause[1]
    if clause[0] == "column":
        return clause
    if clause[0] in _COMPARED and clause[1][0] in ("column", "recode"):
        return clause[1]
    return None


def _membership(clause: Any) -> tuple[str, frozenset[str]] | None:
    """Return a column and the values that a condition asks of it, where that is all it asks."""
    if clause[0] not in ("==", "in") or clause[1][0] not in ("column", "recode"):
        return None
    values: list[Any] = []
    for each in clause[2:]:
        values += each[2:] if each[0] == "assumption" else [each]
    if not all(isinstance(each, list) and each[0] == "str" for each in values):
        return None
    return json.dumps(clause[1]), frozenset(each[1] for each in values)


def _clauses(where: Any) -> list[Any]:
    if not where:
        return []
    return list(where[1:]) if where[0] == "and" else [where]
