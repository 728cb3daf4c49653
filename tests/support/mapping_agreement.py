"""Compare what a mapping makes of an extract, in any engine, with the oracle of mappings."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.mapping import MappingError
from tests.support.mapping_cases import in_utc, rows_of
from tests.support.mapping_oracle import Refused, map_rows


def assert_as_oracle(mapping: kpi.Mapping, rows: list[dict[str, Any]], extract: Any) -> None:
    """Assert that a mapping makes the rows and counts of the oracle, or refuses as it does."""
    try:
        expected, counts = map_rows(mapping, rows)
    except Refused:
        with pytest.raises(MappingError):
            mapping.apply(extract)
        return
    table = mapping.apply(extract)
    made = to_polars(table.frame)
    names = made.columns
    assert names == [*mapping.made_columns, *(f"{name} status" for name in mapping.with_status)]
    wanted = sorted((tuple(in_utc(row[name]) for name in names) for row in expected), key=repr)
    assert rows_of(made, names) == wanted
    assert table.rows == len(expected)
    assert {
        name: (item.mapped, item.null_at_source, item.unmapped, item.other)
        for name, item in table.counts.items()
    } == counts


def to_polars(frame: Any) -> pl.DataFrame:
    """Return the rows of a table of any engine."""
    rows: pl.DataFrame = nw.from_native(frame).lazy().collect(backend="polars").to_native()
    return rows
