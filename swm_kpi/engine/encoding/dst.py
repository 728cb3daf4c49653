"""Daylight saving time: which local times in Europe/London are skipped, and which occur twice.

This module is the one place that states the rule. A local time is at exactly one instant when

- converting it to UTC and back returns the same local time. Otherwise the clocks skipped it, as
  they skip 01:30 on the last Sunday of March; and
- neither the instant one hour later nor the instant one hour earlier has that local time too.
  Otherwise it occurs twice, as 01:30 does on the last Sunday of October.

A time that the clocks skipped breaks the contract. A time that occurs twice is valid, but has no
instant, so no elapsed time is measured from it or to it.

``ROUND_TRIPS`` states the rule as data. Each dialect renders it as an expression of its engine. For
tables in Polars it is applied once to Python's time-zone data, so that each row needs only a
lookup. Clocks in Europe/London change on the hour, by whole hours, in all the years that dates may
be in here (1900 to 2200).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, reduce
from itertools import pairwise
from operator import or_
from zoneinfo import ZoneInfo

import narwhals as nw
import polars as pl

from swm_kpi.calendar import LONDON

HOUR = 3_600_000_000
"""Microseconds in an hour."""

_ZONE = ZoneInfo(LONDON)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1900, 2201)
_LONG_AGO = -(2**40)


@dataclass(frozen=True)
class RoundTrip:
    """One condition on a local time: convert it to UTC, add some hours, and convert it back.

    Attributes:
        hours: the hours to add in UTC.
        is_same: whether the result must be the same local time, or must be another one.
    """

    hours: int
    is_same: bool


ROUND_TRIPS = (RoundTrip(0, True), RoundTrip(1, False), RoundTrip(-1, False))
"""The conditions that a local time must all meet to be at exactly one instant."""


@dataclass(frozen=True)
class ClockChanges:
    """Every change of the clocks, in hours of local time since the start of 1970.

    Attributes:
        skipped: the hours that the clocks skipped.
        starts: the first hour of each stretch in which the offset is the same.
        offsets: for each stretch, the microseconds that local time is ahead of UTC. Null where
            the hour is not at exactly one instant.
    """

    skipped: tuple[int, ...]
    starts: pl.Series
    offsets: pl.Series


@cache
def clock_changes() -> ClockChanges:
    """Return the clock changes from 1900 to 2200."""
    skipped: list[int] = []
    starts = [_LONG_AGO]
    offsets: list[int | None] = [0]
    for hour, before, after in _transitions():
        first, last = sorted((hour + before, hour + after))
        for local_hour in range(first, last):
            local = (_EPOCH + timedelta(hours=local_hour)).replace(tzinfo=None)
            if not _meets(local, ROUND_TRIPS[0]):
                skipped.append(local_hour)
            is_at_one_instant = all(_meets(local, trip) for trip in ROUND_TRIPS)
            starts.append(local_hour)
            offsets.append(before * HOUR if is_at_one_instant else None)
        starts.append(last)
        offsets.append(after * HOUR)
    return ClockChanges(
        tuple(skipped), pl.Series(starts, dtype=pl.Int64), pl.Series(offsets, dtype=pl.Int64)
    )


def is_skipped(local: pl.Expr) -> pl.Expr:
    """Return whether each local time is in an hour that the clocks skipped.

    Args:
        local: naive datetimes in microseconds, as a Polars expression.
    """
    return (local.to_physical() // HOUR).is_in(list(clock_changes().skipped))


def is_skipped_in_engine(local: nw.Expr) -> nw.Expr:
    """Return what :func:`is_skipped` does, as a narwhals expression that any engine can run.

    The hours are grouped by hour of the day, because engines agree on dates and hours but not on
    how a timestamp converts to a number.
    """
    days: dict[int, list[date]] = {}
    for hour in clock_changes().skipped:
        moment = _EPOCH + timedelta(hours=hour)
        days.setdefault(moment.hour, []).append(moment.date())
    day = local.cast(nw.Date)
    return reduce(
        or_, (day.is_in(dates) & (local.dt.hour() == hour) for hour, dates in days.items())
    )


def to_instant(local: pl.Expr) -> pl.Expr:
    """Return the microseconds since 1970 in UTC, or null for a time not at exactly one instant.

    Args:
        local: naive datetimes in microseconds, as a Polars expression.
    """
    changes = clock_changes()
    wall = local.to_physical()
    stretch = pl.lit(changes.starts).search_sorted((wall // HOUR).fill_null(0), side="right") - 1
    return wall - pl.lit(changes.offsets).gather(stretch)


def _meets(local: datetime, trip: RoundTrip) -> bool:
    instant = local.replace(tzinfo=_ZONE).astimezone(UTC) + timedelta(hours=trip.hours)
    return (instant.astimezone(_ZONE).replace(tzinfo=None) == local) == trip.is_same


def _transitions() -> list[tuple[int, int, int]]:
    """Return each change: the hour in UTC, and the hours ahead of UTC before and after it."""
    transitions = []
    probes = [
        datetime(year, month, day, tzinfo=UTC)
        for year in _YEARS
        for month in range(1, 13)
        for day in (1, 16)
    ]
    for early, late in pairwise(probes):
        before, after = _offset(early), _offset(late)
        if before != after:
            while late - early > timedelta(hours=1):
                hours = int((late - early) / timedelta(hours=1)) // 2
                middle = early + timedelta(hours=hours)
                early, late = (middle, late) if _offset(middle) == before else (early, middle)
            transitions.append((int((late - _EPOCH) / timedelta(hours=1)), before, after))
    return transitions


def _offset(instant: datetime) -> int:
    """Return the hours that local time is ahead of UTC."""
    offset = instant.astimezone(_ZONE).utcoffset()
    return int(offset / timedelta(hours=1)) if offset is not None else 0
