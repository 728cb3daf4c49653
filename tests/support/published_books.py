"""Small made-up spreadsheets with the layout of published ones, as XLSX and as ODS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TableProperties
from odf.table import Table, TableCell, TableRow
from odf.text import P

Cell = str | float | date | None
Sheets = Mapping[str, Sequence[Sequence[Cell]]]


def write_book(path: Path, sheets: Sheets, *, hidden: Sequence[str] = ()) -> Path:
    """Write a spreadsheet in the format that the name of the file states."""
    (_write_ods if path.suffix == ".ods" else _write_xlsx)(path, sheets, hidden)
    return path


def _write_xlsx(path: Path, sheets: Sheets, hidden: Sequence[str]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)


def _write_ods(path: Path, sheets: Sheets, hidden: Sequence[str]) -> None:
    document = OpenDocumentSpreadsheet()
    style = Style(name="hidden", family="table")
    style.addElement(TableProperties(display="false"))
    document.automaticstyles.addElement(style)
    for name, rows in sheets.items():
        table = Table(name=name, **({"stylename": style} if name in hidden else {}))
        for row in rows:
            line = TableRow()
            for cell in row:
                line.addElement(_ods_cell(cell))
            line.addElement(TableCell(numbercolumnsrepeated=1000))
            table.addElement(line)
        # Spreadsheet programs write the empty rest of a sheet like this.
        rest = TableRow(numberrowsrepeated=1_000_000)
        rest.addElement(TableCell(numbercolumnsrepeated=1000))
        table.addElement(rest)
        document.spreadsheet.addElement(table)
    document.save(str(path))


def _ods_cell(cell: Cell) -> TableCell:
    if cell is None:
        return TableCell()
    if isinstance(cell, date):
        element = TableCell(valuetype="date", datevalue=cell.isoformat())
    elif isinstance(cell, str):
        element = TableCell(valuetype="string")
    else:
        element = TableCell(valuetype="float", value=str(cell))
    element.addElement(P(text=str(cell)))
    return element
