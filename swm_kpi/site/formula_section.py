"""The section of a metric's page on how each measure is calculated, in words and in code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from swm_kpi.measures import Additivity, Measure
from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.site.context import SiteContext
from swm_kpi.site.markdown import heading
from swm_kpi.site.markup import Html, code_block, definition_list, details, join, paragraph, tag
from swm_kpi.site.source_code import measure_source
from swm_kpi.vocabulary import Basis

_ADDITIVITY = {
    Additivity.ADDITIVE: "You can add up areas and periods.",
    Additivity.SEMI_ADDITIVE: "You can add up areas, but not periods.",
    Additivity.NON_ADDITIVE: "Do not add it up: each total is calculated from the rows.",
}


def build_formula_section(
    entry: CatalogueEntry, metric: Metric, context: SiteContext
) -> Iterator[Html]:
    """Yield the blocks of the section."""
    yield heading("How it is calculated")
    measures = context.measures(entry, Basis.FORCE)
    if len(measures) > 1:
        headline = metric.headline_measure
        yield (
            paragraph(
                f"There are {len(measures)} measures. The headline is ",
                tag("strong", headline.title),
                ".",
            )
            if headline in measures
            else paragraph(f"There are {len(measures)} measures.")
        )
    yield _describe_measures(measures, metric)
    yield _source_of(measures, "Show the Python code")
    proxies = context.measures(entry, Basis.PROXY)
    if proxies:
        yield heading("From public data", level=3)
        yield paragraph(
            "Some of these numbers can be estimated from published open data. Each of these "
            "measures says how it differs from the force’s own, and is never mixed with it."
        )
        yield _describe_measures(proxies, metric)
        yield _source_of(proxies, "Show the Python code for public data")


def _describe_measures(measures: Sequence[Measure], metric: Metric) -> Html:
    rows = ((measure.title, _describe_measure(measure, metric)) for measure in measures)
    return definition_list(rows, class_="measures")


def _describe_measure(measure: Measure, metric: Metric) -> Html:
    difference = measure.proxy_difference
    return join(
        [
            paragraph(metric.formula_of(measure)),
            paragraph(f"How it differs: {difference}") if difference else "",
            paragraph(measure.note) if measure.note else "",
            paragraph(_describe_use(measure, metric), class_="small"),
        ]
    )


def _describe_use(measure: Measure, metric: Metric) -> Html:
    sentences = [f"Unit: {measure.resolved_unit.value}.", _ADDITIVITY[measure.additivity]]
    sentences.append(f"{metric.direction_of(measure).value.capitalize()}.")
    return join([*sentences, "Name in code:", tag("code", measure.key)], " ")


def _source_of(measures: Sequence[Measure], summary: str) -> Html:
    source = "\n\n".join(measure_source(measure) for measure in measures)
    return details(summary, code_block(source, label="Python, as the definition declares it"))
