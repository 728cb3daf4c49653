"""Whether a process as it runs will meet a target."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError, did_you_mean
from swm_kpi.statistics.validate_args import Numbers, as_numbers, broadcast, raise_where
from swm_kpi.vocabulary import Direction


class Assurance(StrEnum):
    """What the icons of *Making data count* say of a target."""

    PASSES = "will consistently pass"
    FAILS = "will consistently fail"
    HIT_AND_MISS = "hit and miss"


def assurance(
    lower: Numbers, upper: Numbers, target: Numbers, direction: Direction
) -> NDArray[np.str_]:
    """Say whether a process will pass a target, fail it, or do either by chance.

    It passes (or fails) consistently when the target lies outside the limits of routine variation
    on the bad (or good) side. A target inside them or on one of them is hit and miss.

    Source: NHS England, *Making data count*, as its program NHSRplotthedots applies it.

    Args:
        lower: the lower limit of an XmR chart; NaN where there is none.
        upper: the upper limit.
        target: the target, in the unit of the limits; NaN or None where there is none.
        direction: which way is better; not neutral.

    Returns:
        A text of :class:`Assurance` for each, in the shape that the three broadcast to; empty where
        there are no limits or no target.

    Raises:
        RequestError: the direction is neutral, because then no value passes; or a limit is
            infinite; or a lower limit is above its upper one.
    """
    if direction not in tuple(Direction):
        known = [each.value for each in Direction]
        raise RequestError(f"direction= is not a direction. {did_you_mean(str(direction), known)}.")
    if direction == Direction.NEUTRAL:
        raise RequestError(
            "direction= is neutral, and where neither way is better no value passes a target. Use "
            "Direction.HIGHER_IS_BETTER or LOWER_IS_BETTER."
        )
    low, high, aim = (
        as_numbers(name, given)
        for name, given in (("lower", lower), ("upper", upper), ("target", target))
    )
    for name, each in (("lower", low), ("upper", high), ("target", aim)):
        raise_where(name, np.isinf(each), "infinite", "Give NaN where there is none")
    low, high, aim = broadcast(lower=low, upper=high, target=aim)
    raise_where("lower", low > high, "above the upper limit", "Give the lower limit first")
    up = direction == Direction.HIGHER_IS_BETTER
    longest = max(len(each) for each in Assurance)
    found = np.full(aim.shape, Assurance.HIT_AND_MISS.value, dtype=f"<U{longest}")
    found[aim < low] = (Assurance.PASSES if up else Assurance.FAILS).value
    found[aim > high] = (Assurance.FAILS if up else Assurance.PASSES).value
    found[np.isnan(low) | np.isnan(high) | np.isnan(aim)] = ""
    return found
