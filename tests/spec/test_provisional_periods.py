"""A period that ends after the extract is ``[p]``."""

from __future__ import annotations

from datetime import date

from swm_kpi import (
    Break,
)
from tests.support.small_tables import (
    CALLS,
    INCIDENTS,
    URGENT,
    Call,
    build_metric,
    compute,
    frame_of,
    row_of,
    rows_of,
    run,
)


def test_a_period_that_ends_after_the_extract_is_provisional() -> None:
    """Data extracted on the last day of May have part of that day, and nothing of June."""
    result = run(
        "15", {"incident": INCIDENTS}, ["2024-04", "2024-05", "2024-06"], as_at="2024-05-31"
    )
    april, may, june = rows_of(result, "incidents")
    assert (april["value"], april["marker"]) == (1, "")
    assert (may["value"], may["marker"]) == (2, "[p]")
    assert "extracted on 31 May 2024, before the period was over" in may["note"]
    assert (june["value"], june["marker"]) == (None, "[x]")
    assert "begins after the data were extracted" in june["note"]
    assert {row["as_at"] for row in (april, may, june)} == {date(2024, 5, 31)}


def test_a_period_is_final_in_an_extract_of_the_next_day() -> None:
    """In an extract of 1 June, May is complete."""
    result = run("15", {"incident": INCIDENTS}, ["2024-05"], as_at=date(2024, 6, 1))
    assert row_of(result, "incidents")["marker"] == ""


def test_a_break_in_the_series_marks_its_period() -> None:
    """The value stays. It cannot be compared with periods before the break."""
    metric = build_metric(CALLS, breaks=[Break("2024-05-06", "The form changed")])
    calls = frame_of(Call, "| call_id | began_at |\n| 1 | 2024-05-07 12:00 |")
    rows = rows_of(compute(metric, {"call": calls}, ["2024-04", "2024-05", "2024-06"]), "calls")
    assert [row["marker"] for row in rows] == ["", "[b]", ""]
    assert [row["value"] for row in rows] == [0, 1, 0]
    assert rows[1]["note"] == "Break in the series on 6 May 2024: The form changed."


def test_provisional_overrides_a_break_and_not_available_overrides_both() -> None:
    """A cell has one marker: the one that best prevents a wrong conclusion."""
    metric = build_metric(CALLS, URGENT, breaks=[Break("2024-05-06", "The form changed")])
    calls = frame_of(Call, "| began_at | urgent |\n| 2024-05-07 12:00 | |")
    result = compute(metric, {"call": calls}, ["2024-05"], as_at="2024-05-20")
    assert row_of(result, "calls")["marker"] == "[p]"
    assert row_of(result, "urgent_share")["marker"] == "[x]"
