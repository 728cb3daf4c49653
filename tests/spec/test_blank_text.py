"""Text that is empty or only white space is no value, on every kind of table."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from swm_kpi import Count, RepeatRate
from swm_kpi.vocabulary import WHITE_SPACE
from tests.support.small_tables import BACK, CALL, Call, build_metric, compute, frame_of, row_of

CALLS = frame_of(
    Call,
    """
    | began_at         | caller | side |
    | 2024-04-06 12:00 | a      | Left |
    | 2024-04-07 12:00 | b      | Left |
    | 2024-05-06 12:00 |        | Left |
    | 2024-05-07 12:00 |        | Left |
    | 2024-06-06 12:00 |        |      |
    """,
).with_columns(side=pl.col("side").fill_null(""))


def as_polars(table: pl.DataFrame) -> Any:
    return table


def as_pandas(table: pl.DataFrame) -> Any:
    return table.to_pandas()


def as_duckdb(table: pl.DataFrame) -> Any:
    duckdb = pytest.importorskip("duckdb")
    return duckdb.from_arrow(table.to_arrow())


@pytest.mark.parametrize(
    "blanks", [["", " ", "\t"], ["\u00a0", "\u2003 ", "\u3000\u00a0"]], ids=repr
)
@pytest.mark.parametrize("convert", [as_polars, as_pandas, as_duckdb])
def test_blank_text_is_nobody_and_no_member(convert: Any, blanks: list[str]) -> None:
    """Before, the three blanks were one person, who called again, or three."""
    calls = CALLS.with_columns(
        caller=pl.Series(["a", "b", *blanks]),
        side=pl.when(pl.col("side") == "").then(pl.lit(blanks[-1])).otherwise("side"),
    )
    metric = build_metric(
        RepeatRate(key="again", **CALL, who=Call.caller, lookback=BACK, as_count=True),
        Count(key="callers", **CALL, distinct=Call.caller),
        Count(key="calls", **CALL),
    )
    result = compute(metric, {"call": convert(calls)}, by=["side"])
    again, callers = (row_of(result, key, side="All") for key in ("again", "callers"))
    assert (again["value"], again["without_value"], again["marker"]) == (0, 3, "[u]")
    assert (callers["value"], callers["at_least"], callers["at_most"]) == (2, 2, 2 + 3)
    assert row_of(result, "calls", side="Unknown")["value"] == 1


def test_polars_trims_the_white_space_that_is_listed_for_databases() -> None:
    characters = pl.Series([chr(n) for n in range(0x3100) if chr(n).encode(errors="ignore")])
    assert set(characters.filter(characters.str.strip_chars() == "")) == set(WHITE_SPACE)


@pytest.mark.parametrize("convert", [as_polars, as_pandas, as_duckdb])
def test_text_is_compared_as_it_is_written(convert: Any) -> None:
    """A space makes another person, because nothing declares that it is trimmed."""
    calls = CALLS.with_columns(caller=pl.Series(["a", "a ", "a", "a\u00a0", "A"]))
    metric = build_metric(Count(key="callers", **CALL, distinct=Call.caller))
    result = compute(metric, {"call": convert(calls)})
    assert row_of(result, "callers")["value"] == 4


@pytest.mark.parametrize("dtype", [pl.Float64, pl.Int64, pl.Boolean, pl.Null, pl.Date], ids=str)
@pytest.mark.parametrize("convert", [as_polars, as_pandas, as_duckdb])
def test_a_column_without_any_value_has_no_type(convert: Any, dtype: Any) -> None:
    """Files leave out what nobody recorded, so that its type says nothing: the count is [x]."""
    calls = CALLS.with_columns(caller=pl.Series([None] * 5, dtype=dtype))
    metric = build_metric(Count(key="callers", **CALL, distinct=Call.caller))
    row = row_of(compute(metric, {"call": convert(calls)}), "callers")
    assert (row["value"], row["marker"]) == (None, "[x]")
