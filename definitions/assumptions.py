"""Assumptions of the crime metrics. A caller can override any of them."""

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
from .contracts.serious_crime import MAJOR, MINOR, MODERATE

ACTION_TAKEN_OUTCOMES = Assumption(
    key="action_taken_outcomes",
    value=("1", "1A", "2", "2A", "3", "3A", "4", "6", "7", "8"),
    since="2021-04-01",
    because="Our unverified working choice: charges, cautions, offences taken into consideration, "
    "penalty notices, warnings and community resolutions. There is no national list, and we did "
    "not find West Mercia's own list. Some forces add outcome 22, diversion.",
)

NEIGHBOURHOOD_ROBBERY = Assumption(
    key="neighbourhood_robbery",
    value=(PERSONAL_ROBBERY,),
    since="2021-04-01",
    because="The plan says robbery. Our unverified working choice is to count robbery of personal "
    "property only, as is usual for neighbourhood crime.",
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
    because="Our unverified working choice: the types of crime that contain the offences on the "
    "Home Office's knife list. Violence without injury is included because it contains threats to "
    "kill, so a common assault with the knife flag is counted too.",
)

MOST_SERIOUS_VIOLENCE_CODES = Assumption(
    key="most_serious_violence_codes",
    value=("1", "2", "4.1", "4.2", "4.10", "5D"),
    since="2021-04-01",
    because="Our unverified working choice: homicide, attempted murder and assault with intent to "
    "cause serious harm. At least four definitions of serious violence are in use.",
)

REPEAT_STATUSES = Assumption(
    key="repeat_statuses",
    value=("recorded",),
    since="2021-04-01",
    because="Our unverified working choice: only recorded crimes make a repeat. Add 'incident' to "
    "count incidents in which no crime was recorded too, as some forces do. We did not find West "
    "Mercia's own rule.",
)

REPEAT_MONTHS = Assumption(
    key="repeat_months",
    value=12,
    since="2021-04-01",
    because="Our unverified working choice: how many calendar months to look back from each crime. "
    "There is no national rule. Other forces publish a rule of 12 months. We did not find West "
    "Mercia's own.",
)

FOLLOW_UP_MONTHS = Assumption(
    key="follow_up_months",
    value=12,
    since="2021-04-01",
    because="The Ministry of Justice's proven reoffending statistics count offences in a follow-up "
    "of one year. Our unverified working choice is that the force measures integrated offender "
    "management in the same way.",
    source="Ministry of Justice, Guide to Proven Reoffending Statistics, January 2019",
)

UPDATE_WORKING_DAYS = Assumption(
    key="update_working_days",
    value=5,
    since="2021-04-01",
    because="The Victims' Code of 2015 allowed five working days to tell a victim of an arrest, an "
    "interview, a release, a change of bail or a charge. That the Code of 2021 allows the same is "
    "our unverified working choice, and so is using it for the explanation of a closed case.",
    source="Essex Police, on the Victims' Code of October 2015",
)

ENHANCED_UPDATE_WORKING_DAYS = Assumption(
    key="enhanced_update_working_days",
    value=1,
    since="2021-04-01",
    because="As update_working_days, for a victim with Enhanced Rights, whom the Code of 2015 "
    "called entitled to an enhanced service. Unverified for the Code of 2021.",
    source="Essex Police, on the Victims' Code of October 2015",
)

REFERRAL_WORKING_DAYS = Assumption(
    key="referral_working_days",
    value=2,
    since="2021-04-01",
    because="Under the Victims' Code of 2015 the police refer a victim within two days of the "
    "report. That these are working days, and that the Code of 2021 allows the same, is our "
    "unverified working choice.",
    source="Ask the Police, question 622, on the Victims' Code of 2015",
)

WAITING_MONTHS = Assumption(
    key="waiting_months",
    value=6,
    since="2021-04-01",
    because="The Ministry of Justice waits six more months for an offence in the follow-up to be "
    "proven. Our unverified working choice is that the force does the same.",
    source="Ministry of Justice, Guide to Proven Reoffending Statistics, January 2019",
)

DISRUPTION_STATUSES_COUNTED = Assumption(
    key="disruption_statuses_counted",
    value=("accepted",),
    since="2021-04-01",
    because="Our unverified working choice: count only disruptions that the moderators accepted. "
    "Add 'claimed' to count those not yet moderated.",
)

DISRUPTIVE_LEVELS = Assumption(
    key="disruptive_levels",
    value=(MAJOR, MODERATE, MINOR),
    since="2021-04-01",
    because="The national scale has five levels: major, moderate, minor, none and negative. Our "
    "unverified working choice is that work with no effect or a negative one is not a disruption, "
    "and is counted apart.",
    source="Northern Ireland Policing Board, written question on the Paramilitary Crime Task Force",
)
