"""Outcomes files of data.police.uk: every pitfall in a small made-up file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.errors import InputError
from swm_kpi.open_data import police_uk, police_uk_outcomes

CANARY = "ZQX-canary-7731"
JUNE, JULY = "2025-06-west-mercia-outcomes.csv", "2025-07-west-mercia-outcomes.csv"
HEADER = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
HEADER += "Outcome type"


def outcome(
    outcome_type: str = "Suspect charged",
    *,
    crime_id: str = "c1",
    month: str = "2025-06",
    force: str = "West Mercia Police",
    lsoa: str = "Worcester 001A",
) -> str:
    return f"{crime_id},{month},{force},{force},,,No Location,,{lsoa},{outcome_type}"


def write(path: Path, *lines: str, header: str = HEADER, bom: bool = False) -> Path:
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + "\n".join([header, *lines, ""]).encode())
    return path


def error_message(call: Any) -> str:
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.__context__ is None
    assert CANARY not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("bom", [False, True])
def test_each_record_is_a_row_in_its_month(tmp_path: Path, bom: bool) -> None:
    path = write(tmp_path / JUNE, outcome(), outcome("Local resolution", lsoa=""), bom=bom)
    table = police_uk_outcomes(path)
    june = date(2025, 6, 1)
    assert table.frame.rows() == [
        ("c1", june, "West Mercia", "Worcester", "South Worcestershire", "Suspect charged"),
        ("c1", june, "West Mercia", None, None, "Local resolution"),
    ]
    assert table.coverage.by_reporter == {"West Mercia": ((june, date(2025, 6, 30)),)}
    assert "No location, so no district: 1 record." in table.notes


def test_the_columns_are_those_of_the_contract(tmp_path: Path) -> None:
    from swm_kpi.definitions.contracts.street_outcome import StreetOutcome

    table = police_uk_outcomes(write(tmp_path / JUNE, outcome()))
    assert table.frame.columns == list(StreetOutcome.columns)
    assert table.table == StreetOutcome.table
    text = dict.fromkeys(table.frame.columns, pl.String)
    assert table.frame.schema == text | {"month": pl.Date}


def test_the_decisions_that_end_an_investigation_are_published_outcomes() -> None:
    from swm_kpi.definitions.contracts import street_crime, street_outcome

    action, none = street_outcome.POLICE_ACTION, street_outcome.NO_POLICE_ACTION
    assert set(action) < set(street_crime.ACTION_OUTCOMES)
    assert set(none) < set(street_crime.OTHER_OUTCOMES)


def test_a_later_outcome_of_a_crime_is_a_row_of_its_own_month(tmp_path: Path) -> None:
    charged = write(tmp_path / JUNE, outcome())
    sentenced = write(tmp_path / JULY, outcome("Offender fined", month="2025-07"))
    table = police_uk_outcomes([charged, sentenced])
    assert table.frame["month"].to_list() == [date(2025, 6, 1), date(2025, 7, 1)]
    assert "1 crime id occurs in more than one month: every record is counted, as published." in (
        table.notes
    )


def test_a_folder_has_files_of_both_datasets(tmp_path: Path) -> None:
    write(tmp_path / JUNE, outcome())
    header = f"{HEADER.removesuffix('Outcome type')}Crime type,Last outcome category,Context"
    street = ",2025-06,West Mercia Police,West Mercia Police,,,,,,Anti-social behaviour,,"
    write(tmp_path / "2025-06-west-mercia-street.csv", street, header=header)
    outcomes, crimes = police_uk_outcomes(tmp_path), police_uk(tmp_path)
    assert (len(outcomes), len(crimes)) == (1, 1)
    assert [file.reason for file in outcomes.files] == [
        "",
        "it has street-level crime of data.police.uk",
    ]
    assert [file.reason for file in crimes.files] == ["", "it has outcomes of data.police.uk"]


def test_crimes_joined_to_their_outcomes_are_not_outcomes(tmp_path: Path) -> None:
    path = write(tmp_path / "joined.csv", f"{outcome()},Burglary", header=f"{HEADER},Crime type")
    message = error_message(lambda: police_uk_outcomes(path))
    assert "joined.csv has columns of another dataset: Crime type." in message


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (outcome(month="2025-07"), "1 row with a Month other than the one in the file's name"),
        (outcome(month=CANARY), "1 row with a Month that is not written YYYY-MM"),
        (outcome(month="Jun-25"), "1 row with a Month that Excel changed to a date"),
        (outcome(crime_id="1.23E+10"), "1 row with a Crime ID that Excel rounded"),
        (outcome(""), "1 row with no Outcome type"),
        (outcome(force=""), "1 row with no Reported by"),
    ],
)
def test_an_invalid_record_is_an_error(tmp_path: Path, record: str, words: str) -> None:
    path = write(tmp_path / JUNE, outcome(), record)
    assert words in error_message(lambda: police_uk_outcomes(path))


@pytest.mark.parametrize("missing", ["Crime ID", "Month", "Reported by", "LSOA name"])
def test_a_missing_column_is_named(tmp_path: Path, missing: str) -> None:
    path = write(tmp_path / JUNE, outcome(), header=HEADER.replace(missing, "Other"))
    assert f"is missing 1 column: {missing}." in error_message(lambda: police_uk_outcomes(path))


def test_the_same_month_twice_is_an_error_and_the_same_file_twice_is_not(tmp_path: Path) -> None:
    first = write(tmp_path / JUNE, outcome())
    copy = write(tmp_path / "2025-06-west-mercia-outcomes (1).csv", outcome())
    table = police_uk_outcomes([first, copy])
    assert len(table) == 1
    assert table.notes == (f"Not read: {copy.name} (an earlier file has the same content).",)
    later = write(tmp_path / "later.csv", outcome(), outcome("Local resolution", crime_id="c2"))
    assert "both contain one force's records of one month" in error_message(
        lambda: police_uk_outcomes([first, later])
    )


def test_a_month_without_a_file_is_missing_data(tmp_path: Path) -> None:
    write(tmp_path / JUNE, outcome())
    write(
        tmp_path / "2025-08-kent-outcomes.csv",
        outcome(month="2025-08", force="Kent Police", lsoa="Ashford 001A"),
    )
    notes = police_uk_outcomes(tmp_path).notes
    assert "No file for 2025-07: the months are missing data, not zero." in notes
    assert any(note.startswith("Kent has files for 1 of the 2 months") for note in notes)


def test_outcomes_of_a_month_are_those_that_end_an_investigation(tmp_path: Path) -> None:
    june = write(
        tmp_path / JUNE,
        outcome(),
        outcome("Local resolution", crime_id="c2", lsoa="Wychavon 001A"),
        outcome("Unable to prosecute suspect", crime_id="c3"),
        outcome("Awaiting court outcome", crime_id="c4"),
    )
    july = write(tmp_path / JULY, outcome("Offender fined", month="2025-07"))
    data = {"street_outcome": police_uk_outcomes([june, july])}
    result = kpi.compute(["11"], data, periods=["2025-06", "2025-07", "2025-08"], by=["district"])
    frame = result.to_polars().filter(basis="proxy", measure="action_taken_of_assigned")
    rows = frame.select("period", "district", "value", "marker").rows()
    assert ("2025-06", "All", (1 + 1) / (1 + 1 + 1), "") in rows
    assert ("2025-06", "Worcester", 1 / (1 + 1), "") in rows
    assert ("2025-07", "All", None, "[z]") in rows
    assert ("2025-08", "All", None, "[x]") in rows
