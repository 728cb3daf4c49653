"""The table of judgements that ``Result.judge`` returns."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import Any

import polars as pl

from swm_kpi.analysis.comparison import ComparisonKind, Verdict
from swm_kpi.analysis.comparison.verdict import SIGNIFICANCE
from swm_kpi.analysis.judgement.sentences import describe_judgement
from swm_kpi.contracts import ALL
from swm_kpi.output import Dataset, html_table, write_csv
from swm_kpi.output.dataset import humanize_key
from swm_kpi.output.guard import UNPROTECTED_WARNING, require_disclosure_control
from swm_kpi.output.text_table import TERMINAL_WIDTH, format_labelled
from swm_kpi.output.to_pandas import pandas_table


class Judgements:
    """Whether each measure is getting better or worse, at its latest complete period.

    One row for each ref, measure, basis, grain and member. Columns: ``ref, metric, measure, basis,
    grain, period, period_start, period_end`` and the breakdowns, as in the result, then

    - ``value``, ``unit``: the number of the period.
    - ``previous_period``, ``previous_value``: what it is compared with.
    - ``verdict``: improvement, concern, higher, lower (where neither way is better in itself), no
      change shown, or cannot tell. A change is shown where the p-value is at most 0.05.
    - ``evidence``: strong if the verdict stands after allowing for all tests of the table, weak if
      it does not; empty where no change is shown.
    - ``reason``: how the change was tested, or why there is no verdict.
    - ``change``: the current number less the earlier one, in the unit of the value. For counts it
      is at the current number of days: from a February to a March of equal rates it is zero. For a
      stock it is the change of its trend.
    - ``change_lower``, ``change_upper``: the 95% interval of the change.
    - ``p_value``: of no change, two-sided; ``q_value``: the false discovery rate at which it is
      called a change (Benjamini and Hochberg).
    - ``signal``, ``signal_since``: what the process chart says of the latest periods, and the first
      period of the change.
    - ``target``: the target in force; ``assurance``: consistently met, hit and miss, consistently
      missed, or cannot tell. Empty without a target.
    - ``caveats``: what to be careful of, in sentences.

    Attributes:
        against: what each row is compared with.
        by: the breakdowns, in the order of their columns.
        policy: the disclosure policy that protects the numbers; empty if none does.
        provenance: the provenance of the result; None if not known.
    """

    def __init__(self, frame: pl.DataFrame, against: str, dataset: Dataset) -> None:
        self.against = ComparisonKind.parse(against)
        self.by = dataset.by
        self.policy = dataset.policy
        self.provenance = dataset.provenance
        self._dataset = dataset
        self._frame = frame

    def __len__(self) -> int:
        return self._frame.height

    def __repr__(self) -> str:
        counts = self.counts()
        listed = ", ".join(f"{count:,} {verdict}" for verdict, count in counts.items() if count)
        return f"Judgements({len(self):,} rows with {self.against.value}: {listed or 'none'})"

    def counts(self) -> dict[str, int]:
        """Return how many rows have each verdict."""
        verdicts = self._frame["verdict"].to_list()
        return {verdict.value: verdicts.count(verdict.value) for verdict in Verdict}

    @property
    def expected_by_chance(self) -> float:
        """How many verdicts of a change to expect by chance if nothing had changed.

        One in twenty of the rows that were tested. Tests of whole counts give somewhat fewer.
        """
        return SIGNIFICANCE * int(self._frame["p_value"].is_not_null().sum())

    def describe_chance(self) -> str:
        """Return a sentence on how many verdicts of a change to expect by chance."""
        tested = self._frame["p_value"].is_not_null().sum()
        return (
            f"Of {tested:,} tests, about {round(self.expected_by_chance):,} would show a change by "
            "chance if nothing had changed."
        )

    def to_text(self, width: int = TERMINAL_WIDTH) -> str:
        """Return the judgements as text for a terminal: sentences beside each measure and member.

        Args:
            width: the number of characters in a line.
        """
        lines: list[str] = []
        for ref in self._dataset.refs:
            rows = self._frame.filter(pl.col("ref") == ref).to_dicts()
            if rows:
                title = f"{ref}  {self._dataset.title_of(ref)}"
                lines += wrap(title, width, subsequent_indent=" " * (len(ref) + 2))
                lines += [*format_labelled(map(self._labelled, rows), width), ""]
        lines += wrap(self.describe_chance(), width)
        return "\n".join(lines) + "\n"

    def _labelled(self, row: dict[str, Any]) -> tuple[str, str]:
        """Return the name of a row, and what it says."""
        label = self._dataset.label_of(row["ref"], row["measure"], row["basis"])
        members = [row[key] for key in self.by if row[key] != ALL]
        return ", ".join([label, *members]), describe_judgement(row)

    def _repr_html_(self) -> str:
        """Return the first rows as HTML for a notebook: those with evidence first."""
        titles = {
            "previous_period": "Compared with",
            "change_lower": "Change from",
            "change_upper": "to",
        }
        order = {"strong": 0, "weak": 1, "": 2}
        ordered = self._frame.sort(
            pl.col("evidence").replace_strict(order, return_dtype=pl.Int8), maintain_order=True
        )
        expected = round(self.expected_by_chance)
        return html_table(
            ordered,
            ["ref", "measure", "period", *self.by, "value", "previous_period", "previous_value",
             "verdict", "evidence", "change_lower", "change_upper", "signal", "assurance",
             "reason"],
            caption=f"Judgement against {self.against.value.replace('_', ' ')}: "
            f"{len(self):,} rows, about {expected} verdicts of a change by chance",
            titles=titles | {name: humanize_key(name) for name in self.by},
            row_headings=2,
            warning="" if self.policy else UNPROTECTED_WARNING,
        )  # fmt: skip

    def to_polars(self) -> pl.DataFrame:
        """Return the table as a Polars data frame."""
        return self._frame.clone()

    def to_pandas(self) -> Any:
        """Return the table as a pandas data frame: dates as datetime64, an empty number as NaN."""
        return pandas_table(self._frame)

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
        write_csv(self._frame, path, overwrite=overwrite)
