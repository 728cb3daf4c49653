"""Whether a stable process can be expected to meet a target."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError, did_you_mean
from swm_kpi.statistics.validate_args import Array, Numbers, as_numbers, broadcast, raise_where
from swm_kpi.vocabulary import Direction


class Assurance(StrEnum):
    """Whether a target can be expected to be met: the assurance icons of *Making data count*.

    Making Data Count says "consistently pass", "consistently fail" and "hit or miss".
    """

    MET = "consistently met"
    MISSED = "consistently missed"
    HIT_AND_MISS = "hit and miss"
    CANNOT_TELL = "cannot tell"


def assurance(
    lower: Numbers, upper: Numbers, target: Numbers, direction: Direction
) -> NDArray[np.str_]:
    """Return whether a process will meet a target, miss it, or do either by chance.

    The target is consistently met if it lies outside the process limits on the bad side, and
    consistently missed if it lies outside on the good side. A target between the limits, or equal
    to one of them, is hit and miss.

    Source: NHS England, *Making data count*, as the program NHSRplotthedots applies it.

    Args:
        lower: the lower process limit; NaN or None where there is none.
        upper: the upper process limit; NaN or None where there is none.
        target: the target, in the unit of the limits; NaN or None where there is none.
        direction: which way is better; not neutral.

    Returns:
        The text of an :class:`Assurance` for each element, in the shape to which the three
        arguments broadcast: "cannot tell" where a limit is missing, and empty text where
        there is no target.

    Raises:
        RequestError: the direction is unknown or neutral; a limit or a target is infinite; a lower
            limit is above its upper limit; or the shapes do not match.
    """
    if direction not in tuple(Direction):
        known = [member.value for member in Direction]
        raise RequestError(f"direction= is not a direction. {did_you_mean(str(direction), known)}.")
    if direction == Direction.NEUTRAL:
        raise RequestError(
            "direction= is neutral: no value meets a target if neither way is better. Use "
            "Direction.HIGHER_IS_BETTER or LOWER_IS_BETTER."
        )
    low = _finite_or_nan("lower", lower)
    high = _finite_or_nan("upper", upper)
    goal = _finite_or_nan("target", target)
    low, high, goal = broadcast(lower=low, upper=high, target=goal)
    raise_where("lower", low > high, "above the upper limit", "Give the lower limit first")
    higher_is_better = direction == Direction.HIGHER_IS_BETTER
    longest = max(len(text) for text in Assurance)
    texts = np.full(goal.shape, Assurance.HIT_AND_MISS.value, dtype=f"<U{longest}")
    texts[goal < low] = (Assurance.MET if higher_is_better else Assurance.MISSED).value
    texts[goal > high] = (Assurance.MISSED if higher_is_better else Assurance.MET).value
    texts[np.isnan(low) | np.isnan(high)] = Assurance.CANNOT_TELL.value
    texts[np.isnan(goal)] = ""
    return texts


def _finite_or_nan(name: str, argument: Numbers) -> Array:
    numbers = as_numbers(name, argument)
    raise_where(name, np.isinf(numbers), "infinite", "Give NaN where there is none")
    return numbers
