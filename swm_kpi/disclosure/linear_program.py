"""A linear programme in HiGHS that is asked again and again with other bounds and prices."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Numbers = NDArray[np.int32]

_STEPS, _NODES = 200_000, 200
"""How long a search may be, and one in whole numbers. A time would not give the same twice."""
_GAP = 0.5
"""By how much of itself a price in whole numbers may be over the least: to prove it takes long."""


class GivenUp(Exception):
    """A programme was longer than it may be."""


class _Quiet(highspy.Highs):
    """A solver that says nothing: some releases else print their name before they are told to."""

    def enableCallbacks(self) -> None:
        """Be quiet, which has to come before anything that is done with it."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


class Programme:
    """Find the ``x`` of least price between bounds for which every sum comes to its total.

    The same questions in the same order get the same answers: one thread, a fixed seed, and limits
    of steps and not of time.

    Args:
        sums, unknowns, signs: the terms, sorted by sum: in which sum, which unknown, times what.
        count: how many unknowns there are.
        whole: which of them are whole numbers; none when left out.
        totals: what the sums come to, where that is not zero.
    """

    def __init__(
        self,
        sums: Numbers,
        unknowns: Numbers,
        signs: Array,
        count: int,
        whole: NDArray[np.bool_] | None = None,
        totals: Array | None = None,
    ) -> None:
        self._whole = whole is not None
        self._all = np.arange(count, dtype=np.int32)
        rows = int(sums[-1]) + 1 if len(sums) else 0
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = count, rows
        model.col_cost_ = np.zeros(count)
        model.col_lower_ = model.col_upper_ = np.zeros(count)
        model.row_lower_ = model.row_upper_ = np.zeros(rows) if totals is None else totals
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.searchsorted(sums, np.arange(rows + 1)).astype(np.int32)
        model.a_matrix_.index_, model.a_matrix_.value_ = unknowns, signs
        if whole is not None:
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            model.integrality_ = [kinds[int(each)] for each in whole]
        self._solver = _Quiet()  # type: ignore[no-untyped-call]
        options: dict[str, Any] = {
            "threads": 1,
            "parallel": "off",
            "random_seed": 0,
            "simplex_iteration_limit": _STEPS,
            "mip_max_nodes": _NODES,
            "mip_rel_gap": _GAP,
        }
        for name, value in options.items():
            self._solver.setOptionValue(name, value)
        self._solver.passModel(model)

    def cheapest(self, price: Array, least: Array, most: Array) -> Array | None:
        """Return the unknowns, or None where there are none such.

        Of unknowns in whole numbers the price may be a little over the least.

        Raises:
            GivenUp: neither was found within the limits.
        """
        count = len(self._all)
        self._solver.changeColsCost(count, self._all, price)
        self._solver.changeColsBounds(count, self._all, least, most)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        found = self._solver.getInfo().primal_solution_status == highspy.kSolutionStatusFeasible
        if not found or (status != highspy.HighsModelStatus.kOptimal and not self._whole):
            raise GivenUp
        return np.array(self._solver.getSolution().col_value)
