"""A table as parquet and as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Any

import polars as pl

from swm_kpi.output.files import write_bytes


def write_parquet(
    frame: pl.DataFrame, path: str | os.PathLike[str], *, overwrite: bool = False
) -> None:
    """Write a table as a parquet file. Categories become plain text.

    Args:
        frame: the table.
        path: the file to write, in a folder that exists.
        overwrite: replace an existing file.

    Raises:
        OutputError: the file exists, is a link or a folder, or cannot be written.
    """
    write_bytes(path, parquet_bytes(frame), overwrite=overwrite)


def parquet_bytes(frame: pl.DataFrame, metadata: Mapping[str, str] | None = None) -> bytes:
    """Return a table as parquet. Categories become plain text.

    Args:
        frame: the table.
        metadata: texts for the metadata of the file, by key.
    """
    content = BytesIO()
    plain = frame.with_columns(pl.col(pl.Enum, pl.Categorical).cast(pl.String))
    plain.write_parquet(content, metadata=dict(metadata or {}))
    return content.getvalue()


def json_text(value: Any) -> str:
    """Return a value as JSON, with dates in ISO 8601 and a line feed at the end.

    Raises:
        ValueError: a number is NaN or infinite, which JSON cannot express.
    """
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False, default=_date) + "\n"


def _date(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")
