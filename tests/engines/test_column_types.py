"""Columns as forces have them: read where the meaning is plain, otherwise named with a cast."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

import swm_kpi as kpi
from swm_kpi import Column, Contract, Count, Unit
from tests.support import engines
from tests.support.months_of_2024 import build_metric

pytestmark = list(engines.IGNORED_WARNINGS)


class Thing(Contract, row_unit=Unit.EVENTS):
    """One row per thing."""

    name = Column(str, nullable=True, description="Its name.")
    happened_at = Column(dt.datetime, nullable=True, description="When it happened.")
    day = Column(dt.date, nullable=True, description="The day.")
    whole = Column(int, nullable=True, description="A whole number.")
    number = Column(float, nullable=True, description="A number.")


def violations(table: Any) -> list[str]:
    """Describe what a table breaks, apart from the columns that it lacks."""
    report = kpi.validate(table, Thing)
    return [str(v) for v in report.violations if v.rule != "the column is missing"]


def duckdb_query(sql: str) -> Any:
    engines.require_modules("duckdb", extra="duckdb")
    import duckdb

    return duckdb.connect().sql(sql)


def ibis_query(sql: str) -> Any:
    engines.require_modules("ibis", "duckdb", extra="ibis")
    import ibis

    connection = ibis.duckdb.connect()
    connection.con.execute(f"CREATE TABLE things AS {sql}")
    return connection.table("things")


@pytest.mark.parametrize("query", [duckdb_query, ibis_query])
@pytest.mark.parametrize(
    "column",
    [
        "uuid() AS name",
        "5::HUGEINT AS whole",
        "3::DECIMAL(10, 2) AS whole",
        "2.5::DECIMAL(10, 2) AS number",
        "TIMESTAMP_NS '2024-06-30 23:59:59.999999999' AS happened_at",
        "TIMESTAMP_MS '2024-06-30 23:59:59' AS happened_at",
        "NULL AS happened_at",
    ],
)
def test_a_type_with_a_plain_meaning_is_read(query: Callable[[str], Any], column: str) -> None:
    assert violations(query(f"SELECT {column}")) == []


@pytest.mark.parametrize(
    ("column", "fault"),
    [
        ("[uuid()] AS name", "name: holds UUID[], not text: cast it with CAST(name AS VARCHAR)"),
        ("{'a': 1} AS name", "cast it with CAST(name AS VARCHAR)"),
        ("INTERVAL 1 DAY AS number", "holds INTERVAL, not numbers: cast it with CAST(number AS"),
        ("TIME '10:00' AS name", "holds TIME, not text: cast it with CAST(name AS VARCHAR)"),
        ("'a'::BLOB AS name", "holds BLOB, not text: cast it with"),
        ("3.5::DECIMAL(10, 2) AS whole", "is not a whole number"),
        ("170141183460469231731687303715884105727::HUGEINT AS whole", "is too large"),
    ],
)
def test_a_type_that_cannot_be_read_is_named_with_its_cast(column: str, fault: str) -> None:
    (violation,) = violations(duckdb_query(f"SELECT {column}"))
    assert fault in violation


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (pd.DataFrame({"name": [uuid.uuid4(), None]}), ""),
        (pd.DataFrame({"number": [decimal.Decimal("1.5"), decimal.Decimal("2.25"), None]}), ""),
        (pd.DataFrame({"whole": [decimal.Decimal(1), decimal.Decimal("2.0")]}), ""),
        (pd.DataFrame({"whole": [decimal.Decimal("1.5")]}), "is not a whole number"),
        (pd.DataFrame({"whole": pd.Categorical([1, 2])}), ""),
        (pd.DataFrame({"name": [["a"]]}), 'holds list, not text: cast it with .astype("string")'),
        (pd.DataFrame({"name": [dt.time(1)]}), "holds time, not text: cast it with"),
        (pd.DataFrame({"name": ["a", 1]}), "holds several types (int, str), not text"),
        (pd.DataFrame({"name": [pd.Period("2024-01")]}), "holds Period, not text"),
        (pl.DataFrame({"number": [decimal.Decimal("1.5")]}), ""),
        (pl.DataFrame({"name": [["a"]]}), "holds list, not text: cast it with an expression"),
        (
            pl.DataFrame({"name": [dt.time(1)]}),
            "holds time, not text: cast it with .cast(pl.String",
        ),
        (pl.DataFrame({"number": [dt.timedelta(1)]}), "holds duration, not numbers: cast it with"),
    ],
)
def test_local_types_are_read_or_named(table: Any, fault: str) -> None:
    listed = violations(table)
    if fault:
        (violation,) = listed
        assert fault in violation
    else:
        assert listed == []


@pytest.mark.parametrize(
    "table",
    [
        lambda: duckdb_query("SELECT 'x' AS name, 'y' AS name, 1 AS whole"),
        lambda: duckdb_query("SELECT 'x' AS name, 'y' AS NAME, 1 AS whole"),
        lambda: joined("SELECT 1 AS whole, 'x' AS name", "SELECT 1 AS id, 'y' AS name"),
        lambda: pa.table([["x"], ["y"], [1]], names=["name", "name", "whole"]),
        lambda: pd.DataFrame([["x", "y", 1]], columns=["name", "name", "whole"]),
    ],
)
def test_two_columns_of_one_name_are_refused(table: Callable[[], Any]) -> None:
    """One of them was read silently, in a relation made by a join."""
    (violation,) = violations(table())
    assert violation.startswith("name: occurs twice")


def joined(left: str, right: str) -> Any:
    """Return a relation that DuckDB makes by a join, with the columns of both sides."""
    engines.require_modules("duckdb", extra="duckdb")
    import duckdb

    connection = duckdb.connect()
    sides = connection.sql(left).set_alias("a"), connection.sql(right).set_alias("b")
    return sides[0].join(sides[1], "a.whole = b.id")


METRIC = build_metric([Count(key="things", of=Thing, at=Thing.happened_at)], [], "| name |\n| a |")
MIDNIGHT = np.datetime64("2024-07-01T00:00:00", "ns")


def as_duckdb(table: pl.DataFrame) -> Any:
    return engines.loader("DuckDB")("thing", table)


def as_ibis(table: pl.DataFrame) -> Any:
    return engines.loader("Ibis on DuckDB")("thing", table)


@pytest.mark.parametrize(
    "load", [lambda table: table, lambda table: table.to_pandas(), as_duckdb, as_ibis]
)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.integers(-2_000, 2_000) | st.integers(-(10**12), 10**12), min_size=1),
    st.booleans(),
)
def test_a_time_to_the_nanosecond_stays_in_its_own_day(load, nanoseconds, is_aware) -> None:
    """23:59:59.999999999 on 30 June is in June: it is cut, and never rounded."""
    times = MIDNIGHT + np.array(nanoseconds, dtype="timedelta64[ns]")
    local = pl.Series("happened_at", times)
    # Ibis knows no instants to the nanosecond.
    if is_aware and load is not as_ibis:
        local = local.dt.replace_time_zone("Europe/London").dt.convert_time_zone("UTC")
    result = kpi.compute(
        [METRIC],
        {"thing": load(local.to_frame())},
        periods=["2024-06", "2024-07"],
        coverage={"thing": ("2024-06-01", "2024-07-31")},
        catalogue=kpi.Catalogue([METRIC]),
    )
    in_june = sum(n < 0 for n in nanoseconds)
    assert result.to_polars()["value"].to_list() == [in_june, len(nanoseconds) - in_june]
