"""The tidy table a computation returns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.analysis.comparison import MIN_COUNT, Comparison, compare
from swm_kpi.analysis.measure_series import MeasureSeries, Member, select_measure
from swm_kpi.analysis.process_charts import ProcessChart, Target, build_process_chart
from swm_kpi.charts import (
    WIDTH,
    Caption,
    Chart,
    members_chart,
    series_chart,
    small_multiples_chart,
    year_on_year_chart,
)
from swm_kpi.disclosure import DisclosurePolicy, DisclosureRisk, differencing_risks, protect_frame
from swm_kpi.errors import MissingExtra, RequestError, did_you_mean
from swm_kpi.measures import Measure
from swm_kpi.model.metric import Break, CatalogueEntry, Metric
from swm_kpi.output import Pack, pack_table, publish
from swm_kpi.output.to_pandas import pandas_table
from swm_kpi.provenance import Provenance
from swm_kpi.vocabulary import Basis, Grain

BEFORE = ("ref", "metric", "measure", "basis", "grain", "period", "period_start", "period_end")
AFTER = (
    "value", "unit", "numerator", "denominator", "lower", "upper", "marker", "note", "definition",
    "as_at",
)  # fmt: skip

_KINDS = {
    "series": {"member", "target", "recalculate_from"},
    "members": {"by", "period", "order"},
    "small_multiples": {"by"},
    "year_on_year": {"member"},
}


@dataclass(frozen=True)
class Subject:
    """One ref of a result.

    Attributes:
        entry: the ref that was asked for: a metric or an alias.
        metric: what was computed for it, with the assumptions it was computed with.
    """

    entry: CatalogueEntry
    metric: Metric


class Result:
    """One row for each measure, period and member of the breakdowns asked for.

    Columns: ``ref, metric, measure, basis, grain, period, period_start, period_end``, the
    breakdowns, ``value, unit, numerator, denominator, lower, upper, marker, note, definition,
    as_at``. ``period_end`` is the last day. A breakdown is ``All`` in a total. ``value`` is null
    where ``marker`` says why. Proportions are from 0 to 1. ``lower`` and ``upper`` are the limits
    of the value's 95% confidence interval, in its unit: null where the value is, and where its kind
    of measure has none, as the class of the kind says.

    Args:
        frame: the table.
        by: the breakdowns, in the order of their columns.
        subjects: what each ref is, by ref.
        policy: the disclosure policy that the numbers went through; None for none.
        provenance: what the numbers were computed from, where that is known; or what tells it,
            called once, when it is first asked for.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        by: tuple[str, ...] = (),
        subjects: Mapping[str, Subject] | None = None,
        *,
        policy: DisclosurePolicy | None = None,
        provenance: Provenance | Callable[[], Provenance] | None = None,
    ) -> None:
        self.by = by
        self.policy = policy
        self._provenance = provenance
        self.subjects = dict(subjects or {})
        self._frame = frame[[*BEFORE, *by, *AFTER]]

    @property
    def provenance(self) -> Provenance | None:
        """What the numbers were computed from, and by what; None where that is not known."""
        if callable(self._provenance):
            self._provenance = self._provenance()
        return self._provenance

    def __len__(self) -> int:
        return self._frame.height

    def __repr__(self) -> str:
        rows, refs = len(self), self._frame["ref"].n_unique()
        by = f" by {', '.join(self.by)}" if self.by else ""
        counts = f"{rows:,} row{'' if rows == 1 else 's'}, {refs} ref{'' if refs == 1 else 's'}"
        return f"Result({counts}{by})"

    def _repr_html_(self) -> str:
        """Return the first rows as a notebook shows them."""
        return pack_table(self._pack())

    def measure(self, ref: str, key: str, basis: str | Basis = Basis.FORCE) -> Measure:
        """Return the declaration that a ref's rows of one measure were computed from."""
        return self.subjects[ref].metric.measure(key, Basis(basis))

    def protect(self, policy: DisclosurePolicy) -> Result:
        """Return the result with small numbers hidden and the rest rounded, fit to be shown.

        A hidden number has the marker ``[c]`` and its note says why. Further numbers are hidden
        where a hidden one could be worked out from totals, periods or measures of this result.
        Disclose everything that is published together at once: what two releases tell together is
        not seen here. ``result.differencing_risks(earlier)`` looks for it.

        Args:
            policy: what is hidden and how the rest is rounded; the new result remembers it.

        Raises:
            RequestError: it has been disclosed already, is empty, does not know its metrics, or has
                more than 25,000 small counts. Some thousands take seconds, and a terminal is told
                how far it has come.
        """
        if not isinstance(policy, DisclosurePolicy):
            raise RequestError("policy is not a DisclosurePolicy. Give DisclosurePolicy(...).")
        if self.policy is not None:
            raise RequestError(
                "This result has been disclosed already, and rounding twice is rounding wrongly. "
                "Disclose the result that compute() returned."
            )
        frame = protect_frame(self._frame, self.by, self._metrics, policy)
        told = self.provenance.without_counts() if self.provenance is not None else None
        return Result(frame, self.by, self.subjects, policy=policy, provenance=told)

    def differencing_risks(
        self, other: Result, *, policy: DisclosurePolicy | None = None
    ) -> tuple[DisclosureRisk, ...]:
        """Say where this release and another tell a small number together: a warning, not a proof.

        In what is said, the first release is this one and the second the other.

        Args:
            other: an earlier release, as it was published.
            policy: what is small; this result's own policy when left out.

        Raises:
            RequestError: no policy is given and this result has gone through none.
        """
        return differencing_risks(self, other, policy)

    def compare(self, against: str, *, min_count: float = MIN_COUNT) -> Comparison:
        """Set each row against an earlier time, where that may lawfully be done.

        Only what the result holds is used: compute the earlier periods with it. Nothing is
        compared across a declared break in the series, or with a provisional period.

        Args:
            against: ``previous_period``, ``previous_year``, ``three_year_average``,
                ``year_to_date`` or ``rolling_12``.
            min_count: the smallest earlier count for which a percentage change is given.

        Raises:
            RequestError: there is no such comparison, or ``min_count`` is not a number from zero.
        """
        frame = compare(self._frame, self.by, self._metrics, against, min_count=min_count)
        return Comparison(frame, against, self.by, self._went_through, self.provenance)

    def spc(
        self,
        measure: str,
        ref: str | None = None,
        *,
        member: Member = None,
        basis: str | Basis | None = None,
        grain: str | Grain | None = None,
        target: Target | Iterable[Target] | None = None,
        recalculate_from: Sequence[Break] = (),
        baseline: int | None = None,
        screen_moving_ranges: bool = False,
    ) -> ProcessChart:
        """Return a measure's process limits and special-cause signals: an XmR chart.

        Provisional periods and those without a number take no part, and limits are worked out
        afresh at each declared break. What the data do not allow (rolling windows, too few points,
        counts too small) is answered with a marker and a reason and no limits.

        Args:
            measure: its key.
            ref: its ref, where several have a measure of that key.
            member: whose series, such as ``"Shropshire"`` or ``{"lpa": "Shropshire"}``; the total
                when left out.
            basis: ``force`` or ``proxy``; the force's where there are both.
            grain: how long the periods are, where the result holds several lengths.
            target: what somebody set; none is assumed.
            recalculate_from: days on which the process is known to have changed: the limits are
                recalculated from each.
            baseline: how many points from the start of each segment the limits rest on; all when
                left out.
            screen_moving_ranges: leave outlying moving ranges out of the limits, once.

        Raises:
            RequestError: there is no such series, or an argument is not what it should be.
        """
        return build_process_chart(
            self._select(measure, ref, basis, grain),
            member=member,
            target=target,
            recalculate_from=recalculate_from,
            baseline=baseline,
            screen_moving_ranges=screen_moving_ranges,
            policy=self._went_through,
        )

    def plot(
        self,
        measure: str | None = None,
        ref: str | None = None,
        *,
        kind: str = "series",
        member: Member = None,
        by: str | None = None,
        period: str | None = None,
        basis: str | Basis | None = None,
        grain: str | Grain | None = None,
        target: Target | Iterable[Target] | None = None,
        recalculate_from: Sequence[Break] = (),
        order: str = "",
        source: str = "",
        width: int = WIDTH,
    ) -> Chart:
        """Return a chart of one measure, with its text alternative.

        A notebook shows it; ``Chart.save`` keeps it as SVG, PNG or HTML.

        Args:
            measure: its key; the headline of the only ref when left out.
            ref: its ref, where several have a measure of that key.
            kind: ``series``: over time, with process limits, signals and targets; ``members``: a
                breakdown's members in one period, with their intervals; ``small_multiples``: a
                small chart over time for each member; ``year_on_year``: the latest financial year
                over the one before.
            member: for ``series`` and ``year_on_year``, whose numbers, as in ``spc``.
            by: for ``members`` and ``small_multiples``, which breakdown; the first when left out.
            period: for ``members``, which period; the latest whole one when left out.
            basis: ``force`` or ``proxy``; the force's where there are both.
            grain: how long the periods are, where the result holds several lengths.
            target: for ``series``, what somebody set; none is assumed.
            recalculate_from: for ``series``, days on which the process is known to have changed.
            order: for ``members``, ``list`` (as the breakdown lists them) or ``value``.
            source: a sentence for the small print, such as where the data came from.
            width: pixels, from 320 for a phone to 1,200.

        Raises:
            MissingExtra: Altair is not installed.
            RequestError: there is no such kind or series, or an argument does not go with the kind.
        """
        given = {
            "member": member, "by": by, "period": period, "target": target,
            "recalculate_from": recalculate_from, "order": order,
        }  # fmt: skip
        if kind not in _KINDS:
            raise RequestError(f"There is no kind of chart {kind!r}. {did_you_mean(kind, _KINDS)}")
        for name in sorted(given.keys() - _KINDS[kind]):
            if given[name]:
                raise RequestError(f"{name}= does not go with kind={kind!r}. Leave it out.")
        selected = self._select(measure, ref, basis, grain)
        entry = self.subjects[selected.ref].entry
        caption = Caption.of_measure(selected, entry.name, source, self._went_through)
        if kind == "series":
            chart = build_process_chart(
                selected,
                member=member,
                target=target,
                recalculate_from=recalculate_from,
                policy=caption.policy,
            )
            return series_chart(chart, caption, width=width)
        if kind == "year_on_year":
            return year_on_year_chart(selected, caption, member=member, width=width)
        if not self.by:
            raise RequestError('The result has no breakdown. Compute it with by=["lpa"], say.')
        key = by or self.by[0]
        called = self._pack().breakdown_title(key)
        if kind == "small_multiples":
            return small_multiples_chart(selected, caption, by=key, by_title=called, width=width)
        return members_chart(
            selected,
            caption,
            by=key,
            by_title=called,
            period=period,
            order=order or "list",
            width=width,
        )

    def _select(
        self, measure: str | None, ref: str | None, basis: str | None, grain: str | None
    ) -> MeasureSeries:
        return select_measure(
            self._frame, self.by, self._metrics, measure=measure, ref=ref, basis=basis, grain=grain
        )

    @property
    def _metrics(self) -> dict[str, Metric]:
        return {ref: each.metric for ref, each in self.subjects.items()}

    @property
    def _went_through(self) -> str:
        return self.policy.describe() if self.policy is not None else ""

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a Polars frame."""
        return self._frame.clone()

    def to_pandas(self) -> Any:
        """Return the table as a pandas frame: text as pandas keeps it, dates as datetime64."""
        return pandas_table(self._frame)

    def to_csv(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the table as CSV, and beside it what its columns mean (CSV on the Web).

        Like every file of a result it is written whole or not at all, is safe to open in a
        spreadsheet, and is the same bytes for the same numbers.

        Args:
            path: a file in a folder that exists; ``pack.csv`` gets ``pack.csv-metadata.json``.
            policy: ``"none"``, to say that these numbers have had no disclosure control and that
                whoever asked knows it. A disclosed result needs nothing said.
            overwrite: replace a file that is there.

        Raises:
            OutputError: the numbers are undisclosed and that was not said to be meant, the file is
                there, or it cannot be written.
        """
        publish(self._pack(), path, form="csv", policy=policy, overwrite=overwrite)

    def to_json(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the table as JSON records with what they mean; as ``to_csv`` otherwise."""
        publish(self._pack(), path, form="json", policy=policy, overwrite=overwrite)

    def to_parquet(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the table as parquet, what it means in its metadata; as ``to_csv`` otherwise."""
        publish(self._pack(), path, form="parquet", policy=policy, overwrite=overwrite)

    def to_xlsx(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write an accessible workbook: cover, contents, notes and a sheet for each ref.

        Periods go down and measures across; as ``to_csv`` otherwise.

        Raises:
            OutputError: as ``to_csv``, or the result has no rows.
            MissingExtra: gptables is not installed.
        """
        publish(self._pack(), path, form="xlsx", policy=policy, overwrite=overwrite)

    def to_ods(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the workbook of ``to_xlsx`` as OpenDocument.

        Raises:
            OutputError: as ``to_xlsx``.
            MissingExtra: odfpy is not installed.
        """
        publish(self._pack(), path, form="ods", policy=policy, overwrite=overwrite)

    def _pack(self) -> Pack:
        return Pack(
            self._frame,
            self.by,
            {ref: each.entry for ref, each in self.subjects.items()},
            self._metrics,
            self._went_through,
            self.provenance,
        )

    def to_arrow(self) -> Any:
        """Return the table as a pyarrow table.

        Raises:
            MissingExtra: pyarrow is not installed.
        """
        if find_spec("pyarrow") is None:
            raise MissingExtra.needed("pyarrow", extra="arrow", purpose="to_arrow()")
        return self._frame.to_arrow()
