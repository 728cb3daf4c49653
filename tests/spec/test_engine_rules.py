"""The rules of the engine, one by one, on tables small enough to check by eye.

The numbered rules are those of the design: time, unknowns, zeros and coverage, nothing to divide
by, what adds, periods cut short, and quantiles and repeats.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from polars.testing import assert_frame_equal

import swm_kpi as kpi
from swm_kpi import (
    Assumption,
    Average,
    Break,
    Column,
    Contract,
    ContractError,
    Count,
    Dimension,
    Direction,
    Distribution,
    Duration,
    Example,
    Measure,
    Metric,
    Objective,
    PeriodEndStock,
    PeriodError,
    Planned,
    Proportion,
    Ratio,
    RepeatRate,
    RequestError,
    Result,
    Rule,
    Sum,
    Unit,
    Uptime,
)
from swm_kpi.engine.worked_examples import example_frame
from swm_kpi.open_data.table import OpenTable
from swm_kpi.output import write_csv

AREAS = (
    "Herefordshire",
    "Shropshire",
    "Telford & Wrekin",
    "North Worcestershire",
    "South Worcestershire",
)
Q1 = ["2024/25 Q1"]
ASB = "ASB nuisance"
WHOLE_Q1 = ("2024-04-01", "2024-06-30")


def table(name: str, text: str) -> pl.DataFrame:
    """Read a pipe table as one of the catalogue's tables."""
    return example_frame(text, kpi.catalogue().contracts[name])


def run(ref: str, data: Mapping[str, Any], periods: Any = Q1, **options: Any) -> Result:
    """Compute a ref over the first quarter, which every table covers unless a test says so."""
    options.setdefault("coverage", dict.fromkeys(data, WHOLE_Q1))
    return kpi.compute([ref], data, periods=periods, **options)


def rows(result: Result, measure: str, **members: str) -> list[dict[str, Any]]:
    """Return the rows of a measure, in order, that have these cells."""
    found = result.to_polars().filter(measure=measure, **members).to_dicts()
    assert found, f"no row of {measure} for {members}"
    return found


def row(result: Result, measure: str, **members: str) -> dict[str, Any]:
    """Return the only such row."""
    (found,) = rows(result, measure, **members)
    return found


def value(result: Result, measure: str, **members: str) -> float | None:
    return row(result, measure, **members)["value"]


def by_area(result: Result, measure: str) -> dict[str, float | None]:
    return {each["lpa"]: each["value"] for each in rows(result, measure)}


INCIDENTS = table(
    "incident",
    """
    | created_at       | closing_code      | lpa              |
    | 2024-04-01 00:00 | ASB nuisance      | Shropshire       |
    | 2024-05-06 12:00 | ASB personal      | Shropshire       |
    | 2024-05-06 12:00 | ASB environmental | Herefordshire    |
    | 2024-06-30 23:59 | ASB nuisance      |                  |
    | 2024-05-06 12:00 | Crime             | Telford & Wrekin |
    """,
)
PEOPLE = table(
    "population",
    """
    | mid_year | lpa              | residents |
    | 2024     | Shropshire       | 500       |
    | 2024     | Herefordshire    | 200       |
    | 2024     | Telford & Wrekin | 100       |
    """,
)


# A local contract, for what no metric of the plan shows on its own.

SIDE = Dimension("side", "Side", ("Left", "Right"), description="The side it was on.")
SHADE = Dimension("shade", "Shade", ("Dark", "Light"), description="How dark it was.")
LIMIT = Assumption("limit", 60, since="2021-04-01", because="A minute, for these tests.")
BACK = Assumption("back", 12, since="2021-04-01", because="A year, for these tests.")


class Call(Contract, row_unit=Unit.CALLS):
    """One row per call."""

    call_id = Column(str, unique=True, personal=True, description="The key.")
    began_at = Column(datetime, description="When it began.")
    ended_at = Column(datetime, nullable=True, label="end", description="When it ended.")
    caller = Column(str, nullable=True, personal=True, description="Who called.")
    cost = Column(float, nullable=True, description="What it cost.")
    urgent = Column(bool, nullable=True, label="urgency", description="Whether it was urgent.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")
    shade = Column(str, dimension=SHADE, nullable=True, description="The shade.")

    ends_after_it_begins = Rule(ended_at >= began_at, "a call does not end before it begins")


class Post(Contract, row_unit=Unit.PEOPLE):
    """One row per side and day."""

    day = Column(date, description="The day.")
    ended = Column(date, nullable=True, description="The last day.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")


class Member(Contract, row_unit=Unit.PEOPLE):
    """One row per member."""

    joined = Column(date, description="The first day.")
    left = Column(date, nullable=True, description="The day of leaving.")
    moved = Column(date, nullable=True, description="The day of moving.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")


class Outage(Contract):
    """One row per outage."""

    system = Column(str, description="Which system.")
    began_at = Column(datetime, description="When it went down.")
    ended_at = Column(datetime, nullable=True, description="When it came back.")


CALL = {"of": Call, "at": Call.began_at}
CALLS = Count(key="calls", **CALL)
URGENT = Proportion(key="urgent_share", **CALL, numerator=Call.urgent)
MINUTES = {"start": Call.began_at, "end": Call.ended_at, "unit": Unit.MINUTES}


def metric(*measures: Measure, **fields: Any) -> Metric:
    """Declare a metric that is in no catalogue."""
    first = next(each.contract for each in measures if each.contract is not None)
    heading = f"| {next(iter(first.columns))} |"
    return Metric(
        **{
            "ref": "T1",
            "key": "test_metric",
            "title": "A test",
            "objective": Objective.SECURE,
            "summary": "A metric for a test.",
            "measures": measures,
            "dimensions": [each for each in (SIDE, SHADE) if each.key in first.dimensions],
            "direction": Direction.NEUTRAL,
            "availability": kpi.catalogue()["15"].availability,
            "limitations": "Not real.",
            "examples": [
                Example(rows=heading, expect={each.key: 0 for each in measures}, edge_case="None.")
            ],
            **fields,
        }
    )


def frame(contract: Any, text: str) -> pl.DataFrame:
    return example_frame(text, contract)


def compute(made: Metric, data: Mapping[str, Any], periods: Any = Q1, **options: Any) -> Result:
    options.setdefault("coverage", dict.fromkeys(data, ("2020-01-01", "2029-12-31")))
    return kpi.compute([made], data, periods=periods, catalogue=kpi.Catalogue([made]), **options)


# Rule 1: periods are half-open local days; aware times are converted once; naive ones are local.


def test_the_first_and_the_last_moment_of_a_period_are_in_it() -> None:
    """Nothing falls between two periods, and nothing is in both."""
    calls = frame(
        Call,
        """
        | began_at                   |
        | 2024-03-31 23:59:59.999999 |
        | 2024-04-01 00:00:00        |
        | 2024-06-30 23:59:59.999999 |
        | 2024-07-01 00:00:00        |
        """,
    )
    found = compute(metric(CALLS), {"call": calls}, ["2023/24 Q4", "2024/25 Q1", "2024/25 Q2"])
    assert [each["value"] for each in rows(found, "calls")] == [1, 1 + 1, 1]


SPRING = datetime(2024, 3, 31, 0, 50), datetime(2024, 3, 31, 2, 10)
AUTUMN = datetime(2024, 10, 27, 0, 50), datetime(2024, 10, 27, 2, 10)


@pytest.mark.parametrize(
    ("began", "ended", "minutes"),
    [
        (*SPRING, 80 - 60),
        (*AUTUMN, 80 + 60),
        (SPRING[0].replace(tzinfo=UTC), datetime(2024, 3, 31, 1, 10, tzinfo=UTC), 20),
        # 00:50 and 02:10 by the clock, before and after it went back.
        (
            datetime(2024, 10, 26, 23, 50, tzinfo=UTC),
            datetime(2024, 10, 27, 2, 10, tzinfo=UTC),
            140,
        ),
        # Both ends in the hour that occurs twice: only an offset can tell them apart.
        (
            datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
            datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
            60,
        ),
    ],
    ids=["naive spring", "naive autumn", "aware spring", "aware autumn", "aware, twice 01:30"],
)
def test_elapsed_time_is_real_time_across_both_clock_changes(began, ended, minutes) -> None:
    """The clocks skip an hour in spring and repeat one in autumn; people wait in real minutes."""
    calls = pl.DataFrame({"began_at": [began], "ended_at": [ended]})
    made = metric(*(Duration(key=a.name.lower(), **CALL, average=a, **MINUTES) for a in Average))
    found = compute(made, {"call": calls}, ["2024-03", "2024-10"])
    for average in Average:
        numbers = [each["value"] for each in rows(found, average.name.lower())]
        assert sorted(each for each in numbers if each is not None) == [minutes]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (Unit.SECONDS, 108),
        (Unit.MINUTES, 1.8),
        (Unit.HOURS, 0.03),
        (Unit.DAYS, 0.00125),
    ],
)
def test_108_seconds_are_so_many_of_each_unit(unit, expected) -> None:
    calls = frame(
        Call,
        """
        | began_at            | ended_at            |
        | 2024-05-06 12:00:00 | 2024-05-06 12:01:48 |
        """,
    )
    ends = {"start": Call.began_at, "end": Call.ended_at, "unit": unit}
    made = metric(*(Duration(key=a.name.lower(), **CALL, average=a, **ends) for a in Average))
    found = compute(made, {"call": calls})
    assert [value(found, a.name.lower()) for a in Average] == [pytest.approx(expected)] * 3


def test_a_row_without_a_duration_is_left_out_for_its_own_reason() -> None:
    """Two calls have no end, and one ends in the hour that comes twice: 20 minutes are known."""
    calls = frame(
        Call,
        """
        | began_at         | ended_at         |
        | 2024-10-06 12:00 | 2024-10-06 12:20 |
        | 2024-10-07 12:00 |                  |
        | 2024-10-08 12:00 |                  |
        | 2024-10-26 12:00 | 2024-10-27 01:30 |
        """,
    )
    made = metric(
        *(Duration(key=a.name.lower(), **CALL, average=a, **MINUTES) for a in Average),
        Duration(
            key="named", **CALL, average=Average.MEAN, **MINUTES, missing="nobody noted its end"
        ),
    )
    found = compute(made, {"call": calls}, ["2024-10"])
    for average in Average:
        only = row(found, average.name.lower())
        assert (only["value"], only["denominator"]) == (20, 1)
        assert "2 rows left out: began at or end missing" in only["note"]
        assert "1 row left out: a time is in the hour that comes twice" in only["note"]
    assert "2 rows left out: nobody noted its end" in row(found, "named")["note"]


def test_an_outage_that_ends_in_the_hour_that_occurs_twice_does_not_last_for_ever() -> None:
    """It takes no time, since how long it took is not known; its system still counts."""
    outages = frame(
        Outage,
        """
        | system | began_at         | ended_at         |
        | email  | 2024-10-27 00:30 | 2024-10-27 01:30 |
        | radio  | 2024-10-27 01:30 | 2024-10-27 03:00 |
        """,
    )
    up = Uptime(
        key="up",
        of=Outage,
        at=Outage.began_at,
        until=Outage.ended_at,
        of_each=Outage.system,
    )
    found = row(compute(metric(up), {"outage": outages}, ["2024-10"]), "up")
    assert found["value"] == 1
    assert found["denominator"] == 2 * (31 * 24 + 1) * 3600


# Rule 2: a null breakdown is Unknown, shown where there is any, and inside the total.


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


# Rule 3: zero for a member with no rows; [x] for a period that the data do not cover.


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


EMPTY = INCIDENTS.clear()


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


# Rule 4: nothing to divide by is [z]; never infinite, never NaN.


def test_nothing_to_divide_by_is_not_applicable() -> None:
    """1 over 0 and 0 over 0 alike, in every kind that divides."""
    data = {
        "incident": INCIDENTS,
        "population": PEOPLE.with_columns(residents=pl.lit(0, dtype=pl.Int64)),
    }
    found = run("15", data, by=["lpa"])
    for each in rows(found, "per_1000"):
        assert (each["value"], each["marker"], each["denominator"]) == (None, "[z]", 0)
    assert row(found, "per_1000", lpa="Shropshire")["numerator"] == 2
    for name in ("value", "numerator", "denominator"):
        numbers = found.to_polars()[name].drop_nulls()
        assert numbers.is_finite().all()


def test_a_rate_names_its_estimate_and_is_of_the_area() -> None:
    """Two in Shropshire for 500 people; an area with no estimate has no rate."""
    found = run("15", {"incident": INCIDENTS, "population": PEOPLE}, by=["lpa"])
    shropshire = row(found, "per_1000", lpa="Shropshire")
    assert (shropshire["value"], shropshire["numerator"], shropshire["denominator"]) == (4, 2, 500)
    assert "Population: mid-2024 estimate." in shropshire["note"]
    assert value(found, "per_1000", lpa="All") == pytest.approx(4 / 800 * 1000)
    assert row(found, "per_1000", lpa="South Worcestershire")["marker"] == "[z]"
    assert row(found, "per_1000", lpa="Unknown")["marker"] == "[z]"


def test_a_ratio_of_what_is_not_available_is_not_available() -> None:
    """A member missing from the statement has no stock, and so no ratio; not 0 over 1."""
    first = {"of": Post, "at": Post.day, "series": Post.ended.is_null()}
    made = metric(
        PeriodEndStock(key="listed", **first),
        PeriodEndStock(key="posts", of=Post, at=Post.day),
        PeriodEndStock(key="staying", of=Post, at=Post.day, where=Post.ended.is_null()),
        Ratio(key="ratio", numerator="listed", denominator="posts"),
        Ratio(key="of_staying", numerator="listed", denominator="staying"),
    )
    posts = frame(
        Post,
        """
        | day        | ended      | side  |
        | 2024-06-30 |            | Left  |
        | 2024-06-30 | 2024-06-30 | Right |
        """,
    )
    found = compute(made, {"post": posts}, by=["side"])
    assert row(found, "listed", side="Right")["marker"] == "[x]"
    right = row(found, "ratio", side="Right")
    assert (right["value"], right["numerator"], right["marker"]) == (None, None, "[x]")
    assert value(found, "ratio", side="Left") == 1
    # Nor is it not applicable, where what it would be divided by is 0.
    assert value(found, "staying", side="Right") == 0
    assert row(found, "of_staying", side="Right")["marker"] == "[x]"


# Rule 5: what adds is added; what does not is worked out again at each level.


def test_totals_of_what_does_not_add_are_worked_out_again() -> None:
    """One caller rings from both sides; the median of all is not the sum of medians."""
    calls = frame(
        Call,
        """
        | began_at            | ended_at            | caller | side  |
        | 2024-04-06 12:00:00 | 2024-04-06 12:01:00 | a      | Left  |
        | 2024-04-06 12:00:00 | 2024-04-06 12:03:00 | a      | Right |
        | 2024-05-06 12:00:00 | 2024-05-06 12:11:00 | a      | Left  |
        | 2024-05-06 12:00:00 | 2024-05-06 12:12:00 | b      | Left  |
        | 2024-05-06 12:00:00 | 2024-05-06 12:30:00 | b      |       |
        | 2024-05-06 12:00:00 |                     |        | Left  |
        """,
    )
    made = metric(
        Count(key="callers", **CALL, distinct=Call.caller),
        Duration(key="median", **CALL, average=Average.MEDIAN, **MINUTES),
    )
    found = compute(made, {"call": calls}, ["2024-04", "2024-05", "2024/25 Q1"], by=["side"])

    def of(measure: str, period: str) -> dict[str, float | None]:
        return {each["side"]: each["value"] for each in rows(found, measure, period=period)}

    # Nobody is nobody: the call with no caller adds no caller.
    assert of("callers", "2024-04") == {"Left": 1, "Right": 1, "Unknown": 0, "All": 1}
    assert of("callers", "2024-05") == {"Left": 2, "Right": 0, "Unknown": 1, "All": 2}
    assert of("callers", "2024/25 Q1") == {"Left": 2, "Right": 1, "Unknown": 1, "All": 2}
    assert of("median", "2024/25 Q1") == {"Left": 11, "Right": 3, "Unknown": 30, "All": 11}


MIXED = [
    "2024-04",
    "2024-05",
    "2024-07",
    "2024-06",
    "2024/25 Q2",
    "2024/25 Q1",
    "2024/25 Q3",
    "2025-01",
    "2024-12",
]


def test_periods_of_any_length_and_in_any_order_are_counted_each_for_itself() -> None:
    """One caller rings every month, a second in May and July, a third in December."""
    calls = frame(
        Call,
        """
        | began_at         | caller | side  | shade |
        | 2024-04-06 12:00 | a      | Left  | Dark  |
        | 2024-05-06 12:00 | a      | Left  | Dark  |
        | 2024-05-06 13:00 | b      | Right | Light |
        | 2024-06-06 12:00 | a      | Left  | Light |
        | 2024-07-06 12:00 | a      |       | Dark  |
        | 2024-07-06 13:00 | b      | Right |       |
        | 2024-12-06 12:00 | c      | Left  | Dark  |
        """,
    )
    made = metric(CALLS, Count(key="callers", **CALL, distinct=Call.caller))
    found = compute(made, {"call": calls}, MIXED, by=["side", "shade"])

    def of(measure: str, side: str, shade: str) -> dict[str, float | None]:
        return {
            each["period"]: each["value"] for each in rows(found, measure, side=side, shade=shade)
        }

    def told(*values: int) -> dict[str, int]:
        return dict(zip(of("calls", "All", "All"), values, strict=True))

    assert len(of("calls", "All", "All")) == len(MIXED)
    assert of("calls", "All", "All") == told(1, 2, 2, 1, 2, 4, 1, 0, 1)
    assert of("callers", "All", "All") == told(1, 2, 2, 1, 2, 2, 1, 0, 1)
    assert of("callers", "Left", "All") == told(1, 1, 0, 1, 0, 1, 1, 0, 1)
    assert of("callers", "Left", "Dark") == told(1, 1, 0, 0, 0, 1, 1, 0, 1)
    assert of("callers", "Right", "All") == told(0, 1, 1, 0, 1, 1, 0, 0, 0)
    assert of("callers", "Right", "Unknown") == told(0, 0, 1, 0, 1, 0, 0, 0, 0)
    assert of("callers", "Unknown", "All") == told(0, 0, 1, 0, 1, 0, 0, 0, 0)
    assert of("callers", "All", "Dark") == told(1, 1, 1, 0, 1, 1, 1, 0, 1)
    assert of("callers", "All", "Light") == told(0, 1, 0, 1, 0, 2, 0, 0, 0)


@pytest.mark.parametrize("period", MIXED)
def test_a_period_is_the_same_whatever_is_asked_for_beside_it(period) -> None:
    calls = frame(
        Call,
        """
        | began_at         | ended_at         | caller | cost | urgent | side  |
        | 2024-04-06 12:00 | 2024-04-06 12:09 | a      | 1    | yes    | Left  |
        | 2024-05-06 12:00 | 2024-05-06 12:01 | b      | 2    | no     | Left  |
        | 2024-06-06 12:00 | 2024-06-06 12:04 | b      | 4    | yes    | Right |
        | 2024-07-06 12:00 | 2024-07-06 12:02 | b      | 8    |        |       |
        | 2024-08-06 12:00 | 2024-08-06 12:30 | b      | 16   | no     | Left  |
        | 2024-12-06 12:00 | 2024-12-06 12:07 | a      | 32   | yes    | Right |
        """,
    )
    made = metric(
        CALLS,
        URGENT,
        Sum(key="cost", **CALL, value=Call.cost, unit=Unit.POUNDS),
        Count(key="callers", **CALL, distinct=Call.caller),
        Duration(key="median", **CALL, average=Average.MEDIAN, **MINUTES),
    )
    together = compute(made, {"call": calls}, MIXED, by=["side"]).to_polars()
    alone = compute(made, {"call": calls}, [period], by=["side"]).to_polars()
    (label,) = alone["period"].unique()
    columns = ["measure", "side", "value", "numerator", "denominator", "lower", "upper", "marker"]
    same = together.filter(pl.col("period") == label, pl.col("side") != "Unknown")
    assert_frame_equal(
        same.select(columns), alone.filter(pl.col("side") != "Unknown").select(columns)
    )


def test_two_breakdowns_are_crossed_with_their_margins() -> None:
    """Each breakdown has its own total within each member of the other."""
    calls = frame(
        Call,
        """
        | began_at         | side  | shade |
        | 2024-05-06 12:00 | Left  | Dark  |
        | 2024-05-06 12:00 | Left  | Light |
        | 2024-05-06 12:00 | Left  | Light |
        | 2024-05-06 12:00 | Right |       |
        """,
    )
    found = compute(metric(CALLS), {"call": calls}, by=["side", "shade"])
    grid = {(each["side"], each["shade"]): each["value"] for each in rows(found, "calls")}
    shades = ["Dark", "Light", "Unknown", "All"]
    assert [[grid[side, shade] for shade in shades] for side in ("Left", "Right", "All")] == [
        [1, 2, 0, 3],
        [0, 0, 1, 1],
        [1, 2, 1, 4],
    ]
    assert len(grid) == 3 * 4
    assert found.by == ("side", "shade")


@pytest.mark.parametrize("by", [["side", "shade"], ["shade", "side"]])
def test_a_distribution_is_over_its_own_breakdown_within_each_member_of_another(by) -> None:
    """Of three dark calls with a side two are left; the light one is right; one names no side."""
    calls = frame(
        Call,
        """
        | began_at         | side  | shade |
        | 2024-05-06 12:00 | Left  | Dark  |
        | 2024-05-06 12:00 | Left  | Dark  |
        | 2024-05-06 12:00 | Right | Dark  |
        | 2024-05-06 12:00 | Right | Light |
        | 2024-05-06 12:00 |       | Light |
        """,
    )
    found = compute(metric(Distribution(key="spread", **CALL, over=SIDE)), {"call": calls}, by=by)
    grid = {(each["side"], each["shade"]): each for each in rows(found, "spread")}
    shares = {place: (each["numerator"], each["denominator"]) for place, each in grid.items()}
    assert shares == {
        ("Left", "Dark"): (2, 3),
        ("Left", "Light"): (0, 1),
        ("Left", "All"): (2, 4),
        ("Right", "Dark"): (1, 3),
        ("Right", "Light"): (1, 1),
        ("Right", "All"): (2, 4),
        ("All", "Dark"): (3, 3),
        ("All", "Light"): (1, 1),
        ("All", "All"): (4, 4),
    }
    for (side, shade), each in grid.items():
        # The whole is 1, and has no interval; one call names no side, and is in its note.
        assert (each["lower"] is None) == (side == "All")
        assert ("in no share" in each["note"]) == (shade in ("Light", "All"))


def test_what_does_not_add_is_counted_without_anything_that_does() -> None:
    calls = frame(Call, "| began_at | caller |\n| 2024-05-06 12:00 | a |")
    found = compute(metric(Count(key="callers", **CALL, distinct=Call.caller)), {"call": calls})
    assert value(found, "callers") == 1


@pytest.mark.parametrize("by", [[], ["side"], ["shade"], ["side", "shade"], ["shade", "side"]])
def test_the_force_total_is_always_there_and_always_the_same(by) -> None:
    """Whatever is asked for, the row that is All in every breakdown is the whole."""
    calls = frame(
        Call,
        """
        | began_at         | caller | side | shade |
        | 2024-05-06 12:00 | a      | Left | Dark  |
        | 2024-05-06 12:00 | a      |      | Light |
        """,
    )
    callers = Count(key="callers", **CALL, distinct=Call.caller)
    found = compute(metric(CALLS, callers), {"call": calls}, by=by)
    whole = dict.fromkeys(by, "All")
    assert (value(found, "calls", **whole), value(found, "callers", **whole)) == (2, 1)


def test_a_metric_without_the_breakdown_answers_with_its_total_and_says_so() -> None:
    """Calls are answered for the whole force: ref 57 has no areas, and ref 15 has."""
    calls = table(
        "contact",
        """
        | line | clock | presented_at        | answered_at         | abandoned_at | lpa        |
        | 999  | force | 2024-05-06 12:00:00 | 2024-05-06 12:00:05 |              | Shropshire |
        """,
    )
    data = {"contact": calls, "incident": INCIDENTS}
    coverage = dict.fromkeys(data, WHOLE_Q1)
    found = kpi.compute(["57", "15"], data, periods=Q1, by=["lpa"], coverage=coverage)
    only = row(found, "calls_999")
    assert (only["lpa"], only["value"]) == ("All", 1)
    assert "Not broken down by Local Policing Area." in only["note"]
    assert len(rows(found, "incidents")) == len(AREAS) + 2


def test_a_table_without_the_breakdowns_column_answers_with_its_total() -> None:
    """A breakdown nobody gave is not a table full of Unknown."""
    found = row(run("15", {"incident": INCIDENTS.drop("lpa")}, by=["lpa"]), "incidents")
    assert (found["lpa"], found["value"]) == ("All", 4)
    assert "Not broken down by Local Policing Area." in found["note"]


def test_a_ratio_is_broken_down_by_what_both_of_its_parts_are() -> None:
    """Calls have a side and a shade, and posts only a side: calls of every shade are divided."""
    calls = frame(
        Call,
        """
        | began_at         | caller | side  | shade |
        | 2024-05-06 12:00 | a      | Left  | Dark  |
        | 2024-05-06 12:00 | a      | Left  | Light |
        | 2024-05-06 12:00 | b      | Right | Light |
        """,
    )
    posts = frame(
        Post,
        """
        | day        | side  |
        | 2024-06-30 | Left  |
        | 2024-06-30 | Right |
        """,
    )
    made = metric(
        CALLS,
        Count(key="posts", of=Post, at=Post.day),
        Count(key="callers", **CALL, distinct=Call.caller),
        Ratio(key="calls_for_each", numerator="calls", denominator="posts"),
        Ratio(key="callers_for_each", numerator="callers", denominator="posts"),
    )
    found = compute(made, {"call": calls, "post": posts}, by=["side", "shade"])
    assert value(found, "calls", side="Left", shade="Dark") == 1
    for measure, left, right, whole in (
        ("calls_for_each", 2 / 1, 1 / 1, 3 / 2),
        ("callers_for_each", 1 / 1, 1 / 1, 2 / 2),
    ):
        assert {(each["side"], each["shade"]): each["value"] for each in rows(found, measure)} == {
            ("Left", "All"): left,
            ("Right", "All"): right,
            ("All", "All"): whole,
        }


# Rule 6: a period that the extraction cuts short is [p].


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


# Rule 7: quantiles interpolate; repeats look back, and need the months they look back on.


@pytest.mark.parametrize(
    ("average", "expected"),
    [(Average.MEDIAN, 2.5), (Average.P90, 3 + 0.7 * (10 - 3)), (Average.MEAN, 4.0)],
)
def test_quantiles_interpolate_linearly(average, expected) -> None:
    """Of 1, 2, 3 and 10 minutes: nine tenths of the way from the first to the last is 2.7 steps."""
    start = datetime(2024, 5, 6, 12)
    calls = pl.DataFrame(
        {
            "began_at": [start] * 4,
            "ended_at": [start + timedelta(minutes=each) for each in (10, 1, 3, 2)],
        }
    )
    made = metric(Duration(key="time", **CALL, average=average, **MINUTES))
    found = row(compute(made, {"call": calls}), "time")
    assert found["value"] == pytest.approx(expected)
    assert found["denominator"] == 4


def test_a_repeat_needs_the_months_before() -> None:
    """Twelve months back from each row, so a period with fewer before it is of low reliability."""
    calls = frame(
        Call,
        """
        | began_at         | caller |
        | 2023-05-06 12:00 | a      |
        | 2023-05-05 12:00 | b      |
        | 2024-05-06 12:00 | a      |
        | 2024-05-06 12:00 | b      |
        | 2024-05-06 13:00 | c      |
        | 2024-05-06 14:00 | c      |
        """,
    )
    made = metric(RepeatRate(key="again", **CALL, who=Call.caller, lookback=BACK))

    def covered_from(first: str) -> dict[str, Any]:
        coverage = {"call": (first, "2024-05-31")}
        return row(compute(made, {"call": calls}, ["2024-05"], coverage=coverage), "again")

    enough = covered_from("2023-05-01")
    # a is back after twelve months to the day, b is a day too late, and c rang twice on one day.
    assert (enough["numerator"], enough["denominator"], enough["marker"]) == (1, 3, "")
    short = covered_from("2023-06-01")
    assert short["marker"] == "[u]"
    assert "12 months before the period are not all in the data" in short["note"]


# Snapshots.


def test_the_total_of_snapshots_leaves_out_those_that_miss_an_area() -> None:
    """Shropshire is averaged over three snapshots, the force over the two that hold both areas."""
    waiting = table(
        "open_incident_snapshot",
        """
        | snapshot_at      | lpa           | grade | unresourced |
        | 2024-05-06 07:00 | Shropshire    | 2     | 3           |
        | 2024-05-06 07:00 | Herefordshire | 2     | 5           |
        | 2024-05-07 07:00 | Shropshire    | 2     | 1           |
        | 2024-05-08 07:00 | Shropshire    | 2     | 5           |
        | 2024-05-08 07:00 | Herefordshire | 2     | 0           |
        """,
    )
    found = run("54", {"open_incident_snapshot": waiting}, by=["lpa"])
    assert by_area(found, "unresourced") == {
        "Herefordshire": (5 + 0) / 2,
        "Shropshire": (3 + 1 + 5) / 3,
        "Telford & Wrekin": None,
        "North Worcestershire": None,
        "South Worcestershire": None,
        "All": ((3 + 5) + (5 + 0)) / 2,
    }
    assert row(found, "unresourced", lpa="Telford & Wrekin")["marker"] == "[x]"


def test_a_stock_is_the_latest_snapshot_of_the_period_and_never_a_sum() -> None:
    """Two officers in April and one in June make one; May to June of next year has none."""
    people = table(
        "workforce_snapshot",
        """
        | as_at      | person_id | worker_type | fte | career_break | seconded | lpa        |
        | 2024-04-30 | a         | officer     | 1.0 | no           | no       | Shropshire |
        | 2024-04-30 | b         | officer     | 0.5 | no           | no       |            |
        | 2024-06-30 | a         | officer     | 0.6 | no           | no       | Shropshire |
        """,
    )
    found = run(
        "52",
        {"workforce_snapshot": people},
        ["2024-04", "2024-05", "2024/25 Q1"],
        by=["lpa"],
    )
    april, may, quarter = rows(found, "officers", lpa="All")
    assert (april["value"], quarter["value"]) == (2, 1)
    assert (may["value"], may["marker"]) == (None, "[x]")
    assert "No snapshot in the period." in may["note"]
    assert "As at 30 June 2024." in quarter["note"]
    assert [each["value"] for each in rows(found, "officers_fte", lpa="All")] == [1.5, None, 0.6]


def test_a_snapshot_of_the_first_and_of_the_last_day_are_of_the_period() -> None:
    """And one of the day after is of the next; a day without a post of the series is none of it."""
    posts = frame(
        Post,
        """
        | day        | ended      | side  |
        | 2024-04-01 |            | Left  |
        | 2024-04-01 |            | Right |
        | 2024-04-30 | 2024-05-01 | Left  |
        | 2024-05-01 |            | Left  |
        | 2024-05-01 |            | Left  |
        | 2024-05-01 | 2024-05-02 | Right |
        """,
    )
    made = metric(
        PeriodEndStock(key="posts", of=Post, at=Post.day),
        PeriodEndStock(key="staying", of=Post, at=Post.day, series=Post.ended.is_null()),
    )
    found = compute(made, {"post": posts}, ["2024-03", "2024-04", "2024-05"], by=["side"])

    def of(measure: str, side: str) -> list[float | None]:
        return [each["value"] for each in rows(found, measure, side=side)]

    assert of("posts", "All") == [None, 1, 3]
    assert of("posts", "Left") == [None, 1, 2]
    assert of("staying", "All") == [None, 2, 2]
    assert of("staying", "Left") == [None, 1, 2]
    notes = [each["note"] for each in rows(found, "posts", side="All")]
    assert "No snapshot in the period." in notes[0]
    assert "As at 30 April 2024." in notes[1]
    assert "As at 1 May 2024." in notes[2]
    assert "As at 1 April 2024." in rows(found, "staying", side="All")[1]["note"]


def test_registers_with_ends_of_their_own_are_counted_each_by_its_own() -> None:
    """Two had joined by June; one has left since, and the other has moved."""
    members = frame(
        Member,
        """
        | joined     | left       | moved      | side  |
        | 2024-01-01 | 2024-05-01 |            | Left  |
        | 2024-06-30 |            | 2024-07-15 | Right |
        """,
    )
    made = metric(
        PeriodEndStock(key="members", of=Member, at=Member.joined, until=Member.left),
        PeriodEndStock(key="settled", of=Member, at=Member.joined, until=Member.moved),
    )
    found = compute(made, {"member": members}, ["2024-04", "2024-06", "2024-07"], by=["side"])

    def of(measure: str, side: str) -> list[float | None]:
        return [each["value"] for each in rows(found, measure, side=side)]

    assert of("members", "All") == [1, 1, 1]
    assert of("members", "Left") == [1, 0, 0]
    assert of("settled", "All") == [1, 2, 1]
    assert of("settled", "Right") == [0, 1, 0]


def test_a_register_is_counted_on_the_last_day_of_the_period() -> None:
    """One that ended on the last day is no longer in force at its end."""
    posts = frame(
        Post,
        """
        | day        | ended      |
        | 2019-01-01 |            |
        | 2024-06-30 |            |
        | 2024-04-01 | 2024-06-30 |
        | 2024-04-01 | 2024-07-01 |
        | 2024-07-01 |            |
        """,
    )
    made = metric(PeriodEndStock(key="posts", of=Post, at=Post.day, until=Post.ended))
    found = rows(compute(made, {"post": posts}, ["2024-05", "2024/25 Q1"]), "posts")
    assert [each["value"] for each in found] == [1 + 2, 1 + 1 + 1]


# Tables as people have them.


def incident_times() -> pl.DataFrame:
    incidents = table(
        "incident",
        """
        | created_at          | first_arrived_at    | grade | lpa        |
        | 2024-05-06 12:00:00 | 2024-05-06 12:05:00 | 1     | Shropshire |
        | 2024-05-06 13:00:00 | 2024-05-06 13:07:00 | 1     |            |
        | 2024-06-30 23:50:00 | 2024-07-01 00:20:00 | 1     | Shropshire |
        | 2024-05-06 14:00:00 |                     | 1     | Shropshire |
        """,
    )
    return incidents.with_columns(cancelled=pl.lit(False), police_generated=pl.lit(False))


def shapes(given: pl.DataFrame, folder: Path) -> dict[str, Any]:
    """Return one table as people have it."""
    given.write_parquet(folder / "incident.parquet")
    given.write_csv(folder / "incident.csv")
    pandas = given.to_pandas()
    plain = pandas.astype(dict.fromkeys(("grade", "lpa"), object))
    nanoseconds = pandas.astype(dict.fromkeys(("created_at", "first_arrived_at"), "datetime64[ns]"))
    local = pandas.copy()
    for name in ("created_at", "first_arrived_at"):
        local[name] = pandas[name].dt.tz_localize("Europe/London").dt.tz_convert("UTC")
    return {
        "Polars": given,
        "lazy Polars": given.lazy(),
        "Polars categoricals": given.cast({"lpa": pl.Categorical, "grade": pl.Enum(["1", "2"])}),
        "Polars milliseconds": given.cast({"created_at": pl.Datetime("ms")}),
        "pandas": pandas,
        "pandas objects": plain,
        "pandas strings": pandas.astype({"grade": "string", "lpa": "string"}),
        "pandas categories": pandas.astype({"grade": "category", "lpa": "category"}),
        "pandas nanoseconds": nanoseconds,
        "pandas aware": local,
        "pandas shuffled index": pandas.iloc[::-1].set_axis([7, 7, 1, 0]),
        "Arrow": given.to_arrow(),
        "parquet": folder / "incident.parquet",
        "CSV": str(folder / "incident.csv"),
        "checked": kpi.validate(
            given.with_columns(
                incident_id=pl.Series(["a", "b", "c", "d"]),
                closing_code=pl.lit(None, pl.String),
                mental_health=pl.lit(None, pl.Boolean),
                is_da=pl.lit(None, pl.Boolean),
                became_crime=pl.lit(None, pl.Boolean),
            ),
            "incident",
        ).table,
    }


def test_a_table_is_accepted_in_any_physical_type(tmp_path) -> None:
    """The same rows give the same result, to the last bit, whatever they came in."""
    expected = run("53", {"incident": incident_times()}, by=["lpa"]).to_polars()
    assert expected.filter(measure="mean_minutes", lpa="All")["value"].to_list() == [14.0]
    for what, given in shapes(incident_times(), tmp_path).items():
        found = run("53", {"incident": given}, by=["lpa"]).to_polars()
        assert found.equals(expected, null_equal=True), what


def test_the_callers_frame_is_unchanged(tmp_path) -> None:
    """Not a value, not a type, not an index."""
    for what, given in shapes(incident_times(), tmp_path).items():
        before = copy.deepcopy(given)
        run("53", {"incident": given}, by=["lpa"])
        if isinstance(given, pd.DataFrame):
            pd.testing.assert_frame_equal(given, before)
        elif isinstance(given, pl.DataFrame):
            assert_frame_equal(given, before)
        elif isinstance(given, pa.Table):
            assert given.equals(before), what


def test_columns_that_no_measure_reads_are_neither_required_nor_read() -> None:
    """Ref 15 reads two columns; a third that breaks its contract is no matter of its."""
    two = INCIDENTS.select("created_at", "closing_code")
    spoilt = two.with_columns(is_da=pl.lit("perhaps"), first_arrived_at=pl.lit(7))
    for given in (two, spoilt):
        assert value(run("15", {"incident": given}), "incidents") == 4


def test_nothing_is_coerced_and_every_failure_of_every_table_is_in_one_error() -> None:
    """Two tables, each with several faults, are reported at once."""
    incidents = INCIDENTS.with_columns(
        created_at=pl.col("created_at").cast(pl.String), closing_code=pl.lit("No such code")
    )
    people = PEOPLE.with_columns(residents=pl.col("residents").cast(pl.Float64)).drop("mid_year")
    with pytest.raises(ContractError) as failure:
        run("15", {"incident": incidents, "population": people})
    found = {
        (report.name, each.column) for report in failure.value.reports for each in report.violations
    }
    assert found == {
        ("incident", "created_at"),
        ("incident", "closing_code"),
        ("population", "residents"),
        ("population", "mid_year"),
    }
    assert "No such code" not in str(failure.value)


CALLS_TABLE = """
| call_id | began_at         | ended_at         | urgent | side  |
| 1       | 2024-05-06 12:00 | 2024-05-06 12:30 | yes    | Left  |
| 2       | 2024-05-06 12:00 | 2024-05-06 12:10 | no     | Right |
"""
ALL_OF_IT = metric(CALLS, URGENT, Duration(key="mean", **CALL, average=Average.MEAN, **MINUTES))


def test_withholding_blanks_only_the_measures_that_read_a_bad_column() -> None:
    """Urgency is written as text: the share is [x] with the reason, and the count stands."""
    calls = frame(Call, CALLS_TABLE).with_columns(urgent=pl.lit("Y"))
    with pytest.raises(ContractError, match="urgent: holds string"):
        compute(ALL_OF_IT, {"call": calls})
    found = compute(ALL_OF_IT, {"call": calls}, on_violation="withhold")
    assert (value(found, "calls"), value(found, "mean")) == (2, 20)
    share = row(found, "urgent_share")
    assert (share["value"], share["marker"]) == (None, "[x]")
    assert share["note"].startswith("Withheld: table 'call', urgent holds string")


def test_withholding_blanks_what_is_divided_by_a_bad_table_and_not_what_is_divided() -> None:
    """A post has a side that is in no list: calls stand, and calls for each post do not."""
    posts = frame(Post, "| day |\n| 2024-06-30 |").with_columns(side=pl.lit("Middle"))
    made = metric(
        CALLS,
        Count(key="posts", of=Post, at=Post.day, where=Post.side == "Left"),
        Ratio(key="calls_for_each", numerator="calls", denominator="posts"),
    )
    data = {"call": frame(Call, CALLS_TABLE), "post": posts}
    found = compute(made, data, on_violation="withhold")
    assert value(found, "calls") == 2
    for measure in ("posts", "calls_for_each"):
        assert row(found, measure)["marker"] == "[x]"
        assert row(found, measure)["note"].startswith("Withheld: table 'post', side")


def test_withholding_leaves_a_count_whose_breakdown_nobody_gave() -> None:
    """Urgency is written as text, and there is no side: the count of all calls stands."""
    calls = frame(Call, CALLS_TABLE).with_columns(urgent=pl.lit("Y")).drop("side", strict=False)
    found = compute(ALL_OF_IT, {"call": calls}, by=["side"], on_violation="withhold")
    assert (row(found, "calls")["side"], value(found, "calls")) == ("All", 2)
    assert row(found, "urgent_share")["marker"] == "[x]"


def test_withholding_from_a_table_without_the_breakdown_blanks_what_reads_it() -> None:
    """An outage has no side, and one has no system: calls are told by side, outages are not."""
    outages = frame(Outage, "| began_at |\n| 2024-05-06 12:00 |").with_columns(
        system=pl.lit(None, pl.String)
    )
    made = metric(
        CALLS,
        Count(
            key="outages", of=Outage, at=Outage.began_at, unit=Unit.CALLS,
            where=Outage.system == "email",
        ),
    )  # fmt: skip
    data = {"call": frame(Call, CALLS_TABLE), "outage": outages}
    found = compute(made, data, by=["side"], on_violation="withhold")
    assert value(found, "calls", side="All") == 2
    only = row(found, "outages")
    assert (only["side"], only["marker"]) == ("All", "[x]")
    assert only["note"].startswith("Withheld: table 'outage', system is missing")


def test_withholding_follows_a_rule_over_several_columns() -> None:
    """A call that ends before it begins blanks what reads its times."""
    calls = frame(Call, CALLS_TABLE).with_columns(ended_at=datetime(2024, 5, 6, 11))
    found = compute(ALL_OF_IT, {"call": calls}, on_violation="withhold")
    assert row(found, "mean")["marker"] == "[x]"
    assert "does not end before it begins" in row(found, "mean")["note"]


def test_withholding_does_not_take_a_bad_member_for_unknown() -> None:
    """A side that is in no list is not a side that nobody recorded."""
    calls = frame(Call, CALLS_TABLE).with_columns(side=pl.Series(["Left", "Middle"]))
    found = compute(metric(CALLS), {"call": calls}, by=["side"], on_violation="withhold")
    assert "Unknown" not in found.to_polars()["side"].to_list()
    (only,) = rows(found, "calls")
    assert only["side"] == "All"
    assert "side" in only["note"].lower()


def test_withholding_does_not_count_a_repeated_key_twice() -> None:
    """Which of two rows with one key is right is not known, so every count of rows is withheld."""
    calls = frame(Call, CALLS_TABLE).with_columns(call_id=pl.lit("1"))
    found = compute(metric(CALLS), {"call": calls}, on_violation="withhold")
    assert (value(found, "calls"), row(found, "calls")["marker"]) == (None, "[x]")
    assert "not unique" in row(found, "calls")["note"]


# What is asked for.


def test_a_metric_whose_table_was_not_passed_is_refused_by_name() -> None:
    with pytest.raises(RequestError, match=r"Metric 53 .* reads table 'incident', and none"):
        kpi.compute(["53"], {"contact": EMPTY}, periods=Q1)


def test_a_measure_whose_table_was_not_passed_says_so() -> None:
    """The count of ref 15 needs no population; its rate does."""
    found = row(run("15", {"incident": INCIDENTS}), "per_1000")
    assert (found["value"], found["marker"]) == (None, "[x]")
    assert found["note"] == "Table 'population' was not given."


def test_everything_is_computed_with_a_row_that_says_what_is_missing() -> None:
    """With budget statements alone, ref 44 has its numbers, and the others say what they lack."""
    ledger = table(
        "ledger",
        """
        | directorate | runs_to    | basis | budget_original | budget_current | actual |
        | Operations  | 2024-06-30 | ytd   | 10.00           | 10.00          | 12.50  |
        """,
    )
    found = kpi.compute(None, {"ledger": ledger}, periods=Q1).to_polars()
    plan = kpi.catalogue()
    assert list(dict.fromkeys(found["ref"])) == [each.ref for each in plan if each.computes]
    assert found.filter(ref="44", measure="expenditure")["value"].to_list() == [12.5]
    others = found.filter(pl.col("ref") != "44")
    assert set(others["marker"]) == {"[x]"}
    assert others["note"].str.contains("was not given").all()
    assert found.filter(ref="57")["note"].str.starts_with("Table 'contact' was not given.").all()


def test_everything_is_what_the_data_allow_column_by_column() -> None:
    """A table without the grades still gives ref 15; ref 53 says which column it lacks."""
    found = kpi.compute(None, {"incident": INCIDENTS}, periods=Q1).to_polars()
    assert found.filter(ref="15", measure="incidents")["value"].to_list() == [4]
    lacking = found.filter(ref="53", measure="incidents").row(0, named=True)
    assert (lacking["value"], lacking["marker"]) == (None, "[x]")
    assert "Table 'incident' has no column" in lacking["note"]


def test_asked_for_by_name_a_metric_needs_its_columns() -> None:
    """Then a column that is missing is an error, and every missing one is named."""
    with pytest.raises(ContractError, match=r"(?s)first_arrived_at: the column is missing.*grade"):
        run("53", {"incident": INCIDENTS})


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        ("16", "a heading"),
        ("31", "a heading"),
        ("61", "a heading"),
        ("55", "the plan gives no text"),
    ],
)
def test_a_ref_that_is_no_metric_is_refused_with_the_reason(ref, reason) -> None:
    with pytest.raises(RequestError, match=f"Ref {ref} cannot be computed: {reason}"):
        kpi.compute([ref], {"incident": INCIDENTS}, periods=Q1)


def test_a_ref_that_is_planned_is_refused_with_the_reason() -> None:
    later = Planned(
        ref="T2",
        key="later",
        title="Later",
        objective=Objective.SECURE,
        availability=kpi.catalogue()["15"].availability,
    )
    plan = kpi.Catalogue([metric(CALLS), later])
    calls = frame(Call, CALLS_TABLE)
    with pytest.raises(RequestError, match="its computation is not written yet"):
        kpi.compute(["T2"], {"call": calls}, periods=Q1, catalogue=plan)
    found = kpi.compute(None, {"call": calls}, periods=Q1, catalogue=plan).to_polars()
    assert set(found["ref"]) == {"T1"}


@pytest.mark.parametrize(
    ("asked", "suggestion"),
    [
        ({"metrics": ["asb_incident"]}, "Did you mean 'asb_incidents'?"),
        ({"data": {"incidents": INCIDENTS}}, "Did you mean 'incident'?"),
        ({"by": ["lpas"]}, "Did you mean 'lpa'?"),
        ({"coverage": {"incidnet": WHOLE_Q1}}, "Did you mean 'incident'?"),
        (
            {"metrics": ["53"], "assumptions": {"imediate_grades": ["1"]}},
            "Did you mean 'immediate_grades'?",
        ),
        ({"on_violation": "withold"}, "'raise' or 'withhold'"),
        ({"by": "lpa"}, r"by=\['lpa'\]"),
        ({"by": ["lpa", "lpa"]}, "given twice"),
        ({"as_at": "14/04/2025"}, "'2025-04-14'"),
        ({"coverage": {"incident": ("2024-06-30", "2024-04-01")}}, "ends before it begins"),
        ({"coverage": {"incident": "2024-06-30"}}, "not .first day, last day."),
        ({"metrics": []}, "None for all"),
        ({"data": [INCIDENTS]}, "mapping of table name to table"),
        ({"metrics": ["53"], "assumptions": {"immediate_grades": [1]}}, "takes a list of str"),
    ],
)
def test_a_mistaken_request_is_refused_with_what_to_write_instead(asked, suggestion) -> None:
    """Before any row is read."""
    given = {"metrics": ["15"], "data": {"incident": INCIDENTS}, "periods": Q1, **asked}
    with pytest.raises(RequestError, match=suggestion):
        kpi.compute(given.pop("metrics"), given.pop("data"), **given)


@pytest.mark.parametrize("periods", [[], ["2024-13"], ["May"], [None], 7, ["2024-05", "2024-05"]])
def test_a_mistaken_period_is_refused(periods) -> None:
    with pytest.raises(PeriodError):
        kpi.compute(["15"], {"incident": INCIDENTS}, periods=periods)


def test_an_assumption_that_is_overridden_changes_the_number_and_is_stamped() -> None:
    """A call answered after 11 seconds is in time once the limit is 15."""
    calls = table(
        "contact",
        """
        | line | clock | presented_at        | answered_at         | abandoned_at |
        | 999  | force | 2024-05-06 12:00:00 | 2024-05-06 12:00:10 |              |
        | 999  | force | 2024-05-06 12:00:00 | 2024-05-06 12:00:11 |              |
        """,
    )
    before = row(run("57", {"contact": calls}), "answered_999")
    after = row(
        run("57", {"contact": calls}, assumptions={"answer_999_seconds": 15}), "answered_999"
    )
    assert (before["value"], after["value"]) == (1 / 2, 2 / 2)
    assert "overridden" not in before["note"]
    assert after["note"].count("Assumption answer_999_seconds overridden: 15.") == 1


def test_an_overridden_list_changes_the_number_and_keeps_to_the_closed_list() -> None:
    """Grade 2 as an emergency grade is a choice; grade 9 is a slip."""
    data = {"incident": incident_times().with_columns(grade=pl.Series(["1", "2", "2", "3"]))}
    assert value(run("53", data), "incidents") == 1
    both = run("53", data, assumptions={"immediate_grades": ["1", "2"]})
    assert value(both, "incidents") == 1 + 2
    with pytest.raises(RequestError, match="immediate_grades"):
        run("53", data, assumptions={"immediate_grades": ["9"]})


def test_an_alias_gives_the_same_numbers_under_its_own_ref() -> None:
    """Ref 32 is ref 29 again."""
    crimes = table(
        "crime",
        """
        | recorded_at      | outcome_code | outcome_at       | status   | is_da | offence_subgroup |
        | 2024-04-01 12:00 | 1            | 2024-04-11 12:00 | recorded | yes   | Homicide         |
        | 2024-05-06 12:00 |              |                  | recorded | yes   | Homicide         |
        """,
    )
    found = kpi.compute(
        ["29", "32"], {"crime": crimes}, periods=Q1, by=["lpa"], coverage={"crime": WHOLE_Q1}
    ).to_polars()
    first, again = (found.filter(ref=ref) for ref in ("29", "32"))
    assert value(Result(first, ("lpa",)), "crimes_recorded", lpa="All") == 2
    names = ["ref", "metric"]
    assert_frame_equal(first.drop(names), again.drop(names))
    assert set(again["metric"]) == {kpi.catalogue()["32"].key}


# The result.

COLUMNS = {
    "ref": pl.String,
    "metric": pl.String,
    "measure": pl.String,
    "basis": pl.String,
    "grain": pl.String,
    "period": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "lpa": pl.String,
    "asb_type": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "numerator": pl.Float64,
    "denominator": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "marker": pl.String,
    "note": pl.String,
    "definition": pl.String,
    "as_at": pl.Date,
}


def test_the_columns_of_a_result_are_these_in_this_order() -> None:
    found = run("15", {"incident": INCIDENTS}, by=["lpa", "asb_type"]).to_polars()
    assert dict(found.schema) == COLUMNS
    first = found.row(0, named=True)
    assert first["ref"] == "15"
    assert (first["metric"], first["measure"]) == ("asb_incidents", "incidents")
    assert (first["basis"], first["grain"], first["unit"]) == ("force", "quarter", "incidents")
    assert first["period"] == "2024/25 Q1"
    assert (first["period_start"], first["period_end"]) == (date(2024, 4, 1), date(2024, 6, 30))
    assert first["as_at"] is None


def test_a_result_says_by_which_definition_it_was_made() -> None:
    """``ref@version#hash``, the same for every row of a metric."""
    (definition,) = set(run("15", {"incident": INCIDENTS}).to_polars()["definition"])
    assert definition == kpi.catalogue()["15"].definition
    ref, _, rest = definition.partition("@")
    version, _, digest = rest.partition("#")
    assert (ref, version) == ("15", str(kpi.catalogue()["15"].version))
    assert len(digest) == 8
    assert set(digest) <= set("0123456789abcdef")


def test_a_row_for_each_measure_period_and_member_in_order() -> None:
    """Metrics as asked, measures as declared, periods as asked, members as listed."""
    calls = frame(Call, CALLS_TABLE)
    periods = ["2024-06", "2024-05"]
    found = compute(ALL_OF_IT, {"call": calls}, periods, by=["side"]).to_polars()
    order = [
        (measure, period, side)
        for measure in ("calls", "urgent_share", "mean")
        for period in periods
        for side in ("Left", "Right", "All")
    ]
    assert list(found.select("measure", "period", "side").iter_rows()) == order


def test_what_a_share_was_divided_from_is_beside_it() -> None:
    """A count has no numerator and no denominator; a share has both."""
    found = compute(ALL_OF_IT, {"call": frame(Call, CALLS_TABLE)})
    share, count = row(found, "urgent_share"), row(found, "calls")
    assert (share["value"], share["numerator"], share["denominator"]) == (0.5, 1, 2)
    assert (count["numerator"], count["denominator"]) == (None, None)


def test_the_same_inputs_give_the_same_bytes(tmp_path) -> None:
    """Also when the rows of a float column come in another order, many times over."""
    rng = np.random.default_rng(1)
    costs = rng.lognormal(3, 4, 5_000)
    calls = pl.DataFrame(
        {
            "began_at": [datetime(2024, 5, 6, 12)] * 5_000,
            "cost": costs,
            "side": rng.choice(["Left", "Right"], 5_000),
        }
    )
    assert sum(costs) != sum(sorted(costs))
    made = metric(Sum(key="cost", **CALL, value=Call.cost, unit=Unit.POUNDS))
    files = set()
    for seed in range(5):
        mixed = calls.sample(fraction=1, shuffle=True, seed=seed) if seed else calls
        path = tmp_path / f"{seed}.csv"
        write_csv(compute(made, {"call": mixed}, by=["side"]).to_polars(), path)
        files.add(path.read_bytes())
    assert len(files) == 1


def test_the_libraries_agree_on_a_result() -> None:
    """pandas, Polars and Arrow hold the same cells, nulls included."""
    found = run("15", {"incident": INCIDENTS}, by=["lpa"], as_at="2024-07-14")
    polars, pandas, arrow = found.to_polars(), found.to_pandas(), found.to_arrow()
    assert list(pandas.columns) == polars.columns == arrow.column_names
    assert_frame_equal(pl.from_arrow(arrow), polars)
    for name in polars.columns:
        expected = polars[name].to_list()
        cells = pandas[name].tolist()
        if polars.schema[name] == pl.Date:
            assert [each.date() for each in cells] == expected
        else:
            for cell, wanted in zip(cells, expected, strict=True):
                missing = isinstance(cell, float) and math.isnan(cell)
                assert (None if missing else cell) == wanted
    assert isinstance(arrow, pa.Table)


def test_changing_what_was_handed_out_does_not_change_the_result() -> None:
    """A result is what was computed."""
    found = run("15", {"incident": INCIDENTS})
    polars, pandas = found.to_polars(), found.to_pandas()
    polars.replace_column(0, pl.Series("ref", ["99", "99"]))
    pandas["value"] = -1
    assert found.to_polars()["ref"].to_list() == ["15", "15"]
    assert value(found, "incidents") == 4


# Readiness.


def test_readiness_says_what_computes_and_what_lacks_which_table_or_column() -> None:
    """From names alone: no row is read."""
    found = kpi.check_inputs({"incident": INCIDENTS.drop("lpa"), "population": PEOPLE})
    known = {each.ref: each for each in found.refs}
    assert list(known) == [str(ref) for ref in range(1, 71)]
    assert "15" in found.ready
    assert known["15"].measures == ("incidents", "per_1000")
    assert known["57"].lacking == ("needs table 'contact'",)
    assert "57" in found.not_ready
    assert "table 'incident' needs column 'mental_health'" in known["9"].lacking
    assert "17" in found.not_ready
    assert known["55"].lacking == ("the plan gives no text for this ref",)
    assert "needs table 'contact'" in str(found)


def test_readiness_tells_a_part_from_the_whole() -> None:
    """Without a population, ref 15 has its count and not its rate."""
    found = kpi.check_inputs({"incident": INCIDENTS})
    assert "15" in found.partial
    (asb,) = (each for each in found.refs if each.ref == "15")
    assert asb.measures == ("incidents",)
    assert "needs table 'population'" in asb.lacking


def test_what_readiness_says_is_ready_computes() -> None:
    """Each measure that it names has a number, and each that it does not name says why not."""
    data = {"incident": incident_times(), "population": PEOPLE}
    ready = {each.ref: each.measures for each in kpi.check_inputs(data).refs if each.measures}
    assert "53" in ready
    for ref, measures in ready.items():
        found = run(ref, data).to_polars().filter(basis="force")
        for each in found.iter_rows(named=True):
            computed = "not given" not in each["note"] and "has no column" not in each["note"]
            assert computed == (each["measure"] in measures), (ref, each["measure"])


def test_a_metric_handed_over_as_an_object_brings_its_own_breakdowns() -> None:
    """A metric in no catalogue is asked by its own dimensions."""
    found = kpi.compute(
        [metric(CALLS)],
        {"call": frame(Call, CALLS_TABLE)},
        periods=Q1,
        by=["side"],
        coverage={"call": WHOLE_Q1},
    )
    assert [each["value"] for each in rows(found, "calls")] == [1, 1, 2]
