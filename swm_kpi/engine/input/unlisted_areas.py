"""Which values of a column of areas are no areas, in words. Areas are not personal."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl

from swm_kpi.contracts import Column
from swm_kpi.errors import did_you_mean

MOST_VALUES = 50
"""Above this many different values, a column contains something else, which may be personal."""

_LONGEST_VALUE = 60
_SHOWN = 5
_LEAST_REPEATS = 2


def is_of_areas(column: Column) -> bool:
    """Return whether a column has a closed list of areas."""
    dimension = column.dimension
    return dimension is not None and dimension.is_area and column.domain is not None


def unlisted_values(rows: Any, column: str) -> Any:
    """Return the query of the most frequent values of a column, with one more than are shown.

    Args:
        rows: the rows whose value is no area.
        column: the column as it came.
    """
    value = nw.col(column).cast(nw.String)
    counted = rows.group_by(value.alias("value")).agg(nw.len().alias("rows"))
    return counted.sort("rows", "value", descending=[True, False]).head(MOST_VALUES + 1)


def describe_values(column: Column, counted: pl.DataFrame, *, has_areas: bool) -> str:
    """Return the values that are no areas, in words, with the area that each may be misspelt.

    Empty if the column may contain something else, which may be personal: if there are many values
    or long ones, or if no value is an area and they hardly repeat.

    Args:
        column: the column.
        counted: what :func:`unlisted_values` returns.
        has_areas: whether some value of the column is an area.
    """
    values = counted["value"].to_list()
    repeats = sum(counted["rows"]) >= _LEAST_REPEATS * len(values)
    is_short = all(len(value) <= _LONGEST_VALUE for value in values)
    if len(values) > MOST_VALUES or not is_short or not (has_areas or repeats):
        return ""
    lookup = column.area_lookup
    known = column.domain or () if lookup is None else tuple(lookup.by_value)
    parts = []
    for value in values[:_SHOWN]:
        if lookup is not None and value in lookup.ended:
            parts.append(f"{value!r} is in no area by the newest boundaries.")
            continue
        if value in known:
            parts.append(f"{value!r} is in no area on the day of its row.")
            continue
        suggestion = did_you_mean(value, map(str, known))
        is_near = suggestion.startswith("Did")
        parts.append(f"{value!r}. {suggestion}" if is_near else f"{value!r}.")
    if len(values) > _SHOWN:
        parts.append(f"And {len(values) - _SHOWN} more.")
    return " ".join(parts)
