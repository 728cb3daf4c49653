"""Seventy shares in two other semantic layers. Run by itself, with their own installation:

    python tests/benchmarks/layers.py crimes.parquet 7

Boring Semantic Layer does not yet run on the release of Ibis that swm_kpi's extra asks for, so
both are timed in a process of an environment of their own, and their milliseconds printed as JSON.
Both read a table that DuckDB has in memory already, and answer with a frame.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

GROUPS = tuple(f"Offence group {number}" for number in range(14))
FLAGS = tuple(f"flag_{number}" for number in range(5))


def boring(connection: Any) -> Callable[[], object]:
    """Return the question as Boring Semantic Layer asks it."""
    import ibis
    from boring_semantic_layer import to_semantic_table

    table = ibis.duckdb.from_connection(connection).table("crime")

    def share(group: str, flag: str) -> Any:
        # Written out: shares made of other measures take it five times as long.
        return lambda t: ((t["group"] == group) & t[flag]).sum() / (t["group"] == group).sum()

    shares = {
        f"p{g}_{n}": share(group, flag)
        for g, group in enumerate(GROUPS)
        for n, flag in enumerate(FLAGS)
    }
    crimes = (
        to_semantic_table(table, name="crimes")
        .with_dimensions(area=lambda t: t.area, month=lambda t: t.recorded_on.truncate("M"))
        .with_measures(**shares)
    )
    return lambda: crimes.group_by("month", "area").aggregate(*shares).execute()


def sidemantic(connection: Any) -> Callable[[], object]:
    """Return the question as Sidemantic asks it."""
    from sidemantic import Dimension, Metric, Model, SemanticLayer

    metrics = []
    for g, group in enumerate(GROUPS):
        among = f"\"group\" = '{group}'"
        metrics.append(Metric(name=f"d{g}", agg="count", filters=[among]))
        for n, flag in enumerate(FLAGS):
            metrics.append(Metric(name=f"n{g}_{n}", agg="count", filters=[among, flag]))
            metrics.append(
                Metric(name=f"p{g}_{n}", type="ratio", numerator=f"n{g}_{n}", denominator=f"d{g}")
            )
    crimes = Model(
        name="crime",
        table="crime",
        primary_key="crime_id",
        dimensions=[
            Dimension(name="area", type="categorical", sql="area"),
            Dimension(name="recorded_on", type="time", sql="recorded_on", granularity="day"),
        ],
        metrics=metrics,
    )
    layer = SemanticLayer(connection="duckdb:///:memory:")
    layer.adapter.raw_connection.execute(f"CREATE TABLE crime AS FROM '{sys.argv[1]}'")
    layer.add_model(crimes)
    asked = [f"crime.p{g}_{n}" for g in range(len(GROUPS)) for n in range(len(FLAGS))]
    by = ["crime.recorded_on__month", "crime.area"]
    return lambda: layer.query(metrics=asked, dimensions=by).fetchall()


def main() -> None:
    """Time both, and print what they took or why they did not."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE crime AS FROM '{sys.argv[1]}'")
    found: dict[str, Any] = {}
    for name, make in (("Boring Semantic Layer", boring), ("Sidemantic", sidemantic)):
        try:
            ask = make(connection)
            ask()
            times = []
            for _ in range(int(sys.argv[2])):
                start = perf_counter()
                ask()
                times.append((perf_counter() - start) * 1_000)
            found[name] = median(times)
        except Exception as error:  # whatever they raise is their limit, and is reported
            found[name] = f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"
    print(json.dumps(found))


if __name__ == "__main__":
    main()
