"""Whether a series has a season, tested after its trend is removed."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError
from swm_kpi.statistics.validate_args import Array, Numbers, as_numbers, raise_where

SEASON_P_VALUE = 0.01
"""A p-value at or below this shows a season."""
_YEARS = 2


class Season(NamedTuple):
    """The season of one series.

    Attributes:
        is_seasonal: whether the series has a season.
        p_value: the probability of a yearly cycle as strong or stronger in a series without one.
        cycle: the yearly cycle at each period, in the unit of the values, with a mean near zero; 0
            without a season.
    """

    is_seasonal: bool
    p_value: float
    cycle: Array


def season(values: Numbers, year: int) -> Season:
    """Return whether a series has a season, and its yearly cycle.

    A regression fits a linear trend and a yearly cycle: two harmonics of months, or the four
    quarters. The F test compares it with the trend alone, and allows for the correlation of
    neighbouring periods. By the Bayesian information criterion the cycle must also fit better than
    a single step at any period beside the trend, because a step in a short series looks like a
    cycle once its trend is removed.

    Source: A. G. Barnett and A. J. Dobson, *Analysing seasonal health data* (2010) chapters 3 and
    4, on cosinor regression; N. R. Draper and H. Smith, *Applied regression analysis* (3rd edition,
    1998) section 6.1, for the F test of several terms; G. Schwarz, *Estimating the dimension of a
    model*, Annals of Statistics 6 (1978) 461-464.

    Args:
        values: the series, in order of time, with every period; None or NaN where one is missing.
        year: the number of periods in a year: 12 for months, 4 for quarters.

    Returns:
        The season. A series with fewer than two years of numbers, or that does not vary, has none.

    Raises:
        RequestError: the values are not one series; a value is infinite; or the year is not valid.
    """
    if isinstance(year, bool) or year not in (4, 12):
        raise RequestError("year= is 12 for months or 4 for quarters.")
    numbers = as_numbers("values", values)
    if numbers.ndim != 1:
        raise RequestError("values= is not one series. Give a list of numbers.")
    raise_where("values", np.isinf(numbers), "infinite", "Give None where there is no value")
    times = np.flatnonzero(~np.isnan(numbers))
    none = Season(False, 1.0, np.zeros(numbers.shape))
    known = numbers[times]
    if times.size < _YEARS * year:
        return none
    trend = _trend(times.size)
    terms = yearly_terms(times, year)
    left = known - trend @ (trend.T @ known)
    if np.max(np.abs(left)) <= 1e-9 * np.max(np.abs(known)):
        return none
    cycle = terms - trend @ (trend.T @ terms)
    basis, _ = np.linalg.qr(cycle)
    fitted = basis @ (basis.T @ left)
    unexplained = float(np.sum((left - fitted) ** 2))
    freedom = times.size - trend.shape[1] - terms.shape[1]
    explained = float(np.sum(fitted**2)) / _inflation(left - fitted, freedom, year)
    p_value = _f_tail(explained, unexplained, terms.shape[1], freedom)
    # A step has two parameters, its place and its size.
    penalty = times.size ** ((terms.shape[1] - 2) / times.size)
    by_a_step = _unexplained_by_a_step(left, times.size)
    if p_value > SEASON_P_VALUE or unexplained * penalty >= by_a_step:
        return none._replace(p_value=p_value)
    coefficients, *_ = np.linalg.lstsq(cycle, left, rcond=None)
    return Season(True, p_value, yearly_terms(np.arange(numbers.size), year) @ coefficients)


def yearly_terms(times: NDArray[np.intp], year: int) -> Array:
    """Return the columns of a yearly cycle: two harmonics, or three columns for quarters."""
    angle = 2 * np.pi * np.asarray(times) / year
    columns = [np.cos(angle), np.sin(angle), np.cos(2 * angle)]
    columns += [np.sin(2 * angle)] if year > 4 else []
    return np.stack(columns, axis=-1)


def _inflation(residuals: Array, freedom: int, year: int) -> float:
    """Return how much correlated neighbours inflate a yearly cycle: the spectrum at that frequency.

    The lag-1 correlation is corrected for the terms that were fitted. It counts if it is above its
    standard error.
    """
    squares = float(residuals @ residuals)
    if squares <= 0:
        return 1.0
    count = residuals.size
    correlation = float(residuals[1:] @ residuals[:-1]) / squares + (count - freedom) / count
    if correlation <= 1 / np.sqrt(count):
        return 1.0
    correlation = min(correlation, 0.9)
    turn = 2 * correlation * np.cos(2 * np.pi / year)
    return float((1 - correlation**2) / (1 - turn + correlation**2))


def _f_tail(explained: float, unexplained: float, terms: int, freedom: int) -> float:
    """Return the probability of an F statistic as large."""
    from scipy.special import fdtrc

    if freedom < 1:
        return 1.0
    if unexplained <= 1e-12 * explained:
        return 0.0
    return float(fdtrc(terms, freedom, explained / terms / (unexplained / freedom)))


@lru_cache(maxsize=256)
def _trend(count: int) -> Array:
    """Return orthonormal columns of a linear trend."""
    place = np.linspace(-1, 1, count)
    basis, _ = np.linalg.qr(np.vander(place, 2))
    return basis


@lru_cache(maxsize=256)
def _steps(count: int) -> Array:
    """Return, for each period after the first, a step of length 1 that is orthogonal to a trend."""
    trend = _trend(count)
    steps = np.tril(np.ones((count, count - 1)), -1)
    steps -= trend @ (trend.T @ steps)
    steps /= np.sqrt(np.sum(steps**2, axis=0))
    return steps


def _unexplained_by_a_step(left: Array, count: int) -> float:
    """Return the sum of squares that a trend and the best single step leave."""
    return float(np.sum(left**2) - np.max(np.abs(left @ _steps(count))) ** 2)
