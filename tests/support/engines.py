"""Start remote engines for tests: DuckDB, Ibis on DuckDB and PostgreSQL, and Spark."""

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

Loader = Callable[[str, pl.DataFrame], Any]
"""Takes the name and the rows of a table, and returns it as a table of the engine."""

IGNORED_WARNINGS = (
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
)
"""Warnings of other libraries that a test cannot prevent.

Ibis calls a DuckDB function that is deprecated. Spark leaves sockets open until they are garbage
collected.
"""

NAMES = ("DuckDB", "Ibis on DuckDB", "Ibis on PostgreSQL", "Spark")


def loader(name: str) -> Loader:
    """Return how to load tables into an engine; skip the test where it is not installed."""
    load: Loader = {
        "DuckDB": _duckdb,
        "Ibis on DuckDB": _ibis,
        "Ibis on PostgreSQL": _postgres,
        "Spark": _spark,
    }[name]()
    return load


def require_modules(*modules: str, extra: str) -> None:
    """Skip the test where a module is not installed, and name the extra to install."""
    if any(find_spec(module) is None for module in modules):
        skip_or_fail(f"{modules[0]} is not installed: pip install .[{extra}]")


def skip_or_fail(reason: str) -> NoReturn:
    """Skip the test, or fail it where the environment says that every engine is installed."""
    if os.environ.get("SWM_KPI_WITH_EVERYTHING"):
        pytest.fail(f"SWM_KPI_WITH_EVERYTHING is set, and {reason}")
    pytest.skip(reason)


@cache
def _duckdb() -> Loader:
    require_modules("duckdb", extra="duckdb")
    import duckdb

    connection = duckdb.connect()
    # The time zone of the session must not change a number.
    connection.execute("SET TimeZone = 'Asia/Tokyo'")

    def load(name: str, rows: pl.DataFrame) -> Any:
        table = f"t_{uuid.uuid4().hex}"
        connection.register("loaded", rows.to_arrow())
        connection.execute(f"CREATE TABLE {table} AS FROM loaded")
        connection.unregister("loaded")
        return connection.table(table)

    return load


@cache
def _ibis() -> Loader:
    require_modules("ibis", "duckdb", extra="ibis")
    import ibis

    return _into(ibis.duckdb.connect())


def _into(connection: Any) -> Loader:
    def load(name: str, rows: pl.DataFrame) -> Any:
        return connection.create_table(f"t_{uuid.uuid4().hex}", rows.to_arrow())

    return load


@cache
def _postgres() -> Loader:
    connection, stop = postgres_server()
    atexit.register(stop)
    return _into(connection)


def postgres_server() -> tuple[Any, Callable[[], None]]:
    """Start a PostgreSQL server; return an Ibis connection and a function to stop the server."""
    require_modules("ibis", "psycopg", extra="ibis")
    import ibis

    folder = _postgres_programs()
    if folder is None:
        skip_or_fail("PostgreSQL's initdb and pg_ctl are not installed")
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
    return next((place for place in places if (place / "pg_ctl").exists()), None)


@cache
def _spark() -> Loader:
    require_modules("pyspark", extra="spark")
    if shutil.which("java") is None:
        skip_or_fail("Spark needs Java, which is not installed")
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.session.timeZone", "Asia/Tokyo")
        # Compiling a query takes longer than running it on a few rows.
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        .config("spark.sql.adaptive.enabled", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    atexit.register(session.stop)
    folder = Path(tempfile.mkdtemp(prefix="swm-kpi-spark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    def load(name: str, rows: pl.DataFrame) -> Any:
        path = folder / f"{uuid.uuid4().hex}.parquet"
        rows.write_parquet(path)
        return session.read.parquet(str(path))

    return load
