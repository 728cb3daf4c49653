"""Rows for a table known only by its contract, such as a plugin's.

20,000 rows a year at ``scale=1``, spread evenly; each column is drawn from its type, closed list
and bounds. Rows that break a rule or repeat a key are left out. Nothing is plausible about the
values except that the contract allows them.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from swm_kpi.contracts import Column, ContractType
from swm_kpi.engine.input.read import read_table
from swm_kpi.engine.plan.columns import all_columns
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.synthetic.setting import Array, Columns, Season, Setting, ids, later

if TYPE_CHECKING:
    import pandas as pd

ROWS_A_YEAR = 20_000
_GAP = 0.04
_DAYS_LATER = 10 * 86_400.0
_TRIED = ("A", "1", "01", "A1", "AB", "AB1", "001", "A-1", "ABC", "1A", "E06000001", "2024-04", "a")


def columns(setting: Setting, contract: ContractType) -> Columns:
    """Draw every column; dates after the first follow it, as an end does a start."""
    rng = setting.generator(contract.table)
    moments = setting.moments(contract.table, rng, ROWS_A_YEAR, Season())
    dated = False
    found: Columns = {}
    for name, column in contract.columns.items():
        if column.dtype in (date, datetime) and not column.unique and column.domain is None:
            times = later(rng, moments, _DAYS_LATER, 1.0) if dated else moments
            dated = True
            found[name] = _within(column, times, rng)
        else:
            found[name] = values(column, setting, rng, len(moments))
    return found


def values(column: Column, setting: Setting, rng: np.random.Generator, size: int) -> Array:
    """Draw values that the column by itself allows."""
    if column.domain is not None:
        return _drawn(column, rng, np.asarray(column.domain, _kept_as(column)), size)
    if column.dtype is str:
        return _text(column, rng, size)
    if column.dtype is bool:
        return _drawn(column, rng, np.asarray([False, True]), size)
    if column.dtype in (int, float):
        return _numbers(column, rng, size)
    first, length = np.datetime64(setting.start, "s"), len(setting.days)
    days = np.arange(size) if column.unique else rng.integers(0, length, size)
    return _within(column, first + days.astype("timedelta64[D]"), rng)


def nothing(column: Column, size: int) -> Array:
    """Return as many gaps, for a column that may have them."""
    if column.dtype in (date, datetime):
        return np.full(size, np.datetime64("NaT", "s"))
    if column.dtype is str:
        return np.full(size, None, object)
    return np.ma.MaskedArray(np.zeros(size, column.dtype), mask=np.ones(size, bool))


def keeping_rules(frame: pd.DataFrame, contract: ContractType) -> pd.DataFrame:
    """Return the rows that keep every cross-column rule and repeat no key."""
    import narwhals as nw

    for key in contract.keys:
        frame = frame.drop_duplicates(list(key), ignore_index=True)
    if not contract.rules:
        return frame
    table, _ = read_table(frame, contract, all_columns(contract))
    encoded = nw.from_native(table.collect(table.lazy, "filling"))
    compiler = Compiler()
    rules = {name: compiler(rule.condition) for name, rule in contract.rules.items()}
    ruled: Any = encoded.select(**rules)
    kept = np.ones(len(frame), bool)
    for name in rules:
        kept &= ruled[name].fill_null(True).to_numpy()
    return frame[kept].reset_index(drop=True)


def _kept_as(column: Column) -> Any:
    kinds: dict[type, Any] = {str: object, date: "datetime64[s]", datetime: "datetime64[s]"}
    return kinds.get(column.dtype, column.dtype)


def _drawn(column: Column, rng: np.random.Generator, options: Array, size: int) -> Array:
    if column.unique:
        return options[np.arange(size) % len(options)]
    return _gapped(column, rng, options[rng.integers(0, len(options), size)])


def _gapped(column: Column, rng: np.random.Generator, drawn: Array) -> Array:
    if not column.nullable:
        return drawn
    missing = rng.random(len(drawn)) < _GAP
    if drawn.dtype.kind == "M":
        return np.where(missing, np.datetime64("NaT", "s"), drawn)
    if drawn.dtype == object:
        drawn[missing] = None
        return drawn
    return np.ma.MaskedArray(drawn, mask=missing)


def _text(column: Column, rng: np.random.Generator, size: int) -> Array:
    if column.str_matches is not None:
        fitting = [each for each in _TRIED if re.fullmatch(column.str_matches, each)]
        if not fitting:
            return nothing(column, size)
        return _drawn(column, rng, np.asarray(fitting, object), size)
    label = column.name.replace("_", " ")
    if column.unique or column.personal:
        numbered = ids(column.name.removesuffix("_id").upper()[:3], size)
        return numbered if column.unique else numbered[rng.integers(0, max(size // 2, 1), size)]
    return _drawn(column, rng, np.asarray([f"{label} {n}" for n in range(1, 5)], object), size)


def _numbers(column: Column, rng: np.random.Generator, size: int) -> Array:
    bounds = {word: float(each) for word, each in column.bounds.items()}  # type: ignore[arg-type]
    step = 1.0 if column.dtype is int else 0.0
    low = bounds.get("ge", bounds["gt"] + step if "gt" in bounds else None)
    high = bounds.get("le", bounds["lt"] - step if "lt" in bounds else None)
    if low is None:
        low = 0.0 if high is None or high >= 0 else high - 100
    if high is None:
        high = low + 100
    if column.dtype is int:
        first, last = int(np.ceil(low)), int(np.floor(high))
        if column.unique:
            return first + np.arange(size)
        return _gapped(column, rng, rng.integers(first, max(first, last) + 1, size))
    # Strictly within, so that an open bound is kept too.
    drawn = low + (high - low) * (0.05 + 0.9 * rng.random(size))
    places = 3 if column.decimals is None else column.decimals
    return _gapped(column, rng, drawn.round(places))


def _within(column: Column, times: Array, rng: np.random.Generator) -> Array:
    """Bring times within the column's bounds, as whole days for a date."""
    day = np.timedelta64(1, "D")
    for word, bound in column.bounds.items():
        limit = np.datetime64(bound, "s")  # type: ignore[call-overload]
        if word in ("ge", "gt"):
            times = np.maximum(times, limit + day if word == "gt" else limit)
        else:
            times = np.minimum(times, limit - day if word == "lt" else limit)
    if column.dtype is date:
        times = times.astype("datetime64[D]").astype("datetime64[s]")
    return _gapped(column, rng, times)
