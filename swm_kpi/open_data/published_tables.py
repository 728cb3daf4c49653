"""Find tables in published files: below title rows, on any sheet, whatever the names look like.

A ``Layout`` describes the columns of one dataset. ``read_tables`` reads every table with that
layout, and accounts for every other file and sheet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from swm_kpi.engine.input.spreadsheets import Sheet, cell_text, read_sheets
from swm_kpi.errors import InputError
from swm_kpi.open_data.csv_files import ends_in_a_line, read_rows, read_top
from swm_kpi.open_data.datasets import identify, is_other_file_name
from swm_kpi.open_data.header_names import (
    describe_missing,
    find_positions,
    name_key,
    normalise_name,
)
from swm_kpi.open_data.open_table import Paths, SourceFile
from swm_kpi.open_data.published_files import PublishedFile, find_files

if TYPE_CHECKING:
    import polars as pl

_TOP_ROWS = 60
_LONGEST_LIST = 12
_LONGEST_NAME = 200
_SHARE = 0.5  # the share of its columns that makes a row the header of a layout
_TABLE_NAME = re.compile(r"(?:table )?([a-z]?[0-9]+[a-z]?)")
_PROGRAM_NAME = re.compile(r"sheet ?[0-9]*")  # the name that a program gives
_TITLE = re.compile(r"table ([a-z]?[0-9]+[a-z]?)(?![\w/])")
_GET_FILE = "Give the file as published."


@dataclass(frozen=True)
class Match:
    """How well one row fits a layout.

    Attributes:
        row: the row, as it is in the file.
        positions: for each column of the layout that the row names, its position.
        share: the share of the layout's columns that the row names, from 0 to 1.
        missing: for each column that the row lacks, the names that it can have.
        fault: what else is wrong with the row as a header; empty if nothing is.
    """

    row: Sequence[str]
    positions: Mapping[str, int]
    share: float
    missing: tuple[tuple[str, ...], ...] = ()
    fault: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether the row is a header of the layout."""
        return not self.missing and not self.fault

    def describe_problem(self) -> str:
        """Return what is wrong with the row as a header, after the name of the file."""
        return describe_missing(self.row, self.missing) if self.missing else self.fault


class Layout(Protocol):
    """The columns of one dataset."""

    @property
    def label(self) -> str:
        """What the dataset is, in words."""

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that must have a value in every row."""

    @property
    def file_name(self) -> re.Pattern[str] | None:
        """The names that only files of this dataset have, in lower case."""

    @property
    def in_workbooks(self) -> bool:
        """Whether the dataset is published as spreadsheets."""

    @property
    def header_rows(self) -> int:
        """The largest number of rows that can share the names of the columns."""

    def match(self, row: Sequence[str], *, rows: int = 1) -> Match:
        """Compare a row, or several rows joined, with the names of the layout's columns."""

    def part(self, place: Place) -> str:
        """Return which part of the dataset a table has, by the words around it; empty for all."""

    def objection(self, place: Place) -> str:
        """Return why a table with these columns is not of the dataset; empty if it is."""


@dataclass(frozen=True)
class Place:
    """What surrounds a table: it shows which table it is.

    Attributes:
        file_name: the last name of the file, in lower case.
        sheet: the name of the sheet; empty for a CSV file.
        titles: the text of each row above the header that has some.
        table: the table that the caller states; empty if none.
    """

    file_name: str
    sheet: str
    titles: tuple[str, ...]
    table: str


@dataclass(frozen=True)
class ColumnLayout:
    """A dataset with a fixed list of columns.

    Attributes:
        label: what the dataset is, in words.
        columns: for each column, the names that it can have in a file, the current name first.
        required: the columns that must have a value in every row.
        optional: columns that only some files have.
        file_name: the names that only files of this dataset have, in lower case.
        in_workbooks: whether the dataset is published as spreadsheets.
        header_rows: the largest number of rows that can share the names of the columns.
        never: names that no file of this dataset has. A file with one is of another dataset.
        parts: for each part of the dataset that is published on its own, with the same columns,
            the words that the name or the title of such a file has.
    """

    label: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file_name: re.Pattern[str] | None = None
    in_workbooks: bool = False
    header_rows: int = 1
    never: tuple[str, ...] = ()
    parts: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    def match(self, row: Sequence[str], *, rows: int = 1) -> Match:
        """Compare a row, or several rows joined, with the names of the layout's columns."""
        positions = find_positions(row, {**self.columns, **self.optional})
        missing = tuple(names for name, names in self.columns.items() if name not in positions)
        repeated = [row[matches[0]] for matches in positions.values() if len(matches) > 1]
        others = [name for name in self.never if name_key(name) in map(name_key, row)]
        fault = f"has a column twice: {', '.join(repeated)}." if repeated else ""
        if others:
            fault = f"has columns of another dataset: {', '.join(others)}."
        return Match(
            row,
            {name: matches[0] for name, matches in positions.items()},
            1 - len(missing) / len(self.columns),
            missing,
            fault,
        )

    def part(self, place: Place) -> str:
        """Return which part of the dataset the words around a table name; empty for none."""
        words = re.sub(r"[-_.]", " ", " ".join([place.file_name, place.sheet, *place.titles]))
        matches = (part for part, words_of in self.parts.items() if words_of.search(words.lower()))
        return next(matches, "")

    def objection(self, place: Place) -> str:
        """Return why a table is not of the dataset as a whole; empty if it is."""
        part = self.part(place)
        return (
            f"it has {part}, as its name or title says, and not the whole dataset" if part else ""
        )


@dataclass(frozen=True)
class TextTable:
    """One table of a published file: its rows as text.

    Attributes:
        name: the file and sheet, for messages.
        file: the file.
        layout: the layout that it fits.
        place: what surrounds the table.
        header: the names of the columns, as they are in the file.
        positions: for each column of ``frame``, its position in ``header``.
        frame: one row for each row below the header, without blank rows and footnotes.
        is_repeat: whether an earlier file has the same content, so that its rows are not counted.
    """

    name: str
    file: PublishedFile
    layout: Layout
    place: Place
    header: tuple[str, ...]
    positions: Mapping[str, int]
    frame: pl.DataFrame
    is_repeat: bool = False


@dataclass(frozen=True)
class TablesRead:
    """The tables of some files, and what became of every file.

    Attributes:
        tables: each table with one of the layouts, in the order of the files.
        files: every file and sheet.
        notes: what a reader of the numbers must know about files that were not read.
    """

    tables: tuple[TextTable, ...]
    files: tuple[SourceFile, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Grid:
    """The cells of a CSV file or of a sheet, of which the first rows are known."""

    name: str
    file: PublishedFile
    sheet: str
    is_hidden: bool
    is_only: bool
    top: list[list[str]]
    read: Callable[[int, Mapping[str, int]], pl.DataFrame]


@dataclass(frozen=True)
class _Header:
    """The row, or the rows, of a grid that have the names of the columns."""

    first: int
    last: int
    names: tuple[str, ...]
    layout: Layout
    match: Match


_NOT_STATED = "it is not the stated table"
_REPEAT = "an earlier file has the same content"


def read_tables(paths: Paths, layouts: Sequence[Layout], *, table: str = "") -> TablesRead:
    """Read every table in some files that has one of the layouts.

    A file that the caller names must have such a table. In a folder or a zip archive, a file of
    another dataset is not read, and ``files`` has the reason. A damaged file is an error there too,
    because it could be one of the dataset.

    Args:
        paths: one file, several files, or a folder.
        layouts: the layouts to look for.
        table: the only table to read: its number, or the name of its sheet. By default every table,
            except on hidden sheets.

    Raises:
        InputError: there is no such table, or a file is damaged, is another dataset or lacks a
            column.
        MissingExtra: a spreadsheet cannot be read without the extra ``spreadsheets``.
    """
    files, others = find_files(paths)
    tables: list[TextTable] = []
    skipped: list[tuple[SourceFile, bool]] = [(file, False) for file in others]
    for file in files:
        for item in _read_file(file, layouts, table):
            if isinstance(item, TextTable):
                tables.append(item)
            else:
                skipped.append(item)
    tables = _mark_repeats(tables)
    read = [SourceFile(table.name, table.frame.height) for table in tables if not table.is_repeat]
    skipped += [(SourceFile(item.name, reason=_REPEAT), True) for item in tables if item.is_repeat]
    if not read:
        reasons = list_names([f"{file.name} ({file.reason})" for file, _ in skipped])
        raise InputError(f"The files contain no table of {layouts[0].label}. Not read: {reasons}.")
    return TablesRead(
        tuple(tables),
        (*read, *(file for file, _ in skipped)),
        tuple(_notes(tables, [file for file, is_noted in skipped if is_noted])),
    )


def _notes(tables: Sequence[TextTable], noted: Sequence[SourceFile]) -> Iterator[str]:
    """Yield notes on files that were not read, and on files that can be cut short."""
    if noted:
        yield f"Not read: {list_names([f'{file.name} ({file.reason})' for file in noted])}."
    open_ends = [
        table.name
        for table in tables
        if not table.file.is_workbook
        and len(table.header) - 1 in table.positions.values()
        and not ends_in_a_line(table.file)
    ]
    if open_ends:
        yield (
            "The last line has no line end, so its last value can be cut short: "
            f"{list_names(open_ends)}."
        )


def list_names(names: Sequence[str]) -> str:
    """Format some names for a message. A long name or list is cut."""
    shown = [f"{name[:_LONGEST_NAME]}..." if len(name) > _LONGEST_NAME else name for name in names]
    if len(shown) > _LONGEST_LIST:
        shown = [*shown[:_LONGEST_LIST], f"and {len(shown) - _LONGEST_LIST:,} more"]
    return ", ".join(shown)


def refuse_rows(name: str, rows: int, problem: str, fix: str = "") -> None:
    """Raise an error if a number of rows is not zero.

    Raises:
        InputError: "FILE: 12 rows with PROBLEM. FIX"
    """
    if rows:
        ending = f" {fix}" if fix else ""
        raise InputError(f"{name}: {format_count(rows, 'row')} with {problem}.{ending}")


def format_count(number: int, noun: str, *, plural: str = "") -> str:
    """Format a number with its noun: "1 record", "1,204 records"."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def _read_file(
    file: PublishedFile, layouts: Sequence[Layout], table: str
) -> Iterator[TextTable | tuple[SourceFile, bool]]:
    """Yield each table of a file, and each sheet that is not read: whether a note names it."""
    has_its_name = any(
        layout.file_name is not None and layout.file_name.fullmatch(file.last_name)
        for layout in layouts
    )
    if not file.is_listed and file.is_workbook and not any(item.in_workbooks for item in layouts):
        yield SourceFile(file.name, reason="a spreadsheet, and the data are published as CSV"), True
        return
    problem, grids = "", []
    try:
        if not file.is_listed and not file.head().strip(b"\xef\xbb\xbf \r\n\t,"):
            yield SourceFile(file.name, reason="it is empty"), True
            return
        grids = list(_open_grids(file))
    except InputError as error:
        problem = str(error)
    if problem:
        if not file.is_listed and not has_its_name and is_other_file_name(file.last_name):
            yield SourceFile(file.name, reason="its name is that of other data"), False
            return
        raise InputError(problem)
    skipped: list[SourceFile] = []
    tables = 0
    for grid in grids:
        header = _find_header(grid, layouts)
        reason, is_noted = _reason_to_skip(grid, header, layouts, table)
        if header is None or reason:
            if not file.is_workbook and (file.is_listed or has_its_name):
                raise InputError(_describe_refusal(grid, header, layouts, reason))
            skipped.append(SourceFile(grid.name, reason=reason))
            yield skipped[-1], is_noted
            continue
        if not header.match.is_complete:
            problem = header.match.describe_problem()
            if not file.is_workbook or header.match.share > _SHARE:
                raise InputError(f"{grid.name} {problem} {_GET_FILE}")
            skipped.append(SourceFile(grid.name, reason=f"it {problem.removesuffix('.')}"))
            yield skipped[-1], False
            continue
        frame = _read_frame(grid, header)
        if frame.is_empty():
            if file.is_listed and not file.is_workbook:
                raise InputError(
                    f"{grid.name} has a header and no rows. Leave it out, or download it again."
                )
            skipped.append(SourceFile(grid.name, reason="it has a header and no rows"))
            yield skipped[-1], True
            continue
        tables += 1
        positions, place = header.match.positions, _place(grid, header, table)
        yield TextTable(grid.name, file, header.layout, place, header.names, positions, frame)
    if file.is_listed and not tables:
        raise InputError(_describe_workbook(file, skipped, layouts, table))


def _describe_workbook(
    file: PublishedFile, skipped: list[SourceFile], layouts: Sequence[Layout], table: str
) -> str:
    """Describe a spreadsheet of which no sheet is read."""
    names = [item.name.removeprefix(f"{file.name}, ") for item in skipped]
    if table and all(item.reason in (_NOT_STATED, _no_names(layouts)) for item in skipped):
        return (
            f"{file.name} has no table {table!r} of {layouts[0].label}. It has "
            f"{list_names(names)}. State the number of a table or the name of a sheet."
        )
    pairs = zip(names, skipped, strict=True)
    reasons = list_names(
        [f"{name}: {item.reason}" for name, item in pairs if item.reason != _NOT_STATED]
    )
    text = f"{file.name} has no table of {layouts[0].label}."
    return f"{text} Not read: {reasons}." if reasons else f"{text} It has no cells."


def _no_names(layouts: Sequence[Layout]) -> str:
    return f"no row has the column names of {layouts[0].label}"


def _open_grids(file: PublishedFile) -> Iterator[_Grid]:
    if file.is_workbook:
        sheets = [sheet for sheet in read_sheets(file.name, file.content()) if sheet.cells]
        for sheet in sheets:
            yield _grid_of_sheet(file, sheet, is_only=len(sheets) == 1)
        return
    top = read_top(file)

    def read(header_row: int, positions: Mapping[str, int]) -> pl.DataFrame:
        return read_rows(file, top, header_row, positions)

    yield _Grid(file.name, file, "", False, True, top.rows, read)


def _grid_of_sheet(file: PublishedFile, sheet: Sheet, *, is_only: bool) -> _Grid:
    def read(header_row: int, positions: Mapping[str, int]) -> pl.DataFrame:
        import polars as pl

        rows = sheet.cells[header_row + 1 :]
        data = {name: [cell_text(row[at]) for row in rows] for name, at in positions.items()}
        return pl.DataFrame(data, schema=dict.fromkeys(positions, pl.String))

    name = f"{file.name}, sheet {sheet.name}"
    top = [[cell_text(value) for value in row] for row in sheet.cells[:_TOP_ROWS]]
    return _Grid(name, file, sheet.name, sheet.is_hidden, is_only, top, read)


def _find_header(grid: _Grid, layouts: Sequence[Layout]) -> _Header | None:
    """Return the row, or the rows, that fit a layout best; None if none names half of it."""
    best: _Header | None = None
    for layout in layouts:
        for rows in range(1, layout.header_rows + 1):
            for first in range(len(grid.top) - rows + 1):
                names = _join_rows(grid.top[first : first + rows])
                match = layout.match(names, rows=rows)
                header = _Header(first, first + rows - 1, names, layout, match)
                if match.is_complete:
                    return header
                if match.share >= _SHARE and (best is None or match.share > best.match.share):
                    best = header
    return best


def _join_rows(rows: list[list[str]]) -> tuple[str, ...]:
    if len(rows) == 1:
        return tuple(rows[0])
    width = max(map(len, rows))
    padded = [row + [""] * (width - len(row)) for row in rows]
    return tuple(" ".join(filter(None, column)) for column in zip(*padded, strict=True))


def _place(grid: _Grid, header: _Header, table: str) -> Place:
    texts = (" ".join(" ".join(row).split()) for row in grid.top[: header.last])
    titles = tuple(text for text in texts if text)
    return Place(grid.file.last_name, grid.sheet, titles, table)


def _reason_to_skip(
    grid: _Grid, header: _Header | None, layouts: Sequence[Layout], table: str
) -> tuple[str, bool]:
    """Return why a grid is not read, and whether a note names it; empty if it is read."""
    if header is None or not header.match.is_complete:
        for row in grid.top:
            label = identify({name_key(name) for name in row})
            if label and label not in {layout.label for layout in layouts}:
                return f"it has {label}", False
    if header is None:
        return _no_names(layouts), not grid.file.is_workbook
    place = _place(grid, header, table)
    if table:
        is_stated = is_table(table, place)
        if is_stated is False or (is_stated is None and not grid.is_only):
            return _NOT_STATED, False
    if grid.is_hidden and normalise_name(table) != normalise_name(grid.sheet):
        return "the sheet is hidden; to read it, state its name as the table", True
    if not header.match.is_complete and not header.layout.part(place):
        return "", False
    return header.layout.objection(place), not grid.file.is_workbook


def is_table(table: str, place: Place) -> bool | None:
    """Return whether a table has a number or name; None if nothing shows which table it is."""
    text = re.sub(r"[-/]", " ", normalise_name(table))
    sheet = re.sub(r"[-/]", " ", normalise_name(place.sheet))
    numbers = [match[1] for title in place.titles if (match := _TITLE.match(normalise_name(title)))]
    if match := _TABLE_NAME.fullmatch(sheet):
        numbers.append(match[1])
    number = _TABLE_NAME.fullmatch(text)
    if text == sheet or (number and number[1] in numbers):
        return True
    is_named = sheet and not _PROGRAM_NAME.fullmatch(sheet)
    return False if is_named or numbers else None


def _describe_refusal(
    grid: _Grid, header: _Header | None, layouts: Sequence[Layout], reason: str
) -> str:
    if header is not None or reason.startswith("it has "):
        return f"{grid.name} is not read as {layouts[0].label}: {reason}."
    matches = [layout.match(row) for layout in layouts for row in grid.top if any(row)]
    best = max(matches, key=lambda match: match.share, default=None)
    problem = best.describe_problem() if best is not None else "has no row with names of columns."
    return f"{grid.name} {problem} {_GET_FILE}"


def _read_frame(grid: _Grid, header: _Header) -> pl.DataFrame:
    """Read the rows below a header, without blank rows and without footnotes at the end."""
    frame = _strip(grid.read(header.last, header.match.positions))
    required = header.layout.required
    if any(frame[column].null_count() for column in required):
        frame = frame.filter(_is_data(grid, header))
    for column in required:
        name = " ".join(header.names[header.match.positions[column]].split())
        refuse_rows(grid.name, frame[column].null_count(), f"no {name[:_LONGEST_NAME]}")
    return frame


def _is_data(grid: _Grid, header: _Header) -> pl.Series:
    """Return whether a row is neither blank nor, at the end, a single cell of text."""
    import polars as pl

    every = {str(at): at for at in range(len(header.names))}
    filled = pl.sum_horizontal(pl.all().is_not_null().cast(pl.Int32))
    count = _strip(grid.read(header.last, every)).select(filled.alias("filled"))["filled"]
    rows = (count > 1).arg_true()
    last = rows[-1] if len(rows) else -1
    return (count > 0) & ((count > 1) | (pl.int_range(len(count), eager=True) < last))


def _strip(frame: pl.DataFrame) -> pl.DataFrame:
    """Remove spaces around each value. A value without a character is null."""
    import polars as pl

    text = pl.all().str.replace_all("\u00a0", " ", literal=True).str.strip_chars()
    return frame.with_columns(text).with_columns(pl.all().replace("", None))


def _mark_repeats(tables: list[TextTable]) -> list[TextTable]:
    """Mark the tables of a file with the same content as an earlier file."""
    sizes: dict[tuple[int, str], list[TextTable]] = {}
    for table in tables:
        sizes.setdefault((table.frame.height, table.place.sheet), []).append(table)
    first_by_digest: dict[tuple[str, str], PublishedFile] = {}
    repeats = set()
    for group in sizes.values():
        for table in group if len(group) > 1 else ():
            key = (table.file.digest(), table.place.sheet)
            if first_by_digest.setdefault(key, table.file) is not table.file:
                repeats.add(id(table))
    return [replace(table, is_repeat=True) if id(table) in repeats else table for table in tables]
