"""An attack on disclosed tables that shares no code with the library.

A reader of a published table knows its numbers and how they were rounded, which cells are hidden,
that counts are whole and not below zero, and that members, months and parts come to their totals.
Every table that agrees with all of that is a table the reader cannot rule out. Integer programming
finds, over all of them, the least and the most that a count can be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise, product
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp

import swm_kpi as kpi
from swm_kpi import (
    Column,
    Contract,
    Count,
    Dimension,
    Direction,
    DisclosurePolicy,
    Example,
    Metric,
    Proportion,
    Result,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE

SIDE = Dimension("side", "Side", ("Left", "Right"), description="The side it was on.")
PLACE = Dimension("place", "Place", ("North", "South", "West"), description="Where it was.")
MEMBERS = {"side": (*SIDE.members, "Unknown"), "place": (*PLACE.members, "Unknown")}
KINDS = ("urgent", "not urgent", "unknown")
MOST = 10_000


class Call(Contract, row_unit=Unit.CALLS):
    """One row per call."""

    began_at = Column(datetime, description="When it began.")
    urgent = Column(bool, nullable=True, label="urgency", description="Whether it was urgent.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")
    place = Column(str, dimension=PLACE, nullable=True, description="The place.")


CALLS = Metric(
    ref="T1",
    key="test_metric",
    title="A test",
    objective=SECURE,
    summary="A metric for a test.",
    measures=(
        Count(key="calls", of=Call, at=Call.began_at),
        Count(key="urgent_calls", of=Call, at=Call.began_at, where=Call.urgent),
        Proportion(key="urgent_share", of=Call, at=Call.began_at, numerator=Call.urgent),
    ),
    dimensions=[SIDE, PLACE],
    direction=Direction.NEUTRAL,
    availability=kpi.catalogue()["15"].availability,
    limitations="Not real.",
    examples=[
        Example(
            rows="| began_at |",
            expect={"calls": 0, "urgent_calls": 0, "urgent_share": None},
            edge_case="N.",
        )
    ],
)

PARTS = Metric(
    ref="T2",
    key="test_parts",
    title="Another test",
    objective=SECURE,
    summary="What the calls of the other metric are besides urgent.",
    measures=(
        Count(key="calm_calls", of=Call, at=Call.began_at, where=~Call.urgent),
        Count(key="unrecorded_calls", of=Call, at=Call.began_at, where=Call.urgent.is_null()),
    ),
    dimensions=[SIDE, PLACE],
    direction=Direction.NEUTRAL,
    availability=kpi.catalogue()["15"].availability,
    limitations="Not real.",
    examples=[
        Example(
            rows="| began_at |", expect={"calm_calls": 0, "unrecorded_calls": 0}, edge_case="N."
        )
    ],
)

COUNTED: dict[str, dict[str, frozenset[str]]] = {
    "calls": {"value": frozenset(KINDS)},
    "urgent_calls": {"value": frozenset({"urgent"})},
    "calm_calls": {"value": frozenset({"not urgent"})},
    "unrecorded_calls": {"value": frozenset({"unknown"})},
    "urgent_share": {
        "numerator": frozenset({"urgent"}),
        "denominator": frozenset({"urgent", "not urgent"}),
    },
}
"""What stands in each column of each measure: which kinds of call it counts."""

SENSITIVE = (frozenset(KINDS), frozenset({"urgent"}), frozenset({"not urgent"}))


@dataclass(frozen=True)
class Scope:
    """The calls that a number counts: their kinds, months, and members of the breakdowns."""

    kinds: frozenset[str]
    first: date
    last: date
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Attacked:
    """What a reader makes of one count under the threshold."""

    scope: Scope
    true: int
    found: tuple[float, float]
    allowed: tuple[float, float]
    """What the markers and the zeros alone would tell."""

    @property
    def pinned(self) -> bool:
        return self.found[0] == self.found[1]

    def narrowed(self, threshold: int, low: int) -> bool:
        """Say whether the shown numbers tell more than that it is under the threshold."""
        least, most = max(low, self.allowed[0]), min(threshold - 1, self.allowed[1])
        return self.found[0] > least or self.found[1] < most


def table(
    counts: dict[tuple[int, str, str | None, str | None], int],
    periods: Sequence[str],
    by: Sequence[str],
    metrics: Sequence[Metric] = (CALLS,),
) -> Result:
    """Compute from so many calls in each month of 2024 (4 is April), kind, side and place."""
    urgency = {"urgent": True, "not urgent": False, "unknown": None}
    made = [
        (datetime(2024, month, 2), urgency[kind], side, place)
        for (month, kind, side, place), count in counts.items()
        for _ in range(count)
    ]
    schema = {"began_at": pl.Datetime, "urgent": pl.Boolean, "side": pl.String, "place": pl.String}
    data = pl.DataFrame(made, schema=schema, orient="row")
    return kpi.compute(
        list(metrics),
        {"call": data},
        periods=list(periods),
        by=list(by),
        catalogue=kpi.Catalogue(metrics),
        coverage={"call": ("2024-04-01", "2025-03-31")},
    )


class Reader:
    """A reader of one disclosed result of ``table``."""

    def __init__(self, disclosed: Result, policy: DisclosurePolicy) -> None:
        self.by = disclosed.by
        self.policy = policy
        rows = disclosed.to_polars().to_dicts()
        cuts = sorted(
            {_month(row["period_start"]) for row in rows}
            | {_month(row["period_end"]) + 1 for row in rows}
        )
        self.months = list(pairwise(cuts))
        axes = [MEMBERS[name] for name in self.by]
        self.cells = list(product(range(len(self.months)), KINDS, *axes))
        self.shown: list[tuple[Scope, float, float]] = []
        self.told: list[tuple[Scope, float, float]] = []
        for row in rows:
            self._read(row)

    def _read(self, row: dict[str, Any]) -> None:
        columns = COUNTED[row["measure"]]
        least = float(self.policy.threshold if self.policy.show_zeros else 0)
        for name, kinds in columns.items():
            members = tuple((each, row[each]) for each in self.by if row[each] != "All")
            scope = Scope(kinds, row["period_start"], row["period_end"], members)
            count = row[name]
            if row["marker"] == "[c]":
                # A zero is never hidden alone, but a share may be hidden for its other count.
                least = 1.0 if self.policy.show_zeros and len(columns) == 1 else 0.0
                self.shown.append((scope, least, MOST))
                self.told.append((scope, least, MOST))
            elif count is not None:
                low, high = self._rounded_from(count)
                self.shown.append((scope, low, high))
                self.told.append((scope, 0, 0) if not count else (scope, 1, MOST))

    def _rounded_from(self, count: float) -> tuple[float, float]:
        base, threshold = self.policy.rounding_base, self.policy.threshold
        if count == 0 or base <= 1:
            return count, count
        assert count % base == 0, "a shown count is a multiple of the base"
        every = [
            each
            for each in range(int(count) - base, int(count) + base + 1)
            if each >= threshold and (each + base / 2) // base * base == count
        ]
        return every[0], every[-1]

    def line(self, scope: Scope) -> np.ndarray:
        """Return which cells a number is the sum of."""
        first, last = _month(scope.first), _month(scope.last) + 1
        inside = []
        for month, kind, *members in self.cells:
            start, stop = self.months[month]
            here = dict(zip(self.by, members, strict=True))
            inside.append(
                kind in scope.kinds
                and first <= start
                and stop <= last
                and all(here[name] == member for name, member in scope.members)
            )
        return np.array(inside, dtype=float)

    def between(self, scope: Scope, knows: list[tuple[Scope, float, float]]) -> tuple[float, float]:
        """Return the least and the most whole number that a count can be, as far as is known."""
        wanted = self.line(scope)
        lines = np.array([self.line(each) for each, _, _ in knows])
        sums = LinearConstraint(lines, [low for _, low, _ in knows], [high for *_, high in knows])
        ends = []
        for sign in (1.0, -1.0):
            solved = milp(
                sign * wanted,
                constraints=sums,
                integrality=np.ones(len(wanted)),
                bounds=Bounds(0, MOST),
            )
            assert solved.status == 0, solved.message
            ends.append(float(round(sign * solved.fun)))
        return ends[0], ends[1]

    def attack(self, counts: dict[Any, int]) -> Iterator[Attacked]:
        """Yield every count under the threshold that the table holds, and what is found of it."""
        axes = [("All", *MEMBERS[name]) for name in self.by]
        names = ("side", "place")
        truth = np.zeros(len(self.cells))
        for at, (month, kind, *members) in enumerate(self.cells):
            here = dict(zip(self.by, members, strict=True))
            start, stop = self.months[month]
            for (number, each, *others), count in counts.items():
                inside = start <= 2024 * 12 + number - 1 < stop and each == kind
                for name, member in zip(names, others, strict=True):
                    inside &= here.get(name, member or "Unknown") == (member or "Unknown")
                truth[at] += count * inside
        spans = {(scope.first, scope.last) for scope, _, _ in self.shown}
        spans |= {(_first(start), _first(stop, -1)) for start, stop in self.months}
        for (first, last), kinds, at in product(sorted(spans), SENSITIVE, product(*axes)):
            members = tuple(pair for pair in zip(self.by, at, strict=True) if pair[1] != "All")
            scope = Scope(kinds, first, last, members)
            true = int(self.line(scope) @ truth)
            if 0 < true < self.policy.threshold:
                found = self.between(scope, self.shown)
                yield Attacked(scope, true, found, self.between(scope, self.told))


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first(month: int, days: int = 0) -> date:
    start = date(month // 12, month % 12 + 1, 1)
    return date.fromordinal(start.toordinal() + days)
