"""The address of each page of a metric and of a table, and links to it."""

from __future__ import annotations

from swm_kpi.model.metric import CatalogueEntry
from swm_kpi.site.markup import Html, escape, link


def metric_path(ref: str) -> str:
    """Return the path of the page of a reference, without a suffix."""
    return f"metrics/ref-{ref}"


def table_path(name: str) -> str:
    """Return the path of the page of a table, without a suffix."""
    return f"tables/{name}"


def metric_title(entry: CatalogueEntry) -> str:
    """Return the title of an entry in lists."""
    return entry.name or "A number with no text in the plan"


def link_to_metric(entry: CatalogueEntry, text: str = "", *, up: str = "../") -> Html:
    """Return a link to the page of an entry.

    Args:
        entry: the entry of the catalogue.
        text: the text of the link; the title of the entry if left out.
        up: the path from the page with the link to the top of the site.
    """
    return link(f"{up}{metric_path(entry.ref)}.html", text or metric_title(entry))


def link_to_table(name: str, *, up: str = "../") -> Html:
    """Return a link to the page of a table. ``up`` is as in :func:`link_to_metric`."""
    return link(f"{up}{table_path(name)}.html", Html(f"<code>{escape(name)}</code>"))
