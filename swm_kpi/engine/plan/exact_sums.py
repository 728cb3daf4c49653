"""Sums that are exact, alike on every engine, and rounded once, at the end.

A number is split into whole numbers of a few units, each unit a billionth or a trillionth of the
one before. Engines add whole numbers, so neither the order of rows nor the way an engine splits
them can change a sum. Months and members are merged as whole numbers too. Only the sum of a cell
becomes a number with a fraction, and only that is rounded.

This module has no query of its own, so that every backend sums in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from swm_kpi.contracts import Column
from swm_kpi.contracts.column import UNDECLARED_DECIMALS
from swm_kpi.engine.plan.compile import MICROSECONDS, Compiler
from swm_kpi.expressions import Elapsed, Product
from swm_kpi.measures import Operation, Statistic

Array = NDArray[np.float64]

_TO_NEAREST = 1.5 * 2.0**52
"""A float next to this has no fraction: adding it and subtracting it rounds to a whole number.

The rounding functions of engines differ in ties. This is arithmetic of IEEE 754, which they share.
"""

_SIGNIFICANT_DIGITS = 15
"""How many decimal digits of a float are always meaningful."""


@dataclass(frozen=True)
class Units:
    """The units in which numbers are summed, and how their sum is rounded.

    Attributes:
        powers: the unit of each part as a power of ten, from the largest to the smallest.
        places: how many decimals the sum has; None for weights, which have no unit of their own.
    """

    powers: tuple[int, ...]
    places: int | None


_SECONDS = Units((0, -6), 6)
_WHOLE = Units((0,), 0)
_WHOLE_IN_64_BITS = Units((9, 0), 0)
_ANY_NUMBER = Units((3, -UNDECLARED_DECIMALS, -15), UNDECLARED_DECIMALS)
# From a trillionth to a trillion. The square of a weight has twice as many digits.
_WEIGHTS = Units((0, -12, -24), None)
_PRODUCTS_OF_WEIGHTS = Units((12, 0, -12, -24, -36), None)


def units_of(statistic: Statistic, *, is_wide: bool = True) -> Units | None:
    """Return the units in which a statistic is summed; None if it sums no column.

    Args:
        statistic: the statistic.
        is_wide: whether the engine adds whole numbers of 64 bits in a wider type, so that their
            sum cannot overflow.

    Raises:
        TypeError: a sum has nothing to sum.
        AssertionError: an operation has no case here.
    """
    of = statistic.of
    match statistic.operation:
        case Operation.ROWS | Operation.DISTINCT | Operation.QUANTILE:
            return None
        case Operation.SUM | Operation.SUM_OF_WEIGHTS if of is None:
            raise TypeError("a sum needs an expression to sum")
        case Operation.SUM_OF_WEIGHTS:
            return _PRODUCTS_OF_WEIGHTS if isinstance(of, Product) else _WEIGHTS
        case Operation.SUM:
            if isinstance(of, Elapsed):
                return _SECONDS
            if of.dtype is int:
                return _WHOLE if is_wide else _WHOLE_IN_64_BITS
            if not isinstance(of, Column) or of.decimals is None:
                return _ANY_NUMBER
            places = of.decimals
            larger = () if is_wide else (9 - places,)
            return Units((*larger, -places, -places - 9), places)
        case _:
            assert_never(statistic.operation)


def part_name(name: str, number: int) -> str:
    """Return the name of one part of a sum. The first part has the name of the sum."""
    return f"{name}:{number}" if number else name


def additive_aggregates(
    name: str, statistic: Statistic, compiler: Compiler, *, is_wide: bool
) -> Iterator[tuple[str, nw.Expr]]:
    """Yield the names and narwhals aggregates of an additive statistic.

    Raises:
        TypeError: the statistic does not add, or sums nothing.
    """
    where = compiler(statistic.where) if statistic.where is not None else None
    if statistic.operation is Operation.ROWS:
        counts, ignored = nw.lit(1), nw.lit(0)
        yield (
            name,
            nw.len() if where is None else nw.when(where).then(counts).otherwise(ignored).sum(),
        )
        return
    units = units_of(statistic, is_wide=is_wide)
    if statistic.of is None or units is None:
        raise TypeError(f"{statistic.operation} does not add")
    value = compiler(statistic.of)
    chosen = value if where is None else nw.when(where).then(value)
    for number, part in enumerate(split(chosen, statistic, units)):
        yield part_name(name, number), part.cast(nw.Int64).sum()


def split(value: Any, statistic: Statistic, units: Units) -> Iterator[Any]:
    """Yield the parts of each number to sum: whole numbers of each unit.

    Parts of an array that would all be zero are left out.

    Args:
        value: the numbers, as a numpy array or a narwhals expression. Elapsed time is in whole
            microseconds.
        statistic: what is summed.
        units: the units.
    """
    of = statistic.of
    if len(units.powers) == 1:
        yield value
    elif isinstance(of, Elapsed) or (of is not None and of.dtype is int):
        step = MICROSECONDS if isinstance(of, Elapsed) else 10 ** units.powers[0]
        yield value // step
        yield value % step
    else:
        rest = value
        for power in units.powers:
            scale = float(10 ** abs(power))
            scaled = rest / scale if power > 0 else rest * scale
            whole = (scaled + _TO_NEAREST) - _TO_NEAREST
            yield whole
            rest = rest - (whole * scale if power > 0 else whole / scale)
            if isinstance(rest, np.ndarray) and not rest.any():
                return


def join(parts: Sequence[Array], units: Units) -> Array:
    """Return sums from the sums of their parts, rounded once.

    Ties are rounded to the even neighbour. No sum is a negative zero.

    Args:
        parts: the sum of each part, as whole numbers.
        units: the units of the parts.
    """
    totals = [np.asarray(part, dtype=np.float64) for part in parts]
    # Carry what exceeds a unit, so that equal sums have equal parts however they were split.
    for smaller in range(len(totals) - 1, 0, -1):
        step = float(10 ** (units.powers[smaller - 1] - units.powers[smaller]))
        carried = np.floor(totals[smaller] / step)
        totals[smaller] = totals[smaller] - carried * step
        totals[smaller - 1] = totals[smaller - 1] + carried
    if units.places is None:
        return _round_to_digits(_in_ones(totals, units.powers))
    kept = units.powers.index(-units.places)
    whole = totals[kept]
    if kept + 1 < len(totals):
        half = 10.0 ** (units.powers[kept] - units.powers[kept + 1]) / 2
        rest = totals[kept + 1]
        whole = whole + ((rest > half) | ((rest == half) & (whole % 2 == 1)))
    return _in_ones([*totals[:kept], whole], units.powers) + 0.0


def to_seconds(statistic: Statistic, values: Any) -> Array:
    """Return values of what a statistic orders: elapsed time, which is in microseconds, in seconds.

    Args:
        statistic: the statistic.
        values: the values.
    """
    numbers: Array = np.asarray(values, dtype=np.float64)
    return numbers / MICROSECONDS if isinstance(statistic.of, Elapsed) else numbers


def parts_of(name: str, grouped: Mapping[str, Any], units: Units | None) -> list[Array]:
    """Return a statistic's columns among the aggregates of an engine: its parts, or itself.

    Args:
        name: the column of the aggregate.
        grouped: the aggregates by name, as the engine returned them.
        units: the units of the parts; None if it sums no column.
    """
    count = len(units.powers) if units is not None else 1
    return [np.asarray(grouped[part_name(name, n)], dtype=np.float64) for n in range(count)]


def _in_ones(totals: Sequence[Array], powers: Sequence[int]) -> Array:
    """Add parts of several units, in the smallest unit, so that a difference of parts is exact."""
    total = totals[0]
    for number in range(1, len(totals)):
        total = total * float(10 ** (powers[number - 1] - powers[number])) + totals[number]
    power = powers[len(totals) - 1]
    scale = float(10 ** abs(power))
    in_ones: Array = total * scale if power > 0 else total / scale
    return in_ones


def _round_to_digits(numbers: Array) -> Array:
    """Round to the digits that are meaningful, so that 1.1 and 2.2 make 3.3."""
    size = np.where(numbers == 0, 1.0, np.abs(numbers))
    places = _SIGNIFICANT_DIGITS - 1 - np.floor(np.log10(size)).astype(np.int64)
    scale = 10.0 ** np.abs(places).astype(np.float64)
    rounded = np.where(
        places >= 0, np.rint(numbers * scale) / scale, np.rint(numbers / scale) * scale
    )
    return rounded + 0.0
