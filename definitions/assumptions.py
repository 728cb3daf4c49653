"""Assumptions of the crime metrics. A caller can override any of them."""

from swm_kpi import Assumption

from .contracts.crime import LARGER_RURAL, PERSONAL_ROBBERY, SMALLER_RURAL
from .contracts.serious_crime import MAJOR, MINOR, MODERATE

ACTION_TAKEN_OUTCOMES = Assumption(
    key="action_taken_outcomes",
    value=("1", "1A", "2", "2A", "3", "3A", "4", "6", "7", "8"),
    since="2021-04-01",
    because="Our unverified working choice: charges, cautions, offences taken into consideration, "
    "penalty notices, warnings and community resolutions. There is no national list, and we did "
    "not find West Mercia's own list. Adding outcome 22, diversion, is an alternative.",
)

NEIGHBOURHOOD_ROBBERY = Assumption(
    key="neighbourhood_robbery",
    value=(PERSONAL_ROBBERY,),
    since="2021-04-01",
    because="The plan says robbery. Our unverified working choice is to count robbery of personal "
    "property only, as is usual for neighbourhood crime.",
)

KNIFE_CRIME_CODES = Assumption(
    key="knife_crime_codes",
    value=(
        *("1", "4.1", "4.2", "4.10"),
        *("2", "3B", "5D", "8N"),
        *("34A", "34B"),
        *("19C", "19D", "19E", "19F", "19G", "19H"),
        *("17A", "17B", "20A", "20B"),
    ),
    since="2021-04-01",
    because="The offences of the Home Office's return of crimes with a knife or sharp instrument: "
    "seven groups (attempted murder, threats to kill, assault with intent, assault with injury, "
    "robbery, rape and sexual assault) and homicide. Common assault and exposure are not among "
    "them. The codes are those of the offences with these names. We found no text that lists the "
    "codes of the return, so four codes that it may include are left out: 8P (racially or "
    "religiously aggravated assault with injury), 8S (assault with injury on a constable), 5E "
    "(endangering life) and 22A (causing sexual activity). Add them if your return includes them.",
    source="Office for National Statistics, Focus on Violent Crime and Sexual Offences 2013/14, "
    "chapter 3, February 2015",
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
    "count incidents in which no crime was recorded too: Bedfordshire Police counts a recorded "
    "crime or an incident of anti-social behaviour. We did not find West Mercia's own rule.",
    source="Bedfordshire Police, advice on anti-social behaviour, repeat victims",
)

NON_RECENT_DAYS = Assumption(
    key="non_recent_days",
    value=365,
    since="2021-04-01",
    because="Our unverified working choice: an offence is non-recent if it was recorded more than "
    "365 days after the last day on which it may have happened.",
)

RURAL_PLACES = Assumption(
    key="rural_places",
    value=(LARGER_RURAL, SMALLER_RURAL),
    since="2021-04-01",
    because="Our unverified working choice: both rural classes are rural. A force that does not "
    "count small towns as rural can leave out 'Larger rural'.",
    source="Office for National Statistics, 2021 Rural Urban Classification",
)

ARREST_DAYS = Assumption(
    key="arrest_days",
    value=30,
    since="2021-04-01",
    because="Our unverified working choice: within how many days after a crime was recorded an "
    "arrest counts for it. We found no national rule. A period is provisional for one month after "
    "its end. With a longer limit its number can rise after that month too.",
)

REPEAT_MONTHS = Assumption(
    key="repeat_months",
    value=12,
    since="2021-04-01",
    because="Our unverified working choice: how many calendar months to look back from each crime. "
    "There is no national rule. Bedfordshire Police publishes a rule of 12 months. We did not find "
    "West Mercia's own.",
    source="Bedfordshire Police, advice on anti-social behaviour, repeat victims",
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
