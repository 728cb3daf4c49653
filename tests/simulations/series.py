"""Draws series: functions that return arrays with a row for each series and a column for a period.

Periods have one length. Months of unequal length are the exposure of a count, which is in no way
random, so tests of the rules cover it.
"""

from __future__ import annotations

import numpy as np

from tests.simulations.simulation import Draw, Generator, Numbers


def step(periods: int, late: int, factor: float) -> Numbers:
    """Return a factor for each period: 1, and another in the last ``late`` periods."""
    return np.where(np.arange(periods) >= periods - late, factor, 1.0)


def seasonal(mean: float, swing: float, periods: int, year: int = 12) -> Draw:
    """Draw Poisson counts with a yearly cycle of ``swing``, which begins on any day of the year."""

    def counts(rng: Generator, size: int) -> Numbers:
        phase = rng.uniform(0, year, (size, 1))
        return rng.poisson(
            mean * (1 + swing * np.cos(2 * np.pi * (np.arange(periods) - phase) / year))
        )

    return counts


def poisson(mean: float | Numbers, periods: int = 24) -> Draw:
    """Draw Poisson counts."""
    return lambda rng, size: rng.poisson(mean, (size, periods))


def overdispersed(mean: float, ratio: float, periods: int = 24) -> Draw:
    """Draw negative binomial counts. The variance is ``ratio`` times the mean."""
    return lambda rng, size: rng.negative_binomial(mean / (ratio - 1), 1 / ratio, (size, periods))


def autocorrelated(mean: float, correlation: float, periods: int = 24) -> Draw:
    """Draw Poisson counts whose neighbours are correlated: a first-order integer autoregression.

    Source: M. A. Al-Osh and A. A. Alzaid, *First-order integer-valued autoregressive (INAR(1))
    process*, Journal of Time Series Analysis 8 (1987) 261-275.
    """

    def counts(rng: Generator, size: int) -> Numbers:
        columns = [rng.poisson(mean, size)]
        while len(columns) < periods:
            kept = rng.binomial(columns[-1], correlation)
            columns.append(kept + rng.poisson(mean * (1 - correlation), size))
        return np.stack(columns, axis=-1)

    return counts


def autoregression(correlation: float, periods: int = 24) -> Draw:
    """Draw a normal autoregression of the first order, with mean 0 and variance 1."""

    def values(rng: Generator, size: int) -> Numbers:
        noise = rng.normal(size=(size, periods))
        columns = [noise[:, 0]]
        for at in range(1, periods):
            new = np.sqrt(1 - correlation**2) * noise[:, at]
            columns.append(correlation * columns[-1] + new)
        return np.stack(columns, axis=-1)

    return values


def drifting(mean: float, spread: float, correlation: float, periods: int = 24) -> Draw:
    """Draw Poisson counts with an autoregression in the logarithm of the mean."""
    log_mean = autoregression(correlation, periods)
    return lambda rng, size: rng.poisson(
        mean * np.exp(spread * log_mean(rng, size) - spread**2 / 2)
    )


def binomial(cases: int, share: float, spread: float = 0, periods: int = 24) -> Draw:
    """Draw numerators. ``spread`` is the standard deviation of the share beyond chance."""
    if not spread:
        return lambda rng, size: rng.binomial(cases, share, (size, periods))
    total = share * (1 - share) / spread**2 - 1
    return lambda rng, size: rng.binomial(
        cases, rng.beta(share * total, (1 - share) * total, (size, periods))
    )


def normal(mean: float | Numbers = 0.0, periods: int = 24) -> Draw:
    """Draw normal values with variance 1."""
    return lambda rng, size: rng.normal(mean, 1, (size, periods))
