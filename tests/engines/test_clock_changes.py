"""Times drawn densely around both clock changes, with and without an offset, on several engines.

The oracle evaluates every reading of a time in the hour that occurs twice with ``zoneinfo``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

import swm_kpi as kpi
from swm_kpi import AverageStock, Count, Duration, PeriodEndStock, Proportion, Unit, Uptime
from swm_kpi.expressions import Condition
from tests.support import engines, oracle
from tests.support.oracle_cases import (
    AREA,
    AVERAGES,
    CONTRACTS,
    VISIT,
    Outage,
    Snapshot,
    Visit,
    agreement_settings,
    build_metric,
    cells_of,
    compute,
    differences,
    polars_type,
)

pytestmark = list(engines.IGNORED_WARNINGS)

AGREEMENT = agreement_settings()
MONTHS = kpi.periods("2024-03", "2024-04", "2024-10", "2024-11")
LONDON = ZoneInfo("Europe/London")
ZONES = [None, UTC, ZoneInfo("America/New_York")]
TIME_COLUMNS = {
    "visit": ("opened_at", "closed_at"),
    "outage": ("began_at", "ended_at"),
    "snapshot": ("taken_at",),
}
FORMS: dict[str, Callable[[pl.DataFrame], Any]] = {
    "Polars": lambda table: table,
    "pandas": lambda table: table.to_pandas(),
}

# Instants of the two nights, on a grid of ten minutes, and of the days around them by the hour.
INSTANTS = [
    *(datetime(2024, 10, 26, 23, tzinfo=UTC) + timedelta(minutes=10 * n) for n in range(25)),
    *(datetime(2024, 3, 30, 23, 30, tzinfo=UTC) + timedelta(minutes=10 * n) for n in range(20)),
    *(datetime(2024, 10, 26, tzinfo=UTC) + timedelta(hours=n) for n in range(72)),
    *(datetime(2024, 3, 30, tzinfo=UTC) + timedelta(hours=n) for n in range(60)),
]


@st.composite
def nights(draw: st.DrawFn, name: str) -> list[dict[str, Any]]:
    """Draw the rows of a table. Each column of times has an offset in every row, or in none."""
    zones = {column: draw(st.sampled_from(ZONES)) for column in TIME_COLUMNS[name]}

    def time(column: str) -> st.SearchStrategy[datetime]:
        zone = zones[column]
        times = [instant.astimezone(zone or LONDON) for instant in INSTANTS]
        return st.sampled_from(
            times if zone else [local.replace(tzinfo=None, fold=0) for local in times]
        )

    start, end = TIME_COLUMNS[name]
    rows = draw(
        st.lists(
            st.fixed_dictionaries({start: time(start), end: st.none() | time(end)}), max_size=8
        )
    )
    rest: dict[str, Any] = {"system": "radio", "planned": False}
    if name == "visit":
        due = draw(st.sampled_from([datetime(2024, 10, 27).date(), datetime(2024, 3, 31).date()]))
        rest = {"weight": 1.0, "due_on": due}
    return [{**row, **rest, "visit_id": f"v{n}"} for n, row in enumerate(rows)]


def to_frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows as a frame, each column of times in its own zone."""
    series = []
    for key, column in CONTRACTS[name].columns.items():
        values = [row.get(key) for row in rows]
        dtype = polars_type(column, is_aware=False)
        zones = {value.tzinfo for value in values if isinstance(value, datetime)}
        if zones - {None}:
            dtype = pl.Datetime("us", str(zones.pop()))
        series.append(pl.Series(key, values, dtype=dtype))
    return pl.DataFrame(series)


ELAPSED = Visit.opened_at.until(Visit.closed_at)
ATOMS: list[Condition] = [
    *(ELAPSED.between(0, seconds) for seconds in (0, 1_200, 7_200, 86_400)),
    ELAPSED <= 3_600,
    ELAPSED < 7_200,
    ELAPSED > 2_400,
    ELAPSED >= 0,
    ELAPSED == 3_600,
    ELAPSED != 1_200,
    ELAPSED.is_in(0, 1_200, 3_600, 4_800),
    Visit.opened_at <= Visit.closed_at,
    Visit.opened_at > Visit.closed_at,
    Visit.opened_at == Visit.closed_at,
    Visit.closed_at.day() <= Visit.due_on,
    Visit.closed_at >= datetime(2024, 10, 27),
    Visit.closed_at.is_null(),
]
conditions = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.builds(lambda left, right: left & right, inner, inner),
        st.builds(lambda left, right: left | right, inner, inner),
        st.builds(lambda condition: ~condition, inner),
    ),
    max_leaves=3,
)
DURATIONS = [
    Duration(
        key=f"{name}_{unit.value}",
        **VISIT,
        start=Visit.opened_at,
        end=Visit.closed_at,
        average=average,
        unit=unit,
    )
    for name, average in AVERAGES.items()
    for unit in (Unit.SECONDS, Unit.HOURS, Unit.DAYS)
]
UP = Uptime(key="up", of=Outage, at=Outage.began_at, until=Outage.ended_at, system=Outage.system)


def check(metric: kpi.Metric, name: str, rows: Any, build: Callable[[pl.DataFrame], Any]) -> None:
    """Compare the engine with the oracle."""
    actual = cells_of(compute(metric, {name: build(to_frame(name, rows))}, MONTHS, []))
    assert differences(actual, oracle.compute(metric, {name: rows}, MONTHS)) == []


@pytest.mark.parametrize("form", FORMS)
@AGREEMENT
@given(rows=nights("visit"), where=conditions)
def test_conditions_on_times_equal_the_oracle(form, rows, where) -> None:
    """A row counts if the condition is true at both readings, and is undecided if they differ."""
    metric = build_metric(
        [
            Count(key="visits", **VISIT, where=where),
            Proportion(key="share", **VISIT, numerator=where),
        ],
        [],
    )
    check(metric, "visit", rows, FORMS[form])


@pytest.mark.parametrize("form", FORMS)
@AGREEMENT
@given(rows=nights("visit"))
def test_durations_equal_the_oracle(form, rows) -> None:
    """Hours are elapsed and days are local, at the earlier reading of each time."""
    check(build_metric(DURATIONS, []), "visit", rows, FORMS[form])


@pytest.mark.parametrize("form", FORMS)
@AGREEMENT
@given(rows=nights("outage"))
def test_uptime_equals_the_oracle(form, rows) -> None:
    """An outage lasts from the earlier reading of its start to that of its end."""
    check(build_metric([UP], []), "outage", rows, FORMS[form])


class Stay(kpi.Contract):
    """One row per stay, in order."""

    began_at = kpi.Column(datetime, description="When it began.")
    ended_at = kpi.Column(datetime, nullable=True, description="When it ended.")
    in_order = kpi.Rule(began_at <= ended_at, "the end is not before the start")
    lasts = kpi.Rule(~(ended_at < began_at), "the start is not after the end")


@pytest.mark.parametrize("form", FORMS)
@AGREEMENT
@given(rows=nights("outage"))
def test_a_rule_of_order_is_broken_if_no_reading_is_in_order(form, rows) -> None:
    """Times with an offset are exact, and are compared as instants."""
    expected = sum(
        row["ended_at"] is not None
        and not any(
            start <= end
            for start in oracle._readings(row["began_at"])
            for end in oracle._readings(row["ended_at"])
        )
        for row in rows
    )
    table = FORMS[form](to_frame("outage", rows))
    report = kpi.validate(table, Stay)
    assert {violation.rows for violation in report.violations} == (
        {expected} if expected else set()
    )


TAKEN: dict[str, Any] = {"of": Snapshot, "at": Snapshot.taken_at, "value": Snapshot.waiting}
WAITING = [
    AverageStock(key="mean", unit=Unit.EVENTS, **TAKEN),
    AverageStock(key="mean_of_lists", unit=Unit.EVENTS, same_rows=False, **TAKEN),
    PeriodEndStock(key="last", unit=Unit.EVENTS, **TAKEN),
]
FIRST = datetime(2024, 10, 26, 23, tzinfo=UTC)


@st.composite
def snapshots_of_the_night(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw snapshots of two areas around the repeated hour, with an offset or without."""
    zone = draw(st.sampled_from(ZONES))
    minutes = st.sampled_from([59, 60, 75, 119, 120, 135, 179, 180, 191])
    rows = draw(
        st.lists(
            st.tuples(minutes, st.sampled_from(["North", "South", None]), st.integers(0, 9)),
            max_size=8,
        )
    )
    taken = [(FIRST + timedelta(minutes=m)).astimezone(zone or LONDON) for m, _, _ in rows]
    if zone is None:
        taken = [time.replace(tzinfo=None, fold=0) for time in taken]
    return [
        {"taken_at": time, "area": area, "waiting": waiting, "flag": None, "case": None}
        for time, (_, area, waiting) in zip(taken, rows, strict=True)
    ]


@pytest.mark.parametrize("form", FORMS)
@AGREEMENT
@given(rows=snapshots_of_the_night())
def test_snapshots_equal_the_oracle(form, rows) -> None:
    """Times with an offset are instants, so that an hour that occurs twice has its snapshots."""
    check(build_metric(WAITING, []), "snapshot", rows, FORMS[form])


class Queue(kpi.Contract):
    """One row per area and moment."""

    taken_at = kpi.Column(datetime, description="When it was taken.")
    area = kpi.Column(str, dimension=AREA, description="Where.")
    waiting = kpi.Column(int, description="How many wait.")
    one_row = kpi.Unique(taken_at, area)


TWO_READINGS = [
    {"taken_at": FIRST + timedelta(hours=hours), "area": area, "waiting": waiting}
    for hours, area, waiting in [
        (1.5, "North", 1), (1.5, "South", 2), (2.5, "North", 4), (2.5, "South", 5),
    ]
]  # fmt: skip


QUEUE: dict[str, Any] = {"of": Queue, "at": Queue.taken_at, "value": Queue.waiting}
WAITING_TWICE = build_metric(
    [
        AverageStock(key="mean", unit=Unit.EVENTS, **QUEUE),
        PeriodEndStock(key="last", unit=Unit.EVENTS, **QUEUE),
    ],
    [AREA],
)


def check_two_readings(table: Any) -> None:
    """Half past one came twice: 3 wait at first, and 9 an hour later."""
    request: dict[str, Any] = {
        "periods": kpi.periods("2024-10"), "by": ["area"],
        "catalogue": kpi.Catalogue([WAITING_TWICE]),
    }  # fmt: skip
    result = kpi.compute(WAITING_TWICE, {"queue": table}, **request)
    values = {(row["measure"], row["area"]): row["value"] for row in result.to_polars().to_dicts()}
    assert values["mean", "North"] == 2.5
    assert values["mean", "All"] == 6
    assert values["last", "All"] == 9


@pytest.mark.parametrize("name", engines.NAMES)
def test_a_key_tells_the_two_readings_of_an_hour_apart(name) -> None:
    """A time with an offset is compared by its instant."""
    check_two_readings(engines.loader(name)("queue", pl.DataFrame(TWO_READINGS)))


def test_a_file_and_a_validated_table_tell_the_two_readings_apart(tmp_path) -> None:
    """Text with an offset is an instant too."""
    rows = pl.DataFrame(TWO_READINGS)
    text = [time.astimezone(LONDON).isoformat() for time in rows["taken_at"]]
    rows.with_columns(pl.Series("taken_at", text)).write_csv(tmp_path / "queue.csv")
    check_two_readings(tmp_path / "queue.csv")
    check_two_readings(rows.to_pandas())
    check_two_readings(kpi.validate(rows, Queue).table)


@pytest.mark.parametrize("form", ["Polars", "DuckDB"])
def test_the_rows_of_the_last_snapshot_are_those_of_its_instant(form) -> None:
    """The rows behind 9 are those of the later reading, also in a table validated before."""
    rows = pl.DataFrame(TWO_READINGS)
    table = rows if form == "Polars" else engines.loader(form)("queue", rows)
    for data in (table, kpi.validate(table, Queue).table):
        behind = kpi.rows(
            WAITING_TWICE.ref, "last", {"queue": data}, period="2024-10",
            catalogue=kpi.Catalogue([WAITING_TWICE]),
        )  # fmt: skip
        assert sorted(behind.frame["waiting"]) == [4, 5]


def test_without_an_offset_the_two_readings_are_one_key(tmp_path) -> None:
    """Nothing tells them apart, so that they are refused as repeated rows."""
    zone = pl.col("taken_at").dt.convert_time_zone("Europe/London").dt.replace_time_zone(None)
    rows = pl.DataFrame(TWO_READINGS).with_columns(zone)
    (violation,) = kpi.validate(rows, Queue).violations
    assert (violation.rule, violation.rows) == ("are not unique together", 2)


@settings(AGREEMENT, max_examples=20)
@given(rows=nights("visit"), outages=nights("outage"), where=conditions)
def test_numbers_on_duckdb_equal_the_oracle(rows, outages, where) -> None:
    """The rule is the same in SQL."""
    load = engines.loader("DuckDB")
    metric = build_metric(
        [
            Count(key="visits", **VISIT, where=where),
            Proportion(key="share", **VISIT, numerator=where),
            *DURATIONS,
        ],
        [],
    )
    check(metric, "visit", rows, partial(load, "visit"))
    check(build_metric([UP], []), "outage", outages, partial(load, "outage"))


@settings(AGREEMENT, max_examples=20)
@given(rows=snapshots_of_the_night())
def test_snapshots_on_duckdb_equal_the_oracle(rows) -> None:
    """The rule is the same in SQL."""
    load = partial(engines.loader("DuckDB"), "snapshot")
    check(build_metric(WAITING, []), "snapshot", rows, load)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("name", engines.NAMES)
def test_a_row_counts_in_its_local_month(name, zone) -> None:
    """Half past midnight on 1 April is in April, whatever the zone of the stored time."""
    local = datetime(2024, 4, 1, 0, 30)
    stored = local.replace(tzinfo=LONDON).astimezone(zone) if zone else local
    rows = [{"opened_at": stored, "closed_at": stored, "visit_id": "v1", "weight": 1.0}]
    if name == "Spark" and zone not in (None, UTC):
        pytest.skip("a timestamp in Spark has no zone of its own")
    table = engines.loader(name)("visit", to_frame("visit", rows))
    metric = build_metric([Count(key="visits", **VISIT)], [])
    result = compute(metric, {"visit": table}, kpi.periods("2024-03", "2024-04"), [])
    assert [row["value"] for row in result.to_polars().to_dicts()] == [0, 1]


@pytest.mark.parametrize("name", engines.NAMES)
def test_a_time_that_the_clocks_skipped_is_refused(name) -> None:
    """No clock showed 01:30 on 31 March 2024. With an offset, every time exists."""
    skipped = datetime(2024, 3, 31, 1, 30)
    for zone, broken in ((None, {("began_at", 1)}), (UTC, set())):
        rows = [{"began_at": skipped.replace(tzinfo=zone), "ended_at": None, "system": "radio"}]
        table = engines.loader(name)("outage", to_frame("outage", rows))
        violations = kpi.validate(table, Stay).violations
        assert {(violation.column, violation.rows) for violation in violations} == broken
