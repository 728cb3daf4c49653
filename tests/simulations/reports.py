"""Judges reports of 60 measures: how many verdicts of a change are wrong, and how many are found.

The judgement is that of ``Result.judge``: the same series, tests, evidence and q-values, without a
table around them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np

import swm_kpi as kpi
from swm_kpi.analysis.comparison import ComparedRow, ComparisonKind
from swm_kpi.analysis.comparison.change_tests import ChangeQuestion, answer_questions
from swm_kpi.analysis.comparison.compared_periods import compared_periods
from swm_kpi.analysis.comparison.pooling import RowNumbers
from swm_kpi.analysis.comparison.row_comparison import RowComparison
from swm_kpi.analysis.comparison.series import Series
from swm_kpi.analysis.judgement.judge import evidence_of
from swm_kpi.calendar import Period
from swm_kpi.vocabulary import Direction, Grain
from tests.simulations.simulation import Draw, Generator, Numbers

MEASURES = 60
"""The number of measures of a report."""
CHANGED = 10
"""The number of measures of a report that have changed, where some have."""
Report = Sequence[ComparedRow]


class Call(kpi.Contract, row_unit=kpi.Unit.CALLS):
    """One row per call."""

    day = kpi.Column(date, description="The day.")
    urgent = kpi.Column(bool, description="Whether it was urgent.")


CALLS = kpi.Count(key="calls", of=Call, at=Call.day)
URGENT = kpi.Proportion(key="urgent", of=Call, at=Call.day, numerator=Call.urgent)


def reports(
    draws: Draw, of: Callable[[Report], float], *, grain: Grain = Grain.MONTH, cases: int = 0
) -> Draw:
    """Return what a function says of each report.

    Args:
        draws: the counts of each measure, or the numerators of a share.
        of: a function of the judged rows of a report.
        grain: the length of the periods. The last of them ends in March.
        cases: the denominator of a share; 0 for counts.
    """

    def flags(rng: Generator, size: int) -> Numbers:
        return np.array([of(judge(draws(rng, MEASURES), grain, cases)) for _ in range(size)])

    return flags


def judge(numbers: Numbers, grain: Grain, cases: int) -> Report:
    """Return the latest row of each series compared with the year before."""
    last = Period.parse("2025-03") if grain is Grain.MONTH else Period.parse("2024/25 Q4")
    periods = [last]
    while len(periods) < numbers.shape[1]:
        periods.insert(0, periods[0].previous())
    compared = compared_periods(ComparisonKind.PREVIOUS_YEAR, last)
    questions = []
    for row in numbers.astype(float).tolist():
        rows = {
            period.start: (
                period,
                RowNumbers(count / cases, count, float(cases), "")
                if cases
                else RowNumbers(count, None, None, ""),
            )
            for period, count in zip(periods, row, strict=True)
        }
        measure = URGENT if cases else CALLS
        series = Series(measure, measure.change_test.test, "", grain, (), rows)
        current, previous = (
            [rows[period.start][1] for period in side]
            for side in (compared.current, compared.previous)
        )
        values = (float(current[0].value or 0), float(previous[0].value or 0))
        questions.append(
            ChangeQuestion(series, Direction.NEUTRAL, compared, current, previous, *values)
        )
    return [
        ComparedRow(
            (), last.start, RowComparison(), answer, question.series, Direction.NEUTRAL, question
        )
        for question, answer in zip(questions, answer_questions(questions), strict=True)
    ]


def share_shown(report: Report) -> float:
    """Return the share of measures with a verdict of a change."""
    return float(np.mean([evidence != "" for evidence in evidence_of(report)]))


def any_strong(report: Report) -> float:
    """Return 1 if any measure has strong evidence of a change."""
    return float("strong" in evidence_of(report))


def false_share_of_strong(report: Report) -> float:
    """Return the share of strong verdicts that are of unchanged measures; 0 without any."""
    strong = [at for at, evidence in enumerate(evidence_of(report)) if evidence == "strong"]
    return sum(at >= CHANGED for at in strong) / max(1, len(strong))


def found_share(report: Report) -> float:
    """Return the share of changed measures that have a verdict of a change."""
    return float(np.mean([evidence != "" for evidence in evidence_of(report)[:CHANGED]]))


def with_change(draws: Draw, late: int, factor: float, *, mean: float) -> Draw:
    """Draw counts of which the first measures have another mean in their last periods."""

    def counts(rng: Generator, size: int) -> Numbers:
        numbers = draws(rng, size)
        numbers[:CHANGED, -late:] = rng.poisson(mean * factor, (CHANGED, late))
        return numbers

    return counts
