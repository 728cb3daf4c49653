"""A request, checked before any row is read: metrics, periods, breakdowns, tables and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from swm_kpi.calendar import Period
from swm_kpi.contracts import ContractType, Dimension
from swm_kpi.coverage import Coverage
from swm_kpi.engine.plan.columns import ColumnsToRead, columns_of_request
from swm_kpi.engine.plan.selection import SelectedMetric, select_metrics, statistics_by_table
from swm_kpi.errors import PeriodError, RequestError, did_you_mean
from swm_kpi.expressions import Assumption, Term
from swm_kpi.expressions.literals import literal_problem
from swm_kpi.measures import Statistic
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric

MAX_CELLS = 5_000_000
ON_VIOLATION = ("raise", "withhold")


@dataclass(frozen=True)
class Request:
    """A request that has been checked, with all that follows from it without reading a row.

    Attributes:
        metrics: the metrics to compute, with their assumptions replaced.
        periods: the periods.
        dimensions: the breakdowns, to be crossed.
        contracts: by name, the contract of every table that a metric may read.
        statistics: by table and key, everything to compute from each table.
        columns: the columns to read of each table that the data have.
        coverage: by table, the days that the caller says it covers.
        as_at: the day the data were extracted, if the caller says it.
        assumptions: values that replace the defaults of assumptions, by key.
        withholds: whether measures that read a broken column are withheld, instead of an error.
    """

    metrics: tuple[SelectedMetric, ...]
    periods: tuple[Period, ...]
    dimensions: tuple[Dimension, ...]
    contracts: Mapping[str, ContractType]
    statistics: Mapping[str, Mapping[str, Statistic]]
    columns: Mapping[str, ColumnsToRead]
    coverage: Mapping[str, Coverage]
    as_at: date | None
    assumptions: Mapping[str, Any]
    withholds: bool

    def check_size(self, members: Sequence[int]) -> None:
        """Refuse a result that is too large to be useful.

        Args:
            members: how many members each breakdown has.

        Raises:
            RequestError: gives the sizes that multiply.
        """
        measures = sum(len(metric.measures) for metric in self.metrics)
        cells = measures * len(self.periods)
        for length in members:
            cells *= length + 2
        if cells > MAX_CELLS:
            sizes = " x ".join(str(length) for length in members) or "1"
            raise RequestError(
                f"The result would have {cells:,} cells ({measures} measures x "
                f"{len(self.periods)} periods x breakdowns of {sizes}); the most is "
                f"{MAX_CELLS:,}. Ask for fewer breakdowns at once."
            )


def plan_request(
    metrics: Sequence[str | CatalogueEntry] | str | None,
    data: Mapping[str, Any],
    catalogue: Catalogue,
    *,
    periods: Any,
    by: Sequence[str],
    as_at: Any = None,
    coverage: Mapping[str, Coverage | tuple[Any, Any]] | None = None,
    assumptions: Mapping[str, Any] | None = None,
    on_violation: str = "raise",
) -> Request:
    """Check a request, and find what it computes and reads. The arguments are those of ``compute``.

    Of ``data`` only the names of its tables are used.

    Raises:
        RequestError: a ref, table, breakdown, assumption or option is unknown, or the data have
            none of the tables of a metric that the request names.
        PeriodError: a period is not written as one.
    """
    if on_violation not in ON_VIOLATION:
        raise RequestError("on_violation is 'raise' or 'withhold'.")
    names: Sequence[str | CatalogueEntry] | None = (
        [metrics] if isinstance(metrics, str | CatalogueEntry) else metrics
    )
    if names is not None and not isinstance(names, list | tuple):
        raise RequestError("metrics is a list of refs, keys or metrics. Write ['15', '57'].")
    contracts = _contracts(names, catalogue)
    check_tables(data, contracts)
    spans = check_periods(periods)
    dimensions = check_breakdowns(by, catalogue, names)
    selected = select_metrics(names, catalogue, data)
    overrides = check_assumptions(assumptions, selected, decided=catalogue.assumptions)
    selected = [metric.with_assumptions(overrides) for metric in selected]
    statistics = statistics_by_table(selected)
    request = Request(
        metrics=tuple(selected),
        periods=spans,
        dimensions=dimensions,
        contracts=contracts,
        statistics=statistics,
        columns={
            name: columns_of_request(
                contract,
                list(statistics[name].values()),
                _dimensions_of(name, dimensions, selected),
                spans,
                is_required=names is not None,
            )
            for name, contract in contracts.items()
            if name in data and name in statistics
        },
        coverage=check_coverage(coverage, contracts),
        as_at=check_date(as_at, "as_at"),
        assumptions=overrides,
        withholds=on_violation == "withhold",
    )
    request.check_size([len(dimension.members) for dimension in dimensions])
    return request


def _dimensions_of(
    table: str, dimensions: Sequence[Dimension], metrics: Sequence[SelectedMetric]
) -> list[Dimension]:
    """Return the breakdowns that some metric which reads a table has."""
    keys = {
        dimension.key
        for selected in metrics
        if table in selected.metric.contracts
        for dimension in selected.metric.dimensions
    }
    return [dimension for dimension in dimensions if dimension.key in keys]


def _contracts(
    names: Sequence[str | CatalogueEntry] | None, catalogue: Catalogue
) -> dict[str, ContractType]:
    """Return the contracts of the catalogue, and of metrics that the request passes as objects."""
    contracts = catalogue.contracts
    for name in names or ():
        if isinstance(name, Metric):
            contracts |= name.contracts
    return contracts


def check_tables(data: Mapping[str, Any], contracts: Mapping[str, ContractType]) -> None:
    """Refuse a table that no metric reads.

    Raises:
        RequestError: suggests the nearest name.
    """
    if not isinstance(data, Mapping):
        raise RequestError(
            f"data is a {type(data).__name__}. Pass a mapping of table name to table, such as "
            '{"incident": incidents}.'
        )
    for name in data:
        if name not in contracts:
            shown = str(name)[:60]
            raise RequestError(
                f"No metric reads a table {shown!r}. {did_you_mean(shown, contracts)}"
            )


def check_periods(periods: Any) -> tuple[Period, ...]:
    """Return the periods of a request, from periods, labels, or a mixture of both.

    Raises:
        PeriodError: there are none, or one of them is not a period.
    """
    if isinstance(periods, str | Period):
        periods = [periods]
    try:
        parsed = tuple(
            period if isinstance(period, Period) else Period.parse(period) for period in periods
        )
    except TypeError:
        raise PeriodError(
            'periods are Period objects or labels. Write kpi.periods("2024/25 Q1").'
        ) from None
    if not parsed:
        raise PeriodError('The request has no period. Write kpi.periods("2024/25 Q1").')
    if len(set(parsed)) < len(parsed):
        raise PeriodError("A period is repeated. List each period once.")
    return parsed


def check_breakdowns(
    by: Sequence[str], catalogue: Catalogue, metrics: Sequence[str | CatalogueEntry] | None
) -> tuple[Dimension, ...]:
    """Return the breakdowns named in ``by``, from the catalogue or from metrics passed as objects.

    Raises:
        RequestError: a breakdown is unknown or repeated.
    """
    if isinstance(by, str):
        raise RequestError(f"by is a list. Write by=[{by[:40]!r}].")
    if not isinstance(by, list | tuple) or not all(isinstance(name, str) for name in by):
        raise RequestError('by is a list of the names of breakdowns. Write by=["lpa"], or by=[].')
    known = dict(catalogue.dimensions)
    for metric in metrics or ():
        if isinstance(metric, Metric):
            known |= {dimension.key: dimension for dimension in metric.dimensions}
    for name in by:
        if name not in known:
            shown = str(name)[:60]
            raise RequestError(f"No metric has a breakdown {shown!r}. {did_you_mean(shown, known)}")
    if len(set(by)) < len(by):
        raise RequestError("A breakdown is repeated. List each breakdown once.")
    return tuple(known[name] for name in by)


def check_date(day: Any, name: str) -> date | None:
    """Return a date from a date or ISO text.

    Raises:
        RequestError: it is neither.
    """
    if day is None or (isinstance(day, date) and not isinstance(day, datetime)):
        return day
    if isinstance(day, str):
        try:
            return date.fromisoformat(day)
        except ValueError:
            pass
    raise RequestError(f"{name} is not a date. Write an ISO date such as '2025-04-14'.")


def check_coverage(
    coverage: Mapping[str, Coverage | tuple[Any, Any]] | None,
    contracts: Mapping[str, ContractType],
) -> dict[str, Coverage]:
    """Return the coverage that the caller states.

    Raises:
        RequestError: a table is unknown, a span is not two dates in order, or the table has no
            breakdown by the reporters.
    """
    if not isinstance(coverage or {}, Mapping):
        fix = 'Write coverage={"incident": ("2024-04-01", "2025-03-31")}.'
        raise RequestError(f"coverage is a mapping of table to first and last day. {fix}")
    spans = {}
    for table, span in (coverage or {}).items():
        if table not in contracts:
            shown = str(table)[:60]
            raise RequestError(
                f"coverage: no metric reads {shown!r}. {did_you_mean(shown, contracts)}"
            )
        if isinstance(span, Coverage):
            if span.reporter and span.reporter not in contracts[table].dimensions:
                known = did_you_mean(span.reporter, contracts[table].dimensions)
                raise RequestError(
                    f"coverage of {table!r}: the table has no breakdown {span.reporter!r}. {known}"
                )
            _check_reporters(table, span, contracts[table])
            spans[table] = span
            continue
        try:
            first, last = (check_date(day, f"coverage of {table!r}") for day in span)
        except (TypeError, ValueError):
            raise RequestError(f"coverage of {table!r} is not (first day, last day).") from None
        if first is None or last is None or last < first:
            raise RequestError(f"coverage of {table!r} ends before it begins. Write (first, last).")
        spans[table] = Coverage((first, last))
    return spans


def _check_reporters(table: str, coverage: Coverage, contract: ContractType) -> None:
    """Refuse a reporter that is no member of its breakdown.

    Raises:
        RequestError: a reporter is not in the closed list.
    """
    if not coverage.reporter:
        return
    dimension = contract.dimensions[coverage.reporter][0]
    for name in () if dimension.is_open else (*coverage.by_reporter, *coverage.optional):
        if name not in dimension.members:
            shown = name[:60]
            raise RequestError(
                f"coverage of {table!r}: {shown!r} is no {dimension.key}. "
                f"{did_you_mean(shown, dimension.members)}"
            )


def check_assumptions(
    overrides: Mapping[str, Any] | None,
    metrics: Sequence[SelectedMetric],
    *,
    decided: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the values that replace defaults of assumptions.

    Args:
        overrides: the values that the request states.
        metrics: the metrics of the request.
        decided: the values that the force has decided on. Those that no metric uses are left out,
            and the request can override the others.

    Raises:
        RequestError: no metric of the request uses the assumption, or the value does not fit where
            it is used.
    """
    if not overrides and not decided:
        return {}
    uses: dict[str, list[tuple[Assumption, Term | None]]] = {}
    for measure in (measure for selected in metrics for measure in selected.metric.measures):
        for assumption, term in measure.assumption_uses():
            uses.setdefault(assumption.key, []).append((assumption, term))
    values = {key: value for key, value in (decided or {}).items() if key in uses}
    values |= overrides or {}
    for key, value in values.items():
        if key not in uses:
            shown = str(key)[:60]
            raise RequestError(
                f"No metric of this request uses assumption {shown!r}. {did_you_mean(shown, uses)}"
            )
        for assumption, term in uses[key]:
            _check_override(assumption, term, value)
    return values


def _check_override(assumption: Assumption, term: Term | None, value: Any) -> None:
    is_list = isinstance(assumption.value, tuple)
    values = tuple(value) if is_list and isinstance(value, list | tuple) else (value,)
    kinds = {type(default) for default in assumption.values}
    allowed = {int, float} if float in kinds else kinds
    if not values or any(type(number) not in allowed for number in values):
        names = " or ".join(sorted(kind.__name__ for kind in kinds))
        wanted = "a list of " if is_list else ""
        raise RequestError(f"Assumption {assumption.key!r} takes {wanted}{names}.")
    for literal in values:
        problem = literal_problem(literal, term.dtype, term.domain) if term is not None else None
        if problem:
            rule, fix = problem
            raise RequestError(
                f"Assumption {assumption.key!r}, compared with {term}: {rule}. {fix}"
            )
