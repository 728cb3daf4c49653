"""The status of each period for a measure, from coverage, extraction date and breaks in series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from swm_kpi.calendar import Period, format_date
from swm_kpi.engine.output.combine import Grid, MeasureCells
from swm_kpi.engine.output.coverage import Coverage, month_number
from swm_kpi.measures import Measure, TimeAlignment
from swm_kpi.model.metric import Break
from swm_kpi.vocabulary import Marker

Status = tuple[Marker, str]
"""A marker, and a text for the note."""


class PeriodStatuses:
    """The status of every period, computed once for all measures that share it."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._cache: dict[object, list[Status]] = {}

    def of(self, computed: MeasureCells) -> list[Status]:
        """Return the status of each period of the grid."""
        measure, metric = computed.measure, computed.chosen.metric
        time_columns = dict.fromkeys(
            (
                statistic.contract.table,
                statistic.at.name,
                statistic.until.name if statistic.until is not None else None,
            )
            for statistic in computed.statistics
            if statistic.alignment is not TimeAlignment.REFERENCE
        )
        key = (metric.ref, *time_columns, measure.history_months, measure.maturity_months)
        if key not in self._cache:
            coverage = list(self._coverage(time_columns))
            self._cache[key] = [
                self._status(period, coverage, measure, metric.breaks)
                for period in self._grid.periods
            ]
        return self._cache[key]

    def _coverage(self, time_columns: Iterable[tuple[str, str, str | None]]) -> Iterator[Coverage]:
        """Yield the coverage of each table by each of its time columns."""
        seen = set()
        for name, at, until in time_columns:
            if (name, at) not in seen:
                seen.add((name, at))
                table, stated = self._grid.tables[name], self._grid.coverage.get(name)
                yield Coverage.of(table, at, stated, until, self._grid.as_at)

    def _status(
        self, period: Period, coverage: list[Coverage], measure: Measure, breaks: Sequence[Break]
    ) -> Status:
        is_partial, texts = False, []
        for table in coverage:
            marker, text = table.status(period)
            if marker is Marker.NOT_AVAILABLE:
                return marker, text
            is_partial = is_partial or marker is Marker.PROVISIONAL
            texts.append(text)
        as_at = self._grid.as_at
        if as_at is not None and as_at < period.start:
            day = format_date(as_at)
            return Marker.NOT_AVAILABLE, f"The period begins after the data were extracted, {day}."
        if as_at is not None and as_at <= period.end:
            is_partial = True
            texts.append(
                f"The data were extracted on {format_date(as_at)}, before the period was over."
            )
            late = {table.table for table in coverage if table.seen_to and table.seen_to > as_at}
            texts += [f"Table {name!r} holds dates after that day." for name in sorted(late)]
        shortfall = _history_shortfall(period, coverage, measure) or self._immaturity(
            period, coverage, measure
        )
        texts.append(shortfall)
        has_break = False
        for series_break in breaks:
            if period.start <= series_break.day < period.stop:
                has_break = True
                day = format_date(series_break.day)
                texts.append(f"Break in the series on {day}: {series_break.because}.")
        marker = Marker.PROVISIONAL if is_partial else Marker.BREAK if has_break else Marker.NONE
        if shortfall:
            marker = Marker.LOW_RELIABILITY if measure.history_months else Marker.PROVISIONAL
        return marker, " ".join(text for text in texts if text)

    def _immaturity(self, period: Period, coverage: list[Coverage], measure: Measure) -> str:
        """Say that a number can still grow, because too few months have passed; else empty."""
        needed = measure.maturity_months
        for table in coverage if needed else ():
            # Data that reach the last day of a month are as complete as if extracted a day later.
            last = self._grid.as_at or (table.last and table.last + timedelta(days=1))
            if last is None or month_number(last) <= period.last_month + needed:
                return f"Not mature: {needed} months have not passed since the period."
        return ""


def _history_shortfall(period: Period, coverage: list[Coverage], measure: Measure) -> str:
    """Say that the data lack the months needed before a period; else empty."""
    needed = measure.history_months
    for table in coverage if needed else ():
        if table.first is None or table.month_of_first > period.first_month - needed:
            return f"The {needed} months before the period are not all in the data."
    return ""
