"""Quantiles of each cell in memory, and the limits of their intervals."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.measures import Limit
from swm_kpi.statistics import quantile_ranks

Array = NDArray[np.float64]
Whole = NDArray[np.int64] | NDArray[np.int32]
Quantile = tuple[float, Limit | None]
"""A level such as 0.5, and the limit of its interval; None for the quantile itself."""

CONFIDENCE_LEVEL = 0.95
"""The chance that an interval of a result contains the true value."""

PACKED_BITS = 62
"""Two whole numbers packed into one for sorting stay below this many bits."""


def quantiles(
    cells: Whole, values: NDArray[Any], size: int, requested: Collection[Quantile]
) -> dict[Quantile, Array]:
    """Return the requested quantiles of each cell's values, interpolated linearly.

    A limit of an interval is one of the values; NaN where a cell has too few. A quantile of a cell
    without values is zero.

    Args:
        cells: the cell of each value, from 0 to ``size`` - 1.
        values: the values.
        size: the number of cells.
        requested: which quantiles and limits.
    """
    counts = np.bincount(cells, minlength=size)
    ordered = _sort_within_cells(cells, values)
    occupied = np.flatnonzero(counts)
    starts = (np.cumsum(counts) - counts)[occupied]
    by_quantile = quantiles_by_rank(
        counts[occupied], requested, lambda chosen, ranks: ordered[starts[chosen] + ranks - 1]
    )
    arrays = {}
    for quantile, numbers in by_quantile.items():
        arrays[quantile] = empty_cells(size, quantile)
        arrays[quantile][occupied] = numbers
    return arrays


def empty_cells(size: int, quantile: Quantile) -> Array:
    """Return the numbers of cells without values: zero for a quantile, NaN for a limit."""
    return np.zeros(size) if quantile[1] is None else np.full(size, np.nan)


def quantiles_by_rank(
    counts: NDArray[Any],
    requested: Collection[Quantile],
    value_at: Callable[..., NDArray[Any]],
) -> dict[Quantile, Array]:
    """Return quantiles of cells that each have at least one value.

    Args:
        counts: the number of values in each cell.
        requested: which quantiles and limits.
        value_at: takes positions of cells and one rank for each, counted from 1, and returns the
            values at those ranks.
    """
    every_cell = np.arange(len(counts))
    levels = {level for level, limit in requested if limit is not None}
    ranks = {level: limit_ranks(counts, level) for level in levels}
    by_quantile: dict[Quantile, Array] = {}
    for level, limit in requested:
        if limit is None:
            place = level * (counts - 1)
            below = np.floor(place).astype(np.int64)
            low = value_at(every_cell, below + 1).astype(np.float64)
            high = value_at(every_cell, np.minimum(below + 2, counts)).astype(np.float64)
            by_quantile[level, limit] = low + (high - low) * (place - below)
        else:
            enough = np.flatnonzero(ranks[level][limit])
            by_quantile[level, limit] = np.full(len(counts), np.nan)
            by_quantile[level, limit][enough] = value_at(enough, ranks[level][limit][enough])
    return by_quantile


def limit_ranks(counts: NDArray[Any], level: float) -> dict[Limit, Whole]:
    """Return the rank of each limit of a quantile's interval, counted from 1; 0 for none."""
    ranks = quantile_ranks(counts, level, CONFIDENCE_LEVEL)
    return {Limit.LOWER: ranks.lower, Limit.UPPER: ranks.upper}


def _sort_within_cells(cells: Whole, values: NDArray[Any]) -> NDArray[Any]:
    """Sort values within cells, packed with the cell into one whole number where both fit."""
    if not len(values):
        return values
    if values.dtype.kind in "iu":
        smallest, largest = int(values.min()), int(values.max())
        bits = (largest - smallest).bit_length()
        if bits + int(cells.max()).bit_length() <= PACKED_BITS:
            packed = np.sort((cells << bits) | (values - smallest))
            ordered: NDArray[Any] = (packed & ((1 << bits) - 1)) + smallest
            return ordered
    by_cell: NDArray[Any] = values[np.lexsort((values, cells))]
    return by_cell
