"""Primary and secondary suppression: choose the cells to suppress so that no small count leaks.

Every row with a small count is suppressed (primary suppression). Then, for every small count, two
feasible tables are found: one in which the count is as low as a suppressed count can be, and one in
which it is as high. Where shown cells do not allow such tables, a table is found in which they
change as little as possible. A shown cell that changes by more than its rounding hides is
suppressed too (secondary suppression). A shown zero is never suppressed to protect another cell.

What is guaranteed: with the constraints of ``LinkedTables``, the attacker's feasibility interval of
each small count contains its protection interval, as far as suppressing non-zero cells allows. What
is not guaranteed: that the fewest cells are suppressed; anything about knowledge from elsewhere;
and targets that the markers alone rule out. For example, a total of four suppressed parts is known
to be at least 4, because zeros are shown.
"""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from swm_kpi.disclosure.attacker_model import AttackerModel
from swm_kpi.disclosure.linear_program import Array, SolverLimitReached
from swm_kpi.disclosure.linked_tables import LinkedTables
from swm_kpi.errors import RequestError
from swm_kpi.progress import progress

TOLERANCE = 1e-6
"""Two numbers that differ by less are equal."""
MIN_CELLS_BETWEEN_AUDITS = 20
AUDITS_PER_PASS = 10
"""Cells are solved one by one, and all are audited again after a tenth of them, but at least 20."""
MAX_PRIMARY_CELLS = 25_000
"""A result with more small counts is refused: it would take hours and suppress nearly all."""

DECREASE, INCREASE = 0, 1
"""The two rows of an array of targets: how much lower and how much higher a count should reach."""


class SuppressionPattern:
    """Which rows of a result are suppressed, and why.

    Args:
        linked_tables: the cells of the result and their constraints. Bounds of suppressed cells are
            widened in place.
        primary: rows to suppress besides those with a small count.

    Attributes:
        primary: rows that would show or leave a small count.
        secondary: rows suppressed to protect others (also called complementary suppression).
        overprotected: suppressed rows of which some may be unnecessary, because a solver limit was
            reached and the whole neighbourhood of a cell was suppressed.

    Raises:
        RequestError: there are more than 25,000 small counts.
    """

    def __init__(self, linked_tables: LinkedTables, primary: set[int]) -> None:
        self.linked_tables = linked_tables
        self.primary = set(primary)
        self.secondary: set[int] = set()
        self.overprotected: set[int] = set()
        for row, cells in enumerate(linked_tables.cells_of_row):
            if any(linked_tables.cells[cell].primary for cell in cells):
                self.primary.add(row)
        for row in sorted(self.primary):
            self._suppress_cells_of_row(row)
        primary_cells = sum(cell.primary for cell in linked_tables.cells)
        if primary_cells > MAX_PRIMARY_CELLS:
            raise RequestError(
                f"The result has {primary_cells:,} counts "
                f"{linked_tables.policy.describe_threshold()}. At most {MAX_PRIMARY_CELLS:,} can "
                "be protected together. Compute fewer members or longer periods: with so many "
                "small counts, nearly all numbers would be suppressed."
            )
        components = [
            cells
            for cells in linked_tables.connected_components()
            if len(cells) > 1 and any(linked_tables.cells[cell].primary for cell in cells)
        ]
        with progress(len(components)) as step:
            for cells in components:
                self._protect_component(cells)
                step("protecting small counts")

    def _is_suppressed(self, row: int) -> bool:
        return row in self.primary or row in self.secondary or row in self.linked_tables.unpublished

    def _suppress_cells_of_row(self, row: int) -> None:
        """Suppress the cells of a row that no other row shows.

        Of rows that are only published with this row, the marker is suppressed too.
        """
        rows = [row, *self.linked_tables.rows_published_with[row]]
        self.linked_tables.unpublished.update(rows[1:])
        for position in (cell for row in rows for cell in self.linked_tables.cells_of_row[row]):
            cell = self.linked_tables.cells[position]
            if not cell.shown or all(self._is_suppressed(other) for other in cell.rows):
                self.linked_tables.suppress(cell)

    def _suppress_secondary(self, cell: int) -> None:
        """Suppress every row that shows a cell, or what a marker says of a limit."""
        if self.linked_tables.cells[cell].is_limit:
            self.linked_tables.suppress(self.linked_tables.cells[cell])
        rows = [row for row in self.linked_tables.cells[cell].rows if not self._is_suppressed(row)]
        self.secondary.update(rows)
        for row in rows:
            self._suppress_cells_of_row(row)

    def _protect_component(self, cells: list[int]) -> None:
        """Suppress cells of one connected component until each small count is protected.

        A coincidental constraint can make a target look infeasible. So if one was, the component
        is protected again without such constraints.
        """
        model = AttackerModel(self.linked_tables, cells)
        achieved = np.zeros((2, len(cells)))
        try:
            if not self._reach_with_fewer_markers(model, achieved):
                for _ in self.linked_tables.iter_relaxations(cells):
                    model.refresh()
                    self._reach_targets(model, achieved.copy())
        except SolverLimitReached:
            self._suppress_neighbourhood(cells)

    def _reach_with_fewer_markers(self, model: AttackerModel, achieved: Array) -> bool:
        """Suppress as ``_reach_targets`` does, and again while more markers are suppressed.

        A marker reveals that a count is not zero, which can make a target infeasible.
        """
        while True:
            before = len(self.linked_tables.unpublished)
            is_feasible = self._reach_targets(model, achieved)
            if is_feasible or len(self.linked_tables.unpublished) == before:
                return is_feasible

    def _reach_targets(self, model: AttackerModel, achieved: Array) -> bool:
        """Suppress until every feasible target is reached; return whether all were feasible.

        Args:
            model: the attacker's model of the component.
            achieved: the largest decrease and increase of each cell so far, shape ``(2, cells)``;
                changed in place.
        """
        required = self._required_protection(model.cells)
        targets = np.array(
            [np.maximum(required[DECREASE], model.propagate_lower_bounds()), required[INCREASE]]
        )
        while True:
            self._audit_all(model, targets, achieved)
            left = np.argwhere(_unreached(targets, achieved).T).tolist()
            if not left:
                return bool(np.array_equal(targets, required))
            for cell, direction in left[
                : max(MIN_CELLS_BETWEEN_AUDITS, len(left) // AUDITS_PER_PASS)
            ]:
                if _unreached(targets, achieved)[direction, cell]:
                    changes = self._min_cost_table(model, cell, targets[direction, cell])
                    for outside in model.cells_to_suppress(changes):
                        self._suppress_secondary(outside)
                    model.refresh()
                    _record_feasible(achieved, changes)
                    # What no suppression makes feasible is no longer a target.
                    targets[direction, cell] = changes[cell]

    def _min_cost_table(self, model: AttackerModel, cell: int, target: float) -> Array:
        """Return a table in which a cell is closest to its target.

        On a solver limit, the neighbourhood of the cell is suppressed first.
        """
        with suppress(SolverLimitReached):
            return model.min_cost_table(cell, target)
        self._suppress_neighbourhood(model.neighbourhood(cell))
        model.refresh()
        return model.min_cost_table(cell, target)

    def _required_protection(self, cells: list[int]) -> Array:
        """Return the decrease and increase that each cell must be able to make.

        The shape is ``(2, cells)``. Cells that are not small need no protection.
        """
        required = np.zeros((2, len(cells)))
        for position, cell_id in enumerate(cells):
            cell = self.linked_tables.cells[cell_id]
            if cell.primary:
                low, high = self.linked_tables.protection_interval(cell)
                required[:, position] = low - cell.exact, high - cell.exact
        return required

    def _audit_all(self, model: AttackerModel, targets: Array, achieved: Array) -> None:
        """Find feasible tables in which many cells reach their targets, until no more do."""
        for direction in (DECREASE, INCREASE):
            left = _unreached(targets, achieved)[direction]
            while left.any():
                _record_feasible(achieved, model.audit_batch(targets[direction], left))
                now = _unreached(targets, achieved)[direction]
                if now.sum() == left.sum():
                    break
                left = now

    def _suppress_neighbourhood(self, cells: list[int]) -> None:
        """Suppress all cells that are not zero, as the fallback on a solver limit."""
        for cell_id in cells:
            cell = self.linked_tables.cells[cell_id]
            if cell.can_be_suppressed:
                self._suppress_secondary(cell_id)
            self.overprotected.update(row for row in cell.rows if self._is_suppressed(row))


def _unreached(targets: Array, achieved: Array) -> NDArray[np.bool_]:
    unreached: NDArray[np.bool_] = np.abs(targets) > np.abs(achieved) + TOLERANCE
    return unreached


def _record_feasible(achieved: Array, changes: Array) -> None:
    """Record a feasible table: it is evidence for every cell that it changes."""
    np.minimum(achieved[DECREASE], changes, out=achieved[DECREASE])
    np.maximum(achieved[INCREASE], changes, out=achieved[INCREASE])
