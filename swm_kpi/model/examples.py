"""Worked examples: tiny tables with the numbers they must give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from swm_kpi.calendar import Period
from swm_kpi.contracts import Column, ContractType
from swm_kpi.declaration import Declaration, Finding
from swm_kpi.errors import PeriodError, did_you_mean

_TRUTH = {"yes": True, "no": False, "true": True, "false": False}


class Example(Declaration):
    """A tiny table and the numbers a metric must give for it. Run as a test, shown on the page.

    Attributes:
        rows: a pipe table, header first, for the metric's first table; or one for each table by
            name. An empty cell is a missing value.
        expect: measure key to number, best written as the arithmetic that explains it (``1 + 1``).
            ``None`` where the measure has no number.
        period: the label of the period computed.
        shows: what a reader learns from it.
        trap: for a counter-example, the usual misreading that this example would catch.
    """

    rows: str | Mapping[str, str]
    expect: Mapping[str, float | None]
    period: str = "2024/25 Q1"
    description: str = ""
    edge_case: str = ""

    @classmethod
    def subject_of(cls, fields: dict[str, Any]) -> str:
        """Name it in a message."""
        return "Example"

    @property
    def when(self) -> Period:
        """The period computed."""
        return Period.parse(self.period)

    def tables(self, first: ContractType) -> dict[str, str]:
        """Return the pipe tables by table name; a lone one is of the first table."""
        return {first.table: self.rows} if isinstance(self.rows, str) else dict(self.rows)

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the example by itself."""
        if not self.expect:
            yield "expect", "it expects nothing", "Give at least one measure's number"
        try:
            Period.parse(self.period)
        except PeriodError as error:
            yield "period", str(error).rstrip("."), 'Write a label such as "2024/25 Q1"'


def parse_pipe_table(text: str, contract: ContractType) -> list[dict[str, Any]]:
    """Read a pipe table as typed rows.

    Raises:
        ValueError: a column is unknown, a cell is not of the column's type or outside its closed
            list; the message says which line.
    """
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    lines = [line for line in lines if set(line) - set("|-: ")]
    if not lines:
        raise ValueError("the table has no header")
    names = _cells(lines[0])
    for name in names:
        if name not in contract.columns:
            hint = did_you_mean(name, contract.columns)
            raise ValueError(f"{contract.__name__} has no column {name!r}. {hint}")
    rows = []
    for number, line in enumerate(lines[1:], start=1):
        cells = _cells(line)
        if len(cells) != len(names):
            raise ValueError(f"row {number} has {len(cells)} cells under {len(names)} headings")
        rows.append(
            {
                name: _parsed(cell, contract.columns[name], number)
                for name, cell in zip(names, cells, strict=True)
            }
        )
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]


def _parsed(cell: str, column: Column, number: int) -> Any:
    if not cell:
        return None
    try:
        value = _value(cell, column.dtype)
    except (ValueError, KeyError):
        word = column.dtype.__name__
        raise ValueError(f"row {number}: {cell!r} in {column.name} is not a {word}") from None
    if column.domain is not None and value not in column.domain:
        hint = did_you_mean(cell, map(str, column.domain))
        raise ValueError(f"row {number}: {cell!r} is not in the list of {column.name}. {hint}")
    return value


def _value(cell: str, dtype: type) -> Any:
    if dtype is bool:
        return _TRUTH[cell.lower()]
    if dtype is datetime:
        return datetime.fromisoformat(cell)
    if dtype is date:
        return date.fromisoformat(cell)
    return dtype(cell)
