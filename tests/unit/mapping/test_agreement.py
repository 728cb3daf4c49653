"""A mapping makes the same rows and counts as the oracle, from every kind of extract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from tests.support.mapping_agreement import assert_as_oracle
from tests.support.mapping_cases import (
    LocalCommand,
    Niche,
    command_mapping,
    command_rows,
    extract_frame,
    niche_mapping,
    niche_rows,
)

pytestmark = pytest.mark.slow

NICHE = niche_mapping()
REFUSING = niche_mapping("refuse")
FIRST = niche_mapping(one_row_per=Niche.occurrence, first_by=[Niche.line, Niche.loss])
FIRST_RECORDED = niche_mapping(
    one_row_per=[Niche.occurrence], first_by=Niche.recorded.parse("%d/%m/%Y %H:%M")
)
ONLY_ONE = niche_mapping(one_row_per=Niche.occurrence)
COMMAND = command_mapping()
LOCAL_COMMAND = command_mapping(LocalCommand)


def to_pandas(frame: pl.DataFrame) -> Any:
    return frame.to_pandas()


def to_arrow(frame: pl.DataFrame) -> Any:
    return frame.to_arrow()


def unchanged(frame: pl.DataFrame) -> Any:
    return frame


KINDS = [unchanged, to_pandas, to_arrow]


@pytest.mark.parametrize("kind", KINDS)
@given(rows=niche_rows())
@settings(max_examples=6, deadline=None)
def test_local_times_codes_and_flags(kind: Any, rows: list[dict[str, Any]]) -> None:
    assert_as_oracle(NICHE, rows, kind(extract_frame(NICHE, rows)))


@given(rows=niche_rows())
@settings(max_examples=6, deadline=None)
def test_what_is_not_mapped_is_refused(rows: list[dict[str, Any]]) -> None:
    assert_as_oracle(REFUSING, rows, extract_frame(REFUSING, rows))


@pytest.mark.parametrize("mapping", [FIRST, FIRST_RECORDED, ONLY_ONE])
@given(rows=niche_rows(unique=False))
@settings(max_examples=6, deadline=None)
def test_the_first_row_of_each_thing(mapping: kpi.Mapping, rows: list[dict[str, Any]]) -> None:
    assert_as_oracle(mapping, rows, extract_frame(mapping, rows))


@pytest.mark.parametrize("kind", KINDS)
@given(rows=command_rows())
@settings(max_examples=6, deadline=None)
def test_instants_of_a_source_in_utc(kind: Any, rows: list[dict[str, Any]]) -> None:
    assert_as_oracle(COMMAND, rows, kind(extract_frame(COMMAND, rows)))


@given(rows=command_rows())
@settings(max_examples=6, deadline=None)
def test_instants_beside_local_times(rows: list[dict[str, Any]]) -> None:
    assert_as_oracle(LOCAL_COMMAND, rows, extract_frame(LOCAL_COMMAND, rows))


@given(rows=niche_rows())
@settings(max_examples=5, deadline=None)
def test_a_csv_and_a_parquet_file(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("extract")
    frame = extract_frame(NICHE, rows)
    frame.write_parquet(folder / "niche.parquet")
    assert_as_oracle(NICHE, rows, folder / "niche.parquet")
    frame.write_csv(folder / "niche.csv")
    assert_as_oracle(NICHE, rows, folder / "niche.csv")


@given(data=st.data())
@settings(max_examples=6, deadline=None)
def test_a_contract_accepts_the_rows(data: st.DataObject) -> None:
    """Local times are local time of the contract, and instants become it."""
    rows = data.draw(command_rows())
    table = COMMAND.apply(extract_frame(COMMAND, rows))
    report = kpi.validate(table.frame.with_columns(is_rural=pl.lit(None)), COMMAND.contract)
    assert {item.rule for item in report.violations} <= {
        "is not a plausible date (before 1900 or after 2200)"
    }
