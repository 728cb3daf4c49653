"""The mean, median or 90th percentile of the time from one instant to another.

Hours are elapsed time, also across a change of the clocks, and days are local days. Quantiles
interpolate linearly.
Averages do not add: each total is computed again from its rows.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Call, Case

KIND = kpi.Duration

CASES = (
    Case(
        "The mean is over the rows that have both times; the note counts the others",
        measures=[
            kpi.Duration(
                key="wait",
                of=Call,
                at=Call.began_at,
                start=Call.began_at,
                end=Call.answered_at,
                average=kpi.Average.MEAN,
                unit=kpi.Unit.MINUTES,
            )
        ],
        tables={
            Call: """
            | began_at         | answered_at      |
            | 2024-04-01 09:00 | 2024-04-01 09:10 |
            | 2024-04-01 10:00 | 2024-04-01 10:20 |
            | 2024-04-01 11:00 |                  |
            """,
        },
        expected="""
            | value | denominator | marker |
            | 15    | 2           | [u]    |
        """,
        note="1 row left out: began at or answer time missing, or answer time is before began at.",
    ),
    Case(
        "A row that ends before it starts is left out, and the note counts it",
        measures=[
            kpi.Duration(
                key="wait",
                of=Call,
                at=Call.began_at,
                start=Call.began_at,
                end=Call.answered_at,
                average=kpi.Average.MEAN,
                unit=kpi.Unit.MINUTES,
            )
        ],
        tables={
            Call: """
            | began_at         | answered_at      |
            | 2024-04-01 09:00 | 2024-04-01 09:10 |
            | 2024-04-01 10:00 | 2024-04-01 09:00 |
            | 2024-05-01 10:00 | 2024-05-01 09:00 |
            """,
        },
        expected="""
            | period  | value | denominator | without_value | marker |
            | 2024-04 | 10    | 1           | 1             | [u]    |
            | 2024-05 |       |             | 1             | [x]    |
        """,
        periods=("2024-04", "2024-05"),
    ),
    Case(
        "Where a blank end says that it did not happen, no time is lacking",
        measures=[
            kpi.Duration(
                key="wait",
                of=Call,
                at=Call.began_at,
                start=Call.began_at,
                end=Call.answered_at,
                average=kpi.Average.MEAN,
                unit=kpi.Unit.MINUTES,
                blank_means_no=Call.answered_at,
            )
        ],
        tables={
            Call: """
            | began_at         | answered_at      |
            | 2024-04-01 09:00 | 2024-04-01 09:10 |
            | 2024-04-01 11:00 |                  |
            """,
        },
        expected="""
            | value | denominator | marker |
            | 10    | 1           |        |
        """,
    ),
    Case(
        "A median of an even number of times is halfway between the middle two",
        measures=[
            kpi.Duration(
                key="wait",
                of=Call,
                at=Call.began_at,
                start=Call.began_at,
                end=Call.answered_at,
                average=kpi.Average.MEDIAN,
                unit=kpi.Unit.MINUTES,
            )
        ],
        tables={
            Call: """
            | began_at         | answered_at      |
            | 2024-04-01 09:00 | 2024-04-01 09:01 |
            | 2024-04-01 10:00 | 2024-04-01 10:02 |
            | 2024-04-01 11:00 | 2024-04-01 11:05 |
            | 2024-04-01 12:00 | 2024-04-01 12:40 |
            """,
        },
        expected="""
            | value |
            | 3.5   |
        """,
    ),
    Case(
        "The hour that the clocks skip in spring takes no time",
        measures=[
            kpi.Duration(
                key="wait",
                of=Call,
                at=Call.began_at,
                start=Call.began_at,
                end=Call.answered_at,
                average=kpi.Average.MEAN,
                unit=kpi.Unit.MINUTES,
            )
        ],
        tables={
            Call: """
            | began_at         | answered_at      |
            | 2024-03-31 00:50 | 2024-03-31 02:10 |
            """,
        },
        expected="""
            | value |
            | 20    |
        """,
        periods=("2024-03",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_duration(case: Case) -> None:
    case.check()
