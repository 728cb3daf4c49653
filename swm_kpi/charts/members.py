"""The members of a breakdown beside one another, in one period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
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
    NAVY,
    PALE,
    QUIET,
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
from swm_kpi.formatting import decimal_places, format_number
from swm_kpi.vocabulary import Marker, Unit

_ROW = 30
_NOT_SUMS = {
    Unit.PROPORTION, Unit.RATIO, Unit.PER_1000_PEOPLE, Unit.PER_100000_PEOPLE,
    Unit.PER_MILLION_PEOPLE, Unit.PER_HUNDRED,
}  # fmt: skip
ORDERS = ("list", "value")


@dataclass(frozen=True)
class _Members:
    """One period of a breakdown: a row for each member, and one for the whole."""

    rows: list[dict[str, Any]]
    whole: dict[str, Any] | None
    by: str
    by_title: str
    unit: str
    when: str

    def format_value(self, value: float) -> str:
        """Write one of its numbers; all have as many decimals."""
        whole = [] if self.whole is None else [self.whole]
        places = decimal_places(self.unit, [each["value"] for each in (*self.rows, *whole)])
        return format_number(value, self.unit, places)

    @property
    def level(self) -> float | None:
        """The whole, where it is of the members' size and not their sum."""
        if self.whole is None or self.unit not in _NOT_SUMS:
            return None
        return self.whole["value"]  # type: ignore[no-any-return]


def members_chart(
    selected: MeasureSeries,
    caption: Caption,
    *,
    by: str,
    by_title: str,
    period: str | None = None,
    order: str = "list",
    width: int = WIDTH,
) -> Chart:
    """Draw each member of a breakdown as a dot, with its interval where there is one.

    The whole force is a line down the picture where it is of the members' size, and said in words
    where it is their sum.

    Args:
        selected: the measure's rows.
        caption: what stands around the picture.
        by: the breakdown.
        by_title: what readers call it.
        period: the label of the period; the latest whole one with a number when left out.
        order: ``list``: as the breakdown lists them, so that pictures of different measures can be
            laid beside one another; ``value``: the highest first, Unknown last.
        width: of the whole picture in pixels, from 320 for a phone to 1,200.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the breakdown, period or order is not one, or the width is out of range.
    """
    if by not in selected.by:
        raise RequestError(f"The result has no breakdown {by!r}. {did_you_mean(by, selected.by)}")
    if order not in ORDERS:
        raise RequestError(f"There is no order {order!r}. {did_you_mean(order, ORDERS)}")
    others = [pl.col(each) == ALL for each in selected.by if each != by]
    rows = selected.rows.filter(pl.lit(True), *others)
    here = rows.filter(pl.col("period") == _period(rows, by, period))
    total = here.filter(pl.col(by) == ALL).to_dicts()
    shown = here.filter(pl.col(by) != ALL).to_dicts()
    if order == "value":
        shown.sort(key=lambda row: (row[by] == UNKNOWN, row["value"] is None, -(row["value"] or 0)))
    when = format_period(here.row(0, named=True))
    members = _Members(shown, total[0] if total else None, by, by_title, selected.unit, when)
    title = f"{caption.measure} by {by_title}, {when}"
    lead = f"{title}. {caption.metric}"
    words = describe_members(
        shown,
        members.whole,
        by=by,
        lead=lead,
        format_value=members.format_value,
        unit=selected.unit,
    )
    reason = _nothing(members)
    alt_text = " ".join([words, *([reason] if reason else []), *caption.footnotes])
    draw = partial(_draw, members, caption, title, reason)
    return Chart(draw, title, alt_text, _numbers(members), caption.policy, width)


def _nothing(members: _Members) -> str:
    """Say why there is nothing to draw; empty where there is something."""
    if not members.rows:
        return f"This measure is not broken down by {members.by_title}."
    if any(each["value"] is not None for each in members.rows):
        return ""
    why = dict.fromkeys(Marker(each["marker"] or "[x]").meaning for each in members.rows)
    return f"No number to show for {members.when}: {'; '.join(why)}."


def _draw(members: _Members, caption: Caption, title: str, reason: str, width: int) -> Any:
    alt = load_altair()
    subtitle = f"{caption.metric}. {axis_title(members.unit)}, {members.when}."
    height = _ROW * max(len(members.rows), 1)
    layout = ChartLayout(title, subtitle, width, height, caption.footnotes, below=36)
    if reason:
        return layout.empty(alt, reason)
    known = [each for each in members.rows if each["value"] is not None]
    ends = [each[end] for each in known for end in ("value", "lower", "upper")]
    level = members.level
    places = decimal_places(members.unit, [each["value"] for each in known])
    scale = axes.build_scale([*ends, level], members.unit, places)
    labels = [format_cell(each, members.format_value) for each in members.rows]
    # Long names take two lines of at most two fifths of the picture.
    widest = max(text_width(each[members.by]) for each in members.rows)
    layout.left = min(widest, width * 2 // 5) + 10
    layout.right = 12 + max(text_width(each) for each in labels)
    intervals = any(each["lower"] is not None for each in known)
    layout.keys = [
        LegendEntry("Value", NAVY, "circle", size=70),
        *([LegendEntry("95% interval", NAVY)] if intervals else []),
        *([LegendEntry(f"Whole force: {members.format_value(level)}", GREY, dash=[6, 3])]
          if level is not None else []),
    ]  # fmt: skip
    if level is None and members.whole is not None:
        layout.subtitle += f" Whole force: {format_cell(members.whole, members.format_value)}."
    elif level is not None and not axes.starts_at_zero(
        [each for each in (*ends, level) if each is not None], members.unit
    ):
        layout.subtitle += " The axis does not start at zero."
    layout.subtitle += describe_markers(each["marker"] for each in members.rows)
    layers = _layers(alt, layout, members, scale)
    layout.words += _names([each[members.by] for each in members.rows], layout.left - 10)
    layout.words += [
        Label(label, layout.inside + 10, _ROW * (at + 0.5)) for at, label in enumerate(labels)
    ]
    return layout.draw(alt, layers)


def _period(rows: pl.DataFrame, by: str, period: str | None) -> str:
    known = rows["period"].unique(maintain_order=True).to_list()
    if period is not None:
        if period not in known:
            raise RequestError(
                f"The result has no period {period!r}. {did_you_mean(period, known)}"
            )
        return period
    numbers = rows.filter(pl.col("value").is_not_null(), pl.col(by) != ALL)
    whole = numbers.filter(pl.col("marker") != Marker.PROVISIONAL.value)
    for each in (whole, numbers):
        if each.height:
            return str(each["period"][-1])
    return str(known[-1])


def _layers(alt: Any, layout: ChartLayout, members: _Members, scale: axes.Scale) -> list[Any]:
    wide = max(text_width(each) for each in scale.labels) + 12
    every = -(-wide * len(scale.labels) // layout.inside)
    x = alt.X(
        "value:Q",
        scale=alt.Scale(domain=[scale.low, scale.top], nice=False),
        axis=alt.Axis(
            **scale.ticks(every),
            title=None,
            domainColor=QUIET,
            ticks=False,
            gridColor=LINES,
            labelPadding=6,
            labelFlush=False,
            labelOverlap=False,
        ),
    )
    names = [each[members.by] for each in members.rows]
    y = alt.Y(
        "name:N",
        sort=names,
        scale=alt.Scale(type="point", domain=names, padding=0.5),
        axis=None,
    )
    known = [each for each in members.rows if each["value"] is not None]
    dots = [
        {"name": each[members.by], "unknown": each[members.by] == UNKNOWN}
        | {name: each[name] for name in ("value", "lower", "upper")}
        for each in known
    ]
    rows = layout.rows(alt, "members", dots)
    colour = alt.condition("datum.unknown", alt.value(PALE), alt.value(NAVY))
    inside = alt.condition("datum.unknown", alt.value("white"), alt.value(NAVY))
    found = []
    if members.level is not None:
        line = layout.rows(alt, "whole", [{"value": members.level}]).mark_rule(
            color=GREY, strokeDash=[6, 3], strokeWidth=1.5, aria=False
        )
        found.append(line.encode(x=x))
    with_interval = [each for each in dots if each["lower"] is not None]
    if with_interval:
        whiskers = layout.rows(alt, "intervals", with_interval).mark_rule(
            strokeWidth=2.5, strokeCap="round", aria=False
        )
        found.append(whiskers.encode(x=with_field(x, "lower:Q"), x2="upper:Q", y=y, stroke=colour))
    points = rows.mark_point(shape="circle", size=75, strokeWidth=2, opacity=1, aria=False)
    return [*found, points.encode(x=x, y=y, fill=inside, stroke=colour)]


def _names(names: list[str], width: int) -> Iterator[Label]:
    """Yield each name to the left of its row, a long one in two lines."""
    for at, name in enumerate(names):
        first, *rest = wrap_text(name, width)
        lines = [first, rest[0].rstrip(",;") + ("…" if len(rest) > 1 else "")] if rest else [first]
        top = _ROW * (at + 0.5) - 6.5 * (len(lines) - 1)
        for number, line in enumerate(lines):
            yield Label(line, -10, top + 13 * number, align="right")


def _numbers(members: _Members) -> list[list[str]]:
    every = [*members.rows, *([members.whole] if members.whole is not None else [])]
    intervals = any(each["lower"] is not None for each in every)
    ends = ["95% interval, from", "to"] if intervals else []
    found = [[members.by_title, axis_title(members.unit), *ends]]
    for row in every:
        name = "Whole force" if row is members.whole else row[members.by]
        limits = [row["lower"], row["upper"]] if intervals else []
        shown = ["" if each is None else members.format_value(each) for each in limits]
        found.append([name, format_cell(row, members.format_value), *shown])
    return found
