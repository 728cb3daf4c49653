"""What a process chart says first: whether the series changed lately, and which chart it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import Average, Break, Column, Contract, Count, Direction, Duration, Proportion, Unit
from swm_kpi.analysis.process_charts import ChartType, ProcessChart, Signal
from tests.support.call_charts import STEADY, metric, month, of_shares, result

YEARS = [20, 24, 19, 25, 22, 21, 23, 18, 24, 22, 20, 23] * 2


def chart(many: list[int], **options: Any) -> ProcessChart:
    return result(many, **options).spc("calls")


@pytest.mark.parametrize(
    ("direction", "later", "signal", "words"),
    [
        (Direction.NEUTRAL, 40, Signal.HIGHER, "higher since October 2023"),
        (Direction.NEUTRAL, 7, Signal.LOWER, "lower since October 2023"),
        (
            Direction.HIGHER_IS_BETTER,
            40,
            Signal.IMPROVING,
            "higher since October 2023, an improvement",
        ),
        (Direction.HIGHER_IS_BETTER, 7, Signal.CONCERNING, "lower since October 2023, a concern"),
        (Direction.LOWER_IS_BETTER, 40, Signal.CONCERNING, "higher since October 2023, a concern"),
        (
            Direction.LOWER_IS_BETTER,
            7,
            Signal.IMPROVING,
            "lower since October 2023, an improvement",
        ),
    ],
)
def test_a_chart_says_first_whether_the_series_changed_lately(
    direction: Direction, later: int, signal: Signal, words: str
) -> None:
    changed = chart([*YEARS[:21], later, later + 3, later + 1], direction=direction)
    assert (changed.signal, changed.signal_since) == (signal, "2023-10")
    assert str(changed).startswith(f"Changed lately: {words}. Calls: ")
    assert changed.change_words == words


def test_a_series_that_did_not_change_says_so_first() -> None:
    steady = chart(YEARS)
    assert (steady.signal, steady.signal_since, steady.change_words) == ("none", "", "")
    assert str(steady).startswith("No change shown lately. Calls: 23 calls in 2023-12.")


def test_a_change_before_a_break_is_none_after_it() -> None:
    """Twice as many since a break are a new process, which has not changed."""
    breaks = [Break("2023-01-01", "A new system")]
    later = [2 * count for count in YEARS[:12]]
    assert chart([*YEARS[:12], *later]).signal != "none"
    assert chart([*YEARS[:12], *later], breaks=breaks).signal == "none"


@pytest.mark.parametrize(
    ("many", "options", "why"),
    [
        ([20], {}, "there is 1 point"),
        (YEARS[:11], {}, "there are 11 points"),
        ([1] + [0] * 13, {"periods": [month(at) for at in range(1, 14)]}, "is 0, and limits need"),
        (YEARS, {"breaks": [Break("2023-12-01", "Why")]}, "there is 1 point since the last break"),
        (YEARS, {"periods": [month(at) for at in range(0, 24, 2)]}, "no two consecutive periods"),
    ],
)
def test_without_limits_there_is_no_signal_but_the_reason(
    many: list[int], options: dict[str, Any], why: str
) -> None:
    refused = chart(many, **options)
    assert (refused.signal, refused.signal_since) == ("no limits", "")
    assert (refused.chart_type, refused.limit_points) == (ChartType.NONE, 0)
    assert why in refused.reason
    assert "Changed lately" not in str(refused)


def test_the_latest_complete_period_decides() -> None:
    """Half of a month is no fall."""
    half = chart([*YEARS, 2], options={"as_at": "2024-01-05"})
    assert half.signal == "none"
    assert half.latest is not None
    assert half.latest["period"] == "2023-12"


def test_missing_months_are_left_out_of_the_change() -> None:
    periods = [month(at) for at in range(24) if at not in (5, 20)]
    changed = chart([*YEARS[:21], 40, 44, 41], periods=periods)
    assert (changed.signal, changed.signal_since) == ("improving", "2023-10")


def test_a_period_without_cases_is_left_out() -> None:
    shares = of_shares([(15, 30)] * 6 + [(0, 0)] + [(16, 30), (14, 30)] * 6)
    observed = shares.spc("urgent_share")
    assert observed.to_polars()["excluded_reason"][6]
    assert (observed.signal, observed.chart_type, observed.limit_points) == ("none", "P'", 18)


@pytest.mark.slow
def test_a_fall_of_a_high_share_is_found_by_its_failures() -> None:
    """98 or 99% of 50, and 86% in the last three months."""
    parts = [(49, 50), (50, 50), (49, 50), (48, 50), (50, 50), (49, 50), (49, 50)] * 3
    observed = of_shares([*parts, (43, 50), (42, 50), (44, 50)]).spc("urgent_share")
    assert (observed.signal, observed.signal_since) == ("concerning", "2023-10")
    assert observed.chart_type == "small counts"


def test_a_season_is_in_the_limits_and_in_no_signal() -> None:
    """Three years that swing between 26 and 74; the latest months are the highest of each year."""
    at = np.arange(36)
    noise = np.random.default_rng(4).normal(0, 3, 36)
    many = np.round(50 + 24 * np.cos(2 * np.pi * (at - 34) / 12) + noise).astype(int).tolist()
    observed = result(many).spc("level")
    assert observed.signal == "none"
    assert any("follow the time of year" in note for note in observed.notes)
    table = observed.to_polars()
    assert table["mean"][34] > 65
    assert table["mean"][28] < 35
    assert observed.signals.is_empty()


@pytest.mark.parametrize("step", [1, 3])
def test_a_plain_trend_has_no_season_and_is_a_change(step: int) -> None:
    noise = np.random.default_rng(2).integers(-3, 4, 36)
    many = [int(30 + step * at + noise[at]) for at in range(36)]
    observed = result(many).spc("level")
    assert not any("time of year" in note for note in observed.notes)
    assert observed.signal == "improving"


def test_neighbours_that_resemble_each_other_are_noted() -> None:
    """Long waves about 50; and numbers that jump."""
    rng = np.random.default_rng(8)
    values = [0.0]
    while len(values) < 30:
        values.append(0.85 * values[-1] + rng.normal())
    many = [round(50 + 6 * value) for value in values]
    assert any("resemble each other" in note for note in result(many).spc("level").notes)
    assert not any("resemble each other" in note for note in chart(YEARS).notes)


class Job(Contract, row_unit=Unit.ACTIVITIES):
    """One row per job."""

    began_at = Column(datetime, description="When it began.")
    ended_at = Column(datetime, description="When it ended.")


def durations(average: Average, cases: int) -> ProcessChart:
    """The chart of the time of so many jobs in each of twelve months."""
    rows = [
        {
            "began_at": datetime.fromisoformat(f"{month(at)}-10T12:00"),
            "ended_at": datetime.fromisoformat(f"{month(at)}-10T13:{case % 60:02}"),
        }
        for at in range(12)
        for case in range(cases)
    ]
    measure = Duration(
        key="time", of=Job, at=Job.began_at, start=Job.began_at, end=Job.ended_at,
        average=average, unit=Unit.MINUTES,
    )  # fmt: skip
    made = metric(
        measures=[measure],
        dimensions=[],
        examples=[
            kpi.Example(rows="| began_at | ended_at |", expect={"time": None}, edge_case="None.")
        ],
    )
    observed = kpi.compute(
        [made],
        {"job": pl.DataFrame(rows)},
        periods=[month(at) for at in range(12)],
        catalogue=kpi.Catalogue([made]),
        coverage={"job": ("2020-01-01", "2029-12-31")},
    )
    return observed.spc("time")


@pytest.mark.parametrize(
    ("average", "needed"), [(Average.MEDIAN, 6), (Average.P90, 36)], ids=["median", "p90"]
)
def test_a_median_or_percentile_of_few_cases_has_no_limits(average: Average, needed: int) -> None:
    """The number is that of cases which a 95% interval needs."""
    few, enough = durations(average, needed - 1), durations(average, needed)
    assert f"the mean number of cases is below {needed}" in few.reason
    assert (few.marker, few.signal) == ("[u]", "no limits")
    assert (enough.reason, enough.chart_type) == ("", "XmR")


def test_a_mean_of_few_cases_has_limits() -> None:
    assert durations(Average.MEAN, 2).reason == ""


def test_each_chart_says_how_many_points_its_limits_use() -> None:
    assert chart(YEARS).limit_points == 24
    assert result(YEARS).spc("calls", baseline=12).limit_points == 12
    breaks = [Break("2023-01-01", "A new system")]
    assert chart([*STEADY, *STEADY], breaks=breaks).limit_points == 12


def test_every_kind_with_a_sum_of_the_year_has_no_limits() -> None:
    """No measure of the catalogue that is cumulative or a text has limits."""
    refused = {
        measure.kind
        for item in kpi.catalogue()
        for measure in getattr(item, "measures", ())
        if measure.process_limits.refusal
    }
    assert refused == {"budget variance", "period-end stock", "text report"}
    for item in kpi.catalogue():
        for measure in getattr(item, "measures", ()):
            is_statement = measure.statement_period is not None
            assert not is_statement or measure.process_limits.refusal
    assert not Count(key="x", of=Job, at=Job.began_at).process_limits.refusal
    assert Proportion.process_limits.quantile is None
