"""A dot chart of the members of a breakdown in one period."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.analysis.members import select_member_rows
from swm_kpi.charts import axes, dot_rows
from swm_kpi.charts.alt_text import (
    axis_title,
    describe_markers,
    describe_members,
    format_cell,
    format_period,
)
from swm_kpi.charts.axes import with_field
from swm_kpi.charts.chart import Caption, Chart
from swm_kpi.charts.description import Description
from swm_kpi.charts.layout import (
    GREY,
    NAVY,
    PALE,
    WIDTH,
    ChartLayout,
    LegendEntry,
    load_altair,
)
from swm_kpi.contracts import UNKNOWN
from swm_kpi.errors import RequestError, did_you_mean
from swm_kpi.formatting import NumberFormat
from swm_kpi.vocabulary import Marker, Unit

_UNITS_THAT_DO_NOT_ADD = {
    Unit.PROPORTION, Unit.PERCENTAGE_RATIO, Unit.RATIO, Unit.PER_HUNDRED,
    Unit.PER_1000_HOUSEHOLDS, Unit.PER_1000_PEOPLE, Unit.PER_100000_PEOPLE, Unit.PER_MILLION_PEOPLE,
}  # fmt: skip
ORDERS = ("list", "value")
_BY_VALUE = (
    "In order of value. That is no ranking: neighbours often differ by chance alone, and the order "
    "would change with other rows."
)


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
    if order not in ORDERS:
        raise RequestError(f"There is no order {order!r}. {did_you_mean(order, ORDERS)}")
    selected = select_member_rows(series, by, period)
    shown = [*selected.rows, *([] if selected.unknown is None else [selected.unknown])]
    if order == "value":
        shown.sort(key=lambda row: (row[by] == UNKNOWN, row["value"] is None, -(row["value"] or 0)))
    period_words = format_period(selected.any_row, series.statement_period)
    members = _Members(shown, selected.total, by, by_title, series.unit, period_words)
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
    findings = (words, reason) if reason else (words,)
    caveats = (_BY_VALUE,) if order == "value" and not reason else ()
    description = Description(title, findings, caveats, caption.footnotes)
    draw = partial(_draw, members, caption, description, reason)
    return Chart(draw, description, _data_table(members), caption.policy, width)


def _reason_nothing_to_draw(members: _Members) -> str:
    """Return the reason reasons there is nothing to draw; empty if there is something."""
    if not members.rows:
        return f"This measure is not broken down by {members.by_title}."
    if any(row["value"] is not None for row in members.rows):
        return ""
    reasons = dict.fromkeys(Marker(row["marker"] or "[x]").meaning for row in members.rows)
    return f"No number to show for {members.period}: {'; '.join(reasons)}."


def _draw(
    members: _Members, caption: Caption, description: Description, reason: str, width: int
) -> Any:
    alt = load_altair()
    subtitle = f"{caption.metric}. {axis_title(members.number_format)}, {members.period}."
    height = dot_rows.ROW_HEIGHT * max(len(members.rows), 1)
    layout = ChartLayout(description, subtitle, width, height, below=36)
    if reason:
        return layout.empty(alt, reason)
    known = [row for row in members.rows if row["value"] is not None]
    ends = [row[end] for row in known for end in ("value", "lower", "upper")]
    level = members.level
    scale = axes.build_scale([*ends, level], members.number_format)
    labels = [format_cell(row, members.format_value) for row in members.rows]
    names = [row[members.by] for row in members.rows]
    layout.left, layout.right = dot_rows.space_for(names, labels, width)
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
    layout.labels += [
        *dot_rows.name_labels(names, layout.left - 10),
        *dot_rows.value_labels(labels, layout),
    ]
    return layout.draw(alt, layers)


def _layers(alt: Any, layout: ChartLayout, members: _Members, scale: axes.Scale) -> list[Any]:
    names = [row[members.by] for row in members.rows]
    x, y = dot_rows.across(alt, layout, scale), dot_rows.down(alt, names)
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
