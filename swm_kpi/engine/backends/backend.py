"""What the merging asks of a table, wherever its rows are: dense arrays at one level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from swm_kpi.contracts import Column, Dimension
from swm_kpi.measures import Statistic

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Months:
    """A run of periods of one length, one after another.

    Attributes:
        first: the number of the first month: twelve times the year, and January nought.
        length: how many months each period has.
        count: how many periods there are.
    """

    first: int
    length: int
    count: int

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.first // 12, self.first % 12 + 1, 1)

    @property
    def stop(self) -> date:
        """The day after the last."""
        last = self.first + self.length * self.count
        return date(last // 12, last % 12 + 1, 1)


@dataclass(frozen=True)
class Level:
    """Which breakdowns to group by; the arrays have an axis for every breakdown asked for.

    Attributes:
        dimensions: the breakdowns asked for.
        members: their members, in order. Unknown comes after them, then All.
        grouped: positions of those to group by.
        shape: the lengths of the axes.
    """

    dimensions: tuple[Dimension, ...]
    members: tuple[tuple[str, ...], ...]
    grouped: tuple[int, ...]
    shape: tuple[int, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many codes each grouped breakdown has, Unknown included."""
        return tuple(len(self.members[position]) + 1 for position in self.grouped)

    def spread(self, dense: Array) -> Array:
        """Put an array over (times, the grouped breakdowns) on the axes of all of them."""
        found = np.zeros((len(dense), *self.shape))
        grouped = set(self.grouped)
        place: list[Any] = [slice(None)]
        place += [
            slice(0, len(names) + 1) if position in grouped else 0
            for position, names in enumerate(self.members)
        ]
        found[tuple(place)] = dense
        return found


@dataclass
class Dated:
    """Arrays by each value of a time column that occurs.

    Attributes:
        times: the values, in order.
        arrays: each statistic's array, by its key: times, then the axes.
        rows: for each statistic, in order, how many rows make up each snapshot.
    """

    times: list[Any]
    arrays: dict[str, Array]
    rows: list[Array]


class Reading(Protocol):
    """One table, read for some statistics."""

    def by_month(
        self, at: Column, statistics: Sequence[Statistic], months: Months, level: Level
    ) -> dict[str, Array]:
        """Group by period and member; arrays by the statistics' keys."""

    def in_force(
        self, at: Column, until: Column, statistics: Sequence[Statistic], day: date, level: Level
    ) -> dict[str, Array]:
        """Group the rows that began before a day and had not ended by then; one time."""

    def by_value(self, at: Column, statistics: Sequence[Statistic], level: Level) -> Dated:
        """Group by each value of the time column."""
