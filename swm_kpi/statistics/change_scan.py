"""Whether a series has changed lately: a likelihood-ratio scan over its last few periods."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError, did_you_mean
from swm_kpi.statistics.seasons import yearly_terms
from swm_kpi.statistics.validate_args import (
    Array,
    Numbers,
    as_numbers,
    raise_where,
    require_positive,
)
from swm_kpi.statistics.xmr import MINIMUM_POINTS

RECENT_PERIODS = 6
"""The largest number of latest periods that are recent; a third of a short series."""
_EARLIER_PERIODS = 12
"""The largest number of latest periods that are compared at all; half of a short series."""
CHANGE_P_VALUE = 0.0185
"""A p-value at or below this is a change. It was chosen by simulation: see ``recent_change``."""
_SINGLE_PERIOD_MARGIN = 0.5
"""How much further from the earlier level, in standard errors, a single period must be.

With 24 periods a single period must be 3.3 standard errors from the earlier ones, about as far as
process limits, and several periods together 2.8.
"""
_FLOOR_BIAS = 0.92
"""What the estimated dispersion of a count is multiplied by.

An estimate below 1 counts as 1, which makes the mean of the estimates too large without it.
"""
_EARLIER_MARGIN = 1.7
"""How much further, in standard errors, the periods since an earlier change must be.

A change that began more than six periods ago is shown only if it is clear. It costs hardly any
false alarm, and without it a doubling eight months ago is missed.
"""
_NOTICEABLE = 1.1
"""Standard errors above zero from which the correlation of neighbouring periods is allowed for."""
_DEVIANCE_ABOVE = 1e5
"""Totals above this use the deviance. Binomial tails of such totals differ by less than 0.1%."""
_LARGEST_Z = 37.0
_LARGEST_CORRELATION = 0.9


class SeriesModel(StrEnum):
    """How the numbers of a series vary when nothing changes."""

    COUNTS = "counts"
    """Events, which vary at least as a Poisson count of the same exposure."""
    SHARES = "shares"
    """Numerators, which vary at least as a binomial count of the cases in the exposure."""
    VALUES = "values"
    """Any other numbers. How much they vary is estimated from the series alone."""


class RecentChange(NamedTuple):
    """What the scan shows, for one or more series: arrays in the shape of the series without time.

    Attributes:
        direction: 1 where the recent periods are higher, -1 where they are lower, 0 where no change
            is shown.
        start: the position, from 0, of the first period of the split with the largest statistic.
        statistic: the largest statistic, signed: the distance of the recent periods from the
            earlier ones in standard errors, as a standard normal score.
        p_value: the probability of a statistic as large or larger in a series without a change.
        dispersion: the estimated variance around the two levels, relative to that of a Poisson or
            binomial count (at least 1), or in the squared unit of plain values.
        autocorrelation: the correlation of neighbouring periods that is allowed for, from 0.
    """

    direction: NDArray[np.int8]
    start: NDArray[np.intp]
    statistic: Array
    p_value: Array
    dispersion: Array
    autocorrelation: Array


def recent_change(
    values: Numbers,
    exposure: Numbers | None = None,
    *,
    model: SeriesModel = SeriesModel.VALUES,
    season: int | None = None,
) -> RecentChange:
    """Return whether the last few periods of a series differ from all earlier ones.

    The scan splits the series after each of the last few periods, tests the level of the recent
    periods against the level of the earlier ones, and keeps the largest statistic. The number of
    recent periods goes from one to six, or to a third of a series of fewer than 18. Up to twelve,
    or half of the series, are tested too, and must be much further away: a large change of some
    months ago stays visible.

    - *Counts*: the conditional test of two Poisson rates: given the total, the recent count is
      binomial with the recent fraction of the exposure. The probability is mid-P.
    - *Shares*: the signed root of the likelihood ratio of two binomial proportions.
    - *Values*: the t statistic of two means. It uses logarithms where the values are positive and
      much closer to normal in logarithms, by the profile likelihood of Box and Cox.

    Each statistic is divided by the root of the dispersion: the mean squared Pearson residual
    around the two levels and a linear trend, or 1 if a count varies less than that. It allows for
    the correlation of neighbouring periods: the lag-1 correlation of these residuals, corrected
    for its bias, gives the variance of the difference of the two means of a first-order
    autoregression. Because both are estimated, the statistic is read as a t statistic.

    The p-value is that of the largest of several correlated normal scores. A single recent period
    must be 0.5 standard errors further away than several, and more than six periods 1.7. A p-value
    at or below 0.0185 is a change. By simulation that flags 1.3% of unchanged Poisson series of 24
    months, and finds a step of 20% of a mean of 100 after three months in 61% (up) and 69% (down)
    of series. The four rules of process charts flag 1.5%, and find 29%. ``python -m
    tests.simulations`` prints the table.

    A trend is a change: its recent periods are higher or lower than the earlier ones. A steady rise
    of 30% over 24 months from a mean of 100 is found in 61% of series, and one of 50% in 95%.

    Sources: D. M. Hawkins, *Testing a sequence of observations for a shift in location*, Journal of
    the American Statistical Association 72 (1977) 180-186, for the scan by likelihood ratio; J.
    Przyborowski and H. Wilenski, *Homogeneity of results in testing samples from Poisson series*,
    Biometrika 31 (1940) 313-323, for the conditional test; P. McCullagh and J. A. Nelder,
    *Generalized linear models* (2nd edition, 1989) section 4.5, for the dispersion; F. H. C.
    Marriott and J. A. Pope, *Bias in the estimation of autocorrelations*, Biometrika 41 (1954)
    390-402; G. E. P. Box and D. R. Cox, *An analysis of transformations*, Journal of the Royal
    Statistical Society B 26 (1964) 211-252. The correlation of the statistics of two splits is that
    of a standardised Brownian bridge.

    Args:
        values: the series, in order of time along the last axis, the latest period last. Counts,
            numerators, or values. None or NaN where one is missing: a gap, which is left out.
        exposure: for counts the days, people or person-days of each period, by default equal; for
            shares the number of cases of each period, the denominators. None for values.
        model: how the numbers vary when nothing changes.
        season: the number of periods in a year, if the series has a season: its yearly cycle is
            fitted beside the two levels. None if it has none.

    Returns:
        The result of the scan.

    Raises:
        RequestError: a series has fewer than 12 numbers; a count is below zero; a numerator is
            above its denominator; an exposure is missing or not above zero where there is a value;
            values have an exposure; or the model or the season is not valid.
    """
    if model not in tuple(SeriesModel):
        models = [member.value for member in SeriesModel]
        raise RequestError(f"model= is not a model. {did_you_mean(str(model), models)}.")
    if season is not None and (isinstance(season, bool) or season not in (4, 12)):
        raise RequestError("season= is 12 for months, 4 for quarters, or None.")
    numbers, exposures = _checked(values, exposure, SeriesModel(model))
    known = ~np.isnan(numbers)
    raise_where(
        "values",
        known.sum(axis=-1) < MINIMUM_POINTS,
        f"a series of fewer than {MINIMUM_POINTS} numbers",
        "Give more periods",
    )
    if known.all():
        return _scan(numbers, exposures, SeriesModel(model), season, np.arange(numbers.shape[-1]))
    shape = numbers.shape[:-1]
    rows = []
    for index in np.ndindex(shape):
        at = np.flatnonzero(known[index])
        row = _scan(numbers[index][at], exposures[index][at], SeriesModel(model), season, at)
        rows.append(row._replace(start=at[row.start]))
    columns = (np.array(column).reshape(shape) for column in zip(*rows, strict=True))
    return RecentChange(*columns)


def _checked(values: Numbers, exposure: Numbers | None, model: SeriesModel) -> tuple[Array, Array]:
    """Return the values and the exposures in one shape, valid for the model."""
    numbers = as_numbers("values", values)
    if numbers.ndim == 0:
        raise RequestError("values= is one number, not a series. Give a list or an array.")
    raise_where("values", np.isinf(numbers), "infinite", "Give None where there is no value")
    if model is SeriesModel.VALUES:
        if exposure is not None:
            raise RequestError("exposure= is for counts and shares. Leave it out for values.")
        return numbers, np.ones(numbers.shape)
    raise_where("values", numbers < 0, "below zero", "Count from zero")
    if exposure is None:
        if model is SeriesModel.SHARES:
            raise RequestError("exposure= is missing. Shares need the denominator of each period.")
        return numbers, np.ones(numbers.shape)
    sizes = as_numbers("exposure", exposure)
    try:
        sizes = np.broadcast_to(sizes, numbers.shape)
    except ValueError:
        raise RequestError(
            f"exposure= has shape {sizes.shape} and values= {numbers.shape}. Give one exposure for "
            "each period."
        ) from None
    sizes = np.where(np.isnan(numbers), 1.0, sizes)
    sizes = require_positive("exposure", sizes, "Leave out the value of such a period")
    if model is SeriesModel.SHARES:
        above = numbers > sizes
        raise_where("values", above, "above the denominator", "A share counts a part of a whole")
    return numbers, sizes


def _scan(
    values: Array, exposure: Array, model: SeriesModel, season: int | None, times: NDArray[np.intp]
) -> RecentChange:
    """Return the result for series without gaps."""
    count = values.shape[-1]
    margins = _margins(count)
    splits = margins.size
    recent = np.arange(count) >= count - np.arange(1, splits + 1)[:, None]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if model is SeriesModel.VALUES or season is not None:
            statistic, residuals, parameters = _regression(
                values, exposure, model, season, recent, times
            )
        else:
            statistic, residuals = _two_levels(values, exposure, model, recent)
            parameters = 2
        slope = _slopes(count, splits)
        residuals = residuals - np.sum(residuals * slope, axis=-1, keepdims=True) * slope
        squares = np.sum(residuals**2, axis=-1)
        freedom = count - parameters - 1
        dispersion = squares / freedom
        if model is not SeriesModel.VALUES:
            dispersion = _FLOOR_BIAS * dispersion
        products = np.sum(residuals[..., 1:] * residuals[..., :-1], axis=-1)
        lagged = np.where(squares > 0, products / squares, 0)
        # Variation beyond that of a Poisson or binomial count, as a fraction of all of it.
        excess = np.ones(dispersion.shape)
        if model is not SeriesModel.VALUES:
            excess = np.clip(1 - 1 / dispersion, 0, 1)
        caution = 0.5 if model is SeriesModel.VALUES else 1.0
        correlation = _correlation_to_allow_for(lagged, excess, caution, count)
        # Neighbours that resemble each other make the residuals too small.
        shrinkage = 5 * correlation / (1 - correlation) / count
        dispersion = dispersion / np.clip(1 - shrinkage, 0.4, 1)
        if model is not SeriesModel.VALUES:
            dispersion = np.maximum(dispersion, 1)
            excess = 1 - 1 / dispersion
        inflation = _inflation(correlation, count, splits)
        distance = np.abs(statistic) / np.sqrt(dispersion * inflation)
        distance = np.where(statistic == 0, 0, distance)
        effective = freedom * (1 - correlation) / (1 + correlation) / np.maximum(excess, 1e-6)
        scores = _normal_score(distance, effective)
    best = np.argmax(scores - margins, axis=-1)
    largest = np.max(scores - margins, axis=-1)

    def of_best(numbers: Array) -> Array:
        return np.take_along_axis(numbers, best[..., None], axis=-1)[..., 0]

    sign = np.sign(of_best(statistic))
    p_value = _p_value(largest, count)
    return RecentChange(
        np.where(p_value <= CHANGE_P_VALUE, sign, 0).astype(np.int8),
        count - 1 - best,
        sign * of_best(scores) + 0.0,
        p_value,
        of_best(dispersion),
        of_best(correlation),
    )


def _two_levels(
    values: Array, exposure: Array, model: SeriesModel, recent: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Return the score of each split for counts or shares, and the Pearson residuals.

    The scores have an axis of splits in place of time, and the residuals have both.
    """
    flags = recent.astype(np.float64).T
    late, late_exposure = values @ flags, exposure @ flags
    total = values.sum(axis=-1, keepdims=True)
    all_exposure = exposure.sum(axis=-1, keepdims=True)
    early, early_exposure = total - late, all_exposure - late_exposure
    level = np.where(
        recent,
        (late / late_exposure)[..., None],
        (early / early_exposure)[..., None],
    )
    sizes = exposure[..., None, :]
    fitted = level * sizes
    variance = fitted if model is SeriesModel.COUNTS else fitted * (1 - level)
    difference = values[..., None, :] - fitted
    residuals = np.where(variance > 0, difference / np.sqrt(variance), 0)
    overall = total / all_exposure
    deviance = _deviance(late, late_exposure * overall) + _deviance(early, early_exposure * overall)
    if model is SeriesModel.SHARES:
        others = 1 - overall
        deviance = deviance + _deviance(late_exposure - late, late_exposure * others)
        deviance = deviance + _deviance(early_exposure - early, early_exposure * others)
    sign = np.sign(late * early_exposure - early * late_exposure)
    scores = sign * np.sqrt(np.maximum(2 * deviance, 0))
    if model is SeriesModel.COUNTS:
        exact = _conditional_score(late, total, late_exposure / all_exposure)
        is_exact = (total <= _DEVIANCE_ABOVE) & (np.abs(exact) < _LARGEST_Z) & (sign != 0)
        scores = np.where(is_exact, exact, scores)
    return scores, residuals


def _deviance(observed: Array, expected: Array) -> Array:
    """Return observed times the logarithm of observed over expected; 0 for none observed."""
    return np.where(observed > 0, observed * np.log(observed / expected), 0)


def _conditional_score(late: Array, total: Array, fraction: Array) -> Array:
    """Return the normal score of the mid-P of a recent count, given the total of the series."""
    from scipy.special import betainc, ndtri

    rest = total - late
    at_least = np.where(late > 0, betainc(late, rest + 1, fraction), 1)
    more = np.where(rest > 0, betainc(late + 1, rest, fraction), 0)
    at_most = np.where(rest > 0, betainc(rest, late + 1, 1 - fraction), 1)
    fewer = np.where(late > 0, betainc(rest + 1, late, 1 - fraction), 0)
    upper, lower = (at_least + more) / 2, (at_most + fewer) / 2
    score: Array = np.where(upper < lower, -ndtri(upper), ndtri(lower))
    return score


def _regression(
    values: Array,
    exposure: Array,
    model: SeriesModel,
    season: int | None,
    recent: NDArray[np.bool_],
    times: NDArray[np.intp],
) -> tuple[Array, Array, int]:
    """Return the score of a step at each split in a weighted regression, and its residuals.

    The regression has a level, the yearly cycle if there is one, and the step.
    """
    rates, weights = values / exposure, np.ones(values.shape)
    if model is SeriesModel.VALUES:
        rates = _logarithms_if_closer_to_normal(values)
    else:
        level = values.sum(axis=-1, keepdims=True) / exposure.sum(axis=-1, keepdims=True)
        unit = level if model is SeriesModel.COUNTS else level * (1 - level)
        weights = np.where(unit > 0, np.sqrt(exposure / unit), 0)
    columns = np.ones((times.size, 1))
    if season is not None:
        columns = np.concatenate([columns, yearly_terms(times, season)], axis=-1)
    basis, _ = np.linalg.qr(weights[..., None] * columns)

    def without_cycle(rows: Array) -> Array:
        fitted = (rows @ basis) @ np.swapaxes(basis, -1, -2)
        left: Array = rows - fitted
        return left

    weighted = weights * rates
    left = without_cycle(weighted[..., None, :])
    rounding = 1e-12 * np.max(np.abs(weighted), axis=-1, initial=0)[..., None, None]
    left = np.where(np.abs(left) <= rounding, 0, left)
    step = without_cycle(weights[..., None, :] * recent)
    lengths = np.sum(step**2, axis=-1)
    shift = np.sum(left * step, axis=-1)
    slope = np.where(lengths > 0, shift / lengths, 0)
    residuals = left - slope[..., None] * step
    residuals = np.where(np.abs(residuals) <= rounding, 0, residuals)
    return np.where(lengths > 0, shift / np.sqrt(lengths), 0.0), residuals, columns.shape[1] + 1


def _logarithms_if_closer_to_normal(values: Array) -> Array:
    """Return the logarithms of the series for which they are much likelier to be normal.

    The difference of the two profile log-likelihoods is at least 2.
    """
    logs = np.log(np.where(values > 0, values, 1))
    count = values.shape[-1]
    gain = (np.log(np.var(values, axis=-1)) - np.log(np.var(logs, axis=-1))) * count / 2
    likelier = gain - logs.sum(axis=-1) >= 2
    takes = np.all(values > 0, axis=-1) & likelier
    return np.where(takes[..., None], logs, values)


def _correlation_to_allow_for(lagged: Array, excess: Array, caution: float, count: int) -> Array:
    """Return the lag-1 correlation to allow for, from that of the residuals.

    Corrected for its bias, it is used where it is well above its standard error. Where a series
    varies more than a Poisson or binomial count, correlation is likely: the estimate and
    ``caution`` standard errors are used, times the fraction of the variance beyond such a count.
    """
    error = 1 / np.sqrt(count)
    estimate = lagged + (3 + 6 * np.maximum(lagged, 0)) / count
    usual = np.where(estimate > _NOTICEABLE * error, estimate, 0)
    likely = (estimate + caution * error) * excess
    correlation: Array = np.clip(np.maximum(usual, likely), 0, _LARGEST_CORRELATION)
    return correlation


@lru_cache(maxsize=256)
def _slopes(count: int, splits: int) -> Array:
    """Return, for each split, a linear trend of length 1 that is orthogonal to its two levels."""
    rows = []
    for late in range(1, splits + 1):
        time = np.arange(count, dtype=np.float64)
        time[-late:] -= time[-late:].mean()
        time[:-late] -= time[:-late].mean()
        rows.append(time / np.sqrt(time @ time))
    return np.array(rows)


@lru_cache(maxsize=256)
def _contrast_products(count: int, splits: int) -> Array:
    """Return the autocorrelations of the contrasts of two means: for each split and each lag."""
    rows = []
    for late in range(1, splits + 1):
        contrast = np.concatenate(
            [np.full(count - late, -1 / (count - late)), np.full(late, 1 / late)]
        )
        products = np.correlate(contrast, contrast, "full")[count - 1 :]
        rows.append(products / products[0])
    return np.array(rows)


def _inflation(correlation: Array, count: int, splits: int) -> Array:
    """Return how much a correlation of neighbours inflates the variance of a difference of means.

    The correlation of periods further apart falls geometrically.
    """
    powers = correlation[..., None] ** np.arange(1, count)
    products = _contrast_products(count, splits)[:, 1:]
    inflation: Array = np.maximum(1 + 2 * np.sum(powers * products, axis=-1), 0.1)
    return inflation


def _normal_score(distance: Array, freedom: Array) -> Array:
    """Return the normal score with the tail probability of a t statistic."""
    from scipy.special import ndtri, stdtr

    tail = stdtr(np.minimum(freedom, 1e6), -distance)
    score: Array = np.minimum(-ndtri(tail), _LARGEST_Z)
    return score


@lru_cache(maxsize=256)
def _margins(count: int) -> Array:
    """Return how much further than usual the recent periods of each split must be."""
    recent = min(RECENT_PERIODS, count // 3)
    margins = np.full(max(min(_EARLIER_PERIODS, count // 2), recent), _EARLIER_MARGIN)
    margins[:recent] = 0
    margins[0] = _SINGLE_PERIOD_MARGIN
    return margins


def _p_value(score: Array, count: int) -> Array:
    """Return the two-sided probability of a score as large in any split of an unchanged series."""
    levels, logs = _p_value_table(count)
    probability: Array = np.exp(np.interp(score, levels, logs))
    return probability


@lru_cache(maxsize=256)
def _p_value_table(count: int) -> tuple[Array, Array]:
    """Return scores, and for each the logarithm of the probability that a split exceeds it.

    The scores of the splits are a Markov chain of normal variables: those of a standardised
    Brownian bridge. The probability that none is beyond its limit is integrated step by step.
    """
    from scipy.special import ndtr

    margins = _margins(count)
    nodes, weights = np.polynomial.legendre.leggauss(48)
    levels = np.concatenate([np.arange(0, 5, 0.125), [5, 6, 8, 12, 20, _LARGEST_Z]])
    logs = [0.0]
    for level in levels[1:]:
        limit = level + margins[0]
        exceeds = 2 * ndtr(-limit)
        place = nodes * limit
        density = np.exp(-(place**2) / 2) / np.sqrt(2 * np.pi) * weights * limit
        for late in range(1, margins.size):
            limit = level + margins[late]
            odds = late * (count - late - 1) / ((late + 1) * (count - late))
            correlation, spread = np.sqrt(odds), np.sqrt(1 - odds)
            centre = correlation * place
            beyond = ndtr((centre - limit) / spread) + ndtr(-(centre + limit) / spread)
            exceeds += float(density @ beyond)
            following = nodes * limit
            step = np.exp(-(((following[:, None] - centre) / spread) ** 2) / 2)
            density = (step @ density) / spread / np.sqrt(2 * np.pi) * weights * limit
            place = following
        logs.append(np.log(np.clip(exceeds, 1e-300, 1)))
    return levels, np.array(logs)
