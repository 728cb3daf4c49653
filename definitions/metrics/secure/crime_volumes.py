"""Refs 17, 18 and 21: homicide, serious violence and cyber crime."""

from swm_kpi import (
    Availability,
    AvailabilityStatus,
    Break,
    Count,
    Direction,
    Evidence,
    Example,
    Metric,
    Rate,
    Unit,
)

from ...assumptions import KNIFE_CRIME_CODES, MOST_SERIOUS_VIOLENCE_CODES
from ...contracts.crime import (
    COUNTING_RULES,
    FLAG_CAVEAT,
    HOMICIDE,
    OFFENCE_SUBGROUP,
    PAST_FIGURES_CAVEAT,
    RECORDED,
    RECORDING_CAVEAT,
    VICTIM_AGE_GROUP,
    VICTIM_SEX,
    Crime,
    counting_rules_of_2023,
    domestic_abuse_flag_began,
)
from ...contracts.fraud_report import (
    COMPUTER_MISUSE,
    FRAUD,
    REPORT_CATEGORY,
    REPORT_VICTIM,
    FraudReferral,
    FraudReport,
)
from ...contracts.population import Population
from ...contracts.recorded_crime import RecordedCrime
from ...measures import home_office_offences, per_1000
from ...plan.availability import PLAN_STATEMENT, published_once
from ...plan.dimensions import DISTRICT, FORCE, LPA
from ...plan.objectives import SECURE

_STATEMENT = (
    "West Mercia Police and Crime Commissioner, statement on the national priorities for policing"
)
_BUREAU_CHANGE = (
    "Report Fraud replaced Action Fraud, and Report Fraud Analysis Services replaced the National "
    "Fraud Intelligence Bureau"
)

homicides = Metric(
    ref="17",
    key="homicides",
    version=3,
    title="Homicides;",
    objective=SECURE,
    parent="16",
    summary="Victims of murder, manslaughter, corporate manslaughter and infanticide, and how many "
    "of them were killed in a crime flagged as domestic abuse. Counted on the day the crime was "
    "recorded.",
    measures=[
        Count(
            key="victims",
            label="Victims of homicide",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & (Crime.offence_subgroup == HOMICIDE),
            unit=Unit.VICTIMS,
        ),
        Rate(
            key="per_million",
            label="Victims of homicide per million residents",
            of="victims",
            per=Population.residents,
            scale=1_000_000,
        ),
        Count(
            key="domestic_abuse_victims",
            label="Victims of homicide flagged as domestic abuse",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & (Crime.offence_subgroup == HOMICIDE) & Crime.is_da,
            unit=Unit.VICTIMS,
        ),
        home_office_offences(
            "victims",
            "Victims of homicide",
            RecordedCrime.offence_subgroup == HOMICIDE,
            "There are no Local Policing Areas, and no sex, age or domestic abuse flag.",
            unit=Unit.VICTIMS,
        ),
    ],
    dimensions=[LPA, DISTRICT, FORCE, VICTIM_SEX, VICTIM_AGE_GROUP],
    direction=Direction.LOWER_IS_BETTER,
    availability=published_once(
        Evidence(
            _STATEMENT,
            "16 homicides in the 12 months to the end of June 2023, after a peak of 24 in the 12 "
            "months to October 2022. It names police recorded data as the source.",
            "2023-09",
        ),
        Evidence(
            _STATEMENT,
            "6 homicides in the first nine months of 2023/24, and 8 in the latest 12 months.",
            "2024-02",
        ),
        Evidence(
            _STATEMENT,
            "8 homicides in 2023/24, and 2 in its last quarter, both in South Worcestershire.",
            "2024-05",
        ),
        Evidence(
            _STATEMENT,
            "6 homicides from October 2023 to September 2024, and 10 in the 12 months that ended a "
            "quarter earlier.",
            "2024-11",
        ),
    ),
    standards=[
        f"{COUNTING_RULES}: one homicide for each victim (Home Office codes 1, 4.1, 4.2, 4.10)"
    ],
    limitations="Counts victims, not incidents: one incident can have several victims. Not the "
    "Homicide Index, which the Office for National Statistics revises as courts decide. An "
    "attempted murder is violence with injury, and a death by unlawful driving is a separate type "
    "of crime.",
    caveats=[
        "The numbers are very small, so a percentage change or a rate for one area means little.",
        "A crime becomes a homicide, or stops being one, when a victim dies later or a court "
        "decides. The Commissioner's statement of September 2023 says that applications for no "
        "crime lowered the number already published for 2022/23.",
        "A homicide with no decision on the domestic abuse flag is not counted as one; the note "
        "says how many there were.",
        PAST_FIGURES_CAVEAT,
    ],
    breaks=[domestic_abuse_flag_began("domestic_abuse_victims")],
    examples=[
        Example(
            rows={
                "crime": """
                | recorded_at      | offence_subgroup | is_da | status   |
                | 2024-04-01 00:00 | Homicide         | no    | recorded |
                | 2024-05-06 12:00 | Homicide         | yes   | recorded |
                | 2024-05-06 12:00 | Homicide         | yes   | recorded |
                """,
                "population": """
                | mid_year | lpa                  | residents |
                | 2024     | Herefordshire        | 100000    |
                | 2024     | Shropshire           | 100000    |
                | 2024     | Telford & Wrekin     | 100000    |
                | 2024     | North Worcestershire | 100000    |
                | 2024     | South Worcestershire | 100000    |
                """,
            },
            expect={
                "victims": 1 + 2,
                "per_million": (1 + 2) / (5 * 100_000) * 1_000_000,
                "domestic_abuse_victims": 2,
            },
            description="Two victims of one event count as two homicides. Here both were killed "
            "in domestic abuse.",
        ),
        Example(
            rows="""
            | recorded_at | occurred_from | offence_subgroup     | ho_code | is_da | status    |
            | 2024-05-06  | 2024-03-30    | Homicide             | 1       | yes   | recorded  |
            | 2024-05-07  | 1999-03-30    | Homicide             | 4.1     |       | recorded  |
            | 2024-07-01  | 2024-06-28    | Homicide             | 1       | yes   | recorded  |
            | 2024-05-06  | 2024-05-05    | Homicide             | 1       | yes   | cancelled |
            | 2024-05-06  | 2024-05-05    | Violence with injury | 2       | yes   | recorded  |
            """,
            expect={"victims": 1 + 1, "domestic_abuse_victims": 1},
            edge_case="The first two count. They happened before the quarter and were recorded in "
            "it. Of the second it is not decided whether it was domestic abuse. The third happened "
            "in the quarter and was recorded after it. The fourth was cancelled later. The last is "
            "an attempted murder: its victim lived.",
        ),
        Example(
            rows="""
            | recorded_at | offence_subgroup                           | is_da | status   |
            | 2024-05-06  | Homicide                                   | no    | recorded |
            | 2024-05-06  | Death or serious injury - unlawful driving | no    | recorded |
            """,
            expect={"victims": 1},
            edge_case="A death by unlawful driving has a type of its own and is no homicide here. ",
        ),
        Example(
            rows={
                "recorded_crime": """
                | quarter_start | offence_subgroup     | offence_code   | offences |
                | 2024-04-01    | Homicide             | 1/4.1/4.10/4.2 | 2        |
                | 2024-04-01    | Homicide             | 1/4.1/4.10/4.2 | 1        |
                | 2024-04-01    | Homicide             | 1/4.1/4.10/4.2 | -1       |
                | 2024-04-01    | Violence with injury | 2              | 9        |
                | 2024-07-01    | Homicide             | 1/4.1/4.10/4.2 | 9        |
                """
            },
            expect={"victims": 2 + 1 - 1},
            edge_case="From the Home Office's counts: all homicides share one code on several "
            "lines, which are added up. A number below zero subtracts cancelled offences.",
        ),
    ],
)

_WEAPONS_USED = """
| recorded_at | offence_subgroup             | ho_code | is_knife | is_firearm | status   |
| 2024-05-06  | Violence with injury         | 5D      | yes      | no         | recorded |
| 2024-05-06  | Robbery of personal property | 34B     | yes      | no         | recorded |
| 2024-05-06  | Violence without injury      | 3B      | yes      | no         | recorded |
| 2024-05-06  | Violence with injury         | 2       | no       | yes        | recorded |
| 2024-05-06  | Homicide                     | 1       | no       | no         | recorded |
"""
_KNIVES_NOT_COUNTED = """
| recorded_at | offence_subgroup               | ho_code | is_knife | is_firearm | status    |
| 2024-05-06  | Violence with injury           | 8N      | yes      | no         | recorded  |
| 2024-05-06  | Violence without injury        | 105A    | yes      | no         | recorded  |
| 2024-05-06  | Other sexual offences          | 88E     | yes      | no         | recorded  |
| 2024-05-06  | Criminal damage                | 58B     | yes      | no         | recorded  |
| 2024-05-06  | Possession of weapons offences | 10D     | no       | no         | recorded  |
| 2024-05-06  | Violence with injury           | 8N      |          | no         | recorded  |
| 2024-05-06  | Violence with injury           |         | yes      | no         | recorded  |
| 2024-05-06  | Violence with injury           | 8N      | yes      | no         | cancelled |
"""
_FIREARMS = """
| recorded_at | ho_code | is_knife | is_firearm | air_weapon | status   |
| 2024-05-06  | 2       | no       | yes        | no         | recorded |
| 2024-05-06  | 58B     | no       | yes        | yes        | recorded |
| 2024-05-06  | 10B     | no       | yes        |            | recorded |
| 2024-05-06  | 10B     | no       | no         |            | recorded |
| 2024-05-06  | 5D      | no       |            |            | recorded |
"""
_FIREARMS_FIRED = """
| recorded_at | ho_code | is_knife | is_firearm | firearm_fired | lethal_barrelled | status   |
| 2024-05-06  | 5D      | no       | yes        | yes           | yes              | recorded |
| 2024-05-06  | 58B     | no       | yes        | yes           | no               | recorded |
| 2024-05-06  | 34B     | no       | yes        | no            | yes              | recorded |
| 2024-05-06  | 34B     | no       | yes        | no            | no               | recorded |
"""

serious_violence = Metric(
    ref="18",
    key="serious_violence",
    version=3,
    title="Serious Violence (inc. knife crime /gun crime);",
    objective=SECURE,
    parent="16",
    summary="Knife crime: selected serious offences in which a knife was used or threatened. "
    "Firearm crime: any crime in which a firearm was fired, used to hit, or used as a threat. And "
    "the most serious violence, with any weapon or none. Counted on the day the crime was "
    "recorded.",
    measures=[
        Count(
            key="knife_crime",
            label="Knife crime",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_knife & Crime.ho_code.is_in(KNIFE_CRIME_CODES),
            note="Includes homicide, which the breakdown by type of crime shows apart.",
        ),
        per_1000("knife_crime", "Knife crime per 1,000 residents", key="knife_crime_per_1000"),
        Count(
            key="firearm_crime",
            label="Firearm crime, with air weapons",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_firearm,
        ),
        per_1000(
            "firearm_crime",
            "Firearm crime per 1,000 residents, with air weapons",
            key="firearm_crime_per_1000",
        ),
        Count(
            key="firearm_crime_without_air_weapons",
            label="Firearm crime, without air weapons",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_firearm & ~Crime.air_weapon,
        ),
        Count(
            key="firearms_discharged",
            label="Crimes in which a firearm was fired",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_firearm & Crime.firearm_fired,
            note="Includes air weapons.",
        ),
        Count(
            key="lethal_barrelled_firearm_crime",
            label="Crimes with a lethal-barrelled firearm",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_firearm & Crime.lethal_barrelled,
        ),
        Count(
            key="most_serious_violence",
            label="Most serious violence",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.ho_code.is_in(MOST_SERIOUS_VIOLENCE_CODES),
        ),
        per_1000(
            "most_serious_violence",
            "Most serious violence per 1,000 residents",
            key="most_serious_violence_per_1000",
        ),
    ],
    dimensions=[LPA, DISTRICT, OFFENCE_SUBGROUP, VICTIM_SEX, VICTIM_AGE_GROUP],
    direction=Direction.LOWER_IS_BETTER,
    availability=Availability(
        status=AvailabilityStatus.UNKNOWN,
        reason=f"{PLAN_STATEMENT.reason} The Commissioner's statement of November 2024 is about "
        "serious violence too. We did not find a count of knife or gun crime in what we read of "
        "it.",
        evidence=(
            Evidence(
                _STATEMENT,
                "Offences against the person fell by a further 3% on the previous quarter.",
                "2024-11",
            ),
        ),
    ),
    standards=[
        COUNTING_RULES,
        "Office for National Statistics, Focus on Violent Crime and Sexual Offences 2013/14, "
        "chapter 3: the selected offences of the knife return, and firearm crime as any notifiable "
        "offence",
        "Home Office, police recorded crime open data 2017/18: the names of the offence codes",
        "Office for National Statistics, Police recorded offences involving knives or sharp "
        "instruments: methodology changes",
        "Office for National Statistics, Offences involving the use of weapons, year ending March "
        "2016: a firearm is used if it was fired, used to hit, or used as a threat",
        "Home Office, Crime outcomes in England and Wales 2024 to 2025: lethal-barrelled firearms "
        "are shown apart",
    ],
    limitations="Carrying a knife or a gun is not using it: the flag of the crime says which it "
    "was, not the type of crime. Knife crime leaves out offences that the Home Office's return "
    "leaves out, such as common assault, exposure and criminal damage, even if a knife was used.",
    caveats=[
        "The counts overlap: never add them up. The two counts of firearm crime differ by air "
        "weapons. We do not know which of them the force reports, so name the one that you "
        "publish.",
        "At least four definitions of serious violence are in use, so each count here has its own "
        "name, and the lists behind it are assumptions that you can replace. The Home Office's "
        "national measure is different: homicides, offences in which a firearm was discharged, and "
        "hospital admissions of people under 25 after an assault with a sharp object (unverified).",
        "The series broke when the National Data Quality Improvement Service's method of finding "
        "knife crime replaced marking by hand. The Office for National Statistics says that the "
        "coverage of the collection was revised too. We did not find how, nor the day this "
        "happened in West Mercia.",
        "A crime with the knife flag and no offence code may be on the list. It is not counted, "
        "and the note says how many there were.",
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
        RECORDING_CAVEAT,
    ],
    examples=[
        Example(
            rows={
                "crime": _WEAPONS_USED,
                "population": """
                | mid_year | lpa                  | residents |
                | 2024     | Herefordshire        | 100       |
                | 2024     | Shropshire           | 100       |
                | 2024     | Telford & Wrekin     | 100       |
                | 2024     | North Worcestershire | 100       |
                | 2024     | South Worcestershire | 100       |
                """,
            },
            expect={
                "knife_crime": 1 + 1 + 1,
                "knife_crime_per_1000": (1 + 1 + 1) / (5 * 100) * 1000,
                "firearm_crime": 1,
                "firearm_crime_per_1000": 1 / (5 * 100) * 1000,
                "most_serious_violence": 1 + 1 + 1,
                "most_serious_violence_per_1000": (1 + 1 + 1) / (5 * 100) * 1000,
            },
            description="A stabbing is both knife crime and most serious violence. A robbery at "
            "knifepoint and a threat to kill with a knife are knife crime only.",
        ),
        Example(
            rows=_KNIVES_NOT_COUNTED,
            expect={"knife_crime": 1, "most_serious_violence": 0},
            edge_case="Only the first row counts, an assault with injury. Common assault, exposure "
            "and slashed tyres are not on the Home Office's list, though a knife was used. A knife "
            "that was carried was not used. The sixth row has no decision on the flag and the "
            "seventh has no offence code: the note says so. The last crime was cancelled.",
        ),
        Example(
            rows=_FIREARMS,
            expect={
                "firearm_crime": 1 + 1 + 1,
                "firearm_crime_without_air_weapons": 1,
                "most_serious_violence": 1 + 1,
            },
            edge_case="Any crime counts if a firearm was used: damage by a shot from an air "
            "weapon, and a possession offence in which the owner threatened somebody. The owner of "
            "the fourth crime only had the gun, so its flag is no. The fifth has no decision on "
            "the flag. Of the third it is not decided whether the gun was an air weapon, so only "
            "the first counts without air weapons. The note says what was not decided.",
        ),
        Example(
            rows=_FIREARMS_FIRED,
            expect={
                "firearm_crime": 1 + 1 + 1 + 1,
                "firearms_discharged": 1 + 1,
                "lethal_barrelled_firearm_crime": 1 + 1,
            },
            edge_case="A firearm that was fired need not be lethal-barrelled, and one used as a "
            "threat can be. A robbery with an imitation is firearm crime only.",
        ),
    ],
)

cyber_crime = Metric(
    ref="21",
    key="cyber_crime",
    version=2,
    title="Cyber crime.",
    objective=SECURE,
    parent="16",
    summary="Crimes that the force recorded and flagged as committed online, counted on the day "
    "the crime was recorded. Apart from these, fraud and computer misuse that the national bureau "
    "recorded: reports by victims in the area, counted on the day of the report, and reports sent "
    "to the force to investigate, counted on the day they were sent.",
    measures=[
        Count(
            key="online_crimes",
            label="Crimes with the online crime flag",
            of=Crime,
            at=Crime.recorded_at,
            where=RECORDED & Crime.is_online,
        ),
        Count(
            key="computer_misuse_reports",
            label="Computer misuse reported by victims in the area",
            of=FraudReport,
            at=FraudReport.reported_on,
            where=FraudReport.kind == COMPUTER_MISUSE,
            note="From the national bureau, by where the victim lives or is based.",
        ),
        Count(
            key="fraud_reports",
            label="Fraud reported by victims in the area",
            of=FraudReport,
            at=FraudReport.reported_on,
            where=FraudReport.kind == FRAUD,
            note="From the national bureau, by where the victim lives or is based. Includes fraud "
            "that is not committed online.",
        ),
        Count(
            key="computer_misuse_referrals",
            label="Computer misuse sent to the force to investigate",
            of=FraudReferral,
            at=FraudReferral.sent_on,
            where=FraudReferral.kind == COMPUTER_MISUSE,
            note="From the national bureau, by where the line of enquiry is.",
        ),
        Count(
            key="fraud_referrals",
            label="Fraud sent to the force to investigate",
            of=FraudReferral,
            at=FraudReferral.sent_on,
            where=FraudReferral.kind == FRAUD,
            note="From the national bureau, by where the line of enquiry is. Includes fraud that "
            "is not committed online.",
        ),
    ],
    dimensions=[LPA, DISTRICT, OFFENCE_SUBGROUP, REPORT_CATEGORY, REPORT_VICTIM, FORCE],
    direction=Direction.NEUTRAL,
    availability=Availability(
        status=AvailabilityStatus.UNKNOWN,
        reason=f"{PLAN_STATEMENT.reason} Cyber crime was on one of the Commissioner's public "
        "agendas. That does not show that these counts were published.",
        evidence=(
            Evidence(
                "West Mercia Police and Crime Commissioner, news story: PCC to focus on West "
                "Mercia Police's latest performance",
                "Names cyber crime among the national priorities of the meeting of 26 February "
                "2024.",
                "2024-02",
            ),
        ),
    ),
    standards=[
        f"{COUNTING_RULES}: online crime flag",
        "Yorkshire Post, 30 October 2017, on official figures: the return of crimes with the flag "
        "became mandatory in April 2015",
        "Home Office Counting Rules, Fraud, April 2021: the national bureau records fraud, and "
        "computer misuse such as hacking. The force records other fraud and cyber-enabled crime",
        "Office for National Statistics, Improving the quality of fraud and computer misuse "
        "statistics in England and Wales, December 2025: the bureau's new name",
        "London Assembly, question 2017/3916, 12 October 2017: the bureau sends a report to where "
        "the line of enquiry is, not to where the victim lives",
    ],
    limitations="Not a total of cyber crime: the force and the bureau record different crimes, and "
    "the bureau's two series overlap. A report sent to the force can be of a victim elsewhere, and "
    "a report by a victim in the area may be sent to another force, or to none. So never add the "
    "series up, and do not divide one by another.",
    caveats=[
        "Fraud is in the series whether it was committed online or not. The bureau's categories "
        "show the kind. We found no official list of them, so the data decide which are listed.",
        "The national bureau and its reporting centre changed on 4 December 2025, and the Home "
        "Office could suspend the supply of official statistics during the change, as a public "
        "dashboard reports. A month in which a table has no row of the force is missing, not zero.",
        "A rise may be better flagging: the online flag depends on people who set it.",
        FLAG_CAVEAT,
        PAST_FIGURES_CAVEAT,
    ],
    breaks=[
        Break(
            "2015-04-01",
            "Forces had to return the number of crimes with the online crime flag",
            measures=("online_crimes",),
        ),
        counting_rules_of_2023("online_crimes"),
        Break(
            "2025-12-04",
            _BUREAU_CHANGE,
            measures=(
                "computer_misuse_reports",
                "fraud_reports",
                "computer_misuse_referrals",
                "fraud_referrals",
            ),
        ),
    ],
    examples=[
        Example(
            rows="""
            | recorded_at      | offence_subgroup        | is_online | status   |
            | 2024-04-01 00:00 | Stalking and harassment | yes       | recorded |
            | 2024-06-30 23:59 | Other sexual offences   | yes       | recorded |
            """,
            expect={"online_crimes": 1 + 1},
            description="Any type of crime counts if it has the flag.",
        ),
        Example(
            rows="""
            | recorded_at      | occurred_from | offence_subgroup        | is_online | status    |
            | 2024-05-06 12:00 | 2023-11-02    | Stalking and harassment | yes       | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Stalking and harassment | no        | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Stalking and harassment |           | recorded  |
            | 2024-05-06 12:00 | 2024-05-06    | Stalking and harassment | yes       | cancelled |
            """,
            expect={"online_crimes": 1},
            edge_case="A crime that happened long before counts when it is recorded. A crime with "
            "no decision on the flag is noted but not counted. A cancelled crime is left out.",
        ),
        Example(
            rows={
                "crime": """
                | recorded_at | offence_subgroup        | is_online | status   |
                | 2024-05-06  | Stalking and harassment | yes       | recorded |
                """,
                "fraud_report": """
                | report_id | reported_on | kind            | category                  |
                | R1        | 2024-04-01  | Computer misuse | Hacking                   |
                | R2        | 2024-05-06  | Computer misuse |                           |
                | R3        | 2024-06-30  | Fraud           | Online shopping           |
                | R4        | 2024-07-01  | Fraud           | Online shopping           |
                """,
                "fraud_referral": """
                | report_id | sent_on    | kind            |
                | R1        | 2024-05-20 | Computer misuse |
                | R8        | 2024-05-20 | Fraud           |
                | R9        | 2024-06-01 | Fraud           |
                """,
            },
            expect={
                "online_crimes": 1,
                "computer_misuse_reports": 1 + 1,
                "fraud_reports": 1,
                "computer_misuse_referrals": 1,
                "fraud_referrals": 1 + 1,
            },
            edge_case="One report of computer misuse is in both series of the bureau, because its "
            "victim lives in the area and the line of enquiry is there too. The two frauds sent to "
            "the force are of victims elsewhere. A report of July belongs to the next quarter. "
            "None of them is in the force's own count.",
        ),
    ],
)
