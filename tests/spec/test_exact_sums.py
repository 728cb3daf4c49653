"""Sums are exact: they never overflow, and are rounded once, alike on every engine.

Neither the order of rows nor the way an engine splits them can change a sum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import (
    Assumption,
    AverageStock,
    BudgetVariance,
    Column,
    Contract,
    Count,
    Dimension,
    Metric,
    PeriodEndStock,
    Sum,
    SumProduct,
    SurveyProportion,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.errors import DataError
from swm_kpi.statistics import wilson
from swm_kpi.vocabulary import Direction
from tests.support import engines

pytestmark = list(engines.IGNORED_WARNINGS)

LOADED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIDE = Dimension("side", "Side", ("Left", "Right"), description="The side it was on.")


class Bill(Contract, row_unit=Unit.POUNDS):
    """One row per bill."""

    bill_id = Column(str, unique=True, description="The key.")
    paid_on = Column(date, description="When it was paid.")
    pence = Column(int, nullable=True, description="A whole number.")
    pounds = Column(float, nullable=True, decimals=2, description="A number.")
    budget = Column(float, nullable=True, decimals=2, description="A number of the plan.")
    amount = Column(float, nullable=True, description="A number without declared decimals.")
    weight = Column(float, gt=0, description="A survey weight.")
    is_good = Column(bool, nullable=True, description="Whether the answer was good.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")


BILLS = {"of": Bill, "at": Bill.paid_on}
PENCE = Sum(key="pence", **BILLS, value=Bill.pence, unit=Unit.POUNDS)
POUNDS = Sum(key="pounds", **BILLS, value=Bill.pounds, unit=Unit.POUNDS)


def build_metric(*measures: kpi.Measure) -> Metric:
    return Metric(
        ref="T1",
        key="test_metric",
        title="A test",
        objective=SECURE,
        summary="A metric for a test.",
        measures=measures,
        dimensions=[SIDE],
        direction=Direction.NEUTRAL,
        availability=kpi.catalogue()["15"].availability,
        limitations="Not real.",
        examples=[
            kpi.Example(
                rows="| paid_on |", expect={m.key: 0 for m in measures}, edge_case="There is none."
            )
        ],
    )


def bills(rows: int, **columns: object) -> pl.DataFrame:
    day = pl.Series("paid_on", [date(2024, 5, 6)] * rows, dtype=pl.Date)
    return pl.DataFrame({"paid_on": day, **columns})


def values(table: object, *measures: kpi.Measure, periods: object = ("2024-05",)) -> list[float]:
    metric = build_metric(*measures)
    result = kpi.compute(
        [metric],
        {"bill": table},
        periods=list(periods),
        coverage={"bill": ("2024-01-01", "2024-12-31")},
        catalogue=kpi.Catalogue([]),
    )
    return result.to_polars()["value"].to_list()


@pytest.mark.parametrize("sign", [1, -1])
def test_a_sum_of_whole_numbers_never_overflows(sign: int) -> None:
    """4,096 times 2**52 is 2**64, which is 0 in 64 bits."""
    pence = [sign * 2**52] * 4_096
    assert values(bills(4_096, pence=pence), PENCE) == [sign * 2.0**64]
    assert int(np.array(pence).sum()) == 0


@pytest.mark.slow
@LOADED
@given(st.lists(st.integers(-(2**53) + 1, 2**53 - 1), min_size=1, max_size=30))
def test_a_sum_equals_the_sum_of_python_integers(pence: list[int]) -> None:
    assert values(bills(len(pence), pence=pl.Series(pence, dtype=pl.Int64)), PENCE) == [
        float(sum(pence))
    ]


def test_a_sum_of_large_amounts_never_overflows() -> None:
    """100,000 times ten trillion pounds, in pence, does not fit in 64 bits."""
    assert values(bills(100_000, pounds=[1e13] * 100_000), POUNDS) == [1e18]


def test_amounts_too_large_for_exact_pence_raise() -> None:
    with pytest.raises(DataError, match="pounds: is too large to be added up exactly") as refused:
        values(bills(2, pounds=[1.25e90, 1.0]), POUNDS)
    assert "1.25" not in str(refused.value)


@pytest.mark.parametrize("first", ["2024-01", "2024-04"])
def test_the_sum_of_a_month_does_not_depend_on_earlier_months(first: str) -> None:
    """A running total in floats would be 0.30000000000000004 after 0.1 and 0.2."""
    table = pl.DataFrame(
        {
            "paid_on": [date(2024, 3, 1), date(2024, 4, 1), date(2024, 5, 6)],
            "pounds": [0.1, 0.7, 0.2],
        }
    )
    periods = [first, "2024-05"]
    assert values(table, POUNDS, periods=periods)[1] == 0.2
    assert values(table, POUNDS, periods=["2024/25 Q1"]) == [0.9]


def test_a_condition_on_a_column_of_nulls_has_no_number() -> None:
    """The column has a closed list and 30,000 nulls: nobody recorded the side."""
    rows = 30_000
    left = Count(key="left", **BILLS, where=Bill.side == "Left")
    missing = Count(key="missing", **BILLS, where=Bill.side.is_null())
    table = bills(rows, side=pl.Series([None] * rows, dtype=pl.Null))
    assert values(table, left, missing) == [None, rows]


FEW = Assumption("few", 1, since="2021-04-01", because="One answer, for these tests.")
AMOUNT = Sum(key="amount", **BILLS, value=Bill.amount, unit=Unit.POUNDS)
STOCK = PeriodEndStock(key="stock", **BILLS, value=Bill.pounds, unit=Unit.POUNDS)
AVERAGE = AverageStock(key="average", **BILLS, value=Bill.pounds, unit=Unit.POUNDS)
PRODUCT = SumProduct(
    key="product", **BILLS, amount=Bill.pounds, factor=Bill.amount, unit=Unit.POUNDS
)
VARIANCE = BudgetVariance(key="variance", **BILLS, actual=Bill.pounds, budget=Bill.budget)
SHARE = SurveyProportion(
    key="share",
    **BILLS,
    valid=Bill.is_good.is_not_null(),
    favourable=Bill.is_good,
    weight=Bill.weight,
    min_answers=FEW,
)
ENGINES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "Polars": lambda table: table,
    "pandas": lambda table: table.to_pandas(),
    "DuckDB": lambda table: engines.loader("DuckDB")("bill", table),
}
FEW_EXAMPLES = settings(LOADED, max_examples=12)


def splits(table: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield a table as it is, backwards, and in pieces that an engine reads apart."""
    yield table
    yield table.reverse()
    yield pl.concat([table[1::2], table[::2]], rechunk=False)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("hours", "total"), [(0.125, 37.5), (10 / 3, 1000.0)])
def test_a_sum_is_rounded_once_and_not_row_by_row(engine, hours, total) -> None:
    """300 times 0.125 is 37.5. Rounding each row to pence made it 36.0, or 39.0 on DuckDB."""
    table = bills(300, pounds=[hours] * 300, budget=[0.0] * 300, amount=[1.0] * 300)
    rounded = values(ENGINES[engine](table), POUNDS, STOCK, AVERAGE, PRODUCT, VARIANCE)
    assert rounded == [total, total, total, pytest.approx(300 * hours, abs=1e-6), total]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@FEW_EXAMPLES
@given(st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0.005, 1 / 3, 0.1, 1e-9]), max_size=30))
def test_a_sum_of_fractions_is_the_exact_sum_rounded_once(engine, pounds) -> None:
    """In any order, and however the rows are split, it is the same to the last bit."""
    table = bills(len(pounds), pounds=pl.Series(pounds, dtype=pl.Float64))
    table = table.with_columns(amount=pl.col("pounds"))
    exact = sum(map(Fraction, pounds), Fraction(0))
    sums = {tuple(values(ENGINES[engine](part), POUNDS, AMOUNT)) for part in splits(table)}
    ((in_pence, in_millionths),) = sums
    assert abs(Fraction(in_pence) - exact) <= Fraction(1, 200) + Fraction(1, 10**7)
    assert in_pence == round(in_pence, 2)
    assert in_millionths == pytest.approx(float(exact), rel=1e-12, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@FEW_EXAMPLES
@given(
    st.lists(st.tuples(st.sampled_from([0.25, 0.5, 1, 3.7]), st.booleans()), min_size=1),
    st.sampled_from([1e-11, 1 / 2000, 0.1, 1.0, 7.0, 1e6, 1e11]),
)
def test_weights_on_any_scale_give_the_same_share_and_interval(engine, answers, scale) -> None:
    """The effective sample size is Kish's, and never above the number of answers."""
    weights = [weight * scale for weight, _ in answers]
    good = [is_good for _, is_good in answers]
    exact = [Fraction(weight) for weight, _ in answers]
    share = sum(w for w, is_good in zip(exact, good, strict=True) if is_good) / sum(exact)
    size = float(sum(exact) ** 2 / sum(weight**2 for weight in exact))
    lower, upper = wilson([float(share) * size], [size])
    table = bills(len(answers), weight=weights, is_good=good)
    results = {survey(ENGINES[engine](part)) for part in splits(table)}
    ((value, low, high, effective),) = results
    assert value == pytest.approx(float(share), rel=1e-9)
    assert (low, high) == pytest.approx((float(lower[0]), float(upper[0])), rel=1e-9)
    assert effective <= len(answers)


def survey(table: Any) -> tuple[float, float, float, int]:
    """Return the share, the limits of its interval, and the effective sample size in the note."""
    result = kpi.compute(
        [build_metric(SHARE)],
        {"bill": table},
        periods=["2024-05"],
        coverage={"bill": ("2024-01-01", "2024-12-31")},
        catalogue=kpi.Catalogue([]),
    )
    row = result.to_polars().row(0, named=True)
    count = row["note"].split("Effective sample size: ")[1].split()[0]
    return row["value"], row["lower"], row["upper"], int(count.replace(",", ""))


@pytest.mark.parametrize("engine", ENGINES)
def test_two_thousand_answers_of_a_small_weight_have_an_interval(engine) -> None:
    """Weights were cut to six decimals, and their squares to zero."""
    for weight in (1.0, 1 / 2000, 1e-12, 1e12):
        table = bills(2000, weight=[weight] * 2000, is_good=[True, False] * 1000)
        value, lower, upper, effective = survey(ENGINES[engine](table))
        assert (value, effective) == (0.5, 2000)
        assert (lower, upper) == pytest.approx((0.478108, 0.521892), abs=5e-7)


@pytest.mark.parametrize("engine", ENGINES)
def test_months_of_one_table_can_have_weights_of_different_scales(engine) -> None:
    """A month of weights of a trillionth follows a month of weights of a trillion."""
    days = [date(2024, 4, 1)] * 10 + [date(2024, 5, 1)] * 10
    table = pl.DataFrame(
        {
            "paid_on": days,
            "weight": [1e12] * 10 + [1e-12] * 10,
            "is_good": ([True] + [False] * 4) * 4,
        }
    )
    data = ENGINES[engine](table)
    assert values(data, SHARE, periods=["2024-04", "2024-05"]) == [0.2, 0.2]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("weight", [0.0, -1.0])
def test_a_weight_of_zero_or_less_is_refused(engine, weight) -> None:
    table = bills(2, weight=[1.0, weight], is_good=[True, False])
    with pytest.raises(DataError, match="weight: is not more than 0"):
        values(ENGINES[engine](table), SHARE)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@FEW_EXAMPLES
@given(st.lists(st.sampled_from([-0.6, -0.5, -0.001, -0.0, 0.0, 0.001, 0.5, 0.6]), max_size=6))
def test_no_number_of_a_result_is_a_negative_zero(engine, pounds) -> None:
    table = bills(
        len(pounds),
        pounds=pl.Series(pounds, dtype=pl.Float64),
        budget=pl.Series([-0.0] * len(pounds), dtype=pl.Float64),
        amount=pl.Series([-1.0] * len(pounds), dtype=pl.Float64),
        side=pl.Series(["Left", "Right"] * 3, dtype=pl.String)[: len(pounds)],
    )
    result = kpi.compute(
        [build_metric(POUNDS, AMOUNT, STOCK, AVERAGE, PRODUCT, VARIANCE)],
        {"bill": ENGINES[engine](table)},
        periods=["2024-05"],
        by=["side"],
        coverage={"bill": ("2024-01-01", "2024-12-31")},
        catalogue=kpi.Catalogue([]),
    ).to_polars()
    for name in ("value", "numerator", "denominator", "lower", "upper"):
        for number in result[name].drop_nulls():
            assert number != 0 or math.copysign(1, number) == 1, name


@pytest.mark.parametrize("engine", ENGINES)
def test_a_budget_of_income_or_of_no_size_has_no_misleading_share(engine) -> None:
    """Less income than planned is above zero in pounds and as a share of the budget's size."""
    share = VARIANCE.model_copy(update={"key": "variance_share", "relative": True})
    for actual, budget, expected in [(-80.0, -100.0, 0.2), (80.0, -100.0, 1.8), (5.0, 0.0, None)]:
        table = bills(1, pounds=[actual], budget=[budget])
        assert values(ENGINES[engine](table), VARIANCE, share) == [actual - budget, expected]
