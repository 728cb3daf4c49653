"""A text for the period, with its author's role and its evidence. It has no number.

The latest text of the period is carried in the note, marked `[z]`. A period without one is `[x]`.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Case, Review

KIND = kpi.TextReport

CASES = (
    Case(
        "The latest text of the period is in the note",
        measures=[
            kpi.TextReport(
                key="review",
                of=Review,
                at=Review.about,
                text=Review.text,
                author=Review.author,
                evidence=Review.evidence,
            )
        ],
        tables={
            Review: """
            | about      | text    | author          | evidence     |
            | 2024-05-31 | Slow.   | Head of service | Two audits   |
            | 2024-06-30 | Better. | Head of service | Three audits |
            """,
        },
        expected="""
            | period     | value | marker |
            | 2024/25 Q1 |       | [z]    |
            | 2024/25 Q2 |       | [x]    |
        """,
        periods=("2024/25 Q1", "2024/25 Q2"),
        note="Better.",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_text_report(case: Case) -> None:
    case.check()
