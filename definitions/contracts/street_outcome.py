"""Outcomes as published on data.police.uk: open data, used as a proxy."""

from datetime import date

from swm_kpi import Column, Contract, Unit

from ..plan.dimensions import DISTRICT, FORCE, LPA
from .street_crime import ACTION_OUTCOMES, OTHER_OUTCOMES

# The decisions that end an investigation. What a court decides later is published as a further
# outcome of the same crime.
POLICE_ACTION = (
    "Local resolution",
    "Offender given a caution",
    "Offender given a drugs possession warning",
    "Offender given penalty notice",
    "Suspect charged",
    "Suspect charged as part of another case",
)
NO_POLICE_ACTION = (
    "Action to be taken by another organisation",
    "Formal action is not in the public interest",
    "Further action is not in the public interest",
    "Further investigation is not in the public interest",
    "Investigation complete; no suspect identified",
    "Unable to prosecute suspect",
)


class StreetOutcome(Contract, row_unit=Unit.OUTCOMES, source="data.police.uk outcomes files"):
    """One row per outcome of a crime, in the month in which it was assigned.

    A crime can have several rows: one when its suspect is charged, and one for each decision of a
    court.
    """

    crime_id = Column(
        str,
        nullable=True,
        description="The published id of the crime, the same as in the street-level files.",
    )
    month = Column(
        date,
        ge=date(2010, 12, 1),
        description="The first day of the month under which the outcome is published.",
    )
    force = Column(str, dimension=FORCE, reporter=True, description="The force it was reported by.")
    district = Column(
        str,
        nullable=True,
        dimension=DISTRICT,
        description="The district where the crime happened, from the name of the LSOA; none for a "
        "record with no location.",
    )
    lpa = Column(
        str,
        nullable=True,
        dimension=LPA,
        description="The Local Policing Area of the district, in the force; none elsewhere.",
    )
    outcome_type = Column(
        str,
        isin=(*ACTION_OUTCOMES, *OTHER_OUTCOMES),
        label="outcome type",
        description="The outcome, as published.",
    )
