"""The mean of a number that is taken at regular snapshots.

An average uses the complete snapshots of a period: those with as many rows as the snapshot with
the most rows. Only numbers of rows are compared, for each area and for each total: a snapshot
that lacks one area, but has more rows of another, is complete for the total. An incomplete or
missing snapshot is not a zero. With `same_rows=False` every snapshot is used, and an area without
rows in one is zero there. The denominator is the number of snapshots used. A period without a
snapshot is `[x]`.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Case, Queue

KIND = kpi.AverageStock

CASES = (
    Case(
        "A snapshot with fewer rows than the fullest is left out of the total",
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
