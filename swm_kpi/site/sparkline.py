"""A line of quarters as SVG: no library, no script, the same bytes each time.

Colours are the page's own, so that it is right in light and in dark.
"""

from __future__ import annotations

import math

from swm_kpi.formatting import decimal_places, format_tick
from swm_kpi.site.markup import Html, escape, tag
from swm_kpi.site.synthetic_series import Series
from swm_kpi.vocabulary import Unit

WIDTH, HEIGHT = 400, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 392, 14, 192


def picture(series: Series, name: str) -> Html:
    """Return a picture of a series with two numbers or more.

    Args:
        series: what to draw.
        name: a name for the picture that occurs once on its page.
    """
    values = [each.value for each in series.points if each.value is not None]
    ticks = _ticks(min(0.0, *values), max(values), whole=_is_whole(values))
    low, high = ticks[0], ticks[-1]
    count = len(series.points)

    def x(at: int) -> str:
        return f"{_LEFT + 10 + (_RIGHT - _LEFT - 20) * at / max(count - 1, 1):.1f}"

    def y(value: float) -> str:
        return f"{_BOTTOM - (_BOTTOM - _TOP) * (value - low) / (high - low):.1f}"

    places = _places(ticks, series.unit)
    parts = [
        tag("title", f"{series.measure}, synthetic data", id=f"{name}-title"),
        tag("desc", series.sentence(), id=f"{name}-desc"),
    ]
    for each in ticks:
        kind = "axis" if each == 0 else "grid"
        parts.append(_line(kind, f"{_LEFT}", y(each), f"{_RIGHT}", y(each)))
        said = format_tick(each, series.unit, places)
        parts.append(_text(_LEFT - 7, float(y(each)) + 4, said, "end"))
    for at, point in enumerate(series.points):
        year, _, part = point.period.partition(" ")
        if part in ("", "Q1"):
            parts.append(_text(float(x(at)), _BOTTOM + 20, year, "middle" if at else "start"))
            parts.append(_line("axis", x(at), f"{_BOTTOM}", x(at), f"{_BOTTOM + 5}"))
    for run in _runs(series):
        path = " ".join(f"{x(at)},{y(value)}" for at, value in run)
        parts.append(Html(f'<polyline class="line" points="{path}"/>'))
        parts += [Html(f'<circle class="dot" cx="{x(a)}" cy="{y(v)}" r="3.2"/>') for a, v in run]
    return tag(
        "svg",
        *parts,
        class_="chart",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def _line(kind: str, x1: str, y1: str, x2: str, y2: str) -> Html:
    return Html(f'<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>')


def _text(x: float, y: float, words: str, anchor: str) -> Html:
    return Html(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>')


def _runs(series: Series) -> list[list[tuple[int, float]]]:
    """Return the stretches without a gap: a line is never drawn over a missing number."""
    runs: list[list[tuple[int, float]]] = [[]]
    for at, point in enumerate(series.points):
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append((at, point.value))
    return [each for each in runs if each]


def _is_whole(values: list[float]) -> bool:
    return all(each.is_integer() for each in values)


def _ticks(low: float, high: float, *, whole: bool) -> list[float]:
    """Return round numbers from at or below the lowest to at or above the highest."""
    span = (high - low) or abs(high) or 1.0
    rough = span / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= rough)
    if whole:
        step = max(1.0, float(math.ceil(step)))
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(step * each, 10) for each in range(first, max(last, first + 1) + 1)]


def _places(ticks: list[float], unit: Unit) -> int:
    """Return how many decimals tell the ticks apart."""
    scale = 100 if unit is Unit.PROPORTION else 1
    for places in range(4):
        said = {f"{each * scale:.{places}f}" for each in ticks}
        exact = all(math.isclose(round(e * scale, places), e * scale, abs_tol=1e-9) for e in ticks)
        if exact and len(said) == len(ticks):
            return places
    return decimal_places(unit, ticks)
