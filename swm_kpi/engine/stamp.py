"""What a result is stamped with: what it was computed from, and by what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import narwhals as nw
import numpy as np

from swm_kpi.contracts import Dimension
from swm_kpi.engine import engines
from swm_kpi.engine.accumulate import Accumulated
from swm_kpi.engine.request import Chosen
from swm_kpi.engine.tables import Table
from swm_kpi.measures import Statistic
from swm_kpi.periods import Period
from swm_kpi.provenance import Provenance, TableRead, fingerprint, library_version

_DISTRIBUTIONS = {
    "Polars": "polars", "DuckDB": "duckdb", "Spark": "pyspark", "Ibis": "ibis-framework",
}  # fmt: skip


def stamp(
    chosen: Sequence[Chosen],
    spans: Sequence[Period],
    dimensions: Sequence[Dimension],
    tables: Mapping[str, tuple[Table, Sequence[Statistic]]],
    found: Accumulated,
    *,
    as_at: date | None,
    coverage: Mapping[str, tuple[date, date]],
    assumptions: Mapping[str, Any],
) -> Provenance:
    """Return where the numbers of one computation came from.

    Args:
        chosen: the refs that were computed.
        spans: the periods.
        dimensions: the breakdowns.
        tables: by name, each table and the statistics that were read from it.
        found: the aggregates.
        as_at: the day of extraction, where it was said.
        coverage: what was stated of each table.
        assumptions: what was overridden.
    """
    names = sorted({_engine(table) for table, _ in tables.values()}) or ["Polars"]
    return Provenance(
        library=library_version(),
        engine=" and ".join(names),
        engine_version=" and ".join(_version(each) for each in names),
        definitions={each.entry.ref: each.metric.definition for each in chosen},
        as_at=as_at,
        periods=tuple(each.label for each in spans),
        breakdowns=tuple(each.key for each in dimensions),
        assumptions=assumptions,
        coverage={name: span for name, span in coverage.items() if name in tables},
        tables=tuple(
            TableRead(
                name,
                table.rows,
                fingerprint(*_answers(table, statistics, found)),
                table.notes,
                validated=not table.broken,
            )
            for name, (table, statistics) in tables.items()
        ),
    )


def _engine(table: Table) -> str:
    engine = engines.engine_of(nw.to_native(table.lazy, pass_through=True))
    return engine.name if engine is not None else "Polars"


@cache
def _version(engine: str) -> str:
    try:
        return version(_DISTRIBUTIONS[engine])
    except PackageNotFoundError:
        return "of a version not known"


def _answers(
    table: Table, statistics: Sequence[Statistic], found: Accumulated
) -> Iterator[dict[str, Any]]:
    """Yield what was read: the rows, the days that dates lie between, and every aggregate."""
    columns = frozenset[str]().union(*(each.columns for each in statistics))
    yield {"rows": [table.rows]}
    yield {name: list(days) for name, days in table.spans.items() if name in columns}
    for key in (each.key for each in statistics):
        values = found.arrays[key].ravel()
        # A cell of nothing is left out: a table by 5,000 members is mostly those.
        cells = np.flatnonzero(values)
        yield {"cell": cells.tolist(), key: values[cells].tolist()}
        if key in found.dates:
            yield {f"days of {key}": found.dates[key]}
