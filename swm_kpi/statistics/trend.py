"""The linear trend of a series in which neighbouring values are alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from swm_kpi.errors import RequestError
from swm_kpi.statistics.validate_args import (
    Array,
    Numbers,
    raise_where,
    require_finite,
    tail_probability,
)

MIN_TREND_POINTS = 8
"""The fewest values that a trend is tested on: two years of quarters. A choice of this project."""
_HALVINGS = 32
_CORRELATIONS = tuple(np.arange(20) / 20)


class Trend(NamedTuple):
    """The slope of a series for each period, its interval and the p-value of no slope: arrays."""

    slope: Array
    lower: Array
    upper: Array
    p_value: Array


def linear_trend(
    values: Numbers, positions: Numbers | None = None, confidence: float = 0.95
) -> Trend:
    """Return the trend of a series with errors that may be autocorrelated.

    The slope is fitted by generalised least squares, with errors of first-order autocorrelation, at
    correlations from 0 to 0.95. The answers are averaged, weighted by the restricted likelihood of
    the correlation, so that the uncertainty of the correlation is in the p-value.

    Sources: D. A. Harville, *Maximum likelihood approaches to variance component estimation*,
    Journal of the American Statistical Association 72 (1977) 320-338, for the restricted
    likelihood; D. Cochrane and G. H. Orcutt, *Application of least squares regression to
    relationships containing autocorrelated error terms*, in the same journal 44 (1949) 32-61.

    Args:
        values: the values, in order of time along the last axis; several series may be stacked.
        positions: the number of each period, so that gaps are known; consecutive by default.
        confidence: the confidence level of the interval, between 0 and 1.

    Returns:
        The slope in the unit of the values for each period, in the shape of the values without its
        last axis.

    Raises:
        RequestError: there are fewer than ``MIN_TREND_POINTS`` values; a number is missing;
            positions do not rise; or the confidence is not between 0 and 1.
    """
    from scipy.special import stdtr, stdtrit

    tail = tail_probability(confidence)
    y = require_finite("values", values)
    count = y.shape[-1] if y.ndim else 1
    if count < MIN_TREND_POINTS:
        raise RequestError(
            f"values= holds {count} numbers, and a trend needs {MIN_TREND_POINTS}. Give more "
            "periods."
        )
    at = require_finite("positions", np.arange(count) if positions is None else positions)
    if at.shape != (count,):
        raise RequestError("positions= and values= differ in length. Give one position a value.")
    raise_where("positions", np.diff(at) <= 0, "not above the one before", "Sort by time")
    series = y.reshape(-1, count)
    largest = np.max(np.abs(series), axis=1, initial=0.0)
    is_flat = np.ptp(series, axis=1) <= 1e-12 * largest
    series = np.where(is_flat[:, None], 0.0, series - series.mean(axis=1, keepdims=True))
    slopes, errors, weights = _fits(series, at)
    degrees = count - 2
    exact = errors <= 0
    safe = np.where(exact, 1, errors)

    def averaged(numbers: Array) -> Array:
        return np.asarray(np.sum(weights * numbers, axis=1))

    def share_below(limit: Array) -> Array:
        offsets = (limit[:, None] - slopes) / safe
        return averaged(np.where(exact, offsets >= 0, stdtr(degrees, offsets)))

    t = np.where(exact, np.where(slopes == 0, 0, np.inf), np.abs(slopes) / safe)
    # The limit of the average lies between the limits at the single correlations.
    half = -stdtrit(degrees, tail) * errors
    limits = (
        _solve(share_below, tail, slopes - half),
        _solve(share_below, 1 - tail, slopes + half),
    )
    answers = (averaged(slopes), *limits, averaged(2 * stdtr(degrees, -t)))
    flat_answers = (0.0, 0.0, 0.0, 1.0)
    return Trend(
        *(
            np.where(is_flat, flat, numbers).reshape(y.shape[:-1])
            for numbers, flat in zip(answers, flat_answers, strict=True)
        )
    )


def _solve(share_below: Callable[[Array], Array], share: float, limits: Array) -> Array:
    """Return where an increasing function reaches a share, by bisection.

    Args:
        share_below: the function.
        share: the share.
        limits: numbers for each series, between the lowest and highest of which it is reached.
    """
    low, high = limits.min(axis=1), limits.max(axis=1)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_below = share_below(middle) < share
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return np.asarray((low + high) / 2)


def _fits(series: Array, at: Array) -> tuple[Array, Array, Array]:
    """Return the slope, its error and the weight of each correlation, for each series."""
    precisions, inverses, log_determinants = _designs(tuple(float(place) for place in at))
    design = np.stack([np.ones(at.size), at - at.mean()], axis=1)
    degrees = at.size - 2
    weighted = np.einsum("cij,sj->sci", precisions, series)
    coefficients = np.einsum("cij,scj->sci", inverses, weighted @ design)
    squares = np.einsum("sci,si->sc", weighted, series) - np.einsum(
        "sci,scij,scj->sc",
        coefficients,
        np.broadcast_to(np.linalg.inv(inverses), (len(series), *inverses.shape)),
        coefficients,
    )
    total = np.sum(series * series, axis=1, keepdims=True)
    squares = np.where(squares > 1e-12 * total, squares, 0.0)
    errors = np.sqrt(squares / degrees * inverses[None, :, 1, 1])
    is_exact = squares == 0
    safe = np.where(is_exact, 1, squares)
    log_likelihood = -degrees / 2 * np.log(safe) + log_determinants
    weights = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    weights = np.where(is_exact.any(axis=1, keepdims=True), is_exact, weights)
    return coefficients[..., 1], errors, weights / weights.sum(axis=1, keepdims=True)


@lru_cache(maxsize=64)
def _designs(positions: tuple[float, ...]) -> tuple[Array, Array, Array]:
    """Return what depends on the positions alone, for each correlation."""
    at = np.array(positions)
    design = np.stack([np.ones(at.size), at - at.mean()], axis=1)
    gaps = np.abs(at[:, None] - at[None, :])
    precisions, inverses, determinants = [], [], []
    for correlation in _CORRELATIONS:
        covariance = np.where(gaps == 0, 1.0, correlation**gaps) / (1 - correlation**2)
        precision = np.linalg.inv(covariance)
        information = design.T @ precision @ design
        precisions.append(precision)
        inverses.append(np.linalg.inv(information))
        determinants.append(
            -(np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1]) / 2
        )
    return np.array(precisions), np.array(inverses), np.array(determinants)
