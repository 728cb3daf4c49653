"""The index pages: metrics by theme, by availability and by name, and the tables."""

from __future__ import annotations

from collections.abc import Iterable

from swm_kpi.model.metric import CatalogueEntry, MetricGroup, UndefinedMetric
from swm_kpi.site.alternative_names import alternative_names
from swm_kpi.site.context import SiteContext
from swm_kpi.site.links import link_to_metric, link_to_table
from swm_kpi.site.markdown import build_page, heading
from swm_kpi.site.markup import Html, join, link_addresses, paragraph, table, tag
from swm_kpi.site.status import (
    availability_text,
    computation_label,
    status_labels,
)
from swm_kpi.vocabulary import AvailabilityStatus, Basis


def build_theme_index(context: SiteContext) -> str:
    """Return the page of metrics by theme, with those in no theme at the end."""
    catalogue = context.catalogue
    groups = {theme: [catalogue[ref] for ref in refs] for theme, refs in catalogue.themes.items()}
    refs_with_theme = {ref for refs in catalogue.themes.values() for ref in refs}
    others = [entry for entry in catalogue if entry.ref not in refs_with_theme]
    if others:
        groups["In no theme" if groups else "All metrics"] = others
    parts: list[Html] = []
    for title, entries in groups.items():
        rows = (
            (entry.ref, link_to_metric(entry), status_labels(entry, catalogue)) for entry in entries
        )
        headings = ("Ref", "Metric", "Status")
        parts += [heading(title), table(title, headings, rows, caption_visually_hidden=True)]
    return build_page(
        "Metrics by theme",
        paragraph("A metric can be in several themes.", class_="lead"),
        *parts,
        menu_title="By theme",
        layout="list",
    )


def build_availability_index(context: SiteContext) -> str:
    """Return the page of metrics by availability, with the evidence for each."""
    catalogue = context.catalogue
    groups: dict[str, list[CatalogueEntry]] = {}
    for status in AvailabilityStatus:
        for entry in catalogue:
            own = catalogue.own_availability(entry)
            if own is not None and own.status is status:
                groups.setdefault(availability_text(own.status), []).append(entry)
    parts: list[Html] = []
    if catalogue.availability is not None:
        parts.append(paragraph(catalogue.availability.reason))
    for title, entries in groups.items():
        parts.append(heading(f"{title}: {len(entries)}"))
        reasons = {entry.availability.reason for entry in entries}
        if len(reasons) == 1:
            parts.append(paragraph(next(iter(reasons))))
        parts.append(_availability_table(title, entries, context))
    others = [entry for entry in catalogue if catalogue.own_availability(entry) is None]
    if others:
        title = "With no statement of their own"
        parts.append(heading(f"{title}: {len(others)}"))
        parts.append(_availability_table(title, others, context))
    return build_page(
        "Metrics by availability",
        paragraph(
            "Availability is what documents say about whether the force can report a metric. Each "
            "statement has its evidence. Availability never hides a number, and does not say "
            "whether the library can compute it.",
            class_="lead",
        ),
        *parts,
        menu_title="By availability",
        layout="list",
    )


def _availability_table(
    title: str, entries: Iterable[CatalogueEntry], context: SiteContext
) -> Html:
    rows = (
        (
            entry.ref,
            link_to_metric(entry),
            computation_label(entry, context.catalogue),
            _format_evidence(entry),
        )
        for entry in entries
    )
    headings = ("Ref", "Metric", "Computation", "Evidence")
    return table(title, headings, rows, caption_visually_hidden=True)


def _format_evidence(entry: CatalogueEntry) -> Html:
    items = entry.availability.evidence
    if not items:
        needs_evidence = not isinstance(entry, MetricGroup | UndefinedMetric)
        return join(["None found" if needs_evidence else ""])
    lines = (
        join(
            [
                f"{evidence.formatted_date}: {evidence.finding} ",
                tag("small", link_addresses(evidence.source)),
            ]
        )
        for evidence in items
    )
    return join(lines, "<br>")


def build_name_index(context: SiteContext) -> str:
    """Return the A to Z: each metric by its title and by its other names."""
    names: list[tuple[str, CatalogueEntry]] = []
    for entry in context.catalogue:
        if not entry.title:
            continue
        names.append((entry.name, entry))
        names += [
            (f"{name[:1].upper()}{name[1:]}", entry)
            for name in alternative_names(entry, context)
            if "(ref " not in name and name.lower() != entry.name.lower()
        ]
    names.sort(key=lambda item: (item[0].lower(), item[1].ref))
    letters: dict[str, list[tuple[str, CatalogueEntry]]] = {}
    for name, entry in names:
        initial = name[:1].upper()
        letter = initial if initial.isalpha() else "0 to 9"
        letters.setdefault(letter, []).append((name, entry))
    parts: list[Html] = []
    for letter, entries in letters.items():
        items = (
            tag(
                "li",
                link_to_metric(entry, name),
                tag("span", f"ref {entry.ref}", class_="ref-after"),
            )
            for name, entry in entries
        )
        parts += [heading(letter), tag("ul", *items, class_="name-index")]
    return build_page(
        "A to Z",
        paragraph("Each metric by its name and by its other names.", class_="lead"),
        *parts,
        menu_title="A to Z",
    )


def build_table_index(context: SiteContext) -> str:
    """Return the page that leads from a table to its metrics, and from a metric to its tables."""
    catalogue = context.catalogue
    force_tables = {name for entry in catalogue for name in context.tables(entry, Basis.FORCE)}
    rows = []
    for name, contract in catalogue.contracts.items():
        entries = list(context.entries_reading(name))
        alone = [entry for entry in entries if context.tables(entry, Basis.FORCE) == (name,)]
        together = [entry for entry in entries if entry not in alone]
        source = "" if name in force_tables else " Public open data."
        meaning = f"{contract.meaning}{source}"
        rows.append((link_to_table(name), meaning, _link_refs(alone), _link_refs(together)))
    needs = (
        (
            entry.ref,
            link_to_metric(entry),
            join((link_to_table(name) for name in context.tables(entry, Basis.FORCE)), ", "),
        )
        for entry in catalogue
        if catalogue.metric(entry) is not None
    )
    return build_page(
        "Tables",
        paragraph(
            f"The metrics read {len(catalogue.contracts)} tables. The page of each has its columns "
            "and rules, an empty template and its contract.",
            class_="lead",
        ),
        heading("I have this table: which metrics can I compute?"),
        table(
            "Tables, and the metrics that read them",
            (
                "Table",
                "One row",
                "Refs that need only this table",
                "Refs that need others too, or read it as a proxy",
            ),
            rows,
        ),
        heading("I want this metric: which tables does it need?"),
        table("Metrics, and the tables they need", ("Ref", "Metric", "Tables"), needs),
        menu_title="All tables",
        layout="list",
    )


def _link_refs(entries: Iterable[CatalogueEntry]) -> Html:
    return join((link_to_metric(entry, entry.ref) for entry in entries), ", ")
