"""What the process charts of a result say of the latest complete periods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import polars as pl

from swm_kpi.analysis.comparison import ComparedRow
from swm_kpi.analysis.measure_series import MeasureSeries
from swm_kpi.analysis.process_charts import ProcessChart, Signal, build_process_chart
from swm_kpi.analysis.targets import Targets
from swm_kpi.contracts import ALL
from swm_kpi.model.metric import Metric
from swm_kpi.statistics import Assurance
from swm_kpi.vocabulary import Basis


class ChartWords(NamedTuple):
    """What a process chart says of the latest complete period.

    Attributes:
        signal: whether the series has changed lately.
        signal_since: the first period of that change; empty without one.
        target: the target in force; None without one.
        assurance: whether the target will be met; None without a target.
    """

    signal: str
    signal_since: str
    target: float | None
    assurance: str | None


def chart_words(chart: ProcessChart, row: ComparedRow) -> ChartWords:
    """Return what a chart says at the period of a row."""
    period, _ = row.series.rows[row.start]
    latest = chart.latest
    is_latest = latest is not None and latest["period"] == period.label
    signal = (chart.signal.value, chart.signal_since) if is_latest else (Signal.NO_LIMITS.value, "")
    in_force = [target for target in chart.targets if target.applies_to(period)]
    if not in_force:
        return ChartWords(*signal, None, None)
    assurance = chart.assurance if is_latest else ""
    return ChartWords(*signal, float(in_force[-1].value), assurance or Assurance.CANNOT_TELL.value)


class Charts:
    """The process charts of a result, each series of a measure selected once."""

    def __init__(
        self,
        frame: pl.DataFrame,
        by: tuple[str, ...],
        metrics: Mapping[str, Metric],
        targets: Targets | None,
        policy: str,
    ) -> None:
        self._by = by
        self._metrics = metrics
        self._targets = targets
        self._policy = policy
        self._rows = frame.partition_by(
            "ref", "measure", "basis", "grain", *by, as_dict=True, maintain_order=True
        )
        self._charts: dict[tuple[str, ...], ProcessChart] = {}

    def of(self, name: tuple[str, ...]) -> ProcessChart:
        """Return the chart of one series: its ref, measure, basis, grain and members."""
        if name not in self._charts:
            ref, measure, basis, _, *members = name
            metric = self._metrics[ref]
            series = MeasureSeries(
                ref,
                metric,
                metric.measure(measure, Basis(basis)),
                self._by,
                self._rows[name].sort("period_start", maintain_order=True),
            )
            self._charts[name] = build_process_chart(
                series,
                member={
                    breakdown: member
                    for breakdown, member in zip(self._by, members, strict=True)
                    if member != ALL
                },
                target=self._targets,
                policy=self._policy,
            )
        return self._charts[name]
