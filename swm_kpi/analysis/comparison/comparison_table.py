"""The table that a comparison returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, fields
from math import inf
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.analysis.comparison.compared_periods import ComparisonKind
from swm_kpi.analysis.comparison.compared_rows import ComparedRow, ResultRows
from swm_kpi.analysis.comparison.row_comparison import RowComparison
from swm_kpi.errors import RequestError
from swm_kpi.model.metric import Metric
from swm_kpi.output import html_table, write_csv
from swm_kpi.output.dataset import humanize_key
from swm_kpi.output.guard import UNPROTECTED_WARNING, require_disclosure_control
from swm_kpi.output.to_pandas import pandas_table
from swm_kpi.provenance import Provenance

MIN_COUNT = 50
"""The smallest earlier count for which a percentage change is given, by default.

A change from 4 to 5 is 25% and a change from 5 to 4 is 20%; neither means anything. The number is a
choice of this project. Every comparison can set its own.
"""

COLUMNS = tuple(column.name for column in fields(RowComparison))
_NUMBERS = ("current_value", "previous_value", "change", "change_pct", "change_percentage_points")


def compare(
    frame: pl.DataFrame,
    by: tuple[str, ...],
    metrics: Mapping[str, Metric],
    against: str,
    *,
    min_count: float = MIN_COUNT,
    restore: Callable[[ComparedRow], ComparedRow] | None = None,
) -> pl.DataFrame:
    """Return the rows of a result with the columns of a comparison added.

    Args:
        frame: the table of a result.
        by: the breakdowns of the result.
        metrics: the metric that each ref was computed from, by ref.
        against: the name of a :class:`ComparisonKind`.
        min_count: the smallest earlier count for which a percentage change is given.
        restore: gives a row of protected numbers the verdict of the exact ones; None for exact
            numbers.

    Raises:
        RequestError: there is no such comparison, ``min_count`` is not a number from 0, or the
            metric of a ref is not known.
    """
    kind = ComparisonKind.parse(against)
    is_number = isinstance(min_count, int | float) and not isinstance(min_count, bool)
    if not is_number or not 0 <= min_count < inf:
        raise RequestError("min_count= must be a number from 0, such as 50.")
    rows = ResultRows(frame, by, metrics).compared(kind, min_count=min_count)
    if restore is not None:
        rows = [restore(row) for row in rows]
    schema = {name: pl.Float64 if name in _NUMBERS else pl.String for name in COLUMNS}
    numbers = [astuple(row.judged) for row in rows]
    return frame.hstack(pl.DataFrame(numbers, schema=schema, orient="row"))


class Comparison:
    """The rows of a result, each compared with an earlier time.

    Columns: those of the result, then

    - ``current_period``: the period, or the run of periods, that is compared.
    - ``current_value``: its value. This is the row's ``value``, except where several periods are
      pooled (``year_to_date``, ``rolling_12``).
    - ``previous_period``: the earlier period or periods; ``previous_value``: their value.
    - ``change``: ``current_value`` minus ``previous_value``, in the unit of the measure.
    - ``change_pct``: the change in percent of ``previous_value`` (12.5 means 12.5%). Empty for a
      proportion or a percentage ratio, if ``previous_value`` is not above zero, and if the earlier
      count is below ``min_count``.
    - ``change_percentage_points``: for these two, the change in percentage points.
    - ``verdict``: improvement, concern, higher, lower, no change shown, or cannot tell: that of
      ``Result.judge``. A change is shown where a test of the kind of measure has a p-value of at
      most 0.05.
    - ``change_marker``, ``change_note``: why a column is empty, or a caveat. The row keeps its own
      ``marker`` and ``note``, which are about ``value``.

    Attributes:
        against: what each row is compared with.
        by: the breakdowns, in the order of their columns.
        policy: the disclosure policy that protects the numbers; empty if none does.
        provenance: the provenance of the result; None if not known.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        against: str,
        by: tuple[str, ...] = (),
        policy: str = "",
        provenance: Provenance | None = None,
    ) -> None:
        self.against = ComparisonKind.parse(against)
        self.by = by
        self.policy = policy
        self.provenance = provenance
        self._frame = frame

    def __len__(self) -> int:
        return self._frame.height

    def __repr__(self) -> str:
        count = self._frame["change"].is_not_null().sum()
        return f"Comparison({len(self):,} rows with {self.against.value}, {count:,} compared)"

    def _repr_html_(self) -> str:
        """Return the first compared rows as HTML for a notebook, or the first rows if none is."""
        compared = self._frame.filter(pl.col("change").is_not_null())
        titles = {
            "current_period": "Period",
            "current_value": "Value",
            "previous_period": "Compared with",
            "change_pct": "Change",
            "change_percentage_points": "Percentage points",
            "change_note": "Note",
        }
        return html_table(
            self._frame if compared.is_empty() else compared,
            ["ref", "measure", "current_period", *self.by, "current_value", "previous_period",
             "previous_value", "change_pct", "change_percentage_points", "verdict", "change_note"],
            caption=f"Comparison with {self.against.value.replace('_', ' ')}: "
            f"{compared.height:,} of {len(self):,} rows compared",
            titles=titles | {name: humanize_key(name) for name in self.by},
            row_headings=2,
            warning="" if self.policy else UNPROTECTED_WARNING,
        )  # fmt: skip

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a Polars data frame."""
        return self._frame.clone()

    def to_pandas(self) -> Any:
        """Return the table as a pandas data frame: dates as datetime64, an empty number as NaN."""
        return pandas_table(self._frame)

    def to_csv(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the table as a UTF-8 CSV file that is safe to open in a spreadsheet.

        The file is written completely or not at all.

        Args:
            path: the file, in a folder that exists.
            policy: ``"none"`` confirms that unprotected numbers may be written. Leave it out if the
                numbers are protected.
            overwrite: whether to replace an existing file.

        Raises:
            OutputError: the numbers are not protected and the policy is not ``"none"``; the file
                exists; or it cannot be written.
        """
        require_disclosure_control(self.policy, policy)
        write_csv(self._frame, path, overwrite=overwrite)
