"""Refs 17, 18 and 21: homicide, serious violence and cyber crime."""

from swm_kpi import (
    Break,
    Count,
    Direction,
    Example,
    Metric,
    Rate,
    Unit,
)

from ...assumptions import KNIFE_CRIME_TYPES, MOST_SERIOUS_VIOLENCE_CODES
from ...contracts.crime import (
    COUNTING_RULES,
    FLAG_CAVEAT,
    HOMICIDE,
    OFFENCE_SUBGROUP,
    PAST_FIGURES_CAVEAT,
    POSSESSION_OF_WEAPONS,
    RECORDED,
    RECORDING_CAVEAT,
    Crime,
)
from ...contracts.population import Population
from ...contracts.recorded_crime import RecordedCrime
from ...measures import home_office_offences, per_1000
from ...plan.availability import COLOUR_LOST
from ...plan.dimensions import FORCE, LPA
from ...plan.objectives import SECURE

homicides = Metric(
    ref="17",
    key="homicides",
    version=2,
    title="Homicides;",
    objective=SECURE,
    parent="16",
    summary="Victims of murder, manslaughter, corporate manslaughter and infanticide, counted on "
    "the day the crime was recorded.",
    measures=[
        Count(
            key="victims",
            label="Victims of homicide",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & (Crime.offence_subgroup == HOMICIDE),
            unit=Unit.VICTIMS,
        ),
        Rate(
            key="per_million",
            label="Victims of homicide per million residents",
            of="victims",
            per=Population.residents,
            scale=1_000_000,
        ),
        home_office_offences(
            "victims",
            "Victims of homicide",
            RecordedCrime.offence_subgroup == HOMICIDE,
            "There are no Local Policing Areas.",
            unit=Unit.VICTIMS,
        ),
    ],
    dimensions=[LPA, FORCE],
    direction=Direction.LOWER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=[
        f"{COUNTING_RULES}: one homicide for each victim (Home Office codes 1, 4.1, 4.2, 4.10)"
    ],
    limitations="Counts victims, not incidents: one incident can have several victims. Not the "
    "Homicide Index, which the Office for National Statistics revises as courts decide. An "
    "attempted murder is violence with injury, and a death by unlawful driving is a separate type "
    "of crime.",
    caveats=[
        "The numbers are very small, so a percentage change or a rate for one area means little.",
        "A crime becomes a homicide, or stops being one, when a victim dies later or a court "
        "decides.",
        PAST_FIGURES_CAVEAT,
    ],
    examples=[
        Example(
            rows={
                "crime": """
                | recorded_at      | offence_subgroup | status   |
                | 2024-04-01 00:00 | Homicide         | recorded |
                | 2024-05-06 12:00 | Homicide         | recorded |
                | 2024-05-06 12:00 | Homicide         | recorded |
                """,
                "population": """
                | mid_year | lpa                  | residents |
                | 2024     | Herefordshire        | 100000    |
                | 2024     | Shropshire           | 100000    |
                | 2024     | Telford & Wrekin     | 100000    |
                | 2024     | North Worcestershire | 100000    |
                | 2024     | South Worcestershire | 100000    |
                """,
            },
            expect={
                "victims": 1 + 2,
                "per_million": (1 + 2) / (5 * 100_000) * 1_000_000,
            },
            description="Two victims of one event count as two homicides.",
        ),
        Example(
            rows="""
            | recorded_at | occurred_from | offence_subgroup                           | status    |
            | 2024-05-06  | 2024-03-30    | Homicide                                   | recorded  |
            | 2024-05-07  | 1999-03-30    | Homicide                                   | recorded  |
            | 2024-07-01  | 2024-06-28    | Homicide                                   | recorded  |
            | 2024-05-06  | 2024-05-05    | Homicide                                   | cancelled |
            | 2024-05-06  | 2024-05-05    | Violence with injury                       | recorded  |
            | 2024-05-06  | 2024-05-05    | Death or serious injury - unlawful driving | recorded  |
            """,
            expect={"victims": 1 + 1},
            edge_case="Only the first two count. They happened before the quarter and were "
            "recorded in it. The third happened in the quarter and was recorded after it. The "
            "others are a crime cancelled since, an attempted murder and a death on the road.",
        ),
        Example(
            rows={
                "recorded_crime": """
                | quarter_start | offence_subgroup     | offence_code   | offences |
                | 2024-04-01    | Homicide             | 1/4.1/4.10/4.2 | 2        |
                | 2024-04-01    | Homicide             | 1/4.1/4.10/4.2 | 1        |
                | 2024-04-01    | Homicide             | 1/4.1/4.10/4.2 | -1       |
                | 2024-04-01    | Violence with injury | 2              | 9        |
                | 2024-07-01    | Homicide             | 1/4.1/4.10/4.2 | 9        |
                """
            },
            expect={"victims": 2 + 1 - 1},
            edge_case="From the Home Office's counts: all homicides share one code on several "
            "lines, which are added up. A number below zero subtracts cancelled offences.",
        ),
    ],
)

_WEAPONS_USED = """
| recorded_at | offence_subgroup             | ho_code | is_knife | is_firearm | status   |
| 2024-05-06  | Violence with injury         | 5D      | yes      | no         | recorded |
| 2024-05-06  | Robbery of personal property | 34B     | yes      | no         | recorded |
| 2024-05-06  | Violence with injury         | 2       | no       | yes        | recorded |
| 2024-05-06  | Homicide                     | 1       | no       | no         | recorded |
"""
_WEAPONS_NOT_USED = """
| recorded_at | offence_subgroup               | ho_code | is_knife | is_firearm | status    |
| 2024-05-06  | Violence with injury           | 5D      | yes      | no         | recorded  |
| 2024-05-06  | Possession of weapons offences | 10D     | yes      | no         | recorded  |
| 2024-05-06  | Possession of weapons offences | 81      | no       | yes        | recorded  |
| 2024-05-06  | Criminal damage                | 58B     | yes      | no         | recorded  |
| 2024-05-06  | Violence with injury           | 8N      |          | no         | recorded  |
| 2024-05-06  | Violence with injury           | 5D      | yes      | yes        | cancelled |
"""

serious_violence = Metric(
    ref="18",
    key="serious_violence",
    version=2,
    title="Serious Violence (inc. knife crime /gun crime);",
    objective=SECURE,
    parent="16",
    summary="Crimes in which a knife or a firearm was used or threatened, and the most serious "
    "violence with any weapon or none. Counted on the day the crime was recorded.",
    measures=[
        Count(
            key="knife_crime",
            label="Knife crime",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_knife & Crime.offence_subgroup.is_in(KNIFE_CRIME_TYPES),
        ),
        per_1000("knife_crime", "Knife crime per 1,000 residents", key="knife_crime_per_1000"),
        Count(
            key="firearm_crime",
            label="Firearm crime",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_firearm & (Crime.offence_subgroup != POSSESSION_OF_WEAPONS),
        ),
        per_1000(
            "firearm_crime", "Firearm crime per 1,000 residents", key="firearm_crime_per_1000"
        ),
        Count(
            key="most_serious_violence",
            label="Most serious violence",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.ho_code.is_in(MOST_SERIOUS_VIOLENCE_CODES),
        ),
        per_1000(
            "most_serious_violence",
            "Most serious violence per 1,000 residents",
            key="most_serious_violence_per_1000",
        ),
    ],
    dimensions=[LPA],
    direction=Direction.LOWER_IS_BETTER,
    availability=COLOUR_LOST,
    standards=[
        COUNTING_RULES,
        "Home Office knife and firearm open data tables",
    ],
    limitations="Leaves out possession: carrying a knife or a gun is a possession offence in which "
    "no weapon was used.",
    caveats=[
        "The three counts overlap: never add them up.",
        "At least four definitions of serious violence are in use, so each count here has its own "
        "name, and the lists behind it are assumptions that you can replace. The Home Office's "
        "national measure is different: hospital admissions of people under 25 and firearms "
        "discharged (unverified).",
        "The series broke when the National Data Quality Improvement Service's method of finding "
        "knife crime replaced marking by hand. We did not find the day this happened in West "
        "Mercia.",
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    examples=[
        Example(
            rows={
                "crime": _WEAPONS_USED,
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
                "knife_crime": 1 + 1,
                "knife_crime_per_1000": (1 + 1) / (5 * 100) * 1000,
                "firearm_crime": 1,
                "firearm_crime_per_1000": 1 / (5 * 100) * 1000,
                "most_serious_violence": 1 + 1 + 1,
                "most_serious_violence_per_1000": (1 + 1 + 1) / (5 * 100) * 1000,
            },
            description="A stabbing is both knife crime and most serious violence; a knifepoint "
            "robbery is knife crime alone.",
        ),
        Example(
            rows=_WEAPONS_NOT_USED,
            expect={"knife_crime": 1, "firearm_crime": 0, "most_serious_violence": 1},
            edge_case="Carrying a knife or a gun is not using it. Slashed tyres are not on the "
            "knife list. A crime with no decision on the flag is noted but not counted. The last "
            "crime was cancelled.",
        ),
    ],
)

cyber_crime = Metric(
    ref="21",
    key="cyber_crime",
    title="Cyber crime.",
    objective=SECURE,
    parent="16",
    summary="Crimes that the force recorded and flagged as committed online, in full or in part, "
    "counted on the day the crime was recorded.",
    measures=[
        Count(
            key="online_crimes",
            label="Crimes with the online crime flag",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_online,
        ),
    ],
    dimensions=[LPA, OFFENCE_SUBGROUP],
    direction=Direction.NEUTRAL,
    availability=COLOUR_LOST,
    standards=[f"{COUNTING_RULES}: online crime flag"],
    limitations="Leaves out fraud, and computer misuse such as hacking. These are reported to the "
    "national fraud and cyber reporting centre and recorded by the National Fraud Intelligence "
    "Bureau, so they are not in the force's own data.",
    caveats=[
        "This covers only cyber-enabled crime. The National Fraud Intelligence Bureau's figures "
        "for the force's area cover the rest, by where the victim lives.",
        "The flag is known to be underused, so a rise may be better flagging.",
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
    ],
    breaks=[Break("2017-04-01", "The online crime flag was brought into the counting rules")],
    examples=[
        Example(
            rows="""
            | recorded_at      | offence_subgroup        | is_online | status   |
            | 2024-04-01 00:00 | Stalking and harassment | yes       | recorded |
            | 2024-06-30 23:59 | Other sexual offences   | yes       | recorded |
            """,
            expect={"online_crimes": 1 + 1},
            description="Any type of crime counts if it has the flag.",
        ),
        Example(
            rows="""
            | recorded_at      | occurred_from | offence_subgroup        | is_online | status    |
            | 2024-05-06 12:00 | 2023-11-02    | Stalking and harassment | yes       | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Stalking and harassment | no        | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Stalking and harassment |           | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Stalking and harassment | yes       | cancelled |
            """,
            expect={"online_crimes": 1},
            edge_case="A crime that happened long before counts when it is recorded. A crime with "
            "no decision on the flag is noted but not counted. A cancelled crime is left out.",
        ),
    ],
)
