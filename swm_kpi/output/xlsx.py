"""A workbook as XLSX, by gptables, which the Analysis Function keeps for its guidance."""

from __future__ import annotations

import re
import warnings
from datetime import datetime, time
from importlib.util import find_spec
from io import BytesIO
from math import ceil
from typing import Any

from swm_kpi.errors import MissingExtra
from swm_kpi.output.workbook import Book, Cell, Sheet
from swm_kpi.output.zip import packed_again

# Text in a table is never a formula, a link or a number written as text.
_TEXT_STAYS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_NEVER = datetime(2000, 1, 1)
_WIDEST, _NARROWEST = 90, 11
_LINE, _TALLEST = 15, 400
# gptables makes a link of [text](address) and a note of $$text$$, and asks no one.
_LINK = re.compile(r"\](?=\()")


def xlsx_bytes(book: Book, as_at: Any = None) -> bytes:
    """Return a workbook as XLSX: the same bytes for the same workbook.

    Args:
        book: what is in it.
        as_at: the day it says it was made; not the clock's.

    Raises:
        MissingExtra: gptables is not installed.
    """
    if find_spec("gptables") is None:
        raise MissingExtra.needed("gptables", extra="xlsx", purpose="to_xlsx()")
    with warnings.catch_warnings():
        # gptables leaves a file open, uses pandas as it used to be, and warns that it makes no
        # sheet of notes: ours are numbered already. None of that is for our caller to mend.
        warnings.simplefilter("ignore")
        return packed_again(_made(book, as_at))


def _made(book: Book, as_at: Any) -> bytes:
    import gptables

    tables = {each.name: _table(gptables, each) for each in (book.notes, *book.sheets)}
    cover = gptables.Cover(
        title=_plain(book.title),
        intro=[_plain(text) for text in book.cover[0][1]],
        about=[
            part
            for heading, texts in book.cover[1:]
            for part in ([{"bold": True}, heading], *(_plain(text) for text in texts))
        ],
        width=90,
    )
    out = BytesIO()
    workbook = gptables.produce_workbook(
        out, tables, cover=cover, auto_width=False, workbook_options=_TEXT_STAYS_TEXT
    )
    made = datetime.combine(as_at, time.min) if as_at is not None else _NEVER
    workbook.set_properties({"title": book.title, "created": made})
    for each in (book.notes, *book.sheets):
        _set_widths(workbook.get_worksheet_by_name(each.name), each)
    contents = workbook.get_worksheet_by_name("Contents")
    contents.set_column(0, 0, 14)
    contents.set_column(1, 1, 130)
    workbook.close()
    return out.getvalue()


def _table(gptables: Any, sheet: Sheet) -> Any:
    import pandas as pd

    columns = {
        _plain(heading): pd.Series([_shown(row[at]) for row in sheet.rows], dtype=object)
        for at, heading in enumerate(sheet.headings)
    }
    formats: list[dict[str, Any]] = [
        {"column": {"columns": [at], "include_names": False, "format": _format(places)}}
        for at, places in enumerate(sheet.places)
        if places is not None
    ]
    wrapped = [at for at, places in enumerate(sheet.places) if places is None]
    wrapping = {"text_wrap": True, "valign": "top"}
    formats.append({"column": {"columns": wrapped, "include_names": False, "format": wrapping}})
    last = {"columns": [len(sheet.places) - 1], "include_names": True, "format": {"indent": 1}}
    formats.append({"column": last})
    return gptables.GPTable(
        table=pd.DataFrame(columns),
        table_name=sheet.table,
        title=_plain(sheet.title),
        subtitles=[_plain(text) for text in sheet.about[1:]],
        instructions=_plain(sheet.about[0]),
        index_columns={2: 0},
        additional_formatting=formats,
    )


def _format(places: tuple[int, bool]) -> dict[str, Any]:
    digits, percentage = places
    tail = f".{'0' * digits}" if digits else ""
    number = f"0{tail}%" if percentage else f"#,##0{tail}"
    return {"num_format": number, "align": "right", "valign": "top"}


def _set_widths(worksheet: Any, sheet: Sheet) -> None:
    """Set widths, and heights where text is wrapped: a writer leaves the second to the reader."""
    widths = [_width(sheet, at) for at in range(len(sheet.headings))]
    for at, width in enumerate(widths):
        worksheet.set_column(at, at, width)
    first = 1 + len(sheet.about)
    for number, row in enumerate((sheet.headings, *sheet.rows)):
        pairs = zip(row, widths, strict=True)
        lines = max(ceil(len(each) / (width - 3)) for each, width in pairs if isinstance(each, str))
        if lines > 1 or number == 0:
            worksheet.set_row(first + number, min(_LINE * (lines + (number == 0)), _TALLEST))


def _width(sheet: Sheet, at: int) -> int:
    texts = [len(cell) for row in sheet.rows if isinstance(cell := row[at], str)]
    heading = sheet.headings[at]
    words = max(len(each) for each in heading.split())
    wanted = max([*texts, words, min(len(heading), 22)]) + 3
    widest = _WIDEST if at else _WIDEST // 2
    return min(max(wanted, _NARROWEST), widest)


def _shown(cell: Cell) -> Cell:
    return _plain(cell) if isinstance(cell, str) else cell


def _plain(text: str) -> str:
    return _LINK.sub("] ", text).replace("$$", "$ $")
