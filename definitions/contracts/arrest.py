"""Arrests."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Unit

from ..plan.dimensions import DISTRICT, LPA

ARREST = "arrest"
VOLUNTARY_ATTENDANCE = "voluntary attendance"


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
        optional=True,
        label="crime",
        description="The number of the crime the person was arrested for, pseudonymised as in the "
        "crime table. The most serious one if there were several; empty if the arrest was not "
        "linked to a crime. No metric reads it. Use it to fill days_to_first_arrest in the crime "
        "table.",
    )
    is_da = Column(
        bool,
        nullable=True,
        label="domestic abuse flag",
        description="Whether the arrest was for domestic abuse; empty if not decided.",
    )
    attendance = Column(
        str,
        isin=(ARREST, VOLUNTARY_ATTENDANCE),
        label="kind of attendance",
        description="'arrest', or 'voluntary attendance' if the person came to an interview and "
        "was not arrested. If the table has only arrests, write 'arrest' in every row.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area where the offence happened.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district where the offence happened. Without it, there is no breakdown "
        "of arrests by district.",
    )
