"""A null breakdown is the member Unknown: shown where it has rows, and inside the total."""

from __future__ import annotations

import pytest

from swm_kpi import (
    Count,
    RepeatRate,
)
from tests.support.small_tables import (
    AREAS,
    BACK,
    CALL,
    INCIDENTS,
    URGENT,
    Call,
    by_area,
    compute,
    frame,
    metric,
    row,
    run,
    value,
)


def test_a_row_with_no_area_is_unknown_and_inside_the_total() -> None:
    """The members, Unknown included, add up to the force."""
    found = by_area(run("15", {"incident": INCIDENTS}, by=["lpa"]), "incidents")
    assert found == {
        "Herefordshire": 1,
        "Shropshire": 1 + 1,
        "Telford & Wrekin": 0,
        "North Worcestershire": 0,
        "South Worcestershire": 0,
        "Unknown": 1,
        "All": 1 + 2 + 1,
    }
    assert list(found) == [*AREAS, "Unknown", "All"]


def test_unknown_is_not_shown_where_every_row_has_an_area() -> None:
    """An empty Unknown says nothing."""
    found = run("15", {"incident": INCIDENTS.drop_nulls("lpa")}, by=["lpa"])
    assert list(by_area(found, "incidents")) == [*AREAS, "All"]


def test_unknown_is_shown_where_all_that_is_said_of_it_is_what_was_left_out() -> None:
    """The call with no side names no caller either: no person, and still not nothing."""
    calls = frame(
        Call,
        """
        | began_at         | caller | side |
        | 2024-05-06 12:00 | a      | Left |
        | 2024-05-06 12:00 |        |      |
        """,
    )
    made = metric(RepeatRate(key="again", **CALL, who=Call.caller, lookback=BACK))
    found = compute(made, {"call": calls}, by=["side"])
    unknown = row(found, "again", side="Unknown")
    assert (unknown["numerator"], unknown["denominator"], unknown["marker"]) == (0, 0, "[z]")
    assert "1 row left out because caller is not recorded" in unknown["note"]
    assert row(found, "again", side="All")["denominator"] == 1


def test_a_share_of_rows_with_no_area_is_shown_even_when_it_is_nought() -> None:
    """Two calls of no known side, neither urgent: 0 of 2."""
    calls = frame(
        Call,
        """
        | began_at         | urgent | side |
        | 2024-05-06 12:00 | no     |      |
        | 2024-05-06 12:00 | no     |      |
        | 2024-05-06 12:00 | yes    | Left |
        """,
    )
    found = compute(metric(URGENT), {"call": calls}, by=["side"])
    unknown = row(found, "urgent_share", side="Unknown")
    assert (unknown["value"], unknown["denominator"]) == (0, 2)
    assert value(found, "urgent_share", side="All") == pytest.approx(1 / 3)


def test_an_undecided_condition_is_not_a_member_and_is_counted_in_the_note() -> None:
    """Where urgency is not recorded, neither urgent nor its opposite counts the row."""
    calls = frame(
        Call,
        """
        | began_at         | urgent |
        | 2024-05-06 12:00 | yes    |
        | 2024-05-06 12:00 | no     |
        | 2024-05-06 12:00 |        |
        """,
    )
    made = metric(
        Count(key="urgent", **CALL, where=Call.urgent),
        Count(key="not_urgent", **CALL, where=~Call.urgent),
        URGENT,
    )
    found = compute(made, {"call": calls})
    assert (value(found, "urgent"), value(found, "not_urgent")) == (1, 1)
    assert value(found, "urgent_share") == 1 / 2
    assert "1 row left out because urgency is not recorded." in row(found, "urgent")["note"]
    assert "1 row in neither part because urgency" in row(found, "urgent_share")["note"]
