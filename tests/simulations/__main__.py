"""Print the table: ``python -m tests.simulations [--quick]``."""

from __future__ import annotations

import argparse

from tests.simulations.rows import SIMULATIONS
from tests.simulations.simulation import format_table

CASES, QUICK_CASES = 40_000, 2_000


def main() -> None:
    """Run every simulation and print its row."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulations", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"draw {QUICK_CASES:,} of each")
    parser.add_argument("--only", default="", help="rows with this text in the rule or situation")
    arguments = parser.parse_args()
    chosen = [row for row in SIMULATIONS if arguments.only in f"{row.rule}: {row.situation}"]
    print(format_table([row.run(QUICK_CASES if arguments.quick else CASES) for row in chosen]))


if __name__ == "__main__":
    main()
