"""Calls that may lack an urgency, a shade or an end, and measures that leave them out.

Of each kind of call, the letters say whether it is urgent, whether it is dark (y, n, or u for not
recorded) and whether it has an end (e, or x).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import polars as pl

import swm_kpi as kpi
from swm_kpi import Average, Count, Duration, Proportion, Ratio, Result
from tests.support.ilp_attack import Subject
from tests.support.small_tables import CALL, MINUTES, Call, build_metric

METRIC = build_metric(
    Count(key="calls", **CALL),
    Count(key="urgent", **CALL, where=Call.urgent),
    Proportion(key="dark", **CALL, where=Call.urgent, numerator=Call.shade == "Dark"),
    Ratio(key="urgent_per_call", numerator="urgent", denominator="calls"),
    Duration(key="mean", **CALL, where=Call.urgent, average=Average.MEAN, **MINUTES),
    Count(key="unrecorded", **CALL, where=Call.urgent.is_null()),
)
KINDS = tuple(urgent + dark + end for urgent in "ynu" for dark in "ynu" for end in "ex")


def _kinds(condition: Callable[[str, str, str], bool]) -> frozenset[str]:
    return frozenset(kind for kind in KINDS if condition(*kind))


URGENT = _kinds(lambda urgent, dark, end: urgent == "y")
UNKNOWN = _kinds(lambda urgent, dark, end: urgent == "u")
WITHOUT_SHADE = _kinds(lambda urgent, dark, end: urgent == "y" and dark == "u")
WITHOUT_END = _kinds(lambda urgent, dark, end: urgent == "y" and end == "x")
DARK = _kinds(lambda urgent, dark, end: urgent == dark == "y")

SUBJECT = Subject(
    kinds=KINDS,
    counted={
        "calls": {"value": frozenset(KINDS)},
        "urgent": {"value": URGENT},
        "dark": {"numerator": DARK, "denominator": URGENT - WITHOUT_SHADE},
        "urgent_per_call": {"numerator": URGENT, "denominator": frozenset(KINDS)},
        "mean": {"denominator": URGENT - WITHOUT_END},
        "unrecorded": {"value": UNKNOWN},
    },
    unrecorded={
        "urgent": {"undecided": UNKNOWN},
        "dark": {"undecided": UNKNOWN | WITHOUT_SHADE},
        "urgent_per_call": {"undecided": UNKNOWN},
        "mean": {"undecided": UNKNOWN, "without_value": WITHOUT_END},
    },
    attacked=(
        frozenset(KINDS), URGENT, UNKNOWN, WITHOUT_SHADE, WITHOUT_END, DARK,
        URGENT - WITHOUT_SHADE, URGENT - WITHOUT_SHADE - DARK, URGENT - WITHOUT_END,
        UNKNOWN | WITHOUT_SHADE, frozenset(KINDS) - URGENT - UNKNOWN,
    ),
)  # fmt: skip

Counts = dict[tuple[int, str, str | None, str | None], int]


def random_kinds(random: np.random.Generator) -> Counts:
    """Return the number of calls by kind and side: many zeros, many small, a few large."""
    few = [
        (0, 0, 0, 0, 1, 1, 2, 30), (0, 0, 1, 2, 3, 5, 9, 60, 150), (0, 0, 0, 1, 40),
    ][random.integers(3)]  # fmt: skip
    return {
        (4, kind, side, None): int(random.choice(few))
        for kind in KINDS
        for side in ("Left", "Right", None)
    }


def compute_kinds(counts: Counts) -> Result:
    """Compute the quarter by side."""
    began = datetime(2024, 4, 2)
    ends = {"e": began + timedelta(hours=1), "x": None}
    urgency, shades = ({"y": True, "n": False, "u": None}, {"y": "Dark", "n": "Light", "u": None})
    rows = [
        (began, ends[end], urgency[urgent], shades[dark], side)
        for (_, (urgent, dark, end), side, _), count in counts.items()
        for _ in range(count)
    ]
    schema = {
        "began_at": pl.Datetime, "ended_at": pl.Datetime, "urgent": pl.Boolean,
        "shade": pl.String, "side": pl.String,
    }  # fmt: skip
    calls = pl.DataFrame(rows, schema=schema, orient="row")
    return kpi.compute(
        [METRIC],
        {"call": calls.with_columns(call_id=pl.int_range(pl.len()).cast(pl.String))},
        periods=["2024/25 Q1"],
        by=["side"],
        catalogue=kpi.Catalogue([METRIC]),
        coverage={"call": ("2024-04-01", "2025-03-31")},
    )
