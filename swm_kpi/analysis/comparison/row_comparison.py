"""One row's comparison, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from swm_kpi.analysis.comparison.compared_periods import ComparedPeriods, labels
from swm_kpi.analysis.comparison.pooling import RowNumbers, is_structural_zero, pool
from swm_kpi.analysis.comparison.verdict import verdict
from swm_kpi.calendar import Period, format_date
from swm_kpi.measures import Measure, PoolingRule
from swm_kpi.model.metric import Break
from swm_kpi.vocabulary import Direction, Marker, Unit

_NAMED = 4


@dataclass(frozen=True)
class RowComparison:
    """What a comparison adds to a row, in the order of the columns."""

    current_period: str = ""
    current_value: float | None = None
    previous_period: str = ""
    previous_value: float | None = None
    change: float | None = None
    change_pct: float | None = None
    change_percentage_points: float | None = None
    verdict: str = ""
    change_marker: str = ""
    change_note: str = ""


@dataclass(frozen=True)
class ComparisonRules:
    """What decides a measure's comparisons.

    Attributes:
        measure: the measure.
        direction: which way is better.
        breaks: the days across which it is not compared.
        pooling: what may be done with the numbers of several periods.
        min_count: the least count a percentage change may be of.
    """

    measure: Measure
    direction: Direction
    breaks: tuple[Break, ...]
    pooling: PoolingRule
    min_count: float


def compared(
    window: ComparedPeriods,
    now: Sequence[RowNumbers | None],
    before: Sequence[RowNumbers | None],
    rules: ComparisonRules,
) -> RowComparison:
    """Compare the cells of a window's two sides; None where the result holds no row."""
    names = labels(window.now), labels(window.before, averaged=window.averaged)
    found = _reason_not_comparable(window, now, before, rules)
    if found is not None:
        marker, note = found
        alone = now[0].value if len(now) == 1 and now[0] is not None else None
        return RowComparison(
            names[0],
            alone,
            names[1],
            change_marker=marker.value,
            change_note=f"Not compared: {note}",
        )
    held_now, held_before = [c for c in now if c is not None], [c for c in before if c is not None]
    current = pool(held_now, rules.pooling, rules.measure, averaged=False)
    previous = pool(held_before, rules.pooling, rules.measure, averaged=window.averaged)
    if current.value is None or previous.value is None:
        note = "Not compared: there is nothing to divide by."
        return RowComparison(
            names[0], current.value, names[1], previous.value,
            change_marker=Marker.NOT_APPLICABLE.value, change_note=note,
        )  # fmt: skip
    change = current.value - previous.value
    marker, notes = _is_unreliable([*held_now, *held_before], window)
    percent = points = None
    if rules.measure.resolved_unit is Unit.PROPORTION:
        points = 100 * change
    else:
        withheld, why = _reason_no_percentage(previous.value, previous.base, rules)
        if why:
            marker = withheld
            notes.append(why)
        else:
            percent = 100 * change / previous.value
    return RowComparison(
        names[0], current.value, names[1], previous.value, change, percent, points,
        verdict(current.value, previous.value, rules.direction).value, marker.value,
        " ".join(notes),
    )  # fmt: skip


def _reason_not_comparable(
    window: ComparedPeriods,
    now: Sequence[RowNumbers | None],
    before: Sequence[RowNumbers | None],
    rules: ComparisonRules,
) -> tuple[Marker, str] | None:
    """Return why the two sides may not be compared at all, the most lasting reason first."""
    refused = rules.pooling.no_sum_reason if len(window.now) > 1 else ""
    if window.averaged:
        refused = rules.pooling.no_average_reason
    if refused:
        return Marker.NOT_APPLICABLE, refused
    for each in rules.breaks:
        if window.crosses(each.day):
            return Marker.BREAK, f"the series breaks on {format_date(each.day)}: {each.because}."
    sides = [
        (period, cell, len(cells) > 1)
        for periods, cells in ((window.now, now), (window.before, before))
        for period, cell in zip(periods, cells, strict=True)
    ]
    reasons = (
        (Marker.CONFIDENTIAL, "withheld to protect people"),
        (Marker.NOT_AVAILABLE, "no number in this result"),
        (Marker.PROVISIONAL, "provisional, and not set against a whole period"),
        (Marker.NOT_APPLICABLE, "no number, because there is nothing to divide by"),
        (Marker.LOW_RELIABILITY, "no number reliable enough to show"),
    )
    for marker, why in reasons:
        periods = [
            period for period, cell, several in sides
            if _blocking_marker(cell) is marker
            and not (several and cell is not None and is_structural_zero(cell, rules.pooling))
        ]  # fmt: skip
        if periods:
            return marker, f"{why}: {_format_periods(periods)}."
    return None


def _blocking_marker(cell: RowNumbers | None) -> Marker | None:
    """Return what keeps a cell from being compared; None where nothing does."""
    if cell is None or (cell.value is None and not cell.marker):
        return Marker.NOT_AVAILABLE
    marker = Marker(cell.marker)
    if marker in (Marker.CONFIDENTIAL, Marker.PROVISIONAL):
        return marker
    if cell.value is not None:
        return None
    known = (Marker.NOT_APPLICABLE, Marker.LOW_RELIABILITY)
    return marker if marker in known else Marker.NOT_AVAILABLE


def _format_periods(periods: Sequence[Period]) -> str:
    names = [each.label for each in periods]
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more"]
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def _is_unreliable(
    cells: Sequence[RowNumbers], window: ComparedPeriods
) -> tuple[Marker, list[str]]:
    """Return what to tell of a comparison that is made nevertheless."""
    notes = []
    marker = Marker.NONE
    if any(cell.marker == Marker.ESTIMATED for cell in cells):
        marker = Marker.ESTIMATED
        notes.append("A number it rests on is an estimate.")
    if any(cell.marker == Marker.LOW_RELIABILITY for cell in cells):
        marker = Marker.LOW_RELIABILITY
        notes.append("A number it rests on is of low reliability.")
    if window.averaged and window.spans_the_pandemic:
        notes.append("The average takes in April 2020 to March 2021, the year of restrictions.")
    return marker, notes


def _reason_no_percentage(
    previous: float, base: float | None, rules: ComparisonRules
) -> tuple[Marker, str]:
    """Return why there is no percentage change; empty where there is one."""
    if rules.measure.percentage_change.refusal:
        reason = f"No percentage: {rules.measure.percentage_change.refusal}"
        return Marker.NOT_APPLICABLE, reason
    if previous <= 0:
        what = "from zero" if previous == 0 else "from a number below zero"
        return Marker.NOT_APPLICABLE, f"No percentage: it is {what}."
    if base is not None and base < rules.min_count:
        few = f"it would be of fewer than {rules.min_count:g}"
        return Marker.LOW_RELIABILITY, f"No percentage: {few}, too few to be steady."
    return Marker.NONE, ""
