"""Encoding and validating a table in the engine that holds it.

The rules and their words are the same as for tables in Polars. Text is never parsed, because a
database has types.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw
import polars as pl

from swm_kpi.contracts import Column, ContractType, Violation
from swm_kpi.engine.completeness import require_complete
from swm_kpi.engine.encoding.dst import is_repeated_in_engine, is_skipped_in_engine
from swm_kpi.engine.encoding.encode import (
    CLOCK,
    FIRST_DAY,
    HAS_TIME,
    IMPLAUSIBLE,
    IN_REPEATED_HOUR,
    INSTANT,
    IS_MISSING,
    LAST_DAY,
    MOST_CHARACTERS,
    NOT_FINITE,
    NOT_LISTED,
    NOT_WHOLE,
    SKIPPED,
    SMALLEST_WEIGHT,
    TOO_LARGE,
    TOO_LONG,
    TOO_SMALL,
    is_in_key,
    is_like_a_weight,
    limit_of,
    wrong_type,
)
from swm_kpi.engine.execution.dialects import TimeColumn
from swm_kpi.engine.execution.scans import collect
from swm_kpi.engine.input.adapters import RemoteSource
from swm_kpi.engine.input.unlisted_areas import describe_values, is_of_areas, unlisted_values
from swm_kpi.engine.input.validation_plan import (
    NOT_THE_SAME,
    OF_THE_TABLE,
    OUTSIDE_BOUND,
    repeated_key,
)
from swm_kpi.engine.plan.columns import ColumnsToRead, Window
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.errors import InputError
from swm_kpi.expressions import DTYPE_WORDS
from swm_kpi.vocabulary import WHITE_SPACE

Check = tuple[str, str, nw.Expr]
"""A column, a rule in words, and whether a row breaks it."""

_RAW, _LOCAL, _AREA, _BLANK, _FILLED, _ROWS = (
    "raw:", "local:", "area:", "blank:", "filled:", "rows",
)  # fmt: skip
_TEXT_TYPES = (nw.String, nw.Categorical, nw.Enum)
_SPACES = list(WHITE_SPACE)
_TEXT_THAT_IS_NOT_BLANK = f"[^{WHITE_SPACE}]"
_INFINITE = float("inf")
_MOST_GROUPS = 5_000
"""Above this many groups, checking a closed list once a group saves little over once a row."""

_NARWHALS: dict[type, Any] = {
    str: nw.String,
    int: nw.Int64,
    float: nw.Float64,
    bool: nw.Boolean,
    date: nw.Date,
    datetime: nw.Datetime("us"),
}
_WIDE_TYPES = (nw.Int128, nw.UInt128, nw.UInt64)
_PLAIN_TYPES = (nw.String, nw.Categorical, nw.Enum, nw.Boolean, nw.Date, nw.Datetime)
require_complete("narwhals types of column types", _NARWHALS, DTYPE_WORDS)


class RemoteValidation:
    """A table encoded and validated in its engine.

    Args:
        source: the table.
        contract: its contract.
        columns: the columns to read.
        statuses: the columns of statuses to keep beside them, which a mapping made.

    Attributes:
        lazy: the encoded columns, in the engine's own type of frame.
        columns: the contract's columns that the table has.
        rows: how many rows it has.
        violations: every rule that some row breaks.
        spans: first and last day of each date column that has any value.
        blank: the columns that have no value in any row.
        exact: the identifying columns of times that have an offset.

    Raises:
        InputError: a column has Pandera checks, which no engine can run, or a query fails.
    """

    def __init__(
        self,
        source: RemoteSource,
        contract: ContractType,
        columns: ColumnsToRead,
        statuses: Sequence[str] = (),
    ) -> None:
        self._source = source
        self._contract = contract
        self._checks: list[Check] = []
        # The plain text of each closed list, and the columns that rules over several columns read.
        self._plain: dict[str, nw.Expr] = {}
        # The text of each column outside the keys, null where it is blank.
        self._text: dict[str, nw.Expr] = {}
        self._read_by_rules: set[str] = set()
        self._unlisted: set[str] = set()
        self._blank: set[str] = set()
        # The numbers of the checks of one row by itself: see ValidationPlan.
        self._of_rows: list[int] = []
        schema = source.schema
        self.columns = {
            name: contract.columns[name]
            for name in schema
            if name in contract.columns and name in columns.wanted
        }
        is_aware = {
            name: schema[name].time_zone is not None
            for name, column in self.columns.items()
            if _is_time(column, schema[name])
        }
        self.exact = frozenset(
            name
            for name in columns.identifying
            if is_aware.get(name) and self.columns[name].dtype is datetime
        )
        with_instants = columns.instants | self.exact
        native, instants = self._with_times(with_instants, is_aware)
        native, looked_up = self._with_areas(native, is_aware)
        encoded = {
            name: self._encode(column, schema[name], is_aware=is_aware.get(name, True))
            for name, column in self.columns.items()
        }
        read = {_RAW + name: nw.col(name) for name in self.columns}
        read |= {name: nw.col(name) for name in (*(_LOCAL + time for time in is_aware), *instants)}
        read |= {name: nw.col(name) for name in (*looked_up, *statuses)}
        read |= self._in_repeated_hour(with_instants, is_aware, instants)
        raw = nw.from_native(native)
        # A table without any of the columns still has rows to count.
        raw = raw.select(*_named(read)) if read else raw
        instants = [name for name in read if INSTANT in name]
        listed = [n for n, (_, rule, _) in enumerate(self._checks) if rule == NOT_LISTED]
        first = len(self._checks)
        self._add_column_checks()
        self._add_rule_checks(frozenset(name for name, aware in is_aware.items() if aware))
        self._of_rows = [*listed, *range(first, len(self._checks))]
        self._add_key_checks()
        # DuckDB joins every row to a closed list, whether or not the column is read afterwards, so
        # a column that no check reads is left out.
        checked = {
            name: expression
            for name, expression in encoded.items()
            if name not in self._plain or name in self._read_by_rules
        }
        frame = raw.with_columns(*_named(checked)) if checked else raw
        self._run_checks(frame, columns.windows)
        for key in self._keys():
            values = raw.select(*_named({name: self._compared(name, encoded) for name in key}))
            self.violations += self._repeats(key, values)
        # A column whose values are all in its closed list need not be compared with it again.
        encoded |= {n: text for n, text in self._plain.items() if n not in self._unlisted}
        # Nor does text need to be searched again for blanks that it does not have.
        encoded |= {
            name: nw.col(_RAW + name).cast(nw.String)
            for name in self._text.keys() - self._blank - self._unlisted
            if self.columns[name].area_lookup is None
        }
        self.lazy = native
        if encoded:
            self.lazy = raw.select(*_named(encoded), *instants, *statuses).to_native()

    def _compared(self, name: str, encoded: Mapping[str, nw.Expr]) -> nw.Expr:
        """Return what rows are compared by: instants, where times have an offset."""
        return nw.col(name + INSTANT) if name in self.exact else encoded[name]

    def _with_times(
        self, wanted: frozenset[str], is_aware: dict[str, bool]
    ) -> tuple[Any, list[str]]:
        """Add local times and instants to the table; return it, and the names of the instants."""
        native, dialect = self._source.frame, self._source.dialect
        if is_aware:
            native = dialect.to_local_time(
                native, {_LOCAL + name: TimeColumn(name, aware) for name, aware in is_aware.items()}
            )
        times = {
            name + INSTANT: TimeColumn(name if aware else _LOCAL + name, aware)
            for name, aware in is_aware.items()
            if name in wanted and self.columns[name].dtype is datetime
        }
        clocks = {
            name.removesuffix(INSTANT) + CLOCK: _LOCAL + name.removesuffix(INSTANT)
            for name in times
        }
        if times:
            native = dialect.to_clock(dialect.to_instant(native, times), clocks)
        days = {
            name + INSTANT: _LOCAL + name if name in is_aware else name
            for name, column in self.columns.items()
            if name in wanted
            and column.dtype is date
            and (name in is_aware or self._source.schema[name] == nw.Date)
        }
        if days:
            native = dialect.day_to_instant(native, days)
        return native, [*times, *clocks, *days]

    def _with_areas(self, native: Any, is_aware: Mapping[str, bool]) -> tuple[Any, list[str]]:
        """Add the area of each row to the table, for each column of codes of areas.

        Returns:
            The table, and the names of the added columns.
        """
        day_column = self._contract.area_day_column
        day = None
        if day_column is not None and day_column.name in self.columns:
            is_day = self._source.schema[day_column.name] == nw.Date
            local = _LOCAL + day_column.name if day_column.name in is_aware else None
            day = day_column.name if is_day else local
        added = []
        for name, column in self.columns.items():
            if column.area_lookup is not None and self._source.schema[name] in _TEXT_TYPES:
                lookup = column.area_lookup
                native = self._source.dialect.look_up_areas(native, name, day, lookup, _AREA + name)
                added.append(_AREA + name)
        return native, added

    def _in_repeated_hour(
        self, wanted: frozenset[str], is_aware: Mapping[str, bool], instants: Collection[str]
    ) -> dict[str, nw.Expr]:
        """Return whether each time is in the repeated hour; and nulls for columns of no value."""
        made: dict[str, nw.Expr] = {}
        for name, column in self.columns.items():
            if name not in wanted or column.dtype not in (date, datetime):
                continue
            if name + INSTANT not in instants:
                made[name + INSTANT] = nw.lit(None, nw.Int64)
            if column.dtype is datetime:
                if name + CLOCK not in instants:
                    made[name + CLOCK] = nw.lit(None, nw.Int64)
                is_exact = is_aware.get(name, True)
                in_hour = (
                    nw.lit(False) if is_exact else is_repeated_in_engine(nw.col(_LOCAL + name))
                )
                made[name + IN_REPEATED_HOUR] = in_hour
        return made

    def _encode(self, column: Column, dtype: Any, *, is_aware: bool) -> nw.Expr:
        """Return a column in the contract's type, and add its checks."""
        name, raw = column.name, nw.col(_RAW + column.name)
        if column.dtype is str and dtype in _TEXT_TYPES:
            text = raw.cast(nw.String)
            if not is_in_key(column):
                text = self._text[name] = _without_blanks(text)
            if column.domain is None:
                return text
            if column.area_lookup is not None:
                area = nw.col(_AREA + name)
                self._checks.append((name, NOT_LISTED, area.is_null() & ~text.is_null()))
                self._plain[name] = area
                return area
            is_listed = text.is_in(list(column.domain))
            self._checks.append((name, NOT_LISTED, ~is_listed))
            self._plain[name] = text
            return nw.when(is_listed).then(text)
        if column.dtype is bool and dtype == nw.Boolean:
            return raw
        if column.dtype is int and dtype.is_integer():
            return self._encode_whole_number(column, raw, dtype)
        if column.dtype is int and dtype.is_decimal():
            is_whole = raw == raw.round(0)
            self._checks.append((name, NOT_WHOLE, ~is_whole))
            return self._encode_whole_number(column, nw.when(is_whole).then(raw), dtype)
        if column.dtype is float and dtype.is_numeric():
            number = raw.cast(nw.Float64)
            if dtype.is_float():
                self._checks.append((name, NOT_FINITE, number.is_in([_INFINITE, -_INFINITE])))
                number = nw.when(~number.is_nan()).then(number)
            return number
        if column.dtype is date and dtype == nw.Date:
            self._checks.append((name, IMPLAUSIBLE, _is_implausible(raw)))
            return raw
        if _is_time(column, dtype):
            return self._encode_time(column, nw.col(_LOCAL + name), is_aware=is_aware)
        # A column without any value may have any type: its file may have left it out.
        type_name, cast = str(dtype).split("(")[0].lower(), ""
        if dtype not in _PLAIN_TYPES and not dtype.is_numeric():
            dialect, frame = self._source.dialect, self._source.frame
            type_name, cast = dialect.type_name(frame, name), dialect.cast(name, column.dtype)
        self._checks.append((name, wrong_type(column, type_name, cast), ~raw.is_null()))
        return nw.when(raw.is_null()).then(nw.lit(None, _NARWHALS[column.dtype]))

    def _encode_whole_number(self, column: Column, number: nw.Expr, dtype: Any) -> nw.Expr:
        """Return whole numbers in 64 bits; one that does not fit in them is counted."""
        if dtype not in _WIDE_TYPES and not dtype.is_decimal():
            return number.cast(nw.Int64)
        fits = number.cast(nw.Float64).abs() < limit_of(column)
        self._checks.append((column.name, TOO_LARGE, ~fits))
        return nw.when(fits).then(number).cast(nw.Int64)

    def _encode_time(self, column: Column, local: nw.Expr, *, is_aware: bool) -> nw.Expr:
        day = local.cast(nw.Date)
        self._checks.append((column.name, IMPLAUSIBLE, _is_implausible(day)))
        if column.dtype is date:
            self._checks.append((column.name, HAS_TIME, local > day))
            return day
        if not is_aware:
            self._checks.append((column.name, SKIPPED, is_skipped_in_engine(local)))
        return local

    def _add_column_checks(self) -> None:
        for name, column in self.columns.items():
            value = nw.col(name)
            if not column.nullable:
                missing = nw.col(_RAW + name).is_null()
                if column.dtype is float:
                    missing = value.is_null()
                elif name in self._text:
                    missing = self._text[name].is_null()
                self._checks.append((name, IS_MISSING, missing))
            for word, bound in column.bounds.items():
                outside = {
                    "ge": value < bound,
                    "gt": value <= bound,
                    "le": value > bound,
                    "lt": value >= bound,
                }[word]
                self._checks.append((name, f"is {OUTSIDE_BOUND[word]} {bound}", outside))
            if column.dtype is str and column.domain is None:
                self._checks.append((name, TOO_LONG, value.str.len_chars() > MOST_CHARACTERS))
            if column.dtype in (int, float):
                limit, size = limit_of(column), value.cast(nw.Float64).abs()
                self._checks.append((name, TOO_LARGE, (size >= limit) & (size < _INFINITE)))
            if is_like_a_weight(column):
                is_tiny = (value > 0) & (value < SMALLEST_WEIGHT)
                self._checks.append((name, TOO_SMALL, is_tiny))
            if column.str_matches is not None:
                rule = f"does not match the pattern {column.str_matches}"
                matches = value.str.contains(f"^(?:{column.str_matches})$")
                self._checks.append((name, rule, ~matches))
            if column.checks is not None:
                raise InputError(
                    f"Table {self._source.table!r}: column {name!r} has checks written in Python, "
                    "which cannot run in another engine. Pass the table in memory."
                )

    def _add_key_checks(self) -> None:
        for key in self._keys():
            for name in key:
                if self.columns[name].dtype is str and self.columns[name].domain is None:
                    text = nw.col(name)
                    first, last = text.str.slice(0, 1), text.str.slice(-1)
                    spaced = first.is_in(_SPACES) | last.is_in(_SPACES)
                    self._checks.append((name, "has spaces round it", spaced))
                    self._checks.append((name, "is empty text", text == ""))

    def _add_rule_checks(self, exact: frozenset[str]) -> None:
        compiler = Compiler(exact=exact, of_rules=True)
        for rule in self._contract.rules.values():
            reads = [part.name for part in rule.condition.walk() if isinstance(part, Column)]
            if all(name in self.columns for name in reads):
                self._read_by_rules |= set(reads)
                columns = ", ".join(dict.fromkeys(reads))
                broken = ~compiler(rule.condition)
                self._checks.append((columns, f"breaks the rule that {rule.says}", broken))

    def _keys(self) -> Iterator[tuple[str, ...]]:
        yield from self._contract.keys_among(self.columns)

    def _run_checks(self, frame: Any, windows: tuple[Window, ...] | None) -> None:
        """Count the rows that break each rule, and find each date column's span, in one scan.

        If any row breaks a rule of one row by itself, the rows that can be used are counted again.
        """
        grouped = self._group_columns()
        of_group = {
            f"b{number}": is_broken
            for number, (name, rule, is_broken) in enumerate(self._checks)
            if rule in (NOT_LISTED, IS_MISSING) and name in grouped
        }
        sums: dict[str, nw.Expr] = {
            f"b{number}": nw.when(is_broken).then(nw.lit(1)).count()
            for number, (_, _, is_broken) in enumerate(self._checks)
            if f"b{number}" not in of_group
        }
        for name, text in self._text.items():
            is_blank = ~nw.col(_RAW + name).is_null() & text.is_null()
            if name in grouped:
                of_group[_BLANK + name] = is_blank
            else:
                sums[_BLANK + name] = nw.when(is_blank).then(nw.lit(1)).count()
        may_be_blank = [
            name
            for name, column in self.columns.items()
            if column.nullable and column.dtype not in (date, datetime)
        ]
        for name in may_be_blank:
            sums[_FILLED + name] = nw.col(_RAW + name).count()
        sums[_ROWS] = nw.len()
        dated = {name for name, col in self.columns.items() if col.dtype in (date, datetime)}
        firsts: dict[str, nw.Expr] = {}
        lasts: dict[str, nw.Expr] = {}
        for name in dated:
            firsts[f"first:{name}"], lasts[f"last:{name}"] = nw.col(name).min(), nw.col(name).max()
        aggregates = list(_named(sums | firsts | lasts))
        if grouped:
            groups = frame.group_by(*(_RAW + name for name in grouped)).agg(*aggregates)
            query = groups.select(
                *(nw.col(name).sum() for name in sums),
                *(nw.col(name).min() for name in firsts),
                *(nw.col(name).max() for name in lasts),
                *(
                    nw.when(is_broken).then(nw.col(_ROWS)).sum().alias(name)
                    for name, is_broken in of_group.items()
                ),
            )
        else:
            query = frame.select(*aggregates)
        counts = self._collect(query, "checking").row(0, named=True)
        self.rows = int(counts[_ROWS] or 0)
        broken = [
            number
            for number in self._of_rows
            if counts[f"b{number}"] and self._checks[number][1] not in OF_THE_TABLE
        ]
        self._unlisted = {self._checks[n][0] for n in broken if self._checks[n][1] == NOT_LISTED}
        self._blank = {name for name in self._text if counts[_BLANK + name]}
        self.blank = frozenset(
            name
            for name in may_be_blank
            if (counts[_FILLED + name] or 0) == (counts.get(_BLANK + name) or 0)
        )
        within = frame
        if broken:
            if windows and all(window.column in self.columns for window in windows):
                within = frame.filter(reduce(or_, map(_is_used, windows)))
            query = within.select(
                nw.when(self._checks[number][2] & ~self._is_lost(self._checks[number]))
                .then(nw.lit(1))
                .count()
                .alias(f"b{number}")
                for number in broken
            )
            counts |= self._collect(query, "checking the rows of the periods").row(0, named=True)
        self.violations = [
            Violation(
                name, rule, int(counts[f"b{number}"]), self._describe_unlisted(within, number)
            )
            for number, (name, rule, _) in enumerate(self._checks)
            if counts[f"b{number}"]
        ]
        self.violations += [
            Violation(name, NOT_THE_SAME, self.rows)
            for name in dated
            if self.columns[name].extraction and counts[f"first:{name}"] != counts[f"last:{name}"]
        ]
        self.spans = self._spans(
            frame,
            {
                name: (counts[f"first:{name}"], counts[f"last:{name}"])
                for name in dated
                if counts[f"first:{name}"] is not None
            },
        )
        self.blank |= {name for name in dated if name not in self.spans}

    def _spans(
        self, frame: Any, spans: Mapping[str, tuple[object, object]]
    ) -> dict[str, tuple[date, date]]:
        """Return the first and last day of each column of dates, without implausible days.

        Only a column that has such a day is read again.
        """
        days = {name: (_as_date(first), _as_date(last)) for name, (first, last) in spans.items()}
        wrong = [
            name for name, (first, last) in days.items() if first < FIRST_DAY or last > LAST_DAY
        ]
        if not wrong:
            return days
        plausible = {
            name: nw.when(~_is_implausible(nw.col(name).cast(nw.Date))).then(
                nw.col(name).cast(nw.Date)
            )
            for name in wrong
        }
        query = frame.select(
            *(day.min().alias(f"first:{name}") for name, day in plausible.items()),
            *(day.max().alias(f"last:{name}") for name, day in plausible.items()),
        )
        limits = self._collect(query, "finding the days that rows cover").row(0, named=True)
        for name in wrong:
            del days[name]
            if limits[f"first:{name}"] is not None:
                days[name] = _as_date(limits[f"first:{name}"]), _as_date(limits[f"last:{name}"])
        return days

    def _describe_unlisted(self, frame: Any, number: int) -> str:
        """Return the values of a column of areas that are no areas, in words."""
        name, rule, is_broken = self._checks[number]
        if rule != NOT_LISTED or not is_of_areas(self.columns[name]):
            return ""
        purpose = "listing values that are no areas"
        values = self._collect(unlisted_values(frame.filter(is_broken), _RAW + name), purpose)
        return describe_values(self.columns[name], values)

    def _is_lost(self, check: Check) -> nw.Expr:
        """Return whether a row has a value, in a rule over several columns, that is not listed."""
        names = check[0].split(", ")
        listed = [name for name in names if name in self._plain and len(names) > 1]
        lost = (nw.col(name).is_null() & ~nw.col(_RAW + name).is_null() for name in listed)
        return reduce(or_, lost, nw.lit(False))

    def _group_columns(self) -> list[str]:
        """Return the columns to group by: the longest closed lists, while the groups stay few."""
        columns, groups = [], 1
        listed = {
            name
            for name, rule, _ in self._checks
            if rule == NOT_LISTED and self.columns[name].area_lookup is None
        }
        sizes = {name: len(self.columns[name].domain or ()) + 1 for name in listed}
        for name in sorted(sizes, key=lambda column: (-sizes[column], column)):
            if groups * sizes[name] <= _MOST_GROUPS:
                columns.append(name)
                groups *= sizes[name]
        return columns

    def _repeats(self, key: tuple[str, ...], values: Any) -> Iterator[Violation]:
        """Count the rows whose key an earlier row has, by grouping: any engine can group."""
        for name in key:
            if not self.columns[name].nullable:
                values = values.filter(~nw.col(name).is_null())
        groups = values.group_by(*key).agg(nw.len().alias(_ROWS))
        query = groups.select(nw.col(_ROWS).sum().alias("all"), nw.len().alias("keys"))
        counts = self._collect(query, "comparing keys").row(0, named=True)
        repeats = int((counts["all"] or 0) - (counts["keys"] or 0))
        if repeats:
            yield repeated_key(key, repeats)

    def _collect(self, query: Any, purpose: str) -> pl.DataFrame:
        return collect(query, self._source.table, purpose, self._source.dialect)


def _named(expressions: dict[str, nw.Expr]) -> Iterator[nw.Expr]:
    return (expression.alias(name) for name, expression in expressions.items())


def _is_used(window: Window) -> nw.Expr:
    """Return whether a row is in a window, or has no time that says so."""
    day = nw.col(window.column).cast(nw.Date)
    return day.is_null() | ((day >= nw.lit(window.start)) & (day < nw.lit(window.stop)))


def _without_blanks(text: nw.Expr) -> nw.Expr:
    """Return text, and null for text that is empty or only white space: it is no value.

    Few values begin with white space, so only these are searched for a character that is not.
    """
    is_led_by_space = text.str.slice(0, 1).is_in(_SPACES)
    searched = nw.when(text.str.contains(_TEXT_THAT_IS_NOT_BLANK)).then(text)
    return nw.when(is_led_by_space).then(searched).otherwise(nw.when(text != "").then(text))


def _is_implausible(day: nw.Expr) -> nw.Expr:
    return (day < nw.lit(FIRST_DAY)) | (day > nw.lit(LAST_DAY))


def _is_time(column: Column, dtype: Any) -> bool:
    return column.dtype in (date, datetime) and isinstance(dtype, nw.Datetime)


def _as_date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise TypeError("a span is of dates")
