"""The people in recorded crimes: victims, suspects and offenders."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Rule, Unit

from ..plan.dimensions import DISTRICT, LPA
from .crime import OFFENCE_SUBGROUP, OTHER_SEXUAL_OFFENCES, RAPE, STATUSES

VICTIM = "victim"
SUSPECT = "suspect"
OFFENDER = "offender"
PERSON = "person"


class CrimeParty(Contract, row_unit=Unit.PEOPLE, source="Crime recording system"):
    """One row per crime and person or body in a role: a crime with two victims has two victim rows.

    Every row repeats the crime's own columns.
    """

    party_id = Column(
        str, unique=True, personal=True, description="The row's own number, pseudonymised."
    )
    crime_id = Column(
        str, personal=True, description="The number of the crime, pseudonymised as in crime."
    )
    person_id = Column(
        str,
        nullable=True,
        personal=True,
        label="person",
        description="The number of the person or body, the same in every crime and role. "
        "Pseudonymised after the records of one person have been matched; empty if nobody was "
        "named.",
    )
    role = Column(
        str,
        isin=(VICTIM, SUSPECT, OFFENDER),
        description="'victim'; 'suspect' for anyone named as having done it, whatever the outcome; "
        "or 'offender' for a suspect who was charged, cautioned or dealt with in another way (Home "
        "Office outcomes 1 to 8). An offender may also have a row as a suspect: nobody is counted "
        "twice.",
    )
    victim_type = Column(
        str,
        isin=(PERSON, "business", "state", "other"),
        nullable=True,
        label="type of victim",
        description="Whether a victim is a person, a business, the state or another body; empty "
        "for suspects and offenders.",
    )
    recorded_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="date of recording",
        description="When the crime was recorded; Europe/London if no offset is given.",
    )
    offence_subgroup = Column(
        str,
        dimension=OFFENCE_SUBGROUP,
        label="type of crime",
        description="The Home Office's offence subgroup of the crime, under the name in use now.",
    )
    status = Column(
        str,
        isin=STATUSES,
        description="The crime's status when the data were extracted: recorded, cancelled, or "
        "transferred to another force.",
    )
    is_da = Column(
        bool,
        nullable=True,
        label="domestic abuse flag",
        description="Whether the crime was flagged as domestic abuse; empty if not decided.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area the crime happened in."
    )
    district = Column(
        str, dimension=DISTRICT, nullable=True, description="The district the crime happened in."
    )

    victims_have_a_type = Rule(
        ((role == VICTIM) & victim_type.is_not_null()) | ((role != VICTIM) & victim_type.is_null()),
        "victims have a type of victim, and suspects and offenders do not",
    )


IN_RECORDED_CRIME = CrimeParty.status == "recorded"
"""Rows of crimes with the status recorded. Excludes crimes cancelled or transferred elsewhere."""

PERSON_VICTIM = IN_RECORDED_CRIME & (CrimeParty.role == VICTIM) & (CrimeParty.victim_type == PERSON)
"""Victims who are people. Excludes businesses, the state and other bodies."""

NAMED_SUSPECT = IN_RECORDED_CRIME & CrimeParty.role.is_in(SUSPECT, OFFENDER)
"""People named as having committed a crime, whatever the outcome."""

DEALT_WITH = IN_RECORDED_CRIME & (CrimeParty.role == OFFENDER)
"""People who were charged, cautioned or dealt with in another way."""

SEXUAL_VIOLENCE = CrimeParty.offence_subgroup.is_in(RAPE, OTHER_SEXUAL_OFFENCES)
"""Rape and other sexual offences."""

MATCHING_CAVEAT = (
    "One number identifies each person. If one person has two records, or two people share one, "
    "the result is wrong, so records must be matched first."
)
SAME_DAY_CAVEAT = (
    "Crimes recorded on the same day are one event, so linked crimes reported together do not "
    "count as a repeat. Linked crimes recorded on different days do."
)
CRIMES_ONLY_CAVEAT = (
    "Only recorded crimes count. We did not find West Mercia's own rule for repeats. Some forces "
    "also count anti-social behaviour incidents, or incidents in which no crime was recorded."
)
RECORDING_DAY_CAVEAT = (
    "Both the crime in the period and the earlier crime are dated by the day they were recorded, "
    "not the day they happened. So historic crimes reported on two different days count as a "
    "repeat."
)
EARLIER_CRIME_CAVEAT = (
    "The earlier crime may have happened in any area, and before the period began. So areas do not "
    "add up to the force, and quarters do not add up to the year."
)
