"""When, how large and by which random numbers: what every table's maker is given.

Holds the span, the scale and the shapes of a week, a year and a day, and draws from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from swm_kpi.contracts import ContractType

Array: TypeAlias = NDArray[Any]
Columns: TypeAlias = dict[str, Array]

HOUR = np.timedelta64(3600, "s")
DAY = np.timedelta64(1, "D")
_SHARES = (0.15, 0.25, 0.14, 0.22, 0.24)
_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Season:
    """When things happen.

    Attributes:
        swing: how far the peak of the year is above its mean, as a share.
        peak: the day of the year of the peak.
        week: weights of Monday to Sunday.
        day: weights of the hours from midnight.
    """

    swing: float = 0.0
    peak: int = 196
    week: tuple[float, ...] = (1.0,) * 7
    day: tuple[float, ...] = (1.0,) * 24


NIGHTS = (5, 4, 3, 2, 2, 2, 3, 4, 5, 6, 6, 6, 6, 6, 7, 8, 8, 8, 8, 8, 8, 8, 7, 6)
OFFICE = (1, 1, 1, 1, 1, 1, 2, 5, 9, 11, 11, 10, 9, 9, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Setting:
    """The force to be made.

    Attributes:
        start, end: its first and last day.
        scale: its size; 1 is 1.3 million residents.
        seed: its random numbers.
        spike: a table, the first day of a month and a factor.
    """

    start: date
    end: date
    scale: float
    seed: int
    spike: tuple[str, date, float] | None = None

    @cached_property
    def days(self) -> Array:
        """Every day of the span."""
        return np.arange(np.datetime64(self.start, "D"), np.datetime64(self.end, "D") + DAY)

    @property
    def close(self) -> np.datetime64:
        """The midnight at which the tables are extracted."""
        return np.datetime64(self.end + timedelta(days=1), "s")

    @property
    def years(self) -> float:
        """How long the span is."""
        return len(self.days) / _DAYS_A_YEAR

    @cached_property
    def month_ends(self) -> Array:
        """The last day of each month of the span; its last day where it holds none."""
        last = self.days[
            (self.days + DAY).astype("datetime64[M]") > self.days.astype("datetime64[M]")
        ]
        return last if len(last) else self.days[-1:]

    def generator(self, table: str) -> np.random.Generator:
        """Return a table's own random numbers, which no other table can disturb."""
        return np.random.default_rng([self.seed, crc32(table.encode())])

    def factors(self, table: str, days: Array) -> Array:
        """Return what the spike multiplies each day of a table by."""
        if self.spike is None or self.spike[0] != table:
            return np.ones(len(days))
        within = days.astype("datetime64[M]") == np.datetime64(self.spike[1], "M")
        return np.where(within, self.spike[2], 1.0)

    def moments(
        self, table: str, generator: np.random.Generator, a_year: float, season: Season
    ) -> Array:
        """Draw the times of events, in order: so many a year, in season, the spike included."""
        days = self.days
        in_year = (days - days.astype("datetime64[Y]")).astype(np.int64)
        weekday = (days.astype(np.int64) + 3) % 7
        week = np.asarray(season.week) / np.mean(season.week)
        month = days.astype("datetime64[M]").astype(np.int64)
        wobble = generator.normal(1, 0.03, month[-1] - month[0] + 1)[month - month[0]]
        rate = (
            (a_year * self.scale / _DAYS_A_YEAR)
            * (1 + season.swing * np.cos(2 * np.pi * (in_year - season.peak) / _DAYS_A_YEAR))
            * week[weekday]
            * np.maximum(wobble, 0.5)
            * self.factors(table, days)
        )
        happened = np.repeat(days, generator.poisson(rate)).astype("datetime64[s]")
        hours = draw(generator, season.day, len(happened))
        seconds = hours * 3600 + generator.integers(0, 3600, len(happened))
        return real(np.sort(happened + seconds.astype("timedelta64[s]")))

    def rows(self, table: str, generator: np.random.Generator, times: Array) -> tuple[Array, Array]:
        """Return which rows of a derived table a spike keeps, and which copy of its row each is."""
        factor = self.factors(table, times)
        if (factor == 1).all():
            return np.arange(len(times)), np.zeros(len(times), int)
        whole = np.floor(factor)
        count = whole.astype(int) + (generator.random(len(times)) < factor - whole)
        kept = np.repeat(np.arange(len(times)), count)
        return kept, np.arange(len(kept)) - np.repeat(np.cumsum(count) - count, count)

    @cached_property
    def kept(self) -> dict[object, Any]:
        """What several tables are made from, so that it is made once."""
        return {}

    def places(self, contract: ContractType, generator: np.random.Generator, size: int) -> Array:
        """Draw Local Policing Areas as residents are shared, one in fifty not recorded."""
        column = contract.columns.get("lpa")
        members = (column.domain if column is not None else None) or ("Area",)
        chosen = np.asarray(members, object)[draw(generator, shares(len(members)), size)]
        return gaps(generator, chosen, 0.02)


def shares(count: int) -> tuple[float, ...]:
    """Return the share of the residents that each area has."""
    return _SHARES if count == len(_SHARES) else (1 / count,) * count


def draw(generator: np.random.Generator, weights: Sequence[float], size: int) -> Array:
    """Draw positions by weight."""
    upto = np.cumsum(np.asarray(weights, float))
    positions: Array = np.searchsorted(upto, generator.random(size) * upto[-1], side="right")
    return np.minimum(positions, len(upto) - 1)


def members(contract: ContractType, column: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the contract's closed list of a column, or what is known where it has none."""
    found = contract.columns[column].domain if column in contract.columns else None
    return tuple(str(each) for each in found) if found else tuple(known)


def pick(
    generator: np.random.Generator,
    contract: ContractType,
    column: str,
    weights: Mapping[str, float],
    size: int,
) -> Array:
    """Draw members of a closed list by weight; one that is not weighted is rare."""
    options = members(contract, column, tuple(weights))
    rare = 0.002 * (sum(weights.values()) or 1)
    positions = draw(generator, [weights.get(each, rare) for each in options], size)
    return np.asarray(options, object)[positions]


def pick_by(
    generator: np.random.Generator,
    contract: ContractType,
    column: str,
    groups: Array,
    weights: Sequence[Mapping[str, float]],
) -> Array:
    """Draw members of a closed list by the weights of each row's group, given as its position."""
    found = np.full(len(groups), None, object)
    for position, each in enumerate(weights):
        rows = np.flatnonzero(groups == position)
        found[rows] = pick(generator, contract, column, each, len(rows))
    return found


def gaps(generator: np.random.Generator, values: Array, share: float) -> Array:
    """Leave a share of texts out."""
    values[generator.random(len(values)) < share] = None
    return values


def flag(generator: np.random.Generator, chance: Array | float, size: int, *, gap: float) -> Array:
    """Draw true or false, with a share of gaps."""
    true = generator.random(size) < chance
    return np.ma.MaskedArray(true, mask=generator.random(size) < gap)


def ids(prefix: str, size: int, first: int = 1) -> Array:
    """Number the rows, as pseudonyms."""
    return np.array([f"{prefix}-{each:07d}" for each in range(first, first + size)], object)


def numbered(prefix: str, numbers: Array) -> Array:
    """Write numbers as pseudonyms."""
    return np.array([f"{prefix}-{each:07d}" for each in numbers.tolist()], object)


def copies(names: Array, copy: Array) -> Array:
    """Tell the copies that a spike made of a row from the row."""
    if not copy.any():
        return names
    return np.array([f"{n}-{c}" if c else n for n, c in zip(names, copy, strict=True)], object)


def chance(generator: np.random.Generator, share: Array | float, size: int) -> Array:
    """Draw true or false."""
    drawn: Array = generator.random(size) < share
    return drawn


def known_by(setting: Setting, times: Array) -> Array:
    """Blank the times that the extract cannot know."""
    return blank(times, times >= setting.close)


def register(
    setting: Setting, table: str, generator: np.random.Generator, a_year: float, lasting: float
) -> tuple[Array, Array]:
    """Draw the first and last days of things that last: so many a year, so many days in the mean.

    Those that began before the span and lasted into it are there too.
    """
    first = np.datetime64(setting.start, "D")
    back = int(3 * lasting)
    early = generator.poisson(a_year * setting.scale * back / 365.25)
    before = first - generator.integers(1, back + 1, early)
    begun = setting.moments(table, generator, a_year, Season()).astype("datetime64[D]")
    starts = np.concatenate([np.sort(before), begun])
    ends = starts + np.ceil(generator.exponential(lasting, len(starts))).astype("timedelta64[D]")
    here = ends >= first
    return starts[here], known_by(setting, ends[here].astype("datetime64[s]"))


def later(
    generator: np.random.Generator, times: Array, median: Array | float, spread: float
) -> Array:
    """Return times later by a skewed delay of so many seconds in the median."""
    delay = np.exp(generator.normal(0, spread, len(times))) * median
    return real(times + np.minimum(delay, 3e9).astype("timedelta64[s]"))


def real(times: Array, *, back: bool = False) -> Array:
    """Move times out of the hour that the clocks skip in spring: on, or back where asked."""
    day = times.astype("datetime64[D]")
    in_month = (day - day.astype("datetime64[M]")).astype(np.int64) + 1
    number = day.astype(np.int64)
    skipped = (
        (times.astype("datetime64[M]").astype(np.int64) % 12 == 2)
        & (in_month >= 25)
        & ((number + 3) % 7 == 6)
        & ((times - day).astype("timedelta64[h]").astype(np.int64) == 1)
    )
    return np.where(skipped, times - HOUR if back else times + HOUR, times)


def blank(times: Array, where: Array) -> Array:
    """Leave out the times of some rows."""
    return np.where(where, np.datetime64("NaT", "s"), times)
