"""Members of a breakdown beside each other in one period: areas of a force, or forces.

``swm_kpi.statistics`` does the mathematics. This package decides which members can be compared, by
which limits, and what can be said of them. Members are in the order of their list and never ranked.
"""

from swm_kpi.analysis.members.build_funnel import build_funnel
from swm_kpi.analysis.members.funnel import Funnel, MemberJudgement
from swm_kpi.analysis.members.member_rows import MemberRows, select_member_rows

__all__ = ["Funnel", "MemberJudgement", "MemberRows", "build_funnel", "select_member_rows"]
