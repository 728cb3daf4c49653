"""Periods are half-open local days. Aware times are converted once; naive times are local."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from swm_kpi import (
    Average,
    Duration,
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
    """Two calls have no end, and one ends in the repeated hour. One lasts 20 minutes."""
    calls = frame_of(
        Call,
        """
        | began_at         | ended_at         |
        | 2024-10-06 12:00 | 2024-10-06 12:20 |
        | 2024-10-07 12:00 |                  |
        | 2024-10-08 12:00 |                  |
        | 2024-10-26 12:00 | 2024-10-27 01:30 |
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
        assert (only["value"], only["denominator"]) == (20, 1)
        assert "2 rows left out: began at or end missing" in only["note"]
        assert "1 row left out: a time is in the hour that comes twice" in only["note"]
    assert "2 rows left out: nobody noted its end" in row_of(result, "named")["note"]


def test_an_outage_that_ends_in_the_repeated_hour_has_an_end() -> None:
    """Its length is not known, so it takes no time. Its system is in the denominator."""
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
    assert row["value"] == 1
    assert row["denominator"] == 2 * (31 * 24 + 1) * 3600
