"""Extracts that stop in the middle of a month: the number, the marker and the note agree.

The reference looks at one period at a time, and walks through its days.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

import swm_kpi as kpi
from swm_kpi import Column, Contract, Count, Unit
from swm_kpi.coverage import IMPROBABLE, QUIET_DAYS
from tests.support import engines
from tests.support.months_of_2024 import build_metric

pytestmark = list(engines.IGNORED_WARNINGS)

FIRST, LAST = date(2024, 4, 1), date(2024, 9, 30)
DAY = timedelta(days=1)
MONTHS = kpi.periods("2024-04-01", "2024-09-30", grain="month")
QUARTERS = kpi.periods("2024-04-01", "2024-09-30", grain="quarter")


class Errand(Contract, row_unit=Unit.EVENTS):
    """One row per errand, with three dates: it began, it may have ended, and it is due."""

    began_at = Column(datetime, description="When it began.")
    ended_at = Column(datetime, nullable=True, description="When it ended.")
    due_on = Column(date, nullable=True, scheduled=True, description="The day it is due.")


METRIC = build_metric(
    [
        Count(key="began", of=Errand, at=Errand.began_at),
        Count(key="ended", of=Errand, at=Errand.ended_at),
        Count(key="due", of=Errand, at=Errand.due_on),
    ],
    [],
    "| began_at |\n| 2024-04-01 |",
)
COLUMNS = {"began": "began_at", "ended": "ended_at", "due": "due_on"}

days = st.dates(FIRST, LAST)
spans = st.tuples(days, days).map(sorted).map(tuple)


@st.composite
def extracts(draw: st.DrawFn) -> list[tuple[date, date | None, date | None]]:
    """Draw errands that begin between two days; some have many, and a month without any."""
    first, last = draw(spans)
    count = draw(st.integers(0, 6) | st.integers(20, 60))
    silent = draw(st.sampled_from([0, 5, 6, 7]))
    every = (last - first).days + 1
    rows = []
    for number in range(count):
        began = first + timedelta(days=draw(st.integers(0, every - 1)) if count < 9 else
                                  number * every // count)  # fmt: skip
        if count > 9 and began.month == silent:
            continue
        ended = draw(st.none() | st.integers(0, 40)) if number < 6 else None
        due = draw(st.none() | days) if number < 6 else None
        rows.append((began, None if ended is None else began + timedelta(days=ended), due))
    return rows


def table_of(rows: list[tuple[date, date | None, date | None]]) -> pl.DataFrame:
    def noon(day: date | None) -> datetime | None:
        return None if day is None else datetime(day.year, day.month, day.day, 12)

    return pl.DataFrame(
        {
            "began_at": [noon(row[0]) for row in rows],
            "ended_at": [noon(row[1]) for row in rows],
            "due_on": [row[2] for row in rows],
        },
        schema={"began_at": pl.Datetime, "ended_at": pl.Datetime, "due_on": pl.Date},
    )


def covered_days(
    rows: list[tuple[date, date | None, date | None]],
    stated: tuple[date, date] | None,
    as_at: date | None,
) -> set[date]:
    """Return every day that the extract covers; deadlines show nothing."""
    if stated is not None:
        return days_between(*stated)
    seen = [day for began, ended, _ in rows for day in (began, ended) if day is not None]
    if not seen:
        return set()
    first, last = min(seen), max(seen)
    if as_at is not None:
        last = min(last, as_at - DAY)
        if last < first:
            return set()
    opens = first.replace(day=1)
    closes = (last.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    whole = days_between(opens, closes)
    for gap, edge in ((first - opens, "first"), (closes - last, "last")):
        chance = (1 - gap.days / len(whole)) ** len(rows)
        if gap.days > QUIET_DAYS and chance < IMPROBABLE:
            opens, closes = (first, closes) if edge == "first" else (opens, last)
    whole = days_between(opens, closes)
    return {day for day in whole if as_at is None or day < as_at}


def days_between(first: date, last: date) -> set[date]:
    return {first + timedelta(days=number) for number in range((last - first).days + 1)}


def expected(
    measure: str,
    period: kpi.Period,
    rows: list[tuple[date, date | None, date | None]],
    covered: set[date],
    as_at: date | None,
    *,
    is_inferred: bool,
) -> tuple[int | None, str, str]:
    """Return the number, the marker and words of the note."""
    dates = [row[list(COLUMNS).index(measure)] for row in rows]
    if rows and not any(dates):
        return None, "[x]", "is blank in every row"
    if as_at is not None and as_at <= period.start:
        return None, "[x]", "the data were extracted"
    of_period = days_between(period.start, period.end)
    inside = covered & of_period
    if not inside:
        return None, "[x]", "Table 'errand'"
    count = sum(
        day is not None and day in of_period and (as_at is None or day <= as_at) for day in dates
    )
    if is_inferred and any(month in quiet_months(rows, covered) for month in months_of(of_period)):
        return count, "[u]", "which chance does not explain"
    if inside != of_period:
        return count, "[p]", "Only part of the period is covered"
    if as_at is not None and as_at <= period.end:
        return count, "[p]", "before the period was over"
    return count, "", ""


def months_of(some: set[date]) -> set[date]:
    return {day.replace(day=1) for day in some}


def quiet_months(
    rows: list[tuple[date, date | None, date | None]], covered: set[date]
) -> set[date]:
    """Return the covered months without a row that are improbable, unless half of all are."""
    seen = {day for began, ended, _ in rows for day in (began, ended) if day is not None}
    whole = len(days_between(min(covered), max(covered)))
    months = months_of(days_between(FIRST, LAST))
    quiet = set()
    for month in months:
        of_month = {
            day for day in days_between(month, month + 30 * DAY) if day.month == month.month
        }
        chance = (1 - min(len(of_month) / whole, 1)) ** len(rows)
        if of_month <= covered and not of_month & seen and chance < IMPROBABLE:
            quiet.add(month)
    return quiet if 2 * len(quiet) < len(months) else set()


LOADERS: dict[str, Any] = {
    "Polars": lambda rows: rows,
    "pandas": lambda rows: rows.to_pandas(),
    "DuckDB": lambda rows: engines.loader("DuckDB")("errand", rows),
}


@pytest.mark.parametrize("name", LOADERS)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=extracts(),
    stated=st.none() | spans,
    as_at=st.none() | days,
    grain=st.sampled_from([MONTHS, QUARTERS]),
)
def test_the_number_its_marker_and_its_note_agree(name, rows, stated, as_at, grain) -> None:
    """The period is covered, covered in part or not at all, by whoever says so."""
    result = kpi.compute(
        [METRIC],
        {"errand": LOADERS[name](table_of(rows))},
        periods=grain,
        as_at=as_at,
        coverage={} if stated is None else {"errand": stated},
        catalogue=kpi.Catalogue([METRIC]),
    )
    covered = covered_days(rows, stated, as_at)
    periods = {period.label: period for period in grain}
    for row in result.to_polars().to_dicts():
        number, marker, words = expected(
            row["measure"],
            periods[row["period"]],
            rows,
            covered,
            as_at,
            is_inferred=stated is None,
        )
        assert (row["value"], row["marker"]) == (number, marker), row
        assert words in row["note"], row
        assert ("in no period" in row["note"]) == (row["in_no_period"] is not None), row
