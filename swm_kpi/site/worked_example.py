"""Which rows of a worked example count, and the sum they make.

A row is judged by the same expressions that the engine compiles, one row at a time. What is shown
is held against what the engine computes: where the two could differ, only the engine's is shown.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from swm_kpi.calendar import LONDON, Period
from swm_kpi.engine.compute import compute
from swm_kpi.engine.worked_examples import example_frame
from swm_kpi.expressions import BoolOp, Expression, Not, Repeats, as_condition, english
from swm_kpi.measures import Measure
from swm_kpi.measures.null_conditions import describe_nullable_columns
from swm_kpi.measures.statistic import Operation, Statistic, TimeAlignment
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.examples import Example, parse_pipe_table
from swm_kpi.model.metric import Metric
from swm_kpi.testing.evaluate import Row, evaluator
from swm_kpi.vocabulary import Basis

_ZONE = ZoneInfo(LONDON)
# The roles of statistics that a measure divides by, and of those that it only tells of.
_TOTALS = {"denominator", "untimed", "people", "cohort", "valid", "squares", "answers", "snapshots"}
_UNDECIDED = {"undecided", "unknown", "nobody"}
_SNAPSHOTS = (
    TimeAlignment.LAST_SNAPSHOT,
    TimeAlignment.MEAN_OF_SNAPSHOTS,
    TimeAlignment.MEAN_OF_STOCKS,
)


@dataclass(frozen=True)
class Found:
    """What the engine makes of one measure of an example."""

    value: float | None
    numerator: float | None
    denominator: float | None
    marker: str


@dataclass(frozen=True)
class Counted:
    """The rows that one statistic takes, and what each adds.

    Attributes:
        rows: their numbers, the first row being 1.
        amounts: what each adds: 1 where rows are counted.
    """

    rows: tuple[int, ...]
    amounts: tuple[float, ...]


class Working:
    """One example of a metric, worked out.

    Args:
        metric: whose example.
        example: which.

    Raises:
        SwmKpiError: it cannot be computed.
    """

    def __init__(self, metric: Metric, example: Example) -> None:
        self.metric = metric
        self.example = example
        self.period: Period = example.computed_period
        first = next(iter(metric.contracts.values()))
        self.texts = example.tables(first)
        self.rows: dict[str, list[Row]] = {
            name: [
                dict.fromkeys(metric.contracts[name].columns) | row
                for row in parse_pipe_table(text, metric.contracts[name])
            ]
            for name, text in self.texts.items()
        }

    @cached_property
    def found(self) -> Mapping[tuple[str, Basis], Found]:
        """What the engine computes, by measure and basis."""
        frames = {
            name: example_frame(text, self.metric.contracts[name])
            for name, text in self.texts.items()
        }
        result = compute(
            [self.metric],
            frames,
            periods=[self.period],
            coverage=dict.fromkeys(frames, (self.period.start, self.period.end)),
            catalogue=Catalogue([]),
        )
        return {
            (row["measure"], Basis(row["basis"])): Found(
                row["value"], row["numerator"], row["denominator"], row["marker"] or ""
            )
            for row in result.to_polars().iter_rows(named=True)
        }

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The measures the example expects: the force's own, or a proxy where only it was found."""
        chosen: dict[str, Measure] = {}
        for measure in self.metric.measures:
            if measure.key in self.example.expect and (measure.key, measure.basis) in self.found:
                chosen.setdefault(measure.key, measure)
        return tuple(chosen.values())

    def counted(self, statistic: Statistic) -> Counted | None:
        """Return the rows a statistic takes; None where one row alone does not tell."""
        rows = self.rows.get(statistic.contract.table)
        inside = self._inside(statistic, rows) if rows is not None else None
        if rows is None or inside is None:
            return None
        holds = _holding(statistic.where, rows)
        amount = evaluator(statistic.of) if statistic.of is not None else None
        taken, amounts, seen = [], [], set()
        for number, row in enumerate(rows, start=1):
            if not inside[number - 1] or holds[number - 1] is not True:
                continue
            adds = 1.0
            if amount is not None and statistic.operation is not Operation.ROWS:
                value = amount(row)
                if value is None:
                    continue
                distinct = statistic.operation is Operation.DISTINCT
                adds = float(value not in seen) if distinct else float(value)
                seen.add(value)
            taken.append(number)
            amounts.append(adds)
        return Counted(tuple(taken), tuple(amounts))

    def _inside(self, statistic: Statistic, rows: Sequence[Row]) -> list[bool] | None:
        """Say of each row whether it belongs to the period; None where that is not told by row."""
        days = [_day(row[statistic.at.name]) for row in rows]
        within = [day is not None and self.period.start <= day <= self.period.end for day in days]
        if statistic.alignment is TimeAlignment.EVENT:
            return within
        if statistic.alignment is TimeAlignment.LAST_SNAPSHOT:
            of_series = evaluator(statistic.series) if statistic.series is not None else None
            known = [
                day
                for row, day, inside in zip(rows, days, within, strict=True)
                if inside and day is not None and (of_series is None or of_series(row) is True)
            ]
            last = max(known, default=None)
            return [day is not None and day == last for day in days]
        if statistic.alignment is TimeAlignment.IN_FORCE and statistic.until is not None:
            end = self.period.end
            ends = [_day(row[statistic.until.name]) for row in rows]
            return [
                began is not None and began <= end and (ended is None or ended > end)
                for began, ended in zip(days, ends, strict=True)
            ]
        return within if statistic.alignment in _SNAPSHOTS else None

    def verdicts(self, table: str) -> list[str] | None:
        """Say of each row of a table whether any measure shown counts it, and if not, why.

        None where that cannot be told from the row alone.
        """
        rows = self.rows[table]
        told = [
            (role, statistic, self.counted(statistic))
            for measure in self.measures
            for role, statistic in measure.statistics.items()
            if statistic.contract.table == table and role not in _UNDECIDED
        ]
        if not told or any(counted is None for _, _, counted in told):
            return None
        found = []
        for number, row in enumerate(rows, start=1):
            roles = {role for role, _, counted in told if counted and number in counted.rows}
            if roles - _TOTALS:
                found.append("Counts")
            elif roles:
                found.append("In the total only")
            else:
                found.append(f"Does not count: {self._why_not(row, [s for _, s, _ in told])}")
        return found

    def _why_not(self, row: Row, statistics: Sequence[Statistic]) -> str:
        inside = [self._inside(each, [row]) for each in statistics]
        if not any(each and each[0] for each in inside):
            looked_back = any(each.history_months for each in self.measures)
            return "outside the period" + (", and read as history" if looked_back else "")
        failing = [_unmet(each.where, row) for each in statistics]
        common = [each for each in failing[0] if all(each in other for other in failing)]
        shortest = min(common, key=len, default="")
        if not shortest:
            return "meets no measure’s conditions"
        return _shortened(shortest)


def _holding(condition: Expression | None, rows: Sequence[Row]) -> list[bool | None]:
    """Return what a condition is of each row, with the other rows to look at where it does."""
    if condition is None:
        return [True] * len(rows)
    if isinstance(condition, Repeats):
        return _repeating(condition, rows)
    if isinstance(condition, BoolOp) and condition.op == "and":
        parts = zip(*(_holding(each, rows) for each in condition.conditions), strict=True)
        return [False if False in each else None if None in each else True for each in parts]
    return [evaluator(condition)(row) for row in rows]


def _repeating(repeats: Repeats, rows: Sequence[Row]) -> list[bool | None]:
    """Say of each row whether the same person has an earlier such row in the months before."""
    (months,) = repeats.months.values
    such = _holding(repeats.where, rows)
    people = [evaluator(repeats.who)(row) for row in rows]
    days = [_day(evaluator(repeats.at)(row)) for row in rows]

    def earlier(who: object, day: date) -> bool:
        first = _months_before(day, int(str(months)))
        return any(
            person == who and held is True and other is not None and first <= other < day
            for person, held, other in zip(people, such, days, strict=True)
        )

    return [
        None if who is None or day is None else earlier(who, day)
        for who, day in zip(people, days, strict=True)
    ]


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(_ZONE)).date()
    return value if isinstance(value, date) else None


def _unmet(condition: Expression | None, row: Row) -> list[str]:
    """Say of each part of a condition that a row does not meet how it fails it."""
    if condition is None:
        return []
    if isinstance(condition, BoolOp) and condition.op == "and":
        return [words for each in condition.conditions for words in _unmet(each, row)]
    if isinstance(condition, Repeats):
        return []
    holds = evaluator(condition)(row)
    if holds is None:
        return [f"{describe_nullable_columns(condition)} is not recorded"]
    return [] if holds else [english(Not(as_condition(condition)))]


def _shortened(words: str, most: int = 90) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def agrees(counted: Counted | None, number: float | None) -> bool:
    """Whether rows make the number the engine found."""
    if counted is None or number is None:
        return False
    return math.isclose(math.fsum(counted.amounts), number, rel_tol=1e-9, abs_tol=1e-9)
