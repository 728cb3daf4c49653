"""How the values of a column become the names of areas, by code and day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from swm_kpi.calendar import NO_DAY, OPEN_START


@dataclass(frozen=True)
class AreaSpan:
    """The area that a value belongs to, from one day to another.

    Attributes:
        value: a code, or a name.
        first, last: the first and the last day; ``date.min`` and ``date.max`` where it is open.
        name: the name of the area.
    """

    value: str
    first: date
    last: date
    name: str


@dataclass(frozen=True)
class AreaLookup:
    """Which area a value belongs to, on each day.

    Attributes:
        spans: the spans. Those of one value do not overlap.
        ended: values that are in no area now, where only the newest boundaries count.
    """

    spans: tuple[AreaSpan, ...]
    ended: frozenset[str] = frozenset()

    @cached_property
    def by_value(self) -> dict[str, tuple[AreaSpan, ...]]:
        """The spans of each value."""
        spans = defaultdict(list)
        for span in self.spans:
            spans[span.value].append(span)
        return {value: tuple(of_value) for value, of_value in spans.items()}

    @cached_property
    def is_dated(self) -> bool:
        """Whether any value belongs to its area on some days only."""
        return any(span.first > date.min or span.last < date.max for span in self.spans)

    @cached_property
    def only_names(self) -> dict[str, str]:
        """The area of each value that was never in another: the area where no day is known."""
        names = {value: {span.name for span in spans} for value, spans in self.by_value.items()}
        return {
            value: next(iter(of_value)) for value, of_value in names.items() if len(of_value) == 1
        }

    @cached_property
    def dated_spans(self) -> tuple[AreaSpan, ...]:
        """The spans to join rows to by value and day, in every engine and in mappings.

        The day of a row without one is ``NO_DAY``: a value is then in the area that it was always
        in, if it was never in another.
        """
        spans = []
        for value, of_value in self.by_value.items():
            is_one = value in self.only_names
            if is_one and of_value[0].first > date.min:
                spans.append(replace(of_value[0], first=NO_DAY, last=NO_DAY))
            for span in of_value:
                start = NO_DAY if is_one else OPEN_START
                spans.append(replace(span, first=start) if span.first == date.min else span)
        return tuple(spans)

    @cached_property
    def is_trivial(self) -> bool:
        """Whether every value is the name of its area on every day."""
        return not self.is_dated and all(span.value == span.name for span in self.spans)

    def name_on(self, value: str, day: date | None) -> str | None:
        """Return the area of a value on a day; None if it is in none.

        Args:
            value: a code or a name.
            day: the day. Without it, a value has the area that it was always in.
        """
        if day is None:
            return self.only_names.get(value)
        spans: Sequence[AreaSpan] = self.by_value.get(value, ())
        return next((span.name for span in spans if span.first <= day <= span.last), None)
