"""What the guides list is what there is: a list in a page that nobody extends would lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import swm_kpi as kpi
from swm_kpi.analysis.comparison.compared_periods import ComparisonKind
from swm_kpi.measures import Measure, TableMeasure
from swm_kpi.result import AFTER, BEFORE
from tests.docs.test_docs_code import PAGES, ROOT

DOCS = ROOT / "docs"


def first_cells(page: str) -> list[str]:
    """The first cell of each row of each table of a page, without its marks."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [found.strip("` ") for found in re.findall(r"^\|([^|]+)\|", text, re.M)]


def kinds(of: type[Measure] = Measure) -> Iterator[str]:
    for each in of.__subclasses__():
        if each is not TableMeasure:
            yield each.__name__
        yield from kinds(each)


def test_every_kind_of_measure_is_offered() -> None:
    page = (DOCS / "how-to/add-a-metric.md").read_text(encoding="utf-8")
    public = {each for each in kinds() if each in kpi.__all__}
    assert {each for each in public if f"| `{each}` |" not in page} == set()


def test_every_column_of_a_result_is_explained_in_its_order() -> None:
    named = [each for each in first_cells("reference/result-columns.md") if each in BEFORE + AFTER]
    assert named == [*BEFORE, *AFTER]


def test_every_comparison_is_listed() -> None:
    assert set(ComparisonKind) <= set(first_cells("how-to/compare-and-chart.md"))


def test_every_rule_with_a_remedy_is_one_that_validation_words() -> None:
    page = (DOCS / "how-to/read-violations.md").read_text(encoding="utf-8")
    rules = set(re.findall(r"^\| ([a-z][^|]+) \|", page, re.M))
    source = "".join(
        path.read_text(encoding="utf-8")
        for room in ("contracts", "engine")
        for path in (ROOT / "swm_kpi" / room).glob("*.py")
    )
    # What a column holds in place of its own type is filled in by the rule.
    assert {each for each in rules if each not in source} == {
        "holds string, not dates with times",
    }


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.stem)
def test_a_page_says_who_it_is_for(page: Path) -> None:
    title, _, first, *_ = page.read_text(encoding="utf-8").split("\n")
    assert title.startswith("# ")
    assert first.startswith("For ")


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.svg")), ids=lambda path: path.stem)
def test_a_diagram_says_what_it_shows_and_is_readable_in_the_dark(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.search(r"<title id=\"title\">[^<]+</title>", text)
    assert re.search(r"<desc id=\"desc\">[^<]{50,}</desc>", text)
    assert "prefers-color-scheme: dark" in text
