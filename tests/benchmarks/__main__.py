"""Measure, print a table of ratios, and write JSON: ``python -m tests.benchmarks --json FILE``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.benchmarks.crimes import cases

IMPORT = "import time; s = time.perf_counter(); import swm_kpi; {}; print(time.perf_counter() - s)"


def timed(call: Callable[[], object], times: int) -> float:
    """Return the median milliseconds of some calls, after one to warm up."""
    call()
    found = []
    for _ in range(times):
        start = perf_counter()
        call()
        found.append((perf_counter() - start) * 1_000)
    return median(found)


def imported(statement: str) -> float:
    """Return the median milliseconds a fresh process takes to import and run a statement."""
    command = [sys.executable, "-c", IMPORT.format(statement)]
    runs = [subprocess.run(command, capture_output=True, check=True, text=True) for _ in range(5)]
    return median(float(each.stdout) for each in runs) * 1_000


def main() -> None:
    """Run every case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="a file to write")
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000, 1_000_000])
    options = parser.parse_args()
    rows = []
    for count in options.rows:
        for case in cases(count):
            times = 15 if count <= 100_000 else 5
            ours_ms, peer_ms = timed(case.ours, times), timed(case.by_hand, times)
            row = {
                "case": case.name,
                "rows": count,
                "ours_ms": round(ours_ms, 1),
                "peer": case.peer,
                "peer_ms": round(peer_ms, 1),
                "ratio": round(ours_ms / peer_ms, 2),
                "goal": case.goal,
            }
            rows.append(row)
            print(
                f"{count:>10,}  {case.name:<38} {row['ours_ms']:>8} ms  "
                f"{row['peer_ms']:>8} ms  {row['ratio']:>6}x  goal {case.goal}  {case.peer}",
                flush=True,
            )
    print(f"import swm_kpi: {imported('pass'):.0f} ms")
    print(f"import swm_kpi; swm_kpi.catalogue(): {imported('swm_kpi.catalogue()'):.0f} ms")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
