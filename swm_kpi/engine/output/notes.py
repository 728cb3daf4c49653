"""The note beside each number: what limits it, and what it was computed from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from swm_kpi.calendar import format_date
from swm_kpi.engine.aggregate.texts import text_key
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.output.combine import Grid, MeasureCells, carriers_of
from swm_kpi.measures import Statistic, TimeAlignment
from swm_kpi.vocabulary import Unit

Array = NDArray[np.float64]

_NO_SNAPSHOT = "No snapshot in the period."
_NO_NUMBERS = "No snapshot with a number in the period."


def period_notes(measure: MeasureCells, grid: Grid, status_texts: Sequence[str]) -> list[str]:
    """Return the note of each period.

    Args:
        measure: the measure.
        grid: the grid.
        status_texts: the text of each period's status.
    """
    if measure.cells is None:
        return [measure.reason] * len(grid.periods)
    constant = " ".join(_constant_notes(measure, grid))
    dated = _dated_notes(measure, grid)
    if not constant and not any(dated):
        return list(status_texts)
    return [
        " ".join(part for part in (status, day, constant) if part)
        for status, day in zip(status_texts, dated, strict=True)
    ]


def parts_notes(
    statistic: Statistic, has: Array, of: Array
) -> Iterator[tuple[NDArray[np.bool_], str]]:
    """Yield sentences on the parts of snapshots, each with the cells that it is about.

    Args:
        statistic: the statistic.
        has: how many parts a statement has, or how many snapshots are complete.
        of: of how many.
    """
    of_snapshots = statistic.alignment is TimeAlignment.MEAN_OF_SNAPSHOTS
    is_year = statistic.alignment is TimeAlignment.REFERENCE
    lacks = "The estimates of that year lack" if is_year else "The latest snapshot lacks"
    is_noted = of > 0 if of_snapshots else has < of
    for complete, whole in sorted(set(zip(has[is_noted], of[is_noted], strict=True))):
        cells = is_noted & (has == complete) & (of == whole)
        if not of_snapshots and whole == 1:
            text = f"{lacks} the rows of a group."
        elif not of_snapshots:
            text = f"{lacks} the rows of {whole - complete:.0f} of {whole:.0f} groups."
        elif complete:
            snapshots = "snapshot" if complete == 1 else "snapshots"
            text = f"Mean of {complete:.0f} complete {snapshots} of {whole:.0f}."
        else:
            text = f"No snapshot of {whole:.0f} has every part."
        yield cells, text


def _constant_notes(computed: MeasureCells, grid: Grid) -> Iterator[str]:
    """Yield the notes that are the same in every period."""
    measure = computed.measure
    for position, dimension in enumerate(grid.axes.dimensions):
        if position not in computed.kept:
            yield f"Not broken down by {dimension.title}."
        elif dimension.note:
            yield dimension.note
    for statistic in computed.statistics:
        if statistic.alignment is TimeAlignment.REFERENCE:
            yield from _whole_estimate_notes(statistic, computed, grid)
    for text in (measure.proxy_difference, measure.note):
        if text:
            yield text if text.endswith(".") else f"{text}."
    for name, column in computed.unmapped:
        yield _unmapped_note(grid.tables[name], column, _members_of(computed, grid, name))
    for name in sorted({s.contract.table for s in computed.statistics} & grid.tables.keys()):
        yield from _key_notes(grid.tables[name])
    used = measure.assumptions() if grid.overrides else ()
    for key in dict.fromkeys(assumption.key for assumption in used):
        if key in grid.overrides:
            yield f"Assumption {key} overridden: {grid.overrides[key]}."


def _whole_estimate_notes(
    statistic: Statistic, computed: MeasureCells, grid: Grid
) -> Iterator[str]:
    """Yield a sentence for each breakdown in which every member is over the whole estimate."""
    for position in computed.kept:
        dimension = grid.axes.dimensions[position]
        if not dimension.is_area and dimension.key not in statistic.contract.dimensions:
            yield f"{_name_estimate(statistic)} not broken down by {dimension.title}."


def _members_of(computed: MeasureCells, grid: Grid, table: str) -> set[str]:
    """Return the columns of a table that have the members of the measure's breakdowns."""
    return {
        column.name
        for position in computed.kept
        for column in carriers_of(grid.tables[table].contract, grid.axes.dimensions[position])
    }


def _unmapped_note(table: Table, column: str, members: Collection[str]) -> str:
    """Return a sentence on a column with values that no mapping maps, without their number.

    Args:
        table: the table.
        column: the column.
        members: the columns that have the members of a breakdown of the result.
    """
    mapping = table.mapping
    is_other = mapping is not None and not mapping.unmapped.get(column)
    where = f"in the source of table {table.contract.table!r}"
    what = ": they have its other value" if is_other else ""
    if column in members and not is_other:
        what = ": their rows are in Unknown"
    return f"Some values of {column} {where} are not mapped{what}."


def _key_notes(table: Table) -> Iterator[str]:
    """Yield a sentence if a table lacks every key, and some of its rows may be one row twice."""
    if table.may_repeat:
        missing = [name for name in table.contract.keys[0] if name not in table.columns]
        names = " and ".join(repr(name) for name in missing)
        columns = "column" if len(missing) == 1 else "columns"
        yield (
            "Some rows are the same and each is counted. Repeated rows could not be looked for "
            f"without {columns} {names} of table {table.contract.table!r}."
        )


def _dated_notes(computed: MeasureCells, grid: Grid) -> list[str]:
    """Return the text, or else the snapshots or the year, that each period uses."""
    empty = [""] * len(grid.periods)
    if computed.measure.text_columns:
        return grid.aggregates.texts.get(text_key(computed.measure), empty)
    by_statistic = [
        [_date_note(statistic, used) for used in grid.aggregates.dates[statistic.key]]
        for statistic in computed.statistics
        if statistic.key in grid.aggregates.dates
    ]
    # The parts of a quotient may use snapshots of different days.
    return [
        " ".join(dict.fromkeys(text for text in texts if text))
        for texts in zip(*by_statistic, strict=True)
    ] or empty


def _year_note(statistic: Statistic, year: date | int | None) -> str:
    """Name the year of an estimate, and what it is of."""
    what = _name_estimate(statistic)
    return (
        f"The {what.lower()} table has no rows."
        if year is None
        else f"{what}: mid-{year} estimate."
    )


def _name_estimate(statistic: Statistic) -> str:
    """Name what an estimate is of: people, unless the table says more."""
    unit = statistic.contract.row_unit
    return "Population" if unit in (None, Unit.PEOPLE) else str(unit).capitalize()


def _date_note(statistic: Statistic, used: date | int | None) -> str:
    """Name the day, the number of snapshots or the year that a period uses."""
    match statistic.alignment:
        case TimeAlignment.REFERENCE:
            return _year_note(statistic, used)
        case TimeAlignment.LAST_SNAPSHOT:
            return f"As at {format_date(used)}." if isinstance(used, date) else _NO_SNAPSHOT
        case TimeAlignment.MEAN_OF_STOCKS:
            if not used:
                return _NO_SNAPSHOT
            return f"Mean of {used} {'snapshot' if used == 1 else 'snapshots'}."
        case TimeAlignment.MEAN_OF_SNAPSHOTS:
            if used:
                return ""
            return _NO_SNAPSHOT if statistic.series is None else _NO_NUMBERS
        case TimeAlignment.EVENT | TimeAlignment.IN_FORCE | TimeAlignment.INTERVAL:
            raise TypeError(f"a statistic of alignment {statistic.alignment} uses no snapshot")
        case _:
            assert_never(statistic.alignment)
