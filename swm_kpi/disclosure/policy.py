"""What is hidden and how the rest is rounded: a value that a force decides and a file states."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from swm_kpi.declaration import Declaration, Finding, FrozenMapping
from swm_kpi.errors import did_you_mean
from swm_kpi.vocabulary import Unit

NOT_ABOUT_PEOPLE = frozenset(
    {
        Unit.ASSETS, Unit.DAYS, Unit.HOURS, Unit.MINUTES, Unit.OUTAGES, Unit.POUNDS, Unit.SECONDS,
        Unit.TONNES_CO2E,
    }
)  # fmt: skip
"""Amounts of money, time, things and carbon. Every other unit counts people or what they did."""

_LEAST = 3


class DisclosurePolicy(Declaration):
    """Which numbers may be shown, and how exactly.

    A count from 1 to ``threshold - 1`` is hidden, and so is a share, rate or average that rests on
    one, or that leaves one over: 48 of 50 tells of 2. A 90th percentile is hidden where fewer than
    the threshold lie beyond it, because it is then nearly somebody's own. Every other count is
    rounded to the nearest multiple of ``base``, a half upwards, and shares and rates are worked out
    again from the rounded counts. Money, time, things and carbon are not counts of people and stay
    as they are.

    Attributes:
        threshold: the least count that may be shown; at least 3, because a hidden number that can
            only be 1 is not hidden. 8 with base 5 is the rule of NHS England and OpenSAFELY.
        base: what counts are rounded to; 1 (or 0) for no rounding. At most twice the threshold, so
            that nothing shown as 0 is anything but 0.
        zeros: whether a zero is shown, and with it a share of 0% or 100%; otherwise they are hidden
            with the small counts. They are shown unless you say otherwise, so say so where it would
            harm to know that nobody in a group, or everybody, is something.
        texts: whether written texts are passed on: say so once somebody has read them.
        exempt: refs, or units of counts, that identify nobody, each with the reason.

    Raises:
        DefinitionError: a field is out of its bounds, or an exemption has no reason.
    """

    threshold: Annotated[int, Field(strict=True)] = 5
    base: Annotated[int, Field(strict=True)] = 5
    zeros: Annotated[bool, Field(strict=True)] = True
    texts: Annotated[bool, Field(strict=True)] = False
    exempt: Annotated[
        Mapping[str, str], Field(validate_default=True), AfterValidator(FrozenMapping)
    ] = {}

    @classmethod
    def subject_of(cls, fields: dict[str, Any]) -> str:
        """Name it in a message."""
        return "DisclosurePolicy"

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        if self.threshold < _LEAST:
            rule = f"{self.threshold} would hide nothing, or only the number 1, which is then known"
            yield "threshold", rule, f"Use {_LEAST} or more"
        if self.base < 0:
            yield "base", f"{self.base} is below zero", "Use 1 for no rounding"
        elif self.threshold >= _LEAST and self.base > 2 * self.threshold:
            rule = f"rounding to {self.base} shows a count of {self.threshold} as 0"
            yield "base", rule, f"Use at most {2 * self.threshold}, twice the threshold"
        for name, reason in self.exempt.items():
            if not reason.strip():
                yield "exempt", f"{name!r} has no reason", "Say why it identifies nobody"
            if not name.strip() or (name.isalpha() and name not in set(Unit)):
                rule = f"{name!r} is neither a ref nor a unit"
                yield "exempt", rule, did_you_mean(name, [each.value for each in Unit])

    def __str__(self) -> str:
        return self.describe()

    def describe(self) -> str:
        """Say the policy in a sentence or two, as a file states it."""
        zeros = "zeros are shown" if self.zeros else "zeros are hidden with them"
        words = [
            f"Counts of people and events under {self.threshold} are hidden; {zeros}.",
            f"Other counts are rounded to the nearest {self.base}, and shares and rates are worked "
            "out from the rounded counts."
            if self.rounds
            else "Other counts are not rounded.",
            "Further numbers are hidden where a hidden one could be worked out from them.",
        ]
        if not self.texts:
            words.append("Written texts are withheld.")
        words += [f"Exempt: {name}, because {reason.strip().rstrip('.')}."
                  for name, reason in sorted(self.exempt.items())]  # fmt: skip
        return " ".join(words)

    @property
    def rounds(self) -> bool:
        """Whether shown counts are rounded."""
        return self.base > 1

    def covers(self, ref: str, unit: Unit) -> bool:
        """Say whether counts in this unit, in this ref, are under the policy."""
        return (
            unit not in NOT_ABOUT_PEOPLE
            and unit.value not in self.exempt
            and ref not in self.exempt
        )

    def is_small(self, count: float) -> bool:
        """Say whether a count may not be shown."""
        return (0 if self.zeros else -1) < count < self.threshold

    def rounded(self, count: float) -> float:
        """Return a count as it is shown: to the nearest multiple of the base, a half upwards."""
        if not self.rounds:
            return count
        return float(math.floor(count / self.base + 0.5) * self.base)

    def could_be(self, shown: float, *, whole: bool) -> tuple[float, float]:
        """Return the least and the greatest count that a reader knows a shown one may be."""
        if shown == 0 or not self.rounds:
            return shown, shown
        least = shown - (self.base // 2 if whole else self.base / 2)
        most = shown + ((self.base + 1) // 2 - 1 if whole else self.base / 2)
        return max(least, float(self.threshold)), most
