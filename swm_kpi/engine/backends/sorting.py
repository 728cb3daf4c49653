"""Counting and ordering by sorting whole numbers: people told apart, quantiles, who came before."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.engine.aggregate.cells import CONFIDENCE
from swm_kpi.measures import Limit
from swm_kpi.statistics import quantile_ranks

Array = NDArray[np.float64]
Whole = NDArray[np.int64] | NDArray[np.int32]
Quantile = tuple[float, Limit | None]
_BITS = 62
_AT_ONCE = 1_000_000
_EPOCH = "1970-01-01"


def codes_of(first: NDArray[np.uint64], second: NDArray[np.uint64], known: NDArray[Any]) -> Whole:
    """Return a small whole number for each different value, -1 where there is none.

    Args:
        first: a hash of each value.
        second: another hash, by another seed. Two values are taken to be one only where both agree.
        known: where there is a value.
    """
    if not len(first):
        return np.empty(0, dtype=np.int32)
    order, apart = _ordered_hashes(first, second)
    # Small numbers and few at once: of fifty million rows, eight bytes each are 400 megabytes.
    small = len(first) < 2**31
    codes: NDArray[Any] = np.empty(len(first), dtype=np.int32 if small else np.int64)
    codes[order[0]] = 0
    codes[order[1:]] = np.cumsum(apart, dtype=codes.dtype)
    codes[~known] = -1
    return codes


def _ordered_hashes(
    first: NDArray[np.uint64], second: NDArray[np.uint64]
) -> tuple[Whole, NDArray[np.bool_]]:
    """Return an order of rows in which equal pairs of hashes stand together, and where they change.

    Whole numbers are sorted several times as fast as an order of them is found. So what is sorted
    is each hash's leading bits with the row's own number behind them.
    """
    room = max(1, (len(first) - 1).bit_length())
    rows = np.uint64((1 << room) - 1)
    joined = first & ~rows
    for start in range(0, len(first), _AT_ONCE):
        part = joined[start : start + _AT_ONCE]
        part |= np.arange(start, start + len(part), dtype=np.uint64)
    joined.sort()
    alike = (joined[1:] ^ joined[:-1]) <= rows
    joined &= rows
    order = joined.view(np.int64)
    apart = _changes(first[order]) | _changes(second[order])
    if (apart & alike).any():
        # Different hashes that begin alike, which are few, are put right among themselves.
        run = np.concatenate([[0], np.cumsum(~alike)])
        several = np.flatnonzero(np.isin(run, run[1:][apart & alike]))
        some = order[several]
        order[several] = some[np.lexsort((second[some], first[some]))]
        some = order[several]
        inside = run[several][1:] == run[several][:-1]
        changed = _changes(first[some]) | _changes(second[some])
        apart[several[1:][inside] - 1] = changed[inside]
    return order, apart


def _changes(hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Say of each but the first whether it differs from the one before."""
    changed: NDArray[np.bool_] = hashes[1:] != hashes[:-1]
    return changed


def repeated(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return each hash that occurs more than once."""
    ordered = np.sort(hashes)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def different(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> int:
    """Count the different pairs of hashes."""
    return int(codes_of(first, second, np.ones(len(first), dtype=bool)).max(initial=-1)) + 1


def _order_of(numbers: Whole) -> Whole:
    """Return the order of whole numbers, none below zero."""
    room = max(1, (len(numbers) - 1).bit_length())
    if int(numbers.max()).bit_length() + room > _BITS:
        return np.argsort(numbers)
    joined = np.sort((numbers << room) | np.arange(len(numbers)))
    order: Whole = joined & ((1 << room) - 1)
    return order


def distinct(cells: Whole, codes: Whole, size: int) -> Array:
    """Count the different codes in each cell."""
    if not len(codes):
        return np.zeros(size)
    many = int(codes.max()) + 1
    joined = np.multiply(cells, many, dtype=np.int64)
    joined += codes
    joined.sort()
    first = np.concatenate([[True], joined[1:] != joined[:-1]])
    held = joined[first]
    held //= many
    return np.bincount(held, minlength=size).astype(np.float64)


def quantiles(
    cells: Whole, values: NDArray[Any], size: int, asked: Collection[Quantile]
) -> dict[Quantile, Array]:
    """Return quantiles of each cell's values, interpolated linearly; zero where it has none.

    The ends of their intervals are one of the values each, NaN where it has too few.
    """
    counts = np.bincount(cells, minlength=size)
    ordered = _ordered(cells, values)
    held = np.flatnonzero(counts)
    starts = (np.cumsum(counts) - counts)[held]
    answers = quantiles_at(counts[held], asked, lambda at, rank: ordered[starts[at] + rank - 1])
    found = {}
    for quantile, answer in answers.items():
        found[quantile] = blank(size, quantile)
        found[quantile][held] = answer
    return found


def blank(size: int, quantile: Quantile) -> Array:
    """Return what is said of cells without a value: no time at all, and no limit."""
    return np.zeros(size) if quantile[1] is None else np.full(size, np.nan)


def quantiles_at(
    counts: NDArray[Any], asked: Collection[Quantile], at: Callable[..., NDArray[Any]]
) -> dict[Quantile, Array]:
    """Return quantiles of cells of which each has a value.

    Args:
        counts: how many values each has.
        asked: which quantiles, and which ends of their intervals.
        at: told the positions of some of the cells and a rank for each, the values that have them.
    """
    every = np.arange(len(counts))
    limited = {level for level, limit in asked if limit is not None}
    ranks = {level: ranks_of(counts, level) for level in limited}
    found: dict[Quantile, Array] = {}
    for level, limit in asked:
        if limit is None:
            place = level * (counts - 1)
            below = np.floor(place).astype(np.int64)
            low = at(every, below + 1).astype(np.float64)
            high = at(every, np.minimum(below + 2, counts)).astype(np.float64)
            found[level, limit] = low + (high - low) * (place - below)
        else:
            enough = np.flatnonzero(ranks[level][limit])
            found[level, limit] = np.full(len(counts), np.nan)
            found[level, limit][enough] = at(enough, ranks[level][limit][enough])
    return found


def ranks_of(counts: NDArray[Any], level: float) -> dict[Limit, Whole]:
    """Return which of so many sorted values is each end of a quantile's interval; 0 for none."""
    ranks = quantile_ranks(counts, level, CONFIDENCE)
    return {Limit.LOWER: ranks.lower, Limit.UPPER: ranks.upper}


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
    joined = codes[rows].astype(np.int64) * span
    joined += days[rows] - least
    order = _order_of(joined)
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
