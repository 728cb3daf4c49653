"""A result in a notebook: a table that a screen reader can walk through, and no text that runs."""

from __future__ import annotations

from html.parser import HTMLParser

import polars as pl
import pytest

from swm_kpi.export import html_table
from tests.packs import result, row, rows


class Page(HTMLParser):
    """What is on a page: each element with its attributes, and its own text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
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
            for (name, attributes), text in zip(self.found, self.texts, strict=True)
            if name == tag and wanted.items() <= attributes.items()
        ]


def page_of(records: list[dict] | None = None) -> Page:
    page = Page(result(records)._repr_html_())
    assert page.open == []
    return page


def test_it_has_a_caption_and_every_heading_says_of_what() -> None:
    page = page_of()
    assert page.all("caption") == ["Result(12 rows, 1 refs by lpa)"]
    assert page.all("th", scope="col") == [
        "Ref", "Measure", "Period", "Local Policing Area", "Value", "Unit", "Note",
    ]  # fmt: skip
    assert page.all("th", scope="row")[:4] == ["57", "calls_999", "57", "answered_999"]
    assert len(page.all("th")) == 7 + 2 * 12


def test_numbers_are_as_readers_write_them_and_markers_stand_for_those_not_there() -> None:
    numbers = page_of().all("td", **{"class": "number"})
    assert numbers[:6] == ["[c]", "90.0%", "1,001 [p]", "[z]", "1,002", "90.0% [u]"]


def test_the_markers_met_are_explained_and_no_others() -> None:
    (explained,) = page_of().all("p")
    for marker in ("[c] withheld", "[p] provisional", "[u] of low", "[z] not applicable"):
        assert marker in explained
    assert "[e]" not in explained
    assert page_of([row("calls_999", 0, "All", 1.0)]).all("p") == []


@pytest.mark.parametrize(
    ("count", "said"), [(20, []), (21, ["1 more row."]), (1300, ["1,280 more rows."])]
)
def test_only_the_first_rows_are_shown_and_the_rest_counted(count: int, said: list[str]) -> None:
    page = page_of([row("calls_999", 0, f"area {n}", 1.0) for n in range(count)])
    assert len(page.all("tr")) == 1 + 20
    assert page.all("p") == said


def test_text_from_a_table_is_never_markup() -> None:
    hostile = "<script>alert(1)</script>\"'&amp;"
    html = result([row("calls_999", 0, hostile, 1.0, note=hostile)])._repr_html_()
    assert "<script" not in html
    assert Page(html).all("td")[1] == hostile


def test_the_basis_is_shown_where_there_are_two() -> None:
    assert "Basis" not in page_of().all("th", scope="col")
    two = [row("a", 0, "All", 1.0), row("a", 0, "All", 2.0, basis="proxy")]
    assert "Basis" in page_of(two).all("th", scope="col")


def test_no_colour_is_set_so_that_it_reads_on_light_and_dark() -> None:
    html = result()._repr_html_()
    assert "#" not in html.partition("</style>")[0]


def test_no_rows_is_a_table_with_headings_only() -> None:
    page = page_of([])
    assert len(page.all("tr")) == 1
    assert page.all("p") == []


def test_a_table_of_other_columns_can_be_shown() -> None:
    frame = pl.DataFrame({"rule": ["a", "b"], "rows": [1.5, None]})
    page = Page(html_table(frame, ["rule", "rows"], caption="Rules & rows", most=1))
    assert page.all("caption") == ["Rules & rows"]
    assert page.all("td", **{"class": "number"}) == ["1.5"]
    assert page.all("p") == ["1 more row."]


def test_nothing_in_the_table_is_changed_by_showing_it() -> None:
    shown = result()
    before = shown.to_polars()
    shown._repr_html_()
    assert shown.to_polars().equals(before)
    assert len(rows()) == len(shown)
