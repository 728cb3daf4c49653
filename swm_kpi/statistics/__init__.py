"""Intervals, process behaviour charts and their signals, on plain arrays.

Every function takes numbers, lists or numpy arrays, and gives numpy arrays (a single number gives
an array without dimensions). In what is given, only the values of a series may be missing; in what
is returned, NaN stands for *no answer*, and for nothing else. Nothing warns. A result never holds a
NaN: there the cell is empty and its marker says why.

Loaded when it is first used. Knows no table and no metric.
"""

from swm_kpi.statistics.assurance import Assurance, assurance
from swm_kpi.statistics.intervals import EXACT_BELOW, Estimate, byar, rate, wilson
from swm_kpi.statistics.medians import EXACT_TO, median_ranks
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
    Chart,
    xmr,
)

__all__ = [
    "EXACT_BELOW",
    "EXACT_TO",
    "LIMIT_FACTOR",
    "MINIMUM_POINTS",
    "RANGE_FACTOR",
    "RUN_LENGTH",
    "TREND_LENGTH",
    "Assurance",
    "Chart",
    "Estimate",
    "assurance",
    "byar",
    "median_ranks",
    "outside_limits",
    "rate",
    "runs",
    "trends",
    "two_of_three",
    "wilson",
    "xmr",
]
