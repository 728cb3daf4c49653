"""A result in a notebook: a table that a screen reader can walk through, and no text that runs."""

from __future__ import annotations

from html.parser import HTMLParser

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.output import html_table
from tests.support.sample_results import result, row, rows


class Page(HTMLParser):
    """What is on a page: each element with its attributes, and its own text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"<{tag}> is closed and was not open"

    def handle_data(self, data: str) -> None:
        if self.texts:
            self.texts[-1] += data

    def all(self, tag: str, **wanted: str) -> list[str]:
        return [
            text
            for (name, attributes), text in zip(self.elements, self.texts, strict=True)
            if name == tag and wanted.items() <= attributes.items()
        ]


ORIGIN = "Computed by swm-kpi 0.1.0 with polars 2.1.0, from data as at 14 April 2025."
"""The last line under a table; before it stands the warning, whose words are in bold."""


def page_of(records: list[dict] | None = None) -> Page:
    page = Page(result(records)._repr_html_())
    assert page.open == []
    return page


def test_the_table_has_a_caption_and_headings_with_a_scope() -> None:
    page = page_of()
    assert page.all("caption") == [
        "Ref 57, 999 and 101 call handling performance by Local Policing Area: 12 rows"
    ]
    assert page.all("th", scope="col") == [
        "Ref", "Measure", "Period", "Local Policing Area", "Value", "Unit",
        "95% interval, from", "to", "Note",
    ]  # fmt: skip
    assert page.all("th", scope="row")[:4] == ["57", "calls_999", "57", "answered_999"]
    assert len(page.all("th")) == 9 + 2 * 12
    assert repr(result()) == "Result(12 rows, 1 ref by lpa)"


def test_numbers_are_formatted_and_missing_ones_are_markers() -> None:
    numbers = page_of().all("td", **{"class": "number"})
    assert numbers[::3][:6] == ["[c]", "90.0%", "1,001 [p]", "[z]", "1,002", "90.0% [u]"]
    assert numbers[3:6] == ["90.0%", "88.0%", "92.0%"]
    assert numbers[:3] == ["[c]", "", ""]


def test_only_markers_of_the_table_are_explained() -> None:
    explained, *_ = page_of().all("p")
    for marker in ("[c] withheld", "[p] provisional", "[u] of low", "[z] not applicable"):
        assert marker in explained
    assert "[e]" not in explained
    assert page_of([row("calls_999", 0, "All", 1.0)]).all("p") == ["", ORIGIN]


def test_the_table_states_provenance_and_disclosure_control() -> None:
    page = page_of()
    assert page.all("strong") == [
        "These numbers have had no disclosure control. Do not publish them."
    ]
    assert page.all("p")[-1] == ORIGIN
    policy = kpi.DisclosurePolicy(threshold=5, rounding_base=5)
    safe = Page(result(policy=policy)._repr_html_())
    assert safe.all("strong") == []
    assert safe.all("p")[-2] == f"Disclosure control: {policy.describe()}"
    assert Page(result(provenance=None)._repr_html_()).all("p")[1:] == [""]


@pytest.mark.parametrize(
    ("count", "message"), [(20, []), (21, ["1 more row."]), (1300, ["1,280 more rows."])]
)
def test_only_the_first_rows_are_shown_and_the_rest_counted(count: int, message: list[str]) -> None:
    page = page_of([row("calls_999", 0, f"area {n}", 1.0) for n in range(count)])
    assert len(page.all("tr")) == 1 + 20
    assert page.all("p") == [*message, "", ORIGIN]


def test_text_from_a_table_is_never_markup() -> None:
    hostile = "<script>alert(1)</script>\"'&amp;"
    html = result([row("calls_999", 0, hostile, 1.0, note=hostile)])._repr_html_()
    assert "<script" not in html
    assert Page(html).all("td")[1] == hostile


def test_the_basis_is_shown_where_there_are_two() -> None:
    assert "Basis" not in page_of().all("th", scope="col")
    two = [row("a", 0, "All", 1.0), row("a", 0, "All", 2.0, basis="proxy")]
    assert "Basis" in page_of(two).all("th", scope="col")


def test_no_colour_is_set_so_that_light_and_dark_themes_work() -> None:
    html = result()._repr_html_()
    assert "#" not in html.partition("</style>")[0]


def test_no_rows_is_a_table_with_headings_only() -> None:
    page = page_of([])
    assert len(page.all("tr")) == 1
    assert page.all("p") == ["", ORIGIN]


def test_a_table_of_other_columns_can_be_shown() -> None:
    frame = pl.DataFrame({"rule": ["a", "b"], "rows": [1.5, None]})
    page = Page(html_table(frame, ["rule", "rows"], caption="Rules & rows", max_rows=1))
    assert page.all("caption") == ["Rules & rows"]
    assert page.all("td", **{"class": "number"}) == ["1.5"]
    assert page.all("p") == ["1 more row."]


def test_showing_a_table_does_not_change_it() -> None:
    shown = result()
    before = shown.to_polars()
    shown._repr_html_()
    assert shown.to_polars().equals(before)
    assert len(rows()) == len(shown)


# What other things show


def of_calls(**others) -> kpi.Result:
    """Twelve months and more of one measure, by area."""
    output = []
    for at, period in enumerate(kpi.periods("2023-04-01", "2025-03-31", grain="month")):
        days = {"period_start": period.start, "period_end": period.end}
        for area, size in (("Shropshire", 40.0), ("All", 100.0)):
            new = row("calls_999", 0, area, size + at + at % 2, period=period.label, grain="month")
            output.append(new | days | others)
    return result(output)


def test_a_comparison_shows_what_could_be_compared_and_how_it_moved() -> None:
    page = Page(of_calls().compare("previous_year")._repr_html_())
    assert page.all("caption") == ["Comparison with previous year: 24 of 48 rows compared"]
    assert page.all("th", scope="row")[:2] == ["57", "calls_999"]
    numbers = page.all("td", **{"class": "number"})
    # From 40 a percentage would say too much; from 100 it does not.
    assert numbers[:8] == ["52", "40", "", "", "112", "100", "+12.0%", ""]
    assert page.all("strong") == [
        "These numbers have had no disclosure control. Do not publish them."
    ]
    none = Page(of_calls().compare("three_year_average")._repr_html_())
    assert none.all("caption") == ["Comparison with three year average: 0 of 48 rows compared"]
    assert len(none.all("tr")) == 1 + 20


def test_a_process_chart_shows_its_points_the_latest_first_and_its_words() -> None:
    chart = of_calls().spc(
        "calls_999", target=kpi.Target(90, valid_from="2023-04-01", source="A plan")
    )
    page = Page(chart._repr_html_())
    assert page.all("th", scope="col") == [
        "Period", "Value", "Lower limit", "Mean", "Upper limit", "Variation", "Target",
    ]  # fmt: skip
    assert page.all("th", scope="row")[0] == "2025-03"
    assert page.all("td", **{"class": "number"})[:5] == ["124", "103", "114", "125", "90"]
    assert page.all("p")[-1] == str(chart)


@pytest.mark.slow
def test_a_report_and_readiness_print_their_words() -> None:
    class Printer:
        printed = ""

        def text(self, words: str) -> None:
            self.printed += words

    frame = kpi.synthetic.generate_force(start="2024-04-01", end="2024-06-30", scale=0.001)[
        "incident"
    ]
    for shown in (kpi.validate(frame, "incident"), kpi.check_inputs({"incident": frame})):
        printer = Printer()
        shown._repr_pretty_(printer, cycle=False)
        assert printer.printed == str(shown)


def test_an_entry_shows_itself_in_one_line() -> None:
    shown = {entry.ref: repr(entry) for entry in kpi.catalogue()}
    assert shown["57"] == "<Metric 57 call_handling: 999 and 101 call handling performance>"
    assert str(kpi.catalogue()["57"]) == shown["57"]
    assert all("\n" not in value and len(value) < 250 for value in shown.values()), shown
