"""A workbook as OpenDocument (ODS), the format that government requires, written by odfpy.

It has the same sheets as the XLSX. Heading rows are marked as headings, and the range of each table
has a name. odfpy cannot give a table a name that a screen reader announces.
"""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO
from typing import Any

from swm_kpi.errors import MissingExtra
from swm_kpi.formatting import NumberFormat, is_percentage
from swm_kpi.output.workbook import Cell, Sheet, Workbook
from swm_kpi.output.zip import normalize_zip
from swm_kpi.vocabulary import Unit

_CENTIMETRES_PER_CHARACTER = 0.21
_MAX_WIDTH, _MIN_WIDTH = 11.0, 2.6  # centimetres
_WIDE_COLUMN = _MAX_WIDTH * 1.7


def ods_bytes(workbook: Workbook, as_at: Any = None) -> bytes:
    """Return a workbook as ODS. The same workbook gives the same bytes.

    Args:
        workbook: the content.
        as_at: the creation date to store in the file, which does not depend on the clock.

    Raises:
        MissingExtra: odfpy is not installed.
    """
    if find_spec("odf") is None:
        raise MissingExtra.needed("odfpy", extra="ods", purpose="to_ods()")
    writer = _Writer(workbook.title, as_at)
    lines: list[tuple[str, str]] = [(workbook.title, "title")]
    for heading, texts in workbook.cover:
        lines += [(heading, "heading"), *((text, "text") for text in texts)]
    writer.add_text_sheet("Cover", lines)
    writer.add_contents(workbook)
    for sheet in (workbook.notes, *workbook.sheets):
        writer.add_table_sheet(sheet)
    return normalize_zip(writer.to_bytes())


class _Writer:
    """Builds an OpenDocument spreadsheet, sheet by sheet."""

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

    def to_bytes(self) -> bytes:
        self.document.spreadsheet.addElement(self.ranges)
        out = BytesIO()
        self.document.write(out)
        return out.getvalue()

    def add_text_sheet(self, name: str, lines: list[tuple[str, str]]) -> None:
        table = self._add_table(name, [_WIDE_COLUMN])
        for text, style in lines:
            self._add_row(table, [self._text_cell(text, style)])

    def add_contents(self, workbook: Workbook) -> None:
        from odf import table as tables
        from odf import text as texts

        table = self._add_table("Contents", [3.5, _WIDE_COLUMN])
        self._add_row(table, [self._text_cell("Table of contents", "title")])
        self._add_row(table, [self._text_cell("This worksheet contains one table.", "text")])
        self._add_headings(table, ("Sheet name", "Table description"))
        for sheet in (workbook.notes, *workbook.sheets):
            link = texts.A(href=f"#'{sheet.name}'.A1", text=sheet.name, type="simple")
            paragraph = texts.P()
            paragraph.addElement(link)
            cell = tables.TableCell(valuetype="string", stylename=self._style("text"))
            cell.addElement(paragraph)
            self._add_row(table, [cell, self._text_cell(sheet.title, "text")])

    def add_table_sheet(self, sheet: Sheet) -> None:
        from odf import table as tables

        widths = [_width(sheet, column) for column in range(len(sheet.headings))]
        table = self._add_table(sheet.name, widths)
        self._add_row(table, [self._text_cell(sheet.title, "title")])
        # These lines do not wrap: in the narrow first column they would be as tall as a page.
        for text in sheet.introduction:
            self._add_row(table, [self._text_cell(text, "line")])
        self._add_headings(table, sheet.headings)
        for row in sheet.rows:
            pairs = zip(row, sheet.number_formats, strict=True)
            self._add_row(table, [self._cell(cell, number_format) for cell, number_format in pairs])
        first = len(sheet.introduction) + 2
        last = f"{_letters(len(sheet.headings))}{first + len(sheet.rows)}"
        address = f"'{sheet.name}'.A{first}:'{sheet.name}'.{last}"
        self.ranges.addElement(
            tables.DatabaseRange(
                name=sheet.table_name, targetrangeaddress=address, containsheader="true"
            )
        )

    def _add_table(self, name: str, widths: list[float]) -> Any:
        from odf import style
        from odf import table as tables

        table = tables.Table(name=name)
        for width in widths:
            key = f"{width:.1f}cm"
            if key not in self.styles:
                column = style.Style(name=f"column{len(self.styles)}", family="table-column")
                column.addElement(style.TableColumnProperties(columnwidth=key))
                self.document.automaticstyles.addElement(column)
                self.styles[key] = column
            table.addElement(tables.TableColumn(stylename=self.styles[key]))
        self.document.spreadsheet.addElement(table)
        return table

    def _add_row(self, parent: Any, cells: list[Any]) -> None:
        from odf import table as tables

        row = tables.TableRow()
        for cell in cells:
            row.addElement(cell)
        parent.addElement(row)

    def _add_headings(self, table: Any, headings: tuple[str, ...]) -> None:
        from odf import table as tables

        header_rows = tables.TableHeaderRows()
        self._add_row(header_rows, [self._text_cell(heading, "heading") for heading in headings])
        table.addElement(header_rows)

    def _cell(self, cell: Cell, number_format: NumberFormat | None) -> Any:
        from odf import table as tables
        from odf import text as texts

        if isinstance(cell, str):
            return self._text_cell(cell, "marker" if number_format is not None else "text")
        if number_format is None:
            number_format = NumberFormat.of("", [cell], keep_unit=True)
        decimals, unit = number_format.decimals_of(cell), number_format.unit
        if is_percentage(unit):
            kind, factor, text = "percentage", 100, "{}%"
        elif unit == Unit.POUNDS:
            kind, factor, text = "currency", 1, "£{}"
        else:
            kind, factor, text = "float", 1, "{}"
        element = tables.TableCell(
            valuetype=kind, value=repr(cell), stylename=self._number_style(kind, decimals)
        )
        if kind == "currency":
            element.setAttribute("currency", "GBP")
        digits = text.format(f"{abs(cell) * factor:,.{decimals}f}")
        element.addElement(texts.P(text=f"-{digits}" if cell < 0 else digits))
        return element

    def _text_cell(self, text: str, style: str) -> Any:
        from odf import table as tables
        from odf import text as texts

        cell = tables.TableCell(valuetype="string", stylename=self._style(style))
        for line in text.splitlines() or [""]:
            cell.addElement(texts.P(text=line))
        return cell

    def _style(self, name: str) -> Any:
        from odf import style

        if name not in self.styles:
            cell_style = style.Style(name=f"cell-{name}", family="table-cell")
            wrap = "no-wrap" if name in ("line", "title") else "wrap"
            cell_style.addElement(style.TableCellProperties(wrapoption=wrap, verticalalign="top"))
            alignment = "end" if name == "marker" else "start"
            cell_style.addElement(style.ParagraphProperties(textalign=alignment))
            if name in ("title", "heading"):
                size = "16pt" if name == "title" else "11pt"
                cell_style.addElement(style.TextProperties(fontweight="bold", fontsize=size))
            self.document.automaticstyles.addElement(cell_style)
            self.styles[name] = cell_style
        return self.styles[name]

    def _number_style(self, kind: str, decimals: int) -> Any:
        from odf import number, style

        key = (kind, decimals)
        if key not in self.styles:
            name = f"{kind}{decimals}"
            styles: dict[str, Any] = {
                "percentage": number.PercentageStyle, "currency": number.CurrencyStyle,
                "float": number.NumberStyle,
            }  # fmt: skip
            data_style = styles[kind](name=f"{name}-form")
            if kind == "currency":
                symbol = number.CurrencySymbol(language="en", country="GB", text="£")
                data_style.addElement(symbol)
            data_style.addElement(
                number.Number(decimalplaces=str(decimals), minintegerdigits="1", grouping="true")
            )
            if kind == "percentage":
                data_style.addElement(number.Text(text="%"))
            self.document.automaticstyles.addElement(data_style)
            cell_style = style.Style(name=name, family="table-cell", datastylename=data_style)
            cell_style.addElement(style.TableCellProperties(verticalalign="top"))
            cell_style.addElement(style.ParagraphProperties(textalign="end"))
            self.document.automaticstyles.addElement(cell_style)
            self.styles[key] = cell_style
        return self.styles[key]


def _width(sheet: Sheet, column: int) -> float:
    """Return the width of a column in centimetres."""
    text_lengths = [len(cell) for row in sheet.rows if isinstance(cell := row[column], str)]
    longest_word = max(len(word) for word in sheet.headings[column].split())
    characters = max([*text_lengths, longest_word, min(len(sheet.headings[column]), 22)]) + 2
    return min(max(characters * _CENTIMETRES_PER_CHARACTER, _MIN_WIDTH), _MAX_WIDTH)


def _letters(column: int) -> str:
    """Return the letters of a column, counted from 1: A, Z, AA."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
