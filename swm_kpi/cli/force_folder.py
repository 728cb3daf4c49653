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


def iter_example_problems(force: Force) -> Iterator[kpi.Problem]:
    """Yield a problem for each worked example of a mapping that becomes other rows."""
    from swm_kpi.force.makers import iter_mappings

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
        f"{_count(examples, 'example')}{derived}, and {_count(len(force.statements), 'statement')} "
        "of availability are consistent."
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
