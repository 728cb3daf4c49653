"""``validate``: check one table against its contract, before or without computing anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import narwhals as nw

from swm_kpi.contracts import ContractReport, ContractType, ValidatedTable, Violation
from swm_kpi.engine.input.read import read_table
from swm_kpi.engine.input.table import Table
from swm_kpi.engine.plan.columns import all_columns
from swm_kpi.engine.plan.request import check_date
from swm_kpi.errors import RequestError, clear_tracebacks, did_you_mean
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.plugins import catalogue as installed_catalogue


@clear_tracebacks
def validate(
    frame: Any,
    contract: str | ContractType,
    *,
    strict: bool = False,
    as_at: Any = None,
    catalogue: Catalogue | None = None,
) -> ContractReport:
    """Check a whole table against its contract: every column and every rule, at once.

    Args:
        frame: a table of any type that ``compute`` accepts.
        contract: a table's name, such as ``"incident"``, or a contract.
        strict: refuse columns that are not in the contract; otherwise the report only lists them.
        as_at: the day the data were extracted. The report counts the rows that are dated later.
            A table with a column of its time of extraction does not need it.
        catalogue: where to look the name up; by default the installed definitions.

    Returns:
        A report with ``ok`` and ``violations`` (column, rule and number of rows).
        If it is ok, its ``table`` is the encoded table, which ``compute`` does not check again.

    Raises:
        RequestError: no metric reads a table of that name.
        InputError: the input is of no supported type or cannot be read.
    """
    if isinstance(contract, str):
        contract = _find_contract(contract, catalogue)
    table, report = read_table(frame, contract, all_columns(contract))
    report = replace(report, after_extraction=_rows_after(table, check_date(as_at, "as_at")))
    violations = report.violations
    if strict:
        violations += tuple(
            Violation(name, "the contract has no such column", report.rows)
            for name in report.extra_columns
        )
    validated = None if violations else _validated(table)
    return replace(report, violations=violations, _checked=validated)


def _rows_after(table: Table, as_at: date | None) -> dict[str, int]:
    """Count the rows dated after the day of extraction, by column, if there are any."""
    day = table.extracted_on(as_at)
    columns = {} if day is None else table.contract.columns
    names = [
        name
        for name, (_, last) in table.spans.items()
        if day is not None
        and last > day
        and not (columns[name].scheduled or columns[name].extraction)
    ]
    if not names:
        return {}

    def query() -> dict[str, int]:
        is_later = {name: nw.col(name).cast(nw.Date) > day for name in names}
        counts = nw.from_native(table.lazy).select(
            nw.when(later).then(nw.lit(1)).count().alias(name) for name, later in is_later.items()
        )
        return table.collect(counts, "looking for later rows").row(0, named=True)

    return {name: int(rows) for name, rows in sorted(table.run(query).items())}


def _find_contract(name: str, catalogue: Catalogue | None) -> ContractType:
    contracts = (catalogue if catalogue is not None else installed_catalogue()).contracts
    if name not in contracts:
        shown = name[:60]
        raise RequestError(f"No metric reads a table {shown!r}. {did_you_mean(shown, contracts)}")
    return contracts[name]


def _validated(table: Table) -> ValidatedTable:
    """Return a table for later requests: in memory, unless it stays in another engine."""
    in_polars = table.dialect is None
    return ValidatedTable(
        table.contract.__name__,
        table.contract.table,
        table.collect(table.lazy, "keeping the encoded table") if in_polars else table.lazy,
        tuple(sorted(table.columns)),
        table.coverage,
        table.notes,
        table.spans,
        table.blank,
        rows=table.rows,
        mapping=table.mapping,
        areas=table.contract.areas,
        exact=table.exact,
    )
