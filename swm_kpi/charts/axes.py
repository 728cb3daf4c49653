"""Where the ticks of an axis stand and what they say."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import polars as pl

from swm_kpi.numbers import DECIMALS, say_tick
from swm_kpi.vocabulary import Grain, Unit

_WIDE, _NARROW = 50, 32


def scale(
    values: Sequence[float | None], unit: str, places: int, *, zero: bool = True
) -> tuple[float, float, list[str]]:
    """Return the bottom of the axis, the step and the labels.

    Args:
        values: everything that is drawn.
        unit: what one is one of.
        places: how many decimals the numbers are shown with.
        zero: start at zero. If not, numbers that all lie far above zero are looked at closely.
    """
    known = [each for each in values if each is not None]
    least, most = min(0.0, *known), max(0.0, *known)
    if not zero and starts_above_zero(known):
        least = min(known) - 0.1 * (max(known) - min(known) or abs(most))
    reach = (most - least) or (0.01 if unit == Unit.PROPORTION else 1.0)
    if unit == Unit.PROPORTION and 0.8 < most <= 1 and least == 0:
        reach = most = 1.0
    step = _nice(reach / 4)
    if unit not in DECIMALS and places == 0:
        step = max(step, 1.0)
    low = math.floor(least / step + 1e-9) * step
    count = max(math.ceil(((most or reach) - low) / step - 1e-9), 1)
    hundred = 100 if unit == Unit.PROPORTION else 1
    places = max(0, -math.floor(math.log10(step * hundred) + 1e-9))
    return low, step, [say_tick(low + step * at, unit, places) for at in range(count + 1)]


def starts_above_zero(known: Sequence[float]) -> bool:
    """Say whether numbers lie so far above zero that an axis from zero would hide how they move."""
    return bool(known) and min(known) > 0.5 * max(known)


def _nice(step: float) -> float:
    """Return the nearest 1, 2, 2.5 or 5 times a power of ten that is not less."""
    power = 10.0 ** math.floor(math.log10(step))
    for factor in (1, 2, 2.5, 5, 10):
        if factor * power >= step * (1 - 1e-9):
            return factor * power
    return 10 * power


def ticks(periods: pl.DataFrame, apart: float) -> dict[int, list[str]]:
    """Return position to the lines of its label, as many as fit without touching.

    Args:
        periods: the total's rows, in order.
        apart: pixels between two of them.
    """
    grain = Grain(str(periods["grain"][0]))
    starts, ends = periods["period_start"].to_list(), periods["period_end"].to_list()
    financial = [day.year - (day.month < 4) for day in starts]
    years = [f"{year}/{(year + 1) % 100:02d}" for year in financial]
    if grain is Grain.YEAR:
        every = math.ceil(_WIDE / apart)
        return {at: [year] for at, year in enumerate(years) if at % every == 0}
    if grain is Grain.QUARTER:
        names = [f"Q{(day.month - 4) % 12 // 3 + 1}" for day in starts]
        opens = [day.month == 4 for day in starts]
        every, wide = (1 if apart >= 21 else 4), _WIDE
    else:
        names, years = [f"{day:%b}" for day in ends], [f"{day.year}" for day in ends]
        opens = [day.month == 1 for day in ends]
        every = next((each for each in (1, 3, 6) if each * apart >= 30), 12)
        wide = _NARROW
    anchor = opens.index(True) % every if True in opens else 0
    shown = range(anchor, len(names), every)
    yearly = {at for at in shown if opens[at]}
    if all((at - anchor) * apart >= wide for at in yearly):
        yearly.add(anchor)
    thin = math.ceil(wide / apart / (4 if grain is Grain.QUARTER else 12))
    first = min(yearly)
    kept = {at for at in yearly if every < 4 or (at - first) // every % thin == 0}
    return {
        at: [names[at], years[at]] if at in yearly else [names[at]]
        for at in shown
        if at in kept or at not in yearly
    }


def lookup(labels: dict[int, list[str]]) -> str:
    """Return the labels as an object of the chart's expression language."""
    pairs = (f"'{at}': {json.dumps(lines)}" for at, lines in labels.items())
    return "{" + ", ".join(pairs) + "}"
