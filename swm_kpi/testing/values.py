"""Valid values of one column: a small pool of values that rows share, and more values for keys."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count, islice, product
from typing import Any

from swm_kpi.contracts import ALL, UNKNOWN, Column, ContractType
from swm_kpi.contracts.schema import failing_rows
from swm_kpi.errors import RequestError
from swm_kpi.testing.evaluate import midnight

_FIRST, _LAST = datetime(2022, 1, 1), datetime(2026, 12, 31, 23, 59, 59)
_EARLIEST, _LATEST = datetime(1900, 1, 2), datetime(2200, 1, 1)
_MOMENTS = (
    datetime(2024, 4, 1),
    datetime(2024, 4, 1, 9),
    datetime(2024, 4, 1, 9, 0, 1),
    datetime(2024, 3, 31, 23, 59, 59),
    datetime(2024, 2, 29, 12),
    datetime(2024, 10, 27, 1, 30),
    datetime(2024, 6, 30, 18),
    datetime(2023, 12, 31, 23, 30),
    datetime(2025, 3, 31),
    datetime(2025, 4, 1),
)
_TEXTS = ("a", "b", "c", "d", "e f", "g, h", "001")
_CHARACTERS = ("1", "0", "A", "B", "a", "-", ".", "/", " ")
_SPAN = timedelta(days=5 * 365)
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1)
_MAX_KEYS = 3000


def is_valid(column: Column, value: Any) -> bool:
    """Return whether a value, or None, is valid in its column, without the rules of rows."""
    if value is None:
        return column.nullable
    if column.domain is not None and value not in column.domain:
        return False
    if column.str_matches is not None and not re.fullmatch(column.str_matches, value):
        return False
    if column.dtype in (date, datetime) and not _is_valid_time(value):
        return False
    for word, bound in column.bounds.items():
        left, right = _comparable(value, bound)
        comparisons = {
            "ge": left >= right, "gt": left > right, "le": left <= right, "lt": left < right,
        }  # fmt: skip
        if not comparisons[word]:
            return False
    if column.dtype is str and column.domain is None and not _is_valid_name(value):
        return False
    return column.checks is None or _passes_checks(column, value)


def _is_valid_time(moment: Any) -> bool:
    return _EARLIEST <= midnight(moment) <= _LATEST and bool(moment == avoid_dst_gap(moment))


def _is_valid_name(text: str) -> bool:
    """Return whether text can be part of a key, and the name of a breakdown's member."""
    return bool(text) and text == text.strip() and text not in (ALL, UNKNOWN)


@cache
def _passes_checks(column: Column, value: Any) -> bool:
    import polars as pl

    return not failing_rows(pl.Series([value]), column)


def _comparable(value: Any, bound: Any) -> tuple[Any, Any]:
    if isinstance(value, date):
        return midnight(value), midnight(bound)
    return value, bound


def avoid_dst_gap(moment: Any) -> Any:
    """Move a local time in an hour that the clocks skip one hour later."""
    if isinstance(moment, datetime) and (moment - _EPOCH) // _HOUR in _skipped_hours():
        return moment + _HOUR
    return moment


@cache
def _skipped_hours() -> frozenset[int]:
    """Return the hours that the clocks skip, as hours of local time since 1970."""
    from swm_kpi.engine.encoding.dst import clock_changes

    return frozenset(clock_changes().skipped)


def moments(column: Column) -> tuple[datetime, datetime]:
    """Return the first and last time to draw: a few recent years, within the column's bounds."""
    step = _SECOND if column.dtype is datetime else timedelta(days=1)
    bounds: dict[str, Any] = column.bounds
    low, high = _EARLIEST, _LATEST
    for word, bound in bounds.items():
        inside = midnight(bound) + {"gt": step, "lt": -step}.get(word, timedelta())
        low, high = (max(low, inside), high) if word[0] == "g" else (low, min(high, inside))
    if high < _FIRST:
        return max(low, high - _SPAN), high
    if low > _LAST:
        return low, min(high, low + _SPAN)
    return max(low, _FIRST), min(high, _LAST)


def steps(column: Column) -> tuple[int, int, int]:
    """Return the first and last number to draw, in steps, and the number of steps in 1."""
    scale = 1 if column.dtype is int else 10 ** (2 if column.decimals is None else column.decimals)
    low, high = _step_bounds(column, scale)
    while column.dtype is float and low is not None and high is not None and low > high:
        scale *= 10
        low, high = _step_bounds(column, scale)
    if low is None:
        low = min(-3 * scale, high - 100 * scale) if high is not None else -3 * scale
    return low, low + 1000 * scale if high is None else high, scale


def _step_bounds(column: Column, scale: int) -> tuple[int | None, int | None]:
    """Return the column's lower and upper bound in steps, None where there is none."""
    bounds: dict[str, Any] = column.bounds
    nearest = {
        "ge": lambda bound: math.ceil(bound),
        "gt": lambda bound: math.floor(bound) + 1,
        "le": lambda bound: math.floor(bound),
        "lt": lambda bound: math.ceil(bound) - 1,
    }
    inside = {word: nearest[word](bound * scale) for word, bound in bounds.items()}
    lows = [step for word, step in inside.items() if word[0] == "g"]
    highs = [step for word, step in inside.items() if word[0] == "l"]
    return max(lows, default=None), min(highs, default=None)


def number(column: Column, step: int, scale: int) -> int | float:
    """Return the number of a step, in the column's type."""
    return step if column.dtype is int else step / scale


@dataclass(frozen=True)
class Pool:
    """Valid values of one column.

    Attributes:
        column: the column.
        values: a few values, so that rows of a table often have the same.
    """

    column: Column
    values: tuple[Any, ...]

    def iter_values(self, used: int = 0) -> Iterator[Any]:
        """Yield the values of the pool, then up to 3,000 more valid values of the column.

        Args:
            used: the number of further texts that are in use already. They are skipped.
        """
        further = islice(_iter_further(self.column, used), _MAX_KEYS)
        yield from self.values
        yield from (value for value in further if is_valid(self.column, value))


@cache
def pools(contract: ContractType) -> dict[str, Pool]:
    """Return the pool of each column of a contract.

    Raises:
        RequestError: no valid value of a column is known.
    """
    return {name: _pool(column) for name, column in contract.columns.items()}


def _pool(column: Column) -> Pool:
    values = tuple(dict.fromkeys(v for v in _iter_candidates(column) if is_valid(column, v)))
    if not values and not column.nullable and column.str_matches is None:
        raise RequestError(f"{column}: no valid value is known, so there are no rows to test with.")
    return Pool(column, values)


def _iter_candidates(column: Column) -> Iterator[Any]:
    if column.domain is not None:
        yield from column.domain
    elif column.dtype is str:
        yield from _iter_matching(column.str_matches) if column.str_matches else _TEXTS
    elif column.dtype is bool:
        yield from (False, True)
    elif column.dtype in (int, float):
        low, high, scale = steps(column)
        chosen = (low, low + 1, low + scale, low + 2 * scale, low + 5 * scale, 0, scale, high)
        yield from (number(column, step, scale) for step in chosen if low <= step <= high)
    else:
        first, last = moments(column)
        for moment in (*(time for time in _MOMENTS if first <= time <= last), first, last):
            yield avoid_dst_gap(moment) if column.dtype is datetime else moment.date()


def _iter_matching(pattern: str) -> Iterator[str]:
    """Yield up to 12 short texts that match a pattern, by trying combinations of characters."""
    texts = ("".join(part) for size in range(1, 5) for part in product(_CHARACTERS, repeat=size))
    yield from islice((text for text in texts if re.fullmatch(pattern, text)), 12)


def _iter_further(column: Column, used: int) -> Iterator[Any]:
    if column.domain is not None or column.dtype is bool or column.str_matches is not None:
        return
    if column.dtype is str:
        yield from (f"text {n}" for n in count(used + 1))
    elif column.dtype in (int, float):
        low, high, scale = steps(column)
        yield from (number(column, step, scale) for step in range(low, high + 1))
    else:
        first, last = moments(column)
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            yield avoid_dst_gap(day) if column.dtype is datetime else day.date()
