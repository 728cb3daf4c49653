"""Months of 2024 with a leap day and clock changes, and how to compute a metric for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import (
    Availability,
    AvailabilityStatus,
    Catalogue,
    Dimension,
    Direction,
    Example,
    Metric,
    Period,
)

AREAS = ("North", "South")
AREA = Dimension("area", "Area", AREAS, description="Where it is.")

# February has a leap day; the clocks change on 31 March and 27 October.
PERIODS = [Period.parse(label) for label in ("2024-02", "2024-03", "2024-10", "2023/24 Q4")]
days = st.dates(date(2024, 1, 25), date(2024, 11, 5)) | st.sampled_from(
    [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 1), date(2024, 11, 1)]
)


def build_metric(
    measures: Sequence[kpi.Measure], dimensions: Sequence[Dimension], rows: str
) -> Metric:
    """Declare a metric of the measures, with an example that only has to parse."""
    return Metric(
        ref="t1",
        key="tested",
        title="Tested",
        objective=None,
        summary="For a test.",
        measures=tuple(measures),
        dimensions=tuple(dimensions),
        direction=Direction.NEUTRAL,
        availability=Availability(status=AvailabilityStatus.UNKNOWN, reason="For a test."),
        limitations="Nothing else.",
        examples=(
            Example(rows=rows, expect=dict.fromkeys(m.key for m in measures), edge_case="None."),
        ),
    )


def cells_of(
    metric: Metric, table: str, frame: pl.DataFrame, by: Sequence[str]
) -> dict[tuple[str, ...], dict[str, object]]:
    """Compute, and return each row by measure, period and member."""
    result = kpi.compute(
        [metric],
        {table: frame},
        periods=PERIODS,
        by=by,
        coverage={table: (date(2020, 1, 1), date(2025, 12, 31))},
        catalogue=Catalogue([metric]),
    )
    return {
        (row["measure"], row["period"], *(row[key] for key in by)): row
        for row in result.to_polars().to_dicts()
    }
