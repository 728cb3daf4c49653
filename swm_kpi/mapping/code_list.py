"""Code lists: CSV files that say which code of a source means which value of a contract."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from swm_kpi.calendar import NO_DAY, OPEN_END, OPEN_START
from swm_kpi.declaration import Finding
from swm_kpi.errors import did_you_mean
from swm_kpi.vocabulary import WHITE_SPACE

REQUIRED = ("source_code", "target", "status", "decided_by", "decided_on")
HEADINGS = ("source_code", "target", "valid_from", "valid_to", *REQUIRED[2:], "note")
STATUSES = ("approved", "suggested", "rejected")


@dataclass(frozen=True)
class CodeRow:
    """An approved row of a code list.

    Attributes:
        line: its line in the file.
        source_code: the code in the source.
        target: the value in the contract; empty where the code means that nothing was recorded.
        valid_from, valid_to: the first and last day on which the code has that meaning. Without
            dates, it has it in rows without a day too; with one of them, from ``OPEN_START`` or
            until ``OPEN_END``.
    """

    line: int
    source_code: str
    target: str
    valid_from: date
    valid_to: date


@dataclass(frozen=True)
class CodeList:
    """A code list as read from its file.

    Attributes:
        name: the name of the file.
        rows: the approved rows, by code and first day.
        unapproved: how many rows are suggested or rejected.
        path: the file, in full.
    """

    name: str
    rows: tuple[CodeRow, ...]
    unapproved: int
    path: Path

    @property
    def has_dates(self) -> bool:
        """Whether any code is valid on some days only."""
        return any(row.valid_from > NO_DAY or row.valid_to < OPEN_END for row in self.rows)


def fold(code: str) -> str:
    """Return a code without white space of Unicode at its ends, in lower case."""
    return code.strip(WHITE_SPACE).lower()


def read_code_list(path: Path, *, is_folded: bool) -> tuple[CodeList, list[Finding]]:
    """Read a code list, and return every mistake in it.

    Args:
        path: the file.
        is_folded: whether codes that differ only in case, or in spaces at the ends, are the same.
    """
    nothing = CodeList(path.name, (), 0, path.resolve())
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [(number, row) for number, row in _numbered(csv.reader(file)) if row]
    except FileNotFoundError:
        fix = f"Write it, or correct the path: it begins at {path.parent.name!r}"
        return nothing, [("file", f"there is no file {path.name!r}", fix)]
    except (OSError, UnicodeDecodeError, csv.Error):
        rule = f"{path.name!r} cannot be read as CSV in UTF-8"
        return nothing, [("file", rule, "Save it as CSV in UTF-8")]
    if not lines:
        fix = f"Begin it with {','.join(HEADINGS)}"
        return nothing, [("file", f"{path.name!r} is empty", fix)]
    header = [cell.strip() for cell in lines[0][1]]
    findings = list(_header_findings(path.name, header))
    if findings:
        return nothing, findings
    rows: list[CodeRow] = []
    unapproved = 0
    for line, cells in lines[1:]:
        where = f"{path.name} line {line}"
        if len(cells) != len(header):
            rule = f"it has {len(cells)} cells for {len(header)} columns"
            findings.append((where, rule, "Put text with a comma between double quotes"))
            continue
        row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        row_findings = [(where, *rest) for rest in _row_findings(row)]
        findings += row_findings
        unapproved += row["status"] in STATUSES[1:]
        if not row_findings and row["status"] == "approved":
            rows.append(_code_row(line, row))
    if not rows and not findings:
        fix = "Write approved in the column status of each row that was decided"
        findings.append(("file", f"{path.name!r} has no approved row", fix))
    findings += _overlaps(path.name, rows, is_folded=is_folded)
    rows.sort(key=lambda row: (row.source_code, row.valid_from))
    return CodeList(path.name, tuple(rows), unapproved, path.resolve()), findings


def _numbered(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for row in reader:
        yield reader.line_num, row  # type: ignore[attr-defined]


def _header_findings(name: str, header: list[str]) -> Iterator[Finding]:
    for heading in header:
        if heading not in HEADINGS:
            rule = f"{name!r} has a column {heading!r}, which a code list does not have"
            yield "file", rule, did_you_mean(heading, HEADINGS)
        elif header.count(heading) > 1:
            yield "file", f"{name!r} has the column {heading!r} twice", "Leave one out"
            return
    for heading in REQUIRED:
        if heading not in header:
            rule = f"{name!r} has no column {heading!r}"
            yield "file", rule, f"Its columns are {', '.join(HEADINGS)}"


def _row_findings(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    if not row["source_code"]:
        yield "source_code is empty", "Give the code; an empty one is always null at the source"
    if row["status"] not in STATUSES:
        yield f"{row['status']!r} is not a status", did_you_mean(row["status"], STATUSES)
    days = {}
    for heading in ("valid_from", "valid_to", "decided_on"):
        text = row.get(heading, "")
        try:
            days[heading] = date.fromisoformat(text) if text else None
        except ValueError:
            yield f"{heading} is not an ISO date", "Write it as 2024-04-01"
    first, last = days.get("valid_from"), days.get("valid_to")
    if first is not None and last is not None and last < first:
        yield "valid_to is before valid_from", "Swap or correct them"
    for heading in ("decided_by", "decided_on"):
        if row["status"] == "approved" and not row[heading]:
            yield f"it is approved and {heading} is empty", f"Fill {heading}, or write suggested"


def _code_row(line: int, row: dict[str, str]) -> CodeRow:
    first, last = row.get("valid_from", ""), row.get("valid_to", "")
    open_start = OPEN_START if last else NO_DAY
    return CodeRow(
        line,
        row["source_code"],
        row["target"],
        date.fromisoformat(first) if first else open_start,
        date.fromisoformat(last) if last else OPEN_END,
    )


def _overlaps(name: str, rows: list[CodeRow], *, is_folded: bool) -> Iterator[Finding]:
    by_code: dict[str, list[CodeRow]] = defaultdict(list)
    for row in rows:
        by_code[fold(row.source_code) if is_folded else row.source_code].append(row)
    for code, same_code in by_code.items():
        for earlier, later in pairwise(sorted(same_code, key=lambda row: row.valid_from)):
            if later.valid_from <= earlier.valid_to:
                rule = f"code {code!r} is valid on the same day on line {earlier.line} too"
                yield f"{name} line {later.line}", rule, "End one before the other begins"
