"""Uptime is compared with a plain count of the quarters of an hour that were lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import (
    Column,
    Contract,
    Dimension,
    Period,
    Unit,
    Uptime,
)
from tests.support import engines
from tests.support.months_of_2024 import PERIODS, build_metric, cells_of
from tests.support.small_tables import is_unrecorded

LONDON = ZoneInfo("Europe/London")
TICK = timedelta(minutes=15)
SYSTEMS = ("Custody", "Phones", "Records")
SYSTEM = Dimension("system", "System", description="What was down.")


class Failure(Contract, row_unit=Unit.OUTAGES):
    """One row per failure."""

    began_at = Column(datetime, description="When it began.")
    ended_at = Column(datetime, nullable=True, description="When it ended.")
    system = Column(str, dimension=SYSTEM, nullable=True, description="What failed.")
    planned = Column(bool, nullable=True, description="Whether it was announced.")


FAILURES = build_metric(
    [
        Uptime(
            key="up",
            of=Failure,
            at=Failure.began_at,
            until=Failure.ended_at,
            system=Failure.system,
        ),
        Uptime(
            key="up_unplanned",
            of=Failure,
            at=Failure.began_at,
            until=Failure.ended_at,
            system=Failure.system,
            where=~Failure.planned,
        ),
    ],
    [SYSTEM],
    "| began_at | system |\n| 2024-01-01 | Phones |",
)


@dataclass(frozen=True)
class FailureRow:
    """One outage, in quarters of an hour since 1970 in UTC."""

    began: int
    length: int | None
    system: str | None
    planned: bool | None


def tick(moment: datetime) -> int:
    """Number a quarter of an hour."""
    return int(moment.timestamp()) // int(TICK.total_seconds())


def edges(period: Period) -> tuple[int, int]:
    """Return the first quarter of an hour of a period, and the first after it."""
    first = datetime(period.start.year, period.start.month, period.start.day, tzinfo=LONDON)
    stop = datetime(period.stop.year, period.stop.month, period.stop.day, tzinfo=LONDON)
    return tick(first), tick(stop)


JANUARY, NOVEMBER = (tick(datetime(2024, month, 20, tzinfo=UTC)) for month in (1, 11))
CHANGES = [tick(datetime(2024, 3, 31, 0, 30, tzinfo=UTC)), tick(datetime(2024, 10, 27, tzinfo=UTC))]
EDGES = [quarter for period in PERIODS for quarter in edges(period)]
moments = st.integers(JANUARY, NOVEMBER) | st.sampled_from(
    [quarter + step for quarter in (*CHANGES, *EDGES) for step in (-1, 0, 1)]
)
failure_rows = st.lists(
    st.builds(
        FailureRow,
        moments,
        st.none() | st.integers(0, 12) | st.integers(0, 9_000),
        st.none() | st.sampled_from(SYSTEMS),
        st.none() | st.booleans(),
    ),
    max_size=10,
)


@pytest.mark.slow
@settings(max_examples=5, deadline=None)
@given(failure_rows, st.sampled_from(["UTC", "Europe/London", "Asia/Tokyo"]))
def test_uptime_equals_a_count_of_the_quarters_of_an_hour_not_lost(
    rows: list[FailureRow], zone: str
) -> None:
    """A quarter of an hour in several outages of a system is lost once."""
    frame = pl.DataFrame(
        {
            "began_at": [_moment(row.began) for row in rows],
            "ended_at": [_moment(_end(row)) for row in rows],
            "system": [row.system for row in rows],
            "planned": [row.planned for row in rows],
        },
        schema={
            "began_at": pl.Datetime("us", "UTC"),
            "ended_at": pl.Datetime("us", "UTC"),
            "system": pl.String,
            "planned": pl.Boolean,
        },
    ).with_columns(pl.col("began_at", "ended_at").dt.convert_time_zone(zone))
    systems = {row.system for row in rows if row.system is not None}
    by_system = cells_of(FAILURES, "failure", frame, ["system"])
    in_total = cells_of(FAILURES, "failure", frame, [])
    for period in PERIODS:
        first, stop = edges(period)
        for key in ("up", "up_unplanned"):
            lost: dict[str, set[int]] = {system: set() for system in systems}
            for row in rows:
                if row.system is None:
                    continue
                if key == "up_unplanned" and row.planned is not False:
                    continue
                end = _end(row)
                ticks = range(max(row.began, first), min(stop if end is None else end, stop))
                lost[row.system].update(ticks)
            for system, ticks_lost in lost.items():
                share = 1 - len(ticks_lost) / (stop - first)
                cell = by_system[key, period.label, system]
                assert is_unrecorded(cell) or cell["value"] == pytest.approx(share)
            all_ticks = len(systems) * (stop - first)
            totals = [by_system[key, period.label, "All"], in_total[key, period.label]]
            for total in totals:
                if is_unrecorded(total):
                    continue
                if not systems:
                    assert (total["value"], total["marker"]) == (None, "[z]")
                    continue
                up = all_ticks - sum(map(len, lost.values()))
                assert total["value"] == pytest.approx(up / all_ticks)
                assert total["numerator"] == pytest.approx(up * TICK.total_seconds())
                assert total["denominator"] == pytest.approx(all_ticks * TICK.total_seconds())


def _end(row: FailureRow) -> int | None:
    return None if row.length is None else row.began + row.length


def _moment(number: int | None) -> datetime | None:
    return None if number is None else datetime.fromtimestamp(number * 900, UTC)


@pytest.mark.parametrize("engine", ["Polars", "DuckDB"])
def test_a_system_without_an_outage_of_a_priority_was_up(engine: str) -> None:
    """A breakdown that is not of systems does not change how many systems there are."""
    outages = pl.DataFrame(
        {
            "outage_id": ["1", "2"],
            "system": ["Phones", "Records"],
            "started_at": [datetime(2024, 6, 1), datetime(2024, 6, 1)],
            "ended_at": [datetime(2024, 6, 16), datetime(2024, 6, 4)],
            "planned": [False, False],
            "priority": ["1", "2"],
        }
    )
    data = outages if engine == "Polars" else engines.loader(engine)("outage", outages)
    result = kpi.compute(
        ["47"],
        {"outage": data},
        periods=["2024-06"],
        by=["system", "priority"],
        coverage={"outage": ("2024-06-01", "2024-06-30")},
    )
    rows = result.to_polars().filter(pl.col("measure") == "availability")
    cells = {
        row[:2]: row[2:] for row in rows.select("system", "priority", "value", "marker").rows()
    }
    assert cells["Phones", "1"] == (0.5, "")
    assert cells["Phones", "2"] == (1.0, "")
    assert cells["Records", "1"] == (1.0, "")
    assert cells["Records", "2"] == (0.9, "")
    assert cells["All", "1"] == (0.75, "")
    assert cells["All", "3"] == (1.0, "")
