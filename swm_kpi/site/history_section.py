"""The section of a metric's page on its version, and on what earlier versions changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swm_kpi.model.metric import Metric
from swm_kpi.site.context import SiteContext
from swm_kpi.site.markdown import heading
from swm_kpi.site.markup import Html, paragraph, table, tag

_CHANGED_NUMBERS = re.compile(r"^### Numbers that move$(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


def build_history_section(metric: Metric, context: SiteContext) -> Iterator[Html]:
    """Yield the blocks of the section."""
    _, _, definition_hash = metric.definition.partition("#")
    yield heading("Version and history")
    yield paragraph(
        f"This is version {metric.version} of the definition. Its hash is ",
        tag("code", definition_hash),
        ". A change that would change a number also changes the hash. A released version never "
        "changes. Each row of a result names the definition that it was computed with: ",
        tag("code", metric.definition),
        ".",
    )
    changes = changes_of_metric(context.changelog, metric.ref)
    if changes:
        yield table("Changes to the numbers", ("Version", "What changed, and why"), changes)
    elif metric.version == 1:
        yield paragraph("This is the first version, so no number of this metric has changed.")
    else:
        yield paragraph("The changelog of its package describes what earlier versions changed.")


def changes_of_metric(changelog: str, ref: str) -> list[tuple[str, str]]:
    """Return (version, description) of each change to the numbers of a metric.

    The changelog lists them under "Numbers that move", as ``- Ref 57, version 2: ...``.
    """
    item = re.compile(rf"^- Ref {re.escape(ref)}, version (\d+): (.+(?:\n  .+)*)", re.MULTILINE)
    return [
        (version, " ".join(description.split()))
        for section in _CHANGED_NUMBERS.findall(changelog)
        for version, description in item.findall(section)
    ]
