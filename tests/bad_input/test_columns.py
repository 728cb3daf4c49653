"""Bad input, cases 10 to 24: columns and types.

The same thing in another physical type is accepted (``test_contracts.py`` tries every one); what is
lossy or doubtful is refused here.
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
    EVERYTHING,
    EVERYWHERE,
    HERE,
    MINUTES,
    TABLES,
    URGENT,
    VISITS,
    Give,
    Visit,
    broken,
    case,
    cells,
    compute,
    nothing_is_told,
    pandas,
    polars,
    refused,
    rows,
)
from tests.support.bad_inputs import MARK as M
from tests.support.engines import IGNORED_WARNINGS

pytestmark = [*IGNORED_WARNINGS, pytest.mark.usefixtures(nothing_is_told.__name__)]


@case(10, *EVERYWHERE)
def test_every_missing_column_is_named_at_once(give: Give) -> None:
    kept = {name: rows()[name] for name in ("visit_id", "grade", "people", "cost")}
    lost = Visit.columns.keys() - kept.keys()
    report = kpi.validate(give(kept), Visit)
    assert {(v.column, v.rule, v.rows) for v in report.violations} == {
        (name, "the column is missing", 3) for name in lost
    }
    with refused(ContractError, r"(?s)came_at: the column is missing.*urgent: the column"):
        compute(give(kept))


@case(11, *TABLES)
def test_a_column_that_the_contract_does_not_know_is_never_read(give: Give) -> None:
    """It is named, and refused where the check is strict.

    (The list of cases refuses it always; the design reads on and names it.)
    """
    data = give(rows(surname=[f"{M}"] * 3))
    report = kpi.validate(data, Visit)
    assert report.ok
    assert report.extra_columns == ("surname",)
    assert "surname" not in report.table.columns
    strict = kpi.validate(data, Visit, strict=True)
    assert {(v.column, v.rule) for v in strict.violations} == {
        ("surname", "the contract has no such column")
    }
    assert kpi.validate(give(rows()), Visit, strict=True).ok


def twice_in_pandas(folder: Path) -> Any:
    frame = pandas(rows())
    return pd.concat([frame, frame[["code"]]], axis=1)


def twice_in_csv(folder: Path) -> Any:
    path = folder / "visits.csv"
    pl.DataFrame(rows(again=["007", "008", "009"])).write_csv(path)
    path.write_text(path.read_text().replace("again", "code"))
    return path


@case(12, twice_in_pandas, twice_in_csv, name="make")
def test_two_columns_of_one_label_are_refused(make: Callable[[Path], Any], tmp_path: Path) -> None:
    """Whatever a reader calls the second."""
    violations = broken(make(tmp_path))
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
    "a code that lost its noughts": (20, "code", ["7", None, "10"], "does not match the pattern"),
    "a code as a number": (20, "code", [7, 8, 9], "not text"),
    "a code with noughts of another script": (20, "code", ["\u0660\u0660\u0667"] * 3, "pattern"),
    "a negative number of people": (44, "people", [-1, 2, 3], "is less than 0"),
}


@pytest.mark.parametrize("give", TABLES)
@pytest.mark.parametrize(
    ("column", "values", "rule"),
    [pytest.param(*each, id=f"{number:02}-{words}") for words, (number, *each) in LOSSY.items()],
)
def test_what_is_lossy_or_doubtful_is_refused(
    column: str, values: list[Any], rule: str, give: Give
) -> None:
    """And so is nothing else of the table."""
    violations = broken(give(rows(left_at=[None] * 3) | {column: values}))
    assert {name for name, _, _ in violations} == {column}
    assert rule in str(violations)


@case(13, *HERE)
def test_every_column_of_another_type_is_reported_at_once(give: Give) -> None:
    """``test_contracts.py`` does so for every contract of the catalogue."""
    wrong = rows(people=["1", "2", "3"], urgent=["Y"] * 3, came_at=["2024-04-01"] * 3)
    assert {name for name, _, _ in broken(give(wrong))} == {"people", "urgent", "came_at"}


MIXED: dict[str, tuple[str, list[Any]]] = {
    "text and numbers": ("code", ["007", 7, "008"]),
    "truths and numbers": ("people", [True, 1, 2]),
    "days and times": ("day", [date(2024, 4, 1), datetime(2024, 4, 1), None]),
    "texts and lists": ("code", ["007", ["008"], "009"]),
    "texts and bytes": ("visitor", [M, M.encode(), None]),
    "texts and structures": ("visitor", [M, {"name": M}, None]),
    "text that is not Unicode": ("visitor", [f"\ud800{M}", b"", M]),
}


@case(16, *HERE)
@pytest.mark.parametrize(("column", "values"), MIXED.values(), ids=MIXED)
def test_several_types_in_one_column_are_refused(
    give: Give, column: str, values: list[Any]
) -> None:
    violations = broken(give(rows(**{column: values})))
    assert {(name, n) for name, _, n in violations} == {(column, 3)}


LARGE = {
    "2**63": [2**63, 1, 2],
    "2**70": [2**70, 1, 2],
    "too large for a decimal to hold exactly": [2**53 + 1, 1, 2],
}


@case(17, *HERE)
@pytest.mark.parametrize("values", LARGE.values(), ids=LARGE)
def test_a_whole_number_too_large_is_refused(give: Give, values: list[int]) -> None:
    assert [(name, n) for name, _, n in broken(give(rows(people=values)))] in (
        [("people", 1)],
        [("people", 3)],
    )


@case(17, name="values", uint64=np.array([2**63, 1, 2], dtype="uint64"))
def test_a_number_too_large_for_the_engine_is_refused(values: Any) -> None:
    table = pandas(rows()).assign(people=values)
    assert broken(table) == {("people", "it is too large", 1)}


@case(17, *HERE)
def test_sums_never_wrap_round(give: Give) -> None:
    """1,200 numbers as large as may be add up to more than 64 bits hold."""
    many = 1_200
    columns = {
        "visit_id": [f"{M}{number}" for number in range(many)],
        "came_at": [datetime(2024, 4, 1)] * many,
        "people": [2**53 - 1] * many,
        "cost": [2.0**53 / 101] * many,
    }
    result = compute(give(columns), *EVERYTHING[-2:])
    assert many * 2**53 > 2**63
    assert cells(result, "people") == [pytest.approx(many * (2**53 - 1))]
    assert cells(result, "cost") == [pytest.approx(many * 2**53 / 101)]


def as_categories(frame: pl.DataFrame) -> Any:
    return frame.with_columns(
        pl.col("area").cast(pl.Enum(["Elsewhere", "South", "North"])),
        pl.col("grade").cast(pl.Categorical),
    )


def as_pandas_categories(frame: pl.DataFrame) -> Any:
    table = pandas(rows())
    table["area"] = pd.Categorical(table["area"], categories=["Elsewhere", "South", "North"])
    return table


@case(21, as_categories, as_pandas_categories, name="change")
def test_categories_that_no_row_has_add_nothing(change: Callable[[Any], Any]) -> None:
    """Members come from the breakdown's own list, and from nowhere else."""
    frame = pl.DataFrame(rows())
    expected = compute(frame, *EVERYTHING, by=["area"]).to_polars()
    assert compute(change(frame), *EVERYTHING, by=["area"]).to_polars().equals(expected)


@case(22, *TABLES)
def test_a_table_with_no_rows_has_zeros_and_no_shares(give: Give) -> None:
    """Where somebody says what it covers. Otherwise it says nothing at all."""
    empty = give_empty(give)
    assert kpi.validate(empty, Visit).rows == 0
    result = compute(empty)
    assert cells(result, "visits") == [0]
    for measure in ("urgent", "minutes"):
        assert (cells(result, measure), cells(result, measure, "marker")) == ([None], ["[z]"])
    unsaid = compute(empty, coverage={})
    assert (cells(unsaid, "visits"), cells(unsaid, "visits", "marker")) == ([None], ["[x]"])
    assert "no dated rows" in cells(unsaid, "visits", "note")[0]


def give_empty(give: Give) -> Any:
    typed = pl.DataFrame(rows()).clear()
    if give is polars:
        return typed
    if give is pandas:
        return pandas(rows()).iloc[:0]
    from tests.support import engines

    return engines.loader("DuckDB")("visit", typed)


@case(
    23,
    name="data",
    none=None,
    list=[],
    mapping={"visit_id": [M]},
    number=1,
    series=pd.Series([M]),
    no_columns=pd.DataFrame(),
    no_column_of_its=pl.DataFrame({M: [M]}),
    workbook="visits.xlsx",
    folder=Path(__file__).parent,
    no_file="visits.csv",
    no_name="\0.csv",
)
def test_an_argument_that_is_not_a_table_raises_with_its_type(data: Any) -> None:
    with refused(InputError, "^Table 'visit'"):
        kpi.validate(data, Visit)
    with refused(InputError, "^Table 'visit'"):
        compute({"visit": data})


@case(23, *HERE)
def test_a_lazy_frame_is_a_table_too(give: Give) -> None:
    """(The list of cases refuses it; the design computes from it lazily.)"""
    frame = give(rows())
    lazy = frame.lazy() if isinstance(frame, pl.DataFrame) else pl.from_pandas(frame).lazy()
    expected = compute(frame, *EVERYTHING).to_polars()
    assert compute(lazy, *EVERYTHING).to_polars().equals(expected)


@case(24, *TABLES)
def test_one_row_is_computed_and_not_disclosed(give: Give) -> None:
    first = give({name: values[:1] for name, values in rows().items()})
    result = compute(first, VISITS, URGENT, MINUTES)
    assert [cells(result, text) for text in ("visits", "urgent", "minutes")] == [[1], [1], [30]]
    safe = result.protect(DisclosurePolicy(threshold=5, rounding_base=5)).to_polars()
    assert set(safe["marker"]) == {"[c]"}
    assert safe["value"].null_count() == len(safe)
