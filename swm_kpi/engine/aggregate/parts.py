"""The parts of a snapshot, a statement or a reference year: what must be there for a total.

A snapshot of waiting incidents has a part for each area and grade; a population estimate has one
for each area. The contract says which: the breakdowns in the key of the table, beside its time. A
table without such a key has its breakdowns as parts.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.contracts import Column, Dimension
from swm_kpi.engine.aggregate.snapshots import day_of
from swm_kpi.engine.input.members import read_members
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.grouping import GroupingSet
from swm_kpi.engine.plan.part_columns import part_columns
from swm_kpi.measures import Statistic

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]

TOLERANCE = timedelta(minutes=15)
"""Parts that are stamped within this time of the first one, on one day, are one snapshot."""

_MOST_PARTS = 20_000
_UNKNOWN = -2
"""The place of rows without a member, before the total."""
_APRIL = 4


@dataclass(frozen=True)
class Parts:
    """The parts of the snapshots of one table, on the axes of a grouping set.

    An array on the axes of ``grouping`` has the breakdowns of the request first, and then the
    breakdowns that only tell parts apart.

    Attributes:
        grouping: the breakdowns of the request, and those of the parts that it does not have.
        positions: the positions in it of the breakdowns that tell parts apart.
        columns: the columns of the table that have the members of those breakdowns.
        requested: the number of breakdowns of the request.
        are_declared: whether the key of the contract names them, so that a part without a row is
            missing and not zero.
    """

    grouping: GroupingSet
    positions: tuple[int, ...]
    columns: tuple[str, ...]
    requested: int
    are_declared: bool

    @cached_property
    def is_member(self) -> list[Bools]:
        """For each place of each axis, whether it is a member and not Unknown or the total."""
        return [np.arange(length) < max(length - 2, 0) for length in self.grouping.shape]

    def with_totals(self, array: Array) -> Array:
        """Return an array over times and the axes of the request, with its totals filled.

        The parts that only tell parts apart are added up.
        """
        extra = tuple(range(self.requested + 1, array.ndim))
        filled: Array = self._fill(array.sum(axis=extra), self.grouping.grouped)
        return filled

    def known(self, rows: Array) -> Bools:
        """Return which places are parts: members of each breakdown that tells parts apart.

        A row without a member is in no part. A breakdown that the table never fills is no part.
        """
        known = np.ones(self.grouping.shape, dtype=bool)
        for position in self.positions:
            is_member = self.is_member[position]
            along = np.moveaxis(rows, position + 1, -1)
            if along[..., is_member].any():
                known &= is_member.reshape([-1 if p == position else 1 for p in self._axes])
        return known

    def expected(
        self, rows: Array, years: Sequence[int], decided_by_rows: Collection[int]
    ) -> Bools:
        """Return which parts each reference year needs: every member of each closed list.

        Of an open list they are the members with a row, and the force's areas where the table has
        that level. An area is needed in the years in the middle of which it exists. Where the table
        has two levels of areas, the rows say which area is in which.

        Args:
            rows: the number of rows of each part, over years.
            years: the years.
            decided_by_rows: the positions of breakdowns of which only the members with a row are
                needed: those that a condition reads.
        """
        expected = np.ones((len(years), *self.grouping.shape), dtype=bool)
        needs: dict[int, Bools] = {}
        for position in self.positions:
            needed = self.is_member[position].copy()
            along = np.moveaxis(rows, position + 1, -1)
            has_rows: Any = along.any(axis=tuple(range(along.ndim - 1)))
            dimension = self.grouping.dimensions[position]
            if position in decided_by_rows:
                needed &= has_rows
            elif dimension.is_open:
                is_listed = np.zeros(len(needed), dtype=bool)
                is_listed[: len(dimension.members)] = has_rows[self.is_member[position]].any()
                needed &= has_rows | is_listed
            if not needed.any():
                # No row has a member: the breakdown tells no parts apart.
                needed = np.arange(len(needed)) == len(needed) - 2
            exists = np.ones((len(years), len(needed)), dtype=bool)
            for code, name in enumerate(self.grouping.members[position]):
                exists[:, code] = [dimension.has_member_in(name, year) for year in years]
            needs[position] = needed & exists
        nested = self._levels_of_areas if set(self._levels_of_areas) <= needs.keys() else ()
        for position, needed in needs.items():
            if position not in nested:
                expected &= self._along((position,), needed)
        if nested:
            expected &= self._along(nested, self._nested(rows, nested, needs))
        for position in set(self._axes) - set(self.positions):
            # On another axis a part is looked for in the total alone.
            if self.grouping.shape[position] > 1:
                length = self.grouping.shape[position]
                is_total = np.arange(length) == length - 1
                expected &= is_total.reshape([-1 if p == position else 1 for p in self._axes])
        return expected

    def _nested(self, rows: Array, levels: tuple[int, ...], needs: dict[int, Bools]) -> Bools:
        """Return which parts each year needs, over two or more levels of areas.

        A part is needed where some year has rows of it. An area of a closed list that no year has
        is needed outside all areas of the other levels, so that its absence shows.
        """
        seen: Any = self._rows_of(rows, levels).any(axis=0)
        years = len(needs[levels[0]])
        needed = np.broadcast_to(seen, (years, *seen.shape)).copy()
        for axis, position in enumerate(levels):
            members = needs[position].shape[1]
            shape = [years, *(members if other == axis else 1 for other in range(len(levels)))]
            needed &= needs[position].reshape(shape)
        for axis, position in enumerate(levels):
            has_rows = np.moveaxis(seen, axis, 0).reshape(seen.shape[axis], -1).any(axis=1)
            outside: list[Any] = [_UNKNOWN] * len(levels)
            outside[axis] = slice(None)
            needed[(slice(None), *outside)] |= needs[position] & ~has_rows
        return needed

    def stated_once(self, rows: Array) -> Bools:
        """Return which parts of reference years are not in the rows at two levels of areas.

        A district's residents are in the row of its Local Policing Area too, if that row names no
        district.

        Args:
            rows: the number of rows of each part, over years.
        """
        levels = self._levels_of_areas
        once = np.ones((len(rows), *self.grouping.shape), dtype=bool)
        seen = self._rows_of(rows, levels)
        for outer in range(len(levels)):
            for inner in set(range(len(levels))) - {outer}:
                others = tuple(n + 1 for n in range(len(levels)) if n not in (outer, inner))
                of_two: Any = seen.any(axis=others, keepdims=True)
                pair = np.moveaxis(of_two, inner + 1, -1)
                twice = pair[..., _UNKNOWN] & pair[..., :_UNKNOWN].any(axis=-1)
                of_outer = twice.reshape(len(rows), math.prod(twice.shape[1:]))
                of_outer[:, _UNKNOWN:] = False
                once &= self._along((levels[outer],), ~of_outer)
        return once

    @cached_property
    def _levels_of_areas(self) -> tuple[int, ...]:
        """The positions of the levels of areas that tell parts apart; none if there is only one."""
        areas = [p for p in self.positions if self.grouping.dimensions[p].is_area]
        return tuple(sorted(areas)) if len(areas) > 1 else ()

    def _rows_of(self, rows: Array, positions: tuple[int, ...]) -> Any:
        """Return whether there are rows, over times and some axes, without totals."""
        others = tuple(axis + 1 for axis in self._axes if axis not in positions)
        seen: Any = rows.sum(axis=others) > 0
        for axis in range(len(positions)):
            np.moveaxis(seen, axis + 1, -1)[..., -1] = False
        return seen

    def _along(self, positions: tuple[int, ...], array: Bools) -> Bools:
        """Return an array over times and some axes, in ascending order, on all axes."""
        lengths = dict(zip(positions, array.shape[1:], strict=True))
        return array.reshape([len(array), *(lengths.get(axis, 1) for axis in self._axes)])

    def needed(self, expected: Bools, present: Bools, days: Sequence[date]) -> Bools:
        """Return which parts each snapshot needs, over snapshots.

        An area is needed on the days on which it exists, or if it has rows all the same.

        Args:
            expected: the parts that the snapshots have between them.
            present: the parts that each has.
            days: the day of each snapshot.
        """
        needed = np.broadcast_to(expected, present.shape)
        for position in self.positions:
            dimension = self.grouping.dimensions[position]
            if not dimension.has_days:
                continue
            exists = np.ones((len(days), self.grouping.shape[position]), dtype=bool)
            for code, name in enumerate(self.grouping.members[position]):
                exists[:, code] = [dimension.has_member(name, day, day) for day in days]
            axes = [len(days), *(-1 if axis == position else 1 for axis in self._axes)]
            needed = needed & (exists.reshape(axes) | present)
        return needed

    def present(self, rows: Array) -> Bools:
        """Return which parts have rows, with totals on the axes that tell no parts apart."""
        others = [p for p in self.grouping.grouped if p not in self.positions]
        filled: Array = self._fill(rows.copy(), others)
        return filled > 0

    def count(self, parts: Bools) -> Array:
        """Return the number of parts in each cell of the request, over times."""
        extra = tuple(range(self.requested + 1, parts.ndim))
        counts: Array = parts.sum(axis=extra, dtype=np.float64)
        filled: Array = self._fill(counts, [p for p in self.positions if p < self.requested])
        return filled

    def merge(
        self, times: Sequence[Any], rows: Array, arrays: Sequence[Array]
    ) -> tuple[list[Any], list[Array]]:
        """Merge the times of one snapshot, whose parts were stamped one after another.

        A part that a snapshot already has begins the next one.

        Args:
            times: the times, in order.
            rows: the number of rows of each part, over times.
            arrays: what is to be merged, over times.

        Returns:
            The first time of each snapshot, and the arrays over snapshots.
        """
        target, anchors = self.assign(times, rows)
        if not self._can_merge(times):
            return anchors, list(arrays)
        kept = [position + 1 for position in self.positions]
        merged = []
        for array in arrays:
            moved = np.moveaxis(array, kept, range(-len(kept), 0))
            flat = moved.reshape(len(times), -1, target.shape[1])
            out = np.zeros((len(anchors), *flat.shape[1:]))
            for time in range(len(times)):
                for snapshot in np.unique(target[time]).tolist():
                    chosen = target[time] == snapshot
                    out[snapshot][:, chosen] += flat[time][:, chosen]
            whole = out.reshape(len(anchors), *moved.shape[1:])
            merged.append(np.moveaxis(whole, range(-len(kept), 0), kept))
        return anchors, merged

    def assign(self, times: Sequence[Any], rows: Array) -> tuple[NDArray[np.int64], list[Any]]:
        """Return the snapshot of each part at each time, and the first time of each snapshot.

        Args:
            times: the times, in order.
            rows: the number of rows of each part, over times.
        """
        if not self._can_merge(times):
            alone = np.arange(len(times)).reshape(-1, 1)
            return np.repeat(alone, self.size, axis=1), list(times)
        kept = [position + 1 for position in self.positions]
        moved = np.moveaxis(rows, kept, range(-len(kept), 0))
        return _assign(times, moved.reshape(len(times), -1, self.size).sum(axis=1) > 0)

    def _can_merge(self, times: Sequence[Any]) -> bool:
        return bool(self.positions) and _are_close(times)

    @property
    def size(self) -> int:
        """The number of places of parts: one if nothing tells parts apart."""
        return prod(self.grouping.shape[position] for position in self.positions)

    def codes(self, frame: pl.DataFrame) -> NDArray[np.int64]:
        """Return the place of the part of each row, among those of :meth:`assign`."""
        codes = np.zeros(frame.height, dtype=np.int64)
        for position, column in zip(self.positions, self.columns, strict=True):
            values = frame[column].cast(pl.String).to_list()
            codes *= self.grouping.shape[position]
            codes += self.grouping.member_codes(position, values)
        return codes

    @property
    def _axes(self) -> range:
        return range(len(self.grouping.shape))

    @staticmethod
    def _fill(array: Any, positions: Iterable[int]) -> Any:
        """Fill the last place of some axes with the sum of the others, in place."""
        for position in positions:
            if position + 1 < array.ndim:
                along = np.moveaxis(array, position + 1, -1)
                along[..., -1] = along[..., :-1].sum(axis=-1)
        return array


def plan_parts(table: Table, statistics: Collection[Statistic], grouping: GroupingSet) -> Parts:
    """Return the parts of a table's snapshots, where the statistics need them.

    Args:
        table: the table.
        statistics: what is aggregated.
        grouping: the breakdowns of the request.
    """
    requested = len(grouping.dimensions)
    declared, are_declared = part_columns(table.contract, statistics)
    columns = [c for c in declared if c.name in table.columns and c.name not in table.broken]
    dimensions = list(grouping.dimensions)
    members, grouped, shape = list(grouping.members), list(grouping.grouped), list(grouping.shape)
    keys = [dimension.key for dimension in dimensions]
    positions, of_positions = [], []
    for column in columns:
        dimension = column.dimension
        if dimension is None:
            continue
        if dimension.key in keys:
            position = keys.index(dimension.key)
        else:
            names = read_members(dimension, [table])
            if prod(shape[requested:]) * (len(names) + 2) > _MOST_PARTS:
                continue
            position = len(dimensions)
            dimensions.append(dimension)
            members.append(names)
            shape.append(len(names) + 2)
            grouped.append(position)
        positions.append(position)
        of_positions.append(column.name)
    extended = GroupingSet(tuple(dimensions), tuple(members), tuple(grouped), tuple(shape))
    return Parts(extended, tuple(positions), tuple(of_positions), requested, are_declared)


def same_statement(days: Sequence[date], chosen: int) -> list[int]:
    """Return the positions of the statements of one financial year, by one of them."""
    year = _financial_year(days[chosen])
    return [position for position, day in enumerate(days) if _financial_year(day) == year]


def dimensions_read(statistic: Statistic, dimensions: Sequence[Dimension]) -> set[int]:
    """Return the positions of the breakdowns whose columns a statistic's condition reads."""
    read = statistic.where.walk() if statistic.where is not None else ()
    keys = {part.dimension.key for part in read if isinstance(part, Column) and part.dimension}
    return {position for position, dimension in enumerate(dimensions) if dimension.key in keys}


def _are_close(times: Sequence[Any]) -> bool:
    """Return whether two neighbouring times can be of one snapshot."""
    return any(
        isinstance(later, datetime) and later - earlier < TOLERANCE and _is_one_day(earlier, later)
        for earlier, later in pairwise(times)
    )


def _assign(times: Sequence[Any], present: Bools) -> tuple[NDArray[np.int64], list[Any]]:
    """Return the snapshot of each part at each time, and the first time of each snapshot."""
    target = np.full(present.shape, -1, dtype=np.int64)
    anchors: list[Any] = []
    open_snapshots: list[tuple[int, Bools]] = []
    for position, time in enumerate(times):
        open_snapshots = [
            (number, has)
            for number, has in open_snapshots
            if time - anchors[number] < TOLERANCE and _is_one_day(anchors[number], time)
        ]
        left = present[position].copy()
        for number, has in open_snapshots:
            taken = left & ~has
            target[position, taken] = number
            has |= taken
            left &= ~taken
        if left.any():
            target[position, left] = len(anchors)
            open_snapshots.append((len(anchors), left))
            anchors.append(time)
    # A part without rows at a time adds nothing, wherever it goes.
    return np.maximum(target, 0), anchors


def _is_one_day(first: datetime, second: datetime) -> bool:
    return day_of(first) == day_of(second)


def _financial_year(day: date) -> int:
    return day.year - (day.month < _APRIL)
