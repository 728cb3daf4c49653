"""Find published CSV files, check every line, and read every value as text.

Errors of Polars and Python quote the content of a bad file, so this module never passes them on.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from swm_kpi.errors import InputError
from swm_kpi.open_data.open_table import Paths

if TYPE_CHECKING:
    import polars as pl

_LONGEST_HEADER = 100_000
_QUOTED = r'"[^"]*"'
_GET_CSV = "Give the CSV file as published, not zipped."
_NO_SEPARATOR = "\x1f"  # a character that no line contains, so that a line is one field


def find_files(paths: Paths, *, pattern: str) -> list[Path]:
    """Return the files of the paths. The files of a folder are sorted by name.

    Args:
        paths: one path, or several. A folder means every file in it, at any depth, with a name
            that matches the pattern.
        pattern: a glob, such as ``*-street.csv``.

    Raises:
        InputError: there is no file, or a path names neither a file nor a folder.
    """
    files: list[Path] = []
    for item in [paths] if isinstance(paths, (str, PathLike)) else paths:
        if not isinstance(item, (str, PathLike)):
            raise InputError("A path is text or a pathlib.Path. Give a file, several, or a folder.")
        path = Path(fspath(item))
        if path.is_dir():
            inside = sorted(path.rglob(pattern), key=lambda file: (file.name, file.as_posix()))
            if not inside:
                raise InputError(f"The folder {path.name!r} contains no {pattern}. Give another.")
            files += inside
        elif path.is_file():
            files.append(path)
        else:
            raise InputError(f"There is no file {path.name!r}. Give a file, several, or a folder.")
    if not files:
        raise InputError("There is no file. Give a file, several, or a folder.")
    return files


def read_text(
    path: Path, columns: Mapping[str, tuple[str, ...]], *, required: tuple[str, ...]
) -> pl.DataFrame:
    """Read some columns of a CSV file as text. An empty value is null.

    Args:
        path: a UTF-8 file with a header, with or without a byte order mark. Lines end with LF or
            CRLF.
        columns: for each column of the result, the names that it can have in the file, the current
            name first.
        required: the columns of the result that must have a value in every row.

    Raises:
        InputError: the file is empty or not CSV in UTF-8, has no rows, is missing a column or has
            it twice, has a line that is too short or too long, or is missing a required value.
    """
    header = read_header(path)
    positions = _positions(path, header, columns)
    _check_lines(path, fields=len(header))
    frame = _parse(path, fields=len(header), positions=positions)
    if frame.is_empty():
        raise InputError(
            f"{path.name} has a header and no rows. Leave it out, or download it again."
        )
    for name in required:
        refuse_rows(path, frame[name].null_count(), f"no {columns[name][0]}")
    return frame


def refuse_rows(path: Path, rows: int, problem: str) -> None:
    """Raise an error if a number of rows is not zero.

    Raises:
        InputError: "FILE: 12 rows with PROBLEM."
    """
    if rows:
        raise InputError(f"{path.name}: {format_count(rows, 'row')} with {problem}.")


def format_count(number: int, noun: str, *, plural: str = "") -> str:
    """Format a number with its noun: "1 record", "1,204 records"."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def read_header(path: Path) -> list[str]:
    """Return the column names of a CSV file.

    Raises:
        InputError: the file is not UTF-8 text, or its first line is empty.
    """
    line: str | None = None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            line = file.readline(_LONGEST_HEADER)
    except (OSError, UnicodeDecodeError):
        pass
    if line is None:
        raise InputError(f"{path.name} cannot be read as UTF-8 text. {_GET_CSV}")
    if not line.strip():
        raise InputError(f"{path.name} is empty, or its first line is. {_GET_CSV}")
    return next(csv.reader([line]))


def _positions(
    path: Path, header: list[str], columns: Mapping[str, tuple[str, ...]]
) -> dict[str, int]:
    """Return the position of each column, by the first of its names that is in the header."""
    file_names = {
        name: next((candidate for candidate in candidates if candidate in header), None)
        for name, candidates in columns.items()
    }
    missing = [
        " or ".join(columns[name]) for name, file_name in file_names.items() if file_name is None
    ]
    if missing:
        raise InputError(
            f"{path.name} is missing {format_count(len(missing), 'column')}: {', '.join(missing)}. "
            f"{_GET_CSV}"
        )
    present = {name: file_name for name, file_name in file_names.items() if file_name is not None}
    repeated = [file_name for file_name in present.values() if header.count(file_name) > 1]
    if repeated:
        raise InputError(f"{path.name} has a column twice: {', '.join(repeated)}. {_GET_CSV}")
    return {name: header.index(file_name) for name, file_name in present.items()}


def _check_lines(path: Path, *, fields: int) -> None:
    """Raise if a line has another number of fields: a parser would fill or cut it silently."""
    import polars as pl

    separators = pl.col("line").str.replace_all(_QUOTED, "").str.count_matches(",", literal=True)
    wrong: int | None = None
    try:
        lines = pl.scan_csv(
            path,
            has_header=False,
            separator=_NO_SEPARATOR,
            quote_char=None,
            schema={"line": pl.String},
            glob=False,
        )
        count = lines.select((separators.fill_null(0) != fields - 1).sum())
        wrong = int(count.collect(engine="streaming").item())
    except pl.exceptions.PolarsError:
        pass
    if wrong is None:
        raise InputError(f"{path.name} cannot be read as UTF-8 text. {_GET_CSV}")
    if wrong:
        raise InputError(
            f"{path.name}: {format_count(wrong, 'line')} with more or fewer than the header's "
            f"{format_count(fields, 'field')}. The file is cut short or damaged: download it again."
        )


def _parse(path: Path, *, fields: int, positions: Mapping[str, int]) -> pl.DataFrame:
    import polars as pl

    frame: pl.DataFrame | None = None
    try:
        text = pl.scan_csv(
            path,
            has_header=False,
            skip_rows=1,
            schema={str(position): pl.String for position in range(fields)},
            glob=False,
        )
        selected = [pl.col(str(position)).alias(name) for name, position in positions.items()]
        frame = text.select(selected).collect()
    except pl.exceptions.PolarsError:
        pass
    if frame is None:
        raise InputError(f"{path.name} cannot be read as CSV. {_GET_CSV}")
    return frame.with_columns(pl.all().replace("", None))
