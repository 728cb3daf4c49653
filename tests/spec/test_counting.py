"""Counting in memory: sums never wrap, keys are told apart, intervals are worked out together."""

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
    Proportion,
    Rate,
    Sum,
    SumProduct,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.engine.backends.distinct import count_distinct, duplicates, encode_keys
from swm_kpi.engine.output.intervals import intervals_of
from swm_kpi.errors import DataError
from swm_kpi.measures import Cells
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


def metric(*measures: kpi.Measure) -> Metric:
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
    made = metric(*measures)
    result = kpi.compute(
        [made],
        {"bill": table},
        periods=list(periods),
        coverage={"bill": ("2024-01-01", "2024-12-31")},
        catalogue=kpi.Catalogue([]),
    )
    return result.to_polars()["value"].to_list()


@pytest.mark.parametrize("sign", [1, -1])
def test_a_sum_of_whole_numbers_never_wraps(sign: int) -> None:
    """4,096 times 2 to the 52 is 2 to the 64, which 64 bits read as nought."""
    pence = [sign * 2**52] * 4_096
    assert values(bills(4_096, pence=pence), PENCE) == [sign * 2.0**64]
    assert int(np.array(pence).sum()) == 0


@LOADED
@given(st.lists(st.integers(-(2**53) + 1, 2**53 - 1), min_size=1, max_size=30))
def test_a_sum_is_that_of_whole_numbers_of_any_length(pence: list[int]) -> None:
    assert values(bills(len(pence), pence=pl.Series(pence, dtype=pl.Int64)), PENCE) == [
        float(sum(pence))
    ]


def test_a_sum_of_great_amounts_never_wraps() -> None:
    """Ten trillion pounds in pence, a hundred thousand times over, does not fit 64 bits."""
    assert values(bills(100_000, pounds=[1e13] * 100_000), POUNDS) == [1e18]


def test_amounts_of_which_a_penny_cannot_be_told_are_refused() -> None:
    with pytest.raises(DataError, match="pounds: is too large to be added up exactly") as refused:
        values(bills(2, pounds=[1.25e90, 1.0]), POUNDS)
    assert "1.25" not in str(refused.value)


@pytest.mark.parametrize("first", ["2024-01", "2024-04"])
def test_a_months_sum_does_not_depend_on_the_months_before_it(first: str) -> None:
    """Running totals of 0.1 and 0.2 are 0.1 and 0.30000000000000004."""
    table = pl.DataFrame(
        {
            "paid_on": [date(2024, 3, 1), date(2024, 4, 1), date(2024, 5, 6)],
            "pounds": [0.1, 0.7, 0.2],
        }
    )
    periods = [first, "2024-05"]
    assert values(table, POUNDS, periods=periods)[1] == 0.2
    assert values(table, POUNDS, periods=["2024/25 Q1"]) == [0.9]


def test_a_column_with_no_value_in_many_rows_is_counted() -> None:
    """Of a closed list of which nothing was filled in, no row is a member."""
    rows = 30_000
    left = Count(key="left", **BILLS, where=Bill.side == "Left")
    missing = Count(key="missing", **BILLS, where=Bill.side.is_null())
    table = bills(rows, side=pl.Series([None] * rows, dtype=pl.Null))
    assert values(table, left, missing) == [0, rows]


IDS = st.lists(st.sampled_from(["a", "b", "c", "A", " a", None]), max_size=12)


@LOADED
@given(IDS)
def test_a_repeated_key_is_counted_as_often_as_it_occurs_again(ids: list[str | None]) -> None:
    table = bills(len(ids), bill_id=pl.Series(ids, dtype=pl.String), pence=[1] * len(ids))
    report = kpi.validate(table.with_columns(pounds=1.0, side=pl.lit("Left")), Bill)
    known = [each for each in ids if each is not None]
    again = len(known) - len(set(known))
    found = {each.rule: each.rows for each in report.violations}
    assert found.get("is not unique", 0) == again


@LOADED
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans()), max_size=40),
    st.sampled_from([1, 2**32, 2**61]),
)
def test_people_are_told_apart_by_both_hashes(rows: list[tuple[int, int, bool]], by: int) -> None:
    """Hashes that begin alike, that end alike, and of which one or both agree."""
    first = np.array([one * by for one, _, _ in rows], dtype=np.uint64)
    second = np.array([two for _, two, _ in rows], dtype=np.uint64)
    known = np.array([each for _, _, each in rows], dtype=bool)
    codes = encode_keys(first, second, known).tolist()
    assert [each == -1 for each in codes] == [not each for each in known]
    pairs = {(one, two, code) for (one, two, _), code in zip(rows, codes, strict=True) if code >= 0}
    assert len(pairs) == len({pair[:2] for pair in pairs}) == len({pair[2] for pair in pairs})
    assert count_distinct(first, second) == len({(one, two) for one, two, _ in rows})
    occurring = [one * by for one, _, _ in rows]
    assert duplicates(first).tolist() == sorted({x for x in occurring if occurring.count(x) > 1})


def test_intervals_worked_out_together_are_those_worked_out_alone() -> None:
    """Two rates of one kind have different scales, and must not share one."""
    measures = [each for one in kpi.catalogue() if isinstance(one, Metric) for each in one.measures]
    assert {Rate, Proportion, SumProduct} <= {type(each) for each in measures}
    random = np.random.default_rng(1)
    given = []
    for measure in measures:
        whole = random.integers(1, 50, (4, 3)).astype(float)
        part = np.minimum(random.integers(0, 50, (4, 3)), whole)
        value = np.where(random.random((4, 3)) < 0.2, np.nan, part / whole)
        given.append((measure, Cells(value, part, whole, trials=whole, events=part)))
    for together, one in zip(intervals_of(given), given, strict=True):
        (alone,) = intervals_of([one])
        assert (together is None) == (alone is None)
        if together is not None and alone is not None:
            np.testing.assert_array_equal(together, alone)
