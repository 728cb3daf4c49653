"""Tests of a change between two numbers: published values, exact references and hostile input."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb, inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swm_kpi import RequestError
from swm_kpi.statistics import (
    Change,
    Dispersion,
    Estimate,
    estimate_change,
    q_values,
    rate_change,
    share_change,
    spread_change,
)

COUNTS = st.integers(0, 400)
DISPERSIONS = st.builds(Dispersion, st.floats(0, 5), st.sampled_from([3.0, 20.0, inf]))


def exact_p_value(now: int, before: int, share: Fraction) -> float:
    """Return twice the smaller tail of a binomial distribution, summed term by term."""
    total = now + before
    terms = [comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(total + 1)]
    return float(min(1, 2 * min(sum(terms[: now + 1]), sum(terms[now:]))))


# Rates of events.


@given(now=st.integers(0, 40), before=st.integers(0, 40), days=st.integers(28, 92))
def test_the_p_value_of_two_rates_is_that_of_a_binomial_distribution(
    now: int, before: int, days: int
) -> None:
    """Of 31 days and of other months and quarters, summed exactly in fractions."""
    change = rate_change(now, before, days, 31)
    expected = exact_p_value(now, before, Fraction(days, days + 31))
    assert float(change.p_value) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_a_month_of_fewer_days_is_not_a_fall() -> None:
    """28 crimes in the 28 days of February and 31 in January are one rate."""
    change = rate_change(28, 31, 28, 31)
    assert (float(change.change), float(change.p_value)) == (0, 1)
    assert float(change.lower) < 0 < float(change.upper)


def test_many_more_events_are_a_rise_and_the_interval_is_that_of_both_counts() -> None:
    """30 after none: from 20 to 43, which is the interval of 30 less the upper limit of 0."""
    change = rate_change(30, 0)
    assert float(change.change) == 30
    assert float(change.lower) == pytest.approx(30 - np.hypot(30 - 20.24, 3.69), abs=0.02)
    assert float(change.upper) == pytest.approx(42.83, abs=0.01)
    assert float(change.p_value) == pytest.approx(2**-29, rel=1e-9)


def test_dispersion_makes_a_change_less_certain_and_never_more() -> None:
    """A factor below 1 changes nothing; a larger one widens the interval and raises the p-value."""
    model = rate_change(140, 100)
    assert rate_change(140, 100, dispersion=Dispersion(0.5, 10)) == model
    wide = rate_change(140, 100, dispersion=Dispersion(3, 20))
    assert wide.p_value > 0.05 > model.p_value
    assert wide.lower <= 0 < model.lower


@given(now=COUNTS, before=COUNTS, dispersion=DISPERSIONS)
def test_two_rates_exchanged_change_the_other_way(
    now: int, before: int, dispersion: Dispersion
) -> None:
    """With equal exposures nothing else changes."""
    change = rate_change(now, before, dispersion=dispersion)
    other = rate_change(before, now, dispersion=dispersion)
    assert float(change.change) == -float(other.change)
    assert float(change.p_value) == pytest.approx(float(other.p_value), rel=1e-6, abs=1e-300)
    assert float(change.lower) == pytest.approx(-float(other.upper), abs=1e-9)


# Shares.


@pytest.mark.parametrize(
    ("cases", "total", "previous_cases", "previous_total", "lower", "upper"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_is_that_which_newcombe_published(
    cases: int, total: int, previous_cases: int, previous_total: int, lower: float, upper: float
) -> None:
    """Newcombe (1998), table II, method 10."""
    change = share_change(cases, total, previous_cases, previous_total)
    assert float(change.lower) == pytest.approx(lower, abs=5e-5)
    assert float(change.upper) == pytest.approx(upper, abs=5e-5)


def test_the_p_value_of_a_difference_is_where_the_interval_touches_zero() -> None:
    """An interval at one minus the p-value has zero as its limit."""
    change = share_change(56, 70, 48, 80)
    touching = share_change(56, 70, 48, 80, confidence=1 - float(change.p_value))
    assert float(touching.lower) == pytest.approx(0, abs=1e-9)


@given(
    total=st.integers(1, 300),
    previous_total=st.integers(1, 300),
    data=st.data(),
    dispersion=DISPERSIONS,
)
def test_the_interval_of_a_difference_agrees_with_its_test(
    total: int, previous_total: int, data: st.DataObject, dispersion: Dispersion
) -> None:
    """Zero is inside exactly where the p-value is above 5%; no limit is beyond 100%."""
    cases = data.draw(st.integers(0, total))
    before = data.draw(st.integers(0, previous_total))
    change = share_change(cases, total, before, previous_total, dispersion=dispersion)
    check_agreement(change)
    assert -1 <= float(change.lower) <= float(change.upper) <= 1


def check_agreement(change: Change) -> None:
    """Check that zero is in the interval where no change is shown, and only there."""
    assert np.isfinite(change).all()
    assert change.lower <= change.change <= change.upper
    assert 0 <= change.p_value <= 1
    if change.p_value > 0.05:
        assert change.lower <= 0 <= change.upper
    else:
        assert change.lower >= 0 or change.upper <= 0


@given(
    now=COUNTS,
    before=COUNTS,
    days=st.integers(1, 400),
    previous_days=st.integers(1, 400),
    dispersion=DISPERSIONS,
)
def test_the_interval_of_two_rates_agrees_with_its_test(
    now: int, before: int, days: int, previous_days: int, dispersion: Dispersion
) -> None:
    """Zero is inside exactly where the p-value is above 5%."""
    check_agreement(rate_change(now, before, days, previous_days, dispersion=dispersion))


# Estimates with intervals, and numbers without a model.


def test_two_medians_are_compared_by_the_halves_of_their_intervals_that_face_each_other() -> None:
    """30 (24 to 40) and 20 (15 to 24): 10, less the square root of 6 and 4 squared."""
    change = estimate_change(Estimate(30, 24, 40), Estimate(20, 15, 24))
    assert float(change.lower) == pytest.approx(10 - np.hypot(6, 4))
    assert float(change.upper) == pytest.approx(10 + np.hypot(10, 5))
    assert float(change.p_value) == pytest.approx(0.0066, abs=1e-4)


@given(numbers=st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6), dispersion=DISPERSIONS)
def test_the_interval_of_two_estimates_agrees_with_its_test(
    numbers: list[float], dispersion: Dispersion
) -> None:
    """Also where an interval has no width."""
    sides = [
        Estimate(*(sorted(side)[at] for at in (1, 0, 2))) for side in (numbers[:3], numbers[3:])
    ]
    check_agreement(estimate_change(*sides, dispersion=dispersion))


def test_a_number_without_a_model_is_compared_with_its_own_variation() -> None:
    """120 and 100 with a deviation of 5 of 10 degrees: Student's t of 2.83, and 1.79 for means."""
    change = spread_change(120, 100, 5, 10)
    assert float(change.p_value) == pytest.approx(0.0179, abs=1e-4)
    assert float(change.upper) == pytest.approx(20 + 2.2281 * 5 * 2**0.5, abs=1e-3)
    means = spread_change(120, 100, 5, 10, current_periods=4, previous_periods=4)
    assert means.p_value < change.p_value
    flat = spread_change(1, 0, 0, 10)
    assert float(flat.p_value) == 0


# The false discovery rate.


@given(st.lists(st.floats(0, 1), min_size=1, max_size=80))
def test_q_values_are_those_of_another_program(p_values: list[float]) -> None:
    """scipy adjusts by the same step-up procedure."""
    from scipy.stats import false_discovery_control

    assert q_values(p_values) == pytest.approx(false_discovery_control(p_values), abs=1e-12)


def test_a_missing_test_is_left_out_of_the_false_discovery_rate() -> None:
    """The others are adjusted as if it were not there."""
    adjusted = q_values([0.01, None, 0.04])
    assert np.isnan(adjusted[1])
    assert adjusted[[0, 2]].tolist() == pytest.approx([0.02, 0.04])
    assert q_values([]).size == 0


# What is not an answer.


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: rate_change(-1, 2), "events"),
        (lambda: rate_change(1.5, 2), "events"),
        (lambda: rate_change(1, float("nan")), "previous_events"),
        (lambda: rate_change(1, 2, 0, 31), "exposure"),
        (lambda: rate_change(1, 2, dispersion=Dispersion(float("nan"), 3)), "dispersion"),
        (lambda: rate_change(1, 2, dispersion=(1, 2)), "dispersion"),
        (lambda: rate_change(1, 2, confidence=95), "confidence"),
        (lambda: share_change(1, 0, 1, 2), "total"),
        (lambda: share_change(3, 2, 1, 2), "cases"),
        (lambda: share_change(1, 2, 3, 2), "previous_cases"),
        (lambda: estimate_change(Estimate(1, 2, 3), Estimate(1, 0, 3)), "current"),
        (lambda: estimate_change(Estimate(1, 0, 3), Estimate(5, 0, 3)), "previous"),
        (lambda: spread_change(1, 2, -1, 5), "deviation"),
        (lambda: spread_change(1, 2, 1, 0), "degrees"),
        (lambda: q_values([0.5, 1.5]), "p_values"),
        (lambda: q_values([-0.5]), "p_values"),
    ],
    ids=range(16),
)
def test_an_argument_that_is_not_valid_is_named(call: Callable[[], object], name: str) -> None:
    """The message names the argument, and holds no value."""
    with pytest.raises(RequestError, match=f"^{name}"):
        call()
