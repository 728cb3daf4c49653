"""A workbook as XLSX, written by gptables, the Analysis Function's library for its guidance."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from datetime import datetime, time
from importlib.util import find_spec
from io import BytesIO
from math import ceil
from typing import Any

from swm_kpi.errors import MissingExtra
from swm_kpi.formatting import NumberFormat, is_percentage
from swm_kpi.output.workbook import Cell, Sheet, Workbook
from swm_kpi.output.zip import normalize_zip
from swm_kpi.vocabulary import Unit

# Text in a table never becomes a formula, a link or a number.
_TEXT_STAYS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_DEFAULT_CREATED = datetime(2000, 1, 1)
_MAX_WIDTH, _MIN_WIDTH = 90, 11  # characters
_LINE_HEIGHT, _MAX_HEIGHT = 15, 400  # points
# gptables always turns [text](address) into a link and $$text$$ into a note.
_LINK = re.compile(r"\](?=\()")


def xlsx_bytes(workbook: Workbook, as_at: Any = None) -> bytes:
    """Return a workbook as XLSX. The same workbook gives the same bytes.

    Args:
        workbook: the content.
        as_at: the creation date to store in the file, which does not depend on the clock.

    Raises:
        MissingExtra: gptables is not installed.
    """
    if find_spec("gptables") is None:
        raise MissingExtra.needed("gptables", extra="xlsx", purpose="to_xlsx()")
    with warnings.catch_warnings():
        # gptables leaves a file open, uses deprecated pandas functions, and warns that it writes no
        # sheet of notes (this module writes its own). A caller can fix none of these.
        warnings.simplefilter("ignore")
        return normalize_zip(_build_xlsx(workbook, as_at))


def _build_xlsx(workbook: Workbook, as_at: Any) -> bytes:
    import gptables

    sheets = (workbook.notes, *workbook.sheets)
    tables = {sheet.name: _table(gptables, sheet) for sheet in sheets}
    cover = gptables.Cover(
        title=_plain(workbook.title),
        intro=[_plain(text) for text in workbook.cover[0][1]],
        about=[
            part
            for heading, texts in workbook.cover[1:]
            for part in ([{"bold": True}, heading], *(_plain(text) for text in texts))
        ],
        width=90,
    )
    out = BytesIO()
    file = gptables.produce_workbook(
        out, tables, cover=cover, auto_width=False, workbook_options=_TEXT_STAYS_TEXT
    )
    created = datetime.combine(as_at, time.min) if as_at is not None else _DEFAULT_CREATED
    file.set_properties({"title": workbook.title, "created": created})
    for sheet in sheets:
        _set_sizes(file.get_worksheet_by_name(sheet.name), sheet)
    contents = file.get_worksheet_by_name("Contents")
    contents.set_column(0, 0, 14)
    contents.set_column(1, 1, 130)
    file.close()
    return out.getvalue()


def _table(gptables: Any, sheet: Sheet) -> Any:
    import pandas as pd

    columns = {
        _plain(heading): pd.Series([_plain_cell(row[column]) for row in sheet.rows], dtype=object)
        for column, heading in enumerate(sheet.headings)
    }
    formats: list[dict[str, Any]] = [
        {
            "column": {
                "columns": [column],
                "include_names": False,
                "format": _cell_format(number_format, number_format.decimals),
            }
        }
        for column, number_format in enumerate(sheet.number_formats)
        if number_format is not None
    ]
    formats += _formats_of_small_numbers(sheet)
    text_columns = [
        column for column, number_format in enumerate(sheet.number_formats) if number_format is None
    ]
    wrap = {"text_wrap": True, "valign": "top"}
    formats.append({"column": {"columns": text_columns, "include_names": False, "format": wrap}})
    last = len(sheet.headings) - 1
    indent = {"columns": [last], "include_names": True, "format": {"indent": 1}}
    formats.append({"column": indent})
    return gptables.GPTable(
        table=pd.DataFrame(columns),
        table_name=sheet.table_name,
        title=_plain(sheet.title),
        subtitles=[_plain(text) for text in sheet.introduction[1:]],
        instructions=_plain(sheet.introduction[0]),
        index_columns={2: 0},
        additional_formatting=formats,
    )


def _formats_of_small_numbers(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Yield the format of the cells that need other decimals than their column."""
    for column, number_format in enumerate(sheet.number_formats):
        if number_format is None:
            continue
        for number, row in enumerate(sheet.rows, start=1):
            cell = row[column]
            decimals = None if isinstance(cell, str) else number_format.decimals_of(cell)
            if decimals not in (None, number_format.decimals):
                # Of several cells, gptables would format only the last.
                cell_format = _cell_format(number_format, decimals)
                yield {"cell": {"cells": (number, column), "format": cell_format}}


def _cell_format(number_format: NumberFormat, decimals: int) -> dict[str, Any]:
    fraction = f".{'0' * decimals}" if decimals else ""
    code = f"#,##0{fraction}"
    if is_percentage(number_format.unit):
        code = f"0{fraction}%"
    elif number_format.unit == Unit.POUNDS:
        code = f'"£"{code};-"£"{code}'
    return {"num_format": code, "align": "right", "valign": "top"}


def _set_sizes(worksheet: Any, sheet: Sheet) -> None:
    """Set the widths of columns, and the heights of rows in which text wraps.

    XlsxWriter does not adjust the height of a row to its text.
    """
    widths = [_width(sheet, column) for column in range(len(sheet.headings))]
    for column, width in enumerate(widths):
        worksheet.set_column(column, column, width)
    first = 1 + len(sheet.introduction)
    for number, row in enumerate((sheet.headings, *sheet.rows)):
        pairs = zip(row, widths, strict=True)
        lines = max(ceil(len(cell) / (width - 3)) for cell, width in pairs if isinstance(cell, str))
        is_heading = number == 0
        if lines > 1 or is_heading:
            height = min(_LINE_HEIGHT * (lines + is_heading), _MAX_HEIGHT)
            worksheet.set_row(first + number, height)


def _width(sheet: Sheet, column: int) -> int:
    """Return the width of a column in characters."""
    text_lengths = [len(cell) for row in sheet.rows if isinstance(cell := row[column], str)]
    heading = sheet.headings[column]
    longest_word = max(len(word) for word in heading.split())
    width = max([*text_lengths, longest_word, min(len(heading), 22)]) + 3
    max_width = _MAX_WIDTH if column else _MAX_WIDTH // 2
    return min(max(width, _MIN_WIDTH), max_width)


def _plain_cell(cell: Cell) -> Cell:
    return _plain(cell) if isinstance(cell, str) else cell


def _plain(text: str) -> str:
    """Return text without the markup of gptables."""
    return _LINK.sub("] ", text).replace("$$", "$ $")
