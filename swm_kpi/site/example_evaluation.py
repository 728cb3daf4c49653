"""Which rows of a worked example each measure counts, and which values the engine computes.

Rows are evaluated one at a time, in plain Python, by the same expressions that the engine compiles.
The page shows a calculation only if it gives the value that the engine computed.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from swm_kpi.calendar import LONDON, Period
from swm_kpi.engine.compute import compute
from swm_kpi.engine.worked_examples import example_frame
from swm_kpi.expressions import (
    BoolOp,
    Expression,
    MetByNone,
    Not,
    Repeats,
    as_condition,
    conjuncts,
    english,
)
from swm_kpi.measures import Measure
from swm_kpi.measures.null_conditions import describe_undecided, nullable_columns
from swm_kpi.measures.order_of_times import reversed_times
from swm_kpi.measures.repeated_hour import REPEATED_HOUR, undecided_in_repeated_hour
from swm_kpi.measures.statistic import Operation, Statistic, TimeAlignment
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.examples import Example, parse_pipe_table
from swm_kpi.model.metric import Metric
from swm_kpi.testing.evaluate import Row, evaluator
from swm_kpi.vocabulary import Basis

_ZONE = ZoneInfo(LONDON)
# Roles that a measure divides by. A row in these only is in the total, and does not count itself.
_DENOMINATOR_ROLES = {
    *("answers", "cohort", "denominator", "people", "snapshots", "squares", "untimed", "valid"),
}
# Roles of rows that are left out, and that only the note mentions.
_MOST_REASONS = 2
_NOTE_ROLES = {"nobody", "undecided", "unknown"}
_SNAPSHOT_ALIGNMENTS = (
    TimeAlignment.LAST_SNAPSHOT,
    TimeAlignment.MEAN_OF_SNAPSHOTS,
    TimeAlignment.MEAN_OF_STOCKS,
)


@dataclass(frozen=True)
class ComputedValue:
    """What the engine computes for one measure of an example."""

    value: float | None
    numerator: float | None
    denominator: float | None
    marker: str


@dataclass(frozen=True)
class CountedRows:
    """The rows that one statistic accumulates.

    Attributes:
        numbers: the number of each row, from 1.
        amounts: what each row adds: 1 where rows are counted.
    """

    numbers: tuple[int, ...]
    amounts: tuple[float, ...]


class ExampleEvaluation:
    """The rows and the values of one worked example.

    Attributes:
        metric: the metric of the example.
        period: the period that the example computes.
        pipe_tables: the text of each table, by table name.

    Raises:
        SwmKpiError: the example cannot be computed.
    """

    def __init__(self, metric: Metric, example: Example) -> None:
        self.metric = metric
        self.period: Period = example.computed_period
        first = next(iter(metric.contracts.values()))
        self.pipe_tables = example.tables(first)
        self._example = example
        self._rows: dict[str, list[Row]] = {
            name: [
                dict.fromkeys(metric.contracts[name].columns) | row
                for row in parse_pipe_table(text, metric.contracts[name])
            ]
            for name, text in self.pipe_tables.items()
        }

    @cached_property
    def values(self) -> Mapping[tuple[str, Basis], ComputedValue]:
        """What the engine computes, by key and basis of the measure."""
        frames = {
            name: example_frame(text, self.metric.contracts[name])
            for name, text in self.pipe_tables.items()
        }
        result = compute(
            [self.metric],
            frames,
            periods=[self.period],
            coverage=dict.fromkeys(frames, (self.period.start, self.period.end)),
            catalogue=Catalogue([]),
        )
        return {
            (row["measure"], Basis(row["basis"])): ComputedValue(
                row["value"], row["numerator"], row["denominator"], row["marker"] or ""
            )
            for row in result.to_polars().iter_rows(named=True)
        }

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that the example expects: the force's own or, if not computed, a proxy."""
        measures: dict[str, Measure] = {}
        for measure in self.metric.measures:
            is_expected = measure.key in self._example.expect
            if is_expected and (measure.key, measure.basis) in self.values:
                measures.setdefault(measure.key, measure)
        return tuple(measures.values())

    def counted_rows(self, statistic: Statistic) -> CountedRows | None:
        """Return the rows that a statistic accumulates; None if single rows do not show it."""
        rows = self._rows.get(statistic.contract.table)
        in_period = self._are_in_period(statistic, rows) if rows is not None else None
        if rows is None or in_period is None:
            return None
        meets_condition = _evaluate_condition(statistic.where, rows)
        amount_of = evaluator(statistic.of) if statistic.of is not None else None
        numbers, amounts, known_values = [], [], set()
        for number, row in enumerate(rows, start=1):
            if not in_period[number - 1] or meets_condition[number - 1] is not True:
                continue
            amount = 1.0
            if amount_of is not None and statistic.operation is not Operation.ROWS:
                value = amount_of(row)
                if value is None:
                    continue
                is_distinct = statistic.operation is Operation.DISTINCT
                amount = float(value not in known_values) if is_distinct else float(value)
                known_values.add(value)
            numbers.append(number)
            amounts.append(amount)
        return CountedRows(tuple(numbers), tuple(amounts))

    def _are_in_period(self, statistic: Statistic, rows: Sequence[Row]) -> list[bool] | None:
        """Return whether each row belongs to the period; None if single rows do not show it."""
        days = [_day_of(row[statistic.at.name]) for row in rows]
        in_period = [
            day is not None and self.period.start <= day <= self.period.end for day in days
        ]
        if statistic.alignment is TimeAlignment.EVENT:
            return in_period
        if statistic.alignment is TimeAlignment.MEAN_OF_SNAPSHOTS:
            return self._are_in_complete_snapshots(statistic, rows, in_period)
        if statistic.alignment is TimeAlignment.LAST_SNAPSHOT:
            snapshot_days = [
                day
                for row, day, is_inside in zip(rows, days, in_period, strict=True)
                if is_inside and day is not None and _is_in_series(statistic, row)
            ]
            last_day = max(snapshot_days, default=None)
            return [day is not None and day == last_day for day in days]
        if statistic.alignment is TimeAlignment.IN_FORCE and statistic.until is not None:
            end = self.period.end
            end_days = [_day_of(row[statistic.until.name]) for row in rows]
            return [
                began is not None and began <= end and (ended is None or ended > end)
                for began, ended in zip(days, end_days, strict=True)
            ]
        return in_period if statistic.alignment in _SNAPSHOT_ALIGNMENTS else None

    def verdicts(self, table: str) -> list[str] | None:
        """Return whether any measure counts each row of a table, and if not, the reason.

        A verdict is ``Counts``, ``In the total only`` or ``Does not count: `` and a reason. The
        result is None if single rows do not show it.
        """
        counted = [
            (role, statistic, self.counted_rows(statistic))
            for measure in self.measures
            for role, statistic in measure.statistics.items()
            if statistic.contract.table == table and role not in _NOTE_ROLES
        ]
        if not counted or any(rows is None for _, _, rows in counted):
            return None
        statistics = [statistic for _, statistic, _ in counted]
        verdicts = []
        for number, _ in enumerate(self._rows[table], start=1):
            roles = {role for role, _, rows in counted if rows and number in rows.numbers}
            if roles - _DENOMINATOR_ROLES:
                verdicts.append("Counts")
            elif roles:
                verdicts.append("In the total only")
            else:
                reason = self._reason_not_counted(number - 1, statistics)
                verdicts.append(f"Does not count: {reason}")
        return verdicts

    def _reason_not_counted(self, position: int, statistics: Sequence[Statistic]) -> str:
        rows = self._rows[statistics[0].contract.table]
        # A row of another series is in the period by its day.
        in_period = [
            statistic
            for statistic in statistics
            if (alone := self._are_in_period(replace(statistic, series=None), [rows[position]]))
            and alone[0]
        ]
        if not in_period:
            is_history = any(statistic.history_months({}) for statistic in statistics)
            return "outside the period" + (", and read as history" if is_history else "")
        of_series = [part for part in in_period if _is_in_series(part, rows[position])]
        reasons = [
            self._reasons_of_snapshot(position, statistic)
            or _unmet_conditions(statistic.where, rows, position)
            for statistic in of_series or in_period
        ]
        shared = [reason for reason in reasons[0] if all(reason in others for others in reasons)]
        if shared:
            return _shorten(min(shared, key=len))
        of_some = dict.fromkeys(min(of_one, key=len) for of_one in reasons if of_one)
        if not of_some:
            return "other rows of the table decide this"
        return _shorten(" and ".join(list(of_some)[:_MOST_REASONS]))

    def _reasons_of_snapshot(self, position: int, statistic: Statistic) -> list[str]:
        """Return in words why the snapshot of a row of the period is not used, if it is not."""
        rows = self._rows[statistic.contract.table]
        in_use = self._are_in_period(statistic, rows)
        if in_use is None or in_use[position] or not _is_in_series(statistic, rows[position]):
            return []
        if statistic.alignment is TimeAlignment.LAST_SNAPSHOT:
            return ["not in the latest snapshot of the period"]
        if statistic.alignment is TimeAlignment.MEAN_OF_SNAPSHOTS:
            return ["its snapshot lacks a part that another snapshot has, so it is not complete"]
        return []

    def _are_in_complete_snapshots(
        self, statistic: Statistic, rows: Sequence[Row], in_period: Sequence[bool]
    ) -> list[bool]:
        """Return which rows of the period are in a snapshot that has every part of the others."""
        contract, time = statistic.contract, statistic.at.name
        names = [name for key in contract.keys if time in key for name in key if name != time]
        named = [name for name in names if contract.columns[name].dimension is not None]
        parts_of: dict[object, set[tuple[object, ...]]] = {}
        for row, is_inside in zip(rows, in_period, strict=True):
            if is_inside:
                parts_of.setdefault(row[time], set()).add(tuple(row[name] for name in named))
        every_part = set().union(*parts_of.values())
        complete = {moment for moment, parts in parts_of.items() if parts == every_part}
        return [
            is_inside and row[time] in complete
            for row, is_inside in zip(rows, in_period, strict=True)
        ]


def _is_in_series(statistic: Statistic, row: Row) -> bool:
    return statistic.series is None or evaluator(statistic.series)(row) is True


def adds_up_to(rows: CountedRows | None, value: float | None) -> bool:
    """Whether the amounts of the rows add up to a value that the engine computed."""
    if rows is None or value is None:
        return False
    return math.isclose(math.fsum(rows.amounts), value, rel_tol=1e-9, abs_tol=1e-9)


def _evaluate_condition(condition: Expression | None, rows: Sequence[Row]) -> list[bool | None]:
    """Return the value of a condition for each row, some of which read the other rows too."""
    if condition is None:
        return [True] * len(rows)
    if isinstance(condition, Repeats):
        return _evaluate_repeats(condition, rows)
    if isinstance(condition, MetByNone):
        is_met = _evaluate_condition(condition.condition, rows)
        groups = [tuple(evaluator(column)(row) for column in condition.same) for row in rows]
        met = {group for group, value in zip(groups, is_met, strict=True) if value is True}
        return [group not in met for group in groups]
    if isinstance(condition, BoolOp):
        decisive = condition.op == "or"
        columns = [_evaluate_condition(part, rows) for part in condition.conditions]
        return [
            decisive if decisive in values else None if None in values else not decisive
            for values in zip(*columns, strict=True)
        ]
    return [evaluator(condition)(row) for row in rows]


def _evaluate_repeats(repeats: Repeats, rows: Sequence[Row]) -> list[bool | None]:
    """Return whether the person of each row has an earlier such row in the months before it."""
    (months,) = repeats.months.values
    is_such_row = _evaluate_condition(repeats.where, rows)
    people = [evaluator(repeats.who)(row) for row in rows]
    days = [_day_of(evaluator(repeats.at)(row)) for row in rows]

    def has_earlier_row(person: object, day: date) -> bool:
        first_day = _months_before(day, int(str(months)))
        return any(
            other == person and is_such is True and other_day is not None
            and first_day <= other_day < day
            for other, is_such, other_day in zip(people, is_such_row, days, strict=True)
        )  # fmt: skip

    return [
        None if person is None or day is None else has_earlier_row(person, day)
        for person, day in zip(people, days, strict=True)
    ]


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day_of(value: Any) -> date | None:
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(_ZONE)).date()
    return value if isinstance(value, date) else None


def _unmet_conditions(
    condition: Expression | None, rows: Sequence[Row], position: int
) -> list[str]:
    """Return, in words, how a row fails each part of a condition that it does not meet."""
    parts = conjuncts(condition)
    if condition is None or len(parts) > 1:
        return [text for part in parts for text in _unmet_conditions(part, rows, position)]
    if any(isinstance(part, Repeats) for part in condition.walk()):
        # Whether the row meets it depends on other rows.
        return []
    value = _evaluate_condition(condition, rows)[position]
    fallback = next((part for part in condition.walk() if isinstance(part, MetByNone)), None)
    if fallback is not None:
        same = ", ".join(english(column) for column in fallback.same)
        return [] if value else [f"another row of the same {same} counts instead"]
    if value is None:
        in_repeated_hour = undecided_in_repeated_hour(condition)
        if in_repeated_hour is not None and evaluator(in_repeated_hour)(rows[position]):
            return [f"a time falls in {REPEATED_HOUR}"]
        return [describe_undecided(nullable_columns(condition), reversed_times(condition))]
    return [] if value else [english(Not(as_condition(condition)))]


def _shorten(text: str, max_length: int = 90) -> str:
    return text if len(text) <= max_length else f"{text[: max_length - 1].rstrip()}…"
