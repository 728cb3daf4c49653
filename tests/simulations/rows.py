"""The rows of the table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from swm_kpi.statistics import (
    SeriesModel,
    outside_limits,
    recent_change,
    runs,
    trends,
    two_of_three,
    xmr,
)
from tests.simulations import series as draw
from tests.simulations.simulation import Draw, Generator, Numbers, Simulation

FOUR_RULES = "Making Data Count, four rules"
RECENT = "recent change"
NOMINAL = 0.85 / 60
"""The false alarms of the four rules: 0.85 among 60 unchanged series."""


def four_rules(draws: Draw) -> Draw:
    """Return whether one of the four rules flags the latest point of each series."""

    def flags(rng: Generator, size: int) -> Numbers:
        chart = xmr(draws(rng, size))
        rules = (outside_limits(chart), runs(chart), trends(chart), two_of_three(chart))
        return np.any([rule[..., -1] != 0 for rule in rules], axis=0)

    return flags


def counts(draws: Draw, *, season: int | None = None) -> Draw:
    """Return whether the counts of each series have changed lately."""

    def flags(rng: Generator, size: int) -> Numbers:
        change = recent_change(draws(rng, size), model=SeriesModel.COUNTS, season=season)
        return change.direction != 0

    return flags


def shares(draws: Draw, cases: int) -> Draw:
    """Return whether the share of each series has changed lately."""

    def flags(rng: Generator, size: int) -> Numbers:
        numerators = draws(rng, size)
        sizes = np.full(numerators.shape[-1], cases)
        return recent_change(numerators, sizes, model=SeriesModel.SHARES).direction != 0

    return flags


def values(draws: Draw) -> Draw:
    """Return whether the values of each series have changed lately."""

    def flags(rng: Generator, size: int) -> Numbers:
        return recent_change(draws(rng, size)).direction != 0

    return flags


def _unchanged_counts() -> Iterator[Simulation]:
    """Rows of Poisson counts without a change."""
    for mean in (5, 20, 100, 1000):
        situation = f"Poisson, mean {mean}"
        yield Simulation(FOUR_RULES, situation, four_rules(draw.poisson(mean)))
        yield Simulation(RECENT, situation, counts(draw.poisson(mean)), at_most=NOMINAL)
    for periods in (12, 20, 36, 60):
        flags = counts(draw.poisson(100, periods))
        situation = f"Poisson, mean 100, {periods} periods"
        yield Simulation(RECENT, situation, flags, at_most=NOMINAL)


def _steps() -> Iterator[Simulation]:
    """Rows of a step in the last months, and of a trend."""
    for late in (1, 2, 3, 6):
        for factor, words in ((1.2, "up"), (0.8, "down")):
            draws = draw.poisson(100 * draw.step(24, late, factor))
            months = "month" if late == 1 else "months"
            situation = f"Poisson, mean 100, 20% {words} for {late} {months}"
            goal = 0.6 if late == 3 else None
            yield Simulation(FOUR_RULES, situation, four_rules(draws), changed=True)
            yield Simulation(RECENT, situation, counts(draws), changed=True, at_least=goal)
    for rise in (0.1, 0.3):
        draws = draw.poisson(np.linspace(100, 100 * (1 + rise), 24))
        situation = f"Poisson, mean 100, linear rise of {rise:.0%} over 24 months"
        yield Simulation(FOUR_RULES, situation, four_rules(draws), changed=True)
        yield Simulation(RECENT, situation, counts(draws), changed=True)


def _not_poisson() -> Iterator[Simulation]:
    """Rows of unchanged counts that vary more than Poisson counts, or resemble their neighbours."""
    three_times = 3 * NOMINAL
    for mean, periods in ((5, 24), (20, 24), (100, 24), (100, 12)):
        draws = draw.overdispersed(mean, 2, periods)
        situation = f"variance twice the mean of {mean}, {periods} months"
        yield Simulation(FOUR_RULES, situation, four_rules(draws))
        yield Simulation(RECENT, situation, counts(draws), at_most=three_times)
    for mean in (5, 100):
        draws = draw.autocorrelated(mean, 0.5)
        situation = f"Poisson, mean {mean}, autocorrelation 0.5"
        yield Simulation(FOUR_RULES, situation, four_rules(draws))
        yield Simulation(RECENT, situation, counts(draws), at_most=three_times)
    for spread in (0.1, 0.3):
        draws = draw.drifting(100, spread, 0.5)
        situation = f"mean 100 varies by {spread:.0%}, with an autocorrelation of 0.5"
        yield Simulation(FOUR_RULES, situation, four_rules(draws))
        yield Simulation(RECENT, situation, counts(draws))
    draws = draw.seasonal(100, 0.15, 36)
    situation = "Poisson, mean 100, season of 15%, 36 months"
    yield Simulation(FOUR_RULES, situation, four_rules(draws))
    yield Simulation(RECENT, f"{situation}, ignored", counts(draws))
    fitted = counts(draws, season=12)
    yield Simulation(RECENT, f"{situation}, fitted", fitted, at_most=three_times)


def _shares_and_values() -> Iterator[Simulation]:
    """Rows of unchanged shares and plain values, and of values with a step."""
    three_times = 3 * NOMINAL
    for share, cases in ((0.98, 50), (0.5, 40), (0.85, 5000)):
        flags = shares(draw.binomial(cases, share), cases)
        situation = f"{share:.0%} of {cases:,} cases"
        yield Simulation(RECENT, situation, flags, at_most=three_times)
    flags = shares(draw.binomial(5000, 0.85, 0.02), 5000)
    situation = "85% of 5,000 cases, varying by 2 points beyond chance"
    yield Simulation(RECENT, situation, flags, at_most=three_times)
    drawn = {
        "normal values": draw.normal(),
        "log-normal values, sigma 0.5": lambda rng, size: rng.lognormal(0, 0.5, (size, 24)),
        "normal values, autocorrelation 0.5": draw.autoregression(0.5),
    }
    for situation, draws in drawn.items():
        yield Simulation(FOUR_RULES, situation, four_rules(draws))
        yield Simulation(RECENT, situation, values(draws), at_most=three_times)
    draws = draw.normal(2 * (draw.step(24, 3, 2) - 1))
    situation = "normal values, up by two standard deviations for 3 months"
    yield Simulation(FOUR_RULES, situation, four_rules(draws), changed=True)
    yield Simulation(RECENT, situation, values(draws), changed=True)


SIMULATIONS: tuple[Simulation, ...] = (
    *_unchanged_counts(),
    *_steps(),
    *_not_poisson(),
    *_shares_and_values(),
)
"""Every row, in the order of the table."""
