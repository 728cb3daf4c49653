"""What a picture is drawn from: one measure, in the order it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from swm_kpi.contracts import ALL
from swm_kpi.errors import RequestError
from swm_kpi.numbers import decimals, say_number
from swm_kpi.vocabulary import Marker


@dataclass(frozen=True)
class Point:
    """One number: a period of the force total, or a member of the breakdown."""

    name: str
    value: float | None
    marker: str

    @property
    def provisional(self) -> bool:
        """Whether it is of a period that is not complete in the data."""
        return self.marker == Marker.PROVISIONAL


@dataclass(frozen=True)
class Story:
    """One measure in the order it is told: the total by period, then the latest by member."""

    total: tuple[Point, ...]
    periods: pl.DataFrame
    latest: int
    members: tuple[Point, ...]
    unit: str
    places: int

    def say(self, value: float) -> str:
        """Write one of its numbers; all have as many decimals."""
        return say_number(value, self.unit, self.places)


def story_of(frame: pl.DataFrame, unit: str, by: str) -> Story:
    """Put the rows of one measure in order.

    Raises:
        RequestError: the rows are of several measures, or have no number.
    """
    names = frame.columns
    dimensions = names[names.index("period_end") + 1 : names.index("value")]
    if frame.select("ref", "measure", "basis", "grain").n_unique() != 1:
        raise RequestError(
            "A chart is of one measure. Keep the rows of one ref, measure, basis and grain."
        )
    total = frame.filter(pl.col(each) == ALL for each in dimensions).sort("period_end")
    if total["value"].is_not_null().sum() == 0:
        raise RequestError("There is nothing to draw: no period has a number for the total.")
    if total["period"].is_duplicated().any():
        raise RequestError("A period has two totals. Keep the rows of one result.")
    points = tuple(Point(*row) for row in total.select("period", "value", "marker").iter_rows())
    latest = _latest(points)
    members: tuple[Point, ...] = ()
    if by in dimensions:
        others = [pl.col(each) == ALL for each in dimensions if each != by]
        rows = frame.filter(
            pl.col(by) != ALL, pl.col("period") == points[latest].name, *others
        ).select(by, "value", "marker")
        members = tuple(Point(*row) for row in rows.iter_rows())
    if all(each.value is None for each in members):
        members = ()
    values = [each.value for each in (*points, *members)]
    return Story(points, total, latest, members, unit, decimals(unit, values))


def _latest(points: Sequence[Point]) -> int:
    """Return the position of the last whole period with a number, else of the last with one."""
    seen = [at for at, each in enumerate(points) if each.value is not None]
    whole = [at for at in seen if not points[at].provisional]
    return (whole or seen)[-1]
