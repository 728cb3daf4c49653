"""Support for the tests of bad input: a table, the forms of a table, and checks of errors.

Every text of the table contains ``MARKER``. Bad input must raise an error of the library that does
not contain it: not in its message, its attributes, its causes, or the variables that its traceback
keeps. It must not be printed or logged, and no warning may contain it.
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

MARKER = "Q7MARK"
TESTS = Path(__file__).parents[1]
AREA = Dimension("area", "Area", ("North", "South"), description="Where it was.")
QUARTERS = ["2024/25 Q1"]
QUARTER_DAYS = ("2024-04-01", "2024-06-30")


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
ALL_MEASURES = (
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
    """Return three valid visits, with some columns changed."""
    valid_rows: dict[str, list[Any]] = {
        "visit_id": [f"{MARKER}{number}" for number in (1, 2, 3)],
        "came_at": [datetime(2024, 4, 1, 9), datetime(2024, 5, 6, 12), datetime(2024, 6, 30, 23)],
        "left_at": [datetime(2024, 4, 1, 9, 30), None, datetime(2024, 6, 30, 23, 10)],
        "day": [date(2024, 4, 1), None, date(2024, 6, 30)],
        "visitor": [f"{MARKER} Ann", f"{MARKER} Bob", f"{MARKER} Cy"],
        "code": ["007", None, "010"],
        "grade": ["low", None, "high"],
        "area": ["South", "North", "South"],
        "people": [1, None, 3],
        "cost": [1.5, None, 2.0],
        "urgent": [True, None, False],
    }
    return valid_rows | {name: list(values) for name, values in changes.items()}


# The forms of a table


def polars(columns: Mapping[str, Any]) -> pl.DataFrame:
    """Build a Polars frame; values of several types are Python objects."""
    series = []
    for name, values in columns.items():
        types = {type(value) for value in values if value is not None}
        has_one_type = len(types) <= 1
        series.append(
            pl.Series(name, values) if has_one_type else pl.Series(name, values, dtype=pl.Object)
        )
    return pl.DataFrame(series)


def pandas(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Build a pandas frame, with nullable types for integers and booleans with gaps."""
    series = {}
    for name, values in columns.items():
        types = {type(value) for value in values if value is not None}
        gaps = any(value is None for value in values)
        nullable = {int: "Int64", bool: "boolean"}.get(next(iter(types), str)) if gaps else None
        if types == {datetime} and all(value is None or value.tzinfo is None for value in values):
            series[name] = pd.Series(values, dtype="datetime64[us]")
        else:
            series[name] = pd.Series(values, dtype=nullable if len(types) == 1 else object)
    return pd.DataFrame(series)


def duckdb(columns: Mapping[str, Any]) -> Any:
    """Build a DuckDB relation."""
    return engines.loader("DuckDB")("visit", polars(columns))


def spark(columns: Mapping[str, Any]) -> Any:
    """Build a Spark frame."""
    return engines.loader("Spark")("visit", polars(columns))


BuildTable = Callable[[Mapping[str, Any]], Any]
IN_MEMORY: tuple[BuildTable, ...] = (pandas, polars)
LOCAL_INPUTS: tuple[BuildTable, ...] = (*IN_MEMORY, duckdb)
ALL_INPUTS: tuple[BuildTable, ...] = (*LOCAL_INPUTS, spark)


def case(
    number: int, /, *data: Any, name: str = "build_table", **named_data: Any
) -> pytest.MarkDecorator:
    """Parametrize a test with the number of its case and with its data."""
    values = [(getattr(item, "__name__", str(item)), item) for item in data] + [*named_data.items()]
    return pytest.mark.parametrize(
        name, [pytest.param(value, id=f"{number:02}-{value_name}") for value_name, value in values]
    )


# Requests


def build_metric(*measures: Measure, **fields: Any) -> Metric:
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
    argument: Any,
    *measures: Measure,
    periods: Any = QUARTERS,
    metric: Metric | None = None,
    **options: Any,
) -> Result:
    """Compute measures from the visits, which cover the first quarter."""
    metric = metric or build_metric(*(measures or (VISITS, URGENT, MINUTES)))
    data = argument if isinstance(argument, dict) else {"visit": argument}
    options = {"coverage": {"visit": QUARTER_DAYS}, **options}
    return kpi.compute(
        [metric], data, periods=periods, catalogue=kpi.Catalogue([metric]), **options
    )


def cells(result: Result, measure: str, name: str = "value") -> list[Any]:
    """Return one column of a measure's rows, in order."""
    return result.to_polars().filter(measure=measure)[name].to_list()


# Checks of errors


def assert_no_marker(error: BaseException) -> None:
    """Assert that an error, its causes and its traceback contain no text of the table."""
    texts = [str(error), repr(error), repr(error.args), repr(vars(error))]
    visited: list[BaseException] = []
    pending: list[BaseException | None] = [error]
    while pending:
        error_in_chain = pending.pop()
        if error_in_chain is None or error_in_chain in visited:
            continue
        visited.append(error_in_chain)
        pending += [error_in_chain.__cause__, error_in_chain.__context__]
        texts += traceback.format_exception_only(error_in_chain)
        for frame, _ in traceback.walk_tb(error_in_chain.__traceback__):
            # The variables of the tests contain the table; those of the library must not.
            if TESTS not in Path(frame.f_code.co_filename).parents:
                texts += [repr(value) for value in frame.f_locals.values()]
    for text in texts:
        assert MARKER not in text


@contextmanager
def raises_without_marker(error_type: type[SwmKpiError], match: str = "") -> Iterator[None]:
    """Expect an error of the library that contains no text of the table."""
    caught = None
    try:
        yield
    except SwmKpiError as error:
        caught = error
    assert caught is not None, "no error was raised"
    assert isinstance(caught, error_type), repr(caught)
    assert re.search(match, str(caught)), str(caught)
    assert_no_marker(caught)


def find_violations(data: Any) -> set[tuple[str, str, int]]:
    """Validate a table and compute from it; return the violations: column, rule, number of rows."""
    report = kpi.validate(data, Visit)
    assert MARKER not in str(report) + repr(report)
    with raises_without_marker(ContractError):
        _ = report.table
    with raises_without_marker(ContractError):
        compute(data, *ALL_MEASURES, by=["area"])
    return {(violation.column, violation.rule, violation.rows) for violation in report.violations}


@pytest.fixture
def no_marker_is_printed(
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    recwarn: pytest.WarningsRecorder,
) -> Iterator[None]:
    """Fail a test that prints or logs a text of its table, or warns with one.

    Logs of py4j are ignored: at DEBUG, Spark's client logs everything that it sends.
    """
    caplog.set_level(logging.DEBUG)
    yield
    out, err = capfd.readouterr()
    warning_texts = " ".join(str(item.message) for item in recwarn.list)
    log_texts = " ".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("py4j")
    )
    assert MARKER not in out + err + log_texts + warning_texts
