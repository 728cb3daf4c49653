"""The rows of the members of one breakdown in one period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.contracts import ALL, UNKNOWN
from swm_kpi.errors import RequestError, did_you_mean
from swm_kpi.vocabulary import Marker


@dataclass(frozen=True)
class MemberRows:
    """One period of a breakdown. Every other breakdown is at its total.

    Attributes:
        by: the breakdown.
        rows: a row of the result for each member, in the order of the breakdown's list.
        unknown: the row of the cases without a member; None if there is none.
        total: the row of the total; None if the result has none.
    """

    by: str
    rows: tuple[dict[str, Any], ...]
    unknown: dict[str, Any] | None
    total: dict[str, Any] | None

    @property
    def any_row(self) -> dict[str, Any]:
        """A row of the period, for what all rows have in common."""
        rows = (self.total, self.unknown, *self.rows)
        return next(row for row in rows if row is not None)


def select_member_rows(
    series: MeasureSeries,
    by: str,
    period: str | None = None,
    members: Sequence[str] | None = None,
) -> MemberRows:
    """Return the rows of the members of a breakdown in one period.

    Args:
        series: the rows of the measure.
        by: the breakdown.
        period: the label of the period; None for the latest complete period with a number.
        members: the members to keep; None for all.

    Raises:
        RequestError: the breakdown, the period or a member does not exist.
    """
    if by not in series.by:
        raise RequestError(f"The result has no breakdown {by!r}. {did_you_mean(by, series.by)}")
    others = [pl.col(key) == ALL for key in series.by if key != by]
    rows = series.rows.filter(pl.lit(True), *others)
    of_period = rows.filter(pl.col("period") == _choose_period(rows, by, period)).to_dicts()
    apart = {row[by]: row for row in of_period if row[by] in (ALL, UNKNOWN)}
    named = [row for row in of_period if row[by] not in apart]
    if members is not None:
        named = _chosen(named, by, members)
    return MemberRows(by, tuple(named), apart.get(UNKNOWN), apart.get(ALL))


def _chosen(
    rows: Sequence[dict[str, Any]], by: str, members: Sequence[str]
) -> list[dict[str, Any]]:
    if isinstance(members, str) or not all(isinstance(name, str) for name in members):
        raise RequestError('members= takes a list of names, such as members=["North", "South"].')
    known = [row[by] for row in rows]
    for name in members:
        if name not in known:
            raise RequestError(f"No {by} is called {name!r}. {did_you_mean(name, known)}")
    return [row for row in rows if row[by] in members]


def _choose_period(rows: pl.DataFrame, by: str, period: str | None) -> str:
    known = rows["period"].unique(maintain_order=True).to_list()
    if period is not None:
        if period not in known:
            raise RequestError(
                f"The result has no period {period!r}. {did_you_mean(period, known)}"
            )
        return period
    numbers = rows.filter(pl.col("value").is_not_null(), pl.col(by) != ALL)
    complete = numbers.filter(pl.col("marker") != Marker.PROVISIONAL.value)
    for candidates in (complete, numbers):
        if candidates.height:
            return str(candidates["period"][-1])
    return str(known[-1])
