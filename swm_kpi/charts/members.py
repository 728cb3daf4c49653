"""A dot chart of the members of a breakdown in one period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import polars as pl

from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.charts import axes
from swm_kpi.charts.alt_text import (
    axis_title,
    describe_markers,
    describe_members,
    format_cell,
    format_period,
)
from swm_kpi.charts.axes import with_field
from swm_kpi.charts.chart import Caption, Chart
from swm_kpi.charts.layout import (
    GREY,
    LINES,
    MUTED,
    NAVY,
    PALE,
    WIDTH,
    ChartLayout,
    Label,
    LegendEntry,
    load_altair,
    text_width,
    wrap_text,
)
from swm_kpi.contracts import ALL, UNKNOWN
from swm_kpi.errors import RequestError, did_you_mean
from swm_kpi.formatting import NumberFormat
from swm_kpi.vocabulary import Marker, Unit

_ROW_HEIGHT = 30
_UNITS_THAT_DO_NOT_ADD = {
    Unit.PROPORTION, Unit.PERCENTAGE_RATIO, Unit.RATIO, Unit.PER_HUNDRED, Unit.PER_1000_PEOPLE,
    Unit.PER_100000_PEOPLE, Unit.PER_MILLION_PEOPLE,
}  # fmt: skip
ORDERS = ("list", "value")


@dataclass(frozen=True)
class _Members:
    """One period of a breakdown: a row for each member, and the row of the total."""

    rows: list[dict[str, Any]]
    total: dict[str, Any] | None
    by: str
    by_title: str
    unit: str
    period: str

    @cached_property
    def number_format(self) -> NumberFormat:
        """The format of the numbers, which all have the same decimals."""
        totals = [] if self.total is None else [self.total]
        return NumberFormat.of(self.unit, [row["value"] for row in (*self.rows, *totals)])

    def format_value(self, value: float) -> str:
        """Return a number as text."""
        return self.number_format.text(value)

    @property
    def level(self) -> float | None:
        """The total, if it has the scale of the members and is not their sum."""
        if self.total is None or self.unit not in _UNITS_THAT_DO_NOT_ADD:
            return None
        return self.total["value"]  # type: ignore[no-any-return]


def members_chart(
    series: MeasureSeries,
    caption: Caption,
    *,
    by: str,
    by_title: str,
    period: str | None = None,
    order: str = "list",
    width: int = WIDTH,
) -> Chart:
    """Return a chart of each member of a breakdown as a dot, with its interval if it has one.

    The total is a vertical line if it has the scale of the members, such as a proportion. If it is
    their sum, it is in the subtitle.

    Args:
        series: the rows of the measure.
        caption: the texts around the chart.
        by: the breakdown.
        by_title: the title of the breakdown.
        period: the label of the period; None for the latest complete period with a number.
        order: ``list``: in the order of the breakdown, so that charts of different measures can be
            compared; ``value``: the highest first, Unknown last.
        width: the width of the chart in pixels, from 320 (a phone) to 1,200.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the breakdown, the period or the order does not exist, or the width is out of
            range.
    """
    if by not in series.by:
        raise RequestError(f"The result has no breakdown {by!r}. {did_you_mean(by, series.by)}")
    if order not in ORDERS:
        raise RequestError(f"There is no order {order!r}. {did_you_mean(order, ORDERS)}")
    others = [pl.col(key) == ALL for key in series.by if key != by]
    rows = series.rows.filter(pl.lit(True), *others)
    period_rows = rows.filter(pl.col("period") == _choose_period(rows, by, period))
    totals = period_rows.filter(pl.col(by) == ALL).to_dicts()
    shown = period_rows.filter(pl.col(by) != ALL).to_dicts()
    if order == "value":
        shown.sort(key=lambda row: (row[by] == UNKNOWN, row["value"] is None, -(row["value"] or 0)))
    period_words = format_period(period_rows.row(0, named=True), series.statement_period)
    members = _Members(
        shown, totals[0] if totals else None, by, by_title, series.unit, period_words
    )
    title = f"{caption.measure} by {by_title}, {period_words}"
    lead = f"{title}. {caption.metric}"
    words = describe_members(
        shown,
        members.total,
        by=by,
        lead=lead,
        number_format=members.number_format,
    )
    reason = _reason_nothing_to_draw(members)
    alt_text = " ".join([words, *([reason] if reason else []), *caption.footnotes])
    draw = partial(_draw, members, caption, title, reason)
    return Chart(draw, title, alt_text, _data_table(members), caption.policy, width)


def _reason_nothing_to_draw(members: _Members) -> str:
    """Return the reason reasons there is nothing to draw; empty if there is something."""
    if not members.rows:
        return f"This measure is not broken down by {members.by_title}."
    if any(row["value"] is not None for row in members.rows):
        return ""
    reasons = dict.fromkeys(Marker(row["marker"] or "[x]").meaning for row in members.rows)
    return f"No number to show for {members.period}: {'; '.join(reasons)}."


def _draw(members: _Members, caption: Caption, title: str, reason: str, width: int) -> Any:
    alt = load_altair()
    subtitle = f"{caption.metric}. {axis_title(members.number_format)}, {members.period}."
    height = _ROW_HEIGHT * max(len(members.rows), 1)
    layout = ChartLayout(title, subtitle, width, height, caption.footnotes, below=36)
    if reason:
        return layout.empty(alt, reason)
    known = [row for row in members.rows if row["value"] is not None]
    ends = [row[end] for row in known for end in ("value", "lower", "upper")]
    level = members.level
    scale = axes.build_scale([*ends, level], members.number_format)
    labels = [format_cell(row, members.format_value) for row in members.rows]
    # Long names take two lines of at most two fifths of the chart.
    widest = max(text_width(row[members.by]) for row in members.rows)
    layout.left = min(widest, width * 2 // 5) + 10
    layout.right = 12 + max(text_width(label) for label in labels)
    intervals = any(row["lower"] is not None for row in known)
    layout.legend = [
        LegendEntry("Value", NAVY, "circle", size=70),
        *([LegendEntry("95% interval", NAVY)] if intervals else []),
        *([LegendEntry(f"Whole force: {members.format_value(level)}", GREY, dash=[6, 3])]
          if level is not None else []),
    ]  # fmt: skip
    if level is None and members.total is not None:
        layout.subtitle += f" Whole force: {format_cell(members.total, members.format_value)}."
    elif level is not None and not axes.starts_at_zero(
        [value for value in (*ends, level) if value is not None], members.unit
    ):
        layout.subtitle += " The axis does not start at zero."
    layout.subtitle += describe_markers(row["marker"] for row in members.rows)
    layers = _layers(alt, layout, members, scale)
    layout.labels += _name_labels([row[members.by] for row in members.rows], layout.left - 10)
    layout.labels += [
        Label(label, layout.plot_width + 10, _ROW_HEIGHT * (at + 0.5))
        for at, label in enumerate(labels)
    ]
    return layout.draw(alt, layers)


def _choose_period(rows: pl.DataFrame, by: str, period: str | None) -> str:
    known = rows["period"].unique(maintain_order=True).to_list()
    if period is not None:
        if period not in known:
            raise RequestError(
                f"The result has no period {period!r}. {did_you_mean(period, known)}"
            )
        return period
    numbers = rows.filter(pl.col("value").is_not_null(), pl.col(by) != ALL)
    complete = numbers.filter(pl.col("marker") != Marker.PROVISIONAL.value)
    for candidates in (complete, numbers):
        if candidates.height:
            return str(candidates["period"][-1])
    return str(known[-1])


def _layers(alt: Any, layout: ChartLayout, members: _Members, scale: axes.Scale) -> list[Any]:
    wide = max(text_width(label) for label in scale.labels) + 12
    every = -(-wide * len(scale.labels) // layout.plot_width)
    x = alt.X(
        "value:Q",
        scale=alt.Scale(domain=[scale.low, scale.top], nice=False),
        axis=alt.Axis(
            **scale.tick_options(every),
            title=None,
            domainColor=MUTED,
            ticks=False,
            gridColor=LINES,
            labelPadding=6,
            labelFlush=False,
            labelOverlap=False,
        ),
    )
    names = [row[members.by] for row in members.rows]
    y = alt.Y(
        "name:N",
        sort=names,
        scale=alt.Scale(type="point", domain=names, padding=0.5),
        axis=None,
    )
    known = [row for row in members.rows if row["value"] is not None]
    dots = [
        {"name": row[members.by], "unknown": row[members.by] == UNKNOWN}
        | {name: row[name] for name in ("value", "lower", "upper")}
        for row in known
    ]
    rows = layout.rows(alt, "members", dots)
    colour = alt.condition("datum.unknown", alt.value(PALE), alt.value(NAVY))
    inside = alt.condition("datum.unknown", alt.value("white"), alt.value(NAVY))
    layers = []
    if members.level is not None:
        line = layout.rows(alt, "total", [{"value": members.level}]).mark_rule(
            color=GREY, strokeDash=[6, 3], strokeWidth=1.5, aria=False
        )
        layers.append(line.encode(x=x))
    with_interval = [dot for dot in dots if dot["lower"] is not None]
    if with_interval:
        whiskers = layout.rows(alt, "intervals", with_interval).mark_rule(
            strokeWidth=2.5, strokeCap="round", aria=False
        )
        layers.append(whiskers.encode(x=with_field(x, "lower:Q"), x2="upper:Q", y=y, stroke=colour))
    points = rows.mark_point(shape="circle", size=75, strokeWidth=2, opacity=1, aria=False)
    return [*layers, points.encode(x=x, y=y, fill=inside, stroke=colour)]


def _name_labels(names: list[str], width: int) -> Iterator[Label]:
    """Yield the label of each name to the left of its row; a long name takes two lines."""
    for at, name in enumerate(names):
        first, *rest = wrap_text(name, width)
        lines = [first, rest[0].rstrip(",;") + ("…" if len(rest) > 1 else "")] if rest else [first]
        top = _ROW_HEIGHT * (at + 0.5) - 6.5 * (len(lines) - 1)
        for number, line in enumerate(lines):
            yield Label(line, -10, top + 13 * number, align="right")


def _data_table(members: _Members) -> list[list[str]]:
    all_rows = [*members.rows, *([members.total] if members.total is not None else [])]
    intervals = any(row["lower"] is not None for row in all_rows)
    ends = ["95% interval, from", "to"] if intervals else []
    table = [[members.by_title, axis_title(members.number_format), *ends]]
    for row in all_rows:
        name = "Whole force" if row is members.total else row[members.by]
        limits = [row["lower"], row["upper"]] if intervals else []
        shown = ["" if limit is None else members.format_value(limit) for limit in limits]
        table.append([name, format_cell(row, members.format_value), *shown])
    return table
