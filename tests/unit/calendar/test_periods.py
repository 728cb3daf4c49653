"""Periods: their labels and dates, and which are refused."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from swm_kpi.calendar import LONDON, Period, periods
from swm_kpi.errors import PeriodError
from swm_kpi.vocabulary import Grain

MONTHS = st.integers(1901 * 12, 2199 * 12)
GRAINS = st.sampled_from(Grain)
DATES = st.dates(date(1900, 1, 1), date(2200, 12, 31))
ARABIC_INDIC_2024 = "\u0662\u0660\u0662\u0664"
LOOK_ALIKE_ONE = "\uff11"

STARTS = {
    Grain.MONTH: range(1, 13),
    Grain.QUARTER: (1, 4, 7, 10),
    Grain.YEAR: (4,),
    Grain.ROLLING_12: range(1, 13),
}


@st.composite
def draw_period(draw: st.DrawFn) -> Period:
    """Draw a period well inside the known years."""
    grain = draw(GRAINS)
    year = draw(st.integers(1902, 2198))
    month = draw(st.sampled_from(list(STARTS[grain])))
    return Period.from_first_month(grain, year * 12 + month - 1)


def build_month(index: int) -> Period:
    """Return the month with an index: year * 12 + month - 1."""
    return Period.from_first_month(Grain.MONTH, index)


# Labels


@pytest.mark.parametrize(
    ("label", "grain", "start", "end"),
    [
        ("2024-05", Grain.MONTH, date(2024, 5, 1), date(2024, 5, 31)),
        ("2024-02", Grain.MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", Grain.MONTH, date(2023, 2, 1), date(2023, 2, 28)),
        ("1900-02", Grain.MONTH, date(1900, 2, 1), date(1900, 2, 28)),
        ("2011-12", Grain.MONTH, date(2011, 12, 1), date(2011, 12, 31)),
        ("2024/25 Q1", Grain.QUARTER, date(2024, 4, 1), date(2024, 6, 30)),
        ("2024/25 Q2", Grain.QUARTER, date(2024, 7, 1), date(2024, 9, 30)),
        ("2024/25 Q3", Grain.QUARTER, date(2024, 10, 1), date(2024, 12, 31)),
        ("2024/25 Q4", Grain.QUARTER, date(2025, 1, 1), date(2025, 3, 31)),
        ("1999/00 Q4", Grain.QUARTER, date(2000, 1, 1), date(2000, 3, 31)),
        ("2024/25", Grain.YEAR, date(2024, 4, 1), date(2025, 3, 31)),
        ("1999/00", Grain.YEAR, date(1999, 4, 1), date(2000, 3, 31)),
        ("2008/09", Grain.YEAR, date(2008, 4, 1), date(2009, 3, 31)),
        ("R12 2025-03", Grain.ROLLING_12, date(2024, 4, 1), date(2025, 3, 31)),
        ("R12 2024-12", Grain.ROLLING_12, date(2024, 1, 1), date(2024, 12, 31)),
        ("R12 2024-02", Grain.ROLLING_12, date(2023, 3, 1), date(2024, 2, 29)),
        ("1900-01", Grain.MONTH, date(1900, 1, 1), date(1900, 1, 31)),
        ("2200-12", Grain.MONTH, date(2200, 12, 1), date(2200, 12, 31)),
    ],
)
def test_a_label_and_its_dates_are_the_same_period(
    label: str, grain: Grain, start: date, end: date
) -> None:
    """A label is parsed and formatted without a change."""
    assert Period.parse(label) == Period(grain, start, end)
    assert Period(grain, start, end).label == label
    assert str(Period(grain, start, end)) == label


@given(draw_period())
def test_every_label_reads_back_as_the_same_period(period: Period) -> None:
    """A label has all fields of its period."""
    assert Period.parse(period.label) == period


@given(draw_period(), draw_period())
def test_no_two_periods_share_a_label(first: Period, second: Period) -> None:
    """So a label identifies a period in a table."""
    assert (first.label == second.label) == (first == second)


@pytest.mark.parametrize(
    "label",
    [
        "",
        " ",
        "2024",
        "2024-5",
        "2024-00",
        "2024-13",
        "2024-05-01",
        "2024-05\n",
        "\n2024-05",
        " 2024-05",
        "2024-05 ",
        "2024-05\x00",
        "2024\u201305",
        "24-05",
        "02024-05",
        "-2024-05",
        "2024/05/01",
        "2024/26",
        "2024/24",
        "2024/2025",
        "1999/2000",
        "1999/99",
        "2024-25",
        "2024/25 Q0",
        "2024/25 Q5",
        "2024/25 Q10",
        "2024/25 q1",
        "2024/25Q1",
        "2024/25  Q1",
        "2024/25 Q1\n",
        "2024/26 Q1",
        "2024Q1",
        "Q1 2024/25",
        "FY2024/25",
        "2024/25 Q\u00b2",
        f"{ARABIC_INDIC_2024}-05",
        f"2024/25 Q{LOOK_ALIKE_ONE}",
        "R12 2025-13",
        "R12 2025-00",
        "R12 2025-03\n",
        "R12  2025-03",
        "R12\u00a02025-03",
        "r12 2025-03",
        "R122025-03",
        "R12 2025/26",
        "R3 2025-03",
        "0000-01",
        "0001-01",
        "9999-12",
        "1899-12",
        "2201-01",
        "1899/00",
        "2200/01",
        "9999/00 Q4",
        "R12 1900-11",
        "2024-05" * 43,
        "9" * 300,
        "\ud800",
        "nan",
        "None",
    ],
)
def test_any_other_text_is_refused(label: str) -> None:
    """No label is corrected or guessed, alone or among others."""
    with pytest.raises(PeriodError, match=r"(Write|Choose|write) "):
        Period.parse(label)
    with pytest.raises(PeriodError):
        periods(label)
    with pytest.raises(PeriodError):
        periods("2024-04", label)


@given(st.text(max_size=20))
def test_arbitrary_text_is_a_label_that_reads_back_or_is_refused(text: str) -> None:
    """No text is parsed as a period with another label."""
    try:
        period = Period.parse(text)
    except PeriodError:
        return
    assert period.label == text


@pytest.mark.slow
@given(st.from_regex(r"(R12 )?[0-9]{4}[-/][0-9]{2}( Q[0-9])?", fullmatch=True))
def test_text_shaped_like_a_label_reads_back_or_is_refused(text: str) -> None:
    """No text that is nearly a label is parsed as a period with another label."""
    try:
        period = Period.parse(text)
    except PeriodError:
        return
    assert period.label == text


NOT_TEXT_OR_DATE: list[Any] = [
    None,
    True,
    False,
    0,
    2024,
    2024.05,
    float("nan"),
    b"2024-05",
    ["2024-05"],
    ("2024-05", "2024-06"),
    {"2024-05": 1},
    object(),
    Period,
    Grain,
    timedelta(days=1),
    datetime(2024, 4, 1),
    datetime(2024, 4, 1, tzinfo=UTC),
]


@pytest.mark.parametrize("value", NOT_TEXT_OR_DATE, ids=lambda value: type(value).__name__)
def test_what_is_not_text_is_refused_as_a_label(value: Any) -> None:
    """The message names its type, and not its value."""
    with pytest.raises(PeriodError) as caught:
        Period.parse(value)
    assert type(value).__name__ in str(caught.value)
    for arguments in ((value,), ("2024-05", value)):
        with pytest.raises(PeriodError, match="Expected a label or a date, not a value of type"):
            periods(*arguments)


@pytest.mark.parametrize("value", NOT_TEXT_OR_DATE, ids=lambda value: type(value).__name__)
def test_what_is_not_a_date_is_refused_as_a_bound(value: Any) -> None:
    """That includes a time of day, because periods have whole days."""
    for bounds in ((value, "2025-03-31"), ("2024-04-01", value), (value, value)):
        with pytest.raises(PeriodError):
            periods(*bounds, grain="quarter")
        with pytest.raises(PeriodError):
            periods(*bounds)


def test_the_message_for_a_wrong_year_says_what_to_write() -> None:
    """The second year is corrected from the first."""
    with pytest.raises(PeriodError, match="Write 2024/25"):
        Period.parse("2024/26")
    with pytest.raises(PeriodError, match="Write 1999/00"):
        Period.parse("1999/99 Q1")


def test_a_financial_year_written_with_a_hyphen_is_explained() -> None:
    """It looks like a month, so the message mentions both."""
    with pytest.raises(PeriodError, match=r"month 25\. For the financial year write 2024/25"):
        Period.parse("2024-25")


@pytest.mark.parametrize(
    ("label", "fix"),
    [
        ("2024-13", "Write a month from 2024-01 to 2024-12."),
        ("R12 2025-13", "Write a month from R12 2025-01 to R12 2025-12."),
        ("R12 2024-25", "Write a month from R12 2024-01 to R12 2024-12."),
    ],
)
def test_an_impossible_month_is_corrected_in_its_own_form(label: str, fix: str) -> None:
    """A month and a rolling window are not corrected to a financial year."""
    with pytest.raises(PeriodError) as caught:
        Period.parse(label)
    assert str(caught.value).endswith(fix)


@pytest.mark.parametrize(
    ("length", "shown"), [(30, f"'{'x' * 30}' is"), (31, f"'{'x' * 30}'... is")]
)
def test_thirty_characters_are_shown_and_no_more(length: int, shown: str) -> None:
    """Dots mark that text was cut off."""
    with pytest.raises(PeriodError) as caught:
        Period.parse("x" * length)
    assert str(caught.value).startswith(shown)


def test_a_long_or_odd_label_is_shown_short_and_visible() -> None:
    """The message is one readable line."""
    with pytest.raises(PeriodError) as caught:
        Period.parse("x" * 300)
    assert len(str(caught.value)) < 250
    with pytest.raises(PeriodError) as caught:
        Period.parse(f"{ARABIC_INDIC_2024}-05\n")
    assert str(caught.value).isascii()
    assert "\n" not in str(caught.value)


# A period itself


@pytest.mark.parametrize(
    ("grain", "start", "end"),
    [
        (Grain.MONTH, date(2024, 4, 2), date(2024, 4, 30)),
        (Grain.MONTH, date(2024, 4, 1), date(2024, 4, 29)),
        (Grain.MONTH, date(2024, 4, 1), date(2024, 5, 1)),
        (Grain.MONTH, date(2024, 4, 1), date(2024, 4, 1)),
        (Grain.MONTH, date(2024, 4, 1), date(2024, 3, 31)),
        (Grain.MONTH, date(2024, 4, 1), date(2024, 5, 31)),
        (Grain.MONTH, date(2024, 2, 1), date(2024, 2, 28)),
        (Grain.QUARTER, date(2024, 5, 1), date(2024, 7, 31)),
        (Grain.QUARTER, date(2024, 4, 1), date(2024, 4, 30)),
        (Grain.YEAR, date(2024, 1, 1), date(2024, 12, 31)),
        (Grain.YEAR, date(2024, 4, 6), date(2025, 4, 5)),
        (Grain.ROLLING_12, date(2024, 4, 2), date(2025, 4, 1)),
        (Grain.ROLLING_12, date(2024, 4, 1), date(2025, 4, 30)),
        (Grain.MONTH, date(1, 1, 1), date(1, 1, 31)),
        (Grain.MONTH, date(9999, 12, 1), date(9999, 12, 31)),
        (Grain.ROLLING_12, date(2200, 6, 1), date(2201, 5, 31)),
    ],
)
def test_a_period_that_is_not_whole_raises(grain: Grain, start: date, end: date) -> None:
    """A period has all days of its months, and all months of its grain."""
    with pytest.raises(PeriodError):
        Period(grain, start, end)


@given(GRAINS, DATES, DATES)
@example(Grain.ROLLING_12, date(2200, 6, 1), date(2200, 6, 30))
@example(Grain.YEAR, date(1900, 1, 1), date(1900, 1, 31))
def test_the_message_for_a_refused_period_suggests_a_valid_one(
    grain: Grain, start: date, end: date
) -> None:
    """The suggested dates are accepted."""
    try:
        Period(grain, start, end)
    except PeriodError as error:
        Period(grain, *parse_suggested_dates(error))


@pytest.mark.parametrize(
    ("grain", "start", "end"),
    [
        ("month", date(2024, 4, 1), date(2024, 4, 30)),
        (None, date(2024, 4, 1), date(2024, 4, 30)),
        (True, date(2024, 4, 1), date(2024, 4, 30)),
        (Grain.MONTH, "2024-04-01", date(2024, 4, 30)),
        (Grain.MONTH, date(2024, 4, 1), None),
        (Grain.MONTH, datetime(2024, 4, 1), datetime(2024, 4, 30)),
        (Grain.MONTH, date(2024, 4, 1), datetime(2024, 4, 30)),
        (Grain.MONTH, 20240401, 20240430),
    ],
)
def test_a_period_is_made_of_a_grain_and_two_dates(grain: Any, start: Any, end: Any) -> None:
    """No other type is converted."""
    with pytest.raises(PeriodError):
        Period(grain, start, end)


@pytest.mark.parametrize("index", [None, True, "24292", 24292.0, -1, 0, 10**9, 1900 * 12 - 1])
def test_a_month_index_is_a_whole_number_in_the_known_years(index: Any) -> None:
    """Indexes outside the years raise, also if Python has no such date."""
    with pytest.raises(PeriodError):
        Period.from_first_month(Grain.MONTH, index)


@pytest.mark.parametrize("grain", ["month", None, 1])
def test_a_month_index_goes_with_a_grain(grain: Any) -> None:
    """A grain is of the type Grain, as for dates."""
    with pytest.raises(PeriodError, match="is a Grain, not"):
        Period.from_first_month(grain, 2024 * 12)


def test_a_month_index_must_start_a_period_of_the_grain() -> None:
    """May is the first month of a month, and of no quarter."""
    may = 2024 * 12 + 4
    assert Period.from_first_month(Grain.MONTH, may).label == "2024-05"
    with pytest.raises(PeriodError, match="Write 2024-04-01 to 2024-06-30"):
        Period.from_first_month(Grain.QUARTER, may)


@given(draw_period())
def test_a_period_covers_as_many_months_as_its_grain(period: Period) -> None:
    """Month indexes are year * 12 + month - 1."""
    assert len(period.months) == period.grain.months
    assert period.months[0] == period.first_month == period.start.year * 12 + period.start.month - 1
    assert period.months[-1] == period.last_month == period.end.year * 12 + period.end.month - 1


@given(draw_period())
def test_the_stop_is_the_day_after_the_end(period: Period) -> None:
    """The interval is half-open: the last day is inside, the stop is not."""
    assert period.stop - period.end == timedelta(days=1)
    assert period.stop.day == 1


@pytest.mark.slow
@given(st.integers(1901, 2198))
def test_every_month_of_a_year_is_in_exactly_one_of_its_quarters(year: int) -> None:
    """Four quarters make the financial year."""
    financial_year = Period.from_first_month(Grain.YEAR, year * 12 + 3)
    quarters = [Period.parse(f"{financial_year} Q{number}") for number in (1, 2, 3, 4)]
    in_quarters = [index for quarter in quarters for index in quarter.months]
    assert in_quarters == list(financial_year.months)


@given(draw_period())
def test_the_previous_period_ends_where_this_one_starts(period: Period) -> None:
    """It has the same grain, with no gap and no shared day, also for rolling windows."""
    previous = period.previous()
    assert previous.stop == period.start
    assert previous.grain is period.grain
    assert not previous.overlaps(period)


@given(draw_period())
def test_the_year_before_is_twelve_months_earlier(period: Period) -> None:
    """It has the same months, which may have another number of days."""
    before = period.year_before()
    assert before.grain is period.grain
    assert list(before.months) == [index - 12 for index in period.months]


def test_the_year_before_a_leap_february_is_a_whole_february() -> None:
    """29 February does not exist a year earlier, but its month does."""
    assert Period.parse("2024-02").year_before().end == date(2023, 2, 28)
    assert Period.parse("2025-02").year_before().end == date(2024, 2, 29)


@pytest.mark.parametrize("label", ["1900-01", "1900/01 Q1", "1900/01", "R12 1900-12"])
def test_nothing_comes_before_the_first_known_period(label: str) -> None:
    """A step out of the known years raises, as a label out of them does."""
    with pytest.raises(PeriodError, match="1900"):
        Period.parse(label).year_before()


@pytest.mark.parametrize(
    ("first", "second", "share_a_day"),
    [
        ("2024/25 Q1", "2024/25 Q1", True),
        ("2024/25 Q1", "2024/25 Q2", False),
        ("2024/25 Q1", "2024/25", True),
        ("2024/25 Q1", "2024-06", True),
        ("2024/25 Q1", "2024-07", False),
        ("R12 2025-03", "R12 2025-02", True),
        ("R12 2025-03", "R12 2024-03", False),
        ("R12 2025-03", "2024/25", True),
        ("2023/24", "2025/26", False),
    ],
)
def test_periods_overlap_when_they_share_a_day(first: str, second: str, share_a_day: bool) -> None:
    """This is true in both orders, and across grains."""
    assert Period.parse(first).overlaps(Period.parse(second)) is share_a_day
    assert Period.parse(second).overlaps(Period.parse(first)) is share_a_day


@pytest.mark.slow
@given(draw_period(), draw_period())
def test_overlap_is_sharing_a_month(first: Period, second: Period) -> None:
    """Periods have whole months, so they share a day if they share a month."""
    assert first.overlaps(second) is bool(set(first.months) & set(second.months))


@pytest.mark.parametrize("other", ["2024-05", None, date(2024, 5, 1)])
def test_a_period_overlaps_only_a_period(other: Any) -> None:
    """A label is not parsed."""
    with pytest.raises(PeriodError):
        Period.parse("2024-05").overlaps(other)


def test_periods_sort_in_time_whatever_their_grain() -> None:
    """By start, then by end; a year and the window with the same days are different."""
    labels = ["2024-03", "2024-04", "2024/25 Q1", "R12 2025-03", "2024/25", "2024-05"]
    sorted_periods = [Period.parse(label) for label in labels]
    shuffled = [sorted_periods[position] for position in (3, 0, 5, 2, 4, 1)]
    assert sorted(shuffled) == sorted_periods
    assert sorted_periods[0] <= sorted_periods[0] < sorted_periods[1]
    assert sorted_periods[1] >= sorted_periods[1] > sorted_periods[0]


def test_a_period_does_not_sort_among_other_things() -> None:
    """A label is text and cannot be compared with a period."""
    with pytest.raises(TypeError):
        sorted([Period.parse("2024-05"), "2024-06"])  # type: ignore[type-var]


def test_a_period_is_a_value() -> None:
    """Equal periods have the same hash, and no field can be changed."""
    period = Period.parse("2024-05")
    assert {period, Period.parse("2024-05")} == {period}
    assert Period.parse("2024/25") != Period.parse("R12 2025-03")
    with pytest.raises(AttributeError):
        period.end = date(2024, 6, 30)  # type: ignore[misc]


# Several periods


def test_two_dates_and_a_grain_give_every_period_between() -> None:
    """The first and the last day are included."""
    quarters = periods("2024-04-01", "2025-03-31", grain="quarter")
    assert [quarter.label for quarter in quarters] == [
        "2024/25 Q1",
        "2024/25 Q2",
        "2024/25 Q3",
        "2024/25 Q4",
    ]


def test_dates_may_be_text_or_dates_and_a_grain_text_or_a_grain() -> None:
    """All of them return the same periods."""
    expected = (Period.parse("2023/24"), Period.parse("2024/25"))
    assert periods("2023-04-01", "2025-03-31", grain="year") == expected
    assert periods(date(2023, 4, 1), date(2025, 3, 31), grain=Grain.YEAR) == expected
    assert periods(date(2023, 4, 1), "2025-03-31", grain="year") == expected


def test_rolling_windows_end_with_each_month_between_the_dates() -> None:
    """Windows end between the dates, so the first starts 11 months earlier."""
    windows = periods("2025-01-01", "2025-03-31", grain="rolling_12")
    assert [window.label for window in windows] == ["R12 2025-01", "R12 2025-02", "R12 2025-03"]
    assert windows[0].start == date(2024, 2, 1)


def test_a_leap_february_ends_on_its_29th_day() -> None:
    """Its dates are accepted as one month."""
    assert periods("2024-02-01", "2024-02-29", grain="month") == (Period.parse("2024-02"),)


def test_labels_give_their_periods_in_the_order_written() -> None:
    """They may have different grains."""
    labels = ["2024/25 Q1", "2024/25", "2024-05", "R12 2025-03"]
    assert [period.label for period in periods(*labels)] == labels


def test_all_known_years_can_be_requested() -> None:
    """The first and the last year are included."""
    assert len(periods("1900-01-01", "2200-12-31", grain="month")) == 301 * 12


@given(GRAINS, st.integers(1902, 2190), st.integers(0, 11), st.integers(1, 40))
def test_periods_between_two_dates_tile_them(
    grain: Grain, year: int, offset: int, count: int
) -> None:
    """They have no gap, no overlap, and no day outside the dates."""
    starts = range(year * 12 + offset, year * 12 + offset + 12)
    step = 1 if grain is Grain.ROLLING_12 else grain.months
    first = next(index for index in starts if index % 12 + 1 in STARTS[grain])
    stop = first + count * step
    assume(stop < 2200 * 12)
    start, end = build_month(first).start, build_month(stop - 1).end

    tiles = periods(start.isoformat(), end.isoformat(), grain=grain)

    assert len(tiles) == count
    assert tiles[-1].end == end
    assert all(period.grain is grain for period in tiles)
    if grain is Grain.ROLLING_12:
        assert [period.last_month for period in tiles] == list(range(first, stop))
    else:
        assert tiles[0].start == start
        assert all(period.stop == following.start for period, following in pairwise(tiles))


@pytest.mark.parametrize(
    ("start", "end", "grain", "fix"),
    [
        ("2025-03-31", "2024-04-01", "quarter", "2024-04-01 to 2025-03-31"),
        ("2024-04-01", "2024-03-31", "month", "2024-03-01 to 2024-03-31"),
        ("2024-04-01", "2024-04-01", "month", "2024-04-01 to 2024-04-30"),
        ("2024-04-01", "2025-04-01", "quarter", "2024-04-01 to 2025-03-31"),
        ("2024-04-01", "2025-04-01", "year", "2024-04-01 to 2025-03-31"),
        ("2024-04-01", "2025-03-30", "month", "2024-04-01 to 2025-03-31"),
        ("2024-05-01", "2025-02-28", "quarter", "2024-04-01 to 2025-03-31"),
        ("2024-01-01", "2024-12-31", "year", "2023-04-01 to 2025-03-31"),
        ("2024-02-01", "2024-02-28", "month", "2024-02-01 to 2024-02-29"),
        ("2025-03-01", "2025-03-30", "rolling_12", "2025-03-01 to 2025-03-31"),
        ("1900-01-01", "1900-12-31", "rolling_12", "1900-12-01 to 1900-12-31"),
        ("1900-01-01", "1901-03-31", "year", "1900-04-01 to 1901-03-31"),
        ("2199-04-01", "2200-12-31", "year", "2199-04-01 to 2200-03-31"),
    ],
)
def test_dates_that_do_not_bound_whole_periods_are_refused(
    start: str, end: str, grain: str, fix: str
) -> None:
    """The message suggests dates that do."""
    with pytest.raises(PeriodError, match=f"Write {fix}"):
        periods(start, end, grain=grain)
    with pytest.raises(PeriodError, match=f"Write {fix}"):
        periods(date.fromisoformat(start), date.fromisoformat(end), grain=grain)


def test_only_days_the_wrong_way_round_are_called_backwards() -> None:
    """The same first and last day are too short, and not backwards."""
    with pytest.raises(PeriodError, match="2025-03-31, is after the last day, 2024-04-01"):
        periods("2025-03-31", "2024-04-01", grain="quarter")
    with pytest.raises(PeriodError, match="does not consist of whole periods"):
        periods("2024-04-01", "2024-04-01", grain="month")


@pytest.mark.slow
@given(GRAINS, DATES, DATES)
def test_refused_dates_come_with_dates_that_are_accepted(
    grain: Grain, start: date, end: date
) -> None:
    """The suggested dates are accepted, also at the ends of the known years."""
    try:
        periods(start, end, grain=grain)
    except PeriodError as error:
        periods(*parse_suggested_dates(error), grain=grain)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-02-30",
        "2023-02-29",
        "1900-02-29",
        "2024-04-31",
        "2024-04-00",
        "2024-00-01",
        "2024-13-01",
        "2024-4-1",
        "01/04/2024",
        "20240401",
        "2024-W14-1",
        "2024-04-01T00:00:00",
        "2024-04-01 00:00",
        "2024-04-01Z",
        "2024-04-01\n",
        " 2024-04-01",
        f"{ARABIC_INDIC_2024}-04-01",
        "0000-04-01",
        "0001-01-01",
        "1899-12-31",
        "2201-01-01",
        "9999-12-31",
        "2024",
        "2024-04",
        "2024/25",
        "today",
        "2024-04-01" * 30,
        "\ud800",
    ],
)
def test_a_bound_is_an_iso_date_of_the_calendar(text: str) -> None:
    """Other forms are refused as the first and as the last day, and not corrected."""
    with pytest.raises(PeriodError, match=r"[Ww]rite "):
        periods(text, "2025-03-31", grain="month")
    with pytest.raises(PeriodError, match=r"[Ww]rite "):
        periods("2024-04-01", text, grain="month")


@pytest.mark.parametrize("sentinel", [date.min, date.max, date(1899, 12, 31), date(2201, 1, 1)])
def test_stand_ins_for_missing_dates_are_refused(sentinel: date) -> None:
    """The known years are 1900 to 2200."""
    for bounds in ((sentinel, date(2025, 3, 31)), (date(2024, 4, 1), sentinel)):
        with pytest.raises(PeriodError, match="1900 to 2200"):
            periods(*bounds, grain="month")


@pytest.mark.parametrize(
    ("grain", "message"),
    [
        ("quater", "Did you mean 'quarter'"),
        ("Quarter", "Did you mean 'quarter'"),
        ("months", "Did you mean 'month'"),
        ("rolling12", "Did you mean 'rolling_12'"),
        ("ROLLING_12", "Did you mean 'rolling_12'"),
        ("week", "Choose from 'month', 'quarter', 'rolling_12', 'year'"),
        ("", "Choose from"),
        ("quarter\n", "Did you mean 'quarter'"),
        ("x" * 300, "Choose from"),
        (True, "Choose from"),
        (12, "Choose from"),
        (["quarter"], "Choose from"),
        (Grain, "Choose from"),
    ],
)
def test_an_unknown_grain_raises_and_suggests_the_nearest(grain: Any, message: str) -> None:
    """Without a near one, the message lists all grains."""
    with pytest.raises(PeriodError, match=re.escape(message)):
        periods("2024-04-01", "2025-03-31", grain=grain)


@pytest.mark.parametrize(
    "bounds",
    [(), ("2024-04-01",), ("2024-04-01", "2024-09-30", "2025-03-31"), ("2024/25",)],
)
def test_a_grain_goes_with_exactly_two_dates(bounds: tuple[str, ...]) -> None:
    """Any other number of dates raises."""
    with pytest.raises(PeriodError, match="two dates"):
        periods(*bounds, grain="month")


def test_a_label_does_not_go_with_a_grain() -> None:
    """A label has its own grain."""
    with pytest.raises(PeriodError, match="a label already has a grain"):
        periods("2024/25 Q1", "2024/25 Q4", grain="quarter")


@pytest.mark.parametrize(
    "bounds",
    [
        ("2024-04-01", "2025-03-31"),
        (date(2024, 4, 1), date(2025, 3, 31)),
        ("2024-04-01",),
    ],
)
def test_dates_do_not_go_without_a_grain(bounds: tuple[str | date, ...]) -> None:
    """The months of a year and the quarters of a year have the same first and last day."""
    with pytest.raises(PeriodError, match=r"Dates alone do not say how long a period is\..*grain="):
        periods(*bounds)


@pytest.mark.parametrize("mixed", [("2024-05", "2024-06-01"), (date(2024, 4, 1), "2024/25")])
def test_labels_and_dates_do_not_mix(mixed: tuple[str | date, ...]) -> None:
    """A request has either labels or dates."""
    with pytest.raises(PeriodError, match="mixed"):
        periods(*mixed)


def test_a_repeated_period_raises() -> None:
    """It would duplicate every row of a result."""
    with pytest.raises(PeriodError, match="2024-05 occurs twice"):
        periods("2024-05", "2024-06", "2024-05")


def test_a_request_without_a_period_raises() -> None:
    """An empty request is a mistake."""
    with pytest.raises(PeriodError, match="There is no period"):
        periods()


# The module


def test_the_time_zone_is_local_and_not_utc() -> None:
    """A day is from midnight to midnight in West Mercia."""
    assert LONDON == "Europe/London"


@pytest.mark.slow
def test_the_calendar_needs_no_dataframe_library() -> None:
    """Importing it is fast, and works without these libraries."""
    code = (
        "import sys, swm_kpi.calendar; "
        "print(sorted({'pandas', 'polars', 'narwhals', 'numpy', 'pandera'} & set(sys.modules)))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert process.stdout.strip() == "[]"


def parse_suggested_dates(error: PeriodError) -> tuple[date, date]:
    """Return the dates that a message suggests."""
    match = re.search(r"Write (\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)\.", str(error))
    assert match, str(error)
    return date.fromisoformat(match[1]), date.fromisoformat(match[2])


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("2024-05", "May 2024"),
        ("2024/25 Q1", "April to June 2024"),
        ("2024/25 Q4", "January to March 2025"),
        ("2024/25", "April 2024 to March 2025"),
        ("R12 2025-03", "the 12 months to March 2025"),
    ],
)
def test_a_period_in_words(label: str, words: str) -> None:
    assert Period.parse(label).words == words
