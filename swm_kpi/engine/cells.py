"""Cells of one shape, and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.measures import Cells, Measure
from swm_kpi.vocabulary import Marker

CONFIDENCE = 0.95
"""How often the intervals of a result hold what they are of."""
_WITHOUT = (Marker.NOT_AVAILABLE, Marker.NOT_APPLICABLE, Marker.PROVISIONAL)


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


def broadcast(cells: Cells, shape: tuple[int, ...]) -> Cells:
    """Return the cells with every array spread over one shape."""

    def spread(array: Any) -> Any:
        return None if array is None else np.broadcast_to(array, shape)

    return Cells(
        spread(cells.value),
        spread(cells.numerator),
        spread(cells.denominator),
        spread(cells.not_applicable),
        spread(cells.unavailable),
        spread(cells.unreliable),
        spread(cells.weight),
        spread(cells.trials),
        spread(cells.events),
        None if cells.limits is None else (spread(cells.limits[0]), spread(cells.limits[1])),
        [(spread(counts), text) for counts, text in cells.notes],
    )


def limits_of(
    measure: Measure, cells: Cells, marker: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the interval of each cell that has one; NaN for the others.

    A provisional number has none: the rows still to come are no matter of chance, and an interval
    would say how near it is to a number that nobody can know yet.
    """
    found = measure.interval(cells, CONFIDENCE)
    none = np.isnan(cells.value)
    for each in _WITHOUT:
        none |= marker == each.value
    if found is None:
        found = (np.full(none.shape, np.nan),) * 2
    lower, upper = (np.where(none, np.nan, each) for each in found)
    return lower, upper


def weight_of(cells: Cells) -> NDArray[Any]:
    """Return how much each cell rests on, to tell an empty member from a zero one."""
    if cells.weight is not None:
        return cells.weight
    weight = np.abs(np.nan_to_num(cells.value))
    for array in (cells.numerator, cells.denominator, *(counts for counts, _ in cells.notes)):
        if array is not None:
            weight = weight + np.abs(np.nan_to_num(array))
    return weight
