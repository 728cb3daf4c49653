"""Breakdowns by a force's areas are the same on every engine, and as plain Python has them."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

import swm_kpi as kpi
from swm_kpi.calendar import NO_DAY
from tests.support.area_cases import (
    DAYS,
    FIRST,
    AreaCase,
    area_cases,
    count_by_area,
    small_catalogue,
)
from tests.support.engines import IGNORED_WARNINGS, NAMES, loader

pytestmark = list(IGNORED_WARNINGS)
BOUNDARIES = ("as then", "as now")


def check(case: AreaCase, data: Any) -> None:
    for boundaries in BOUNDARIES:
        expected = case.expected(as_now=boundaries == "as now")
        assert count_by_area(data, case.areas, boundaries) == expected, boundaries


@settings(max_examples=12, deadline=None)
@given(area_cases())
def test_areas_in_polars_and_pandas_are_those_of_the_oracle(case: AreaCase) -> None:
    check(case, case.frame)
    check(case, case.frame.to_pandas())


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(area_cases())
def test_areas_in_duckdb_are_those_of_the_oracle(case: AreaCase) -> None:
    check(case, loader("DuckDB")("crime", case.frame))


@settings(max_examples=30, deadline=None)
@given(area_cases())
def test_rows_are_joined_to_the_area_of_their_day(case: AreaCase) -> None:
    """Engines and mappings join by these spans: they say what the lookup says on every day."""
    lookup = case.areas.lookup("lpa")
    days = [date.min + timedelta(1), *(FIRST + timedelta(n) for n in range(-1, DAYS + 1)), date.max]
    for value in lookup.by_value:
        spans = [span for span in lookup.dated_spans if span.value == value]
        for day in (*days, None):
            when = NO_DAY if day is None else day
            names = [span.name for span in spans if span.first <= when <= span.last]
            assert names == [name for name in [lookup.name_on(value, day)] if name], (value, day)


@cache
def long_case() -> AreaCase:
    """Areas that change every day, and a few hundred crimes in them."""
    draw = random.Random(5)  # noqa: S311
    rows: list[dict[str, Any]] = [{"code": "F", "name": "Force", "level": "force"}]
    rows += [
        {"code": f"L{n}", "name": f"Name of L{n}", "level": "lpa", "parent": "F"} for n in range(3)
    ]
    parents = {}
    for code in ("B0", "B1", "B2"):
        parents[code] = [f"L{draw.randrange(3)}" for _ in range(DAYS)]
        for number, parent in enumerate(parents[code]):
            day = FIRST + timedelta(number)
            first, last = day if number else None, day if number < DAYS - 1 else None
            rows.append(
                {"code": code, "name": code, "level": "beat", "parent": parent,
                 "valid_from": first, "valid_to": last}
            )  # fmt: skip
    start = datetime(2024, 1, 28)
    crimes = [
        (draw.choice([None, "L0", "Name of L1", "B0", "B1", "B2"]),
         start + timedelta(minutes=draw.randrange((DAYS + 2) * 24 * 60)))
        for _ in range(300)
    ]  # fmt: skip
    return AreaCase(rows, parents, crimes)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_areas_in_each_engine_are_those_of_the_oracle(name: str) -> None:
    case = long_case()
    check(case, loader(name)("crime", case.frame))


@pytest.mark.parametrize("name", ["Polars", "DuckDB"])
@pytest.mark.parametrize("day", [datetime(1750, 1, 1), datetime(2999, 1, 1)], ids=["past", "later"])
def test_a_date_that_is_not_plausible_is_no_mistake_of_the_area(name: str, day: datetime) -> None:
    case = long_case()
    rows = case.frame.with_columns(
        recorded_at=pl.when(pl.col("crime_id") == "C1").then(pl.lit(day)).otherwise("recorded_at"),
        lpa=pl.when(pl.col("crime_id") == "C1").then(pl.lit("L0")).otherwise("lpa"),
    )
    data = rows if name == "Polars" else loader(name)("crime", rows)
    with pytest.raises(kpi.ContractError) as caught:
        count_by_area(data, case.areas, "as then")
    assert [violation.column for violation in caught.value.reports[0].violations] == ["recorded_at"]


@pytest.mark.parametrize("name", ["Polars", "DuckDB"])
def test_a_value_that_is_no_area_is_named(name: str) -> None:
    case = long_case()
    rows = case.frame.with_columns(
        lpa=pl.when(pl.col("crime_id") == "C7").then(pl.lit("B00")).otherwise("lpa")
    )
    data = rows if name == "Polars" else loader(name)("crime", rows)
    with pytest.raises(kpi.ContractError) as caught:
        count_by_area(data, case.areas, "as then")
    (violation,) = caught.value.reports[0].violations
    assert str(violation) == "lpa: is not in the closed list (1 row): 'B00'. Did you mean 'B0'?"
    assert small_catalogue(case.areas, "as then").contracts["crime"].lpa.domain == (
        "Name of L0", "Name of L1", "Name of L2",
    )  # fmt: skip
