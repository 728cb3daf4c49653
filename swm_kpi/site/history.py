"""Which version of a definition a page tells of, and what moved in those before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from swm_kpi.model.metric import Metric
from swm_kpi.site.context import Subject, section
from swm_kpi.site.markup import Html, paragraph, table, tag

_MOVED = re.compile(r"^### Numbers that move$(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


def section_of(metric: Metric, subject: Subject) -> Iterator[Html]:
    """Yield the version of a metric's definition and its history."""
    yield section("Version and history")
    _, _, hashed = metric.definition.partition("#")
    yield paragraph(
        f"This is version {metric.version} of the definition, whose hash is ",
        tag("code", hashed),
        ". Whatever would move a number changes the hash, and a released version never changes. "
        "Each row of a result says which definition made it: ",
        tag("code", metric.definition),
        ".",
    )
    told = versions_told(subject.changelog, metric.ref)
    if told:
        yield table("What moved", ("Version", "What moved and why"), told)
    elif metric.version == 1:
        yield paragraph("It is the first version: no number of this metric has moved.")
    else:
        yield paragraph("What earlier versions changed is told in the changelog of its package.")


def versions_told(changelog: str, ref: str) -> list[tuple[str, str]]:
    """Return version and words of each change that the changelog tells of a ref."""
    line = re.compile(rf"^- Ref {re.escape(ref)}, version (\d+): (.+(?:\n  .+)*)", re.MULTILINE)
    found = [each for part in _MOVED.findall(changelog) for each in line.findall(part)]
    return [(version, " ".join(words.split())) for version, words in found]
