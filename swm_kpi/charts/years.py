"""The latest financial year beside the one before it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl

from swm_kpi.charts import axes
from swm_kpi.charts.canvas import (
    GREY,
    LINES,
    NAVY,
    ORANGE,
    QUIET,
    Canvas,
    Key,
    Words,
    altair,
    apart,
    check_width,
    room_for,
)
from swm_kpi.charts.picture import Picture
from swm_kpi.charts.tell import kind_of, markers_in_words, tell_years
from swm_kpi.errors import RequestError
from swm_kpi.numbers import decimals, say_number
from swm_kpi.series import Member, Selected
from swm_kpi.vocabulary import Grain, Marker, Unit

_HEIGHT = 240
_MONTHS = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar"]
_APRIL = 4
_YEAR = pl.col("period_start").dt.year() - (pl.col("period_start").dt.month() < _APRIL)


def years_picture(
    selected: Selected,
    *,
    title: str,
    member: Member = None,
    width: int = 660,
    policy: str = "",
) -> Picture:
    """Draw the latest financial year over the one before, month by month or quarter by quarter.

    Across a declared break in the series only the latest year is drawn.

    Args:
        selected: the measure's rows.
        title: what the picture is called.
        member: whose series; the total when left out.
        width: of the whole picture in pixels, from 320 for a phone to 1,200.
        policy: the disclosure policy the numbers went through.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the periods are not months or quarters, or the width is out of range.
    """
    alt = altair()
    check_width(width)
    if selected.grain not in (Grain.MONTH, Grain.QUARTER):
        raise RequestError(
            f"Years are drawn over one another by month or quarter, not by {selected.grain.value}. "
            'Compute months, or draw kind="series".'
        )
    rows = selected.of(member).with_columns(year=_YEAR)
    places = decimals(selected.unit, rows["value"].to_list())

    def say(value: float) -> str:
        return say_number(value, selected.unit, places)

    who = ", ".join(selected.named(member).values()) or "whole force"
    subtitle = f"{kind_of(selected.unit)}, by {selected.grain.value}: {who}."
    canvas = Canvas(title, subtitle, width, 0, 0, _HEIGHT)
    known = rows.filter(pl.col("value").is_not_null())
    if known.is_empty():
        why = dict.fromkeys(Marker(each or "[x]").meaning for each in rows["marker"])
        reason = f"No number to show: {'; '.join(why)}."
        words = f"Line chart. {title}, {who}. {reason}"
        return Picture(canvas.empty(alt, reason), title, words, policy)
    latest = int(known["year"][-1])
    broken = [
        each
        for each in selected.metric.breaks
        if date(latest - 1, _APRIL, 1) < each.day < date(latest + 1, _APRIL, 1)
    ]
    step = selected.grain.months
    names = _MONTHS if step == 1 else ["Q1", "Q2", "Q3", "Q4"]
    runs: list[tuple[str, list[dict[str, Any]]]] = []
    for year in (latest,) if broken else (latest, latest - 1):
        points = _points(known.filter(pl.col("year") == year), step, names)
        if points:
            runs.append((f"{year}/{(year + 1) % 100:02d}", points))
    missing = ""
    if broken:
        because = f"the series breaks on {broken[-1].on}: {broken[-1].because}"
        missing = f"The year before is not drawn, because {because}."
    elif len(runs) == 1:
        missing = "The result has no number for the year before."
    alternative = tell_years(title, who, runs, say, selected.unit, missing)
    values = [point["value"] for _, points in runs for point in points]
    zero = selected.unit not in (Unit.PROPORTION, Unit.RATIO)
    low, gap, labels = axes.scale(values, selected.unit, places, zero=zero)
    if low > 0:
        canvas.subtitle += " The axis does not start at zero."
    top = low + gap * (len(labels) - 1)
    ends = [points[-1] for _, points in runs]
    beside = [f"{say(each['value'])} {each['marker']}".rstrip() for each in ends]
    canvas.left = max(room_for(each) for each in labels) + 10
    canvas.right = 14 + max(room_for(each, bold=True) for each in beside)
    hollow = any(point["hollow"] for _, points in runs for point in points)
    styles = [(NAVY, "circle", []), (ORANGE, "diamond", [6, 4])][: len(runs)]
    canvas.keys = [
        *(
            Key(year, colour, dash=dash)
            for (year, _), (colour, _, dash) in zip(runs, styles, strict=True)
        ),
        *([Key("Provisional", NAVY, "circle", hollow=True)] if hollow else []),
    ]
    canvas.subtitle += f" {missing}" if missing else ""
    canvas.subtitle += markers_in_words(each["marker"] for each in ends)
    x, y = _axes(alt, canvas, names, low, gap, labels)
    layers: list[Any] = []
    # The year before is drawn first, so that the latest lies over it.
    for number in reversed(range(len(runs))):
        colour, shape, dash = styles[number]
        canvas.data[f"year{number}"] = runs[number][1]
        layers += _line(alt, f"year{number}", x, y, colour, shape, dash)
    spots = apart([_HEIGHT * (top - each["value"]) / (top - low) for each in ends], 15, 4, 234)
    colours = (NAVY, GREY)
    layers += [
        Words(text, canvas.inside + 8, at, colours[number], bold=number == 0).mark(alt)
        for number, (text, at) in enumerate(zip(beside, spots, strict=True))
    ]
    return Picture(canvas.draw(alt, layers), title, alternative, policy)


def _points(rows: pl.DataFrame, step: int, names: list[str]) -> list[dict[str, Any]]:
    """Return a year's points; neighbours share the number of their run."""
    found: list[dict[str, Any]] = []
    for row in rows.iter_rows(named=True):
        at = (row["period_start"].month - _APRIL) % 12 // step
        run = found[-1]["run"] + (at != found[-1]["at"] + 1) if found else 0
        provisional = row["marker"] == Marker.PROVISIONAL
        found.append(
            {"at": at, "name": names[at], "value": row["value"], "run": run}
            | {"hollow": provisional, "marker": row["marker"]}
        )
    return found


def _axes(
    alt: Any, canvas: Canvas, names: list[str], low: float, step: float, labels: list[str]
) -> tuple[Any, Any]:
    every = 1 if canvas.inside / len(names) >= 30 else 3
    shown = {at: [name] for at, name in enumerate(names) if at % every == 0}
    x = alt.X(
        "at:Q",
        scale=alt.Scale(domain=[-0.5, len(names) - 0.5], nice=False, zero=False),
        axis=alt.Axis(
            values=list(shown),
            labelExpr=f"({axes.lookup(shown)})[format(datum.value, 'd')]",
            title=None,
            grid=False,
            domainColor=QUIET,
            tickColor=QUIET,
            labelOverlap=False,
            labelPadding=6,
        ),
    )
    y = alt.Y(
        "value:Q",
        scale=alt.Scale(domain=[low, low + step * (len(labels) - 1)], nice=False),
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
    return x, y


def _line(
    alt: Any, name: str, x: Any, y: Any, colour: str, shape: str, dash: list[int]
) -> list[Any]:
    rows = alt.Chart(alt.NamedData(name=name))
    style = {"strokeDash": dash} if dash else {}
    fill = alt.condition("datum.hollow", alt.value("white"), alt.value(colour))
    return [
        rows.mark_line(color=colour, strokeWidth=2.2, aria=False, **style).encode(
            x=x, y=y, detail="run:N"
        ),
        rows.mark_point(
            shape=shape, size=45, stroke=colour, strokeWidth=1.5, opacity=1, aria=False
        ).encode(x=x, y=y, fill=fill),
    ]
