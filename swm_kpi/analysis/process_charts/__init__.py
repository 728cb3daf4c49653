"""Whether a series shows more than routine variation, and whether it will meet a target.

The mathematics is the statistics room's; here it meets a result: which periods may take part, where
the series is known to have changed, what a signal means for this measure, and what is refused.
"""

from swm_kpi.analysis.process_charts.process_chart import SIGNAL_RULES, ProcessChart, VariationType
from swm_kpi.analysis.process_charts.target import Target
from swm_kpi.analysis.process_charts.xmr_chart import MIN_MEAN_COUNT, build_process_chart

__all__ = [
    "MIN_MEAN_COUNT",
    "SIGNAL_RULES",
    "ProcessChart",
    "Target",
    "VariationType",
    "build_process_chart",
]
