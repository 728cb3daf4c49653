"""The days that each table of a request covers: stated by somebody, or else seen in its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from swm_kpi.calendar import Period, format_date
from swm_kpi.contracts import Column
from swm_kpi.coverage import (
    Coverage,
    Extent,
    Span,
    are_labels,
    is_improbable_gap,
    without_stray_days,
)
from swm_kpi.engine.aggregate.aggregate_table import Axes
from swm_kpi.engine.input.table import Table
from swm_kpi.measures import Operation, Statistic, TimeAlignment
from swm_kpi.model.areas import Areas
from swm_kpi.vocabulary import CoverageSource, Grain, Marker

Status = tuple[Marker, str]
"""A marker, and a text for the note."""

STOCKS = (TimeAlignment.LAST_SNAPSHOT, TimeAlignment.IN_FORCE)
"""The alignments of a number at the end of a period: the days before it do not matter."""

_SNAPSHOTS = (
    TimeAlignment.LAST_SNAPSHOT,
    TimeAlignment.MEAN_OF_SNAPSHOTS,
    TimeAlignment.MEAN_OF_STOCKS,
)
_FORCE = "force"
"""The key of the breakdown by police force, whose members the catalogue's area names."""
_APRIL = 3
"""The number of April in a year of months numbered from a January."""

_MOST_NAMES = 5
_DENSER = 5
_DAYS_IN_A_MONTH = 31
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class TableCoverage:
    """The days that one table covers.

    Attributes:
        table: the table's name.
        coverage: the days, by reporter where the table has several.
        min_grain: the shortest period that its dates distinguish.
        extracted: the day on which it was extracted; nothing of that day or later is complete.
        seen_to: the latest date of any row, deadlines apart.
        dates: the columns of dates that the span of the rows is of.
        rows: the number of rows.
    """

    table: str
    coverage: Coverage
    min_grain: Grain
    extracted: date | None
    seen_to: date | None
    dates: tuple[Column, ...] = ()
    rows: int = 0

    def is_quiet(self, start: date, stop: date) -> bool:
        """Return whether days without a row are a gap that chance does not explain.

        Only where the rows alone show what is covered, and nobody says that nothing is missing.

        Args:
            start: the first of the days.
            stop: the day after the last.
        """
        first, last = self.coverage.first, self.coverage.last
        if self.coverage.source is not CoverageSource.ROWS or first is None or last is None:
            return False
        if self.coverage.by_reporter or start < first or stop > last + _DAY:
            return False
        return is_improbable_gap((stop - start).days, (last - first).days + 1, self.rows)

    @property
    def month_of_first(self) -> int:
        """The number of the first whole month covered.

        Raises:
            ValueError: nothing is covered.
        """
        first = self.coverage.first
        if first is None:
            raise ValueError("nothing is covered")
        return month_number(first) + (first.day > 1)

    def extent(self, period: Period, reporter: str | None, *, is_stock: bool) -> Extent:
        """Return how much of a period, or for a stock of its last day, is covered."""
        if is_stock and self.coverage.extent(period.end, period.end, reporter) is Extent.WHOLE:
            return Extent.WHOLE
        return self.coverage.extent(period.start, period.end, reporter)

    def status(self, period: Period, *, is_stock: bool) -> Status:
        """Return a marker for a period that is not covered, or covered in part, and a note.

        A table with reporters has no marker here, because each cell has its own.
        """
        # Months are numbered from a January, and a financial year begins in April.
        if any(
            (month - _APRIL) % self.min_grain.months
            for month in (period.first_month, period.last_month + 1)
        ):
            grain = self.min_grain.value
            return (
                Marker.NOT_AVAILABLE,
                f"Table {self.table!r} has numbers by {grain} only.",
            )
        if self.extracted is not None and self.extracted <= period.start:
            day = format_date(self.extracted)
            relation = "on the day" if self.extracted == period.start else "after"
            return (
                Marker.NOT_AVAILABLE,
                f"The period begins {relation} the data were extracted, {day}.",
            )
        if self.coverage.by_reporter:
            return Marker.NONE, ""
        if self.coverage.first is None:
            is_later = self.seen_to is not None and self.extracted is not None
            before = " from before it was extracted" if is_later else ""
            return Marker.NOT_AVAILABLE, (
                f"Table {self.table!r} has no dated rows{before}, and no coverage was stated."
            )
        is_seen = self.coverage.source is CoverageSource.ROWS
        seen = f", the {_unit_of(self.coverage)} seen in the data" if is_seen else ""
        match self.extent(period, None, is_stock=is_stock):
            case Extent.NONE:
                text = f"Table {self.table!r} covers {self.coverage}{seen}."
                return Marker.NOT_AVAILABLE, text
            case Extent.PART:
                gaps = _describe_gaps(self.coverage, period) if is_seen else ""
                text = f"Only part of the period is covered: {self.coverage}{seen}{gaps}."
                return Marker.PROVISIONAL, text
            case _:
                return Marker.NONE, f"Coverage {self.coverage}{seen}." if is_seen else ""


def cover(
    table: Table,
    statistics: Collection[Statistic],
    stated: Coverage | None,
    *,
    as_at: date | None,
    areas: Areas | None,
    rows_by_month: Mapping[str, tuple[int, NDArray[np.float64]]],
) -> TableCoverage:
    """Return what a table covers.

    The caller's word comes first, then that of the file's reader, then the rows. The rows show the
    span of every column that dates an event, and nothing after the day of extraction.

    Args:
        table: the table.
        statistics: everything that the request computes from it.
        stated: the coverage that the caller stated.
        as_at: the day of extraction that the caller stated.
        areas: the areas of the catalogue's force, which belong to it.
        rows_by_month: by the key of a count of every row, the rows of the months of the request.
    """
    extracted = table.extracted_on(as_at)
    at = _event_columns(table, statistics)
    seen = [table.spans[name] for name in at]
    known = table.coverage
    if stated is not None:
        known = stated if known is None or stated.by_reporter else known.within(stated)
    if known is None:
        counted = [
            rows_by_month.get(Statistic(table.contract, Operation.ROWS, column).key)
            for column in (table.contract.columns[name] for name in at)
        ]
        known = _seen(table, statistics, at, seen, extracted, counted)
    return TableCoverage(
        table.contract.table,
        _with_areas(known, areas),
        table.contract.min_grain,
        extracted,
        max((last for _, last in seen), default=None),
        tuple(table.contract.columns[name] for name in at),
        table.rows,
    )


@dataclass(frozen=True)
class ReporterExtents:
    """How much of each cell of a measure is covered, where a table has several reporters.

    Attributes:
        extents: values of :class:`Extent`, over periods and then the axes of the measure.
        owners: over the axes, the position of the cell's reporter in ``reporters``; -1 for a cell
            that needs them all.
        reporters: the names of the reporters.
        missing: by period, who does not cover all of it though a total needs them, in words.
    """

    extents: NDArray[np.int8]
    owners: NDArray[np.int64]
    reporters: tuple[str, ...]
    missing: tuple[str, ...]

    def describe(self) -> Iterator[tuple[NDArray[np.bool_], str]]:
        """Yield sentences for notes, each with the cells it is about."""
        for position, missing in enumerate(self.missing):
            here = np.zeros(self.extents.shape, dtype=bool)
            here[position] = self.extents[position] != Extent.WHOLE
            if not here.any():
                continue
            for owner in np.unique(self.owners[here[position]]).tolist():
                cells = here.copy()
                cells[position] &= self.owners == owner
                if owner >= 0:
                    part = cells & (self.extents == Extent.PART)
                    yield part, f"Only part of the period is covered by {self.reporters[owner]}."
                    yield cells & ~part, f"No data of the period from {self.reporters[owner]}."
                else:
                    yield cells, f"Not covered, or only in part, by {missing}."


def reporter_extents(
    covered: TableCoverage,
    axes: Axes,
    kept: Collection[int],
    periods: Sequence[Period],
    *,
    is_stock: bool,
) -> ReporterExtents | None:
    """Return how much of each cell is covered, by the reporter that each cell belongs to.

    A cell belongs to the reporter that it names, or else to that of its area. Any other cell needs
    every reporter.

    Args:
        covered: what the table covers.
        axes: the breakdowns of the request.
        kept: the positions of the breakdowns that the measure has.
        periods: the periods of the request.
        is_stock: whether only the last day of a period matters.

    Returns:
        None for a table without reporters.
    """
    coverage = covered.coverage
    if not coverage.by_reporter:
        return None
    shape = [len(m) + 2 if p in kept else 1 for p, m in enumerate(axes.members)]
    owners = np.full(shape, -1, dtype=np.int64)
    reporters: dict[str, int] = {}
    keys = {position: axes.dimensions[position].key for position in kept}
    # A cell that names its reporter comes last, because that is surer than the reporter of an area.
    for position in sorted(keys, key=lambda p: keys[p] == coverage.reporter):
        is_own = keys[position] == coverage.reporter
        of_member = coverage.belongs_to.get(keys[position], {})
        along = np.moveaxis(owners, position, -1)
        for code, member in enumerate(axes.members[position]):
            reporter = member if is_own else of_member.get(member)
            if reporter is not None:
                along[..., code] = reporters.setdefault(reporter, len(reporters))
    by_owner = np.array(
        [
            [covered.extent(period, reporter, is_stock=is_stock) for period in periods]
            for reporter in (*reporters, None)
        ],
        dtype=np.int8,
    )
    extents = np.moveaxis(by_owner[owners], -1, 0)
    missing = (
        [
            name
            for name in coverage.required
            if covered.extent(period, name, is_stock=is_stock) is not Extent.WHOLE
        ]
        for period in periods
    )
    described = tuple(_describe_missing(names, coverage) for names in missing)
    return ReporterExtents(extents, owners, tuple(reporters), described)


def _describe_missing(names: Sequence[str], coverage: Coverage) -> str:
    """Name the reporters that are missing, or count them where only the rows name them.

    A name in the rows can be any text. It is shown only as a member, to those who ask for it.
    """
    if coverage.source is not CoverageSource.ROWS:
        return _join(names)
    of = len(coverage.required)
    return f"{len(names)} of {of}: the breakdown by {coverage.reporter} says which"


def month_number(day: date) -> int:
    """Return the number of a day's month: 12 x year + month, with January as 0."""
    return day.year * 12 + day.month - 1


def _event_columns(table: Table, statistics: Collection[Statistic]) -> list[str]:
    """Return the columns that date events; deadlines only where there is nothing else.

    The end of an outage may be planned, so it shows nothing.
    """
    ends = {
        s.until.name
        for s in statistics
        if s.alignment is TimeAlignment.INTERVAL and s.until is not None
    }
    columns = {s.at.name: s.at for s in statistics if s.alignment is not TimeAlignment.REFERENCE}
    dated = {name: column for name, column in columns.items() if name in table.spans}
    events = [n for n, column in dated.items() if not column.scheduled and n not in ends]
    return sorted(events or dated)


def _seen(
    table: Table,
    statistics: Collection[Statistic],
    at: Sequence[str],
    spans: Sequence[Span],
    extracted: date | None,
    counted: Sequence[tuple[int, NDArray[np.float64]] | None],
) -> Coverage:
    """Return what the rows show."""
    reporter = table.contract.reporter_column
    end = extracted - _DAY if extracted is not None else None
    if not spans:
        return Coverage(source=CoverageSource.ROWS)
    if reporter is not None and reporter.name in table.columns:
        return _seen_by_reporter(table, reporter, at).until(end)
    first, last = min(first for first, _ in spans), max(last for _, last in spans)
    is_snapshots = any(s.alignment in _SNAPSHOTS for s in statistics)
    if not is_snapshots and _may_have_stray_days(first, last, table.rows, counted):
        days = without_stray_days(_rows_of_day(table, at))
        first, last = (min(days), max(days)) if days else (first, last)
    last = last if end is None else min(last, end)
    if last < first:
        return Coverage(source=CoverageSource.ROWS)
    if end is not None and any(s.alignment is TimeAlignment.IN_FORCE for s in statistics):
        # A register lists everything that is in force when it is extracted.
        last = end
    is_date = all(table.contract.columns[name].dtype is date for name in at)
    labels = is_snapshots or (is_date and are_labels(first, last))
    grain = table.contract.min_grain
    return Coverage.seen(first, last, table.rows, are_labels=labels, grain=grain).until(end)


def _may_have_stray_days(
    first: date,
    last: date,
    rows: int,
    counted: Sequence[tuple[int, NDArray[np.float64]] | None],
) -> bool:
    """Return whether a few mistyped days may have made the span of the rows too long.

    That is where a month of the request has no row, or the months of the request have many more
    than those of the whole span. Otherwise the days need not be listed.
    """
    if any(of_column is None for of_column in counted):
        return False
    days = (last - first).days + 1
    months = [of_column for of_column in counted if of_column is not None]
    rows_of: dict[int, float] = defaultdict(float)
    for first_month, in_months in months:
        for number, in_month in enumerate(in_months.tolist(), first_month):
            if _first_of(number + 1) > first and _first_of(number) <= last:
                rows_of[number] += in_month
    filled = sum(1 for in_month in rows_of.values() if in_month)
    if filled < len(rows_of):
        return True
    return sum(rows_of.values()) / _DAYS_IN_A_MONTH > _DENSER * filled * rows / days


def _rows_of_day(table: Table, at: Sequence[str]) -> dict[date, int]:
    """Return how many rows each day has, by any of some columns of dates."""

    def query() -> list[tuple[date | None, int]]:
        rows: list[tuple[date | None, int]] = []
        for name in at:
            days = nw.from_native(table.lazy).select(nw.col(name).cast(nw.Date).alias("day"))
            counts = days.group_by("day").agg(nw.len().alias("rows"))
            rows += table.collect(counts, "counting rows by day").iter_rows()
        return rows

    of_day: dict[date, int] = defaultdict(int)
    for day, count in table.run(query):
        if day is not None:
            of_day[day] += count
    return dict(of_day)


def _seen_by_reporter(table: Table, reporter: Column, at: Sequence[str]) -> Coverage:
    """Return the whole months, or longer periods, in which each reporter has a row."""

    def query() -> list[tuple[str | None, int | None]]:
        rows: list[tuple[str | None, int | None]] = []
        for name in at:
            day = nw.col(name).cast(nw.Date)
            month = day.dt.year().cast(nw.Int64) * 12 + day.dt.month().cast(nw.Int64) - 1
            pairs = nw.from_native(table.lazy).select(
                nw.col(reporter.name).cast(nw.String).alias("reporter"), month.alias("month")
            )
            rows += table.collect(pairs.unique(), "listing reporters").iter_rows()
        return rows

    length = table.contract.min_grain.months
    days: dict[str, list[Span]] = {}
    for name, month in table.run(query):
        if name is not None and month is not None:
            start = month - (month - _APRIL) % length
            days.setdefault(name, []).append((_first_of(start), _first_of(start + length) - _DAY))
    key = reporter.dimension.key if reporter.dimension is not None else ""
    if not days:
        return Coverage(source=CoverageSource.ROWS)
    return Coverage(reporter=key, by_reporter=days, source=CoverageSource.ROWS)


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _with_areas(known: Coverage, areas: Areas | None) -> Coverage:
    """Return coverage by force or by area with the areas below each reporter.

    A total of a force needs all its areas. One that somebody leaves out covers no day.
    """
    if known.reporter == _FORCE:
        return known.below(_members_of(areas))
    if areas is None or known.reporter not in areas.levels or known.first is None:
        return known
    level = known.reporter
    lower = areas.levels[: areas.levels.index(level)]
    area_of = {name: areas.lookup(level, names_of=name).only_names for name in lower}
    below = {
        name: {m: area_of[name][m] for m in areas.all_members(name) if m in area_of[name]}
        for name in lower
    }
    if known.source is not CoverageSource.ROWS:
        window = known.first, known.last or known.first
        absent = {name: _without(window, days) for name, days in areas.days_of(level).items()}
        known |= Coverage(reporter=level, by_reporter=absent, source=known.source)
    return known.below(below)


def _without(window: Span, days: Sequence[Span]) -> list[Span]:
    """Return the days of a window on which an area does not exist: nothing of it is missing."""
    gaps, start = [], window[0]
    for first, last in sorted(days):
        if first > start:
            gaps.append((start, min(first - _DAY, window[1])))
        if last >= window[1]:
            return [gap for gap in gaps if gap[0] <= gap[1]]
        start = max(start, last + _DAY)
    return [gap for gap in (*gaps, (start, window[1])) if gap[0] <= gap[1]]


def _members_of(areas: Areas | None) -> Mapping[str, Mapping[str, str]]:
    """Return the force of each area of the catalogue, by level."""
    if areas is None:
        return {}
    return {
        level: dict.fromkeys(areas.all_members(level), areas.force) for level in areas.levels[:-1]
    }


def _describe_gaps(coverage: Coverage, period: Period) -> str:
    """Say how many days at the start and the end of a period have no record."""
    first, last = coverage.first, coverage.last
    gaps = []
    if first is not None and first > period.start:
        gaps.append(f"the first {_count_days((first - period.start).days)}")
    if last is not None and last < period.end:
        gaps.append(f"the last {_count_days((period.end - last).days)}")
    return f", with no record in {' or '.join(gaps)} of the period" if gaps else ""


def _join(names: Sequence[str]) -> str:
    """Join names; of many, the first and the number of the others."""
    shown = names if len(names) <= _MOST_NAMES else names[: _MOST_NAMES - 1]
    others = len(names) - len(shown)
    return ", ".join(shown) + (f" and {others} others" if others else "")


def _unit_of(coverage: Coverage) -> str:
    """Return whether days are whole months or not, in words."""
    first, last = coverage.first, coverage.last
    is_whole = first is None or last is None or (first.day == 1 and (last + _DAY).day == 1)
    return "months" if is_whole else "days"


def _count_days(number: int) -> str:
    return "day" if number == 1 else f"{number} days"
