"""What every test of a change between two periods returns, and how a test allows for dispersion."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swm_kpi.errors import RequestError
from swm_kpi.statistics.validate_args import (
    Array,
    Numbers,
    as_numbers,
    tail_probability,
    z_score,
)


class Change(NamedTuple):
    """A change, its confidence interval and the p-value of no change: arrays of one shape.

    The interval agrees with the test: it includes zero where the p-value is above one minus the
    confidence, and otherwise lies on one side of zero.

    Attributes:
        change: the current number less the earlier one.
        lower, upper: the limits of the change, in its unit.
        p_value: two-sided, from 0 to 1.
    """

    change: Array
    lower: Array
    upper: Array
    p_value: Array


class Dispersion(NamedTuple):
    """How much more a series varies than its sampling model says: numbers, or arrays of one shape.

    Attributes:
        factor: the variance divided by that of the model. 1 is the model itself. A test treats a
            factor below 1 as 1.
        degrees: the degrees of freedom of the estimate; infinite where the factor is known.
    """

    factor: Numbers = 1.0
    degrees: Numbers = np.inf

    def inflation(self, confidence: float) -> Array:
        """Return what the half-width of a normal interval is multiplied by, at least 1.

        Raises:
            RequestError: the confidence is not between 0 and 1.
        """
        from scipy.special import stdtrit

        factor, degrees = self.as_arrays()
        quantile = -stdtrit(np.minimum(degrees, _NEARLY_NORMAL), tail_probability(confidence))
        quantile = np.where(np.isfinite(degrees), quantile, z_score(confidence))
        ratio = np.sqrt(factor) * quantile / z_score(confidence)
        return np.where(factor > 1, np.maximum(ratio, 1), 1.0)

    def p_value(self, z: Array) -> Array:
        """Return the two-sided p-value of a number of standard errors of the sampling model."""
        from scipy.special import ndtr, stdtr

        factor, degrees = self.as_arrays()
        scaled = np.abs(z) / np.sqrt(np.maximum(factor, 1))
        student = 2 * stdtr(np.minimum(degrees, _NEARLY_NORMAL), -scaled)
        is_estimated = (factor > 1) & np.isfinite(degrees)
        return np.asarray(np.where(is_estimated, student, 2 * ndtr(-scaled)))

    def as_arrays(self) -> tuple[Array, Array]:
        """Return the factor and the degrees of freedom as arrays."""
        return np.asarray(self.factor, np.float64), np.asarray(self.degrees, np.float64)


_NEARLY_NORMAL = 1e9
"""Degrees of freedom with which Student's t is normal to the last digits."""
NO_DISPERSION = Dispersion()
"""The sampling model itself: nothing is known of other variation."""


def require_dispersion(dispersion: Dispersion) -> None:
    """Raise unless the argument is a dispersion of finite numbers from 0.

    Raises:
        RequestError: it is not.
    """
    is_valid = isinstance(dispersion, Dispersion)
    if is_valid:
        factor, degrees = as_numbers("factor", dispersion.factor), np.asarray(dispersion.degrees)
        is_valid = bool((np.isfinite(factor) & (factor >= 0)).all() and (degrees >= 1).all())
    if not is_valid:
        raise RequestError(
            "dispersion= is not valid. Give Dispersion(factor, degrees), with a factor from 0 and "
            "at least 1 degree of freedom, or leave it out."
        )


def agree(change: Array, lower: Array, upper: Array, p_value: Array, confidence: float) -> Change:
    """Return a change with limits that include zero exactly where the test finds no change."""
    is_shown = p_value <= 1 - confidence
    lower, upper = np.minimum(lower, change), np.maximum(upper, change)
    lower = np.where(
        is_shown, np.where(change > 0, np.maximum(lower, 0), lower), np.minimum(lower, 0)
    )
    upper = np.where(
        is_shown, np.where(change < 0, np.minimum(upper, 0), upper), np.maximum(upper, 0)
    )
    return Change(
        np.asarray(change) + 0.0, np.asarray(lower) + 0.0, np.asarray(upper) + 0.0, p_value
    )
