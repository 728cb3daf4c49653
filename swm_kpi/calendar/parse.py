"""Parse requests for periods: labels, or two dates and a grain."""

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
    format_dates,
    last_day,
    month_of,
    nearest_start,
    parse_date,
    quote,
)
from swm_kpi.calendar.period import Period
from swm_kpi.errors import PeriodError, did_you_mean
from swm_kpi.vocabulary import Grain


def periods(*labels_or_bounds: str | date, grain: Grain | str | None = None) -> tuple[Period, ...]:
    """Return the periods to compute.

    There are two forms. With a grain, the first and the last day (both inclusive, as ``date`` or
    ISO text) give every period between them, in order, without gaps or overlaps; for
    ``rolling_12`` they give one 12-month window for each month between them, which ends with that
    month. Without a grain, labels give those periods in the order written, of any grains::

        periods("2024-04-01", "2025-03-31", grain="quarter")
        periods("2024/25 Q1", "2024/25", "2024-05", "R12 2025-03")

    Args:
        labels_or_bounds: labels, or the first and the last day.
        grain: ``month``, ``quarter``, ``year`` or ``rolling_12``. Only with dates.

    Raises:
        PeriodError: an argument is not a label or a day, the days are in the wrong order or are not
            whole periods, the grain is unknown, the two forms are mixed, a label is repeated, or
            a period is outside the years 1900 to 2200.
    """
    if grain is not None:
        return _between(labels_or_bounds, _check_grain(grain))
    if not labels_or_bounds:
        raise PeriodError(f"There is no period. {FORMS}")
    dates = sum(_is_written_as_date(argument) for argument in labels_or_bounds)
    if dates == len(labels_or_bounds):
        raise PeriodError(f"Dates alone do not say how long a period is. Write {TWO_DATES}.")
    if dates:
        raise PeriodError(f"Labels and dates are mixed. Write only labels, or {TWO_DATES}.")
    parsed: list[Period] = []
    for label in labels_or_bounds:
        if not isinstance(label, str):
            raise PeriodError(f"Expected a label or a date, not {quote(label)}. {FORMS}")
        period = Period.parse(label)
        if period in parsed:
            raise PeriodError(f"The period {period} occurs twice. Write it once.")
        parsed.append(period)
    return tuple(parsed)


def _between(bounds: tuple[object, ...], grain: Grain) -> tuple[Period, ...]:
    if len(bounds) != 2:
        raise PeriodError(f"A grain needs two dates, not {len(bounds)}. Write {TWO_DATES}.")
    start, end = (parse_date(bound) for bound in bounds)
    # Rolling windows are requested by their last month, so the first bound is not their start.
    lead = grain.months - STEP[grain]
    first, last = (nearest_start(grain, month_of(day) - lead) for day in _likely_bounds(start, end))
    whole = first_day(first + lead), last_day(last + grain.months - 1)
    if end < start:
        raise PeriodError(
            f"The first day, {start}, is after the last day, {end}. Write the earlier day first: "
            f"both are included. Write {format_dates(*whole)}."
        )
    if (start, end) != whole:
        raise PeriodError(
            f"{format_dates(start, end)} does not consist of whole periods: {WHOLE[grain]}, "
            f"and both days are included. Write {format_dates(*whole)}."
        )
    starts = range(month_of(start) - lead, month_of(end) - lead + 1, STEP[grain])
    return tuple(Period.from_first_month(grain, month) for month in starts)


def _likely_bounds(start: date, end: date) -> tuple[date, date]:
    """Undo the two usual mistakes before suggesting a fix: wrong order, and a half-open end."""
    start, end = min(start, end), max(start, end)
    if end.day == 1 and start < end:
        return start, end - timedelta(days=1)
    return start, end


def _check_grain(grain: object) -> Grain:
    if isinstance(grain, Grain):
        return grain
    if not isinstance(grain, str):
        raise PeriodError(f"A grain is text, not {quote(grain)}. {did_you_mean('', GRAINS)}")
    if grain not in GRAINS:
        suggestion = did_you_mean(grain[:LONGEST_QUOTE], GRAINS)
        raise PeriodError(f"There is no grain {quote(grain)}. {suggestion}")
    return Grain(grain)


def _is_written_as_date(value: object) -> bool:
    if isinstance(value, str):
        return ISO_DATE.match(value) is not None
    return isinstance(value, date) and not isinstance(value, datetime)
