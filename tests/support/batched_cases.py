"""Independent random cases batched in one table, for an engine that takes seconds for each query.

A row carries the name of its case, and no person or key is in two cases. One request, broken down
by case, computes them all. The tests compare each case with the oracle by itself. A measure that
reads a whole table (snapshots, reference years, shares of a total, rows compared with other rows)
is compared with the oracle of all cases in one table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from swm_kpi import (
    Count,
    Dimension,
    Duration,
    Period,
    Proportion,
    ReoffendingRate,
    RepeatRate,
    Sum,
    SumProduct,
    SurveyProportion,
)
from swm_kpi.expressions import MetByNone
from swm_kpi.measures import Measure
from tests.support import oracle
from tests.support.oracle_cases import (
    AREA,
    CASE,
    CONTRACTS,
    MEASURES,
    SORT,
    SYSTEM,
    build_metric,
    cells_of,
    compute,
    differences,
    to_frame,
)

Tables = Mapping[str, Sequence[Mapping[str, Any]]]
BY = [CASE, AREA, SORT, SYSTEM]
_ROW_KINDS = (
    Count,
    Duration,
    Proportion,
    SumProduct,
    ReoffendingRate,
    RepeatRate,
    Sum,
    SurveyProportion,
)


def is_of_rows(measure: Measure) -> bool:
    """Return whether a cell depends only on the rows of its own case."""
    nodes = {type(node) for s in measure.statistics.values() for node in s.expressions()}
    return (
        isinstance(measure, _ROW_KINDS)
        and MetByNone not in nodes
        and getattr(measure, "blank_means_no", None) is None
    )


EVERYTHING = build_metric(MEASURES, BY)
BY_CASE = build_metric([measure for measure in MEASURES if is_of_rows(measure)], [AREA, SORT, CASE])
_TABLE_KEYS = {measure.key for measure in MEASURES if not is_of_rows(measure)}
_DEPENDED_ON = {
    key for measure in MEASURES if measure.key in _TABLE_KEYS for key in measure.depends_on
}
BY_TABLE = build_metric(
    [measure for measure in MEASURES if measure.key in _TABLE_KEYS | _DEPENDED_ON], BY
)


def batch(cases: Mapping[str, Tables]) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of all cases as one table of each name."""
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTRACTS}
    for case, case_tables in cases.items():
        for name, rows in case_tables.items():
            for row in rows:
                keys = {key: row[key] for key in ("visit_id", "person") if row.get(key)}
                own_keys = {key: f"{case} {value}" for key, value in keys.items()}
                tables[name].append({**row, **own_keys, "case": case})
    return tables


def mismatches(
    cases: Mapping[str, Tables],
    periods: Sequence[Period],
    by: Sequence[Dimension],
    load: Callable[[str, pl.DataFrame], Any],
) -> list[str]:
    """Compute every kind of measure of all cases at once; describe cells unlike the oracle's.

    Args:
        cases: the rows of each case's tables, by the name of the case.
        periods, by: the request.
        load: takes a table's name and rows, and returns the engine's own table.
    """
    tables = batch(cases)
    data = {name: load(name, to_frame(name, rows)) for name, rows in tables.items()}
    actual = cells_of(compute(EVERYTHING, data, periods, [CASE, *by]))
    cases_in_result = {key[3] for key in actual}
    by_table = oracle.compute(BY_TABLE, tables, periods, [CASE, *by])
    expected = {key: cell for key, cell in by_table.items() if key[0] in _TABLE_KEYS}
    for case, case_tables in cases.items():
        if case in cases_in_result:
            for key, cell in oracle.compute(
                BY_CASE, case_tables, periods, by, judged_by=tables
            ).items():
                expected[(*key[:3], case, *key[3:])] = cell
    for key, cell in oracle.compute(BY_CASE, tables, periods, by).items():
        expected[(*key[:3], oracle.ALL, *key[3:])] = cell
    return differences(actual, expected)
