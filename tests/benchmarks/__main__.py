"""Measure, print a table of ratios and write JSON: ``python -m tests.benchmarks --json FILE``.

The library and its peer run in turn, and the shortest time of each counts, because other work on
the machine only adds time. The table shows the ratio of elapsed times, and then the ratio of
processor times of all threads, which other work changes less. A case in a process of its own runs
once and also reports its peak memory.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, NamedTuple

import polars as pl

import swm_kpi as kpi
from tests.benchmarks.cases import cases, compute
from tests.benchmarks.crimes import END, START, Crime, crimes, seventy_shares

IMPORT = "import time; s = time.perf_counter(); import swm_kpi; {}; print(time.perf_counter() - s)"
ROWS = [1_000, 100_000, 1_000_000, 5_000_000]
SEMANTIC_LAYERS = Path(__file__).with_name("semantic_layers.py")
_ROW_GROUP = 1_000_000


class Timing(NamedTuple):
    """The shortest elapsed time and the shortest processor time of several runs, in ms."""

    elapsed: float
    processor: float


def time_in_turn(
    library: Callable[[], object], peer: Callable[[], object], runs: int
) -> tuple[Timing, Timing]:
    """Run two functions in turn, after one run of each to warm up, and time them."""
    times: tuple[list[tuple[float, float]], ...] = ([], [])
    for run in range(runs + 1):
        for function, own_times in zip((library, peer), times, strict=True):
            start, processor_start = perf_counter(), process_time()
            function()
            if run:
                own_times.append((perf_counter() - start, process_time() - processor_start))
    first, second = (
        Timing(*(min(seconds) * 1_000 for seconds in zip(*own_times, strict=True)))
        for own_times in times
    )
    return first, second


def report(
    case: str,
    rows: int,
    library_ms: float,
    peer: str,
    peer_ms: float | None,
    goal: float | None,
    processor_ratio: float | None = None,
) -> dict[str, Any]:
    """Print one line of the table, and return it.

    Args:
        case: the name of the case.
        rows: the number of rows that the case reads.
        library_ms: the time of the library in milliseconds.
        peer: the name of what the library is compared with; empty for nothing.
        peer_ms: the time of the peer in milliseconds.
        goal: the highest ratio of the two times that meets the goal; None without a goal.
        processor_ratio: the ratio of the processor times, where they were measured.
    """
    ratio = round(library_ms / peer_ms, 2) if peer_ms else None
    line = {
        "case": case,
        "rows": rows,
        "library_ms": round(library_ms, 1),
        "peer": peer,
        "peer_ms": round(peer_ms, 1) if peer_ms else None,
        "ratio": ratio,
        "processor_ratio": round(processor_ratio, 2) if processor_ratio else None,
        "goal": goal,
    }
    met = "" if ratio is None or goal is None else " met" if ratio <= goal else " MISSED"
    ratios = f"{ratio or '':>6} {line['processor_ratio'] or '':>6}"
    times = f"{line['library_ms']:>10} ms {line['peer_ms'] or '':>9} {ratios}"
    print(f"{rows:>11,}  {case:<46}{times}  goal {goal}{met}  {peer}", flush=True)
    return line


def measure_cases(rows: int) -> Iterator[dict[str, Any]]:
    """Measure each case that runs in this process."""
    runs = 30 if rows <= 1_000 else 9 if rows <= 100_000 else 5 if rows <= 1_000_000 else 3
    for case in cases(rows):
        library, peer = time_in_turn(case.library, case.handwritten, runs)
        ratio = library.processor / peer.processor
        yield report(case.name, rows, library.elapsed, case.peer, peer.elapsed, case.goal, ratio)


def measure_semantic_layers(rows: int, python: str) -> Iterator[dict[str, Any]]:
    """Measure the 70 shares, and the same in other semantic layers in a process of their own."""
    frame = crimes(rows)
    validated = kpi.validate(frame, Crime).table
    with TemporaryDirectory() as folder:
        path = Path(folder) / "crime.parquet"
        frame.write_parquet(path)
        process = subprocess.run(
            [python, str(SEMANTIC_LAYERS), str(path), "5"], capture_output=True, text=True
        )
    if process.returncode:
        print(f"Other semantic layers did not run: {process.stderr.strip().splitlines()[-1:]}")
        return
    shares = seventy_shares()
    for peer, median_ms in json.loads(process.stdout.splitlines()[-1]).items():
        if isinstance(median_ms, str):
            print(f"{peer} did not run: {median_ms}")
            continue
        library, _ = time_in_turn(lambda: compute(shares, validated), lambda: None, 5)
        yield report("70 shares, validated table", rows, library.elapsed, peer, median_ms, 1)


def run_isolated(case: str, path: Path) -> dict[str, float]:
    """Run one case in a process of its own, and return its measurements."""
    command = [sys.executable, "-m", "tests.benchmarks.isolated", case, str(path)]
    process = subprocess.run(command, capture_output=True, check=True, text=True)
    measurements: dict[str, float] = json.loads(process.stdout)
    return measurements


def measure_memory(rows: int) -> Iterator[dict[str, Any]]:
    """Measure the memory of the harder mix."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "crime.parquet"
        crimes(rows).write_parquet(path)
        library = run_isolated("harder", path)
        for case, peer, goal in (
            ("harder-with-validation", "with validation", None),
            ("harder-in-polars", "Polars by hand", 0.67),
            ("harder-in-duckdb", "DuckDB by hand", 0.67),
        ):
            other = run_isolated(case, path)
            yield report(
                f"harder mix, own process: {library['extra_mb']:,.0f} MB extra",
                rows,
                library["seconds"] * 1_000,
                f"{peer}: {other['extra_mb']:,.0f} MB extra",
                other["seconds"] * 1_000,
                goal,
            )


def measure_large_file(rows: int) -> Iterator[dict[str, Any]]:
    """Measure a parquet file with row groups of a million rows, including its validation."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "crime.parquet"
        _write_row_groups(path, rows)
        library, peer = run_isolated("file", path), run_isolated("file-in-polars", path)
        yield report(
            f"25 measures of a file: peak {library['peak_mb']:,.0f} MB of 4,096",
            rows,
            library["seconds"] * 1_000,
            f"one Polars query: peak {peer['peak_mb']:,.0f} MB",
            peer["seconds"] * 1_000,
            None,
        )


def _write_row_groups(path: Path, rows: int) -> None:
    """Write a file one row group at a time; no key or person is in two groups."""
    import pyarrow.parquet as pq

    writer = None
    for number in range(max(1, rows // _ROW_GROUP)):
        frame = crimes(min(rows, _ROW_GROUP), seed=number).with_columns(
            pl.format("{}-{}", pl.lit(f"{number:03}"), pl.col("crime_id")).alias("crime_id"),
            pl.format("{}-{}", pl.lit(f"{number:03}"), pl.col("victim")).alias("victim"),
        )
        table = frame.to_arrow()
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def measure_whole_plan(scale: float) -> Iterator[dict[str, Any]]:
    """Measure every ref of the plan on a synthetic force, by month and area."""
    with TemporaryDirectory() as folder:
        rows = 0
        for name, frame in kpi.synthetic.generate_force(START, END, scale=scale).items():
            table = kpi.validate(frame, name).table
            table.frame.select(table.columns).write_parquet(Path(folder) / f"{name}.parquet")
            rows += table.rows
        numbers = run_isolated("plan", Path(folder))
        yield report(
            f"every ref, scale {scale}: peak {numbers['peak_mb']:,.0f} MB, "
            f"{numbers['scans']} scans",
            rows,
            numbers["seconds"] * 1_000,
            "",
            None,
            None,
        )


def time_import(statement: str) -> float:
    """Return the median time in ms to import the library and run a statement, of 5 processes."""
    command = [sys.executable, "-c", IMPORT.format(statement)]
    runs = [subprocess.run(command, capture_output=True, check=True, text=True) for _ in range(5)]
    return median(float(run.stdout) for run in runs) * 1_000


def main() -> None:
    """Measure every case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="the file to write")
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS, help="sizes of the table")
    parser.add_argument(
        "--memory",
        type=int,
        default=5_000_000,
        help="rows of the harder mix in its own process; 0 to skip it",
    )
    parser.add_argument(
        "--file", type=int, default=50_000_000, help="rows of the large file; 0 to skip it"
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="size of the synthetic force; 0 to skip it"
    )
    parser.add_argument(
        "--semantic-layers-python",
        default=sys.executable,
        help="the Python with the extra 'bench' installed, if it is not this one",
    )
    options = parser.parse_args()
    lines = []
    for rows in options.rows:
        lines += measure_cases(rows)
        if rows == 1_000_000:
            lines += measure_semantic_layers(rows, options.semantic_layers_python)
    if options.memory:
        lines += measure_memory(options.memory)
    if options.file:
        lines += measure_large_file(options.file)
    if options.scale:
        lines += measure_whole_plan(options.scale)
    print(f"import swm_kpi: {time_import('pass'):.0f} ms")
    print(f"import swm_kpi; swm_kpi.catalogue(): {time_import('swm_kpi.catalogue()'):.0f} ms")
    if options.json:
        options.json.write_text(json.dumps(lines, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
