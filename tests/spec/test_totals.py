"""Additive statistics are summed; the others are computed again for each total."""

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
    Q1,
    SIDE,
    URGENT,
    WHOLE_Q1,
    Call,
    Post,
    compute,
    frame,
    metric,
    row,
    rows,
    run,
    table,
    value,
)


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
