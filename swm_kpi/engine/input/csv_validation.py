"""CSV files are checked as text before Polars parses them: encoding, header and length of each row.

Polars fills a short row with nulls, renames a column that occurs twice, and reads text in another
encoding as one very long name. All of these must be errors.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from swm_kpi.engine.execution.scans import collect
from swm_kpi.errors import InputError

_CHUNK = 1 << 20


@dataclass
class _ByteCounts:
    """What the bytes of a file contain.

    Attributes:
        lines, commas, quotes: how many of each there are.
        fault: what is wrong with the file, in words; empty if nothing is.
    """

    lines: int = 0
    commas: int = 0
    quotes: int = 0
    fault: str = ""


def scan_csv(path: Path, table: str, *, read_rows: bool) -> tuple[pl.LazyFrame, list[str]]:
    """Return a file's columns, all of them text, and the labels of its header as written.

    A file that is cut off within its very last cell looks complete.

    Args:
        path: the file.
        table: the table's name, for messages.
        read_rows: whether its rows will be read too, and so must be valid.

    Raises:
        InputError: it has no header, is not text in UTF-8, or has rows of another length.
        OSError: it cannot be opened.
    """
    counts = _count_bytes(path) if read_rows else _ByteCounts()
    fault = counts.fault
    lazy, names = pl.LazyFrame(), [""]
    if not fault:
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                names = next(csv.reader(file))
            lazy = pl.scan_csv(path, infer_schema=False, glob=False, null_values=None)
            if len(lazy.collect_schema()) != len(names):
                fault = "does not end its lines in LF or CRLF"
        except (StopIteration, pl.exceptions.NoDataError):
            fault = "has no header"
        except (UnicodeDecodeError, csv.Error, pl.exceptions.PolarsError):
            fault = "is not CSV in UTF-8"
    if read_rows and not fault:
        missing = _missing_cells(lazy, len(names), table, counts)
        if missing:
            cells = "1 cell" if abs(missing) == 1 else f"{abs(missing):,} cells"
            length = "shorter" if missing > 0 else "longer"
            fault = f"has rows {length} than its header, by {cells} in all"
    if fault:
        raise InputError(
            f"Table {table!r}: {path.name!r} {fault}. Write it again as CSV in UTF-8, with "
            "a header, commas, and a cell for every column in every row."
        )
    return lazy, names


def _missing_cells(lazy: pl.LazyFrame, width: int, table: str, counts: _ByteCounts) -> int:
    """Return how many cells the rows lack: the commas expected, less the commas in the file."""
    rows, quoted_commas = counts.lines, 0
    if counts.quotes:
        # Commas and line ends inside quotes do not separate cells or rows.
        commas = pl.all().str.count_matches(",", literal=True).sum().cast(pl.Int64)
        query = lazy.select(pl.len().alias("rows"), commas=pl.sum_horizontal(commas))
        totals = collect(query, table, "measuring its rows")
        header = pl.Series(lazy.collect_schema().names()).str.count_matches(",", literal=True)
        rows, quoted_commas = totals["rows"][0] + 1, totals["commas"][0] + header.sum()
    return (width - 1) * rows + quoted_commas - counts.commas


def _count_bytes(path: Path) -> _ByteCounts:
    counts, last = _ByteCounts(), b"\n"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            counts.lines += chunk.count(b"\n")
            counts.commas += chunk.count(b",")
            counts.quotes += chunk.count(b'"')
            last = chunk[-1:]
            if b"\0" in chunk:
                counts.fault = "holds NUL bytes, as text in another encoding does"
                return counts
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                counts.fault = "is not text in UTF-8"
                return counts
    if decoder.getstate()[0]:
        counts.fault = "is not text in UTF-8"
    counts.lines += last != b"\n"
    return counts
