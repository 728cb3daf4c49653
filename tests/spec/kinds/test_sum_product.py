"""The sum over rows of an amount multiplied by its own factor.

It adds over areas and periods.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Activity, Case

KIND = kpi.SumProduct

CASES = (
    Case(
        "Each row is multiplied by its own factor",
        measures=[
            kpi.SumProduct(
                key="tonnes",
                of=Activity,
                at=Activity.used_on,
                amount=Activity.litres,
                factor=Activity.factor,
                unit=kpi.Unit.TONNES_CO2E,
            )
        ],
        tables={
            Activity: """
            | used_on    | litres | factor |
            | 2024-04-01 | 100    | 0.0025 |
            | 2024-05-01 | 200    | 0.0024 |
            """,
        },
        expected="""
            | value                       |
            | 100 * 0.0025 + 200 * 0.0024 |
        """,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_sum_product(case: Case) -> None:
    case.check()
