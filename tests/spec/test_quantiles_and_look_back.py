"""Quantiles interpolate. Repeats look back, and need the months they look back on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from swm_kpi import (
    Average,
    Duration,
    RepeatRate,
)
from tests.support.small_tables import (
    BACK,
    CALL,
    MINUTES,
    Call,
    compute,
    frame,
    metric,
    row,
)


@pytest.mark.parametrize(
    ("average", "expected"),
    [(Average.MEDIAN, 2.5), (Average.P90, 3 + 0.7 * (10 - 3)), (Average.MEAN, 4.0)],
)
def test_quantiles_interpolate_linearly(average, expected) -> None:
    """Of 1, 2, 3 and 10 minutes: nine tenths of the way from the first to the last is 2.7 steps."""
    start = datetime(2024, 5, 6, 12)
    calls = pl.DataFrame(
        {
            "began_at": [start] * 4,
            "ended_at": [start + timedelta(minutes=each) for each in (10, 1, 3, 2)],
        }
    )
    made = metric(Duration(key="time", **CALL, average=average, **MINUTES))
    found = row(compute(made, {"call": calls}), "time")
    assert found["value"] == pytest.approx(expected)
    assert found["denominator"] == 4


def test_a_repeat_needs_the_months_before() -> None:
    """Twelve months back from each row, so a period with fewer before it is of low reliability."""
    calls = frame(
        Call,
        """
        | began_at         | caller |
        | 2023-05-06 12:00 | a      |
        | 2023-05-05 12:00 | b      |
        | 2024-05-06 12:00 | a      |
        | 2024-05-06 12:00 | b      |
        | 2024-05-06 13:00 | c      |
        | 2024-05-06 14:00 | c      |
        """,
    )
    made = metric(RepeatRate(key="again", **CALL, who=Call.caller, lookback=BACK))

    def covered_from(first: str) -> dict[str, Any]:
        coverage = {"call": (first, "2024-05-31")}
        return row(compute(made, {"call": calls}, ["2024-05"], coverage=coverage), "again")

    enough = covered_from("2023-05-01")
    # a is back after twelve months to the day, b is a day too late, and c rang twice on one day.
    assert (enough["numerator"], enough["denominator"], enough["marker"]) == (1, 3, "")
    short = covered_from("2023-06-01")
    assert short["marker"] == "[u]"
    assert "12 months before the period are not all in the data" in short["note"]
