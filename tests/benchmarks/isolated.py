"""Run one case in a process of its own, and print its seconds and its peak memory as JSON.

    python -m tests.benchmarks.isolated CASE PATH

``extra_mb`` is the peak memory during the computation minus the memory before it, so it leaves out
input that is in memory already. The numbers come from ``/proc``, so this runs on Linux only.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

import polars as pl

import swm_kpi as kpi
from swm_kpi.engine.execution.scans import record_scans
from tests.benchmarks import handwritten
from tests.benchmarks.cases import compute, compute_without_cache
from tests.benchmarks.crimes import END, START, Crime, harder, twenty_five

_STATUS, _CLEAR_PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def read_memory(field: str) -> float:
    """Return a field of this process's status in MB: VmRSS for now, VmHWM for the peak."""
    lines = _STATUS.read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


def measure(function: Callable[[], object]) -> dict[str, float]:
    """Run a function, and return its seconds and its extra memory at the peak in MB."""
    _CLEAR_PEAK.write_text("5")
    before, start = read_memory("VmRSS"), perf_counter()
    function()
    seconds = perf_counter() - start
    return {"seconds": seconds, "extra_mb": read_memory("VmHWM") - before}


def harder_mix(path: Path) -> Callable[[], object]:
    """Return the harder mix of a table that is validated already."""
    table = kpi.validate(pl.read_parquet(path), Crime).table
    return lambda: compute_without_cache(harder(), table, None, "month", "quarter")


def harder_mix_with_validation(path: Path) -> Callable[[], object]:
    """Return the harder mix of a frame, including its validation."""
    return partial(compute, harder(), pl.read_parquet(path), "month", "quarter")


def harder_mix_in_polars(path: Path) -> Callable[[], object]:
    """Return the harder mix, written by hand in Polars."""
    return partial(handwritten.harder_mix_in_polars, pl.read_parquet(path).lazy())


def harder_mix_in_duckdb(path: Path) -> Callable[[], object]:
    """Return the harder mix, written by hand in SQL, of a table that DuckDB has in memory."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE crime AS FROM '{path}'")
    return partial(handwritten.harder_mix_in_sql, connection, "crime")


def whole_plan(folder: Path) -> Callable[[], object]:
    """Return every ref from the parquet files of a folder, by month and area."""
    data = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
    periods = kpi.periods(START, END, grain="month")
    return lambda: kpi.compute(None, data, periods=periods, by=["lpa"])


CASES: dict[str, Callable[[Path], Callable[[], object]]] = {
    "harder": harder_mix,
    "harder-with-validation": harder_mix_with_validation,
    "harder-in-polars": harder_mix_in_polars,
    "harder-in-duckdb": harder_mix_in_duckdb,
    "file": lambda path: partial(compute, twenty_five(), path),
    "file-in-polars": lambda path: partial(handwritten.measures_in_polars, pl.scan_parquet(path)),
    "plan": whole_plan,
}


def main() -> None:
    """Measure one case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("path", type=Path, help="a parquet file; for 'plan', a folder of them")
    options = parser.parse_args()
    function = CASES[options.case](options.path)
    with record_scans() as scans:
        numbers = measure(function)
    print(json.dumps(numbers | {"peak_mb": read_memory("VmHWM"), "scans": len(scans)}))


if __name__ == "__main__":
    main()
