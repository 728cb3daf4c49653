"""One measure divided by another, where the first is not a part of the second.

Both measures are flows (counts and sums of rows in the period), or of one kind and one time basis,
such as two stocks at one date. A flow may also be divided by an average stock. Neither may be a
quotient itself. The two may count different tables, or one table by different dates, so a ratio can
pass 1.
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
    Case(
        "A sum may be divided by a count",
        measures=[
            kpi.Sum(
                key="minutes", of=Call, at=Call.began_at, value=Call.minutes, unit=kpi.Unit.MINUTES
            ),
            kpi.Count(key="calls", of=Call, at=Call.began_at),
            kpi.Ratio(
                key="minutes_per_call",
                numerator="minutes",
                denominator="calls",
                unit=kpi.Unit.MINUTES,
            ),
        ],
        tables={
            Call: """
            | began_at         | minutes |
            | 2024-04-01 09:00 | 10      |
            | 2024-04-01 10:00 | 20      |
            | 2024-04-01 11:00 |         |
            """,
        },
        expected="""
            | value  | numerator | denominator |
            | 30 / 3 | 30        | 3           |
        """,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_ratio(case: Case) -> None:
    case.check()
