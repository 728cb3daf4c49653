"""Zero for a member with no rows; ``[x]`` for a period that the data do not cover."""

from __future__ import annotations

from datetime import date

import pytest

import swm_kpi as kpi
from swm_kpi.open_data.table import OpenTable
from tests.support.small_tables import (
    AREAS,
    CALLS,
    EMPTY,
    INCIDENTS,
    Q1,
    URGENT,
    Call,
    by_area,
    compute,
    frame,
    incident_times,
    metric,
    row,
    rows,
    run,
    table,
    value,
)


def test_a_member_with_no_rows_is_zero_for_a_count_and_z_for_a_share() -> None:
    """Zero-fill comes from the dimension's list, and not from the data."""
    calls = frame(Call, "| began_at | urgent | side |\n| 2024-05-06 12:00 | yes | Left |")
    found = compute(metric(CALLS, URGENT), {"call": calls}, ["2024-05", "2024-06"], by=["side"])
    counted = [(each["period"], each["side"], each["value"]) for each in rows(found, "calls")]
    assert counted == [
        ("2024-05", "Left", 1),
        ("2024-05", "Right", 0),
        ("2024-05", "All", 1),
        ("2024-06", "Left", 0),
        ("2024-06", "Right", 0),
        ("2024-06", "All", 0),
    ]
    right = row(found, "urgent_share", side="Right", period="2024-05")
    assert (right["value"], right["marker"], right["denominator"]) == (None, "[z]", 0)


def test_an_open_breakdown_has_the_members_in_the_data() -> None:
    """Directorates are the force's own, so no list can be fixed."""
    ledger = table(
        "ledger",
        """
        | directorate | runs_to    | basis | budget_original | budget_current | actual |
        | Operations  | 2024-06-30 | ytd   | 10.00           | 10.00          | 12.50  |
        | Enabling    | 2024-06-30 | ytd   | 5.00            | 5.00           | 4.00   |
        | Enabling    | 2024-05-31 | ytd   | 4.00            | 4.00           | 9.00   |
        """,
    )
    found = rows(run("44", {"ledger": ledger}, by=["directorate"]), "variance")
    assert [(each["directorate"], each["value"]) for each in found] == [
        ("Enabling", 4 - 5),
        ("Operations", 12.5 - 10),
        ("All", -1 + 2.5),
    ]
    assert all("As at 30 June 2024." in each["note"] for each in found)


def test_a_directorate_missing_from_the_latest_statement_is_not_nought() -> None:
    """A statement lists every directorate, so one with no row is [x]."""
    ledger = table(
        "ledger",
        """
        | directorate | runs_to    | basis | budget_original | budget_current | actual |
        | Operations  | 2024-06-30 | ytd   | 10.00           | 10.00          | 12.50  |
        | Enabling    | 2024-05-31 | ytd   | 4.00            | 4.00           | 9.00   |
        """,
    )
    found = run("44", {"ledger": ledger}, by=["directorate"])
    for measure in ("expenditure", "variance", "variance_share"):
        gone = row(found, measure, directorate="Enabling")
        assert (gone["value"], gone["numerator"], gone["marker"]) == (None, None, "[x]")


def test_over_a_budget_of_nothing_a_share_is_not_applicable_and_a_difference_is_exact() -> None:
    """12.30 less 12.10 is 20 pence to the penny, and 4.00 over nothing is no share."""
    ledger = table(
        "ledger",
        """
        | directorate | runs_to    | basis | budget_original | budget_current | actual |
        | Operations  | 2024-06-30 | ytd   | 10.00           | 12.10          | 12.30  |
        | Enabling    | 2024-06-30 | ytd   | 4.00            | 0.00           | 4.00   |
        """,
    )
    found = run("44", {"ledger": ledger}, by=["directorate"])
    assert value(found, "variance", directorate="Operations") == 0.2
    share = row(found, "variance_share", directorate="Operations")
    assert (share["value"], share["numerator"]) == (0.2 / 12.1, 0.2)
    nothing = row(found, "variance_share", directorate="Enabling")
    assert (nothing["value"], nothing["denominator"], nothing["marker"]) == (None, 0, "[z]")
    assert row(found, "variance", directorate="Enabling")["marker"] == ""


def test_a_period_outside_the_coverage_is_not_available_and_never_nought() -> None:
    """Half covered is provisional; not covered at all is [x]."""
    stated = {"incident": ("2024-04-01", "2024-05-31")}
    found = run(
        "15", {"incident": INCIDENTS}, ["2024-03", "2024-05", "2024/25 Q1"], coverage=stated
    )
    outside, inside, half = rows(found, "incidents")
    assert (outside["value"], outside["marker"]) == (None, "[x]")
    assert outside["note"] == "Table 'incident' covers 1 April 2024 to 31 May 2024."
    assert (inside["value"], inside["marker"], inside["note"]) == (2, "", "")
    assert (half["value"], half["marker"]) == (4, "[p]")
    assert half["note"] == "Only part of the period is covered: 1 April 2024 to 31 May 2024."
    # The same where the months are lacking from its beginning, however many they are.
    for since in ("2024-05-01", "2024-06-01", "2024-06-30"):
        late = run("15", {"incident": INCIDENTS}, coverage={"incident": (since, "2024-06-30")})
        assert row(late, "incidents")["marker"] == "[p]"


def test_coverage_that_nobody_states_is_the_months_seen_and_the_note_says_so() -> None:
    """From the first to the last month with a record, of whatever closing code."""
    found = run("15", {"incident": INCIDENTS}, ["2024-03", *Q1], coverage={})
    before, inside = rows(found, "incidents")
    assert (before["value"], before["marker"]) == (None, "[x]")
    assert (inside["value"], inside["marker"]) == (4, "")
    assert inside["note"] == "Coverage 1 April 2024 to 30 June 2024, the months seen in the data."


def test_a_month_without_a_record_inside_the_coverage_is_nought() -> None:
    """May has no call between those of April and June: none happened."""
    calls = frame(Call, "| began_at |\n| 2024-04-06 12:00 |\n| 2024-06-06 12:00 |")
    found = compute(metric(CALLS), {"call": calls}, ["2024-04", "2024-05", "2024-06"], coverage={})
    assert [each["value"] for each in rows(found, "calls")] == [1, 0, 1]


def test_an_empty_table_that_covers_the_period_has_zeros_and_no_shares() -> None:
    """Stated coverage makes an empty table say that nothing happened."""
    found = run("53", {"incident": incident_times().clear()}, by=["lpa"])
    assert by_area(found, "incidents") == dict.fromkeys([*AREAS, "All"], 0)
    for measure in ("mean_minutes", "median_minutes", "p90_minutes", "arrival_recorded"):
        assert {each["marker"] for each in rows(found, measure)} == {"[z]"}
        assert set(by_area(found, measure).values()) == {None}


def test_an_empty_table_with_no_coverage_stated_says_nothing() -> None:
    """No record and no word of what they cover is no evidence of nothing."""
    found = row(run("15", {"incident": EMPTY}, coverage={}), "incidents")
    assert (found["value"], found["marker"]) == (None, "[x]")
    assert "no dated rows, and no coverage was stated" in found["note"]


@pytest.mark.parametrize("ref", ["44", "52", "54"])
def test_an_empty_table_of_snapshots_has_no_snapshot(ref) -> None:
    """Not nought: nobody looked."""
    name = next(iter(kpi.catalogue()[ref].contracts))
    columns = kpi.catalogue().contracts[name].columns
    empty = frame(kpi.catalogue().contracts[name], f"| {' | '.join(columns)} |")
    for by in ([], ["lpa"]):
        found = run(ref, {name: empty}, by=by).to_polars()
        assert found["value"].null_count() == len(found)
        assert set(found["marker"]) == {"[x]"}


def test_every_table_of_the_catalogue_may_be_empty() -> None:
    """Nothing fails and nothing is made up."""
    empty = {
        name: frame(contract, f"| {' | '.join(contract.columns)} |")
        for name, contract in kpi.catalogue().contracts.items()
    }
    found = kpi.compute(None, empty, periods=Q1, by=["lpa"]).to_polars()
    assert found["value"].null_count() == len(found)
    assert set(found["marker"]) <= {"[x]", "[z]"}


@pytest.mark.parametrize("by", [["side", "shade"], ["shade", "side"]])
def test_months_that_a_member_was_not_given_for_are_not_nought_for_it_or_in_a_total(by) -> None:
    """Left was not given for April: so April has no Left, and April and the quarter lack some."""
    calls = frame(
        Call,
        """
        | began_at         | side  | shade |
        | 2024-04-06 12:00 | Right | Dark  |
        | 2024-05-06 12:00 | Left  | Dark  |
        | 2024-05-06 12:00 | Right | Light |
        """,
    )
    given = OpenTable(
        "call",
        calls,
        (date(2024, 4, 1), date(2024, 6, 30)),
        missing_of={"side": {"Left": (date(2024, 4, 1),)}},
    )
    periods = ["2024-04", "2024-05", "2024/25 Q1"]
    found = compute(metric(CALLS), {"call": given}, periods, by=by, coverage={})

    def of(side: str, shade: str) -> list[tuple[float | None, str]]:
        cells = rows(found, "calls", side=side, shade=shade)
        return [(each["value"], each["marker"]) for each in cells]

    assert of("Left", "Dark") == [(None, "[x]"), (1, ""), (1, "[p]")]
    assert of("Left", "Light") == [(None, "[x]"), (0, ""), (0, "[p]")]
    assert of("Left", "All") == [(None, "[x]"), (1, ""), (1, "[p]")]
    assert of("Right", "Dark") == [(1, ""), (0, ""), (1, "")]
    assert of("Right", "All") == [(1, ""), (1, ""), (2, "")]
    assert of("All", "Dark") == [(1, "[p]"), (1, ""), (2, "[p]")]
    assert of("All", "All") == [(1, "[p]"), (2, ""), (3, "[p]")]
    # What is provisional has no interval, and a number that is whole has one.
    whole = {
        each["period"]: each["lower"] for each in rows(found, "calls", side="All", shade="All")
    }
    assert [each is None for each in whole.values()] == [True, False, True]


@pytest.mark.parametrize("by", [[], ["shade"]])
def test_a_total_that_lacks_a_months_member_is_provisional_whatever_it_is_broken_down_by(
    by,
) -> None:
    """Which of the shades Left would have had in April is not known, so none of them is whole."""
    given = OpenTable(
        "call",
        frame(Call, "| began_at | side | shade |\n| 2024-05-06 12:00 | Right | Dark |"),
        (date(2024, 4, 1), date(2024, 6, 30)),
        missing_of={"side": {"Left": (date(2024, 4, 1),)}},
    )
    periods = ["2024-04", "2024-05", "2024/25 Q1"]
    found = compute(metric(CALLS), {"call": given}, periods, by=by, coverage={})
    marks = {each["period"]: set() for each in rows(found, "calls")}
    for each in rows(found, "calls"):
        marks[each["period"]].add((each["marker"], each["lower"] is None))
    assert list(marks.values()) == [{("[p]", True)}, {("", False)}, {("[p]", True)}]
