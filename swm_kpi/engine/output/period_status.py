"""The status of each period for a measure, from coverage, extraction date and breaks in series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from swm_kpi.calendar import Period, format_date
from swm_kpi.engine.output.combine import Grid, MeasureCells
from swm_kpi.engine.output.coverage import STOCKS, Status, TableCoverage, month_number
from swm_kpi.expressions import english
from swm_kpi.measures import Operation, Statistic, TimeAlignment
from swm_kpi.model.metric import Break
from swm_kpi.vocabulary import Marker

_DAYS_IN_A_YEAR = 365.25
_MOST_MONTHS = 2


class PeriodStatuses:
    """The status of every period, computed once for all measures that share it."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._cache: dict[object, list[Status]] = {}
        self._quiet: dict[str, list[int]] = {}

    def of(self, computed: MeasureCells) -> list[Status]:
        """Return the status of each period of the grid."""
        measure, metric = computed.measure, computed.chosen.metric
        tables = tables_counted(computed)
        breaks = [item for item in metric.breaks_of(measure) if not item.members]
        ends = tuple(self._snapshots_at_the_end(computed))
        years = tuple(self._reference_years(computed))
        overrides = self._grid.overrides
        history = max((s.history_months(overrides) for s in computed.statistics), default=0)
        follow_up = max((s.follow_up_months(overrides) for s in computed.statistics), default=0)
        # Of events, a column of the result says how many rows are dated after the extraction.
        is_event = all(s.alignment is TimeAlignment.EVENT for s in computed.statistics)
        key = (
            is_event, tuple(tables.items()), history, follow_up, ends, years,
            measure.reference_years, tuple(series_break.on for series_break in breaks), metric.ref,
        )  # fmt: skip
        blank = self._blank_column(computed)
        if blank:
            return [(Marker.NOT_AVAILABLE, blank)] * len(self._grid.periods)
        if key not in self._cache:
            coverage = [(self._grid.coverage[name], is_stock) for name, is_stock in tables.items()]
            self._cache[key] = [
                _worst(
                    self._status(
                        position,
                        coverage,
                        (history, follow_up),
                        breaks,
                        at_end=at_end,
                        is_event=is_event,
                    ),
                    _distance_status(self._grid.periods[position], year, measure.reference_years),
                )
                for position, (at_end, year) in enumerate(zip(ends, years, strict=True))
            ]
        return self._cache[key]

    def _quiet_months(self, table: TableCoverage) -> list[int]:
        """Return the numbers of the months in which a table has no row, if chance does not explain.

        A table that is silent in half of the months, such as a survey in waves, is not covered
        month by month.
        """
        contract = self._grid.tables[table.table].contract
        keys = [Statistic(contract, Operation.ROWS, at).key for at in table.dates]
        counted = self._grid.aggregates.rows_by_month
        if not keys or any(key not in counted for key in keys):
            return []
        by_date = [dict(enumerate(counted[key][1].tolist(), counted[key][0])) for key in keys]
        months = set.intersection(*(set(counts) for counts in by_date))
        rows = {month: sum(counts[month] for counts in by_date) for month in months}
        step = table.min_grain.months
        # Counted from a January, quarters start at multiples of three. A year starts in April.
        offset = 3 if step == 12 else 0
        starts = [
            month
            for month in sorted(rows)
            if (month - offset) % step == 0 and month + step - 1 in rows
        ]
        silent = [
            start
            for start in starts
            if not any(rows[month] for month in range(start, start + step))
            and table.is_quiet(_first_day(start), _first_day(start + step))
        ]
        is_in_waves = len(starts) > 1 and 2 * len(silent) >= len(starts)
        return [] if is_in_waves else silent

    def _blank_column(self, computed: MeasureCells) -> str:
        """Name a column in use that no row of its table has, though it has rows; else empty."""
        if not any(table.blank for table in self._grid.tables.values()):
            return ""
        for part in computed.chosen.metric.completeness_of(computed.measure):
            table = self._grid.tables[part.rows.contract.table]
            for column in part.columns_in_use if table.rows else ():
                if column.name in table.blank:
                    name, mapping = part.rows.contract.table, table.mapping
                    if mapping is not None and mapping.unmapped.get(column.name):
                        return f"Not mapped: {english(column)} has no mapped value in {name!r}."
                    return f"Not recorded: {english(column)} is blank in every row of {name!r}."
        return ""

    def _snapshots_at_the_end(self, computed: MeasureCells) -> Iterator[bool]:
        """Yield whether each period uses only snapshots of its last day, which are complete."""
        statistics = computed.statistics
        if any(s.alignment is not TimeAlignment.LAST_SNAPSHOT for s in statistics):
            yield from [False] * len(self._grid.periods)
            return
        used = [self._grid.aggregates.dates.get(statistic.key) for statistic in statistics]
        for position, period in enumerate(self._grid.periods):
            yield all(days and days[position] == period.end for days in used)

    def _reference_years(self, computed: MeasureCells) -> Iterator[int | None]:
        """Yield the reference year that each period uses, if any."""
        used = [
            self._grid.aggregates.dates.get(statistic.key)
            for statistic in computed.statistics
            if statistic.alignment is TimeAlignment.REFERENCE
        ]
        if not used:
            yield from [None] * len(self._grid.periods)
            return
        for position in range(len(self._grid.periods)):
            years = [dates[position] for dates in used if dates]
            yield next((year for year in years if isinstance(year, int)), None)

    def _status(
        self,
        position: int,
        coverage: Sequence[tuple[TableCoverage, bool]],
        months: tuple[int, int],
        breaks: Sequence[Break],
        *,
        at_end: bool,
        is_event: bool,
    ) -> Status:
        period = self._grid.periods[position]
        is_partial, is_doubtful, texts = False, False, []
        for table, is_stock in coverage if not at_end else ():
            marker, text = table.status(period, is_stock=is_stock)
            if marker is Marker.NOT_AVAILABLE:
                return marker, text
            is_partial = is_partial or marker is Marker.PROVISIONAL
            texts.append(text)
            if table.table not in self._quiet:
                self._quiet[table.table] = self._quiet_months(table)
            quiet = [month for month in self._quiet[table.table] if month in period.months]
            if quiet:
                is_doubtful = True
                names = " and ".join(f"{_first_day(month):%B %Y}" for month in quiet[:_MOST_MONTHS])
                others = len(quiet) - _MOST_MONTHS
                names += f" and {others} other months" if others > 0 else ""
                texts.append(
                    f"Table {table.table!r} has no row in {names}, which chance does not explain: "
                    "part of the data may be missing."
                )
        tables = [table for table, _ in coverage]
        cut = [] if at_end else [t for t in tables if t.extracted and t.extracted <= period.end]
        if cut:
            is_partial = True
            days = sorted({format_date(table.extracted) for table in cut if table.extracted})
            texts.append(
                f"The data were extracted on {' and '.join(days)}, before the period was over."
            )
            late = {
                table.table
                for table in (() if is_event else cut)
                if table.extracted and table.seen_to and table.seen_to > table.extracted
            }
            texts += [
                f"Rows of table {name!r} that are dated after that day are in no number."
                for name in sorted(late)
            ]
        history, follow_up = months
        shortfall = _history_shortfall(period, tables, history)
        immaturity = _immaturity(period, tables, follow_up)
        texts += [shortfall, immaturity]
        has_break = False
        for series_break in breaks:
            if period.start <= series_break.day < period.stop:
                has_break = True
                texts.append(describe_break(series_break))
        marker = Marker.BREAK if has_break else Marker.NONE
        if is_partial or immaturity:
            marker = Marker.PROVISIONAL
        if shortfall or is_doubtful:
            marker = Marker.LOW_RELIABILITY
        return marker, " ".join(dict.fromkeys(text for text in texts if text))


def describe_break(series_break: Break) -> str:
    """Return the sentence of a break for a note."""
    return f"Break in the series on {format_date(series_break.day)}: {series_break.because}."


def tables_counted(computed: MeasureCells) -> dict[str, bool]:
    """Return the tables whose rows a measure counts, and whether it takes a stock from them."""
    stocks: dict[str, bool] = {}
    for statistic in computed.statistics:
        if statistic.alignment is not TimeAlignment.REFERENCE:
            is_stock = statistic.alignment in STOCKS
            table = statistic.contract.table
            stocks[table] = stocks.get(table, True) and is_stock
    return stocks


def _worst(status: Status, other: Status) -> Status:
    """Return the marker that matters more of two, with both texts."""
    if Marker.NOT_AVAILABLE in (status[0], other[0]):
        return status if status[0] is Marker.NOT_AVAILABLE else other
    marker = other[0] if other[0] is Marker.LOW_RELIABILITY else status[0]
    return marker, " ".join(text for text in (status[1], other[1]) if text)


def _distance_status(
    period: Period, year: int | None, limits: tuple[float, float] | None
) -> Status:
    """Return a marker and a text for a reference year that is far from the period."""
    if year is None or limits is None:
        return Marker.NONE, ""
    middle = period.start.toordinal() + (period.stop - period.start).days / 2
    distance = abs(date(year, 6, 30).toordinal() - middle) / _DAYS_IN_A_YEAR
    reliable, usable = limits
    if distance > usable:
        text = f"The nearest year of reference, {year}, is more than {usable:g} years away."
        return Marker.NOT_AVAILABLE, text
    if distance > reliable:
        text = f"The year of reference, {year}, is more than {reliable:g} years away."
        return Marker.LOW_RELIABILITY, text
    return Marker.NONE, ""


def _immaturity(period: Period, coverage: Sequence[TableCoverage], needed: int) -> str:
    """Say that a number can still grow, because too few months have passed; else empty."""
    for table in coverage if needed else ():
        # Data that reach the last day of a month are as complete as if extracted a day later.
        last = table.coverage.last
        until = table.extracted or (last and last + timedelta(days=1))
        if until is None or month_number(until) <= period.last_month + needed:
            months = "1 month has" if needed == 1 else f"{needed} months have"
            return f"Not mature: {months} not passed since the period."
    return ""


def _history_shortfall(period: Period, coverage: Sequence[TableCoverage], needed: int) -> str:
    """Say that the data lack the months needed before a period; else empty."""
    for table in coverage if needed else ():
        if table.coverage.first is None or table.month_of_first > period.first_month - needed:
            return f"The {needed} months before the period are not all in the data."
    return ""


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
