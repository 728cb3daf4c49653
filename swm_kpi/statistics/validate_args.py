"""Validation of the arguments of the functions in this package.

Each function returns the argument as an array of floats, or raises a RequestError that says what to
change.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from swm_kpi.errors import RequestError

Array = NDArray[np.float64]
Numbers = ArrayLike | Sequence[float | None]
"""A number, or numbers in any shape: a list, an array, or a column of a data frame."""
LARGEST = 1e150
"""The largest number that is accepted. Its square is still a finite float."""


def as_numbers(name: str, argument: Any) -> Array:
    """Return an argument as floats; a missing value (None, NaN, pandas.NA, masked) becomes NaN.

    Integers of any width become floats first, so that arithmetic cannot overflow. True becomes 1
    and False becomes 0.

    Raises:
        RequestError: the argument does not hold numbers, or a number is above ``LARGEST``.
    """
    try:
        if isinstance(argument, np.ma.MaskedArray):
            argument = np.ma.filled(argument.astype(np.float64), np.nan)
        array = np.asarray(argument)
        if array.dtype == object:
            array = np.array([_as_float(item) for item in array.flat]).reshape(array.shape)
        if array.dtype.kind not in "biuf":
            raise TypeError
        with np.errstate(over="ignore"):
            # Adding zero turns -0.0 into 0.0.
            numbers: Array = array.astype(np.float64) + 0.0
    except (TypeError, ValueError, OverflowError):
        raise RequestError(
            f"{name}= does not hold numbers. Give a number, a list of numbers or a numpy array, "
            "with rows of one length."
        ) from None
    large = np.isfinite(numbers) & (np.abs(numbers) > LARGEST)
    raise_where(name, large, "too large", "Give it in a larger unit")
    return numbers


def _as_float(item: Any) -> float:
    """Return one item of a mixed list as a float. Text is never read as a number."""
    if item is None or type(item).__name__ == "NAType":
        return np.nan
    if isinstance(item, str | bytes):
        raise TypeError
    return float(item)


def raise_where(name: str, wrong: Any, rule: str, fix: str) -> None:
    """Raise a RequestError if any element of ``wrong`` is true.

    The message says how many values break the rule. It never shows a value, because a value can be
    about one person.
    """
    count = int(np.count_nonzero(wrong))
    if count:
        verb = "is" if count == 1 else "are"
        raise RequestError(f"{name}=: {count:,} of {np.size(wrong):,} {verb} {rule}. {fix}.")


def require_finite(name: str, argument: Any) -> Array:
    """Return an argument as floats; raise if a value is missing or infinite."""
    numbers = as_numbers(name, argument)
    raise_where(name, ~np.isfinite(numbers), "missing or infinite", "Leave out what is not known")
    return numbers


def require_non_negative(name: str, argument: Any) -> Array:
    """Return an argument as floats; raise if a value is missing, infinite or below zero."""
    numbers = require_finite(name, argument)
    raise_where(name, numbers < 0, "below zero", "Count from zero")
    return numbers


def require_positive(name: str, argument: Any, fix: str) -> Array:
    """Return a divisor as floats; raise if a value is missing, infinite, zero or below."""
    numbers = require_non_negative(name, argument)
    raise_where(name, numbers == 0, "zero, and nothing can be divided by zero", fix)
    return numbers


def as_counts(name: str, argument: Any) -> Array:
    """Return counts as floats; raise if a value is not a whole number from 0 to 2**53."""
    numbers = require_non_negative(name, argument)
    raise_where(name, numbers != np.floor(numbers), "not whole", "Give whole counts")
    # Above 2**53 floats skip whole numbers.
    raise_where(name, numbers > 2**53, "above 2 to the power of 53", "Give whole counts")
    return numbers


def broadcast(**arrays: Array) -> list[Array]:
    """Return the arrays broadcast to one shape, in the order of the arguments.

    Raises:
        RequestError: the shapes cannot be broadcast.
    """
    try:
        return list(np.broadcast_arrays(*arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name}= is {array.shape}" for name, array in arrays.items())
        raise RequestError(
            f"The arrays do not have matching shapes: {shapes}. Give arrays of one shape, or "
            "shapes that numpy can broadcast."
        ) from None


def tail_probability(confidence: float) -> float:
    """Return the probability in each tail: 0.025 for a confidence of 0.95.

    Raises:
        RequestError: the confidence is not between 0 and 1.
    """
    is_number = not isinstance(confidence, bool) and isinstance(
        confidence, int | float | np.integer | np.floating
    )
    if not is_number or not 0 < confidence < 1:
        raise RequestError(
            "confidence= must be one number above 0 and below 1. For 95% write confidence=0.95."
        )
    return (1 - float(confidence)) / 2


def z_score(confidence: float) -> float:
    """Return the standard normal quantile of a two-sided interval: 1.96 for 0.95.

    Raises:
        RequestError: the confidence is not between 0 and 1.
    """
    return -NormalDist().inv_cdf(tail_probability(confidence))
