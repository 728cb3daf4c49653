"""Counts that one closed list decides: group by its values once, instead of by each condition.

Fifteen counts of fifteen offence groups become one count by offence group. The engine then compares
no text. Each condition is evaluated here, once for each value of the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.contracts import Column
from swm_kpi.engine.encoding.encode import polars_type
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.engine.plan.predicates import dictionary_size, predicate_columns
from swm_kpi.measures import Operation, Statistic

_FEWEST_COUNTS = 3
"""Grouping by one more column pays only if the column decides several counts."""


@dataclass(frozen=True)
class DictionaryGrouping:
    """A dictionary column to group by, and the counts that it decides.

    Attributes:
        column: the column.
        values: the values that it can have, null last.
        matches: by the statistic's key, whether each value meets its condition.
    """

    column: Column
    values: tuple[Any, ...]
    matches: dict[str, NDArray[np.bool_]]

    def codes(self, values: Sequence[Any]) -> NDArray[np.int64]:
        """Return the position of each value among ``self.values``; null for any other value."""
        positions = {value: position for position, value in enumerate(self.values)}
        null = positions[None]
        return np.array([positions.get(value, null) for value in values], dtype=np.int64)


def plan_dictionary_grouping(
    statistics: Sequence[Statistic], most: int, compiler: Compiler
) -> DictionaryGrouping | None:
    """Choose the dictionary column that decides the most counts; None if none decides several.

    Args:
        statistics: those to be grouped together.
        most: how many values the column may have, null included.
        compiler: compiles conditions.
    """
    decided: dict[str, list[Statistic]] = {}
    columns: dict[str, Column] = {}
    for statistic in statistics:
        read = predicate_columns(statistic.where)
        is_decided = not read.boolean_columns and len(read.dictionary_columns) == 1
        if statistic.operation is Operation.ROWS and is_decided:
            ((name, column),) = read.dictionary_columns.items()
            decided.setdefault(name, []).append(statistic)
            columns[name] = column
    candidates = [name for name in decided if dictionary_size(columns[name]) <= most]
    name = max(candidates, key=lambda candidate: len(decided[candidate]), default="")
    if len(decided.get(name, ())) < _FEWEST_COUNTS:
        return None
    column = columns[name]
    values = (True, False, None) if column.dtype is bool else (*(column.domain or ()), None)
    frame = pl.DataFrame({name: pl.Series(values, dtype=polars_type(column))})
    polars = compiler.for_polars()
    matches = {
        statistic.key: frame.select(polars(statistic.where).fill_null(False)).to_series().to_numpy()
        for statistic in decided[name]
        if statistic.where is not None
    }
    return DictionaryGrouping(column, values, matches)
