"""Contracts: which physical types are accepted, which values are refused, and that none leaks."""

from __future__ import annotations

import copy
import itertools
import traceback
from collections.abc import Callable, Iterable
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
from swm_kpi.measures import Operation, Statistic
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
    """Build a pandas frame of ``ROWS`` in plain types, with some columns replaced."""
    plain = {name: pd.Series(values, dtype=object) for name, values in ROWS.items()}
    plain |= {
        "came_at": pd.Series(ROWS["came_at"], dtype="datetime64[us]"),
        "left_at": pd.Series(ROWS["left_at"], dtype="datetime64[us]"),
        "people": pd.Series(ROWS["people"], dtype="Int64"),
        "cost": pd.Series(ROWS["cost"], dtype="float64"),
    }
    return pd.DataFrame(plain | changes)


def violations_of(report: ContractReport) -> set[tuple[str, str]]:
    return {(violation.column, violation.rule) for violation in report.violations}


def validate_and_encode(data: Any) -> pl.DataFrame:
    report = kpi.validate(data, Visit)
    assert report.ok, str(report)
    return report.table.frame


@pytest.fixture(scope="module")
def expected() -> pl.DataFrame:
    """The validated rows of a Polars frame that needs no conversion."""
    return validate_and_encode(frame_of(Visit, ROWS))


def test_validation_returns_the_same_values(expected: pl.DataFrame) -> None:
    for name, values in ROWS.items():
        assert expected[name].to_list() == values


# The same values in other physical types


def arrow_series(kind: pa.DataType, name: str) -> pd.Series:
    return pd.Series(pd.array(ROWS[name], dtype=pd.ArrowDtype(kind)))


def timestamps(name: str, unit: str) -> pd.Series:
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
        code=arrow_series(pa.string(), "code"), grade=arrow_series(pa.large_string(), "grade")
    ),
    "Arrow dictionary": lambda: pandas_of(
        grade=arrow_series(pa.dictionary(pa.int8(), pa.string()), "grade")
    ),
    "Arrow numbers": lambda: pandas_of(
        people=arrow_series(pa.int32(), "people"),
        cost=arrow_series(pa.float64(), "cost"),
        urgent=arrow_series(pa.bool_(), "urgent"),
    ),
    "Arrow times": lambda: pandas_of(
        came_at=arrow_series(pa.timestamp("us"), "came_at"),
        left_at=arrow_series(pa.timestamp("ns"), "left_at"),
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
        came_at=timestamps("came_at", "ns"), left_at=timestamps("left_at", "ns")
    ),
    "times in seconds": lambda: pandas_of(left_at=timestamps("left_at", "s")),
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
        came_at=timestamps("came_at", "us").dt.tz_localize("Europe/London")
    ),
    "the same instants in UTC": lambda: pandas_of(
        came_at=timestamps("came_at", "us").dt.tz_localize("Europe/London").dt.tz_convert("UTC")
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
def test_the_same_values_in_another_type_are_the_same_table(
    make: Callable[[], Any], expected: pl.DataFrame
) -> None:
    assert_frame_equal(validate_and_encode(make()), expected, check_column_order=False)


INSIDE_PANDAS: dict[str, Callable[[], Any]] = {
    "Arrow days": lambda: pandas_of(day=arrow_series(pa.date32(), "day")),
    "Arrow times with a zone": lambda: pandas_of(
        came_at=timestamps("came_at", "us")
        .dt.tz_localize("Europe/London")
        .dt.tz_convert("UTC")
        .astype(pd.ArrowDtype(pa.timestamp("us", "UTC")))
    ),
}


@pytest.mark.parametrize("make", INSIDE_PANDAS.values(), ids=INSIDE_PANDAS)
def test_arrow_days_and_zones_inside_pandas_are_the_same_table(
    make: Callable[[], Any], expected: pl.DataFrame
) -> None:
    assert_frame_equal(validate_and_encode(make()), expected, check_column_order=False)


@pytest.mark.parametrize("name", ["left_at", "day", "code", "grade", "people", "urgent"])
def test_a_column_without_values_is_read_as_nulls_of_its_type(name: str) -> None:
    assert validate_and_encode(pandas_of(**{name: [np.nan] * 3}))[name].null_count() == 3


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
    assert_frame_equal(validate_and_encode(as_path(parquet)), expected, check_column_order=False)
    assert_frame_equal(validate_and_encode(as_path(csv)), expected, check_column_order=False)


def test_na_stays_text_and_leading_zeros_are_kept_in_csv(tmp_path: Path) -> None:
    csv = tmp_path / "visits.csv"
    csv.write_text(CSV)
    assert validate_and_encode(csv)["code"].to_list() == ["007", None, "NA"]


def parse_times(*times: str) -> list[datetime]:
    return [datetime.fromisoformat(time) for time in times]


IN_UTC = parse_times("2024-06-30T23:30:00+00:00", "2024-12-31T23:30:00+00:00")
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
def test_a_time_with_a_zone_is_converted_to_local_time_once(make: Callable[[], Any]) -> None:
    frame = make()
    if isinstance(frame, pa.Table):
        frame = frame.append_column("number", pa.array([1, 2]))
    elif isinstance(frame, pl.DataFrame):
        frame = frame.with_columns(number=pl.lit(1))
    else:
        frame["number"] = [1, 2]
    report = kpi.validate(frame, Moment)
    assert report.table.frame["at"].to_list() == LOCAL
    assert report.table.spans["at"] == (date(2024, 7, 1), date(2024, 12, 31))


def test_times_with_an_offset_in_csv_are_converted_to_local_time(tmp_path: Path) -> None:
    csv = tmp_path / "m.csv"
    csv.write_text("at,number\n2024-06-30T23:30:00Z,1\n2024-12-31T18:30:00-05:00,\n")
    assert kpi.validate(csv, Moment).table.frame["at"].to_list() == LOCAL


# Lossy or ambiguous values in files; for frames, see tests/bad_input/test_columns.py


def object_series(*values: Any) -> pd.Series:
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
    "a lost leading zero": ("code", "7", "does not match the pattern"),
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
    (violation,) = kpi.validate(csv, Visit).violations
    assert (violation.column, violation.rows) == (column, 1)
    assert rule in violation.rule


def test_an_unknown_table_raises_and_suggests_the_nearest_name() -> None:
    with pytest.raises(RequestError, match="'incident'"):
        kpi.validate(pandas_of(), "incidents")


def test_a_table_with_no_rows_keeps_its_contract() -> None:
    for empty in (pandas_of().iloc[:0], frame_of(Visit, ROWS).head(0), arrow_table()[:0]):
        report = kpi.validate(empty, Visit)
        assert report.ok, str(report)
        assert report.rows == report.table.frame.height == 0


def is_same_frame(left: Any, right: Any) -> bool:
    """Return whether two frames of one library are equal, including types and labels."""
    if isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right)
        return list(left.index) == list(right.index)
    if isinstance(left, pl.LazyFrame):
        left, right = left.collect(), right.collect()
    return left.equals(right) and left.schema == right.schema


@pytest.mark.slow
@pytest.mark.parametrize("is_wrong", [False, True], ids=["right", "wrong"])
@pytest.mark.parametrize(
    "make", [make for name, make in SAME.items() if "order" not in name], ids=lambda _: ""
)
def test_validation_never_changes_its_input(make: Callable[[], Any], is_wrong: bool) -> None:
    frame = make()
    if is_wrong and isinstance(frame, pd.DataFrame):
        frame["code"] = ["?", None, " "]
    before = copy.deepcopy(frame)
    assert kpi.validate(frame, Visit).ok is not (is_wrong and isinstance(frame, pd.DataFrame))
    assert is_same_frame(frame, before)


# Every contract of the catalogue: valid rows, and one report of all violations

CANARY = "CANARY-7f3a"
LARGE = 987_654_321
LONG_AGO = date(1777, 7, 7)
CANARY_TEXTS = (CANARY, "canary", "7f3a", "987654321", "987,654,321", "1777")
SPARE_ROWS = 12


def list_wrong_values(contract: ContractType) -> list[tuple[str, str, Any]]:
    """Return the column, the start of the message and a wrong value, for each rule of a column."""
    wrong_values: list[tuple[str, str, Any]] = []
    for name, column in contract.columns.items():
        large = LARGE + 0.5 if column.dtype is float else LARGE
        bounds = {
            "ge": ("is less than", low_value(column)),
            "gt": ("is not more than", low_value(column)),
            "le": ("is more than", large),
            "lt": ("is not less than", large),
        }
        wrong_values += [(name, "is missing", None)] * (not column.nullable)
        wrong_values += [(name, "is not in the closed list", CANARY)] * (column.domain is not None)
        wrong_values += [(name, "does not match the pattern", CANARY)] * bool(column.str_matches)
        wrong_values += [(name, *bounds[word]) for word in column.bounds]
        if column.dtype is float:
            wrong_values.append((name, "is not finite", float("inf")))
        if column.dtype in (int, float):
            wrong_values.append((name, "is too large to be added up exactly", column.dtype(10**17)))
        if name == "weight":
            wrong_values.append((name, "is too small to be added up exactly", 1e-13))
        if column.dtype in (date, datetime):
            wrong_values.append((name, "is not a plausible date", low_value(column)))
        in_key = any(name in key for key in contract.keys)
        if in_key and column.dtype is str and column.domain is None:
            wrong_values += [
                (name, "has spaces round it", f" {CANARY}"),
                (name, "is empty text", ""),
            ]
    return wrong_values


def without_unknown_values(contract: ContractType, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as rules see it: blank text and a value outside a closed list are null."""
    domains = {name: column.domain for name, column in contract.columns.items()}
    return {
        name: None
        if (domains[name] is not None and value not in domains[name])
        or (isinstance(value, str) and not value.strip())
        else value
        for name, value in row.items()
    }


def has_unknown_value(contract: ContractType, row: dict[str, Any], names: Iterable[str]) -> bool:
    """Return whether a value of some columns is outside its closed list."""
    seen = without_unknown_values(contract, row)
    return any(row[name] is not None and seen[name] is None for name in names)


def plant_violations(
    contract: ContractType,
) -> tuple[dict[str, list[Any]], dict[tuple[str, str], int]]:
    """Return rows that break each rule of a contract, and the expected count by column and rule.

    The rest of a row is repaired so that it keeps the other rules. If that is impossible, because
    a wrong value breaks a rule over several columns, that rule is expected in the report too.
    """
    wrong = list_wrong_values(contract)
    rows = valid_rows(contract, len(wrong) + len(contract.rules) + len(contract.keys) + SPARE_ROWS)
    expected: dict[tuple[str, str], int] = {}
    free_rows = itertools.count()
    for name, message, value in wrong:
        position = next(free_rows)
        row = without_unknown_values(contract, rows[position] | {name: value})
        repaired = repair_row(contract, row, fixed=[name])
        rows[position] = (repaired or row) | {name: value}
        expected[name, message] = expected.get((name, message), 0) + 1
    for name in contract.rules:
        position = next(free_rows)
        changed = break_rule(contract, rows[position], name)
        assert changed is not None, name
        rows[position] = changed
    for key in contract.keys:
        source = next(
            row for row in rows[-SPARE_ROWS:] if all(row[name] is not None for name in key)
        )
        rows[next(free_rows)] = dict(source)
        expected[
            ", ".join(key), "is not unique" if len(key) == 1 else "are not unique together"
        ] = 1
    for rule in row_rules(contract):
        broken_by = sum(
            rule.evaluate(without_unknown_values(contract, row)) is False
            for row in rows
            # A value that cannot be read breaks a rule of its own, not one over several columns.
            if not has_unknown_value(contract, row, rule.columns)
        )
        assert broken_by, rule.name
        message = f"breaks the rule that {contract.rules[rule.name].says}"
        expected[", ".join(rule.columns), message] = broken_by
    if contract.extraction_column is not None:
        # Wrong times of extraction differ from the right ones.
        expected[contract.extraction_column.name, "is not the same in every row"] = len(rows)
    return columns_of(contract, rows), expected


def low_value(column: Column) -> Any:
    if column.dtype in (date, datetime):
        day = LONG_AGO
        return day if column.dtype is date else datetime(day.year, day.month, day.day, 7)
    return -LARGE - 0.5 if column.dtype is float else -LARGE


def format_traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def assert_no_value(report: ContractReport) -> None:
    """Assert that no planted value is in any text of a report or of its error."""
    with pytest.raises(ContractError) as caught:
        _ = report.table
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    texts = [
        str(report),
        repr(report),
        str(error),
        repr(error),
        repr(error.args),
        format_traceback(error),
    ]
    texts += [repr(error.reports), *map(str, report.violations), *map(repr, report.violations)]
    for mark in CANARY_TEXTS:
        assert not [text for text in texts if mark in text]


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_valid_rows_have_no_violation(contract: ContractType) -> None:
    report = kpi.validate(frame_of(contract, columns_of(contract, valid_rows(contract))), contract)
    assert report.ok, str(report)


@pytest.mark.slow
@pytest.mark.parametrize(
    "form", ["Polars", "pandas", pytest.param("CSV", marks=pytest.mark.exhaustive)]
)
@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_one_report_has_all_violations_and_no_value(
    contract: ContractType, form: str, tmp_path: Path
) -> None:
    rows, expected = plant_violations(contract)
    data: Any = frame_of(contract, rows)
    if form == "pandas":
        data = data.to_pandas(use_pyarrow_extension_array=False)
        for name, column in contract.columns.items():
            if column.dtype in (bool, date):
                data[name] = pd.Series(rows[name], dtype=object)
            elif column.dtype is int:
                data[name] = pd.array(rows[name], dtype="Int64")
    elif form == "CSV":
        data.write_csv(tmp_path / "t.csv")
        data = tmp_path / "t.csv"
        # Text cannot be empty in CSV (an empty cell is missing), nor a number infinite.
        expected = {
            rule_key: count
            for rule_key, count in expected.items()
            if rule_key[1] not in ("is empty text", "is not finite")
        }
    report = kpi.validate(data, contract)
    reported = {
        (violation.column, violation.rule): violation.rows for violation in report.violations
    }
    for (column, rule), rows_planted in expected.items():
        counts = [
            count
            for (reported_column, reported_rule), count in reported.items()
            if reported_column == column and reported_rule.startswith(rule)
        ]
        assert len(counts) == 1, (column, rule)
        assert counts[0] >= rows_planted
        if "breaks the rule" in rule and form != "CSV":
            assert counts[0] == rows_planted
    unplanted = {
        (column, rule)
        for column, rule in reported
        if not any(
            reported_column == column and rule.startswith(reported_rule)
            for reported_column, reported_rule in expected
        )
    }
    # A value that CSV cannot contain becomes another violation.
    instead = {"is not a number", "is empty text"} if form == "CSV" else set()
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
def test_all_columns_of_a_wrong_type_are_reported_at_once(
    contract: ContractType, make: Callable[[Any], Any]
) -> None:
    frame = make({name: WRONG[column.dtype] for name, column in contract.columns.items()})
    report = kpi.validate(frame, contract)
    assert {violation.column for violation in report.violations} == set(contract.columns)
    assert all(violation.rows == 2 for violation in report.violations)
    assert_no_value(report)


class Personal(Contract, row_unit=Unit.PEOPLE):
    """One row per person, with checks that the author wrote."""

    name = Column(
        str,
        nullable=True,
        personal=True,
        checks=lambda pa_: [pa_.Check.isin(["Ann", "Bob"]), pa_.Check.str_length(max_value=4)],
        description="A name.",
    )
    age = Column(int, nullable=True, checks=lambda pa_: [pa_.Check.ge(0)], description="An age.")


def test_checks_of_an_author_run_and_their_messages_have_no_value() -> None:
    frame = pl.DataFrame({"name": ["Ann", CANARY, None], "age": [1, None, -LARGE]})
    report = kpi.validate(frame, Personal)
    assert {(violation.column, violation.rows) for violation in report.violations} == {
        ("name", 1),
        ("age", 1),
    }
    assert len(report.violations) == 3
    assert_no_value(report)


HOSTILE = {
    "text that is not Unicode": object_series("007", "\ud800" + CANARY, "NA"),
    "an object that prints a value": object_series(
        "007", type(CANARY.replace("-", "_"), (), {})(), "NA"
    ),
    "a very large number": object_series(10**30 + LARGE, 1, 2),
    "a structure": object_series({"a": CANARY}, {"a": CANARY}, {"a": CANARY}),
}


@pytest.mark.parametrize(
    "words",
    list(HOSTILE),
)
def test_values_of_unsupported_types_are_refused_without_being_shown(words: str) -> None:
    report = kpi.validate(pandas_of(code=HOSTILE[words]), Visit)
    assert {violation.column for violation in report.violations} == {"code"}
    assert_no_value(report)


TIMES_OUTSIDE_THE_CALENDAR = {
    "a year before the first, in UTC": pd.Series(
        np.array(["0001-01-01"], dtype="datetime64[us]")
    ).dt.tz_localize("UTC"),
    "a year of six digits": np.array([2**40], dtype="datetime64[s]"),
    "a time too large for microseconds": np.array([2**60], dtype="datetime64[s]"),
}


@pytest.mark.parametrize(
    "times", TIMES_OUTSIDE_THE_CALENDAR.values(), ids=TIMES_OUTSIDE_THE_CALENDAR
)
def test_a_time_far_outside_the_calendar_is_a_violation(times: Any) -> None:
    report = kpi.validate(pd.DataFrame({"at": times, "number": [1]}), Moment)
    assert [violation.column for violation in report.violations] == ["at"]


# The Pandera schemas agree with validate


class Small(Contract, row_unit=Unit.CALLS):
    """One row per call, with a rule of each kind that a schema can express."""

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
    if draw(st.booleans()):  # so that half of the frames are likely to be valid
        valid_rows = [row for row in rows if row.get("kind") in ("a", "b") and 0 <= row["rang"] < 5]
        rows = [row | {"call_id": str(number)} for number, row in enumerate(valid_rows)] or rows
    return contract, frame_of(contract, {name: [row[name] for row in rows] for name in columns})


def to_pandas(frame: pl.DataFrame, contract: ContractType) -> pd.DataFrame:
    """Convert a frame to the types that the pandas schema requires."""
    dtypes = {"rang": "int64", "urgent": "boolean", "right": "int64", "share": "float64"}
    series = {}
    for name in frame.columns:
        values = frame[name].to_list()
        dtype = contract.columns[name].dtype
        is_time = dtype in (date, datetime)
        series[name] = pd.Series(
            values, dtype="datetime64[us]" if is_time else dtypes.get(name, object)
        )
    return pd.DataFrame(series)


def passes_schema(contract: ContractType, frame: Any, backend: str) -> bool:
    try:
        contract.schema(backend).validate(frame, lazy=True)
    except SchemaErrors:
        return False
    return True


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_frames())
def test_the_pandera_schemas_agree_with_validate(
    contract_and_frame: tuple[ContractType, pl.DataFrame],
) -> None:
    contract, frame = contract_and_frame
    ok = kpi.validate(frame, contract).ok
    assert passes_schema(contract, frame, "polars") is ok
    assert passes_schema(contract, to_pandas(frame, contract), "pandas") is ok
    assert kpi.validate(to_pandas(frame, contract), contract).ok is ok


@pytest.mark.slow
@pytest.mark.parametrize(
    "contract",
    CONTRACTS.values(),
    ids=CONTRACTS,
)
def test_valid_rows_pass_the_polars_schema(contract: ContractType) -> None:
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


def test_a_schema_for_an_unknown_library_raises_and_suggests_the_nearest_name() -> None:
    with pytest.raises(RequestError, match="Did you mean 'polars'"):
        Small.schema("pollars")


def test_a_validated_table_keeps_its_contract() -> None:
    report = kpi.validate(pandas_of(), Visit)
    assert report.table.contract == "Visit"
    assert CANARY not in repr(report.table)
    with pytest.raises(InputError, match="'visit'"):
        kpi.validate(report.table, Small)


def test_rules_are_phrases_that_fit_into_a_sentence() -> None:
    for contract in CONTRACTS.values():
        for rule in contract.rules.values():
            assert rule.says[0].islower()
            assert not rule.says.endswith(".")


def test_a_contract_inherits_columns_keys_and_rules() -> None:
    """One column of its own does not take the place of those of its base."""

    class Base(kpi.Contract, row_unit=kpi.Unit.EVENTS, source="A system"):
        """One row per event."""

        event_id = kpi.Column(str, unique=True, description="The key.")
        began = kpi.Column(date, description="The first day.")
        ended = kpi.Column(date, nullable=True, description="The last day.")
        kind = kpi.Column(str, isin=("a", "b"), description="What kind.")
        in_order = kpi.Rule(ended >= began, "an event does not end before it begins")
        one_each = kpi.Unique(began, kind)

    class Longer(Base):
        """One row per event."""

        kind = kpi.Column(str, isin=("a", "b", "c"), description="What kind.")
        place = kpi.Column(str, nullable=True, description="Where.")

    assert list(Longer.columns) == ["event_id", "began", "ended", "kind", "place"]
    assert list(Base.columns) == ["event_id", "began", "ended", "kind"]
    assert Longer.keys == (("event_id",), ("began", "kind"))
    assert Longer.rules.keys() == {"in_order"}
    assert (Longer.table, Longer.row_unit, Longer.source) == ("longer", Base.row_unit, "A system")
    assert (str(Longer.began), str(Base.began)) == ("Longer.began", "Base.began")
    assert Longer.kind.domain == ("a", "b", "c")
    report = kpi.validate(pl.DataFrame({"place": ["here"]}), Longer)
    assert len(report.violations) == 4
    rows = {"event_id": ["1"], "began": [date(2024, 5, 2)], "ended": [date(2024, 5, 1)]}
    report = kpi.validate(pl.DataFrame({**rows, "kind": ["c"], "place": ["here"]}), Longer)
    assert [violation.column for violation in report.violations] == ["ended, began"]


@pytest.mark.parametrize("level", [-0.1, 1.5, float("nan")])
def test_the_level_of_a_quantile_is_a_share(level: float) -> None:
    class Timed(kpi.Contract):
        """One row per event."""

        at = kpi.Column(date, description="The day.")
        score = kpi.Column(int, description="A number.")

    with pytest.raises(kpi.DefinitionError, match="is not from 0 to 1"):
        Statistic(Timed, Operation.QUANTILE, Timed.at, of=Timed.score, quantile=level)
