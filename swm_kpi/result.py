"""The result of a computation: a long table, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.analysis.comparison import MIN_COUNT, Comparison, ComparisonKind, compare
from swm_kpi.analysis.judgement import Judgements, SealedVerdicts, judge, seal
from swm_kpi.analysis.measure_series import MeasureSeries, Member, select_measure
from swm_kpi.analysis.members import Funnel, build_funnel
from swm_kpi.analysis.process_charts import ProcessChart, build_process_chart
from swm_kpi.analysis.targets import Target, Targets
from swm_kpi.charts import (
    WIDTH,
    Caption,
    Chart,
    funnel_chart,
    members_chart,
    series_chart,
    small_multiples_chart,
    year_on_year_chart,
)
from swm_kpi.disclosure import DisclosurePolicy, DisclosureRisk, differencing_risks, protect_frame
from swm_kpi.errors import MissingExtra, RequestError, did_you_mean
from swm_kpi.measures import MAX_UNDECIDED_SHARE, Measure
from swm_kpi.model.metric import Break, CatalogueEntry, Metric
from swm_kpi.output import Dataset, dataset_table, write_dataset
from swm_kpi.output.text_table import TERMINAL_WIDTH, format_text_table
from swm_kpi.output.to_pandas import pandas_table
from swm_kpi.provenance import Provenance
from swm_kpi.result_columns import column_names
from swm_kpi.vocabulary import Basis, Grain

# Each kind of chart, and the arguments of plot() that only some kinds take.
_CHART_ARGUMENTS = {
    "series": {"member", "target", "recalculate_from"},
    "members": {"by", "period", "order"},
    "funnel": {"by", "period", "members", "population", "per"},
    "small_multiples": {"by"},
    "year_on_year": {"member"},
}


@dataclass(frozen=True)
class ComputedEntry:
    """One ref of a result.

    Attributes:
        entry: the catalogue entry that was requested: a metric or an alias.
        metric: the metric that was computed for it, with the assumptions that were used.
    """

    entry: CatalogueEntry
    metric: Metric


class Result:
    """A long table: one row for each measure, period and member of the breakdowns.

    Columns: ``ref, metric, measure, basis, grain, period, period_start, period_end``, the
    breakdowns, ``value, unit, numerator, denominator, lower, upper, undecided, in_repeated_hour,
    without_value, unmapped, null_at_source, mapped_to_other, in_no_period, at_least, at_most,
    answers, effective_answers, marker, note, definition, as_at``.
    ``swm_kpi.result_columns`` declares their types and meanings.

    ``period_end`` is the last day of the period, inclusive. A breakdown is ``All`` in a total.
    ``value`` is null where ``marker`` says why. Proportions are from 0 to 1. ``lower`` and
    ``upper`` are the limits of the 95% confidence interval of the value, in its unit. They are null
    where the value is null and where the kind of measure has no interval.

    Args:
        frame: the table.
        by: the breakdowns, in the order of their columns.
        entries: the catalogue entry and the metric of each ref, by ref.
        policy: the disclosure policy that was applied; None without disclosure control.
        sealed: the verdicts of the exact numbers, for a protected result.
        provenance: what the numbers were computed from, where that is known. A function is called
            once, on the first access.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        by: tuple[str, ...] = (),
        entries: Mapping[str, ComputedEntry] | None = None,
        *,
        policy: DisclosurePolicy | None = None,
        sealed: SealedVerdicts | None = None,
        provenance: Provenance | Callable[[], Provenance] | None = None,
    ) -> None:
        self.by = by
        self.policy = policy
        self._sealed = sealed
        self._provenance = provenance
        self.entries = dict(entries or {})
        self._frame = frame[column_names(by)]

    @property
    def provenance(self) -> Provenance | None:
        """The data and software behind the numbers; None where they are not known."""
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

    def to_text(self, width: int = TERMINAL_WIDTH) -> str:
        """Return the table as text for a terminal: periods as columns, with the notes below.

        Args:
            width: the number of characters in a line.
        """
        return format_text_table(self._dataset(), width)

    def _repr_html_(self) -> str:
        """Return the first rows as HTML, which a notebook shows."""
        return dataset_table(self._dataset())

    def measure(self, ref: str, key: str, basis: str | Basis = Basis.FORCE) -> Measure:
        """Return the declaration of one measure, with the assumptions that were used.

        Raises:
            KeyError: the result does not have this ref.
        """
        return self.entries[ref].metric.measure(key, Basis(basis))

    def protect(self, policy: DisclosurePolicy, targets: Targets | None = None) -> Result:
        """Return the result after disclosure control: small counts suppressed, others rounded.

        A suppressed cell has the marker ``[c]`` and a note that says why (primary suppression).
        Other cells are suppressed where a small count could be calculated from totals, periods or
        measures of this result (secondary suppression). Protect everything that is published
        together in one result: this method does not see other releases. To compare with an earlier
        release, use ``result.differencing_risks(earlier)``.

        A few thousand small counts take seconds. On a terminal, stderr shows the progress.

        Args:
            policy: which counts are small, and how the others are rounded.
            targets: the register that judgements of the protected result will use. The verdicts of
                the exact numbers are kept as words, without a number.

        Raises:
            RequestError: the result is protected already, is empty, has no declarations of its
                metrics, or has more than 25,000 small counts.
        """
        if not isinstance(policy, DisclosurePolicy):
            raise RequestError("policy is not a DisclosurePolicy. Give DisclosurePolicy(...).")
        if self.policy is not None:
            raise RequestError(
                "This result is protected already, and rounding twice gives wrong numbers. "
                "Protect the result that compute() returned."
            )
        assumptions = self.provenance.assumptions if self.provenance is not None else {}
        max_share = assumptions.get(MAX_UNDECIDED_SHARE.key, MAX_UNDECIDED_SHARE.value)
        frame = protect_frame(
            self._frame, self.by, self._metrics, policy, max_undecided_share=float(max_share)
        )
        provenance = self.provenance.without_counts() if self.provenance is not None else None
        sealed = seal(self._frame, frame, self.by, self._metrics, policy, targets)
        return Result(
            frame, self.by, self.entries, policy=policy, sealed=sealed, provenance=provenance
        )

    def differencing_risks(
        self, other: Result, *, policy: DisclosurePolicy | None = None
    ) -> tuple[DisclosureRisk, ...]:
        """Return the small counts that this release and another one reveal together.

        An empty answer is not a proof that nothing can be calculated. In the descriptions, the
        first release is this one and the second is the other.

        Args:
            other: an earlier release, as it was published.
            policy: which counts are small; the policy of this result by default.

        Raises:
            RequestError: no policy is given and this result is not protected.
        """
        return differencing_risks(self, other, policy)

    def compare(self, against: str, *, min_count: float = MIN_COUNT) -> Comparison:
        """Compare each row with an earlier period, where a comparison is valid.

        The earlier periods must be in this result. Nothing is compared across a declared break in
        the series, or with a provisional period.

        Args:
            against: ``previous_period``, ``previous_year``, ``three_year_average``,
                ``year_to_date`` or ``rolling_12``.
            min_count: the smallest earlier count for which a percentage change is given.

        Raises:
            RequestError: there is no such comparison, or ``min_count`` is not a number from zero.
        """
        kind, sealed = ComparisonKind.parse(against), self._sealed
        restore = None if sealed is None else lambda row: sealed.restored(row, kind)
        frame = compare(
            self._frame, self.by, self._metrics, against, min_count=min_count, restore=restore
        )
        return Comparison(frame, against, self.by, self._policy_text, self.provenance)

    def judge(self, targets: Targets | None = None, against: str = "previous_year") -> Judgements:
        """Judge whether each measure is getting better or worse, at its latest complete period.

        The change is tested by the kind of the measure. The evidence allows for all tests of the
        result, so judge what is reported together in one result. A protected result keeps the
        verdicts of its exact numbers.

        Args:
            targets: the register of targets, such as ``force.targets``.
            against: what each row is compared with, as in ``compare``.

        Raises:
            RequestError: there is no such comparison, or ``targets`` is not a register.
        """
        frame = judge(
            self._frame,
            self.by,
            self._metrics,
            against,
            targets,
            policy=self._policy_text,
            sealed=self._sealed,
        )
        return Judgements(frame, against, self._dataset())

    def spc(
        self,
        measure: str,
        ref: str | None = None,
        *,
        member: Member = None,
        basis: str | Basis | None = None,
        grain: str | Grain | None = None,
        target: Target | Iterable[Target] | Targets | None = None,
        recalculate_from: Sequence[Break] = (),
        baseline: int | None = None,
        screen_moving_ranges: bool = False,
    ) -> ProcessChart:
        """Return whether a measure changed lately, its process limits and its signals.

        Provisional periods and periods without a number are left out, and limits are recalculated
        at each declared break. Where limits would not be valid (rolling windows, too few points,
        too few events), the chart has a marker and a reason in their place.

        Args:
            measure: the key of the measure.
            ref: its ref, where several refs have a measure of that key.
            member: the member of the series, such as ``"North"`` or
                ``{"lpa": "North"}``; the total by default.
            basis: ``force`` or ``proxy``; ``force`` by default, where there are both.
            grain: the length of the periods, where the result has several lengths.
            target: one or more targets of the series, or a register: the targets that it has of
                the series.
            recalculate_from: days on which the process is known to have changed: the limits are
                recalculated from each.
            baseline: the number of points, from the start of each segment, that set the limits;
                all by default.
            screen_moving_ranges: leave outlying moving ranges out of the limits, once.

        Raises:
            RequestError: there is no such series, or an argument is not valid.
        """
        return build_process_chart(
            self._select(measure, ref, basis, grain),
            member=member,
            target=target,
            recalculate_from=recalculate_from,
            baseline=baseline,
            screen_moving_ranges=screen_moving_ranges,
            policy=self._policy_text,
        )

    def funnel(
        self,
        measure: str | None = None,
        ref: str | None = None,
        *,
        by: str | None = None,
        members: Sequence[str] | None = None,
        population: Mapping[str, float] | None = None,
        per: int = 1_000,
        period: str | None = None,
        basis: str | Basis | None = None,
        grain: str | Grain | None = None,
    ) -> Funnel:
        """Compare the members of a breakdown with their average, such as the areas of a force.

        One test of all members comes first: do they differ at all by more than chance? Only then is
        a member picked out, by funnel limits at 95% and at 99.8%. With 10 members or more, the
        limits allow for how much members differ in general (overdispersion). The order is that of
        the breakdown's list, and never a ranking. Medians are compared by their intervals. A
        number that cannot be compared, such as a count, has a marker and a reason.

        Args:
            measure: the key of the measure; the headline of the only ref by default.
            ref: its ref, where several refs have a measure of that key.
            by: the breakdown; the first by default. Other breakdowns are at their total.
            members: the members to compare, such as similar forces; all by default.
            population: for a count of events, the people of each member, by its name. Then the
                rates per so many people are compared.
            per: the number of people of these rates: 1,000, 100,000 or 1,000,000.
            period: the label of the period; the latest complete one by default.
            basis: ``force`` or ``proxy``; ``force`` by default, where there are both.
            grain: the length of the periods, where the result has several lengths.

        Raises:
            RequestError: the result has no breakdown; there is no such measure, breakdown, period
                or member; or ``population`` is given for a number that counts no events.
        """
        key = self._breakdown(by)
        return build_funnel(
            self._select(measure, ref, basis, grain),
            by=key,
            by_title=self._dataset().breakdown_title(key),
            period=period,
            members=members,
            population=population,
            per=per,
            policy=self._policy_text,
            rounding_base=1 if self.policy is None else self.policy.rounding_base,
        )

    def plot(
        self,
        measure: str | None = None,
        ref: str | None = None,
        *,
        kind: str = "series",
        member: Member = None,
        by: str | None = None,
        members: Sequence[str] | None = None,
        population: Mapping[str, float] | None = None,
        per: int | None = None,
        period: str | None = None,
        basis: str | Basis | None = None,
        grain: str | Grain | None = None,
        target: Target | Iterable[Target] | Targets | None = None,
        recalculate_from: Sequence[Break] = (),
        order: str = "",
        source: str = "",
        width: int = WIDTH,
    ) -> Chart:
        """Draw one measure as a chart with alt text.

        A notebook shows the chart. ``Chart.save`` writes it as SVG, PNG or HTML.

        Args:
            measure: the key of the measure; the headline of the only ref by default.
            ref: its ref, where several refs have a measure of that key.
            kind: ``series``: over time, with process limits, signals and targets; ``members``: the
                members of a breakdown in one period, with their intervals; ``funnel``: members
                compared with their average, as in :meth:`funnel`; ``small_multiples``: a small
                chart over time for each member; ``year_on_year``: the latest financial year over
                the one before.
            member: for ``series`` and ``year_on_year``, the member, as in ``spc``.
            by: for ``members``, ``funnel`` and ``small_multiples``, the breakdown; the first by
                default.
            members: for ``funnel``, the members to compare; all by default.
            population: for ``funnel``, the people of each member, for a count of events.
            per: for ``funnel`` with ``population``, per how many people; 1,000 by default.
            period: for ``members`` and ``funnel``, the period; the latest complete one by default.
            basis: ``force`` or ``proxy``; ``force`` by default, where there are both.
            grain: the length of the periods, where the result has several lengths.
            target: for ``series``, one or more targets, or a register, as in ``spc``.
            recalculate_from: for ``series``, days on which the process is known to have changed.
            order: for ``members``, ``list`` (the order of the breakdown's list) or ``value``.
            source: a sentence on the source of the data, for below the chart.
            width: the width in pixels, from 320 (a phone) to 1,200.

        Raises:
            MissingExtra: Altair is not installed.
            RequestError: there is no such kind or series, or the kind does not take an argument.
        """
        arguments = {
            "member": member, "by": by, "members": members, "population": population, "per": per,
            "period": period, "target": target, "recalculate_from": recalculate_from,
            "order": order,
        }  # fmt: skip
        if kind not in _CHART_ARGUMENTS:
            raise RequestError(
                f"There is no kind of chart {kind!r}. {did_you_mean(kind, _CHART_ARGUMENTS)}"
            )
        for name in sorted(arguments.keys() - _CHART_ARGUMENTS[kind]):
            if arguments[name]:
                raise RequestError(f"kind={kind!r} does not take {name}=. Leave it out.")
        selected = self._select(measure, ref, basis, grain)
        entry = self.entries[selected.ref].entry
        caption = Caption.of_measure(selected, entry.name, source, self._policy_text)
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
        key = self._breakdown(by)
        by_title = self._dataset().breakdown_title(key)
        if kind == "funnel":
            funnel = self.funnel(
                measure,
                ref,
                by=key,
                members=members,
                population=population,
                per=per or 1_000,
                period=period,
                basis=basis,
                grain=grain,
            )
            return funnel_chart(funnel, caption, width=width)
        if kind == "small_multiples":
            return small_multiples_chart(selected, caption, by=key, by_title=by_title, width=width)
        return members_chart(
            selected,
            caption,
            by=key,
            by_title=by_title,
            period=period,
            order=order or "list",
            width=width,
        )

    def _breakdown(self, by: str | None) -> str:
        """Return the breakdown that is named, or the first.

        Raises:
            RequestError: the result has none.
        """
        if not self.by:
            raise RequestError(
                'The result has no breakdown. Compute it with a breakdown, such as by=["lpa"].'
            )
        return by or self.by[0]

    def _select(
        self, measure: str | None, ref: str | None, basis: str | None, grain: str | None
    ) -> MeasureSeries:
        return select_measure(
            self._frame, self.by, self._metrics, measure=measure, ref=ref, basis=basis, grain=grain
        )

    @property
    def _metrics(self) -> dict[str, Metric]:
        return {ref: computed.metric for ref, computed in self.entries.items()}

    @property
    def _policy_text(self) -> str:
        return self.policy.describe() if self.policy is not None else ""

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a Polars frame."""
        return self._frame.clone()

    def to_pandas(self) -> Any:
        """Return the table as a pandas frame. Dates are datetime64, and nulls in numbers NaN."""
        return pandas_table(self._frame)

    def to_csv(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the table as CSV, and its metadata beside it (CSV on the Web, a W3C standard).

        After an error there is no partial file. The CSV is safe to open in a spreadsheet. The same
        result gives the same bytes.

        Args:
            path: a file in a folder that exists. The metadata of ``dataset.csv`` is in
                ``dataset.csv-metadata.json``.
            policy: ``"none"`` accepts numbers without disclosure control. Leave it out for a
                protected result.
            overwrite: replace an existing file.

        Raises:
            OutputError: the result is not protected and ``policy`` is not ``"none"``, the file
                exists, or it cannot be written.
        """
        write_dataset(self._dataset(), path, file_format="csv", policy=policy, overwrite=overwrite)

    def to_json(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the table and its metadata as JSON. Arguments and errors are as in ``to_csv``."""
        write_dataset(self._dataset(), path, file_format="json", policy=policy, overwrite=overwrite)

    def to_parquet(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the table as parquet, with its metadata in the file.

        Arguments and errors are as in ``to_csv``.
        """
        write_dataset(
            self._dataset(), path, file_format="parquet", policy=policy, overwrite=overwrite
        )

    def to_xlsx(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write an accessible workbook: cover, contents, notes and a sheet for each ref.

        Periods go down and measures go across. Arguments are as in ``to_csv``.

        Raises:
            OutputError: as ``to_csv``, or the result has no rows.
            MissingExtra: gptables is not installed.
        """
        write_dataset(self._dataset(), path, file_format="xlsx", policy=policy, overwrite=overwrite)

    def to_ods(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the workbook of ``to_xlsx`` as OpenDocument. Arguments are as in ``to_csv``.

        Raises:
            OutputError: as ``to_xlsx``.
            MissingExtra: odfpy is not installed.
        """
        write_dataset(self._dataset(), path, file_format="ods", policy=policy, overwrite=overwrite)

    def _dataset(self) -> Dataset:
        return Dataset(
            self._frame,
            self.by,
            {ref: computed.entry for ref, computed in self.entries.items()},
            self._metrics,
            self._policy_text,
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
