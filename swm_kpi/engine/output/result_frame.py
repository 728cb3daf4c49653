"""From the cells of every measure to one tidy frame.

All measures are put in one stack of arrays, over measures, periods and an axis for each breakdown,
so that a marker or a column is worked out once and not once for each measure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.contracts import ALL, UNKNOWN
from swm_kpi.engine.output.combine import Computed, Grid
from swm_kpi.engine.output.coverage import month_number
from swm_kpi.engine.output.intervals import limits_of
from swm_kpi.engine.output.notes import period_notes, rows_note
from swm_kpi.engine.output.statuses import Statuses
from swm_kpi.result_columns import NUMBER_COLUMNS, column_names
from swm_kpi.vocabulary import Marker

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

_MARKERS = tuple(Marker)
_CODES = {each: code for code, each in enumerate(_MARKERS)}
_NONE, _NOT_AVAILABLE, _NOT_APPLICABLE, _LOW_RELIABILITY, _PROVISIONAL = (
    _CODES[each]
    for each in (
        Marker.NONE,
        Marker.NOT_AVAILABLE,
        Marker.NOT_APPLICABLE,
        Marker.LOW_RELIABILITY,
        Marker.PROVISIONAL,
    )
)


def tidy(measures: Sequence[Computed], grid: Grid) -> pl.DataFrame:
    """Put the measures one under another, in the columns of a result.

    Within a measure rows go by period, and within it by combination of members. Unknown is there
    only where a measure has anything in it, and a measure that lacks a breakdown has its total.
    """
    stack = _Stack(measures, grid)
    rows = np.flatnonzero(np.broadcast_to(stack.shown[:, np.newaxis], stack.shape))
    which, when, *codes = np.unravel_index(rows, stack.shape)
    alike = [_same(each) for each in measures]
    by_measure = pl.DataFrame({name: [each[name] for each in alike] for name in alike[0]})[which]
    by_period = pl.DataFrame(
        {
            "grain": [each.grain.value for each in grid.periods],
            "period": [each.label for each in grid.periods],
            "period_start": [each.start for each in grid.periods],
            "period_end": [each.end for each in grid.periods],
        }
    )[when]
    columns: dict[str, Any] = {}
    for dimension, members, code in zip(
        grid.axes.dimensions, grid.axes.members, codes, strict=True
    ):
        columns[dimension.key] = pl.Series([*members, UNKNOWN, ALL])[code]
    marker = stack.marker.ravel()[rows]
    hidden = marker == _NOT_AVAILABLE
    blank = hidden | (marker == _NOT_APPLICABLE)
    for name, numbers in stack.numbers.items():
        nothing = hidden if name in ("numerator", "denominator") else blank
        shown = np.where(nothing, np.nan, numbers.ravel()[rows])
        columns[name] = pl.Series(shown, dtype=pl.Float64, nan_to_null=True)
    columns |= {
        "marker": _marker_texts()[marker],
        "note": stack.notes(rows, which, when, hidden),
        "as_at": pl.Series([grid.as_at], dtype=pl.Date).new_from_index(0, len(rows)),
    }
    frame = pl.concat([by_measure, by_period, pl.DataFrame(columns)], how="horizontal")
    return frame.select(column_names(dimension.key for dimension in grid.axes.dimensions))


def _same(one: Computed) -> dict[str, str]:
    """Return what every row of a measure says alike, by column."""
    return {
        "ref": one.chosen.entry.ref,
        "metric": one.chosen.entry.key,
        "measure": one.measure.key,
        "basis": one.measure.basis.value,
        "unit": one.measure.resolved_unit.value,
        "definition": one.chosen.metric.definition,
    }


@cache
def _marker_texts() -> pl.Series:
    return pl.Series([each.value for each in _MARKERS])


class _Stack:
    """Every measure's arrays, one on another.

    Attributes:
        shape: measures, periods, then each breakdown's members, Unknown and All.
        numbers: the columns of numbers, NaN where there is none.
        marker: a code for each cell.
        shown: which combinations of members each measure has rows for.
    """

    def __init__(self, measures: Sequence[Computed], grid: Grid) -> None:
        self.measures = measures
        self.grid = grid
        axes = tuple(len(names) + 2 for names in grid.axes.members)
        self.shape = (len(measures), len(grid.periods), *axes)
        self.numbers: dict[str, Array] = {
            name: np.full(self.shape, np.nan) for name in NUMBER_COLUMNS
        }
        self.marker = np.zeros(self.shape, dtype=np.int8)
        self.shown = np.zeros((len(measures), *axes), dtype=bool)
        self._texts: list[str] = []
        for number, one in enumerate(measures):
            self._fill(number, one)
        nothing = np.isnan(self.numbers["value"]) & (self.marker == _NONE)
        self.marker[nothing] = _NOT_AVAILABLE
        statuses = Statuses(grid)
        for number, one in enumerate(measures):
            worth = statuses.of(one) if one.cells is not None else []
            self._texts += period_notes(one, grid, [words for _, words in worth])
            if worth:
                self._mark(number, one, [_CODES[marker] for marker, _ in worth])
        self._limit()
        self._hide_unknown()

    def _place(self, number: int, one: Computed) -> tuple[Any, ...]:
        """Return where a measure's arrays go: the totals of the breakdowns that it lacks."""
        axes = range(len(self.grid.axes.members))
        return (number, ..., *(slice(None) if at in one.kept else slice(-1, None) for at in axes))

    def _fill(self, number: int, one: Computed) -> None:
        place = self._place(number, one)
        self.shown[place] = True
        cells, marker = one.cells, self.marker[place]
        if cells is None:
            marker[...] = _NOT_AVAILABLE
            return
        for name in ("value", "numerator", "denominator"):
            array = getattr(cells, name)
            if array is not None:
                self.numbers[name][place] = array

        def mark(where: Any, code: int) -> None:
            if where is not None:
                np.copyto(marker, code, where=where)

        mark(cells.not_applicable, _NOT_APPLICABLE)
        mark(cells.unreliable, _LOW_RELIABILITY)
        mark(cells.unavailable, _NOT_AVAILABLE)

    def _limit(self) -> None:
        """Put the intervals in.

        A provisional number has none: the rows still to come are no matter of chance, and an
        interval would say how near it is to a number that nobody can know yet.
        """
        with_cells = [(n, one, one.cells) for n, one in enumerate(self.measures) if one.cells]
        found = limits_of([(one.measure, cells) for _, one, cells in with_cells])
        for (number, one, _), limits in zip(with_cells, found, strict=True):
            if limits is not None:
                place = self._place(number, one)
                self.numbers["lower"][place], self.numbers["upper"][place] = limits
        provisional = self.marker == _PROVISIONAL
        self.numbers["lower"][provisional] = self.numbers["upper"][provisional] = np.nan

    def _mark(self, number: int, one: Computed, statuses: list[int]) -> None:
        """Mark the cells of each period by what it is worth, and of members it was not given for.

        A cell that has a marker of its own keeps it, unless the period is not available.
        """
        marker = self.marker[self._place(number, one)]
        if any(statuses):
            worth = np.array(statuses, dtype=np.int8).reshape(-1, *[1] * (marker.ndim - 1))
            taken = (marker == _NONE) | (worth == _NOT_AVAILABLE)
            marker[...] = np.where(taken & (worth != _NONE), worth, marker)
        for name in {each.contract.table for each in one.statistics}:
            missing_of = self.grid.tables[name].missing_of
            axes = {each.key: at for at, each in enumerate(self.grid.axes.dimensions)}
            for key, members in missing_of.items():
                axis = axes.get(key, -1)
                for member, days in members.items():
                    gaps = {month_number(day) for day in days}
                    if axis in one.kept:
                        along = np.moveaxis(marker, axis + 1, 1)
                        code = self.grid.axes.members[axis].index(member)
                        self._mark_gaps(along, code, gaps)
                    else:
                        self._mark_lacking(marker, gaps)

    def _mark_lacking(self, marker: NDArray[np.int8], gaps: set[int]) -> None:
        """Mark whole periods for which some member was not given: which cells lack it is unseen."""
        for position, period in enumerate(self.grid.periods):
            if gaps & set(period.months):
                cells = marker[position, ...]
                cells[cells == _NONE] = _PROVISIONAL

    def _mark_gaps(self, along: NDArray[np.int8], code: int, gaps: set[int]) -> None:
        """Mark the periods that were not given for a member, and the totals that lack them."""
        for position, period in enumerate(self.grid.periods):
            lost = gaps & set(period.months)
            if not lost:
                continue
            whole = len(lost) == len(period.months)
            along[position, code, ...] = _NOT_AVAILABLE if whole else _PROVISIONAL
            total = along[position, -1, ...]
            total[total == _NONE] = _PROVISIONAL

    def _hide_unknown(self) -> None:
        """Show Unknown only for the measures that have anything in it."""
        weight = np.zeros(self.shape)
        for name in ("value", "numerator", "denominator"):
            weight += np.abs(np.nan_to_num(self.numbers[name]))
        for number, one in enumerate(self.measures):
            if one.cells is None:
                continue
            place = self._place(number, one)
            if one.cells.weight is not None:
                weight[place] = one.cells.weight
            else:
                for counts, _ in one.cells.notes:
                    weight[place] += counts
        for axis in range(len(self.grid.axes.members)):
            held = np.moveaxis(weight, axis + 2, -1)[..., -2] > 0
            unknown = held.reshape(len(self.measures), -1).any(axis=1)
            along = np.moveaxis(self.shown, axis + 1, -1)[..., -2]
            along &= unknown.reshape(-1, *[1] * (along.ndim - 1))

    def notes(self, rows: Any, which: Any, when: Any, hidden: Bools) -> pl.Series:
        """Return each row's note: that of its measure and period, after how many rows it is of."""
        code = which * len(self.grid.periods) + when
        texts = list(self._texts)
        cells = int(np.prod(self.shape[1:]))
        starts = np.searchsorted(which, np.arange(len(self.measures) + 1))
        for number, one in enumerate(self.measures):
            for counts, text in one.cells.notes if one.cells is not None else ():
                full = np.zeros((1, *self.shape[1:]))
                full[self._place(0, one)] = counts
                here = slice(starts[number], starts[number + 1])
                shown = full.ravel()[rows[here] - number * cells]
                told = np.flatnonzero((shown > 0) & ~hidden[here]) + starts[number]
                for row in told.tolist():
                    before = texts[code[row]]
                    code[row] = len(texts)
                    texts.append(rows_note(shown[row - starts[number]], text, before))
        found: pl.Series = pl.Series(texts, dtype=pl.String)[code]
        return found
