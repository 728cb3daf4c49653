"""A workbook as OpenDocument (ODS), the format that government asks for, by odfpy.

It has the same sheets as the XLSX. What odfpy cannot say: a name for a table that a screen reader
tells. Heading rows are marked as such, and each table's range is named.
"""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO
from typing import Any

from swm_kpi.errors import MissingExtra
from swm_kpi.output.workbook import Book, Cell, Sheet
from swm_kpi.output.zip import packed_again

_CENTIMETRES_PER_CHARACTER = 0.21
_WIDEST, _NARROWEST = 11.0, 2.6


def ods_bytes(book: Book, as_at: Any = None) -> bytes:
    """Return a workbook as ODS: the same bytes for the same workbook.

    Args:
        book: what is in it.
        as_at: the day it says it was made; not the clock's.

    Raises:
        MissingExtra: odfpy is not installed.
    """
    if find_spec("odf") is None:
        raise MissingExtra.needed("odfpy", extra="ods", purpose="to_ods()")
    writer = _Writer(book.title, as_at)
    lines: list[tuple[str, str]] = [(book.title, "title")]
    for heading, texts in book.cover:
        lines += [(heading, "heading"), *((text, "text") for text in texts)]
    writer.page("Cover", lines)
    writer.contents(book)
    for sheet in (book.notes, *book.sheets):
        writer.sheet(sheet)
    return packed_again(writer.content())


class _Writer:
    """An OpenDocument spreadsheet being made."""

    def __init__(self, title: str, as_at: Any) -> None:
        from odf import dc, meta, opendocument
        from odf import table as tables

        self.document = opendocument.OpenDocumentSpreadsheet()
        self.document.meta.addElement(dc.Title(text=title))
        self.document.meta.addElement(dc.Language(text="en-GB"))
        if as_at is not None:
            created = meta.CreationDate(text=f"{as_at.isoformat()}T00:00:00")
            self.document.meta.addElement(created)
        self.ranges = tables.DatabaseRanges()
        self.styles: dict[Any, Any] = {}

    def content(self) -> bytes:
        self.document.spreadsheet.addElement(self.ranges)
        out = BytesIO()
        self.document.write(out)
        return out.getvalue()

    def page(self, name: str, lines: list[tuple[str, str]]) -> None:
        table = self._table(name, [_WIDEST * 1.7])
        for text, kind in lines:
            self._row(table, [self._text(text, kind)])

    def contents(self, book: Book) -> None:
        from odf import table as tables
        from odf import text as texts

        table = self._table("Contents", [3.5, _WIDEST * 1.7])
        self._row(table, [self._text("Table of contents", "title")])
        self._row(table, [self._text("This worksheet contains one table.", "text")])
        self._headings(table, ("Sheet name", "Table description"))
        for each in (book.notes, *book.sheets):
            link = tables.TableCell(valuetype="string", stylename=self._style("text"))
            paragraph = texts.P()
            paragraph.addElement(texts.A(href=f"#'{each.name}'.A1", text=each.name, type="simple"))
            link.addElement(paragraph)
            self._row(table, [link, self._text(each.title, "text")])

    def sheet(self, sheet: Sheet) -> None:
        from odf import table as tables

        table = self._table(sheet.name, [_width(sheet, at) for at in range(len(sheet.headings))])
        self._row(table, [self._text(sheet.title, "title")])
        # Wrapping in the first column would make one line as tall as a page.
        for text in sheet.about:
            self._row(table, [self._text(text, "line")])
        self._headings(table, sheet.headings)
        for row in sheet.rows:
            pairs = zip(row, sheet.places, strict=True)
            self._row(table, [self._cell(cell, places) for cell, places in pairs])
        first = len(sheet.about) + 2
        last = f"{_letters(len(sheet.headings))}{first + len(sheet.rows)}"
        address = f"'{sheet.name}'.A{first}:'{sheet.name}'.{last}"
        self.ranges.addElement(
            tables.DatabaseRange(
                name=sheet.table, targetrangeaddress=address, containsheader="true"
            )
        )

    def _table(self, name: str, widths: list[float]) -> Any:
        from odf import style
        from odf import table as tables

        table = tables.Table(name=name)
        for width in widths:
            shown = f"{width:.1f}cm"
            if shown not in self.styles:
                column = style.Style(name=f"column{len(self.styles)}", family="table-column")
                column.addElement(style.TableColumnProperties(columnwidth=shown))
                self.document.automaticstyles.addElement(column)
                self.styles[shown] = column
            table.addElement(tables.TableColumn(stylename=self.styles[shown]))
        self.document.spreadsheet.addElement(table)
        return table

    def _row(self, parent: Any, cells: list[Any]) -> None:
        from odf import table as tables

        row = tables.TableRow()
        for each in cells:
            row.addElement(each)
        parent.addElement(row)

    def _headings(self, table: Any, headings: tuple[str, ...]) -> None:
        from odf import table as tables

        marked = tables.TableHeaderRows()
        self._row(marked, [self._text(each, "heading") for each in headings])
        table.addElement(marked)

    def _cell(self, cell: Cell, places: tuple[int, bool] | None) -> Any:
        from odf import table as tables
        from odf import text as texts

        if isinstance(cell, str):
            return self._text(cell, "marker" if places is not None else "text")
        digits, percentage = places if places is not None else (0, False)
        made = tables.TableCell(
            valuetype="percentage" if percentage else "float",
            value=repr(cell),
            stylename=self._number_style(digits, percentage=percentage),
        )
        tail = "%" if percentage else ""
        made.addElement(texts.P(text=f"{cell * (100 if percentage else 1):,.{digits}f}{tail}"))
        return made

    def _text(self, text: str, kind: str) -> Any:
        from odf import table as tables
        from odf import text as texts

        cell = tables.TableCell(valuetype="string", stylename=self._style(kind))
        for line in text.splitlines() or [""]:
            cell.addElement(texts.P(text=line))
        return cell

    def _style(self, kind: str) -> Any:
        from odf import style

        if kind not in self.styles:
            made = style.Style(name=f"cell-{kind}", family="table-cell")
            wrap = "no-wrap" if kind in ("line", "title") else "wrap"
            made.addElement(style.TableCellProperties(wrapoption=wrap, verticalalign="top"))
            aligned = "end" if kind == "marker" else "start"
            made.addElement(style.ParagraphProperties(textalign=aligned))
            if kind in ("title", "heading"):
                size = "16pt" if kind == "title" else "11pt"
                made.addElement(style.TextProperties(fontweight="bold", fontsize=size))
            self.document.automaticstyles.addElement(made)
            self.styles[kind] = made
        return self.styles[kind]

    def _number_style(self, digits: int, *, percentage: bool) -> Any:
        from odf import number, style

        key = (digits, percentage)
        if key not in self.styles:
            name = f"{'percentage' if percentage else 'number'}{digits}"
            form: Any = number.PercentageStyle if percentage else number.NumberStyle
            shape = form(name=f"{name}-form")
            shape.addElement(
                number.Number(decimalplaces=str(digits), minintegerdigits="1", grouping="true")
            )
            if percentage:
                shape.addElement(number.Text(text="%"))
            self.document.automaticstyles.addElement(shape)
            made = style.Style(name=name, family="table-cell", datastylename=shape)
            made.addElement(style.TableCellProperties(verticalalign="top"))
            made.addElement(style.ParagraphProperties(textalign="end"))
            self.document.automaticstyles.addElement(made)
            self.styles[key] = made
        return self.styles[key]


def _width(sheet: Sheet, at: int) -> float:
    texts = [len(cell) for row in sheet.rows if isinstance(cell := row[at], str)]
    words = max(len(each) for each in sheet.headings[at].split())
    longest = max([*texts, words, min(len(sheet.headings[at]), 22)]) + 2
    return min(max(longest * _CENTIMETRES_PER_CHARACTER, _NARROWEST), _WIDEST)


def _letters(column: int) -> str:
    """Return the letters of a column, counted from 1."""
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters
