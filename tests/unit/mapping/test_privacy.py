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
from swm_kpi.cli.main import main
from swm_kpi.mapping import MappingError, codes, flag, not_in_source
from swm_kpi.mapping.mapped_table import format_small_counts
from tests.support.bad_inputs import MARKER
from tests.support.force_folder import CODES, FILES, write_force
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
    assert ("swm-kpi map report" in str(error.value)) is (case in ("a code", "a flag"))


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
    assert "'B' in 5 or more rows" in str(report)
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


HEADINGS = "number,opened,code\n"
PERSONAL_EXTRACTS = {
    "a number": f"{HEADINGS}{MARKER},02/04/2024 10:00,A1\n2,03/04/2024 10:00,B\n",
    "a number twice": HEADINGS + f"{MARKER},02/04/2024 10:00,A1\n" * 2,
    "a time that is none": f"{HEADINGS}1,{MARKER},A1\n",
    "a row that is too long": f"{HEADINGS}1,02/04/2024 10:00,A1,{MARKER}\n",
    "a heading": f"number,{MARKER},code\n1,02/04/2024 10:00,A1\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("case", PERSONAL_EXTRACTS)
def test_no_command_of_a_force_shows_a_personal_value(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The canary: checks, report, differences, numbers and rows."""
    folder = str(write_force(tmp_path / "force", FILES))
    before = FILES | {"codes/closing.csv": CODES.replace("A1,", "A2,")}
    old = str(write_force(tmp_path / "old", before))
    (tmp_path / "extracts").mkdir()
    file = tmp_path / "extracts" / "c2.csv"
    file.write_text(PERSONAL_EXTRACTS[case])
    data = ["--force", folder, "--data", str(tmp_path / "extracts")]
    main(["map", "check", "--force", folder])
    main(["map", "report", *data])
    main(["map", "diff", old, *data])
    main(["validate", "incident", str(file), "--force", folder])
    main(["compute", "15", *data, "--period", "2024-04"])
    captured = capsys.readouterr()
    shown = captured.out + captured.err
    force = kpi.Force.read(folder)
    tables = force.tables(tmp_path / "extracts")
    shown += f"{force} {force!r} {tables} {tables!r}"
    try:
        shown += repr(tables["incident"])
        rows = kpi.rows("15", "incidents", tables, period="2024-04", catalogue=force.catalogue())
        shown += repr(rows)
    except kpi.SwmKpiError as error:
        shown += "".join(traceback.TracebackException.from_exception(error).format())
    assert "c2" in shown
    assert MARKER not in shown.replace(str(tmp_path), "")


def test_a_refusal_of_a_time_shows_what_the_format_is() -> None:
    class Stamped(kpi.Source):
        """One row per visit."""

        arrived = kpi.Column(str, description="When, with an offset.")

    times = kpi.Mapping(
        Visit,
        source=Stamped,
        version=1,
        valid_from="2024-04-01",
        owner="Data owner",
        columns={
            Visit.visit_id: "V1",
            Visit.arrived_at: Stamped.arrived.parse("ISO with offset"),
            Visit.reason: not_in_source("No field"),
            Visit.urgent: not_in_source("No field"),
        },
    )
    with pytest.raises(MappingError, match="such as 2024-04-01 10:00\\+01:00"):
        times.apply(pl.DataFrame({"arrived": ["2024-04-01 10:00:00+01"]}))


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ([28, 0, 4, 0], ["5 or more", "0", "under 5", "0"]),
        ([2_000, 30, 1, 0], ["2,000", "5 or more", "under 5", "0"]),
        ([2_000, 3, 1, 0], ["2,000", "under 5", "under 5", "0"]),
        ([2_000, 30, 0, 0], ["2,000", "30", "0", "0"]),
        ([0, 0, 3, 0], ["0", "0", "under 5", "0"]),
    ],
)
def test_a_small_count_cannot_be_subtracted_from_the_rows(
    numbers: list[int], shown: list[str]
) -> None:
    assert format_small_counts(numbers) == shown
