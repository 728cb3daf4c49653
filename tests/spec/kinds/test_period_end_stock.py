"""How many there are at the end of a period, from snapshots or from a register.

A stock adds over areas and never over periods: the latest snapshot of the period is used.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Case, Group, Officer

KIND = kpi.PeriodEndStock

CASES = (
    Case(
        "The latest snapshot of the period is used, and never a sum of snapshots",
        measures=[kpi.PeriodEndStock(key="officers", of=Officer, at=Officer.counted_on)],
        tables={
            Officer: """
            | counted_on | fte | area  |
            | 2024-04-30 | 1.0 | North |
            | 2024-04-30 | 1.0 | South |
            | 2024-06-30 | 1.0 | North |
            """,
        },
        expected="""
            | area  | value |
            | North | 1     |
            | South | 0     |
            | All   | 1     |
        """,
        by=("area",),
    ),
    Case(
        "With a number column, its values in that snapshot are summed",
        measures=[
            kpi.PeriodEndStock(
                key="fte", of=Officer, at=Officer.counted_on, value=Officer.fte, unit=kpi.Unit.FTE
            )
        ],
        tables={
            Officer: """
            | counted_on | fte |
            | 2024-06-30 | 1.0 |
            | 2024-06-30 | 0.6 |
            """,
        },
        expected="""
            | value |
            | 1.6   |
        """,
    ),
    Case(
        "In a register, rows in force on the last day of the period count",
        measures=[
            kpi.PeriodEndStock(key="groups", of=Group, at=Group.began_on, until=Group.ended_on)
        ],
        tables={
            Group: """
            | began_on   | ended_on   |
            | 2023-01-01 |            |
            | 2024-05-01 | 2024-07-15 |
            | 2024-01-01 | 2024-06-01 |
            | 2024-07-01 |            |
            """,
        },
        expected="""
            | value |
            | 2     |
        """,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_period_end_stock(case: Case) -> None:
    case.check()
