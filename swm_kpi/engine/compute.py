"""``compute``: from metrics and tables to a result, one step after another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from swm_kpi.coverage import Coverage
from swm_kpi.engine.aggregate.aggregate_table import Aggregates, Axes, aggregate_table
from swm_kpi.engine.aggregate.texts import collect_texts
from swm_kpi.engine.input.members import read_members
from swm_kpi.engine.input.read import read_tables, reason_absent
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.output.build_provenance import build_provenance
from swm_kpi.engine.output.combine import Grid, combine
from swm_kpi.engine.output.coverage import cover
from swm_kpi.engine.output.result_frame import to_long_frame
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.engine.plan.request import Request, plan_request
from swm_kpi.errors import clear_tracebacks
from swm_kpi.measures import Statistic
from swm_kpi.measures.mapping_counts import mapping_statistics
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry
from swm_kpi.model.plugins import catalogue as installed_catalogue
from swm_kpi.result import ComputedEntry, Result
from swm_kpi.vocabulary import AvailabilityStatus


@clear_tracebacks
def compute(
    metrics: Sequence[str | CatalogueEntry] | str | None,
    data: Mapping[str, Any],
    *,
    periods: Any,
    by: Sequence[str] = (),
    as_at: Any = None,
    coverage: Mapping[str, Coverage | tuple[Any, Any]] | None = None,
    assumptions: Mapping[str, Any] | None = None,
    on_violation: Literal["raise", "withhold"] = "raise",
    catalogue: Catalogue | None = None,
    progress: Callable[[str], None] | None = None,
) -> Result:
    """Compute metrics from tables.

    Args:
        metrics: refs, keys or metrics; None for every metric of the catalogue that has measures.
            Measures whose table is not in ``data`` are marked ``[x]``.
        data: table name to table. A table is a pandas or Polars frame, a pyarrow table, a DuckDB
            relation, a Spark DataFrame, an Ibis table, a path to a parquet or CSV file, a table
            from ``open_data``, what ``Mapping.apply`` returns, or a validation report's ``table``.
        periods: what ``periods`` returns, or labels such as ``"2024/25 Q1"``.
        by: breakdowns, crossed. Totals are always included. A metric that lacks one of the
            breakdowns has only the member ``All`` of that breakdown. It keeps the others, and its
            note says so.
        as_at: the day the data were extracted. A period that it cuts short is marked ``[p]``,
            and so is a period that ends on that day. A period that begins later is ``[x]``.
        coverage: table name to the first and last day that its rows cover, or to a ``Coverage``
            with the days of each reporter, such as each force. Without it, a table from
            ``open_data`` covers what its reader states. Any other table covers the whole months
            from its first record to its last, and the note says so. If it has no record in the
            first or the last days of those months, beyond what chance explains, it covers the days
            from its first record or to its last. It covers nothing after the day of extraction.
        assumptions: values that replace the defaults of named assumptions, and those that the
            force of the catalogue has decided on. The note shows them.
        on_violation: ``"raise"``, or ``"withhold"`` to mark ``[x]`` only the measures that need a
            column which breaks its contract. A broken key withholds every measure of the table,
            because rows may be repeated. A broken column of a requested breakdown withholds the
            measures broken down by it. Any other column withholds the measures that read it.
        catalogue: where to look metrics up; by default the installed definitions.
        progress: called with a few words before each table is checked, and before it is counted.

    Returns:
        One row for each measure, period and member. Proportions are from 0 to 1. Times are local
        days in Europe/London.

    Raises:
        RequestError: a ref, table, breakdown, assumption or option is unknown, or the data have
            none of the tables of a metric that the request names.
        PeriodError: a period is not written as one.
        ContractError: tables break their contracts; every failure of every table is in it.
        InputError: a table is of no supported type or cannot be read.
    """
    report_progress = progress or _ignore
    definitions = catalogue if catalogue is not None else installed_catalogue()
    # 1. Plan: check the request, and decide which columns of which tables to read.
    request = plan_request(
        metrics,
        data,
        definitions,
        periods=periods,
        by=by,
        as_at=as_at,
        coverage=coverage,
        assumptions=assumptions,
        on_violation=on_violation,
    )
    # 2. Read: open each table, encode its columns and validate it against its contract.
    tables = read_tables(data, request, report_progress)
    return compute_tables(request, tables, data, definitions, report_progress)


def compute_tables(
    request: Request,
    tables: Mapping[str, Table],
    data: Mapping[str, Any],
    definitions: Catalogue,
    report_progress: Callable[[str], None],
) -> Result:
    """Compute a request from tables that were read: the steps of ``compute`` after the second.

    Args:
        request: what to compute.
        tables: by name, the tables.
        data: what the tables were read from, for the reasons why others are absent.
        definitions: the catalogue.
        report_progress: called with a few words before each table is counted.

    Raises:
        RequestError: with the members in the data, the result would be too large.
    """
    axes = axes_of(request, tables)
    # 3. Scan and aggregate: group each table's rows by period and member.
    statistics = {name: computable(request, table) for name, table in tables.items()}
    aggregates = _aggregate(request, tables, statistics, axes, report_progress)
    # 4. Combine: aggregates become measures, with values and the counts behind them.
    covered = {
        name: cover(
            table,
            request.statistics[name].values(),
            request.coverage.get(name),
            as_at=request.as_at,
            areas=definitions.areas,
            rows_by_month=aggregates.rows_by_month,
        )
        for name, table in tables.items()
    }
    grid = Grid(
        request.periods,
        axes,
        tables,
        aggregates,
        covered,
        request.as_at,
        request.assumptions,
        {name: reason_absent(data, name) for name in request.contracts if name not in tables},
    )
    measures = [measure for metric in request.metrics for measure in combine(metric, grid)]
    # 5. Label: measures become rows with intervals, markers, notes and provenance.
    entries = {
        metric.entry.ref: ComputedEntry(metric.entry, metric.metric) for metric in request.metrics
    }
    return Result(
        to_long_frame(measures, grid),
        tuple(dimension.key for dimension in request.dimensions),
        entries,
        provenance=build_provenance(
            request.metrics,
            request.periods,
            request.dimensions,
            {name: (table, statistics[name]) for name, table in tables.items()},
            aggregates,
            as_at=request.as_at,
            coverage=request.coverage,
            assumptions=request.assumptions,
            force=definitions.force,
            areas=definitions.areas_definition,
        ),
    )


def axes_of(request: Request, tables: Mapping[str, Table]) -> Axes:
    """Return the breakdowns and their members.

    Raises:
        RequestError: with the members in the data, the result would be too large.
    """
    members = tuple(read_members(dimension, tables.values()) for dimension in request.dimensions)
    request.check_size([len(names) for names in members])
    return Axes(request.dimensions, members)


def computable(request: Request, table: Table) -> list[Statistic]:
    """Return the statistics whose columns a table has, none of them broken."""
    return [
        statistic
        for statistic in request.statistics[table.contract.table].values()
        if _is_computable(statistic, table)
    ]


def _is_computable(statistic: Statistic, table: Table) -> bool:
    return statistic.columns <= table.columns and not statistic.columns & table.broken.keys()


def _mapping_statistics(request: Request, table: Table) -> list[Statistic]:
    """Return the counts of rows that rest on values which the mapping of a table does not map."""
    if not table.statuses:
        return []
    needed: dict[str, Statistic] = {}
    for selected in request.metrics:
        for measure in selected.metric.measures:
            part = measure.completeness
            if part is None or part.rows.contract.table != table.contract.table:
                continue
            if all(_is_computable(rows, table) for rows in part.statistics.values()):
                of_mapping = mapping_statistics(part, table.statuses)
                needed |= {statistic.key: statistic for statistic in of_mapping.values()}
    return list(needed.values())


def _aggregate(
    request: Request,
    tables: Mapping[str, Table],
    statistics: Mapping[str, Sequence[Statistic]],
    axes: Axes,
    report_progress: Callable[[str], None],
) -> Aggregates:
    """Aggregate the statistics of every table."""
    aggregates = Aggregates()
    compiler = Compiler(request.assumptions)
    for name, table in tables.items():
        report_progress(f"counting {name}")
        of_table = table.run(
            partial(
                aggregate_table,
                table,
                [*statistics[name], *_mapping_statistics(request, table)],
                request.periods,
                axes,
                compiler,
                table.extracted_on(request.as_at),
            )
        )
        aggregates.arrays |= of_table.arrays
        aggregates.dates |= of_table.dates
        aggregates.parts |= of_table.parts
        aggregates.in_no_period |= of_table.in_no_period
        aggregates.rows_by_month |= of_table.rows_by_month
    measures = (
        measure
        for metric in request.metrics
        for measure in metric.measures
        if metric.entry.availability_of(measure.key).status is not AvailabilityStatus.NOT_REPORTABLE
    )
    aggregates.texts = collect_texts(measures, tables, request.periods, request.as_at)
    return aggregates


def _ignore(_: str) -> None:
    """Report no progress."""
