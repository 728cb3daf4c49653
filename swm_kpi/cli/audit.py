"""``swm-kpi audit``: say what an intruder can conclude from published files."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

from swm_kpi.cli.force_folder import catalogue_of
from swm_kpi.errors import OutputError, SwmKpiError
from swm_kpi.output.files import check_target
from swm_kpi.output.text_table import TERMINAL_WIDTH
from swm_kpi.progress import progress

CANNOT_BE_READ = 2
_SUFFIXES = (".csv", ".json")
_DESCRIPTION = """\
Say what an intruder can conclude about the numbers that published files hide.

The command reads only what is published: files that a result wrote, the policy that they state, and
the definitions. Give all files that are published together, and those of earlier releases.

What it prints may be confidential: it prints a hidden number where that can be concluded. Keep it
as safe as the tables themselves. A file that --out writes can be read by its owner alone.
"""
_EPILOG = """\
exit codes:
    0  Nothing can be concluded.
    1  Something can be concluded, or a file is not protected.
    2  A file cannot be read, or does not say how it is protected.

examples:
  Audit a release before it is published:
    swm-kpi audit release/

  Audit a release together with the one before it, and write each conclusion as a table:
    swm-kpi audit 2024/ 2025/ --out conclusions.csv

  Audit files that state no policy:
    swm-kpi audit table.csv --threshold 5 --rounding-base 5
"""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser."""
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.description, command.epilog = _DESCRIPTION, _EPILOG
    command.add_argument(
        "path",
        nargs="+",
        help="a CSV, JSON, ODS, parquet or XLSX file that a result wrote, or a folder of them",
    )
    command.add_argument(
        "--threshold", type=int, help="where small counts end, for files that state no policy"
    )
    command.add_argument(
        "--rounding-base",
        type=int,
        help="what other counts are rounded to, for files that state no policy (default: 1)",
    )
    command.add_argument("--json", action="store_true", help="print the conclusions as JSON")
    command.add_argument(
        "--out", metavar="FILE", help="write each conclusion to a new .csv or .json file"
    )
    command.add_argument(
        "--overwrite", action="store_true", help="replace the file that --out names"
    )


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    try:
        return _run(options)
    except SwmKpiError as error:
        print(f"swm-kpi: {error}", file=sys.stderr)
        return CANNOT_BE_READ


def _run(options: argparse.Namespace) -> int:
    # The solver takes a second to load, and no other command needs it.
    from swm_kpi.auditor import audit

    out = Path(options.out) if options.out is not None else None
    if out is not None:
        if out.suffix not in _SUFFIXES:
            raise OutputError(f"{out.name!r} is not a .csv or .json file. Choose one of the two.")
        check_target(out, overwrite=options.overwrite)
    with progress(0) as step:
        audited = audit(
            *options.path,
            threshold=options.threshold,
            rounding_base=options.rounding_base,
            catalogue=catalogue_of(options),
            progress=step,
        )
    if out is not None:
        write = audited.to_csv if out.suffix == ".csv" else audited.to_json
        write(out, overwrite=options.overwrite)
    if options.json:
        print(json.dumps(audited.to_dict(), indent=1, ensure_ascii=False))
    else:
        print(audited.to_text(shutil.get_terminal_size((TERMINAL_WIDTH, 24)).columns), end="")
    return audited.exit_code
