"""Bad input, cases 25 to 38: time."""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import ContractError, Count, Grain, PeriodError
from tests.support.bad_inputs import (
    ALL_INPUTS,
    IN_MEMORY,
    LOCAL_INPUTS,
    MINUTES,
    VISITS,
    BuildTable,
    Visit,
    case,
    cells,
    compute,
    find_violations,
    no_marker_is_printed,
    pandas,
    raises_without_marker,
    rows,
)
from tests.support.engines import IGNORED_WARNINGS

pytestmark = [*IGNORED_WARNINGS, pytest.mark.usefixtures(no_marker_is_printed.__name__)]
IMPLAUSIBLE = "is not a plausible date (before 1900 or after 2200)"


def write_visits_csv(folder: Path, **changes: list[Any]) -> Path:
    """Write the visits to a CSV file, with some columns changed to text."""
    path = folder / "visits.csv"
    pl.DataFrame(rows()).with_columns(
        pl.Series(name, values) for name, values in changes.items()
    ).write_csv(path)
    return path


@case(25, *IN_MEMORY)
def test_times_with_and_without_a_zone_are_refused(build_table: BuildTable) -> None:
    mixed = [datetime(2024, 4, 1), datetime(2024, 4, 1, tzinfo=UTC), datetime(2024, 4, 1)]
    table: Any = pl.DataFrame(rows()).with_columns(pl.Series("came_at", mixed, dtype=pl.Object))
    if build_table is pandas:
        table = pandas(rows()).assign(came_at=pd.Series(mixed, dtype=object))
    assert {name for name, _, _ in find_violations(table)} == {"came_at"}


@case(25, name="text", csv="2024-05-06T12:00:00Z")
def test_times_with_and_without_an_offset_are_refused(text: str, tmp_path: Path) -> None:
    violations = find_violations(
        write_visits_csv(tmp_path, came_at=["2024-04-01 09:00", text, "2024-06-30 23:00"])
    )
    assert violations == {("came_at", "mixes times with and without an offset", 1)}


LATE_IN_JUNE = [datetime(2024, 6, 30, 23, 30, tzinfo=UTC)] * 3


@case(26, *ALL_INPUTS)
def test_a_time_in_utc_is_a_local_day_in_another_month(build_table: BuildTable) -> None:
    """In London, 23:30 UTC on 30 June is 00:30 on 1 July."""
    result = compute(
        build_table(rows(came_at=LATE_IN_JUNE, left_at=[None] * 3)),
        VISITS,
        periods=["2024-06", "2024-07"],
        coverage={"visit": ("2024-06-01", "2024-07-31")},
    )
    assert cells(result, "visits") == [0, 3]


@case(27, *LOCAL_INPUTS)
def test_an_hour_that_the_clocks_skipped_is_refused(build_table: BuildTable) -> None:
    skipped = [datetime(2024, 3, 31, 1, 30), datetime(2024, 4, 1), datetime(2024, 4, 1)]
    violations = find_violations(build_table(rows(came_at=skipped, left_at=[None] * 3)))
    assert violations == {("came_at", "is an hour that the clocks skipped in spring", 1)}


@case(27, *LOCAL_INPUTS)
def test_a_time_in_the_hour_that_occurs_twice_is_timed_at_its_earlier_reading(
    build_table: BuildTable,
) -> None:
    """From the first 01:30 to 03:00 is two and a half hours, which the note says."""
    table = build_table(
        rows(
            came_at=[datetime(2024, 10, 27, 1, 30), *[datetime(2024, 10, 27, 3)] * 2],
            left_at=[datetime(2024, 10, 27, 3), *[datetime(2024, 10, 27, 3, 15)] * 2],
        )
    )
    covered = {"visit": ("2024-10-01", "2024-10-31")}
    result = compute(table, VISITS, MINUTES, periods=["2024-10"], coverage=covered)
    assert (cells(result, "visits"), cells(result, "minutes")) == ([3], [(150 + 15 + 15) / 3])
    (note,) = cells(result, "minutes", "note")
    assert note.startswith(
        "Some rows are timed at the earlier reading of a time in the hour that occurs"
    )
    assert "missing" not in note


@case(28, *LOCAL_INPUTS)
def test_dates_after_the_extraction_are_noted(build_table: BuildTable) -> None:
    """The period is provisional, and a note counts the rows that are dated later."""
    result = compute(build_table(rows()), VISITS, as_at="2024-06-20")
    assert cells(result, "visits", "marker") == ["[p]"]
    assert "because came at is after the extraction." in cells(result, "visits", "note")[0]
    complete = compute(build_table(rows()), VISITS, as_at="2024-06-30")
    assert "after the extraction" not in cells(complete, "visits", "note")[0]


@case(28, *IN_MEMORY)
def test_a_period_after_the_data_were_extracted_is_not_available(build_table: BuildTable) -> None:
    result = compute(build_table(rows()), VISITS, periods=["2024-06"], as_at="2024-05-20")
    assert (cells(result, "visits"), cells(result, "visits", "marker")) == ([None], ["[x]"])


SENTINELS = {
    "1900-01-01": datetime(1900, 1, 1),
    "9999-12-31": datetime(9999, 12, 31),
    "0001-01-01": datetime(1, 1, 1),
    "2999-12-31": datetime(2999, 12, 31),
}


@case(29, *LOCAL_INPUTS)
@pytest.mark.parametrize("sentinel", SENTINELS.values(), ids=SENTINELS)
def test_a_sentinel_date_is_refused(build_table: BuildTable, sentinel: datetime) -> None:
    came_at = [datetime(2024, 4, 1), sentinel, datetime(2024, 4, 1)]
    assert find_violations(build_table(rows(came_at=came_at, left_at=[None] * 3))) == {
        ("came_at", IMPLAUSIBLE, 1)
    }
    days = [date(2024, 4, 1), sentinel.date(), None]
    assert find_violations(build_table(rows(day=days))) == {("day", IMPLAUSIBLE, 1)}


@case(30, *ALL_INPUTS)
def test_an_end_before_its_start_is_refused_and_never_clipped(build_table: BuildTable) -> None:
    left_at = [datetime(2024, 4, 1, 8, 59), None, datetime(2024, 6, 30, 23, 10)]
    rule = "breaks the rule that they do not leave before they come"
    assert find_violations(build_table(rows(left_at=left_at))) == {("left_at, came_at", rule, 1)}


@case(31, *LOCAL_INPUTS)
def test_a_visit_that_has_not_ended_is_counted_but_has_no_duration(build_table: BuildTable) -> None:
    """The result has both numbers: three visits, and a mean of two durations."""
    result = compute(build_table(rows()), VISITS, MINUTES)
    assert (cells(result, "visits"), cells(result, "minutes", "denominator")) == ([3], [2])
    assert cells(result, "minutes") == [(30 + 10) / 2]
    assert cells(result, "minutes", "note")[0].startswith("1 row left out")


DOUBTFUL = {
    "day first": "01/02/2024",
    "month first": "02/13/2024",
    "two-digit year": "24-04-01",
    "no such day": "2023-02-29",
    "a number": "20240401",
    "words": "1 April 2024",
    "a day with a time": "2024-04-01 00:00",
}


@case(32, name="text", **{key.replace(" ", "_"): text for key, text in DOUBTFUL.items()})
def test_a_date_is_never_guessed(text: str, tmp_path: Path) -> None:
    """In a frame, text is never a date. In a CSV file, only ISO dates are."""
    rule = "is not an ISO date such as 2024-04-01"
    assert find_violations(write_visits_csv(tmp_path, day=[text, None, "2024-06-30"])) == {
        ("day", rule, 1)
    }
    for build_table in IN_MEMORY:
        assert "not dates" in str(
            find_violations(build_table(rows(day=[text, None, "2024-06-30"])))
        )


class NeverRead:
    """Not a table: it has a name, and reading it raises an error."""


NO_PERIODS = {
    "backwards": ("2024-06-30", "2024-04-01"),
    "not_whole": ("2024-04-01", "2024-06-29"),
    "empty": ("2024-04-01", "2024-04-01"),
    "no_month": "2024-13",
    "no_quarter": "2024/25 Q5",
    "no_such_year": "2024/26",
    "none": None,
}


@case(33, name="arguments", **NO_PERIODS)
def test_an_invalid_period_is_refused_before_a_row_is_read(arguments: Any) -> None:
    """``test_periods.py`` tests more invalid periods."""
    with raises_without_marker(PeriodError):
        spans = (
            kpi.periods(*arguments, grain="quarter")
            if isinstance(arguments, tuple)
            else [arguments]
        )
        compute(NeverRead(), VISITS, periods=spans)


@case(34, *LOCAL_INPUTS)
def test_a_period_that_is_not_over_is_provisional_and_not_compared(build_table: BuildTable) -> None:
    months = ["2024-05", "2024-06"]
    result = compute(build_table(rows()), VISITS, periods=months, as_at="2024-06-30")
    assert cells(result, "visits", "marker") == ["", "[p]"]
    compared = result.compare("previous_period").to_polars().filter(period="2024-06")
    assert compared["change"].to_list() == [None]
    assert compared["change_marker"].to_list() == ["[p]"]


@case(35, name="period", month="2024-02", rolling="R12 2024-02")
def test_a_year_before_the_29th_of_february_is_the_end_of_a_whole_february(period: str) -> None:
    leap = kpi.periods(period)[0]
    assert (leap.end, leap.year_before().end) == (date(2024, 2, 29), date(2023, 2, 28))
    assert leap.year_before().stop == date(2023, 3, 1)


@case(35, *LOCAL_INPUTS)
def test_the_29th_of_february_is_in_february(build_table: BuildTable) -> None:
    last = datetime(2024, 2, 29, 23, 59, 59, 999_999)
    result = compute(
        build_table(rows(came_at=[last] * 3, left_at=[None] * 3)),
        VISITS,
        periods=["2024-02", "2024-03"],
        coverage={"visit": ("2024-02-01", "2024-03-31")},
    )
    assert cells(result, "visits") == [3, 0]


@case(36, *LOCAL_INPUTS)
def test_a_year_is_a_financial_year_in_its_label(build_table: BuildTable) -> None:
    """New Year's Eve and Day are in one financial year, and a quarter is not a calendar quarter."""
    came_at = [datetime(2024, 3, 31, 12), datetime(2024, 12, 31, 12), datetime(2025, 1, 1, 12)]
    result = compute(
        build_table(rows(came_at=came_at, left_at=[None] * 3)),
        VISITS,
        periods=["2023/24", "2024/25", "2024/25 Q3", "2024/25 Q4"],
        coverage={"visit": ("2023-04-01", "2025-03-31")},
    )
    assert cells(result, "visits") == [1, 2, 1, 1]


@case(36, name="label", iso_week="2024-W53", week_1="2025-W01", calendar_year="2024",
      pandas_quarter="2024Q1")  # fmt: skip
def test_a_week_or_a_calendar_year_is_no_period_of_the_plan(label: str) -> None:
    """Weeks cross years, and a year alone is ambiguous: both are refused and never guessed."""
    with raises_without_marker(PeriodError):
        kpi.periods(label)
    assert {item.value for item in Grain} == {"month", "quarter", "year", "rolling_12"}


@case(37, *LOCAL_INPUTS)
def test_a_metric_counts_by_the_date_that_it_names(build_table: BuildTable) -> None:
    """One visit came in April, and none left in April. The date column is required."""
    left_at = [datetime(2024, 5, 1), None, datetime(2024, 6, 30, 23, 10)]
    by_coming = Count(key="came", of=Visit, at=Visit.came_at)
    by_leaving = Count(key="went", of=Visit, at=Visit.left_at)
    result = compute(build_table(rows(left_at=left_at)), by_coming, by_leaving, periods=["2024-04"])
    assert (cells(result, "came"), cells(result, "went")) == ([1], [0])
    columns = {name: values for name, values in rows().items() if name != "left_at"}
    with raises_without_marker(ContractError, "left_at: the column is missing"):
        compute(build_table(columns), by_leaving)


@case(38, *IN_MEMORY)
def test_a_later_extraction_differs_from_an_earlier_one(build_table: BuildTable) -> None:
    """The difference reports the change of each number."""
    first = compute(build_table({name: values[:2] for name, values in rows().items()}), VISITS,
                    as_at="2024-07-01")  # fmt: skip
    later = compute(build_table(rows()), VISITS, as_at="2024-08-01")
    assert cells(first, "visits", "as_at") == [date(2024, 7, 1)]
    assert cells(later, "visits", "as_at") == [date(2024, 8, 1)]
    before = copy.deepcopy(first.to_polars())
    diff = kpi.diff(first, later)
    assert first.to_polars().equals(before)
    (change,) = diff.to_polars().filter(measure="visits").to_dicts()
    assert change["difference"] == 3 - 2
