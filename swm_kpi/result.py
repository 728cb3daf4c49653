"""The tidy table a computation returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.errors import MissingExtra, OutputError
from swm_kpi.export import write_csv
from swm_kpi.measures import Measure
from swm_kpi.metric import Entry, Metric
from swm_kpi.vocabulary import Basis

BEFORE = ("ref", "metric", "measure", "basis", "grain", "period", "period_start", "period_end")
AFTER = (
    "value", "unit", "numerator", "denominator", "lower", "upper", "marker", "note", "definition",
    "as_at",
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """One ref of a result.

    Attributes:
        entry: the ref that was asked for: a metric or an alias.
        metric: what was computed for it, with the assumptions it was computed with.
    """

    entry: Entry
    metric: Metric


class Result:
    """One row for each measure, period and member of the breakdowns asked for.

    Columns: ``ref, metric, measure, basis, grain, period, period_start, period_end``, the
    breakdowns, ``value, unit, numerator, denominator, lower, upper, marker, note, definition,
    as_at``. ``period_end`` is the last day. A breakdown is ``All`` in a total. ``value`` is null
    where ``marker`` says why. Proportions are from 0 to 1. ``lower`` and ``upper`` are kept for
    intervals and are empty until they are worked out.

    Args:
        frame: the table.
        by: the breakdowns, in the order of their columns.
        subjects: what each ref is, by ref.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        by: tuple[str, ...] = (),
        subjects: Mapping[str, Subject] | None = None,
    ) -> None:
        self.by = by
        self.subjects = dict(subjects or {})
        self._frame = frame.select(*BEFORE, *by, *AFTER)

    def __len__(self) -> int:
        return self._frame.height

    def __repr__(self) -> str:
        refs = self._frame["ref"].n_unique()
        by = f" by {', '.join(self.by)}" if self.by else ""
        return f"Result({len(self):,} rows, {refs} refs{by})"

    def measure(self, ref: str, key: str, basis: str | Basis = Basis.FORCE) -> Measure:
        """Return the declaration that a ref's rows of one measure were computed from."""
        return self.subjects[ref].metric.measure(key, Basis(basis))

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

    def to_csv(self, path: str | Path, *, policy: str, overwrite: bool = False) -> None:
        """Write the table as CSV: UTF-8, safe to open in a spreadsheet, whole or not at all.

        Args:
            path: a file in a folder that exists.
            policy: ``"none"``, to say that these numbers have had no disclosure control and that
                whoever asked knows it.
            overwrite: replace a file that is there.

        Raises:
            OutputError: another policy is named, the file is there, or it cannot be written.
        """
        if policy != "none":
            raise OutputError(
                "These numbers have had no disclosure control, so small counts could identify "
                'people. Write policy="none" if they may be written as they are.'
            )
        write_csv(self._frame, path, overwrite=overwrite)

    def to_arrow(self) -> Any:
        """Return the table as a pyarrow table.

        Raises:
            MissingExtra: pyarrow is not installed.
        """
        if find_spec("pyarrow") is None:
            raise MissingExtra.needed("pyarrow", extra="arrow", purpose="to_arrow()")
        return self._frame.to_arrow()
