"""Measure, print a table of ratios, and write JSON: ``python -m tests.benchmarks --json FILE``.

Ours and the peer are run turn about, and each one's least time is taken: the machine's other work
only ever adds. Beside the ratio of times that of processor time is told, of all threads, which what
else the machine does moves less. What is measured in a process of its own is run once, and its peak
memory told.
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
from tests.benchmarks.cases import asked, cases
from tests.benchmarks.crimes import END, START, Crime, crimes, seventy_shares

IMPORT = "import time; s = time.perf_counter(); import swm_kpi; {}; print(time.perf_counter() - s)"
ROWS = [1_000, 100_000, 1_000_000, 5_000_000]
LAYERS = Path(__file__).with_name("layers.py")
_PART = 1_000_000


class Took(NamedTuple):
    """The least milliseconds that something took, and the least of processor time."""

    ms: float
    processor_ms: float


def together(ours: Callable[[], object], peer: Callable[[], object], times: int) -> list[Took]:
    """Measure each, run turn about after one of each to warm up."""
    found: list[list[tuple[float, float]]] = [[], []]
    for number in range(times + 1):
        for call, kept in zip((ours, peer), found, strict=True):
            start, worked = perf_counter(), process_time()
            call()
            if number:
                kept.append((perf_counter() - start, process_time() - worked))
    return [Took(*(min(each) * 1_000 for each in zip(*kept, strict=True))) for kept in found]


def row(
    case: str,
    rows: int,
    ours: float,
    peer: str,
    peer_ms: float | None,
    goal: float | None,
    processor: float | None = None,
) -> dict[str, Any]:
    """Return one line of the table, and print it."""
    ratio = round(ours / peer_ms, 2) if peer_ms else None
    found = {
        "case": case,
        "rows": rows,
        "ours_ms": round(ours, 1),
        "peer": peer,
        "peer_ms": round(peer_ms, 1) if peer_ms else None,
        "ratio": ratio,
        "processor_ratio": round(processor, 2) if processor else None,
        "goal": goal,
    }
    met = "" if ratio is None or goal is None else " met" if ratio <= goal else " MISSED"
    ratios = f"{ratio or '':>6} {found['processor_ratio'] or '':>6}"
    shown = f"{found['ours_ms']:>10} ms {found['peer_ms'] or '':>9} {ratios}"
    print(f"{rows:>11,}  {case:<46}{shown}  goal {goal}{met}  {peer}", flush=True)
    return found


def in_memory(rows: int) -> Iterator[dict[str, Any]]:
    """Measure each case that is run in this process."""
    times = 30 if rows <= 1_000 else 9 if rows <= 100_000 else 5 if rows <= 1_000_000 else 3
    for case in cases(rows):
        ours, peer = together(case.ours, case.by_hand, times)
        worked = ours.processor_ms / peer.processor_ms
        yield row(case.name, rows, ours.ms, case.peer, peer.ms, case.goal, worked)


def other_layers(rows: int, python: str) -> Iterator[dict[str, Any]]:
    """Measure the 70 shares beside other semantic layers, each in its own process."""
    frame = crimes(rows)
    checked = kpi.validate(frame, Crime).table
    with TemporaryDirectory() as folder:
        path = Path(folder) / "crime.parquet"
        frame.write_parquet(path)
        answer = subprocess.run(
            [python, str(LAYERS), str(path), "5"], capture_output=True, text=True
        )
    if answer.returncode:
        print(f"other semantic layers were not run: {answer.stderr.strip().splitlines()[-1:]}")
        return
    shares = seventy_shares()
    for peer, took in json.loads(answer.stdout.splitlines()[-1]).items():
        if isinstance(took, str):
            print(f"{peer} was not run: {took}")
            continue
        ours, _ = together(lambda: asked(shares, checked), lambda: None, 5)
        yield row("70 shares, validated table", rows, ours.ms, peer, took, 1)


def alone(what: str, path: Path) -> dict[str, float]:
    """Run one thing in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.alone", what, str(path)]
    answer = subprocess.run(command, capture_output=True, check=True, text=True)
    found: dict[str, float] = json.loads(answer.stdout)
    return found


def memory(rows: int) -> Iterator[dict[str, Any]]:
    """Measure the harder mix, for memory."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "crime.parquet"
        crimes(rows).write_parquet(path)
        ours = alone("harder, ours", path)
        for peer in ("harder, with validation", "harder, Polars", "harder, DuckDB"):
            other = alone(peer, path)
            yield row(
                f"harder mix, alone: {ours['extra_mb']:,.0f} MB extra",
                rows, ours["seconds"] * 1_000, f"{peer}: {other['extra_mb']:,.0f} MB extra",
                other["seconds"] * 1_000, 0.67 if "validation" not in peer else None,
            )  # fmt: skip


def large_file(rows: int) -> Iterator[dict[str, Any]]:
    """Measure a parquet file in row groups of a million, validation included."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "crime.parquet"
        _write_parts(path, rows)
        ours, hand = alone("file, ours", path), alone("file, Polars", path)
        yield row(
            f"25 measures of a file: peak {ours['peak_mb']:,.0f} MB of 4,096", rows,
            ours["seconds"] * 1_000, f"one Polars query: peak {hand['peak_mb']:,.0f} MB",
            hand["seconds"] * 1_000, None,
        )  # fmt: skip


def _write_parts(path: Path, rows: int) -> None:
    """Write a file a part at a time; keys and people differ from part to part."""
    import pyarrow.parquet as pq

    writer = None
    for part in range(max(1, rows // _PART)):
        frame = crimes(min(rows, _PART), seed=part).with_columns(
            pl.format("{}-{}", pl.lit(f"{part:03}"), pl.col("crime_id")).alias("crime_id"),
            pl.format("{}-{}", pl.lit(f"{part:03}"), pl.col("victim")).alias("victim"),
        )
        table = frame.to_arrow()
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def whole_plan(scale: float) -> Iterator[dict[str, Any]]:
    """Measure every ref of the plan over a synthetic force, by month and area."""
    with TemporaryDirectory() as folder:
        rows = 0
        for name, frame in kpi.synthetic.generate_force(START, END, scale=scale).items():
            checked = kpi.validate(frame, name).table
            checked.frame.select(checked.columns).write_parquet(Path(folder) / f"{name}.parquet")
            rows += checked.rows
        found = alone("plan", Path(folder))
        yield row(
            f"every ref, scale {scale}: peak {found['peak_mb']:,.0f} MB, {found['scans']} scans",
            rows, found["seconds"] * 1_000, "", None, None,
        )  # fmt: skip


def imported(statement: str) -> float:
    """Return the median milliseconds a fresh process takes to import and run a statement."""
    command = [sys.executable, "-c", IMPORT.format(statement)]
    runs = [subprocess.run(command, capture_output=True, check=True, text=True) for _ in range(5)]
    return median(float(each.stdout) for each in runs) * 1_000


def main() -> None:
    """Run every case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="a file to write")
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS, help="sizes of the table")
    parser.add_argument(
        "--memory", type=int, default=5_000_000, help="rows of the harder mix alone"
    )
    parser.add_argument("--file", type=int, default=50_000_000, help="rows of the large file")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the synthetic force")
    parser.add_argument(
        "--layers",
        default=sys.executable,
        help="the Python that has the extra 'bench' installed, where this one has not",
    )
    options = parser.parse_args()
    found = []
    for rows in options.rows:
        found += in_memory(rows)
        if rows == 1_000_000:
            found += other_layers(rows, options.layers)
    for size, measure in ((options.memory, memory), (options.file, large_file)):
        found += measure(size) if size else ()
    found += whole_plan(options.scale) if options.scale else ()
    print(f"import swm_kpi: {imported('pass'):.0f} ms")
    print(f"import swm_kpi; swm_kpi.catalogue(): {imported('swm_kpi.catalogue()'):.0f} ms")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
