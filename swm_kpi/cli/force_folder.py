"""The option ``--force``, and the commands ``init`` and ``check`` for a force's folder."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import swm_kpi as kpi
from swm_kpi.errors import RequestError
from swm_kpi.model.describe import WIDTH
from swm_kpi.output.text_table import format_columns

if TYPE_CHECKING:
    from swm_kpi.force import Force


def add_option(command: argparse.ArgumentParser, *, is_required: bool = False) -> None:
    """Add ``--force`` to the parser of a command."""
    command.add_argument(
        "--force",
        required=is_required,
        metavar="FOLDER",
        help="the folder of a force, with its areas, mappings, availability and decisions",
    )


def force_of(options: argparse.Namespace) -> Force | None:
    """Return the force that a command names, or None. A command reads its folder once."""
    if options.force is None:
        return None
    if not hasattr(options, "force_folder"):
        options.force_folder = kpi.Force.read(options.force)
    force: Force = options.force_folder
    return force


def add_targets_option(command: argparse.ArgumentParser) -> None:
    """Add ``--targets`` to the parser of a command that draws or prints judgements."""
    command.add_argument(
        "--targets",
        metavar="FILE",
        help="a TOML file of targets (default: targets.toml of the folder that --force names)",
    )


def targets_of(options: argparse.Namespace) -> kpi.Targets:
    """Return the targets of a command: of its file, or of its force; none without either.

    Raises:
        DefinitionError: with every mistake in the file.
    """
    force = force_of(options)
    if options.targets is not None:
        return kpi.Targets.read(options.targets, catalogue_of(options))
    return kpi.Targets() if force is None else force.targets


def catalogue_of(options: argparse.Namespace) -> kpi.Catalogue:
    """Return the catalogue of a command: that of its force, or of the installed definitions."""
    force = force_of(options)
    return kpi.catalogue() if force is None else force.catalogue()


def add_init_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments of ``init``."""
    command.add_argument("folder", help="a new folder, such as force/")
    command.add_argument("--name", default="New force", help="the name of the force")
    command.add_argument(
        "--contact", default="performance@example.org", help="where to ask about its numbers"
    )


def run_init(options: argparse.Namespace) -> int:
    """Run ``swm-kpi init`` and return its exit code."""
    from swm_kpi.force.template import write_template

    folder = Path(options.folder)
    files = write_template(folder, name=options.name, contact=options.contact)
    kpi.Force.read(folder)
    print(f"Wrote {folder}/ for {options.name}:")
    print("\n".join(f"  {name}" for name in files))
    print(f"\nNext: swm-kpi map scaffold TABLE --from EXTRACT --force {folder}")
    return 0


def lock_mappings(force: Force, file: str, *, reset: bool) -> int:
    """Write the lock file of a force's mappings, and return the exit code.

    Raises:
        DefinitionError: a mapping makes other rows than when its version was locked.
    """
    from swm_kpi.force.lock import (
        MAPPINGS_LOCK,
        build_tables_lock,
        iter_tables_lock_problems,
        read_tables_lock,
    )
    from swm_kpi.model.lock import TABLES_HEADER, format_lock
    from swm_kpi.output import write_text

    path = Path(file) if file else force.folder / MAPPINGS_LOCK
    previous = {} if reset else read_tables_lock(path)
    problems = list(iter_tables_lock_problems(previous, force.mappings))
    if problems:
        raise kpi.DefinitionError(problems)
    current = build_tables_lock(force.mappings)
    write_text(path, format_lock(previous | current, TABLES_HEADER), overwrite=True)
    new = len(current.keys() - previous.keys())
    print(f"Locked {_count(len(previous | current), 'mapping')} in {path.name}, {new} of them new.")
    return 0


def iter_problems(force: Force) -> Iterator[kpi.Problem]:
    """Yield each mapping that differs from its lock, and each worked example that fails."""
    from swm_kpi.force.lock import MAPPINGS_LOCK, iter_tables_lock_problems, read_tables_lock
    from swm_kpi.force.makers import iter_mappings

    lock = read_tables_lock(force.folder / MAPPINGS_LOCK)
    yield from iter_tables_lock_problems(lock, force.mappings)
    for mapping in iter_mappings(force.mappings):
        yield from mapping.check_examples()


def describe_check(force: Force) -> str:
    """Return what ``check`` has checked of a force, in a sentence."""
    from swm_kpi.force.makers import iter_mappings

    mappings = list(iter_mappings(force.mappings))
    examples = sum(len(mapping.examples) for mapping in mappings)
    counted = [table for table, maker in force.mappings.items() if maker not in mappings]
    derived = f", {', '.join(counted)} counted from other tables" if counted else ""
    return (
        f"{force.name} ({force.hash}): {_count(len(mappings), 'mapping')} with "
        f"{_count(examples, 'example')}{derived}, {_count(len(force.statements), 'statement')} "
        f"of availability, and {_count(len(force.targets), 'target')} are consistent."
    )


def map_one(force: Force, table: str, files: list[str]) -> Any:
    """Return the table that a force makes from the files of its extracts.

    Raises:
        RequestError: there are more or fewer files than extracts.
    """
    from swm_kpi.force.makers import extracts_of

    names = extracts_of(force.mappings, table)
    if len(files) != len(names):
        made_from = "one extract" if len(names) == 1 else f"the extracts {', '.join(names)}"
        wanted = "one file" if len(names) == 1 else "their files, in this order"
        raise RequestError(f"Table {table!r} is made from {made_from}. Give {wanted}.")
    return force.tables(dict(zip(names, files, strict=True)))[table]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def describe_lineage(force: Force, plan: kpi.Catalogue, entry: kpi.CatalogueEntry) -> str:
    """Return which columns of the force's extracts an entry rests on, as text."""
    from swm_kpi.force.lineage import describe_sources

    rows = describe_sources(entry, plan, force.mappings)
    if not rows:
        return ""
    heading = f"Where the columns come from, at {force.name}"
    table = format_columns([("Extract", "Column", "Made from"), *rows], WIDTH)
    return f"\n{heading}\n{'-' * len(heading)}\n{table}\n"
