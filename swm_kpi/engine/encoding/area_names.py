"""The names of areas, looked up from codes in Polars."""

from __future__ import annotations

import polars as pl

from swm_kpi.contracts import AreaLookup
from swm_kpi.engine.encoding.dated_codes import position_on


def area_names(value: pl.Expr, day: pl.Expr | None, lookup: AreaLookup) -> pl.Expr:
    """Return the area of each value on the day of its row; null where it is in none.

    Args:
        value: text.
        day: the day of each row. Where it is null, or without it, a value has the area that it was
            always in.
        lookup: which area a value belongs to.
    """
    if day is None or not lookup.is_dated:
        return value.replace_strict(lookup.only_names, default=None, return_dtype=pl.String)
    spans = lookup.dated_spans
    position = position_on(
        value, day, [span.value for span in spans], [(span.first, span.last) for span in spans]
    )
    return pl.lit(pl.Series([span.name for span in spans], dtype=pl.String)).gather(position)
