"""What a pack tells: for each ref computed, its rows, its headline and what to call things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from swm_kpi.analysis.measure_series import MeasureSeries, select_measure
from swm_kpi.charts import Caption
from swm_kpi.contracts import ALL
from swm_kpi.formatting import decimal_places, format_number
from swm_kpi.measures import Measure
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.result import Result
from swm_kpi.vocabulary import Basis, Marker

SYNTHETIC = "Synthetic data: made up, and says nothing about any real police force"
NO_CONTROL = "none, because the data are made up."
BY = "lpa"


@dataclass(frozen=True)
class Told:
    """One ref that was computed.

    Attributes:
        entry: the ref.
        metric: what it computes.
        rows: its rows of the result.
        totals: those of the whole force, in the order of time.
    """

    entry: CatalogueEntry
    metric: Metric
    rows: pl.DataFrame
    totals: pl.DataFrame

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that were computed, in order."""
        pairs = self.rows.select("measure", "basis").unique(maintain_order=True).iter_rows()
        return tuple(self.metric.measure(key, Basis(basis)) for key, basis in pairs)

    @cached_property
    def headline(self) -> Measure | None:
        """The metric's headline, or else the first measure, of the force's records if it can be."""
        found = [
            each for each in self.measures if self.totals_of(each)["value"].is_not_null().any()
        ]
        own = [each for each in found if each.basis is Basis.FORCE] or found
        first = [each for each in own if each.key == self.metric.headline]
        return next(iter(first or own), None)

    def rows_of(self, measure: Measure) -> pl.DataFrame:
        """Return every row of a measure."""
        return self.rows.filter(pl.col("measure") == measure.key, pl.col("basis") == measure.basis)

    def totals_of(self, measure: Measure) -> pl.DataFrame:
        """Return the whole force's rows of a measure, in the order of time."""
        return self.totals.filter(
            pl.col("measure") == measure.key, pl.col("basis") == measure.basis
        )

    def areas(self, measure: Measure) -> pl.DataFrame:
        """Return the rows of the areas in the latest period in which any has a number."""
        rows = self.rows_of(measure)
        if BY not in rows.columns:
            return rows.clear()
        areas = rows.filter(pl.col(BY) != ALL)
        known = areas.filter(pl.col("value").is_not_null()).sort("period_end")
        return areas.filter(pl.col("period") == known["period"][-1]) if known.height else known

    def selected(self, measure: Measure) -> MeasureSeries:
        """Return the rows of a measure, ready to draw."""
        by = (BY,) if BY in self.rows.columns else ()
        metrics = {self.entry.ref: self.metric}
        return select_measure(
            self.rows, by, metrics, measure=measure.key, basis=measure.basis.value
        )

    def caption(self, measure: Measure) -> Caption:
        """Return what stands around a picture of a measure."""
        metric = f"Ref {self.entry.ref}: {self.entry.name}".rstrip(".")
        return Caption(measure.title, metric, (f"{SYNTHETIC}.",), NO_CONTROL)

    def shown(self, measure: Measure) -> list[tuple[str, str]]:
        """Return each period's label and number as readers see it, marker included."""
        totals = self.totals_of(measure)
        unit = measure.resolved_unit.value
        places = decimal_places(unit, totals["value"].to_list())
        cells = []
        for period, value, marker in totals.select("period", "value", "marker").iter_rows():
            number = "" if value is None else format_number(value, unit, places)
            cells.append((period, f"{number} {marker}".strip() or str(Marker.NOT_AVAILABLE)))
        return cells


@dataclass(frozen=True)
class Contents:
    """Everything a pack is written from.

    Attributes:
        catalogue: every ref, computed or not.
        result: what was computed.
        tables: name to number of rows of each table.
        first, last: the days asked for, both included.
        as_at: the day the data are said to have been extracted.
        scale, seed: how the synthetic force was made.
    """

    catalogue: Catalogue
    result: Result
    tables: Mapping[str, int]
    first: date
    last: date
    as_at: date
    scale: float
    seed: int

    @cached_property
    def told(self) -> tuple[Told, ...]:
        """Each ref of the result, in the catalogue's order."""
        return tuple(self._each())

    def _each(self) -> Iterator[Told]:
        frame = self.result.to_polars()
        total = frame.filter(pl.col(each) == ALL for each in self.result.by).sort(
            "period_end", maintain_order=True
        )
        parts = frame.partition_by("ref", as_dict=True, maintain_order=True)
        totals = total.partition_by("ref", as_dict=True, maintain_order=True)
        for entry in self.catalogue:
            metric = self.catalogue.metric(entry)
            key = (entry.ref,)
            if metric is not None and key in parts:
                yield Told(entry, metric, parts[key], totals[key])
