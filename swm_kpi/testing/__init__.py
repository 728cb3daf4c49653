"""Test data for any contract: fixed valid rows, and Hypothesis strategies.

A row that breaks a rule is repaired instead of discarded, so every row is valid. Only the
strategies need Hypothesis.

    from hypothesis import given
    from swm_kpi.testing import frames

    @given(frames(Visit))
    def test_my_measure(visits): ...

May import ``errors``, ``calendar``, ``expressions``, ``contracts`` and the rule of clock changes
in ``engine``.
"""

from swm_kpi.testing.fixed_rows import frame, valid_rows
from swm_kpi.testing.strategies import frames, rows

__all__ = ["frame", "frames", "rows", "valid_rows"]
