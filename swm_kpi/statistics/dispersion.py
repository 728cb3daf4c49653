"""How much a series varies beyond its sampling model, its trend and its season."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swm_kpi.statistics.change import Dispersion
from swm_kpi.statistics.validate_args import Array, Numbers, broadcast, raise_where, require_finite

MIN_DEGREES = 3
"""The fewest degrees of freedom that an estimate of dispersion needs: a choice of this project."""
SEASON_P_VALUE = 0.01
"""Below this p-value a series is taken to follow the time of year: a choice of this project."""


class Residuals(NamedTuple):
    """The variation of a series about its trend, and about its season where it has one.

    Attributes:
        dispersion: the mean squared residual in units of its variance, and its degrees of freedom.
        within_seasons: the same after a level for each time of year is taken out, whether or not
            there is a season: how much one time of year varies from year to year. The dispersion
            where there are too few periods.
        is_seasonal: whether the series follows the time of year.
        season_p_value: the p-value of no season; 1 where there are too few periods to test it.
        autocorrelation: the correlation of neighbouring residuals, corrected for its bias.
    """

    dispersion: Dispersion
    within_seasons: Dispersion
    is_seasonal: bool
    season_p_value: float
    autocorrelation: float


def residual_variation(
    values: Numbers, variances: Numbers, positions: Numbers, season: int = 0
) -> Residuals | None:
    """Return how much a series varies about a straight line, in units of its sampling variance.

    The line is fitted by weighted least squares. The season is tested after the line is taken out:
    an F test of a level for each time of year. It is taken out too where its p-value is below
    ``SEASON_P_VALUE``. The dispersion is Pearson's statistic over its degrees of freedom.

    Sources: P. McCullagh and J. A. Nelder, *Generalized linear models* (2nd edition, 1989), section
    4.5 for the dispersion; F. H. C. Marriott and J. A. Pope, *Bias in the estimation of
    autocorrelations*, Biometrika 41 (1954) 390-402 for the correction.

    Args:
        values: the values of the periods, without the ones that are tested.
        variances: the sampling variance of each value; 1 where there is no sampling model.
        positions: the number of each period in the series, so that gaps are known.
        season: how many periods make a year; 0 or 1 for a series without seasons.

    Returns:
        The variation, or None if there are too few values for ``MIN_DEGREES``.

    Raises:
        RequestError: a number is missing or infinite; a variance is not above zero; or the shapes
            do not match.
    """
    y, variance, at = broadcast(
        values=require_finite("values", values),
        variances=require_finite("variances", variances),
        positions=require_finite("positions", positions),
    )
    raise_where("variances", variance <= 0, "not above zero", "Leave out what has no variance")
    count = y.size
    if count - 2 < MIN_DEGREES:
        return None
    weight = 1 / np.sqrt(variance)
    line = np.stack([np.ones(count), at - at.mean()], axis=1)
    rest = _residuals(y, line, weight)
    squares, degrees = float(rest @ rest), count - 2
    p_value = 1.0
    is_seasonal = False
    within_seasons = Dispersion(squares / degrees, float(degrees))
    if season > 1:
        full = _seasonal_design(at, line, season)
        full_degrees = count - full.shape[1]
        if full_degrees >= MIN_DEGREES and full.shape[1] == season + 1:
            seasonal_rest = _residuals(y, full, weight)
            seasonal_squares = float(seasonal_rest @ seasonal_rest)
            p_value = _f_test(squares, degrees, seasonal_squares, full_degrees)
            is_seasonal = p_value < SEASON_P_VALUE
            within_seasons = Dispersion(seasonal_squares / full_degrees, float(full_degrees))
            if is_seasonal:
                rest, squares, degrees = seasonal_rest, seasonal_squares, full_degrees
    return Residuals(
        Dispersion(squares / degrees, float(degrees)),
        within_seasons,
        is_seasonal,
        p_value,
        _autocorrelation(rest, at),
    )


def _residuals(y: Array, design: Array, weight: Array) -> Array:
    """Return the weighted residuals of a weighted least-squares fit."""
    weighted, target = design * weight[:, None], y * weight
    coefficients, *_ = np.linalg.lstsq(weighted, target, rcond=None)
    rest = np.asarray(target - weighted @ coefficients)
    # What is left of a perfect fit is rounding.
    largest = float(np.max(np.abs(target), initial=0.0))
    return np.where(np.abs(rest) <= 1e-12 * largest, 0.0, rest)


def _seasonal_design(at: Array, line: Array, season: int) -> Array:
    phase = np.mod(at, season)
    levels = np.unique(phase)[1:]
    return np.concatenate([line, (phase[:, None] == levels[None, :]).astype(np.float64)], axis=1)


def _f_test(squares: float, degrees: int, full_squares: float, full_degrees: int) -> float:
    from scipy.special import fdtrc

    explained = squares - full_squares
    if explained <= 0:
        return 1.0
    if full_squares == 0:
        return 0.0
    extra = degrees - full_degrees
    return float(fdtrc(extra, full_degrees, explained / extra / (full_squares / full_degrees)))


def _autocorrelation(rest: Array, at: Array) -> float:
    """Return the correlation of neighbours, corrected for its bias; 0 without variation."""
    squares = float(rest @ rest)
    neighbours = np.diff(at) == 1
    if squares == 0 or not neighbours.any():
        return 0.0
    raw = float((rest[1:] * rest[:-1])[neighbours].sum()) / squares
    count = rest.size
    return float(np.clip(raw + (1 + 4 * raw) / count, -1, 0.95))
