"""A target that somebody set. None is ever made up here."""

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
    """A level that a measure is meant to reach, from a day, by somebody's decision.

    Attributes:
        value: the level, in the unit of the measure; a proportion is from 0 to 1.
        since: the first day it holds, as an ISO date.
        until: the last day it holds, inclusive; None while it lasts.
        source: who set it, and where that is written.

    Raises:
        RequestError: the value is not a number, a day is not an ISO date, the days are backwards,
            or no source is named.
    """

    value: float
    since: str
    until: str | None = None
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse to exist unless it can be applied and traced."""
        number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        if not number or not math.isfinite(self.value):
            raise RequestError("Target: value is not a number. Write it in the measure's unit.")
        if self.until is not None and _day("until", self.until) < _day("since", self.since):
            raise RequestError("Target: until is before since. Write the earlier day first.")
        _day("since", self.since)
        if not isinstance(self.source, str) or not self.source.strip():
            raise RequestError(
                'Target: no source. Say who set it and where, such as source="Police and crime '
                'plan 2021 to 2025, page 30".'
            )

    def applies_to(self, period: Period) -> bool:
        """Say whether it holds on every day of a period."""
        until = date.max if self.until is None else date.fromisoformat(self.until)
        return date.fromisoformat(self.since) <= period.start and period.end <= until


def parse_targets(given: Target | Iterable[Target] | None) -> tuple[Target, ...]:
    """Return the targets given, in order of their days.

    Raises:
        RequestError: one is not a Target, or two hold on one day.
    """
    several = given if isinstance(given, Iterable) else () if given is None else (given,)
    each = tuple(several)
    if not all(isinstance(one, Target) for one in each):
        raise RequestError(
            'target= takes a Target, such as kpi.Target(0.9, since="2024-04-01", source="...").'
        )
    found = tuple(sorted(each, key=lambda one: one.since))
    for before, after in pairwise(found):
        if before.until is None or before.until >= after.since:
            raise RequestError("Two targets hold on one day. Give the earlier one an until=.")
    return found


def _day(name: str, value: object) -> date:
    try:
        if not isinstance(value, str) or len(value) != len("2024-04-01"):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise RequestError(
            f"Target: {name} is not an ISO date. Write one such as 2024-04-01."
        ) from None
