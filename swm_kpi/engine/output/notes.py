"""What a reader is told beside a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from swm_kpi.calendar import format_date
from swm_kpi.engine.output.combine import Computed, Grid
from swm_kpi.engine.output.text_reports import latest_texts
from swm_kpi.measures import TableMeasure, TimeAlignment

_NO_SNAPSHOT = "No snapshot in the period."


def period_notes(one: Computed, grid: Grid, words: Sequence[str]) -> list[str]:
    """Return the note of each period.

    Args:
        one: the measure.
        grid: what it was worked out from.
        words: what each period is worth.
    """
    if one.cells is None:
        return [one.lacking] * len(grid.periods)
    constant = " ".join(_constant(one, grid))
    dated = _dates(one, grid)
    if not constant and not any(dated):
        return list(words)
    return [
        " ".join(part for part in (text, day, constant) if part)
        for text, day in zip(words, dated, strict=True)
    ]


def rows_note(count: float, text: str, before: str) -> str:
    """Put how many rows a reader is told of before a note."""
    rows = "row" if count == 1 else "rows"
    return f"{int(count):,} {rows} {text}. {before}".strip()


def _constant(one: Computed, grid: Grid) -> Iterator[str]:
    measure = one.measure
    for position, dimension in enumerate(grid.axes.dimensions):
        if position not in one.kept:
            yield f"Not broken down by {dimension.title}."
    for text in (measure.proxy_difference, measure.note):
        if text:
            yield text if text.endswith(".") else f"{text}."
    for name in sorted({each.contract.table for each in one.statistics} & grid.tables.keys()):
        yield from grid.tables[name].notes
    used = measure.assumptions() if grid.overridden else ()
    for key in dict.fromkeys(each.key for each in used):
        if key in grid.overridden:
            yield f"Assumption {key} overridden: {grid.overridden[key]}."


def _dates(one: Computed, grid: Grid) -> list[str]:
    """Name the snapshot or estimate that each period used, or tell its text."""
    nothing = [""] * len(grid.periods)
    if one.measure.text_columns and isinstance(one.measure, TableMeasure):
        table = grid.tables.get(one.measure.of.table)
        return latest_texts(table, one.measure, grid.periods) if table is not None else nothing
    for statistic in one.measure.statistics.values():
        used = grid.found.dates.get(statistic.key)
        if used is not None and not (
            statistic.alignment is TimeAlignment.REFERENCE and None in used
        ):
            return [_dated(statistic.alignment, each) for each in used]
    return nothing


def _dated(alignment: TimeAlignment, used: date | int | None) -> str:
    if alignment is TimeAlignment.REFERENCE:
        return f"Population: mid-{used} estimate."
    if alignment is TimeAlignment.LAST_SNAPSHOT:
        return f"As at {format_date(used)}." if isinstance(used, date) else _NO_SNAPSHOT
    if alignment is TimeAlignment.MEAN_OF_STOCKS:
        return f"Mean of {used} snapshots."
    return f"Mean of the complete ones of {used} snapshots."
