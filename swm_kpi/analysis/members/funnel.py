"""``kpi.Funnel``: the members of a breakdown compared with their average, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from swm_kpi.formatting import NumberFormat
from swm_kpi.output import html_table, write_csv
from swm_kpi.output.guard import UNPROTECTED_WARNING, require_disclosure_control
from swm_kpi.output.to_pandas import pandas_table
from swm_kpi.statistics import (
    FunnelLimits,
    Homogeneity,
    Overdispersion,
    rate_funnel,
    share_funnel,
)
from swm_kpi.vocabulary import Direction

MAX_P_VALUE = 0.05
"""The largest p-value at which members are shown to differ."""
_CURVE_POINTS = 80


class MemberJudgement(StrEnum):
    """What the numbers show of a member, beside the average of all."""

    BETTER = "better"
    WORSE = "worse"
    HIGHER = "higher"
    LOWER = "lower"
    NOT_SHOWN = "not shown to differ"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, eq=False, repr=False)
class Funnel:
    """The members of a breakdown in one period, compared with their average.

    The order is that of the breakdown's list. It is no ranking: most differences between members
    are chance, and a list by value would show them as if they were not.

    Attributes:
        ref, measure, basis: the measure.
        title: its title.
        by, by_title: the breakdown, and its title.
        period: the period in words.
        unit: the unit of the values.
        direction: which way is better.
        average: the average of the members that are compared, weighted by their size; for a median,
            the median of the whole. None where there is none.
        test: the test of whether the members differ at all; None where there is none.
        overdispersion: how much they differ beyond chance; None with fewer than 10 members.
        is_adjusted: whether the positions are by the limits adjusted for overdispersion.
        has_limits: whether there are limits around the average. A median has only its interval.
        marker: why there is no comparison; empty if there is one.
        reason: the marker in words.
        notes: sentences that a reader needs beside the table.
        unknown, total: the values of the cases without a member, and of the whole; None without.
        scale: the number of people of a rate; None for a share or a median.
        size_unit: what the sizes of members count, such as people.
        frame: the table that ``to_polars`` returns.
        policy: the disclosure policy that protects the numbers; empty if none does.
    """

    ref: str
    measure: str
    basis: str
    title: str
    by: str
    by_title: str
    period: str
    unit: str
    direction: Direction
    average: float | None
    test: Homogeneity | None
    overdispersion: Overdispersion | None
    is_adjusted: bool
    has_limits: bool
    marker: str
    reason: str
    notes: tuple[str, ...]
    unknown: float | None
    total: float | None
    scale: float | None
    size_unit: str
    frame: pl.DataFrame
    policy: str = ""

    def __len__(self) -> int:
        return self.frame.height

    def __repr__(self) -> str:
        return f"Funnel({self.measure} of ref {self.ref} by {self.by}: {self.answer})"

    def __str__(self) -> str:
        return " ".join(self.sentences())

    @property
    def differs(self) -> bool:
        """Whether the members are shown to differ at all."""
        return self.test is not None and self.test.p_value < MAX_P_VALUE

    @property
    def short_answer(self) -> str:
        """Whether the members differ, in a few words."""
        if self.test is None:
            return MemberJudgement.CANNOT_TELL.value
        return "they differ by more than chance" if self.differs else "they are not shown to differ"

    @property
    def answer(self) -> str:
        """Whether the members differ, with the reason where nobody can tell."""
        reason = f", because {self.reason.rstrip('.')}" if self.test is None else ""
        return f"{self.short_answer}{reason}"

    @property
    def number_format(self) -> NumberFormat:
        """The format of the numbers, which all have the same decimals."""
        return NumberFormat.of(self.unit, [*self.frame["value"].to_list(), self.average])

    def members(self, judgement: str) -> list[str]:
        """Return the names of the members of which the numbers show one thing, in order."""
        return self.frame.filter(pl.col("judgement") == judgement)[self.by].to_list()

    def curves(self) -> pl.DataFrame:
        """Return the limits of members of sizes from the smallest to the largest, for a chart.

        Its columns are ``size``, ``lower_95``, ``upper_95``, ``lower_998`` and ``upper_998``: the
        adjusted limits if :attr:`is_adjusted`. It is empty without limits.
        """
        sizes = self.frame.filter(pl.col("reason") == "")["size"]
        if not self.has_limits or self.average is None or sizes.is_empty():
            return pl.DataFrame(schema=dict.fromkeys(("size", *FunnelLimits._fields), pl.Float64))
        spread = self.overdispersion.spread if self.is_adjusted and self.overdispersion else 0.0
        ends = sizes.sort().to_list()
        across = np.geomspace(ends[0], ends[-1], _CURVE_POINTS)
        limits = limits_of_size(across, self.average, self.scale, spread)
        return pl.DataFrame({"size": across, **limits._asdict()})

    def sentences(self) -> Iterator[str]:
        """Yield what the comparison shows, in sentences for readers."""
        yield f"{self.title} by {self.by_title}, {self.period}: {self.answer}."
        yield from self.findings()
        yield from self.notes

    def findings(self) -> Iterator[str]:
        """Yield the average, and what is shown of each member."""
        shown = self.number_format
        if self.average is not None:
            of = "average of the members" if self.has_limits else "whole"
            yield f"The {of} is {shown.text_with_unit(self.average)}."
        for judgement in MemberJudgement:
            names = self.members(judgement)
            if not names or judgement is MemberJudgement.CANNOT_TELL:
                continue
            if judgement is MemberJudgement.NOT_SHOWN and not self._any_differs:
                yield "No member is shown to differ from it."
            elif judgement is MemberJudgement.NOT_SHOWN:
                verb = "is" if len(names) == 1 else "are"
                yield f"{_listed(names)} {verb} not shown to differ from it."
            else:
                yield f"{judgement.value.capitalize()} than it: {_listed(names)}."
        yield from self._reasons()

    @property
    def _any_differs(self) -> bool:
        alike = (MemberJudgement.NOT_SHOWN, MemberJudgement.CANNOT_TELL)
        return not self.frame["judgement"].is_in(alike).all()

    def _reasons(self) -> Iterator[str]:
        rows = self.frame.filter(pl.col("reason") != "") if not self.marker else self.frame.clear()
        for reason in rows["reason"].unique(maintain_order=True).to_list():
            names = rows.filter(pl.col("reason") == reason)[self.by].to_list()
            yield f"Cannot tell of {_listed(names)}: {reason}."

    def _repr_html_(self) -> str:
        """Return the table and the sentences as HTML for a notebook."""
        columns = [self.by, "value", "lower", "upper", "position", "judgement"]
        return html_table(
            self.frame,
            columns,
            caption=f"Ref {self.ref}, {self.title}, {self.period}: in the order of the list, "
            "not ranked",
            titles={**_TITLES, self.by: self.by_title},
            warning="" if self.policy else UNPROTECTED_WARNING,
            footnotes=[str(self)],
        )

    def to_polars(self) -> pl.DataFrame:
        """Return one row for each member, in the order of the breakdown's list.

        Columns:

        - ``ref, metric, measure, basis, grain, period, period_start, period_end``, the breakdown,
          ``value, unit, numerator, denominator, marker``: as in the result.
        - ``size``: what the limits depend on: the cases of a share, the effective answers of a
          survey, or the people of a rate; null for a median.
        - ``lower, upper``: the 95% confidence interval of the member's own value.
        - ``average``: the average of the members that are compared.
        - ``lower_95, upper_95, lower_998, upper_998``: the limits at 95% and at 99.8% around the
          average, for a member of this size.
        - ``adjusted_lower_95`` and so on: the same limits, wider where members differ by more than
          chance; null with fewer than 10 members.
        - ``position``: ``above 99.8%``, ``above 95%``, ``within``, ``below 95%`` or
          ``below 99.8%``: by the adjusted limits if :attr:`is_adjusted`.
        - ``judgement``: a :class:`MemberJudgement`.
        - ``evidence``: ``strong`` outside the limits at 99.8%, ``weak`` outside those at 95%.
        - ``reason``: why the judgement is "cannot tell".
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


def limits_of_size(
    sizes: NDArray[np.float64], average: float, scale: float | None, spread: float
) -> FunnelLimits:
    """Return the limits of members of some sizes around their average.

    Args:
        sizes: the cases, effective answers or people of each member.
        average: the average of the members.
        scale: the number of people of a rate; None for a share.
        spread: the standard deviation between members beyond chance.
    """
    if scale is None:
        return share_funnel(sizes, min(average, 1.0), spread)
    return rate_funnel(sizes, average, scale, spread)


_TITLES: Mapping[str, str] = {
    "lower": "95% interval, from",
    "upper": "to",
    "position": "Beside the limits",
    "judgement": "Beside the average",
}


def _listed(names: list[str]) -> str:
    return ", ".join(names[:-1]) + f" and {names[-1]}" if len(names) > 1 else names[0]
