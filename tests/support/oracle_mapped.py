"""What the oracle knows of rows that rest on values which a mapping does not map.

The status of a value is in its row, beside the value: ``kind status`` beside ``kind``. Like the
rest of the oracle, this module reads only the declarations, and counts row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import hypothesis.strategies as st
import polars as pl

from swm_kpi import Column, Measure, Period, Ratio, TextReport
from swm_kpi.expressions import Expression, IsNull, Term
from swm_kpi.mapping import ColumnCounts, MappedTable
from swm_kpi.measures import Rate
from tests.support.oracle import Oracle, Row
from tests.support.oracle_cases import CONTRACTS, to_frame
from tests.support.oracle_recorded import (
    ALL,
    _all_rows,
    _condition_key,
    _conditions,
    _conjuncts,
    _fillable,
    _measured,
    _rows,
)

Counts = tuple[int, int]
"""The rows left out because a value is not mapped, and those that such a value decides."""

WORDS = ("mapped", "null at source", "unmapped", "other")
BLANKS = st.sampled_from(["null at source", "unmapped"])
VALUES = st.sampled_from(["mapped", "mapped", "other"])


@st.composite
def with_statuses(
    draw: st.DrawFn, tables: Mapping[str, list[Row]]
) -> dict[str, list[dict[str, Any]]]:
    """Draw the status of some values of each table: of blanks, and of values that are none."""
    drawn: dict[str, list[dict[str, Any]]] = {}
    for name, rows in tables.items():
        names = [column for column in CONTRACTS[name].columns if column != "visit_id"]
        chosen = draw(st.lists(st.sampled_from(names), unique=True, min_size=1))
        drawn[name] = [
            dict(row)
            | {
                f"{column} status": draw(BLANKS if row.get(column) is None else VALUES)
                for column in chosen
            }
            for row in rows
        ]
    return drawn


def mapped(name: str, rows: Sequence[Row], load: Any = None) -> MappedTable:
    """Return rows with statuses as a table that a mapping made, in any engine."""
    statuses = {key for row in rows for key in row if key.endswith(" status")}
    columns = sorted(key.removesuffix(" status") for key in statuses)
    plain = [{key: value for key, value in row.items() if key not in statuses} for row in rows]
    frame = to_frame(name, plain).with_columns(
        pl.Series(f"{column} status", [row[f"{column} status"] for row in rows], dtype=pl.String)
        for column in columns
    )
    counts = {
        column: ColumnCounts(
            *(sum(row[f"{column} status"] == word for row in rows) for word in WORDS)
        )
        for column in columns
    }
    made = frame if load is None else load(name, frame)
    return MappedTable(
        name, f"{name}@1#00000000", made, len(rows), counts, {}, with_status=tuple(columns)
    )


def mapping_counts(
    oracle: Oracle, measure: Measure, period: Period, chosen: Mapping[str, str]
) -> Counts:
    """Return how many rows of a cell rest on values that are not mapped."""
    if isinstance(measure, TextReport) or oracle.has_blank_columns(measure):
        return 0, 0
    if isinstance(measure, Ratio | Rate):
        # The same rows of two parts are counted once.
        left_out: dict[str, int] = {}
        decided: dict[str, int] = {}
        for part in oracle.depends_on(measure):
            known = {key: m for key, m in chosen.items() if key in part.contract.dimensions}
            key = f"{_condition_key(part)} {_measured(part)}"
            left_out[key], decided[key] = mapping_counts(oracle, part, period, known)
        return sum(left_out.values()), sum(decided.values())
    rows = _rows(oracle, measure, period, chosen)
    if rows is None:
        return 0, 0
    where, answer = _conditions(measure)
    unmapped = sum(_is_unmapped(oracle, _conjuncts(where), row) for row in rows.undecided)
    unmapped += sum(_is_unmapped(oracle, _conjuncts(answer), row) for row in rows.unanswered)
    unmapped += sum(_is_unmapped(oracle, _measured(measure), row) for row in rows.lacking)
    blank = getattr(measure, "blank_means_no", None)
    if blank is not None:
        everywhere = _fillable(oracle, measure, period, dict.fromkeys(chosen, ALL))
        if all(oracle.value(blank, row) is None for row in everywhere):
            fillable = _fillable(oracle, measure, period, chosen)
            unmapped += sum(row.get(f"{blank.name} status") == "unmapped" for row in fillable)
    every = _all_rows(oracle, measure, period, chosen) or []
    return unmapped, sum(_is_decided_by_other(oracle, measure, row) for row in every)


def _is_unmapped(oracle: Oracle, parts: Sequence[Expression], row: Row) -> bool:
    return any(
        _is_unknown(oracle, part, row) and "unmapped" in _statuses(part, row) for part in parts
    )


def _is_unknown(oracle: Oracle, part: Expression, row: Row) -> bool:
    return (oracle.value if isinstance(part, Term) else oracle.truth)(part, row) is None


def _is_decided_by_other(oracle: Oracle, measure: Any, row: Row) -> bool:
    where, answer = _conditions(measure)
    parts = [part for part in (where, answer) if part is not None]
    answered_by_blanks = {
        column.name
        for part in parts
        for condition in part.walk()
        if isinstance(condition, IsNull)
        for column in condition.walk()
        if isinstance(column, Column)
    }

    def is_other(part: Expression) -> bool:
        return any(
            row.get(f"{name} status") == "other"
            or (name in answered_by_blanks and row.get(f"{name} status") == "unmapped")
            for name in _columns(part)
        )

    if where is not None and oracle.truth(where, row) is None:
        return False
    if not any(is_other(part) for part in (*parts, *_measured(measure))):
        return False
    return all(oracle.truth(part, row) or is_other(part) for part in _conjuncts(where))


def _statuses(part: Expression, row: Row) -> list[Any]:
    return [row.get(f"{name} status") for name in _columns(part)]


def _columns(part: Expression) -> Iterator[str]:
    yield from (column.name for column in part.walk() if isinstance(column, Column))
