"""Sums are exact: they never overflow, and do not depend on the order of rows."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import (
    Column,
    Contract,
    Count,
    Dimension,
    Metric,
    Sum,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.errors import DataError
from swm_kpi.vocabulary import Direction

LOADED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIDE = Dimension("side", "Side", ("Left", "Right"), description="The side it was on.")


class Bill(Contract, row_unit=Unit.POUNDS):
    """One row per bill."""

    bill_id = Column(str, unique=True, description="The key.")
    paid_on = Column(date, description="When it was paid.")
    pence = Column(int, nullable=True, description="A whole number.")
    pounds = Column(float, nullable=True, decimals=2, description="A number.")
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


def test_a_condition_on_a_column_of_nulls_counts_no_row() -> None:
    """The column has a closed list and 30,000 nulls."""
    rows = 30_000
    left = Count(key="left", **BILLS, where=Bill.side == "Left")
    missing = Count(key="missing", **BILLS, where=Bill.side.is_null())
    table = bills(rows, side=pl.Series([None] * rows, dtype=pl.Null))
    assert values(table, left, missing) == [0, rows]
