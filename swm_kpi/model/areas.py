"""The areas of a force, in any number of levels and with the days on which they are valid."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from swm_kpi.calendar import Period, format_date
from swm_kpi.contracts import AreaLookup, AreaSpan
from swm_kpi.errors import (
    Problem,
    RequestError,
    did_you_mean,
    place_of_declaration,
    raise_problems,
)
from swm_kpi.model.areas_checks import area_problems, levels_of
from swm_kpi.model.areas_file import Area, AreaRows, parse_areas, read_areas

FIRST_DAY, LAST_DAY = date.min, date.max


class Areas:
    """The areas of a force: beats, Local Policing Areas, districts, or whatever it has.

    Every area has a code, a name, a level and a parent. The force is the only area without a
    parent. Each level is in one level above it, and two levels can be in the same one. An area
    has a row for each name or parent that it has had, with the days on which it had it.

    Args:
        rows: one mapping for each row of the file that :meth:`read` reads, with the same keys.

    Attributes:
        rows: the rows, in order.
        levels: the names of the levels, the lowest first and the force's last.

    Raises:
        DefinitionError: with every mistake in the rows.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        place = place_of_declaration()
        numbered = [(f"{place}, row {number}", row) for number, row in enumerate(rows, start=1)]
        self._set(parse_areas(numbered))

    @classmethod
    def read(cls, path: str | Path) -> Areas:
        """Read the areas from a CSV file.

        The columns are ``code``, ``name``, ``level``, ``parent`` (a code), ``valid_from`` and
        ``valid_to`` (the first and the last day, such as 2024-04-01, or nothing). The first line
        can be ``# format 1``, the version of the format.

        Args:
            path: the path of the file.

        Raises:
            InputError: the file does not exist, or is not CSV in UTF-8.
            DefinitionError: with every mistake in the file, each with its line.
        """
        areas = cls.__new__(cls)
        areas._set(read_areas(Path(path)))
        return areas

    def _set(self, rows: AreaRows) -> None:
        problems = [*rows.problems, *area_problems(rows.areas, rows.missing_codes)]
        self.rows: tuple[Area, ...] = () if problems else tuple(rows.areas)
        self.levels = levels_of(self.rows)
        problems += self._ambiguities()
        if problems:
            raise_problems(problems)

    @property
    def force(self) -> str:
        """The name of the force now."""
        return self.members(self.levels[-1])[0]

    @cached_property
    def newest(self) -> date | None:
        """The first day of the newest boundaries, also if it is in the future; None if undated."""
        days = {row.valid_from for row in self.rows if row.valid_from > FIRST_DAY}
        days |= {row.valid_to + timedelta(1) for row in self.rows if row.valid_to < LAST_DAY}
        tops = [row for row in self.rows if not row.parent]
        days = {day for day in days if any(row.is_valid_on(day) for row in tops)}
        return max(days, default=None)

    @cached_property
    def hash(self) -> str:
        """A fingerprint of the rows. Their order does not change it."""
        rows = sorted(
            [row.code, row.name, row.level, row.parent, str(row.valid_from), str(row.valid_to)]
            for row in self.rows
        )
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:8]

    def members(self, level: str, *, at: date | str | Period | None = None) -> tuple[str, ...]:
        """Return the names of the areas of a level, in the order of the rows.

        Args:
            level: the level.
            at: a day, or a period: the areas that are valid on any day of it. Without it, the
                areas of the newest boundaries.

        Raises:
            RequestError: there is no such level, or the day is not a date.
        """
        first, last = self._days(at)
        return self._names(level, first, last)

    def all_members(self, level: str) -> tuple[str, ...]:
        """Return the names of all the areas that a level has ever had, in the order of the rows.

        Raises:
            RequestError: there is no such level.
        """
        return self._names(level, FIRST_DAY, LAST_DAY)

    def days_of(self, level: str) -> dict[str, list[tuple[date, date]]]:
        """Return the first and last days of the spans in which each area of a level exists.

        Rows of one name that follow each other, such as with two parents, are one span.

        Raises:
            RequestError: there is no such level.
        """
        self._check_level(level)
        days: dict[str, list[tuple[date, date]]] = {}
        rows = [row for row in self.rows if row.level == level]
        for name in dict.fromkeys(row.name for row in rows):
            spans = (
                AreaSpan(name, row.valid_from, row.valid_to, name)
                for row in rows
                if row.name == name
            )
            days[name] = [(span.first, span.last) for span in _joined(spans)]
        return days

    def _names(self, level: str, first: date, last: date) -> tuple[str, ...]:
        self._check_level(level)
        return tuple(
            dict.fromkeys(
                row.name
                for row in self.rows
                if row.level == level and row.valid_from <= last and row.valid_to >= first
            )
        )

    def roll_up(self, code: str, level: str, *, at: date | str | None = None) -> str:
        """Return the name of the area of a level that an area is in.

        Args:
            code: the code of an area of that level or a level below, or the name of an area of
                that level.
            level: the level.
            at: the day of the boundaries that count. Without it, those of the newest boundaries.

        Raises:
            RequestError: there is no such level, the day is not a date, or the code is in no area
                of the level on that day.
        """
        first, last = self._days(at)
        spans = self.lookup(level).spans
        for span in spans:
            if span.value == code and span.first <= first and span.last >= last:
                return span.name
        known = {span.value for span in spans if span.first <= first and span.last >= last}
        if code in {span.value for span in spans}:
            rule = f"it is in no area of level {level} on {format_date(first)}"
            fix = "Correct the day, or add a row for it to the areas"
        else:
            rule = f"it is no code of level {level} or a level below, and no name of that level"
            fix = did_you_mean(code[:40], known)
        raise RequestError(f"Area {code[:40]!r}: {rule}. {fix}{'' if fix.endswith('?') else '.'}")

    def lookup(self, level: str, *, names_of: str = "") -> AreaLookup:
        """Return which area of a level a value belongs to, and when.

        A value is a code of the level or of a level below, or a name.

        Args:
            level: the level.
            names_of: the level that has names as values; by default ``level``.

        Raises:
            RequestError: there is no such level.
        """
        self._check_level(level)
        return self._lookups[level, names_of or level]

    def newest_lookup(self, level: str) -> AreaLookup:
        """Return which area of a level a value belongs to by the newest boundaries, on every day.

        Raises:
            RequestError: there is no such level.
        """
        day = self.newest or LAST_DAY
        spans = self.lookup(level).spans
        now = tuple(
            AreaSpan(span.value, FIRST_DAY, LAST_DAY, span.name)
            for span in spans
            if span.first <= day <= span.last
        )
        return AreaLookup(now, frozenset({s.value for s in spans} - {s.value for s in now}))

    @cached_property
    def _lookups(self) -> dict[tuple[str, str], AreaLookup]:
        return {
            (level, names_of): AreaLookup(tuple(_joined(self._all_spans(level, names_of))))
            for level in self.levels
            for names_of in self.levels
        }

    def _all_spans(self, level: str, names_of: str) -> Iterator[AreaSpan]:
        """Yield the spans of codes and names, also those of a code that is a name too."""
        by_code = defaultdict(list)
        for row in self.rows:
            by_code[row.code].append(row)

        def roll_up(row: Area, first: date, last: date) -> Iterator[tuple[date, date, str]]:
            if row.level == level:
                yield first, last, row.name
                return
            for parent in by_code.get(row.parent, ()):
                start, end = max(first, parent.valid_from), min(last, parent.valid_to)
                if start <= end:
                    yield from roll_up(parent, start, end)

        for row in self.rows:
            values = {row.code, row.name} if row.level == names_of else {row.code}
            for first, last, name in roll_up(row, row.valid_from, row.valid_to):
                for value in values:
                    yield AreaSpan(value, first, last, name)

    def _ambiguities(self) -> Iterator[Problem]:
        """Yield each code that is also the name of an area that it is not in."""
        for level in self.levels:
            by_value = defaultdict(list)
            for span in self._all_spans(level, level):
                by_value[span.value].append(span)
            for value, spans in by_value.items():
                names = {
                    other.name
                    for span in spans
                    for other in spans
                    if other.name != span.name
                    and other.first <= span.last
                    and span.first <= other.last
                }
                if names:
                    place = next(row.place for row in self.rows if row.code == value)
                    rule = f"{value!r} is also the name of another area of level {level}"
                    yield Problem("Areas", "code", rule, "Give it another code", place)

    def _days(self, at: date | str | Period | None) -> tuple[date, date]:
        if isinstance(at, Period):
            return at.start, at.end
        day = (self.newest or LAST_DAY) if at is None else _parse_day(at)
        return day, day

    def _check_level(self, level: str) -> None:
        if level not in self.levels:
            fix = did_you_mean(str(level)[:40], self.levels)
            raise RequestError(f"The areas have no level {str(level)[:40]!r}. {fix}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Areas) and self.rows == other.rows

    def __hash__(self) -> int:
        return hash(self.hash)

    def __repr__(self) -> str:
        counts = (f"{len(self.all_members(level))} {level}" for level in self.levels)
        return f"<Areas {self.hash} of {self.force}: {', '.join(counts)}>"

    def _repr_html_(self) -> str:
        headings = ("code", "name", "level", "parent", "valid_from", "valid_to")
        head = "".join(f'<th scope="col">{heading}</th>' for heading in headings)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row.cells()) + "</tr>"
            for row in self.rows
        )
        return f"<table><caption>{escape(repr(self)[1:-1])}</caption><tr>{head}</tr>{body}</table>"


def _parse_day(day: object) -> date:
    try:
        parsed = date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        parsed = None
    if not isinstance(parsed, date) or isinstance(parsed, datetime):
        raise RequestError(f"{str(day)[:40]!r} is not a day. Write it as 2024-04-01.")
    return parsed


def _joined(spans: Iterable[AreaSpan]) -> Iterator[AreaSpan]:
    """Join spans of one value and one name that follow each other or overlap."""
    by_value: dict[str, list[AreaSpan]] = defaultdict(list)
    for span in spans:
        by_value[span.value].append(span)
    for value in sorted(by_value):
        current: AreaSpan | None = None
        for span in sorted(by_value[value], key=lambda item: (item.first, item.last)):
            if current is None:
                current = span
            elif current.name == span.name and (
                current.last == LAST_DAY or span.first <= current.last + timedelta(1)
            ):
                current = AreaSpan(value, current.first, max(current.last, span.last), current.name)
            else:
                yield current
                current = span
        if current is not None:
            yield current
