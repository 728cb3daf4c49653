"""The weighted share of valid answers that are favourable.

The numerator and the denominator are sums of weights. The interval is Wilson's, in Kish's
effective sample (L. Kish, *Survey Sampling*, 1965).
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import FEW, Answer, Case

KIND = kpi.SurveyProportion

CASES = (
    Case(
        "Refusals are in neither part; weights are summed",
        measures=[
            kpi.SurveyProportion(
                key="confident",
                of=Answer,
                at=Answer.asked_on,
                valid=Answer.answer.is_in(["good", "poor"]),
                favourable=Answer.answer == "good",
                weight=Answer.weight,
                min_answers=FEW,
            )
        ],
        tables={
            Answer: """
            | asked_on   | answer  | weight |
            | 2024-04-01 | good    | 2      |
            | 2024-04-02 | poor    | 1      |
            | 2024-04-03 | poor    | 1      |
            | 2024-04-04 | refused | 5      |
            """,
        },
        expected="""
            | value | numerator | denominator | marker |
            | 2 / 4 | 2         | 4           |        |
        """,
    ),
    Case(
        "Fewer answers than the assumption allows make the share unreliable",
        measures=[
            kpi.SurveyProportion(
                key="confident",
                of=Answer,
                at=Answer.asked_on,
                valid=Answer.answer.is_in(["good", "poor"]),
                favourable=Answer.answer == "good",
                weight=Answer.weight,
                min_answers=FEW,
            )
        ],
        tables={
            Answer: """
            | asked_on   | answer | weight |
            | 2024-04-01 | good   | 1      |
            | 2024-04-02 | poor   | 1      |
            """,
        },
        expected="""
            | value | marker |
            | 1 / 2 | [u]    |
        """,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_survey_proportion(case: Case) -> None:
    case.check()
