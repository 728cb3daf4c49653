"""A column that many sources lack: the metric computes, and what needs the column is ``[x]``."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import Column, Contract, Count, Dimension, Mean, Proportion, Rate, Unique, Unit
from swm_kpi.mapping import not_in_source
from tests.support import engines
from tests.support.small_tables import (
    build_metric,
    compute,
    frame_of,
    row_of,
    rows_of,
    value_of,
)

BEAT = Dimension("beat", "Beat", ("North", "South"), description="A beat.", is_area=True)
TOWN = Dimension("town", "Town", description="A town.", is_area=True)


class Stop(Contract, row_unit=Unit.ASSETS):
    """One row per vehicle stopped."""

    stop_id = Column(str, unique=True, description="Its number.")
    seen_at = Column(datetime, description="When.")
    beat = Column(str, dimension=BEAT, nullable=True, description="Where.")
    town = Column(str, dimension=TOWN, nullable=True, optional=True, description="Where exactly.")
    is_van = Column(bool, nullable=True, optional=True, description="Whether it is a van.")
    checked_at = Column(datetime, nullable=True, optional=True, description="When checked.")
    weight = Column(float, nullable=True, optional=True, description="Its weight.")


class Households(Contract, row_unit=Unit.PEOPLE):
    """One row per beat, or per town of it, and year."""

    mid_year = Column(int, description="The year.")
    beat = Column(str, dimension=BEAT, description="Where.")
    town = Column(str, dimension=TOWN, nullable=True, optional=True, description="Where exactly.")
    people = Column(int, description="How many.")

    one_row_each = Unique(mid_year, beat, town)


DTYPES = {str: pl.String, bool: pl.Boolean, float: pl.Float64, datetime: pl.Datetime("us")}
STOPS = """
| stop_id | seen_at          | beat  |
| a       | 2024-05-06 12:00 | North |
| b       | 2024-05-06 13:00 | South |
| c       | 2024-05-07 12:00 |       |
"""
HOUSEHOLDS = """
| mid_year | beat  | people |
| 2024 | North | 40     |
| 2024 | South | 60     |
"""

METRIC = build_metric(
    Count(key="stops", of=Stop, at=Stop.seen_at),
    Count(key="vans", of=Stop, at=Stop.seen_at, where=Stop.is_van),
    Proportion(
        key="checked",
        of=Stop,
        at=Stop.seen_at,
        numerator=Stop.checked_at.is_not_null(),
        blank_means_no=Stop.checked_at,
    ),
    Mean(key="weight", of=Stop, at=Stop.seen_at, value=Stop.weight, unit=Unit.HOURS),
    Rate(key="per_1000", label="Per 1,000", of="stops", per=Households.people, scale=1000),
    dimensions=[BEAT, TOWN],
)


def stops(*optional: str) -> pl.DataFrame:
    """Return the stops without the optional columns, or with some of them, all blank."""
    blank = [pl.lit(None, DTYPES[Stop.columns[name].dtype]).alias(name) for name in optional]
    return frame_of(Stop, STOPS).with_columns(blank)


def households() -> pl.DataFrame:
    return frame_of(Households, HOUSEHOLDS)


def load(engine: str, name: str, rows: pl.DataFrame, folder: Path) -> Any:
    if engine == "Polars":
        return rows
    if engine == "pandas":
        return rows.to_pandas()
    if engine == "CSV":
        rows.write_csv(folder / f"{name}.csv")
        return folder / f"{name}.csv"
    return engines.loader(engine)(name, rows)


EVERYWHERE = pytest.mark.parametrize(
    "engine",
    [
        "Polars",
        "pandas",
        "CSV",
        "DuckDB",
        pytest.param("Ibis on DuckDB", marks=engines.IGNORED_WARNINGS),
    ],
)


@EVERYWHERE
def test_what_needs_no_optional_column_has_a_number(engine: str, tmp_path: Path) -> None:
    tables = {
        "stop": load(engine, "stop", stops(), tmp_path),
        "households": load(engine, "households", households(), tmp_path),
    }
    result = compute(METRIC, tables, by=["beat"])
    assert value_of(result, "stops", beat="All") == 3
    assert value_of(result, "stops", beat="North") == 1
    assert value_of(result, "per_1000", beat="South") == pytest.approx(1000 / 60)
    for measure, column in (("vans", "is_van"), ("checked", "checked_at"), ("weight", "weight")):
        row = row_of(result, measure, beat="All")
        assert (row["value"], row["marker"]) == (None, "[x]")
        assert row["note"].startswith(f"Table 'stop' has no column {column!r}.")


@EVERYWHERE
def test_a_breakdown_without_its_column_has_a_total_alone(engine: str, tmp_path: Path) -> None:
    tables = {"stop": load(engine, "stop", stops(), tmp_path)}
    result = compute(METRIC, tables, by=["town"])
    assert value_of(result, "stops", town="All") == 3
    others = [row for row in rows_of(result, "stops") if row["town"] != "All"]
    assert all((row["value"], row["marker"]) == (None, "[x]") for row in others)


@pytest.mark.parametrize("column", ["is_van", "checked_at", "weight"])
def test_an_absent_column_and_a_blank_one_have_no_number(column: str) -> None:
    absent = compute(METRIC, {"stop": stops()})
    blank = compute(METRIC, {"stop": stops(column)})
    for measure in METRIC.measures:
        if measure.key != "per_1000":
            assert value_of(absent, measure.key) == value_of(blank, measure.key)


def test_a_misspelt_optional_column_is_refused() -> None:
    table = stops("weight").rename({"weight": "wieght"})
    with pytest.raises(kpi.ContractError, match="Did you mean 'wieght'"):
        compute(METRIC, {"stop": table})


def test_another_column_of_a_similar_name_is_no_misspelling() -> None:
    table = stops().with_columns(town_hall=pl.lit("yes"))
    assert value_of(compute(METRIC, {"stop": table}, by=["town"]), "stops", town="All") == 3


@EVERYWHERE
def test_a_key_is_checked_without_its_optional_column(engine: str, tmp_path: Path) -> None:
    twice = pl.concat([households(), households().head(1)])
    tables = {
        "stop": load(engine, "stop", stops(), tmp_path),
        "households": load(engine, "households", twice, tmp_path),
    }
    with pytest.raises(kpi.ContractError, match="mid_year, beat"):
        compute(METRIC, tables)


@EVERYWHERE
def test_two_rows_that_name_no_town_are_one_row_twice(engine: str, tmp_path: Path) -> None:
    blank = households().with_columns(town=pl.lit(None, dtype=pl.String))
    twice = pl.concat([blank, blank.head(1)])
    tables = {
        "stop": load(engine, "stop", stops(), tmp_path),
        "households": load(engine, "households", twice, tmp_path),
    }
    with pytest.raises(kpi.ContractError, match="mid_year, beat, town: are not unique together"):
        compute(METRIC, tables)


def test_a_rate_of_members_needs_the_optional_column_of_the_people() -> None:
    towns = frame_of(
        Households,
        """
        | mid_year | beat  | town  | people |
        | 2024 | North | Upton | 10     |
        | 2024 | North | Ashby | 30     |
        | 2024 | South | Leigh | 60     |
        """,
    )
    table = stops("town").with_columns(town=pl.Series(["Upton", "Leigh", "Leigh"]))
    result = compute(METRIC, {"stop": table, "households": towns}, by=["town"])
    assert value_of(result, "per_1000", town="Upton") == pytest.approx(1000 / 10)
    assert value_of(result, "per_1000", town="Leigh") == pytest.approx(2 * 1000 / 60)
    assert value_of(result, "per_1000", town="All") == pytest.approx(3 * 1000 / 100)
    without = compute(METRIC, {"stop": table, "households": households()}, by=["town"])
    assert value_of(without, "per_1000", town="All") == pytest.approx(3 * 1000 / 100)
    assert row_of(without, "per_1000", town="Upton")["marker"] == "[x]"


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param("| 2024 | North | Upton | 10 |", id="no South"),
        pytest.param(
            """
            | 2024 | North | Upton | 10 |
            | 2024 | North |       | 10 |
            | 2024 | South | Leigh | 60 |
            """,
            id="North twice",
        ),
    ],
)
def test_people_of_two_levels_are_not_added_twice_nor_left_out(rows: str) -> None:
    people = frame_of(Households, "| mid_year | beat | town | people |\n" + rows)
    result = compute(METRIC, {"stop": stops("town"), "households": people}, by=["beat"])
    assert row_of(result, "per_1000", beat="All")["marker"] == "[x]"
    in_south = value_of(result, "per_1000", beat="South")
    assert in_south == (pytest.approx(1000 / 60) if "Leigh" in rows else None)


def test_a_known_district_without_people_is_missing_and_not_left_out() -> None:
    rows = [
        {"code": "F", "name": "Force", "level": "force"},
        *({"code": b, "name": b, "level": "beat", "parent": "F"} for b in ("North", "South")),
        *(
            {"code": town, "name": town, "level": "town", "parent": beat}
            for town, beat in (("Upton", "North"), ("Ashby", "North"), ("Leigh", "South"))
        ),
    ]
    people = frame_of(
        Households,
        """
        | mid_year | beat  | town  | people |
        | 2024 | North | Upton | 10     |
        | 2024 | South | Leigh | 60     |
        """,
    )
    table = stops("town").with_columns(town=pl.Series(["Upton", "Leigh", "Leigh"]))
    result = kpi.compute(
        ["T1"],
        {"stop": table, "households": people},
        periods="2024-05",
        by=["town"],
        coverage={"stop": ("2024-05-01", "2024-05-31")},
        catalogue=kpi.Catalogue([METRIC]).with_areas(kpi.Areas(rows)),
    )
    assert row_of(result, "per_1000", town="Ashby")["marker"] == "[x]"
    assert row_of(result, "per_1000", town="All")["marker"] == "[x]"
    assert row_of(result, "per_1000", town="Leigh")["marker"] == ""


def test_validate_accepts_a_table_without_its_optional_columns() -> None:
    catalogue = kpi.Catalogue([METRIC])
    assert kpi.validate(stops(), "stop", catalogue=catalogue).ok


def test_the_pandera_schema_accepts_it_too() -> None:
    assert len(Stop.schema("polars").validate(stops())) == 3


def test_a_mapping_may_leave_out_an_optional_column() -> None:
    class Log(kpi.Source):
        """One row per stop."""

        number = Column(str, description="Its number.")
        day = Column(date, description="The day.")

    mapping = kpi.Mapping(
        source=Log,
        contract=Stop,
        columns={
            Stop.stop_id: Log.number,
            Stop.seen_at: Log.number.parse("%Y-%m-%d %H:%M"),
            Stop.beat: not_in_source("The log has none"),
        },
        version=1,
        valid_from="2024-04-01",
        owner="Data team",
    )
    assert mapping.not_in_source["is_van"] == "the mapping leaves it out"


def test_a_column_that_a_table_may_lack_may_be_blank() -> None:
    with pytest.raises(kpi.DefinitionError, match="nullable=True, or remove optional"):

        class Bad(Contract):
            """One row per case."""

            seen = Column(date, optional=True, description="The day.")
