"""The inputs of the site: a catalogue, and what its pages need besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from swm_kpi.force.makers import TableMaker
from swm_kpi.measures import Measure
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric, MetricAlias
from swm_kpi.site.synthetic_series import SyntheticSeries
from swm_kpi.vocabulary import Basis


@dataclass(frozen=True)
class SiteContext:
    """Everything from which the pages are generated.

    Attributes:
        catalogue: the metrics, tables and themes.
        series: the synthetic series that the page of each metric draws, by reference.
        changelog: the text of the changelog, for the history of each metric; empty if there is
            none.
        organisation: who publishes the site; empty if it is to be filled in by hand.
        contact: how to reach them; empty if it is to be filled in by hand.
        mappings: by table, what makes the tables of the force, for the origin of each column.
    """

    catalogue: Catalogue
    series: Mapping[str, SyntheticSeries] = field(default_factory=dict)
    changelog: str = ""
    organisation: str = ""
    contact: str = ""
    mappings: Mapping[str, TableMaker] = field(default_factory=dict)

    def measures(self, entry: CatalogueEntry, *bases: Basis) -> tuple[Measure, ...]:
        """Return the measures that an entry shows, on some bases or, without any, on both."""
        metric = self.catalogue.metric(entry)
        only = entry.only if isinstance(entry, MetricAlias) else ()
        return tuple(
            measure
            for measure in (metric.measures if metric is not None else ())
            if (not only or measure.key in only) and measure.basis in (bases or tuple(Basis))
        )

    def tables(self, entry: CatalogueEntry, *bases: Basis) -> tuple[str, ...]:
        """Return the names of the tables that an entry reads, in the order of its measures."""
        metric = self.catalogue.metric(entry)
        if metric is None:
            return ()
        names = {
            statistic.contract.table: None
            for shown_measure in self.measures(entry, *bases)
            for measure in _with_inputs(metric, shown_measure)
            for statistic in measure.statistics.values()
        }
        return tuple(names)

    def entries_reading(self, table: str) -> Iterator[CatalogueEntry]:
        """Yield each entry that reads a table."""
        yield from (entry for entry in self.catalogue if table in self.tables(entry))


def _with_inputs(metric: Metric, measure: Measure) -> tuple[Measure, ...]:
    """Return a measure and all measures that it depends on."""
    inputs = [metric.measure(key, measure.basis) for key in measure.depends_on]
    return (measure, *(part for direct in inputs for part in _with_inputs(metric, direct)))
