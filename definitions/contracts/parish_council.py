"""Parish councils' contact contracts, and the priorities set in them."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Unique, Unit

from ..plan.dimensions import DISTRICT, LPA

PRIORITIES = Unit.declare("priorities")

PRIORITY_THEME = Dimension(
    "priority_theme",
    "Theme of the priority",
    (
        "Road safety",
        "Anti-social behaviour",
        "Burglary and theft",
        "Rural and wildlife crime",
        "Drugs",
        "Violence",
        "Fraud and cyber crime",
        "Visibility and contact",
        "Other",
    ),
    description="What the priority is about, as the force codes it.",
)


class ParishCouncil(Contract, row_unit=Unit.COUNCILS, source="Local Policing Charter records"):
    """One row per town or parish council and snapshot date.

    Each snapshot has every council of the force's area, so snapshots are never added together.
    """

    as_at = Column(
        date,
        ge=date(2000, 1, 1),
        label="date of the snapshot",
        description="The day for which the row says whether the council had a contract.",
    )
    council_id = Column(str, description="The council's number.")
    has_contract = Column(
        bool,
        nullable=True,
        label="contact contract in force",
        description="Whether a contact contract was in force on the day; empty if not known.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area of the council."
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district of the council. Without it, councils by district are not "
        "available.",
    )

    one_row_each = Unique(as_at, council_id)


class ParishPriority(Contract, row_unit=PRIORITIES, source="Local Policing Charter records"):
    """One row per priority that a town or parish council set in its contact contract."""

    priority_id = Column(str, unique=True, description="The record's own number.")
    set_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="day it was set",
        description="The day on which the council and the force agreed it. A priority kept at a "
        "review is not a new row.",
    )
    council_id = Column(str, description="The council's number.")
    priority_theme = Column(
        str,
        dimension=PRIORITY_THEME,
        nullable=True,
        description="What it is about; empty if not coded.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area of the council."
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district of the council. Without it, priorities by district are not "
        "available.",
    )
