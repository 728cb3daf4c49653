"""The engine against the oracle: small tables made to collide, and requests drawn at random.

Two or three areas, times around the ends of months and years and the changes of the clocks, many
nulls, many repeats. Every kind of measure is asked at once, so that what is shared between measures
(grouped queries, merged months, totals) is tried too.
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import hypothesis.strategies as st
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import swm_kpi as kpi
from swm_kpi import (
    Assumption,
    Average,
    Column,
    Contract,
    Count,
    Dimension,
    Direction,
    Distribution,
    Duration,
    Example,
    MeanOfSnapshots,
    Measure,
    Metric,
    Objective,
    Period,
    Proportion,
    Quantity,
    Rate,
    Ratio,
    ReoffendingRate,
    RepeatRate,
    StockAtDate,
    Sum,
    SurveyProportion,
    Unit,
    Uptime,
    Variance,
)
from swm_kpi.contracts import ContractType
from swm_kpi.expressions import Expression
from tests import oracle

AREA = Dimension("area", "Area", ("North", "South", "West"), description="Where it happened.")
SORT = Dimension("sort", "Sort", ("Good", "Bad"), description="By the kind.")
SYSTEM = Dimension("system", "System", description="The system; the members are in the data.")

LIMIT = Assumption("limit", 3_600, since="2021-04-01", because="An hour, for these tests.")
KINDS = Assumption("kinds", ("a", "c"), since="2021-04-01", because="A list, for these tests.")
LOOKBACK = Assumption("lookback", 12, since="2021-04-01", because="A year, for these tests.")
FOLLOW_UP = Assumption("follow_up", 6, since="2021-04-01", because="Half a year, for these tests.")
WAITING = Assumption("waiting", 3, since="2021-04-01", because="A quarter, for these tests.")
LEAST = Assumption("least", 2, since="2021-04-01", because="Two answers, for these tests.")


class Visit(Contract, rows=Unit.EVENTS):
    """One row per visit."""

    visit_id = Column(str, unique=True, personal=True, description="The key.")
    opened_at = Column(datetime, description="When it began.")
    closed_at = Column(datetime, nullable=True, description="When it ended.")
    due_on = Column(date, nullable=True, description="The day it was due.")
    seen_on = Column(date, nullable=True, description="The day it was seen.")
    person = Column(str, nullable=True, personal=True, description="Who came.")
    kind = Column(str, isin=("a", "b", "c"), nullable=True, description="What kind it was.")
    score = Column(int, nullable=True, description="A whole number.")
    cost = Column(float, decimals=2, nullable=True, description="A number of pounds.")
    weight = Column(float, gt=0, decimals=2, description="How much it stands for.")
    flag = Column(bool, nullable=True, description="Yes, no, or not recorded.")
    area = Column(str, dimension=AREA, nullable=True, description="Where it was.")
    sort = kind.recode({"a": "Good", "b": "Bad"}, dimension=SORT, description="By the kind.")


class Statement(Contract):
    """One row per area, day and series."""

    day = Column(date, description="The day of the statement.")
    series = Column(str, isin=("ytd", "forecast"), nullable=True, description="Which series.")
    actual = Column(float, decimals=2, nullable=True, description="What was spent.")
    budget = Column(float, decimals=2, description="What was planned.")
    waiting = Column(int, nullable=True, description="How many wait.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")


class Snapshot(Contract):
    """One row per area and moment."""

    taken_at = Column(datetime, description="When it was taken.")
    waiting = Column(int, nullable=True, description="How many wait.")
    flag = Column(bool, nullable=True, description="Yes, no, or not recorded.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")


class Order(Contract, rows=Unit.ORDERS):
    """One row per order."""

    began = Column(date, description="The first day it was in force.")
    ended = Column(date, nullable=True, description="The day it ended.")
    reoffended = Column(date, nullable=True, description="The day of the first offence after.")
    proven = Column(date, nullable=True, description="The day that offence was proven.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")


class People(Contract, rows=Unit.PEOPLE):
    """One row per area and year."""

    mid_year = Column(int, ge=1990, le=2100, description="The year.")
    area = Column(str, dimension=AREA, description="Where.")
    residents = Column(int, ge=0, description="How many.")
    adults = Column(bool, nullable=True, description="Whether they are adults.")


class Outage(Contract):
    """One row per outage."""

    system = Column(str, dimension=SYSTEM, nullable=True, description="Which system.")
    began_at = Column(datetime, description="When it went down.")
    ended_at = Column(datetime, nullable=True, description="When it came back.")
    planned = Column(bool, nullable=True, description="Whether it was planned.")


CONTRACTS: dict[str, ContractType] = {
    each.table: each for each in (Visit, Statement, Snapshot, Order, People, Outage)
}
VISIT = {"of": Visit, "at": Visit.opened_at}
AVERAGES = {"mean": Average.MEAN, "median": Average.MEDIAN, "p90": Average.P90}
ytd, forecast = Statement.series == "ytd", Statement.series == "forecast"

MEASURES: list[Measure] = [
    Count(key="visits", **VISIT),
    Count(key="listed", **VISIT, where=Visit.kind.is_in("a", "b")),
    Count(key="assumed", **VISIT, where=Visit.kind.is_in(KINDS)),
    Count(key="not_a", **VISIT, where=~(Visit.kind == "a") & Visit.flag),
    Count(key="either", **VISIT, where=Visit.closed_at.is_null() | (Visit.kind != "b")),
    Count(key="late", **VISIT, where=Visit.seen_on > Visit.due_on),
    Count(key="scored", **VISIT, where=Visit.score.between(1, 3)),
    Count(key="quick", **VISIT, where=Visit.opened_at.until(Visit.closed_at) <= LIMIT),
    Count(key="by_due_day", of=Visit, at=Visit.due_on),
    Count(key="people", **VISIT, distinct=Visit.person),
    Count(key="flagged_people", **VISIT, distinct=Visit.person, where=Visit.flag),
    Sum(key="score", **VISIT, value=Visit.score, unit=Unit.EVENTS),
    Sum(key="cost", **VISIT, value=Visit.cost, where=~Visit.flag, unit=Unit.POUNDS),
    Quantity(key="weighted", **VISIT, amount=Visit.cost, factor=Visit.weight, unit=Unit.POUNDS),
    Proportion(key="flagged_share", **VISIT, numerator=Visit.flag),
    Proportion(
        key="quick_share",
        **VISIT,
        where=Visit.kind != "c",
        numerator=Visit.opened_at.until(Visit.closed_at) <= LIMIT,
    ),
    SurveyProportion(
        key="satisfied",
        **VISIT,
        valid=Visit.score.is_not_null(),
        favourable=Visit.score >= 2,
        weight=Visit.weight,
        least=LEAST,
    ),
    *(
        Duration(
            key=f"{name}_hours",
            **VISIT,
            start=Visit.opened_at,
            end=Visit.closed_at,
            average=each,
            unit=Unit.HOURS,
        )
        for name, each in AVERAGES.items()
    ),
    *(
        Duration(
            key=f"{name}_days",
            **VISIT,
            where=~Visit.flag,
            start=Visit.due_on,
            end=Visit.seen_on,
            average=each,
            unit=Unit.DAYS,
        )
        for name, each in AVERAGES.items()
    ),
    RepeatRate(key="again", **VISIT, who=Visit.person, lookback=LOOKBACK),
    RepeatRate(
        key="flagged_again",
        **VISIT,
        where=Visit.flag,
        who=Visit.person,
        lookback=LOOKBACK,
        as_count=True,
    ),
    Distribution(key="spread", **VISIT, where=Visit.flag, over=AREA),
    Rate(key="per_1000", of="visits", per=People.residents, scale=1_000),
    Rate(key="per_adult", of="people", per=People.residents, scale=100_000, among=People.adults),
    Ratio(key="listed_over_assumed", numerator="listed", denominator="assumed"),
    Ratio(key="visits_over_due", numerator="visits", denominator="by_due_day"),
    StockAtDate(key="statements", of=Statement, at=Statement.day, where=ytd, unit=Unit.EVENTS),
    StockAtDate(
        key="spent",
        of=Statement,
        at=Statement.day,
        series=ytd,
        value=Statement.actual,
        unit=Unit.POUNDS,
    ),
    StockAtDate(
        key="queue",
        of=Statement,
        at=Statement.day,
        where=Statement.waiting > 1,
        value=Statement.waiting,
        unit=Unit.EVENTS,
    ),
    Ratio(key="spent_over_queue", numerator="spent", denominator="queue"),
    StockAtDate(key="orders", of=Order, at=Order.began, until=Order.ended),
    ReoffendingRate(
        key="reoffending",
        of=Order,
        at=Order.began,
        reoffended=Order.reoffended,
        proven=Order.proven,
        follow_up=FOLLOW_UP,
        waiting=WAITING,
    ),
    MeanOfSnapshots(
        key="waiting",
        of=Snapshot,
        at=Snapshot.taken_at,
        value=Snapshot.waiting,
        unit=Unit.EVENTS,
    ),
    MeanOfSnapshots(
        key="flagged_waiting",
        of=Snapshot,
        at=Snapshot.taken_at,
        where=Snapshot.flag,
        value=Snapshot.waiting,
        unit=Unit.EVENTS,
    ),
    *(
        Variance(
            key=f"{name}_variance{'_share' if relative else ''}",
            of=Statement,
            at=Statement.day,
            series=series,
            actual=Statement.actual,
            budget=Statement.budget,
            relative=relative,
        )
        for name, series in (("ytd", ytd), ("forecast", forecast), ("any", None))
        for relative in (False, True)
    ),
    Uptime(
        key="up",
        of=Outage,
        at=Outage.began_at,
        until=Outage.ended_at,
        of_each=Outage.system,
        where=~Outage.planned,
    ),
]


def a_metric(measures: Sequence[Measure], dimensions: Sequence[Dimension]) -> Metric:
    """Declare a metric that is not in any catalogue."""
    rows = {measure.contract.table: "| area |" for measure in measures if measure.contract}
    rows.pop("outage", None)
    expect = {each.key: None for each in measures}
    return Metric(
        ref="T1",
        key="everything",
        title="Everything",
        objective=Objective.SECURE,
        summary="One measure of every kind.",
        measures=measures,
        dimensions=dimensions,
        direction=Direction.NEUTRAL,
        availability=kpi.catalogue()["15"].availability,
        not_this="Not real.",
        examples=[Example(rows=rows, expect=expect, trap="It computes nothing.")],
    )


EVERYTHING = a_metric(MEASURES, [AREA, SORT, SYSTEM])

# Days and times at edges: of months, quarters and financial years, and of the two clock changes.
TIMES = [
    datetime(2023, 3, 31, 23, 59, 59),
    datetime(2023, 4, 1),
    datetime(2024, 2, 29, 12),
    datetime(2024, 3, 31, 0, 30),
    datetime(2024, 3, 31, 2, 30),
    datetime(2024, 3, 31, 23, 59, 59, 999_999),
    datetime(2024, 4, 1),
    datetime(2024, 4, 1, 0, 0, 10),
    datetime(2024, 6, 30, 23, 30),
    datetime(2024, 7, 1),
    datetime(2024, 10, 27, 0, 30),
    datetime(2024, 10, 27, 1, 30),
    datetime(2024, 10, 27, 2, 30),
    datetime(2024, 12, 31, 23, 59, 59),
    datetime(2025, 1, 1),
    datetime(2025, 3, 31, 12),
]
DAYS = sorted({each.date() for each in TIMES})
EVERY_PERIOD = [
    Period.from_first_month(grain, first)
    for grain in kpi.Grain
    for first in range(2023 * 12 + 3 - 12, 2025 * 12 + 4)
    if grain in (kpi.Grain.MONTH, kpi.Grain.ROLLING_12)
    or (first % 12 == 3)
    or (grain is kpi.Grain.QUARTER and first % 3 == 0)
]
COVERED = dict.fromkeys(CONTRACTS, ("2000-01-01", "2100-12-31"))

areas = st.sampled_from([*AREA.members[:2], None])
flags = st.sampled_from([True, False, None])
days = st.sampled_from(DAYS)
amounts = st.sampled_from([0.0, 0.1, 0.2, -0.3, 10.25, 1999.99, None])
numbers = st.sampled_from([0, 1, 2, 3, -1, None])


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def all_tables(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Draw every table, small, with times that are all naive or all aware."""
    zone = draw(st.sampled_from([None, UTC]))
    times = st.sampled_from([each.replace(tzinfo=zone) for each in TIMES])

    def rows(most: int, **columns: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
        return draw(st.lists(st.fixed_dictionaries(columns), max_size=most))

    visits = rows(
        12,
        opened_at=times,
        closed_at=maybe(times),
        due_on=maybe(days),
        seen_on=maybe(days),
        person=st.sampled_from(["p1", "p2", None]),
        kind=st.sampled_from(["a", "b", "c", None]),
        score=numbers,
        cost=amounts,
        weight=st.sampled_from([0.5, 1.0, 1.25]),
        flag=flags,
        area=areas,
    )
    return {
        "visit": [{"visit_id": f"v{number}", **row} for number, row in enumerate(visits)],
        "statement": rows(
            6,
            day=days,
            series=st.sampled_from(["ytd", "forecast", None]),
            actual=amounts,
            budget=st.sampled_from([0.0, 0.1, 100.0, -5.5]),
            waiting=numbers,
            area=areas,
        ),
        "snapshot": rows(6, taken_at=times, waiting=numbers, flag=flags, area=areas),
        "order": rows(
            5,
            began=days,
            ended=maybe(days),
            reoffended=maybe(days),
            proven=maybe(days),
            area=areas,
        ),
        "people": rows(
            5,
            mid_year=st.sampled_from([2023, 2024, 2025]),
            area=st.sampled_from(AREA.members),
            residents=st.sampled_from([0, 100, 333]),
            adults=flags,
        ),
        "outage": rows(
            4,
            system=st.sampled_from(["email", "radio", None]),
            began_at=times,
            ended_at=maybe(times),
            planned=flags,
        ),
    }


@st.composite
def requests(draw: st.DrawFn) -> tuple[list[Period], list[Dimension]]:
    """Draw periods of one or of mixed grains, in any order, and up to two breakdowns."""
    grain = draw(maybe(st.sampled_from(list(kpi.Grain))))
    possible = [each for each in EVERY_PERIOD if grain is None or each.grain is grain]
    start = draw(st.integers(0, len(possible) - 1))
    following = possible[start : start + draw(st.integers(1, 3))]
    scattered = draw(st.lists(st.sampled_from(possible), unique=True, max_size=2))
    by = draw(st.lists(st.sampled_from([AREA, SORT, SYSTEM]), unique=True, max_size=2))
    return list(dict.fromkeys([*following, *scattered])), by


def physical(column: Column, *, aware: bool) -> Any:
    """Return the Polars type in which a test hands a column over."""
    times = pl.Datetime("us", "UTC" if aware else None)
    simple = {str: pl.String, int: pl.Int64, float: pl.Float64, bool: pl.Boolean, date: pl.Date}
    return times if column.dtype is datetime else simple[column.dtype]


def frame(name: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a Polars frame with every column of the contract."""
    aware = any(isinstance(v, datetime) and v.tzinfo for row in rows for v in row.values())
    columns = CONTRACTS[name].columns
    schema = {key: physical(column, aware=aware) for key, column in columns.items()}
    return pl.DataFrame([dict(each) for each in rows], schema=schema)


def computed(
    metric: Metric,
    data: Mapping[str, Any],
    periods: Sequence[Period],
    by: Sequence[Dimension],
    **options: Any,
) -> kpi.Result:
    return kpi.compute(
        [metric],
        data,
        periods=periods,
        by=[each.key for each in by],
        coverage={name: COVERED[name] for name in data},
        catalogue=kpi.Catalogue([metric]),
        **options,
    )


def cells(result: kpi.Result) -> dict[tuple[str, ...], tuple[float | None, ...]]:
    """Return a result as the oracle writes it."""
    names = ("measure", "basis", "period", *result.by)
    return {
        tuple(row[name] for name in names): (row["value"], row["numerator"], row["denominator"])
        for row in result.to_polars().iter_rows(named=True)
    }


def differences(found: Mapping[Any, Any], expected: Mapping[Any, Any]) -> list[str]:
    """Say where the engine and the oracle part."""
    parted = [f"{key}: the oracle has no such cell" for key in found.keys() - expected.keys()]
    for key, wanted in expected.items():
        if key not in found:
            # An Unknown with nothing in it is not shown, nor one that is in no share of the whole.
            counted = wanted[:2] if key[0] == "spread" else wanted
            if "Unknown" not in key or any(each not in (None, 0) for each in counted):
                parted.append(f"{key}: missing, and the oracle says {wanted}")
        elif not all(map(same, found[key], wanted)):
            parted.append(f"{key}: {found[key]}, and the oracle says {wanted}")
    return parted


def same(found: float | None, wanted: Any) -> bool:
    if found is None or wanted is None:
        return found is wanted
    return math.isclose(found, float(wanted), rel_tol=1e-9, abs_tol=1e-9)


thorough = settings(
    max_examples=150,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
brisk = settings(thorough, max_examples=20)


@thorough
@given(all_tables(), requests())
def test_every_kind_of_measure_equals_the_oracle(tables, request) -> None:
    """Values, numerators and denominators, for every cell of random requests."""
    periods, by = request
    data = {name: frame(name, rows) for name, rows in tables.items()}
    found = cells(computed(EVERYTHING, data, periods, by))
    assert differences(found, oracle.compute(EVERYTHING, tables, periods, by)) == []


@brisk
@given(
    all_tables(),
    requests(),
    st.sampled_from([60, 7_200]),
    st.sampled_from([["b"], ["a", "b", "c"]]),
    st.sampled_from([1, 24]),
)
def test_overridden_assumptions_equal_the_oracle(tables, request, limit, kinds, months) -> None:
    """A limit, a list and a number of months replaced by the caller."""
    periods, by = request
    data = {name: frame(name, rows) for name, rows in tables.items()}
    changed = {"limit": limit, "kinds": kinds, "lookback": months, "follow_up": months}
    found = cells(computed(EVERYTHING, data, periods, by, assumptions=changed))
    assert differences(found, oracle.compute(EVERYTHING, tables, periods, by, changed)) == []


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


@settings(thorough, max_examples=100)
@given(all_tables(), requests(), conditions, conditions)
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
    only = {"visit": tables["visit"]}
    found = cells(computed(metric, {"visit": frame("visit", tables["visit"])}, periods, by))
    assert differences(found, oracle.compute(metric, only, periods, by)) == []


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


def changed_frames(data: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, Any]]:
    """Return the same tables as everything that must give the same result."""
    mixed = {name: table.sample(fraction=1, shuffle=True, seed=7) for name, table in data.items()}
    changed: dict[str, dict[str, Any]] = {
        "rows in another order": mixed,
        "columns in another order": {n: t.select(sorted(t.columns)) for n, t in data.items()},
        "unrelated columns": {
            n: t.with_columns(pl.lit("=1+1").alias("remark"), pl.lit(None).alias("Area"))
            for n, t in data.items()
        },
        "categoricals": {
            n: t.with_columns(pl.col(pl.String).cast(pl.Categorical)) for n, t in data.items()
        },
        "split and put together": {
            n: pl.concat([t[: len(t) // 2], t[len(t) // 2 :]]) for n, t in data.items()
        },
        "lazy": {name: table.lazy() for name, table in data.items()},
        "Arrow": {name: table.to_arrow() for name, table in data.items()},
    }
    for name, table in data.items():
        for kind, other in pandas_kinds(table).items():
            changed.setdefault(f"pandas, {kind}", {})[name] = other
    return changed


@settings(thorough, max_examples=4)
@given(all_tables(), requests())
def test_the_same_rows_in_any_shape_give_the_same_result(tables, request) -> None:
    """Order, unrelated columns, physical types and libraries move nothing, to the last bit."""
    periods, by = request
    data = {name: frame(name, rows) for name, rows in tables.items()}
    expected = computed(EVERYTHING, data, periods, by).to_polars()
    for what, other in changed_frames(data).items():
        found = computed(EVERYTHING, other, periods, by).to_polars()
        assert found.equals(expected, null_equal=True), what


@settings(brisk, max_examples=6, suppress_health_check=list(HealthCheck))
@given(all_tables(), requests())
def test_files_give_the_same_result(tmp_path_factory, tables, request) -> None:
    """Parquet and CSV files, and tables checked before, give what the frames in memory give."""
    periods, by = request
    folder = tmp_path_factory.mktemp("tables")
    data = {name: frame(name, rows) for name, rows in tables.items()}
    expected = computed(EVERYTHING, data, periods, by).to_polars()
    files: dict[str, dict[str, Any]] = {"parquet": {}, "csv": {}, "checked": {}}
    for name, table in data.items():
        table.write_parquet(folder / f"{name}.parquet")
        text = io.StringIO()
        zone = "%:z" if any(getattr(d, "time_zone", None) for d in table.schema.values()) else ""
        table.write_csv(text, datetime_format=f"%Y-%m-%dT%H:%M:%S%.6f{zone}")
        (folder / f"{name}.csv").write_text(text.getvalue(), encoding="utf-8")
        files["parquet"][name] = folder / f"{name}.parquet"
        files["csv"][name] = str(folder / f"{name}.csv")
        files["checked"][name] = kpi.validate(table, CONTRACTS[name]).table
    for what, given_ in files.items():
        found = computed(EVERYTHING, given_, periods, by).to_polars()
        assert found.equals(expected, null_equal=True), what


@brisk
@given(all_tables(), st.integers(2023, 2024))
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


@brisk
@given(all_tables(), requests())
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


@brisk
@given(all_tables(), requests())
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
