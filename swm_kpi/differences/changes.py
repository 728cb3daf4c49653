"""Match the rows of two datasets, and classify the change of each."""

from __future__ import annotations

import os
from typing import Any

import polars as pl

from swm_kpi.contracts import ALL
from swm_kpi.differences.causes import explain_changes, has_other_disclosure_control
from swm_kpi.differences.datasets import LoadedDataset, load_dataset
from swm_kpi.errors import RequestError
from swm_kpi.output import html_table
from swm_kpi.output.dataset import humanize_key
from swm_kpi.output.to_pandas import pandas_table
from swm_kpi.result import Result
from swm_kpi.result_columns import key_names
from swm_kpi.vocabulary import Marker

CHANGES = {
    "unchanged": "the same number",
    "marker changed": "the same number, with another marker",
    "data revised": "the same definition gives another number, so the data were revised",
    "protected differently": "the same definition under another disclosure policy. Rounding alone "
    "can change the number, so a revision of the data cannot be seen",
    "definition changed": "the definition changed, so the two numbers measure different things",
    "newly suppressed": "published before, and suppressed now to protect people",
    "newly published": "suppressed before, and published now",
    "newly available": "not available before, and available now",
    "no longer available": "available before, and not available now",
    "only in old": "the new dataset does not have this row",
    "only in new": "the old dataset does not have this row",
}
"""Each kind of change of a row, and its meaning."""

_COMPARED_COLUMNS = ("value", "marker", "definition", "unit")
_DESCRIBING_COLUMNS = ("metric", "period_start", "period_end")


class Difference:
    """The changes between two datasets.

    ``str()`` gives a summary in plain English. The table has one row for each row of either
    dataset: ``ref, measure, basis, grain, period``, the breakdowns, ``metric, period_start,
    period_end, change, old, new, difference, unit, marker_old, marker_new, definition_old,
    definition_new``. ``change`` is a key of ``CHANGES``. ``difference`` is new minus old, in the
    unit of the value. It is null where either is not a number or the unit changed.

    Args:
        frame: the table.
        by: the breakdowns.
        causes: the known causes of the changes, as sentences.
        tolerance: the relative difference up to which two numbers are the same.
    """

    def __init__(
        self, frame: pl.DataFrame, by: tuple[str, ...], causes: tuple[str, ...], tolerance: float
    ) -> None:
        self.by = by
        self.causes = causes
        self.tolerance = tolerance
        self._frame = frame

    def __len__(self) -> int:
        return self._frame.height

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows with each kind of change, without the kinds that do not occur."""
        rows = dict(self._frame["change"].value_counts().iter_rows())
        return {change: rows[change] for change in CHANGES if change in rows}

    @property
    def is_empty(self) -> bool:
        """Whether every row is unchanged."""
        return set(self.counts) <= {"unchanged"}

    def changed_rows(self) -> pl.DataFrame:
        """Return the rows that changed, as a Polars frame."""
        return self._frame.filter(pl.col("change") != "unchanged")

    def by_ref(self) -> pl.DataFrame:
        """Return the number of rows of each ref and kind of change: ``ref, change, rows``."""
        order = {change: position for position, change in enumerate(CHANGES)}
        return (
            self._frame.group_by("ref", "change", maintain_order=True)
            .agg(pl.len().alias("rows"))
            .sort(
                pl.col("change").replace_strict(order, return_dtype=pl.Int64), maintain_order=True
            )
            .sort(pl.col("ref").rank("dense"), maintain_order=True)
        )

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a Polars frame."""
        return self._frame.clone()

    def to_pandas(self) -> Any:
        """Return the table as a pandas frame."""
        return pandas_table(self._frame)

    def __repr__(self) -> str:
        counts = ", ".join(f"{rows:,} {change}" for change, rows in self.counts.items())
        return f"Difference({counts or 'no rows'})"

    def __str__(self) -> str:
        counts = self.counts
        if not counts:
            return "Both datasets are empty."
        if self.is_empty:
            lines = [f"Nothing changed: all {len(self):,} rows are the same."]
        else:
            lines = [f"{len(self.changed_rows()):,} of {len(self):,} rows changed."]
            lines += [
                f"  {rows:,} {change}: {CHANGES[change]}."
                for change, rows in counts.items()
                if change != "unchanged"
            ]
            lines.append("By ref:")
            counts_of_ref: dict[str, list[str]] = {}
            for ref, change, rows in self.by_ref().iter_rows():
                if change != "unchanged":
                    counts_of_ref.setdefault(ref, []).append(f"{rows:,} {change}")
            lines += [f"  {ref}: {', '.join(parts)}" for ref, parts in counts_of_ref.items()]
        if self.causes:
            lines.append("Known causes:")
            lines += [f"  {cause}" for cause in self.causes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the rows that changed as HTML, which a notebook shows."""
        columns = ["ref", "measure", "period", *self.by, "change", "old", "new", "unit"]
        titles = {key: humanize_key(key) for key in self.by}
        return html_table(
            self.changed_rows(), columns, caption=repr(self), titles=titles, row_headings=2
        )


def diff(
    old: Result | str | os.PathLike[str],
    new: Result | str | os.PathLike[str],
    *,
    tolerance: float = 1e-9,
) -> Difference:
    """Compare two datasets, and return the changes and their known causes.

    Rows are matched on ref, measure, basis, grain, period and breakdowns. Where only one dataset
    has a breakdown, the rows of the other are its totals.

    Args:
        old: a result, or the path of a CSV or parquet file that a result wrote. The metadata beside
            a CSV is read too.
        new: a result or a path, as ``old``.
        tolerance: the share of the larger number by which two equal numbers may differ. Engines add
            floats in different orders, so the last digits of a sum can differ.

    Raises:
        RequestError: an argument is neither a result nor such a path, a row occurs twice, or the
            tolerance is not at least 0 and less than 1.
        InputError: a file does not exist or is not a dataset, or its metadata belongs to another
            file.
    """
    is_number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    if not is_number or not 0 <= tolerance < 1:
        raise RequestError("tolerance must be a number of at least 0 and less than 1.")
    before, after = load_dataset(old, "old"), load_dataset(new, "new")
    by = tuple(dict.fromkeys((*after.by, *before.by)))
    keys = key_names(by)
    joined = _suffix_columns(after, by, "new").join(
        _suffix_columns(before, by, "old"),
        on=keys,
        how="full",
        coalesce=True,
        maintain_order="left_right",
    )
    frame = joined.with_columns(
        pl.coalesce(f"{name}_new", f"{name}_old").alias(name)
        for name in (*_DESCRIBING_COLUMNS, "unit")
    ).with_columns(_change(tolerance, other_policy=has_other_disclosure_control(before, after)))
    # Numbers in different units cannot be subtracted.
    same_unit = pl.col("unit_new") == pl.col("unit_old")
    difference = pl.when(same_unit).then(pl.col("value_new") - pl.col("value_old"))
    frame = frame.with_columns(difference.alias("difference")).select(
        *keys, "metric", "period_start", "period_end", "change",
        pl.col("value_old").alias("old"), pl.col("value_new").alias("new"),
        "difference", "unit", "marker_old", "marker_new", "definition_old", "definition_new",
    )  # fmt: skip
    return Difference(frame, by, tuple(explain_changes(before, after, frame)), float(tolerance))


def _suffix_columns(dataset: LoadedDataset, by: tuple[str, ...], suffix: str) -> pl.DataFrame:
    """Return the key columns of a dataset, and the compared columns with a suffix.

    A breakdown that the dataset does not have is ``All`` in every row.
    """
    totals = [pl.lit(ALL).alias(key) for key in by if key not in dataset.by]
    frame = dataset.frame.with_columns(totals)
    keys = key_names(by)
    if frame.select(keys).is_duplicated().any():
        raise RequestError(f"{suffix} has two rows with the same key. Give a dataset as written.")
    columns = [
        pl.col(name).alias(f"{name}_{suffix}")
        for name in (*_COMPARED_COLUMNS, *_DESCRIBING_COLUMNS)
    ]
    return frame.select(*keys, *columns, pl.lit(True).alias(f"in_{suffix}"))


def _change(tolerance: float, *, other_policy: bool) -> pl.Expr:
    """Return the kind of change of each row. The first condition that holds decides."""
    old, new = pl.col("value_old"), pl.col("value_new")
    larger = pl.max_horizontal(old.abs(), new.abs())
    same = (old == new) | ((old - new).abs() <= tolerance * larger)
    same = pl.when(old.is_null() & new.is_null()).then(pl.lit(True)).otherwise(same)
    suppressed_before, suppressed_now = (
        pl.col(f"marker_{suffix}") == Marker.CONFIDENTIAL.value for suffix in ("old", "new")
    )
    missing_before, missing_now = (
        pl.col(f"marker_{suffix}") == Marker.NOT_AVAILABLE.value for suffix in ("old", "new")
    )
    return (
        pl.when(pl.col("in_new").is_null())
        .then(pl.lit("only in old"))
        .when(pl.col("in_old").is_null())
        .then(pl.lit("only in new"))
        .when(suppressed_now & ~suppressed_before)
        .then(pl.lit("newly suppressed"))
        .when(missing_now & ~missing_before)
        .then(pl.lit("no longer available"))
        .when(suppressed_before & ~suppressed_now)
        .then(pl.lit("newly published"))
        .when(missing_before & ~missing_now)
        .then(pl.lit("newly available"))
        .when(pl.col("definition_old") != pl.col("definition_new"))
        .then(pl.lit("definition changed"))
        .when(~same.fill_null(False))
        .then(pl.lit("protected differently" if other_policy else "data revised"))
        .when(pl.col("marker_old") != pl.col("marker_new"))
        .then(pl.lit("marker changed"))
        .otherwise(pl.lit("unchanged"))
        .alias("change")
    )
