"""The page of the demonstration: one HTML file with no scripts and no external resources."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

import polars as pl

from swm_kpi.calendar import format_date
from swm_kpi.charts import axis_title, format_cell, format_period
from swm_kpi.formatting import NumberFormat, is_percentage
from swm_kpi.measures import Measure
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, MetricAlias, reason_not_computed
from swm_kpi.reporting.contents import BY, Contents, MetricSection
from swm_kpi.vocabulary import Basis, Marker, Unit

SHOWN_PERIODS = 4
CHART_WIDTH = 440
_SENTENCE_END = re.compile(r"(?<=\.) (?=[A-Z0-9])")


@dataclass(frozen=True)
class SectionChart:
    """The chart of one ref.

    Attributes:
        path: the path of the SVG file within the folder.
        svg: the chart as SVG.
        alt_text: the text for readers who cannot see the chart.
    """

    path: str
    svg: str
    alt_text: str


def build_page(
    contents: Contents, charts: Mapping[str, SectionChart], no_charts_reason: str = ""
) -> str:
    """Return the page as HTML.

    Args:
        contents: the content of the demonstration.
        charts: the chart of each ref, by ref.
        no_charts_reason: why there are no charts; empty where there are charts.
    """
    css = files("swm_kpi.reporting").joinpath("page.css").read_text(encoding="utf-8")
    parts = [
        _header(css, contents),
        _introduction(contents, no_charts_reason),
        _overview(contents),
        '<h2 id="metrics">The metrics computed</h2>',
        *(
            _metric(section, contents, charts.get(section.entry.ref))
            for section in contents.sections
        ),
    ]
    parts += [_notes([marker for marker in Marker if marker and marker in "".join(parts)])]
    return "\n".join([*parts, _footer(contents)]) + "\n"


def _header(css: str, contents: Contents) -> str:
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Synthetic demonstration: metrics of the {escape(contents.catalogue.title)}</title>
<style>
{css}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the main content</a>
<div class="banner" role="region" aria-label="Warning"><div class="wide"><p><strong>Every number \
on this page is SYNTHETIC.</strong> They were made up by a computer to show how the library works. \
They say nothing about any real police force or its people. Do not quote them.</p></div></div>
<main id="main" class="wide" tabindex="-1">
<h1>Metrics of the {escape(contents.catalogue.title)}: a demonstration</h1>
<p class="lead">{len(contents.sections)} of the plan’s {len(contents.catalogue)} refs, computed by \
quarter and Local Policing Area from a synthetic force, {_day_span(contents)}.</p>"""


def _introduction(contents: Contents, no_charts_reason: str) -> str:
    tables = ", ".join(
        f"{escape(name.replace('_', ' '))} ({rows:,} {'row' if rows == 1 else 'rows'})"
        for name, rows in sorted(contents.tables.items())
    )
    lines = [
        '<p>On this page: <a href="#overview">every ref of the plan</a>, '
        '<a href="#metrics">the metrics computed</a>, <a href="#notes">notes and markers</a>.</p>',
        f"<details><summary>The {len(contents.tables)} tables behind the numbers</summary>\n"
        f"<p>Every table met its contract before the computation: {tables}."
        "</p></details>",
        "<p>The folder of this page also has <code>metrics.csv</code> with every number by quarter "
        "and area, <code>metadata.json</code> with how they were computed"
        + (".</p>" if no_charts_reason else ", and <code>charts</code> with each chart.</p>"),
    ]
    counts = contents.judgements.counts()
    listed = ", ".join(f"{count:,} {verdict}" for verdict, count in counts.items() if count)
    lines.append(
        f"<p>Judged against the year before: {escape(listed)}. "
        f"{escape(contents.judgements.describe_chance())}</p>"
    )
    if no_charts_reason:
        lines.append(f"<p><strong>There are no charts.</strong> {escape(no_charts_reason)}</p>")
    return "\n".join(lines)


def _overview(contents: Contents) -> str:
    computed = {section.entry.ref: section for section in contents.sections}
    objectives = dict.fromkeys(entry.objective_title for entry in contents.catalogue)
    stated = contents.catalogue.availability
    general = "" if stated is None else f" {escape(stated.reason)}"
    parts = [
        '<h2 id="overview">Every ref of the plan</h2>',
        "<p>Whether the force may report a metric is a separate question from whether it can be "
        "computed. It is marked “availability” here where something is stated of a ref."
        f"{general}</p>",
    ]
    for objective in objectives:
        entries = [entry for entry in contents.catalogue if entry.objective_title == objective]
        rows = "\n".join(
            _overview_row(entry, computed.get(entry.ref), contents.catalogue) for entry in entries
        )
        parts.append(
            f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(objective)}">\n'
            f'<table class="refs">\n<caption>{escape(objective)}</caption>\n<thead><tr>'
            '<th scope="col" class="ref">Ref</th><th scope="col">Metric</th>'
            f'<th scope="col">In this demonstration</th></tr></thead>\n<tbody>\n{rows}\n'
            "</tbody>\n</table>\n</div>"
        )
    return "\n".join(parts)


def _overview_row(
    entry: CatalogueEntry, section: MetricSection | None, catalogue: Catalogue
) -> str:
    title = escape(entry.name) or '<span class="quiet">(no text in the plan)</span>'
    if section is not None:
        title = f'<a href="#{_anchor(entry)}">{title}</a>'
    child = ' class="child"' if entry.parent else ""
    own = catalogue.own_availability(entry)
    availability = ""
    if own is not None and entry.computes:
        availability = f'<span class="unit">availability: {escape(own.status.value)}</span>'
    return (
        f'<tr><td class="ref">{escape(entry.ref)}</td><th scope="row"{child}>{title}</th>'
        f'<td class="state">{escape(_state(entry, section))}{availability}</td></tr>'
    )


def _state(entry: CatalogueEntry, section: MetricSection | None) -> str:
    if section is None:
        words = reason_not_computed(entry) or "not computed"
        return words[:1].upper() + words[1:]
    if section.headline is None:
        return "No number: see its notes"
    return f"Computed, as ref {entry.of}" if isinstance(entry, MetricAlias) else "Computed"


def _metric(section: MetricSection, contents: Contents, chart: SectionChart | None) -> str:
    entry, metric = section.entry, section.metric
    parts = [
        f'<section class="metric" id="{_anchor(entry)}" aria-labelledby="{_anchor(entry)}-title">',
        f'<h3 id="{_anchor(entry)}-title"><span class="ref">Ref {escape(entry.ref)}</span> '
        f"{escape(entry.name)}</h3>",
        f"<p>{escape(metric.summary)}</p>",
    ]
    if isinstance(entry, MetricAlias):
        target = contents.catalogue[entry.of]
        link = f'<a href="#{_anchor(target)}">ref {escape(target.ref)}</a>'
        parts.append(f"<p>{escape(entry.summary)} It is the same computation as {link}.</p>")
    if section.headline is not None:
        headline = section.headline
        judgement = contents.judged[entry.ref, headline.key, headline.basis.value]
        parts.append(f"<p><strong>{escape(headline.title)}</strong>: {escape(judgement)}</p>")
    parts.append(_numbers(section))
    if section.headline is not None:
        parts.append(_headline(section, section.headline, contents, chart))
    parts += [_meaning(section), "</section>"]
    return "\n".join(parts)


def _numbers(section: MetricSection) -> str:
    periods = section.totals["period"].unique(maintain_order=True).to_list()[-SHOWN_PERIODS:]
    heads = "".join(f'<th scope="col" class="number">{escape(period)}</th>' for period in periods)
    rows = "\n".join(_number_row(section, measure, periods) for measure in section.measures)
    caption = f"Latest {len(periods)} quarters, whole force" if len(periods) > 1 else "Whole force"
    label = escape(f"{section.entry.name}: {caption}")
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">\n'
        f'<table class="numbers">\n<caption>{caption}</caption>\n'
        f'<thead><tr><th scope="col">Measure</th>{heads}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )


def _number_row(section: MetricSection, measure: Measure, periods: list[str]) -> str:
    totals = dict(section.formatted_totals(measure))
    cells = "".join(
        f'<td class="number">{escape(totals.get(period, str(Marker.NOT_AVAILABLE)))}</td>'
        for period in periods
    )
    unit = measure.resolved_unit.value
    plain = is_percentage(unit) or unit in (Unit.RATIO, Unit.POUNDS)
    words = [] if plain or unit.split()[0] in measure.title.lower() else [unit]
    if measure.basis is Basis.PROXY:
        words.append("from public data, in place of the force's own")
    description = f'<span class="unit">{escape(", ".join(words))}</span>' if words else ""
    return f'<tr><th scope="row">{escape(measure.title)}{description}</th>{cells}</tr>'


def _headline(
    section: MetricSection, measure: Measure, contents: Contents, chart: SectionChart | None
) -> str:
    """Return the chart of the headline over time, and the table of its areas beside it."""
    parts = ['<div class="headline">']
    if chart is not None:
        # In an <img>, the ids of a chart cannot clash with those of another, and no script runs.
        source = b64encode(chart.svg.encode()).decode("ascii")
        parts.append(
            f'<figure><img src="data:image/svg+xml;base64,{source}" width="{CHART_WIDTH}" '
            f'alt="{escape(chart.alt_text)}"></figure>'
        )
    rows = section.areas(measure)
    if rows.height:
        parts.append(_areas(rows, measure, contents.catalogue.dimensions[BY].title))
    return "\n".join([*parts, "</div>"])


def _areas(rows: pl.DataFrame, measure: Measure, title: str) -> str:
    number_format = NumberFormat.of(measure.resolved_unit, rows["value"].to_list())
    format_value = number_format.text
    intervals = rows["lower"].is_not_null().any()
    lines = []
    for row in rows.iter_rows(named=True):
        cells = [format_cell(row, format_value)]
        if intervals:
            lower, upper = row["lower"], row["upper"]
            if lower is None or upper is None:
                cells.append("")
            else:
                cells.append(f"{format_value(lower)} to {format_value(upper)}")
        columns = "".join(f'<td class="number">{escape(cell)}</td>' for cell in cells)
        lines.append(f'<tr><th scope="row">{escape(row[BY])}</th>{columns}</tr>')
    heads = "".join(
        f'<th scope="col" class="number">{heading}</th>'
        for heading in (axis_title(number_format), *(["95% interval"] if intervals else []))
    )
    body = "\n".join(lines)
    label = escape(f"{measure.title} by {title}")
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">\n'
        f'<table class="areas">\n<caption>{escape(measure.title)}, '
        f"{format_period(rows.row(0, named=True), measure.statement_period)}</caption>\n"
        f'<thead><tr><th scope="col">{escape(title)}</th>{heads}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table>\n</div>"
    )


def _meaning(section: MetricSection) -> str:
    metric = section.metric
    direction = escape(metric.describe_direction(section.measures))
    parts = [
        "<dl>",
        f"<dt>Which way is better</dt><dd>{direction}.</dd>",
        f"<dt>What it is not</dt><dd>{escape(metric.limitations)}</dd>",
    ]
    if metric.caveats:
        parts.append(f"<dt>Caveats</dt>{_descriptions(metric.caveats)}")
    notes = list(_notes_on_latest(section))
    if notes:
        parts.append(f"<dt>Notes on the latest numbers</dt>{_descriptions(notes)}")
    return "\n".join([*parts, "</dl>"])


def _notes_on_latest(section: MetricSection) -> Iterator[str]:
    """Yield each sentence of the latest notes once, with the measures that it is about."""
    titles_of: dict[str, list[str]] = {}
    for measure in section.measures:
        note = section.totals_of(measure)["note"].to_list()[-1] or ""
        for sentence in _SENTENCE_END.split(note):
            if sentence:
                titles_of.setdefault(sentence, []).append(measure.title)
    for sentence, titles in titles_of.items():
        if len(titles) == len(section.measures):
            yield sentence
        elif len(titles) < 3:
            yield f"{'; '.join(titles)}: {sentence}"
        else:
            yield f"{titles[0]} and {len(titles) - 1} more: {sentence}"


def _descriptions(texts: Iterable[str]) -> str:
    return "".join(f"<dd>{escape(text)}</dd>" for text in texts)


def _notes(markers: Sequence[Marker]) -> str:
    """Return the notes of the page, with the meaning of the markers on it."""
    meanings = "".join(
        f"<dt>{escape(marker)}</dt><dd>{escape(marker.meaning)}</dd>" for marker in markers
    )
    return f"""<h2 id="notes">Notes and markers</h2>
<p>Quarters are quarters of the financial year, April to March: 2024/25 Q1 is April to June 2024. \
“Whole force” counts every record. Records with no Local Policing Area are shown as Unknown. No \
number was suppressed or rounded, because the data are not about real people.</p>
<p>A marker is beside a number, or in place of one:</p>
<dl class="pairs">{meanings}</dl>"""


def _footer(contents: Contents) -> str:
    return (
        f"</main>\n<footer><div class='wide'><p>Synthetic force of scale {contents.scale:g}, seed "
        f"{contents.seed}, as extracted on {format_date(contents.as_at)}. The same "
        "version of the library, scale and seed give the same numbers.</p></div></footer>\n</body>"
        "\n</html>"
    )


def _day_span(contents: Contents) -> str:
    return f"{format_date(contents.first)} to {format_date(contents.last)}"


def _anchor(entry: CatalogueEntry) -> str:
    return f"ref-{escape(entry.ref)}"
