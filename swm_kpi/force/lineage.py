"""Lineage: from the columns of an extract to the measures that rest on them, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from swm_kpi.contracts import Column
from swm_kpi.mapping.english import describe_columns
from swm_kpi.mapping.mapping import Mapping as MappingOfTable
from swm_kpi.mapping.values import NotInSource
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric


@dataclass(frozen=True)
class LineageStep:
    """One way from a column of an extract to a measure.

    Attributes:
        source: the name of the extract; empty if the force has no mapping for the table.
        heading: the heading of the column in the extract; empty where no column is read, as for a
            constant or a column that is not in the source.
        table: the table of the contract.
        column: the column of the contract.
        made: how the column is made, in sentences.
        ref: the ref of a metric that reads the column.
        measure: the key of its measure; empty where only a breakdown reads the column.
    """

    source: str
    heading: str
    table: str
    column: str
    made: str
    ref: str
    measure: str


def iter_lineage(
    entries: Iterable[CatalogueEntry],
    catalogue: Catalogue,
    mappings: Mapping[str, MappingOfTable],
) -> Iterator[LineageStep]:
    """Yield every step to some entries of a catalogue, in their order."""
    words = {table: describe_columns(mapping) for table, mapping in mappings.items()}
    for entry in entries:
        metric = catalogue.metric(entry)
        if metric is None:
            continue
        for table, column, measure in _columns_read(metric):
            mapping = mappings.get(table)
            for heading in _headings(mapping, column):
                source = mapping.source.table if mapping is not None else ""
                made = words.get(table, {}).get(column, "No mapping makes the table.")
                yield LineageStep(source, heading, table, column, made, entry.ref, measure)


def describe_sources(
    entry: CatalogueEntry, catalogue: Catalogue, mappings: Mapping[str, MappingOfTable]
) -> list[tuple[str, str, str]]:
    """Return the extract, the column and how it is made, for each column that an entry reads."""
    rows: dict[tuple[str, str], tuple[str, str, str]] = {}
    for step in iter_lineage([entry], catalogue, mappings):
        name = f"{step.table}.{step.column}"
        rows.setdefault((step.table, step.column), (step.source or "none", name, step.made))
    return list(rows.values())


def _columns_read(metric: Metric) -> Iterator[tuple[str, str, str]]:
    """Yield the table and name of each column that a metric reads, with the measure."""
    for measure in metric.measures:
        read: dict[tuple[str, str], None] = {}
        inputs = [metric.measure(key, measure.basis) for key in measure.depends_on]
        for statistic in (s for part in (measure, *inputs) for s in part.statistics.values()):
            contract = statistic.contract
            read |= dict.fromkeys(
                (contract.table, name) for name in contract.columns if name in statistic.columns
            )
        yield from ((table, column, measure.key) for table, column in read)
    for contract in metric.contracts.values():
        for column, is_needed in metric.columns_read(contract).items():
            if not is_needed:
                yield contract.table, column, ""


def _headings(mapping: MappingOfTable | None, column: str) -> tuple[str, ...]:
    """Return the headings of the columns of the extract that a column is made from."""
    if mapping is None or isinstance(mapping.columns.get(column), NotInSource):
        return ("",)
    value = mapping.columns.get(column)
    parts = value.walk() if value is not None else ()
    names = dict.fromkeys(part.name for part in parts if isinstance(part, Column))
    return tuple(mapping.source.headers[name] for name in names) or ("",)
