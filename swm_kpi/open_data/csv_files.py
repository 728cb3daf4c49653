"""Published CSV files as text: found, checked line by line, and read without changing a value.

What Polars and Python say of a bad file quotes it, so no such error leaves this module.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from swm_kpi.errors import InputError
from swm_kpi.open_data.table import Paths

if TYPE_CHECKING:
    import polars as pl

_LONGEST_HEADER = 100_000
_QUOTED = r'"[^"]*"'
_NO_SEPARATOR = "\x1f"  # a character that no line holds, so that a line is one field


def find_files(paths: Paths, *, pattern: str) -> list[Path]:
    """Return the files that the paths name, those of a folder in the order of their names.

    Args:
        paths: one path, or several; a folder stands for every file in it, at any depth, whose
            name matches the pattern.
        pattern: a glob, such as ``*-street.csv``.

    Raises:
        InputError: there is no file, or a path names neither a file nor a folder.
    """
    found: list[Path] = []
    for each in [paths] if isinstance(paths, (str, PathLike)) else paths:
        if not isinstance(each, (str, PathLike)):
            raise InputError("A path is text or a pathlib.Path. Give a file, several, or a folder.")
        path = Path(fspath(each))
        if path.is_dir():
            inside = sorted(path.rglob(pattern), key=lambda file: (file.name, file.as_posix()))
            if not inside:
                raise InputError(f"The folder {path.name!r} holds no {pattern}. Give another.")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise InputError(f"There is no file {path.name!r}. Give a file, several, or a folder.")
    if not found:
        raise InputError("No file was given. Give a file, several, or a folder.")
    return found


def read_text(
    path: Path, columns: Mapping[str, tuple[str, ...]], *, required: tuple[str, ...]
) -> pl.DataFrame:
    """Read some columns of a CSV file, every value as the text it is; an empty one is null.

    Args:
        path: a UTF-8 file with a header, with or without a byte order mark, LF or CRLF.
        columns: the name to give each column, and the names it may have in the file, current first.
        required: those of the given names that may not be empty in any row.

    Raises:
        InputError: the file is empty or not CSV in UTF-8, lacks a column, has one twice, has no
            rows, or has lines that are cut short or too long, or a required value is missing.
    """
    header = read_header(path)
    places = _places(path, header, columns)
    _check_lines(path, fields=len(header))
    frame = _parse(path, fields=len(header), places=places)
    if frame.is_empty():
        raise InputError(f"{path.name} has a header and no rows. Leave it out, or get it again.")
    for name in required:
        refuse_rows(path, frame[name].null_count(), f"no {columns[name][0]}")
    return frame


def refuse_rows(path: Path, rows: int, what: str) -> None:
    """Raise ``InputError`` unless no rows of a file are wrong. ``what`` follows "12 rows with"."""
    if rows:
        raise InputError(f"{path.name}: {counted(rows, 'row')} with {what}.")


def counted(number: int, thing: str, *, plural: str = "") -> str:
    """Word a number of things: "1 record", "1,204 records"."""
    return f"{number:,} {thing if number == 1 else plural or f'{thing}s'}"


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


_GET_CSV = "Give the CSV file as published, unpacked."


def _places(
    path: Path, header: list[str], columns: Mapping[str, tuple[str, ...]]
) -> dict[str, int]:
    """Return where each column stands, by the first of its names that the header holds."""
    used = {
        name: next((each for each in known if each in header), None)
        for name, known in columns.items()
    }
    missing = [" or ".join(columns[name]) for name, known in used.items() if known is None]
    if missing:
        raise InputError(
            f"{path.name} lacks {counted(len(missing), 'column')}: {', '.join(missing)}. {_GET_CSV}"
        )
    found = {name: known for name, known in used.items() if known is not None}
    twice = [known for known in found.values() if header.count(known) > 1]
    if twice:
        raise InputError(f"{path.name} has a column twice: {', '.join(twice)}. {_GET_CSV}")
    return {name: header.index(known) for name, known in found.items()}


def _check_lines(path: Path, *, fields: int) -> None:
    """Refuse a file with lines of another length, which a parser would fill or cut in silence."""
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
            f"{path.name}: {counted(wrong, 'line')} with more or fewer than the header's "
            f"{counted(fields, 'field')}. The file is cut short or damaged: get it again."
        )


def _parse(path: Path, *, fields: int, places: Mapping[str, int]) -> pl.DataFrame:
    import polars as pl

    frame: pl.DataFrame | None = None
    try:
        text = pl.scan_csv(
            path,
            has_header=False,
            skip_rows=1,
            schema={str(place): pl.String for place in range(fields)},
            glob=False,
        )
        wanted = [pl.col(str(place)).alias(name) for name, place in places.items()]
        frame = text.select(wanted).collect()
    except pl.exceptions.PolarsError:
        pass
    if frame is None:
        raise InputError(f"{path.name} cannot be read as CSV. {_GET_CSV}")
    return frame.with_columns(pl.all().replace("", None))
