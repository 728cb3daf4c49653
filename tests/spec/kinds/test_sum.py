"""The sum of a number column over the rows of a period.

A sum adds over areas and periods.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Call, Case

KIND = kpi.Sum

CASES = (
    Case(
        "Values are summed; a row without a value adds nothing",
        measures=[
            kpi.Sum(
                key="minutes", of=Call, at=Call.began_at, value=Call.minutes, unit=kpi.Unit.MINUTES
            )
        ],
        tables={
            Call: """
            | began_at         | minutes | area  |
            | 2024-04-01 09:00 | 10      | North |
            | 2024-04-01 10:00 | 20      | South |
            | 2024-04-01 11:00 |         | South |
            """,
        },
        expected="""
            | area  | value   |
            | North | 10      |
            | South | 20      |
            | All   | 10 + 20 |
        """,
        by=("area",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_sum(case: Case) -> None:
    case.check()
