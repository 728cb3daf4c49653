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
from ...plan.availability import COLOUR_LOST
from ...plan.dimensions import LPA
from ...plan.objectives import VICTIMS

TRAINING_CAVEATS = [
    "Who should have the training is decided by the force when the table is filled. A wider circle "
    "lowers the share.",
    "Someone who leaves drops out of both parts, and a newcomer joins both, so the share can fall "
    "with no training lapsing.",
    "A session at which completing was not recorded is an attendance and not a completion, and the "
    "note says how many there were.",
    "People are counted once in a period, and may be in several: they do not add over periods.",
    "A completed course says nothing of what was learnt or used.",
]
TRAINING_NOT_THIS = (
    "Coming to a session is not completing the training, and attendances are not people: one "
    "person may come many times. The share trained is of those in post who should have it on the "
    "day of the snapshot, and not of those who came."
)


def given_measures(theme: str) -> list[Measure]:
    """Return the measures of the sessions given on a theme."""
    on_theme = TrainingAttendance.theme == theme
    finished = on_theme & TrainingAttendance.completed
    return [
        Count(
            key="sessions",
            label="Sessions given",
            of=TrainingAttendance,
            at=TrainingAttendance.session_date,
            where=on_theme,
            distinct=TrainingAttendance.session_id,
            unit=Unit.SESSIONS,
            note="Sessions to which somebody came.",
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
            label="People who came",
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
    """Return the measures of who is trained on a theme on the day of the latest snapshot."""
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
            label="Of those, trained and in date",
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
    summary="Of the officers and staff in post who should have victim care training, the share who "
    "had completed it and whose training was in date on the day of the latest snapshot of the "
    "period; and the sessions given in the period, who came and who completed.",
    measures=[*trained_measures(VICTIM_CARE), *given_measures(VICTIM_CARE)],
    dimensions=[TRAINING_ROLE, COURSE, AUDIENCE, LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    limitations=TRAINING_NOT_THIS,
    caveats=[
        *TRAINING_CAVEATS,
        "No national standard for this training is known to us.",
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
            description="Person b was trained in an earlier quarter and still is. Person c came "
            "and did not complete. Person d completed, left, and is in neither part of the share.",
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
            edge_case="Coming is not completing: two came, three times, and one completed. "
            "Snapshots are not added: the latest of this training counts, in which c has left and "
            "the training of b has lapsed. Another theme's later snapshot and session are not it.",
        ),
    ],
)

exploitation_training = Metric(
    ref="10",
    key="exploitation_training",
    title="Delivery of training by Exploitation & Vulnerability trainers",
    objective=VICTIMS,
    summary="The sessions that the force's Exploitation and Vulnerability trainers gave in the "
    "period, to its own people and to partners, how many came, and how many completed a course.",
    measures=given_measures(EXPLOITATION_AND_VULNERABILITY),
    dimensions=[COURSE, AUDIENCE, LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    limitations="Attendances are not people, and coming is not completing. Sessions on "
    "vulnerability that others gave are not here.",
    caveats=[
        "More is better only while people need it: when all have been trained, fewer sessions are "
        "no failure.",
        *TRAINING_CAVEATS[2:],
        "No national standard for this training is known to us.",
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
            edge_case="One person who came to two sessions is two attendances and one person. "
            "Whoever came and is not known to have completed did not complete. Victim care is "
            "another training.",
        ),
    ],
)
