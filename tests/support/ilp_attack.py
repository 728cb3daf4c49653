"""An attack on protected tables by integer linear programming (ILP), independent of the library.

The attacker knows the published numbers, how they were rounded, which cells are suppressed, that
counts are whole and not negative, and that members, months and kinds add up to their totals. A
table that agrees with all of that is feasible. The attack finds the smallest and the largest value
of a count over all feasible tables: its feasibility interval.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise, product
from typing import Any

import numpy as np
import polars as pl

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
MAX_COUNT = 10_000
"""An upper bound for every count, larger than any count of a test."""


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


@dataclass(frozen=True)
class Subject:
    """What the measures of some tables count, by kind of call.

    Attributes:
        kinds: the kinds of call. The others are sets of them.
        counted: what each column of each measure counts.
        unrecorded: what each column of rows that are not recorded counts, by measure.
        attacked: what is attacked.
    """

    kinds: Sequence[str]
    counted: Mapping[str, Mapping[str, frozenset[str]]]
    unrecorded: Mapping[str, Mapping[str, frozenset[str]]]
    attacked: Sequence[frozenset[str]]

    def may_count(self, measure: str) -> frozenset[str]:
        """Return the kinds of call that a measure counts, or may count."""
        columns = {**self.counted[measure], **self.unrecorded.get(measure, {})}
        return frozenset().union(*columns.values())


UNKNOWN_URGENCY = {"undecided": frozenset({"unknown"})}
URGENCY = Subject(
    kinds=KINDS,
    counted={
        "calls": {"value": frozenset(KINDS)},
        "urgent_calls": {"value": frozenset({"urgent"})},
        "calm_calls": {"value": frozenset({"not urgent"})},
        "unrecorded_calls": {"value": frozenset({"unknown"})},
        "urgent_share": {
            "numerator": frozenset({"urgent"}),
            "denominator": frozenset({"urgent", "not urgent"}),
        },
    },
    unrecorded=dict.fromkeys(("urgent_calls", "urgent_share", "calm_calls"), UNKNOWN_URGENCY),
    attacked=(
        frozenset(KINDS),
        frozenset({"urgent"}),
        frozenset({"not urgent"}),
        frozenset({"unknown"}),
    ),
)
"""The calls of ``table``."""


@dataclass(frozen=True)
class Scope:
    """The calls that a number counts: their kinds, days, and members of the breakdowns."""

    kinds: frozenset[str]
    first: date
    last: date
    members: tuple[tuple[str, str], ...]


Knowledge = list[tuple[Scope, float, float]]
"""Counts with the lower and the upper bound that the attacker knows."""


@dataclass(frozen=True)
class AttackedCount:
    """The result of an attack on one small count.

    Attributes:
        scope: what it counts.
        exact: the true count.
        interval: its feasibility interval, by all that is published.
        marker_interval: its feasibility interval by the markers and zeros alone, which no
            suppression can widen.
    """

    scope: Scope
    exact: int
    interval: tuple[float, float]
    marker_interval: tuple[float, float]

    @property
    def is_known(self) -> bool:
        """Whether the attacker knows the exact count."""
        return self.interval[0] == self.interval[1]

    def is_narrowed(self, threshold: int, low: int) -> bool:
        """Whether the published numbers reveal more than that it is under the threshold.

        Args:
            threshold: the threshold of the policy.
            low: the smallest count that is suppressed: 1, or 0 if zeros are suppressed.
        """
        least = max(low, self.marker_interval[0])
        most = min(largest_small_count(threshold), self.marker_interval[1])
        return self.interval[0] > least or self.interval[1] < most


def largest_small_count(threshold: int) -> int:
    """Return the largest count that the attack takes for small: its own statement of the rule.

    A test compares it with the policy, so that a change of the rule cannot weaken the attack.
    """
    return threshold - 1


def table(
    counts: dict[tuple[int, str, str | None, str | None], int],
    periods: Sequence[str],
    by: Sequence[str],
    metrics: Sequence[Metric] = (CALLS,),
) -> Result:
    """Compute a result from the number of calls by month of 2024, kind, side and place."""
    urgency = {"urgent": True, "not urgent": False, "unknown": None}
    calls = [
        (datetime(2024, month, 2), urgency[kind], side, place)
        for (month, kind, side, place), count in counts.items()
        for _ in range(count)
    ]
    schema = {"began_at": pl.Datetime, "urgent": pl.Boolean, "side": pl.String, "place": pl.String}
    data = pl.DataFrame(calls, schema=schema, orient="row")
    return kpi.compute(
        list(metrics),
        {"call": data},
        periods=list(periods),
        by=list(by),
        catalogue=kpi.Catalogue(metrics),
        coverage={"call": ("2024-04-01", "2025-03-31")},
    )


class Attacker:
    """An attacker who has one protected result of ``table``.

    Args:
        protected: the result.
        policy: the policy that protects it, which the attacker knows.
    """

    def __init__(
        self, protected: Result, policy: DisclosurePolicy, subject: Subject = URGENCY
    ) -> None:
        self.by = protected.by
        self.policy = policy
        self.subject = subject
        self.largest_small_count = largest_small_count(policy.threshold)
        rows = protected.to_polars().to_dicts()
        cuts = sorted(
            {_month(row["period_start"]) for row in rows}
            | {_month(row["period_end"]) + 1 for row in rows}
        )
        self.stretches = list(pairwise(cuts))
        axes = [MEMBERS[name] for name in self.by]
        self.cells = list(product(range(len(self.stretches)), subject.kinds, *axes))
        self.published: Knowledge = []
        self.by_markers: Knowledge = []
        for row in rows:
            self._add_row(row)
        self._add_unknown_members(rows)

    def _add_row(self, row: dict[str, Any]) -> None:
        columns = self.subject.counted[row["measure"]]
        for column, kinds in columns.items():
            scope = self._scope(row, kinds)
            count = row[column]
            if row["marker"] == "[c]":
                # A zero is never suppressed alone, but a share may be for its other count.
                low = 1.0 if self.policy.show_zeros and len(columns) == 1 else 0.0
                self.published.append((scope, low, MAX_COUNT))
                self.by_markers.append((scope, low, MAX_COUNT))
            elif count is not None:
                self._know_number(scope, count)
        if "see Unknown." in row["note"]:
            self._know_zero(self._scope(row, self.subject.may_count(row["measure"])))
        elif row["marker"] != "[c]":
            self._add_unrecorded(row)

    def _scope(self, row: dict[str, Any], kinds: frozenset[str]) -> Scope:
        members = tuple((name, row[name]) for name in self.by if row[name] != "All")
        return Scope(kinds, row["period_start"], row["period_end"], members)

    def _know_number(self, scope: Scope, count: float) -> None:
        low, high = self._rounding_interval(count)
        self.published.append((scope, low, high))
        self.by_markers.append((scope, 0, 0) if not count else (scope, 1, MAX_COUNT))

    def _know_zero(self, scope: Scope) -> None:
        self._know_number(scope, 0)

    def _add_unrecorded(self, row: dict[str, Any]) -> None:
        """Add what a row says of rows that are not recorded: in columns, note and marker."""
        columns = self.subject.unrecorded.get(row["measure"], {})
        is_unrecorded = row["marker"] == "[x]"
        for column, kinds in columns.items():
            scope = self._scope(row, kinds)
            is_hidden = is_unrecorded or "Some rows" in row["note"]
            if row[column] is not None:
                self._know_number(scope, row[column])
            elif not is_hidden and self.policy.show_zeros:
                self._know_zero(scope)
            elif len(columns) == 1 and self.policy.show_zeros:
                self.published.append((scope, 1, MAX_COUNT))
                self.by_markers.append((scope, 1, MAX_COUNT))
            if row["value"] is not None and row["marker"] != "[u]":
                # A tenth of all rows is a ninth of the recorded rows. A number may be marked for
                # other reasons, so only the absence of the marker says something.
                limit = self._least_rows(row) // 9
                if limit >= self.largest_small_count:
                    self.published.append((scope, 0, limit))
        if is_unrecorded and len(columns) == 1:
            # Nothing is recorded, so no row is known to count.
            for kinds in self.subject.counted[row["measure"]].values():
                self._know_zero(self._scope(row, kinds))
        self._check_bounds(row)

    def _check_bounds(self, row: dict[str, Any]) -> None:
        """Check that the bounds are calculated from numbers that are shown."""
        if row["at_least"] is None and row["at_most"] is None:
            return
        undecided, whole = row["undecided"] or 0, row["denominator"]
        expected = row["value"], row["value"] + undecided
        if whole is not None:
            # Each undecided row is in the denominator too, unless measures are divided.
            of_rows = whole + undecided * (row["unit"] == "proportion")
            expected = row["numerator"] / of_rows, (row["numerator"] + undecided) / of_rows
        assert np.allclose((row["at_least"], row["at_most"]), expected), row

    def _add_unknown_members(self, rows: list[dict[str, Any]]) -> None:
        """Add what the notes of members and the absence of Unknown say of the count of Unknown."""
        names = ("measure", "period", *self.by)
        by_place = {tuple(row[name] for name in names): row for row in rows}
        for axis, row in product(range(len(self.by)), rows):
            place = tuple(row[name] for name in names)
            measure, at = place[0], axis + 2
            unknown, whole = (
                by_place.get((*place[:at], member, *place[at + 1 :]))
                for member in ("Unknown", "All")
            )
            scope = self._scope(row | {self.by[axis]: "Unknown"}, self.subject.may_count(measure))
            if unknown is None:
                self._know_zero(scope)
                continue
            is_member = place[at] not in ("Unknown", "All")
            if is_member and row["value"] is not None and whole["value"] is not None:
                limit = self._least_rows(whole) // 10
                counts = 1 + len(self.subject.unrecorded.get(measure, ()))
                is_noted = (
                    f"because they name no member of the breakdown by {self.by[axis]}."
                    in row["note"]
                )
                if limit >= counts * self.largest_small_count and not is_noted:
                    self.published.append((scope, 0, limit))

    def _least_rows(self, row: dict[str, Any]) -> int:
        """Return the least number of rows that a shown number is based on."""
        columns = self.subject.counted[row["measure"]].keys() - {"numerator"}
        if row["unit"] == "ratio":
            columns |= {"numerator"}
        return min(int(self._rounding_interval(row[column])[0]) for column in columns)

    def _rounding_interval(self, count: float) -> tuple[float, float]:
        base, threshold = self.policy.rounding_base, self.policy.threshold
        if count == 0 or base <= 1:
            return count, count
        assert count % base == 0, "a shown count is a multiple of the base"
        possible = [
            exact
            for exact in range(int(count) - base, int(count) + base + 1)
            if exact > largest_small_count(threshold) and (exact + base / 2) // base * base == count
        ]
        return possible[0], possible[-1]

    def coefficients(self, scope: Scope) -> np.ndarray:
        """Return 1 for each cell that a count includes, and 0 for the others."""
        first, last = _month(scope.first), _month(scope.last) + 1
        inside = []
        for stretch, kind, *members in self.cells:
            start, stop = self.stretches[stretch]
            member_of = dict(zip(self.by, members, strict=True))
            inside.append(
                kind in scope.kinds
                and first <= start
                and stop <= last
                and all(member_of[name] == member for name, member in scope.members)
            )
        return np.array(inside, dtype=float)

    def feasibility_interval(self, scope: Scope, knowledge: Knowledge) -> tuple[float, float]:
        """Return the smallest and the largest whole number that a count can be."""
        # The import takes seconds, and few tests attack.
        from scipy.optimize import Bounds, LinearConstraint, milp

        objective = self.coefficients(scope)
        matrix = np.array([self.coefficients(known) for known, _, _ in knowledge])
        constraints = LinearConstraint(
            matrix, [low for _, low, _ in knowledge], [high for *_, high in knowledge]
        )
        ends = []
        for sign in (1.0, -1.0):
            solved = milp(
                sign * objective,
                constraints=constraints,
                integrality=np.ones(len(objective)),
                bounds=Bounds(0, MAX_COUNT),
            )
            assert solved.status == 0, solved.message
            ends.append(float(round(sign * solved.fun)))
        return ends[0], ends[1]

    def attack(self, counts: dict[Any, int]) -> Iterator[AttackedCount]:
        """Yield the attack on every count under the threshold, whether a row shows it or not.

        Args:
            counts: the true numbers of calls, as for ``table``.
        """
        axes = [("All", *MEMBERS[name]) for name in self.by]
        names = ("side", "place")
        truth = np.zeros(len(self.cells))
        for position, (stretch, kind, *members) in enumerate(self.cells):
            member_of = dict(zip(self.by, members, strict=True))
            start, stop = self.stretches[stretch]
            for (month, counted_kind, *others), count in counts.items():
                inside = start <= 2024 * 12 + month - 1 < stop and counted_kind == kind
                for name, member in zip(names, others, strict=True):
                    inside &= member_of.get(name, member or "Unknown") == (member or "Unknown")
                truth[position] += count * inside
        spans = {(scope.first, scope.last) for scope, _, _ in self.published}
        spans |= {(_first_day(start), _first_day(stop, -1)) for start, stop in self.stretches}
        for (first, last), kinds, axis in product(
            sorted(spans), self.subject.attacked, product(*axes)
        ):
            members = tuple(pair for pair in zip(self.by, axis, strict=True) if pair[1] != "All")
            scope = Scope(kinds, first, last, members)
            exact = int(self.coefficients(scope) @ truth)
            if 0 < exact <= largest_small_count(self.policy.threshold):
                interval = self.feasibility_interval(scope, self.published)
                marker_interval = self.feasibility_interval(scope, self.by_markers)
                yield AttackedCount(scope, exact, interval, marker_interval)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_day(month: int, days: int = 0) -> date:
    start = date(month // 12, month % 12 + 1, 1)
    return date.fromordinal(start.toordinal() + days)
