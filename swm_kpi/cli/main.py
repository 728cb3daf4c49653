"""The command line. Each exit code has one cause; nothing of a table's content is ever printed."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import swm_kpi as kpi
from swm_kpi.cli import compute as compute_command
from swm_kpi.errors import (
    DataError,
    DefinitionError,
    InputError,
    MissingExtra,
    OutputError,
    PeriodError,
    RequestError,
    SwmKpiError,
)
from swm_kpi.model.describe import describe_entry, format_catalogue
from swm_kpi.model.plugins import load_installed
from swm_kpi.progress import progress

_FAMILY = (
    DefinitionError, DataError, RequestError, PeriodError, InputError, OutputError, MissingExtra,
)  # fmt: skip


_STOPPED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: the words after ``swm-kpi``; the process's own when left out.
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
        # The reader of our output has gone, as after `| head`; there is nobody to tell.
        sys.stderr.close()
        return 0


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    print(f"swm-kpi: {message}", file=sys.stderr)


def _list(options: argparse.Namespace) -> int:
    plan = kpi.catalogue(availability=options.availability)
    print(format_catalogue(plan), end="")
    return 0


def _show(options: argparse.Namespace) -> int:
    plan = kpi.catalogue(availability=options.availability)
    print(describe_entry(plan[options.ref], plan), end="")
    return 0


def _check(_: argparse.Namespace) -> int:
    from swm_kpi.engine.worked_examples import check_examples

    plan = kpi.catalogue()
    metrics = [each for each in plan if isinstance(each, kpi.Metric)]
    with progress(len(metrics)) as step:
        problems = list(load_installed().load_problems)
        for metric in metrics:
            step(f"ref {metric.ref}")
            problems += list(check_examples(metric))
    if problems:
        raise DefinitionError(problems)
    examples = sum(len(each.examples) for each in metrics)
    print(
        f"{len(plan)} refs agree with each other; {examples} examples of {len(metrics)} metrics "
        "come to what they expect."
    )
    return 0


def _lock(options: argparse.Namespace) -> int:
    from swm_kpi.model.lock import build_lock, format_lock, iter_lock_problems, parse_lock
    from swm_kpi.output import write_text

    path, now = Path(options.file), build_lock(kpi.catalogue())
    held = parse_lock(_read(path)) if path.exists() and not options.afresh else {}
    problems = list(iter_lock_problems(held, now))
    if problems:
        raise DefinitionError(problems)
    write_text(path, format_lock(held | now), overwrite=True)
    new = len(now.keys() - held.keys())
    print(f"{len(held | now)} definitions locked in {path.name}, {new} of them new.")
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name!r} cannot be read as text. Name another file.") from None


def _validate(options: argparse.Namespace) -> int:
    report = kpi.validate(options.file, options.table, strict=options.strict)
    print(report)
    if report.extra_columns:
        print(f"Columns that no metric reads: {', '.join(report.extra_columns)}.")
    return 0 if report.ok else DataError.exit_code


def _synth(options: argparse.Namespace) -> int:
    from swm_kpi.output import write_parquet

    folder = Path(options.out)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder.name!r} is not an empty folder. Name a new one with --out.")
    tables = kpi.synthetic.generate_force(
        options.start, options.end, scale=options.scale, seed=options.seed
    )
    folder.mkdir(parents=True, exist_ok=True)
    with progress(len(tables)) as step:
        for name, frame in tables.items():
            step(name)
            checked = kpi.validate(frame, name).table
            write_parquet(checked.frame.select(checked.columns), folder / f"{name}.parquet")
    print(f"{len(tables)} synthetic tables written to {folder}.")
    return 0


def _docs(options: argparse.Namespace) -> int:
    from swm_kpi.site.build import write_site
    from swm_kpi.site.context import Subject
    from swm_kpi.site.synthetic_series import synthetic_series

    plan = kpi.catalogue(availability=options.availability)
    with progress(0) as step:
        step("making a synthetic series for each metric")
        subject = Subject(
            plan,
            synthetic_series(plan),
            organisation=options.organisation,
            contact=options.contact,
        )
        print(write_site(subject, Path(options.out), name=options.name, progress=step))
    return 0


def _demo(options: argparse.Namespace) -> int:
    from swm_kpi.reporting import run

    with progress(0) as step:
        summary = run(
            Path(options.out),
            start=options.start,
            end=options.end,
            scale=options.scale,
            seed=options.seed,
            overwrite=options.overwrite,
            progress=step,
        )
    print(summary)
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the command line's own account of itself, which its reference page is made from."""
    codes = [(0, "it worked"), (1, "something unexpected; please report it")]
    codes += [(2, "the command is not written as the help says")]
    codes += sorted((each.exit_code, (each.__doc__ or "").splitlines()[0]) for each in _FAMILY)
    codes += [(_STOPPED, "it was stopped from the keyboard; no file was left half written")]
    made = argparse.ArgumentParser(
        prog="swm-kpi",
        description="Describe, compute and publish police performance metrics.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="exit codes:\n" + "\n".join(f"  {code:>3}  {cause}" for code, cause in codes),
    )
    commands = made.add_subparsers(required=True, metavar="command")
    listed = _command(commands, "list", _list, "every ref: title, availability, computation")
    show = _command(commands, "show", _show, "one metric in plain English")
    show.add_argument("ref", help="a ref such as 57, or a key such as call_handling")
    for each in (listed, show):
        each.add_argument("--availability", metavar="FILE", help="a force's own statement (TOML)")
    _command(commands, "check", _check, "all rules of the definitions, and every worked example")
    lock = _command(commands, "lock", _lock, "record which definition each version of a metric is")
    lock.add_argument(
        "--file",
        default="definitions/definitions.lock",
        help="the lock to write (definitions/definitions.lock)",
    )
    lock.add_argument(
        "--afresh",
        action="store_true",
        help="forget what was locked: only before the first release",
    )
    validate = _command(commands, "validate", _validate, "check a file against a table's contract")
    validate.add_argument("table", help="a table's name, such as incident")
    validate.add_argument("file", help="a .parquet or .csv file")
    validate.add_argument("--strict", action="store_true", help="refuse columns nothing reads")
    compute = _command(commands, "compute", compute_command.run, "compute metrics from files")
    compute_command.declare(compute)
    synth = _command(commands, "synth", _synth, "write a synthetic force as parquet files")
    _synthetic_options(synth, "swm-kpi-synthetic")
    demo = _command(commands, "demo", _demo, "a synthetic force, every metric, and a pack to open")
    _synthetic_options(demo, "swm-kpi-pack")
    demo.add_argument("--overwrite", action="store_true", help="replace a pack that is there")
    docs = _command(commands, "docs", _docs, "a site with a page for each metric and each table")
    docs.add_argument("--out", default="swm-kpi-site", help="a new folder (swm-kpi-site)")
    docs.add_argument("--name", default="", help="what the site is called")
    docs.add_argument("--organisation", default="", help="who publishes it, for the statement")
    docs.add_argument("--contact", default="", help="how to reach them, for the statement")
    docs.add_argument("--availability", metavar="FILE", help="a force's own statement (TOML)")
    return made


def _synthetic_options(command: argparse.ArgumentParser, folder: str) -> None:
    command.add_argument("--out", default=folder, help=f"folder to write to ({folder})")
    command.add_argument("--start", default="2022-04-01", help="first day")
    command.add_argument("--end", default="2025-03-31", help="last day")
    command.add_argument("--scale", type=float, default=0.05, help="1 is a whole force (0.05)")
    command.add_argument("--seed", type=int, default=1, help="the same seed, the same data (1)")


def _command(commands: Any, name: str, run: Any, about: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    command.set_defaults(run=run)
    return command
