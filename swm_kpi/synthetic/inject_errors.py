"""Put errors into valid rows, one violation in each, to show what validation reports."""

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
    """Return the frame with one wrong value in each of some rows.

    A wrong value in a column of a key or a rule can break several rules, so these columns are used
    only if there are no others.

    Args:
        frame: valid rows of the contract.
        contract: the contract that the rows will violate.
        rows: the number of rows to change; all rows, if there are fewer.
        rng: the random numbers that choose the rows.
    """
    errors = list(_possible_errors(contract))
    rows = min(rows, len(frame))
    if not rows or not errors:
        return frame
    chosen = rng.permutation(len(frame))[:rows]
    changed = frame.copy()
    for number, (column, wrong_value) in enumerate(errors):
        positions = chosen[number :: len(errors)]
        if len(positions):
            changed[column.name] = _with_value(changed[column.name], column, positions, wrong_value)
    return changed


def _possible_errors(contract: ContractType) -> Iterator[tuple[Column, Any]]:
    """Yield columns, each with a value that it does not allow. None is a missing value."""
    in_rules = {
        part.name
        for rule in contract.rules.values()
        for part in rule.condition.walk()
        if isinstance(part, Column)
    }
    in_keys = {name for key in contract.keys for name in key}
    others = [column for name, column in contract.columns.items() if name not in in_rules | in_keys]
    errors = [
        (column, value)
        for column in others
        for value in [_invalid_value(column)]
        if value is not ...
    ]
    if not errors:
        outside_rules = [
            column for name, column in contract.columns.items() if name not in in_rules
        ]
        errors = [(column, None) for column in outside_rules if not column.nullable][:1]
    yield from errors


def _invalid_value(column: Column) -> Any:
    """Return a value that is not valid in the column: None if null is not, ... if all are."""
    if column.domain is not None and column.dtype is str:
        return _NOT_LISTED
    if column.dtype in (int, float):
        number: Any = column.dtype
        for word, step in (("ge", -1), ("gt", -1), ("le", 1), ("lt", 1)):
            if word in column.bounds:
                return number(column.bounds[word]) + step
    return ... if column.nullable else None


def _with_value(
    series: pd.Series[Any], column: Column, positions: Any, value: Any
) -> pd.Series[Any]:
    """Return the series with a value at some positions, in a type that can store it."""
    if value is None and column.dtype in (int, bool):
        series = series.astype("Int64" if column.dtype is int else "boolean")
    if value is None and column.dtype in (date, datetime):
        value = pd.NaT
    changed = series.copy()
    changed.iloc[positions] = value
    return changed
