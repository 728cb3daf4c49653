"""Small multiples: a small line chart for each member of a breakdown, all on one scale."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import polars as pl

from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.charts import axes
from swm_kpi.charts.alt_text import (
    OVER_TIME,
    axis_title,
    describe_markers,
    describe_small_multiples,
    format_cell,
    format_period,
    format_span,
)
from swm_kpi.charts.chart import Caption, Chart
from swm_kpi.charts.description import Description
from swm_kpi.charts.layout import (
    LINES,
    MUTED,
    NAVY,
    WIDTH,
    ChartLayout,
    Label,
    load_altair,
    text_width,
    truncate_text,
)
from swm_kpi.contracts import ALL
from swm_kpi.errors import RequestError, did_you_mean
from swm_kpi.formatting import NumberFormat
from swm_kpi.measures.statement_period import StatementPeriod, financial_year_start
from swm_kpi.vocabulary import Grain, Marker

_PANEL_HEIGHT, _SPACE_ABOVE, _SPACE_BELOW, _SPACE_BETWEEN = 92, 26, 30, 24
_MIN_PANEL_WIDTH = 170

Panel = tuple[str, list[dict[str, Any]]]


def small_multiples_chart(
    series: MeasureSeries, caption: Caption, *, by: str, by_title: str, width: int = WIDTH
) -> Chart:
    """Return a small chart over time for each member of a breakdown.

    All charts have one scale, so their values can be compared. A gap is a period without a number.
    A hollow point is provisional.

    Args:
        series: the rows of the measure.
        caption: the texts around the chart.
        by: the breakdown.
        by_title: the title of the breakdown.
        width: the width of the chart in pixels, from 320 (a phone) to 1,200.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the breakdown is not in the result, or the width is out of range.
    """
    if by not in series.by:
        raise RequestError(f"The result has no breakdown {by!r}. {did_you_mean(by, series.by)}")
    others = [pl.col(key) == ALL for key in series.by if key != by]
    rows = series.rows.filter(pl.col(by) != ALL, *others)
    names = rows[by].unique(maintain_order=True).to_list()
    panels = [(name, rows.filter(pl.col(by) == name).to_dicts()) for name in names]
    number_format = NumberFormat.of(series.unit, rows["value"].to_list())
    span = format_span(series.rows)
    title = f"{caption.measure} by {by_title}, {span}"
    reason = _reason_nothing_to_draw(rows, by_title)
    statement, format_value = series.statement_period, number_format.text
    lead = f"{title}. {caption.metric}"
    words = describe_small_multiples(lead, panels, format_value, statement)
    findings = (words, reason) if reason else (words,)
    description = Description(title, findings, (), caption.footnotes)
    kind = f"{axis_title(number_format)} {OVER_TIME[series.grain]}"
    subtitle = f"{caption.metric}. {kind}. All on one scale."
    draw = partial(_draw, series, description, subtitle, panels, reason)
    numbers = _data_table(panels, format_value, statement)
    return Chart(draw, description, numbers, caption.policy, width)


def _reason_nothing_to_draw(rows: pl.DataFrame, by_title: str) -> str:
    """Return the reason reasons there is nothing to draw; empty if there is something."""
    if rows.is_empty():
        return f"This measure is not broken down by {by_title}."
    if rows["value"].is_not_null().any():
        return ""
    reasons = dict.fromkeys(Marker(marker or "[x]").meaning for marker in rows["marker"])
    return f"No number to show: {'; '.join(reasons)}."


def _draw(
    series: MeasureSeries,
    description: Description,
    subtitle: str,
    panels: list[Panel],
    reason: str,
    width: int,
) -> Any:
    alt = load_altair()
    layout = ChartLayout(description, subtitle, width, 0, below=20)
    if reason:
        return layout.empty(alt, reason)
    values = [row["value"] for _, rows in panels for row in rows]
    known = [value for value in values if value is not None]
    number_format = NumberFormat.of(series.unit, known)
    scale = axes.build_scale(known, number_format)
    if not axes.starts_at_zero(known, series.unit):
        layout.subtitle += " The axis does not start at zero."
    if any(row["marker"] == Marker.PROVISIONAL for _, rows in panels for row in rows):
        layout.subtitle += " Hollow: provisional."
    layout.subtitle += describe_markers(
        _marker(row)
        for _, rows in panels
        for row in rows
        if row["value"] is None or row is rows[-1]
    )
    gutter = max(text_width(scale.labels[0], 11), text_width(scale.labels[-1], 11)) + 8
    columns = max(1, min(3, len(panels), layout.plot_width // (_MIN_PANEL_WIDTH + gutter)))
    wide = (layout.plot_width - _SPACE_BETWEEN * (columns - 1)) / columns - gutter
    layout.height = (
        math.ceil(len(panels) / columns) * (_SPACE_ABOVE + _PANEL_HEIGHT + _SPACE_BELOW) - 8
    )
    starts = [period.start for period in series.periods()]
    lines: list[dict[str, Any]] = []
    rules: list[dict[str, Any]] = []
    for number, (name, rows) in enumerate(panels):
        row, column = divmod(number, columns)
        left = column * (wide + gutter + _SPACE_BETWEEN) + gutter
        top = row * (_SPACE_ABOVE + _PANEL_HEIGHT + _SPACE_BELOW) + _SPACE_ABOVE
        ends = [rows[0], rows[-1]]
        for level, label in ((scale.top, scale.labels[-1]), (scale.low, scale.labels[0])):
            y = top + scale.pixel(level, _PANEL_HEIGHT)
            rules.append({"x": left, "x2": left + wide, "y": y,
                          "colour": LINES if level == scale.top else MUTED})  # fmt: skip
            layout.labels.append(Label(label, left - 6, y, MUTED, 11, align="right"))
        shown = format_cell(rows[-1], number_format.text)
        fits = wide + gutter - text_width(shown, bold=True) - 8
        short_name = truncate_text(name, fits, bold=True)
        layout.labels.append(Label(short_name, left - gutter, top - 15, bold=True))
        layout.labels.append(Label(shown, left + wide, top - 15, NAVY, bold=True, align="right"))
        for end, at, align in ((ends[0], left, "left"), (ends[1], left + wide, "right")):
            layout.labels.append(
                Label(_short_period(end), at, top + _PANEL_HEIGHT + 12, MUTED, 11, align=align)
            )
        lines += _points(series, rows, starts, scale, left, top, wide, number)
        for at, marker in _gaps(rows, starts):
            place = left + wide * at / len(starts)
            layout.labels.append(
                Label(marker, place, top + _PANEL_HEIGHT - 8, MUTED, 10, align="center")
            )
    return layout.draw(alt, _layers(alt, layout, rules, lines))


def _points(
    series: MeasureSeries,
    rows: list[dict[str, Any]],
    starts: list[Any],
    scale: axes.Scale,
    left: float,
    top: float,
    wide: float,
    number: int,
) -> list[dict[str, Any]]:
    """Return the points of a panel in pixels. Points without a gap between them share a run.

    The statements of one financial year share a run, and no line joins one year to the next.
    """
    points: list[dict[str, Any]] = []
    before, run, year = -1, 0, None
    for row in rows:
        at = starts.index(row["period_start"])
        if row["value"] is None:
            continue
        run += at != before + 1
        before = at
        if series.statement_period is not None:
            run += year != (year := financial_year_start(row["period_end"]))
        across = (at + 0.5) / len(starts)
        points.append(
            {"x": left + wide * across, "y": top + scale.pixel(row["value"], _PANEL_HEIGHT)}
            | {"run": f"{number}-{run}", "hollow": row["marker"] == Marker.PROVISIONAL}
        )
    return points


def _layers(
    alt: Any, layout: ChartLayout, rules: list[dict[str, Any]], points: list[dict[str, Any]]
) -> list[Any]:
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, layout.plot_width], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[layout.height, 0], nice=False), axis=None)
    grid = layout.rows(alt, "rules", rules).mark_rule(
        stroke=alt.ExprRef("datum.colour"), strokeWidth=1, aria=False
    )
    rows = layout.rows(alt, "points", points)
    fill = alt.condition("datum.hollow", alt.value("white"), alt.value(NAVY))
    return [
        grid.encode(x=x, x2="x2:Q", y=y),
        rows.mark_line(color=NAVY, strokeWidth=1.8, aria=False).encode(x=x, y=y, detail="run:N"),
        rows.mark_point(
            shape="circle", size=14, stroke=NAVY, strokeWidth=1.2, opacity=1, aria=False
        ).encode(x=x, y=y, fill=fill),
    ]


def _marker(row: dict[str, Any]) -> str:
    """Return the marker that is shown with a value or instead of it."""
    return row["marker"] or ("" if row["value"] is not None else Marker.NOT_AVAILABLE.value)


def _gaps(rows: list[dict[str, Any]], starts: list[Any]) -> list[tuple[float, str]]:
    """Return the middle of each run of periods without a number, in periods, and its marker."""
    runs: list[tuple[str, int, int]] = []
    for row in rows:
        if row["value"] is not None:
            continue
        at, marker = starts.index(row["period_start"]), _marker(row)
        if runs and runs[-1][0] == marker and runs[-1][2] == at - 1:
            runs[-1] = (marker, runs[-1][1], at)
        else:
            runs.append((marker, at, at))
    return [((first + last + 1) / 2, marker) for marker, first, last in runs]


def _short_period(row: dict[str, Any]) -> str:
    """Return the short label of a period under a small chart."""
    if row["grain"] in (Grain.QUARTER, Grain.YEAR):
        return str(row["period"])
    return f"{row['period_end']:%b %Y}"


def _data_table(
    panels: list[Panel], format_value: Any, statement: StatementPeriod | None
) -> list[list[str]]:
    names = [name for name, _ in panels]
    shown: dict[str, dict[str, str]] = {}
    for name, rows in panels:
        for row in rows:
            period = format_period(row, statement)
            shown.setdefault(period, {})[name] = format_cell(row, format_value)
    missing = str(Marker.NOT_AVAILABLE)
    return [
        ["Period", *names],
        *(
            [period, *(cells.get(name, missing) for name in names)]
            for period, cells in shown.items()
        ),
    ]
