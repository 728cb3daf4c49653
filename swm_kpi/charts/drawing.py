"""The picture itself, drawn with Altair."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import Any

import polars as pl

from swm_kpi.charts import axes
from swm_kpi.charts.canvas import FONT, INK, LINES, NAVY, QUIET, altair
from swm_kpi.charts.story import Point, Story, story_of
from swm_kpi.contracts import UNKNOWN
from swm_kpi.errors import MissingExtra
from swm_kpi.numbers import counted
from swm_kpi.vocabulary import Grain, Marker, Unit

PALE = "#A9AFB3"

Data = dict[str, list[dict[str, Any]]]
_WIDTH, _PADDING = 760, 12
_AXIS, _GAP, _NAMES, _BARS = 58, 30, 150, 156
_HEIGHT, _ROW = 230, 38
PERIODS = {
    Grain.MONTH: "month",
    Grain.QUARTER: "quarter",
    Grain.YEAR: "financial year",
    Grain.ROLLING_12: "12 months to each month",
}


def chart(
    frame: pl.DataFrame,
    *,
    title: str,
    subtitle: str = "",
    unit: str,
    by: str = "lpa",
    by_title: str = "Local Policing Area",
) -> Any:
    """Draw one measure: the force total over time and, beside it, the latest period by member.

    Provisional periods are hollow; a period with no number is a gap with its marker. Where the
    measure is not broken down, the total takes the whole width.

    Args:
        frame: the rows of one measure of a result, members in the order to show them.
        title: what the measure is called; wrapped where it is long.
        subtitle: what a reader must know first.
        unit: what one is one of, as in the result's ``unit`` column.
        by: the breakdown to draw.
        by_title: what readers call it.

    Returns:
        An Altair chart, 760 pixels wide.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the rows are of several measures, or have no number.
    """
    alt = altair()
    story = story_of(frame, unit, by)
    inside = _WIDTH - 2 * _PADDING
    if story.members:
        total, data = _over_time(alt, story, inside - _AXIS - _GAP - _NAMES - _BARS)
        members, rows = _by_member(alt, story, by_title)
        panels, data = [total, members], data | rows
    else:
        total, data = _over_time(alt, story, inside - _AXIS)
        panels = [total]
    heading = alt.Title(
        text=wrap(title, 84) or [""],
        **({"subtitle": wrap(subtitle, 112)} if subtitle else {}),
        anchor="start",
        offset=16,
    )
    style = alt.Config(
        font=FONT,
        view=alt.ViewConfig(stroke=None),
        title=alt.TitleConfig(
            fontSize=17, color=INK, subtitleFontSize=13, subtitleColor=QUIET, subtitlePadding=6
        ),
        axis=alt.AxisConfig(labelFontSize=12, labelColor=INK, titleFontSize=12),
    )
    return alt.hconcat(
        *panels,
        spacing=_GAP,
        title=heading,
        padding=_PADDING,
        background="white",
        config=style,
        datasets=data,
    )


def chart_svg(chart: Any, description: str = "") -> str:
    """Return an Altair chart as SVG text, its title and description inside.

    Raises:
        MissingExtra: vl-convert is not installed.
    """
    version, convert = vega_lite()
    spec = chart.to_dict(validate=False)
    svg = str(convert.vegalite_to_svg(spec, vl_version=version))
    name = escape(" ".join(spec["title"]["text"]))
    head, end, body = svg.partition(">")
    told = f"<desc>{escape(description)}</desc>" if description else ""
    return f'{head} role="img" aria-label="{name}"{end}<title>{name}</title>{told}{body}'


def vega_lite() -> tuple[str, Any]:
    """Return the version of Vega-Lite that Altair writes, and what turns it into pictures.

    Raises:
        MissingExtra: Altair or vl-convert is not installed.
    """
    alt = altair()
    try:
        import vl_convert
    except ImportError:
        raise MissingExtra.needed("vl-convert-python", extra="charts", purpose="A chart") from None
    return ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2]), vl_convert


def _over_time(alt: Any, story: Story, width: int) -> tuple[Any, Data]:
    """Return the panel of the total over time, and its rows by name."""
    count = len(story.total)
    rows = _points(story.total)
    low, step, labels = axes.scale([each.value for each in story.total], story.unit, story.places)
    top = low + step * (len(labels) - 1)
    label = _end(story)
    beyond = 20 + 7.7 * len(label["label"])
    room = (count - 1 or 1) * beyond / (width - beyond)
    apart = (width - beyond) / (count - 1 or 1)
    ticks, size = axes.ticks(story.periods, apart), 36 if apart >= 7 else 9
    x = alt.X(
        "at:Q",
        scale=alt.Scale(domain=[-0.15, count - 1 + room], nice=False, zero=False),
        axis=alt.Axis(
            values=list(ticks),
            labelExpr=f"({axes.lookup(ticks)})[format(datum.value, 'd')]",
            title=None,
            grid=False,
            domainColor=QUIET,
            tickColor=QUIET,
            labelOverlap=False,
            labelBound=False,
            labelFlush=False,
            labelPadding=6,
        ),
    )
    y = alt.Y(
        "value:Q",
        scale=alt.Scale(domain=[low, top], nice=False),
        axis=alt.Axis(
            values=[low + step * at for at in range(len(labels))],
            labelExpr=f"{json.dumps(labels)}[round((datum.value - {low!r}) / {step!r})]",
            title=None,
            domain=False,
            ticks=False,
            gridColor=LINES,
            minExtent=_AXIS,
            maxExtent=_AXIS,
            labelPadding=8,
        ),
    )
    near = label["value"] - low < 0.05 * (top - low)
    placed = {"x": x, "y": y}
    known = _rows(alt, "total")
    parts = [
        known.mark_line(color=NAVY, strokeWidth=2.5, strokeJoin="round", aria=False).encode(
            **placed, detail="run:N"
        ),
        known.mark_point(
            shape="circle", size=size, stroke=NAVY, strokeWidth=1.5, opacity=1, aria=False
        ).encode(**placed, fill=alt.condition("datum.hollow", alt.value("white"), alt.value(NAVY))),
        _rows(alt, "label")
        .mark_text(
            align="left",
            dx=9,
            dy=-9 if near else 0,
            fontSize=13,
            fontWeight="bold",
            color=NAVY,
            aria=False,
        )
        .encode(**placed, text="label:N"),
        _rows(alt, "gaps")
        .mark_text(dy=-9, color=QUIET, fontSize=11, aria=False)
        .encode(**placed, text="label:N"),
    ]
    data = {
        "total": [row for row in rows if row["value"] is not None],
        "label": [label],
        "gaps": _gaps(rows, low),
    }
    if low < 0:
        data["zero"] = [{"value": 0}]
        zero = _rows(alt, "zero").mark_rule(color=QUIET, aria=False)
        parts.append(zero.encode(y=y))
    words = counted(story.unit).strip()
    grain = PERIODS[Grain(str(story.periods["grain"][0]))]
    kind = "Percentage" if story.unit == Unit.PROPORTION else words or str(story.unit)
    hollow = "; hollow: provisional" if any(row["hollow"] for row in rows) else ""
    title = _panel_title(alt, "Whole force", f"{kind[:1].upper()}{kind[1:]}, by {grain}{hollow}")
    return alt.layer(*parts, width=width, height=_HEIGHT, title=title), data


def _by_member(alt: Any, story: Story, by_title: str) -> tuple[Any, Data]:
    """Return the panel of the latest period by member, and its rows by name."""
    rows = [
        {
            "name": each.name,
            "value": each.value or 0.0,
            "label": _label(each, story),
            "colour": PALE if each.name == UNKNOWN else NAVY,
            "end": max(each.value or 0.0, 0.0),
        }
        for each in story.members
    ]
    values = [each.value or 0.0 for each in story.members]
    least, most = min(0.0, *values), max(0.0, *values) or 1.0
    widest = 8 + 7.2 * max(len(row["label"]) for row in rows)  # type: ignore[arg-type]
    span = (most - least) * _BARS / (_BARS - min(widest, _BARS * 0.6))
    data = _rows(alt, "members")
    y = alt.Y(
        "name:N",
        sort=[each.name for each in story.members],
        scale=alt.Scale(paddingInner=0.35, paddingOuter=0.1),
        axis=alt.Axis(
            title=None,
            domain=False,
            ticks=False,
            labelPadding=8,
            labelLimit=_NAMES - 10,
            minExtent=_NAMES,
            maxExtent=_NAMES,
            labelColor=alt.condition(
                f"datum.value == '{UNKNOWN}'", alt.value(QUIET), alt.value(INK)
            ),
        ),
    )
    scale = alt.Scale(domain=[least, least + span], nice=False)
    bars = data.mark_bar(aria=False).encode(
        x=alt.X("value:Q", axis=None, scale=scale), y=y, color=alt.Color("colour:N", scale=None)
    )
    labels = data.mark_text(align="left", dx=5, color=INK, fontSize=12, aria=False).encode(
        x=alt.X("end:Q", axis=None, scale=scale), y=y, text="label:N"
    )
    last = story.total[story.latest]
    whole = "" if last.value is None else f"Whole force {_label(last, story)}"
    title = _panel_title(alt, f"{last.name} by {by_title}", whole, offset=17)
    drawn = alt.layer(bars, labels, width=_BARS, height=_ROW * len(rows), title=title)
    return drawn, {"members": rows}


def _rows(alt: Any, name: str) -> Any:
    """Return a chart of rows by name: Altair copies a chart at every step, and copies no rows."""
    return alt.Chart(alt.NamedData(name=name))


def _panel_title(alt: Any, text: str, subtitle: str, offset: int = 10) -> Any:
    return alt.Title(
        text=text,
        subtitle=subtitle,
        anchor="start",
        frame="bounds",
        fontSize=13,
        subtitleFontSize=12,
        offset=offset,
    )


def _label(point: Point, story: Story) -> str:
    if point.value is None:
        return point.marker or str(Marker.NOT_AVAILABLE)
    return f"{story.say(point.value)} {point.marker}".rstrip()


def _points(total: Sequence[Point]) -> list[dict[str, Any]]:
    """Return the total's points; those between two gaps share the number of their run."""
    rows, run = [], 0
    for at, each in enumerate(total):
        run += each.value is None
        rows.append(
            {"at": at, "value": each.value, "marker": each.marker, "run": run}
            | {"hollow": each.provisional}
        )
    return rows


def _end(story: Story) -> dict[str, Any]:
    """Return the last number of the total, to write beside its point."""
    at = max(n for n, each in enumerate(story.total) if each.value is not None)
    value = story.total[at].value or 0.0
    return {"at": at, "value": value, "label": story.say(value)}


def _gaps(rows: list[dict[str, Any]], low: float) -> list[dict[str, Any]]:
    return [
        {"at": row["at"], "value": low, "label": row["marker"] or str(Marker.NOT_AVAILABLE)}
        for row in rows
        if row["value"] is None
    ]
