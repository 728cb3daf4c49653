"""A linear program in HiGHS that is solved many times with other costs and bounds."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Numbers = NDArray[np.int32]

# Limits are in steps of the solver and not in seconds, so that the answer is reproducible.
SIMPLEX_ITERATION_LIMIT = 200_000
"""Simplex iterations of one solve."""
MIP_NODE_LIMIT = 200
"""Branch-and-bound nodes of one solve in whole numbers."""
MIP_RELATIVE_GAP = 0.5
"""How far, relative to the optimum, the cost of a solution in whole numbers may be above the best
bound. Proving the optimum takes long, and a higher cost only suppresses more."""


class SolverLimitReached(Exception):
    """A limit was reached before a feasible solution was found, so nothing is known."""


class _SilentHighs(highspy.Highs):
    """A solver without output. Some versions print their name before an option can be set."""

    def enableCallbacks(self) -> None:
        """Turn output off first: the constructor calls this before anything else."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


class LinearProgram:
    """Minimise ``cost @ x`` subject to ``A @ x == right_side`` and ``lower <= x <= upper``.

    The same calls in the same order return the same solutions: one thread, a fixed random seed,
    and limits of iterations and nodes instead of time.

    Args:
        constraints, variables, coefficients: the non-zero entries of A, sorted by constraint: its
            row, its column and its value.
        variable_count: the number of variables.
        whole: which variables are integers, shape ``(variable_count,)``; none when left out.
        right_side: what each constraint is equal to; zero when left out.
    """

    def __init__(
        self,
        constraints: Numbers,
        variables: Numbers,
        coefficients: Array,
        variable_count: int,
        whole: NDArray[np.bool_] | None = None,
        right_side: Array | None = None,
    ) -> None:
        self._is_mip = whole is not None
        self._columns = np.arange(variable_count, dtype=np.int32)
        rows = int(constraints[-1]) + 1 if len(constraints) else 0
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = variable_count, rows
        model.col_cost_ = np.zeros(variable_count)
        model.col_lower_ = model.col_upper_ = np.zeros(variable_count)
        model.row_lower_ = model.row_upper_ = np.zeros(rows) if right_side is None else right_side
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.searchsorted(constraints, np.arange(rows + 1)).astype(np.int32)
        model.a_matrix_.index_, model.a_matrix_.value_ = variables, coefficients
        if whole is not None:
            types = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            model.integrality_ = [types[int(is_whole)] for is_whole in whole]
        self._solver = _SilentHighs()  # type: ignore[no-untyped-call]
        options: dict[str, Any] = {
            "threads": 1,
            "parallel": "off",
            "random_seed": 0,
            "simplex_iteration_limit": SIMPLEX_ITERATION_LIMIT,
            "mip_max_nodes": MIP_NODE_LIMIT,
            "mip_rel_gap": MIP_RELATIVE_GAP,
        }
        for name, value in options.items():
            self._solver.setOptionValue(name, value)
        self._solver.passModel(model)

    def solve(self, cost: Array, lower: Array, upper: Array) -> Array | None:
        """Return an optimal solution, or None where no solution is feasible.

        With integer variables the cost may be above the optimum, by the relative gap or because
        the node limit was reached.

        Args:
            cost: the cost of each variable, shape ``(variable_count,)``.
            lower: the lower bound of each variable, which may be minus infinity.
            upper: the upper bound of each variable, which may be infinity.

        Raises:
            SolverLimitReached: a limit was reached before a solution was found.
        """
        variable_count = len(self._columns)
        self._solver.changeColsCost(variable_count, self._columns, cost)
        self._solver.changeColsBounds(variable_count, self._columns, lower, upper)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        feasible = self._solver.getInfo().primal_solution_status == highspy.kSolutionStatusFeasible
        if not feasible or (status != highspy.HighsModelStatus.kOptimal and not self._is_mip):
            raise SolverLimitReached
        return np.array(self._solver.getSolution().col_value)
