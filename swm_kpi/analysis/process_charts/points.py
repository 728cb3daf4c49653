"""The points of a series, and which of them are excluded from limits and signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from swm_kpi.analysis.measure_series import MeasureSeries, Member
from swm_kpi.calendar import Period
from swm_kpi.model.metric import Break
from swm_kpi.vocabulary import Marker


@dataclass(frozen=True)
class Point:
    """One period of a series.

    Attributes:
        period: the period.
        value, numerator, denominator, effective_answers: the numbers of the result; None if
            missing.
        marker: the marker of the result; empty if there is none.
        excluded_reason: why the point is left out of limits and signals; empty if it is included.
    """

    period: Period
    value: float | None
    numerator: float | None
    marker: str
    excluded_reason: str
    denominator: float | None = None
    effective_answers: float | None = None


def build_points(series: MeasureSeries, member: Member, breaks: Sequence[Break]) -> list[Point]:
    """Return a point for every period from the first to the last, with or without a row."""
    rows = {row["period_start"]: row for row in series.member_rows(member).iter_rows(named=True)}
    return [_point(period, rows.get(period.start), breaks) for period in series.periods()]


def _point(period: Period, row: dict[str, Any] | None, breaks: Sequence[Break]) -> Point:
    if row is None:
        return Point(period, None, None, "", "not in the result")
    marker, value = str(row["marker"]), row["value"]
    reason = ""
    if value is None:
        reason = Marker(marker).meaning if marker else "no number"
    elif marker in (Marker.PROVISIONAL, Marker.LOW_RELIABILITY):
        reason = Marker(marker).meaning
    elif any(period.start < series_break.day < period.stop for series_break in breaks):
        reason = "partly before a break in the series and partly after it"
    return Point(
        period,
        value,
        row["numerator"],
        marker,
        reason,
        row["denominator"],
        row["effective_answers"],
    )
