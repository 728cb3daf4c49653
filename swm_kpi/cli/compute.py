"""``swm-kpi compute``: compute metrics from files, and print or write the result."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swm_kpi.cli import public_files
from swm_kpi.cli.force_folder import catalogue_of, force_of
from swm_kpi.disclosure import DisclosurePolicy, describe_threshold
from swm_kpi.errors import OutputError, RequestError, did_you_mean
from swm_kpi.output.guard import NO_POLICY
from swm_kpi.output.text_table import TERMINAL_WIDTH
from swm_kpi.progress import progress

if TYPE_CHECKING:
    from swm_kpi.analysis.targets import Targets
    from swm_kpi.force import Force
    from swm_kpi.model.catalogue import Catalogue
    from swm_kpi.result import Result

_OUTPUT_SUFFIXES = (".csv", ".json", ".parquet", ".xlsx", ".ods")
_INPUT_SUFFIXES = (".csv", ".parquet")
_EXAMPLES = """
examples:
  Print anti-social behaviour by quarter and area:
    swm-kpi compute 15 --data incident=incidents.csv --start 2024-04-01 --end 2025-03-31 --by lpa

  Compute every metric that a folder of tables allows, protect the result, and write a workbook.
  Each file in the folder has the name of its table: incident.parquet, crime.csv and so on.
    swm-kpi compute --data extracts/ --period "2024/25 Q1" --period "2024/25 Q2" \\
      --threshold 5 --rounding-base 5 --out dataset.xlsx

  Compute from a force's own extracts, by the mappings in its folder:
    swm-kpi compute 15 --force force/ --data extracts/ --period "2024/25 Q1" --by lpa

  Compute from public files as published: from a folder, and from a table of a spreadsheet:
    swm-kpi compute 15 --data street_crime=downloads/ --period 2025-06 --by district
    swm-kpi compute 52 --data published_workforce=police-workforce.ods \\
      --sheet published_workforce=1 --period 2017/18 --by force

  Create a folder of synthetic tables, and compute from it:
    swm-kpi synthetic --out made-up --scale 0.01
    swm-kpi compute --data made-up --start 2024-04-01 --end 2025-03-31 --grain year

The data are checked first, and all problems are reported together. After an error there is no
partial file. Small counts can identify people. To write a file, use --threshold and
--rounding-base, or use --policy none to write the numbers without protection.
"""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to its parser."""
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = _EXAMPLES
    add_request_arguments(command)
    add_output_arguments(command, _OUTPUT_SUFFIXES)


def add_request_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is computed, from what."""
    command.add_argument("refs", nargs="*", help="refs or keys (default: all that can be computed)")
    command.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="TABLE=FILE",
        help="a .parquet or .csv file, or a folder of files with the names of their tables. With "
        "--force, TABLE can be a source of the force, and the folder has its extracts. For "
        f"{', '.join(public_files.READERS)} also public files as published, or their folder; may "
        "be repeated",
    )
    public_files.add_arguments(command)
    periods = command.add_argument_group("periods")
    periods.add_argument("--start", metavar="DAY", help="the first day, such as 2024-04-01")
    periods.add_argument("--end", metavar="DAY", help="the last day, such as 2025-03-31")
    periods.add_argument("--grain", help="month, quarter, year or rolling_12 (default: quarter)")
    periods.add_argument(
        "--period",
        action="append",
        default=[],
        metavar="LABEL",
        help="a period such as 2024-05, '2024/25 Q1' or 2024/25, in place of --start and --end; "
        "may be repeated",
    )
    periods.add_argument("--as-at", metavar="DAY", help="the day the data were extracted")
    periods.add_argument(
        "--coverage",
        action="append",
        default=[],
        metavar="TABLE=FIRST..LAST",
        help="the first and last day that a table covers, if not those of its rows; may be "
        "repeated",
    )
    command.add_argument(
        "--by", action="append", default=[], help="a breakdown such as lpa; may be repeated"
    )
    command.add_argument(
        "--on-violation",
        default="raise",
        choices=["raise", "withhold"],
        help="if data break their contract: stop (raise), or mark the numbers that need the data "
        "as not available (withhold) (default: raise)",
    )
    command.add_argument(
        "--assumptions",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a value that replaces the default of an assumption, such as repeat_months=24; with "
        "commas for a list; may be repeated",
    )


def add_output_arguments(command: argparse.ArgumentParser, suffixes: Sequence[str]) -> None:
    """Add the arguments that say where numbers go, and how they are protected.

    Args:
        command: the parser of the command.
        suffixes: the endings of the files that it can write.
    """
    out = command.add_argument_group("output")
    out.add_argument(
        "--out",
        metavar="FILE",
        help=f"the file to write: {', '.join(suffixes)} (default: print a table)",
    )
    out.add_argument(
        "--format",
        choices=["table", "csv"],
        default="table",
        help="how to print the numbers, without --out (default: table)",
    )
    out.add_argument(
        "--threshold",
        type=int,
        metavar="N",
        help=f"suppress counts {describe_threshold('N')}",
    )
    out.add_argument(
        "--rounding-base", type=int, metavar="N", help="round counts to a multiple of N"
    )
    out.add_argument(
        "--policy", choices=[NO_POLICY], default="", help="none: do not protect small counts"
    )
    out.add_argument("--overwrite", action="store_true", help="replace an existing file")


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    result = compute(options, _OUTPUT_SUFFIXES, _write)
    if options.out is not None:
        print(f"Wrote {len(result):,} rows to {options.out}.", file=sys.stderr)
    else:
        print(_format(result, options.format), end="")
    return 0


def compute(
    options: argparse.Namespace,
    suffixes: Sequence[str],
    write: Callable[[Result, argparse.Namespace], None],
    targets: Targets | None = None,
) -> Result:
    """Compute what the options of a command request, protect it and write it to its file.

    Args:
        options: the options of the command.
        suffixes: the endings of the files that it can write.
        write: writes the result to the file that ``--out`` names.
        targets: the targets of the judgements of a protected result.
    """
    import swm_kpi as kpi

    force = force_of(options)
    policy = _policy(options, force)
    _check_out(options, policy, suffixes)
    plan = catalogue_of(options)
    data = _read_data(options, plan, force)
    writes_file = options.out is not None
    with progress(2 * len(data) + writes_file) as step:
        result = kpi.compute(
            options.refs or None,
            data,
            periods=_periods(options, force),
            by=options.by,
            as_at=options.as_at,
            coverage=dict(map(_parse_coverage, options.coverage)),
            assumptions=dict(map(_parse_assumption, options.assumptions)),
            on_violation=options.on_violation,
            catalogue=plan,
            progress=step,
        )
        is_stated = options.threshold is not None or options.rounding_base is not None
        if policy is not None and (writes_file or is_stated):
            result = result.protect(policy, targets)
        if writes_file:
            step("writing")
            write(result, options)
    if result.provenance is not None:
        for name, text in result.provenance.table_notes():
            print(f"Table {name}: {text}", file=sys.stderr)
    if not writes_file and result.policy is None and options.policy != NO_POLICY:
        print("Do not publish: small counts are not protected.", file=sys.stderr)
    return result


def _format(result: Result, name: str) -> str:
    from swm_kpi.output import csv_text

    if name == "csv":
        return csv_text(result.to_polars())
    return result.to_text(shutil.get_terminal_size((TERMINAL_WIDTH, 24)).columns)


def _read_data(
    options: argparse.Namespace, plan: Catalogue, force: Force | None
) -> Mapping[str, Any]:
    """Return the tables of a command, with those that the force's mappings make."""
    sources = () if force is None else force.sources
    extracts: dict[str, str] = {}
    paths: dict[str, list[str]] = {}
    for name, path in _iter_tables(options.data, {*plan.contracts, *sources}, force):
        if name not in sources:
            paths.setdefault(name, []).append(path)
        elif name in extracts:
            raise RequestError(f"Source {name!r} has two files. Give one.")
        else:
            extracts[name] = path
    data = public_files.read_tables(paths, options, plan.contracts)
    if force is None:
        return data
    tables = force.tables({**data, **extracts}, as_at=options.as_at)
    for table in tables.without_extract:
        print(tables.reason_absent(table), file=sys.stderr)
    return tables


def _policy(options: argparse.Namespace, force: Force | None) -> DisclosurePolicy | None:
    """Return the policy that the options state, or that of the force; None without protection."""
    fields = {"threshold": options.threshold, "rounding_base": options.rounding_base}
    stated = {name: value for name, value in fields.items() if value is not None}
    if stated:
        return DisclosurePolicy(**stated)
    return None if force is None or options.policy == NO_POLICY else force.policy


def _check_out(
    options: argparse.Namespace, policy: DisclosurePolicy | None, suffixes: Sequence[str]
) -> None:
    """Check that the output can be written, before any slow work."""
    from swm_kpi.output.files import check_target

    if options.out is None:
        return
    if Path(options.out).suffix.lower() not in suffixes:
        raise RequestError(f"--out must end in {', '.join(suffixes)}.")
    if policy is None and options.policy != NO_POLICY:
        raise OutputError(
            "--out needs a disclosure policy, because small counts can identify people. Use "
            f"--threshold 5 --rounding-base 5 to suppress counts {describe_threshold(5)} and "
            "round the rest to 5, or "
            f"--policy {NO_POLICY} to write the numbers without protection."
        )
    check_target(Path(options.out), overwrite=options.overwrite)


def _write(result: Result, options: argparse.Namespace) -> None:
    write: Callable[..., None] = getattr(result, f"to_{Path(options.out).suffix.lower()[1:]}")
    write(options.out, policy=options.policy, overwrite=options.overwrite)


def _periods(options: argparse.Namespace, force: Force | None) -> object:
    import swm_kpi as kpi

    days = (options.start, options.end)
    if options.period:
        if any(days) or options.grain:
            raise RequestError(
                "--period cannot be used with --start, --end or --grain. Leave those out."
            )
        return kpi.periods(*options.period)
    if not all(days):
        raise RequestError(
            "There is no period. Give one, such as --start 2024-04-01 --end 2025-03-31 or "
            "--period 2024/25."
        )
    default_grain = "quarter" if force is None else force.default_grain.value
    return kpi.periods(*days, grain=options.grain or default_grain)


def _iter_tables(
    arguments: list[str], known: Collection[str], force: Force | None
) -> Iterator[tuple[str, str]]:
    """Yield the name and file of each table. A file in a folder has the name of its table."""
    for argument in arguments:
        name, equals, path = argument.partition("=")
        if equals and path:
            yield name, path
        elif Path(argument).is_dir():
            yield from _iter_folder(Path(argument), known, force)
        else:
            raise RequestError(
                f"{argument[:60]!r} is not TABLE=FILE or a folder. Give a value such as "
                "incident=incidents.parquet."
            )


def _iter_folder(
    folder: Path, known: Collection[str], force: Force | None
) -> Iterator[tuple[str, str]]:
    from swm_kpi.force.tables import EXTRACT_SUFFIXES, find_extracts

    suffixes = _INPUT_SUFFIXES if force is None else EXTRACT_SUFFIXES
    for name, file in find_extracts(folder, suffixes).items():
        if name in known:
            yield name, str(file)
            continue
        shown = name[:60]
        suggestion = did_you_mean(shown, known)
        if force is None:
            raise RequestError(
                f"No metric reads a table {shown!r}. For a folder of public files, give its table "
                f"too, such as street_crime=downloads/. {suggestion}"
            )
        near = f" {suggestion}" if suggestion.startswith("Did") else ""
        print(f"Not read: {file.name[:60]}. No mapping reads it.{near}", file=sys.stderr)


def _parse_assumption(argument: str) -> tuple[str, Any]:
    """Return the key and the value of an assumption: a number, a text, or a list of them."""
    key, equals, text = argument.partition("=")
    if not (key and equals and text):
        raise RequestError(
            f"{argument[:60]!r} is not KEY=VALUE. Give a value such as repeat_months=24."
        )
    values = [_parse_value(part.strip()) for part in text.split(",")]
    return key, values if len(values) > 1 else values[0]


def _parse_value(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _parse_coverage(argument: str) -> tuple[str, tuple[str, str]]:
    name, _, days = argument.partition("=")
    first, dots, last = days.partition("..")
    if not (name and first and dots and last):
        raise RequestError(
            f"{argument[:60]!r} is not TABLE=FIRST..LAST. Give a value such as "
            "incident=2024-04-01..2025-03-31."
        )
    return name, (first, last)
