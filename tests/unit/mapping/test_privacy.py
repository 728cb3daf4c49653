"""No message about an extract has a value of it; a report lists codes only, and no small count."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from copy import copy
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.mapping import MappingError, codes, flag
from tests.support.bad_inputs import MARKER
from tests.support.mapping_cases import code_file

REASONS = "R,Report,,,approved,Owner,2024-04-02,"


class Visit(kpi.Contract):
    """One row per visit."""

    visit_id = kpi.Column(str, unique=True, personal=True, description="The log's number.")
    arrived_at = kpi.Column(datetime, nullable=True, description="When the visitor arrived.")
    reason = kpi.Column(str, nullable=True, description="Why.")
    urgent = kpi.Column(bool, nullable=True, description="Whether it is urgent.")


class Log(kpi.Source):
    """One row per line of the log."""

    number = kpi.Column(str, personal=True, description="Number.")
    line = kpi.Column(int, description="Line.")
    arrived = kpi.Column(str, description="When.")
    why = kpi.Column(str, description="Code of the reason.")
    urgent = kpi.Column(str, personal=True, description="Y or N.")


def mapping(unmapped: Any = "refuse") -> kpi.Mapping:
    return kpi.Mapping(
        Visit,
        source=Log,
        version=1,
        valid_from="2024-04-01",
        owner="Data owner",
        columns={
            Visit.visit_id: Log.number,
            Visit.arrived_at: Log.arrived.parse("%d/%m/%Y %H:%M", unmapped=unmapped),
            Visit.reason: codes(code_file(REASONS), Log.why, unmapped=unmapped),
            Visit.urgent: flag(Log.urgent, yes="Y", no="N", unmapped=unmapped),
        },
        one_row_per=Log.number,
        first_by=Log.line,
    )


def extract(rows: int = 6, **columns: Any) -> pl.DataFrame:
    made = {
        "number": [f"{MARKER} {number}" for number in range(rows)],
        "line": [1] * rows,
        "arrived": ["01/04/2024 10:00"] * rows,
        "why": ["R"] * rows,
        "urgent": ["Y"] * rows,
    }
    return pl.DataFrame(made | columns)


MARKED = [MARKER] * 6
REFUSED: dict[str, Callable[[], Any]] = {
    "a code": lambda: extract(why=MARKED),
    "a time": lambda: extract(arrived=MARKED),
    "a flag": lambda: extract(urgent=MARKED),
    "a tie": lambda: extract(number=MARKED),
    "a number that is text": lambda: extract(line=MARKED),
    "a column of several types": lambda: extract().to_pandas().assign(why=[MARKER, 1, *MARKED[2:]]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_shows_no_value(case: str) -> None:
    with pytest.raises(MappingError) as error:
        mapping().apply(REFUSED[case]())
    shown = "".join(
        traceback.TracebackException.from_exception(error.value, capture_locals=True).format()
    )
    assert MARKER not in str(error.value)
    assert MARKER not in shown.split("def test_a_refusal")[0].replace("REFUSED", "")
    assert [item.rows for item in error.value.violations if item.rows]


@pytest.mark.parametrize("case", REFUSED)
def test_a_report_shows_only_codes(case: str) -> None:
    report = mapping().report(REFUSED[case]())
    listed = {item.column for item in report.codes}
    assert listed <= {"reason"}
    assert (MARKER in str(report)) == (case == "a code")
    assert not report.ok


def test_a_report_hides_small_counts() -> None:
    rows = extract(12, why=["A"] * 4 + ["B"] * 5 + ["R"] * 3)
    report = mapping("null").report(rows)
    assert [(item.code, item.rows) for item in report.codes] == [("B", 5), ("A", None)]
    assert report.counts["reason"].unmapped == 9
    assert "'A' in under 5 rows" in str(report)
    assert "'B' in 5 rows" in str(report)
    assert report.ok


def test_a_renamed_column_is_named_and_no_label_is() -> None:
    labels = extract().rename({"why": "Why", "urgent": MARKER})
    with pytest.raises(kpi.InputError) as error:
        mapping().apply(labels)
    assert "'urgent'" in str(error.value)
    assert "'why' (it has one that differs in case or spaces" in str(error.value)
    assert MARKER not in str(error.value)


def test_a_csv_file_with_a_number_that_is_no_number(tmp_path: Path) -> None:
    extract(2).with_columns(line=pl.lit(MARKER)).write_csv(tmp_path / "log.csv")
    with pytest.raises(MappingError, match=r"line: is not a whole number \(2 rows\)") as error:
        mapping().apply(tmp_path / "log.csv")
    assert MARKER not in str(error.value)


def test_an_error_can_be_copied() -> None:
    with pytest.raises(MappingError) as error:
        mapping().apply(extract(why=MARKED))
    duplicate = copy(error.value)
    assert str(duplicate) == str(error.value)
    assert duplicate.violations == error.value.violations
