"""Periods are half-open local days. Aware times are converted once; naive times are local."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from swm_kpi import (
    Average,
    Column,
    Contract,
    Count,
    Duration,
    Proportion,
    Unit,
    Uptime,
)
from tests.support.small_tables import (
    CALL,
    CALLS,
    MINUTES,
    Call,
    Outage,
    build_metric,
    compute,
    frame_of,
    row_of,
    rows_of,
    value_of,
)


def test_a_period_includes_its_first_and_its_last_moment() -> None:
    """Consecutive periods have no gap and no overlap."""
    calls = frame_of(
        Call,
        """
        | began_at                   |
        | 2024-03-31 23:59:59.999999 |
        | 2024-04-01 00:00:00        |
        | 2024-06-30 23:59:59.999999 |
        | 2024-07-01 00:00:00        |
        """,
    )
    result = compute(
        build_metric(CALLS), {"call": calls}, ["2023/24 Q4", "2024/25 Q1", "2024/25 Q2"]
    )
    assert [row["value"] for row in rows_of(result, "calls")] == [1, 1 + 1, 1]


SPRING = datetime(2024, 3, 31, 0, 50), datetime(2024, 3, 31, 2, 10)
AUTUMN = datetime(2024, 10, 27, 0, 50), datetime(2024, 10, 27, 2, 10)


@pytest.mark.parametrize(
    ("began", "ended", "minutes"),
    [
        (*SPRING, 80 - 60),
        (*AUTUMN, 80 + 60),
        (SPRING[0].replace(tzinfo=UTC), datetime(2024, 3, 31, 1, 10, tzinfo=UTC), 20),
        # 00:50 and 02:10 by the clock, before and after it goes back.
        (
            datetime(2024, 10, 26, 23, 50, tzinfo=UTC),
            datetime(2024, 10, 27, 2, 10, tzinfo=UTC),
            140,
        ),
        # Both times are in the repeated hour: only an offset distinguishes them.
        (
            datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
            datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
            60,
        ),
    ],
    ids=["naive spring", "naive autumn", "aware spring", "aware autumn", "aware, twice 01:30"],
)
def test_durations_are_elapsed_time_across_both_clock_changes(began, ended, minutes) -> None:
    """The clocks skip an hour in spring and repeat one in autumn."""
    calls = pl.DataFrame({"began_at": [began], "ended_at": [ended]})
    metric = build_metric(
        *(Duration(key=a.name.lower(), **CALL, average=a, **MINUTES) for a in Average)
    )
    result = compute(metric, {"call": calls}, ["2024-03", "2024-10"])
    for average in Average:
        numbers = [row["value"] for row in rows_of(result, average.name.lower())]
        assert sorted(number for number in numbers if number is not None) == [minutes]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (Unit.SECONDS, 108),
        (Unit.MINUTES, 1.8),
        (Unit.HOURS, 0.03),
        (Unit.DAYS, 0.00125),
    ],
)
def test_durations_are_converted_to_the_unit_of_the_measure(unit, expected) -> None:
    calls = frame_of(
        Call,
        """
        | began_at            | ended_at            |
        | 2024-05-06 12:00:00 | 2024-05-06 12:01:48 |
        """,
    )
    ends = {"start": Call.began_at, "end": Call.ended_at, "unit": unit}
    metric = build_metric(
        *(Duration(key=a.name.lower(), **CALL, average=a, **ends) for a in Average)
    )
    result = compute(metric, {"call": calls})
    assert [value_of(result, a.name.lower()) for a in Average] == [pytest.approx(expected)] * 3


def test_a_row_without_a_duration_is_left_out_and_the_note_gives_the_reason() -> None:
    """Two calls have no end. One ends in the repeated hour, and is timed to 01:30 summer time."""
    calls = frame_of(
        Call,
        """
        | began_at         | ended_at         |
        | 2024-10-06 12:00 | 2024-10-06 12:20 |
        | 2024-10-07 12:00 |                  |
        | 2024-10-08 12:00 |                  |
        | 2024-10-27 01:00 | 2024-10-27 01:20 |
        """,
    )
    metric = build_metric(
        *(Duration(key=a.name.lower(), **CALL, average=a, **MINUTES) for a in Average),
        Duration(
            key="named", **CALL, average=Average.MEAN, **MINUTES, missing="nobody noted its end"
        ),
    )
    result = compute(metric, {"call": calls}, ["2024-10"])
    for average in Average:
        only = row_of(result, average.name.lower())
        assert (only["value"], only["denominator"]) == (20, 2)
        assert "2 rows left out: began at or end missing" in only["note"]
        assert "Some rows are timed at the earlier reading of a time in the hour" in only["note"]
    assert "2 rows left out: nobody noted its end" in row_of(result, "named")["note"]


@pytest.mark.parametrize(
    ("began", "ended", "hours", "days"),
    [
        # Noon to noon is one local day, and 25 or 23 hours.
        ("2024-10-26 12:00", "2024-10-27 12:00", 25, 1),
        ("2024-03-30 12:00", "2024-03-31 12:00", 23, 1),
        # The earlier reading of 01:30 is 13.5 hours after noon.
        ("2024-10-26 12:00", "2024-10-27 01:30", 13.5, 13.5 / 24),
        ("2024-10-27 01:30", "2024-10-27 12:00", 11.5, 10.5 / 24),
        # In order only if the end is the later 01:10. The clocks show an earlier time.
        ("2024-10-27 01:50", "2024-10-27 01:10", 20 / 60, 0),
        ("2024-10-27 01:10", "2024-10-27 01:50", 40 / 60, 40 / 60 / 24),
    ],
)
def test_hours_are_elapsed_and_days_are_local(began, ended, hours, days) -> None:
    calls = frame_of(Call, f"| began_at | ended_at |\n| {began} | {ended} |")
    metric = build_metric(
        *(
            Duration(
                key=unit.value,
                **CALL,
                average=Average.MEDIAN,
                start=Call.began_at,
                end=Call.ended_at,
                unit=unit,
            )
            for unit in (Unit.HOURS, Unit.DAYS)
        )
    )
    result = compute(metric, {"call": calls}, ["2024-03", "2024-10"])
    numbers = {key: [row["value"] for row in rows_of(result, key)] for key in ("hours", "days")}
    assert [n for n in numbers["hours"] if n is not None] == [pytest.approx(hours)]
    assert [n for n in numbers["days"] if n is not None] == [pytest.approx(days)]
    assert "the median of the elapsed hours" in metric.measures[0].formula().lower()
    assert "the median of the local days" in metric.measures[1].formula().lower()


QUICK = Call.began_at.until(Call.ended_at) <= 3_600


class Stay(Contract):
    """One row per stay. No rule says that it ends after it begins."""

    began_at = Column(datetime, description="When it began.")
    ended_at = Column(datetime, nullable=True, description="When it ended.")


STAY = {"of": Stay, "at": Stay.began_at, "unit": Unit.EVENTS}
SHORT = Stay.began_at.until(Stay.ended_at) <= 3_600
NOT_SHORT = ~SHORT


class Duty(Contract):
    """One row per duty, with its deadline."""

    due_at = Column(datetime, scheduled=True, description="The time by which it is due.")
    done_at = Column(datetime, nullable=True, description="The time at which it was done.")


DUTY = {"of": Duty, "at": Duty.due_at, "unit": Unit.EVENTS}


@pytest.mark.parametrize(
    ("began", "ended", "share"),
    [
        ("2024-10-27 01:30", "2024-11-18 12:00", 0),
        ("2024-10-27 00:10", "2024-10-27 01:05", None),
        ("2024-10-27 01:30", "2024-10-27 02:00", None),
        ("2024-10-27 01:50", "2024-10-27 02:50", None),
        ("2024-10-27 01:10", "2024-10-27 02:11", 0),
        ("2024-10-27 01:10", "2024-10-27 01:20", None),
    ],
)
def test_a_condition_on_which_both_readings_agree_is_decided(began, ended, share) -> None:
    """Within an hour: true or false at both readings, or else left out with the true reason."""
    calls = frame_of(Call, f"| began_at | ended_at |\n| {began} | {ended} |")
    metric = build_metric(Proportion(key="quick", **CALL, numerator=QUICK))
    only = row_of(compute(metric, {"call": calls}, ["2024-10"]), "quick")
    assert only["value"] == share
    if share is None:
        reason = "because the time falls in the hour that occurs twice when clocks go back"
        assert f"1 row in neither part {reason}." in only["note"]
    assert "not recorded" not in only["note"]


@pytest.mark.parametrize("where", [SHORT, NOT_SHORT, SHORT | Stay.ended_at.is_null()])
def test_a_time_that_ends_before_it_starts_decides_nothing(where) -> None:
    """It is neither quick nor slow, and the note gives the reason."""
    stays = frame_of(
        Stay,
        """
        | began_at         | ended_at         |
        | 2024-10-02 09:00 | 2024-10-02 08:59 |
        | 2024-10-02 09:00 | 2024-10-02 09:10 |
        """,
    )
    metric = build_metric(Count(key="quick", **STAY, where=where))
    row = row_of(compute(metric, {"stay": stays}, ["2024-10"]), "quick")
    assert (row["value"], row["undecided"]) == (int(where is not NOT_SHORT), 1)
    assert "ended at is before began at" in row["note"]
    alone = row_of(compute(metric, {"stay": stays[:1]}, ["2024-10"]), "quick")
    assert (alone["value"], alone["marker"]) == (None, "[x]")
    assert "ended at is before began at in the only row." in alone["note"]


def test_a_time_from_a_deadline_may_end_before_it() -> None:
    """What is due on the fifth and done on the third is done within a day of the deadline."""
    duties = frame_of(Duty, "| due_at | done_at |\n| 2024-10-05 09:00 | 2024-10-03 09:00 |")
    within = Duty.due_at.until(Duty.done_at) <= 86_400
    metric = build_metric(Count(key="done", **DUTY, where=within))
    row = row_of(compute(metric, {"duty": duties}, ["2024-10"]), "done")
    assert (row["value"], row["undecided"]) == (1, None)


def test_a_time_that_is_not_recorded_and_one_that_is_uncertain_have_their_own_notes() -> None:
    calls = frame_of(
        Call,
        """
        | began_at         | ended_at         |
        | 2024-10-27 00:10 |                  |
        | 2024-10-27 00:10 | 2024-10-27 01:05 |
        | 2024-10-27 00:10 | 2024-10-27 00:15 |
        """,
    )
    metric = build_metric(Proportion(key="quick", **CALL, numerator=QUICK))
    note = row_of(compute(metric, {"call": calls}, ["2024-10"]), "quick")["note"]
    assert "1 row in neither part because end is not recorded." in note
    assert "1 row in neither part because the time falls in the hour that occurs twice" in note


def test_an_outage_takes_the_earlier_reading_of_its_start_and_end() -> None:
    """Email was down from 00:30 to the first 01:30, and radio from there to 03:00."""
    outages = frame_of(
        Outage,
        """
        | system | began_at         | ended_at         |
        | email  | 2024-10-27 00:30 | 2024-10-27 01:30 |
        | radio  | 2024-10-27 01:30 | 2024-10-27 03:00 |
        """,
    )
    up = Uptime(
        key="up",
        of=Outage,
        at=Outage.began_at,
        until=Outage.ended_at,
        system=Outage.system,
    )
    row = row_of(compute(build_metric(up), {"outage": outages}, ["2024-10"]), "up")
    seconds = 2 * (31 * 24 + 1) * 3600
    assert row["denominator"] == seconds
    assert row["numerator"] == seconds - 3600 - (60 + 90) * 60
    assert (
        "An outage is counted from the earlier reading of its start, which falls in" in row["note"]
    )
    assert "An outage is counted to the earlier reading of its end, which falls in" in row["note"]


def test_an_outage_that_ends_in_the_repeated_hour_counts_in_every_period_before_it() -> None:
    """Only the end is uncertain, by an hour, and only in its own period does the note say so."""
    outages = frame_of(
        Outage,
        """
        | system | began_at         | ended_at         |
        | email  | 2024-08-01 00:00 | 2024-10-27 01:30 |
        """,
    )
    up = Uptime(
        key="up", of=Outage, at=Outage.began_at, until=Outage.ended_at, system=Outage.system
    )
    result = compute(
        build_metric(up),
        {"outage": outages},
        ["2024/25 Q2", "2024/25 Q3"],
    )
    assert [round(row["value"], 2) for row in rows_of(result, "up")] == [0.34, 0.72]
    assert ["earlier reading" in row["note"] for row in rows_of(result, "up")] == [False, True]


class Leg(Contract, row_unit=Unit.EVENTS):
    """One row per leg of a journey. Both times are always recorded."""

    left_at = Column(datetime, description="When it began.")
    came_at = Column(datetime, description="When it ended.")


def test_times_that_are_always_recorded_can_be_undecided() -> None:
    """Both times are in the repeated hour, so that it is not known which is first."""
    legs = frame_of(
        Leg,
        """
        | left_at          | came_at          |
        | 2024-10-27 01:10 | 2024-10-27 01:20 |
        | 2024-10-27 01:10 | 2024-10-27 02:20 |
        """,
    )
    in_order = Proportion(
        key="in_order", of=Leg, at=Leg.left_at, numerator=Leg.left_at < Leg.came_at
    )
    only = row_of(compute(build_metric(in_order), {"leg": legs}, ["2024-10"]), "in_order")
    assert (only["value"], only["denominator"]) == (1, 1)
    assert "1 row in neither part because the time falls in the hour" in only["note"]
