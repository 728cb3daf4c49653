"""One judgement: whether each measure of a result is getting better or worse.

Comparisons, charts, notebooks, the terminal and reports take their verdicts from here.
"""

from swm_kpi.analysis.judgement.judge import COLUMNS, FALSE_DISCOVERY_RATE, Evidence, judge
from swm_kpi.analysis.judgement.judgements import Judgements
from swm_kpi.analysis.judgement.seal import seal
from swm_kpi.analysis.judgement.sealed import SealedVerdicts
from swm_kpi.analysis.judgement.sentences import describe_judgement

__all__ = [
    "COLUMNS",
    "FALSE_DISCOVERY_RATE",
    "Evidence",
    "Judgements",
    "SealedVerdicts",
    "describe_judgement",
    "judge",
    "seal",
]
