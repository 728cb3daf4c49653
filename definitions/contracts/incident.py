"""Incidents logged in command and control, and the snapshots of those still waiting."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Rule, Unique, Unit

from .. import standards
from ..plan.dimensions import DISTRICT, LPA
from ..standards import values

ASB_PERSONAL = "ASB personal"
ASB_NUISANCE = "ASB nuisance"
ASB_ENVIRONMENTAL = "ASB environmental"
ROAD_RELATED_OFFENCE = "Road related offence"

CLOSING_CODES = values(standards.CLOSING_CODES)

ASB_TYPE = Dimension(
    "asb_type",
    "Type of anti-social behaviour",
    ("Personal", "Nuisance", "Environmental"),
    description="The type, from the closing code: aimed at a person or group, a nuisance to the "
    "community, or harm to the surroundings.",
)

GRADE = Dimension(
    "grade",
    "Grade",
    ("1", "2", "3", "4", "5"),
    description="The grade at first dispatch. 1 is an immediate response.",
)


class Incident(Contract, row_unit=Unit.INCIDENTS, source="Command and control"):
    """One row per incident logged in command and control."""

    incident_id = Column(
        str, unique=True, personal=True, description="The log's own number, pseudonymised."
    )
    created_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="time the log was opened",
        description="When the log was opened; Europe/London if no offset is given.",
    )
    grade = Column(str, dimension=GRADE, nullable=True, description="Grade at first dispatch.")
    first_arrived_at = Column(
        datetime,
        nullable=True,
        label="first arrival",
        description="When the first officer arrived; empty if nobody arrived or the time was not "
        "recorded.",
    )
    cancelled = Column(
        bool,
        nullable=True,
        description="Whether the log was cancelled before anyone arrived, or was a duplicate.",
    )
    police_generated = Column(
        bool,
        nullable=True,
        description="Whether an officer opened the log, and not a call from the public.",
    )
    closing_code = Column(
        str,
        isin=CLOSING_CODES,
        nullable=True,
        filled_later=True,
        description="What the incident was, under the National Standard for Incident Recording, "
        "when the log was closed; empty while it is open.",
    )
    vehicle_nuisance = Column(
        bool,
        nullable=True,
        optional=True,
        label="vehicle nuisance qualifier",
        description="Whether a qualifier, or the type of anti-social behaviour, is vehicle "
        "nuisance. Vehicle nuisance is not a closing code: a source that has it as one gives such "
        "a log the closing code of anti-social behaviour, and 'yes' here. Without this column, "
        "vehicle nuisance is not available.",
    )
    mental_health = Column(
        bool,
        nullable=True,
        label="mental health qualifier",
        description="Whether the mental health qualifier was applied.",
    )
    is_da = Column(
        bool,
        nullable=True,
        label="domestic abuse flag",
        description="Whether the log was flagged as domestic abuse.",
    )
    became_crime = Column(
        bool,
        nullable=True,
        label="crime recorded from it",
        description="Whether a crime was recorded from it.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area where the incident happened.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district where the incident happened. Without this column, numbers by "
        "district are not available.",
    )

    asb_type = closing_code.recode(
        {
            ASB_PERSONAL: "Personal",
            ASB_NUISANCE: "Nuisance",
            ASB_ENVIRONMENTAL: "Environmental",
        },
        dimension=ASB_TYPE,
        description="Type of anti-social behaviour, from the closing code.",
    )

    arrival_follows_creation = Rule(
        first_arrived_at >= created_at, "the first arrival is not before the log was opened"
    )


class OpenIncidentSnapshot(Contract, row_unit=Unit.INCIDENTS, source="Command and control"):
    """One row per snapshot, area and grade: how many incidents were waiting for a resource.

    A snapshot has a row for every area and grade, even if nothing was waiting. An area with no row
    is missing, not zero. With districts, there is a row for every district and grade instead.
    """

    snapshot_at = Column(
        datetime, description="When the snapshot was taken, at a fixed hour of the day."
    )
    grade = Column(str, dimension=GRADE, nullable=True, description="Grade of the incidents.")
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area where the incidents happened.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district where the incidents happened. Without it, numbers by district "
        "are not available.",
    )
    unresourced = Column(
        int,
        ge=0,
        label="incidents with no resource assigned",
        description="Open incidents that need attendance and have no resource assigned.",
    )

    one_row_each = Unique(snapshot_at, lpa, district, grade)
