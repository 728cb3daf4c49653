"""Every engine computes the same numbers, and returns only grouped rows.

The tests skip an engine that is not installed, and name what to install.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from polars.testing import assert_frame_equal

import swm_kpi as kpi
from swm_kpi.engine.backends import narwhals_backend, polars_backend
from swm_kpi.engine.execution.scans import record_scans
from tests.support import engines
from tests.support.batched_cases import mismatches
from tests.support.oracle_cases import (
    AREA,
    COMPARED,
    CONTRACTS,
    ENOUGH_FOR_EVERY_PART,
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
    variant_of,
)

pytestmark = list(engines.IGNORED_WARNINGS)

AGREEMENT = agreement_settings()
PLAN = kpi.catalogue()
YEAR = kpi.periods("2024-04-01", "2025-03-31", grain="quarter")
DUCKDB = "DuckDB"
BATCH = 50
# Spark takes seconds for each query: one ref for each way to count.
REFS_ON_SPARK = ("3", "8", "47", "53")


class Sighting(kpi.Contract, row_unit=kpi.Unit.INCIDENTS):
    """Closed lists that validation groups by, and one that is too long to group by with another."""

    sighting_id = kpi.Column(str, unique=True, description="The key.")
    kind = kpi.Column(str, isin=("a", "b"), nullable=True, description="The kind.")
    place = kpi.Column(str, isin=("here", "there"), description="The place.")
    street = kpi.Column(
        str, isin=[f"street {number}" for number in range(70)], description="The street."
    )
    house = kpi.Column(
        str, isin=[f"house {number}" for number in range(90)], description="The house."
    )
    on = kpi.Column(date, description="The day.")
    no_b_here = kpi.Rule(~((place == "here") & (kind == "b")), "a sighting here is not a b")


@pytest.fixture(scope="module")
def force() -> dict[str, pl.DataFrame]:
    """Every table of a very small synthetic force, with the types of the contracts."""
    frames = kpi.synthetic.generate_force("2022-04-01", "2025-03-31", scale=0.005, seed=3)
    tables = {name: kpi.validate(frame, name).table for name, frame in frames.items()}
    return {
        name: table.frame.select(table.columns).with_columns(pl.col(pl.Enum).cast(pl.String))
        for name, table in tables.items()
    }


@pytest.fixture(params=engines.NAMES)
def engine(request: pytest.FixtureRequest) -> tuple[str, engines.Loader]:
    return request.param, engines.loader(request.param)


def test_every_ref_has_the_same_result_on_every_engine(engine, force) -> None:
    """Values, markers and notes are equal, by quarter and area, from the same rows."""
    name, load = engine
    loaded = {table: load(table, rows) for table, rows in force.items()}
    for metric in (entry for entry in PLAN if isinstance(entry, kpi.Metric)):
        if name == "Spark" and metric.ref not in REFS_ON_SPARK:
            continue
        frames = {table: force[table] for table in metric.contracts if table in force}
        data = {table: loaded[table] for table in frames}
        by = [dimension.key for dimension in metric.dimensions if dimension.key == "lpa"]
        expected = kpi.compute([metric.ref], frames, periods=YEAR, by=by, catalogue=PLAN)
        actual = kpi.compute([metric.ref], data, periods=YEAR, by=by, catalogue=PLAN)
        assert_frame_equal(actual.to_polars(), expected.to_polars())


def test_every_engine_reports_the_same_violations(engine) -> None:
    """The report has the same rules and numbers of rows, whichever way validation groups them."""
    _, load = engine
    days = pl.Series([date(2024, 1, 1), date(1800, 1, 1), date(2300, 1, 1), None] * 7)
    rows = pl.DataFrame(
        {
            "sighting_id": [
                f" {n}" if n % 2 else f"{n}{end}" for n, end in enumerate(" \t\n\r\v\f ")
            ]
            + ["", "", " ", None, None, "x", "x", "x", "a b", "\u00e9 ", *"cdefghijklm"],
            "kind": ["a", "b", None, "A", "c", "c", " b"] * 4,
            "place": ["here", "here", "there", None, "nowhere", "", "here"] * 4,
            "street": ["street 1", "street 69", "street 70", None] * 7,
            "house": ["house 1", "house 89", "house 90", "x", None, "house 2", "house"] * 4,
            "on": days,
        }
    )
    expected = kpi.validate(rows, Sighting)
    assert {violation.rule for violation in expected.violations} >= {
        "is not in the closed list",
        "is missing",
        "has spaces round it",
        "is empty text",
        "is not unique",
        "breaks the rule that a sighting here is not a b",
    }
    assert kpi.validate(load("sighting", rows), Sighting).violations == expected.violations


def test_an_empty_table_breaks_no_rule(engine) -> None:
    """The queries of validation return no group, and so no count."""
    _, load = engine
    empty = pl.DataFrame(schema={n: pl.Date if n == "on" else pl.String for n in Sighting.columns})
    report = kpi.validate(load("sighting", empty), Sighting)
    assert (report.rows, report.violations) == (0, ())


@pytest.mark.parametrize("name", [name for name in engines.NAMES if name != "Spark"])
def test_every_kind_of_measure_equals_the_oracle_on_every_engine(name) -> None:
    """Random tables and requests reach every part of the engine."""
    load = engines.loader(name)
    COMPARED.clear()

    def equals(case: Case) -> None:
        data = {table: load(table, rows) for table, rows in case.frames.items()}
        assert case.differences(data) == []

    # Ibis plans slowly: it runs each variant of measure, on fewer tables.
    is_slow = name.startswith("Ibis")
    check_random_cases(equals, share=0.4 if is_slow else 1.0)
    is_few = is_slow or agreement_settings().max_examples < ENOUGH_FOR_EVERY_PART
    required = set(map(variant_of, MEASURES)) if is_few else required_features()
    assert required - COMPARED.keys() == set()


@pytest.mark.parametrize("name", ["Polars", "Spark"])
def test_batched_cases_equal_the_oracle(name) -> None:
    """Spark takes seconds for each query, so one request computes many cases in one table.

    Each batch breaks down by case and uses the request of its first case. So there are many random
    tables, and one random request for each batch. Every batch computes every measure. Polars
    computes the same batches, to test the batching itself.
    """
    load = engines.loader(name) if name == "Spark" else lambda _, rows: rows
    drawn: dict[bool, list[Any]] = {False: [], True: []}

    @settings(agreement_settings(), max_examples=agreement_settings().max_examples // 4)
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


@pytest.mark.parametrize("engine_name", ["Polars", DUCKDB])
def test_counts_by_combination_of_values_equal_the_oracle(monkeypatch, engine_name) -> None:
    """Small tables are counted as large ones are: by combinations of values."""
    monkeypatch.setattr(polars_backend, "FEW", -1)
    monkeypatch.setattr(polars_backend, "ROWS_PER_COMBINATION", 1e-9)
    monkeypatch.setattr(narwhals_backend, "ROWS_PER_GROUP", 1e-9)
    load = engines.loader(engine_name) if engine_name == DUCKDB else lambda _, rows: rows

    def equals(case: Case) -> None:
        data = {table: load(table, rows) for table, rows in case.frames.items()}
        assert case.differences(data) == []

    check_random_cases(equals, max_variants=5)


def test_a_duration_keeps_its_microseconds(engine) -> None:
    """PostgreSQL rounds a fraction of a second when it casts to a whole number."""
    _, load = engine
    opened = datetime(2024, 6, 1)
    row = {"visit_id": "v1", "opened_at": opened, "weight": 1.0}
    row["closed_at"] = opened + timedelta(seconds=7_200, microseconds=-1)
    metric = build_metric([measure for measure in MEASURES if measure.key == "mean_hours"], [AREA])
    table = load("visit", to_frame("visit", [row]))
    actual = compute(metric, {"visit": table}, kpi.periods("2024/25"), []).to_polars()
    assert actual["value"].item() == pytest.approx(2 - 1e-6 / 3_600, abs=1e-12)


def test_an_engine_returns_only_groups_and_aggregates(engine, force) -> None:
    """It returns no column of the table, and no more rows than there are groups."""
    name, load = engine
    with record_scans() as scans:
        kpi.compute(
            ["8", "53"],
            {table: load(table, force[table]) for table in ("crime_party", "incident")},
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
def test_violations_of_a_real_contract_are_the_same_on_every_engine(engine, force, broken) -> None:
    """Rules, messages and numbers of rows are equal, and no message repeats a value."""
    _, load = engine
    rows = force["incident"].head(50)
    if broken == "grade":
        rows = rows.with_columns(pl.lit("Z-SECRET").alias("grade"))
    else:
        rows = pl.concat([rows, rows.head(3)])
    expected = kpi.validate(rows, "incident")
    actual = kpi.validate(load("incident", rows), "incident")
    assert not actual.ok
    assert actual.violations == expected.violations
    assert "Z-SECRET" not in str(actual)


def test_a_validated_table_stays_in_its_engine(engine, force) -> None:
    """``compute`` reads ``validate(...).table`` of a relation without validating it again."""
    _, load = engine
    table = kpi.validate(load("incident", force["incident"]), "incident").table
    options: Any = {"periods": YEAR, "by": ["lpa"], "catalogue": PLAN}
    with record_scans() as scans:
        actual = kpi.compute(["9"], {"incident": table}, **options)
    assert {scan.purpose for scan in scans} == {"counting"}
    expected = kpi.compute(["9"], {"incident": force["incident"]}, **options)
    assert_frame_equal(actual.to_polars(), expected.to_polars())


def test_an_error_for_an_unknown_table_type_lists_the_supported_types() -> None:
    with pytest.raises(kpi.InputError, match=r"DuckDB relation, a Spark DataFrame, an Ibis table"):
        kpi.compute(["9"], {"incident": object()}, periods=YEAR, catalogue=PLAN)


@pytest.mark.parametrize("form", ["frame", "parquet"])
def test_one_scan_counts_everything_in_a_table(form, force, tmp_path) -> None:
    """One scan serves all measures, breakdowns, periods and grains of a request."""
    table: Any = force["incident"]
    if form == "parquet":
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
    purposes = [scan.purpose for scan in scans]
    assert purposes[-3:] == ["checking", "checking the key", "counting"]
    assert len(scans) == (4 if form == "frame" else 3)


def test_distinct_people_take_one_query_for_each_grouping_set() -> None:
    """The request has two counts of people, two of rows and a median, by area and in total."""
    load = engines.loader(DUCKDB)
    keys = {"people", "flagged_people", "visits", "listed", "median_hours"}
    metric = build_metric([measure for measure in MEASURES if measure.key in keys], [AREA])
    table = kpi.validate(load("visit", to_frame("visit", [])), CONTRACTS["visit"]).table
    with record_scans() as scans:
        compute(metric, {"visit": table}, YEAR, [AREA])
    purposes = Counter(scan.purpose for scan in scans)
    assert purposes == {"counting distinct values": 2, "counting": 1, "ranking": 2}


def test_a_median_returns_only_the_durations_next_to_its_ranks() -> None:
    """Of a thousand durations, the query returns those next to the median and its two limits."""
    opened = datetime(2024, 6, 1)
    rows = [
        {"visit_id": f"v{n}", "opened_at": opened, "closed_at": opened + timedelta(seconds=n)}
        for n in range(1_000)
    ]
    frame = to_frame("visit", [{"weight": 1.0} | row for row in rows])
    table = engines.loader(DUCKDB)("visit", frame)
    metric = build_metric(
        [measure for measure in MEASURES if measure.key == "median_hours"], [AREA]
    )
    with record_scans() as scans:
        actual = compute(metric, {"visit": table}, kpi.periods("2024/25"), []).to_polars()
    (total,) = actual.to_dicts()
    seconds = [round(total[column] * 3_600, 6) for column in ("lower", "value", "upper")]
    assert seconds == [468, 499.5, 531]
    (ranking,) = (scan for scan in scans if scan.purpose == "ranking")
    assert ranking.rows <= 6


def test_a_query_plan_describes_scans_and_groups(force) -> None:
    """It repeats no value of the table."""
    plan = kpi.query_plan(["9", "53"], {"incident": force["incident"]}, periods=YEAR, by=["lpa"])
    text = str(plan)
    assert "Table incident, in Polars: 4 scans" in text
    assert "grouped once by month and lpa, then merged" in text
    assert "not additive" in text
    assert force["incident"]["incident_id"][0] not in text


def test_a_query_plan_of_a_database_shows_its_sql(force) -> None:
    load = engines.loader(DUCKDB)
    data = {"incident": load("incident", force["incident"])}
    plan = kpi.query_plan(["9"], data, by=["lpa"])
    assert "GROUP BY" in str(plan).upper()
    assert {scan.engine for scan in plan.scans} == {"DuckDB"}
