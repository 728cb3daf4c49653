"""Differencing: what two releases reveal together that neither reveals alone.

The attacker has both releases. Each count gets a feasibility interval from each release, and the
constraints over members and periods tighten the intervals. Bounds are propagated through one
constraint at a time, so an interval here can be wider than the true feasibility interval: no
warning is no proof that two releases are safe together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import polars as pl

from swm_kpi.contracts import ALL
from swm_kpi.disclosure.cell_semantics import REASONS_LEFT_OUT, ROW_COUNTS, CountKey, roles_of
from swm_kpi.disclosure.linked_tables import COUNT_COLUMNS, INFINITY
from swm_kpi.disclosure.period_constraints import Span, cycle_basis, implied_periods, span_of
from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.errors import RequestError
from swm_kpi.measures.row_notes import is_absent_area_row, states_hidden_rows
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Basis, Marker

TOLERANCE = 1e-6
"""Two counts that differ by less are equal."""
MAX_PROPAGATION_ROUNDS = 12
"""How often bounds are propagated through all constraints."""
Members = frozenset[tuple[str, str]]
CellKey = tuple[str, Span, Members]
"""The key of a count, a period, and breakdowns with members, without those that are ``All``."""
Interval = tuple[float, float]


@dataclass(frozen=True)
class DisclosureRisk:
    """A small count that two releases may reveal together.

    Attributes:
        ref, measure: the measure concerned.
        period: the period, or the two periods, as the results label them.
        members: the breakdowns and members, without those that are ``All``.
        description: what can be inferred, in words that do not give the number.
    """

    ref: str
    measure: str
    period: str
    members: tuple[tuple[str, str], ...]
    description: str

    def __str__(self) -> str:
        members = "".join(f", {name} {member}" for name, member in self.members)
        return f"Ref {self.ref}, {self.measure}, {self.period}{members}: {self.description}"


class _ReleasedEntry(Protocol):
    @property
    def metric(self) -> Metric: ...


class Released(Protocol):
    """The parts of a result that this module uses."""

    @property
    def by(self) -> tuple[str, ...]:
        """Its breakdowns."""

    @property
    def policy(self) -> DisclosurePolicy | None:
        """The policy that protects it; None if it is not protected."""

    @property
    def entries(self) -> Mapping[str, _ReleasedEntry]:
        """What each ref was computed from."""

    def to_polars(self) -> pl.DataFrame:
        """Return its table."""


@dataclass
class _ReleasedCell:
    """What one release reveals of one count.

    Attributes:
        interval: the bounds of the count by its rounding or its marker.
        suppressed: whether the release suppresses it.
        ref, measure, label: where the release shows it, and its period's label.
    """

    interval: Interval
    suppressed: bool
    ref: str
    measure: str
    label: str


def differencing_risks(
    first: Released, second: Released, policy: DisclosurePolicy | None = None
) -> tuple[DisclosureRisk, ...]:
    """Return where two releases together may reveal a small count that neither reveals alone.

    Counts are compared by what they count, not by their ref. Reported are:

    - a count that one release suppresses and the other shows;
    - two versions of a count, or two overlapping periods, with a small difference;
    - a longer and a shorter period with a small difference;
    - a suppressed count with a narrower feasibility interval in both releases together than in
      either alone, by the sums over members and periods;
    - a breakdown that has other members in each release.

    Third releases, other people's publications, and shares shown without their counts are not
    considered. No warning is no proof that the releases are safe together.

    Args:
        first: a result, as released.
        second: another one: a revision, another breakdown, or other periods.
        policy: which counts are small; the first result's own policy when left out.

    Returns:
        The warnings, in order of ref, measure and period; empty where there are none.

    Raises:
        RequestError: no policy is given and the first result is not protected.
    """
    rules = policy or first.policy
    if rules is None:
        raise RequestError(
            "The first result is not protected, so there is no policy that says which counts are "
            "small. Give policy=DisclosurePolicy(...)."
        )
    counts: dict[str, CountKey] = {}
    releases = [_cells_of_release(release, rules, counts) for release in (first, second)]
    risks = dict.fromkeys(_same_cell_risks(releases[0], releases[1], rules))
    risks |= dict.fromkeys(_period_risks(releases[0], releases[1], rules, counts))
    risks |= dict.fromkeys(_tightened_intervals(releases, rules, counts))
    risks |= dict.fromkeys(_changed_members(first, second))
    return tuple(sorted(risks, key=lambda risk: (risk.ref, risk.measure, risk.period, str(risk))))


def _changed_members(first: Released, second: Released) -> Iterator[DisclosureRisk]:
    """Yield each breakdown with other members in the two releases, as after a boundary change.

    No result shows the intersection of an old and a new area, so its size is unknown.
    """
    frames = first.to_polars(), second.to_polars()
    measures = [set(frame.select("ref", "measure").unique().rows()) for frame in frames]
    for name in first.by:
        if name not in second.by:
            continue
        members = [set(frame[name].to_list()) for frame in frames]
        for ref, measure in sorted(measures[0] & measures[1]) if members[0] != members[1] else ():
            description = (
                f"breakdown {name} has other members in the two releases. The difference between "
                "two overlapping members is unknown, and may be small."
            )
            yield DisclosureRisk(ref, measure, "all periods", (), description)


def _cells_of_release(
    result: Released, rules: DisclosurePolicy, counts: dict[str, CountKey]
) -> dict[CellKey, _ReleasedCell]:
    """Return the cells of a release, and add their counts to ``counts``."""
    frame = result.to_polars()
    own_policy = result.policy
    hides_zeros = own_policy is not None and not own_policy.show_zeros
    cells: dict[CellKey, _ReleasedCell] = {}
    names = ["ref", "measure", "basis", "period", "marker", "note", "period_start", "period_end"]
    columns = (*COUNT_COLUMNS, *ROW_COUNTS, *REASONS_LEFT_OUT, "mapped_to_other")
    for row in frame.select(*names, *result.by, *columns).to_dicts():
        metric = result.entries[row["ref"]].metric
        measure = metric.measure(row["measure"], Basis(row["basis"]))
        roles = roles_of(metric, measure, own_policy or rules)
        members = [(name, row[name]) for name in result.by if row[name] != ALL]
        suppressed = row["marker"] == Marker.CONFIDENTIAL.value
        is_single = len(roles.counts) == 1
        is_absent = is_absent_area_row(row)
        released = [
            (count, 0.0 if is_absent else row[column], suppressed, is_single)
            for column, count in roles.counts.items()
            if row[column] is not None or suppressed or is_absent
        ]
        completeness = metric.completeness_of(measure) if not suppressed else ()
        has_reasons = any(row[name] is not None for name in REASONS_LEFT_OUT)
        for column, count in roles.row_counts.items() if not suppressed else ():
            is_stated = states_hidden_rows(completeness, row, column)
            if column in REASONS_LEFT_OUT and not (has_reasons or is_stated):
                # The rows of a table without a mapping have no reason, which is not zero.
                continue
            is_hidden = row[column] is None and (is_stated or hides_zeros)
            if row[column] is not None or is_hidden or row["marker"] != Marker.NOT_AVAILABLE.value:
                # An empty column means that there is no such row.
                number = row[column] if is_hidden else row[column] or 0.0
                released.append((count, number, is_hidden, is_stated))
        for count, number, is_hidden, is_positive in released:
            interval = _released_interval(number, own_policy, rules, is_positive=is_positive)
            counts[count.key] = count
            place = frozenset(member for member in members if member[0] != count.total_over)
            key = (count.key, span_of(row["period_start"], row["period_end"]), place)
            cell = _ReleasedCell(interval, is_hidden, row["ref"], row["measure"], row["period"])
            before = cells.get(key)
            if before is None or (before.suppressed and (not cell.suppressed or is_positive)):
                cells[key] = cell
    return cells


def _released_interval(
    count: float | None,
    own_policy: DisclosurePolicy | None,
    rules: DisclosurePolicy,
    *,
    is_positive: bool,
) -> Interval:
    """Return the bounds of a count by its rounding, or by its marker if it is suppressed."""
    if count is not None:
        if own_policy is None:
            return count, count
        return own_policy.rounding_interval(count, whole=True)
    return (1.0 if rules.show_zeros and is_positive else 0.0), INFINITY


def _risk(
    key: CellKey, cell: _ReleasedCell, description: str, *, label: str = ""
) -> DisclosureRisk:
    return DisclosureRisk(
        cell.ref, cell.measure, label or cell.label, tuple(sorted(key[2])), description
    )


def _is_small_difference(interval: Interval, rules: DisclosurePolicy) -> bool:
    """Return whether every difference in an interval is small, and none is zero."""
    low, high = interval
    return (low > TOLERANCE or high < -TOLERANCE) and rules.is_small_or_zero(
        max(abs(low), abs(high))
    )


def _interval_difference(whole: Interval, part: Interval) -> Interval:
    return whole[0] - part[1], whole[1] - part[0]


def _same_cell_risks(
    first: Mapping[CellKey, _ReleasedCell],
    second: Mapping[CellKey, _ReleasedCell],
    rules: DisclosurePolicy,
) -> Iterator[DisclosureRisk]:
    """Yield cells that one release suppresses, or that differ by a small count."""
    for key in first.keys() & second.keys():
        a, b = first[key], second[key]
        if a.suppressed != b.suppressed:
            names = ("first", "second") if a.suppressed else ("second", "first")
            description = f"the {names[0]} release suppresses it and the {names[1]} shows it."
            yield _risk(key, a, description)
        elif not a.suppressed and _is_small_difference(
            _interval_difference(b.interval, a.interval), rules
        ):
            description = f"the two releases differ by a count {rules.describe_threshold()}."
            yield _risk(key, a, description)


def _period_risks(
    first: Mapping[CellKey, _ReleasedCell],
    second: Mapping[CellKey, _ReleasedCell],
    rules: DisclosurePolicy,
    counts: Mapping[str, CountKey],
) -> Iterator[DisclosureRisk]:
    """Yield small differences between a period in one release and another in the other."""
    series: dict[tuple[str, Members], tuple[list[CellKey], list[CellKey]]] = defaultdict(
        lambda: ([], [])
    )
    for release, cells in enumerate((first, second)):
        for key, cell in cells.items():
            if counts[key[0]].over_time == "additive" and not cell.suppressed:
                series[key[0], key[2]][release].append(key)
    for first_keys, second_keys in series.values():
        for key, other in product(first_keys, second_keys):
            a, b = key[1], other[1]
            nested = (a[0] == b[0]) != (a[1] == b[1])
            shifted = a[1] - a[0] == b[1] - b[0] and a != b and a[0] < b[1] and b[0] < a[1]
            cell, against = first[key], second[other]
            if not (nested or shifted) or not _is_small_difference(
                _interval_difference(cell.interval, against.interval), rules
            ):
                continue
            description = (
                "the months that are only in the longer period have a count "
                if nested
                else "the two periods overlap, and the months that are in only one of them differ "
                "by a count "
            )
            label = f"{cell.label} and {against.label}"
            yield _risk(key, cell, f"{description}{rules.describe_threshold()}.", label=label)


def _tightened_intervals(
    releases: list[dict[CellKey, _ReleasedCell]],
    rules: DisclosurePolicy,
    counts: Mapping[str, CountKey],
) -> Iterator[DisclosureRisk]:
    """Yield counts with a narrower interval in both releases together than in either alone."""
    separate = [_feasibility_intervals([cells], counts) for cells in releases]
    together = _feasibility_intervals(releases, counts)
    examples = {(key[0], key[2]): cell for cells in releases for key, cell in cells.items()}
    least = 1.0 if rules.show_zeros else 0.0
    for key, interval in together.items():
        shown = [cells[key] for cells in releases if key in cells]
        alone = [intervals[key] for intervals in separate if key in intervals]
        if not all(
            interval[0] > other[0] + TOLERANCE or interval[1] < other[1] - TOLERANCE
            for other in alone
        ):
            continue
        is_narrow = (
            interval[0] > least + TOLERANCE or interval[1] < rules.largest_small_count - TOLERANCE
        )
        if not shown and _is_small_difference(interval, rules):
            description = (
                f"longer periods less shorter ones leave a count {rules.describe_threshold()}."
            )
            example = examples[key[0], key[2]]
            yield _risk(key, example, description, label=_format_months(key[1]))
        elif (
            shown
            and all(cell.suppressed for cell in shown)
            and is_narrow
            and rules.is_small_or_zero(interval[0])
        ):
            description = (
                "it is suppressed, and the sums of both releases reveal more than that it is a "
                f"count {rules.describe_threshold()}."
            )
            yield _risk(key, shown[0], description)


def _format_months(span: Span) -> str:
    first, last = (f"{month // 12}-{month % 12 + 1:02}" for month in (span[0], span[1] - 1))
    return first if first == last else f"{first} to {last}"


def _feasibility_intervals(
    releases: list[dict[CellKey, _ReleasedCell]], counts: Mapping[str, CountKey]
) -> dict[CellKey, Interval]:
    """Return the interval of each count, by the constraints over members and periods."""
    intervals: dict[CellKey, Interval] = {}
    for cells in releases:
        for key, cell in cells.items():
            low, high = intervals.get(key, (-INFINITY, INFINITY))
            both = max(low, cell.interval[0]), min(high, cell.interval[1])
            # Two versions that contradict each other, as after a revision, give no bounds.
            intervals[key] = both if both[0] <= both[1] else (0.0, INFINITY)
    for (count, members), spans in _periods_by_count(intervals, counts).items():
        for (span, _), *_ in implied_periods(spans):
            # Months that no row shows and that longer periods less shorter ones reveal.
            intervals[count, span, members] = 0.0, INFINITY
    constraints = [
        *_member_constraints(intervals, counts),
        *_period_constraints(intervals, counts),
    ]
    for _ in range(MAX_PROPAGATION_ROUNDS):
        changed = [_propagate_bounds(intervals, constraint) for constraint in constraints]
        if not any(changed):
            break
    return intervals


def _propagate_bounds(intervals: dict[CellKey, Interval], terms: list[tuple[CellKey, int]]) -> bool:
    """Tighten the intervals of a constraint by each other; return whether any changed.

    The terms add up to zero.
    """
    signed = [
        intervals[key] if sign > 0 else (-intervals[key][1], -intervals[key][0])
        for key, sign in terms
    ]
    changed = False
    for place, (key, sign) in enumerate(terms):
        others = [interval for other, interval in enumerate(signed) if other != place]
        low, high = -sum(other[1] for other in others), -sum(other[0] for other in others)
        low, high = (low, high) if sign > 0 else (-high, -low)
        both = max(intervals[key][0], low), min(intervals[key][1], high)
        # Releases that contradict each other, as after a revision, give no bounds.
        if both[0] <= both[1] and both != intervals[key]:
            intervals[key] = both
            changed = True
    return changed


def _member_constraints(
    intervals: Mapping[CellKey, Interval], counts: Mapping[str, CountKey]
) -> Iterator[list[tuple[CellKey, int]]]:
    parts_of: dict[tuple[CellKey, str], list[CellKey]] = defaultdict(list)
    for key in intervals:
        for name, member in key[2]:
            total = (key[0], key[1], key[2] - {(name, member)})
            if total in intervals and counts[key[0]].over_members == "additive":
                parts_of[total, name].append(key)
    for (total, _), parts in parts_of.items():
        yield [*((part, 1) for part in parts), (total, -1)]


def _period_constraints(
    intervals: Mapping[CellKey, Interval], counts: Mapping[str, CountKey]
) -> Iterator[list[tuple[CellKey, int]]]:
    for (count, members), spans in _periods_by_count(intervals, counts).items():
        for constraint in cycle_basis(spans):
            yield [((count, span, members), sign) for span, sign in constraint]


def _periods_by_count(
    intervals: Mapping[CellKey, Interval], counts: Mapping[str, CountKey]
) -> dict[tuple[str, Members], list[Span]]:
    """Return the periods of each count that is additive over time, by its key and members."""
    periods: dict[tuple[str, Members], list[Span]] = defaultdict(list)
    for count, span, members in intervals:
        if counts[count].over_time == "additive":
            periods[count, members].append(span)
    return periods
