"""CSV files looked at whole before they are read: their text, their header and every row's length.

Polars fills a short row up with nulls, renames a column that occurs twice and takes text in another
encoding for a very long name. None of that may happen in silence.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from swm_kpi.engine.backends.scans import collect
from swm_kpi.errors import InputError

_PIECE = 1 << 20


@dataclass
class _Bytes:
    """What the bytes of a file come to."""

    lines: int = 0
    commas: int = 0
    quotes: int = 0
    fault: str = ""


def scan(path: Path, table: str, *, whole: bool) -> tuple[pl.LazyFrame, list[str]]:
    """Return a file's columns, all of them text, and its header as it is written.

    A file cut inside its very last cell cannot be told from a whole one.

    Args:
        path: the file.
        table: the table's name, for messages.
        whole: whether its rows will be read too, and so must be right.

    Raises:
        InputError: it has no header, is not text in UTF-8, or has rows of another length.
        OSError: it cannot be opened.
    """
    found = _read(path) if whole else _Bytes()
    lazy, names = pl.LazyFrame(), [""]
    if not found.fault:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                names = next(csv.reader(file))
            lazy = pl.scan_csv(path, infer_schema=False, glob=False, null_values=None)
            if len(lazy.collect_schema()) != len(names):
                found.fault = "does not end its lines in LF or CRLF"
        except (StopIteration, pl.exceptions.NoDataError):
            found.fault = "has no header"
        except (UnicodeDecodeError, csv.Error, pl.exceptions.PolarsError):
            found.fault = "is not CSV in UTF-8"
    if whole and not found.fault:
        short = _short(lazy, len(names), table, found)
        if short:
            cells = "1 cell" if abs(short) == 1 else f"{abs(short):,} cells"
            which = "shorter" if short > 0 else "longer"
            found.fault = f"has rows {which} than its header, by {cells} in all"
    if found.fault:
        raise InputError(
            f"Table {table!r}: {path.name!r} {found.fault}. Write it again as CSV in UTF-8, with "
            "a header, commas, and a cell for every column in every row."
        )
    return lazy, names


def _short(lazy: pl.LazyFrame, width: int, table: str, found: _Bytes) -> int:
    """Count the cells that rows lack: commas there should be, less those there are."""
    rows, inside = found.lines, 0
    if found.quotes:
        # Commas and line ends inside quotes part nothing.
        texts = pl.all().str.count_matches(",", literal=True).sum().cast(pl.Int64)
        asked = lazy.select(pl.len().alias("rows"), commas=pl.sum_horizontal(texts))
        counted = collect(asked, table, "measuring its rows")
        header = pl.Series(lazy.collect_schema().names()).str.count_matches(",", literal=True)
        rows, inside = counted["rows"][0] + 1, counted["commas"][0] + header.sum()
    return (width - 1) * rows + inside - found.commas


def _read(path: Path) -> _Bytes:
    found, last = _Bytes(), b"\n"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            found.lines += piece.count(b"\n")
            found.commas += piece.count(b",")
            found.quotes += piece.count(b'"')
            last = piece[-1:]
            if b"\0" in piece:
                found.fault = "holds NUL bytes, as text in another encoding does"
                return found
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                found.fault = "is not text in UTF-8"
                return found
    if decoder.getstate()[0]:
        found.fault = "is not text in UTF-8"
    found.lines += last != b"\n"
    return found
