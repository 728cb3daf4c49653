"""Whatever the blank values turn out to be, a number is within the bounds that it is shown with."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.support.oracle_cases import AREA, DAYS, TIMES, Case, check_random_cases, to_frame

TOLERANCE = 1e-6
SHARE = 0.1
"""A tenth of the rows may be blank without a marker."""

FILLING: dict[str, dict[str, list[Any]]] = {
    "visit": {
        "due_on": DAYS,
        "seen_on": DAYS,
        "closed_at": TIMES,
        "person": ["p1", "p2", "q1", "q2"],
        "kind": ["a", "b", "c"],
        "score": [0, 1, 2, 3],
        "cost": [0.0, 0.1, 5.0, 99.5],
        "flag": [True, False],
        "area": list(AREA.members),
    },
    "statement": {
        "series": ["ytd", "forecast"],
        "actual": [0.0, 5.0, 99.0],
        "waiting": [0, 1, 2, 9],
        "area": list(AREA.members),
    },
    "snapshot": {"waiting": [0, 1, 2, 9], "flag": [True, False], "area": list(AREA.members)},
    "order": {"area": list(AREA.members)},
    "outage": {"planned": [True, False], "area": list(AREA.members)},
    "people": {"adults": [True, False]},
    "review": {"area": list(AREA.members)},
}
"""By table, the columns that are filled and what a blank may be. An end may stay blank."""
UNFILLED = ("closed_at", "due_on", "seen_on")
"""Columns in which a blank is an answer too, or dates a row."""


def fill(case: Case, choose: Any) -> Case:
    """Return a case with each blank replaced by a value that it may be."""
    tables = {
        name: [
            {
                column: choose(FILLING[name][column])
                if value is None and column in FILLING[name] and column not in UNFILLED
                else value
                for column, value in row.items()
            }
            for row in rows
        ]
        for name, rows in case.tables.items()
    }
    return Case(case.metric, tables, case.periods, case.by, case.as_at)


def rows_of(case: Case) -> dict[tuple[Any, ...], dict[str, Any]]:
    frames = {name: to_frame(name, rows) for name, rows in case.tables.items()}
    names = ("measure", "period", *(dimension.key for dimension in case.by))
    rows = case.compute(frames).to_polars().to_dicts()
    return {tuple(row[name] for name in names): row for row in rows}


def is_within(value: float, row: dict[str, Any]) -> bool:
    least, most = row["at_least"], row["at_most"]
    return (least is None or value >= least - TOLERANCE) and (
        most is None or value <= most + TOLERANCE
    )


@pytest.mark.parametrize("trial", range(3), ids=["random", "first", "last"])
def test_filled_tables_keep_the_bounds(trial) -> None:
    """The bounds contain the value, and the value after every blank is filled."""

    def check(case: Case) -> None:
        chance = random.Random(len(case.tables))  # noqa: S311
        choose = [chance.choice, lambda values: values[0], lambda values: values[-1]][trial]
        filled = rows_of(fill(case, choose))
        for key, row in rows_of(case).items():
            value, after = row["value"], filled.get(key, {}).get("value")
            if value is None:
                assert row["at_least"] is None, row
                assert row["at_most"] is None, row
                continue
            assert is_within(value, row), row
            if after is not None:
                assert is_within(after, row), (row, filled[key], case)

    check_random_cases(check, max_variants=1)


def test_every_marker_has_a_reason_in_its_note() -> None:
    """No cell is not available, or unreliable, without a sentence that says why."""

    def check(case: Case) -> None:
        for row in rows_of(case).values():
            if row["marker"] in ("[x]", "[u]", "[p]"):
                assert row["note"], row

    check_random_cases(check)
