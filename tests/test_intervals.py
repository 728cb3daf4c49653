"""The columns lower and upper of a result: which numbers have an interval, which one, and where none.

Worked examples for each kind, and a property over tables drawn at random: scipy, told only what a row
of the result says, comes to the same limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from scipy.stats import binomtest, chi2

import swm_kpi as kpi
from swm_kpi import Basis, Count, Distribution, Measure, Proportion, Rate, Ratio, Sum
from tests.test_engine_oracle import (
    COVERED,
    EVERYTHING,
    VISIT,
    People,
    Visit,
    a_metric,
    all_tables,
    brisk,
    computed,
    frame,
    requests,
)
from tests.test_engine_oracle import LEAST as TWO_ANSWERS
from tests.test_engine_oracle import LOOKBACK as A_YEAR

IN_MAY = datetime(2024, 5, 1, 12)
Limits = tuple[float | None, float | None]


def rows_of(*measures: Measure, by: tuple[str, ...] = (), **tables: Any) -> list[dict[str, Any]]:
    """Compute measures over one quarter that every table covers."""
    dimensions = EVERYTHING.dimensions
    metric = a_metric(measures, dimensions)
    result = kpi.compute(
        [metric],
        tables,
        periods=["2024/25 Q1"],
        by=by,
        coverage={name: COVERED[name] for name in tables},
        catalogue=kpi.Catalogue([metric]),
    )
    return result.to_polars().to_dicts()


def limits(row: Mapping[str, Any]) -> Limits:
    return row["lower"], row["upper"]


def wilson(top: float, bottom: float) -> Any:
    """Limits of a share by scipy."""
    found = binomtest(round(top), round(bottom)).proportion_ci(0.95, method="wilson")
    return pytest.approx(tuple(found), abs=1e-9)


def poisson(count: float, per: float = 1) -> Any:
    """Limits of a count, exact below 10 by scipy, and from there as printed in the guidance."""
    z = 1.959963984540054
    if count < 10:
        lower = chi2.ppf(0.025, 2 * count) / 2 if count else 0
        upper = chi2.isf(0.025, 2 * count + 2) / 2
    else:
        lower = count * (1 - 1 / (9 * count) - z / (3 * count**0.5)) ** 3
        more = count + 1
        upper = more * (1 - 1 / (9 * more) + z / (3 * more**0.5)) ** 3
    return pytest.approx((lower * per, upper * per), rel=1e-9, abs=1e-9)


def visits(count: int, **columns: Any) -> pl.DataFrame:
    """Return so many visits of the quarter; a column is one value, or a list of one for each."""
    given = {
        key: each if isinstance(each, list) else [each] * count for key, each in columns.items()
    }
    rows = []
    for at in range(count):
        own = {key: each[at] for key, each in given.items()}
        rows.append(
            {"visit_id": str(at), "opened_at": IN_MAY, "weight": 1.0, "area": "North"} | own
        )
    return frame("visit", rows)


YES_8_OF_10 = [True] * 8 + [False] * 2


# Each kind


def test_a_proportion_has_wilsons_interval_of_the_rows_that_could_be_decided() -> None:
    share = Proportion(key="share", **VISIT, numerator=Visit.flag)
    (row,) = rows_of(share, visit=visits(13, flag=[*YES_8_OF_10, None, None, None]))
    assert (row["value"], row["denominator"]) == (0.8, 10)
    assert limits(row) == pytest.approx((0.490162, 0.943318), abs=1e-6)


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [(0, 0, 3.688879), (1, 0.025318, 5.571643), (10, 4.78745, 18.391459)],
)
def test_a_count_has_poisson_limits(count: int, lower: float, upper: float) -> None:
    (row,) = rows_of(Count(key="visits", **VISIT), visit=visits(count))
    assert row["value"] == count
    assert limits(row) == pytest.approx((lower, upper), abs=1e-5)


def test_different_people_are_counted_as_people_in_their_interval() -> None:
    people = Count(key="people", **VISIT, distinct=Visit.person)
    (row,) = rows_of(people, visit=visits(6, person=["a", "a", "a", "b", "b", None]))
    assert limits(row) == poisson(2)


POPULATION = (
    pl.DataFrame({"mid_year": [2024, 2024], "area": ["North", "South"], "residents": [400, 0]})
    .with_columns(adults=None)
    .cast({"adults": pl.Boolean})
)


def test_the_rate_of_a_count_has_its_limits_divided_as_it_is() -> None:
    measures = [
        Count(key="visits", **VISIT),
        Rate(key="per_1000", of="visits", per=People.residents, scale=1_000),
    ]
    found = rows_of(*measures, by=("area",), visit=visits(4), people=POPULATION)
    rates = {each["area"]: each for each in found if each["measure"] == "per_1000"}
    assert rates["North"]["value"] == 10
    assert limits(rates["North"]) == poisson(4, 1_000 / 400)
    # Nobody lives there: no rate, and so no interval.
    assert rates["South"]["marker"] == "[z]"
    assert limits(rates["South"]) == (None, None)


def test_the_rate_of_a_count_by_a_breakdown_that_the_rate_has_not() -> None:
    """The total of the count is divided, and its limits are those of the total."""
    measures = [
        Count(key="visits", **VISIT),
        Rate(key="per_1000", of="visits", per=People.residents, scale=1_000),
    ]
    kinds = ["a", "a", "b"]
    found = rows_of(*measures, by=("area", "sort"), visit=visits(3, kind=kinds), people=POPULATION)
    for row in found:
        if row["measure"] == "per_1000" and row["value"] is not None:
            assert limits(row) == poisson(row["numerator"], 1_000 / row["denominator"])


def test_the_rate_of_a_sum_has_no_interval() -> None:
    measures = [
        Sum(key="score", **VISIT, value=Visit.score, unit=kpi.Unit.EVENTS),
        Rate(key="per_1000", of="score", per=People.residents, scale=1_000),
    ]
    found = rows_of(*measures, visit=visits(4, score=5), people=POPULATION)
    assert {each["measure"]: each["value"] for each in found} == {"score": 20, "per_1000": 50}
    assert [limits(each) for each in found] == [(None, None)] * 2


def test_the_shares_of_a_distribution_have_intervals_and_the_whole_has_none() -> None:
    spread = Distribution(key="spread", **VISIT, over=EVERYTHING.dimensions[0])
    where = ["North"] * 9 + ["South"]
    found = {
        each["area"]: each for each in rows_of(spread, by=("area",), visit=visits(10, area=where))
    }
    assert limits(found["North"]) == wilson(9, 10)
    assert limits(found["South"]) == wilson(1, 10)
    assert (found["All"]["value"], *limits(found["All"])) == (1, None, None)
    (alone,) = rows_of(spread, visit=visits(10))
    assert (alone["value"], *limits(alone)) == (1, None, None)


def test_a_survey_has_wilsons_interval_of_its_effective_sample() -> None:
    """Weights 1, 1, 1, 3: six in all, twelve squared, so 36 / 12 = 3 answers in effect."""
    satisfied = kpi.SurveyProportion(
        key="satisfied",
        **VISIT,
        valid=Visit.score.is_not_null(),
        favourable=Visit.score >= 2,
        weight=Visit.weight,
        least=TWO_ANSWERS,
    )
    data = visits(5, score=[3, 3, 3, 0, None], weight=[1.0, 1.0, 1.0, 3.0, 9.0])
    (row,) = rows_of(satisfied, visit=data)
    assert (row["value"], row["marker"]) == (0.5, "")
    z2 = 1.959963984540054**2
    middle, half = (1.5 + z2 / 2) / (3 + z2), (z2 * (3 * 0.25 + z2 / 4)) ** 0.5 / (3 + z2)
    assert limits(row) == pytest.approx((middle - half, middle + half))
    # A survey in which all weigh alike is no different from a count of answers.
    (alike,) = rows_of(satisfied, visit=visits(10, score=[3] * 8 + [0] * 2, weight=0.5))
    assert limits(alike) == wilson(8, 10)


def test_a_share_that_rests_on_too_few_answers_shows_how_little_it_says() -> None:
    satisfied = kpi.SurveyProportion(
        key="satisfied",
        **VISIT,
        valid=Visit.score.is_not_null(),
        favourable=Visit.score >= 2,
        weight=Visit.weight,
        least=TWO_ANSWERS,
    )
    (row,) = rows_of(satisfied, visit=visits(1, score=3))
    assert (row["value"], row["marker"]) == (1, "[u]")
    assert limits(row) == wilson(1, 1)


def test_people_who_come_again_have_the_interval_of_a_share_or_of_a_count() -> None:
    again = {"who": Visit.person, "lookback": A_YEAR}
    share = kpi.RepeatRate(key="share", **VISIT, **again)
    number = kpi.RepeatRate(key="number", **VISIT, **again, as_count=True)
    before = frame(
        "visit",
        [{"visit_id": "x", "opened_at": datetime(2024, 3, 1), "weight": 1.0, "person": "a"}],
    )
    data = pl.concat([before, visits(4, person=["a", "b", "c", "d"])])
    found = {each["measure"]: each for each in rows_of(share, number, visit=data)}
    assert (found["share"]["value"], found["number"]["value"]) == (0.25, 1)
    assert limits(found["share"]) == wilson(1, 4)
    assert limits(found["number"]) == poisson(1)


def test_a_proxy_follows_its_kind() -> None:
    proxy = Count(key="visits", **VISIT, basis=Basis.PROXY, differs="Other visits.")
    (row,) = rows_of(proxy, visit=visits(3))
    assert limits(row) == poisson(3)


def test_a_ratio_has_none() -> None:
    measures = [
        Count(key="visits", **VISIT),
        Count(key="flagged", **VISIT, where=Visit.flag),
        Ratio(key="ratio", numerator="flagged", denominator="visits"),
    ]
    found = {
        each["measure"]: each for each in rows_of(*measures, visit=visits(10, flag=YES_8_OF_10))
    }
    assert found["ratio"]["value"] == 0.8
    assert limits(found["ratio"]) == (None, None)
    assert limits(found["flagged"]) == poisson(8)


# Where there is no number


def test_what_is_not_shown_has_no_interval() -> None:
    share = Proportion(key="share", **VISIT, numerator=Visit.flag)
    count = Count(key="visits", **VISIT)
    empty = {each["measure"]: each for each in rows_of(share, count, visit=visits(0))}
    assert (empty["share"]["marker"], *limits(empty["share"])) == ("[z]", None, None)
    assert (empty["visits"]["value"], limits(empty["visits"])) == (0, poisson(0))
    metric = a_metric([share, count], EVERYTHING.dimensions)
    outside = kpi.compute(
        [metric],
        {"visit": visits(10, flag=YES_8_OF_10)},
        periods=["2019/20"],
        coverage={"visit": ("2024-04-01", "2024-06-30")},
        catalogue=kpi.Catalogue([metric]),
    )
    nothing_given = kpi.compute(
        [metric], {}, periods=["2024/25 Q1"], catalogue=kpi.Catalogue([metric])
    )
    for result in (outside, nothing_given):
        for row in result.to_polars().iter_rows(named=True):
            assert (row["marker"], row["value"], *limits(row)) == ("[x]", None, None, None)


# Everything at once


WILSON = {"proportion", "repeat rate", "reoffending rate", "distribution"}
NONE = {
    *("sum", "quantity", "duration", "ratio", "stock at date", "mean of snapshots"),
    *("variance", "uptime", "narrative"),
}


def test_every_kind_is_decided() -> None:
    kinds = {each.kind for each in vars(kpi).values() if _is_a_kind(each)}
    assert kinds == WILSON | NONE | {"survey proportion", "count", "rate"}


def _is_a_kind(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Measure) and hasattr(value, "kind")


@brisk
@given(all_tables(), requests())
def test_scipy_comes_to_the_limits_of_every_row(tables: Any, request: Any) -> None:
    periods, by = request
    data = {name: frame(name, rows) for name, rows in tables.items()}
    result = computed(EVERYTHING, data, periods, by).to_polars()
    for name in ("lower", "upper"):
        assert not result[name].is_nan().any()
    for row in result.iter_rows(named=True):
        measure = EVERYTHING.measure(row["measure"], Basis.FORCE)
        value, top, bottom = (row[name] for name in ("value", "numerator", "denominator"))
        if value is None or measure.kind in NONE:
            assert limits(row) == (None, None), row
        elif measure.kind == "count" or top is None:
            assert limits(row) == poisson(value), row
        elif measure.kind == "rate":
            assert limits(row) == poisson(top, measure.scale / bottom), row
        elif measure.kind in WILSON:
            whole = measure.kind == "distribution" and row.get("area", "All") == "All"
            assert limits(row) == ((None, None) if whole else wilson(top, bottom)), row
        else:
            assert 0 <= row["lower"] <= value <= row["upper"] <= 1, row


def test_every_interval_of_the_catalogue_holds_its_value() -> None:
    """Every ref over made-up tables, by area: limits around a value, and both or neither."""
    data = kpi.synthetic.force(start="2024-04-01", end="2024-06-30", scale=0.02)
    result = kpi.compute("all", data, periods=["2024/25 Q1"], by=["lpa"]).to_polars()
    shown = result.filter(pl.col("lower").is_not_null())
    assert result.filter(pl.col("lower").is_null() != pl.col("upper").is_null()).is_empty()
    assert shown.filter(~pl.col("value").is_between("lower", "upper")).is_empty()
    assert result.filter(pl.col("lower").is_not_null() & pl.col("value").is_null()).is_empty()
    shares = shown.filter(unit=kpi.Unit.PROPORTION.value)
    assert shares["lower"].min() >= 0
    assert shares["upper"].max() <= 1
    assert {"15", "57"} <= set(shown["ref"])
