"""From a column as it physically is to the contract's type, with whatever does not fit counted.

The same thing in another physical type is accepted; a lossy change never is. Every date and time
becomes local wall clock in Europe/London, once. A column used for elapsed time also gets its
instant in microseconds, under the name ``column@``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

import polars as pl

from swm_kpi.calendar import LONDON
from swm_kpi.contracts import Column
from swm_kpi.engine.input.dst import is_skipped, placed

INSTANT = "@"
_DAY = 86_400_000_000
_TEXT = (pl.String, pl.Categorical, pl.Enum)
_OFFSET = r"(?:Z|[+-][0-9]{2}:[0-9]{2})$"
_ISO_TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
PLACES = 6
FIRST_DAY, LAST_DAY = date(1900, 1, 2), date(2200, 1, 1)
_MILLISECONDS = datetime(1000, 1, 1), datetime(9999, 1, 1)


@dataclass
class Encoded:
    """One column, encoded.

    Attributes:
        columns: expressions by name; empty when the column is of a type that cannot be used.
        broken: a rule in words, and an expression that counts the rows breaking it.
    """

    columns: dict[str, pl.Expr] = field(default_factory=dict)
    broken: list[tuple[str, pl.Expr]] = field(default_factory=list)


def encode(
    column: Column, raw: pl.Expr, given: pl.DataType, *, as_text: bool, instant: bool
) -> Encoded:
    """Encode one column.

    Args:
        column: the contract's column.
        raw: where it is read from.
        given: the physical type it came in.
        as_text: whether it is text to be parsed, from a CSV file.
        instant: whether elapsed time is measured from or to it.
    """
    if given == pl.Null:
        listed = column.dtype is str and column.domain is not None
        kept = pl.Enum(column.domain or ()) if listed else _POLARS[column.dtype]
        encoded = Encoded({column.name: pl.lit(None, dtype=kept)})
        if instant:
            encoded.columns[column.name + INSTANT] = pl.lit(None, dtype=pl.Int64)
        return encoded
    if column.dtype is str:
        return _text(column, raw, given)
    if as_text and given in _TEXT:
        return _parsed(column, raw, instant=instant)
    if column.dtype is bool and given == pl.Boolean:
        return Encoded({column.name: raw})
    if column.dtype is int and given.is_integer():
        whole = raw.cast(pl.Int64, strict=False)
        return Encoded({column.name: whole}, _lost(raw, column, "it is too large"))
    if column.dtype is float and given.is_numeric():
        return _number(column, raw.cast(pl.Float64))
    if column.dtype is date and given == pl.Date:
        return _date(column, raw, instant=instant)
    if column.dtype in (date, datetime) and isinstance(given, pl.Datetime):
        aware = given.time_zone is not None
        if given.time_unit == "ms":
            # Milliseconds reach further than microseconds do; what is lost is a day of no calendar.
            raw = raw.clip(*_MILLISECONDS)
        return _time(column, raw.cast(pl.Datetime("us", given.time_zone)), aware, instant=instant)
    return Encoded(broken=[(wrong_type(column, str(given.base_type()).lower()), pl.len())])


_POLARS: dict[type, pl.DataType] = {
    str: pl.String(),
    int: pl.Int64(),
    float: pl.Float64(),
    bool: pl.Boolean(),
    date: pl.Date(),
    datetime: pl.Datetime("us"),
}


def polars_type(column: Column) -> pl.DataType:
    """Return the type a column has once encoded, closed lists apart."""
    return _POLARS[column.dtype]


_WORDS = {str: "text", int: "whole numbers", float: "numbers", bool: "true or false",
          date: "dates", datetime: "dates with times"}  # fmt: skip
_HINTS = {
    int: 'in pandas, whole numbers with gaps are kept with .astype("Int64")',
    bool: "map Y and N, or 1 and 0, to true and false before",
    str: "codes and ids are text, so that leading zeros are kept",
    datetime: "parse text before, and keep the time of day",
    date: "parse text before",
    float: "parse text before",
}


def wrong_type(column: Column, given: str) -> str:
    """Say that a column is of a type that cannot be used, and what to do."""
    return f"holds {given}, not {_WORDS[column.dtype]}: {_HINTS[column.dtype]}"


def _lost(raw: pl.Expr, column: Column, rule: str) -> list[tuple[str, pl.Expr]]:
    """Count the values that are null once encoded. What is null already stays so."""
    return [(rule, pl.col(column.name).null_count() - raw.null_count())]


def _text(column: Column, raw: pl.Expr, given: pl.DataType) -> Encoded:
    if given not in _TEXT:
        return Encoded(broken=[(wrong_type(column, str(given.base_type()).lower()), pl.len())])
    if column.domain is not None:
        # Encoding is the closed-list check: what is not in the list does not encode.
        known = raw.cast(pl.String).cast(pl.Enum(column.domain), strict=False)
        return Encoded({column.name: known}, _lost(raw, column, "is not in the closed list"))
    return Encoded({column.name: raw.cast(pl.String)})


def _number(column: Column, number: pl.Expr) -> Encoded:
    kept = number.fill_nan(None)
    return Encoded({column.name: kept}, [("is not finite", kept.is_infinite().sum())])


def _date(column: Column, day: pl.Expr, *, instant: bool) -> Encoded:
    encoded = Encoded({column.name: day}, list(_implausible(day)))
    if instant:
        encoded.columns[column.name + INSTANT] = day.cast(pl.Int32).cast(pl.Int64) * _DAY
    return encoded


def places_of(column: object) -> int:
    """Return how many decimals of a number are kept when it is added up."""
    decimals = column.decimals if isinstance(column, Column) else None
    return PLACES if decimals is None else decimals


TOO_LONG = "is longer than a million characters"
MOST_CHARACTERS = 1_000_000
TOO_LARGE = "is too large to be added up exactly"


def limit_of(column: Column) -> float:
    """Return the number from which on one unit that is added up cannot be told from the next."""
    return 2.0**53 if column.dtype is int else 2.0**53 / 10 ** places_of(column)


def plausible(when: pl.Expr) -> pl.Expr:
    """Return dates and times within the known years, and null for any other."""
    return pl.when(when.is_between(pl.lit(FIRST_DAY), pl.lit(LAST_DAY))).then(when)


def _implausible(when: pl.Expr) -> Iterator[tuple[str, pl.Expr]]:
    outside = (when < pl.lit(FIRST_DAY)) | (when > pl.lit(LAST_DAY))
    yield "is not a plausible date (before 1900 or after 2200)", outside.sum()


def _time(column: Column, time: pl.Expr, aware: bool, *, instant: bool) -> Encoded:
    local = time.dt.convert_time_zone(LONDON).dt.replace_time_zone(None) if aware else time
    if column.dtype is date:
        encoded = _date(column, local.dt.date(), instant=instant)
        encoded.broken.append(
            ("has a time of day, and a date has none", (local != local.dt.truncate("1d")).sum())
        )
        return encoded
    broken = list(_implausible(local))
    if not aware:
        broken.append(("is an hour that the clocks skipped in spring", is_skipped(local).sum()))
    encoded = Encoded({column.name: local}, broken)
    if instant:
        encoded.columns[column.name + INSTANT] = time.dt.epoch("us") if aware else placed(time)
    return encoded


def _parsed(column: Column, raw: pl.Expr, *, instant: bool) -> Encoded:
    """Parse text from a CSV file by the contract's type; nothing is guessed."""
    text = raw.cast(pl.String)
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
        number = plain.cast(pl.Float64, strict=False)
        encoded = _number(column, number)
        encoded.broken += _lost(text, column, "is not a number")
        return encoded
    if column.dtype is date:
        day = _matching(text, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$").str.to_date("%Y-%m-%d", strict=False)
        encoded = _date(column, day, instant=instant)
        encoded.broken += _lost(text, column, "is not an ISO date such as 2024-04-01")
        return encoded
    return _parsed_time(column, text, instant=instant)


def _matching(text: pl.Expr, pattern: str) -> pl.Expr:
    return pl.when(text.str.contains(pattern)).then(text)


def _parsed_time(column: Column, text: pl.Expr, *, instant: bool) -> Encoded:
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
    aware = offset.is_not_null()
    local = (
        pl.when(aware)
        .then(utc.dt.convert_time_zone(LONDON).dt.replace_time_zone(None))
        .otherwise(time)
    )
    both = pl.min_horizontal(
        (aware & time.is_not_null()).sum(), (~aware & time.is_not_null()).sum()
    )
    encoded = Encoded(
        {column.name: local},
        [
            *_lost(text, column, "is not an ISO date and time such as 2024-04-01 13:05:00"),
            ("mixes times with and without an offset", both),
            ("is an hour that the clocks skipped in spring", (~aware & is_skipped(time)).sum()),
            *_implausible(local),
        ],
    )
    if instant:
        instants = pl.when(aware).then(utc.dt.epoch("us")).otherwise(placed(time))
        encoded.columns[column.name + INSTANT] = instants
    return encoded
