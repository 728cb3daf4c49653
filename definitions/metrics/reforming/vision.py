"""Ref 50, the force's vision and values."""

from swm_kpi import Direction, Example, Frequency, Metric

from ...contracts.text_reports import VISION_AND_VALUES
from ...measures import text_report
from ...plan.availability import PLAN_STATEMENT
from ...plan.objectives import REFORMING

vision_and_values = Metric(
    ref="50",
    key="vision_and_values",
    title="Force vision and values",
    objective=REFORMING,
    summary="The latest statement in the period, in words, of the force's vision and values and of "
    "how they are put into practice, with the role of the author and the evidence.",
    measures=[
        text_report("statement", "Force vision and values", VISION_AND_VALUES),
    ],
    direction=Direction.NEUTRAL,
    frequency=Frequency.ANNUAL,
    availability=PLAN_STATEMENT,
    standards=["College of Policing, Code of Ethics (unverified)"],
    limitations="Not a score, and not the staff survey, which is part of ref 68. The plan names "
    "the vision and values but does not say how to measure them.",
    caveats=[
        "A statement of values does not prove that they are kept. Read the evidence given with it.",
    ],
    examples=[
        Example(
            period="2024/25",
            rows="""
            | subject           | period_end | text         | author_role     | evidence     |
            | vision and values | 2025-03-31 | Our purpose. | Chief Constable | Staff events |
            """,
            expect={"statement": None},
            description="The note shows the statement. There is no number.",
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
            edge_case="Only the latest statement is reported, not two statements or a mean of "
            "ratings. What staff say about culture is another subject.",
        ),
    ],
)
