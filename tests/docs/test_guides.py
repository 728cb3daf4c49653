"""Lists in the guides match the code, so that a new kind, column or rule is added to its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import swm_kpi as kpi
from swm_kpi.analysis.comparison.compared_periods import ComparisonKind
from swm_kpi.measures import Measure, TableMeasure
from swm_kpi.result_columns import RESULT_COLUMNS
from tests.support.docs_code import PAGES, ROOT

DOCS = ROOT / "docs"


def first_cells(page: str) -> list[str]:
    """Return the first cell of each table row on a page, without backticks."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [cell.strip("` ") for cell in re.findall(r"^\|([^|]+)\|", text, re.M)]


def kinds(parent: type[Measure] = Measure) -> Iterator[str]:
    for kind in parent.__subclasses__():
        if kind is not TableMeasure:
            yield kind.__name__
        yield from kinds(kind)


def test_every_measure_kind_is_listed() -> None:
    page = (DOCS / "how-to/add-a-metric.md").read_text(encoding="utf-8")
    public = {kind for kind in kinds() if kind in kpi.__all__}
    assert {kind for kind in public if f"| `{kind}` |" not in page} == set()


def test_the_page_of_columns_matches_their_declaration() -> None:
    page = (DOCS / "reference/result-columns.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `") and "| `[" not in line]
    assert rows == [
        f"| `{column.name}` | {column.type} | {column.description} |" for column in RESULT_COLUMNS
    ]


def test_every_comparison_is_listed() -> None:
    assert set(ComparisonKind) <= set(first_cells("how-to/compare-and-chart.md"))


def test_every_rule_in_the_guide_is_a_message_of_validation() -> None:
    page = (DOCS / "how-to/read-violations.md").read_text(encoding="utf-8")
    table = page.partition("## Fix the data")[2]
    rules = set(re.findall(r"^\| ([a-z][^|]+) \|", table, re.M))
    source = "".join(
        path.read_text(encoding="utf-8")
        for package in ("contracts", "engine")
        for path in (ROOT / "swm_kpi" / package).rglob("*.py")
    )
    # The rule fills in the type that the column has.
    assert {rule for rule in rules if rule not in source} == {
        "holds string, not dates with times",
        "holds UUID[]: cast it with CAST(x AS VARCHAR)",
    }


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.stem)
def test_a_page_states_who_it_is_for(page: Path) -> None:
    title, _, first, *_ = page.read_text(encoding="utf-8").split("\n")
    assert title.startswith("# ")
    assert first.startswith("For ")


@pytest.mark.parametrize("path", sorted(DOCS.rglob("*.svg")), ids=lambda path: path.stem)
def test_a_diagram_has_a_description_and_a_dark_mode(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.search(r"<title id=\"title\">[^<]+</title>", text)
    assert re.search(r"<desc id=\"desc\">[^<]{50,}</desc>", text)
    assert "prefers-color-scheme: dark" in text
