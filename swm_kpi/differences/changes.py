"""Each row of two packs side by side, and what happened to it."""

from __future__ import annotations

import os
from typing import Any

import polars as pl

from swm_kpi.contracts import ALL
from swm_kpi.differences.causes import other_disclosure, reasons
from swm_kpi.differences.datasets import Held, held
from swm_kpi.errors import RequestError
from swm_kpi.output import html_table
from swm_kpi.output.metadata import KEYS, in_words
from swm_kpi.output.to_pandas import pandas_table
from swm_kpi.result import Result
from swm_kpi.vocabulary import Marker

CHANGES = {
    "unchanged": "the same number",
    "marker changed": "the same number, with another marker",
    "data revised": "the same definition gives another number: the data were revised",
    "disclosed otherwise": "the same definition under another disclosure policy: rounding by "
    "itself moves it, and whether the data were revised cannot be told",
    "definition changed": "the definition is another, so the numbers are not of the same thing",
    "newly suppressed": "shown before, and hidden now to protect people",
    "newly published": "hidden before, and shown now",
    "newly available": "not available before, and there now",
    "no longer available": "there before, and not available now",
    "only in old": "a row that is no longer there",
    "only in new": "a row that was not there before",
}
"""What may have happened to a row, and what it means."""

_SIDES = ("value", "marker", "definition", "unit")
_KEPT = ("metric", "period_start", "period_end")


class Difference:
    """What moved between two packs.

    ``str()`` of it is a summary in plain English. The table has one row for each row of either
    pack: ``ref, measure, basis, grain, period``, the breakdowns, ``period_start, period_end,
    change, old, new, difference, unit, marker_old, marker_new, definition_old, definition_new``.
    ``difference`` is new less old, in the unit of the value; null where either is not a number.

    Args:
        frame: the table.
        by: the breakdowns.
        because: what is known of why, in sentences.
        tolerance: the relative difference up to which numbers are the same.
    """

    def __init__(
        self, frame: pl.DataFrame, by: tuple[str, ...], because: tuple[str, ...], tolerance: float
    ) -> None:
        self.by = by
        self.because = because
        self.tolerance = tolerance
        self._frame = frame

    def __len__(self) -> int:
        return self._frame.height

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each change happened to, without those that happened to none."""
        found = dict(self._frame["change"].value_counts().iter_rows())
        return {each: found[each] for each in CHANGES if each in found}

    @property
    def is_empty(self) -> bool:
        """Whether every row is unchanged."""
        return set(self.counts) <= {"unchanged"}

    def moved(self) -> pl.DataFrame:
        """Return the rows to which something happened, as a Polars frame."""
        return self._frame.filter(pl.col("change") != "unchanged")

    def by_ref(self) -> pl.DataFrame:
        """Return a row for each ref and change, with how many rows it happened to."""
        order = {each: position for position, each in enumerate(CHANGES)}
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
        told = ", ".join(f"{count:,} {change}" for change, count in self.counts.items())
        return f"Difference({told or 'no rows'})"

    def __str__(self) -> str:
        counts = self.counts
        if not counts:
            return "Neither pack has a row."
        if self.is_empty:
            lines = [f"Nothing moved: all {len(self):,} rows are the same."]
        else:
            lines = [f"{len(self.moved()):,} of {len(self):,} rows moved."]
            lines += [
                f"  {count:,} {change}: {CHANGES[change]}."
                for change, count in counts.items()
                if change != "unchanged"
            ]
            lines.append("By ref:")
            told: dict[str, list[str]] = {}
            for ref, change, rows in self.by_ref().iter_rows():
                if change != "unchanged":
                    told.setdefault(ref, []).append(f"{rows:,} {change}")
            lines += [f"  {ref}: {', '.join(parts)}" for ref, parts in told.items()]
        if self.because:
            lines.append("What is known of why:")
            lines += [f"  {each}" for each in self.because]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the rows that moved, as a notebook shows them."""
        columns = ["ref", "measure", "period", *self.by, "change", "old", "new", "unit"]
        titles = {each: in_words(each) for each in self.by}
        return html_table(self.moved(), columns, caption=repr(self), titles=titles, row_headings=2)


def diff(
    old: Result | str | os.PathLike[str],
    new: Result | str | os.PathLike[str],
    *,
    tolerance: float = 1e-9,
) -> Difference:
    """Say what moved between two packs of numbers, and what is known of why.

    Rows are matched on ref, measure, basis, grain, period and breakdowns. Where only one pack has
    a breakdown, the rows of the other are totals of it.

    Args:
        old: a result, or the path of a CSV or parquet file that a result wrote; a CSV is read with
            the metadata beside it.
        new: likewise.
        tolerance: numbers that differ by no more than this share of the larger are the same; it
            absorbs the last digits of sums that engines add up in another order.

    Raises:
        RequestError: a side is neither of these, a row is there twice, or the tolerance is not a
            number from 0 up to 1.
        InputError: a file is not there or is no pack, or its metadata is of another file.
    """
    number = isinstance(tolerance, int | float) and not isinstance(tolerance, bool)
    if not number or not 0 <= tolerance < 1:
        raise RequestError("tolerance is a share: a number from 0 up to, not including, 1.")
    before, after = held(old, "old"), held(new, "new")
    by = tuple(dict.fromkeys((*after.by, *before.by)))
    keys = [*KEYS, *by]
    sides = [_keyed(side, by, name) for side, name in ((after, "new"), (before, "old"))]
    joined = sides[0].join(
        sides[1], on=keys, how="full", coalesce=True, maintain_order="left_right"
    )
    frame = joined.with_columns(
        pl.coalesce(f"{each}_new", f"{each}_old").alias(each) for each in (*_KEPT, "unit")
    ).with_columns(_change(tolerance, otherwise=other_disclosure(before, after)))
    # A change of what is counted has no difference: nothing is taken from something else.
    comparable = pl.col("unit_new") == pl.col("unit_old")
    gap = pl.when(comparable).then(pl.col("value_new") - pl.col("value_old"))
    frame = frame.with_columns(gap.alias("difference")).select(
        *keys, "metric", "period_start", "period_end", "change",
        pl.col("value_old").alias("old"), pl.col("value_new").alias("new"),
        "difference", "unit", "marker_old", "marker_new", "definition_old", "definition_new",
    )  # fmt: skip
    return Difference(frame, by, tuple(reasons(before, after, frame)), float(tolerance))


def _keyed(side: Held, by: tuple[str, ...], name: str) -> pl.DataFrame:
    totals = [pl.lit(ALL).alias(each) for each in by if each not in side.by]
    frame = side.frame.with_columns(totals)
    keys = [*KEYS, *by]
    if frame.select(keys).is_duplicated().any():
        raise RequestError(f"{name} has rows that cannot be told apart. Give packs as written.")
    values = [pl.col(each).alias(f"{each}_{name}") for each in (*_SIDES, *_KEPT)]
    return frame.select(*keys, *values, pl.lit(True).alias(f"in_{name}"))


def _change(tolerance: float, *, otherwise: bool) -> pl.Expr:
    old, new = pl.col("value_old"), pl.col("value_new")
    size = pl.max_horizontal(old.abs(), new.abs())
    same = (old == new) | ((old - new).abs() <= tolerance * size)
    same = pl.when(old.is_null() & new.is_null()).then(pl.lit(True)).otherwise(same)
    hid, hides = (pl.col(f"marker_{side}") == Marker.CONFIDENTIAL.value for side in ("old", "new"))
    lacked, lacks = (
        pl.col(f"marker_{side}") == Marker.NOT_AVAILABLE.value for side in ("old", "new")
    )
    return (
        pl.when(pl.col("in_new").is_null())
        .then(pl.lit("only in old"))
        .when(pl.col("in_old").is_null())
        .then(pl.lit("only in new"))
        .when(hides & ~hid)
        .then(pl.lit("newly suppressed"))
        .when(lacks & ~lacked)
        .then(pl.lit("no longer available"))
        .when(hid & ~hides)
        .then(pl.lit("newly published"))
        .when(lacked & ~lacks)
        .then(pl.lit("newly available"))
        .when(pl.col("definition_old") != pl.col("definition_new"))
        .then(pl.lit("definition changed"))
        .when(~same.fill_null(False))
        .then(pl.lit("disclosed otherwise" if otherwise else "data revised"))
        .when(pl.col("marker_old") != pl.col("marker_new"))
        .then(pl.lit("marker changed"))
        .otherwise(pl.lit("unchanged"))
        .alias("change")
    )
