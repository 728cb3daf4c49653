"""Arrests."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Unit

from ..plan.dimensions import LPA


class Arrest(Contract, row_unit=Unit.ARRESTS, source="Custody system"):
    """One row per arrest of a person, or voluntary attendance.

    A person arrested for several crimes at once has one row.
    """

    arrest_id = Column(
        str, unique=True, personal=True, description="The arrest's own number, pseudonymised."
    )
    person_id = Column(
        str,
        nullable=True,
        personal=True,
        description="The person's number, pseudonymised; empty if they were not identified.",
    )
    arrested_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="time of the arrest",
        description="When the person was arrested, or attended; Europe/London if no offset is "
        "given.",
    )
    crime_id = Column(
        str,
        nullable=True,
        personal=True,
        label="crime",
        description="The number of the crime the person was arrested for, pseudonymised as in the "
        "crime table. The most serious one if there were several; empty if the arrest was not "
        "linked to a crime.",
    )
    is_da = Column(
        bool,
        nullable=True,
        label="domestic abuse flag",
        description="Whether the arrest was for domestic abuse; empty if not decided.",
    )
    voluntary = Column(
        bool,
        label="voluntary attendance",
        description="Whether the person attended voluntarily and so was not arrested.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area of the offence."
    )
