"""The people in recorded crimes and in incidents: victims, suspects and offenders."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Dimension, Rule, Unit

from ..assumptions import REPEAT_STATUSES
from ..plan.dimensions import DISTRICT, LPA
from .crime import (
    CHILD_BY_AGE_GROUP,
    OFFENCE_SUBGROUP,
    OTHER_SEXUAL_OFFENCES,
    RAPE,
    STATUSES,
    VICTIM_AGE_GROUP,
    VICTIM_CHILD_OR_ADULT,
    VICTIM_SEX,
)

VICTIM = "victim"
SUSPECT = "suspect"
OFFENDER = "offender"
PERSON = "person"
INCIDENT = "incident"

SEXUAL_OFFENCE = Dimension(
    "sexual_offence",
    "Type of sexual offence",
    (RAPE, OTHER_SEXUAL_OFFENCES),
    description="Whether the crime of the period is a rape or another sexual offence.",
)


class CrimeParty(
    Contract, row_unit=Unit.PEOPLE, source="Crime recording system and command and control system"
):
    """One row per crime and person or body in a role: a crime with two victims has two victim rows.

    Every row repeats the crime's own columns. An incident in which no crime was recorded can have
    rows too, with the status 'incident': its domestic abuse victims and suspects, or the people
    harmed by anti-social behaviour.
    """

    party_id = Column(
        str, unique=True, personal=True, description="The row's own number, pseudonymised."
    )
    crime_id = Column(
        str,
        personal=True,
        description="The number of the crime, pseudonymised as in crime, or of the incident.",
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
        "Office outcomes 1 to 4 and 6 to 8; 5 is an offender who died). An offender may also have "
        "a row as a suspect: nobody is counted twice.",
    )
    victim_type = Column(
        str,
        isin=(PERSON, "business", "state", "other"),
        nullable=True,
        label="type of victim",
        description="Whether a victim is a person, a business, the state or another body; empty "
        "for suspects and offenders, or if it was not recorded. A victim without a type is not "
        "counted; a note says how many there were.",
    )
    victim_sex = Column(
        str,
        dimension=VICTIM_SEX,
        nullable=True,
        optional=True,
        label="sex of the victim",
        description="Sex of this victim; empty for suspects, offenders and bodies, or if it was "
        "not recorded. Without it, there is no breakdown by sex.",
    )
    victim_age_group = Column(
        str,
        dimension=VICTIM_AGE_GROUP,
        nullable=True,
        optional=True,
        label="age group of the victim",
        description="Age group of this victim when it happened; empty for suspects, offenders and "
        "bodies, or if the age is not known. Without it, there is no breakdown by age.",
    )
    recorded_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="date of recording",
        description="When the crime was recorded, or when the log of the incident was opened; "
        "Europe/London if no offset is given.",
    )
    offence_subgroup = Column(
        str,
        dimension=OFFENCE_SUBGROUP,
        nullable=True,
        label="type of crime",
        description="The Home Office's offence subgroup of the crime, under the name in use now; "
        "empty for an incident.",
    )
    status = Column(
        str,
        isin=(*STATUSES, INCIDENT),
        description="The crime's status when the data were extracted: recorded, cancelled, or "
        "transferred to another force. 'incident' for an incident in which no crime was recorded.",
    )
    is_da = Column(
        bool,
        nullable=True,
        label="domestic abuse flag",
        description="Whether the crime or incident was flagged as domestic abuse; empty if not "
        "decided.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area it happened in."
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district it happened in. Without it, numbers by district are not "
        "available.",
    )

    victim_child_or_adult = victim_age_group.recode(
        CHILD_BY_AGE_GROUP,
        dimension=VICTIM_CHILD_OR_ADULT,
        description="Child if the victim was under 18, adult otherwise.",
    )
    sexual_offence = offence_subgroup.recode(
        {RAPE: RAPE, OTHER_SEXUAL_OFFENCES: OTHER_SEXUAL_OFFENCES},
        dimension=SEXUAL_OFFENCE,
        description="The offence subgroup, if it is one of the two sexual ones.",
    )

    only_victims_have_a_type = Rule(
        (role == VICTIM) | victim_type.is_null(),
        "suspects and offenders have no type of victim",
    )
    crimes_have_a_type = Rule(
        (status == INCIDENT) | offence_subgroup.is_not_null(), "a crime has a type of crime"
    )


IN_RECORDED_CRIME = CrimeParty.status == "recorded"
"""Rows of crimes with the status recorded. Excludes crimes cancelled or transferred elsewhere."""

MAKES_A_REPEAT = CrimeParty.status.is_in(REPEAT_STATUSES)
"""Rows that can make a repeat: of recorded crimes, and of incidents where a force counts them."""

IS_PERSON_VICTIM = (CrimeParty.role == VICTIM) & (CrimeParty.victim_type == PERSON)
IS_NAMED_SUSPECT = CrimeParty.role.is_in(SUSPECT, OFFENDER)
IS_DEALT_WITH = CrimeParty.role == OFFENDER

PERSON_VICTIM = MAKES_A_REPEAT & IS_PERSON_VICTIM
"""Victims who are people. Excludes businesses, the state and other bodies."""

NAMED_SUSPECT = MAKES_A_REPEAT & IS_NAMED_SUSPECT
"""People named as having committed a crime, whatever the outcome."""

DEALT_WITH = IN_RECORDED_CRIME & IS_DEALT_WITH
"""People who were charged, cautioned or dealt with in another way."""

SEXUAL_VIOLENCE = IN_RECORDED_CRIME & CrimeParty.offence_subgroup.is_in(RAPE, OTHER_SEXUAL_OFFENCES)
"""Rape and other sexual offences that were recorded."""

MATCHING_CAVEAT = (
    "One number identifies each person. If one person has two records, or two people share one, "
    "the result is wrong, so records must be matched first."
)
SAME_DAY_CAVEAT = (
    "Crimes recorded on the same day are one event, so linked crimes reported together do not "
    "count as a repeat. Linked crimes recorded on different days do."
)
INCIDENTS_CAVEAT = (
    "An assumption decides whether incidents in which no crime was recorded make a repeat. By "
    "default only recorded crimes do. To count incidents, give the people in them rows with the "
    "status 'incident', and add that status to the assumption."
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
