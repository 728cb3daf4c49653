"""The latest financial year beside the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import polars as pl

from swm_kpi.analysis.measure_series import MeasureSeries, Member
from swm_kpi.calendar import format_date
from swm_kpi.charts import axes
from swm_kpi.charts.alt_text import (
    OVER_TIME,
    axis_title,
    describe_markers,
    describe_years,
    format_cell,
    format_member,
)
from swm_kpi.charts.chart import Caption, Chart
from swm_kpi.charts.layout import (
    GREY,
    NAVY,
    ORANGE,
    WIDTH,
    ChartLayout,
    Label,
    LegendEntry,
    load_altair,
    spread_labels,
    text_width,
)
from swm_kpi.errors import RequestError
from swm_kpi.formatting import decimal_places, format_number
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

    def format_value(self, value: float) -> str:
        """Write one of its numbers; all have as many decimals."""
        values = [each["value"] for _, points in self.runs for each in points]
        return format_number(value, self.unit, decimal_places(self.unit, values))


def year_on_year_chart(
    selected: MeasureSeries, caption: Caption, *, member: Member = None, width: int = WIDTH
) -> Chart:
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
    chosen = selected.parse_member(member)
    subject = f"{caption.measure}, {format_member(chosen)}" if chosen else caption.measure
    title = f"{subject}: {' beside '.join(year for year, _ in years.runs)}".removesuffix(": ")
    over_time = OVER_TIME[selected.grain]
    lead = f"{title}, {over_time}, {format_member(chosen)}. {caption.metric}"
    words = describe_years(
        lead, years.runs, years.format_value, selected.unit, years.missing or years.reason
    )
    alt_text = " ".join([words, *caption.footnotes])
    subtitle = (
        f"{caption.metric}. {axis_title(selected.unit)} {over_time}, {format_member(chosen)}."
    )
    draw = partial(_draw, years, caption, title, subtitle)
    return Chart(draw, title, alt_text, _numbers(years), caption.policy, width)


def _years(selected: MeasureSeries, member: Member) -> _Years:
    rows = selected.member_rows(member).with_columns(year=_YEAR)
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
    alt = load_altair()
    layout = ChartLayout(title, subtitle, width, _HEIGHT, caption.footnotes, below=42)
    if years.reason:
        return layout.empty(alt, years.reason)
    runs = years.runs
    values = [point["value"] for _, points in runs for point in points]
    scale = axes.build_scale(values, years.unit, decimal_places(years.unit, values))
    if not axes.starts_at_zero(values, years.unit):
        layout.subtitle += " The axis does not start at zero."
    ends = [points[-1] for _, points in runs]
    beside = [f"{each['name']} {format_cell(each, years.format_value)}" for each in ends]
    layout.left = max(text_width(each) for each in scale.labels) + 10
    layout.right = 10 + max(text_width(each, bold=True) for each in beside)
    hollow = any(point["hollow"] for _, points in runs for point in points)
    styles = [
        LegendEntry(year, colour, shape, dash)
        for (year, _), (colour, shape, dash) in zip(
            runs, [(NAVY, "circle", ()), (ORANGE, "diamond", (6, 4))], strict=False
        )
    ]
    layout.keys = [
        *(LegendEntry(each.words, each.colour, dash=each.dash) for each in styles),
        *([LegendEntry("Provisional", NAVY, "circle", hollow=True)] if hollow else []),
    ]
    layout.subtitle += f" {years.missing}" if years.missing else ""
    layout.subtitle += describe_markers(each["marker"] for each in ends)
    count = len(years.names)
    every = 1 if layout.inside / count >= 30 else 3
    shown = {at: [name] for at, name in enumerate(years.names) if at % every == 0}
    edge = min(0.5, 16 * (count - 1) / (layout.inside - 32))
    x = axes.time_axis(alt, shown, -edge, count - 1 + edge)
    y = axes.value_axis(alt, scale, layout.left)
    # The year before is drawn first, so that the latest lies over it.
    layers = [
        layer
        for number in reversed(range(len(runs)))
        for layer in _line(alt, layout, runs[number][1], styles[number], x, y)
    ]
    heights = spread_labels(
        [scale.pixel(each["value"], _HEIGHT) for each in ends], 15, 4, _HEIGHT - 6
    )
    layout.words += [
        Label(text, layout.inside + 6, at, colour, bold=colour == NAVY)
        for text, at, colour in zip(beside, heights, (NAVY, GREY), strict=False)
    ]
    return layout.draw(alt, layers)


def _line(
    alt: Any, layout: ChartLayout, points: list[dict[str, Any]], style: LegendEntry, x: Any, y: Any
) -> list[Any]:
    kept = [{name: each[name] for name in ("at", "value", "run", "hollow")} for each in points]
    rows = layout.rows(alt, style.words, kept)
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
    shown = [{each["name"]: format_cell(each, years.format_value) for each in points}
             for _, points in years.runs]  # fmt: skip
    return [
        ["Period", *(year for year, _ in years.runs)],
        *(
            [name, *(each.get(name, str(Marker.NOT_AVAILABLE)) for each in shown)]
            for name in years.names
        ),
    ]
