"""The share of a cohort who reoffend in the follow-up and are dealt with for it in time.

The examples have a follow-up of 12 months and a wait of 6. Both are assumptions of a metric. The
reoffence must be within 12 months of the start of the follow-up, here the conviction, and proven
within 12 + 6 = 18 months of the same day. A period is provisional, `[p]`, until 18 months have
passed after its last month: the second quarter of 2024 until the data reach the end of December
2025.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import FOLLOW_UP, WAITING, Case, Offender

KIND = kpi.ReoffendingRate

CASES = (
    Case(
        "A reoffence counts within 12 months, if it is proven within 18 months of the same day",
        measures=[
            kpi.ReoffendingRate(
                key="reoffending",
                of=Offender,
                at=Offender.convicted_on,
                reoffended=Offender.reoffended_on,
                proven=Offender.proven_on,
                follow_up=FOLLOW_UP,
                waiting=WAITING,
            )
        ],
        tables={
            Offender: """
            | convicted_on | reoffended_on | proven_on  |
            | 2024-04-01   | 2024-12-01    | 2025-02-01 |
            | 2024-04-01   | 2025-06-01    | 2025-07-01 |
            | 2024-04-01   | 2025-03-01    | 2025-12-01 |
            | 2024-04-01   |               |            |
            """,
        },
        expected="""
            | value | numerator | denominator |
            | 1 / 4 | 1         | 4           |
        """,
    ),
    Case(
        "Before 18 months have passed, the number is provisional",
        measures=[
            kpi.ReoffendingRate(
                key="reoffending",
                of=Offender,
                at=Offender.convicted_on,
                reoffended=Offender.reoffended_on,
                proven=Offender.proven_on,
                follow_up=FOLLOW_UP,
                waiting=WAITING,
            )
        ],
        tables={
            Offender: """
            | convicted_on | reoffended_on | proven_on  |
            | 2024-04-01   | 2024-12-01    | 2025-02-01 |
            """,
        },
        expected="""
            | value | marker |
            | 1     | [p]    |
        """,
        as_at="2025-06-01",
    ),
    Case(
        "If no row has a day of reoffending, nobody recorded it",
        measures=[
            kpi.ReoffendingRate(
                key="reoffending",
                of=Offender,
                at=Offender.convicted_on,
                reoffended=Offender.reoffended_on,
                proven=Offender.proven_on,
                follow_up=FOLLOW_UP,
                waiting=WAITING,
            )
        ],
        tables={
            Offender: """
            | convicted_on | reoffended_on | proven_on |
            | 2024-04-01   |               |           |
            """,
        },
        expected="""
            | value | marker |
            |       | [x]    |
        """,
        note="Not recorded: reoffended on is blank in every row of 'offender'.",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_reoffending_rate(case: Case) -> None:
    case.check()
