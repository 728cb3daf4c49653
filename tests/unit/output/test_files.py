"""Files: what is in them, that they are written whole or not at all, and only when they may be."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from datetime import date

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import OutputError
from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.output import FORMATS, csv_text, write_csv, write_dataset, write_text
from swm_kpi.output.formats import read_parquet_metadata
from swm_kpi.provenance import TableRead
from tests.support.sample_results import result, row, rows

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("start", FORMULAS)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    text = csv_text(pl.DataFrame({"note": [f"{start}1+1", "plain"]}))
    assert read(text) == [["note"], [f"'{start}1+1"], ["plain"]]


def test_a_heading_that_a_spreadsheet_would_run_gets_an_apostrophe() -> None:
    assert csv_text(pl.DataFrame({"=a": [1]})) == "'=a\n1\n"


def test_numbers_get_no_apostrophe() -> None:
    frame = pl.DataFrame(
        {"value": [-2.5, 12.0, 0.1, None, -0.0, 123456789.5], "count": [-1, 2, 3, 4, 5, 6]}
    )
    assert csv_text(frame).splitlines() == [
        "value,count", "-2.5,-1", "12,2", "0.1,3", ",4", "0,5", "123456789.5,6",
    ]  # fmt: skip


def test_every_float_reads_back_exactly() -> None:
    values = [1 / 3, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, -7.0, 2.0**53 + 2]
    lines = csv_text(pl.DataFrame({"value": values})).splitlines()[1:]
    assert [float(line) for line in lines] == values


def test_markers_and_awkward_text_are_kept() -> None:
    texts = ["[x]", 'say "so", twice', "two\nlines", "a\rb", "Dyfed–Powys £", "NA"]
    assert read(csv_text(pl.DataFrame({"note": texts}))) == [["note"], *([text] for text in texts)]


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
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


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
    with pytest.raises(OutputError, match="not a valid file name"):
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
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_text_that_utf_8_cannot_hold_is_refused(tmp_path) -> None:
    with pytest.raises(OutputError, match="half of a surrogate pair"):
        write_text(tmp_path / "a.txt", "\ud800")
    assert list(tmp_path.iterdir()) == []


# Results


EVERY = sorted(FORMATS)
POLICY = DisclosurePolicy(threshold=5, rounding_base=5)


def write(dataset: kpi.Result, folder, form: str, **options: object):
    path = folder / f"dataset.{form}"
    getattr(dataset, f"to_{form}")(path, **options)
    return path


def with_counts() -> kpi.Provenance:
    table = TableRead("contact", 98765, "feedfacefeedface", ("54321 rows left out",))
    return kpi.Provenance("0.1.0", "polars", "2.1.0", {"57": "57@1#12bcd4fa"}, tables=(table,))


@pytest.mark.parametrize("form", EVERY)
def test_unprotected_numbers_need_policy_none(tmp_path, form: str) -> None:
    with pytest.raises(OutputError, match="no disclosure control"):
        write(result(), tmp_path, form)
    for message in ("None", "some", "threshold=5"):
        with pytest.raises(OutputError, match=r"Apply a policy with protect\(\)"):
            write(result(), tmp_path, form, policy=message)
    assert list(tmp_path.iterdir()) == []
    assert write(result(), tmp_path, form, policy="none").exists()


@pytest.mark.parametrize("form", EVERY)
def test_protected_numbers_need_no_policy(tmp_path, form: str) -> None:
    assert write(result(policy=POLICY), tmp_path, form).exists()


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_a_file_of_protected_numbers_has_no_exact_count(tmp_path, form: str) -> None:
    write(result(policy=POLICY, provenance=with_counts()), tmp_path, form)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (b"98765", b"feedface", b"54321"):
        assert secret not in everything
    write(result(provenance=with_counts()), tmp_path, form, policy="none", overwrite=True)
    assert b"98765" in b"".join(path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize("form", EVERY)
def test_the_same_numbers_give_the_same_bytes(tmp_path, form: str) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
        write(result(), folder, form, policy="none")
    first, two = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert first == two


@pytest.mark.parametrize("form", EVERY)
def test_an_existing_file_is_overwritten_only_on_request(tmp_path, form: str) -> None:
    path = write(result(), tmp_path, form, policy="none")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    other = result([row("calls_999", 0, "All", 5.0)])
    with pytest.raises(OutputError, match="exists already"):
        write(other, tmp_path, form, policy="none")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    write(other, tmp_path, form, policy="none", overwrite=True)
    assert path.read_bytes() != before[path.name]


@pytest.mark.parametrize("form", EVERY)
def test_a_missing_folder_raises_before_anything_is_written(tmp_path, form: str) -> None:
    with pytest.raises(OutputError, match=r"folder for 'dataset\.\w+' does not exist"):
        write(result(), tmp_path / "no", form, policy="none")
    with pytest.raises(OutputError, match="No file name"):
        getattr(result(), f"to_{form}")("", policy="none")


@pytest.mark.parametrize("form", EVERY)
def test_a_full_disk_leaves_no_partial_file(tmp_path, monkeypatch, form: str) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write(result(), tmp_path, form, policy="none")
    assert list(tmp_path.iterdir()) == []


def test_metadata_that_may_not_be_overwritten_keeps_the_table_from_being_written(tmp_path) -> None:
    (tmp_path / "dataset.csv-metadata.json").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match=r"metadata\.json' exists already"):
        write(result(), tmp_path, "csv", policy="none")
    assert [path.name for path in tmp_path.iterdir()] == ["dataset.csv-metadata.json"]


def test_an_unknown_format_raises_and_suggests_the_nearest(tmp_path) -> None:
    with pytest.raises(OutputError, match="Did you mean 'xlsx'"):
        write_dataset(result()._dataset(), tmp_path / "a", file_format="xls", policy="none")


# CSV on the Web


@pytest.fixture
def on_the_web(tmp_path) -> dict:
    write(result(), tmp_path, "csv", policy="none")
    return json.loads((tmp_path / "dataset.csv-metadata.json").read_text(encoding="utf-8"))


def test_the_metadata_is_csv_on_the_web(tmp_path, on_the_web) -> None:
    assert on_the_web["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "en"}]
    assert on_the_web["url"] == "dataset.csv"
    header = read((tmp_path / "dataset.csv").read_text(encoding="utf-8"))[0]
    columns = on_the_web["tableSchema"]["columns"]
    assert [column["titles"] for column in columns] == header
    assert all(column["dc:description"] for column in columns)
    types = {column["name"]: column["datatype"] for column in columns}
    assert (types["value"], types["period_start"], types["ref"]) == ("number", "date", "string")


def test_the_primary_key_is_unique_and_never_empty(tmp_path, on_the_web) -> None:
    key = on_the_web["tableSchema"]["primaryKey"]
    assert key == ["ref", "measure", "basis", "grain", "period", "lpa"]
    lines = list(
        csv.DictReader(io.StringIO((tmp_path / "dataset.csv").read_text(encoding="utf-8")))
    )
    assert len({tuple(line[item] for item in key) for line in lines}) == len(lines) == 12
    required = [e["name"] for e in on_the_web["tableSchema"]["columns"] if e["required"]]
    assert sorted(required) == sorted(key)
    assert all(line[item] for line in lines for item in required)


def test_the_metadata_has_policy_markers_provenance_and_publisher(tmp_path, on_the_web) -> None:
    (notes,) = on_the_web["notes"]
    assert notes["disclosure_control"].startswith(
        "None: these numbers have had no disclosure control"
    )
    assert notes["protected"] is False
    assert notes["markers"]["[c]"] == kpi.Marker.CONFIDENTIAL.meaning
    assert notes["provenance"]["definitions"] == {"57": "57@1#12bcd4fa"}
    content = (tmp_path / "dataset.csv").read_bytes()
    assert notes["sha256"] == hashlib.sha256(content).hexdigest()


def test_the_policy_is_in_the_metadata_of_protected_numbers(tmp_path) -> None:
    write(result(policy=POLICY), tmp_path, "csv")
    text = (tmp_path / "dataset.csv-metadata.json").read_text(encoding="utf-8")
    assert POLICY.describe() in text
    assert "Do not publish" not in text


# JSON and parquet


def test_json_has_tidy_records_with_nulls_and_iso_dates(tmp_path) -> None:
    path = write(result(), tmp_path, "json", policy="none")
    document = json.loads(path.read_text(encoding="utf-8"))
    assert list(document["columns"]) == list(document["rows"][0])
    first, second = document["rows"][:2]
    assert (first["value"], first["marker"], first["period_start"]) == (None, "[c]", "2024-04-01")
    assert second["value"] == 0.9
    assert len(document["rows"]) == 12
    assert document["refs"] == {"57": kpi.catalogue()["57"].name}


def test_parquet_reads_back_exactly_with_its_metadata(tmp_path) -> None:
    whole = result()
    path = write(whole, tmp_path, "parquet", policy="none")
    assert pl.read_parquet(path).equals(whole.to_polars())
    about = json.loads(read_parquet_metadata(path))
    assert about["provenance"]["as_at"] == "2025-04-14"
    assert about["protected"] is False


def test_a_csv_reads_back_exactly(tmp_path) -> None:
    path = write(result(), tmp_path, "csv", policy="none")
    frame = pl.read_csv(path, try_parse_dates=True, schema_overrides={"ref": pl.String})
    for name in ("value", "lower", "period_start", "lpa"):
        assert frame[name].to_list() == result().to_polars()[name].to_list()
    assert frame["as_at"][0] == date(2025, 4, 14)
    assert len(frame) == len(rows())
