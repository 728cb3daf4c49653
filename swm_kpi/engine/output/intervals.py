"""Cells of one shape, and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.engine.backends.quantiles import CONFIDENCE_LEVEL
from swm_kpi.measures import Cells, Measure

Limits = tuple[NDArray[np.float64], NDArray[np.float64]]


def totals_but(array: NDArray[Any], kept: Sequence[int]) -> NDArray[Any]:
    """Take the total of every axis that is not kept; the first is of periods."""
    index = [slice(None) if at in kept else slice(-1, None) for at in range(array.ndim - 1)]
    return array[(slice(None), *index)]


def sliced(cells: Cells, had: Sequence[int], kept: Sequence[int]) -> Cells:
    """Return what another measure divides, on the axes that it keeps."""
    if tuple(had) == tuple(kept):
        return cells
    events = cells.events
    return Cells(
        totals_but(cells.value, kept),
        events=totals_but(events, kept) if events is not None else None,
    )


def limits_of(measures: Sequence[tuple[Measure, Cells]]) -> list[Limits | None]:
    """Return the interval of each cell that has a number; None for a kind that has none.

    Measures of one kind are worked out together where nothing but their cells tells them apart.
    """
    found: list[Limits | None] = [None] * len(measures)
    alike: dict[object, list[int]] = {}
    for number, (measure, cells) in enumerate(measures):
        arrays = (cells.denominator, cells.trials, cells.events, cells.limits)
        given = [each is not None for each in arrays]
        key = (type(measure), *measure.interval_parameters, cells.value.shape, *given)
        alike.setdefault(key, []).append(number)
    for numbers in alike.values():
        first, _ = measures[numbers[0]]
        together = _stacked([measures[number][1] for number in numbers])
        limits = first.interval(together, CONFIDENCE_LEVEL)
        if limits is not None:
            none = np.isnan(together.value)
            lower, upper = (np.where(none, np.nan, each) for each in limits)
            for number, *ends in zip(numbers, lower, upper, strict=True):
                found[number] = (ends[0], ends[1])
    return found


def _stacked(cells: Sequence[Cells]) -> Cells:
    """Put what intervals are worked out from one on another."""
    shape = cells[0].value.shape

    def stack(arrays: Sequence[Any]) -> Any:
        if arrays[0] is None:
            return None
        found = np.empty((len(arrays), *shape))
        for number, each in enumerate(arrays):
            found[number] = each
        return found

    ends: Any = [each.limits for each in cells]
    read = ends[0] is not None
    return Cells(
        stack([each.value for each in cells]),
        denominator=stack([each.denominator for each in cells]),
        trials=stack([each.trials for each in cells]),
        events=stack([each.events for each in cells]),
        limits=(stack([e[0] for e in ends]), stack([e[1] for e in ends])) if read else None,
    )
