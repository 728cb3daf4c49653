"""``swm-kpi judge``: say of each measure whether it got better or worse."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import TYPE_CHECKING

from swm_kpi.cli import compute
from swm_kpi.cli.force_folder import add_targets_option, targets_of
from swm_kpi.output.text_table import TERMINAL_WIDTH

if TYPE_CHECKING:
    from swm_kpi.result import Result

_SUFFIXES = (".csv",)
_EXAMPLES = """
examples:
  Judge anti-social behaviour by quarter against the year before, from the latest complete quarter:
    swm-kpi judge 15 --data incident=incidents.csv --start 2022-04-01 --end 2025-03-31

  Judge every metric of a force against its targets, and write a table:
    swm-kpi judge --force force/ --data extracts/ --start 2022-04-01 --end 2025-03-31 \\
      --out judgements.csv

Give two years of periods or more: the earlier ones say how much each number varies.
"""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser."""
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = _EXAMPLES
    compute.add_request_arguments(command)
    add_targets_option(command)
    command.add_argument(
        "--against",
        default="previous_year",
        help="previous_period, previous_year, three_year_average, year_to_date or rolling_12 "
        "(default: previous_year)",
    )
    compute.add_output_arguments(command, _SUFFIXES)


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from swm_kpi.analysis.comparison import ComparisonKind
    from swm_kpi.output import csv_text

    ComparisonKind.parse(options.against)
    targets = targets_of(options)

    def write(result: Result, options: argparse.Namespace) -> None:
        result.judge(targets, options.against).to_csv(
            options.out, policy=options.policy, overwrite=options.overwrite
        )

    result = compute.compute(options, _SUFFIXES, write, targets)
    if options.out is not None:
        print(f"Wrote the judgements to {options.out}.", file=sys.stderr)
        return 0
    judgements = result.judge(targets, options.against)
    if options.format == "csv":
        print(csv_text(judgements.to_polars()), end="")
    else:
        columns = shutil.get_terminal_size((TERMINAL_WIDTH, 24)).columns
        print(judgements.to_text(columns), end="")
    return 0
