"""Registers are counted on the last day of a period, compared with a plain count of rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import (
    Catalogue,
    Column,
    Contract,
    PeriodEndStock,
    Unit,
)
from tests.support.months_of_2024 import AREA, AREAS, PERIODS, build_metric, cells_of, days
from tests.support.small_tables import is_unrecorded


class Club(Contract, row_unit=Unit.GROUPS):
    """One row per club."""

    began_on = Column(date, description="Its first day.")
    ended_on = Column(date, nullable=True, description="The first day after its last.")
    members = Column(int, ge=0, nullable=True, description="Members.")
    open_to_all = Column(bool, nullable=True, description="Whether anybody may join.")
    area = Column(str, dimension=AREA, nullable=True, description="Its area.")


CLUBS = build_metric(
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


@dataclass(frozen=True)
class ClubRow:
    """One row of a register."""

    began_on: date
    ended_on: date | None
    members: int | None
    open_to_all: bool | None
    area: str | None


club_rows = st.lists(
    st.builds(
        ClubRow,
        days,
        st.none() | days,
        st.none() | st.integers(0, 50),
        st.none() | st.booleans(),
        st.none() | st.sampled_from(AREAS),
    ),
    max_size=12,
)


@pytest.mark.slow
@settings(deadline=None)
@given(club_rows)
def test_a_register_counts_rows_in_force_on_the_last_day_of_the_period(rows: list[ClubRow]) -> None:
    """For each area, for rows without an area, and for all rows."""
    frame = pl.DataFrame(
        [vars(row) for row in rows],
        schema={
            "began_on": pl.Date,
            "ended_on": pl.Date,
            "members": pl.Int64,
            "open_to_all": pl.Boolean,
            "area": pl.String,
        },
    )
    cells = cells_of(CLUBS, "club", frame, ["area"])
    for period in PERIODS:
        last = period.end
        in_force = [
            row
            for row in rows
            if row.began_on <= last and not (row.ended_on is not None and row.ended_on <= last)
        ]
        for area in (*AREAS, "All"):
            clubs = [row for row in in_force if area in ("All", row.area)]
            people = sum(row.members or 0 for row in clubs if row.open_to_all)
            for measure, expected in (("clubs", len(clubs)), ("people", people)):
                cell = cells[measure, period.label, area]
                assert is_unrecorded(cell) or cell["value"] == expected
        unknown = sum(row.area is None for row in in_force)
        assert cells.get(("clubs", period.label, "Unknown"), {"value": 0})["value"] == unknown


@pytest.mark.parametrize("by", [[], ["area"]])
def test_a_period_that_the_register_does_not_cover_is_not_available(by: list[str]) -> None:
    """A period that is covered in part is provisional."""
    frame = pl.DataFrame({"began_on": [date(2024, 1, 1)], "ended_on": [None], "area": ["North"]})
    result = kpi.compute(
        [CLUBS],
        {"club": frame.with_columns(members=pl.lit(1), open_to_all=pl.lit(True))},
        periods=["2023-12", "2024-02"],
        by=by,
        coverage={"club": (date(2024, 1, 1), date(2024, 2, 10))},
        catalogue=Catalogue([CLUBS]),
    )
    rows = {(row["measure"], row["period"]): row for row in result.to_polars().to_dicts()}
    before, partial = rows["clubs", "2023-12"], rows["clubs", "2024-02"]
    assert (before["value"], before["marker"]) == (None, "[x]")
    assert (partial["value"], partial["marker"]) == (1, "[p]")
