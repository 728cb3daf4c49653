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
    Case(
        "An outage without an end counts to the end of the period or to the extraction",
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
            | phones  | 2024-04-16 00:00 |                  |
            | records | 2024-04-01 00:00 | 2024-04-01 00:00 |
            """,
        },
        expected="""
            | period  | value   | marker |
            | 2024-04 | 45 / 60 |        |
            | 2024-05 | 10 / 20 | [p]    |
        """,
        periods=("2024-04", "2024-05"),
        as_at="2024-05-10",
        note="An outage without an end counts to the end of the period, or to the extraction",
    ),
    Case(
        "If no row has an end, nobody recorded when systems worked again",
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
            | system  | began_at         | ended_at |
            | phones  | 2024-04-16 00:00 |          |
            | records | 2024-04-01 00:00 |          |
            """,
        },
        expected="""
            | value | marker |
            |       | [x]    |
        """,
        periods=("2024-04",),
        note="Not recorded: ended at is blank in every row of 'outage'.",
    ),
    Case(
        "An outage that ends before it starts is left out, and the note counts it",
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
            | system | began_at         | ended_at         |
            | phones | 2024-04-16 00:00 | 2024-04-19 00:00 |
            | phones | 2024-04-26 00:00 | 2024-04-25 00:00 |
            """,
        },
        expected="""
            | value   | without_value | marker |
            | 27 / 30 | 1             | [u]    |
        """,
        periods=("2024-04",),
        note="1 row left out because ended at is before began at.",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_uptime(case: Case) -> None:
    case.check()
