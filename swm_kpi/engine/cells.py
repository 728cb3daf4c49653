"""Cells of one shape, and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.measures import Cells, Measure

CONFIDENCE = 0.95
"""How often the intervals of a result hold what they are of."""


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


def limits_of(
    measure: Measure, cells: Cells
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return the interval of each cell that has a number; None for a kind that has none."""
    found = measure.interval(cells, CONFIDENCE)
    if found is None:
        return None
    none = np.isnan(cells.value)
    lower, upper = (np.where(none, np.nan, each) for each in found)
    return lower, upper
