"""``check_inputs``: which metrics can be computed from some tables, and what the others lack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from swm_kpi.engine.input.adapters import open_table
from swm_kpi.engine.plan.request import check_tables
from swm_kpi.engine.plan.selection import tables_of
from swm_kpi.errors import clear_tracebacks
from swm_kpi.measures import Measure
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric, reason_not_computed
from swm_kpi.model.plugins import catalogue as installed_catalogue
from swm_kpi.vocabulary import Basis


@dataclass(frozen=True)
class RefReadiness:
    """Whether one ref can be computed from some tables.

    Attributes:
        ref: the ref.
        title: its title.
        measures: keys of the measures that can be computed.
        lacking: in words, what the other measures lack. For a ref that is never computed, why.
    """

    ref: str
    title: str
    measures: tuple[str, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True)
class InputReadiness:
    """Which metrics can be computed from some tables, and what the others lack.

    Attributes:
        refs: one entry for each ref of the catalogue, in its order.
    """

    refs: tuple[RefReadiness, ...]

    @property
    def ready(self) -> tuple[str, ...]:
        """Refs of which every measure of the force's own records can be computed on some basis."""
        return tuple(ref.ref for ref in self.refs if ref.measures and not ref.lacking)

    @property
    def partial(self) -> tuple[str, ...]:
        """Refs of which some measures can be computed and others lack a table or column."""
        return tuple(ref.ref for ref in self.refs if ref.measures and ref.lacking)

    @property
    def not_ready(self) -> tuple[str, ...]:
        """Refs of which no measure can be computed."""
        return tuple(ref.ref for ref in self.refs if not ref.measures)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show the text, and not the fields, in a notebook."""
        printer.text(str(self))

    def __str__(self) -> str:
        lines = [
            f"{len(self.ready)} refs compute, {len(self.partial)} in part, "
            f"{len(self.not_ready)} not at all."
        ]
        for ref in self.refs:
            state = "computes" if ref.measures and not ref.lacking else "; ".join(ref.lacking)
            prefix = "in part: " if ref.measures and ref.lacking else ""
            lines.append(f"{ref.ref:>4}  {ref.title[:48]:<48}  {prefix}{state}")
        return "\n".join(lines)


@clear_tracebacks
def check_inputs(data: Mapping[str, Any], *, catalogue: Catalogue | None = None) -> InputReadiness:
    """Check which metrics can be computed from some tables. No row is read.

    Args:
        data: table name to table, as for ``compute``.
        catalogue: which metrics to check; by default the installed definitions.

    Raises:
        RequestError: no metric reads a table of that name.
        InputError: a table is of no supported type or cannot be opened.
    """
    definitions = catalogue if catalogue is not None else installed_catalogue()
    check_tables(data, definitions.contracts)
    columns = {name: frozenset(open_table(data[name], name, ()).names) for name in data}
    return InputReadiness(tuple(_check_ref(entry, definitions, columns) for entry in definitions))


def _check_ref(
    entry: CatalogueEntry, catalogue: Catalogue, columns: Mapping[str, frozenset[str]]
) -> RefReadiness:
    metric = catalogue.metric(entry)
    if metric is None:
        return RefReadiness(entry.ref, entry.name, (), (reason_not_computed(entry),))
    measures: dict[str, None] = {}
    missing: set[str] = set()
    for measure in metric.measures:
        lacks = _lacks(measure, metric, columns)
        if not lacks:
            measures[measure.key] = None
        missing |= lacks
    # Public data may stand in for a measure of the force's records, and only for that measure.
    of_force = {measure.key for measure in metric.measures if measure.basis is Basis.FORCE}
    needed = of_force or {measure.key for measure in metric.measures}
    lacking = () if needed <= set(measures) else tuple(sorted(missing))
    return RefReadiness(entry.ref, entry.name, tuple(measures), lacking)


def _lacks(measure: Measure, metric: Metric, columns: Mapping[str, frozenset[str]]) -> set[str]:
    """Return in words the tables and columns that a measure, or one that it depends on, lacks."""
    lacks = {f"needs table {name!r}" for name in tables_of(measure, metric) if name not in columns}
    for statistic in measure.statistics.values():
        table = statistic.contract.table
        absent = statistic.columns - columns.get(table, statistic.columns)
        lacks |= {f"table {table!r} needs column {name!r}" for name in absent}
    for key in measure.depends_on:
        lacks |= _lacks(metric.measure(key, measure.basis), metric, columns)
    return lacks
