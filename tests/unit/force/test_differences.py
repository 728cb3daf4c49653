"""What changed between two mappings is counted in the engine that holds the extract."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.force.differences import iter_differences
from swm_kpi.mapping import flag, not_in_source
from tests.support import engines


class Visit(kpi.Contract):
    """One row per visit."""

    visit_id = kpi.Column(str, unique=True, personal=True, description="The key.")
    urgent = kpi.Column(bool, nullable=True, description="Whether it is urgent.")
    minutes = kpi.Column(int, nullable=True, description="How long they waited.")


class Log(kpi.Source):
    """One row per line of the log."""

    line = kpi.Column(str, personal=True, description="The key.")
    urgent = kpi.Column(str, description="Y, N or U.")
    minutes = kpi.Column(int, description="Minutes.")


def force(**columns: Any) -> Any:
    """Return a force with one mapping of visits, with some columns of it changed."""
    values = {
        "visit_id": Log.line,
        "urgent": flag(Log.urgent, yes="Y", no="N", unmapped="null"),
        "minutes": Log.minutes,
    } | columns
    mapping = kpi.Mapping(
        Visit,
        source=Log,
        version=1,
        valid_from="2024-04-01",
        owner="Owner",
        columns={Visit.columns[name]: value for name, value in values.items()},
    )
    return SimpleNamespace(mappings={"visit": mapping})


EXTRACT = pl.DataFrame(
    {
        "line": [f"v{number}" for number in range(20)],
        "urgent": [*["Y"] * 8, *["U"] * 7, *[None] * 5],
        "minutes": range(20),
    }
)
BLANK_IS_NO = {"urgent": flag(Log.urgent, yes="Y", no=["N", "U"], unmapped="null")}


def last_line(before: Any, after: Any, **extracts: Any) -> str:
    return list(iter_differences(before, after, extracts))[-1].strip()


@pytest.mark.parametrize("name", ["Polars", "DuckDB"])
def test_rows_that_change_are_counted_by_their_key(name: str) -> None:
    extract = EXTRACT if name == "Polars" else engines.loader(name)("log", EXTRACT)
    assert last_line(force(), force(**BLANK_IS_NO), log=extract) == (
        "Of 20 rows of the extract: urgent in 7"
    )
    changed = force(**BLANK_IS_NO, minutes=not_in_source("Not kept"))
    assert last_line(force(), changed, log=extract).endswith("urgent in 7")


def test_an_extract_that_is_missing_is_named() -> None:
    assert last_line(force(), force(**BLANK_IS_NO), other=EXTRACT) == (
        "Rows that change are not counted: there is no extract 'log'."
    )


def test_rows_without_a_key_of_their_own_are_not_counted() -> None:
    assert last_line(
        force(), force(**BLANK_IS_NO), log=EXTRACT.with_columns(line=pl.lit("v1"))
    ) == ("Rows that change are not counted: two rows of 'log' have one key.")
