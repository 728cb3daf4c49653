"""Count in each cell the rows with a value that the mapping of their table does not map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from swm_kpi.measures import Cells, Completeness, Statistic
from swm_kpi.measures.mapping_counts import MAPPED_TO_OTHER, unmapped

Array = NDArray[np.float64]


def count_unmapped(
    cells: Cells,
    completeness: Completeness,
    statistics: Mapping[str, Statistic],
    rows: Mapping[str, Array],
) -> Cells:
    """Return the cells of a measure with the numbers of rows that rest on values not mapped.

    Args:
        cells: the cells, with the rows that are undecided or lack a value.
        completeness: what must be recorded in a row of the measure.
        statistics: what ``mapping_statistics`` returns for it.
        rows: the arrays of these, by role.
    """
    counts: dict[str, Array] = {}
    for role in ("undecided", "unanswered", "without_value", "blank"):
        if unmapped(role) not in statistics:
            continue
        of_role = rows[unmapped(role)]
        if role == "blank":
            # A blank leaves a row out only where the column is blank in every row.
            left_out = cells.without_value.get(completeness.statistics[role].key, np.zeros(1))
            of_role = np.where(left_out > 0, of_role, 0.0)
        if (of_role > 0).any():
            counts[statistics[unmapped(role)].key] = of_role
    other: dict[str, Array] = {}
    if MAPPED_TO_OTHER in statistics and (rows[MAPPED_TO_OTHER] > 0).any():
        other[statistics[MAPPED_TO_OTHER].key] = rows[MAPPED_TO_OTHER]
    if not (counts or other):
        return cells
    return replace(cells, unmapped=counts, mapped_to_other=other)
