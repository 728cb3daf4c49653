"""Process charts: whether a series shows special causes, and whether it will meet a target.

``swm_kpi.statistics`` does the mathematics. This package decides, for one series of a result, which
periods are included, where the limits are recalculated, what a signal means for the measure, and
when limits would mislead.
"""

from swm_kpi.analysis.process_charts.process_chart import SIGNAL_RULES, ProcessChart, VariationType
from swm_kpi.analysis.process_charts.xmr_chart import MIN_MEAN_COUNT, build_process_chart

__all__ = [
    "MIN_MEAN_COUNT",
    "SIGNAL_RULES",
    "ProcessChart",
    "VariationType",
    "build_process_chart",
]
