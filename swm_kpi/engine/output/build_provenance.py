"""Build the provenance of a result: what it was computed from, and with what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from swm_kpi.calendar import Period
from swm_kpi.contracts import Dimension
from swm_kpi.coverage import Coverage
from swm_kpi.engine.aggregate.aggregate_table import Aggregates, Array
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.selection import SelectedMetric
from swm_kpi.measures import Statistic
from swm_kpi.provenance import Provenance, TableRead, fingerprint, library_version

_DISTRIBUTIONS = {
    "Polars": "polars", "DuckDB": "duckdb", "Spark": "pyspark", "Ibis": "ibis-framework",
}  # fmt: skip


def build_provenance(
    chosen: Sequence[SelectedMetric],
    spans: Sequence[Period],
    dimensions: Sequence[Dimension],
    tables: Mapping[str, tuple[Table, Sequence[Statistic]]],
    aggregates: Aggregates,
    *,
    as_at: date | None,
    coverage: Mapping[str, Coverage],
    assumptions: Mapping[str, Any],
    force: str,
    areas: str,
) -> Callable[[], Provenance]:
    """Return a function that builds the provenance of one computation.

    For a thousand rows a fingerprint takes longer than the numbers, and few callers ask for one.
    Until then the function keeps the aggregates, and nothing of the tables themselves.

    Args:
        chosen: the metrics that were computed.
        spans: the periods.
        dimensions: the breakdowns.
        tables: by name, each table and the statistics that were read from it.
        aggregates: the aggregates.
        as_at: the day of extraction, if stated.
        coverage: by table, the coverage that the caller stated.
        assumptions: by key, the values that replace assumptions.
        force: what identifies the folder of the force; empty for none.
        areas: what identifies the areas and boundaries of the force; empty for those declared.
    """
    names = sorted({table.engine for table, _ in tables.values()}) or ["Polars"]
    unfingerprinted = Provenance(
        library=library_version(),
        engine=" and ".join(names),
        engine_version=" and ".join(_version(name) for name in names),
        definitions={metric.entry.ref: metric.metric.definition for metric in chosen},
        as_at=as_at,
        periods=tuple(period.label for period in spans),
        breakdowns=tuple(dimension.key for dimension in dimensions),
        assumptions=assumptions,
        force=force,
        areas=areas,
        coverage={name: span for name, span in coverage.items() if name in tables},
        tables=tuple(
            TableRead(
                name,
                table.rows,
                notes=table.notes,
                validated=not table.broken,
                mapping=table.mapping.definition if table.mapping is not None else "",
            )
            for name, (table, _) in tables.items()
        ),
    )
    contents = {name: _FingerprintContents.of(*read, aggregates) for name, read in tables.items()}
    return partial(_with_fingerprints, unfingerprinted, contents)


def _with_fingerprints(
    provenance: Provenance, contents: Mapping[str, _FingerprintContents]
) -> Provenance:
    tables = (
        replace(table, fingerprint=fingerprint(*contents[table.name]))
        for table in provenance.tables
    )
    return replace(provenance, tables=tuple(tables))


@cache
def _version(engine: str) -> str:
    try:
        return version(_DISTRIBUTIONS[engine])
    except PackageNotFoundError:
        return "of a version not known"


@dataclass(frozen=True)
class _FingerprintContents:
    """What a fingerprint hashes: the row count, the span of each date column and all aggregates."""

    rows: int
    spans: Mapping[str, tuple[date, date]]
    arrays: Mapping[str, Array]
    dates: Mapping[str, Sequence[date | int | None]]

    @classmethod
    def of(
        cls, table: Table, statistics: Sequence[Statistic], aggregates: Aggregates
    ) -> _FingerprintContents:
        columns = frozenset[str]().union(*(statistic.columns for statistic in statistics))
        keys = [statistic.key for statistic in statistics]
        return cls(
            table.rows,
            {name: days for name, days in table.spans.items() if name in columns},
            {key: aggregates.arrays[key] for key in keys},
            {key: aggregates.dates[key] for key in keys if key in aggregates.dates},
        )

    def __iter__(self) -> Iterator[dict[str, Any]]:
        yield {"rows": [self.rows]}
        yield {name: list(days) for name, days in self.spans.items()}
        for key, array in self.arrays.items():
            values = array.ravel()
            # Zero cells are left out: in a table by 5,000 members most cells are zero.
            cells = np.flatnonzero(values)
            yield {"cell": cells.tolist(), key: values[cells].tolist()}
        for key, days in self.dates.items():
            yield {f"days of {key}": days}
