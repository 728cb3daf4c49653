"""Ref 1, complaints and their allegations; and ref 70, which repeats the volume of complaints."""

from swm_kpi import (
    Assumption,
    AverageStock,
    Break,
    Count,
    Direction,
    Distribution,
    Evidence,
    Example,
    Mean,
    Metric,
    MetricAlias,
    Ratio,
    Unit,
)

from ...contracts.complaint import (
    ALLEGATION_CATEGORY,
    ALLEGATION_RESULT,
    COMPLAINT_HANDLING,
    WORKING_DAYS,
    Allegation,
    Complaint,
)
from ...contracts.workforce import (
    DESIGNATED_OFFICER,
    OFFICER,
    PCSO,
    STAFF,
    WorkforceSnapshot,
)
from ...plan.availability import published_once
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import VICTIMS

_PUBLISHED = published_once(
    Evidence(
        source="Shropshire Star, 16 October 2019, on a report of the Independent Office for Police "
        "Conduct, shropshirestar.com/news/crime/2019/10/16/"
        "complaints-against-west-mercia-police-officers-drop-five-per-cent-in-a-year",
        finding="Gives 713 complaints recorded and 839 allegations in 2018/19.",
        date="2019-10-16",
    ),
    Evidence(
        source="Police and Crime Commissioner's website, westmercia-pcc.gov.uk/performance/"
        "complaint-handling-police-crime-commissioner-statement",
        finding="Gives 95% of allegations handled outside Schedule 3 as resolved, from the Q1 "
        "bulletin of the Independent Office for Police Conduct, against 94% nationally. The page "
        "is headed November 2023 and states 1 April to 30 September 2024.",
        date="2024",
    ),
)

COMPLAINT_EMPLOYEES = Assumption(
    "complaint_employees",
    (OFFICER, STAFF, PCSO, DESIGNATED_OFFICER),
    since="2021-04-01",
    because="The employees in the rate of allegations: officers, staff, community support officers "
    "and designated officers, by headcount, without special constables and volunteers. Our "
    "unverified working choice. The Independent Office for Police Conduct publishes allegations "
    "per 1,000 employees, such as 829 for Surrey in 2022/23, from 3,569 allegations and 4,305 "
    "employees. We did not find whom it counts as an employee.",
)

complaints = Metric(
    ref="1",
    key="complaints",
    version=3,
    title="Complaint volumes & breakdown by allegation category",
    objective=VICTIMS,
    summary="Complaint cases about the police and the allegations in them, counted on the day the "
    "case was logged; the share of allegations in each of the Independent Office for Police "
    "Conduct's categories, and their rate per 1,000 employees. Also the allegations finalised in "
    "the period, their results, and how many working days they took.",
    measures=[
        Count(
            key="complaints",
            label="Complaint cases logged",
            of=Complaint,
            at=Complaint.logged_at,
        ),
        Count(
            key="allegations",
            label="Allegations in the cases logged",
            of=Allegation,
            at=Allegation.logged_at,
            note="Allegations are parts of cases. Never add the two.",
        ),
        Distribution(
            key="allegation_share",
            label="Share of allegations in each category",
            of=Allegation,
            at=Allegation.logged_at,
            over=ALLEGATION_CATEGORY,
            note="A share of allegations, not of complaint cases.",
        ),
        AverageStock(
            key="employees",
            label="Employees, mean of the period (headcount)",
            of=WorkforceSnapshot,
            at=WorkforceSnapshot.as_at,
            where=WorkforceSnapshot.worker_type.is_in(COMPLAINT_EMPLOYEES),
            same_rows=False,
        ),
        Ratio(
            key="allegations_per_1000_employees",
            label="Allegations per 1,000 employees",
            numerator="allegations",
            denominator="employees",
            scale=1_000,
            unit=Unit.PER_1000_PEOPLE,
            note="For the period: the rate of a quarter is not a yearly rate. By area, allegations "
            "about an area are divided by the people posted there, without those in force-wide "
            "posts: do not rank areas by it, or compare it with the rate of the force.",
        ),
        Count(
            key="allegations_finalised",
            label="Allegations finalised",
            of=Allegation,
            at=Allegation.finalised_at,
            note="Counted on the day they were finalised, whenever the case was logged.",
        ),
        Distribution(
            key="result_share",
            label="Share of allegations finalised with each result",
            of=Allegation,
            at=Allegation.finalised_at,
            over=ALLEGATION_RESULT,
            note="A share of the allegations finalised, not of cases. Read it by handling: the "
            "results of informal and formal handling are different.",
        ),
        Mean(
            key="working_days",
            label="Working days to finalise an allegation, mean",
            of=Allegation,
            at=Allegation.finalised_at,
            value=Allegation.working_days,
            unit=WORKING_DAYS,
            direction=Direction.LOWER_IS_BETTER,
            note="Of the allegations finalised in the period, from the day the case was logged. "
            "Read it by handling.",
        ),
    ],
    dimensions=[ALLEGATION_CATEGORY, COMPLAINT_HANDLING, ALLEGATION_RESULT, LPA, DISTRICT],
    direction=Direction.NEUTRAL,
    availability=_PUBLISHED,
    standards=[
        "Police Reform Act 2002, Schedule 3, as amended in 2017 and in force from 1 February 2020",
        "Independent Office for Police Conduct, Guidance on capturing data about police "
        "complaints, February 2020, updated January 2021",
        "Independent Office for Police Conduct, Counting rules and calculations, 1 January 2022 "
        "(policeconduct.gov.uk/node/367; unverified)",
        "Written answer of 22 January 2024: results are counted by allegation, apart for informal "
        "and formal handling, and time is a mean of working days by handling "
        "(streetguide.co.uk/parliament/written/1683164)",
        "Surrey's Police and Crime Commissioner on the statistics of 2022/23: allegations per "
        "1,000 employees (surrey-pcc.gov.uk/statutory-response/"
        "police-complaints-statistics-for-england-and-wales-2022-23)",
    ],
    limitations="A complaint case is not an allegation: a case has one or more, and the two are "
    "never added. An allegation is not a finding: it counts whatever the decision about it. "
    "Allegations logged and allegations finalised in a period are mostly different ones.",
    caveats=[
        "A rise may mean that complaining is easier, not that service is worse.",
        "Cases count when they are logged, which may be in a later period than when the complaint "
        "was received.",
        "Complaints outside Schedule 3 and complaints recorded under it both count.",
        "Categories can change while a case is open, so shares for recent periods can change. "
        "Allegations with no category yet are left out of the shares.",
        "Allegations in cases logged before 1 February 2020 had other letters. Leave them out of "
        "the table, which is refused with them, even if they were finalised later.",
        "The list of valid subcategories is unverified. Only the letters are shown.",
        "A case and its allegations can be handled in different ways. Cases are split by how the "
        "case is handled, and allegations by how the allegation is handled.",
        "A result belongs to an allegation. A case with several allegations has no single result.",
        "The mean of the working days counts only allegations that are finished. If old ones are "
        "finalised in a period, it rises.",
    ],
    breaks=[
        Break(
            "2020-02-01",
            "A complaint became any expression of dissatisfaction, and the categories changed",
        )
    ],
    examples=[
        Example(
            rows={
                "complaint": """
                | received_at      | logged_at        | handling                 |
                | 2024-04-01 09:00 | 2024-04-01 10:00 | Outside Schedule 3       |
                | 2024-05-06 09:00 | 2024-05-08 10:00 | Schedule 3, investigated |
                | 2024-06-30 09:00 | 2024-06-30 23:59 |                          |
                """,
                "allegation": """
                | complaint_id | logged_at        | category |
                | a            | 2024-04-01 10:00 | A1       |
                | b            | 2024-05-08 10:00 | B4       |
                | b            | 2024-05-08 10:00 | H1       |
                | c            | 2024-06-30 23:59 | A        |
                """,
                "workforce_snapshot": """
                | as_at      | person_id | worker_type |
                | 2024-04-30 | p         | officer     |
                | 2024-04-30 | q         | staff       |
                | 2024-05-31 | p         | officer     |
                | 2024-05-31 | q         | staff       |
                | 2024-05-31 | r         | volunteer   |
                | 2024-06-30 | p         | officer     |
                | 2024-06-30 | q         | PCSO        |
                """,
            },
            expect={
                "complaints": 1 + 1 + 1,
                "allegations": 1 + 2 + 1,
                "allegation_share": 1,
                "employees": (2 + 2 + 2) / 3,
                "allegations_per_1000_employees": 1_000 * 4 / 2,
            },
            description="Three cases have four allegations. By category, half of the allegations "
            "are A, a quarter are B and a quarter are H. Together they add up to 1. The rate "
            "divides allegations, not cases, by the people employed: a volunteer is not an "
            "employee, and the three snapshots of two people are not six people.",
        ),
        Example(
            rows={
                "complaint": """
                | received_at      | logged_at        |
                | 2024-03-28 09:00 | 2024-04-02 10:00 |
                | 2024-03-29 09:00 | 2024-04-03 10:00 |
                | 2024-06-28 09:00 | 2024-07-01 00:00 |
                """,
                "allegation": """
                | complaint_id | logged_at        | category |
                | a            | 2024-04-02 10:00 | A1       |
                | a            | 2024-04-02 10:00 | A1       |
                | a            | 2024-04-02 10:00 |          |
                | b            | 2024-04-03 10:00 | H1       |
                | c            | 2024-07-01 00:00 | H2       |
                """,
            },
            expect={"complaints": 1 + 1, "allegations": 3 + 1, "allegation_share": 3 / 3},
            edge_case="A case with three allegations is one complaint. Counting allegations would "
            "turn the two cases into four, and adding both would give six. Cases logged in the "
            "quarter count, although they were received before it. The case received in the "
            "quarter and logged after it does not. The allegation with no category is left out of "
            "the shares.",
        ),
        Example(
            rows={
                "allegation": """
            | logged_at        | category | finalised_at     | result         | working_days |
            | 2024-05-03 10:00 | A1       | 2024-05-10 12:00 | Resolved       | 4            |
            | 2024-05-03 10:00 | H1       | 2024-06-03 12:00 | Not resolved   | 19           |
            | 2024-03-01 10:00 | B4       | 2024-06-28 12:00 | Case to answer | 81           |
            | 2024-05-03 10:00 | A4       |                  |                |              |
            | 2024-06-03 10:00 | A1       | 2024-07-01 09:00 | Withdrawn      | 20           |
                """,
            },
            expect={
                "allegations": 2 + 1 + 1,
                "allegations_finalised": 2 + 1,
                "result_share": (1 + 1 + 1) / 3,
                "working_days": (4 + 19 + 81) / 3,
            },
            edge_case="Each allegation has its own result and its own time: the first two are of "
            "one case, and only one of them was resolved. Friday 3 May to Friday 10 May is four "
            "working days, because 6 May was a bank holiday, and not seven days. The allegation "
            "logged in March counts when it is finalised. The open one is not finalised, and the "
            "one finalised on 1 July counts in the next quarter.",
        ),
    ],
)

complaint_volume = MetricAlias(
    ref="70",
    key="complaint_volume",
    title="Volume of complaints",
    objective=None,
    of="1",
    only=("complaints",),
    summary="Complaint cases, counted on the day they were logged, as in ref 1. Categories belong "
    "to allegations, so there is no breakdown by category here. The plan does not state which "
    "objective this ref belongs to.",
    availability=_PUBLISHED,
)
