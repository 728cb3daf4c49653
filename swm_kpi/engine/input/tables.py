"""Tables made ready: opened, encoded, and checked against their contracts in one pass."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from swm_kpi.contracts import Column, ContractReport, ContractType, ValidatedTable, Violation
from swm_kpi.contracts.schema import failing_rows
from swm_kpi.engine.backends.dialects import Engine, engine_of, through
from swm_kpi.engine.backends.scans import collect
from swm_kpi.engine.input.adapters import check_names, open_table
from swm_kpi.engine.input.checks import checked, plan_of
from swm_kpi.engine.input.remote_tables import RemoteTable
from swm_kpi.errors import InputError
from swm_kpi.expressions import DTYPE_WORDS


@dataclass(frozen=True)
class Table:
    """A table the engine can accumulate from.

    Attributes:
        contract: what its rows are.
        lazy: the encoded columns, as a lazy frame of the engine that holds them.
        rows: how many rows it has.
        columns: contract columns that it holds.
        broken: columns that a violation touches, with the rule; empty unless they are withheld.
        spans: first and last day of each date column that has any value.
        coverage: first and last day covered, where whoever read it knows.
        missing_months: the first day of each month within it that nothing was given for.
        missing_of: by breakdown and member, the further months that nothing was given for.
        notes: what readers of a number should be told.
        remote: whether the rows are in another engine, and stay there.
        kept: narrow columns worked out before, of a table that does not change.
    """

    contract: ContractType
    lazy: Any
    rows: int
    columns: frozenset[str]
    broken: dict[str, str] = field(default_factory=dict)
    spans: dict[str, tuple[date, date]] = field(default_factory=dict)
    coverage: tuple[date, date] | None = None
    missing_months: tuple[date, ...] = ()
    missing_of: Mapping[str, Mapping[str, tuple[date, ...]]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    remote: bool = False
    kept: dict[Any, Any] = field(default_factory=dict)


def prepare(
    given: Any,
    contract: ContractType,
    *,
    wanted: Collection[str],
    required: Collection[str],
    instants: Collection[str],
) -> tuple[Table, ContractReport]:
    """Open a table, encode it and check it.

    Args:
        given: one of the supported inputs.
        contract: the table's contract.
        wanted: columns to read and check where the table has them.
        required: columns that it is a violation not to have.
        instants: columns that elapsed time is measured from or to.

    Raises:
        InputError: it is of no supported type, cannot be read, or was checked for another table.
    """
    if isinstance(given, ValidatedTable):
        return _already_checked(given, contract, required)
    engine = engine_of(given)
    if engine is not None:
        return _remote(given, engine, contract, wanted, required, instants)
    raw = open_table(given, contract.table, wanted)
    check_names(raw.names, contract)
    schema = tuple(raw.lazy.collect_schema().items())
    plan = plan_of(contract, schema, frozenset(instants), as_text=raw.as_text)
    wide: pl.LazyFrame | pl.DataFrame = plan.applied(raw.lazy)
    if raw.in_memory:
        wide = collect(wide, contract.table, "encoding")
    rows, violations, spans = checked(wide, plan)
    violations += [
        Violation(
            name,
            f"holds several types, or one that cannot be read, or occurs twice; it should hold "
            f"{_word(contract, name)}",
            rows,
        )
        for name in raw.mixed
    ]
    violations += [
        Violation(name, "the column is missing", rows)
        for name in required
        if name not in plan.columns and name not in raw.mixed
    ]
    violations += list(_own_checks(wide, contract, plan.usable))
    table = Table(
        contract,
        wide.lazy().select(list(plan.encoded)),
        rows,
        frozenset(plan.usable),
        _broken_columns(violations),
        spans,
        raw.coverage,
        raw.missing_months,
        raw.missing_of,
        raw.notes,
    )
    report = ContractReport(
        contract.table,
        rows,
        tuple(sorted(violations)),
        tuple(sorted(set(raw.names) - set(contract.columns))),
        tuple(name for name in contract.columns if name not in plan.columns),
    )
    return table, report


def _remote(
    given: Any,
    engine: Engine,
    contract: ContractType,
    wanted: Collection[str],
    required: Collection[str],
    instants: Collection[str],
) -> tuple[Table, ContractReport]:
    """Encode and check a table where it is."""
    found = through(
        engine.name,
        contract.table,
        lambda: RemoteTable(given, engine, contract, wanted, instants),
    )
    missing = [
        Violation(name, "the column is missing", found.rows)
        for name in required
        if name not in found.given
    ]
    violations = [*found.violations, *missing]
    columns = frozenset(found.columns)
    broken = _broken_columns(violations)
    table = Table(contract, found.lazy, found.rows, columns, broken, found.spans, remote=True)
    report = ContractReport(
        contract.table,
        found.rows,
        tuple(sorted(violations)),
        tuple(sorted(set(found.names) - set(contract.columns))),
        tuple(name for name in contract.columns if name not in found.given),
    )
    return table, report


def validate(frame: Any, contract: ContractType, *, strict: bool = False) -> ContractReport:
    """Check a whole table against its contract, every column and rule of it.

    Args:
        frame: one of the inputs that ``compute`` takes.
        contract: the table's contract.
        strict: refuse columns that the contract does not know, which are otherwise only named.

    Returns:
        A report of counts. When it is ok, its ``table`` is the table encoded, to compute from
        without being checked again.

    Raises:
        InputError: the input is of no supported type or cannot be read.
    """
    times = {name for name, column in contract.columns.items() if column.dtype in (date, datetime)}
    names = set(contract.columns)
    table, report = prepare(
        frame, contract, wanted=names, required=contract.columns, instants=times
    )
    violations = report.violations
    if strict and report.extra_columns:
        rule = "the contract has no such column"
        violations += tuple(Violation(name, rule, report.rows) for name in report.extra_columns)
    checked = None
    if not violations:
        checked = ValidatedTable(
            contract.__name__,
            contract.table,
            table.lazy
            if table.remote
            else collect(table.lazy, contract.table, "keeping the encoded table"),
            tuple(sorted(table.columns)),
            table.coverage,
            table.missing_months,
            table.missing_of,
            table.notes,
            table.spans,
            rows=table.rows,
        )
    return ContractReport(
        report.name, report.rows, violations, report.extra_columns, report.not_given, checked
    )


def _already_checked(
    given: ValidatedTable, contract: ContractType, required: Collection[str]
) -> tuple[Table, ContractReport]:
    if given.contract != contract.__name__:
        raise InputError(
            f"Table {contract.table!r}: the table given was checked as {given.table!r}. "
            f"Validate it as {contract.table!r} first."
        )
    missing = [Violation(n, "the column is missing", 0) for n in required if n not in given.columns]
    remote = engine_of(given.frame) is not None
    table = Table(
        contract,
        given.frame if remote else given.frame.lazy(),
        given.rows,
        frozenset(given.columns),
        _broken_columns(missing),
        dict(given.spans),
        given.coverage,
        given.missing_months,
        given.missing_of,
        given.notes,
        remote=remote,
        kept=given.kept,
    )
    return table, ContractReport(contract.table, given.rows, tuple(missing))


def _own_checks(
    wide: pl.LazyFrame | pl.DataFrame, contract: ContractType, usable: dict[str, Column]
) -> Iterator[Violation]:
    """Run the Pandera checks that a contract's author added to a column."""
    for name, column in usable.items():
        if column.checks is not None:
            series = collect(
                wide.lazy().select(name), contract.table, "the contract's own checks"
            ).to_series()
            for check, rows in failing_rows(series, column):
                yield Violation(name, f"fails {check}", rows)


def _broken_columns(violations: list[Violation]) -> dict[str, str]:
    return {
        name: f"{each.column} {each.rule}"
        for each in reversed(violations)
        for name in each.column.split(", ")
    }


def _word(contract: ContractType, name: str) -> str:
    return DTYPE_WORDS[contract.columns[name].dtype]
