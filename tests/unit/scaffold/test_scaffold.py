"""Drafts of mappings: what is suggested, that nothing is approved, and that no person is shown."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi.cli.main import main
from swm_kpi.scaffold import Sample, draft_mapping, read_sample
from swm_kpi.scaffold.profile import profile_columns
from tests.support.force_folder import write_force

CRIME = kpi.catalogue().contracts["crime"]
MARKED = "Zqxv"
ROWS = 40
OFFENCES = ("Vehicle offences", "Shoplifting", "Burglry")
CRIMES = pl.DataFrame(
    {
        "Crime No": [f"22/{n // 2}" for n in range(ROWS)],
        "Line": [str(n % 2) for n in range(ROWS)],
        "Recorded Date/Time": [f"{1 + n % 28:02}/04/2024 10:{n:02}" for n in range(ROWS)],
        "Occurred From": [f"{1 + n % 28:02}/03/2024" for n in range(ROWS)],
        "Offence Group": [OFFENCES[n % 3] for n in range(ROWS)],
        "DA Flag": ["YN "[n % 3] for n in range(ROWS)],
        "Outcome Code": [["1", "18", ""][n % 3] for n in range(ROWS)],
        "Victim Name": [f"{MARKED} {n % 3}" for n in range(ROWS)],
        "OIC": [f"{MARKED}{n % 2}" for n in range(ROWS)],
        "Contact": [f"{MARKED}@example.org" for n in range(ROWS)],
        "MO": [f"{MARKED} entered" for n in range(ROWS)],
        "Story": [f"{MARKED} went in by the back door and took the money" for n in range(ROWS)],
        "Spare": [f"{MARKED}{n}" for n in range(ROWS)],
        "Status": ["recorded"] * (ROWS - 2) + ["Cancelled"] * 2,
    }
)  # fmt: skip


def write_csv(folder: Path) -> Path:
    CRIMES.write_csv(folder / "niche.csv")
    return folder / "niche.csv"


def write_gzip(folder: Path) -> Path:
    (folder / "niche.csv.gz").write_bytes(gzip.compress(write_csv(folder).read_bytes()))
    return folder / "niche.csv.gz"


def write_parquet(folder: Path) -> Path:
    CRIMES.write_parquet(folder / "niche.parquet")
    return folder / "niche.parquet"


def write_xlsx(folder: Path) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    workbook = openpyxl.Workbook()
    for row in (CRIMES.columns, *CRIMES.rows()):
        workbook.active.append(row)
    workbook.save(folder / "niche.xlsx")
    return folder / "niche.xlsx"


@pytest.mark.parametrize("write", [write_csv, write_gzip, write_parquet, write_xlsx])
def test_every_kind_of_file_gives_the_same_draft(
    write: Callable[[Path], Path], tmp_path: Path
) -> None:
    draft = draft_mapping(CRIME, read_sample(write(tmp_path)), "niche")
    assert draft.suggestions == {
        "crime_id": "Crime No",
        "recorded_at": "Recorded Date/Time, read as %d/%m/%Y %H:%M",
        "occurred_from": "Occurred From, read as %d/%m/%Y",
        "offence_subgroup": "Offence Group, by niche_offence_group.csv: 2 of 3 codes with a "
        "suggestion",
        "status": "Status, by niche_status.csv: 2 of 2 codes with a suggestion",
        "outcome_code": "Outcome Code, by niche_outcome_code.csv: 2 of 2 codes with a suggestion",
        "is_da": "DA Flag: yes Y; no N",
    }
    assert {"is_knife", "lpa"} <= set(draft.undecided)
    # A workbook gets sheets as it grows, so the source names the one that was read.
    stated = ', sheet="Sheet"' if write is write_xlsx else ""
    assert f'table="niche"{stated})' in draft.files["sources/niche.py"]


def test_a_view_of_duckdb_is_read(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "store.duckdb"
    with duckdb.connect(str(path)) as connection:
        frame = CRIMES.with_columns(pl.col("Line").cast(pl.Int64))
        connection.execute("CREATE TABLE raw AS SELECT * FROM frame")
        connection.execute("CREATE VIEW crimes AS SELECT * FROM raw")
    assert read_sample(path, view="crimes").rows.equals(frame)
    with pytest.raises(kpi.InputError, match="Did you mean 'crimes'"):
        read_sample(path, view="crime")


def test_a_file_in_another_encoding_is_read_and_the_source_says_so(tmp_path: Path) -> None:
    path = tmp_path / "niche.csv"
    path.write_bytes("Crime No,Owner\n1,René\n".encode("cp1252"))
    with pytest.raises(kpi.InputError, match="UTF-8"):
        read_sample(path)
    sample = read_sample(path, encoding="cp1252")
    assert sample.rows["Owner"].to_list() == ["René"]
    draft = draft_mapping(CRIME, sample, "niche", encoding="cp1252")
    assert 'table="niche", encoding="cp1252")' in draft.files["sources/niche.py"]


def test_a_code_of_a_beat_is_suggested_as_it_is_if_the_force_has_areas() -> None:
    sample = CRIMES.with_columns(pl.lit("N1").alias("Beat Code"))
    header = ("code", "name", "level", "parent")
    rows = [("F", "A", "force", ""), ("N", "North", "lpa", "F"), ("N1", "Beat 1", "beat", "N")]
    areas = kpi.Areas(dict(zip(header, row, strict=True)) for row in rows)
    draft = draft_mapping(CRIME, Sample(sample), "niche", areas=areas)
    assert draft.suggestions["lpa"] == "Beat Code"
    assert "codes/niche_beat_code.csv" not in draft.files


def test_nothing_is_approved_and_codes_come_with_the_most_frequent_first() -> None:
    draft = draft_mapping(CRIME, Sample(CRIMES), "niche")
    for path, text in draft.files.items():
        if path.endswith(".csv"):
            rows = list(csv.DictReader(text.splitlines()))
            assert {row["status"] for row in rows} == {"suggested"}
            assert {row["decided_by"] for row in rows} == {""}
    (_, *rows) = csv.reader(draft.files["codes/niche_status.csv"].splitlines())
    assert [(row[0], row[1], row[-1]) for row in rows] == [
        ("recorded", "recorded", "38 rows of the sample"),
        ("Cancelled", "cancelled", "under 5 rows of the sample"),
    ]


def test_no_value_that_may_be_personal_is_in_any_file() -> None:
    draft = draft_mapping(CRIME, Sample(CRIMES), "niche")
    assert not [path for path, text in draft.files.items() if MARKED in text]
    assert {"Crime No", "Victim Name", "OIC", "Contact", "MO", "Story", "Spare"} == set(
        draft.personal
    )


@pytest.mark.parametrize("table", sorted(kpi.catalogue().contracts))
def test_no_table_gets_a_code_list_of_a_personal_column(table: str) -> None:
    """The canary: personal columns of a contract, under their own names, show no value."""
    contract = kpi.catalogue().contracts[table]
    personal = [name for name, column in contract.columns.items() if column.personal]
    sample = pl.DataFrame(
        {name: [f"{MARKED}{n}" for n in range(ROWS)] for name in personal or ["x"]}
    )
    draft = draft_mapping(contract, Sample(sample), "extract")
    assert MARKED not in "".join(draft.files.values())


HEADERS = st.lists(
    st.text(min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=5, unique=True
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(HEADERS, st.text(max_size=8))
def test_any_heading_and_any_code_gives_a_module_of_python(headers: list[str], code: str) -> None:
    sample = pl.DataFrame({header: [code] * 3 for header in headers})
    draft = draft_mapping(CRIME, Sample(sample), "extract")
    compile(draft.files["sources/extract.py"], "extract.py", "exec")
    for path, text in draft.files.items():
        if path.endswith(".csv"):
            assert all(len(row) == 8 for row in csv.reader(text.splitlines()) if row)


def test_a_format_that_fits_two_ways_is_said() -> None:
    sample = CRIMES.with_columns(pl.lit("02/03/2024 10:00").alias("Recorded Date/Time"))
    module = draft_mapping(CRIME, Sample(sample), "niche").files["sources/niche.py"]
    assert "# Every value also fits %m/%d/%Y %H:%M: decide." in module


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ([1711929600, 1711929660], "epoch seconds"),
        ([1711929600000, 1711929660000], "epoch milliseconds"),
        (["2024-04-01T10:00:00"], "ISO"),
        (["2024-04-01T10:00:00+01:00"], "ISO with offset"),
        (["01-Apr-2024 10:00"], "%d-%b-%Y %H:%M"),
        (["04/13/2024 10:00:00 PM"], "%m/%d/%Y %I:%M:%S %p"),
    ],
)
def test_times_are_recognised_by_their_format(values: list[object], form: str) -> None:
    draft = draft_mapping(CRIME, Sample(pl.DataFrame({"Recorded": values})), "niche")
    assert draft.suggestions == {"recorded_at": f"Recorded, read as {form}"}


# The commands


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    write_force(tmp_path / "force")
    (tmp_path / "extracts").mkdir()
    path = write_csv(tmp_path / "extracts")
    words = ["map", "scaffold", "crime", "--from", str(path), "--force", str(tmp_path / "force")]
    assert main(words) == 0
    shown = capsys.readouterr().out
    assert MARKED not in shown
    assert max(map(len, shown.replace(str(tmp_path), "").splitlines())) <= 90
    assert main(words) == 15
    assert "exists already" in capsys.readouterr().err
    return tmp_path


def decide(folder: Path) -> None:
    """Decide everything, as a person would, except what is in the Status code list."""
    module = folder / "force" / "sources" / "niche.py"
    text = module.read_text().replace('valid_from=""', 'valid_from="2024-04-01"')
    text = text.replace('owner=""', 'owner="Registrar"').replace(
        "# first_by=...", "first_by=Niche.line"
    )
    text = re.sub(r"# (Crime\.\w+: not_in_source)", r"\1", text)
    module.write_text(text)
    for path in (folder / "force" / "codes").glob("*.csv"):
        lines = path.read_text().replace(",suggested,,,", ",approved,Registrar,2024-04-02,")
        path.write_text(lines.replace("Burglry,,", "Burglry,Residential burglary,"))


def test_a_draft_is_checked_until_it_is_decided(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["map", "check", "--force", str(folder / "force")]
    assert main(words) == 10
    reported = capsys.readouterr().err
    for text in ("owner: it is empty", "no approved row", "nothing says what it is made from"):
        assert text in reported
    decide(folder)
    assert main(words) == 0
    assert "1 mapping" in capsys.readouterr().out


def test_a_report_counts_rows_and_lists_codes_that_are_not_mapped(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decide(folder)
    codes = folder / "force" / "codes" / "niche_outcome_code.csv"
    codes.write_text("\n".join(line for line in codes.read_text().splitlines() if "18" not in line))
    words = ["map", "report", "--force", str(folder / "force"), "--data", str(folder / "extracts")]
    assert main([*words, "crime"]) == 11
    shown = capsys.readouterr().out
    assert "outcome_code: '18' in" in shown
    assert MARKED not in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert main([*words, "crimes"]) == 12
    assert "Did you mean 'crime'?" in capsys.readouterr().err


def test_a_difference_is_in_english_with_the_rows_that_change(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decide(folder)
    for path in (folder / "force").rglob("*.*"):
        target = folder / "old" / path.relative_to(folder / "force")
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() and path.suffix != ".pyc":
            target.write_bytes(path.read_bytes())
    words = ["map", "diff", str(folder / "old"), "--force", str(folder / "force")]
    assert main(words) == 0
    assert capsys.readouterr().out == "No mapping changes.\n"
    codes = folder / "force" / "codes" / "niche_offence_group.csv"
    codes.write_text(
        codes.read_text().replace("Shoplifting,Shoplifting", "Shoplifting,Bicycle theft")
    )
    module = folder / "force" / "sources" / "niche.py"
    module.write_text(module.read_text().replace("Registrar", "Crime registrar"))
    assert main([*words, "--data", str(folder / "extracts")]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for text in (
        "crime: still version 1. Raise it: rows change.",
        "owner: Registrar now: Crime registrar",
        "code Shoplifting: Shoplifting, now Bicycle theft",
        "Of 20 rows of the extract: offence_subgroup in",
    ):
        assert text in shown


def test_a_format_is_suggested_only_if_the_mapping_accepts_its_texts() -> None:
    """PostgreSQL writes the offset +00, which "ISO with offset" refuses."""
    for offset, form in (("+00:00", "ISO with offset"), ("Z", "ISO with offset"), ("+00", "")):
        sample = pl.DataFrame({"Recorded": [f"2024-04-01 10:00:0{n}{offset}" for n in range(5)]})
        (profile,) = profile_columns(sample)
        assert profile.time_format == form, offset
        text = draft_mapping(CRIME, Sample(sample), "niche").files["sources/niche.py"]
        assert ("Write it as +00:00" in text) is (form == "")
        assert "personal=True" not in text


def test_the_number_of_a_case_is_read_as_text() -> None:
    sample = pl.DataFrame({"Crime_Number": [str(100_000 + n) for n in range(ROWS)]})
    draft = draft_mapping(CRIME, Sample(sample), "niche")
    assert draft.suggestions == {"crime_id": "Crime_Number"}
    assert (
        '    crime_number = kpi.Column(\n        str, header="Crime_Number", personal=True'
        in (draft.files["sources/niche.py"])
    )


def test_a_repeated_key_of_something_else_is_not_the_number_of_a_person() -> None:
    workforce = kpi.catalogue().contracts["workforce_snapshot"]
    sample = pl.DataFrame(
        {"AgencyID": [f"A{n % 9}" for n in range(ROWS)], "ID": [str(n) for n in range(ROWS)]}
    )
    assert draft_mapping(workforce, Sample(sample), "staff").suggestions == {"person_id": "ID"}


def test_a_column_of_areas_is_suggested_by_its_values_though_many_are_different() -> None:
    header = ("code", "name", "level", "parent")
    districts = [(f"{n:02}", f"District {n}", "lpa", "F") for n in range(ROWS)]
    areas = kpi.Areas(
        dict(zip(header, row, strict=True)) for row in [("F", "A", "force", ""), *districts]
    )
    sample = pl.DataFrame({"dc_dist": [f"{n:02}" for n in range(ROWS)], "x": ["1"] * ROWS})
    draft = draft_mapping(CRIME, Sample(sample), "niche", areas=areas)
    assert draft.suggestions == {"lpa": "dc_dist"}
    assert draft.personal == ()


def test_a_draft_lists_the_values_that_a_column_may_have() -> None:
    text = draft_mapping(CRIME, Sample(CRIMES), "niche").files["sources/niche.py"]
    assert "# One of: recorded; cancelled; " in text
    assert "Shoplifting; " in re.sub(r"\n *# ", " ", text)


def test_a_draft_of_a_column_without_a_heading_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_force(tmp_path / "force")
    path = tmp_path / "log.csv"
    path.write_text("\n".join([",Story", *(f"{n},{MARKED}{n}" for n in range(ROWS))]))
    assert main(["map", "scaffold", "crime", "--from", str(path), "--force", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "column_1 (no heading)" in out
    assert "code lists" not in out
    assert "2. Run swm-kpi map check" in out
