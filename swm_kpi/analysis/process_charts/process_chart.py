"""A process chart of one series, as a table and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.analysis.targets import Target
from swm_kpi.calendar import Period
from swm_kpi.formatting import NumberFormat
from swm_kpi.measures import StatementPeriod
from swm_kpi.model.metric import Break
from swm_kpi.output import html_table, write_csv
from swm_kpi.output.guard import UNPROTECTED_WARNING, require_disclosure_control
from swm_kpi.output.to_pandas import pandas_table
from swm_kpi.vocabulary import Direction, Grain


class VariationType(StrEnum):
    """The type of variation at a point, in the words of Making Data Count."""

    COMMON = "common cause"
    IMPROVING = "special cause of improving nature"
    CONCERNING = "special cause of concerning nature"
    HIGH = "special cause, high: neither way is better in itself"
    LOW = "special cause, low: neither way is better in itself"


class Signal(StrEnum):
    """What a chart says of the latest periods: whether the series has changed lately."""

    IMPROVING = "improving"
    CONCERNING = "concerning"
    HIGHER = "higher"
    """Higher, where neither way is better in itself."""
    LOWER = "lower"
    """Lower, where neither way is better in itself."""
    NONE = "none"
    NO_LIMITS = "no limits"


class ChartType(StrEnum):
    """The type of a process chart, which decides how its limits are calculated."""

    XMR = "XmR"
    """Individual values and moving ranges."""
    P_PRIME = "P'"
    """Shares, with limits that follow their denominators and how much they vary (Laney)."""
    U_PRIME = "U'"
    """Counts for each day, with limits that follow the days and how much they vary (Laney)."""
    SMALL_COUNTS = "small counts"
    """Small counts, with limits of their probability."""
    NONE = ""
    """No limits."""


SIGNAL_RULES = {
    "outside_limits": "outside the limits",
    "run": "in a run on one side of the mean",
    "trend": "in a trend",
    "two_of_three": "one of two in three near a limit",
}
"""The four special-cause rules: column to description."""
RULE_PRECEDENCE = ("outside_limits", "trend", "two_of_three", "run")
"""The order in which the rules decide the type of variation at a point that several rules flag.

A trend comes before a run, so that a rising trend below the mean counts as a rise. The order is
that of NHSRplotthedots 0.2. The single-chart tool of Making Data Count shows an improvement
wherever rules disagree, which can hide a concern.
"""


@dataclass(frozen=True, eq=False, repr=False)
class ProcessChart:
    """A process chart of one series of a result, or the reason why there are no limits.

    Attributes:
        ref, measure, basis: the keys of the series.
        title: the title of the measure.
        member: the member of each breakdown; empty for the total.
        unit: the unit of the values.
        statement_period: the time that the values cover, if they are from statements of account.
        direction: which way is better.
        targets: the targets, in order of their first days.
        breaks: where the limits are recalculated, and why.
        signal: whether the series has changed lately, at the latest complete period: a
            :class:`Signal`. "no limits" with the reason in ``reason``.
        signal_since: the label of the first period of that change; empty without one.
        chart_type: how the limits at the latest point are calculated: a :class:`ChartType`.
        limit_points: how many points the limits at the latest point are calculated from, which is
            how firm they are; 0 without limits.
        marker: why the latest points have no limits; empty if they have limits.
        reason: the marker in words.
        notes: sentences about excluded periods, few points, seasons and targets.
        assurance: whether the target in force at the latest point will be met: "consistently
            met", "hit and miss", "consistently missed" or "cannot tell"; empty if there is none.
        frame: the table that ``to_polars`` returns.
        policy: the disclosure policy that protects the numbers; empty if none does.
    """

    ref: str
    measure: str
    basis: str
    title: str
    member: Mapping[str, str]
    unit: str
    statement_period: StatementPeriod | None
    direction: Direction
    targets: tuple[Target, ...]
    breaks: tuple[Break, ...]
    signal: Signal
    signal_since: str
    chart_type: ChartType
    limit_points: int
    marker: str
    reason: str
    notes: tuple[str, ...]
    assurance: str
    frame: pl.DataFrame
    policy: str = ""

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        return f"ProcessChart({self.measure} of ref {self.ref}: {self.variation or self.reason})"

    def __str__(self) -> str:
        return " ".join(self._sentences())

    @property
    def latest(self) -> dict[str, Any] | None:
        """The row of the latest period that is not excluded; None if every period is excluded."""
        included = self.frame.filter(pl.col("excluded_reason") == "")
        return included.row(-1, named=True) if included.height else None

    @property
    def variation(self) -> str:
        """The type of variation at the latest point; empty if there are no limits."""
        return "" if self.marker or self.latest is None else str(self.latest["variation"])

    @property
    def signals(self) -> pl.DataFrame:
        """The rows of the points with a special cause."""
        return self.frame.filter(
            pl.col("variation") != "", pl.col("variation") != VariationType.COMMON.value
        )

    def _repr_html_(self) -> str:
        """Return the latest points and the sentences as HTML for a notebook."""
        columns = ["period", "value", "lower", "mean", "upper", "variation"]
        columns += ["target"] if self.targets else []
        member = ", ".join(self.member.values()) or "whole force"
        return html_table(
            self.frame.reverse(),
            columns,
            caption=f"Ref {self.ref}, {self.title}, {member}: latest period first",
            titles={"lower": "Lower limit", "upper": "Upper limit", "variation": "Variation"},
            warning="" if self.policy else UNPROTECTED_WARNING,
            footnotes=[str(self)],
        )

    def to_polars(self) -> pl.DataFrame:
        """Return one row for each period, including periods without a number.

        Columns:

        - ``ref, metric, measure, basis, grain, period, period_start, period_end``, the breakdowns,
          ``value, unit, marker``: as in the result.
        - ``excluded_reason``: why the period is left out of the limits and signals; empty if it is
          included.
        - ``segment``: from 0, one more at each break.
        - ``mean, lower, upper``: the mean and the process limits of the period, in the unit of the
          value. They follow the days or the cases of the period, and its season.
        - ``outside_limits, run, trend, two_of_three``: 1 for a signal above the mean or rising, -1
          for one below or falling, 0 for none.
        - ``variation``: a :class:`VariationType`; empty where there are no limits.
        - ``target``: the target in force for the whole period.
        """
        return self.frame.clone()

    def to_pandas(self) -> Any:
        """Return the table of ``to_polars`` as a pandas data frame."""
        return pandas_table(self.frame)

    def to_csv(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the table as a UTF-8 CSV file that is safe to open in a spreadsheet.

        The file is written completely or not at all.

        Args:
            path: the file, in a folder that exists.
            policy: ``"none"`` confirms that unprotected numbers may be written. Leave it out if the
                numbers are protected.
            overwrite: whether to replace an existing file.

        Raises:
            OutputError: the numbers are not protected and the policy is not ``"none"``; the file
                exists; or it cannot be written.
        """
        require_disclosure_control(self.policy, policy)
        write_csv(self.frame, path, overwrite=overwrite)

    @property
    def number_format(self) -> NumberFormat:
        """The format of the numbers of the chart."""
        return NumberFormat.of(self.unit, self.frame["value"].to_list())

    def format_value(self, value: float) -> str:
        """Return a number in the unit of the chart as text."""
        return self.number_format.text(value)

    @property
    def change_words(self) -> str:
        """The recent change in words: "higher since May 2024, a concern"; empty without one."""
        if self.signal in (Signal.NO_LIMITS, Signal.NONE):
            return ""
        row = self.frame.row(self.frame["period"].to_list().index(self.signal_since), named=True)
        start = Period(Grain(row["grain"]), row["period_start"], row["period_end"]).words
        if self.signal in (Signal.HIGHER, Signal.LOWER):
            return f"{self.signal} since {start}"
        is_improvement = self.signal is Signal.IMPROVING
        is_higher = is_improvement == (self.direction is Direction.HIGHER_IS_BETTER)
        level = Signal.HIGHER if is_higher else Signal.LOWER
        return f"{level} since {start}, {'an improvement' if is_improvement else 'a concern'}"

    @property
    def signal_words(self) -> str:
        """Whether the series has changed lately, as a sentence; empty without limits."""
        if self.signal is Signal.NO_LIMITS:
            return ""
        if self.signal is Signal.NONE:
            return "No change shown lately."
        return f"Changed lately: {self.change_words}."

    def _sentences(self) -> Iterator[str]:
        latest = self.latest
        if self.signal_words:
            yield self.signal_words
        if latest is not None:
            number = self.number_format.text_with_unit(latest["value"])
            period = latest["period"]
            if self.statement_period is not None:
                period = self.statement_period.describe(latest["period_end"])
            yield f"{self.title}: {number} in {period}."
        if self.marker or latest is None:
            yield f"No process limits: {self.reason}"
        else:
            lower, mean, upper = (
                self.format_value(latest[name]) for name in ("lower", "mean", "upper")
            )
            yield f"The mean is {mean} and routine variation is {lower} to {upper}."
            rules = [description for rule, description in SIGNAL_RULES.items() if latest[rule]]
            cause = f": the latest point is {' and '.join(rules)}" if rules else ""
            yield f"Variation: {latest['variation']}{cause}."
        if self.assurance and latest is not None:
            yield f"Target of {self.format_value(latest['target'])}: {self.assurance}."
        yield from self.notes
