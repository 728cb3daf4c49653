"""The engine against the oracle: small tables made to collide, and requests drawn at random.

``--long`` draws 5,000 new examples for each property, in place of the same 200.
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
from tests.support import oracle
from tests.support.additivity_cases import (
    AREA,
    CONTRACTS,
    EVERY_KIND,
    EVERYTHING,
    KINDS_ASKED,
    MEASURES,
    SORT,
    SYSTEM,
    VISIT,
    Visit,
    a_metric,
    agreement,
    cells,
    computed,
    differences,
    frame,
    questions,
    requests,
    some_tables,
)

AGREEMENT = agreement()


@AGREEMENT
@given(some_tables(), requests())
def test_every_kind_of_measure_equals_the_oracle(tables, request) -> None:
    """Values, numerators and denominators, for every cell of random requests."""
    periods, by = request
    data = {name: frame(name, rows) for name, rows in tables.items()}
    found = cells(computed(EVERYTHING, data, periods, by))
    assert differences(found, oracle.compute(EVERYTHING, tables, periods, by)) == []


ASSUMING = a_metric(
    [
        each
        for each in MEASURES
        if each.key
        in ("assumed", "quick", "quick_share", "satisfied", "again", "flagged_again", "reoffending")
    ],
    [AREA, SORT],
)


@AGREEMENT
@given(
    some_tables(["visit", "order"]),
    requests(),
    st.sampled_from([60, 7_200]),
    st.sampled_from([["b"], ["a", "b", "c"]]),
    st.sampled_from([1, 24]),
)
def test_overridden_assumptions_equal_the_oracle(tables, request, limit, kinds, months) -> None:
    """A limit, a list and a number of months replaced by the caller."""
    periods, by = request
    by = [each for each in by if each is not SYSTEM]
    data = {name: frame(name, rows) for name, rows in tables.items()}
    changed = {"limit": limit, "kinds": kinds, "lookback": months, "follow_up": months}
    found = cells(computed(ASSUMING, data, periods, by, assumptions=changed))
    assert differences(found, oracle.compute(ASSUMING, tables, periods, by, changed)) == []


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
]
conditions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.builds(lambda left, right: left & right, inner, inner),
        st.builds(lambda left, right: left | right, inner, inner),
        st.builds(lambda each: ~each, inner),
    ),
    max_leaves=5,
)


@AGREEMENT
@given(some_tables(["visit"]), requests(), conditions, conditions)
def test_random_conditions_equal_the_oracle(tables, request, where, numerator) -> None:
    """A condition is true, false or undecided for a row, and only the true rows count."""
    periods, by = request
    metric = a_metric(
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
    by = [each for each in by if each is not SYSTEM]
    found = cells(computed(metric, {"visit": frame("visit", tables["visit"])}, periods, by))
    assert differences(found, oracle.compute(metric, tables, periods, by)) == []


def pandas_kinds(table: pl.DataFrame) -> dict[str, pd.DataFrame]:
    """Return a frame as people have it in pandas."""
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


def arranged(table: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return a table arranged in every way that must move nothing."""
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
@given(questions())
def test_the_same_rows_however_arranged_give_the_same_result(question) -> None:
    """Order, unrelated columns, physical types and pieces move nothing, to the last bit."""
    tables = {name: arranged(table) for name, table in question.frames.items()}
    expected = question.answer(question.frames).to_polars()
    for what in next(iter(tables.values())):
        found = question.answer({name: ways[what] for name, ways in tables.items()}).to_polars()
        assert found.equals(expected, null_equal=True), what


def csv(table: pl.DataFrame, path: Path) -> str:
    """Write a table as people write CSV files, and return its path."""
    zone = "%:z" if any(getattr(d, "time_zone", None) for d in table.schema.values()) else ""
    table.write_csv(path, datetime_format=f"%Y-%m-%dT%H:%M:%S%.6f{zone}")
    return str(path)


def parquet(table: pl.DataFrame, path: Path) -> Path:
    """Write a table as a parquet file, and return its path."""
    table.write_parquet(path)
    return path


DOORS: dict[str, Callable[[str, pl.DataFrame, Path], Any]] = {
    "Polars": lambda _, table, __: table,
    "Polars, lazy": lambda _, table, __: table.lazy(),
    "Polars, checked before": lambda name, table, _: kpi.validate(table, CONTRACTS[name]).table,
    "Arrow": lambda _, table, __: table.to_arrow(),
    "parquet": lambda name, table, folder: parquet(table, folder / f"{name}.parquet"),
    "CSV": lambda name, table, folder: csv(table, folder / f"{name}.csv"),
    **{
        f"pandas, {kind}": lambda _, table, __, kind=kind: pandas_kinds(table)[kind]
        for kind in ("objects", "strings", "categoricals", "Arrow", "converted")
    },
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_equals_the_oracle(tmp_path, door) -> None:
    """Whatever a table comes in as, the numbers are the oracle's; and every kind was asked."""
    KINDS_ASKED.clear()

    @AGREEMENT
    @given(questions())
    def equals(question) -> None:
        data = {n: DOORS[door](n, table, tmp_path) for n, table in question.frames.items()}
        assert question.differences(data) == []

    equals()
    assert set(KINDS_ASKED) == EVERY_KIND


@AGREEMENT
@given(some_tables(["visit"]), st.integers(2023, 2024))
def test_adjacent_periods_add_up_for_what_adds(tables, year) -> None:
    """Three months are their quarter and four quarters their year; nothing is counted twice."""
    metric = a_metric(
        [each for each in MEASURES if each.key in ("visits", "not_a", "by_due_day", "cost")],
        [AREA],
    )
    april = year * 12 + 3
    months = [Period.from_first_month(kpi.Grain.MONTH, april + each) for each in range(12)]
    quarters = [Period.from_first_month(kpi.Grain.QUARTER, april + each) for each in (0, 3, 6, 9)]
    whole = Period.from_first_month(kpi.Grain.YEAR, april)
    data = {"visit": frame("visit", tables["visit"])}
    found = cells(computed(metric, data, [*months, *quarters, whole], [AREA]))
    for measure, basis, period, area in found:
        if period != whole.label:
            continue
        for parts in (months, quarters):
            values = [found[measure, basis, each.label, area][0] for each in parts]
            assert found[measure, basis, period, area][0] == pytest.approx(sum(values))


@AGREEMENT
@given(some_tables(["visit"]), requests())
def test_the_members_add_up_to_the_total_for_what_adds(tables, request) -> None:
    """Unknown included; distinct people need not, and are never more than their members' sum."""
    periods, _ = request
    metric = a_metric(
        [each for each in MEASURES if each.key in ("visits", "not_a", "cost", "people")], [AREA]
    )
    found = cells(computed(metric, {"visit": frame("visit", tables["visit"])}, periods, [AREA]))
    for measure, basis, period, area in found:
        if area != "All":
            continue
        parts = [
            value[0]
            for (m, b, p, a), value in found.items()
            if (m, b, p) == (measure, basis, period) and a != "All"
        ]
        total = found[measure, basis, period, "All"][0]
        if measure == "people":
            assert total <= sum(parts)
        else:
            assert total == pytest.approx(sum(parts))


@AGREEMENT
@given(some_tables(["visit"]), requests())
def test_rows_outside_the_periods_change_nothing(tables, request) -> None:
    """An event long before or long after is in no cell."""
    periods, by = request
    metric = a_metric([each for each in MEASURES if each.key in ("visits", "median_hours")], [AREA])
    by = [each for each in by if each is AREA]
    far = [
        {**row, "visit_id": f"{year}{row['visit_id']}", "opened_at": datetime(year, 6, 1)}
        for row in tables["visit"]
        for year in (2004, 2044)
        if row["opened_at"].tzinfo is None
    ]
    results = [
        computed(metric, {"visit": frame("visit", rows)}, periods, by)
        for rows in (tables["visit"], [*tables["visit"], *far])
    ]
    assert differences(cells(results[1]), cells(results[0])) == []
