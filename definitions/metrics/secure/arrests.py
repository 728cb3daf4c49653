"""Ref 33, the arrest rate for domestic abuse."""

from swm_kpi import Break, Count, Direction, Evidence, Example, Metric, Ratio, Unit

from ...contracts.arrest import Arrest
from ...contracts.crime import (
    FLAG_CAVEAT,
    PAST_FIGURES_CAVEAT,
    RECORDED,
    RECORDING_CAVEAT,
    Crime,
)
from ...plan.availability import published_once
from ...plan.dimensions import LPA
from ...plan.objectives import SECURE

_DA_ARREST = Arrest.is_da & ~Arrest.voluntary

domestic_abuse_arrests = Metric(
    ref="33",
    key="domestic_abuse_arrests",
    title="DA arrest rate;",
    objective=SECURE,
    parent="31",
    summary="Arrests for domestic abuse (DA), counted on the day of the arrest, divided by crimes "
    "flagged as domestic abuse, counted on the day they were recorded. Multiply this number of "
    "arrests per crime by 100 to get the usual arrests per 100 crimes.",
    measures=[
        Count(
            key="arrests",
            label="Arrests for domestic abuse",
            of=Arrest,
            at=Arrest.arrested_at,
            where=_DA_ARREST,
            direction=Direction.NEUTRAL,
        ),
        Count(
            key="crimes",
            label="Domestic abuse crimes",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_da,
            direction=Direction.NEUTRAL,
        ),
        Ratio(
            key="arrests_per_crime",
            label="Arrests per domestic abuse crime",
            numerator="arrests",
            denominator="crimes",
        ),
        Count(
            key="crimes_with_an_arrest",
            label="Crimes with at least one arrest for domestic abuse in the period",
            of=Arrest,
            at=Arrest.arrested_at,
            where=_DA_ARREST,
            distinct=Arrest.crime_id,
            unit=Unit.CRIMES,
            direction=Direction.NEUTRAL,
            note="The crimes may be of any date. Arrests not linked to a crime are left out.",
        ),
        Ratio(
            key="crimes_with_an_arrest_per_crime",
            label="Crimes with at least one arrest, per domestic abuse crime",
            numerator="crimes_with_an_arrest",
            denominator="crimes",
        ),
    ],
    headline="arrests_per_crime",
    dimensions=[LPA],
    direction=Direction.HIGHER_IS_BETTER,
    availability=published_once(
        Evidence(
            "West Mercia Police and Crime Commissioner, news story: PCC champions the concerns of "
            "victims following police performance report",
            "An arrest rate for domestic abuse was reported by area in a June report. The year is "
            "not printed; 2022 is inferred from the context.",
            "2022",
        )
    ),
    standards=[
        "Office for National Statistics, Domestic abuse and the criminal justice system: arrests "
        "per 100 domestic abuse-related crimes",
        "Home Office Annual Data Requirement",
    ],
    limitations="Not the share of crimes that led to an arrest. It can be more than 1 (100 per "
    "100), because several people can be arrested for one crime, and an arrest can be for a crime "
    "in an earlier period. Not charges.",
    caveats=[
        "A ratio, not a share, so it has no interval.",
        "Each arrest of a person counts once, however many crimes it was for.",
        "People who attended voluntarily were not arrested and are left out.",
        "If recorded crime falls, the ratio rises without any more arrests.",
        "The Office for National Statistics published 33 arrests per 100 crimes for the year "
        "ending March 2020. That is for England and Wales, not for West Mercia.",
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    breaks=[Break("2015-04-01", "Forces began to flag domestic abuse in their returns")],
    examples=[
        Example(
            rows={
                "arrest": """
                | arrested_at      | crime_id | is_da | voluntary |
                | 2024-04-01 00:00 | C1       | yes   | no        |
                | 2024-06-30 23:59 | C2       | yes   | no        |
                """,
                "crime": """
                | recorded_at      | is_da | status   |
                | 2024-04-01 12:00 | yes   | recorded |
                | 2024-05-06 12:00 | yes   | recorded |
                | 2024-05-07 12:00 | yes   | recorded |
                | 2024-06-30 12:00 | yes   | recorded |
                """,
            },
            expect={
                "arrests": 1 + 1,
                "crimes": 4,
                "arrests_per_crime": (1 + 1) / 4,
                "crimes_with_an_arrest": 1 + 1,
                "crimes_with_an_arrest_per_crime": (1 + 1) / 4,
            },
            description="Two arrests and four crimes: 50 arrests per 100 crimes.",
        ),
        Example(
            rows={
                "arrest": """
                | arrested_at      | crime_id | is_da | voluntary |
                | 2024-04-02 09:00 | C1       | yes   | no        |
                | 2024-04-02 10:00 | C1       | yes   | no        |
                | 2024-04-03 10:00 | C9       | yes   | no        |
                | 2024-05-06 10:00 |          | yes   | no        |
                | 2024-05-06 10:00 | C2       | yes   | yes       |
                | 2024-05-06 10:00 | C2       | no    | no        |
                | 2024-05-06 10:00 | C2       |       | no        |
                | 2024-07-01 10:00 | C2       | yes   | no        |
                """,
                "crime": """
                | crime_id | recorded_at      | is_da | status    |
                | C1       | 2024-04-02 08:00 | yes   | recorded  |
                | C2       | 2024-05-06 08:00 | yes   | recorded  |
                | C3       | 2024-05-06 08:00 | no    | recorded  |
                | C4       | 2024-05-06 08:00 | yes   | cancelled |
                | C9       | 2024-03-31 08:00 | yes   | recorded  |
                """,
            },
            expect={
                "arrests": 2 + 1 + 1,
                "crimes": 1 + 1,
                "arrests_per_crime": (2 + 1 + 1) / (1 + 1),
                "crimes_with_an_arrest": 1 + 1,
                "crimes_with_an_arrest_per_crime": (1 + 1) / (1 + 1),
            },
            edge_case="Four arrests for two crimes: 200 per 100. Two people were arrested for one "
            "crime, one for a crime recorded before the quarter, and one arrest is not linked to a "
            "crime. The second crime had no arrest in the quarter. Voluntary attendance is not an "
            "arrest.",
        ),
    ],
)
