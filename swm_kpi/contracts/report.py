"""The results of validation: counts and column names, and no value but codes of areas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from swm_kpi.coverage import Coverage
from swm_kpi.errors import DataError


@dataclass(frozen=True, order=True)
class Violation:
    """One rule of a contract that some rows of a table break.

    Attributes:
        column: the name of the column, or several names joined with commas.
        rule: the rule, in words.
        rows: the number of rows that break it; all rows where the column is missing or has another
            type.
        values: in a column of areas, the values that are no areas, in words. Other columns show
            no value.
    """

    column: str
    rule: str
    rows: int
    values: str = field(default="", compare=False)

    def __str__(self) -> str:
        rows = f"{self.rows:,} {'row' if self.rows == 1 else 'rows'}"
        return f"{self.column}: {self.rule} ({rows})" + (f": {self.values}" if self.values else "")


@dataclass(frozen=True)
class TableMapping:
    """How a mapping made a table: what the readers of its numbers must know.

    Attributes:
        definition: the mapping, as ``table@version#hash``.
        unmapped: by column, the rows with a value in the source that the mapping does not map.
        other: by column, the rows with such a value that became the mapping's ``other``.
        not_in_source: by column, why the source has no field for it.
        with_status: the columns beside which the table has a column of their status.
    """

    definition: str
    unmapped: Mapping[str, int] = field(default_factory=dict)
    other: Mapping[str, int] = field(default_factory=dict)
    not_in_source: Mapping[str, str] = field(default_factory=dict)
    with_status: tuple[str, ...] = ()

    @property
    def counted_by_status(self) -> tuple[str, ...]:
        """The columns with a status beside them, and with values that the mapping does not map."""
        return tuple(
            name for name in self.with_status if self.unmapped.get(name) or self.other.get(name)
        )


@dataclass(frozen=True)
class ValidatedTable:
    """A table that passed its contract, stored encoded so that it is not validated again.

    Attributes:
        contract: the contract's class name.
        table: its name in the ``data`` of ``compute``.
        frame: a Polars frame, or the frame of another engine where the table stays in it. Times
            are local wall-clock times in Europe/London.
        columns: the columns of the contract that the table has.
        coverage: the days that the table covers, where the reader of the file knows them.
        notes: sentences about this table for the readers of a number.
        spans: the first and last day in each date column that has any value.
        blank: the columns that have no value in any row.
        rows: the number of rows.
        mapping: how a mapping made the table; None where none did.
        areas: what identifies the areas that its columns have; empty for those declared.
        exact: the columns of times with an offset, of which rows are compared by instant.
        kept: a cache of columns that computations derive, for the next computation.
    """

    contract: str
    table: str
    frame: Any = field(repr=False)
    columns: tuple[str, ...]
    coverage: Coverage | None = None
    notes: tuple[str, ...] = ()
    spans: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    blank: frozenset[str] = frozenset()
    rows: int = 0
    mapping: TableMapping | None = None
    areas: str = ""
    exact: frozenset[str] = frozenset()
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)


class ContractError(DataError):
    """One or more tables break their contracts.

    Attributes:
        reports: one report for each table that breaks its contract.
    """

    def __init__(self, reports: tuple[ContractReport, ...]) -> None:
        self.reports = reports
        super().__init__("\n".join(str(report) for report in reports))

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[ContractReport, ...]]]:
        """Keep the reports when the error is pickled, as between processes."""
        return type(self), (self.reports,)


@dataclass(frozen=True)
class ContractReport:
    """The result of validating one table against its contract.

    Attributes:
        name: the table's name.
        rows: the number of rows.
        violations: every broken rule, sorted.
        extra_columns: columns that are not in the contract. Nothing reads them.
        not_given: columns of the contract that the table does not have.
        after_extraction: by date column, the number of rows dated after the day of extraction.
            No number counts them. Columns of deadlines are left out.
    """

    name: str
    rows: int
    violations: tuple[Violation, ...]
    extra_columns: tuple[str, ...] = ()
    not_given: tuple[str, ...] = ()
    after_extraction: Mapping[str, int] = field(default_factory=dict, hash=False)
    _checked: ValidatedTable | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the table keeps every rule of its contract."""
        return not self.violations

    @property
    def table(self) -> ValidatedTable:
        """The validated table, to pass to ``compute``.

        Raises:
            ContractError: the table has violations.
        """
        if self._checked is None:
            raise ContractError((self,))
        return self._checked

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Print the report as text in a notebook."""
        printer.text(str(self))

    def __str__(self) -> str:
        head = f"Table {self.name!r} ({self.rows:,} rows)"
        lines = [f"{head} keeps its contract." if self.ok else f"{head} breaks its contract:"]
        lines += [f"  {violation}" for violation in self.violations]
        lines += [
            f"  {column}: {rows:,} {'row is' if rows == 1 else 'rows are'} dated after the "
            "extraction, and in no number"
            for column, rows in self.after_extraction.items()
        ]
        return "\n".join(lines)
