"""Confidence intervals of the cells of all measures, computed together for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.engine.backends.quantiles import CONFIDENCE_LEVEL
from swm_kpi.measures import Cells, Measure

Limits = tuple[NDArray[np.float64], NDArray[np.float64]]


def intervals_of(measures: Sequence[tuple[Measure, Cells]]) -> list[Limits | None]:
    """Return the lower and upper limits of each measure's cells; None for a kind without any.

    Limits are NaN where a cell has no number. Measures of one kind are stacked and computed
    together where only their cells differ.
    """
    intervals: list[Limits | None] = [None] * len(measures)
    alike: dict[object, list[int]] = {}
    for number, (measure, cells) in enumerate(measures):
        arrays = (cells.denominator, cells.trials, cells.events, cells.limits)
        present = [array is not None for array in arrays]
        key = (type(measure), *measure.interval_parameters, cells.value.shape, *present)
        alike.setdefault(key, []).append(number)
    for numbers in alike.values():
        first, _ = measures[numbers[0]]
        stacked = _stack([measures[number][1] for number in numbers])
        limits = first.interval(stacked, CONFIDENCE_LEVEL)
        if limits is not None:
            none = np.isnan(stacked.value)
            lower, upper = (np.where(none, np.nan, limit) for limit in limits)
            for number, *ends in zip(numbers, lower, upper, strict=True):
                intervals[number] = (ends[0], ends[1])
    return intervals


def _stack(cells: Sequence[Cells]) -> Cells:
    """Stack the arrays of several measures that an interval reads, on a new first axis."""
    shape = cells[0].value.shape

    def stack(arrays: Sequence[Any]) -> Any:
        if arrays[0] is None:
            return None
        stacked = np.empty((len(arrays), *shape))
        for number, array in enumerate(arrays):
            stacked[number] = array
        return stacked

    limits: Any = [measure.limits for measure in cells]
    has_limits = limits[0] is not None
    return Cells(
        stack([measure.value for measure in cells]),
        denominator=stack([measure.denominator for measure in cells]),
        trials=stack([measure.trials for measure in cells]),
        events=stack([measure.events for measure in cells]),
        limits=(stack([lower for lower, _ in limits]), stack([upper for _, upper in limits]))
        if has_limits
        else None,
    )
