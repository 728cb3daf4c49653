"""A period that ends after the extract is ``[p]``."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from swm_kpi import (
    Break,
)
from swm_kpi.coverage import without_stray_days
from tests.support import engines
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


DAYS = [datetime(2024, 4, 1, 9) + timedelta(days=number) for number in range(50)]


def logs(days: list[datetime]) -> pl.DataFrame:
    return pl.DataFrame({"created_at": days, "closing_code": ["ASB nuisance"] * len(days)})


@pytest.mark.parametrize("engine", ["Polars", "DuckDB"])
@pytest.mark.parametrize("stray", [datetime(2062, 5, 6), datetime(2001, 1, 1)], ids=str)
def test_a_mistyped_date_does_not_stretch_what_a_table_covers(engine: str, stray: datetime) -> None:
    """Three logs a day until 20 May. Before, May was 60 and June 0, and neither had a marker."""
    table = logs([*DAYS * 3, stray])
    data = table if engine == "Polars" else engines.loader(engine)("incident", table)
    periods = ["2024-04", "2024-05", "2024-06"]
    rows = rows_of(run("15", {"incident": data}, periods, coverage={}), "incidents")
    assert [(row["value"], row["marker"]) for row in rows] == [
        (90, ""),
        (60, "[p]"),
        (None, "[x]"),
    ]
    assert "with no record in the last 11 days of the period." in rows[1]["note"]


@settings(deadline=None, max_examples=20)
@given(
    st.integers(100, 400),
    st.integers(1, 60),
    st.lists(st.integers(400, 20_000), max_size=2, unique=True),
    st.lists(st.integers(400, 20_000), max_size=2, unique=True),
)
@example(183, 14, [400], [400, 401])
@example(183, 14, [400, 401], [400, 401])
@example(100, 1, [400], [8552])
def test_days_far_from_the_others_are_stray_at_both_ends(rows, spread, later, earlier) -> None:
    """At most one row in a hundred at each end, and the others are kept.

    Before, the rows of the end looked at first were not in the hundred of the other end.
    """
    first = date(2024, 4, 1)
    body = {first + timedelta(days=day): -(-rows // spread) for day in range(spread)}
    whole = sum(body.values()) + len(later) + len(earlier)
    strays = {first + timedelta(days=days): 1 for days in later if len(later) <= whole // 100}
    strays |= {first - timedelta(days=days): 1 for days in earlier if len(earlier) <= whole // 100}
    assert without_stray_days({**body, **strays}) == body


def test_a_gap_between_many_rows_is_not_stray() -> None:
    """Two years of a survey in waves are all kept."""
    waves = {date(2023, 1, 5): 50, date(2023, 7, 5): 50, date(2024, 1, 5): 50}
    assert without_stray_days(waves) == waves
