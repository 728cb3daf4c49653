"""Cells of one shape, and what they rest on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.measures import Cells


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
        [(spread(counts), text) for counts, text in cells.notes],
    )


def weight_of(cells: Cells) -> NDArray[Any]:
    """Return how much each cell rests on, to tell an empty member from a zero one."""
    if cells.weight is not None:
        return cells.weight
    weight = np.abs(np.nan_to_num(cells.value))
    for array in (cells.numerator, cells.denominator, *(counts for counts, _ in cells.notes)):
        if array is not None:
            weight = weight + np.abs(np.nan_to_num(array))
    return weight
