"""From accumulated arrays to rows: combine each measure once on the grid, and mark each cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.contracts import Column
from swm_kpi.engine.accumulate import Accumulated, Axes
from swm_kpi.engine.cells import broadcast, limits_of, sliced, totals_but, weight_of
from swm_kpi.engine.coverage import Coverage, month_number, say_day
from swm_kpi.engine.narratives import told
from swm_kpi.engine.request import Chosen, tables_of
from swm_kpi.engine.tables import Table
from swm_kpi.engine.tidy import Block
from swm_kpi.measures import Cells, Clock, Measure, Narrative, Statistic
from swm_kpi.metric import Metric
from swm_kpi.periods import Period
from swm_kpi.vocabulary import AvailabilityStatus, Basis, Marker

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
_NO_SNAPSHOT = "No snapshot in the period."


@dataclass(frozen=True)
class Grid:
    """Everything that cells are made from.

    Attributes:
        periods: the periods asked for.
        axes: the breakdowns asked for.
        tables: the tables given, by name.
        found: what each table's statistics came to.
        coverage: first and last day each table is stated to cover.
        as_at: the day the data were extracted.
        overridden: assumptions replaced by the caller, in words.
        statuses: what each period is worth, for measures that rest on the same columns.
    """

    periods: tuple[Period, ...]
    axes: Axes
    tables: Mapping[str, Table]
    found: Accumulated
    coverage: Mapping[str, tuple[date, date]]
    as_at: date | None
    overridden: Mapping[str, Any] = field(default_factory=dict)
    statuses: dict[Any, list[tuple[Marker, str]]] = field(default_factory=dict)


def blocks_of(chosen: Chosen, grid: Grid) -> Iterator[Block]:
    """Yield each measure's rows, in the metric's order."""
    withheld = chosen.entry.availability.status is AvailabilityStatus.NOT_REPORTABLE
    cells: dict[tuple[str, Basis], Cells] = {}
    axes: dict[tuple[str, Basis], tuple[int, ...]] = {}
    asked = {(each.key, each.basis) for each in chosen.measures}
    # A sibling is worked out before whatever divides it, whether or not it was asked for itself.
    for measure in sorted(chosen.metric.measures, key=lambda each: bool(each.siblings)):
        name = (measure.key, measure.basis)
        kept = _axes(measure, chosen.metric, grid)
        axes[name] = kept
        reason = (
            chosen.entry.availability.reason if withheld else _lacking(measure, chosen.metric, grid)
        )
        if not reason:
            siblings = {
                key: sliced(cells[key, measure.basis], axes[key, measure.basis], kept)
                for key in measure.siblings
            }
            stats = {
                role: totals_but(grid.found.arrays[each.key], kept)
                for role, each in measure.statistics.items()
            }
            combined = measure.combine(stats, siblings)
            if combined.unavailable is not None:
                combined.value = np.where(combined.unavailable, np.nan, combined.value)
            cells[name] = combined
    for measure in chosen.measures:
        name = (measure.key, measure.basis)
        if name in asked and name in cells:
            yield _Rows(measure, chosen, grid, axes[name]).of(cells[name])
        else:
            reason = (
                chosen.entry.availability.reason
                if withheld
                else _lacking(measure, chosen.metric, grid)
            )
            yield _Rows(measure, chosen, grid, ()).unavailable(reason)


def _lacking(measure: Measure, metric: Metric, grid: Grid) -> str:
    """Say which table or column a measure lacks, or which is broken; empty if none."""
    missing = sorted(tables_of(measure, metric) - grid.tables.keys())
    if missing:
        names = ", ".join(repr(each) for each in missing)
        return f"Table {names} was not given."
    for statistic in _all_statistics(measure, metric):
        table = grid.tables[statistic.contract.table]
        # A row counts once because its key does, so whatever counts rows rests on the key.
        keys = {column for key in table.contract.keys for column in key} & table.broken.keys()
        by = {
            each.name
            for dimension in grid.axes.dimensions
            if dimension in metric.dimensions and dimension.key in table.contract.dimensions
            for each in table.contract.dimensions[dimension.key][1].walk()
            if isinstance(each, Column) and each.name in table.broken
        }
        for column in sorted(statistic.columns | keys | by):
            if column in table.broken:
                return f"Withheld: table {table.contract.table!r}, {table.broken[column]}."
            if column not in table.columns:
                return f"Table {table.contract.table!r} has no column {column!r}."
    return ""


def _all_statistics(measure: Measure, metric: Metric) -> Iterator[Statistic]:
    yield from measure.statistics.values()
    for sibling in measure.siblings:
        yield from _all_statistics(metric.measure(sibling, measure.basis), metric)


def _axes(measure: Measure, metric: Metric, grid: Grid) -> tuple[int, ...]:
    """Return the positions of the breakdowns asked for that a measure can answer by."""
    allowed = {each.key for each in metric.dimensions}
    kept = {p for p, each in enumerate(grid.axes.dimensions) if each.key in allowed}
    for statistic in _all_statistics(measure, metric):
        table = grid.tables.get(statistic.contract.table)
        # A population lacks most breakdowns: the whole population of the area is then meant.
        if statistic.clock is not Clock.REFERENCE and table is not None:
            kept &= set(grid.axes.carried(table))
    return tuple(sorted(kept))


class _Rows:
    """The rows of one measure."""

    def __init__(self, measure: Measure, chosen: Chosen, grid: Grid, kept: tuple[int, ...]) -> None:
        self.measure = measure
        self.chosen = chosen
        self.metric = chosen.metric
        self.grid = grid
        self.kept = kept

    def unavailable(self, reason: str) -> Block:
        """Return one total row a period, with no number and the reason."""
        count = len(self.grid.axes.members)
        empty = np.full((len(self.grid.periods), *([1] * count)), np.nan)
        cells = Cells(empty, unavailable=np.ones(empty.shape, dtype=bool))
        block = self._block(cells, [], self._plain(cells))
        return replace(block, note=[reason] * len(block.marker))

    def of(self, cells: Cells) -> Block:
        """Return the rows of a measure that was computed."""
        full = tuple(
            len(names) + 2 if position in self.kept else 1
            for position, names in enumerate(self.grid.axes.members)
        )
        shape = (len(self.grid.periods), *full)
        cells = broadcast(cells, shape)
        marker = self._plain(cells)
        notes = []
        for position, (status, words) in enumerate(self._statuses()):
            notes.append(words)
            here = marker[position, ...]
            if status is Marker.NOT_AVAILABLE:
                here[...] = status.value
            elif status is not Marker.NONE:
                here[here == ""] = status.value
        self._mark_gaps(marker)
        return self._block(cells, notes, marker)

    def _mark_gaps(self, marker: NDArray[Any]) -> None:
        """Mark the members for whom a period was not given, and the totals that lack them."""
        for name in tables_of(self.measure, self.metric):
            missing_of = self.grid.tables[name].missing_of
            for axis, dimension in enumerate(self.grid.axes.dimensions):
                members = missing_of.get(dimension.key, {}) if axis in self.kept else {}
                for member, days in members.items():
                    code = self.grid.axes.members[axis].index(member)
                    gaps = {month_number(day) for day in days}
                    along = np.moveaxis(marker, axis + 1, 1)
                    for position, period in enumerate(self.grid.periods):
                        lost = gaps & set(period.months)
                        if not lost:
                            continue
                        whole = len(lost) == len(period.months)
                        mark = Marker.NOT_AVAILABLE if whole else Marker.PROVISIONAL
                        along[position, code, ...] = mark.value
                        total = along[position, -1, ...]
                        total[total == ""] = Marker.PROVISIONAL.value

    def _plain(self, cells: Cells) -> NDArray[Any]:
        marker = np.full(cells.value.shape, "", dtype=object)
        if cells.not_applicable is not None:
            marker[cells.not_applicable] = Marker.NOT_APPLICABLE.value
        if cells.unreliable is not None:
            marker[cells.unreliable] = Marker.LOW_RELIABILITY.value
        missing = np.isnan(cells.value) & (marker == "")
        if cells.unavailable is not None:
            missing |= cells.unavailable
        marker[missing] = Marker.NOT_AVAILABLE.value
        return marker

    def _statuses(self) -> list[tuple[Marker, str]]:
        """Say what each period is worth, and why; once for all measures of which it is so."""
        covered = tuple(self._covered())
        needed = (self.measure.history_months, self.measure.maturity_months)
        key = (self.metric.ref, covered, needed)
        if key not in self.grid.statuses:
            periods = self.grid.periods
            self.grid.statuses[key] = [self._status(each, covered) for each in periods]
        return self.grid.statuses[key]

    def _status(self, period: Period, covered: Sequence[Coverage]) -> tuple[Marker, str]:
        """Say what a period is worth, from coverage, extraction and breaks, and why."""
        partly, words = False, []
        for span in covered:
            marker, text = span.status(period)
            if marker is Marker.NOT_AVAILABLE:
                return marker, text
            partly = partly or marker is Marker.PROVISIONAL
            words.append(text)
        as_at = self.grid.as_at
        if as_at is not None and as_at < period.start:
            day = say_day(as_at)
            return Marker.NOT_AVAILABLE, f"The period begins after the data were extracted, {day}."
        if as_at is not None and as_at <= period.end:
            partly = True
            words.append(
                f"The data were extracted on {say_day(as_at)}, before the period was over."
            )
        short = self._history(period, covered) or self._maturity(period, covered)
        words.append(short)
        broken = False
        for each in self.metric.breaks:
            if period.start <= each.day < period.stop:
                broken = True
                words.append(f"Break in the series on {say_day(each.day)}: {each.because}.")
        marker = Marker.PROVISIONAL if partly else Marker.BREAK if broken else Marker.NONE
        if short:
            marker = Marker.LOW_RELIABILITY if self.measure.history_months else Marker.PROVISIONAL
        return marker, " ".join(each for each in words if each)

    def _history(self, period: Period, covered: Sequence[Coverage]) -> str:
        """Say whether the table lacks the months that must come before a period."""
        needed = self.measure.history_months
        for span in covered if needed else ():
            if span.first is None or span.month_of_first > period.first_month - needed:
                return f"The {needed} months before the period are not all in the data."
        return ""

    def _maturity(self, period: Period, covered: Sequence[Coverage]) -> str:
        """Say whether the months have not yet passed after which a number stops growing."""
        needed = self.measure.maturity_months
        for span in covered if needed else ():
            # Data that reach the last day of a month are as good as extracted on the day after it.
            last = self.grid.as_at or (span.last and span.last + timedelta(days=1))
            if last is None or last.year * 12 + last.month - 1 <= period.last_month + needed:
                return f"Not mature: {needed} months have not passed since the period."
        return ""

    def _covered(self) -> Iterator[Coverage]:
        seen = set()
        for statistic in _all_statistics(self.measure, self.metric):
            name, at = statistic.contract.table, statistic.at.name
            if statistic.clock is Clock.REFERENCE or (name, at) in seen:
                continue
            seen.add((name, at))
            table = self.grid.tables[name]
            until = statistic.until.name if statistic.until is not None else None
            stated = self.grid.coverage.get(name)
            yield Coverage.of(table, at, stated, until, self.grid.as_at)

    def _constant_notes(self) -> Iterator[str]:
        for position, dimension in enumerate(self.grid.axes.dimensions):
            if position not in self.kept:
                yield f"Not broken down by {dimension.title}."
        for text in (self.measure.differs, self.measure.note):
            if text:
                yield text if text.endswith(".") else f"{text}."
        for name in sorted(tables_of(self.measure, self.metric) & self.grid.tables.keys()):
            yield from self.grid.tables[name].notes
        used = self.measure.assumptions() if self.grid.overridden else ()
        for key in dict.fromkeys(each.key for each in used):
            if key in self.grid.overridden:
                yield f"Assumption {key} overridden: {self.grid.overridden[key]}."

    @cached_property
    def _texts(self) -> list[str]:
        """What a narrative tells in each period, read once; nothing where its table is lacking."""
        if not isinstance(self.measure, Narrative):
            return []
        table = self.grid.tables.get(self.measure.of.table)
        return told(table, self.measure, self.grid.periods) if table is not None else []

    def _dates(self, position: int) -> Iterator[str]:
        """Name the snapshot or estimate a period used, or tell its text."""
        if isinstance(self.measure, Narrative):
            if self._texts:
                yield self._texts[position]
            return
        for statistic in self.measure.statistics.values():
            used = self.grid.found.dates.get(statistic.key)
            if used is None:
                continue
            which = used[position]
            if statistic.clock is Clock.REFERENCE and which is not None:
                yield f"Population: mid-{which} estimate."
            elif statistic.clock is Clock.LAST_SNAPSHOT:
                yield f"As at {say_day(which)}." if isinstance(which, date) else _NO_SNAPSHOT
            elif statistic.clock is Clock.MEAN_OF_STOCKS:
                yield f"Mean of {which} snapshots."
            elif statistic.clock is Clock.MEAN_OF_SNAPSHOTS:
                yield f"Mean of the complete ones of {which} snapshots."
            else:
                continue
            return

    def _block(self, cells: Cells, words: list[str], marker: NDArray[Any]) -> Block:
        shown = self._shown(cells)
        index = np.ix_(np.arange(len(self.grid.periods)), *shown)
        marks = marker[index].ravel()
        hidden = marks == Marker.NOT_AVAILABLE.value
        blank = hidden | (marks == Marker.NOT_APPLICABLE.value)
        # Without the breakdown there is one position on the axis, and it is the total.
        codes = [
            each if position in self.kept else each + len(self.grid.axes.members[position]) + 1
            for position, each in enumerate(shown)
        ]

        lower, upper = limits_of(self.measure, cells, marker)

        def numbers(array: Array | None, none: Bools) -> Array:
            if array is None:
                return np.full(len(marks), np.nan)
            return np.where(none, np.nan, array[index].ravel())

        return Block(
            {
                "ref": self.chosen.entry.ref,
                "metric": self.chosen.entry.key,
                "measure": self.measure.key,
                "basis": self.measure.basis.value,
                "unit": self.measure.measured_in.value,
                "definition": self.metric.definition,
            },
            [each.ravel() for each in np.meshgrid(*codes, indexing="ij")],
            numbers(cells.value, blank),
            numbers(cells.numerator, hidden),
            numbers(cells.denominator, hidden),
            numbers(lower, blank),
            numbers(upper, blank),
            marks,
            self._notes(cells, words, index, hidden),
        )

    def _shown(self, cells: Cells) -> list[NDArray[Any]]:
        """Return the positions to show on each axis: Unknown only where something is in it."""
        shown = []
        for position in range(len(self.grid.axes.members)):
            length = cells.value.shape[position + 1]
            if position not in self.kept or length == 1:
                shown.append(np.array([length - 1]))
                continue
            unknown = np.take(weight_of(cells), length - 2, axis=position + 1)
            codes = np.arange(length)
            shown.append(codes if np.any(unknown > 0) else np.delete(codes, length - 2))
        return shown

    def _notes(self, cells: Cells, words: list[str], index: Any, hidden: NDArray[Any]) -> list[str]:
        constant = " ".join(self._constant_notes())
        per_period = len(hidden) // len(self.grid.periods)
        notes = []
        for position, text in enumerate(words):
            parts = (text, *self._dates(position), constant)
            joined = " ".join(part for part in parts if part)
            notes += [joined] * per_period
        for counts, text in cells.notes:
            for position, count in enumerate(counts[index].ravel()):
                if count > 0 and not hidden[position]:
                    rows = "row" if count == 1 else "rows"
                    notes[position] = f"{int(count):,} {rows} {text}. {notes[position]}".strip()
        return notes
