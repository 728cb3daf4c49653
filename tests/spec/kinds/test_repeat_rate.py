"""The share of the different people of a period who had another such row in the months before it.

With `as_count=True` it is the number of these people. The months are counted back from each row,
not from the period, so the table must hold them. Rows of one day are one event.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import LOOK_BACK, Case, Crime

KIND = kpi.RepeatRate

CASES = (
    Case(
        "A person with an earlier row within the window is a repeat",
        measures=[
            kpi.RepeatRate(
                key="repeat_share",
                of=Crime,
                at=Crime.recorded_on,
                who=Crime.victim,
                lookback=LOOK_BACK,
            )
        ],
        tables={
            Crime: """
            | recorded_on | victim |
            | 2023-06-01  | ann    |
            | 2024-05-01  | ann    |
            | 2024-05-01  | bob    |
            | 2022-01-01  | bob    |
            """,
        },
        expected="""
            | value | numerator | denominator |
            | 1 / 2 | 1         | 2           |
        """,
    ),
    Case(
        "Two rows of one day are one event, and a row that names nobody is left out",
        measures=[
            kpi.RepeatRate(
                key="repeats",
                of=Crime,
                at=Crime.recorded_on,
                who=Crime.victim,
                lookback=LOOK_BACK,
                as_count=True,
            )
        ],
        tables={
            Crime: """
            | recorded_on | victim |
            | 2024-05-01  | ann    |
            | 2024-05-01  | ann    |
            | 2024-05-02  |        |
            """,
        },
        expected="""
            | value |
            | 0     |
        """,
        note="left out because victim is not recorded",
    ),
    Case(
        "Earlier rows that name nobody may be of a person of the period",
        measures=[
            kpi.RepeatRate(
                key="repeats",
                of=Crime,
                at=Crime.recorded_on,
                who=Crime.victim,
                lookback=LOOK_BACK,
                as_count=True,
            )
        ],
        tables={
            Crime: """
            | recorded_on | victim |
            | 2024-05-01  | ann    |
            | 2023-12-01  |        |
            """,
        },
        expected="""
            | value | at_least | marker |
            | 0     | 0        | [u]    |
        """,
        note="Some rows of the months before have no victim.",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_repeat_rate(case: Case) -> None:
    case.check()
