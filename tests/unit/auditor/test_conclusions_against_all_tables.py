"""The auditor against a list of every table: small releases, with cells hidden at random.

The oracle knows nothing of linear programs. It lists all tables of whole numbers, keeps those that
agree with what is shown, and sees which values a hidden count has in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi.auditor.conclude import conclude
from swm_kpi.auditor.facts import build_facts
from swm_kpi.auditor.read_release import PublishedFile
from swm_kpi.auditor.stated_policy import StatedPolicy
from swm_kpi.result_columns import column_names
from tests.support.ilp_attack import CALLS, PARTS
from tests.support.published_files import HIDDEN, row

pytestmark = pytest.mark.slow
DEFINITIONS = kpi.Catalogue([CALLS, PARTS])
THRESHOLD = 3
MOST = 7
"""The largest number of each atom in the tables that are listed."""
KINDS = ("urgent", "not urgent", "unknown")
COUNTED = {"calls": KINDS, "urgent_calls": KINDS[:1], "calm_calls": KINDS[1:2]}


@dataclass(frozen=True)
class Atom:
    """The smallest group of calls: of one kind, side, place and month."""

    kind: str
    side: str
    place: str = "North"
    month: str = "2024-04"


@dataclass(frozen=True)
class Line:
    """A row of a release: its measure, and the group of calls that it counts."""

    measure: str
    side: str = "All"
    place: str = "All"
    period: str = "2024-04"

    def counts(self, atom: Atom) -> bool:
        """Return whether the row counts the calls of an atom."""
        return (
            atom.kind in COUNTED[self.measure]
            and self.side in ("All", atom.side)
            and self.place in ("All", atom.place)
            and self.period in (atom.month, "2024/25 Q1")
        )


SIDES = ("Left", "Right")
BY_SIDE = (
    [Atom(kind, side) for kind in KINDS[:2] for side in (*SIDES, "Unknown")],
    [
        Line(measure, side)
        for measure in ("calls", "urgent_calls")
        for side in (*SIDES, "Unknown", "All")
    ],
)
BY_KIND = (
    [Atom(kind, side) for kind in KINDS for side in SIDES],
    [Line(measure, side) for measure in COUNTED for side in (*SIDES, "All")],
)
BY_MONTH = (
    [Atom("urgent", side, month=month) for side in SIDES for month in ("2024-04", "2024-05")],
    [
        Line("calls", side, period=period)
        for side in (*SIDES, "All")
        for period in ("2024-04", "2024-05", "2024-06", "2024/25 Q1")
    ],
)
CROSSED = (
    [Atom("urgent", side, place) for side in SIDES for place in ("North", "South", "West")],
    [
        Line("calls", side, place)
        for side in (*SIDES, "All")
        for place in ("North", "South", "West", "All")
    ],
)
SHAPES = {"sides": BY_SIDE, "kinds": BY_KIND, "months": BY_MONTH, "crossed": CROSSED}


def rounding_range(count: float, base: int) -> tuple[float, float]:
    """Return the least and the most that a count can be, of which a rounded one is shown."""
    options = [
        number
        for number in range(60)
        if number >= THRESHOLD and (number + base / 2) // base * base == count
    ]
    return (count, count) if base == 1 or count == 0 else (min(options), max(options))


def expected(
    atoms: Sequence[Atom], lines: Sequence[Line], counts: Sequence[int], hidden: set[int], base: int
) -> dict[int, str]:
    """Return the conclusion about each hidden line, from the list of all tables."""
    tables = np.array(list(product(range(MOST + 1), repeat=len(atoms))), dtype=np.int16)
    for number, line in enumerate(lines):
        inside = [line.counts(atom) for atom in atoms]
        values = tables[:, inside].sum(axis=1)
        if number in hidden:
            tables = tables[values >= 1]
        else:
            exact = sum(count for count, counted in zip(counts, inside, strict=True) if counted)
            shown = (exact + base / 2) // base * base if base > 1 else exact
            low, high = rounding_range(shown, base)
            tables = tables[(values >= low) & (values <= high)]
    conclusions = {}
    for number in hidden:
        inside = [lines[number].counts(atom) for atom in atoms]
        values = set(tables[:, inside].sum(axis=1).tolist())
        conclusions[number] = judge(values, base)
    return conclusions


def judge(values: set[int], base: int) -> str:
    """Return what a set of possible values says."""
    if len(values) == 1:
        return "exact"
    if min(values) >= THRESHOLD:
        return "narrowed" if base > 1 and max(values) - min(values) + 1 < base else "safe"
    return "safe" if {*range(1, THRESHOLD)} <= values else "narrowed"


def actual(
    atoms: Sequence[Atom], lines: Sequence[Line], counts: Sequence[int], hidden: set[int], base: int
) -> dict[int, str]:
    """Return the conclusion of the auditor about each hidden line."""
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(lines):
        exact = sum(count for count, atom in zip(counts, atoms, strict=True) if line.counts(atom))
        if line.side == "Unknown" and exact == 0:
            continue
        shown = (exact + base / 2) // base * base if base > 1 else exact
        ref = "T2" if line.measure == "calm_calls" else "T1"
        rows.append(
            dict.fromkeys(column_names())
            | row(
                ref, line.measure, HIDDEN if number in hidden else float(shown), line.period,
                definitions=DEFINITIONS, side=line.side, place=line.place,
            )
            | {"number": number}
        )  # fmt: skip
    file = PublishedFile("a.csv", rows, ("side", "place"), has_all_columns=False)
    facts = build_facts([(file, StatedPolicy(THRESHOLD, base))], DEFINITIONS)
    by_variable = {
        (item.target.measure, *item.target.members.items(), item.target.period): item
        for item in conclude(facts)
    }
    return {
        item["number"]: by_variable[
            (
                item["measure"],
                *((key, item[key]) for key in ("side", "place") if item[key] != "All"),
                item["period"],
            )
        ].conclusion.value
        for item in rows
        if item["marker"] == HIDDEN
    }


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_agrees_with_the_list_of_all_tables(shape: str, data: st.DataObject) -> None:
    atoms, lines = SHAPES[shape]
    counts = data.draw(st.lists(st.integers(0, 4), min_size=len(atoms), max_size=len(atoms)))
    base = data.draw(st.sampled_from([1, 3]))
    exact = [
        sum(count for count, atom in zip(counts, atoms, strict=True) if line.counts(atom))
        for line in lines
    ]
    small = {number for number, count in enumerate(exact) if 0 < count < THRESHOLD}
    others = [number for number, count in enumerate(exact) if count >= THRESHOLD]
    more = data.draw(st.sets(st.sampled_from(others), max_size=4)) if others else set()
    hidden = small | more
    assert actual(atoms, lines, counts, hidden, base) == expected(
        atoms, lines, counts, hidden, base
    )
