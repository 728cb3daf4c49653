"""Quantiles are interpolated linearly between the two nearest values."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest

from swm_kpi import (
    Average,
    Duration,
)
from tests.support.small_tables import (
    CALL,
    MINUTES,
    build_metric,
    compute,
    row_of,
)


@pytest.mark.parametrize(
    ("average", "expected"),
    [(Average.MEDIAN, 2.5), (Average.P90, 3 + 0.7 * (10 - 3)), (Average.MEAN, 4.0)],
)
def test_quantiles_are_interpolated_linearly(average, expected) -> None:
    """Of 1, 2, 3 and 10 minutes, the 90th percentile is 0.7 of the way from 3 to 10."""
    start = datetime(2024, 5, 6, 12)
    calls = pl.DataFrame(
        {
            "began_at": [start] * 4,
            "ended_at": [start + timedelta(minutes=minutes) for minutes in (10, 1, 3, 2)],
        }
    )
    metric = build_metric(Duration(key="time", **CALL, average=average, **MINUTES))
    row = row_of(compute(metric, {"call": calls}), "time")
    assert row["value"] == pytest.approx(expected)
    assert row["denominator"] == 4
