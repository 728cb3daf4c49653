"""The people in recorded crimes: victims, suspects and offenders."""

from datetime import date, datetime

from swm_kpi import Column, Contract, Rule, Unit

from ..plan.dimensions import LPA
from .crime import OFFENCE_SUBGROUP, OTHER_SEXUAL_OFFENCES, RAPE, STATUSES

VICTIM = "victim"
SUSPECT = "suspect"
OFFENDER = "offender"
PERSON = "person"


class CrimeParty(Contract, row_unit=Unit.PEOPLE, source="Crime recording system"):
    """One row per crime and person or body in a role: a crime with two victims has two victim rows.

    The crime's own columns are repeated on every row of it.
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
        description="The same for the same person, or body, in every crime and role, pseudonymised "
        "after records of one person have been matched; empty if nobody was named.",
    )
    role = Column(
        str,
        isin=(VICTIM, SUSPECT, OFFENDER),
        description="victim; suspect, for anyone named as having done it, whatever came of it; or "
        "offender, for a suspect who was charged, cautioned or dealt with in another way (Home "
        "Office outcomes 1 to 8). An offender may also have a row as suspect: nobody is counted "
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
        description="Whether the crime stands when the data are extracted: recorded, cancelled, "
        "or transferred to another force.",
    )
    is_da = Column(
        bool,
        nullable=True,
        label="domestic abuse flag",
        description="Whether the crime was flagged as domestic abuse; empty if nobody decided.",
    )
    lpa = Column(
        str, dimension=LPA, nullable=True, description="Local Policing Area the crime happened in."
    )

    victims_have_a_type = Rule(
        ((role == VICTIM) & victim_type.is_not_null()) | ((role != VICTIM) & victim_type.is_null()),
        "a victim has a type of victim, and nobody else has",
    )


IN_RECORDED_CRIME = CrimeParty.status == "recorded"
"""Rows of crimes that stand: neither cancelled nor transferred to another force."""

PERSON_VICTIM = IN_RECORDED_CRIME & (CrimeParty.role == VICTIM) & (CrimeParty.victim_type == PERSON)
"""People who are victims. Businesses, the state and other bodies are not."""

NAMED_SUSPECT = IN_RECORDED_CRIME & CrimeParty.role.is_in(SUSPECT, OFFENDER)
"""People named as having done it, whatever came of it."""

DEALT_WITH = IN_RECORDED_CRIME & (CrimeParty.role == OFFENDER)
"""People who were charged, cautioned or dealt with in another way."""

SEXUAL_VIOLENCE = CrimeParty.offence_subgroup.is_in(RAPE, OTHER_SEXUAL_OFFENCES)
"""Rape and other sexual offences."""

SAME_PERSON = (
    "Each person is identified by one number. Where one person has two records, or two people "
    "share one, the number is wrong, so records must be matched first."
)
ONE_DAY_IS_ONE = (
    "Crimes recorded on one day are one event, so linked crimes reported together make no repeat. "
    "Linked crimes recorded on different days do."
)
CRIMES_ONLY = (
    "Only recorded crimes count. West Mercia's own rule for repeats was not found; some forces "
    "count incidents of anti-social behaviour, or incidents in which no crime was recorded, too."
)
BY_RECORDING = (
    "Both the crime of the period and the earlier one are placed by the day they were recorded: "
    "crimes of long ago reported on two days make a repeat, and the day they happened is not used."
)
EVERYWHERE_BEFORE = (
    "The earlier crime may have happened in any area and before the period began. So areas do not "
    "add up to the force, nor quarters to the year."
)
