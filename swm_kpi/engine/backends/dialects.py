"""Engines that keep their tables: what each must be told in its own words.

Nearly everything is said through narwhals. Two things are not: which local day and time an instant
was, and which instant a local time was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from logging import LogRecord
from traceback import walk_tb
from typing import Any, Protocol, TypeVar

import narwhals as nw
import polars as pl

from swm_kpi.calendar import LONDON
from swm_kpi.errors import InputError, SwmKpiError

Answer = TypeVar("Answer")

_A_DAY = 86_400_000_000
_at_work: ContextVar[bool] = ContextVar("at_work", default=False)
# What engines call an operation that they have not.
_CANNOT = ("OperationNotDefinedError", "UnsupportedOperationError", "NotImplementedError")


class Engine(Protocol):
    """What an engine says for itself. Frames are its own kind of table."""

    name: str

    def local(self, frame: Any, wanted: Mapping[str, tuple[str, bool]]) -> Any:
        """Add columns of local wall clock.

        Args:
            frame: the table.
            wanted: by the name to add, the column and whether it holds instants.
        """

    def instants(self, frame: Any, wanted: Mapping[str, tuple[str, bool]]) -> Any:
        """Add columns of microseconds since 1970, null for wall clock that is at no one instant."""

    def days(self, frame: Any, wanted: Mapping[str, str]) -> Any:
        """Add columns of microseconds since 1970 of local days, each of 24 hours."""

    def query(self, frame: Any) -> str:
        """Write the query that a frame stands for."""


class DuckDB:
    """A DuckDB relation."""

    name = "DuckDB"

    def local(self, frame: Any, wanted: Mapping[str, tuple[str, bool]]) -> Any:
        """Add columns of local wall clock."""
        made = {
            new: f"timezone('{LONDON}', {_quoted(old)})"
            if aware
            else f"CAST({_quoted(old)} AS TIMESTAMP)"
            for new, (old, aware) in wanted.items()
        }
        return self._with(frame, made)

    def instants(self, frame: Any, wanted: Mapping[str, tuple[str, bool]]) -> Any:
        """Add columns of microseconds since 1970."""
        made = {}
        for new, (old, aware) in wanted.items():
            wall = _quoted(old)
            at = f"timezone('{LONDON}', {wall})"
            hour = "INTERVAL 1 HOUR"
            alone = " AND ".join(
                f"timezone('{LONDON}', {at}{shift}) {is_} {wall}"
                for shift, is_ in (("", "="), (f" + {hour}", "<>"), (f" - {hour}", "<>"))
            )
            made[new] = (
                f"epoch_us({wall})" if aware else f"CASE WHEN {alone} THEN epoch_us({at}) END"
            )
        return self._with(frame, made)

    def days(self, frame: Any, wanted: Mapping[str, str]) -> Any:
        """Add columns of microseconds since 1970 of local days."""
        made = {
            new: f"epoch_us(CAST(CAST({_quoted(old)} AS DATE) AS TIMESTAMP))"
            for new, old in wanted.items()
        }
        return self._with(frame, made)

    def _with(self, frame: Any, made: Mapping[str, str]) -> Any:
        added = "".join(f", {what} AS {_quoted(name)}" for name, what in made.items())
        return frame.project(f"*{added}")

    def query(self, frame: Any) -> str:
        """Write the relation's SQL."""
        return str(frame.sql_query())


class Spark:
    """A Spark DataFrame. A timestamp with a time zone is an instant, one without is wall clock."""

    name = "Spark"

    def local(self, frame: Any, wanted: Mapping[str, tuple[str, bool]]) -> Any:
        """Add columns of local wall clock."""
        made = {}
        for new, (old, aware) in wanted.items():
            shifted = f"unix_micros(from_utc_timestamp({_ticked(old)}, '{LONDON}'))"
            made[new] = self._wall(shifted) if aware else f"CAST({_ticked(old)} AS TIMESTAMP_NTZ)"
        return self._with(frame, made)

    def instants(self, frame: Any, wanted: Mapping[str, tuple[str, bool]]) -> Any:
        """Add columns of microseconds since 1970."""
        made = {}
        for new, (old, aware) in wanted.items():
            if aware:
                made[new] = f"unix_micros({_ticked(old)})"
                continue
            start = "TIMESTAMP_NTZ'1970-01-01 00:00:00'"
            wall = f"timestampdiff(MICROSECOND, {start}, {_ticked(old)})"
            at = f"unix_micros(to_utc_timestamp(timestamp_micros({wall}), '{LONDON}'))"
            alone = " AND ".join(
                f"unix_micros(from_utc_timestamp(timestamp_micros({at} + {shift}), '{LONDON}'))"
                f" {is_} {wall}"
                for shift, is_ in ((0, "="), (3_600_000_000, "<>"), (-3_600_000_000, "<>"))
            )
            made[new] = f"CASE WHEN {alone} THEN {at} END"
        return self._with(frame, made)

    def days(self, frame: Any, wanted: Mapping[str, str]) -> Any:
        """Add columns of microseconds since 1970 of local days."""
        made = {
            new: f"datediff({_ticked(old)}, DATE'1970-01-01') * {_A_DAY}"
            for new, old in wanted.items()
        }
        return self._with(frame, made)

    def _wall(self, micros: str) -> str:
        seconds = f"CAST({micros} AS DECIMAL(20, 0)) / 1000000"
        return f"TIMESTAMP_NTZ'1970-01-01 00:00:00' + make_dt_interval(0, 0, 0, {seconds})"

    def _with(self, frame: Any, made: Mapping[str, str]) -> Any:
        return frame.selectExpr("*", *(f"{what} AS {_ticked(name)}" for name, what in made.items()))

    def query(self, frame: Any) -> str:
        """Write the plan; Spark keeps no SQL."""
        plan = getattr(frame, "_jdf", None)
        return str(plan.queryExecution().optimizedPlan().toString()) if plan is not None else ""


class Ibis:
    """An Ibis table, whatever database is behind it."""

    name = "Ibis"
    # Databases that have PostgreSQL's timezone(); elsewhere local time is made before.
    _ZONED = ("postgres", "duckdb")

    def local(self, frame: Any, wanted: Mapping[str, tuple[str, bool]]) -> Any:
        """Add columns of local wall clock."""
        made = {}
        for new, (old, aware) in wanted.items():
            made[new] = self._wall(frame, frame[old]) if aware else frame[old].cast("timestamp")
        return frame.mutate(**made)

    def instants(self, frame: Any, wanted: Mapping[str, tuple[str, bool]]) -> Any:
        """Add columns of microseconds since 1970."""
        import ibis

        made = {}
        for new, (old, aware) in wanted.items():
            wall = frame[old]
            if aware:
                made[new] = self._micros(wall)
                continue
            at = self._placed(frame, wall)
            hour = ibis.interval(hours=1)
            alone = (
                (self._wall(frame, at) == wall)
                & (self._wall(frame, at + hour) != wall)
                & (self._wall(frame, at - hour) != wall)
            )
            made[new] = ibis.ifelse(alone, self._micros(at), ibis.null("int64"))
        return frame.mutate(**made)

    def days(self, frame: Any, wanted: Mapping[str, str]) -> Any:
        """Add columns of microseconds since 1970 of local days."""
        made = {
            new: frame[old].cast("date").cast("timestamp").epoch_seconds().cast("int64") * 1_000_000
            for new, old in wanted.items()
        }
        return frame.mutate(**made)

    def _micros(self, at: Any) -> Any:
        # A database may round to the nearest second, so the fraction is cut off first.
        second = at.truncate("s").epoch_seconds().cast("int64")
        return second * 1_000_000 + at.microsecond().cast("int64")

    def _wall(self, frame: Any, at: Any) -> Any:
        import ibis
        import ibis.expr.datatypes as dt

        self._check(frame)
        zone = ibis.udf.scalar.builtin(
            _timezone, name="timezone", signature=((dt.string, dt.Timestamp("UTC")), dt.timestamp)
        )
        return zone(LONDON, at)

    def _placed(self, frame: Any, wall: Any) -> Any:
        import ibis
        import ibis.expr.datatypes as dt

        self._check(frame)
        zone = ibis.udf.scalar.builtin(
            _timezone, name="timezone", signature=((dt.string, dt.timestamp), dt.Timestamp("UTC"))
        )
        return zone(LONDON, wall)

    def _check(self, frame: Any) -> None:
        backend = frame.get_backend().name
        if backend not in self._ZONED:
            raise InputError(
                f"Local time cannot be worked out on {backend} through Ibis. Give a view whose "
                "times are local wall clock in Europe/London, or read the table another way."
            )

    def query(self, frame: Any) -> str:
        """Write the table's SQL."""
        import ibis

        return str(ibis.to_sql(frame))


def _timezone(zone: Any, at: Any) -> Any:
    """Stand for the database's own function of that name."""


def engine_of(given: Any) -> Engine | None:
    """Return the engine that holds a table; None where it is not one of another engine."""
    kind = type(given)
    home = kind.__module__.split(".")[0].lstrip("_")
    if home == "duckdb" and kind.__name__ == "DuckDBPyRelation":
        return DuckDB()
    if home == "pyspark" and kind.__name__ == "DataFrame":
        return Spark()
    if home == "ibis" and kind.__name__ == "Table":
        return Ibis()
    return None


def through(engine: str, table: str, work: Callable[[], Answer]) -> Answer:
    """Do work that an engine takes part in; whatever goes wrong in it is one clear error.

    Args:
        engine: the engine's name.
        table: the table's name.
        work: what to do. An error of ours is left as it is.

    Raises:
        InputError: the engine does not answer; its own message, which may hold values, is left.
    """
    try:
        with _unlogged(engine):
            return work()
    except SwmKpiError:
        raise
    except ImportError as error:
        lacking = (error.name or "a library").split(".")[0]
    except Exception as error:  # an engine's errors are of no one family, and some are built in
        if _is_ours(error):
            raise
        lacking, failure = "", type(error).__name__
    if lacking:
        raise InputError(
            f"Table {table!r}: to read from {engine}, {lacking} must be installed too. Install "
            f"swm-kpi[{engine.lower()}]."
        )
    if failure in _CANNOT:
        raise InputError(
            f"Table {table!r}: {engine} cannot work out there what is asked ({failure}). Ask for "
            "fewer metrics to find which, or give the table another way."
        )
    raise InputError(
        f"Table {table!r} cannot be read from {engine} ({failure}). Is the connection still open, "
        "and the table still there?"
    )


@contextmanager
def _unlogged(engine: str) -> Iterator[None]:
    """Keep Spark's client from logging what goes wrong, which it does with the value in it."""
    if engine != Spark.name:
        yield
        return
    from pyspark.logger import PySparkLogger

    PySparkLogger.getLogger("SQLQueryContextLogger").addFilter(_is_anothers)
    at_work = _at_work.set(True)
    try:
        yield
    finally:
        _at_work.reset(at_work)


def _is_anothers(_: LogRecord) -> bool:
    """Let through what is logged while no work of ours is done."""
    return not _at_work.get()


def _is_ours(error: Exception) -> bool:
    """Whether an error is a mistake of this package, and not from an engine that it called."""
    modules = [
        str(frame.f_globals.get("__name__", "")) for frame, _ in walk_tb(error.__traceback__)
    ]
    # assert_never raises in typing, one frame below the match that has no case.
    if modules[-1] == "typing":
        modules.pop()
    raised_here = modules[-1].split(".")[0] == "swm_kpi"
    return raised_here and type(error).__module__ == "builtins"


def schema_of(given: Any, engine: Engine, table: str) -> Mapping[str, Any]:
    """Return the type of each column, by its name.

    Raises:
        InputError: the engine does not answer.
    """
    schema: Mapping[str, Any] = through(
        engine.name, table, lambda: nw.from_native(given).collect_schema()
    )
    return schema


def collect(lazy: nw.LazyFrame[Any], engine: str, table: str) -> pl.DataFrame:
    """Run a query where its rows are, and bring only its answer here.

    Raises:
        InputError: the engine does not answer.
    """
    found = through(engine, table, lambda: lazy.collect(backend="pyarrow").to_polars())
    exact: dict[str, Any] = {
        name: pl.Int64 if kind == pl.Int128 else pl.Float64
        for name, kind in found.schema.items()
        if kind == pl.Int128 or kind.is_decimal()
    }
    return found.with_columns(pl.col(name).cast(kind) for name, kind in exact.items())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _ticked(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
