"""Axes of values and of time: positions and labels of the ticks."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from swm_kpi.charts.layout import LINES, MUTED
from swm_kpi.formatting import NumberFormat
from swm_kpi.vocabulary import Grain, Unit

_WIDE, _NARROW = 50, 32
_FAR_ABOVE = 0.6


@dataclass(frozen=True)
class Scale:
    """An axis of values.

    Attributes:
        low: the value of the lowest tick.
        step: the distance between ticks, in the unit of the values.
        labels: the labels of the ticks, from the bottom up.
    """

    low: float
    step: float
    labels: list[str]

    @property
    def top(self) -> float:
        """The value of the highest tick."""
        return self.low + self.step * (len(self.labels) - 1)

    def pixel(self, value: float, height: float) -> float:
        """Return the distance of a value from the top of the plot, in pixels."""
        return height * (self.top - value) / (self.top - self.low)

    def tick_options(self, every: int = 1) -> dict[str, Any]:
        """Return the arguments of an Altair axis that shows one label in ``every``."""
        at = range(0, len(self.labels), every)
        return {
            "values": [self.low + self.step * index for index in at],
            "labelExpr": f"{json.dumps(self.labels)}"
            f"[round((datum.value - {self.low!r}) / {self.step!r})]",
        }


def build_scale(values: Sequence[float | None], number_format: NumberFormat) -> Scale:
    """Return an axis that covers all values.

    The axis starts at zero, unless all values are proportions or ratios far above zero.

    Args:
        values: everything that is drawn; None is ignored.
        number_format: the format of the numbers.
    """
    unit, factor = number_format.unit, number_format.factor
    known = [value for value in values if value is not None]
    least, most = min([0.0, *known]), max([0.0, *known])
    if not starts_at_zero(known, unit):
        least = min(known) - 0.1 * (max(known) - min(known) or abs(most))
    reach = (most - least) or (0.01 if unit == Unit.PROPORTION else 1.0)
    if unit == Unit.PROPORTION and 0.8 < most <= 1 and least == 0:
        reach = most = 1.0
    step = _nice(reach * factor / 5, whole=number_format.is_whole) / factor
    low = math.floor(least / step + 1e-9) * step
    count = max(math.ceil(((most or reach) - low) / step - 1e-9), 1)
    shown = step * factor
    decimals = next((at for at in range(9) if math.isclose(round(shown, at), shown)), 9)
    ticks = [low + step * at for at in range(count + 1)]
    return Scale(low, step, [number_format.tick(tick, decimals) for tick in ticks])


def starts_at_zero(known: Sequence[float], unit: str) -> bool:
    """Return whether an axis of these numbers starts at zero."""
    close = unit in (Unit.PROPORTION, Unit.PERCENTAGE_RATIO, Unit.RATIO) and bool(known)
    return not (close and min(known) > _FAR_ABOVE * max(known))


def value_axis(alt: Any, scale: Scale, left: int) -> Any:
    """Return the axis of values at the left of a chart over time."""
    return alt.Y(
        "value:Q",
        scale=alt.Scale(domain=[scale.low, scale.top], nice=False),
        axis=alt.Axis(
            **scale.tick_options(),
            title=None,
            domain=False,
            ticks=False,
            gridColor=LINES,
            labelPadding=8,
            minExtent=left,
            maxExtent=left,
        ),
    )


def time_axis(alt: Any, labels: dict[int, list[str]], first: float, last: float) -> Any:
    """Return the axis of time.

    Args:
        alt: the Altair module.
        labels: the lines of each label, by the position of the period from 0.
        first: the position of the left edge.
        last: the position of the right edge.
    """
    return alt.X(
        "at:Q",
        scale=alt.Scale(domain=[first, last], nice=False, zero=False),
        axis=alt.Axis(
            values=list(labels),
            labelExpr=f"({label_expression(labels)})[format(datum.value, 'd')]",
            title=None,
            grid=False,
            domainColor=MUTED,
            tickColor=MUTED,
            labelOverlap=False,
            labelBound=False,
            labelFlush=False,
            labelPadding=6,
        ),
    )


def with_field(channel: Any, field: str) -> Any:
    """Return a copy of an Altair channel, with its scale and axis, for another field."""
    copy = channel.copy(deep=False)
    copy.shorthand = field
    return copy


def _nice(step: float, *, whole: bool) -> float:
    """Return the smallest 1, 2, 2.5 or 5 times a power of ten that is not below the step."""
    power = 10.0 ** math.floor(math.log10(step))
    steps = (factor * power for factor in (1, 2, 2.5, 5, 10))
    if whole:
        steps = (size for size in (1.0, *steps) if size.is_integer())
    return next((size for size in steps if size >= step * (1 - 1e-9)), 10 * power)


def time_labels(periods: pl.DataFrame, spacing: float) -> dict[int, list[str]]:
    """Return the lines of each label by position; as many labels as fit without touching.

    Args:
        periods: the rows of one series, in order of time.
        spacing: pixels between two consecutive periods.
    """
    grain = Grain(str(periods["grain"][0]))
    starts, ends = periods["period_start"].to_list(), periods["period_end"].to_list()
    financial = [day.year - (day.month < 4) for day in starts]
    years = [f"{year}/{(year + 1) % 100:02d}" for year in financial]
    if grain is Grain.YEAR:
        every = math.ceil(_WIDE / spacing)
        return {at: [year] for at, year in enumerate(years) if at % every == 0}
    if grain is Grain.QUARTER:
        names = [f"Q{(day.month - 4) % 12 // 3 + 1}" for day in starts]
        opens = [day.month == 4 for day in starts]
        every, wide = (1 if spacing >= 21 else 4), _WIDE
    else:
        names, years = [f"{day:%b}" for day in ends], [f"{day.year}" for day in ends]
        opens = [day.month == 1 for day in ends]
        every = next((months for months in (1, 3, 6) if months * spacing >= 30), 12)
        wide = _NARROW
    anchor = opens.index(True) % every if True in opens else 0
    shown = range(anchor, len(names), every)
    yearly = {at for at in shown if opens[at]}
    if all((at - anchor) * spacing >= wide for at in yearly):
        yearly.add(anchor)
    thin = math.ceil(wide / spacing / (4 if grain is Grain.QUARTER else 12))
    first = min(yearly)
    kept = {at for at in yearly if every < 4 or (at - first) // every % thin == 0}
    return {
        at: [names[at], years[at]] if at in yearly else [names[at]]
        for at in shown
        if at in kept or at not in yearly
    }


def label_expression(labels: dict[int, list[str]]) -> str:
    """Return the labels as an object in the Vega expression language."""
    pairs = (f"'{at}': {json.dumps(lines)}" for at, lines in labels.items())
    return "{" + ", ".join(pairs) + "}"
