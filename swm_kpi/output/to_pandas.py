"""A Polars table as a pandas one, the same on every version of pandas."""

from __future__ import annotations

from typing import Any

import polars as pl


def pandas_table(frame: pl.DataFrame) -> Any:
    """Return a pandas frame: text as pandas keeps it, dates as datetime64, no number as NaN."""
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
