"""The judgement of each series of a result at its latest complete period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import polars as pl

from swm_kpi.analysis.comparison import (
    MIN_COUNT,
    ComparedRow,
    ComparisonKind,
    ResultRows,
    Verdict,
)
from swm_kpi.analysis.judgement.charts import Charts, ChartWords, chart_words
from swm_kpi.analysis.judgement.sealed import SealedVerdicts
from swm_kpi.analysis.targets import Targets
from swm_kpi.errors import RequestError
from swm_kpi.measures import ChangeTest
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Marker

FALSE_DISCOVERY_RATE = 0.05
"""The share of strong verdicts that may be false, on average. A choice of this project."""

_TEXT, _NUMBER = pl.String(), pl.Float64()
COLUMNS: Mapping[str, pl.DataType] = {
    "value": _NUMBER,
    "unit": _TEXT,
    "previous_period": _TEXT,
    "previous_value": _NUMBER,
    "verdict": _TEXT,
    "evidence": _TEXT,
    "reason": _TEXT,
    "change": _NUMBER,
    "change_lower": _NUMBER,
    "change_upper": _NUMBER,
    "p_value": _NUMBER,
    "q_value": _NUMBER,
    "signal": _TEXT,
    "signal_since": _TEXT,
    "target": _NUMBER,
    "assurance": _TEXT,
    "caveats": _TEXT,
}
"""The columns of a judgement after those that identify its row, with their types."""

SHOWN_CHANGES = (Verdict.IMPROVEMENT, Verdict.CONCERN, Verdict.HIGHER, Verdict.LOWER)
"""The verdicts that say that something changed."""


class Evidence(StrEnum):
    """How far a verdict of a change can be relied on."""

    STRONG = "strong"
    """It stands after allowing for all tests of the table."""
    WEAK = "weak"
    """One unchanged measure in twenty shows as much by chance."""


def judge(
    frame: pl.DataFrame,
    by: tuple[str, ...],
    metrics: Mapping[str, Metric],
    against: str,
    targets: Targets | None,
    *,
    policy: str = "",
    sealed: SealedVerdicts | None = None,
) -> pl.DataFrame:
    """Return a row for each series of a result, judged at its latest complete period.

    Args:
        frame: the table of a result.
        by: the breakdowns of the result.
        metrics: the metric that each ref was computed from, by ref.
        against: the name of a :class:`ComparisonKind`.
        targets: the register of targets; None without targets.
        policy: the disclosure policy that protects the numbers; empty if none does.
        sealed: the verdicts of the exact numbers, for a protected result.

    Raises:
        RequestError: there is no such comparison, ``targets`` is not a register, or the metric of
            a ref is not known.
    """
    kind = ComparisonKind.parse(against)
    if targets is not None and not isinstance(targets, Targets):
        raise RequestError(
            'targets= takes a register. Give kpi.Targets.read("targets.toml", catalogue), or '
            "force.targets."
        )
    latest = sealed.latest if sealed is not None else None
    rows = ResultRows(frame, by, metrics, latest).compared(
        kind, min_count=MIN_COUNT, only_latest=True
    )
    if sealed is not None:
        rows = [sealed.restored(row, kind) for row in rows]
    evidence = evidence_of(rows) if sealed is None else sealed.evidence_of(rows, kind)
    charts = Charts(frame, by, metrics, targets, policy)
    q_values = false_discovery_rates(rows)
    names = ["ref", "measure", "basis", "grain", *by, "period_start"]
    wanted = {row.key for row in rows}
    items = {
        key: item
        for key, item in zip(frame.select(names).rows(), frame.iter_rows(named=True), strict=True)
        if key in wanted
    }
    judged = []
    for row, q_value, strength in zip(rows, q_values, evidence, strict=True):
        chart = charts.of(row.name)
        words = chart_words(chart, row)
        if sealed is not None:
            words = sealed.chart_words(row, words, targets)
        judged.append(_judgement(items[row.key], row, q_value, strength, words, by))
    schema = {**{name: frame.schema[name] for name in key_columns(by)}, **COLUMNS}
    return pl.DataFrame(judged, schema=schema, orient="row")


def key_columns(by: Sequence[str]) -> list[str]:
    """Return the columns that identify the rows of a judgement."""
    before = ["ref", "metric", "measure", "basis", "grain", "period", "period_start", "period_end"]
    return [*before, *by]


def false_discovery_rates(rows: Sequence[ComparedRow]) -> list[float | None]:
    """Return the q-value of each row among all rows; None where there is no test."""
    from swm_kpi.statistics import q_values

    known = [row.answer.p_value for row in rows if row.answer.p_value is not None]
    adjusted = iter(q_values(known).tolist() if known else [])
    return [None if row.answer.p_value is None else next(adjusted) for row in rows]


def evidence_of(rows: Sequence[ComparedRow]) -> list[str]:
    """Return the evidence of each verdict of a change among all rows; empty for other verdicts.

    It is weak at most where there are too few periods to estimate how much the series varies.
    """
    evidence = []
    for row, q_value in zip(rows, false_discovery_rates(rows), strict=True):
        series = row.series
        if row.answer.verdict not in SHOWN_CHANGES or q_value is None:
            evidence.append("")
            continue
        is_known = series.variation.is_estimated or series.change_test is ChangeTest.TREND
        is_strong = is_known and q_value <= FALSE_DISCOVERY_RATE
        evidence.append((Evidence.STRONG if is_strong else Evidence.WEAK).value)
    return evidence


def _judgement(
    item: Mapping[str, object],
    row: ComparedRow,
    q_value: float | None,
    evidence: str,
    words: ChartWords,
    by: tuple[str, ...],
) -> tuple[object, ...]:
    answer, comparison = row.answer, row.comparison
    caveats = [*answer.caveats]
    if comparison.change_marker == Marker.LOW_RELIABILITY:
        caveats.insert(0, "A number of the comparison is of low reliability.")
    return (
        *(item[name] for name in key_columns(by)),
        item["value"],
        item["unit"],
        comparison.previous_period,
        comparison.previous_value,
        answer.verdict.value,
        evidence,
        answer.reason,
        answer.change,
        answer.lower,
        answer.upper,
        answer.p_value,
        None if answer.p_value is None else q_value,
        *words,
        " ".join(caveats),
    )
