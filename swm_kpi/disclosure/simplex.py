"""A small linear programme: the cheapest change that keeps every sum, or none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_NEAR = 1e-9
_DEAR = 1e5
_EAGER = 300
_MOST = 3_000


def cheapest(sums: Array, wanted: Array, most: Array, price: Array) -> Array | None:
    """Return the ``x`` from 0 to ``most`` of least price for which ``sums @ x`` is ``wanted``.

    The bounded simplex method on a dense table, for some hundreds of unknowns whose coefficients
    are -1, 0 and 1. Always the same answer for the same question.

    Returns:
        The unknowns, or None where there are none such.
    """
    rows, columns = sums.shape
    sign = np.where(wanted < 0, -1.0, 1.0)
    table = np.hstack([sums * sign[:, None], np.eye(rows)])
    level = wanted * sign
    bound = np.concatenate([most, np.full(rows, np.inf)])
    gain = np.concatenate([price, np.full(rows, _DEAR)]) - _DEAR * table.sum(axis=0)
    basis = np.arange(columns, columns + rows)
    gain[basis] = 0.0
    turned = np.zeros(columns + rows, dtype=bool)
    for step in range(_MOST):
        # The steepest way first; after a while the first way, which cannot go round in circles.
        enter = int(np.argmin(gain)) if step < _EAGER else int(np.argmax(gain < -_NEAR))
        if gain[enter] > -_NEAR:
            break
        at = _step(table, level, bound, basis, turned, enter)
        if at is None:
            gain[enter] = -gain[enter]
            continue
        table[at] /= table[at, enter]
        _pivot(table, level, gain, at, enter)
        basis[at] = enter
    found = np.zeros(columns + rows)
    found[basis] = level
    found = np.where(turned, np.where(np.isfinite(bound), bound, 0.0) - found, found)
    if found[columns:].sum() > 1e-6:
        return None
    changes: Array = found[:columns]
    return changes


def _step(
    table: Array, level: Array, bound: Array, basis: Any, turned: Any, enter: int
) -> int | None:
    """Move one unknown as far as it goes: return the row that stops it, None if its own bound."""
    column = table[:, enter]
    until = np.full(len(level), np.inf)
    falls, rises = column > _NEAR, column < -_NEAR
    until[falls] = level[falls] / column[falls]
    until[rises] = (bound[basis[rises]] - level[rises]) / -column[rises]
    at = int(np.argmin(until)) if len(until) else 0
    if not len(until) or bound[enter] <= until[at]:
        level -= bound[enter] * column
        table[:, enter] = -column
        turned[enter] = not turned[enter]
        return None
    if rises[at]:
        # It stops at its upper bound: count it from there down, so that it stops at nothing.
        leaves = basis[at]
        table[at] = -table[at]
        table[at, leaves] = 1.0
        level[at] = bound[leaves] - level[at]
        turned[leaves] = not turned[leaves]
    level[at] = level[at] / table[at, enter]
    return at


def _pivot(table: Array, level: Array, gain: Array, at: int, enter: int) -> None:
    factor = table[:, enter].copy()
    factor[at] = 0.0
    used = np.flatnonzero(factor)
    table[used] -= factor[used, None] * table[at]
    level[used] -= factor[used] * level[at]
    np.maximum(level, 0.0, out=level)
    gain -= gain[enter] * table[at]
