"""Every engine gives the same numbers, and returns only grouped rows.

A test skips an engine that is not installed, and names what to install.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from polars.testing import assert_frame_equal

import swm_kpi as kpi
from swm_kpi.engine.backends import narwhals_backend, polars_backend
from swm_kpi.engine.backends.scans import record_scans
from tests.support import engines
from tests.support.batched_cases import mismatches
from tests.support.oracle_cases import (
    AREA,
    COMPARED,
    CONTRACTS,
    MEASURES,
    Case,
    agreement_settings,
    build_metric,
    check_random_cases,
    compute,
    is_aware,
    random_requests,
    random_tables,
    required_features,
    to_frame,
)

pytestmark = list(engines.IGNORED_WARNINGS)

AGREEMENT = agreement_settings()
PLAN = kpi.catalogue()
YEAR = kpi.periods("2024-04-01", "2025-03-31", grain="quarter")
DUCKDB = "DuckDB"
BATCH = 50
# Spark starts work for seconds at a time: one ref of each way to count.
ON_SPARK = ("3", "8", "47", "53")


class Seen(kpi.Contract, row_unit=kpi.Unit.INCIDENTS):
    """Closed lists of which some are grouped by, and one is too long to be with another."""

    seen_id = kpi.Column(str, unique=True, description="Which.")
    kind = kpi.Column(str, isin=("a", "b"), nullable=True, description="What kind.")
    place = kpi.Column(str, isin=("here", "there"), description="Where.")
    street = kpi.Column(
        str, isin=[f"street {number}" for number in range(70)], description="The street."
    )
    house = kpi.Column(
        str, isin=[f"house {number}" for number in range(90)], description="The house."
    )
    on = kpi.Column(date, description="When.")
    apart = kpi.Rule(~((place == "here") & (kind == "b")), "what is seen here is not a b")


@pytest.fixture(scope="module")
def force() -> dict[str, pl.DataFrame]:
    """Every table of a very small synthetic force, with the types of the contracts."""
    made = kpi.synthetic.generate_force("2022-04-01", "2025-03-31", scale=0.005, seed=3)
    checked = {name: kpi.validate(table, name).table for name, table in made.items()}
    found = {}
    for name, table in checked.items():
        plain = table.frame.select(table.columns)
        found[name] = plain.with_columns(pl.col(pl.Enum).cast(pl.String))
    return found


@pytest.fixture(params=engines.NAMES)
def engine(request: pytest.FixtureRequest) -> tuple[str, engines.Loader]:
    return request.param, engines.loader(request.param)


def test_every_ref_is_the_same_number_on_every_engine(engine, force) -> None:
    """Values, markers and notes, by quarter and area, from the same rows."""
    name, load = engine
    inside = {table: load(table, rows) for table, rows in force.items()}
    for metric in (each for each in PLAN if isinstance(each, kpi.Metric)):
        if name == "Spark" and metric.ref not in ON_SPARK:
            continue
        here = {table: force[table] for table in metric.contracts if table in force}
        there = {table: inside[table] for table in here}
        by = [each.key for each in metric.dimensions if each.key == "lpa"]
        expected = kpi.compute([metric.ref], here, periods=YEAR, by=by, catalogue=PLAN)
        found = kpi.compute([metric.ref], there, periods=YEAR, by=by, catalogue=PLAN)
        assert_frame_equal(found.to_polars(), expected.to_polars())


def test_a_broken_table_is_reported_alike_on_every_engine(engine) -> None:
    """Every violation and its rows, however an engine is asked for them."""
    _, load = engine
    days = pl.Series([date(2024, 1, 1), date(1800, 1, 1), date(2300, 1, 1), None] * 7)
    rows = pl.DataFrame(
        {
            "seen_id": [f" {n}" if n % 2 else f"{n}{end}" for n, end in enumerate(" \t\n\r\v\f ")]
            + ["", "", " ", None, None, "x", "x", "x", "a b", "\u00e9 ", *"cdefghijklm"],
            "kind": ["a", "b", None, "A", "c", "c", " b"] * 4,
            "place": ["here", "here", "there", None, "nowhere", "", "here"] * 4,
            "street": ["street 1", "street 69", "street 70", None] * 7,
            "house": ["house 1", "house 89", "house 90", "x", None, "house 2", "house"] * 4,
            "on": days,
        }
    )
    expected = kpi.validate(rows, Seen)
    assert {each.rule for each in expected.violations} >= {
        "is not in the closed list",
        "is missing",
        "has spaces round it",
        "is empty text",
        "is not unique",
        "breaks the rule that what is seen here is not a b",
    }
    assert kpi.validate(load("seen", rows), Seen).violations == expected.violations


def test_an_empty_table_of_another_engine_breaks_no_rule(engine) -> None:
    """No groups come of it, and so no counts."""
    _, load = engine
    empty = pl.DataFrame(schema={n: pl.Date if n == "on" else pl.String for n in Seen.columns})
    report = kpi.validate(load("seen", empty), Seen)
    assert (report.rows, report.violations) == (0, ())


@pytest.mark.parametrize("name", [each for each in engines.NAMES if each != "Spark"])
def test_every_kind_of_measure_equals_the_oracle_on_every_engine(name) -> None:
    """Random tables and requests reach every part of the engine."""
    load = engines.loader(name)
    COMPARED.clear()

    def equals(case: Case) -> None:
        data = {each: load(each, rows) for each, rows in case.frames.items()}
        assert case.differences(data) == []

    check_random_cases(equals)
    assert required_features() - COMPARED.keys() == set()


@pytest.mark.parametrize("name", ["Polars", "Spark"])
def test_batched_cases_equal_the_oracle(name) -> None:
    """Spark takes seconds for each query, so one request computes fifty cases in one table.

    The test draws 200 cases (5,000 with ``--long``), as for the other engines. A breakdown tells
    the cases of a batch apart, and the request is that of one of them. So there are 200 random
    tables, and one random request for each batch. Polars computes the same batches, to test the
    batching itself.
    """
    load = engines.loader(name) if name == "Spark" else lambda _, rows: rows
    drawn: dict[bool, list[Any]] = {False: [], True: []}

    @agreement_settings()
    @given(random_tables(), random_requests())
    def gather(tables, request) -> None:
        drawn[any(map(is_aware, tables.values()))].append((tables, request))

    gather()
    for examples in drawn.values():
        for start in range(0, len(examples), BATCH):
            batch = examples[start : start + BATCH]
            cases = {f"c{number:02}": tables for number, (tables, _) in enumerate(batch)}
            periods, by = batch[0][1]
            assert mismatches(cases, periods, by[:1], load) == []


@pytest.mark.parametrize("where", ["memory", DUCKDB])
def test_counts_by_combination_of_values_equal_the_oracle(monkeypatch, where) -> None:
    """Small tables take the path of large ones, which count by combinations of values."""
    monkeypatch.setattr(polars_backend, "FEW", -1)
    monkeypatch.setattr(polars_backend, "ROWS_PER_COMBINATION", 1e-9)
    monkeypatch.setattr(narwhals_backend, "ROWS_PER_GROUP", 1e-9)
    load = engines.loader(where) if where != "memory" else lambda _, rows: rows

    def equals(case: Case) -> None:
        data = {each: load(each, rows) for each, rows in case.frames.items()}
        assert case.differences(data) == []

    check_random_cases(equals, max_variants=5)


def test_the_last_microsecond_of_a_second_is_in_it(engine) -> None:
    """PostgreSQL rounds a fraction of a second when it casts to a whole number."""
    _, load = engine
    opened = datetime(2024, 6, 1)
    row = {"visit_id": "v1", "opened_at": opened, "weight": 1.0}
    row["closed_at"] = opened + timedelta(seconds=7_200, microseconds=-1)
    metric = build_metric([each for each in MEASURES if each.key == "mean_hours"], [AREA])
    table = load("visit", to_frame("visit", [row]))
    found = compute(metric, {"visit": table}, kpi.periods("2024/25"), []).to_polars()
    assert found["value"].item() == pytest.approx(2 - 1e-6 / 3_600, abs=1e-12)


def test_only_groups_and_counts_leave_an_engine(engine, force) -> None:
    """An engine returns no column of the table, and fewer rows than it has."""
    name, load = engine
    with record_scans() as scans:
        kpi.compute(
            ["8", "53"],
            {each: load(each, force[each]) for each in ("crime_party", "incident")},
            periods=YEAR,
            by=["lpa"],
            catalogue=PLAN,
        )
    assert scans
    for scan in scans:
        columns = set(PLAN.contracts[scan.table].columns)
        assert not columns & set(scan.columns), scan
        assert scan.rows <= len(YEAR) * 12 * 6, scan
        assert scan.engine in name or scan.engine == "Ibis"


@pytest.mark.parametrize("broken", ["grade", "incident_id"])
def test_a_broken_table_says_the_same_on_every_engine(engine, force, broken) -> None:
    """The rules, their words and how many rows break them."""
    _, load = engine
    rows = force["incident"].head(50)
    if broken == "grade":
        rows = rows.with_columns(pl.lit("Z-SECRET").alias("grade"))
    else:
        rows = pl.concat([rows, rows.head(3)])
    expected = kpi.validate(rows, "incident")
    found = kpi.validate(load("incident", rows), "incident")
    assert not found.ok
    assert found.violations == expected.violations
    assert "Z-SECRET" not in str(found)


def test_a_table_checked_where_it_is_stays_there(engine, force) -> None:
    """``validate(...).table`` of a relation is computed from without being checked again."""
    _, load = engine
    table = kpi.validate(load("incident", force["incident"]), "incident").table
    asked: Any = {"periods": YEAR, "by": ["lpa"], "catalogue": PLAN}
    with record_scans() as scans:
        found = kpi.compute(["9"], {"incident": table}, **asked)
    assert {each.purpose for each in scans} == {"counting"}
    expected = kpi.compute(["9"], {"incident": force["incident"]}, **asked)
    assert_frame_equal(found.to_polars(), expected.to_polars())


def test_a_table_of_no_known_library_names_those_that_are() -> None:
    """What can be passed is in the message."""
    with pytest.raises(kpi.InputError, match=r"DuckDB relation, a Spark DataFrame, an Ibis table"):
        kpi.compute(["9"], {"incident": object()}, periods=YEAR, catalogue=PLAN)


@pytest.mark.parametrize("kind", ["frame", "parquet"])
def test_a_table_is_read_once_to_count_it(kind, force, tmp_path) -> None:
    """However many measures, breakdowns, periods and grains are asked of it."""
    table: Any = force["incident"]
    if kind == "parquet":
        table = tmp_path / "incident.parquet"
        force["incident"].write_parquet(table)
    months = kpi.periods("2024-04-01", "2025-03-31", grain="month")
    grains = [*YEAR, *months, *kpi.periods("2024/25")]
    with record_scans() as scans:
        kpi.compute(
            ["9", "15", "39", "53"],
            {"incident": table},
            periods=grains,
            by=["lpa"],
            catalogue=PLAN,
        )
    purposes = [each.purpose for each in scans]
    assert purposes[-3:] == ["checking", "checking the key", "counting"]
    assert len(scans) == (4 if kind == "frame" else 3)


def test_distinct_people_take_one_query_for_each_grouping_set() -> None:
    """Two counts of people, two of rows, and a median with its limits, by area and in total."""
    load = engines.loader(DUCKDB)
    asked = {"people", "flagged_people", "visits", "listed", "median_hours"}
    metric = build_metric([each for each in MEASURES if each.key in asked], [AREA])
    table = kpi.validate(load("visit", to_frame("visit", [])), CONTRACTS["visit"]).table
    with record_scans() as scans:
        compute(metric, {"visit": table}, YEAR, [AREA])
    purposes = Counter(each.purpose for each in scans)
    assert purposes == {"counting distinct values": 2, "counting": 1, "ranking": 2}


def test_a_median_returns_only_the_times_near_its_ranks() -> None:
    """Of a thousand times: those on either side of the median and of its two limits."""
    opened = datetime(2024, 6, 1)
    rows = [
        {"visit_id": f"v{n}", "opened_at": opened, "closed_at": opened + timedelta(seconds=n)}
        for n in range(1_000)
    ]
    table = engines.loader(DUCKDB)(
        "visit", to_frame("visit", [{"weight": 1.0} | each for each in rows])
    )
    metric = build_metric([each for each in MEASURES if each.key == "median_hours"], [AREA])
    with record_scans() as scans:
        found = compute(metric, {"visit": table}, kpi.periods("2024/25"), []).to_polars()
    (total,) = found.to_dicts()
    seconds = [round(total[each] * 3_600, 6) for each in ("lower", "value", "upper")]
    assert seconds == [468, 499.5, 531]
    (ranking,) = (each for each in scans if each.purpose == "ranking")
    assert ranking.rows <= 6


def test_a_plan_tells_its_scans_groups_and_sql(force) -> None:
    """What is read and how, and never what is in it."""
    here = kpi.query_plan(["9", "53"], {"incident": force["incident"]}, periods=YEAR, by=["lpa"])
    said = str(here)
    assert "Table incident, in Polars: 4 scans" in said
    assert "grouped once by month and lpa, then merged" in said
    assert "not additive" in said
    assert force["incident"]["incident_id"][0] not in said


def test_a_plan_on_a_database_shows_its_sql(force) -> None:
    """The queries that ran."""
    load = engines.loader(DUCKDB)
    data = {"incident": load("incident", force["incident"])}
    plan = kpi.query_plan(["9"], data, by=["lpa"])
    assert "GROUP BY" in str(plan).upper()
    assert {scan.engine for scan in plan.scans} == {"DuckDB"}
