"""Registers, outages and texts against a plain count of days, quarters of an hour and rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import (
    Availability,
    AvailabilityStatus,
    Catalogue,
    Column,
    Contract,
    Dimension,
    Direction,
    Example,
    Metric,
    Period,
    PeriodEndStock,
    TextReport,
    Unit,
    Uptime,
)

LONDON = ZoneInfo("Europe/London")
TICK = timedelta(minutes=15)
AREAS = ("North", "South")
SYSTEMS = ("Custody", "Phones", "Records")
AREA = Dimension("area", "Area", AREAS, description="Where it is.")
SYSTEM = Dimension("system", "System", description="What was down.")
UNKNOWN_STATUS = Availability(status=AvailabilityStatus.UNKNOWN, reason="For a test.")


class Club(Contract, row_unit=Unit.GROUPS):
    """One row per club."""

    began_on = Column(date, nullable=True, description="Its first day.")
    ended_on = Column(date, nullable=True, description="The first day after its last.")
    members = Column(int, ge=0, nullable=True, description="Members.")
    open_to_all = Column(bool, nullable=True, description="Whether anybody may join.")
    area = Column(str, dimension=AREA, nullable=True, description="Its area.")


class Failure(Contract, row_unit=Unit.OUTAGES):
    """One row per failure."""

    began_at = Column(datetime, nullable=True, description="When it began.")
    ended_at = Column(datetime, nullable=True, description="When it ended.")
    system = Column(str, dimension=SYSTEM, nullable=True, description="What failed.")
    planned = Column(bool, nullable=True, description="Whether it was announced.")


class Note(Contract):
    """One row per text."""

    topic = Column(str, isin=("a", "b"), description="What it is about.")
    about = Column(date, nullable=True, description="The last day it is about.")
    words = Column(str, description="The text.")
    mark = Column(int, nullable=True, description="A rating.")
    author = Column(str, description="A role.")
    basis = Column(str, nullable=True, description="Evidence.")


def metric(measures: Sequence[kpi.Measure], dimensions: Sequence[Dimension], rows: str) -> Metric:
    """Declare a metric of the measures, with an example that only has to parse."""
    return Metric(
        ref="t1",
        key="tried",
        title="Tried",
        objective=None,
        summary="For a test.",
        measures=tuple(measures),
        dimensions=tuple(dimensions),
        direction=Direction.NEUTRAL,
        availability=UNKNOWN_STATUS,
        limitations="Nothing else.",
        examples=(
            Example(rows=rows, expect=dict.fromkeys(m.key for m in measures), edge_case="None."),
        ),
    )


CLUBS = metric(
    [
        PeriodEndStock(key="clubs", of=Club, at=Club.began_on, until=Club.ended_on),
        PeriodEndStock(
            key="people",
            of=Club,
            at=Club.began_on,
            until=Club.ended_on,
            where=Club.open_to_all,
            value=Club.members,
            unit=Unit.PEOPLE,
        ),
    ],
    [AREA],
    "| began_on |\n| 2024-01-01 |",
)
FAILURES = metric(
    [
        Uptime(
            key="up",
            of=Failure,
            at=Failure.began_at,
            until=Failure.ended_at,
            system=Failure.system,
        ),
        Uptime(
            key="up_unplanned",
            of=Failure,
            at=Failure.began_at,
            until=Failure.ended_at,
            system=Failure.system,
            where=~Failure.planned,
        ),
    ],
    [SYSTEM],
    "| began_at | system |\n| 2024-01-01 | Phones |",
)
NOTES = metric(
    [
        TextReport(
            key="told",
            of=Note,
            at=Note.about,
            where=Note.topic == "a",
            text=Note.words,
            author=Note.author,
            evidence=Note.basis,
            rating=Note.mark,
        )
    ],
    [],
    "| about |\n| 2024-01-01 |",
)

# February has a leap day; the clocks change on 31 March and 27 October 2024.
PERIODS = [Period.parse(label) for label in ("2024-02", "2024-03", "2024-10", "2023/24 Q4")]
days = st.dates(date(2024, 1, 25), date(2024, 11, 5)) | st.sampled_from(
    [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 1), date(2024, 11, 1)]
)


@dataclass(frozen=True)
class ClubRow:
    """One row of a register."""

    began_on: date | None
    ended_on: date | None
    members: int | None
    open_to_all: bool | None
    area: str | None


@dataclass(frozen=True)
class FailureRow:
    """One row of outages, in quarters of an hour since 1970 by the world's clock."""

    began: int | None
    length: int | None
    system: str | None
    planned: bool | None


def tick(moment: datetime) -> int:
    """Number a quarter of an hour."""
    return int(moment.timestamp()) // int(TICK.total_seconds())


def edges(period: Period) -> tuple[int, int]:
    """Return the first quarter of an hour of a period, and the first after it."""
    first = datetime(period.start.year, period.start.month, period.start.day, tzinfo=LONDON)
    stop = datetime(period.stop.year, period.stop.month, period.stop.day, tzinfo=LONDON)
    return tick(first), tick(stop)


JANUARY, NOVEMBER = (tick(datetime(2024, month, 20, tzinfo=UTC)) for month in (1, 11))
CHANGES = [tick(datetime(2024, 3, 31, 0, 30, tzinfo=UTC)), tick(datetime(2024, 10, 27, tzinfo=UTC))]
EDGES = [each for period in PERIODS for each in edges(period)]
moments = st.integers(JANUARY, NOVEMBER) | st.sampled_from(
    [each + near for each in (*CHANGES, *EDGES) for near in (-1, 0, 1)]
)
club_rows = st.lists(
    st.builds(
        ClubRow,
        st.none() | days,
        st.none() | days,
        st.none() | st.integers(0, 50),
        st.none() | st.booleans(),
        st.none() | st.sampled_from(AREAS),
    ),
    max_size=12,
)
failure_rows = st.lists(
    st.builds(
        FailureRow,
        st.none() | moments,
        st.none() | st.integers(0, 12) | st.integers(0, 9_000),
        st.none() | st.sampled_from(SYSTEMS),
        st.none() | st.booleans(),
    ),
    max_size=10,
)


def cells(
    entry: Metric, table: str, frame: pl.DataFrame, by: Sequence[str], first: str = "2020-01-01"
) -> dict[tuple[str, ...], dict[str, object]]:
    """Compute, and return each row by measure, period and member."""
    result = kpi.compute(
        [entry],
        {table: frame},
        periods=PERIODS,
        by=by,
        coverage={table: (date.fromisoformat(first), date(2025, 12, 31))},
        catalogue=Catalogue([entry]),
    )
    return {
        (row["measure"], row["period"], *(row[each] for each in by)): row
        for row in result.to_polars().to_dicts()
    }


@settings(max_examples=150, deadline=None)
@given(club_rows)
def test_a_register_counts_what_is_in_force_on_the_last_day(rows: list[ClubRow]) -> None:
    """Asked of each row by itself, for each area, for no area and for all."""
    frame = pl.DataFrame(
        [vars(each) for each in rows],
        schema={
            "began_on": pl.Date,
            "ended_on": pl.Date,
            "members": pl.Int64,
            "open_to_all": pl.Boolean,
            "area": pl.String,
        },
    )
    found = cells(CLUBS, "club", frame, ["area"])
    for period in PERIODS:
        last = period.end
        here = [
            each
            for each in rows
            if each.began_on is not None
            and each.began_on <= last
            and not (each.ended_on is not None and each.ended_on <= last)
        ]
        for area in (*AREAS, "All"):
            chosen = [each for each in here if area in ("All", each.area)]
            people = sum(each.members or 0 for each in chosen if each.open_to_all)
            assert found["clubs", period.label, area]["value"] == len(chosen)
            assert found["people", period.label, area]["value"] == people
        nowhere = sum(each.area is None for each in here)
        assert found.get(("clubs", period.label, "Unknown"), {"value": 0})["value"] == nowhere


@settings(max_examples=150, deadline=None)
@given(failure_rows, st.sampled_from(["UTC", "Europe/London", "Asia/Tokyo"]))
def test_uptime_is_a_count_of_the_quarters_of_an_hour_not_lost(
    rows: list[FailureRow], zone: str
) -> None:
    """Every quarter of an hour is looked at: lost once, however many outages it is in."""
    frame = pl.DataFrame(
        {
            "began_at": [_moment(each.began) for each in rows],
            "ended_at": [_moment(_end(each)) for each in rows],
            "system": [each.system for each in rows],
            "planned": [each.planned for each in rows],
        },
        schema={
            "began_at": pl.Datetime("us", "UTC"),
            "ended_at": pl.Datetime("us", "UTC"),
            "system": pl.String,
            "planned": pl.Boolean,
        },
    ).with_columns(pl.col("began_at", "ended_at").dt.convert_time_zone(zone))
    named = {each.system for each in rows if each.system is not None and each.began is not None}
    by_system = cells(FAILURES, "failure", frame, ["system"])
    in_all = cells(FAILURES, "failure", frame, [])
    for period in PERIODS:
        first, stop = edges(period)
        for key in ("up", "up_unplanned"):
            lost: dict[str, set[int]] = {each: set() for each in named}
            for each in rows:
                if each.system is None or each.began is None:
                    continue
                if key == "up_unplanned" and each.planned is not False:
                    continue
                end = _end(each)
                ticks = range(max(each.began, first), min(stop if end is None else end, stop))
                lost[each.system].update(ticks)
            for system, gone in lost.items():
                share = 1 - len(gone) / (stop - first)
                assert by_system[key, period.label, system]["value"] == pytest.approx(share)
            every = len(named) * (stop - first)
            totals = [by_system[key, period.label, "All"], in_all[key, period.label]]
            for total in totals:
                if not named:
                    assert (total["value"], total["marker"]) == (None, "[z]")
                    continue
                up = every - sum(map(len, lost.values()))
                assert total["value"] == pytest.approx(up / every)
                assert total["numerator"] == pytest.approx(up * TICK.total_seconds())
                assert total["denominator"] == pytest.approx(every * TICK.total_seconds())


def _end(row: FailureRow) -> int | None:
    if row.length is None:
        return None
    return (row.began if row.began is not None else JANUARY) + row.length


def _moment(number: int | None) -> datetime | None:
    return None if number is None else datetime.fromtimestamp(number * 900, UTC)


note_rows = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.none() | days,
        st.none() | st.integers(1, 5),
        st.none() | st.just("a survey"),
    ),
    max_size=8,
    unique_by=lambda each: (each[0], each[1]),
)


@settings(max_examples=100, deadline=None)
@given(note_rows)
def test_the_latest_text_of_a_period_is_told_and_has_no_number(
    rows: list[tuple[str, date | None, int | None, str | None]],
) -> None:
    """One text at most, with its rating, its author and its evidence; never a value."""
    frame = pl.DataFrame(
        {
            "topic": [each[0] for each in rows],
            "about": [each[1] for each in rows],
            "words": [f"Text number {number}." for number in range(len(rows))],
            "mark": [each[2] for each in rows],
            "author": ["Lead"] * len(rows),
            "basis": [each[3] for each in rows],
        },
        schema={
            "topic": pl.String,
            "about": pl.Date,
            "words": pl.String,
            "mark": pl.Int64,
            "author": pl.String,
            "basis": pl.String,
        },
    )
    found = cells(NOTES, "note", frame, [])
    for period in PERIODS:
        row = found["told", period.label]
        here = [
            (each[1], number, each)
            for number, each in enumerate(rows)
            if each[0] == "a" and each[1] is not None and period.start <= each[1] < period.stop
        ]
        assert row["value"] is None
        note = str(row["note"])
        if not here:
            assert row["marker"] == "[x]"
            assert "Text number" not in note
            continue
        _, number, latest = max(here)
        assert row["marker"] == "[z]"
        assert note.count("Text number") == 1
        assert f"Text number {number}." in note
        assert "Lead" in note
        assert (f"Rating: {latest[2]}." in note) == (latest[2] is not None)
        assert ("a survey" in note) == (latest[3] is not None)


@pytest.mark.parametrize("by", [[], ["area"]])
def test_a_register_says_nothing_of_a_period_it_does_not_cover(by: list[str]) -> None:
    """With a breakdown or without: not available, or provisional, and never an error."""
    frame = pl.DataFrame({"began_on": [date(2024, 1, 1)], "ended_on": [None], "area": ["North"]})
    result = kpi.compute(
        [CLUBS],
        {"club": frame.with_columns(members=pl.lit(1), open_to_all=pl.lit(True))},
        periods=["2023-12", "2024-02"],
        by=by,
        coverage={"club": (date(2024, 1, 1), date(2024, 2, 10))},
        catalogue=Catalogue([CLUBS]),
    )
    rows = {(each["measure"], each["period"]): each for each in result.to_polars().to_dicts()}
    before, partial = rows["clubs", "2023-12"], rows["clubs", "2024-02"]
    assert (before["value"], before["marker"]) == (None, "[x]")
    assert (partial["value"], partial["marker"]) == (1, "[p]")
