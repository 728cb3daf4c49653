"""Rows of a table in a period, or distinct values of one of its columns.

A count adds over areas and periods. A count of distinct values does not, so each total is counted
again.
"""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Call, Case

KIND = kpi.Count

CASES = (
    Case(
        "A row counts in the period of its date, which ends with its last moment",
        measures=[kpi.Count(key="calls", of=Call, at=Call.began_at)],
        tables={
            Call: """
            | began_at         | area  |
            | 2024-04-01 00:00 | North |
            | 2024-05-06 12:00 | North |
            | 2024-06-30 23:59 | South |
            | 2024-07-01 00:00 | South |
            """,
        },
        expected="""
            | period     | value |
            | 2024/25 Q1 | 3     |
            | 2024/25 Q2 | 1     |
        """,
        periods=("2024/25 Q1", "2024/25 Q2"),
    ),
    Case(
        "A member of a closed breakdown without rows is zero; a row without an area is Unknown",
        measures=[kpi.Count(key="calls", of=Call, at=Call.began_at)],
        tables={
            Call: """
            | began_at         | area  |
            | 2024-04-01 09:00 | North |
            | 2024-04-01 10:00 |       |
            """,
        },
        expected="""
            | area    | value |
            | North   | 1     |
            | South   | 0     |
            | Unknown | 1     |
            | All     | 2     |
        """,
        by=("area",),
    ),
    Case(
        "Rows whose condition is null are not counted, and the note says how many",
        measures=[kpi.Count(key="urgent_calls", of=Call, at=Call.began_at, where=Call.urgent)],
        tables={
            Call: """
            | began_at         | urgent |
            | 2024-04-01 09:00 | yes    |
            | 2024-04-01 10:00 | no     |
            | 2024-04-01 11:00 |        |
            """,
        },
        expected="""
            | value |
            | 1     |
        """,
        note="left out because urgency is not recorded",
    ),
    Case(
        "Distinct values are counted again for the total: a caller of both areas is one caller",
        measures=[kpi.Count(key="callers", of=Call, at=Call.began_at, distinct=Call.caller)],
        tables={
            Call: """
            | began_at         | caller | area  |
            | 2024-04-01 09:00 | ann    | North |
            | 2024-04-02 09:00 | ann    | South |
            | 2024-04-03 09:00 | bob    | South |
            """,
        },
        expected="""
            | area  | value |
            | North | 1     |
            | South | 2     |
            | All   | 2     |
        """,
        by=("area",),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_count(case: Case) -> None:
    case.check()
