"""The force's quarterly results: its own metrics and assumption, protected for publication."""

from collections.abc import Mapping
from typing import Any

import swm_kpi as kpi

# The plan looks back 12 months. This force has decided on 24.
ASSUMPTIONS = {"repeat_months": 24}
POLICY = kpi.DisclosurePolicy(threshold=5, rounding_base=5)
REFS = ["OF1", "OF2", "OF3"]


def compute_quarter(label: str, tables: Mapping[str, Any], *, as_at: str) -> kpi.Result:
    """Return the results of one quarter, with small numbers suppressed.

    Args:
        label: the quarter, such as ``"2024/25 Q1"``.
        tables: ``stop_search`` and ``crime_party``, as ``kpi.compute`` takes them.
        as_at: the day on which the tables were extracted.
    """
    result = kpi.compute(
        REFS,
        tables,
        periods=kpi.periods(label),
        by=["beat"],
        as_at=as_at,
        assumptions=ASSUMPTIONS,
    )
    return result.protect(POLICY)
