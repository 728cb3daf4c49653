"""The second force in ``tests/other_force``: from raw extracts to numbers, and its bad input."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

import swm_kpi as kpi

FOLDER = Path(__file__).parents[2] / "other_force"
LPA = {"N1": "North", "N2": "North", "S1": "South", "S2": "South", "": "Unknown"}
PERSONAL = ("Smith", "At the door")


@pytest.fixture(scope="module")
def force() -> kpi.Force:
    return kpi.Force.read(FOLDER / "force")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER / "force", tmp_path / "force", ignore=lambda *_: ["__pycache__"])
    shutil.copytree(FOLDER / "extracts", tmp_path / "extracts")
    return tmp_path


def rows_of(name: str) -> list[dict[str, str]]:
    with (FOLDER / "extracts" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def compute(force: kpi.Force, tables: object, *refs: str, by: str = "lpa") -> pl.DataFrame:
    return kpi.compute(
        list(refs), tables, periods=kpi.periods("2024-04-01", "2024-09-30", grain="quarter"),
        by=[by], as_at="2024-10-14", catalogue=force.catalogue(),
    ).to_polars()  # fmt: skip


def values(frame: pl.DataFrame, measure: str) -> dict[tuple[str, str], float]:
    cells = frame.filter(measure=measure, basis="force").select("lpa", "period", "value")
    return {(lpa, period): value for lpa, period, value in cells.iter_rows()}


def quarter(day: datetime) -> str:
    return f"2024/25 Q{(day.month - 1) // 3}"


def anti_social_behaviour() -> Counter[tuple[str, str]]:
    """Count logs from the raw file, by the force's rules, in plain Python."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows_of("command_log"):
        opened = datetime.fromtimestamp(int(row["OpenedUTC"]), UTC)
        day = opened.astimezone(ZoneInfo("Europe/London"))
        is_nuisance = row["CloseCode"] == ("AN" if day.month < 7 else "AN2")
        if is_nuisance or row["CloseCode"] in ("AP", "AE"):
            counts[LPA[row["Beat"]], quarter(day)] += 1
            counts["All", quarter(day)] += 1
    return counts


def neighbourhood_crimes() -> Counter[tuple[str, str]]:
    """Count crimes by their first line, in plain Python."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[str, dict[str, str]] = {}
    for row in rows_of("niche_crimes"):
        kept = first.setdefault(row["Crime Number"], row)
        if int(row["Line"]) < int(kept["Line"]):
            first[row["Crime Number"]] = row
    for row in first.values():
        if row["Offence"] in ("28A", "45"):
            recorded = datetime.strptime(row["Recorded"], "%d/%m/%Y %H:%M")
            for lpa in (LPA[row["Beat Code"]], "All"):
                counts[lpa, quarter(recorded)] += 1
    return counts


@pytest.mark.slow
def test_its_folder_is_consistent_and_its_examples_pass(force: kpi.Force) -> None:
    assert sorted(force.mappings) == ["contact", "crime", "incident"]
    for mapping in force.mappings.values():
        assert mapping.check_examples() == []
    assert force.catalogue()["8"].availability.status is kpi.AvailabilityStatus.NOT_REPORTABLE


@pytest.mark.slow
def test_its_numbers_are_those_counted_from_the_raw_files(force: kpi.Force) -> None:
    frame = compute(force, force.tables(FOLDER / "extracts"), "15", "20")
    incidents = values(frame, "incidents")
    for cell, number in anti_social_behaviour().items():
        assert incidents[cell] == number, cell
    crimes = values(frame, "crimes")
    for cell, number in neighbourhood_crimes().items():
        assert crimes[cell] == number, cell
    rate = values(frame, "per_1000")["North", "2024/25 Q1"]
    assert rate is not None


def test_the_code_of_a_beat_is_rolled_up_to_its_district(force: kpi.Force) -> None:
    frame = compute(force, force.tables(FOLDER / "extracts"), "15", "20", by="district")
    district = {"North": "Northton", "South": "Southby"}
    for measure, expected in (
        ("incidents", anti_social_behaviour()), ("crimes", neighbourhood_crimes()),
    ):  # fmt: skip
        cells = frame.filter(measure=measure, basis="force")
        numbers = {(row["district"], row["period"]): row["value"] for row in cells.to_dicts()}
        for (lpa, period), number in expected.items():
            assert numbers[district.get(lpa, lpa), period] == number, (measure, lpa, period)
    rates = frame.filter(measure="per_1000", basis="force")
    # The force's table of residents has no column of districts.
    assert set(rates.filter(pl.col("district") != "All")["marker"]) == {"[x]"}
    assert rates.filter(district="All", period="2024/25 Q1")["value"].null_count() == 0


@pytest.mark.slow
def test_notes_say_what_is_not_mapped(force: kpi.Force) -> None:
    frame = compute(force, force.tables(FOLDER / "extracts"), "15", "9")
    (note,) = frame.filter(measure="incidents", ref="15", lpa="All", period="2024/25 Q1")["note"]
    unmapped = sum(row["CloseCode"] == "XX" for row in rows_of("command_log"))
    assert f"{unmapped} rows left out because closing code is not mapped" in note


def test_views_of_duckdb_can_do_the_joins(force: kpi.Force) -> None:
    """The lines and the crimes are two tables; a view joins them; the rows stay in DuckDB."""
    duckdb = pytest.importorskip("duckdb")
    raw = pl.read_csv(FOLDER / "extracts" / "niche_crimes.csv", infer_schema=False)
    crimes = raw.unique("Crime Number").drop("Line", "Offence")
    lines = raw.select("Crime Number", pl.col("Line").cast(pl.Int64), "Offence")
    log = pl.read_csv(FOLDER / "extracts" / "command_log.csv", infer_schema=False).with_columns(
        pl.col("OpenedUTC", "ArrivedUTC").cast(pl.Int64, strict=False)
    )
    with duckdb.connect() as connection:
        for name, frame in (("crimes", crimes), ("lines", lines), ("log", log)):
            connection.register("incoming", frame.to_arrow())
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")  # noqa: S608
        connection.execute(
            'CREATE VIEW niche_crimes AS SELECT * FROM crimes JOIN lines USING ("Crime Number")'
        )
        tables = force.tables(
            {
                "niche_crimes": connection.table("niche_crimes"),
                "command_log": connection.table("log"),
                "population": FOLDER / "extracts" / "population.csv",
            }
        )
        in_duckdb = compute(force, tables, "15", "20")
    in_files = compute(force, force.tables(FOLDER / "extracts"), "15", "20")
    for measure in ("incidents", "crimes"):
        assert values(in_duckdb, measure) == values(in_files, measure)


# Bad input: a clear error or a counted null, never a guess, and no personal value in a message


def edit(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def new_code(folder: Path) -> None:
    edit(folder / "extracts" / "niche_crimes.csv", (",105A,", ",105Z,"))


def renamed_column(folder: Path) -> None:
    edit(folder / "extracts" / "niche_crimes.csv", ("Domestic?", "Domestic_"))


def another_encoding(folder: Path) -> None:
    path = folder / "extracts" / "niche_crimes.csv"
    text = path.read_text(encoding="utf-8").replace("Smith", "Smith Müller")
    path.write_bytes(text.encode("cp1252"))


def two_first_rows(folder: Path) -> None:
    edit(folder / "extracts" / "niche_crimes.csv", (",2,", ",1,"))


def overlapping_codes(folder: Path) -> None:
    line = "45,Vehicle offences,2024-05-01,,approved,Crime registrar,2024-04-02,\n46,"
    edit(folder / "force" / "codes" / "offence.csv", ("46,", line))


def american_dates(folder: Path) -> None:
    edit(folder / "extracts" / "niche_crimes.csv", ("/04/2024", "/04/24"))


def unknown_area(folder: Path) -> None:
    edit(folder / "extracts" / "niche_crimes.csv", (",N1,", ",N9,"))


def closed_area(folder: Path) -> None:
    edit(
        folder / "force" / "areas.csv",
        ("Northton Town,beat,N,,", "Northton Town,beat,N,,2023-03-31"),
    )


def read_and_compute(folder: Path) -> None:
    force = kpi.Force.read(folder / "force")
    compute(force, force.tables(folder / "extracts"), "20")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (new_code, "offence_subgroup: has a code that offence.csv does not map"),
        (renamed_column, "Domestic"),
        (another_encoding, "UTF-8"),
        (two_first_rows, "tied with another row for first"),
        (overlapping_codes, "valid on the same day"),
        (american_dates, "is not in the format day/month/year hour:minute"),
        (unknown_area, "lpa"),
        (closed_area, "lpa"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_bad_input_is_refused_in_words_without_a_personal_value(
    spoil: Callable[[Path], None], words: str, copy: Path
) -> None:
    spoil(copy)
    with pytest.raises(kpi.SwmKpiError) as caught:
        read_and_compute(copy)
    assert words in str(caught.value)
    for value in PERSONAL:
        assert value not in str(caught.value)


@pytest.mark.slow
def test_a_code_that_is_approved_for_other_dates_is_a_counted_null(copy: Path) -> None:
    edit(copy / "force" / "codes" / "closing.csv", (",,2024-06-30", ",,2024-05-31"))
    force = kpi.Force.read(copy / "force")
    before = compute(kpi.Force.read(FOLDER / "force"), force.tables(copy / "extracts"), "15")
    after = force.tables(copy / "extracts")["incident"]
    lost = sum(
        row["CloseCode"] == "AN" and datetime.fromtimestamp(int(row["OpenedUTC"]), UTC).month == 6
        for row in rows_of("command_log")
    )
    assert lost > 0
    unmapped = sum(row["CloseCode"] == "XX" for row in rows_of("command_log"))
    assert after.counts["closing_code"].unmapped == unmapped + lost
    assert before.height > 0
