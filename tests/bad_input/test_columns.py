"""Bad input, cases 10 to 24: columns and types.

The same values in another physical type are accepted (see ``test_contracts.py``). These tests are
for conversions that are lossy or ambiguous, which raise.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import ContractError, DisclosurePolicy, InputError
from tests.support.bad_inputs import (
    ALL_INPUTS,
    ALL_MEASURES,
    IN_MEMORY,
    LOCAL_INPUTS,
    MARKER,
    MINUTES,
    URGENT,
    VISITS,
    BuildTable,
    Visit,
    case,
    cells,
    compute,
    find_violations,
    no_marker_is_printed,
    pandas,
    polars,
    raises_without_marker,
    rows,
)
from tests.support.engines import IGNORED_WARNINGS

pytestmark = [*IGNORED_WARNINGS, pytest.mark.usefixtures(no_marker_is_printed.__name__)]


@case(10, *ALL_INPUTS)
def test_all_missing_columns_are_reported_at_once(build_table: BuildTable) -> None:
    present = {name: rows()[name] for name in ("visit_id", "grade", "people", "cost")}
    missing = Visit.columns.keys() - present.keys()
    report = kpi.validate(build_table(present), Visit)
    assert {
        (violation.column, violation.rule, violation.rows) for violation in report.violations
    } == {(name, "the column is missing", 3) for name in missing}
    with raises_without_marker(
        ContractError, r"(?s)came_at: the column is missing.*urgent: the column"
    ):
        compute(build_table(present))


@case(11, *LOCAL_INPUTS)
def test_a_column_outside_the_contract_is_never_read(build_table: BuildTable) -> None:
    """The report names it. A strict check refuses it.

    (By the list of cases it is always refused; by design, it is ignored and named.)
    """
    data = build_table(rows(surname=[f"{MARKER}"] * 3))
    report = kpi.validate(data, Visit)
    assert report.ok
    assert report.extra_columns == ("surname",)
    assert "surname" not in report.table.columns
    strict = kpi.validate(data, Visit, strict=True)
    assert {(violation.column, violation.rule) for violation in strict.violations} == {
        ("surname", "the contract has no such column")
    }
    assert kpi.validate(build_table(rows()), Visit, strict=True).ok


def repeat_column_in_pandas(folder: Path) -> Any:
    frame = pandas(rows())
    return pd.concat([frame, frame[["code"]]], axis=1)


def repeat_column_in_csv(folder: Path) -> Any:
    path = folder / "visits.csv"
    pl.DataFrame(rows(again=["007", "008", "009"])).write_csv(path)
    path.write_text(path.read_text().replace("again", "code"))
    return path


@case(12, repeat_column_in_pandas, repeat_column_in_csv, name="make")
def test_two_columns_with_one_label_raise(make: Callable[[Path], Any], tmp_path: Path) -> None:
    """The name that a library gives to the second column makes no difference."""
    violations = find_violations(make(tmp_path))
    assert {name for name, _, _ in violations} == {"code"}
    assert "occurs twice" in str(violations)


LOSSY: dict[str, tuple[int, str, list[Any], str]] = {
    "whole numbers as text": (13, "people", ["1", "2", "3"], "not whole numbers"),
    "whole numbers as decimals": (13, "people", [1.0, None, 3.0], "not whole numbers"),
    "whole numbers as truths": (13, "people", [True, False, True], "not whole numbers"),
    "numbers as truths": (13, "cost", [True, False, True], "not numbers"),
    "a key as a whole number": (13, "visit_id", [1, 2, 3], "not text"),
    "a listed value as a number": (13, "grade", [1, 2, 1], "not text"),
    "times as text": (13, "came_at", ["2024-04-01 09:00"] * 3, "not dates with times"),
    "times as days": (13, "came_at", [date(2024, 4, 1)] * 3, "not dates with times"),
    "times as numbers": (13, "came_at", [1_712_000_000] * 3, "not dates with times"),
    "days as text": (13, "day", ["2024-04-01"] * 3, "not dates"),
    "days with a time": (13, "day", [datetime(2024, 4, 1, 9)] * 3, "has a time of day"),
    "numbers with thousands commas": (14, "cost", ["1.5", "2", "1,000"], "not numbers"),
    "numbers with spaces": (14, "people", [" 1", "2 ", "3"], "not whole numbers"),
    "Y and N": (15, "urgent", ["Y", "N", "Y"], "not true or false"),
    "True and False as text": (15, "urgent", ["True", "False", "True"], "not true or false"),
    "1 and 0": (15, "urgent", [1, 0, 1], "not true or false"),
    "an infinite number": (18, "cost", [float("inf"), 1.0, 2.0], "is not finite"),
    "a number below all": (18, "cost", [float("-inf"), 1.0, 2.0], "is not finite"),
    "a key as a decimal": (19, "visit_id", [1.0, 2.0, 9007199254740993.0], "not text"),
    "a code without its leading zeros": (
        20,
        "code",
        ["7", None, "10"],
        "does not match the pattern",
    ),
    "a code as a number": (20, "code", [7, 8, 9], "not text"),
    "a code with zeros of another script": (20, "code", ["\u0660\u0660\u0667"] * 3, "pattern"),
    "a negative number of people": (44, "people", [-1, 2, 3], "is less than 0"),
}


@pytest.mark.parametrize("build_table", LOCAL_INPUTS)
@pytest.mark.parametrize(
    ("column", "values", "rule"),
    [pytest.param(*values, id=f"{number:02}-{name}") for name, (number, *values) in LOSSY.items()],
)
def test_a_lossy_or_ambiguous_type_is_refused(
    column: str, values: list[Any], rule: str, build_table: BuildTable
) -> None:
    """No other column of the table is reported."""
    violations = find_violations(build_table(rows(left_at=[None] * 3) | {column: values}))
    assert {reported for reported, _, _ in violations} == {column}
    assert rule in str(violations)


@case(13, *IN_MEMORY)
def test_all_columns_of_a_wrong_type_are_reported_at_once(build_table: BuildTable) -> None:
    """``test_contracts.py`` tests this for every contract of the catalogue."""
    wrong = rows(people=["1", "2", "3"], urgent=["Y"] * 3, came_at=["2024-04-01"] * 3)
    assert {name for name, _, _ in find_violations(build_table(wrong))} == {
        "people",
        "urgent",
        "came_at",
    }


MIXED: dict[str, tuple[str, list[Any]]] = {
    "text and numbers": ("code", ["007", 7, "008"]),
    "truths and numbers": ("people", [True, 1, 2]),
    "days and times": ("day", [date(2024, 4, 1), datetime(2024, 4, 1), None]),
    "texts and lists": ("code", ["007", ["008"], "009"]),
    "texts and bytes": ("visitor", [MARKER, MARKER.encode(), None]),
    "texts and structures": ("visitor", [MARKER, {"name": MARKER}, None]),
    "text that is not Unicode": ("visitor", [f"\ud800{MARKER}", b"", MARKER]),
}


@case(16, *IN_MEMORY)
@pytest.mark.parametrize(("column", "values"), MIXED.values(), ids=MIXED)
def test_several_types_in_one_column_are_refused(
    build_table: BuildTable, column: str, values: list[Any]
) -> None:
    violations = find_violations(build_table(rows(**{column: values})))
    assert {(name, rows_) for name, _, rows_ in violations} == {(column, 3)}


LARGE = {
    "2**63": [2**63, 1, 2],
    "2**70": [2**70, 1, 2],
    "too large for a decimal to hold exactly": [2**53 + 1, 1, 2],
}


@case(17, *IN_MEMORY)
@pytest.mark.parametrize("values", LARGE.values(), ids=LARGE)
def test_a_whole_number_too_large_is_refused(build_table: BuildTable, values: list[int]) -> None:
    assert [
        (name, count) for name, _, count in find_violations(build_table(rows(people=values)))
    ] in (
        [("people", 1)],
        [("people", 3)],
    )


@case(17, name="values", uint64=np.array([2**63, 1, 2], dtype="uint64"))
def test_a_number_too_large_for_the_engine_is_refused(values: Any) -> None:
    table = pandas(rows()).assign(people=values)
    assert find_violations(table) == {("people", "it is too large", 1)}


@case(17, *IN_MEMORY)
def test_sums_never_overflow(build_table: BuildTable) -> None:
    """The sum of 1,200 numbers of the largest valid size does not fit into 64 bits."""
    row_count = 1_200
    columns = {
        "visit_id": [f"{MARKER}{number}" for number in range(row_count)],
        "came_at": [datetime(2024, 4, 1)] * row_count,
        "people": [2**53 - 1] * row_count,
        "cost": [2.0**53 / 101] * row_count,
    }
    result = compute(build_table(columns), *ALL_MEASURES[-2:])
    assert row_count * 2**53 > 2**63
    assert cells(result, "people") == [pytest.approx(row_count * (2**53 - 1))]
    assert cells(result, "cost") == [pytest.approx(row_count * 2**53 / 101)]


def to_categories(frame: pl.DataFrame) -> Any:
    return frame.with_columns(
        pl.col("area").cast(pl.Enum(["Elsewhere", "South", "North"])),
        pl.col("grade").cast(pl.Categorical),
    )


def to_pandas_categories(frame: pl.DataFrame) -> Any:
    table = pandas(rows())
    table["area"] = pd.Categorical(table["area"], categories=["Elsewhere", "South", "North"])
    return table


@case(21, to_categories, to_pandas_categories, name="change")
def test_categories_that_no_row_has_add_nothing(change: Callable[[Any], Any]) -> None:
    """Members come only from the closed list of the breakdown."""
    frame = pl.DataFrame(rows())
    expected = compute(frame, *ALL_MEASURES, by=["area"]).to_polars()
    assert compute(change(frame), *ALL_MEASURES, by=["area"]).to_polars().equals(expected)


@case(22, *LOCAL_INPUTS)
def test_a_table_with_no_rows_has_zeros_and_no_shares(build_table: BuildTable) -> None:
    """That is so with a coverage. Without one, nothing is known about the period."""
    empty = build_empty_table(build_table)
    assert kpi.validate(empty, Visit).rows == 0
    result = compute(empty)
    assert cells(result, "visits") == [0]
    for measure in ("urgent", "minutes"):
        assert (cells(result, measure), cells(result, measure, "marker")) == ([None], ["[z]"])
    without_coverage = compute(empty, coverage={})
    assert (cells(without_coverage, "visits"), cells(without_coverage, "visits", "marker")) == (
        [None],
        ["[x]"],
    )
    assert "no dated rows" in cells(without_coverage, "visits", "note")[0]


def build_empty_table(build_table: BuildTable) -> Any:
    empty = pl.DataFrame(rows()).clear()
    if build_table is polars:
        return empty
    if build_table is pandas:
        return pandas(rows()).iloc[:0]
    from tests.support import engines

    return engines.loader("DuckDB")("visit", empty)


@case(
    23,
    name="data",
    none=None,
    list=[],
    mapping={"visit_id": [MARKER]},
    number=1,
    series=pd.Series([MARKER]),
    no_columns=pd.DataFrame(),
    no_column_of_its=pl.DataFrame({MARKER: [MARKER]}),
    workbook="visits.xlsx",
    folder=Path(__file__).parent,
    no_file="visits.csv",
    no_name="\0.csv",
)
def test_an_argument_that_is_not_a_table_raises_with_its_type(data: Any) -> None:
    with raises_without_marker(InputError, "^Table 'visit'"):
        kpi.validate(data, Visit)
    with raises_without_marker(InputError, "^Table 'visit'"):
        compute({"visit": data})


@case(23, *IN_MEMORY)
def test_a_lazy_frame_is_accepted(build_table: BuildTable) -> None:
    """(By the list of cases it is refused; by design, it is computed lazily.)"""
    frame = build_table(rows())
    lazy = frame.lazy() if isinstance(frame, pl.DataFrame) else pl.from_pandas(frame).lazy()
    expected = compute(frame, *ALL_MEASURES).to_polars()
    assert compute(lazy, *ALL_MEASURES).to_polars().equals(expected)


@case(24, *LOCAL_INPUTS)
def test_a_single_row_is_computed_and_suppressed_by_a_policy(build_table: BuildTable) -> None:
    first_row = build_table({name: values[:1] for name, values in rows().items()})
    result = compute(first_row, VISITS, URGENT, MINUTES)
    assert [cells(result, measure) for measure in ("visits", "urgent", "minutes")] == [
        [1],
        [1],
        [30],
    ]
    protected = result.protect(DisclosurePolicy(threshold=5, rounding_base=5)).to_polars()
    assert set(protected["marker"]) == {"[c]"}
    assert protected["value"].null_count() == len(protected)
