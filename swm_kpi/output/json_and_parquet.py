"""A table as parquet, and as JSON records."""

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
    """Write a table as a parquet file, closed lists as plain text.

    Args:
        frame: the table.
        path: the file to make, in a folder that exists.
        overwrite: replace a file of that name.

    Raises:
        OutputError: the file exists, is a link or a folder, or cannot be written.
    """
    write_bytes(path, parquet_bytes(frame), overwrite=overwrite)


def parquet_bytes(frame: pl.DataFrame, metadata: Mapping[str, str] | None = None) -> bytes:
    """Return a table as parquet, closed lists as plain text, with metadata by key."""
    content = BytesIO()
    plain = frame.with_columns(pl.col(pl.Enum, pl.Categorical).cast(pl.String))
    plain.write_parquet(content, metadata=dict(metadata or {}))
    return content.getvalue()


def json_text(value: Any) -> str:
    """Return a value as JSON: days as ISO dates, nulls as null, and no number JSON lacks."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False, default=_day) + "\n"


def _day(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} has no form in JSON")
