"""Ref 33, the arrest rate for domestic abuse."""

from swm_kpi import Count, Direction, Evidence, Example, Metric, Proportion, Ratio, Unit

from ...assumptions import ARREST_DAYS
from ...contracts.arrest import ARREST, Arrest
from ...contracts.crime import (
    FLAG_CAVEAT,
    OFFENCE_SUBGROUP,
    PAST_FIGURES_CAVEAT,
    RECORDED,
    RECORDING_CAVEAT,
    VICTIM_AGE_GROUP,
    VICTIM_SEX,
    Crime,
    counting_rules_of_2023,
    domestic_abuse_flag_began,
)
from ...plan.availability import published_once
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import SECURE

domestic_abuse_arrests = Metric(
    ref="33",
    key="domestic_abuse_arrests",
    version=2,
    title="DA arrest rate;",
    objective=SECURE,
    parent="31",
    summary="Arrests for domestic abuse (DA), counted on the day of the arrest, per 100 crimes "
    "flagged as domestic abuse, counted on the day they were recorded. Apart from it, the share of "
    "the crimes recorded in the period for which somebody was arrested within a set number of "
    "days, 30 by default.",
    measures=[
        Count(
            key="arrests",
            label="Arrests for domestic abuse",
            of=Arrest,
            at=Arrest.arrested_at,
            where=Arrest.is_da & (Arrest.attendance == ARREST),
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
            key="arrests_per_100_crimes",
            label="Arrests per 100 domestic abuse crimes",
            numerator="arrests",
            denominator="crimes",
            scale=100,
            unit=Unit.PER_HUNDRED,
        ),
        Proportion(
            key="crimes_with_an_arrest",
            label="Domestic abuse crimes with an arrest",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_da,
            numerator=Crime.days_to_first_arrest <= ARREST_DAYS,
            blank_means_no=Crime.days_to_first_arrest,
            note="Of the crimes recorded in the period, those with at least one arrest in time. A "
            "crime with two arrests counts once. Voluntary attendance is not an arrest.",
        ),
    ],
    headline="arrests_per_100_crimes",
    dimensions=[LPA, DISTRICT, OFFENCE_SUBGROUP, VICTIM_SEX, VICTIM_AGE_GROUP],
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
    limitations="Arrests per 100 crimes are not the share of crimes that led to an arrest. They "
    "can be more than 100, because several people can be arrested for one crime, and an arrest can "
    "be for a crime of an earlier period. The share of crimes with an arrest answers that "
    "question. Neither is about charges.",
    caveats=[
        "Arrests per 100 crimes are a ratio of two counts, so they have no interval.",
        "Each arrest of a person counts once, however many crimes it was for. A person who came to "
        "an interview voluntarily was not arrested, and does not count.",
        "If recorded crime falls, the ratio rises without any more arrests.",
        "The Office for National Statistics published 44.6 arrests per 100 crimes for the year "
        "ending March 2025 (42 forces), and 33 for the year ending March 2020 (37 forces). Both "
        "are of England and Wales, not of West Mercia.",
        "A blank number of days to the first arrest means that nobody was arrested. If it is blank "
        "in every domestic abuse crime of a period, nobody recorded it, and the share is not "
        "available.",
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    breaks=[
        domestic_abuse_flag_began(),
        counting_rules_of_2023("crimes", "crimes_with_an_arrest"),
    ],
    examples=[
        Example(
            rows={
                "arrest": """
                | arrested_at      | is_da | attendance |
                | 2024-04-01 00:00 | yes   | arrest     |
                | 2024-06-30 23:59 | yes   | arrest     |
                """,
                "crime": """
                | recorded_at      | is_da | days_to_first_arrest | status   |
                | 2024-04-01 12:00 | yes   | 0                    | recorded |
                | 2024-05-06 12:00 | yes   | 55                   | recorded |
                | 2024-05-07 12:00 | yes   |                      | recorded |
                | 2024-06-30 12:00 | yes   |                      | recorded |
                """,
            },
            expect={
                "arrests": 1 + 1,
                "crimes": 4,
                "arrests_per_100_crimes": (1 + 1) / 4 * 100,
                "crimes_with_an_arrest": 1 / 4,
            },
            description="Two arrests and four crimes: 50 arrests per 100 crimes. One crime in four "
            "had an arrest within 30 days, because the second arrest came after 55 days.",
        ),
        Example(
            rows={
                "arrest": """
                | arrested_at      | is_da | attendance           |
                | 2024-04-02 09:00 | yes   | arrest               |
                | 2024-04-02 10:00 | yes   | arrest               |
                | 2024-04-03 10:00 | yes   | arrest               |
                | 2024-05-06 10:00 | yes   | voluntary attendance |
                | 2024-05-06 10:00 | no    | arrest               |
                | 2024-05-06 10:00 |       | arrest               |
                | 2024-07-01 10:00 | yes   | arrest               |
                """,
                "crime": """
                | recorded_at      | is_da | days_to_first_arrest | status    |
                | 2024-04-02 08:00 | yes   | 0                    | recorded  |
                | 2024-06-01 08:00 | yes   | 30                   | recorded  |
                | 2024-05-06 08:00 | no    | 0                    | recorded  |
                | 2024-05-06 08:00 | yes   | 1                    | cancelled |
                | 2024-03-31 08:00 | yes   | 3                    | recorded  |
                """,
            },
            expect={
                "arrests": 2 + 1,
                "crimes": 1 + 1,
                "arrests_per_100_crimes": (2 + 1) / (1 + 1) * 100,
                "crimes_with_an_arrest": (1 + 1) / (1 + 1),
            },
            edge_case="Three arrests for two crimes: 150 per 100. Two people were arrested for the "
            "first crime, which counts once in the share. The third arrest is for the crime of 31 "
            "March, recorded before the quarter. The crime of 1 June has its arrest on 1 July: the "
            "arrest counts in the next quarter, and the crime in this one, because 30 days are in "
            "time. The fourth person came voluntarily, the fifth was arrested for something else, "
            "and of the sixth it is not decided.",
        ),
        Example(
            rows={
                "arrest": """
                | arrested_at      | is_da | attendance |
                | 2024-04-02 09:00 | yes   | arrest     |
                """,
                "crime": """
                | recorded_at      | is_da | days_to_first_arrest | status   |
                | 2024-04-02 08:00 | yes   |                      | recorded |
                | 2024-04-03 08:00 | yes   |                      | recorded |
                | 2024-07-01 08:00 | yes   | 0                    | recorded |
                """,
            },
            expect={"arrests": 1, "crimes": 1 + 1, "crimes_with_an_arrest": None},
            edge_case="No crime of the quarter has its days to the first arrest, though "
            "somebody was arrested. Nobody recorded them before July, so the share is not "
            "available. It is not 0%.",
        ),
    ],
)
