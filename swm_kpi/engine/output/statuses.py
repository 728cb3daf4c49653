"""What each period is worth to a measure, from coverage, extraction and breaks, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from swm_kpi.calendar import Period, format_date
from swm_kpi.engine.output.combine import Computed, Grid
from swm_kpi.engine.output.coverage import Coverage
from swm_kpi.measures import Measure, TimeAlignment
from swm_kpi.model.metric import Break
from swm_kpi.vocabulary import Marker

Status = tuple[Marker, str]


class Statuses:
    """The status of every period; worked out once for all measures of which it is the same."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._found: dict[object, list[Status]] = {}

    def of(self, one: Computed) -> list[Status]:
        """Return each period's marker, and the words for it."""
        measure, metric = one.measure, one.chosen.metric
        timed = dict.fromkeys(
            (each.contract.table, each.at.name, each.until.name if each.until is not None else None)
            for each in one.statistics
            if each.alignment is not TimeAlignment.REFERENCE
        )
        key = (metric.ref, *timed, measure.history_months, measure.maturity_months)
        if key not in self._found:
            covered = list(self._covered(timed))
            self._found[key] = [
                self._status(each, covered, measure, metric.breaks) for each in self._grid.periods
            ]
        return self._found[key]

    def _covered(self, timed: Iterable[tuple[str, str, str | None]]) -> Iterator[Coverage]:
        seen = set()
        for name, at, until in timed:
            if (name, at) not in seen:
                seen.add((name, at))
                table, stated = self._grid.tables[name], self._grid.coverage.get(name)
                yield Coverage.of(table, at, stated, until, self._grid.as_at)

    def _status(
        self, period: Period, covered: list[Coverage], measure: Measure, breaks: Sequence[Break]
    ) -> Status:
        partial, words = False, []
        for span in covered:
            marker, text = span.status(period)
            if marker is Marker.NOT_AVAILABLE:
                return marker, text
            partial = partial or marker is Marker.PROVISIONAL
            words.append(text)
        as_at = self._grid.as_at
        if as_at is not None and as_at < period.start:
            day = format_date(as_at)
            return Marker.NOT_AVAILABLE, f"The period begins after the data were extracted, {day}."
        if as_at is not None and as_at <= period.end:
            partial = True
            words.append(
                f"The data were extracted on {format_date(as_at)}, before the period was over."
            )
            late = {each.table for each in covered if each.seen_to and each.seen_to > as_at}
            words += [f"Table {name!r} holds dates after that day." for name in sorted(late)]
        short = _history(period, covered, measure) or self._maturity(period, covered, measure)
        words.append(short)
        broken = False
        for each in breaks:
            if period.start <= each.day < period.stop:
                broken = True
                words.append(f"Break in the series on {format_date(each.day)}: {each.because}.")
        marker = Marker.PROVISIONAL if partial else Marker.BREAK if broken else Marker.NONE
        if short:
            marker = Marker.LOW_RELIABILITY if measure.history_months else Marker.PROVISIONAL
        return marker, " ".join(each for each in words if each)

    def _maturity(self, period: Period, covered: list[Coverage], measure: Measure) -> str:
        """Say whether the months have not yet passed after which a number stops growing."""
        needed = measure.maturity_months
        for span in covered if needed else ():
            # Data that reach the last day of a month are as good as extracted on the day after it.
            last = self._grid.as_at or (span.last and span.last + timedelta(days=1))
            if last is None or last.year * 12 + last.month - 1 <= period.last_month + needed:
                return f"Not mature: {needed} months have not passed since the period."
        return ""


def _history(period: Period, covered: list[Coverage], measure: Measure) -> str:
    """Say whether the table lacks the months that must come before a period."""
    needed = measure.history_months
    for span in covered if needed else ():
        if span.first is None or span.month_of_first > period.first_month - needed:
            return f"The {needed} months before the period are not all in the data."
    return ""
