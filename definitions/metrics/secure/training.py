"""Ref 25, training to support people with vulnerabilities."""

from swm_kpi import Direction, Example, Metric

from ...contracts.training import AUDIENCE, COURSE, TRAINING_ROLE, VULNERABILITIES
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import LPA
from ...plan.objectives import SECURE
from ..victims_and_survivors.training import (
    TRAINING_CAVEATS,
    TRAINING_LIMITATIONS,
    session_measures,
    trained_measures,
)

vulnerability_training = Metric(
    ref="25",
    key="vulnerability_training",
    title="Delivery of training to support people with vulnerabilities",
    objective=SECURE,
    summary="The share of officers and staff in post who should be trained to support people with "
    "vulnerabilities and were trained and in date, on the day of the latest snapshot of the "
    "period. Also the sessions held in the period, and the people who attended and completed.",
    headline="trained_share",
    measures=[*trained_measures(VULNERABILITIES), *session_measures(VULNERABILITIES)],
    dimensions=[TRAINING_ROLE, COURSE, AUDIENCE, LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=["College of Policing vulnerability training programme"],
    limitations=TRAINING_LIMITATIONS,
    caveats=[
        *TRAINING_CAVEATS,
        "The force decides which courses count as this training. Sessions by the Exploitation and "
        "Vulnerability trainers are ref 10 and are not counted again here.",
    ],
    examples=[
        Example(
            rows={
                "training_requirement": """
                | as_at      | person_id | theme           | completed |
                | 2024-06-30 | a         | vulnerabilities | yes       |
                | 2024-06-30 | b         | vulnerabilities | yes       |
                | 2024-06-30 | c         | vulnerabilities | yes       |
                | 2024-06-30 | d         | vulnerabilities | no        |
                """,
                "training_attendance": """
                | session_id | person_id | theme           | session_date | completed |
                | s          | a         | vulnerabilities | 2024-04-01   | yes       |
                | s          | b         | vulnerabilities | 2024-04-01   | yes       |
                | t          | d         | vulnerabilities | 2024-06-30   | no        |
                """,
            },
            expect={
                "required": 4,
                "trained": 1 + 1 + 1,
                "trained_share": 3 / 4,
                "sessions": 1 + 1,
                "attendances": 2 + 1,
                "people_attending": 3,
                "people_completing": 1 + 1,
            },
            description="Person c was trained in an earlier quarter and still is.",
        ),
        Example(
            rows={
                "training_requirement": """
                | as_at      | person_id | theme           | completed |
                | 2024-05-31 | a         | vulnerabilities | yes       |
                | 2024-05-31 | b         | vulnerabilities | yes       |
                | 2024-06-30 | a         | vulnerabilities | no        |
                | 2024-06-30 | c         | vulnerabilities | yes       |
                | 2024-06-30 | d         | victim care     | yes       |
                """,
                "training_attendance": """
                | session_id | person_id | theme                        | session_date | completed |
                | s          | a         | vulnerabilities              | 2024-05-06   |           |
                | s          | b         | vulnerabilities              | 2024-05-06   | yes       |
                | t          | b         | vulnerabilities              | 2024-05-07   | yes       |
                | u          | d         | exploitation & vulnerability | 2024-05-08   | yes       |
                | v          | e         | vulnerabilities              | 2024-03-31   | yes       |
                """,
            },
            expect={
                "required": 1 + 1,
                "trained": 1,
                "trained_share": 1 / 2,
                "sessions": 1 + 1,
                "attendances": 2 + 1,
                "people_attending": 1 + 1,
                "people_completing": 1,
            },
            edge_case="Two people made three attendances, and one of them completed. Only the "
            "latest snapshot counts: b has left, and a's training has lapsed. Sessions by the "
            "Exploitation and Vulnerability trainers are another ref.",
        ),
    ],
)
