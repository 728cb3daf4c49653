"""Quantiles and the limits of their intervals in a remote engine.

The engine counts equal values of a cell together and ranks them. It returns only the values at, or
next to, a rank that a quantile or a limit needs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from operator import or_
from statistics import NormalDist
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from swm_kpi.engine.backends.quantiles import CONFIDENCE_LEVEL, Array, Quantile, quantiles_by_rank
from swm_kpi.measures import Limit

VALUE = "value"
_EQUAL, _RANK, _COUNT = "equal", "rank", "count"
_Z = NormalDist().inv_cdf((1 + CONFIDENCE_LEVEL) / 2)
_QUANTILE_TOLERANCE = 1.0
_LIMIT_TOLERANCE = 0.6


def query_values_near_ranks(
    values: Any, keys: Sequence[str], requested: Collection[Quantile]
) -> Any:
    """Return the query for the values at the ranks of quantiles and limits.

    Args:
        values: a frame of ``value``, never null, and of the keys of its cell.
        keys: the names of the keys.
        requested: which quantiles and limits.

    Returns:
        A frame of the keys, each value, how many of its cell are equal to it, how many are at most
        it (its last rank), and how many the cell has.
    """
    counted = values.group_by(*keys, VALUE).agg(nw.len().cast(nw.Int64).alias(_EQUAL))
    equal = nw.col(_EQUAL)
    ordered = counted.with_columns(
        equal.cum_sum().over(*keys, order_by=VALUE).cast(nw.Int64).alias(_RANK),
        equal.sum().over(*keys).cast(nw.Int64).alias(_COUNT),
    )
    count, last_rank = nw.col(_COUNT).cast(nw.Float64), nw.col(_RANK)
    near = []
    for quantile in sorted(requested, key=str):
        rank, tolerance = approximate_rank(count, *quantile)
        near.append((last_rank >= rank - tolerance) & (last_rank - equal + 1 <= rank + tolerance))
    return ordered.filter(reduce(or_, near))


def approximate_rank(count: Any, level: float, limit: Limit | None) -> tuple[Any, float]:
    """Return the approximate rank of a quantile or limit, and its tolerance in ranks.

    A quantile lies between the two ranks next to its place. For a limit, the engine does not sum
    the binomial distribution. It uses the normal approximation with a correction for skew, which is
    less than 0.55 from the exact rank for medians and 90th percentiles of any number of values.

    Args:
        count: the number of values: a number, an array or an expression.
        level: the level of the quantile.
        limit: the limit of its interval; None for the quantile itself.
    """
    if limit is None:
        return (count - 1) * level + 1, _QUANTILE_TOLERANCE
    half_width = (count * (level * (1 - level))) ** 0.5 * _Z
    middle = count * level + (_Z**2 - 1) * (1 - 2 * level) / 6
    rank = middle - half_width if limit is Limit.LOWER else middle + half_width + 1
    return rank, _LIMIT_TOLERANCE


def quantiles_from_ranks(
    cells: NDArray[np.int64], rows: Mapping[str, NDArray[Any]], requested: Collection[Quantile]
) -> tuple[NDArray[np.int64], dict[Quantile, Array]]:
    """Return the cells that have values, and quantiles of each, equal to those in memory.

    Args:
        cells: the cell of each row.
        rows: the columns of :func:`query_values_near_ranks`, by name.
        requested: which quantiles and limits.

    Raises:
        RuntimeError: the engine did not return the value of a needed rank.
    """
    order = np.lexsort((rows[_RANK], cells))
    values, equal, rank, count = (rows[name][order] for name in (VALUE, _EQUAL, _RANK, _COUNT))
    occupied, starts, cell = np.unique(cells[order], return_index=True, return_inverse=True)
    counts = count[starts].astype(np.int64)
    stride = int(counts.max(initial=0)) + 1
    last = cell * stride + rank
    first = last - equal + 1

    def value_at(chosen: NDArray[np.intp], ranks: NDArray[np.int64]) -> NDArray[Any]:
        needed = chosen * stride + ranks
        rows_at = np.searchsorted(last, needed)
        if (np.append(first, np.iinfo(np.int64).max)[rows_at] > needed).any():
            raise RuntimeError("the engine did not return the value of a needed rank")
        return values[rows_at]

    return occupied, quantiles_by_rank(counts, requested, value_at)
