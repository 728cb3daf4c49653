"""The front door: metrics and tables in, a tidy result out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import narwhals as nw

from swm_kpi.contracts import Column, ContractError, ContractReport, ContractType, Dimension
from swm_kpi.engine.aggregate.aggregate_table import Aggregates, Axes, aggregate_table
from swm_kpi.engine.backends.dialects import Answer, engine_of, through
from swm_kpi.engine.backends.scans import collect
from swm_kpi.engine.input.tables import Table, prepare
from swm_kpi.engine.output.build_provenance import stamp
from swm_kpi.engine.output.combine import Grid, computed
from swm_kpi.engine.output.result_frame import tidy
from swm_kpi.engine.plan import request
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.errors import RequestError, clear_tracebacks
from swm_kpi.expressions import Elapsed
from swm_kpi.measures import Statistic, TimeAlignment
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.model.plugins import catalogue as installed
from swm_kpi.result import ComputedEntry, Result

MOST_MEMBERS = 5_000


@clear_tracebacks
def compute(
    metrics: Sequence[str | CatalogueEntry] | str | None,
    data: Mapping[str, Any],
    *,
    periods: Any,
    by: Sequence[str] = (),
    as_at: Any = None,
    coverage: Mapping[str, tuple[Any, Any]] | None = None,
    assumptions: Mapping[str, Any] | None = None,
    on_violation: Literal["raise", "withhold"] = "raise",
    catalogue: Catalogue | None = None,
    progress: Callable[[str], None] | None = None,
) -> Result:
    """Compute metrics from tables.

    Args:
        metrics: refs, keys or metrics; None for every one that computes.
        data: table name to table: a pandas or Polars frame, a pyarrow table, a path to a parquet
            or CSV file, a table from ``open_data``, or a validation report's ``table``.
        periods: what ``periods`` returns, or labels.
        by: breakdowns, crossed; totals are always there. A metric that lacks one answers with its
            total and says so in the note.
        as_at: the day the data were extracted. A period it cuts short is ``[p]``.
        coverage: table name to the first and last day its rows cover. Where it is not stated, the
            months from the first record to the last are taken, and the note says so.
        assumptions: values that replace the defaults of named assumptions; stamped in the note.
        on_violation: ``"raise"``, or ``"withhold"`` to mark ``[x]`` only the measures that read a
            column which breaks its contract.
        catalogue: whose metrics; the installed ones when left out.
        progress: called before each table is checked, and before it is counted, with what is being
            done in a few words.

    Returns:
        One row for each measure, period and member. Proportions are from 0 to 1; times are local
        days in Europe/London.

    Raises:
        RequestError: a ref, table, breakdown, assumption or option is not known, or the tables of
            a metric asked for by name were not given.
        PeriodError: a period is not written as one.
        ContractError: a table breaks its contract; every failure of every table is in it.
        InputError: a table is of no supported type or cannot be read.
    """
    plan = catalogue if catalogue is not None else installed()
    if on_violation not in ("raise", "withhold"):
        raise RequestError("on_violation is 'raise' or 'withhold'.")
    asked: Sequence[str | CatalogueEntry] | None = (
        [metrics] if isinstance(metrics, str | CatalogueEntry) else metrics
    )
    if asked is not None and not isinstance(asked, list | tuple):
        raise RequestError("metrics is a list of refs, keys or metrics. Write ['15', '57'].")
    contracts = _contracts(plan, asked)
    request.check_tables(data, contracts)
    spans = request.check_periods(periods)
    dimensions = request.check_breakdowns(by, plan, asked)
    chosen = request.choose(asked, plan, data)
    overrides = request.check_assumptions(assumptions, chosen)
    chosen = [each.overridden(overrides) for each in chosen]
    stated = request.check_coverage(coverage, contracts)
    day = request.check_date(as_at, "as_at")
    statistics = statistics_by_table(chosen)
    measures = sum(len(each.measures) for each in chosen)
    request.check_size(measures, [len(each.members) for each in dimensions], len(spans))
    say = progress or (lambda _: None)
    named = asked is not None
    tables = _tables(data, contracts, statistics, dimensions, on_violation, say, named=named)
    axes = Axes(dimensions, tuple(_members(each, tables.values()) for each in dimensions))
    request.check_size(measures, [len(each) for each in axes.members], len(spans))
    compiler = Compiler(overrides)
    found = Aggregates()
    read: dict[str, tuple[Table, list[Statistic]]] = {}
    for name, table in tables.items():
        wanted = [
            each
            for each in statistics.get(name, {}).values()
            if each.columns <= table.columns and not each.columns & table.broken.keys()
        ]
        say(f"counting {name}")
        part = _there(table, partial(aggregate_table, table, wanted, spans, axes, compiler))
        found.arrays |= part.arrays
        found.dates |= part.dates
        read[name] = table, wanted
    grid = Grid(spans, axes, tables, found, stated, day, overrides)
    measured = [one for each in chosen for one in computed(each, grid)]
    entries = {each.entry.ref: ComputedEntry(each.entry, each.metric) for each in chosen}
    return Result(
        tidy(measured, grid),
        tuple(each.key for each in dimensions),
        entries,
        provenance=stamp(
            chosen,
            spans,
            dimensions,
            read,
            found,
            as_at=day,
            coverage=stated,
            assumptions=overrides,
        ),
    )


def _contracts(
    plan: Catalogue, asked: Sequence[str | CatalogueEntry] | None
) -> dict[str, ContractType]:
    """Return the tables of the catalogue and of metrics handed in as objects."""
    found = plan.contracts
    for each in asked or ():
        if isinstance(each, Metric):
            found |= each.contracts
    return found


def statistics_by_table(chosen: Sequence[request.Chosen]) -> dict[str, dict[str, Statistic]]:
    """Return each table's statistics; those that are the same number are kept once."""
    found: dict[str, dict[str, Statistic]] = {}
    for one in chosen:
        bases = {each.basis for each in one.measures}
        for measure in one.metric.measures:
            if measure.basis in bases:
                for each in measure.statistics.values():
                    found.setdefault(each.contract.table, {}).setdefault(each.key, each)
    return found


def _tables(
    data: Mapping[str, Any],
    contracts: Mapping[str, ContractType],
    statistics: Mapping[str, Mapping[str, Statistic]],
    dimensions: tuple[Dimension, ...],
    on_violation: str,
    say: Callable[[str], None],
    *,
    named: bool,
) -> dict[str, Table]:
    found: dict[str, Table] = {}
    failed: list[ContractReport] = []
    for name, contract in contracts.items():
        if name not in data or name not in statistics:
            continue
        say(f"checking {name}")
        needed = list(statistics[name].values())
        read = {column for each in needed for column in each.columns}
        breakdowns = _breakdown_columns(contract, dimensions)
        keys = {column for key in contract.keys for column in key}
        ruled = {
            each.name
            for rule in contract.rules.values()
            for each in rule.condition.walk()
            if isinstance(each, Column)
        }
        table, report = prepare(
            data[name],
            contract,
            wanted=read | breakdowns | keys | (ruled if ruled <= read else set()),
            required=sorted(read) if named else (),
            instants=_instants(needed),
        )
        if not report.ok and on_violation == "raise":
            failed.append(report)
        found[name] = table
    if failed:
        raise ContractError(tuple(failed))
    return found


def _breakdown_columns(contract: ContractType, dimensions: tuple[Dimension, ...]) -> set[str]:
    return {
        each.name
        for dimension in dimensions
        if dimension.key in contract.dimensions
        for each in contract.dimensions[dimension.key][1].walk()
        if isinstance(each, Column)
    }


def _instants(statistics: Sequence[Statistic]) -> set[str]:
    ends = [
        end
        for statistic in statistics
        for each in statistic.expressions()
        if isinstance(each, Elapsed)
        for end in (each.start, each.end)
    ]
    for statistic in statistics:
        if statistic.alignment is TimeAlignment.INTERVAL and statistic.until is not None:
            ends += [statistic.at, statistic.until]
    return {each.name for each in ends if isinstance(each, Column)}


def _members(dimension: Dimension, tables: Any) -> tuple[str, ...]:
    """Return a breakdown's closed list, or what the tables hold where it has none."""
    if not dimension.is_open:
        return dimension.members
    seen: set[str] = set()
    for table in tables:
        carrier = table.contract.dimensions.get(dimension.key)
        if carrier and isinstance(carrier[1], Column) and carrier[1].name in table.columns:
            name = carrier[1].name
            seen |= _there(table, partial(_held, table, name))
    if len(seen) > MOST_MEMBERS:
        raise RequestError(
            f"Breakdown {dimension.key!r} has {len(seen):,} members in the data; the most is "
            f"{MOST_MEMBERS:,}. Is its column a name or a free text?"
        )
    return tuple(sorted(seen))


def _held(table: Table, column: str) -> set[str]:
    values = nw.from_native(table.lazy).select(nw.col(column).cast(nw.String)).unique()
    held = collect(values, table.contract.table, "listing members").to_series()
    return set(held.drop_nulls().to_list())


def _there(table: Table, work: Callable[[], Answer]) -> Answer:
    """Do work on a table; an engine that stops answering meanwhile is one clear error."""
    engine = engine_of(table.lazy) if table.remote else None
    return work() if engine is None else through(engine.name, table.contract.table, work)
