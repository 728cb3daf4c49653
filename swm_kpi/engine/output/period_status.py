"""The status of each period for a measure, from coverage, extraction date and breaks in series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from swm_kpi.calendar import Period, format_date
from swm_kpi.engine.output.combine import Grid, MeasureCells
from swm_kpi.engine.output.coverage import STOCKS, Status, TableCoverage, month_number
from swm_kpi.measures import Measure, TimeAlignment
from swm_kpi.model.metric import Break
from swm_kpi.vocabulary import Marker


class PeriodStatuses:
    """The status of every period, computed once for all measures that share it."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._cache: dict[object, list[Status]] = {}

    def of(self, computed: MeasureCells) -> list[Status]:
        """Return the status of each period of the grid."""
        measure, metric = computed.measure, computed.chosen.metric
        tables = tables_counted(computed)
        breaks = [item for item in metric.breaks_of(measure) if not item.members]
        ends = tuple(self._snapshots_at_the_end(computed))
        key = (
            tuple(tables.items()), measure.history_months, measure.maturity_months, ends,
            tuple(series_break.on for series_break in breaks), metric.ref,
        )  # fmt: skip
        if key not in self._cache:
            coverage = [(self._grid.coverage[name], is_stock) for name, is_stock in tables.items()]
            self._cache[key] = [
                self._status(period, coverage, measure, breaks, at_end=at_end)
                for period, at_end in zip(self._grid.periods, ends, strict=True)
            ]
        return self._cache[key]

    def _snapshots_at_the_end(self, computed: MeasureCells) -> Iterator[bool]:
        """Yield whether each period uses only snapshots of its last day, which are complete."""
        statistics = computed.statistics
        used = [self._grid.aggregates.dates.get(statistic.key) for statistic in statistics]
        is_last = all(s.alignment is TimeAlignment.LAST_SNAPSHOT for s in statistics)
        for position, period in enumerate(self._grid.periods):
            yield is_last and all(days and days[position] == period.end for days in used)

    def _status(
        self,
        period: Period,
        coverage: Sequence[tuple[TableCoverage, bool]],
        measure: Measure,
        breaks: Sequence[Break],
        *,
        at_end: bool,
    ) -> Status:
        is_partial, texts = False, []
        for table, is_stock in coverage if not at_end else ():
            marker, text = table.status(period, is_stock=is_stock)
            if marker is Marker.NOT_AVAILABLE:
                return marker, text
            is_partial = is_partial or marker is Marker.PROVISIONAL
            texts.append(text)
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
                for table in cut
                if table.extracted and table.seen_to and table.seen_to > table.extracted
            }
            texts += [f"Table {name!r} holds dates after that day." for name in sorted(late)]
        shortfall = _history_shortfall(period, tables, measure) or _immaturity(
            period, tables, measure
        )
        texts.append(shortfall)
        has_break = False
        for series_break in breaks:
            if period.start <= series_break.day < period.stop:
                has_break = True
                texts.append(describe_break(series_break))
        marker = Marker.PROVISIONAL if is_partial else Marker.BREAK if has_break else Marker.NONE
        if shortfall:
            marker = Marker.LOW_RELIABILITY if measure.history_months else Marker.PROVISIONAL
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


def _immaturity(period: Period, coverage: Sequence[TableCoverage], measure: Measure) -> str:
    """Say that a number can still grow, because too few months have passed; else empty."""
    needed = measure.maturity_months
    for table in coverage if needed else ():
        # Data that reach the last day of a month are as complete as if extracted a day later.
        last = table.coverage.last
        until = table.extracted or (last and last + timedelta(days=1))
        if until is None or month_number(until) <= period.last_month + needed:
            return f"Not mature: {needed} months have not passed since the period."
    return ""


def _history_shortfall(period: Period, coverage: Sequence[TableCoverage], measure: Measure) -> str:
    """Say that the data lack the months needed before a period; else empty."""
    needed = measure.history_months
    for table in coverage if needed else ():
        if table.coverage.first is None or table.month_of_first > period.first_month - needed:
            return f"The {needed} months before the period are not all in the data."
    return ""
