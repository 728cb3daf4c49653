"""Calls of a made-up metric, month by month, and their process charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

import swm_kpi as kpi
from swm_kpi import (
    Column,
    Contract,
    Count,
    Dimension,
    Direction,
    Example,
    Metric,
    Proportion,
    Result,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE

SIDE = Dimension("side", "Side", ("Left", "Right"), description="The side it was on.")


class Call(Contract, row_unit=Unit.CALLS):
    """One row per call."""

    began_at = Column(datetime, description="When it began.")
    urgent = Column(bool, nullable=True, description="Whether it was urgent.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")
    level = Column(float, nullable=True, description="How many there are of its side.")


CALL = {"of": Call, "at": Call.began_at}
CALLS = Count(key="calls", **CALL)
URGENT = Proportion(key="urgent_share", **CALL, numerator=Call.urgent)
LEVEL = kpi.Mean(key="level", **CALL, value=Call.level, unit=Unit.CALLS)
"""A measure with the numbers of calls as values, so that its chart does not follow the days."""


def metric(**fields: Any) -> Metric:
    """Declare a metric that is in no catalogue."""
    return Metric(
        **{
            "ref": "T1",
            "key": "test_metric",
            "title": "A test",
            "objective": SECURE,
            "summary": "A metric for a test.",
            "measures": (CALLS, URGENT, LEVEL),
            "dimensions": [SIDE],
            "direction": Direction.HIGHER_IS_BETTER,
            "availability": kpi.catalogue()["15"].availability,
            "limitations": "Not real.",
            "examples": [
                Example(
                    rows="| began_at |",
                    expect={"calls": 0, "urgent_share": 0, "level": None},
                    edge_case="None.",
                )
            ],
            **fields,
        }
    )


def month(at: int) -> str:
    """Name the month so many after January 2022."""
    return f"{2022 + at // 12}-{at % 12 + 1:02d}"


def result(
    many: Sequence[int],
    *,
    periods: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    urgent: int = 0,
    **fields: Any,
) -> Result:
    """Compute so many calls in each month from January 2022, the first ones urgent."""
    rows = [
        {
            "began_at": datetime.fromisoformat(f"{month(at)}-10T12:00"),
            "urgent": row_at < urgent,
            "side": "Left" if row_at % 4 else "Right",
            "level": float(count),
        }
        for at, count in enumerate(many)
        for row_at in range(count)
    ]
    made = metric(**fields)
    return kpi.compute(
        [made],
        {"call": pl.DataFrame(rows)},
        periods=list(periods) or [month(at) for at in range(len(many))],
        catalogue=kpi.Catalogue([made]),
        coverage={"call": ("2020-01-01", "2029-12-31")},
        **(options or {}),
    )


def of_shares(parts: Sequence[tuple[int, int]]) -> Result:
    """Compute so many urgent calls of so many in each month from January 2022."""
    rows = [
        {
            "began_at": datetime.fromisoformat(f"{month(at)}-10T12:00"),
            "urgent": row_at < urgent,
            "side": "Left",
            "level": 1.0,
        }
        for at, (urgent, whole) in enumerate(parts)
        for row_at in range(whole)
    ]
    made = metric()
    return kpi.compute(
        [made],
        {"call": pl.DataFrame(rows)},
        periods=[month(at) for at in range(len(parts))],
        catalogue=kpi.Catalogue([made]),
        coverage={"call": ("2020-01-01", "2029-12-31")},
    )


STEADY = [20, 24] * 6
"""Mean 22, every moving range 4: limits 22 less and plus 2.66 times 4."""
