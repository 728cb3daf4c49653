"""The members of a breakdown beside one another, in one period."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from swm_kpi.charts import axes
from swm_kpi.charts.canvas import (
    GREY,
    LINES,
    NAVY,
    PALE,
    QUIET,
    Canvas,
    Key,
    Words,
    altair,
    check_width,
    room_for,
)
from swm_kpi.charts.picture import Picture
from swm_kpi.charts.tell import kind_of, markers_in_words, tell_members
from swm_kpi.contracts import ALL, UNKNOWN
from swm_kpi.errors import RequestError, did_you_mean
from swm_kpi.numbers import decimals, say_number
from swm_kpi.series import Selected
from swm_kpi.vocabulary import Marker

_ROW = 30


def members_picture(
    selected: Selected,
    *,
    by: str,
    by_title: str,
    title: str,
    period: str | None = None,
    width: int = 660,
    policy: str = "",
) -> Picture:
    """Draw each member of a breakdown as a dot, with its interval where there is one.

    Members keep the order of their list, so that pictures of different measures can be laid beside
    one another. The whole force is a line down the picture.

    Args:
        selected: the measure's rows.
        by: the breakdown.
        by_title: what readers call it.
        title: what the picture is called.
        period: the label of the period; the latest whole one with a number when left out.
        width: of the whole picture in pixels, from 320 for a phone to 1,200.
        policy: the disclosure policy the numbers went through.

    Raises:
        MissingExtra: Altair is not installed.
        RequestError: the breakdown or the period is not in the result, or the width out of range.
    """
    alt = altair()
    check_width(width)
    if by not in selected.by:
        raise RequestError(f"The result has no breakdown {by!r}. {did_you_mean(by, selected.by)}")
    others = [pl.col(each) == ALL for each in selected.by if each != by]
    rows = selected.rows.filter(pl.lit(True), *others)
    period = _period(rows, by, period)
    here = rows.filter(pl.col("period") == period)
    total = here.filter(pl.col(by) == ALL).to_dicts()
    whole = total[0] if total else None
    shown = here.filter(pl.col(by) != ALL).to_dicts()
    places = decimals(selected.unit, here["value"].to_list())

    def say(value: float) -> str:
        return say_number(value, selected.unit, places)

    subtitle = f"{kind_of(selected.unit)}, {period}, by {by_title}."
    canvas = Canvas(title, subtitle, width, 0, 0, _ROW * max(len(shown), 1))
    alternative = tell_members(
        shown, whole, by=by, by_title=by_title, title=title, period=period, say=say,
        unit=selected.unit,
    )  # fmt: skip
    if all(each["value"] is None for each in shown):
        why = dict.fromkeys(Marker(each["marker"] or "[x]").meaning for each in shown)
        reason = f"No number to show for {period}: " + "; ".join(why) + "."
        if not shown:
            reason = f"This measure is not broken down by {by_title}."
        return Picture(canvas.empty(alt, reason), title, alternative, policy)
    data = [_dot(each, by, say) for each in shown]
    ends = [each[end] for each in data for end in ("value", "lower", "upper")]
    level = whole["value"] if whole is not None else None
    within = _comparable(level, data)
    low, step, labels = axes.scale([*ends, level if within else None], selected.unit, places)
    top = low + step * (len(labels) - 1)
    canvas.left = max(room_for(each["name"]) for each in data) + 10
    canvas.right = 12 + max(room_for(each["label"]) for each in data)
    intervals = any(each["lower"] is not None for each in data)
    canvas.keys = [
        Key("Value", NAVY, "circle", size=70),
        *([Key("95% interval", NAVY)] if intervals else []),
        *([Key(f"Whole force: {say(level)}", GREY, dash=[6, 3])] if level is not None and within
          else []),
    ]  # fmt: skip
    if level is not None and not within:
        canvas.subtitle += f" Whole force: {say(level)}."
    canvas.subtitle += markers_in_words(each["marker"] for each in shown)
    canvas.data["members"] = [each for each in data if each["value"] is not None]
    layers = _layers(alt, canvas, data, low, step, labels, intervals=intervals)
    if level is not None and within:
        canvas.data["whole"] = [{"value": level}]
        x = alt.X("value:Q", scale=alt.Scale(domain=[low, top], nice=False))
        line = alt.Chart(alt.NamedData(name="whole")).mark_rule(
            color=GREY, strokeDash=[6, 3], strokeWidth=1.5, aria=False
        )
        layers.insert(0, line.encode(x=x))
    return Picture(canvas.draw(alt, layers), title, alternative, policy)


def _comparable(level: float | None, data: list[dict[str, Any]]) -> bool:
    """Say whether the total is of the members' size (a share, a rate) and not their sum."""
    values = [each["value"] for each in data if each["value"] is not None]
    return level is not None and min(values) <= level <= max(values)


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


def _dot(row: dict[str, Any], by: str, say: Any) -> dict[str, Any]:
    value = row["value"]
    label = row["marker"] or str(Marker.NOT_AVAILABLE)
    if value is not None:
        label = f"{say(value)} {row['marker']}".rstrip()
    return {
        "name": row[by],
        "value": value,
        "lower": row["lower"] if value is not None else None,
        "upper": row["upper"] if value is not None else None,
        "label": label,
        "unknown": row[by] == UNKNOWN,
    }


def _layers(
    alt: Any,
    canvas: Canvas,
    data: list[dict[str, Any]],
    low: float,
    step: float,
    labels: list[str],
    *,
    intervals: bool,
) -> list[Any]:
    top = low + step * (len(labels) - 1)
    every = 1 if canvas.inside / len(labels) > max(room_for(each) for each in labels) + 6 else 2
    ticks = range(0, len(labels), every)
    scale = alt.Scale(domain=[low, top], nice=False)
    x = alt.X(
        "value:Q",
        scale=scale,
        axis=alt.Axis(
            values=[low + step * at for at in ticks],
            labelExpr=f"{json.dumps(labels)}[round((datum.value - {low!r}) / {step!r})]",
            title=None,
            domainColor=QUIET,
            ticks=False,
            gridColor=LINES,
            labelPadding=6,
            labelFlush=False,
            labelOverlap=False,
        ),
    )
    y = alt.Y(
        "name:N",
        sort=[each["name"] for each in data],
        scale=alt.Scale(type="point", domain=[each["name"] for each in data], padding=0.5),
        axis=alt.Axis(
            title=None,
            domain=False,
            ticks=False,
            grid=False,
            labelPadding=10,
            labelLimit=canvas.left,
            minExtent=canvas.left,
            maxExtent=canvas.left,
        ),
    )
    rows = alt.Chart(alt.NamedData(name="members"))
    colour = alt.condition("datum.unknown", alt.value(PALE), alt.value(NAVY))
    found = []
    if intervals:
        found.append(
            rows.mark_rule(strokeWidth=2.5, strokeCap="round", aria=False).encode(
                x=alt.X("lower:Q", scale=scale), x2="upper:Q", y=y, color=colour
            )
        )
    found.append(
        rows.mark_point(shape="circle", size=75, opacity=1, aria=False).encode(
            x=x, y=y, fill=colour, stroke=colour
        )
    )
    for at, each in enumerate(data):
        place = _ROW * (at + 0.5)
        found.append(Words(each["label"], canvas.inside + 10, place).mark(alt))
    return found
