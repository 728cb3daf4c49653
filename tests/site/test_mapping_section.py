"""The page of a table shows how the force makes it: in English, in SQL and by worked examples."""

from __future__ import annotations

from pathlib import Path

import pytest

import swm_kpi as kpi
from swm_kpi.site.context import SiteContext
from swm_kpi.site.mapping_section import iter_query_files
from swm_kpi.site.table_page import build_table_page
from tests.support.force_folder import SPANS_FILES, UNION_FILES, write_force

OTHER_FORCE = Path(__file__).parents[1] / "other_force" / "force"


def context_of(folder: Path) -> SiteContext:
    force = kpi.Force.read(folder)
    return SiteContext(force.catalogue(), organisation=force.name, mappings=force.mappings)


def page_of(context: SiteContext, table: str) -> str:
    return build_table_page(context.catalogue.contracts[table], context)


@pytest.fixture(scope="module")
def other() -> SiteContext:
    return context_of(OTHER_FORCE)


def test_a_mapping_is_shown_with_its_examples_and_its_query(other: SiteContext) -> None:
    """Before: the worked examples of mappings were on no page."""
    page = page_of(other, "crime")
    for words in (
        "How Other Force makes this table",
        "One row for each number: the first by line.",
        "<code>Domestic?</code>",
        "True where domestic is ‘Y’, false where it is ‘N’.",
        "<code>is&#95;knife</code>, <code>is&#95;firearm</code>",
        "A crime with two lines has the offence of line 1.",
        "rows of niche&#95;crimes",
        "the rows of crime that they become",
        "Residential burglary",
        "WITH &#34;codes of offence&#95;subgroup&#34;",
        "crime-from-niche_crimes.tsql.sql",
    ):
        assert words in page, words
    files = dict(iter_query_files(other))
    mapping = other.mappings["crime"]
    assert isinstance(mapping, kpi.Mapping)
    assert files["tables/crime-from-niche_crimes.duckdb.sql"] == mapping.sql("duckdb")


def test_a_table_that_the_force_does_not_make_has_no_such_section(other: SiteContext) -> None:
    assert "makes this table" not in page_of(other, "complaint")


def test_a_union_and_snapshots_are_shown(tmp_path: Path) -> None:
    union = context_of(write_force(tmp_path / "union", UNION_FILES))
    page = page_of(union, "incident")
    assert "2 extracts, by" in page
    assert "The rows to 30 April 2024" in page
    assert "From new c2" in page
    assert set(dict(iter_query_files(union))) >= {
        "tables/incident-from-c2.duckdb.sql", "tables/incident-from-new_c2.duckdb.sql"
    }  # fmt: skip
    spans = context_of(write_force(tmp_path / "spans", SPANS_FILES))
    page = page_of(spans, "open_incident_snapshot")
    assert "Counted from" in page
    assert "Every day at 07:00, 19:00, local time." in page
