"""What is measured: ours, and what is done by hand for the same numbers.

*Validation apart* is measured on a table that its contract has passed, with nothing kept from an
earlier computation: everything is done but the check, and the encoding, which is the check of
closed lists. For pandas the conversion of what is read is done too, and for parquet the reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

import swm_kpi as kpi
from swm_kpi.engine.input.adapters import open_local_table
from tests.benchmarks import by_hand
from tests.benchmarks.crimes import END, START, Crime, crimes, harder, seventy_shares, twenty_five

ONE = "one Polars query by hand"
MIX = "harder mix, validation apart"
READ = tuple(Crime.columns)


@dataclass(frozen=True)
class Case:
    """One thing measured: what we do, and what is done by hand for the same numbers."""

    name: str
    ours: Callable[[], object]
    peer: str
    by_hand: Callable[[], object]
    goal: float | None


def asked(metric: kpi.Metric, table: object, *grains: str) -> Any:
    """Compute a metric by area over three years, by month unless other grains are named."""
    periods = [p for g in grains or ("month",) for p in kpi.periods(START, END, grain=g)]
    return kpi.compute(
        [metric],
        {"crime": table},
        periods=periods,
        by=["area"],
        coverage={"crime": (START, END)},
        catalogue=kpi.Catalogue([]),
    )


def afresh(metric: kpi.Metric, checked: Any, given: object = None, *grains: str) -> object:
    """Compute with the validation apart; what was given is read, too."""
    if given is not None:
        open_local_table(given, "crime", READ).lazy.collect()
    return asked(metric, replace(checked, kept={}), *grains)


def cases(rows: int) -> Iterator[Case]:
    """Yield each case at one size."""
    frame = crimes(rows)
    metric, shares = twenty_five(), seventy_shares()
    query = partial(by_hand.polars_by_hand, frame.lazy())
    checked = kpi.validate(frame, Crime).table
    near = 1.15 if rows >= 5_000_000 else 1.25
    raw = partial(asked, metric, frame)
    if rows <= 1_000:
        yield Case("25 measures of a small table, Polars", raw, ONE, query, 5)
        small = partial(asked, metric, checked)
        yield Case("25 measures of a small table, validated", small, ONE, query, 5)
        return
    apart = "25 measures, {}, validation apart"
    yield Case(apart.format("Polars"), partial(afresh, metric, checked), ONE, query, near)
    yield Case("25 measures, Polars, with validation", raw, ONE, query, 1.6)
    yield Case("25 measures, validated table", partial(asked, metric, checked), ONE, query, 0.8)
    hand = partial(by_hand.shares_by_hand, frame.lazy())
    yield Case("70 shares, validated table", partial(asked, shares, checked), ONE, hand, 1.25)
    yield from _pandas(frame, checked, metric, query)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "crime.parquet"
        frame.write_parquet(path)
        scan = partial(by_hand.polars_by_hand, pl.scan_parquet(path))
        ours = partial(afresh, metric, checked, path)
        yield Case(apart.format("parquet"), ours, ONE, scan, near)
        raw = partial(asked, metric, path)
        yield Case("25 measures, parquet, with validation", raw, ONE, scan, 1.6)
    if find_spec("duckdb") is not None:
        yield from _duckdb(frame, checked, metric, shares)
    mix = partial(afresh, harder(), checked, None, "month", "quarter")
    hand = partial(by_hand.harder_in_polars, frame.lazy())
    yield Case(MIX, mix, "Polars by hand", hand, 0.67)


def _pandas(
    frame: pl.DataFrame, checked: Any, metric: kpi.Metric, query: Callable[[], object]
) -> Iterator[Case]:
    table = frame.to_pandas()
    ours = partial(afresh, metric, checked, table)
    yield Case("25 measures, pandas, validation apart", ours, ONE, query, 1.6)
    raw = partial(asked, metric, table)
    yield Case("25 measures, pandas, with validation", raw, ONE, query, 1.6)
    if len(frame) <= 1_000_000:
        each = partial(by_hand.pandas_by_hand, table)
        grouped = "one pandas groupby a measure"
        yield Case("25 measures, pandas, validation apart", ours, grouped, each, 0.25)
        yield Case("25 measures, pandas, with validation", raw, grouped, each, 0.25)


def _duckdb(
    frame: pl.DataFrame, checked: Any, metric: kpi.Metric, shares: kpi.Metric
) -> Iterator[Case]:
    import duckdb

    connection = duckdb.connect()
    connection.register("given", frame.to_arrow())
    connection.execute("CREATE TABLE crime AS FROM given")
    sql = partial(by_hand.shares_in_sql, connection, "crime")
    ours = partial(asked, shares, checked)
    yield Case("70 shares, validated table", ours, "one DuckDB query by hand", sql, 1)
    mix = partial(afresh, harder(), checked, None, "month", "quarter")
    sql = partial(by_hand.harder_in_sql, connection, "crime")
    yield Case(MIX, mix, "DuckDB by hand", sql, 0.67)
    table = kpi.validate(connection.table("crime"), Crime).table
    sql = partial(by_hand.duckdb_by_hand, connection, "crime")
    ours = partial(asked, metric, table)
    yield Case("25 measures, DuckDB, validated", ours, "one SQL query by hand", sql, 1.3)
    ours = partial(asked, metric, connection.table("crime"))
    yield Case("25 measures, DuckDB, with validation", ours, "one SQL query by hand", sql, 1.6)
