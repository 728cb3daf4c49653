"""The command line ``swm-kpi``: its commands, options and exit codes.

Each exit code has one cause. No command prints a value from a table, because it may be personal
data.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import swm_kpi as kpi
from swm_kpi.cli import audit as audit_command
from swm_kpi.cli import compute as compute_command
from swm_kpi.cli import force_folder, map_commands, public_files
from swm_kpi.cli import judge as judge_command
from swm_kpi.cli.force_folder import catalogue_of, force_of
from swm_kpi.errors import (
    DataError,
    DefinitionError,
    InputError,
    MissingExtra,
    OutputError,
    PeriodError,
    RequestError,
    SwmKpiError,
    did_you_mean,
)
from swm_kpi.model.describe import describe_entry, format_catalogue
from swm_kpi.model.plugins import load_installed
from swm_kpi.progress import progress

_ERRORS = (
    DefinitionError, DataError, RequestError, PeriodError, InputError, OutputError, MissingExtra,
)  # fmt: skip


_LOCK = "definitions/definitions.lock"
_STOPPED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Exit codes:
        0: success.
        1: an unexpected error (Python prints a traceback).
        2: wrong usage of the command.
        10 to 16: one for each error class; ``swm-kpi --help`` lists them.
        130: stopped from the keyboard.

    Args:
        arguments: the arguments after ``swm-kpi``; those of the process by default.
    """
    options = parser().parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            code: int = options.run(options)
        return code
    except SwmKpiError as error:
        print(f"swm-kpi: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("swm-kpi: stopped.", file=sys.stderr)
        return _STOPPED
    except BrokenPipeError:
        # The reader of our output has closed it, as `| head` does. Any message would fail too.
        sys.stderr.close()
        return 0


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    print(f"swm-kpi: {message}", file=sys.stderr)


def _list(options: argparse.Namespace) -> int:
    plan = catalogue_of(options)
    print(format_catalogue(plan), end="")
    return 0


def _show(options: argparse.Namespace) -> int:
    plan = catalogue_of(options)
    print(describe_entry(plan[options.ref], plan), end="")
    force = force_of(options)
    if force is not None:
        print(force_folder.describe_lineage(force, plan, plan[options.ref]), end="")
    return 0


def _check(options: argparse.Namespace) -> int:
    from swm_kpi.engine.worked_examples import check_examples

    plan, force = catalogue_of(options), force_of(options)
    metrics = [entry for entry in plan if isinstance(entry, kpi.Metric)]
    with progress(len(metrics)) as step:
        problems = list(load_installed().load_problems)
        for metric in metrics:
            step(f"ref {metric.ref}")
            problems += list(check_examples(metric))
    if force is not None:
        problems += force_folder.iter_problems(force)
    if problems:
        raise DefinitionError(problems)
    examples = sum(len(metric.examples) for metric in metrics)
    print(
        f"{len(plan)} refs are consistent, and {examples} examples of {len(metrics)} metrics give "
        "the expected numbers."
    )
    if force is not None:
        print(force_folder.describe_check(force))
    return 0


def _lock(options: argparse.Namespace) -> int:
    from swm_kpi.model.lock import build_lock, format_lock, iter_lock_problems, parse_lock
    from swm_kpi.output import write_text

    force = force_of(options)
    if force is not None:
        return force_folder.lock_mappings(force, options.file, reset=options.reset)
    path, current = Path(options.file or _LOCK), build_lock(kpi.catalogue())
    previous = parse_lock(_read_text(path)) if path.exists() and not options.reset else {}
    problems = list(iter_lock_problems(previous, current))
    if problems:
        raise DefinitionError(problems)
    write_text(path, format_lock(previous | current), overwrite=True)
    new = len(current.keys() - previous.keys())
    print(f"Locked {len(previous | current)} definitions in {path.name}, {new} of them new.")
    return 0


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name!r} cannot be read as text. Give another file.") from None


def _validate(options: argparse.Namespace) -> int:
    contracts = catalogue_of(options).contracts
    if options.table not in contracts:
        raise RequestError(
            f"No metric reads a table {options.table!r}. {did_you_mean(options.table, contracts)}"
        )
    force = force_of(options)
    table: Any
    if force is not None and options.table in force.mappings:
        table = force_folder.map_one(force, options.table, options.file)
    else:
        tables = public_files.read_tables({options.table: options.file}, options, contracts)
        table = tables[options.table]
    report = kpi.validate(table, contracts[options.table], strict=options.strict)
    print(report)
    for note in getattr(table, "notes", ()):
        print(note)
    if report.extra_columns:
        print(f"No metric reads these columns: {', '.join(report.extra_columns)}.")
    return 0 if report.ok else DataError.exit_code


def _synthetic(options: argparse.Namespace) -> int:
    from swm_kpi.output import write_parquet

    folder = Path(options.out)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder.name!r} is not an empty folder. Give a new one with --out.")
    plan = catalogue_of(options)
    tables = kpi.synthetic.generate_force(
        options.start, options.end, scale=options.scale, seed=options.seed, catalogue=plan
    )
    folder.mkdir(parents=True, exist_ok=True)
    with progress(len(tables)) as step:
        for name, frame in tables.items():
            step(name)
            table = kpi.validate(frame, plan.contracts[name]).table
            write_parquet(table.frame.select(table.columns), folder / f"{name}.parquet")
    print(f"Wrote {len(tables)} synthetic tables to {folder}.")
    return 0


def _docs(options: argparse.Namespace) -> int:
    from swm_kpi.site.build import write_site
    from swm_kpi.site.context import SiteContext
    from swm_kpi.site.synthetic_series import build_synthetic_series

    plan, force = catalogue_of(options), force_of(options)
    with progress(0) as step:
        step("computing a synthetic series for each metric")
        context = SiteContext(
            plan,
            build_synthetic_series(plan),
            organisation=options.organisation or (force.name if force is not None else ""),
            contact=options.contact or (force.contact if force is not None else ""),
            mappings={} if force is None else force.mappings,
        )
        print(write_site(context, Path(options.out), name=options.name, progress=step))
    return 0


def _demo(options: argparse.Namespace) -> int:
    from swm_kpi.reporting import run_demo

    with progress(0) as step:
        summary = run_demo(
            Path(options.out),
            start=options.start,
            end=options.end,
            scale=options.scale,
            seed=options.seed,
            overwrite=options.overwrite,
            catalogue=catalogue_of(options),
            targets=force_folder.targets_of(options),
            progress=step,
        )
    print(summary)
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line. The reference page is generated from it."""
    codes = [(0, "Success."), (1, "An unexpected error. Please report it.")]
    codes += [(2, "Wrong usage: an unknown command or option, or a missing argument.")]
    codes += sorted((error.exit_code, (error.__doc__ or "").splitlines()[0]) for error in _ERRORS)
    codes += [(_STOPPED, "Stopped from the keyboard. No file is incomplete.")]
    top_parser = argparse.ArgumentParser(
        prog="swm-kpi",
        description="Describe, compute and publish police performance metrics.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="exit codes:\n" + "\n".join(f"  {code:>3}  {cause}" for code, cause in codes),
    )
    commands = top_parser.add_subparsers(required=True, metavar="command")
    list_command = _command(
        commands, "list", _list, "list every ref with its title and availability"
    )
    show = _command(commands, "show", _show, "describe one metric in plain English")
    show.add_argument("ref", help="a ref such as 57, or a key such as call_handling")
    check = _command(
        commands, "check", _check, "check the definitions and run every worked example"
    )
    init = _command(commands, "init", force_folder.run_init, "write the folder of a new force")
    force_folder.add_init_arguments(init)
    map_commands.add_arguments(
        commands.add_parser(
            "map",
            help="draft, check and compare the mappings of a force",
            description="Draft, check and compare the mappings of a force.",
        )
    )
    lock = _command(
        commands,
        "lock",
        _lock,
        "record the hash of each version of each definition, or of a force's mappings, in a lock "
        "file",
    )
    lock.add_argument(
        "--file",
        default="",
        help=f"the lock file to write (default: {_LOCK}, or mappings.lock of the force)",
    )
    lock.add_argument(
        "--reset",
        action="store_true",
        help="discard the existing lock file; only before the first release",
    )
    validate = _command(
        commands, "validate", _validate, "check a file against the contract of a table"
    )
    validate.add_argument("table", help="the name of a table, such as incident")
    validate.add_argument(
        "file",
        nargs="+",
        help="a .parquet or .csv file, or public files as published, or their folder",
    )
    public_files.add_arguments(validate)
    validate.add_argument(
        "--strict", action="store_true", help="report columns that no metric reads as errors"
    )
    compute = _command(commands, "compute", compute_command.run, "compute metrics from files")
    compute_command.add_arguments(compute)
    judge = _command(
        commands, "judge", judge_command.run, "say of each measure whether it got better or worse"
    )
    judge_command.add_arguments(judge)
    audit = _command(
        commands,
        "audit",
        audit_command.run,
        "say what an intruder can conclude from published files",
    )
    audit_command.add_arguments(audit)
    synthetic = _command(
        commands, "synthetic", _synthetic, "write the tables of a synthetic force as parquet files"
    )
    _synthetic_options(synthetic, "swm-kpi-synthetic")
    demo = _command(
        commands, "demo", _demo, "compute every metric of a synthetic force, and write a page"
    )
    _synthetic_options(demo, "swm-kpi-demo")
    demo.add_argument(
        "--overwrite", action="store_true", help="replace the files of an earlier demonstration"
    )
    docs = _command(
        commands, "docs", _docs, "write a website with a page for each metric and each table"
    )
    force_folder.add_targets_option(demo)
    docs.add_argument(
        "--out", default="swm-kpi-site", help="a new folder to write to (default: swm-kpi-site)"
    )
    docs.add_argument("--name", default="", help="the name of the site")
    docs.add_argument(
        "--organisation", default="", help="the publisher, for the accessibility statement"
    )
    docs.add_argument(
        "--contact",
        default="",
        help="the publisher's contact details, for the accessibility statement",
    )
    for command in (
        list_command, show, check, lock, validate, compute, judge, audit, synthetic, demo, docs
    ):  # fmt: skip
        force_folder.add_option(command)
    return top_parser


def _synthetic_options(command: argparse.ArgumentParser, folder: str) -> None:
    command.add_argument(
        "--out", default=folder, help=f"the folder to write to (default: {folder})"
    )
    command.add_argument(
        "--start", default="2022-04-01", help="the first day (default: 2022-04-01)"
    )
    command.add_argument("--end", default="2025-03-31", help="the last day (default: 2025-03-31)")
    command.add_argument(
        "--scale",
        type=float,
        default=0.05,
        help="the size of the force; 1 is a full-size force (default: 0.05)",
    )
    command.add_argument(
        "--seed",
        type=int,
        default=1,
        help="the seed of the random numbers; the same seed gives the same data (default: 1)",
    )


def _command(commands: Any, name: str, run: Any, description: str) -> argparse.ArgumentParser:
    sentence = f"{description[0].upper()}{description[1:]}."
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=description, description=sentence
    )
    command.set_defaults(run=run)
    return command
