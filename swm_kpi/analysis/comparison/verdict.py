"""Whether a change is for the better."""

from __future__ import annotations

import math
from enum import StrEnum

from swm_kpi.vocabulary import Direction


class Verdict(StrEnum):
    """Which way a number moved, by the measure's direction. It says nothing about chance."""

    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    NO_CLEAR_DIRECTION = "no clear direction"
    SAME = "same"


def verdict(current: float, previous: float, direction: Direction) -> Verdict:
    """Return which way a number moved.

    Two numbers that differ only by the rounding of their division are the same.
    """
    if math.isclose(current, previous, rel_tol=1e-9, abs_tol=1e-12):
        return Verdict.SAME
    if direction is Direction.NEUTRAL:
        return Verdict.NO_CLEAR_DIRECTION
    better = (current > previous) == (direction is Direction.HIGHER_IS_BETTER)
    return Verdict.IMPROVEMENT if better else Verdict.CONCERN
