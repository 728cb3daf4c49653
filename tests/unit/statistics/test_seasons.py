"""Whether a series has a season, beside trends and steps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swm_kpi.errors import RequestError
from swm_kpi.statistics import season
from swm_kpi.statistics.seasons import yearly_terms

MONTHS = np.arange(36)
CYCLE = 15 * np.cos(2 * np.pi * (MONTHS - 3) / 12)
NOISE = np.random.default_rng(1).normal(0, 8, 36)


def test_a_cycle_is_a_season_and_is_returned() -> None:
    observed = season(100 + CYCLE + NOISE, 12)
    assert observed.is_seasonal
    assert observed.p_value < 0.001
    assert observed.cycle == pytest.approx(CYCLE, abs=9)
    assert abs(observed.cycle[:12].mean()) < 1e-9


def test_a_cycle_on_a_trend_is_a_season() -> None:
    assert season(100 + 3 * MONTHS + CYCLE + NOISE, 12).is_seasonal


@pytest.mark.parametrize(
    "level",
    [
        0 * MONTHS,
        4 * MONTHS,
        0.1 * MONTHS**2,
        40 * (MONTHS >= 18),
        40 * (MONTHS >= 33),
        40 * ((MONTHS >= 10) & (MONTHS < 16)),
    ],
    ids=["flat", "trend", "curve", "step", "late step", "bump"],
)
def test_what_does_not_come_back_each_year_is_no_season(level: Any) -> None:
    observed = season(100 + level + NOISE, 12)
    assert not observed.is_seasonal
    assert not observed.cycle.any()


def test_quarters_have_seasons() -> None:
    assert season([20, 26, 34, 26] * 4, 4).is_seasonal
    assert not season(100 + NOISE[:16], 4).is_seasonal


def test_a_gap_is_left_out_and_has_a_cycle() -> None:
    series = 100 + CYCLE + NOISE
    series[[5, 20]] = np.nan
    observed = season(series, 12)
    assert observed.is_seasonal
    assert np.isfinite(observed.cycle).all()


@pytest.mark.parametrize("series", [[5] * 40, [0] * 40, [0.1] * 40, [1, 2], [], [None] * 30])
def test_what_does_not_vary_or_is_short_has_none(series: list[Any]) -> None:
    assert season(series, 12)[:2] == (False, 1.0)


def test_a_perfect_cycle_is_a_season() -> None:
    assert season(100 + CYCLE, 12).is_seasonal


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=8, max_size=40), st.sampled_from([4, 12]))
def test_the_unit_the_zero_and_a_trend_do_not_matter(series: list[int], year: int) -> None:
    plain = season(series, year)
    changed = np.array(series) * 3.0 + 40 + 2 * np.arange(len(series))
    moved = season(changed, year)
    assert np.isfinite([*plain.cycle, plain.p_value]).all()
    assert moved.p_value == pytest.approx(plain.p_value, abs=1e-6)


def test_the_terms_of_a_year_add_up_to_nothing() -> None:
    for year, terms in ((12, 4), (4, 3)):
        columns = yearly_terms(np.arange(year), year)
        assert columns.shape == (year, terms)
        assert columns.sum(axis=0) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: season([1] * 12, 6), "12 for months"),
        (lambda: season([[1], [2]], 12), "not one series"),
        (lambda: season([float("inf")] * 24, 12), "infinite"),
    ],
)
def test_what_is_refused_is_named(call: Any, why: str) -> None:
    with pytest.raises(RequestError, match=why):
        call()
