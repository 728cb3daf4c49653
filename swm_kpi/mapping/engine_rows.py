"""Mapping an extract that stays in its engine: DuckDB, Spark, or a database behind Ibis.

The engine runs the query of ``sql_query``. Its rows stay in the engine, and one more query counts
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import narwhals as nw

from swm_kpi.contracts import Column, Violation
from swm_kpi.engine.encoding.encode import (
    FIRST_DAY,
    HAS_TIME,
    IMPLAUSIBLE,
    LAST_DAY,
    NOT_FINITE,
    wrong_type,
)
from swm_kpi.engine.execution.scans import collect
from swm_kpi.engine.input.adapters import RemoteSource
from swm_kpi.errors import InputError
from swm_kpi.expressions import DTYPE_WORDS
from swm_kpi.mapping.evaluation import (
    MAPPED,
    PLACE_RULES,
    UNMAPPED,
    Evaluation,
    RowsOfPart,
    counts_of,
    refused_places,
    refused_values,
    unmapped_code,
)
from swm_kpi.mapping.source import UTC
from swm_kpi.mapping.sql_dialects import SQL_DIALECTS, SqlDialect
from swm_kpi.mapping.sql_query import (
    INSTANT,
    LEFT_OUT,
    ROWS,
    UNMAPPED_CODE,
    WITHOUT_DAY,
    ExtractColumns,
    SqlQuery,
)

if TYPE_CHECKING:
    from swm_kpi.mapping.mapping import Mapping as DeclaredMapping

_EXTRACT = "swm_kpi_extract"
"""What a query calls the extract. The name must not be that of a table behind it."""

_EXACT = 2**53
_TEXT = (nw.String, nw.Categorical, nw.Enum)
_EMPTY_TYPES = ("NULL", "void", "null")
_ALWAYS = "1 = 1"
_IBIS_DIALECTS = {"duckdb": "duckdb", "postgres": "postgres"}
_IBIS_TYPES = {
    str: "string",
    int: "int64",
    float: "float64",
    bool: "boolean",
    date: "date",
    datetime: "timestamp(6)",
    INSTANT: "timestamp('UTC', 6)",
}

Check = tuple[str, str, str]
"""A column, the rule that it breaks in words, and the condition of a row that breaks it."""


def map_in_engine(
    mapping: DeclaredMapping,
    source: RemoteSource,
    *,
    list_codes: bool,
    part: RowsOfPart | None = None,
) -> Evaluation:
    """Map an extract in the engine that holds it.

    Args:
        mapping: the mapping.
        source: the extract, with the columns that the mapping reads.
        list_codes: whether to list the codes that are not mapped.
        part: the rows to make, where the mapping is a part of a union.

    Raises:
        InputError: the engine fails, or no SQL is written for it.
    """
    return source.run(lambda: _map(mapping, source, part, list_codes=list_codes))


def _map(
    mapping: DeclaredMapping, source: RemoteSource, part: RowsOfPart | None, *, list_codes: bool
) -> Evaluation:
    dialect = _dialect_of(source)
    columns, checks = _read_columns(mapping, source, dialect)
    query = SqlQuery(mapping, dialect, columns, dialect.quote(_EXTRACT), part)
    names = query.count_names()
    counted = _collect(source, query.counts(), dict.fromkeys(names, int), "mapping")
    numbers = counted.row(0, named=True)
    number = {name: int(value or 0) for name, value in numbers.items()}
    rows = number[ROWS]
    refused = [
        Violation(name, rule, number[query.check_name(at)])
        for at, (name, rule, condition) in enumerate(checks)
        if number[query.check_name(at)] or condition == _ALWAYS
    ]
    if mapping.one_row_per:
        places = {place: number[query.place_name(place)] for place in PLACE_RULES}
        refused += refused_places(mapping, places)
    if part is not None and number[WITHOUT_DAY]:
        refused.append(Violation(part.at, part.without_day, number[WITHOUT_DAY]))
    unmapped = {leaf.number: {UNMAPPED: number[query.leaf_name(leaf)]} for leaf in query.refusing}
    refused += refused_values(query.leaves, unmapped)
    counts = {}
    for name in mapping.made_columns:
        statuses = {
            status: number[query.count_name(name, status)]
            for status in query.possible(name)
            if status != MAPPED
        }
        counts[name] = counts_of({MAPPED: rows - sum(statuses.values()), **statuses})
    codes = []
    for leaf in query.leaves if list_codes else []:
        if leaf.code_column is not None:
            types = {UNMAPPED_CODE: leaf.code_column.dtype, ROWS: int}
            listed = _collect(source, query.codes(leaf), types, "listing codes")
            listed = listed.sort(ROWS, UNMAPPED_CODE, descending=[True, False])
            codes += [unmapped_code(leaf.subject, code, int(many)) for code, many in listed.rows()]
    of_rows = query.types()
    frame = _run(source, query.rows(), of_rows)
    instants = frozenset(name for name, dtype in of_rows.items() if dtype == INSTANT)
    return Evaluation(
        frame, rows, counts, tuple(refused), tuple(codes), instants, number.get(LEFT_OUT, 0)
    )


def _dialect_of(source: RemoteSource) -> SqlDialect:
    name = source.dialect.name.lower()
    if name == "ibis":
        backend = str(source.frame.get_backend().name)
        if backend not in _IBIS_DIALECTS:
            raise InputError(
                f"Table {source.table!r}: a mapping does not run in the database behind this Ibis "
                f"table. It runs in {' and '.join(_IBIS_DIALECTS)}. Pass a .parquet file of it, or "
                "make a view from the query that Mapping.sql returns."
            )
        name = _IBIS_DIALECTS[backend]
    return SQL_DIALECTS[name]


def _run(source: RemoteSource, sql: str, types: Mapping[str, Any]) -> Any:
    """Return the rows of a query as a table of the engine, without running it.

    Args:
        source: the extract.
        sql: the query.
        types: the type of each column that it returns; ``INSTANT`` for a time with a time zone.
    """
    frame = source.frame
    match source.dialect.name:
        case "DuckDB":
            return frame.query(_EXTRACT, sql)
        case "Spark":
            escaped = sql.replace("{", "{{").replace("}", "}}")
            named = escaped.replace(f"`{_EXTRACT}`", "{extract}")
            return frame.sparkSession.sql(named, extract=frame)
        case _:
            import ibis

            extract = f'"{_EXTRACT}" AS (\n{ibis.to_sql(frame)}\n)'
            whole = f"WITH {extract},\n{sql.removeprefix('WITH ')}"
            schema = {name: _IBIS_TYPES[dtype] for name, dtype in types.items()}
            return frame.get_backend().sql(whole, schema=schema)


def _collect(source: RemoteSource, sql: str, types: Mapping[str, Any], purpose: str) -> Any:
    lazy = nw.from_native(_run(source, sql, types)).lazy()
    return collect(lazy, source.table, purpose, source.dialect)


def _read_columns(
    mapping: DeclaredMapping, source: RemoteSource, dialect: SqlDialect
) -> tuple[ExtractColumns, list[Check]]:
    expressions: dict[str, str] = {}
    instants: set[str] = set()
    checks: list[Check] = []
    for name in mapping.read_columns:
        column, header = mapping.source.columns[name], mapping.source.headers[name]
        raw, dtype = dialect.quote(header), source.schema.get(header)
        if dtype is None:
            words = DTYPE_WORDS[column.dtype]
            rule = f"holds several types, or occurs twice; it should hold {words}"
            checks.append((name, rule, _ALWAYS))
        elif source.dialect.type_name(source.frame, header) in _EMPTY_TYPES:
            expressions[name] = dialect.literal(None, column.dtype)
        else:
            made = _read_column(column, raw, dtype, dialect)
            if made is None:
                rule = wrong_type(column, str(dtype).split("(")[0].lower())
                checks.append((name, rule, _ALWAYS))
            else:
                expressions[name], broken = made
                checks += [(name, rule, condition) for rule, condition in broken.items()]
        expressions.setdefault(name, dialect.literal(None, column.dtype))
        is_time = column.dtype is datetime and isinstance(dtype, nw.Datetime)
        if is_time and dtype is not None and dtype.time_zone is not None:
            instants.add(name)
        elif column.dtype is datetime and mapping.source.zone == UTC:
            instants.add(name)
            expressions[name] = dialect.from_utc(expressions[name])
    conditions = [condition for _, _, condition in checks]
    return ExtractColumns(expressions, frozenset(instants), conditions), checks


def _read_column(
    column: Column, raw: str, dtype: Any, dialect: SqlDialect
) -> tuple[str, dict[str, str]] | None:
    """Return a column in the type of its source, with the rules that a row of it can break."""
    wanted = column.dtype
    if wanted is str and isinstance(dtype, _TEXT):
        return dialect.without_blanks(raw), {}
    if wanted is bool and dtype == nw.Boolean:
        return raw, {}
    if wanted is int and dtype.is_integer():
        return dialect.cast(raw, int), {}
    if wanted is int and dtype.is_numeric():
        is_whole = f"{raw} = FLOOR({raw}) AND ABS({raw}) < {_EXACT}"
        broken = f"{_is_number(raw, dtype, dialect)} AND NOT ({is_whole})"
        whole = f"CASE WHEN {is_whole} THEN {dialect.cast(raw, int)} END"
        return whole, {"is not a whole number": broken}
    if wanted is float and dtype.is_numeric():
        number = dialect.cast(raw, float)
        made = f"CASE WHEN {_is_number(raw, dtype, dialect)} THEN {number} END"
        infinite = (dialect.cast(f"'{sign}Infinity'", float) for sign in ("", "-"))
        return made, {NOT_FINITE: f"{number} IN ({', '.join(infinite)})"}
    if wanted is datetime and isinstance(dtype, nw.Datetime):
        return raw if dtype.time_zone else dialect.cast(raw, datetime), {}
    if wanted is date and dtype == nw.Date:
        return raw, {IMPLAUSIBLE: _is_implausible(raw, dialect)}
    if wanted is date and isinstance(dtype, nw.Datetime):
        local = dialect.to_local(raw) if dtype.time_zone else raw
        day = dialect.local_day(local)
        has_time = f"{local} <> {dialect.cast(day, datetime)}"
        return day, {IMPLAUSIBLE: _is_implausible(day, dialect), HAS_TIME: has_time}
    return None


def _is_number(raw: str, dtype: Any, dialect: SqlDialect) -> str:
    is_number = f"{raw} IS NOT NULL"
    if dtype.is_float():
        nan = dialect.cast("'NaN'", float)
        is_number += f" AND {raw} <> {nan}"
    return is_number


def _is_implausible(day: str, dialect: SqlDialect) -> str:
    return f"{day} < {dialect.day(FIRST_DAY)} OR {day} > {dialect.day(LAST_DAY)}"
