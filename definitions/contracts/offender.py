"""People first cautioned or convicted, and offenders followed up to see whether they reoffend."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Rule, Unique, Unit

from ..plan.dimensions import LPA

YOUTH = "10-17"
ADULT = "18+"

AGE_GROUP = Dimension(
    "age_group",
    "Age group",
    (YOUTH, ADULT),
    description="Aged 10 to 17, or 18 and over.",
)

SEX = Dimension(
    "entrant_sex",
    "Sex of the entrant",
    ("Female", "Male"),
    description="Sex as recorded on the Police National Computer. Unknown where it was not.",
)

ALL_OFFENDERS = "all"
IOM_FIXED = "IOM fixed"
IOM_FLEX = "IOM flex"
IOM_FREE = "IOM free"
IOM_COHORTS = (IOM_FIXED, IOM_FLEX, IOM_FREE)


class FirstTimeEntrant(Contract, row_unit=Unit.PEOPLE, source="Police National Computer"):
    """One row per person who was cautioned or convicted for the first time in their life.

    Community resolutions and diversion (outcome 22) are neither, and have no row.
    """

    person_id = Column(
        str, unique=True, personal=True, description="The person's own number, pseudonymised."
    )
    entered_on = Column(
        date,
        ge=date(2000, 1, 1),
        label="day of the first caution or conviction",
        description="The day of the person's first caution or conviction on the Police National "
        "Computer, by any force.",
    )
    offence_on = Column(
        date,
        nullable=True,
        label="day of the offence",
        description="The day of the offence they were cautioned or convicted for; empty if not "
        "known. No metric counts entrants by it.",
    )
    disposal = Column(
        str,
        isin=("caution", "conviction"),
        description="Which of the two it was. A youth caution, and the reprimands and final "
        "warnings before it, are cautions.",
    )
    age_group = Column(
        str,
        dimension=AGE_GROUP,
        description="The age group on the day of the first caution or conviction.",
    )
    sex = Column(str, dimension=SEX, nullable=True, description="Sex as recorded.")
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area where the person lives; empty if not known.",
    )

    offence_precedes_entry = Rule(
        offence_on <= entered_on, "the offence is not after the caution or conviction for it"
    )


class OffenderCohort(
    Contract,
    row_unit=Unit.PEOPLE,
    source="Police National Computer and offender management systems",
):
    """One row per offender and cohort they are followed in, with what came of it.

    Somebody under integrated offender management (IOM) has a row in a cohort of it and another in
    the cohort of all offenders, so the two are never added together.
    """

    person_id = Column(
        str, personal=True, description="The offender's own number, pseudonymised, in each cohort."
    )
    cohort = Column(
        str,
        isin=(*IOM_COHORTS, ALL_OFFENDERS),
        description="Which cohort: one of the three of integrated offender management (fixed, "
        "flex, free), or all offenders cautioned, convicted or released.",
    )
    index_date = Column(
        date,
        ge=date(2000, 1, 1),
        label="start of the follow-up",
        description="The day the follow-up starts: of the caution, the conviction or the release "
        "from custody; for integrated offender management, the day of adoption.",
    )
    reoffended_on = Column(
        date,
        nullable=True,
        label="day of the reoffence",
        description="The day of the first later offence that led to a caution or conviction; empty "
        "if none did. Where several did, one that falls within the follow-up and was proven in "
        "time, if there is one.",
    )
    proven_on = Column(
        date,
        nullable=True,
        label="day it was proven",
        description="The day of the caution or conviction for that offence; empty if there is "
        "none. A charge or an arrest does not prove an offence.",
    )
    reoffences = Column(
        int,
        ge=0,
        label="proven reoffences",
        description="How many offences of the follow-up were proven in time; 0 if none was.",
    )
    offences_before = Column(
        int,
        ge=0,
        label="proven offences before",
        description="How many offences of a span as long as the follow-up, and just before it, "
        "were proven; 0 if none was.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area where the offender lives or is managed.",
    )

    one_row_each = Unique(person_id, cohort, index_date)
    reoffence_follows_start = Rule(
        reoffended_on >= index_date, "the reoffence is not before the start of the follow-up"
    )
    proof_follows_reoffence = Rule(
        proven_on >= reoffended_on, "the caution or conviction is not before the reoffence"
    )
    reoffence_is_whole = Rule(
        (reoffended_on.is_null() & proven_on.is_null())
        | (reoffended_on.is_not_null() & proven_on.is_not_null()),
        "a reoffence has both its day and the day it was proven, or neither",
    )
    reoffences_have_a_first = Rule(
        (reoffences == 0) | reoffended_on.is_not_null(),
        "whoever has proven reoffences has the day of one",
    )
