"""Put the cells of every measure into one long frame, with markers, intervals and notes.

All measures are stacked in arrays over measures, periods and an axis for each breakdown, so that
each marker and column is computed once for all measures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.contracts import ALL, NO_AREA, UNKNOWN
from swm_kpi.coverage import Extent
from swm_kpi.engine.output.combine import Grid, MeasureCells, totals_except
from swm_kpi.engine.output.coverage import STOCKS, reporter_extents
from swm_kpi.engine.output.intervals import intervals_of
from swm_kpi.engine.output.notes import parts_notes, period_notes
from swm_kpi.engine.output.period_status import PeriodStatuses, describe_break, tables_counted
from swm_kpi.measures import Cells, TimeAlignment
from swm_kpi.measures.row_notes import ROW_COLUMNS, describe_rows
from swm_kpi.result_columns import NUMBER_COLUMNS, column_names
from swm_kpi.vocabulary import Marker

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

_OF_BLANKS = ("undecided", "in_repeated_hour", "without_value", "unmapped", "null_at_source")
"""Counts of rows that are not in a number. They are shown where those rows leave no number."""
_OF_ROWS = ("numerator", "denominator", "answers", "in_no_period", "mapped_to_other")
_OF_ANOTHER_DAY = "The rows here were in it on another day of theirs."
_ALWAYS_SHOWN = ("value", "numerator", "denominator")
_ALWAYS_FILLED = ("value", "numerator", "denominator", "lower", "upper")
_MARKERS = tuple(Marker)
_CODES = {marker: code for code, marker in enumerate(_MARKERS)}
_NONE, _NOT_AVAILABLE, _NOT_APPLICABLE, _LOW_RELIABILITY, _PROVISIONAL = (
    _CODES[marker]
    for marker in (
        Marker.NONE,
        Marker.NOT_AVAILABLE,
        Marker.NOT_APPLICABLE,
        Marker.LOW_RELIABILITY,
        Marker.PROVISIONAL,
    )
)


def to_long_frame(measures: Sequence[MeasureCells], grid: Grid) -> pl.DataFrame:
    """Return one row for each measure, period and combination of members, in that order.

    Unknown, and an area that exists in none of the periods, have rows only where a measure has
    something in them. A measure that does not have a
    breakdown has only rows of its total.
    """
    stack = _Stack(measures, grid)
    rows = np.flatnonzero(np.broadcast_to(stack.shown[:, np.newaxis], stack.shape))
    measure_codes, period_codes, *member_codes = np.unravel_index(rows, stack.shape)
    labels = [_labels(measure) for measure in measures]
    by_measure = pl.DataFrame({name: [row[name] for row in labels] for name in labels[0]})[
        measure_codes
    ]
    by_period = pl.DataFrame(
        {
            "grain": [period.grain.value for period in grid.periods],
            "period": [period.label for period in grid.periods],
            "period_start": [period.start for period in grid.periods],
            "period_end": [period.end for period in grid.periods],
        }
    )[period_codes]
    columns: dict[str, Any] = {}
    for dimension, members, codes in zip(
        grid.axes.dimensions, grid.axes.members, member_codes, strict=True
    ):
        columns[dimension.key] = pl.Series([*members, UNKNOWN, ALL])[codes]
    marker = stack.marker.ravel()[rows]
    not_available = marker == _NOT_AVAILABLE
    no_value = not_available | (marker == _NOT_APPLICABLE)
    unrecorded = stack.unrecorded.ravel()[rows]
    nothing = pl.Series([None], dtype=pl.Float64).new_from_index(0, len(rows))
    for name in NUMBER_COLUMNS:
        numbers = stack.numbers.get(name)
        if numbers is None:
            columns[name] = nothing
            continue
        if name in _OF_BLANKS:
            empty = not_available & ~unrecorded
        elif name in _OF_ROWS:
            empty = not_available
        else:
            empty = no_value
        # Adding zero turns a negative zero into zero.
        shown = np.where(empty, np.nan, numbers.ravel()[rows]) + 0.0
        columns[name] = pl.Series(shown, dtype=pl.Float64, nan_to_null=True)
    columns["marker"] = _marker_texts()[marker]
    columns["as_at"] = pl.Series([grid.as_at], dtype=pl.Date).new_from_index(0, len(rows))
    columns["note"] = stack.notes(rows, measure_codes, period_codes, columns)
    frame = pl.concat([by_measure, by_period, pl.DataFrame(columns)], how="horizontal")
    return frame.select(column_names(dimension.key for dimension in grid.axes.dimensions))


def _labels(computed: MeasureCells) -> dict[str, str]:
    """Return the columns that are the same in every row of a measure."""
    return {
        "ref": computed.chosen.entry.ref,
        "metric": computed.chosen.entry.key,
        "measure": computed.measure.key,
        "basis": computed.measure.basis.value,
        "unit": computed.measure.resolved_unit.value,
        "definition": computed.chosen.metric.definition,
    }


@cache
def _marker_texts() -> pl.Series:
    return pl.Series([marker.value for marker in _MARKERS])


class _Stack:
    """The arrays of every measure, stacked.

    Attributes:
        shape: measures, periods, then each breakdown's members, Unknown and All.
        numbers: by column, the numbers, NaN where there is none; without the columns that no
            measure has a number in.
        marker: the code of each cell's marker.
        unrecorded: whether a cell has no number because of what is not recorded in its rows.
        shown: which combinations of members each measure has rows for.
    """

    def __init__(self, measures: Sequence[MeasureCells], grid: Grid) -> None:
        self.measures = measures
        self.grid = grid
        axes = tuple(len(names) + 2 for names in grid.axes.members)
        self.shape = (len(measures), len(grid.periods), *axes)
        self.numbers: dict[str, Array] = {
            name: np.full(self.shape, np.nan) for name in _ALWAYS_FILLED
        }
        self.marker = np.zeros(self.shape, dtype=np.int8)
        self.unrecorded = np.zeros(self.shape, dtype=bool)
        self.shown = np.zeros((len(measures), *axes), dtype=bool)
        self._texts: list[str] = []
        self._cell_texts: list[tuple[int, Bools, str]] = []
        for number, measure in enumerate(measures):
            self._fill(number, measure)
        no_value = np.isnan(self.numbers["value"]) & (self.marker == _NONE)
        self.marker[no_value] = _NOT_AVAILABLE
        statuses = PeriodStatuses(grid)
        for number, measure in enumerate(measures):
            by_period = statuses.of(measure) if measure.cells is not None else []
            self._texts += period_notes(measure, grid, [text for _, text in by_period])
            if by_period:
                codes = [_CODES[marker] for marker, _ in by_period]
                self._mark(number, measure, codes)
                self._mark_breaks(number, measure)
                self._mark_absent_areas(number, measure, codes)
        self._add_intervals()
        self._leave_out_empty_members()

    def _index(self, number: int, measure: MeasureCells) -> tuple[Any, ...]:
        """Return where a measure's arrays go: at the totals of breakdowns that it does not have."""
        axes = range(len(self.grid.axes.members))
        kept = measure.kept
        return (number, ..., *(slice(None) if at in kept else slice(-1, None) for at in axes))

    def _fill(self, number: int, measure: MeasureCells) -> None:
        """Put a measure's numbers and own markers in."""
        index = self._index(number, measure)
        self.shown[index] = True
        cells, marker = measure.cells, self.marker[index]
        if cells is None:
            marker[...] = _NOT_AVAILABLE
            return
        for name in _ALWAYS_SHOWN:
            array = getattr(cells, name)
            if array is not None:
                self.numbers[name][index] = array
        self._fill_rows(index, cells)

        def mark(where: Any, code: int) -> None:
            if where is not None:
                np.copyto(marker, code, where=where)

        mark(cells.not_applicable, _NOT_APPLICABLE)
        mark(cells.unreliable, _LOW_RELIABILITY)
        mark(cells.unavailable, _NOT_AVAILABLE)
        if cells.unavailable is not None:
            self.unrecorded[index] = (
                cells.unavailable
                if cells.lacks_part is None
                else cells.unavailable & ~cells.lacks_part
            )
        self._cell_texts += [(number, holds, text) for holds, text in cells.notes if holds.any()]

    def _fill_rows(self, index: tuple[Any, ...], cells: Cells) -> None:
        """Put in what is known of the rows behind a measure's numbers."""
        counts = {
            "undecided": cells.undecided_rows,
            "in_repeated_hour": cells.rows_in_repeated_hour,
            "without_value": cells.rows_without_value,
            "unmapped": cells.rows_unmapped,
            "null_at_source": cells.rows_null_at_source,
            "mapped_to_other": cells.rows_mapped_to_other,
            "answers": cells.answers,
            "effective_answers": cells.effective_answers,
        }
        for name, count in counts.items():
            if count is not None and (count > 0).any():
                self._column(name)[index] = np.where(count > 0, count, np.nan)
        if cells.in_no_period:
            # The rows may be of any period. Only the total of all members has them.
            totals = (index[0], slice(None), *[slice(-1, None)] * len(self.grid.axes.members))
            self._column("in_no_period")[totals] = sum(cells.in_no_period.values())
        least, most = cells.bounds
        uncertain = (least != cells.value) | (most != cells.value)
        if cells.at_least is not None and uncertain.any():
            self._column("at_least")[index] = np.where(uncertain, least, np.nan)
            self._column("at_most")[index] = np.where(uncertain, most, np.nan)

    def _column(self, name: str) -> Array:
        """Return the array of a column, which few requests have anything in."""
        if name not in self.numbers:
            self.numbers[name] = np.full(self.shape, np.nan)
        return self.numbers[name]

    def _add_intervals(self) -> None:
        """Put the intervals in.

        A provisional number has none. The rows still to come are no matter of chance, so an
        interval would not say how near the final number is.
        """
        with_cells = [(n, measure, measure.cells) for n, measure in enumerate(self.measures)]
        computed = [(n, measure, cells) for n, measure, cells in with_cells if cells is not None]
        intervals = intervals_of([(measure.measure, cells) for _, measure, cells in computed])
        for (number, measure, _), limits in zip(computed, intervals, strict=True):
            if limits is not None:
                index = self._index(number, measure)
                self.numbers["lower"][index], self.numbers["upper"][index] = limits
        provisional = self.marker == _PROVISIONAL
        self.numbers["lower"][provisional] = self.numbers["upper"][provisional] = np.nan

    def _mark(self, number: int, measure: MeasureCells, statuses: list[int]) -> None:
        """Mark cells by the status of their period, and cells of members that data lack.

        A cell with a marker of its own keeps it, unless the period is not available.
        """
        marker = self.marker[self._index(number, measure)]
        if any(statuses):
            by_period = np.array(statuses, dtype=np.int8).reshape(-1, *[1] * (marker.ndim - 1))
            replaced = (marker == _NONE) | (by_period == _NOT_AVAILABLE)
            marker[...] = np.where(replaced & (by_period != _NONE), by_period, marker)
            unrecorded = self.unrecorded[self._index(number, measure)]
            unrecorded &= by_period != _NOT_AVAILABLE
        for position, reason in measure.withheld.items():
            members = np.moveaxis(np.zeros(marker.shape, dtype=bool), position + 1, -1)
            # Where the data decide on the members, there are none: only the total has a row.
            has_members = bool(self.grid.axes.members[position])
            members[..., : -1 if has_members else None] = True
            text = f"Not available by {self.grid.axes.dimensions[position].title}: {reason}."
            self._cell_texts.append((number, np.moveaxis(members, -1, position + 1), text))
        is_noted = False
        for statistic in measure.statistics:
            counted = self.grid.aggregates.parts.get(statistic.key)
            if counted is None:
                continue
            kept = [axis for axis in measure.kept if axis not in measure.withheld]
            has, of = (
                np.broadcast_to(totals_except(array, kept), marker.shape) for array in counted
            )
            if statistic.alignment is TimeAlignment.LAST_SNAPSHOT:
                marker[(has < of) & (marker == _NONE)] = _PROVISIONAL
            if not is_noted:
                texts = parts_notes(statistic, has, of)
                self._cell_texts += [(number, *text) for text in texts]
                is_noted = True
        for name, is_stock in tables_counted(measure).items():
            covered = self.grid.coverage[name]
            by_reporter = reporter_extents(
                covered, self.grid.axes, measure.kept, self.grid.periods, is_stock=is_stock
            )
            if by_reporter is not None:
                extents = by_reporter.extents
                marker[extents == Extent.NONE] = _NOT_AVAILABLE
                unrecorded = self.unrecorded[self._index(number, measure)]
                unrecorded &= extents != Extent.NONE
                marker[(extents == Extent.PART) & (marker == _NONE)] = _PROVISIONAL
                self._cell_texts += [(number, *text) for text in by_reporter.describe()]

    def _mark_breaks(self, number: int, measure: MeasureCells) -> None:
        """Mark the cells of the members that a break names, and of their totals."""
        marker = self.marker[self._index(number, measure)]
        axes = self.grid.axes
        for series_break in measure.chosen.metric.breaks_of(measure.measure):
            if not series_break.members:
                continue
            is_of = [
                np.array([period.start <= series_break.day < period.stop
                          for period in self.grid.periods])
            ]  # fmt: skip
            for position, dimension in enumerate(axes.dimensions):
                names = (
                    [*axes.members[position], UNKNOWN, ALL] if position in measure.kept else [ALL]
                )
                is_of.append(
                    np.array([series_break.is_of_member({dimension.key: name}) for name in names])
                )
            cells = marker != _NOT_AVAILABLE
            for axis, is_of_axis in enumerate(is_of):
                cells &= is_of_axis.reshape([-1 if at == axis else 1 for at in range(len(is_of))])
            marker[cells & (marker == _NONE)] = _CODES[Marker.BREAK]
            self._cell_texts.append((number, cells, describe_break(series_break)))

    def _mark_absent_areas(self, number: int, measure: MeasureCells, statuses: list[int]) -> None:
        """Mark the areas that do not exist in a period, and say when the others do.

        An area of another time has a number if rows in it count here, because it was the area of
        their day.
        """
        dimensions = self.grid.axes.dimensions
        positions = [
            position
            for position in measure.kept
            if dimensions[position].has_days and position not in measure.withheld
        ]
        if not positions:
            return
        index = self._index(number, measure)
        marker, weight = self.marker[index], self._weight(number, measure, is_of_area=True)
        days = [self._days_of_areas(measure, at) for at in range(len(self.grid.periods))]
        absent: Bools = np.zeros(marker.shape, dtype=bool)
        texts: list[tuple[Bools, str]] = []
        is_covered = np.array(statuses) != _NOT_AVAILABLE
        for position in positions:
            dimension = dimensions[position]
            along = np.moveaxis(weight, position + 1, -1)
            is_empty: Bools = np.logical_not(np.any(along, axis=tuple(range(1, along.ndim - 1))))
            for code, name in enumerate(self.grid.axes.members[position]):
                words = [dimension.describe_days(name, first, last) for first, last in days]
                for text in sorted(set(words) - {""}):
                    is_said = np.array([text == other for other in words])
                    cells = np.zeros(marker.shape, dtype=bool)
                    np.moveaxis(cells, position + 1, -1)[is_said, ..., code] = True
                    if not text.endswith(NO_AREA):
                        texts.append((cells, text))
                        continue
                    is_absent = is_said & is_covered & is_empty[:, code]
                    np.moveaxis(absent, position + 1, -1)[is_absent, ..., code] = True
                    has_rows = cells.copy()
                    np.moveaxis(has_rows, position + 1, -1)[is_empty[:, code], ..., code] = False
                    texts.append((cells & ~has_rows, text))
                    texts.append((has_rows, f"{text} {_OF_ANOTHER_DAY}"))
        if absent.any():
            for numbers in self.numbers.values():
                numbers[index][absent] = np.nan
            marker[absent] = _NOT_APPLICABLE
            self.unrecorded[index][absent] = False
            self._cell_texts = [
                (owner, cells & ~absent if owner == number else cells, text)
                for owner, cells, text in self._cell_texts
            ]
        self._cell_texts += [(number, cells, text) for cells, text in texts if cells.any()]

    def _days_of_areas(self, measure: MeasureCells, at: int) -> tuple[date, date]:
        """Return the days of a period on which areas count: of a stock, the day of it."""
        period = self.grid.periods[at]
        counted = [s for s in measure.statistics if s.alignment is not TimeAlignment.REFERENCE]
        if not counted or not all(item.alignment in STOCKS for item in counted):
            return period.start, period.end
        dates = [self.grid.aggregates.dates.get(statistic.key) for statistic in counted]
        used = [day for days in dates if days and isinstance(day := days[at], date)]
        return max(used, default=period.end), max(used, default=period.end)

    def _weight(
        self, number: int, measure: MeasureCells, *, is_of_area: bool = False
    ) -> NDArray[Any]:
        """Return more than zero where a measure has something.

        Args:
            number: the position of the measure.
            measure: the measure.
            is_of_area: whether people of a population are nothing.
        """
        index = self._index(number, measure)
        names = [*_ALWAYS_SHOWN]
        if is_of_area and any(
            statistic.alignment is TimeAlignment.REFERENCE for statistic in measure.statistics
        ):
            names.remove("denominator")
        sizes = [np.abs(np.nan_to_num(self.numbers[name][index])) for name in names]
        return _with_rows(np.sum(sizes, axis=0), measure.cells)

    def _leave_out_empty_members(self) -> None:
        """Show Unknown, and areas that do not exist, only where a measure has something in them."""
        sizes = [np.abs(np.nan_to_num(self.numbers[name])) for name in _ALWAYS_SHOWN]
        weight = np.sum(sizes, axis=0)
        for number, measure in enumerate(self.measures):
            cells = measure.cells
            if cells is not None and (cells.weight is not None or cells.has_rows_left_out):
                index = self._index(number, measure)
                weight[index] = _with_rows(weight[index], cells)
        for axis, members in enumerate(self.grid.axes.members):
            has_something = np.moveaxis(weight, axis + 2, -1) > 0
            flat = has_something.reshape(len(self.measures), -1, len(members) + 2)
            by_measure: Bools = np.any(flat, axis=1)
            shown = np.moveaxis(self.shown, axis + 1, -1)
            for code in (*self._ended(axis), -2):
                has = by_measure[:, code]
                shown[..., code] &= has.reshape(-1, *[1] * (shown.ndim - 2))

    def _ended(self, axis: int) -> Iterator[int]:
        """Yield the members of a breakdown that are areas which exist in none of the periods."""
        dimension, periods = self.grid.axes.dimensions[axis], self.grid.periods
        for code, name in enumerate(self.grid.axes.members[axis]):
            if not any(dimension.has_member(name, p.start, p.end) for p in periods):
                yield code

    def notes(
        self,
        rows: Any,
        measure_codes: Any,
        period_codes: Any,
        columns: Mapping[str, pl.Series],
    ) -> pl.Series:
        """Return each row's note: on its rows, on its cell, then on its measure and period.

        Args:
            rows: the positions of the rows among all cells.
            measure_codes: the measure of each row.
            period_codes: the period of each row.
            columns: the columns of the result.
        """
        text_codes = measure_codes * len(self.grid.periods) + period_codes
        texts = list(self._texts)
        size = int(np.prod(self.shape[1:]))
        starts = np.searchsorted(measure_codes, np.arange(len(self.measures) + 1))

        def prefix(row: int, sentence: str) -> None:
            if sentence:
                note = texts[text_codes[row]]
                text_codes[row] = len(texts)
                texts.append(f"{sentence} {note}".strip())

        has_rows = np.zeros(len(rows), dtype=bool)
        for name in ROW_COLUMNS:
            has_rows |= columns[name].is_not_null().to_numpy()
        for number, cells, text in self._cell_texts:
            own = slice(starts[number], starts[number + 1])
            is_noted = np.zeros((1, *self.shape[1:]), dtype=bool)
            is_noted[self._index(0, self.measures[number])] = cells
            noted = np.flatnonzero(is_noted.ravel()[rows[own] - number * size]) + starts[number]
            for code in np.unique(text_codes[noted]).tolist():
                # Parts of a quotient may have the same note: it is said once.
                if text not in texts[code]:
                    text_codes[noted[text_codes[noted] == code]] = len(texts)
                    texts.append(f"{text} {texts[code]}".strip())
        # The sentences on rows come first in a note: disclosure control renders them again.
        for number, computed in enumerate(self.measures):
            own = slice(starts[number], starts[number + 1])
            if not has_rows[own].any():
                continue
            completeness = computed.chosen.metric.completeness_of(computed.measure)
            unit = computed.measure.resolved_unit.value
            for row in (np.flatnonzero(has_rows[own]) + starts[number]).tolist():
                names = (*ROW_COLUMNS, "value", "marker", "as_at")
                cell = {name: columns[name][row] for name in names}
                prefix(row, describe_rows(completeness, {**cell, "unit": unit}))
        notes: pl.Series = pl.Series(texts, dtype=pl.String)[text_codes]
        return notes


def _with_rows(weight: Array, cells: Cells | None) -> NDArray[Any]:
    """Return the weight of a measure's cells with that of the rows that are left out of them."""
    if cells is None:
        return weight
    if cells.weight is not None:
        return np.nan_to_num(cells.weight)
    for counts in (*cells.undecided.values(), *cells.without_value.values()):
        weight = weight + counts
    return weight
