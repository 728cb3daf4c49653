"""The rows of one measure of a result, and the series of one member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from swm_kpi.calendar import Period
from swm_kpi.contracts import ALL
from swm_kpi.errors import RequestError, did_you_mean
from swm_kpi.measures import Measure, StatementPeriod
from swm_kpi.model.metric import Break, Metric
from swm_kpi.vocabulary import Basis, Direction, Grain

Member = str | Mapping[str, str] | None
"""A member of the only breakdown, a member for each breakdown, or None for the total."""


@dataclass(frozen=True)
class MeasureSeries:
    """The rows of one measure at one grain.

    Attributes:
        ref: the ref of the measure.
        metric, measure: the definitions that the rows were computed from.
        by: the breakdowns of the result.
        rows: the rows of all members, in order of time.
    """

    ref: str
    metric: Metric
    measure: Measure
    by: tuple[str, ...]
    rows: pl.DataFrame

    @property
    def direction(self) -> Direction:
        """Which way is better."""
        return self.metric.direction_of(self.measure)

    def breaks_of(self, member: Member) -> list[Break]:
        """Return the declared breaks in the series of one member."""
        return self.metric.breaks_of(self.measure, self.parse_member(member))

    @property
    def grain(self) -> Grain:
        """The grain of the periods."""
        return Grain(str(self.rows["grain"][0]))

    @property
    def statement_period(self) -> StatementPeriod | None:
        """The time that the numbers cover, if they or their parts are from statements."""
        return next((part.statement_period for part in self.parts if part.statement_period), None)

    @property
    def parts(self) -> tuple[Measure, ...]:
        """The measure, and the measures that it is computed from."""
        keys = self.measure.depends_on
        inputs = (self.metric.measure(key, self.measure.basis) for key in keys)
        return (self.measure, *inputs)

    @property
    def unit(self) -> str:
        """The unit of the values."""
        return self.measure.resolved_unit.value

    def member_rows(self, member: Member) -> pl.DataFrame:
        """Return the rows of one member. A breakdown that it does not name is at its total.

        Raises:
            RequestError: a breakdown or a member is not in the result.
        """
        chosen = self.parse_member(member)
        return self.rows.filter(pl.lit(True), *(pl.col(k) == chosen.get(k, ALL) for k in self.by))

    def parse_member(self, member: Member) -> dict[str, str]:
        """Return the member of each named breakdown; empty for the total.

        Raises:
            RequestError: a breakdown or a member is not in the result, or a member is given as text
                and the result does not have exactly one breakdown.
        """
        if member is None:
            return {}
        if isinstance(member, str):
            if len(self.by) != 1:
                raise RequestError(
                    f"The result has {len(self.by)} breakdowns, so name the breakdown of the "
                    'member. Write member={"lpa": "North"}.'
                )
            member = {self.by[0]: member}
        for key, name in member.items():
            if key not in self.by:
                raise RequestError(
                    f"The result has no breakdown {key!r}. {_suggestion(key, self.by)}"
                )
            known = self.rows[key].unique().to_list()
            if name not in known:
                raise RequestError(f"No {key} is called {name!r}. {_suggestion(name, known)}")
        return dict(member)

    def periods(self) -> tuple[Period, ...]:
        """Return every period from the first to the last, with or without a row."""
        return self._periods

    @cached_property
    def _periods(self) -> tuple[Period, ...]:
        grain = self.grain
        known = self.rows.select("period_start", "period_end").unique().sort("period_start").rows()
        last = Period(grain, *known[-1])
        step = 1 if grain is Grain.ROLLING_12 else grain.months
        first = Period(grain, *known[0]).first_month
        starts = range(first, last.first_month + 1, step)
        return tuple(Period.from_first_month(grain, month) for month in starts)


def select_measure(
    frame: pl.DataFrame,
    by: tuple[str, ...],
    metrics: Mapping[str, Metric],
    *,
    measure: str | None,
    ref: str | None = None,
    basis: str | None = None,
    grain: str | None = None,
) -> MeasureSeries:
    """Return the rows of one measure.

    Args:
        frame: the table of a result.
        by: the breakdowns of the result.
        metrics: the metric that each ref was computed from, by ref.
        measure: the key of the measure; None for the headline of the only ref.
        ref: the ref; needed if several refs have a measure with this key.
        basis: ``force`` or ``proxy``; by default ``force`` if the result has it.
        grain: the grain; needed if the result has several.

    Raises:
        RequestError: no measure matches, or more than one does.
    """
    rows = frame
    if ref is not None:
        rows = _matching_rows(rows, "ref", ref)
    if measure is None:
        refs = rows["ref"].unique(maintain_order=True).to_list()
        if len(refs) != 1:
            raise RequestError(f"The result holds {len(refs)} refs. Give ref= or a measure's key.")
        keys = rows["measure"].unique(maintain_order=True).to_list()
        headline = _metric(metrics, refs[0]).headline_measure.key
        measure = headline if headline in keys else keys[0]
    rows = _matching_rows(rows, "measure", measure)
    refs = rows["ref"].unique(maintain_order=True).to_list()
    if len(refs) > 1:
        listed = ", ".join(map(repr, refs))
        raise RequestError(f"Refs {listed} each have a measure {measure!r}. Give ref=.")
    bases = rows["basis"].unique(maintain_order=True).to_list()
    if basis is None:
        basis = Basis.FORCE.value if Basis.FORCE.value in bases else bases[0]
    rows = _matching_rows(rows, "basis", basis)
    grains = rows["grain"].unique(maintain_order=True).to_list()
    if grain is None and len(grains) > 1:
        raise RequestError(
            f"The result has periods of several grains: {', '.join(grains)}. A series has one. "
            "Give grain=."
        )
    rows = _matching_rows(rows, "grain", grain or grains[0])
    metric = _metric(metrics, refs[0])
    rows = rows.sort("period_start", maintain_order=True)
    return MeasureSeries(refs[0], metric, metric.measure(measure, Basis(basis)), by, rows)


def _metric(metrics: Mapping[str, Metric], ref: str) -> Metric:
    if ref not in metrics:
        raise RequestError(
            f"The result does not hold the metric of ref {ref}. Use the result that compute() "
            "returned."
        )
    return metrics[ref]


def _matching_rows(rows: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    matching = rows.filter(pl.col(column) == name)
    if matching.is_empty():
        known = rows[column].unique(maintain_order=True).to_list()
        raise RequestError(f"The result has no {column} {name!r}. {_suggestion(str(name), known)}")
    return matching


def _suggestion(name: str, known: list[str] | tuple[str, ...]) -> str:
    return did_you_mean(name, known) + ("" if known else ".")
