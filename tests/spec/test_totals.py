"""Additive statistics are summed. Others are computed from rows for each total."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import swm_kpi as kpi
from swm_kpi import (
    Average,
    Count,
    Distribution,
    Duration,
    Ratio,
    Sum,
    Unit,
)
from tests.support.small_tables import (
    AREAS,
    CALL,
    CALLS,
    INCIDENTS,
    MINUTES,
    PEOPLE,
    Q1,
    SIDE,
    URGENT,
    WHOLE_Q1,
    Call,
    Post,
    build_metric,
    compute,
    frame_of,
    row_of,
    rows_of,
    run,
    table,
    value_of,
)


def test_totals_of_statistics_that_are_not_additive_are_computed_from_rows() -> None:
    """One caller rings from both sides. The total median is not the sum of medians."""
    calls = frame_of(
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
    metric = build_metric(
        Count(key="callers", **CALL, distinct=Call.caller),
        Duration(key="median", **CALL, average=Average.MEDIAN, **MINUTES),
    )
    result = compute(metric, {"call": calls}, ["2024-04", "2024-05", "2024/25 Q1"], by=["side"])

    def of(measure: str, period: str) -> dict[str, float | None]:
        return {row["side"]: row["value"] for row in rows_of(result, measure, period=period)}

    # A call without a caller adds no caller.
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


def test_periods_of_any_length_and_order_are_counted_separately() -> None:
    """One caller rings every month, a second in May and July, a third in December."""
    calls = frame_of(
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
    metric = build_metric(CALLS, Count(key="callers", **CALL, distinct=Call.caller))
    result = compute(metric, {"call": calls}, MIXED, by=["side", "shade"])

    def of(measure: str, side: str, shade: str) -> dict[str, float | None]:
        return {
            row["period"]: row["value"] for row in rows_of(result, measure, side=side, shade=shade)
        }

    def by_period(*values: int | None) -> dict[str, int | None]:
        return dict(zip(of("calls", "All", "All"), values, strict=True))

    assert len(of("calls", "All", "All")) == len(MIXED)
    assert of("calls", "All", "All") == by_period(1, 2, 2, 1, 2, 4, 1, 0, 1)
    assert of("callers", "All", "All") == by_period(1, 2, 2, 1, 2, 2, 1, 0, 1)
    assert of("callers", "Left", "All") == by_period(1, 1, 0, 1, 0, 1, 1, 0, 1)
    # The only dark calls of July have no side.
    assert of("callers", "Left", "Dark") == by_period(1, 1, None, 0, None, 1, 1, 0, 1)
    assert of("callers", "Right", "All") == by_period(0, 1, 1, 0, 1, 1, 0, 0, 0)
    assert of("callers", "Right", "Unknown") == by_period(0, 0, 1, 0, 1, 0, 0, 0, 0)
    assert of("callers", "Unknown", "All") == by_period(0, 0, 1, 0, 1, 0, 0, 0, 0)
    assert of("callers", "All", "Dark") == by_period(1, 1, 1, 0, 1, 1, 1, 0, 1)
    assert of("callers", "All", "Light") == by_period(0, 1, 0, 1, 0, 2, 0, 0, 0)


@pytest.mark.parametrize("period", MIXED)
def test_the_values_of_a_period_do_not_depend_on_other_periods_requested(period) -> None:
    calls = frame_of(
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
    metric = build_metric(
        CALLS,
        URGENT,
        Sum(key="cost", **CALL, value=Call.cost, unit=Unit.POUNDS),
        Count(key="callers", **CALL, distinct=Call.caller),
        Duration(key="median", **CALL, average=Average.MEDIAN, **MINUTES),
    )
    together = compute(metric, {"call": calls}, MIXED, by=["side"]).to_polars()
    alone = compute(metric, {"call": calls}, [period], by=["side"]).to_polars()
    (label,) = alone["period"].unique()
    columns = ["measure", "side", "value", "numerator", "denominator", "lower", "upper", "marker"]
    same = together.filter(pl.col("period") == label, pl.col("side") != "Unknown")
    assert_frame_equal(
        same.select(columns), alone.filter(pl.col("side") != "Unknown").select(columns)
    )


def test_two_breakdowns_are_crossed_and_have_margins() -> None:
    """Each breakdown has its own total within each member of the other.

    The only call on the right has no shade, so its dark and its light calls are not known.
    """
    calls = frame_of(
        Call,
        """
        | began_at         | side  | shade |
        | 2024-05-06 12:00 | Left  | Dark  |
        | 2024-05-06 12:00 | Left  | Light |
        | 2024-05-06 12:00 | Left  | Light |
        | 2024-05-06 12:00 | Right |       |
        """,
    )
    result = compute(build_metric(CALLS), {"call": calls}, by=["side", "shade"])
    grid = {(row["side"], row["shade"]): row["value"] for row in rows_of(result, "calls")}
    shades = ["Dark", "Light", "Unknown", "All"]
    assert [[grid[side, shade] for shade in shades] for side in ("Left", "Right", "All")] == [
        [1, 2, 0, 3],
        [None, None, 1, 1],
        [1, 2, 1, 4],
    ]
    assert len(grid) == 3 * 4
    assert result.by == ("side", "shade")


@pytest.mark.parametrize("by", [["side", "shade"], ["shade", "side"]])
def test_a_distribution_is_over_its_own_breakdown_within_each_member_of_another(by) -> None:
    """Two of three dark calls with a side are left, the light one is right, one has no side."""
    calls = frame_of(
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
    result = compute(
        build_metric(Distribution(key="spread", **CALL, over=SIDE)), {"call": calls}, by=by
    )
    grid = {(row["side"], row["shade"]): row for row in rows_of(result, "spread")}
    shares = {place: (cell["numerator"], cell["denominator"]) for place, cell in grid.items()}
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
    for (side, shade), cell in grid.items():
        # The total is 1 and has no interval. The note counts the call without a side.
        assert (cell["lower"] is None) == (side == "All")
        assert ("in no share" in cell["note"]) == (shade in ("Light", "All"))


def test_a_metric_may_have_only_measures_that_are_not_additive() -> None:
    calls = frame_of(Call, "| began_at | caller |\n| 2024-05-06 12:00 | a |")
    result = compute(
        build_metric(Count(key="callers", **CALL, distinct=Call.caller)), {"call": calls}
    )
    assert value_of(result, "callers") == 1


@pytest.mark.parametrize("by", [[], ["side"], ["shade"], ["side", "shade"], ["shade", "side"]])
def test_the_force_total_is_the_same_for_every_breakdown(by) -> None:
    """It is the row that is All in every breakdown."""
    calls = frame_of(
        Call,
        """
        | began_at         | caller | side | shade |
        | 2024-05-06 12:00 | a      | Left | Dark  |
        | 2024-05-06 12:00 | a      |      | Light |
        """,
    )
    callers = Count(key="callers", **CALL, distinct=Call.caller)
    result = compute(build_metric(CALLS, callers), {"call": calls}, by=by)
    whole = dict.fromkeys(by, "All")
    assert (value_of(result, "calls", **whole), value_of(result, "callers", **whole)) == (2, 1)


def test_a_metric_without_the_breakdown_has_its_total_and_a_note() -> None:
    """Calls are answered for the whole force: ref 57 has no areas, ref 15 has."""
    calls = table(
        "contact",
        """
        | line | presented_at        | answered_at         | abandoned_at | lpa        |
        | 999  | 2024-05-06 12:00:00 | 2024-05-06 12:00:05 |              | Shropshire |
        """,
    )
    data = {"contact": calls, "incident": INCIDENTS}
    coverage = dict.fromkeys(data, WHOLE_Q1)
    result = kpi.compute(["57", "15"], data, periods=Q1, by=["lpa"], coverage=coverage)
    only = row_of(result, "calls_999")
    assert (only["lpa"], only["value"]) == ("All", 1)
    assert "Not broken down by Local Policing Area." in only["note"]
    assert len(rows_of(result, "incidents")) == len(AREAS) + 2


def test_a_breakdown_whose_column_is_misspelt_is_an_error_that_names_it() -> None:
    """Before, the result had only the total."""
    misspelt = {"incident": INCIDENTS.rename({"lpa": "LPA "})}
    with pytest.raises(
        kpi.ContractError, match=r"lpa: the column is missing\. Did you mean 'LPA '"
    ):
        run("15", misspelt, by=["lpa"])
    with pytest.raises(kpi.ContractError, match="lpa: the column is missing"):
        run("15", {"incident": INCIDENTS.drop("lpa")}, by=["lpa"])


@pytest.mark.parametrize(
    ("incidents", "reason"),
    [
        (INCIDENTS.drop("lpa"), "table 'incident' has no column 'lpa'"),
        (INCIDENTS.with_columns(lpa=pl.lit("Kent")), "lpa is not in the closed list"),
    ],
)
def test_a_breakdown_that_is_withheld_leaves_its_total(incidents, reason) -> None:
    """The total does not depend on the area of a row, and the members do."""
    data = {"incident": incidents, "population": PEOPLE}
    result = run("15", data, by=["lpa"], on_violation="withhold")
    rates = {row["lpa"]: row for row in rows_of(result, "per_1000")}
    for row in rows_of(result, "incidents"):
        if row["lpa"] == "All":
            assert (row["value"], row["marker"]) == (4, "")
            assert "Withheld" not in row["note"]
            assert rates["All"]["value"] == 5
        else:
            assert (row["value"], row["marker"]) == (None, "[x]")
            assert "Not available by Local Policing Area: " in row["note"]
            assert reason in row["note"]
            assert rates[row["lpa"]]["marker"] == "[x]"


def test_all_metrics_of_a_table_without_the_breakdown_column_have_their_totals() -> None:
    """Where no metric is named, a missing column is no error."""
    rows = kpi.compute(
        None, {"incident": INCIDENTS.drop("lpa")}, periods=Q1, by=["lpa"],
        coverage={"incident": ("2024-04-01", "2024-06-30")},
    ).to_polars().filter(ref="15", measure="incidents")  # fmt: skip
    assert rows.filter(lpa="All")["value"].to_list() == [4]
    assert set(rows.filter(pl.col("lpa") != "All")["marker"]) == {"[x]"}


def test_a_ratio_is_broken_down_by_the_dimensions_of_both_parts() -> None:
    """Calls have a side and a shade, posts only a side, so the ratio has sides only."""
    calls = frame_of(
        Call,
        """
        | began_at         | caller | side  | shade |
        | 2024-05-06 12:00 | a      | Left  | Dark  |
        | 2024-05-06 12:00 | a      | Left  | Light |
        | 2024-05-06 12:00 | b      | Right | Light |
        """,
    )
    posts = frame_of(
        Post,
        """
        | day        | side  |
        | 2024-06-30 | Left  |
        | 2024-06-30 | Right |
        """,
    )
    metric = build_metric(
        CALLS,
        Count(key="posts", of=Post, at=Post.day),
        Count(key="callers", **CALL, distinct=Call.caller),
        Ratio(key="calls_for_each", numerator="calls", denominator="posts"),
        Ratio(key="callers_for_each", numerator="callers", denominator="posts"),
    )
    result = compute(metric, {"call": calls, "post": posts}, by=["side", "shade"])
    assert value_of(result, "calls", side="Left", shade="Dark") == 1
    for measure, left, right, whole in (
        ("calls_for_each", 2 / 1, 1 / 1, 3 / 2),
        ("callers_for_each", 1 / 1, 1 / 1, 2 / 2),
    ):
        assert {(row["side"], row["shade"]): row["value"] for row in rows_of(result, measure)} == {
            ("Left", "All"): left,
            ("Right", "All"): right,
            ("All", "All"): whole,
        }
