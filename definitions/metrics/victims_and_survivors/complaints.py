"""Ref 1, complaints and their allegations; and ref 70, which repeats the volume of complaints."""

from swm_kpi import Break, Count, Direction, Distribution, Example, Metric, MetricAlias

from ...contracts.complaint import (
    ALLEGATION_CATEGORY,
    COMPLAINT_HANDLING,
    COMPLAINT_RESULT,
    Allegation,
    Complaint,
)
from ...plan.availability import COLOUR_LOST
from ...plan.dimensions import LPA
from ...plan.objectives import VICTIMS

complaints = Metric(
    ref="1",
    key="complaints",
    version=2,
    title="Complaint volumes & breakdown by allegation category",
    objective=VICTIMS,
    summary="Complaint cases about the police, counted on the day the case was logged; the "
    "allegations in them; and the share of allegations in each of the Independent Office for "
    "Police Conduct's categories.",
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
    ],
    dimensions=[ALLEGATION_CATEGORY, COMPLAINT_HANDLING, COMPLAINT_RESULT, LPA],
    direction=Direction.NEUTRAL,
    availability=COLOUR_LOST,
    standards=[
        "Police Reform Act 2002, Schedule 3, as amended in 2017 and in force from 1 February 2020",
        "Independent Office for Police Conduct, Guidance on capturing data about police "
        "complaints, February 2020, updated January 2021",
    ],
    limitations="A complaint case is not an allegation: a case has one or more, and the two are "
    "never added. An allegation is not a finding: it counts whatever the decision about it.",
    caveats=[
        "A rise may mean that complaining is easier, not that service is worse.",
        "Cases count when they are logged, which may be in a later period than when the complaint "
        "was received.",
        "Complaints outside Schedule 3 and complaints recorded under it both count.",
        "Categories can change while a case is open, so shares for recent periods can change. "
        "Allegations with no category yet are left out of the shares.",
        "Allegations in cases logged before 1 February 2020 had other letters and are left out.",
        "The list of valid subcategories is unverified. Only the letters are shown.",
        "There is no rate per 1,000 employees, because it would divide cases by a workforce count.",
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
            },
            expect={"complaints": 1 + 1 + 1, "allegations": 1 + 2 + 1, "allegation_share": 1},
            description="Three cases have four allegations. By category, half of the allegations "
            "are A, a quarter are B and a quarter are H. Together they add up to 1.",
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
    ],
)

complaint_volume = MetricAlias(
    ref="70",
    key="complaint_volume",
    title="Volume of complaints",
    objective=None,
    of="1",
    only=("complaints",),
    summary="The number of complaint cases logged, as in ref 1, with no breakdown by allegation "
    "category. The plan does not state which objective this ref belongs to.",
    availability=COLOUR_LOST,
)
