"""Numbers as text for readers: digits by unit and size, the same in every output.

The numbers of one measure share their decimals, so that a column of them is easy to read. A number
that these decimals would show as zero has more of its own: it is never shown as 0, and a proportion
that is not 1 is never shown as 100%.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from swm_kpi.vocabulary import Unit

MINUS = "\N{MINUS SIGN}"
_PERCENTAGES = (Unit.PROPORTION, Unit.PERCENTAGE_RATIO)
_SHOW_THEIR_UNIT = (*_PERCENTAGES, Unit.POUNDS, Unit.RATIO)
_DECIMALS = {
    Unit.PROPORTION: 1,
    Unit.PERCENTAGE_RATIO: 1,
    Unit.RATIO: 2,
    Unit.PER_1000_HOUSEHOLDS: 2,
    Unit.PER_1000_PEOPLE: 2,
    Unit.PER_100000_PEOPLE: 1,
    Unit.PER_MILLION_PEOPLE: 1,
}
_SECONDS = {Unit.DAYS: 86_400, Unit.HOURS: 3_600, Unit.MINUTES: 60, Unit.SECONDS: 1}
_SINGULAR = {"people": "person"}
_SINGULAR_ENDINGS = {"ies": "y", "ches": "ch", "shes": "sh", "sses": "ss", "xes": "x", "s": ""}
_PENCE = 2
_SHOWS_PENCE_BELOW = 1_000
_FRACTION_BELOW = 5
_NO_FRACTION_FROM = 1_000
_MAX_DECIMALS = 6
# Below this a number is what is left of floating-point sums.
_ZERO = 1e-12


def is_percentage(unit: str) -> bool:
    """Return whether readers see numbers of a unit as percentages."""
    return unit in _PERCENTAGES


def unit_of_number(number: str, unit: str) -> str:
    """Return the unit that follows a number: in the singular after 1, as in ``1 crime``.

    Args:
        number: the number as readers see it.
        unit: its unit.
    """
    if number != "1" or unit.startswith("per "):
        return str(unit)
    head, of, rest = unit.partition(" of ")
    *before, noun = head.split(" ")
    return " ".join((*before, _singular(noun))) + of + rest


def _singular(noun: str) -> str:
    if noun in _SINGULAR:
        return _SINGULAR[noun]
    for ending, replacement in _SINGULAR_ENDINGS.items():
        if noun.endswith(ending):
            return noun.removesuffix(ending) + replacement
    return noun


def unit_name(unit: str) -> str:
    """Return the unit of the numbers that readers see: ``percentage`` for a proportion."""
    return "percentage" if is_percentage(unit) else str(unit)


@dataclass(frozen=True)
class NumberFormat:
    """How readers see the numbers of one measure.

    Attributes:
        unit: the unit of the numbers.
        shown_unit: the unit that readers see: a shorter one for a duration that is short in its
            unit.
        decimals: the decimals that all the numbers share.
    """

    unit: str
    shown_unit: str
    decimals: int

    @classmethod
    def of(cls, unit: str, values: Iterable[float | None], *, keep_unit: bool = False) -> Self:
        """Return the format of the numbers of one measure.

        Args:
            unit: their unit.
            values: the numbers; None is ignored.
            keep_unit: whether a short duration stays in its unit.
        """
        sizes = [abs(value) for value in values if value is not None and abs(value) > _ZERO]
        largest = max(sizes, default=0.0)
        shown_unit = unit if keep_unit else _readable_unit(unit, largest)
        factor = _factor(unit, shown_unit)
        if unit == Unit.POUNDS:
            has_pence = any(not size.is_integer() for size in map(float, sizes))
            decimals = _PENCE if has_pence and largest < _SHOWS_PENCE_BELOW else 0
        elif unit in _DECIMALS:
            decimals = _DECIMALS[Unit(unit)]
        else:
            has_fraction = any(not _is_whole(size * factor) for size in sizes)
            decimals = int(has_fraction and largest * factor < _NO_FRACTION_FROM)
        if decimals:
            decimals = max(decimals, min(_two_digits(largest * factor), _MAX_DECIMALS))
        return cls(unit, shown_unit, decimals)

    @property
    def factor(self) -> float:
        """What a number is multiplied by, for the number that readers see."""
        return _factor(self.unit, self.shown_unit)

    @property
    def is_time(self) -> bool:
        """Whether the numbers are lengths of time."""
        return self.unit in _SECONDS

    @property
    def is_whole(self) -> bool:
        """Whether every number is a whole one, as a count is."""
        return self.decimals == 0 and self.unit != Unit.POUNDS

    @property
    def unit_suffix(self) -> str:
        """A space and the unit, in the plural; empty if the number shows its unit."""
        return "" if self.unit in _SHOW_THEIR_UNIT else f" {self.shown_unit}"

    def decimals_of(self, value: float) -> int:
        """Return the decimals of one number: more than the others where it would be shown as 0."""
        size = abs(value) * self.factor
        distances = [size]
        if self.unit == Unit.PROPORTION and 0 < value < 1:
            distances.append(100 - size)
        nearest = min(distances)
        if self.decimals == 0 and self.unit != Unit.POUNDS and size < _FRACTION_BELOW:
            # The limits of a count are not whole numbers.
            least = int(not _is_whole(size))
        else:
            least = self.decimals
        if nearest <= _ZERO or nearest >= 10**-least:
            return least
        least = _PENCE if self.unit == Unit.POUNDS else least
        decimals = min(max(least, _two_digits(nearest)), _MAX_DECIMALS)
        digits = f"{size:.{decimals}f}".rstrip("0").partition(".")[2]
        return max(least, len(digits))

    def number(self, value: float) -> str:
        """Return a number in the unit that readers see: ``1,234``, ``12.3%``, ``£1.77m``.

        A negative number has a true minus sign, unless it rounds to zero.
        """
        size, prefix, suffix = abs(value) * self.factor, "", ""
        decimals = self.decimals_of(value)
        if is_percentage(self.unit):
            suffix = "%"
        elif self.unit == Unit.POUNDS:
            prefix = "£"
            for scale, word in ((1e9, "bn"), (1e6, "m")):
                if size >= scale:
                    decimals = 1 if size >= 10 * scale else 2
                    size, suffix = size / scale, word
                    break
        digits = f"{size:,.{decimals}f}"
        is_zero = not any(digit in digits for digit in "123456789")
        minus = MINUS if value < 0 and not is_zero else ""
        if is_zero and size > _ZERO:
            digits = f"{10**-decimals:.{decimals}f}"
            return f"{'above ' + MINUS if value < 0 else 'under '}{prefix}{digits}{suffix}"
        return f"{minus}{prefix}{digits}{suffix}"

    def text(self, value: float) -> str:
        """Return a number under a heading that names its unit.

        It is followed by the unit that readers see, where that is another: ``30 seconds``.
        """
        return self.number(value) if self.shown_unit == self.unit else self.text_with_unit(value)

    def text_with_unit(self, value: float) -> str:
        """Return a number followed by its unit: ``12 crimes``, ``1 crime``, ``12.3%``."""
        number = self.number(value)
        if not self.unit_suffix:
            return number
        return f"{number} {unit_of_number(number, self.shown_unit)}"

    def tick(self, value: float, decimals: int) -> str:
        """Return the label of a tick, as short as possible without loss.

        Args:
            value: the number.
            decimals: the decimals that show each tick of the axis exactly.
        """
        if self.unit == Unit.POUNDS and abs(value) >= 1e6:
            minus, size = (MINUS if value < 0 else ""), abs(value)
            return f"{minus}£{size / 1e9:,.4g}bn" if size >= 1e9 else f"{minus}£{size / 1e6:.4g}m"
        return NumberFormat(self.unit, self.shown_unit, decimals).number(value)


def format_number(value: float, unit: str) -> str:
    """Return a number that stands alone as text: ``1,234``, ``12.3%``, ``£1.77m``."""
    return NumberFormat.of(unit, [value]).text(value)


def format_change(change: float, suffix: str = "") -> str:
    """Return a change with its sign: ``+1.5%``, and ``0.0%`` where there is none.

    Args:
        change: the change, in percent or in percentage points.
        suffix: what follows the number.
    """
    number = NumberFormat("", "", 1).number(change)
    return f"{'+' if change > _ZERO else ''}{number}{suffix}"


def _readable_unit(unit: str, largest: float) -> str:
    """Return the longest unit of time, up to that of a duration, in which it is 1 or more."""
    if unit not in _SECONDS or not 0 < largest < 0.1:
        return unit
    seconds = largest * _SECONDS[Unit(unit)]
    return next((shown for shown, length in _SECONDS.items() if seconds >= length), Unit.SECONDS)


def _factor(unit: str, shown_unit: str) -> float:
    if is_percentage(unit):
        return 100.0
    if shown_unit != unit:
        return _SECONDS[Unit(unit)] / _SECONDS[Unit(shown_unit)]
    return 1.0


def _is_whole(size: float) -> bool:
    return math.isclose(size, round(size), rel_tol=1e-12)


def _two_digits(size: float) -> int:
    """Return the decimals that show two significant digits of a number above zero."""
    return max(0, 1 - math.floor(math.log10(size))) if size > 0 else 0
