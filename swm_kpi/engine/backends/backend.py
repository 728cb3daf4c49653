"""What a backend does: aggregate one table to dense arrays over one grouping set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from swm_kpi.contracts import Column
from swm_kpi.engine.plan.grouping import Array, GroupingSet, PeriodRun
from swm_kpi.measures import Statistic


@dataclass
class SnapshotAggregates:
    """Aggregates for each value that a time column has.

    Attributes:
        times: the values, in ascending order.
        arrays: by the key of each statistic, an array over times and then the axes.
        rows: for each statistic, in the order of the request, the number of rows in each snapshot.
    """

    times: list[Any]
    arrays: dict[str, Array]
    rows: list[Array]


class Backend(Protocol):
    """One table, opened for a set of statistics.

    Every method returns arrays by the key of the statistic. An array is over times and then one
    axis for each breakdown of the request; the place of each total is zero, and the caller fills
    it. Days are local days in Europe/London.
    """

    def aggregate_by_period(
        self,
        at: Column,
        statistics: Sequence[Statistic],
        periods: PeriodRun,
        grouping: GroupingSet,
    ) -> dict[str, Array]:
        """Group by the period of a time column, and by member; the times are ``periods.times``."""

    def aggregate_in_force(
        self,
        at: Column,
        until: Column,
        statistics: Sequence[Statistic],
        day: date,
        grouping: GroupingSet,
    ) -> dict[str, Array]:
        """Group the rows that began before a day and had not ended by then; one time."""

    def aggregate_by_time(
        self, at: Column, statistics: Sequence[Statistic], grouping: GroupingSet
    ) -> SnapshotAggregates:
        """Group by each value of a time column, and by member."""
