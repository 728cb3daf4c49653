"""The sheets of a workbook: one table for each ref, with periods down and measures across.

The layout follows the Government Analysis Function's guidance on releasing statistics in
spreadsheets: one table on each sheet, headings in one row, no merged or empty cells, markers in the
cells, and notes in words.
https://analysisfunction.civilservice.gov.uk/policy-store/releasing-statistics-in-spreadsheets/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from swm_kpi.formatting import NumberFormat, unit_name
from swm_kpi.output.dataset import Dataset
from swm_kpi.result_columns import columns_not_in_workbook
from swm_kpi.vocabulary import Basis, Marker, Unit

Cell = str | float
NOTES_SHEET = "Notes"
_NO_NOTE = "No note"
# Excel allows 31 characters in the name of a sheet and 32,767 in a cell.
_MAX_NAME_LENGTH = 31
_MAX_CELL_LENGTH = 32_000
_TRUNCATED = " (The rest is in the CSV file.)"
# Characters that XML does not allow, so neither format can store them.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Sheet:
    """One sheet with one table.

    Attributes:
        name: the name of the sheet.
        table_name: the name of the table, which a screen reader announces.
        title: the title, in the first row.
        introduction: the lines below the title.
        headings: the heading of each column.
        rows: the cells of each row, each a number or text.
        number_formats: the format of the numbers of each column; None for a column of text. A
            number keeps the unit of its heading.
    """

    name: str
    table_name: str
    title: str
    introduction: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    number_formats: tuple[NumberFormat | None, ...]


@dataclass(frozen=True)
class Workbook:
    """A workbook: a cover, a sheet of notes, and a sheet for each ref.

    Attributes:
        title: the title of the workbook.
        cover: the headings of the cover, each with its paragraphs.
        notes: the sheet that explains markers and notes.
        sheets: the sheets with the tables.
    """

    title: str
    cover: tuple[tuple[str, tuple[str, ...]], ...]
    notes: Sheet
    sheets: tuple[Sheet, ...]


def build_workbook(dataset: Dataset) -> Workbook:
    """Return a dataset as a workbook."""
    builder = _WorkbookBuilder(dataset)
    sheets = tuple(builder.build_sheet(ref) for ref in dataset.refs)
    return Workbook(dataset.title, tuple(_cover(dataset)), builder.build_notes_sheet(), sheets)


def _cover(dataset: Dataset) -> Iterator[tuple[str, tuple[str, ...]]]:
    metrics = "1 metric" if len(dataset.refs) == 1 else f"{len(dataset.refs)} metrics"
    yield (
        "About this workbook",
        (
            f"{metrics}, one on each sheet. The contents sheet lists them.",
            "Periods go down and measures go across. A proportion is shown as a percentage.",
            "Only the CSV file of this dataset has these columns: "
            f"{', '.join(columns_not_in_workbook())}.",
        ),
    )
    yield "Disclosure control", (dataset.disclosure_control,)
    as_at = dataset.as_at
    source = [
        f"The data were extracted on {as_at.isoformat()}."
        if as_at
        else "The day of extraction was not stated."
    ]
    provenance = dataset.provenance
    if provenance is not None:
        source.append(
            f"Computed with swm-kpi {provenance.library} on {provenance.engine} "
            f"{provenance.engine_version}."
        )
        source += [
            f"Assumption {key} was set to {value}." for key, value in provenance.assumptions.items()
        ]
    yield "Where the numbers come from", tuple(_cell_text(sentence) for sentence in source)


class _WorkbookBuilder:
    """Builds the sheets of one dataset, and numbers notes in the order of their first use.

    Attributes:
        note_numbers: the number of each note, by its text.
        markers: the markers in the cells.
        sheet_names: the names in use, in lower case.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.note_numbers: dict[str, int] = {}
        self.markers: set[str] = set()
        self.sheet_names: set[str] = {"cover", "contents", NOTES_SHEET.lower()}

    @cached_property
    def _by_ref(self) -> dict[Any, pl.DataFrame]:
        parts = self.dataset.frame.partition_by("ref", as_dict=True, maintain_order=True)
        return {key[0]: part for key, part in parts.items()}

    def build_sheet(self, ref: str) -> Sheet:
        """Return the sheet of one ref."""
        frame = self._by_ref[ref]
        by = [key for key in self.dataset.by if frame[key].n_unique() > 1]
        measures = frame.select("measure", "basis", "unit").unique(maintain_order=True).rows()
        formats: dict[tuple[str, str], NumberFormat] = {}
        intervals: set[tuple[str, str]] = set()
        for key, basis, unit in measures:
            rows_of_measure = frame.filter(pl.col("measure") == key, pl.col("basis") == basis)
            values = rows_of_measure["value"].to_list()
            formats[key, basis] = NumberFormat.of(unit, values, keep_unit=True)
            if rows_of_measure["lower"].is_not_null().any():
                intervals.add((key, basis))
        headings = ["Period", *(self.dataset.breakdown_title(breakdown) for breakdown in by)]
        number_formats: list[NumberFormat | None] = [None] * len(headings)
        for key, basis, unit in measures:
            label = self.dataset.label_of(ref, key, basis)
            name_of_unit = unit_name(unit)
            new_headings = [f"{label} ({name_of_unit})"]
            if (key, basis) in intervals:
                new_headings += [
                    f"{label}, lower limit ({name_of_unit})",
                    f"{label}, upper limit ({name_of_unit})",
                ]
            headings += [_unique_heading(heading, headings) for heading in new_headings]
            number_format = None if unit == Unit.TEXT else formats[key, basis]
            number_formats += [number_format] * len(new_headings)
        rows = list(self._rows(frame, by, measures, intervals))
        name = self._sheet_name(ref)
        headings.append(_unique_heading("Notes", headings))
        return Sheet(
            name,
            re.sub(r"\W", "_", f"table_{name}", flags=re.ASCII).lower(),
            _cell_text(f"Ref {ref}: {self.dataset.title_of(ref)}"),
            (
                "This worksheet contains one table. Markers in square brackets and numbered notes "
                f"are explained on the {NOTES_SHEET} sheet.",
                *self._introduction(ref, by, {basis for _, basis, _ in measures}),
            ),
            tuple(_cell_text(heading) for heading in headings),
            tuple(rows),
            (*number_formats, None),
        )

    def _introduction(self, ref: str, by: list[str], bases: set[str]) -> Iterator[str]:
        metric = self.dataset.metrics.get(ref)
        if metric is not None:
            yield _cell_text(metric.summary)
        missing = [self.dataset.breakdown_title(key) for key in self.dataset.by if key not in by]
        if missing:
            yield f"Not broken down by {' or '.join(missing)}."
        if Basis.PROXY in bases:
            yield (
                "Columns from public data take the place of the force's own data and differ from "
                "them."
            )

    def _rows(
        self, frame: pl.DataFrame, by: list[str], measures: list[Any], intervals: set[Any]
    ) -> Iterator[tuple[Cell, ...]]:
        keys = ["period", *by]
        for row_key, part in frame.partition_by(keys, as_dict=True, maintain_order=True).items():
            rows = {(row["measure"], row["basis"]): row for row in part.iter_rows(named=True)}
            cells: list[Cell] = [_cell_text(str(value)) for value in row_key]
            for key, basis, _ in measures:
                row = rows.get((key, basis))
                names = ("value", "lower", "upper") if (key, basis) in intervals else ("value",)
                cells += [self._number_or_marker(row, name) for name in names]
            yield (*cells, self._notes_cell(rows))

    def _number_or_marker(self, row: dict[str, Any] | None, column: str) -> Cell:
        if row is not None and row[column] is not None:
            return float(row[column])
        missing = Marker.NOT_APPLICABLE if row is None else Marker.NOT_AVAILABLE
        marker = (row and row["marker"]) or missing.value
        self.markers.add(marker)
        return str(marker)

    def _notes_cell(self, rows: dict[Any, dict[str, Any]]) -> str:
        """Return the markers beside the numbers of one row of the sheet, and its note numbers."""
        labels_of: dict[str, list[str]] = {}
        numbers = set()
        for (key, basis), row in rows.items():
            if row["marker"] and row["value"] is not None:
                self.markers.add(row["marker"])
                label = self.dataset.label_of(row["ref"], key, basis)
                labels_of.setdefault(row["marker"], []).append(label)
            if row["note"]:
                numbers.add(self.note_numbers.setdefault(row["note"], len(self.note_numbers) + 1))
        words = [
            marker if len(labels) == len(rows) else f"{marker} {'; '.join(labels)}"
            for marker, labels in labels_of.items()
        ]
        words += [f"[note {number}]" for number in sorted(numbers)]
        return _cell_text(", ".join(words)) if words else _NO_NOTE

    def build_notes_sheet(self) -> Sheet:
        """Return the sheet of markers and notes. Call it after every other sheet is built."""
        rows: list[tuple[Cell, ...]] = [
            (marker.value, f"{marker.meaning[0].upper()}{marker.meaning[1:]}.")
            for marker in Marker
            if marker in self.markers
        ]
        rows += [
            (f"[note {number}]", _cell_text(text)) for text, number in self.note_numbers.items()
        ]
        provenance = self.dataset.provenance
        for name, text in provenance.table_notes() if provenance is not None else ():
            rows.append((f"Table {name}", _cell_text(text)))
        if not rows:
            rows.append(("None", "No number in this workbook has a marker or a note."))
        return Sheet(
            NOTES_SHEET,
            "table_notes",
            "Markers and notes",
            ("This worksheet contains one table.",),
            ("Marker or note", "Meaning"),
            tuple(rows),
            (None, None),
        )

    def _sheet_name(self, ref: str) -> str:
        name, number = f"Ref {ref}"[:_MAX_NAME_LENGTH], 1
        while name.lower() in self.sheet_names:
            number += 1
            suffix = f" ({number})"
            name = f"Ref {ref}"[: _MAX_NAME_LENGTH - len(suffix)] + suffix
        self.sheet_names.add(name.lower())
        return name


def _unique_heading(heading: str, existing: list[str]) -> str:
    number = 1
    unique = heading
    while unique.lower() in {other.lower() for other in existing}:
        number += 1
        unique = f"{heading} {number}"
    return unique


def _cell_text(text: str) -> str:
    """Return text that a cell can store: not empty, not too long, and valid in XML."""
    plain = _NOT_IN_XML.sub(" ", text).strip()
    if len(plain) > _MAX_CELL_LENGTH:
        plain = plain[: _MAX_CELL_LENGTH - len(_TRUNCATED)] + _TRUNCATED
    if not re.search("[a-zA-Z0-9]", plain):
        return f"(as recorded: {plain})"
    return plain
