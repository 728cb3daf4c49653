"""Ref 9, mental health incidents."""

from swm_kpi import Count, Direction, Example, Metric

from ...contracts.incident import Incident
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import VICTIMS

mental_health_incidents = Metric(
    ref="9",
    key="mental_health_incidents",
    title="Volume of mental health incidents",
    objective=VICTIMS,
    summary="Incidents to which the mental health qualifier was applied, counted on the day the "
    "log was opened.",
    measures=[
        Count(
            key="incidents",
            label="Mental health incidents",
            of=Incident,
            at=Incident.created_at,
            where=Incident.mental_health,
        ),
    ],
    dimensions=[LPA, DISTRICT],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
    standards=[
        "National Police Chiefs' Council and College of Policing definition, 2019: any police "
        "incident thought to relate to someone's mental health where their vulnerability is at the "
        "centre of the incident or where the police have had to do something additionally or "
        "differently because of it",
    ],
    limitations="Counts incidents, not people: one person may be the subject of many incidents. "
    "Does not count detentions under section 136 of the Mental Health Act: many incidents "
    "end without one.",
    caveats=[
        "The qualifier may be applied when the log is closed, so recent figures can still rise.",
        "It is unverified that the qualifier is the one in the National Standard for Incident "
        "Recording, and that it follows the 2019 definition.",
        "If a force changes how it marks these incidents, the count can jump. Northumbria Police's "
        "disclosure log 350/20 shows a change from about 7,700 to about 18,500 in 2019.",
        "Right Care Right Person, a national approach from 2023 (unverified), may change the "
        "count. We did not find the day it began in West Mercia, so no break is shown.",
    ],
    examples=[
        Example(
            rows="""
            | created_at       | mental_health | lpa           |
            | 2024-04-01 00:00 | yes           | Shropshire    |
            | 2024-06-30 23:59 | yes           | Herefordshire |
            | 2024-05-06 12:00 | no            | Herefordshire |
            """,
            expect={"incidents": 1 + 1},
            description="The qualifier decides. The first and the last day of the quarter both "
            "count.",
        ),
        Example(
            rows="""
            | created_at       | mental_health | closing_code              |
            | 2024-05-06 12:00 | yes           | Public safety and welfare |
            | 2024-05-06 12:00 | yes           | Domestic incident         |
            | 2024-05-06 12:00 | no            | Public safety and welfare |
            | 2024-05-06 12:00 |               | Public safety and welfare |
            | 2024-07-01 00:00 | yes           | Public safety and welfare |
            """,
            expect={"incidents": 1 + 1},
            edge_case="The closing code does not decide: an incident of any kind may have the "
            "qualifier, and a concern for welfare without it does not count. If the qualifier is "
            "not recorded, the incident is left out and the note counts it.",
        ),
    ],
)
