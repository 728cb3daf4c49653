"""Every page and file of the site, generated from a catalogue: path to text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import Any, TypeAlias

from swm_kpi.errors import DefinitionError, Problem, SwmKpiError
from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.site.context import SiteContext
from swm_kpi.site.indexes import (
    build_availability_index,
    build_name_index,
    build_table_index,
    build_theme_index,
)
from swm_kpi.site.links import metric_path, table_path
from swm_kpi.site.mapping_section import iter_query_files
from swm_kpi.site.metric_page import build_metric_page
from swm_kpi.site.overview import build_home_page, build_metric_index
from swm_kpi.site.static_pages import (
    build_accessibility_statement,
    build_markers_page,
    build_search_page,
)
from swm_kpi.site.table_files import csv_template, table_schema
from swm_kpi.site.table_page import build_table_page

Menu: TypeAlias = list[Any]
"""Part of the menu as mkdocs reads it: paths, and titles of further parts."""

_LINK_TARGET = re.compile(r'(?:href|src)="([^"#]*)[^"]*"')


def build_pages(context: SiteContext) -> dict[str, str]:
    """Return the text of each file of the site by its path under the folder of sources.

    The same context always gives the same bytes.

    Raises:
        DefinitionError: a metric lacks something that its page needs, its page cannot be made, or
            a link leads nowhere. The message names the metric or the page.
    """
    problems = [problem for entry in context.catalogue for problem in _missing_texts(entry)]
    if problems:
        raise DefinitionError(problems)
    pages = {
        "index.md": build_home_page(context),
        "metrics/index.md": build_metric_index(context),
        "metrics/themes.md": build_theme_index(context),
        "metrics/availability.md": build_availability_index(context),
        "metrics/a-to-z.md": build_name_index(context),
        "tables/index.md": build_table_index(context),
        "markers.md": build_markers_page(),
        "accessibility.md": build_accessibility_statement(context),
        "search.md": build_search_page(),
    }
    for entry in context.catalogue:
        pages[f"{metric_path(entry.ref)}.md"] = _build_checked_page(entry, context)
    for name, contract in context.catalogue.contracts.items():
        pages[f"{table_path(name)}.md"] = build_table_page(contract, context)
        pages[f"{table_path(name)}.csv"] = csv_template(contract)
        pages[f"{table_path(name)}.json"] = table_schema(contract)
    pages |= iter_query_files(context)
    problems = list(find_broken_links(pages))
    if problems:
        raise DefinitionError(problems)
    return pages


def build_menu(context: SiteContext) -> dict[str, Menu]:
    """Return the parts of the menu that depend on the catalogue, by title."""
    objectives: dict[str, list[str]] = {}
    for entry in context.catalogue:
        objectives.setdefault(entry.objective_title, []).append(f"{metric_path(entry.ref)}.md")
    return {
        "Metrics": [
            *(f"metrics/{name}.md" for name in ("index", "themes", "availability", "a-to-z")),
            *({title: paths} for title, paths in objectives.items()),
        ],
        "Tables": [
            "tables/index.md",
            *(f"{table_path(name)}.md" for name in context.catalogue.contracts),
            "markers.md",
        ],
    }


def _build_checked_page(entry: CatalogueEntry, context: SiteContext) -> str:
    """Return the page of an entry; any error names the metric."""
    try:
        return build_metric_page(entry, context)
    except (SwmKpiError, TypeError, ValueError, LookupError) as error:
        fix = "Fix the metric, so that its page can be made"
        rule = f"its page cannot be made: {error}"
        raise DefinitionError([Problem(f"Metric {entry.ref}", "page", rule, fix)]) from error


def _missing_texts(entry: CatalogueEntry) -> Iterator[Problem]:
    """Yield a problem for each text that the page of a metric needs and that is empty.

    A definition checks the same, but a copy made with ``model_copy`` skips that check.
    """
    if not isinstance(entry, Metric):
        return
    findings = [
        (name, "it is empty", "Write it for a reader who does not know the subject")
        for name in ("title", "summary", "limitations")
        if not getattr(entry, name).strip()
    ]
    if not any(example.edge_case for example in entry.examples):
        fix = "Add Example(..., edge_case=...)"
        findings.append(("examples", "none shows an edge case", fix))
    for contract in entry.contracts.values():
        findings += [
            (f"{contract.table}.{name}", "the column has no description", "Say what it holds")
            for name, column in contract.columns.items()
            if not column.description.strip()
        ]
    yield from (Problem(f"Metric {entry.ref}", *finding) for finding in findings)


def find_broken_links(pages: Mapping[str, str]) -> Iterator[Problem]:
    """Yield a problem for each link between pages that leads nowhere.

    mkdocs checks links in Markdown, but not in HTML.

    Args:
        pages: the text of each file by its path.
    """
    targets = {re.sub(r"\.md$", ".html", path) for path in pages}
    for path, text in pages.items():
        if not path.endswith(".md"):
            continue
        for address in dict.fromkeys(_LINK_TARGET.findall(text)):
            if not address or address.startswith("https://"):
                continue
            if normpath(join(dirname(path), address)) not in targets:
                rule = f"it links to {address!r}, which is not a page"
                yield Problem(f"Page {path}", "link", rule, "Correct the address")
