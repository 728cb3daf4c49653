"""Snapshots and reference years: which of them speaks for a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.calendar import Period

Array = NDArray[np.float64]


def day_of(time: object) -> date:
    """Return the local day of a snapshot's date or time."""
    if isinstance(time, datetime):
        return time.date()
    if isinstance(time, date):
        return time
    raise TypeError("a snapshot is dated")


def complete(rows: Array) -> Array:
    """Say which snapshots are whole for each cell: those with as many rows as any of the period.

    A snapshot writes the same rows each time, zeros included, so one with fewer has some missing,
    and counting it would make the mean too low.
    """
    most = rows.max(axis=0, keepdims=True) if len(rows) else rows
    return ((rows > 0) & (rows >= most)).astype(np.float64)


def nearest_year(
    arrays: dict[str, Array], years: list[Any], periods: Sequence[Period], shape: tuple[int, ...]
) -> tuple[dict[str, Array], list[date | int | None]]:
    """Choose for each period the year whose 30 June is nearest to its middle."""
    if not years:
        empty = np.zeros((len(periods), *shape))
        return dict.fromkeys(arrays, empty), [None] * len(periods)
    chosen = []
    for period in periods:
        middle = period.start.toordinal() + (period.stop - period.start).days / 2
        distances = [abs(date(year, 6, 30).toordinal() - middle) for year in years]
        chosen.append(distances.index(min(distances)))
    return {key: array[chosen] for key, array in arrays.items()}, [years[i] for i in chosen]
