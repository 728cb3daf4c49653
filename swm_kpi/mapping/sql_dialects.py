"""How each dialect of SQL writes what a mapping needs: names, literals, text, dates and times.

DuckDB, Spark and PostgreSQL run what is written here, and tests compare their rows with an oracle.
SQL Server and Oracle are written and parsed, and no test runs them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from typing_extensions import override

from swm_kpi.calendar import LONDON
from swm_kpi.expressions import TimeFormat
from swm_kpi.expressions.time_formats import (
    EPOCH_SECONDS,
    ISO,
    ISO_DATE,
    ISO_WITH_OFFSET,
    MONTHS,
)
from swm_kpi.mapping.evaluation import EPOCH_LIMITS
from swm_kpi.mapping.sql_time_parts import FixedText, TimeParts, fixed_texts, time_parts
from swm_kpi.vocabulary import WHITE_SPACE

TEXT_PARTS = ("Y", "m", "d", "H", "M", "S", "f")
"""The parts of a time, as directives without their sign."""

_ESCAPED_SPACES = "".join(f"\\u{ord(space):04x}" for space in WHITE_SPACE)
"""The white space of Unicode, as escapes of a regular expression or of text in Spark."""


def _join_characters(function: str, operator: str) -> str:
    """Return the text of all white space, each character made by a function of its number."""
    return f" {operator} ".join(f"{function}({ord(space)})" for space in WHITE_SPACE)


class SqlDialect(ABC):
    """One dialect of SQL. Expressions are text.

    Attributes:
        name: what ``Mapping.sql`` calls it.
        is_run: whether tests run what it writes.
        true, false: its truth values.
    """

    name: ClassVar[str]
    is_run: ClassVar[bool] = True
    true: ClassVar[str] = "TRUE"
    false: ClassVar[str] = "FALSE"
    _quotes: ClassVar[tuple[str, str]] = ('"', '"')
    _types: ClassVar[Mapping[type, str]]

    def quote(self, name: str) -> str:
        """Return a name between quotation marks."""
        first, last = self._quotes
        return f"{first}{name.replace(last, last * 2)}{last}"

    def literal(self, value: Any, dtype: type) -> str:
        """Return a value of a type of contracts, or null."""
        if value is None:
            return f"CAST(NULL AS {self._types[dtype]})"
        if dtype is bool:
            return self.true if value else self.false
        if dtype is float:
            return f"CAST({value!r} AS {self._types[float]})"
        if dtype is datetime:
            return f"CAST({self._text(value.isoformat(' '))} AS {self._types[datetime]})"
        if dtype is date:
            return self.day(value)
        return self._text(value) if dtype is str else str(value)

    def day(self, day: date) -> str:
        """Return a day."""
        return f"DATE '{day.isoformat()}'"

    def cast(self, expression: str, dtype: type) -> str:
        """Return a value in a type of contracts."""
        return f"CAST({expression} AS {self._types[dtype]})"

    def rows_of(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """Return a common table expression with the rows of a code list."""
        names = ", ".join(self.quote(column) for column in columns)
        listed = ",\n        ".join(f"({', '.join(row)})" for row in rows)
        return f"{self.quote(name)} ({names}) AS (\n    VALUES\n        {listed}\n)"

    def without_spaces(self, text: str) -> str:
        """Return text without spaces at its ends."""
        return f"TRIM({text})"

    @abstractmethod
    def without_blanks(self, text: str) -> str:
        """Return text, and null where it is empty or only white space of Unicode."""

    @abstractmethod
    def without_white_space(self, text: str) -> str:
        """Return text without white space of Unicode at its ends."""

    def lower_case(self, text: str) -> str:
        """Return text in lower case."""
        return f"LOWER({text})"

    def in_order(self, value: str, dtype: type) -> str:
        """Return what to order a value by: text by its characters, in no language."""
        return value

    def local_day(self, time: str) -> str:
        """Return the day of a local time."""
        return f"CAST({time} AS DATE)"

    @abstractmethod
    def read_time(self, text: str, time_format: TimeFormat) -> str:
        """Return the date, local time or instant that text states; null in another format."""

    @abstractmethod
    def from_epoch(self, number: str, *, is_seconds: bool) -> str:
        """Return the instant that a whole number states."""

    @abstractmethod
    def from_utc(self, time: str) -> str:
        """Return a time in UTC as an instant."""

    @abstractmethod
    def to_local(self, instant: str) -> str:
        """Return an instant as local time."""

    def parse(self, value: str, time_format: TimeFormat) -> str:
        """Return what a column states in a format: text, or a number of an epoch time."""
        if not time_format.is_epoch:
            return self.read_time(value, time_format)
        is_seconds = time_format.text == EPOCH_SECONDS
        low, high = (limit * (1 if is_seconds else 1_000) for limit in EPOCH_LIMITS)
        instant = self.from_epoch(value, is_seconds=is_seconds)
        return f"CASE WHEN {value} BETWEEN {low} AND {high} THEN {instant} END"

    def _text(self, value: str) -> str:
        escaped = value.replace("'", "''")
        return f"'{escaped}'"


class DuckDBSql(SqlDialect):
    """The SQL of DuckDB."""

    name = "duckdb"
    _types: ClassVar[Mapping[type, str]] = {
        str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", date: "DATE",
        datetime: "TIMESTAMP",
    }  # fmt: skip

    @override
    def without_blanks(self, text: str) -> str:
        # The comparison decides nearly every row, and is much faster than the expression. The
        # expression knows the white space of Unicode.
        has_text = f"{text} BETWEEN '!' AND '~' OR regexp_matches({text}, '[^\\s\\v\\x85\\pZ]')"
        return f"CASE WHEN {has_text} THEN {text} END"

    @override
    def without_white_space(self, text: str) -> str:
        return f"TRIM({text}, {_join_characters('CHR', '||')})"

    @override
    def read_time(self, text: str, time_format: TimeFormat) -> str:
        # The parsers ignore spaces at the ends, so none need be removed.
        pattern = self._text(f" *(?:{time_format.pattern}) *")
        matches = f"regexp_full_match({text}, {pattern})"
        if time_format.text == ISO_WITH_OFFSET:
            parsed = f"TRY_CAST({text} AS TIMESTAMPTZ)"
        elif time_format.text == ISO:
            parsed = f"TRY_CAST({text} AS TIMESTAMP)"
        elif time_format.text == ISO_DATE:
            parsed = f"TRY_CAST({text} AS DATE)"
        else:
            parsed = f"try_strptime({text}, {self._text(time_format.text)})"
            if time_format.dtype is date:
                parsed = f"CAST({parsed} AS DATE)"
        return f"CASE WHEN {matches} THEN {parsed} END"

    @override
    def from_epoch(self, number: str, *, is_seconds: bool) -> str:
        return f"timezone('UTC', make_timestamp({number} * {1_000_000 if is_seconds else 1_000}))"

    @override
    def from_utc(self, time: str) -> str:
        return f"timezone('UTC', {time})"

    @override
    def to_local(self, instant: str) -> str:
        return f"timezone('{LONDON}', {instant})"


class _PartsSql(SqlDialect):
    """A dialect that reads the parts of a time by a regular expression, and puts them together."""

    @override
    def read_time(self, text: str, time_format: TimeFormat) -> str:
        stripped = self.without_spaces(text)
        parts = time_parts(time_format)
        if parts.has_names:
            stripped = f"UPPER({stripped})"
        numbers = self._numbers(stripped, parts)
        if time_format.dtype is date:
            return self._make_date(numbers, self._matches(stripped, parts))
        time = self._make_time(numbers, self._matches(stripped, parts))
        if time_format.text != ISO_WITH_OFFSET:
            return time
        return self._with_offset(time, stripped, parts)

    def _numbers(self, text: str, parts: TimeParts) -> dict[str, str]:
        numbers = {
            part: self._number(text, parts, part) for part in TEXT_PARTS if part in parts.groups
        }
        if "b" in parts.groups:
            first = self._part(text, parts, "b")
            months = "".join(month[:3].upper() for month in MONTHS)
            numbers["m"] = f"{self._whole(self._position(f'SUBSTR({first}, 1, 3)', months))}"
        if "I" in parts.groups:
            hour = self._number(text, parts, "I")
            is_late = f"{self._part(text, parts, 'p')} = 'PM'"
            numbers["H"] = f"MOD({hour}, 12) + CASE WHEN {is_late} THEN 12 ELSE 0 END"
        return numbers

    def _position(self, text: str, months: str) -> str:
        return f"(STRPOS('{months}', {text}) + 2) / 3"

    def _whole(self, number: str) -> str:
        return f"CAST({number} AS INTEGER)"

    def _matches(self, text: str, parts: TimeParts) -> str:
        return f"REGEXP_LIKE({text}, {self._text(parts.pattern)})"

    @abstractmethod
    def _part(self, text: str, parts: TimeParts, part: str) -> str:
        """Return a part of a text as text."""

    @abstractmethod
    def _number(self, text: str, parts: TimeParts, part: str) -> str:
        """Return a part of a text as a number; zero for seconds and fractions that it lacks."""

    @abstractmethod
    def _make_date(self, parts: Mapping[str, str], matches: str) -> str:
        """Return the date of some parts, and null if there is no such day."""

    @abstractmethod
    def _make_time(self, parts: Mapping[str, str], matches: str) -> str:
        """Return the time of some parts, and null if there is no such day."""

    @abstractmethod
    def _with_offset(self, time: str, text: str, parts: TimeParts) -> str:
        """Return the instant of a time in a text that ends with an offset."""


class SparkSql(_PartsSql):
    """The SQL of Spark."""

    name = "spark"
    _quotes = ("`", "`")
    _types: ClassVar[Mapping[type, str]] = {
        str: "STRING", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN", date: "DATE",
        datetime: "TIMESTAMP_NTZ",
    }  # fmt: skip
    _EPOCH = "TIMESTAMP_NTZ'1970-01-01 00:00:00'"

    @override
    def rows_of(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        names = ", ".join(self.quote(column) for column in columns)
        listed = ",\n        ".join(f"({', '.join(row)})" for row in rows)
        values = f"SELECT * FROM VALUES\n        {listed}\n    AS listed ({names})"
        return f"{self.quote(name)} AS (\n    {values}\n)"

    @override
    def without_blanks(self, text: str) -> str:
        return f"CASE WHEN {text} RLIKE '[^\\\\s\\\\x85\\\\p{{Z}}]' THEN {text} END"

    @override
    def without_white_space(self, text: str) -> str:
        return f"TRIM(BOTH '{_ESCAPED_SPACES}' FROM {text})"

    @override
    def _text(self, value: str) -> str:
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"

    @override
    def _position(self, text: str, months: str) -> str:
        return f"(LOCATE({text}, '{months}') + 2) / 3"

    @override
    def _part(self, text: str, parts: TimeParts, part: str) -> str:
        return f"REGEXP_EXTRACT({text}, {self._text(parts.pattern)}, {parts.groups[part]})"

    @override
    def _number(self, text: str, parts: TimeParts, part: str) -> str:
        piece = self._part(text, parts, part)
        if part == "f":
            return f"COALESCE(TRY_CAST(CONCAT('0.', {piece}) AS DECIMAL(8, 6)), 0)"
        number = f"TRY_CAST({piece} AS INT)"
        return f"COALESCE({number}, 0)" if part == "S" else number

    @override
    def _make_date(self, parts: Mapping[str, str], matches: str) -> str:
        return f"CAST({self._make_time(parts, matches)} AS DATE)"

    @override
    def _make_time(self, parts: Mapping[str, str], matches: str) -> str:
        clock = [parts.get(part, "0") for part in "HM"]
        seconds = " + ".join(parts[part] for part in "Sf" if part in parts) or "0"
        listed = ", ".join([parts["Y"], parts["m"], parts["d"], *clock])
        return f"TRY_MAKE_TIMESTAMP_NTZ({listed}, CAST({seconds} AS DECIMAL(8, 6)))"

    @override
    def _with_offset(self, time: str, text: str, parts: TimeParts) -> str:
        # Spark reads no offset after minutes.
        with_seconds = f"REGEXP_REPLACE({text}, '^(.{{16}})([Z+-])', '$1:00$2')"
        return f"CASE WHEN {time} IS NOT NULL THEN TRY_CAST({with_seconds} AS TIMESTAMP) END"

    @override
    def from_epoch(self, number: str, *, is_seconds: bool) -> str:
        return f"TIMESTAMP_MICROS({number} * {1_000_000 if is_seconds else 1_000})"

    @override
    def from_utc(self, time: str) -> str:
        return f"TIMESTAMP_MICROS(TIMESTAMPDIFF(MICROSECOND, {self._EPOCH}, {time}))"

    @override
    def to_local(self, instant: str) -> str:
        local = f"UNIX_MICROS(FROM_UTC_TIMESTAMP({instant}, '{LONDON}'))"
        return (
            f"{self._EPOCH} + MAKE_DT_INTERVAL(0, 0, 0, CAST({local} AS DECIMAL(20, 0)) / 1000000)"
        )


class PostgresSql(_PartsSql):
    """The SQL of PostgreSQL."""

    name = "postgres"
    _types: ClassVar[Mapping[type, str]] = {
        str: "TEXT", int: "BIGINT", float: "DOUBLE PRECISION", bool: "BOOLEAN", date: "DATE",
        datetime: "TIMESTAMP",
    }  # fmt: skip

    @override
    def without_blanks(self, text: str) -> str:
        return f"CASE WHEN {text} ~ '[^{_ESCAPED_SPACES}]' THEN {text} END"

    @override
    def without_white_space(self, text: str) -> str:
        return f"BTRIM({text}, {_join_characters('CHR', '||')})"

    @override
    def in_order(self, value: str, dtype: type) -> str:
        return f'{value} COLLATE "C"' if dtype is str else value

    @override
    def _matches(self, text: str, parts: TimeParts) -> str:
        return f"{text} ~ {self._text(parts.pattern)}"

    @override
    def _part(self, text: str, parts: TimeParts, part: str) -> str:
        pattern = self._text(parts.pattern)
        return f"(REGEXP_MATCH({text}, {pattern}))[{parts.groups[part]}]"

    @override
    def _number(self, text: str, parts: TimeParts, part: str) -> str:
        piece = self._part(text, parts, part)
        if part == "f":
            return f"COALESCE(CAST('0.' || {piece} AS DOUBLE PRECISION), 0)"
        number = f"CAST({piece} AS INTEGER)"
        return f"COALESCE({number}, 0)" if part == "S" else number

    @override
    def _make_date(self, parts: Mapping[str, str], matches: str) -> str:
        made = f"MAKE_DATE({parts['Y']}, {parts['m']}, {parts['d']})"
        return f"CASE WHEN {matches} AND {self._is_day(parts)} THEN {made} END"

    @override
    def _make_time(self, parts: Mapping[str, str], matches: str) -> str:
        clock = [parts.get(part, "0") for part in "HM"]
        seconds = " + ".join(parts[part] for part in "Sf" if part in parts) or "0"
        listed = ", ".join([parts["Y"], parts["m"], parts["d"], *clock, seconds])
        made = f"MAKE_TIMESTAMP({listed})"
        return f"CASE WHEN {matches} AND {self._is_day(parts)} THEN {made} END"

    def _is_day(self, parts: Mapping[str, str]) -> str:
        first = f"MAKE_DATE({parts['Y']}, {parts['m']}, 1)"
        last = f"EXTRACT(DAY FROM {first} + INTERVAL '1 month' - INTERVAL '1 day')"
        return f"{parts['d']} <= {last}"

    @override
    def _with_offset(self, time: str, text: str, parts: TimeParts) -> str:
        return f"CASE WHEN {time} IS NOT NULL THEN CAST({text} AS TIMESTAMPTZ) END"

    @override
    def from_epoch(self, number: str, *, is_seconds: bool) -> str:
        seconds = f"CAST({number} AS DOUBLE PRECISION)"
        return f"TO_TIMESTAMP({seconds if is_seconds else f'{seconds} / 1000'})"

    @override
    def from_utc(self, time: str) -> str:
        return f"({time}) AT TIME ZONE 'UTC'"

    @override
    def to_local(self, instant: str) -> str:
        return f"({instant}) AT TIME ZONE '{LONDON}'"


class OracleSql(_PartsSql):
    """The SQL of Oracle, from 12.2. No test runs it."""

    name = "oracle"
    is_run = False
    true, false = "1", "0"
    _types: ClassVar[Mapping[type, str]] = {
        str: "VARCHAR2(4000)", int: "NUMBER(19)", float: "BINARY_DOUBLE", bool: "NUMBER(1)",
        date: "DATE", datetime: "TIMESTAMP(6)",
    }  # fmt: skip

    @override
    def rows_of(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        names = ", ".join(self.quote(column) for column in columns)
        listed = "\n    UNION ALL ".join(f"SELECT {', '.join(row)} FROM DUAL" for row in rows)
        return f"{self.quote(name)} ({names}) AS (\n    {listed}\n)"

    @override
    def without_blanks(self, text: str) -> str:
        # Empty text is null in Oracle.
        return f"CASE WHEN LTRIM({text}, {self._spaces}) IS NOT NULL THEN {text} END"

    @override
    def without_white_space(self, text: str) -> str:
        return f"RTRIM(LTRIM({text}, {self._spaces}), {self._spaces})"

    @property
    def _spaces(self) -> str:
        codes = "".join(f"\\{ord(space):04X}" for space in WHITE_SPACE)
        return f"UNISTR('{codes}')"

    @override
    def _position(self, text: str, months: str) -> str:
        return f"(INSTR('{months}', {text}) + 2) / 3"

    @override
    def _part(self, text: str, parts: TimeParts, part: str) -> str:
        pattern = self._text(parts.pattern)
        return f"REGEXP_SUBSTR({text}, {pattern}, 1, 1, NULL, {parts.groups[part]})"

    @override
    def _number(self, text: str, parts: TimeParts, part: str) -> str:
        piece = self._part(text, parts, part)
        if part == "f":
            return f"TO_NUMBER(RPAD(COALESCE({piece}, '0'), 6, '0')) / 1000000"
        number = f"TO_NUMBER({piece})"
        return f"COALESCE({number}, 0)" if part == "S" else number

    @override
    def _make_date(self, parts: Mapping[str, str], matches: str) -> str:
        day = " || '-' || ".join(parts[part] for part in ("Y", "m", "d"))
        made = f"TO_DATE({day}, 'YYYY-MM-DD')"
        return f"CASE WHEN {matches} AND {self._is_day(parts)} THEN {made} END"

    @override
    def _make_time(self, parts: Mapping[str, str], matches: str) -> str:
        day = " || '-' || ".join(parts[part] for part in ("Y", "m", "d"))
        seconds = f"({parts['H']}) * 3600 + {parts['M']} * 60"
        seconds += "".join(f" + {parts[part]}" for part in "Sf" if part in parts)
        made = f"TO_TIMESTAMP({day}, 'YYYY-MM-DD') + NUMTODSINTERVAL({seconds}, 'SECOND')"
        return f"CASE WHEN {matches} AND {self._is_day(parts)} THEN {made} END"

    def _is_day(self, parts: Mapping[str, str]) -> str:
        month = f"TO_DATE({parts['Y']} || '-' || {parts['m']}, 'YYYY-MM')"
        return f"{parts['d']} <= EXTRACT(DAY FROM LAST_DAY({month}))"

    @override
    def _with_offset(self, time: str, text: str, parts: TimeParts) -> str:
        offset = self._part(text, parts, "z")
        return f"FROM_TZ({time}, REPLACE({offset}, 'Z', '+00:00'))"

    @override
    def from_epoch(self, number: str, *, is_seconds: bool) -> str:
        seconds = number if is_seconds else f"{number} / 1000"
        start = "TIMESTAMP '1970-01-01 00:00:00'"
        return self.from_utc(f"{start} + NUMTODSINTERVAL({seconds}, 'SECOND')")

    @override
    def from_utc(self, time: str) -> str:
        return f"FROM_TZ(CAST({time} AS TIMESTAMP(6)), 'UTC')"

    @override
    def to_local(self, instant: str) -> str:
        return f"CAST({instant} AT TIME ZONE '{LONDON}' AS TIMESTAMP(6))"

    @override
    def local_day(self, time: str) -> str:
        return f"TRUNC({time})"


class SqlServerSql(SqlDialect):
    """The SQL of SQL Server, from 2017. No test runs it."""

    name = "tsql"
    is_run = False
    true, false = "CAST(1 AS BIT)", "CAST(0 AS BIT)"
    _quotes = ("[", "]")
    _types: ClassVar[Mapping[type, str]] = {
        str: "NVARCHAR(4000)", int: "BIGINT", float: "FLOAT", bool: "BIT", date: "DATE",
        datetime: "DATETIME2(6)",
    }  # fmt: skip
    _LONDON = "GMT Standard Time"
    """What Windows calls Europe/London, with its summer time."""

    @override
    def rows_of(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        names = ", ".join(self.quote(column) for column in columns)
        # A list of values has at most 1,000 rows, except as a derived table.
        listed = ",\n        ".join(f"({', '.join(row)})" for row in rows)
        values = f"SELECT * FROM (VALUES\n        {listed}\n    ) AS listed ({names})"
        return f"{self.quote(name)} AS (\n    {values}\n)"

    @override
    def day(self, day: date) -> str:
        return f"CAST('{day.isoformat()}' AS DATE)"

    @override
    def without_blanks(self, text: str) -> str:
        # A binary collation compares codes by their characters, with case and accents.
        has_text = f"{self.without_white_space(text)} <> ''"
        return f"CASE WHEN {has_text} THEN {text} END COLLATE Latin1_General_BIN2"

    @override
    def without_white_space(self, text: str) -> str:
        return f"TRIM({_join_characters('NCHAR', '+')} FROM {text})"

    @override
    def _text(self, value: str) -> str:
        return "N" + super()._text(value)

    @override
    def read_time(self, text: str, time_format: TimeFormat) -> str:
        stripped = self.without_spaces(text)
        cases = [
            f"WHEN {stripped} LIKE {self._text(item.like)} "
            f"THEN {self._from_fixed(stripped, item, time_format)}"
            for item in fixed_texts(time_format)
        ]
        return "\n            ".join(["CASE", *cases]) + "\n        END"

    def _from_fixed(self, text: str, item: FixedText, time_format: TimeFormat) -> str:
        def piece(part: str) -> str:
            first, length = item.places[part]
            return f"SUBSTRING({text}, {first}, {length})"

        def two_digits(part: str) -> str:
            return piece(part) if item.places[part][1] == 2 else f"'0' + {piece(part)}"

        if "b" in item.places:
            names = MONTHS if "%B" in time_format.text else [month[:3] for month in MONTHS]
            cases = (f"WHEN '{name.upper()}' THEN '{at:02}'" for at, name in enumerate(names, 1))
            month = f"CASE UPPER({piece('b')}) {' '.join(cases)} END"
        else:
            month = two_digits("m")
        day = f"{piece('Y')} + '-' + {month} + '-' + {two_digits('d')}"
        if time_format.dtype is date:
            return f"TRY_CONVERT(DATE, {day}, 23)"
        if "I" in item.places:
            late = f"CASE WHEN UPPER({piece('p')}) = 'PM' THEN 12 ELSE 0 END"
            number = f"CAST({piece('I')} AS INT) % 12 + {late}"
            hour = f"RIGHT('0' + CAST({number} AS VARCHAR(2)), 2)"
        else:
            hour = two_digits("H")
        seconds = piece("S") if "S" in item.places else "'00'"
        clock = f"{hour} + ':' + {piece('M')} + ':' + {seconds}"
        if "f" in item.places:
            clock += f" + '.' + {piece('f')}"
        time = f"{day} + 'T' + {clock}"
        if time_format.text != ISO_WITH_OFFSET:
            return f"TRY_CONVERT(DATETIME2(6), {time}, 126)"
        offset = f"REPLACE({piece('z')}, 'Z', '+00:00')"
        return f"TRY_CONVERT(DATETIMEOFFSET(6), {time} + {offset}, 126)"

    @override
    def from_epoch(self, number: str, *, is_seconds: bool) -> str:
        seconds = number if is_seconds else f"{number} / 1000"
        start = "CAST('1970-01-01' AS DATETIME2(6))"
        time = f"DATEADD(SECOND, ({seconds}) % 86400, DATEADD(DAY, ({seconds}) / 86400, {start}))"
        if not is_seconds:
            time = f"DATEADD(MILLISECOND, {number} % 1000, {time})"
        return self.from_utc(time)

    @override
    def from_utc(self, time: str) -> str:
        return f"({time}) AT TIME ZONE 'UTC'"

    @override
    def to_local(self, instant: str) -> str:
        return f"CAST(({instant}) AT TIME ZONE '{self._LONDON}' AS DATETIME2(6))"


SQL_DIALECTS: Mapping[str, SqlDialect] = {
    dialect.name: dialect
    for dialect in (DuckDBSql(), SparkSql(), PostgresSql(), SqlServerSql(), OracleSql())
}
"""The dialects that a mapping is written in, by name."""
