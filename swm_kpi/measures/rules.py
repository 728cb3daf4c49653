"""The closed vocabularies in which a kind of measure declares what its numbers mean.

Every kind declares one of each: see :class:`swm_kpi.measures.measure.Measure`. Comparison, process
charts, disclosure control and the pages of the site read these declarations and never test for a
class. To add a word here is to change every module that reads it, so ``match`` statements end in
``assert_never``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Literal, Self


class Additivity(StrEnum):
    """Over what the values of a measure may be added up.

    The words are those of dimensional modelling: R. Kimball and M. Ross, *The data warehouse
    toolkit* (3rd edition, 2013), on additive, semi-additive and non-additive facts.
    """

    ADDITIVE = "additive"
    """Values add over areas and over periods, such as a count of crimes."""
    SEMI_ADDITIVE = "semi-additive"
    """Values add over areas and not over periods, such as a headcount at a date."""
    NON_ADDITIVE = "non-additive"
    """Values never add, such as a proportion. Each total is computed from the rows again."""


class ResultColumn(StrEnum):
    """A column of numbers in a result."""

    VALUE = "value"
    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


class PoolingMethod(Enum):
    """How the numbers of several periods become one number."""

    ADDED = "added"
    """Values are added."""
    DIVIDED = "numerators over denominators"
    """Numerators and denominators are added, and the sums are divided."""
    WEIGHTED = "values weighted by their denominators"
    """Values are averaged, each weighted by its denominator."""
    REFUSED = "refused"
    """Several periods never become one number. The longer period is computed from the rows."""


@dataclass(frozen=True)
class PoolingRule:
    """How the numbers of several periods become one, as the engine would compute it.

    Attributes:
        method: how the numbers are combined.
        scale: what the quotient is multiplied by, for a rate.
        no_average_reason: why the same period of several years cannot be averaged; empty if it can.
        no_sum_reason: why consecutive periods cannot be combined; empty if they can.
    """

    method: PoolingMethod
    scale: float = 1.0
    no_average_reason: str = ""
    no_sum_reason: str = ""

    @classmethod
    def refuse(cls, reason: str) -> Self:
        """Return the rule of numbers that are never combined.

        Args:
            reason: a sentence that ends in a full stop, printed where a comparison is refused.
        """
        return cls(PoolingMethod.REFUSED, no_average_reason=reason, no_sum_reason=reason)


COUNTED_ONCE = PoolingRule.refuse(
    "it counts each person or thing once in a period, so the numbers of several periods do not add."
)
"""The rule of counts of distinct values."""


@dataclass(frozen=True)
class ChangeRule:
    """Whether a change between two periods has a percentage.

    Attributes:
        count: the column with the count of cases that decides whether a percentage change is
            reliable; None where no column counts cases. A value in pounds, hours or another
            physical unit is never a count, and a proportion changes in percentage points.
        refusal: why there is never a percentage change; empty if there can be one.
    """

    count: ResultColumn | None = None
    refusal: str = ""


@dataclass(frozen=True)
class ProcessLimitRule:
    """Whether a series of the measure has process limits on a process chart.

    Attributes:
        count: the column with the count of cases; limits are refused where its mean is too small,
            or are those of small counts. None where no column counts cases.
        quantile: which quantile of the cases in the denominator the value is; limits are refused
            where there are too few cases for its interval. None for other values.
        refusal: why there are never limits; empty if there can be.
        caution: a sentence that a reader of the chart needs; empty if there is none.
    """

    count: Literal[ResultColumn.VALUE, ResultColumn.NUMERATOR] | None = None
    refusal: str = ""
    caution: str = ""
    quantile: float | None = None


class ChangeTest(Enum):
    """How a change between two periods is tested. The value names the test for readers."""

    EVENT_RATES = "Two rates of events over days, by a conditional Poisson test"
    """The count, divided by days, or by people and days, is a rate of separate events."""
    SHARES = "The difference of two shares, by Newcombe's interval"
    """The numerator is a part of the denominator."""
    SURVEY_SHARES = "The difference of two shares of effective answers, by Newcombe's interval"
    """The value is a weighted share, and the effective answers are its cases."""
    ESTIMATES = "Two medians or percentiles, by their order-statistic intervals"
    """The value has an interval that assumes no distribution."""
    PERIOD_VARIATION = "The change beside the variation from period to period, by Student's t"
    """Nothing is known of the sampling of the value."""
    TREND = "The trend of the latest two years, by generalised least squares"
    """The value is a stock, which carries over from one period to the next."""
    NONE = "No test of chance"
    """The value is not subject to chance, or is not a number."""


@dataclass(frozen=True)
class ChangeTestRule:
    """How a change between two periods is tested.

    Attributes:
        test: the test.
        refusal: why there is none, in a sentence; only for ``ChangeTest.NONE``.
    """

    test: ChangeTest
    refusal: str = ""

    @classmethod
    def refuse(cls, reason: str) -> Self:
        """Return the rule of numbers for which a test of chance has no meaning.

        Args:
            reason: a sentence that ends in a full stop.
        """
        return cls(ChangeTest.NONE, reason)


@dataclass(frozen=True)
class NoCounts:
    """No column counts people or events, so disclosure control changes nothing."""


@dataclass(frozen=True)
class FreeText:
    """The note holds a written text, which a policy may withhold."""


@dataclass(frozen=True)
class CountedValue:
    """The value is a count.

    Attributes:
        statistic: the role of the statistic that is the count.
    """

    statistic: str


@dataclass(frozen=True)
class MeanOfCounts:
    """The value is a mean of counts: members add to their total, and periods do not.

    Attributes:
        statistic: the role of the statistic that is averaged.
    """

    statistic: str


@dataclass(frozen=True)
class ShareOfCounts:
    """The value is a count divided by another count that contains it.

    Attributes:
        part, whole: the roles of the statistics in the numerator and in the denominator.
        undecided: the role of the rows of the whole that are in no part; they are subtracted from
            the whole. Empty if there is none.
        answers: the role of the number of answers, for a weighted survey. Empty if the whole counts
            the cases itself.
        min_answers: the number of answers below which the value is marked.
    """

    part: str
    whole: str
    undecided: str = ""
    answers: str = ""
    min_answers: int = 0


@dataclass(frozen=True)
class AverageOverRows:
    """The value is an average or a percentile of rows, and the denominator counts the rows.

    Attributes:
        rows: the role of the statistic that counts them.
        tail: the fraction of the rows beyond the value: 0.1 for the 90th percentile; 1 for a mean
            and a median, which are not extremes.
    """

    rows: str
    tail: float = 1.0


@dataclass(frozen=True)
class QuotientOfMeasures:
    """The value is a measure divided by another, or by a population, times a scale.

    Attributes:
        scale: what the quotient is multiplied by.
    """

    scale: int = 1


@dataclass(frozen=True)
class UnlinkedCount:
    """The value is a count with no relation to any other: it is suppressed where it is small."""


DisclosureRule = (
    NoCounts
    | FreeText
    | CountedValue
    | MeanOfCounts
    | ShareOfCounts
    | AverageOverRows
    | QuotientOfMeasures
    | UnlinkedCount
)
"""What the numbers of a measure count, for disclosure control."""
