"""What a process behaviour chart says, as a table and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.analysis.process_charts.target import Target
from swm_kpi.formatting import decimal_places, format_number, unit_suffix
from swm_kpi.model.metric import Break
from swm_kpi.output import html_table, write_csv
from swm_kpi.output.guard import check_disclosed
from swm_kpi.output.notebook import NO_CONTROL
from swm_kpi.output.to_pandas import pandas_table
from swm_kpi.vocabulary import Direction


class VariationType(StrEnum):
    """What the variation at a point is, in the words of Making Data Count."""

    COMMON = "common cause"
    IMPROVING = "special cause of improving nature"
    CONCERNING = "special cause of concerning nature"
    HIGH = "special cause, high: neither way is better in itself"
    LOW = "special cause, low: neither way is better in itself"


SIGNAL_RULES = {
    "outside_limits": "outside the limits",
    "run": "in a run on one side of the mean",
    "trend": "in a trend",
    "two_of_three": "one of two in three near a limit",
}
"""The four rules by their columns."""
RULE_PRECEDENCE = ("outside_limits", "trend", "two_of_three", "run")
"""The rules in the order in which they decide the variation of a point that breaks several.

A trend decides before a run, so that a rise is a rise though it is still below the mean. The order
is that of NHSRplotthedots 0.2; Making Data Count's single-chart tool shows an improvement wherever
rules disagree, which would hide a concern.
"""


@dataclass(frozen=True, eq=False, repr=False)
class ProcessChart:
    """An XmR chart of one series of a result, or the reason why there is none.

    Attributes:
        ref, measure, basis: what the series is of.
        title: what readers call the measure.
        member: the member it is of, by breakdown; empty for the total.
        unit: what one is one of.
        direction: which way is better.
        targets: the targets given, in order of their days.
        breaks: where the limits are worked out afresh, and why.
        marker: why there are no limits; empty where the latest points have them.
        reason: the same in words.
        notes: what else a reader must know.
        policy: the disclosure policy the numbers went through; empty where they went through none.
        assurance: what the limits say of the target in force at the latest point: "will
            consistently pass", "will consistently fail" or "hit and miss"; empty where that cannot
            be said.
    """

    ref: str
    measure: str
    basis: str
    title: str
    member: Mapping[str, str]
    unit: str
    direction: Direction
    targets: tuple[Target, ...]
    breaks: tuple[Break, ...]
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
        """The row of the latest period that takes part; None where none does."""
        taking_part = self.frame.filter(pl.col("excluded_reason") == "")
        return taking_part.row(-1, named=True) if taking_part.height else None

    @property
    def variation(self) -> str:
        """What the variation at the latest point is; empty where there are no limits."""
        return "" if self.marker or self.latest is None else str(self.latest["variation"])

    @property
    def signals(self) -> pl.DataFrame:
        """The rows of the points with a signal."""
        return self.frame.filter(
            pl.col("variation") != "", pl.col("variation") != VariationType.COMMON.value
        )

    def _repr_html_(self) -> str:
        """Return what it says and its latest points as a notebook shows them."""
        columns = ["period", "value", "lower", "mean", "upper", "variation"]
        columns += ["target"] if self.targets else []
        who = ", ".join(self.member.values()) or "whole force"
        return html_table(
            self.frame.reverse(),
            columns,
            caption=f"Ref {self.ref}, {self.title}, {who}: the latest first",
            titles={"lower": "Lower limit", "upper": "Upper limit", "variation": "Variation"},
            warning="" if self.policy else NO_CONTROL,
            foot=[str(self)],
        )

    def to_polars(self) -> pl.DataFrame:
        """Return one row a period, those without a number included.

        Columns: ``ref, metric, measure, basis, grain, period, period_start, period_end``, the
        breakdowns, ``value, unit, marker``; ``excluded_reason``: why a period is left out of the
        limits; ``segment``: from 0, one more at each break; ``mean, lower, upper``: of the
        segment; ``outside_limits, run, trend, two_of_three``: 1 for a signal high or rising,
        -1 for one low or falling, 0 for none;
        ``variation``; ``target``: the level that held for all of the period.
        """
        return self.frame.clone()

    def to_pandas(self) -> Any:
        """Return the table of ``to_polars`` as a pandas frame."""
        return pandas_table(self.frame)

    def to_csv(self, path: str | Path, *, policy: str = "", overwrite: bool = False) -> None:
        """Write the table as CSV: UTF-8, safe to open in a spreadsheet, whole or not at all.

        Args:
            path: a file in a folder that exists.
            policy: ``"none"``, to say that these numbers have had no disclosure control and that
                whoever asked knows it. Not needed where they have had it.
            overwrite: replace a file that is there.

        Raises:
            OutputError: the numbers have had no disclosure control and the policy is not
                ``"none"``, the file is there, or it cannot be written.
        """
        check_disclosed(self.policy, policy)
        write_csv(self.frame, path, overwrite=overwrite)

    def format_value(self, value: float) -> str:
        """Write one of its numbers as readers see it."""
        return format_number(
            value, self.unit, decimal_places(self.unit, self.frame["value"].to_list())
        )

    def _sentences(self) -> Iterator[str]:
        last = self.latest
        if last is not None:
            number = f"{self.format_value(last['value'])}{unit_suffix(self.unit)}"
            yield f"{self.title}: {number} in {last['period']}."
        if self.marker or last is None:
            yield f"No process limits: {self.reason}"
        else:
            limits = f"{self.format_value(last['lower'])} to {self.format_value(last['upper'])}"
            mean = self.format_value(last["mean"])
            yield f"The mean is {mean} and routine variation is {limits}."
            rules = [words for rule, words in SIGNAL_RULES.items() if last[rule]]
            why = f": the latest point is {' and '.join(rules)}" if rules else ""
            yield f"Variation: {last['variation']}{why}."
        if self.assurance and last is not None:
            yield f"Target of {self.format_value(last['target'])}: {self.assurance}."
        yield from self.notes
