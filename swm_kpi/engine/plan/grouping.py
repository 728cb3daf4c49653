"""What a scan groups by: a run of periods and a grouping set of breakdowns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from swm_kpi.contracts import Dimension

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PeriodRun:
    """Consecutive periods of equal length.

    Attributes:
        first_month: the number of the first month: 12 x year + month, with January as 0.
        length: months in each period.
        count: number of periods.
        last_day: the day after which no row counts, because the data were extracted on it; None
            for no such day.
        counts_undated, counts_later: whether rows without a date, and rows dated after the last
            day, are counted as well, together at one time after the periods.
    """

    first_month: int
    length: int
    count: int
    last_day: date | None = None
    counts_undated: bool = False
    counts_later: bool = False

    @property
    def times(self) -> int:
        """The length of the first axis of an array: the periods, and the rows of no period."""
        return self.count + (self.counts_undated or self.counts_later)

    @property
    def start(self) -> date:
        """The first day of the first period."""
        return date(self.first_month // 12, self.first_month % 12 + 1, 1)

    @property
    def stop(self) -> date:
        """The day after the last day on which a row counts; never before the start."""
        stop_month = self.first_month + self.length * self.count
        stop = date(stop_month // 12, stop_month % 12 + 1, 1)
        if self.last_day is None:
            return stop
        return max(self.start, min(stop, self.last_day + timedelta(days=1)))


@dataclass(frozen=True)
class GroupingSet:
    """The breakdowns that one query groups by, as in SQL's GROUPING SETS.

    Attributes:
        dimensions: every breakdown of the request.
        members: the members of each breakdown, in order. On an axis, Unknown and then All follow.
        grouped: positions of the breakdowns to group by.
        shape: lengths of the axes, one for each breakdown of the request.
    """

    dimensions: tuple[Dimension, ...]
    members: tuple[tuple[str, ...], ...]
    grouped: tuple[int, ...]
    shape: tuple[int, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of codes of each grouped breakdown: its members and Unknown."""
        return tuple(len(self.members[position]) + 1 for position in self.grouped)

    def member_codes(self, position: int, values: Iterable[Any]) -> NDArray[np.int64]:
        """Return the position of each value among a breakdown's members; Unknown for others."""
        members = self.members[position]
        codes = {member: code for code, member in enumerate(members)}
        return np.array([codes.get(value, len(members)) for value in values], dtype=np.int64)

    def to_dense(self, grouped: Array) -> Array:
        """Put an array over (times, grouped breakdowns) on the axes of every breakdown.

        Cells that the array does not reach, the totals among them, are zero.
        """
        dense = np.zeros((len(grouped), *self.shape))
        index: list[Any] = [slice(None)]
        index += [
            slice(0, len(names) + 1) if position in self.grouped else 0
            for position, names in enumerate(self.members)
        ]
        dense[tuple(index)] = grouped
        return dense
