"""Home Office files: every pitfall in a small file, then real files compared with pandas.

The tests of real files need the environment variable SWM_KPI_REAL_DATA, which names their folder.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import traceback
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.errors import InputError
from swm_kpi.open_data import officer_fte, recorded_crime
from tests.support.published_books import write_book

CANARY = "ZQX-canary-7731"
HEADER = "Financial Year,Financial Quarter,Force Name,Offence Description,Offence Group,"
HEADER += "Offence Subgroup,Offence Code,Number of Offences"
TITLE = "Table 1: Police officers (FTE)\n"
TABLE = f"{TITLE}Force/Region,September 2017,March 2018"
OPEN = "As at 31 March,Geocode,Force name,Region,Sex,Rank,Worker type,Total (Headcount),Total (FTE)"

BURGLARY = ["Residential burglary", "Domestic burglary"]
ROBBERY, PERSON = ["Robbery of personal property"], ["Theft from the person"]
VEHICLE = ["Vehicle offences", "Theft of a motor vehicle", "Theft from a vehicle"]
VEHICLE += ["Vehicle interference"]
RAPE, OTHER = ["Rape offences"], ["Other sexual offences"]
# The published subgroups that each measure adds, by ref and measure.
MAPPING = {
    "17": {"victims": ["Homicide"]},
    "20": {
        "published_crimes": [*BURGLARY, *ROBBERY, *VEHICLE, *PERSON],
        "published_burglary": BURGLARY,
        "published_robbery": ROBBERY,
        "published_vehicle_offences": VEHICLE,
        "published_theft_from_the_person": PERSON,
    },
    "28": {"offences": [*RAPE, *OTHER], "rape": RAPE, "other_sexual_offences": OTHER},
}


def line(
    number: object = 3,
    *,
    year: str = "2017/18",
    quarter: object = 1,
    force: str = "West Mercia",
    subgroup: str = "Homicide",
    code: str = "1/4.1/4.10/4.2",
) -> str:
    return f'{year},{quarter},"{force}",Some offence,Some group,{subgroup},{code},{number}'


def write(
    path: Path, header: str, *lines: str, bom: bool = False, end: str = "\n", last: bool = True
) -> Path:
    text = end.join([header, *lines]) + (end if last else "")
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.encode())
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


# Recorded crime: reading


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [False, True])
def test_byte_order_mark_and_line_ends_do_not_matter(tmp_path: Path, bom: bool, end: str) -> None:
    table = recorded_crime(write(tmp_path / "a.csv", HEADER, line(), bom=bom, end=end))
    row = (date(2017, 4, 1), "West Mercia", "Some group", "Homicide", "1/4.1/4.10/4.2", 3)
    assert table.frame.rows() == [row]
    assert table.coverage.spans == ((date(2017, 4, 1), date(2017, 6, 30)),)
    assert table.notes == ()


def test_the_columns_are_those_of_the_contracts(tmp_path: Path) -> None:
    from swm_kpi.definitions.contracts.published_workforce import PublishedWorkforce
    from swm_kpi.definitions.contracts.recorded_crime import RecordedCrime

    crime = recorded_crime(write(tmp_path / "a.csv", HEADER, line()))
    people = officer_fte(write(tmp_path / "b.csv", TABLE, "Kent,1.5,2"))
    for table, contract in ((crime, RecordedCrime), (people, PublishedWorkforce)):
        assert table.frame.columns == list(contract.columns)
        assert table.table == contract.table
    assert crime.frame.dtypes == [pl.Date, *[pl.String] * 4, pl.Int64]
    assert people.frame.dtypes == [pl.Date, *[pl.String] * 4, pl.Float64, pl.Int64]


@pytest.mark.parametrize(
    ("year", "quarter", "start"),
    [
        ("2017/18", 1, date(2017, 4, 1)),
        ("2017/18", 2, date(2017, 7, 1)),
        ("2017/18", 3, date(2017, 10, 1)),
        ("2017/18", 4, date(2018, 1, 1)),
        ("2099/00", 4, date(2100, 1, 1)),
    ],
)
def test_quarters_are_of_the_financial_year(
    tmp_path: Path, year: str, quarter: int, start: date
) -> None:
    path = write(tmp_path / "a.csv", HEADER, line(year=year, quarter=quarter))
    assert recorded_crime(path).frame["quarter_start"].to_list() == [start]


def test_identical_lines_and_cancelled_records_are_all_kept(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", HEADER, line(2), line(2), line(-1), line('"1,204"'))
    table = recorded_crime(path)
    assert table.frame["offences"].to_list() == [2, 2, -1, 1204]
    assert table.notes[0].startswith("Below zero, because more records were cancelled than made: 1")
    result = kpi.compute(["17"], {"recorded_crime": table}, periods=kpi.periods("2017/18 Q1"))
    frame = result.to_pandas()
    (value,) = frame.loc[frame["basis"] == "proxy", "value"]
    assert value == 2 + 2 - 1 + 1204


def test_names_are_shortened_for_forces_and_kept_for_others(tmp_path: Path) -> None:
    names = ["London, City of", "Metropolitan Police", "Devon & Cornwall", "Action Fraud"]
    names += ["British Transport Police"]
    table = recorded_crime(write(tmp_path / "a.csv", HEADER, *(line(force=n) for n in names)))
    shown = ["City of London", "Metropolitan", "Devon and Cornwall", "Action Fraud"]
    assert table.frame["force"].to_list() == [*shown, "British Transport Police"]
    assert table.notes[0] == (
        "Not one of the 43 territorial forces, kept as published: Action Fraud, British Transport "
        "Police (2 lines). A total of all forces includes them."
    )


def test_quarters_without_a_file_are_not_zero(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", HEADER, line(quarter=3), line(quarter=3, force="Kent"))
    last = write(tmp_path / "b.csv", HEADER, line(quarter=1, year="2018/19"))
    table = recorded_crime([first, last])
    third, first_of_next = (
        (date(2017, 10, 1), date(2017, 12, 31)),
        (date(2018, 4, 1), date(2018, 6, 30)),
    )
    assert table.coverage.by_reporter == {"Kent": (third,), "West Mercia": (third, first_of_next)}
    assert "No file for 2017/18 Q4: a 0 there is missing data, not zero." in table.notes
    assert any(note.startswith("Kent has lines for 1 of the 2 quarters:") for note in table.notes)
    periods = kpi.periods("2017/18 Q4", "2018/19 Q1")
    frame = kpi.compute(["17"], {"recorded_crime": table}, periods=periods).to_pandas()
    frame = frame[frame["basis"] == "proxy"].set_index("period")
    assert frame.loc["2017/18 Q4", "marker"] == "[x]"
    assert frame.loc["2018/19 Q1", "value"] == 3


@pytest.mark.parametrize("missing", HEADER.split(","))
def test_a_missing_column_is_named(tmp_path: Path, missing: str) -> None:
    path = write(tmp_path / "a.csv", HEADER.replace(missing, "Other"), line(CANARY))
    if missing == "Offence Description":
        assert "whole number" in error_message(lambda: recorded_crime(path))
    else:
        assert f"is missing 1 column: {missing}." in error_message(lambda: recorded_crime(path))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (line(year=CANARY), "1 row with a Financial Year that is not written like"),
        (line(year="2017/19"), "1 row with a Financial Year that is not written like"),
        (line(year="2017"), "1 row with a Financial Year that is not written like"),
        (line(quarter=5), "1 row with a Financial Quarter other than 1 to 4"),
        (line(quarter=CANARY), "1 row with a Financial Quarter other than 1 to 4"),
        (line(CANARY), "1 row with a Number of Offences that is not a whole number"),
        (line("1.5"), "1 row with a Number of Offences that is not a whole number"),
        (line(".."), "1 row with a Number of Offences that is not a whole number"),
        (line(""), "1 row with no Number of Offences"),
        (line(force=""), "1 row with no Force Name"),
        (CANARY, "1 line with more or fewer than the header's 8 fields"),
    ],
)
def test_an_invalid_line_is_an_error_without_its_value(
    tmp_path: Path, bad: str, words: str
) -> None:
    path = write(tmp_path / "a.csv", HEADER, line(), bad)
    assert f"a.csv: {words}" in error_message(lambda: recorded_crime(path))


def test_one_force_and_quarter_twice_is_an_error(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", HEADER, line(force="Kent Police"))
    second = write(tmp_path / "b.csv", HEADER, line(force="Kent"))
    assert "a.csv and b.csv both contain" in error_message(lambda: recorded_crime([first, second]))
    other = write(tmp_path / "b.csv", HEADER, line(force="Essex"))
    assert len(recorded_crime([first, other])) == len(recorded_crime(tmp_path)) == 2


# Workforce: reading


def by_day(table: Any) -> dict[tuple[str, str], float | None]:
    rows = table.frame.select("as_at", "force", "fte").rows()
    return {(day.isoformat(), force): fte for day, force, fte in rows}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [False, True])
def test_regions_and_totals_are_left_out_and_named(tmp_path: Path, bom: bool, end: str) -> None:
    lines = ["West Midlands,30,33", "Warwickshire,4,..", "West Midlands,20,21", "London,9,9"]
    lines += ["Metropolitan Police,9,9", "Total 43 forces,39,42", "British Transport Police,5,5"]
    table = officer_fte(write(tmp_path / "a.csv", TABLE, *lines, bom=bom, end=end, last=False))
    assert by_day(table) == {
        ("2017-09-30", "Warwickshire"): 4,
        ("2017-09-30", "West Midlands"): 20,
        ("2017-09-30", "Metropolitan"): 9,
        ("2018-03-31", "Warwickshire"): None,
        ("2018-03-31", "West Midlands"): 21,
        ("2018-03-31", "Metropolitan"): 9,
    }
    assert table.notes[0].endswith(
        "4 rows (British Transport Police, London, Total 43 forces, West Midlands)."
    )
    assert table.notes[1].startswith("No row in any file: Cumbria, ")
    assert table.notes[2].startswith("Not available (..), kept as null: 1 figure.")
    assert table.coverage.spans == ((date(2016, 10, 1), date(2018, 3, 31)),)


def test_a_figure_not_available_is_not_zero(tmp_path: Path) -> None:
    table = officer_fte(write(tmp_path / "a.csv", TABLE, "Kent,10,..", "Essex,20,22"))
    data = {"published_workforce": table}
    quarters = kpi.periods("2017/18 Q2", "2017/18 Q3", "2017/18 Q4")
    frame = kpi.compute(["52"], data, periods=quarters, by=["force"]).to_pandas()
    frame = frame[frame["basis"] == "proxy"].set_index(["period", "force"])
    assert set(frame["measure"]) == {"officers_fte"}
    assert frame.loc[("2017/18 Q2", "All"), "value"] == 30
    assert set(frame.loc["2017/18 Q3", "marker"]) == {"[x]"}
    assert frame.loc[("2017/18 Q4", "Kent"), "marker"] == "[x]"
    assert frame.loc[("2017/18 Q4", "Essex"), "value"] == 22
    assert "1 row left out" in frame.loc[("2017/18 Q4", "All"), "note"]


def test_the_later_table_revises_the_earlier(tmp_path: Path) -> None:
    early = write(tmp_path / "z.csv", f"{TITLE}Force/Region,March 2017,September 2017", "Kent,9,10")
    later = write(tmp_path / "a.csv", TABLE, "Kent,11.0,12")
    table = officer_fte([later, early])
    days = ("2017-03-31", "2017-09-30", "2018-03-31")
    assert by_day(table) == dict(zip([(day, "Kent") for day in days], (9, 11, 12), strict=True))
    assert any("later file: 1 figure." in note for note in table.notes)
    again = write(tmp_path / "b.csv", TABLE, "Kent,11,12")
    assert "2 pairs of date and force" in error_message(lambda: officer_fte([later, again]))


def test_open_data_lines_are_kept_and_added(tmp_path: Path) -> None:
    lines = [
        '2018,E23,"London, City of",London,Female,Constable,Police Officer,"1,010",1000.5',
        '2018,E23,"London, City of",London,Male,Constable,Police Officer,20,19.5',
        '2018,E23,"London, City of",London,Male,,Police Staff,7,..',
        "2018,,British Transport Police,,Male,Constable,Police Officer,9,9",
    ]
    table = officer_fte(write(tmp_path / "a.csv", OPEN, *lines))
    assert table.frame.rows() == [
        (date(2018, 3, 31), "City of London", "Police Officer", "Female", None, 1000.5, 1010),
        (date(2018, 3, 31), "City of London", "Police Officer", "Male", None, 19.5, 20),
        (date(2018, 3, 31), "City of London", "Police Staff", "Male", None, None, 7),
    ]
    data = {"published_workforce": table}
    frame = kpi.compute(["52"], data, periods=kpi.periods("2017/18")).to_pandas()
    (value,) = frame.loc[frame["basis"] == "proxy", "value"]
    assert value == 1020
    same_day = write(tmp_path / "b.csv", TABLE, "City of London,1,2")
    assert "1 pair of date" in error_message(lambda: officer_fte([tmp_path / "a.csv", same_day]))


@pytest.mark.parametrize("missing", ["As at 31 March", "Worker type", "Total (FTE)", "Force name"])
def test_a_missing_workforce_column_is_named(tmp_path: Path, missing: str) -> None:
    header = OPEN.replace(missing, "Other")
    path = write(tmp_path / "a.csv", header, f"2018,E,{CANARY},R,S,R,Police Officer,1,1")
    message = error_message(lambda: officer_fte(path))
    assert "is missing 1 column: " in message
    assert missing in message


@pytest.mark.parametrize(
    ("header", "lines", "words"),
    [
        (
            TABLE,
            [f"Kent,{CANARY},1"],
            "1 row with a September 2017 that is neither a number nor a marker",
        ),
        (TABLE, ["Kent,1,-5"], "1 row with a March 2018 that is neither a number nor a marker"),
        (TABLE, ["Kent,1,"], "1 row with a force and no March 2018"),
        (TABLE, ["Kent,1,2", "Kent Police,1,2"], "1 row with a force that occurs before"),
        (TABLE, ["London,9,9", "West Midlands,1,2"], "1 row of West Midlands, which is a region"),
        (TABLE, ["West Midlands,1,2", "West Midlands,2,1"], "2 rows of West Midlands"),
        (TABLE, [f"{CANARY},1,2"], "contain no row of a territorial force"),
        (f"{TITLE}Force/Region,Spring", ["Kent,1"], "no column named after a month"),
        (f"{TITLE}Force/Region,March 2018,March 2018 ", ["Kent,1,2"], "two columns of one month"),
        (f"{TITLE}Area,March 2018", ["Kent,1"], "is missing 1 column: Force/Region or"),
        (OPEN, [f"{CANARY},E,Kent,R,S,R,Police Officer,1,1"], "As at 31 March that is not a year"),
        (OPEN, ["2018,E,Kent,R,S,R,Police Officer,1.5,1"], "a headcount that is not whole"),
    ],
)
def test_an_invalid_workforce_file_is_an_error(
    tmp_path: Path, header: str, lines: list[str], words: str
) -> None:
    path = write(tmp_path / "a.csv", header, *lines)
    assert words in error_message(lambda: officer_fte(path))


def test_the_only_west_midlands_is_the_force(tmp_path: Path) -> None:
    table = officer_fte(write(tmp_path / "a.csv", TABLE, "Kent,1,2", "West Midlands,3,4"))
    assert by_day(table)["2018-03-31", "West Midlands"] == 4


# Real files, compared with pandas


def real(pattern: str) -> list[Path]:
    data = os.environ.get("SWM_KPI_REAL_DATA")
    if not data:
        pytest.skip("SWM_KPI_REAL_DATA is not set, so there are no real files to read")
    files = sorted((Path(data) / "home_office").glob(pattern))
    if not files:
        pytest.skip(f"the folder SWM_KPI_REAL_DATA names has no home_office/{pattern}")
    return files


def plain_crime(files: list[Path]) -> pd.DataFrame:
    read = [pd.read_csv(file, dtype=str, encoding="utf-8-sig") for file in files]
    rows = pd.concat(read, ignore_index=True)
    names = {"London, City of": "City of London", "Metropolitan Police": "Metropolitan"}
    return pd.DataFrame(
        {
            "period": rows["Financial Year"] + " Q" + rows["Financial Quarter"],
            "force": rows["Force Name"].replace(names),
            "subgroup": rows["Offence Subgroup"],
            "number": rows["Number of Offences"].astype(int),
        }
    )


def test_real_lines_add_up_as_in_pandas() -> None:
    files = real("prc-pfa-*.csv")
    expected = plain_crime(files)
    table = recorded_crime(files)
    assert len(table) == len(expected)
    by_quarter = table.frame.group_by("quarter_start", "force").agg(pl.col("offences").sum())
    totals = {}
    for start, force, number in by_quarter.rows():
        year = start.year - (start.month < 4)
        quarter = {4: 1, 7: 2, 10: 3, 1: 4}[start.month]
        totals[f"{year}/{(year + 1) % 100:02} Q{quarter}", force] = number
    assert totals == expected.groupby(["period", "force"])["number"].sum().to_dict()


def test_real_refs_agree_with_pandas() -> None:
    files = real("prc-pfa-*.csv")
    rows = plain_crime(files)
    periods = kpi.periods(*sorted(set(rows["period"])))
    data = {"recorded_crime": recorded_crime(files)}
    result = kpi.compute([*MAPPING], data, periods=periods, by=["force"]).to_pandas()
    proxy = result[result["basis"] == "proxy"]
    for ref, measures in MAPPING.items():
        for measure, subgroups in measures.items():
            chosen = rows[rows["subgroup"].isin(subgroups)]
            expected = chosen.groupby(["period", "force"])["number"].sum().to_dict()
            totals = chosen.groupby("period")["number"].sum().to_dict()
            expected |= {(period, "All"): number for period, number in totals.items()}
            rows_of_measure = proxy[(proxy["ref"] == ref) & (proxy["measure"] == measure)]
            values = rows_of_measure.dropna(subset="value")
            values = values.set_index(["period", "force"])["value"].to_dict()
            computed = {key: value for key, value in values.items() if value}
            assert computed == {key: value for key, value in expected.items() if value}, measure
            assert (rows_of_measure["note"].str.len() > 0).all()


@pytest.mark.parametrize("kind", [".xlsx", ".ods", ".zip", ".csv.gz"])
def test_real_lines_are_the_same_in_every_format(tmp_path: Path, kind: str) -> None:
    """One quarter of one force, below a title, added up line by line."""
    total, rows = 0, []
    for file in real("prc-pfa-*.csv"):
        lines = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
        kept = [line for line in lines[1:] if line[1:3] == ["1", "Gloucestershire"]]
        total += sum(int(line[-1]) for line in kept)
        rows += [*([] if rows else [lines[0]]), *kept]
    table = [["Recorded crime", *[""] * (len(rows[0]) - 1)], *rows]
    path = tmp_path / f"crime{kind}"
    text = io.StringIO()
    csv.writer(text).writerows(table)
    if kind in (".xlsx", ".ods"):
        write_book(path, {"Notes": [["Notes"]], "2017_18": table})
    elif kind == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("crime.CSV", text.getvalue())
    else:
        path.write_bytes(gzip.compress(text.getvalue().encode()))
    crime = recorded_crime(path)
    assert len(crime) == len(rows) - 1
    assert crime.frame["offences"].sum() == total


@pytest.mark.parametrize("kind", [".xlsx", ".ods"])
def test_real_officers_are_the_same_in_a_spreadsheet(tmp_path: Path, kind: str) -> None:
    """The file of 2018 as a sheet with titles and notes, beside a sheet of staff."""
    file = real("officer-fte-2018.csv")[0]
    lines = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    cells = [[line[0], *(float(cell) for cell in line[1:])] for line in lines[1:]]
    head = [["Table 1: Police officers (FTE) [note 1]"], [], [f"{n} [note 2]" for n in lines[0]]]
    staff = [["Table 2: Police staff (FTE)"], lines[0], *([row[0], 1, 1, 1] for row in cells)]
    sheets = {"Table_1": [*head, *cells, [], ["Source: Home Office"]], "Table_2": staff}
    book = officer_fte(write_book(tmp_path / f"book{kind}", sheets))
    published = officer_fte(file).frame
    # openpyxl writes 15 digits.
    assert book.frame["fte"].to_list() == pytest.approx(published["fte"].to_list(), rel=1e-12)
    assert book.frame.drop("fte").equals(published.drop("fte"))
    (mercia,) = [row[-1] for row in cells if row[0] == "West Mercia"]
    kept = book.frame.filter(force="West Mercia", as_at=date(2018, 9, 30))
    assert kept["fte"].to_list() == pytest.approx([mercia])


def test_real_officers_agree_with_pandas() -> None:
    files = real("officer-fte-*.csv")
    others = {"North East", "North West", "Yorkshire and the Humber", "East Midlands", "Eastern"}
    others |= {"London", "South East", "South West", "Wales", "Total", "Total 43 forces"}
    others |= {"Central Service Secondments", "British Transport Police"}
    expected: dict[tuple[str, str], float] = {}
    for path in files:  # in order of year, so that a later file revises an earlier
        rows = pd.read_csv(path, encoding="utf-8-sig", na_values="..").set_index("Force/Region")
        rows = rows[~rows.index.isin(others)]
        rows = rows[~rows.index.duplicated(keep="last")]  # the region West Midlands comes first
        assert len(rows) == 43
        rows.index = rows.index.str.replace("&", "and")
        for name in rows.columns:
            month, year = name.split()
            period = f"{year}-{'03' if month == 'March' else '09'}"
            expected |= {(period, force): value for force, value in rows[name].items()}
            expected[period, "All"] = rows[name].sum()
    periods = kpi.periods(*sorted({period for period, _ in expected}))
    data = {"published_workforce": officer_fte(files)}
    result = kpi.compute(["52"], data, periods=periods, by=["force"]).to_pandas()
    proxy = result[(result["basis"] == "proxy") & (result["force"] != "Unknown")]
    computed = proxy.set_index(["period", "force"])["value"].to_dict()
    assert computed == pytest.approx(expected, abs=1e-3, nan_ok=True)
    assert computed["2018-09", "West Mercia"] == pytest.approx(1921.7)
