"""Every reading of a table: run here, and told to whoever listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import narwhals as nw
import polars as pl

from swm_kpi.engine import engines
from swm_kpi.errors import InputError


@dataclass(frozen=True)
class Scan:
    """One reading of a table, from its first row to its last.

    Attributes:
        table: its name.
        purpose: what it was read for.
        where: what read it, such as Polars or DuckDB.
        rows: how many rows came of it.
        names: the columns that came of it.
        query: the query, as the engine writes it.
    """

    table: str
    purpose: str
    where: str
    rows: int
    names: tuple[str, ...]
    query: str = field(default="", repr=False)


_LISTENING: ContextVar[list[Scan] | None] = ContextVar("scans", default=None)


@contextmanager
def recorded() -> Iterator[list[Scan]]:
    """Yield a list that fills with each scan made meanwhile by this thread or task."""
    found: list[Scan] = []
    token = _LISTENING.set(found)
    try:
        yield found
    finally:
        _LISTENING.reset(token)


def tell(scan: Scan) -> None:
    """Tell whoever listens of a scan."""
    listening = _LISTENING.get()
    if listening is not None:
        listening.append(scan)


def is_recorded() -> bool:
    """Whether anybody listens, so that a query need be written out."""
    return _LISTENING.get() is not None


def collect(lazy: Any, table: str, purpose: str) -> pl.DataFrame:
    """Run a query where its rows are, and bring its answer here.

    A failure names the table and never repeats the engine's own message, which may hold values.

    Args:
        lazy: a lazy frame of Polars, or of narwhals over any engine.
        table: the table's name.
        purpose: what it is read for, in words.

    Raises:
        InputError: the table cannot be read to its end.
    """
    native = nw.to_native(lazy, pass_through=True)
    if isinstance(native, pl.LazyFrame):
        found = _polars(native, table)
        where, query = "Polars", native.explain if is_recorded() else None
    else:
        engine = engines.engine_of(native)
        if engine is None:
            raise TypeError("a table is lazy in Polars or in an engine of its own")
        where, query = engine.name, partial(engine.query, native)
        found = engines.collect(nw.from_native(native), where, table)
    if is_recorded():
        names = tuple(found.columns)
        tell(Scan(table, purpose, where, found.height, names, query() if query else ""))
    return found


def _polars(lazy: pl.LazyFrame, table: str) -> pl.DataFrame:
    # A lazy frame may run its owner's own code, whose errors are of no one family, and a page that
    # is spoilt stops the engine itself.
    try:
        return lazy.collect()
    except (Exception, pl.exceptions.PanicException) as error:
        failure = type(error).__name__
    raise InputError(
        f"Table {table!r} cannot be read to its end ({failure}). A file may be cut short, or its "
        "rows may differ in length: write it again. A step of a lazy frame may fail: collect it."
    )
