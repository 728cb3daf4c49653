"""Selecting the metrics and measures that a request computes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from swm_kpi.errors import RequestError
from swm_kpi.measures import Measure, Statistic
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric, reason_not_computed
from swm_kpi.vocabulary import Basis


@dataclass(frozen=True)
class SelectedMetric:
    """A metric to compute, under the ref that the request names.

    Attributes:
        entry: what the request names: a metric or an alias.
        metric: the metric that is computed.
        measures: its measures on a basis that the data have tables for, in the metric's order.
    """

    entry: CatalogueEntry
    metric: Metric
    measures: tuple[Measure, ...]

    def with_assumptions(self, assumptions: Mapping[str, Any]) -> SelectedMetric:
        """Return the same metric with some of its assumptions replaced."""
        if not assumptions:
            return self
        replaced = {
            (measure.key, measure.basis): measure.overridden(assumptions)
            for measure in self.metric.measures
        }
        metric = self.metric.model_copy(update={"measures": tuple(replaced.values())})
        measures = tuple(replaced[measure.key, measure.basis] for measure in self.measures)
        return SelectedMetric(self.entry, metric, measures)


def select_metrics(
    names: Sequence[str | CatalogueEntry] | None, catalogue: Catalogue, tables: Collection[str]
) -> list[SelectedMetric]:
    """Find the metrics that a request names.

    Args:
        names: refs, keys or metrics; None for every metric that can be computed.
        catalogue: where to look them up.
        tables: names of the tables in the data.

    Raises:
        RequestError: a name is unknown or repeated, its metric cannot be computed, or the data have
            none of the tables that it reads.
    """
    present = set(tables)
    selected: list[SelectedMetric] = []
    for name in catalogue if names is None else names:
        if not isinstance(name, str | CatalogueEntry):
            kind = type(name).__name__
            raise RequestError(f"A metric is named by a text, not {kind}. Write ['15'].")
        entry = name if isinstance(name, CatalogueEntry) else catalogue[name]
        if any(entry is metric.entry for metric in selected):
            raise RequestError(f"Metric {entry.ref} is named twice. List each metric once.")
        metric = catalogue.metric(entry)
        if metric is None:
            if names is None:
                continue
            reason = reason_not_computed(entry)
            raise RequestError(f"Ref {entry.ref} cannot be computed: {reason}.")
        measures = _measures_with_tables(_measures_of(entry, metric), present)
        if names is not None and not any(
            tables_of(measure, metric) & present for measure in measures
        ):
            needed = ", ".join(repr(table) for table in metric.contracts)
            raise RequestError(
                f"Metric {entry.ref} ({entry.name}) reads table {needed}, and none is in "
                "data. Pass it under that name."
            )
        selected.append(SelectedMetric(entry, metric, measures))
    if not selected:
        raise RequestError("The request names no metric. Give refs or keys, or None for all.")
    return selected


def statistics_by_table(metrics: Sequence[SelectedMetric]) -> dict[str, dict[str, Statistic]]:
    """Return the statistics to compute from each table; equal ones are computed once."""
    statistics: dict[str, dict[str, Statistic]] = {}
    for selected in metrics:
        bases = {measure.basis for measure in selected.measures}
        for measure in selected.metric.measures:
            if measure.basis in bases:
                needed = (*measure.statistics.values(), *measure.row_statistics.values())
                for statistic in needed:
                    of_table = statistics.setdefault(statistic.contract.table, {})
                    of_table.setdefault(statistic.key, statistic)
    return statistics


def tables_of(measure: Measure, metric: Metric) -> set[str]:
    """Return the names of every table that a measure, or one that it depends on, reads."""
    tables = {statistic.contract.table for statistic in measure.statistics.values()}
    for key in measure.depends_on:
        tables |= tables_of(metric.measure(key, measure.basis), metric)
    return tables


def _measures_of(entry: CatalogueEntry, metric: Metric) -> tuple[Measure, ...]:
    only = getattr(entry, "only", ())
    return tuple(measure for measure in metric.measures if not only or measure.key in only)


def _measures_with_tables(measures: tuple[Measure, ...], present: set[str]) -> tuple[Measure, ...]:
    """Leave out a basis whose own tables are all absent, if another basis has some of its own."""
    available = {
        measure.basis
        for measure in measures
        if measure.contract is not None and measure.contract.table in present
    }
    kept = [measure for measure in measures if measure.basis in (available or {Basis.FORCE})]
    # Each proxy has another source: a source that is absent is not missed if another is present.
    return tuple(
        measure
        for measure in kept
        if measure.basis is Basis.FORCE
        or measure.contract is None
        or measure.contract.table in present
    )
