"""The attacker's side: which other tables agree with everything that is published.

A feasible table gives every cell a value within its bounds so that all constraints hold. The
attacker cannot tell it from the true table. So the feasibility interval of a cell is at least as
wide as the values that the cell has in two feasible tables. This module finds such tables by linear
programming, and proposes cells for secondary suppression where there are none. It is an audit by
witness: it does not calculate the exact interval, it shows that the interval contains a target.

The linear programs are close to those of Fischetti and Salazar, "Solving the cell suppression
problem on tabular data with linear constraints", Management Science 47 (2001).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from swm_kpi.disclosure.linear_program import Array, LinearProgram, SolverLimitReached
from swm_kpi.disclosure.linked_tables import LinkedTables

Mask = NDArray[np.bool_]
"""One flag for each cell of a component."""
Positions = NDArray[np.intp]

WITHIN_BOUNDS = (1.0,)
"""A cell changes within its bounds only: one variable for each cell."""
DIRECTIONS = (1.0, 1.0, -1.0)
"""A cell changes within its bounds, above them, or below them: three variables for each cell."""

TOLERANCE = 1e-6
"""Two numbers that differ by less are equal."""
GOAL_WEIGHT = 1e6
"""The gain from a change of 1 towards the target: more than the cost of all suppressions."""
NEIGHBOURHOOD_SIZES = ((300, 8), (1_000, 20), (3_000, 50), (8_000, 200))
"""The subproblems that are solved before the full problem: cells, and terms per constraint."""
MAX_PROPAGATION_ROUNDS = 20
"""How often lower bounds are propagated through all constraints."""
LARGE_PROBLEM = 3_000
"""Cells from which a solution in whole numbers is only searched close to one in fractions."""
EXPANSION_STEPS = 2
"""How many constraints away from a fraction that search may go: 3 steps took 60 seconds."""
MAX_TERMS_PER_CONSTRAINT = 50
"""How many terms of each constraint that search may change."""


class AttackerModel:
    """All tables that an attacker must consider, for one connected component of cells.

    A table is stored as changes: for each cell, its value less the true count. The true table is
    all zeros. Arrays have one element for each cell of the component, in the order of ``cells``.

    Args:
        linked_tables: the cells of a result and their constraints.
        cells: the cells of the component, by their position in the linked tables.

    Attributes:
        lower, upper: the bounds of each change, as far as the attacker knows them.
    """

    def __init__(self, linked_tables: LinkedTables, cells: Sequence[int]) -> None:
        self._linked_tables = linked_tables
        self.cells = list(cells)
        position = {cell: at for at, cell in enumerate(self.cells)}
        members = [linked_tables.cells[cell] for cell in self.cells]
        constraints = sorted({constraint for cell in members for constraint, _ in cell.constraints})
        terms = [
            (row, position[cell], sign)
            for row, constraint in enumerate(constraints)
            for cell, sign in linked_tables.constraints[constraint]
        ]
        self._term_constraint, self._term_cell, signs = (
            np.array(column) for column in zip(*terms, strict=True)
        )
        self._term_sign = signs.astype(np.float64)
        self._exact = np.array([cell.exact for cell in members])
        self._is_whole = np.array([cell.is_whole for cell in members])
        # A large count costs more than a small one. Suppressed cells and zeros have no cost.
        self._suppression_cost = 1.0 + np.log1p(np.abs(self._exact))
        self._all = np.ones(len(members), dtype=bool)
        self._program_within_bounds = self.linear_program(self._all, WITHIN_BOUNDS)
        self._full_problem: _Subproblem | None = None
        self.refresh()

    def refresh(self) -> None:
        """Read the bounds again, after cells were suppressed or constraints relaxed."""
        members = [self._linked_tables.cells[cell] for cell in self.cells]
        self.lower = np.array([cell.lower_bound for cell in members]) - self._exact
        self.upper = np.array([cell.upper_bound for cell in members]) - self._exact
        self._lower_if_suppressed = np.array(
            [self._linked_tables.lower_bound_if_suppressed(cell) - cell.exact for cell in members]
        )
        self._can_suppress = np.array([cell.can_be_suppressed for cell in members])

    def propagate_lower_bounds(self) -> Array:
        """Return a lower bound of each change that holds whatever is suppressed.

        A total is at least the sum of its parts' lower bounds, and so on to the totals of totals
        (bound propagation, as in constraint programming). It is fast, and finds most targets that
        are infeasible. The others are found by solving.
        """
        lower = np.where(self._can_suppress, self._lower_if_suppressed, self.lower)
        upper = np.where(self._can_suppress, np.inf, self.upper)
        is_positive = self._term_sign > 0
        for _ in range(MAX_PROPAGATION_ROUNDS):
            above = self._sum_of_other_terms(
                np.where(is_positive, -lower[self._term_cell], upper[self._term_cell])
            )
            below = self._sum_of_other_terms(
                np.where(is_positive, upper[self._term_cell], -lower[self._term_cell])
            )
            before = lower.copy()
            np.maximum.at(lower, self._term_cell, np.where(is_positive, -below, -above))
            if np.array_equal(before, lower):
                break
        return lower

    def _sum_of_other_terms(self, terms: Array) -> Array:
        """Return the sum of the other terms of its constraint, for each term, maybe infinite."""
        infinite = np.isinf(terms)
        finite = np.where(infinite, 0.0, terms)
        others = np.bincount(self._term_constraint, finite)[self._term_constraint] - finite
        infinite_others = (
            np.bincount(self._term_constraint, infinite)[self._term_constraint] - infinite
        )
        return np.where(infinite_others > 0, np.inf, others)

    def audit_batch(self, targets: Array, wanted: Mask) -> Array:
        """Return a feasible table in which as many cells as possible reach their targets.

        It suppresses nothing. A cell that does not reach its target in this table may reach it in
        another one.

        Args:
            targets: the change that each cell should be able to make.
            wanted: the cells that have not reached their targets.
        """
        increases = wanted & (targets > 0)
        decreases = wanted & (targets < 0)
        lower = np.where(decreases, np.maximum(self.lower, targets), self.lower)
        upper = np.where(increases, np.minimum(self.upper, targets), self.upper)
        cost = np.where(increases, -1.0, np.where(decreases, 1.0, 0.0))
        solution = self._program_within_bounds.solve(cost, lower, upper)
        if solution is None:
            return np.zeros(len(targets))
        if len(self.cells) > LARGE_PROBLEM:
            # In a large component one fraction reaches nearly every cell through constraints.
            whole = self._nearby_whole_solution(solution, WITHIN_BOUNDS, cost, lower, upper)
            solution = solution if whole is None else whole
        return self._verified_changes(solution)

    def min_cost_table(self, cell: int, target: float) -> Array:
        """Return a table in which one cell comes as close to its target as possible.

        Shown cells may leave their bounds for it, at a cost: they then have to be suppressed. All
        changes are zero where the cell has its true count in every table, whatever is suppressed.

        Args:
            cell: the position of the cell in ``cells``.
            target: the change that it should be able to make.

        Raises:
            SolverLimitReached: a limit was reached before a table was found, so nothing is known.
        """
        for subproblem in self._iter_subproblems(cell):
            try:
                changes, reach = self._solve_subproblem(subproblem, cell, target)
            except SolverLimitReached:
                if subproblem is self._full_problem:
                    raise
                continue
            if abs(changes[cell]) >= abs(target) - TOLERANCE:
                return changes
        # The target is infeasible even for all cells together. Try the largest feasible change.
        return self.min_cost_table(cell, math.copysign(reach, target)) if reach else changes

    def _iter_subproblems(self, cell: int) -> Iterator[_Subproblem]:
        """Yield neighbourhoods of a cell, from small to large, and then the full problem."""
        for max_cells, max_terms in NEIGHBOURHOOD_SIZES:
            if max_cells < len(self.cells):
                yield _Subproblem(self, self._neighbourhood(cell, max_cells, max_terms))
        if self._full_problem is None:
            self._full_problem = _Subproblem(self, self._all)
        yield self._full_problem

    def _solve_subproblem(
        self, subproblem: _Subproblem, cell: int, target: float
    ) -> tuple[Array, float]:
        """Return a table that reaches the target, and how far towards it the cell can change.

        All changes are zero where the cell cannot reach the target.
        """
        cost, lower, upper = self._cost_and_bounds(cell, target)
        cost[cell] = -GOAL_WEIGHT * np.sign(target)
        solution = subproblem.solve(cost, lower, upper)
        if solution is None:
            raise SolverLimitReached
        reach = abs(solution[cell])
        if self._is_whole[cell]:
            reach = math.floor(reach + TOLERANCE)
        unchanged = np.zeros(len(self.cells))
        if reach < abs(target) - TOLERANCE:
            return unchanged, reach
        changes = self._verified_changes(solution)
        if abs(changes[cell]) >= abs(target) - TOLERANCE:
            return changes, reach
        # The target is feasible in fractions. Solve again in whole numbers.
        cost[cell] = 0.0
        lower[cell] = upper[cell] = target
        if subproblem is self._full_problem and len(self.cells) > LARGE_PROBLEM:
            solution = self._nearby_whole_solution(solution, DIRECTIONS, cost, lower, upper)
            if solution is None:
                raise SolverLimitReached
        else:
            solution = subproblem.solve_whole(cost, lower, upper)
        if solution is None:
            return unchanged, max(reach - 1, 0.0)
        changes = self._verified_changes(solution)
        if np.abs(changes - solution).max() > TOLERANCE:
            raise SolverLimitReached
        return changes, reach

    def _nearby_whole_solution(
        self,
        solution: Array,
        directions: Sequence[float],
        cost: Array,
        lower: Array,
        upper: Array,
    ) -> Array | None:
        """Return a solution in whole numbers close to one in fractions, or None.

        A solve in whole numbers over a large component takes minutes. So all whole values stay as
        they are, except those in a constraint with a fraction, and then those in a constraint with
        one of these.

        Args:
            solution: the changes in fractions.
            directions: the sign of each variable of a cell.
            cost: the cost of each variable in the problem in fractions.
            lower: the lower bounds of the variables.
            upper: the upper bounds of the variables.
        """
        rounded = np.round(solution)
        is_free = self._is_whole & (np.abs(solution - rounded) > TOLERANCE)
        if not is_free.any():
            return solution
        priority = self._priority_terms(MAX_TERMS_PER_CONSTRAINT)
        for _ in range(EXPANSION_STEPS):
            is_free = self._expand(is_free, priority)
            fixed = np.where(is_free, 0.0, np.where(self._is_whole, rounded, solution))
            variables = np.tile(is_free, len(directions))
            program = self.linear_program(is_free, directions, whole=True, fixed=fixed)
            with suppress(SolverLimitReached):
                whole = program.solve(cost[variables], lower[variables], upper[variables])
                if whole is not None:
                    fixed[is_free] = np.array(directions) @ whole.reshape(len(directions), -1)
                    return fixed
        return None

    def _neighbourhood(self, cell: int, max_cells: int, max_terms: int) -> Mask:
        """Return the cells that are fewest constraints away, with so many terms of each."""
        priority = self._priority_terms(max_terms)
        near = np.zeros(len(self.cells), dtype=bool)
        near[cell] = True
        size = 0
        while size < near.sum() <= max_cells:
            size = near.sum()
            near = self._expand(near, priority)
        return near

    def _priority_terms(self, max_terms: int) -> Positions:
        """Return the first terms of each constraint, at most ``max_terms`` of each.

        Cells that can change without a cost come first, and of those the ones with the widest
        bounds.
        """
        width = self.upper - self.lower
        can_change = self._can_suppress | (width > 0)
        order = np.lexsort((-width, np.where(width > 0, 0.0, self._suppression_cost)))
        rank = np.empty(len(order))
        rank[order] = np.arange(len(order))
        terms = np.lexsort((rank[self._term_cell], self._term_constraint))
        terms = terms[can_change[self._term_cell[terms]]]
        first = np.searchsorted(self._term_constraint[terms], self._term_constraint[terms])
        chosen: Positions = terms[np.arange(len(terms)) - first < max_terms]
        return chosen

    def _expand(self, cells: Mask, priority: Positions) -> Mask:
        """Return some cells, and the cells of priority in the constraints that they are in."""
        touched = np.zeros(len(self._term_constraint), dtype=bool)
        touched[self._term_constraint[cells[self._term_cell]]] = True
        expanded = cells.copy()
        expanded[self._term_cell[priority[touched[self._term_constraint[priority]]]]] = True
        return expanded

    def neighbourhood(self, cell: int) -> list[int]:
        """Return the smallest neighbourhood of a cell, by position in the linked tables."""
        near = self._neighbourhood(cell, *NEIGHBOURHOOD_SIZES[0])
        return [self.cells[position] for position in np.flatnonzero(near)]

    def cells_to_suppress(self, changes: Array) -> list[int]:
        """Return the cells that leave their bounds, by position in the linked tables."""
        outside = (changes < self.lower - TOLERANCE) | (changes > self.upper + TOLERANCE)
        return [self.cells[position] for position in np.flatnonzero(outside)]

    def _cost_and_bounds(self, cell: int, target: float) -> tuple[Array, Array, Array]:
        """Return cost, lower and upper bounds of three variables for each cell."""
        can = self._can_suppress
        zeros = np.zeros(len(can))
        below = np.where(can, self.lower, 0.0) - np.where(can, self._lower_if_suppressed, 0.0)
        cost = np.concatenate(
            [
                zeros,
                np.where(can, self._suppression_cost, 0.0),
                np.where(can, self._suppression_cost, 0.0),
            ]
        )
        lower = np.concatenate([self.lower, zeros, zeros])
        upper = np.concatenate(
            [
                self.upper,
                np.where(can, np.inf, 0.0),
                below,
            ]
        )
        if target > 0:
            upper[cell] = min(upper[cell], target)
        else:
            lower[cell] = max(lower[cell], target)
        return cost, lower, upper

    def linear_program(
        self,
        among: Mask,
        directions: Sequence[float],
        *,
        whole: bool = False,
        fixed: Array | None = None,
    ) -> LinearProgram:
        """Return the linear program over the changes of some cells.

        Args:
            among: the cells that may change.
            directions: the sign of each variable of a cell.
            whole: whether whole cells change by whole numbers.
            fixed: the changes of the other cells; zero when left out.
        """
        terms = np.flatnonzero(among[self._term_cell])
        position = np.cumsum(among) - 1
        count = int(among.sum())
        rows, constraints = np.unique(self._term_constraint[terms], return_inverse=True)
        constraints = np.tile(constraints, len(directions))
        variables = np.concatenate(
            [position[self._term_cell[terms]] + number * count for number in range(len(directions))]
        )
        coefficients = np.concatenate([sign * self._term_sign[terms] for sign in directions])
        order = np.argsort(constraints, kind="stable")
        return LinearProgram(
            constraints[order].astype(np.int32),
            variables[order].astype(np.int32),
            coefficients[order],
            count * len(directions),
            np.tile(self._is_whole[among], len(directions)) if whole else None,
            None if fixed is None else -self._residuals(fixed)[rows],
        )

    def _residuals(self, changes: Array) -> Array:
        """Return by how much each constraint is violated; shape ``(constraints,)``."""
        return np.bincount(
            self._term_constraint, self._term_sign * changes[self._term_cell]
        ).astype(np.float64)

    def _verified_changes(self, solution: Array) -> Array:
        """Return the changes of a solution that are whole and satisfy every constraint exactly.

        Changes that share no constraint with a fraction are a feasible table by themselves. So the
        solver only proposes a table; the constraints are checked here, in whole numbers.
        """
        rounded = np.round(solution)
        is_whole = np.abs(solution - rounded) < TOLERANCE
        changes = np.where(is_whole, rounded, np.where(self._is_whole, 0.0, solution))
        while True:
            violated = np.abs(self._residuals(changes)) > TOLERANCE
            if not violated.any():
                return changes
            changes[self._term_cell[violated[self._term_constraint]]] = 0.0


class _Subproblem:
    """The tables in which only some cells change: within their bounds, above or below them."""

    def __init__(self, model: AttackerModel, among: Mask) -> None:
        self._model = model
        self._among = among
        self._variables = np.tile(among, 3)
        self._programs: dict[bool, LinearProgram] = {}

    def solve(self, cost: Array, lower: Array, upper: Array) -> Array | None:
        """Return the changes of all cells at minimum cost, or None where none are feasible."""
        return self._solve(cost, lower, upper, whole=False)

    def solve_whole(self, cost: Array, lower: Array, upper: Array) -> Array | None:
        """Return the changes of all cells in whole numbers, or None where none are feasible."""
        return self._solve(cost, lower, upper, whole=True)

    def _solve(self, cost: Array, lower: Array, upper: Array, *, whole: bool) -> Array | None:
        if whole not in self._programs:
            self._programs[whole] = self._model.linear_program(self._among, DIRECTIONS, whole=whole)
        arguments = (array[self._variables] for array in (cost, lower, upper))
        solution = self._programs[whole].solve(*arguments)
        if solution is None:
            return None
        within, above, below = np.split(solution, 3)
        changes = np.zeros(len(self._among))
        changes[self._among] = within + above - below
        return changes
