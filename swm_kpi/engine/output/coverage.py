"""The days that a table covers, so that a period outside them is never a zero."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from swm_kpi.calendar import Period, format_date
from swm_kpi.engine.input.table import Table
from swm_kpi.vocabulary import Grain, Marker


@dataclass(frozen=True)
class Coverage:
    """The days that one table covers, by one of its date columns.

    Attributes:
        table: the table's name.
        first, last: the first and the last day; None for a table without rows or stated coverage.
        seen: whether the span comes from the records, because nobody stated one.
        min_grain: the shortest period that its dates distinguish.
        missing: month numbers within the span that have no data.
        seen_to: the latest date of any row.
    """

    table: str
    first: date | None
    last: date | None
    seen: bool
    min_grain: Grain = Grain.MONTH
    missing: frozenset[int] = frozenset()
    seen_to: date | None = None

    @classmethod
    def of(
        cls,
        table: Table,
        at: str,
        stated: tuple[date, date] | None,
        until: str | None = None,
        as_at: date | None = None,
    ) -> Coverage:
        """Return the coverage that the caller stated, else the reader's, else the months seen.

        A row with an end covers every day to the extraction, or to the last change seen.

        Args:
            table: the table.
            at: the column that dates its rows.
            stated: the first and last day that the caller stated.
            until: the column for the day a row ends, if it has one.
            as_at: the day of extraction.
        """
        name, grain = table.contract.table, table.contract.min_grain
        seen_to = table.spans[at][1] if at in table.spans else None
        known = stated or table.coverage
        if known is not None:
            missing = table.missing_months if stated is None else ()
            months = frozenset(map(month_number, missing))
            return cls(name, *known, False, grain, months, seen_to)
        if at in table.spans:
            first, last = table.spans[at]
            if until is not None:
                last = as_at or max(last, table.spans.get(until, (last, last))[1])
            span = first.replace(day=1), _last_of_month(last)
            return cls(name, *span, True, grain, seen_to=seen_to)
        return cls(name, None, None, True)

    @property
    def month_of_first(self) -> int:
        """The number of the first whole month covered.

        Raises:
            ValueError: nothing is covered.
        """
        if self.first is None:
            raise ValueError("nothing is covered")
        return month_number(self.first) + (self.first.day > 1)

    def status(self, period: Period) -> tuple[Marker, str]:
        """Return a marker for a period that is not covered, or covered in part, and a note."""
        if self.first is None or self.last is None:
            return Marker.NOT_AVAILABLE, (
                f"Table {self.table!r} has no dated rows, and no coverage was stated."
            )
        # Months are numbered from a January, so quarters begin on multiples of three.
        if any(
            month % self.min_grain.months for month in (period.first_month, period.last_month + 1)
        ):
            grain = self.min_grain.value
            return (
                Marker.NOT_AVAILABLE,
                f"Table {self.table!r} is by {grain}, and tells no other.",
            )
        missing = [month for month in period.months if month in self.missing]
        outside = period.stop <= self.first or period.start > self.last
        if outside or len(missing) == len(period.months):
            return Marker.NOT_AVAILABLE, f"Table {self.table!r} covers {self._span()}."
        if missing or period.start < self.first or period.end > self.last:
            return Marker.PROVISIONAL, f"Only part of the period is covered: {self._span()}."
        return Marker.NONE, f"Coverage {self._span()}." if self.seen else ""

    def _span(self) -> str:
        first, last = (format_date(day) for day in (self.first, self.last) if day is not None)
        gaps = ", with months missing" if self.missing else ""
        seen = ", the months seen in the data" if self.seen else ""
        return f"{first} to {last}{gaps}{seen}"


def month_number(day: date) -> int:
    """Return the number of a day's month: 12 x year + month, with January as 0."""
    return day.year * 12 + day.month - 1


def _last_of_month(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)
