"""The numbers of one measure over the grid of periods and members of breakdowns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Limits = tuple[Array, Array]


@dataclass
class Cells:
    """The numbers of one measure: arrays of one shape, with NaN where there is no number.

    The first axis is the period. Each further axis is a breakdown, and its last place is the total.

    Attributes:
        value: the value, in the unit of the measure.
        numerator, denominator: what was divided to get the value; None for a value that is not a
            quotient.
        not_applicable: true where the denominator is zero, which is marked ``[z]``.
        unavailable: true where the table has no row to compute the value from, marked ``[x]``.
        unreliable: true where the value rests on too few rows, marked ``[u]``.
        weight: how many rows each cell rests on, where the value does not say so. The engine
            leaves out a member *Unknown* on which no row rests.
        trials: the number of separate cases of which a proportion was observed, for its interval.
        events: the number of separate events that were counted, for the interval of a count.
        limits: the lower and upper limits of an interval that the engine read from the values.
        notes: how many rows a note is about, and the text of the note.
    """

    value: Array
    numerator: Array | None = None
    denominator: Array | None = None
    not_applicable: Flags | None = None
    unavailable: Flags | None = None
    unreliable: Flags | None = None
    weight: Array | None = None
    trials: Array | None = None
    events: Array | None = None
    limits: Limits | None = None
    notes: list[tuple[Array, str]] = field(default_factory=list)


def divide(numerator: Array, denominator: Array) -> tuple[Array, Flags]:
    """Divide two arrays of one shape.

    Returns:
        The quotient, NaN where the denominator is zero; and whether the denominator is zero.
    """
    import numpy as np

    is_zero = denominator == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(is_zero, np.nan, numerator / denominator), is_zero


def divide_measures(numerator: Array, denominator: Array) -> Cells:
    """Divide the values of two measures: not available where either is not available."""
    import numpy as np

    missing = np.isnan(numerator) | np.isnan(denominator)
    value, is_zero = divide(numerator, denominator)
    return Cells(value, numerator, denominator, is_zero & ~missing, missing)
