"""Measure mappings against the same conversion by hand: ``python -m tests.benchmarks.mappings``.

The extract has two million rows, a date and time as text, one of 600 codes, a flag, and a blank or
an unknown code in some rows. By hand, the rows are made and the values that were not mapped are
counted, in Polars and in the SQL of DuckDB. The table shows the ratio of elapsed times and of
processor times.
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import swm_kpi as kpi
from swm_kpi.mapping import codes, flag
from tests.benchmarks.__main__ import time_in_turn

CODES = [f"{number:04}" for number in range(600)]
GROUPS = ("Burglary", "Theft", "Robbery", "Other")
GOAL = 1.3


class Crime(kpi.Contract):
    """One row per crime."""

    crime_id = kpi.Column(str, personal=True, description="Reference of the crime.")
    recorded_at = kpi.Column(datetime, nullable=True, description="When it was recorded.")
    group = kpi.Column(str, isin=GROUPS, nullable=True, description="Type of crime.")
    is_da = kpi.Column(bool, nullable=True, description="Whether it is domestic abuse.")


class Extract(kpi.Source):
    """One row per crime."""

    reference = kpi.Column(str, personal=True, description="Reference.")
    recorded = kpi.Column(str, description="dd/mm/yyyy hh:mm, local time.")
    offence = kpi.Column(str, description="Code of the offence.")
    da = kpi.Column(str, description="Y or N.")


def extract_of(rows: int) -> pl.DataFrame:
    """Return an extract of that many rows."""
    random = np.random.default_rng(1)
    minutes = pl.Series(random.integers(0, 3 * 365 * 1440, rows)).cast(pl.Int64)
    start = pl.lit(datetime(2022, 1, 1))
    return pl.DataFrame(
        {
            "reference": pl.Series(random.integers(0, 10**12, rows)).cast(pl.String),
            "recorded": pl.select(
                (start + pl.duration(minutes=minutes)).dt.to_string("%d/%m/%Y %H:%M")
            ).to_series(),
            "offence": pl.Series([*CODES, "9999", None]).gather(random.integers(0, 602, rows)),
            "da": pl.Series(["Y", "N", "N", "N", None]).gather(random.integers(0, 5, rows)),
        }
    )


def target_of(code: str) -> str:
    """Return what a code of the list means."""
    return GROUPS[int(code) % len(GROUPS)]


def declare() -> kpi.Mapping:
    """Return the mapping of the extract."""
    path = Path(tempfile.mkdtemp()) / "offence.csv"
    rows = [f"{code},{target_of(code)},approved,Registrar,2024-04-01" for code in CODES]
    path.write_text("\n".join(["source_code,target,status,decided_by,decided_on", *rows]))
    return kpi.Mapping(
        Crime,
        source=Extract,
        version=1,
        valid_from="2024-04-01",
        owner="Registrar",
        columns={
            Crime.crime_id: Extract.reference,
            Crime.recorded_at: Extract.recorded.parse("%d/%m/%Y %H:%M"),
            Crime.group: codes(path, Extract.offence, unmapped="null"),
            Crime.is_da: flag(Extract.da, yes="Y", no="N"),
        },
    )


def by_hand_in_polars(extract: pl.DataFrame) -> Any:
    """Return the same rows, with the number of values that were not mapped."""
    text = pl.col("recorded").str.strip_chars()
    rows = (
        extract.lazy()
        .with_columns(
            pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name))
            for name in ("reference", "recorded", "offence", "da")
        )
        .select(
            crime_id="reference",
            recorded_at=text.str.to_datetime("%d/%m/%Y %H:%M", time_unit="us", strict=False),
            group=pl.col("offence").replace_strict(
                CODES, [target_of(code) for code in CODES], default=None, return_dtype=pl.String
            ),
            is_da=pl.col("da").replace_strict(
                ["Y", "N"], [True, False], default=None, return_dtype=pl.Boolean
            ),
            blank_recorded=pl.col("recorded").is_null(),
            blank_offence=pl.col("offence").is_null(),
            blank_da=pl.col("da").is_null(),
        )
        .collect()
    )
    counts = rows.select(
        pl.col("crime_id").null_count(),
        (pl.col("recorded_at").is_null() & ~pl.col("blank_recorded")).sum(),
        (pl.col("group").is_null() & ~pl.col("blank_offence")).sum(),
        (pl.col("is_da").is_null() & ~pl.col("blank_da")).sum(),
    )
    return rows.drop("blank_recorded", "blank_offence", "blank_da"), counts.row(0)


def sql_by_hand() -> tuple[str, str]:
    """Return the queries of the same rows, and of the number of values that were not mapped."""
    listed = ", ".join(f"('{code}', '{target_of(code)}')" for code in CODES)
    source = f"""
        WITH codes (code, target) AS (VALUES {listed}),
        blanks AS (
            SELECT nullif(trim(reference), '') AS reference, nullif(trim(recorded), '') AS recorded,
                nullif(trim(offence), '') AS offence, nullif(trim(da), '') AS da
            FROM extract
        ),
        made AS (
            SELECT blanks.*, reference AS crime_id,
                try_strptime(recorded, '%d/%m/%Y %H:%M') AS recorded_at, target AS "group",
                CASE da WHEN 'Y' THEN true WHEN 'N' THEN false END AS is_da
            FROM blanks LEFT JOIN codes ON code = offence
        )
    """
    counts = """
        SELECT count(*), count(*) FILTER (crime_id IS NULL),
            count(*) FILTER (recorded IS NOT NULL AND recorded_at IS NULL),
            count(*) FILTER (recorded IS NULL),
            count(*) FILTER (offence IS NOT NULL AND "group" IS NULL),
            count(*) FILTER (offence IS NULL),
            count(*) FILTER (da IS NOT NULL AND is_da IS NULL), count(*) FILTER (da IS NULL)
        FROM made
    """
    return f'{source} SELECT crime_id, recorded_at, "group", is_da FROM made', source + counts


def main() -> None:
    """Measure, and print a line for each engine."""
    parser = argparse.ArgumentParser(description="Measure mappings against the same by hand.")
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    import duckdb

    extract, mapping = extract_of(options.rows), declare()
    connection = duckdb.connect()
    connection.register("arrow", extract.to_arrow())
    connection.execute("CREATE TABLE extract AS FROM arrow")
    relation = connection.table("extract")
    rows, counts = sql_by_hand()

    def by_hand_in_duckdb() -> None:
        connection.sql(counts).fetchall()
        connection.execute(f"CREATE OR REPLACE TEMP TABLE made AS {rows}")

    def in_duckdb() -> None:
        made = mapping.apply(relation).frame
        connection.execute(f"CREATE OR REPLACE TEMP TABLE made AS {made.sql_query()}")

    cases = {
        "Polars": (lambda: mapping.apply(extract), lambda: by_hand_in_polars(extract)),
        "DuckDB": (in_duckdb, by_hand_in_duckdb),
    }
    for engine, (library, peer) in cases.items():
        ours, theirs = time_in_turn(library, peer, options.runs)
        ratio, processor = ours.elapsed / theirs.elapsed, ours.processor / theirs.processor
        print(
            f"{engine:<8} {ours.elapsed:8.0f} ms {theirs.elapsed:8.0f} ms by hand  "
            f"{ratio:5.2f} elapsed {processor:5.2f} processor  (goal {GOAL})"
        )


if __name__ == "__main__":
    main()
