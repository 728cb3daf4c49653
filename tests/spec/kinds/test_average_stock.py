"""The mean of a number that is taken at regular snapshots.

An average uses the complete snapshots of a period. A snapshot is complete for an area, or for a
total, if it has every part of it that another snapshot of the period has. The parts are the
breakdowns in the key of the table, or else all its breakdowns. A row without an area is in no part.
Parts stamped within 15 minutes, on one day, are one snapshot. An incomplete or missing snapshot is
not a zero. With `same_rows=False` every snapshot is used, and an area without rows in one is zero
there. The denominator is the number of snapshots used. A period without a snapshot is `[x]`.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Case, Queue

KIND = kpi.AverageStock

CASES = (
    Case(
        "A snapshot without one of the areas is left out of the total",
        measures=[
            kpi.AverageStock(
                key="waiting",
                of=Queue,
                at=Queue.taken_at,
                value=Queue.waiting,
                unit=kpi.Unit.INCIDENTS,
            )
        ],
        tables={
            Queue: """
            | taken_at         | waiting | area  |
            | 2024-05-01 09:00 | 4       | North |
            | 2024-05-01 09:00 | 10      | South |
            | 2024-05-02 09:00 | 8       | North |
            | 2024-05-03 09:00 | 6       | North |
            | 2024-05-03 09:00 | 20      | South |
            """,
        },
        expected="""
            | area  | value | denominator |
            | North | 6     | 3           |
            | South | 15    | 2           |
            | All   | 20    | 2           |
        """,
        by=("area",),
    ),
    Case(
        "With same_rows=False an area without rows in a snapshot is zero there",
        measures=[
            kpi.AverageStock(
                key="waiting",
                of=Queue,
                at=Queue.taken_at,
                value=Queue.waiting,
                unit=kpi.Unit.INCIDENTS,
                same_rows=False,
            )
        ],
        tables={
            Queue: """
            | taken_at         | waiting | area  |
            | 2024-05-01 09:00 | 4       | North |
            | 2024-05-01 09:00 | 10      | South |
            | 2024-05-02 09:00 | 8       | North |
            """,
        },
        expected="""
            | area    | value | denominator |
            | North   | 6     | 2           |
            | South   | 5     | 2           |
            | Unknown | 0     | 2           |
            | All     | 11    | 2           |
        """,
        by=("area",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_average_stock(case: Case) -> None:
    case.check()
