"""Which values of a column of areas are no areas, in words."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl

from swm_kpi.contracts import Column
from swm_kpi.errors import did_you_mean

MOST_VALUES = 50
"""How many different values are compared with the areas, the most frequent first."""

_SHOWN = 5


def is_of_areas(column: Column) -> bool:
    """Return whether a column has a closed list of areas."""
    dimension = column.dimension
    return dimension is not None and dimension.is_area and column.domain is not None


def unlisted_values(rows: Any, column: str) -> Any:
    """Return the query of the most frequent values of a column, with one more than are shown.

    Args:
        rows: the rows with a value that is no area.
        column: the column as it came.
    """
    value = nw.col(column).cast(nw.String)
    counted = rows.group_by(value.alias("value")).agg(nw.len().alias("rows"))
    return counted.sort("rows", "value", descending=[True, False]).head(MOST_VALUES + 1)


def describe_values(column: Column, counted: pl.DataFrame) -> str:
    """Return the values that are no areas, in words, with the area that each may be misspelt.

    A value is shown only if it is an area at another time, or is like one. Any other value may be
    personal: a column of another kind may have been taken for the areas.

    Args:
        column: the column.
        counted: what :func:`unlisted_values` returns.
    """
    lookup = column.area_lookup
    known = column.domain or () if lookup is None else tuple(lookup.by_value)
    parts = []
    for value in counted["value"].to_list():
        suggestion = did_you_mean(value, map(str, known))
        if lookup is not None and value in lookup.ended:
            parts.append(f"{value!r} is in no area by the newest boundaries.")
        elif value in known:
            parts.append(f"{value!r} is in no area on the day of its row.")
        elif suggestion.startswith("Did"):
            parts.append(f"{value!r}. {suggestion}")
    hidden = len(counted) - min(len(parts), _SHOWN)
    shown = parts[:_SHOWN]
    if shown and hidden:
        shown.append(f"And {hidden} more.")
    return " ".join(shown)
