"""Every reading of a table: run here, and told to whoever listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import narwhals as nw
import polars as pl

from swm_kpi.engine.backends import dialects
from swm_kpi.errors import InputError

# Below this many rows, to plan and to share out work costs more than doing it.
FEW = 20_000


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
        found = _polars(native.collect, table)
        return _told(found, table, purpose, "Polars", native.explain)
    engine = dialects.engine_of(native)
    if engine is None:
        raise TypeError("a table is lazy in Polars or in an engine of its own")
    found = dialects.collect(nw.from_native(native), engine.name, table)
    return _told(found, table, purpose, engine.name, partial(engine.query, native))


def select(
    frame: pl.DataFrame | pl.LazyFrame, wanted: Sequence[pl.Expr], table: str, purpose: str
) -> pl.DataFrame:
    """Select from a table of Polars: from few rows at once, for to plan a query takes longer.

    Raises:
        InputError: as :func:`collect`.
    """
    lazy = frame.lazy().select(wanted)
    if isinstance(frame, pl.LazyFrame) or frame.height > FEW:
        return collect(lazy, table, purpose)
    found = _polars(partial(frame.select_seq, wanted), table)
    return _told(found, table, purpose, "Polars", lazy.explain)


def _told(
    found: pl.DataFrame, table: str, purpose: str, where: str, query: Callable[[], str]
) -> pl.DataFrame:
    if is_recorded():
        tell(Scan(table, purpose, where, found.height, tuple(found.columns), query()))
    return found


def _polars(read: Callable[[], pl.DataFrame], table: str) -> pl.DataFrame:
    # A lazy frame may run its owner's own code, whose errors are of no one family, and a page that
    # is spoilt stops the engine itself.
    try:
        return read()
    except (Exception, pl.exceptions.PanicException) as error:
        failure = type(error).__name__
    raise InputError(
        f"Table {table!r} cannot be read to its end ({failure}). A file may be cut short, or its "
        "rows may differ in length: write it again. A step of a lazy frame may fail: collect it."
    )
