"""What is set against an earlier time, by which rule, and what is never compared.

Every number is calculated by hand beside the test, or is the engine's own number for the longer
period.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import (
    Average,
    Break,
    Column,
    Contract,
    Count,
    Dimension,
    Direction,
    Duration,
    Example,
    Measure,
    Metric,
    PeriodEndStock,
    Proportion,
    RequestError,
    Result,
    Sum,
    Unit,
)
from swm_kpi.analysis.comparison.pooling import pooling_rule
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.measures import PoolingMethod

SIDE = Dimension("side", "Side", ("Left", "Right"), description="The side it was on.")


class Call(Contract, row_unit=Unit.CALLS):
    """One row per call."""

    began_at = Column(datetime, description="When it began.")
    ended_at = Column(datetime, nullable=True, description="When it ended.")
    caller = Column(str, nullable=True, personal=True, description="Who called.")
    urgent = Column(bool, nullable=True, description="Whether it was urgent.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")


class Delivery(Contract, row_unit=Unit.DELIVERIES):
    """One row per delivery."""

    day = Column(date, description="The day it came.")
    pounds = Column(float, description="What it cost.")


class Post(Contract, row_unit=Unit.PEOPLE):
    """One row per post and day."""

    day = Column(date, description="The day.")


CALL = {"of": Call, "at": Call.began_at}
MINUTES = {"start": Call.began_at, "end": Call.ended_at, "unit": Unit.MINUTES}
CALLS = Count(key="calls", **CALL)
CALLERS = Count(key="callers", **CALL, distinct=Call.caller)
URGENT = Proportion(key="urgent_share", **CALL, numerator=Call.urgent)
MEAN = Duration(key="mean_wait", **CALL, average=Average.MEAN, **MINUTES)
MEDIAN = Duration(key="median_wait", **CALL, average=Average.MEDIAN, **MINUTES)
ON_THE_DAY = PeriodEndStock(key="posts", of=Post, at=Post.day)


def metric(*measures: Measure, **fields: Any) -> Metric:
    """Declare a metric that is in no catalogue."""
    first = next(row.contract for row in measures if row.contract is not None)
    return Metric(
        **{
            "ref": "T1",
            "key": "test_metric",
            "title": "A test",
            "objective": SECURE,
            "summary": "A metric for a test.",
            "measures": measures,
            "dimensions": [row for row in (SIDE,) if row.key in first.dimensions],
            "direction": Direction.NEUTRAL,
            "availability": kpi.catalogue()["15"].availability,
            "limitations": "Not real.",
            "examples": [
                Example(
                    rows=f"| {next(iter(first.columns))} |",
                    expect={row.key: 0 for row in measures},
                    edge_case="None.",
                )
            ],
            **fields,
        }
    )


def calls(many: Mapping[str, int], urgent: Mapping[str, int] | None = None) -> pl.DataFrame:
    """Make so many calls on the tenth of each month, the first ones urgent."""
    rows = [
        {
            "began_at": (began := datetime.fromisoformat(f"{month}-10T12:00")),
            "ended_at": began + timedelta(minutes=at % 7),
            "caller": f"caller {at}",
            "urgent": at < (urgent or {}).get(month, 0),
            "side": "Left" if at % 3 else "Right",
        }
        for month, count in many.items()
        for at in range(count)
    ]
    return pl.DataFrame(rows, schema_overrides={"began_at": pl.Datetime})


def compute(made: Metric, data: pl.DataFrame, periods: Iterable[str], **options: Any) -> Result:
    table = next(row.contract for row in made.measures if row.contract is not None)
    name = table.__name__.lower()
    options.setdefault("coverage", {name: ("2010-01-01", "2029-12-31")})
    return kpi.compute(
        [made], {name: data}, periods=list(periods), catalogue=kpi.Catalogue([made]), **options
    )


def compared(
    many: Mapping[str, int], against: str, *, min_count: float = 50, **fields: Any
) -> dict[str, dict[str, Any]]:
    """Compare counts of calls by month; return the rows by period."""
    result = compute(metric(CALLS, **fields), calls(many), many)
    return by_period(result.compare(against, min_count=min_count))


def by_period(made: Any, measure: str = "calls") -> dict[str, dict[str, Any]]:
    return {row["period"]: row for row in made.to_polars().filter(measure=measure).to_dicts()}


def months(first: int, count: int) -> list[str]:
    """Name months in a row from January of a year."""
    return [f"{first + at // 12}-{at % 12 + 1:02d}" for at in range(count)]


# What each comparison sets against what.


def test_the_previous_period_ends_the_day_before() -> None:
    """From 100 to 125 is 25 more, and 25%."""
    changed = compared({"2024-04": 100, "2024-05": 125}, "previous_period")["2024-05"]
    assert (changed["current_period"], changed["current_value"]) == ("2024-05", 125)
    assert (changed["previous_period"], changed["previous_value"]) == ("2024-04", 100)
    assert (changed["change"], changed["change_pct"], changed["change_percentage_points"]) == (
        25,
        25,
        None,
    )
    assert (changed["change_marker"], changed["change_note"]) == ("", "")


def test_the_previous_year_is_the_same_month_of_the_year_before() -> None:
    """From 80 to 60 is a fall of a quarter; the month between plays no part."""
    many = {"2023-05": 80, "2024-04": 7, "2024-05": 60}
    changed = compared(many, "previous_year")["2024-05"]
    assert (changed["previous_period"], changed["previous_value"]) == ("2023-05", 80)
    assert (changed["change"], changed["change_pct"]) == (-20, -25)


def test_the_three_year_average_is_of_the_same_month() -> None:
    """The mean of 60, 90 and 120 is 90, and 99 is a tenth more."""
    many = {"2021-05": 60, "2022-05": 90, "2023-05": 120, "2024-05": 99}
    changed = compared(many, "three_year_average")["2024-05"]
    assert changed["previous_period"] == "mean of 2021-05, 2022-05 and 2023-05"
    assert (changed["previous_value"], changed["change"]) == (90, 9)
    assert changed["change_pct"] == pytest.approx(10)
    assert changed["change_note"] == ""


@pytest.mark.parametrize(
    ("month", "flagged"),
    [("2021-03", False), ("2021-04", True), ("2024-03", True), ("2024-04", False)],
)
def test_an_average_that_spans_the_pandemic_year_says_so(month: str, flagged: bool) -> None:
    """It is made, and flagged where a year of it is in April 2020 to March 2021."""
    year, rest = int(month[:4]), month[4:]
    many = {f"{year - back}{rest}": 60 for back in (3, 2, 1, 0)}
    changed = compared(many, "three_year_average")[month]
    assert changed["change"] == 0
    assert ("April 2020 to March 2021" in changed["change_note"]) is flagged


def test_a_share_is_averaged_by_what_it_is_a_share_of() -> None:
    """10 of 100, 20 of 100 and 150 of 300 are 180 of 500: 36%, and not the mean of three shares."""
    many = {"2022-05": 100, "2023-05": 100, "2024-05": 300, "2025-05": 100}
    urgent = {"2022-05": 10, "2023-05": 20, "2024-05": 150, "2025-05": 40}
    result = compute(metric(URGENT), calls(many, urgent), many)
    changed = by_period(result.compare("three_year_average"), "urgent_share")["2025-05"]
    assert changed["previous_value"] == pytest.approx(0.36)
    assert changed["change_percentage_points"] == pytest.approx(4)


def test_the_year_to_date_runs_from_april() -> None:
    """10, 20 and 30 are 60 by June; the year before it was 50."""
    many = {
        "2023-04": 20, "2023-05": 20, "2023-06": 10,
        "2024-03": 99, "2024-04": 10, "2024-05": 20, "2024-06": 30,
    }  # fmt: skip
    changed = compared(many, "year_to_date")
    june = changed["2024-06"]
    assert (june["current_period"], june["current_value"]) == ("2024-04 to 2024-06", 60)
    assert (june["previous_period"], june["previous_value"]) == ("2023-04 to 2023-06", 50)
    assert june["change_pct"] == pytest.approx(20)
    assert (changed["2024-04"]["current_period"], changed["2024-04"]["current_value"]) == (
        "2024-04",
        10,
    )
    assert (june["value"], june["marker"]) == (30, "")


def test_a_rolling_twelve_months_is_against_the_twelve_before() -> None:
    """Twelve months of 11 against twelve of 10: 132 against 120."""
    names = months(2023, 24)
    many = {name: 10 if at < 12 else 11 for at, name in enumerate(names)}
    changed = compared(many, "rolling_12")
    last = changed["2024-12"]
    assert (last["current_period"], last["current_value"]) == ("2024-01 to 2024-12", 132)
    assert (last["previous_period"], last["previous_value"]) == ("2023-01 to 2023-12", 120)
    assert last["change_pct"] == pytest.approx(10)
    assert changed["2024-11"]["change"] is None


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=24, max_size=24))
def test_months_put_together_are_the_number_of_the_year(many: list[int]) -> None:
    """By March, the year to date and the rolling twelve months are the financial year."""
    names = months(2023, 27)[3:]
    counts = dict(zip(names, many, strict=True))
    data = calls({**counts, "2023-01": 1}, {name: count // 2 for name, count in counts.items()})
    made = metric(CALLS, URGENT, MEAN)
    result = compute(made, data, [*names, "2023/24", "2024/25"])
    years = {
        (row["measure"], row["period"]): row["value"]
        for row in result.to_polars().filter(grain="year").to_dicts()
    }
    for against in ("year_to_date", "rolling_12"):
        for row in result.compare(against).to_polars().filter(period="2025-03").to_dicts():
            if row["change"] is None:
                assert row["change_marker"] == "[z]"
                continue
            assert row["current_value"] == pytest.approx(years[row["measure"], "2024/25"])
            assert row["previous_value"] == pytest.approx(years[row["measure"], "2023/24"])


def test_every_member_is_set_against_itself() -> None:
    """Of 90 calls 30 are on the right, of 60 calls 20."""
    many = {"2024-04": 60, "2024-05": 90}
    made = compute(metric(CALLS), calls(many), many, by=["side"]).compare("previous_period")
    rows = made.to_polars().filter(period="2024-05").to_dicts()
    assert {row["side"]: (row["previous_value"], row["current_value"]) for row in rows} == {
        "Left": (40, 60), "Right": (20, 30), "All": (60, 90),
    }  # fmt: skip


# Percentages and points.


@pytest.mark.parametrize(
    ("before", "min_count", "percentage", "marker"),
    [
        (50, 50, 20, ""),
        (49, 50, None, "[u]"),
        (49, 49, 1100 / 49, ""),
        (5, 0, 1100, ""),
        (0, 0, None, "[z]"),
    ],
)
def test_a_percentage_is_withheld_under_the_stated_base(
    before: int, min_count: float, percentage: float | None, marker: str
) -> None:
    """A small count has a change and no percentage; a change from zero never has one."""
    changed = compared({"2024-04": before, "2024-05": 60}, "previous_period", min_count=min_count)[
        "2024-05"
    ]
    expected = None if percentage is None else pytest.approx(percentage)
    assert changed["change_pct"] == expected
    assert (changed["change"], changed["change_marker"]) == (60 - before, marker)
    assert changed["change_note"].startswith("No percentage: ") is (percentage is None)


@pytest.mark.parametrize("min_count", [-1, math.nan, math.inf, True, "50", None])
def test_min_count_is_a_number_from_zero(min_count: Any) -> None:
    """What is not a count cannot be a line."""
    many = {"2024-04": 60, "2024-05": 60}
    with pytest.raises(RequestError, match="min_count= must be a number from 0"):
        compared(many, "previous_period", min_count=min_count)


def test_a_share_changes_in_points() -> None:
    """From 40% to 45% is 5 points, however few it is a share of."""
    many = {"2024-04": 10, "2024-05": 20}
    result = compute(metric(URGENT), calls(many, {"2024-04": 4, "2024-05": 9}), many)
    changed = by_period(result.compare("previous_period"), "urgent_share")["2024-05"]
    assert changed["change"] == pytest.approx(0.05)
    assert changed["change_percentage_points"] == pytest.approx(5)
    assert changed["change_pct"] is None


# What is never compared.


@pytest.mark.parametrize(
    ("on", "made"),
    [("2024-04-01", True), ("2024-04-02", False), ("2024-05-01", False), ("2024-05-31", False),
     ("2024-06-01", True)],
)  # fmt: skip
def test_nothing_is_compared_across_a_break(on: str, made: bool) -> None:
    """A break after the first day of one side and by the last day of the other parts them."""
    breaks = [Break(on, "The form changed")]
    changed = compared({"2024-04": 60, "2024-05": 90}, "previous_period", breaks=breaks)["2024-05"]
    assert (changed["change"] == 30) is made
    if not made:
        assert (changed["change_marker"], changed["change_pct"], changed["verdict"]) == (
            "[b]",
            None,
            "cannot tell",
        )
        assert changed["change_note"].endswith("The form changed.")
        assert changed["previous_value"] is None


def test_a_break_between_two_years_parts_the_years_and_not_the_months_after_it() -> None:
    """June is compared with May and not with June a year ago."""
    many = {"2023-06": 60, "2024-05": 60, "2024-06": 66}
    breaks = [Break("2024-01-01", "A new system")]
    assert compared(many, "previous_year", breaks=breaks)["2024-06"]["change_marker"] == "[b]"
    assert compared(many, "previous_period", breaks=breaks)["2024-06"]["change"] == 6


def test_a_period_that_is_not_over_is_not_compared() -> None:
    """Half a month is not set against a whole one."""
    many = {"2024-04": 100, "2024-05": 50}
    result = compute(metric(CALLS), calls(many), many, as_at="2024-05-16")
    changed = by_period(result.compare("previous_period"))["2024-05"]
    assert changed["marker"] == "[p]"
    assert (changed["change"], changed["change_marker"]) == (None, "[p]")
    assert changed["verdict"] == "cannot tell"
    assert "provisional" in changed["change_note"]


def test_a_period_that_was_not_computed_is_said_to_be_missing() -> None:
    """It is not guessed to be zero."""
    changed = compared({"2024-05": 60}, "previous_period")["2024-05"]
    assert (changed["current_value"], changed["previous_value"], changed["change"]) == (
        60,
        None,
        None,
    )
    assert changed["change_marker"] == "[x]"
    assert changed["change_note"] == "Not compared: no number in this result: 2024-04."


@pytest.mark.parametrize("against", ["previous_period", "year_to_date"])
def test_a_period_outside_the_data_is_not_zero(against: str) -> None:
    """The table ends with April, so May is not available, and no run with May in it is."""
    many = {"2023-04": 60, "2023-05": 60, "2024-04": 60, "2024-05": 0}
    result = compute(
        metric(CALLS), calls(many), many, coverage={"call": ("2020-01-01", "2024-04-30")}
    )
    changed = by_period(result.compare(against))["2024-05"]
    assert changed["marker"] == "[x]"
    assert (changed["current_value"], changed["change"], changed["change_marker"]) == (
        None,
        None,
        "[x]",
    )
    assert changed["change_note"] == "Not compared: no number in this result: 2024-05."


def test_a_share_of_nothing_is_not_compared() -> None:
    """There is no share in April, so there is no change to May."""
    many = {"2024-04": 0, "2024-05": 10}
    result = compute(metric(URGENT), calls(many), many)
    changed = by_period(result.compare("previous_period"), "urgent_share")["2024-05"]
    assert (changed["change"], changed["change_marker"]) == (None, "[z]")
    assert "denominator is zero" in changed["change_note"]


@pytest.mark.parametrize(("measure", "why"), [(CALLERS, "do not add"), (MEDIAN, "median")])
def test_what_does_not_add_is_not_put_together(measure: Measure, why: str) -> None:
    """People counted once a period, and medians: each period is compared, and no run of them."""
    names = months(2023, 24)
    result = compute(metric(measure), calls(dict.fromkeys(names, 8)), names)
    for against in ("year_to_date", "rolling_12", "three_year_average"):
        changed = by_period(result.compare(against), measure.key)["2024-12"]
        assert (changed["change"], changed["change_marker"]) == (None, "[z]")
        assert why in changed["change_note"]
    changed = by_period(result.compare("previous_period"), measure.key)["2024-12"]
    assert changed["change"] == 0


def test_a_stock_is_compared_and_never_added_over_time() -> None:
    """Two posts on the last day of each month are not four posts."""
    days = ["2024-04-30", "2024-05-31", "2024-05-31"]
    posts = pl.DataFrame({"day": [date.fromisoformat(row) for row in days]})
    result = compute(metric(ON_THE_DAY), posts, ["2024-04", "2024-05"])
    assert by_period(result.compare("previous_period"), "posts")["2024-05"]["change"] == 1
    changed = by_period(result.compare("year_to_date"), "posts")["2024-05"]
    assert (changed["change"], changed["change_marker"]) == (None, "[z]")


def test_a_rolling_window_is_no_part_of_a_financial_year() -> None:
    """So it has no year to date, and its windows are compared with those they do not share."""
    names = ["R12 2023-12", "R12 2024-12"]
    result = compute(metric(CALLS), calls({"2023-05": 60, "2024-05": 66}), names)
    changed = by_period(result.compare("year_to_date"))["R12 2024-12"]
    assert (changed["change"], changed["change_marker"]) == (None, "[z]")
    changed = by_period(result.compare("previous_period"))["R12 2024-12"]
    assert (changed["previous_period"], changed["change"]) == ("R12 2023-12", 6)


# Other lengths of period, other kinds, and what is hidden.


@pytest.mark.parametrize(
    ("against", "now", "before"),
    [
        ("previous_period", "2024/25 Q1", "2023/24 Q4"),
        ("previous_year", "2024/25 Q1", "2023/24 Q1"),
        ("previous_year", "2023/24 Q4", "2022/23 Q4"),
        ("previous_period", "2024/25", "2023/24"),
        ("previous_year", "2024/25", "2023/24"),
        ("previous_period", "2024-03", "2024-02"),
        ("previous_year", "2024-02", "2023-02"),
        ("previous_period", "2024-01", "2023-12"),
    ],
)
def test_each_length_of_period_has_its_own_before(against: str, now: str, before: str) -> None:
    """A leap February is set against a plain one, and a first quarter against a fourth."""
    result = compute(metric(CALLS), calls({"2024-05": 60}), [now, before])
    changed = by_period(result.compare(against))[now]
    assert (changed["current_period"], changed["previous_period"]) == (now, before)
    assert changed["change_marker"] in ("", "[z]")


@pytest.mark.parametrize(
    ("period", "to_date", "year"),
    [
        ("2024/25 Q1", "2024/25 Q1", "2023/24 Q2 to 2024/25 Q1"),
        ("2024/25 Q3", "2024/25 Q1 to 2024/25 Q3", "2023/24 Q4 to 2024/25 Q3"),
        ("2023/24 Q4", "2023/24 Q1 to 2023/24 Q4", "2023/24 Q1 to 2023/24 Q4"),
        ("2024/25", "2024/25", "2024/25"),
        ("2024-03", "2023-04 to 2024-03", "2023-04 to 2024-03"),
        ("2024-02", "2023-04 to 2024-02", "2023-03 to 2024-02"),
    ],
)
def test_runs_of_quarters_months_and_years(period: str, to_date: str, year: str) -> None:
    """The year begins in April, and twelve months are four quarters or a year."""
    result = compute(metric(CALLS), calls({"2024-05": 60}), [period])
    for against, run in (("year_to_date", to_date), ("rolling_12", year)):
        assert by_period(result.compare(against))[period]["current_period"] == run


def test_quarters_put_together_are_the_year() -> None:
    """30, 40, 50 and 60 are 180; the year before it was 90."""
    quarters = ["2024-04", "2024-07", "2024-10", "2025-01"]
    many = dict(zip(quarters, (30, 40, 50, 60), strict=True)) | {"2023-05": 90}
    names = [f"{year} Q{at}" for year in ("2023/24", "2024/25") for at in (1, 2, 3, 4)]
    changed = by_period(compute(metric(CALLS), calls(many), names).compare("rolling_12"))
    last = changed["2024/25 Q4"]
    assert (last["current_value"], last["previous_value"], last["change_pct"]) == (180, 90, 100)


def test_a_month_without_a_case_is_in_the_share_of_the_year() -> None:
    """1 of 4 in April, none in May, 2 of 4 in June: 3 of 8; of May alone nothing is said."""
    many = {"2023-04": 4, "2023-05": 0, "2023-06": 4, "2024-04": 4, "2024-05": 0, "2024-06": 4}
    urgent = {"2023-04": 1, "2023-06": 1, "2024-04": 1, "2024-06": 2}
    result = compute(metric(URGENT, MEAN), calls(many, urgent), many)
    changed = by_period(result.compare("year_to_date"), "urgent_share")
    assert (changed["2024-06"]["current_value"], changed["2024-06"]["previous_value"]) == (
        3 / 8,
        2 / 8,
    )
    assert changed["2024-06"]["change_percentage_points"] == pytest.approx(12.5)
    assert changed["2024-05"]["current_value"] == 1 / 4
    alone = by_period(result.compare("previous_year"), "urgent_share")["2024-05"]
    assert (alone["change"], alone["change_marker"]) == (None, "[z]")
    # Calls last 0, 1, 2 and 3 minutes.
    assert by_period(result.compare("year_to_date"), "mean_wait")["2024-06"]["current_value"] == 1.5


def test_a_run_of_nothing_at_all_has_no_share() -> None:
    many = {"2023-04": 0, "2023-05": 0, "2024-04": 4, "2024-05": 4}
    result = compute(metric(URGENT), calls(many), many)
    changed = by_period(result.compare("year_to_date"), "urgent_share")["2024-05"]
    assert (changed["current_value"], changed["previous_value"]) == (0, None)
    assert (changed["change"], changed["change_marker"]) == (None, "[z]")


def test_a_median_is_compared_and_its_percentage_rests_on_its_cases() -> None:
    """Of 0 to 6 minutes the median is 3, of 0 to 2 it is 1; 3 cases make no percentage."""
    many = {"2024-04": 3, "2024-05": 21}
    made = compute(metric(MEDIAN, direction=Direction.LOWER_IS_BETTER), calls(many), many)
    changed = by_period(made.compare("previous_period"), "median_wait")["2024-05"]
    assert (changed["previous_value"], changed["current_value"], changed["change"]) == (1, 3, 2)
    assert (changed["change_pct"], changed["change_marker"]) == (None, "[u]")
    assert changed["verdict"] == "cannot tell"
    assert changed["change_note"].endswith("No verdict: there are too few cases for an interval.")
    changed = by_period(made.compare("previous_period", min_count=3), "median_wait")["2024-05"]
    assert changed["change_pct"] == 200


def test_a_ratio_is_compared_by_its_numerator_and_pooled_from_its_parts() -> None:
    """Callers ring once each: 60 of 120 calls are urgent, then 90 of 120, so 0.5 and 0.75."""
    urgent = Count(key="urgent_calls", **CALL, where=Call.urgent)
    ratio = kpi.Ratio(key="per_call", numerator="urgent_calls", denominator="calls")
    many = {"2024-04": 120, "2024-05": 120, "2023-04": 60, "2023-05": 180}
    made = compute(
        metric(CALLS, urgent, ratio),
        calls(many, {"2024-04": 60, "2024-05": 90, "2023-04": 60, "2023-05": 60}),
        many,
    )
    changed = by_period(made.compare("previous_period"), "per_call")["2024-05"]
    assert (changed["change"], changed["change_pct"], changed["change_percentage_points"]) == (
        0.25,
        50,
        None,
    )
    changed = by_period(made.compare("year_to_date"), "per_call")["2024-05"]
    assert (changed["current_value"], changed["previous_value"]) == (150 / 240, 120 / 240)


def test_ten_months_of_ten_pence_are_a_pound_on_every_release_of_python() -> None:
    """Added one to the next as fractions they are a little less, and from Python 3.12 they are not.

    The year to date is then exactly what the engine gives for the longer period.
    """
    spent = Sum(key="spent", of=Delivery, at=Delivery.day, value=Delivery.pounds, unit=Unit.POUNDS)
    names = months(2023, 25)[3:]
    days = [date.fromisoformat(f"{row}-10") for row in names]
    data = pl.DataFrame({"day": days, "pounds": [0.1] * len(days)})
    made = compute(metric(spent, dimensions=[]), data, names)
    assert by_period(made.compare("year_to_date"), "spent")["2025-01"]["current_value"] == 1


def test_a_suppressed_number_is_not_compared() -> None:
    """3 calls in May are hidden: neither the change to them nor from them is there."""
    many = {"2024-04": 60, "2024-05": 3, "2024-06": 70, "2024-07": 80}
    result = compute(metric(CALLS, URGENT), calls(many, {"2024-04": 30, "2024-06": 35}), many)
    safe = result.protect(kpi.DisclosurePolicy(threshold=5, rounding_base=5))
    for against in ("previous_period", "year_to_date"):
        made = safe.compare(against)
        changed = by_period(made)
        for name in ("2024-05", "2024-06") if against == "previous_period" else ["2024-05"]:
            by_member = changed[name]
            assert by_member["change_marker"] in ("[c]", "[x]")
            assert (
                by_member["change"]
                is by_member["change_pct"]
                is by_member["change_percentage_points"]
                is None
            )
            assert "2024-05" in by_member["change_note"] or against == "year_to_date"
        assert changed["2024-05"]["value"] is changed["2024-05"]["current_value"] is None
        assert made.policy
    assert by_period(safe.compare("previous_period"))["2024-06"]["change_marker"] == "[c]"
    assert by_period(safe.compare("previous_period"))["2024-07"]["change"] == 10


def test_a_run_with_a_hidden_month_in_it_is_hidden() -> None:
    """A year to date less the months that are shown would be the month that is not."""
    names = [*months(2023, 8)[3:], *months(2024, 8)[3:]]
    many = dict.fromkeys(names, 60) | {"2024-05": 3}
    safe = compute(metric(CALLS), calls(many), names).protect(kpi.DisclosurePolicy())
    changed = by_period(safe.compare("year_to_date"))
    assert changed["2024-04"]["change"] == 0
    for name in ("2024-05", "2024-06", "2024-08"):
        assert (changed[name]["current_value"], changed[name]["change_marker"]) == (None, "[c]")


def test_a_member_that_comes_or_goes_is_compared_with_zero_and_not_left_out() -> None:
    """Nobody on the right in April, nobody on the left in May: the members stay."""
    rows = [
        {"began_at": datetime(2024, month, 10), "urgent": False, "side": side}
        for month, side in ((4, "Left"), (4, "Left"), (5, "Right"), (5, None))
    ]
    made = compute(metric(CALLS), pl.DataFrame(rows), ["2024-04", "2024-05"], by=["side"])
    changed = made.compare("previous_period").to_polars().filter(period="2024-05").to_dicts()
    by_member = {
        row["side"]: (row["previous_value"], row["current_value"], row["change"]) for row in changed
    }
    assert by_member == {
        "Left": (2, 0, -2),
        "Right": (0, 1, 1),
        "Unknown": (0, 1, 1),
        "All": (2, 2, 0),
    }
    assert {row["side"]: row["change_marker"] for row in changed}["Right"] == "[z]"


def test_where_the_numbers_came_from_stays_with_a_comparison() -> None:
    """Its rows keep their definition and extraction, and it has the result's provenance."""
    many = {"2024-04": 60, "2024-05": 70}
    result = compute(metric(CALLS), calls(many), many, as_at="2024-06-30")
    made = result.compare("previous_period")
    assert made.provenance is not None
    assert made.provenance == result.provenance
    assert made.to_pandas()["definition"].nunique() == 1
    assert set(made.to_polars()["as_at"]) == set(result.to_polars()["as_at"])


# For better or worse.


@pytest.mark.parametrize(
    ("direction", "up", "down"),
    [
        (Direction.HIGHER_IS_BETTER, "improvement", "concern"),
        (Direction.LOWER_IS_BETTER, "concern", "improvement"),
        (Direction.NEUTRAL, "higher", "lower"),
    ],
)
def test_a_change_is_judged_by_the_direction(direction: Direction, up: str, down: str) -> None:
    """The same rise is good news or bad by the measure; a small one is not shown to be a change."""
    many = {"2024-04": 60, "2024-05": 120, "2024-06": 60, "2024-07": 66}
    changed = compared(many, "previous_period", direction=direction)
    assert [changed[name]["verdict"] for name in many] == [
        "cannot tell",
        up,
        down,
        "no change shown",
    ]


# How it is asked for, and what comes back.


def test_an_unknown_comparison_gets_a_suggestion() -> None:
    """The message names what was meant."""
    with pytest.raises(RequestError, match=r"'previous_yaer'.*previous_year"):
        compared({"2024-04": 60}, "previous_yaer")


def test_every_row_of_the_result_comes_back_as_it_was() -> None:
    """Columns are added; none is changed, and no number is NaN."""
    many = {"2024-04": 0, "2024-05": 70}
    result = compute(metric(CALLS, URGENT), calls(many), many)
    for against in ("previous_period", "three_year_average", "rolling_12"):
        made = result.compare(against)
        changed = made.to_polars()
        assert changed.select(result.to_polars().columns).equals(result.to_polars())
        assert not any(changed[name].is_nan().any() for name in changed.columns[-10:]
                       if changed[name].dtype == pl.Float64)  # fmt: skip
        assert (len(made), made.against.value) == (len(result), against)


def test_numbers_without_disclosure_control_are_written_only_on_request(tmp_path: Any) -> None:
    """As for the result itself."""
    many = {"2024-04": 60, "2024-05": 70}
    made = compute(metric(CALLS), calls(many), many).compare("previous_period")
    with pytest.raises(kpi.OutputError):
        made.to_csv(tmp_path / "made.csv")
    made.to_csv(tmp_path / "made.csv", policy="none")
    assert pl.read_csv(tmp_path / "made.csv")["change"].to_list() == [None, 10]


# What may be put together, by kind.

ANY_WAY, NO_RUN, NOT_AT_ALL = "any way", "no run", "not at all"


@pytest.mark.parametrize(
    ("ref", "key", "method", "allowed", "because"),
    [
        ("43", "concerns", PoolingMethod.REFUSED, NOT_AT_ALL, "has no number"),
        ("8", "repeat_share", PoolingMethod.REFUSED, NOT_AT_ALL, "once in a period"),
        ("8", "repeat_victims", PoolingMethod.REFUSED, NOT_AT_ALL, "once in a period"),
        ("7", "victims", PoolingMethod.REFUSED, NOT_AT_ALL, "once in a period"),
        ("3", "satisfied", PoolingMethod.REFUSED, NOT_AT_ALL, "survey waves"),
        ("2", "update_median_days", PoolingMethod.REFUSED, NOT_AT_ALL, "a median cannot"),
        ("53", "p90_minutes", PoolingMethod.REFUSED, NOT_AT_ALL, "a 90th percentile cannot"),
        ("33", "crimes_with_an_arrest", PoolingMethod.DIVIDED, ANY_WAY, ""),
        ("15", "incidents", PoolingMethod.ADDED, ANY_WAY, ""),
        ("14", "reoffences", PoolingMethod.ADDED, ANY_WAY, ""),
        ("51", "footprint", PoolingMethod.ADDED, ANY_WAY, ""),
        ("47", "mean_hours", PoolingMethod.WEIGHTED, ANY_WAY, ""),
        ("54", "unresourced", PoolingMethod.WEIGHTED, ANY_WAY, ""),
        ("4", "required", PoolingMethod.ADDED, NO_RUN, "a stock at a date"),
        ("44", "variance", PoolingMethod.ADDED, NO_RUN, "a statement is cumulative"),
        ("2", "done_in_time", PoolingMethod.DIVIDED, ANY_WAY, ""),
        ("1", "allegation_share", PoolingMethod.DIVIDED, ANY_WAY, ""),
        ("14", "reoffending_rate", PoolingMethod.DIVIDED, ANY_WAY, ""),
        ("47", "availability", PoolingMethod.DIVIDED, ANY_WAY, ""),
        ("11", "action_taken_rate", PoolingMethod.DIVIDED, ANY_WAY, ""),
        ("15", "per_1000", PoolingMethod.DIVIDED, NO_RUN, "one population estimate"),
        ("4", "trained_share", PoolingMethod.DIVIDED, NO_RUN, "a stock at a date"),
        ("69", "attrition_of_mean", PoolingMethod.DIVIDED, NO_RUN, "a mean over a period"),
    ],
)
def test_each_kind_is_put_together_as_the_engine_would_or_not_at_all(
    ref: str, key: str, method: PoolingMethod, allowed: str, because: str
) -> None:
    entry = kpi.catalogue()[ref]
    (measure,) = {
        row.key: row for row in entry.measures if row.key == key and row.basis == "force"
    }.values()
    changed = pooling_rule(measure, entry)
    assert changed.method is method
    assert changed.scale == (1_000 if key == "per_1000" else 1)
    assert bool(changed.no_average_reason) == (allowed == NOT_AT_ALL)
    assert bool(changed.no_sum_reason) == (allowed != ANY_WAY)
    assert because in changed.no_sum_reason
    assert because in changed.no_average_reason or allowed != NOT_AT_ALL


class Statement(Contract, row_unit=Unit.POUNDS):
    """One row per statement."""

    to = Column(date, description="The day its figures run to.")
    spent = Column(float, decimals=2, description="What was spent, in pounds.")
    budget = Column(float, decimals=2, description="What was meant to be.")


class Resident(Contract, row_unit=Unit.PEOPLE):
    """One row per year."""

    mid_year = Column(int, description="The year.")
    residents = Column(int, ge=0, description="How many.")


STATEMENT = {"of": Statement, "at": Statement.to}


def statements(**spent: float) -> pl.DataFrame:
    """Statements at the end of months named as ``y2024_04``, each of a budget of 100."""
    days = [kpi.Period.parse(name[1:].replace("_", "-")).end for name in spent]
    return pl.DataFrame(
        {"to": days, "spent": [*map(float, spent.values())], "budget": [100.0] * len(days)}
    )


def test_a_variance_over_the_budget_is_averaged_by_its_budgets_and_has_no_percentage() -> None:
    """10 over, then 20 over and 30 under: three budgets of 100, none of them a percentage."""
    share = kpi.BudgetVariance(
        key="over", **STATEMENT, actual=Statement.spent, budget=Statement.budget, relative=True
    )
    made = metric(share)
    data = statements(y2022_04=110, y2023_04=120, y2024_04=70, y2025_04=130)
    result = compute(made, data, ["2022-04", "2023-04", "2024-04", "2025-04"])
    changed = by_period(result.compare("three_year_average"), "over")["2025-04"]
    assert (changed["current_value"], changed["previous_value"]) == (0.3, pytest.approx(0))
    changed = by_period(result.compare("previous_year"), "over")["2023-04"]
    assert changed["change"] == pytest.approx(0.1)
    assert (changed["change_pct"], changed["change_marker"]) == (None, "")
    assert changed["change_percentage_points"] == pytest.approx(10)
    changed = by_period(result.compare("year_to_date"), "over")["2025-04"]
    assert changed["change"] is not None
    assert pooling_rule(share, made).method is PoolingMethod.DIVIDED


def test_money_is_no_count_so_that_no_sum_is_too_small_for_a_percentage() -> None:
    """From 10 pounds to 20 is 100%; and below zero there is nothing to be a percentage of."""
    spent = kpi.Sum(key="spent", **STATEMENT, value=Statement.spent, unit=Unit.POUNDS)
    data = statements(y2024_04=10, y2024_05=20, y2024_06=-5, y2024_07=5, y2024_08=0, y2024_09=1)
    result = compute(metric(spent), data, [f"2024-{month:02}" for month in range(4, 10)])
    changed = by_period(result.compare("previous_period"), "spent")
    assert changed["2024-05"]["change_pct"] == 100
    assert changed["2024-05"]["change_marker"] == ""
    assert changed["2024-05"]["change_note"] == (
        "No verdict: there are too few earlier periods to know how much the number varies."
    )
    assert changed["2024-06"]["change_pct"] == -125
    assert "No percentage: the earlier number is below zero." in changed["2024-07"]["change_note"]
    assert "No percentage: the earlier number is zero." in changed["2024-09"]["change_note"]
    assert changed["2024-07"]["change_marker"] == changed["2024-09"]["change_marker"] == "[z]"


@pytest.mark.parametrize(("many", "percent"), [(49, None), (50, 100)])
def test_the_base_of_an_average_is_the_count_of_one_period(many: int, percent: float) -> None:
    """Three years of 49 are 147, and still 49 in a year."""
    names = {"2021-05": many, "2022-05": many, "2023-05": many, "2024-05": 2 * many}
    changed = compared(names, "three_year_average")["2024-05"]
    assert (changed["previous_value"], changed["change_pct"]) == (many, percent)
    assert changed["change_marker"] == ("" if percent else "[u]")
    assert "below 50" in changed["change_note"] or percent


def test_a_rate_is_compared_by_its_count_and_averaged_over_its_populations() -> None:
    """40 of 1,000 people in May 2023 and 60 of 2,000 in May 2024: 40 and 30 in a thousand."""
    rate = kpi.Rate(key="rate", of="calls", per=Resident.residents, scale=1_000)
    many = {"2021-05": 40, "2022-05": 40, "2023-05": 40, "2024-05": 60, "2025-05": 90}
    result = kpi.compute(
        [made := metric(CALLS, rate)],
        {
            "call": calls(many),
            "resident": pl.DataFrame(
                {"mid_year": [2021, 2022, 2023, 2024, 2025],
                 "residents": [1_000, 1_000, 1_000, 2_000, 2_000]}
            ),
        },
        periods=list(many),
        catalogue=kpi.Catalogue([made]),
        coverage={"call": ("2010-01-01", "2029-12-31")},
    )  # fmt: skip
    changed = by_period(result.compare("previous_year"), "rate")
    assert (changed["2024-05"]["previous_value"], changed["2024-05"]["current_value"]) == (40, 30)
    assert (changed["2024-05"]["change_pct"], changed["2024-05"]["change_marker"]) == (None, "[u]")
    assert changed["2025-05"]["change_pct"] == 50
    changed = by_period(result.compare("three_year_average"), "rate")
    assert changed["2025-05"]["previous_value"] == (40 + 40 + 60) / (1_000 + 1_000 + 2_000) * 1_000
    assert changed["2024-05"]["previous_value"] == 40
    changed = by_period(result.compare("rolling_12"), "rate")["2025-05"]
    assert (changed["change"], changed["change_marker"]) == (None, "[z]")
    assert "ask for the longer period" in changed["change_note"]


def test_missing_periods_are_listed_up_to_four_and_counted_beyond() -> None:
    names = [*months(2023, 24)[3:]]
    for omitted, expected in (
        (["2023-04"], "result: 2023-04."),
        (["2023-04", "2023-05"], "result: 2023-04 and 2023-05."),
        (names[:4], "result: 2023-04, 2023-05, 2023-06 and 2023-07."),
        (names[:5], "result: 2023-04, 2023-05, 2023-06 and 2 more."),
    ):
        requested = [row for row in names if row not in omitted]
        result = compute(metric(CALLS), calls(dict.fromkeys(names, 60)), requested)
        changed = by_period(result.compare("year_to_date"))["2024-12"]
        assert changed["change_note"].endswith(expected)
        assert changed["change_marker"] == "[x]"


def test_a_number_of_low_reliability_is_compared_and_says_so() -> None:
    """With fewer than three callers on the books twelve months back, a repeat is not sure."""
    back = kpi.Assumption("back", 12, since="2020-01-01", because="For the test.")
    again = kpi.RepeatRate(key="again", **CALL, who=Call.caller, lookback=back)
    many = {"2024-04": 60, "2024-05": 60}
    coverage = {"call": ("2024-01-01", "2029-12-31")}
    result = compute(metric(again), calls(many), many, coverage=coverage)
    changed = by_period(result.compare("previous_period"), "again")["2024-05"]
    assert changed["change_percentage_points"] == 100
    assert changed["change_marker"] == "[u]"
    assert changed["change_note"] == "It uses a number of low reliability."


def test_before_the_first_known_year_there_is_nothing_to_compare_with() -> None:
    changed = compared({"1900-05": 60, "1900-04": 60}, "previous_year")["1900-05"]
    assert (changed["current_period"], changed["change"], changed["change_marker"]) == (
        "",
        None,
        "[z]",
    )
    assert "first supported year" in changed["change_note"]


@pytest.mark.parametrize(
    ("month", "by_member"),
    [("2020-03", False), ("2020-04", True), ("2021-03", True), ("2021-04", False)],
)
def test_the_pandemic_year_is_from_april_to_march(month: str, by_member: bool) -> None:
    """Only an average has the note, and only if one of its months is in that year."""
    year, rest = int(month[:4]), month[4:]
    many = {f"{year + at}{rest}": 60 for at in range(4)}
    changed = compared(many, "three_year_average")[f"{year + 3}{rest}"]
    assert ("restrictions" in changed["change_note"]) == (
        by_member or "2020-04-01" <= f"{year + 1}{rest}-01" < "2021-04-01"
    )
    assert "restrictions" not in compared(many, "previous_year")[f"{year + 1}{rest}"]["change_note"]


def test_what_could_not_be_compared_says_what_with_what() -> None:
    """Where a period is missing, and where a share is of nothing."""
    changed = by_period(
        compute(metric(URGENT), calls({"2024-05": 60}), ["2024-04", "2024-05", "2024-07"]).compare(
            "previous_period"
        ),
        "urgent_share",
    )
    by_member = {
        period: (
            row["current_period"],
            row["current_value"],
            row["previous_period"],
            row["previous_value"],
        )
        for period, row in changed.items()
    }
    assert by_member == {
        "2024-04": ("2024-04", None, "2024-03", None),
        "2024-05": ("2024-05", 0, "2024-04", None),
        "2024-07": ("2024-07", None, "2024-06", None),
    }
    note = "Not compared: no number, because the denominator is zero: 2024-04."
    assert changed["2024-05"]["change_note"] == note
    changed = by_period(
        compute(metric(URGENT), calls({"2023-05": 60}), [*months(2023, 24)[3:]]).compare(
            "year_to_date"
        ),
        "urgent_share",
    )["2024-05"]
    assert (changed["current_period"], changed["current_value"]) == ("2024-04 to 2024-05", None)
    assert (changed["previous_period"], changed["previous_value"]) == ("2023-04 to 2023-05", 0)
    assert changed["change_note"] == "Not compared: the denominator is zero."


@pytest.mark.parametrize("period", ["2024-04", "2024-05"])
def test_one_unreliable_number_on_either_side_is_noted(period: str) -> None:
    made = compute(metric(CALLS), calls({"2024-04": 60, "2024-05": 90}), ["2024-04", "2024-05"])
    by_member = pl.when(pl.col("period") == period).then(pl.lit("[u]")).otherwise("marker")
    frame = made.to_polars().with_columns(marker=by_member)
    changed = by_period(Result(frame, made.by, made.entries).compare("previous_period"))["2024-05"]
    assert (changed["change"], changed["change_pct"], changed["change_marker"]) == (30, 50, "[u]")
    assert changed["change_note"] == "It uses a number of low reliability."


def test_a_share_of_a_hundred_that_moves_by_a_point_is_not_shown_to_change() -> None:
    """50% and 51% of a hundred differ by less than chance."""
    made = compute(
        metric(URGENT, direction=Direction.HIGHER_IS_BETTER),
        calls({"2024-04": 100, "2024-05": 100}, {"2024-04": 50, "2024-05": 51}),
        ["2024-04", "2024-05"],
    )
    changed = by_period(made.compare("previous_period"), "urgent_share")["2024-05"]
    assert (changed["change_percentage_points"], changed["verdict"]) == (
        pytest.approx(1),
        "no change shown",
    )


@pytest.mark.parametrize(("many", "percent"), [(49, None), (50, 100)])
def test_a_percentage_is_of_fifty_at_least_unless_you_say_otherwise(
    many: int, percent: float | None
) -> None:
    made = compute(metric(CALLS), calls({"2024-04": many, "2024-05": 2 * many}), months(2024, 5))
    assert by_period(made.compare("previous_period"))["2024-05"]["change_pct"] == percent


def test_what_a_ref_was_computed_from_has_to_be_known() -> None:
    made = compute(metric(CALLS), calls({"2024-04": 60}), ["2024-04"])
    with pytest.raises(RequestError, match="does not hold the metric of ref T1"):
        Result(made.to_polars(), made.by, {}).compare("previous_period")


def test_a_comparison_is_written_over_nothing_that_is_there(tmp_path: Any) -> None:
    made = compute(metric(CALLS), calls({"2024-04": 60}), ["2024-04"]).compare("previous_period")
    made.to_csv(tmp_path / "made.csv", policy="none")
    assert pl.read_csv(tmp_path / "made.csv")["value"].to_list() == [60]
    with pytest.raises(kpi.OutputError):
        made.to_csv(tmp_path / "made.csv", policy="none")
    made.to_csv(tmp_path / "made.csv", policy="none", overwrite=True)
