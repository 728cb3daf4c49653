"""What validation found: counts and names, never a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from swm_kpi.errors import DataError


@dataclass(frozen=True, order=True)
class Violation:
    """One rule of a contract broken by some rows of a table.

    Attributes:
        column: the column, or several joined with commas.
        rule: the rule, in words.
        rows: how many rows break it; the whole table where a column is missing or of another type.
    """

    column: str
    rule: str
    rows: int

    def __str__(self) -> str:
        return f"{self.column}: {self.rule} ({self.rows:,} {'row' if self.rows == 1 else 'rows'})"


@dataclass(frozen=True)
class ValidatedTable:
    """A table that its contract has passed, kept encoded so that it is not checked again.

    Attributes:
        contract: the contract's class name.
        table: the name it has in ``compute``'s data.
        frame: a Polars frame, or the engine's own where the table stays in another. Times are
            local wall clock in Europe/London.
        columns: the contract's columns that it holds.
        coverage: first and last day the rows cover, where whoever read the file knows it.
        missing_months: the first day of each month within it that nothing was given for.
        missing_of: by breakdown and member, the further months that nothing was given for.
        notes: what readers of a number should be told about this table.
        spans: first and last day of each date column that has any value.
        rows: how many rows it has.
        kept: narrow columns that computations worked out, for the next one.
    """

    contract: str
    table: str
    frame: Any = field(repr=False)
    columns: tuple[str, ...]
    coverage: tuple[date, date] | None = None
    missing_months: tuple[date, ...] = ()
    missing_of: Mapping[str, Mapping[str, tuple[date, ...]]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    spans: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    rows: int = 0
    kept: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)


class ContractError(DataError):
    """Tables break their contracts. Every failure of every table is here.

    Attributes:
        reports: one report for each table that failed.
    """

    def __init__(self, reports: tuple[ContractReport, ...]) -> None:
        self.reports = reports
        super().__init__("\n".join(str(report) for report in reports))

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[ContractReport, ...]]]:
        """Let it cross from one process to another whole."""
        return type(self), (self.reports,)


@dataclass(frozen=True)
class ContractReport:
    """The result of checking one table against its contract.

    Attributes:
        name: the table's name.
        rows: how many rows it has.
        violations: every rule broken, sorted.
        extra_columns: columns the contract does not know, which nothing reads.
        not_given: contract columns that the table does not have.
    """

    name: str
    rows: int
    violations: tuple[Violation, ...]
    extra_columns: tuple[str, ...] = ()
    not_given: tuple[str, ...] = ()
    _checked: ValidatedTable | None = field(default=None, repr=False)

    @property
    def ok(self) -> bool:
        """Whether the table keeps every rule."""
        return not self.violations

    @property
    def table(self) -> ValidatedTable:
        """The table, checked and encoded, to hand to ``compute``.

        Raises:
            ContractError: the table has violations.
        """
        if self._checked is None:
            raise ContractError((self,))
        return self._checked

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Print what a notebook shows: the words, and not the fields."""
        printer.text(str(self))

    def __str__(self) -> str:
        head = f"Table {self.name!r} ({self.rows:,} rows)"
        if self.ok:
            return f"{head} keeps its contract."
        lines = [f"{head} breaks its contract:"]
        lines += [f"  {each}" for each in self.violations]
        return "\n".join(lines)
