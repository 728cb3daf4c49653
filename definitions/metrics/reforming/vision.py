"""Ref 50, the force's vision and values."""

from swm_kpi import Direction, Example, Frequency, Metric, TextReport

from ...contracts.text_reports import VISION_AND_VALUES, NarrativeText
from ...plan.availability import COLOUR_LOST
from ...plan.objectives import REFORMING

vision_and_values = Metric(
    ref="50",
    key="vision_and_values",
    title="Force vision and values",
    objective=REFORMING,
    summary="The latest statement of the period, in words, of the force's vision and values and of "
    "how they are lived, who answers for it and on what evidence.",
    measures=[
        TextReport(
            key="statement",
            label="Force vision and values",
            of=NarrativeText,
            at=NarrativeText.period_end,
            where=NarrativeText.subject == VISION_AND_VALUES,
            text=NarrativeText.text,
            author=NarrativeText.author_role,
            evidence=NarrativeText.evidence,
        ),
    ],
    direction=Direction.NEUTRAL,
    frequency=Frequency.ANNUAL,
    availability=COLOUR_LOST,
    standards=["College of Policing, Code of Ethics (unverified)"],
    limitations="Not a score, and not the staff survey, which is part of ref 68: the plan names "
    "the vision and values and says nothing of how they would be measured.",
    caveats=[
        "A statement of values is not evidence that they are kept: that is what the evidence is "
        "for.",
    ],
    examples=[
        Example(
            period="2024/25",
            rows="""
            | subject           | period_end | text         | author_role     | evidence     |
            | vision and values | 2025-03-31 | Our purpose. | Chief Constable | Staff events |
            """,
            expect={"statement": None},
            description="The statement is carried through in the note. It has no number.",
        ),
        Example(
            period="2024/25",
            rows="""
            | subject                | period_end | text         | rating | author_role | evidence |
            | vision and values      | 2024-06-30 | Our purpose. | 5      | Chief       | Events   |
            | vision and values      | 2025-03-31 | Our purpose. | 3      | Chief       | Events   |
            | organisational culture | 2025-03-31 | Trust.       | 4      | People lead | Survey   |
            """,
            expect={"statement": None},
            edge_case="Neither two statements nor a mean of ratings: the latest statement is "
            "reported. What staff say of the culture is another subject.",
        ),
    ],
)
