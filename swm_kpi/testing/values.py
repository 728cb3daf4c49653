"""Values that keep one column's own rules: a small pool of each, and endless others for keys."""

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
_SHAPES = ("1", "0", "A", "B", "a", "-", ".", "/", " ")
_SPAN = timedelta(days=5 * 365)
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_MOST_KEYS = 3000


def keeps(column: Column, value: Any) -> bool:
    """Say whether a value, or None, keeps every rule of its own column."""
    if value is None:
        return column.nullable
    if column.domain is not None and value not in column.domain:
        return False
    if column.str_matches is not None and not re.fullmatch(column.str_matches, value):
        return False
    if column.dtype in (date, datetime) and not _plausible(value):
        return False
    for word, bound in column.bounds.items():
        one, other = _comparable(value, bound)
        if not {"ge": one >= other, "gt": one > other, "le": one <= other, "lt": one < other}[word]:
            return False
    if column.dtype is str and column.domain is None and not _plain(value):
        return False
    return column.checks is None or _passes(column, value)


def _plausible(moment: Any) -> bool:
    return _EARLIEST <= midnight(moment) <= _LATEST and bool(moment == awake(moment))


def _plain(text: str) -> bool:
    """Say whether text can be part of a key, and the name of a breakdown's member."""
    return bool(text) and text == text.strip() and text not in (ALL, UNKNOWN)


@cache
def _passes(column: Column, value: Any) -> bool:
    import polars as pl

    return not failing_rows(pl.Series([value]), column)


def _comparable(value: Any, bound: Any) -> tuple[Any, Any]:
    if isinstance(value, date):
        return midnight(value), midnight(bound)
    return value, bound


def awake(moment: Any) -> Any:
    """Move a wall clock time out of the hour that the clocks skip in spring."""
    if (
        isinstance(moment, datetime)
        and (moment.month, moment.hour, moment.weekday()) == (3, 1, 6)
        and moment.day >= 25
    ):
        return moment + _HOUR
    return moment


def moments(column: Column) -> tuple[datetime, datetime]:
    """Return the first and last moment to draw: a few recent years, within the bounds."""
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
    """Return the first and last whole step to draw of a number, and how many steps make one."""
    scale = 1 if column.dtype is int else 10 ** (2 if column.decimals is None else column.decimals)
    low, high = _whole(column, scale)
    while column.dtype is float and low is not None and high is not None and low > high:
        scale *= 10
        low, high = _whole(column, scale)
    if low is None:
        low = min(-3 * scale, high - 100 * scale) if high is not None else -3 * scale
    return low, low + 1000 * scale if high is None else high, scale


def _whole(column: Column, scale: int) -> tuple[int | None, int | None]:
    bounds: dict[str, Any] = column.bounds
    nearest = {
        "ge": lambda bound: math.ceil(bound),
        "gt": lambda bound: math.floor(bound) + 1,
        "le": lambda bound: math.floor(bound),
        "lt": lambda bound: math.ceil(bound) - 1,
    }
    inside = {word: nearest[word](bound * scale) for word, bound in bounds.items()}
    lows = [each for word, each in inside.items() if word[0] == "g"]
    highs = [each for word, each in inside.items() if word[0] == "l"]
    return max(lows, default=None), min(highs, default=None)


def number(column: Column, step: int, scale: int) -> int | float:
    """Return the number that a step stands for, in the column's type."""
    return step if column.dtype is int else step / scale


@dataclass(frozen=True)
class Pool:
    """Values of one column.

    Attributes:
        column: whose they are.
        values: a few of them, so that rows of a table often agree.
    """

    column: Column
    values: tuple[Any, ...]

    def others(self, passed: int = 0) -> Iterator[Any]:
        """Yield the pool and then further values, as many as the column can hold within reason.

        Args:
            passed: how many further texts have been used already, to start after them.
        """
        further = islice(_more(self.column, passed), _MOST_KEYS)
        yield from self.values
        yield from (each for each in further if keeps(self.column, each))


@cache
def pools(contract: ContractType) -> dict[str, Pool]:
    """Return the pool of each column of a contract.

    Raises:
        RequestError: no value of a column is known that keeps its rules.
    """
    return {name: _pool(column) for name, column in contract.columns.items()}


def _pool(column: Column) -> Pool:
    found = tuple(dict.fromkeys(each for each in _few(column) if keeps(column, each)))
    if not found and not column.nullable and column.str_matches is None:
        raise RequestError(f"{column}: no value is known that keeps its rules, to test with.")
    return Pool(column, found)


def _few(column: Column) -> Iterator[Any]:
    if column.domain is not None:
        yield from column.domain
    elif column.dtype is str:
        yield from _matching(column.str_matches) if column.str_matches else _TEXTS
    elif column.dtype is bool:
        yield from (False, True)
    elif column.dtype in (int, float):
        low, high, scale = steps(column)
        wanted = (low, low + 1, low + scale, low + 2 * scale, low + 5 * scale, 0, scale, high)
        yield from (number(column, each, scale) for each in wanted if low <= each <= high)
    else:
        first, last = moments(column)
        for each in (*(each for each in _MOMENTS if first <= each <= last), first, last):
            yield awake(each) if column.dtype is datetime else each.date()


def _matching(pattern: str) -> Iterator[str]:
    """Yield a few short texts that match a pattern, found by trying."""
    tried = ("".join(each) for size in range(1, 5) for each in product(_SHAPES, repeat=size))
    yield from islice((each for each in tried if re.fullmatch(pattern, each)), 12)


def _more(column: Column, passed: int) -> Iterator[Any]:
    if column.domain is not None or column.dtype is bool or column.str_matches is not None:
        return
    if column.dtype is str:
        yield from (f"text {n}" for n in count(passed + 1))
    elif column.dtype in (int, float):
        low, high, scale = steps(column)
        yield from (number(column, each, scale) for each in range(low, high + 1))
    else:
        first, last = moments(column)
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            yield awake(day) if column.dtype is datetime else day.date()
