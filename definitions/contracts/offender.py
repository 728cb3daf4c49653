"""First-time entrants to the criminal justice system, and offenders followed up for reoffending."""

from datetime import date

from swm_kpi import Assumption, Column, Contract, Dimension, Grain, Rule, Unique, Unit

from ..plan.dimensions import DISTRICT, LPA

YOUTH = "10-17"
ADULT = "18+"

MONTHS_OF_A_QUARTER = Assumption(
    "months_of_a_quarter",
    3,
    since="2021-04-01",
    because="Cohorts are of three months.",
    source="Ministry of Justice, Guide to Proven Reoffending Statistics, October 2017",
)

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
    description="Sex as recorded on the Police National Computer, and of residents as estimated. "
    "Unknown if not recorded.",
)

ENTRANT_ETHNICITY = Dimension(
    "entrant_ethnicity",
    "Ethnic group of the entrant",
    description="As recorded on the Police National Computer, by the list in use there. The data "
    "decide which groups are listed. Unknown if not recorded.",
)

INDEX_DISPOSAL = Dimension(
    "index_disposal",
    "Index disposal",
    ("Release from custody", "Non-custodial conviction", "Caution"),
    description="What the follow-up starts from. Reprimands and warnings are cautions. Unknown if "
    "not recorded, and for the cohorts of integrated offender management.",
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
        "known. No metric counts entrants by this day.",
    )
    disposal = Column(
        str,
        isin=("caution", "conviction"),
        description="Whether it was a caution or a conviction. Youth cautions, and the reprimands "
        "and final warnings that came before them, are cautions.",
    )
    age_group = Column(
        str,
        dimension=AGE_GROUP,
        description="The age group on the day of the first caution or conviction.",
    )
    sex = Column(str, dimension=SEX, nullable=True, description="Sex as recorded.")
    ethnicity = Column(
        str,
        dimension=ENTRANT_ETHNICITY,
        nullable=True,
        optional=True,
        description="Ethnic group as recorded; empty if not recorded. Without this column, numbers "
        "by ethnic group are not available.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area where the person lives; empty if not known.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district where the person lives; empty if not known. Without this column, "
        "numbers by district are not available.",
    )

    offence_precedes_entry = Rule(
        offence_on <= entered_on, "the offence is not after the caution or conviction for it"
    )


class OffenderCohort(
    Contract,
    row_unit=Unit.PEOPLE,
    source="Police National Computer and offender management systems",
    min_grain=Grain.QUARTER,
):
    """One row per offender, cohort and quarter, with whether the offender was proven to reoffend.

    A person is in a cohort once a quarter, by the first day in it on which a follow-up starts. A
    person who is cautioned in May and released from custody in June has one row, for May. The same
    person may be in the cohorts of several quarters.

    An offender under integrated offender management (IOM) has one row in an IOM cohort and another
    in the cohort of all offenders, so the two are never added together.
    """

    person_id = Column(
        str,
        personal=True,
        label="person",
        description="The offender's own number, pseudonymised, the same in every cohort and "
        "quarter.",
    )
    cohort = Column(
        str,
        isin=(*IOM_COHORTS, ALL_OFFENDERS),
        description="One of the three cohorts of integrated offender management (fixed, flex, "
        "free), or 'all' for all offenders cautioned, convicted or released.",
    )
    quarter_start = Column(
        date,
        ge=date(2000, 1, 1),
        label="start of the quarter",
        description="The first day of the quarter of the follow-up's start: 1 January, April, July "
        "or October.",
    )
    index_date = Column(
        date,
        ge=date(2000, 1, 1),
        label="start of the follow-up",
        description="The first day in the quarter of a caution, a conviction without custody or a "
        "release from custody. For integrated offender management, the day of adoption.",
    )
    index_disposal = Column(
        str,
        dimension=INDEX_DISPOSAL,
        nullable=True,
        optional=True,
        description="What happened on that day: release from custody, a non-custodial conviction "
        "or a caution; empty for integrated offender management. Without this column, numbers by "
        "index disposal are not available.",
    )
    age_group = Column(
        str,
        dimension=AGE_GROUP,
        nullable=True,
        optional=True,
        description="The age group on the day the follow-up starts. Without this column, adults "
        "and youths are not available separately.",
    )
    reoffended_on = Column(
        date,
        nullable=True,
        label="day of the reoffence",
        description="The day of the first later offence that led to a caution or conviction; empty "
        "if none did. If several did, choose one within the follow-up that was proven in time, if "
        "there is one.",
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
        nullable=True,
        optional=True,
        label="proven reoffences",
        follow_up_months=18,
        description="How many offences in the 12 months of follow-up were proven in those months "
        "or the 6 after them; 0 if none, empty if not known. Without this column, only the shares "
        "who reoffend are available.",
    )
    offences_before = Column(
        int,
        ge=0,
        nullable=True,
        optional=True,
        label="proven offences before",
        description="How many offences were proven in the time just before the follow-up and as "
        "long as it; 0 if none, empty if not known. Used only for integrated offender management. "
        "Without this column, the comparison with the time before adoption is not available.",
    )
    lpa = Column(
        str,
        dimension=LPA,
        nullable=True,
        description="Local Policing Area where the offender lives, or for integrated offender "
        "management, the area that manages the offender.",
    )
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district where the offender lives; empty if not known. Without this "
        "column, numbers by district are not available.",
    )

    one_row_each = Unique(person_id, cohort, quarter_start)
    follow_up_starts_in_quarter = Rule(
        index_date.within_months(quarter_start, MONTHS_OF_A_QUARTER),
        "the follow-up starts on a day of its quarter",
    )
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
        "an offender with proven reoffences has the day of one",
    )
