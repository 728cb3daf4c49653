"""Time 70 shares in two other semantic layers, with an environment of their own:

    python tests/benchmarks/semantic_layers.py crimes.parquet 7

Boring Semantic Layer does not yet run on the release of Ibis that the extra 'ibis' of swm_kpi
needs, so both layers run in an environment of their own. The output is the median of so many runs
in milliseconds, as JSON. Both read a table that DuckDB has in memory already.
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


def boring_semantic_layer(connection: Any, path: str) -> Callable[[], object]:
    """Return the request in Boring Semantic Layer, for the table 'crime' of a connection."""
    import ibis
    from boring_semantic_layer import to_semantic_table

    table = ibis.duckdb.from_connection(connection).table("crime")

    def share(group: str, flag: str) -> Any:
        # One expression for each share: shares made of other measures take five times as long.
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


def sidemantic(connection: Any, path: str) -> Callable[[], object]:
    """Return the request in Sidemantic, which loads the file in a connection of its own."""
    from sidemantic import Dimension, Metric, Model, SemanticLayer

    metrics = []
    for g, group in enumerate(GROUPS):
        in_group = f"\"group\" = '{group}'"
        metrics.append(Metric(name=f"d{g}", agg="count", filters=[in_group]))
        for n, flag in enumerate(FLAGS):
            metrics.append(Metric(name=f"n{g}_{n}", agg="count", filters=[in_group, flag]))
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
    layer.adapter.raw_connection.execute(f"CREATE TABLE crime AS FROM '{path}'")
    layer.add_model(crimes)
    shares = [f"crime.p{g}_{n}" for g in range(len(GROUPS)) for n in range(len(FLAGS))]
    by = ["crime.recorded_on__month", "crime.area"]
    return lambda: layer.query(metrics=shares, dimensions=by).fetchall()


def main() -> None:
    """Time both layers, and print the median of each, or why it failed."""
    import duckdb

    path, runs = sys.argv[1], int(sys.argv[2])
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE crime AS FROM '{path}'")
    medians: dict[str, Any] = {}
    layers = {"Boring Semantic Layer": boring_semantic_layer, "Sidemantic": sidemantic}
    for name, build_request in layers.items():
        try:
            request = build_request(connection, path)
            request()
            times = []
            for _ in range(runs):
                start = perf_counter()
                request()
                times.append((perf_counter() - start) * 1_000)
            medians[name] = median(times)
        except Exception as error:  # the benchmark reports whatever they raise
            medians[name] = f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"
    print(json.dumps(medians))


if __name__ == "__main__":
    main()
