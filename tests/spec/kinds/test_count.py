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
        "A row dated after the extraction is in no number, and the total says how many there are",
        measures=[kpi.Count(key="calls", of=Call, at=Call.began_at)],
        tables={
            Call: """
            | began_at         | area  |
            | 2024-04-01 09:00 | North |
            | 2024-06-21 09:00 | North |
            """,
        },
        expected="""
            | area  | value | in_no_period | marker |
            | North | 1     |              | [p]    |
            | South | 0     |              | [p]    |
            | All   | 1     | 1            | [p]    |
        """,
        by=("area",),
        as_at="2024-06-20",
        note="1 row is in no period, because began at is after the extraction.",
    ),
    Case(
        "A row without a date is in no period",
        measures=[kpi.Count(key="answered", of=Call, at=Call.answered_at)],
        tables={
            Call: """
            | began_at         | answered_at      |
            | 2024-04-01 09:00 | 2024-04-01 09:10 |
            | 2024-04-01 11:00 |                  |
            """,
        },
        expected="""
            | value | in_no_period |
            | 1     | 1            |
        """,
        note="1 row is in no period, because answer time is blank.",
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
