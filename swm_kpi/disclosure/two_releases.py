"""What two releases tell together that neither tells alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Protocol

import polars as pl

from swm_kpi.contracts import ALL
from swm_kpi.disclosure.cell_semantics import Series, read
from swm_kpi.disclosure.constraint_graph import INFINITY, span_of
from swm_kpi.disclosure.period_constraints import Span, cycles, gaps
from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.errors import RequestError
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Basis, Marker

_NEAR = 1e-6
_ROUNDS = 12
Members = frozenset[tuple[str, str]]
Cell = tuple[str, Span, Members]
Range = tuple[float, float]


@dataclass(frozen=True)
class DisclosureRisk:
    """A small number that two releases tell together.

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
        where = "".join(f", {name} {member}" for name, member in self.members)
        return f"Ref {self.ref}, {self.measure}, {self.period}{where}: {self.description}"


class _Subject(Protocol):
    @property
    def metric(self) -> Metric: ...


class Released(Protocol):
    """A result, as far as it is needed here."""

    @property
    def by(self) -> tuple[str, ...]:
        """Its breakdowns."""

    @property
    def policy(self) -> DisclosurePolicy | None:
        """The policy it went through."""

    @property
    def subjects(self) -> Mapping[str, _Subject]:
        """What each ref was computed from."""

    def to_polars(self) -> pl.DataFrame:
        """Return its table."""


@dataclass
class _Told:
    """What one release tells of one count."""

    known: Range
    hidden: bool
    ref: str
    measure: str
    label: str


def differencing_risks(
    first: Released, second: Released, policy: DisclosurePolicy | None = None
) -> tuple[DisclosureRisk, ...]:
    """Say where two releases together tell a small number that neither tells alone.

    The same counts are looked up in both, by what they count and not by their ref. Told are: a
    count hidden in one and shown in the other; two versions of a count, or two overlapping periods,
    a little apart; a longer period less a shorter one with little left over; and a hidden count
    that the sums over members and periods of both releases narrow down, further than those of
    either alone. Told too is a breakdown that has other members in each.

    Nothing is told of a third release, of other people's publications, or of shares shown without
    their counts. Only sums are followed, one at a time: no warning is no proof.

    Args:
        first: a result, as released.
        second: another: a revision, another breakdown, or other periods.
        policy: what is small; the first result's own policy when left out.

    Returns:
        The warnings, in order of ref, measure and period; none where nothing was found.

    Raises:
        RequestError: no policy is given and the first result has gone through none.
    """
    rules = policy or first.policy
    if rules is None:
        raise RequestError(
            "The first result has gone through no disclosure policy, so it is not said what is "
            "small. Give policy=DisclosurePolicy(...)."
        )
    series: dict[str, Series] = {}
    both = [_cells(each, rules, series) for each in (first, second)]
    found = dict.fromkeys(_same_cell(both[0], both[1], rules))
    found |= dict.fromkeys(_periods(both[0], both[1], rules, series))
    found |= dict.fromkeys(_narrowed(both, rules, series))
    found |= dict.fromkeys(_other_members(first, second))
    return tuple(sorted(found, key=lambda each: (each.ref, each.measure, each.period, str(each))))


def _other_members(first: Released, second: Released) -> Iterator[DisclosureRisk]:
    """Yield each breakdown that has other members in the two releases, as after a boundary change.

    What an old area and a new one have in common is in no result, so all that can be said is that
    one less the other may be few.
    """
    frames = first.to_polars(), second.to_polars()
    measures = [set(each.select("ref", "measure").unique().rows()) for each in frames]
    for name in first.by:
        if name not in second.by:
            continue
        held = [set(each[name].to_list()) for each in frames]
        for ref, measure in sorted(measures[0] & measures[1]) if held[0] != held[1] else ():
            words = (
                f"breakdown {name} has other members in the two releases; what two that overlap "
                "leave of each other is not known here, and may be few."
            )
            yield DisclosureRisk(ref, measure, "all periods", (), words)


def _cells(
    result: Released, rules: DisclosurePolicy, series: dict[str, Series]
) -> dict[Cell, _Told]:
    frame = result.to_polars()
    went = result.policy
    told: dict[Cell, _Told] = {}
    names = ["ref", "measure", "basis", "period", "marker", "note", "period_start", "period_end"]
    for row in frame.select(*names, *result.by, "value", "numerator", "denominator").to_dicts():
        metric = result.subjects[row["ref"]].metric
        measure = metric.measure(row["measure"], Basis(row["basis"]))
        reading = read(metric, measure, went or rules)
        members = [(name, row[name]) for name in result.by if row[name] != ALL]
        hidden = row["marker"] == Marker.CONFIDENTIAL.value
        alone = len(reading.roles) == 1
        for name, each in reading.roles.items():
            if row[name] is None and not hidden:
                continue
            known = _known(row[name], went, rules, alone=alone)
            series[each.key] = each
            at = frozenset(pair for pair in members if pair[0] != each.whole)
            cell = (each.key, span_of(row["period_start"], row["period_end"]), at)
            new = _Told(known, hidden, row["ref"], row["measure"], row["period"])
            before = told.get(cell)
            if before is None or (before.hidden and (not new.hidden or alone)):
                told[cell] = new
    return told


def _known(
    count: float | None, went: DisclosurePolicy | None, rules: DisclosurePolicy, *, alone: bool
) -> Range:
    if count is not None:
        return went.rounding_interval(count, whole=True) if went is not None else (count, count)
    return (1.0 if rules.show_zeros and alone else 0.0), INFINITY


def _warning(cell: Cell, told: _Told, words: str, *, label: str = "") -> DisclosureRisk:
    return DisclosureRisk(
        told.ref, told.measure, label or told.label, tuple(sorted(cell[2])), words
    )


def _is_little(known: Range, rules: DisclosurePolicy) -> bool:
    """Say whether a difference is surely not nothing, and surely small."""
    low, high = known
    return (low > _NEAR or high < -_NEAR) and max(abs(low), abs(high)) < rules.threshold


def _less(whole: Range, part: Range) -> Range:
    return whole[0] - part[1], whole[1] - part[0]


def _same_cell(
    first: Mapping[Cell, _Told], second: Mapping[Cell, _Told], rules: DisclosurePolicy
) -> Iterator[DisclosureRisk]:
    for cell in first.keys() & second.keys():
        a, b = first[cell], second[cell]
        if a.hidden != b.hidden:
            one, other = ("first", "second") if a.hidden else ("second", "first")
            words = f"it is hidden in the {one} release and shown in the {other}."
            yield _warning(cell, a, words)
        elif not a.hidden and _is_little(_less(b.known, a.known), rules):
            words = f"the two releases differ by fewer than {rules.threshold}."
            yield _warning(cell, a, words)


def _periods(
    first: Mapping[Cell, _Told],
    second: Mapping[Cell, _Told],
    rules: DisclosurePolicy,
    series: Mapping[str, Series],
) -> Iterator[DisclosureRisk]:
    """Yield what is left of one period when another, in the other release, is taken from it."""
    lines: dict[tuple[str, Members], tuple[list[Cell], list[Cell]]] = defaultdict(lambda: ([], []))
    for place, cells in enumerate((first, second)):
        for cell, told in cells.items():
            if series[cell[0]].over_time == "sum" and not told.hidden:
                lines[cell[0], cell[2]][place].append(cell)
    for ones, others in lines.values():
        for one, other in product(ones, others):
            a, b = one[1], other[1]
            nested = (a[0] == b[0]) != (a[1] == b[1])
            shifted = a[1] - a[0] == b[1] - b[0] and a != b and a[0] < b[1] and b[0] < a[1]
            told, against = first[one], second[other]
            if not (nested or shifted) or not _is_little(_less(told.known, against.known), rules):
                continue
            words = (
                "the months that one has and the other has not come to fewer than "
                if nested
                else "the two share months, and those they do not share differ by fewer than "
            )
            label = f"{told.label} and {against.label}"
            yield _warning(one, told, f"{words}{rules.threshold}.", label=label)


def _narrowed(
    both: list[dict[Cell, _Told]], rules: DisclosurePolicy, series: Mapping[str, Series]
) -> Iterator[DisclosureRisk]:
    """Yield the hidden counts that the sums of both releases narrow down, and of neither alone."""
    apart = [_worked_out([cells], series) for cells in both]
    together = _worked_out(both, series)
    names = {(cell[0], cell[2]): told for cells in both for cell, told in cells.items()}
    least = 1.0 if rules.show_zeros else 0.0
    for cell, known in together.items():
        told = [cells[cell] for cells in both if cell in cells]
        one = [alone[cell] for alone in apart if cell in alone]
        if not all(known[0] > each[0] + _NEAR or known[1] < each[1] - _NEAR for each in one):
            continue
        narrow = known[0] > least + _NEAR or known[1] < rules.threshold - 1 - _NEAR
        if not told and _is_little(known, rules):
            words = f"longer periods less shorter ones leave fewer than {rules.threshold}."
            named = names[cell[0], cell[2]]
            yield _warning(cell, named, words, label=_months(cell[1]))
        elif told and all(each.hidden for each in told) and narrow and known[0] < rules.threshold:
            words = "it is hidden, and the sums of both releases tell more of it than that it is "
            yield _warning(cell, told[0], f"{words}under {rules.threshold}.")


def _months(span: Span) -> str:
    first, last = (f"{each // 12}-{each % 12 + 1:02}" for each in (span[0], span[1] - 1))
    return first if first == last else f"{first} to {last}"


def _worked_out(
    releases: list[dict[Cell, _Told]], series: Mapping[str, Series]
) -> dict[Cell, Range]:
    """Return what each count is between, by the sums over members and months."""
    known: dict[Cell, Range] = {}
    for cells in releases:
        for cell, each in cells.items():
            low, high = known.get(cell, (-INFINITY, INFINITY))
            met = max(low, each.known[0]), min(high, each.known[1])
            # Two versions of a count that cannot both be right tell nothing in a sum.
            known[cell] = met if met[0] <= met[1] else (0.0, INFINITY)
    lines = _lines(known, series)
    for (key, members), spans in lines.items():
        for (gap, _), *_ in gaps(spans):
            # Months that no row is of, and that a longer period less shorter ones tells.
            known[key, gap, members] = 0.0, INFINITY
    sums = [*_over_members(known, series), *_over_time(known, series)]
    for _ in range(_ROUNDS):
        narrowed = [_tighten(known, each) for each in sums]
        if not any(narrowed):
            break
    return known


def _tighten(known: dict[Cell, Range], terms: list[tuple[Cell, int]]) -> bool:
    """Narrow each count of a sum that comes to zero by the others; say whether any was."""
    spread = [
        known[cell] if sign > 0 else (-known[cell][1], -known[cell][0]) for cell, sign in terms
    ]
    moved = False
    for place, (cell, sign) in enumerate(terms):
        rest = [each for at, each in enumerate(spread) if at != place]
        low, high = -sum(each[1] for each in rest), -sum(each[0] for each in rest)
        low, high = (low, high) if sign > 0 else (-high, -low)
        now = max(known[cell][0], low), min(known[cell][1], high)
        # Releases that contradict each other, as a revision does, tell nothing here.
        if now[0] <= now[1] and now != known[cell]:
            known[cell] = now
            moved = True
    return moved


def _over_members(
    known: Mapping[Cell, Range], series: Mapping[str, Series]
) -> Iterator[list[tuple[Cell, int]]]:
    lines: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
    for cell in known:
        for name, member in cell[2]:
            across = (cell[0], cell[1], cell[2] - {(name, member)})
            if across in known and series[cell[0]].over_members == "sum":
                lines[across, name].append(cell)
    for (total, _), parts in lines.items():
        yield [*((each, 1) for each in parts), (total, -1)]


def _over_time(
    known: Mapping[Cell, Range], series: Mapping[str, Series]
) -> Iterator[list[tuple[Cell, int]]]:
    for (key, members), spans in _lines(known, series).items():
        for equation in cycles(spans):
            yield [((key, span, members), sign) for span, sign in equation]


def _lines(
    known: Mapping[Cell, Range], series: Mapping[str, Series]
) -> dict[tuple[str, Members], list[Span]]:
    """Return the periods known of each count that adds up over time."""
    lines: dict[tuple[str, Members], list[Span]] = defaultdict(list)
    for key, span, members in known:
        if series[key].over_time == "sum":
            lines[key, members].append(span)
    return lines
