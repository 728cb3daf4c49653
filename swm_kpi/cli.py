"""The command line. Each exit code has one cause; nothing of a table's content is ever printed."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import swm_kpi as kpi
from swm_kpi.describe import describe, list_entries
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
from swm_kpi.installed import everything_installed
from swm_kpi.permission import NO_POLICY
from swm_kpi.refs_table import refs_table

_FAMILY = (
    DefinitionError, DataError, RequestError, PeriodError, InputError, OutputError, MissingExtra,
)  # fmt: skip


_FORMS = (".csv", ".json", ".parquet", ".xlsx", ".ods")


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
    except BrokenPipeError:
        # The reader of our output has gone, as after `| head`; there is nobody to tell.
        sys.stderr.close()
        return 0


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    print(f"swm-kpi: {message}", file=sys.stderr)


def _list(options: argparse.Namespace) -> int:
    plan = kpi.catalogue(availability=options.availability)
    print(refs_table(plan) if options.markdown else list_entries(plan), end="")
    return 0


def _show(options: argparse.Namespace) -> int:
    plan = kpi.catalogue(availability=options.availability)
    print(describe(plan[options.ref], plan), end="")
    return 0


def _check(_: argparse.Namespace) -> int:
    from swm_kpi.engine.examples import check_examples

    plan = kpi.catalogue()
    metrics = [each for each in plan if isinstance(each, kpi.Metric)]
    with _progress(len(metrics)) as step:
        problems = list(everything_installed().left_out)
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
    from swm_kpi.export import write_text
    from swm_kpi.lock import lock_problems, lock_text, locked, read_lock

    path, now = Path(options.file), locked(kpi.catalogue())
    held = read_lock(_read(path)) if path.exists() and not options.afresh else {}
    problems = list(lock_problems(held, now))
    if problems:
        raise DefinitionError(problems)
    write_text(path, lock_text(held | now), overwrite=True)
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


def _compute(options: argparse.Namespace) -> int:
    from swm_kpi.export import csv_text

    data = dict(_table(each) for each in options.data)
    suffix = Path(options.out or "").suffix.lower()
    if options.out is not None and suffix not in _FORMS:
        raise RequestError(f"--out names no kind of file. End it in {', '.join(_FORMS)}.")
    policy = _policy(options.policy)
    if options.out is not None and not options.policy:
        raise OutputError(
            "--out needs --policy, so that small counts identify nobody. Write --policy 5,5 to "
            "hide counts under 5 and round the rest to 5, or --policy none to write them as they "
            "are."
        )
    with _progress(1 + (policy is not None) + (options.out is not None)) as step:
        step(f"computing from {len(data)} tables")
        result = kpi.compute(
            options.refs or None,
            data,
            periods=kpi.periods(options.start, options.end, grain=options.grain),
            by=options.by,
            as_at=options.as_at,
            on_violation=options.on_violation,
        )
        if policy is not None:
            step("hiding small numbers")
            result = result.disclose(policy)
        if options.out is not None:
            step("writing")
            write = getattr(result, f"to_{suffix[1:]}")
            said = "" if policy is not None else options.policy
            write(options.out, policy=said, overwrite=options.overwrite)
    if options.out is None:
        print(csv_text(result.to_polars()), end="")
    else:
        print(f"{len(result):,} rows written to {options.out}.", file=sys.stderr)
    return 0


def _policy(given: str) -> kpi.DisclosurePolicy | None:
    """Read a policy as it is written on the command line; None for none."""
    if given in ("", NO_POLICY):
        return None
    parts = given.split(",")
    if len(parts) != 2 or not all(each.strip().isdecimal() for each in parts):
        raise RequestError(
            f"--policy is {given[:40]!r}. Write a threshold and a rounding base, such as 5,5, or "
            f"{NO_POLICY}."
        )
    return kpi.DisclosurePolicy(threshold=int(parts[0]), base=int(parts[1]))


def _table(given: str) -> tuple[str, str]:
    name, sign, path = given.partition("=")
    if not sign or not path:
        raise RequestError(f"{given[:60]!r} is not TABLE=FILE. Write incident=incidents.parquet.")
    return name, path


def _synth(options: argparse.Namespace) -> int:
    from swm_kpi.export import write_parquet

    folder = Path(options.out)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder.name!r} is not an empty folder. Name a new one with --out.")
    tables = kpi.synthetic.force(options.start, options.end, scale=options.scale, seed=options.seed)
    folder.mkdir(parents=True, exist_ok=True)
    with _progress(len(tables)) as step:
        for name, frame in tables.items():
            step(name)
            checked = kpi.validate(frame, name).table
            write_parquet(checked.frame.select(checked.columns), folder / f"{name}.parquet")
    print(f"{len(tables)} synthetic tables written to {folder}.")
    return 0


def _demo(options: argparse.Namespace) -> int:
    from swm_kpi.demo import run

    with _progress(0) as step:
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


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """Yield a function that shows how far long work has come, on stderr if it is a terminal."""
    shown = sys.stderr.isatty()
    done = 0

    def step(what: str) -> None:
        nonlocal done
        done += 1
        if shown:
            of = f"/{total}" if total else ""
            print(f"\r\033[K[{done}{of}] {what}", end="", file=sys.stderr, flush=True)

    try:
        yield step
    finally:
        if shown and done:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """Return the command line's own account of itself, which its reference page is made from."""
    codes = [(0, "it worked"), (1, "something unexpected; please report it")]
    codes += [(2, "the command is not written as the help says")]
    codes += sorted((each.exit_code, (each.__doc__ or "").splitlines()[0]) for each in _FAMILY)
    made = argparse.ArgumentParser(
        prog="swm-kpi",
        description="The metrics of the Safer West Mercia Plan: what they mean, what they come to.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="exit codes:\n" + "\n".join(f"  {code:>3}  {cause}" for code, cause in codes),
    )
    commands = made.add_subparsers(required=True, metavar="command")
    listed = _command(commands, "list", _list, "every ref: title, availability, computation")
    listed.add_argument("--markdown", action="store_true", help="as a table for a page")
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
    _compute_command(commands)
    synth = _command(commands, "synth", _synth, "write a synthetic force as parquet files")
    _synthetic_options(synth, "swm-kpi-synthetic")
    demo = _command(commands, "demo", _demo, "a synthetic force, every metric, and a pack to open")
    _synthetic_options(demo, "swm-kpi-pack")
    demo.add_argument("--overwrite", action="store_true", help="replace a pack that is there")
    return made


def _compute_command(commands: Any) -> None:
    compute = _command(commands, "compute", _compute, "compute metrics from files")
    compute.add_argument("refs", nargs="*", help="refs or keys; all that compute when left out")
    compute.add_argument(
        "--data", action="append", default=[], metavar="TABLE=FILE", help="may be repeated"
    )
    compute.add_argument("--start", required=True, help="first day, such as 2024-04-01")
    compute.add_argument("--end", required=True, help="last day, such as 2025-03-31")
    compute.add_argument("--grain", default="quarter", help="month, quarter, year or rolling_12")
    compute.add_argument("--by", action="append", default=[], help="a breakdown; may be repeated")
    compute.add_argument("--as-at", help="the day the data were extracted")
    compute.add_argument("--on-violation", default="raise", choices=["raise", "withhold"])
    compute.add_argument(
        "--out", help="a .csv, .json, .parquet, .xlsx or .ods file; the screen when left out"
    )
    compute.add_argument(
        "--policy",
        default="",
        metavar="THRESHOLD,BASE",
        help="hide counts under the threshold and round the rest, such as 5,5; or none",
    )
    compute.add_argument("--overwrite", action="store_true", help="replace a file that is there")


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


if __name__ == "__main__":
    sys.exit(main())
