"""Counting and ordering by sorting whole numbers: people told apart, quantiles, who came before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.engine.cells import CONFIDENCE
from swm_kpi.measures import Limit
from swm_kpi.statistics import quantile_ranks

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Quantile = tuple[float, Limit | None]
_BITS = 62
_EPOCH = "1970-01-01"


def codes_of(first: NDArray[np.uint64], second: NDArray[np.uint64], known: NDArray[Any]) -> Whole:
    """Return a small whole number for each different value, -1 where there is none.

    Args:
        first: a hash of each value.
        second: another hash, by another seed. Two values are taken to be one only where both agree.
        known: where there is a value.
    """
    order = np.argsort(first)
    ordered = first[order]
    apart = ordered[1:] != ordered[:-1]
    other = second[order]
    if bool(((other[1:] != other[:-1]) & ~apart).any()):
        order = np.lexsort((second, first))
        ordered, other = first[order], second[order]
        apart = (ordered[1:] != ordered[:-1]) | (other[1:] != other[:-1])
    codes = np.empty(len(first), dtype=np.int64)
    codes[order] = np.concatenate([[0], np.cumsum(apart)]) if len(first) else []
    codes[~known] = -1
    return codes


def distinct(cells: Whole, codes: Whole, size: int) -> Array:
    """Count the different codes in each cell."""
    if not len(codes):
        return np.zeros(size)
    many = int(codes.max()) + 1
    joined = np.sort(cells * many + codes)
    first = np.concatenate([[True], joined[1:] != joined[:-1]])
    return np.bincount(joined[first] // many, minlength=size).astype(np.float64)


def quantiles(
    cells: Whole, values: NDArray[Any], size: int, asked: Iterable[Quantile]
) -> dict[Quantile, Array]:
    """Return quantiles of each cell's values, interpolated linearly; zero where it has none.

    The ends of their intervals are one of the values each, NaN where it has too few.
    """
    counts = np.bincount(cells, minlength=size)
    ordered = _ordered(cells, values)
    starts = np.cumsum(counts) - counts
    held = np.flatnonzero(counts)
    found: dict[Quantile, Array] = {}
    for level, limit in asked:
        if limit is not None:
            rank = limit_ranks(counts[held], level, limit)
            array = np.full(size, np.nan)
            ends = ordered[starts[held] + np.maximum(rank - 1, 0)].astype(np.float64)
            array[held] = np.where(rank > 0, ends, np.nan)
            found[level, limit] = array
            continue
        place = level * (counts[held] - 1)
        below = np.floor(place).astype(np.int64)
        low = ordered[starts[held] + below].astype(np.float64)
        high = ordered[starts[held] + np.minimum(below + 1, counts[held] - 1)].astype(np.float64)
        array = np.zeros(size)
        array[held] = low + (high - low) * (place - below)
        found[level, limit] = array
    return found


def limit_ranks(counts: NDArray[Any], level: float, limit: Limit | None) -> Whole:
    """Return which of so many sorted values is one end of a quantile's interval; 0 for none."""
    ranks = quantile_ranks(counts, level, CONFIDENCE)
    return ranks.lower if limit is Limit.LOWER else ranks.upper


def _ordered(cells: Whole, values: NDArray[Any]) -> NDArray[Any]:
    """Order values within cells: by one whole number that joins both, where it has room."""
    if not len(values):
        return values
    if values.dtype.kind in "iu":
        least, most = int(values.min()), int(values.max())
        bits = (most - least).bit_length()
        if bits + int(cells.max()).bit_length() <= _BITS:
            joined = np.sort((cells << bits) | (values - least))
            ordered: NDArray[Any] = (joined & ((1 << bits) - 1)) + least
            return ordered
    chosen: NDArray[Any] = values[np.lexsort((values, cells))]
    return chosen


def came_before(codes: Whole, days: NDArray[Any], counted: Any, months: int) -> NDArray[np.bool_]:
    """Say for each row whether its person has a counted row on an earlier day, so recently.

    Args:
        codes: who; -1 for nobody.
        days: local days since 1970; null days are not counted.
        counted: which rows are events.
        months: how many calendar months back reach.
    """
    found = np.zeros(len(codes), dtype=bool)
    rows = np.flatnonzero(counted & (codes >= 0))
    if not len(rows):
        return found
    least, most = int(days[rows].min()), int(days[rows].max())
    span = most - least + 1
    joined = codes[rows] * span + (days[rows] - least)
    order = np.argsort(joined)
    ordered = joined[order]
    fresh = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    events = ordered[fresh]
    who, when = events // span, events % span
    calendar = pl.Series(np.arange(least, most + 1), dtype=pl.Int32).cast(pl.Date)
    reach = calendar.dt.offset_by(f"-{months}mo").cast(pl.Int32).to_numpy() - least
    recent = np.zeros(len(events), dtype=bool)
    recent[1:] = (who[1:] == who[:-1]) & (when[:-1] >= reach[when[1:]])
    found[rows[order]] = recent[np.cumsum(fresh) - 1]
    return found
