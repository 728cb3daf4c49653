"""The mean of a number column over the rows of a period.

A row without a value is left out. Means do not add: each total is computed again from its rows.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Call, Case

KIND = kpi.Mean

MEAN = kpi.Mean(key="minutes", of=Call, at=Call.began_at, value=Call.minutes, unit=kpi.Unit.MINUTES)

CASES = (
    Case(
        "The mean is over the rows with a value; a total is not the mean of its parts",
        measures=[MEAN],
        tables={
            Call: """
            | began_at         | minutes | area  |
            | 2024-04-01 09:00 | 10      | North |
            | 2024-04-01 10:00 | 20      | South |
            | 2024-04-01 11:00 | 60      | South |
            """,
        },
        expected="""
            | area  | value  | denominator |
            | North | 10     | 1           |
            | South | 80 / 2 | 2           |
            | All   | 90 / 3 | 3           |
        """,
        by=("area",),
    ),
    Case(
        "A row without a value is left out, and the note counts it",
        measures=[MEAN],
        tables={
            Call: """
            | began_at         | minutes |
            | 2024-04-01 09:00 | 0       |
            | 2024-04-01 10:00 | 3       |
            | 2024-04-01 11:00 |         |
            """,
        },
        expected="""
            | value | denominator |
            | 1.5   | 2           |
        """,
        note="1 row left out because minutes is not recorded",
    ),
    Case(
        "A mean of rows of which none has a value is not available",
        measures=[MEAN],
        tables={
            Call: """
            | began_at         | minutes |
            | 2024-04-01 11:00 |         |
            """,
        },
        expected="""
            | value | denominator | marker |
            |       |             | [x]    |
        """,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_mean(case: Case) -> None:
    case.check()
