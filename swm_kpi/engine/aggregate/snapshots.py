"""Which snapshots and which reference year a period uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from swm_kpi.calendar import LONDON, Period

Array = NDArray[np.float64]

_ZONE = ZoneInfo(LONDON)


def day_of(time: object) -> date:
    """Return the local day of a snapshot's date, local time or instant.

    Raises:
        TypeError: it is neither a date nor a time.
    """
    if isinstance(time, datetime):
        return (time if time.tzinfo is None else time.astimezone(_ZONE)).date()
    if isinstance(time, date):
        return time
    raise TypeError("a snapshot needs a date or a time")


def nearest_year(
    arrays: dict[str, Array], years: list[Any], periods: Sequence[Period], shape: tuple[int, ...]
) -> tuple[dict[str, Array], list[date | int | None]]:
    """Choose for each period the year with its 30 June nearest to the middle of the period.

    Args:
        arrays: by the statistic's key, an array over years and then the axes.
        years: the years, in ascending order; the earlier of two equally near ones is chosen.
        periods: the periods of the request.
        shape: lengths of the axes.

    Returns:
        The arrays over periods and then the axes, and the year of each period; NaN and None where
        there is no year at all.
    """
    if not years:
        empty = np.full((len(periods), *shape), np.nan)
        return dict.fromkeys(arrays, empty), [None] * len(periods)
    chosen = []
    for period in periods:
        middle = period.start.toordinal() + (period.stop - period.start).days / 2
        distances = [abs(date(year, 6, 30).toordinal() - middle) for year in years]
        chosen.append(distances.index(min(distances)))
    return {key: array[chosen] for key, array in arrays.items()}, [years[i] for i in chosen]
