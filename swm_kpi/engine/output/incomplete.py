"""Mark the cells whose number rests on rows that are undecided, lack a value or name no member.

The rule is the same for every kind of measure:

- A cell in which nothing is decided has no number: ``[x]``, and the note gives the reason.
- A cell in which a larger share is unknown than the assumption ``max_undecided_share`` keeps its
  number and is marked ``[u]``. The columns ``at_least`` and ``at_most`` bound it.
- Any other cell keeps its number, and its note counts the rows.

A member of a breakdown is incomplete too where rows name no member, because any of those rows may
belong to it. Its total is not: it has every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from swm_kpi.measures import Bounds, Cells, Completeness
from swm_kpi.measures.row_notes import (
    describe_look_back,
    describe_no_member,
    describe_unknown_member,
)

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def mark_incomplete(
    cells: Cells,
    completeness: Completeness,
    rows: Mapping[str, Array],
    max_share: float,
    titles: Mapping[int, str],
) -> Cells:
    """Return the cells of a measure with the markers, counts and bounds of what is not recorded.

    Args:
        cells: what the kind of measure combined.
        completeness: what must be recorded in a row of the measure.
        rows: the arrays of the statistics of ``completeness``, by role.
        max_share: the largest share of rows that may be unknown without a marker.
        titles: the title of each breakdown that the cells have, by its axis.
    """
    wholes = ("counted", "scope", "recordable", "looked_back_on")
    blanks = [array for role, array in rows.items() if role not in wholes]
    if not any((array > 0).any() for array in blanks) and not any(
        _has_unknown(rows["counted"], axis) for axis in titles
    ):
        return cells
    incomplete = _Incomplete(cells, completeness, rows, max_share, tuple(titles))
    for axis, title in titles.items():
        incomplete.add_breakdown(axis, title)
    if completeness.rows.total_over is not None:
        incomplete.exempt_whole(titles)
    return incomplete.marked()


@dataclass(frozen=True)
class _Parts:
    """What a value is made of: amounts, or numbers of rows, that count or may count.

    Attributes:
        yes: what counts; the numerator of a share.
        no: the rest of the denominator; zero for a sum.
        maybe: what is undecided.
    """

    yes: Array
    no: Array
    maybe: Array

    def outside(self, axes: Sequence[int]) -> _Parts:
        """Return what names no member, and so may belong to each member."""
        return _Parts(
            *(_unknown_of_members(part, axes) for part in (self.yes, self.no, self.maybe))
        )


class _Incomplete:
    """What is not recorded behind the cells of one measure."""

    def __init__(
        self,
        cells: Cells,
        completeness: Completeness,
        rows: Mapping[str, Array],
        max_share: float,
        axes: Sequence[int],
    ) -> None:
        self.cells = cells
        self.completeness = completeness
        self.rows = rows
        self.max_share = max_share
        self.axes: list[int] = []
        self.notes = list(cells.notes)
        self.counted = self._role("counted")
        self.undecided = self._role("undecided")
        self.unanswered = self._role("unanswered")
        self.without_value = self._role("without_value")
        blank = self._role("blank")
        self.recordable = self._role("recordable")
        # A column is in use if any row of the total has it. A member without one has a true zero.
        is_unused = _total(blank, axes) == _total(self.recordable, axes)
        self.all_blank = (blank > 0) & is_unused
        unknown = self.undecided + self.unanswered + self.without_value
        self.uncertain = unknown > 0
        self.unavailable = np.isnan(cells.value) & (unknown > 0) | self.all_blank
        self.unreliable = np.zeros(cells.value.shape, dtype=bool)
        self._compare(self.undecided, self._role("scope"))
        self._compare(self.unanswered, self.counted)
        self._compare(self.without_value, self.counted)

        self._look_back(axes)

    def _look_back(self, axes: Sequence[int]) -> None:
        """Mark cells by the share of rows that are looked back on and may be an earlier event.

        Rows of every member are looked back on.
        """
        shape = self.cells.value.shape
        unknown = np.broadcast_to(_total(self._role("unknown_before"), axes), shape)
        if not (unknown > 0).any():
            return
        self.uncertain |= unknown > 0
        whole = np.broadcast_to(_total(self._role("looked_back_on"), axes), shape)
        self.unreliable |= unknown > self.max_share * whole
        text = describe_look_back(self.completeness)
        self.notes.append(((unknown > 0) & ~np.isnan(self.cells.value) & ~self.unavailable, text))

    def _role(self, role: str) -> Array:
        array = self.rows.get(role)
        return np.broadcast_to(0.0 if array is None else array, self.cells.value.shape)

    def _compare(self, unknown: Array, whole: Array) -> None:
        """Mark cells by the share of rows that are unknown."""
        self.unavailable |= (unknown > 0) & (unknown >= whole)
        self.unreliable |= unknown > self.max_share * whole

    def add_breakdown(self, axis: int, title: str) -> None:
        """Mark the members of a breakdown by the share of rows that name no member."""
        potential = self.rows["counted"]
        if "undecided" in self.rows:
            potential = potential + self.rows["undecided"]
        if potential.shape[axis] == 1:
            # The rows are those of all members, as in a distribution over this breakdown.
            return
        by_member = np.moveaxis(np.broadcast_to(potential, self.cells.value.shape), axis, -1)
        unknown, whole = by_member[..., -2:-1], by_member[..., -1:]
        if not (unknown > 0).any():
            return
        self.axes.append(axis)
        is_member = np.arange(by_member.shape[-1]) < by_member.shape[-1] - 2
        has_unknown = (unknown > 0) & is_member
        # Each cell of a mean has its own complete snapshots: Unknown may have more rows than All.
        has_members = (by_member[..., is_member] > 0).any(axis=-1, keepdims=True)
        all_unknown = has_unknown & (unknown >= whole) & ~has_members
        self.unavailable |= np.moveaxis(all_unknown, -1, axis)
        self.uncertain |= np.moveaxis(has_unknown, -1, axis)
        many = has_unknown & (unknown > self.max_share * whole)
        self.unreliable |= np.moveaxis(many, -1, axis)
        self.notes += [
            (np.moveaxis(all_unknown, -1, axis), describe_no_member(title)),
            (np.moveaxis(many & ~all_unknown, -1, axis), describe_unknown_member(title)),
        ]

    def exempt_whole(self, axes: Iterable[int]) -> None:
        """Take the marks off the whole of a distribution, which is 1 whatever is not recorded."""
        is_whole = np.ones(self.cells.value.shape, dtype=bool)
        for axis in axes:
            if self.rows["counted"].shape[axis] < is_whole.shape[axis]:
                np.moveaxis(is_whole, axis, -1)[..., :-1] = False
        self.uncertain &= ~is_whole
        self.unreliable &= ~is_whole

    def marked(self) -> Cells:
        """Return the cells with everything that is not recorded."""
        statistics = self.completeness.statistics
        undecided = {
            statistics[role].key: self.rows[role]
            for role in ("undecided", "unanswered")
            if role in self.rows
        }
        in_repeated_hour = {
            statistics[role].key: self.rows[role]
            for role in ("undecided_in_hour", "unanswered_in_hour")
            if role in self.rows
        }
        without_value = {}
        if "without_value" in self.rows:
            without_value[statistics["without_value"].key] = self.without_value
        if "blank" in self.rows:
            without_value[statistics["blank"].key] = np.where(self.all_blank, self.recordable, 0)
        at_least, at_most = self._bounds()
        value = self.cells.value
        return replace(
            self.cells,
            unavailable=_either(self.cells.unavailable, self.unavailable),
            unreliable=_either(self.cells.unreliable, self.unreliable & ~np.isnan(value)),
            undecided=undecided,
            in_repeated_hour=in_repeated_hour,
            without_value=without_value,
            at_least=np.where(self.uncertain, at_least, value),
            at_most=np.where(self.uncertain, at_most, value),
            notes=self.notes,
        )

    def _bounds(self) -> tuple[Array, Array]:
        """Return the least and the most that each value can be, NaN where there is no limit."""
        cells, none = self.cells, np.full(self.cells.value.shape, np.nan)
        if cells.at_least is not None and cells.at_most is not None:
            is_open = _is_member_with_unknown(self.axes, cells.value.shape)
            is_open |= self.without_value > 0
            return np.where(is_open, none, cells.at_least), np.where(is_open, none, cells.at_most)
        match self.completeness.bounds:
            case Bounds.NONE:
                return none, none
            case Bounds.ADDED:
                return self._bounds_of_sum()
            case Bounds.SHARE:
                return self._bounds_of_share()
            case Bounds.AT_LEAST:
                return self._least_share()[0], none
            case _:
                assert_never(self.completeness.bounds)

    def _bounds_of_sum(self) -> tuple[Array, Array]:
        cells = self.cells
        maybe = self._unknown_amount()
        has_no_limit = np.zeros(cells.value.shape, dtype=bool)
        if self.completeness.amount is None:
            maybe = maybe + self.without_value
        else:
            has_no_limit = self.without_value > 0
        if cells.denominator is not None:
            maybe = np.nan_to_num(_share(maybe, cells.denominator))
        yes = np.nan_to_num(cells.value)
        parts = _Parts(yes, np.zeros_like(yes), maybe)
        outside = parts.outside(self.axes)
        if self.completeness.amount is not None:
            lacking = self.without_value.astype(np.float64)
            has_no_limit = has_no_limit | (_unknown_of_members(lacking, self.axes) > 0)
        most = yes + maybe + outside.yes + outside.maybe
        return yes, np.where(has_no_limit, np.nan, most)

    def _bounds_of_share(self) -> tuple[Array, Array]:
        least, parts, outside = self._least_share()
        most_in_numerator = parts.yes + parts.maybe + outside.yes + outside.maybe
        return least, _share(most_in_numerator, most_in_numerator + parts.no)

    def _least_share(self) -> tuple[Array, _Parts, _Parts]:
        """Return the least share, and the parts that it is calculated from."""
        cells = self.cells
        if cells.numerator is None or cells.denominator is None:
            yes = np.nan_to_num(cells.value)
            parts = _Parts(yes, np.zeros_like(yes), np.zeros_like(yes))
            return yes, parts, parts
        maybe = self._unknown_amount()
        if self.completeness.amount is None:
            maybe = maybe + self.without_value
        parts = _Parts(cells.numerator, cells.denominator - cells.numerator, maybe)
        outside = parts.outside(self.axes)
        rest = parts.no + parts.maybe + outside.no + outside.maybe
        return _share(parts.yes, parts.yes + rest), parts, outside

    def _unknown_amount(self) -> Array:
        """Return what the undecided rows would add: amounts where they are added up, else rows."""
        if self.completeness.amount is None:
            return self.undecided + self.unanswered
        return self._role("undecided_amount") + self._role("unanswered_amount")


def _total(array: Array, axes: Sequence[int]) -> Array:
    """Return the total over some breakdowns, for every cell."""
    for axis in axes:
        array = np.take(array, [-1], axis=axis)
    return array


def _has_unknown(counted: Array, axis: int) -> bool:
    """Return whether any row that counts names no member of the breakdown of an axis."""
    by_member = np.moveaxis(counted, axis, -1)
    return by_member.shape[-1] > 1 and bool((by_member[..., -2] > 0).any())


def _unknown_of_members(array: Array, axes: Sequence[int]) -> Array:
    """Return for each member what names no member of some breakdown, and so may belong to it."""
    widened = array.astype(np.float64, copy=True)
    for axis in axes:
        by_member = np.moveaxis(widened, axis, -1)
        by_member[..., :-2] += by_member[..., -2:-1]
    return widened - array


def _is_member_with_unknown(axes: Sequence[int], shape: tuple[int, ...]) -> Flags:
    is_member = np.zeros(shape, dtype=bool)
    for axis in axes:
        np.moveaxis(is_member, axis, -1)[..., :-2] = True
    return is_member


def _share(part: Array, whole: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _either(first: Flags | None, second: Flags) -> Flags:
    return second if first is None else first | second
