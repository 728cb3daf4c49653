"""How each measure is worked out, in words and in code."""

from __future__ import annotations

from collections.abc import Iterator

from swm_kpi.measures import Additivity, Measure
from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.site.context import Subject, section
from swm_kpi.site.markup import Html, code, disclosed, join, pairs, paragraph, tag
from swm_kpi.site.source_code import declared
from swm_kpi.vocabulary import Basis

_ADDITIVITY = {
    Additivity.ADDITIVE: "Areas and periods may be added up.",
    Additivity.SEMI_ADDITIVE: "Areas may be added up, but periods may not.",
    Additivity.NON_ADDITIVE: "Never add it up: each total is computed from the rows.",
}


def section_of(entry: CatalogueEntry, metric: Metric, subject: Subject) -> Iterator[Html]:
    """Yield how a metric is worked out."""
    yield section("How it is worked out")
    own = subject.measures(entry, Basis.FORCE)
    if len(own) > 1:
        first = metric.headline_measure
        yield (
            paragraph(
                f"It has {len(own)} measures. Where only one is shown, it is ",
                tag("strong", first.title),
                ".",
            )
            if first in own
            else paragraph(f"It has {len(own)} measures.")
        )
    yield pairs(((each.title, _said(each, metric)) for each in own), class_="measures")
    yield _as_code(own, "The same as code")
    proxies = subject.measures(entry, Basis.PROXY)
    if proxies:
        yield section("From public data", level=3)
        yield paragraph(
            "Published open data come near to some of these numbers. They are never mixed with the "
            "force’s own, and each says how it differs."
        )
        yield pairs(((each.title, _said(each, metric)) for each in proxies), class_="measures")
        yield _as_code(proxies, "The public data’s measures as code")


def _said(measure: Measure, metric: Metric) -> Html:
    parts = [
        paragraph(formula(measure, metric)),
        paragraph(f"Differs: {measure.proxy_difference}") if measure.proxy_difference else "",
        paragraph(measure.note) if measure.note else "",
        paragraph(_small(measure), class_="small"),
    ]
    return join(parts)


def _small(measure: Measure) -> Html:
    said = [f"Unit: {measure.resolved_unit.value}.", _ADDITIVITY[measure.additivity]]
    if measure.direction is not None:
        words = measure.direction.value
        said.append(f"{words[:1].upper()}{words[1:]}.")
    return join([*said, join(["Name in code:", tag("code", measure.key)], " ")], " ")


def formula(measure: Measure, metric: Metric) -> str:
    """Return the formula in words, with the measures it is made from by their titles."""
    said = measure.formula()
    for key in measure.depends_on:
        words = key.replace("_", " ").capitalize()
        said = said.replace(f"‘{words}’", f"‘{metric.measure(key, measure.basis).title}’")
    return said


def _as_code(measures: tuple[Measure, ...], summary: str) -> Html:
    text = "\n\n".join(declared(each) for each in measures)
    return disclosed(summary, code(text, label="Python, as it is declared"))
