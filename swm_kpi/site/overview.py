"""The home page, and the page with every metric and its status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry
from swm_kpi.site.context import SiteContext
from swm_kpi.site.links import link_to_metric, link_to_table
from swm_kpi.site.markdown import build_page, heading
from swm_kpi.site.markup import Html, join, link, paragraph, table, tag
from swm_kpi.site.status import status_labels
from swm_kpi.vocabulary import AvailabilityStatus, Basis

# What is counted of each status that is not counted by its own words: one, and several.
_OTHER_WORDS = {
    AvailabilityStatus.UNKNOWN: ("of unknown availability", "of unknown availability"),
    AvailabilityStatus.GROUP: ("group of metrics", "groups of metrics"),
    AvailabilityStatus.UNDEFINED: ("without text in the plan", "without text in the plan"),
}
_INDEX_PAGES = (
    ("metrics/index.html", "All metrics", "Every metric in the plan’s order, with its status."),
    ("metrics/themes.html", "By theme", "Domestic abuse, roads, workforce and so on."),
    ("metrics/availability.html", "By availability", "What documents say, with the evidence."),
    ("tables/index.html", "By table", "I have this table: which metrics can I compute?"),
    ("metrics/a-to-z.html", "A to Z", "By name and by other names."),
    ("search.html", "Search", "Any word, such as 999, knife or stalking."),
)


def default_site_name(catalogue: Catalogue) -> str:
    """Return the name of a site whose publisher states none."""
    return f"{catalogue.title} metrics"


def build_home_page(context: SiteContext) -> str:
    """Return the home page."""
    catalogue = context.catalogue
    links = (
        tag("li", link(address, title), paragraph(description))
        for address, title, description in _INDEX_PAGES
    )
    return build_page(
        default_site_name(catalogue),
        paragraph(
            f"What each of {len(catalogue)} numbered metrics counts, which data it needs, and "
            "whether it can be reported. The pages and the numbers come from the same definitions, "
            "so they always agree.",
            class_="lead",
        ),
        _build_counts(context),
        heading("Find a metric"),
        tag("ul", *links, class_="index-links"),
        heading("Two separate questions"),
        paragraph(tag("strong", "Is it available?"), _explain_availability(catalogue)),
        paragraph(
            tag("strong", "Can it be computed?"),
            " This says whether the library defines a computation. With the right tables it "
            "computes the metric. Without them, it says what is missing.",
        ),
        heading("By objective"),
        *_build_objective_lists(context),
        menu_title="Home",
        layout="home",
    )


def _explain_availability(catalogue: Catalogue) -> str:
    text = " This is what documents say about whether the force can report a metric."
    if catalogue.availability is None:
        return f"{text} Each statement has its evidence."
    return f"{text} {catalogue.availability.reason}"


def build_metric_index(context: SiteContext) -> str:
    """Return the page of all metrics by objective, with their status and the tables they need."""
    headings = ("Ref", "Metric", "Status", "Tables it needs")
    parts: list[Html] = []
    for objective, entries in _entries_by_objective(context).items():
        rows = _index_rows(entries, context)
        parts.append(heading(objective))
        parts.append(table(objective, headings, rows, caption_visually_hidden=True))
    return build_page(
        "All metrics",
        paragraph(
            f"The {len(context.catalogue)} refs of the plan in its order, under its objectives.",
            class_="lead",
        ),
        _build_counts(context),
        *parts,
        menu_title="All metrics",
        layout="list",
    )


def _index_rows(
    entries: Iterable[CatalogueEntry], context: SiteContext
) -> Iterable[tuple[object, ...]]:
    for entry in entries:
        tables = (link_to_table(name) for name in context.tables(entry, Basis.FORCE))
        title = link_to_metric(entry)
        if entry.parent:
            title = tag("span", title, class_="child")
        yield entry.ref, title, status_labels(entry, context.catalogue), join(tables, ", ")


def _entries_by_objective(context: SiteContext) -> dict[str, list[CatalogueEntry]]:
    groups: dict[str, list[CatalogueEntry]] = {}
    for entry in context.catalogue:
        groups.setdefault(entry.objective_title, []).append(entry)
    return groups


def _build_objective_lists(context: SiteContext) -> Iterable[Html]:
    for objective, entries in _entries_by_objective(context).items():
        yield heading(objective, level=3)
        items = (
            tag(
                "li",
                tag("span", entry.ref, class_="ref"),
                link_to_metric(entry, up=""),
                class_="child" if entry.parent else None,
            )
            for entry in entries
        )
        yield tag("ol", *items, class_="refs")


def _build_counts(context: SiteContext) -> Html:
    catalogue = context.catalogue
    counts = [
        (len(catalogue), "numbered metrics (refs)"),
        (sum(entry.computes for entry in catalogue), "can be computed"),
    ]
    stated = (catalogue.own_availability(entry) for entry in catalogue)
    statuses = Counter(own.status for own in stated if own is not None)
    for status in AvailabilityStatus:
        if status in statuses:
            words = _OTHER_WORDS.get(status, (status.value, status.value))
            counts.append((statuses[status], words[statuses[status] != 1]))
    items = (tag("li", tag("strong", f"{count}"), " ", tag("span", text)) for count, text in counts)
    return tag("ul", *items, class_="counts")
