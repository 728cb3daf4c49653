"""Rows spoilt on purpose, one violation each, to show what validation says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from swm_kpi.contracts import Column, ContractType

_NOT_LISTED = "not in the list"


def inject_errors(
    frame: pd.DataFrame, contract: ContractType, rows: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Spoil so many rows, or all where there are fewer, each in one column.

    Columns of keys and of rules are left alone while there are others, because one wrong value in
    them may break several rules.
    """
    ways = list(_ways(contract))
    rows = min(rows, len(frame))
    if not rows or not ways:
        return frame
    chosen = rng.permutation(len(frame))[:rows]
    spoilt = frame.copy()
    for at, (column, wrong) in enumerate(ways):
        mine = chosen[at :: len(ways)]
        if len(mine):
            spoilt[column.name] = _with(spoilt[column.name], column, mine, wrong)
    return spoilt


def _ways(contract: ContractType) -> Iterator[tuple[Column, Any]]:
    """Yield the columns that can be spoilt, each with a value that it forbids; None is a gap."""
    in_rules = {
        part.name
        for rule in contract.rules.values()
        for part in rule.condition.walk()
        if isinstance(part, Column)
    }
    in_keys = {name for key in contract.keys for name in key}
    free = [each for n, each in contract.columns.items() if n not in in_rules | in_keys]
    found = [(each, wrong) for each in free for wrong in [_forbidden(each)] if wrong is not ...]
    if not found:
        rest = [each for n, each in contract.columns.items() if n not in in_rules]
        found = [(each, None) for each in rest if not each.nullable][:1]
    yield from found


def _forbidden(column: Column) -> Any:
    """Return a value that the column forbids, None for a gap, or ... where it forbids nothing."""
    if column.domain is not None and column.dtype is str:
        return _NOT_LISTED
    if column.dtype in (int, float):
        number: Any = column.dtype
        for word, step in (("ge", -1), ("gt", -1), ("le", 1), ("lt", 1)):
            if word in column.bounds:
                return number(column.bounds[word]) + step
    return ... if column.nullable else None


def _with(series: pd.Series[Any], column: Column, rows: Any, wrong: Any) -> pd.Series[Any]:
    """Return the column with a wrong value in some rows, in a type that can hold it."""
    if wrong is None and column.dtype in (int, bool):
        series = series.astype("Int64" if column.dtype is int else "boolean")
    if wrong is None and column.dtype in (date, datetime):
        wrong = pd.NaT
    spoilt = series.copy()
    spoilt.iloc[rows] = wrong
    return spoilt
