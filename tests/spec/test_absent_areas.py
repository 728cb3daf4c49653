"""Periods in which an area does not exist, and periods in which it begins or ends."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from tests.support.engines import IGNORED_WARNINGS, loader
from tests.support.small_tables import build_metric

pytestmark = list(IGNORED_WARNINGS)

LPA = kpi.Dimension("lpa", "Area", ("Plan",), description="Where it is.", is_area=True)
FIRST, LAST, NEVER = date(2024, 3, 1), date(2024, 5, 31), date.max
MONTHS = kpi.periods("2024-03-01", "2024-05-31", grain="month")
SNAPSHOTS = [FIRST + timedelta(days) for days in range(0, 92, 7)]


class Log(kpi.Contract, row_unit=kpi.Unit.INCIDENTS):
    """One row per log."""

    opened = kpi.Column(date, description="The day it was opened.")
    closed = kpi.Column(date, nullable=True, description="The day it was closed.")
    minutes = kpi.Column(int, ge=0, description="Minutes of work.")
    urgent = kpi.Column(bool, description="Whether it was urgent.")
    caller = kpi.Column(str, personal=True, description="Who called.")
    weight = kpi.Column(float, gt=0, description="How much the answer counts.")
    lpa = kpi.Column(str, dimension=LPA, nullable=True, description="Where it was.")


class Queue(kpi.Contract):
    """One row per snapshot and area."""

    taken = kpi.Column(date, description="The day of the snapshot.")
    lpa = kpi.Column(str, dimension=LPA, description="Where they wait.")
    waiting = kpi.Column(int, ge=0, description="How many wait.")

    one_row_each = kpi.Unique(taken, lpa)


class People(kpi.Contract):
    """One row per year and area."""

    mid_year = kpi.Column(int, description="The year.")
    lpa = kpi.Column(str, dimension=LPA, description="The area.")
    residents = kpi.Column(int, ge=0, description="How many live there.")


BACK = kpi.Assumption(key="back", value=1, since="2024-04-01", because="A test.")
FEWEST = kpi.Assumption(key="fewest", value=1, since="2024-04-01", because="A test.")
OPENED: dict[str, Any] = {"of": Log, "at": Log.opened}
METRIC = build_metric(
    kpi.Count(key="opened", **OPENED),
    kpi.Count(key="closed", of=Log, at=Log.closed),
    kpi.Proportion(key="urgent", **OPENED, numerator=Log.urgent),
    kpi.Sum(key="work", **OPENED, value=Log.minutes, unit=kpi.Unit.MINUTES),
    kpi.Mean(key="mean", **OPENED, value=Log.minutes, unit=kpi.Unit.MINUTES),
    kpi.Rate(key="rate", of="opened", per=People.residents, scale=1_000),
    *(
        kpi.Duration(
            key=f"{average.value.replace(' ', '_')}_days",
            **OPENED,
            start=Log.opened,
            end=Log.closed,
            average=average,
            unit=kpi.Unit.DAYS,
        )
        for average in (kpi.Average.MEAN, kpi.Average.MEDIAN)
    ),
    kpi.RepeatRate(key="again", **OPENED, who=Log.caller, lookback=BACK),
    kpi.Distribution(key="spread", **OPENED, over=LPA),
    kpi.SurveyProportion(
        key="content",
        **OPENED,
        valid=Log.minutes > 1,
        favourable=Log.urgent,
        weight=Log.weight,
        min_answers=FEWEST,
    ),
    kpi.PeriodEndStock(key="open", of=Log, at=Log.opened, until=Log.closed),
    kpi.PeriodEndStock(
        key="last", of=Queue, at=Queue.taken, value=Queue.waiting, unit=kpi.Unit.INCIDENTS
    ),
    kpi.AverageStock(
        key="waiting", of=Queue, at=Queue.taken, value=Queue.waiting, unit=kpi.Unit.INCIDENTS
    ),
    dimensions=[LPA],
)


OF_ROWS = ("mean_days", "median_days", "again", "spread", "content")


@dataclass(frozen=True)
class Case:
    """Areas, one that ends and one that begins, and the logs in them."""

    ends: date
    begins: date
    logs: Sequence[tuple[date, int | None, int, bool, str | None]]

    @property
    def areas(self) -> kpi.Areas:
        above = {"level": "lpa", "parent": "F"}
        return kpi.Areas(
            [
                {"code": "F", "name": "Force", "level": "force"},
                {"code": "A", "name": "Always", **above},
                {"code": "E", "name": "Ended", **above, "valid_to": self.ends},
                {"code": "B", "name": "Begun", **above, "valid_from": self.begins},
            ]
        )

    def exists(self, area: str, first: date, last: date) -> bool:
        return not (
            (area == "Ended" and first > self.ends) or (area == "Begun" and last < self.begins)
        )

    @cached_property
    def frames(self) -> dict[str, pl.DataFrame]:
        rows = [
            (day, None if days is None else day + timedelta(days), minutes, urgent, area)
            for day, days, minutes, urgent, area in self.logs
            if area is None or self.exists(area, day, day)
        ]
        logs = pl.DataFrame(rows, schema=dict.fromkeys(("opened", "closed"), pl.Date) | {
            "minutes": pl.Int64, "urgent": pl.Boolean, "lpa": pl.String}, orient="row")  # fmt: skip
        minutes = pl.col("minutes")
        logs = logs.with_columns(
            caller=pl.format("c{}", minutes % 4), weight=(minutes % 3 + 1).cast(pl.Float64)
        )
        names = ("Always", "Ended", "Begun")
        waiting = [
            (day, name, 2 + number)
            for day in SNAPSHOTS
            for number, name in enumerate(names)
            if self.exists(name, day, day)
        ]
        middle = date(2024, 6, 30)
        people = [(2024, name, 1000) for name in names if self.exists(name, middle, middle)]
        return {
            "log": logs,
            "queue": pl.DataFrame(waiting, schema=["taken", "lpa", "waiting"], orient="row"),
            "people": pl.DataFrame(people, schema=["mid_year", "lpa", "residents"], orient="row"),
        }

    @cached_property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        return {name: frame.to_dicts() for name, frame in self.frames.items()}

    def compute(self, data: Any = None, *by: str) -> pl.DataFrame:
        return kpi.compute(
            ["T1"],
            data if data is not None else self.frames,
            periods=MONTHS,
            by=list(by),
            coverage=dict.fromkeys(("log", "queue"), (FIRST, LAST)),
            catalogue=kpi.Catalogue([METRIC]).with_areas(self.areas),
        ).to_polars()

    def expected(self, measure: str, area: str, first: date, last: date) -> float | str | None:
        """Return the number, ``[z]`` or, where this says nothing, None."""
        rows = [row for row in self.rows["log"] if area in ("All", row["lpa"])]
        queue = [row for row in self.rows["queue"] if area in ("All", row["lpa"])]
        latest = max(day for day in SNAPSHOTS if first <= day <= last)
        is_there = area == "All" or self.exists(area, first, last)
        value: float | None
        match measure:
            case "closed":
                value = count = sum(first <= (row["closed"] or NEVER) <= last for row in rows)
            case "open":
                value = count = sum(
                    row["opened"] <= last and (row["closed"] or NEVER) > last for row in rows
                )
                is_there = area == "All" or self.exists(area, last, last)
            case "last" | "waiting":
                is_last = measure == "last"
                inside = [
                    row
                    for row in queue
                    if (row["taken"] == latest if is_last else first <= row["taken"] <= last)
                ]
                count = len({row["taken"] for row in inside})
                value = sum(row["waiting"] for row in inside) / max(count, 1)
                if is_last:
                    is_there = area == "All" or self.exists(area, latest, latest)
            case _:
                inside = [row for row in rows if first <= row["opened"] <= last]
                count = len(inside)
                if measure in OF_ROWS:
                    value = self.of_rows(measure, inside, area, first, last)
                    return "[z]" if not count and not is_there else value
                minutes = sum(row["minutes"] for row in inside)
                value = {
                    "opened": count,
                    "urgent": sum(row["urgent"] for row in inside) / max(count, 1),
                    "work": minutes,
                    "mean": minutes / max(count, 1),
                    "rate": None,
                }[measure]
        if not count and not is_there:
            return "[z]"
        return value if count else None

    def of_rows(
        self, measure: str, inside: list[dict[str, Any]], area: str, first: date, last: date
    ) -> float | None:
        """Return a duration, a repeat rate, a share of a distribution or of a survey."""
        every = self.rows["log"]
        match measure:
            case "mean_days" | "median_days":
                days = [(row["closed"] - row["opened"]).days for row in inside if row["closed"]]
                average = statistics.mean if measure == "mean_days" else statistics.median
                return average(days) if days else None
            case "again":
                people = {row["caller"] for row in inside}
                again = {
                    row["caller"]
                    for row in inside
                    for other in every
                    if other["caller"] == row["caller"]
                    and months_before(row["opened"]) <= other["opened"] < row["opened"]
                }
                return len(again) / len(people) if people else None
            case "spread":
                named = [row for row in every if row["lpa"] and first <= row["opened"] <= last]
                here = [row for row in named if area in ("All", row["lpa"])]
                return len(here) / len(named) if named else None
            case _:
                valid = [row for row in inside if row["minutes"] > 1]
                content = sum(row["weight"] for row in valid if row["urgent"])
                return content / sum(row["weight"] for row in valid) if valid else None


def months_before(day: date) -> date:
    """Return the same day of the month before, or the last of a shorter month."""
    last = date(day.year, day.month, 1) - timedelta(days=1)
    return last.replace(day=min(day.day, last.day))


logs = st.tuples(
    st.dates(FIRST, LAST),
    st.one_of(st.none(), st.integers(0, 60)),
    st.integers(0, 9),
    st.booleans(),
    st.sampled_from(["Always", "Ended", "Begun", None]),
)
cases = st.builds(
    Case, st.dates(FIRST, LAST), st.dates(FIRST, LAST), st.lists(logs, min_size=1, max_size=14)
)


def check(case: Case, frame: pl.DataFrame) -> None:
    periods = {period.label: period for period in MONTHS}
    for row in frame.to_dicts():
        if row["lpa"] == "Unknown":
            continue
        period = periods[row["period"]]
        expected = case.expected(row["measure"], row["lpa"], period.start, period.end)
        is_absent = "does not exist in the period." in row["note"]
        if row["marker"] == "[x]" and "is blank in every row" in row["note"]:
            continue
        if expected == "[z]":
            numbers = [row[name] for name in ("value", "numerator", "denominator", "at_most")]
            assert (row["marker"], numbers, is_absent) == ("[z]", [None] * 4, True), row
        else:
            assert not is_absent or "on another day of theirs" in row["note"], row
        if isinstance(expected, float | int) and row["marker"] != "[x]":
            assert row["value"] == pytest.approx(expected), row


@settings(max_examples=8, deadline=None)
@given(cases)
def test_an_area_has_no_number_in_a_period_in_which_it_does_not_exist(case: Case) -> None:
    check(case, case.compute(None, "lpa"))


CASE = Case(
    date(2024, 4, 14),
    date(2024, 4, 15),
    [
        (date(2024, 3, 5), None, 3, True, "Ended"),
        (date(2024, 4, 10), 40, 3, True, "Ended"),
        (date(2024, 4, 20), 1, 5, False, "Begun"),
        (date(2024, 5, 20), 1, 5, False, "Always"),
    ],
)


def cell(frame: pl.DataFrame, measure: str, period: str, lpa: str) -> dict[str, Any]:
    (row,) = frame.filter(measure=measure, period=period, lpa=lpa).to_dicts()
    return row


def test_what_counts_in_a_period_of_change_is_said() -> None:
    frame = CASE.compute(None, "lpa")
    check(CASE, frame)
    april = cell(frame, "opened", "2024-04", "Ended")
    assert (april["value"], april["marker"]) == (1, "")
    assert "Ended exists until 14 April 2024." in april["note"]
    assert "Begun exists from 15 April 2024." in cell(frame, "opened", "2024-04", "Begun")["note"]
    later = cell(frame, "closed", "2024-05", "Ended")
    assert later["value"] == 1
    assert "The rows here were in it on another day of theirs." in later["note"]
    assert cell(frame, "opened", "2024-05", "Ended")["marker"] == "[z]"
    assert cell(frame, "last", "2024-04", "Ended")["marker"] == "[z]"
    assert cell(frame, "waiting", "2024-04", "Ended")["value"] == 3
    # A snapshot is complete with the areas of its day.
    assert cell(frame, "waiting", "2024-04", "All")["value"] == pytest.approx((2 * 5 + 2 * 6) / 4)


def test_totals_are_those_without_a_breakdown() -> None:
    totals = CASE.compute(None, "lpa").filter(lpa="All").drop("lpa")
    columns = ["measure", "period", "value", "marker"]
    assert totals.select(columns).equals(CASE.compute().select(columns))


def test_every_engine_says_the_same() -> None:
    load = loader("DuckDB")
    data = {name: load(name, frame) for name, frame in CASE.frames.items()}
    assert CASE.compute(data, "lpa").equals(CASE.compute(None, "lpa"))


def test_an_absent_area_is_a_known_zero_for_disclosure_control() -> None:
    """The quarter less the other month would reveal the month, if the third could be anything."""
    areas = Case(date(2024, 4, 30), date(2024, 5, 1), []).areas
    counts = {("Ended", 3): 3, ("Ended", 4): 40, ("Always", 3): 30, ("Always", 4): 31}
    counts |= {("Always", 5): 32, ("Begun", 5): 50}
    rows = [
        (date(2024, month, 5), None, 1, True, area)
        for (area, month), number in counts.items()
        for _ in range(number)
    ]
    metric = build_metric(kpi.Count(key="opened", **OPENED), dimensions=[LPA])
    result = kpi.compute(
        ["T1"],
        {"log": Case(date(2024, 4, 30), date(2024, 5, 1), rows).frames["log"]},
        periods=[*MONTHS, kpi.Period(kpi.Grain.ROLLING_12, date(2023, 6, 1), LAST)],
        by=["lpa"],
        coverage={"log": (date(2023, 6, 1), LAST)},
        catalogue=kpi.Catalogue([metric]).with_areas(areas),
    )
    for show_zeros in (True, False):
        policy = kpi.DisclosurePolicy(threshold=5, rounding_base=1, show_zeros=show_zeros)
        frame = result.protect(policy).to_polars()
        assert cell(frame, "opened", "2024-05", "Ended")["marker"] == "[z]"
        assert cell(frame, "opened", "2024-03", "Ended")["marker"] == "[c]"


def test_no_change_is_computed_from_a_period_without_the_area() -> None:
    result = kpi.compute(
        ["T1"],
        CASE.frames,
        periods=MONTHS,
        by=["lpa"],
        coverage=dict.fromkeys(("log", "queue"), (FIRST, LAST)),
        catalogue=kpi.Catalogue([METRIC]).with_areas(CASE.areas),
    )
    changes = result.compare("previous_period").to_polars()
    row = cell(changes, "opened", "2024-05", "Ended")
    assert row["change"] is None
    assert row["change_note"] == "Not compared: the area does not exist: 2024-05."
