"""Worked examples: small tables with the numbers that a metric must compute from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from swm_kpi.calendar import Period
from swm_kpi.contracts import Column, ContractType
from swm_kpi.declaration import Declaration, Finding
from swm_kpi.errors import PeriodError, did_you_mean
from swm_kpi.expressions import DTYPE_WORDS

_BOOLEANS = {"yes": True, "no": False, "true": True, "false": False}


class Example(Declaration):
    """A small table and the numbers that a metric must compute from it.

    ``swm-kpi check`` and the tests compute every example; the metric's page shows it.

    Attributes:
        rows: a pipe table with a header row, for the first table that the metric reads; or one
            pipe table for each table name. An empty cell is a missing value.
        expect: the value of each measure, by measure key. Write the arithmetic that explains the
            value, such as ``1 + 1``. Write None where the measure has no value.
        period: the label of the period to compute.
        description: what the example shows a reader.
        edge_case: the mistake that this example would catch, such as a row that looks as if it
            counts but does not.

    Raises:
        DefinitionError: nothing is expected, or the period is not a label.
    """

    rows: str | Mapping[str, str]
    expect: Mapping[str, float | None]
    period: str = "2024/25 Q1"
    description: str = ""
    edge_case: str = ""

    @classmethod
    def subject_of(cls, fields: dict[str, Any]) -> str:
        """Name the declaration in a message."""
        return "Example"

    @property
    def computed_period(self) -> Period:
        """The period to compute."""
        return Period.parse(self.period)

    def tables(self, first: ContractType) -> dict[str, str]:
        """Return the pipe tables by table name. A single one belongs to the ``first`` table."""
        return {first.table: self.rows} if isinstance(self.rows, str) else dict(self.rows)

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the example on its own."""
        if not self.expect:
            yield "expect", "it expects nothing", "Give the value of at least one measure"
        try:
            Period.parse(self.period)
        except PeriodError as error:
            yield "period", str(error).rstrip("."), 'Write a label such as "2024/25 Q1"'


def parse_pipe_table(text: str, contract: ContractType) -> list[dict[str, Any]]:
    """Parse a pipe table into rows: one dictionary for each line, column name to typed value.

    Raises:
        ValueError: there is no header, a column is unknown, or a cell has the wrong type or is not
            in the column's closed list. The message names the row.
    """
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    lines = [line for line in lines if set(line) - set("|-: ")]
    if not lines:
        raise ValueError("the table has no header")
    names = _split_cells(lines[0])
    for name in names:
        if name not in contract.columns:
            hint = did_you_mean(name, contract.columns)
            raise ValueError(f"{contract.__name__} has no column {name!r}. {hint}")
    rows = []
    for number, line in enumerate(lines[1:], start=1):
        cells = _split_cells(line)
        if len(cells) != len(names):
            raise ValueError(f"row {number} has {len(cells)} cells for {len(names)} columns")
        rows.append(
            {
                name: _parse_cell(cell, contract.columns[name], number)
                for name, cell in zip(names, cells, strict=True)
            }
        )
    return rows


def _split_cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]


def _parse_cell(cell: str, column: Column, number: int) -> Any:
    if not cell:
        return None
    try:
        value = _convert(cell, column.dtype)
    except (ValueError, KeyError):
        expected = DTYPE_WORDS[column.dtype]
        raise ValueError(f"row {number}: {cell!r} in {column.name} is not {expected}") from None
    if column.domain is not None and value not in column.domain:
        hint = did_you_mean(cell, map(str, column.domain))
        raise ValueError(
            f"row {number}: {cell!r} is not in the closed list of {column.name}. {hint}"
        )
    return value


def _convert(cell: str, dtype: type) -> Any:
    if dtype is bool:
        return _BOOLEANS[cell.lower()]
    if dtype is datetime:
        return datetime.fromisoformat(cell)
    if dtype is date:
        return date.fromisoformat(cell)
    return dtype(cell)
