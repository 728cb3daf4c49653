"""What goes wrong in an engine becomes one clear error that repeats none of the engine's message.

An engine's own message may hold values from a table, so neither it nor its traceback is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from logging import LogRecord
from traceback import walk_tb
from typing import TypeVar

from swm_kpi.engine.execution.dialects import Spark
from swm_kpi.errors import InputError, SwmKpiError

_Answer = TypeVar("_Answer")

_is_translating: ContextVar[bool] = ContextVar("is_translating", default=False)
_UNSUPPORTED = ("OperationNotDefinedError", "UnsupportedOperationError", "NotImplementedError")
"""What engines call the error for an operation that they do not have."""


def translate_engine_errors(engine: str, table: str, work: Callable[[], _Answer]) -> _Answer:
    """Return what ``work`` returns; an error from the engine becomes an ``InputError``.

    Args:
        engine: the engine's name.
        table: the table's name.
        work: a function that uses the engine.

    Raises:
        InputError: the engine fails, cannot do what is needed, or lacks a library.
        SwmKpiError: whatever ``work`` raises itself, unchanged.
    """
    try:
        with _without_engine_log(engine):
            return work()
    except SwmKpiError:
        raise
    except ImportError as error:
        library = (error.name or "a library").split(".")[0]
        message = (
            f"Table {table!r}: to read from {engine}, {library} must be installed too. Install "
            f"swm-kpi[{engine.lower()}]."
        )
    except Exception as error:  # engines' errors share no base class, and some are built in
        if _is_raised_by_this_package(error):
            raise
        failure = type(error).__name__
        message = (
            f"Table {table!r}: {engine} cannot do what this request needs ({failure}). Ask for "
            "fewer metrics to find which, or pass the table another way."
            if failure in _UNSUPPORTED
            else f"Table {table!r} cannot be read from {engine} ({failure}). Is the connection "
            "still open, and does the table still exist?"
        )
    # Raised outside the handlers, so that the engine's error is not attached to it as context.
    raise InputError(message)


@contextmanager
def _without_engine_log(engine: str) -> Iterator[None]:
    """Stop Spark's client from logging a failure, because it logs the values in it."""
    if engine != Spark.name:
        yield
        return
    from pyspark.logger import PySparkLogger

    PySparkLogger.getLogger("SQLQueryContextLogger").addFilter(_keep_record)
    token = _is_translating.set(True)
    try:
        yield
    finally:
        _is_translating.reset(token)


def _keep_record(_: LogRecord) -> bool:
    """Keep what is logged while this package is not using Spark."""
    return not _is_translating.get()


def _is_raised_by_this_package(error: Exception) -> bool:
    """Return whether an error is a bug of this package, and not from an engine that it called."""
    modules = [
        str(frame.f_globals.get("__name__", "")) for frame, _ in walk_tb(error.__traceback__)
    ]
    # assert_never raises in typing, one frame below the match that has no case.
    if modules[-1] == "typing":
        modules.pop()
    raised_here = modules[-1].split(".")[0] == "swm_kpi"
    return raised_here and type(error).__module__ == "builtins"
