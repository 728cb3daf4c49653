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
    compute,
    frame,
    metric,
    row,
    rows,
    value,
)


def test_the_first_and_the_last_moment_of_a_period_are_in_it() -> None:
    """Nothing falls between two periods, and nothing is in both."""
    calls = frame(
        Call,
        """
        | began_at                   |
        | 2024-03-31 23:59:59.999999 |
        | 2024-04-01 00:00:00        |
        | 2024-06-30 23:59:59.999999 |
        | 2024-07-01 00:00:00        |
        """,
    )
    found = compute(metric(CALLS), {"call": calls}, ["2023/24 Q4", "2024/25 Q1", "2024/25 Q2"])
    assert [each["value"] for each in rows(found, "calls")] == [1, 1 + 1, 1]


SPRING = datetime(2024, 3, 31, 0, 50), datetime(2024, 3, 31, 2, 10)
AUTUMN = datetime(2024, 10, 27, 0, 50), datetime(2024, 10, 27, 2, 10)


@pytest.mark.parametrize(
    ("began", "ended", "minutes"),
    [
        (*SPRING, 80 - 60),
        (*AUTUMN, 80 + 60),
        (SPRING[0].replace(tzinfo=UTC), datetime(2024, 3, 31, 1, 10, tzinfo=UTC), 20),
        # 00:50 and 02:10 by the clock, before and after it went back.
        (
            datetime(2024, 10, 26, 23, 50, tzinfo=UTC),
            datetime(2024, 10, 27, 2, 10, tzinfo=UTC),
            140,
        ),
        # Both ends in the hour that occurs twice: only an offset can tell them apart.
        (
            datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
            datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
            60,
        ),
    ],
    ids=["naive spring", "naive autumn", "aware spring", "aware autumn", "aware, twice 01:30"],
)
def test_elapsed_time_is_real_time_across_both_clock_changes(began, ended, minutes) -> None:
    """The clocks skip an hour in spring and repeat one in autumn; people wait in real minutes."""
    calls = pl.DataFrame({"began_at": [began], "ended_at": [ended]})
    made = metric(*(Duration(key=a.name.lower(), **CALL, average=a, **MINUTES) for a in Average))
    found = compute(made, {"call": calls}, ["2024-03", "2024-10"])
    for average in Average:
        numbers = [each["value"] for each in rows(found, average.name.lower())]
        assert sorted(each for each in numbers if each is not None) == [minutes]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (Unit.SECONDS, 108),
        (Unit.MINUTES, 1.8),
        (Unit.HOURS, 0.03),
        (Unit.DAYS, 0.00125),
    ],
)
def test_108_seconds_are_so_many_of_each_unit(unit, expected) -> None:
    calls = frame(
        Call,
        """
        | began_at            | ended_at            |
        | 2024-05-06 12:00:00 | 2024-05-06 12:01:48 |
        """,
    )
    ends = {"start": Call.began_at, "end": Call.ended_at, "unit": unit}
    made = metric(*(Duration(key=a.name.lower(), **CALL, average=a, **ends) for a in Average))
    found = compute(made, {"call": calls})
    assert [value(found, a.name.lower()) for a in Average] == [pytest.approx(expected)] * 3


def test_a_row_without_a_duration_is_left_out_for_its_own_reason() -> None:
    """Two calls have no end, and one ends in the hour that comes twice: 20 minutes are known."""
    calls = frame(
        Call,
        """
        | began_at         | ended_at         |
        | 2024-10-06 12:00 | 2024-10-06 12:20 |
        | 2024-10-07 12:00 |                  |
        | 2024-10-08 12:00 |                  |
        | 2024-10-26 12:00 | 2024-10-27 01:30 |
        """,
    )
    made = metric(
        *(Duration(key=a.name.lower(), **CALL, average=a, **MINUTES) for a in Average),
        Duration(
            key="named", **CALL, average=Average.MEAN, **MINUTES, missing="nobody noted its end"
        ),
    )
    found = compute(made, {"call": calls}, ["2024-10"])
    for average in Average:
        only = row(found, average.name.lower())
        assert (only["value"], only["denominator"]) == (20, 1)
        assert "2 rows left out: began at or end missing" in only["note"]
        assert "1 row left out: a time is in the hour that comes twice" in only["note"]
    assert "2 rows left out: nobody noted its end" in row(found, "named")["note"]


def test_an_outage_that_ends_in_the_hour_that_occurs_twice_does_not_last_for_ever() -> None:
    """It takes no time, since how long it took is not known; its system still counts."""
    outages = frame(
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
    found = row(compute(metric(up), {"outage": outages}, ["2024-10"]), "up")
    assert found["value"] == 1
    assert found["denominator"] == 2 * (31 * 24 + 1) * 3600
