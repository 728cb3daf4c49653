"""A slow and simple second implementation of the measures, to compare the engine with.

Rows are dictionaries, a cell is computed by filtering a list, and numbers are fractions. Nothing
is shared with the engine: the oracle reads only the declarations (measures, expressions, contracts,
periods). ``compute`` returns every cell of the grid::

    {(measure, basis, period label, *members): (value, numerator, denominator)}

with ``None`` where there is no number. Members are the closed list, then Unknown, then All; where a
measure has no such breakdown there is only All.
"""

from __future__ import annotations

import calendar
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise, product
from typing import Any
from zoneinfo import ZoneInfo

from swm_kpi import (
    Average,
    AverageStock,
    BudgetVariance,
    Column,
    Count,
    Dimension,
    Distribution,
    Duration,
    Mean,
    Measure,
    Metric,
    Period,
    PeriodEndStock,
    Proportion,
    Rate,
    Ratio,
    ReoffendingRate,
    RepeatRate,
    Sum,
    SumProduct,
    SurveyProportion,
    TextReport,
    Unit,
    Uptime,
)
from swm_kpi.contracts import ContractType, Recoded
from swm_kpi.expressions import (
    Assumption,
    BoolOp,
    Compare,
    Day,
    EarlierReading,
    Elapsed,
    Expression,
    InRepeatedHour,
    IsIn,
    IsNull,
    IsTrue,
    IsUnknown,
    MetByNone,
    Not,
    Product,
    Repeats,
    WithinMonths,
)
from tests.support.oracle_recorded import Recorded, can_be_unknown, recorded

LONDON = ZoneInfo("Europe/London")
ALL, UNKNOWN = "All", "Unknown"
SECONDS_IN = {Unit.SECONDS: 1, Unit.MINUTES: 60, Unit.HOURS: 3600, Unit.DAYS: 86400}

Row = Mapping[str, Any]
Number = int | Fraction
Cell = tuple[Number | None, Number | None, Number | None]
NOTHING: Cell = (None, None, None)


def compute(
    metric: Metric,
    tables: Mapping[str, Sequence[Row]],
    periods: Iterable[Period],
    by: Sequence[Dimension] = (),
    assumptions: Mapping[str, Any] | None = None,
    as_at: date | None = None,
    judged_by: Mapping[str, Sequence[Row]] | None = None,
) -> dict[tuple[str, ...], Cell]:
    """Compute every cell of a metric.

    Args:
        metric, tables, periods, by, assumptions, as_at: the request.
        judged_by: the rows that say whether a column is in use; those of ``tables`` by default.
    """
    oracle = Oracle(metric, tables, assumptions or {}, as_at, judged_by)
    return {
        key: oracle.cell(measure, period, chosen)
        for key, measure, period, chosen in _grid(oracle, periods, by)
    }


def compute_recorded(
    metric: Metric,
    tables: Mapping[str, Sequence[Row]],
    periods: Iterable[Period],
    by: Sequence[Dimension] = (),
    assumptions: Mapping[str, Any] | None = None,
    as_at: date | None = None,
) -> dict[tuple[str, ...], Recorded]:
    """Return what is not recorded behind every cell of a metric, except texts."""
    oracle = Oracle(metric, tables, assumptions or {}, as_at)
    cells = {}
    for key, measure, period, chosen in _grid(oracle, periods, by):
        known = recorded(oracle, measure, period, oracle.carried(measure, chosen))
        if known is not None:
            cells[key] = known
    return cells


def _grid(
    oracle: Oracle, periods: Iterable[Period], by: Sequence[Dimension]
) -> Iterator[tuple[tuple[str, ...], Measure, Period, dict[str, str]]]:
    """Yield the key of each cell, its measure, period and members."""
    for measure in oracle.metric.measures:
        choices = [
            oracle.members(dimension) if oracle.has_breakdown(measure, dimension) else [ALL]
            for dimension in by
        ]
        for period in periods:
            for members in product(*choices):
                chosen = dict(zip((dimension.key for dimension in by), members, strict=True))
                key = (measure.key, measure.basis.value, period.label, *members)
                yield key, measure, period, chosen


class Oracle:
    """Computes one cell at a time."""

    def __init__(
        self,
        metric: Metric,
        tables: Mapping[str, Sequence[Row]],
        assumptions: Mapping[str, Any],
        as_at: date | None = None,
        judged_by: Mapping[str, Sequence[Row]] | None = None,
    ) -> None:
        self.metric = metric
        self.tables = tables
        self.judged_by = tables if judged_by is None else judged_by
        self.assumptions = assumptions
        self.as_at = as_at

    # The cells.

    def members(self, dimension: Dimension) -> list[str]:
        """List the members, closed or those in the data, then Unknown and All."""
        members = list(dimension.members)
        if not members:
            seen = set()
            for name, contract in self.metric.contracts.items():
                if dimension.key in contract.dimensions:
                    carrier = contract.dimensions[dimension.key][1]
                    seen |= {self.value(carrier, row) for row in self.tables[name]}
            members = sorted(seen - {None})
        return [*members, UNKNOWN, ALL]

    def has_breakdown(self, measure: Measure, dimension: Dimension) -> bool:
        """Whether every table that the measure counts carries a breakdown."""
        if isinstance(measure, Ratio | Rate):
            return all(self.has_breakdown(part, dimension) for part in self.depends_on(measure))
        if isinstance(measure, TextReport):
            return False
        return dimension in self.metric.dimensions and dimension.key in measure.contract.dimensions

    def depends_on(self, measure: Measure) -> Iterator[Measure]:
        for key in measure.depends_on:
            for other in self.metric.measures:
                if (other.key, other.basis) == (key, measure.basis):
                    yield other

    # The rows of a cell.

    def of_members(self, contract: ContractType, chosen: Mapping[str, str]) -> list[Row]:
        """Return the rows of a table that belong to the chosen members."""
        return [row for row in self.tables[contract.table] if self.belongs(contract, row, chosen)]

    def belongs(self, contract: ContractType, row: Row, chosen: Mapping[str, str]) -> bool:
        for key, member in chosen.items():
            if member == ALL or key not in contract.dimensions:
                continue
            value = self.value(contract.dimensions[key][1], row)
            if (UNKNOWN if value is None else value) != member:
                return False
        return True

    def inside(self, value: date | None, period: Period) -> bool:
        """Whether a day is in a period, and not after the extraction."""
        return value is not None and period.start <= _day(value) <= self.last_day(period)

    def is_known(self, value: date | None) -> bool:
        """Whether there is a day, and it is not after the extraction."""
        return value is not None and (self.as_at is None or _day(value) <= self.as_at)

    def last_day(self, period: Period) -> date:
        """Return the last day of a period, or the day of extraction if that is earlier."""
        return period.end if self.as_at is None else min(period.end, self.as_at)

    def events(self, measure: Any, period: Period, chosen: Mapping[str, str]) -> list[Row]:
        """Return the rows of the cell whose day is in the period."""
        return [
            row
            for row in self.tables[measure.of.table]
            if self.inside(self.value(measure.at, row), period)
            and self.belongs(measure.of, row, chosen)
        ]

    def latest(self, measure: Any, period: Period, chosen: Mapping[str, str]) -> list[Row] | None:
        """Return the cell's rows in the latest snapshot of the series; None if there is none."""
        of_series = (
            [row for row in rows if self.holds(measure.series, row)]
            for first, rows in self.snapshots(measure)
            if self.inside(first, period)
        )
        with_rows = [rows for rows in of_series if rows]
        if not with_rows:
            return None
        return [
            row
            for row in with_rows[-1]
            if self.belongs(measure.of, row, chosen) and self.holds(measure.where, row)
        ]

    # The numbers of each kind of measure.

    def cell(self, measure: Measure, period: Period, chosen: Mapping[str, str]) -> Cell:
        """Compute value, numerator and denominator; nothing where nothing is decided."""
        if self.as_at is not None and self.as_at <= period.start:
            # Nothing of the period is known yet.
            return NOTHING
        if self.has_blank_columns(measure):
            return NOTHING
        known = recorded(self, measure, period, self.carried(measure, chosen))
        if known is not None and known.is_missing:
            return NOTHING
        return self.computed(measure, period, chosen)

    def has_blank_columns(self, measure: Measure) -> bool:
        """Whether a column that must be in use is blank in every row of a table with rows."""
        if isinstance(measure, Ratio | Rate):
            return any(map(self.has_blank_columns, self.depends_on(measure)))
        if isinstance(measure, TextReport):
            return False
        dates = [measure.at]
        if isinstance(measure, ReoffendingRate):
            dates += [measure.reoffended, measure.proven]
        if isinstance(measure, Uptime):
            dates.append(measure.until)
        dates += required_columns(measure)
        table = self.judged_by[measure.of.table]
        return bool(table) and any(
            all(self.value(day, row) is None for row in table) for day in dates
        )

    def carried(self, measure: Measure, chosen: Mapping[str, str]) -> dict[str, str]:
        """Return the members of the breakdowns that a measure has."""
        return {
            dimension.key: chosen[dimension.key]
            for dimension in self.metric.dimensions
            if dimension.key in chosen and self.has_breakdown(measure, dimension)
        }

    def computed(self, measure: Measure, period: Period, chosen: Mapping[str, str]) -> Cell:
        """Compute value, numerator and denominator from the rows that are decided."""
        match measure:
            case Count():
                return self.count(measure, self.events(measure, period, chosen)), None, None
            case Sum():
                rows = self.kept(measure.where, self.events(measure, period, chosen))
                return self.total(measure.value, rows), None, None
            case Mean():
                return self.mean(measure, self.events(measure, period, chosen))
            case SumProduct():
                rows = self.kept(measure.where, self.events(measure, period, chosen))
                return self.total(Product(measure.amount, measure.factor), rows), None, None
            case Proportion():
                return self.proportion(measure, self.events(measure, period, chosen))
            case Distribution():
                return self.distribution(measure, period, chosen)
            case SurveyProportion():
                return self.survey(measure, self.events(measure, period, chosen))
            case Duration():
                return self.duration(measure, self.events(measure, period, chosen))
            case RepeatRate():
                return self.repeats(measure, self.events(measure, period, chosen))
            case ReoffendingRate():
                return self.reoffending(measure, self.events(measure, period, chosen))
            case Ratio():
                return self.ratio(measure, period, chosen)
            case Rate():
                return self.rate(measure, period, chosen)
            case PeriodEndStock():
                return self.stock(measure, period, chosen)
            case AverageStock():
                return self.average_stock(measure, period, chosen)
            case BudgetVariance():
                return self.budget_variance(measure, period, chosen)
            case Uptime():
                return self.uptime(measure, period, chosen)
            case TextReport():
                return NOTHING
        raise TypeError(f"the oracle knows no {measure.kind}")

    def count(self, measure: Count, rows: list[Row]) -> int:
        rows = self.kept(measure.where, rows)
        if measure.distinct is None:
            return len(rows)
        return len({self.value(measure.distinct, row) for row in rows} - {None})

    def mean(self, measure: Mean, rows: list[Row]) -> Cell:
        rows = self.kept(measure.where, rows)
        rows = [row for row in rows if self.value(measure.value, row) is not None]
        total = self.total(measure.value, rows)
        return (total / len(rows) if rows else None), None, len(rows)

    def proportion(self, measure: Proportion, rows: list[Row]) -> Cell:
        answers = [self.answer(measure, row) for row in self.kept(measure.where, rows)]
        return _share(answers.count(True), answers.count(True) + answers.count(False))

    def answer(self, measure: Proportion, row: Row) -> bool | None:
        """Whether a row is in the numerator; None if that is not known."""
        blank = measure.blank_means_no
        if blank is not None and self.value(blank, row) is None:
            return False
        return self.truth(measure.numerator, row)

    def distribution(
        self, measure: Distribution, period: Period, chosen: Mapping[str, str]
    ) -> Cell:
        whole = {**chosen, **({measure.over.key: ALL} if measure.over.key in chosen else {})}
        carrier = measure.of.dimensions[measure.over.key][1]
        counted = []
        for cell in (chosen, whole):
            rows = self.kept(measure.where, self.events(measure, period, cell))
            counted.append(sum(self.value(carrier, row) is not None for row in rows))
        return _share(counted[0], counted[1])

    def survey(self, measure: SurveyProportion, rows: list[Row]) -> Cell:
        valid = self.kept(measure.valid, self.kept(measure.where, rows))
        valid = [row for row in valid if self.truth(measure.favourable, row) is not None]
        top = self.exact_total(measure.weight, self.kept(measure.favourable, valid))
        return _share(top, self.exact_total(measure.weight, valid))

    def duration(self, measure: Duration, rows: list[Row]) -> Cell:
        by_clock = measure.unit is Unit.DAYS and measure.start.dtype is datetime
        elapsed = Elapsed(measure.start, measure.end, by_clock=by_clock)
        times = [self.value(elapsed, row) for row in self.kept(measure.where, rows)]
        times = [time for time in times if time is not None and time >= 0]
        if not times:
            return None, None, 0
        average = {
            Average.MEAN: statistics.mean,
            Average.MEDIAN: statistics.median,
            Average.P90: _ninetieth,
        }[measure.average]
        return average(times) / SECONDS_IN[measure.unit], None, len(times)

    def repeats(self, measure: RepeatRate, rows: list[Row]) -> Cell:
        rows = self.kept(measure.where, rows)
        people = {self.value(measure.who, row) for row in rows} - {None}
        condition = Repeats(measure.who, measure.at, measure.where, measure.lookback)
        again = {self.value(measure.who, row) for row in rows if self.repeated(condition, row)}
        return (len(again), None, None) if measure.as_count else _share(len(again), len(people))

    def reoffending(self, measure: ReoffendingRate, rows: list[Row]) -> Cell:
        cohort = self.kept(measure.where, rows)
        first, second = measure.follow_up, measure.waiting
        again = [
            row
            for row in cohort
            if self.holds(WithinMonths(measure.at, measure.reoffended, (first,)), row)
            and self.holds(WithinMonths(measure.at, measure.proven, (first, second)), row)
        ]
        return _share(len(again), len(cohort))

    def ratio(self, measure: Ratio, period: Period, chosen: Mapping[str, str]) -> Cell:
        top, bottom = (self.cell(part, period, chosen)[0] for part in self.depends_on(measure))
        if top is None or bottom is None:
            return NOTHING
        if bottom == 0 and self.may_not_be_zero(measure, period, chosen):
            return NOTHING
        return _share(top, bottom)

    def may_not_be_zero(self, measure: Ratio, period: Period, chosen: Mapping[str, str]) -> bool:
        """Whether undecided rows could be in the denominator of a ratio."""
        _, denominator = self.depends_on(measure)
        known = recorded(self, denominator, period, chosen)
        return known is not None and not known.is_certain and known.most != 0

    def rate(self, measure: Rate, period: Period, chosen: Mapping[str, str]) -> Cell:
        (counted,) = self.depends_on(measure)
        top = self.cell(counted, period, chosen)[0]
        population = measure.per.owner
        year = measure.year or population.columns["mid_year"]
        years = sorted({self.value(year, row) for row in self.tables[population.table]})
        if not years:
            return NOTHING
        middle = period.start.toordinal() + Fraction((period.stop - period.start).days, 2)
        nearest = min(years, key=lambda year: abs(date(year, 6, 30).toordinal() - middle))
        counted = self.kept(measure.among, list(self.tables[population.table]))
        rows = [row for row in counted if self.value(year, row) == nearest]
        present = {self.part(population, row) for row in rows}
        if self.expected_people(population, counted, chosen) - present:
            return NOTHING
        people = self.total(measure.per, [r for r in rows if self.belongs(population, r, chosen)])
        if top is None:
            return None, None, people
        value, top, people = _share(top, people)
        return (None if value is None else value * measure.scale), top, people

    def expected_people(
        self, population: ContractType, counted: list[Row], chosen: Mapping[str, str]
    ) -> set[tuple[Any, ...]]:
        """Return the parts of a reference year that a cell needs: every member of each list."""
        choices: list[list[Any]] = []
        for column in self.part_columns(population):
            seen = {row.get(column.name) for row in counted} - {None}
            members = list(column.dimension.members or seen) or [None]
            member = chosen.get(column.dimension.key, ALL)
            choices.append([m for m in members if member in (ALL, m)])
        return set(product(*choices))

    def part_columns(self, contract: ContractType) -> list[Column]:
        """Return the columns that tell parts of a snapshot apart, where no key names them."""
        return [column for column in contract.columns.values() if column.dimension is not None]

    def part(self, contract: ContractType, row: Row) -> tuple[Any, ...]:
        return tuple(row.get(column.name) for column in self.part_columns(contract))

    def snapshots(self, measure: Any) -> list[tuple[date, list[Row]]]:
        """Return the snapshots of a table: parts of one day within 15 minutes are one snapshot."""
        table = self.tables[measure.of.table]
        timed = [row for row in table if self.is_known(self.value(measure.at, row))]
        taken: list[tuple[date, dict[tuple[Any, ...], list[Row]]]] = []
        for time in sorted({self.moment(measure.at, row) for row in timed}):
            rows_of_part: dict[tuple[Any, ...], list[Row]] = {}
            for row in timed:
                if self.moment(measure.at, row) == time:
                    rows_of_part.setdefault(self.part(measure.of, row), []).append(row)
            for first, parts in taken:
                is_near = isinstance(time, datetime) and time - first < timedelta(minutes=15)
                if is_near and _day(time) == _day(first):
                    for part in rows_of_part.keys() - parts.keys():
                        parts[part] = rows_of_part.pop(part)
            if rows_of_part:
                taken.append((time, rows_of_part))
        return [(first, [r for rows in parts.values() for r in rows]) for first, parts in taken]

    def stock_rows(
        self, measure: PeriodEndStock | BudgetVariance, period: Period, chosen: Mapping[str, str]
    ) -> list[Row] | None:
        """Return the rows of a stock whatever its condition; None if there is no snapshot."""
        until = getattr(measure, "until", None)
        if until is None:
            return self.latest(measure.model_copy(update={"where": None}), period, chosen)
        return [
            row
            for row in self.of_members(measure.of, chosen)
            if _day(self.value(measure.at, row)) <= self.last_day(period)
            and (
                self.value(until, row) is None
                or _day(self.value(until, row)) > self.last_day(period)
            )
        ]

    def stock(self, measure: PeriodEndStock, period: Period, chosen: Mapping[str, str]) -> Cell:
        if measure.until is not None:
            rows = self.kept(measure.where, self.stock_rows(measure, period, chosen) or [])
        else:
            latest = self.latest(measure, period, chosen)
            if latest is None or (measure.series is not None and not latest):
                return NOTHING
            rows = latest
        value = len(rows) if measure.value is None else self.total(measure.value, rows)
        return value, None, None

    def average_stock(
        self, measure: AverageStock, period: Period, chosen: Mapping[str, str]
    ) -> Cell:
        snapshots = self.complete_snapshots(measure, period, chosen)
        if not snapshots:
            return NOTHING
        kept = [self.kept(measure.where, snapshot) for snapshot in snapshots]
        if measure.value is None:
            sums = [Fraction(len(snapshot)) for snapshot in kept]
        else:
            sums = [self.total(measure.value, snapshot) for snapshot in kept]
        return sum(sums, Fraction(0)) / len(snapshots), None, len(snapshots)

    def filled(self, measure: AverageStock, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that have the number which a measure adds up."""
        if measure.value is None:
            return list(rows)
        return [row for row in rows if self.value(measure.value, row) is not None]

    def complete_snapshots(
        self, measure: AverageStock, period: Period, chosen: Mapping[str, str]
    ) -> list[list[Row]]:
        """Return the rows of each snapshot that a mean is taken of."""
        inside = [rows for first, rows in self.snapshots(measure) if self.inside(first, period)]
        snapshots = [
            [row for row in rows if self.belongs(measure.of, row, chosen)] for rows in inside
        ]
        if measure.same_rows:
            # A part without a number is not in the snapshot.
            with_number = [self.filled(measure, rows) for rows in snapshots]
            table = self.filled(measure, self.tables[measure.of.table])
            filled = [
                column.name
                for column in self.part_columns(measure.of)
                if any(row.get(column.name) is not None for row in table)
            ]
            parts = [
                {
                    self.part(measure.of, row)
                    for row in rows
                    if all(row.get(name) is not None for name in filled)
                }
                for rows in with_number
            ]
            # A snapshot that lacks a part which another of the period has is not complete.
            expected = set().union(*parts)
            snapshots = [
                rows
                for rows, numbers, present in zip(snapshots, with_number, parts, strict=True)
                if (present == expected if expected else numbers)
            ]
        return snapshots

    def budget_variance(
        self, measure: BudgetVariance, period: Period, chosen: Mapping[str, str]
    ) -> Cell:
        rows = self.latest(measure, period, chosen)
        if not rows:
            return NOTHING
        figures = (measure.actual, measure.budget)
        rows = [row for row in rows if None not in [self.value(figure, row) for figure in figures]]
        budget = self.total(measure.budget, rows)
        difference = self.total(measure.actual, rows) - budget
        return _share(difference, abs(budget)) if measure.relative else (difference, None, None)

    def outages_in(self, measure: Uptime, period: Period, chosen: Mapping[str, str]) -> list[Row]:
        """Return the outages of which some time is in the period, also of no named system."""
        begins, stops = _midnights(period.start, self.last_day(period))
        inside = []
        for row in self.of_members(measure.of, chosen):
            if row[measure.at.name] is None:
                continue
            start, end = _first_and_last(row[measure.at.name], row[measure.until.name])
            if start < stops and (end is None or max(start, end) > begins):
                inside.append(row)
        return inside

    def uptime(self, measure: Uptime, period: Period, chosen: Mapping[str, str]) -> Cell:
        begins, stops = _midnights(period.start, self.last_day(period))
        everywhere = [r for r in self.tables[measure.of.table] if r[measure.system.name]]
        here = [row for row in everywhere if self.belongs(measure.of, row, chosen)]
        own = measure.system.dimension
        own_member = {own.key: chosen[own.key]} if own is not None and own.key in chosen else {}
        systems = {
            row[measure.system.name]
            for row in everywhere
            if self.belongs(measure.of, row, own_member)
        }
        down = Fraction(0)
        for system in systems:
            spans = []
            for row in self.kept(measure.where, here):
                if row[measure.system.name] != system or row[measure.at.name] is None:
                    continue
                start, end = _first_and_last(row[measure.at.name], row[measure.until.name])
                end = stops if end is None else end
                if end < start:
                    continue
                spans.append((max(start, begins), min(end, stops)))
            edges = sorted({edge for span in spans for edge in span})
            for left, right in pairwise(edges):
                if any(start <= left and right <= end for start, end in spans):
                    down += right - left
        time = len(systems) * (stops - begins)
        return _share(time - down, time)

    # The value of an expression in one row.

    def kept(self, condition: Expression | None, rows: list[Row]) -> list[Row]:
        return [row for row in rows if self.holds(condition, row)]

    def holds(self, condition: Expression | None, row: Row) -> bool:
        """Whether a condition is true for a row, and not false or null."""
        return condition is None or self.truth(condition, row) is True

    def truth(self, condition: Expression, row: Row) -> bool | None:
        """Return true, false, or None for null."""
        match condition:
            case IsNull():
                return self.value(condition.term, row) is None
            case IsTrue():
                return self.value(condition.term, row)
            case Not():
                inside = self.truth(condition.condition, row)
                return None if inside is None else not inside
            case IsUnknown():
                return self.truth(condition.condition, row) is None
            case EarlierReading():
                earlier = {n: _readings(v)[0] for n, v in row.items() if isinstance(v, datetime)}
                return self.truth(condition.condition, {**row, **earlier})
            case InRepeatedHour():
                time = row[condition.time.name]
                return time is not None and len(_readings(time)) == 2
            case BoolOp(op="and"):
                parts = [self.truth(part, row) for part in condition.conditions]
                return False if False in parts else None if None in parts else True
            case BoolOp(op="or"):
                parts = [self.truth(part, row) for part in condition.conditions]
                return True if True in parts else None if None in parts else False
            case IsIn() | Compare():
                if self.is_reversed(condition, row):
                    return None
                truths = {
                    self.truth_at(condition, reading) for reading in self.readings(condition, row)
                }
                return truths.pop() if len(truths) == 1 else None
            case WithinMonths():
                start, end = self.value(condition.start, row), self.value(condition.end, row)
                if start is None or end is None:
                    return None
                months = sum(self.literals(part)[0] for part in condition.months)
                return start <= end < _months_later(start, months)
            case Repeats():
                return self.repeated(condition, row)
            case MetByNone():
                values = [self.value(column, row) for column in condition.same]
                owner = condition.same[0].owner
                table = next(t for t, c in self.metric.contracts.items() if c is owner)
                return not any(
                    [self.value(column, other) for column in condition.same] == values
                    and self.holds(condition.condition, other)
                    for other in self.tables[table]
                )
        raise TypeError(f"the oracle knows no {type(condition).__name__}")

    def is_reversed(self, condition: Expression, row: Row) -> bool:
        """Whether a condition compares a negative time, other than one from a deadline."""
        times = [part for part in condition.walk() if isinstance(part, Elapsed)]
        elapsed = [self.value(time, row) for time in times if not time.start.scheduled]
        return any(time is not None and time < 0 for time in elapsed)

    def readings(self, condition: IsIn | Compare, row: Row) -> Iterator[Row]:
        """Yield the row at every reading of the times that elapsed or compared time needs.

        A time compared with a day or a literal is read by the clock, in the row as it is.
        """
        right = condition.right if isinstance(condition, Compare) else None
        compares_times = isinstance(condition, Compare) and isinstance(right, Column)
        names = {
            column.name
            for part in condition.walk()
            for column in (
                (part.start, part.end)
                if isinstance(part, Elapsed) and not part.by_clock
                else (part,)
                if isinstance(part, Column) and compares_times
                else ()
            )
            if isinstance(row[column.name], datetime)
        }
        for chosen in product(*(_readings(row[name]) for name in names)):
            yield {**row, **dict(zip(names, chosen, strict=True))}

    def truth_at(self, condition: IsIn | Compare, row: Row) -> bool | None:
        """Return a comparison at one reading of its times."""
        if isinstance(condition, IsIn):
            value = self.value(condition.term, row)
            values = [v for operand in condition.values for v in self.literals(operand)]
            return None if value is None else value in values
        terms = (condition.left, condition.right)
        if all(isinstance(term, Column) and term.dtype is datetime for term in terms):
            left, right = (row[term.name] for term in terms)
        else:
            left, right = self.value(terms[0], row), self.operand(terms[1], row)
        return None if left is None or right is None else _compare(left, condition.op, right)

    def repeated(self, condition: Repeats, row: Row) -> bool:
        """Whether the same person has such a row on an earlier day within the months before."""
        who, day = self.value(condition.who, row), _day(self.value(condition.at, row))
        (months,) = self.literals(condition.months)
        table = next(t for t, c in self.metric.contracts.items() if c is condition.who.owner)
        for other in self.tables[table]:
            same = who is not None and self.value(condition.who, other) == who
            if same and self.holds(condition.where, other):
                before = _day(self.value(condition.at, other))
                if _months_later(day, -months) <= before < day:
                    return True
        return False

    def value(self, term: Expression, row: Row) -> Any:
        """Return a term's value: times as local wall clock, elapsed time in seconds."""
        match term:
            case Column():
                value = row[term.name]
                return _local(value) if isinstance(value, datetime) else value
            case Recoded():
                return term.mapping.get(row[term.source.name])
            case Day():
                value = row[term.time.name]
                return None if value is None else _local(value).date()
            case Elapsed():
                start, end = row[term.start.name], row[term.end.name]
                if start is None or end is None:
                    return None
                first, last = _first_and_last(start, end)
                if not term.by_clock:
                    return last - first
                shown = _local(end) - _local(start)
                shown = Fraction(shown // timedelta(microseconds=1), 10**6)
                return Fraction(0) if shown < 0 <= last - first else shown
            case Product():
                left, right = self.value(term.left, row), self.value(term.right, row)
                return None if left is None or right is None else _exact(left) * _exact(right)
        raise TypeError(f"the oracle knows no {type(term).__name__}")

    def moment(self, at: Column, row: Row) -> Any:
        """Return when a snapshot was taken: its instant if it has an offset, or its local time."""
        value = row[at.name]
        is_exact = isinstance(value, datetime) and value.tzinfo is not None
        return value.astimezone(UTC) if is_exact else value

    def operand(self, operand: Any, row: Row) -> Any:
        return (
            self.value(operand, row)
            if isinstance(operand, Expression)
            else self.literals(operand)[0]
        )

    def literals(self, operand: Any) -> list[Any]:
        if not isinstance(operand, Assumption):
            return [operand]
        value = self.assumptions.get(operand.key, operand.value)
        return list(value) if isinstance(value, list | tuple) else [value]

    def total(self, term: Expression, rows: list[Row]) -> Fraction:
        """Sum exactly, and round the sum once, to the decimals its column declares."""
        places = 6 if not isinstance(term, Column) or term.decimals is None else term.decimals
        return Fraction(round(self.exact_total(term, rows) * 10**places), 10**places)

    def exact_total(self, term: Expression, rows: list[Row]) -> Fraction:
        """Sum exactly, without rounding."""
        values = [self.value(term, row) for row in rows]
        return sum((_exact(value) for value in values if value is not None), Fraction(0))


def required_columns(measure: Any) -> list[Column]:
    """Return the columns without which no number is known.

    They are the dates without which no row counts, those that a share asks about, and the flags
    and texts that one of several conditions compares.
    """
    where, answer = getattr(measure, "where", None), getattr(measure, "numerator", None)
    parts = list(where.conditions) if isinstance(where, BoolOp) and where.op == "and" else [where]
    filled = [part.condition for part in parts if isinstance(part, Not)]
    answers = list(answer.walk()) if isinstance(answer, Expression) else []
    terms = [part.term for part in [*filled, *answers] if isinstance(part, IsNull)]
    blank = getattr(measure, "blank_means_no", None)
    dates = [term for term in terms if isinstance(term, Column) and term.dtype in (date, datetime)]
    open_parts = [part for part in parts if part is not None and can_be_unknown(part)]
    compared = [part.condition if isinstance(part, Not) else part for part in open_parts]
    texts = [getattr(part, "term", getattr(part, "left", None)) for part in compared]
    texts = [
        term
        for term in texts
        if len(open_parts) > 1 and isinstance(term, Column) and term.dtype in (str, bool)
    ]
    return [term for term in [*dates, *texts] if term is not blank]


def _midnights(first: date, last: date) -> tuple[Fraction, Fraction]:
    """Return when the first of some days begins and the last ends, in seconds since 1970."""
    begins, stops = (
        Fraction(int(datetime(d.year, d.month, d.day, tzinfo=LONDON).timestamp()))
        for d in (first, last + timedelta(days=1))
    )
    return begins, stops


def _share(top: Number | None, bottom: Number) -> Cell:
    """Return the share with its parts; a share of zero is None."""
    return (None if bottom == 0 else Fraction(top) / bottom), top, bottom


def _exact(value: float | Fraction) -> Fraction:
    """Read a number as it is written, so that 0.1 is a tenth."""
    return value if isinstance(value, Fraction) else Fraction(str(value))


def _ninetieth(times: list[Fraction]) -> Fraction:
    """Return the 90th percentile, interpolated linearly between two values."""
    ordered = sorted(times)
    place = Fraction(9, 10) * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _compare(left: Any, op: str, right: Any) -> bool:
    return {
        "==": left == right,
        "!=": left != right,
        "<": left < right if op == "<" else None,
        "<=": left <= right if op == "<=" else None,
        ">": left > right if op == ">" else None,
        ">=": left >= right if op == ">=" else None,
    }[op]


def _local(time: datetime) -> datetime:
    return time if time.tzinfo is None else time.astimezone(LONDON).replace(tzinfo=None, fold=0)


def _day(value: date) -> date:
    """Return the local day of a date, a local time or an instant."""
    return _local(value).date() if isinstance(value, datetime) else value


def _readings(time: datetime) -> list[datetime]:
    """Return the instants that a time can be: two for a local time that occurs twice."""
    if time.tzinfo is not None:
        return [time.astimezone(UTC)]
    early, late = (time.replace(tzinfo=LONDON, fold=fold).astimezone(UTC) for fold in (0, 1))
    return [early] if early == late else [early, late]


def _first_and_last(start: date, end: date | None) -> tuple[Fraction, Fraction | None]:
    """Return seconds since 1970, at the earlier reading of each, or the later one of the end.

    The later reading of the end is for an end whose earlier reading is before the start.
    """
    if not isinstance(start, datetime):
        return tuple(Fraction((d - date(1970, 1, 1)).days * 86400) for d in (start, end))
    first = _readings(start)[0]
    if end is None:
        return _seconds(first), None
    last = next((reading for reading in _readings(end) if reading >= first), _readings(end)[-1])
    return _seconds(first), _seconds(last)


def _seconds(instant: datetime) -> Fraction:
    since = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return Fraction(since // timedelta(microseconds=1), 10**6)


def _months_later(when: date, months: int) -> date:
    """Return the same day some months later, or the last of a shorter month."""
    year, month = divmod(when.year * 12 + when.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return when.replace(year=year, month=month + 1, day=min(when.day, last))
