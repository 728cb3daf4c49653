"""The engines that keep their own tables, started for tests: DuckDB, Ibis, PostgreSQL, Spark."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import polars as pl
import pytest

Door = Callable[[str, pl.DataFrame], Any]
"""Takes a table's name and rows, and returns it as the engine's own."""

QUIET = (
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
)
"""Ibis calls what DuckDB is about to rename, and Spark leaves its sockets to be collected."""

NAMES = ("DuckDB", "Ibis on DuckDB", "Ibis on PostgreSQL", "Spark")


def door(name: str) -> Door:
    """Return the way into an engine, or skip the test where it is not installed."""
    found: Door = {
        "DuckDB": _duckdb,
        "Ibis on DuckDB": _ibis,
        "Ibis on PostgreSQL": _postgres,
        "Spark": _spark,
    }[name]()
    return found


def needed(*modules: str, extra: str) -> None:
    """Skip the test where an engine's modules are not installed, and say what to install."""
    if any(find_spec(each) is None for each in modules):
        lacking(f"{modules[0]} is not installed: pip install .[{extra}]")


def lacking(what: str) -> NoReturn:
    """Skip the test for what this machine lacks; fail it where every engine is to be there."""
    if os.environ.get("SWM_KPI_WITH_EVERYTHING"):
        pytest.fail(f"SWM_KPI_WITH_EVERYTHING is set, and {what}")
    pytest.skip(what)


@cache
def _duckdb() -> Door:
    needed("duckdb", extra="duckdb")
    import duckdb

    connection = duckdb.connect()
    # A session's own time zone must not move a number.
    connection.execute("SET TimeZone = 'Asia/Tokyo'")

    def given(name: str, rows: pl.DataFrame) -> Any:
        table = f"t_{uuid.uuid4().hex}"
        connection.register("given", rows.to_arrow())
        connection.execute(f"CREATE TABLE {table} AS FROM given")
        connection.unregister("given")
        return connection.table(table)

    return given


@cache
def _ibis() -> Door:
    needed("ibis", "duckdb", extra="ibis")
    import ibis

    return _into(ibis.duckdb.connect())


def _into(connection: Any) -> Door:
    def given(name: str, rows: pl.DataFrame) -> Any:
        return connection.create_table(f"t_{uuid.uuid4().hex}", rows.to_arrow())

    return given


@cache
def _postgres() -> Door:
    connection, stop = postgres_server()
    atexit.register(stop)
    return _into(connection)


def postgres_server() -> tuple[Any, Callable[[], None]]:
    """Start a PostgreSQL server of its own; return an Ibis connection, and how to stop it."""
    needed("ibis", "psycopg", extra="ibis")
    import ibis

    folder = _postgres_programs()
    if folder is None:
        lacking("PostgreSQL's initdb and pg_ctl are not on this machine")
    home = Path(tempfile.mkdtemp(prefix="swm-kpi-postgres-"))
    # PostgreSQL refuses to run as root.
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    if user:
        shutil.chown(home, "postgres")
    run: Any = {"check": True, "capture_output": True, "cwd": home, **user}
    data = str(home / "data")
    subprocess.run([folder / "initdb", "-D", data, "-A", "trust", "-U", "tester"], **run)
    options = f"-k {home} -c listen_addresses='' -c fsync=off -c timezone=Asia/Tokyo"
    start = [folder / "pg_ctl", "-D", data, "-w", "-o", options, "-l", str(home / "log"), "start"]
    subprocess.run(start, **{**run, "capture_output": False, "stdout": subprocess.DEVNULL})
    connection = ibis.postgres.connect(host=str(home), user="tester", database="postgres")

    def stop() -> None:
        connection.disconnect()
        command = [folder / "pg_ctl", "-D", data, "-m", "immediate", "stop"]
        subprocess.run(command, **{**run, "check": False})
        shutil.rmtree(home, ignore_errors=True)

    return connection, stop


def _postgres_programs() -> Path | None:
    known = shutil.which("initdb")
    places = [Path(known).parent] if known else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((each for each in places if (each / "pg_ctl").exists()), None)


@cache
def _spark() -> Door:
    needed("pyspark", extra="spark")
    if shutil.which("java") is None:
        lacking("Spark needs Java, which is not on this machine")
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.session.timeZone", "Asia/Tokyo")
        # To compile a query takes longer than to run it on a few rows.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.adaptive.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    atexit.register(session.stop)
    folder = Path(tempfile.mkdtemp(prefix="swm-kpi-spark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    def given(name: str, rows: pl.DataFrame) -> Any:
        path = folder / f"{uuid.uuid4().hex}.parquet"
        rows.write_parquet(path)
        return session.read.parquet(str(path))

    return given
