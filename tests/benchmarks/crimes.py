"""Twenty-five measures of crimes by month and area, beside the same numbers written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

import swm_kpi as kpi
from swm_kpi import Average, Column, Contract, Count, Dimension, Duration, Proportion, Unit

START, END = "2022-04-01", "2025-03-31"
GROUPS = tuple(f"Offence group {number}" for number in range(15))
OUTCOMES = tuple(str(number) for number in range(1, 23))
CHARGED = ("1", "2", "3")
AREAS = ("Herefordshire", "Shropshire", "Telford", "North Worcestershire", "South Worcestershire")
AREA = Dimension("area", "Area", AREAS, description="Where it happened.")


class Crime(Contract, rows=Unit.CRIMES):
    """One row per crime."""

    crime_id = Column(str, unique=True, personal=True, description="The key.")
    recorded_on = Column(date, description="The day it was recorded.")
    finished_on = Column(date, nullable=True, description="The day its investigation ended.")
    group = Column(str, isin=GROUPS, description="The offence group.")
    outcome = Column(str, isin=OUTCOMES, nullable=True, description="The outcome.")
    victim = Column(str, nullable=True, personal=True, description="Who was harmed.")
    flag_0 = Column(bool, description="A flag.")
    flag_1 = Column(bool, description="A flag.")
    flag_2 = Column(bool, description="A flag.")
    flag_3 = Column(bool, description="A flag.")
    flag_4 = Column(bool, description="A flag.")
    area = Column(str, dimension=AREA, description="Where.")


FLAGS = (Crime.flag_0, Crime.flag_1, Crime.flag_2, Crime.flag_3, Crime.flag_4)


def _metric(measures: list[Any]) -> kpi.Metric:
    return kpi.Metric(
        ref="B1",
        key="measured",
        title="Measured",
        objective=kpi.Objective.SECURE,
        summary="Made to be measured.",
        measures=measures,
        dimensions=[AREA],
        direction=kpi.Direction.NEUTRAL,
        availability=kpi.catalogue()["15"].availability,
        not_this="Not real.",
        examples=[
            kpi.Example(
                rows="| area |", expect={m.key: None for m in measures}, trap="It has no rows."
            )
        ],
    )


def twenty_five() -> kpi.Metric:
    """Declare 15 counts, 5 flags, a total, a share, distinct victims, a median and a 90th."""
    crimes: dict[str, Any] = {"of": Crime, "at": Crime.recorded_on}
    ended: dict[str, Any] = {"start": Crime.recorded_on, "end": Crime.finished_on}
    return _metric(
        [
            *(Count(key=f"g{n}", **crimes, where=Crime.group == g) for n, g in enumerate(GROUPS)),
            *(Count(key=f"f{n}", **crimes, where=flag) for n, flag in enumerate(FLAGS)),
            Count(key="total", **crimes),
            Proportion(
                key="charged",
                **crimes,
                where=Crime.outcome.is_not_null(),
                numerator=Crime.outcome.is_in(*CHARGED),
            ),
            Count(key="victims", **crimes, distinct=Crime.victim, unit=Unit.PEOPLE),
            Duration(key="median", **crimes, **ended, average=Average.MEDIAN, unit=Unit.DAYS),
            Duration(key="p90", **crimes, **ended, average=Average.P90, unit=Unit.DAYS),
        ]
    )


def seventy_shares() -> kpi.Metric:
    """Declare 70 proportions over some 80 conditions."""
    crimes: dict[str, Any] = {"of": Crime, "at": Crime.recorded_on}
    return _metric(
        [
            Proportion(key=f"p{g}_{n}", **crimes, where=Crime.group == GROUPS[g], numerator=flag)
            for g in range(14)
            for n, flag in enumerate(FLAGS)
        ]
    )


def crimes(rows: int, seed: int = 1) -> pl.DataFrame:
    """Return so many crimes over three years, valid against their contract."""
    random = np.random.default_rng(seed)
    days = random.integers(0, 1_095, rows)
    first = np.datetime64(START, "D")
    victims = np.array([f"P{number:08}" for number in range(max(1, rows // 3))])
    frame = pl.DataFrame(
        {
            "crime_id": [f"CR-{number:08}" for number in range(rows)],
            "recorded_on": first + days,
            "finished_on": first + days + random.integers(0, 400, rows),
            "group": np.array(GROUPS)[random.integers(0, len(GROUPS), rows)],
            "outcome": np.array(OUTCOMES)[random.integers(0, len(OUTCOMES), rows)],
            "victim": victims[random.integers(0, len(victims), rows)],
            **{f"flag_{number}": random.random(rows) < 0.1 for number in range(5)},
            "area": np.array(AREAS)[random.integers(0, len(AREAS), rows)],
        }
    )
    return frame.with_columns(pl.col("outcome").replace({"22": None}))


def polars_by_hand(table: pl.LazyFrame) -> pl.DataFrame:
    """Write one Polars query for the 25, at the finest level, with nothing checked."""
    days = (pl.col("finished_on") - pl.col("recorded_on")).dt.total_days()
    return (
        table.group_by(pl.col("recorded_on").dt.truncate("1mo"), "area")
        .agg(
            *((pl.col("group") == g).sum().alias(f"g{n}") for n, g in enumerate(GROUPS)),
            *(pl.col(f"flag_{n}").sum() for n in range(5)),
            pl.len().alias("total"),
            pl.col("outcome").is_in(CHARGED).sum().alias("charged"),
            pl.col("outcome").is_not_null().sum().alias("known"),
            pl.col("victim").drop_nulls().n_unique().alias("victims"),
            days.median().alias("median"),
            days.quantile(0.9, "linear").alias("p90"),
        )
        .collect()
    )


def shares_by_hand(table: pl.LazyFrame) -> pl.DataFrame:
    """Write one Polars query for the 70 proportions."""
    parts = []
    for g, group in enumerate(GROUPS[:14]):
        member = pl.col("group") == group
        parts.append(member.sum().alias(f"d{g}"))
        parts += [(member & pl.col(f"flag_{n}")).sum().alias(f"n{g}_{n}") for n in range(5)]
    month = pl.col("recorded_on").dt.truncate("1mo")
    return table.group_by(month, "area").agg(parts).collect()


def pandas_by_hand(table: Any) -> None:
    """Write one pandas groupby for each of the 25."""
    month = table["recorded_on"].dt.to_period("M")
    keys = [month.rename("month"), table["area"]]
    for group in GROUPS:
        (table["group"] == group).groupby(keys).sum()
    for number in range(5):
        table[f"flag_{number}"].groupby(keys).sum()
    table["area"].groupby(keys).size()
    table["outcome"].isin(CHARGED).groupby(keys).sum()
    table["outcome"].notna().groupby(keys).sum()
    table["victim"].groupby(keys).nunique()
    days = (table["finished_on"] - table["recorded_on"]).dt.days
    days.groupby(keys).median()
    days.groupby(keys).quantile(0.9)


def duckdb_by_hand(connection: Any, name: str) -> Any:
    """Write one SQL query for the 25."""
    groups = ", ".join(f"count(*) FILTER (\"group\" = '{g}')" for g in GROUPS)
    flags = ", ".join(f"count(*) FILTER (flag_{n})" for n in range(5))
    charged = ", ".join(f"'{code}'" for code in CHARGED)
    days = "date_diff('day', recorded_on, finished_on)"
    return connection.sql(
        f"FROM {name} SELECT date_trunc('month', recorded_on), area, {groups}, {flags}, count(*), "
        f"count(*) FILTER (outcome IN ({charged})), count(outcome), count(DISTINCT victim), "
        f"median({days}), quantile_cont({days}, 0.9) GROUP BY ALL"
    ).fetchall()


@dataclass(frozen=True)
class Case:
    """One thing measured: what we do, and what is done by hand for the same numbers."""

    name: str
    ours: Callable[[], object]
    peer: str
    by_hand: Callable[[], object]
    goal: float | None


def cases(rows: int) -> Iterator[Case]:
    """Yield each case at one size."""
    frame = crimes(rows)
    lazy = frame.lazy()
    metric, shares = twenty_five(), seventy_shares()
    periods = kpi.periods(START, END, grain="month")

    def ours(asked: kpi.Metric, table: object) -> Callable[[], object]:
        covered = {"crime": (START, END)}
        data = {"crime": table}
        asked_for = partial(kpi.compute, [asked], data, periods=periods, by=["area"])
        return partial(asked_for, coverage=covered, catalogue=kpi.Catalogue([]))

    by_hand = partial(polars_by_hand, lazy)
    checked = kpi.validate(frame, Crime).table
    one = "one Polars query by hand"
    yield Case("25 measures, Polars, with validation", ours(metric, frame), one, by_hand, 1.6)
    yield Case("25 measures, validated table", ours(metric, checked), one, by_hand, 0.8)
    yield Case(
        "70 proportions, validated table", ours(shares, checked), one,
        partial(shares_by_hand, lazy), 1.25,
    )  # fmt: skip
    in_pandas = frame.to_pandas()
    yield Case("25 measures, pandas, with validation", ours(metric, in_pandas), one, by_hand, 1.6)
    if rows <= 1_000_000:
        yield Case(
            "25 measures, pandas, with validation", ours(metric, in_pandas),
            "one pandas groupby a measure", partial(pandas_by_hand, in_pandas), 0.25,
        )  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / "crime.parquet"
        frame.write_parquet(path)
        scan = partial(polars_by_hand, pl.scan_parquet(path))
        yield Case("25 measures, parquet, with validation", ours(metric, path), one, scan, 1.6)
    if find_spec("duckdb") is not None:
        import duckdb

        connection = duckdb.connect()
        connection.register("given", frame.to_arrow())
        connection.execute("CREATE TABLE crime AS FROM given")
        table = kpi.validate(connection.table("crime"), Crime).table
        sql = partial(duckdb_by_hand, connection, "crime")
        yield Case("25 measures, DuckDB, validated", ours(metric, table), "one SQL query", sql, 1.3)
