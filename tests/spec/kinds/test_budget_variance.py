"""Actual less budget at the latest statement of the period. Above zero is over the budget.

Statements are cumulative, so the latest in the period is used and months are never added.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Case, Statement

KIND = kpi.BudgetVariance

CASES = (
    Case(
        "The latest statement of the period gives the variance",
        measures=[
            kpi.BudgetVariance(
                key="variance",
                of=Statement,
                at=Statement.to_date,
                actual=Statement.spent,
                budget=Statement.budget,
            )
        ],
        tables={
            Statement: """
            | to_date    | spent | budget |
            | 2024-04-30 | 100   | 90     |
            | 2024-06-30 | 310   | 300    |
            """,
        },
        expected="""
            | value |
            | 10    |
        """,
    ),
    Case(
        "Relative to the budget, it is a ratio",
        measures=[
            kpi.BudgetVariance(
                key="variance_share",
                of=Statement,
                at=Statement.to_date,
                actual=Statement.spent,
                budget=Statement.budget,
                relative=True,
            )
        ],
        tables={
            Statement: """
            | to_date    | spent | budget |
            | 2024-06-30 | 330   | 300    |
            """,
        },
        expected="""
            | value    | numerator | denominator |
            | 30 / 300 | 30        | 300         |
        """,
    ),
    Case(
        "A budget of income is below zero, and the share is of its size",
        measures=[
            kpi.BudgetVariance(
                key="variance_share",
                of=Statement,
                at=Statement.to_date,
                actual=Statement.spent,
                budget=Statement.budget,
                relative=True,
            )
        ],
        tables={
            Statement: """
            | to_date    | spent | budget |
            | 2024-06-30 | -80   | -100   |
            """,
        },
        expected="""
            | value    | numerator | denominator |
            | 20 / 100 | 20        | 100         |
        """,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_budget_variance(case: Case) -> None:
    case.check()
