"""What is asked of the functions of this room: numbers of the right sort, or a clear refusal."""

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
"""Above this a float has room for the number and none for what is worked out from it."""


def as_numbers(name: str, given: Any) -> Array:
    """Read an argument as floats; what is missing (None, NaN, pandas.NA, masked) becomes NaN.

    Whole numbers of any width become floats before anything is worked out, so none wraps round.
    True is 1 and false is 0.
    """
    try:
        if isinstance(given, np.ma.MaskedArray):
            given = np.ma.filled(given.astype(np.float64), np.nan)
        found = np.asarray(given)
        if found.dtype == object:
            found = np.array([_number(each) for each in found.flat]).reshape(found.shape)
        if found.dtype.kind not in "biuf":
            raise TypeError
        with np.errstate(over="ignore"):
            # Adding nothing makes a negative zero a plain one.
            numbers: Array = found.astype(np.float64) + 0.0
    except (TypeError, ValueError, OverflowError):
        raise RequestError(
            f"{name}= does not hold numbers. Give a number, a list of numbers or a numpy array, "
            "with rows of one length."
        ) from None
    large = np.isfinite(numbers) & (np.abs(numbers) > LARGEST)
    raise_where(name, large, "too large to work with", "Give it in a larger unit")
    return numbers


def _number(each: Any) -> float:
    """Return one number of a mixed list. Text that reads like a number is no number."""
    if each is None or type(each).__name__ == "NAType":
        return np.nan
    if isinstance(each, str | bytes):
        raise TypeError
    return float(each)


def raise_where(name: str, wrong: Any, rule: str, fix: str) -> None:
    """Raise where any is wrong: say how many, never which number."""
    count = int(np.count_nonzero(wrong))
    if count:
        verb = "is" if count == 1 else "are"
        raise RequestError(f"{name}=: {count:,} of {np.size(wrong):,} {verb} {rule}. {fix}.")


def require_finite(name: str, given: Any) -> Array:
    """Read an argument of which every value must be there."""
    numbers = as_numbers(name, given)
    fix = "Leave out what is not known"
    raise_where(name, ~np.isfinite(numbers), "missing or infinite", fix)
    return numbers


def require_positive(name: str, given: Any, fix: str) -> Array:
    """Read an argument that is divided by: no value may be missing, zero or less."""
    numbers = require_non_negative(name, given)
    raise_where(name, numbers == 0, "zero, and nothing can be divided by it", fix)
    return numbers


def require_non_negative(name: str, given: Any) -> Array:
    """Read an argument of which no value may be missing or below zero."""
    numbers = require_finite(name, given)
    raise_where(name, numbers < 0, "below zero", "Count from zero")
    return numbers


def as_counts(name: str, given: Any) -> Array:
    """Read an argument of counts."""
    numbers = require_non_negative(name, given)
    raise_where(name, numbers != np.floor(numbers), "not whole", "Give counts of things")
    # Above this floats skip whole numbers.
    raise_where(name, numbers > 2**53, "above 2 to the 53", "Give counts of things")
    return numbers


def broadcast(**arrays: Array) -> list[Array]:
    """Spread arrays over one shape."""
    try:
        return list(np.broadcast_arrays(*arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name}= is {each.shape}" for name, each in arrays.items())
        raise RequestError(
            f"The arrays do not fit together: {shapes}. Give arrays of one shape, or shapes that "
            "numpy can broadcast."
        ) from None


def tail_probability(confidence: float) -> float:
    """Return the chance left out on each side.

    Raises:
        RequestError: the confidence is not between 0 and 1.
    """
    number = not isinstance(confidence, bool) and isinstance(
        confidence, int | float | np.integer | np.floating
    )
    if not number or not 0 < confidence < 1:
        raise RequestError(
            "confidence= must be one number above 0 and below 1. For 95% write confidence=0.95."
        )
    return (1 - float(confidence)) / 2


def z_score(confidence: float) -> float:
    """Return the standard normal deviate that leaves that chance out on each side."""
    return -NormalDist().inv_cdf(tail_probability(confidence))
