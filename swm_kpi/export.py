"""Files written whole or not at all: the same table gives the same bytes on every machine."""

from __future__ import annotations

import os
import secrets
import stat
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.errors import OutputError

# A spreadsheet reads a cell that begins with one of these as a formula, or skips to what follows.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
_WHOLE = 2**53


def csv_text(frame: pl.DataFrame) -> str:
    """Return a table as CSV: a header, LF line ends, and no text a spreadsheet would run.

    A text cell that begins as a formula does gets an apostrophe in front; numbers are left alone.
    A missing value and an empty text are both an empty cell. Whole numbers have no decimals.
    """
    columns = [_cells(name, dtype) for name, dtype in frame.schema.items()]
    headings = {name: _safe(name) for name in frame.columns}
    safe = frame.select(columns).rename(headings)
    if _has_carriage_returns(safe):
        # Readers take a bare carriage return for the end of a row, and Polars does not quote it.
        return safe.write_csv(quote_style="always")
    return safe.write_csv()


def write_csv(
    frame: pl.DataFrame, path: str | os.PathLike[str], *, overwrite: bool = False
) -> None:
    """Write a table as a CSV file in UTF-8.

    Args:
        frame: the table.
        path: the file to make, in a folder that exists.
        overwrite: replace a file of that name.

    Raises:
        OutputError: the file exists, is a link or a folder, or cannot be written.
    """
    write_text(path, csv_text(frame), overwrite=overwrite)


def write_text(path: str | os.PathLike[str], text: str, *, overwrite: bool = False) -> None:
    """Write a text file in UTF-8 with LF line ends, whole or not at all.

    Args:
        path: the file to make, in a folder that exists.
        text: what it will hold.
        overwrite: replace a file of that name. Readers see the old one or the new one, never half.

    Raises:
        OutputError: the file exists, is a link or a folder, or cannot be written.
    """
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError:
        raise OutputError(
            f"{Path(path).name!r} was not written: its text has half of a character pair, which no "
            "UTF-8 file can hold. Mend the text."
        ) from None
    write_bytes(path, content, overwrite=overwrite)


def write_parquet(
    frame: pl.DataFrame, path: str | os.PathLike[str], *, overwrite: bool = False
) -> None:
    """Write a table as a parquet file, closed lists as plain text.

    Args:
        frame: the table.
        path: the file to make, in a folder that exists.
        overwrite: replace a file of that name.

    Raises:
        OutputError: the file exists, is a link or a folder, or cannot be written.
    """
    content = BytesIO()
    frame.with_columns(pl.col(pl.Enum, pl.Categorical).cast(pl.String)).write_parquet(content)
    write_bytes(path, content.getvalue(), overwrite=overwrite)


def write_bytes(path: str | os.PathLike[str], content: bytes, *, overwrite: bool = False) -> None:
    """Write a file, whole or not at all.

    Args:
        path: the file to make, in a folder that exists.
        content: what it will hold.
        overwrite: replace a file of that name. Readers see the old one or the new one, never half.

    Raises:
        OutputError: the file exists, is a link or a folder, or cannot be written.
    """
    target = Path(path)
    _check(target, overwrite=overwrite)
    spare = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        handle = os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(spare, target)
    except OSError as error:
        raise OutputError(
            f"{target.name!r} was not written: {error.strerror or 'the system refused'}. Check "
            "that the folder can be written to and has room."
        ) from None
    finally:
        spare.unlink(missing_ok=True)


_BINARY = getattr(os, "O_BINARY", 0)


def _check(target: Path, *, overwrite: bool) -> None:
    name = target.name
    if not name:
        raise OutputError("No file name was given. Give the name of the file to write.")
    if not target.parent.is_dir():
        raise OutputError(f"The folder for {name!r} does not exist. Make it first.")
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError):
        raise OutputError(f"{name!r} is not a name for a file here. Choose another.") from None
    if stat.S_ISLNK(mode):
        raise OutputError(f"{name!r} is a link, which is not followed. Remove it, or rename.")
    if not stat.S_ISREG(mode):
        raise OutputError(f"{name!r} exists and is not a file. Choose another name.")
    if not overwrite:
        raise OutputError(
            f"{name!r} exists already. Choose another name, or say that it may be overwritten."
        )


def _cells(name: str, dtype: Any) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_float():
        whole = (column == column.round(0)) & (column.abs() < _WHOLE)
        return (
            pl.when(whole)
            .then(column.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(column.cast(pl.String))
            .alias(name)
        )
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        text = column.cast(pl.String)
        risky = pl.any_horizontal(text.str.starts_with(each) for each in _FORMULA)
        shown = pl.when(risky).then(pl.lit("'") + text).otherwise(text)
        return pl.when(text == "").then(None).otherwise(shown).alias(name)
    return column


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _has_carriage_returns(frame: pl.DataFrame) -> bool:
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if any("\r" in name for name in frame.columns):
        return True
    return any(bool(frame[name].str.contains("\r", literal=True).any()) for name in texts)
