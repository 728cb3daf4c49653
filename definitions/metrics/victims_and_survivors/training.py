"""Refs 4 and 10: victim care training, and training by Exploitation & Vulnerability trainers."""

from swm_kpi import (
    Count,
    Direction,
    Example,
    Measure,
    Metric,
    PeriodEndStock,
    Ratio,
    Unit,
)

from ...contracts.training import (
    AUDIENCE,
    COURSE,
    EXPLOITATION_AND_VULNERABILITY,
    TRAINING_ROLE,
    VICTIM_CARE,
    TrainingAttendance,
    TrainingRequirement,
)
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import LPA
from ...plan.objectives import VICTIMS

TRAINING_CAVEATS = [
    "The force decides who should have the training when it fills the table. Who is included "
    "changes the share.",
    "The share covers people in post. When people leave or join, it can fall even if no training "
    "lapses.",
    "An attendance with no record of completion does not count as a completion. The note says how "
    "many there were.",
    "Each person counts once in a period and may count in several periods, so people do not add up "
    "over periods.",
    "Completing a course does not show what was learnt or used.",
]
TRAINING_LIMITATIONS = (
    "Attending a session is not completing the training. Attendances are not people: one person "
    "may attend many times. The share trained is a share of the people in post who should have the "
    "training on the day of the snapshot, not of the people who attended."
)


def session_measures(theme: str) -> list[Measure]:
    """Return the measures of the training sessions held on a theme."""
    on_theme = TrainingAttendance.theme == theme
    finished = on_theme & TrainingAttendance.completed
    return [
        Count(
            key="sessions",
            label="Sessions held",
            of=TrainingAttendance,
            at=TrainingAttendance.session_date,
            where=on_theme,
            distinct=TrainingAttendance.session_id,
            unit=Unit.SESSIONS,
            note="Sessions that at least one person attended.",
        ),
        Count(
            key="attendances",
            label="Attendances",
            of=TrainingAttendance,
            at=TrainingAttendance.session_date,
            where=on_theme,
        ),
        Count(
            key="people_attending",
            label="People who attended",
            of=TrainingAttendance,
            at=TrainingAttendance.session_date,
            where=on_theme,
            distinct=TrainingAttendance.person_id,
            unit=Unit.PEOPLE,
        ),
        Count(
            key="people_completing",
            label="People who completed a course",
            of=TrainingAttendance,
            at=TrainingAttendance.session_date,
            where=finished,
            distinct=TrainingAttendance.person_id,
            unit=Unit.PEOPLE,
        ),
    ]


def trained_measures(theme: str) -> list[Measure]:
    """Return the measures of how many people are trained on a theme, at the latest snapshot."""
    required = TrainingRequirement.theme == theme
    return [
        PeriodEndStock(
            key="required",
            label="People in post who should have the training",
            of=TrainingRequirement,
            at=TrainingRequirement.as_at,
            series=required,
            direction=Direction.NEUTRAL,
        ),
        PeriodEndStock(
            key="trained",
            label="People trained and in date",
            of=TrainingRequirement,
            at=TrainingRequirement.as_at,
            series=required,
            where=TrainingRequirement.completed,
        ),
        Ratio(
            key="trained_share",
            label="Share trained and in date",
            numerator="trained",
            denominator="required",
            unit=Unit.PROPORTION,
        ),
    ]


victim_care_training = Metric(
    ref="4",
    key="victim_care_training",
    title="Delivery of 'victim care' training for officers and staff",
    objective=VICTIMS,
    summary="The share of officers and staff in post who should have victim care training and were "
    "trained and in date, on the day of the latest snapshot of the period. Also the sessions held "
    "in the period, and the people who attended and completed.",
    headline="trained_share",
    measures=[*trained_measures(VICTIM_CARE), *session_measures(VICTIM_CARE)],
    dimensions=[TRAINING_ROLE, COURSE, AUDIENCE, LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    limitations=TRAINING_LIMITATIONS,
    caveats=[
        *TRAINING_CAVEATS,
        "We know of no national standard for this training.",
    ],
    examples=[
        Example(
            rows={
                "training_requirement": """
                | as_at      | person_id | theme       | completed | role           | lpa        |
                | 2024-06-30 | a         | victim care | yes       | Police officer | Shropshire |
                | 2024-06-30 | b         | victim care | yes       | Police staff   | Shropshire |
                | 2024-06-30 | c         | victim care | no        | Police officer |            |
                """,
                "training_attendance": """
                | session_id | person_id | theme       | session_date | completed |
                | s          | a         | victim care | 2024-04-01   | yes       |
                | s          | c         | victim care | 2024-04-01   | no        |
                | t          | d         | victim care | 2024-06-30   | yes       |
                """,
            },
            expect={
                "required": 1 + 1 + 1,
                "trained": 1 + 1,
                "trained_share": 2 / 3,
                "sessions": 1 + 1,
                "attendances": 2 + 1,
                "people_attending": 1 + 1 + 1,
                "people_completing": 1 + 1,
            },
            description="Person b was trained in an earlier quarter and still is. Person c "
            "attended and did not complete. Person d completed and left, so is left out of the "
            "share.",
        ),
        Example(
            rows={
                "training_requirement": """
                | as_at      | person_id | theme           | completed |
                | 2024-04-30 | a         | victim care     | yes       |
                | 2024-04-30 | b         | victim care     | yes       |
                | 2024-04-30 | c         | victim care     | no        |
                | 2024-05-31 | a         | victim care     | yes       |
                | 2024-05-31 | b         | victim care     | no        |
                | 2024-06-30 | a         | vulnerabilities | yes       |
                | 2024-07-31 | b         | victim care     | yes       |
                """,
                "training_attendance": """
                | session_id | person_id | theme                        | session_date | completed |
                | s          | a         | victim care                  | 2024-05-06   | no        |
                | t          | a         | victim care                  | 2024-05-07   | yes       |
                | t          | b         | victim care                  | 2024-05-07   |           |
                | u          | b         | victim care                  | 2024-03-31   | yes       |
                | v          | b         | exploitation & vulnerability | 2024-05-08   | yes       |
                """,
            },
            expect={
                "required": 1 + 1,
                "trained": 1,
                "trained_share": 1 / 2,
                "sessions": 1 + 1,
                "attendances": 1 + 2,
                "people_attending": 1 + 1,
                "people_completing": 1,
            },
            edge_case="Attending is not completing: two people made three attendances, and one "
            "completed. Snapshots are not added together. The latest snapshot of this training "
            "counts: c has left, and b's training has lapsed. Another theme's later snapshot and "
            "session do not count.",
        ),
    ],
)

exploitation_training = Metric(
    ref="10",
    key="exploitation_training",
    title="Delivery of training by Exploitation & Vulnerability trainers",
    objective=VICTIMS,
    summary="Sessions that the force's Exploitation and Vulnerability trainers held in the period "
    "for the force's own people and for partners, the people who attended, and the people who "
    "completed a course.",
    measures=session_measures(EXPLOITATION_AND_VULNERABILITY),
    dimensions=[COURSE, AUDIENCE, LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    limitations="Attendances are not people, and attending is not completing. Leaves out sessions "
    "on vulnerability held by others.",
    caveats=[
        "More is better only while people need the training. When everyone is trained, fewer "
        "sessions are not a failure.",
        *TRAINING_CAVEATS[2:],
        "We know of no national standard for this training.",
    ],
    examples=[
        Example(
            rows="""
    | session_id | person_id | theme                        | session_date | completed | audience |
    | s          | a         | exploitation & vulnerability | 2024-04-01   | yes       | Officers |
    | s          | b         | exploitation & vulnerability | 2024-04-01   | yes       | Partners |
    | t          | c         | exploitation & vulnerability | 2024-06-30   | no        | Staff    |
            """,
            expect={
                "sessions": 1 + 1,
                "attendances": 2 + 1,
                "people_attending": 1 + 1 + 1,
                "people_completing": 1 + 1,
            },
            description="Partners count as well as the force's own people.",
        ),
        Example(
            rows="""
            | session_id | person_id | theme                        | session_date | completed |
            | s          | a         | exploitation & vulnerability | 2024-05-06   | yes       |
            | t          | a         | exploitation & vulnerability | 2024-05-07   | yes       |
            | t          | b         | exploitation & vulnerability | 2024-05-07   |           |
            | u          | c         | victim care                  | 2024-05-08   | yes       |
            | v          | d         | exploitation & vulnerability | 2024-07-01   | yes       |
            """,
            expect={
                "sessions": 1 + 1,
                "attendances": 1 + 2,
                "people_attending": 1 + 1,
                "people_completing": 1,
            },
            edge_case="A person who attended two sessions is two attendances and one person. A "
            "person with no record of completing does not count as completing. Victim care is "
            "another training.",
        ),
    ],
)
