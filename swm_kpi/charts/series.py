"""One series over time, with its limits, signals, target and breaks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import polars as pl

from swm_kpi.charts import axes
from swm_kpi.charts.canvas import (
    BAND,
    GREY,
    INK,
    LINES,
    NAVY,
    ORANGE,
    PLUM,
    QUIET,
    TEAL,
    Canvas,
    Key,
    Words,
    altair,
    apart,
    check_width,
    room_for,
)
from swm_kpi.charts.drawing import PERIODS
from swm_kpi.charts.picture import Picture
from swm_kpi.charts.tell import kind_of, markers_in_words, no_number, tell_series
from swm_kpi.numbers import decimals
from swm_kpi.process import Nature, ProcessChart
from swm_kpi.vocabulary import Grain, Marker, Unit

_HEIGHT = 240
_KEYS = {
    Nature.IMPROVING: Key("Special cause: improving", TEAL, "triangle-up", size=90),
    Nature.CONCERNING: Key("Special cause: concerning", ORANGE, "square", size=75),
    Nature.HIGH: Key("Special cause: high", PLUM, "triangle-up", size=90),
    Nature.LOW: Key("Special cause: low", PLUM, "triangle-down", size=90),
}
_COMMON = Key("Routine variation", NAVY, "circle", size=40)
_PLAIN = Key("Value", NAVY, "circle", size=40)
_LEFT_OUT = Key("Provisional or left out", NAVY, "circle", hollow=True, size=45)
_TARGET_DASH, _LIMIT_DASH = [7, 3], [2, 3]


def series_picture(chart: ProcessChart, *, title: str, width: int = 660) -> Picture:
    """Draw a series: its values, and what its process behaviour chart says of them.

    Where there are no limits the values are drawn without, and the picture says why.

    Args:
        chart: the series, with limits or the reason why there are none.
        title: what the picture is called.
        width: of the whole picture in pixels, from 320 for a phone to 1,200.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the width is out of range.
    """
    alt = altair()
    frame = chart.frame
    places = decimals(chart.unit, frame["value"].to_list())
    canvas = Canvas(title, _subtitle(chart), check_width(width), 0, 0, _HEIGHT)
    alternative = tell_series(chart, title)
    if frame["value"].is_not_null().sum() == 0:
        return Picture(canvas.empty(alt, no_number(chart)), title, alternative, chart.policy)
    rows = _rows(chart)
    low, step, labels = axes.scale(_heights(chart), chart.unit, places, zero=_from_zero(chart))
    top = low + step * (len(labels) - 1)
    beside = _beside(chart)
    canvas.left = max(room_for(each) for each in labels) + 10
    canvas.right = 14 + max(room_for(text, bold=bold) for text, _, _, bold in beside)
    canvas.keys = _legend(chart, rows)
    canvas.above = 22 if chart.breaks else 0
    count = frame.height
    step_x = canvas.inside / count
    x = alt.X(
        "at:Q",
        scale=alt.Scale(domain=[-0.5, count - 0.5], nice=False, zero=False),
        axis=_time_axis(alt, frame, step_x),
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
            labelPadding=8,
            minExtent=canvas.left,
            maxExtent=canvas.left,
        ),
    )

    def pixel(value: float) -> float:
        return _HEIGHT * (top - value) / (top - low)

    layers = [
        *_limits(alt, chart, canvas, x, y, low, top),
        *_lines(alt, canvas, x, y, rows),
        *_points(alt, canvas, x, y, rows, small=step_x < 9),
        *_targets(alt, chart, canvas, x, y),
        *_breaks(alt, chart, canvas, x, step_x),
        *_gaps(alt, rows, step_x),
    ]
    places_of = apart([pixel(each[1]) for each in beside], 15, 4, _HEIGHT - 6)
    layers += [
        Words(text, canvas.inside + 8, at, colour, bold=bold).mark(alt)
        for (text, _, colour, bold), at in zip(beside, places_of, strict=True)
    ]
    return Picture(canvas.draw(alt, layers), title, alternative, chart.policy)


def _subtitle(chart: ProcessChart) -> str:
    grain = PERIODS[Grain(str(chart.frame["grain"][0]))]
    who = ", ".join(chart.member.values()) or "whole force"
    said = f"{kind_of(chart.unit)}, by {grain}: {who}."
    if not _from_zero(chart) and axes.starts_above_zero(
        [each for each in _heights(chart) if each is not None]
    ):
        said += " The axis does not start at zero."
    if chart.marker and chart.latest is not None:
        said += f" No process limits: {chart.reason}"
    known = chart.frame["value"].is_not_null().any()
    return said + (markers_in_words(_markers(chart)) if known else "")


def _markers(chart: ProcessChart) -> list[str]:
    """Return the markers the picture shows: of gaps, and of the number beside its end."""
    frame = chart.frame
    shown = frame.filter(pl.col("value").is_null())["marker"].to_list()
    known = frame.filter(pl.col("value").is_not_null())["marker"].to_list()
    return [each or Marker.NOT_AVAILABLE.value for each in shown] + known[-1:]


def _from_zero(chart: ProcessChart) -> bool:
    """Counts are drawn from zero; so is what has no limits to be read closely."""
    return bool(chart.marker) or chart.unit not in (Unit.PROPORTION, Unit.RATIO)


def _heights(chart: ProcessChart) -> list[float | None]:
    frame = chart.frame
    found = [*frame["value"].to_list(), *frame["target"].to_list()]
    return [*found, *_drawn(chart, "lower"), *_drawn(chart, "upper")]


def _drawn(chart: ProcessChart, limit: str) -> list[float | None]:
    """Return a limit as drawn: not beyond what the measure can reach."""
    values = [each for each in chart.frame["value"].to_list() if each is not None]
    least = 0.0 if min(values, default=0.0) >= 0 else float("-inf")
    most = 1.0 if chart.unit == Unit.PROPORTION else float("inf")
    return [None if v is None else min(max(v, least), most) for v in chart.frame[limit].to_list()]


def _rows(chart: ProcessChart) -> list[dict[str, Any]]:
    """Return the points; those between two gaps or breaks share the number of their run."""
    found: list[dict[str, Any]] = []
    run, segment = 0, 0
    for at, row in enumerate(chart.frame.iter_rows(named=True)):
        run += row["value"] is None or row["segment"] != segment
        segment = row["segment"]
        nature = row["nature"] or ("left out" if row["left_out"] else "plain")
        marker = row["marker"] or str(Marker.NOT_AVAILABLE)
        found.append(
            {"at": at, "value": row["value"], "run": run, "nature": nature, "marker": marker}
        )
    return found


def _key(nature: str) -> Key:
    if nature in tuple(Nature):
        return _KEYS.get(Nature(nature), _COMMON)
    return _LEFT_OUT if nature == "left out" else _PLAIN


def _legend(chart: ProcessChart, rows: list[dict[str, Any]]) -> list[Key]:
    shown = {row["nature"] for row in rows if row["value"] is not None}
    found = [key for nature, key in _KEYS.items() if nature.value in shown]
    if Nature.COMMON.value in shown or found:
        found.insert(0, _COMMON)
    elif shown != {"plain"}:
        found.insert(0, _PLAIN)
    return [*found, _LEFT_OUT] if "left out" in shown else found


def _beside(chart: ProcessChart) -> list[tuple[str, float, str, bool]]:
    """Return what is written beside the plot: text, height, colour, and whether it is bold."""
    known = chart.frame.filter(pl.col("value").is_not_null()).row(-1, named=True)
    value = f"{chart.say(known['value'])} {known['marker']}".rstrip()
    found = [(value, known["value"], NAVY, True)]
    last = chart.latest
    if last is not None and last["mean"] is not None:
        drawn = chart.frame.with_columns(
            lower=pl.Series(_drawn(chart, "lower"), dtype=pl.Float64),
            upper=pl.Series(_drawn(chart, "upper"), dtype=pl.Float64),
        ).row(by_predicate=pl.col("period") == last["period"], named=True)
        found += [
            (f"{chart.say(drawn[name])} {words}", drawn[name], QUIET, False)
            for name, words in (("upper", "upper"), ("mean", "mean"), ("lower", "lower"))
        ]
    levels = chart.frame.filter(pl.col("target").is_not_null())
    if levels.height:
        level = levels["target"][-1]
        found.append((f"{chart.say(level)} target", level, PLUM, True))
    return found


def _time_axis(alt: Any, frame: pl.DataFrame, step: float) -> Any:
    ticks = axes.ticks(frame, step)
    return alt.Axis(
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
    )


def _limits(
    alt: Any, chart: ProcessChart, canvas: Canvas, x: Any, y: Any, low: float, top: float
) -> list[Any]:
    """Return the band of routine variation of each segment, its edges and its mean."""
    frame = chart.frame.with_columns(
        at=pl.int_range(pl.len()),
        lower=pl.Series(_drawn(chart, "lower"), dtype=pl.Float64),
        upper=pl.Series(_drawn(chart, "upper"), dtype=pl.Float64),
    ).filter(pl.col("mean").is_not_null(), pl.col("value").is_not_null())
    if frame.is_empty():
        return []
    bands = frame.group_by("segment", maintain_order=True).agg(
        first=pl.col("at").min() - 0.5,
        last=pl.col("at").max() + 0.5,
        **{name: pl.col(name).first() for name in ("mean", "lower", "upper")},
    )
    canvas.data["bands"] = bands.to_dicts()
    rows = alt.Chart(alt.NamedData(name="bands"))
    across = {"x": _as(alt, x, "first:Q"), "x2": "last:Q"}
    edge = rows.mark_rule(color=QUIET, strokeDash=_LIMIT_DASH, strokeWidth=1.2, aria=False)
    return [
        rows.mark_rect(**BAND, aria=False).encode(**across, y=_as(alt, y, "lower:Q"), y2="upper:Q"),
        *(edge.encode(**across, y=_as(alt, y, f"{name}:Q")) for name in ("lower", "upper")),
        rows.mark_rule(color=QUIET, strokeWidth=1.2, aria=False).encode(
            **across, y=_as(alt, y, "mean:Q")
        ),
    ]


def _as(alt: Any, channel: Any, field: str) -> Any:
    """Return a channel of the same scale and axis for another field."""
    made = channel.copy(deep=False)
    made.shorthand = field
    return made


def _lines(alt: Any, canvas: Canvas, x: Any, y: Any, rows: list[dict[str, Any]]) -> list[Any]:
    canvas.data["values"] = [row for row in rows if row["value"] is not None]
    line = alt.Chart(alt.NamedData(name="values")).mark_line(
        color=NAVY, strokeWidth=2, strokeJoin="round", aria=False
    )
    return [line.encode(x=x, y=y, detail="run:N")]


def _points(
    alt: Any, canvas: Canvas, x: Any, y: Any, rows: list[dict[str, Any]], *, small: bool
) -> list[Any]:
    found = []
    natures = dict.fromkeys(row["nature"] for row in rows if row["value"] is not None)
    for number, nature in enumerate(natures):
        key = _key(nature)
        key = replace(key, size=key.size // 2) if small else key
        name = f"points{number}"
        canvas.data[name] = [
            row for row in rows if row["nature"] == nature and row["value"] is not None
        ]
        found.append(
            alt.Chart(alt.NamedData(name=name))
            .mark_point(
                shape=key.shape,
                size=key.size,
                color=key.colour,
                fill="white" if key.hollow else key.colour,
                strokeWidth=1.5 if key.hollow else 1,
                stroke=key.colour if key.hollow or key.colour == NAVY else INK,
                opacity=1,
                aria=False,
            )
            .encode(x=x, y=y)
        )
    return found


def _targets(alt: Any, chart: ProcessChart, canvas: Canvas, x: Any, y: Any) -> list[Any]:
    levels = (
        chart.frame.with_columns(at=pl.int_range(pl.len()))
        .filter(pl.col("target").is_not_null())
        .group_by("target", maintain_order=True)
        .agg(first=pl.col("at").min() - 0.5, last=pl.col("at").max() + 0.5)
    )
    if levels.is_empty():
        return []
    canvas.data["targets"] = levels.to_dicts()
    rule = alt.Chart(alt.NamedData(name="targets")).mark_rule(
        color=PLUM, strokeDash=_TARGET_DASH, strokeWidth=2, aria=False
    )
    across = {"x": _as(alt, x, "first:Q"), "x2": "last:Q"}
    return [rule.encode(**across, y=_as(alt, y, "target:Q"))]


def _breaks(alt: Any, chart: ProcessChart, canvas: Canvas, x: Any, step: float) -> list[Any]:
    """Return a line at each break, and the word where there is room for it."""
    starts = chart.frame["period_start"].to_list()
    positions = [sum(each.day > start for start in starts) - 0.5 for each in chart.breaks]
    if not positions:
        return []
    canvas.data["breaks"] = [{"at": each} for each in positions]
    rule = alt.Chart(alt.NamedData(name="breaks")).mark_rule(
        color=GREY, strokeDash=[4, 3], strokeWidth=1.2, aria=False
    )
    words, reached = [], -1000.0
    for each in positions:
        place = (each + 0.5) * step
        if place - reached < room_for("Break") + 8:
            continue
        reached = place
        right = place + room_for("Break") / 2 <= canvas.inside + canvas.right
        words.append(
            Words("Break", place, -13, GREY, 12, align="center" if right else "right").mark(alt)
        )
    return [rule.encode(x=x), *words]


def _gaps(alt: Any, rows: list[dict[str, Any]], step: float) -> list[Any]:
    """Return the marker of each run of periods without a number, where there is room for it."""
    runs: list[tuple[str, int, int]] = []
    for row in rows:
        if row["value"] is not None:
            continue
        if runs and runs[-1][0] == row["marker"] and runs[-1][2] == row["at"] - 1:
            runs[-1] = (row["marker"], runs[-1][1], row["at"])
        else:
            runs.append((row["marker"], row["at"], row["at"]))
    words, reached = [], -1000.0
    for marker, first, last in runs:
        middle = ((first + last) / 2 + 0.5) * step
        half = room_for(marker, 11) / 2
        if middle - half > reached + 3:
            words.append(Words(marker, middle, _HEIGHT - 9, QUIET, 11, align="center").mark(alt))
            reached = middle + half
    return words
