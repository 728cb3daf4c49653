"""Combine aggregates into the cells of each measure, or give the reason why there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.calendar import Period
from swm_kpi.contracts import Column, ContractType, Dimension
from swm_kpi.engine.aggregate.aggregate_table import Aggregates, Axes
from swm_kpi.engine.input.read import MISSING
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.output.coverage import TableCoverage
from swm_kpi.engine.output.incomplete import mark_incomplete
from swm_kpi.engine.output.unmapped import count_unmapped
from swm_kpi.engine.plan.selection import SelectedMetric, tables_of
from swm_kpi.measures import MAX_UNDECIDED_SHARE, Cells, Measure, Statistic, TimeAlignment
from swm_kpi.measures.mapping_counts import mapping_statistics
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import AvailabilityStatus, Basis


@dataclass(frozen=True)
class Grid:
    """The periods and breakdowns of a result, and what its cells are made from.

    Attributes:
        periods: the periods of the request.
        axes: the breakdowns of the request.
        tables: the tables of the request, by name.
        aggregates: the aggregates of those tables.
        coverage: by table, the days that it covers.
        as_at: the day the data were extracted.
        overrides: by key, the values that replace assumptions.
        reasons_absent: by name, why each other table of the catalogue is absent.
    """

    periods: tuple[Period, ...]
    axes: Axes
    tables: Mapping[str, Table]
    aggregates: Aggregates
    coverage: Mapping[str, TableCoverage]
    as_at: date | None
    overrides: Mapping[str, Any] = field(default_factory=dict)
    reasons_absent: Mapping[str, str] = field(default_factory=dict)

    @property
    def max_undecided_share(self) -> float:
        """The largest share of rows that may be undecided without a marker."""
        share = self.overrides.get(MAX_UNDECIDED_SHARE.key, MAX_UNDECIDED_SHARE.value)
        return float(share)


@dataclass(frozen=True)
class MeasureCells:
    """One measure on the grid.

    Attributes:
        measure: the measure.
        chosen: its metric, under the ref of the request.
        statistics: every statistic that it needs, including those of measures it depends on.
        kept: positions of the breakdowns that it has.
        cells: its arrays over periods and one axis for each breakdown, of length 1 where the
            measure does not have the breakdown; None where it cannot be computed.
        reason: why it cannot be computed; empty where it can.
        withheld: by position of a breakdown, why its members have no number though its total has.
        unmapped: by table and name, the columns that it reads and that have values which no
            mapping maps.
    """

    measure: Measure
    chosen: SelectedMetric
    statistics: tuple[Statistic, ...]
    kept: tuple[int, ...]
    cells: Cells | None
    reason: str = ""
    withheld: Mapping[int, str] = field(default_factory=dict)
    unmapped: tuple[tuple[str, str], ...] = ()


def combine(chosen: SelectedMetric, grid: Grid) -> Iterator[MeasureCells]:
    """Yield the cells of each measure of a metric, in the metric's order."""
    metric = chosen.metric
    combined: dict[tuple[str, Basis], MeasureCells] = {}
    # A measure is computed before any that depends on it, even if it was not requested.
    for measure in sorted(metric.measures, key=lambda measure: bool(measure.depends_on)):
        statistics = tuple(_all_statistics(measure, metric))
        not_reportable = _not_reportable(measure, chosen)
        reason = not_reportable or _gap(measure, statistics, metric, grid)
        is_whole = bool(not_reportable) or bool(measure.text_columns)
        kept, withheld = ((), {}) if is_whole else _kept_axes(statistics, metric, grid)
        if reason:
            withheld = {}
        kept = tuple(position for position in kept if position not in withheld)
        cells = None if reason else _cells(measure, kept, grid, combined)
        combined[measure.key, measure.basis] = MeasureCells(
            measure,
            chosen,
            statistics,
            kept,
            cells,
            reason,
            withheld,
            () if reason else _unmapped(statistics, measure, kept, grid),
        )
    for measure in chosen.measures:
        yield _with_withheld_members(combined[measure.key, measure.basis], grid)


def _cells(
    measure: Measure,
    kept: tuple[int, ...],
    grid: Grid,
    combined: Mapping[tuple[str, Basis], MeasureCells],
) -> Cells:
    inputs = {}
    for key in measure.depends_on:
        source = combined[key, measure.basis]
        if source.cells is None:
            raise TypeError("a measure lacks whatever its inputs lack")
        inputs[key] = _project(source.cells, source.kept, kept)
    cells = measure.combine(_arrays(measure.statistics, kept, grid), inputs)
    if measure.completeness is not None:
        cells = mark_incomplete(
            cells,
            measure.completeness,
            _arrays(measure.row_statistics, kept, grid),
            grid.max_undecided_share,
            {axis + 1: grid.axes.dimensions[axis].title for axis in kept},
        )
        statuses = grid.tables[measure.completeness.rows.contract.table].statuses
        of_mapping = mapping_statistics(measure.completeness, statuses)
        if of_mapping:
            arrays = _arrays(of_mapping, kept, grid)
            cells = count_unmapped(cells, measure.completeness, of_mapping, arrays)
        counted = measure.completeness.statistics["counted"].key
        if grid.aggregates.in_no_period.get(counted):
            cells.in_no_period = {counted: grid.aggregates.in_no_period[counted]}
    if cells.unavailable is not None:
        cells.value = np.where(cells.unavailable, np.nan, cells.value)
    return cells


def _arrays(
    statistics: Mapping[str, Statistic], kept: tuple[int, ...], grid: Grid
) -> dict[str, NDArray[Any]]:
    return {
        role: totals_except(grid.aggregates.arrays[statistic.key], kept)
        for role, statistic in statistics.items()
    }


def totals_except(array: NDArray[Any], kept: Sequence[int]) -> NDArray[Any]:
    """Take the total on each axis that is not kept. The first axis is of periods."""
    index = [slice(None) if axis in kept else slice(-1, None) for axis in range(array.ndim - 1)]
    return array[(slice(None), *index)]


def _project(cells: Cells, axes: Sequence[int], kept: Sequence[int]) -> Cells:
    """Return the cells of an input on the axes that the measure it enters keeps."""
    if tuple(axes) == tuple(kept):
        return cells

    def project(array: NDArray[Any] | None) -> Any:
        return None if array is None else totals_except(array, kept)

    return Cells(
        totals_except(cells.value, kept),
        unreliable=project(cells.unreliable),
        events=project(cells.events),
        undecided={key: project(rows) for key, rows in cells.undecided.items()},
        in_repeated_hour={key: project(rows) for key, rows in cells.in_repeated_hour.items()},
        without_value={key: project(rows) for key, rows in cells.without_value.items()},
        unmapped={key: project(rows) for key, rows in cells.unmapped.items()},
        mapped_to_other={key: project(rows) for key, rows in cells.mapped_to_other.items()},
        in_no_period=cells.in_no_period,
        at_least=project(cells.at_least),
        at_most=project(cells.at_most),
        notes=[(project(holds), text) for holds, text in cells.notes],
    )


def _not_reportable(measure: Measure, chosen: SelectedMetric) -> str:
    """Return why the force cannot report a measure or its inputs; empty if it can."""
    for key in (measure.key, *measure.depends_on):
        availability = chosen.entry.availability_of(key)
        if availability.status is AvailabilityStatus.NOT_REPORTABLE:
            return availability.reason
    return ""


def _gap(measure: Measure, statistics: tuple[Statistic, ...], metric: Metric, grid: Grid) -> str:
    """Say which table or column a measure lacks, or which is broken; empty if none."""
    missing = sorted(tables_of(measure, metric) - grid.tables.keys())
    if missing:
        return " ".join(grid.reasons_absent[name] for name in missing)
    for statistic in statistics:
        table = grid.tables[statistic.contract.table]
        if not table.broken and statistic.columns <= table.columns:
            continue
        # A broken key can repeat rows, so it makes every count of the table wrong.
        keys = {column for key in table.contract.keys for column in key} & table.broken.keys()
        for column in sorted(statistic.columns | keys):
            if column in table.broken:
                return f"Withheld: table {table.contract.table!r}, {table.broken[column]}."
            if column not in table.columns:
                reason = table.why_missing(column)
                return f"{reason[0].upper()}{reason[1:]}."
    return ""


def _unmapped(
    statistics: Sequence[Statistic], measure: Measure, kept: Sequence[int], grid: Grid
) -> tuple[tuple[str, str], ...]:
    """Return the columns with values that are not mapped, of those that a measure reads.

    It reads the columns of its conditions, and those that have the members of its breakdowns.
    """
    read = (*statistics, *measure.row_statistics.values())
    mapped = {name for name, table in grid.tables.items() if table.mapping is not None}
    if not any(statistic.contract.table in mapped for statistic in read):
        return ()
    columns = {(statistic.contract.table, name) for statistic in read for name in statistic.columns}
    columns |= {
        (statistic.contract.table, column.name)
        for statistic in read
        for position in kept
        for column in carriers_of(statistic.contract, grid.axes.dimensions[position])
    }
    return tuple(
        (table, name)
        for table, name in sorted(columns)
        if (mapping := grid.tables[table].mapping) is not None
        and (mapping.unmapped.get(name) or mapping.other.get(name))
    )


def carriers_of(contract: ContractType, dimension: Dimension) -> Iterator[Column]:
    """Yield the columns of a table that have the members of a breakdown; none if it has none."""
    if dimension.key in contract.dimensions:
        carrier = contract.dimensions[dimension.key][1]
        yield from (part for part in carrier.walk() if isinstance(part, Column))


def _all_statistics(measure: Measure, metric: Metric) -> Iterator[Statistic]:
    yield from measure.statistics.values()
    for key in measure.depends_on:
        yield from _all_statistics(metric.measure(key, measure.basis), metric)


def _kept_axes(
    statistics: tuple[Statistic, ...], metric: Metric, grid: Grid
) -> tuple[tuple[int, ...], dict[int, str]]:
    """Return the positions of the breakdowns that a measure has, and those that are withheld.

    A breakdown is withheld if its column is missing from the table or breaks the contract: the
    total stands, and its members have no number.
    """
    allowed = {dimension.key for dimension in metric.dimensions}
    kept = {p for p, dimension in enumerate(grid.axes.dimensions) if dimension.key in allowed}
    withheld: dict[int, str] = {}
    for statistic in statistics:
        table = grid.tables.get(statistic.contract.table)
        # A population has no types of crime: the rate of a type is per resident. It has areas, and
        # the rate of an area needs the residents of that area.
        is_counted = statistic.alignment is not TimeAlignment.REFERENCE
        for position in sorted(kept):
            dimension = grid.axes.dimensions[position]
            if dimension.key not in statistic.contract.dimensions:
                kept -= {position} if is_counted or dimension.is_area else set()
            elif table is not None and (reason := _reason_withheld(table, dimension)):
                withheld[position] = reason
    return tuple(sorted(kept)), {p: reason for p, reason in withheld.items() if p in kept}


def _reason_withheld(table: Table, dimension: Dimension) -> str:
    """Say why a table cannot be broken down, though its contract has the breakdown; else empty."""
    for column in (part.name for part in carriers_of(table.contract, dimension)):
        reason = table.broken.get(column, "")
        if column not in table.columns and (not reason or MISSING in reason):
            return table.why_missing(column)
        if reason:
            return f"table {table.contract.table!r}, {reason}"
    return ""


def _with_withheld_members(computed: MeasureCells, grid: Grid) -> MeasureCells:
    """Return a measure with the members of the breakdowns that are withheld, none with a number."""
    if computed.cells is None or not computed.withheld:
        return computed
    lengths = {p: len(grid.axes.members[p]) + 2 for p in computed.withheld}
    shape = list(computed.cells.value.shape)
    for position, length in lengths.items():
        shape[position + 1] = length
    is_total = np.ones(shape, dtype=bool)
    for position, length in lengths.items():
        along = np.moveaxis(is_total, position + 1, -1)
        along &= np.arange(length) == length - 1

    def widen(array: Any) -> Any:
        if array is None:
            return None
        empty = False if array.dtype == bool else np.nan
        return np.where(is_total, array, empty)

    cells = computed.cells
    changes = {
        item.name: widen(getattr(cells, item.name))
        for item in fields(cells)
        if isinstance(getattr(cells, item.name), np.ndarray)
    }
    if cells.limits is not None:
        changes["limits"] = tuple(widen(limit) for limit in cells.limits)
    changes["notes"] = [(np.where(is_total, holds, False), text) for holds, text in cells.notes]
    for name in (
        "undecided", "in_repeated_hour", "without_value", "unmapped", "mapped_to_other",
    ):  # fmt: skip
        counts = getattr(cells, name)
        changes[name] = {key: np.where(is_total, rows, 0.0) for key, rows in counts.items()}
    unavailable = changes.get("unavailable")
    changes["unavailable"] = ~is_total if unavailable is None else unavailable | ~is_total
    kept = tuple(sorted({*computed.kept, *computed.withheld}))
    return replace(computed, cells=replace(cells, **changes), kept=kept)
