"""The settings of a synthetic force, and the functions that draw random columns.

The settings are the first and last day, the scale, the seed and the spike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from swm_kpi.contracts import AreaLookup, ContractType
from swm_kpi.engine.encoding.dst import clock_changes
from swm_kpi.model.areas import Areas

Array: TypeAlias = NDArray[Any]
Columns: TypeAlias = dict[str, Array]

HOUR = np.timedelta64(3600, "s")
DAY = np.timedelta64(1, "D")
FORCE = "Synthetic"
"""The name of the force, where a table names forces."""

_SHARES_OF_FIVE_AREAS = (0.15, 0.25, 0.14, 0.22, 0.24)
_DAYS_PER_YEAR = 365.25
_YEARS_BEFORE = 10
"""How long before the first day something may have begun."""


@dataclass(frozen=True)
class Season:
    """How the number of events varies over the year, the week and the day.

    Attributes:
        swing: the peak of the year above its mean, as a share of the mean.
        peak: the day of the year of the peak, from 0.
        week: the weights of Monday to Sunday.
        day: the weights of the 24 hours from midnight.
    """

    swing: float = 0.0
    peak: int = 196
    week: tuple[float, ...] = (1.0,) * 7
    day: tuple[float, ...] = (1.0,) * 24


NIGHTS = (5, 4, 3, 2, 2, 2, 3, 4, 5, 6, 6, 6, 6, 6, 7, 8, 8, 8, 8, 8, 8, 8, 7, 6)
OFFICE = (1, 1, 1, 1, 1, 1, 2, 5, 9, 11, 11, 10, 9, 9, 9, 9, 8, 7, 6, 5, 4, 3, 2, 1)


@dataclass(frozen=True)
class Setting:
    """The settings of a synthetic force.

    Attributes:
        start: the first day.
        end: the last day, inclusive.
        scale: the size: 1 is a force of 1.3 million residents.
        seed: the seed of the random numbers.
        spike: a table, the first day of a month, and the factor of the month's number of rows.
        plan_areas: the areas of the catalogue, if it has any.
    """

    start: date
    end: date
    scale: float
    seed: int
    spike: tuple[str, date, float] | None = None
    plan_areas: Areas | None = None

    @cached_property
    def days(self) -> Array:
        """Every day from the first to the last."""
        return np.arange(np.datetime64(self.start, "D"), np.datetime64(self.end, "D") + DAY)

    @property
    def extracted_at(self) -> np.datetime64:
        """The midnight at which the tables are extracted."""
        return np.datetime64(self.end + timedelta(days=1), "s")

    @property
    def years(self) -> float:
        """The number of years from the first day to the last."""
        return len(self.days) / _DAYS_PER_YEAR

    @cached_property
    def month_ends(self) -> Array:
        """The last day of each month. Without a whole month, the last day of all."""
        last = self.days[
            (self.days + DAY).astype("datetime64[M]") > self.days.astype("datetime64[M]")
        ]
        return last if len(last) else self.days[-1:]

    def generator(self, table: str) -> np.random.Generator:
        """Return the random numbers of one table. They do not depend on other tables."""
        return np.random.default_rng([self.seed, crc32(table.encode())])

    def spike_factors(self, table: str, days: Array) -> Array:
        """Return the factor of the spike on each day: 1 outside its table and month."""
        if self.spike is None or self.spike[0] != table:
            return np.ones(len(days))
        within = days.astype("datetime64[M]") == np.datetime64(self.spike[1], "M")
        return np.where(within, self.spike[2], 1.0)

    def event_times(
        self, table: str, generator: np.random.Generator, per_year: float, season: Season
    ) -> Array:
        """Draw the sorted times of events: so many per year, by season, with the spike."""
        days = self.days
        in_year = (days - days.astype("datetime64[Y]")).astype(np.int64)
        weekday = (days.astype(np.int64) + 3) % 7
        week = np.asarray(season.week) / np.mean(season.week)
        month = days.astype("datetime64[M]").astype(np.int64)
        variation = generator.normal(1, 0.03, month[-1] - month[0] + 1)[month - month[0]]
        rate = (
            (per_year * self.scale / _DAYS_PER_YEAR)
            * (1 + season.swing * np.cos(2 * np.pi * (in_year - season.peak) / _DAYS_PER_YEAR))
            * week[weekday]
            * np.maximum(variation, 0.5)
            * self.spike_factors(table, days)
        )
        events = np.repeat(days, generator.poisson(rate)).astype("datetime64[s]")
        hours = draw_positions(generator, season.day, len(events))
        seconds = hours * 3600 + generator.integers(0, 3600, len(events))
        return avoid_dst_gap(np.sort(events + seconds.astype("timedelta64[s]")))

    def spiked_rows(
        self, table: str, generator: np.random.Generator, times: Array
    ) -> tuple[Array, Array]:
        """Return the rows of a table after the spike, and the number of the copy for each.

        A factor above 1 repeats rows and a factor below 1 removes some. The first copy is 0.
        """
        factor = self.spike_factors(table, times)
        if (factor == 1).all():
            return np.arange(len(times)), np.zeros(len(times), int)
        whole = np.floor(factor)
        count = whole.astype(int) + (generator.random(len(times)) < factor - whole)
        rows = np.repeat(np.arange(len(times)), count)
        return rows, np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)

    @cached_property
    def cache(self) -> dict[object, Any]:
        """Data that several tables are made from. It is made once."""
        return {}

    def areas(self, contract: ContractType) -> tuple[str, ...]:
        """Return the Local Policing Areas of a table that exist on every day of any row."""
        names = members(contract, "lpa", ("Area",))
        dimension = contract.columns["lpa"].dimension if "lpa" in contract.columns else None
        if dimension is None:
            return names
        lasting = [
            name
            for name in names
            if dimension.has_member_throughout(name, self._first_day, self.end)
        ]
        return tuple(lasting) or names

    def draw_areas(
        self, contract: ContractType, generator: np.random.Generator, size: int
    ) -> Array:
        """Draw Local Policing Areas in proportion to residents. One in fifty is null."""
        areas = self.areas(contract)
        positions = draw_positions(generator, area_shares(len(areas)), size)
        return with_nulls(generator, np.asarray(areas, object)[positions], 0.02)

    def draw_districts(
        self, contract: ContractType, generator: np.random.Generator, area: Array
    ) -> Array:
        """Draw a district for each row, one of its Local Policing Area; null without an area."""
        names = sorted({name for name in area if name is not None})
        drawn = np.full(len(area), None, object)
        share = generator.random(len(area))
        for name, options in self.districts(contract, names).items():
            rows = area == name
            if options:
                drawn[rows] = np.asarray(options, object)[(share[rows] * len(options)).astype(int)]
        return drawn

    def districts(self, contract: ContractType, areas: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the districts of Local Policing Areas.

        Without districts in the areas of the catalogue, each area has two invented ones.
        """
        by_area = self._districts(contract)
        return {
            name: by_area.get(name, ()) if by_area else (f"{name}, north", f"{name}, south")
            for name in areas
        }

    def _districts(self, contract: ContractType) -> dict[str, tuple[str, ...]]:
        """Return the districts of each Local Policing Area, by the codes that are in both."""
        areas = self.plan_areas
        if areas is None or not {"lpa", "district"} <= set(areas.levels):
            return {}
        lookups = [self._lookup(areas, contract, level) for level in ("lpa", "district")]
        by_area: dict[str, dict[str, None]] = {}
        for code in dict.fromkeys(row.code for row in areas.rows):
            area, district = (self._lasting_area(lookup, code) for lookup in lookups)
            if area and district:
                by_area.setdefault(area, {})[district] = None
        return {area: tuple(districts) for area, districts in by_area.items()}

    @staticmethod
    def _lookup(areas: Areas, contract: ContractType, level: str) -> AreaLookup:
        column = contract.columns.get(level)
        own = column.area_lookup if column is not None else None
        return own if own is not None else areas.newest_lookup(level)

    def _lasting_area(self, lookup: AreaLookup, code: str) -> str | None:
        """Return the area that a code is in on every day of any row."""
        spans = lookup.by_value.get(code, ())
        first = self._first_day
        return next((s.name for s in spans if s.first <= first and s.last >= self.end), None)

    @property
    def _first_day(self) -> date:
        return self.start.replace(year=self.start.year - _YEARS_BEFORE, day=1)


def area_shares(count: int) -> tuple[float, ...]:
    """Return each area's share of the residents: uneven for five areas, equal for others."""
    return _SHARES_OF_FIVE_AREAS if count == len(_SHARES_OF_FIVE_AREAS) else (1 / count,) * count


def draw_positions(generator: np.random.Generator, weights: Sequence[float], size: int) -> Array:
    """Draw positions in a list of weights, in proportion to the weights."""
    cumulative = np.cumsum(np.asarray(weights, float))
    positions: Array = np.searchsorted(
        cumulative, generator.random(size) * cumulative[-1], side="right"
    )
    return np.minimum(positions, len(cumulative) - 1)


def members(contract: ContractType, column: str, default: Sequence[str]) -> tuple[str, ...]:
    """Return the closed list of a column, or the default if the column has none."""
    domain = contract.columns[column].domain if column in contract.columns else None
    return tuple(str(member) for member in domain) if domain else tuple(default)


def draw_members(
    generator: np.random.Generator,
    contract: ContractType,
    column: str,
    weights: Mapping[str, float],
    size: int,
) -> Array:
    """Draw members of a closed list in proportion to weights. A member without a weight is rare."""
    options = members(contract, column, tuple(weights))
    rare = 0.002 * (sum(weights.values()) or 1)
    positions = draw_positions(generator, [weights.get(option, rare) for option in options], size)
    return np.asarray(options, object)[positions]


def draw_members_by_group(
    generator: np.random.Generator,
    contract: ContractType,
    column: str,
    groups: Array,
    weights: Sequence[Mapping[str, float]],
) -> Array:
    """Draw members of a closed list by the weights of each row's group.

    Args:
        generator: the random numbers.
        contract: the contract that states the closed list.
        column: the column.
        groups: the position in ``weights`` for each row.
        weights: the weights of the members, for each group.
    """
    drawn = np.full(len(groups), None, object)
    for position, group_weights in enumerate(weights):
        rows = np.flatnonzero(groups == position)
        drawn[rows] = draw_members(generator, contract, column, group_weights, len(rows))
    return drawn


def with_nulls(generator: np.random.Generator, values: Array, share: float) -> Array:
    """Replace a share of texts by None, in place, and return them."""
    values[generator.random(len(values)) < share] = None
    return values


def random_flags(
    generator: np.random.Generator, probability: Array | float, size: int, *, null_share: float
) -> Array:
    """Draw true with a probability, or false, with a share of nulls."""
    true = generator.random(size) < probability
    return np.ma.MaskedArray(true, mask=generator.random(size) < null_share)


def row_ids(prefix: str, size: int, first: int = 1) -> Array:
    """Return an id for each row: a prefix and consecutive numbers."""
    return np.array([f"{prefix}-{number:07d}" for number in range(first, first + size)], object)


def format_ids(prefix: str, numbers: Array) -> Array:
    """Format numbers as ids with a prefix."""
    return np.array([f"{prefix}-{number:07d}" for number in numbers.tolist()], object)


def with_copy_numbers(names: Array, copy: Array) -> Array:
    """Add the number of the copy to the ids of rows that a spike repeats."""
    if not copy.any():
        return names
    return np.array(
        [f"{name}-{number}" if number else name for name, number in zip(names, copy, strict=True)],
        object,
    )


def random_mask(generator: np.random.Generator, probability: Array | float, size: int) -> Array:
    """Draw true with a probability, or false."""
    drawn: Array = generator.random(size) < probability
    return drawn


def null_after_extract(setting: Setting, times: Array) -> Array:
    """Replace times after the extract by null."""
    return null_times(times, times >= setting.extracted_at)


def draw_register(
    setting: Setting, table: str, generator: np.random.Generator, per_year: float, duration: float
) -> tuple[Array, Array]:
    """Draw first and last days: so many per year, with a mean duration in days.

    Some begin before the first day of the force, and end after it.
    """
    first = np.datetime64(setting.start, "D")
    days_before = int(3 * duration)
    early = generator.poisson(per_year * setting.scale * days_before / 365.25)
    before = first - generator.integers(1, days_before + 1, early)
    during = setting.event_times(table, generator, per_year, Season()).astype("datetime64[D]")
    starts = np.concatenate([np.sort(before), during])
    ends = starts + np.ceil(generator.exponential(duration, len(starts))).astype("timedelta64[D]")
    present = ends >= first
    return starts[present], null_after_extract(setting, ends[present].astype("datetime64[s]"))


def add_delay(
    generator: np.random.Generator, times: Array, median: Array | float, spread: float
) -> Array:
    """Return each time plus a skewed (log-normal) delay with a median in seconds."""
    delay = np.exp(generator.normal(0, spread, len(times))) * median
    return avoid_dst_gap(times + np.minimum(delay, 3e9).astype("timedelta64[s]"))


def working_days(start: Array, end: Array) -> Array:
    """Return the working days from a day to a later one, bank holidays included; 0 if one is null.

    Working days are Monday to Friday.
    """
    known = ~(np.isnat(start) | np.isnat(end))
    days = np.zeros(len(start), dtype=np.int64)
    days[known] = np.maximum(
        np.busday_count(start[known].astype("datetime64[D]"), end[known].astype("datetime64[D]")), 0
    )
    return days


def avoid_dst_gap(times: Array, *, backwards: bool = False) -> Array:
    """Move local times in an hour that the clocks skip one hour later, or one hour earlier."""
    hours = times.astype("datetime64[h]").astype(np.int64)
    skipped = np.isin(hours, clock_changes().skipped)
    return np.where(skipped, times - HOUR if backwards else times + HOUR, times)


def null_times(times: Array, rows: Array) -> Array:
    """Replace the times of some rows by null."""
    return np.where(rows, np.datetime64("NaT", "s"), times)
