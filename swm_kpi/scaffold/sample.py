"""Samples of extracts: the first rows of a file, or of a view in a database, with every column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.engine.input.adapters import open_local_table
from swm_kpi.engine.input.spreadsheets import read_sheets
from swm_kpi.errors import InputError, MissingExtra, did_you_mean
from swm_kpi.open_data.published_files import PublishedFile, find_files

MAX_ROWS = 200_000
_DATABASES = (".duckdb", ".db", ".ddb")
_TABLES = (".parquet", ".csv")


@dataclass(frozen=True)
class Sample:
    """The first rows of an extract, with every column.

    Attributes:
        rows: the rows.
        sheet: the sheet of a workbook that they are from; empty for any other file.
    """

    rows: pl.DataFrame
    sheet: str = ""


def read_sample(path: Path, *, sheet: str = "", view: str = "", encoding: str = "") -> Sample:
    """Return the first rows of an extract, with every column.

    Args:
        path: a CSV, XLSX, ODS or parquet file, one in gzip or zip, or a DuckDB database.
        sheet: the sheet of a workbook, if it has several.
        view: the view or table of a DuckDB database.
        encoding: the encoding of a CSV file that is not in UTF-8.

    Raises:
        InputError: the file cannot be read, or does not say which sheet or view to read.
        MissingExtra: a package that reads the file is not installed.
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        raise InputError(f"There is no file {path.name!r} in that folder.")
    if suffix in _DATABASES:
        return Sample(_read_view(path, view))
    if suffix in _TABLES and not encoding:
        names = open_local_table(path, path.stem, ()).names
        return Sample(open_local_table(path, path.stem, names).lazy.head(MAX_ROWS).collect())
    files, others = find_files([str(path)])
    if len(files) != 1:
        reason = others[0].reason if others else "it has several files"
        raise InputError(f"{path.name!r} cannot be read: {reason}. Give one table.")
    file = files[0]
    if file.name.lower().removesuffix(".gz").endswith(".csv"):
        return Sample(_read_csv(file, encoding or "utf-8"))
    return _read_sheet(file, sheet)


def _read_csv(file: PublishedFile, encoding: str) -> pl.DataFrame:
    content = file.content()
    try:
        raw = content.read_bytes() if isinstance(content, Path) else content
        text = raw.decode(encoding).removeprefix("\ufeff").encode()
        return pl.read_csv(text, infer_schema=False, n_rows=MAX_ROWS)
    except (pl.exceptions.PolarsError, OSError, UnicodeError, LookupError):
        message = f"{file.name!r} is not CSV in {encoding}. Give another --encoding."
        raise InputError(message) from None


def _read_sheet(file: PublishedFile, name: str) -> Sample:
    read = read_sheets(file.name, file.content())
    sheets = {sheet.name: sheet for sheet in read if not sheet.is_hidden}
    if name and name not in sheets:
        raise InputError(f"{file.name!r} has no sheet {name[:40]!r}. {did_you_mean(name, sheets)}")
    if not name and len(sheets) != 1:
        raise InputError(f"{file.name!r} has {len(sheets)} sheets. {did_you_mean('', sheets)}.")
    chosen = name or next(iter(sheets))
    rows = sheets[chosen].rows
    if not rows or len(set(rows[0])) < len(rows[0]) or not all(rows[0]):
        raise InputError(f"{file.name!r}: the first row of the sheet is not a row of headings.")
    frame = pl.DataFrame(
        rows[1 : MAX_ROWS + 1], schema=dict.fromkeys(rows[0], pl.String), orient="row"
    )
    return Sample(frame, chosen)


def _read_view(path: Path, view: str) -> pl.DataFrame:
    try:
        import duckdb
    except ImportError:
        raise MissingExtra.needed(
            "duckdb", extra="duckdb", purpose=f"Reading {path.name}"
        ) from None
    failure = ""
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            listed = connection.table("information_schema.tables").select("table_name")
            names = [str(row[0]) for row in listed.fetchall()]
            if view not in names:
                shown = f" {view[:40]!r}" if view else ""
                message = f"{path.name!r} has no view{shown}. {did_you_mean(view, names)}"
                raise InputError(message)
            relation: Any = connection.table(view).limit(MAX_ROWS)
            return pl.DataFrame(relation.to_arrow_table())
    except duckdb.Error as error:
        failure = type(error).__name__
    raise InputError(f"{path.name!r} cannot be read as a DuckDB database ({failure}).")
