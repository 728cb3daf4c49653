"""From the cells of each measure to one tidy frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.contracts import ALL, UNKNOWN
from swm_kpi.engine.accumulate import Axes
from swm_kpi.periods import Period


@dataclass(frozen=True)
class Block:
    """The rows of one measure: every period, and within it every combination of members.

    Attributes:
        same: what every row says alike, by column.
        codes: for each breakdown, the positions of one period's members on its axis.
        value, numerator, denominator, lower, upper: a number for each row, NaN where there is none.
        marker, note: text for each row.
    """

    same: dict[str, str]
    codes: list[NDArray[Any]]
    value: NDArray[np.float64]
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    marker: NDArray[Any]
    note: list[str]


def tidy(
    blocks: Sequence[Block], periods: Sequence[Period], axes: Axes, as_at: date | None
) -> pl.DataFrame:
    """Put the blocks one under another, in the columns of a result."""
    lengths = [len(each.marker) for each in blocks]
    which = np.repeat(np.arange(len(blocks)), lengths)
    when = np.concatenate(
        [np.repeat(np.arange(len(periods)), length // len(periods)) for length in lengths]
    )
    columns: dict[str, Any] = {
        name: pl.Series([each.same[name] for each in blocks]).gather(which)
        for name in blocks[0].same
    }
    columns |= {
        "grain": pl.Series([each.grain.value for each in periods]).gather(when),
        "period": pl.Series([each.label for each in periods]).gather(when),
        "period_start": pl.Series([each.start for each in periods]).gather(when),
        "period_end": pl.Series([each.end for each in periods]).gather(when),
    }
    for position, dimension in enumerate(axes.dimensions):
        codes = np.concatenate([np.tile(each.codes[position], len(periods)) for each in blocks])
        labels = pl.Series([*axes.members[position], UNKNOWN, ALL])
        columns[dimension.key] = labels.gather(codes)
    for name in ("value", "numerator", "denominator", "lower", "upper"):
        numbers = np.concatenate([getattr(each, name) for each in blocks])
        columns[name] = pl.Series(numbers, dtype=pl.Float64).fill_nan(None)
    columns |= {
        "marker": np.concatenate([each.marker for each in blocks]).tolist(),
        "note": [note for each in blocks for note in each.note],
        "as_at": pl.Series([as_at], dtype=pl.Date).new_from_index(0, len(which)),
    }
    return pl.DataFrame(columns)
