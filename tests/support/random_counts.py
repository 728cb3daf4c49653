"""Random counts for tables that are linked by breakdowns, periods and parts of a total."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swm_kpi import Metric
from tests.support.ilp_attack import CALLS, KINDS, MEMBERS, PARTS

QUARTER = "2024/25 Q1"
MONTHS = ("2024-04", "2024-05", "2024-06")
# Periods, breakdowns, months with rows, metrics.
CASES: dict[str, tuple[list[str], list[str], list[int], tuple[Metric, ...]]] = {
    "a breakdown and its total": ([QUARTER], ["place"], [4], (CALLS,)),
    "two crossed breakdowns": ([QUARTER], ["side", "place"], [4], (CALLS,)),
    "months in a quarter": ([*MONTHS, QUARTER], ["side"], [4, 5, 6], (CALLS,)),
    "a quarter without one of its months": ([*MONTHS[:2], QUARTER], ["side"], [4, 5, 6], (CALLS,)),
    "months in a quarter in a year": ([*MONTHS, QUARTER, "2024/25"], [], [4, 5, 6, 9], (CALLS,)),
    "parts in another ref": ([QUARTER], ["place"], [4], (CALLS, PARTS)),
    "crossed, with parts in another ref": ([QUARTER], ["side", "place"], [4], (CALLS, PARTS)),
}


def random_counts(
    random: np.random.Generator, months: Sequence[int], by: Sequence[str]
) -> dict[tuple[int, str, str | None, str | None], int]:
    """Return a table as small areas have it: many zeros, many small, a few large."""
    few = [
        (0, 0, 0, 1, 1, 2, 3, 20), (0, 1, 2, 3, 4, 5, 6, 12, 40), (0, 1, 2, 3, 5, 9, 60, 150),
    ][random.integers(3)]  # fmt: skip
    sides = MEMBERS["side"] if "side" in by else ("Left",)
    places = MEMBERS["place"] if "place" in by else ("North",)
    return {
        (month, kind, _recorded(side), _recorded(place)): int(random.choice(few))
        for month in months
        for kind in KINDS
        for side in sides
        for place in places
    }


def _recorded(member: str) -> str | None:
    return None if member == "Unknown" else member
