"""Intervals, XmR limits, signals, recent changes and funnel limits, on plain arrays.

Every function takes numbers, lists, numpy arrays or columns of a data frame, and returns numpy
arrays. A single number gives an array without dimensions. Integers of any width become floats
first, True counts as 1, and text is never read as a number. Only the values of a series may be
missing (None, NaN, pandas.NA, masked). A missing value anywhere else raises RequestError, and so
does a question without an answer, such as a proportion of zero cases. Nothing warns.

Only the functions of the XmR chart return NaN, at the places of a series that have no such number:
a missing value, or the moving range of a first point. A result never holds NaN: its cell is empty
and the marker says why.

The package is imported on first use. It does not depend on tables or metrics.
"""

from swm_kpi.statistics.assurance import Assurance, assurance
from swm_kpi.statistics.attribute_charts import rate_chart, share_chart
from swm_kpi.statistics.change import NO_DISPERSION, Change, Dispersion
from swm_kpi.statistics.change_scan import (
    CHANGE_P_VALUE,
    RECENT_PERIODS,
    RecentChange,
    SeriesModel,
    recent_change,
)
from swm_kpi.statistics.chart_limits import ChartLimits
from swm_kpi.statistics.dispersion import Residuals, residual_variation
from swm_kpi.statistics.estimate_change import estimate_change, spread_change
from swm_kpi.statistics.false_discovery import q_values
from swm_kpi.statistics.funnel import (
    FUNNEL_LEVELS,
    FunnelLimits,
    funnel_position,
    rate_funnel,
    share_funnel,
)
from swm_kpi.statistics.funnel_dispersion import (
    MIN_MEMBERS_FOR_SPREAD,
    Homogeneity,
    Overdispersion,
    homogeneity_of_estimates,
    homogeneity_of_rates,
    homogeneity_of_shares,
    rate_overdispersion,
    share_overdispersion,
)
from swm_kpi.statistics.intervals import EXACT_BELOW, Estimate, byar, rate, wilson
from swm_kpi.statistics.quantiles import Ranks, quantile, quantile_ranks
from swm_kpi.statistics.rare_events import (
    T_CHART_POWER,
    RareEventLimits,
    g_chart,
    small_count_limits,
    t_chart,
)
from swm_kpi.statistics.rate_change import rate_change
from swm_kpi.statistics.seasons import SEASON_P_VALUE, Season, season
from swm_kpi.statistics.share_change import share_change
from swm_kpi.statistics.signals import (
    RUN_LENGTH,
    TREND_LENGTH,
    outside_limits,
    runs,
    trends,
    two_of_three,
)
from swm_kpi.statistics.trend import MIN_TREND_POINTS, Trend, linear_trend
from swm_kpi.statistics.xmr import (
    LIMIT_FACTOR,
    MINIMUM_POINTS,
    RANGE_FACTOR,
    XmRLimits,
    xmr,
    xmr_or_nan,
)

__all__ = [
    "CHANGE_P_VALUE",
    "EXACT_BELOW",
    "FUNNEL_LEVELS",
    "LIMIT_FACTOR",
    "MINIMUM_POINTS",
    "MIN_MEMBERS_FOR_SPREAD",
    "MIN_TREND_POINTS",
    "NO_DISPERSION",
    "RANGE_FACTOR",
    "RECENT_PERIODS",
    "RUN_LENGTH",
    "SEASON_P_VALUE",
    "TREND_LENGTH",
    "T_CHART_POWER",
    "Assurance",
    "Change",
    "ChartLimits",
    "Dispersion",
    "Estimate",
    "FunnelLimits",
    "Homogeneity",
    "Overdispersion",
    "Ranks",
    "RareEventLimits",
    "RecentChange",
    "Residuals",
    "Season",
    "SeriesModel",
    "Trend",
    "XmRLimits",
    "assurance",
    "byar",
    "estimate_change",
    "funnel_position",
    "g_chart",
    "homogeneity_of_estimates",
    "homogeneity_of_rates",
    "homogeneity_of_shares",
    "linear_trend",
    "outside_limits",
    "q_values",
    "quantile",
    "quantile_ranks",
    "rate",
    "rate_change",
    "rate_chart",
    "rate_funnel",
    "rate_overdispersion",
    "recent_change",
    "residual_variation",
    "runs",
    "season",
    "share_change",
    "share_chart",
    "share_funnel",
    "share_overdispersion",
    "small_count_limits",
    "spread_change",
    "t_chart",
    "trends",
    "two_of_three",
    "wilson",
    "xmr",
    "xmr_or_nan",
]
