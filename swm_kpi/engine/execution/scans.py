"""Every scan of a table: run it, return its rows, and record it if anyone is recording."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import narwhals as nw
import polars as pl

from swm_kpi.engine.execution.dialects import Dialect
from swm_kpi.engine.execution.engine_errors import translate_engine_errors
from swm_kpi.errors import InputError

POLARS = "Polars"

FEW = 20_000
"""Below this many rows, a query plan and several threads cost more time than they save."""


@dataclass(frozen=True)
class Scan:
    """One query that reads a table.

    Attributes:
        table: the table's name.
        purpose: why it was read, such as ``"counting"``.
        engine: what ran the query, such as Polars or DuckDB.
        rows: how many rows the query returned.
        columns: the columns that the query returned.
        query: the query as the engine writes it, usually SQL.
    """

    table: str
    purpose: str
    engine: str
    rows: int
    columns: tuple[str, ...]
    query: str = field(default="", repr=False)


_recorded_scans: ContextVar[list[Scan] | None] = ContextVar("recorded_scans", default=None)


@contextmanager
def record_scans() -> Iterator[list[Scan]]:
    """Yield a list to which each scan is added while the block runs, in this thread or task."""
    scans: list[Scan] = []
    token = _recorded_scans.set(scans)
    try:
        yield scans
    finally:
        _recorded_scans.reset(token)


def collect(query: Any, table: str, purpose: str, dialect: Dialect | None = None) -> pl.DataFrame:
    """Run a query in its engine and return its rows.

    Args:
        query: a lazy frame of Polars, or of narwhals over any engine.
        table: the table's name.
        purpose: why it is read, in a few words.
        dialect: the dialect of the table's engine; None for Polars.

    Raises:
        InputError: the table cannot be read to its end. The message names the table and never
            repeats the engine's own message, which may hold values.
    """
    if dialect is None:
        lazy = nw.to_native(query, pass_through=True)
        rows = _collect_polars(lazy.collect, table)
        return _record(rows, table, purpose, POLARS, lazy.explain)
    rows = translate_engine_errors(
        dialect.name, table, lambda: query.collect(backend="pyarrow").to_polars()
    )
    # Polars counts in 64 bits. Engines widen a sum to 128 bits or to decimals.
    narrower: dict[str, Any] = {
        name: pl.Int64 if dtype == pl.Int128 else pl.Float64
        for name, dtype in rows.schema.items()
        if dtype == pl.Int128 or dtype.is_decimal()
    }
    rows = rows.with_columns(pl.col(name).cast(dtype) for name, dtype in narrower.items())
    text = partial(dialect.query_text, nw.to_native(query))
    return _record(rows, table, purpose, dialect.name, text)


def select(
    frame: pl.DataFrame | pl.LazyFrame, columns: Sequence[pl.Expr], table: str, purpose: str
) -> pl.DataFrame:
    """Select from a Polars table; from few rows at once, because planning would take longer.

    Args:
        frame: the table.
        columns: what to select.
        table: the table's name.
        purpose: why it is read, in a few words.

    Raises:
        InputError: as :func:`collect`.
    """
    lazy = frame.lazy().select(columns)
    if isinstance(frame, pl.LazyFrame) or frame.height > FEW:
        return collect(lazy, table, purpose)
    rows = _collect_polars(partial(frame.select_seq, columns), table)
    return _record(rows, table, purpose, POLARS, lazy.explain)


def _record(
    rows: pl.DataFrame, table: str, purpose: str, engine: str, query: Callable[[], str]
) -> pl.DataFrame:
    scans = _recorded_scans.get()
    # To write a query out takes time, so it is done only while scans are recorded.
    if scans is not None:
        scans.append(Scan(table, purpose, engine, rows.height, tuple(rows.columns), query()))
    return rows


def _collect_polars(read: Callable[[], pl.DataFrame], table: str) -> pl.DataFrame:
    # A lazy frame may run its owner's own code, which can raise anything, and a damaged page of a
    # file makes the engine panic.
    try:
        return read()
    except (Exception, pl.exceptions.PanicException) as error:
        failure = type(error).__name__
    raise InputError(
        f"Table {table!r} cannot be read to its end ({failure}). A file may be cut short, or its "
        "rows may differ in length: write it again. A step of a lazy frame may fail: collect it."
    )
