"""No sentence is twice in one note, whatever is missing, for every ref of the plan."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import swm_kpi as kpi

START, END = date(2023, 1, 1), date(2024, 12, 31)
DAYS = st.dates(date(2024, 1, 15), date(2025, 2, 15))


@cache
def tables() -> dict[str, pl.DataFrame]:
    force = kpi.synthetic.generate_force(START, END, scale=0.005, seed=1)
    return {name: pl.DataFrame(table) for name, table in force.items()}


def sentences(note: str) -> list[str]:
    return [part for part in re.split(r"(?<=\.) (?=[A-Z0-9])", note) if part]


@pytest.mark.exhaustive
@pytest.mark.slow
@settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.too_slow])
@given(
    as_at=DAYS | st.none(),
    first=st.dates(START, date(2024, 5, 31)) | st.none(),
    grain=st.sampled_from(["month", "quarter", "rolling_12"]),
    by=st.sampled_from([[], ["lpa"], ["offence_subgroup"]]),
)
@example(as_at=date(2024, 11, 10), first=None, grain="quarter", by=["lpa"])
@example(as_at=None, first=date(2024, 4, 15), grain="quarter", by=["lpa"])
def test_no_sentence_is_twice_in_a_note(as_at, first, grain, by) -> None:
    coverage = {} if first is None else dict.fromkeys(tables(), (first, END))
    result = kpi.compute(
        None,
        tables(),
        periods=kpi.periods("2024-04-01", "2025-03-31", grain=grain),
        by=by,
        as_at=as_at,
        coverage=coverage,
        on_violation="withhold",
    )
    notes = result.to_polars().select("ref", "measure", "note").unique()
    for ref, measure, note in notes.iter_rows():
        parts = sentences(note)
        assert len(parts) == len(set(parts)), (ref, measure, note)
