"""Refs 23, 24 and 27: rural crime, business crime and domestic abuse."""

from swm_kpi import (
    Basis,
    Break,
    Count,
    Direction,
    Example,
    Metric,
    Proportion,
    Unit,
)

from ...assumptions import RURAL_PLACES
from ...contracts.crime import (
    COUNTING_RULES,
    FLAG_CAVEAT,
    OFFENCE_SUBGROUP,
    OUTCOME_GROUP,
    PAST_FIGURES_CAVEAT,
    RECORDED,
    RECORDING_CAVEAT,
    SETTLEMENT_CLASS,
    VICTIM_AGE_GROUP,
    VICTIM_SEX,
    Crime,
    counting_rules_of_2023,
    domestic_abuse_flag_began,
)
from ...contracts.incident import Incident
from ...contracts.street_crime import StreetCrime
from ...measures import per_1000, street_crimes
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, FORCE, LPA
from ...plan.objectives import SECURE

rural_crime = Metric(
    ref="23",
    key="rural_crime",
    version=2,
    title="Volume of rural crime",
    objective=SECURE,
    summary="Crimes that the force flagged as rural crime and, as the alternative, crimes in "
    "places classed as rural. Both are counted on the day the crime was recorded.",
    measures=[
        Count(
            key="crimes",
            label="Crimes with the rural flag",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_rural,
        ),
        Count(
            key="crimes_in_rural_places",
            label="Crimes in rural places",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.settlement_class.is_in(RURAL_PLACES),
        ),
    ],
    dimensions=[LPA, DISTRICT, OFFENCE_SUBGROUP, SETTLEMENT_CLASS],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
    standards=[
        COUNTING_RULES,
        "Office for National Statistics, 2021 Rural Urban Classification",
        "Northumbria Police, Freedom of Information 730/14, 7 October 2014: the Association of "
        "Chief Police Officers adopted a definition in April 2013, and most forces used their own",
    ],
    limitations="Two answers to one question, which give very different totals. The flag follows "
    "the force's own rule, and can be about the theme, such as livestock theft. The class follows "
    "the place and takes in every crime there. They overlap: never add them up. The owner of the "
    "number decides which of the two is rural crime, and names it.",
    caveats=[
        "There is no national rule for recording rural crime that forces share, and we found no "
        "rule of West Mercia's own. Showing the flag first is our unverified working choice.",
        "A crime without a location has no class. It is not counted as in a rural place, and the "
        "note says how many there were.",
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
    ],
    breaks=[counting_rules_of_2023()],
    examples=[
        Example(
            rows="""
            | recorded_at      | offence_subgroup     | is_rural | settlement_class | status   |
            | 2024-04-01 00:00 | Other theft offences | yes      | Smaller rural    | recorded |
            | 2024-06-30 23:59 | Vehicle offences     | yes      | Larger rural     | recorded |
            """,
            expect={"crimes": 1 + 1, "crimes_in_rural_places": 1 + 1},
            description="Any type of crime counts, by the flag or by the place.",
        ),
        Example(
            rows="""
            | recorded_at      | occurred_from | offence_subgroup     | is_rural | status    |
            | 2024-05-06 12:00 | 2024-03-20    | Other theft offences | yes      | recorded  |
            | 2024-05-06 12:00 | 2024-03-25    | Vehicle offences     | yes      | recorded  |
            | 2024-07-01 09:00 | 2024-06-20    | Other theft offences | yes      | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Other theft offences |          | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Other theft offences | no       | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Other theft offences | yes      | cancelled |
            """,
            expect={"crimes": 1 + 1},
            edge_case="Crimes count on the day they were recorded, not the day they happened. A "
            "crime with no decision on the flag is noted but not counted. A cancelled crime is "
            "left out.",
        ),
        Example(
            rows="""
            | recorded_at | offence_subgroup        | is_rural | settlement_class | status    |
            | 2024-05-06  | Other theft offences    | yes      | Urban            | recorded  |
            | 2024-05-06  | Stalking and harassment | no       | Smaller rural    | recorded  |
            | 2024-05-06  | Shoplifting             | no       | Larger rural     | recorded  |
            | 2024-05-06  | Criminal damage         | yes      |                  | recorded  |
            | 2024-05-06  | Criminal damage         | no       | Smaller rural    | cancelled |
            """,
            expect={"crimes": 1 + 1, "crimes_in_rural_places": 1 + 1},
            edge_case="The two counts are of different crimes. A trailer stolen from a farmer at a "
            "town's market has the flag and is in an urban place. A harassment in a village and a "
            "theft from its shop have no flag. A crime with no location can have the flag, and has "
            "no class.",
        ),
    ],
)

business_crime = Metric(
    ref="24",
    key="business_crime",
    title="Volume of business crime",
    objective=SECURE,
    summary="Crimes flagged as business crime: the victim is a business, or a person targeted "
    "because of their work for one. Counted on the day the crime was recorded.",
    measures=[
        Count(
            key="crimes",
            label="Crimes with the business flag",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_business,
        ),
        street_crimes(
            "crimes",
            "Shoplifting",
            StreetCrime.crime_type == "Shoplifting",
            "Published on data.police.uk by month and under its own crime types. Only shoplifting "
            "is certain to be crime against a business, so this is a minimum. It leaves out "
            "robbery, burglary, damage and violence against businesses.",
        ),
    ],
    dimensions=[LPA, OFFENCE_SUBGROUP, FORCE, DISTRICT],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
    standards=[
        "National Police Chiefs' Council definition of business crime (1 June 2019), in the "
        "College of Policing's authorised professional practice on policing business crime"
    ],
    limitations="Not every crime on business premises: the theft of a customer's bag in a shop is "
    "not business crime. Crimes against public services and places of worship are left out too. "
    "The employer decides: an assault on a security guard in a hospital counts if the guard works "
    "for a contractor, and does not if the guard works for the hospital.",
    caveats=[
        "A rise may mean that more businesses report crime, or better flagging.",
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    breaks=[
        Break(
            "2019-06-01",
            "A narrower definition began. Before it, a crime on business premises could count if "
            "the victim saw it as one",
            basis=Basis.FORCE,
        )
    ],
    examples=[
        Example(
            rows="""
            | recorded_at      | offence_subgroup             | is_business | status   |
            | 2024-04-01 00:00 | Shoplifting                  | yes         | recorded |
            | 2024-05-06 12:00 | Robbery of business property | yes         | recorded |
            | 2024-05-06 12:00 | Violence without injury      | yes         | recorded |
            """,
            expect={"crimes": 1 + 1 + 1},
            description="An assault on a shop worker because of their work counts, and so does "
            "theft.",
        ),
        Example(
            rows="""
            | recorded_at      | occurred_from | offence_subgroup      | is_business | status    |
            | 2024-05-06 12:00 | 2024-05-06    | Shoplifting           | yes         | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Theft from the person | no          | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Shoplifting           |             | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Shoplifting           | yes         | cancelled |
            | 2024-07-01 09:00 | 2024-06-29    | Shoplifting           | yes         | recorded  |
            """,
            expect={"crimes": 1},
            edge_case="The flag decides, not the place or the type of crime. The theft of a "
            "customer's bag in a shop is not business crime. Shoplifting with no decision on the "
            "flag is noted but not counted.",
        ),
        Example(
            rows={
                "street_crime": """
                | month      | crime_type  |
                | 2024-04-01 | Shoplifting |
                | 2024-06-01 | Shoplifting |
                | 2024-06-01 | Robbery     |
                | 2024-07-01 | Shoplifting |
                """
            },
            expect={"crimes": 1 + 1},
            description="From public data only shoplifting counts, because a published robbery may "
            "be of a person.",
        ),
    ],
)

domestic_abuse_offences = Metric(
    ref="27",
    key="domestic_abuse_offences",
    version=3,
    title="Volume of DA offences / crimed incidents",
    objective=SECURE,
    summary="Crimes flagged as domestic abuse, counted on the day the crime was recorded, and "
    "their share of all recorded crime except fraud. Incidents flagged as domestic abuse, counted "
    "on the day the log was opened, and the number and share from which a crime was recorded.",
    measures=[
        Count(
            key="offences",
            label="Domestic abuse offences",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_da,
            unit=Unit.OFFENCES,
        ),
        per_1000("offences", "Domestic abuse offences per 1,000 residents"),
        Proportion(
            key="share_of_crime",
            label="Domestic abuse offences as a share of all crime except fraud",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED,
            numerator=Crime.is_da,
            blank_means_no=Crime.is_da,
            note="Every recorded crime is in the denominator. A crime with no decision on the flag "
            "counts as not flagged.",
        ),
        Count(
            key="incidents",
            label="Domestic abuse incidents, with or without a crime",
            of=Incident,
            at=Incident.created_at,
            where=Incident.is_da,
        ),
        Count(
            key="crimed_incidents",
            label="Domestic abuse incidents from which a crime was recorded",
            of=Incident,
            at=Incident.created_at,
            where=Incident.is_da & Incident.became_crime,
        ),
        Proportion(
            key="crimed_share",
            label="Share of domestic abuse incidents from which a crime was recorded",
            of=Incident,
            at=Incident.created_at,
            where=Incident.is_da,
            numerator=Incident.became_crime,
        ),
    ],
    dimensions=[LPA, DISTRICT, OFFENCE_SUBGROUP, OUTCOME_GROUP, VICTIM_SEX, VICTIM_AGE_GROUP],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
    standards=[
        "Domestic Abuse Act 2021, section 1",
        "Home Office Annual Data Requirement: domestic abuse flag",
        "Office for National Statistics, Experimental statistics 2: domestic abuse offences, April "
        "to September 2015: the share is of all police recorded crime",
        "Press Association, 8 December 2016, reporting the Office for National Statistics: the "
        "share excludes fraud",
    ],
    limitations="Offences are not incidents. An incident with no crime recorded is not an offence, "
    "one incident can lead to several offences, and the two are counted on different days. So "
    "offences divided by incidents is not the crimed share.",
    caveats=[
        "A rise may mean that more victims come forward, or better recording and flagging.",
        "Fraud is recorded nationally, so it is not in the force's own data. Leave it out if your "
        "table has it.",
        "A crime with no decision on the flag is not one of the offences, and is in the "
        "denominator of the share. If every flag of a period is blank, nobody recorded it, and the "
        "share is not available.",
        "The statutory definition of 2021 covers people aged 16 and over who are personally "
        "connected. It is unverified when the force's flag began to follow it.",
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    breaks=[
        domestic_abuse_flag_began("offences", "share_of_crime"),
        counting_rules_of_2023("offences", "share_of_crime", "crimed_incidents", "crimed_share"),
    ],
    examples=[
        Example(
            rows={
                "crime": """
                | recorded_at      | offence_subgroup        | is_da | status   |
                | 2024-04-01 00:00 | Violence with injury    | yes   | recorded |
                | 2024-06-30 23:59 | Stalking and harassment | yes   | recorded |
                | 2024-05-06 12:00 | Shoplifting             | no    | recorded |
                | 2024-05-06 12:00 | Criminal damage         | no    | recorded |
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
                "offences": 1 + 1,
                "per_1000": (1 + 1) / (5 * 100) * 1000,
                "share_of_crime": (1 + 1) / (1 + 1 + 1 + 1),
            },
            description="Any type of crime counts if it has the flag.",
        ),
        Example(
            rows="""
            | recorded_at      | occurred_from | offence_subgroup     | is_da | status    |
            | 2024-05-06 12:00 | 2019-08-01    | Violence with injury | yes   | recorded  |
            | 2024-05-06 12:00 | 2019-09-01    | Violence with injury | yes   | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Shoplifting          | no    | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Violence with injury |       | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Violence with injury | yes   | cancelled |
            | 2024-07-01 09:00 | 2024-06-29    | Violence with injury | yes   | recorded  |
            """,
            expect={"offences": 1 + 1, "share_of_crime": (1 + 1) / (1 + 1 + 1 + 1)},
            edge_case="Offences from years ago count when they are recorded. The fourth crime has "
            "no decision on the flag. It is in the denominator of the share, because it is a "
            "recorded crime, and not in the count of offences. The fifth was cancelled, and the "
            "sixth was recorded after the quarter.",
        ),
        Example(
            rows={
                "crime": """
                | recorded_at      | offence_subgroup     | is_da | status   |
                | 2024-05-06 12:00 | Violence with injury | yes   | recorded |
                | 2024-05-06 12:00 | Criminal damage      | yes   | recorded |
                """,
                "incident": """
                | created_at       | is_da | became_crime |
                | 2024-05-06 10:00 | yes   | yes          |
                | 2024-05-07 10:00 | yes   | no           |
                | 2024-05-08 10:00 | yes   |              |
                | 2024-05-09 10:00 | no    | yes          |
                """,
            },
            expect={
                "offences": 1 + 1,
                "incidents": 1 + 1 + 1,
                "crimed_incidents": 1,
                "crimed_share": 1 / (1 + 1),
            },
            edge_case="Two offences from one log are one crimed incident, out of two with a "
            "decision. The share is of incidents, and a log with no decision is left out of both "
            "parts.",
        ),
    ],
)
