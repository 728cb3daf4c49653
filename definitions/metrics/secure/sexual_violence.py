"""Ref 28, rape and other sexual offences."""

from swm_kpi import (
    Count,
    Direction,
    Example,
    Metric,
    Unit,
)

from ...contracts.crime import (
    COUNTING_RULES,
    OTHER_SEXUAL_OFFENCES,
    OUTCOME_GROUP,
    PAST_FIGURES_CAVEAT,
    RAPE,
    RECORDED,
    RECORDING_CAVEAT,
    Crime,
)
from ...contracts.recorded_crime import RecordedCrime
from ...contracts.street_crime import StreetCrime
from ...measures import home_office_offences, per_1000, street_crimes
from ...plan.availability import COLOUR_LOST
from ...plan.dimensions import DISTRICT, FORCE, LPA
from ...plan.objectives import SECURE

_NO_BREAKDOWN = "There are no Local Policing Areas and no outcomes."

sexual_violence = Metric(
    ref="28",
    key="sexual_violence",
    version=2,
    title="Volume of sexual violence offences (rape and OSO)",
    objective=SECURE,
    summary="Rapes and other sexual offences (OSO), separately and together, counted on the day "
    "the crime was recorded.",
    measures=[
        Count(
            key="offences",
            label="Sexual offences",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.offence_subgroup.is_in(RAPE, OTHER_SEXUAL_OFFENCES),
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
        street_crimes(
            "violence_and_sexual_offences",
            "Violence and sexual offences",
            StreetCrime.crime_type == "Violence and sexual offences",
            "Published on data.police.uk by month and under its own crime types, which do not "
            "separate sexual offences from violence. An upper bound that is mostly violence, not a "
            "count of sexual offences.",
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
    dimensions=[LPA, OUTCOME_GROUP, FORCE, DISTRICT],
    direction=Direction.NEUTRAL,
    availability=COLOUR_LOST,
    standards=[f"{COUNTING_RULES}: sexual offences"],
    limitations="Leaves out reports of rape that were not recorded as a crime. These have their "
    "own code (N100): never add the two. Counts offences recorded in the period; many happened "
    "years earlier.",
    caveats=[
        "A rise may mean that more victims come forward, including about offences from long ago.",
        "Numbers for one area can be small enough to identify a person.",
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    examples=[
        Example(
            rows={
                "crime": """
                | recorded_at      | offence_subgroup      | status   |
                | 2024-04-01 00:00 | Rape offences         | recorded |
                | 2024-05-06 12:00 | Other sexual offences | recorded |
                | 2024-06-30 23:59 | Other sexual offences | recorded |
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
            | recorded_at      | occurred_from | offence_subgroup      | status      |
            | 2024-05-06 12:00 | 1987-06-01    | Rape offences         | recorded    |
            | 2024-05-06 12:00 | 1988-06-01    | Rape offences         | recorded    |
            | 2024-07-01 09:00 | 2024-06-29    | Rape offences         | recorded    |
            | 2024-05-06 12:00 | 2024-05-06    | Rape offences         | cancelled   |
            | 2024-05-06 12:00 | 2024-05-06    | Other sexual offences | transferred |
            | 2024-05-06 12:00 | 2024-05-06    | Violence with injury  | recorded    |
            """,
            expect={"offences": 1 + 1, "rape": 1 + 1, "other_sexual_offences": 0},
            edge_case="Rapes from long ago that were recorded in the quarter count. A rape in June "
            "recorded in July does not. Cancelled or transferred crimes, and violence, do not "
            "count.",
        ),
        Example(
            rows={
                "street_crime": """
                | month      | crime_type                   |
                | 2024-04-01 | Violence and sexual offences |
                | 2024-06-01 | Violence and sexual offences |
                | 2024-06-01 | Public order                 |
                | 2024-07-01 | Violence and sexual offences |
                """
            },
            expect={"violence_and_sexual_offences": 1 + 1},
            description="Public data have one type for violence and sexual offences together.",
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
