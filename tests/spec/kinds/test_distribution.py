"""The share of each member of a breakdown among the rows that name one.

Ask for the breakdown with `by`: without it there is only the whole, which is 1.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import AREA, Call, Case

KIND = kpi.Distribution

CASES = (
    Case(
        "Rows without a member are in no share, and the note counts them",
        measures=[kpi.Distribution(key="by_area", of=Call, at=Call.began_at, over=AREA)],
        tables={
            Call: """
            | began_at         | area  |
            | 2024-04-01 09:00 | North |
            | 2024-04-01 10:00 | North |
            | 2024-04-01 11:00 | South |
            | 2024-04-01 12:00 |       |
            """,
        },
        expected="""
            | area  | value | denominator |
            | North | 2 / 3 | 3           |
            | South | 1 / 3 | 3           |
            | All   | 1     | 3           |
        """,
        by=("area",),
        note="in no share because area is not recorded",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_distribution(case: Case) -> None:
    case.check()
