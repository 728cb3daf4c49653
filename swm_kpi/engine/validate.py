"""Validation and readiness by table name: what these tables are good for, before computing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from swm_kpi.contracts import ContractReport, ContractType
from swm_kpi.engine.input.adapters import column_names
from swm_kpi.engine.input.tables import validate as validate_contract
from swm_kpi.engine.plan.request import check_tables, tables_of
from swm_kpi.errors import RequestError, clear_tracebacks, did_you_mean
from swm_kpi.measures import Measure
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric, reason_not_computed
from swm_kpi.model.plugins import catalogue as installed


@clear_tracebacks
def validate(
    frame: Any,
    contract: str | ContractType,
    *,
    strict: bool = False,
    catalogue: Catalogue | None = None,
) -> ContractReport:
    """Check a table against its contract, every column and rule at once.

    Args:
        frame: a pandas or Polars frame, a pyarrow table, a path to a parquet or CSV file, or a
            table from ``open_data``.
        contract: a table's name, such as ``"incident"``, or a contract.
        strict: refuse columns that the contract does not know; otherwise they are only named.
        catalogue: where to look the name up; the installed one when left out.

    Returns:
        A report with ``ok``, ``violations`` (column, rule, rows; never a value) and, when it is
        ok, ``table``: checked and encoded, for ``compute`` to use without checking again.

    Raises:
        RequestError: no metric reads a table of that name.
        InputError: the input is of no supported type or cannot be read.
    """
    if isinstance(contract, str):
        known = (catalogue if catalogue is not None else installed()).contracts
        if contract not in known:
            shown = contract[:60]
            raise RequestError(f"No metric reads a table {shown!r}. {did_you_mean(shown, known)}")
        contract = known[contract]
    return validate_contract(frame, contract, strict=strict)


@dataclass(frozen=True)
class Ready:
    """Whether one ref computes from the tables given.

    Attributes:
        ref, title: the ref.
        measures: keys of the measures that compute.
        lacking: what the others lack, in words; for a ref that never computes, why.
    """

    ref: str
    title: str
    measures: tuple[str, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class InputReadiness:
    """Which metrics compute from some tables, and what the others lack."""

    refs: tuple[Ready, ...]

    @property
    def ready(self) -> tuple[str, ...]:
        """Refs of which every measure (on some basis) computes."""
        return tuple(each.ref for each in self.refs if each.measures and not each.lacking)

    @property
    def partial(self) -> tuple[str, ...]:
        """Refs of which some measures compute and some lack a table or column."""
        return tuple(each.ref for each in self.refs if each.measures and each.lacking)

    @property
    def not_ready(self) -> tuple[str, ...]:
        """Refs of which nothing computes."""
        return tuple(each.ref for each in self.refs if not each.measures)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Print what a notebook shows: the words, and not the fields."""
        printer.text(str(self))

    def __str__(self) -> str:
        lines = [
            f"{len(self.ready)} refs compute, {len(self.partial)} in part, "
            f"{len(self.not_ready)} not at all."
        ]
        for each in self.refs:
            state = "computes" if each.measures and not each.lacking else "; ".join(each.lacking)
            some = "in part: " if each.measures and each.lacking else ""
            lines.append(f"{each.ref:>4}  {each.title[:48]:<48}  {some}{state}")
        return "\n".join(lines)


@clear_tracebacks
def check_inputs(data: Mapping[str, Any], *, catalogue: Catalogue | None = None) -> InputReadiness:
    """Say which metrics the tables given allow, and what the others lack. No row is read.

    Args:
        data: table name to table, as for ``compute``.
        catalogue: whose metrics; the installed ones when left out.

    Raises:
        RequestError: a table is known to no metric.
        InputError: a table is of no supported type or cannot be opened.
    """
    plan = catalogue if catalogue is not None else installed()
    check_tables(data, plan.contracts)
    columns = {name: frozenset(column_names(table, name)) for name, table in data.items()}
    return InputReadiness(tuple(_ready(entry, plan, columns) for entry in plan))


def _ready(entry: CatalogueEntry, plan: Catalogue, columns: Mapping[str, frozenset[str]]) -> Ready:
    metric = plan.metric(entry)
    if metric is None:
        return Ready(entry.ref, entry.name, (), (reason_not_computed(entry),))
    served: list[str] = []
    lacking: dict[str, set[str]] = {}
    for measure in metric.measures:
        lacks = _lacks(measure, metric, columns)
        if not lacks:
            served.append(measure.key)
        lacking.setdefault(measure.basis.value, set()).update(lacks)
    # A basis that is served whole is enough; the other is only another source for the same thing.
    if served and any(not each for each in lacking.values()):
        return Ready(entry.ref, entry.name, tuple(dict.fromkeys(served)), ())
    missing = tuple(sorted(set().union(*lacking.values())))
    return Ready(entry.ref, entry.name, tuple(dict.fromkeys(served)), missing)


def _lacks(measure: Measure, metric: Metric, columns: Mapping[str, frozenset[str]]) -> set[str]:
    found = {f"needs table {name!r}" for name in tables_of(measure, metric) if name not in columns}
    for statistic in measure.statistics.values():
        table = statistic.contract.table
        absent = statistic.columns - columns.get(table, statistic.columns)
        found |= {f"table {table!r} needs column {name!r}" for name in absent}
    for key in measure.depends_on:
        found |= _lacks(metric.measure(key, measure.basis), metric, columns)
    return found
