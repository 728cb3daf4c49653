"""Public files on the command line: read as published, with each file accounted for."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from swm_kpi.cli.main import main

STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context\n"
)


def street(month: str = "2025-06", records: int = 1) -> str:
    place = "West Mercia Police,West Mercia Police,,,,E01000001,Worcester 001A"
    return STREET + f",{month},{place},Anti-social behaviour,,\n" * records


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "downloads"
    path.mkdir()
    (path / "2025-06-west-mercia-street.csv").write_text(street(records=3))
    (path / "2025-06-west-mercia-outcomes.csv").write_text(
        "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
        "Outcome type\n"
    )
    return path


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.fixture
def workforce(tmp_path: Path) -> Path:
    return workbook(
        tmp_path / "workforce.xlsx",
        Table_1=[["Table 1: Police officers (FTE)"], ["Force", "March 2018"], ["Kent", 10.5]],
        Table_2=[["Table 2: Police staff (FTE)"], ["Force", "March 2018"], ["Kent", 99.5]],
    )


def value(printed: str, measure: str) -> float:
    frame = pl.read_csv(printed.encode())
    return frame.filter(measure=measure).row(0, named=True)["value"]


def test_a_folder_of_public_files_is_computed(folder: Path, capsys) -> None:
    words = [
        "compute",
        "--format",
        "csv",
        "15",
        "--data",
        f"street_crime={folder}",
        "--period",
        "2025-06",
    ]
    assert main([*words, "--policy", "none"]) == 0
    shown = capsys.readouterr()
    assert value(shown.out, "incidents") == 3
    assert shown.err.splitlines() == [
        "street_crime: read 3 rows from 1 file or sheet with open_data.police_uk.",
        "  Not read: 2025-06-west-mercia-outcomes.csv: it has outcomes of data.police.uk.",
    ]


def test_several_public_files_of_one_table_are_joined(folder: Path, capsys) -> None:
    july = folder.parent / "2025-07-west-mercia-street.csv"
    july.write_text(street("2025-07", records=2))
    june = folder / "2025-06-west-mercia-street.csv"
    words = [
        "compute",
        "--format",
        "csv",
        "15",
        "--data",
        f"street_crime={june}",
        "--data",
        f"street_crime={july}",
    ]
    assert main([*words, "--period", "2025-06", "--period", "2025-07", "--policy", "none"]) == 0
    frame = pl.read_csv(capsys.readouterr().out.encode()).filter(measure="incidents")
    assert frame["value"].to_list() == [3, 2]


def test_public_files_are_validated_with_their_notes(folder: Path, capsys) -> None:
    (folder / "2025-05-west-mercia-street (1).csv").write_text(street("2025-05"))
    (folder / "2025-05-west-mercia-street.csv").write_text(street("2025-05"))
    assert main(["validate", "street_crime", str(folder)]) == 0
    shown = capsys.readouterr()
    assert "Table 'street_crime' (4 rows) keeps its contract." in shown.out
    note = "street (1).csv (an earlier file has the same content)."
    assert f"Not read: 2025-05-west-mercia-{note}" in shown.out


def test_a_force_keeps_its_own_table_of_the_same_name(tmp_path: Path, capsys) -> None:
    own = tmp_path / "street_crime.csv"
    own.write_text(
        "crime_id,month,force,district,lpa,crime_type,last_outcome\n"
        ",2025-06-01,West Mercia,Worcester,South Worcestershire,Anti-social behaviour,\n"
    )
    assert main(["validate", "street_crime", str(own)]) == 0
    assert capsys.readouterr().err == ""
    assert main(["validate", "street_crime", str(own), "--reader", "street_crime=police_uk"]) == 14
    assert "is missing" in capsys.readouterr().err
    raw = tmp_path / "raw.csv"
    raw.write_text(street())
    assert main(["validate", "street_crime", str(raw), "--reader", "street_crime=none"]) != 0


def test_a_sheet_is_stated_by_number_or_name(workforce: Path, capsys) -> None:
    words = [
        "compute",
        "--format",
        "csv",
        "52",
        "--data",
        f"published_workforce={workforce}",
        "--period",
        "2017/18",
    ]
    for sheet in ([], ["1"], ["Table_1"]):
        state = [text for name in sheet for text in ("--sheet", f"published_workforce={name}")]
        assert main([*words, "--policy", "none", *state]) == 0
        shown = capsys.readouterr()
        assert value(shown.out, "officers_fte") == 10.5
        assert "sheet Table_2: it" in shown.err
    assert main(["validate", "published_workforce", str(workforce), "--sheet", "1"]) == 0
    assert main([*words, "--sheet", "published_workforce=2"]) == 14
    assert "it counts police staff" in capsys.readouterr().err


def test_collisions_are_found_beside_casualties(tmp_path: Path, capsys) -> None:
    (tmp_path / "collision.csv").write_text(
        "collision_index,date,collision_severity,police_force,local_authority_ons_district\n"
        "1,05/01/2022,2,22,E06000051\n"
    )
    people = tmp_path / "casualty.csv"
    people.write_text(
        "collision_index,vehicle_reference,casualty_reference,casualty_severity\n1,1,1,2\n"
    )
    assert main(["validate", "casualty", str(tmp_path)]) == 0
    assert "casualty: read 1 row from 1 file" in capsys.readouterr().err
    assert main(["validate", "casualty", str(people)]) == 14
    assert "Give the collision files too" in capsys.readouterr().err
    both = ["--data", f"collision={tmp_path / 'collision.csv'}", "--data", f"casualty={people}"]
    assert (
        main(["compute", "--format", "csv", "40", *both, "--period", "2022-01", "--policy", "none"])
        == 0
    )
    assert value(capsys.readouterr().out, "collisions") == 1


def test_outcomes_of_both_sources_are_read_from_one_folder(tmp_path: Path, capsys) -> None:
    (tmp_path / "2024-04-kent-outcomes.csv").write_text(
        "Crime ID,Month,Reported by,LSOA name,Outcome type\n"
        "c1,2024-04,Kent Police,Ashford 001A,Suspect charged\n"
    )
    (tmp_path / "outcomes.csv").write_text(
        "Financial Year,Financial Quarter,Force Name,Offence Group,Offence Subgroup,Offence Code,"
        "Outcome Type,Outcomes for offences that were recorded in the quarter,"
        "Outcomes for investigations closed in the quarter\n"
        "2024/25,1,Kent,Theft offences,Shoplifting,46,1,5,7\n"
        "2024/25,1,Kent,Sexual offences,Rape offences,19C,1,1,2\n"
        "2024/25,1,Kent,Sexual offences,Other sexual offences,20A,1,0,0\n"
    )
    tables = [f"{name}={tmp_path}" for name in ("street_outcome", "published_outcome")]
    data = [word for table in tables for word in ("--data", table)]
    period = ["--period", "2024/25 Q1", "--policy", "none"]
    assert main(["compute", "--format", "csv", "11", *data, *period]) == 0
    output = capsys.readouterr()
    assert value(output.out, "published_charges") == 7 + 2
    assert "street_outcome: read 1 row from 1 file or sheet" in output.err
    assert "with open_data.crime_outcomes" in output.err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--reader", "street_crime=officer_fte"], 12, "Use police_uk or none."),
        (["--reader", "officer_fte"], 12, "Use police_uk or none."),
        (["--reader", "street_crime="], 12, "is not TABLE= and a READER"),
        (["--reader", "street_crimes=police_uk"], 12, "Did you mean 'street_crime'?"),
        (["--sheet", "street_crime=1"], 12, "--sheet is for the public files of"),
        (["--data", "incident=a.csv", "--data", "incident=b.csv"], 12, "'incident' has 2 files"),
        (["--data", "street_crime=gone/"], 14, "There is no file 'gone'"),
    ],
)
def test_wrong_arguments_name_what_to_write(
    words: list[str], code: int, message: str, folder: Path, capsys
) -> None:
    data = ["--data", f"street_crime={folder}"]
    assert main(["compute", "--format", "csv", "15", *data, "--period", "2025-06", *words]) == code
    assert message in capsys.readouterr().err


def test_a_folder_without_its_table_says_what_to_write(folder: Path, capsys) -> None:
    assert (
        main(["compute", "--format", "csv", "15", "--data", str(folder), "--period", "2025-06"])
        == 12
    )
    assert "such as street_crime=downloads/" in capsys.readouterr().err
