"""The content of the demonstration: for each ref, its rows, its headline and its texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from swm_kpi.analysis.judgement import Judgements, describe_judgement
from swm_kpi.analysis.measure_series import MeasureSeries, select_measure
from swm_kpi.analysis.targets import Targets
from swm_kpi.charts import Caption
from swm_kpi.contracts import ALL
from swm_kpi.formatting import NumberFormat
from swm_kpi.measures import Measure
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.result import Result
from swm_kpi.vocabulary import Basis, Marker

SYNTHETIC = "Synthetic data: made up, and says nothing about any real police force"
NO_CONTROL = "none, because the data are made up."
BY = "lpa"


@dataclass(frozen=True)
class MetricSection:
    """One ref that was computed.

    Attributes:
        entry: its catalogue entry.
        metric: the metric that it computes.
        rows: its rows of the result.
        totals: its rows for the whole force, in the order of time.
    """

    entry: CatalogueEntry
    metric: Metric
    rows: pl.DataFrame
    totals: pl.DataFrame

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that were computed, in the order of the metric."""
        pairs = self.rows.select("measure", "basis").unique(maintain_order=True).iter_rows()
        return tuple(self.metric.measure(key, Basis(basis)) for key, basis in pairs)

    @cached_property
    def headline(self) -> Measure | None:
        """The headline of the metric, or the first measure with a number where it has none.

        Measures of the force's own records come before proxies.
        """
        with_numbers = [
            measure
            for measure in self.measures
            if self.totals_of(measure)["value"].is_not_null().any()
        ]
        own = [measure for measure in with_numbers if measure.basis is Basis.FORCE]
        candidates = own or with_numbers
        headlines = [measure for measure in candidates if measure.key == self.metric.headline]
        return next(iter(headlines or candidates), None)

    def rows_of(self, measure: Measure) -> pl.DataFrame:
        """Return every row of a measure."""
        return self.rows.filter(pl.col("measure") == measure.key, pl.col("basis") == measure.basis)

    def totals_of(self, measure: Measure) -> pl.DataFrame:
        """Return the rows of a measure for the whole force, in the order of time."""
        return self.totals.filter(
            pl.col("measure") == measure.key, pl.col("basis") == measure.basis
        )

    def areas(self, measure: Measure) -> pl.DataFrame:
        """Return the rows of the areas in the latest period in which any area has a number."""
        rows = self.rows_of(measure)
        if BY not in rows.columns:
            return rows.clear()
        areas = rows.filter(pl.col(BY) != ALL)
        known = areas.filter(pl.col("value").is_not_null()).sort("period_end")
        return areas.filter(pl.col("period") == known["period"][-1]) if known.height else known

    def series(self, measure: Measure) -> MeasureSeries:
        """Return the rows of a measure as a series for a chart."""
        by = (BY,) if BY in self.rows.columns else ()
        metrics = {self.entry.ref: self.metric}
        return select_measure(
            self.rows, by, metrics, measure=measure.key, basis=measure.basis.value
        )

    def caption(self, measure: Measure) -> Caption:
        """Return the title, subtitle and footnotes of the chart of a measure."""
        metric = f"Ref {self.entry.ref}: {self.entry.name}".rstrip(".")
        return Caption(measure.title, metric, (f"{SYNTHETIC}.",), NO_CONTROL)

    def formatted_totals(
        self, measure: Measure, *, names_time: bool = False
    ) -> list[tuple[str, str]]:
        """Return the label of each period with its formatted number and marker.

        Args:
            measure: the measure.
            names_time: whether a length of time has its unit, where no heading names it.
        """
        totals = self.totals_of(measure)
        unit = measure.resolved_unit.value
        number_format = NumberFormat.of(unit, totals["value"].to_list())
        text = number_format.text
        if names_time and number_format.is_time:
            text = number_format.text_with_unit
        cells = []
        for period, value, marker in totals.select("period", "value", "marker").iter_rows():
            number = "" if value is None else text(value)
            cells.append((period, f"{number} {marker}".strip() or str(Marker.NOT_AVAILABLE)))
        return cells


@dataclass(frozen=True)
class Contents:
    """The content of the demonstration.

    Attributes:
        catalogue: every ref, computed or not.
        result: the result of the computation.
        tables: the number of rows of each table, by name.
        first, last: the first and last day of the request, both inclusive.
        as_at: the day of extraction that the synthetic data represent.
        scale, seed: the arguments of ``generate_force``.
        targets: the targets that charts show.
    """

    catalogue: Catalogue
    result: Result
    tables: Mapping[str, int]
    first: date
    last: date
    as_at: date
    scale: float
    seed: int
    targets: Targets

    @cached_property
    def judgements(self) -> Judgements:
        """Whether each measure of the whole force got better or worse in a year."""
        totals = self.result.to_polars().filter(pl.col(key) == ALL for key in self.result.by)
        whole_force = Result(totals.drop(self.result.by), (), self.result.entries)
        return whole_force.judge(self.targets)

    @cached_property
    def judged(self) -> Mapping[tuple[str, str, str], str]:
        """The judgement of each measure in sentences, by ref, key and basis."""
        return {
            (row["ref"], row["measure"], row["basis"]): describe_judgement(row)
            for row in self.judgements.to_polars().iter_rows(named=True)
        }

    @cached_property
    def sections(self) -> tuple[MetricSection, ...]:
        """The section of each ref of the result, in the order of the catalogue."""
        return tuple(self._iter_sections())

    def _iter_sections(self) -> Iterator[MetricSection]:
        frame = self.result.to_polars()
        total_rows = frame.filter(pl.col(key) == ALL for key in self.result.by).sort(
            "period_end", maintain_order=True
        )
        rows = frame.partition_by("ref", as_dict=True, maintain_order=True)
        totals = total_rows.partition_by("ref", as_dict=True, maintain_order=True)
        for entry in self.catalogue:
            metric = self.catalogue.metric(entry)
            key = (entry.ref,)
            if metric is not None and key in rows:
                yield MetricSection(entry, metric, rows[key], totals[key])
