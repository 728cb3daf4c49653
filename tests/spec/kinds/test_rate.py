"""A count for every 1,000, 100,000 or 1,000,000 people of a population table.

The estimate of the year nearest to the middle of the period is used, and named in the note. A rate
for less than a year is for that period: it is never annualised.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Call, Case, Residents

KIND = kpi.Rate

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
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_rate(case: Case) -> None:
    case.check()
