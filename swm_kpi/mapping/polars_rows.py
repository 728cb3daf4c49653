"""Mapping an extract that Polars reads: files, and frames of pandas, Polars and Arrow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from swm_kpi.calendar import LONDON
from swm_kpi.contracts import STATUSES, Column, Violation, status_name
from swm_kpi.engine.encoding.dated_codes import position_on
from swm_kpi.engine.encoding.encode import encode, polars_type, wrong_type
from swm_kpi.engine.execution.scans import collect
from swm_kpi.engine.input.adapters import LocalSource
from swm_kpi.expressions import DTYPE_WORDS, LocalDate, Parse, TimeFormat
from swm_kpi.expressions.time_formats import EPOCH_SECONDS, ISO, ISO_WITH_OFFSET
from swm_kpi.mapping.checks import target_value
from swm_kpi.mapping.code_list import fold
from swm_kpi.mapping.evaluation import (
    CHOSEN,
    EMPTY_KEY,
    EPOCH_LIMITS,
    MAPPED,
    NULL,
    OTHER,
    TIED,
    UNMAPPED,
    UNREADABLE,
    Evaluation,
    Leaf,
    RowsOfPart,
    counts_of,
    leaves_of,
    refused_places,
    refused_values,
    unmapped_code,
)
from swm_kpi.mapping.source import UTC
from swm_kpi.mapping.values import Coalesce, Codes, Constant, Flag, Value

if TYPE_CHECKING:
    from swm_kpi.mapping.mapping import Mapping as DeclaredMapping

_OUTSIDE = "outside"
_RAW, _VALUE, _STATUS, _PLACE, _KEY, _ORDER = "raw:", "value:", "status:", "place", "key:", "order:"
_MAPPED, _NULL, _UNMAPPED, _OTHER = (
    pl.lit(status, dtype=pl.UInt8) for status in (MAPPED, NULL, UNMAPPED, OTHER)
)
_MICROSECONDS = {True: 1_000_000, False: 1_000}


def map_local(
    mapping: DeclaredMapping,
    source: LocalSource,
    *,
    list_codes: bool,
    part: RowsOfPart | None = None,
) -> Evaluation:
    """Map an extract that Polars reads, in one pass.

    Args:
        mapping: the mapping.
        source: the extract, with the columns that the mapping reads.
        list_codes: whether to list the codes that are not mapped.
        part: the rows to make, where the mapping is a part of a union.
    """
    extract = _Extract(mapping, source)
    leaves = leaves_of(mapping)
    every_leaf = [leaf for group in leaves.values() for leaf in group]
    rows = _choose(mapping, extract)
    rows = rows.with_columns(
        expression for leaf in every_leaf for expression in extract.columns_of(leaf)
    )
    made = {name: _combine(mapping, name, leaves[name], extract) for name in mapping.made_columns}
    instants = {
        name for name in made if all(extract.is_instant(leaf.value) for leaf in leaves[name])
    }
    outside = []
    if part is not None:
        day = made[part.at][0]
        if part.at in instants:
            day = day.dt.convert_time_zone(LONDON)
        if mapping.contract.columns[part.at].dtype is datetime:
            day = day.dt.date()
        outside = [day.is_between(part.first, part.last).not_().alias(_OUTSIDE)]
        for name in instants & part.local:
            made[name] = (_as_local(made[name][0]), made[name][1])
        instants -= part.local
    with_status = {name: status for name, (_, status) in made.items() if status is not None}
    listed = [leaf for leaf in every_leaf if leaf.code_column is not None] if list_codes else []
    query = rows.select(
        *(value.alias(name) for name, (value, _) in made.items()),
        *(pl.col(f"{_STATUS}{leaf.number}") for leaf in every_leaf if leaf.has_status),
        *(status.alias(_STATUS + name) for name, status in with_status.items()),
        *(_in_words(with_status, name, leaves[name]) for name in mapping.with_status),
        *(pl.col(leaf.code_column.name).alias(f"{_RAW}{leaf.number}")  # type: ignore[union-attr]
          for leaf in listed),
        *([pl.col(_PLACE)] if mapping.one_row_per else []),
        *outside,
    )  # fmt: skip
    table = collect(query, mapping.source.table, "mapping")
    refused = extract.violations
    if mapping.one_row_per:
        refused += refused_places(mapping, dict(table[_PLACE].value_counts().iter_rows()))
        if refused:
            table = table.filter(pl.col(_PLACE) == CHOSEN)
    left_out = 0
    if part is not None:
        left_out = int(table[_OUTSIDE].sum())
        without_day = table[_OUTSIDE].null_count()
        if left_out:
            table = table.filter(pl.col(_OUTSIDE).fill_null(False).not_())
        if without_day:
            refused.append(Violation(part.at, part.without_day, without_day))
    statuses = {
        leaf.number: _tally(table[f"{_STATUS}{leaf.number}"])
        for leaf in every_leaf
        if leaf.has_status
    }
    refused += refused_values(every_leaf, statuses)
    counts = {}
    for name in made:
        if name in with_status:
            counts[name] = counts_of(_tally(table[_STATUS + name]))
        elif leaves[name][0].has_status:
            counts[name] = counts_of(statuses[leaves[name][0].number])
        else:
            nulls = table[name].null_count()
            counts[name] = counts_of({MAPPED: table.height - nulls, NULL: nulls})
    codes = [
        unmapped_code(leaf.subject, code, number)
        for leaf in listed
        for code, number in _unmapped_codes(table, leaf)
    ]
    kept = [*made, *map(status_name, mapping.with_status)]
    return Evaluation(
        table.select(kept), table.height, counts, tuple(refused), tuple(codes),
        frozenset(instants), left_out,
    )  # fmt: skip


def _in_words(of_coalesced: Mapping[str, pl.Expr], name: str, leaves: Sequence[Leaf]) -> pl.Expr:
    """Return the status of a column in words."""
    status = of_coalesced.get(name, pl.col(f"{_STATUS}{leaves[0].number}"))
    words = pl.Series(STATUSES, dtype=pl.Enum(STATUSES))
    return pl.lit(words).gather(status).alias(status_name(name))


class _Extract:
    """The columns of an extract in the types of their source, and values made from them."""

    def __init__(self, mapping: DeclaredMapping, source: LocalSource) -> None:
        self._zone = mapping.source.zone
        self._aware: set[str] = set()
        self.violations: list[Violation] = []
        columns = {name: mapping.source.columns[name] for name in mapping.read_columns}
        header_of = {name: mapping.source.headers[name] for name in columns}
        schema = source.lazy.collect_schema()
        raw = source.lazy.select(
            pl.col(header).alias(_RAW + name)
            for name, header in header_of.items()
            if header in schema
        )
        encoded: dict[str, pl.Expr] = {}
        checks: list[tuple[str, str, pl.Expr]] = []
        for name, column in columns.items():
            header = header_of[name]
            dtype = schema.get(header)
            if dtype is None:
                words = DTYPE_WORDS[column.dtype]
                rule = f"holds several types, or occurs twice; it should hold {words}"
                checks.append((name, rule, pl.len()))
            elif column.dtype is int and dtype.is_float():
                # pandas has no whole numbers with gaps, unless the caller asks for them.
                encoded[name] = _whole(pl.col(_RAW + name))
                lost = pl.col(name).null_count() - pl.col(_RAW + name).fill_nan(None).null_count()
                checks.append((name, "is not a whole number", lost))
            elif column.dtype is datetime and dtype == pl.Null and self._zone == UTC:
                self._aware.add(name)
                encoded[name] = pl.lit(None, dtype=pl.Datetime("us", "UTC"))
            elif column.dtype is datetime and isinstance(dtype, pl.Datetime):
                encoded[name] = self._time(name, dtype)
            elif column.dtype is datetime and dtype != pl.Null:
                rule = wrong_type(column, str(dtype.base_type()).lower())
                checks.append((name, rule, pl.len()))
            else:
                made = encode(
                    column, pl.col(_RAW + name), dtype, as_text=source.as_text, has_instant=False
                )
                checks += [(name, rule, rows) for rule, rows in made.broken]
                if name in made.columns:
                    encoded[name] = made.columns[name]
        self.rows = raw.with_columns(item.alias(name) for name, item in encoded.items())
        missing = [name for name in columns if name not in encoded]
        if checks:
            counted = collect(
                self.rows.select(
                    rows.alias(str(number)) for number, (name, _, rows) in enumerate(checks)
                ),
                mapping.source.table,
                "checking",
            ).row(0)
            self.violations = [
                Violation(name, rule, rows)
                for (name, rule, _), rows in zip(checks, counted, strict=True)
                if rows or name in missing
            ]
        self.rows = self.rows.with_columns(
            pl.lit(None, dtype=polars_type(columns[name])).alias(name) for name in missing
        )

    def columns_of(self, leaf: Leaf) -> Iterable[pl.Expr]:
        """Yield the value of a leaf, and its status where its value alone does not show it."""
        value, status = self.make(leaf.value, leaf.column)
        yield value.alias(f"{_VALUE}{leaf.number}")
        if status is not None:
            yield status.alias(f"{_STATUS}{leaf.number}")

    def make(self, value: Value, column: Column | None) -> tuple[pl.Expr, pl.Expr | None]:
        """Return a value as an expression, and its status where the value does not show it."""
        match value:
            case Column():
                name = pl.col(value.name)
                is_wider = column is not None and column.dtype is float and value.dtype is int
                return (name.cast(pl.Float64) if is_wider else name), None
            case Constant(value=constant):
                dtype = polars_type(column) if column is not None else None
                return pl.lit(constant, dtype=dtype), None
            case Parse():
                parsed = _parse(pl.col(value.column.name), value.time_format, self._zone)  # type: ignore[attr-defined]
                return parsed, _status(pl.col(value.column.name), parsed)  # type: ignore[attr-defined]
            case LocalDate():
                return self._local_date(value, column)
            case Flag():
                return _flag(value)
            case Codes() if column is not None:
                day = None if value.at is None else self._day(value.at)
                return _look_up(value, column, day)
        raise TypeError(f"{type(value).__name__} is not mapped: add it to make()")

    def is_instant(self, value: Value) -> bool:
        """Return whether a value is a time with a time zone, and not local time."""
        if isinstance(value, Parse):
            is_time = value.time_format.dtype is datetime
            return is_time and (value.time_format.has_offset or self._zone == UTC)
        return isinstance(value, Column) and value.name in self._aware

    def _time(self, name: str, dtype: pl.Datetime) -> pl.Expr:
        time = pl.col(_RAW + name).cast(pl.Datetime("us", dtype.time_zone))
        if dtype.time_zone is not None:
            self._aware.add(name)
            return time.dt.convert_time_zone("UTC")
        if self._zone == UTC:
            self._aware.add(name)
            return time.dt.replace_time_zone("UTC")
        return time

    def _local_date(
        self, value: LocalDate, column: Column | None
    ) -> tuple[pl.Expr, pl.Expr | None]:
        time, status = self.make(value.time, column)
        local = time.dt.convert_time_zone(LONDON) if self.is_instant(value.time) else time
        return local.dt.date(), status

    def _day(self, value: Value) -> pl.Expr:
        if getattr(value, "dtype", None) is datetime:
            return self._local_date(LocalDate(value), None)[0]  # type: ignore[arg-type]
        return self.make(value, None)[0]


def _whole(number: pl.Expr) -> pl.Expr:
    """Return numbers as whole numbers, and null for any that are not whole or not exact."""
    is_whole = (number == number.round()) & (number.abs() < 2**53)
    return pl.when(is_whole).then(number).cast(pl.Int64, strict=False)


def _status(raw: pl.Expr, value: pl.Expr) -> pl.Expr:
    is_null = raw.is_null()
    return pl.when(is_null).then(_NULL).when(value.is_null()).then(_UNMAPPED).otherwise(_MAPPED)


def _parse(raw: pl.Expr, time_format: TimeFormat, zone: str) -> pl.Expr:
    """Return the time or date that a column states; null where it is not in the format."""
    if time_format.is_epoch:
        is_seconds = time_format.text == EPOCH_SECONDS
        low, high = (limit * (1 if is_seconds else 1_000) for limit in EPOCH_LIMITS)
        plausible = pl.when(raw.is_between(low, high)).then(raw)
        return (plausible * _MICROSECONDS[is_seconds]).cast(pl.Datetime("us", "UTC"))
    stripped = raw.str.strip_chars(" ")
    matches = stripped.str.contains(f"^(?:{time_format.pattern})$")
    if time_format.text == ISO_WITH_OFFSET:
        return _parse_offset(pl.when(matches).then(stripped))
    if time_format.text == ISO:
        time = _parse_iso(pl.when(matches).then(stripped))
    elif time_format.dtype is date:
        form = "%Y-%m-%d" if time_format.is_named else time_format.text
        return pl.when(matches).then(stripped.str.to_date(form, strict=False, cache=False))
    else:
        form = time_format.text.replace(".%f", "%.f")
        parsed = stripped.str.to_datetime(form, time_unit="us", strict=False, cache=False)
        time = pl.when(matches).then(parsed)
    return time.dt.replace_time_zone("UTC") if zone == UTC else time


def _parse_iso(text: pl.Expr) -> pl.Expr:
    wall = text.str.replace("T", " ")
    return pl.coalesce(
        wall.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False, cache=False),
        wall.str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False, cache=False),
    )


def _parse_offset(text: pl.Expr) -> pl.Expr:
    offset = text.str.extract("(Z|[+-][0-9]{2}:[0-9]{2})$")
    wall = _parse_iso(text.str.replace("(?:Z|[+-][0-9]{2}:[0-9]{2})$", ""))
    minutes = pl.when(offset == "Z").then(0).otherwise(
        offset.str.slice(1, 2).cast(pl.Int32, strict=False) * 60
        + offset.str.slice(4, 2).cast(pl.Int32, strict=False)
    ) * pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)  # fmt: skip
    return (wall - pl.duration(minutes=minutes)).dt.replace_time_zone("UTC")


def _flag(value: Flag) -> tuple[pl.Expr, pl.Expr]:
    key = raw = pl.col(value.column.name)
    if value.column.dtype is str and value.is_folded:
        key = _folded(raw)

    def is_any_of(items: Sequence[Any]) -> pl.Expr:
        # A few comparisons are faster than a look-up.
        folded = [fold(str(item)) if key is not raw else item for item in items]
        return reduce(or_, (key == item for item in folded), pl.lit(False))

    made = pl.when(is_any_of(value.yes)).then(True).when(is_any_of(value.no)).then(False)
    is_null = raw.is_null() | is_any_of(value.null)
    is_unmapped = made.is_null()
    return made, pl.when(is_null).then(_NULL).when(is_unmapped).then(_UNMAPPED).otherwise(_MAPPED)


def _look_up(value: Codes, column: Column, day: pl.Expr | None) -> tuple[pl.Expr, pl.Expr]:
    """Return the target of each row's code, by position in the code list, and its status."""
    raw = pl.col(value.column.name)
    key = _folded(raw) if value.column.dtype is str and value.is_folded else raw
    rows = value.code_list.rows
    position = position_on(
        key,
        day if value.code_list.has_dates else None,
        [value.key_of(row) for row in rows],
        [(row.valid_from, row.valid_to) for row in rows],
    )
    dtype = polars_type(column)
    targets = [target_value(row.target, column) for row in rows]
    made = pl.lit(pl.Series(targets, dtype=dtype)).gather(position)
    unmapped = _UNMAPPED if value.unmapped != "other" else _OTHER
    has_no_position = position.is_null()
    status = pl.when(raw.is_null()).then(_NULL).when(has_no_position).then(unmapped)
    if any(target is None for target in targets):
        status = status.when(made.is_null()).then(_NULL)
    if value.unmapped == "other":
        is_other = raw.is_not_null() & has_no_position
        made = pl.when(is_other).then(pl.lit(value.other, dtype=dtype)).otherwise(made)
    return made, status.otherwise(_MAPPED)


def _folded(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars().str.to_lowercase()


def _combine(
    mapping: DeclaredMapping, name: str, leaves: Sequence[Leaf], extract: _Extract
) -> tuple[pl.Expr, pl.Expr | None]:
    """Return the value and the status of a column, from those of its leaves."""
    values = [pl.col(f"{_VALUE}{leaf.number}") for leaf in leaves]
    statuses = [
        pl.col(f"{_STATUS}{leaf.number}")
        if leaf.has_status
        else pl.when(value.is_null()).then(_NULL).otherwise(_MAPPED)
        for leaf, value in zip(leaves, values, strict=True)
    ]
    if not isinstance(mapping.made_columns[name], Coalesce):
        return values[0], None
    of_first = pl.coalesce(
        pl.when(value.is_not_null()).then(status)
        for value, status in zip(values, statuses, strict=True)
    )
    is_unmapped = reduce(or_, (status == UNMAPPED for status in statuses))
    without_value = pl.when(is_unmapped).then(_UNMAPPED).otherwise(_NULL)
    instants = [extract.is_instant(leaf.value) for leaf in leaves]
    if any(instants) and not all(instants):
        # One column has one type: beside local times, instants become local time too.
        values = [
            _as_local(value) if is_instant else value
            for value, is_instant in zip(values, instants, strict=True)
        ]
    return pl.coalesce(values), of_first.fill_null(without_value)


def _as_local(instant: pl.Expr) -> pl.Expr:
    return instant.dt.convert_time_zone(LONDON).dt.replace_time_zone(None)


def _choose(mapping: DeclaredMapping, extract: _Extract) -> pl.LazyFrame:
    """Keep the first row of each thing, and those rows that show that it is not known."""
    if not mapping.one_row_per:
        return extract.rows
    columns: dict[str, pl.Expr] = {}
    unreadable = pl.lit(False)
    for prefix, values in ((_KEY, mapping.one_row_per), (_ORDER, mapping.first_by)):
        for number, value in enumerate(values):
            columns[f"{prefix}{number}"], status = extract.make(value, None)
            if status is not None:
                unreadable |= status == UNMAPPED
    keys = [name for name in columns if name.startswith(_KEY)]
    orders = [name for name in columns if name.startswith(_ORDER)]
    ordered = extract.rows.with_columns(
        *(expression.alias(name) for name, expression in columns.items()),
        unreadable.alias("unreadable"),
    ).sort([*keys, *orders], nulls_last=True)
    is_first = ~_as_before(keys) | (pl.int_range(pl.len()) == 0)
    ordered = ordered.with_columns(is_first.alias("first"))
    is_tied = ~pl.col("first") & pl.col("first").shift(1, fill_value=False) & _as_before(orders)
    place = (
        pl.when(pl.any_horizontal(pl.col(keys).is_null()))
        .then(EMPTY_KEY)
        .when(pl.col("unreadable"))
        .then(UNREADABLE)
        .when(is_tied)
        .then(TIED)
        .otherwise(CHOSEN)
    )
    ordered = ordered.with_columns(place.cast(pl.UInt8).alias(_PLACE))
    return ordered.filter(pl.col("first") | (pl.col(_PLACE) != CHOSEN))


def _as_before(names: Sequence[str]) -> pl.Expr:
    """Return whether a row has the same values as the row before it."""
    same = (pl.col(name).eq_missing(pl.col(name).shift(1)) for name in names)
    return reduce(and_, same, pl.lit(True))


def _tally(statuses: pl.Series) -> dict[int, int]:
    return dict(enumerate(np.bincount(statuses.to_numpy()).tolist()))


def _unmapped_codes(table: pl.DataFrame, leaf: Leaf) -> Iterable[tuple[Any, int]]:
    """Return the codes of a leaf that are not mapped, and their number, the most frequent first."""
    is_unmapped = pl.col(f"{_STATUS}{leaf.number}").is_in([UNMAPPED, OTHER])
    codes = table.filter(is_unmapped)[f"{_RAW}{leaf.number}"].value_counts(name="rows")
    return codes.sort("rows", codes.columns[0], descending=[True, False]).iter_rows()
