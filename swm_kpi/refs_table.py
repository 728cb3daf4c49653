"""Every ref in one Markdown table, from the catalogue, so that it cannot drift."""

from __future__ import annotations

import re
from html import escape

from swm_kpi.catalogue import Catalogue
from swm_kpi.metric import Alias, Entry, Metric, not_computed
from swm_kpi.vocabulary import Basis

_HEADINGS = ("Ref", "Metric", "Measures", "Tables", "Availability", "Computes", "Examples", "Proxy")


def refs_table(catalogue: Catalogue) -> str:
    """Return a Markdown page with a row for each ref, in plan order."""
    rows = [_row(entry, catalogue) for entry in catalogue]
    count = sum(each.computes for each in catalogue)
    lines = [
        "# Every ref of the plan",
        "",
        "This page is made from the catalogue by `swm-kpi list --markdown`.",
        "",
        f"{len(catalogue)} refs, of which {count} compute from tables of the form they state. "
        "*Availability* is what is documented of whether the force may report a metric; *computes* "
        "is whether a computation is defined; a *proxy* is public open data that comes near.",
        "",
        f"| {' | '.join(_HEADINGS)} |",
        f"|{' --- |' * len(_HEADINGS)}",
        *(f"| {' | '.join(cells)} |" for cells in rows),
    ]
    return "\n".join(lines) + "\n"


def _row(entry: Entry, catalogue: Catalogue) -> tuple[str, ...]:
    name = _escaped(entry.name or "(no text in the plan)")
    status = entry.availability.status.value
    metric = catalogue.metric(entry)
    if metric is None:
        return (entry.ref, name, "", "", status, f"no: {not_computed(entry)}", "", "")
    only = entry.only if isinstance(entry, Alias) else ()
    measures = [each for each in metric.measures if not only or each.key in only]
    own = [each.key for each in measures if each.basis is Basis.FORCE]
    proxies = {
        statistic.contract.table
        for each in measures
        if each.basis is Basis.PROXY
        for statistic in each.statistics.values()
    }
    tables = {
        statistic.contract.table
        for each in measures
        if each.basis is Basis.FORCE
        for statistic in each.statistics.values()
    }
    return (
        entry.ref,
        name,
        ", ".join(f"`{key}`" for key in own),
        ", ".join(f"`{each}`" for each in sorted(tables)),
        status,
        f"yes, as ref {entry.of}" if isinstance(entry, Alias) else "yes",
        _examples(metric),
        ", ".join(f"`{each}`" for each in sorted(proxies)) or "none",
    )


def _examples(metric: Metric) -> str:
    traps = sum(bool(each.trap) for each in metric.examples)
    return f"{len(metric.examples)}, {traps} of them a trap"


def _escaped(text: str) -> str:
    """Keep text from being read as Markdown or HTML."""
    return re.sub(r"([\\|`*_\[\]])", r"\\\1", escape(text, quote=False))
