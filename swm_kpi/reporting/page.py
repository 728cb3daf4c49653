"""The page of a pack: one file that opens by itself, with no script and nothing to fetch."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from html import escape
from importlib.resources import files

import polars as pl

from swm_kpi.calendar import format_date
from swm_kpi.charts import axis_title, format_cell, format_period
from swm_kpi.formatting import decimal_places, format_number
from swm_kpi.measures import Measure
from swm_kpi.model.metric import CatalogueEntry, MetricAlias, MetricGroup, reason_not_computed
from swm_kpi.reporting.contents import BY, Contents, Told
from swm_kpi.vocabulary import AvailabilityStatus, Basis, Marker, Unit

SHOWN_PERIODS = 4
WIDE = 440
_SENTENCE_END = re.compile(r"(?<=\.) (?=[A-Z0-9])")


@dataclass(frozen=True)
class Drawn:
    """A picture in the pack: where it stands as a file, the picture, and what it shows."""

    path: str
    svg: str
    alternative: str


def page(contents: Contents, charts: Mapping[str, Drawn], without_charts: str = "") -> str:
    """Return the page as HTML.

    Args:
        contents: what was computed.
        charts: ref to its picture.
        without_charts: why there are no charts, to say on the page; empty where there are.
    """
    css = files("swm_kpi.reporting").joinpath("pack.css").read_text(encoding="utf-8")
    parts = [
        _top(css, contents),
        _introduction(contents, without_charts),
        _overview(contents),
        '<h2 id="metrics">The metrics computed</h2>',
        *(_metric(told, contents, charts.get(told.entry.ref)) for told in contents.told),
        _notes(contents),
        _foot(contents),
    ]
    return "\n".join(parts) + "\n"


def _top(css: str, contents: Contents) -> str:
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
<p class="lead">{len(contents.told)} of the plan’s {len(contents.catalogue)} refs, computed by \
quarter and Local Policing Area from a synthetic force, {_day_span(contents)}.</p>"""


def _introduction(contents: Contents, without_charts: str) -> str:
    tables = ", ".join(
        f"{escape(name.replace('_', ' '))} ({rows:,} {'row' if rows == 1 else 'rows'})"
        for name, rows in sorted(contents.tables.items())
    )
    lines = [
        '<p>On this page: <a href="#overview">every ref of the plan</a>, '
        '<a href="#metrics">the metrics computed</a>, <a href="#notes">notes and markers</a>.</p>',
        f"<details><summary>The {len(contents.tables)} tables it was computed from</summary>\n"
        f"<p>Every table was checked against its contract before anything was computed: {tables}."
        "</p></details>",
        "<p>Beside this page: <code>metrics.csv</code> has every number, by quarter and area; "
        "<code>metadata.json</code> says how they were made"
        + (".</p>" if without_charts else "; <code>charts</code> has each picture as a file.</p>"),
    ]
    if without_charts:
        lines.append(f"<p><strong>This pack has no charts.</strong> {escape(without_charts)}</p>")
    return "\n".join(lines)


def _overview(contents: Contents) -> str:
    computed = {told.entry.ref: told for told in contents.told}
    objectives = dict.fromkeys(entry.objective_title for entry in contents.catalogue)
    parts = [
        '<h2 id="overview">Every ref of the plan</h2>',
        "<p>Whether the force may report a metric is a separate question from whether it can be "
        "computed. It is marked “availability” here, and is unknown unless a published source "
        "shows otherwise.</p>",
    ]
    for objective in objectives:
        entries = [each for each in contents.catalogue if each.objective_title == objective]
        rows = "\n".join(_overview_row(each, computed.get(each.ref)) for each in entries)
        parts.append(
            f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(objective)}">\n'
            f'<table class="refs">\n<caption>{escape(objective)}</caption>\n<thead><tr>'
            '<th scope="col" class="ref">Ref</th><th scope="col">Metric</th>'
            f'<th scope="col">In this pack</th></tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>'
            "\n</div>"
        )
    return "\n".join(parts)


def _overview_row(entry: CatalogueEntry, told: Told | None) -> str:
    title = escape(entry.name) or '<span class="quiet">(no text in the plan)</span>'
    if told is not None:
        title = f'<a href="#{_anchor(entry)}">{title}</a>'
    child = ' class="child"' if entry.parent else ""
    status = entry.availability.status
    said = ""
    if not isinstance(entry, MetricGroup) and status is not AvailabilityStatus.UNDEFINED:
        said = f'<span class="unit">availability {escape(status.value)}</span>'
    return (
        f'<tr><td class="ref">{escape(entry.ref)}</td><th scope="row"{child}>{title}</th>'
        f'<td class="state">{escape(_state(entry, told))}{said}</td></tr>'
    )


def _state(entry: CatalogueEntry, told: Told | None) -> str:
    if told is None:
        words = reason_not_computed(entry) or "not computed"
        return words[:1].upper() + words[1:]
    if told.headline is None:
        return "No number: see its notes"
    return f"Computed, as ref {entry.of}" if isinstance(entry, MetricAlias) else "Computed"


def _metric(told: Told, contents: Contents, drawn: Drawn | None) -> str:
    entry, metric = told.entry, told.metric
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
    parts.append(_numbers(told))
    if told.headline is not None:
        parts.append(_headline(told, told.headline, contents, drawn))
    parts += [_meaning(told), "</section>"]
    return "\n".join(parts)


def _numbers(told: Told) -> str:
    periods = told.totals["period"].unique(maintain_order=True).to_list()[-SHOWN_PERIODS:]
    heads = "".join(f'<th scope="col" class="number">{escape(each)}</th>' for each in periods)
    rows = "\n".join(_number_row(told, measure, periods) for measure in told.measures)
    caption = f"Latest {len(periods)} quarters, whole force" if len(periods) > 1 else "Whole force"
    label = escape(f"{told.entry.name}: {caption}")
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">\n'
        f'<table class="numbers">\n<caption>{caption}</caption>\n'
        f'<thead><tr><th scope="col">Measure</th>{heads}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</div>"
    )


def _number_row(told: Told, measure: Measure, periods: list[str]) -> str:
    shown = dict(told.shown(measure))
    cells = "".join(
        f'<td class="number">{escape(shown.get(each, str(Marker.NOT_AVAILABLE)))}</td>'
        for each in periods
    )
    unit = measure.resolved_unit.value
    plain = measure.resolved_unit in (Unit.PROPORTION, Unit.RATIO, Unit.POUNDS)
    words = [] if plain or unit.split()[0] in measure.title.lower() else [unit]
    if measure.basis is Basis.PROXY:
        words.append("from public data, as a stand-in")
    said = f'<span class="unit">{escape(", ".join(words))}</span>' if words else ""
    return f'<tr><th scope="row">{escape(measure.title)}{said}</th>{cells}</tr>'


def _headline(told: Told, measure: Measure, contents: Contents, drawn: Drawn | None) -> str:
    """Return the picture of the headline over time, and beside it its areas."""
    parts = ['<div class="headline">']
    if drawn is not None:
        # As an image, a picture cannot clash with another's names or run anything.
        source = b64encode(drawn.svg.encode()).decode("ascii")
        parts.append(
            f'<figure><img src="data:image/svg+xml;base64,{source}" width="{WIDE}" '
            f'alt="{escape(drawn.alternative)}"></figure>'
        )
    rows = told.areas(measure)
    if rows.height:
        parts.append(_areas(rows, measure, contents.catalogue.dimensions[BY].title))
    return "\n".join([*parts, "</div>"])


def _areas(rows: pl.DataFrame, measure: Measure, title: str) -> str:
    unit = measure.resolved_unit.value
    say = partial(format_number, unit=unit, places=decimal_places(unit, rows["value"].to_list()))
    intervals = rows["lower"].is_not_null().any()
    lines = []
    for row in rows.iter_rows(named=True):
        cells = [format_cell(row, say)]
        if intervals:
            known = row["lower"] is not None and row["upper"] is not None
            cells.append(f"{say(row['lower'])} to {say(row['upper'])}" if known else "")
        shown = "".join(f'<td class="number">{escape(each)}</td>' for each in cells)
        lines.append(f'<tr><th scope="row">{escape(row[BY])}</th>{shown}</tr>')
    heads = "".join(
        f'<th scope="col" class="number">{each}</th>'
        for each in (axis_title(unit), *(["95% interval"] if intervals else []))
    )
    body = "\n".join(lines)
    return (
        f'<table class="areas">\n<caption>{escape(measure.title)}, '
        f"{format_period(rows.row(0, named=True))}</caption>\n"
        f'<thead><tr><th scope="col">{escape(title)}</th>{heads}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody>\n</table>"
    )


def _meaning(told: Told) -> str:
    metric = told.metric
    parts = ["<dl>", f"<dt>What it is not</dt><dd>{escape(metric.limitations)}</dd>"]
    if metric.caveats:
        parts.append(f"<dt>Also to know</dt>{_descriptions(metric.caveats)}")
    notes = list(_notes_on_latest(told))
    if notes:
        parts.append(f"<dt>Notes on the latest numbers</dt>{_descriptions(notes)}")
    return "\n".join([*parts, "</dl>"])


def _notes_on_latest(told: Told) -> Iterator[str]:
    """Yield each sentence of the latest notes once, after the measures that it is about."""
    about: dict[str, list[str]] = {}
    for measure in told.measures:
        note = told.totals_of(measure)["note"].to_list()[-1] or ""
        for sentence in _SENTENCE_END.split(note):
            if sentence:
                about.setdefault(sentence, []).append(measure.title)
    for sentence, titles in about.items():
        some = "; ".join(titles) if len(titles) < 3 else f"{titles[0]} and {len(titles) - 1} more"
        yield sentence if len(titles) == len(told.measures) else f"{some}: {sentence}"


def _descriptions(texts: Iterable[str]) -> str:
    return "".join(f"<dd>{escape(each)}</dd>" for each in texts)


def _notes(contents: Contents) -> str:
    used = set(contents.result.to_polars()["marker"].unique().to_list()) | {
        str(Marker.NOT_AVAILABLE), str(Marker.NOT_APPLICABLE), str(Marker.PROVISIONAL),
    }  # fmt: skip
    markers = "".join(
        f"<dt>{escape(each)}</dt><dd>{escape(each.meaning)}</dd>"
        for each in Marker
        if each and each.value in used
    )
    return f"""<h2 id="notes">Notes and markers</h2>
<p>A quarter is of the financial year, April to March: 2024/25 Q1 is April to June 2024. \
“Whole force” counts every record, including those with no Local Policing Area, which are shown \
as Unknown. No number was suppressed or rounded for disclosure, because none is about \
a real person.</p>
<p>A marker stands beside a number, or in the place of one:</p>
<dl class="pairs">{markers}</dl>"""


def _foot(contents: Contents) -> str:
    return (
        f"</main>\n<footer><div class='wide'><p>Synthetic force of scale {contents.scale:g}, seed "
        f"{contents.seed}; said to have been extracted on {format_date(contents.as_at)}. The same "
        "version of the library, scale and seed give the same pack.</p></div></footer>\n</body>"
        "\n</html>"
    )


def _day_span(contents: Contents) -> str:
    return f"{format_date(contents.first)} to {format_date(contents.last)}"


def _anchor(entry: CatalogueEntry) -> str:
    return f"ref-{escape(entry.ref)}"
