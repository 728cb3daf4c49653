"""Engines that stop answering, lack an operation or are not installed: one clear error each."""

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
from swm_kpi.engine import compute as computing
from tests.support import engines
from tests.support.marked_visits import CANARY, COUNTED, ROWS, YEAR
from tests.support.oracle_cases import AREA, MEASURES, build_metric, compute, to_frame

# Ibis brings rows to SQLite and back through what pandas and Python are about to take away.
SQLITE = pytest.mark.filterwarnings("ignore::DeprecationWarning")
pytestmark = list(engines.IGNORED_WARNINGS)


def duckdb_table() -> tuple[Any, Callable[[], None]]:
    engines.require_modules("duckdb", extra="duckdb")
    import duckdb

    connection = duckdb.connect()
    connection.register("given", ROWS.to_arrow())
    connection.execute("CREATE TABLE visit AS FROM given")
    return connection.table("visit"), connection.close


def postgres_table() -> tuple[Any, Callable[[], None]]:
    connection, stop = engines.postgres_server()
    return connection.create_table("visit", ROWS.to_arrow()), stop


LOST = {"DuckDB": duckdb_table, "Ibis": postgres_table}


@pytest.mark.parametrize("engine", LOST)
@pytest.mark.parametrize("when", ["before", "after the check", "during the request"])
def test_a_lost_connection_is_one_clear_error(monkeypatch, engine, when) -> None:
    """The error names the table and the engine, and nothing of the table's content."""
    table, lose = LOST[engine]()
    if when == "after the check":
        table = kpi.validate(table, COUNTED.contracts["visit"]).table
    if when == "during the request":
        aggregate_table = computing.aggregate_table

        def lost_meanwhile(*given: Any) -> Any:
            lose()
            return aggregate_table(*given)

        monkeypatch.setattr(computing, "aggregate_table", lost_meanwhile)
    else:
        lose()
    with pytest.raises(kpi.InputError, match=rf"'visit'.*{engine}.*connection") as caught:
        compute(COUNTED, {"visit": table}, YEAR, [AREA])
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


STOPPED = """
import swm_kpi as kpi
from swm_kpi.engine import compute as computing
from tests.support import engines
from tests.support.marked_visits import COUNTED, ROWS, YEAR
from tests.support.oracle_cases import AREA, compute

load = engines.loader("Spark")
tables = [load("visit", ROWS), load("visit", ROWS)]
session = tables[0].sparkSession
aggregate_table = computing.aggregate_table

def lost_meanwhile(*arguments):
    session.stop()
    return aggregate_table(*arguments)

computing.aggregate_table = lost_meanwhile
for table in tables:
    try:
        compute(COUNTED, {"visit": table}, YEAR, [AREA])
    except kpi.InputError as error:
        print("told:", error, error.__context__)
"""


def test_a_stopped_spark_is_one_clear_error() -> None:
    """Stopped amid a request, and before one; in a process of its own, for others use theirs."""
    engines.require_modules("pyspark", extra="spark")
    engines.loader("Spark")
    here = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", STOPPED],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    told = [each for each in done.stdout.splitlines() if each.startswith("told:")]
    assert len(told) == 2, done.stderr[-2_000:]
    for each in told:
        assert each.endswith("None")
        assert "'visit'" in each
        assert "Spark" in each
        assert CANARY not in each


@pytest.fixture
def sqlite_table() -> Iterator[Callable[[pl.DataFrame], Any]]:
    """What puts rows in a database that has no quantiles and no time zones."""
    engines.require_modules("ibis", extra="ibis")
    import ibis

    database = ibis.sqlite.connect()
    yield lambda rows: database.create_table("visit", rows.to_arrow())
    database.disconnect()


@SQLITE
def test_a_database_that_has_no_quantiles_gives_medians_and_their_limits(sqlite_table) -> None:
    """They are ranked, which every database can."""
    medians = build_metric([each for each in MEASURES if each.key == "median_days"], [AREA])
    first = ROWS.row(0, named=True) | {"flag": False}
    waited = [30, 4, 1, 9, 4, 2, 25]
    rows = to_frame(
        "visit",
        [
            first | {"visit_id": f"v{days}-{number}", "seen_on": date(2024, 4, 1 + days - 1)}
            for number, days in enumerate(waited)
        ],
    )
    there = compute(medians, {"visit": sqlite_table(rows)}, YEAR, [AREA]).to_polars()
    total = there.filter(area="All").row(0, named=True)
    assert (total["value"], total["lower"], total["upper"]) == (3, 0, 29)
    assert_frame_equal(there, compute(medians, {"visit": rows}, YEAR, [AREA]).to_polars())


@SQLITE
def test_local_time_that_a_database_cannot_work_out_is_refused_by_name(sqlite_table) -> None:
    """The message says what view to make."""
    hours = build_metric([each for each in MEASURES if each.key == "mean_hours"], [AREA])
    with pytest.raises(kpi.InputError, match=r"Local time.*sqlite.*Europe/London"):
        compute(hours, {"visit": sqlite_table(ROWS)}, YEAR, [AREA])


@SQLITE
def test_what_else_a_database_cannot_do_is_not_called_a_lost_connection(sqlite_table) -> None:
    """A sum of money needs an operation that this one lacks."""
    cost = build_metric([each for each in MEASURES if each.key == "cost"], [AREA])
    with pytest.raises(kpi.InputError, match=r"'visit'.*cannot do what this request needs"):
        compute(cost, {"visit": sqlite_table(ROWS)}, YEAR, [AREA])


def test_a_library_that_is_not_installed_names_the_extra(monkeypatch) -> None:
    """DuckDB hands over its groups as Arrow tables."""
    table, _ = duckdb_table()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(kpi.InputError, match=r"pyarrow must be installed.*swm-kpi\[duckdb\]"):
        compute(COUNTED, {"visit": table}, YEAR, [AREA])
