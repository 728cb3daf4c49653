"""The table a comparison returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, fields
from datetime import date
from functools import cache
from math import inf
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.analysis.comparison.compared_periods import ComparedPeriods, ComparisonKind, window
from swm_kpi.analysis.comparison.pooling import RowNumbers, pooling_rule
from swm_kpi.analysis.comparison.row_comparison import ComparisonRules, RowComparison, compared
from swm_kpi.calendar import Period
from swm_kpi.errors import RequestError
from swm_kpi.model.metric import Metric
from swm_kpi.output import html_table, write_csv
from swm_kpi.output.guard import check_disclosed
from swm_kpi.output.metadata import in_words
from swm_kpi.output.notebook import NO_CONTROL
from swm_kpi.output.to_pandas import pandas_table
from swm_kpi.provenance import Provenance
from swm_kpi.vocabulary import Basis, Grain, Marker

MIN_COUNT = 50
"""The least count of which a percentage change is given, unless the caller says otherwise.

A change from 4 to 5 is 25% and one from 5 to 4 is 20%, and neither says anything. The line is a
house rule, and a parameter of every comparison.
"""

COLUMNS = tuple(each.name for each in fields(RowComparison))
_NUMBERS = ("current_value", "previous_value", "change", "change_pct", "change_percentage_points")


def compare(
    frame: pl.DataFrame,
    by: tuple[str, ...],
    metrics: Mapping[str, Metric],
    against: str,
    *,
    min_count: float = MIN_COUNT,
) -> pl.DataFrame:
    """Return a result's rows with what each is compared with.

    Args:
        frame: the table of a result.
        by: its breakdowns.
        metrics: the metric each ref was computed from.
        against: the name of a comparison.
        min_count: the least count a percentage change may be of.

    Raises:
        RequestError: there is no such comparison, the least base is not a number from 0, or a
            ref's metric is not known.
    """
    chosen = ComparisonKind.named(against)
    if (
        isinstance(min_count, bool)
        or not isinstance(min_count, int | float)
        or not 0 <= min_count < inf
    ):
        raise RequestError("min_count is a count from 0, such as 50.")
    unknown = sorted(set(frame["ref"].unique()) - metrics.keys())
    if unknown:
        raise RequestError(
            f"The result does not say what ref {unknown[0]} was computed from, so its direction "
            "and breaks are not known. Compare the result that compute() returned."
        )

    @cache
    def rules(ref: str, key: str, basis: str) -> ComparisonRules:
        metric = metrics[ref]
        measure = metric.measure(key, Basis(basis))
        direction = measure.direction or metric.direction
        pooling = pooling_rule(measure, metric)
        return ComparisonRules(measure, direction, tuple(metric.breaks), pooling, min_count)

    @cache
    def sides(grain: str, start: date, end: date) -> ComparedPeriods | str:
        return window(chosen, Period(Grain(grain), start, end))

    series = ["ref", "measure", "basis", "grain", *by]
    names = frame.select(*series).rows()
    spans = frame.select("grain", "period_start", "period_end").rows()
    cells = [
        RowNumbers(*row)
        for row in frame.select("value", "numerator", "denominator", "marker").rows()
    ]
    held = {(*name, span[1]): cell for name, span, cell in zip(names, spans, cells, strict=True)}
    found = []
    for name, span in zip(names, spans, strict=True):
        both = sides(*span)
        if isinstance(both, str):
            marker = Marker.NOT_APPLICABLE.value
            found.append(RowComparison(change_marker=marker, change_note=f"Not compared: {both}"))
            continue
        now, before = (
            [held.get((*name, each.start)) for each in side] for side in (both.now, both.before)
        )
        found.append(compared(both, now, before, rules(*name[:3])))
    schema = {each: pl.Float64 if each in _NUMBERS else pl.String for each in COLUMNS}
    rows = [astuple(each) for each in found]
    return frame.hstack(pl.DataFrame(rows, schema=schema, orient="row"))


class Comparison:
    """A result's rows, each with an earlier time beside it.

    Columns: those of the result, then

    - ``current_period``: the period, or the run of periods, that is compared.
    - ``current_value``: its value. This is the row's ``value``, except where several periods are
      pooled (``year_to_date``, ``rolling_12``).
    - ``previous_period``: the earlier period or periods; ``previous_value``: their value.
    - ``change``: ``current_value`` less ``previous_value``, in the unit of the measure.
    - ``change_pct``: the change in percent of ``previous_value`` (12.5 is 12.5%). Empty for a
      proportion, from zero, and where the count beneath it is below the least base.
    - ``change_percentage_points``: for a proportion, the change in percentage points.
    - ``verdict``: improvement, concern, no clear direction, or same, by the direction of the
      measure. It says which way the number moved and not whether that could be chance:
      ``Result.spc`` is for that.
    - ``change_marker``, ``change_note``: why something is empty, or what to bear in mind. The
      row's own ``marker`` and ``note`` are about ``value`` and are left alone.

    Attributes:
        against: what each row is set against.
        by: the breakdowns, in the order of their columns.
        policy: the disclosure policy the numbers went through; empty where they went through none.
        provenance: what the numbers were computed from, as the result says it; None if not known.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        against: str,
        by: tuple[str, ...] = (),
        policy: str = "",
        provenance: Provenance | None = None,
    ) -> None:
        self.against = ComparisonKind.named(against)
        self.by = by
        self.policy = policy
        self.provenance = provenance
        self._frame = frame

    def __len__(self) -> int:
        return self._frame.height

    def __repr__(self) -> str:
        made = self._frame["change"].is_not_null().sum()
        return f"Comparison({len(self):,} rows with {self.against.value}, {made:,} compared)"

    def _repr_html_(self) -> str:
        """Return the first rows that could be compared, or else the first, as a notebook does."""
        made = self._frame.filter(pl.col("change").is_not_null())
        titles = {
            "current_period": "Period",
            "current_value": "Value",
            "previous_period": "Compared with",
            "previous_value": "Previous",
            "change_pct": "Change",
            "change_percentage_points": "Percentage points",
            "change_note": "Note",
        }
        return html_table(
            self._frame if made.is_empty() else made,
            ["ref", "measure", "current_period", *self.by, "current_value", "previous_period",
             "previous_value", "change_pct", "change_percentage_points", "verdict", "change_note"],
            caption=f"Comparison with {self.against.value.replace('_', ' ')}: {made.height:,} of "
            f"{len(self):,} rows compared",
            titles=titles | {each: in_words(each) for each in self.by},
            row_headings=2,
            warning="" if self.policy else NO_CONTROL,
        )  # fmt: skip

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a Polars frame."""
        return self._frame.clone()

    def to_pandas(self) -> Any:
        """Return the table as a pandas frame: dates as datetime64, an empty number as NaN."""
        return pandas_table(self._frame)

    def to_csv(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the table as CSV: UTF-8, safe to open in a spreadsheet, whole or not at all.

        Args:
            path: a file in a folder that exists.
            policy: ``"none"``, to say that these numbers have had no disclosure control and that
                whoever asked knows it. Not needed where they have had it.
            overwrite: replace a file that is there.

        Raises:
            OutputError: the numbers have had no disclosure control and the policy is not
                ``"none"``, the file is there, or it cannot be written.
        """
        check_disclosed(self.policy, policy)
        write_csv(self._frame, path, overwrite=overwrite)
