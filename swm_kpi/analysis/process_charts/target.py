"""Targets for a measure. The library never assumes one: each has a source."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from swm_kpi.calendar import Period
from swm_kpi.errors import RequestError


@dataclass(frozen=True)
class Target:
    """A level that a measure is meant to reach, from a day.

    Attributes:
        value: the level, in the unit of the measure; a proportion is from 0 to 1.
        since: the first day on which it applies, as an ISO date.
        until: the last day on which it applies, as an ISO date; None if it has no end.
        source: who set the target, and where it is published.

    Raises:
        RequestError: the value is not a finite number; a day is not an ISO date; ``until`` is
            before ``since``; or the source is empty.
    """

    value: float
    since: str
    until: str | None = None
    source: str = ""

    def __post_init__(self) -> None:
        """Validate the value, the days and the source."""
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        if not is_number or not math.isfinite(self.value):
            raise RequestError("Target: value is not a number. Write it in the measure's unit.")
        if self.until is not None and _parse_day("until", self.until) < _parse_day(
            "since", self.since
        ):
            raise RequestError("Target: until is before since. Write the earlier day first.")
        _parse_day("since", self.since)
        if not isinstance(self.source, str) or not self.source.strip():
            raise RequestError(
                'Target: no source. Say who set it and where, such as source="Police and crime '
                'plan 2021 to 2025, page 30".'
            )

    def applies_to(self, period: Period) -> bool:
        """Return whether the target applies on every day of a period."""
        until = date.max if self.until is None else date.fromisoformat(self.until)
        return date.fromisoformat(self.since) <= period.start and period.end <= until


def parse_targets(target: Target | Iterable[Target] | None) -> tuple[Target, ...]:
    """Return the targets in order of their first days.

    Raises:
        RequestError: an item is not a Target, or two targets apply on one day.
    """
    if target is None:
        targets: tuple[Target, ...] = ()
    else:
        targets = tuple(target) if isinstance(target, Iterable) else (target,)
    if not all(isinstance(item, Target) for item in targets):
        raise RequestError(
            'target= takes a Target, such as kpi.Target(0.9, since="2024-04-01", source="...").'
        )
    ordered = tuple(sorted(targets, key=lambda item: item.since))
    for before, after in pairwise(ordered):
        if before.until is None or before.until >= after.since:
            raise RequestError("Two targets apply on one day. Give the earlier one an until=.")
    return ordered


def _parse_day(name: str, value: object) -> date:
    try:
        if not isinstance(value, str) or len(value) != len("2024-04-01"):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise RequestError(
            f"Target: {name} is not an ISO date. Write one such as 2024-04-01."
        ) from None
