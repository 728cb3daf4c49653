"""Small random tables and requests that compare every engine with the oracle.

Tables have two or three areas, times around the ends of months and years and around clock changes,
and many nulls and repeats. ``random_cases`` draws a few measures and only the tables they read, so
that one example needs few queries. ``EVERYTHING`` has every kind of measure, and so it also tests
what measures share: grouped queries, merged months and totals.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import hypothesis.strategies as st
import polars as pl
from hypothesis import given, seed, settings

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
    Mean,
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
    TextReport,
    Unit,
    Uptime,
)
from swm_kpi.contracts import ContractType
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.expressions import Expression, Unusable
from swm_kpi.measures import Operation, TimeAlignment
from swm_kpi.measures.statistic import Limit
from tests.support import oracle

AREA = Dimension("area", "Area", ("North", "South", "West"), description="Where it happened.")
SORT = Dimension("sort", "Sort", ("Good", "Bad"), description="By the kind.")
SYSTEM = Dimension("system", "System", description="The system; the members are in the data.")
CASE = Dimension("case", "Case", description="Which of many batched cases a row is from.")

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
    case = Column(str, dimension=CASE, nullable=True, description="Which batched case.")


class Statement(Contract):
    """One row per area, day and series."""

    day = Column(date, description="The day of the statement.")
    series = Column(str, isin=("ytd", "forecast"), nullable=True, description="Which series.")
    actual = Column(float, decimals=2, nullable=True, description="What was spent.")
    budget = Column(float, decimals=2, description="What was planned.")
    waiting = Column(int, nullable=True, description="How many wait.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")
    case = Column(str, dimension=CASE, nullable=True, description="Which batched case.")


class Snapshot(Contract):
    """One row per area and moment."""

    taken_at = Column(datetime, description="When it was taken.")
    waiting = Column(int, nullable=True, description="How many wait.")
    flag = Column(bool, nullable=True, description="Yes, no, or not recorded.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")
    case = Column(str, dimension=CASE, nullable=True, description="Which batched case.")


class Order(Contract, row_unit=Unit.ORDERS):
    """One row per order."""

    began = Column(date, description="The first day it was in force.")
    ended = Column(date, nullable=True, description="The day it ended.")
    reoffended = Column(date, nullable=True, description="The day of the first offence after.")
    proven = Column(date, nullable=True, description="The day that offence was proven.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")
    case = Column(str, dimension=CASE, nullable=True, description="Which batched case.")


class People(Contract, row_unit=Unit.PEOPLE):
    """One row per area and year."""

    mid_year = Column(int, ge=1990, le=2100, description="The year.")
    area = Column(str, dimension=AREA, description="Where.")
    residents = Column(int, ge=0, description="How many.")
    adults = Column(bool, nullable=True, description="Whether they are adults.")
    case = Column(str, dimension=CASE, nullable=True, description="Which batched case.")


class Outage(Contract):
    """One row per outage."""

    system = Column(str, dimension=SYSTEM, nullable=True, description="Which system.")
    began_at = Column(datetime, description="When it went down.")
    ended_at = Column(datetime, nullable=True, description="When it came back.")
    planned = Column(bool, nullable=True, description="Whether it was planned.")
    area = Column(str, dimension=AREA, nullable=True, description="Where it was.")
    case = Column(str, dimension=CASE, nullable=True, description="Which batched case.")


class Review(Contract, row_unit=Unit.EVENTS):
    """One row per text."""

    about = Column(date, description="The last day of the period it is about.")
    words = Column(str, description="The text.")
    author = Column(str, description="The role that wrote it.")
    evidence = Column(str, description="What it rests on.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")
    case = Column(str, dimension=CASE, nullable=True, description="Which batched case.")


CONTRACTS: dict[str, ContractType] = {
    contract.table: contract
    for contract in (Visit, Statement, Snapshot, Order, People, Outage, Review)
}
VISIT = {"of": Visit, "at": Visit.opened_at}
AVERAGES = {average.name.lower(): average for average in Average}
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
    Count(key="in_order", **VISIT, where=Visit.opened_at < Visit.closed_at),
    Count(key="on_due_day", **VISIT, where=Visit.closed_at.day() <= Visit.due_on),
    Count(
        key="fallback",
        **VISIT,
        where=(Visit.kind == "a") | (Visit.kind == "a").met_by_none(Visit.area, Visit.due_on),
    ),
    Count(key="by_due_day", of=Visit, at=Visit.due_on),
    Count(key="people", **VISIT, distinct=Visit.person),
    Count(key="flagged_people", **VISIT, distinct=Visit.person, where=Visit.flag),
    Sum(key="score", **VISIT, value=Visit.score, unit=Unit.EVENTS),
    Sum(key="cost", **VISIT, value=Visit.cost, where=~Visit.flag, unit=Unit.POUNDS),
    SumProduct(key="weighted", **VISIT, amount=Visit.cost, factor=Visit.weight, unit=Unit.POUNDS),
    Mean(key="mean_cost", **VISIT, value=Visit.cost, where=~Visit.flag, unit=Unit.POUNDS),
    Mean(key="mean_score", **VISIT, value=Visit.score, unit=Unit.EVENTS),
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
        min_answers=LEAST,
    ),
    *(
        Duration(
            key=f"{name}_hours",
            **VISIT,
            start=Visit.opened_at,
            end=Visit.closed_at,
            average=average,
            unit=Unit.HOURS,
        )
        for name, average in AVERAGES.items()
    ),
    *(
        Duration(
            key=f"{name}_days",
            **VISIT,
            where=~Visit.flag,
            start=Visit.due_on,
            end=Visit.seen_on,
            average=average,
            unit=Unit.DAYS,
        )
        for name, average in AVERAGES.items()
    ),
    *(
        Duration(
            key=f"{name}_local_days",
            **VISIT,
            start=Visit.opened_at,
            end=Visit.closed_at,
            average=average,
            unit=Unit.DAYS,
        )
        for name, average in AVERAGES.items()
    ),
    Duration(
        key="mean_hours_if_closed",
        **VISIT,
        where=~Visit.flag,
        start=Visit.opened_at,
        end=Visit.closed_at,
        average=Average.MEAN,
        unit=Unit.HOURS,
        blank_means_no=Visit.closed_at,
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
    Ratio(key="cost_over_visits", numerator="cost", denominator="visits", unit=Unit.POUNDS),
    Ratio(key="score_over_weighted", numerator="score", denominator="weighted"),
    Ratio(key="visits_over_due", numerator="visits", denominator="by_due_day"),
    PeriodEndStock(key="statements", of=Statement, at=Statement.day, where=ytd, unit=Unit.EVENTS),
    PeriodEndStock(
        key="waited_for",
        of=Statement,
        at=Statement.day,
        where=ytd & Statement.waiting.is_not_null(),
        unit=Unit.EVENTS,
        blank_means_no=Statement.waiting,
    ),
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
    AverageStock(
        key="listed_waiting",
        of=Snapshot,
        at=Snapshot.taken_at,
        value=Snapshot.waiting,
        same_rows=False,
        unit=Unit.EVENTS,
    ),
    AverageStock(
        key="flagged_rows",
        of=Snapshot,
        at=Snapshot.taken_at,
        where=Snapshot.flag,
        same_rows=False,
        unit=Unit.EVENTS,
    ),
    TextReport(
        key="review",
        of=Review,
        at=Review.about,
        text=Review.words,
        author=Review.author,
        evidence=Review.evidence,
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
        system=Outage.system,
        where=~Outage.planned,
    ),
]


def build_metric(measures: Sequence[Measure], dimensions: Sequence[Dimension]) -> Metric:
    """Declare a metric that is not in any catalogue."""
    rows = {measure.contract.table: "| area |" for measure in measures if measure.contract}
    rows.pop("outage", None)
    expect = {measure.key: None for measure in measures}
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


EVERYTHING = build_metric(MEASURES, [AREA, SORT, SYSTEM])

# The edges of months, quarters and financial years, and both clock changes.
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
    datetime(2024, 10, 27, 1, 10),
    datetime(2024, 10, 27, 1, 30),
    datetime(2024, 10, 27, 2, 30),
    datetime(2024, 12, 31, 23, 59, 59),
    datetime(2025, 1, 1),
    datetime(2025, 3, 31, 12),
]
DAYS = sorted({time.date() for time in TIMES})
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
# Some have more decimals than their column declares, so that each row is no whole number of pence.
amounts = st.sampled_from([0.0, 0.1, 0.2, -0.3, 0.001, -0.004, 10.25, 10.257, 1999.99, None])
numbers = st.sampled_from([0, 1, 2, 3, -1, None])


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def random_tables(
    draw: st.DrawFn, names: Collection[str] = tuple(CONTRACTS)
) -> dict[str, list[dict[str, Any]]]:
    """Draw the rows of small tables, by table name. Times are all naive or all aware."""
    zone = draw(st.sampled_from([None, UTC]))
    times = st.sampled_from([time.replace(tzinfo=zone) for time in TIMES])
    tables = {}
    for name, (max_rows, columns) in _columns(times).items():
        if name in names:
            tables[name] = draw(st.lists(st.fixed_dictionaries(columns), max_size=max_rows))
    for number, row in enumerate(tables.get("visit", ())):
        row["visit_id"] = f"v{number}"
    return tables


def _columns(
    times: st.SearchStrategy[datetime],
) -> dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]]:
    """Return, by table name, the most rows to draw and a strategy for each column."""
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
                "weight": st.sampled_from([0.0005, 0.5, 1.0, 1.25, 2e9]),
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
        "review": (
            3,
            {
                "about": days,
                "words": st.sampled_from(["Good.", "Bad"]),
                "author": st.just("Chief officer"),
                "evidence": st.just("Visits"),
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
                "area": areas,
            },
        ),
    }


@st.composite
def random_requests(draw: st.DrawFn) -> tuple[list[Period], list[Dimension]]:
    """Draw periods of one grain or of several, in any order, and up to two breakdowns."""
    grain = draw(maybe(st.sampled_from(list(kpi.Grain))))
    possible = [period for period in EVERY_PERIOD if grain is None or period.grain is grain]
    start = draw(st.integers(0, len(possible) - 1))
    consecutive = possible[start : start + draw(st.integers(1, 3))]
    scattered = draw(st.lists(st.sampled_from(possible), unique=True, max_size=2))
    by = draw(st.lists(st.sampled_from([AREA, SORT, SYSTEM]), unique=True, max_size=2))
    return list(dict.fromkeys([*consecutive, *scattered])), by


def is_aware(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the times of a table have a time zone."""
    return any(isinstance(v, datetime) and v.tzinfo for row in rows for v in row.values())


def polars_type(column: Column, *, is_aware: bool) -> Any:
    """Return the Polars type of a column in the test tables."""
    times = pl.Datetime("us", "UTC" if is_aware else None)
    simple = {str: pl.String, int: pl.Int64, float: pl.Float64, bool: pl.Boolean, date: pl.Date}
    return times if column.dtype is datetime else simple[column.dtype]


def to_frame(name: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a Polars frame with every column of the table's contract."""
    columns = CONTRACTS[name].columns
    schema = {key: polars_type(column, is_aware=is_aware(rows)) for key, column in columns.items()}
    return pl.DataFrame([dict(row) for row in rows], schema=schema)


def compute(
    metric: Metric,
    data: Mapping[str, Any],
    periods: Sequence[Period],
    by: Sequence[Dimension],
    **options: Any,
) -> kpi.Result:
    """Compute a metric that is not in any catalogue, from tables that cover every period."""
    return kpi.compute(
        [metric],
        data,
        periods=periods,
        by=[dimension.key for dimension in by],
        coverage={name: COVERED[name] for name in data},
        catalogue=kpi.Catalogue([metric]),
        **options,
    )


def cells_of(result: kpi.Result) -> dict[tuple[str, ...], tuple[float | None, ...]]:
    """Return the cells of a result in the form that the oracle returns."""
    names = ("measure", "basis", "period", *result.by)
    return {
        tuple(row[name] for name in names): (row["value"], row["numerator"], row["denominator"])
        for row in result.to_polars().iter_rows(named=True)
    }


def recorded_differences(
    result: kpi.Result, expected: Mapping[tuple[str, ...], oracle.Recorded]
) -> list[str]:
    """Describe each cell in which the engine and the oracle differ on what is not recorded."""
    names = ("measure", "basis", "period", *result.by)
    lines = []
    for row in result.to_polars().iter_rows(named=True):
        key = tuple(row[name] for name in names)
        known = expected.get(key)
        if known is None:
            continue
        if known.is_missing:
            least = most = None
            marker = "[x]"
        else:
            least = None if known.is_certain or row["value"] is None else known.least
            most = None if known.is_certain or row["value"] is None else known.most
            marker = "[u]" if known.is_doubtful and row["value"] is not None else row["marker"]
        pairs = {
            "marker": row["marker"] == marker,
            "undecided": (row["undecided"] or 0) == known.undecided,
            "without_value": (row["without_value"] or 0) == known.without_value,
            "at_least": is_same(row["at_least"], least) or is_no_limit(row, least, most),
            "at_most": is_same(row["at_most"], most) or is_no_limit(row, least, most),
        }
        wrong = {name: row[name] for name, is_equal in pairs.items() if not is_equal}
        # A doubtful number with too few answers, or of another year's people, is marked alike.
        is_explained = row["answers"] or "The year of reference" in row["note"]
        if not known.is_doubtful and row["marker"] == "[u]" and not is_explained:
            wrong["marker"] = "[u]"
        if wrong:
            lines.append(f"{key}: {wrong}, and the oracle has {known}")
    return lines


def is_no_limit(row: Mapping[str, Any], least: Any, most: Any) -> bool:
    """Whether a row shows no bounds because both are the value."""
    is_empty = row["at_least"] is None and row["at_most"] is None
    return is_empty and is_same(row["value"], least) and is_same(row["value"], most)


def differences(actual: Mapping[Any, Any], expected: Mapping[Any, Any]) -> list[str]:
    """Describe each cell in which the engine and the oracle differ."""
    lines = [f"{key}: the oracle has no such cell" for key in actual.keys() - expected.keys()]
    for key, cell in expected.items():
        if key not in actual:
            # A result leaves out Unknown where it is empty, or is no part of a distribution.
            counted = cell[:2] if key[0] == "spread" else cell
            if "Unknown" not in key or any(number not in (None, 0) for number in counted):
                lines.append(f"{key}: missing, and the oracle has {cell}")
        elif not all(map(is_same, actual[key], cell)):
            lines.append(f"{key}: {actual[key]}, and the oracle has {cell}")
    return lines


def is_same(actual: float | None, expected: Any) -> bool:
    """Whether two numbers are equal within rounding, or both missing."""
    if actual is None or expected is None:
        return actual is expected
    return math.isclose(actual, float(expected), rel_tol=1e-9, abs_tol=1e-9)


@dataclass(frozen=True)
class Case:
    """A random request of random tables.

    Attributes:
        metric: a few measures, and those that they depend on.
        tables: the rows of each table that they read.
        periods, by: the periods and the breakdowns of the request.
        as_at: the day of extraction; None where it is not stated.
    """

    metric: Metric
    tables: dict[str, list[dict[str, Any]]]
    periods: list[Period]
    by: list[Dimension]
    as_at: date | None = None

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The tables as Polars frames."""
        return {name: to_frame(name, rows) for name, rows in self.tables.items()}

    def compute(self, data: Mapping[str, Any]) -> kpi.Result:
        """Compute the request from the tables in any form."""
        return compute(self.metric, data, self.periods, self.by, as_at=self.as_at)

    def differences(self, data: Mapping[str, Any]) -> list[str]:
        """Describe where the library and the oracle differ, and record what was compared."""
        for measure in self.metric.measures:
            COMPARED.update(features_of(measure))
        for dimension in self.by:
            COMPARED.update(carriers_of(dimension, self.tables))
        expected = oracle.compute(self.metric, self.tables, self.periods, self.by, as_at=self.as_at)
        return differences(cells_of(self.compute(data)), expected)


COMPARED: Counter[object] = Counter()
"""How often this process compared each feature of the engine with the oracle."""


def nodes_of(measure: Measure) -> set[type[Expression]]:
    """Return the types of the expressions in a measure's statistics."""
    return {type(node) for s in measure.statistics.values() for node in s.expressions()}


@cache
def rare_nodes() -> set[type[Expression]]:
    """Return the types of expressions that one measure alone has."""
    counted = Counter(node for measure in MEASURES for node in nodes_of(measure))
    return {node for node, measures in counted.items() if measures == 1}


def variant_of(measure: Measure) -> str:
    """Name a measure's kind, and what sets some measures of the kind apart for an engine."""
    average = getattr(measure, "average", None)
    alignments = {statistic.alignment for statistic in measure.statistics.values()}
    details = [average.value] if average is not None else []
    details += sorted(alignments)
    details += sorted(node.__name__ for node in nodes_of(measure) & rare_nodes())
    return f"{type(measure).__name__} ({', '.join(details)})"


def features_of(measure: Measure) -> Iterator[object]:
    """Yield a measure's kind and variant, and what its statistics need of an engine."""
    yield type(measure)
    yield variant_of(measure)
    recorded = measure.completeness.statistics if measure.completeness is not None else {}
    for statistic in (*measure.statistics.values(), *recorded.values()):
        yield statistic.operation
        yield statistic.alignment
        if statistic.limit is not None:
            yield statistic.limit
        yield from map(type, statistic.expressions())


def carriers_of(dimension: Dimension, tables: Iterable[str]) -> Iterator[object]:
    """Yield the types of the expressions that carry a breakdown in some tables."""
    for name in tables:
        if dimension.key in CONTRACTS[name].dimensions:
            yield from map(type, CONTRACTS[name].dimensions[dimension.key][1].walk())


def kinds() -> set[type[Measure]]:
    """Return every public class of measure that declares a kind."""
    public = (getattr(kpi, name) for name in kpi.__all__)
    return {
        item
        for item in public
        if isinstance(item, type) and issubclass(item, Measure) and "kind" in vars(item)
    }


def expression_nodes() -> set[type[Expression]]:
    """Return every node of an expression in the library, except the node of a refused one."""

    def subclasses(node: type[Expression]) -> Iterator[type[Expression]]:
        children = [c for c in node.__subclasses__() if c.__module__.startswith("swm_kpi.")]
        if not children:
            yield node
        for child in children:
            yield from subclasses(child)

    return set(subclasses(Expression)) - {Unusable}


def required_features() -> set[object]:
    """Return everything that the random cases must compare with the oracle."""
    return {
        *kinds(),
        *Operation,
        *TimeAlignment,
        *Limit,
        *expression_nodes(),
        *map(variant_of, MEASURES),
    }


VARIANTS = sorted(set(map(variant_of, MEASURES)))


@st.composite
def random_cases(draw: st.DrawFn, variant: str | None = None, max_variants: int = 3) -> Case:
    """Draw a few measures with those they depend on, only their tables, and a request.

    Args:
        draw: draws from a strategy.
        variant: a variant that one of the measures has; None for any.
        max_variants: how many measures to draw at most, without those they depend on.
    """
    # Draw a variant first: of all measures, those of a kind with few would seldom be drawn.
    first = st.sampled_from(VARIANTS) if variant is None else st.just(variant)
    others = st.lists(st.sampled_from(VARIANTS), max_size=max_variants - 1)
    variants = [draw(first), *draw(others)]
    drawn = [
        draw(st.sampled_from([measure for measure in MEASURES if variant_of(measure) == variant]))
        for variant in variants
    ]
    keys = {key for measure in drawn for key in (measure.key, *measure.depends_on)}
    measures = [measure for measure in MEASURES if measure.key in keys]
    contracts = {
        measure.contract.table: measure.contract for measure in measures if measure.contract
    }
    if any(isinstance(measure, Rate) for measure in measures):
        contracts["people"] = People
    carried = {key for contract in contracts.values() for key in contract.dimensions}
    breakdowns = [dimension for dimension in (AREA, SORT, SYSTEM) if dimension.key in carried]
    periods, by = draw(random_requests())
    metric = build_metric(measures, breakdowns)
    requested = [dimension for dimension in by if dimension in breakdowns]
    tables = draw(random_tables(sorted(contracts)))
    return Case(metric, tables, periods, requested, draw(maybe(days)))


ENOUGH_FOR_EVERY_PART = 100
"""How many random cases are enough to compare every part of the engine with the oracle."""


def check_random_cases(
    check: Callable[[Case], None], max_variants: int = 3, share: float = 1.0
) -> None:
    """Run a check on random cases, on equally many with each variant of measure.

    Hypothesis repeats what it has drawn, so that 200 cases can lack a variant altogether.

    Args:
        check: fails if a case is wrong.
        max_variants: how many measures a case has at most, without those they depend on.
        share: the share of the profile's examples to draw, for an engine that is slow.
    """
    profile = settings.get_profile("agreement")
    examples = math.ceil(profile.max_examples * share / len(VARIANTS))
    for number, variant in enumerate(VARIANTS):
        test = given(random_cases(variant, max_variants))(check)
        test = settings(profile, max_examples=examples)(test)
        if profile.derandomize:
            # Otherwise each variant would meet the same tables and requests.
            test = seed(number)(test)
        test()


def agreement_settings() -> settings:
    """Return the examples of every engine: the same each time, or new ones with ``--long``."""
    return settings(settings.get_profile("agreement"))
