"""Encoding: from the physical type of a column to the type in its contract, counting what is lost.

The same values in another physical type are accepted. A lossy conversion is counted as a violation.
Every date and time becomes local time in Europe/London, once. A column whose instants are read also
gets, under the name ``column@``, its instant in microseconds since 1970 in UTC, with the earlier
reading of a time in the repeated hour. A column of times gets two more: whether each is a local
time in the repeated hour, and what local clocks show, in microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from swm_kpi.calendar import LONDON
from swm_kpi.contracts import Column
from swm_kpi.engine.completeness import require_complete
from swm_kpi.engine.encoding.area_names import area_names
from swm_kpi.engine.encoding.dst import HOUR, is_repeated, is_skipped, to_instant
from swm_kpi.expressions import DTYPE_WORDS

INSTANT, IN_REPEATED_HOUR, CLOCK = "@", "@repeated", "@clock"
"""What the names of the columns made from a column of times add to its name."""

FIRST_DAY, LAST_DAY = date(1900, 1, 2), date(2200, 1, 1)
MOST_CHARACTERS = 1_000_000

# The rules that both Polars tables and tables in another engine are checked for, in words.
REPEATED = "occurs twice: keep one column of that name, in whatever case the names are written"
HAS_TIME = "has a time of day, and a date has none"
IMPLAUSIBLE = "is not a plausible date (before 1900 or after 2200)"
IS_MISSING = "is missing"
NOT_FINITE = "is not finite"
NOT_WHOLE = "is not a whole number of 64 bits"
NOT_LISTED = "is not in the closed list"
SKIPPED = "is an hour that the clocks skipped in spring"
TOO_LARGE = "is too large to be added up exactly"
TOO_SMALL = "is too small to be added up exactly"
SMALLEST_WEIGHT = 1e-12
"""Weights are added up in units that are much smaller than this."""
TOO_LONG = "is longer than a million characters"

_DAY = 24 * HOUR
_TEXT = (pl.String, pl.Categorical, pl.Enum)
_NESTED = (pl.List, pl.Array, pl.Struct, pl.Object)
_OFFSET = r"(?:Z|[+-][0-9]{2}:[0-9]{2})$"
_ISO_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
_MILLISECONDS = datetime(1000, 1, 1), datetime(9999, 1, 1)

_POLARS: dict[type, pl.DataType] = {
    str: pl.String(),
    int: pl.Int64(),
    float: pl.Float64(),
    bool: pl.Boolean(),
    date: pl.Date(),
    datetime: pl.Datetime("us"),
}
_PANDAS_CASTS = {
    str: '.astype("string")',
    int: '.astype("Int64")',
    float: '.astype("float64")',
    bool: '.astype("boolean")',
    date: "pandas.to_datetime",
    datetime: "pandas.to_datetime",
}
_WORDS = {
    str: "text",
    int: "whole numbers",
    float: "numbers",
    bool: "true or false",
    date: "dates",
    datetime: "dates with times",
}
_HINTS = {
    str: "codes and ids are text, so that leading zeros are kept",
    int: 'in pandas, whole numbers with gaps are kept with .astype("Int64")',
    float: "parse text before",
    bool: "map Y and N, or 1 and 0, to true and false before",
    date: "parse text before",
    datetime: "parse text before, and keep the time of day",
}
require_complete("Polars types of column types", _POLARS, DTYPE_WORDS)
require_complete("casts of pandas columns", _PANDAS_CASTS, DTYPE_WORDS)
require_complete("words for column types", _WORDS, DTYPE_WORDS)
require_complete("hints for column types", _HINTS, DTYPE_WORDS)


@dataclass
class Encoded:
    """One encoded column.

    Attributes:
        columns: expressions by name: nulls if the column has a type that cannot be used.
        broken: each rule in words, with an expression that counts the rows that break it.
        is_usable: whether the type can be used. A column without any value may have any type.
    """

    columns: dict[str, pl.Expr] = field(default_factory=dict)
    broken: list[tuple[str, pl.Expr]] = field(default_factory=list)
    is_usable: bool = True


def encode(
    column: Column,
    raw: pl.Expr,
    dtype: pl.DataType,
    *,
    as_text: bool,
    has_instant: bool,
    day: pl.Expr | None = None,
) -> Encoded:
    """Encode one column.

    Args:
        column: the contract's column.
        raw: the values as they came.
        dtype: the physical type they came in.
        as_text: whether they are text to be parsed, from a CSV file.
        has_instant: whether the instants of the column are read.
        day: the encoded day of each row, by which areas are looked up, if the table has it.
    """
    if dtype == pl.Null:
        return _encode_empty(column, has_instant=has_instant)
    if column.dtype is str:
        return _encode_text(column, raw, dtype, day, has_instant=has_instant)
    if as_text and dtype in _TEXT:
        return _parse(column, raw.cast(pl.String), has_instant=has_instant)
    if column.dtype is bool and dtype == pl.Boolean:
        return Encoded({column.name: raw})
    if column.dtype is int and dtype.is_integer():
        whole = raw.cast(pl.Int64, strict=False)
        return Encoded({column.name: whole}, _lost(raw, column, "it is too large"))
    if column.dtype is int and dtype.is_decimal():
        is_whole = raw == raw.cast(pl.Int128, strict=False)
        whole = pl.when(is_whole).then(raw.cast(pl.Int64, strict=False))
        return Encoded({column.name: whole}, _lost(raw, column, NOT_WHOLE))
    if column.dtype is float and dtype.is_numeric():
        return _encode_number(column, raw.cast(pl.Float64))
    if column.dtype is date and dtype == pl.Date:
        return _encode_date(column, raw, has_instant=has_instant)
    if column.dtype in (date, datetime) and isinstance(dtype, pl.Datetime):
        is_aware = dtype.time_zone is not None
        if dtype.time_unit == "ms":
            # Milliseconds reach further than microseconds. A clipped date is still implausible.
            raw = raw.clip(*_MILLISECONDS)
        time = raw.cast(pl.Datetime("us", dtype.time_zone))
        return _encode_time(column, time, is_aware=is_aware, has_instant=has_instant)
    return _wrong_type(column, raw, dtype, has_instant=has_instant)


def has_offset(text: pl.Expr) -> pl.Expr:
    """Return whether the text of a time from a CSV file ends in an offset."""
    return text.str.contains(_OFFSET)


def instant_of(name: str) -> pl.Expr:
    """Return the instants that are beside a column, as times in UTC."""
    return pl.from_epoch(pl.col(name + INSTANT), "us").dt.replace_time_zone("UTC")


def polars_type(column: Column) -> pl.DataType:
    """Return the type of a column once encoded, except that a closed list becomes an Enum."""
    return _POLARS[column.dtype]


def wrong_type(column: Column, dtype: str, cast: str = "") -> str:
    """Describe a column of a type that cannot be used, and how to fix it.

    Args:
        column: the contract's column.
        dtype: the name of the type that it has.
        cast: the code that converts it; empty for a type that is converted by parsing it.
    """
    fix = f"cast it with {cast}" if cast else _HINTS[column.dtype]
    return f"holds {dtype}, not {_WORDS[column.dtype]}: {fix}"


def wrong_pandas_type(column: Column, types: str) -> str:
    """Describe a pandas column that holds a type that cannot be used, or several types."""
    return wrong_type(column, types, _PANDAS_CASTS[column.dtype])


def limit_of(column: Column) -> float:
    """Return the number above which a float no longer distinguishes the units that are summed."""
    return float(2.0**53 / 10 ** (column.decimals or 0))


def is_like_a_weight(column: Column) -> bool:
    """Return whether a column is of positive numbers on any scale, such as weights."""
    is_positive = "gt" in column.bounds and column.bounds["gt"] == 0
    return column.dtype is float and column.decimals is None and is_positive


def plausible(when: pl.Expr) -> pl.Expr:
    """Return dates and times within the plausible years, and null for any other."""
    return pl.when(when.is_between(pl.lit(FIRST_DAY), pl.lit(LAST_DAY))).then(when)


def _wrong_type(column: Column, raw: pl.Expr, dtype: pl.DataType, *, has_instant: bool) -> Encoded:
    name = str(dtype.base_type()).lower()
    cast = ""
    if isinstance(dtype, _NESTED):
        cast = "an expression that returns one value for each row"
    elif dtype in (pl.Binary, pl.Time, pl.Duration):
        cast = f".cast(pl.{_POLARS[column.dtype].base_type()})"
    empty = _encode_empty(column, has_instant=has_instant)
    rule = wrong_type(column, name, cast)
    rows = pl.when(raw.is_not_null().any()).then(pl.len()).otherwise(0)
    return Encoded(empty.columns, [(rule, rows)], is_usable=False)


def _lost(raw: pl.Expr, column: Column, rule: str) -> list[tuple[str, pl.Expr]]:
    """Count the values that become null when they are encoded."""
    return [(rule, pl.col(column.name).null_count() - raw.null_count())]


def _encode_empty(column: Column, *, has_instant: bool) -> Encoded:
    is_listed = column.dtype is str and column.domain is not None
    dtype = pl.Enum(column.domain or ()) if is_listed else _POLARS[column.dtype]
    encoded = Encoded({column.name: pl.lit(None, dtype=dtype)})
    if has_instant:
        encoded.columns[column.name + INSTANT] = pl.lit(None, dtype=pl.Int64)
        if column.dtype is datetime:
            encoded.columns[column.name + IN_REPEATED_HOUR] = pl.lit(False)
            encoded.columns[column.name + CLOCK] = pl.lit(None, dtype=pl.Int64)
    return encoded


def _encode_text(
    column: Column,
    raw: pl.Expr,
    dtype: pl.DataType,
    day: pl.Expr | None,
    *,
    has_instant: bool,
) -> Encoded:
    if dtype not in _TEXT:
        return _wrong_type(column, raw, dtype, has_instant=has_instant)
    text = raw.cast(pl.String)
    if column.domain is not None:
        # Dictionary encoding checks the closed list: a value that is not in it does not encode.
        lookup = column.area_lookup
        member = text if lookup is None else area_names(text, day, lookup)
        listed = member.cast(pl.Enum(column.domain), strict=False)
        # Only the values that do not encode can be blank text, so only these are trimmed.
        lost = without_blanks(text.filter(pl.col(column.name).is_null())).count()
        return Encoded({column.name: listed}, [(NOT_LISTED, lost)])
    return Encoded({column.name: text if is_in_key(column) else without_blanks(text)})


def is_in_key(column: Column) -> bool:
    """Return whether a column is part of a key of its table, where blank text breaks a rule."""
    keys = column.owner.keys if column.owner is not None else ()
    return column.unique or any(column.name in key for key in keys)


def without_blanks(text: pl.Expr) -> pl.Expr:
    """Return text, and null for text that is empty or only white space: it is no value."""
    return pl.when(text.str.strip_chars_start() != "").then(text)


def _encode_number(column: Column, number: pl.Expr) -> Encoded:
    without_nan = number.fill_nan(None)
    return Encoded({column.name: without_nan}, [(NOT_FINITE, without_nan.is_infinite().sum())])


def _encode_date(column: Column, day: pl.Expr, *, has_instant: bool) -> Encoded:
    encoded = Encoded({column.name: day}, list(_implausible(day)))
    if has_instant:
        encoded.columns[column.name + INSTANT] = day.cast(pl.Int32).cast(pl.Int64) * _DAY
    return encoded


def _encode_time(column: Column, time: pl.Expr, *, is_aware: bool, has_instant: bool) -> Encoded:
    local = _aware_to_local(time) if is_aware else time
    if column.dtype is date:
        encoded = _encode_date(column, local.dt.date(), has_instant=has_instant)
        encoded.broken.append((HAS_TIME, (local != local.dt.truncate("1d")).sum()))
        return encoded
    broken = list(_implausible(local))
    if not is_aware:
        broken.append((SKIPPED, is_skipped(local).sum()))
    encoded = Encoded({column.name: local}, broken)
    if has_instant:
        instant = time.dt.epoch("us") if is_aware else to_instant(time)
        encoded.columns |= {
            column.name + INSTANT: instant,
            column.name + IN_REPEATED_HOUR: pl.lit(False) if is_aware else is_repeated(time),
            column.name + CLOCK: local.dt.epoch("us"),
        }
    return encoded


def _aware_to_local(time: pl.Expr) -> pl.Expr:
    return time.dt.convert_time_zone(LONDON).dt.replace_time_zone(None)


def _implausible(when: pl.Expr) -> Iterator[tuple[str, pl.Expr]]:
    yield IMPLAUSIBLE, ((when < pl.lit(FIRST_DAY)) | (when > pl.lit(LAST_DAY))).sum()


def _parse(column: Column, text: pl.Expr, *, has_instant: bool) -> Encoded:
    """Parse text from a CSV file into the contract's type; nothing is guessed."""
    if column.dtype is bool:
        known = text.str.to_lowercase().replace_strict(
            {"true": True, "false": False}, default=None, return_dtype=pl.Boolean
        )
        return Encoded({column.name: known}, _lost(text, column, "is not true or false"))
    if column.dtype is int:
        whole = _matching(text, r"^[+-]?[0-9]+$").cast(pl.Int64, strict=False)
        return Encoded({column.name: whole}, _lost(text, column, "is not a whole number"))
    if column.dtype is float:
        plain = _matching(text, r"^[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?$")
        encoded = _encode_number(column, plain.cast(pl.Float64, strict=False))
        encoded.broken += _lost(text, column, "is not a number")
        return encoded
    if column.dtype is date:
        day = _matching(text, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$").str.to_date("%Y-%m-%d", strict=False)
        encoded = _encode_date(column, day, has_instant=has_instant)
        encoded.broken += _lost(text, column, "is not an ISO date such as 2024-04-01")
        return encoded
    if column.dtype is datetime:
        return _parse_time(column, text, has_instant=has_instant)
    raise TypeError(f"no parser for {column.dtype.__name__}")


def _matching(text: pl.Expr, pattern: str) -> pl.Expr:
    return pl.when(text.str.contains(pattern)).then(text)


def _parse_time(column: Column, text: pl.Expr, *, has_instant: bool) -> Encoded:
    offset = text.str.extract(f"({_OFFSET})")
    wall = _matching(text, f"{_ISO_TIME}(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})?$")
    wall = wall.str.replace(_OFFSET, "").str.replace("T", " ")
    time = pl.coalesce(
        wall.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False),
        wall.str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False),
    )
    minutes = pl.when(offset == "Z").then(0).otherwise(
        offset.str.slice(1, 2).cast(pl.Int32, strict=False) * 60
        + offset.str.slice(4, 2).cast(pl.Int32, strict=False)
    ) * pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)  # fmt: skip
    utc = (time - pl.duration(minutes=minutes)).dt.replace_time_zone("UTC")
    is_aware = offset.is_not_null()
    local = pl.when(is_aware).then(_aware_to_local(utc)).otherwise(time)
    mixed = pl.min_horizontal(
        (is_aware & time.is_not_null()).sum(), (~is_aware & time.is_not_null()).sum()
    )
    encoded = Encoded(
        {column.name: local},
        [
            *_lost(text, column, "is not an ISO date and time such as 2024-04-01 13:05:00"),
            ("mixes times with and without an offset", mixed),
            (SKIPPED, (~is_aware & is_skipped(time)).sum()),
            *_implausible(local),
        ],
    )
    if has_instant:
        instant = pl.when(is_aware).then(utc.dt.epoch("us")).otherwise(to_instant(time))
        encoded.columns |= {
            column.name + INSTANT: instant,
            column.name + IN_REPEATED_HOUR: ~is_aware & is_repeated(time),
            column.name + CLOCK: local.dt.epoch("us"),
        }
    return encoded
