"""Ways to a metric: by theme, by availability, by table and by name."""

from __future__ import annotations

from collections.abc import Iterable

from swm_kpi.model.metric import CatalogueEntry, MetricGroup, UndefinedMetric
from swm_kpi.site.context import Subject, page, section, to_metric, to_table
from swm_kpi.site.markup import Html, join, linked, paragraph, table, tag
from swm_kpi.site.names import also_called
from swm_kpi.site.status import availability, availability_words, computes, state
from swm_kpi.vocabulary import AvailabilityStatus, Basis


def themes(subject: Subject) -> str:
    """Return the page of themes."""
    catalogue = subject.catalogue
    parts: list[Html] = []
    for theme, refs in catalogue.themes.items():
        entries = [catalogue[ref] for ref in refs]
        rows = ((each.ref, to_metric(each), state(each, catalogue)) for each in entries)
        parts += [section(theme), table(theme, ("Ref", "Metric", "State"), rows, quiet=True)]
    placed = {ref for refs in catalogue.themes.values() for ref in refs}
    others = [each for each in catalogue if each.ref not in placed]
    if others:
        rows = ((each.ref, to_metric(each), state(each, catalogue)) for each in others)
        title = "Under no theme" if parts else "All refs"
        parts += [section(title), table(title, ("Ref", "Metric", "State"), rows, quiet=True)]
    return page(
        "Metrics by theme",
        paragraph("One metric may stand under several themes.", class_="lead"),
        *parts,
        short="By theme",
        kind="list",
    )


def by_availability(subject: Subject) -> str:
    """Return the page of what is documented of availability."""
    parts: list[Html] = []
    for status in AvailabilityStatus:
        entries = [each for each in subject.catalogue if each.availability.status is status]
        if not entries:
            continue
        parts.append(section(f"{availability_words(status)}: {len(entries)}"))
        parts.append(paragraph(availability(status)))
        reasons = {each.availability.reason for each in entries}
        if len(reasons) == 1:
            parts.append(paragraph(next(iter(reasons))))
        parts.append(
            table(
                availability_words(status),
                ("Ref", "Metric", "Computes", "Evidence"),
                (
                    (
                        each.ref,
                        to_metric(each),
                        computes(each, subject.catalogue),
                        _evidence(each),
                    )
                    for each in entries
                ),
                quiet=True,
            )
        )
    return page(
        "Metrics by availability",
        paragraph(
            "Availability is what is documented of whether the force may report a metric. It is "
            "stated with its evidence and never hides a number. Whether a metric computes is "
            "another question.",
            class_="lead",
        ),
        *parts,
        short="By availability",
        kind="list",
    )


def _evidence(entry: CatalogueEntry) -> Html:
    found = entry.availability.evidence
    if not found:
        return join(["None found" if not isinstance(entry, MetricGroup | UndefinedMetric) else ""])
    return join(
        (
            join([f"{e.formatted_date}: {e.finding} ", tag("small", linked(e.source))])
            for e in found
        ),
        "<br>",
    )


def a_to_z(subject: Subject) -> str:
    """Return the index by name, with other names."""
    names: list[tuple[str, CatalogueEntry]] = []
    for entry in subject.catalogue:
        if entry.title:
            names.append((entry.name, entry))
            names += [
                (f"{other[:1].upper()}{other[1:]}", entry)
                for other in also_called(entry, subject)
                if "(ref " not in other and other.lower() != entry.name.lower()
            ]
    letters: dict[str, list[tuple[str, CatalogueEntry]]] = {}
    for name, entry in sorted(names, key=lambda each: (each[0].lower(), each[1].ref)):
        first = name[:1].upper()
        letters.setdefault(first if first.isalpha() else "0 to 9", []).append((name, entry))
    parts: list[Html] = []
    for letter, found in letters.items():
        parts.append(section(letter))
        items = (
            tag("li", to_metric(entry, name), tag("span", f"ref {entry.ref}", class_="ref-after"))
            for name, entry in found
        )
        parts.append(tag("ul", *items, class_="index"))
    return page(
        "A to Z",
        paragraph("Each metric by its name, and by what else it is called.", class_="lead"),
        *parts,
        short="A to Z",
    )


def tables_index(subject: Subject) -> str:
    """Return the page that leads from a table to its metrics, and back."""
    catalogue = subject.catalogue
    own = {name for entry in catalogue for name in subject.tables(entry, Basis.FORCE)}
    rows = []
    for name, contract in catalogue.contracts.items():
        readers = list(subject.readers(name))
        alone = [e for e in readers if subject.tables(e, Basis.FORCE) == (name,)]
        others = [e for e in readers if e not in alone]
        rows.append(
            (
                to_table(name),
                contract.meaning + ("" if name in own else " Public open data."),
                _refs(alone),
                _refs(others),
            )
        )
    needs = (
        (
            entry.ref,
            to_metric(entry),
            join((to_table(each) for each in subject.tables(entry, Basis.FORCE)), ", "),
        )
        for entry in catalogue
        if catalogue.metric(entry) is not None
    )
    return page(
        "Tables",
        paragraph(
            f"{len(catalogue.contracts)} tables hold everything that the metrics read. Each has a "
            "page with its columns, its rules, an empty template and its contract.",
            class_="lead",
        ),
        section("I have this table: which metrics can I compute?"),
        table(
            "Tables, and the refs that read them",
            (
                "Table",
                "One row",
                "Refs from it alone",
                "Refs that need other tables or a public proxy",
            ),
            rows,
        ),
        section("I want this metric: which tables does it need?"),
        table("Metrics, and the tables they need", ("Ref", "Metric", "Tables"), needs),
        short="All tables",
        kind="list",
    )


def _refs(entries: Iterable[CatalogueEntry]) -> Html:
    return join((to_metric(each, f"{each.ref}") for each in entries), ", ")
