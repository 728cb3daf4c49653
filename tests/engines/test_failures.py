"""An engine that loses its connection, lacks an operation or is not installed: one clear error."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import swm_kpi as kpi
from swm_kpi.engine import compute as compute_module
from tests.support import engines, stopped_spark
from tests.support.confidential_rows import COUNT_BY_DUE_DAY, KEY_PREFIX, ROWS, YEAR
from tests.support.oracle_cases import AREA, MEASURES, build_metric, compute, to_frame

# Between Ibis and SQLite, rows pass through features of pandas and Python that are deprecated.
SQLITE = pytest.mark.filterwarnings("ignore::DeprecationWarning")
pytestmark = list(engines.IGNORED_WARNINGS)

ROOT = Path(__file__).parents[2]


def duckdb_table() -> tuple[Any, Callable[[], None]]:
    engines.require_modules("duckdb", extra="duckdb")
    import duckdb

    connection = duckdb.connect()
    connection.register("rows", ROWS.to_arrow())
    connection.execute("CREATE TABLE visit AS FROM rows")
    return connection.table("visit"), connection.close


def postgres_table() -> tuple[Any, Callable[[], None]]:
    connection, stop = engines.postgres_server()
    return connection.create_table("visit", ROWS.to_arrow()), stop


TABLES = {"DuckDB": duckdb_table, "Ibis": postgres_table}
"""By engine: returns the table, and a function that ends the connection."""


@pytest.mark.parametrize("engine", TABLES)
@pytest.mark.parametrize("when", ["before", "after validation", "during the request"])
def test_a_lost_connection_is_one_clear_error(monkeypatch, engine, when) -> None:
    """The error names the table and the engine, and repeats no value of the table."""
    table, disconnect = TABLES[engine]()
    if when == "after validation":
        table = kpi.validate(table, COUNT_BY_DUE_DAY.contracts["visit"]).table
    if when == "during the request":
        aggregate_table = compute_module.aggregate_table

        def disconnect_and_aggregate(*arguments: Any) -> Any:
            disconnect()
            return aggregate_table(*arguments)

        monkeypatch.setattr(compute_module, "aggregate_table", disconnect_and_aggregate)
    else:
        disconnect()
    with pytest.raises(kpi.InputError, match=rf"'visit'.*{engine}.*connection") as caught:
        compute(COUNT_BY_DUE_DAY, {"visit": table}, YEAR, [AREA])
    assert KEY_PREFIX not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_stopped_spark_session_is_one_clear_error() -> None:
    """It stops during one request and before another, in a process with a session of its own."""
    engines.require_modules("pyspark", extra="spark")
    engines.loader("Spark")
    process = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", stopped_spark.__name__],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = process.stdout.splitlines()
    errors = [line for line in lines if line.startswith(stopped_spark.PREFIX)]
    assert len(errors) == 2, process.stderr[-2_000:]
    for error in errors:
        assert error.endswith("None")
        assert "'visit'" in error
        assert "Spark" in error
        assert KEY_PREFIX not in error


@pytest.fixture
def load_into_sqlite() -> Iterator[Callable[[pl.DataFrame], Any]]:
    """A function that loads rows into a database without quantiles and time zones."""
    engines.require_modules("ibis", extra="ibis")
    import ibis

    database = ibis.sqlite.connect()
    yield lambda rows: database.create_table("visit", rows.to_arrow())
    database.disconnect()


@SQLITE
def test_a_database_without_quantiles_computes_medians_and_their_limits(load_into_sqlite) -> None:
    """The engine ranks the values, which every database can do."""
    medians = build_metric(
        [measure for measure in MEASURES if measure.key == "median_days"], [AREA]
    )
    first = ROWS.row(0, named=True) | {"flag": False}
    days_waited = [30, 4, 1, 9, 4, 2, 25]
    rows = to_frame(
        "visit",
        [
            first | {"visit_id": f"v{days}-{number}", "seen_on": date(2024, 4, 1 + days - 1)}
            for number, days in enumerate(days_waited)
        ],
    )
    actual = compute(medians, {"visit": load_into_sqlite(rows)}, YEAR, [AREA]).to_polars()
    total = actual.filter(area="All").row(0, named=True)
    assert (total["value"], total["lower"], total["upper"]) == (3, 0, 29)
    assert_frame_equal(actual, compute(medians, {"visit": rows}, YEAR, [AREA]).to_polars())


@SQLITE
def test_a_database_without_local_time_is_refused_by_name(load_into_sqlite) -> None:
    """The message says which view to create."""
    hours = build_metric([measure for measure in MEASURES if measure.key == "mean_hours"], [AREA])
    with pytest.raises(kpi.InputError, match=r"Local time.*sqlite.*Europe/London"):
        compute(hours, {"visit": load_into_sqlite(ROWS)}, YEAR, [AREA])


@SQLITE
def test_an_unsupported_operation_is_not_called_a_lost_connection(load_into_sqlite) -> None:
    """A sum of money needs an operation that SQLite lacks."""
    cost = build_metric([measure for measure in MEASURES if measure.key == "cost"], [AREA])
    with pytest.raises(kpi.InputError, match=r"'visit'.*cannot do what this request needs"):
        compute(cost, {"visit": load_into_sqlite(ROWS)}, YEAR, [AREA])


def test_an_error_for_a_missing_library_names_the_extra(monkeypatch) -> None:
    """DuckDB returns its groups as Arrow tables."""
    table, _ = duckdb_table()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(kpi.InputError, match=r"pyarrow must be installed.*swm-kpi\[duckdb\]"):
        compute(COUNT_BY_DUE_DAY, {"visit": table}, YEAR, [AREA])
