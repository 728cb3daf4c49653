"""Polars frames of rows in the types of a contract."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl

from swm_kpi.contracts import ContractType

TYPES: dict[type, Any] = {
    str: pl.String, int: pl.Int64, float: pl.Float64, bool: pl.Boolean, date: pl.Date,
    datetime: pl.Datetime("us"),
}  # fmt: skip


def frame_of(contract: ContractType, columns: dict[str, list[Any]]) -> pl.DataFrame:
    """Return a frame of the columns in the contract's own types."""
    schema = {name: TYPES[contract.columns[name].dtype] for name in columns}
    return pl.DataFrame(columns, schema=schema)


def columns_of(contract: ContractType, rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return the values of rows by column of the contract."""
    return {name: [row[name] for row in rows] for name in contract.columns}
