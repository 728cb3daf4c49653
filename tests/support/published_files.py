"""Small published files, written by hand: what a release could look like, whoever protected it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi import Catalogue, Period, catalogue
from swm_kpi.auditor.roles import metric_of
from swm_kpi.output import csv_text
from swm_kpi.result_columns import column_names, result_schema

POLICY = (
    "Counts of people and events under {threshold} are suppressed; zeros are shown. {rounding} "
    "More numbers are suppressed where a suppressed one could be calculated from them."
)
HIDDEN = "[c]"


def state_policy(threshold: int = 5, rounding_base: int = 1) -> str:
    """Return a policy as a published file states it."""
    rounding = (
        f"Other counts are rounded to the nearest {rounding_base}, and shares and rates are "
        "calculated from the rounded counts."
        if rounding_base > 1
        else "Other counts are not rounded."
    )
    return POLICY.format(threshold=threshold, rounding=rounding)


def row(
    ref: str,
    measure: str,
    value: float | str | None,
    period: str = "2024/25 Q1",
    *,
    definitions: Catalogue | None = None,
    **columns: Any,
) -> dict[str, Any]:
    """Return a row of a release.

    Args:
        ref: the ref.
        measure: the key of the measure.
        value: the number, or a marker.
        period: the label of the period.
        definitions: the catalogue that defines the ref; the installed one by default.
        columns: members of breakdowns, and other columns of a result.
    """
    metric = metric_of(definitions or catalogue(), ref)
    assert metric is not None
    declared = next(item for item in metric.measures if item.key == measure)
    days = Period.parse(period)
    marker = value if isinstance(value, str) else ""
    return {
        "ref": ref, "metric": metric.key, "measure": measure, "basis": declared.basis.value,
        "grain": days.grain.value, "period": period, "period_start": days.start,
        "period_end": days.end, "value": None if marker else value,
        "unit": declared.resolved_unit.value, "marker": marker, "note": "",
        "definition": metric.definition, **columns,
    }  # fmt: skip


def members(
    ref: str, measure: str, key: str, values: Mapping[str, float | str | None], **columns: Any
) -> list[dict[str, Any]]:
    """Return a row for each member of a breakdown: those that are not named have no rows."""
    metric = metric_of(catalogue(), ref)
    assert metric is not None
    dimension = next(item for item in metric.dimensions if item.key == key)
    every = {**dict.fromkeys(dimension.members, 0), **values}
    return [row(ref, measure, value, **{key: name}, **columns) for name, value in every.items()]


def write_release(
    path: Path,
    rows: Sequence[Mapping[str, Any]],
    by: Sequence[str] = (),
    policy: str = "",
    *,
    protected: bool = True,
) -> Path:
    """Write rows as a CSV file with its metadata, as a protected result is written.

    Args:
        path: the file.
        rows: the rows.
        by: the breakdowns.
        policy: the sentence that states the policy; by default, a threshold of 5 without rounding.
        protected: whether the metadata says that the numbers are protected.
    """
    schema = result_schema(by)
    columns = column_names(by)
    full = [
        {name: item.get(name, "All" if name in by else None) for name in columns} for item in rows
    ]
    content = csv_text(pl.DataFrame(full, schema=schema, orient="row")).encode()
    path.write_bytes(content)
    metadata = {
        "disclosure_control": policy or state_policy(),
        "protected": protected,
        "breakdowns": list(by),
        "provenance": {"assumptions": {}},
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    document = json.dumps({"notes": [metadata]})
    path.with_name(f"{path.name}-metadata.json").write_text(document, encoding="utf-8")
    return path
