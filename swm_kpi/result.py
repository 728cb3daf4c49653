"""The tidy table a computation returns."""

from __future__ import annotations

from typing import Any

import polars as pl

BEFORE = ("ref", "metric", "measure", "basis", "grain", "period", "period_start", "period_end")
AFTER = (
    "value", "unit", "numerator", "denominator", "lower", "upper", "marker", "note", "definition",
    "as_at",
)  # fmt: skip


class Result:
    """One row for each measure, period and member of the breakdowns asked for.

    Columns: ``ref, metric, measure, basis, grain, period, period_start, period_end``, the
    breakdowns, ``value, unit, numerator, denominator, lower, upper, marker, note, definition,
    as_at``. ``period_end`` is the last day. A breakdown is ``All`` in a total. ``value`` is null
    where ``marker`` says why. Proportions are from 0 to 1.

    Args:
        frame: the table.
        by: the breakdowns, in the order of their columns.
    """

    def __init__(self, frame: pl.DataFrame, by: tuple[str, ...] = ()) -> None:
        self.by = by
        self._frame = frame.select(*BEFORE, *by, *AFTER)

    def __len__(self) -> int:
        return self._frame.height

    def __repr__(self) -> str:
        refs = self._frame["ref"].n_unique()
        by = f" by {', '.join(self.by)}" if self.by else ""
        return f"Result({len(self):,} rows, {refs} refs{by})"

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a Polars frame."""
        return self._frame.clone()

    def to_pandas(self) -> Any:
        """Return the table as a pandas frame: text as pandas keeps it, dates as datetime64."""
        import pandas as pd

        columns = {}
        for name in self._frame.columns:
            series = self._frame[name]
            if series.dtype == pl.Date:
                columns[name] = pd.Series(series.cast(pl.Datetime("us")).to_numpy())
            elif series.dtype == pl.Float64:
                columns[name] = pd.Series(series.to_numpy())
            else:
                columns[name] = pd.Series(
                    series.to_list(), dtype="str" if pd.__version__ >= "3" else object
                )
        return pd.DataFrame(columns)

    def to_arrow(self) -> Any:
        """Return the table as a pyarrow table.

        Raises:
            MissingExtra: pyarrow is not installed.
        """
        from swm_kpi.errors import MissingExtra

        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise MissingExtra.needed("pyarrow", extra="arrow", purpose="to_arrow()") from None
        return self._frame.to_arrow()
