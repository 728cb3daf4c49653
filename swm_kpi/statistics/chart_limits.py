"""Process limits of any chart, and where their segments start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import EllipsisType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from swm_kpi.errors import RequestError
from swm_kpi.statistics.validate_args import Array


class ChartLimits(NamedTuple):
    """The process limits of one or more series, which may differ from point to point.

    All arrays except ``segment`` have the shape of the values, with time along the last axis. NaN
    means that there is no such number. All numbers are in the unit of the values.

    Attributes:
        values: the values; NaN where one is missing.
        mean: the centre line.
        lower, upper: the process limits.
        sigma: a third of the distance from the mean to a limit.
        segment: the number of the segment of each point, from 0; one axis, time.
        trial: true where the segment has fewer points than the minimum.
    """

    values: Array
    mean: Array
    lower: Array
    upper: Array
    sigma: Array
    segment: NDArray[np.intp]
    trial: NDArray[np.bool_]


def segment_starts(breaks: Sequence[int], count: int) -> NDArray[np.intp]:
    """Return the position of the first point of each segment; the first is 0.

    Raises:
        RequestError: the breaks are not increasing positions after the first point.
    """
    positions = np.asarray(breaks)
    if positions.size == 0:
        return np.zeros(1, dtype=np.intp)
    increasing = (
        positions.ndim == 1 and positions.dtype.kind in "iu" and np.all(np.diff(positions) > 0)
    )
    if not increasing or positions[0] < 1 or positions[-1] >= count:
        raise RequestError(
            f"breaks= must be increasing positions after the first point of a series of {count:,}: "
            "the position, from 0, of the first point of each new segment."
        )
    return np.concatenate([[0], positions]).astype(np.intp)


def segment_slices(starts: NDArray[np.intp], count: int) -> Iterator[tuple[EllipsisType, slice]]:
    """Yield an index of the points of each segment, along the last axis."""
    for start, stop in zip(starts, [*starts[1:], count], strict=True):
        yield (..., slice(int(start), int(stop)))


def segment_numbers(starts: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Return the number of the segment of each point."""
    return np.searchsorted(starts, np.arange(count), side="right") - 1


def validate_minimum(minimum: int) -> int:
    """Return the number of points that a segment needs.

    Raises:
        RequestError: it is not a whole number above 0.
    """
    if isinstance(minimum, bool) or not isinstance(minimum, int | np.integer) or minimum < 1:
        raise RequestError("minimum= must be a whole number of points above 0.")
    return int(minimum)
