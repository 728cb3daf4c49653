"""Rows that have no date, or a later one than the extraction, in protected results."""

from __future__ import annotations

from datetime import datetime

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import Column, Contract, Count, DisclosurePolicy, Unit
from tests.support.months_of_2024 import AREA, build_metric


class Case(Contract, row_unit=Unit.VICTIMS):
    """One row per victim's case."""

    opened_at = Column(datetime, description="When it was opened.")
    closed_at = Column(datetime, nullable=True, description="When it was closed.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")


METRIC = build_metric(
    [Count(key="closed", of=Case, at=Case.closed_at)], [AREA], "| opened_at |\n| 2024-06-01 |"
)


@pytest.mark.parametrize("open_cases", [1, 3, 400])
@pytest.mark.parametrize("closed", [2, 600])
def test_a_protected_result_has_no_number_of_them(open_cases, closed) -> None:
    """A few victims without a day of closing would be a small count, so the note only says some."""
    rows = [datetime(2024, 6, 3)] * closed + [None] * open_cases
    frame = pl.DataFrame(
        {"opened_at": [datetime(2024, 6, 1)] * len(rows), "closed_at": rows},
        schema={"opened_at": pl.Datetime, "closed_at": pl.Datetime},
    ).with_columns(area=pl.lit("North"))
    result = kpi.compute(
        [METRIC],
        {"case": frame},
        periods=["2024-06"],
        by=["area"],
        coverage={"case": ("2024-06-01", "2024-06-30")},
        catalogue=kpi.Catalogue([METRIC]),
    )
    total = result.to_polars().filter(area="All").row(0, named=True)
    assert total["in_no_period"] == open_cases
    protected = result.protect(DisclosurePolicy()).to_polars()
    assert protected["in_no_period"].null_count() == len(protected)
    note = protected.filter(area="All")["note"].item()
    assert f"{open_cases} row" not in note
    if closed > 5:
        assert "Some rows are in no period, because closed at is blank." in note
