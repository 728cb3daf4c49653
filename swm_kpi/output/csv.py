"""A table as CSV that a spreadsheet may open without running any of it."""

from __future__ import annotations

import os
from typing import Any

import polars as pl

from swm_kpi.output.files import write_text

# A spreadsheet reads a cell that begins with one of these as a formula, or skips to what follows.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
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
        risky = pl.any_horizontal(text.str.starts_with(each) for each in FORMULA)
        shown = pl.when(risky).then(pl.lit("'") + text).otherwise(text)
        return pl.when(text == "").then(None).otherwise(shown).alias(name)
    return column


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _has_carriage_returns(frame: pl.DataFrame) -> bool:
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if any("\r" in name for name in frame.columns):
        return True
    return any(bool(frame[name].str.contains("\r", literal=True).any()) for name in texts)
