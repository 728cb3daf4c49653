"""Windows of months: repeat rates look back, reoffending rates follow up.

Random rows are compared with a plain count in Python. The rows are few and close together: three
people, days around a leap day and around twelve months, several rows on one day, and nulls.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi.definitions.plan.objectives import SECURE
from tests.support.small_tables import is_unrecorded

AREAS = ("North", "South")
AREA = kpi.Dimension("side", "Side", AREAS, description="Where it happened.")
MONTHS = kpi.Assumption("test_months", 12, "2021-04-01", "To be overridden.")
FOLLOW_UP = kpi.Assumption("test_follow_up", 12, "2021-04-01", "To be overridden.")
WAITING = kpi.Assumption("test_waiting", 6, "2021-04-01", "To be overridden.")
COVERED = (date(2021, 1, 1), date(2026, 12, 31))
LONG_AFTER = date(2029, 1, 1)


class Visit(kpi.Contract, row_unit=kpi.Unit.EVENTS):
    """One row per visit by somebody."""

    who = kpi.Column(str, nullable=True, description="Who came.")
    came_at = kpi.Column(datetime, nullable=True, description="When they came.")
    came_on = kpi.Column(date, nullable=True, description="The day they came.")
    counts = kpi.Column(bool, nullable=True, description="Whether it counts.")
    side = kpi.Column(str, dimension=AREA, nullable=True, description="Where they came.")


class Follow(kpi.Contract, row_unit=kpi.Unit.PEOPLE):
    """One row per person followed."""

    start = kpi.Column(date, description="The start of the follow-up.")
    again = kpi.Column(date, nullable=True, description="The day of the reoffence.")
    proven = kpi.Column(date, nullable=True, description="The day it was proven.")
    counts = kpi.Column(bool, nullable=True, description="Whether they are in the cohort.")
    side = kpi.Column(str, dimension=AREA, nullable=True, description="Where they live.")


def build_metric(*measures: kpi.Measure) -> kpi.Metric:
    rows = "| side |\n| North |"
    expect = {measure.key: 0.0 for measure in measures}
    return kpi.Metric(
        ref="T1",
        key="tested",
        title="Tested",
        objective=SECURE,
        availability=kpi.Availability(status=kpi.AvailabilityStatus.UNKNOWN, reason="A test."),
        summary="A test.",
        limitations="Not real.",
        direction=kpi.Direction.NEUTRAL,
        dimensions=[AREA],
        measures=list(measures),
        examples=[kpi.Example(rows=rows, expect=expect, edge_case="None.")],
    )


def repeat_rate(key: str, at: kpi.Column, **more: Any) -> kpi.RepeatRate:
    return kpi.RepeatRate(key=key, of=Visit, at=at, who=Visit.who, lookback=MONTHS, **more)


REPEATS = build_metric(
    repeat_rate("people_again", Visit.came_at, where=Visit.counts, as_count=True),
    repeat_rate("share_again", Visit.came_at, where=Visit.counts),
    repeat_rate("any_again", Visit.came_at, as_count=True),
    repeat_rate("share_by_day", Visit.came_on, where=Visit.counts),
)
REOFFENDING = build_metric(
    kpi.ReoffendingRate(
        key="share",
        of=Follow,
        at=Follow.start,
        where=Follow.counts,
        reoffended=Follow.again,
        proven=Follow.proven,
        follow_up=FOLLOW_UP,
        waiting=WAITING,
    )
)


def add_months(day: date, months: int) -> date:
    """Return the same day of another month, or the last day of a shorter month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


EDGE_DAYS = [
    date(2023, 2, 28),
    date(2023, 3, 1),
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 31),
    date(2024, 4, 1),
    date(2025, 2, 28),
    date(2025, 3, 1),
    date(2025, 3, 31),
]
days = st.one_of(
    st.builds(
        lambda day, months, nudge: add_months(day, months) + timedelta(days=nudge),
        st.sampled_from(EDGE_DAYS),
        st.sampled_from([0, 0, -1, -12, -13]),
        st.integers(-1, 1),
    ),
    st.dates(date(2023, 1, 1), date(2025, 4, 30)),
)
clocks = st.sampled_from([time(0, 0), time(12, 0), time(23, 59, 59, 999_999)])
people = st.sampled_from(["a", "a", "b", "c", None])
booleans = st.sampled_from([True, True, True, False, None])
sides = st.sampled_from([*AREAS, None])
visits = st.lists(st.tuples(people, days, clocks, booleans, sides), max_size=12)
period_labels = st.sampled_from(
    [
        ["2024/25 Q1", "2024/25 Q2", "2023/24 Q4", "2023/24"],
        ["2024-02", "2024-03", "2025-02", "2025-03", "R12 2025-02"],
        ["2024/25", "2023/24", "R12 2024-02", "2024/25 Q4"],
    ]
)


def of_side(row_side: str | None, member: str) -> bool:
    return member == "All" or (row_side or "Unknown") == member


def cells_of(
    metric: kpi.Metric, table: pl.DataFrame, labels: list[str], by: list[str], **assumed: int
) -> dict[tuple[str, str, str], dict[str, Any]]:
    name = next(iter(metric.contracts))
    result = kpi.compute(
        [metric],
        {name: table},
        periods=kpi.periods(*labels),
        by=by,
        coverage={name: COVERED},
        as_at=LONG_AFTER,
        assumptions=assumed,
        catalogue=kpi.Catalogue([metric]),
    )
    return {
        (row["measure"], row["period"], row.get("side", "All")): row
        for row in result.to_polars().to_dicts()
    }


def visit_table(rows: list[Any]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "who": who,
                "came_at": datetime.combine(day, clock),
                "came_on": day,
                "counts": counts,
                "side": side,
            }
            for who, day, clock, counts, side in rows
        ],
        schema={
            "who": pl.String,
            "came_at": pl.Datetime("us"),
            "came_on": pl.Date,
            "counts": pl.Boolean,
            "side": pl.String,
        },
    )


def repeats_and_all(
    rows: list[Any], period: kpi.Period, member: str, months: int, is_counted: Callable[[Any], bool]
) -> tuple[set[str], set[str]]:
    """Return the repeat people and all people of a period and member.

    The earlier row of a repeat may have any member.
    """
    events = [(who, day, side) for who, day, _, counts, side in rows if is_counted(counts) and who]
    here = [
        (who, day)
        for who, day, side in events
        if period.start <= day < period.stop and of_side(side, member)
    ]
    again = {
        who
        for who, day in here
        if any(who == other and add_months(day, -months) <= then < day for other, then, _ in events)
    }
    return again, {who for who, _ in here}


@pytest.mark.slow
@given(visits, period_labels, st.sampled_from([1, 12, 13]))
@settings(deadline=None)
def test_repeat_rates_equal_a_plain_count(rows: list[Any], labels: list[str], months: int) -> None:
    cells = cells_of(REPEATS, visit_table(rows), labels, ["side"], test_months=months)
    for period in kpi.periods(*labels):
        for member in (*AREAS, "Unknown", "All"):
            again, everyone = repeats_and_all(rows, period, member, months, bool)
            any_again, _ = repeats_and_all(rows, period, member, months, lambda _: True)
            where = (str(period.label), member)
            if member == "Unknown" and ("share_again", *where) not in cells:
                assert not everyone
                continue
            for measure in ("share_again", "share_by_day"):
                cell = cells.get((measure, *where))
                if cell is None:
                    assert member == "Unknown"
                    continue
                if is_unrecorded(cell):
                    continue
                assert cell["numerator"] == len(again)
                assert cell["denominator"] == len(everyone)
                if everyone:
                    assert cell["value"] == pytest.approx(len(again) / len(everyone))
                else:
                    assert cell["marker"] == "[z]"
            for measure, expected in (("people_again", again), ("any_again", any_again)):
                cell = cells.get((measure, *where))
                if cell is None:
                    assert member == "Unknown"
                    assert not expected
                elif not is_unrecorded(cell):
                    assert cell["value"] == len(expected)


@pytest.mark.parametrize(
    ("before", "after", "repeats"),
    [
        ("2023-05-06", "2024-05-06", 1),
        ("2023-05-05", "2024-05-06", 0),
        ("2023-02-28", "2024-02-29", 1),
        ("2023-02-27", "2024-02-29", 0),
        ("2024-02-29", "2025-02-28", 1),
        ("2024-02-29", "2025-03-01", 0),
        ("2024-02-28", "2025-02-28", 1),
        ("2024-05-06", "2024-05-06", 0),
        ("2024-03-31", "2024-04-01", 1),
    ],
)
def test_an_earlier_row_within_twelve_months_makes_a_repeat(
    before: str, after: str, repeats: int
) -> None:
    rows = [
        ("a", date.fromisoformat(before), time(23, 59), True, "North"),
        ("a", date.fromisoformat(after), time(0, 0), True, "South"),
    ]
    label = after[:7]
    cells = cells_of(REPEATS, visit_table(rows), [label], ["side"])
    period = next(iter({key[1] for key in cells}))
    assert cells["people_again", period, "South"]["value"] == repeats
    assert cells["people_again", period, "All"]["value"] == repeats
    assert cells["people_again", period, "North"]["value"] == 0


def test_rows_of_one_local_day_are_not_repeats() -> None:
    """23:30 UTC on 5 May is 6 May in local time, so both rows are of one day."""
    table = pl.DataFrame(
        {
            "who": ["a", "a"],
            "came_at": [datetime(2024, 5, 5, 23, 30), datetime(2024, 5, 6, 12, 0)],
            "came_on": [date(2024, 5, 6), date(2024, 5, 6)],
            "counts": [True, True],
            "side": ["North", "North"],
        }
    ).with_columns(pl.col("came_at").dt.replace_time_zone("UTC"))
    cells = cells_of(REPEATS, table, ["2024-05"], ["side"])
    values = {key[0]: row["value"] for key, row in cells.items() if key[2] == "All"}
    assert values["people_again"] == 0


def test_a_period_is_of_low_reliability_without_twelve_months_before_it() -> None:
    rows = [
        ("a", date(2024, 4, 6), time(9, 0), True, "North"),
        ("a", date(2024, 5, 6), time(9, 0), True, "North"),
    ]

    def total_if_covered_from(first: date) -> dict[str, Any]:
        result = kpi.compute(
            [REPEATS],
            {"visit": visit_table(rows)},
            periods=kpi.periods("2024/25 Q1"),
            by=["side"],
            coverage={"visit": (first, COVERED[1])},
            catalogue=kpi.Catalogue([REPEATS]),
        )
        (row,) = result.to_polars().filter(measure="people_again", side="All").to_dicts()
        return row

    complete = total_if_covered_from(date(2023, 4, 1))
    assert (complete["marker"], complete["value"]) == ("", 1)
    short = total_if_covered_from(date(2023, 4, 2))
    assert (short["marker"], short["value"]) == ("[u]", 1)
    assert "12 months before the period are not all in the data" in short["note"]


def test_a_request_without_breakdowns_has_the_reliability_marker_too() -> None:
    rows = [("a", date(2024, 5, 6), time(9, 0), True, "North")]
    result = kpi.compute(
        [REPEATS],
        {"visit": visit_table(rows)},
        periods=kpi.periods("2024/25 Q1", "2025/26 Q1"),
        coverage={"visit": (date(2024, 4, 1), COVERED[1])},
        catalogue=kpi.Catalogue([REPEATS]),
    )
    marked = [
        row["marker"] for row in result.to_polars().to_dicts() if row["measure"] == "people_again"
    ]
    assert marked == ["[u]", ""]


offsets = st.one_of(
    st.none(),
    st.builds(
        lambda months, nudge: (months, nudge),
        st.sampled_from([0, 1, 11, 12, 17, 18, 19]),
        st.integers(-1, 1),
    ),
)


@pytest.mark.slow
@given(
    st.lists(st.tuples(days, offsets, offsets, booleans, sides), max_size=10),
    period_labels,
    st.sampled_from([(12, 6), (12, 0), (24, 6), (1, 1)]),
)
@settings(deadline=None)
def test_reoffending_rates_equal_a_plain_count(
    drawn: list[Any], labels: list[str], months: tuple[int, int]
) -> None:
    follow_up, waiting = months

    def after(start: date, offset: tuple[int, int] | None) -> date | None:
        return add_months(start, offset[0]) + timedelta(days=offset[1]) if offset else None

    rows = [
        (start, after(start, again), after(start, proven), counts, side)
        for start, again, proven, counts, side in drawn
    ]
    table = pl.DataFrame(
        rows,
        orient="row",
        schema={
            "start": pl.Date,
            "again": pl.Date,
            "proven": pl.Date,
            "counts": pl.Boolean,
            "side": pl.String,
        },
    )
    cells = cells_of(
        REOFFENDING, table, labels, ["side"], test_follow_up=follow_up, test_waiting=waiting
    )
    for period in kpi.periods(*labels):
        for member in (*AREAS, "Unknown", "All"):
            cohort = [
                (start, again, proven)
                for start, again, proven, counts, side in rows
                if counts is True and period.start <= start < period.stop and of_side(side, member)
            ]
            caught = [
                start
                for start, again, proven in cohort
                if again is not None
                and proven is not None
                and start <= again < add_months(start, follow_up)
                and start <= proven < add_months(start, follow_up + waiting)
            ]
            cell = cells.get(("share", str(period.label), member))
            if cell is None:
                assert member == "Unknown"
                assert not cohort
                continue
            if is_unrecorded(cell):
                continue
            assert cell["numerator"] == len(caught)
            assert cell["denominator"] == len(cohort)
            if cohort:
                assert cell["value"] == pytest.approx(len(caught) / len(cohort))
            else:
                assert cell["marker"] == "[z]"


def test_a_cohort_is_provisional_until_follow_up_and_waiting_are_over() -> None:
    table = pl.DataFrame(
        {
            # The second offender shows that the days are recorded.
            "start": [date(2022, 6, 30), date(2021, 6, 30)],
            "again": [None, date(2021, 7, 1)],
            "proven": [None, date(2021, 7, 1)],
            "counts": [True, True],
            "side": ["North", "North"],
        },
    )

    def marker(as_at: date) -> Any:
        result = kpi.compute(
            [REOFFENDING],
            {"follow": table},
            periods=kpi.periods("2022/23 Q1"),
            by=["side"],
            coverage={"follow": COVERED},
            as_at=as_at,
            catalogue=kpi.Catalogue([REOFFENDING]),
        )
        rows = result.to_polars().to_dicts()
        return next(row["marker"] for row in rows if row.get("side", "All") == "All")

    assert marker(date(2023, 12, 29)) == "[p]"
    assert marker(date(2024, 1, 1)) == ""


def test_an_overridden_look_back_needs_as_many_months_of_rows() -> None:
    """A look-back of 13 months needs 13 months of rows before the period."""
    rows = [("a", date(2024, 5, 6), time(9, 0), True, "North")]
    result = kpi.compute(
        [REPEATS],
        {"visit": visit_table(rows)},
        periods=kpi.periods("2024/25 Q1"),
        by=["side"],
        coverage={"visit": (date(2023, 4, 1), COVERED[1])},
        assumptions={"test_months": 13},
        catalogue=kpi.Catalogue([REPEATS]),
    )
    (marker,) = result.to_polars().filter(measure="people_again", side="All")["marker"]
    assert marker == "[u]"
