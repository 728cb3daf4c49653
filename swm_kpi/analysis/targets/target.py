"""``kpi.Target``: a level with its days and its source. The library never assumes one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from swm_kpi.calendar import Period, format_date
from swm_kpi.errors import RequestError


@dataclass(frozen=True)
class Target:
    """A level that a measure is meant to reach, from a day.

    Attributes:
        value: the level, in the unit of the measure; a proportion is from 0 to 1.
        valid_from: the first day on which it applies, as an ISO date.
        valid_to: the last day on which it applies, as an ISO date; None if it has no end.
        source: who set the target, and where it is published.

    Raises:
        RequestError: the value is not a finite number; a day is not an ISO date; ``valid_to`` is
            before ``valid_from``; or the source is empty.
    """

    value: float
    valid_from: str
    valid_to: str | None = None
    source: str = ""

    def __post_init__(self) -> None:
        """Validate the value, the days and the source."""
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        if not is_number or not math.isfinite(self.value):
            raise RequestError("Target: value is not a number. Write it in the measure's unit.")
        first = _parse_day("valid_from", self.valid_from)
        if self.valid_to is not None and _parse_day("valid_to", self.valid_to) < first:
            raise RequestError(
                "Target: valid_to is before valid_from. Write the earlier day first."
            )
        if not isinstance(self.source, str) or not self.source.strip():
            raise RequestError(
                'Target: no source. Say who set it and where, such as source="Police and crime '
                'plan 2021 to 2025, page 30".'
            )

    @property
    def first_day(self) -> date:
        """The first day on which it applies."""
        return date.fromisoformat(self.valid_from)

    @property
    def last_day(self) -> date:
        """The last day on which it applies; ``date.max`` if it has no end."""
        return date.max if self.valid_to is None else date.fromisoformat(self.valid_to)

    def applies_to(self, period: Period) -> bool:
        """Return whether the target applies on every day of a period."""
        return self.first_day <= period.start and period.end <= self.last_day

    def describe_days(self) -> str:
        """Return the days on which it applies, in words."""
        first = f"from {format_date(self.first_day)}"
        return first if self.valid_to is None else f"{first} to {format_date(self.last_day)}"


def _parse_day(name: str, value: object) -> date:
    try:
        if not isinstance(value, str) or len(value) != len("2024-04-01"):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise RequestError(
            f"Target: {name} is not an ISO date. Write one such as 2024-04-01."
        ) from None
