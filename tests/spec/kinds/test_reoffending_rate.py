"""The share of a cohort who reoffend in the follow-up and are dealt with for it in time.

A period is provisional until the follow-up and the wait for a court have passed. Both are months.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import FOLLOW_UP, WAITING, Case, Offender

KIND = kpi.ReoffendingRate

CASES = (
    Case(
        "An offence counts within the follow-up, if it is proven within the wait after it",
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
        "Before that time has passed, the number is provisional",
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
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_reoffending_rate(case: Case) -> None:
    case.check()
