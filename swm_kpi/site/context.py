"""What the pages are made from, and where each page is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from swm_kpi.measures import Measure
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric, MetricAlias
from swm_kpi.site.markup import Html, escape, link
from swm_kpi.site.synthetic_series import Series
from swm_kpi.vocabulary import Basis


@dataclass(frozen=True)
class Subject:
    """Everything the pages are made from.

    Attributes:
        catalogue: whose refs.
        series: ref to the synthetic series that its page draws.
        changelog: the text in which later versions are told; empty where there is none.
        organisation: who publishes the site; left to be filled in when empty.
        contact: how to reach them; left to be filled in when empty.
    """

    catalogue: Catalogue
    series: Mapping[str, Series] = field(default_factory=dict)
    changelog: str = ""
    organisation: str = ""
    contact: str = ""

    def measures(self, entry: CatalogueEntry, *bases: Basis) -> tuple[Measure, ...]:
        """Return the measures a ref shows, of the bases given; of both when none is."""
        metric = self.catalogue.metric(entry)
        only = entry.only if isinstance(entry, MetricAlias) else ()
        wanted = bases or tuple(Basis)
        return tuple(
            each
            for each in (metric.measures if metric is not None else ())
            if (not only or each.key in only) and each.basis in wanted
        )

    def tables(self, entry: CatalogueEntry, *bases: Basis) -> tuple[str, ...]:
        """Return the names of the tables a ref reads, in the order its measures do."""
        metric = self.catalogue.metric(entry)
        if metric is None:
            return ()
        found = {
            each.contract.table: None
            for measure in self.measures(entry, *bases)
            for part in with_inputs(metric, measure)
            for each in part.statistics.values()
        }
        return tuple(found)

    def readers(self, table: str) -> Iterator[CatalogueEntry]:
        """Yield each ref that reads a table."""
        yield from (each for each in self.catalogue if table in self.tables(each))


def with_inputs(metric: Metric, measure: Measure) -> tuple[Measure, ...]:
    """Return a measure and those it is worked out from."""
    found = [metric.measure(key, measure.basis) for key in measure.depends_on]
    return (measure, *(part for each in found for part in with_inputs(metric, each)))


def metric_path(ref: str) -> str:
    """Return where a ref's page is, without its ending."""
    return f"metrics/ref-{ref}"


def table_path(name: str) -> str:
    """Return where a table's page is, without its ending."""
    return f"tables/{name}"


def to_metric(entry: CatalogueEntry, *words: object, up: str = "../") -> Html:
    """Link to a ref's page, from a page in a folder."""
    return link(f"{up}{metric_path(entry.ref)}.html", *(words or (title_of(entry),)))


def to_table(name: str, *, up: str = "../") -> Html:
    """Link to a table's page, from a page in a folder."""
    return link(f"{up}{table_path(name)}.html", Html(f"<code>{escape(name)}</code>"))


def title_of(entry: CatalogueEntry) -> str:
    """Return what a ref is called in lists."""
    return entry.name or "A number with no text in the plan"


def page(title: str, *parts: object, lead: object = "", short: str = "", **meta: str) -> str:
    """Return a Markdown page.

    Args:
        title: its one heading of the first level.
        parts: blocks of markup, or lines of Markdown such as headings made by :func:`section`.
        lead: what stands above the heading.
        short: what to call it in the menu.
        meta: further words for the theme.
    """
    front = {"title": title, **({"short": short} if short else {}), **meta}
    lines = ["---", *(f"{key}: {json.dumps(value)}" for key, value in front.items()), "---", ""]
    if lead:
        lines += [str(lead), ""]
    lines += [f"# {escape(meta.get('heading', title))}", ""]
    for part in parts:
        if part:
            lines += [str(escape(part)), ""]
    return "\n".join(lines)


def section(title: str, *, level: int = 2) -> Html:
    """Return a Markdown heading."""
    return Html(f"{'#' * level} {escape(title)}")
