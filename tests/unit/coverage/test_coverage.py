"""Coverage: days by reporter and time, united over files, and what rows show of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import Coverage, CoverageSource, Grain, RequestError
from swm_kpi.coverage import IMPROBABLE, QUIET_DAYS, Extent, are_labels, month_spans, unite

FIRST = date(2024, 1, 1)
spans = st.builds(
    lambda start, length: (
        FIRST + timedelta(days=start),
        FIRST + timedelta(days=start + length),
    ),
    st.integers(0, 120),
    st.integers(0, 40),
)
by_reporter = st.dictionaries(
    st.sampled_from(["Kent", "Surrey", "Sussex"]), st.lists(spans, min_size=1, max_size=3),
    min_size=1,
)  # fmt: skip


def days_of(pairs: list[tuple[date, date]]) -> set[date]:
    return {
        first + timedelta(days=number)
        for first, last in pairs
        for number in range((last - first).days + 1)
    }


def extent_of(days: set[date], wanted: set[date]) -> Extent:
    if wanted <= days:
        return Extent.WHOLE
    return Extent.PART if wanted & days else Extent.NONE


@given(by_reporter, spans)
def test_a_reporter_covers_its_own_days_and_a_total_needs_every_reporter(reporters, wanted) -> None:
    """Compared with plain sets of days."""
    coverage = Coverage(reporter="force", by_reporter=reporters)
    extents = set()
    for name, pairs in reporters.items():
        expected = extent_of(days_of(pairs), days_of([wanted]))
        assert coverage.extent(*wanted, name) is expected
        extents.add(expected)
    assert coverage.extent(*wanted, "Essex") is Extent.NONE
    total = extents.pop() if len(extents) == 1 else Extent.PART
    assert coverage.extent(*wanted) is total


@pytest.mark.slow
@given(by_reporter, by_reporter, spans)
def test_files_are_united_by_reporter(left, right, wanted) -> None:
    """A reporter covers a day that any file covers for it."""
    both = unite([Coverage(reporter="force", by_reporter=part) for part in (left, right)])
    for name in {*left, *right}:
        days = days_of([*left.get(name, []), *right.get(name, [])])
        assert both.extent(*wanted, name) is extent_of(days, days_of([wanted]))


@given(by_reporter, st.integers(-10, 200), spans)
def test_nothing_is_covered_after_the_extract(reporters, number, wanted) -> None:
    """Days after the last known day are cut off for every reporter."""
    day = FIRST + timedelta(days=number)
    coverage = Coverage(reporter="force", by_reporter=reporters).until(day)
    for name, pairs in reporters.items():
        known = {covered for covered in days_of(pairs) if covered <= day}
        assert coverage.extent(*wanted, name) is extent_of(known, days_of([wanted]))


def test_a_total_does_not_wait_for_an_optional_reporter() -> None:
    coverage = Coverage(
        reporter="force",
        by_reporter={
            "Kent": ("2024-01-01", "2024-06-30"),
            "Action Fraud": ("2024-04-01", "2024-06-30"),
        },
        optional=["Action Fraud"],
    )
    assert coverage.extent(date(2024, 1, 1), date(2024, 3, 31)) is Extent.WHOLE
    assert coverage.extent(date(2024, 1, 1), date(2024, 3, 31), "Action Fraud") is Extent.NONE


def seen(first: date, last: date, rows: int, **options: object) -> Coverage:
    fields = {"are_labels": False, "grain": Grain.MONTH, **options}
    return Coverage.seen(first, last, rows, **fields)


def test_rows_from_7_to_20_may_do_not_cover_may() -> None:
    """Of 70 logs spread over 31 days, none in 6 days has a probability of 3 in 10 million."""
    coverage = seen(date(2024, 5, 7), date(2024, 5, 20), 70)
    assert coverage.spans == ((date(2024, 5, 7), date(2024, 5, 20)),)
    assert coverage.source is CoverageSource.ROWS


def test_three_rows_a_year_cover_their_months() -> None:
    coverage = seen(date(2024, 4, 10), date(2025, 2, 20), 3)
    assert coverage.spans == ((date(2024, 4, 1), date(2025, 2, 28)),)


def test_a_gap_as_long_as_offices_close_is_no_sign_of_missing_data() -> None:
    days = timedelta(days=QUIET_DAYS)
    coverage = seen(date(2024, 4, 1) + days, date(2024, 6, 30) - days, 100_000)
    assert coverage.spans == ((date(2024, 4, 1), date(2024, 6, 30)),)


@given(st.integers(0, 28), st.integers(0, 28), st.integers(1, 500))
def test_a_gap_counts_if_chance_would_leave_it_less_often_than_the_limit(
    before, after, rows
) -> None:
    """By the binomial distribution over the days of the whole months."""
    opens, closes = date(2024, 4, 1), date(2024, 6, 30)
    first, last = opens + timedelta(days=before), closes - timedelta(days=after)
    days = 91

    def is_cut(gap: int) -> bool:
        return gap > QUIET_DAYS and (1 - gap / days) ** rows < IMPROBABLE

    expected = (first if is_cut(before) else opens, last if is_cut(after) else closes)
    assert seen(first, last, rows).spans == (expected,)


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (date(2024, 4, 1), date(2024, 6, 1), True),
        (date(2024, 4, 30), date(2024, 6, 30), True),
        (date(2024, 2, 29), date(2024, 6, 30), True),
        (date(2024, 4, 15), date(2024, 6, 15), True),
        (date(2024, 4, 1), date(2024, 4, 1), True),
        (date(2024, 4, 7), date(2024, 4, 7), False),
        (date(2024, 4, 7), date(2024, 6, 20), False),
    ],
)
def test_dates_that_name_periods_are_recognised(first, last, labels) -> None:
    assert are_labels(first, last) is labels


def test_labels_of_quarters_cover_whole_quarters() -> None:
    coverage = seen(date(2024, 4, 1), date(2024, 7, 1), 900, are_labels=True, grain=Grain.QUARTER)
    assert coverage.spans == ((date(2024, 4, 1), date(2024, 9, 30)),)
    year = seen(date(2024, 3, 31), date(2024, 3, 31), 9, are_labels=True, grain=Grain.YEAR)
    assert year.spans == ((date(2023, 4, 1), date(2024, 3, 31)),)


def test_months_are_joined_into_spans() -> None:
    months = [date(2024, 2, 1), date(2023, 12, 1), date(2024, 1, 1), date(2024, 4, 1)]
    assert month_spans(months) == (
        (date(2023, 12, 1), date(2024, 2, 29)),
        (date(2024, 4, 1), date(2024, 4, 30)),
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"spans": ("2024-05-01", "2024-04-01")}, "ends before it begins"),
        ({"spans": ("2024-05-01", "soon")}, "not a date"),
        ({"spans": [("2024-05-01",)]}, "a first and a last day"),
        ({"reporter": "force"}, "the days of each reporter"),
        ({"by_reporter": {"Kent": ("2024-05-01", "2024-05-31")}}, "needs the breakdown"),
        (
            {
                "spans": ("2024-05-01", "2024-05-31"),
                "reporter": "force",
                "by_reporter": {"Kent": ("2024-05-01", "2024-05-31")},
            },
            "Leave spans out",
        ),
    ],
)
def test_a_wrong_coverage_is_refused(fields, message) -> None:
    with pytest.raises(RequestError, match=message):
        Coverage(**fields)


def test_coverage_by_different_breakdowns_cannot_be_joined() -> None:
    left = Coverage(reporter="force", by_reporter={"Kent": ("2024-05-01", "2024-05-31")})
    with pytest.raises(RequestError, match="same breakdown"):
        left | Coverage(("2024-05-01", "2024-05-31"))


def test_coverage_survives_json() -> None:
    for coverage in (
        Coverage([("2024-04-01", "2024-04-30"), ("2024-06-01", "2024-06-30")]),
        Coverage(reporter="force", by_reporter={"Kent": ("2024-05-01", "2024-05-31")}),
    ):
        assert kpi.Coverage.from_dict(coverage.to_dict()) == coverage


def test_coverage_in_words() -> None:
    assert str(Coverage()) == "no day"
    assert str(Coverage(("2024-04-01", "2024-06-30"))) == "1 April 2024 to 30 June 2024"
    gaps = [
        ("2024-01-01", "2024-01-31"),
        ("2024-03-01", "2024-03-31"),
        ("2024-05-01", "2024-05-31"),
    ]
    assert str(Coverage(gaps[:2])).endswith("31 January 2024 and 1 March 2024 to 31 March 2024")
    assert str(Coverage(gaps)) == "1 January 2024 to 31 May 2024, with gaps"
