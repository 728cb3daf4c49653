"""Refs 11, 29 and 30: the outcomes of crimes and how long they take. Ref 32 repeats ref 29."""

from swm_kpi import (
    Basis,
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
    OUTCOME_GROUP,
    RAPE,
    VICTIM_AGE_GROUP,
    VICTIM_CHILD_OR_ADULT,
    VICTIM_SEX,
    Crime,
    counting_rules_of_2023,
    domestic_abuse_flag_began,
    online_safety_act_offences,
)
from ...contracts.street_crime import ACTION_OUTCOMES, ANTI_SOCIAL_BEHAVIOUR, StreetCrime
from ...plan.availability import PLAN_STATEMENT, published_once
from ...plan.dimensions import DISTRICT, DOMESTIC_ABUSE, FORCE, LPA
from ...plan.objectives import SECURE
from .outcome_measures import (
    OUTCOME_CAVEATS,
    OUTCOME_STANDARDS,
    outcome_breaks,
    outcome_measures,
)
from .published_outcomes import (
    PUBLISHED_EXAMPLES,
    PUBLISHED_SEXUAL_EXAMPLES,
    breaks_with_published,
    home_office_outcomes,
    street_outcomes,
)

_RECENT_NOTE = "Our working choice: do not judge crimes recorded in the last 12 months."

police_outcomes = Metric(
    ref="11",
    key="police_outcomes",
    version=4,
    title="Police outcomes and timeliness",
    objective=SECURE,
    summary="The outcomes of recorded crimes on the Home Office's two bases: the outcomes assigned "
    "in the period, and the outcomes so far of the crimes recorded in the period. Also the days "
    "from recording to an outcome and to a charge.",
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
        *street_outcomes(),
        *home_office_outcomes("Crimes"),
    ],
    headline="action_taken_of_assigned",
    dimensions=[OUTCOME_GROUP, OFFENCE_SUBGROUP, LPA, DISTRICT, FORCE],
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
    "compare the action taken figures of the two bases with each other.",
    caveats=OUTCOME_CAVEATS,
    breaks=sorted(
        [
            *breaks_with_published(""),
            counting_rules_of_2023("crimes_recorded", "outcomes_assigned", "action_taken_rate"),
        ],
        key=lambda item: item.on,
    ),
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
                "action_taken_of_recorded": 1 / 5,
                "charged": 1 / 5,
                "evidential_difficulties": 1 / 5,
                "victim_does_not_support": 1 / 5,
                "no_suspect": 1 / 5,
                "not_yet_assigned": 1 / 5,
                "outcomes_assigned": 4,
                "action_outcomes": 1,
                "action_taken_of_assigned": 1 / 4,
                "charged_of_assigned": 1 / 4,
                "outcome_share": 4 / 4,
                "action_taken_rate": 1 / 5,
                "median_days": (10 + 20) / 2,
                "median_days_to_charge": 10,
            },
            description="The crime with no outcome yet is one of the five recorded, and not one of "
            "the four outcomes assigned. The median covers those four: 2, 10, 20 and 30 days. The "
            "crime closed with no suspect took 2 days; the charge took 10.",
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
                "action_taken_of_recorded": 1 / (1 + 1),
                "charged": 1 / (1 + 1),
                "not_yet_assigned": 1 / (1 + 1),
                "outcomes_assigned": 1 + 1 + 1,
                "action_outcomes": 1 + 1 + 1,
                "action_taken_of_assigned": (1 + 1 + 1) / (1 + 1 + 1),
                "charged_of_assigned": 1 / (1 + 1 + 1),
                "action_taken_rate": (1 + 1 + 1) / (1 + 1),
                "median_days": 40,
                "median_days_to_charge": 30,
            },
            edge_case="Three outcomes assigned in the quarter belong to crimes recorded before it. "
            "So the rate per crime recorded is 150% and does not describe the two crimes recorded "
            "in the quarter, one of which was charged after it. The cancelled crime is left out of "
            "every figure.",
        ),
        Example(
            rows="""
            | recorded_at      | outcome_code | outcome_at       | status   |
            | 2024-04-01 12:00 | 1A           | 2024-04-21 12:00 | recorded |
            | 2024-04-01 12:00 | 1            |                  | recorded |
            | 2024-04-01 12:00 | 22           | 2024-05-01 12:00 | recorded |
            | 2024-04-01 12:00 | 9            | 2024-05-31 12:00 | recorded |
            | 2024-05-07 12:00 | 6            | 2024-05-06 22:00 | recorded |
            """,
            expect={
                "crimes_recorded": 1 + 1 + 1 + 1 + 1,
                "action_taken_of_recorded": (1 + 1 + 1) / (1 + 1 + 1 + 1 + 1),
                "charged": (1 + 1) / (1 + 1 + 1 + 1 + 1),
                "not_yet_assigned": 0 / (1 + 1 + 1 + 1 + 1),
                "outcomes_assigned": 1 + 1 + 1 + 1,
                "action_outcomes": 1 + 1,
                "action_taken_of_assigned": (1 + 1) / (1 + 1 + 1 + 1),
                "charged_of_assigned": 1 / (1 + 1 + 1 + 1),
                "median_days": 30,
                "median_days_to_charge": 20,
            },
            edge_case="The charge whose date was not kept counts among the crimes recorded in the "
            "quarter. It is in no period of the outcomes assigned. A charge for an alternate "
            "offence (1A) is a charge. Diversion (22) is not action taken. The penalty notice was "
            "given the evening before the crime was recorded: it is an outcome, and has no days.",
        ),
        Example(
            rows="""
            | recorded_at      | outcome_code | outcome_at       | status   |
            | 2026-04-01 12:00 | 23           | 2026-04-15 12:00 | recorded |
            | 2026-04-01 12:00 | 8            | 2026-04-11 12:00 | recorded |
            """,
            period="2026/27 Q1",
            expect={
                "outcomes_assigned": 1 + 1,
                "action_outcomes": 1,
                "action_taken_of_assigned": 1 / (1 + 1),
                "charged_of_assigned": 0 / (1 + 1),
                "median_days": (10 + 14) / 2,
                "median_days_to_charge": None,
                "not_yet_assigned": 0 / (1 + 1),
            },
            edge_case="A deferred prosecution (23) is an outcome and is not action taken.",
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
        *PUBLISHED_EXAMPLES,
    ],
)

domestic_abuse_outcomes = Metric(
    ref="29",
    key="domestic_abuse_outcomes",
    version=4,
    title="DA police outcomes",
    objective=SECURE,
    summary="The outcomes of crimes flagged as domestic abuse, with the same measures as police "
    "outcomes for all crime.",
    measures=outcome_measures("Domestic abuse crimes", flag=Crime.is_da),
    headline="action_taken_of_assigned",
    dimensions=[OUTCOME_GROUP, OFFENCE_SUBGROUP, VICTIM_SEX, VICTIM_AGE_GROUP, LPA, DISTRICT],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=OUTCOME_STANDARDS,
    limitations="Leaves out domestic incidents in which no crime was recorded, and arrests.",
    caveats=[*OUTCOME_CAVEATS, FLAG_CAVEAT],
    breaks=sorted(
        [
            domestic_abuse_flag_began(),
            counting_rules_of_2023(),
            *outcome_breaks(""),
        ],
        key=lambda item: item.on,
    ),
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
                "action_taken_of_recorded": 1 / 5,
                "charged": 1 / 5,
                "evidential_difficulties": 1 / 5,
                "victim_does_not_support": (1 + 1) / 5,
                "no_suspect": 0 / 5,
                "not_yet_assigned": 1 / 5,
                "outcomes_assigned": 4,
                "action_outcomes": 1,
                "action_taken_of_assigned": 1 / 4,
                "charged_of_assigned": 1 / 4,
                "outcome_share": 4 / 4,
                "action_taken_rate": 1 / 5,
                "median_days": (10 + 20) / 2,
                "median_days_to_charge": 10,
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
                "action_taken_of_recorded": 0 / 1,
                "not_yet_assigned": 1 / 1,
                "outcomes_assigned": 1,
                "action_outcomes": 1,
                "action_taken_of_assigned": 1 / 1,
                "charged_of_assigned": 1 / 1,
                "action_taken_rate": 1 / 1,
                "median_days": 30,
                "median_days_to_charge": 30,
            },
            edge_case="A charge assigned in the quarter makes both rates 100%, although the only "
            "domestic abuse crime recorded in the quarter has no outcome. Crimes not flagged, "
            "crimes with no decision on the flag, and cancelled crimes are left out.",
        ),
    ],
)

sexual_violence_outcomes = Metric(
    ref="30",
    key="sexual_violence_outcomes",
    version=4,
    title="Sexual violence (rape and OSO) police outcomes",
    objective=SECURE,
    summary="The outcomes of rapes and, separately, of other sexual offences (OSO), with the same "
    "measures as police outcomes for all crime.",
    measures=[
        *outcome_measures("Rapes", prefix="rape_", offence=RAPE, note=_RECENT_NOTE),
        *outcome_measures(
            "Other sexual offences", prefix="oso_", offence=OTHER_SEXUAL_OFFENCES, note=_RECENT_NOTE
        ),
        *home_office_outcomes("Rapes", prefix="rape_", offence_subgroup=RAPE),
        *home_office_outcomes(
            "Other sexual offences", prefix="oso_", offence_subgroup=OTHER_SEXUAL_OFFENCES
        ),
    ],
    headline="rape_action_taken_of_assigned",
    dimensions=[
        OUTCOME_GROUP,
        VICTIM_CHILD_OR_ADULT,
        VICTIM_SEX,
        DOMESTIC_ABUSE,
        LPA,
        DISTRICT,
        FORCE,
    ],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=OUTCOME_STANDARDS,
    limitations="Not convictions. Rape and other sexual offences take different times and have "
    "different outcomes, so they are never pooled into one number.",
    caveats=[
        *OUTCOME_CAVEATS,
        "These investigations are long. The shares of crimes recorded in a period mean little "
        "until the period is at least 12 months old.",
    ],
    breaks=sorted(
        [
            *breaks_with_published("rape_", "oso_"),
            online_safety_act_offences(
                "oso_crimes_recorded", "oso_outcomes_assigned", "oso_action_taken_rate"
            ),
        ],
        key=lambda item: item.on,
    ),
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
                "rape_outcomes_assigned": 3,
                "rape_action_outcomes": 1,
                "rape_action_taken_of_assigned": 1 / 3,
                "rape_charged_of_assigned": 1 / 3,
                "rape_outcome_share": 3 / 3,
                "rape_action_taken_rate": 1 / 4,
                "rape_action_taken_of_recorded": 1 / 4,
                "rape_charged": 1 / 4,
                "rape_evidential_difficulties": 1 / 4,
                "rape_victim_does_not_support": 1 / 4,
                "rape_no_suspect": 0 / 4,
                "rape_not_yet_assigned": 1 / 4,
                "rape_median_days": 30,
                "rape_median_days_to_charge": 70,
                "oso_crimes_recorded": 2,
                "oso_outcomes_assigned": 2,
                "oso_action_outcomes": 1,
                "oso_action_taken_of_assigned": 1 / 2,
                "oso_charged_of_assigned": 0 / 2,
                "oso_outcome_share": 2 / 2,
                "oso_action_taken_rate": 1 / 2,
                "oso_action_taken_of_recorded": 1 / 2,
                "oso_charged": 0 / 2,
                "oso_evidential_difficulties": 0 / 2,
                "oso_victim_does_not_support": 0 / 2,
                "oso_no_suspect": 1 / 2,
                "oso_not_yet_assigned": 0 / 2,
                "oso_median_days": (10 + 20) / 2,
                "oso_median_days_to_charge": None,
            },
            description="Rape and other sexual offences are separate. A caution is action taken "
            "but not a charge. The charge for rape took 70 days, more than twice the median of all "
            "three outcomes.",
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
                "rape_outcomes_assigned": 1,
                "rape_action_outcomes": 1,
                "rape_action_taken_of_assigned": 1 / 1,
                "rape_charged_of_assigned": 1 / 1,
                "rape_action_taken_rate": 1 / 1,
                "rape_action_taken_of_recorded": 0 / 1,
                "rape_not_yet_assigned": 1 / 1,
                "rape_median_days": 30,
                "rape_median_days_to_charge": 30,
                "oso_crimes_recorded": 1,
                "oso_outcomes_assigned": 0,
                "oso_action_outcomes": 0,
                "oso_action_taken_of_assigned": None,
                "oso_charged_of_assigned": None,
                "oso_action_taken_rate": 0 / 1,
                "oso_action_taken_of_recorded": 1 / 1,
                "oso_median_days": None,
            },
            edge_case="The charge for an earlier rape is not the outcome of the rape recorded in "
            "the quarter. The charge in October is for a crime recorded in the quarter, but is not "
            "one of the quarter's outcomes.",
        ),
        *PUBLISHED_SEXUAL_EXAMPLES,
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
    availability=PLAN_STATEMENT,
)
