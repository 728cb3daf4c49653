"""Convert a Polars frame to pandas, with the same result on every version of pandas."""

from __future__ import annotations

from typing import Any

import polars as pl


def pandas_table(frame: pl.DataFrame) -> Any:
    """Return a pandas frame. Text has pandas' own text type, dates are datetime64, nulls NaN."""
    import pandas as pd

    columns = {}
    for name in frame.columns:
        series = frame[name]
        if series.dtype == pl.Date:
            columns[name] = pd.Series(series.cast(pl.Datetime("us")).to_numpy())
        elif series.dtype == pl.Float64:
            columns[name] = pd.Series(series.to_numpy())
        else:
            columns[name] = pd.Series(
                series.to_list(), dtype="str" if pd.__version__ >= "3" else object
            )
    return pd.DataFrame(columns)
