"""Protection of results so small that every feasible table can be listed.

The attack uses no solver: all tables of whole numbers are listed, those that do not agree with the
protected result are excluded, and the rest gives the feasibility interval of each count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import permutations, product

import numpy as np
import polars as pl
import pytest

from swm_kpi.disclosure import DisclosurePolicy, attacker_model, linear_program, suppression
from swm_kpi.disclosure.attacker_model import AttackerModel
from swm_kpi.disclosure.cell_semantics import CellRoles, CountKey
from swm_kpi.disclosure.linked_tables import LinkedTables
from swm_kpi.disclosure.suppression import SuppressionPattern
from swm_kpi.errors import RequestError

EXACT = DisclosurePolicy(threshold=3, rounding_base=1)
WIDE = DisclosurePolicy(threshold=5, rounding_base=1)
WIDER = DisclosurePolicy(threshold=8, rounding_base=1)
ROUNDED = DisclosurePolicy(threshold=5, rounding_base=2)
NO_ZEROS = DisclosurePolicy(threshold=3, rounding_base=1, show_zeros=False)
POLICIES = {
    "exact": EXACT,
    "wide": WIDE,
    "wider": WIDER,
    "rounded": ROUNDED,
    "zeros are suppressed": NO_ZEROS,
}

QUARTER = (0, 3)


@dataclass(frozen=True)
class Row:
    """A row of a result: its measure, its members, and the atoms that each number counts.

    An atom is the smallest unit counted, such as the urgent calls of one place in one month.
    """

    measure: str
    value: tuple[int, ...] = ()
    numerator: tuple[int, ...] = ()
    denominator: tuple[int, ...] = ()
    months: tuple[int, int] = QUARTER
    at: tuple[str, ...] = ()
    ref: str = "T"

    @property
    def numbers(self) -> dict[str, tuple[int, ...]]:
        """The atoms of each number of the row."""
        atoms_of_number = {
            "value": self.value,
            "numerator": self.numerator,
            "denominator": self.denominator,
        }
        return {name: atoms for name, atoms in atoms_of_number.items() if atoms}

    @property
    def revealed(self) -> list[tuple[int, ...]]:
        """The atoms of each number, and of the complement of a share."""
        rest = tuple(sorted({*self.denominator} - {*self.numerator}))
        return [*self.numbers.values(), *([rest] if self.numerator else [])]

    def __str__(self) -> str:
        span = "" if self.months == QUARTER else f"{self.months[0]} to {self.months[1]}"
        return " ".join(word for word in (self.measure, span, *self.at) if word)


@dataclass(frozen=True)
class Shape:
    """The shape of a result: its rows, the roles of its measures, and its breakdowns.

    ``unshown`` are the atoms of counts that no row shows but that can be calculated. ``tables`` are
    the counts for the tests; without them, the tests choose their own.
    """

    rows: Sequence[Row]
    roles: Mapping[str, CellRoles]
    by: tuple[str, ...] = ()
    unshown: Sequence[tuple[int, ...]] = ()
    tables: Sequence[tuple[int, ...]] = ()

    @property
    def atoms(self) -> int:
        numbers = [atoms for row in self.rows for atoms in row.numbers.values()]
        return 1 + max(atom for atoms in numbers for atom in atoms)

    def frame(self, counts: Sequence[float]) -> pl.DataFrame:
        """Return the table of a result from the counts of the atoms."""
        rows = [
            {
                "ref": row.ref, "measure": row.measure, "basis": "force",
                "period_start": _month(row.months[0]),
                "period_end": _month(row.months[1]) - timedelta(days=1),
                **dict(zip(self.by, row.at, strict=True)),
                **dict.fromkeys(("value", "numerator", "denominator")),
                **{name: sum(counts[atom] for atom in atoms) for name, atoms in
                   row.numbers.items()},
            }
            for row in self.rows
        ]  # fmt: skip
        numbers = dict.fromkeys(("value", "numerator", "denominator"), pl.Float64)
        return pl.DataFrame(rows, schema_overrides=numbers)

    def linked_tables(self, counts: Sequence[float], policy: DisclosurePolicy) -> LinkedTables:
        """Return the cells and constraints that the library finds."""
        refs = {row.measure: row.ref for row in self.rows}
        roles = {
            (refs[name], name, "force"): roles_of_measure
            for name, roles_of_measure in self.roles.items()
        }
        return LinkedTables(self.frame(counts), self.by, roles, policy)

    def suppressed(self, counts: Sequence[int], policy: DisclosurePolicy) -> set[int]:
        """Return the rows that the library suppresses."""
        pattern = SuppressionPattern(self.linked_tables(counts, policy), set())
        assert not pattern.overprotected
        return pattern.primary | pattern.secondary

    def named(self, counts: Sequence[int], policy: DisclosurePolicy) -> list[str]:
        """Describe the rows that the library suppresses."""
        return sorted(str(self.rows[row]) for row in self.suppressed(counts, policy))

    def small(self, counts: Sequence[int], policy: DisclosurePolicy) -> set[int]:
        """Return the rows with a small number or a small complement."""
        return {
            position
            for position, row in enumerate(self.rows)
            if any(policy.is_small(sum(counts[atom] for atom in atoms)) for atoms in row.revealed)
        }

    def secrets(self) -> list[tuple[int, ...]]:
        """Return the atoms of every count that may be small, shown or not."""
        counts = dict.fromkeys(self.unshown)
        for row in self.rows:
            counts |= dict.fromkeys(row.revealed)
        return list(counts)


def _month(number: int) -> date:
    return date(2024 + number // 12, number % 12 + 1, 1)


def list_tables(shape: Shape, counts: Sequence[int], policy: DisclosurePolicy) -> np.ndarray:
    """Return all tables of whole numbers up to an upper bound; shape ``(atoms, tables)``."""
    maximum = max(counts) + policy.threshold + 2 * policy.rounding_base
    return np.indices((maximum + 1,) * shape.atoms).reshape(shape.atoms, -1)


def narrowed_counts(
    shape: Shape, counts: Sequence[int], policy: DisclosurePolicy, suppressed: set[int]
) -> list[str]:
    """Describe each small count of which more is revealed than that it is small."""
    all_tables = list_tables(shape, counts, policy)
    truth = np.array(counts)
    shown = markers = np.ones(all_tables.shape[1], dtype=bool)
    for position, row in enumerate(shape.rows):
        for atoms in row.numbers.values():
            true, possible = truth[list(atoms)].sum(), all_tables[list(atoms)].sum(axis=0)
            if position in suppressed:
                agrees = possible >= (1 if policy.show_zeros and len(row.numbers) == 1 else 0)
                markers = markers & agrees
            else:
                large = possible >= policy.threshold
                agrees = (_rounded(possible, policy) == _rounded(true, policy)) & (
                    large if true else possible == 0
                )
                markers = markers & ((possible > 0) if true else (possible == 0))
            shown = shown & agrees
    revealed = []
    for atoms in shape.secrets():
        true, possible = truth[list(atoms)].sum(), all_tables[list(atoms)].sum(axis=0)
        least = 0 if policy.show_zeros and true else -1
        if least < true < policy.threshold and (true or not policy.show_zeros):
            feasible, by_markers = possible[shown], possible[markers]
            lowest = max(by_markers.min(), 1 if policy.show_zeros else 0)
            highest = min(by_markers.max(), policy.threshold - 1)
            if feasible.min() > lowest or feasible.max() < highest:
                revealed.append(f"{atoms} is {true}: {feasible.min()} to {feasible.max()}")
    return revealed


def _rounded(count: np.ndarray, policy: DisclosurePolicy) -> np.ndarray:
    base = max(policy.rounding_base, 1)
    return (2 * count + base) // (2 * base) * base


ADDITIVE_CALLS = CountKey("calls", over_time="additive", family="calls")
CALLS = {"calls": CellRoles(value=ADDITIVE_CALLS)}
URGENT = CountKey(
    "urgent", over_time="additive", family="calls", conditions=frozenset({'["column", "urgent"]'})
)
SHARE = {
    "share": CellRoles(
        numerator=URGENT,
        denominator=ADDITIVE_CALLS,
        is_quotient=True,
        has_complement=True,
    )
}


def _kind(name: str) -> CellRoles:
    """Return the roles of a count of calls of one kind."""
    condition = json.dumps(["==", ["column", "kind"], ["str", name]])
    key = CountKey(name, over_time="additive", family="calls", conditions=frozenset({condition}))
    return CellRoles(value=key)


SINGLES_AND_PAIRS = [
    Row("ab", (0, 1)), Row("bc", (1, 2)), Row("ac", (0, 2)),
    Row("a", (0,)), Row("b", (1,)), Row("c", (2,)),
]  # fmt: skip

SHAPES = {
    "places and their total": Shape(
        [
            *(Row("calls", (atom,), at=(name,)) for atom, name in enumerate("ABC")),
            Row("calls", (0, 1, 2), at=("All",)),
        ],
        CALLS,
        by=("place",),
    ),
    "months and their quarter": Shape(
        [
            *(Row("calls", (month,), months=(month, month + 1)) for month in range(3)),
            Row("calls", (0, 1, 2)),
        ],
        CALLS,
    ),
    "a quarter without its last month": Shape(
        [
            *(Row("calls", (month,), months=(month, month + 1)) for month in range(2)),
            Row("calls", (0, 1, 2)),
        ],
        CALLS,
        unshown=[(2,)],
    ),
    "two months and three that share one": Shape(
        [
            Row("calls", (0, 1), months=(0, 2)),
            Row("calls", (0, 1, 2), months=(0, 3)),
            Row("calls", (1, 2), months=(1, 3)),
        ],
        CALLS,
        unshown=[(0,), (1,), (2,)],
    ),
    "two crossed breakdowns": Shape(
        [
            *(
                Row("calls", atoms, at=at)
                for at, atoms in {
                    ("A", "L"): (0,), ("A", "R"): (1,), ("B", "L"): (2,), ("B", "R"): (3,),
                    ("A", "All"): (0, 1), ("B", "All"): (2, 3), ("All", "L"): (0, 2),
                    ("All", "R"): (1, 3), ("All", "All"): (0, 1, 2, 3),
                }.items()
            )
        ],
        CALLS,
        by=("place", "side"),
    ),
    "a share of two places": Shape(
        [
            Row("share", numerator=(0,), denominator=(0, 1), at=("A",)),
            Row("share", numerator=(2,), denominator=(2, 3), at=("B",)),
            Row("share", numerator=(0, 2), denominator=(0, 1, 2, 3), at=("All",)),
        ],
        SHARE,
        by=("place",),
    ),
    "a share next to all calls": Shape(
        [
            Row("share", numerator=(0,), denominator=(0, 1)),
            Row("calls", (0, 1)),
            Row("urgent", (0,)),
            Row("calls", (0, 1, 2), months=(0, 4)),
        ],
        {**SHARE, **CALLS, "urgent": CellRoles(value=URGENT)},
        unshown=[(2,)],
    ),
    "people of two places, some of both": Shape(
        [Row("people", (0, 2), at=("A",)), Row("people", (1, 2), at=("B",)),
         Row("people", (0, 1, 2), at=("All",))],
        {"people": CellRoles(value=CountKey("people", over_members="overlapping"))},
        by=("place",),
        tables=[(1, 9, 0), (1, 9, 1), (0, 2, 9), (4, 1, 0), (9, 9, 1), (2, 4, 4), (2, 0, 9)],
    ),
    "people of two months, some of both": Shape(
        [Row("people", (0, 2), months=(0, 1)), Row("people", (1, 2), months=(1, 2)),
         Row("people", (0, 1, 2), months=(0, 2))],
        {"people": CellRoles(value=CountKey("people", over_time="overlapping"))},
    ),
    "all calls by side, of each side its share": Shape(
        [
            *(Row("by_side", numerator=(atom,), denominator=(0, 1, 2), at=(side,))
              for atom, side in enumerate(("L", "R", "Unknown"))),
            Row("by_side", numerator=(0, 1, 2), denominator=(0, 1, 2), at=("All",)),
            Row("calls", (0, 1, 2), at=("All",)),
        ],
        {
            "by_side": CellRoles(
                numerator=CountKey("member"), denominator=CountKey("calls", total_over="side"),
                is_quotient=True, has_complement=True,
            ),
            "calls": CellRoles(value=CountKey("calls")),
        },
        by=("side",),
    ),
    "two kinds of calls, in two refs": Shape(
        [Row("a", (0,)), Row("b", (1,)), Row("all", (0, 1, 2))],
        {"a": _kind("a"), "b": _kind("b"), "all": CellRoles(value=ADDITIVE_CALLS)},
        unshown=[(2,), (0, 2), (1, 2)],
    ),
    "two kinds that are all, in two places": Shape(
        [
            *(Row(kind, (at,), at=("A",)) for at, kind in enumerate(("a", "b"))),
            *(Row(kind, (2 + at,), at=("B",)) for at, kind in enumerate(("a", "b"))),
            Row("all", (0, 1), at=("A",)), Row("all", (2, 3), at=("B",)),
        ],
        {"a": _kind("a"), "b": _kind("b"), "all": CellRoles(value=ADDITIVE_CALLS)},
        by=("place",),
    ),
    "three kinds that are all": Shape(
        [Row("a", (0,)), Row("b", (1,)), Row("c", (2,)), Row("all", (0, 1, 2))],
        {**{kind: _kind(kind) for kind in ("a", "b", "c")}, "all": CellRoles(value=ADDITIVE_CALLS)},
    ),
    "one part of two wholes, each in a month": Shape(
        [
            Row("of_calls", numerator=(0,), denominator=(0, 1), months=(0, 1)),
            Row("of_known", numerator=(2,), denominator=(2, 3), months=(1, 2)),
        ],
        {
            "of_calls": SHARE["share"],
            "of_known": CellRoles(
                numerator=URGENT, denominator=CountKey("known", over_time="additive"),
                is_quotient=True, has_complement=True,
            ),
        },
        tables=[(9, 4, 9, 1), (9, 1, 9, 4), (2, 9, 4, 9), (9, 9, 4, 9), (9, 2, 9, 2)],
    ),
    "two kinds that are all, and another part of all": Shape(
        [Row("a", (0, 1)), Row("b", (2,)), Row("urgent", (0, 2)), Row("all", (0, 1, 2))],
        {
            **{kind: _kind(kind) for kind in ("a", "b")},
            "urgent": CellRoles(value=URGENT), "all": CellRoles(value=ADDITIVE_CALLS),
        },
        unshown=[(1,)],
        tables=[(9, 1, 9), (9, 2, 4), (4, 1, 12), (9, 9, 9), (9, 4, 1)],
    ),
    "months that do not add up": Shape(
        [Row("stock", (month,), months=(month, month + 1)) for month in range(2)]
        + [Row("stock", (2,), months=(0, 2))],
        {"stock": CellRoles(value=CountKey("stock"))},
    ),
    "a share in a month, and in that and the next": Shape(
        [
            Row("share", numerator=(0,), denominator=(0, 1), months=(0, 1)),
            Row("share", numerator=(0, 2), denominator=(0, 1, 2, 3), months=(0, 2)),
        ],
        SHARE,
        unshown=[(2,), (3,), (2, 3)],
    ),
    "one count with two numbers": Shape(
        [Row("calls", (0,), at=("A",)), Row("calls", (1,), at=("B",)),
         Row("calls", (0, 1), at=("All",)), Row("again", (2,), at=("All",))],
        {**CALLS, "again": CellRoles(value=ADDITIVE_CALLS)},
        by=("place",),
        tables=[(1, 9, 12), (9, 2, 1), (4, 9, 2), (1, 1, 30)],
    ),
    "months that do not add up to their quarter": Shape(
        [Row("calls", (month,), months=(month, month + 1)) for month in range(2)]
        + [Row("calls", (2,), months=(0, 2))],
        CALLS,
        tables=[(1, 9, 14), (9, 4, 2), (2, 1, 30), (9, 2, 5)],
    ),
    "places that do not add up to their total": Shape(
        [Row("calls", (0,), at=("A",)), Row("calls", (1,), at=("B",)),
         Row("calls", (2,), at=("All",))],
        CALLS,
        by=("place",),
        tables=[(1, 9, 20), (9, 2, 5), (2, 1, 30), (20, 1, 12)],
    ),
    "a ratio of two counts": Shape(
        [Row("ratio", numerator=(0,), denominator=(1,))],
        {"ratio": CellRoles(numerator=URGENT, denominator=CountKey("people"), is_quotient=True)},
        tables=[(9, 10), (4, 5), (1, 9), (9, 1), (10, 9), (0, 9)],
    ),
    "three kinds, each two together": Shape(
        # Each pair would go up by one if each kind went up by a half, but counts are whole.
        SINGLES_AND_PAIRS,
        {name: CellRoles(value=CountKey(name)) for name in ("a", "b", "c", "ab", "bc", "ac")},
        # If a count happens to be the sum of two others, that is first treated as a constraint.
        tables=[(1, 3, 30), (3, 2, 25), (1, 2, 23), (4, 3, 30), (5, 2, 21), (1, 30, 22)],
    ),
    "kinds by one and by two, of which one may seem two others": Shape(
        SINGLES_AND_PAIRS,
        {name: CellRoles(value=CountKey(name)) for name in ("a", "b", "c", "ab", "bc", "ac")},
        tables=list(product((1, 2, 4, 9), repeat=3)),
    ),
    "three kinds that may seem to be all": Shape(
        [Row("a", (0,)), Row("b", (1,)), Row("c", (2,)), Row("all", (0, 1, 2, 3))],
        {**{kind: _kind(kind) for kind in ("a", "b", "c")}, "all": CellRoles(value=ADDITIVE_CALLS)},
        tables=[(1, 9, 4, 0), (0, 5, 5, 0), (2, 9, 0, 0), (1, 4, 9, 1), (9, 4, 2, 0), (1, 1, 1, 0)],
    ),
}  # fmt: skip
COINCIDENTAL = {
    "kinds by one and by two, of which one may seem two others",
    "three kinds that may seem to be all",
}
"""Shapes with coincidental sums, which are first treated as constraints."""
NOT_ALWAYS_MINIMAL = {
    "two months and three that share one", "three kinds, each two together", *COINCIDENTAL
}  # fmt: skip
"""Shapes for which the library sometimes suppresses one row more than necessary."""
NOT_SEARCHED = {
    "people of two places, some of both", "people of two months, some of both",
    "all calls by side, of each side its share", "two kinds that are all, in two places",
    "a ratio of two counts", "one part of two wholes, each in a month",
    "two kinds of calls, in two refs", "three kinds that are all",
    "two kinds that are all, and another part of all",
    "months that do not add up", "one count with two numbers",
    "months that do not add up to their quarter", "places that do not add up to their total",
    *COINCIDENTAL,
}  # fmt: skip
"""Shapes that are not one component, or of which an attacker knows more than the constraints."""
SEARCHED = [name for name in SHAPES if name not in NOT_SEARCHED]
SAMPLE_COUNTS = (0, 1, 2, 4, 9)


def sample_counts(shape: Shape, max_tables: int) -> Sequence[tuple[int, ...]]:
    """Return some tables of few numbers: always the same, and spread over all of them."""
    if shape.tables:
        return shape.tables
    tables = list(product(SAMPLE_COUNTS, repeat=shape.atoms))
    return tables[1 :: max(len(tables) // max_tables, 1)]


@pytest.mark.parametrize(
    "policy",
    [
        policy
        if policy in ("exact", "rounded")
        else pytest.param(policy, marks=pytest.mark.exhaustive)
        for policy in POLICIES
    ],
)
@pytest.mark.parametrize("name", SHAPES)
def test_no_small_count_is_narrowed(name: str, policy: str) -> None:
    shape = SHAPES[name]
    for counts in sample_counts(shape, 12):
        suppressed = shape.suppressed(counts, POLICIES[policy])
        assert narrowed_counts(shape, counts, POLICIES[policy], suppressed) == [], (
            counts,
            suppressed,
        )


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", sorted(COINCIDENTAL))
def test_coincidental_sums_reveal_no_small_count(name: str) -> None:
    """With 1, 2 and 9, the sum of 1 and 10 is 11 by coincidence, and looks like a constraint.

    If it were one, the 2 could be no other number, whatever is suppressed.
    """
    shape = SHAPES[name]
    for threshold, base, zeros in ((3, 3, True), (5, 5, True), (4, 3, True), (3, 3, False)):
        policy = DisclosurePolicy(threshold=threshold, rounding_base=base, show_zeros=zeros)
        for counts in shape.tables:
            suppressed = shape.suppressed(counts, policy)
            assert narrowed_counts(shape, counts, policy, suppressed) == [], (
                counts,
                policy,
                suppressed,
            )


def test_the_attack_succeeds_without_secondary_suppression() -> None:
    """If only one of three places is suppressed, the total reveals its count."""
    shape = SHAPES["places and their total"]
    assert narrowed_counts(shape, (1, 4, 9), EXACT, {0}) == ["(0,) is 1: 1 to 1"]
    assert narrowed_counts(shape, (1, 4, 9), EXACT, {0, 1}) == []


@pytest.mark.exhaustive
def test_small_neighbourhoods_protect_every_small_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a large result: first two or three cells, with one or two of a constraint, then all."""
    monkeypatch.setattr(attacker_model, "NEIGHBOURHOOD_SIZES", ((2, 1), (3, 2), (5, 3)))
    for shape, policy in product(SHAPES.values(), (EXACT, WIDE)):
        for counts in sample_counts(shape, 6):
            suppressed = shape.suppressed(counts, policy)
            assert narrowed_counts(shape, counts, policy, suppressed) == [], (counts, suppressed)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "steps", [*(pytest.param(steps, marks=pytest.mark.exhaustive) for steps in (2, 1)), 0]
)
@pytest.mark.parametrize("name", SHAPES)
def test_every_small_count_of_a_large_component_is_protected(
    monkeypatch: pytest.MonkeyPatch, name: str, steps: int
) -> None:
    """Whole numbers are searched close to fractions; if there are none, more is suppressed."""
    monkeypatch.setattr(attacker_model, "LARGE_PROBLEM", 0)
    monkeypatch.setattr(attacker_model, "EXPANSION_STEPS", steps)
    monkeypatch.setattr(attacker_model, "NEIGHBOURHOOD_SIZES", ((2, 1),))
    shape = SHAPES[name]
    for policy in POLICIES.values():
        for counts in sample_counts(shape, 6):
            pattern = SuppressionPattern(shape.linked_tables(counts, policy), set())
            suppressed = pattern.primary | pattern.secondary
            assert narrowed_counts(shape, counts, policy, suppressed) == [], (counts, suppressed)
            assert not pattern.overprotected or steps == 0 or name in NOT_ALWAYS_MINIMAL


def test_large_components_need_no_more_suppression(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same rows are suppressed as in a small component."""
    shape = SHAPES["kinds by one and by two, of which one may seem two others"]
    for policy, counts in product((EXACT, NO_ZEROS), permutations((1, 4, 9))):
        expected = shape.suppressed(counts, policy)
        with monkeypatch.context() as patch:
            patch.setattr(attacker_model, "LARGE_PROBLEM", 0)
            patch.setattr(attacker_model, "NEIGHBOURHOOD_SIZES", ((2, 1),))
            assert shape.suppressed(counts, policy) == expected


@pytest.mark.parametrize("policy", [name for name in POLICIES if name != "rounded"])
@pytest.mark.parametrize("name", [name for name in SHAPES if name not in NOT_ALWAYS_MINIMAL])
def test_every_secondary_suppression_is_necessary(name: str, policy: str) -> None:
    """If one of these rows were shown, a small count would be revealed."""
    shape = SHAPES[name]
    for counts in sample_counts(shape, 12):
        suppressed = shape.suppressed(counts, POLICIES[policy])
        small = shape.small(counts, POLICIES[policy])
        assert small <= suppressed
        for row in suppressed - small:
            assert narrowed_counts(shape, counts, POLICIES[policy], suppressed - {row}), (
                counts,
                suppressed,
                row,
            )


def test_a_count_with_one_fraction_is_not_known_to_be_whole() -> None:
    """As in a weighted survey: a suppressed count may be close to zero."""
    places = SHAPES["places and their total"]
    for counts, whole in (((2, 9, 22), True), ((2, 9.5, 22), False), ((2.5, 9, 22), False)):
        cells = places.linked_tables(counts, ROUNDED).cells
        assert [cell.is_whole for cell in cells] == [whole] * 4
        assert cells[0].lower_bound == (1 if whole else 0)
        assert (cells[2].lower_bound, cells[2].upper_bound) == ((21, 22) if whole else (21, 23))


def test_overlapping_periods_have_no_constraint_for_people() -> None:
    """Counts that are additive over time have such constraints."""
    spans = ((0, 1), (0, 2), (1, 3), (2, 3))
    rows = [Row("people", (atom,), months=span) for atom, span in enumerate(spans)]
    for over_time, expected in (("overlapping", 0), ("additive", 2), ("", 0)):
        roles = CellRoles(value=CountKey("people", over_time=over_time))
        assert (
            len(Shape(rows, {"people": roles}).linked_tables((4, 9, 15, 10), EXACT).constraints)
            == expected
        )


def test_additive_triples_are_linked_in_one_ref_and_in_one_family() -> None:
    """Other rows of the ref make no difference; across refs, only a family links them."""

    def constraint_count(ref: str, family: str) -> int:
        def roles(name: str) -> CellRoles:
            clauses = frozenset({json.dumps(["column", name])})
            return CellRoles(value=CountKey(name, family=family, conditions=clauses))

        rows = [Row("a", (0,)), Row("aa", (2,), months=(0, 1)), Row("ab", (0, 1), ref=ref),
                Row("b", (1,))]  # fmt: skip
        shape = Shape(rows, {name: roles(name) for name in ("a", "aa", "ab", "b")})
        return len(shape.linked_tables((1, 9, 5), EXACT).constraints)

    assert [
        constraint_count("T", ""),
        constraint_count("U", "calls"),
        constraint_count("U", ""),
    ] == [1, 1, 0]


def relaxed_cells(tables: LinkedTables) -> list[list[int]]:
    """Return the cells without a lower bound in each relaxation; at the end there are none."""
    cells = tables.cells

    def unbounded_cells() -> list[int]:
        return [position for position, cell in enumerate(cells) if cell.lower_bound == -np.inf]

    relaxations = [unbounded_cells() for _ in tables.iter_relaxations(range(len(cells)))]
    assert unbounded_cells() == []
    return relaxations


def test_coincidental_constraints_are_relaxed_one_by_one_and_together() -> None:
    """A relaxation includes all cells of one triple, and no cell of another."""

    def linked_tables(*triples: Sequence[tuple[int, ...]]) -> LinkedTables:
        rows = [
            Row(f"{letter}{ref}", tuple(sorted(2 * place + month for place in atoms)),
                months=(month, month + 1), ref=f"T{ref}")
            for ref, triple in enumerate(triples)
            for letter, atoms in zip("abc", triple, strict=True)
            for month in (0, 1)
        ]  # fmt: skip
        names = {row.measure: CellRoles(value=CountKey(row.measure)) for row in rows}
        return Shape(rows, names).linked_tables((4, 7, 9, 5, 6, 11, 3, 8), EXACT)

    triple, other_triple = ((0,), (1,), (0, 1)), ((2,), (3,), (2, 3))
    (relaxation,) = relaxed_cells(linked_tables(triple))
    assert len(relaxation) == len(set(relaxation)) == 2
    first, second, both = relaxed_cells(linked_tables(triple, other_triple))
    assert (len(first), len(second)) == (2, 2)
    assert sorted([*first, *second]) == both
    for tables in (linked_tables(triple), linked_tables(triple, other_triple)):
        slack_cells = [
            cell for terms in tables.constraints for cell, _ in terms if tables.cells[cell].is_slack
        ]
        assert sorted(slack_cells) == relaxed_cells(tables)[-1]


# The tables of the attacker model


class ModelAndTables:
    """The attacker model of one result, and the list of all tables.

    Attributes:
        model: the attacker model.
        atoms: the atoms of each cell that a row reveals.
        changes: the change of each such cell in every table.
    """

    def __init__(self, shape: Shape, counts: Sequence[int], policy: DisclosurePolicy) -> None:
        self.linked_tables = shape.linked_tables(counts, policy)
        (members,) = (
            component
            for component in self.linked_tables.connected_components()
            if len(component) > 1
        )
        self.cells = [self.linked_tables.cells[cell] for cell in members]
        self.model = AttackerModel(self.linked_tables, members)
        place = {cell: position for position, cell in enumerate(members)}
        self.atoms = {
            place[cell]: atoms
            for row, cells in zip(shape.rows, self.linked_tables.cells_of_row, strict=True)
            for cell, atoms in zip(cells, row.revealed, strict=True)
        }
        changed = list_tables(shape, counts, policy) - np.array(counts)[:, None]
        self.changes = {
            position: changed[list(atoms)].sum(axis=0) for position, atoms in self.atoms.items()
        }

    def is_feasible(self, changes: np.ndarray) -> bool:
        """Return whether changes are whole and satisfy every constraint."""
        change_of = dict(zip(self.model.cells, changes, strict=True))
        residuals = [
            sum(sign * change_of[cell] for cell, sign in terms)
            for terms in self.linked_tables.constraints
        ]
        return not any(residuals) and all(change == int(change) for change in changes)

    def suppression_cost(self, changes: Mapping[int, np.ndarray]) -> np.ndarray:
        """Return the cost of the suppression that each table needs; infinite if impossible."""
        cost = np.zeros(np.shape(next(iter(changes.values()))))
        for position, cell in enumerate(self.cells):
            if position in changes:
                number = cell.exact + changes[position]
                excess = np.maximum(number - cell.upper_bound, 0) + np.maximum(
                    cell.lower_bound - number, 0
                )
                can_be_suppressed = cell.shown and cell.exact > 0
                lowest = (
                    self.linked_tables.attacker_lower_bound(cell)
                    if can_be_suppressed
                    else cell.lower_bound
                )
                impossible = (excess > 0) & (not can_be_suppressed) | (
                    number < min(lowest, cell.exact)
                )
                cost = cost + np.where(impossible, np.inf, excess * (1 + np.log1p(cell.exact)))
        return cost


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", [name for name in SEARCHED if name not in NOT_ALWAYS_MINIMAL])
def test_min_cost_table_is_optimal(name: str, policy: str) -> None:
    for counts in sample_counts(SHAPES[name], 6):
        search = ModelAndTables(SHAPES[name], counts, POLICIES[policy])
        possible = np.isfinite(search.suppression_cost(search.changes))
        costs = search.suppression_cost(search.changes)
        positions = [position for position in search.atoms if not search.cells[position].shown]
        for position, goal in product(positions, (-3.0, -1.0, 1.0, 2.0)):
            table = search.model.min_cost_table(position, goal)
            assert search.is_feasible(table)
            moves = np.sign(goal) * search.changes[position]
            best_move = min(moves[possible].max(), abs(goal))
            assert abs(table[position]) == best_move
            cost = search.suppression_cost({position: table[position] for position in search.atoms})
            assert cost == pytest.approx(costs[moves == best_move].min())
            suppressed_cells = {search.model.cells[position] for position in search.atoms if
                   search.suppression_cost({position: table[position]}) > 0}  # fmt: skip
            assert suppressed_cells == set(search.model.cells_to_suppress(table))


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", [name for name in SEARCHED if name not in NOT_ALWAYS_MINIMAL])
def test_propagated_lower_bounds_are_valid(name: str, policy: str) -> None:
    """They hold whatever is suppressed. For a total, some table reaches the bound."""
    for counts in sample_counts(SHAPES[name], 6):
        search = ModelAndTables(SHAPES[name], counts, POLICIES[policy])
        lowest = search.model.propagate_lower_bounds()
        possible = np.isfinite(search.suppression_cost(search.changes))
        for position, changes in search.changes.items():
            assert changes[possible].min() >= lowest[position]
            if name in ("places and their total", "months and their quarter"):
                assert changes[possible].min() == lowest[position]


def test_lower_bounds_propagate_to_totals_of_totals() -> None:
    """Four calls in four cells, one in each: whatever is suppressed, the total is four."""
    search = ModelAndTables(SHAPES["two crossed breakdowns"], (1, 1, 1, 1), EXACT)
    assert search.model.propagate_lower_bounds().tolist() == [0.0] * len(search.cells)
    search = ModelAndTables(SHAPES["two crossed breakdowns"], (3, 1, 1, 1), EXACT)
    lowest = {
        search.atoms[position]: search.model.propagate_lower_bounds()[position]
        for position in search.atoms
    }
    assert lowest == {
        (0,): -2, (1,): 0, (2,): 0, (3,): 0, (0, 1): -2, (2, 3): 0, (0, 2): -2, (1, 3): 0,
        (0, 1, 2, 3): -2,
    }  # fmt: skip


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("name", SEARCHED)
def test_audit_batch_is_feasible_and_optimal(name: str, policy: str) -> None:
    """The sum of all changes is optimal, and no cell exceeds its target."""
    for counts in sample_counts(SHAPES[name], 6):
        search = ModelAndTables(SHAPES[name], counts, POLICIES[policy])
        unsuppressed = search.suppression_cost(search.changes) == 0
        for goal in (-2.0, -1.0, 1.0, 3.0):
            goals = np.full(len(search.cells), goal)
            wanted = np.array([position in search.atoms and cell.primary for position, cell in
                               enumerate(search.cells)])  # fmt: skip
            table = search.model.audit_batch(goals, wanted)
            assert search.is_feasible(table)
            assert search.model.cells_to_suppress(table) == []
            moves = [
                np.sign(goal) * search.changes[position][unsuppressed]
                for position in np.flatnonzero(wanted).tolist()
            ]
            within_goal = np.all([move <= abs(goal) for move in moves], axis=0)
            expected = np.sum(moves, axis=0)[within_goal].max() if moves else 0
            # A batch may find no table where the optimum is in fractions.
            total = np.sign(goal) * table[wanted].sum()
            assert total == expected or (total == 0 and name == "three kinds, each two together")


def test_on_a_solver_limit_the_component_is_suppressed_except_zeros(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Places and a total with one small count; a count without a constraint is not affected."""
    monkeypatch.setattr(linear_program, "SIMPLEX_ITERATION_LIMIT", 0)
    monkeypatch.setattr(attacker_model, "NEIGHBOURHOOD_SIZES", ((6, 8),))
    places = SHAPES["two crossed breakdowns"]
    separate = Row("apart", (4,), at=("All", "All"))
    shape = Shape(
        [*places.rows, separate], CALLS | {"apart": CellRoles(value=CountKey("apart"))}, places.by
    )
    pattern = SuppressionPattern(shape.linked_tables((1, 0, 9, 8, 30), EXACT), set())
    suppressed = pattern.primary | pattern.secondary
    assert pattern.overprotected == suppressed
    assert {str(shape.rows[row]) for row in range(10)} - {
        str(shape.rows[row]) for row in suppressed
    } == {"calls A R", "apart All All"}


def test_too_many_small_counts_raise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(suppression, "MAX_PRIMARY_CELLS", 2)
    shape = SHAPES["places and their total"]
    assert shape.named((1, 2, 9), EXACT) == ["calls A", "calls B"]
    with pytest.raises(RequestError, match=r"has 3 counts under 3\. At most 2 can"):
        shape.suppressed((1, 2, 2), EXACT)


def test_connected_components_are_disjoint_and_complete() -> None:
    for shape in SHAPES.values():
        for counts in sample_counts(shape, 3):
            tables = shape.linked_tables(counts, EXACT)
            groups = tables.connected_components()
            assert sorted(cell for group in groups for cell in group) == list(
                range(len(tables.cells))
            )
            component_of = {cell: number for number, group in enumerate(groups) for cell in group}
            assert all(
                len({component_of[cell] for cell, _ in terms}) == 1 for terms in tables.constraints
            )
