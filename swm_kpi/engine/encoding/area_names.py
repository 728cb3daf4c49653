"""The names of areas, looked up from codes in Polars."""

from __future__ import annotations

import polars as pl

from swm_kpi.contracts import AreaLookup


def area_names(value: pl.Expr, day: pl.Expr | None, lookup: AreaLookup) -> pl.Expr:
    """Return the area of each value on the day of its row; null where it is in none.

    Args:
        value: text.
        day: the day of each row. Where it is null, or without it, a value has the area that it was
            always in.
        lookup: which area a value belongs to.
    """
    only = value.replace_strict(lookup.only_names, default=None, return_dtype=pl.String)
    if day is None or not lookup.is_dated:
        return only
    values = list(lookup.by_value)
    index = value.replace_strict(values, range(len(values)), default=None, return_dtype=pl.UInt32)
    candidates = []
    for number in range(lookup.most_spans):
        spans = [
            spans[number] if number < len(spans) else None for spans in lookup.by_value.values()
        ]
        first, last, name = (
            pl.lit(pl.Series([getattr(span, field, None) for span in spans], dtype=dtype)).gather(
                index
            )
            for field, dtype in (("first", pl.Date), ("last", pl.Date), ("name", pl.String))
        )
        candidates.append(pl.when(day.is_between(first, last)).then(name))
    return pl.when(day.is_null()).then(only).otherwise(pl.coalesce(candidates))
