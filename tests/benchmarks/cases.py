"""The cases of the benchmark: a request to the library, and queries by hand for the same numbers.

A case *without validation* starts from a validated table with an empty cache. It does everything
except the validation, and the encoding, which validates closed lists. For pandas it also converts
the columns that it reads, and for parquet it also reads the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

import swm_kpi as kpi
from swm_kpi.engine.input.adapters import open_local_table
from tests.benchmarks import handwritten
from tests.benchmarks.crimes import END, START, Crime, crimes, harder, seventy_shares, twenty_five

POLARS_QUERY = "one Polars query by hand"
HARDER_MIX = "harder mix, without validation"
COLUMNS = tuple(Crime.columns)


@dataclass(frozen=True)
class Case:
    """A request to the library, and what it is compared with.

    Attributes:
        name: the name of the case.
        library: computes the numbers with the library.
        peer: the name of what the library is compared with.
        handwritten: computes the same numbers without the library.
        goal: the highest ratio of the two times that meets the goal; None without a goal.
    """

    name: str
    library: Callable[[], object]
    peer: str
    handwritten: Callable[[], object]
    goal: float | None


def compute(metric: kpi.Metric, table: object, *grains: str) -> kpi.Result:
    """Compute a metric by area over three years, by month unless the call names other grains."""
    periods = [p for grain in grains or ("month",) for p in kpi.periods(START, END, grain=grain)]
    return kpi.compute(
        [metric],
        {"crime": table},
        periods=periods,
        by=["area"],
        coverage={"crime": (START, END)},
        catalogue=kpi.Catalogue([]),
    )


def compute_without_cache(
    metric: kpi.Metric, table: kpi.ValidatedTable, source: object = None, *grains: str
) -> kpi.Result:
    """Compute from a validated table with an empty cache, after reading a source if there is one.

    Args:
        metric: the metric.
        table: the validated table.
        source: a frame or file to read and convert first, as a request does before validation.
        grains: the grains of the request; by month if there are none.
    """
    if source is not None:
        open_local_table(source, "crime", COLUMNS).lazy.collect()
    return compute(metric, replace(table, kept={}), *grains)


def cases(rows: int) -> Iterator[Case]:
    """Yield each case with a table of so many rows."""
    frame = crimes(rows)
    metric, shares = twenty_five(), seventy_shares()
    query = partial(handwritten.measures_in_polars, frame.lazy())
    table = kpi.validate(frame, Crime).table
    goal = 1.15 if rows >= 5_000_000 else 1.25
    raw = partial(compute, metric, frame)
    validated = partial(compute, metric, table)
    if rows <= 1_000:
        yield Case("25 measures of a small table, Polars", raw, POLARS_QUERY, query, 5)
        yield Case("25 measures of a small table, validated", validated, POLARS_QUERY, query, 5)
        return
    name = "25 measures, {}, without validation"
    uncached = partial(compute_without_cache, metric, table)
    yield Case(name.format("Polars"), uncached, POLARS_QUERY, query, goal)
    yield Case("25 measures, Polars, with validation", raw, POLARS_QUERY, query, 1.6)
    yield Case("25 measures, validated table", validated, POLARS_QUERY, query, 0.8)
    shares_query = partial(handwritten.shares_in_polars, frame.lazy())
    validated = partial(compute, shares, table)
    yield Case("70 shares, validated table", validated, POLARS_QUERY, shares_query, 1.25)
    yield from _pandas_cases(frame, table, metric, query)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "crime.parquet"
        frame.write_parquet(path)
        scan = partial(handwritten.measures_in_polars, pl.scan_parquet(path))
        uncached = partial(compute_without_cache, metric, table, path)
        yield Case(name.format("parquet"), uncached, POLARS_QUERY, scan, goal)
        raw = partial(compute, metric, path)
        yield Case("25 measures, parquet, with validation", raw, POLARS_QUERY, scan, 1.6)
    if find_spec("duckdb") is not None:
        yield from _duckdb_cases(frame, table, metric, shares)
    mix = partial(compute_without_cache, harder(), table, None, "month", "quarter")
    queries = partial(handwritten.harder_mix_in_polars, frame.lazy())
    yield Case(HARDER_MIX, mix, "Polars by hand", queries, 0.67)


def _pandas_cases(
    frame: pl.DataFrame, table: kpi.ValidatedTable, metric: kpi.Metric, query: Callable[[], object]
) -> Iterator[Case]:
    pandas = frame.to_pandas()
    uncached = partial(compute_without_cache, metric, table, pandas)
    yield Case("25 measures, pandas, without validation", uncached, POLARS_QUERY, query, 1.6)
    raw = partial(compute, metric, pandas)
    yield Case("25 measures, pandas, with validation", raw, POLARS_QUERY, query, 1.6)
    if len(frame) <= 1_000_000:
        groupbys = partial(handwritten.measures_in_pandas, pandas)
        peer = "one pandas groupby a measure"
        yield Case("25 measures, pandas, without validation", uncached, peer, groupbys, 0.25)
        yield Case("25 measures, pandas, with validation", raw, peer, groupbys, 0.25)


def _duckdb_cases(
    frame: pl.DataFrame, table: kpi.ValidatedTable, metric: kpi.Metric, shares: kpi.Metric
) -> Iterator[Case]:
    import duckdb

    connection = duckdb.connect()
    connection.register("crimes", frame.to_arrow())
    connection.execute("CREATE TABLE crime AS FROM crimes")
    sql = partial(handwritten.shares_in_sql, connection, "crime")
    validated = partial(compute, shares, table)
    yield Case("70 shares, validated table", validated, "one DuckDB query by hand", sql, 1)
    mix = partial(compute_without_cache, harder(), table, None, "month", "quarter")
    sql = partial(handwritten.harder_mix_in_sql, connection, "crime")
    yield Case(HARDER_MIX, mix, "DuckDB by hand", sql, 0.67)
    relation = connection.table("crime")
    sql = partial(handwritten.measures_in_sql, connection, "crime")
    validated = partial(compute, metric, kpi.validate(relation, Crime).table)
    yield Case("25 measures, DuckDB, validated", validated, "one SQL query by hand", sql, 1.3)
    raw = partial(compute, metric, relation)
    yield Case("25 measures, DuckDB, with validation", raw, "one SQL query by hand", sql, 1.6)
