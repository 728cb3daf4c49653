"""From accumulated arrays to cells: combine each measure once on the grid, or say what it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.calendar import Period
from swm_kpi.contracts import Column
from swm_kpi.engine.aggregate.aggregate_table import Aggregates, Axes
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.output.intervals import sliced, totals_but
from swm_kpi.engine.plan.selection import SelectedMetric, tables_of
from swm_kpi.measures import Cells, Measure, Statistic, TimeAlignment
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import AvailabilityStatus, Basis

Array = NDArray[np.float64]


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
    """

    periods: tuple[Period, ...]
    axes: Axes
    tables: Mapping[str, Table]
    found: Aggregates
    coverage: Mapping[str, tuple[date, date]]
    as_at: date | None
    overridden: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def carried(self) -> Mapping[str, frozenset[int]]:
        """The positions of the breakdowns that each table carries, by its name."""
        return {name: frozenset(self.axes.carried(each)) for name, each in self.tables.items()}


@dataclass(frozen=True)
class Computed:
    """One measure on the grid.

    Attributes:
        measure: which.
        chosen: the metric it is of, and the ref that was asked for.
        statistics: everything it rests on, including what it depends on.
        kept: positions of the breakdowns that it answers by.
        cells: its arrays over periods and one axis for each breakdown, of length 1 where the
            breakdown is not kept; None where it was not computed.
        lacking: why it was not.
    """

    measure: Measure
    chosen: SelectedMetric
    statistics: tuple[Statistic, ...]
    kept: tuple[int, ...]
    cells: Cells | None
    lacking: str = ""


def computed(chosen: SelectedMetric, grid: Grid) -> Iterator[Computed]:
    """Yield each measure of a metric that was asked for, in the metric's order."""
    metric = chosen.metric
    withheld = chosen.entry.availability.status is AvailabilityStatus.NOT_REPORTABLE
    found: dict[tuple[str, Basis], Computed] = {}
    # A measure is computed before any that depends on it, even if it was not requested.
    for measure in sorted(metric.measures, key=lambda each: bool(each.depends_on)):
        statistics = tuple(_all_statistics(measure, metric))
        reason = (
            chosen.entry.availability.reason
            if withheld
            else _lacking(measure, statistics, metric, grid)
        )
        kept = () if reason else _axes(statistics, metric, grid)
        cells = None if reason else _combined(measure, kept, grid, found)
        one = Computed(measure, chosen, statistics, kept, cells, reason)
        found[measure.key, measure.basis] = one
    for measure in chosen.measures:
        yield found[measure.key, measure.basis]


def _combined(
    measure: Measure,
    kept: tuple[int, ...],
    grid: Grid,
    found: Mapping[tuple[str, Basis], Computed],
) -> Cells:
    inputs = {}
    for key in measure.depends_on:
        source = found[key, measure.basis]
        if source.cells is None:
            raise TypeError("a measure lacks whatever its inputs lack")
        inputs[key] = sliced(source.cells, source.kept, kept)
    stats = {
        role: totals_but(grid.found.arrays[each.key], kept)
        for role, each in measure.statistics.items()
    }
    cells = measure.combine(stats, inputs)
    if cells.unavailable is not None:
        cells.value = np.where(cells.unavailable, np.nan, cells.value)
    return cells


def _lacking(
    measure: Measure, statistics: tuple[Statistic, ...], metric: Metric, grid: Grid
) -> str:
    """Say which table or column a measure lacks, or which is broken; empty if none."""
    missing = sorted(tables_of(measure, metric) - grid.tables.keys())
    if missing:
        names = ", ".join(repr(each) for each in missing)
        return f"Table {names} was not given."
    for statistic in statistics:
        table = grid.tables[statistic.contract.table]
        if not table.broken and statistic.columns <= table.columns:
            continue
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
    for key in measure.depends_on:
        yield from _all_statistics(metric.measure(key, measure.basis), metric)


def _axes(statistics: tuple[Statistic, ...], metric: Metric, grid: Grid) -> tuple[int, ...]:
    """Return the positions of the breakdowns asked for that a measure can answer by."""
    allowed = {each.key for each in metric.dimensions}
    kept = {p for p, each in enumerate(grid.axes.dimensions) if each.key in allowed}
    # A population lacks most breakdowns: the whole population of the area is then meant.
    counted = {s.contract.table for s in statistics if s.alignment is not TimeAlignment.REFERENCE}
    for name in counted & grid.tables.keys():
        kept &= grid.carried[name]
    return tuple(sorted(kept))
