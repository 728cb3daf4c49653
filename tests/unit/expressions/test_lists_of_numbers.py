"""A list of numbers matches by value, for any type of the column and of the numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.definitions.plan.objectives import REASSURING
from tests.support import engines


class Wait(kpi.Contract, row_unit=kpi.Unit.CONTACTS, source="Front counter"):
    """One row per visit."""

    came_at = kpi.Column(datetime, description="When the visitor came.")
    seen_at = kpi.Column(datetime, nullable=True, description="When the visitor was seen.")
    people = kpi.Column(int, nullable=True, description="How many came together.")
    score = kpi.Column(float, nullable=True, description="How content they were.")


ROWS = pl.DataFrame(
    {
        "came_at": [datetime(2024, 4, 2, 10)] * 4,
        "seen_at": [
            datetime(2024, 4, 2, 10, 10),
            datetime(2024, 4, 2, 10, 10, 0, 500_000),
            datetime(2024, 4, 2, 11),
            None,
        ],
        "people": [1, 2, 3, None],
        "score": [1.0, 2.5, 3.0, None],
    }
)
WAITING_TIME = Wait.came_at.until(Wait.seen_at)
CASES = {
    "whole numbers in a column of whole numbers": (Wait.people.is_in(1, 3, 9), 2),
    "fractions in a column of whole numbers": (Wait.people.is_in(1.0, 2.5), 1),
    "only fractions in a column of whole numbers": (Wait.people.is_in(2.5), 0),
    "whole numbers in a column of fractions": (Wait.score.is_in(1, 3), 2),
    "fractions in a column of fractions": (Wait.score.is_in(2.5, 9.5), 1),
    "seconds that passed": (WAITING_TIME.is_in(600, 3_600), 2),
    "seconds and a half": (WAITING_TIME.is_in(600.5), 1),
    "not in the list, and not missing": (~Wait.people.is_in(1, 2.5), 2),
    "not in a list of fractions, and not missing": (~Wait.people.is_in(2.5), 3),
}


@pytest.mark.parametrize("engine", ["Polars", *engines.NAMES])
@pytest.mark.parametrize("case", CASES)
@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_is_in_compares_numbers_by_value(engine: str, case: str) -> None:
    condition, expected = CASES[case]
    table: Any = ROWS if engine == "Polars" else engines.loader(engine)("wait", ROWS)
    metric = kpi.Metric(
        ref="X1",
        key="visits",
        title="Visits",
        objective=REASSURING,
        summary="Visits.",
        measures=[kpi.Count(key="visits", of=Wait, at=Wait.came_at, where=condition)],
        direction=kpi.Direction.NEUTRAL,
        availability=kpi.Availability(status="unknown", reason="Nobody has said."),
        limitations="Not people.",
        examples=[
            kpi.Example(rows="| came_at |\n| 2024-04-02 |", expect={"visits": 0}, edge_case="-")
        ],
    )
    result = kpi.compute(
        [metric],
        {"wait": table},
        periods="2024-04",
        coverage={"wait": ("2024-04-01", "2024-04-30")},
        catalogue=kpi.Catalogue([metric]),
    )
    assert result.to_polars()["value"].to_list() == [expected]
