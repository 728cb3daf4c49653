"""Results of one measure with a row for each member of a breakdown, without any computation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

import swm_kpi as kpi
from swm_kpi.result import ComputedEntry, Result
from swm_kpi.result_columns import result_schema

Row = Mapping[str, Any]


def share(top: float | None, bottom: float | None, marker: str = "") -> Row:
    """A share with its Wilson interval."""
    if top is None or not bottom:
        return {"numerator": top, "denominator": bottom, "marker": marker or "[z]"}
    lower, upper = kpi.statistics.wilson(top, bottom)
    limits = {"lower": float(lower), "upper": float(upper)}
    numbers = {"value": top / bottom, "numerator": top, "denominator": bottom}
    return {**numbers, **limits, "marker": marker}


def rate(count: float | None, people: float, marker: str = "", scale: float = 1_000) -> Row:
    """A rate with its interval."""
    if count is None:
        return {"numerator": None, "denominator": people, "marker": marker or "[c]"}
    value, lower, upper = (float(at) for at in kpi.statistics.rate(round(count), people, scale))
    numbers = {"value": value, "numerator": count, "denominator": people}
    return {**numbers, "lower": lower, "upper": upper, "marker": marker}


def estimate(value: float | None, lower: float | None, upper: float | None) -> Row:
    """A median with its interval."""
    return {"value": value, "lower": lower, "upper": upper, "marker": "" if value else "[x]"}


def members_result(
    ref: str,
    measure: str,
    rows: Mapping[str, Row],
    *,
    total: Row | None = None,
    periods: Sequence[str] = ("2024/25 Q4",),
    policy: Any = None,
    direction: kpi.Direction | None = None,
    basis: str = "force",
) -> Result:
    """Return a result by ``lpa`` with the given rows in each period."""
    metric = kpi.catalogue()[ref]
    assert isinstance(metric, kpi.Metric)
    declared = metric.measure(measure, kpi.Basis(basis))
    if direction is not None:
        changed = declared.model_copy(update={"direction": direction})
        kept = [changed if item is declared else item for item in metric.measures]
        metric = metric.model_copy(update={"measures": tuple(kept)})
    cells = {**rows, "All": total or {}}
    frame = [
        {"ref": ref, "metric": metric.key, "measure": measure, "basis": basis}
        | {"grain": period.grain.value, "period": period.label, "lpa": name}
        | {"period_start": period.start, "period_end": period.end, "note": ""}
        | {"unit": declared.resolved_unit.value, "as_at": date(2025, 4, 14)}
        | {"marker": "", "definition": metric.definition, **row}
        for period in kpi.periods(*periods)
        for name, row in cells.items()
    ]
    table = pl.DataFrame(frame, schema=result_schema(["lpa"]))
    return Result(table, ("lpa",), {ref: ComputedEntry(metric, metric)}, policy=policy)
