"""Ref 20, neighbourhood crime."""

from swm_kpi import (
    Availability,
    AvailabilityStatus,
    Basis,
    Break,
    Count,
    Direction,
    Evidence,
    Example,
    Metric,
)

from ...assumptions import NEIGHBOURHOOD_ROBBERY
from ...contracts.crime import (
    COUNTING_RULES,
    PAST_FIGURES_CAVEAT,
    RECORDED,
    RECORDING_CAVEAT,
    RESIDENTIAL_BURGLARY,
    THEFT_FROM_THE_PERSON,
    VEHICLE_OFFENCES,
    Crime,
)
from ...contracts.recorded_crime import (
    BURGLARY_SUBGROUPS,
    VEHICLE_SUBGROUPS,
    RecordedCrime,
)
from ...contracts.street_crime import StreetCrime
from ...measures import home_office_offences, per_1000, street_crimes
from ...plan.availability import COLOUR_LOST
from ...plan.dimensions import DISTRICT, FORCE, LPA
from ...plan.objectives import SECURE

_PUBLISHED = (
    "Published on data.police.uk by month and under its own crime types, with locations moved to "
    "shared points. "
)
_NO_AREA = "There are no Local Policing Areas."
_BURGLARY_NAMES = (
    "Burglary is the subgroup in the published file: domestic in older files, residential in later "
    "ones."
)
_RESIDENTIAL_BURGLARY = (
    "Residential burglary replaced domestic burglary; it also includes sheds and outbuildings "
    "(unverified)"
)

neighbourhood_crime = Metric(
    ref="20",
    key="neighbourhood_crime",
    version=2,
    title="Neighbourhood crimes (burglary, robbery, vehicle offences and theft from a person);",
    objective=SECURE,
    parent="16",
    summary="Residential burglaries, robberies of personal property, vehicle offences and thefts "
    "from the person, counted on the day the crime was recorded.",
    measures=[
        Count(
            key="crimes",
            label="Neighbourhood crimes",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED
            & Crime.offence_subgroup.is_in(
                RESIDENTIAL_BURGLARY, NEIGHBOURHOOD_ROBBERY, VEHICLE_OFFENCES, THEFT_FROM_THE_PERSON
            ),
        ),
        per_1000("crimes", "Neighbourhood crimes per 1,000 residents"),
        Count(
            key="burglary",
            label="Residential burglaries",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & (Crime.offence_subgroup == RESIDENTIAL_BURGLARY),
        ),
        Count(
            key="robbery",
            label="Robberies of personal property",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.offence_subgroup.is_in(NEIGHBOURHOOD_ROBBERY),
        ),
        Count(
            key="vehicle_offences",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & (Crime.offence_subgroup == VEHICLE_OFFENCES),
        ),
        Count(
            key="theft_from_the_person",
            label="Thefts from the person",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & (Crime.offence_subgroup == THEFT_FROM_THE_PERSON),
        ),
        street_crimes(
            "crimes",
            "Neighbourhood crimes",
            StreetCrime.crime_type.is_in(
                "Burglary", "Robbery", "Vehicle crime", "Theft from the person"
            ),
            _PUBLISHED
            + "Burglary includes non-residential burglary and robbery includes robbery of business "
            "property, so this is higher than the force's own count.",
        ),
        street_crimes(
            "burglary",
            "Burglaries of all kinds",
            StreetCrime.crime_type == "Burglary",
            _PUBLISHED + "Includes non-residential burglary, so it is higher.",
        ),
        street_crimes(
            "robbery",
            "Robberies of all kinds",
            StreetCrime.crime_type == "Robbery",
            _PUBLISHED + "Includes robbery of business property, so it is higher.",
        ),
        street_crimes(
            "vehicle_offences",
            "Vehicle offences",
            StreetCrime.crime_type == "Vehicle crime",
            _PUBLISHED + "A snapshot when published, so it can differ from later counts.",
        ),
        street_crimes(
            "theft_from_the_person",
            "Thefts from the person",
            StreetCrime.crime_type == "Theft from the person",
            _PUBLISHED + "A snapshot when published, so it can differ from later counts.",
        ),
        home_office_offences(
            "published_crimes",
            "Neighbourhood crimes",
            RecordedCrime.offence_subgroup.is_in(
                *BURGLARY_SUBGROUPS,
                NEIGHBOURHOOD_ROBBERY,
                *VEHICLE_SUBGROUPS,
                THEFT_FROM_THE_PERSON,
            ),
            _BURGLARY_NAMES,
        ),
        home_office_offences(
            "published_burglary",
            "Residential or domestic burglaries",
            RecordedCrime.offence_subgroup.is_in(*BURGLARY_SUBGROUPS),
            _BURGLARY_NAMES,
        ),
        home_office_offences(
            "published_robbery",
            "Robberies of personal property",
            RecordedCrime.offence_subgroup.is_in(NEIGHBOURHOOD_ROBBERY),
            _NO_AREA,
        ),
        home_office_offences(
            "published_vehicle_offences",
            "Vehicle offences",
            RecordedCrime.offence_subgroup.is_in(*VEHICLE_SUBGROUPS),
            _NO_AREA,
        ),
        home_office_offences(
            "published_theft_from_the_person",
            "Thefts from the person",
            RecordedCrime.offence_subgroup == THEFT_FROM_THE_PERSON,
            _NO_AREA,
        ),
    ],
    dimensions=[LPA, FORCE, DISTRICT],
    direction=Direction.LOWER_IS_BETTER,
    availability=Availability(
        status=AvailabilityStatus.UNKNOWN,
        reason=f"{COLOUR_LOST.reason} This is part of acquisitive crime, which was on one of the "
        "Commissioner's public agendas. That does not show that this count was published.",
        evidence=(
            Evidence(
                "West Mercia Police and Crime Commissioner, Assurance and Accountability "
                "performance agenda, December 2023",
                "Names acquisitive crime.",
                "2023-12",
            ),
        ),
    ),
    standards=[COUNTING_RULES],
    limitations="Not all burglary and robbery: burglaries and robberies of shops, offices and "
    "other businesses are left out. Bicycle theft, shoplifting and criminal damage to a vehicle "
    "are other crimes.",
    caveats=[
        "Vehicle offences are theft of vehicles, theft from vehicles and vehicle interference, as "
        "in the Home Office's subgroup (unverified).",
        "From May 2023 burglary is reportedly split by whether the building is a home or is "
        "connected to one (unverified). This may move crimes in or out of this count.",
        "The rate is for residents, not for households or vehicles.",
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    breaks=[
        Break(
            "2017-04-01",
            _RESIDENTIAL_BURGLARY,
            measures=("crimes", "burglary"),
            basis=Basis.FORCE,
        ),
        Break(
            "2017-04-01",
            _RESIDENTIAL_BURGLARY,
            measures=("published_crimes", "published_burglary"),
        ),
    ],
    examples=[
        Example(
            rows={
                "crime": """
                | recorded_at      | offence_subgroup             | status   |
                | 2024-04-01 00:00 | Residential burglary         | recorded |
                | 2024-05-06 12:00 | Robbery of personal property | recorded |
                | 2024-05-06 12:00 | Vehicle offences             | recorded |
                | 2024-05-06 12:00 | Vehicle offences             | recorded |
                | 2024-06-30 23:59 | Theft from the person        | recorded |
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
                "crimes": 1 + 1 + 2 + 1,
                "per_1000": (1 + 1 + 2 + 1) / (5 * 100) * 1000,
                "burglary": 1,
                "robbery": 1,
                "vehicle_offences": 2,
                "theft_from_the_person": 1,
            },
            description="The four parts add up to the total.",
        ),
        Example(
            rows="""
            | recorded_at      | occurred_from | offence_subgroup             | status      |
            | 2024-04-02 09:00 | 2024-03-30    | Residential burglary         | recorded    |
            | 2024-04-03 09:00 | 2024-03-31    | Residential burglary         | recorded    |
            | 2024-07-01 09:00 | 2024-06-29    | Residential burglary         | recorded    |
            | 2024-05-06 12:00 | 2024-05-06    | Non-residential burglary     | recorded    |
            | 2024-05-06 12:00 | 2024-05-06    | Robbery of business property | recorded    |
            | 2024-05-06 12:00 | 2024-05-06    | Bicycle theft                | recorded    |
            | 2024-05-06 12:00 | 2024-05-06    | Vehicle offences             | cancelled   |
            | 2024-05-06 12:00 | 2024-05-06    | Theft from the person        | transferred |
            """,
            expect={
                "crimes": 1 + 1,
                "burglary": 1 + 1,
                "robbery": 0,
                "vehicle_offences": 0,
                "theft_from_the_person": 0,
            },
            edge_case="Only the first two count, on the day of recording, not the day they "
            "happened. Crimes against businesses, bicycle theft, and cancelled or transferred "
            "crimes do not count.",
        ),
        Example(
            rows={
                "street_crime": """
                | month      | crime_type            |
                | 2024-04-01 | Burglary              |
                | 2024-05-01 | Robbery               |
                | 2024-06-01 | Vehicle crime         |
                | 2024-06-01 | Theft from the person |
                | 2024-06-01 | Other theft           |
                | 2024-06-01 | Bicycle theft         |
                | 2024-07-01 | Burglary              |
                """
            },
            expect={
                "crimes": 1 + 1 + 1 + 1,
                "burglary": 1,
                "robbery": 1,
                "vehicle_offences": 1,
                "theft_from_the_person": 1,
            },
            description="From public data: four of the published crime types. Other theft and "
            "bicycle theft are not among them.",
        ),
        Example(
            rows={
                "recorded_crime": """
                | quarter_start | offence_subgroup             | offence_code | offences |
                | 2024-04-01    | Residential burglary         | 28E          | 5        |
                | 2024-04-01    | Domestic burglary            | 28A          | 2        |
                | 2024-04-01    | Robbery of personal property | 34B          | 4        |
                | 2024-04-01    | Robbery of personal property | 34B          | -1       |
                | 2024-04-01    | Vehicle offences             | 48           | 7        |
                | 2024-04-01    | Theft of a motor vehicle     | 48           | 3        |
                | 2024-04-01    | Theft from a vehicle         | 45           | 2        |
                | 2024-04-01    | Vehicle interference         | 126          | 1        |
                | 2024-04-01    | Theft from the person        | 39           | 6        |
                | 2024-04-01    | Non-residential burglary     | 30C          | 50       |
                | 2024-04-01    | Robbery of business property | 34A          | 50       |
                | 2024-07-01    | Theft from the person        | 39           | 50       |
                """
            },
            expect={
                "published_crimes": (5 + 2) + (4 - 1) + (7 + 3 + 2 + 1) + 6,
                "published_burglary": 5 + 2,
                "published_robbery": 4 - 1,
                "published_vehicle_offences": 7 + 3 + 2 + 1,
                "published_theft_from_the_person": 6,
            },
            edge_case="From the Home Office's counts: the numbers on the lines are added up. Two "
            "lines of one code both count, and a number below zero subtracts cancelled offences.",
        ),
    ],
)
