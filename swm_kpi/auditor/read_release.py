"""Read published files: the numbers, and what the files say about themselves.

An intruder reads the files as they are, and so does the auditor. A file that was edited after it
was written is read all the same, with a remark.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.auditor.roles import metric_of
from swm_kpi.auditor.stated_policy import StatedPolicy
from swm_kpi.calendar import Period
from swm_kpi.engine.input.spreadsheets import Sheet, cell_text, read_sheets
from swm_kpi.errors import InputError, PeriodError
from swm_kpi.formatting import unit_name
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import Metric
from swm_kpi.output.csv import FORMULA_STARTS
from swm_kpi.output.csvw import SUFFIX
from swm_kpi.output.formats import read_parquet_metadata
from swm_kpi.result_columns import ColumnType, column_names, column_type
from swm_kpi.vocabulary import Basis

SUFFIXES = (".csv", ".json", ".ods", ".parquet", ".xlsx")
"""The kinds of file that the auditor reads."""
FEWEST_COLUMNS = ("ref", "measure", "period", "value", "marker")
"""The columns without which a table is no dataset."""
_CONTROL_HEADING = "Disclosure control"
_NOTE_NUMBER = re.compile(r"\[note (\d+)\]")
_MARKER = re.compile(r"\A\[[a-z]\]\Z")
_SHEET_OF_REF = re.compile(r"\ARef (\S+?):")
_UNIQUE = re.compile(r" \d+\Z")

Row = dict[str, Any]


@dataclass
class PublishedFile:
    """One published file.

    Attributes:
        name: the name of the file.
        rows: its numbers, by column of a result. What a format leaves out is None.
        by: the breakdowns.
        statement: what it says of its disclosure control; empty if nothing.
        is_protected: whether it says that it is protected; None where it does not say.
        assumptions: the assumptions that were overridden, by key.
        remarks: what a reader of the audit must know of the file.
        has_all_columns: whether the file has every column of a result. A workbook has not.
    """

    name: str
    rows: list[Row]
    by: tuple[str, ...]
    statement: str = ""
    is_protected: bool | None = None
    assumptions: Mapping[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    has_all_columns: bool = True

    @property
    def policy(self) -> StatedPolicy | None:
        """The policy that the file states, or None."""
        return StatedPolicy.from_sentence(self.statement)

    @property
    def as_at(self) -> str:
        """The day of extraction; empty where it is not stated."""
        days = {str(row["as_at"]) for row in self.rows if row.get("as_at")}
        return max(days, default="")


def find_files(paths: Iterable[str | os.PathLike[str]]) -> list[Path]:
    """Return the files to read: each path, or the published files in a folder.

    Raises:
        InputError: a path does not exist, or no file can be read.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = [item for item in sorted(path.rglob("*")) if _is_published(item)]
            if not inside:
                raise InputError(
                    f"Folder {path.name!r} has no published file. Give the folder of a release, or "
                    "its files."
                )
            files += inside
        elif not path.is_file():
            raise InputError(f"There is no file {path.name!r}. Give the path of a published file.")
        elif path.suffix.lower() not in SUFFIXES:
            raise InputError(
                f"{path.name!r} is not a file that a result writes. Give a file with one of these "
                f"endings: {', '.join(SUFFIXES)}."
            )
        else:
            files.append(path)
    return list(dict.fromkeys(files))


def _is_published(path: Path) -> bool:
    is_metadata = path.name.endswith(SUFFIX) or path.name == "metadata.json"
    return path.is_file() and path.suffix.lower() in SUFFIXES and not is_metadata


def read_file(path: Path, catalogue: Catalogue) -> PublishedFile:
    """Read one published file.

    Args:
        path: the file.
        catalogue: the definitions, by which the headings of a workbook are understood.

    Raises:
        InputError: the file cannot be read as a dataset.
        MissingExtra: a workbook needs a package that is not installed.
    """
    read = {
        ".csv": _read_csv,
        ".json": _read_json,
        ".parquet": _read_parquet,
    }.get(path.suffix.lower())
    if read is None:
        return _read_workbook(path, catalogue)
    file = None
    with suppress(pl.exceptions.PolarsError, OSError, ValueError, TypeError, KeyError):
        file = read(path)
    if file is None:
        raise _unreadable(path)
    return file


def _read_csv(path: Path) -> PublishedFile:
    content = path.read_bytes()
    texts = pl.read_csv(content, infer_schema=False)
    metadata, remarks = _metadata_beside(path, content)
    return _from_frame(path, texts, metadata, remarks)


def _metadata_beside(path: Path, content: bytes) -> tuple[Mapping[str, Any], list[str]]:
    beside = path.with_name(path.name + SUFFIX)
    if beside.is_file():
        document = json.loads(beside.read_text(encoding="utf-8"))
        notes = document.get("notes") if isinstance(document, dict) else None
        metadata = notes[0] if notes and isinstance(notes[0], dict) else {}
        if metadata.get("sha256") == hashlib.sha256(content).hexdigest():
            return metadata, []
        return metadata, ["The file was changed after it was written. It is audited as it is."]
    of_folder = path.with_name("metadata.json")
    if of_folder.is_file():
        document = json.loads(of_folder.read_text(encoding="utf-8"))
        policy = str(document.get("disclosure_policy", "")) if isinstance(document, dict) else ""
        if policy:
            is_none = policy.lower().startswith("none")
            return {"disclosure_control": policy, "protected": not is_none}, []
    return {}, []


def _read_json(path: Path) -> PublishedFile:
    document = json.loads(path.read_text(encoding="utf-8"))
    frame = pl.DataFrame(document["rows"], infer_schema_length=None)
    return _from_frame(path, frame, document, [])


def _read_parquet(path: Path) -> PublishedFile:
    frame, text = pl.read_parquet(path), read_parquet_metadata(path)
    return _from_frame(path, frame, json.loads(text) if text else {}, [])


def _from_frame(
    path: Path, frame: pl.DataFrame, metadata: Mapping[str, Any], remarks: list[str]
) -> PublishedFile:
    missing = [name for name in FEWEST_COLUMNS if name not in frame.columns]
    if missing:
        raise InputError(
            f"{path.name!r} is not a dataset: it has no column {missing[0]!r}. Give a file that a "
            "result wrote."
        )
    declared = column_names()
    by = tuple(name for name in frame.columns if name not in declared)
    typed = frame.select(_typed(name, frame.schema[name]) for name in frame.columns)
    rows = typed.to_dicts()
    absent = [name for name in declared if name not in frame.columns]
    for row in rows:
        row.update(dict.fromkeys(absent))
        _complete(row)
    provenance = metadata.get("provenance") or {}
    return PublishedFile(
        path.name,
        rows,
        by,
        str(metadata.get("disclosure_control", "")),
        bool(metadata["protected"]) if "protected" in metadata else None,
        dict(provenance.get("assumptions") or {}),
        remarks,
        not absent,
    )


def _typed(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column with its type restored: an edited file may have any type."""
    column = pl.col(name)
    match column_type(name):
        case ColumnType.NUMBER:
            return column.cast(pl.Float64)
        case ColumnType.DATE:
            return column.str.to_date("%Y-%m-%d") if dtype == pl.String else column.cast(pl.Date)
        case ColumnType.TEXT:
            text = column.cast(pl.String)
            escaped = pl.any_horizontal(text.str.starts_with(f"'{x}") for x in FORMULA_STARTS)
            plain = pl.when(escaped).then(text.str.slice(1)).otherwise(text)
            return plain.fill_null("").alias(name)


def _complete(row: Row) -> None:
    """Add what the label of the period says, where a format leaves it out."""
    row["basis"] = row["basis"] or Basis.FORCE.value
    row["note"], row["unit"] = row["note"] or "", row["unit"] or ""
    if row["period_start"] is None or row["period_end"] is None or not row["grain"]:
        with suppress(PeriodError):
            period = Period.parse(row["period"])
            row["period_start"], row["period_end"] = period.start, period.end
            row["grain"] = period.grain.value


# Workbooks


def _read_workbook(path: Path, catalogue: Catalogue) -> PublishedFile:
    sheets = list(read_sheets(path.name, path))
    statement, notes = "", {}
    rows: list[Row] = []
    by: list[str] = []
    remarks: list[str] = []
    for sheet in sheets:
        if sheet.name == "Cover":
            statement = _text_below(sheet, _CONTROL_HEADING)
        elif sheet.name == "Notes":
            notes = {cell_text(row[0]): cell_text(row[1]) for row in sheet.cells if len(row) > 1}
    for sheet in sheets:
        match = _SHEET_OF_REF.match(cell_text(sheet.cells[0][0]) if sheet.cells else "")
        if match is None:
            continue
        metric = metric_of(catalogue, match[1])
        if metric is None:
            remarks.append(f"Sheet {sheet.name!r} is not audited: no ref {match[1]} is defined.")
            continue
        of_sheet, keys = _rows_of_sheet(sheet, match[1], metric, notes)
        rows += of_sheet
        by += [key for key in keys if key not in by]
    if not rows:
        raise _unreadable(path)
    for row in rows:
        for key in by:
            row.setdefault(key, "All")
    says_none = statement.startswith("None")
    is_protected = None if not statement else not says_none
    return PublishedFile(path.name, rows, tuple(by), statement, is_protected, {}, remarks, False)


def _text_below(sheet: Sheet, heading: str) -> str:
    texts = [cell_text(row[0]) if row else "" for row in sheet.cells]
    return texts[texts.index(heading) + 1] if heading in texts[:-1] else ""


def _rows_of_sheet(
    sheet: Sheet, ref: str, metric: Metric, notes: Mapping[str, str]
) -> tuple[list[Row], list[str]]:
    cells = [list(row) for row in sheet.cells]
    top = next((n for n, row in enumerate(cells) if row and row[0] == "Period"), None)
    if top is None:
        return [], []
    headings = [cell_text(cell) for cell in cells[top]]
    titles = {
        dimension.title: key
        for table in metric.contracts.values()
        for key, (dimension, _) in table.dimensions.items()
    }
    breakdowns = {n: titles[text] for n, text in enumerate(headings) if text in titles}
    values = dict(_value_columns(headings, metric))
    rows = [
        row
        for row_cells in cells[top + 1 :]
        if row_cells and row_cells[0] != ""
        for row in _rows_of_line(row_cells, ref, breakdowns, values, notes)
    ]
    return rows, list(breakdowns.values())


def _value_columns(headings: list[str], metric: Metric) -> Iterator[tuple[int, tuple[str, Any]]]:
    """Yield the position of each column of values, with the label and the measure."""
    labels = {}
    for measure in metric.measures:
        label = measure.title
        if measure.basis is Basis.PROXY:
            label = f"{label}, from public data"
        labels[f"{label} ({unit_name(measure.resolved_unit)})"] = (label, measure)
    for position, heading in enumerate(headings):
        known = labels.get(heading) or labels.get(_UNIQUE.sub("", heading))
        if known is not None:
            yield position, known


def _rows_of_line(
    cells: list[Any],
    ref: str,
    breakdowns: Mapping[int, str],
    values: Mapping[int, tuple[str, Any]],
    notes: Mapping[str, str],
) -> Iterator[Row]:
    last = cell_text(cells[-1])
    texts = [notes.get(f"[note {number}]", "") for number in _NOTE_NUMBER.findall(last)]
    # The notes of a line are of any of its measures. With one measure they are its own.
    note = " ".join(text for text in texts if text) if len(values) == 1 else ""
    members = {key: cell_text(cells[position]) for position, key in breakdowns.items()}
    for position, (_, measure) in values.items():
        cell = cells[position]
        row: Row = dict.fromkeys(column_names())
        marker = cell if isinstance(cell, str) and _MARKER.match(cell) else ""
        row |= {
            "ref": ref, "measure": measure.key, "basis": measure.basis.value,
            "period": cell_text(cells[0]), "unit": measure.resolved_unit.value,
            "value": float(cell) if isinstance(cell, int | float) else None,
            "marker": marker, "note": note, **members,
        }  # fmt: skip
        _complete(row)
        yield row


def _unreadable(path: Path) -> InputError:
    return InputError(
        f"{path.name!r} cannot be read as a dataset. Give a file that a result wrote."
    )
