"""Reading tables: open each input, encode its columns, and validate it against its contract."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol, assert_never, runtime_checkable

import narwhals as nw
import polars as pl

from swm_kpi.contracts import (
    STATUSES,
    Column,
    ContractError,
    ContractReport,
    ContractType,
    TableMapping,
    ValidatedTable,
    Violation,
    status_name,
)
from swm_kpi.contracts.schema import failing_rows
from swm_kpi.engine.encoding.encode import INSTANT, REPEATED, wrong_pandas_type
from swm_kpi.engine.execution.scans import collect
from swm_kpi.engine.input.adapters import (
    LocalSource,
    RemoteSource,
    ValidatedSource,
    check_names,
    open_table,
)
from swm_kpi.engine.input.remote_validation import RemoteValidation
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.input.validation_plan import plan_validation, run_validation
from swm_kpi.engine.plan.columns import ColumnsToRead
from swm_kpi.engine.plan.request import Request
from swm_kpi.errors import InputError, did_you_mean

_SAME = "same rows"
_ALIKE, _MISSPELT = 0.6, 0.82
MISSING = "the column is missing"
"""The rule that a table without a column breaks, in words."""


@runtime_checkable
class TablesWithReasons(Protocol):
    """A mapping of tables that knows why a table is absent, such as those of a force."""

    def reason_absent(self, table: str) -> str:
        """Return why a table is absent, in a sentence; empty if it is not."""


def reason_absent(data: object, table: str) -> str:
    """Return why a table is absent from the data of a request, in a sentence."""
    reason = data.reason_absent(table) if isinstance(data, TablesWithReasons) else ""
    return reason or f"Table {table!r} was not given."


def read_tables(
    data: Mapping[str, Any], request: Request, report_progress: Callable[[str], None]
) -> dict[str, Table]:
    """Read every table that the request needs and that ``data`` has.

    Args:
        data: table name to table, in any of the supported types.
        request: what to compute.
        report_progress: called with a few words before each table is read.

    Raises:
        ContractError: tables break their contracts, and the request does not withhold the measures
            concerned. Every failure of every table is in it.
        InputError: a table is of no supported type or cannot be read.
    """
    tables: dict[str, Table] = {}
    failures: list[ContractReport] = []
    for name, columns in request.columns.items():
        if name not in data:
            continue
        report_progress(f"checking {name}")
        table, report = read_table(data[name], request.contracts[name], columns)
        if columns.shown:
            table, report = _without_shown(table, report, columns.shown)
        if report.ok or request.withholds:
            table = replace(table, may_repeat=_may_repeat(table, columns.shown))
        if not report.ok and not request.withholds:
            failures.append(report)
        tables[name] = table
    if failures:
        raise ContractError(tuple(failures))
    return tables


def _without_shown(
    table: Table, report: ContractReport, shown: Collection[str]
) -> tuple[Table, ContractReport]:
    """Return a table and its report without what is wrong with columns that are only shown."""
    violations = tuple(
        violation
        for violation in report.violations
        if not set(violation.column.split(", ")) & set(shown)
    )
    broken = _broken_columns(violations)
    return replace(table, broken=broken), replace(report, violations=violations)


def _may_repeat(table: Table, shown: Collection[str] = ()) -> bool:
    """Return whether rows are the same in every column, in a table that lacks every key."""
    contract, columns = table.contract, table.columns.difference(shown)
    if not contract.keys or contract.keys_among(columns) or not columns:
        return False

    def query() -> bool:
        names = [name + INSTANT if name in table.exact else name for name in sorted(columns)]
        rows = nw.from_native(table.lazy).select(*names)
        groups = rows.group_by(*names).agg(nw.len().alias(_SAME))
        most = table.collect(groups.select(nw.col(_SAME).max()), "comparing rows")
        return bool((most.item() or 0) > 1)

    return table.run(query)


def read_table(
    frame: Any, contract: ContractType, columns: ColumnsToRead
) -> tuple[Table, ContractReport]:
    """Open one table, encode it and validate it.

    Args:
        frame: a table in any of the supported types.
        contract: the table's contract.
        columns: which columns to read.

    Raises:
        InputError: the input is of no supported type, cannot be read, or was validated against
            another contract.
    """
    source = open_table(frame, contract.table, columns.wanted)
    match source:
        case ValidatedSource():
            return _reuse(source, contract, columns.required)
        case RemoteSource():
            return _read_remote(source, contract, columns)
        case LocalSource():
            return _read_local(source, contract, columns)
        case _:
            assert_never(source)


def _read_local(
    source: LocalSource, contract: ContractType, columns: ColumnsToRead
) -> tuple[Table, ContractReport]:
    """Encode and validate a table in Polars."""
    check_names(source.names, contract)
    schema = tuple(source.lazy.collect_schema().items())
    plan = plan_validation(
        contract, schema, columns.instants, columns.identifying, as_text=source.as_text
    )
    encoded: pl.LazyFrame | pl.DataFrame = plan.encode(source.lazy)
    if source.in_memory:
        encoded = collect(encoded, contract.table, "encoding")
    checked = run_validation(encoded, plan, columns.windows)
    rows, violations = checked.rows, checked.violations
    violations += [
        Violation(
            name, wrong_pandas_type(contract.columns[name], types) if types else REPEATED, rows
        )
        for name, types in source.unusable.items()
    ]
    violations += _missing_columns(
        _stated(columns.required, source.mapping),
        contract,
        {*plan.columns, *source.unusable},
        rows,
        source.names,
    )
    violations += _custom_check_violations(encoded, contract, plan.usable)
    statuses = _statuses(source.mapping, plan.usable)
    table = Table(
        contract,
        encoded.lazy().select(*plan.encoded, pl.col(statuses).cast(pl.Enum(STATUSES))),
        rows,
        frozenset(plan.usable),
        _broken_columns(violations),
        checked.spans,
        checked.blank,
        source.coverage,
        source.notes,
        mapping=source.mapping,
        exact=checked.exact,
    )
    return table, _report(contract, rows, violations, source.names, plan.columns)


def _read_remote(
    source: RemoteSource, contract: ContractType, columns: ColumnsToRead
) -> tuple[Table, ContractReport]:
    """Encode and validate a table in the engine that holds it."""
    check_names(source.names, contract)
    statuses = _statuses(source.mapping, columns.wanted & contract.columns.keys())
    validation = source.run(lambda: RemoteValidation(source, contract, columns, statuses))
    rows = validation.rows
    violations = validation.violations
    violations += [Violation(name, REPEATED, rows) for name in sorted(source.repeated)]
    present = {*validation.columns, *source.repeated}
    required = _stated(columns.required, source.mapping)
    violations += _missing_columns(required, contract, present, rows, source.names)
    table = Table(
        contract,
        validation.lazy,
        rows,
        frozenset(validation.columns),
        _broken_columns(violations),
        validation.spans,
        validation.blank,
        source.coverage,
        dialect=source.dialect,
        mapping=source.mapping,
        exact=validation.exact,
    )
    return table, _report(contract, rows, violations, source.names, validation.columns)


def _reuse(
    source: ValidatedSource, contract: ContractType, required: Collection[str]
) -> tuple[Table, ContractReport]:
    """Return a table that was encoded and validated before."""
    validated: ValidatedTable = source.table
    if validated.contract != contract.__name__:
        raise InputError(
            f"Table {contract.table!r}: this table was validated as {validated.table!r}. "
            f"Validate it as {contract.table!r} first."
        )
    stated = _stated(required, validated.mapping)
    if validated.areas != contract.areas:
        raise InputError(
            f"Table {contract.table!r}: this table was validated with other areas or boundaries. "
            "Validate it with the contract of this catalogue."
        )
    missing = _missing_columns(stated, contract, validated.columns, 0, ())
    table = Table(
        contract,
        validated.frame if source.dialect is not None else validated.frame.lazy(),
        validated.rows,
        frozenset(validated.columns),
        _broken_columns(missing),
        dict(validated.spans),
        validated.blank,
        validated.coverage,
        validated.notes,
        source.dialect,
        validated.mapping,
        validated.kept,
        exact=validated.exact,
    )
    return table, ContractReport(contract.table, validated.rows, tuple(missing))


def _stated(required: Iterable[str], mapping: TableMapping | None) -> list[str]:
    """Return the columns that a table must have: not those that its source has no field for."""
    absent = () if mapping is None else mapping.not_in_source
    return [name for name in required if name not in absent]


def _statuses(mapping: TableMapping | None, columns: Collection[str]) -> list[str]:
    """Return the columns of statuses to read beside some columns of a table."""
    names = () if mapping is None else mapping.counted_by_status
    return [status_name(name) for name in names if name in columns]


def _missing_columns(
    required: Iterable[str],
    contract: ContractType,
    present: Collection[str],
    rows: int,
    names: Iterable[str],
) -> list[Violation]:
    """Return a violation for each column that is missing, with a name that may be it misspelt.

    A table may lack an optional column, unless another of its columns seems to be it misspelt.
    """
    # A name that only differs in case from one in use is another column of that name.
    in_use = {name.casefold() for name in present}
    others = {name for name in names if name.casefold() not in in_use} - contract.columns.keys()
    violations = []
    for name in required:
        if name not in present:
            is_optional = contract.columns[name].optional
            likeness = _MISSPELT if is_optional else _ALIKE
            suggestion = did_you_mean(name, others, likeness=likeness)
            is_near = suggestion.startswith("Did you mean")
            rule = f"{MISSING}. {suggestion}" if is_near else MISSING
            if is_near or not is_optional:
                violations.append(Violation(name, rule, rows))
    return violations


def _custom_check_violations(
    encoded: pl.LazyFrame | pl.DataFrame, contract: ContractType, usable: Mapping[str, Column]
) -> Iterator[Violation]:
    """Run the Pandera checks that the contract's author added to a column."""
    for name, column in usable.items():
        if column.checks is not None:
            query = encoded.lazy().select(name)
            series = collect(query, contract.table, "running the contract's own checks").to_series()
            for check, rows in failing_rows(series, column):
                yield Violation(name, f"fails {check}", rows)


def _broken_columns(violations: Iterable[Violation]) -> dict[str, str]:
    """Return the columns that violations touch; the first violation of a column explains it."""
    broken: dict[str, str] = {}
    for violation in violations:
        for name in violation.column.split(", "):
            broken.setdefault(name, f"{violation.column} {violation.rule}")
    return broken


def _report(
    contract: ContractType,
    rows: int,
    violations: Iterable[Violation],
    names: Iterable[str],
    columns: Collection[str],
) -> ContractReport:
    return ContractReport(
        contract.table,
        rows,
        tuple(sorted(violations)),
        tuple(sorted(set(names) - set(contract.columns))),
        tuple(name for name in contract.columns if name not in columns),
    )
