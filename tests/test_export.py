"""Files: what is in them, and that they are written whole or not at all."""

from __future__ import annotations

import csv
import io
import os

import polars as pl
import pytest

from swm_kpi import OutputError
from swm_kpi.export import csv_text, write_csv, write_text

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("start", FORMULAS)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    text = csv_text(pl.DataFrame({"note": [f"{start}1+1", "plain"]}))
    assert read(text) == [["note"], [f"'{start}1+1"], ["plain"]]


def test_a_heading_is_made_safe_too() -> None:
    assert csv_text(pl.DataFrame({"=a": [1]})) == "'=a\n1\n"


def test_numbers_are_left_alone() -> None:
    frame = pl.DataFrame(
        {"value": [-2.5, 12.0, 0.1, None, -0.0, 1e300], "count": [-1, 2, 3, 4, 5, 6]}
    )
    assert csv_text(frame).splitlines() == [
        "value,count", "-2.5,-1", "12,2", "0.1,3", ",4", "0,5", "1e+300,6",
    ]  # fmt: skip


def test_every_float_comes_back_as_it_was() -> None:
    values = [1 / 3, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, -7.0, 2.0**53 + 2]
    lines = csv_text(pl.DataFrame({"value": values})).splitlines()[1:]
    assert [float(each) for each in lines] == values


def test_markers_and_awkward_text_are_kept() -> None:
    texts = ["[x]", 'say "so", twice', "two\nlines", "a\rb", "Dyfed–Powys £", "NA"]
    assert read(csv_text(pl.DataFrame({"note": texts}))) == [["note"], *([each] for each in texts)]


def test_missing_and_empty_are_an_empty_cell() -> None:
    assert csv_text(pl.DataFrame({"a": ["", None], "b": [1, 2]})) == "a,b\n,1\n,2\n"


def test_categories_are_text() -> None:
    frame = pl.DataFrame({"a": pl.Series(["=1", "b"], dtype=pl.Categorical)})
    assert csv_text(frame) == "a\n'=1\nb\n"


def test_the_same_table_gives_the_same_bytes(tmp_path) -> None:
    frame = pl.DataFrame({"name": ["a", "é"], "value": [1.5, None]})
    for name in ("one.csv", "two.csv"):
        write_csv(frame, tmp_path / name)
    assert (tmp_path / "one.csv").read_bytes() == "name,value\na,1.5\né,\n".encode()
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_a_file_is_replaced_only_when_asked(tmp_path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "first")
    with pytest.raises(OutputError, match="exists already"):
        write_text(path, "second")
    assert path.read_text(encoding="utf-8") == "first"
    write_text(path, "second", overwrite=True)
    assert path.read_text(encoding="utf-8") == "second"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_the_error_names_only_the_file(tmp_path) -> None:
    with pytest.raises(OutputError) as caught:
        write_text(tmp_path / "no" / "a.txt", "text")
    assert "folder for 'a.txt' does not exist" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_folders_and_empty_names_are_refused(tmp_path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="is not a file"):
        write_text(tmp_path / "folder", "text", overwrite=True)
    with pytest.raises(OutputError, match="No file name"):
        write_text("", "text")
    with pytest.raises(OutputError, match="not a name for a file"):
        write_text(tmp_path / "a\0b", "text")


def test_a_link_is_not_followed(tmp_path) -> None:
    target = tmp_path / "target"
    target.write_text("kept", encoding="utf-8")
    try:
        (tmp_path / "link").symlink_to(target)
    except OSError:
        pytest.skip("links cannot be made here")
    with pytest.raises(OutputError, match="is a link"):
        write_text(tmp_path / "link", "text", overwrite=True)
    assert target.read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step: str) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OutputError, match="No space left"):
        write_text(path, "new", overwrite=True)
    assert path.read_text(encoding="utf-8") == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_text_that_utf_8_cannot_hold_is_refused(tmp_path) -> None:
    with pytest.raises(OutputError, match="half of a character pair"):
        write_text(tmp_path / "a.txt", "\ud800")
    assert list(tmp_path.iterdir()) == []
