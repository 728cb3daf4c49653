"""Look up codes that are valid on some days, in Polars."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from swm_kpi.calendar import NO_DAY

_POSITION = pl.UInt32


def position_on(
    value: pl.Expr,
    day: pl.Expr | None,
    codes: Sequence[Any],
    spans: Sequence[tuple[date, date]],
) -> pl.Expr:
    """Return the position in a list of codes that is valid for each row; null where there is none.

    Args:
        value: the code of each row.
        day: the day of each row; ``NO_DAY`` counts where it is null. Without it, every code is
            valid.
        codes: the codes. One can be listed for several spans, which do not overlap.
        spans: the first and the last day of each code.
    """
    positions: dict[Any, list[int]] = defaultdict(list)
    for number, code in enumerate(codes):
        positions[code].append(number)
    if day is None:
        first = [of_code[0] for of_code in positions.values()]
        return value.replace_strict(list(positions), first, default=None, return_dtype=_POSITION)
    index = value.replace_strict(
        list(positions), range(len(positions)), default=None, return_dtype=_POSITION
    )
    when = day.fill_null(NO_DAY)
    starts, ends = (
        pl.lit(pl.Series([span[end] for span in spans], dtype=pl.Date)) for end in (0, 1)
    )
    candidates = []
    for number in range(max((len(of_code) for of_code in positions.values()), default=0)):
        listed = [
            of_code[number] if number < len(of_code) else None for of_code in positions.values()
        ]
        position = pl.lit(pl.Series(listed, dtype=_POSITION)).gather(index)
        is_valid = when.is_between(starts.gather(position), ends.gather(position))
        candidates.append(pl.when(is_valid).then(position))
    return pl.coalesce(candidates) if candidates else pl.lit(None, dtype=_POSITION)
