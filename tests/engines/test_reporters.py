"""Tables with several reporters, some of which sent nothing, or part of a month.

The reference looks at one cell at a time, and walks through the days of its period.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

import swm_kpi as kpi
from swm_kpi import Column, Contract, Count, Coverage, Dimension, PeriodEndStock, Unit
from tests.support import engines
from tests.support.months_of_2024 import build_metric

pytestmark = list(engines.IGNORED_WARNINGS)

FIRST, LAST = date(2024, 4, 1), date(2024, 6, 30)
DAY = timedelta(days=1)
MONTHS = kpi.periods("2024-04-01", "2024-06-30", grain="month")
AREA_OF = {"n1": "North", "n2": "North", "s1": "South", "w1": "West"}
AREAS = ("North", "South", "West")
AREA = Dimension("area", "Area", AREAS, description="Who reports.")
SITE = Dimension("site", "Site", tuple(AREA_OF), description="Where, in an area.")


class Errand(Contract, row_unit=Unit.EVENTS):
    """One row per errand."""

    began_at = Column(datetime, description="When it began.")
    ended_at = Column(datetime, nullable=True, description="When it ended.")
    area = Column(str, dimension=AREA, description="Who reports it.")
    site = Column(str, dimension=SITE, description="Where it is.")


METRIC = build_metric(
    [
        Count(key="began", of=Errand, at=Errand.began_at),
        PeriodEndStock(key="open", of=Errand, at=Errand.began_at, until=Errand.ended_at),
    ],
    [AREA, SITE],
    "| began_at | area | site |\n| 2024-04-01 | North | n1 |",
)


@dataclass(frozen=True)
class Extract:
    """Rows of sites, and which days each area says that it sent.

    Attributes:
        rows: the day each errand began, the day it ended, and its site.
        sent: the days of each area that reports.
        optional: the areas that a total does not wait for.
        as_at: the day of extraction, if it is stated.
    """

    rows: tuple[tuple[date, date | None, str], ...]
    sent: dict[str, set[date]]
    optional: frozenset[str]
    as_at: date | None


days = st.dates(FIRST, LAST)
ends_of_months = st.sampled_from([date(2024, 4, 30), date(2024, 5, 31), date(2024, 6, 15), LAST])


@st.composite
def extracts(draw: st.DrawFn) -> Extract:
    rows = draw(
        st.lists(st.tuples(days, st.none() | days, st.sampled_from([*AREA_OF])), max_size=12)
    )
    reporters = draw(st.sets(st.sampled_from(AREAS), min_size=1))
    sent = {}
    for name in sorted(reporters):
        first = draw(st.sampled_from([FIRST, date(2024, 5, 1), date(2024, 5, 10)]))
        last = draw(st.none() | ends_of_months)
        sent[name] = set() if last is None or last < first else days_between(first, last)
    return Extract(
        tuple((began, ended and max(began, ended), site) for began, ended, site in rows),
        sent,
        draw(st.frozensets(st.sampled_from(AREAS), max_size=2)),
        draw(st.none() | days),
    )


def days_between(first: date, last: date) -> set[date]:
    return {first + timedelta(days=number) for number in range((last - first).days + 1)}


def spans_of(sent: set[date]) -> list[tuple[date, date]]:
    return [(min(sent), max(sent))] if sent else []


def table_of(extract: Extract) -> pl.DataFrame:
    def noon(day: date | None) -> datetime | None:
        return None if day is None else datetime(day.year, day.month, day.day, 12)

    return pl.DataFrame(
        [(noon(b), noon(e), AREA_OF[site], site) for b, e, site in extract.rows],
        schema={"began_at": pl.Datetime, "ended_at": pl.Datetime, "area": pl.String,
                "site": pl.String},
        orient="row",
    )  # fmt: skip


def expected(
    extract: Extract, measure: str, period: kpi.Period, area: str, site: str
) -> tuple[int | None, str]:
    """Return the number and the marker of a cell."""
    if extract.as_at is not None and extract.as_at <= period.start:
        return None, "[x]"
    reporter = area if area in AREAS else AREA_OF.get(site)
    required = [name for name in extract.sent if name not in extract.optional]
    needed = [reporter] if reporter else required or list(extract.sent)
    extents = {extent(extract.sent.get(name, set()), period, measure) for name in needed}
    if extents == {"none"}:
        return None, "[x]"
    last = period.end if extract.as_at is None else min(period.end, extract.as_at)
    here = [
        (began, ended)
        for began, ended, place in extract.rows
        if area in ("All", AREA_OF[place]) and site in ("All", place)
    ]
    if measure == "began":
        count = sum(period.start <= began <= last for began, _ in here)
    else:
        count = sum(began <= last and (ended is None or ended > last) for began, ended in here)
    is_cut = extract.as_at is not None and extract.as_at <= period.end
    return count, "[p]" if extents != {"whole"} or is_cut else ""


def extent(sent: set[date], period: kpi.Period, measure: str) -> str:
    """Return how much of a period somebody sent; of a stock its last day is enough."""
    if measure == "open" and period.end in sent:
        return "whole"
    of_period = days_between(period.start, period.end)
    return "whole" if of_period <= sent else "part" if of_period & sent else "none"


def cells(extract: Extract) -> Iterator[tuple[tuple[str, str, str, str], tuple[int | None, str]]]:
    """Yield the key of each cell, and what is expected in it."""
    for measure, period, area, site in product(
        ("began", "open"), MONTHS, (*AREAS, "All"), (*AREA_OF, "All")
    ):
        key = (measure, period.label, area, site)
        yield key, expected(extract, measure, period, area, site)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Polars", "DuckDB"])
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(extract=extracts())
def test_a_cell_is_covered_by_its_own_reporter(name, extract) -> None:
    """Who sent nothing is not available, and a total without somebody's days is provisional."""
    table = table_of(extract)
    coverage = Coverage(
        reporter="area",
        by_reporter={name: spans_of(sent) for name, sent in extract.sent.items()},
        belongs_to={"site": AREA_OF},
        optional=extract.optional,
    )
    result = kpi.compute(
        [METRIC],
        {"errand": table if name == "Polars" else engines.loader(name)("errand", table)},
        periods=MONTHS,
        by=["area", "site"],
        as_at=extract.as_at,
        coverage={"errand": coverage},
        catalogue=kpi.Catalogue([METRIC]),
    )
    names = ("measure", "period", "area", "site")
    actual: dict[Any, Any] = {
        tuple(row[name] for name in names): (row["value"], row["marker"])
        for row in result.to_polars().to_dicts()
    }
    wanted = dict(cells(extract))
    assert {key: cell for key, cell in actual.items() if wanted[key] != cell} == {}
    assert actual.keys() == wanted.keys()
