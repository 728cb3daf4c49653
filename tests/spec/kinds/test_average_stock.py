"""The mean of a number that is taken at regular snapshots.

A snapshot that is missing is not a zero. The denominator is the number of snapshots.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Case, Queue

KIND = kpi.AverageStock

CASES = (
    Case(
        "Each area is averaged over its snapshots; the total over those that hold every area",
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
            | 2024-05-02 09:00 | 20      | South |
            """,
        },
        expected="""
            | area  | value | denominator |
            | North | 6     | 2           |
            | South | 15    | 2           |
            | All   | 21    | 2           |
        """,
        by=("area",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_average_stock(case: Case) -> None:
    case.check()
