"""Members of a breakdown beside their average: a funnel, or rows with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import polars as pl

from swm_kpi.analysis.members import Funnel, MemberJudgement
from swm_kpi.charts import axes, dot_rows
from swm_kpi.charts.alt_text import axis_title, describe_markers, format_cell
from swm_kpi.charts.axes import with_field
from swm_kpi.charts.chart import Caption, Chart
from swm_kpi.charts.description import Description
from swm_kpi.charts.layout import (
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
    text_width,
)
from swm_kpi.formatting import NumberFormat
from swm_kpi.statistics import MIN_MEMBERS_FOR_SPREAD
from swm_kpi.vocabulary import Direction, Marker

_HEIGHT = 300
_AVERAGE_DASH, _OUTER_DASH = [6, 3], [2, 3]
_NO_RANKING = "In the order of the list, which is no ranking."
_MOST_NAMES = 8
_NAME_SIZE = 11


def funnel_chart(funnel: Funnel, caption: Caption, *, width: int = WIDTH) -> Chart:
    """Return a chart of the members of a breakdown beside their average.

    With 10 members or more: a funnel, with the size of each member across, its value up, and the
    limits at 95% and 99.8% around the average. With fewer, or for a median: a row for each member
    with its 95% interval, in the order of the breakdown's list.

    Args:
        funnel: the comparison.
        caption: the texts around the chart.
        width: the width of the chart in pixels, from 320 (a phone) to 1,200.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the width is out of range.
    """
    is_funnel = funnel.has_limits and _compared(funnel).height >= MIN_MEMBERS_FOR_SPREAD
    description = _describe(funnel, caption, is_funnel=is_funnel)
    draw = partial(_draw_funnel if is_funnel else _draw_rows, funnel, caption, description)
    return Chart(draw, description, _data_table(funnel), caption.policy, width)


def _compared(funnel: Funnel) -> pl.DataFrame:
    return funnel.frame.filter(pl.col("reason") == "")


def _describe(funnel: Funnel, caption: Caption, *, is_funnel: bool) -> Description:
    """Return the words of the chart."""
    answer = funnel.short_answer if funnel.test is not None else "not compared"
    title = f"{funnel.title} by {funnel.by_title}, {funnel.period}: {answer}"
    kind = "Funnel plot." if is_funnel else "Dot chart with intervals."
    findings = [f"{kind} {title}. {caption.metric}.", *funnel.findings()]
    shown = funnel.number_format
    for row in funnel.frame.filter(pl.col("value").is_not_null()).iter_rows(named=True):
        interval = ""
        if row["lower"] is not None:
            ends = f"{shown.text(row['lower'])} to {shown.text(row['upper'])}"
            interval = f" (95% interval {ends})"
        findings.append(f"{row[funnel.by]}: {format_cell(row, shown.text)}{interval}.")
    caveats = funnel.notes if is_funnel else (_NO_RANKING, *funnel.notes)
    if funnel.marker:
        caveats = (f"No comparison: {funnel.reason}", *caveats)
    return Description(title, tuple(findings), caveats, caption.footnotes)


def _keys(direction: Direction) -> dict[str, LegendEntry]:
    """Return the symbol of each judgement."""
    better = "triangle-down" if direction is Direction.LOWER_IS_BETTER else "triangle-up"
    return {
        MemberJudgement.NOT_SHOWN: LegendEntry("Not shown to differ", NAVY, "circle", size=70),
        MemberJudgement.BETTER: LegendEntry("Better", TEAL, better, size=95),
        MemberJudgement.WORSE: LegendEntry("Worse", ORANGE, "square", size=80),
        MemberJudgement.HIGHER: LegendEntry("Higher", PLUM, "triangle-up", size=95),
        MemberJudgement.LOWER: LegendEntry("Lower", PLUM, "triangle-down", size=95),
        MemberJudgement.CANNOT_TELL: LegendEntry(
            "Not compared", NAVY, "circle", hollow=True, size=70
        ),
    }


def _legend(funnel: Funnel, judgements: Sequence[str]) -> list[LegendEntry]:
    return [key for name, key in _keys(funnel.direction).items() if name in judgements]


def _points(
    alt: Any,
    layout: ChartLayout,
    rows: list[dict[str, Any]],
    direction: Direction,
    encode: dict[str, Any],
) -> list[Any]:
    """Return a layer of symbols for each judgement."""
    layers = []
    for number, (judgement, key) in enumerate(_keys(direction).items()):
        here = [row for row in rows if row["judgement"] == judgement]
        if not here:
            continue
        points = layout.rows(alt, f"points{number}", here).mark_point(
            shape=key.shape,
            size=key.size,
            fill=key.fill,
            stroke=key.edge,
            strokeWidth=1.5 if key.hollow else 1,
            opacity=1,
            aria=False,
        )
        layers.append(points.encode(**encode))
    return layers


def _draw_rows(funnel: Funnel, caption: Caption, description: Description, width: int) -> Any:
    """Draw a row for each member, with its interval and the average."""
    alt = load_altair()
    shown = funnel.number_format
    subtitle = f"{caption.metric}. {axis_title(shown)}, {funnel.period}."
    rows = funnel.frame.to_dicts()
    height = dot_rows.ROW_HEIGHT * max(len(rows), 1)
    layout = ChartLayout(description, subtitle, width, height, below=36)
    known = [row for row in rows if row["value"] is not None]
    if not known:
        return layout.empty(alt, _reason_nothing_to_draw(funnel))
    names = [row[funnel.by] for row in rows]
    labels = [format_cell(row, shown.text) for row in rows]
    ends = [row[end] for row in known for end in ("value", "lower", "upper")]
    scale = axes.build_scale([*ends, funnel.average], shown)
    layout.left, layout.right = dot_rows.space_for(names, labels, width)
    layout.legend = _legend(funnel, [row["judgement"] for row in known])
    if any(row["lower"] is not None for row in known):
        layout.legend = [*layout.legend, LegendEntry("95% interval", NAVY)]
    if funnel.average is not None:
        average = f"{_average_name(funnel)}: {shown.text(funnel.average)}"
        layout.legend = [*layout.legend, LegendEntry(average, GREY, dash=_AVERAGE_DASH)]
    values = [value for value in (*ends, funnel.average) if value is not None]
    if not axes.starts_at_zero(values, funnel.unit):
        layout.subtitle += " The axis does not start at zero."
    layout.subtitle += describe_markers(row["marker"] for row in rows)
    x, y = dot_rows.across(alt, layout, scale), dot_rows.down(alt, names)
    dots = [
        {"name": row[funnel.by]}
        | {name: row[name] for name in ("value", "lower", "upper", "judgement")}
        for row in known
    ]
    layers = []
    if funnel.average is not None:
        line = layout.rows(alt, "average", [{"value": funnel.average}]).mark_rule(
            color=GREY, strokeDash=_AVERAGE_DASH, strokeWidth=1.5, aria=False
        )
        layers.append(line.encode(x=x))
    whiskers = [dot for dot in dots if dot["lower"] is not None]
    if whiskers:
        rule = layout.rows(alt, "intervals", whiskers).mark_rule(
            color=NAVY, strokeWidth=2.5, strokeCap="round", aria=False
        )
        layers.append(rule.encode(x=with_field(x, "lower:Q"), x2="upper:Q", y=y))
    layers += _points(alt, layout, dots, funnel.direction, {"x": x, "y": y})
    layout.labels += [
        *dot_rows.name_labels(names, layout.left - 10),
        *dot_rows.value_labels(labels, layout),
    ]
    return layout.draw(alt, layers)


def _draw_funnel(funnel: Funnel, caption: Caption, description: Description, width: int) -> Any:
    """Draw each member by its size and value, with the limits around the average."""
    alt = load_altair()
    shown = funnel.number_format
    sizes = NumberFormat.of(funnel.size_unit, funnel.frame["size"].to_list())
    subtitle = (
        f"{caption.metric}. Up: {axis_title(shown).lower()}, {funnel.period}. Across: how many "
        f"{funnel.size_unit}."
    )
    layout = ChartLayout(description, subtitle, width, _HEIGHT)
    rows = _compared(funnel).to_dicts()
    curves = funnel.curves()
    values = [row["value"] for row in rows]
    drawn = [*values, funnel.average, *curves["lower_95"], *curves["upper_95"].slice(1)]
    scale = axes.build_scale(drawn, shown)
    size_scale = axes.build_scale(curves["size"].to_list(), sizes)
    layout.left = max(text_width(label) for label in scale.labels) + 10
    average = f"{shown.text(funnel.average)} average" if funnel.average is not None else ""
    layout.right = text_width(average) + 12
    layout.below = 44
    layout.legend = [
        *_legend(funnel, [row["judgement"] for row in rows]),
        LegendEntry("95% limits", MUTED),
        LegendEntry("99.8% limits", MUTED, dash=_OUTER_DASH),
    ]
    if not axes.starts_at_zero([value for value in drawn if value is not None], funnel.unit):
        layout.subtitle += " The axis does not start at zero."
    x = with_field(dot_rows.across(alt, layout, size_scale), "size:Q")
    y = axes.value_axis(alt, scale, layout.left)
    layers = [*_curves(alt, layout, curves, x, y), *_average(alt, layout, funnel, x, y)]
    points = [{name: row[name] for name in ("size", "value", "judgement")} for row in rows]
    layers += _points(alt, layout, points, funnel.direction, {"x": x, "y": y})
    places = [
        (row, _across(row["size"], size_scale, layout), scale.pixel(row["value"], _HEIGHT))
        for row in rows
    ]
    lines = [
        (_across(row["size"], size_scale, layout), scale.pixel(row[name], _HEIGHT))
        for row in curves.iter_rows(named=True)
        for name in curves.columns
        if name != "size"
    ]
    layout.labels += _outlier_names(places, lines, funnel.by, layout.plot_width)
    if funnel.average is not None:
        at = scale.pixel(funnel.average, _HEIGHT)
        layout.labels.append(Label(average, layout.plot_width + 6, at, GREY))
    return layout.draw(alt, layers)


def _across(size: float, scale: axes.Scale, layout: ChartLayout) -> float:
    return layout.plot_width * (size - scale.low) / (scale.top - scale.low)


def _curves(alt: Any, layout: ChartLayout, curves: pl.DataFrame, x: Any, y: Any) -> list[Any]:
    layers = []
    for name in ("lower_998", "upper_998", "lower_95", "upper_95"):
        points = curves.select("size", value=pl.col(name)).to_dicts()
        dash = {"strokeDash": _OUTER_DASH} if name.endswith("998") else {}
        line = layout.rows(alt, name, points).mark_line(
            color=MUTED, strokeWidth=1.3, clip=True, aria=False, **dash
        )
        layers.append(line.encode(x=x, y=y))
    return layers


def _average(alt: Any, layout: ChartLayout, funnel: Funnel, x: Any, y: Any) -> list[Any]:
    rule = layout.rows(alt, "average", [{"value": funnel.average}]).mark_rule(
        color=GREY, strokeDash=_AVERAGE_DASH, strokeWidth=1.5, aria=False
    )
    return [rule.encode(y=y)]


def _outlier_names(
    places: Sequence[tuple[dict[str, Any], float, float]],
    lines: Sequence[tuple[float, float]],
    by: str,
    width: int,
) -> Iterator[Label]:
    """Yield the names of members that differ, where they touch no point, line or other name.

    Args:
        places: the row of each member, and the place of its point in pixels.
        lines: places on the lines of the limits.
        by: the breakdown.
        width: the width of the plot.
    """
    alike = (MemberJudgement.NOT_SHOWN, MemberJudgement.CANNOT_TELL)
    taken = [(left - 7, left + 7, top - 7, top + 7) for _, left, top in places]
    taken += [(left - 3, left + 3, top - 1, top + 1) for left, top in lines]
    differing = [place for place in places if place[0]["judgement"] not in alike]
    differing.sort(key=lambda place: place[0]["evidence"] != "strong")
    for row, left, top in differing[:_MOST_NAMES]:
        wide = text_width(row[by], _NAME_SIZE)
        middle = left - wide / 2
        beside = [(left + 10, top), (left - 10 - wide, top)]
        for start, line in (*beside, (middle, top - 15), (middle, top + 15)):
            box = (start, start + wide, line - 7, line + 7)
            is_inside = start >= 0 and start + wide <= width and 0 <= line <= _HEIGHT
            if is_inside and not any(_touch(box, other) for other in taken):
                taken.append(box)
                yield Label(row[by], start, line, size=_NAME_SIZE)
                break


def _touch(box: Sequence[float], other: Sequence[float]) -> bool:
    """Return whether two boxes touch: each is left, right, top and bottom in pixels."""
    is_across = box[0] < other[1] and other[0] < box[1]
    return is_across and box[2] < other[3] and other[2] < box[3]


def _average_name(funnel: Funnel) -> str:
    return "Average" if funnel.has_limits else "Whole"


def _reason_nothing_to_draw(funnel: Funnel) -> str:
    if funnel.frame.is_empty():
        return f"This measure is not broken down by {funnel.by_title}."
    reasons = dict.fromkeys(
        Marker(marker or Marker.NOT_AVAILABLE.value).meaning for marker in funnel.frame["marker"]
    )
    return f"No number to show for {funnel.period}: {'; '.join(reasons)}."


def _data_table(funnel: Funnel) -> list[list[str]]:
    """Return the numbers of the chart as a table."""
    shown = funnel.number_format
    limits = ["lower_95", "upper_95", "lower_998", "upper_998"]
    prefix = "adjusted_" if funnel.is_adjusted else ""
    names = ["lower", "upper", *([prefix + name for name in limits] if funnel.has_limits else [])]
    titles = ["95% interval, from", "to"]
    if funnel.has_limits:
        titles += ["95% limits, from", "to", "99.8% limits, from", "to"]
    table = [[funnel.by_title, axis_title(shown), *titles, "Beside the average"]]
    for row in funnel.frame.iter_rows(named=True):
        numbers = [row[name] for name in names]
        cells = ["" if number is None else shown.text(number) for number in numbers]
        table.append([row[funnel.by], format_cell(row, shown.text), *cells, row["judgement"]])
    return table
