"""Numbers as text for readers."""

from __future__ import annotations

from collections.abc import Sequence

from swm_kpi.vocabulary import Unit

DECIMALS = {
    Unit.PROPORTION: 1,
    Unit.RATIO: 2,
    Unit.PER_1000_PEOPLE: 2,
    Unit.PER_100000_PEOPLE: 1,
    Unit.PER_MILLION_PEOPLE: 1,
    Unit.POUNDS: 0,
}
MINUS = "\N{MINUS SIGN}"


def decimal_places(unit: str, values: Sequence[float | None]) -> int:
    """Return the decimal places for the numbers of one measure; all numbers have the same."""
    sizes = [abs(value) for value in values if value]
    if unit == Unit.RATIO and sizes and max(sizes) < 0.1:
        return 3
    if unit in DECIMALS:
        return DECIMALS[Unit(unit)]
    return int(any(value is not None and not value.is_integer() for value in values))


def format_number(value: float, unit: str, places: int = 0) -> str:
    """Return a number as text: ``1,234``, ``12.3%``, ``£1,200``, ``£1.77m``.

    A negative number has a true minus sign, unless it rounds to zero.
    """
    size, prefix, suffix = abs(value), "", ""
    if unit == Unit.PROPORTION:
        size, suffix = size * 100, "%"
    elif unit == Unit.POUNDS:
        prefix = "£"
        for scale, word in ((1e9, "bn"), (1e6, "m")):
            if size >= scale:
                size, suffix, places = size / scale, word, 1 if size >= 10 * scale else 2
                break
    digits = f"{size:,.{places}f}"
    minus = MINUS if value < 0 and any(digit in digits for digit in "123456789") else ""
    return f"{minus}{prefix}{digits}{suffix}"


def format_tick(value: float, unit: str, places: int) -> str:
    """Return the label of a tick: as short as possible without loss."""
    if unit == Unit.POUNDS and abs(value) >= 1e6:
        minus, size = (MINUS if value < 0 else ""), abs(value)
        return f"{minus}£{size / 1e9:,.4g}bn" if size >= 1e9 else f"{minus}£{size / 1e6:.4g}m"
    return format_number(value, unit, places)


def unit_suffix(unit: str) -> str:
    """Return a space and the unit, to follow a number; empty if the number shows its unit."""
    return "" if unit in (Unit.PROPORTION, Unit.POUNDS, Unit.RATIO) else f" {unit}"
