"""Intervals, process behaviour charts and their signals, on plain arrays.

Every function takes numbers, lists, numpy arrays or columns of a data frame, and gives numpy arrays
(a single number gives an array without dimensions). Whole numbers of any width are made floats
first, true counts as 1, and text is never read as a number. In what is given, only the values of a
series may be missing (None, NaN, pandas.NA, masked); anywhere else that is an error, and so is what
cannot be answered, such as a share of nothing. Nothing warns.

NaN is returned by the chart alone, at the places of a series that have no such number: a missing
value, the moving range of a first point. A result never holds a NaN: there the cell is empty and
its marker says why.

Loaded when it is first used. Knows no table and no metric.
"""

from swm_kpi.statistics.assurance import Assurance, assurance
from swm_kpi.statistics.intervals import EXACT_BELOW, Estimate, byar, rate, wilson
from swm_kpi.statistics.quantiles import Ranks, quantile, quantile_ranks
from swm_kpi.statistics.signals import (
    RUN_LENGTH,
    TREND_LENGTH,
    outside_limits,
    runs,
    trends,
    two_of_three,
)
from swm_kpi.statistics.xmr import (
    LIMIT_FACTOR,
    MINIMUM_POINTS,
    RANGE_FACTOR,
    XmRLimits,
    xmr,
    xmr_or_nan,
)

__all__ = [
    "EXACT_BELOW",
    "LIMIT_FACTOR",
    "MINIMUM_POINTS",
    "RANGE_FACTOR",
    "RUN_LENGTH",
    "TREND_LENGTH",
    "Assurance",
    "Estimate",
    "Ranks",
    "XmRLimits",
    "assurance",
    "byar",
    "outside_limits",
    "quantile",
    "quantile_ranks",
    "rate",
    "runs",
    "trends",
    "two_of_three",
    "wilson",
    "xmr",
    "xmr_or_nan",
]
