"""Readers of public files: every pitfall in a small file, then real files compared with pandas.

The tests of real files need the environment variable SWM_KPI_REAL_DATA, which names their folder.
"""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from swm_kpi import Areas
from swm_kpi.errors import InputError
from swm_kpi.open_data import OpenTable, police_uk, stats19
from swm_kpi.open_data.road_casualties import read_stats19
from swm_kpi.open_data.street_crime import read_street_crime

ROOT = Path(__file__).parents[3]
CANARY = "ZQX-canary-7731"
JUNE = "2025-06-west-mercia-street.csv"

STREET = [
    *("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location"),
    *("LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context"),
]
STREET_COLUMNS = ["crime_id", "month", "force", "district", "lpa", "crime_type", "last_outcome"]
PLACES = ["force", "district", "lpa"]
COLLISION_COLUMNS = ["collision_id", "date", "severity", *PLACES]
CASUALTY_COLUMNS = ["collision_id", "casualty_id", "date", "severity", *PLACES]


def street(**values: str) -> dict[str, str]:
    """One record as published; names with an underscore for a space."""
    row = dict.fromkeys(STREET, "") | {
        "Crime ID": "c1",
        "Month": "2025-06",
        "Reported by": "West Mercia Police",
        "Falls within": "West Mercia Police",
        "LSOA code": "E01000001",
        "LSOA name": "Worcester 001A",
        "Crime type": "Burglary",
        "Last outcome category": "Under investigation",
    }
    return row | {name.replace("_", " "): value for name, value in values.items()}


def asb(**values: str) -> dict[str, str]:
    return street(
        Crime_ID="", Crime_type="Anti-social behaviour", Last_outcome_category="", **values
    )


def collision(index: str = "2024220000001", **values: str) -> dict[str, str]:
    return {
        "collision_index": index,
        "collision_year": "2024",
        "police_force": "22",
        "collision_severity": "3",
        "date": "05/03/2024",
        "local_authority_ons_district": "E07000237",
        "speed_limit": "30",
    } | values


def casualty(index: str = "2024220000001", **values: str) -> dict[str, str]:
    return {
        "collision_index": index,
        "vehicle_reference": "1",
        "casualty_reference": "1",
        "casualty_severity": "3",
    } | values


def older(row: dict[str, str]) -> dict[str, str]:
    """The same row with the column names of older files."""
    names = {"collision_index": "accident_index", "collision_severity": "accident_severity"}
    return {names.get(name, name): value for name, value in row.items()}


def write(path: Path, rows: list[dict[str, str]], *, bom: bool = False, end: str = "\n") -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode())
    return path


def error_message(call: Any) -> str:
    """The message of the InputError. Neither it nor a chained error contains a value."""
    with pytest.raises(InputError) as caught:
        call()
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    for text in (str(error), repr(error), "".join(traceback.format_exception_only(error))):
        assert CANARY not in text
    return str(error)


# data.police.uk: reading


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [False, True])
def test_byte_order_mark_line_ends_and_extra_columns_do_not_matter(
    tmp_path: Path, bom: bool, end: str
) -> None:
    row = street(Location="On or near A, B & C") | {"Something new": "x"}
    shuffled = dict(sorted(row.items(), reverse=True))
    table = police_uk(write(tmp_path / JUNE, [shuffled], bom=bom, end=end))
    assert table.frame.rows() == [
        (
            "c1",
            date(2025, 6, 1),
            "West Mercia",
            "Worcester",
            "South Worcestershire",
            "Burglary",
            "Under investigation",
        )
    ]


def test_the_columns_are_those_of_the_contract(tmp_path: Path) -> None:
    from swm_kpi.definitions.contracts.street_crime import StreetCrime

    table = police_uk(write(tmp_path / JUNE, [street()]))
    assert table.frame.columns == STREET_COLUMNS == list(StreetCrime.columns)
    text = dict.fromkeys(STREET_COLUMNS, pl.String)
    assert table.frame.schema == text | {"month": pl.Date}
    assert (table.table, table.notes) == ("street_crime", ())
    assert len(table) == 1


def test_no_last_line_end_and_quoted_values_are_read(tmp_path: Path) -> None:
    path = tmp_path / JUNE
    quoted = '"c1","2025-06","West Mercia Police","","","","On ""A"", or near","","Worcester 001A"'
    path.write_text(",".join(STREET) + f'\n{quoted},"Burglary","",""', encoding="utf-8")
    assert police_uk(path).frame.select("crime_id", "last_outcome").rows() == [("c1", None)]


def test_text_that_looks_like_something_else_stays_text(tmp_path: Path) -> None:
    rows = [street(Crime_ID=crime_id) for crime_id in ("007", "1e5", "NA", "null")]
    assert police_uk(write(tmp_path / JUNE, rows)).frame["crime_id"].to_list() == [
        "007",
        "1e5",
        "NA",
        "null",
    ]


def test_identical_incidents_are_all_kept(tmp_path: Path) -> None:
    table = police_uk(write(tmp_path / JUNE, [asb()] * 3))
    assert len(table) == 3
    assert table.frame["crime_id"].null_count() == table.frame["last_outcome"].null_count() == 3
    assert table.notes == ()


def test_repeated_crime_ids_are_kept_and_counted(tmp_path: Path) -> None:
    repeated = [street(), street(Last_outcome_category="Status update unavailable")]
    june = write(tmp_path / JUNE, [*repeated, street(Crime_ID="c2"), street(Crime_ID="c2")])
    may = write(
        tmp_path / "2025-05-west-mercia-street.csv", [street(Month="2025-05", Crime_ID="c2")]
    )
    table = police_uk([may, june])
    assert len(table) == 5
    assert table.notes == (
        "2 crime ids occur more than once within a month: every record is counted, as published.",
        "1 crime id occurs in more than one month: every record is counted, as published.",
    )


def test_notes_count_records_without_a_district_or_area(tmp_path: Path) -> None:
    rows = [
        street(Location="No Location", LSOA_code="", LSOA_name=""),
        asb(LSOA_name="", LSOA_code=""),
        street(LSOA_name="Birmingham 125B", Crime_ID="c2"),
        street(LSOA_name="Somewhere without a number", Crime_ID="c3"),
    ]
    table = police_uk(write(tmp_path / JUNE, rows))
    assert table.frame.select("district", "lpa").rows() == [
        (None, None),
        (None, None),
        ("Birmingham", None),
        (None, None),
    ]
    assert table.notes == (
        "No location, so no district: 2 records.",
        "An area name in an unknown format, so no district: 1 record.",
        "Recorded by West Mercia outside its Local Policing Areas: 1 record.",
    )


def test_another_force_in_a_district_of_the_force_has_no_area(tmp_path: Path) -> None:
    row = street(Reported_by="Warwickshire Police", LSOA_name="Redditch 002C")
    table = police_uk(write(tmp_path / "2025-06-warwickshire-street.csv", [row]))
    assert table.frame.select(PLACES).rows() == [("Warwickshire", "Redditch", None)]
    assert table.notes == (
        "Recorded by another force in a district of West Mercia: 1 record, counted for the "
        "district and for no Local Policing Area.",
    )


KENT = Areas(
    [
        {"code": "K", "name": "Kent", "level": "force"},
        {"code": "E", "name": "East", "level": "lpa", "parent": "K"},
        {"code": "N", "name": "North", "level": "lpa", "parent": "K"},
        {"code": "E07000105", "name": "Ashford", "level": "district", "parent": "E"},
        {"code": "E07000107", "name": "Dartford", "level": "district", "parent": "N"},
    ]
)


def test_another_force_passes_its_own_areas(tmp_path: Path) -> None:
    rows = [
        street(Reported_by="Kent Police", LSOA_name="Ashford 001A"),
        street(Reported_by="Kent Police", LSOA_name="Worcester 001A", Crime_ID="c2"),
        street(LSOA_name="Dartford 001A", Crime_ID="c3"),
    ]
    table = police_uk(write(tmp_path / "records.csv", rows), areas=KENT)
    assert table.frame["lpa"].to_list() == ["East", None, None]
    assert table.notes == (
        "Recorded by Kent outside its Local Policing Areas: 1 record.",
        "Recorded by another force in a district of Kent: 1 record, counted for the district and "
        "for no Local Policing Area.",
    )
    crash = collision(police_force="46", local_authority_ons_district="E07000107")
    roads = stats19(write(tmp_path / "a.csv", [crash]), areas=KENT)["collision"]
    assert roads.frame.select(PLACES).rows() == [("Kent", "Dartford", "North")]


def test_a_district_that_moved_is_in_the_area_of_the_month(tmp_path: Path) -> None:
    dartford = {"code": "D", "name": "Dartford", "level": "district"}
    moved = Areas(
        [
            {"code": "K", "name": "Kent", "level": "force"},
            {"code": "E", "name": "East", "level": "lpa", "parent": "K"},
            {"code": "N", "name": "North", "level": "lpa", "parent": "K"},
            {**dartford, "parent": "N", "valid_to": "2025-05-31"},
            {**dartford, "parent": "E", "valid_from": "2025-06-01"},
        ]
    )
    rows = [
        street(Reported_by="Kent Police", LSOA_name="Dartford 001A", Month=month, Crime_ID=month)
        for month in ("2025-05", "2025-06")
    ]
    table = police_uk(write(tmp_path / "records.csv", rows), areas=moved)
    assert table.frame["lpa"].to_list() == ["North", "East"]


def test_without_an_area_every_row_has_no_local_policing_area(tmp_path: Path) -> None:
    street_files = write(tmp_path / JUNE, [street()])
    crime = read_street_crime(street_files, None)
    assert crime.frame.select(PLACES).rows() == [("West Mercia", "Worcester", None)]
    roads = read_stats19(write(tmp_path / "a.csv", [collision()]), None, None)["collision"]
    assert roads.frame.select(PLACES).rows() == [("West Mercia", "E07000237", None)]
    assert crime.notes == roads.notes == ()


@pytest.mark.parametrize(
    ("lsoa", "district", "lpa"),
    [
        ("Herefordshire 001A", "Herefordshire", "Herefordshire"),
        ("Herefordshire, County of 001A", "Herefordshire", "Herefordshire"),
        ("Shropshire 039F", "Shropshire", "Shropshire"),
        ("Telford and Wrekin 012B", "Telford and Wrekin", "Telford & Wrekin"),
        ("Telford & Wrekin 012B", "Telford and Wrekin", "Telford & Wrekin"),
        ("Bromsgrove 001A", "Bromsgrove", "North Worcestershire"),
        ("Redditch 001A", "Redditch", "North Worcestershire"),
        ("Wyre Forest 001A", "Wyre Forest", "North Worcestershire"),
        ("Malvern Hills 001A", "Malvern Hills", "South Worcestershire"),
        ("Worcester 001A", "Worcester", "South Worcestershire"),
        ("Wychavon 001A", "Wychavon", "South Worcestershire"),
        ("Newcastle-under-Lyme 004B", "Newcastle-under-Lyme", None),
        ("Bristol, City of 054A", "Bristol", None),
        ("The Vale of Glamorgan 001A", "The Vale of Glamorgan", None),
    ],
)
def test_district_and_area_come_from_the_name(
    tmp_path: Path, lsoa: str, district: str, lpa: str | None
) -> None:
    table = police_uk(write(tmp_path / JUNE, [street(LSOA_name=lsoa)]))
    assert table.frame.select("district", "lpa").row(0) == (district, lpa)


@pytest.mark.parametrize(
    ("published", "force"),
    [
        ("West Mercia Police", "West Mercia"),
        ("West Mercia Constabulary", "West Mercia"),
        ("Avon and Somerset Constabulary", "Avon and Somerset"),
        ("Metropolitan Police Service", "Metropolitan"),
        ("Devon & Cornwall Police", "Devon and Cornwall"),
        ("Dyfed-Powys Police", "Dyfed-Powys"),
        ("City of London Police", "City of London"),
        ("Police Service of Northern Ireland", "Police Service of Northern Ireland"),
    ],
)
def test_forces_lose_their_suffix(tmp_path: Path, published: str, force: str) -> None:
    table = police_uk(write(tmp_path / "records.csv", [street(Reported_by=published)]))
    assert table.frame["force"].to_list() == [force]


def test_a_folder_is_read_at_any_depth(tmp_path: Path) -> None:
    write(tmp_path / "2025-06" / JUNE, [street()])
    may = street(Month="2025-05", Crime_ID="c2")
    write(tmp_path / "2025-05" / "2025-05-west-mercia-street.csv", [may])
    (tmp_path / "2025-06" / "2025-06-west-mercia-outcomes.csv").write_text("not read")
    for paths in (tmp_path, str(tmp_path), [tmp_path], iter([tmp_path])):
        table = police_uk(paths)
        assert table.frame["crime_id"].to_list() == ["c2", "c1"]
        assert table.coverage.spans == ((date(2025, 5, 1), date(2025, 6, 30)),)


def test_months_and_forces_without_a_file_are_named(tmp_path: Path) -> None:
    def month(label: str, force: str) -> Path:
        row = street(Month=label, Reported_by=f"{force} Police", LSOA_name="", Crime_ID="")
        return write(tmp_path / f"{label}-{force.lower()}-street.csv", [row])

    table = police_uk(
        [
            month("2024-02", "Warwickshire"),
            *(month(label, "Kent") for label in ("2024-06", "2023-11", "2024-02", "2024-05")),
        ]
    )
    assert table.coverage.by_reporter == {
        "Kent": (
            (date(2023, 11, 1), date(2023, 11, 30)),
            (date(2024, 2, 1), date(2024, 2, 29)),
            (date(2024, 5, 1), date(2024, 6, 30)),
        ),
        "Warwickshire": ((date(2024, 2, 1), date(2024, 2, 29)),),
    }
    assert table.notes[1:] == (
        "No file for 2023-12 to 2024-01, 2024-03 to 2024-04: the months are missing data, not "
        "zero.",
        "Warwickshire has files for 1 of the 4 months: the others are missing data for it, not "
        "zero.",
    )
    leap = police_uk(month("2024-02", "Kent"))
    assert leap.coverage.spans == ((date(2024, 2, 1), date(2024, 2, 29)),)


# data.police.uk: errors


def test_all_missing_columns_are_named_at_once(tmp_path: Path) -> None:
    row = street(Location=CANARY)
    for name in ("Crime type", "LSOA name"):
        del row[name]
    message = error_message(lambda: police_uk(write(tmp_path / JUNE, [row])))
    assert message.startswith(f"{JUNE} is missing 2 columns: LSOA name, Crime type.")


@pytest.mark.parametrize(
    "month",
    [CANARY, "2025-6", "2025-13", "2025-00", "06/2025", "2025-06-01", "202506"],
)
def test_a_month_in_another_format_is_an_error(tmp_path: Path, month: str) -> None:
    rows = [street(), street(Month=month)]
    assert "records.csv: 1 " in error_message(
        lambda: police_uk(write(tmp_path / "records.csv", rows))
    )


def test_a_month_that_differs_from_the_file_name_is_an_error(tmp_path: Path) -> None:
    rows = [street(), street(Month="2025-05", Location=CANARY)]
    message = error_message(lambda: police_uk(write(tmp_path / JUNE, rows)))
    assert message == f"{JUNE}: 1 row with a Month other than the one in the file's name."


@pytest.mark.parametrize("name", ["Month", "Reported by", "Crime type"])
def test_a_missing_required_value_is_an_error(tmp_path: Path, name: str) -> None:
    rows = [street(), street() | {name: "", "Location": CANARY}]
    message = error_message(lambda: police_uk(write(tmp_path / JUNE, rows)))
    assert message == f"{JUNE}: 1 row with no {name}."


def test_one_force_and_month_in_two_different_files_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / JUNE, [street(Location=CANARY)])
    other = write(tmp_path / "other" / "mine.csv", [street(Location="elsewhere")])
    message = error_message(lambda: police_uk([path, other]))
    assert "every record would count twice" in message
    assert "mine.csv" in message


def test_the_same_content_twice_is_read_once_and_noted(tmp_path: Path) -> None:
    path = write(tmp_path / JUNE, [street()])
    copy = write(tmp_path / "copy" / "mine.csv", [street()])
    for paths, repeat in (([path, path], JUNE), ([path, copy], "mine.csv")):
        table = police_uk(paths)
        assert len(table) == 1
        assert table.notes == (f"Not read: {repeat} (an earlier file has the same content).",)
        assert [(file.name, file.rows) for file in table.files] == [(JUNE, 1), (repeat, 0)]


WHOLE = ",".join(STREET) + "\n" + ",".join(street(Location=CANARY).values()) + "\n"
BAD_FILES = {
    "empty": b"",
    "a blank line": b"\n",
    "only a header": ",".join(STREET).encode() + b"\n",
    "cut short": WHOLE.encode() + f"c2,2025-06,{CANARY}".encode(),
    "cut at a comma": WHOLE.encode() + b"c2,2025-06,West Mercia Police,,,,,,,Burglary,",
    "too many fields": WHOLE.encode() + (WHOLE.splitlines()[1] + ",more\n").encode(),
    "a line end in a value": (WHOLE + WHOLE.splitlines()[1].replace(CANARY, '"a\nb"')).encode(),
    "an open quote": (WHOLE + WHOLE.splitlines()[1].replace(CANARY, f'"{CANARY}')).encode(),
    "Latin-1": (WHOLE + WHOLE.splitlines()[1].replace(CANARY, f"{CANARY} caf\xe9")).encode(
        "latin-1"
    ),
    "Latin-1 far down": WHOLE.encode() * 200 + WHOLE.replace(CANARY, "caf\xe9").encode("latin-1"),
    "text after a quote": (WHOLE + WHOLE.splitlines()[1].replace("c1", '"c1"x')).encode(),
    "UTF-16": WHOLE.encode("utf-16"),
    "a zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00\xff\xfe" + CANARY.encode() * 20,
    "a web page": f"<!DOCTYPE html>\n<html>{CANARY}</html>\n".encode(),
    "a column twice": WHOLE.replace("Context", "Month").encode(),
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES)
def test_an_invalid_csv_file_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / JUNE).write_bytes(content)
    assert JUNE in error_message(lambda: police_uk(tmp_path / JUNE))


def test_paths_without_a_file_are_an_error(tmp_path: Path) -> None:
    assert "'gone.csv'" in error_message(lambda: police_uk(tmp_path / "gone.csv"))
    assert "a folder that has some" in error_message(lambda: police_uk(tmp_path))
    assert "There is no file" in error_message(lambda: police_uk([]))
    assert "A path is text" in error_message(lambda: police_uk([3]))  # type: ignore[list-item]
    (tmp_path / "[a]*.csv").write_text(WHOLE)
    assert len(police_uk(tmp_path / "[a]*.csv")) == 1, "a name is not a pattern"


# STATS19: reading


@pytest.mark.parametrize("name", ["current", "older"])
@pytest.mark.parametrize("bom", [False, True])
def test_current_and_older_column_names_give_the_same_tables(
    tmp_path: Path, name: str, bom: bool
) -> None:
    form = older if name == "older" else dict
    rows = [form(collision()), form(collision("2024220000002", collision_severity="1"))]
    people = [
        form(casualty()),
        form(casualty("2024220000002", casualty_severity="1")),
        form(casualty("2024220000002", casualty_reference="2", casualty_severity="2")),
    ]
    tables = stats19(
        write(tmp_path / "collision.csv", rows, bom=bom, end="\r\n"),
        write(tmp_path / "casualty.csv", people, bom=bom, end="\r\n"),
    )
    day, place = date(2024, 3, 5), ("West Mercia", "Worcester", "South Worcestershire")
    assert list(tables) == ["collision", "casualty"]
    assert tables["collision"].frame.rows() == [
        ("2024220000001", day, "Slight", *place),
        ("2024220000002", day, "Fatal", *place),
    ]
    assert tables["casualty"].frame.rows() == [
        ("2024220000001", "1-1", day, "Slight", *place),
        ("2024220000002", "1-1", day, "Fatal", *place),
        ("2024220000002", "1-2", day, "Serious", *place),
    ]
    assert tables["collision"].notes == tables["casualty"].notes == ()


def test_the_columns_are_those_of_the_contracts(tmp_path: Path) -> None:
    from swm_kpi.definitions.contracts.roads import Casualty, Collision

    tables = stats19(
        write(tmp_path / "a.csv", [collision()]), [write(tmp_path / "b.csv", [casualty()])]
    )
    assert tables["collision"].frame.columns == COLLISION_COLUMNS
    assert tables["casualty"].frame.columns == CASUALTY_COLUMNS
    assert set(COLLISION_COLUMNS) == set(Collision.columns)
    optional = {"adjusted_serious", "road_user", "age_band", "sex"}
    assert set(CASUALTY_COLUMNS) | optional == set(Casualty.columns)
    for name, table in tables.items():
        assert table.table == name
        text = dict.fromkeys(table.frame.columns, pl.String)
        assert table.frame.schema == text | {"date": pl.Date}
    assert list(stats19(tmp_path / "a.csv")) == ["collision"]


def test_road_user_age_and_sex_are_read_from_files_that_have_them(tmp_path: Path) -> None:
    """A code that means missing is blank, and so are the rows of a file without the columns."""
    codes = {"casualty_type": "97", "age_band_of_casualty": "11", "sex_of_casualty": "2"}
    missing = dict.fromkeys(codes, "-1") | {"casualty_reference": "2"}
    adjusted = "casualty_adjusted_severity_serious"
    people = [casualty(**codes, **{adjusted: "0.25"}), casualty(**missing, **{adjusted: "-1"})]
    frame = stats19(
        write(tmp_path / "a.csv", [collision()]),
        [
            write(tmp_path / "b.csv", people),
            write(tmp_path / "c.csv", [casualty(casualty_reference="3")]),
        ],
    )["casualty"].frame
    assert frame.select("road_user", "age_band", "sex", "adjusted_serious").rows() == [
        ("Motorcyclist", "Over 75", "Female", 0.25),
        (None, None, None, None),
        (None, None, None, None),
    ]


def test_files_with_current_and_older_names_are_read_together(tmp_path: Path) -> None:
    old = older(collision("2022220000001", date="31/01/2022"))
    tables = stats19(
        [write(tmp_path / "old.csv", [old]), write(tmp_path / "new.csv", [collision()])]
    )
    assert len(tables["collision"]) == 2
    assert tables["collision"].coverage.spans == (
        (date(2022, 1, 1), date(2022, 12, 31)),
        (date(2024, 1, 1), date(2024, 3, 31)),
    )
    assert tables["collision"].notes == ("No file for 2023: a 0 there is missing data, not zero.",)


def test_a_file_of_part_of_a_year_covers_only_its_months(tmp_path: Path) -> None:
    rows = [collision(date="30/06/2024")]
    table = stats19(write(tmp_path / "provisional.csv", rows))["collision"]
    assert table.coverage.spans == ((date(2024, 1, 1), date(2024, 6, 30)),)


@pytest.mark.parametrize(
    ("code", "force"),
    [
        ("1", "Metropolitan"),
        ("22", "West Mercia"),
        ("52", "Avon and Somerset"),
        ("77", "Force code 77"),
    ],
)
def test_force_codes_are_named(tmp_path: Path, code: str, force: str) -> None:
    table = stats19(write(tmp_path / "a.csv", [collision(police_force=code)]))["collision"]
    assert table.frame["force"].to_list() == [force]
    assert bool(table.notes) == (code == "77")


@pytest.mark.parametrize("missing", ["-1", ""])
def test_no_force_or_district_is_null_and_noted(tmp_path: Path, missing: str) -> None:
    row = collision(police_force=missing, local_authority_ons_district=missing)
    tables = stats19(
        write(tmp_path / "a.csv", [row]),
        write(tmp_path / "b.csv", [casualty(), casualty(casualty_reference="2")]),
    )
    assert tables["collision"].frame.select(PLACES).rows() == [(None, None, None)]
    assert tables["collision"].notes == ("No force: 1 collision.", "No district: 1 collision.")
    assert tables["casualty"].notes == ("No force: 2 casualties.", "No district: 2 casualties.")


def test_other_districts_keep_their_code(tmp_path: Path) -> None:
    rows = [
        collision("1", police_force="1", local_authority_ons_district="E09000033"),
        collision("2", local_authority_ons_district="E08000025"),
    ]
    table = stats19(write(tmp_path / "a.csv", rows))["collision"]
    assert table.frame.select("district", "lpa").rows() == [
        ("E09000033", None),
        ("E08000025", None),
    ]
    assert table.notes == (
        "Recorded by West Mercia outside its Local Policing Areas: 1 collision.",
    )


def test_collisions_without_a_casualty_are_noted(tmp_path: Path) -> None:
    rows = [collision("1"), collision("2")]
    tables = stats19(write(tmp_path / "a.csv", rows), write(tmp_path / "b.csv", [casualty("1")]))
    assert tables["casualty"].notes == (
        "Without a casualty in these files: 1 collision. Every STATS19 collision has at least "
        "one, so casualties are missing.",
    )


# STATS19: errors


@pytest.mark.parametrize(
    "day", [CANARY, "", "2024-03-05", "5/3/2024", "31/02/2024", "03/15/2024", "05/03/24"]
)
def test_a_date_in_another_format_is_an_error(tmp_path: Path, day: str) -> None:
    rows = [collision("1"), collision("2", date=day)]
    assert "a.csv: 1 row " in error_message(lambda: stats19(write(tmp_path / "a.csv", rows)))


@pytest.mark.parametrize("code", ["-1", "", "4", "1.0", "Fatal", CANARY])
def test_an_unknown_severity_is_an_error(tmp_path: Path, code: str) -> None:
    bad = write(tmp_path / "a.csv", [collision("1"), collision("2", collision_severity=code)])
    assert "collision_severity" in error_message(lambda: stats19(bad))
    good = write(tmp_path / "c.csv", [collision()])
    people = write(tmp_path / "b.csv", [casualty(casualty_severity=code)])
    assert "casualty_severity" in error_message(lambda: stats19(good, people))


def test_casualties_without_a_collision_are_an_error(tmp_path: Path) -> None:
    collisions = write(tmp_path / "a.csv", [collision()])
    people = write(tmp_path / "b.csv", [casualty(), casualty(CANARY), casualty(CANARY + "2")])
    assert "2 rows without a collision" in error_message(lambda: stats19(collisions, people))


def test_a_repeated_row_is_an_error(tmp_path: Path) -> None:
    collisions = write(tmp_path / "a.csv", [collision(CANARY)])
    people = write(tmp_path / "b.csv", [casualty(CANARY)])
    again = write(tmp_path / "c.csv", [collision(CANARY), collision()])
    assert "1 row of a collision that occurs before" in error_message(
        lambda: stats19([collisions, again])
    )
    more = write(tmp_path / "d.csv", [casualty(CANARY), casualty()])
    assert "1 row of a casualty that occurs before" in error_message(
        lambda: stats19(again, [people, more])
    )


def test_missing_stats19_columns_are_named_in_both_forms(tmp_path: Path) -> None:
    row = collision(speed_limit=CANARY)
    del row["collision_index"], row["police_force"]
    message = error_message(lambda: stats19(write(tmp_path / "a.csv", [row])))
    assert "is missing 2 columns: collision_index or accident_index, police_force." in message


# The table


def test_a_table_is_frozen_and_its_repr_shows_no_rows(tmp_path: Path) -> None:
    table = police_uk(write(tmp_path / JUNE, [street(Crime_ID=CANARY)]))
    assert CANARY not in repr(table)
    with pytest.raises(FrozenInstanceError):
        table.table = "other"  # type: ignore[misc]


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_table_converts_to_a_pandas_frame(tmp_path: Path) -> None:
    frame = police_uk(write(tmp_path / JUNE, [street(), asb()])).to_pandas()
    assert list(frame.columns) == STREET_COLUMNS
    assert frame["month"].dtype == "datetime64[us]"
    assert frame["month"].tolist() == [pd.Timestamp(2025, 6, 1)] * 2
    assert frame["crime_id"].isna().tolist() == [False, True]
    only = OpenTable("t", pl.DataFrame({"a": [None]}, {"a": pl.String}), (date.min, date.max))
    assert only.to_pandas()["a"].isna().all()


@pytest.mark.slow
def test_a_table_converts_to_a_pandas_frame_without_pyarrow(tmp_path: Path) -> None:
    code = """
import sys
sys.modules["pyarrow"] = None
from swm_kpi.open_data import police_uk
frame = police_uk(sys.argv[1]).to_pandas()
print(frame["crime_id"].isna().tolist(), frame["month"].dtype)
"""
    path = write(tmp_path / JUNE, [street(), asb()])
    assert run(code, str(path)) == "[False, True] datetime64[us]"


@pytest.mark.slow
def test_importing_the_readers_loads_no_dataframe_library() -> None:
    code = "import sys, swm_kpi.open_data; print({'polars', 'pandas', 'numpy'} & set(sys.modules))"
    assert run(code) == "set()"


# Real files, compared with a count in pandas


def real(folder: str, pattern: str) -> list[Path]:
    data = os.environ.get("SWM_KPI_REAL_DATA")
    if not data:
        pytest.skip("SWM_KPI_REAL_DATA is not set, so there are no real files to read")
    files = sorted((Path(data) / folder).rglob(pattern))
    if not files:
        pytest.skip(f"the folder SWM_KPI_REAL_DATA names has no {folder}/{pattern}")
    return files


def plain(files: Iterable[Path]) -> pd.DataFrame:
    read = [
        pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig") for file in files
    ]
    return pd.concat(read, ignore_index=True)


AREAS = {
    "Herefordshire": ["Herefordshire"],
    "Shropshire": ["Shropshire"],
    "Telford & Wrekin": ["Telford and Wrekin"],
    "North Worcestershire": ["Bromsgrove", "Redditch", "Wyre Forest"],
    "South Worcestershire": ["Malvern Hills", "Worcester", "Wychavon"],
}
AREA_OF = {district: area for area, districts in AREAS.items() for district in districts}


def counts(frame: pl.DataFrame, *by: str) -> dict[tuple[Any, ...], int]:
    return {tuple(row[:-1]): row[-1] for row in frame.group_by(*by).len().rows()}


def plain_counts(*by: Iterable[Any]) -> dict[tuple[Any, ...], int]:
    return dict(Counter(zip(*by, strict=True)))


def test_real_street_files_count_as_in_pandas() -> None:
    files = real("police_uk", "*-street.csv")
    table, published = police_uk(files), plain(files)
    month = published["Month"]
    crime_type = published["Crime type"]
    outcome = [name or None for name in published["Last outcome category"]]
    force = published["Reported by"].str.removesuffix(" Police")
    district = [name.rsplit(" ", 1)[0] if name else None for name in published["LSOA name"]]
    area = [
        AREA_OF.get(name) if recorded_by == "West Mercia" else None
        for name, recorded_by in zip(district, force, strict=True)
    ]
    frame = table.frame.with_columns(pl.col("month").dt.strftime("%Y-%m"))
    assert len(table) == len(published)
    assert counts(frame, "month", "force", "crime_type") == plain_counts(month, force, crime_type)
    assert counts(frame, "month", "district") == plain_counts(month, district)
    assert counts(frame, "month", "lpa", "crime_type") == plain_counts(month, area, crime_type)
    assert counts(frame, "force", "last_outcome") == plain_counts(force, outcome)
    no_place = (published["LSOA name"] == "").sum()
    assert f"No location, so no district: {no_place:,} records." in table.notes
    ids = published[published["Crime ID"] != ""].groupby(["Month", "Crime ID"]).size()
    repeated = (ids > 1).sum()
    assert any(note.startswith(f"{repeated:,} crime id") for note in table.notes) == (repeated > 0)


def test_each_real_street_file_reads_alone_and_covers_its_month() -> None:
    for file in real("police_uk", "*-street.csv"):
        table = police_uk(file)
        assert len(table) == len(plain([file]))
        assert f"{table.coverage.first:%Y-%m}" == f"{table.coverage.last:%Y-%m}" == file.name[:7]


def test_real_collision_files_count_as_in_pandas() -> None:
    files = real("stats19", "dft-*collision*.csv")
    table, published = stats19(files)["collision"], plain(files)
    old = "accident_severity" in published
    severity = published["accident_severity" if old else "collision_severity"].map(
        {"1": "Fatal", "2": "Serious", "3": "Slight"}
    )
    day = [date(int(text[6:]), int(text[3:5]), int(text[:2])) for text in published["date"]]
    force = published["police_force"].map({"1": "Metropolitan", "22": "West Mercia"})
    known = table.frame.with_columns(
        pl.when(pl.col("force").is_in(["Metropolitan", "West Mercia"])).then(pl.col("force"))
    )
    assert len(table) == len(published)
    assert counts(table.frame, "date", "severity") == plain_counts(day, severity)
    assert counts(known, "force") == plain_counts(
        [None if pd.isna(name) else name for name in force]
    )
    assert table.coverage.first == date(min(day).year, 1, 1)
    codes = published["local_authority_ons_district"]
    elsewhere = [code for code in codes if code.startswith("E09")]
    in_london = table.frame.filter(pl.col("district").str.starts_with("E09"))
    assert counts(in_london, "district") == plain_counts(elsewhere)


def test_a_real_street_table_is_valid() -> None:
    from swm_kpi.definitions.contracts.street_crime import StreetCrime

    table = police_uk(real("police_uk", "*-street.csv"))
    StreetCrime.schema("polars").validate(table.frame)
