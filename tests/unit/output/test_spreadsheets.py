"""Workbooks, as the Government Analysis Function's guidance asks: what is in each cell, and why."""

from __future__ import annotations

import zipfile
from io import BytesIO
from xml.etree import ElementTree

import openpyxl
import pytest
from odf import opendocument, teletype
from odf import table as tables

import swm_kpi as kpi
from swm_kpi.disclosure.policy import DisclosurePolicy
from tests.support.sample_results import result, row, rows

FORMATS = ("xlsx", "ods")


@pytest.fixture
def book(tmp_path) -> openpyxl.Workbook:
    result().to_xlsx(tmp_path / "dataset.xlsx", policy="none")
    return openpyxl.load_workbook(tmp_path / "dataset.xlsx")


def cells(sheet) -> list[list[object]]:
    return [[cell.value for cell in line] for line in sheet.iter_rows()]


def table_of(sheet) -> list[list[object]]:
    (area,) = [value.ref for value in sheet.tables.values()]
    return [[cell.value for cell in line] for line in sheet[area]]


# The XLSX, read by another library


def test_there_is_a_cover_a_contents_notes_and_a_sheet_for_each_ref(book) -> None:
    assert book.sheetnames == ["Cover", "Contents", "Notes", "Ref 57"]
    links = [cell.hyperlink.location for cell in book["Contents"]["A"] if cell.hyperlink]
    assert links == ["'Notes'!A1", "'Ref 57'!A1"]


def test_the_cover_states_disclosure_control_and_provenance(book) -> None:
    text = "\n".join(str(line[0]) for line in cells(book["Cover"]))
    assert "Do not publish them" in text
    assert "The data were extracted on 2025-04-14." in text
    assert "Computed with swm-kpi 0.1.0 on polars 2.1.0." in text


def test_each_table_is_marked_and_is_the_only_one(book) -> None:
    for name in ("Contents", "Notes", "Ref 57"):
        assert len(book[name].tables) == 1
    assert book["Ref 57"].tables.keys() == {"table_ref_57"}


def test_nothing_is_merged_and_nothing_is_empty(book) -> None:
    for sheet in book:
        assert not sheet.merged_cells.ranges
        assert all(line[0] not in (None, "") for line in cells(sheet))
        if sheet.title != "Cover":
            assert all(value not in (None, "") for line in table_of(sheet) for value in line)


def test_periods_are_rows_and_measures_are_columns_with_units(book) -> None:
    table = table_of(book["Ref 57"])
    assert table[0] == [
        "Period",
        "Local Policing Area",
        "999 calls presented (calls)",
        "999 calls answered in time (percentage)",
        "999 calls answered in time, lower limit (percentage)",
        "999 calls answered in time, upper limit (percentage)",
        "Notes",
    ]
    assert [line[:2] for line in table[1:]] == [
        [quarter, area]
        for quarter in ("2024/25 Q1", "2024/25 Q2")
        for area in ("Shropshire", "Unknown", "All")
    ]


def test_numbers_are_numeric_cells_and_other_cells_have_a_marker(book) -> None:
    table = table_of(book["Ref 57"])
    assert [line[2] for line in table[1:]] == ["[c]", 1001, 1002, 2000, 2001, 2002]
    assert [line[3] for line in table[1:]] == [0.9, "[z]", 0.9, 0.9, 0.9, 0.9]
    assert [line[4] for line in table[1:3]] == [0.88, "[z]"]
    sheet = book["Ref 57"]
    shares = [cell.number_format for cell in sheet["D"] if isinstance(cell.value, float)]
    assert set(shares) == {"0.0%"}
    assert {cell.number_format for cell in sheet["C"] if isinstance(cell.value, int)} == {"#,##0"}


def test_a_marker_beside_a_number_is_in_words_and_leaves_it_a_number(book) -> None:
    notes = [line[-1] for line in table_of(book["Ref 57"])[1:]]
    assert notes[:4] == [
        "[note 1]",
        "[p] 999 calls presented, [note 2]",
        "[u] 999 calls answered in time, [note 3]",
        "No note",
    ]


def test_each_note_and_the_markers_that_occur_are_explained(book) -> None:
    meanings = {line[0]: line[1] for line in table_of(book["Notes"])[1:]}
    explained = [item for item in meanings if not item.startswith("[note")]
    assert explained == ["[c]", "[z]", "[p]", "[u]"]
    text = " ".join(str(cell) for line in table_of(book["Ref 57"]) for cell in line)
    assert all(marker in text for marker in explained)
    assert meanings["[c]"] == "Withheld to protect people who could be identified."
    assert meanings["[note 1]"] == "Withheld."


@pytest.mark.slow
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_workbook_without_markers_and_notes_says_so(tmp_path, file_format) -> None:
    path = tmp_path / f"out.{file_format}"
    getattr(result([row("calls_999", 0, "All", 1.0)]), f"to_{file_format}")(path, policy="none")
    if file_format == "xlsx":
        (line,) = table_of(openpyxl.load_workbook(path)["Notes"])[1:]
        assert line == ["None", "No number in this workbook has a marker or a note."]


def test_text_is_never_a_formula_or_a_link(book) -> None:
    meanings = {line[0]: line[1] for line in table_of(book["Notes"])[1:]}
    assert meanings["[note 2]"] == "=1+1 is text. Withheld."
    assert meanings["[note 3]"] == "See [this] (http://example.org) and $ $that$ $."
    for sheet in book:
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f"
                assert cell.hyperlink is None or cell.hyperlink.target is None


def test_a_ref_that_is_not_broken_down_has_no_column_for_it(tmp_path) -> None:
    only = [row for row in rows() if row["lpa"] == "All"]
    result(only).to_xlsx(tmp_path / "dataset.xlsx", policy="none")
    sheet = openpyxl.load_workbook(tmp_path / "dataset.xlsx")["Ref 57"]
    assert "Local Policing Area" not in table_of(sheet)[0]
    assert "Not broken down by Local Policing Area." in [line[0] for line in cells(sheet)]


# The ODS, read by the library that wrote it and as the XML it is


def ods_table(document, name: str):
    elements = document.getElementsByType(tables.Table)
    return next(item for item in elements if item.getAttribute("name") == name)


def test_the_ods_has_the_same_tables(tmp_path, book) -> None:
    result().to_ods(tmp_path / "dataset.ods", policy="none")
    document = opendocument.load(tmp_path / "dataset.ods")
    names = [item.getAttribute("name") for item in document.getElementsByType(tables.Table)]
    assert names == book.sheetnames
    for name in ("Notes", "Ref 57"):
        lines = []
        for line in ods_table(document, name).getElementsByType(tables.TableRow):
            output = []
            for cell in line.getElementsByType(tables.TableCell):
                number = cell.getAttribute("value")
                output.append(float(number) if number is not None else teletype.extractText(cell))
            lines.append(output)
        wanted = table_of(book[name])
        shown = lines[-len(wanted) :]
        if name == "Notes":
            assert [line[0] for line in shown] == [line[0] for line in wanted]
        else:
            assert shown == wanted


def test_heading_rows_and_ranges_are_marked_in_the_ods(tmp_path) -> None:
    result().to_ods(tmp_path / "dataset.ods", policy="none")
    with zipfile.ZipFile(tmp_path / "dataset.ods") as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        root = ElementTree.fromstring(archive.read("content.xml"))  # noqa: S314 - we wrote it
    space = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
    assert len(root.findall(f".//{space}table-header-rows")) == 3
    ranges = root.findall(f".//{space}database-range")
    assert {database_range.get(f"{space}target-range-address") for database_range in ranges} == {
        "'Notes'.A3:'Notes'.B10",
        "'Ref 57'.A4:'Ref 57'.G10",
    }
    assert root.findall(f".//*[@{space}formula]") == []
    assert root.findall(f".//*[@{space}number-columns-spanned]") == []


# Both


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_numbers_give_the_same_bytes_at_any_time(tmp_path, form) -> None:
    for name in ("one", "two"):
        getattr(result(), f"to_{form}")(tmp_path / f"{name}.{form}", policy="none")
    first, two = ((tmp_path / f"{name}.{form}").read_bytes() for name in ("one", "two"))
    assert first == two
    with zipfile.ZipFile(BytesIO(first)) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        everything = b"".join(archive.read(item) for item in archive.namelist())
    assert b"2026" not in everything


@pytest.mark.parametrize("form", FORMATS)
def test_protected_numbers_are_written_with_their_policy(tmp_path, form) -> None:
    path = tmp_path / f"dataset.{form}"
    with pytest.raises(kpi.OutputError, match="no disclosure control"):
        getattr(result(), f"to_{form}")(path)
    assert not path.exists()
    getattr(result(policy=DisclosurePolicy(threshold=5)), f"to_{form}")(path)
    with zipfile.ZipFile(path) as archive:
        text = b"".join(archive.read(item) for item in archive.namelist()).decode("utf-8", "ignore")
    assert "Counts of people and events under 5 are suppressed" in text
    assert "Do not publish" not in text


@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_is_written_as_harmless_text(tmp_path, form) -> None:
    hostile = [
        "\x00\x0b",
        "<b>&amp;",
        "=cmd|' /C calc'!A0",
        "x" * 40_000,
        "—",
        "a\nb",
        "[a](b)[c](d)",
    ]
    records = [
        row("calls_999", 0, text, 1.0, note=text) for text in [*hostile, "All"]
    ]  # fmt: skip
    path = tmp_path / f"dataset.{form}"
    getattr(result(records), f"to_{form}")(path, policy="none")
    if form == "xlsx":
        sheet = openpyxl.load_workbook(path)["Ref 57"]
        assert [line[1] for line in table_of(sheet)[1:]][:3] == [
            "(as recorded: )",
            "<b>&amp;",
            "=cmd|' /C calc'!A0",
        ]
        assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    else:
        with zipfile.ZipFile(path) as archive:
            ElementTree.fromstring(archive.read("content.xml"))  # noqa: S314 - we wrote it


@pytest.mark.parametrize("form", FORMATS)
def test_refs_with_names_too_alike_for_sheets_have_their_own_sheets(tmp_path, form) -> None:
    long = "a" * 31
    records = [
        row("calls", 0, "All", 1.0, ref=ref, metric="m")
        for ref in (f"{long}1", f"{long}2", "A", "a")
    ]
    path = tmp_path / f"dataset.{form}"
    dataset = result(records)
    dataset.entries = {}
    getattr(dataset, f"to_{form}")(path, policy="none")
    if form == "xlsx":
        names = openpyxl.load_workbook(path).sheetnames
        assert len({name.lower() for name in names}) == len(names) == 7


@pytest.mark.parametrize("form", FORMATS)
def test_a_result_without_rows_has_no_workbook(tmp_path, form) -> None:
    with pytest.raises(kpi.OutputError, match="no rows"):
        getattr(result([]), f"to_{form}")(tmp_path / "dataset", policy="none")


@pytest.mark.parametrize("form", FORMATS)
def test_a_missing_extra_is_named(tmp_path, monkeypatch, form: str) -> None:
    monkeypatch.setattr(f"swm_kpi.output.{form}.find_spec", lambda name: None)
    with pytest.raises(kpi.MissingExtra, match=rf"swm-kpi\[{form}\]"):
        getattr(result(), f"to_{form}")(tmp_path / f"dataset.{form}", policy="none")
    assert list(tmp_path.iterdir()) == []


# Number formats


def shown_in_xlsx(cell) -> str:
    """Write a number as a spreadsheet does, for the number formats that the workbook uses."""
    code = cell.number_format.partition(";")[0]
    decimals = len(code.partition(".")[2].strip("%"))
    size = f"{abs(cell.value) * (100 if '%' in code else 1):,.{decimals}f}"
    sign = "-" if cell.value < 0 else ""
    return f"{sign}{'£' if '£' in code else ''}{size}{'%' if '%' in code else ''}"


def shown_in_ods(path) -> list[str]:
    document = opendocument.load(path)
    return [
        teletype.extractText(cell)
        for cell in document.spreadsheet.getElementsByType(tables.TableCell)
        if cell.getAttribute("valuetype") in ("float", "percentage", "currency")
    ]


@pytest.mark.parametrize(
    ("unit", "values", "shown"),
    [
        ("pounds", [0.45, 12.5, -3.0], ["£0.45", "£12.50", "-£3.00"]),
        ("pounds", [0.45, 15_500_000.0, -1200.0], ["£0.45", "£15,500,000", "-£1,200"]),
        ("hours", [30 / 3600, 0.0, 2.5], ["0.0083", "0.0", "2.5"]),
        ("calls", [0.0, 1234.0, 12.0], ["0", "1,234", "12"]),
        ("per 1,000 people", [0.0004, 12.0, 0.0], ["0.0004", "12.00", "0.00"]),
        ("proportion", [0.0253, 0.9997, 0.00004], ["2.5%", "99.97%", "0.004%"]),
        ("percentage ratio", [0.15, 1.2, 0.0], ["15.0%", "120.0%", "0.0%"]),
        ("ratio", [0.0253, 0.0, 0.0001], ["0.025", "0.000", "0.0001"]),
    ],
)
def test_numbers_are_shown_by_their_unit_and_size(tmp_path, unit, values, shown) -> None:
    records = [
        row("cost", 0, area, value, unit=unit) for area, value in zip("ABC", values, strict=True)
    ]
    for file_format in FORMATS:
        computed = result(records)
        computed.entries = {}
        getattr(computed, f"to_{file_format}")(tmp_path / f"out.{file_format}", policy="none")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Ref 57"]
    numbers = [cell for cell in sheet["C"] if isinstance(cell.value, int | float)]
    assert [cell.value for cell in numbers] == values
    assert [shown_in_xlsx(cell) for cell in numbers] == shown
    assert shown_in_ods(tmp_path / "out.ods") == shown


def test_a_small_limit_beside_a_count_is_not_zero(tmp_path) -> None:
    records = [row("calls_999", 0, "All", 1.0, lower=0.0253, upper=5.5716)]
    result(records).to_xlsx(tmp_path / "out.xlsx", policy="none")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["Ref 57"]
    numbers = [cell for line in sheet for cell in line if isinstance(cell.value, int | float)]
    assert [shown_in_xlsx(cell) for cell in numbers] == ["1", "0.025", "6"]
