"""The 95% interval of each kind of measure, compared with values calculated by hand.

Wilson for shares, Poisson for counts of events, order statistics for medians. Other measures have
no interval, and neither have values that are missing or provisional.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import (
    Assumption,
    Average,
    AverageStock,
    Break,
    BudgetVariance,
    Column,
    Contract,
    Count,
    Dimension,
    Direction,
    DisclosurePolicy,
    Distribution,
    Duration,
    Example,
    Measure,
    Metric,
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
)
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.engine.backends.narwhals_quantiles import approximate_rank
from swm_kpi.measures import Limit
from swm_kpi.statistics import quantile_ranks
from tests.support import engines

Z = 1.959963984540054
SIDE = Dimension("side", "Side", ("Left", "Right"), description="The side it was on.")
MONTHS = Assumption("months", 12, since="2020-01-01", because="For the tests.")
LEAST = Assumption("least", 4, since="2020-01-01", because="For the tests.")


class Call(Contract, row_unit=Unit.CALLS):
    """One row per call."""

    began_at = Column(datetime, description="When it began.")
    ended_at = Column(datetime, nullable=True, description="When it ended.")
    caller = Column(str, nullable=True, personal=True, description="Who called.")
    urgent = Column(bool, nullable=True, description="Whether it was urgent.")
    weight = Column(float, gt=0, decimals=2, description="How many it stands for.")
    cost = Column(float, decimals=2, description="What it cost, in pounds.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")


class Followed(Contract, row_unit=Unit.PEOPLE):
    """One row per person followed up."""

    start = Column(date, description="The start of the follow-up.")
    again = Column(date, nullable=True, description="The day of the reoffence.")
    proven = Column(date, nullable=True, description="The day it was proven.")


class Post(Contract, row_unit=Unit.PEOPLE):
    """One row per post and day."""

    day = Column(date, description="The day.")
    filled = Column(bool, description="Whether somebody is in it.")


class Population(Contract, row_unit=Unit.PEOPLE):
    """One row per year."""

    mid_year = Column(int, description="The year.")
    residents = Column(int, ge=0, description="How many.")


CALL = {"of": Call, "at": Call.began_at}
MINUTES = {"start": Call.began_at, "end": Call.ended_at, "unit": Unit.MINUTES}
CALLS = Count(key="calls", **CALL)
CALLERS = Count(key="callers", **CALL, distinct=Call.caller)
URGENT = Proportion(key="urgent", **CALL, numerator=Call.urgent)
COST = Sum(key="cost", **CALL, value=Call.cost, unit=Unit.POUNDS)
SURVEYED = SurveyProportion(
    key="surveyed",
    **CALL,
    valid=Call.urgent.is_not_null(),
    favourable=Call.urgent,
    weight=Call.weight,
    min_answers=LEAST,
)


def per_1000(of: str) -> Rate:
    return Rate(key=f"{of}_per_1000", of=of, per=Population.residents, scale=1_000)


def call(day: str = "2024-05-10", **fields: Any) -> dict[str, Any]:
    """A call that is not urgent, on the left, by nobody in particular."""
    began = datetime.fromisoformat(f"{day}T12:00")
    row = {"began_at": began, "ended_at": None, "caller": None, "urgent": False}
    return {**row, "weight": 1.0, "cost": 1.0, "side": "Left", **fields}


def calls(urgent: int, others: int, **fields: Any) -> list[dict[str, Any]]:
    return [call(urgent=at < urgent, **fields) for at in range(urgent + others)]


def compute(
    *measures: Measure, rows: list[dict[str, Any]] | None = None, **options: Any
) -> pl.DataFrame:
    """Compute measures of no catalogue for May 2024, of calls and of 2,000 residents."""
    first = next(item.contract for item in measures if item.contract is not None)
    metric = Metric(
        ref="T1",
        key="test_metric",
        title="A test",
        objective=SECURE,
        summary="A metric for a test.",
        measures=measures,
        dimensions=[SIDE] if first is Call else [],
        direction=Direction.NEUTRAL,
        availability=kpi.catalogue()["15"].availability,
        limitations="Not real.",
        breaks=options.pop("breaks", ()),
        examples=[
            Example(
                rows=f"| {next(iter(first.columns))} |",
                expect={item.key: 0 for item in measures},
                edge_case="None.",
            )
        ],
    )
    schema = {name: item for name, item in pl.DataFrame([call()]).schema.items() if item != pl.Null}
    schema |= {"ended_at": pl.Datetime("us"), "caller": pl.String}
    tables: dict[str, Any] = options.pop("tables", {})
    if first is Call:
        tables = {"call": pl.DataFrame(rows or [], schema=schema), **tables}
    if any(isinstance(item, Rate) for item in measures):
        people = pl.DataFrame({"mid_year": [2024], "residents": [2_000]})
        tables = {"population": people, **tables}
    wrap = options.pop("wrap", lambda frame: frame)
    policy = options.pop("policy", None)
    options.setdefault("periods", ["2024-05"])
    options.setdefault(
        "coverage", dict.fromkeys(("call", "followed", "post"), ("2020-01-01", "2029-12-31"))
    )
    options["coverage"] = {k: v for k, v in options["coverage"].items() if k in tables}
    result = kpi.compute(
        [metric],
        {name: wrap(item) for name, item in tables.items()},
        catalogue=kpi.Catalogue([metric]),
        **options,
    )
    return (result.protect(policy) if policy is not None else result).to_polars()


def limits(frame: pl.DataFrame, key: str, **where: str) -> tuple[float | None, float | None]:
    """Return the limits in the only row of a measure for some members."""
    (row,) = frame.filter(measure=key, **where).to_dicts()
    return row["lower"], row["upper"]


def near(lower: float, upper: float) -> Any:
    return pytest.approx((lower, upper), abs=1e-6)


NONE = (None, None)


# Shares.


@pytest.mark.parametrize(
    ("urgent", "others", "lower", "upper"),
    [(8, 2, 0.490162, 0.943318), (0, 10, 0, 0.277533), (10, 0, 0.722467, 1)],
)
def test_a_proportion_has_a_wilson_interval(
    urgent: int, others: int, lower: float, upper: float
) -> None:
    actual = compute(URGENT, rows=calls(urgent, others))
    assert limits(actual, "urgent") == near(lower, upper)
    assert {0, 1} & {*limits(actual, "urgent")} == (
        {0} if not urgent else {1} if not others else set()
    )


def test_an_interval_leaves_out_rows_with_a_null_condition() -> None:
    """8 of 10, and five rows with a null."""
    actual = compute(URGENT, rows=[*calls(8, 2), *[call(urgent=None)] * 5])
    assert limits(actual, "urgent") == near(0.490162, 0.943318)


def test_a_share_of_no_rows_has_no_interval() -> None:
    actual = compute(URGENT, rows=calls(8, 2), by=["side"])
    assert actual.filter(side="Right")["marker"].to_list() == ["[z]"]
    assert limits(actual, "urgent", side="Right") == NONE
    assert limits(actual, "urgent", side="All") == near(0.490162, 0.943318)


def test_a_survey_has_a_wilson_interval_of_its_effective_sample_size() -> None:
    """For weights 2, 2, 1, 1, 1, 1 it is 8**2 / 12 = 5.33, and the share is 0.5."""
    rows = [call(urgent=at < 2, weight=2.0 if at < 2 else 1.0) for at in range(6)]
    n, z2 = 64 / 12, Z**2
    reach = Z * math.sqrt(0.25 / n + z2 / (4 * n * n)) / (1 + z2 / n)
    assert limits(compute(SURVEYED, rows=rows), "surveyed") == near(0.5 - reach, 0.5 + reach)


@pytest.mark.parametrize("weight", [0.1, 1.0, 7.25])
def test_equal_weights_do_not_change_the_interval(weight: float) -> None:
    """The effective sample size is the number of answers."""
    rows = calls(8, 2, weight=weight)
    assert limits(compute(SURVEYED, rows=rows), "surveyed") == near(0.490162, 0.943318)


def test_shares_of_a_distribution_have_wilson_intervals_and_the_total_has_none() -> None:
    """8 of 10 on the left, 2 of 10 on the right. The total is always 10 of 10."""
    rows = [call(side="Left" if at < 8 else "Right") for at in range(10)]
    spread = Distribution(key="spread", **CALL, over=SIDE)
    actual = compute(spread, rows=rows, by=["side"])
    assert limits(actual, "spread", side="Left") == near(0.490162, 0.943318)
    assert limits(actual, "spread", side="Right") == near(1 - 0.943318, 1 - 0.490162)
    assert limits(actual, "spread", side="All") == NONE


def test_a_repeat_rate_has_a_wilson_interval_and_a_repeat_count_has_none() -> None:
    """Eight of ten callers of May had called in March."""
    share = RepeatRate(key="share", **CALL, who=Call.caller, lookback=MONTHS)
    number = RepeatRate(key="number", **CALL, who=Call.caller, lookback=MONTHS, as_count=True)
    rows = [call(caller=f"p{at}") for at in range(10)]
    rows += [call("2024-03-10", caller=f"p{at}") for at in range(8)]
    actual = compute(share, number, rows=rows)
    assert actual["value"].to_list() == [0.8, 8]
    assert limits(actual, "share") == near(0.490162, 0.943318)
    assert limits(actual, "number") == NONE


def test_a_reoffending_rate_has_a_wilson_interval() -> None:
    """Eight of a cohort of ten."""
    share = ReoffendingRate(
        key="share", of=Followed, at=Followed.start, reoffended=Followed.again,
        proven=Followed.proven, follow_up=MONTHS, waiting=MONTHS,
    )  # fmt: skip
    start, later = date(2022, 5, 1), date(2022, 6, 1)
    people = [{"start": start, "again": later, "proven": later}] * 8
    people += [{"start": start, "again": None, "proven": None}] * 2
    actual = compute(share, tables={"followed": pl.DataFrame(people)}, periods=["2022-05"])
    assert limits(actual, "share") == near(0.490162, 0.943318)


# Counts and rates.

COUNTS = [
    (0, 0, 3.688879),
    (1, 0.025318, 5.571643),
    (9, 4.115373, 17.084803),
    (10, 4.787450, 18.391459),
    (100, 81.362105, 121.627938),
]


@pytest.mark.parametrize(("many", "lower", "upper"), COUNTS)
def test_a_count_has_poisson_limits_and_its_rate_has_them_per_person(
    many: int, lower: float, upper: float
) -> None:
    actual = compute(CALLS, per_1000("calls"), rows=calls(0, many))
    assert limits(actual, "calls") == near(lower, upper)
    assert limits(actual, "calls_per_1000") == near(lower / 2, upper / 2)


def test_distinct_counts_and_sums_of_money_have_no_poisson_limits() -> None:
    """Distinct callers, their rate, and pounds."""
    rows = [call(caller=f"p{at % 7}") for at in range(20)]
    actual = compute(CALLERS, per_1000("callers"), COST, rows=rows)
    assert actual["value"].to_list() == [7, 3.5, 20]
    keys = ("callers", "callers_per_1000", "cost")
    assert [limits(actual, key) for key in keys] == [NONE] * 3


def test_a_rate_with_a_population_of_zero_has_no_interval() -> None:
    empty = pl.DataFrame({"mid_year": [2024], "residents": [0]})
    actual = compute(CALLS, per_1000("calls"), rows=calls(0, 5), tables={"population": empty})
    assert limits(actual, "calls_per_1000") == NONE
    assert limits(actual, "calls")[0] is not None


# Times.


def timed(many: int) -> list[dict[str, Any]]:
    """Calls of 1, 2, 3 and so on minutes, and one that has not ended."""
    began = datetime(2024, 5, 10, 12)
    item = [call(ended_at=began + timedelta(minutes=at)) for at in range(many, 0, -1)]
    return [*item, call()]


MEDIAN = Duration(key="median", **CALL, average=Average.MEDIAN, **MINUTES)
P90 = Duration(key="p90", **CALL, average=Average.P90, **MINUTES)
MEAN = Duration(key="mean", **CALL, average=Average.MEAN, **MINUTES)


def into_duckdb(frame: pl.DataFrame) -> Any:
    engines.require_modules("duckdb", extra="duckdb")
    import duckdb

    table = frame.to_arrow()
    return duckdb.connect().from_arrow(table)


@pytest.mark.parametrize("wrap", [lambda frame: frame, into_duckdb], ids=["polars", "duckdb"])
@pytest.mark.parametrize(
    ("many", "median", "p90"),
    [
        (5, NONE, NONE),
        (6, (1, 6), NONE),
        (9, (2, 8), NONE),
        (20, (6, 15), NONE),
        (36, (12, 25), (29, 36)),
        (100, (40, 61), (84, 96)),
    ],
)
def test_the_limits_of_a_median_are_two_of_the_times(
    wrap: Any, many: int, median: tuple[Any, Any], p90: tuple[Any, Any]
) -> None:
    """By the table of ranks: the 6th and the 15th of 20. What has not ended is not among them."""
    actual = compute(MEDIAN, P90, MEAN, rows=timed(many), wrap=wrap)
    assert limits(actual, "median") == median
    assert limits(actual, "p90") == p90
    assert limits(actual, "mean") == NONE


@pytest.mark.parametrize("wrap", [lambda frame: frame, into_duckdb], ids=["polars", "duckdb"])
def test_the_limits_of_a_median_are_computed_for_each_total(wrap: Any) -> None:
    """9 on the left, 20 on no side, 29 in all: 2nd and 8th, 6th and 15th, 9th and 21st."""
    began = datetime(2024, 5, 10, 12)
    rows = [call(ended_at=began + timedelta(minutes=at)) for at in range(1, 10)]
    rows += [call(ended_at=began + timedelta(minutes=at), side=None) for at in range(10, 30)]
    actual = compute(MEDIAN, rows=rows, by=["side"], wrap=wrap)
    assert limits(actual, "median", side="Left") == (2, 8)
    assert limits(actual, "median", side="Right") == NONE
    assert limits(actual, "median", side="Unknown") == (15, 24)
    assert limits(actual, "median", side="All") == (9, 21)


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.5, 0.9])
def test_a_database_returns_the_order_statistics_at_the_limits(level: float) -> None:
    """It cannot sum a binomial: the rank it is asked for is the right one, or next to it."""
    many = np.unique(np.append(np.arange(1, 5_000), np.geomspace(5_000, 1e8, 200).astype(int)))
    ranks = quantile_ranks(many, level)
    for limit, exact in ((Limit.LOWER, ranks.lower), (Limit.UPPER, ranks.upper)):
        about, reach = approximate_rank(many, level, limit)
        enough = exact > 0
        assert (np.abs(about - exact)[enough] < reach - 0.04).all()
        assert reach < 1


def test_the_limits_of_a_median_are_not_in_a_protected_result() -> None:
    """Even where nothing is rounded; the median itself is shown."""
    policy = DisclosurePolicy(threshold=5, rounding_base=1)
    actual = compute(MEDIAN, rows=timed(20), policy=policy)
    assert actual["value"].to_list() == [10.5]
    assert limits(actual, "median") == NONE


# What has none.


def test_ratios_stocks_and_money_have_no_interval() -> None:
    """Not even a ratio of two stocks that happens to be a share: nobody was drawn from anybody."""
    posts = PeriodEndStock(key="posts", of=Post, at=Post.day)
    filled = PeriodEndStock(key="filled", of=Post, at=Post.day, where=Post.filled)
    share = Ratio(key="share", numerator="filled", denominator="posts")
    day = date(2024, 5, 31)
    table = pl.DataFrame({"day": [day] * 10, "filled": [True] * 8 + [False] * 2})
    actual = compute(posts, filled, share, tables={"post": table})
    assert actual["value"].to_list() == [10, 8, 0.8]
    assert [limits(actual, key) for key in ("posts", "filled", "share")] == [NONE] * 3
    urgent = Count(key="urgent_calls", **CALL, where=Call.urgent)
    ratio = Ratio(key="ratio", numerator="urgent_calls", denominator="calls")
    carbon = SumProduct(
        key="carbon", **CALL, amount=Call.cost, factor=Call.weight, unit=Unit.TONNES_CO2E
    )
    actual = compute(CALLS, urgent, ratio, COST, carbon, rows=calls(5, 15))
    assert [limits(actual, key) for key in ("ratio", "cost", "carbon")] == [NONE] * 3


@pytest.mark.parametrize(
    "kind", [Sum, Ratio, PeriodEndStock, AverageStock, BudgetVariance, SumProduct]
)
def test_kinds_without_a_rule_have_no_interval(kind: type[Measure]) -> None:
    """The base class has no interval, so a new kind has none until it declares a rule."""
    assert kind.interval is Measure.interval


def test_a_provisional_value_has_no_interval() -> None:
    """In an extract of 16 May, May is provisional and April is complete."""
    rows = [*calls(8, 2), *calls(8, 2, day="2024-04-10")]
    actual = compute(
        CALLS, URGENT, MEDIAN, rows=rows, periods=["2024-04", "2024-05"], as_at="2024-05-16"
    )
    for key in ("calls", "urgent", "median"):
        assert actual.filter(measure=key, period="2024-05")["marker"].to_list()[0] in ("[p]", "[x]")
        assert limits(actual, key, period="2024-05") == NONE
    assert limits(actual, "calls", period="2024-04") == near(4.787450, 18.391459)
    assert limits(actual, "urgent", period="2024-04") == near(0.490162, 0.943318)


def test_a_value_that_is_not_available_has_no_interval() -> None:
    actual = compute(CALLS, rows=calls(0, 10), coverage={"call": ("2020-01-01", "2024-03-31")})
    assert actual["marker"].to_list() == ["[x]"]
    assert limits(actual, "calls") == NONE


def test_values_marked_as_a_break_or_unreliable_keep_their_interval() -> None:
    """The marker tells how to read the value, which is complete."""
    actual = compute(CALLS, rows=calls(0, 10), breaks=[Break("2024-05-01", "A new system")])
    assert actual["marker"].to_list() == ["[b]"]
    assert limits(actual, "calls") == near(4.787450, 18.391459)
    actual = compute(SURVEYED, rows=calls(2, 1))
    assert actual["marker"].to_list() == ["[u]"]
    assert limits(actual, "surveyed") == near(0.207660, 0.938508)


def test_suppressed_and_rounded_values_have_no_interval() -> None:
    rows = [*calls(2, 10, side="Left"), *calls(0, 30, side="Right")]
    policy = DisclosurePolicy(threshold=5, rounding_base=5)
    actual = compute(CALLS, URGENT, rows=rows, by=["side"], policy=policy)
    assert actual["lower"].null_count() == actual["upper"].null_count() == actual.height
