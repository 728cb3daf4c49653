"""Read the sheets of a spreadsheet (XLSX, ODS): the one reader of them.

python-calamine reads every format to the same values. Its errors can quote the content of a file,
so this module never passes them on.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from swm_kpi.errors import InputError, MissingExtra

_MOST_CELLS = 30_000_000
_LETTERS = 26
_XLSX_ROW = re.compile(rb'<row\b[^>]*?\br="([0-9]{1,7})"')
# Cells beyond column ZZ, then beyond column Z.
_XLSX_FAR_COLUMNS = (
    re.compile(rb' r="([A-Z]{3})[0-9]'),
    re.compile(rb' r="([A-Z]{2})[0-9]'),
)
_ODS_ROW = re.compile(rb'<table:table-row\b(?:[^>]*number-rows-repeated="([0-9]+)")?')
# A repeated cell matters if it has a value, or if a cell with a value comes after it.
_ODS_COLUMNS = re.compile(
    rb'<table:table-cell\b(?=[^>]*office:value-type)[^>]*number-columns-repeated="([0-9]+)"'
    rb'|number-columns-repeated="([0-9]+)"[^>]*/>\s*<table:table-cell\b[^>]*office:value-type'
)
_LARGEST_WHOLE = 1e15  # a larger float does not have every whole number


@dataclass(frozen=True)
class Sheet:
    """The cells of one sheet.

    Attributes:
        name: the name of the sheet.
        is_hidden: whether its author hid the sheet.
        cells: every row from the first, with the same number of cells. An empty cell is empty text.
            Of merged cells, only the first has the value.
    """

    name: str
    is_hidden: bool
    cells: list[list[Any]]

    @property
    def rows(self) -> list[list[str]]:
        """The cells as text."""
        return [[cell_text(value) for value in row] for row in self.cells]


def read_sheets(name: str, content: Path | bytes) -> Iterator[Sheet]:
    """Yield each sheet of a spreadsheet, in order.

    Args:
        name: the name of the file, for messages.
        content: the file, or its bytes.

    Raises:
        MissingExtra: python-calamine is not installed.
        InputError: the file is not a spreadsheet, is damaged or has a password.
    """
    try:
        import python_calamine as calamine
    except ImportError:
        raise MissingExtra.needed(
            "python-calamine", extra="spreadsheets", purpose=f"Reading {name}"
        ) from None
    _refuse_far_cells(name, content)
    problem = ""
    workbook: Any = None
    try:
        source = content.open("rb") if isinstance(content, Path) else io.BytesIO(content)
        with source:
            workbook = calamine.CalamineWorkbook.from_filelike(source)
    except calamine.PasswordError:
        problem = "It has a password: save it without one."
    except BaseException as error:
        _raise_if_stopped(error)
        problem = "It is not a spreadsheet, or it is cut short: download it again."
    if problem:
        raise InputError(f"{name} cannot be read as a spreadsheet. {problem}")
    for sheet in workbook.sheets_metadata:
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
            is_hidden = sheet.visible != calamine.SheetVisibleEnum.Visible
            yield _read_sheet(name, workbook, sheet.name, is_hidden=is_hidden)


def _read_sheet(file: str, workbook: Any, name: str, *, is_hidden: bool) -> Sheet:
    rows: list[list[Any]] | None = None
    try:
        sheet = workbook.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False)
    except BaseException as error:
        _raise_if_stopped(error)
    if rows is None:
        raise InputError(
            f"{file}, sheet {name!r}, cannot be read. The file is damaged: download it again."
        )
    return Sheet(name, is_hidden, rows)


def _refuse_far_cells(file: str, content: Path | bytes) -> None:
    """Raise if a sheet has so many cells between its first and its last that memory may not do.

    python-calamine keeps a place for each of them, and ends the process if there is none.
    """
    most = 0
    try:
        source = content if isinstance(content, Path) else io.BytesIO(content)
        with zipfile.ZipFile(source) as archive:
            for name in archive.namelist():
                if name == "content.xml":
                    most = max(most, _count_ods_cells(archive.read(name)))
                elif re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                    most = max(most, _count_xlsx_cells(archive.read(name)))
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, RuntimeError):
        return  # it is damaged or in another format, which python-calamine finds too
    if most > _MOST_CELLS:
        raise InputError(
            f"{file} has a sheet of {most:,} cells, most of them empty: a cell far from the "
            "others has a value. Delete that cell, or give the CSV file."
        )


def _count_xlsx_cells(sheet: bytes) -> int:
    """Return about the number of cells up to the last row and column that have a cell."""
    rows = max(map(int, _XLSX_ROW.findall(sheet)), default=0)
    for pattern in _XLSX_FAR_COLUMNS:
        columns = set(pattern.findall(sheet))
        if columns:
            return rows * max(map(_column_number, columns))
    return rows * _LETTERS


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * _LETTERS + letter - ord("A") + 1
    return number


def _count_ods_cells(content: bytes) -> int:
    """Return about the number of cells of the largest sheet up to the last that has a value."""
    most = 0
    for sheet in content.split(b"<table:table ")[1:]:
        last_value = sheet.rfind(b"office:value-type")
        used = sheet[: sheet.find(b">", last_value) + 1] if last_value >= 0 else b""
        rows = sum(int(repeats or 1) for repeats in _ODS_ROW.findall(used))
        columns = (int(own or before) for own, before in _ODS_COLUMNS.findall(used))
        most = max(most, rows * max(columns, default=1))
    return most


def _raise_if_stopped(error: BaseException) -> None:
    """Raise an error that is not about the file. A failed assertion in Rust is a BaseException."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error


def cell_text(value: Any) -> str:
    """Return a cell as text: a whole number without a point, and a day without a time."""
    if isinstance(value, float):
        is_whole = value.is_integer() and abs(value) < _LARGEST_WHOLE
        return str(int(value)) if is_whole else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return str(value)
