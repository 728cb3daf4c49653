"""Street-level crime as published on data.police.uk: open data, used as a proxy."""

from datetime import date

from swm_kpi import Column, Contract, Unit

from ..plan.dimensions import DISTRICT, FORCE, LPA

ANTI_SOCIAL_BEHAVIOUR = "Anti-social behaviour"
CRIME_TYPES = (
    ANTI_SOCIAL_BEHAVIOUR,
    "Bicycle theft",
    "Burglary",
    "Criminal damage and arson",
    "Drugs",
    "Other crime",
    "Other theft",
    "Possession of weapons",
    "Public disorder and weapons",
    "Public order",
    "Robbery",
    "Shoplifting",
    "Theft from the person",
    "Vehicle crime",
    "Violence and sexual offences",
    "Violent crime",
)

# Outcomes of formal action, and local resolution: the published categories nearest to the Home
# Office outcomes 1 to 4 and 6 to 8.
ACTION_OUTCOMES = (
    "Awaiting court outcome",
    "Court case unable to proceed",
    "Court result unavailable",
    "Defendant found not guilty",
    "Defendant sent to Crown Court",
    "Local resolution",
    "Offender deprived of property",
    "Offender fined",
    "Offender given a caution",
    "Offender given a drugs possession warning",
    "Offender given absolute discharge",
    "Offender given community sentence",
    "Offender given conditional discharge",
    "Offender given penalty notice",
    "Offender given suspended prison sentence",
    "Offender ordered to pay compensation",
    "Offender otherwise dealt with",
    "Offender sent to prison",
    "Suspect charged",
    "Suspect charged as part of another case",
)
OTHER_OUTCOMES = (
    "Action to be taken by another organisation",
    "Formal action is not in the public interest",
    "Further action is not in the public interest",
    "Further investigation is not in the public interest",
    "Investigation complete; no suspect identified",
    "Status update unavailable",
    "Unable to prosecute suspect",
    "Under investigation",
)


class StreetCrime(Contract, row_unit=Unit.CRIMES, source="data.police.uk street-level files"):
    """One row per record of a data.police.uk street-level file: a crime or an ASB incident.

    Identical rows are separate records: locations are moved to shared points, and ASB has no id.
    """

    crime_id = Column(
        str,
        nullable=True,
        description="The published id; none for ASB. A few ids occur twice, as separate records.",
    )
    month = Column(
        date,
        ge=date(2010, 12, 1),
        description="The first day of the month under which it is published.",
    )
    force = Column(str, dimension=FORCE, reporter=True, description="The force it was reported by.")
    district = Column(
        str,
        nullable=True,
        dimension=DISTRICT,
        description="The district, from the name of the LSOA; none for a record with no location.",
    )
    lpa = Column(
        str,
        nullable=True,
        dimension=LPA,
        description="The Local Policing Area of the district, in the force; none elsewhere.",
    )
    crime_type = Column(str, isin=CRIME_TYPES, description="The published crime type.")
    last_outcome = Column(
        str,
        nullable=True,
        isin=(*ACTION_OUTCOMES, *OTHER_OUTCOMES),
        filled_later=True,
        description="The latest outcome published when the file was made; none for ASB.",
    )
