"""The disclosure policy: which counts are small, and how the other counts are rounded.

The threshold rule is written once, here: ``is_small_or_zero`` compares, and
``describe_threshold`` says it in words. Every other module asks one of the two, so all numbers and
all generated texts follow an edit to these two functions. The glossary, the guides and the
independent attack in ``tests/support/ilp_attack.py`` state the rule again; ARCHITECTURE.md lists
them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import count as count_from
from typing import TYPE_CHECKING, Annotated, Any, overload

from pydantic import AfterValidator, Field

from swm_kpi.declaration import Declaration, Finding, FrozenMapping
from swm_kpi.errors import did_you_mean
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOT_ABOUT_PEOPLE = frozenset(
    {
        Unit.ASSETS, Unit.DAYS, Unit.HOURS, Unit.MINUTES, Unit.OUTAGES, Unit.POUNDS, Unit.SECONDS,
        Unit.TONNES_CO2E,
    }
)  # fmt: skip
"""Units of money, time, things and carbon. Every other unit counts people or what they did."""

MIN_SMALL_COUNTS = 2
"""The number of different counts that must be small. With one, a suppressed count is known."""


@overload
def is_small_or_zero(count: float, threshold: int) -> bool: ...
@overload
def is_small_or_zero(count: NDArray[np.float64], threshold: int) -> NDArray[np.bool_]: ...
def is_small_or_zero(
    count: float | NDArray[np.float64], threshold: int
) -> bool | NDArray[np.bool_]:
    """Return whether a count, or each count of an array, is zero or small: the threshold rule."""
    return count < threshold


def describe_threshold(threshold: int | str) -> str:
    """Return the rule of ``is_small_or_zero`` as it completes "a count ..."."""
    return f"under {threshold}"


class DisclosurePolicy(Declaration):
    """Which counts are suppressed, and how the others are rounded.

    A small count (see ``is_small``) is suppressed. So is a share, rate or average that is based on
    a small count or leaves one over: 48 of 50 reveals 2. A 90th percentile is suppressed where
    the number of rows beyond it is small, because it is then close to one person's own value. Every
    other count is rounded to the nearest multiple of ``rounding_base``, halves upwards. Shares and
    rates are calculated again from the rounded counts. Money, time, things and carbon are not
    counts of people and are not changed.

    Attributes:
        threshold: where small counts end; at least 3, because a suppressed count that can only be
            1 is known. At NHS England and OpenSAFELY counts of 1 to 7 are small, and the rounding
            base is 5.
        rounding_base: counts are rounded to a multiple of this; 1 (or 0) for no rounding. At most
            twice the threshold, so that a count shown as 0 is 0.
        show_zeros: whether a zero is shown, and with it a share of 0% or 100%. Set it to False
            where it would harm people to reveal that nobody, or everybody, in a group is affected;
            zeros are then suppressed like small counts.
        publish_free_text: whether free text is published. Set it to True only after a person has
            read the texts.
        exempt: refs, or units of counts, that identify nobody, each with the reason.

    Raises:
        DefinitionError: a field is out of its bounds, or an exemption has no reason.
    """

    threshold: Annotated[int, Field(strict=True)] = 5
    rounding_base: Annotated[int, Field(strict=True)] = 5
    show_zeros: Annotated[bool, Field(strict=True)] = True
    publish_free_text: Annotated[bool, Field(strict=True)] = False
    exempt: Annotated[
        Mapping[str, str], Field(validate_default=True), AfterValidator(FrozenMapping)
    ] = {}

    @classmethod
    def subject_of(cls, fields: dict[str, Any]) -> str:
        """Return the name of the object in an error message."""
        return "DisclosurePolicy"

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        valid = self.largest_small_count >= MIN_SMALL_COUNTS
        if not valid:
            rule = (
                f"{self.threshold} would suppress nothing, or only the count 1, which is then known"
            )
            yield "threshold", rule, f"Use {_min_threshold()} or more"
        if self.rounding_base < 0:
            yield "rounding_base", f"{self.rounding_base} is below zero", "Use 1 for no rounding"
        elif valid and self.rounding_base > self.max_rounding_base:
            rule = f"rounding to {self.rounding_base} shows counts that are not small as 0"
            yield (
                "rounding_base",
                rule,
                f"Use at most {self.max_rounding_base}, twice the threshold",
            )
        for name, reason in self.exempt.items():
            if not reason.strip():
                yield "exempt", f"{name!r} has no reason", "Say why it identifies nobody"
            if not name.strip() or (name.isalpha() and name not in Unit.known_names()):
                rule = f"{name!r} is neither a ref nor a unit"
                yield "exempt", rule, did_you_mean(name, Unit.known_names())

    def __str__(self) -> str:
        return self.describe()

    def describe(self) -> str:
        """Return the policy in plain English, as a published file states it."""
        zeros = "zeros are shown" if self.show_zeros else "zeros are suppressed too"
        sentences = [
            f"Counts of people and events {self.describe_threshold()} are suppressed; {zeros}.",
            f"Other counts are rounded to the nearest {self.rounding_base}, and shares and rates "
            "are calculated from the rounded counts."
            if self.rounds
            else "Other counts are not rounded.",
            "More numbers are suppressed where a suppressed one could be calculated from them.",
        ]
        if not self.publish_free_text:
            sentences.append("Free text is withheld.")
        sentences += [f"Exempt: {name}, because {reason.strip().rstrip('.')}."
                      for name, reason in sorted(self.exempt.items())]  # fmt: skip
        return " ".join(sentences)

    def describe_threshold(self) -> str:
        """Return the threshold rule as it completes "a count ...": ``"under 5"``."""
        return describe_threshold(self.threshold)

    @property
    def rounds(self) -> bool:
        """Whether shown counts are rounded."""
        return self.rounding_base > 1

    @property
    def largest_small_count(self) -> int:
        """The largest whole count that is small."""
        return _largest_small_count(self.threshold)

    @property
    def max_rounding_base(self) -> int:
        """The largest base that rounds no shown count to 0, average counts with a fraction too."""
        return 2 * self.threshold

    def covers(self, ref: str, unit: Unit) -> bool:
        """Return whether the policy applies to counts in this unit, in this ref."""
        return (
            unit not in NOT_ABOUT_PEOPLE
            and unit.value not in self.exempt
            and ref not in self.exempt
        )

    @overload
    def is_small_or_zero(self, count: float) -> bool: ...
    @overload
    def is_small_or_zero(self, count: NDArray[np.float64]) -> NDArray[np.bool_]: ...
    def is_small_or_zero(self, count: float | NDArray[np.float64]) -> bool | NDArray[np.bool_]:
        """Return whether a count, or each count of an array, is zero or small."""
        return is_small_or_zero(count, self.threshold)

    @overload
    def is_small(self, count: float) -> bool: ...
    @overload
    def is_small(self, count: NDArray[np.float64]) -> NDArray[np.bool_]: ...
    def is_small(self, count: float | NDArray[np.float64]) -> bool | NDArray[np.bool_]:
        """Return whether a count, or each count of an array, must be suppressed.

        Zero must be suppressed only where ``show_zeros`` is False.
        """
        return self.is_small_or_zero(count) & (count > (0 if self.show_zeros else -1))

    def rounded(self, count: float) -> float:
        """Return a count as it is shown: the nearest multiple of the base, halves upwards."""
        if not self.rounds:
            return count
        return float(math.floor(count / self.rounding_base + 0.5) * self.rounding_base)

    def rounding_interval(self, shown: float, *, whole: bool) -> tuple[float, float]:
        """Return the smallest and the largest count that an attacker allows for a shown one.

        Args:
            shown: the rounded count.
            whole: whether the attacker knows that the count is a whole number.
        """
        if shown == 0 or not self.rounds:
            return shown, shown
        base = self.rounding_base
        lower = shown - (base // 2 if whole else base / 2)
        upper = shown + ((base + 1) // 2 - 1 if whole else base / 2)
        smallest_shown = self.largest_small_count + 1 if whole else self.threshold
        return max(lower, float(smallest_shown)), upper


def _largest_small_count(threshold: int) -> int:
    """Return the largest whole count that is small by a threshold; below zero where none is."""
    counts = range(threshold + 1, -1, -1)
    return next((count for count in counts if is_small_or_zero(count, threshold)), -1)


def _min_threshold() -> int:
    """Return the least threshold by which enough different counts are small."""
    return next(
        threshold
        for threshold in count_from()
        if _largest_small_count(threshold) >= MIN_SMALL_COUNTS
    )
