"""The latest financial year beside the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from swm_kpi.analysis.series import Member, Selected
from swm_kpi.calendar import format_date
from swm_kpi.charts import axes
from swm_kpi.charts.alt_text import (
    OVER_TIME,
    kind_of,
    markers_in_words,
    say_cell,
    tell_years,
    whose,
)
from swm_kpi.charts.canvas import (
    GREY,
    NAVY,
    ORANGE,
    WIDTH,
    Canvas,
    Key,
    Words,
    altair,
    apart,
    room_for,
)
from swm_kpi.charts.chart import Caption, Picture
from swm_kpi.errors import RequestError
from swm_kpi.formatting import decimals, say_number
from swm_kpi.vocabulary import Grain, Marker

_HEIGHT = 240
_MONTHS = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar"]
_QUARTERS = ["Q1", "Q2", "Q3", "Q4"]
_APRIL = 4
_YEAR = pl.col("period_start").dt.year() - (pl.col("period_start").dt.month() < _APRIL)

Run = tuple[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class _Years:
    """One or two financial years, the latest first, and why there is not a second."""

    runs: list[Run]
    names: list[str]
    missing: str
    reason: str
    unit: str

    def say(self, value: float) -> str:
        """Write one of its numbers; all have as many decimals."""
        values = [each["value"] for _, points in self.runs for each in points]
        return say_number(value, self.unit, decimals(self.unit, values))


def years_picture(
    selected: Selected, caption: Caption, *, member: Member = None, width: int = WIDTH
) -> Picture:
    """Draw the latest financial year over the one before, month by month or quarter by quarter.

    Across a declared break in the series only the latest year is drawn.

    Args:
        selected: the measure's rows.
        caption: what stands around the picture.
        member: whose series; the total when left out.
        width: of the whole picture in pixels, from 320 for a phone to 1,200.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the periods are not months or quarters, or the width is out of range.
    """
    if selected.grain not in (Grain.MONTH, Grain.QUARTER):
        raise RequestError(
            f"Years are drawn over one another by month or quarter, not by {selected.grain.value}. "
            'Compute months, or draw kind="series".'
        )
    years = _years(selected, member)
    chosen = selected.named(member)
    subject = f"{caption.measure}, {whose(chosen)}" if chosen else caption.measure
    title = f"{subject}: {' beside '.join(year for year, _ in years.runs)}".removesuffix(": ")
    over_time = OVER_TIME[selected.grain]
    lead = f"{title}, {over_time}, {whose(chosen)}. {caption.metric}"
    words = tell_years(lead, years.runs, years.say, selected.unit, years.missing or years.reason)
    alternative = " ".join([words, *caption.foot])
    subtitle = f"{caption.metric}. {kind_of(selected.unit)} {over_time}, {whose(chosen)}."
    draw = partial(_draw, years, caption, title, subtitle)
    return Picture(draw, title, alternative, _numbers(years), caption.policy, width)


def _years(selected: Selected, member: Member) -> _Years:
    rows = selected.of(member).with_columns(year=_YEAR)
    names = _MONTHS if selected.grain is Grain.MONTH else _QUARTERS
    known = rows.filter(pl.col("value").is_not_null())
    if known.is_empty():
        why = dict.fromkeys(Marker(each or "[x]").meaning for each in rows["marker"])
        return _Years([], names, "", f"No number to show: {'; '.join(why)}.", selected.unit)
    latest = int(known["year"][-1])
    broken = [
        each
        for each in selected.metric.breaks
        if date(latest - 1, _APRIL, 1) < each.day < date(latest + 1, _APRIL, 1)
    ]
    runs: list[Run] = []
    for year in (latest,) if broken else (latest, latest - 1):
        points = _points(known.filter(pl.col("year") == year), selected.grain.months, names)
        if points:
            runs.append((f"{year}/{(year + 1) % 100:02d}", points))
    missing = ""
    if broken:
        missing = (
            "The year before is not drawn, because the series breaks on "
            f"{format_date(broken[-1].day)}: {broken[-1].because}."
        )
    elif len(runs) == 1:
        missing = "The result has no number for the year before."
    return _Years(runs, names, missing, "", selected.unit)


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


def _draw(years: _Years, caption: Caption, title: str, subtitle: str, width: int) -> Any:
    alt = altair()
    canvas = Canvas(title, subtitle, width, _HEIGHT, caption.foot, below=42)
    if years.reason:
        return canvas.empty(alt, years.reason)
    runs = years.runs
    values = [point["value"] for _, points in runs for point in points]
    scale = axes.scale_of(values, years.unit, decimals(years.unit, values))
    if not axes.from_zero(values, years.unit):
        canvas.subtitle += " The axis does not start at zero."
    ends = [points[-1] for _, points in runs]
    beside = [f"{each['name']} {say_cell(each, years.say)}" for each in ends]
    canvas.left = max(room_for(each) for each in scale.labels) + 10
    canvas.right = 10 + max(room_for(each, bold=True) for each in beside)
    hollow = any(point["hollow"] for _, points in runs for point in points)
    styles = [
        Key(year, colour, shape, dash)
        for (year, _), (colour, shape, dash) in zip(
            runs, [(NAVY, "circle", ()), (ORANGE, "diamond", (6, 4))], strict=False
        )
    ]
    canvas.keys = [
        *(Key(each.words, each.colour, dash=each.dash) for each in styles),
        *([Key("Provisional", NAVY, "circle", hollow=True)] if hollow else []),
    ]
    canvas.subtitle += f" {years.missing}" if years.missing else ""
    canvas.subtitle += markers_in_words(each["marker"] for each in ends)
    count = len(years.names)
    every = 1 if canvas.inside / count >= 30 else 3
    shown = {at: [name] for at, name in enumerate(years.names) if at % every == 0}
    edge = min(0.5, 16 * (count - 1) / (canvas.inside - 32))
    x = axes.along(alt, shown, -edge, count - 1 + edge)
    y = axes.upright(alt, scale, canvas.left)
    # The year before is drawn first, so that the latest lies over it.
    layers = [
        layer
        for number in reversed(range(len(runs)))
        for layer in _line(alt, canvas, runs[number][1], styles[number], x, y)
    ]
    heights = apart([scale.pixel(each["value"], _HEIGHT) for each in ends], 15, 4, _HEIGHT - 6)
    canvas.words += [
        Words(text, canvas.inside + 6, at, colour, bold=colour == NAVY)
        for text, at, colour in zip(beside, heights, (NAVY, GREY), strict=False)
    ]
    return canvas.draw(alt, layers)


def _line(
    alt: Any, canvas: Canvas, points: list[dict[str, Any]], style: Key, x: Any, y: Any
) -> list[Any]:
    kept = [{name: each[name] for name in ("at", "value", "run", "hollow")} for each in points]
    rows = canvas.rows(alt, style.words, kept)
    dash = {"strokeDash": list(style.dash)} if style.dash else {}
    fill = alt.condition("datum.hollow", alt.value("white"), alt.value(style.colour))
    return [
        rows.mark_line(color=style.colour, strokeWidth=2.2, aria=False, **dash).encode(
            x=x, y=y, detail="run:N"
        ),
        rows.mark_point(
            shape=style.shape, size=45, stroke=style.colour, strokeWidth=1.5, opacity=1, aria=False
        ).encode(x=x, y=y, fill=fill),
    ]


def _numbers(years: _Years) -> list[list[str]]:
    shown = [{each["name"]: say_cell(each, years.say) for each in points}
             for _, points in years.runs]  # fmt: skip
    return [
        ["Period", *(year for year, _ in years.runs)],
        *(
            [name, *(each.get(name, str(Marker.NOT_AVAILABLE)) for each in shown)]
            for name in years.names
        ),
    ]
