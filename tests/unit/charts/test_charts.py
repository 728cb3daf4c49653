"""Charts, their text alternatives, and the format of numbers."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import MissingExtra, OutputError, RequestError
from swm_kpi.charts import Chart, axes
from swm_kpi.formatting import NumberFormat
from swm_kpi.result import ComputedEntry, Result
from swm_kpi.result_columns import result_schema

needs_altair = pytest.mark.skipif(
    not (find_spec("altair") and find_spec("vl_convert")),
    reason='charts need the extra: pip install "swm-kpi[charts]"',
)
AREAS = ("North", "South", "Unknown", "All")
KINDS = ("series", "members", "small_multiples", "year_on_year")
Cell = tuple[float | None, str]


def result(
    cell: Callable[[int, str], Cell],
    ref: str = "20",
    measure: str = "crimes",
    *,
    areas: tuple[str, ...] = AREAS,
    first: str = "2023-04-01",
    last: str = "2025-03-31",
    grain: str = "quarter",
    basis: str = "force",
    interval: float = 0.0,
    name: str = "",
    policy: Any = None,
) -> Result:
    """One measure of one ref: ``cell`` gives value and marker by position and area."""
    metric = kpi.catalogue()[ref]
    assert isinstance(metric, kpi.Metric)
    if name:
        metric = metric.model_copy(update={"title": name, "summary": f"{name}."})
    unit = metric.measure(measure, kpi.Basis(basis)).resolved_unit.value
    actual = []
    for at, period in enumerate(kpi.periods(first, last, grain=grain)):
        for area in areas:
            value, marker = cell(at, area)
            limits = (None, None)
            if interval and value is not None:
                limits = (value - interval, value + interval)
            actual.append(
                {"ref": ref, "metric": metric.key, "measure": measure, "basis": basis}
                | {"grain": period.grain.value, "period": period.label, "lpa": area}
                | {"period_start": period.start, "period_end": period.end}
                | {"value": value, "unit": unit, "numerator": None, "denominator": None}
                | {"lower": limits[0], "upper": limits[1], "marker": marker, "note": ""}
                | {"definition": metric.definition, "as_at": date(2025, 4, 14)}
            )
    frame = pl.DataFrame(actual, schema=result_schema(["lpa"]))
    return Result(frame, ("lpa",), {ref: ComputedEntry(metric, metric)}, policy=policy)


def counts(at: int, area: str) -> Cell:
    return {"North": 40.0, "South": 50.0, "Unknown": 60.0}.get(area, 150.0) + at, ""


def texts(chart: Chart) -> list[str]:
    """The texts of a chart's drawing, having checked that it is sound."""
    svg = chart.to_svg()
    assert not re.search(r"NaN|undefined|Infinity|>null<", svg)
    root = ElementTree.fromstring(svg)  # noqa: S314
    assert root.get("role") == "img"
    assert root.get("aria-label") == chart.title
    title, words = root[0], root[1]
    assert title.tag.endswith("title")
    assert title.text == chart.title
    assert words.tag.endswith("desc")
    assert words.text == chart.alt_text
    drawn = (part for child in root[2:] for part in child.itertext())
    return [item for item in drawn if item.strip()]


def all_text(chart: Chart) -> str:
    return " ".join(texts(chart))


# Axes


@pytest.mark.parametrize(
    ("values", "unit", "labels"),
    [
        ([157.0], "incidents", ["0", "50", "100", "150", "200"]),
        ([11.0], "incidents", ["0", "5", "10", "15"]),
        ([0.0], "incidents", ["0", "1"]),
        ([2.0, None], "incidents", ["0", "1", "2"]),
        ([0.62, 0.2], "proportion", ["0%", "20%", "40%", "60%", "80%"]),
        ([0.9, 0.3], "proportion", ["0%", "20%", "40%", "60%", "80%", "100%"]),
        ([0.997, 0.9905], "proportion", ["98.8%", "99.0%", "99.2%", "99.4%", "99.6%", "99.8%"]),
        ([-1.5e6, 2.9e6], "pounds", ["−£2m", "−£1m", "£0", "£1m", "£2m", "£3m"]),  # noqa: RUF001
    ],
)
def test_the_axis_says_round_numbers(values, unit, labels) -> None:
    assert axes.build_scale(values, NumberFormat.of(unit, values)).labels == labels


@given(
    st.lists(st.integers(0, 10**7).map(float), min_size=1, max_size=6),
    st.sampled_from(["incidents", "people", "per 1,000 people"]),
)
def test_an_axis_of_counts_starts_at_zero_and_its_labels_are_true(values, unit) -> None:
    scale = axes.build_scale(values, NumberFormat.of(unit, values))
    assert scale.low == 0
    assert scale.top >= max(values)
    assert max(values) == 0 or scale.top <= 2 * max(max(values), 1)
    for at, label in enumerate(scale.labels):
        assert float(label.replace(",", "")) == pytest.approx(scale.step * at)


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
    chart = result(lambda at, area: (1.0, ""), areas=("All",), first=first, last=last, grain=grain)
    assert axes.time_labels(chart.to_polars(), apart) == shown


# Words


@pytest.mark.slow
@needs_altair
def test_the_alt_text_of_a_series_has_limits_signals_target_and_gaps() -> None:
    def cell(at: int, area: str) -> Cell:
        if at == 5:
            return None, "[c]"
        return 100.0 + (at % 2) * 10 - (60 if at == 20 else 0), "[p]" if at == 23 else ""

    target = kpi.Target(90, valid_from="2024-04-01", source="A plan")
    chart = result(cell, grain="month", areas=("All",)).plot(target=target)
    assert chart.title == (
        "Neighbourhood crimes: 100 in February 2025 (target 90), no change shown lately"
    )
    expected = chart.alt_text
    for sentence in (
        "Line chart. Neighbourhood crimes, whole force, by month, April 2023 to March 2025.",
        "The latest is 100 crimes in February 2025, as in February 2024.",
        "The highest is 110 in May 2023 and the lowest 40 in December 2024.",
        "Signals of improvement: December 2024.",
        "The target from 1 April 2024 is 90: hit and miss, so some periods meet it by chance.",
        "Target: A plan.",
        "Excluded, withheld to protect people who could be identified: September 2023.",
        "Excluded, provisional: the data for the period are not complete: March 2025.",
        "counted on the day the crime was recorded.",
        "These numbers have had no disclosure control. Do not publish them.",
    ):
        assert sentence in expected
    assert not re.search(r"\d{4}-\d\d|\[.\]", expected)


@needs_altair
def test_signals_next_to_one_another_are_one_run() -> None:
    chart = result(
        lambda at, area: (100.0 + at % 2 + (50 if at >= 12 else 0), ""),
        "24", "crimes", grain="month", areas=("All",),
    ).plot()  # fmt: skip
    assert "Signals of high numbers: April 2024 to March 2025." in chart.alt_text
    assert "Signals of low numbers: April 2023 to March 2024." in chart.alt_text
    assert chart.title.endswith("in March 2025, higher since April 2024")


@pytest.mark.slow
@needs_altair
def test_a_series_too_short_for_limits_says_so() -> None:
    chart = result(counts, areas=("All",)).plot()
    assert chart.title == "Neighbourhood crimes: 157 in January to March 2025"
    assert "No process limits: there are 8 points, and limits need 12." in chart.alt_text
    assert "up from 153 in January to March 2024" in chart.alt_text
    assert "limits need 12" in all_text(chart)
    chart = result(counts, areas=("All",), first="2025-01-01").plot()
    assert "there is 1 point, and" in chart.alt_text


@needs_altair
def test_the_alt_text_does_not_compare_across_a_break() -> None:
    broken = kpi.Break("2024-10-01", "another system")
    chart = result(counts, areas=("All",)).plot(recalculate_from=[broken])
    assert "The latest is 157 crimes in January to March 2025. " in chart.alt_text
    assert "Break" in texts(chart)


@needs_altair
def test_the_alt_text_of_members_is_in_the_order_of_the_list() -> None:
    def cell(at: int, area: str) -> Cell:
        return (None, "[c]") if area == "South" else counts(0, area)

    chart = result(cell, interval=5).plot(kind="members")
    assert chart.title == "Neighbourhood crimes by Local Policing Area, January to March 2025"
    assert (
        "Whole force: 150 crimes. North 40 (95% interval 35 to 45), "
        "Unknown 60 (95% interval 55 to 65). No number for South: withheld to protect people who "
        "could be identified."
    ) in chart.alt_text


@needs_altair
def test_the_alt_text_of_years_compares_them() -> None:
    chart = result(counts, areas=("All",)).plot(kind="year_on_year")
    assert chart.title == "Neighbourhood crimes: 2024/25 beside 2023/24"
    assert "2024/25 in crimes: Q1 154, Q2 155, Q3 156, Q4 157." in chart.alt_text
    assert (
        "Of the 4 complete periods with a number in both years, 4 are above the year before and 0 "
        "below." in chart.alt_text
    )
    assert {"Q4 157", "Q4 153", "2024/25", "2023/24"} <= set(texts(chart))


@needs_altair
def test_the_alt_text_of_small_multiples_describes_each_member() -> None:
    def cell(at: int, area: str) -> Cell:
        return (None, "[c]") if area == "South" or (area == "North" and at == 2) else counts(at, "")

    chart = result(cell).plot(kind="small_multiples")
    assert (
        "North: 150 in April to June 2023, 157 in January to March 2025; 1 period without a "
        "number. South: no number (withheld to protect people who could be identified)."
    ) in chart.alt_text
    assert texts(chart).count("[c]") == 3  # the gap, the run of gaps, and the number at the end


# Pictures


@needs_altair
def test_members_keep_the_order_of_their_list_or_of_their_values() -> None:
    computed = result(counts)
    for order, names in (("list", ["North", "South"]), ("value", ["South", "North"])):
        shown = [
            item for item in texts(computed.plot(kind="members", order=order)) if item in AREAS
        ]
        assert shown == [*names, "Unknown"]


@pytest.mark.slow
@needs_altair
def test_the_whole_is_a_line_only_where_it_is_of_the_members_size() -> None:
    share = result(lambda at, area: (0.5, ""), "57", "answered_999").plot(kind="members")
    assert "Whole force: 50.0%" in texts(share)
    assert "total" in share.altair_chart.to_dict()["datasets"]
    # One area has them all, so that the sum is of its size.
    count = result(lambda at, area: (7.0 if area in ("North", "All") else 0.0, ""))
    chart = count.plot(kind="members")
    assert "Whole force: 7." in all_text(chart)
    assert "total" not in chart.altair_chart.to_dict()["datasets"]


@needs_altair
def test_a_gap_breaks_the_line_and_shows_its_marker() -> None:
    def cell(at: int, area: str) -> Cell:
        return (None, "[c]") if at == 3 else (5.0, "[p]" if at == 7 else "")

    chart = result(cell, areas=("All",)).plot()
    data = chart.altair_chart.to_dict()["datasets"]
    assert [row["run"] for row in data["values"]] == [0, 0, 0, 1, 1, 1, 1]
    assert [row["at"] for row in data["values"]] == [0, 1, 2, 4, 5, 6, 7]
    assert {"[c]", "5 [p]", "Provisional or excluded"} <= set(texts(chart))
    assert "[c]: withheld to protect people who could be identified." in all_text(chart)
    (stripe,) = data["gaps"]
    assert stripe["first"] < 3 < stripe["last"]


@pytest.mark.slow
@needs_altair
def test_no_two_kinds_of_point_differ_by_colour_alone() -> None:
    def cell(at: int, area: str) -> Cell:
        return 100.0 + 4 * (at % 2) + {6: 90, 16: -90}.get(at, 0), "[p]" if at == 23 else ""

    for ref in ("20", "24"):
        computed = result(cell, ref, "crimes", grain="month", areas=("All",))
        symbols = computed.plot().altair_chart.to_dict()["datasets"]["symbols"]
        looks = {(item["shape"], item["fill"] == "white") for item in symbols}
        assert len(looks) == len(symbols) == 4


@pytest.mark.slow
@needs_altair
def test_a_triangle_of_improvement_points_the_way_that_is_better() -> None:
    def looks(ref: str, measure: str, usual: float, once: float) -> set[str]:
        computed = result(
            lambda at, area: (once if at == 20 else usual * (1 + at % 2 / 100), ""),
            ref,
            measure,
            grain="month",
            areas=("All",),
        )
        symbols = computed.plot().altair_chart.to_dict()["datasets"]["symbols"]
        return {item["shape"] for item in symbols if item["shape"].startswith("triangle")}

    assert looks("20", "crimes", 100, 40) == {"triangle-down"}
    assert looks("57", "answered_999", 0.5, 0.9) == {"triangle-up"}


def spending(at: int, area: str) -> Cell:
    """Return spending since 1 April, by quarter: 4, 8, 12 and 16 million pounds."""
    return 4e6 * (at % 4 + 1), ""


@needs_altair
def test_a_statement_names_the_months_it_covers_and_no_line_joins_two_years() -> None:
    chart = result(spending, "44", "expenditure", areas=("All",), first="2022-04-01").plot()
    assert chart.title.endswith("£16.0m, year to date, April 2024 to March 2025")
    assert "£4.00m in April to June 2022" in chart.alt_text
    assert "no change shown" not in chart.title + chart.alt_text
    runs = {
        tuple(point["run"] for point in points)
        for name, points in chart.altair_chart.to_dict()["datasets"].items()
        if name == "values"
    }
    assert runs == {(1,) * 4 + (2,) * 4 + (3,) * 4}
    periods = [row[0] for row in chart.data_table[1:]]
    assert periods[-2:] == ["April to December 2024", "April 2024 to March 2025"]


@needs_altair
def test_small_charts_of_a_statement_join_no_two_years() -> None:
    computed = result(spending, "44", "expenditure", areas=("North", "South"))
    chart = computed.plot(kind="small_multiples")
    points = chart.altair_chart.to_dict()["datasets"]["points"]
    assert len({point["run"] for point in points}) == 4
    assert "£16.0m in April 2024 to March 2025" in chart.alt_text


@needs_altair
@pytest.mark.parametrize("kind", KINDS)
def test_units_time_and_small_print_stand_on_every_picture(kind: str) -> None:
    chart = result(counts).plot(kind=kind, source="Synthetic data: made up.")
    drawn = all_text(chart)
    for words in (
        "Ref 20: Neighbourhood crimes (burglary",
        "Crimes",
        "counted on the day the crime was recorded.",
        "Synthetic data: made up.",
        "no disclosure control. Do not publish them.",
    ):
        assert words in drawn
    assert chart.alt_text.endswith("control. Do not publish them.")


@needs_altair
def test_a_proxy_is_said_to_be_one() -> None:
    chart = result(counts, "15", "incidents", basis="proxy", areas=("All",)).plot()
    for expected in (all_text(chart), chart.alt_text):
        assert "From public data, used as a proxy for force data." in expected


@needs_altair
def test_an_axis_that_does_not_start_at_zero_says_so() -> None:
    close = result(lambda at, area: (0.95 + at / 1000, ""), "57", "answered_999", areas=("All",))
    assert "The axis does not start at zero." in all_text(close.plot())
    wide = result(lambda at, area: (0.1 + at / 10, ""), "57", "answered_999", areas=("All",))
    assert "start at zero" not in all_text(wide.plot())


@needs_altair
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [320, 1200])
def test_a_picture_is_as_wide_as_was_asked(kind: str, width: int) -> None:
    svg = result(counts, interval=3).plot(kind=kind, width=width).to_svg()
    actual = re.search(r'width="([\d.]+)"', svg)
    assert actual is not None
    assert float(actual[1]) <= width + 12
    assert float(actual[1]) >= width - 30


@needs_altair
@pytest.mark.parametrize("kind", ["members", "small_multiples"])
def test_long_names_leave_room_for_the_numbers(kind: str) -> None:
    long = "Other sexual offences, including exposure, voyeurism and those not classified"
    chart = result(counts, areas=(long, "Unknown", "All"), interval=3).plot(kind=kind, width=320)
    actual = re.search(r'width="([\d.]+)"', chart.to_svg())
    assert actual is not None
    assert float(actual[1]) <= 332
    assert any(item.endswith("…") for item in texts(chart))
    assert long in chart.alt_text
    assert long in json.dumps(chart.data_table)


VALUES = st.one_of(
    st.none(),
    st.just(0.0),
    st.integers(0, 9).map(float),
    st.integers(0, 10**9).map(float),
)
SHARES = st.one_of(st.none(), st.sampled_from([0.0, 1.0]), st.floats(0, 1))
MARKERS = st.sampled_from(["", "", "[p]", "[u]"])


@pytest.mark.slow
@needs_altair
@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.sampled_from([("20", "crimes", VALUES), ("57", "answered_999", SHARES)]),
    st.integers(1, 15),
    st.sampled_from([320, 660]),
    st.data(),
)
def test_any_numbers_can_be_drawn_and_described(kind, of, count, width, data) -> None:
    ref, measure, values = of
    cells: dict[tuple[int, str], Cell] = {}
    last = kpi.periods("2023-04-01", "2024-06-30", grain="month")[count - 1].end.isoformat()

    def cell(at: int, area: str) -> Cell:
        value = data.draw(values)
        marker = (
            data.draw(MARKERS)
            if value is not None
            else data.draw(st.sampled_from(["[c]", "[x]", "[z]"]))
        )
        cells[at, area] = value, marker
        return value, marker

    computed = result(cell, ref, measure, grain="month", last=last)
    chart = computed.plot(kind=kind, width=width)
    drawn = " ".join(texts(chart))
    assert chart.alt_text
    total = [value for (_, area), (value, _) in cells.items() if area == "All"]
    if kind == "series" and not any(value is not None for value in total):
        assert "No number to show" in drawn
        assert "No number to show" in chart.alt_text
    assert all(len(row) == len(chart.data_table[0]) for row in chart.data_table)


@needs_altair
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_hidden_numbers_says_why(kind: str) -> None:
    chart = result(lambda at, area: (None, "[c]")).plot(kind=kind)
    assert "withheld to protect people" in chart.alt_text
    assert "withheld to protect people" in all_text(chart)


@needs_altair
def test_the_same_numbers_give_the_same_picture() -> None:
    first, second = (result(counts).plot().to_svg() for _ in range(2))
    assert first == second


# Hidden numbers


@pytest.mark.slow
@needs_altair
@pytest.mark.parametrize("kind", KINDS)
def test_a_hidden_number_leaves_no_trace_in_any_form(kind: str) -> None:
    member = "North" if kind in ("series", "year_on_year") else None

    def of(hidden: int) -> Result:
        """North has ``hidden``, which is under the threshold; all else rounds to the same."""

        def cell(at: int, area: str) -> Cell:
            parts = {"North": float(hidden), "South": 50.0, "Unknown": 60.0}
            return parts.get(area, sum(parts.values())), ""

        return result(cell, interval=1.5, grain="month")

    policy = kpi.DisclosurePolicy(threshold=5, rounding_base=5)
    first, second = (of(hidden).protect(policy).plot(kind=kind, member=member) for hidden in (1, 2))
    plain = [of(hidden).plot(kind=kind, member=member).to_svg() for hidden in (1, 2)]
    assert plain[0] != plain[1]
    assert first.policy
    assert first.to_svg() == second.to_svg()
    assert first.to_html() == second.to_html()
    assert json.dumps(first.altair_chart.to_dict()) == json.dumps(second.altair_chart.to_dict())
    assert (first.alt_text, first.data_table) == (second.alt_text, second.data_table)
    assert "Counts of people and events under 5 are suppressed" in first.alt_text


@pytest.mark.slow
@needs_altair
def test_an_unprotected_chart_is_not_written_without_confirmation(tmp_path: Path) -> None:
    chart = result(counts).plot()
    for form in ("svg", "png", "html"):
        path = tmp_path / f"a.{form}"
        with pytest.raises(OutputError, match="no disclosure control"):
            chart.save(path)
        assert not path.exists()
        chart.save(path, policy="none")
        with pytest.raises(OutputError, match="exists already"):
            chart.save(path, policy="none")
        chart.save(path, policy="none", overwrite=True)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a.html", "a.png", "a.svg"]
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == chart.to_svg()
    with pytest.raises(OutputError, match="before drawing"):
        chart.save(tmp_path / "b.svg", policy="5")
    with pytest.raises(OutputError, match="cannot be written as"):
        chart.save(tmp_path / "b.jpg", policy="none")


@needs_altair
def test_a_protected_chart_is_written_with_its_policy(tmp_path: Path) -> None:
    chart = result(counts, policy=kpi.DisclosurePolicy(threshold=5, rounding_base=5)).plot()
    chart.save(tmp_path / "a.svg")
    assert "Disclosure control: Counts of people and events under 5 are suppressed" in (
        (tmp_path / "a.svg").read_text(encoding="utf-8")
    )


# Pages


@pytest.mark.slow
@needs_altair
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_asks_no_host_for_anything_and_has_every_number(kind: str) -> None:
    chart = result(counts, interval=2).plot(kind=kind)
    html = chart.to_html()
    hosts = set(re.findall(r'https?://[^"\s<]+', html))
    assert hosts <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.search(r"<(script|link|img|iframe|object)|@import|url\(| on\w+=", html)
    assert html.count("<svg") == 2
    assert html.count("<table>") == 1
    assert f"<figcaption>{chart.alt_text[:20]}" in html
    headings, *rows = chart.data_table
    assert html.count('scope="col"') == len(headings)
    assert html.count('scope="row"') == len(rows)


@needs_altair
def test_the_table_of_a_series_has_limits_and_signals() -> None:
    computed = result(lambda at, area: (100.0 + 4 * (at % 2), ""), grain="month", areas=("All",))
    headings, first, *_ = computed.plot().data_table
    assert headings == ["Period", "Crimes", "Lower limit", "Mean", "Upper limit", "Variation"]
    assert first == ["April 2023", "100", "89", "100", "112", "common cause"]


@pytest.mark.slow
@needs_altair
@pytest.mark.parametrize("kind", KINDS)
def test_text_is_never_markup(kind: str) -> None:
    hostile = "<script>alert('&')</script>\"><img src=x onerror=alert(1)>"
    areas = (hostile, "Unknown", "All")
    chart = result(counts, areas=areas, name=hostile).plot(kind=kind, source=hostile)
    assert any("<script>" in item for item in texts(chart))
    for html in (chart.to_html(), chart._repr_mimebundle_()["text/html"]):
        assert "<script" not in html
        assert "<img" not in html
    assert chart._repr_mimebundle_()["text/plain"] == chart.alt_text == str(chart)


# What is refused


@needs_altair
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"kind": "serie"}, "Did you mean 'series'"),
        ({"kind": "members", "member": "North"}, "does not take member="),
        ({"order": "value"}, "does not take order="),
        ({"kind": "members", "order": "size"}, "no order 'size'"),
        ({"kind": "members", "period": "2024/25 Q5"}, "no period"),
        ({"kind": "small_multiples", "by": "lpb"}, "no breakdown 'lpb'"),
        ({"width": 200}, "320 to 1200"),
        ({"width": True}, "in pixels"),
        ({"measure": "crime"}, "Did you mean 'crimes'"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_fix(arguments, expected) -> None:
    with pytest.raises(RequestError, match=re.escape(expected)):
        result(counts).plot(**arguments)


@needs_altair
def test_years_are_of_months_or_quarters() -> None:
    with pytest.raises(RequestError, match="months or quarters"):
        result(counts, grain="year").plot(kind="year_on_year")


@pytest.mark.parametrize("kind", KINDS)
def test_without_altair_the_extra_is_named(monkeypatch, kind: str) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(MissingExtra, match=r"swm-kpi\[charts\]"):
        result(counts).plot(kind=kind)


@pytest.mark.skipif(not find_spec("altair"), reason="charts need the extra")
@pytest.mark.parametrize("form", ["svg", "png", "html"])
def test_without_vl_convert_the_extra_is_named(monkeypatch, tmp_path: Path, form: str) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    chart = result(counts).plot()
    with pytest.raises(MissingExtra, match=r"swm-kpi\[charts\]"):
        chart.save(tmp_path / f"a.{form}", policy="none")
    assert not list(tmp_path.iterdir())


@needs_altair
def test_limits_that_follow_the_period_are_steps() -> None:
    chart = result(counts, areas=("All",), grain="month", first="2023-04-01").plot()
    bands = chart.altair_chart.to_dict()["datasets"]["bands"]
    assert len(bands) == 24 + 2
    assert bands[0]["at"] < 0
    assert bands[-1]["at"] > 23
    # A band for months of 28, 29, 30 and 31 days.
    assert len({row["upper"] for row in bands}) in (3, 4)


@needs_altair
@pytest.mark.parametrize("width", [360, 1200])
def test_what_a_reader_must_know_is_below_the_picture_and_in_the_text_alternative(
    width: int,
) -> None:
    target = kpi.Target(90, valid_from="2023-04-01", source="A plan")
    broken = kpi.Break("2024-01-01", "another system")
    chart = result(counts, areas=("All",), grain="month").plot(
        target=target, recalculate_from=[broken], width=width
    )
    drawn = all_text(chart)
    assert len(chart.description.caveats) > 2
    for sentence in (*chart.description.caveats, *chart.description.sources):
        assert sentence in chart.alt_text
        assert sentence in drawn
    assert "another system" in drawn
    assert "The target from 1 April 2023 is 90" in drawn
