"""The cells of a result and the linear constraints between them: a set of linked tables.

The model of the attacker (the SDC literature also says intruder):

- The attacker knows the result as it is published, the policy, and this code.
- The attacker knows which counts are whole numbers, and that no count is negative.
- The attacker knows every constraint in this module: members add up to the total of a breakdown,
  months to quarters and years, disjoint subsets to their whole, and the two parts of a share to its
  denominator; and what the marker ``[u]`` says of the rows that are not recorded.
- Of a shown cell the attacker knows its rounding interval. Of a suppressed cell the attacker knows
  only what the marker says, and the marker is the same for all suppressed cells.

A cell that no row shows but that follows from shown cells (a complement, an implied period) is part
of the tables too, because it needs the same protection. Sources: Hundepool et al., Statistical
Disclosure Control (2012), chapter 4; the Handbook on SDC, section 4.3, on linked tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import polars as pl

from swm_kpi.contracts import ALL
from swm_kpi.disclosure.additive_triples import find_additive_triples
from swm_kpi.disclosure.cell_semantics import CellRoles, CountKey, SumOfCounts
from swm_kpi.disclosure.period_constraints import (
    Span,
    cycle_basis,
    implied_periods,
    partitions_of_period,
    span_of,
)
from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.disclosure.subsets import find_partitions

COUNT_COLUMNS = ("value", "numerator", "denominator", "answers")
"""The columns of a result whose counts are protected together, by suppressing the row."""
INFINITY = float("inf")
TOLERANCE = 1e-6
"""Two counts that differ by less are equal."""
LARGE_COMPLEMENT_FACTOR = 10
"""A complement needs no constraint if it exceeds this many times the threshold plus the rounding
base: no cell that is tied to it can then make it small."""
MIN_CELLS_FOR_STRUCTURAL_SUM = 10
"""A sum that holds in this many cells is a rule. In fewer cells it may be a coincidence."""

Term = tuple[int, int]
"""A cell, by its position in ``LinkedTables.cells``, and its coefficient: 1 or -1."""
Place = tuple[Span, tuple[str, ...]]
"""A period, and a member of each breakdown."""
CellKey = tuple[str, Span, tuple[str, ...]]
"""The key of a count, a period, and a member of each breakdown."""


@dataclass(frozen=True)
class RowLimit:
    """Counts of which a marker reveals whether together they are above a limit.

    Attributes:
        places: the row and the column of each count.
        limit: the largest sum without the marker.
    """

    places: tuple[tuple[int, str], ...]
    limit: int


@dataclass
class Cell:
    """One count, in one period, for one combination of members.

    Attributes:
        exact: the true count, which the attacker does not know.
        shown: whether at least one row shows it.
        primary: whether it is small, so that it needs primary suppression and protection.
        lower_bound, upper_bound: what the attacker knows of it before using constraints.
        rows: the rows of the result that show it.
        constraints: the constraints that it is in, each with its coefficient.
        is_slack: whether it is a slack variable of an inequality, and no count.
        is_limit: whether it is the slack variable of a limit. It is shown if the marker says on
            which side of the limit the counts are.
        rows_of_its_own: the rows that show it alone, so that the marker of the row is about this
            count. The marker of a share does not say which of its two counts is small.
        is_whole: whether the attacker knows that it is a whole number.
        is_known_zero: whether the attacker knows that it is zero, as of an area of other years.
    """

    exact: float
    shown: bool = True
    primary: bool = False
    lower_bound: float = 0.0
    upper_bound: float = INFINITY
    rows: list[int] = field(default_factory=list)
    constraints: list[Term] = field(default_factory=list)
    is_slack: bool = False
    is_limit: bool = False
    rows_of_its_own: list[int] = field(default_factory=list)
    is_whole: bool = True
    is_known_zero: bool = False

    @property
    def can_be_suppressed(self) -> bool:
        """Whether it is shown and may be suppressed: any count but zero."""
        return self.shown and (self.exact > 0 or self.is_limit)


class LinkedTables:
    """The cells of a result, and the constraints between them.

    Args:
        frame: the table of a result.
        by: its breakdowns.
        roles: which counts are in the rows of each ref, measure and basis.
        policy: which counts are small, and how the others are rounded.
        limits: what markers reveal of sums of counts.
        published_with: for a row that is only published if another one is not suppressed, that
            other row.
        known_zeros: the rows of which everybody knows that all counts are zero.

    Attributes:
        cells: all cells, shown or not.
        constraints: each as terms with one sum in every table that the attacker considers.
        cells_of_row: the cells that a row of the result shows or reveals, by row.
        cell_of_limit: the slack variable of each limit, in their order.
        rows_published_with: the rows that are only published with a row, by that row.
        unpublished: the rows of which not even a marker is published.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        by: Sequence[str],
        roles: Mapping[tuple[str, str, str], CellRoles],
        policy: DisclosurePolicy,
        limits: Sequence[RowLimit] = (),
        published_with: Mapping[int, int] | None = None,
        known_zeros: Collection[int] = (),
    ) -> None:
        self.policy = policy
        self._by = by
        self.cells: list[Cell] = []
        self.constraints: list[list[Term]] = []
        self.cells_of_row: list[list[int]] = [[] for _ in range(frame.height)]
        self._cell_ids: dict[CellKey, int] = {}
        self._cells_of_count: dict[str, dict[Place, int]] = defaultdict(dict)
        self._cell_of_place: dict[tuple[int, str], int] = {}
        self._counts: dict[str, CountKey] = {}
        self._counts_of_ref: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._share_rows: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._coincidental: list[tuple[list[int], float]] = []
        self.rows_published_with: dict[int, list[int]] = defaultdict(list)
        for row, other in (published_with or {}).items():
            self.rows_published_with[other].append(row)
        self.unpublished: set[int] = set()
        self._known_zeros = known_zeros
        self._add_shown_cells(frame, roles)
        sums = self._sums_of_counts(roles.values())
        while sum(self._add_term_that_follows(item) for item in sums):
            pass
        self._add_implied_periods()
        self._add_member_constraints()
        self._add_period_constraints()
        self._add_complements()
        for item in sums:
            self._add_sum(item)
        self._add_partitions()
        self.cell_of_limit = [self._add_limit(limit) for limit in limits]
        self._classify_cells()

    def _add_shown_cells(
        self,
        frame: pl.DataFrame,
        roles: Mapping[tuple[str, str, str], CellRoles],
    ) -> None:
        names = ["ref", "measure", "basis", "period_start", "period_end"]
        columns = [frame[name].to_list() for name in (*names, *self._by)]
        numbers = {name: frame[name].to_list() for name in COUNT_COLUMNS if name in frame.columns}
        for row, (ref, measure, basis, start, end, *members) in enumerate(
            zip(*columns, strict=True)
        ):
            row_roles = roles[ref, measure, basis]
            span = span_of(start, end)
            cells = {}
            for column, count in row_roles.counts.items():
                number = numbers[column][row]
                if number is None:
                    continue
                cells[column] = self._cell_id(count, span, self._members_of(count, members), number)
                self._counts_of_ref[ref, basis].add(count.key)
            for column, cell in cells.items():
                self._cell_of_place[row, column] = cell
                self.cells_of_row[row].append(cell)
                self.cells[cell].rows.append(row)
                self.cells[cell].is_known_zero |= row in self._known_zeros
                if len(cells) == 1:
                    self.cells[cell].rows_of_its_own.append(row)
            if row_roles.has_complement and {"numerator", "denominator"} <= cells.keys():
                self._share_rows[cells["numerator"], cells["denominator"]].append(row)

    def _members_of(self, count: CountKey, members: Sequence[str]) -> tuple[str, ...]:
        """Return the members of the cell that a row with these members shows."""
        return tuple(
            ALL if count.total_over == dimension else member
            for dimension, member in zip(self._by, members, strict=True)
        )

    def _cell_id(self, count: CountKey, span: Span, members: tuple[str, ...], number: float) -> int:
        key = (count.key, span, members)
        cell = self._cell_ids.get(key)
        if cell is not None and abs(self.cells[cell].exact - number) > TOLERANCE:
            # One count with two numbers, as where two tables end on different days.
            count = CountKey(f"{count.key} as {number}", over_members="")
            key = (count.key, span, members)
            cell = self._cell_ids.get(key)
        if cell is None:
            self._counts[count.key] = count
            cell = self._cell_ids[key] = len(self.cells)
            self._cells_of_count[count.key][span, members] = cell
            self.cells.append(Cell(number))
        return cell

    def _add_unshown_cell(self, exact: float, *, is_slack: bool = False) -> int:
        self.cells.append(Cell(exact, shown=False, is_slack=is_slack))
        return len(self.cells) - 1

    def _add_coincidental_constraints(
        self, constraints: Sequence[Sequence[Term]], lower_bound: float
    ) -> None:
        """Add constraints that hold in every cell, although the definitions do not imply them.

        In few cells that may be a coincidence. Each constraint then gets a slack variable, which
        is zero if the constraint is a rule, and at least ``lower_bound`` if it is not.
        """
        slacks = []
        for terms in constraints:
            if len(constraints) < MIN_CELLS_FOR_STRUCTURAL_SUM:
                slacks.append(self._add_unshown_cell(0.0, is_slack=True))
                terms = [*terms, (slacks[-1], 1)]
            self._add_constraint(terms)
        if slacks:
            self._coincidental.append((slacks, lower_bound))

    def _add_constraint(self, terms: Sequence[Term]) -> None:
        for cell, sign in terms:
            self.cells[cell].constraints.append((len(self.constraints), sign))
        self.constraints.append(list(terms))

    def _add_complement(self, subset: int, whole: int) -> int:
        """Add the cell that is the whole less its subset, which no row shows."""
        complement = self._add_unshown_cell(self.cells[whole].exact - self.cells[subset].exact)
        self._add_constraint([(subset, 1), (complement, 1), (whole, -1)])
        return complement

    def _add_constraint_with_slack(self, terms: list[Term], *, is_equality: bool) -> None:
        """Add a constraint; with a slack variable if it is an inequality or does not hold.

        What a total has besides its parts is a count that no row shows.
        """
        excess = sum(sign * self.cells[cell].exact for cell, sign in terms)
        if abs(excess) > TOLERANCE or not is_equality:
            is_slack = excess > 0 or not is_equality
            slack = self._add_unshown_cell(abs(excess), is_slack=is_slack)
            terms = [*terms, (slack, -1 if excess >= 0 else 1)]
        self._add_constraint(terms)

    def _add_member_constraints(self) -> None:
        for axis in range(len(self._by)):
            parts_of: dict[CellKey, list[int]] = defaultdict(list)
            for (count, span, members), cell in self._cell_ids.items():
                if members[axis] != ALL and self._counts[count].over_members:
                    total = (*members[:axis], ALL, *members[axis + 1 :])
                    parts_of[count, span, total].append(cell)
            for key, parts in parts_of.items():
                if key in self._cell_ids:
                    terms = [*((part, 1) for part in parts), (self._cell_ids[key], -1)]
                    is_equality = self._counts[key[0]].over_members == "additive"
                    self._add_constraint_with_slack(terms, is_equality=is_equality)

    def _cells_by_period(self) -> dict[tuple[str, tuple[str, ...]], dict[Span, int]]:
        """Return the cells of each count and members by period, where periods are related."""
        series: dict[tuple[str, tuple[str, ...]], dict[Span, int]] = defaultdict(dict)
        for (count, span, members), cell in self._cell_ids.items():
            if self._counts[count].over_time:
                series[count, members][span] = cell
        return series

    def _add_implied_periods(self) -> None:
        """Add the cells that no row shows and that follow from longer and shorter periods."""
        implied = cache(lambda spans: list(implied_periods(spans)))
        for (count, members), cells in self._cells_by_period().items():
            if self._counts[count].over_time == "additive":
                for (span, _), *path in implied(frozenset(cells)):
                    exact = sum(sign * self.cells[cells[shown]].exact for shown, sign in path)
                    if exact >= -TOLERANCE:
                        self._cell_ids[count, span, members] = self._add_unshown_cell(
                            max(exact, 0.0)
                        )

    def _add_period_constraints(self) -> None:
        equalities = cache(lambda spans: list(cycle_basis(spans)))
        inequalities = cache(lambda spans: list(partitions_of_period(sorted(spans))))
        for (count, _), cells in self._cells_by_period().items():
            is_equality = self._counts[count].over_time == "additive"
            for constraint in (equalities if is_equality else inequalities)(frozenset(cells)):
                terms = [(cells[span], sign) for span, sign in constraint]
                excess = sum(sign * self.cells[cell].exact for cell, sign in terms)
                if abs(excess) <= TOLERANCE or not is_equality:
                    self._add_constraint_with_slack(terms, is_equality=is_equality)

    def _add_complements(self) -> None:
        """Add what the numerator of each share leaves of its denominator."""
        key_of = {cell: key for key, cell in self._cell_ids.items()}
        wholes: dict[str, set[str]] = defaultdict(set)
        for subset, whole in self._share_rows:
            wholes[key_of[subset][0]].add(key_of[whole][0])
        for (count, span, members), subset in list(self._cell_ids.items()):
            for outer in sorted(wholes.get(count, ())):
                outer_members = self._members_of(self._counts[outer], members)
                superset = self._cell_ids.get((outer, span, outer_members))
                if superset is None or superset == subset:
                    continue
                rows = self._share_rows.get((subset, superset), [])
                # An implied period has no row, but an attacker can calculate its share.
                if rows or not self.cells[subset].rows or not self.cells[superset].rows:
                    complement = self._add_complement(subset, superset)
                    for row in rows:
                        self.cells_of_row[row].append(complement)

    def _sums_of_counts(self, roles: Iterable[CellRoles]) -> list[SumOfCounts]:
        """Return the sums that definitions imply, without parts that are zero in every cell.

        A column of unrecorded rows that is empty in a whole measure has no cells: it is zero.
        """
        roles = list(roles)
        unrecorded = {count.key for item in roles for count in item.row_counts.values()}
        zeros = unrecorded - self._counts.keys()
        sums = {}
        # Without a count of unmapped rows, the sums by reason say nothing.
        by_reason = [
            item
            for row_roles in roles
            if row_roles.unmapped is not None and row_roles.unmapped.key in self._counts
            for item in row_roles.sums_by_reason
        ]
        for item in (*(item for row_roles in roles for item in row_roles.sums), *by_reason):
            if item.whole.key not in zeros:
                parts = tuple(part for part in item.parts if part.key not in zeros)
                sums[item.whole.key, parts] = SumOfCounts(item.whole, parts)
        return list(sums.values())

    def _places_of_sum(self, item: SumOfCounts) -> Iterator[tuple[Place, list[int | None]]]:
        """Yield each period and members with a cell of the sum, and the cells: the whole first."""
        keys = [count.key for count in (item.whole, *item.parts)]
        by_count: list[dict[Place, int]] = [self._cells_of_count.get(key, {}) for key in keys]
        for place in dict.fromkeys(place for cells in by_count for place in cells):
            yield place, [cells.get(place) for cells in by_count]

    def _add_term_that_follows(self, item: SumOfCounts) -> bool:
        """Add the cells of a sum that no row shows and that follow from the others, if any."""
        has_added = False
        counts = (item.whole, *item.parts)
        for place, cells in list(self._places_of_sum(item)):
            if cells.count(None) != 1:
                continue
            missing = cells.index(None)
            whole, *parts = (0.0 if cell is None else self.cells[cell].exact for cell in cells)
            exact = whole - sum(parts) if missing else sum(parts)
            if exact >= -TOLERANCE:
                count = counts[missing]
                self._counts[count.key] = count
                cell = self._add_unshown_cell(max(exact, 0.0))
                self._cell_ids[count.key, *place] = cell
                self._cells_of_count[count.key][place] = cell
                has_added = True
        return has_added

    def _add_sum(self, item: SumOfCounts) -> None:
        """Add the constraints of a sum, where all its cells are known."""
        for _, cells in self._places_of_sum(item):
            known = [cell for cell in cells if cell is not None]
            whole, *parts = known
            rest = self.cells[whole].exact - sum(self.cells[part].exact for part in parts)
            if len(known) == len(cells) and abs(rest) <= TOLERANCE:
                self._add_constraint([*((part, 1) for part in parts), (whole, -1)])

    def _add_limit(self, limit: RowLimit) -> int:
        """Add what a marker reveals: whether some counts together are above a limit."""
        cells = [self._cell_of_place[place] for place in limit.places]
        excess = sum(self.cells[cell].exact for cell in cells) - limit.limit
        slack = self._add_unshown_cell(excess - 1 if excess > 0 else -excess, is_slack=True)
        self.cells[slack].shown = self.cells[slack].is_limit = True
        self._add_constraint([*((cell, 1) for cell in cells), (slack, -1 if excess > 0 else 1)])
        return slack

    def _add_partitions(self) -> None:
        """Add constraints between a count and its subsets, whichever refs show them."""
        cells_of: dict[str, dict[Any, int]] = defaultdict(dict)
        for (count, span, members), cell in self._cell_ids.items():
            cells_of[count][span, members] = cell
        partitions = list(find_partitions({key: self._counts[key] for key in cells_of}))
        in_partition: set[tuple[str, str]] = set()
        additive: set[tuple[frozenset[str], str]] = set()
        # Larger sets of disjoint subsets come first: where they make up the whole, the complement
        # of one of them is the others, and these are protected by themselves.
        for partition in sorted(partitions, key=lambda partition: -len(partition.subsets)):
            if (
                len(partition.subsets) == 1
                and (partition.subsets[0], partition.whole) in in_partition
            ):
                continue
            subsets = [cells_of[subset] for subset in partition.subsets]
            common = set(cells_of[partition.whole]).intersection(*subsets)
            cells = [
                ([subset[place] for subset in subsets], cells_of[partition.whole][place])
                for place in cells_of[partition.whole]
                if place in common
            ]
            if self._add_partition(cells, is_exhaustive=partition.is_exhaustive):
                in_partition |= {(subset, partition.whole) for subset in partition.subsets}
                additive.add((frozenset(partition.subsets), partition.whole))
        self._add_triples(cells_of, additive)

    def _add_partition(self, cells: list[tuple[list[int], int]], *, is_exhaustive: bool) -> bool:
        """Add the constraints of one partition; return whether the subsets make up the whole."""
        complements = [
            self.cells[whole].exact - sum(self.cells[subset].exact for subset in subsets)
            for subsets, whole in cells
        ]
        may_be_exhaustive = is_exhaustive or (len(cells[0][0]) > 1 if cells else False)
        if may_be_exhaustive and all(abs(exact) <= TOLERANCE for exact in complements):
            constraints = [
                [*((subset, 1) for subset in subsets), (whole, -1)] for subsets, whole in cells
            ]
            if is_exhaustive:
                for constraint in constraints:
                    self._add_constraint(constraint)
            else:
                self._add_coincidental_constraints(constraints, 0.0)
            return True
        large = LARGE_COMPLEMENT_FACTOR * (
            self.policy.threshold + max(self.policy.rounding_base, 1)
        )
        for (subsets, whole), exact in zip(cells, complements, strict=True):
            if -TOLERANCE <= exact <= large:
                complement = self._add_unshown_cell(max(exact, 0.0))
                self._add_constraint(
                    [*((subset, 1) for subset in subsets), (complement, 1), (whole, -1)]
                )
        return False

    def _add_triples(
        self,
        cells_of: Mapping[str, Mapping[Any, int]],
        additive: set[tuple[frozenset[str], str]],
    ) -> None:
        """Add the additive triples among the counts of one ref, and of one family."""
        families: dict[str, set[str]] = defaultdict(set)
        for key in cells_of:
            if self._counts[key].family:
                families[self._counts[key].family].add(key)
        numbers = {
            key: {place: self.cells[cell].exact for place, cell in cells.items()}
            for key, cells in cells_of.items()
        }
        groups = [*self._counts_of_ref.values(), *families.values()]
        for first, second, whole in find_additive_triples(numbers, groups):
            if (frozenset((first, second)), whole) not in additive:
                constraints = [
                    [(cells_of[first][place], 1), (cells_of[second][place], 1), (cell, -1)]
                    for place, cell in cells_of[whole].items()
                ]
                self._add_coincidental_constraints(constraints, -INFINITY)

    def _classify_cells(self) -> None:
        """Find the primary cells, and set the bounds that the attacker knows at the start."""
        for cell in self.cells:
            cell.is_whole = cell.exact == int(cell.exact) if abs(cell.exact) < 2**53 else False
        fractional = {
            key[0] for key, cell in self._cell_ids.items() if not self.cells[cell].is_whole
        }
        for key, position in self._cell_ids.items():
            self.cells[position].is_whole = key[0] not in fractional
        small = self.policy.is_small(np.array([cell.exact for cell in self.cells])).tolist()
        for cell, is_small in zip(self.cells, small, strict=True):
            if cell.is_known_zero:
                cell.lower_bound = cell.upper_bound = 0.0
                continue
            cell.primary = not cell.is_slack and is_small
            if cell.shown and not cell.is_limit:
                shown = self.policy.rounded(cell.exact)
                cell.lower_bound, cell.upper_bound = self.policy.rounding_interval(
                    shown, whole=cell.is_whole
                )
            if cell.primary or not cell.shown:
                self.suppress(cell)
        for slacks, _ in self._coincidental:
            self._set_bounds(slacks, 0.0, 0.0)

    def _set_bounds(self, cells: Sequence[int], lower_bound: float, upper_bound: float) -> None:
        for cell in cells:
            self.cells[cell].lower_bound = lower_bound
            self.cells[cell].upper_bound = upper_bound

    def iter_relaxations(self, cells: Sequence[int]) -> Iterator[None]:
        """Relax the coincidental constraints among some cells: each by itself, and then all.

        A relaxation is in force until the next iteration.
        """
        among = set(cells)
        coincidental = [
            (here, lower_bound)
            for slacks, lower_bound in self._coincidental
            if (here := [slack for slack in slacks if slack in among])
        ]
        for relaxed in [
            *([group] for group in coincidental),
            *([coincidental] if len(coincidental) > 1 else []),
        ]:
            for slacks, lower_bound in relaxed:
                self._set_bounds(slacks, lower_bound, INFINITY)
            yield
            for slacks, _ in relaxed:
                self._set_bounds(slacks, 0.0, 0.0)

    def connected_components(self) -> list[list[int]]:
        """Return the cells of each connected component: cells that constraints join."""
        components: list[list[int]] = []
        unvisited = set(range(len(self.cells)))
        for first in range(len(self.cells)):
            if first in unvisited:
                component = [first]
                unvisited.remove(first)
                for cell in component:
                    for constraint, _ in self.cells[cell].constraints:
                        for other, _ in self.constraints[constraint]:
                            if other in unvisited:
                                unvisited.remove(other)
                                component.append(other)
                components.append(sorted(component))
        return components

    def suppress(self, cell: Cell) -> None:
        """Mark a cell as not shown, and widen its bounds to what its marker reveals."""
        cell.shown = False
        cell.lower_bound = self.lower_bound_if_suppressed(cell)
        cell.upper_bound = INFINITY

    def lower_bound_if_suppressed(self, cell: Cell) -> float:
        """Return the least value that the attacker allows for a cell if it is suppressed."""
        return -INFINITY if cell.is_limit else min(self.attacker_lower_bound(cell), cell.exact)

    def attacker_lower_bound(self, cell: Cell) -> float:
        """Return the least count that the attacker allows for a suppressed cell: 0 or 1.

        It is 1 where the marker is about this count alone and a zero would have been shown.
        """
        is_positive = (
            any(row not in self.unpublished for row in cell.rows_of_its_own)
            and self.policy.show_zeros
            and cell.exact > 0
            and cell.is_whole
        )
        return 1.0 if is_positive else 0.0

    def protection_interval(self, cell: Cell) -> tuple[float, float]:
        """Return the interval that the attacker's feasibility interval of a cell must contain.

        It is all that the threshold says of a small count: from 1 (or 0, if zeros are suppressed)
        to the largest small count.
        """
        low = 1.0 if self.policy.show_zeros else 0.0
        return min(low, cell.exact), max(float(self.policy.largest_small_count), cell.exact)
