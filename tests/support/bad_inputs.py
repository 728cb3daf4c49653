"""What the tests of bad input share: a table, the ways to hand it over, and what refusing means.

Every text of the table holds ``MARK``. Whatever is refused must be refused by an error of our own
that does not hold it: not in its words, not in its attributes, not in what it came from, and not in
any variable of ours that a traceback keeps. Nothing may print, log or warn of it either.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import (
    Average,
    Column,
    Contract,
    ContractError,
    Count,
    Dimension,
    Direction,
    Duration,
    Example,
    Measure,
    Metric,
    Proportion,
    Result,
    Rule,
    Sum,
    SwmKpiError,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE
from tests.support import engines

MARK = "Q7MARK"
TESTS = Path(__file__).parents[1]
AREA = Dimension("area", "Area", ("North", "South"), description="Where it was.")
Q1 = ["2024/25 Q1"]
WHOLE = ("2024-04-01", "2024-06-30")


class Visit(Contract, row_unit=Unit.CONTACTS):
    """One row per visit."""

    visit_id = Column(str, unique=True, personal=True, str_matches=r"[A-Z0-9]+", description="Key.")
    came_at = Column(datetime, description="When they came.")
    left_at = Column(datetime, nullable=True, label="leaving", description="When they left.")
    day = Column(date, nullable=True, description="The day it was booked.")
    visitor = Column(str, nullable=True, personal=True, description="Who came.")
    code = Column(str, nullable=True, str_matches=r"[0-9]{3}", description="A code.")
    grade = Column(str, isin=("low", "high"), nullable=True, description="Its grade.")
    area = Column(str, dimension=AREA, nullable=True, description="Its area.")
    people = Column(int, nullable=True, ge=0, description="How many came.")
    cost = Column(float, nullable=True, decimals=2, description="What it cost.")
    urgent = Column(bool, nullable=True, label="urgency", description="Whether it was urgent.")

    in_order = Rule(left_at >= came_at, "they do not leave before they come")


VISIT: Any = {"of": Visit, "at": Visit.came_at}
VISITS = Count(key="visits", **VISIT)
URGENT = Proportion(key="urgent", **VISIT, numerator=Visit.urgent)
MINUTES = Duration(
    key="minutes",
    **VISIT,
    start=Visit.came_at,
    end=Visit.left_at,
    average=Average.MEAN,
    unit=Unit.MINUTES,
)
EVERYTHING = (
    VISITS,
    URGENT,
    MINUTES,
    Count(key="booked", of=Visit, at=Visit.day),
    Count(key="visitors", **VISIT, distinct=Visit.visitor),
    Count(key="coded", **VISIT, where=(Visit.code == "007") | (Visit.grade == "low")),
    Sum(key="people", **VISIT, value=Visit.people, unit=Unit.PEOPLE),
    Sum(key="cost", **VISIT, value=Visit.cost, unit=Unit.POUNDS),
)
"""Measures that read every column."""


def rows(**changes: Sequence[Any]) -> dict[str, list[Any]]:
    """Three visits that keep the contract, with some columns changed."""
    right: dict[str, list[Any]] = {
        "visit_id": [f"{MARK}{number}" for number in (1, 2, 3)],
        "came_at": [datetime(2024, 4, 1, 9), datetime(2024, 5, 6, 12), datetime(2024, 6, 30, 23)],
        "left_at": [datetime(2024, 4, 1, 9, 30), None, datetime(2024, 6, 30, 23, 10)],
        "day": [date(2024, 4, 1), None, date(2024, 6, 30)],
        "visitor": [f"{MARK} Ann", f"{MARK} Bob", f"{MARK} Cy"],
        "code": ["007", None, "010"],
        "grade": ["low", None, "high"],
        "area": ["South", "North", "South"],
        "people": [1, None, 3],
        "cost": [1.5, None, 2.0],
        "urgent": [True, None, False],
    }
    return right | {name: list(values) for name, values in changes.items()}


# The ways to hand a table over


def polars(columns: Mapping[str, Any]) -> pl.DataFrame:
    """As Polars has it; values of several types are Python objects."""
    made = []
    for name, values in columns.items():
        kinds = {type(value) for value in values if value is not None}
        has_one_type = len(kinds) <= 1
        made.append(
            pl.Series(name, values) if has_one_type else pl.Series(name, values, dtype=pl.Object)
        )
    return pl.DataFrame(made)


def pandas(columns: Mapping[str, Any]) -> pd.DataFrame:
    """As pandas has it; whole numbers and truths with gaps in its nullable types."""
    made = {}
    for name, values in columns.items():
        kinds = {type(value) for value in values if value is not None}
        gaps = any(value is None for value in values)
        nullable = {int: "Int64", bool: "boolean"}.get(next(iter(kinds), str)) if gaps else None
        if kinds == {datetime} and all(value is None or value.tzinfo is None for value in values):
            made[name] = pd.Series(values, dtype="datetime64[us]")
        else:
            made[name] = pd.Series(values, dtype=nullable if len(kinds) == 1 else object)
    return pd.DataFrame(made)


def duckdb(columns: Mapping[str, Any]) -> Any:
    """As DuckDB has it."""
    return engines.loader("DuckDB")("visit", polars(columns))


def spark(columns: Mapping[str, Any]) -> Any:
    """As Spark has it."""
    return engines.loader("Spark")("visit", polars(columns))


Give = Callable[[Mapping[str, Any]], Any]
HERE: tuple[Give, ...] = (pandas, polars)
TABLES: tuple[Give, ...] = (*HERE, duckdb)
EVERYWHERE: tuple[Give, ...] = (*TABLES, spark)


def case(number: int, /, *data: Any, name: str = "give", **named: Any) -> pytest.MarkDecorator:
    """Say which of the numbered cases a test is, and what it is tried on."""
    values = [(getattr(item, "__name__", str(item)), item) for item in data] + [*named.items()]
    return pytest.mark.parametrize(
        name, [pytest.param(each, id=f"{number:02}-{words}") for words, each in values]
    )


# What is asked of it


def metric(*measures: Measure, **fields: Any) -> Metric:
    """Declare a metric that is in no catalogue."""
    expect = {measure.key: 0 for measure in measures}
    first = next(iter(measures[0].contract.columns))
    return Metric(
        **{
            "ref": "T1",
            "key": "test_metric",
            "title": "A test",
            "objective": SECURE,
            "summary": "A metric for a test.",
            "measures": measures,
            "dimensions": [AREA],
            "direction": Direction.NEUTRAL,
            "availability": kpi.catalogue()["15"].availability,
            "limitations": "Not real.",
            "examples": [Example(rows=f"| {first} |", expect=expect, edge_case="None.")],
            **fields,
        }
    )


def compute(
    argument: Any, *measures: Measure, periods: Any = Q1, made: Metric | None = None, **options: Any
) -> Result:
    """Compute measures from the visits, which cover the first quarter."""
    made = made or metric(*(measures or (VISITS, URGENT, MINUTES)))
    data = argument if isinstance(argument, dict) else {"visit": argument}
    options = {"coverage": {"visit": WHOLE}, **options}
    return kpi.compute([made], data, periods=periods, catalogue=kpi.Catalogue([made]), **options)


def cells(result: Result, measure: str, name: str = "value") -> list[Any]:
    """Return one column of a measure's rows, in order."""
    return result.to_polars().filter(measure=measure)[name].to_list()


# What refusing means


def assert_quiet(error: BaseException) -> None:
    """No text of the table is in an error, in what it holds, or in what a traceback keeps."""
    texts = [str(error), repr(error), repr(error.args), repr(vars(error))]
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or each in seen:
            continue
        seen.append(each)
        waiting += [each.__cause__, each.__context__]
        texts += traceback.format_exception_only(each)
        for frame, _ in traceback.walk_tb(each.__traceback__):
            # The variables of the tests are the tests' own; all others would be ours to answer for.
            if TESTS not in Path(frame.f_code.co_filename).parents:
                texts += [repr(value) for value in frame.f_locals.values()]
    for text in texts:
        assert MARK not in text


@contextmanager
def refused(kind: type[SwmKpiError], match: str = "") -> Iterator[None]:
    """Expect an error of our own that tells nothing of the table."""
    caught = None
    try:
        yield
    except SwmKpiError as error:
        caught = error
    assert caught is not None, "nothing was refused"
    assert isinstance(caught, kind), repr(caught)
    assert re.search(match, str(caught)), str(caught)
    assert_quiet(caught)


def broken(data: Any) -> set[tuple[str, str, int]]:
    """Check a table, compute from it, and return what both refuse: column, rule, rows."""
    report = kpi.validate(data, Visit)
    assert MARK not in str(report) + repr(report)
    with refused(ContractError):
        _ = report.table
    with refused(ContractError):
        compute(data, *EVERYTHING, by=["area"])
    return {(violation.column, violation.rule, violation.rows) for violation in report.violations}


@pytest.fixture
def nothing_is_told(
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    recwarn: pytest.WarningsRecorder,
) -> Iterator[None]:
    """Hold a test to telling nothing of its table on a screen, in a log or in a warning.

    Spark's own client logs whatever passes on its wire, at DEBUG: that is Spark's to silence.
    """
    caplog.set_level(logging.DEBUG)
    yield
    out, err = capfd.readouterr()
    warned = " ".join(str(item.message) for item in recwarn.list)
    logged = " ".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("py4j")
    )
    assert MARK not in out + err + logged + warned
