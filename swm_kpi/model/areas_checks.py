"""The rules between the rows of a force's areas."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from datetime import date, timedelta
from itertools import combinations, pairwise

from swm_kpi.errors import Problem, did_you_mean
from swm_kpi.model.areas_file import Area

_DAY = timedelta(1)


def area_problems(rows: list[Area], missing_codes: Set[str]) -> list[Problem]:
    """Return every mistake between the rows.

    Args:
        rows: the rows without a mistake of their own.
        missing_codes: the codes of the rows with one.
    """
    by_code: dict[str, list[Area]] = defaultdict(list)
    for row in rows:
        by_code[row.code].append(row)
    if not rows and not missing_codes:
        return [Problem("Areas", "rows", "there is none", "Write a row for the force")]
    return [
        Problem("Areas", *finding, row.place)
        for row, finding in _findings(rows, by_code, missing_codes)
    ]


def levels_of(rows: Sequence[Area]) -> tuple[str, ...]:
    """Return the levels of rows without a mistake, from the lowest to the force's."""
    level_of = {row.code: row.level for row in rows}
    above = {row.level: level_of.get(row.parent, "") for row in rows}

    def depth(level: str) -> int:
        return 1 + depth(above[level]) if above[level] else 0

    return tuple(sorted(above, key=depth, reverse=True))


_Finding = tuple[Area, tuple[str, str, str]]


def _findings(
    rows: list[Area], by_code: dict[str, list[Area]], missing_codes: Set[str]
) -> Iterator[_Finding]:
    yield from _parent_findings(rows, by_code, missing_codes)
    yield from _cycles(rows, by_code)
    yield from _validity_findings(by_code)
    yield from _level_findings(rows, by_code)
    yield from _gaps(rows, by_code)
    yield from _name_findings(rows)


def _parent_findings(
    rows: list[Area], by_code: dict[str, list[Area]], missing_codes: Set[str]
) -> Iterator[_Finding]:
    """Every parent exists, and only the force has none."""
    code_by_name = {row.name: row.code for row in rows}
    for row in rows:
        if row.parent and row.parent not in by_code and row.parent not in missing_codes:
            rule = f"{row.parent[:40]!r} is not the code of an area"
            code = code_by_name.get(row.parent)
            fix = f"Write {code!r}" if code else did_you_mean(row.parent[:40], by_code)
            yield row, ("parent", rule, fix)
    tops = {row.code: row for row in reversed(rows) if not row.parent}
    first, *others = reversed(tops.values()) if tops else (None,)
    if first is None and rows and not missing_codes:
        rule = "every area has a parent, so none of them is the force"
        yield rows[0], ("parent", rule, "Add the force, with no parent")
    for row in others:
        if row is not None and first is not None:
            rule = f"{row.code!r} has no parent, and neither has {first.code!r} ({first.place})"
            yield row, ("parent", rule, "Leave it empty for the force only")


def _cycles(rows: list[Area], by_code: dict[str, list[Area]]) -> Iterator[_Finding]:
    """No area is inside itself."""
    reported: set[str] = set()
    for row in rows:
        path: list[str] = []
        pending: list[tuple[str, tuple[str, ...]]] = [(row.code, (row.code,))]
        visited: set[str] = set()
        while pending and not path:
            code, codes = pending.pop()
            for parent in {area.parent for area in by_code.get(code, ()) if area.parent}:
                if parent == row.code:
                    path = [*codes, parent]
                elif parent not in visited:
                    visited.add(parent)
                    pending.append((parent, (*codes, parent)))
        if path and not reported & set(path):
            reported |= set(path)
            rule = f"it is inside itself: {' in '.join(path)}"
            yield row, ("parent", rule, "Give one of them another parent")


def _validity_findings(by_code: dict[str, list[Area]]) -> Iterator[_Finding]:
    """An area has one row on a day."""
    for code, areas in by_code.items():
        in_order = sorted(areas, key=lambda area: area.valid_from)
        for earlier, later in pairwise(in_order):
            if later.valid_from > earlier.valid_to:
                continue
            if later.parent != earlier.parent:
                rule = f"{code!r} has two parents at once: {earlier.parent!r} ({earlier.place}) too"
                yield later, ("parent", rule, "End one row before the other begins")
            else:
                rule = f"{code!r} is valid on the same days in another row ({earlier.place})"
                yield later, ("valid_from", rule, "End one before the other begins")


def _level_findings(rows: list[Area], by_code: dict[str, list[Area]]) -> Iterator[_Finding]:
    """An area keeps its level, and the areas of a level are all in areas of one other level."""
    parents: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        first = by_code[row.code][0]
        if row.level != first.level:
            rule = f"{row.code!r} has the level {first.level} in another row ({first.place})"
            yield row, ("level", rule, "Give each area one level, and a new area a new code")
        for parent in by_code.get(row.parent, ())[:1]:
            parents[row.level][parent.level] += 1
    for row in rows:
        for parent in by_code.get(row.parent, ())[:1]:
            usual = parents[row.level].most_common(1)[0][0]
            if parent.level == row.level:
                rule = f"it is in {parent.code!r}, which has the level {row.level} too"
                yield row, ("level", rule, "Give one of them another level")
            elif parent.level != usual:
                rule = f"its parent has the level {parent.level}, and the parents of other "
                rule += f"areas of its level have the level {usual}"
                yield row, ("level", rule, "Put all areas of a level in areas of one other level")
    above = {level: counter.most_common(1)[0][0] for level, counter in parents.items()}
    for row in rows:
        level, path = row.level, [row.level]
        while (level := above.get(level, "")) and level not in path:
            path.append(level)
        if level and level == row.level and len(path) > 1:
            rule = f"the levels are inside each other: {' in '.join([*path, level])}"
            yield row, ("level", rule, "Put each level in a level above it")
            return


def _gaps(rows: list[Area], by_code: dict[str, list[Area]]) -> Iterator[_Finding]:
    """The parent of an area is valid on all of its days."""
    for row in rows:
        parents = sorted(by_code.get(row.parent, ()), key=lambda area: area.valid_from)
        day: date | None = row.valid_from
        for parent in parents:
            if day is not None and parent.valid_from <= day <= parent.valid_to:
                day = parent.valid_to + _DAY if parent.valid_to < row.valid_to else None
        if parents and day is not None:
            begins = parents[0].valid_from.isoformat()
            when = f"before {begins}" if day == date.min else f"on {day.isoformat()}"
            rule = f"its parent {row.parent!r} ({parents[0].place}) is not valid {when}"
            yield row, ("valid_from", rule, "Change the days of one of them")


def _name_findings(rows: list[Area]) -> Iterator[_Finding]:
    """No two areas of a level have the same name on a day."""
    by_name: dict[tuple[str, str], list[Area]] = defaultdict(list)
    for row in rows:
        by_name[row.level, row.name].append(row)
    for (level, name), areas in by_name.items():
        for first, second in combinations(areas, 2):
            overlap = first.valid_from <= second.valid_to and second.valid_from <= first.valid_to
            if first.code != second.code and overlap:
                rule = f"{name!r} is the name of another area of level {level} ({first.place})"
                yield second, ("name", rule, "Give each area of a level its own name")
