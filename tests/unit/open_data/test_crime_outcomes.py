"""Home Office outcomes files: every pitfall in a small made-up file."""

from __future__ import annotations

import traceback
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.errors import InputError
from swm_kpi.open_data import crime_outcomes, recorded_crime
from tests.support.published_books import write_book

CANARY = "ZQX-canary-7731"
RECORDED = "Outcomes for offences that were recorded in the quarter"
CLOSED = "Outcomes for investigations closed in the quarter"
NAMES = [
    *("Financial Year", "Financial Quarter", "Force Name", "Offence Code", "Offence Description"),
    *("Offence Group", "Offence Subgroup", "Offence code expired", "Outcome Type"),
    *("Outcome Description", "Outcome Group", RECORDED, CLOSED),
]
FILLER = "filler"
RAPE = {"Offence Subgroup": "Rape offences", "Offence Code": "19C", "Offence Description": "Rape"}


def line(
    recorded: object = 3, closed: object = 2, outcome: object = 1, **values: str
) -> dict[str, str]:
    """One line as published; names with an underscore for a space."""
    row = {
        "Financial Year": "2024/25",
        "Financial Quarter": "1",
        "Force Name": "West Mercia",
        "Offence Code": "46",
        "Offence Description": "Shoplifting",
        "Offence Group": "Theft offences",
        "Offence Subgroup": "Shoplifting",
        "Offence code expired": "",
        "Outcome Type": str(outcome),
        "Outcome Description": "",
        "Outcome Group": "",
        RECORDED: str(recorded),
        CLOSED: str(closed),
    }
    return row | line_values(values)


def line_values(values: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", " "): value for name, value in values.items()}


def rape(recorded: object = 3, closed: object = 2, outcome: object = 1, **values: str) -> Any:
    return line(recorded, closed, outcome) | RAPE | line_values(values)


def fillers(first: dict[str, str]) -> list[dict[str, str]]:
    """Lines of no outcomes for the subgroups that a file of all offences has."""
    names = ("Shoplifting", "Rape offences", "Other sexual offences")
    numbers = {name: "0" for name in first if name.lower().replace("_", " ").count("outcomes")}
    key = {"Offence Code": FILLER, "Outcome Type": "1"}
    rows = [
        first | key | numbers | {"Offence Subgroup": name, "Offence Description": name}
        for name in names
    ]
    return [{name: row[name] for name in first} for row in rows]


def write(
    path: Path,
    *lines: dict[str, str],
    bom: bool = False,
    end: str = "\n",
    rest: str = "",
    is_whole: bool = True,
) -> Path:
    rows = [*lines, *(fillers(lines[0]) if is_whole else [])]
    cells = [list(lines[0]), *(list(row.values()) for row in rows)]
    text = end.join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in cells)
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + f"{text}{end}{rest}".encode())
    return path


def lines_of(table: Any) -> pl.DataFrame:
    """The lines of a table without those that only make a file whole."""
    frame: pl.DataFrame = table.frame.filter(pl.col("offence_code") != FILLER)
    return frame


def numbers(table: Any) -> list[tuple[int, int]]:
    return list(lines_of(table).select("of_recorded", "closed").rows())


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


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [False, True])
def test_the_two_numbers_of_a_line_stay_apart(tmp_path: Path, bom: bool, end: str) -> None:
    table = crime_outcomes(write(tmp_path / "a.csv", line(5, 7), bom=bom, end=end))
    row = (date(2024, 4, 1), "West Mercia", "Theft offences", "Shoplifting", "46", "1", 5, 7)
    assert lines_of(table).rows() == [row]
    assert table.coverage.spans == ((date(2024, 4, 1), date(2024, 6, 30)),)
    assert table.notes == ()


def test_the_columns_are_those_of_the_contract(tmp_path: Path) -> None:
    from swm_kpi.definitions.contracts.published_outcome import PublishedOutcome

    table = crime_outcomes(write(tmp_path / "a.csv", line()))
    assert table.frame.columns == list(PublishedOutcome.columns)
    assert table.table == PublishedOutcome.table
    assert table.frame.dtypes == [pl.Date, *[pl.String] * 5, pl.Int64, pl.Int64]


@pytest.mark.parametrize(
    ("year", "quarter", "start"),
    [
        ("2017/18", "1", date(2017, 4, 1)),
        ("2017/18", "Q2", date(2017, 7, 1)),
        ("2017-18", "q3", date(2017, 10, 1)),
        ("2017/2018", "Quarter 4", date(2018, 1, 1)),
        ("2099/00", "4", date(2100, 1, 1)),
    ],
)
def test_years_and_quarters_are_read_in_each_format(
    tmp_path: Path, year: str, quarter: str, start: date
) -> None:
    path = write(tmp_path / "a.csv", line(Financial_Year=year, Financial_Quarter=quarter))
    assert lines_of(crime_outcomes(path))["quarter_start"].to_list() == [start]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (RECORDED, f"Number of {RECORDED}"),
        (CLOSED, "Number of Outcomes for investigations that were closed in the quarter"),
        (CLOSED, "outcomes_for_investigations_closed_in_the_quarter [note 2]"),
        ("Force Name", "Force  name"),
    ],
)
def test_other_names_of_a_column_are_read(tmp_path: Path, old: str, new: str) -> None:
    row = {new if name == old else name: value for name, value in line(5, 7).items()}
    assert numbers(crime_outcomes(write(tmp_path / "a.csv", row))) == [(5, 7)]


@pytest.mark.parametrize(
    "missing",
    ["Financial Quarter", "Force Name", "Offence Code", "Outcome Type", RECORDED, CLOSED],
)
def test_a_missing_column_is_named(tmp_path: Path, missing: str) -> None:
    row = {"Other" if name == missing else name: value for name, value in line(CANARY).items()}
    message = error_message(lambda: crime_outcomes(write(tmp_path / "a.csv", row)))
    assert f"is missing 1 column: {missing}" in message or "it has outcomes" in message


def test_one_number_is_not_read_as_the_other(tmp_path: Path) -> None:
    row = {"Outcomes in the quarter" if name == CLOSED else name: v for name, v in line().items()}
    assert CLOSED in error_message(lambda: crime_outcomes(write(tmp_path / "a.csv", row)))
    twice = line() | {f"Number of {RECORDED}": "9"}
    assert numbers(crime_outcomes(write(tmp_path / "a.csv", twice))) == [(3, 2)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"Financial Year": CANARY}, "1 row with a Financial Year that is not written like"),
        ({"Financial Year": "2017/19"}, "1 row with a Financial Year that is not written like"),
        ({"Financial Year": "Dec-11"}, "that Excel changed to a date"),
        ({"Financial Quarter": "5"}, "1 row with a Financial Quarter other than 1 to 4"),
        ({"Outcome Type": "Charged"}, "1 row with an Outcome Type that is not a code from 0 to 23"),
        ({"Outcome Type": "24"}, "1 row with an Outcome Type that is not a code from 0 to 23"),
        ({"Outcome Type": ""}, "1 row with no Outcome Type"),
        ({RECORDED: "1.5"}, f"1 row with a figure of '{RECORDED}' that is not a whole number"),
        ({CLOSED: CANARY}, f"1 row with a figure of '{CLOSED}' that is not a whole number"),
        ({"Offence Code": "Total"}, "1 row with a total of all offences"),
        ({"Offence Group": "All offences"}, "1 row with a total of all offences"),
    ],
)
def test_an_invalid_line_is_an_error_without_its_value(
    tmp_path: Path, values: dict[str, str], words: str
) -> None:
    path = write(tmp_path / "a.csv", line(), line() | values)
    assert words in error_message(lambda: crime_outcomes(path))


def test_alternate_offences_are_not_added_to_the_types_that_include_them(tmp_path: Path) -> None:
    lines = [line(9, 9, 1), line(4, 4, "1A"), line(2, 2, "2a"), line(1, 1, "3A")]
    table = crime_outcomes(write(tmp_path / "a.csv", *lines))
    assert numbers(table) == [(9, 9)]
    assert table.notes == (
        "Left out because outcome types 1A, 2A and 3A are counted in 1, 2 and 3: 3 lines.",
    )
    alone = write(tmp_path / "b.csv", *lines[1:], is_whole=False)
    assert "has the outcome types 1A, 2A and 3A only" in error_message(
        lambda: crime_outcomes(alone)
    )


def test_figures_that_cannot_apply_are_no_outcomes(tmp_path: Path) -> None:
    lines = [
        line("N/A - Offence code expired", 4),
        line("N/A", 5, Offence_code_expired="x"),
        line("", 6, Offence_code_expired="X"),
        line(7, "N/A", 0),
        line(8, "NA", 0),
    ]
    table = crime_outcomes(write(tmp_path / "a.csv", *lines))
    assert numbers(table) == [(0, 4), (0, 5), (0, 6), (7, 0), (8, 0)]
    assert table.notes[0] == (
        "Not applicable, because the offence code is expired or there is no outcome yet, and read "
        "as no outcomes: 5 figures."
    )


@pytest.mark.parametrize("marker", ["N/A - data not provided", "N/A", "NA", "..", "*", "[x]", ""])
@pytest.mark.parametrize("column", [RECORDED, CLOSED])
def test_a_figure_that_is_not_available_is_not_zero(
    tmp_path: Path, marker: str, column: str
) -> None:
    lines = [
        line(1, 1),
        line(2, 2, Financial_Quarter="2"),
        line() | {column: marker, "Financial Quarter": "2"},
        line(4, 4, Force_Name="Kent"),
        line(5, 5, Force_Name="Kent", Financial_Quarter="2"),
        line(Force_Name="Essex") | {column: marker},
    ]
    table = crime_outcomes(write(tmp_path / "a.csv", *lines))
    assert numbers(table) == [(1, 1), (4, 4), (5, 5)]
    first = (date(2024, 4, 1), date(2024, 6, 30))
    assert table.coverage.by_reporter["West Mercia"] == (first,)
    assert table.coverage.by_reporter["Essex"] == ()
    assert (
        "Left out because at least one figure is not available: Essex 2024/25 Q1, West Mercia "
        "2024/25 Q2. They are missing data, not zero."
    ) in table.notes


def test_a_file_without_an_available_quarter_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", line(".."), line(1))
    assert "no quarter in which a police force has every figure" in error_message(
        lambda: crime_outcomes(path)
    )


def test_an_expired_code_with_a_flag_of_no_is_not_expired(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", line(""), line(Force_Name="Kent"), line(Offence_Code="1"))
    kept = crime_outcomes(path)
    assert kept.frame["force"].to_list() == ["Kent"]
    no = write(tmp_path / "b.csv", line("N/A", Offence_code_expired="No"), line(Force_Name="Kent"))
    assert crime_outcomes(no).frame["force"].to_list() == ["Kent"]


def test_sums_of_forces_are_left_out_and_other_bodies_are_kept(tmp_path: Path) -> None:
    names = ["London, City of", "England and Wales", "Total", "North West"]
    names += ["British Transport Police", "Metropolitan Police", "West Midlands"]
    table = crime_outcomes(write(tmp_path / "a.csv", *(line(Force_Name=name) for name in names)))
    kept = ["City of London", "British Transport Police", "Metropolitan", "West Midlands"]
    assert lines_of(table)["force"].to_list() == kept
    assert table.notes == (
        "Not one of the 43 territorial forces, kept as published: British Transport Police (1 "
        "line). A total of all forces includes them.",
        "Left out because they sum several forces: 3 lines (England and Wales, North West, Total).",
    )
    assert table.coverage.optional == {"British Transport Police"}


def test_recorded_crime_leaves_out_sums_of_forces_too(tmp_path: Path) -> None:
    header = "Financial Year,Financial Quarter,Force Name,Offence Group,Offence Subgroup,"
    text = f"{header}Offence Code,Number of Offences\n"
    for force, number in (("Kent", 3), ("England and Wales", 99)):
        text += f"2024/25,Q1,{force},Theft offences,Shoplifting,46,{number}\n"
    path = tmp_path / "a.csv"
    path.write_text(text)
    assert recorded_crime(path).frame["offences"].to_list() == [3]
    path.write_text(text.replace("Kent", "Total"))
    assert "no row of a police force" in error_message(lambda: recorded_crime(path))
    path.write_text(text + "2024/25,1,Kent,Total recorded crime,Total,Total,99\n")
    assert "1 row with a total of all offences" in error_message(lambda: recorded_crime(path))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("prc-knives_or_sharps-outcomes-open-data-apr2024.csv", "offences with a knife"),
        ("prc-firearms-outcomes-open-data.csv", "offences with a firearm"),
        ("prc-outcomes-alternate-open-data.csv", "outcomes for an alternate offence"),
        ("prc-subcodes-vawg-offences.csv", "some offences by subcode"),
    ],
)
def test_a_part_of_the_outcomes_is_refused_by_its_name(
    tmp_path: Path, name: str, part: str
) -> None:
    path = write(tmp_path / name, line())
    message = error_message(lambda: crime_outcomes(path))
    assert f"it has {part}, as its name or title says" in message
    whole = write(tmp_path / "prc-outcomes-open-data-mar2025-tables-230726.csv", line(8, 8))
    table = crime_outcomes(tmp_path)
    assert numbers(table) == [(8, 8)]
    reasons = {file.name: file.reason for file in table.files}
    assert reasons[whole.name] == ""
    assert part in reasons[name]


@pytest.mark.parametrize(
    ("lines", "absent"),
    [
        ([rape()], "Other sexual offences or Shoplifting"),
        ([line()], "Rape offences or Other sexual offences"),
        ([*fillers(line())[1:]], "Shoplifting"),
        ([line(), rape(Offence_Subgroup="Rape"), *fillers(line())[2:]], "Rape offences"),
    ],
)
def test_a_part_of_the_outcomes_is_refused_by_its_offences(
    tmp_path: Path, lines: list[dict[str, str]], absent: str
) -> None:
    path = write(tmp_path / "a.csv", *lines, is_whole=False)
    message = error_message(lambda: crime_outcomes(path))
    assert f"a.csv has no line of the Offence Subgroup {absent}. It has only some" in message


def test_the_case_of_a_subgroup_does_not_matter(tmp_path: Path) -> None:
    lines = [line(), *fillers(line())]
    lines[2]["Offence Subgroup"] = "Rape Offences"
    table = crime_outcomes(write(tmp_path / "a.csv", *lines, is_whole=False))
    assert "Rape offences" in table.frame["offence_subgroup"].to_list()


def test_a_part_of_the_outcomes_is_refused_by_its_columns(tmp_path: Path) -> None:
    row = line() | {"Offence Subcode": "1", "Subcode Description": "x"}
    message = error_message(lambda: crime_outcomes(write(tmp_path / "a.csv", row)))
    assert "outcomes of some offences of the Home Office by subcode" in message


def test_outcomes_of_years_without_quarters_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Financial Year,Force Name,Offence Group,Offence Subgroup,Offence Code,Outcome Type,"
        "Number of outcomes recorded\n2012/13,Kent,Theft offences,Shoplifting,46,Charge/Summons,3\n"
    )
    assert "before April 2014" in error_message(lambda: crime_outcomes(path))


def test_one_force_and_quarter_twice_is_an_error(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", line(Force_Name="Kent"))
    second = write(tmp_path / "b.csv", line(9, Force_Name="Kent Police"))
    message = error_message(lambda: crime_outcomes([first, second]))
    assert "a.csv and b.csv both contain one force's lines of one quarter" in message
    assert "every outcome would count twice" in message
    other = write(tmp_path / "b.csv", line(9, Force_Name="Kent", Financial_Quarter="2"))
    assert len(numbers(crime_outcomes([first, other]))) == 2


def test_the_same_file_twice_is_read_once(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", line(5, 5))
    second = write(tmp_path / "b.csv", line(5, 5))
    table = crime_outcomes([first, second])
    assert numbers(table) == [(5, 5)]
    assert table.notes == ("Not read: b.csv (an earlier file has the same content).",)


def test_a_part_of_a_year_beside_the_whole_year_is_an_error(tmp_path: Path) -> None:
    """The Home Office publishes April to September and later the whole year."""
    half = [line(Financial_Quarter=quarter) for quarter in ("1", "2")]
    whole = [line(4, 4, Financial_Quarter=quarter) for quarter in ("1", "2", "3", "4")]
    files = [write(tmp_path / "half.csv", *half), write(tmp_path / "whole.csv", *whole)]
    assert "both contain one force's lines" in error_message(lambda: crime_outcomes(files))


def test_repeated_lines_are_counted_and_noted(tmp_path: Path) -> None:
    table = crime_outcomes(write(tmp_path / "a.csv", line(2), line(2), line(-1)))
    assert lines_of(table)["of_recorded"].to_list() == [2, 2, -1]
    assert table.notes == (
        "Below zero, because more outcomes were withdrawn than assigned: 1 line. They are added "
        "like any other.",
        "The same force, quarter, offence and outcome type as another line: 2 lines. Every line is "
        "counted, as published.",
    )


def test_a_file_with_every_line_twice_is_an_error(tmp_path: Path) -> None:
    lines = [line(5, 7), rape(), *fillers(line())]
    path = write(tmp_path / "a.csv", *lines, *lines, is_whole=False)
    message = error_message(lambda: crime_outcomes(path))
    assert "a.csv: 10 rows with the force, quarter, offence and outcome type of another" in message


@pytest.mark.parametrize("reader", [crime_outcomes, recorded_crime])
def test_a_force_with_two_names_in_one_quarter_is_an_error(tmp_path: Path, reader: Any) -> None:
    header = {"Number of Offences": "3"} if reader is recorded_crime else {}
    names = ["Hampshire", "Hampshire and Isle of Wight"]
    rows = [line(Force_Name=name) | header for name in names]
    if header:
        rows = [
            {name: row[name] for name in [*NAMES[:4], *NAMES[5:7], "Number of Offences"]}
            for row in rows
        ]
    path = write(tmp_path / "a.csv", *rows, is_whole=not header)
    assert "a force that has two names in one quarter" in error_message(lambda: reader(path))
    later = [rows[0], rows[1] | {"Financial Quarter": "2"}]
    table = reader(write(tmp_path / "b.csv", *later, is_whole=not header))
    assert table.frame["force"].unique().to_list() == ["Hampshire"]


def test_missing_quarters_are_not_zero(tmp_path: Path) -> None:
    lines = [line(), line(Financial_Year="2025/26"), line(Force_Name="Kent")]
    notes = crime_outcomes(write(tmp_path / "a.csv", *lines)).notes
    assert notes[0] == (
        "No file for 2024/25 Q2, 2024/25 Q3, 2024/25 Q4: a 0 there is missing data, not zero."
    )
    assert notes[1].startswith("Kent has lines for 1 of the 2 quarters:")


def test_notes_below_the_lines_are_not_lines(tmp_path: Path) -> None:
    note = "Figures are provisional" + "," * (len(NAMES) - 1) + "\n"
    path = write(tmp_path / "a.csv", line(), rest=note)
    assert len(numbers(crime_outcomes(path))) == 1


@pytest.mark.parametrize("kind", [".xlsx", ".ods"])
def test_a_spreadsheet_is_read_below_its_titles(tmp_path: Path, kind: str) -> None:
    def cells(*lines: dict[str, str]) -> list[list[str]]:
        rows = [*lines, *fillers(lines[0])]
        return [["Outcomes open data"], [], NAMES, *(list(row.values()) for row in rows)]

    sheets = {
        "Cover": [["Crime outcomes in England and Wales"]],
        "Notes": [["Note", "Text"], ["1", "See the user guide"]],
        "Outcomes_open_data_2024_25": cells(line(5, 7), line("N/A - Offence code expired", 1)),
        "Outcomes_open_data_2025_26": cells(line(1, 2, Financial_Year="2025/26")),
    }
    book = write_book(tmp_path / f"outcomes{kind}", sheets)
    assert numbers(crime_outcomes(book)) == [(5, 7), (0, 1), (1, 2)]
    assert numbers(crime_outcomes(book, table="Outcomes_open_data_2025_26")) == [(1, 2)]
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(book, book.name)
    assert len(numbers(crime_outcomes(archive))) == 3


def test_a_folder_of_everything_that_the_home_office_publishes(tmp_path: Path) -> None:
    """Other files have the same columns, or most of them: none of them is read or stops it."""
    first = NAMES[:-2]
    subcodes = [*first, "Offence Subcode", "Force outcomes for offences recorded in quarter"]
    partnership = [*NAMES[:2], "Police Force", "CSP Name", *NAMES[3:7], "Offence Count"]
    crime = [*NAMES[:7], "Number of Offences"]
    headers = {
        "prc-subcodes-drug-offences-mar2021-to-mar2026.ods": subcodes,
        "drugs.ods": subcodes,
        "prc-csp-mar2021-to-mar2026-tables.ods": partnership,
        "prc-pfa-mar2013-onwards-tables.ods": crime,
        "prc-knives_or_sharps-outcomes-open-data.ods": [*first, "Outcomes of the offences"],
        "prc-outcomes-alternate-open-data.ods": [*first, "Alternate outcomes"],
        "prc-outcomes-open-data-mar2025-tables.xlsx": NAMES,
    }
    values = line(5, 7) | {"Police Force": "Kent", "CSP Name": "Ashford", "Offence Count": "1"}
    for name, header in headers.items():
        cells = [[row.get(name, "1") for name in header] for row in (values, *fillers(values))]
        write_book(tmp_path / name, {"Notes": [["Notes"]], "Data": [header, *cells]})
    assert numbers(crime_outcomes(tmp_path)) == [(5, 7)]
    assert len(recorded_crime(tmp_path)) == 1 + len(fillers(values))


# From a file to a metric


def proxies(ref: str, table: Any, *periods: str) -> dict[tuple[str, str, str], Any]:
    """The value, or the marker without one, by measure, period and force."""
    data = {"published_outcome": table}
    result = kpi.compute([ref], data, periods=list(periods), by=["force"]).to_polars()
    rows = result.filter(basis="proxy").select("measure", "period", "force", "value", "marker")
    return {
        tuple(key): marker if value is None else value for *key, value, marker in rows.iter_rows()
    }


def test_each_basis_has_its_own_share(tmp_path: Path) -> None:
    lines = [line(60, "N/A", 0), line(30, 40, 1), line(10, 20, 8), line(0, 140, 18)]
    lines += [line(5, 5, 1, Force_Name="Kent"), line(7, 7, "1A")]
    values = proxies("11", crime_outcomes(write(tmp_path / "a.csv", *lines)), "2024/25 Q1")
    expected = {
        "published_outcomes": 40 + 20 + 140,
        "published_action_outcomes": 40 + 20,
        "published_action_share": (40 + 20) / (40 + 20 + 140),
        "published_charges": 40,
        "published_charge_share": 40 / (40 + 20 + 140),
        "published_offences": 60 + 30 + 10 + 0,
        "published_charged_so_far": 30,
        "published_charged_of_recorded": 30 / (60 + 30 + 10 + 0),
    }
    for measure, value in expected.items():
        assert values[measure, "2024/25 Q1", "West Mercia"] == value, measure
    assert values["published_charges", "2024/25 Q1", "All"] == 40 + 5


def test_a_period_that_splits_a_quarter_and_one_without_a_file_are_missing(tmp_path: Path) -> None:
    table = crime_outcomes(write(tmp_path / "a.csv", line()))
    values = proxies("11", table, "2024-04", "2024/25 Q2")
    assert set(values.values()) == {"[x]"}


def test_a_force_that_did_not_provide_a_quarter_is_missing(tmp_path: Path) -> None:
    lines = [line(3, 3), line("N/A - data not provided", 9, Force_Name="Kent")]
    table = crime_outcomes(write(tmp_path / "a.csv", *lines))
    result = kpi.compute(
        ["11"], {"published_outcome": table}, periods=["2024/25 Q1"], by=["force"]
    ).to_polars()
    rows = result.filter(basis="proxy", measure="published_charges")
    values = {
        force: (value, mark) for force, value, mark in rows["force", "value", "marker"].rows()
    }
    assert values["All"] == (3, "[p]")
    assert values.get("Kent", (None, "[x]"))[0] is None


def test_rapes_are_counted_apart(tmp_path: Path) -> None:
    lines = [line(99, 99), rape(50, "N/A", 0), rape(2, 6), rape(20, 34, 16)]
    values = proxies("30", crime_outcomes(write(tmp_path / "a.csv", *lines)), "2024/25 Q1")
    place = ("2024/25 Q1", "All")
    assert values["rape_published_charge_share", *place] == 6 / (6 + 34)
    assert values["rape_published_charged_of_recorded", *place] == 2 / (50 + 2 + 20)
    assert values["oso_published_outcomes", *place] == 0
