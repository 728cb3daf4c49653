"""The share of rows that meet a condition, from 0 to 1.

The numerator is a subset of the denominator by construction. Shares do not add: each total is
divided again.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Call, Case

KIND = kpi.Proportion

CASES = (
    Case(
        "A date that no row of the table has was not recorded, and is not a share of none or all",
        measures=[
            kpi.Proportion(
                key="answered_share",
                of=Call,
                at=Call.began_at,
                numerator=Call.answered_at.is_not_null(),
            ),
        ],
        tables={
            Call: """
            | began_at         | answered_at |
            | 2024-04-01 09:00 |             |
            | 2024-04-01 10:00 |             |
            """,
        },
        expected="""
            | value | marker |
            |       | [x]    |
        """,
        note="Not recorded: answer time is blank in every row of 'call'.",
    ),
    Case(
        "The share is over the rows that could be decided; the note counts the others",
        measures=[
            kpi.Proportion(key="urgent_share", of=Call, at=Call.began_at, numerator=Call.urgent)
        ],
        tables={
            Call: """
            | began_at         | urgent |
            | 2024-04-01 09:00 | yes    |
            | 2024-04-01 10:00 | no     |
            | 2024-04-01 11:00 | no     |
            | 2024-04-01 12:00 |        |
            """,
        },
        expected="""
            | value | numerator | denominator |
            | 1 / 3 | 1         | 3           |
        """,
        note="in neither part because urgency is not recorded",
    ),
    Case(
        "A share of no rows is not applicable",
        measures=[
            kpi.Proportion(key="urgent_share", of=Call, at=Call.began_at, numerator=Call.urgent)
        ],
        tables={
            Call: """
            | began_at         | urgent | area  |
            | 2024-04-01 09:00 | yes    | North |
            """,
        },
        expected="""
            | area  | value | denominator | marker |
            | North | 1     | 1           |        |
            | South |       | 0           | [z]    |
            | All   | 1     | 1           |        |
        """,
        by=("area",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_proportion(case: Case) -> None:
    case.check()
