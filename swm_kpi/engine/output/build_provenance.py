"""What a result is stamped with: what it was computed from, and by what."""

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
from swm_kpi.engine.aggregate.aggregate_table import Aggregates, Array
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.selection import SelectedMetric
from swm_kpi.measures import Statistic
from swm_kpi.provenance import Provenance, TableRead, fingerprint, library_version

_DISTRIBUTIONS = {
    "Polars": "polars", "DuckDB": "duckdb", "Spark": "pyspark", "Ibis": "ibis-framework",
}  # fmt: skip


def stamp(
    chosen: Sequence[SelectedMetric],
    spans: Sequence[Period],
    dimensions: Sequence[Dimension],
    tables: Mapping[str, tuple[Table, Sequence[Statistic]]],
    found: Aggregates,
    *,
    as_at: date | None,
    coverage: Mapping[str, tuple[date, date]],
    assumptions: Mapping[str, Any],
) -> Callable[[], Provenance]:
    """Take down where the numbers of one computation came from, to be told when it is asked for.

    At a thousand rows a fingerprint takes longer than the numbers do, and few who compute ask for
    one. What it is of is kept meanwhile: the aggregates, and nothing of the table itself.

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
    names = sorted({table.engine for table, _ in tables.values()}) or ["Polars"]
    told = Provenance(
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
            TableRead(name, table.rows, notes=table.notes, validated=not table.broken)
            for name, (table, _) in tables.items()
        ),
    )
    answers = {name: _Answers.of(*read, found) for name, read in tables.items()}
    return partial(_fingerprinted, told, answers)


def _fingerprinted(told: Provenance, answers: Mapping[str, _Answers]) -> Provenance:
    tables = (replace(each, fingerprint=fingerprint(*answers[each.name])) for each in told.tables)
    return replace(told, tables=tuple(tables))


@cache
def _version(engine: str) -> str:
    try:
        return version(_DISTRIBUTIONS[engine])
    except PackageNotFoundError:
        return "of a version not known"


@dataclass(frozen=True)
class _Answers:
    """What was read of a table: its rows, the days its dates lie between, and every aggregate."""

    rows: int
    spans: Mapping[str, tuple[date, date]]
    arrays: Mapping[str, Array]
    dates: Mapping[str, Sequence[date | int | None]]

    @classmethod
    def of(cls, table: Table, statistics: Sequence[Statistic], found: Aggregates) -> _Answers:
        columns = frozenset[str]().union(*(each.columns for each in statistics))
        keys = [each.key for each in statistics]
        return cls(
            table.rows,
            {name: days for name, days in table.spans.items() if name in columns},
            {key: found.arrays[key] for key in keys},
            {key: found.dates[key] for key in keys if key in found.dates},
        )

    def __iter__(self) -> Iterator[dict[str, Any]]:
        yield {"rows": [self.rows]}
        yield {name: list(days) for name, days in self.spans.items()}
        for key, array in self.arrays.items():
            values = array.ravel()
            # A cell of nothing is left out: a table by 5,000 members is mostly those.
            cells = np.flatnonzero(values)
            yield {"cell": cells.tolist(), key: values[cells].tolist()}
        for key, days in self.dates.items():
            yield {f"days of {key}": days}
