"""A result as the sheets of a workbook: one table for each ref, periods down, measures across.

The layout follows the Government Analysis Function's guidance on releasing statistics in
spreadsheets: one table to a sheet, headings in one row, nothing merged, no empty row, column or
cell, markers in the cells, and notes in words.
https://analysisfunction.civilservice.gov.uk/policy-store/releasing-statistics-in-spreadsheets/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from swm_kpi.formatting import decimal_places
from swm_kpi.output.metadata import Pack
from swm_kpi.vocabulary import Basis, Unit

Cell = str | float
NOTES_SHEET = "Notes"
_NO_NOTE = "No note"
_LONGEST_NAME = 31
_LONGEST_CELL = 32_000
_CUT = " (The rest is in the CSV file.)"
# What XML, and so neither format, can hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Sheet:
    """One sheet with one table.

    Attributes:
        name: the sheet's name.
        table: the table's name, which a screen reader tells.
        title: what it shows.
        about: lines under the title.
        headings: one for each column.
        rows: the cells: a number, or text.
        places: for each column, how numbers are shown: decimals, and whether as a percentage;
            None for text.
        keys: how many of the first columns say what a row is.
    """

    name: str
    table: str
    title: str
    about: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    places: tuple[tuple[int, bool] | None, ...]
    keys: int


@dataclass(frozen=True)
class Book:
    """A workbook: a cover, the notes, and a sheet for each ref.

    Attributes:
        title: what it is called.
        cover: headings of the cover, each with its paragraphs.
        notes: the sheet that explains markers and notes.
        sheets: the tables.
    """

    title: str
    cover: tuple[tuple[str, tuple[str, ...]], ...]
    notes: Sheet
    sheets: tuple[Sheet, ...]


def book_of(pack: Pack) -> Book:
    """Lay a pack out as a workbook."""
    layout = _Layout(pack)
    sheets = tuple(layout.sheet(ref) for ref in pack.refs)
    return Book(pack.title, tuple(_cover(pack)), layout.notes_sheet(), sheets)


def _cover(pack: Pack) -> Iterator[tuple[str, tuple[str, ...]]]:
    what = [
        f"{len(pack.refs)} metrics, one to a sheet. The contents sheet lists them.",
        "Periods go down and measures go across. A proportion is shown as a percentage.",
        "Numerators, denominators, definitions and dates are in the CSV form of this pack.",
    ]
    yield "About this workbook", tuple(what)
    yield "Disclosure control", (pack.disclosure,)
    as_at = pack.as_at
    where = [f"Data extracted on {as_at.isoformat()}." if as_at else "The day of extraction was "
             "not stated."]  # fmt: skip
    told = pack.provenance
    if told is not None:
        where.append(
            f"Computed with swm-kpi {told.library} on {told.engine} {told.engine_version}."
        )
        where += [
            f"Assumption {key} was set to {value}." for key, value in told.assumptions.items()
        ]
    yield "Where the numbers come from", tuple(_written(each) for each in where)


class _Layout:
    """Sheets of one pack, with notes numbered in the order in which they are met."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.numbers: dict[str, int] = {}
        self.names: set[str] = {"cover", "contents", NOTES_SHEET.lower()}

    @cached_property
    def _by_ref(self) -> dict[Any, pl.DataFrame]:
        parts = self.pack.frame.partition_by("ref", as_dict=True, maintain_order=True)
        return {key[0]: part for key, part in parts.items()}

    def sheet(self, ref: str) -> Sheet:
        frame = self._by_ref[ref]
        by = [each for each in self.pack.by if frame[each].n_unique() > 1]
        measures = frame.select("measure", "basis", "unit").unique(maintain_order=True).rows()
        places: dict[tuple[str, str], int] = {}
        intervals: set[tuple[str, str]] = set()
        for key, basis, unit in measures:
            own = frame.filter(pl.col("measure") == key, pl.col("basis") == basis)
            places[key, basis] = decimal_places(unit, own["value"].to_list())
            if own["lower"].is_not_null().any():
                intervals.add((key, basis))
        headings = ["Period", *(self.pack.breakdown_title(each) for each in by)]
        shown: list[tuple[int, bool] | None] = [None] * len(headings)
        for key, basis, unit in measures:
            label = self.pack.label_of(ref, key, basis)
            form = None if unit == Unit.TEXT else (places[key, basis], unit == Unit.PROPORTION)
            said = "percentage" if unit == Unit.PROPORTION else unit
            wanted = [f"{label} ({said})"]
            if (key, basis) in intervals:
                wanted += [f"{label}, lower limit ({said})", f"{label}, upper limit ({said})"]
            headings += [_unused(each, headings) for each in wanted]
            shown += [form] * len(wanted)
        rows = list(self._rows(frame, by, measures, intervals))
        name = self._name(ref)
        return Sheet(
            name,
            re.sub(r"\W", "_", f"table_{name}", flags=re.ASCII).lower(),
            _written(f"Ref {ref}: {self.pack.title_of(ref)}"),
            (
                "This worksheet contains one table. Markers in square brackets and numbered notes "
                f"are explained on the {NOTES_SHEET} sheet.",
                *self._about(ref, by, {basis for _, basis, _ in measures}),
            ),
            tuple(_written(each) for each in [*headings, _unused("Notes", headings)]),
            tuple(rows),
            (*shown, None),
            1 + len(by),
        )

    def _about(self, ref: str, by: list[str], bases: set[str]) -> Iterator[str]:
        metric = self.pack.metrics.get(ref)
        if metric is not None:
            yield _written(metric.summary)
        missing = [self.pack.breakdown_title(each) for each in self.pack.by if each not in by]
        if missing:
            yield f"Not broken down by {' or '.join(missing)}."
        if Basis.PROXY in bases:
            yield "Columns from public data stand in for the force's own and differ from them."

    def _rows(
        self, frame: pl.DataFrame, by: list[str], measures: list[Any], intervals: set[Any]
    ) -> Iterator[tuple[Cell, ...]]:
        keys = ["period", *by]
        for row_key, part in frame.partition_by(keys, as_dict=True, maintain_order=True).items():
            found = {(each["measure"], each["basis"]): each for each in part.iter_rows(named=True)}
            cells: list[Cell] = [_written(str(each)) for each in row_key]
            for key, basis, _ in measures:
                row = found.get((key, basis))
                cells.append(_cell(row, "value"))
                if (key, basis) in intervals:
                    cells += [_cell(row, "lower"), _cell(row, "upper")]
            yield (*cells, self._noted(found))

    def _noted(self, found: dict[Any, dict[str, Any]]) -> str:
        """Name the markers that stand beside a number, and the notes, of one row."""
        marked: dict[str, list[str]] = {}
        numbers = set()
        for (key, basis), row in found.items():
            if row["marker"] and row["value"] is not None:
                label = self.pack.label_of(row["ref"], key, basis)
                marked.setdefault(row["marker"], []).append(label)
            if row["note"]:
                numbers.add(self.numbers.setdefault(row["note"], len(self.numbers) + 1))
        words = [
            marker if len(labels) == len(found) else f"{marker} {'; '.join(labels)}"
            for marker, labels in marked.items()
        ]
        words += [f"[note {number}]" for number in sorted(numbers)]
        return _written(", ".join(words)) if words else _NO_NOTE

    def notes_sheet(self) -> Sheet:
        """Return the sheet of markers and notes; call it when every other sheet is made."""
        rows: list[tuple[Cell, ...]] = [
            (marker, f"{meaning[0].upper()}{meaning[1:]}.")
            for marker, meaning in self.pack.markers.items()
        ]
        rows += [(f"[note {number}]", _written(text)) for text, number in self.numbers.items()]
        return Sheet(
            NOTES_SHEET,
            "table_notes",
            "Markers and notes",
            ("This worksheet contains one table.",),
            ("Marker or note", "Meaning"),
            tuple(rows),
            (None, None),
            1,
        )

    def _name(self, ref: str) -> str:
        name, number = f"Ref {ref}"[:_LONGEST_NAME], 1
        while name.lower() in self.names:
            number += 1
            tail = f" ({number})"
            name = f"Ref {ref}"[: _LONGEST_NAME - len(tail)] + tail
        self.names.add(name.lower())
        return name


def _cell(row: dict[str, Any] | None, column: str) -> Cell:
    if row is None:
        return "[z]"
    value = row[column]
    return float(value) if value is not None else row["marker"] or "[x]"


def _unused(heading: str, taken: list[str]) -> str:
    number = 1
    unused = heading
    while unused.lower() in {each.lower() for each in taken}:
        number += 1
        unused = f"{heading} {number}"
    return unused


def _written(text: str) -> str:
    """Return text as a cell can hold it: never empty, nor too long, nor with control characters."""
    plain = _UNWRITABLE.sub(" ", text).strip()
    if len(plain) > _LONGEST_CELL:
        plain = plain[: _LONGEST_CELL - len(_CUT)] + _CUT
    if not re.search("[a-zA-Z0-9]", plain):
        return f"(as recorded: {plain})"
    return plain
