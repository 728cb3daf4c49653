"""An extract in a file of any kind makes the same rows, and a bad file gives a clear error."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.errors import DefinitionError, InputError
from swm_kpi.mapping import MappingError

HEADER = ["Ref", "Name", "When", "Day", "Lines"]
ROWS = [["0012", "Café", "01/04/2024 10:00", "2024-04-01", "3"], ["0013", "", "", "", ""]]


class Visit(kpi.Contract):
    """One row per visit."""

    visit_id = kpi.Column(str, personal=True, description="Reference.")
    name = kpi.Column(str, nullable=True, description="Name of the place.")
    at = kpi.Column(datetime, nullable=True, description="When.")
    day = kpi.Column(date, nullable=True, description="The day.")
    lines = kpi.Column(int, nullable=True, description="Lines.")


def source_of(dates: bool = False, **options: Any) -> Any:
    """Return a source; with dates as cells of a workbook, or as text."""

    class Log(kpi.Source, table="log", **options):
        """One row per visit."""

        ref = kpi.Column(str, header="Ref", personal=True, description="Reference.")
        name = kpi.Column(str, header="Name", description="Name of the place.")
        when = kpi.Column(datetime if dates else str, header="When", description="When.")
        day = kpi.Column(date, header="Day", description="The day.")
        lines = kpi.Column(int, header="Lines", description="Lines.")

    return Log


def mapping_of(dates: bool = False, **options: Any) -> kpi.Mapping:
    log = source_of(dates, **options)
    return kpi.Mapping(
        Visit,
        source=log,
        version=1,
        valid_from="2024-04-01",
        owner="Owner",
        columns={
            Visit.visit_id: log.ref,
            Visit.name: log.name,
            Visit.at: log.when if dates else log.when.parse("%d/%m/%Y %H:%M"),
            Visit.day: log.day,
            Visit.lines: log.lines,
        },
    )


EXPECTED = [
    ("0012", "Café", datetime(2024, 4, 1, 10), date(2024, 4, 1), 3),
    ("0013", None, None, None, None),
]


def csv_text() -> str:
    return "\r\n".join(",".join(row) for row in [HEADER, *ROWS]) + "\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_csv_in_a_stated_encoding(tmp_path: Path, suffix: str, encoding: str) -> None:
    content = csv_text().encode(encoding)
    path = tmp_path / f"log{suffix}"
    path.write_bytes(gzip.compress(content) if suffix == ".csv.gz" else content)
    table = mapping_of(encoding=encoding).apply(path)
    assert table.frame.rows() == EXPECTED


def workbook(path: Path, sheets: dict[str, list[list[Any]]], hidden: str = "") -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name == hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


CELLS = [
    HEADER,
    ["0012", "Café", datetime(2024, 4, 1, 10), date(2024, 4, 1), 3],
    ["0013", None, None, None, None],
    [None] * 5,
]


def test_a_workbook_with_dates_as_cells(tmp_path: Path) -> None:
    path = workbook(tmp_path / "log.xlsx", {"Extract": CELLS})
    assert mapping_of(dates=True).apply(path).frame.rows() == EXPECTED


def test_a_workbook_with_dates_as_text(tmp_path: Path) -> None:
    cells = [HEADER, ["0012", "Café", "01/04/2024 10:00", date(2024, 4, 1), 3], ["0013"]]
    path = workbook(tmp_path / "log.xlsx", {"Notes": [["x"]], "Extract": cells})
    assert mapping_of(sheet="Extract").apply(path).frame.rows() == EXPECTED


def test_an_open_document_sheet(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    path = tmp_path / "log.ods"
    pandas.DataFrame(ROWS, columns=HEADER).assign(
        Day=[date(2024, 4, 1), None], Lines=[3, None]
    ).to_excel(path, engine="odf", index=False)
    assert mapping_of().apply(path).frame.rows() == EXPECTED


BAD: dict[str, tuple[Callable[[Path], Path], dict[str, Any], str]] = {
    "several sheets": (
        lambda folder: workbook(folder / "log.xlsx", {"A": CELLS, "B": CELLS}),
        {},
        "has 2 sheets with cells. State sheet= in Log. Choose from 'A', 'B'",
    ),
    "a sheet that is not there": (
        lambda folder: workbook(folder / "log.xlsx", {"Extract": CELLS}),
        {"sheet": "Extracts"},
        "has no sheet 'Extracts' with cells. Did you mean 'Extract'?",
    ),
    "a column that is renamed": (
        lambda folder: workbook(folder / "log.xlsx", {"A": [["Reference", *HEADER[1:]]]}),
        {},
        "the extract has no column 'Ref'",
    ),
    "another encoding": (
        lambda folder: _write(folder / "log.csv", csv_text().encode("cp1252")),
        {"encoding": "utf-16"},
        "it is not text in utf-16: state its encoding= in Log",
    ),
    "no encoding stated": (
        lambda folder: _write(folder / "log.csv", csv_text().encode("cp1252")),
        {},
        "is not text in UTF-8",
    ),
    "a damaged gzip": (
        lambda folder: _write(folder / "log.csv.gz", gzip.compress(csv_text().encode())[:30]),
        {},
        "it is damaged or cut short: write it again",
    ),
    "no workbook": (
        lambda folder: _write(folder / "log.xlsx", b"not a workbook"),
        {},
        "cannot be read as a spreadsheet",
    ),
}


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_with_the_reason(tmp_path: Path, case: str) -> None:
    write, options, message = BAD[case]
    with pytest.raises(InputError) as raised:
        mapping_of(**options).apply(write(tmp_path))
    assert message in str(raised.value)
    assert "Café" not in str(raised.value)


def test_text_among_dates_is_refused(tmp_path: Path) -> None:
    cells = [HEADER, ["0012", "Café", "Friday", None, None]]
    path = workbook(tmp_path / "log.xlsx", {"A": cells})
    with pytest.raises(MappingError, match="when: holds several types"):
        mapping_of(dates=True).apply(path)


def test_an_encoding_that_does_not_exist_is_refused() -> None:
    with pytest.raises(DefinitionError, match="'utf8x' is not an encoding"):
        source_of(encoding="utf8x")


def test_a_lazy_frame_and_a_parquet_file_are_read_as_they_are(tmp_path: Path) -> None:
    frame = pl.DataFrame(ROWS, schema=HEADER, orient="row").with_columns(
        Day=pl.Series([date(2024, 4, 1), None]), Lines=pl.Series([3, None])
    )
    frame.write_parquet(tmp_path / "log.parquet")
    for extract in (frame.lazy(), tmp_path / "log.parquet"):
        assert mapping_of().apply(extract).frame.rows() == EXPECTED
