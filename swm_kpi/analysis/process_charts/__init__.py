"""Process charts: whether a series shows special causes, and whether it will meet a target.

``swm_kpi.statistics`` does the mathematics. This package decides, for one series of a result, which
periods are included, where the limits are recalculated, what a signal means for the measure, and
when limits would mislead.
"""

from swm_kpi.analysis.process_charts.build_chart import build_process_chart
from swm_kpi.analysis.process_charts.limits import MIN_EVENTS, MIN_MEAN_COUNT
from swm_kpi.analysis.process_charts.process_chart import (
    SIGNAL_RULES,
    ChartType,
    ProcessChart,
    Signal,
    VariationType,
)

__all__ = [
    "MIN_EVENTS",
    "MIN_MEAN_COUNT",
    "SIGNAL_RULES",
    "ChartType",
    "ProcessChart",
    "Signal",
    "VariationType",
    "build_process_chart",
]
