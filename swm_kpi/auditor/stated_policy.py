"""The disclosure policy as a published file states it: the auditor reads it from the sentence.

The auditor shares no code with disclosure control. What it takes for a small count, and how a count
is rounded, is written here a second time, so that an error there is not repeated here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from swm_kpi.errors import RequestError
from swm_kpi.vocabulary import Unit

_THRESHOLD = re.compile(r"\bunder (\d{1,9}) are suppressed")
_ROUNDING = re.compile(r"rounded to the nearest (\d{1,9})\b")
_ZEROS_HIDDEN = "zeros are suppressed too"
_EXEMPT = re.compile(r"Exempt: ([^,.]{1,60}), because")
_LEAST_THRESHOLD = 2

NO_PEOPLE = frozenset(
    {
        Unit.ASSETS, Unit.DAYS, Unit.HOURS, Unit.MINUTES, Unit.OUTAGES, Unit.POUNDS, Unit.SECONDS,
        Unit.TONNES_CO2E,
    }
)  # fmt: skip
"""The units that "counts of people and events" leaves out: money, time, things and carbon."""


@dataclass(frozen=True)
class StatedPolicy:
    """What a file says of its disclosure control.

    Attributes:
        threshold: counts from 1 to one less than this are small.
        rounding_base: other counts are rounded to a multiple of this; 1 for no rounding.
        shows_zeros: whether a zero is shown.
        exempt: the refs and units that are shown exactly.
    """

    threshold: int
    rounding_base: int = 1
    shows_zeros: bool = True
    exempt: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if self.threshold < _LEAST_THRESHOLD:
            raise RequestError(
                f"The threshold is {self.threshold}, and then no count is small. Give "
                f"{_LEAST_THRESHOLD} or more."
            )

    @classmethod
    def from_sentence(cls, sentence: str) -> StatedPolicy | None:
        """Return the policy that a sentence states, or None where it states none."""
        threshold = _THRESHOLD.search(sentence)
        if threshold is None or int(threshold[1]) < _LEAST_THRESHOLD:
            return None
        rounding = _ROUNDING.search(sentence)
        return cls(
            int(threshold[1]),
            max(int(rounding[1]), 1) if rounding else 1,
            _ZEROS_HIDDEN not in sentence,
            frozenset(_EXEMPT.findall(sentence)),
        )

    @property
    def largest_small(self) -> int:
        """The largest small count."""
        return self.threshold - 1

    @property
    def least_hidden(self) -> int:
        """The least count that is hidden for itself."""
        return 1 if self.shows_zeros else 0

    @staticmethod
    def is_of_people(unit: str) -> bool:
        """Return whether a unit counts people or events."""
        return unit not in NO_PEOPLE

    def is_exempt(self, ref: str, unit: str) -> bool:
        """Return whether counts in a unit are shown exactly, in this ref."""
        return unit in self.exempt or ref in self.exempt

    def range_of(self, shown: float, *, is_whole: bool) -> tuple[float, float]:
        """Return the least and the most that a count can be, of which a rounded one is shown."""
        base = self.rounding_base
        if shown == 0 or base == 1:
            return shown, shown
        least, most = shown - base / 2, shown + base / 2
        if is_whole:
            # Halves are rounded upwards.
            least, most = math.ceil(least), math.ceil(most) - 1
        return max(least, self.threshold), most

    def to_dict(self) -> Mapping[str, object]:
        """Return the policy, ready for JSON."""
        return {
            "threshold": self.threshold,
            "rounding_base": self.rounding_base,
            "shows_zeros": self.shows_zeros,
            "exempt": sorted(self.exempt),
        }
