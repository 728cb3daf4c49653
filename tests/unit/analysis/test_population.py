"""Counts of members divided by people that the caller gives."""

from __future__ import annotations

import math
from typing import Any

import pytest

import swm_kpi as kpi
from swm_kpi import RequestError
from tests.support.member_results import members_result

COUNTS = {"North": {"value": 120.0}, "South": {"value": 60.0}, "Unknown": {"value": 5.0}}
PEOPLE = {"North": 20_000, "South": 30_000, "Elsewhere": 9}


def funnel(ref: str = "15", measure: str = "incidents", **options: Any) -> kpi.Funnel:
    return members_result(ref, measure, COUNTS).funnel(**{"population": PEOPLE} | options)


def test_a_count_becomes_a_rate_with_its_interval() -> None:
    compared = funnel(per=100_000)
    frame = compared.to_polars()
    assert frame["value"].to_list() == [600, 200]
    assert frame["unit"].unique().to_list() == ["per 100,000 people"]
    assert (frame["numerator"].to_list(), frame["denominator"].to_list()) == (
        [120, 60],
        [20_000, 30_000],
    )
    expected = kpi.statistics.rate([120, 60], [20_000, 30_000], 100_000)
    assert frame["upper"].to_list() == pytest.approx(expected.upper.tolist())
    assert compared.average == pytest.approx(360)
    assert compared.title == "Anti-social behaviour incidents per 100,000 people"
    assert frame["judgement"].to_list() == ["worse", "better"]
    assert compared.unknown is None


@pytest.mark.parametrize(
    ("ref", "measure", "basis"),
    [
        ("20", "published_crimes", "proxy"),
        ("40", "collisions", "force"),
        ("15", "incidents", "proxy"),
    ],
)
def test_published_counts_can_be_divided(ref: str, measure: str, basis: str) -> None:
    result = members_result(ref, measure, COUNTS, basis=basis)
    assert result.funnel(population=PEOPLE).differs


def test_a_member_without_people_and_a_correction_below_zero_are_not_compared() -> None:
    rows = COUNTS | {"East": {"value": 7.0}, "West": {"value": -2.0}, "Gone": {"marker": "[x]"}}
    result = members_result("20", "published_crimes", rows, basis="proxy")
    frame = result.funnel(population=PEOPLE | {"West": 900, "Gone": 50}).to_polars()
    assert frame["reason"].to_list()[2:] == [
        "no population is given for it",
        "its count is below zero, because of corrections",
        "not available",
    ]
    assert frame["average"][0] == pytest.approx(3.6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"per": 10}, "1,000, 100,000 or 1,000,000"),
        ({"population": {"North": 0}}, "above zero"),
        ({"population": {"North": math.nan}}, "above zero"),
        ({"population": {"North": True}}, "above zero"),
        ({"population": {"North": "many"}}, "above zero"),
        ({"population": [20_000]}, "takes the people of each member"),
        ({"ref": "15", "measure": "per_1000"}, "divides a count of events"),
        ({"ref": "69", "measure": "officers"}, "divides a count of events"),
        ({"ref": "44", "measure": "variance"}, "divides a count of events"),
        ({"ref": "60", "measure": "hours"}, "divides a count of events"),
    ],
)
def test_a_population_that_makes_no_rate_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError, match=message):
        funnel(**options)


def test_a_chart_takes_the_population_too() -> None:
    pytest.importorskip("altair")
    chart = members_result("15", "incidents", COUNTS).plot(
        kind="funnel", population=PEOPLE, per=100_000
    )
    assert chart.title.startswith("Anti-social behaviour incidents per 100,000 people by")
