"""Draw rows for a table that has only a contract, such as the table of a plugin.

It draws 20,000 rows a year at ``scale=1``, spread evenly. Each column is drawn from its type,
closed list and bounds. Rows that break a rule or repeat a key are left out. The values are valid,
but not realistic.
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
from swm_kpi.synthetic.setting import Array, Columns, Season, Setting, add_delay, row_ids

if TYPE_CHECKING:
    import pandas as pd

ROWS_PER_YEAR = 20_000
_NULL_SHARE = 0.04
_MEDIAN_DELAY = 10 * 86_400.0
_SAMPLE_TEXTS = (
    "A",
    "1",
    "01",
    "A1",
    "AB",
    "AB1",
    "001",
    "A-1",
    "ABC",
    "1A",
    "E06000001",
    "2024-04",
    "a",
)


def draw_columns(setting: Setting, contract: ContractType) -> Columns:
    """Draw every column. The second and further dates of a row are later than the first.

    A district is one of the row's Local Policing Area.
    """
    rng = setting.generator(contract.table)
    moments = setting.event_times(contract.table, rng, ROWS_PER_YEAR, Season())
    has_date = False
    has_districts = {"lpa", "district"} <= contract.columns.keys()
    drawn: Columns = {}
    for name, column in contract.columns.items():
        if has_districts and name == "district":
            continue
        if column.dtype in (date, datetime) and not column.unique and column.domain is None:
            times = add_delay(rng, moments, _MEDIAN_DELAY, 1.0) if has_date else moments
            has_date = True
            drawn[name] = _within_bounds(column, times, rng)
        else:
            drawn[name] = draw_values(column, setting, rng, len(moments))
    if has_districts:
        place = setting.generator(f"{contract.table}, place")
        drawn["district"] = setting.draw_districts(contract, place, drawn["lpa"])
    return drawn


def draw_values(column: Column, setting: Setting, rng: np.random.Generator, size: int) -> Array:
    """Draw values that are valid in the column."""
    if column.domain is not None:
        return _draw_options(column, rng, np.asarray(column.domain, _numpy_type(column)), size)
    if column.dtype is str:
        return _draw_texts(column, rng, size)
    if column.dtype is bool:
        return _draw_options(column, rng, np.asarray([False, True]), size)
    if column.dtype in (int, float):
        return _draw_numbers(column, rng, size)
    first, length = np.datetime64(setting.start, "s"), len(setting.days)
    days = np.arange(size) if column.unique else rng.integers(0, length, size)
    return _within_bounds(column, first + days.astype("timedelta64[D]"), rng)


def nulls(column: Column, size: int) -> Array:
    """Return nulls for a nullable column."""
    if column.dtype in (date, datetime):
        return np.full(size, np.datetime64("NaT", "s"))
    if column.dtype is str:
        return np.full(size, None, object)
    return np.ma.MaskedArray(np.zeros(size, column.dtype), mask=np.ones(size, bool))


def valid_rows(frame: pd.DataFrame, contract: ContractType) -> pd.DataFrame:
    """Return the rows that break no rule and repeat no key."""
    import narwhals as nw

    for key in contract.keys:
        frame = frame.drop_duplicates(list(key), ignore_index=True)
    if not contract.rules:
        return frame
    table, _ = read_table(frame, contract, all_columns(contract))
    encoded = nw.from_native(table.collect(table.lazy, "filling"))
    compiler = Compiler()
    rules = {name: compiler(rule.condition) for name, rule in contract.rules.items()}
    results: Any = encoded.select(**rules)
    is_valid = np.ones(len(frame), bool)
    for name in rules:
        is_valid &= results[name].fill_null(True).to_numpy()
    return frame[is_valid].reset_index(drop=True)


def _numpy_type(column: Column) -> Any:
    types: dict[type, Any] = {str: object, date: "datetime64[s]", datetime: "datetime64[s]"}
    return types.get(column.dtype, column.dtype)


def _draw_options(column: Column, rng: np.random.Generator, options: Array, size: int) -> Array:
    if column.unique:
        return options[np.arange(size) % len(options)]
    return _with_nulls(column, rng, options[rng.integers(0, len(options), size)])


def _with_nulls(column: Column, rng: np.random.Generator, drawn: Array) -> Array:
    """Replace a share of the values by null, if the column is nullable."""
    if not column.nullable:
        return drawn
    missing = rng.random(len(drawn)) < _NULL_SHARE
    if drawn.dtype.kind == "M":
        return np.where(missing, np.datetime64("NaT", "s"), drawn)
    if drawn.dtype == object:
        drawn[missing] = None
        return drawn
    return np.ma.MaskedArray(drawn, mask=missing)


def _draw_texts(column: Column, rng: np.random.Generator, size: int) -> Array:
    if column.str_matches is not None:
        matching = [text for text in _SAMPLE_TEXTS if re.fullmatch(column.str_matches, text)]
        if not matching:
            return nulls(column, size)
        return _draw_options(column, rng, np.asarray(matching, object), size)
    label = column.name.replace("_", " ")
    if column.unique or column.personal:
        numbers = row_ids(column.name.removesuffix("_id").upper()[:3], size)
        return numbers if column.unique else numbers[rng.integers(0, max(size // 2, 1), size)]
    return _draw_options(
        column, rng, np.asarray([f"{label} {n}" for n in range(1, 5)], object), size
    )


def _draw_numbers(column: Column, rng: np.random.Generator, size: int) -> Array:
    bounds = {word: float(bound) for word, bound in column.bounds.items()}  # type: ignore[arg-type]
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
        return _with_nulls(column, rng, rng.integers(first, max(first, last) + 1, size))
    # Strictly within the bounds, because a bound can be exclusive.
    drawn = low + (high - low) * (0.05 + 0.9 * rng.random(size))
    places = 3 if column.decimals is None else column.decimals
    return _with_nulls(column, rng, drawn.round(places))


def _within_bounds(column: Column, times: Array, rng: np.random.Generator) -> Array:
    """Clip times to the column's bounds, and to whole days for a date."""
    day = np.timedelta64(1, "D")
    for word, bound in column.bounds.items():
        limit = np.datetime64(bound, "s")  # type: ignore[call-overload]
        if word in ("ge", "gt"):
            times = np.maximum(times, limit + day if word == "gt" else limit)
        else:
            times = np.minimum(times, limit - day if word == "lt" else limit)
    if column.dtype is date:
        times = times.astype("datetime64[D]").astype("datetime64[s]")
    return _with_nulls(column, rng, times)
