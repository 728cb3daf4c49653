"""Refs 9, 15, 39 and 53 by month and area, beside one Polars query written by hand for the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

import swm_kpi as kpi

REFS = ("9", "15", "39", "53")
ASB = ("ASB personal", "ASB nuisance", "ASB environmental")
ROADS = ("Road related offence", "ASB vehicle nuisance")
START, END = "2022-04-01", "2025-03-31"


def incidents(rows: int, seed: int = 1) -> pl.DataFrame:
    """Return so many incidents over three years, valid against their contract."""
    plan = kpi.catalogue()
    columns = plan.contracts["incident"].columns
    codes, areas = columns["closing_code"].domain or (), columns["lpa"].domain or ()
    random = np.random.default_rng(seed)
    seconds = random.integers(0, 1_095 * 86_400, rows).astype("timedelta64[s]")
    created = (np.datetime64(START, "us") + seconds).astype("datetime64[us]")
    frame = pl.DataFrame(
        {
            "incident_id": [f"INC-{number:07}" for number in range(rows)],
            "created_at": created,
            "grade": np.array(["1", "2", "3", "4", "5"])[random.integers(0, 5, rows)],
            "cancelled": random.random(rows) < 0.05,
            "police_generated": random.random(rows) < 0.1,
            "closing_code": np.array(codes)[random.integers(0, len(codes), rows)],
            "mental_health": random.random(rows) < 0.1,
            "is_da": random.random(rows) < 0.15,
            "became_crime": random.random(rows) < 0.3,
            "lpa": np.array(areas)[random.integers(0, len(areas), rows)],
        }
    )
    # Move what falls in the hours that the clocks change out of the way.
    changing = pl.col("created_at").dt.month().is_in([3, 10]) & (
        pl.col("created_at").dt.day() >= 25
    )
    moved = pl.when(changing).then(pl.col("created_at") - pl.duration(days=12))
    return frame.with_columns(created_at=moved.otherwise(pl.col("created_at"))).with_columns(
        first_arrived_at=pl.col("created_at")
        + pl.duration(seconds=pl.Series(random.integers(60, 7_200, rows)))
    )


def by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """The same numbers at the finest level, in one query, with nothing checked."""
    code, grade = pl.col("closing_code"), pl.col("grade")
    urgent = (grade == "1") & ~pl.col("cancelled") & ~pl.col("police_generated")
    elapsed = (pl.col("first_arrived_at") - pl.col("created_at")).dt.total_microseconds()
    month = pl.col("created_at").dt.truncate("1mo")
    return (
        frame.lazy()
        .group_by(month, "lpa")
        .agg(
            asb=code.is_in(ASB).sum(),
            roads=code.is_in(ROADS).sum(),
            mental_health=pl.col("mental_health").sum(),
            urgent=urgent.sum(),
            mean=elapsed.filter(urgent).mean(),
            median=elapsed.filter(urgent).median(),
            p90=elapsed.filter(urgent).quantile(0.9, "linear"),
        )
        .collect()
    )


def cases(rows: int) -> Iterator[tuple[str, Callable[[], object], str, Callable[[], object]]]:
    """Yield a name, our call, the peer's name and the peer's call."""
    plan = kpi.catalogue()
    periods = kpi.periods(START, END, grain="month")
    frame = incidents(rows)
    given = {
        "Polars frame": frame,
        "pandas frame": frame.to_pandas(),
        "validated table": kpi.validate(frame, "incident").table,
    }

    def ours(table: object) -> Callable[[], object]:
        return lambda: kpi.compute(
            REFS,
            {"incident": table},
            periods=periods,
            by=["lpa"],
            coverage={"incident": (START, END)},
            catalogue=plan,
        )

    for name, table in given.items():
        yield name, ours(table), "one Polars query by hand, unchecked", lambda: by_hand(frame)
