"""Extracts in files: CSV in any stated encoding, CSV in gzip, and sheets of workbooks."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from swm_kpi.contracts import Column
from swm_kpi.engine.input.adapters import LocalSource
from swm_kpi.engine.input.spreadsheets import Sheet, cell_text, read_sheets
from swm_kpi.errors import InputError, did_you_mean
from swm_kpi.mapping.source import UTF_8, SourceType

WORKBOOKS = (".xlsx", ".ods")


@contextmanager
def open_extract(data: Any, source: SourceType) -> Iterator[Any]:
    """Yield what ``open_table`` takes, or a table that is open already, for an extract.

    A CSV file in gzip or in another encoding is written again in UTF-8, in a folder that only its
    owner can read, and that is removed when the block ends. Any other extract is yielded as it is.

    Raises:
        InputError: a file cannot be read, or a workbook does not have the sheet.
    """
    if not isinstance(data, str | Path):
        yield data
        return
    path = Path(data)
    name = path.name.lower()
    if name.endswith(WORKBOOKS) and path.is_file():
        yield _open_sheet(path, source)
        return
    is_other = codecs.lookup(source.encoding).name not in (UTF_8, "utf-8-sig")
    if not path.is_file() or not (name.endswith(".csv.gz") or (name.endswith(".csv") and is_other)):
        yield data
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / f"{path.name.split('.')[0]}.csv"
        _write_in_utf_8(path, copy, source)
        yield copy


def _write_in_utf_8(path: Path, copy: Path, source: SourceType) -> None:
    problem = ""
    is_compressed = path.name.lower().endswith(".gz")
    try:
        with (
            gzip.open(path, "rb") if is_compressed else path.open("rb") as raw,
            io.TextIOWrapper(raw, encoding=source.encoding, newline="") as text,
            copy.open("w", encoding=UTF_8, newline="") as written,
        ):
            copyfileobj(text, written)
    except UnicodeError:
        problem = f"it is not text in {source.encoding}: state its encoding= in {source.__name__}"
    except (OSError, EOFError, zlib.error):
        problem = "it is damaged or cut short: write it again"
    if problem:
        raise InputError(f"Table {source.table!r}: {path.name!r} cannot be read. {problem}.")


def _open_sheet(path: Path, source: SourceType) -> LocalSource:
    sheet = _choose_sheet(path, source)
    cells = [row for row in sheet.cells if any(value != "" for value in row)]
    header = [cell_text(value).strip() for value in cells[0]] if cells else []
    repeated = {name for name, times in Counter(header).items() if times > 1}
    columns: list[pl.Series] = []
    unusable: dict[str, str] = {}
    names = {header: name for name, header in source.headers.items()}
    for at, heading in enumerate(header):
        if heading not in names:
            continue
        series = _column(source.columns[names[heading]], [row[at] for row in cells[1:]])
        if heading in repeated or series is None:
            unusable[heading] = ""
        else:
            columns.append(series.alias(heading))
    if not columns:
        # A frame without columns would lose the number of rows.
        columns = [pl.Series("", [None] * max(len(cells) - 1, 0), dtype=pl.Null)]
    return LocalSource(pl.DataFrame(columns).lazy(), tuple(header), unusable=unusable, as_text=True)


def _choose_sheet(path: Path, source: SourceType) -> Sheet:
    sheets = {
        sheet.name: sheet
        for sheet in read_sheets(path.name, path)
        if sheet.cells and (not sheet.is_hidden or sheet.name == source.sheet)
    }
    if source.sheet:
        if source.sheet not in sheets:
            raise InputError(
                f"Table {source.table!r}: {path.name!r} has no sheet {source.sheet!r} with cells. "
                f"{did_you_mean(source.sheet, sheets)}."
            )
        return sheets[source.sheet]
    if len(sheets) != 1:
        raise InputError(
            f"Table {source.table!r}: {path.name!r} has {len(sheets)} sheets with cells. State "
            f"sheet= in {source.__name__}. {did_you_mean('', sheets)}."
        )
    return next(iter(sheets.values()))


def _column(column: Column, cells: Sequence[Any]) -> pl.Series | None:
    """Return the cells of a column; None if they are not all dates where dates are declared."""
    if column.dtype not in (date, datetime):
        text = [None if value == "" else cell_text(value) for value in cells]
        return pl.Series(text, dtype=pl.String)
    times: list[datetime | None] = []
    for value in cells:
        if value != "" and not isinstance(value, date):
            return None
        is_day = isinstance(value, date) and not isinstance(value, datetime)
        times.append(datetime.combine(value, time()) if is_day else value or None)
    return pl.Series(times, dtype=pl.Datetime("us"))
