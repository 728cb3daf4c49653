"""A small chart for each member of a breakdown, all on one scale."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import polars as pl

from swm_kpi.analysis.series import Selected
from swm_kpi.charts import axes
from swm_kpi.charts.alt_text import (
    OVER_TIME,
    kind_of,
    markers_in_words,
    said_period,
    say_cell,
    span_of,
    tell_multiples,
)
from swm_kpi.charts.canvas import (
    LINES,
    NAVY,
    QUIET,
    WIDTH,
    Canvas,
    Words,
    altair,
    room_for,
    shortened,
)
from swm_kpi.charts.chart import Caption, Picture
from swm_kpi.contracts import ALL
from swm_kpi.errors import RequestError, did_you_mean
from swm_kpi.formatting import decimals, say_number
from swm_kpi.vocabulary import Grain, Marker

_HIGH, _ABOVE, _BELOW, _BETWEEN = 92, 26, 30, 24
_NARROWEST = 170

Panel = tuple[str, list[dict[str, Any]]]


def multiples_picture(
    selected: Selected, caption: Caption, *, by: str, by_title: str, width: int = WIDTH
) -> Picture:
    """Draw each member of a breakdown over time, in a small chart of its own.

    All have one scale, so that their sizes compare; a gap is a period without a number. A hollow
    point is provisional.

    Args:
        selected: the measure's rows.
        caption: what stands around the picture.
        by: the breakdown.
        by_title: what readers call it.
        width: of the whole picture in pixels, from 320 for a phone to 1,200.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the breakdown is not in the result, or the width is out of range.
    """
    if by not in selected.by:
        raise RequestError(f"The result has no breakdown {by!r}. {did_you_mean(by, selected.by)}")
    others = [pl.col(each) == ALL for each in selected.by if each != by]
    rows = selected.rows.filter(pl.col(by) != ALL, *others)
    names = rows[by].unique(maintain_order=True).to_list()
    panels = [(name, rows.filter(pl.col(by) == name).to_dicts()) for name in names]
    places = decimals(selected.unit, rows["value"].to_list())
    say = partial(say_number, unit=selected.unit, places=places)
    span = span_of(selected.rows)
    title = f"{caption.measure} by {by_title}, {span}"
    reason = _nothing(rows, by_title)
    words = tell_multiples(f"{title}. {caption.metric}", panels, say)
    alternative = " ".join([words, *([reason] if reason else []), *caption.foot])
    kind = f"{kind_of(selected.unit)} {OVER_TIME[selected.grain]}"
    subtitle = f"{caption.metric}. {kind}. All on one scale."
    draw = partial(_draw, selected, caption, title, subtitle, panels, reason)
    numbers = _numbers(panels, say)
    return Picture(draw, title, alternative, numbers, caption.policy, width)


def _nothing(rows: pl.DataFrame, by_title: str) -> str:
    """Say why there is nothing to draw; empty where there is something."""
    if rows.is_empty():
        return f"This measure is not broken down by {by_title}."
    if rows["value"].is_not_null().any():
        return ""
    why = dict.fromkeys(Marker(each or "[x]").meaning for each in rows["marker"])
    return f"No number to show: {'; '.join(why)}."


def _draw(
    selected: Selected,
    caption: Caption,
    title: str,
    subtitle: str,
    panels: list[Panel],
    reason: str,
    width: int,
) -> Any:
    alt = altair()
    canvas = Canvas(title, subtitle, width, 0, caption.foot, below=20)
    if reason:
        return canvas.empty(alt, reason)
    values = [each["value"] for _, rows in panels for each in rows]
    known = [each for each in values if each is not None]
    places = decimals(selected.unit, known)
    say = partial(say_number, unit=selected.unit, places=places)
    scale = axes.scale_of(known, selected.unit, places)
    if not axes.from_zero(known, selected.unit):
        canvas.subtitle += " The axis does not start at zero."
    if any(each["marker"] == Marker.PROVISIONAL for _, rows in panels for each in rows):
        canvas.subtitle += " Hollow: provisional."
    canvas.subtitle += markers_in_words(
        _marker(each)
        for _, rows in panels
        for each in rows
        if each["value"] is None or each is rows[-1]
    )
    gutter = max(room_for(scale.labels[0], 11), room_for(scale.labels[-1], 11)) + 8
    columns = max(1, min(3, len(panels), canvas.inside // (_NARROWEST + gutter)))
    wide = (canvas.inside - _BETWEEN * (columns - 1)) / columns - gutter
    canvas.height = math.ceil(len(panels) / columns) * (_ABOVE + _HIGH + _BELOW) - 8
    starts = [each.start for each in selected.periods()]
    lines: list[dict[str, Any]] = []
    rules: list[dict[str, Any]] = []
    for number, (name, rows) in enumerate(panels):
        row, column = divmod(number, columns)
        left = column * (wide + gutter + _BETWEEN) + gutter
        top = row * (_ABOVE + _HIGH + _BELOW) + _ABOVE
        ends = [rows[0], rows[-1]]
        for level, label in ((scale.top, scale.labels[-1]), (scale.low, scale.labels[0])):
            y = top + scale.pixel(level, _HIGH)
            rules.append({"x": left, "x2": left + wide, "y": y,
                          "colour": LINES if level == scale.top else QUIET})  # fmt: skip
            canvas.words.append(Words(label, left - 6, y, QUIET, 11, align="right"))
        shown = say_cell(rows[-1], say)
        fits = wide + gutter - room_for(shown, bold=True) - 8
        called = shortened(name, fits, bold=True)
        canvas.words.append(Words(called, left - gutter, top - 15, bold=True))
        canvas.words.append(Words(shown, left + wide, top - 15, NAVY, bold=True, align="right"))
        for end, at, align in ((ends[0], left, "left"), (ends[1], left + wide, "right")):
            canvas.words.append(Words(_short(end), at, top + _HIGH + 12, QUIET, 11, align=align))
        lines += _points(rows, starts, scale, left, top, wide, number)
        for at, marker in _gaps(rows, starts):
            place = left + wide * at / len(starts)
            canvas.words.append(Words(marker, place, top + _HIGH - 8, QUIET, 10, align="center"))
    return canvas.draw(alt, _layers(alt, canvas, rules, lines))


def _points(
    rows: list[dict[str, Any]],
    starts: list[Any],
    scale: axes.Scale,
    left: float,
    top: float,
    wide: float,
    number: int,
) -> list[dict[str, Any]]:
    """Return a panel's points in pixels; those between two gaps share a run."""
    found: list[dict[str, Any]] = []
    before, run = -1, 0
    for row in rows:
        at = starts.index(row["period_start"])
        if row["value"] is None:
            continue
        run += at != before + 1
        before = at
        across = (at + 0.5) / len(starts)
        found.append(
            {"x": left + wide * across, "y": top + scale.pixel(row["value"], _HIGH)}
            | {"run": f"{number}-{run}", "hollow": row["marker"] == Marker.PROVISIONAL}
        )
    return found


def _layers(
    alt: Any, canvas: Canvas, rules: list[dict[str, Any]], points: list[dict[str, Any]]
) -> list[Any]:
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, canvas.inside], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[canvas.height, 0], nice=False), axis=None)
    grid = canvas.rows(alt, "rules", rules).mark_rule(
        stroke=alt.ExprRef("datum.colour"), strokeWidth=1, aria=False
    )
    rows = canvas.rows(alt, "points", points)
    fill = alt.condition("datum.hollow", alt.value("white"), alt.value(NAVY))
    return [
        grid.encode(x=x, x2="x2:Q", y=y),
        rows.mark_line(color=NAVY, strokeWidth=1.8, aria=False).encode(x=x, y=y, detail="run:N"),
        rows.mark_point(
            shape="circle", size=14, stroke=NAVY, strokeWidth=1.2, opacity=1, aria=False
        ).encode(x=x, y=y, fill=fill),
    ]


def _marker(row: dict[str, Any]) -> str:
    """Return what a row shows beside its number or in its place."""
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


def _short(row: dict[str, Any]) -> str:
    """Return a period as short as it stands under a small chart."""
    if row["grain"] in (Grain.QUARTER, Grain.YEAR):
        return str(row["period"])
    return f"{row['period_end']:%b %Y}"


def _numbers(panels: list[Panel], say: Any) -> list[list[str]]:
    names = [name for name, _ in panels]
    shown: dict[str, dict[str, str]] = {}
    for name, rows in panels:
        for row in rows:
            shown.setdefault(said_period(row), {})[name] = say_cell(row, say)
    missing = str(Marker.NOT_AVAILABLE)
    return [
        ["Period", *names],
        *(
            [period, *(cells.get(each, missing) for each in names)]
            for period, cells in shown.items()
        ),
    ]
