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
        answers, effective_answers: of a survey, the number of answers, and the effective one.
        undecided: by the key of a statistic, the rows of which it is not known whether they count.
            Two measures of one key leave the same rows undecided.
        in_repeated_hour: by the key of a statistic, those that only the repeated hour leaves so.
        without_value: by the key of a statistic, the rows that lack what is measured.
        unmapped: by the key of a statistic, those of the last two in which a value is not mapped.
        mapped_to_other: by the key of a statistic, the rows that a value which is not mapped
            decides, because it became another value.
        in_no_period: by the key of a statistic, the rows that count and are in no period.
        at_least, at_most: the least and the most that the value can be; NaN where there is no such
            limit. None where the value is certain in every cell. The engine fills them in, except
            for a kind whose bounds do not follow from numbers of rows.
        lacks_part: true where a quotient is unavailable because a part has no number, though none
            of its rows was left out.
        notes: sentences that hold in some cells only, and true where each does. A sentence has no
            number, because disclosure control does not read it.
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
    answers: Array | None = None
    effective_answers: Array | None = None
    undecided: dict[str, Array] = field(default_factory=dict)
    in_repeated_hour: dict[str, Array] = field(default_factory=dict)
    without_value: dict[str, Array] = field(default_factory=dict)
    unmapped: dict[str, Array] = field(default_factory=dict)
    mapped_to_other: dict[str, Array] = field(default_factory=dict)
    in_no_period: dict[str, float] = field(default_factory=dict)
    at_least: Array | None = None
    at_most: Array | None = None
    lacks_part: Flags | None = None
    notes: list[tuple[Flags, str]] = field(default_factory=list)

    @property
    def bounds(self) -> tuple[Array, Array]:
        """The least and the most that each value can be: the value itself where it is certain."""
        if self.at_least is None or self.at_most is None:
            return self.value, self.value
        return self.at_least, self.at_most

    @property
    def undecided_rows(self) -> Array | None:
        """The undecided rows of each cell; None where there can be none."""
        return _sum(self.undecided)

    @property
    def rows_in_repeated_hour(self) -> Array | None:
        """The rows of each cell that only the repeated hour leaves undecided; None for none."""
        return _sum(self.in_repeated_hour)

    @property
    def rows_without_value(self) -> Array | None:
        """The rows of each cell that lack what is measured; None where there can be none."""
        return _sum(self.without_value)

    @property
    def has_rows_left_out(self) -> bool:
        """Whether some rows of a cell can be undecided or lack a value."""
        return bool(self.undecided or self.without_value)

    @property
    def rows_unmapped(self) -> Array | None:
        """The rows of each cell in which a value is not mapped; None where there is none."""
        unmapped = _sum(self.unmapped)
        return unmapped if unmapped is not None and (unmapped > 0).any() else None

    @property
    def rows_null_at_source(self) -> Array | None:
        """The other rows that are undecided or lack a value; None where every value is mapped."""
        unmapped = self.rows_unmapped
        if unmapped is None:
            return None
        blank = [self.undecided_rows, self.rows_without_value]
        rest = sum((rows for rows in blank if rows is not None), start=-unmapped)
        in_hour = self.rows_in_repeated_hour
        return rest if in_hour is None else rest - in_hour

    @property
    def rows_mapped_to_other(self) -> Array | None:
        """The rows of each cell that a value which became another decides; None where none can."""
        return _sum(self.mapped_to_other)


def _sum(counts: dict[str, Array]) -> Array | None:
    """Return the sum of some counts; None of none."""
    if not counts:
        return None
    first, *others = counts.values()
    return sum(others, start=first)


def divide(numerator: Array, denominator: Array) -> tuple[Array, Flags]:
    """Divide two arrays of one shape.

    Returns:
        The quotient, NaN where the denominator is zero; and whether the denominator is zero.
    """
    import numpy as np

    is_zero = denominator == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(is_zero, np.nan, numerator / denominator), is_zero


def note_members_without_rows(rows: Array) -> tuple[Flags, str]:
    """Return which members have no row in a statement that has rows of others, and the note."""
    total = rows[(slice(None), *[slice(-1, None)] * (rows.ndim - 1))]
    return (rows == 0) & (total > 0), "The latest snapshot lacks the rows of a group."


UNKNOWN_DENOMINATOR = "The denominator is zero, but may not be if everything were recorded."
"""Why a quotient is not available where its denominator is zero as far as is known."""


def divide_measures(numerator: Cells, denominator: Cells, scale: float = 1) -> Cells:
    """Divide one measure by another, times a scale: not available where either is not.

    The quotient is as uncertain as the two: it has their undecided rows, their markers and notes,
    and the bounds that follow from theirs.
    """
    import numpy as np

    missing = np.isnan(numerator.value) | np.isnan(denominator.value)
    value, is_zero = divide(numerator.value, denominator.value)
    least, most = numerator.bounds
    denominator_least, denominator_most = denominator.bounds
    # A larger denominator brings the quotient nearer to zero: down if it is above, up if below.
    smallest = np.where(least < 0, denominator_least, denominator_most)
    largest = np.where(most < 0, denominator_most, denominator_least)
    is_uncertain = any(part.at_least is not None for part in (numerator, denominator))
    unreliable = _either(numerator.unreliable, denominator.unreliable)
    # A denominator that is zero, and may not be, does not make the quotient inapplicable.
    may_not_be_zero = is_zero & ~missing & ((denominator_most != 0) & is_uncertain)
    return Cells(
        value * scale,
        numerator.value,
        denominator.value,
        is_zero & ~missing & ~may_not_be_zero,
        missing | may_not_be_zero,
        unreliable=None if unreliable is None else unreliable & ~np.isnan(value),
        undecided=numerator.undecided | denominator.undecided,
        in_repeated_hour=numerator.in_repeated_hour | denominator.in_repeated_hour,
        without_value=numerator.without_value | denominator.without_value,
        unmapped=numerator.unmapped | denominator.unmapped,
        mapped_to_other=numerator.mapped_to_other | denominator.mapped_to_other,
        in_no_period=numerator.in_no_period | denominator.in_no_period,
        at_least=divide(least, smallest)[0] * scale if is_uncertain else None,
        at_most=divide(most, largest)[0] * scale if is_uncertain else None,
        lacks_part=_lacks_part(numerator) | _lacks_part(denominator),
        notes=[*numerator.notes, *denominator.notes, (may_not_be_zero, UNKNOWN_DENOMINATOR)],
    )


def _lacks_part(part: Cells) -> Flags:
    """Return where a part of a quotient has no number, though no row of it was left out."""
    import numpy as np

    is_missing = np.isnan(part.value)
    for rows in (part.undecided_rows, part.rows_without_value):
        if rows is not None:
            is_missing = is_missing & (rows == 0)
    return is_missing if part.lacks_part is None else is_missing | part.lacks_part


def _either(first: Flags | None, second: Flags | None) -> Flags | None:
    if first is None or second is None:
        return second if first is None else first
    return first | second
