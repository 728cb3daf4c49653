"""A line chart of one series over time, with process limits, signals, targets and breaks."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import polars as pl

from swm_kpi.analysis.process_charts import ProcessChart, VariationType
from swm_kpi.charts import axes
from swm_kpi.charts.alt_text import (
    OVER_TIME,
    axis_title,
    describe_markers,
    describe_no_number,
    describe_series,
    format_cell,
    format_member,
    format_period,
    format_span,
)
from swm_kpi.charts.axes import with_field
from swm_kpi.charts.chart import Caption, Chart
from swm_kpi.charts.description import Description
from swm_kpi.charts.layout import (
    BAND,
    GREY,
    MUTED,
    NAVY,
    ORANGE,
    PLUM,
    TEAL,
    WIDTH,
    ChartLayout,
    Label,
    LegendEntry,
    load_altair,
    spread_labels,
    text_width,
)
from swm_kpi.measures.statement_period import financial_year_start
from swm_kpi.vocabulary import Direction, Grain, Marker, Unit

_HEIGHT = 240
_COMMON = LegendEntry("No signal", NAVY, "circle", size=40)
_PLAIN = LegendEntry("Value", NAVY, "circle", size=40)
_EXCLUDED = LegendEntry("Provisional or excluded", NAVY, "circle", hollow=True, size=45)
_TARGET_DASH, _LIMIT_DASH = [7, 3], [2, 3]
_EDGE = 16


def series_chart(chart: ProcessChart, caption: Caption, *, width: int = WIDTH) -> Chart:
    """Return a chart of a series with its process limits, signals, targets and breaks.

    If there are no limits, the chart shows the values alone and says why.

    Args:
        chart: the process chart of the series.
        caption: the texts around the chart.
        width: the width of the chart in pixels, from 320 (a phone) to 1,200.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the width is out of range.
    """
    description = describe_series(chart, caption)
    draw = partial(_draw, chart, caption, description)
    return Chart(draw, description, _data_table(chart), caption.policy, width)


def _draw(chart: ProcessChart, caption: Caption, description: Description, width: int) -> Any:
    alt = load_altair()
    frame = chart.frame
    layout = ChartLayout(description, _subtitle(chart, caption), width, _HEIGHT)
    if frame["value"].is_not_null().sum() == 0:
        return layout.empty(alt, describe_no_number(chart))
    rows = _points_with_runs(chart)
    scale = axes.build_scale(_values_to_draw(chart), chart.number_format)
    end_labels = _end_labels(chart, has_space=layout.has_space)
    layout.left = max(text_width(label) for label in scale.labels) + 10
    layout.right = 10 + max(text_width(text, bold=bold) for text, _, _, bold in end_labels)
    layout.legend = _legend(chart, rows)
    layout.above = 22 if chart.breaks else 0
    count = frame.height
    # Half a step of space on either side, or less if steps are long.
    edge = 0.5 if count == 1 else min(0.5, _EDGE * (count - 1) / (layout.plot_width - 2 * _EDGE))
    first, last = -edge, count - 1 + edge
    step = layout.plot_width / (last - first)
    x = axes.time_axis(alt, axes.time_labels(frame, step), first, last)
    y = axes.value_axis(alt, scale, layout.left)
    layers = [
        *_gaps(alt, layout, x, rows, step, edge),
        *_limits(alt, chart, layout, x, y, edge),
        *_line(alt, layout, x, y, rows),
        *_points(alt, layout, x, y, rows, chart.direction, small=step < 9),
        *_targets(alt, chart, layout, x, y, edge),
        *_breaks(alt, chart, layout, x, step, edge),
    ]
    heights = spread_labels(
        [scale.pixel(label[1], _HEIGHT) for label in end_labels], 15, 4, _HEIGHT - 6
    )
    # A single point is in the middle, with its value beside it.
    place = layout.plot_width + 6 if count > 1 else layout.plot_width / 2 + 10
    layout.labels += [
        Label(text, place, at, colour, bold=bold)
        for (text, _, colour, bold), at in zip(end_labels, heights, strict=True)
    ]
    return layout.draw(alt, layers)


def _subtitle(chart: ProcessChart, caption: Caption) -> str:
    over_time = OVER_TIME[Grain(str(chart.frame["grain"][0]))]
    text = f"{caption.metric}. {axis_title(chart.number_format)} {over_time}, "
    text += f"{format_member(chart.member)}, {format_span(chart.frame)}."
    known = [value for value in _values_to_draw(chart) if value is not None]
    if not known:
        return text
    if not axes.starts_at_zero(known, chart.unit):
        text += " The axis does not start at zero."
    if chart.marker and chart.latest is not None:
        text += f" No process limits: {chart.reason}"
    return text + describe_markers(_markers(chart))


def _markers(chart: ProcessChart) -> list[str]:
    """Return the markers in the chart: of the gaps, and of the value beside the last point."""
    frame = chart.frame
    shown = frame.filter(pl.col("value").is_null())["marker"].to_list()
    known = frame.filter(pl.col("value").is_not_null())["marker"].to_list()
    return [marker or Marker.NOT_AVAILABLE.value for marker in shown] + known[-1:]


def _values_to_draw(chart: ProcessChart) -> list[float | None]:
    frame = chart.frame
    values = [*frame["value"].to_list(), *frame["target"].to_list()]
    return [*values, *_clipped_limit(chart, "lower"), *_clipped_limit(chart, "upper")]


def _clipped_limit(chart: ProcessChart, limit: str) -> pl.Series:
    """Return a limit as it is drawn, cut off at the smallest and largest possible value."""
    least = chart.frame["value"].min()
    low = 0.0 if isinstance(least, float) and least >= 0 else None
    high = 1.0 if chart.unit == Unit.PROPORTION else None
    return chart.frame[limit].clip(low, high)


def _points_with_runs(chart: ProcessChart) -> list[dict[str, Any]]:
    """Return the points. Points without a gap or break between them share a run.

    The statements of one financial year share a run, and no line joins one year to the next.
    """
    points: list[dict[str, Any]] = []
    run, segment, year = 0, 0, None
    for at, row in enumerate(chart.frame.iter_rows(named=True)):
        run += row["value"] is None or row["segment"] != segment
        segment = row["segment"]
        if chart.statement_period is not None:
            run += year != (year := financial_year_start(row["period_end"]))
        variation = row["variation"] or ("excluded" if row["excluded_reason"] else "plain")
        marker = row["marker"] or str(Marker.NOT_AVAILABLE)
        points.append(
            {"at": at, "value": row["value"], "run": run, "variation": variation, "marker": marker}
        )
    return points


def _legend_entry(variation: str, direction: Direction) -> LegendEntry:
    """Return the symbol of a point. An improvement is a triangle in the better direction."""
    better = "triangle-down" if direction is Direction.LOWER_IS_BETTER else "triangle-up"
    keys = {
        VariationType.COMMON: _COMMON,
        VariationType.IMPROVING: LegendEntry("Signal: improvement", TEAL, better, size=90),
        VariationType.CONCERNING: LegendEntry("Signal: concern", ORANGE, "square", size=75),
        VariationType.HIGH: LegendEntry("Signal: high", PLUM, "triangle-up", size=90),
        VariationType.LOW: LegendEntry("Signal: low", PLUM, "triangle-down", size=90),
    }
    if variation in tuple(VariationType):
        return keys[VariationType(variation)]
    return _EXCLUDED if variation == "excluded" else _PLAIN


def _legend(chart: ProcessChart, rows: list[dict[str, Any]]) -> list[LegendEntry]:
    shown = {row["variation"] for row in rows if row["value"] is not None}
    entries = [
        _legend_entry(variation, chart.direction)
        for variation in VariationType
        if variation in shown
    ]
    if entries and entries[0] != _COMMON:
        entries.insert(0, _COMMON)
    elif "plain" in shown and len(shown) > 1:
        entries.insert(0, _PLAIN)
    return [*entries, _EXCLUDED] if "excluded" in shown else entries


def _end_labels(chart: ProcessChart, *, has_space: bool) -> list[tuple[str, float, str, bool]]:
    """Return the labels beside the plot: text, value, colour, and whether it is bold."""
    known = chart.frame.filter(pl.col("value").is_not_null()).row(-1, named=True)
    labels = [(format_cell(known, chart.format_value), known["value"], NAVY, True)]
    last = chart.latest
    if last is not None and last["mean"] is not None:
        at = chart.frame["period"].to_list().index(last["period"])
        limit = " limit" if has_space else ""
        labels += [
            (f"{chart.format_value(value)} {words}", value, MUTED, False)
            for value, words in (
                (_clipped_limit(chart, "upper")[at], f"upper{limit}"),
                (last["mean"], "mean"),
                (_clipped_limit(chart, "lower")[at], f"lower{limit}"),
            )
        ]
    levels = chart.frame["target"].drop_nulls()
    if len(levels):
        labels.append((f"{chart.format_value(levels[-1])} target", levels[-1], PLUM, True))
    return labels


def _limits(
    alt: Any, chart: ProcessChart, layout: ChartLayout, x: Any, y: Any, edge: float
) -> list[Any]:
    """Return the band between the process limits of each segment, its edges and its mean.

    Limits that differ from period to period, as days or cases do, are steps.
    """
    frame = chart.frame.with_columns(
        at=pl.int_range(pl.len()).cast(pl.Float64),
        lower=_clipped_limit(chart, "lower"),
        upper=_clipped_limit(chart, "upper"),
    ).filter(pl.col("mean").is_not_null(), pl.col("value").is_not_null())
    if frame.is_empty():
        return []
    steps = frame.select("segment", "at", "mean", "lower", "upper")
    ends = steps.group_by("segment", maintain_order=True)
    steps = pl.concat(
        [
            ends.first().with_columns(pl.col("at") - edge).select(steps.columns),
            steps,
            ends.last().with_columns(pl.col("at") + edge).select(steps.columns),
        ]
    ).sort("segment", "at", maintain_order=True)
    rows = layout.rows(alt, "bands", steps.to_dicts())
    shared = {"x": x, "detail": "segment:N"}
    band = rows.mark_area(interpolate="step", line=False, **BAND, aria=False)
    dots = rows.mark_line(
        interpolate="step", color=MUTED, strokeDash=_LIMIT_DASH, strokeWidth=1.2, aria=False
    )
    mean = rows.mark_line(interpolate="step", color=MUTED, strokeWidth=1.2, aria=False)
    return [
        band.encode(**shared, y=with_field(y, "lower:Q"), y2="upper:Q"),
        *(dots.encode(**shared, y=with_field(y, f"{name}:Q")) for name in ("lower", "upper")),
        mean.encode(**shared, y=with_field(y, "mean:Q")),
    ]


def _line(alt: Any, layout: ChartLayout, x: Any, y: Any, rows: list[dict[str, Any]]) -> list[Any]:
    kept = [
        {name: row[name] for name in ("at", "value", "run")}
        for row in rows
        if row["value"] is not None
    ]
    line = layout.rows(alt, "values", kept).mark_line(
        color=NAVY, strokeWidth=2, strokeJoin="round", aria=False
    )
    return [line.encode(x=x, y=y, detail="run:N")]


def _points(
    alt: Any,
    layout: ChartLayout,
    x: Any,
    y: Any,
    rows: list[dict[str, Any]],
    direction: Direction,
    *,
    small: bool,
) -> list[Any]:
    layers = []
    variations = dict.fromkeys(row["variation"] for row in rows if row["value"] is not None)
    for number, variation in enumerate(variations):
        key = _legend_entry(variation, direction)
        key = replace(key, size=key.size // 2) if small else key
        here = [
            {"at": row["at"], "value": row["value"]}
            for row in rows
            if row["variation"] == variation and row["value"] is not None
        ]
        points = layout.rows(alt, f"points{number}", here).mark_point(
            shape=key.shape,
            size=key.size,
            fill=key.fill,
            stroke=key.edge,
            strokeWidth=1.5 if key.hollow else 1,
            opacity=1,
            aria=False,
        )
        layers.append(points.encode(x=x, y=y))
    return layers


def _targets(
    alt: Any, chart: ProcessChart, layout: ChartLayout, x: Any, y: Any, edge: float
) -> list[Any]:
    levels = (
        chart.frame.with_columns(at=pl.int_range(pl.len()))
        .filter(pl.col("target").is_not_null())
        .group_by(pl.col("target").rle_id(), maintain_order=True)
        .agg(
            first=pl.col("at").min() - edge,
            last=pl.col("at").max() + edge,
            level=pl.col("target").first(),
        )
    )
    if levels.is_empty():
        return []
    rule = layout.rows(alt, "targets", levels.to_dicts()).mark_rule(
        color=PLUM, strokeDash=_TARGET_DASH, strokeWidth=2, aria=False
    )
    return [rule.encode(x=with_field(x, "first:Q"), x2="last:Q", y=with_field(y, "level:Q"))]


def _breaks(
    alt: Any, chart: ProcessChart, layout: ChartLayout, x: Any, step: float, edge: float
) -> list[Any]:
    """Return a vertical line at each break, with a label where there is space."""
    starts = chart.frame["period_start"].to_list()
    positions = [
        sum(series_break.day > start for start in starts) - 0.5 for series_break in chart.breaks
    ]
    if not positions:
        return []
    rule = layout.rows(alt, "breaks", [{"at": position} for position in positions]).mark_rule(
        color=GREY, strokeDash=[4, 3], strokeWidth=1.2, aria=False
    )
    reached = -1000.0
    for position in positions:
        place = (position + edge) * step
        if place - reached < text_width("Break") + 8:
            continue
        reached = place
        fits = place + text_width("Break") / 2 <= layout.plot_width + layout.right
        layout.labels.append(Label("Break", place, -13, GREY, align="center" if fits else "right"))
    return [rule.encode(x=x)]


def _gaps(
    alt: Any, layout: ChartLayout, x: Any, rows: list[dict[str, Any]], step: float, edge: float
) -> list[Any]:
    """Return a pale stripe with a marker for each run of periods without a number."""
    runs: list[tuple[str, int, int]] = []
    for row in rows:
        if row["value"] is not None:
            continue
        if runs and runs[-1][0] == row["marker"] and runs[-1][2] == row["at"] - 1:
            runs[-1] = (row["marker"], runs[-1][1], row["at"])
        else:
            runs.append((row["marker"], row["at"], row["at"]))
    if not runs:
        return []
    reached = -1000.0
    for marker, first, last in runs:
        middle = ((first + last) / 2 + edge) * step
        half = text_width(marker, 11) / 2
        if middle - half > reached + 3:
            layout.labels.append(Label(marker, middle, _HEIGHT - 9, MUTED, 11, align="center"))
            reached = middle + half
    stripes = [{"first": first - edge, "last": last + edge} for _, first, last in runs]
    stripe = layout.rows(alt, "gaps", stripes).mark_rect(fill=GREY, fillOpacity=0.09, aria=False)
    whole = {"y": alt.YValue(0), "y2": alt.Y2Value(_HEIGHT)}
    return [stripe.encode(x=with_field(x, "first:Q"), x2="last:Q", **whole)]


def _data_table(chart: ProcessChart) -> list[list[str]]:
    """Return the numbers of the chart as a table, with limits, targets and variation if any."""
    frame = chart.frame
    columns = [name for name in ("lower", "mean", "upper", "target")
               if frame[name].is_not_null().any()]  # fmt: skip
    titles = {"lower": "Lower limit", "mean": "Mean", "upper": "Upper limit", "target": "Target"}
    signals = frame["variation"].ne("").any()
    rows = [["Period", axis_title(chart.number_format), *(titles[name] for name in columns)]]
    rows[0] += ["Variation"] if signals else []
    for row in frame.iter_rows(named=True):
        shown = [chart.format_value(row[name]) if row[name] is not None else "" for name in columns]
        variation = [row["variation"].partition(":")[0]] if signals else []
        period = format_period(row, chart.statement_period)
        rows.append([period, format_cell(row, chart.format_value), *shown, *variation])
    return rows
