"""Daylight saving time: which local times in Europe/London are skipped, and which occur twice.

This module is the one place that states the rule. Convert a local time to UTC, and back:

- If the result is another local time, the clocks skipped it, as they skip 01:30 on the last Sunday
  of March. Such a time breaks the contract.
- If the instant one hour earlier or one hour later has the same local time, the time is in the
  *repeated hour*, as 01:30 is on the last Sunday of October. It has two readings: the earlier one,
  in summer time, and the later one, an hour after it.

A time with an offset is exact. It has one reading, also in the repeated hour.

``CLOCKS_GO_BACK`` states the second rule as data, and each dialect renders it as an expression of
its engine. For tables in Polars the rules are applied once to Python's time-zone data, so that each
row needs only a lookup. Clocks in Europe/London change on the hour, by one hour, in all the years
that dates may be in here (1900 to 2200).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, reduce
from itertools import pairwise
from operator import or_
from typing import ClassVar
from zoneinfo import ZoneInfo

import narwhals as nw
import numpy as np
import polars as pl

from swm_kpi.calendar import LONDON

HOUR = 3_600_000_000
"""Microseconds in an hour."""

_ZONE = ZoneInfo(LONDON)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1900, 2201)


CLOCKS_GO_BACK = 1
"""The hours from the earlier reading of a time in the repeated hour to the later one."""

_SKIPPED, _REPEATED = 0, 2


@dataclass(frozen=True)
class ClockChanges:
    """Every change of the clocks, in hours of local time since the start of 1970.

    Attributes:
        skipped: the hours that the clocks skipped.
        repeated: the hours that occurred twice.
        first: the first hour of ``kinds`` and ``offsets``.
        kinds: for each hour, how often it occurred: 0, 1 or 2 times.
        offsets: for each hour, the hours that local time is ahead of UTC, at the earlier reading.
            Null if it was skipped.
    """

    skipped: tuple[int, ...]
    repeated: tuple[int, ...]
    first: int
    kinds: pl.Series
    offsets: pl.Series


@cache
def clock_changes() -> ClockChanges:
    """Return the clock changes from 1900 to 2200."""
    first, last = (
        int((datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) / timedelta(hours=1))
        for year in (_YEARS.start, _YEARS.stop)
    )
    kinds = np.ones(last - first, dtype=np.uint8)
    offsets = np.zeros(last - first, dtype=np.int8)
    skipped: list[int] = []
    repeated: list[int] = []
    for hour, before, after in _transitions():
        start, stop = sorted((hour + before, hour + after))
        changed = slice(start - first, stop - first)
        offsets[start - first :] = after
        offsets[changed] = before
        kinds[changed] = _SKIPPED if after > before else _REPEATED
        (skipped if after > before else repeated).extend(range(start, stop))
    known = pl.Series(offsets).set(pl.Series(kinds == _SKIPPED), None)
    return ClockChanges(tuple(skipped), tuple(repeated), first, pl.Series(kinds), known)


def is_skipped(local: pl.Expr) -> pl.Expr:
    """Return whether each local time is in an hour that the clocks skipped.

    Args:
        local: naive datetimes in microseconds, as a Polars expression.
    """
    return _gather(clock_changes().kinds, local) == _SKIPPED


def is_repeated(local: pl.Expr) -> pl.Expr:
    """Return whether each local time is in the repeated hour; false where it is null.

    Args:
        local: naive datetimes in microseconds, as a Polars expression.
    """
    return _gather(clock_changes().kinds, local) == _REPEATED


def is_skipped_in_engine(local: nw.Expr) -> nw.Expr:
    """Return what :func:`is_skipped` does, as a narwhals expression that any engine can run."""
    return _is_in_hours(local, clock_changes().skipped)


def is_repeated_in_engine(local: nw.Expr) -> nw.Expr:
    """Return what :func:`is_repeated` does, as a narwhals expression that any engine can run."""
    no, yes = nw.lit(False), nw.lit(True)
    return nw.when(_is_in_hours(local, clock_changes().repeated)).then(yes).otherwise(no)


def to_instant(local: pl.Expr) -> pl.Expr:
    """Return the microseconds since 1970 in UTC, at the earlier reading; null if skipped.

    Args:
        local: naive datetimes in microseconds, as a Polars expression.
    """
    offset = _gather(clock_changes().offsets, local).cast(pl.Int64) * HOUR
    return local.to_physical() - offset


def time_of(instant: int | None) -> datetime | None:
    """Return the time in UTC of an instant, which is microseconds since 1970."""
    return None if instant is None else _EPOCH + timedelta(microseconds=int(instant))


def _gather(by_hour: pl.Series, local: pl.Expr) -> pl.Expr:
    """Return the value of a series of hours at each local time; of its first hour at null."""
    hour = local.to_physical() // HOUR - clock_changes().first
    return pl.lit(by_hour).gather(hour.fill_null(0).clip(0, len(by_hour) - 1))


def _is_in_hours(local: nw.Expr, hours: tuple[int, ...]) -> nw.Expr:
    """Return whether local times are in some hours of change, one for each recent year.

    Since 1996 clocks change on the last Sunday of a month. Earlier hours are looked up by date and
    hour, because engines agree on those but not on how a timestamp converts to a number. Engines
    are slow to look up the dates of every year.
    """
    moments = [(_EPOCH + timedelta(hours=hour)) for hour in hours]
    rule = _LastSunday(moments[-1].month, moments[-1].hour)
    first_year = moments[-1].year
    days: dict[int, list[date]] = {}
    for moment in reversed(moments):
        if not days and rule.includes(moment):
            first_year = moment.year
        else:
            days.setdefault(moment.hour, []).append(moment.date())
    year, day = local.dt.year(), local.cast(nw.Date)
    earlier = reduce(
        or_, (day.is_in(dates) & (local.dt.hour() == hour) for hour, dates in days.items())
    )
    return ((year >= first_year) & rule.expression(local)) | ((year < first_year) & earlier)


@dataclass(frozen=True)
class _LastSunday:
    """An hour of the last Sunday of a month of 31 days.

    Attributes:
        month: the month, from 1.
        hour: the hour of local time.
    """

    month: int
    hour: int
    _FIRST_DAY: ClassVar[int] = 25
    _WEEK: ClassVar[int] = 7

    def includes(self, moment: datetime) -> bool:
        """Return whether a local time is in the hour."""
        is_last = moment.day >= self._FIRST_DAY and moment.isoweekday() % self._WEEK == 0
        return is_last and (moment.month, moment.hour) == (self.month, self.hour)

    def expression(self, local: nw.Expr) -> nw.Expr:
        """Return the same for an engine."""
        is_day = (local.dt.month() == self.month) & (local.dt.day() >= self._FIRST_DAY)
        is_hour = local.dt.hour() == self.hour
        # Sunday is 7, but narwhals numbers it 0 on Spark.
        return is_day & is_hour & (local.dt.weekday() % self._WEEK == 0)


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
