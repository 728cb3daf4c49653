"""Lineage: from the columns of an extract to the measures that rest on them, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from swm_kpi.force.makers import TableMaker, origins_of, words_of
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
    makers: Mapping[str, TableMaker],
) -> Iterator[LineageStep]:
    """Yield every step to some entries of a catalogue, in their order."""
    for entry in entries:
        metric = catalogue.metric(entry)
        if metric is None:
            continue
        for table, column, measure in _columns_read(metric):
            made = words_of(makers, table, column)
            for source, heading in origins_of(makers, table, column):
                yield LineageStep(source, heading, table, column, made, entry.ref, measure)


def describe_sources(
    entry: CatalogueEntry, catalogue: Catalogue, makers: Mapping[str, TableMaker]
) -> list[tuple[str, str, str]]:
    """Return the extract, the column and how it is made, for each column that an entry reads."""
    made: dict[str, str] = {}
    sources: dict[str, dict[str, None]] = {}
    for step in iter_lineage([entry], catalogue, makers):
        name = f"{step.table}.{step.column}"
        made.setdefault(name, step.made)
        sources.setdefault(name, {})[step.source or "none"] = None
    return [(" and ".join(sources[name]), name, words) for name, words in made.items()]


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
