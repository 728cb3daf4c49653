"""The words for a change between two times."""

from __future__ import annotations

from enum import StrEnum

from swm_kpi.vocabulary import Direction

SIGNIFICANCE = 0.05
"""A change is shown where its p-value is at most this. So one unchanged measure in 20 shows one."""


class Verdict(StrEnum):
    """Whether a change is shown, judged by the direction of the measure."""

    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    HIGHER = "higher"
    """Higher, where neither way is better in itself."""
    LOWER = "lower"
    """Lower, where neither way is better in itself."""
    NO_CHANGE_SHOWN = "no change shown"
    CANNOT_TELL = "cannot tell"


def verdict_of(change: float, p_value: float, direction: Direction) -> Verdict:
    """Return the verdict on a change that was tested."""
    if p_value > SIGNIFICANCE or change == 0:
        return Verdict.NO_CHANGE_SHOWN
    if direction is Direction.NEUTRAL:
        return Verdict.HIGHER if change > 0 else Verdict.LOWER
    is_better = (change > 0) == (direction is Direction.HIGHER_IS_BETTER)
    return Verdict.IMPROVEMENT if is_better else Verdict.CONCERN
