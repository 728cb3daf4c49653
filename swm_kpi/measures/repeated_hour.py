"""The hour that occurs twice when clocks go back: which rows it leaves undecided or inexact.

A local time in that hour has two readings. A condition is decided where both agree. A duration or
an outage takes the earlier reading. Both are counted, so that a note can say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from swm_kpi.expressions import (
    EarlierReading,
    Expression,
    InRepeatedHour,
    IsUnknown,
    Not,
    as_condition,
    times_with_readings,
)
from swm_kpi.measures.statistic import Operation, Statistic

if TYPE_CHECKING:
    from swm_kpi.contracts import Column
    from swm_kpi.measures.grid_cells import Array, Flags
    from swm_kpi.measures.measure import TableMeasure

REPEATED_HOUR = "the hour that occurs twice when clocks go back"
_STARTS, _ENDS = "starts_in_repeated_hour", "ends_in_repeated_hour"


def undecided_in_repeated_hour(condition: Expression) -> Expression | None:
    """Return which rows a condition does not decide for no reason but the repeated hour.

    None where the condition compares no times.
    """
    if not times_with_readings(condition):
        return None
    earlier = IsUnknown(EarlierReading(as_condition(condition)))
    return IsUnknown(as_condition(condition)) & Not(earlier)


def repeated_hour_counts(
    measure: TableMeasure, start: Column, end: Column, where: Expression | None
) -> dict[str, Statistic]:
    """Return how many outages start in the repeated hour, and how many end in it.

    Each counts in the period that holds the hour, because no other period is affected.
    """
    return {
        role: Statistic(
            measure.of,
            Operation.ROWS,
            time,
            where=InRepeatedHour(time) if where is None else where & InRepeatedHour(time),
        )
        for role, time in ((_STARTS, start), (_ENDS, end))
    }


def repeated_hour_notes(statistics: Mapping[str, Array]) -> list[tuple[Flags, str]]:
    """Return where an outage has an uncertain start or end, and the notes."""
    reading = f"the earlier reading of its {{}}, which falls in {REPEATED_HOUR}."
    return [
        (statistics[_STARTS] > 0, f"An outage is counted from {reading.format('start')}"),
        (statistics[_ENDS] > 0, f"An outage is counted to {reading.format('end')}"),
    ]
