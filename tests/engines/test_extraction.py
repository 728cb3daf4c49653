"""A row dated after the extraction is in no number, and is counted, on every engine."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

import swm_kpi as kpi
from tests.support import engines
from tests.support.oracle_cases import AREA, MEASURES, build_metric, compute, to_frame

pytestmark = list(engines.IGNORED_WARNINGS)

METRIC = build_metric(
    [m for m in MEASURES if m.key in ("visits", "by_due_day", "people", "median_hours")], [AREA]
)
DAY = date(2024, 6, 20)
ROWS = [
    {"opened_at": datetime(2024, 6, 1), "due_on": None, "area": "North"},
    {"opened_at": datetime(2024, 6, 20, 23, 59), "due_on": DAY, "area": "North"},
    {"opened_at": datetime(2024, 6, 21), "due_on": date(2024, 6, 21), "area": "South"},
    {"opened_at": datetime(2052, 6, 1), "due_on": date(2024, 6, 2), "area": "South"},
]


def rows() -> pl.DataFrame:
    """Each row has a person of its own, and lasts longer than the row before it."""
    others = [
        {
            "weight": 1.0,
            "visit_id": str(number),
            "person": f"p{number}",
            "closed_at": row["opened_at"] + timedelta(hours=2 * number),
        }
        for number, row in enumerate(ROWS)
    ]
    return to_frame("visit", [row | other for row, other in zip(ROWS, others, strict=True)])


@pytest.mark.parametrize("name", ["Polars", "pandas", *engines.NAMES])
def test_a_row_after_the_extraction_is_counted_apart(name) -> None:
    """The day of extraction counts. Rows without a date, or a later one, are in no period."""
    table = rows()
    if name == "pandas":
        table = table.to_pandas()
    elif name != "Polars":
        table = engines.loader(name)("visit", table)
    result = compute(METRIC, {"visit": table}, kpi.periods("2024-06"), [AREA], as_at=DAY)
    frame = result.to_polars()
    totals = {row["measure"]: row for row in frame.filter(area="All").to_dicts()}
    seen = {key: (row["value"], row["in_no_period"]) for key, row in totals.items()}
    assert seen == {
        "visits": (2, 2),
        "by_due_day": (2, 2),
        "people": (2, 2),
        "median_hours": (1, 2),
    }
    assert (
        "2 rows are in no period, because opened at is after the extraction."
        in (totals["visits"]["note"])
    )
    assert (
        "2 rows are in no period, because due on is blank or after the extraction."
        in (totals["by_due_day"]["note"])
    )
    members = frame.filter(pl.col("area") != "All")
    assert members["in_no_period"].null_count() == len(members)
    assert not members["note"].str.contains("in no period").any()


@pytest.mark.parametrize("name", ["Polars", *engines.NAMES])
def test_validation_counts_the_rows_after_the_extraction(name) -> None:
    table = rows() if name == "Polars" else engines.loader(name)("visit", rows())
    report = kpi.validate(table, "visit", as_at=DAY, catalogue=kpi.Catalogue([METRIC]))
    assert report.ok
    assert report.after_extraction == {"closed_at": 3, "due_on": 1, "opened_at": 2}
    assert "opened_at: 2 rows are dated after the extraction, and in no number" in str(report)
    assert not kpi.validate(rows(), "visit", catalogue=kpi.Catalogue([METRIC])).after_extraction
