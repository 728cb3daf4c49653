"""Injury collisions and their casualties, as in STATS19."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Unique, Unit

from ..plan.dimensions import DISTRICT, FORCE, LPA

SEVERITY = Dimension(
    "severity",
    "Severity",
    ("Fatal", "Serious", "Slight"),
    description="For a collision, the worst injury in it. For a casualty, their own injury. Fatal "
    "means death within 30 days.",
)

ROAD_USER = Dimension(
    "road_user",
    "Road user",
    (
        "Pedestrian",
        "Pedal cyclist",
        "Motorcyclist",
        "Horse rider",
        "Mobility scooter user",
        "Car or taxi occupant",
        "Bus, coach or minibus occupant",
        "Van or goods vehicle occupant",
        "Other",
    ),
    description="What the casualty was on or in, from the casualty type of STATS19. Riders and "
    "passengers of motorcycles are together, and so are drivers and passengers.",
)

CASUALTY_AGE = Dimension(
    "casualty_age",
    "Age of the casualty",
    (
        "0 to 5",
        "6 to 10",
        "11 to 15",
        "16 to 20",
        "21 to 25",
        "26 to 35",
        "36 to 45",
        "46 to 55",
        "56 to 65",
        "66 to 75",
        "Over 75",
    ),
    description="The age bands of STATS19. The first three are children.",
)

CASUALTY_SEX = Dimension(
    "casualty_sex",
    "Sex of the casualty",
    ("Female", "Male"),
    description="As recorded in STATS19. Unknown if not recorded.",
)


class Collision(Contract, row_unit=Unit.COLLISIONS, source="STATS19 (CRASH or DfT open data)"):
    """One row per road traffic collision in which someone was injured."""

    collision_id = Column(str, unique=True, description="The STATS19 collision index.")
    date = Column(
        date, ge=date(1979, 1, 1), label="date of the collision", description="The day it happened."
    )
    severity = Column(str, dimension=SEVERITY, description="The worst injury of the collision.")
    force = Column(str, dimension=FORCE, nullable=True, description="The force it was reported by.")
    district = Column(
        str,
        nullable=True,
        dimension=DISTRICT,
        optional=True,
        description="The district where the collision happened. Without this column, numbers by "
        "district are not available.",
    )
    lpa = Column(
        str,
        nullable=True,
        dimension=LPA,
        description="Local Policing Area where the collision happened.",
    )


class Casualty(Contract, row_unit=Unit.CASUALTIES, source="STATS19 (CRASH or DfT open data)"):
    """One row per person killed or injured in a road traffic collision."""

    collision_id = Column(str, description="The STATS19 collision index.")
    casualty_id = Column(
        str, description="The casualty's vehicle and casualty number within the collision."
    )
    date = Column(
        date,
        ge=date(1979, 1, 1),
        label="date of the collision",
        description="The day of the collision, even for a death up to 30 days later.",
    )
    severity = Column(str, dimension=SEVERITY, description="The casualty's own injury.")
    adjusted_serious = Column(
        float,
        ge=0,
        le=1,
        nullable=True,
        optional=True,
        decimals=6,
        label="probability of a serious injury",
        description="For a casualty who survived, the probability that the injury is serious under "
        "injury-based recording, as the Department for Transport publishes it; 0 for a fatal "
        "injury. Without this column, the number adjusted for the change of recording is not "
        "available.",
    )
    road_user = Column(
        str,
        dimension=ROAD_USER,
        nullable=True,
        optional=True,
        description="What the casualty was on or in; empty if not recorded. Without this column, "
        "numbers by road user are not available.",
    )
    age_band = Column(
        str,
        dimension=CASUALTY_AGE,
        nullable=True,
        optional=True,
        description="The age band of the casualty; empty if not recorded. Without this column, "
        "numbers by age are not available.",
    )
    sex = Column(
        str,
        dimension=CASUALTY_SEX,
        nullable=True,
        optional=True,
        description="Sex as recorded; empty if not recorded. Without this column, numbers by sex "
        "are not available.",
    )
    force = Column(str, dimension=FORCE, nullable=True, description="The force it was reported by.")
    district = Column(
        str,
        nullable=True,
        dimension=DISTRICT,
        optional=True,
        description="The district where the collision happened. Without this column, numbers by "
        "district are not available.",
    )
    lpa = Column(
        str,
        nullable=True,
        dimension=LPA,
        description="Local Policing Area where the collision happened.",
    )

    one_row_each = Unique(collision_id, casualty_id)
