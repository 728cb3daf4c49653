"""Where numbers came from, from the computation to the file and on to what moved."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import DisclosurePolicy, Result

AREAS = ["Shropshire", "Herefordshire", "Shropshire", None]
WHEN = [datetime(2024, 4, 2), datetime(2024, 5, 3), datetime(2024, 6, 4), datetime(2024, 6, 5)]
COVERAGE = {"incident": ("2024-04-01", "2024-06-30")}


def table(
    areas: list[str | None] | None = None, when: list[datetime] | None = None
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "created_at": when or WHEN,
            "closing_code": ["ASB nuisance"] * 4,
            "lpa": areas or AREAS,
            "not_read": [1, 2, 3, 4],
        }
    )


def computed(data: Any = None, **arguments: Any) -> Result:
    fields: dict[str, Any] = {
        "periods": ["2024/25 Q1"], "by": ["lpa"], "coverage": COVERAGE, "as_at": "2024-07-10",
    }  # fmt: skip
    argument = table() if data is None else data
    return kpi.compute(["15"], {"incident": argument}, **(fields | arguments))


def print_of(result: Result) -> str:
    assert result.provenance is not None
    (read,) = result.provenance.tables
    return read.fingerprint


def test_a_result_says_what_it_was_computed_from() -> None:
    record = computed().provenance
    assert record is not None
    assert record.engine == "Polars"
    assert record.engine_version == pl.__version__
    assert record.definitions == {"15": kpi.catalogue()["15"].definition}
    assert record.as_at == date(2024, 7, 10)
    assert (record.periods, record.breakdowns) == (("2024/25 Q1",), ("lpa",))
    assert record.coverage == {"incident": (date(2024, 4, 1), date(2024, 6, 30))}
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
        lambda frame: frame.drop("not_read"),
        lambda frame: frame.to_pandas(),
        lambda frame: frame.to_arrow(),
    ],
)
def test_a_fingerprint_is_of_the_content_and_not_of_how_it_is_held(same: Any) -> None:
    assert print_of(computed(same(table()))) == print_of(computed())


def test_a_fingerprint_is_alike_for_a_file_and_another_engine(tmp_path: Path) -> None:
    table().write_parquet(tmp_path / "incident.parquet")
    assert print_of(computed(tmp_path / "incident.parquet")) == print_of(computed())
    duckdb = pytest.importorskip("duckdb")
    stored = duckdb.connect().from_arrow(table().to_arrow())
    other = computed(stored)
    assert other.provenance is not None
    assert other.provenance.engine == "DuckDB"
    assert print_of(other) == print_of(computed())


@pytest.mark.parametrize(
    "changed",
    [
        table(areas=["Shropshire", "Shropshire", "Herefordshire", "Herefordshire"]),
        table(when=[*WHEN[:3], datetime(2024, 6, 30)]),
        table(when=[datetime(2024, 1, 1), *WHEN[1:]]),
        table()[:3],
    ],
)
def test_a_fingerprint_changes_with_what_was_read(changed: pl.DataFrame) -> None:
    assert print_of(computed(changed)) != print_of(computed())


def test_where_numbers_came_from_is_as_it_was_when_they_were_computed() -> None:
    """However late it is asked for, and whatever the caller has done to the table since."""
    before = computed().provenance
    mine = table().to_pandas()
    late = computed(mine)
    mine["lpa"] = "Herefordshire"
    mine["created_at"] = datetime(2024, 1, 1)
    del mine
    assert late.provenance == before
    assert late.provenance is late.provenance


def test_a_checked_table_has_the_same_fingerprint_and_what_was_overridden_is_stamped() -> None:
    crimes = kpi.synthetic.generate_force("2024-04-01", "2024-06-30", scale=0.01)["crime"]
    checked = kpi.validate(crimes, "crime").table
    record = [
        kpi.compute(
            ["20"],
            {"crime": value},
            periods=["2024/25 Q1"],
            assumptions={"neighbourhood_robbery": ["Robbery of business property"]},
        ).provenance
        for value in (crimes, checked)
    ]
    assert record[0] is not None
    assert record[0] == record[1]
    assert "neighbourhood_robbery" in record[0].assumptions


def test_a_disclosed_result_says_nothing_exact_of_its_tables(tmp_path: Path) -> None:
    safe = computed().protect(DisclosurePolicy())
    assert safe.provenance is not None
    (read,) = safe.provenance.tables
    assert (read.rows, read.fingerprint, read.notes) == (None, "", ())
    safe.to_csv(tmp_path / "dataset.csv")
    about = json.loads((tmp_path / "dataset.csv-metadata.json").read_text())
    assert print_of(computed()) not in json.dumps(about)
    assert "under 5 are suppressed" in json.dumps(about)


def test_from_the_computation_to_the_file_to_what_moved(tmp_path: Path) -> None:
    """A fifth incident is told as other data, and not as another definition."""
    computed().to_csv(tmp_path / "old.csv", policy="none")
    late = pl.concat([table(), table()[:1]])
    computed(late, as_at="2024-08-10").to_parquet(tmp_path / "new.parquet", policy="none")
    difference = kpi.diff(tmp_path / "old.csv", tmp_path / "new.parquet")
    message = str(difference)
    assert "data revised" in difference.counts
    assert "definition changed" not in difference.counts
    assert "Table incident had 4 rows, then 5." in message
    assert "extracted on 2024-07-10, then on 2024-08-10" in message
    computed().to_csv(tmp_path / "again.csv", policy="none")
    again = kpi.diff(tmp_path / "old.csv", tmp_path / "again.csv")
    assert again.is_empty
    assert again.causes == ("The content that these metrics read did not change in: incident.",)
    assert (tmp_path / "old.csv").read_bytes() == (tmp_path / "again.csv").read_bytes()


def test_a_cell_that_disclosure_control_suppressed_is_newly_suppressed(tmp_path: Path) -> None:
    computed().to_parquet(tmp_path / "old.parquet", policy="none")
    computed().protect(DisclosurePolicy()).to_csv(tmp_path / "new.csv")
    difference = kpi.diff(tmp_path / "old.parquet", tmp_path / "new.csv")
    assert "newly suppressed" in difference.counts
    assert "data revised" not in difference.counts
