"""How a result moved: each row against an earlier time, where that may lawfully be done.

Works on the table of a result and the metrics it was computed from. It adds nothing that is not in
the table: a period that was not computed is said to be missing, never guessed.
"""

from swm_kpi.analysis.comparison.compared_periods import ComparisonKind
from swm_kpi.analysis.comparison.comparison_table import COLUMNS, MIN_COUNT, Comparison, compare
from swm_kpi.analysis.comparison.verdict import Verdict

__all__ = ["COLUMNS", "MIN_COUNT", "Comparison", "ComparisonKind", "Verdict", "compare"]
