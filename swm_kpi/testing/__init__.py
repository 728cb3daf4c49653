"""Hypothesis strategies for any contract, so that authors of plugins can test too.

May import errors, periods, expressions and contracts. Needs Hypothesis only for strategies. Must
never draw a row that breaks its contract: a row is mended rather than thrown away.

    from hypothesis import given
    from swm_kpi.testing import frames

    @given(frames(Visit))
    def test_my_measure(visits): ...
"""

from swm_kpi.testing.plain import frame, right_rows
from swm_kpi.testing.strategies import frames, rows

__all__ = ["frame", "frames", "right_rows", "rows"]
