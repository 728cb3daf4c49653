"""A mapping as one query in SQL: its rows, its counts, and its codes that are not mapped.

Engines run these queries, and ``Mapping.sql`` returns the same text, so what a reviewer reads is
what is run. Code lists are joined, and the extract is read once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from swm_kpi.calendar import NO_DAY
from swm_kpi.contracts import STATUSES, Column, status_name
from swm_kpi.expressions import LocalDate, Parse
from swm_kpi.mapping.checks import target_value
from swm_kpi.mapping.code_list import fold
from swm_kpi.mapping.evaluation import (
    CHOSEN,
    EMPTY_KEY,
    MAPPED,
    NULL,
    OTHER,
    PLACE_RULES,
    TIED,
    UNMAPPED,
    UNREADABLE,
    Leaf,
    RowsOfPart,
    leaves_of,
)
from swm_kpi.mapping.source import UTC
from swm_kpi.mapping.sql_dialects import SqlDialect
from swm_kpi.mapping.values import Coalesce, Codes, Constant, Flag, Value

if TYPE_CHECKING:
    from swm_kpi.mapping import mapping as declared

# Names with a space are never those of a source's or a contract's columns.
ROWS = "all rows"
LEFT_OUT, WITHOUT_DAY = "rows left out", "rows without day"
UNMAPPED_CODE = "unmapped code"
INSTANT = "instant"
_PLACE, _POSITION, _RANK = "place of row", "position in thing", "rank in thing"
_OUTSIDE = "is of another part"
_INSIDE, _OF_ANOTHER, _UNKNOWN = range(3)
_ROW = "source"
"""What every query calls a row of the extract."""


@dataclass(frozen=True)
class ExtractColumns:
    """How the columns of an extract are read into the types of their source.

    Attributes:
        expressions: the expression of each column, by name.
        instants: the columns of times that have a time zone.
        checks: conditions that no row may meet.
    """

    expressions: Mapping[str, str]
    instants: frozenset[str]
    checks: Sequence[str] = ()


@dataclass(frozen=True)
class _Made:
    """How a value is made: its expression, that of its status, and which statuses are possible."""

    value: str
    status: str
    statuses: tuple[int, ...]


def declared_columns(mapping: declared.Mapping, dialect: SqlDialect) -> ExtractColumns:
    """Return how to read an extract if its columns have the types that the source declares."""
    source = mapping.source
    expressions, instants = {}, set()
    for name in mapping.read_columns:
        column, raw = source.columns[name], dialect.quote(source.headers[name])
        if column.dtype is str:
            raw = dialect.without_blanks(raw)
        elif column.dtype is datetime and source.zone == UTC:
            raw = dialect.from_utc(raw)
            instants.add(name)
        expressions[name] = raw
    return ExtractColumns(expressions, frozenset(instants))


class SqlQuery:
    """A mapping in one dialect.

    Args:
        mapping: the mapping.
        dialect: the dialect.
        columns: how the columns of the extract are read.
        table: the extract, as the query names it.
        part: the rows to make, where the mapping is a part of a union.
    """

    def __init__(
        self,
        mapping: declared.Mapping,
        dialect: SqlDialect,
        columns: ExtractColumns,
        table: str,
        part: RowsOfPart | None = None,
    ) -> None:
        self._mapping = mapping
        self._part = part
        self._dialect = dialect
        self._columns = columns
        self._table = table
        self._leaves = leaves_of(mapping)
        self._lists: list[tuple[str, Codes, Column]] = []
        self._parsed: dict[tuple[str, str], tuple[str, Parse]] = {}
        for value in (*mapping.made_columns.values(), *mapping.one_row_per, *mapping.first_by):
            for part in value.walk():
                if isinstance(part, Parse):
                    self._name_parsed(part)
        self._made = {leaf.number: self._make(leaf.value, leaf.column) for leaf in self.leaves}
        self._by_column = {name: self._combine(name) for name in mapping.made_columns}

    @property
    def leaves(self) -> list[Leaf]:
        """Every value that is made for each row."""
        return [leaf for group in self._leaves.values() for leaf in group]

    @property
    def refusing(self) -> list[Leaf]:
        """The values of which an unmapped one is refused."""
        return [leaf for leaf in self.leaves if leaf.has_status and leaf.refuses]

    def rows(self) -> str:
        """Return the query of the rows of the contract."""
        local = {} if self._part is None else self._local_times(self._part)
        columns = [
            f"{local.get(name, made.value)} AS {self._quote(name)}"
            for name, made in self._by_column.items()
        ]
        columns += [
            f"{self._status_in_words(name)} AS {self._quote(status_name(name))}"
            for name in self._mapping.with_status
        ]
        lines = self._from_rows()
        conditions = []
        if self._mapping.one_row_per:
            conditions.append(f"{self._of_row(_POSITION)} = 1")
        if self._part is not None:
            conditions.append(f"({self._outside(self._part)}) <> {_OF_ANOTHER}")
        if conditions:
            lines.append(f"WHERE {' AND '.join(conditions)}")
        return self._with(_select(columns, lines))

    def types(self) -> dict[str, Any]:
        """Return the type of each column of the rows; ``INSTANT`` for a time with a time zone."""
        types: dict[str, Any] = {}
        for name in self._leaves:
            if name:
                dtype = self._mapping.contract.columns[name].dtype
                is_local = self._part is not None and name in self._part.local
                types[name] = INSTANT if self._has_instants(name) and not is_local else dtype
        return types | {status_name(name): str for name in self._mapping.with_status}

    def _status_in_words(self, name: str) -> str:
        made = self._by_column[name]
        cases = " ".join(
            f"WHEN {status} THEN {self._dialect.literal(STATUSES[status], str)}"
            for status in made.statuses
        )
        return f"CASE {made.status} {cases} END"

    def _has_instants(self, name: str) -> bool:
        """Return whether a column of the contract has times with a time zone."""
        return all(self._is_instant(leaf.value) for leaf in self._leaves[name])

    def _local_times(self, part: RowsOfPart) -> dict[str, str]:
        """Return each column of times that become local time."""
        return {
            name: self._dialect.to_local(self._by_column[name].value)
            for name in part.local
            if self._has_instants(name)
        }

    def _outside(self, part: RowsOfPart) -> str:
        """Return whether a row is of this part, of another, or of an unknown one."""
        day = self._by_column[part.at].value
        if self._has_instants(part.at):
            day = self._dialect.to_local(day)
        if self._mapping.contract.columns[part.at].dtype is datetime:
            day = self._dialect.local_day(day)
        first, last = self._dialect.day(part.first), self._dialect.day(part.last)
        return (
            f"CASE WHEN {day} IS NULL THEN {_UNKNOWN} "
            f"WHEN {day} BETWEEN {first} AND {last} THEN {_INSIDE} ELSE {_OF_ANOTHER} END"
        )

    def counts(self) -> str:
        """Return the query of one row with every count."""
        columns = [
            f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS {self._quote(name)}"
            for name, condition in self._counts().items()
        ]
        return self._with(_select(columns, ["FROM statuses"]), self._statuses(), has_checks=True)

    def count_names(self) -> list[str]:
        """Return the names of the counts."""
        return list(self._counts())

    def _counts(self) -> dict[str, str]:
        """Return the condition of each count, by name."""
        is_chosen = [f"{self._quote(_PLACE)} = {CHOSEN}"] if self._mapping.one_row_per else []
        is_row = list(is_chosen)
        if self._part is not None:
            is_row.append(f"{self._quote(_OUTSIDE)} <> {_OF_ANOTHER}")
        also = "".join(f" AND {condition}" for condition in is_row)
        counts = {ROWS: " AND ".join(is_row) or "1 = 1"}
        if self._part is not None:
            for name, place in ((LEFT_OUT, _OF_ANOTHER), (WITHOUT_DAY, _UNKNOWN)):
                conditions = [*is_chosen, f"{self._quote(_OUTSIDE)} = {place}"]
                counts[name] = " AND ".join(conditions)
        if self._mapping.one_row_per:
            counts |= {
                self.place_name(place): f"{self._quote(_PLACE)} = {place}" for place in PLACE_RULES
            }
        for name, made in self._by_column.items():
            for status in made.statuses:
                # What no other status counts is mapped.
                if status != MAPPED:
                    condition = f"{self._quote(name)} = {status}{also}"
                    counts[self.count_name(name, status)] = condition
        for leaf in self.refusing:
            status_name = self._quote(self.leaf_name(leaf))
            counts[self.leaf_name(leaf)] = f"{status_name} = {UNMAPPED}{also}"
        for number, _ in enumerate(self._columns.checks):
            counts[self.check_name(number)] = f"{self._quote(self.check_name(number))} = 1"
        return counts

    def codes(self, leaf: Leaf) -> str:
        """Return the query of the codes of a value that are not mapped, and of their numbers."""
        column = leaf.code_column
        if column is None:
            raise TypeError("a value without a code column has no codes to list")
        code = self._quote(UNMAPPED_CODE)
        conditions = [f"{self._quote(self.leaf_name(leaf))} IN ({UNMAPPED}, {OTHER})"]
        if self._mapping.one_row_per:
            conditions.append(f"{self._quote(_PLACE)} = {CHOSEN}")
        if self._part is not None:
            conditions.append(f"{self._quote(_OUTSIDE)} <> {_OF_ANOTHER}")
        lines = ["FROM statuses", f"WHERE {' AND '.join(conditions)}", f"GROUP BY {code}"]
        select = _select([code, f"COUNT(*) AS {self._quote(ROWS)}"], lines)
        return self._with(
            select, self._statuses(f"{self._of_row(column.name)} AS {code}", listed=leaf)
        )

    def possible(self, column: str) -> tuple[int, ...]:
        """Return how the rows of a column can come to their values."""
        return self._by_column[column].statuses

    def count_name(self, column: str, status: int) -> str:
        """Return the name of the count of a column's rows with a status other than mapped."""
        return f"{column} {('mapped', 'null', 'unmapped', 'other')[status]}"

    def leaf_name(self, leaf: Leaf) -> str:
        """Return the name of the count of the unmapped rows of a value that refuses them."""
        return f"value {leaf.number}"

    def place_name(self, place: int) -> str:
        """Return the name of the count of rows for which the first row of a thing is not known."""
        return f"{({TIED: 'tied', EMPTY_KEY: 'without key', UNREADABLE: 'unreadable'})[place]} rows"

    def check_name(self, number: int) -> str:
        """Return the name of the count of rows that meet a check."""
        return f"check {number}"

    def _statuses(self, *more: str, listed: Leaf | None = None) -> str:
        statuses = {name: made.status for name, made in self._by_column.items()}
        for leaf in [*self.refusing, *([listed] if listed is not None else [])]:
            statuses[self.leaf_name(leaf)] = self._made[leaf.number].status
        columns = [f"{status} AS {self._quote(name)}" for name, status in statuses.items()]
        if listed is None:
            columns += [
                self._of_row(self.check_name(number))
                for number, _ in enumerate(self._columns.checks)
            ]
        if self._mapping.one_row_per:
            columns.append(f"{self._place()} AS {self._quote(_PLACE)}")
        if self._part is not None:
            columns.append(f"{self._outside(self._part)} AS {self._quote(_OUTSIDE)}")
        return _table("statuses", _select([*columns, *more], self._from_rows()))

    def _place(self) -> str:
        position, rank = self._of_row(_POSITION), self._of_row(_RANK)
        cases = [
            f"WHEN {self._value(value)} IS NULL THEN {EMPTY_KEY}"
            for value in self._mapping.one_row_per
        ]
        cases += [
            f"WHEN ({self._make(value, None).status}) = {UNMAPPED} THEN {UNREADABLE}"
            for value in (*self._mapping.one_row_per, *self._mapping.first_by)
            if not isinstance(value, Column)
        ]
        cases.append(f"WHEN {position} = 2 AND {rank} = 1 THEN {TIED}")
        cases.append(f"WHEN {position} = 1 THEN {CHOSEN}")
        return "CASE " + " ".join(cases) + " ELSE -1 END"

    def _with(self, select: str, *tables: str, has_checks: bool = False) -> str:
        before = [*self._code_lists(), self._extracted(has_checks=has_checks), self._parsed_rows()]
        if self._mapping.one_row_per:
            before.append(self._placed())
        return "WITH " + ",\n".join([*before, *tables]) + "\n" + select + "\n"

    def _code_lists(self) -> Iterator[str]:
        for name, value, column in self._lists:
            has_dates = value.code_list.has_dates
            columns = ["code", "target", *(("valid_from", "valid_to") if has_dates else ())]
            rows = []
            for row in value.code_list.rows:
                target = target_value(row.target, column)
                cells = [
                    self._dialect.literal(value.key_of(row), value.column.dtype),
                    self._dialect.literal(target, column.dtype),
                ]
                if has_dates:
                    cells += [self._dialect.day(row.valid_from), self._dialect.day(row.valid_to)]
                rows.append(cells)
            yield self._dialect.rows_of(name, columns, rows)

    def _extracted(self, *, has_checks: bool) -> str:
        columns = [
            f"{expression} AS {self._quote(name)}"
            for name, expression in self._columns.expressions.items()
        ]
        if has_checks:
            columns += [
                f"CASE WHEN {condition} THEN 1 ELSE 0 END AS {self._quote(self.check_name(number))}"
                for number, condition in enumerate(self._columns.checks)
            ]
        # A mapping of constants reads no column, and still makes a row of each row.
        columns = columns or [f"1 AS {self._quote('no column')}"]
        return _table("extracted", _select(columns, [f"FROM {self._table}"]))

    def _parsed_rows(self) -> str:
        columns = [f"{_ROW}.*"]
        for (name, _), (alias, part) in self._parsed.items():
            time = self._dialect.parse(self._of_row(name), part.time_format)
            if self._is_instant(part) and not part.time_format.has_offset:
                time = self._dialect.from_utc(time)
            columns.append(f"{time} AS {self._quote(alias)}")
        return _table("parsed", _select(columns, [f"FROM extracted {_ROW}"]))

    def _placed(self) -> str:
        keys = ", ".join(self._value(value) for value in self._mapping.one_row_per)
        order = []
        for value in self._mapping.first_by or self._mapping.one_row_per:
            made = self._value(value)
            order += [
                f"CASE WHEN {made} IS NULL THEN 1 ELSE 0 END",
                self._dialect.in_order(made, value.dtype),
            ]
        window = f"OVER (PARTITION BY {keys} ORDER BY {', '.join(order)})"
        columns = [
            f"{_ROW}.*",
            f"ROW_NUMBER() {window} AS {self._quote(_POSITION)}",
            f"RANK() {window} AS {self._quote(_RANK)}",
        ]
        return _table("placed", _select(columns, [f"FROM parsed {_ROW}"]))

    def _from_rows(self) -> list[str]:
        lines = [f"FROM {'placed' if self._mapping.one_row_per else 'parsed'} {_ROW}"]
        for name, value, _ in self._lists:
            listed = self._quote(name)
            code, first, last = (
                f"{listed}.{self._quote(column)}" for column in ("code", "valid_from", "valid_to")
            )
            condition = f"{code} = {self._key(value)}"
            if value.code_list.has_dates and value.at is not None:
                day = f"COALESCE({self._day(value.at)}, {self._dialect.day(NO_DAY)})"
                condition += f" AND {day} BETWEEN {first} AND {last}"
            lines.append(f"LEFT JOIN {listed} ON {condition}")
        return lines

    def _make(self, value: Any, column: Column | None) -> _Made:
        match value:
            case Column():
                made = self._of_row(value.name)
                status = f"CASE WHEN {made} IS NULL THEN {NULL} ELSE {MAPPED} END"
                if column is not None and column.dtype is float and value.dtype is int:
                    made = self._dialect.cast(made, float)
                return _Made(made, status, (MAPPED, NULL))
            case Constant(value=constant):
                dtype = column.dtype if column is not None else type(constant)
                return _Made(self._dialect.literal(constant, dtype), str(MAPPED), (MAPPED,))
            case Parse():
                made, raw = self._of_row(self._name_parsed(value)), self._of_row(_name_of(value))
                status = (
                    f"CASE WHEN {raw} IS NULL THEN {NULL} "
                    f"WHEN {made} IS NULL THEN {UNMAPPED} ELSE {MAPPED} END"
                )
                return _Made(made, status, (MAPPED, NULL, UNMAPPED))
            case LocalDate():
                time = self._make(value.time, column)
                return _Made(self._local_day(value.time), time.status, time.statuses)
            case Flag():
                return self._flag(value)
            case Codes() if column is not None:
                return self._look_up(value, column)
        raise TypeError(f"{type(value).__name__} is not written in SQL: add it to _make()")

    def _value(self, value: Any) -> str:
        return self._make(value, None).value

    def _flag(self, value: Flag) -> _Made:
        raw, key = self._of_row(value.column.name), self._key(value)
        yes, no, null = (
            ", ".join(
                self._dialect.literal(
                    fold(str(item)) if value.is_folded else item, value.column.dtype
                )
                for item in items
            )
            for items in (value.yes, value.no, value.null)
        )
        is_null = f"WHEN {key} IN ({null}) THEN {NULL} " if null else ""
        made = (
            f"CASE WHEN {key} IN ({yes}) THEN {self._dialect.true} "
            f"WHEN {key} IN ({no}) THEN {self._dialect.false} END"
        )
        status = (
            f"CASE WHEN {raw} IS NULL THEN {NULL} {is_null}"
            f"WHEN {key} IN ({yes}, {no}) THEN {MAPPED} ELSE {UNMAPPED} END"
        )
        return _Made(made, status, (MAPPED, NULL, UNMAPPED))

    def _look_up(self, value: Codes, column: Column) -> _Made:
        name = self._name_list(value, column)
        raw = self._of_row(value.column.name)
        code, target = (f"{self._quote(name)}.{self._quote(item)}" for item in ("code", "target"))
        unmapped = UNMAPPED if value.unmapped != "other" else OTHER
        status = (
            f"CASE WHEN {raw} IS NULL THEN {NULL} WHEN {code} IS NULL THEN {unmapped} "
            f"WHEN {target} IS NULL THEN {NULL} ELSE {MAPPED} END"
        )
        made = target
        if value.unmapped == "other":
            other = self._dialect.literal(value.other, column.dtype)
            is_other = f"{raw} IS NOT NULL AND {code} IS NULL"
            made = f"CASE WHEN {is_other} THEN {other} ELSE {target} END"
        return _Made(made, status, (MAPPED, NULL, unmapped))

    def _combine(self, name: str) -> _Made:
        leaves = self._leaves[name]
        made = [self._made[leaf.number] for leaf in leaves]
        if not isinstance(self._mapping.made_columns[name], Coalesce):
            return made[0]
        cases = " ".join(f"WHEN {part.value} IS NOT NULL THEN {part.status}" for part in made)
        unmapped = " OR ".join(
            f"({part.status}) = {UNMAPPED}" for part in made if UNMAPPED in part.statuses
        )
        without_value = f"WHEN {unmapped} THEN {UNMAPPED} " if unmapped else ""
        status = f"CASE {cases} {without_value}ELSE {NULL} END"
        statuses = tuple(sorted({NULL, *(status for part in made for status in part.statuses)}))
        instants = [self._is_instant(leaf.value) for leaf in leaves]
        values = [part.value for part in made]
        if any(instants) and not all(instants):
            # One column has one type: beside local times, instants become local time too.
            values = [
                self._dialect.to_local(value) if is_instant else value
                for value, is_instant in zip(values, instants, strict=True)
            ]
        return _Made(f"COALESCE({', '.join(values)})", status, statuses)

    def _is_instant(self, value: Value) -> bool:
        if isinstance(value, Parse):
            is_time = value.time_format.dtype is datetime
            return is_time and (value.time_format.has_offset or self._mapping.source.zone == UTC)
        return isinstance(value, Column) and value.name in self._columns.instants

    def _local_day(self, time: Value) -> str:
        made = self._value(time)
        return self._dialect.local_day(
            self._dialect.to_local(made) if self._is_instant(time) else made
        )

    def _day(self, value: Any) -> str:
        return self._local_day(value) if value.dtype is datetime else self._value(value)

    def _key(self, value: Flag | Codes) -> str:
        raw = self._of_row(value.column.name)
        if value.is_folded and value.column.dtype is str:
            return self._dialect.lower_case(self._dialect.without_white_space(raw))
        return raw

    def _name_parsed(self, value: Parse) -> str:
        """Return the name of the column of what a column states in a format."""
        name = _name_of(value)
        key = (name, value.time_format.text)
        if key not in self._parsed:
            number = sum(of == name for of, _ in self._parsed)
            alias = f"{name} parsed" + (f" {number + 1}" if number else "")
            self._parsed[key] = alias, value
        return self._parsed[key][0]

    def _name_list(self, value: Codes, column: Column) -> str:
        """Return the name of the table of a code list, as it is joined for a column."""
        for name, joined, of in self._lists:
            if joined is value and of is column:
                return name
        name = f"codes of {column.name}"
        number = sum(of is column for _, _, of in self._lists)
        name += f" {number + 1}" if number else ""
        self._lists.append((name, value, column))
        return name

    def _of_row(self, name: str) -> str:
        return f"{_ROW}.{self._quote(name)}"

    def _quote(self, name: str) -> str:
        return self._dialect.quote(name)


def _name_of(value: Parse) -> str:
    column = value.column
    if not isinstance(column, Column):
        raise TypeError("only a column of a source is parsed")
    return column.name


def _select(columns: Sequence[str], lines: Sequence[str]) -> str:
    listed = ",\n    ".join(columns)
    return "\n".join([f"SELECT\n    {listed}", *lines])


def _table(name: str, select: str) -> str:
    indented = "\n".join(f"    {line}" for line in select.splitlines())
    return f"{name} AS (\n{indented}\n)"
