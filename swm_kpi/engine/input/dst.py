"""When the clocks change: which hours of local wall clock are skipped, and which occur twice.

Read from the time-zone data once, so that a column needs only a look-up for each hour. Clocks in
Europe/London have changed on the hour, by whole hours, for as long as dates here are plausible.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import polars as pl

from swm_kpi.calendar import LONDON

HOUR = 3_600_000_000
_ZONE = ZoneInfo(LONDON)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1900, 2201)


@dataclass(frozen=True)
class Changes:
    """Every change of the clocks, in hours of local wall clock since 1970 began.

    Attributes:
        skipped: hours that the clocks never show.
        starts: the first hour of each stretch of one kind.
        ahead: for each stretch, the microseconds that wall clock is ahead of UTC; null where an
            hour is skipped or occurs twice, and so is at no one instant.
    """

    skipped: tuple[int, ...]
    starts: pl.Series
    ahead: pl.Series


@cache
def changes() -> Changes:
    """Return the changes of the years that are plausible."""
    skipped: list[int] = []
    starts = [-(2**40)]
    ahead: list[int | None] = [0]
    for hour, before, after in _transitions():
        first, last = sorted((hour + before, hour + after))
        if after > before:
            skipped += range(first, last)
        starts += [first, last]
        ahead += [None, after * HOUR]
    return Changes(
        tuple(skipped),
        pl.Series(starts, dtype=pl.Int64),
        pl.Series(ahead, dtype=pl.Int64),
    )


def is_skipped(local: pl.Expr) -> pl.Expr:
    """Say whether a wall clock time fell in an hour that the clocks skipped."""
    return (local.to_physical() // HOUR).is_in(list(changes().skipped))


def placed(local: pl.Expr) -> pl.Expr:
    """Return the microseconds since 1970 of wall clock in microseconds; null for no one instant."""
    found = changes()
    wall = local.to_physical()
    stretch = pl.lit(found.starts).search_sorted((wall // HOUR).fill_null(0), side="right") - 1
    return wall - pl.lit(found.ahead).gather(stretch)


def _transitions() -> list[tuple[int, int, int]]:
    """Return each change: the UTC hour, and the hours ahead of UTC before and after it."""
    found = []
    at = [datetime(year, month, day, tzinfo=UTC) for year in _YEARS for month in range(1, 13)
          for day in (1, 16)]  # fmt: skip
    for early, late in pairwise(at):
        before, after = _ahead(early), _ahead(late)
        if before != after:
            while late - early > timedelta(hours=1):
                hours = int((late - early) / timedelta(hours=1)) // 2
                middle = early + timedelta(hours=hours)
                early, late = (middle, late) if _ahead(middle) == before else (early, middle)
            found.append((int((late - _EPOCH) / timedelta(hours=1)), before, after))
    return found


def _ahead(instant: datetime) -> int:
    offset = instant.astimezone(_ZONE).utcoffset()
    return int(offset / timedelta(hours=1)) if offset is not None else 0
