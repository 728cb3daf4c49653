"""A column that nobody filled in never becomes a number.

Each column that may be blank is blank in every row of its table. A measure that reads the column
then has no value, has the marker ``[u]``, or has the same value as before.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import polars as pl
import pytest

import swm_kpi as kpi

MAY = {"crime": ("2024-04-01", "2024-06-30")}
METRICS = {
    entry.ref: entry
    for entry in kpi.catalogue()
    if isinstance(entry, kpi.Metric) and entry.measures
}

# Where a blank is an answer, or the number itself says how many rows are filled in.
ALLOWED = {
    ("26", "organised_crime_group", "archived_on"): "a group that is not archived",
    ("34", "civil_order", "issued_at"): "a notice that was not issued",
    ("34", "civil_order", "applied_at"): "an order that was not applied for",
    ("34", "civil_order", "breached_at"): "an order that was not breached",
    ("35", "civil_order", "applied_at"): "an order that was not applied for",
    ("41", "activity", "attendance"): "the share in which attendance is recorded",
    ("42", "scheme", "ended_on"): "a scheme that goes on",
    ("47", "outage", "ended_at"): "an outage that goes on",
    ("53", "incident", "first_arrived_at"): "the share in which arrival is recorded",
    ("56", "appointment", "status"): "a request for which nothing is booked",
    ("57", "contact", "abandoned_at"): "a call that was not abandoned",
    ("60", "activity", "hours"): "the share in which hours are recorded",
    ("62", "parish_council", "has_contract"): "the councils of which a contract is known",
    ("63", "alert_message", "opened"): "the messages of which opening is measured",
    ("63", "alert_registration", "ended_on"): "a registration that goes on",
    ("65", "activity", "attendance"): "the share in which attendance is recorded",
    ("66", "social_media_post", "impressions"): "the posts with both numbers",
    ("66", "social_media_post", "engagements"): "the posts with both numbers",
    ("67", "scheme", "ended_on"): "a scheme that goes on",
    ("67", "activity", "scheme_id"): "an activity of the police",
    ("69", "workforce_snapshot", "sex"): "the people who stated it",
    ("69", "workforce_snapshot", "ethnicity"): "the people who stated it",
    ("69", "workforce_snapshot", "disability"): "the people who stated it",
    ("69", "workforce_snapshot", "sexual_orientation"): "the people who stated it",
}


@cache
def tables() -> dict[str, pd.DataFrame]:
    return kpi.synthetic.generate_force("2024-04-01", "2025-03-31", scale=0.02, seed=3)


def numbers(ref: str, data: dict[str, pd.DataFrame]) -> dict[tuple[Any, ...], tuple[Any, Any]]:
    result = kpi.compute([ref], data, periods=["2024/25"]).to_polars()
    keys, cells = result.select("measure", "basis").rows(), result.select("value", "marker").rows()
    return dict(zip(keys, cells, strict=True))


@pytest.mark.exhaustive
@pytest.mark.parametrize("ref", METRICS)
def test_a_column_that_is_blank_in_every_row_gives_no_number(ref: str) -> None:
    data = {name: tables()[name] for name in METRICS[ref].contracts if name in tables()}
    if not data:
        return
    before = numbers(ref, data)
    wrong = []
    for name, frame in data.items():
        for column, declared in METRICS[ref].contracts[name].columns.items():
            if not declared.nullable or column not in frame or (ref, name, column) in ALLOWED:
                continue
            blank = frame.assign(**{column: pd.Series([None] * len(frame), dtype=object)})
            try:
                after = numbers(ref, {**data, name: blank})
            except kpi.ContractError:
                continue  # a rule of the table refuses it
            for key, (value, marker) in after.items():
                if value is not None and value != before[key][0] and marker != "[u]":
                    wrong.append(f"{key[0]} is {value}, where {name}.{column} is blank")
    assert wrong == []


def to_duckdb(frame: pd.DataFrame) -> Any:
    return pytest.importorskip("duckdb").from_df(frame)


@pytest.mark.parametrize(
    "convert", [pd.DataFrame, pl.from_pandas, to_duckdb], ids=["pandas", "Polars", "DuckDB"]
)
def test_outcomes_that_nobody_recorded_are_no_share_of_none_or_all(convert: Any) -> None:
    """The code and the day of an outcome are blank in every row; with one outcome, they count."""
    crimes = pd.DataFrame(
        {
            "crime_id": ["a", "b", "c", "d"],
            "recorded_at": pd.to_datetime(["2024-05-01 12:00"] * 4),
            "outcome_code": pd.Series([None] * 4, dtype="string"),
            "outcome_at": pd.Series([pd.NaT] * 4, dtype="datetime64[ns]"),
            "status": ["recorded"] * 4,
        }
    )

    def shares(table: Any) -> dict[str, tuple[Any, Any]]:
        result = kpi.compute(["11"], {"crime": table}, periods=["2024-05"], coverage=MAY)
        frame = result.to_polars().filter(pl.col("measure").is_in(["charged", "not_yet_assigned"]))
        return {row["measure"]: (row["value"], row["marker"]) for row in frame.to_dicts()}

    nothing = (None, "[x]")
    assert shares(convert(crimes)) == {"charged": nothing, "not_yet_assigned": nothing}
    crimes.loc[0, "outcome_code"] = "1"
    crimes.loc[0, "outcome_at"] = pd.Timestamp("2024-05-02 12:00")
    filled = shares(convert(crimes))
    assert filled["charged"][0] == 1 / 4
    assert filled["not_yet_assigned"][0] == 3 / 4
