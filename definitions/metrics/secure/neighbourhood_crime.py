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
    Rate,
    Unit,
)

from ...assumptions import NEIGHBOURHOOD_ROBBERY
from ...contracts.crime import (
    COUNTING_RULES,
    HOME,
    PAST_FIGURES_CAVEAT,
    RECORDED,
    RECORDING_CAVEAT,
    RESIDENTIAL_BURGLARY,
    THEFT_FROM_THE_PERSON,
    UNCONNECTED_BUILDING,
    VEHICLE_OFFENCES,
    VICTIM_AGE_GROUP,
    VICTIM_SEX,
    Crime,
)
from ...contracts.households import Households
from ...contracts.recorded_crime import (
    BURGLARY_SUBGROUPS,
    VEHICLE_SUBGROUPS,
    RecordedCrime,
)
from ...contracts.street_crime import StreetCrime
from ...measures import home_office_offences, per_1000, street_crimes
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, FORCE, LPA
from ...plan.objectives import SECURE

_PUBLISHED = (
    "Published on data.police.uk by month and under its own crime types, with locations moved to "
    "shared points. "
)
_NO_AREA = "There are no Local Policing Areas."
_BURGLARY_NAMES = (
    "Burglary is the subgroup in the published file: domestic in older files, residential in later "
    "ones. We did not find whether it still includes unconnected buildings after the split of "
    "2023."
)
_RESIDENTIAL_BURGLARY = (
    "Residential burglary replaced domestic burglary, and also includes sheds and garages within "
    "the boundary of a home"
)
_BURGLARY_SPLIT = (
    "Residential burglary was split into burglary of a home and of an unconnected building. The "
    "day in spring 2023 is not known"
)
_IS_RESIDENTIAL_BURGLARY = Crime.offence_subgroup == RESIDENTIAL_BURGLARY

neighbourhood_crime = Metric(
    ref="20",
    key="neighbourhood_crime",
    version=3,
    title="Neighbourhood crimes (burglary, robbery, vehicle offences and theft from a person);",
    objective=SECURE,
    parent="16",
    summary="Residential burglaries, robberies of personal property, vehicle offences and thefts "
    "from the person, counted on the day the crime was recorded. Residential burglaries are also "
    "shown for homes and for unconnected buildings such as sheds, and per 1,000 households.",
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
            where=RECORDED & _IS_RESIDENTIAL_BURGLARY,
        ),
        Rate(
            key="burglary_per_1000_households",
            label="Residential burglaries per 1,000 households",
            of="burglary",
            per=Households.households,
            scale=1_000,
            unit=Unit.PER_1000_HOUSEHOLDS,
        ),
        Count(
            key="burglary_of_homes",
            label="Burglaries of homes",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & _IS_RESIDENTIAL_BURGLARY & (Crime.burglary_building == HOME),
        ),
        Rate(
            key="burglary_of_homes_per_1000_households",
            label="Burglaries of homes per 1,000 households",
            of="burglary_of_homes",
            per=Households.households,
            scale=1_000,
            unit=Unit.PER_1000_HOUSEHOLDS,
        ),
        Count(
            key="burglary_of_unconnected_buildings",
            label="Burglaries of unconnected buildings",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED
            & _IS_RESIDENTIAL_BURGLARY
            & (Crime.burglary_building == UNCONNECTED_BUILDING),
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
    dimensions=[LPA, DISTRICT, FORCE, VICTIM_SEX, VICTIM_AGE_GROUP],
    direction=Direction.LOWER_IS_BETTER,
    availability=Availability(
        status=AvailabilityStatus.UNKNOWN,
        reason=f"{PLAN_STATEMENT.reason} This is part of acquisitive crime, which was on one of "
        "the Commissioner's public agendas. That does not show that this count was published.",
        evidence=(
            Evidence(
                "West Mercia Police and Crime Commissioner, Assurance and Accountability "
                "performance agenda",
                "Names acquisitive crime.",
                "2023-12",
            ),
        ),
    ),
    standards=[
        COUNTING_RULES,
        "College of Policing, Residential burglary, definitions: a building is part of the home if "
        "a connecting door leads from it into the home",
    ],
    limitations="Not all burglary and robbery: burglaries of shops, offices, churches and other "
    "buildings that are no part of somebody's home, and robberies of businesses, are left out. "
    "Bicycle theft, shoplifting and criminal damage to a vehicle are other crimes.",
    caveats=[
        "Vehicle offences are theft of a motor vehicle, theft from a vehicle and vehicle "
        "interference, as the Home Office's open data of 2017/18 name them. We take it that the "
        "subgroup of vehicle offences in later files is the three together (unverified).",
        "Residential burglary stays whole in the total, so the split of 2023 does not move it. A "
        "burglary with no decision on the building is in neither part, and the note says how many "
        "there were.",
        "The rate of all neighbourhood crimes is for residents, and not for vehicles.",
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
            "In the Home Office's counts too, residential burglary replaced domestic burglary",
            measures=("published_crimes", "published_burglary"),
        ),
        Break(
            "2023-04-01",
            _BURGLARY_SPLIT,
            measures=("burglary_of_homes", "burglary_of_unconnected_buildings"),
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
                "households": """
                | mid_year | lpa                  | households |
                | 2024     | Herefordshire        | 40         |
                | 2024     | Shropshire           | 40         |
                | 2024     | Telford & Wrekin     | 40         |
                | 2024     | North Worcestershire | 40         |
                | 2024     | South Worcestershire | 40         |
                """,
            },
            expect={
                "crimes": 1 + 1 + 2 + 1,
                "per_1000": (1 + 1 + 2 + 1) / (5 * 100) * 1000,
                "burglary": 1,
                "burglary_per_1000_households": 1 / (5 * 40) * 1000,
                "robbery": 1,
                "vehicle_offences": 2,
                "theft_from_the_person": 1,
            },
            description="The four parts add up to the total. Residents and households are separate "
            "denominators.",
        ),
        Example(
            rows={
                "crime": """
                | recorded_at | offence_subgroup         | burglary_building    | status    |
                | 2024-05-06  | Residential burglary     | Home                 | recorded  |
                | 2024-05-06  | Residential burglary     | Home                 | recorded  |
                | 2024-05-06  | Residential burglary     | Unconnected building | recorded  |
                | 2024-05-06  | Residential burglary     |                      | recorded  |
                | 2024-05-06  | Residential burglary     | Home                 | cancelled |
                | 2024-05-06  | Non-residential burglary |                      | recorded  |
                """,
                "households": """
                | mid_year | lpa                  | households |
                | 2024     | Herefordshire        | 40         |
                | 2024     | Shropshire           | 40         |
                | 2024     | Telford & Wrekin     | 40         |
                | 2024     | North Worcestershire | 40         |
                | 2024     | South Worcestershire | 40         |
                """,
            },
            expect={
                "crimes": 2 + 1 + 1,
                "burglary": 2 + 1 + 1,
                "burglary_per_1000_households": (2 + 1 + 1) / (5 * 40) * 1000,
                "burglary_of_homes": 2,
                "burglary_of_homes_per_1000_households": 2 / (5 * 40) * 1000,
                "burglary_of_unconnected_buildings": 1,
            },
            edge_case="A shed with no door into the home is residential burglary and not a "
            "burglary of a home. The fourth burglary has no decision on the building, so homes "
            "and other buildings do not add up to the total, and the note says so. The others are "
            "a cancelled crime and a burglary of a business.",
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
