"""``query_plan``: how a request is computed: what is read, how it is grouped, and the queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from swm_kpi.calendar import periods as periods_between
from swm_kpi.engine.compute import compute
from swm_kpi.engine.execution.scans import Scan, record_scans
from swm_kpi.engine.plan.request import plan_request
from swm_kpi.errors import clear_tracebacks
from swm_kpi.measures import Statistic
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry
from swm_kpi.model.plugins import catalogue as installed_catalogue


@dataclass(frozen=True)
class QueryPlan:
    """How a request is computed. Print it to read it.

    Attributes:
        scans: each scan of a table, in order, with its query.
        statistics: by table, the aggregates that are computed from it.
        by: the breakdowns to group by.
    """

    scans: tuple[Scan, ...]
    statistics: Mapping[str, tuple[Statistic, ...]]
    by: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(line for table in self.statistics for line in self._lines(table))

    def _lines(self, table: str) -> list[str]:
        scans = [scan for scan in self.scans if scan.table == table]
        statistics = self.statistics[table]
        additive = sum(statistic.operation.is_additive for statistic in statistics)
        others = len(statistics) - additive
        columns = sorted(frozenset[str]().union(*(statistic.columns for statistic in statistics)))
        engine = scans[0].engine if scans else "no engine: it was not read"
        groups = " and ".join(["month", *self.by])
        lines = [f"Table {table}, in {engine}: {len(scans)} scans"]
        lines.append(f"  columns read: {', '.join(columns)}")
        if additive:
            lines.append(f"  grouped once by {groups}, then merged: {additive} additive")
        if others:
            lines.append(f"  grouped again for each level and total: {others} not additive")
        for scan in scans:
            rows = "1 row" if scan.rows == 1 else f"{scan.rows:,} rows"
            lines.append(f"  scan for {scan.purpose}: returned {rows}")
            lines += [f"    {line}" for line in scan.query.splitlines()]
        return lines


@clear_tracebacks
def query_plan(
    metrics: Sequence[str | CatalogueEntry] | str | None,
    data: Mapping[str, Any],
    *,
    periods: Any = None,
    by: Sequence[str] = (),
    catalogue: Catalogue | None = None,
) -> QueryPlan:
    """Compute a request, and return how it was computed, with no value from any table.

    Args:
        metrics: as for ``compute``.
        data: table name to table, as for ``compute``.
        periods: as for ``compute``. By default the quarters of the current financial year, because
            the plan hardly depends on the periods.
        by: breakdowns, as for ``compute``.
        catalogue: where to look metrics up; by default the installed definitions.

    Returns:
        The scans with their queries (SQL where the engine has SQL), the groups and the aggregates.

    Raises:
        SwmKpiError: whatever ``compute`` raises for the same request.
    """
    definitions = catalogue if catalogue is not None else installed_catalogue()
    if periods is None:
        today = date.today()
        first = today.year if today.month > 3 else today.year - 1
        periods = periods_between(f"{first}-04-01", f"{first + 1}-03-31", grain="quarter")
    with record_scans() as scans:
        compute(metrics, data, periods=periods, by=by, catalogue=definitions)
    request = plan_request(metrics, data, definitions, periods=periods, by=by)
    statistics = {
        name: tuple(of_table.values())
        for name, of_table in request.statistics.items()
        if name in data
    }
    return QueryPlan(tuple(scans), statistics, tuple(by))
