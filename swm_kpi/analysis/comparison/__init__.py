"""Comparison of each row of a result with an earlier time, where the comparison is valid.

It uses the table of a result and the metrics that the result was computed from, and adds no other
numbers. A period that was not computed is reported as missing.
"""

from swm_kpi.analysis.comparison.change_tests import ChangeQuestion, answer_questions
from swm_kpi.analysis.comparison.compared_periods import ComparisonKind
from swm_kpi.analysis.comparison.compared_rows import ComparedRow, ResultRows
from swm_kpi.analysis.comparison.comparison_table import COLUMNS, MIN_COUNT, Comparison, compare
from swm_kpi.analysis.comparison.verdict import Verdict

__all__ = [
    "COLUMNS",
    "MIN_COUNT",
    "ChangeQuestion",
    "ComparedRow",
    "Comparison",
    "ComparisonKind",
    "ResultRows",
    "Verdict",
    "answer_questions",
    "compare",
]
