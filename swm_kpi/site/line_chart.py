"""A line chart of a series as SVG. It needs no library and no script, and is the same each time.

The stylesheet sets its colours, so that it suits light and dark mode.
"""

from __future__ import annotations

import math

from swm_kpi.site.markup import Html, escape, tag
from swm_kpi.site.synthetic_series import SyntheticSeries

WIDTH, HEIGHT = 400, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 392, 14, 192


def line_chart(series: SyntheticSeries, chart_id: str) -> Html:
    """Return a chart of a series that has at least two values.

    Args:
        series: the values to draw.
        chart_id: a prefix for the ids of its title and description, unique on the page.
    """
    values = [point.value for point in series.points if point.value is not None]
    ticks = _tick_values(min(0.0, *values), max(values), whole_numbers=_are_whole(values))
    low, high = ticks[0], ticks[-1]
    last_position = max(len(series.points) - 1, 1)

    def x(position: int) -> str:
        return f"{_LEFT + 10 + (_RIGHT - _LEFT - 20) * position / last_position:.1f}"

    def y(value: float) -> str:
        return f"{_BOTTOM - (_BOTTOM - _TOP) * (value - low) / (high - low):.1f}"

    number_format = series.number_format
    decimals = _tick_decimals([tick * number_format.factor for tick in ticks])
    parts = [
        tag("title", f"{series.title}, synthetic data", id=f"{chart_id}-title"),
        tag("desc", series.alt_text(), id=f"{chart_id}-desc"),
    ]
    for tick in ticks:
        class_ = "axis" if tick == 0 else "grid"
        parts.append(_line(class_, f"{_LEFT}", y(tick), f"{_RIGHT}", y(tick)))
        text = number_format.tick(tick, decimals)
        parts.append(_text(_LEFT - 7, float(y(tick)) + 4, text, "end"))
    for position, point in enumerate(series.points):
        year, _, quarter = point.period.partition(" ")
        if quarter in ("", "Q1"):
            anchor = "middle" if position else "start"
            parts.append(_text(float(x(position)), _BOTTOM + 20, year, anchor))
            parts.append(_line("axis", x(position), f"{_BOTTOM}", x(position), f"{_BOTTOM + 5}"))
    for run in _unbroken_runs(series):
        points = " ".join(f"{x(position)},{y(value)}" for position, value in run)
        parts.append(Html(f'<polyline class="line" points="{points}"/>'))
        parts += [
            Html(f'<circle class="dot" cx="{x(position)}" cy="{y(value)}" r="3.2"/>')
            for position, value in run
        ]
    return tag(
        "svg",
        *parts,
        class_="chart",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby=f"{chart_id}-title {chart_id}-desc",
    )


def _line(class_: str, x1: str, y1: str, x2: str, y2: str) -> Html:
    return Html(f'<line class="{class_}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>')


def _text(x: float, y: float, text: str, anchor: str) -> Html:
    return Html(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>')


def _unbroken_runs(series: SyntheticSeries) -> list[list[tuple[int, float]]]:
    """Return runs of (position, value) without a gap.

    No line crosses a missing value, or joins the statements of two financial years.
    """
    runs: list[list[tuple[int, float]]] = [[]]
    for position, point in enumerate(series.points):
        if point.value is None or point.starts_line:
            runs.append([])
        if point.value is not None:
            runs[-1].append((position, point.value))
    return [run for run in runs if run]


def _are_whole(values: list[float]) -> bool:
    return all(value.is_integer() for value in values)


def _tick_values(low: float, high: float, *, whole_numbers: bool) -> list[float]:
    """Return round numbers, from one at or below the lowest to one at or above the highest."""
    span = (high - low) or abs(high) or 1.0
    min_step = span / 4
    power = 10.0 ** math.floor(math.log10(min_step))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= min_step)
    if whole_numbers:
        step = max(1.0, float(math.ceil(step)))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(step * number, 10) for number in range(first, max(last, first + 1) + 1)]


def _tick_decimals(ticks: list[float]) -> int:
    """Return the number of decimals that shows each tick exactly."""
    for decimals in range(9):
        if all(math.isclose(round(tick, decimals), tick, abs_tol=1e-9) for tick in ticks):
            return decimals
    return 9
