"""Zero for a member with no rows; ``[x]`` for a period that the data do not cover."""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from swm_kpi.open_data.open_table import OpenTable
from tests.support.small_tables import (
    AREAS,
    CALLS,
    EMPTY,
    INCIDENTS,
    PEOPLE,
    Q1,
    URGENT,
    Call,
    build_metric,
    by_area,
    compute,
    frame_of,
    incident_times,
    row_of,
    rows_of,
    run,
    table,
    value_of,
)


def test_a_member_with_no_rows_is_zero_for_a_count_and_z_for_a_share() -> None:
    """The members come from the list of the dimension, and not from the data."""
    calls = frame_of(Call, "| began_at | urgent | side |\n| 2024-05-06 12:00 | yes | Left |")
    result = compute(
        build_metric(CALLS, URGENT), {"call": calls}, ["2024-05", "2024-06"], by=["side"]
    )
    counted = [(row["period"], row["side"], row["value"]) for row in rows_of(result, "calls")]
    assert counted == [
        ("2024-05", "Left", 1),
        ("2024-05", "Right", 0),
        ("2024-05", "All", 1),
        ("2024-06", "Left", 0),
        ("2024-06", "Right", 0),
        ("2024-06", "All", 0),
    ]
    right = row_of(result, "urgent_share", side="Right", period="2024-05")
    assert (right["value"], right["marker"], right["denominator"]) == (None, "[z]", 0)


def test_an_open_breakdown_has_the_members_in_the_data() -> None:
    """Each force has its own directorates, so there is no closed list."""
    ledger = table(
        "ledger",
        """
        | directorate | runs_to    | basis | account | budget_original | budget_current | actual |
        | Operations  | 2024-06-30 | ytd   | Revenue | 10.00           | 10.00          | 12.50  |
        | Enabling    | 2024-06-30 | ytd   | Revenue | 5.00            | 5.00           | 4.00   |
        | Enabling    | 2024-05-31 | ytd   | Revenue | 4.00            | 4.00           | 9.00   |
        """,
    )
    rows = rows_of(run("44", {"ledger": ledger}, by=["directorate"]), "variance")
    assert [(row["directorate"], row["value"]) for row in rows] == [
        ("Enabling", 4 - 5),
        ("Operations", 12.5 - 10),
        ("All", -1 + 2.5),
    ]
    assert all("As at 30 June 2024." in row["note"] for row in rows)


def test_a_directorate_missing_from_the_latest_statement_is_not_available() -> None:
    """A statement lists every directorate, so one without a row is [x] and not zero."""
    ledger = table(
        "ledger",
        """
        | directorate | runs_to    | basis | account | budget_original | budget_current | actual |
        | Operations  | 2024-06-30 | ytd   | Revenue | 10.00           | 10.00          | 12.50  |
        | Enabling    | 2024-05-31 | ytd   | Revenue | 4.00            | 4.00           | 9.00   |
        """,
    )
    result = run("44", {"ledger": ledger}, by=["directorate"])
    for measure in ("expenditure", "variance", "variance_share"):
        gone = row_of(result, measure, directorate="Enabling")
        assert (gone["value"], gone["numerator"], gone["marker"]) == (None, None, "[x]")


def test_with_a_budget_of_zero_the_relative_variance_is_not_applicable() -> None:
    """12.30 less 12.10 is exactly 0.20, and 4.00 / 0 is [z]."""
    ledger = table(
        "ledger",
        """
        | directorate | runs_to    | basis | account | budget_original | budget_current | actual |
        | Operations  | 2024-06-30 | ytd   | Revenue | 10.00           | 12.10          | 12.30  |
        | Enabling    | 2024-06-30 | ytd   | Revenue | 4.00            | 0.00           | 4.00   |
        """,
    )
    result = run("44", {"ledger": ledger}, by=["directorate"])
    assert value_of(result, "variance", directorate="Operations") == 0.2
    share = row_of(result, "variance_share", directorate="Operations")
    assert (share["value"], share["numerator"]) == (0.2 / 12.1, 0.2)
    nothing = row_of(result, "variance_share", directorate="Enabling")
    assert (nothing["value"], nothing["denominator"], nothing["marker"]) == (None, 0, "[z]")
    assert row_of(result, "variance", directorate="Enabling")["marker"] == ""


def test_a_period_outside_the_coverage_is_not_available() -> None:
    """A period that is partly covered is provisional."""
    stated = {"incident": ("2024-04-01", "2024-05-31")}
    result = run(
        "15", {"incident": INCIDENTS}, ["2024-03", "2024-05", "2024/25 Q1"], coverage=stated
    )
    outside, inside, half = rows_of(result, "incidents")
    assert (outside["value"], outside["marker"]) == (None, "[x]")
    assert outside["note"] == "Table 'incident' covers 1 April 2024 to 31 May 2024."
    assert (inside["value"], inside["marker"], inside["note"]) == (2, "", "")
    assert (half["value"], half["marker"]) == (4, "[p]")
    assert half["note"] == "Only part of the period is covered: 1 April 2024 to 31 May 2024."
    # The same if the first months of the period are missing.
    for since in ("2024-05-01", "2024-06-01", "2024-06-30"):
        late = run("15", {"incident": INCIDENTS}, coverage={"incident": (since, "2024-06-30")})
        assert row_of(late, "incidents")["marker"] == "[p]"


def test_coverage_defaults_to_the_months_of_the_data_and_the_note_says_so() -> None:
    """From the first to the last month with a row, of any closing code."""
    result = run("15", {"incident": INCIDENTS}, ["2024-03", *Q1], coverage={})
    before, inside = rows_of(result, "incidents")
    assert (before["value"], before["marker"]) == (None, "[x]")
    assert (inside["value"], inside["marker"]) == (4, "")
    assert inside["note"] == "Coverage 1 April 2024 to 30 June 2024, the months seen in the data."


def test_a_month_without_rows_inside_the_coverage_is_zero() -> None:
    """May has no call, and April and June do."""
    calls = frame_of(Call, "| began_at |\n| 2024-04-06 12:00 |\n| 2024-06-06 12:00 |")
    result = compute(
        build_metric(CALLS), {"call": calls}, ["2024-04", "2024-05", "2024-06"], coverage={}
    )
    assert [row["value"] for row in rows_of(result, "calls")] == [1, 0, 1]


def test_an_empty_table_that_covers_the_period_has_zeros_and_no_shares() -> None:
    """With stated coverage, an empty table means that nothing happened."""
    result = run("53", {"incident": incident_times().clear()}, by=["lpa"])
    assert by_area(result, "incidents") == dict.fromkeys([*AREAS, "All"], 0)
    for measure in ("mean_minutes", "median_minutes", "p90_minutes", "arrival_recorded"):
        assert {row["marker"] for row in rows_of(result, measure)} == {"[z]"}
        assert set(by_area(result, measure).values()) == {None}


def test_an_empty_table_without_stated_coverage_is_not_available() -> None:
    """Without rows and coverage, it is not known whether anything happened."""
    row = row_of(run("15", {"incident": EMPTY}, coverage={}), "incidents")
    assert (row["value"], row["marker"]) == (None, "[x]")
    assert "no dated rows, and no coverage was stated" in row["note"]


@pytest.mark.parametrize("ref", ["44", "52", "54"])
def test_an_empty_table_of_snapshots_has_no_snapshot(ref) -> None:
    """It is [x] and not zero: nothing was counted."""
    name = next(iter(kpi.catalogue()[ref].contracts))
    columns = kpi.catalogue().contracts[name].columns
    empty = frame_of(kpi.catalogue().contracts[name], f"| {' | '.join(columns)} |")
    for by in ([], ["lpa"]):
        frame = run(ref, {name: empty}, by=by).to_polars()
        assert frame["value"].null_count() == len(frame)
        assert set(frame["marker"]) == {"[x]"}


@pytest.mark.slow
def test_every_table_of_the_catalogue_may_be_empty() -> None:
    """No error is raised, and no value is invented."""
    empty = {
        name: frame_of(contract, f"| {' | '.join(contract.columns)} |")
        for name, contract in kpi.catalogue().contracts.items()
    }
    frame = kpi.compute(None, empty, periods=Q1, by=["lpa"]).to_polars()
    assert frame["value"].null_count() == len(frame)
    assert set(frame["marker"]) <= {"[x]", "[z]"}


LEFT_LACKS_APRIL = kpi.Coverage(
    reporter="side",
    by_reporter={"Left": ("2024-05-01", "2024-06-30"), "Right": ("2024-04-01", "2024-06-30")},
)


@pytest.mark.parametrize("by", [["side", "shade"], ["shade", "side"]])
def test_months_missing_for_a_member_are_not_zero_for_it_or_for_a_total(by) -> None:
    """Left is missing in April: [x] for Left, provisional for the totals of April and Q1."""
    calls = frame_of(
        Call,
        """
        | began_at         | side  | shade |
        | 2024-04-06 12:00 | Right | Dark  |
        | 2024-05-06 12:00 | Left  | Dark  |
        | 2024-05-06 12:00 | Right | Light |
        """,
    )
    table = OpenTable(
        "call",
        calls,
        LEFT_LACKS_APRIL,
    )
    periods = ["2024-04", "2024-05", "2024/25 Q1"]
    result = compute(build_metric(CALLS), {"call": table}, periods, by=by, coverage={})

    def of(side: str, shade: str) -> list[tuple[float | None, str]]:
        cells = rows_of(result, "calls", side=side, shade=shade)
        return [(cell["value"], cell["marker"]) for cell in cells]

    assert of("Left", "Dark") == [(None, "[x]"), (1, ""), (1, "[p]")]
    assert of("Left", "Light") == [(None, "[x]"), (0, ""), (0, "[p]")]
    assert of("Left", "All") == [(None, "[x]"), (1, ""), (1, "[p]")]
    assert of("Right", "Dark") == [(1, ""), (0, ""), (1, "")]
    assert of("Right", "All") == [(1, ""), (1, ""), (2, "")]
    assert of("All", "Dark") == [(1, "[p]"), (1, ""), (2, "[p]")]
    assert of("All", "All") == [(1, "[p]"), (2, ""), (3, "[p]")]
    # A provisional value has no interval.
    whole = {
        row["period"]: row["lower"] for row in rows_of(result, "calls", side="All", shade="All")
    }
    assert [lower is None for lower in whole.values()] == [True, False, True]


@pytest.mark.parametrize("by", [[], ["shade"]])
def test_a_total_that_lacks_a_months_member_is_provisional_whatever_it_is_broken_down_by(
    by,
) -> None:
    """The shades of Left in April are not known, so each shade is provisional."""
    table = OpenTable(
        "call",
        frame_of(Call, "| began_at | side | shade |\n| 2024-05-06 12:00 | Right | Dark |"),
        LEFT_LACKS_APRIL,
    )
    periods = ["2024-04", "2024-05", "2024/25 Q1"]
    result = compute(build_metric(CALLS), {"call": table}, periods, by=by, coverage={})
    marks = {row["period"]: set() for row in rows_of(result, "calls")}
    for row in rows_of(result, "calls"):
        marks[row["period"]].add((row["marker"], row["lower"] is None))
    assert list(marks.values()) == [{("[p]", True)}, {("", False)}, {("[p]", True)}]


def test_each_member_of_a_rate_without_its_population_says_so() -> None:
    """The count stands, and each member of the rate has the reason, as its total does."""
    members = [*kpi.catalogue().dimensions["lpa"].members, "All"]
    result = run("15", {"incident": INCIDENTS}, by=["lpa"])
    rows = rows_of(result, "per_1000")
    assert [(row["lpa"], row["value"], row["marker"]) for row in rows] == [
        (member, None, "[x]") for member in members
    ]
    assert {row["note"] for row in rows} == {"Table 'population' was not given."}
    assert value_of(result, "incidents", lpa="All") is not None


def test_each_member_of_a_rate_with_part_of_its_population_says_so() -> None:
    result = run("15", {"incident": INCIDENTS, "population": PEOPLE.head(1)}, by=["lpa"])
    for row in rows_of(result, "per_1000"):
        if row["marker"] == "[x]":
            assert row["note"].startswith("The estimates of that year lack"), row


def test_a_code_that_nobody_filled_in_is_no_zero_beside_a_flag() -> None:
    """Rows without the flag do not decide how many rows with it have the code."""
    crimes = table(
        "crime",
        """
        | recorded_at      | is_knife | is_firearm | ho_code | status   |
        | 2024-05-06 12:00 | yes      | no         |         | recorded |
        | 2024-05-06 12:00 | no       | no         |         | recorded |
        """,
    )
    row = row_of(run("18", {"crime": crimes}), "knife_crime")
    assert (row["value"], row["marker"]) == (None, "[x]")
