"""The page of one ref: what it means, whether it is available, and how it is worked out."""

from __future__ import annotations

from collections.abc import Iterator

from swm_kpi.calendar import format_date
from swm_kpi.model.metric import CatalogueEntry, Metric, MetricAlias, MetricGroup, UndefinedMetric
from swm_kpi.site import formulas, history, how_to_compute, table_list
from swm_kpi.site.context import Subject, page, section, title_of, to_metric
from swm_kpi.site.examples import examples_section
from swm_kpi.site.markup import Html, bullets, join, linked, pairs, paragraph, table, tag, whole
from swm_kpi.site.names import also_called, spelt_out
from swm_kpi.site.sparkline import picture
from swm_kpi.site.status import availability, state, unverified, why_not
from swm_kpi.site.synthetic_series import SCALE, SEED, Series
from swm_kpi.vocabulary import Direction

_BETTER = {
    Direction.HIGHER_IS_BETTER: "Higher is better",
    Direction.LOWER_IS_BETTER: "Lower is better",
    Direction.NEUTRAL: "Neither way is better in itself",
}


def metric_page(entry: CatalogueEntry, subject: Subject) -> str:
    """Return the Markdown page of a ref."""
    metric = subject.catalogue.metric(entry)
    title = title_of(entry)
    lead = paragraph(
        tag("span", f"Ref {entry.ref}"), tag("span", entry.objective_title), class_="caption"
    )
    parts = [_lead(entry, metric, subject), _summary(entry, metric, subject)]
    if metric is None:
        parts += _nothing_computed(entry, subject)
    else:
        parts += _explained(entry, metric, subject)
    return page(
        f"Ref {entry.ref}: {title}",
        *parts,
        lead=lead,
        short=title,
        ref=entry.ref,
        heading=title,
        kind="metric",
    )


def _lead(entry: CatalogueEntry, metric: Metric | None, subject: Subject) -> Html:
    labels = state(entry, subject.catalogue)
    if metric is None:
        return join([paragraph(why_not(entry), class_="lead"), paragraph(labels)])
    return join([paragraph(spelt_out(metric.summary, subject), class_="lead"), paragraph(labels)])


def _summary(entry: CatalogueEntry, metric: Metric | None, subject: Subject) -> Html:
    words = f"“{entry.title}”" if entry.title else "The plan’s table has the number and no words."
    rows: list[tuple[object, object]] = [
        ("The plan’s words", words),
        ("Why it is counted", _why(entry)) if metric else ("Objective", entry.objective_title),
    ]
    if entry.parent:
        parent = subject.catalogue[entry.parent]
        rows.append(("Part of", to_metric(parent, f"Ref {parent.ref}: {title_of(parent)}")))
    if isinstance(entry, MetricAlias):
        target = subject.catalogue[entry.of]
        same = to_metric(target, f"Ref {target.ref}: {title_of(target)}")
        which = "Some of the measures of " if entry.only else "The same numbers as "
        rows.append(("Computed as", join([which, " ", same])))
    others = also_called(entry, subject)
    if others:
        rows.append(("Also called", "; ".join(others)))
    if metric is not None:
        rows += [
            ("Which way is better", _BETTER[metric.direction]),
            ("How often", f"{metric.frequency.value.capitalize()}"),
            (
                "Name in code",
                join((tag("code", f'"{e}"') for e in (entry.ref, entry.key)), " or "),
            ),
            ("Definition", tag("code", metric.definition)),
        ]
    return pairs(rows)


def _why(entry: CatalogueEntry) -> str:
    if entry.objective is None:
        return "The plan’s table lists it, and states no objective for it."
    return f"The plan lists it under the objective “{entry.objective.title}”."


def _nothing_computed(entry: CatalogueEntry, subject: Subject) -> Iterator[Html]:
    if isinstance(entry, MetricGroup):
        yield section("What stands under it")
        yield table(
            f"Refs under ref {entry.ref}",
            ("Ref", "Metric", "State"),
            (
                (
                    child,
                    to_metric(part),
                    state(part, subject.catalogue),
                )
                for child in entry.children
                for part in [subject.catalogue[child]]
            ),
        )
    yield from _availability(entry)
    if isinstance(entry, UndefinedMetric):
        yield section("Why it is here")
        yield paragraph(
            "Every number of the plan’s table has a page, so that a reader can see that nothing "
            "was dropped. Nothing is guessed about what this one might have been."
        )


def _explained(entry: CatalogueEntry, metric: Metric, subject: Subject) -> Iterator[Html]:
    if isinstance(entry, MetricAlias):
        yield section("Why there are two refs")
        yield paragraph(entry.summary)
    yield section("What this number does not tell you")
    yield paragraph(metric.limitations, class_="inset")
    if metric.caveats:
        yield bullets(metric.caveats)
    yield from _availability(entry)
    yield from formulas.section_of(entry, metric, subject)
    yield from examples_section(metric)
    yield from _picture(entry, subject)
    yield from table_list.section_of(entry, metric, subject)
    yield from _breakdowns(metric)
    yield from _assumptions(metric)
    yield from _standards(metric)
    yield from how_to_compute.section_of(entry, metric, subject)
    yield from history.section_of(metric, subject)


def _availability(entry: CatalogueEntry) -> Iterator[Html]:
    stated = entry.availability
    yield section("Is it available?")
    yield paragraph(availability(stated.status))
    yield paragraph(stated.reason)
    if stated.as_at is not None:
        yield paragraph(f"Stated on {format_date(stated.as_at)}.")
    if stated.evidence:
        yield table(
            "Evidence of availability",
            ("Date", "What it shows", "Source"),
            (
                (whole(each.formatted_date), each.finding, linked(each.source))
                for each in stated.evidence
            ),
        )
    elif not isinstance(entry, MetricGroup | UndefinedMetric):
        yield paragraph("No evidence either way has been found.")


def _picture(entry: CatalogueEntry, subject: Subject) -> Iterator[Html]:
    series = subject.series.get(entry.ref)
    yield section("What it looks like")
    if series is None:
        yield paragraph(
            "No picture: it reads only public open data, and none of that is made up here."
        )
        return
    yield paragraph(
        tag("strong", "Synthetic data."),
        " Every number here was made up by a computer to show the form of the metric. They say "
        "nothing about any real police force or its people.",
        class_="inset warning",
    )
    if series.drawn:
        caption = f"Synthetic data: {series.measure}, by quarter"
        yield tag("figure", picture(series, f"picture-{entry.ref}"), tag("figcaption", caption))
    yield _numbers(series)
    yield paragraph(
        f"Made at {SCALE:.0%} of the size of a force with seed {SEED}: the same seed gives the "
        "same numbers.",
        class_="small",
    )


def _numbers(series: Series) -> Html:
    noted = any(each.note for each in series.points)
    heads = ["Quarter", series.measure, *(["Note"] if noted else [])]
    rows = ([whole(e.period), e.shown, *([e.note] if noted else [])] for e in series.points)
    return table(
        f"Synthetic data: {series.measure} ({series.unit.value})", heads, rows, numbers=[1]
    )


def _breakdowns(metric: Metric) -> Iterator[Html]:
    yield section("Breakdowns")
    if not metric.dimensions:
        yield paragraph("None: it is told for the whole force only.")
        return
    yield table(
        "How it can be broken down",
        ("Breakdown", "Name in code", "What it is", "Members"),
        (
            (
                each.title,
                tag("code", each.key),
                each.description,
                "Those in the data" if each.is_open else "; ".join(each.members),
            )
            for each in metric.dimensions
        ),
    )


def _assumptions(metric: Metric) -> Iterator[Html]:
    if not metric.assumptions:
        return
    yield section("Assumptions")
    yield paragraph(
        "Each is a number or a list that a force may set differently. The value here is what is "
        "used when nothing else is said."
    )
    yield table(
        "What the numbers rest on",
        ("Assumption", "Value", "Since", "Why", "Source"),
        (
            (
                tag("code", each.key),
                ", ".join(str(value) for value in each.values),
                whole(each.since),
                each.because,
                linked(each.source) if each.source else unverified(),
            )
            for each in metric.assumptions
        ),
    )


def _standards(metric: Metric) -> Iterator[Html]:
    yield section("Standards and breaks")
    if metric.standards:
        yield bullets(
            join([linked(each), unverified()], " ") if "unverified" in each else linked(each)
            for each in metric.standards
        )
    else:
        yield paragraph("No national standard is known to fix its meaning.")
    if metric.breaks:
        yield table(
            "Breaks in the series",
            ("From", "What changed"),
            ((whole(format_date(each.day)), each.because) for each in metric.breaks),
        )
    else:
        yield paragraph("No break in the series is known.")
