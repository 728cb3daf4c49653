"""Snapshots count the spans that are open at each hour, as a loop over the spans does."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi.errors import DefinitionError, InputError
from swm_kpi.mapping import MappingError, Snapshots, codes, not_in_source
from tests.support import engines
from tests.support.mapping_agreement import to_polars
from tests.support.mapping_cases import code_file

pytestmark = list(engines.IGNORED_WARNINGS)

AREAS = ("North", "South")
LONDON = ZoneInfo("Europe/London")
FIRST, LAST = date(2024, 3, 30), date(2024, 4, 1)


class Call(kpi.Contract):
    """One row per call that waits for a resource."""

    opened_at = kpi.Column(datetime, nullable=True, description="When it was opened.")
    assigned_at = kpi.Column(datetime, nullable=True, description="When a resource was assigned.")
    area = kpi.Column(str, isin=AREAS, nullable=True, description="Where it is.")
    needs_visit = kpi.Column(bool, nullable=True, description="Whether it needs a visit.")


class Waiting(kpi.Contract):
    """One row per snapshot and area."""

    taken_at = kpi.Column(datetime, description="When the snapshot was taken.")
    area = kpi.Column(str, isin=AREAS, nullable=True, description="Where they are.")
    waiting = kpi.Column(int, ge=0, description="Calls without a resource.")


def snapshots_of(**options: Any) -> Snapshots:
    values: dict[str, Any] = {
        "spans": Call,
        "at": Waiting.taken_at,
        "count": Waiting.waiting,
        "start": Call.opened_at,
        "end": Call.assigned_at,
        "hours": [0, 2, 12],
        "columns": {Waiting.area: Call.area},
        "version": 1,
        "valid_from": FIRST.isoformat(),
        "owner": "Head of contact",
    }
    return Snapshots(Waiting, **{**values, **options})


def frame_of(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    schema = {
        "opened_at": pl.Datetime("us"),
        "assigned_at": pl.Datetime("us"),
        "area": pl.String,
        "needs_visit": pl.Boolean,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def by_hand(rows: list[tuple[Any, ...]], hours: list[int]) -> set[tuple[Any, ...]]:
    members: list[str | None] = [*AREAS]
    if any(area is None for _, _, area, _ in rows):
        members.append(None)
    counted = set()
    for day in range((LAST - FIRST).days + 1):
        for hour in hours:
            at = datetime.combine(FIRST + timedelta(days=day), time(hour))
            for member in members:
                number = sum(
                    area == member
                    and instant(opened) <= instant(at)
                    and (assigned is None or instant(assigned) > instant(at))
                    for opened, assigned, area, _ in rows
                )
                counted.add((at, member, number))
    return counted


def instant(at: datetime) -> datetime:
    return at.replace(tzinfo=LONDON).astimezone(ZoneInfo("UTC"))


times = st.datetimes(datetime(2024, 3, 29), datetime(2024, 4, 2)).map(
    lambda at: at.replace(microsecond=0, second=0, minute=at.minute // 30 * 30)
).filter(lambda at: not (at.date() == date(2024, 3, 31) and at.hour == 1))  # fmt: skip


@st.composite
def spans(draw: st.DrawFn) -> tuple[Any, ...]:
    opened, assigned = sorted([draw(times), draw(times)], key=instant)
    area = draw(st.sampled_from([*AREAS, None]))
    return opened, draw(st.sampled_from([assigned, None])), area, draw(st.booleans())


@pytest.mark.slow
@given(st.lists(spans(), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_the_counts_are_those_of_a_loop(rows: list[tuple[Any, ...]]) -> None:
    table = snapshots_of().apply(frame_of(rows), last=LAST)
    assert set(table.frame.rows()) == by_hand(rows, [0, 2, 12])
    assert table.rows == len(table.frame)
    needed = [row for row in rows if row[3]]
    some = snapshots_of(where=Call.needs_visit).apply(frame_of(rows), last=LAST)
    assert set(some.frame.rows()) == by_hand(needed, [0, 2, 12])


ROWS = [
    (datetime(2024, 3, 30, 23), datetime(2024, 3, 31, 3), "North", True),
    (datetime(2024, 3, 31, 2), None, None, False),
]


def test_a_span_within_the_hour_that_occurs_twice_is_not_backwards() -> None:
    """01:50 in summer time is before 01:10 in winter time."""
    rows = [(datetime(2024, 10, 27, 1, 50), datetime(2024, 10, 27, 1, 10), "North", True)]
    day = date(2024, 10, 27)
    frame = snapshots_of().apply(frame_of(rows), last=day).frame
    assert frame["waiting"].sum() == 0


@pytest.mark.parametrize("engine", ["DuckDB", "Ibis on DuckDB"])
def test_spans_in_an_engine_give_the_same_snapshots(engine: str) -> None:
    calls = engines.loader(engine)("call", frame_of(ROWS))
    table = snapshots_of().apply(calls, last=LAST)
    expected = snapshots_of().apply(frame_of(ROWS), last=LAST)
    assert to_polars(table.frame).equals(expected.frame)


def test_a_mapped_table_of_spans_carries_its_mapping() -> None:
    class Log(kpi.Source):
        """One row per call."""

        opened = kpi.Column(datetime, description="When.")
        assigned = kpi.Column(datetime, description="When.")
        beat = kpi.Column(str, description="Beat.")

    def mapped(area: Any) -> Any:
        return kpi.Mapping(
            Call,
            source=Log,
            version=1,
            valid_from="2024-04-01",
            owner="Owner",
            columns={
                Call.opened_at: Log.opened,
                Call.assigned_at: Log.assigned,
                Call.area: area,
                Call.needs_visit: not_in_source("No field for it"),
            },
        ).apply(
            pl.DataFrame(
                {"opened": [ROWS[0][0]] * 2, "assigned": [ROWS[0][1]] * 2, "beat": ["N", "X"]}
            )
        )

    rows = "N,North,,,approved,Owner,2024-04-02,"
    calls = mapped(codes(code_file(rows), Log.beat, unmapped="null"))
    table = snapshots_of().apply(calls, last=LAST)
    assert table.counts["area"].unmapped == 1
    assert table.mapping == f"{snapshots_of().definition} of {calls.mapping}"
    without = mapped(not_in_source("No beats"))
    table = snapshots_of().apply(without, last=LAST)
    assert table.not_in_source == {"area": "No beats"}
    assert table.frame.columns == ["taken_at", "waiting"]
    with pytest.raises(InputError, match="'needs_visit' of table 'call' is not in the source"):
        snapshots_of(where=Call.needs_visit).apply(calls, last=LAST)


def test_what_cannot_be_counted_is_refused() -> None:
    opened, assigned, *rest = ROWS[0]
    rows = [(None, assigned, *rest), (assigned, opened, *rest), (opened, assigned, "North", None)]
    with pytest.raises(MappingError) as raised:
        snapshots_of(where=Call.needs_visit).apply(frame_of(rows), last=LAST)
    assert [(item.column, item.rows) for item in raised.value.violations] == [
        ("needs_visit", 1), ("opened_at", 1), ("assigned_at", 1)
    ]  # fmt: skip
    wrong = frame_of([(opened, assigned, "East", True)])
    with pytest.raises(kpi.ContractError, match="is not in the closed list"):
        snapshots_of().apply(wrong, last=LAST)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hours": [1]}, "the clocks skip the hour 1"),
        ({"hours": [24]}, "24 is not an hour"),
        ({"hours": []}, "they are empty"),
        ({"columns": {}}, "nothing says what it is taken from"),
        ({"columns": {Waiting.area: Call.opened_at}}, "only columns of text divide the counts"),
        ({"start": Waiting.taken_at}, "it is not a column of Call"),
        ({"count": Waiting.taken_at}, "it does not contain whole numbers"),
        ({"version": 0}, "0 is not a version"),
        ({"owner": " "}, "owner: it is empty"),
        ({"spans": int}, "it is not a contract"),
    ],
)
def test_a_wrong_declaration_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        snapshots_of(**options)


def test_the_snapshots_in_english() -> None:
    text = snapshots_of(where=Call.needs_visit).describe()
    assert "taken_at: Every day at 00:00, 02:00, 12:00, local time." in text
    assert "A row without an end is open." in text
    assert snapshots_of().definition != snapshots_of(hours=[7]).definition
