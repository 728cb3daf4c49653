"""What mapping an extract gives, whatever the engine: rows, counts, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from swm_kpi.contracts import STATUSES, Column, Violation
from swm_kpi.errors import InputError
from swm_kpi.expressions import LocalDate, Parse
from swm_kpi.expressions.time_formats import ISO, ISO_DATE, ISO_WITH_OFFSET
from swm_kpi.mapping.mapped_table import SMALL, ColumnCounts, UnmappedCode
from swm_kpi.mapping.source import SourceType
from swm_kpi.mapping.values import Coalesce, Codes, Flag, NotInSource, Value

if TYPE_CHECKING:
    from swm_kpi.mapping import mapping as declared

MAPPED, NULL, UNMAPPED, OTHER = range(len(STATUSES))
"""How a row came to its value: the position of its status."""

CHOSEN, TIED, EMPTY_KEY, UNREADABLE = range(4)
"""Whether a row is the first of its thing, or why that cannot be known."""

PLACE_RULES = {
    TIED: "is tied with another row for first",
    EMPTY_KEY: "is empty, so that it is not known which thing the row is about",
    UNREADABLE: "is not in its format, so that the order is not known",
}

EPOCH_LIMITS = (-2_208_988_800, 7_258_118_400)
"""Seconds since 1970 of the first and last plausible time: 1900 and 2200."""

_TIMES = {
    ISO: "2024-04-01 10:00",
    ISO_DATE: "2024-04-01",
    ISO_WITH_OFFSET: "2024-04-01 10:00+01:00",
}


@dataclass(frozen=True)
class Leaf:
    """One value to compute for each row: that of a column, or one part of a ``coalesce``.

    Attributes:
        number: its number in the mapping.
        column: the contract's column; None for a day that only chooses the meaning of a code.
        value: how it is made.
    """

    number: int
    column: Column | None
    value: Value

    @property
    def has_status(self) -> bool:
        """Whether its status must be computed, because its value alone does not show it."""
        return isinstance(_innermost(self.value), Parse | Flag | Codes)

    @property
    def refuses(self) -> bool:
        """Whether an unmapped value is refused."""
        return getattr(_innermost(self.value), "unmapped", "") == "refuse"

    @property
    def subject(self) -> str:
        """The column that a message names: the contract's, or the source's."""
        if self.column is not None:
            return self.column.name
        return next(part.name for part in self.value.walk() if isinstance(part, Column))

    @property
    def rule(self) -> str:
        """What an unmapped value breaks, in words."""
        match _innermost(self.value):
            case Parse(time_format=time_format):
                example = _TIMES.get(time_format.text)
                such_as = f", such as {example}" if example else ""
                return f"is not in the format {time_format.words}{such_as}"
            case Codes(code_list=code_list):
                return f"has a code that {code_list.name} does not map"
            case _:
                return "has a value that means neither yes, no nor null"

    @property
    def code_column(self) -> Column | None:
        """The column whose unmapped codes a report may list."""
        value = self.value
        if isinstance(value, Codes | Flag) and not value.column.personal:
            return value.column
        return None


@dataclass(frozen=True)
class RowsOfPart:
    """Which rows a mapping makes, where others make the rest.

    Attributes:
        at: the contract's column of the day that decides.
        first, last: the first and the last day.
        local: the columns of times that must be local, as they are in another part.
    """

    at: str
    first: date
    last: date
    local: frozenset[str] = frozenset()

    @property
    def without_day(self) -> str:
        """The rule that a row without a day breaks."""
        return "is empty, so that it is not known which system has the row"


@dataclass(frozen=True)
class Evaluation:
    """What mapping an extract gives.

    Attributes:
        frame: the rows.
        rows: how many there are.
        counts: the four counts of each mapped column.
        refused: what the mapping refuses.
        codes: the codes that are not mapped, if they were asked for.
        instants: the columns of times that have a time zone.
        left_out: the number of rows of days that another part has.
    """

    frame: Any
    rows: int
    counts: dict[str, ColumnCounts]
    refused: tuple[Violation, ...]
    codes: tuple[UnmappedCode, ...] = ()
    instants: frozenset[str] = frozenset()
    left_out: int = 0


def leaves_of(mapping: declared.Mapping) -> dict[str, list[Leaf]]:
    """Return the leaves of each mapped column, by its name, and last those of days, under ""."""
    leaves: dict[str, list[Leaf]] = {}
    number = 0
    days: dict[int, Value] = {}
    for name, value in mapping.made_columns.items():
        parts = value.values if isinstance(value, Coalesce) else (value,)
        leaves[name] = []
        for part in parts:
            leaves[name].append(Leaf(number, mapping.contract.columns[name], part))
            number += 1
            if isinstance(part, Codes) and isinstance(part.at, Parse | LocalDate):
                days[id(part.at)] = part.at
    leaves[""] = [Leaf(number + at, None, day) for at, day in enumerate(days.values())]
    return leaves


def made_columns(columns: Mapping[str, Value]) -> dict[str, Value]:
    """Return the columns that a mapping makes: all but those that the source has no field for."""
    return {name: value for name, value in columns.items() if not isinstance(value, NotInSource)}


def refused_places(mapping: declared.Mapping, places: Mapping[int, int]) -> Iterator[Violation]:
    """Yield a violation for each reason why the first row of a thing is not known.

    Args:
        mapping: the mapping.
        places: the number of rows by place.
    """
    keys = ", ".join(subject_of(value) for value in mapping.one_row_per)
    for place, rule in PLACE_RULES.items():
        if places.get(place):
            yield Violation(keys, rule, places[place])


def refused_values(
    leaves: Iterable[Leaf], statuses: Mapping[int, Mapping[int, int]]
) -> Iterator[Violation]:
    """Yield a violation for each value that has unmapped rows and refuses them.

    Args:
        leaves: the values.
        statuses: the number of rows by status, by number of the leaf.
    """
    for leaf in leaves:
        rows = statuses.get(leaf.number, {}).get(UNMAPPED, 0)
        if leaf.refuses and rows:
            yield Violation(leaf.subject, leaf.rule, rows)


def counts_of(statuses: Mapping[int, int]) -> ColumnCounts:
    """Return the four counts from the number of rows by status."""
    return ColumnCounts(*(statuses.get(status, 0) for status in (MAPPED, NULL, UNMAPPED, OTHER)))


def check_headers(source: SourceType, wanted: Sequence[str], labels: Iterable[str]) -> None:
    """Refuse an extract that lacks a column, without naming any label of the extract.

    Raises:
        InputError: names each missing column.
    """
    present = set(labels)
    similar = {label.strip().lower().replace(" ", "_") for label in present}
    missing = []
    for name in wanted:
        header = source.headers[name]
        if header not in present:
            is_similar = header.strip().lower().replace(" ", "_") in similar
            hint = " (it has one that differs in case or spaces: state it with header=)"
            missing.append(f"{header!r}{hint if is_similar else ''}")
    if missing:
        columns = "column" if len(missing) == 1 else "columns"
        raise InputError(
            f"Table {source.table!r}: the extract has no {columns} {', '.join(missing)}. Was a "
            f"column renamed? Correct source {source.__name__}, or ask for the extract again."
        )


def unmapped_code(column: str, code: object, rows: int) -> UnmappedCode:
    """Return a code for a report, with the number of rows only where it is not small."""
    return UnmappedCode(column, str(code), rows if rows >= SMALL else None)


def subject_of(value: Value) -> str:
    """Return the name of the column that a value is made from."""
    return next(part.name for part in value.walk() if isinstance(part, Column))


def _innermost(value: Value) -> Value:
    return value.time if isinstance(value, LocalDate) else value
