"""Compare the engine with the oracle, on small random tables and random requests.

Every property draws the same 40 examples, or 100 with every engine installed, as in CI.
``--long`` draws 5,000 new ones instead.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pandas as pd
import polars as pl
import pytest
from hypothesis import given

import swm_kpi as kpi
from swm_kpi import Average, Count, Duration, Period, Proportion, Unit
from swm_kpi.expressions import Expression
from swm_kpi.measures import Operation, TimeAlignment, can_be_unknown
from tests.support import oracle
from tests.support.oracle_cases import (
    AREA,
    COMPARED,
    CONTRACTS,
    ENOUGH_FOR_EVERY_PART,
    EVERYTHING,
    MEASURES,
    SORT,
    SYSTEM,
    VISIT,
    Case,
    Visit,
    agreement_settings,
    build_metric,
    carriers_of,
    cells_of,
    check_random_cases,
    compute,
    differences,
    features_of,
    random_cases,
    random_requests,
    random_tables,
    recorded_differences,
    required_features,
    to_frame,
)

AGREEMENT = agreement_settings()


@AGREEMENT
@given(random_tables(), random_requests())
def test_every_kind_of_measure_equals_the_oracle(tables, request) -> None:
    """Values, numerators and denominators are equal in every cell."""
    periods, by = request
    data = {name: to_frame(name, rows) for name, rows in tables.items()}
    actual = cells_of(compute(EVERYTHING, data, periods, by))
    assert differences(actual, oracle.compute(EVERYTHING, tables, periods, by)) == []


@AGREEMENT
@given(random_tables(), random_requests(), st.sampled_from([None, 0.0, 0.5]))
def test_what_is_not_recorded_equals_the_oracle(tables, request, share) -> None:
    """Undecided rows, rows without a value, bounds and markers are equal in every cell.

    Half of the values drawn are null, and every kind of measure is computed. A new kind that
    forgets its undecided rows differs from the oracle, or the oracle does not know it.
    """
    periods, by = request
    data = {name: to_frame(name, rows) for name, rows in tables.items()}
    changed = {} if share is None else {"max_undecided_share": share}
    result = compute(EVERYTHING, data, periods, by, assumptions=changed)
    expected = oracle.compute_recorded(EVERYTHING, tables, periods, by, changed)
    assert recorded_differences(result, expected) == []


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.key)
def test_every_measure_of_rows_says_what_must_be_recorded(measure) -> None:
    """Only a text and a quotient of measures have no rule of their own."""
    has_rule = measure.completeness is not None
    assert has_rule is not isinstance(measure, kpi.TextReport | kpi.Ratio | kpi.Rate)
    condition = getattr(measure, "where", None)
    if has_rule and condition is not None and can_be_unknown(condition):
        assert {"undecided", "scope"} <= measure.row_statistics.keys()


ASSUMING = build_metric(
    [
        measure
        for measure in MEASURES
        if measure.key
        in ("assumed", "quick", "quick_share", "satisfied", "again", "flagged_again", "reoffending")
    ],
    [AREA, SORT],
)


@AGREEMENT
@given(
    random_tables(["visit", "order"]),
    random_requests(),
    st.sampled_from([60, 7_200]),
    st.sampled_from([["b"], ["a", "b", "c"]]),
    st.sampled_from([1, 24]),
)
def test_overridden_assumptions_equal_the_oracle(tables, request, limit, kinds, months) -> None:
    """A limit, a list and a number of months replaced by the caller."""
    periods, by = request
    by = [dimension for dimension in by if dimension is not SYSTEM]
    data = {name: to_frame(name, rows) for name, rows in tables.items()}
    changed = {"limit": limit, "kinds": kinds, "lookback": months, "follow_up": months}
    actual = cells_of(compute(ASSUMING, data, periods, by, assumptions=changed))
    assert differences(actual, oracle.compute(ASSUMING, tables, periods, by, changed)) == []


# Conditions drawn as trees, so that and, or and not meet nulls in every order.
ATOMS: list[Expression] = [
    Visit.flag,
    Visit.kind == "a",
    Visit.kind != "b",
    Visit.kind.is_in("a", "c"),
    Visit.score > 1,
    Visit.score <= 2,
    Visit.cost < 0.2,
    Visit.closed_at.is_null(),
    Visit.closed_at.is_not_null(),
    Visit.seen_on == Visit.due_on,
    Visit.opened_at >= datetime(2024, 4, 1),
    Visit.due_on < date(2024, 7, 1),
    Visit.opened_at.until(Visit.closed_at) > 0,
    Visit.opened_at.until(Visit.closed_at) <= 900,
]
conditions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.builds(lambda left, right: left & right, inner, inner),
        st.builds(lambda left, right: left | right, inner, inner),
        st.builds(lambda condition: ~condition, inner),
    ),
    max_leaves=5,
)


@AGREEMENT
@given(random_tables(["visit"]), random_requests(), conditions, conditions)
def test_random_conditions_equal_the_oracle(tables, request, where, numerator) -> None:
    """A condition is true, false or undecided for a row, and only the true rows count."""
    periods, by = request
    metric = build_metric(
        [
            Count(key="visits", **VISIT, where=where),
            Proportion(key="share", **VISIT, where=where, numerator=numerator),
            Duration(
                key="median",
                **VISIT,
                where=numerator,
                start=Visit.opened_at,
                end=Visit.closed_at,
                average=Average.MEDIAN,
                unit=Unit.MINUTES,
            ),
        ],
        [AREA, SORT],
    )
    by = [dimension for dimension in by if dimension is not SYSTEM]
    actual = cells_of(compute(metric, {"visit": to_frame("visit", tables["visit"])}, periods, by))
    assert differences(actual, oracle.compute(metric, tables, periods, by)) == []


def test_the_cases_need_every_part_of_the_engine() -> None:
    """Every public kind of measure, operation, time alignment and expression is in the cases."""
    declared: set[object] = set()
    for measure in MEASURES:
        declared.update(features_of(measure))
    for dimension in EVERYTHING.dimensions:
        declared.update(carriers_of(dimension, CONTRACTS))
    assert required_features() - declared == set()


@pytest.mark.parametrize("enum", [Operation, TimeAlignment])
def test_a_forgotten_operation_or_time_alignment_is_missed(monkeypatch, enum) -> None:
    """The list of what the cases need comes from the library, and not from the tests."""
    new = str.__new__(enum, "new")
    new._name_, new._value_ = "NEW", "new"
    monkeypatch.setattr(enum, "_member_names_", [*enum._member_names_, "NEW"])
    monkeypatch.setitem(enum._member_map_, "NEW", new)
    assert new in required_features()


def test_a_forgotten_kind_of_measure_is_missed(monkeypatch) -> None:
    """A kind counts once it is public."""
    new = type("NewKind", (kpi.Count,), {"kind": "new kind", "__module__": __name__})
    monkeypatch.setattr(kpi, "NewKind", new, raising=False)
    monkeypatch.setattr(kpi, "__all__", [*kpi.__all__, "NewKind"])
    assert new in required_features()


def pandas_forms(table: pl.DataFrame) -> dict[str, pd.DataFrame]:
    """Return a table in several forms that pandas frames have."""
    plain = pd.DataFrame({name: table[name].to_list() for name in table.columns}, dtype=object)
    for name, dtype in table.schema.items():
        if isinstance(dtype, pl.Datetime):
            plain[name] = pd.to_datetime(plain[name], utc=dtype.time_zone is not None)
    text = [name for name, dtype in table.schema.items() if dtype == pl.String]
    times = [name for name, dtype in table.schema.items() if isinstance(dtype, pl.Datetime)]
    whole = [name for name, dtype in table.schema.items() if dtype == pl.Int64]
    fine, coarse = plain.copy(), plain.copy()
    for name in times:
        fine[name], coarse[name] = plain[name].dt.as_unit("ns"), plain[name].dt.as_unit("us")
    return {
        "objects": fine,
        "strings": coarse.astype(dict.fromkeys(text, "string")),
        "categoricals": plain.astype(dict.fromkeys(text, "category")),
        "Arrow": table.to_pandas(use_pyarrow_extension_array=True),
        "converted": table.to_pandas().astype(dict.fromkeys(whole, "Int64")),
    }


def rearranged(table: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return a table in several arrangements that must not change the result."""
    text = pl.col(pl.String)
    return {
        "rows in another order": table.sample(fraction=1, shuffle=True, seed=7),
        "columns in another order": table.select(sorted(table.columns)),
        "unrelated columns": table.with_columns(
            pl.lit("=1+1").alias("remark"), pl.lit(None).alias("Area")
        ),
        "categoricals": table.with_columns(text.cast(pl.Categorical)),
        "split and put together": pl.concat([table[: len(table) // 2], table[len(table) // 2 :]]),
    }


@AGREEMENT
@given(random_cases())
def test_the_arrangement_of_rows_and_columns_does_not_change_the_result(case) -> None:
    """The result is the same to the last bit."""
    tables = {name: rearranged(table) for name, table in case.frames.items()}
    expected = case.compute(case.frames).to_polars()
    for arrangement in next(iter(tables.values())):
        data = {name: tables[name][arrangement] for name in tables}
        actual = case.compute(data).to_polars()
        assert actual.equals(expected, null_equal=True), arrangement


def csv(table: pl.DataFrame, path: Path) -> str:
    """Write a table as a CSV file, and return its path."""
    zone = "%:z" if any(getattr(d, "time_zone", None) for d in table.schema.values()) else ""
    table.write_csv(path, datetime_format=f"%Y-%m-%dT%H:%M:%S%.6f{zone}")
    return str(path)


def parquet(table: pl.DataFrame, path: Path) -> Path:
    """Write a table as a parquet file, and return its path."""
    table.write_parquet(path)
    return path


INPUT_FORMS: dict[str, Callable[[str, pl.DataFrame, Path], Any]] = {
    "Polars": lambda _, table, __: table,
    "Polars, lazy": lambda _, table, __: table.lazy(),
    "Polars, checked before": lambda name, table, _: kpi.validate(table, CONTRACTS[name]).table,
    "Arrow": lambda _, table, __: table.to_arrow(),
    "parquet": lambda name, table, folder: parquet(table, folder / f"{name}.parquet"),
    "CSV": lambda name, table, folder: csv(table, folder / f"{name}.csv"),
    **{
        f"pandas, {form}": lambda _, table, __, form=form: pandas_forms(table)[form]
        for form in ("objects", "strings", "categoricals", "Arrow", "converted")
    },
}


@pytest.mark.parametrize("form", INPUT_FORMS)
def test_every_input_form_equals_the_oracle(tmp_path, form) -> None:
    """The numbers are those of the oracle, and the cases reach every part of the engine."""
    COMPARED.clear()

    def equals(case: Case) -> None:
        data = {n: INPUT_FORMS[form](n, table, tmp_path) for n, table in case.frames.items()}
        assert case.differences(data) == []

    check_random_cases(equals)
    if agreement_settings().max_examples >= ENOUGH_FOR_EVERY_PART:
        assert required_features() - COMPARED.keys() == set()


@AGREEMENT
@given(random_tables(["visit"]), st.integers(2023, 2024))
def test_additive_measures_add_up_over_adjacent_periods(tables, year) -> None:
    """The months and the quarters of a year both add up to the year."""
    metric = build_metric(
        [
            measure
            for measure in MEASURES
            if measure.key in ("visits", "not_a", "by_due_day", "cost")
        ],
        [AREA],
    )
    april = year * 12 + 3
    months = [Period.from_first_month(kpi.Grain.MONTH, april + month) for month in range(12)]
    quarters = [Period.from_first_month(kpi.Grain.QUARTER, april + month) for month in (0, 3, 6, 9)]
    whole = Period.from_first_month(kpi.Grain.YEAR, april)
    data = {"visit": to_frame("visit", tables["visit"])}
    actual = cells_of(compute(metric, data, [*months, *quarters, whole], [AREA]))
    for measure, basis, period, area in actual:
        if period != whole.label:
            continue
        for parts in (months, quarters):
            values = [actual[measure, basis, part.label, area][0] or 0 for part in parts]
            # A part in which nothing is recorded has no number, and adds nothing.
            assert (actual[measure, basis, period, area][0] or 0) == pytest.approx(sum(values))


@AGREEMENT
@given(random_tables(["visit"]), random_requests())
def test_additive_measures_add_up_over_members(tables, request) -> None:
    """Unknown is a member too. Distinct people are never more than the sum over members."""
    periods, _ = request
    metric = build_metric(
        [measure for measure in MEASURES if measure.key in ("visits", "not_a", "cost", "people")],
        [AREA],
    )
    actual = cells_of(
        compute(metric, {"visit": to_frame("visit", tables["visit"])}, periods, [AREA])
    )
    for measure, basis, period, area in actual:
        if area != "All":
            continue
        parts = [
            value[0] or 0
            for (m, b, p, a), value in actual.items()
            if (m, b, p) == (measure, basis, period) and a != "All"
        ]
        total = actual[measure, basis, period, "All"][0] or 0
        if measure == "people":
            assert total <= sum(parts)
        else:
            assert total == pytest.approx(sum(parts))


@AGREEMENT
@given(random_tables(["visit"]), random_requests())
def test_rows_outside_the_periods_change_nothing(tables, request) -> None:
    """An event long before or long after the periods is in no cell."""
    periods, by = request
    metric = build_metric(
        [measure for measure in MEASURES if measure.key in ("visits", "median_hours")], [AREA]
    )
    by = [dimension for dimension in by if dimension is AREA]
    far = [
        {**row, "visit_id": f"{year}{row['visit_id']}", "opened_at": datetime(year, 6, 1)}
        for row in tables["visit"]
        for year in (2004, 2044)
        if row["opened_at"].tzinfo is None
    ]
    results = [
        compute(metric, {"visit": to_frame("visit", rows)}, periods, by)
        for rows in (tables["visit"], [*tables["visit"], *far])
    ]
    assert differences(cells_of(results[1]), cells_of(results[0])) == []
