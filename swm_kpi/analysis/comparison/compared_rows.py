"""The rows of a result, each compared with an earlier time and tested."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from swm_kpi.analysis.comparison.change_tests import ChangeAnswer, ChangeQuestion, answer_questions
from swm_kpi.analysis.comparison.compared_periods import (
    ComparedPeriods,
    ComparisonKind,
    compared_periods,
)
from swm_kpi.analysis.comparison.pooling import RowNumbers, pooling_rule
from swm_kpi.analysis.comparison.row_comparison import (
    ComparedNumbers,
    ComparisonRules,
    RowComparison,
    compare_row,
)
from swm_kpi.analysis.comparison.series import Series
from swm_kpi.analysis.comparison.verdict import Verdict
from swm_kpi.calendar import Period
from swm_kpi.contracts import UNKNOWN
from swm_kpi.errors import RequestError
from swm_kpi.measures import ChangeTest, Measure
from swm_kpi.measures.row_notes import is_absent_area_row
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Basis, Direction, Grain, Marker

_STATEMENT = "A statement of account is not a sample, so no test of chance applies to it."
_NOT_RECORDED = "Rows with no recorded member show how well members are recorded."
_HIGHER = "For each day, or person and day, the number is higher."
_LOWER = "For each day, or person and day, the number is lower."


@dataclass(frozen=True)
class ComparedRow:
    """One row of a result, compared.

    Attributes:
        name: the ref, measure, basis and grain, then the member of each breakdown.
        start: the first day of its period.
        comparison: the columns of the comparison, without its verdict.
        answer: what the test of the change says, or why there is none.
        series: the series of the row.
        direction: which way is better.
        question: what was tested; None if the row is not compared.
    """

    name: tuple[str, ...]
    start: date
    comparison: RowComparison
    answer: ChangeAnswer
    series: Series
    direction: Direction
    question: ChangeQuestion | None

    @property
    def key(self) -> tuple[object, ...]:
        """What identifies the row: its series and the first day of its period."""
        return (*self.name, self.start)

    @property
    def judged(self) -> RowComparison:
        """The columns of the comparison with the verdict, and with the reason if there is none."""
        comparison, answer = self.comparison, self.answer
        notes = [comparison.change_note] if comparison.change_note else []
        if comparison.change is not None:
            change = comparison.change * (answer.change or 0.0)
            if answer.verdict is Verdict.CANNOT_TELL:
                notes.append(f"No verdict: {answer.reason[:1].lower()}{answer.reason[1:]}")
            elif answer.verdict is not Verdict.NO_CHANGE_SHOWN and change < 0:
                notes.append(_LOWER if comparison.change > 0 else _HIGHER)
        return replace(comparison, verdict=answer.verdict.value, change_note=" ".join(notes))


class ResultRows:
    """The rows of a result, prepared once for several comparisons.

    Args:
        frame: the table of a result.
        by: the breakdowns of the result.
        metrics: the metric that each ref was computed from, by ref.
        latest: the first day of the latest complete period of each series, where it cannot be seen
            from the table, because disclosure control has replaced markers.

    Raises:
        RequestError: the metric of a ref is not known.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        by: tuple[str, ...],
        metrics: Mapping[str, Metric],
        latest: Mapping[tuple[str, ...], date] | None = None,
    ) -> None:
        unknown = sorted(set(frame["ref"].unique()) - metrics.keys())
        if unknown:
            raise RequestError(
                f"The result does not hold the metric of ref {unknown[0]}, so its direction and "
                "breaks are not known. Compare the result that compute() returned."
            )
        self._names = frame.select("ref", "measure", "basis", "grain", *by).rows()
        self._spans = frame.select("grain", "period_start", "period_end").rows()
        self._series = _series(frame, by, metrics, self._names)
        self._rules = {
            name: (
                metrics[name[0]].direction_of(series.measure),
                pooling_rule(series.measure, metrics[name[0]]),
            )
            for name, series in self._series.items()
        }
        self._latest = latest or {}

    def latest_start(self, name: tuple[str, ...]) -> date:
        """Return the first day of the latest complete period of a series."""
        return self._latest.get(name, self._series[name].latest_complete)

    def compared(
        self, kind: ComparisonKind, *, min_count: float, only_latest: bool = False
    ) -> list[ComparedRow]:
        """Return each row compared with an earlier time, in the order of the rows.

        Args:
            kind: what the rows are compared with.
            min_count: the smallest earlier count for which a percentage change is given.
            only_latest: only the row of the latest complete period of each series.
        """
        periods_for = cache(_compared_periods)
        compared: list[tuple[int, RowComparison, ChangeQuestion | None]] = []
        for place, (name, span) in enumerate(zip(self._names, self._spans, strict=True)):
            if only_latest and self.latest_start(name) != span[1]:
                continue
            periods = periods_for(kind, *span)
            if isinstance(periods, str):
                marker, note = Marker.NOT_APPLICABLE.value, f"Not compared: {periods}"
                comparison = RowComparison(change_marker=marker, change_note=note)
                compared.append((place, comparison, None))
                continue
            compared.append((place, *self._compare(name, periods, min_count)))
        answers = iter(answer_questions([item for *_, item in compared if item is not None]))
        return [
            ComparedRow(
                name := self._names[place],
                self._spans[place][1],
                comparison,
                _not_compared(comparison, self._series[name])
                if question is None
                else next(answers),
                self._series[name],
                self._rules[name][0],
                question,
            )
            for place, comparison, question in compared
        ]

    def _compare(
        self, name: tuple[str, ...], periods: ComparedPeriods, min_count: float
    ) -> tuple[RowComparison, ChangeQuestion | None]:
        """Return the comparison of a row, and the question to test if it is compared."""
        series = self._series[name]
        direction, pooling = self._rules[name]
        current, previous = (
            [
                None if (item := series.rows.get(period.start)) is None else item[1]
                for period in side
            ]
            for side in (periods.current, periods.previous)
        )
        rules = ComparisonRules(series.measure, direction, series.breaks, pooling, min_count)
        comparison, numbers = compare_row(periods, current, previous, rules)
        return comparison, _question(series, direction, periods, numbers)


def _compared_periods(
    kind: ComparisonKind, grain: str, start: date, end: date
) -> ComparedPeriods | str:
    return compared_periods(kind, _period(grain, start, end))


def _question(
    series: Series,
    direction: Direction,
    periods: ComparedPeriods,
    numbers: ComparedNumbers | None,
) -> ChangeQuestion | None:
    """Return the question of a row that is compared."""
    if numbers is None:
        return None
    return ChangeQuestion(
        series,
        direction,
        periods,
        numbers.current,
        numbers.previous,
        numbers.value,
        numbers.previous_value,
    )


def _not_compared(comparison: RowComparison, series: Series) -> ChangeAnswer:
    """Return the answer for a row that is not compared: the reason."""
    reason = comparison.change_note.removeprefix("Not compared: ")
    return ChangeAnswer(reason=series.no_test_reason or reason[:1].upper() + reason[1:])


def _series(
    frame: pl.DataFrame,
    by: tuple[str, ...],
    metrics: Mapping[str, Metric],
    names: list[tuple[str, ...]],
) -> dict[tuple[str, ...], Series]:
    """Return the series of each name."""
    rows: dict[tuple[str, ...], dict[date, tuple[Period, RowNumbers]]] = {}
    columns = ("value", "numerator", "denominator", "marker", "note", "lower", "upper")
    numbers = frame.select(
        "grain", "period_start", "period_end", *columns, "effective_answers"
    ).to_dicts()
    for name, row in zip(names, numbers, strict=True):
        period = _period(row["grain"], row["period_start"], row["period_end"])
        rows.setdefault(name, {})[period.start] = (period, _row_numbers(row))
    return {
        name: _one_series(name, by, metrics, dict(sorted(items.items())))
        for name, items in rows.items()
    }


@cache
def _period(grain: str, start: date, end: date) -> Period:
    return Period(Grain(grain), start, end)


def _row_numbers(row: Mapping[str, Any]) -> RowNumbers:
    return RowNumbers(
        row["value"],
        row["numerator"],
        row["denominator"],
        row["marker"],
        is_absent_area_row(row),
        row["lower"],
        row["upper"],
        row["effective_answers"],
    )


def _one_series(
    name: tuple[str, ...],
    by: tuple[str, ...],
    metrics: Mapping[str, Metric],
    rows: Mapping[date, tuple[Period, RowNumbers]],
) -> Series:
    ref, key, basis, grain, *members = name
    metric = metrics[ref]
    measure = metric.measure(key, Basis(basis))
    parts = [metric.measure(part, measure.basis) for part in measure.depends_on]
    test, reason = _change_test(measure, parts)
    if UNKNOWN in members and test is not ChangeTest.NONE:
        test, reason = ChangeTest.NONE, _NOT_RECORDED
    return Series(
        measure,
        test,
        reason,
        Grain(grain),
        tuple(metric.breaks_of(measure, dict(zip(by, members, strict=True)))),
        rows,
    )


def _change_test(measure: Measure, parts: Iterable[Measure]) -> tuple[ChangeTest, str]:
    """Return how a measure is tested, from its kind and the kinds of what it divides."""
    rule = measure.change_test
    inputs = list(parts)
    if any(part.statement_period is not None for part in inputs):
        return ChangeTest.NONE, _STATEMENT
    is_of_stocks = bool(inputs) and all(
        part.change_test.test is ChangeTest.TREND for part in inputs
    )
    if rule.test is ChangeTest.PERIOD_VARIATION and is_of_stocks:
        return ChangeTest.TREND, ""
    return rule.test, rule.refusal
