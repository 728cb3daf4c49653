"""Every page of the site, from what is declared: path to text, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import Any, TypeAlias

from swm_kpi.errors import DefinitionError, Problem, SwmKpiError
from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.site.context import Subject, metric_path, table_path
from swm_kpi.site.indexes import a_to_z, by_availability, tables_index, themes
from swm_kpi.site.metric_page import metric_page
from swm_kpi.site.overview import at_a_glance, home
from swm_kpi.site.static_pages import accessibility, markers, search
from swm_kpi.site.table_page import contract_json, table_page, template

Menu: TypeAlias = list[Any]

_ADDRESS = re.compile(r'(?:href|src)="([^"#]*)[^"]*"')


def pages(subject: Subject) -> dict[str, str]:
    """Return each file of the site's source by its path. The same subject gives the same bytes.

    Raises:
        DefinitionError: a metric lacks what its page needs; the message names it.
    """
    problems = [problem for each in subject.catalogue for problem in _problems(each, subject)]
    if problems:
        raise DefinitionError(problems)
    found = {
        "index.md": home(subject),
        "metrics/index.md": at_a_glance(subject),
        "metrics/themes.md": themes(subject),
        "metrics/availability.md": by_availability(subject),
        "metrics/a-to-z.md": a_to_z(subject),
        "tables/index.md": tables_index(subject),
        "markers.md": markers(),
        "accessibility.md": accessibility(subject),
        "search.md": search(),
    }
    for entry in subject.catalogue:
        found[f"{metric_path(entry.ref)}.md"] = _made(entry, subject)
    for name, contract in subject.catalogue.contracts.items():
        found[f"{table_path(name)}.md"] = table_page(contract, subject)
        found[f"{table_path(name)}.csv"] = template(contract)
        found[f"{table_path(name)}.json"] = contract_json(contract)
    problems = list(broken_links(found))
    if problems:
        raise DefinitionError(problems)
    return found


def menu(subject: Subject) -> dict[str, Menu]:
    """Return the parts of the menu that the catalogue fills, by title."""
    objectives: dict[str, list[str]] = {}
    for entry in subject.catalogue:
        objectives.setdefault(entry.objective_title, []).append(f"{metric_path(entry.ref)}.md")
    ways = ["index", "themes", "availability", "a-to-z"]
    return {
        "Metrics": [
            *(f"metrics/{each}.md" for each in ways),
            *({title: refs} for title, refs in objectives.items()),
        ],
        "Tables": [
            "tables/index.md",
            *(f"{table_path(name)}.md" for name in subject.catalogue.contracts),
            "markers.md",
        ],
    }


def _made(entry: CatalogueEntry, subject: Subject) -> str:
    try:
        return metric_page(entry, subject)
    except (SwmKpiError, TypeError, ValueError, LookupError) as error:
        fix = "Mend the metric, so that its page can be made"
        rule = f"its page cannot be made: {error}"
        raise DefinitionError([Problem(f"Metric {entry.ref}", "page", rule, fix)]) from error


def _problems(entry: CatalogueEntry, subject: Subject) -> Iterator[Problem]:
    """Yield what a page needs and a metric lacks, also where its own rules were gone around."""
    if not isinstance(entry, Metric):
        return
    lacking = [
        (name, "it is empty", "Write it for a reader who does not know the subject")
        for name in ("title", "summary", "limitations")
        if not getattr(entry, name).strip()
    ]
    if not any(each.edge_case for each in entry.examples):
        lacking.append(("examples", "there is no counter-example", "Add Example(..., trap=...)"))
    for contract in entry.contracts.values():
        lacking += [
            (f"{contract.table}.{name}", "the column has no description", "Say what it holds")
            for name, column in contract.columns.items()
            if not column.description.strip()
        ]
    yield from (Problem(f"Metric {entry.ref}", *each) for each in lacking)


def broken_links(found: Mapping[str, str]) -> Iterator[Problem]:
    """Yield each link between these pages that leads nowhere: mkdocs does not check HTML."""
    there = {re.sub(r"\.md$", ".html", path) for path in found}
    for path, text in found.items():
        if path.endswith(".md"):
            for address in dict.fromkeys(_ADDRESS.findall(text)):
                if not address or address.startswith("https://"):
                    continue
                if normpath(join(dirname(path), address)) not in there:
                    rule = f"it links to {address!r}, which is no page"
                    yield Problem(f"Page {path}", "link", rule, "Mend the address")
