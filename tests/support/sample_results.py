"""A small result for tests of files: every kind of cell, and text that would do harm."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

import swm_kpi as kpi
from swm_kpi.result import ComputedEntry, Result
from swm_kpi.result_columns import result_schema

QUARTERS = (
    ("2024/25 Q1", date(2024, 4, 1), date(2024, 6, 30)),
    ("2024/25 Q2", date(2024, 7, 1), date(2024, 9, 30)),
)
AREAS = ("Shropshire", "Unknown", "All")

PROVENANCE = kpi.Provenance(
    library="0.1.0",
    engine="polars",
    engine_version="2.1.0",
    definitions={"57": "57@1#12bcd4fa"},
    as_at=date(2025, 4, 14),
    periods=tuple(quarter[0] for quarter in QUARTERS),
    breakdowns=("lpa",),
)


def row(measure: str, quarter: int, area: str, value: float | None, **others: Any) -> dict:
    label, start, end = QUARTERS[quarter]
    fields = {
        "ref": "57",
        "metric": "call_handling",
        "measure": measure,
        "basis": "force",
        "grain": "quarter",
        "period": label,
        "period_start": start,
        "period_end": end,
        "lpa": area,
        "value": value,
        "unit": "calls",
        "numerator": None,
        "denominator": None,
        "lower": None,
        "upper": None,
        "undecided": None,
        "in_repeated_hour": None,
        "without_value": None,
        "unmapped": None,
        "null_at_source": None,
        "mapped_to_other": None,
        "in_no_period": None,
        "at_least": None,
        "at_most": None,
        "answers": None,
        "effective_answers": None,
        "marker": "",
        "note": "",
        "definition": "57@1#12bcd4fa",
        "as_at": date(2025, 4, 14),
    }
    return fields | others


def rows() -> list[dict]:
    output = []
    for quarter in range(2):
        for number, area in enumerate(AREAS):
            size = 1000.0 * (quarter + 1) + number
            output.append(row("calls_999", quarter, area, size))
            output.append(
                row(
                    "answered_999",
                    quarter,
                    area,
                    0.9,
                    unit="proportion",
                    numerator=0.9 * size,
                    denominator=size,
                    lower=0.88,
                    upper=0.92,
                )
            )
    output[0] |= {"value": None, "marker": "[c]", "note": "Withheld."}
    output[2] |= {"marker": "[p]", "note": "=1+1 is text. Withheld."}
    output[3] |= {"value": None, "marker": "[z]", "lower": None, "upper": None}
    output[5] |= {"marker": "[u]", "note": "See [this](http://example.org) and $$that$$."}
    return output


def frame_of(records: list[dict], by: tuple[str, ...] = ("lpa",)) -> pl.DataFrame:
    return pl.DataFrame(records, schema=result_schema(by))


def result(records: list[dict] | None = None, **fields: Any) -> Result:
    """Return a result of the rows given, of ref 57 by Local Policing Area."""
    entry = kpi.catalogue()["57"]
    assert isinstance(entry, kpi.Metric)
    entries = {"57": ComputedEntry(entry, entry)}
    stored = rows() if records is None else records
    return Result(frame_of(stored), ("lpa",), entries, **({"provenance": PROVENANCE} | fields))
