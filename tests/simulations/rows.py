"""The rows of the table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from swm_kpi.statistics import (
    SeriesModel,
    outside_limits,
    recent_change,
    runs,
    season,
    trends,
    two_of_three,
    xmr,
)
from swm_kpi.vocabulary import Grain
from tests.simulations import members, reports
from tests.simulations import series as draw
from tests.simulations.simulation import Draw, Generator, Numbers, Simulation

FOUR_RULES = "Making Data Count, four rules"
RECENT = "recent change"
JUDGEMENT = "verdict of a change on a year"
STRONG = "reports with any strong evidence"
FALSE_STRONG = "share of strong verdicts that are false"

SEASON = "season, tested after the trend is removed"
YEAR_BEFORE = "correlation above 0.7 with the year before"
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
        goal = NOMINAL if periods < 60 else 1.5 * NOMINAL
        yield Simulation(RECENT, situation, flags, at_most=goal)


def _steps() -> Iterator[Simulation]:
    """Rows of a step in the last months, and of a trend."""
    for late in (1, 2, 3, 6, 9, 12):
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


def _reports() -> Iterator[Simulation]:
    """Rows of reports of 60 measures, judged against the year before."""
    quarters = {"grain": Grain.QUARTER}
    unchanged = {
        "Poisson, mean 100, 24 months": (draw.poisson(100), {}, 1),
        "Poisson, mean 300, 12 quarters": (draw.poisson(300, 12), quarters, 1),
        "Poisson, mean 300, 8 quarters": (draw.poisson(300, 8), quarters, 1),
        "Poisson, mean 5, 24 months": (draw.poisson(5), {}, 1),
        "85% of 500 cases, 24 months": (draw.binomial(500, 0.85), {"cases": 500}, 1),
        "variance twice the mean of 100, 24 months": (draw.overdispersed(100, 2), {}, 3),
        "variance twice the mean of 300, 12 quarters": (
            draw.overdispersed(300, 2, 12),
            quarters,
            3,
        ),
        "Poisson, mean 100, autocorrelation 0.5, 24 months": (draw.autocorrelated(100, 0.5), {}, 3),
        "Poisson, mean 100, season of 15%, 36 months": (draw.seasonal(100, 0.15, 36), {}, 1),
    }
    for situation, (draws, options, times) in unchanged.items():
        shown = reports.reports(draws, reports.share_shown, **options)
        yield Simulation(JUDGEMENT, situation, shown, at_most=times * 0.05, cost=100)
        strong = reports.reports(draws, reports.any_strong, **options)
        yield Simulation(STRONG, situation, strong, at_most=times * 0.1, cost=100)
    for factor, words in ((1.3, "30%"), (1.5, "50%")):
        draws = reports.with_change(draw.poisson(300, 12), 1, factor, mean=300)
        situation = f"10 of 60 measures of mean 300 up by {words}, 12 quarters"
        shown = reports.reports(draws, reports.found_share, **quarters)
        yield Simulation(JUDGEMENT, situation, shown, changed=True, cost=100)
        false = reports.reports(draws, reports.false_share_of_strong, **quarters)
        yield Simulation(FALSE_STRONG, situation, false, at_most=0.1, cost=100)
    draws = reports.with_change(draw.poisson(100), 3, 1.5, mean=100)
    situation = "10 of 60 measures of mean 100 up by 50% for 3 months, 24 months"
    shown = reports.reports(draws, reports.found_share)
    yield Simulation(JUDGEMENT, situation, shown, changed=True, cost=100)
    false = reports.reports(draws, reports.false_share_of_strong)
    yield Simulation(FALSE_STRONG, situation, false, at_most=0.1, cost=100)


def seasons(draws: Draw) -> Draw:
    """Return whether each series of months has a season."""

    def flags(rng: Generator, size: int) -> Numbers:
        return np.array([season(series, 12).is_seasonal for series in draws(rng, size)])

    return flags


def correlation_with_the_year_before(draws: Draw) -> Draw:
    """Return whether each series correlates above 0.7 with itself a year earlier."""

    def flags(rng: Generator, size: int) -> Numbers:
        return np.array(
            [np.corrcoef(series[:-12], series[12:])[0, 1] > 0.7 for series in draws(rng, size)]
        )

    return flags


def _seasons() -> Iterator[Simulation]:
    """Rows of series with and without a season."""
    middle = 1 + 0.2 * (np.arange(24) >= 12)
    unchanged = {
        "Poisson, mean 100, 36 months": draw.poisson(100, 36),
        "Poisson, mean 1000, rising by half over 36 months": draw.poisson(
            np.linspace(1000, 1500, 36), 36
        ),
        "Poisson, mean 100, 20% up after 12 of 24 months": draw.poisson(100 * middle),
        "Poisson, mean 100, autocorrelation 0.5, 36 months": draw.autocorrelated(100, 0.5, 36),
    }
    for situation, draws in unchanged.items():
        before = correlation_with_the_year_before(draws)
        yield Simulation(YEAR_BEFORE, situation, before)
        yield Simulation(SEASON, situation, seasons(draws), at_most=0.05)
    for months in (24, 36, 48):
        draws = draw.seasonal(100, 0.15, months)
        situation = f"Poisson, mean 100, season of 15%, {months} months"
        before = correlation_with_the_year_before(draws)
        yield Simulation(YEAR_BEFORE, situation, before, changed=True)
        yield Simulation(SEASON, situation, seasons(draws), changed=True)


SIMULATIONS: tuple[Simulation, ...] = (
    *_unchanged_counts(),
    *_steps(),
    *_not_poisson(),
    *_shares_and_values(),
    *_reports(),
    *_seasons(),
    *members.simulations(),
)
"""Every row, in the order of the table."""
