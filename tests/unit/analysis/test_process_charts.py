"""Process limits and signals of a series, and the reasons why there are none.

The limits are 2.66 mean moving ranges from the mean. Every number is calculated by hand beside the
test, or by a few lines of plain arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, poisson

import swm_kpi as kpi
from swm_kpi import (
    Break,
    Column,
    Contract,
    Direction,
    Example,
    RequestError,
    Unit,
)
from swm_kpi.analysis.process_charts import ProcessChart
from swm_kpi.analysis.targets import Target
from tests.support.call_charts import STEADY, metric, month, of_shares, result


def by_days(many: Sequence[float], first: int = 0) -> list[tuple[float, float, float]]:
    """The lower limit, the mean and the upper limit of each month: Laney's U', times the days."""
    days = [kpi.Period.parse(month(first + at)).end.day for at in range(len(many))]
    centre = sum(many) / sum(days)
    chance = [math.sqrt(centre / day) for day in days]
    scores = [(count / day - centre) / c for count, day, c in zip(many, days, chance, strict=True)]
    steps = [abs(now - before) for before, now in pairwise(scores)]
    factor = 2.66 * sum(steps) / len(steps)
    return [
        (day * (centre - factor * c), day * centre, day * (centre + factor * c))
        for day, c in zip(days, chance, strict=True)
    ]


REACH = 2.66 * 4


def limits(chart: ProcessChart, at: int = -1) -> tuple[float, float, float]:
    row_at = chart.to_polars().row(at, named=True)
    return row_at["lower"], row_at["mean"], row_at["upper"]


def refused(chart: ProcessChart, marker: str, why: str) -> None:
    """Hold that a chart has a reason, and no limit, signal or verdict."""
    table = chart.to_polars()
    assert chart.marker == marker
    assert why in chart.reason
    assert (chart.variation, chart.assurance, chart.signals.height) == ("", "", 0)
    for name in ("mean", "lower", "upper"):
        assert table[name].null_count() == len(table)
    assert f"No process limits: {chart.reason}" in str(chart)


# Limits.


def test_limits_are_2_66_mean_moving_ranges_from_the_mean() -> None:
    """20 and 24 in turn: mean 22, moving ranges of 4, limits 11.36 and 32.64."""
    chart = result(STEADY).spc("level")
    assert limits(chart) == pytest.approx((11.36, 22, 32.64))
    assert (chart.marker, chart.variation) == ("", "common cause")
    assert chart.signals.is_empty()
    assert chart.to_polars()["value"].to_list() == STEADY


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=12, max_size=20))
def test_limits_are_the_plain_arithmetic(many: list[int]) -> None:
    """The mean, the mean of the steps, and 2.66."""
    chart = result(many).spc("level")
    mean = sum(many) / len(many)
    steps = [abs(now - before) for before, now in pairwise(many)]
    reach = 2.66 * sum(steps) / len(steps)
    assert limits(chart) == pytest.approx((mean - reach, mean, mean + reach))
    assert chart.chart_type == "XmR"
    table = chart.to_polars()
    observed = [abs(value - mean) > reach * (1 + 1e-9) for value in many]
    assert [item != 0 for item in table["outside_limits"]] == observed


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(5, 40), min_size=12, max_size=20))
def test_limits_of_counts_follow_the_days_of_each_month(many: list[int]) -> None:
    """Laney's U' of counts over days, times the days of each month."""
    chart = result(many).spc("calls")
    assert chart.chart_type == "U'"
    for at, expected in enumerate(by_days(many)):
        assert limits(chart, at) == pytest.approx(expected)


def test_a_month_is_not_low_for_being_short() -> None:
    """Two calls a day; 56 in February, and limits that are as short."""
    many = [2 * kpi.Period.parse(month(at)).end.day for at in range(14)]
    chart = result(many).spc("calls")
    assert chart.signals.is_empty()
    assert [limits(chart, at)[1] for at in range(14)] == pytest.approx(many)
    assert any("a short month is not low" in note for note in chart.notes)
    assert chart.signal == "none"


def test_limits_of_shares_follow_the_number_of_cases() -> None:
    """12 of 20 and 12 of 24: 54.5% in all, and limits that are wider for 20."""
    chart = result(STEADY, urgent=12).spc("urgent_share")
    centre = 144 / 264
    chance = {size: math.sqrt(centre * (1 - centre) / size) for size in (20, 24)}
    step = (12 / 20 - centre) / chance[20] - (12 / 24 - centre) / chance[24]
    for at, size in ((0, 20), (1, 24)):
        reach = 2.66 * step * chance[size]
        assert limits(chart, at) == pytest.approx((centre - reach, centre, centre + reach))
    assert (chart.chart_type, chart.limit_points) == ("P'", 12)
    assert "The limits follow the number of cases in each period." in chart.notes


def test_a_member_has_a_chart_of_its_own() -> None:
    """A quarter is on the right: 5 and 6 in turn."""
    made = result(STEADY, options={"by": ["side"]})
    chart = made.spc("calls", member="Right")
    assert limits(chart) == pytest.approx(by_days([5, 6] * 6)[-1])
    assert chart.member == {"side": "Right"}
    assert limits(made.spc("calls")) == pytest.approx(by_days(STEADY)[-1])


def test_an_outlying_moving_range_is_screened_only_on_request() -> None:
    """Eleven steps of 4 and one of 36; 36 is above 3.267 times their mean of 80 / 12."""
    made = result([*STEADY, 60])
    mean = (12 * 22 + 60) / 13
    assert limits(made.spc("level"))[2] == pytest.approx(mean + 2.66 * 80 / 12)
    assert limits(made.spc("level", screen_moving_ranges=True))[2] == pytest.approx(mean + REACH)


def test_a_baseline_holds_the_limits_still() -> None:
    """The first twelve points make the limits; what follows is judged by them."""
    chart = result([*STEADY, 60, 60]).spc("level", baseline=12)
    assert limits(chart) == pytest.approx((22 - REACH, 22, 22 + REACH))
    assert chart.to_polars()["outside_limits"].to_list() == [0] * 12 + [1, 1]


# Signals.


@pytest.mark.parametrize(
    ("direction", "variation"),
    [
        (Direction.HIGHER_IS_BETTER, "special cause of improving nature"),
        (Direction.LOWER_IS_BETTER, "special cause of concerning nature"),
        (Direction.NEUTRAL, "special cause, high: neither way is better in itself"),
    ],
)
def test_a_point_outside_the_limits_is_a_signal(direction: Direction, variation: str) -> None:
    """60 is above the upper limit of 24.9 + 17.7; the direction says whether that is good."""
    chart = result([*STEADY, 60], direction=direction).spc("calls")
    assert chart.to_polars()["outside_limits"].to_list() == [0] * 12 + [1]
    assert chart.variation == variation
    assert "outside the limits" in str(chart)


def test_seven_on_one_side_of_the_mean_are_a_run() -> None:
    """Seven low and seven high, none of them outside the limits; each is flagged its own way."""
    low, high = [20, 24, 20, 24, 20, 24, 20], [26, 30, 26, 30, 26, 30, 26]
    table = result([*low, *high]).spc("level").to_polars()
    assert table["run"].to_list() == [-1] * 7 + [1] * 7
    assert table["outside_limits"].to_list() == [0] * 14
    assert (
        table["variation"].to_list()
        == ["special cause of concerning nature"] * 7 + ["special cause of improving nature"] * 7
    )


def test_six_on_one_side_are_no_run() -> None:
    """One fewer is what chance does."""
    many = [20, 24, 20, 24, 20, 24, 30, 26, 30, 26, 30, 26]
    assert result(many).spc("calls").to_polars()["run"].to_list() == [0] * 12


def test_a_rise_is_a_trend_though_it_is_still_below_the_mean() -> None:
    """Seven in a row rising from 14, in a run below the mean of 25.3: the rise decides.

    The two lowest are below the lower limit of 15.0 too, and that decides before a trend.
    """
    many = [*[30, 34] * 6, 14, 15, 16, 17, 18, 19, 20]
    mean, reach = (12 * 32 + 119) / 19, 2.66 * (11 * 4 + 20 + 6) / 18
    chart = result(many).spc("level")
    table = chart.to_polars()
    assert limits(chart) == pytest.approx((mean - reach, mean, mean + reach))
    assert table["trend"].to_list() == [0] * 12 + [1] * 7
    assert table["run"].to_list() == [1] * 12 + [-1] * 7
    low = sum(item < mean - reach for item in many)
    assert table["outside_limits"].to_list() == [0] * 12 + [-1] * low + [0] * (7 - low)
    assert table["variation"].to_list()[12:] == (
        ["special cause of concerning nature"] * low
        + ["special cause of improving nature"] * (7 - low)
    )
    assert "the latest point is in a run on one side of the mean and in a trend" in str(chart)


def test_two_of_three_near_a_limit_are_flagged_and_the_third_is_not() -> None:
    """31, 25 and 31 above a mean of 22.8, and two sigma end at 30.4."""
    many = [*[20, 24] * 12, 31, 25, 31]
    mean, sigma = (24 * 22 + 87) / 27, 2.66 * (23 * 4 + 7 + 6 + 6) / 26 / 3
    assert mean + 2 * sigma < 31 < mean + 3 * sigma
    table = result(many).spc("level").to_polars()
    assert table["two_of_three"].to_list() == [0] * 24 + [1, 0, 1]
    assert not any(table[rule].to_numpy().any() for rule in ("outside_limits", "run", "trend"))
    assert table["variation"].to_list()[24:] == [
        "special cause of improving nature",
        "common cause",
        "special cause of improving nature",
    ]


# Breaks and gaps.


@pytest.mark.parametrize("declared", [True, False])
def test_limits_are_recalculated_at_a_break(declared: bool) -> None:
    """Means of 22 and 42, and the step of 16 between them is no moving range."""
    breaks = [Break("2023-01-01", "A new system")]
    many = [*STEADY, *(item + 20 for item in STEADY)]
    made = result(many, breaks=breaks) if declared else result(many)
    chart = made.spc("level", recalculate_from=[] if declared else breaks)
    assert chart.to_polars()["segment"].to_list() == [0] * 12 + [1] * 12
    assert limits(chart, 0) == pytest.approx((22 - REACH, 22, 22 + REACH))
    assert limits(chart) == pytest.approx((42 - REACH, 42, 42 + REACH))
    assert chart.signals.is_empty()
    assert "Limits are recalculated from 1 January 2023: A new system." in chart.notes


def test_a_period_with_a_break_inside_takes_no_part() -> None:
    """It is partly the one process and partly the other."""
    breaks = [Break("2023-01-15", "A new system")]
    chart = result([*STEADY, 99, *STEADY], breaks=breaks).spc("level")
    table = chart.to_polars()
    assert "before a break" in table["excluded_reason"][12]
    assert table["segment"].to_list() == [0] * 13 + [1] * 12
    assert limits(chart, 0)[1] == limits(chart)[1] == pytest.approx(22)


def test_a_period_that_is_not_over_takes_no_part() -> None:
    """Half a month is no fall."""
    chart = result([*STEADY, 3], options={"as_at": "2023-01-16"}).spc("level")
    last = chart.to_polars().row(-1, named=True)
    assert (last["marker"], last["variation"]) == ("[p]", "")
    assert last["excluded_reason"].startswith("provisional")
    assert limits(chart) == pytest.approx((22 - REACH, 22, 22 + REACH))
    assert chart.latest is not None
    assert chart.latest["period"] == "2022-12"


def test_no_moving_range_reaches_over_a_gap() -> None:
    """A month that was not computed is shown, has no number, and parts its neighbours."""
    many = [*STEADY[:6], 0, *(item + 2 for item in STEADY)]
    periods = [month(at) for at in range(len(many)) if at != 6]
    chart = result(many, periods=periods).spc("level")
    table = chart.to_polars()
    assert table["excluded_reason"][6] == "not in the result"
    assert table["value"][6] is None
    mean = (6 * 22 + 12 * 24) / 18
    assert limits(chart) == pytest.approx((mean - REACH, mean, mean + REACH))


def test_no_run_or_trend_reaches_over_a_gap() -> None:
    """Three low, a month that was not computed, and four low: no seven in a row."""
    many = [*[30, 34] * 6, 24, 22, 24, 0, 22, 24, 22, 24]
    whole = result(many).spc("calls").to_polars()
    assert whole["run"].to_list()[12:] == [-1] * 8
    chart = result(many, periods=[month(at) for at in range(20) if at != 15]).spc("calls")
    assert chart.to_polars()["run"].to_list()[12:] == [0] * 8


def test_a_break_ends_a_run() -> None:
    """Twelve months before and twelve after, each about its own mean."""
    before, after = [*[20, 24] * 3, *[26, 30] * 3], [*[46, 50] * 3, *[40, 44] * 3]
    breaks = [Break("2023-01-01", "A new system")]
    joined = result([*before, *after]).spc("calls").to_polars()["run"].to_list()
    assert joined == [-1] * 12 + [1] * 12
    parted = result([*before, *after], breaks=breaks).spc("calls").to_polars()
    assert parted["run"].to_list() == [0] * 24


# Protected results.


def test_limits_of_disclosed_numbers_are_of_what_is_shown_and_say_so() -> None:
    """20 and 24 are shown as 20 and 25, and a month of three calls is hidden and left out."""
    made = result([*STEADY, 3, *STEADY])
    chart = made.protect(kpi.DisclosurePolicy(threshold=5, rounding_base=5)).spc("calls")
    table = chart.to_polars()
    hidden = table.filter(period="2023-01").to_dicts()[0]
    assert (hidden["value"], hidden["marker"], hidden["variation"]) == (None, "[c]", "")
    assert "withheld" in hidden["excluded_reason"]
    shown = [item for item in table["value"].to_list() if item is not None]
    assert set(shown) <= {20, 25}
    days = [kpi.Period.parse(month(at)).end.day for at in range(25)]
    known = [at for at in range(25) if at != 12]
    assert limits(chart)[1] == pytest.approx(sum(shown) / sum(days[at] for at in known) * 31)
    assert any("protected numbers" in note for note in chart.notes)
    assert not any("protected numbers" in note for note in made.spc("calls").notes)
    assert chart.policy


# What the data do not allow.


def test_eleven_points_are_too_few() -> None:
    """They are shown, without limits."""
    chart = result(STEADY[:11]).spc("calls")
    refused(chart, "[u]", "there are 11 points, and limits need 12.")
    assert chart.to_polars()["value"].to_list() == STEADY[:11]


def test_too_few_points_since_a_break_have_no_limits() -> None:
    """Limits of a process that is no more say nothing of the one that is."""
    breaks = [Break("2023-01-01", "A new system")]
    chart = result([*STEADY, 90, 94, 90], breaks=breaks).spc("calls")
    refused(chart, "[u]", "there are 3 points since the last break, and limits need 12.")


def test_rolling_windows_are_refused() -> None:
    """Neighbours share eleven months of twelve."""
    many = STEADY * 3
    periods = [f"R12 {month(at)}" for at in range(12, 36)]
    refused(result(many, periods=periods).spc("calls"), "[z]", "share eleven of their months")


def test_small_counts_have_limits_of_their_probability() -> None:
    """A mean of 4.92: Poisson limits of the days of each month; at 5 those of moving ranges."""
    many = [4, 6] * 5 + [4, 5]
    chart = result(many).spc("calls")
    assert chart.chart_type == "small counts"
    days = [kpi.Period.parse(month(at)).end.day for at in range(12)]
    for at, day in enumerate(days):
        mean = sum(many) / sum(days) * day
        lower, actual_mean, upper = limits(chart, at)
        assert actual_mean == pytest.approx(mean)
        assert (lower, upper) == (poisson.ppf(0.00135, mean), poisson.isf(0.00135, mean))
    assert result([4, 6] * 6).spc("calls").chart_type == "U'"


def test_only_a_point_outside_the_limits_of_small_counts_is_a_signal() -> None:
    """Nine below the mean are no run; 9 of 1.4 a month is outside."""
    chart = result([2, 1] * 6 + [1] * 9 + [9]).spc("calls")
    assert chart.to_polars()["outside_limits"].to_list() == [0] * 21 + [1]
    assert chart.to_polars()["run"].to_list() == [0] * 22
    assert any("only a point outside them is marked" in note for note in chart.notes)


def test_too_few_events_have_no_limits() -> None:
    """Four in a year, and none."""
    chart = result([1, 0, 0] * 4).spc("calls")
    refused(chart, "[u]", "the number of events in all 12 periods is 4, and limits need 5.")
    empty = result([1] + [0] * 12, periods=[month(at) for at in range(1, 13)])
    refused(empty.spc("calls"), "[u]", "the number of events in all 12 periods is 0")


def test_a_share_of_few_failures_has_limits_of_small_counts() -> None:
    """Six of 600 fail in all, and a binomial limit is four in a month."""
    observed = of_shares([(49, 50), (49, 50), (50, 50), (50, 50)] * 3)
    chart = observed.spc("urgent_share")
    assert chart.chart_type == "small counts"
    upper = binom.isf(0.00135, 50, 6 / 600)
    assert limits(chart) == pytest.approx((1 - upper / 50, 1 - 6 / 600, 1))
    few = of_shares([(49, 50), *[(50, 50)] * 11]).spc("urgent_share")
    refused(few, "[u]", "the number of cases that do not count in all 12 periods is 1")


def test_a_share_of_few_successes_has_limits_of_small_counts() -> None:
    """3 of 20 or 24 rests on 3."""
    chart = result(STEADY, urgent=3).spc("urgent_share")
    assert chart.chart_type == "small counts"
    assert limits(chart)[0] == 0


def test_each_segment_is_checked_for_small_counts() -> None:
    """Two a month before a break have limits of small counts, and 22 after it have not."""
    breaks = [Break("2023-01-01", "A new system")]
    chart = result([2, 3] * 6 + STEADY, breaks=breaks).spc("calls")
    assert chart.chart_type == "U'"
    assert limits(chart, 0)[0] == 0
    assert limits(chart) == pytest.approx(by_days(STEADY, 12)[-1])
    none = result([1] + [0] * 11 + STEADY, breaks=breaks).spc("calls")
    assert none.to_polars()["upper"].to_list()[:12] == [None] * 12
    assert "Before a break there are too few cases for limits." in none.notes


# Targets.


def target(value: float, valid_from: str = "2022-01-01", **fields: Any) -> Target:
    return Target(value, **{"valid_from": valid_from, "source": "Plan, page 30", **fields})


@pytest.mark.parametrize(
    ("level", "direction", "assured"),
    [
        (11, Direction.HIGHER_IS_BETTER, "consistently met"),
        (11, Direction.LOWER_IS_BETTER, "consistently missed"),
        (12, Direction.HIGHER_IS_BETTER, "hit and miss"),
        (32, Direction.LOWER_IS_BETTER, "hit and miss"),
        (33, Direction.HIGHER_IS_BETTER, "consistently missed"),
        (33, Direction.LOWER_IS_BETTER, "consistently met"),
        (33, Direction.NEUTRAL, "cannot tell"),
    ],
)
def test_a_target_is_assured_by_the_limits(
    level: float, direction: Direction, assured: str
) -> None:
    """Against limits of 11.36 and 32.64."""
    chart = result(STEADY, direction=direction).spc("level", target=target(level))
    assert chart.assurance == assured
    assert chart.to_polars()["target"].to_list() == [level] * 12


def test_no_target_is_made_up() -> None:
    """Without one, nothing is said of any."""
    chart = result(STEADY).spc("calls")
    assert (chart.assurance, chart.targets) == ("", ())
    assert chart.to_polars()["target"].null_count() == 12


def test_a_target_holds_for_its_own_days() -> None:
    """It must hold for all of a period; the one in force at the latest point is assured."""
    old = target(33, valid_to="2022-06-15")
    new = target(11, valid_from="2022-06-16")
    chart = result(STEADY).spc("level", target=[new, old])
    assert chart.to_polars()["target"].to_list() == [33] * 5 + [None] + [11] * 6
    assert chart.assurance == "consistently met"
    ended = result(STEADY).spc("level", target=old)
    assert ended.assurance == ""
    assert "No target applies to all of December 2022." in ended.notes


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"source": " "}, "no source"),
        ({"valid_from": "1 April"}, "valid_from is not an ISO date"),
        ({"valid_to": "2021-12-31"}, "valid_to is before valid_from"),
        ({"value": float("nan")}, "not a number"),
        ({"value": True}, "not a number"),
    ],
)
def test_a_target_can_be_applied_and_traced(fields: dict[str, Any], why: str) -> None:
    """Somebody set it, and it says where."""
    with pytest.raises(RequestError, match=why):
        target(**{"value": 11, **fields})


# How it is asked for.


@pytest.mark.parametrize(
    ("requested", "why"),
    [
        ({"measure": "cals"}, "'cals'.*calls"),
        ({"measure": "calls", "member": "Rihgt"}, "'Rihgt'.*Right"),
        ({"measure": "calls", "member": {"sied": "Right"}}, "'sied'.*side"),
        ({"measure": "calls", "ref": "T2"}, "'T2'.*T1"),
        ({"measure": "calls", "baseline": 11}, "12 or more"),
        ({"measure": "calls", "baseline": True}, "12 or more"),
        ({"measure": "calls", "baseline": 12.5}, "12 or more"),
        ({"measure": "calls", "recalculate_from": ["2022-06-01"]}, "takes a list of breaks"),
        (
            {"measure": "calls", "recalculate_from": Break("2022-06-01", "Why")},
            "takes a list of breaks",
        ),
        (
            {"measure": "calls", "recalculate_from": [Break("2022-01-01", "Why")]},
            "not inside the series",
        ),
        (
            {"measure": "calls", "recalculate_from": [Break("2024-01-01", "Why")]},
            "not inside the series",
        ),
        ({"measure": "calls", "target": 0.9}, "takes a Target"),
        ({"measure": "calls", "target": "0.9"}, "takes a Target"),
        ({"measure": "calls", "target": [target(1), target(2)]}, "Two targets apply on one day"),
        ({"measure": "urgent_share", "target": target(90)}, "from 0 to 1"),
    ],
)
def test_a_mistake_is_named_with_its_fix(requested: dict[str, Any], why: str) -> None:
    """Each is refused before anything is drawn."""
    made = result(STEADY, options={"by": ["side"]})
    with pytest.raises(RequestError, match=why):
        made.spc(**requested)


def test_no_nan_reaches_the_table() -> None:
    """What is not there is null."""
    table = result([*STEADY, 0], urgent=12).spc("urgent_share").to_polars()
    assert table["value"][12] is None
    assert not any(item.is_nan().any() for item in table if item.dtype == pl.Float64)


# What it says.


def test_a_chart_says_its_latest_number_its_limits_its_variation_and_its_target() -> None:
    chart = result([*STEADY, 60]).spc("calls", target=target(33, source="Plan, page 30."))
    assert (chart.signal, chart.signal_since) == ("improving", "2023-01")
    assert str(chart).startswith(
        "Changed lately: higher since January 2023, an improvement. "
        "Calls: 60 calls in 2023-01. The mean is 25 and routine variation is 6 to 44. Variation: "
        "special cause of improving nature: the latest point is outside the limits. Target of 33: "
        "hit and miss."
    )
    assert chart.notes == (
        "The limits use 13 points; with 24 they are more reliable.",
        "The limits follow the days of each month: a short month is not low for being short.",
        "Target: Plan, page 30.",
    )
    assert len(chart) == 13
    assert repr(chart) == "ProcessChart(calls of ref T1: special cause of improving nature)"
    assert repr(result([20]).spc("calls")).endswith("there is 1 point, and limits need 12.)")


def test_a_common_cause_breaks_no_rule_and_says_none() -> None:
    chart = result(STEADY).spc("calls")
    assert "Variation: common cause." in str(chart)
    assert "Target" not in str(chart)


@pytest.mark.parametrize(("points", "expected"), [(23, True), (24, False)])
def test_two_years_of_points_are_enough_to_say_nothing_of_how_many(
    points: int, expected: bool
) -> None:
    notes = result(([20, 24] * 12)[:points]).spc("calls").notes
    assert ("The limits use 23 points; with 24 they are more reliable." in notes) == expected
    assert any("more reliable" in item for item in notes) == expected


SEASONS = [20, 20, 20, 26, 26, 26, 34, 34, 34, 26, 26, 26]


@pytest.mark.parametrize(
    ("many", "expected"),
    [
        (SEASONS * 2, True),
        ([*SEASONS, *SEASONS[:11]], False),
        ([*SEASONS, *SEASONS[6:], *SEASONS[:6]], False),
        ([*SEASONS, *[20, 26] * 6], False),
        ([20] * 24, False),
        ([20] * 12 + SEASONS, False),
        (SEASONS + [20] * 12, False),
    ],
)
def test_numbers_that_follow_the_time_of_year_are_said_to(many: list[int], expected: bool) -> None:
    """A year of them at least, each with its like a year before."""
    notes = result(many).spc("calls").notes
    assert any("The numbers follow the time of year" in item for item in notes) == expected


def test_years_have_no_seasons() -> None:
    """Thirteen financial years, each like the one before, follow no time of year."""
    first = [f"{2010 + at}-05-10T12:00" for at in range(13)]
    rows = [
        {"began_at": datetime.fromisoformat(day), "urgent": False, "side": "Left", "level": 1.0}
        for at, day in enumerate(first)
        for _ in range(10 + at)
    ]
    made = metric()
    observed = kpi.compute(
        [made],
        {"call": pl.DataFrame(rows)},
        periods=[f"{2010 + at}/{11 + at:02}" for at in range(13)],
        catalogue=kpi.Catalogue([made]),
        coverage={"call": ("2009-01-01", "2029-12-31")},
    )
    assert observed.spc("calls").notes == (
        "The limits use 13 points; with 24 they are more reliable.",
    )


@pytest.mark.parametrize(
    ("omitted", "named"),
    [
        ((3,), "2022"), ((3, 5), "2022, June 2022"), ((3, 5, 7), "August 2022"),
        ((3, 5, 7, 9), "August 2022 and 1 more"), ((3, 5, 7, 9, 11), "August 2022 and 2 more"),
    ],
)  # fmt: skip
def test_three_of_the_periods_left_out_are_named_and_the_others_counted(
    omitted: tuple[int, ...], named: str
) -> None:
    requested = [month(at) for at in range(24) if at not in omitted]
    (note, *_) = result(STEADY * 2, periods=requested).spc("calls").notes
    assert note.startswith("Excluded, not in the result: April 2022")
    assert note.endswith(f"{named}.")


def test_points_too_few_before_a_break_have_no_limit_and_no_signal() -> None:
    """The three before it are shown; they are none of what the twelve after it are judged by."""
    breaks = [Break("2022-04-01", "A new system")]
    chart = result([90, 94, 5, *STEADY], breaks=breaks).spc("level")
    table = chart.to_polars()
    assert limits(chart) == pytest.approx((22 - REACH, 22, 22 + REACH))
    assert table["segment"].to_list() == [0] * 3 + [1] * 12
    for name in ("outside_limits", "run", "trend", "two_of_three"):
        assert table[name].to_list() == [0] * 15
    assert table["variation"].to_list() == [""] * 3 + ["common cause"] * 12
    assert table["mean"].to_list()[:3] == [None] * 3
    assert chart.notes[:2] == (
        "Limits are recalculated from 1 April 2022: A new system.",
        "Fewer than 12 points before a break have no limits.",
    )


def test_each_segment_has_a_baseline_of_its_own() -> None:
    """Twelve points of each make its limits, and the thirteenth is judged by them."""
    breaks = [Break("2023-02-01", "A new system")]
    later = [item + 50 for item in STEADY]
    chart = result([*STEADY, 60, *later, 110], breaks=breaks).spc("level", baseline=12)
    assert limits(chart, 0) == pytest.approx((22 - REACH, 22, 22 + REACH))
    assert limits(chart) == pytest.approx((72 - REACH, 72, 72 + REACH))
    table = chart.to_polars()
    assert table["outside_limits"].to_list() == [*[0] * 12, 1, *[0] * 12, 1]


@pytest.mark.parametrize(
    ("on", "inside"),
    [
        ("2021-12-31", False), ("2022-01-01", False), ("2022-01-02", True), ("2022-12-31", True),
        ("2023-01-01", False),
    ],
)  # fmt: skip
def test_a_declared_break_is_of_the_series_where_it_is_inside_it(on: str, inside: bool) -> None:
    chart = result(STEADY, breaks=[Break(on, "A new system")]).spc("calls")
    assert [item.on for item in chart.breaks] == ([on] if inside else [])


def test_a_break_in_the_first_month_parts_it_from_the_second() -> None:
    chart = result([90, *STEADY], breaks=[Break("2022-01-15", "A new system")]).spc("level")
    assert chart.to_polars()["segment"].to_list() == [0] + [1] * 12
    assert limits(chart)[1] == 22


@pytest.mark.parametrize("on", ["2022-01-02", "2022-02-01", "2022-12-01"])
def test_limits_may_be_worked_out_afresh_from_the_second_day_to_the_last_start(on: str) -> None:
    assert result(STEADY).spc("calls", recalculate_from=[Break(on, "Why")]).breaks[0].on == on
    with pytest.raises(RequestError, match="Give a day from 2022-02-01 to 2022-12-01"):
        result(STEADY).spc("calls", recalculate_from=[Break("2022-12-02", "Why")])


@pytest.mark.parametrize(("level", "taken"), [(0, True), (1, True), (-0.01, False), (1.01, False)])
def test_the_target_of_a_share_is_from_none_to_all(level: float, taken: bool) -> None:
    made = result(STEADY, urgent=12)
    if taken:
        assert made.spc("urgent_share", target=target(level)).targets[0].value == level
    else:
        with pytest.raises(RequestError, match="from 0 to 1"):
            made.spc("urgent_share", target=target(level))


def test_the_target_at_the_latest_point_is_the_one_assured() -> None:
    old, new = target(33, valid_to="2022-11-30"), target(11, valid_from="2022-12-01")
    chart = result(STEADY).spc("level", target=[old, new])
    assert chart.assurance == "consistently met"
    assert "Target of 11: consistently met." in str(chart)


# What has no limits for what it is.


def test_every_other_month_has_no_moving_range() -> None:
    requested = [month(at) for at in range(0, 24, 2)]
    refused(result(STEADY * 2, periods=requested).spc("calls"), "[u]", "no two consecutive periods")


def test_a_series_without_a_number_has_no_limits() -> None:
    chart = result(STEADY, periods=["2019-01", "2019-02"]).spc("calls")
    refused(chart, "[x]", "every period is excluded or has no number.")
    assert chart.latest is None
    assert str(chart).startswith("No process limits:")


class Statement(Contract, row_unit=Unit.POUNDS):
    """One row per statement."""

    to = Column(date, description="The day its figures run to.")
    spent = Column(float, decimals=2, description="What was spent.")
    budget = Column(float, decimals=2, description="What was meant to be.")
    words = Column(str, description="What is said of it.")


def of_statements(
    measure: kpi.Measure, spent: Sequence[float], *inputs: kpi.Measure
) -> ProcessChart:
    days = [kpi.Period.parse(month(at)).end for at in range(len(spent))]
    data = pl.DataFrame(
        {"to": days, "spent": [float(item) for item in spent], "budget": [3.0] * len(spent),
         "words": ["As planned."] * len(spent)}
    )  # fmt: skip
    made = metric(
        measures=[*inputs, measure],
        dimensions=[],
        examples=[
            Example(
                rows="| to |",
                expect={part.key: None for part in (*inputs, measure)},
                edge_case="None.",
            )
        ],
    )
    observed = kpi.compute(
        [made],
        {"statement": data},
        periods=[month(at) for at in range(len(spent))],
        catalogue=kpi.Catalogue([made]),
        coverage={"statement": ("2020-01-01", "2029-12-31")},
    )
    return observed.spc(measure.key)


STATEMENT = {"of": Statement, "at": Statement.to}


def test_a_cumulative_statement_has_no_limits() -> None:
    over = kpi.BudgetVariance(
        key="over", **STATEMENT, actual=Statement.spent, budget=Statement.budget
    )
    refused(of_statements(over, [2, 4] * 6), "[z]", "a statement is cumulative")


@pytest.mark.parametrize("statement", kpi.StatementPeriod)
def test_the_figures_of_a_statement_have_no_limits_and_name_the_months_they_cover(
    statement: kpi.StatementPeriod,
) -> None:
    spent = kpi.PeriodEndStock(
        key="spent",
        **STATEMENT,
        value=Statement.spent,
        unit=Unit.POUNDS,
        statement=statement,
    )
    chart = of_statements(spent, [2, 4] * 6)
    refused(chart, "[z]", statement.reason_no_limits)
    covered = {
        kpi.StatementPeriod.YEAR_TO_DATE: "April to December 2022",
        kpi.StatementPeriod.FINANCIAL_YEAR: (
            "April 2022 to March 2023, at the end of December 2022"
        ),
    }
    assert str(chart).startswith(f"Spent: £4 in {covered[statement]}.")


def test_a_quotient_of_statements_has_no_limits_either() -> None:
    shared = {**STATEMENT, "unit": Unit.POUNDS, "statement": kpi.StatementPeriod.YEAR_TO_DATE}
    spent = kpi.PeriodEndStock(key="spent", **shared, value=Statement.spent)
    budget = kpi.PeriodEndStock(key="budget", **shared, value=Statement.budget)
    used = kpi.Ratio(key="used", numerator="spent", denominator="budget")
    chart = of_statements(used, [2, 4] * 6, spent, budget)
    refused(chart, "[z]", "a statement is cumulative")
    assert "April to December 2022" in str(chart)


def test_a_text_has_no_limits() -> None:
    sentences = kpi.TextReport(
        key="sentences", **STATEMENT, text=Statement.words, author=Statement.words,
        evidence=Statement.words,
    )  # fmt: skip
    chart = of_statements(sentences, [2, 4] * 6)
    assert (chart.marker, chart.reason) == ("[z]", "a text report has no number.")


def test_small_sums_of_money_have_limits_as_nobody_is_counted() -> None:
    """2 and 4 pounds in turn, for each day, times the 31 days of December."""
    spent = kpi.Sum(key="spent", **STATEMENT, value=Statement.spent, unit=Unit.POUNDS)
    spending = [2, 4] * 6
    days = [kpi.Period.parse(month(at)).end.day for at in range(12)]
    rates = [amount / day for amount, day in zip(spending, days, strict=True)]
    reach = 2.66 * sum(abs(now - before) for before, now in pairwise(rates)) / 11
    mean = sum(rates) / 12
    expected = [31 * limit for limit in (mean - reach, mean, mean + reach)]
    assert limits(of_statements(spent, spending)) == pytest.approx(expected)


def test_a_count_of_who_comes_again_notes_its_overlap() -> None:
    """Three callers, each of whom rang in every month before."""
    back = kpi.Assumption("back", 12, since="2020-01-01", because="For the test.")

    class Caller(Contract, row_unit=Unit.CALLS):
        """One row per call."""

        began_at = Column(datetime, description="When it began.")
        caller = Column(str, personal=True, description="Who called.")

    def of_callers(many: int) -> ProcessChart:
        measure = kpi.RepeatRate(
            key="again", of=Caller, at=Caller.began_at, who=Caller.caller, lookback=back,
            as_count=True,
        )  # fmt: skip
        made = metric(
            measures=[measure],
            dimensions=[],
            examples=[Example(rows="| began_at |", expect={"again": 0}, edge_case="None.")],
        )
        rows = [
            {"began_at": datetime.fromisoformat(f"{month(at)}-10T12:00"), "caller": str(who)}
            for at in range(13)
            for who in range(many)
        ]
        observed = kpi.compute(
            [made],
            {"caller": pl.DataFrame(rows)},
            periods=[month(at) for at in range(1, 13)],
            catalogue=kpi.Catalogue([made]),
            coverage={"caller": ("2020-01-01", "2029-12-31")},
        )
        return observed.spc("again")

    assert of_callers(3).chart_type == "small counts"
    chart = of_callers(5)
    assert limits(chart) == pytest.approx(by_days([5] * 12, 1)[-1])
    assert "Neighbouring periods look back on many of the same months." in chart.notes


def test_a_chart_is_written_as_a_result_is(tmp_path: Path) -> None:
    """Only where disclosure was seen to, and over nothing that is there."""
    chart, path = result(STEADY).spc("calls"), tmp_path / "chart.csv"
    with pytest.raises(kpi.OutputError, match="no disclosure control"):
        chart.to_csv(path)
    chart.to_csv(path, policy="none")
    with pytest.raises(kpi.OutputError):
        chart.to_csv(path, policy="none")
    chart.to_csv(path, policy="none", overwrite=True)
    assert pl.read_csv(path)["value"].to_list() == STEADY
    assert chart.to_pandas()["value"].to_list() == STEADY


def test_a_target_holds_to_the_end_of_its_last_day() -> None:
    chart = result(STEADY).spc("calls", target=target(33, valid_to="2022-06-30"))
    assert chart.to_polars()["target"].to_list() == [33] * 6 + [None] * 6
    assert target(33, valid_from="2022-06-30", valid_to="2022-06-30").valid_to == "2022-06-30"


def test_a_notebook_shows_whose_chart_it_is_its_target_and_what_was_not_done() -> None:
    """The latest first; a warning where disclosure was not seen to."""
    made = result(STEADY, options={"by": ["side"]})
    plain = made.spc("calls")._repr_html_()
    assert "Ref T1, Calls, whole force: latest period first" in plain
    assert plain.index("2022-12") < plain.index("2022-01")
    assert "no disclosure control" in plain.lower()
    assert "Target" not in plain
    page = (
        made.protect(kpi.DisclosurePolicy(rounding_base=1))
        .spc("calls", target=target(33))
        ._repr_html_()
    )
    assert "Target</th>" in page
    assert "no disclosure control" not in page.lower()
    assert (
        "Ref T1, Calls, Right: latest period first"
        in made.spc("calls", member="Right")._repr_html_()
    )


def test_where_neither_way_is_better_nothing_is_said_of_a_target() -> None:
    chart = result(STEADY, direction=Direction.NEUTRAL).spc("calls", target=target(33))
    assert "Neither direction is better in itself, so the target is not assessed." in chart.notes


def test_a_stock_is_said_to_carry_over() -> None:
    kept = kpi.PeriodEndStock(key="kept", **STATEMENT)
    assert any("A stock carries over" in item for item in of_statements(kept, [2] * 12).notes)


def test_quarters_follow_the_time_of_year_as_months_do() -> None:
    quarters = [f"{2022 + at // 4}/{23 + at // 4} Q{at % 4 + 1}" for at in range(15)]
    notes = result(SEASONS * 4, periods=quarters).spc("calls").notes
    assert any("The numbers follow the time of year" in item for item in notes)
