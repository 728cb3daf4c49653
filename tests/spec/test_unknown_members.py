"""Rows with a null in a breakdown are the member Unknown, and in the total."""

from __future__ import annotations

import pytest

from swm_kpi import (
    Count,
    Ratio,
    RepeatRate,
)
from tests.support.small_tables import (
    AREAS,
    BACK,
    CALL,
    INCIDENTS,
    URGENT,
    Call,
    build_metric,
    by_area,
    compute,
    frame_of,
    row_of,
    run,
    value_of,
)


def test_a_row_without_an_area_is_unknown_and_in_the_total() -> None:
    """The members and Unknown add up to the total."""
    values = by_area(run("15", {"incident": INCIDENTS}, by=["lpa"]), "incidents")
    assert values == {
        "Herefordshire": 1,
        "Shropshire": 1 + 1,
        "Telford & Wrekin": 0,
        "North Worcestershire": 0,
        "South Worcestershire": 0,
        "Unknown": 1,
        "All": 1 + 2 + 1,
    }
    assert list(values) == [*AREAS, "Unknown", "All"]


def test_unknown_is_not_shown_where_every_row_has_an_area() -> None:
    """Unknown is not a member of the list."""
    result = run("15", {"incident": INCIDENTS.drop_nulls("lpa")}, by=["lpa"])
    assert list(by_area(result, "incidents")) == [*AREAS, "All"]


def test_unknown_is_shown_if_it_has_only_rows_that_were_left_out() -> None:
    """The call without a side has no caller either, so it is in the note only."""
    calls = frame_of(
        Call,
        """
        | began_at         | caller | side |
        | 2024-05-06 12:00 | a      | Left |
        | 2024-05-06 12:00 |        |      |
        """,
    )
    metric = build_metric(RepeatRate(key="again", **CALL, who=Call.caller, lookback=BACK))
    result = compute(metric, {"call": calls}, by=["side"])
    unknown = row_of(result, "again", side="Unknown")
    assert (unknown["numerator"], unknown["denominator"], unknown["marker"]) == (None, None, "[x]")
    assert unknown["note"] == "Not recorded: caller is blank in the only row."
    assert row_of(result, "again", side="All")["denominator"] == 1


def test_a_share_of_zero_among_rows_without_an_area_is_shown() -> None:
    """Two calls without a side are not urgent: 0 of 2."""
    calls = frame_of(
        Call,
        """
        | began_at         | urgent | side |
        | 2024-05-06 12:00 | no     |      |
        | 2024-05-06 12:00 | no     |      |
        | 2024-05-06 12:00 | yes    | Left |
        """,
    )
    result = compute(build_metric(URGENT), {"call": calls}, by=["side"])
    unknown = row_of(result, "urgent_share", side="Unknown")
    assert (unknown["value"], unknown["denominator"]) == (0, 2)
    assert value_of(result, "urgent_share", side="All") == pytest.approx(1 / 3)


def test_rows_with_a_null_condition_are_counted_in_the_note() -> None:
    """A row without urgency is neither urgent nor not urgent."""
    calls = frame_of(
        Call,
        """
        | began_at         | urgent |
        | 2024-05-06 12:00 | yes    |
        | 2024-05-06 12:00 | no     |
        | 2024-05-06 12:00 |        |
        """,
    )
    metric = build_metric(
        Count(key="urgent", **CALL, where=Call.urgent),
        Count(key="not_urgent", **CALL, where=~Call.urgent),
        URGENT,
    )
    result = compute(metric, {"call": calls})
    assert (value_of(result, "urgent"), value_of(result, "not_urgent")) == (1, 1)
    assert value_of(result, "urgent_share") == 1 / 2
    assert "1 row left out because urgency is not recorded." in row_of(result, "urgent")["note"]
    assert "1 row in neither part because urgency" in row_of(result, "urgent_share")["note"]


@pytest.mark.parametrize(
    ("where", "by"), [(Call.urgent, ["side"]), (None, ["shade", "side"])], ids=["count", "shade"]
)
def test_the_note_of_a_member_without_rows_is_about_the_rows_that_count(where, by) -> None:
    """A call of the period has a side: it does not count, or it is of another shade."""
    calls = frame_of(
        Call,
        """
        | began_at         | urgent | shade | side |
        | 2024-05-06 12:00 | yes    | Dark  |      |
        | 2024-05-06 12:00 | no     | Light | Left |
        """,
    )
    metric = build_metric(Count(key="calls", **CALL, where=where))
    result = compute(metric, {"call": calls}, by=by)
    row = row_of(result, "calls", side="Left", **({"shade": "Dark"} if len(by) > 1 else {}))
    assert (row["value"], row["marker"]) == (None, "[x]")
    assert "of the period" not in row["note"]
    assert (
        "No row that counts or may count here names a member of the breakdown by side: see Unknown."
        in row["note"]
    )


def test_a_quotient_says_that_its_denominator_may_not_be_zero() -> None:
    """One of thirteen calls has no side, too few to mark the count: the quotient has a reason."""
    rows = ["| began_at         | urgent | side |", *["| 2024-05-06 12:00 | yes | Left |"] * 12]
    calls = frame_of(Call, "\n".join([*rows, "| 2024-05-06 12:00 | yes | |"]))
    metric = build_metric(
        Count(key="urgent", **CALL, where=Call.urgent),
        Count(key="calls", **CALL),
        Ratio(key="urgent_per_call", numerator="urgent", denominator="calls"),
    )
    row = row_of(compute(metric, {"call": calls}, by=["side"]), "urgent_per_call", side="Right")
    assert (row["value"], row["marker"]) == (None, "[x]")
    assert "The denominator is zero, but may not be if everything were recorded." in row["note"]
