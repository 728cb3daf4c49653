"""A table after reading: encoded to its contract's types, validated, and ready to be scanned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

import polars as pl

from swm_kpi.contracts import Column, ContractType, TableMapping, status_column
from swm_kpi.coverage import Coverage
from swm_kpi.engine.execution.dialects import Dialect
from swm_kpi.engine.execution.engine_errors import translate_engine_errors
from swm_kpi.engine.execution.scans import POLARS, collect

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Table:
    """An encoded and validated table.

    Attributes:
        contract: the table's contract.
        lazy: the encoded columns, as a lazy frame of the engine that holds them. Dates and times
            are local time in Europe/London; a column whose instants are read also has them under
            the names that :mod:`~swm_kpi.engine.encoding.encode` gives.
        rows: how many rows it has.
        columns: the contract's columns that it has.
        broken: the columns that a violation touches, with the rule. Empty unless measures that read
            them are withheld.
        spans: first and last day of each date column that has any value.
        blank: the columns that have no value in any row.
        exact: the columns of times with an offset that tell rows or snapshots apart. Rows are
            compared by their instants, which are beside them.
        coverage: the days that the table covers, if the reader of the file knows them.
        notes: what a reader of a number must know about this table.
        dialect: the dialect of the engine that holds the rows; None for Polars.
        mapping: how a mapping made the table; None where none did.
        cache: narrow columns that earlier computations made from a table that does not change.
        may_repeat: whether it lacks the columns of every key and some rows are the same in all
            columns that are read, so that they may be one row twice.
    """

    contract: ContractType
    lazy: Any
    rows: int
    columns: frozenset[str]
    broken: dict[str, str] = field(default_factory=dict)
    spans: dict[str, tuple[date, date]] = field(default_factory=dict)
    blank: frozenset[str] = frozenset()
    coverage: Coverage | None = None
    notes: tuple[str, ...] = ()
    dialect: Dialect | None = None
    mapping: TableMapping | None = None
    cache: dict[Any, Any] = field(default_factory=dict)
    may_repeat: bool = False
    exact: frozenset[str] = frozenset()

    def extracted_on(self, as_at: date | None) -> date | None:
        """Return the day of extraction: the earlier of the caller's and the table's own."""
        column = self.contract.extraction_column
        days = [as_at] if as_at is not None else []
        if column is not None and column.name in self.spans:
            days.append(self.spans[column.name][0])
        return min(days, default=None)

    def why_missing(self, column: str) -> str:
        """Return why the table lacks a column, in words."""
        if self.mapping is not None and column in self.mapping.not_in_source:
            reason = self.mapping.not_in_source[column].rstrip(".")
            return (
                f"column {column!r} of table {self.contract.table!r} is not in the source: {reason}"
            )
        return f"table {self.contract.table!r} has no column {column!r}"

    @property
    def statuses(self) -> dict[str, Column]:
        """The status of each column with values that its mapping does not map, by its name."""
        names = () if self.mapping is None else self.mapping.counted_by_status
        columns = self.contract.columns
        return {name: status_column(columns[name]) for name in names if name in self.columns}

    @property
    def engine(self) -> str:
        """The name of the engine that holds the rows."""
        return self.dialect.name if self.dialect is not None else POLARS

    @property
    def adds_in_128_bits(self) -> bool:
        """Whether the engine adds whole numbers of 64 bits in a wider type."""
        return self.dialect is None or self.dialect.adds_in_128_bits

    def collect(self, query: Any, purpose: str) -> pl.DataFrame:
        """Run a query on this table and return its rows.

        Args:
            query: a lazy frame made from ``lazy``.
            purpose: why it is read, in a few words.

        Raises:
            InputError: the table cannot be read to its end.
        """
        return collect(query, self.contract.table, purpose, self.dialect)

    def run(self, work: Callable[[], _Answer]) -> _Answer:
        """Return what ``work`` returns; an error of the table's engine becomes an ``InputError``.

        Raises:
            InputError: the engine fails.
        """
        if self.dialect is None:
            return work()
        return translate_engine_errors(self.dialect.name, self.contract.table, work)
