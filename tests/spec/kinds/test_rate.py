"""A count for every 1,000, 100,000 or 1,000,000 people of a population table.

The estimate of the year nearest to the middle of the period is used, and named in the note. A rate
for less than a year is for that period: it is never annualised.
"""

from __future__ import annotations

from datetime import date

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Call, Case, Residents

KIND = kpi.Rate

DISTRICT = kpi.Dimension("district", "District", description="Where it was.", is_area=True)


class Log(kpi.Contract, row_unit=kpi.Unit.INCIDENTS):
    """One row per log."""

    opened_on = kpi.Column(date, description="The day it was opened.")
    district = kpi.Column(str, dimension=DISTRICT, description="Where it was.")


class ForceResidents(kpi.Contract):
    """One row per year."""

    mid_year = kpi.Column(int, description="The year of the estimate.")
    people = kpi.Column(int, ge=0, label="residents", description="How many people live there.")


CASES = (
    Case(
        "A count is divided by the people of the same area",
        measures=[
            kpi.Count(key="calls", of=Call, at=Call.began_at),
            kpi.Rate(key="per_1000", of="calls", per=Residents.people, scale=1_000),
        ],
        tables={
            Call: """
            | began_at         | area  |
            | 2024-04-01 09:00 | North |
            | 2024-04-01 10:00 | South |
            """,
            Residents: """
            | mid_year | area  | people |
            | 2024     | North | 2000   |
            | 2024     | South | 500    |
            """,
        },
        expected="""
            | area  | value           | numerator | denominator |
            | North | 1 * 1000 / 2000 | 1         | 2000        |
            | South | 1 * 1000 / 500  | 1         | 500         |
            | All   | 2 * 1000 / 2500 | 2         | 2500        |
        """,
        by=("area",),
    ),
    Case(
        "By areas that the population table lacks, a rate has only a total",
        measures=[
            kpi.Count(key="logs", of=Log, at=Log.opened_on),
            kpi.Rate(key="per_1000", of="logs", per=ForceResidents.people, scale=1_000),
        ],
        tables={
            Log: """
            | opened_on  | district |
            | 2024-04-01 | Dover    |
            | 2024-04-01 | Ashford  |
            | 2024-04-01 | Dover    |
            """,
            ForceResidents: """
            | mid_year | people |
            | 2024     | 1000   |
            """,
        },
        expected="""
            | district | value           | denominator |
            | All      | 3 * 1000 / 1000 | 1000        |
        """,
        by=("district",),
        note="Not broken down by District.",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_rate(case: Case) -> None:
    case.check()
