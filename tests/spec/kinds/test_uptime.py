"""The share of a period in which systems were not down.

Outages of one system that overlap are merged, and clipped to the period. The denominator is the
length of the period for each system that the table names, in any period. A system without an
outage in the table is not in it.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Case, Outage

KIND = kpi.Uptime

CASES = (
    Case(
        "Overlapping outages of one system are counted once",
        measures=[
            kpi.Uptime(
                key="availability",
                of=Outage,
                at=Outage.began_at,
                until=Outage.ended_at,
                system=Outage.system,
            )
        ],
        tables={
            Outage: """
            | system  | began_at         | ended_at         |
            | phones  | 2024-04-01 00:00 | 2024-04-02 00:00 |
            | phones  | 2024-04-01 12:00 | 2024-04-03 00:00 |
            | records | 2024-03-30 00:00 | 2024-04-02 00:00 |
            """,
        },
        expected="""
            | value   |
            | 57 / 60 |
        """,
        periods=("2024-04",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_uptime(case: Case) -> None:
    case.check()
