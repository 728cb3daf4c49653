"""Quantiles, and the limits of their intervals, of a table that stays where it is.

Equal values of a cell are counted together there, and ranked. Those that stand at a rank that is
asked for, or next to one, are all that crosses over.
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

from swm_kpi.engine.aggregate.cells import CONFIDENCE
from swm_kpi.engine.backends.sorting import Quantile, quantiles_at
from swm_kpi.measures import Limit

Array = NDArray[np.float64]

VALUE = "value"
_ALIKE, _UPTO, _MANY = "alike", "upto", "many"
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
_NEXT_TO = 1.0
_ROUNDED = 0.6


def ranked(values: Any, keys: Sequence[str], asked: Collection[Quantile]) -> Any:
    """Return the query for the values that stand where quantiles and their limits are.

    Args:
        values: a frame of ``value``, never null, and of the keys of its cell.
        keys: their names.
        asked: which quantiles, and which ends of their intervals.

    Returns:
        A frame of the keys, each value, how many of its cell are equal to it, how many are no
        larger, and how many there are.
    """
    counted = values.group_by(*keys, VALUE).agg(nw.len().cast(nw.Int64).alias(_ALIKE))
    alike = nw.col(_ALIKE)
    ordered = counted.with_columns(
        alike.cum_sum().over(*keys, order_by=VALUE).cast(nw.Int64).alias(_UPTO),
        alike.sum().over(*keys).cast(nw.Int64).alias(_MANY),
    )
    many, upto = nw.col(_MANY).cast(nw.Float64), nw.col(_UPTO)
    near = []
    for quantile in sorted(asked, key=str):
        rank, reach = whereabouts(many, *quantile)
        near.append((upto >= rank - reach) & (upto - alike + 1 <= rank + reach))
    return ordered.filter(reduce(or_, near))


def whereabouts(many: Any, level: float, limit: Limit | None) -> tuple[Any, float]:
    """Return about which rank is asked for of so many values, and how far from it that may be.

    A quantile lies between the two ranks next to where it is. For the limits of its interval the
    binomial is not summed there: the normal approximation, put right for skew, is less than 0.55
    from the ranks that the sum gives, for medians and 90th percentiles of any number of values.

    Args:
        many: how many values: numbers, or an expression.
        level: which quantile.
        limit: which end of its interval; None for itself.
    """
    if limit is None:
        return (many - 1) * level + 1, _NEXT_TO
    spread = (many * (level * (1 - level))) ** 0.5 * _Z
    middle = many * level + (_Z**2 - 1) * (1 - 2 * level) / 6
    return (middle - spread if limit is Limit.LOWER else middle + spread + 1), _ROUNDED


def read_off(
    cells: NDArray[np.int64], rows: Mapping[str, NDArray[Any]], asked: Collection[Quantile]
) -> tuple[NDArray[np.int64], dict[Quantile, Array]]:
    """Return the cells that hold any value, and quantiles of each: the same as in memory.

    Args:
        cells: the number of each row's cell.
        rows: the columns of :func:`ranked`, by name.
        asked: which quantiles, and which ends of their intervals.
    """
    order = np.lexsort((rows[_UPTO], cells))
    values, alike, upto, many = (rows[name][order] for name in (VALUE, _ALIKE, _UPTO, _MANY))
    held, starts, cell = np.unique(cells[order], return_index=True, return_inverse=True)
    counts = many[starts].astype(np.int64)
    wide = int(counts.max(initial=0)) + 1
    last = cell * wide + upto
    first = last - alike + 1

    def at(chosen: NDArray[np.intp], ranks: NDArray[np.int64]) -> NDArray[Any]:
        wanted = chosen * wide + ranks
        found = np.searchsorted(last, wanted)
        if (np.append(first, np.iinfo(np.int64).max)[found] > wanted).any():
            raise RuntimeError("a rank lies further off than it can")
        return values[found]

    return held, quantiles_at(counts, asked, at)
