"""How a request is worked out: what is read, how it is grouped, and the queries themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from swm_kpi.calendar import periods as periods_of
from swm_kpi.engine.backends.scans import Scan, recorded
from swm_kpi.engine.compute import compute, statistics_by_table
from swm_kpi.engine.plan.request import choose
from swm_kpi.errors import clear_tracebacks
from swm_kpi.measures import Statistic
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry
from swm_kpi.model.plugins import catalogue as installed


@dataclass(frozen=True)
class QueryPlan:
    """How a request was worked out.

    Attributes:
        scans: each reading of a table, in order, with its query.
        statistics: by table, what is counted, summed, told apart or put in order.
        by: the breakdowns grouped by.
    """

    scans: tuple[Scan, ...]
    statistics: Mapping[str, tuple[Statistic, ...]]
    by: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(line for table in self.statistics for line in self._told(table))

    def _told(self, table: str) -> list[str]:
        scans = [each for each in self.scans if each.table == table]
        found = self.statistics[table]
        adding = [each for each in found if each.operation.is_additive]
        again = [each for each in found if not each.operation.is_additive]
        where = scans[0].where if scans else "nowhere: it was not read"
        groups = " and ".join(["month", *self.by])
        lines = [f"Table {table}, in {where}: {len(scans)} scans"]
        lines.append(f"  columns read: {', '.join(sorted({c for s in found for c in s.columns}))}")
        if adding:
            lines.append(f"  grouped once by {groups}, then merged: {len(adding)} that add")
        if again:
            lines.append(f"  grouped again for each level and total: {len(again)} that do not add")
        for scan in scans:
            lines.append(f"  scan for {scan.purpose}: {scan.rows:,} rows come of it")
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
    """Work a request out, and say how it was done. Nothing of the tables' content is in it.

    Args:
        metrics: as for ``compute``, and so are data, by and catalogue.
        data: table name to table.
        periods: as for ``compute``; the quarters of the financial year that today is in when left
            out, for the plan hardly depends on them.
        by: breakdowns.
        catalogue: whose metrics.

    Returns:
        The scans with their queries (SQL where the engine has SQL), the groups and what is counted;
        ``print`` it.

    Raises:
        SwmKpiError: whatever ``compute`` raises for the same request.
    """
    plan = catalogue if catalogue is not None else installed()
    if periods is None:
        today = date.today()
        first = today.year if today.month > 3 else today.year - 1
        periods = periods_of(f"{first}-04-01", f"{first + 1}-03-31", grain="quarter")
    asked = [metrics] if isinstance(metrics, str | CatalogueEntry) else metrics
    with recorded() as scans:
        compute(asked, data, periods=periods, by=by, catalogue=plan)
    found = statistics_by_table(choose(asked, plan, data))
    counted = {name: tuple(each.values()) for name, each in found.items() if name in data}
    return QueryPlan(tuple(scans), counted, tuple(by))
