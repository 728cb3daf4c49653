"""Read published CSV files: check every line, and read every value as text.

Errors of Polars and Python quote the content of a bad file, so this module never passes them on.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from swm_kpi.errors import InputError
from swm_kpi.open_data.published_files import PublishedFile, describe_damage, describe_encoding

if TYPE_CHECKING:
    import polars as pl

_TOP_ROWS = 60
_QUOTED = r'"[^"]*"'
_NO_SEPARATOR = "\x1f"  # a character that no line contains, so that a line is one field
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class CsvTop:
    """The first rows of a CSV file.

    Attributes:
        rows: their fields. A row with a title can be shorter than the others.
        ends: for each row, the number of bytes up to its end, and the lines that it takes.
    """

    rows: list[list[str]]
    ends: list[tuple[int, int]]


def read_top(file: PublishedFile) -> CsvTop:
    """Return the first rows of a CSV file, with or without a byte order mark.

    Raises:
        InputError: the file cannot be read, is empty or is not UTF-8 text with commas.
    """
    head = file.head()
    if problem := describe_damage(file, head):
        raise InputError(problem)
    text: str | None = None
    with contextlib.suppress(UnicodeDecodeError):
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    if text is None:
        raise InputError(describe_encoding(file.name))
    top = _parse_top(text)
    if not top.rows:
        raise InputError(f"{file.name}: the first line is too long, or has an open quote.")
    if max(map(len, top.rows)) == 1:
        for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if max(row[0].count(separator) for row in top.rows if row) > 1:
                raise InputError(
                    f"{file.name} has {name} between its columns. Save it with commas, or "
                    "download it again."
                )
    mark = len(_BYTE_ORDER_MARK) if head.startswith(_BYTE_ORDER_MARK) else 0
    return CsvTop(top.rows, [(mark + end, lines) for end, lines in top.ends])


def _parse_top(text: str) -> CsvTop:
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(lines)
    top = CsvTop([], [])
    size = used = 0
    with contextlib.suppress(csv.Error):
        for row in reader:
            size += sum(len(line.encode()) for line in lines[used : reader.line_num])
            used = reader.line_num
            top.rows.append(row)
            top.ends.append((size, used))
            if len(top.rows) == _TOP_ROWS:
                break
    return top


def read_rows(
    file: PublishedFile, top: CsvTop, header_row: int, positions: Mapping[str, int]
) -> pl.DataFrame:
    """Read some columns of the rows below the header as text. An empty value is null.

    Args:
        file: a UTF-8 file. Lines end with LF or CRLF.
        top: its first rows.
        header_row: the row of ``top`` that has the column names.
        positions: for each column of the result, its position in the file.

    Raises:
        InputError: a line has more or fewer fields than the header, or the file is not UTF-8.
    """
    fields = len(top.rows[header_row])
    end, lines = top.ends[header_row]
    source = file.content()
    skip_rows = 1
    # The first line that Polars reads sets the number of columns, so it cannot be blank.
    if lines > 1 or [] in top.rows[header_row + 1 : header_row + 2]:
        content = source.read_bytes() if isinstance(source, Path) else source
        source, skip_rows = content[end:].lstrip(b"\r\n"), 0
        if not source:
            return _empty(positions)
    _check_lines(file, source, fields=fields)
    return _parse(file, source, skip_rows=skip_rows, fields=fields, positions=positions)


def ends_in_a_line(file: PublishedFile) -> bool:
    """Return whether a file on disk ends with a line end. One that does not can be cut short."""
    if file.member or file.path.name.lower().endswith(".gz"):
        return True  # its checksum shows that it is whole
    with file.path.open("rb") as content:
        content.seek(-1, os.SEEK_END)
        return content.read() in (b"\n", b"\r")


def _empty(positions: Mapping[str, int]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(schema=dict.fromkeys(positions, pl.String))


def _check_lines(file: PublishedFile, source: Path | bytes, *, fields: int) -> None:
    """Raise if a line has another number of fields: a parser would fill or cut it silently."""
    import polars as pl

    separators = pl.col("line").str.replace_all(_QUOTED, "").str.count_matches(",", literal=True)
    is_wrong = pl.col("line").is_not_null() & (separators != fields - 1)
    wrong: int | None = None
    try:
        lines = pl.scan_csv(
            source,
            has_header=False,
            separator=_NO_SEPARATOR,
            quote_char=None,
            schema={"line": pl.String},
            glob=False,
        )
        wrong = int(lines.select(is_wrong.sum()).collect(engine="streaming").item())
    except pl.exceptions.PolarsError:
        pass
    if wrong is None:
        raise InputError(describe_encoding(file.name))
    if wrong:
        count = f"{wrong:,} {'line' if wrong == 1 else 'lines'}"
        names = f"{fields:,} {'field' if fields == 1 else 'fields'}"
        raise InputError(
            f"{file.name}: {count} with more or fewer than the header's {names}. The file is cut "
            "short or damaged: download it again."
        )


def _parse(
    file: PublishedFile,
    source: Path | bytes,
    *,
    skip_rows: int,
    fields: int,
    positions: Mapping[str, int],
) -> pl.DataFrame:
    import polars as pl

    frame: pl.DataFrame | None = None
    try:
        text = pl.scan_csv(
            source,
            has_header=False,
            skip_rows=skip_rows,
            schema={str(position): pl.String for position in range(fields)},
            glob=False,
        )
        selected = [pl.col(str(position)).alias(name) for name, position in positions.items()]
        frame = text.select(selected).collect()
    except pl.exceptions.PolarsError:
        pass
    if frame is None:
        raise InputError(f"{file.name} cannot be read as CSV. Download it again.")
    return frame
