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


class Collision(Contract, row_unit=Unit.COLLISIONS, source="STATS19 (CRASH or DfT open data)"):
    """One row per road traffic collision in which someone was injured."""

    collision_id = Column(str, unique=True, description="The STATS19 collision index.")
    date = Column(
        date, ge=date(1979, 1, 1), label="date of the collision", description="The day it happened."
    )
    severity = Column(str, dimension=SEVERITY, description="The worst injury of the collision.")
    force = Column(str, dimension=FORCE, nullable=True, description="The force it was reported by.")
    district = Column(
        str, nullable=True, dimension=DISTRICT, description="The district it happened in."
    )
    lpa = Column(
        str, nullable=True, dimension=LPA, description="Local Policing Area it happened in."
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
    force = Column(str, dimension=FORCE, nullable=True, description="The force it was reported by.")
    district = Column(
        str, nullable=True, dimension=DISTRICT, description="The district it happened in."
    )
    lpa = Column(
        str, nullable=True, dimension=LPA, description="Local Policing Area it happened in."
    )

    one_row_each = Unique(collision_id, casualty_id)
