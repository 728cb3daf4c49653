"""Ref 1, complaints and their allegations, and ref 70, which is the volume in it again."""

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
    title="Complaint volumes & breakdown by allegation category",
    objective=VICTIMS,
    summary="Complaint cases about the police, counted on the day the case was logged, the "
    "allegations in them, and how the allegations divide among the Independent Office for Police "
    "Conduct's categories.",
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
            note="Allegations are parts of cases: the two are never added.",
        ),
        Distribution(
            key="allegation_share",
            label="Share of allegations in each category",
            of=Allegation,
            at=Allegation.logged_at,
            over=ALLEGATION_CATEGORY,
            note="A share of allegations, and not of complaint cases.",
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
    limitations="A complaint case is not an allegation: one case holds one or more, and the two "
    "are never added. Nor is an allegation a finding: it is counted whatever is decided about it.",
    caveats=[
        "A rise may be easier access to complaining, and not worse service.",
        "Cases are counted when they are logged, which may be in a later period than the one in "
        "which the complaint was received.",
        "Complaints outside Schedule 3 count as well as those recorded under it.",
        "Categories can be changed while a case is open, so the shares of recent periods can move. "
        "Allegations with no category yet are in no share.",
        "Allegations of cases logged before 1 February 2020 had other letters and are not here.",
        "The list of subcategories accepted is unverified. Only the letters are shown.",
        "A rate per 1,000 employees is not given: it would divide cases by a workforce count.",
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
            description="Three cases hold four allegations. Asked for by category, half of the "
            "allegations are A, a quarter B and a quarter H; together they are the whole.",
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
            edge_case="A case with three allegations is one complaint: counting allegations would "
            "make the two cases four, and adding them six. The cases logged in the quarter count "
            "though they were received before it, and the one received in it and logged after does "
            "not. The allegation with no category is in no share.",
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
    "category. The plan does not state which objective it stands under.",
    availability=COLOUR_LOST,
)
