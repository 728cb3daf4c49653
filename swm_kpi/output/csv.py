"""A table as CSV that is safe to open in a spreadsheet: no cell runs as a formula."""

from __future__ import annotations

import os
from typing import Any

import polars as pl

from swm_kpi.output.files import write_text

# A spreadsheet treats a cell that begins with one of these as a formula, or skips the character
# and reads the rest (OWASP, CSV Injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
_MAX_EXACT_INTEGER = 2**53


def csv_text(frame: pl.DataFrame) -> str:
    """Return a table as CSV: a header row, LF line ends, and no text that runs as a formula.

    A text cell that begins like a formula gets an apostrophe in front. Numbers do not change.
    A missing value and an empty text are both an empty cell. Whole numbers have no decimals.
    """
    columns = [_csv_cells(name, dtype) for name, dtype in frame.schema.items()]
    headings = {name: _escape_formula(name) for name in frame.columns}
    safe = frame.select(columns).rename(headings)
    if _has_carriage_returns(safe):
        # CSV readers end a row at a bare carriage return, and Polars does not quote one.
        return safe.write_csv(quote_style="always")
    return safe.write_csv()


def write_csv(
    frame: pl.DataFrame, path: str | os.PathLike[str], *, overwrite: bool = False
) -> None:
    """Write a table as a CSV file in UTF-8.

    Args:
        frame: the table.
        path: the file to write, in a folder that exists.
        overwrite: replace an existing file.

    Raises:
        OutputError: the file exists, is a link or a folder, or cannot be written.
    """
    write_text(path, csv_text(frame), overwrite=overwrite)


def _csv_cells(name: str, dtype: Any) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_float():
        is_whole = (column == column.round(0)) & (column.abs() < _MAX_EXACT_INTEGER)
        return (
            pl.when(is_whole)
            .then(column.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(column.cast(pl.String))
            .alias(name)
        )
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        text = column.cast(pl.String)
        is_formula = pl.any_horizontal(text.str.starts_with(start) for start in FORMULA_STARTS)
        escaped = pl.when(is_formula).then(pl.lit("'") + text).otherwise(text)
        return pl.when(text == "").then(None).otherwise(escaped).alias(name)
    return column


def _escape_formula(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _has_carriage_returns(frame: pl.DataFrame) -> bool:
    text_columns = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    if any("\r" in name for name in frame.columns):
        return True
    return any(bool(frame[name].str.contains("\r", literal=True).any()) for name in text_columns)
