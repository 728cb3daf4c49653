"""An independent oracle of mappings: plain Python, one row at a time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import swm_kpi as kpi
from swm_kpi.expressions import LocalDate, Parse
from swm_kpi.mapping.values import Coalesce, Codes, Constant, Flag

Row = dict[str, Any]
LONDON = ZoneInfo("Europe/London")
MAPPED, NULL, UNMAPPED, OTHER = "mapped", "null_at_source", "unmapped", "other"


class Refused(Exception):
    """The mapping refuses the extract. The argument is the number of rows by rule."""


def map_rows(mapping: kpi.Mapping, extract: Sequence[Row]) -> tuple[list[Row], dict[str, Any]]:
    """Return the rows of the contract with statuses, and the four counts of each column.

    Raises:
        Refused: the first row of a thing is not known, or a value is refused.
    """
    rows = [{name: without_blank(value) for name, value in row.items()} for row in extract]
    if mapping.one_row_per:
        rows = choose(mapping, rows)
    made: list[Row] = []
    statuses: dict[str, Counter[str]] = defaultdict(Counter)
    refused: Counter[str] = Counter()
    for row in rows:
        result = {}
        for name, value in mapping.made_columns.items():
            parts = value.values if isinstance(value, Coalesce) else [value]
            outcomes = [make(part, row, mapping.source.zone) for part in parts]
            for part, (_, status) in zip(parts, outcomes, strict=True):
                inner = part.time if isinstance(part, LocalDate) else part
                if status == UNMAPPED and inner.unmapped == "refuse":
                    refused[name] += 1
            times = [time for time, _ in outcomes if isinstance(time, datetime)]
            if len({is_instant(part, mapping.source.zone) for part in parts}) > 1 and times:
                outcomes = [(to_local(made_value), status) for made_value, status in outcomes]
            with_value = [outcome for outcome in outcomes if outcome[0] is not None]
            is_unmapped = any(status == UNMAPPED for _, status in outcomes)
            without = (None, UNMAPPED if is_unmapped else NULL)
            result[name], status = with_value[0] if with_value else without
            statuses[name][status] += 1
            if any(may_be_unmapped(part) for part in parts):
                result[f"{name} status"] = status.replace("_", " ")
        made.append(result)
    if refused:
        raise Refused(dict(refused))
    counts = {
        name: tuple(statuses[name][word] for word in (MAPPED, NULL, UNMAPPED, OTHER))
        for name in mapping.made_columns
    }
    return made, counts


def may_be_unmapped(part: Any) -> bool:
    """Return whether a table can have rows in which a value is not mapped."""
    inner = part.time if isinstance(part, LocalDate) else part
    return getattr(inner, "unmapped", "refuse") != "refuse"


def without_blank(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def choose(mapping: kpi.Mapping, rows: Sequence[Row]) -> list[Row]:
    groups: dict[tuple[Any, ...], list[tuple[tuple[Any, ...], Row]]] = defaultdict(list)
    empty = unreadable = 0
    for row in rows:
        keys = [make(value, row, mapping.source.zone) for value in mapping.one_row_per]
        orders = [make(value, row, mapping.source.zone) for value in mapping.first_by]
        if any(value is None for value, _ in keys):
            empty += 1
        elif any(status == UNMAPPED for _, status in orders):
            unreadable += 1
        order = tuple((value is None, value) for value, _ in orders)
        groups[tuple(value for value, _ in keys)].append((order, row))
    if empty or unreadable:
        raise Refused({"empty": empty, "unreadable": unreadable})
    first = []
    ties = 0
    for group in groups.values():
        lowest = group[0][0]
        for order, _ in group:
            if is_before(order, lowest):
                lowest = order
        winners = [row for order, row in group if order == lowest]
        ties += len(winners) > 1
        first.append(winners[0])
    if ties:
        raise Refused({"ties": ties})
    return first


def is_before(left: tuple[Any, ...], right: tuple[Any, ...]) -> bool:
    for (left_null, value), (right_null, other) in zip(left, right, strict=True):
        if left_null or right_null:
            if left_null != right_null:
                return right_null
        elif value != other:
            return bool(value < other)
    return False


def make(value: Any, row: Row, zone: str) -> tuple[Any, str]:
    """Return the value of a row, and how it came to it."""
    if isinstance(value, Constant):
        return value.value, MAPPED
    if isinstance(value, LocalDate):
        time, status = make(value.time, row, zone)
        return to_london(time).date() if time is not None else None, status
    if isinstance(value, Parse):
        raw = row[value.column.name]
        if raw is None:
            return None, NULL
        parsed = read_time(value.time_format.text, raw, zone)
        return parsed, UNMAPPED if parsed is None else MAPPED
    if isinstance(value, Flag):
        return make_flag(value, row[value.column.name])
    if isinstance(value, Codes):
        return look_up(value, row, zone)
    raw = row[value.name]
    if isinstance(raw, datetime) and raw.tzinfo is None and zone == "UTC":
        raw = raw.replace(tzinfo=UTC)
    return raw, NULL if raw is None else MAPPED


def make_flag(value: Flag, raw: Any) -> tuple[Any, str]:
    if raw is None:
        return None, NULL
    for listed, meaning in ((value.yes, True), (value.no, False), (value.null, None)):
        if any(same(raw, item, folds=value.is_folded) for item in listed):
            return meaning, NULL if meaning is None else MAPPED
    return None, UNMAPPED


def same(raw: Any, code: Any, *, folds: bool) -> bool:
    if folds and isinstance(raw, str):
        return raw.strip().lower() == code.strip().lower()
    return bool(raw == code)


def look_up(value: Codes, row: Row, zone: str) -> tuple[Any, str]:
    raw = row[value.column.name]
    if raw is None:
        return None, NULL
    day = None
    if value.at is not None:
        day, _ = make(value.at, row, zone)
        day = to_london(day).date() if isinstance(day, datetime) else day
    for code in value.code_list.rows:
        wanted = int(code.source_code) if isinstance(raw, int) else code.source_code
        if same(raw, wanted, folds=value.is_folded):
            always = code.valid_from.year == 1 and code.valid_to.year == 9999
            is_open = always and code.valid_from == date(1, 1, 1)
            if is_open or (day is not None and code.valid_from <= day <= code.valid_to):
                return code.target or None, MAPPED if code.target else NULL
    if value.unmapped == "other":
        return value.other, OTHER
    return None, UNMAPPED


def is_instant(part: Any, zone: str) -> bool:
    if isinstance(part, Parse) and part.time_format.text == "ISO with offset":
        return True
    return zone == "UTC" or (isinstance(part, Parse) and "epoch" in part.time_format.text)


def to_local(value: Any) -> Any:
    return to_london(value).replace(tzinfo=None) if isinstance(value, datetime) else value


def to_london(time: datetime) -> datetime:
    return time if time.tzinfo is None else time.astimezone(LONDON)


def read_time(form: str, raw: Any, zone: str) -> Any:
    """Return the time that a value states; None if it is not in the format."""
    if form.startswith("epoch"):
        size = 1 if form == "epoch seconds" else 1_000
        if not -2_208_988_800 * size <= raw <= 7_258_118_400 * size:
            return None
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=1) * raw / size
    text = raw.strip(" ")
    if any(character.isspace() and character != " " for character in text) or "  " in text:
        return None
    try:
        if form == "ISO with offset":
            time = datetime.fromisoformat(text)
            return time.astimezone(UTC) if time.tzinfo is not None else None
        if form == "ISO":
            time = datetime.fromisoformat(text)
            return at_zone(time, zone) if len(text) > 10 and time.tzinfo is None else None
        time = datetime.strptime(text, "%Y-%m-%d" if form == "ISO date" else form)
    except ValueError:
        return None
    return at_zone(time, zone) if "%M" in form else time.date()


def at_zone(time: datetime, zone: str) -> datetime:
    return time.replace(tzinfo=UTC) if zone == "UTC" else time
