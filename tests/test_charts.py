"""Pictures, the sentence beside them, and how numbers are written."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from xml.etree import ElementTree

import polars as pl
import pytest

from swm_kpi import MissingExtra, RequestError, periods
from swm_kpi.charts import axes, chart, chart_svg, decimals, say_number, text_alternative

needs_altair = pytest.mark.skipif(
    not (find_spec("altair") and find_spec("vl_convert")),
    reason='charts need the extra: pip install "swm-kpi[charts]"',
)
AREAS = ("North", "South", "Unknown", "All")
Cell = tuple[float | None, str]


def rows(
    cell: Callable[[int, str], Cell],
    unit: str = "incidents",
    *,
    areas: tuple[str, ...] = AREAS,
    first: str = "2023-04-01",
    last: str = "2025-03-31",
    grain: str = "quarter",
) -> pl.DataFrame:
    """One measure of a result: ``cell`` gives value and marker by position and area."""
    found = []
    for at, period in enumerate(periods(first, last, grain=grain)):
        for area in areas:
            value, marker = cell(at, area)
            found.append(
                {"ref": "1", "metric": "m", "measure": "n", "basis": "force"}
                | {"grain": period.grain.value, "period": period.label}
                | {"period_start": period.start, "period_end": period.end, "lpa": area}
                | {"value": value, "unit": unit, "marker": marker, "as_at": date(2025, 4, 1)}
            )
    return pl.DataFrame(found, schema_overrides={"value": pl.Float64})


def counts(at: int, area: str) -> Cell:
    return {"North": 40.0, "South": 50.0, "Unknown": 60.0}.get(area, 150.0 + at), ""


def drawn(frame: pl.DataFrame, title: str = "A title", subtitle: str = "") -> list[str]:
    """The texts of a chart, having checked that it is sound."""
    unit = str(frame["unit"][0])
    svg = chart_svg(chart(frame, title=title, subtitle=subtitle, unit=unit))
    assert not re.search(r"NaN|undefined|Infinity|null", svg)
    return [each for each in ElementTree.fromstring(svg).itertext() if each.strip()]  # noqa: S314


# Numbers


@pytest.mark.parametrize(
    ("value", "unit", "places", "shown"),
    [
        (1234.0, "incidents", 0, "1,234"),
        (0.1, "proportion", 1, "10.0%"),
        (-0.004, "ratio", 2, "0.00"),
        (-2.5, "ratio", 2, "\N{MINUS SIGN}2.50"),
        (1200.4, "pounds", 0, "£1,200"),
        (-1_770_000.0, "pounds", 0, "\N{MINUS SIGN}£1.77m"),
        (52_340_000.0, "pounds", 0, "£52.3m"),
        (2.5e9, "pounds", 0, "£2.50bn"),
    ],
)
def test_numbers_are_written_for_readers(value, unit, places, shown) -> None:
    assert say_number(value, unit, places) == shown


def test_the_numbers_of_a_measure_have_as_many_decimals() -> None:
    assert decimals("incidents", [1.0, None, 2.0]) == 0
    assert decimals("incidents", [1.0, 2.25]) == 1
    assert decimals("proportion", [0.0]) == 1
    assert decimals("ratio", [0.014, None]) == 3
    assert decimals("ratio", [1.4]) == 2


# The sentence


def test_says_first_last_change_and_highest_area() -> None:
    assert text_alternative(rows(lambda at, area: counts(at * 10, area)), "Crimes") == (
        "Crimes: it was 180 incidents for the whole force in 2023/24 Q4 and 220 in 2024/25 Q4, "
        "up 22%. In 2024/25 Q4 the highest Local Policing Area was South (50)."
    )


def test_says_percentage_points_of_a_proportion() -> None:
    frame = rows(lambda at, area: (0.5 - at / 100, ""), "proportion", areas=("North", "All"))
    assert text_alternative(frame, "Share") == (
        "Share: it was 47.0% for the whole force in 2023/24 Q4 and 43.0% in 2024/25 Q4, "
        "down 4.0 percentage points."
    )


def test_compares_like_seasons_and_leaves_a_provisional_period_out() -> None:
    def cell(at: int, area: str) -> Cell:
        return (None, "[x]") if at == 0 else (100.0 + at, "[p]" if at == 7 else "")

    said = text_alternative(rows(cell, areas=("All",)), "Crimes")
    assert "102 incidents for the whole force in 2023/24 Q3 and 106 in 2024/25 Q3" in said


def test_says_when_there_is_one_period_and_it_is_provisional() -> None:
    frame = rows(lambda at, area: (7.0, "[p]"), areas=("All",), last="2023-06-30")
    assert text_alternative(frame, "Crimes") == (
        "Crimes: it was 7 incidents for the whole force in 2023/24 Q1, the only period with a "
        "number. That period is provisional."
    )


@pytest.mark.parametrize(
    ("north", "south", "said"),
    [
        (5.0, 5.0, "every Local Policing Area had 5."),
        (5.0, 4.0, "the highest Local Policing Area was North (5)."),
    ],
)
def test_says_which_areas_are_highest(north, south, said) -> None:
    values = {"North": north, "South": south}
    frame = rows(lambda at, area: (values.get(area, 10.0), ""))
    assert text_alternative(frame, "Crimes").endswith(said)


def test_names_every_area_that_is_highest() -> None:
    frame = rows(
        lambda at, area: (2.0 if area == "West" else 5.0, ""), areas=("East", "West", "Up", "All")
    )
    assert "the highest Local Policing Areas were East and Up (5 each)." in (
        text_alternative(frame, "Crimes")
    )


def test_from_nothing_there_is_no_percentage() -> None:
    frame = rows(lambda at, area: (float(at), ""), areas=("All",), last="2023-12-31")
    assert text_alternative(frame, "Crimes").endswith("2 in 2023/24 Q3, up 2.")


def test_refuses_rows_of_several_measures() -> None:
    frame = rows(counts)
    two = pl.concat([frame, frame.with_columns(measure=pl.lit("other"))])
    with pytest.raises(RequestError, match="one measure"):
        text_alternative(two, "Crimes")
    with pytest.raises(RequestError, match="two totals"):
        text_alternative(pl.concat([frame, frame]), "Crimes")


def test_refuses_rows_without_a_number() -> None:
    with pytest.raises(RequestError, match="nothing to draw"):
        text_alternative(rows(lambda at, area: (None, "[x]")), "Crimes")


# Ticks


@pytest.mark.parametrize(
    ("first", "last", "grain", "apart", "shown"),
    [
        ("2024-04-01", "2024-12-31", "quarter", 60, {0: ["Q1", "2024/25"], 1: ["Q2"], 2: ["Q3"]}),
        ("2024-01-01", "2024-06-30", "quarter", 30, {0: ["Q4"], 1: ["Q1", "2024/25"]}),
        ("2023-04-01", "2025-03-31", "quarter", 15, {0: ["Q1", "2023/24"], 4: ["Q1", "2024/25"]}),
        ("2023-04-01", "2025-03-31", "year", 80, {0: ["2023/24"], 1: ["2024/25"]}),
        ("2024-10-01", "2025-03-31", "month", 12, {0: ["Oct", "2024"], 3: ["Jan", "2025"]}),
    ],
)  # fmt: skip
def test_ticks_are_as_many_as_fit(first, last, grain, apart, shown) -> None:
    total = rows(lambda at, area: (1.0, ""), areas=("All",), first=first, last=last, grain=grain)
    assert axes.ticks(total, apart) == shown


# The picture


@needs_altair
def test_draws_the_total_and_each_area_in_list_order() -> None:
    texts = drawn(rows(counts), "Crimes & <others>", "Synthetic")
    assert {"Crimes & <others>", "Synthetic", "Whole force", "157"} <= set(texts)
    areas = [each for each in texts if each in AREAS]
    assert areas == ["North", "South", "Unknown"]
    assert {"40", "50", "60"} <= set(texts)
    assert {"0", "50", "100", "150", "200"} <= set(texts)
    assert {"Q1", "Q2", "Q3", "Q4", "2023/24", "2024/25"} <= set(texts)


@needs_altair
def test_a_proportion_is_drawn_in_percent() -> None:
    texts = drawn(rows(lambda at, area: (0.62, ""), "proportion"))
    assert {"62.0%", "60%", "Percentage, by quarter"} <= set(texts)
    assert not [each for each in texts if each.startswith("0.")]


@needs_altair
def test_a_gap_shows_its_marker_and_breaks_the_line() -> None:
    def cell(at: int, area: str) -> Cell:
        return (None, "[x]") if at == 3 else (5.0, "[p]" if at == 7 else "")

    frame = rows(cell)
    texts = drawn(frame)
    assert "[x]" in texts
    assert any("hollow: provisional" in each for each in texts)
    assert "2024/25 Q3 by Local Policing Area" in texts
    data = chart(frame, title="A", unit="incidents").to_dict()["datasets"]["total"]
    assert [row["run"] for row in data] == [0, 0, 0, 1, 1, 1, 1]
    assert [row["hollow"] for row in data] == [False] * 6 + [True]


@needs_altair
def test_an_area_without_a_number_shows_why() -> None:
    texts = drawn(rows(lambda at, area: (None, "[z]") if area == "South" else (0.5, ""), "ratio"))
    assert "[z]" in texts


@needs_altair
@pytest.mark.parametrize("areas", [("All",), AREAS])
@pytest.mark.parametrize("value", [0.0, -3.5, 0.0001, 98765432.0])
def test_any_number_can_be_drawn(value: float, areas: tuple[str, ...]) -> None:
    for unit in ("incidents", "proportion", "pounds"):
        drawn(rows(lambda at, area: (value, ""), unit, areas=areas))


@needs_altair
@pytest.mark.parametrize("areas", [("All",), AREAS])
def test_is_as_wide_as_a_page_takes(areas: tuple[str, ...]) -> None:
    frame = rows(lambda at, area: (12_345.0 + at, ""), areas=areas)
    width = re.search(r'width="(\d+)"', chart_svg(chart(frame, title="A", unit="incidents")))
    assert width is not None
    assert abs(int(width[1]) - 760) <= 1


@needs_altair
def test_long_titles_are_wrapped() -> None:
    title = "Non-urgent appointments within 48 hours, or at a later time by agreement " * 3
    texts = drawn(rows(counts), title)
    assert max(len(each) for each in texts[1:]) < 90


@needs_altair
def test_the_same_rows_give_the_same_picture() -> None:
    first, second = (chart_svg(chart(rows(counts), title="A", unit="incidents")) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("package", ["altair", "vl_convert"])
def test_says_which_extra_is_missing(monkeypatch, package: str) -> None:
    if package == "vl_convert" and not find_spec("altair"):
        pytest.skip("altair is not installed")
    monkeypatch.setitem(__import__("sys").modules, package, None)
    with pytest.raises(MissingExtra, match=r"swm-kpi\[charts\]"):
        chart_svg(chart(rows(counts), title="A", unit="incidents"))
