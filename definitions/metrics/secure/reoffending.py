"""Refs 12 and 14: first-time entrants to the criminal justice system, and reoffending."""

from typing import Any

from swm_kpi import (
    Count,
    Direction,
    Example,
    Frequency,
    Metric,
    Rate,
    Ratio,
    ReoffendingRate,
    Sum,
    Unit,
)

from ...assumptions import FOLLOW_UP_MONTHS, WAITING_MONTHS
from ...contracts.offender import (
    ADULT,
    AGE_GROUP,
    ALL_OFFENDERS,
    ENTRANT_ETHNICITY,
    INDEX_DISPOSAL,
    IOM_COHORTS,
    IOM_FIXED,
    IOM_FLEX,
    IOM_FREE,
    SEX,
    YOUTH,
    FirstTimeEntrant,
    OffenderCohort,
)
from ...contracts.population_by_age import PopulationByAge
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import SECURE

first_time_entrants = Metric(
    ref="12",
    key="first_time_entrants",
    version=3,
    title="First time adult & youths entrants to the CJS",
    objective=SECURE,
    frequency=Frequency.ANNUAL,
    summary="People cautioned or convicted for the first time in their life: youths (aged 10 to "
    "17) and adults (18 and over), with the rates per 100,000 residents of the age group. Counted "
    "on the day of the caution or conviction.",
    measures=[
        Count(
            key="youth_entrants",
            label="Youths (10 to 17)",
            of=FirstTimeEntrant,
            at=FirstTimeEntrant.entered_on,
            where=FirstTimeEntrant.age_group == YOUTH,
        ),
        Rate(
            key="youth_per_100000",
            label="Youths per 100,000 residents aged 10 to 17",
            of="youth_entrants",
            per=PopulationByAge.residents,
            scale=100_000,
            among=PopulationByAge.age_group == YOUTH,
        ),
        Count(
            key="adult_entrants",
            label="Adults (18 and over)",
            of=FirstTimeEntrant,
            at=FirstTimeEntrant.entered_on,
            where=FirstTimeEntrant.age_group == ADULT,
        ),
        Rate(
            key="adult_per_100000",
            label="Adults per 100,000 residents aged 18 and over",
            of="adult_entrants",
            per=PopulationByAge.residents,
            scale=100_000,
            among=PopulationByAge.age_group == ADULT,
        ),
    ],
    dimensions=[LPA, DISTRICT, AGE_GROUP, SEX, ENTRANT_ETHNICITY],
    direction=Direction.LOWER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[
        "Ministry of Justice: First time entrants into the criminal justice system and offender "
        "histories",
        "Ministry of Justice, written answer 111256: ethnicity, gender and age for convictions and "
        "cautions",
    ],
    limitations="Does not count first arrests. Community resolutions and diversion (outcome 22) "
    "are not cautions or convictions and do not count. Counts by youth offending teams (youth "
    "justice services) may differ from those of the Police National Computer.",
    caveats=[
        "The area is where people live. They may have offended elsewhere, and another force may "
        "have dealt with them.",
        "Age is the age on the day of the caution or conviction.",
        "National figures are published with a delay.",
        "A rate by sex, ethnic group or district divides by the residents of that group, and needs "
        "a table of residents that has it.",
        "Ethnic group is as recorded on the Police National Computer, which may differ from how "
        "the person describes it.",
        "More use of community resolutions and diversion is enough to lower the count.",
    ],
    examples=[
        Example(
            rows={
                "first_time_entrant": """
                | entered_on | disposal   | age_group | lpa           |
                | 2024-04-01 | caution    | 10-17     | Shropshire    |
                | 2024-06-30 | conviction | 10-17     | Herefordshire |
                | 2024-05-06 | caution    | 18+       | Shropshire    |
                | 2024-05-06 | conviction | 18+       | Shropshire    |
                | 2024-05-07 | conviction | 18+       |               |
                """,
                "population_by_age": """
                | mid_year | lpa                  | age_group | residents |
                | 2024     | Herefordshire        | 10-17     | 1000      |
                | 2024     | Shropshire           | 10-17     | 1000      |
                | 2024     | Telford & Wrekin     | 10-17     | 1000      |
                | 2024     | North Worcestershire | 10-17     | 1000      |
                | 2024     | South Worcestershire | 10-17     | 1000      |
                | 2024     | Herefordshire        | 18+       | 10000     |
                | 2024     | Shropshire           | 18+       | 10000     |
                | 2024     | Telford & Wrekin     | 18+       | 10000     |
                | 2024     | North Worcestershire | 18+       | 10000     |
                | 2024     | South Worcestershire | 18+       | 10000     |
                """,
            },
            expect={
                "youth_entrants": 1 + 1,
                "youth_per_100000": (1 + 1) / (5 * 1_000) * 100_000,
                "adult_entrants": 1 + 1 + 1,
                "adult_per_100000": (1 + 1 + 1) / (5 * 10_000) * 100_000,
            },
            description="Each rate divides by the residents of its own age group. A person with no "
            "known home is in the total.",
        ),
        Example(
            rows="""
            | entered_on | offence_on | disposal   | age_group |
            | 2024-04-08 | 2023-11-20 | conviction | 18+       |
            | 2024-07-01 | 2024-05-06 | caution    | 10-17     |
            | 2024-03-31 | 2024-03-30 | caution    | 10-17     |
            | 2024-06-30 | 2024-06-29 | caution    | 10-17     |
            """,
            expect={"youth_entrants": 1, "adult_entrants": 1},
            edge_case="The day of the caution or conviction decides, not the day of the offence. "
            "The first person offended before the quarter and counts, as an adult even if aged 17 "
            "at the time. The second offended in the quarter and does not count.",
        ),
    ],
)

_ALL = OffenderCohort.cohort == ALL_OFFENDERS
_IOM = OffenderCohort.cohort.is_in(*IOM_COHORTS)
_INCOMPLETE_NOTE = (
    "It grows until the follow-up and the waiting time are over for everyone in the period."
)


def _reoffending_rate(key: str, label: str, where: Any) -> ReoffendingRate:
    """Return the share of the offenders of some cohorts who reoffend.

    Args:
        key: key of the share.
        label: name of the offenders.
        where: a condition on ``OffenderCohort``.
    """
    return ReoffendingRate(
        key=key,
        label=f"{label}: share who reoffend",
        of=OffenderCohort,
        at=OffenderCohort.index_date,
        where=where,
        reoffended=OffenderCohort.reoffended_on,
        proven=OffenderCohort.proven_on,
        follow_up=FOLLOW_UP_MONTHS,
        waiting=WAITING_MONTHS,
    )


reoffending = Metric(
    ref="14",
    key="reoffending",
    version=2,
    title="Reducing reoffending data inc. IOM re-offending data (volume / rate)",
    objective=SECURE,
    summary="Of the offenders with a follow-up that began in the quarter: how many they are, the "
    "share who reoffend, the number of reoffences, and the reoffences per reoffender. A reoffence "
    "is an offence within 12 months that led to a caution or conviction in those months or a "
    "further 6. Shown for all offenders and for those under integrated offender management (IOM).",
    measures=[
        _reoffending_rate("reoffending_rate", "All offenders", _ALL),
        Count(
            key="offenders",
            label="All offenders: people in the cohort",
            of=OffenderCohort,
            at=OffenderCohort.index_date,
            where=_ALL,
            distinct=OffenderCohort.person_id,
            direction=Direction.NEUTRAL,
            note="In a year, a person in the cohorts of several quarters counts once.",
        ),
        Count(
            key="reoffenders",
            label="All offenders: reoffenders",
            of=OffenderCohort,
            at=OffenderCohort.index_date,
            where=_ALL & (OffenderCohort.reoffences > 0),
            note="In a year, a person is counted in the cohort of each quarter. "
            f"{_INCOMPLETE_NOTE}",
        ),
        Sum(
            key="reoffences",
            label="All offenders: proven reoffences",
            of=OffenderCohort,
            at=OffenderCohort.index_date,
            where=_ALL,
            value=OffenderCohort.reoffences,
            unit=Unit.OFFENCES,
            note=_INCOMPLETE_NOTE,
        ),
        Ratio(
            key="reoffences_per_reoffender",
            label="All offenders: reoffences per reoffender",
            numerator="reoffences",
            denominator="reoffenders",
            note=f"Our own quotient: we found no published one. {_INCOMPLETE_NOTE}",
        ),
        _reoffending_rate("iom_reoffending_rate", "Integrated offender management", _IOM),
        _reoffending_rate(
            "iom_fixed_reoffending_rate", "Fixed cohort", OffenderCohort.cohort == IOM_FIXED
        ),
        _reoffending_rate(
            "iom_flex_reoffending_rate", "Flex cohort", OffenderCohort.cohort == IOM_FLEX
        ),
        _reoffending_rate(
            "iom_free_reoffending_rate", "Free cohort", OffenderCohort.cohort == IOM_FREE
        ),
        Sum(
            key="iom_offences_before",
            label="Integrated offender management: offences in the months before adoption",
            of=OffenderCohort,
            at=OffenderCohort.index_date,
            where=_IOM,
            value=OffenderCohort.offences_before,
            unit=Unit.OFFENCES,
            direction=Direction.NEUTRAL,
        ),
        Sum(
            key="iom_reoffences",
            label="Integrated offender management: reoffences in the months after adoption",
            of=OffenderCohort,
            at=OffenderCohort.index_date,
            where=_IOM,
            value=OffenderCohort.reoffences,
            unit=Unit.OFFENCES,
            note=_INCOMPLETE_NOTE,
        ),
        Ratio(
            key="iom_after_to_before",
            label="Integrated offender management: reoffences per offence before adoption",
            numerator="iom_reoffences",
            denominator="iom_offences_before",
            note="Compares the same people only if both numbers are recorded for everyone. "
            f"{_INCOMPLETE_NOTE}",
        ),
    ],
    dimensions=[LPA, DISTRICT, AGE_GROUP, INDEX_DISPOSAL],
    direction=Direction.LOWER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[
        "Ministry of Justice, Proven reoffending: a follow-up of one year and six further months "
        "for an offence to be proven; adults and juveniles; the rate and the number of reoffences; "
        "release from custody, non-custodial conviction or caution as the start",
        "Ministry of Justice, Guide to Proven Reoffending Statistics, October 2017: cohorts of "
        "three months",
        "Neighbourhood crime integrated offender management strategy 2020: fixed, flex and free "
        "cohorts (unverified)",
    ],
    limitations="Only a caution or a conviction proves a reoffence; an arrest or a charge does "
    "not. The start of the follow-up decides the period, not the day of the reoffence.",
    caveats=[
        "A period is final once the follow-up and the waiting time are over, 18 months after it "
        "ends. Until then its shares are too low and are marked.",
        "People in custody cannot offend in the community, so time in custody during the follow-up "
        "lowers the number.",
        "People are chosen for integrated offender management because they offend often, so some "
        "of the fall after adoption is chance. Dropping cases because they do well or badly biases "
        "the result.",
        "Cohorts are of a quarter, and a person is in a cohort once. A year is its four quarterly "
        "cohorts together: a person in several of them counts in each, and follow-ups overlap, so "
        "one offence may be the reoffence of several cohorts. Do not add the reoffences of "
        "quarters to a number of crimes.",
        "Months are calendar months: 12 months from 6 May end on 5 May. If the last month is too "
        "short to have that day, they end on the day before its last day.",
        "Adults and youths are aged as on the day the follow-up starts.",
        "The cohorts of integrated offender management are small: read the interval.",
        "Everyone under integrated offender management is also in the cohort of all offenders.",
        "The two assumptions about months change the shares. They do not change the reoffences, "
        "which are counted before the table is filled.",
    ],
    examples=[
        Example(
            period="2022/23 Q1",
            rows="""
            |person_id|cohort   |index_date|reoffended_on|proven_on |reoffences|offences_before|
            |a        |all      |2022-04-01|2022-09-10   |2022-12-01|3         |2              |
            |b        |all      |2022-05-06|2023-05-05   |2023-11-05|1         |1              |
            |c        |all      |2022-06-30|             |          |0         |1              |
            |d        |all      |2022-06-30|             |          |0         |4              |
            |a        |IOM fixed|2022-04-20|2022-08-01   |2022-10-01|2         |5              |
            |c        |IOM flex |2022-04-20|             |          |0         |3              |
            |e        |IOM free |2022-05-20|2022-06-01   |2022-09-01|1         |2              |
            |f        |IOM free |2022-05-20|             |          |0         |2              |
            """,
            expect={
                "reoffending_rate": (1 + 1) / (1 + 1 + 1 + 1),
                "offenders": 1 + 1 + 1 + 1,
                "reoffenders": 1 + 1,
                "reoffences": 3 + 1,
                "reoffences_per_reoffender": (3 + 1) / (1 + 1),
                "iom_reoffending_rate": (1 + 0 + 1) / (1 + 1 + 2),
                "iom_fixed_reoffending_rate": 1 / 1,
                "iom_flex_reoffending_rate": 0 / 1,
                "iom_free_reoffending_rate": 1 / (1 + 1),
                "iom_offences_before": 5 + 3 + 2 + 2,
                "iom_reoffences": 2 + 1,
                "iom_after_to_before": (2 + 1) / (5 + 3 + 2 + 2),
            },
            description="The second person offended on the last day of the 12 months and was "
            "convicted on the last day of the 18. A person under integrated offender management "
            "counts in that cohort as well, and is not added to all offenders.",
        ),
        Example(
            period="2022/23 Q1",
            rows="""
            |person_id|cohort  |index_date|reoffended_on|proven_on |reoffences|offences_before|
            |a        |all     |2022-05-06|2022-12-01   |2023-11-06|0         |1              |
            |b        |all     |2022-05-06|2023-05-06   |2023-06-01|0         |1              |
            |c        |all     |2022-05-06|2022-06-01   |2022-09-01|5         |1              |
            |d        |all     |2022-03-31|2022-05-01   |2022-06-01|1         |1              |
            |e        |IOM flex|2022-07-01|2022-07-02   |2022-08-01|1         |9              |
            |f        |IOM free|2022-06-30|2022-07-01   |2022-08-01|1         |9              |
            """,
            expect={
                "reoffending_rate": 1 / (1 + 1 + 1),
                "offenders": 1 + 1 + 1,
                "reoffenders": 1,
                "reoffences": 5,
                "reoffences_per_reoffender": 5 / 1,
                "iom_reoffending_rate": 1 / 1,
                "iom_flex_reoffending_rate": None,
                "iom_free_reoffending_rate": 1 / 1,
                "iom_offences_before": 9,
                "iom_reoffences": 1,
            },
            edge_case="The first person was convicted one day after the waiting time ended, and "
            "the second offended one day after the follow-up: neither counts. Five reoffences by "
            "one person are one reoffender. A person is not in the cohort if their follow-up began "
            "before or after the quarter, even if they offended in it.",
        ),
        Example(
            period="2022/23",
            rows="""
            |person_id|cohort|index_date|reoffended_on|proven_on |reoffences|offences_before|
            |a        |all   |2022-05-06|2022-08-01   |2022-10-01|1         |               |
            |a        |all   |2022-07-06|2022-08-01   |2022-10-01|1         |               |
            |b        |all   |2022-07-06|             |          |0         |               |
            """,
            expect={
                "reoffending_rate": (1 + 1) / (2 + 1),
                "offenders": 1 + 1,
                "reoffenders": 1 + 1,
                "reoffences": 1 + 1,
                "reoffences_per_reoffender": 2 / 2,
            },
            edge_case="A year is its quarterly cohorts together. Person a is in two of them: one "
            "person among the offenders, but two of the three cohort entries of the share. The one "
            "offence of August is a reoffence of both cohorts.",
        ),
    ],
)
