"""Whether a change is an improvement or a concern."""

from __future__ import annotations

import math
from enum import StrEnum

from swm_kpi.vocabulary import Direction


class Verdict(StrEnum):
    """The direction of a change, judged by the direction of the measure.

    It does not say whether the change is more than routine variation: ``Result.spc`` does.
    """

    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    NO_CLEAR_DIRECTION = "no clear direction"
    SAME = "same"


def verdict(current: float, previous: float, direction: Direction) -> Verdict:
    """Return the verdict on a change from ``previous`` to ``current``.

    Two numbers that differ only by floating-point rounding are the same.
    """
    if math.isclose(current, previous, rel_tol=1e-9, abs_tol=1e-12):
        return Verdict.SAME
    if direction is Direction.NEUTRAL:
        return Verdict.NO_CLEAR_DIRECTION
    is_better = (current > previous) == (direction is Direction.HIGHER_IS_BETTER)
    return Verdict.IMPROVEMENT if is_better else Verdict.CONCERN
