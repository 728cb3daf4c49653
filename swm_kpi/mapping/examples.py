"""Worked examples of a mapping: invented rows of the source, and the rows that they must become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl

from swm_kpi.calendar import LONDON
from swm_kpi.declaration import Declaration, Finding
from swm_kpi.engine.encoding.encode import polars_type
from swm_kpi.errors import Problem, SwmKpiError
from swm_kpi.model.examples import parse_pipe_table

if TYPE_CHECKING:
    from swm_kpi.mapping.mapping import Mapping


class MappingExample(Declaration):
    """Invented rows of a source, and the rows of the contract that they must become.

    Attributes:
        rows: a pipe table with a header row of the source's names. An empty cell is a missing
            value, and so is a column that is left out.
        expect: a pipe table of the contract's columns to compare, in any order of the rows. Times
            are local time.
        description: what the example shows a reviewer.

    Raises:
        DefinitionError: there are no rows, or none are expected.
    """

    rows: str
    expect: str
    description: str = ""

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the example on its own."""
        for field in ("rows", "expect"):
            if not getattr(self, field).strip():
                yield field, "it is empty", "Write a pipe table with a header row"


def iter_example_problems(
    mapping: Mapping, examples: Sequence[MappingExample]
) -> Iterator[Problem]:
    """Yield a problem for each example that does not become the expected rows."""
    for number, example in enumerate(examples, start=1):
        subject, field = f"Mapping {mapping.contract.__name__}", f"example {number}"
        try:
            expected = parse_pipe_table(example.expect, mapping.contract)
            made = mapping.apply(_example_frame(mapping, example)).frame
        except (SwmKpiError, ValueError) as error:
            yield Problem(subject, field, f"it cannot be mapped: {error}", "Fix its tables")
            continue
        names = [cell.strip() for cell in _first_line(example.expect).split("|") if cell.strip()]
        absent = [name for name in names if name not in made.columns]
        if absent:
            rule = f"it expects {absent[0]}, which is not in the source"
            yield Problem(subject, field, rule, "Leave the column out")
        elif _sorted_rows(made.to_dicts(), names) != _sorted_rows(expected, names):
            rows = "\n".join(str(row) for row in _sorted_rows(made.to_dicts(), names))
            yield Problem(
                subject, field, f"it becomes:\n{rows}\n", "Fix the mapping or the example"
            )


def _example_frame(mapping: Mapping, example: MappingExample) -> pl.DataFrame:
    source = mapping.source
    rows = parse_pipe_table(example.rows, source)
    return pl.DataFrame(
        [{source.headers[name]: row.get(name) for name in mapping.read_columns} for row in rows],
        schema={
            source.headers[name]: polars_type(source.columns[name]) for name in mapping.read_columns
        },
    )


def _first_line(table: str) -> str:
    return table.strip().splitlines()[0]


def _sorted_rows(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> list[tuple[Any, ...]]:
    return sorted((tuple(_to_local(row[name]) for name in names) for row in rows), key=repr)


def _to_local(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(ZoneInfo(LONDON)).replace(tzinfo=None)
    return value
