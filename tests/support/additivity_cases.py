"""Small tables made to collide, and requests drawn at random, to hold every engine to the oracle.

Two or three areas, times around the ends of months and years and the changes of the clocks, many
nulls, many repeats. ``questions`` draws a few measures and only the tables they read, so that an
example costs few queries; ``EVERYTHING`` asks every kind at once, so that what is shared between
measures (grouped queries, merged months, totals) is tried too.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import hypothesis.strategies as st
import polars as pl
from hypothesis import settings

import swm_kpi as kpi
from swm_kpi import (
    Assumption,
    Average,
    AverageStock,
    BudgetVariance,
    Column,
    Contract,
    Count,
    Dimension,
    Direction,
    Distribution,
    Duration,
    Example,
    Measure,
    Metric,
    Period,
    PeriodEndStock,
    Proportion,
    Rate,
    Ratio,
    ReoffendingRate,
    RepeatRate,
    Sum,
    SumProduct,
    SurveyProportion,
    Unit,
    Uptime,
)
from swm_kpi.contracts import ContractType
from swm_kpi.definitions.plan.objectives import SECURE
from tests.support import oracle

AREA = Dimension("area", "Area", ("North", "South", "West"), description="Where it happened.")
SORT = Dimension("sort", "Sort", ("Good", "Bad"), description="By the kind.")
SYSTEM = Dimension("system", "System", description="The system; the members are in the data.")
WORLD = Dimension("world", "World", description="Which of many small tables a row is from.")

LIMIT = Assumption("limit", 3_600, since="2021-04-01", because="An hour, for these tests.")
KINDS = Assumption("kinds", ("a", "c"), since="2021-04-01", because="A list, for these tests.")
LOOKBACK = Assumption("lookback", 12, since="2021-04-01", because="A year, for these tests.")
FOLLOW_UP = Assumption("follow_up", 6, since="2021-04-01", because="Half a year, for these tests.")
WAITING = Assumption("waiting", 3, since="2021-04-01", because="A quarter, for these tests.")
LEAST = Assumption("least", 2, since="2021-04-01", because="Two answers, for these tests.")


class Visit(Contract, row_unit=Unit.EVENTS):
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
    world = Column(str, dimension=WORLD, nullable=True, description="Which small table.")


class Statement(Contract):
    """One row per area, day and series."""

    day = Column(date, description="The day of the statement.")
    series = Column(str, isin=("ytd", "forecast"), nullable=True, description="Which series.")
    actual = Column(float, decimals=2, nullable=True, description="What was spent.")
    budget = Column(float, decimals=2, description="What was planned.")
    waiting = Column(int, nullable=True, description="How many wait.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")
    world = Column(str, dimension=WORLD, nullable=True, description="Which small table.")


class Snapshot(Contract):
    """One row per area and moment."""

    taken_at = Column(datetime, description="When it was taken.")
    waiting = Column(int, nullable=True, description="How many wait.")
    flag = Column(bool, nullable=True, description="Yes, no, or not recorded.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")
    world = Column(str, dimension=WORLD, nullable=True, description="Which small table.")


class Order(Contract, row_unit=Unit.ORDERS):
    """One row per order."""

    began = Column(date, description="The first day it was in force.")
    ended = Column(date, nullable=True, description="The day it ended.")
    reoffended = Column(date, nullable=True, description="The day of the first offence after.")
    proven = Column(date, nullable=True, description="The day that offence was proven.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")
    world = Column(str, dimension=WORLD, nullable=True, description="Which small table.")


class People(Contract, row_unit=Unit.PEOPLE):
    """One row per area and year."""

    mid_year = Column(int, ge=1990, le=2100, description="The year.")
    area = Column(str, dimension=AREA, description="Where.")
    residents = Column(int, ge=0, description="How many.")
    adults = Column(bool, nullable=True, description="Whether they are adults.")
    world = Column(str, dimension=WORLD, nullable=True, description="Which small table.")


class Outage(Contract):
    """One row per outage."""

    system = Column(str, dimension=SYSTEM, nullable=True, description="Which system.")
    began_at = Column(datetime, description="When it went down.")
    ended_at = Column(datetime, nullable=True, description="When it came back.")
    planned = Column(bool, nullable=True, description="Whether it was planned.")
    world = Column(str, dimension=WORLD, nullable=True, description="Which small table.")


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
    SumProduct(key="weighted", **VISIT, amount=Visit.cost, factor=Visit.weight, unit=Unit.POUNDS),
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
    PeriodEndStock(key="statements", of=Statement, at=Statement.day, where=ytd, unit=Unit.EVENTS),
    PeriodEndStock(
        key="spent",
        of=Statement,
        at=Statement.day,
        series=ytd,
        value=Statement.actual,
        unit=Unit.POUNDS,
    ),
    PeriodEndStock(
        key="queue",
        of=Statement,
        at=Statement.day,
        where=Statement.waiting > 1,
        value=Statement.waiting,
        unit=Unit.EVENTS,
    ),
    Ratio(key="spent_over_queue", numerator="spent", denominator="queue"),
    PeriodEndStock(key="orders", of=Order, at=Order.began, until=Order.ended),
    ReoffendingRate(
        key="reoffending",
        of=Order,
        at=Order.began,
        reoffended=Order.reoffended,
        proven=Order.proven,
        follow_up=FOLLOW_UP,
        waiting=WAITING,
    ),
    AverageStock(
        key="waiting",
        of=Snapshot,
        at=Snapshot.taken_at,
        value=Snapshot.waiting,
        unit=Unit.EVENTS,
    ),
    AverageStock(
        key="flagged_waiting",
        of=Snapshot,
        at=Snapshot.taken_at,
        where=Snapshot.flag,
        value=Snapshot.waiting,
        unit=Unit.EVENTS,
    ),
    *(
        BudgetVariance(
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
        objective=SECURE,
        summary="One measure of every kind.",
        measures=measures,
        dimensions=dimensions,
        direction=Direction.NEUTRAL,
        availability=kpi.catalogue()["15"].availability,
        limitations="Not real.",
        examples=[Example(rows=rows, expect=expect, edge_case="It computes nothing.")],
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
def some_tables(
    draw: st.DrawFn, wanted: Collection[str] = tuple(CONTRACTS)
) -> dict[str, list[dict[str, Any]]]:
    """Draw tables, small, with times that are all naive or all aware."""
    zone = draw(st.sampled_from([None, UTC]))
    times = st.sampled_from([each.replace(tzinfo=zone) for each in TIMES])
    found = {}
    for name, (most, columns) in _shapes(times).items():
        if name in wanted:
            found[name] = draw(st.lists(st.fixed_dictionaries(columns), max_size=most))
    for number, row in enumerate(found.get("visit", ())):
        row["visit_id"] = f"v{number}"
    return found


def _shapes(
    times: st.SearchStrategy[datetime],
) -> dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]]:
    """Return how many rows each table may have, and what its columns may hold."""
    return {
        "visit": (
            12,
            {
                "opened_at": times,
                "closed_at": maybe(times),
                "due_on": maybe(days),
                "seen_on": maybe(days),
                "person": st.sampled_from(["p1", "p2", None]),
                "kind": st.sampled_from(["a", "b", "c", None]),
                "score": numbers,
                "cost": amounts,
                "weight": st.sampled_from([0.5, 1.0, 1.25]),
                "flag": flags,
                "area": areas,
            },
        ),
        "statement": (
            6,
            {
                "day": days,
                "series": st.sampled_from(["ytd", "forecast", None]),
                "actual": amounts,
                "budget": st.sampled_from([0.0, 0.1, 100.0, -5.5]),
                "waiting": numbers,
                "area": areas,
            },
        ),
        "snapshot": (
            6,
            {
                "taken_at": times,
                "waiting": numbers,
                "flag": flags,
                "area": areas,
            },
        ),
        "order": (
            5,
            {
                "began": days,
                "ended": maybe(days),
                "reoffended": maybe(days),
                "proven": maybe(days),
                "area": areas,
            },
        ),
        "people": (
            5,
            {
                "mid_year": st.sampled_from([2023, 2024, 2025]),
                "area": st.sampled_from(AREA.members),
                "residents": st.sampled_from([0, 100, 333]),
                "adults": flags,
            },
        ),
        "outage": (
            4,
            {
                "system": st.sampled_from(["email", "radio", None]),
                "began_at": times,
                "ended_at": maybe(times),
                "planned": flags,
            },
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


def aware(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether times are instants, and not wall clock."""
    return any(isinstance(v, datetime) and v.tzinfo for row in rows for v in row.values())


def physical(column: Column, *, aware: bool) -> Any:
    """Return the Polars type in which a test hands a column over."""
    times = pl.Datetime("us", "UTC" if aware else None)
    simple = {str: pl.String, int: pl.Int64, float: pl.Float64, bool: pl.Boolean, date: pl.Date}
    return times if column.dtype is datetime else simple[column.dtype]


def frame(name: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a Polars frame with every column of the contract."""
    columns = CONTRACTS[name].columns
    schema = {key: physical(column, aware=aware(rows)) for key, column in columns.items()}
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


@dataclass(frozen=True)
class Question:
    """A random request of random tables.

    Attributes:
        metric: a few measures, and those that they are made of.
        tables: the rows of each table that they read.
        periods, by: what is asked.
    """

    metric: Metric
    tables: dict[str, list[dict[str, Any]]]
    periods: list[Period]
    by: list[Dimension]

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The tables as Polars frames."""
        return {name: frame(name, rows) for name, rows in self.tables.items()}

    def answer(self, data: Mapping[str, Any]) -> kpi.Result:
        """Return what the library makes of the tables in whatever form they are."""
        return computed(self.metric, data, self.periods, self.by)

    def differences(self, data: Mapping[str, Any]) -> list[str]:
        """Say where the library and the oracle part, and that this was asked."""
        KINDS_ASKED.update(kind_of(each) for each in self.metric.measures)
        expected = oracle.compute(self.metric, self.tables, self.periods, self.by)
        return differences(cells(self.answer(data)), expected)


KINDS_ASKED: Counter[str] = Counter()
"""How often each kind of measure was held to the oracle in this process."""


def kind_of(measure: Measure) -> str:
    """Name a measure's kind, and how it averages where it does."""
    average = getattr(measure, "average", None)
    return type(measure).__name__ + (f" ({average.value})" if average is not None else "")


EVERY_KIND = {kind_of(each) for each in MEASURES}


@st.composite
def questions(draw: st.DrawFn, most: int = 3) -> Question:
    """Draw a few measures with what they are made of, only their tables, and a request."""
    # A kind first, then one of it: drawn from all measures, the kinds with one are seldom met.
    kinds = draw(st.lists(st.sampled_from(sorted(EVERY_KIND)), min_size=1, max_size=most))
    drawn = [draw(st.sampled_from([m for m in MEASURES if kind_of(m) == kind])) for kind in kinds]
    keys = {key for each in drawn for key in (each.key, *each.depends_on)}
    measures = [each for each in MEASURES if each.key in keys]
    contracts = {each.contract.table: each.contract for each in measures if each.contract}
    if any(isinstance(each, Rate) for each in measures):
        contracts["people"] = People
    carried = {key for each in contracts.values() for key in each.dimensions}
    breakdowns = [each for each in (AREA, SORT, SYSTEM) if each.key in carried]
    periods, by = draw(requests())
    asked = [each for each in by if each in breakdowns]
    metric = a_metric(measures, breakdowns)
    return Question(metric, draw(some_tables(sorted(contracts))), periods, asked)


def agreement() -> settings:
    """Return 200 examples that are the same each time; with ``--long``, 5,000 new ones."""
    return settings(settings.get_profile("agreement"))
