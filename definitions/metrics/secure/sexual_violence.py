"""Ref 28, rape and other sexual offences."""

from swm_kpi import (
    Count,
    Direction,
    Example,
    Metric,
    Unit,
)

from ...assumptions import NON_RECENT_DAYS
from ...contracts.crime import (
    COUNTING_RULES,
    OTHER_SEXUAL_OFFENCES,
    OUTCOME_GROUP,
    PAST_FIGURES_CAVEAT,
    RAPE,
    RECORDED,
    RECORDING_CAVEAT,
    VICTIM_AGE_GROUP,
    VICTIM_CHILD_OR_ADULT,
    VICTIM_SEX,
    Crime,
    domestic_abuse_flag_began,
    online_safety_act_offences,
)
from ...contracts.recorded_crime import RecordedCrime
from ...measures import home_office_offences, per_1000
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, FORCE, LPA
from ...plan.objectives import SECURE

_SEXUAL_OFFENCE = Crime.offence_subgroup.is_in(RAPE, OTHER_SEXUAL_OFFENCES)
_NO_BREAKDOWN = "There are no areas below the force, no outcomes, and nothing about the victim."

sexual_violence = Metric(
    ref="28",
    key="sexual_violence",
    version=3,
    title="Volume of sexual violence offences (rape and OSO)",
    objective=SECURE,
    summary="Rapes and other sexual offences (OSO), separately and together, and those that are "
    "flagged as domestic abuse or are non-recent. Counted on the day the crime was recorded.",
    measures=[
        Count(
            key="offences",
            label="Sexual offences",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & _SEXUAL_OFFENCE,
            unit=Unit.OFFENCES,
        ),
        per_1000("offences", "Sexual offences per 1,000 residents"),
        Count(
            key="rape",
            label="Rape offences",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & (Crime.offence_subgroup == RAPE),
            unit=Unit.OFFENCES,
        ),
        Count(
            key="other_sexual_offences",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & (Crime.offence_subgroup == OTHER_SEXUAL_OFFENCES),
            unit=Unit.OFFENCES,
        ),
        Count(
            key="domestic_abuse_offences",
            label="Sexual offences flagged as domestic abuse",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & _SEXUAL_OFFENCE & Crime.is_da,
            unit=Unit.OFFENCES,
        ),
        Count(
            key="non_recent_offences",
            label="Non-recent sexual offences",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & _SEXUAL_OFFENCE & (Crime.days_since_offence > NON_RECENT_DAYS),
            unit=Unit.OFFENCES,
        ),
        home_office_offences(
            "offences",
            "Sexual offences",
            RecordedCrime.offence_subgroup.is_in(RAPE, OTHER_SEXUAL_OFFENCES),
            _NO_BREAKDOWN,
            unit=Unit.OFFENCES,
        ),
        home_office_offences(
            "rape",
            "Rape offences",
            RecordedCrime.offence_subgroup == RAPE,
            _NO_BREAKDOWN,
            unit=Unit.OFFENCES,
        ),
        home_office_offences(
            "other_sexual_offences",
            "Other sexual offences",
            RecordedCrime.offence_subgroup == OTHER_SEXUAL_OFFENCES,
            _NO_BREAKDOWN,
            unit=Unit.OFFENCES,
        ),
    ],
    dimensions=[
        LPA,
        DISTRICT,
        OUTCOME_GROUP,
        VICTIM_CHILD_OR_ADULT,
        VICTIM_AGE_GROUP,
        VICTIM_SEX,
        FORCE,
    ],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
    standards=[
        f"{COUNTING_RULES}: sexual offences",
        "Office for National Statistics, Sexual offences prevalence and trends, year ending March "
        "2025: the offences of the Online Safety Act 2023 are among sexual offences",
    ],
    limitations="Leaves out reports of rape that were not recorded as a crime. These have their "
    "own code (N100): never add the two. Counts offences recorded in the period; many happened "
    "years earlier. Domestic abuse and non-recent offences are parts of the total and overlap. "
    "data.police.uk does not separate sexual offences from violence, so it gives no number here.",
    caveats=[
        "A rise may mean that more victims come forward, including about offences from long ago.",
        "Numbers for one area can be small enough to identify a person.",
        "A child is under 18 on the first day on which the offence may have happened, as in the "
        "Children Act 1989. An adult who reports abuse in childhood is counted as a child. The "
        "offence codes draw the line at 13 or 16 and do not give this number.",
        "An offence with no decision on the domestic abuse flag, or with no day on which it may "
        "have happened, is not in the part in question. The note says how many there were.",
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    breaks=[
        domestic_abuse_flag_began("domestic_abuse_offences"),
        online_safety_act_offences("offences", "other_sexual_offences", "domestic_abuse_offences"),
    ],
    examples=[
        Example(
            rows={
                "crime": """
                | recorded_at      | offence_subgroup      | is_da | status   |
                | 2024-04-01 00:00 | Rape offences         | no    | recorded |
                | 2024-05-06 12:00 | Other sexual offences | no    | recorded |
                | 2024-06-30 23:59 | Other sexual offences | no    | recorded |
                """,
                "population": """
                | mid_year | lpa                  | residents |
                | 2024     | Herefordshire        | 100       |
                | 2024     | Shropshire           | 100       |
                | 2024     | Telford & Wrekin     | 100       |
                | 2024     | North Worcestershire | 100       |
                | 2024     | South Worcestershire | 100       |
                """,
            },
            expect={
                "offences": 1 + 2,
                "per_1000": (1 + 2) / (5 * 100) * 1000,
                "rape": 1,
                "other_sexual_offences": 2,
            },
            description="Rape and other sexual offences add up to the total.",
        ),
        Example(
            rows="""
            | recorded_at      | occurred_from | offence_subgroup      | is_da | status      |
            | 2024-05-06 12:00 | 1987-06-01    | Rape offences         | no    | recorded    |
            | 2024-05-06 12:00 | 1988-06-01    | Rape offences         | no    | recorded    |
            | 2024-07-01 09:00 | 2024-06-29    | Rape offences         | yes   | recorded    |
            | 2024-05-06 12:00 | 2024-05-06    | Rape offences         | yes   | cancelled   |
            | 2024-05-06 12:00 | 2024-05-06    | Other sexual offences | no    | transferred |
            | 2024-05-06 12:00 | 2024-05-06    | Violence with injury  | yes   | recorded    |
            """,
            expect={
                "offences": 1 + 1,
                "rape": 1 + 1,
                "other_sexual_offences": 0,
                "domestic_abuse_offences": 0,
            },
            edge_case="Rapes from long ago that were recorded in the quarter count. A rape in June "
            "recorded in July does not. Cancelled or transferred crimes, and violence, do not "
            "count.",
        ),
        Example(
            rows="""
            | recorded_at | offence_subgroup      | is_da | days_since_offence | status   |
            | 2024-05-06  | Rape offences         | yes   | 2                  | recorded |
            | 2024-05-06  | Rape offences         | yes   | 12000              | recorded |
            | 2024-05-06  | Other sexual offences | no    | 366                | recorded |
            | 2024-05-06  | Other sexual offences | no    | 365                | recorded |
            | 2024-05-06  | Other sexual offences |       |                    | recorded |
            | 2024-05-06  | Violence with injury  | yes   | 400                | recorded |
            """,
            expect={
                "offences": 2 + 3,
                "rape": 2,
                "other_sexual_offences": 3,
                "domestic_abuse_offences": 1 + 1,
                "non_recent_offences": 1 + 1,
            },
            edge_case="The second rape is both domestic abuse and non-recent. An offence recorded "
            "exactly 365 days later is recent. Of the fifth offence neither is known: it counts in "
            "the total only, and the note says so. Violence is no sexual offence, even if it is "
            "domestic abuse.",
        ),
        Example(
            rows={
                "recorded_crime": """
                | quarter_start | offence_subgroup      | offence_code | offences |
                | 2024-04-01    | Rape offences         | 19C          | 6        |
                | 2024-04-01    | Rape offences         | 19D          | 3        |
                | 2024-04-01    | Other sexual offences | 17A          | 8        |
                | 2024-04-01    | Other sexual offences | 88C          | -2       |
                | 2024-04-01    | Violence with injury  | 8N           | 70       |
                | 2024-07-01    | Rape offences         | 19C          | 70       |
                """
            },
            expect={
                "offences": (6 + 3) + (8 - 2),
                "rape": 6 + 3,
                "other_sexual_offences": 8 - 2,
            },
            edge_case="From the Home Office's counts: the numbers on the lines are added up, and a "
            "number below zero subtracts cancelled offences. Violence is another subgroup here.",
        ),
    ],
)
