"""The two ways of asking for periods: by labels, or by two dates and a grain."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from swm_kpi.calendar.days import (
    FORMS,
    GRAINS,
    ISO_DATE,
    LONGEST_QUOTE,
    STEP,
    TWO_DATES,
    WHOLE,
    first_day,
    last_day,
    month_of,
    nearest_start,
    quoted,
    read_date,
    span,
)
from swm_kpi.calendar.period import Period
from swm_kpi.errors import PeriodError, did_you_mean
from swm_kpi.vocabulary import Grain


def periods(*labels_or_bounds: str | date, grain: Grain | str | None = None) -> tuple[Period, ...]:
    """Name the periods a computation is to answer for.

    Two forms. With a grain, the first and the last day (both inclusive, as ``date`` or ISO text)
    give every period between them, in order, without gap or overlap; for ``rolling_12`` they give
    one 12-month window ending with each month between them. Without a grain, labels give those
    periods in the order written, of any mixture of grains::

        periods("2024-04-01", "2025-03-31", grain="quarter")
        periods("2024/25 Q1", "2024/25", "2024-05", "R12 2025-03")

    Args:
        labels_or_bounds: labels, or the first and the last day.
        grain: ``month``, ``quarter``, ``year`` or ``rolling_12``; only with dates.

    Raises:
        PeriodError: if anything given is not a label or a day, the days are backwards or are not
            whole periods, the grain is unknown, the two forms are mixed, a label is repeated, or
            a period leaves the years 1900 to 2200.
    """
    if grain is not None:
        return _between(labels_or_bounds, _check_grain(grain))
    if not labels_or_bounds:
        raise PeriodError(f"No period was given. {FORMS}")
    dates = sum(_is_written_as_date(each) for each in labels_or_bounds)
    if dates == len(labels_or_bounds):
        raise PeriodError(f"Dates do not say how long a period is. Write {TWO_DATES}.")
    if dates:
        raise PeriodError(f"Labels and dates were mixed. Write only labels, or {TWO_DATES}.")
    found: dict[Period, None] = {}
    for each in labels_or_bounds:
        if not isinstance(each, str):
            raise PeriodError(f"A label or a date is needed, not {quoted(each)}. {FORMS}")
        period = Period.parse(each)
        if period in found:
            raise PeriodError(f"The period {period} was given twice. Write it once.")
        found[period] = None
    return tuple(found)


def _between(bounds: tuple[object, ...], grain: Grain) -> tuple[Period, ...]:
    if len(bounds) != 2:
        raise PeriodError(f"A grain goes with two dates; {len(bounds)} given. Write {TWO_DATES}.")
    start, end = (read_date(bound) for bound in bounds)
    # A rolling window is asked for by its last month, so its bounds do not reach back to its start.
    lead = grain.months - STEP[grain]
    first, last = (nearest_start(grain, month_of(day) - lead) for day in _likely_meant(start, end))
    whole = first_day(first + lead), last_day(last + grain.months - 1)
    if end < start:
        raise PeriodError(
            f"The first day, {start}, is after the last, {end}: the earlier day comes first and "
            f"both are included. Write {span(*whole)}."
        )
    if (start, end) != whole:
        raise PeriodError(
            f"{span(start, end)} is not made of whole periods: {WHOLE[grain]}, and both days are "
            f"included. Write {span(*whole)}."
        )
    starts = range(month_of(start) - lead, month_of(end) - lead + 1, STEP[grain])
    return tuple(Period.from_first_month(grain, month) for month in starts)


def _likely_meant(start: date, end: date) -> tuple[date, date]:
    """Undo the two usual slips before suggesting a fix: backwards, and a half-open end."""
    start, end = min(start, end), max(start, end)
    if end.day == 1 and start < end:
        return start, end - timedelta(days=1)
    return start, end


def _check_grain(grain: object) -> Grain:
    if isinstance(grain, Grain):
        return grain
    if not isinstance(grain, str):
        raise PeriodError(f"A grain is text, not {quoted(grain)}. {did_you_mean('', GRAINS)}")
    if grain not in GRAINS:
        suggestion = did_you_mean(grain[:LONGEST_QUOTE], GRAINS)
        raise PeriodError(f"There is no grain {quoted(grain)}. {suggestion}")
    return Grain(grain)


def _is_written_as_date(value: object) -> bool:
    if isinstance(value, str):
        return ISO_DATE.match(value) is not None
    return isinstance(value, date) and not isinstance(value, datetime)
