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
    compute,
    frame,
    metric,
    row,
    rows,
    run,
)


def test_a_period_that_the_extraction_cuts_short_is_provisional() -> None:
    """Data extracted on the last day of May do not hold all of that day, nor any of June."""
    found = run(
        "15", {"incident": INCIDENTS}, ["2024-04", "2024-05", "2024-06"], as_at="2024-05-31"
    )
    april, may, june = rows(found, "incidents")
    assert (april["value"], april["marker"]) == (1, "")
    assert (may["value"], may["marker"]) == (2, "[p]")
    assert "extracted on 31 May 2024, before the period was over" in may["note"]
    assert (june["value"], june["marker"]) == (None, "[x]")
    assert "begins after the data were extracted" in june["note"]
    assert {each["as_at"] for each in (april, may, june)} == {date(2024, 5, 31)}


def test_the_day_after_a_period_its_data_are_whole() -> None:
    """Extracted on 1 June, May is over."""
    found = run("15", {"incident": INCIDENTS}, ["2024-05"], as_at=date(2024, 6, 1))
    assert row(found, "incidents")["marker"] == ""


def test_a_break_inside_the_period_is_marked() -> None:
    """The number stays, and is not to be compared."""
    made = metric(CALLS, breaks=[Break("2024-05-06", "The form changed")])
    calls = frame(Call, "| began_at |\n| 2024-05-07 12:00 |")
    found = rows(compute(made, {"call": calls}, ["2024-04", "2024-05", "2024-06"]), "calls")
    assert [each["marker"] for each in found] == ["", "[b]", ""]
    assert [each["value"] for each in found] == [0, 1, 0]
    assert found[1]["note"] == "Break in the series on 6 May 2024: The form changed."


def test_provisional_outranks_a_break_and_not_applicable_outranks_both() -> None:
    """One marker a cell: the one that keeps a reader from a wrong conclusion."""
    made = metric(CALLS, URGENT, breaks=[Break("2024-05-06", "The form changed")])
    calls = frame(Call, "| began_at | urgent |\n| 2024-05-07 12:00 | |")
    found = compute(made, {"call": calls}, ["2024-05"], as_at="2024-05-20")
    assert row(found, "calls")["marker"] == "[p]"
    assert row(found, "urgent_share")["marker"] == "[z]"
