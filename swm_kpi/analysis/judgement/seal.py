"""Seal the verdicts of exact numbers, so that a protected result can keep them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

import polars as pl

from swm_kpi.analysis.comparison import (
    MIN_COUNT,
    ChangeQuestion,
    ComparedRow,
    ComparisonKind,
    ResultRows,
    Verdict,
    answer_questions,
)
from swm_kpi.analysis.comparison.pooling import RowNumbers
from swm_kpi.analysis.judgement.charts import Charts, ChartWords, chart_words
from swm_kpi.analysis.judgement.judge import evidence_of
from swm_kpi.analysis.judgement.sealed import WITHHELD, Key, SealedVerdicts
from swm_kpi.analysis.targets import Targets
from swm_kpi.disclosure import DisclosurePolicy
from swm_kpi.measures import ChangeTest, ResultColumn
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Marker


def seal(
    frame: pl.DataFrame,
    protected: pl.DataFrame,
    by: tuple[str, ...],
    metrics: Mapping[str, Metric],
    policy: DisclosurePolicy,
    targets: Targets | None,
) -> SealedVerdicts:
    """Return the verdicts of the exact numbers of a result, at the latest complete periods.

    Args:
        frame: the exact table.
        protected: the table after disclosure control, with the rows in the same order.
        by: the breakdowns of the result.
        metrics: the metric that each ref was computed from, by ref.
        policy: the policy that was applied.
        targets: the register of targets; None without targets.

    Raises:
        RequestError: the metric of a ref is not known.
    """
    exact = ResultRows(frame, by, metrics)
    charts = Charts(frame, by, metrics, targets, "")
    hidden = set(protected.filter(pl.col("marker") == Marker.CONFIDENTIAL.value)["ref"])
    verdicts: dict[ComparisonKind, dict[Key, tuple[Verdict, str]]] = {}
    evidence: dict[ComparisonKind, dict[Key, str]] = {}
    words: dict[tuple[str, ...], ChartWords] = {}
    latest: dict[tuple[str, ...], date] = {}
    shown: ResultRows | None = None
    for kind in ComparisonKind:
        rows = exact.compared(kind, min_count=MIN_COUNT, only_latest=True)
        latest |= {row.name: row.start for row in rows}
        verdicts[kind] = {row.key: (row.answer.verdict, row.answer.reason) for row in rows}
        if policy.rounds and hidden:
            shown = shown or ResultRows(protected, by, metrics, latest)
            shown_rows = shown.compared(kind, min_count=MIN_COUNT, only_latest=True)
            for row in _revealing(rows, shown_rows, hidden, policy):
                verdicts[kind][row.key] = (Verdict.CANNOT_TELL, WITHHELD)
        pairs = zip(rows, evidence_of(rows), strict=True)
        evidence[kind] = {row.key: strength for row, strength in pairs}
        for row in rows:
            if row.name not in words:
                words[row.name] = chart_words(charts.of(row.name), row)
    return SealedVerdicts(verdicts, evidence, words, latest, targets, policy.rounds)


def _revealing(
    rows: Sequence[ComparedRow],
    shown: Sequence[ComparedRow],
    hidden: set[object],
    policy: DisclosurePolicy,
) -> Iterator[ComparedRow]:
    """Yield the rows that have a verdict which says more than the rounded numbers do.

    Such a verdict narrows the counts behind the rounded numbers. Where the ref has a hidden number,
    that could help to calculate it.
    """
    places, questions = [], []
    for place, (row, shown_row) in enumerate(zip(rows, shown, strict=True)):
        if row.name[0] not in hidden or row.question is None or shown_row.question is None:
            continue
        for question in _corners(row.question, shown_row.question, policy):
            places.append(place)
            questions.append(question)
    differing = {
        place
        for place, answer in zip(places, answer_questions(questions), strict=True)
        if answer.verdict is not rows[place].answer.verdict
    }
    yield from (rows[place] for place in sorted(differing))


def _corners(
    exact: ChangeQuestion, shown: ChangeQuestion, policy: DisclosurePolicy
) -> Iterator[ChangeQuestion]:
    """Yield the question with the largest and smallest counts that the rounded ones allow."""
    for current_end, previous_end in ((0, 1), (1, 0)):
        yield replace(
            exact,
            current=[_corner(exact, row, current_end, policy) for row in shown.current],
            previous=[_corner(exact, row, previous_end, policy) for row in shown.previous],
            value=shown.value,
            previous_value=shown.previous_value,
        )


def _corner(
    question: ChangeQuestion, row: RowNumbers, end: int, policy: DisclosurePolicy
) -> RowNumbers:
    """Return the numbers of a row at one end of the rounding interval of its counts."""
    test = question.series.change_test

    def limit(number: float | None, end: int) -> float | None:
        return None if number is None else policy.rounding_interval(number, whole=True)[end]

    if test is ChangeTest.SHARES:
        total = limit(row.denominator, 1 - end)
        cases = limit(row.numerator, end)
        if cases is not None and total is not None:
            total = max(total, cases)
        return replace(row, numerator=cases, denominator=total)
    if test is ChangeTest.EVENT_RATES:
        if question.series.measure.process_limits.count is ResultColumn.VALUE:
            return replace(row, value=limit(row.value, end))
        return replace(row, numerator=limit(row.numerator, end))
    return row
