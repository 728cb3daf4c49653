"""The verdicts of exact numbers that a protected result keeps: words, and no numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from swm_kpi.analysis.comparison import ComparedRow, ComparisonKind, Verdict
from swm_kpi.analysis.judgement.charts import ChartWords
from swm_kpi.analysis.process_charts import Signal
from swm_kpi.analysis.targets import Targets
from swm_kpi.statistics import Assurance
from swm_kpi.vocabulary import Direction

Key = tuple[object, ...]
"""A series, and the first day of a period."""

WITHHELD = "The verdict is withheld to protect people."
_ABOUT = "About: calculated from the rounded numbers. The verdict is that of the exact ones."
_NOT_KEPT = "Verdicts of earlier periods are not kept with rounded numbers."
_OTHER_WAY = "The rounded numbers do not move as the exact ones do, so no change is shown."
_SIGN = {Verdict.IMPROVEMENT: 1, Verdict.HIGHER: 1, Verdict.CONCERN: -1, Verdict.LOWER: -1}


@dataclass(frozen=True, eq=False)
class SealedVerdicts:
    """The verdicts of exact numbers, kept with a result after disclosure control.

    Attributes:
        verdicts: by kind of comparison and row of a latest complete period, the verdict and how it
            was reached.
        evidence: by kind of comparison and row, the evidence of the judgement of each series.
        charts: by series, what its process chart says.
        latest: by series, the first day of its latest complete period.
        targets: the register that the assurance was calculated with; None without targets.
        rounds: whether the numbers are rounded.
    """

    verdicts: Mapping[ComparisonKind, Mapping[Key, tuple[Verdict, str]]]
    evidence: Mapping[ComparisonKind, Mapping[Key, str]]
    charts: Mapping[tuple[str, ...], ChartWords]
    latest: Mapping[tuple[str, ...], date]
    targets: Targets | None
    rounds: bool

    def restored(self, row: ComparedRow, kind: ComparisonKind) -> ComparedRow:
        """Return a row of protected numbers with the verdict of the exact ones.

        A row with a hidden number on either side has no verdict. A shown change that goes the other
        way than the verdict is taken out. Only the verdicts of the latest complete periods are
        kept: rounded numbers of earlier ones have none, and other numbers are judged again.
        """
        if row.question is None or (row.key not in self.verdicts[kind] and not self.rounds):
            return row
        verdict, reason = self.verdicts[kind].get(row.key, (Verdict.CANNOT_TELL, _NOT_KEPT))
        answer = replace(row.answer, verdict=verdict, reason=reason)
        if not self.rounds or verdict is Verdict.CANNOT_TELL:
            return replace(row, answer=answer)
        way = _way(verdict, row.direction)
        changes = (answer.change, row.comparison.change)
        if way and any(change is not None and change * way <= 0 for change in changes):
            return replace(
                row,
                answer=replace(
                    answer,
                    change=None,
                    lower=None,
                    upper=None,
                    p_value=None,
                    caveats=(*answer.caveats, _OTHER_WAY),
                ),
                comparison=replace(
                    row.comparison,
                    change=None,
                    change_pct=None,
                    change_percentage_points=None,
                    change_note=f"{row.comparison.change_note} {_OTHER_WAY}".strip(),
                ),
            )
        caveats = (*answer.caveats, _ABOUT) if answer.change is not None else answer.caveats
        return replace(row, answer=replace(answer, caveats=caveats))

    def evidence_of(self, rows: Sequence[ComparedRow], kind: ComparisonKind) -> list[str]:
        """Return the evidence of each row with a verdict of a change."""
        return [
            self.evidence[kind].get(row.key, "") if row.answer.verdict in _SIGN else ""
            for row in rows
        ]

    def chart_words(
        self, row: ComparedRow, shown: ChartWords, targets: Targets | None
    ) -> ChartWords:
        """Return what the chart of a row says: in words of the exact numbers if it is shown.

        Args:
            row: the row.
            shown: what the chart of the protected numbers says.
            targets: the register of targets. If it is not that of the exact numbers, the assurance
                is that of the protected ones.
        """
        _, numbers = row.series.rows[row.start]
        if numbers.value is None:
            missing = None if shown.target is None else Assurance.CANNOT_TELL.value
            return ChartWords(Signal.NO_LIMITS.value, "", shown.target, missing)
        exact = self.charts[row.name]
        if targets is not self.targets:
            return shown._replace(signal=exact.signal, signal_since=exact.signal_since)
        return exact


def _way(verdict: Verdict, direction: Direction) -> int:
    """Return 1 if a verdict says that the number rose, -1 if it fell, and 0 otherwise."""
    sign = _SIGN.get(verdict, 0)
    return -sign if direction is Direction.LOWER_IS_BETTER else sign
