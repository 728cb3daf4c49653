"""Read the tables that a command names: a force's own file, or public files as published."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from swm_kpi.errors import InputError, RequestError, did_you_mean

if TYPE_CHECKING:
    from swm_kpi.contracts import ContractType
    from swm_kpi.open_data import OpenTable

# The reader in swm_kpi.open_data of each table that public files can fill.
READERS = {
    "street_crime": "police_uk",
    "street_outcome": "police_uk_outcomes",
    "recorded_crime": "recorded_crime",
    "published_outcome": "crime_outcomes",
    "published_workforce": "officer_fte",
    "collision": "stats19",
    "casualty": "stats19",
}
OWN_TABLE = "none"
_WITH_SHEETS = ("recorded_crime", "published_outcome", "published_workforce")
_OWN_SUFFIXES = (".parquet", ".csv")
_LISTED_FILES = 10
_LONGEST_LINE = 100_000


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments that say how to read public files."""
    public = command.add_argument_group("public files")
    public.add_argument(
        "--reader",
        action="append",
        default=[],
        metavar="TABLE=READER",
        help="how to read the files of a table, if their columns do not show it: "
        f"{', '.join(dict.fromkeys(READERS.values()))}, or {OWN_TABLE} for a table that has the "
        "columns of its contract; may be repeated",
    )
    public.add_argument(
        "--sheet",
        action="append",
        default=[],
        metavar="TABLE=NAME",
        help="the only table of the public files to read: its number or the name of its sheet, "
        "such as published_workforce=1, or 1 if there is one table; may be repeated",
    )


def read_tables(
    paths: Mapping[str, list[str]],
    options: argparse.Namespace,
    contracts: Mapping[str, ContractType],
) -> dict[str, Any]:
    """Return each table: the path of a force's own file, or the table read from public files.

    Writes to standard error which public files were read and which were not.

    Args:
        paths: the files and folders of each table.
        options: the arguments of the command.
        contracts: the contract of each table.

    Raises:
        RequestError: a reader, a sheet or several files are stated for a table that has none.
        InputError: a public file cannot be read.
    """
    readers = dict(_parse_pair("--reader", value, "a READER", paths) for value in options.reader)
    sheets = dict(_parse_pair("--sheet", value, "a NAME", paths) for value in options.sheet)
    for table in [*readers, *sheets]:
        if table not in paths:
            raise RequestError(
                f"There are no data for table {table!r}. {did_you_mean(table, paths)}"
            )
    public = {
        table: files
        for table, files in paths.items()
        if _is_public(table, files, readers.get(table, ""), contracts)
    }
    for table in sheets:
        if table not in public or table not in _WITH_SHEETS:
            raise RequestError(
                f"--sheet is for the public files of {', '.join(_WITH_SHEETS)}, and not for "
                f"table {table!r}. Leave it out."
            )
    data: dict[str, Any] = {}
    for table, files in paths.items():
        if table in public:
            continue
        if len(files) > 1:
            raise RequestError(f"Table {table!r} has {len(files)} files. Give one file for it.")
        data[table] = files[0]
    for table, opened in _read_public(public, sheets):
        data[table] = opened
        _report_files(table, opened)
    return data


def _parse_pair(
    option: str, argument: str, name: str, tables: Mapping[str, object]
) -> tuple[str, str]:
    """Return the table and the value of an option. One table alone need not be named."""
    table, equals, value = argument.partition("=")
    if not equals and len(tables) == 1:
        return next(iter(tables)), argument
    if not (table and equals and value):
        raise RequestError(f"{option} {argument[:60]!r} is not TABLE= and {name}.")
    return table, value


def _is_public(
    table: str, files: list[str], reader: str, contracts: Mapping[str, ContractType]
) -> bool:
    """Return whether to read the files of a table as published."""
    if reader == OWN_TABLE:
        return False
    known = READERS.get(table)
    if reader and reader != known:
        own = f"{known} or {OWN_TABLE}" if known else OWN_TABLE
        raise RequestError(f"The reader {reader[:60]!r} does not fill table {table!r}. Use {own}.")
    if known is None:
        return False
    return bool(reader) or any(not _has_own_columns(file, contracts[table]) for file in files)


def _has_own_columns(file: str, contract: ContractType) -> bool:
    """Return whether a file has the columns of its contract. A missing file has."""
    path = Path(file)
    if path.is_dir() or path.suffix.lower() not in _OWN_SUFFIXES:
        return False
    if path.suffix.lower() == ".parquet" or not path.is_file():
        return True
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        header = next(csv.reader([lines.readline(_LONGEST_LINE)]), [])
    return len(set(contract.columns) & set(header)) > len(contract.columns) / 2


def _read_public(
    public: Mapping[str, list[str]], sheets: Mapping[str, str]
) -> Iterator[tuple[str, OpenTable]]:
    from swm_kpi import open_data

    for table, files in public.items():
        if table == "street_crime":
            yield table, open_data.police_uk(files)
        elif table == "street_outcome":
            yield table, open_data.police_uk_outcomes(files)
        elif table == "recorded_crime":
            yield table, open_data.recorded_crime(files, table=sheets.get(table, ""))
        elif table == "published_outcome":
            yield table, open_data.crime_outcomes(files, table=sheets.get(table, ""))
        elif table == "published_workforce":
            yield table, open_data.officer_fte(files, table=sheets.get(table, ""))
    if "collision" in public or "casualty" in public:
        casualties = public.get("casualty")
        collisions = public.get("collision") or [
            file for file in casualties or () if Path(file).is_dir() or file.endswith(".zip")
        ]
        if not collisions:
            raise InputError(
                "The public files of 'casualty' have no dates. Give the collision files too: with "
                "--data collision=FILE, or in one folder with the casualty files."
            )
        tables = open_data.stats19(collisions, casualties)
        yield from ((table, opened) for table, opened in tables.items() if table in public)


def _report_files(table: str, opened: OpenTable) -> None:
    """Write to standard error which files a table was read from, and which were not read."""
    read = [file for file in opened.files if file.is_read]
    others = [file for file in opened.files if not file.is_read]
    count = f"{len(read):,} {'file or sheet' if len(read) == 1 else 'files or sheets'}"
    rows = f"{len(opened):,} {'row' if len(opened) == 1 else 'rows'}"
    text = f"{table}: read {rows} from {count} with open_data.{READERS[table]}."
    print(text, file=sys.stderr)
    for file in others[:_LISTED_FILES]:
        print(f"  Not read: {file.name}: {file.reason}.", file=sys.stderr)
    if len(others) > _LISTED_FILES:
        print(f"  Not read: {len(others) - _LISTED_FILES:,} more.", file=sys.stderr)
