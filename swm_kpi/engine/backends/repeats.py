"""Repeat events in memory: whether a person has an earlier event within some months."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.engine.backends.quantiles import PACKED_BITS, Whole


def has_prior_event(
    codes: Whole, days: NDArray[Any], counted: Any, months: int
) -> NDArray[np.bool_]:
    """Return, for each event, whether its person has one on an earlier day in the months before.

    Several events of a person on one day are one event. Rows that are no event are False.

    Args:
        codes: the person of each row; -1 for an unknown person.
        days: local days since 1970 in Europe/London.
        counted: which rows are events; none may have a null day.
        months: how many calendar months to look back.
    """
    is_repeat = np.zeros(len(codes), dtype=bool)
    rows = np.flatnonzero(counted & (codes >= 0))
    if not len(rows):
        return is_repeat
    first_day, last_day = int(days[rows].min()), int(days[rows].max())
    span = last_day - first_day + 1
    packed = codes[rows].astype(np.int64) * span
    packed += days[rows] - first_day
    order = _argsort(packed)
    ordered = packed[order]
    is_new = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    events = ordered[is_new]
    people, event_days = events // span, events % span
    calendar = pl.Series(np.arange(first_day, last_day + 1), dtype=pl.Int32).cast(pl.Date)
    window_starts = calendar.dt.offset_by(f"-{months}mo").cast(pl.Int32).to_numpy() - first_day
    recent = np.zeros(len(events), dtype=bool)
    recent[1:] = (people[1:] == people[:-1]) & (event_days[:-1] >= window_starts[event_days[1:]])
    is_repeat[rows[order]] = recent[np.cumsum(is_new) - 1]
    return is_repeat


def _argsort(numbers: Whole) -> Whole:
    """Return the order of whole numbers, none below zero; packed with the row where both fit."""
    row_bits = max(1, (len(numbers) - 1).bit_length())
    if int(numbers.max()).bit_length() + row_bits > PACKED_BITS:
        return np.argsort(numbers)
    packed = np.sort((numbers << row_bits) | np.arange(len(numbers)))
    order: Whole = packed & ((1 << row_bits) - 1)
    return order
