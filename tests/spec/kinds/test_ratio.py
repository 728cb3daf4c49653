"""One measure divided by another, where the first is not a part of the second.

Both measures are of one kind and one time basis: two counts, or two stocks at one date. A
count may also be divided by an average stock. Neither may be a quotient itself. The two may count
different tables, or one table by different dates, so a ratio can pass 1.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Call, Case

KIND = kpi.Ratio

CASES = (
    Case(
        "The ratio divides two measures of the same metric",
        measures=[
            kpi.Count(key="answered", of=Call, at=Call.answered_at),
            kpi.Count(key="calls", of=Call, at=Call.began_at),
            kpi.Ratio(key="answered_to_calls", numerator="answered", denominator="calls"),
        ],
        tables={
            Call: """
            | began_at         | answered_at      |
            | 2024-03-31 23:59 | 2024-04-01 00:00 |
            | 2024-04-01 09:00 | 2024-04-01 09:01 |
            """,
        },
        expected="""
            | value | numerator | denominator |
            | 2 / 1 | 2         | 1           |
        """,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_ratio(case: Case) -> None:
    case.check()
