"""A table in another engine made ready there: its types checked, its broken rows counted.

The rules and their words are those of tables in memory. Text is never parsed: a database has types.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw

from swm_kpi.contracts import Column, ContractType, Violation
from swm_kpi.engine.backends.dialects import Engine, schema_of
from swm_kpi.engine.backends.scans import collect
from swm_kpi.engine.input.adapters import check_names
from swm_kpi.engine.input.dst import changes
from swm_kpi.engine.input.encode import (
    FIRST_DAY,
    INSTANT,
    LAST_DAY,
    MOST_CHARACTERS,
    TOO_LARGE,
    TOO_LONG,
    limit_of,
    wrong_type,
)
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.errors import InputError

Counted = tuple[str, str, nw.Expr]
_RAW, _LOCAL, _ROWS = "raw:", "local:", "rows"
_SPACES = list(" \t\n\r\v\f")
_UNLISTED = "is not in the closed list"
# More groups than these are not worth having, to look through a closed list for each and not for
# each row.
_MOST_GROUPS = 5_000
_BOUNDS = {"ge": "less than", "gt": "not more than", "le": "more than", "lt": "not less than"}


class RemoteTable:
    """A table encoded and checked where it is.

    Attributes:
        lazy: the encoded columns, in the engine's own kind of frame.
        names: every column label it has.
        columns: the contract's columns that can be used.
        rows: how many rows it has.
        violations: what is broken.
        spans: first and last day of each date column that has any value.
    """

    def __init__(
        self,
        given: Any,
        engine: Engine,
        contract: ContractType,
        wanted: Collection[str],
        instants: Collection[str],
    ) -> None:
        self._contract = contract
        self._table = contract.table
        schema = schema_of(given, engine, contract.table)
        self.names = tuple(schema)
        check_names(self.names, contract)
        here = {n: contract.columns[n] for n in schema if n in contract.columns and n in wanted}
        self.given = tuple(here)
        self._counted: list[Counted] = []
        times = {n: c for n, c in here.items() if _is_time(c, schema[n])}
        aware = {n: schema[n].time_zone is not None for n in times}
        native = engine.local(given, {_LOCAL + n: (n, aware[n]) for n in times}) if times else given
        measured = {n: aware[n] for n in times if n in instants and here[n].dtype is datetime}
        if measured:
            asked = {
                n + INSTANT: (n if is_aware else _LOCAL + n, is_aware)
                for n, is_aware in measured.items()
            }
            native = engine.instants(native, asked)
        dates = {
            name: _LOCAL + name if name in times else name
            for name, column in here.items()
            if name in instants
            and column.dtype is date
            and (name in times or schema[name] == nw.Date)
        }
        if dates:
            native = engine.days(native, {n + INSTANT: old for n, old in dates.items()})
        self._plain: dict[str, nw.Expr] = {}
        self._crossed: set[str] = set()
        encoded: dict[str, nw.Expr] = {}
        for name, column in here.items():
            encoded[name] = self._encoded(column, schema[name], aware.get(name, True))
        self.columns = here
        kept = {_RAW + name: nw.col(name) for name in here}
        kept |= {_LOCAL + name: nw.col(_LOCAL + name) for name in times}
        kept |= {name + INSTANT: nw.col(name + INSTANT) for name in (*measured, *dates)}
        raw = nw.from_native(native).select(*(each.alias(name) for name, each in kept.items()))
        self._rules()
        instants_of = [name + INSTANT for name in (*measured, *dates)]
        # DuckDB joins every row to a closed list that it is given, whether the column is read then
        # or not.
        read = {n: e for n, e in encoded.items() if n not in self._plain or n in self._crossed}
        self._count(raw.with_columns(*(each.alias(name) for name, each in read.items())))
        for key in self._keys():
            self.violations += self._repeated(
                key, raw.select(*(encoded[name].alias(name) for name in key))
            )
        # What was found to keep to its closed list need not be looked for in it again.
        broken = {each.column for each in self.violations}
        encoded |= {name: each for name, each in self._plain.items() if name not in broken}
        used = raw.select(*(each.alias(n) for n, each in encoded.items()), *instants_of)
        self.lazy = used.to_native() if encoded else native

    def _encoded(self, column: Column, given: Any, aware: bool) -> nw.Expr:
        """Return a column in the contract's type, and note what to count."""
        name, raw = column.name, nw.col(_RAW + column.name)
        if column.dtype is str and given in (nw.String, nw.Categorical, nw.Enum):
            text = raw.cast(nw.String)
            if column.domain is None:
                return text
            listed = text.is_in(list(column.domain))
            self._counted.append((name, _UNLISTED, ~listed))
            self._plain[name] = text
            return nw.when(listed).then(text)
        if column.dtype is bool and given == nw.Boolean:
            return raw
        if column.dtype is int and given.is_integer():
            return raw.cast(nw.Int64)
        if column.dtype is float and given.is_numeric():
            number = raw.cast(nw.Float64)
            if given.is_float():
                self._counted.append((name, "is not finite", number.is_in([_INFINITE, -_INFINITE])))
                number = nw.when(~number.is_nan()).then(number)
            return number
        if column.dtype is date and given == nw.Date:
            self._counted.append((name, _IMPLAUSIBLE, _outside(raw)))
            return raw
        if _is_time(column, given):
            return self._time(column, nw.col(_LOCAL + name), aware)
        held = str(given).split("(")[0].lower()
        # A column without a value says nothing of its type: what a file left out may be of any.
        self._counted.append((name, wrong_type(column, held), ~raw.is_null()))
        return nw.when(raw.is_null()).then(nw.lit(None, _TYPES[column.dtype]))

    def _time(self, column: Column, local: nw.Expr, aware: bool) -> nw.Expr:
        day = local.cast(nw.Date)
        self._counted.append((column.name, _IMPLAUSIBLE, _outside(day)))
        if column.dtype is date:
            rule = "has a time of day, and a date has none"
            self._counted.append((column.name, rule, local > day))
            return day
        if not aware:
            by_hour: dict[int, list[date]] = {}
            for each in changes().skipped:
                day_of = date.fromordinal(_EPOCH + each // 24)
                by_hour.setdefault(each % 24, []).append(day_of)
            skipped = [
                day.is_in(days) & (local.dt.hour() == hour) for hour, days in by_hour.items()
            ]
            skips = "is an hour that the clocks skipped in spring"
            self._counted.append((column.name, skips, reduce(or_, skipped)))
        return local

    def _rules(self) -> None:
        for name, column in self.columns.items():
            value = nw.col(name)
            if not column.nullable:
                missing = nw.col(_RAW + name).is_null()
                if column.dtype is float:
                    missing = value.is_null()
                self._counted.append((name, "is missing", missing))
            for word, bound in column.bounds.items():
                outside = {
                    "ge": value < bound, "gt": value <= bound, "le": value > bound,
                    "lt": value >= bound,
                }[word]  # fmt: skip
                self._counted.append((name, f"is {_BOUNDS[word]} {bound}", outside))
            if column.dtype is str and column.domain is None:
                self._counted.append((name, TOO_LONG, value.str.len_chars() > MOST_CHARACTERS))
            if column.dtype in (int, float):
                limit, size = limit_of(column), value.cast(nw.Float64).abs()
                self._counted.append((name, TOO_LARGE, (size >= limit) & (size < _INFINITE)))
            if column.str_matches is not None:
                rule = f"does not match the pattern {column.str_matches}"
                fits = value.str.contains(f"^(?:{column.str_matches})$")
                self._counted.append((name, rule, ~fits))
            if column.checks is not None:
                raise InputError(
                    f"Table {self._table!r}: column {name!r} has checks of its own, which are "
                    "Python and cannot run in another engine. Give the table in memory."
                )
        for key in self._keys():
            for name in key:
                if self.columns[name].dtype is str and self.columns[name].domain is None:
                    text = nw.col(name)
                    first, last = text.str.slice(0, 1), text.str.slice(-1)
                    spaced = first.is_in(_SPACES) | last.is_in(_SPACES)
                    self._counted.append((name, "has spaces round it", spaced))
                    self._counted.append((name, "is empty text", text == ""))
        compiler = Compiler()
        for crossed in self._contract.rules.values():
            reads = [each.name for each in crossed.condition.walk() if isinstance(each, Column)]
            if all(each in self.columns for each in reads):
                self._crossed |= set(reads)
                joined = ", ".join(dict.fromkeys(reads))
                says = f"breaks the rule that {crossed.says}"
                self._counted.append((joined, says, ~compiler(crossed.condition)))

    def _keys(self) -> Iterator[tuple[str, ...]]:
        yield from (k for k in self._contract.keys if all(name in self.columns for name in k))

    def _count(self, wide: Any) -> None:
        """Count every rule's broken rows and find each date column's span in one query."""
        grouped = self._few_values()
        of_values = {
            f"b{number}": rows
            for number, (name, rule, rows) in enumerate(self._counted)
            if rule == _UNLISTED and name in grouped
        }
        sums: dict[str, nw.Expr] = {
            f"b{number}": nw.when(rows).then(nw.lit(1)).count()
            for number, (_, _, rows) in enumerate(self._counted)
            if f"b{number}" not in of_values
        }
        sums[_ROWS] = nw.len()
        dated = {n for n, c in self.columns.items() if c.dtype in (date, datetime)}
        firsts: dict[str, nw.Expr] = {}
        lasts: dict[str, nw.Expr] = {}
        for name in dated:
            day = nw.col(name).cast(nw.Date)
            plausible = nw.when(~_outside(day)).then(day)
            firsts[f"first:{name}"], lasts[f"last:{name}"] = plausible.min(), plausible.max()
        asked = [each.alias(name) for name, each in (sums | firsts | lasts).items()]
        if grouped:
            groups = wide.group_by(*(_RAW + name for name in grouped)).agg(*asked)
            query = groups.select(
                *(nw.col(name).sum() for name in sums),
                *(nw.col(name).min() for name in firsts),
                *(nw.col(name).max() for name in lasts),
                *(
                    nw.when(broken).then(nw.col(_ROWS)).sum().alias(name)
                    for name, broken in of_values.items()
                ),
            )
        else:
            query = wide.select(*asked)
        answers = collect(query, self._table, "checking")
        self.rows = int(answers[_ROWS][0] or 0)
        self.violations = [
            Violation(name, rule, int(answers[f"b{number}"][0]))
            for number, (name, rule, _) in enumerate(self._counted)
            if answers[f"b{number}"][0]
        ]
        self.spans = {
            name: (_as_date(answers[f"first:{name}"][0]), _as_date(answers[f"last:{name}"][0]))
            for name in dated
            if answers[f"first:{name}"][0] is not None
        }

    def _few_values(self) -> list[str]:
        """Return the columns to group by: the longest closed lists, while the groups stay few."""
        found, groups = [], 1
        listed = {name for name, rule, _ in self._counted if rule == _UNLISTED}
        sizes = {name: len(self.columns[name].domain or ()) + 1 for name in listed}
        for name in sorted(sizes, key=lambda each: (-sizes[each], each)):
            if groups * sizes[name] <= _MOST_GROUPS:
                found.append(name)
                groups *= sizes[name]
        return found

    def _repeated(self, key: tuple[str, ...], known: Any) -> Iterator[Violation]:
        """Count rows whose key another row has too, by grouping: not every engine tells apart."""
        for name in key:
            known = known.filter(~nw.col(name).is_null())
        many = known.group_by(*key).agg(nw.len().alias(_ROWS))
        found = collect(
            many.select(nw.col(_ROWS).sum().alias("all"), nw.len().alias("keys")),
            self._table,
            "telling keys apart",
        )
        repeats = int((found["all"][0] or 0) - (found["keys"][0] or 0))
        if repeats:
            rule = "is not unique" if len(key) == 1 else "are not unique together"
            yield Violation(", ".join(key), rule, repeats)


_EPOCH = date(1970, 1, 1).toordinal()
_TYPES: dict[type, Any] = {
    str: nw.String, int: nw.Int64, float: nw.Float64, bool: nw.Boolean, date: nw.Date,
    datetime: nw.Datetime("us"),
}  # fmt: skip
_INFINITE = float("inf")
_IMPLAUSIBLE = "is not a plausible date (before 1900 or after 2200)"


def _outside(day: nw.Expr) -> nw.Expr:
    return (day < nw.lit(FIRST_DAY)) | (day > nw.lit(LAST_DAY))


def _is_time(column: Column, given: Any) -> bool:
    return column.dtype in (date, datetime) and isinstance(given, nw.Datetime)


def _as_date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise TypeError("a span is of dates")
