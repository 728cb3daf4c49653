"""Contracts: what is accepted in any physical type, what is refused, and that no value leaks."""

from __future__ import annotations

import copy
import itertools
import traceback
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from pandera.errors import SchemaErrors
from polars.testing import assert_frame_equal

import swm_kpi as kpi
from swm_kpi import (
    Column,
    Contract,
    ContractError,
    ContractReport,
    Dimension,
    InputError,
    RequestError,
    Rule,
    Unique,
    Unit,
)
from swm_kpi.contracts import ContractType
from swm_kpi.testing import valid_rows
from swm_kpi.testing.repair import break_rule, repair_row, row_rules
from tests.support.contract_frames import columns_of, frame_of

CONTRACTS = kpi.catalogue().contracts
AREA = Dimension("area", "Area", ("North", "South"), description="Where it was.")


class Visit(Contract, row_unit=Unit.CONTACTS):
    """One row per visit."""

    visit_id = Column(str, unique=True, personal=True, description="Its number.")
    came_at = Column(datetime, ge=date(2000, 1, 1), description="When they came.")
    left_at = Column(datetime, nullable=True, description="When they left.")
    day = Column(date, nullable=True, lt=date(2030, 1, 1), description="The day.")
    code = Column(str, nullable=True, str_matches=r"[0-9]{3}|NA", description="A code.")
    grade = Column(str, isin=("low", "high"), nullable=True, description="Its grade.")
    area = Column(str, dimension=AREA, nullable=True, description="Its area.")
    people = Column(int, nullable=True, ge=0, le=50, description="How many came.")
    cost = Column(float, nullable=True, gt=-1, lt=1000, description="What it cost.")
    urgent = Column(bool, nullable=True, description="Whether it was urgent.")

    in_order = Rule(left_at >= came_at, "they do not leave before they come")


ROWS: dict[str, list[Any]] = {
    "visit_id": ["v1", "v2", "v3"],
    "came_at": [
        datetime(2024, 4, 1, 9),
        datetime(2024, 6, 30, 23, 59, 59, 5),
        datetime(2024, 12, 1),
    ],
    "left_at": [datetime(2024, 4, 1, 9, 30), None, datetime(2024, 12, 1)],
    "day": [date(2024, 4, 1), None, date(2024, 12, 1)],
    "code": ["007", None, "NA"],
    "grade": ["low", None, "high"],
    "area": ["South", "North", None],
    "people": [1, None, 3],
    "cost": [1.5, None, 2.0],
    "urgent": [True, None, False],
}


def pandas_of(**changes: Any) -> pd.DataFrame:
    """A pandas frame of the rows above, in plain types, changed."""
    plain = {name: pd.Series(values, dtype=object) for name, values in ROWS.items()}
    plain |= {
        "came_at": pd.Series(ROWS["came_at"], dtype="datetime64[us]"),
        "left_at": pd.Series(ROWS["left_at"], dtype="datetime64[us]"),
        "people": pd.Series(ROWS["people"], dtype="Int64"),
        "cost": pd.Series(ROWS["cost"], dtype="float64"),
    }
    return pd.DataFrame(plain | changes)


def broken(report: ContractReport) -> set[tuple[str, str]]:
    return {(each.column, each.rule) for each in report.violations}


def encoded(given: Any) -> pl.DataFrame:
    report = kpi.validate(given, Visit)
    assert report.ok, str(report)
    return report.table.frame


@pytest.fixture(scope="module")
def expected() -> pl.DataFrame:
    """The rows as they come out of the frame that needs no change."""
    return encoded(frame_of(Visit, ROWS))


def test_the_rows_come_out_as_they_went_in(expected: pl.DataFrame) -> None:
    for name, values in ROWS.items():
        assert expected[name].to_list() == values


# The same thing in another physical type


def arrow(kind: pa.DataType, name: str) -> pd.Series:
    return pd.Series(pd.array(ROWS[name], dtype=pd.ArrowDtype(kind)))


def stamps(name: str, unit: str) -> pd.Series:
    return pd.Series(pd.to_datetime(pd.Series(ROWS[name], dtype="datetime64[us]"))).astype(
        f"datetime64[{unit}]"
    )


def arrow_table() -> pa.Table:
    return frame_of(Visit, ROWS).to_arrow()


SAME: dict[str, Callable[[], Any]] = {
    "pandas with objects": pandas_of,
    "pandas strings kept in Python": lambda: pandas_of(
        visit_id=pd.Series(ROWS["visit_id"], dtype="string[python]"),
        grade=pd.Series(ROWS["grade"], dtype="string[python]"),
    ),
    "pandas strings kept in Arrow": lambda: pandas_of(
        code=pd.Series(ROWS["code"], dtype="string[pyarrow]"),
        area=pd.Series(ROWS["area"], dtype="string[pyarrow]"),
    ),
    "the str of pandas": lambda: pandas_of(
        visit_id=pd.Series(ROWS["visit_id"], dtype="str"), area=pd.Series(ROWS["area"], dtype="str")
    ),
    "Arrow strings": lambda: pandas_of(
        code=arrow(pa.string(), "code"), grade=arrow(pa.large_string(), "grade")
    ),
    "Arrow dictionary": lambda: pandas_of(
        grade=arrow(pa.dictionary(pa.int8(), pa.string()), "grade")
    ),
    "Arrow numbers": lambda: pandas_of(
        people=arrow(pa.int32(), "people"),
        cost=arrow(pa.float64(), "cost"),
        urgent=arrow(pa.bool_(), "urgent"),
    ),
    "Arrow times": lambda: pandas_of(
        came_at=arrow(pa.timestamp("us"), "came_at"), left_at=arrow(pa.timestamp("ns"), "left_at")
    ),
    "categories": lambda: pandas_of(
        grade=pd.Categorical(ROWS["grade"], categories=["high", "low"]),
        area=pd.Categorical(ROWS["area"], categories=["East", "North", "South"]),
        code=pd.Series(ROWS["code"], dtype="category"),
    ),
    "categories over Arrow strings": lambda: pandas_of(
        grade=pd.Series(ROWS["grade"], dtype="string[pyarrow]").astype("category")
    ),
    "times in nanoseconds": lambda: pandas_of(
        came_at=stamps("came_at", "ns"), left_at=stamps("left_at", "ns")
    ),
    "times in seconds": lambda: pandas_of(left_at=stamps("left_at", "s")),
    "times as objects": lambda: pandas_of(came_at=pd.Series(ROWS["came_at"], dtype=object)),
    "days as midnights": lambda: pandas_of(day=pd.to_datetime(pd.Series(ROWS["day"]))),
    "nullable numbers": lambda: pandas_of(
        people=pd.array(ROWS["people"], dtype="Int16"),
        cost=pd.array(ROWS["cost"], dtype="Float64"),
        urgent=pd.array(ROWS["urgent"], dtype="boolean"),
    ),
    "whole numbers as objects": lambda: pandas_of(people=pd.Series(ROWS["people"], dtype=object)),
    "missing as NaN, NaT and NA": lambda: pandas_of(
        code=pd.Series(["007", np.nan, "NA"], dtype=object),
        area=pd.Series(["South", "North", pd.NA], dtype=object),
        day=pd.Series([date(2024, 4, 1), pd.NaT, date(2024, 12, 1)], dtype=object),
    ),
    "another index": lambda: pandas_of().set_index(pd.Index([7, 7, 7])),
    "columns in another order": lambda: pandas_of()[list(reversed(ROWS))],
    "local time with its zone": lambda: pandas_of(
        came_at=stamps("came_at", "us").dt.tz_localize("Europe/London")
    ),
    "the same instants in UTC": lambda: pandas_of(
        came_at=stamps("came_at", "us").dt.tz_localize("Europe/London").dt.tz_convert("UTC")
    ),
    "Polars": lambda: frame_of(Visit, ROWS),
    "Polars, lazy": lambda: frame_of(Visit, ROWS).lazy(),
    "Polars categories": lambda: frame_of(Visit, ROWS).with_columns(
        pl.col("grade").cast(pl.Categorical), pl.col("area").cast(pl.Enum(["South", "North"]))
    ),
    "Polars times in milliseconds and small numbers": lambda: frame_of(Visit, ROWS).with_columns(
        pl.col("left_at").cast(pl.Datetime("ms")), pl.col("people").cast(pl.UInt8)
    ),
    "pyarrow": arrow_table,
    "pyarrow in pieces": lambda: pa.concat_tables([arrow_table()[:1], arrow_table()[1:]]),
}


@pytest.mark.parametrize("make", SAME.values(), ids=SAME)
def test_the_same_thing_in_another_type_is_the_same_table(
    make: Callable[[], Any], expected: pl.DataFrame
) -> None:
    assert_frame_equal(encoded(make()), expected, check_column_order=False)


INSIDE_PANDAS: dict[str, Callable[[], Any]] = {
    "Arrow days": lambda: pandas_of(day=arrow(pa.date32(), "day")),
    "Arrow times with a zone": lambda: pandas_of(
        came_at=stamps("came_at", "us")
        .dt.tz_localize("Europe/London")
        .dt.tz_convert("UTC")
        .astype(pd.ArrowDtype(pa.timestamp("us", "UTC")))
    ),
}


@pytest.mark.parametrize("make", INSIDE_PANDAS.values(), ids=INSIDE_PANDAS)
def test_arrow_days_and_zones_inside_pandas_are_the_same_table(
    make: Callable[[], Any], expected: pl.DataFrame
) -> None:
    assert_frame_equal(encoded(make()), expected, check_column_order=False)


@pytest.mark.parametrize("name", ["left_at", "day", "code", "grade", "people", "urgent"])
def test_a_column_with_no_values_is_a_column_of_nulls_whatever_its_type(name: str) -> None:
    assert encoded(pandas_of(**{name: [np.nan] * 3}))[name].null_count() == 3


CSV = """visit_id,came_at,left_at,day,code,grade,area,people,cost,urgent
v1,2024-04-01 09:00,2024-04-01T09:30:00,2024-04-01,007,low,South,1,1.5,true
v2,2024-06-30 23:59:59.000005,,,,,North,,,
v3,2024-12-01 00:00:00,2024-12-01 00:00,2024-12-01,NA,high,,3,2.0,FALSE
"""


@pytest.mark.parametrize("as_path", [Path, str])
def test_files_are_the_same_table(
    as_path: Callable[[Path], Any], tmp_path: Path, expected: pl.DataFrame
) -> None:
    parquet, csv = tmp_path / "visits.parquet", tmp_path / "visits.csv"
    pq.write_table(arrow_table(), parquet)
    csv.write_text(CSV)
    assert_frame_equal(encoded(as_path(parquet)), expected, check_column_order=False)
    assert_frame_equal(encoded(as_path(csv)), expected, check_column_order=False)


def test_na_stays_text_and_noughts_are_kept_in_csv(tmp_path: Path) -> None:
    csv = tmp_path / "visits.csv"
    csv.write_text(CSV)
    assert encoded(csv)["code"].to_list() == ["007", None, "NA"]


def aware(*times: str) -> list[datetime]:
    return [datetime.fromisoformat(each) for each in times]


IN_UTC = aware("2024-06-30T23:30:00+00:00", "2024-12-31T23:30:00+00:00")
LOCAL = [datetime(2024, 7, 1, 0, 30), datetime(2024, 12, 31, 23, 30)]


class Moment(Contract, row_unit=Unit.CALLS):
    """One row per call."""

    at = Column(datetime, description="When.")
    number = Column(int, nullable=True, description="A number.")


@pytest.mark.parametrize(
    "make",
    [
        lambda: pd.DataFrame({"at": pd.to_datetime(IN_UTC)}),
        lambda: pd.DataFrame({"at": pd.Series(IN_UTC, dtype=object)}),
        lambda: pd.DataFrame({"at": pd.to_datetime(IN_UTC).tz_convert("America/New_York")}),
        lambda: pl.DataFrame({"at": IN_UTC}),
        lambda: pa.table({"at": pa.array(IN_UTC, pa.timestamp("ms", "UTC"))}),
        lambda: pa.table({"at": pa.array(IN_UTC, pa.timestamp("s", "+05:00"))}),
    ],
    ids=["pandas", "objects", "another zone", "Polars", "pyarrow", "pyarrow with an offset"],
)
def test_a_time_with_a_zone_is_turned_into_local_time_once(make: Callable[[], Any]) -> None:
    given = make()
    if isinstance(given, pa.Table):
        given = given.append_column("number", pa.array([1, 2]))
    elif isinstance(given, pl.DataFrame):
        given = given.with_columns(number=pl.lit(1))
    else:
        given["number"] = [1, 2]
    report = kpi.validate(given, Moment)
    assert report.table.frame["at"].to_list() == LOCAL
    assert report.table.spans["at"] == (date(2024, 7, 1), date(2024, 12, 31))


def test_times_with_an_offset_in_csv_are_local_too(tmp_path: Path) -> None:
    csv = tmp_path / "m.csv"
    csv.write_text("at,number\n2024-06-30T23:30:00Z,1\n2024-12-31T18:30:00-05:00,\n")
    assert kpi.validate(csv, Moment).table.frame["at"].to_list() == LOCAL


# What is lossy or doubtful: here in files; in frames, test_bad_inputs_columns.py


def objects(*values: Any) -> pd.Series:
    return pd.Series(values, dtype=object)


IN_FILES = {
    "a time day first": ("came_at", "01/04/2024 09:00", "is not an ISO date and time"),
    "a time that is only a day": ("came_at", "2024-04-01", "is not an ISO date and time"),
    "a number with a comma": ("people", '"1,000"', "is not a whole number"),
    "a number with a space": ("people", " 1", "is not a whole number"),
    "a decimal for a whole number": ("people", "1.0", "is not a whole number"),
    "a currency": ("cost", "£1.50", "is not a number"),
    "a number in words": ("cost", "nan", "is not a number"),
    "1 for true": ("urgent", "1", "is not true or false"),
    "Y for true": ("urgent", "Y", "is not true or false"),
    "noughts lost": ("code", "7", "does not match the pattern"),
    "a listed value with a space": ("grade", "low ", "is not in the closed list"),
}


@pytest.mark.parametrize(("column", "cell", "rule"), IN_FILES.values(), ids=IN_FILES)
def test_a_cell_of_a_file_that_does_not_parse_is_counted(
    column: str, cell: str, rule: str, tmp_path: Path
) -> None:
    lines = [line.split(",") for line in CSV.splitlines()]
    lines[1][lines[0].index(column)] = cell
    csv = tmp_path / "visits.csv"
    csv.write_text("\n".join(map(",".join, lines)))
    (only,) = kpi.validate(csv, Visit).violations
    assert (only.column, only.rows) == (column, 1)
    assert rule in only.rule


def test_a_table_of_no_metric_is_refused_with_the_nearest() -> None:
    with pytest.raises(RequestError, match="'incident'"):
        kpi.validate(pandas_of(), "incidents")


def test_a_table_with_no_rows_keeps_its_contract() -> None:
    for empty in (pandas_of().iloc[:0], frame_of(Visit, ROWS).head(0), arrow_table()[:0]):
        report = kpi.validate(empty, Visit)
        assert report.ok, str(report)
        assert report.rows == report.table.frame.height == 0


def same(left: Any, right: Any) -> bool:
    """Whether two frames of one library hold the same, types and labels included."""
    if isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right)
        return list(left.index) == list(right.index)
    if isinstance(left, pl.LazyFrame):
        left, right = left.collect(), right.collect()
    return left.equals(right) and left.schema == right.schema


@pytest.mark.parametrize("spoilt", [False, True], ids=["right", "wrong"])
@pytest.mark.parametrize(
    "make", [each for words, each in SAME.items() if "order" not in words], ids=lambda _: ""
)
def test_the_frame_given_is_never_changed(make: Callable[[], Any], spoilt: bool) -> None:
    frame = make()
    if spoilt and isinstance(frame, pd.DataFrame):
        frame["code"] = ["?", None, " "]
    before = copy.deepcopy(frame)
    assert kpi.validate(frame, Visit).ok is not (spoilt and isinstance(frame, pd.DataFrame))
    assert same(frame, before)


# Every contract of the catalogue: rows that keep it, and one report of everything that does not

CANARY = "CANARY-7f3a"
LARGE = 987_654_321
LONG_AGO = date(1777, 7, 7)
MARKS = (CANARY, "canary", "7f3a", "987654321", "987,654,321", "1777")
SPARE = 12


def wrong_values(contract: ContractType) -> list[tuple[str, str, Any]]:
    """For each rule of one column: the column, what must be said, and a value that breaks it."""
    found: list[tuple[str, str, Any]] = []
    for name, column in contract.columns.items():
        large = LARGE + 0.5 if column.dtype is float else LARGE
        too = {
            "ge": ("is less than", low_value(column)),
            "gt": ("is not more than", low_value(column)),
            "le": ("is more than", large),
            "lt": ("is not less than", large),
        }
        found += [(name, "is missing", None)] * (not column.nullable)
        found += [(name, "is not in the closed list", CANARY)] * (column.domain is not None)
        found += [(name, "does not match the pattern", CANARY)] * bool(column.str_matches)
        found += [(name, *too[word]) for word in column.bounds]
        if column.dtype is float:
            found.append((name, "is not finite", float("inf")))
        if column.dtype in (int, float):
            found.append((name, "is too large to be added up exactly", column.dtype(10**17)))
        if column.dtype in (date, datetime):
            found.append((name, "is not a plausible date", low_value(column)))
        in_key = any(name in key for key in contract.keys)
        if in_key and column.dtype is str and column.domain is None:
            found += [(name, "has spaces round it", f" {CANARY}"), (name, "is empty text", "")]
    return found


def as_read(contract: ContractType, row: dict[str, Any]) -> dict[str, Any]:
    """The row as rules see it: what is not in a closed list is no value."""
    domains = {name: column.domain for name, column in contract.columns.items()}
    return {
        name: None if domains[name] is not None and value not in domains[name] else value
        for name, value in row.items()
    }


def planted(contract: ContractType) -> tuple[dict[str, list[Any]], dict[tuple[str, str], int]]:
    """Rows that break each rule of a contract once, and what must be said, by column and rule.

    The rest of a row is mended around what is planted. Where it cannot be, because the wrong value
    breaks a rule over several columns whatever stands beside it, that is said as well.
    """
    wrong = wrong_values(contract)
    rows = valid_rows(contract, len(wrong) + len(contract.rules) + len(contract.keys) + SPARE)
    told: dict[tuple[str, str], int] = {}
    free = itertools.count()
    for name, says, value in wrong:
        at = next(free)
        row = as_read(contract, rows[at] | {name: value})
        repaired = repair_row(contract, row, fixed=[name])
        rows[at] = (repaired or row) | {name: value}
        told[name, says] = told.get((name, says), 0) + 1
    for name in contract.rules:
        at = next(free)
        changed = break_rule(contract, rows[at], name)
        assert changed is not None, name
        rows[at] = changed
    for key in contract.keys:
        source = next(e for e in rows[-SPARE:] if all(e[name] is not None for name in key))
        rows[next(free)] = dict(source)
        told[", ".join(key), "is not unique" if len(key) == 1 else "are not unique together"] = 1
    for each in row_rules(contract):
        broken_by = sum(each.evaluate(as_read(contract, row)) is False for row in rows)
        assert broken_by, each.name
        says = f"breaks the rule that {contract.rules[each.name].says}"
        told[", ".join(each.columns), says] = broken_by
    return columns_of(contract, rows), told


def low_value(column: Column) -> Any:
    if column.dtype in (date, datetime):
        then = LONG_AGO
        return then if column.dtype is date else datetime(then.year, then.month, then.day, 7)
    return -LARGE - 0.5 if column.dtype is float else -LARGE


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def assert_no_value(report: ContractReport) -> None:
    """No planted value is in anything a report or its error can print."""
    with pytest.raises(ContractError) as caught:
        _ = report.table
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    said = [str(report), repr(report), str(error), repr(error), repr(error.args), shown(error)]
    said += [repr(error.reports), *map(str, report.violations), *map(repr, report.violations)]
    for mark in MARKS:
        assert not [each for each in said if mark in each]


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_right_rows_keep_a_contract(contract: ContractType) -> None:
    report = kpi.validate(frame_of(contract, columns_of(contract, valid_rows(contract))), contract)
    assert report.ok, str(report)


@pytest.mark.parametrize("how", ["Polars", "pandas", "CSV"])
@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_one_report_has_everything_that_is_wrong_and_no_value(
    contract: ContractType, how: str, tmp_path: Path
) -> None:
    rows, told = planted(contract)
    given: Any = frame_of(contract, rows)
    if how == "pandas":
        given = given.to_pandas(use_pyarrow_extension_array=False)
        for name, column in contract.columns.items():
            if column.dtype in (bool, date):
                given[name] = pd.Series(rows[name], dtype=object)
            elif column.dtype is int:
                given[name] = pd.array(rows[name], dtype="Int64")
    elif how == "CSV":
        given.write_csv(tmp_path / "t.csv")
        given = tmp_path / "t.csv"
        # Text cannot be empty in CSV (an empty cell is missing), nor a number infinite.
        told = {k: n for k, n in told.items() if k[1] not in ("is empty text", "is not finite")}
    report = kpi.validate(given, contract)
    found = {(each.column, each.rule): each.rows for each in report.violations}
    for (column, rule), rows_planted in told.items():
        said = [n for (c, r), n in found.items() if c == column and r.startswith(rule)]
        assert len(said) == 1, (column, rule)
        assert said[0] >= rows_planted
        if "breaks the rule" in rule and how != "CSV":
            assert said[0] == rows_planted
    unplanted = {
        (column, rule)
        for column, rule in found
        if not any(c == column and rule.startswith(r) for c, r in told)
    }
    # What CSV cannot hold becomes something else that is wrong.
    instead = {"is not a number", "is empty text"} if how == "CSV" else set()
    assert {rule for _, rule in unplanted} <= instead
    assert_no_value(report)


WRONG: dict[type, list[Any]] = {
    str: [LARGE, LARGE],
    int: [CANARY, CANARY],
    float: [CANARY, CANARY],
    bool: [CANARY, CANARY],
    date: [CANARY, CANARY],
    datetime: [LONG_AGO, LONG_AGO],
}


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame, pa.table])
@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_every_column_of_another_type_is_refused_at_once(
    contract: ContractType, make: Callable[[Any], Any]
) -> None:
    frame = make({name: WRONG[column.dtype] for name, column in contract.columns.items()})
    report = kpi.validate(frame, contract)
    assert {each.column for each in report.violations} == set(contract.columns)
    assert all(each.rows == 2 for each in report.violations)
    assert_no_value(report)


class Personal(Contract, row_unit=Unit.PEOPLE):
    """One row per person, with a check of the author's own."""

    name = Column(
        str,
        nullable=True,
        personal=True,
        checks=lambda pa_: [pa_.Check.isin(["Ann", "Bob"]), pa_.Check.str_length(max_value=4)],
        description="A name.",
    )
    age = Column(int, nullable=True, checks=lambda pa_: [pa_.Check.ge(0)], description="An age.")


def test_the_checks_of_an_author_are_run_and_say_no_value() -> None:
    frame = pl.DataFrame({"name": ["Ann", CANARY, None], "age": [1, None, -LARGE]})
    report = kpi.validate(frame, Personal)
    assert {(each.column, each.rows) for each in report.violations} == {("name", 1), ("age", 1)}
    assert len(report.violations) == 3
    assert_no_value(report)


HOSTILE = {
    "text that is not Unicode": objects("007", "\ud800" + CANARY, "NA"),
    "an object that prints a value": objects("007", type(CANARY.replace("-", "_"), (), {})(), "NA"),
    "a very large number": objects(10**30 + LARGE, 1, 2),
    "a structure": objects({"a": CANARY}, {"a": CANARY}, {"a": CANARY}),
}


@pytest.mark.parametrize(
    "words",
    list(HOSTILE),
)
def test_values_of_no_type_are_refused_without_being_shown(words: str) -> None:
    report = kpi.validate(pandas_of(code=HOSTILE[words]), Visit)
    assert {each.column for each in report.violations} == {"code"}
    assert_no_value(report)


FAR = {
    "a year before the first, in UTC": pd.Series(
        np.array(["0001-01-01"], dtype="datetime64[us]")
    ).dt.tz_localize("UTC"),
    "a year of six digits": np.array([2**40], dtype="datetime64[s]"),
    "a time too large for microseconds": np.array([2**60], dtype="datetime64[s]"),
}


@pytest.mark.parametrize("times", FAR.values(), ids=FAR)
def test_a_time_far_outside_the_calendar_is_a_violation(times: Any) -> None:
    report = kpi.validate(pd.DataFrame({"at": times, "number": [1]}), Moment)
    assert [each.column for each in report.violations] == ["at"]


# The Pandera schemas agree with validate


class Small(Contract, row_unit=Unit.CALLS):
    """One row per call, with a rule of each kind that a schema can hold."""

    call_id = Column(str, unique=True, description="Its number.")
    line = Column(str, isin=("101", "999"), nullable=True, description="The line.")
    kind = Column(str, isin=("a", "b"), description="Its kind.")
    rang = Column(int, ge=0, lt=5, description="How often it rang.")
    share = Column(float, nullable=True, gt=0, le=1, description="A share.")
    urgent = Column(bool, nullable=True, description="Whether it was urgent.")
    day = Column(date, nullable=True, ge=date(2024, 4, 1), description="The day.")
    at = Column(datetime, le=date(2024, 7, 1), description="When.")


class Pair(Contract, row_unit=Unit.CALLS):
    """One row per pair."""

    left = Column(str, isin=("x", "y"), description="One.")
    right = Column(int, description="Two.")
    once = Unique(left, right)


SMALL = {
    "call_id": st.sampled_from(["1", "2", "3", "4", "5"]),
    "line": st.sampled_from(["101", "999", "999", "911", None]),
    "kind": st.sampled_from(["a", "b", "b", "b", "c", None]),
    "rang": st.sampled_from([0, 1, 2, 3, 4, 4, -1, 5]),
    "share": st.sampled_from([0.001, 0.5, 1.0, None, 0.0, 1.5]),
    "urgent": st.sampled_from([True, False, None]),
    "day": st.sampled_from([date(2024, 4, 1), date(2024, 5, 1), None, date(2024, 3, 31)]),
    "at": st.sampled_from([datetime(2024, 7, 1), datetime(2024, 6, 1), datetime(2024, 7, 1, 0, 1)]),
}
PAIR = {"left": st.sampled_from(["x", "y", "z"]), "right": st.sampled_from([1, 2])}


@st.composite
def small_frames(draw: st.DrawFn) -> tuple[ContractType, pl.DataFrame]:
    contract, columns = draw(st.sampled_from([(Small, SMALL), (Small, SMALL), (Pair, PAIR)]))
    rows = draw(st.lists(st.fixed_dictionaries(columns), max_size=4))
    if draw(st.booleans()):  # as likely to be right as not
        keep = [each for each in rows if each.get("kind") in ("a", "b") and 0 <= each["rang"] < 5]
        rows = [each | {"call_id": str(n)} for n, each in enumerate(keep)] or rows
    return contract, frame_of(contract, {name: [each[name] for each in rows] for name in columns})


def to_pandas(frame: pl.DataFrame, contract: ContractType) -> pd.DataFrame:
    """The frame in the types that the pandas schema names."""
    kinds = {"rang": "int64", "urgent": "boolean", "right": "int64", "share": "float64"}
    series = {}
    for name in frame.columns:
        values = frame[name].to_list()
        dtype = contract.columns[name].dtype
        times = dtype in (date, datetime)
        series[name] = pd.Series(
            values, dtype="datetime64[us]" if times else kinds.get(name, object)
        )
    return pd.DataFrame(series)


def keeps(contract: ContractType, frame: Any, backend: str) -> bool:
    try:
        contract.schema(backend).validate(frame, lazy=True)
    except SchemaErrors:
        return False
    return True


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_frames())
def test_the_pandera_schemas_agree_with_validate(drawn: tuple[ContractType, pl.DataFrame]) -> None:
    contract, frame = drawn
    ok = kpi.validate(frame, contract).ok
    assert keeps(contract, frame, "polars") is ok
    assert keeps(contract, to_pandas(frame, contract), "pandas") is ok
    assert kpi.validate(to_pandas(frame, contract), contract).ok is ok


@pytest.mark.parametrize(
    "contract",
    CONTRACTS.values(),
    ids=CONTRACTS,
)
def test_a_polars_schema_passes_right_rows(contract: ContractType) -> None:
    contract.schema("polars").validate(
        frame_of(contract, columns_of(contract, valid_rows(contract))), lazy=True
    )


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_a_schema_has_the_columns_and_their_descriptions(contract: ContractType) -> None:
    for backend in ("pandas", "polars"):
        schema = contract.schema(backend)
        assert schema.name == contract.table
        assert schema.description == contract.meaning
        for name, column in contract.columns.items():
            assert schema.columns[name].description == column.description
            assert schema.columns[name].nullable is column.nullable
            assert schema.columns[name].coerce is False


def test_a_schema_for_another_library_is_refused_with_the_nearest() -> None:
    with pytest.raises(RequestError, match="Did you mean 'polars'"):
        Small.schema("pollars")


def test_a_checked_table_is_known_by_its_contract() -> None:
    report = kpi.validate(pandas_of(), Visit)
    assert report.table.contract == "Visit"
    assert CANARY not in repr(report.table)
    with pytest.raises(InputError, match="'visit'"):
        kpi.validate(report.table, Small)


def test_rules_are_said_in_words_that_fit_a_sentence() -> None:
    for contract in CONTRACTS.values():
        for rule in contract.rules.values():
            assert rule.says[0].islower()
            assert not rule.says.endswith(".")
