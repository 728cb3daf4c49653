"""Where the ticks of an axis stand and what they say."""

from __future__ import annotations

import math
from collections.abc import Sequence

import polars as pl

from swm_kpi.charts.numbers import DECIMALS, say_tick
from swm_kpi.charts.story import Story
from swm_kpi.vocabulary import Grain, Unit


def scale(values: Sequence[float | None], story: Story) -> tuple[float, float, list[str]]:
    """Return the bottom of the axis, the step and the labels; zero is always on it."""
    known = [each for each in values if each is not None]
    least, most = min(0.0, *known), max(0.0, *known)
    reach = (most - least) or (0.01 if story.unit == Unit.PROPORTION else 1.0)
    if story.unit == Unit.PROPORTION and 0.8 < most <= 1 and least >= 0:
        reach = most = 1.0
    step = _nice(reach / 4)
    if story.unit not in DECIMALS and story.places == 0:
        step = max(step, 1.0)
    low = math.floor(least / step + 1e-9) * step
    count = max(math.ceil((most or reach) / step - 1e-9) - round(low / step), 1)
    hundred = 100 if story.unit == Unit.PROPORTION else 1
    places = max(0, -math.floor(math.log10(step * hundred) + 1e-9))
    return low, step, [say_tick(low + step * at, story.unit, places) for at in range(count + 1)]


def _nice(step: float) -> float:
    """Return the nearest 1, 2, 2.5 or 5 times a power of ten that is not less."""
    power = 10.0 ** math.floor(math.log10(step))
    for factor in (1, 2, 2.5, 5, 10):
        if factor * power >= step * (1 - 1e-9):
            return factor * power
    return 10 * power


def ticks(periods: pl.DataFrame, apart: float) -> dict[int, list[str]]:
    """Return position to the lines of its label, as many as fit without touching."""
    grain = Grain(str(periods["grain"][0]))
    days = periods["period_end"].to_list()
    starts = periods["period_start"].to_list()
    years = [f"{day.year - (day.month < 4)}" for day in starts]
    years = [f"{year}/{(int(year) + 1) % 100:02d}" for year in years]
    if grain is Grain.YEAR:
        short, years = list(years), [""] * len(years)
        opens = [True] * len(days)
    elif grain is Grain.QUARTER:
        short = [f"Q{(day.month - 4) % 12 // 3 + 1}" for day in starts]
        opens = [day.month == 4 for day in starts]
    else:
        short = [f"{day:%b}" for day in days]
        years = [f"{day.year}" for day in days]
        opens = [day.month == 1 for day in days]
    opens[0] = opens[0] or not any(opens[: math.ceil(52 / apart) + 1])
    every = math.ceil((52 if grain is Grain.YEAR else 30) / apart)
    if grain is Grain.QUARTER and every > 1:
        every = 4
    elif every > 1 and grain is not Grain.YEAR:
        every = next((each for each in (3, 6, 12) if each >= every), 12)
    anchor = next((at for at, each in enumerate(opens) if each), 0) % every
    return {
        at: [short[at], years[at]] if opens[at] and years[at] else [short[at]]
        for at in range(len(days))
        if at % every == anchor or (opens[at] and at == 0 and anchor * apart > 30)
    }


def lookup(labels: dict[int, list[str]]) -> str:
    pairs = (f"'{at}': {lines!r}" for at, lines in labels.items())
    return "{" + ", ".join(pairs) + "}"
