"""A line chart of the latest financial year over the year before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
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
from swm_kpi.charts.description import Description
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
from swm_kpi.formatting import NumberFormat
from swm_kpi.vocabulary import Grain, Marker

_HEIGHT = 240
_NO_TEST = "Two years side by side do not show whether a difference is more than chance."
_MONTHS = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar"]
_QUARTERS = ["Q1", "Q2", "Q3", "Q4"]
_APRIL = 4
_YEAR = pl.col("period_start").dt.year() - (pl.col("period_start").dt.month() < _APRIL)

YearPoints = tuple[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class _Years:
    """One or two financial years, the latest first, and reasons the second is missing."""

    by_year: list[YearPoints]
    names: list[str]
    missing: str
    reason: str
    unit: str

    @cached_property
    def number_format(self) -> NumberFormat:
        """The format of the numbers, which all have the same decimals."""
        values = (point["value"] for _, points in self.by_year for point in points)
        return NumberFormat.of(self.unit, values)

    def format_value(self, value: float) -> str:
        """Return a number as text."""
        return self.number_format.text(value)


def year_on_year_chart(
    series: MeasureSeries, caption: Caption, *, member: Member = None, width: int = WIDTH
) -> Chart:
    """Return a chart of the latest financial year over the year before, by month or quarter.

    If there is a declared break in these two years, only the latest year is drawn.

    Args:
        series: the rows of the measure.
        caption: the texts around the chart.
        member: the member; None for the total.
        width: the width of the chart in pixels, from 320 (a phone) to 1,200.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the periods are not months or quarters, or the width is out of range.
    """
    if series.grain not in (Grain.MONTH, Grain.QUARTER):
        raise RequestError(
            f"A year-on-year chart needs months or quarters, not {series.grain.value}. "
            'Compute months, or draw kind="series".'
        )
    years = _years(series, member)
    member_names = series.parse_member(member)
    subject = (
        f"{caption.measure}, {format_member(member_names)}" if member_names else caption.measure
    )
    title = f"{subject}: {' beside '.join(year for year, _ in years.by_year)}".removesuffix(": ")
    over_time = OVER_TIME[series.grain]
    lead = f"{title}, {over_time}, {format_member(member_names)}. {caption.metric}"
    words = describe_years(lead, years.by_year, years.number_format, years.missing or years.reason)
    caveats = (_NO_TEST,) if len(years.by_year) > 1 else ()
    description = Description(title, (words,), caveats, caption.footnotes)
    of_member = f"{over_time}, {format_member(member_names)}"
    subtitle = f"{caption.metric}. {axis_title(years.number_format)} {of_member}."
    draw = partial(_draw, years, description, subtitle)
    return Chart(draw, description, _data_table(years), caption.policy, width)


def _years(series: MeasureSeries, member: Member) -> _Years:
    rows = series.member_rows(member).with_columns(year=_YEAR)
    names = _MONTHS if series.grain is Grain.MONTH else _QUARTERS
    known = rows.filter(pl.col("value").is_not_null())
    if known.is_empty():
        reasons = dict.fromkeys(Marker(marker or "[x]").meaning for marker in rows["marker"])
        return _Years([], names, "", f"No number to show: {'; '.join(reasons)}.", series.unit)
    latest = int(known["year"][-1])
    broken = [
        item
        for item in series.breaks_of(member)
        if date(latest - 1, _APRIL, 1) < item.day < date(latest + 1, _APRIL, 1)
    ]
    by_year: list[YearPoints] = []
    for year in (latest,) if broken else (latest, latest - 1):
        points = _points(known.filter(pl.col("year") == year), series.grain.months, names)
        if points:
            by_year.append((f"{year}/{(year + 1) % 100:02d}", points))
    missing = ""
    if broken:
        missing = (
            "The year before is not drawn, because the series breaks on "
            f"{format_date(broken[-1].day)}: {broken[-1].because}."
        )
    elif len(by_year) == 1:
        missing = "The result has no number for the year before."
    return _Years(by_year, names, missing, "", series.unit)


def _points(rows: pl.DataFrame, step: int, names: list[str]) -> list[dict[str, Any]]:
    """Return the points of a year. Points without a gap between them share a run."""
    points: list[dict[str, Any]] = []
    for row in rows.iter_rows(named=True):
        at = (row["period_start"].month - _APRIL) % 12 // step
        run = points[-1]["run"] + (at != points[-1]["at"] + 1) if points else 0
        provisional = row["marker"] == Marker.PROVISIONAL
        points.append(
            {"at": at, "name": names[at], "value": row["value"], "run": run}
            | {"hollow": provisional, "marker": row["marker"]}
        )
    return points


def _draw(years: _Years, description: Description, subtitle: str, width: int) -> Any:
    alt = load_altair()
    layout = ChartLayout(description, subtitle, width, _HEIGHT, below=42)
    if years.reason:
        return layout.empty(alt, years.reason)
    by_year = years.by_year
    values = [point["value"] for _, points in by_year for point in points]
    scale = axes.build_scale(values, years.number_format)
    if not axes.starts_at_zero(values, years.unit):
        layout.subtitle += " The axis does not start at zero."
    ends = [points[-1] for _, points in by_year]
    beside = [f"{point['name']} {format_cell(point, years.format_value)}" for point in ends]
    layout.left = max(text_width(label) for label in scale.labels) + 10
    layout.right = 10 + max(text_width(label, bold=True) for label in beside)
    hollow = any(point["hollow"] for _, points in by_year for point in points)
    styles = [
        LegendEntry(year, colour, shape, dash)
        for (year, _), (colour, shape, dash) in zip(
            by_year, [(NAVY, "circle", ()), (ORANGE, "diamond", (6, 4))], strict=False
        )
    ]
    layout.legend = [
        *(LegendEntry(entry.words, entry.colour, dash=entry.dash) for entry in styles),
        *([LegendEntry("Provisional", NAVY, "circle", hollow=True)] if hollow else []),
    ]
    layout.subtitle += f" {years.missing}" if years.missing else ""
    layout.subtitle += describe_markers(point["marker"] for point in ends)
    count = len(years.names)
    every = 1 if layout.plot_width / count >= 30 else 3
    shown = {at: [name] for at, name in enumerate(years.names) if at % every == 0}
    edge = min(0.5, 16 * (count - 1) / (layout.plot_width - 32))
    x = axes.time_axis(alt, shown, -edge, count - 1 + edge)
    y = axes.value_axis(alt, scale, layout.left)
    # The year before is drawn first, so that the latest year is on top.
    layers = [
        layer
        for number in reversed(range(len(by_year)))
        for layer in _line(alt, layout, by_year[number][1], styles[number], x, y)
    ]
    heights = spread_labels(
        [scale.pixel(point["value"], _HEIGHT) for point in ends], 15, 4, _HEIGHT - 6
    )
    layout.labels += [
        Label(text, layout.plot_width + 6, at, colour, bold=colour == NAVY)
        for text, at, colour in zip(beside, heights, (NAVY, GREY), strict=False)
    ]
    return layout.draw(alt, layers)


def _line(
    alt: Any, layout: ChartLayout, points: list[dict[str, Any]], style: LegendEntry, x: Any, y: Any
) -> list[Any]:
    kept = [{name: point[name] for name in ("at", "value", "run", "hollow")} for point in points]
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


def _data_table(years: _Years) -> list[list[str]]:
    shown = [{point["name"]: format_cell(point, years.format_value) for point in points}
             for _, points in years.by_year]  # fmt: skip
    return [
        ["Period", *(year for year, _ in years.by_year)],
        *(
            [name, *(year.get(name, str(Marker.NOT_AVAILABLE)) for year in shown)]
            for name in years.names
        ),
    ]
