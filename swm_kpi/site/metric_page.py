"""The page of one entry: what the metric means, whether it is available, how it is calculated."""

from __future__ import annotations

from collections.abc import Iterator

from swm_kpi.calendar import format_date
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric, MetricAlias, MetricGroup, UndefinedMetric
from swm_kpi.site.alternative_names import alternative_names, expand_abbreviations
from swm_kpi.site.context import SiteContext
from swm_kpi.site.examples_section import build_examples_section
from swm_kpi.site.formula_section import build_formula_section
from swm_kpi.site.history_section import build_history_section
from swm_kpi.site.line_chart import line_chart
from swm_kpi.site.links import link_to_metric, metric_title
from swm_kpi.site.markdown import build_page, heading
from swm_kpi.site.markup import (
    Html,
    bullet_list,
    definition_list,
    join,
    link_addresses,
    nowrap,
    paragraph,
    table,
    tag,
)
from swm_kpi.site.status import (
    availability_label,
    not_computed_sentence,
    status_labels,
    unverified_label,
)
from swm_kpi.site.synthetic_series import SCALE, SEED, SyntheticSeries
from swm_kpi.site.tables_section import build_tables_section
from swm_kpi.site.usage_section import build_usage_section
from swm_kpi.vocabulary import Basis


def build_metric_page(entry: CatalogueEntry, context: SiteContext) -> str:
    """Return the page of an entry in Markdown.

    Raises:
        SwmKpiError: a worked example cannot be computed.
    """
    metric = context.catalogue.metric(entry)
    title = metric_title(entry)
    parts = [_build_lead(entry, metric, context), _build_summary(entry, metric, context)]
    if metric is None:
        parts += _sections_without_computation(entry, context)
    else:
        parts += _sections_of_metric(entry, metric, context)
    caption = (tag("span", f"Ref {entry.ref}"), tag("span", entry.objective_title))
    return build_page(
        f"Ref {entry.ref}: {title}",
        *parts,
        caption=paragraph(*caption, class_="caption"),
        menu_title=title,
        ref=entry.ref,
        heading=title,
        layout="metric",
    )


def _build_lead(entry: CatalogueEntry, metric: Metric | None, context: SiteContext) -> Html:
    if metric is None:
        text = not_computed_sentence(entry)
    else:
        text = expand_abbreviations(metric.summary, context)
    labels = paragraph(status_labels(entry, context.catalogue))
    return join([paragraph(text, class_="lead"), labels])


def _build_summary(entry: CatalogueEntry, metric: Metric | None, context: SiteContext) -> Html:
    words = f"“{entry.title}”" if entry.title else "The plan’s table has this number but no words."
    rows: list[tuple[object, object]] = [
        ("Wording in the plan", words),
        ("Why it is counted", _describe_objective(entry))
        if metric is not None
        else ("Objective", entry.objective_title),
    ]
    if entry.parent:
        rows.append(("Part of", _link_with_ref(context.catalogue[entry.parent])))
    if isinstance(entry, MetricAlias):
        target = _link_with_ref(context.catalogue[entry.of])
        relation = "Some of those of" if entry.only else "The same as"
        rows.append(("Numbers", join([relation, target], " ")))
    other_names = alternative_names(entry, context)
    if other_names:
        rows.append(("Also called", "; ".join(other_names)))
    if metric is not None:
        shown = [measure for basis in Basis for measure in context.measures(entry, basis)]
        names = (tag("code", f'"{name}"') for name in (entry.ref, entry.key))
        rows += [
            ("Which way is better", metric.describe_direction(shown)),
            ("How often", f"{metric.frequency.value.capitalize()}"),
            ("Name in code", join(names, " or ")),
            ("Definition", tag("code", metric.definition)),
        ]
    return definition_list(rows)


def _link_with_ref(entry: CatalogueEntry) -> Html:
    return link_to_metric(entry, f"Ref {entry.ref}: {metric_title(entry)}")


def _describe_objective(entry: CatalogueEntry) -> str:
    if entry.objective is None:
        return "The plan’s table lists it without an objective."
    return f"The plan lists it under the objective “{entry.objective.title}”."


def _sections_without_computation(entry: CatalogueEntry, context: SiteContext) -> Iterator[Html]:
    if isinstance(entry, MetricGroup):
        children = [context.catalogue[ref] for ref in entry.children]
        yield heading("Metrics in this group")
        yield table(
            f"Metrics under ref {entry.ref}",
            ("Ref", "Metric", "Status"),
            (
                (child.ref, link_to_metric(child), status_labels(child, context.catalogue))
                for child in children
            ),
        )
        if entry.note:
            yield paragraph(entry.note)
    yield from _availability_section(entry, context.catalogue)
    if isinstance(entry, UndefinedMetric):
        yield heading("Why this page exists")
        yield paragraph(
            "Every number in the plan’s table has a page, so that readers can see that none was "
            "dropped. We do not guess what this metric might have been."
        )


def _sections_of_metric(
    entry: CatalogueEntry, metric: Metric, context: SiteContext
) -> Iterator[Html]:
    if isinstance(entry, MetricAlias):
        yield heading("Why there are two refs")
        yield paragraph(entry.summary)
    yield heading("What this number does not tell you")
    yield paragraph(metric.limitations, class_="inset")
    if metric.caveats:
        yield bullet_list(metric.caveats)
    yield from _availability_section(entry, context.catalogue)
    yield from build_formula_section(entry, metric, context)
    yield from build_examples_section(metric)
    yield from _chart_section(entry, context)
    yield from build_tables_section(entry, metric, context)
    yield from _breakdowns_section(metric)
    yield from _assumptions_section(metric)
    yield from _standards_section(metric)
    yield from build_usage_section(entry, metric, context)
    yield from build_history_section(metric, context)


def _availability_section(entry: CatalogueEntry, catalogue: Catalogue) -> Iterator[Html]:
    availability = entry.availability
    yield heading("Is it available?")
    if catalogue.own_availability(entry) is not None:
        yield paragraph(availability_label(availability.status))
    yield paragraph(availability.reason)
    yield from map(paragraph, availability.dated_sentences())
    if availability.evidence:
        yield table(
            "Evidence of availability",
            ("Date", "Finding", "Source"),
            (
                (
                    nowrap(evidence.formatted_date),
                    evidence.finding,
                    link_addresses(evidence.source),
                )
                for evidence in availability.evidence
            ),
        )
    elif not isinstance(entry, MetricGroup | UndefinedMetric):
        yield paragraph("We found no evidence for or against.")
    if availability.history:
        yield table(
            "What was stated before",
            ("Date", "Status", "Reason"),
            (
                (nowrap(format_date(past.as_at)), past.status.value.capitalize(), past.reason)
                for past in availability.history
            ),
        )
    if entry.measure_availability:
        yield table(
            "Single measures",
            ("Measure", "Availability"),
            ((key, stated.describe()) for key, stated in entry.measure_availability.items()),
        )


def _chart_section(entry: CatalogueEntry, context: SiteContext) -> Iterator[Html]:
    series = context.series.get(entry.ref)
    yield heading("What it looks like")
    if series is None:
        yield paragraph(
            "There is no chart. This metric reads only public data, and the library does not "
            "generate public data."
        )
        return
    yield paragraph(
        tag("strong", "Synthetic data."),
        " A computer generated every number here, to show what the metric looks like. The numbers "
        "say nothing about any real police force or its people.",
        class_="inset warning",
    )
    if series.has_chart:
        caption = f"Synthetic data: {series.title}, by quarter"
        chart = line_chart(series, f"chart-{entry.ref}")
        yield tag("figure", chart, tag("figcaption", caption))
    yield _build_data_table(series)
    yield paragraph(
        f"The synthetic force is {SCALE:.0%} of the size of a real one. The seed is {SEED}: the "
        "same seed gives the same numbers.",
        class_="small",
    )


def _build_data_table(series: SyntheticSeries) -> Html:
    has_notes = any(point.note for point in series.points)
    headings = ["Quarter", series.title, *(["Note"] if has_notes else [])]
    rows = (
        [nowrap(point.period), point.text, *([point.note] if has_notes else [])]
        for point in series.points
    )
    caption = f"Synthetic data: {series.title} ({series.unit.value})"
    return table(caption, headings, rows, numeric_columns=[1])


def _breakdowns_section(metric: Metric) -> Iterator[Html]:
    yield heading("Breakdowns")
    if not metric.dimensions:
        yield paragraph("None. This metric is only for the whole force.")
        return
    yield table(
        "Breakdowns of this metric",
        ("Breakdown", "Name in code", "Meaning", "Members"),
        (
            (
                dimension.title,
                tag("code", dimension.key),
                dimension.description,
                "Those in the data" if dimension.is_open else "; ".join(dimension.members),
            )
            for dimension in metric.dimensions
        ),
    )


def _assumptions_section(metric: Metric) -> Iterator[Html]:
    if not metric.assumptions:
        return
    yield heading("Assumptions")
    yield paragraph(
        "An assumption is a number or a list that a force can change. The library uses the values "
        "here unless you set others."
    )
    yield table(
        "Assumptions of this metric",
        ("Assumption", "Value", "Since", "Reason", "Source"),
        (
            (
                tag("code", assumption.key),
                ", ".join(str(value) for value in assumption.values),
                nowrap(assumption.since),
                assumption.because,
                link_addresses(assumption.source) if assumption.source else unverified_label(),
            )
            for assumption in metric.assumptions
        ),
    )


def _standards_section(metric: Metric) -> Iterator[Html]:
    yield heading("Standards and breaks")
    if metric.standards:
        yield bullet_list(map(_format_standard, metric.standards))
    else:
        yield paragraph("We know of no national standard for this metric.")
    if metric.breaks:
        yield table(
            "Breaks in the series",
            ("From", "What changed", "Which numbers"),
            (
                (
                    nowrap(format_date(series_break.day)),
                    series_break.because,
                    metric.describe_break_scope(series_break),
                )
                for series_break in metric.breaks
            ),
        )
    else:
        yield paragraph("We know of no break in the series.")


def _format_standard(standard: str) -> Html:
    linked = link_addresses(standard)
    return join([linked, unverified_label()], " ") if "unverified" in standard else linked
