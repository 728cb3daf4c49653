"""Serious and organised crime: disruptions, county lines and organised crime groups."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Rule, Unit

from .. import standards
from ..plan.dimensions import DISTRICT, LPA
from ..standards import values

FOUR_P = Dimension(
    "four_p",
    "Part of the 4P framework",
    values(standards.FOUR_PS),
    description="Pursue: prosecute and disrupt those engaged in it. Prevent: stop people from "
    "engaging in it. Protect: strengthen protection against it. Prepare: reduce its impact when it "
    "happens. One of the four for each disruption.",
)

MAJOR = "Major"
MODERATE = "Moderate"
MINOR = "Minor"
NO_EFFECT = "No effect"
NEGATIVE = "Negative"

LEVEL = Dimension(
    "level",
    "Level of disruption",
    (MAJOR, MODERATE, MINOR, NO_EFFECT, NEGATIVE),
    description="How much the work disrupted the threat, on the national scale of five levels. By "
    "our reading, no effect is the scale's 'none', and negative means that the work made the "
    "threat worse. We found no national wording for the levels.",
)

THREAT = Dimension(
    "threat",
    "Threat",
    description="The kind of serious and organised crime, by the force's own list. The data decide "
    "which ones are listed.",
)

LEAD_AGENCY = Dimension(
    "lead_agency",
    "Lead agency",
    ("The force", "Regional unit", "National agency", "Another agency"),
    description="Who led the work. Several agencies may claim one disruption, but only one leads "
    "it.",
)

DISRUPTION_STATUSES = ("claimed", "accepted", "rejected")

CLOSED_BY_POLICE = "closed by police"
LINE_ARCHIVED = "archived"


class Disruption(
    Contract, row_unit=Unit.DISRUPTIONS, source="Agency and Partner Management Information System"
):
    """One row per disruption of serious and organised crime that the force claims."""

    disruption_id = Column(
        str, unique=True, personal=True, description="The record's own number, pseudonymised."
    )
    happened_on = Column(
        date,
        nullable=True,
        label="day of the activity",
        description="The day of the arrest, seizure or other work claimed; empty if it took more "
        "than one day. No metric counts disruptions by this day.",
    )
    assessed_on = Column(
        date,
        nullable=True,
        label="day of the assessment",
        description="The day it was assessed; empty until then. A disruption that was accepted "
        "without its day is in no number.",
    )
    status = Column(
        str,
        isin=DISRUPTION_STATUSES,
        description="Whether it is claimed by the team that did it, or accepted or rejected by the "
        "moderators.",
    )
    four_p = Column(
        str,
        dimension=FOUR_P,
        nullable=True,
        label="part of the 4P framework",
        description="Which of the four parts it belongs to.",
    )
    level = Column(
        str,
        dimension=LEVEL,
        nullable=True,
        label="level of disruption",
        description="Major, moderate, minor, no effect or negative; the moderated level if it "
        "has been moderated.",
    )
    threat = Column(str, dimension=THREAT, nullable=True, description="The kind of threat.")
    lead_agency = Column(str, dimension=LEAD_AGENCY, nullable=True, description="Who led the work.")
    is_county_line = Column(
        bool,
        nullable=True,
        label="county line flag",
        description="Whether it was a disruption of a county line; empty if not decided.",
    )
    safeguarded = Column(
        int,
        ge=0,
        nullable=True,
        optional=True,
        label="people safeguarded",
        description="How many vulnerable people it safeguarded; 0 if none, empty if nobody "
        "counted. Without this column, people safeguarded are not available.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area where the work was done; empty if it covered several.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district where the work was done; empty if it covered several. Without "
        "this column, numbers by district are not available.",
    )

    assessment_follows_activity = Rule(
        assessed_on >= happened_on, "the assessment is not before the activity"
    )


class CountyLine(Contract, row_unit=Unit.COUNTY_LINES, source="Force intelligence of county lines"):
    """One row per county line, each time it was active in the force's area."""

    line_id = Column(
        str, unique=True, personal=True, description="The record's own number, pseudonymised."
    )
    active_from = Column(
        date, label="active from", description="The first day it was known to be active."
    )
    ended_on = Column(
        date,
        nullable=True,
        label="end of the line",
        description="The first day it was no longer active; empty while it is active.",
    )
    ended_how = Column(
        str,
        isin=(CLOSED_BY_POLICE, LINE_ARCHIVED),
        nullable=True,
        optional=True,
        filled_later=True,
        label="how it ended",
        description="Whether police work closed it, or it was archived because there was no more "
        "intelligence about it; empty while it is active, or if not recorded. Without this "
        "column, lines closed by police work are not available.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area where the line sells most; empty if no single area is.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district where the line sells most; empty if no single district is. "
        "Without this column, numbers by district are not available.",
    )

    end_follows_start = Rule(ended_on >= active_from, "a line does not end before it starts")
    an_end_has_its_day = Rule(
        ended_how.is_null() | ended_on.is_not_null(),
        "a line whose end is described has the day of its end",
    )


class OrganisedCrimeGroup(
    Contract, row_unit=Unit.GROUPS, source="Agency and Partner Management Information System"
):
    """One row per organised crime group, each time it was mapped."""

    group_id = Column(
        str, unique=True, personal=True, description="The record's own number, pseudonymised."
    )
    mapped_on = Column(
        date, label="day it was mapped", description="The day the group was mapped as active."
    )
    archived_on = Column(
        date,
        nullable=True,
        label="day it was archived",
        description="The day it was archived as no longer active; empty while it is mapped.",
    )
    threat = Column(str, dimension=THREAT, nullable=True, description="Its main kind of threat.")
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area that manages the work against the group; empty if several "
        "do, or the whole force.",
    )

    archive_follows_mapping = Rule(
        archived_on >= mapped_on, "a group is not archived before it is mapped"
    )
