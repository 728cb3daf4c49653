"""The rows of a force's areas, and the CSV file with them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from swm_kpi.contracts import ALL, UNKNOWN
from swm_kpi.errors import InputError, Problem, did_you_mean

HEADINGS = ("code", "name", "level", "parent", "valid_from", "valid_to")
_REQUIRED = HEADINGS[:4]
_FORMAT = 1
_FORMAT_LINE = re.compile(r"\A#\s*format\b\s*(.*)\Z")
_LEVEL = re.compile(r"\A[a-z](?:_?[a-z0-9])*\Z")
_RESERVED = {ALL: "it names the total row", UNKNOWN: "it names the rows without an area"}


@dataclass(frozen=True)
class Area:
    """An area with one name and one parent, from one day to another.

    Attributes:
        code: the code in the force's systems.
        name: the name that readers see.
        level: the level, such as ``beat``.
        parent: the code of the area that it is in; empty for the force.
        valid_from, valid_to: the first and the last day; ``date.min`` and ``date.max`` where open.
        place: the file and line.
    """

    code: str
    name: str
    level: str
    parent: str
    valid_from: date
    valid_to: date
    place: str = field(compare=False)

    def is_valid_on(self, day: date) -> bool:
        """Return whether the row is valid on a day."""
        return self.valid_from <= day <= self.valid_to

    def cells(self) -> tuple[str, ...]:
        """Return the cells of its line in the file."""
        first = "" if self.valid_from == date.min else self.valid_from.isoformat()
        last = "" if self.valid_to == date.max else self.valid_to.isoformat()
        return self.code, self.name, self.level, self.parent, first, last


@dataclass(frozen=True)
class AreaRows:
    """Rows of areas, and what is wrong with each of them.

    Attributes:
        areas: the rows without a mistake of their own.
        missing_codes: the codes of the other rows.
        problems: every mistake.
    """

    areas: list[Area]
    missing_codes: frozenset[str]
    problems: list[Problem]


def read_areas(path: Path) -> AreaRows:
    """Read the rows of a file.

    Raises:
        InputError: the file does not exist, or is not CSV in UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(_numbered(file))
    except OSError:
        failure = "there is no such file, or it cannot be opened"
        raise InputError(f"Areas file {path.name!r}: {failure}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise InputError(f"Areas file {path.name!r}: it is not CSV in UTF-8.") from None
    problems = list(_format_problems(path.name, lines))
    lines = lines[_has_format_line(lines) :]
    if not lines:
        fix = f"Begin it with {','.join(HEADINGS)}"
        problems.append(Problem("Areas", "file", "it has no rows", fix, path.name))
    header = [cell.strip() for cell in lines[0][1]] if lines else []
    if not problems:
        problems += _header_problems(f"{path.name}:{lines[0][0]}", header)
    if problems:
        return AreaRows([], frozenset(), problems)
    rows = []
    missing_codes = set()
    for number, cells in lines[1:]:
        place = f"{path.name}:{number}"
        if len(cells) != len(header):
            rule = f"it has {len(cells)} cells for {len(header)} columns"
            fix = "Put text with a comma between double quotes"
            problems.append(Problem("Areas", "cells", rule, fix, place))
            missing_codes.add(cells[min(header.index("code"), len(cells) - 1)].strip())
        else:
            rows.append((place, dict(zip(header, cells, strict=True))))
    parsed = parse_areas(rows)
    return AreaRows(
        parsed.areas, parsed.missing_codes | missing_codes, [*problems, *parsed.problems]
    )


def _numbered(file: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(file)
    for row in reader:
        if any(cell.strip() for cell in row):
            yield reader.line_num, row


def _has_format_line(lines: list[tuple[int, list[str]]]) -> bool:
    return bool(lines) and _FORMAT_LINE.match(lines[0][1][0].strip()) is not None


def _format_problems(name: str, lines: list[tuple[int, list[str]]]) -> Iterator[Problem]:
    """Yield that the file has another version of the format."""
    if not _has_format_line(lines):
        return
    number, cells = lines[0]
    match = _FORMAT_LINE.match(cells[0].strip())
    version = match[1] if match is not None else ""
    if version != str(_FORMAT):
        rule = f"{version[:20]!r} is not a version that this version of swm-kpi reads"
        fix = f"Write '# format {_FORMAT}', or update swm-kpi"
        yield Problem("Areas", "format", rule, fix, f"{name}:{number}")


def _header_problems(place: str, header: list[str]) -> Iterator[Problem]:
    for heading in dict.fromkeys(header):
        if heading not in HEADINGS:
            rule = f"{heading[:40]!r} is not a column of areas"
            yield Problem("Areas", "columns", rule, did_you_mean(heading, HEADINGS), place)
        elif header.count(heading) > 1:
            rule = f"column {heading!r} is there twice"
            yield Problem("Areas", "columns", rule, "Leave one out", place)
    for heading in _REQUIRED:
        if heading not in header:
            rule = f"there is no column {heading!r}"
            yield Problem("Areas", "columns", rule, f"Write {','.join(HEADINGS)}", place)


def parse_areas(numbered: Iterable[tuple[str, Mapping[str, Any]]]) -> AreaRows:
    """Make an area of each row.

    Args:
        numbered: the place and the cells of each row.
    """
    areas: list[Area] = []
    missing_codes: set[str] = set()
    problems: list[Problem] = []
    for place, row in numbered:
        findings = list(_row_findings(row))
        problems += [Problem("Areas", *finding, place) for finding in findings]
        if findings:
            missing_codes.add(_text(row.get("code")))
        else:
            code, name, level, parent = (_text(row.get(heading)) for heading in _REQUIRED)
            first, last = (_parse_day(row.get(heading)) for heading in HEADINGS[4:])
            areas.append(
                Area(code, name, level, parent, first or date.min, last or date.max, place)
            )
    return AreaRows(areas, frozenset(missing_codes), problems)


def _row_findings(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for heading in row:
        if heading not in HEADINGS:
            rule = f"{str(heading)[:40]!r} is not a column of areas"
            yield "columns", rule, did_you_mean(str(heading), HEADINGS)
    for heading in HEADINGS[:3]:
        if not _text(row.get(heading)):
            yield heading, "it is empty", f"Give a {heading}"
    level, name = _text(row.get("level")), _text(row.get("name"))
    if level and not _LEVEL.match(level):
        yield "level", f"{level[:40]!r} is not a lower-case name", "Use letters, digits and _"
    if name in _RESERVED:
        yield "name", f"{name!r} is reserved: {_RESERVED[name]}", "Name the area differently"
    days = []
    for heading in HEADINGS[4:]:
        try:
            days.append(_parse_day(row.get(heading)))
        except ValueError:
            text = str(row.get(heading))[:40]
            yield heading, f"{text!r} is not an ISO date", "Write it as 2024-04-01"
    first, last = (*days, None, None)[:2]
    if len(days) == 2 and first is not None and last is not None and last < first:
        yield "valid_to", "it is before valid_from", "Swap or correct them"


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _parse_day(cell: object) -> date | None:
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell
    text = _text(cell)
    return date.fromisoformat(text) if text else None
