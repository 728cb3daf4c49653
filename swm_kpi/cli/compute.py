"""``swm-kpi compute``: metrics from files, to the screen or to a file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from swm_kpi.disclosure import DisclosurePolicy, describe_threshold
from swm_kpi.errors import InputError, OutputError, RequestError, did_you_mean
from swm_kpi.output.guard import NO_POLICY
from swm_kpi.progress import progress

if TYPE_CHECKING:
    from swm_kpi.result import Result

_FORMS = (".csv", ".json", ".parquet", ".xlsx", ".ods")
_TABLES = (".csv", ".parquet")
_EXAMPLES = """
examples:
  Anti-social behaviour by quarter and area, to the screen:
    swm-kpi compute 15 --data incident=incidents.csv --start 2024-04-01 --end 2025-03-31 --by lpa

  Everything that a folder of tables allows, in named periods, protected and written to a workbook.
  Its files are named for their tables: incident.parquet, crime.csv and so on.
    swm-kpi compute --data extracts/ --period "2024/25 Q1" --period "2024/25 Q2" \\
      --threshold 5 --rounding-base 5 --out pack.xlsx

  A folder to try it with:
    swm-kpi synth --out made-up --scale 0.01
    swm-kpi compute --data made-up --start 2024-04-01 --end 2025-03-31 --grain year

The data are checked first, and everything that is wrong with them is told at once. What is written
to a file is written whole or not at all. Small counts can identify people: a file takes either
--threshold and --rounding-base, or --policy none to write the numbers without protection.
"""


def declare(command: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = _EXAMPLES
    command.add_argument("refs", nargs="*", help="refs or keys; all that compute when left out")
    command.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="TABLE=FILE",
        help="a .parquet or .csv file, or a folder of files named for their tables",
    )
    when = command.add_argument_group("when")
    when.add_argument("--start", help="first day, such as 2024-04-01")
    when.add_argument("--end", help="last day, such as 2025-03-31")
    when.add_argument("--grain", help="month, quarter (when left out), year or rolling_12")
    when.add_argument(
        "--period",
        action="append",
        default=[],
        metavar="LABEL",
        help="in place of the days: 2024-05, '2024/25 Q1' or 2024/25; may be repeated",
    )
    when.add_argument("--as-at", metavar="DAY", help="the day the data were extracted")
    when.add_argument(
        "--coverage",
        action="append",
        default=[],
        metavar="TABLE=FIRST..LAST",
        help="the days a table covers, where its rows do not tell; may be repeated",
    )
    command.add_argument("--by", action="append", default=[], help="a breakdown; may be repeated")
    command.add_argument(
        "--on-violation",
        default="raise",
        choices=["raise", "withhold"],
        help="where data break their contract: stop, or leave out only the numbers that rest on it",
    )
    command.add_argument("--availability", metavar="FILE", help="a force's own statement (TOML)")
    out = command.add_argument_group("where to")
    out.add_argument(
        "--out", metavar="FILE", help=f"{', '.join(_FORMS)}; as CSV to the screen when left out"
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
        "--policy", choices=[NO_POLICY], default="", help="none: leave small counts as they are"
    )
    out.add_argument("--overwrite", action="store_true", help="replace a file that is there")


def run(options: argparse.Namespace) -> int:
    """Compute, and write."""
    import swm_kpi as kpi
    from swm_kpi.output import csv_text

    policy = _policy(options)
    _check_out(options, policy)
    plan = kpi.catalogue(availability=options.availability)
    data = dict(_tables(options.data, plan.contracts))
    writing = 1 if options.out else 0
    with progress(2 * len(data) + writing) as step:
        result = kpi.compute(
            options.refs or None,
            data,
            periods=_periods(options),
            by=options.by,
            as_at=options.as_at,
            coverage=dict(map(_covered, options.coverage)),
            on_violation=options.on_violation,
            catalogue=plan,
            progress=step,
        )
        if policy is not None:
            result = result.protect(policy)
        if writing:
            step("writing")
            _write(result, options)
    if writing:
        print(f"{len(result):,} rows written to {options.out}.", file=sys.stderr)
    else:
        if policy is None and options.policy != NO_POLICY:
            print("Not for publishing: small counts are shown as they are.", file=sys.stderr)
        print(csv_text(result.to_polars()), end="")
    return 0


def _policy(options: argparse.Namespace) -> DisclosurePolicy | None:
    given = {"threshold": options.threshold, "rounding_base": options.rounding_base}
    chosen = {name: value for name, value in given.items() if value is not None}
    return DisclosurePolicy(**chosen) if chosen else None


def _check_out(options: argparse.Namespace, policy: DisclosurePolicy | None) -> None:
    """Refuse what could not be written before anything is computed for it."""
    from swm_kpi.output.files import check_target

    if options.out is None:
        return
    if Path(options.out).suffix.lower() not in _FORMS:
        raise RequestError(f"--out names no kind of file. End it in {', '.join(_FORMS)}.")
    if policy is None and options.policy != NO_POLICY:
        raise OutputError(
            "--out needs a disclosure policy, so that small counts identify nobody. Write "
            f"--threshold 5 --rounding-base 5 to suppress counts {describe_threshold(5)} and "
            "round the rest to 5, or "
            f"--policy {NO_POLICY} to write them as they are."
        )
    check_target(Path(options.out), overwrite=options.overwrite)


def _write(result: Result, options: argparse.Namespace) -> None:
    write: Callable[..., None] = getattr(result, f"to_{Path(options.out).suffix.lower()[1:]}")
    write(options.out, policy=options.policy, overwrite=options.overwrite)


def _periods(options: argparse.Namespace) -> object:
    import swm_kpi as kpi

    days = (options.start, options.end)
    if options.period:
        if any(days) or options.grain:
            raise RequestError("--period goes alone. Leave out --start, --end and --grain.")
        return kpi.periods(*options.period)
    if not all(days):
        raise RequestError(
            "No period was asked for. Write --start 2024-04-01 --end 2025-03-31, "
            "or --period 2024/25."
        )
    return kpi.periods(*days, grain=options.grain or "quarter")


def _tables(given: list[str], known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield each table's name and file; those of a folder are named for their tables."""
    for each in given:
        name, sign, path = each.partition("=")
        if sign and path:
            yield name, path
        elif Path(each).is_dir():
            yield from _in_folder(Path(each), known)
        else:
            raise RequestError(
                f"{each[:60]!r} is not TABLE=FILE, or a folder. Write incident=incidents.parquet."
            )


def _in_folder(folder: Path, known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    files = sorted(each for each in folder.iterdir() if each.suffix.lower() in _TABLES)
    if not files:
        raise InputError(f"{folder.name!r} holds no {' or '.join(_TABLES)} file. Name another.")
    seen: set[str] = set()
    for file in files:
        name = file.stem
        if name not in known:
            shown = name[:60]
            raise RequestError(f"No metric reads a table {shown!r}. {did_you_mean(shown, known)}")
        if name in seen:
            raise RequestError(f"{folder.name!r} holds table {name!r} twice. Leave one there.")
        seen.add(name)
        yield name, str(file)


def _covered(given: str) -> tuple[str, tuple[str, str]]:
    name, _, days = given.partition("=")
    first, dots, last = days.partition("..")
    if not (name and first and dots and last):
        raise RequestError(
            f"{given[:60]!r} is not TABLE=FIRST..LAST. Write incident=2024-04-01..2025-03-31."
        )
    return name, (first, last)
