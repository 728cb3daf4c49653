"""Charts of members beside their average, and what their words say."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

import pytest

import swm_kpi as kpi
from swm_kpi import RequestError
from swm_kpi.charts import Chart
from tests.support.member_results import estimate, members_result, rate, share

pytestmark = pytest.mark.skipif(
    not (find_spec("altair") and find_spec("vl_convert")),
    reason='charts need the extra: pip install "swm-kpi[charts]"',
)
RATES: dict[str, Any] = {"ref": "15", "measure": "per_1000"}
COUNTS = {"Area A": 200, "Area B": 120, "Area C": 70, "Area D": 110, "Area E": 100}
FIVE = {name: rate(count, 10_000) for name, count in COUNTS.items()}
TWELVE = {f"Area {at:02d}": rate(90 + at % 5, 9_000 + 100 * at) for at in range(11)} | {
    "Area 11": rate(400, 10_000)
}


def drawn(chart: Chart) -> dict[str, Any]:
    """The data of the layers of a chart, by name."""
    return dict(chart.altair_chart.to_dict()["datasets"])


def labels(chart: Chart) -> str:
    return " ".join(row["text"] for row in drawn(chart)["labels"])


def test_fewer_than_ten_members_are_rows_with_intervals_in_the_order_of_the_list() -> None:
    chart = members_result(**RATES, rows=FIVE).plot(kind="funnel")
    assert chart.title.endswith("January to March 2025: they differ by more than chance")
    assert [row["name"] for row in drawn(chart)["intervals"]] == list(FIVE)
    assert drawn(chart)["average"] == [{"value": 12}]
    assert "In the order of the list, which is no ranking." in labels(chart)
    assert "In the order of the list, which is no ranking." in chart.alt_text
    assert "Dot chart with intervals." in chart.alt_text
    assert "Area A: 20.00 (95% interval 17.32 to 22.97)." in chart.alt_text


def test_ten_members_are_a_funnel_with_curves_and_the_names_of_those_that_differ() -> None:
    chart = members_result(**RATES, rows=TWELVE).plot(kind="funnel")
    assert "Funnel plot." in chart.alt_text
    layers = drawn(chart)
    assert len(layers["upper_95"]) == len(layers["lower_998"]) == 80
    funnel = members_result(**RATES, rows=TWELVE).funnel()
    ends = funnel.curves().row(-1, named=True)
    largest = funnel.to_polars().sort("size").row(-1, named=True)
    prefix = "adjusted_" if funnel.is_adjusted else ""
    assert ends["size"] == pytest.approx(largest["size"])
    assert ends["upper_95"] == pytest.approx(largest[f"{prefix}upper_95"])
    assert "Area 11" in labels(chart)
    assert "Area 03" not in labels(chart)
    assert "Worse than it: Area 11." in chart.alt_text


@pytest.mark.slow
def test_what_is_said_below_the_picture_is_said_in_its_text_alternative() -> None:
    policy = kpi.DisclosurePolicy(threshold=5, rounding_base=5)
    for rows in (FIVE, TWELVE):
        chart = members_result(**RATES, rows=rows, policy=policy).plot(kind="funnel", width=1200)
        for sentence in (*chart.description.caveats, *chart.description.sources):
            assert sentence in chart.alt_text
            assert sentence[:60] in labels(chart)
        assert "About: counts are rounded to 5." in chart.alt_text


def test_medians_are_rows_beside_that_of_the_whole() -> None:
    rows = {f"M{at}": estimate(5 + at, 4 + at, 6 + at) for at in range(11)}
    result = members_result("2", "update_median_days", rows, total=estimate(8, 7, 9))
    chart = result.plot(kind="funnel")
    assert "Dot chart with intervals." in chart.alt_text
    assert "Whole: 8" in labels(chart)


def test_a_count_is_drawn_and_not_compared() -> None:
    result = members_result("15", "incidents", {"A": {"value": 5.0}, "B": {"value": 9.0}})
    chart = result.plot(kind="funnel")
    assert chart.title.endswith("March 2025: not compared")
    assert "No comparison: a count of a member says how large it is." in labels(chart)
    assert "average" not in drawn(chart)


def test_hidden_members_leave_no_trace() -> None:
    policy = kpi.DisclosurePolicy(threshold=5, rounding_base=5)
    hidden = FIVE | {"Hidden": rate(None, 9_000)}
    chart = members_result(**RATES, rows=hidden, policy=policy).plot(kind="funnel")
    assert "withheld to protect people" in chart.alt_text
    layers = {name: rows for name, rows in drawn(chart).items() if name != "labels"}
    assert "Hidden" not in json.dumps(layers)
    assert [row for row in chart.data_table if row[0] == "Hidden"] == [
        ["Hidden", "[c]", *[""] * 6, "cannot tell"]
    ]


@pytest.mark.parametrize("rows", [{}, {"A": rate(None, 5), "B": rate(None, 5)}])
def test_nothing_to_draw_says_why(rows: dict[str, Any]) -> None:
    chart = members_result(**RATES, rows=rows, total=rate(5, 10)).plot(kind="funnel")
    assert "not broken down" in labels(chart) or "No number to show" in labels(chart)


def test_a_kind_takes_only_its_own_arguments() -> None:
    result = members_result("64", "passed", {"A": share(5, 9), "B": share(6, 9)})
    with pytest.raises(RequestError, match="does not take order="):
        result.plot(kind="funnel", order="value")
    with pytest.raises(RequestError, match="does not take members="):
        result.plot(kind="members", members=["A"])
    assert len(result.plot(kind="funnel", members=["A", "B"]).data_table) == 3
    ranked = result.plot(kind="members", order="value")
    assert "That is no ranking" in ranked.alt_text
    assert "That is no ranking" in labels(ranked)
