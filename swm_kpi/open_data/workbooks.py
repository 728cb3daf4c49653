"""Read the sheets of a published spreadsheet (XLSX, ODS) as rows of text.

python-calamine reads every format to the same values. Its errors can quote the content of a file,
so this module never passes them on.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from swm_kpi.errors import InputError, MissingExtra
from swm_kpi.open_data.published_files import PublishedFile

_LARGEST_WHOLE = 1e15  # a larger float does not have every whole number


@dataclass(frozen=True)
class Sheet:
    """The rows of one sheet as text. An empty cell is empty text.

    Attributes:
        name: the name of the sheet.
        is_hidden: whether the publisher hid the sheet.
        rows: every row from the first, with the same number of cells. Of merged cells, only the
            first has the value.
    """

    name: str
    is_hidden: bool
    rows: list[list[str]]


def read_sheets(file: PublishedFile) -> Iterator[Sheet]:
    """Yield each sheet of a spreadsheet that has cells, in order.

    Raises:
        MissingExtra: python-calamine is not installed.
        InputError: the file is not a spreadsheet, is damaged or has a password.
    """
    try:
        import python_calamine as calamine
    except ImportError:
        raise MissingExtra.needed(
            "python-calamine", extra="spreadsheets", purpose=f"Reading {file.name}"
        ) from None
    content = file.content()
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
        raise InputError(f"{file.name} cannot be read as a spreadsheet. {problem}")
    for sheet in workbook.sheets_metadata:
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
            is_hidden = sheet.visible != calamine.SheetVisibleEnum.Visible
            yield _read_sheet(file, workbook, sheet.name, is_hidden=is_hidden)


def _read_sheet(file: PublishedFile, workbook: Any, name: str, *, is_hidden: bool) -> Sheet:
    rows: list[list[Any]] | None = None
    try:
        sheet = workbook.get_sheet_by_name(name)
        rows = sheet.to_python(skip_empty_area=False)
    except BaseException as error:
        _raise_if_stopped(error)
    if rows is None:
        raise InputError(
            f"{file.name}, sheet {name!r}, cannot be read. The file is damaged: download it again."
        )
    text = [[_cell_text(value) for value in row] for row in rows]
    return Sheet(name, is_hidden, text)


def _raise_if_stopped(error: BaseException) -> None:
    """Raise an error that is not about the file. A failed assertion in Rust is a BaseException."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error


def _cell_text(value: Any) -> str:
    if isinstance(value, float):
        is_whole = value.is_integer() and abs(value) < _LARGEST_WHOLE
        return str(int(value)) if is_whole else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return str(value)
