"""Choices that the metrics of crime rest on, each of which a caller may override."""

from swm_kpi import Assumption

from .contracts.crime import (
    BUSINESS_ROBBERY,
    HOMICIDE,
    OTHER_SEXUAL_OFFENCES,
    PERSONAL_ROBBERY,
    RAPE,
    VIOLENCE_WITH_INJURY,
    VIOLENCE_WITHOUT_INJURY,
)

ACTION_TAKEN_OUTCOMES = Assumption(
    key="action_taken_outcomes",
    value=("1", "1A", "2", "2A", "3", "3A", "4", "6", "7", "8"),
    since="2021-04-01",
    because="Our unverified working choice: charges, cautions, offences taken into consideration, "
    "penalty notices, warnings and community resolutions. There is no national list, and West "
    "Mercia's own list was not found. Some forces add outcome 22, diversion.",
)

NEIGHBOURHOOD_ROBBERY = Assumption(
    key="neighbourhood_robbery",
    value=(PERSONAL_ROBBERY,),
    since="2021-04-01",
    because="The plan says robbery. Our unverified working choice is robbery of personal property "
    "only, which is how neighbourhood crime is usually counted.",
)

KNIFE_CRIME_TYPES = Assumption(
    key="knife_crime_types",
    value=(
        HOMICIDE,
        VIOLENCE_WITH_INJURY,
        VIOLENCE_WITHOUT_INJURY,
        RAPE,
        OTHER_SEXUAL_OFFENCES,
        PERSONAL_ROBBERY,
        BUSINESS_ROBBERY,
    ),
    since="2021-04-01",
    because="Our unverified working choice: the types of crime that hold the offences on the Home "
    "Office's knife list. Violence without injury is there for threats to kill, so a common "
    "assault with the knife flag is counted too.",
)

MOST_SERIOUS_VIOLENCE_CODES = Assumption(
    key="most_serious_violence_codes",
    value=("1", "2", "4.1", "4.2", "4.10", "5D"),
    since="2021-04-01",
    because="Our unverified working choice: homicide, attempted murder and assault with intent to "
    "cause serious harm. At least four definitions of serious violence are in use.",
)

REPEAT_MONTHS = Assumption(
    key="repeat_months",
    value=12,
    since="2021-04-01",
    because="Our unverified working choice: the calendar months looked back on from each crime. "
    "There is no national rule; other forces publish one of 12 months. West Mercia's own was not "
    "found.",
)

FOLLOW_UP_MONTHS = Assumption(
    key="follow_up_months",
    value=12,
    since="2021-04-01",
    because="The Ministry of Justice's proven reoffending counts offences in a follow-up of one "
    "year. That the force measures integrated offender management in the same way is our "
    "unverified working choice.",
    source="Ministry of Justice, Guide to Proven Reoffending Statistics, January 2019",
)

WAITING_MONTHS = Assumption(
    key="waiting_months",
    value=6,
    since="2021-04-01",
    because="The Ministry of Justice waits six further months for an offence of the follow-up to "
    "be proven. That the force does the same is our unverified working choice.",
    source="Ministry of Justice, Guide to Proven Reoffending Statistics, January 2019",
)

DISRUPTION_STATUSES_COUNTED = Assumption(
    key="disruption_statuses_counted",
    value=("accepted",),
    since="2021-04-01",
    because="Our unverified working choice: only disruptions accepted by those who moderate "
    "claims. Add 'claimed' to count those not moderated yet.",
)
