"""The force's quarterly pack: its own metrics, its own assumption, safe to hand on."""

from collections.abc import Mapping
from typing import Any

import swm_kpi as kpi

# The plan looks back 12 months; this force has decided on 24.
ASSUMPTIONS = {"repeat_months": 24}
POLICY = kpi.DisclosurePolicy(threshold=5, rounding_base=5)
REFS = ["OF1", "OF2", "OF3"]


def quarter(label: str, tables: Mapping[str, Any], *, as_at: str) -> kpi.Result:
    """Return the pack of one quarter, small numbers hidden.

    Args:
        label: such as ``"2024/25 Q1"``.
        tables: ``stop_search`` and ``crime_party``, as ``kpi.compute`` takes them.
        as_at: the day they were extracted.
    """
    found = kpi.compute(
        REFS,
        tables,
        periods=kpi.periods(label),
        by=["beat"],
        as_at=as_at,
        assumptions=ASSUMPTIONS,
    )
    return found.protect(POLICY)
