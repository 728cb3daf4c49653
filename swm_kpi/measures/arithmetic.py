"""The closed vocabulary in which a kind says how its value follows from the rows of an example.

The page of a metric prints it beside each worked example, such as ``1 + 1 + 1`` or ``3 ÷ 4``. It
moves no number. A role is a key of :attr:`~swm_kpi.measures.Measure.statistics`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AddedRows:
    """The value is a sum over rows: each row adds 1, or an amount.

    Attributes:
        statistic: the role of the sum.
    """

    statistic: str


@dataclass(frozen=True)
class DistinctValues:
    """The value is a number of different values.

    Attributes:
        statistic: the role of the number.
        column: the name of the column, as readers see it.
    """

    statistic: str
    column: str


@dataclass(frozen=True)
class ShareOfRows:
    """The value is a number of rows divided by another that contains it.

    Attributes:
        part, whole: the roles in the numerator and in the denominator.
        undecided: the role of the rows of the whole that are subtracted from it; empty if none.
    """

    part: str
    whole: str
    undecided: str = ""


@dataclass(frozen=True)
class AverageOfRows:
    """The value is an average or a percentile of one amount for each row.

    Attributes:
        statistic: the role whose amounts are averaged.
        name: the average, as readers see it.
        is_mean: whether it is the sum of the amounts divided by their number.
        divisor: what each amount is divided by, to convert it to the unit of the value.
    """

    statistic: str
    name: str
    is_mean: bool
    divisor: float = 1.0


@dataclass(frozen=True)
class AverageOfSnapshots:
    """The value is a sum over rows divided by the number of snapshots.

    Attributes:
        statistic: the role of the sum.
    """

    statistic: str


@dataclass(frozen=True)
class DifferenceOfSums:
    """The value is one sum over rows minus another.

    Attributes:
        minuend, subtrahend: the roles of the two sums.
    """

    minuend: str
    subtrahend: str


@dataclass(frozen=True)
class QuotientOfInputs:
    """The value is a measure divided by another, or by a number of people.

    Attributes:
        numerator: the key of the measure that is divided.
        denominator: the key of the measure that divides it; empty if none does.
        people: the name of the column that counts the people, as readers see it; empty if none.
        scale: what the quotient is multiplied by.
    """

    numerator: str
    denominator: str = ""
    people: str = ""
    scale: int = 1


@dataclass(frozen=True)
class QuotientOfColumns:
    """The value is shown as the numerator of the result divided by its denominator."""


Arithmetic = (
    AddedRows
    | DistinctValues
    | ShareOfRows
    | AverageOfRows
    | AverageOfSnapshots
    | DifferenceOfSums
    | QuotientOfInputs
    | QuotientOfColumns
)
"""How a value follows from the rows of a worked example."""


@dataclass(frozen=True)
class RowRoles:
    """Which statistics the rows of a number are in, for a list of those rows.

    Attributes:
        counted: the role of the rows in the number, or for a share in its denominator; empty if no
            row is.
        numerator: for a share, the role of the rows in its numerator; empty for another kind.
        undecided: the role of rows that are among the counted ones, and are subtracted from them.
    """

    counted: str
    numerator: str = ""
    undecided: str = ""


def row_roles(arithmetic: Arithmetic) -> RowRoles:
    """Return which statistics the rows of a number are in, as its arithmetic says."""
    match arithmetic:
        case ShareOfRows(part=part, whole=whole, undecided=undecided):
            return RowRoles(whole, part, undecided)
        case DifferenceOfSums(minuend=minuend):
            return RowRoles(minuend)
        case AddedRows() | DistinctValues() | AverageOfRows() | AverageOfSnapshots():
            return RowRoles(arithmetic.statistic)
        case _:
            return RowRoles("")
