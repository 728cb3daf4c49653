"""Each number counts the rows behind it with a value that no mapping maps, on every engine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import swm_kpi as kpi
from tests.support import engines
from tests.support.oracle import Oracle, _grid
from tests.support.oracle_cases import (
    AREA,
    EVERYTHING,
    MEASURES,
    SORT,
    SYSTEM,
    build_metric,
    compute,
    random_requests,
    random_tables,
)
from tests.support.oracle_mapped import mapped, mapping_counts, with_statuses

pytestmark = [*engines.IGNORED_WARNINGS, pytest.mark.slow]

OF_VISITS = build_metric(
    [
        measure
        for measure in MEASURES
        if measure.key
        in ("listed", "not_a", "either", "cost", "quick_share", "satisfied", "mean_hours_if_closed")
    ],
    [AREA, SORT],
)
FEW = settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))


def check_counts(
    tables: dict[str, list[dict[str, Any]]], request: Any, metric: kpi.Metric, load: Any = None
) -> None:
    """Assert that the counts of every cell are those of the oracle, and add up."""
    periods, by = request
    data = {name: mapped(name, rows, load) for name, rows in tables.items()}
    frame = compute(metric, data, periods, by).to_polars()
    oracle = Oracle(metric, tables, {})
    expected = {
        key: mapping_counts(oracle, measure, period, oracle.carried(measure, chosen))
        for key, measure, period, chosen in _grid(oracle, periods, by)
    }
    wrong = []
    for row in frame.to_dicts():
        key = tuple(row[name] for name in ("measure", "basis", "period", *(d.key for d in by)))
        unmapped, other = expected[key]
        left_out = (row["undecided"] or 0) + (row["without_value"] or 0)
        reasons = sum(row[name] or 0 for name in ("unmapped", "null_at_source", "in_repeated_hour"))
        states_reasons = row["unmapped"] is not None or row["null_at_source"] is not None
        is_right = (row["unmapped"] or 0) == unmapped
        is_right &= row["marker"] == "[x]" or (row["mapped_to_other"] or 0) == other
        is_right &= not states_reasons or reasons == left_out
        if not is_right:
            wrong.append((key, expected[key], row))
    assert not wrong


@FEW
@given(random_tables().flatmap(with_statuses), random_requests())
def test_every_kind_of_measure_counts_what_is_not_mapped(tables: Any, request: Any) -> None:
    check_counts(tables, request, EVERYTHING)


@FEW
@given(random_tables(["visit"]).flatmap(with_statuses), random_requests())
def test_a_large_table_counts_by_combinations_of_values(tables: Any, request: Any) -> None:
    """Above some number of rows, conditions are evaluated once for each combination of values."""
    periods, by = request
    by = [dimension for dimension in by if dimension is not SYSTEM]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("swm_kpi.engine.backends.polars_backend.FEW", 0)
        patch.setattr("swm_kpi.engine.backends.polars_backend.ROWS_PER_COMBINATION", 0.01)
        check_counts(tables, (periods, by), OF_VISITS)


@FEW
@given(random_tables(["visit"]).flatmap(with_statuses), random_requests())
@pytest.mark.parametrize(
    "engine",
    [
        pytest.param(name, marks=() if name == "DuckDB" else pytest.mark.exhaustive)
        for name in engines.NAMES
    ],
)
def test_every_engine_counts_what_is_not_mapped(engine: str, tables: Any, request: Any) -> None:
    periods, by = request
    by = [dimension for dimension in by if dimension is not SYSTEM]
    check_counts(tables, (periods[:1], by), OF_VISITS, engines.loader(engine))
