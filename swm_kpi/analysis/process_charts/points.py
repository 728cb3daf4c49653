"""The points of a series, and which of them take part."""

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
        period: which.
        value, numerator: its numbers; None where there are none.
        marker: that of the result.
        excluded_reason: why it takes no part in limits and signals; empty where it does.
    """

    period: Period
    value: float | None
    numerator: float | None
    marker: str
    excluded_reason: str


def build_points(selected: MeasureSeries, member: Member, breaks: Sequence[Break]) -> list[Point]:
    """Return every period from the first to the last, those without a row included."""
    rows = {row["period_start"]: row for row in selected.member_rows(member).iter_rows(named=True)}
    return [_point(period, rows.get(period.start), breaks) for period in selected.periods()]


def _point(period: Period, row: dict[str, Any] | None, breaks: Sequence[Break]) -> Point:
    if row is None:
        return Point(period, None, None, "", "not in the result")
    marker, value = str(row["marker"]), row["value"]
    why = ""
    if value is None:
        why = Marker(marker).meaning if marker else "no number"
    elif marker in (Marker.PROVISIONAL, Marker.LOW_RELIABILITY):
        why = Marker(marker).meaning
    elif any(period.start < each.day < period.stop for each in breaks):
        why = "partly before a break in the series and partly after it"
    return Point(period, value, row["numerator"], marker, why)
