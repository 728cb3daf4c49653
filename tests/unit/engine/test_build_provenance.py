"""Provenance: from the computation to the file, and on to the differences between two files."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import DisclosurePolicy, Result
from swm_kpi.provenance import TableRead

AREAS = ["Shropshire", "Herefordshire", "Shropshire", None]
TIMES = [datetime(2024, 4, 2), datetime(2024, 5, 3), datetime(2024, 6, 4), datetime(2024, 6, 5)]
COVERAGE = {"incident": ("2024-04-01", "2024-06-30")}


def table(
    areas: list[str | None] | None = None, times: list[datetime] | None = None
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "created_at": times or TIMES,
            "closing_code": ["ASB nuisance"] * 4,
            "lpa": areas or AREAS,
            "unread": [1, 2, 3, 4],
        }
    )


def compute_asb(data: Any = None, **arguments: Any) -> Result:
    fields: dict[str, Any] = {
        "periods": ["2024/25 Q1"], "by": ["lpa"], "coverage": COVERAGE, "as_at": "2024-07-10",
    }  # fmt: skip
    argument = table() if data is None else data
    return kpi.compute(["15"], {"incident": argument}, **(fields | arguments))


def fingerprint_of(result: Result) -> str:
    assert result.provenance is not None
    (read,) = result.provenance.tables
    return read.fingerprint


def test_a_result_records_what_it_was_computed_from() -> None:
    record = compute_asb().provenance
    assert record is not None
    assert record.engine == "Polars"
    assert record.engine_version == pl.__version__
    assert record.definitions == {"15": kpi.catalogue()["15"].definition}
    assert record.as_at == date(2024, 7, 10)
    assert (record.periods, record.breakdowns) == (("2024/25 Q1",), ("lpa",))
    assert record.coverage == {"incident": kpi.Coverage(("2024-04-01", "2024-06-30"))}
    (read,) = record.tables
    assert (read.name, read.rows, read.validated) == ("incident", 4, True)
    assert len(read.fingerprint) == 16


@pytest.mark.parametrize(
    "same",
    [
        lambda frame: frame.reverse(),
        lambda frame: frame.select(reversed(frame.columns)),
        lambda frame: frame.with_columns(pl.col("lpa").cast(pl.Categorical)),
        lambda frame: frame.with_columns(pl.col("created_at").dt.cast_time_unit("ms")),
        lambda frame: frame.drop("unread"),
        lambda frame: frame.to_pandas(),
        lambda frame: frame.to_arrow(),
    ],
)
def test_a_fingerprint_does_not_depend_on_the_form_of_the_table(same: Any) -> None:
    assert fingerprint_of(compute_asb(same(table()))) == fingerprint_of(compute_asb())


def test_a_file_and_a_database_have_the_same_fingerprint(tmp_path: Path) -> None:
    table().write_parquet(tmp_path / "incident.parquet")
    assert fingerprint_of(compute_asb(tmp_path / "incident.parquet")) == fingerprint_of(
        compute_asb()
    )
    duckdb = pytest.importorskip("duckdb")
    stored = duckdb.connect().from_arrow(table().to_arrow())
    other = compute_asb(stored)
    assert other.provenance is not None
    assert other.provenance.engine == "DuckDB"
    assert fingerprint_of(other) == fingerprint_of(compute_asb())


@pytest.mark.parametrize(
    "changed",
    [
        table(areas=["Shropshire", "Shropshire", "Herefordshire", "Herefordshire"]),
        table(times=[*TIMES[:3], datetime(2024, 6, 30)]),
        table(times=[datetime(2024, 1, 1), *TIMES[1:]]),
        table()[:3],
    ],
)
def test_a_fingerprint_changes_with_the_values_that_are_read(changed: pl.DataFrame) -> None:
    assert fingerprint_of(compute_asb(changed)) != fingerprint_of(compute_asb())


def test_provenance_ignores_later_changes_of_the_table() -> None:
    """The result builds it on first access, and the caller may have changed the table by then."""
    expected = compute_asb().provenance
    frame = table().to_pandas()
    result = compute_asb(frame)
    frame["lpa"] = "Herefordshire"
    frame["created_at"] = datetime(2024, 1, 1)
    del frame
    assert result.provenance == expected
    assert result.provenance is result.provenance


@pytest.mark.slow
def test_a_validated_table_has_the_same_provenance_with_the_overridden_assumptions() -> None:
    crimes = kpi.synthetic.generate_force("2024-04-01", "2024-06-30", scale=0.01)["crime"]
    validated = kpi.validate(crimes, "crime").table
    records = [
        kpi.compute(
            ["20"],
            {"crime": data},
            periods=["2024/25 Q1"],
            assumptions={"neighbourhood_robbery": ["Robbery of business property"]},
        ).provenance
        for data in (crimes, validated)
    ]
    assert records[0] is not None
    assert records[0] == records[1]
    assert "neighbourhood_robbery" in records[0].assumptions


def test_a_protected_result_has_no_exact_count_of_its_tables(tmp_path: Path) -> None:
    protected = compute_asb().protect(DisclosurePolicy())
    assert protected.provenance is not None
    (read,) = protected.provenance.tables
    assert (read.rows, read.fingerprint, read.notes) == (None, "", ())
    protected.to_csv(tmp_path / "dataset.csv")
    metadata = json.loads((tmp_path / "dataset.csv-metadata.json").read_text())
    assert fingerprint_of(compute_asb()) not in json.dumps(metadata)
    assert "under 5 are suppressed" in json.dumps(metadata)


def test_the_notes_of_a_protected_result_have_no_count() -> None:
    notes = (
        "No location, so no district: 1,962 records.",
        "No file for 2017/18 Q4 or 2023: a 0 there is missing data, not zero.",
        "Not read: street (1).csv.",
        "Below zero: 17.",
    )
    table = TableRead("street_crime", 4, "feed", notes)
    record = kpi.Provenance("0.1.0", "polars", "2", {}, tables=(table,))
    assert [note for _, note in record.without_counts().table_notes()] == [
        "No location, so no district: some records.",
        "No file for 2017/18 Q4 or 2023: a 0 there is missing data, not zero.",
        "Not read: street (some).csv.",
        "Below zero: some.",
    ]


def test_diff_explains_a_change_from_the_provenance_in_files(tmp_path: Path) -> None:
    """It reports a fifth incident as revised data, and not as a changed definition."""
    compute_asb().to_csv(tmp_path / "old.csv", policy="none")
    five_rows = pl.concat([table(), table()[:1]])
    compute_asb(five_rows, as_at="2024-08-10").to_parquet(tmp_path / "new.parquet", policy="none")
    difference = kpi.diff(tmp_path / "old.csv", tmp_path / "new.parquet")
    message = str(difference)
    assert "data revised" in difference.counts
    assert "definition changed" not in difference.counts
    assert "Table incident had 4 rows, then 5." in message
    assert "extracted on 2024-07-10, then on 2024-08-10" in message
    compute_asb().to_csv(tmp_path / "again.csv", policy="none")
    again = kpi.diff(tmp_path / "old.csv", tmp_path / "again.csv")
    assert again.is_empty
    assert again.causes == ("The content that these metrics read did not change in: incident.",)
    assert (tmp_path / "old.csv").read_bytes() == (tmp_path / "again.csv").read_bytes()


def test_diff_reports_a_cell_that_one_file_suppresses_as_newly_suppressed(tmp_path: Path) -> None:
    compute_asb().to_parquet(tmp_path / "old.parquet", policy="none")
    compute_asb().protect(DisclosurePolicy()).to_csv(tmp_path / "new.csv")
    difference = kpi.diff(tmp_path / "old.parquet", tmp_path / "new.csv")
    assert "newly suppressed" in difference.counts
    assert "data revised" not in difference.counts
