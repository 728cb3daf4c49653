"""``swm-kpi map``: draft, check, report on and compare the mappings of a force."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import swm_kpi as kpi
from swm_kpi.cli import force_folder
from swm_kpi.errors import DefinitionError, OutputError, RequestError, did_you_mean
from swm_kpi.output.text_table import TERMINAL_WIDTH, format_columns

if TYPE_CHECKING:
    from swm_kpi.force import Force
    from swm_kpi.scaffold import Draft

_LISTED = 12
_EXAMPLES = """
examples:
  Draft a mapping of an extract to the table crime:
    swm-kpi map scaffold crime --from extracts/niche.csv --force force/

  Check every mapping, and run its worked examples:
    swm-kpi map check --force force/

  See what becomes of the rows of an extract, and which codes are not mapped:
    swm-kpi map report crime --force force/ --data extracts/

  See what a change does, with the earlier version of the folder in old/:
    swm-kpi map diff old/ --force force/ --data extracts/
"""


def add_arguments(command: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """Add the commands of ``map``, and return their parsers."""
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    command.epilog = _EXAMPLES
    commands = command.add_subparsers(required=True, metavar="command")
    scaffold = _add(commands, "scaffold", _scaffold, "draft a mapping from a sample of an extract")
    scaffold.add_argument("table", help="the table to make, such as crime")
    scaffold.add_argument(
        "--from",
        dest="extract",
        required=True,
        metavar="FILE",
        help="a sample: a CSV, XLSX, ODS or parquet file, one in gzip, or a DuckDB database",
    )
    scaffold.add_argument("--sheet", default="", help="the sheet of a workbook")
    scaffold.add_argument(
        "--encoding", default="", help="the encoding of a CSV file, such as cp1252, if not UTF-8"
    )
    scaffold.add_argument("--view", default="", help="the view of a DuckDB database")
    scaffold.add_argument(
        "--name", default="", help="the name of the source (default: that of the file or view)"
    )
    check = _add(commands, "check", _check, "check the mappings and run their worked examples")
    report = _add(commands, "report", _report, "count what becomes of the rows of extracts")
    report.add_argument("tables", nargs="*", help="tables such as crime (default: all)")
    diff = _add(commands, "diff", _diff, "say what changed between two versions of a folder")
    diff.add_argument("before", help="the earlier version of the folder")
    for parser in (report, diff):
        parser.add_argument(
            "--data",
            required=parser is report,
            metavar="FOLDER",
            help="the folder of extracts",
        )
    for parser in (scaffold, check, report, diff):
        force_folder.add_option(parser, is_required=True)
    return [scaffold, check, report, diff]


def _add(commands: Any, name: str, run: Any, description: str) -> argparse.ArgumentParser:
    sentence = f"{description[0].upper()}{description[1:]}."
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=description, description=sentence
    )
    parser.set_defaults(run=run)
    return parser


def _scaffold(options: argparse.Namespace) -> int:
    from swm_kpi.force.force import read_areas
    from swm_kpi.output import write_text
    from swm_kpi.scaffold import draft_mapping, read_sample

    folder = Path(options.force)
    if not (folder / "force.toml").is_file():
        raise RequestError(f"{folder.name!r} is not the folder of a force. Run swm-kpi init first.")
    contracts = kpi.catalogue().contracts
    if options.table not in contracts:
        shown = options.table[:60]
        raise RequestError(f"No metric reads a table {shown!r}. {did_you_mean(shown, contracts)}")
    extract = Path(options.extract)
    name = options.name or _name_of(options.view or extract.name.partition(".")[0])
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise RequestError(f"{name[:60]!r} is not a name. Use lower case, digits and _ in --name.")
    sample = read_sample(extract, sheet=options.sheet, view=options.view, encoding=options.encoding)
    areas = read_areas(folder)
    draft = draft_mapping(
        contracts[options.table], sample, name, areas=areas, encoding=options.encoding
    )
    for path in draft.files:
        if (folder / path).exists():
            raise OutputError(f"{path} exists already. Give another --name, or remove the file.")
    for path, text in draft.files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        write_text(folder / path, text)
    print("\n".join(_describe_draft(draft, options.table, extract, folder)))
    return 0


def _name_of(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _describe_draft(draft: Draft, table: str, extract: Path, folder: Path) -> Iterator[str]:
    width = _width()
    yield f"Read {draft.rows:,} rows and {draft.columns} columns of {extract.name}."
    yield ""
    yield "Wrote"
    yield from (f"  {folder / path}" for path in draft.files)
    yield ""
    if draft.suggestions:
        rows = [(f"Column of {table}", "Suggestion, to be decided"), *draft.suggestions.items()]
        yield format_columns(rows, width)
    for heading, names in (
        ("No suggestion", draft.undecided),
        ("May be personal, so no value was listed", draft.personal),
    ):
        if names:
            shown = ", ".join(names[:_LISTED])
            more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            yield ""
            yield from wrap(f"{heading}: {shown}{more}.", width, subsequent_indent="  ")
    yield ""
    yield "Nothing is approved. Next:"
    steps = ["In the module, fill valid_from and owner, and decide every column."]
    if len(draft.files) > 1:
        steps.append(
            "In the code lists, correct each target, and write approved, who decided and when."
        )
    steps.append(f"Run swm-kpi map check --force {folder}")
    yield from (f"  {number}. {step}" for number, step in enumerate(steps, start=1))


def _check(options: argparse.Namespace) -> int:
    from swm_kpi.force.makers import iter_mappings

    force = _force(options)
    problems = list(force_folder.iter_problems(force))
    if problems:
        raise DefinitionError(problems)
    print(force_folder.describe_check(force))
    unapproved = [
        f"  {code_list.name}: {code_list.unapproved}"
        for mapping in iter_mappings(force.mappings)
        for code_list in mapping.code_lists
        if code_list.unapproved
    ]
    if unapproved:
        print("\nRows of code lists that are not approved, and not used:")
        print("\n".join(unapproved))
    return 0


def _report(options: argparse.Namespace) -> int:
    force = _force(options)
    for table in options.tables:
        if table not in force.mappings:
            shown = table[:60]
            raise RequestError(
                f"No mapping makes table {shown!r}. {did_you_mean(shown, force.mappings)}"
            )
    tables = force.tables(options.data)
    is_ok = True
    for table in options.tables or force.mappings:
        missing = tables.without_extract.get(table)
        if missing is not None:
            print(f"{table}: there is no extract {missing!r}.\n", file=sys.stderr)
            continue
        try:
            report = tables.report(table)
        except kpi.DataError as error:
            print(f"{table}: {error}\n", file=sys.stderr)
            is_ok = False
            continue
        is_ok = is_ok and report.ok
        print(f"{report}\n")
    return 0 if is_ok else kpi.DataError.exit_code


def _diff(options: argparse.Namespace) -> int:
    from swm_kpi.force.differences import iter_differences

    before, after = kpi.Force.read(options.before), _force(options)
    extracts = {} if options.data is None else _extracts(options.data)
    for line in iter_differences(before, after, extracts):
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        print("\n".join(wrap(line, _width(), subsequent_indent=indent)))
    return 0


def _extracts(folder: str) -> dict[str, Path]:
    from swm_kpi.force.tables import find_extracts

    return find_extracts(Path(folder))


def _force(options: argparse.Namespace) -> Force:
    return kpi.Force.read(options.force)


def _width() -> int:
    return shutil.get_terminal_size((TERMINAL_WIDTH, 24)).columns
