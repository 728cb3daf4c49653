"""Files as people have them: whatever surrounds the rows, the rows are the same, or it is an error.

Each property writes made-up rows in a layout that publishers or Excel produce, and reads them back.
"""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from swm_kpi import Areas
from swm_kpi.errors import InputError, MissingExtra
from swm_kpi.open_data import officer_fte, police_uk, recorded_crime, stats19
from tests.support.published_books import write_book

CRIME_COLUMNS = [
    *("Financial Year", "Financial Quarter", "Force Name", "Offence Description"),
    *("Offence Group", "Offence Subgroup", "Offence Code", "Number of Offences"),
]
CRIME_ROW = ["2017/18", "1", "Kent", "Some offence", "Some group", "Homicide", "1", "3"]
STREET_COLUMNS = [
    *("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location"),
    *("LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context"),
]
OUTCOME_COLUMNS = [*STREET_COLUMNS[:9], "Outcome type"]
SEARCH_COLUMNS = [
    *("Type", "Date", "Part of a policing operation", "Policing operation", "Latitude"),
    *("Longitude", "Gender", "Age range", "Self-defined ethnicity", "Officer-defined ethnicity"),
    *("Legislation", "Object of search", "Outcome", "Outcome linked to object of search"),
]
OFFICERS = ["Table 1: Police officers (FTE), by police force area [note 1]"]
CANARY = "ZQX-canary-7731"


def street_row(month: str = "2025-06", crime_id: str = "c1", **values: str) -> list[str]:
    row = dict.fromkeys(STREET_COLUMNS, "") | {
        "Crime ID": crime_id,
        "Month": month,
        "Reported by": "West Mercia Police",
        "Falls within": "West Mercia Police",
        "LSOA name": "Worcester 001A",
        "Crime type": "Burglary",
        "Last outcome category": "Under investigation",
    }
    return [*(row | {name.replace("_", " "): value for name, value in values.items()}).values()]


def csv_text(rows: list[list[Any]], *, end: str = "\n") -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue()


def write(path: Path, rows: list[list[Any]], *, encoding: str = "utf-8", end: str = "\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv_text(rows, end=end).encode(encoding))
    return path


def message(call: Any) -> str:
    with pytest.raises(InputError) as caught:
        call()
    assert CANARY not in str(caught.value)
    return str(caught.value)


def reasons(table: Any) -> dict[str, str]:
    return {file.name: file.reason for file in table.files if not file.is_read}


# The rows are the same, whatever surrounds them


def decorate(name: str, draw: random.Random) -> str:
    """Write a column name as some publisher or program could."""
    name = draw.choice([name, name.upper(), name.lower(), name.title()])
    name = name.replace(" ", draw.choice([" ", "_", "\u00a0", "  ", "\n"]))
    mark = draw.choice(["", "", " [note 1]", "[notes 2, 3]", " (1)", "¹", "*", " [r]"])
    return draw.choice(["", " ", "\u00a0"]) + name + mark + draw.choice(["", " "])


def surround(header: list[str], rows: list[list[Any]], draw: random.Random) -> list[list[Any]]:
    """Put a table into a sheet: columns in any order, titles, blank rows and footnotes."""
    names = [decorate(name, draw) for name in header]
    extra = draw.randrange(3)
    order = [*range(len(names) + extra)]
    draw.shuffle(order)
    names += ["Something new", "Another"][:extra]

    def place(row: list[Any]) -> list[Any]:
        return [(row + ["x", "y"][:extra])[at] for at in order]

    width = len(names)
    titles = [[f"Title {n}", *[""] * (width - 1)] for n in range(draw.randrange(3))]
    blank = [""] * width
    table: list[list[Any]] = [*titles, *[blank] * draw.randrange(2), [names[at] for at in order]]
    for row in rows:
        table += [blank] * (draw.random() < 0.2)
        table.append(place(row))
    return [*table, *[blank] * draw.randrange(3), *[["Source: made up", *blank[1:]]] * (width > 1)]


def write_any(path: Path, table: list[list[Any]], kind: str) -> Path:
    """Write a table as a CSV file, compressed, or as a spreadsheet beside a sheet of notes."""
    if kind in (".xlsx", ".ods"):
        book = path.with_suffix(kind)
        return write_book(book, {"Notes": [["Notes"], ["note 1", "a note"]], "Data": table})
    content = csv_text(table, end="\r\n" if "crlf" in kind else "\n").encode()
    content = (b"\xef\xbb\xbf" if "bom" in kind else b"") + content
    if "gz" in kind:
        target = path.with_suffix(".csv.gz")
        target.write_bytes(gzip.compress(content))
    elif "zip" in kind:
        target = path.with_suffix(".zip")
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("folder/data.CSV", content)
            archive.writestr("__MACOSX/folder/._data.CSV", b"\0")
    else:
        target = path.with_suffix(".csv")
        target.write_bytes(content)
    return target


kinds = st.sampled_from(["csv", "csv bom", "csv crlf", "gz", "zip bom", ".xlsx", ".ods"])
randoms = st.randoms(use_true_random=False)
offences = st.integers(-5, 2_000_000)
crime_lines = st.lists(
    st.tuples(
        st.sampled_from(["2016/17", "2017/18"]),
        st.integers(1, 4),
        st.sampled_from(["Kent", "London, City of", "Action Fraud"]),
        st.sampled_from(["Homicide", "Rape offences"]),
        offences,
    ),
    min_size=1,
    max_size=8,
)
fresh_folder = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.slow
@fresh_folder
@given(lines=crime_lines, kind=kinds, draw=randoms)
def test_lines_are_the_same_in_every_format_and_layout(
    tmp_path: Path, lines: list[Any], kind: str, draw: random.Random
) -> None:
    rows = []
    for year, quarter, force, subgroup, number in lines:
        text = draw.choice([str(number), f"{number:,}"])
        figure = number if kind in (".xlsx", ".ods") and draw.random() < 0.5 else text
        rows.append([year, str(quarter), force, "d", "g", subgroup, "10A", figure])
    path = write_any(tmp_path / "data", surround(CRIME_COLUMNS, rows, draw), kind)
    table = recorded_crime(path)
    starts = {1: (0, 4), 2: (0, 7), 3: (0, 10), 4: (1, 1)}
    assert table.frame.select("quarter_start", "force", "offence_subgroup", "offences").rows() == [
        (
            date(int(year[:4]) + starts[quarter][0], starts[quarter][1], 1),
            force.replace("London, City of", "City of London"),
            subgroup,
            number,
        )
        for year, quarter, force, subgroup, number in lines
    ]
    assert sum(file.rows for file in table.files) == len(lines)


MARKERS = ["..", "[x]", "z", "-", "[z]", "x", ":", "[c]", "n/a", "–", "*"]
figures = st.one_of(
    st.sampled_from(MARKERS), st.floats(0, 40_000).map(lambda value: round(value, 2))
)


@pytest.mark.slow
@fresh_folder
@given(
    values=st.lists(st.tuples(figures, figures), min_size=2, max_size=6),
    kind=kinds,
    draw=randoms,
)
def test_a_marker_is_null_and_never_zero(
    tmp_path: Path, values: list[Any], kind: str, draw: random.Random
) -> None:
    forces = ["Kent", "Essex", "Dyfed-Powys", "Avon & Somerset", "Hampshire", "Surrey"]

    def show(figure: Any) -> str:
        if isinstance(figure, str):
            return figure
        return draw.choice(
            [f"{figure:.2f}", f"{figure:,.2f}", f"{figure:.2f} [r]", f"{figure:.2f}p"]
        )

    rows = [[force, *map(show, pair)] for force, pair in zip(forces, values, strict=False)]
    header = ["Force/Region", "As at 30 September 2017", "March 2018"]
    table = [[*OFFICERS, "", ""], *surround(header, rows, draw)]
    table = [row + [""] * (max(map(len, table)) - len(row)) for row in table]
    read = officer_fte(write_any(tmp_path / "data", table, kind))
    computed = {
        (force, day): fte for day, force, fte in read.frame.select("as_at", "force", "fte").rows()
    }
    expected = {
        (force.replace("&", "and"), day): None if isinstance(figure, str) else figure
        for force, pair in zip(forces, values, strict=False)
        for day, figure in zip((date(2017, 9, 30), date(2018, 3, 31)), pair, strict=True)
    }
    assert computed == expected
    nulls = sum(figure is None for figure in expected.values())
    counted = [note for note in read.notes if note.startswith("Not available (")]
    assert (f": {nulls:,} figure" in counted[0]) if nulls else not counted


# Which workers a table counts

OTHER_TITLES = [
    *("Table 2: Police staff (FTE)", "Table 3: Police community support officers (FTE)"),
    *("Table 3: PCSOs by police force area", "Table 4: Special constables (headcount)"),
    *("Table 5: Designated officers (FTE)", "Table 6: Police officers and police staff (FTE)"),
    *("Table 7: Police officers (headcount)", "Table 8: Female police officers (FTE)"),
    *("Table 9: Minority ethnic police officers (FTE)", "Table 10: Police officer leavers (FTE)"),
    *("Table 11: Police officers per 100,000 population", "Table 12: Police officers, by rank"),
    *("Table 13: Traffic wardens", "Table 14: Police support volunteers"),
]


def dated(*titles: str, kent: object = 100) -> list[list[Any]]:
    return [*([title, ""] for title in titles), ["Force/Region", "March 2018"], ["Kent", kent]]


@pytest.mark.slow
@pytest.mark.parametrize("title", OTHER_TITLES)
@pytest.mark.parametrize("stated", ["", "1"])
@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".ods"])
def test_other_workers_are_never_taken_for_officers(
    tmp_path: Path, title: str, stated: str, kind: str
) -> None:
    """A table of officers beside it is read alone."""
    path = write_any(tmp_path / "workforce", dated(title), kind)
    text = message(lambda: officer_fte(path, table=stated))
    assert "it counts" in text or "stated table" in text or "has no table '1'" in text
    both = tmp_path / "both"
    write(both / "1.csv", dated("Table 1: Police officers (FTE)", kent=7.5))
    write(both / "2.csv", dated(title.upper()))
    table = officer_fte(both)
    assert table.frame["fte"].to_list() == [7.5]
    assert "it counts" in reasons(table)["2.csv"]
    assert any("2.csv (it counts" in note for note in table.notes)


@pytest.mark.parametrize(
    "titles",
    [
        ["Table 1: Police officers (FTE), as at 31 March 2018"],
        ["Table 1", "Police officer strength, full-time equivalents"],
        ["Police officers (FTE), excluding PCSOs and police staff"],
        ["TABLE_1", "POLICE OFFICERS IN POST (FTE) [note 2]", "Back to contents"],
    ],
)
@pytest.mark.parametrize("stated", ["", "1"])
def test_officers_are_recognised_by_the_title(
    tmp_path: Path, titles: list[str], stated: str
) -> None:
    path = write(tmp_path / "a.csv", dated(*titles, kent="1,234.5"))
    assert officer_fte(path, table=stated).frame["fte"].to_list() == [1234.5]


def test_a_table_without_a_title_is_read_if_its_name_or_the_caller_states_it(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "table.csv", dated())
    text = message(lambda: officer_fte(path))
    assert "nothing shows which workers it counts" in text
    assert 'state table="1"' in text
    assert message(lambda: officer_fte(path, table="2"))
    table = officer_fte(path, table="1")
    assert table.frame["fte"].to_list() == [100]
    assert any("does not say what its figures are" in note for note in table.notes)
    assert len(officer_fte(write(tmp_path / "officer-fte-2018.csv", dated()))) == 1
    for name in ("officer-headcount-2018.csv", "staff-fte-2018.csv", "pcso-officers-fte.csv"):
        other = write(tmp_path / name, dated())
        for stated in ("", "1"):
            assert "it counts" in message(lambda other=other, s=stated: officer_fte(other, table=s))


@pytest.mark.parametrize("kind", [".xlsx", ".ods"])
def test_a_sheet_is_stated_by_number_or_name(tmp_path: Path, kind: str) -> None:
    sheets = {
        "Contents": [["Contents"], ["Table 1", "Police officers by force"]],
        "Table_1": dated("Table 1: Police officers (FTE)", kent=7.5),
        "Table_2": dated("Table 2: Police staff (FTE)"),
        "Draft": dated("Table 1: Police officers (FTE)", kent=8.5),
    }
    path = write_book(tmp_path / f"book{kind}", sheets, hidden=["Draft"])
    for stated in ("", "Table_1", "table 1"):
        table = officer_fte(path, table=stated)
        assert table.frame["fte"].to_list() == [7.5]
    assert reasons(officer_fte(path))[f"book{kind}, sheet Draft"].startswith("the sheet is hidden")
    assert officer_fte(path, table="Draft").frame["fte"].to_list() == [8.5]
    assert "it counts police staff" in message(lambda: officer_fte(path, table="2"))
    text = message(lambda: officer_fte(path, table="9"))
    assert "has no table '9'" in text
    assert "sheet Table_1, sheet Table_2" in text


def test_the_only_sheet_can_be_stated_without_a_title(tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"Sheet1": dated(kent=7.5)})
    assert "nothing shows which workers" in message(lambda: officer_fte(path))
    assert officer_fte(path, table="1").frame["fte"].to_list() == [7.5]
    two = write_book(tmp_path / "b.xlsx", {"Sheet1": dated(), "Sheet2": dated()})
    assert "has no table '1'" in message(lambda: officer_fte(two, table="1"))


@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".ods"])
def test_two_rows_of_column_names_are_joined(tmp_path: Path, kind: str) -> None:
    rows = [
        [OFFICERS[0], "", "", ""],
        ["Force/Region", "As at 30 September", "As at 31 March", "Change"],
        ["", "2017", "2018", ""],
        ["Kent", 1.5, 2, 0.5],
    ]
    table = officer_fte(write_any(tmp_path / "a", rows, kind))
    assert table.frame["fte"].to_list() == [1.5, 2]


def test_columns_with_other_words_are_not_read_as_officers(tmp_path: Path) -> None:
    rows = [["Table 1: Police officers", "", "", ""]]
    rows += [["Force", "March 2018", "Headcount March 2018", "Change to March 2018"]]
    rows += [["Kent", "10.5", "12", "3"]]
    assert officer_fte(write(tmp_path / "a.csv", rows)).frame["fte"].to_list() == [10.5]
    grouped = [["Table 1: Police officers", "", ""], ["Force", "Headcount", "FTE"]]
    grouped += [["", "March 2018", "March 2018"], ["Kent", "12", "10.5"]]
    assert message(lambda: officer_fte(write(tmp_path / "b.csv", grouped)))


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("March 2018", date(2018, 3, 31)),
        ("31 March 2018 [note 3]", date(2018, 3, 31)),
        ("As at 30 September 2017", date(2017, 9, 30)),
        ("March 20183", date(2018, 3, 31)),
        ("Mar 2018", date(2018, 3, 31)),
        (date(2018, 3, 31), date(2018, 3, 31)),
    ],
)
def test_names_of_months(tmp_path: Path, name: Any, day: date) -> None:
    rows = [OFFICERS, ["Force/Region", name], ["Kent", 1.5]]
    table = officer_fte(write_book(tmp_path / "a.xlsx", {"Table_1": rows}))
    assert table.frame["as_at"].to_list() == [day]


def test_the_functions_file_has_no_headcount(tmp_path: Path) -> None:
    header = ["As at 31 March", "Geocode", "Force name", "Region", "Worker type", "Sex"]
    header += ["Wider function name", "Total (FTE)"]
    rows = [
        header,
        ["2024", "E", "Kent", "SE", "Police Officer", "Female", "Local Policing", "1.5"],
        ["2025", "E", "Kent", "SE", "police officers", "male", "Local policing", "2,000.25"],
        ["2025", "E", "Kent", "SE", "Police Staff", "Male", "Investigations", ".."],
    ]
    table = officer_fte(write(tmp_path / "a.csv", rows))
    assert table.frame.select(
        "worker_type", "sex", "wider_function", "fte", "headcount"
    ).rows() == [
        ("Police Officer", "Female", "Local policing", 1.5, None),
        ("Police Officer", "Male", "Local policing", 2000.25, None),
        ("Police Staff", "Male", "Investigations", None, None),
    ]
    staff = write(tmp_path / "b.csv", [header, rows[3]])
    assert "no row of police officers" in message(lambda: officer_fte(staff))


# Names of forces


@pytest.mark.parametrize(
    ("published", "force"),
    [
        ("Hampshire and Isle of Wight", "Hampshire"),
        ("Hampshire & Isle of Wight Constabulary", "Hampshire"),
        ("Hampshire", "Hampshire"),
        ("Metropolitan Police", "Metropolitan"),
        ("METROPOLITAN POLICE SERVICE", "Metropolitan"),
        ("London, City of", "City of London"),
        ("City of London Police", "City of London"),
        ("Dyfed Powys", "Dyfed-Powys"),
        ("Dyfed\u2013Powys [note 2]", "Dyfed-Powys"),
        ("Devon & Cornwall", "Devon and Cornwall"),
        ("Avon and  Somerset", "Avon and Somerset"),
        ("Wiltshire3", "Wiltshire"),
        ("  Kent\u00a0", "Kent"),
        ("kent police", "Kent"),
    ],
)
def test_present_and_former_names_are_one_force(tmp_path: Path, published: str, force: str) -> None:
    people = [OFFICERS, ["Force/Region", "March 2018"], [published, 1.5]]
    assert officer_fte(write_book(tmp_path / "a.xlsx", {"T": people})).frame["force"][0] == force
    crime = [CRIME_COLUMNS, [*CRIME_ROW[:2], published, *CRIME_ROW[3:]]]
    assert recorded_crime(write(tmp_path / "a.csv", crime)).frame["force"][0] == force
    row = street_row(Reported_by=published)
    assert police_uk(write(tmp_path / "b.csv", [STREET_COLUMNS, row])).frame["force"][0] == force


def test_regions_are_never_forces(tmp_path: Path) -> None:
    regions = ["North East", "North West Region", "Yorkshire and The Humber", "East of England"]
    regions += ["London", "West Midlands Region", "South West", "Wales", "England and Wales"]
    rows = [[*OFFICERS, ""], ["Force/Region", "March 2018"], *([name, 99] for name in regions)]
    rows += [["West Midlands", 7.5], ["North Wales", 1.5], ["Bobbyshire", 5]]
    table = officer_fte(write(tmp_path / "a.csv", rows))
    assert dict(table.frame.select("force", "fte").rows()) == {
        "West Midlands": 7.5,
        "North Wales": 1.5,
    }
    assert any("not known as a force" in note and "Bobbyshire" in note for note in table.notes)
    rows += [["Kent and Medway", 3]]
    text = message(lambda: officer_fte(write(tmp_path / "b.csv", rows)))
    assert "'Kent and Medway' and none of the force 'Kent'" in text


# Every file in a folder is accounted for

FILES: dict[str, bytes] = {
    "{m}-kent-street.csv": csv_text([STREET_COLUMNS, street_row("{m}")]).encode(),
    "{m}-kent-street.CSV": csv_text([STREET_COLUMNS, street_row("{m}")]).encode(),
    "{m}-kent-street (1).csv": csv_text([STREET_COLUMNS, street_row("{m}")]).encode(),
    "renamed {m}.csv": csv_text([STREET_COLUMNS, street_row("{m}")]).encode(),
    "{m}-kent-outcomes.csv": csv_text([OUTCOME_COLUMNS]).encode(),
    "{m}-kent-stop-and-search.csv": csv_text([SEARCH_COLUMNS]).encode(),
    "{m}-kent-street-empty-street.csv": b"",
    "{m}-header-street.csv": csv_text([STREET_COLUMNS]).encode(),
    "{m} notes.txt": b"notes",
    "{m} other.csv": b"a,b\n1,2\n",
    "{m}.xlsx": b"not read",
}


@pytest.mark.slow
@fresh_folder
@given(
    names=st.lists(st.sampled_from(sorted(FILES)), min_size=1, max_size=8),
    zipped=st.lists(st.sampled_from(sorted(FILES)), max_size=5, unique=True),
)
def test_every_file_of_a_folder_is_read_or_named(
    tmp_path_factory: Any, names: list[str], zipped: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("folder")
    written: dict[str, bytes] = {}
    for number, name in enumerate(names):
        month = f"2025-{number + 1:02}"
        inside = f"{month}/{name.replace('{m}', month)}"
        written[inside] = FILES[name].replace(b"{m}", month.encode())
    for name, content in written.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    if zipped:
        with zipfile.ZipFile(folder / "more.zip", "w") as archive:
            for name in zipped:
                content = FILES[name].replace(b"{m}", b"2024-12")
                archive.writestr(name.replace("{m}", "2024-12"), content)
                written[f"more.zip/{name.replace('{m}', '2024-12')}"] = content
    rows = {name: 1 for name, content in written.items() if b"Burglary" in content}
    if not rows:
        text = message(lambda: police_uk(folder))
        assert all(name in text for name in list(written)[:3])
        return
    table = police_uk(folder)
    assert sorted(file.name for file in table.files) == sorted(written)
    distinct = {content for name, content in written.items() if name in rows}
    assert len(table) == sum(file.rows for file in table.files) == len(distinct)
    for file in table.files:
        assert file.is_read == (file.reason == "")
        if file.name in rows and not file.is_read:
            assert file.reason == "an earlier file has the same content"
    noted = " ".join(table.notes)
    for name, content in written.items():
        if "empty" in name or "header" in name:
            assert name in noted or "more" in noted, content


def test_a_copy_of_one_month_with_other_content_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "2025-06-kent-street.csv", [STREET_COLUMNS, street_row()])
    write(tmp_path / "2025-06-kent-street (1).csv", [STREET_COLUMNS, street_row(crime_id="c2")])
    assert "their contents differ" in message(lambda: police_uk(tmp_path))


def test_a_month_under_the_name_of_another_is_refused_although_it_repeats(tmp_path: Path) -> None:
    write(tmp_path / "2025-06-kent-street.csv", [STREET_COLUMNS, street_row()])
    write(tmp_path / "2025-07-kent-street.csv", [STREET_COLUMNS, street_row()])
    assert "2025-07-kent-street.csv: 1 row with a Month other" in message(
        lambda: police_uk(tmp_path)
    )


def test_collisions_casualties_and_vehicles_share_a_folder(tmp_path: Path) -> None:
    collision = ["collision_index", "date", "collision_severity", "police_force"]
    collision += ["local_authority_ons_district"]
    write(tmp_path / "2022 a.csv", [collision, ["1", "05/01/2022", "2", "44", "E06000045"]])
    casualty = ["collision_index", "vehicle_reference", "casualty_reference", "casualty_severity"]
    write(tmp_path / "2022 b.csv", [casualty, ["1", "1", "1", "2"]])
    vehicle = ["collision_index", "vehicle_reference", "vehicle_type", "vehicle_manoeuvre"]
    write(tmp_path / "2022 c.csv", [vehicle, ["1", "1", "9", "18"]])
    tables = stats19(tmp_path, tmp_path)
    assert {name: len(table) for name, table in tables.items()} == {"collision": 1, "casualty": 1}
    assert reasons(tables["collision"]) == {
        "2022 b.csv": "it has STATS19 casualties",
        "2022 c.csv": "it has STATS19 vehicles",
    }


def test_hidden_sheets_and_sheets_of_years(tmp_path: Path) -> None:
    def year(label: str) -> list[list[Any]]:
        return [["Title"], [], CRIME_COLUMNS, [label, 1, *CRIME_ROW[2:7], 5], [], ["Source: x"]]

    sheets = {"Notes": [["a"]], "2016_17": year("2016/17"), "2017_18": year("2017/18")}
    path = write_book(tmp_path / "prc.ods", sheets | {"old": year("2015/16")}, hidden=["old"])
    table = recorded_crime(path)
    assert table.frame["quarter_start"].to_list() == [date(2016, 4, 1), date(2017, 4, 1)]
    assert any("prc.ods, sheet old (the sheet is hidden" in note for note in table.notes)
    assert len(recorded_crime(path, table="2016-17")) == 1
    twice = write_book(tmp_path / "twice.ods", {"a": year("2016/17"), "b": year("2016/17")})
    assert "sheet a and twice.ods, sheet b both contain" in message(lambda: recorded_crime(twice))


# The true cause in each message


@pytest.mark.parametrize("month", ["Jul-25", "01/07/2025", "2025-07-01", "45839", "1-Jul-2025"])
def test_months_that_excel_changed(tmp_path: Path, month: str) -> None:
    path = write(tmp_path / "a.csv", [STREET_COLUMNS, street_row(month)])
    assert "a Month that Excel changed to a date" in message(lambda: police_uk(path))


def test_other_values_that_excel_changed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [STREET_COLUMNS, street_row(crime_id="1.23E+10")])
    assert "1 row with a Crime ID that Excel rounded" in message(lambda: police_uk(path))
    crime = write(tmp_path / "b.csv", [CRIME_COLUMNS, ["Dec-11", *CRIME_ROW[1:]]])
    assert "a Financial Year that Excel changed" in message(lambda: recorded_crime(crime))
    officers = write(tmp_path / "c.csv", [[*OFFICERS, ""], ["Force", "Mar-18"], ["Kent", "1"]])
    assert "a column that Excel named" in message(lambda: officer_fte(officers))
    header = ["collision_index", "date", "collision_severity", "police_force"]
    header += ["local_authority_ons_district"]
    for row, words in (
        (["2.02E+12", "05/01/2022", "2", "44", "E"], "a collision_index that Excel rounded"),
        (["1", "05-Jan-22", "2", "44", "E"], "Excel writes dates like some of them"),
    ):
        roads = write(tmp_path / "d.csv", [header, row])
        assert words in message(lambda roads=roads: stats19(roads))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (csv_text([STREET_COLUMNS, street_row(Location="Café")]).encode("cp1252"), "Windows-1252"),
        (csv_text([STREET_COLUMNS, street_row()]).encode("utf-16"), "UTF-16"),
        (b"<!DOCTYPE html><html>404</html>", "is a web page, so the download failed"),
        (b"\xef\xbb\xbf<html>404</html>", "is a web page, so the download failed"),
        (b'{"error": "not found"}', "XML or JSON"),
        (b"%PDF-1.4 ...", "is a PDF document"),
        (b"PAR1....", "is a parquet file"),
        (b"a,b\0c\n", "NUL bytes"),
        (b"a,b\r1,2\r", "line ends of old Macs"),
        (b" \n\n", "is empty"),
        (csv_text([STREET_COLUMNS, street_row()]).replace(",", ";").encode(), "semicolons"),
        (csv_text([OUTCOME_COLUMNS]).encode(), "it has outcomes of data.police.uk"),
        (csv_text([SEARCH_COLUMNS]).encode(), "it has stop and search of data.police.uk"),
        (csv_text([CRIME_COLUMNS, CRIME_ROW]).encode(), "it has recorded crime of the Home Office"),
        (csv_text([STREET_COLUMNS, street_row()[:-2]]).encode(), "cut short or damaged"),
        (f"{CANARY},{CANARY}\n1,2\n".encode(), "is missing 6 columns"),
        (gzip.compress(b"x" * 100, mtime=0), "is a gzip file with the name of a CSV file"),
    ],
)
def test_each_wrong_file_has_its_own_message(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "2025-06-kent-street.csv"
    path.write_bytes(content)
    for paths in (path, tmp_path) if content.strip() else (path,):
        text = message(lambda paths=paths: police_uk(paths))
        assert words in text
        assert "2025-06-kent-street.csv" in text


def test_a_missing_column_is_reported_with_the_nearest_name(tmp_path: Path) -> None:
    header = [{"Crime type": "Crime typ", "Month": "Mnth"}.get(n, n) for n in STREET_COLUMNS]
    text = message(lambda: police_uk(write(tmp_path / "a.csv", [header, street_row()])))
    assert "is missing 2 columns: Month, Crime type." in text
    assert "'Mnth' for Month, 'Crime typ' for Crime type" in text
    twice = [{"Context": "MONTH"}.get(name, name) for name in STREET_COLUMNS]
    text = message(lambda: police_uk(write(tmp_path / "b.csv", [twice, street_row()])))
    assert "has a column twice: Month" in text


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(cut=st.floats(0, 0.999), kind=st.sampled_from(["gz", "zip", ".xlsx", ".ods"]))
def test_a_file_that_is_cut_short_is_an_error(tmp_path_factory: Any, cut: float, kind: str) -> None:
    folder = tmp_path_factory.mktemp("cut")
    path = write_any(folder / "a", [CRIME_COLUMNS, *[CRIME_ROW] * 20], kind)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    assert path.name.split(".")[0] in message(lambda: recorded_crime(path))


@settings(max_examples=60, deadline=None)
@given(
    content=st.binary(max_size=300),
    suffix=st.sampled_from([".csv", ".xlsx", ".ods", ".zip", ".csv.gz"]),
)
def test_any_bytes_are_an_error(tmp_path_factory: Any, content: bytes, suffix: str) -> None:
    path = tmp_path_factory.mktemp("any") / f"a{suffix}"
    path.write_bytes(content)
    for reader in (police_uk, recorded_crime, officer_fte, stats19):
        with pytest.raises(InputError):
            reader(path)


def test_spreadsheets_and_archives_under_a_wrong_name(tmp_path: Path) -> None:
    book = write_book(tmp_path / "a.xlsx", {"Data": [CRIME_COLUMNS, CRIME_ROW]})
    book.rename(tmp_path / "a.csv")
    assert "is a spreadsheet with the name of a CSV file" in message(
        lambda: recorded_crime(tmp_path / "a.csv")
    )
    write(tmp_path / "b.xlsx", [CRIME_COLUMNS, CRIME_ROW])
    assert "cannot be read as a spreadsheet" in message(lambda: recorded_crime(tmp_path / "b.xlsx"))


def test_a_spreadsheet_needs_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_book(tmp_path / "a.xlsx", {"Data": [CRIME_COLUMNS, CRIME_ROW]})
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    with pytest.raises(MissingExtra, match=r'pip install "swm-kpi\[spreadsheets\]"'):
        recorded_crime(path)


# Hostile cells


def test_hostile_cells_are_values_nulls_or_errors(tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://example.test","x")'
    rows = [CRIME_COLUMNS, [*CRIME_ROW[:2], formula, *CRIME_ROW[3:]]]
    table = recorded_crime(write(tmp_path / "a.csv", rows))
    assert table.frame["force"].to_list() == [formula]
    huge = "x" * 300_000
    rows = [STREET_COLUMNS, street_row(Location=huge), street_row(crime_id="c2")]
    assert len(police_uk(write(tmp_path / "b.csv", rows))) == 2
    header = [huge, *STREET_COLUMNS]
    text = message(lambda: police_uk(write(tmp_path / "c.csv", [header, ["", *street_row()]])))
    assert "the first line is too long" in text
    for number in ("", "..", "[x]", "-", "z", "1.5", "1 234", "#N/A", "£3", "(3)", "1e3", "٣"):
        rows = [CRIME_COLUMNS, [*CRIME_ROW[:7], number], CRIME_ROW]
        assert "1 row with" in message(
            lambda rows=rows: recorded_crime(write(tmp_path / "d.csv", rows))
        )
    merged = [[*OFFICERS, ""], ["Force/Region", "March 2018"], ["Kent", None], ["Essex", 1.5]]
    text = message(lambda: officer_fte(write_book(tmp_path / "m.xlsx", {"T": merged})))
    assert "1 row with a force and no March 2018" in text


def test_leading_blank_columns_and_rows_are_not_data(tmp_path: Path) -> None:
    rows = [[None] * 10, [None, None, *CRIME_COLUMNS], [None, None, *CRIME_ROW], [None] * 10]
    for kind in (".xlsx", ".ods"):
        table = recorded_crime(write_book(tmp_path / f"a{kind}", {"Data": rows}))
        assert table.frame["offences"].to_list() == [3]
    text = [["" if cell is None else cell for cell in row] for row in rows]
    assert len(recorded_crime(write(tmp_path / "a.csv", text))) == 1


def test_a_zip_in_a_zip_and_a_name_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b.zip", b"x")
        archive.writestr("c.csv", csv_text([CRIME_COLUMNS, CRIME_ROW]))
    assert reasons(recorded_crime(path)) == {"a.zip/b.zip": "a zip in a zip: unzip it first"}
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("c.csv", csv_text([CRIME_COLUMNS, CRIME_ROW]))
    assert "two files of one name" in message(lambda: recorded_crime(path))


def test_a_cell_far_from_the_others_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (CRIME_COLUMNS, CRIME_ROW):
        book.active.append(row)
    book.active.cell(1_048_576, 16_384, "x")
    book.save(tmp_path / "a.xlsx")
    assert "a cell far from the others" in message(lambda: recorded_crime(tmp_path / "a.xlsx"))
    path = write_book(tmp_path / "b.ods", {"Data": [CRIME_COLUMNS, CRIME_ROW]})
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml")
    value = b'<table:table-cell office:value-type="string"'
    far = [
        content.replace(value, value + b' table:number-columns-repeated="16384"').replace(
            b"<table:table-row>", b'<table:table-row table:number-rows-repeated="1048000">'
        ),
        content.replace(
            b"</table:table>",
            b'<table:table-row><table:table-cell table:number-columns-repeated="16000"/>'
            + value
            + b"><text:p>x</text:p></table:table-cell></table:table-row></table:table>",
        ),
    ]
    for number, text in enumerate(far):
        target = tmp_path / f"{number}.ods"
        with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as copy:
            for name in archive.namelist():
                copy.writestr(name, text if name == "content.xml" else archive.read(name))
        assert "a cell far" in message(lambda target=target: recorded_crime(target))


def test_a_last_line_without_its_end_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text([CRIME_COLUMNS, CRIME_ROW]).removesuffix("\n"), encoding="utf-8")
    assert recorded_crime(path).notes == (
        "The last line has no line end, so its last value can be cut short: a.csv.",
    )
    street = tmp_path / "b.csv"
    street.write_text(csv_text([STREET_COLUMNS, street_row()]).removesuffix("\n"))
    assert police_uk(street).notes == ()


def test_the_area_of_a_force_can_have_its_present_name(tmp_path: Path) -> None:
    areas = Areas(
        [
            {"code": "H", "name": "Hampshire and Isle of Wight", "level": "force"},
            {"code": "N", "name": "North", "level": "lpa", "parent": "H"},
            {"code": "E07000093", "name": "Test Valley", "level": "district", "parent": "N"},
        ]
    )
    row = street_row(Reported_by="Hampshire Constabulary", LSOA_name="Test Valley 001A")
    path = write(tmp_path / "a.csv", [STREET_COLUMNS, row])
    table = police_uk(path, areas=areas)
    assert table.frame.select("force", "lpa").rows() == [("Hampshire", "North")]
    assert set(table.coverage.belongs_to["lpa"].values()) == {"Hampshire"}


def test_names_that_a_program_changed(tmp_path: Path) -> None:
    """R writes dots for spaces and brackets."""
    header = ["As.at.31.March", "Force.name", "Worker.type", "Total..Headcount.", "Total..FTE."]
    rows = [header, ["2024", "Kent", "Police Officer", "2", "1.5"]]
    table = officer_fte(write(tmp_path / "a.csv", rows))
    assert table.frame.select("fte", "headcount").rows() == [(1.5, 2)]
