"""Ref 22, problem solving."""

from swm_kpi import (
    Count,
    Direction,
    Example,
    Metric,
    PeriodEndStock,
    Proportion,
)

from ...contracts.problem_solving import PLAN_LEVEL, THEME, ProblemSolvingPlan
from ...plan.availability import PLAN_STATEMENT
from ...plan.dimensions import DISTRICT, LPA
from ...plan.objectives import SECURE

problem_solving = Metric(
    ref="22",
    key="problem_solving",
    version=3,
    title="Problem solving metrics",
    objective=SECURE,
    summary="Problem-solving plans opened in the period, open on its last day, and closed in the "
    "period; the share of closed plans with an assessed outcome; and, of the plans whose latest "
    "review fell due in the period, the share reviewed on time.",
    measures=[
        Count(
            key="plans_opened",
            of=ProblemSolvingPlan,
            at=ProblemSolvingPlan.opened_on,
            direction=Direction.NEUTRAL,
        ),
        PeriodEndStock(
            key="plans_open",
            label="Plans open on the last day",
            of=ProblemSolvingPlan,
            at=ProblemSolvingPlan.opened_on,
            until=ProblemSolvingPlan.closed_on,
            direction=Direction.NEUTRAL,
        ),
        Count(
            key="plans_closed",
            of=ProblemSolvingPlan,
            at=ProblemSolvingPlan.closed_on,
            direction=Direction.NEUTRAL,
        ),
        Count(
            key="plans_closed_assessed",
            label="Plans closed with an assessed outcome",
            of=ProblemSolvingPlan,
            at=ProblemSolvingPlan.closed_on,
            where=ProblemSolvingPlan.outcome_assessed,
        ),
        Proportion(
            key="assessed_share",
            label="Closed plans: share with an assessed outcome",
            of=ProblemSolvingPlan,
            at=ProblemSolvingPlan.closed_on,
            numerator=ProblemSolvingPlan.outcome_assessed,
        ),
        Proportion(
            key="reviewed_on_time",
            label="Latest reviews that fell due: share done on time",
            of=ProblemSolvingPlan,
            at=ProblemSolvingPlan.review_due_on,
            numerator=ProblemSolvingPlan.reviewed_on.is_not_null()
            & (ProblemSolvingPlan.reviewed_on <= ProblemSolvingPlan.review_due_on),
            blank_means_no=ProblemSolvingPlan.reviewed_on,
        ),
    ],
    dimensions=[LPA, DISTRICT, THEME, PLAN_LEVEL],
    direction=Direction.HIGHER_IS_BETTER,
    availability=PLAN_STATEMENT,
    standards=[
        "College of Policing problem solving: scanning, analysis, response and assessment (SARA, "
        "or OSARA with an objective first)",
    ],
    limitations="Not problems solved: a closed plan may have failed, and its assessment may say "
    "so. The number of plans open on the last day is for one day and is never added up over "
    "periods.",
    caveats=[
        "There is no national metric. The plan does not say which numbers it means, so we chose "
        "these.",
        "A closed plan with no record of whether its outcome was assessed is left out of both "
        "parts of the share.",
        "A review on its last day is on time. A review not done yet counts as not on time.",
        "The table has only the latest review of each plan. When the next one falls due, the plan "
        "moves to the later period, so the share for a past period changes and is not the share of "
        "all reviews that were due in it.",
    ],
    examples=[
        Example(
            rows="""
            | opened_on  | closed_on  | outcome_assessed | review_due_on | reviewed_on |
            | 2024-04-01 |            |                  | 2024-06-30    | 2024-06-30  |
            | 2024-05-06 | 2024-06-20 | yes              | 2024-06-06    | 2024-06-07  |
            | 2023-09-01 | 2024-05-20 | no               | 2024-04-20    | 2024-04-01  |
            | 2023-09-01 |            |                  | 2024-05-01    |             |
            """,
            expect={
                "plans_opened": 1 + 1,
                "plans_open": 1 + 1,
                "plans_closed": 1 + 1,
                "plans_closed_assessed": 1,
                "assessed_share": 1 / (1 + 1),
                "reviewed_on_time": (1 + 1) / (1 + 1 + 1 + 1),
            },
            description="A review on the day it was due is on time, and so is one before it. A "
            "review one day late, or never done, is not.",
        ),
        Example(
            rows="""
            | opened_on  | closed_on  | outcome_assessed | review_due_on | reviewed_on |
            | 2023-01-10 | 2024-03-31 | yes              | 2024-03-01    | 2024-04-20  |
            | 2023-02-10 | 2024-07-01 | yes              | 2024-07-01    | 2024-06-01  |
            | 2024-07-01 |            |                  |               |             |
            | 2024-05-06 | 2024-06-30 |                  |               |             |
            | 2024-05-06 | 2024-06-30 | no               |               |             |
            """,
            expect={
                "plans_opened": 1 + 1,
                "plans_open": 1,
                "plans_closed": 1 + 1,
                "plans_closed_assessed": 0,
                "assessed_share": 0 / 1,
                "reviewed_on_time": None,
            },
            edge_case="Plans closed the day before or the day after the quarter do not count in "
            "it, although they were assessed. A review belongs to the period it was due in, not "
            "the period it was done in. The plan closed on 1 July was open on 30 June. Closing a "
            "plan is not assessing it.",
        ),
    ],
)
