"""How a result moved: each row against an earlier time, where that may lawfully be done.

Works on the table of a result and the metrics it was computed from. It adds nothing that is not in
the table: a period that was not computed is said to be missing, never guessed.
"""

from swm_kpi.analysis.comparison.table import COLUMNS, LEAST_BASE, Comparison, compare
from swm_kpi.analysis.comparison.verdict import Verdict
from swm_kpi.analysis.comparison.windows import Against

__all__ = ["COLUMNS", "LEAST_BASE", "Against", "Comparison", "Verdict", "compare"]
