"""What is measured in a process of its own, for the memory it takes: seconds, and the peak.

    python -m tests.benchmarks.alone WHAT PATH

The peak is what the process held at most while it computed, less what it held before: the input,
where that is in memory, is not in it. Linux tells it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import polars as pl

import swm_kpi as kpi
from swm_kpi.engine.backends.scans import record_scans
from tests.benchmarks import by_hand
from tests.benchmarks.cases import afresh, asked
from tests.benchmarks.crimes import END, START, Crime, harder, twenty_five

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def megabytes(name: str) -> float:
    """Return what the system says of this process: VmRSS now, VmHWM at most."""
    line = next(each for each in _STATUS.read_text().splitlines() if each.startswith(name))
    return int(line.split()[1]) / 1024


def measured(call: Callable[[], object]) -> dict[str, float]:
    """Return the seconds a call takes, and the memory it takes at most."""
    _RESET.write_text("5")
    before, start = megabytes("VmRSS"), perf_counter()
    call()
    seconds = perf_counter() - start
    return {"seconds": seconds, "extra_mb": megabytes("VmHWM") - before}


def in_duckdb(path: Path) -> Callable[[], object]:
    """Return the harder mix in SQL, over a table of DuckDB's own."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE crime AS FROM '{path}'")
    return lambda: by_hand.harder_in_sql(connection, "crime")


def whole_plan(folder: Path) -> Callable[[], object]:
    """Return every ref over every table of a folder, by month and area."""
    data = {each.stem: each for each in sorted(folder.glob("*.parquet"))}
    periods = kpi.periods(START, END, grain="month")
    return lambda: kpi.compute(None, data, periods=periods, by=["lpa"])


def main() -> None:
    """Measure one thing, and print JSON."""
    what, path = sys.argv[1], Path(sys.argv[2])
    call: Callable[[], object]
    if what == "harder, ours":
        checked = kpi.validate(pl.read_parquet(path), Crime).table
        call = lambda: afresh(harder(), checked, None, "month", "quarter")  # noqa: E731
    elif what == "harder, with validation":
        frame = pl.read_parquet(path)
        call = lambda: asked(harder(), frame, "month", "quarter")  # noqa: E731
    elif what == "harder, Polars":
        frame = pl.read_parquet(path)
        call = lambda: by_hand.harder_in_polars(frame.lazy())  # noqa: E731
    elif what == "harder, DuckDB":
        call = in_duckdb(path)
    elif what == "file, ours":
        call = lambda: asked(twenty_five(), path)  # noqa: E731
    elif what == "file, Polars":
        call = lambda: by_hand.polars_by_hand(pl.scan_parquet(path))  # noqa: E731
    else:
        call = whole_plan(path)
    with record_scans() as scans:
        found = measured(call)
    print(json.dumps(found | {"peak_mb": megabytes("VmHWM"), "scans": len(scans)}))


if __name__ == "__main__":
    main()
