"""Refs 11, 29 and 30: the outcomes of crimes and how long they take. Ref 32 repeats ref 29."""

from swm_kpi import (
    Basis,
    Break,
    Direction,
    Evidence,
    Example,
    Metric,
    MetricAlias,
    Proportion,
)

from ...contracts.crime import (
    FLAG_CAVEAT,
    OFFENCE_SUBGROUP,
    OTHER_SEXUAL_OFFENCES,
    RAPE,
    Crime,
)
from ...contracts.street_crime import ACTION_OUTCOMES, ANTI_SOCIAL_BEHAVIOUR, StreetCrime
from ...plan.availability import COLOUR_LOST, published_once
from ...plan.dimensions import DISTRICT, FORCE, LPA
from ...plan.objectives import SECURE
from .outcome_measures import (
    OUTCOME_CAVEATS,
    OUTCOME_STANDARDS,
    outcome_breaks,
    outcome_measures,
)

_RECENT_NOTE = "Crimes recorded in the last 12 months are too recent to judge."

police_outcomes = Metric(
    ref="11",
    key="police_outcomes",
    version=3,
    title="Police outcomes and timeliness",
    objective=SECURE,
    summary="The outcomes of recorded crimes, in two ways: outcomes assigned in the period divided "
    "by crimes recorded in the period, and the outcomes so far of the crimes recorded in the "
    "period. Also the days from recording to outcome.",
    measures=[
        *outcome_measures("Crimes"),
        Proportion(
            key="action_taken_of_recorded",
            label="Published crimes of the period: share with action taken so far",
            of=StreetCrime,
            at=StreetCrime.month,
            where=StreetCrime.crime_type != ANTI_SOCIAL_BEHAVIOUR,
            numerator=StreetCrime.last_outcome.is_not_null()
            & StreetCrime.last_outcome.is_in(*ACTION_OUTCOMES),
            basis=Basis.PROXY,
            proxy_difference="Published on data.police.uk: the latest outcome known when the files "
            "were made. Its categories name what the court decided and only roughly match the Home "
            "Office outcome codes.",
        ),
    ],
    headline="action_taken_rate",
    dimensions=[LPA, OFFENCE_SUBGROUP, FORCE, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=published_once(
        Evidence(
            "West Mercia Police and Crime Commissioner, Assurance and Accountability performance "
            "minutes, June 2023",
            "An action taken rate of 12% in March 2023, compared with the most similar group of "
            "forces.",
            "2023-06",
        )
    ),
    standards=OUTCOME_STANDARDS,
    limitations="Not convictions: a charge is an outcome whatever the court decides. Do not "
    "compare the two action taken figures with each other.",
    caveats=OUTCOME_CAVEATS,
    breaks=outcome_breaks(""),
    examples=[
        Example(
            rows="""
            | recorded_at      | outcome_code | outcome_at       | status   |
            | 2024-04-01 12:00 | 1            | 2024-04-11 12:00 | recorded |
            | 2024-04-01 12:00 | 16           | 2024-05-01 12:00 | recorded |
            | 2024-05-06 12:00 | 18           | 2024-05-08 12:00 | recorded |
            | 2024-05-06 12:00 | 15           | 2024-05-26 12:00 | recorded |
            | 2024-05-06 12:00 |              |                  | recorded |
            """,
            expect={
                "crimes_recorded": 5,
                "action_outcomes": 1,
                "action_taken_rate": 1 / 5,
                "action_taken_of_recorded": 1 / 5,
                "charged": 1 / 5,
                "evidential_difficulties": 1 / 5,
                "victim_does_not_support": 1 / 5,
                "no_suspect": 1 / 5,
                "not_yet_assigned": 1 / 5,
                "median_days": (10 + 20) / 2,
            },
            description="The crime with no outcome yet stays in the denominator. The median covers "
            "the four crimes with an outcome: 2, 10, 20 and 30 days.",
        ),
        Example(
            rows="""
            | recorded_at      | outcome_code | outcome_at       | status    |
            | 2024-03-31 12:00 | 1            | 2024-04-30 12:00 | recorded  |
            | 2024-03-31 12:00 | 8            | 2024-05-10 12:00 | recorded  |
            | 2024-03-31 12:00 | 3            | 2024-05-20 12:00 | recorded  |
            | 2024-05-06 12:00 | 1            | 2024-07-06 12:00 | recorded  |
            | 2024-05-06 12:00 |              |                  | recorded  |
            | 2024-05-06 12:00 | 1            | 2024-05-07 12:00 | cancelled |
            """,
            expect={
                "crimes_recorded": 1 + 1,
                "action_outcomes": 1 + 1 + 1,
                "action_taken_rate": (1 + 1 + 1) / (1 + 1),
                "action_taken_of_recorded": 1 / (1 + 1),
                "charged": 1 / (1 + 1),
                "not_yet_assigned": 1 / (1 + 1),
                "median_days": 40,
            },
            edge_case="Three outcomes assigned in the quarter belong to crimes recorded before it. "
            "So the rate is 150% and does not describe the two crimes recorded in the quarter, one "
            "of which was charged after it. The cancelled crime is left out of both figures.",
        ),
        Example(
            rows={
                "street_crime": """
                | month      | crime_type            | last_outcome                |
                | 2024-04-01 | Shoplifting           | Offender fined              |
                | 2024-04-01 | Burglary              | Unable to prosecute suspect |
                | 2024-05-01 | Vehicle crime         | Under investigation         |
                | 2024-06-01 | Drugs                 |                             |
                | 2024-06-01 | Anti-social behaviour |                             |
                """
            },
            expect={"action_taken_of_recorded": 1 / (1 + 1 + 1 + 1)},
            description="From public data: a crime with no published outcome stays in the "
            "denominator. Anti-social behaviour is not a crime and is left out.",
        ),
    ],
)

domestic_abuse_outcomes = Metric(
    ref="29",
    key="domestic_abuse_outcomes",
    version=3,
    title="DA police outcomes",
    objective=SECURE,
    summary="The outcomes of crimes flagged as domestic abuse, with the same measures as police "
    "outcomes for all crime.",
    measures=outcome_measures("Domestic abuse crimes", flag=Crime.is_da),
    headline="action_taken_rate",
    dimensions=[LPA, OFFENCE_SUBGROUP],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=OUTCOME_STANDARDS,
    limitations="Leaves out domestic incidents in which no crime was recorded, and arrests.",
    caveats=[*OUTCOME_CAVEATS, FLAG_CAVEAT],
    breaks=[
        Break("2015-04-01", "Forces began to flag domestic abuse in their returns"),
        *outcome_breaks(""),
    ],
    examples=[
        Example(
            rows="""
            | recorded_at      | is_da | outcome_code | outcome_at       | status   |
            | 2024-04-01 12:00 | yes   | 1            | 2024-04-11 12:00 | recorded |
            | 2024-04-01 12:00 | yes   | 16           | 2024-05-01 12:00 | recorded |
            | 2024-05-06 12:00 | yes   | 14           | 2024-05-08 12:00 | recorded |
            | 2024-05-06 12:00 | yes   | 15           | 2024-05-26 12:00 | recorded |
            | 2024-05-06 12:00 | yes   |              |                  | recorded |
            """,
            expect={
                "crimes_recorded": 5,
                "action_outcomes": 1,
                "action_taken_rate": 1 / 5,
                "action_taken_of_recorded": 1 / 5,
                "charged": 1 / 5,
                "evidential_difficulties": 1 / 5,
                "victim_does_not_support": (1 + 1) / 5,
                "no_suspect": 0 / 5,
                "not_yet_assigned": 1 / 5,
                "median_days": (10 + 20) / 2,
            },
            description="Outcomes 14 and 16 both mean that the victim did not support action.",
        ),
        Example(
            rows="""
            | recorded_at      | is_da | outcome_code | outcome_at       | status    |
            | 2024-03-31 12:00 | yes   | 1            | 2024-04-30 12:00 | recorded  |
            | 2024-05-06 12:00 | yes   |              |                  | recorded  |
            | 2024-05-06 12:00 | no    | 1            | 2024-05-07 12:00 | recorded  |
            | 2024-05-06 12:00 |       | 1            | 2024-05-07 12:00 | recorded  |
            | 2024-05-06 12:00 | yes   | 1            | 2024-05-07 12:00 | cancelled |
            """,
            expect={
                "crimes_recorded": 1,
                "action_outcomes": 1,
                "action_taken_rate": 1 / 1,
                "action_taken_of_recorded": 0 / 1,
                "not_yet_assigned": 1 / 1,
                "median_days": 30,
            },
            edge_case="A charge assigned in the quarter makes the rate 100%, although the only "
            "domestic abuse crime recorded in the quarter has no outcome. Crimes not flagged, "
            "crimes with no decision on the flag, and cancelled crimes are left out.",
        ),
    ],
)

sexual_violence_outcomes = Metric(
    ref="30",
    key="sexual_violence_outcomes",
    version=3,
    title="Sexual violence (rape and OSO) police outcomes",
    objective=SECURE,
    summary="The outcomes of rapes and, separately, of other sexual offences (OSO), with the same "
    "measures as police outcomes for all crime.",
    measures=[
        *outcome_measures("Rapes", prefix="rape_", offence=RAPE, note=_RECENT_NOTE),
        *outcome_measures(
            "Other sexual offences", prefix="oso_", offence=OTHER_SEXUAL_OFFENCES, note=_RECENT_NOTE
        ),
    ],
    headline="rape_action_taken_rate",
    dimensions=[LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=OUTCOME_STANDARDS,
    limitations="Not convictions. Rape and other sexual offences take different times and have "
    "different outcomes, so they are never pooled into one number.",
    caveats=[
        *OUTCOME_CAVEATS,
        "These investigations are long. The shares of crimes recorded in a period mean little "
        "until the period is at least 12 months old.",
    ],
    breaks=outcome_breaks("rape_", "oso_"),
    examples=[
        Example(
            rows="""
            | recorded_at | offence_subgroup      | outcome_code | outcome_at | status   |
            | 2024-04-01  | Rape offences         | 1            | 2024-06-10 | recorded |
            | 2024-04-01  | Rape offences         | 16           | 2024-05-01 | recorded |
            | 2024-05-06  | Rape offences         | 15           | 2024-05-26 | recorded |
            | 2024-05-06  | Rape offences         |              |            | recorded |
            | 2024-05-06  | Other sexual offences | 3            | 2024-05-16 | recorded |
            | 2024-05-06  | Other sexual offences | 18           | 2024-05-26 | recorded |
            """,
            expect={
                "rape_crimes_recorded": 4,
                "rape_action_outcomes": 1,
                "rape_action_taken_rate": 1 / 4,
                "rape_action_taken_of_recorded": 1 / 4,
                "rape_charged": 1 / 4,
                "rape_evidential_difficulties": 1 / 4,
                "rape_victim_does_not_support": 1 / 4,
                "rape_no_suspect": 0 / 4,
                "rape_not_yet_assigned": 1 / 4,
                "rape_median_days": 30,
                "oso_crimes_recorded": 2,
                "oso_action_outcomes": 1,
                "oso_action_taken_rate": 1 / 2,
                "oso_action_taken_of_recorded": 1 / 2,
                "oso_charged": 0 / 2,
                "oso_evidential_difficulties": 0 / 2,
                "oso_victim_does_not_support": 0 / 2,
                "oso_no_suspect": 1 / 2,
                "oso_not_yet_assigned": 0 / 2,
                "oso_median_days": (10 + 20) / 2,
            },
            description="Rape and other sexual offences are separate. A caution is action taken "
            "but not a charge.",
        ),
        Example(
            rows="""
            | recorded_at | offence_subgroup      | outcome_code | outcome_at | status    |
            | 2024-06-30  | Rape offences         | 1            | 2024-07-30 | recorded  |
            | 2024-08-05  | Rape offences         |              |            | recorded  |
            | 2024-08-05  | Rape offences         | 1            | 2024-08-06 | cancelled |
            | 2024-08-05  | Other sexual offences | 1            | 2024-10-06 | recorded  |
            """,
            period="2024/25 Q2",
            expect={
                "rape_crimes_recorded": 1,
                "rape_action_outcomes": 1,
                "rape_action_taken_rate": 1 / 1,
                "rape_action_taken_of_recorded": 0 / 1,
                "rape_not_yet_assigned": 1 / 1,
                "rape_median_days": 30,
                "oso_crimes_recorded": 1,
                "oso_action_outcomes": 0,
                "oso_action_taken_rate": 0 / 1,
                "oso_action_taken_of_recorded": 1 / 1,
                "oso_median_days": None,
            },
            edge_case="The charge for an earlier rape is not the outcome of the rape recorded in "
            "the quarter. The charge in October is for a crime recorded in the quarter, but is not "
            "one of the quarter's outcomes.",
        ),
    ],
)

domestic_abuse_outcomes_again = MetricAlias(
    ref="32",
    key="domestic_abuse_powers_outcomes",
    title="DA outcomes;",
    objective=SECURE,
    parent="31",
    of="29",
    summary="The same as ref 29, domestic abuse police outcomes. The plan lists it again among the "
    "powers to tackle domestic abuse and sexual violence.",
    availability=COLOUR_LOST,
)
