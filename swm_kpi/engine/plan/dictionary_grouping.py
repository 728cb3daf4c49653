"""Counts that one closed list decides: rows are counted once by its values, not once a condition.

Fifteen counts of fifteen offence groups are one count by offence group. The engine then compares no
text, and each condition is decided here, once for each value of the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.contracts import Column
from swm_kpi.engine.input.encode import polars_type
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.engine.plan.predicates import codes_of, parts_of
from swm_kpi.measures import Operation, Statistic

# A list is worth a key of its own only where it decides several counts.
_FEWEST = 3


@dataclass(frozen=True)
class Kinds:
    """The list that decides some counts.

    Attributes:
        column: the listed column.
        values: what it can hold, null last.
        met: by the statistic's key, whether each value meets its condition.
    """

    column: Column
    values: tuple[Any, ...]
    met: dict[str, NDArray[np.bool_]]

    def codes(self, held: Sequence[Any]) -> NDArray[np.int64]:
        """Return the position of each value among ``values``."""
        positions = {value: position for position, value in enumerate(self.values)}
        none = positions[None]
        return np.array([positions.get(each, none) for each in held], dtype=np.int64)


def kinds_of(statistics: Sequence[Statistic], most: int, compiler: Compiler) -> Kinds | None:
    """Return the list that decides the most counts; None where none decides several.

    Args:
        statistics: those to be grouped together.
        most: how many values it may have, null included.
        compiler: how conditions are compiled.
    """
    decided: dict[str, list[Statistic]] = {}
    columns: dict[str, Column] = {}
    for statistic in statistics:
        parts = parts_of(statistic.where)
        if statistic.operation is Operation.ROWS and not parts.answers and len(parts.columns) == 1:
            ((name, column),) = parts.columns.items()
            decided.setdefault(name, []).append(statistic)
            columns[name] = column
    fit = [name for name in decided if codes_of(columns[name]) <= most]
    name = max(fit, key=lambda each: len(decided[each]), default="")
    if len(decided.get(name, ())) < _FEWEST:
        return None
    column = columns[name]
    values = (True, False, None) if column.dtype is bool else (*(column.domain or ()), None)
    every = pl.DataFrame({name: pl.Series(values, dtype=polars_type(column))})
    decide = compiler.for_polars()
    met = {
        each.key: every.select(decide(each.where).fill_null(False)).to_series().to_numpy()
        for each in decided[name]
        if each.where is not None
    }
    return Kinds(column, values, met)
