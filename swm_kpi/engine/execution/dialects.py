"""How each engine writes the few expressions that narwhals cannot write for all of them.

A table in DuckDB, in Spark or behind Ibis stays in its engine. Nearly every query on it is written
once, through narwhals. Conversions between local time and instants are not: a dialect writes them
in the SQL or the API of its engine.

Times without a time zone are *naive*: local time in Europe/London. Times with one are *aware*:
instants. An instant is a number of microseconds since the start of 1970 in UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from typing_extensions import override

from swm_kpi.calendar import LONDON, NO_DAY
from swm_kpi.contracts import AreaLookup, AreaSpan
from swm_kpi.engine.encoding.dst import CLOCKS_GO_BACK, HOUR
from swm_kpi.errors import InputError

DAY = 24 * HOUR
"""Microseconds in a day."""


@dataclass(frozen=True)
class TimeColumn:
    """A column of timestamps in an engine.

    Attributes:
        name: the column's name.
        is_aware: whether its times are instants. Otherwise they are local time.
    """

    name: str
    is_aware: bool


class Dialect(ABC):
    """One engine's way to write time conversions. A frame is a table of the engine's own type.

    A subclass renders the primitives. The rule about clock changes is applied here, for all of
    them, from :data:`~swm_kpi.engine.encoding.dst.CLOCKS_GO_BACK`.

    Attributes:
        name: the name of the engine.
        adds_in_128_bits: whether it adds whole numbers of 64 bits in a wider type, so that their
            sum cannot overflow.
    """

    name: ClassVar[str]
    adds_in_128_bits: ClassVar[bool] = True

    def to_local_time(self, frame: Any, columns: Mapping[str, TimeColumn]) -> Any:
        """Add columns of naive local time.

        Args:
            frame: the table.
            columns: the column to convert, by the name of the column to add.

        Raises:
            InputError: the engine has no time-zone conversion that this library supports.
        """
        return self._with_columns(
            frame, {name: self._local_time(frame, column) for name, column in columns.items()}
        )

    def to_instant(self, frame: Any, columns: Mapping[str, TimeColumn]) -> Any:
        """Add columns of instants. A skipped local time becomes null.

        A local time in the repeated hour becomes its earlier reading.

        Args:
            frame: the table.
            columns: the column to convert, by the name of the column to add.

        Raises:
            InputError: the engine has no time-zone conversion that this library supports.
        """
        return self._with_columns(
            frame, {name: self._instant(frame, column) for name, column in columns.items()}
        )

    def to_clock(self, frame: Any, columns: Mapping[str, str]) -> Any:
        """Add columns of what local clocks show, in microseconds since 1970.

        Args:
            frame: the table.
            columns: the column of naive local time, by the name of the column to add.
        """
        return self._with_columns(
            frame, {name: self._clock(frame, column) for name, column in columns.items()}
        )

    def day_to_instant(self, frame: Any, columns: Mapping[str, str]) -> Any:
        """Add columns of days as microseconds since 1970, as if each day had 24 hours.

        Args:
            frame: the table.
            columns: the column to convert, by the name of the column to add.
        """
        return self._with_columns(
            frame, {name: self._day_number(frame, column) for name, column in columns.items()}
        )

    def look_up_areas(
        self, frame: Any, value: str, day: str | None, lookup: AreaLookup, name: str
    ) -> Any:
        """Add the area of each row; null where its value is in none. It is a join to a small table.

        Args:
            frame: the table.
            value: the column of the codes of areas.
            day: the column of the days by which they are looked up. Without it, a value has the
                area that it was always in.
            lookup: which area a value belongs to.
            name: the name of the column to add.
        """
        spans: Sequence[AreaSpan] = lookup.dated_spans
        if day is None or not lookup.is_dated:
            day = None
            only = lookup.only_names.items()
            spans = [AreaSpan(code, NO_DAY, NO_DAY, area) for code, area in only]
        if not spans:
            return self._with_columns(frame, {name: self._null_text()})
        return self._join_areas(frame, value, day, spans, name)

    def fold(self, frame: Any, name: str) -> str:
        """Return a column's name as the engine compares it with others."""
        return name.casefold()

    def with_readable_types(self, frame: Any, columns: Sequence[str]) -> Any:
        """Return a frame with some columns, those of a type with a plain meaning converted.

        A time to the nanosecond is cut to the microsecond, so that it stays in its own day. A UUID
        becomes text.

        Args:
            frame: the table.
            columns: names that each occur once; with none, the frame is returned as it is.
        """
        return frame

    @abstractmethod
    def type_name(self, frame: Any, column: str) -> str:
        """Return the engine's own name of a column's type."""

    @abstractmethod
    def cast(self, column: str, dtype: type) -> str:
        """Return the engine's code that casts a column to a type of contracts."""

    @abstractmethod
    def query_text(self, frame: Any) -> str:
        """Return the query that a frame would run, as text."""

    @abstractmethod
    def _join_areas(
        self,
        frame: Any,
        value: str,
        day: str | None,
        spans: Sequence[AreaSpan],
        name: str,
    ) -> Any:
        """Add the name in the span that has the value and is valid on the day.

        A null day is ``NO_DAY``.
        """

    @abstractmethod
    def _null_text(self) -> Any:
        """Return a null of text."""

    def _local_time(self, frame: Any, column: TimeColumn) -> Any:
        if column.is_aware:
            return self._aware_to_local(frame, column.name)
        return self._naive_to_local(frame, column.name)

    def _instant(self, frame: Any, column: TimeColumn) -> Any:
        if column.is_aware:
            return self._aware_to_instant(frame, column.name)
        local = self._wall_clock(frame, column.name)
        utc = self._to_utc(local)
        instant = self._utc_to_instant(utc)
        is_not_skipped = self._is_equal(self._from_utc(utc, 0), local)
        # An engine converts a time in the repeated hour to either reading.
        is_later_reading = self._is_equal(self._from_utc(utc, -CLOCKS_GO_BACK), local)
        earlier = self._choose(is_later_reading, self._subtract_repeat(instant), instant)
        return self._choose(is_not_skipped, earlier, None)

    @abstractmethod
    def _with_columns(self, frame: Any, expressions: Mapping[str, Any]) -> Any:
        """Add columns, by name, to a frame."""

    @abstractmethod
    def _aware_to_local(self, frame: Any, column: str) -> Any:
        """Return an aware column as naive local time."""

    @abstractmethod
    def _naive_to_local(self, frame: Any, column: str) -> Any:
        """Return a naive column as the engine's type of naive timestamp."""

    @abstractmethod
    def _aware_to_instant(self, frame: Any, column: str) -> Any:
        """Return an aware column as instants."""

    @abstractmethod
    def _clock(self, frame: Any, column: str) -> Any:
        """Return a column of naive local time as microseconds since 1970."""

    @abstractmethod
    def _day_number(self, frame: Any, column: str) -> Any:
        """Return a column of dates as microseconds since 1970."""

    @abstractmethod
    def _wall_clock(self, frame: Any, column: str) -> Any:
        """Return a naive column in the form that ``_to_utc`` takes."""

    @abstractmethod
    def _to_utc(self, local: Any) -> Any:
        """Convert local time to UTC; for a skipped or repeated time, in any way."""

    @abstractmethod
    def _from_utc(self, utc: Any, hours: int) -> Any:
        """Return the local time some hours after a time in UTC."""

    @abstractmethod
    def _utc_to_instant(self, utc: Any) -> Any:
        """Return what ``_to_utc`` returned, as an instant."""

    @abstractmethod
    def _subtract_repeat(self, instant: Any) -> Any:
        """Return the earlier reading of an instant that is the later one."""

    @abstractmethod
    def _is_equal(self, left: Any, right: Any) -> Any:
        """Return whether two values are equal."""

    @abstractmethod
    def _choose(self, condition: Any, value: Any, otherwise: Any) -> Any:
        """Return a value where a condition is true, and elsewhere another one; None is null."""


_SQL_TYPES = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    date: "DATE",
    datetime: "TIMESTAMP",
}


class _SqlDialect(Dialect):
    """A dialect whose expressions are SQL text."""

    @override
    def _subtract_repeat(self, instant: str) -> str:
        return f"{instant} - {CLOCKS_GO_BACK * HOUR}"

    @override
    def cast(self, column: str, dtype: type) -> str:
        return f"CAST({column} AS {_SQL_TYPES[dtype]})"

    @override
    def _null_text(self) -> str:
        return "CAST(NULL AS VARCHAR(1))"

    @override
    def _is_equal(self, left: str, right: str) -> str:
        return f"{left} = {right}"

    @override
    def _choose(self, condition: str, value: str, otherwise: str | None) -> str:
        return f"CASE WHEN {condition} THEN {value} ELSE {otherwise or 'NULL'} END"


_ROWS = "swm_kpi_rows"
"""What a query in DuckDB calls the table that it reads. No table behind it has this name."""


class DuckDB(_SqlDialect):
    """The dialect of DuckDB. A frame is a relation."""

    name = "DuckDB"
    _READABLE: ClassVar[dict[str, str]] = {
        "TIMESTAMP_NS": "make_timestamp(epoch_us({column}))",
        "TIMESTAMPTZ_NS": "make_timestamptz(epoch_us(timezone('UTC', {column})))",
        "UUID": "CAST({column} AS VARCHAR)",
    }

    @override
    def with_readable_types(self, frame: Any, columns: Sequence[str]) -> Any:
        types = {name: self.type_name(frame, name) for name in columns}
        is_repeated = len({self.fold(frame, name) for name in frame.columns}) < len(frame.columns)
        if not columns or not (is_repeated or set(types.values()) & self._READABLE.keys()):
            return frame
        selected = (
            self._READABLE.get(types[name], "{column}").format(column=_quote(name))
            + f" AS {_quote(name)}"
            for name in columns
        )
        return frame.project(", ".join(selected))

    @override
    def type_name(self, frame: Any, column: str) -> str:
        return str(frame.types[frame.columns.index(column)])

    @override
    def query_text(self, frame: Any) -> str:
        """Return the relation's SQL."""
        return str(frame.sql_query())

    @override
    def _with_columns(self, frame: Any, expressions: Mapping[str, str]) -> Any:
        added = "".join(f", {sql} AS {_quote(name)}" for name, sql in expressions.items())
        return frame.project(f"*{added}")

    @override
    def _join_areas(
        self,
        frame: Any,
        value: str,
        day: str | None,
        spans: Sequence[AreaSpan],
        name: str,
    ) -> Any:
        # A relation does not give its connection, so the areas are written into the query.
        listed = ", ".join(
            f"({_literal(span.value)}, {_literal(span.name)}, "
            f"DATE '{span.first}', DATE '{span.last}')"
            for span in spans
        )
        condition = f"areas.code = CAST({_ROWS}.{_quote(value)} AS VARCHAR)"
        if day is not None:
            on_day = f"coalesce(CAST({_ROWS}.{_quote(day)} AS DATE), DATE '{NO_DAY}')"
            condition += f" AND {on_day} BETWEEN areas.first AND areas.last"
        query = (
            f"SELECT {_ROWS}.*, areas.area AS {_quote(name)} FROM {_ROWS} "  # noqa: S608 - quoted
            f"LEFT JOIN (VALUES {listed}) AS areas(code, area, first, last) ON {condition}"
        )
        return frame.query(_ROWS, query)

    @override
    def _aware_to_local(self, frame: Any, column: str) -> str:
        return f"timezone('{LONDON}', {_quote(column)})"

    @override
    def _naive_to_local(self, frame: Any, column: str) -> str:
        return f"CAST({_quote(column)} AS TIMESTAMP)"

    @override
    def _aware_to_instant(self, frame: Any, column: str) -> str:
        return f"epoch_us({_quote(column)})"

    @override
    def _clock(self, frame: Any, column: str) -> str:
        return f"epoch_us({_quote(column)})"

    @override
    def _day_number(self, frame: Any, column: str) -> str:
        return f"epoch_us(CAST(CAST({_quote(column)} AS DATE) AS TIMESTAMP))"

    @override
    def _wall_clock(self, frame: Any, column: str) -> str:
        return _quote(column)

    @override
    def _to_utc(self, local: str) -> str:
        return f"timezone('{LONDON}', {local})"

    @override
    def _from_utc(self, utc: str, hours: int) -> str:
        sign = "+" if hours > 0 else "-"
        shift = f" {sign} INTERVAL {abs(hours)} HOUR" if hours else ""
        return f"timezone('{LONDON}', {utc}{shift})"

    @override
    def _utc_to_instant(self, utc: str) -> str:
        return f"epoch_us({utc})"


class Spark(_SqlDialect):
    """The dialect of Spark. A frame is a DataFrame.

    Spark's ``unix_micros`` takes no timestamp without a time zone, so local time is a number of
    microseconds here.
    """

    name = "Spark"
    adds_in_128_bits = False
    _EPOCH = "TIMESTAMP_NTZ'1970-01-01 00:00:00'"

    @override
    def type_name(self, frame: Any, column: str) -> str:
        return str(frame.schema[column].dataType.simpleString())

    @override
    def query_text(self, frame: Any) -> str:
        """Return the optimized plan; Spark keeps no SQL."""
        plan = getattr(frame, "_jdf", None)
        return str(plan.queryExecution().optimizedPlan().toString()) if plan is not None else ""

    @override
    def _with_columns(self, frame: Any, expressions: Mapping[str, str]) -> Any:
        added = (f"{sql} AS {_backquote(name)}" for name, sql in expressions.items())
        return frame.selectExpr("*", *added)

    @override
    def _join_areas(
        self,
        frame: Any,
        value: str,
        day: str | None,
        spans: Sequence[AreaSpan],
        name: str,
    ) -> Any:
        from pyspark.sql import functions

        code, first, last = (_backquote(f"{name}:{part}") for part in ("code", "first", "last"))
        schema = f"{code} string, {_backquote(name)} string, {first} date, {last} date"
        rows = [(span.value, span.name, span.first, span.last) for span in spans]
        areas = frame.sparkSession.createDataFrame(rows, schema).hint("broadcast")
        condition = f"{code} = CAST({_backquote(value)} AS STRING)"
        if day is not None:
            on_day = f"coalesce(CAST({_backquote(day)} AS DATE), DATE'{NO_DAY}')"
            condition += f" AND {on_day} BETWEEN {first} AND {last}"
        joined = frame.join(areas, functions.expr(condition), "left")
        return joined.drop(*(f"{name}:{part}" for part in ("code", "first", "last")))

    @override
    def _aware_to_local(self, frame: Any, column: str) -> str:
        local = f"unix_micros(from_utc_timestamp({_backquote(column)}, '{LONDON}'))"
        seconds = f"CAST({local} AS DECIMAL(20, 0)) / 1000000"
        return f"{self._EPOCH} + make_dt_interval(0, 0, 0, {seconds})"

    @override
    def _naive_to_local(self, frame: Any, column: str) -> str:
        return f"CAST({_backquote(column)} AS TIMESTAMP_NTZ)"

    @override
    def _aware_to_instant(self, frame: Any, column: str) -> str:
        return f"unix_micros({_backquote(column)})"

    @override
    def _clock(self, frame: Any, column: str) -> str:
        return self._wall_clock(frame, column)

    @override
    def _day_number(self, frame: Any, column: str) -> str:
        return f"datediff({_backquote(column)}, DATE'1970-01-01') * {DAY}"

    @override
    def _wall_clock(self, frame: Any, column: str) -> str:
        return f"timestampdiff(MICROSECOND, {self._EPOCH}, {_backquote(column)})"

    @override
    def _to_utc(self, local: str) -> str:
        return f"unix_micros(to_utc_timestamp(timestamp_micros({local}), '{LONDON}'))"

    @override
    def _from_utc(self, utc: str, hours: int) -> str:
        later = f"timestamp_micros({utc} + {hours * HOUR})"
        return f"unix_micros(from_utc_timestamp({later}, '{LONDON}'))"

    @override
    def _utc_to_instant(self, utc: str) -> str:
        return utc


_IBIS_TYPES = {
    str: "string",
    int: "int64",
    float: "float64",
    bool: "boolean",
    date: "date",
    datetime: "timestamp",
}


class Ibis(Dialect):
    """The dialect of Ibis, whatever database is behind it. A frame is an Ibis table."""

    name = "Ibis"
    # Some of the databases behind it do and others do not.
    adds_in_128_bits = False
    # The databases that have PostgreSQL's timezone() function.
    _WITH_TIME_ZONES = ("postgres", "duckdb")

    @override
    def fold(self, frame: Any, name: str) -> str:
        return name.casefold() if _is_duckdb(frame) else name

    @override
    def with_readable_types(self, frame: Any, columns: Sequence[str]) -> Any:
        readable = {}
        for name in columns:
            dtype = frame[name].type()
            if dtype.is_uuid():
                readable[name] = frame[name].cast("string")
            elif dtype.is_timestamp() and dtype.scale == 9 and _is_duckdb(frame):
                readable[name] = _cut_nanoseconds(frame[name])
        return frame.mutate(**readable) if readable else frame

    @override
    def type_name(self, frame: Any, column: str) -> str:
        return str(frame[column].type())

    @override
    def cast(self, column: str, dtype: type) -> str:
        return f'.cast("{_IBIS_TYPES[dtype]}")'

    @override
    def to_local_time(self, frame: Any, columns: Mapping[str, TimeColumn]) -> Any:
        if any(column.is_aware for column in columns.values()):
            self._require_time_zones(frame)
        return super().to_local_time(frame, columns)

    @override
    def to_instant(self, frame: Any, columns: Mapping[str, TimeColumn]) -> Any:
        if not all(column.is_aware for column in columns.values()):
            self._require_time_zones(frame)
        return super().to_instant(frame, columns)

    @override
    def query_text(self, frame: Any) -> str:
        """Return the table's SQL."""
        import ibis

        return str(ibis.to_sql(frame))

    @override
    def _with_columns(self, frame: Any, expressions: Mapping[str, Any]) -> Any:
        return frame.mutate(**expressions)

    @override
    def _aware_to_local(self, frame: Any, column: str) -> Any:
        return self._from_utc(frame[column], 0)

    @override
    def _naive_to_local(self, frame: Any, column: str) -> Any:
        return frame[column].cast("timestamp")

    @override
    def _aware_to_instant(self, frame: Any, column: str) -> Any:
        return self._utc_to_instant(frame[column])

    @override
    def _clock(self, frame: Any, column: str) -> Any:
        return self._utc_to_instant(frame[column])

    @override
    def _day_number(self, frame: Any, column: str) -> Any:
        midnight = frame[column].cast("date").cast("timestamp")
        return midnight.epoch_seconds().cast("int64") * 1_000_000

    @override
    def _wall_clock(self, frame: Any, column: str) -> Any:
        return frame[column]

    @override
    def _to_utc(self, local: Any) -> Any:
        import ibis.expr.datatypes as dt

        return _timezone_function(dt.timestamp, dt.Timestamp("UTC"))(LONDON, local)

    @override
    def _from_utc(self, utc: Any, hours: int) -> Any:
        import ibis
        import ibis.expr.datatypes as dt

        later = utc + ibis.interval(hours=hours) if hours > 0 else utc
        later = later - ibis.interval(hours=-hours) if hours < 0 else later
        return _timezone_function(dt.Timestamp("UTC"), dt.timestamp)(LONDON, later)

    @override
    def _utc_to_instant(self, utc: Any) -> Any:
        # A database may round to the nearest second, so cut the fraction off first.
        seconds = utc.truncate("s").epoch_seconds().cast("int64")
        return seconds * 1_000_000 + utc.microsecond().cast("int64")

    @override
    def _subtract_repeat(self, instant: Any) -> Any:
        return instant - CLOCKS_GO_BACK * HOUR

    @override
    def _is_equal(self, left: Any, right: Any) -> Any:
        return left == right

    @override
    def _choose(self, condition: Any, value: Any, otherwise: Any) -> Any:
        import ibis

        return ibis.ifelse(condition, value, ibis.null("int64") if otherwise is None else otherwise)

    @override
    def _null_text(self) -> Any:
        import ibis

        return ibis.null("string")

    @override
    def _join_areas(
        self,
        frame: Any,
        value: str,
        day: str | None,
        spans: Sequence[AreaSpan],
        name: str,
    ) -> Any:
        import ibis
        import pyarrow as pa

        names = {part: f"{name}:{part}" for part in ("code", "first", "last")}
        # pandas has no days of the year 1 or 9999.
        areas = ibis.memtable(
            pa.table(
                {
                    names["code"]: pa.array([span.value for span in spans], pa.string()),
                    name: pa.array([span.name for span in spans], pa.string()),
                    names["first"]: pa.array([span.first for span in spans], pa.date32()),
                    names["last"]: pa.array([span.last for span in spans], pa.date32()),
                }
            )
        )
        conditions = [frame[value].cast("string") == areas[names["code"]]]
        if day is not None:
            on_day = frame[day].cast("date").fill_null(ibis.date(NO_DAY.isoformat()))
            conditions += [on_day >= areas[names["first"]], on_day <= areas[names["last"]]]
        return frame.left_join(areas, conditions).drop(*names.values())

    def _require_time_zones(self, frame: Any) -> None:
        backend = frame.get_backend().name
        if backend not in self._WITH_TIME_ZONES:
            raise InputError(
                f"Local time cannot be computed on {backend} through Ibis. Pass a view whose times "
                "are local time in Europe/London, without a time zone, or read the table another "
                "way."
            )


def _timezone_function(source: Any, target: Any) -> Any:
    """Return the database's ``timezone`` function for one pair of timestamp types."""
    import ibis
    import ibis.expr.datatypes as dt

    return ibis.udf.scalar.builtin(
        _timezone, name="timezone", signature=((dt.string, source), target)
    )


def _is_duckdb(frame: Any) -> bool:
    """Return whether the database behind an Ibis table is DuckDB."""
    name: str = frame.get_backend().name
    return name == "duckdb"


def _cut_nanoseconds(time: Any) -> Any:
    """Return a naive time cut to the microsecond; a cast would round it, even to the next day."""
    import ibis
    import ibis.expr.datatypes as dt

    builtin = ibis.udf.scalar.builtin
    microseconds = builtin(_parameter, name="epoch_us", signature=((time.type(),), dt.int64))
    timestamp = builtin(_parameter, name="make_timestamp", signature=((dt.int64,), dt.timestamp))
    return timestamp(microseconds(time))


def _parameter(value: Any) -> Any:
    """Declare the parameter of a function of the database; Ibis never calls this one."""


def _timezone(zone: Any, time: Any) -> Any:
    """Declare the parameters of the database's own function; Ibis never calls this one."""


def dialect_of(frame: Any) -> Dialect | None:
    """Return the dialect of the engine that holds a table, or None if no engine does.

    Only the adapters call this, once for each table. Afterwards the table carries its dialect.
    """
    kind = type(frame)
    library = kind.__module__.split(".")[0].lstrip("_")
    if library == "duckdb" and kind.__name__ == "DuckDBPyRelation":
        return DuckDB()
    if library == "pyspark" and kind.__name__ == "DataFrame":
        return Spark()
    if library == "ibis" and kind.__name__ == "Table":
        return Ibis()
    return None


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _backquote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
