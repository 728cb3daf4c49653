"""Recorded crimes, each with its current outcome."""

from collections.abc import Mapping
from datetime import date, datetime

from swm_kpi import Break, Column, Contract, Dimension, Rule, Unit

from .. import standards
from ..plan.dimensions import DISTRICT, DOMESTIC_ABUSE, DOMESTIC_ABUSE_BY_FLAG, LPA
from ..standards import names, start, values

HOMICIDE = "Homicide"
RAPE = "Rape offences"
OTHER_SEXUAL_OFFENCES = "Other sexual offences"
RESIDENTIAL_BURGLARY = "Residential burglary"
PERSONAL_ROBBERY = "Robbery of personal property"
VEHICLE_OFFENCES = "Vehicle offences"
THEFT_FROM_THE_PERSON = "Theft from the person"

OFFENCE_SUBGROUP = Dimension(
    "offence_subgroup",
    "Type of crime",
    values(standards.OFFENCE_SUBGROUPS),
    description="The Home Office's offence subgroup of the crime, as in police recorded crime open "
    "data. Fraud and computer misuse are recorded nationally and are not here.",
)

HOME = "Home"
UNCONNECTED_BUILDING = "Unconnected building"

URBAN = "Urban"
LARGER_RURAL = "Larger rural"
SMALLER_RURAL = "Smaller rural"

SETTLEMENT_CLASS = Dimension(
    "settlement_class",
    "Rural or urban place",
    (URBAN, LARGER_RURAL, SMALLER_RURAL),
    description="The settlement class of the place in the Office for National Statistics' Rural "
    "Urban Classification of 2021, by its small area. Unknown if there is no location.",
)

VICTIM_SEX = Dimension(
    "victim_sex",
    "Sex of the victim",
    ("Female", "Male"),
    description="Sex of the victim, as recorded. Unknown if the victim is not a person, or if it "
    "was not recorded.",
)

CHILD = "Child"
ADULT = "Adult"

CHILD_BY_AGE_GROUP: dict[str, str] = {
    "Under 16": CHILD,
    "16 to 17": CHILD,
    "18 to 24": ADULT,
    "25 to 34": ADULT,
    "35 to 44": ADULT,
    "45 to 54": ADULT,
    "55 to 64": ADULT,
    "65 and over": ADULT,
}
"""Whether the age groups of victims are children: under 18, as in the Children Act 1989."""

VICTIM_AGE_GROUP = Dimension(
    "victim_age_group",
    "Age group of the victim",
    tuple(CHILD_BY_AGE_GROUP),
    description="Age of the victim on the first day on which the crime may have happened. Unknown "
    "if the victim is not a person, or if the age is not known.",
)

VICTIM_CHILD_OR_ADULT = Dimension(
    "victim_child_or_adult",
    "Child or adult victim",
    (CHILD, ADULT),
    description="Whether the victim was under 18 on the first day on which the crime may have "
    "happened. Unknown if the victim is not a person, or if the age is not known.",
)

OUTCOMES = names(standards.OUTCOMES)
"""The Home Office outcome codes and what they mean."""

CHARGED = "Charged/Summonsed"
OUT_OF_COURT_FORMAL = "Out-of-court (formal)"
OUT_OF_COURT_INFORMAL = "Out-of-court (informal)"
TAKEN_INTO_CONSIDERATION = "Taken into consideration"
PROSECUTION_PREVENTED = "Prosecution prevented or not in the public interest"
EVIDENTIAL_DIFFICULTIES = "Evidential difficulties (suspect identified; victim supports action)"
VICTIM_DOES_NOT_SUPPORT = "Evidential difficulties (victim does not support action)"
NO_SUSPECT = "Investigation complete – no suspect identified"
ANOTHER_BODY = "Responsibility for further investigation transferred to another body"
FURTHER_INVESTIGATION = "Further investigation to support formal action not in the public interest"
DIVERSION = "Diversionary, educational or intervention activity"
PROSECUTION_DEFERRED = "Prosecution deferred"

OUTCOME_GROUP_BY_CODE: dict[str, str] = {
    "1": CHARGED,
    "1A": CHARGED,
    "2": OUT_OF_COURT_FORMAL,
    "2A": OUT_OF_COURT_FORMAL,
    "3": OUT_OF_COURT_FORMAL,
    "3A": OUT_OF_COURT_FORMAL,
    "4": TAKEN_INTO_CONSIDERATION,
    "5": PROSECUTION_PREVENTED,
    "6": OUT_OF_COURT_FORMAL,
    "7": OUT_OF_COURT_INFORMAL,
    "8": OUT_OF_COURT_INFORMAL,
    "9": PROSECUTION_PREVENTED,
    "10": PROSECUTION_PREVENTED,
    "11": PROSECUTION_PREVENTED,
    "12": PROSECUTION_PREVENTED,
    "13": PROSECUTION_PREVENTED,
    "14": VICTIM_DOES_NOT_SUPPORT,
    "15": EVIDENTIAL_DIFFICULTIES,
    "16": VICTIM_DOES_NOT_SUPPORT,
    "17": PROSECUTION_PREVENTED,
    "18": NO_SUSPECT,
    "19": "Filed by the National Fraud Intelligence Bureau",
    "20": ANOTHER_BODY,
    "21": FURTHER_INVESTIGATION,
    "22": DIVERSION,
    "23": PROSECUTION_DEFERRED,
}
"""The Home Office's outcome group of each outcome code.

The names are those of the outcomes open data tables; those of 21 and 22 are shortened. The tables
have no group of 5, offender died, by itself: we did not find where it belongs, and put it with the
prosecutions that were prevented. 19 and 23 have groups of our own.
"""

OUTCOME_GROUP = Dimension(
    "outcome_group",
    "Outcome group",
    tuple(dict.fromkeys(OUTCOME_GROUP_BY_CODE.values())),
    description="The Home Office's group of the current outcome of the crime. Unknown means that "
    "it has no outcome yet. It is unverified that outcome 5, offender died, belongs to the "
    "prosecutions prevented.",
)

STATUSES = ("recorded", "cancelled", "transferred")


class Crime(Contract, row_unit=Unit.CRIMES, source="Crime recording system"):
    """One row per notifiable crime, with its current outcome.

    Cancelled and transferred crimes are rows too. The status tells them apart. Where the counting
    rules record one crime for each victim, as for homicide, each victim has a row.
    """

    crime_id = Column(
        str, unique=True, personal=True, description="The crime's own number, pseudonymised."
    )
    recorded_at = Column(
        datetime,
        ge=date(2000, 1, 1),
        label="date of recording",
        description="When it was recorded as a crime; Europe/London if no offset is given.",
    )
    occurred_from = Column(
        date,
        nullable=True,
        label="first day it may have happened",
        description="The first day on which it may have happened, which may be years before it was "
        "recorded; empty if not known. No metric counts crimes by this day.",
    )
    reported_at = Column(
        datetime,
        nullable=True,
        label="time of the report",
        description="When it was reported to the police; empty if police found it or if the time "
        "was not kept.",
    )
    offence_subgroup = Column(
        str,
        dimension=OFFENCE_SUBGROUP,
        label="type of crime",
        description="The Home Office's offence subgroup, under the name in use now.",
    )
    ho_code = Column(
        str,
        nullable=True,
        str_matches=r"[1-9][0-9]{0,2}(\.[0-9]{1,2})?[A-Z]?",
        label="Home Office offence code",
        description="The Home Office's offence code, as text with no leading zero, such as 5D or "
        "4.10. Not the longer class and subclass code.",
    )
    status = Column(
        str,
        isin=STATUSES,
        description="The crime's status when the data were extracted: recorded, cancelled, or "
        "transferred to another force.",
    )
    outcome_code = Column(
        str,
        nullable=True,
        filled_later=True,
        isin=tuple(OUTCOMES),
        label="outcome code",
        description="The Home Office code of the current outcome; empty if there is none yet.",
    )
    outcome_at = Column(
        datetime,
        nullable=True,
        optional=True,
        label="date of the outcome",
        description="When the current outcome was assigned; empty if there is none yet, or if the "
        "date was not kept. If only the day was kept, 23:59 of that day. It can be before the "
        "recording, as for a penalty notice given on the spot: the outcome then counts, and has no "
        "days. Without it, the outcomes of a period and the days they took are not "
        "available. The outcomes of the crimes recorded in a period are.",
    )
    is_da = Column(
        bool,
        nullable=True,
        label="domestic abuse flag",
        description="Whether it was flagged as domestic abuse; empty if not decided.",
    )
    is_knife = Column(
        bool,
        nullable=True,
        label="knife flag",
        description="Whether a knife or sharp instrument was used or threatened, identified by the "
        "National Data Quality Improvement Service's method where it is in use; no if it was only "
        "carried. Empty if not decided.",
    )
    is_firearm = Column(
        bool,
        nullable=True,
        label="firearm flag",
        description="Whether a firearm of any kind was fired, used to hit, or used as a threat: "
        "real or imitation, air weapons included. No if it was only possessed. Empty if not "
        "decided.",
    )
    firearm_fired = Column(
        bool,
        nullable=True,
        optional=True,
        label="discharge flag",
        description="Whether a firearm was fired; empty if not decided, or if no firearm was used. "
        "Without it, crimes in which a firearm was fired are not available.",
    )
    air_weapon = Column(
        bool,
        nullable=True,
        optional=True,
        label="air weapon flag",
        description="Whether air weapons were the only firearms used; empty if not decided, or if "
        "no firearm was used. Without it, firearm crime without air weapons is not available.",
    )
    lethal_barrelled = Column(
        bool,
        nullable=True,
        optional=True,
        label="lethal-barrelled flag",
        description="Whether a lethal-barrelled firearm was used, as in the Home Office's firearm "
        "return; empty if not decided, or if no firearm was used. Without it, crimes with such a "
        "firearm are not available.",
    )
    is_online = Column(
        bool,
        nullable=True,
        label="online crime flag",
        description="Whether it was committed, in full or in part, through a computer, a network "
        "or a similar device; empty if not decided.",
    )
    is_business = Column(
        bool,
        nullable=True,
        label="business crime flag",
        description="Whether the victim was a business, or a person working for a business, in the "
        "course of and because of that work; empty if not decided.",
    )
    is_rural = Column(
        bool,
        nullable=True,
        label="rural crime flag",
        description="Whether the force flagged it as rural crime, by its own rule; empty if not "
        "decided.",
    )
    is_drug_related = Column(
        bool,
        nullable=True,
        label="drug-related flag",
        description="For a homicide, whether it was drug-related: the victim or a suspect used or "
        "dealt drugs, or drugs were the motive; empty for other crimes, or if not decided.",
    )
    burglary_building = Column(
        str,
        isin=(HOME, UNCONNECTED_BUILDING),
        nullable=True,
        optional=True,
        label="building of the burglary",
        description="For a residential burglary, whether it was of a home, or of a building with "
        "no connecting door to it, such as a shed; empty for other crimes, and where the two are "
        "not distinguished, as before 2023. Without it, burglaries of homes are not available.",
    )
    days_since_offence = Column(
        int,
        nullable=True,
        optional=True,
        ge=0,
        label="number of days from the crime to its recording",
        description="Days from the last day on which it may have happened to the day it was "
        "recorded; empty if not known. Without it, non-recent offences are not available.",
    )
    days_to_first_arrest = Column(
        int,
        nullable=True,
        optional=True,
        ge=0,
        follow_up_months=1,
        filled_later=True,
        label="number of days to the first arrest",
        description="Days from the day it was recorded to the first arrest of anyone for it, from "
        "the custody system; 0 if the arrest came first. Empty if nobody was arrested. Without it, "
        "the share of crimes with an arrest is not available.",
    )
    victim_sex = Column(
        str,
        dimension=VICTIM_SEX,
        nullable=True,
        optional=True,
        description="Sex of the victim, or of the first one if there are several; empty if the "
        "victim is not a person, or if it was not recorded. Without it, there is no breakdown by "
        "sex.",
    )
    victim_age_group = Column(
        str,
        dimension=VICTIM_AGE_GROUP,
        nullable=True,
        optional=True,
        label="age group of the victim",
        description="Age group of the victim, or of the first one if there are several, on the "
        "first day on which the crime may have happened. Empty if the victim is not a person, or "
        "if the age is not known. Without it, there is no breakdown by age.",
    )
    settlement_class = Column(
        str,
        dimension=SETTLEMENT_CLASS,
        nullable=True,
        optional=True,
        label="class of the place",
        description="The class of the small area it happened in, from the Office for National "
        "Statistics' Rural Urban Classification of 2021: urban, larger rural or smaller rural; "
        "empty if there is no location. Without it, crimes in rural places are not available.",
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

    domestic_abuse = is_da.recode(
        DOMESTIC_ABUSE_BY_FLAG, dimension=DOMESTIC_ABUSE, description="The domestic abuse flag."
    )
    victim_child_or_adult = victim_age_group.recode(
        CHILD_BY_AGE_GROUP,
        dimension=VICTIM_CHILD_OR_ADULT,
        description="Child if the victim was under 18, adult otherwise.",
    )
    outcome_group = outcome_code.recode(
        OUTCOME_GROUP_BY_CODE,
        dimension=OUTCOME_GROUP,
        description="Outcome group of the outcome code; none if no outcome is assigned yet.",
    )

    report_precedes_recording = Rule(
        reported_at <= recorded_at, "the report is not after the crime was recorded"
    )
    outcome_21_is_in_use = Rule(
        (outcome_code != "21") | (outcome_at >= start(standards.OUTCOMES, "21")),
        "outcome 21 is not dated before it came into use in January 2016",
    )
    outcome_22_is_in_use = Rule(
        (outcome_code != "22") | (outcome_at >= start(standards.OUTCOMES, "22")),
        "outcome 22 is not dated before it came into use on 1 April 2019",
    )
    outcome_23_is_in_use = Rule(
        (outcome_code != "23") | (outcome_at >= start(standards.OUTCOMES, "23")),
        "outcome 23 is not dated before it came into use in 2026",
    )


RECORDED = Crime.status == "recorded"
"""Crimes with the status recorded. Excludes crimes cancelled or transferred to another force."""

COUNTING_RULES = "Home Office Counting Rules for Recorded Crime"

PAST_FIGURES_CAVEAT = (
    "A crime that is later cancelled or transferred leaves the count, so figures for past periods "
    "can fall. Say when the data were extracted."
)
RECORDING_CAVEAT = (
    "The share of reported crime that forces record changed after 2014. West Mercia's 2019 crime "
    "data integrity inspection put it at 90.7% (give or take 1.78 percentage points), so a rise "
    "may be better recording."
)
FLAG_CAVEAT = (
    "People set the flag and may miss it. Crimes with no decision on the flag are not counted; the "
    "note says how many there were."
)


def domestic_abuse_flag_began(*measures: str) -> Break:
    """Return the break where forces began to flag domestic abuse.

    Args:
        measures: keys of the measures that break; every measure when left out.
    """
    because = "Forces began to flag domestic abuse in their returns"
    return Break("2015-04-01", because, measures=measures)


def counting_rules_of_2023(*measures: str) -> Break:
    """Return the break where new counting rules began to record fewer crimes for one report.

    Args:
        measures: keys of the measures that break; every measure when left out.
    """
    return Break(
        "2023-06-01",
        "New counting rules: a victim's report counts as one crime where it counted as several, "
        "and fewer threatening messages count. The Domestic Abuse Commissioner dates them to June "
        "2023; the day is not known. The Office for National Statistics (November 2024) says that "
        "domestic abuse crimes fell in 2023/24 in part because of changes in recording",
        measures=measures,
    )


def online_safety_act_offences(
    *measures: str, members: Mapping[str, tuple[str, ...]] | None = None
) -> Break:
    """Return the break where offences of the Online Safety Act joined other sexual offences.

    Args:
        measures: keys of the measures that break; every measure when left out.
        members: by the key of a breakdown, the members that break; all when left out.
    """
    return Break(
        "2024-01-31",
        "Two offences of the Online Safety Act 2023 began: sending an image of genitals, and "
        "sharing an intimate image or threatening to. The Office for National Statistics says that "
        "they are over half of the rise in sexual offences in 2024/25",
        measures=measures,
        members=members or {},
    )


def outcome_codes(group: str) -> tuple[str, ...]:
    """Return the codes of an outcome group."""
    return tuple(code for code, other in OUTCOME_GROUP_BY_CODE.items() if other == group)
