"""What is withheld: the measures that read a broken or missing part, and nothing else."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

import swm_kpi as kpi
from tests.support.oracle_cases import (
    AREA,
    CONTRACTS,
    EVERYTHING,
    agreement_settings,
    compute,
    random_tables,
    to_frame,
)

PERIODS = kpi.periods("2023/24", "2024/25")
PLACES = [
    (name, column)
    for name, contract in CONTRACTS.items()
    for column in ("", *contract.columns)
    if column != "case"
]
"""Each table, and each of its columns."""
WAYS = ("missing", "wrong type")


def spoil(data: dict[str, pl.DataFrame], name: str, column: str, way: str) -> dict[str, Any]:
    """Return the data without a table, or with one of its columns missing or of a wrong type."""
    if not column:
        return {table: frame for table, frame in data.items() if table != name}
    if way == "missing":
        return {**data, name: data[name].drop(column)}
    wrong = pl.Series(column, [True] * len(data[name]))
    if CONTRACTS[name].columns[column].dtype is bool:
        wrong = wrong.cast(pl.Int64) + 5
    return {**data, name: data[name].with_columns(wrong)}


def columns_of(measure: kpi.Measure) -> set[tuple[str, str]]:
    """Return the columns that a measure and those it depends on read, with their tables."""
    read = {
        (statistic.contract.table, column)
        for statistic in measure.statistics.values()
        for column in ("", *statistic.columns)
    }
    for key in measure.depends_on:
        read |= columns_of(EVERYTHING.measure(key, measure.basis))
    return read


def is_withheld(measure: kpi.Measure, name: str, column: str, way: str) -> bool:
    read = columns_of(measure)
    # A broken key can repeat rows, so it makes every count of its table wrong.
    keys = {column for key in CONTRACTS[name].keys for column in key}
    breaks_key = column in keys and way == "wrong type" and (name, "") in read
    return (name, column) in read or breaks_key


def check(tables: dict[str, Any], name: str, column: str, way: str) -> None:
    data = {table: to_frame(table, rows) for table, rows in tables.items()}
    whole = compute(EVERYTHING, data, PERIODS, [AREA]).to_polars().to_dicts()
    # Without a breakdown, nothing depends on the columns of members.
    spoilt = compute(
        EVERYTHING, spoil(data, name, column, way), PERIODS, [AREA], on_violation="withhold"
    )
    keys = ("measure", "period", "area")
    shown = {tuple(row[key] for key in keys): row for row in spoilt.to_polars().to_dicts()}
    carries_members = column == "area"
    for row in whole:
        key = tuple(row[name] for name in keys)
        measure = EVERYTHING.measure(row["measure"], kpi.Basis.FORCE)
        reads_table = any(table == name for table, _ in columns_of(measure))
        if is_withheld(measure, name, column, way):
            if row["area"] != "Unknown":
                assert (shown[key]["value"], shown[key]["marker"]) == (None, "[x]"), shown[key]
                assert "Withheld" in shown[key]["note"] or "Table" in shown[key]["note"]
        elif carries_members and reads_table:
            if row["area"] == "All":
                numbers = ("value", "numerator", "denominator", "lower", "undecided")
                has_parts = measure.kind in ("average stock", "budget variance", "rate")
                has_parts |= measure.kind in ("period-end stock", "ratio")
                if not has_parts:
                    assert [shown[key][n] for n in numbers] == [row[n] for n in numbers], key
            elif row["area"] != "Unknown" and key in shown:
                assert (shown[key]["value"], shown[key]["marker"]) == (None, "[x]"), shown[key]
        else:
            without_note = {name: value for name, value in row.items() if name != "note"}
            assert {n: shown[key][n] for n in without_note} == without_note, key


@pytest.mark.slow
@settings(agreement_settings(), max_examples=10)
@given(random_tables(), st.sampled_from(PLACES), st.sampled_from(WAYS))
def test_only_what_reads_a_broken_part_is_withheld(tables, place, way) -> None:
    """A table or a column of it is missing, or of a wrong type; every other cell is the same."""
    if tables[place[0]]:
        check(tables, *place, way)


@pytest.mark.exhaustive
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(place))
def test_every_place_is_withheld_alone(place, way) -> None:
    @settings(agreement_settings(), max_examples=1)
    @given(random_tables())
    def run(tables) -> None:
        if tables[place[0]]:
            check(tables, *place, way)

    run()
