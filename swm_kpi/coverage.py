"""The days that a table covers: for the whole table, or for each body that reports to it.

May import ``errors``, ``vocabulary`` and ``calendar``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import IntEnum
from functools import reduce
from typing import Any, TypeAlias

from swm_kpi.calendar import format_date
from swm_kpi.errors import RequestError
from swm_kpi.vocabulary import CoverageSource, Grain

Span: TypeAlias = tuple[date, date]
"""A first and a last day, both included."""

QUIET_DAYS = 3
"""A gap of so many days is never a sign of missing data: offices are closed over a bank holiday."""

IMPROBABLE = 0.01
"""A gap is a sign of missing data if chance would leave one so long less often than this."""

_STRAY_SHARE = 0.01
_DAY = timedelta(days=1)
_MOST_SPANS_IN_WORDS = 2


class Extent(IntEnum):
    """How much of a period is covered."""

    WHOLE = 0
    PART = 1
    NONE = 2


class Coverage:
    """The days that a table covers, and how they are known.

    A table may have several reporters: members of one breakdown, such as police forces, each of
    which sends its own part. A reporter is always declared, and never guessed from a member
    without rows. A day is missing for a reporter if it is outside the reporter's days, even if the
    others cover it. A total needs every reporter.

    Args:
        spans: the first and the last day, both included, or several such pairs. Leave it out where
            there are reporters.
        reporter: the key of the breakdown whose members report, such as ``"force"``.
        by_reporter: the days of each reporter, in the form of ``spans``.
        belongs_to: for each breakdown below the reporters, such as ``"lpa"``, the reporter of each
            member.
        optional: reporters that a total does not wait for, such as a body that no longer exists.
        source: how the days are known.

    Raises:
        RequestError: a pair is not two days in order, or reporters lack their breakdown.
    """

    __slots__ = ("belongs_to", "by_reporter", "optional", "reporter", "source", "spans")

    spans: tuple[Span, ...]
    reporter: str
    by_reporter: Mapping[str, tuple[Span, ...]]
    belongs_to: Mapping[str, Mapping[str, str]]
    optional: frozenset[str]
    source: CoverageSource

    def __init__(
        self,
        spans: Sequence[Any] = (),
        *,
        reporter: str = "",
        by_reporter: Mapping[str, Sequence[Any]] | None = None,
        belongs_to: Mapping[str, Mapping[str, str]] | None = None,
        optional: Iterable[str] = (),
        source: CoverageSource = CoverageSource.CALLER,
    ) -> None:
        days = {str(name): _spans(pairs) for name, pairs in (by_reporter or {}).items()}
        if bool(reporter) != bool(days):
            raise RequestError(
                "Coverage by reporter needs the breakdown and the days of each reporter. Write "
                'Coverage(reporter="force", by_reporter={"Kent": ("2024-04-01", "2025-03-31")}).'
            )
        if days and spans:
            raise RequestError(
                "Coverage has both spans and by_reporter. Leave spans out: they follow from "
                "by_reporter."
            )
        every = [span for pairs in days.values() for span in pairs]
        self.spans = _merged(every) if days else _spans(spans)
        self.reporter = reporter
        self.by_reporter = dict(sorted(days.items()))
        self.belongs_to = {key: dict(members) for key, members in (belongs_to or {}).items()}
        self.optional = frozenset(optional)
        self.source = source

    @classmethod
    def seen(
        cls, first: date, last: date, rows: int, *, are_labels: bool, grain: Grain
    ) -> Coverage:
        """Return the coverage that the rows of a table show: whole months, unless they do not.

        If the table covered the whole of its months, and its rows were spread evenly over them,
        each row would be in any ``gap`` of the ``days`` with probability ``gap / days``. None of
        them is with probability ``(1 - gap / days) ** rows``, by the binomial distribution. Where
        that is below ``IMPROBABLE`` and the gap is longer than ``QUIET_DAYS``, coverage starts or
        ends with the rows.

        Args:
            first: the first day of any row.
            last: the last day of any row.
            rows: the number of rows.
            are_labels: whether the days name whole periods, such as the first of each month.
            grain: the shortest period that the days can distinguish.
        """
        opens, closes = _whole(first, last, grain)
        days = (closes - opens).days + 1

        def is_improbable(gap: int) -> bool:
            return is_improbable_gap(gap, days, rows)

        if not are_labels and grain is Grain.MONTH:
            opens = first if is_improbable((first - opens).days) else opens
            closes = last if is_improbable((closes - last).days) else closes
        return cls((opens, closes), source=CoverageSource.ROWS)

    @property
    def first(self) -> date | None:
        """The first day that anybody covers; None if nothing is covered."""
        return self.spans[0][0] if self.spans else None

    @property
    def last(self) -> date | None:
        """The last day that anybody covers; None if nothing is covered."""
        return self.spans[-1][1] if self.spans else None

    @property
    def required(self) -> tuple[str, ...]:
        """The reporters that a total needs."""
        return tuple(name for name in self.by_reporter if name not in self.optional)

    def extent(self, first: date, last: date, reporter: str | None = None) -> Extent:
        """Return how much of the days from one to another is covered.

        Args:
            first: the first day.
            last: the last day.
            reporter: one reporter; by default everybody that a total needs. A reporter without
                days covers nothing.
        """
        if reporter is not None:
            return _extent(self.by_reporter.get(reporter, ()), first, last)
        if not self.by_reporter:
            return _extent(self.spans, first, last)
        extents = {self.extent(first, last, name) for name in self.required or self.by_reporter}
        return extents.pop() if len(extents) == 1 else Extent.PART

    def until(self, day: date | None) -> Coverage:
        """Return the coverage without the days after one."""
        if day is None:
            return self
        cut = {name: _cut(spans, day) for name, spans in self.by_reporter.items()}
        if cut:
            return self._with(by_reporter=cut)
        return Coverage(_cut(self.spans, day), source=self.source)

    def within(self, other: Coverage) -> Coverage:
        """Return the days of each reporter that are also days of another coverage.

        A coverage without reporters is replaced by the other.
        """
        if not self.by_reporter:
            return other
        return self._with(
            by_reporter={
                name: _common(days, other.spans) for name, days in self.by_reporter.items()
            }
        )

    def below(self, members: Mapping[str, Mapping[str, str]]) -> Coverage:
        """Return the coverage with the reporter of further members, by breakdown."""
        if not self.by_reporter:
            return self
        merged = {
            key: {**members.get(key, {}), **self.belongs_to.get(key, {})}
            for key in members.keys() | self.belongs_to.keys()
        }
        return self._with(belongs_to=merged)

    def __or__(self, other: Coverage) -> Coverage:
        """Return the days that either covers, such as those of two files of one table.

        Raises:
            RequestError: the two have reporters of different breakdowns.
        """
        if self.reporter != other.reporter:
            raise RequestError(
                f"Coverage by {self.reporter or 'no reporter'!r} cannot be joined with coverage by "
                f"{other.reporter or 'no reporter'!r}. State both by the same breakdown."
            )
        source = self.source if self.source is other.source else CoverageSource.CALLER
        if not self.by_reporter:
            return Coverage((*self.spans, *other.spans), source=source)
        names = [*self.by_reporter, *other.by_reporter]
        joined = self.below(other.belongs_to)
        return Coverage(
            reporter=self.reporter,
            by_reporter={
                name: (*self.by_reporter.get(name, ()), *other.by_reporter.get(name, ()))
                for name in names
            },
            belongs_to=joined.belongs_to,
            optional=self.optional | other.optional,
            source=source,
        )

    def __eq__(self, other: object) -> bool:
        """Return whether two coverages are the same days of the same reporters."""
        if not isinstance(other, Coverage):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash((self.spans, self.reporter, self.source))

    def __repr__(self) -> str:
        reporters = f", {len(self.by_reporter)} by {self.reporter}" if self.by_reporter else ""
        return f"Coverage({self}{reporters})"

    def __str__(self) -> str:
        """Return the days in words: ``1 April 2024 to 30 June 2024``."""
        if not self.spans:
            return "no day"
        if len(self.spans) > _MOST_SPANS_IN_WORDS:
            first, last = self.spans[0][0], self.spans[-1][1]
            return f"{format_date(first)} to {format_date(last)}, with gaps"
        pairs = (f"{format_date(first)} to {format_date(last)}" for first, last in self.spans)
        return " and ".join(pairs)

    def to_dict(self) -> dict[str, Any]:
        """Return the coverage as text and lists, ready for JSON."""
        record: dict[str, Any] = {"spans": _as_text(self.spans), "source": self.source.value}
        if self.by_reporter:
            record["reporter"] = self.reporter
            record["by_reporter"] = {n: _as_text(spans) for n, spans in self.by_reporter.items()}
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Coverage:
        """Return the coverage that ``to_dict`` wrote, without the members below reporters."""
        source = CoverageSource(record["source"])
        if "reporter" not in record:
            return cls(record["spans"], source=source)
        return cls(reporter=record["reporter"], by_reporter=record["by_reporter"], source=source)

    def _fields(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in sorted(self.__slots__))

    def _with(self, **changes: Any) -> Coverage:
        fields: dict[str, Any] = {
            "reporter": self.reporter,
            "by_reporter": self.by_reporter,
            "belongs_to": self.belongs_to,
            "optional": self.optional,
            "source": self.source,
        }
        return Coverage(**{**fields, **changes})


def is_improbable_gap(gap: int, days: int, rows: int) -> bool:
    """Return whether chance would seldom leave a gap so long between rows.

    Args:
        gap: the number of days without a row.
        days: the number of days that the rows are spread over, the gap included.
        rows: the number of rows.
    """
    return gap > QUIET_DAYS and (1 - min(gap / days, 1)) ** rows < IMPROBABLE


def without_stray_days(rows_of_day: Mapping[date, int]) -> dict[date, int]:
    """Return the days of rows without a few mistyped ones, far before or after all the others.

    Days at an end are stray if they have at most one row in a hundred, and are separated from the
    others by a gap that chance does not explain.

    Args:
        rows_of_day: the number of rows of each day that has any.
    """
    days = sorted(rows_of_day)
    most = _STRAY_SHARE * sum(rows_of_day.values())
    kept = _without_tail(days, rows_of_day, most)
    has_stray_end = len(kept) < len(days)
    kept = _without_tail(kept[::-1], rows_of_day, most)[::-1]
    if not has_stray_end:
        # Stray days at the start made the others look spread out.
        kept = _without_tail(kept, rows_of_day, most)
    return {day: rows_of_day[day] for day in kept}


def _without_tail(
    days: Sequence[date], rows_of_day: Mapping[date, int], most: float
) -> Sequence[date]:
    """Return days in order without the stray ones at the end, which have at most some rows."""
    total = sum(rows_of_day[day] for day in days)
    stray = 0
    kept = len(days)
    for number in range(len(days) - 1, 0, -1):
        stray += rows_of_day[days[number]]
        if stray > most:
            break
        gap = abs((days[number] - days[number - 1]).days) - 1
        spread = abs((days[number - 1] - days[0]).days) + 1
        if is_improbable_gap(gap, spread + gap, total - stray):
            kept = number
    return days[:kept]


def unite(coverages: Iterable[Coverage]) -> Coverage:
    """Return the days that any of some coverages covers, such as those of several files."""
    return reduce(Coverage.__or__, coverages)


def month_spans(months: Iterable[date]) -> tuple[Span, ...]:
    """Return the whole months that contain some days, with adjacent months joined."""
    return _merged([_whole(day, day, Grain.MONTH) for day in months])


def are_labels(first: date, last: date) -> bool:
    """Return whether two dates name periods: they are one day of the month, or both ends of one."""
    if first == last:
        return first.day == 1 or _is_month_end(first)
    return first.day == last.day or (_is_month_end(first) and _is_month_end(last))


def _spans(pairs: Sequence[Any]) -> tuple[Span, ...]:
    """Return spans in order, from one pair of days or several."""
    is_single = len(pairs) == 2 and all(isinstance(day, str | date) for day in pairs)
    return _merged([_span(pair) for pair in ([pairs] if is_single else pairs)])


def _span(pair: Any) -> Span:
    days = tuple(pair) if isinstance(pair, list | tuple) else ()
    if len(days) != 2:
        raise RequestError("A span of coverage is a first and a last day. Write (first, last).")
    first, last = (_day(day) for day in days)
    if last < first:
        raise RequestError("A span of coverage ends before it begins. Write (first, last).")
    return first, last


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise RequestError("A day of coverage is not a date. Write an ISO date such as '2025-04-14'.")


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans in order, with those that touch or overlap joined."""
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + _DAY:
            merged[-1] = merged[-1][0], max(last, merged[-1][1])
        else:
            merged.append((first, last))
    return tuple(merged)


def _cut(spans: Iterable[Span], day: date) -> tuple[Span, ...]:
    return tuple((first, min(last, day)) for first, last in spans if first <= day)


def _common(left: Iterable[Span], right: Sequence[Span]) -> tuple[Span, ...]:
    pairs = ((max(a, c), min(b, d)) for a, b in left for c, d in right)
    return tuple((first, last) for first, last in pairs if first <= last)


def _extent(spans: Iterable[Span], start: date, end: date) -> Extent:
    # Spans that touch are joined, so one of them has all of the days if any do.
    extent = Extent.NONE
    for first, last in spans:
        if first <= start and end <= last:
            return Extent.WHOLE
        if first <= end and start <= last:
            extent = Extent.PART
    return extent


def _whole(first: date, last: date, grain: Grain) -> Span:
    """Return the first and the last day of the whole periods that contain two days."""
    months = grain.months
    start = first.year * 12 + first.month - 1
    stop = last.year * 12 + last.month - 1
    # Counted from a January, quarters start at multiples of three. A year starts in April.
    offset = 3 if months == 12 else 0
    start -= (start - offset) % months
    stop += months - (stop - offset) % months
    return _first_of(start), _first_of(stop) - _DAY


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _is_month_end(day: date) -> bool:
    return (day + _DAY).day == 1


def _as_text(spans: Iterable[Span]) -> list[list[str]]:
    return [[first.isoformat(), last.isoformat()] for first, last in spans]
