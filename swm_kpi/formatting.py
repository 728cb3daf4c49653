"""Numbers as readers see them."""

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
    """Return how many decimals the numbers of one measure are shown with, all alike."""
    sizes = [abs(value) for value in values if value]
    if unit == Unit.RATIO and sizes and max(sizes) < 0.1:
        return 3
    if unit in DECIMALS:
        return DECIMALS[Unit(unit)]
    return int(any(value is not None and not value.is_integer() for value in values))


def format_number(value: float, unit: str, places: int = 0) -> str:
    """Write a number for a reader: ``1,234``, ``12.3%``, ``£1,200``; a true minus sign."""
    size, lead, tail = abs(value), "", ""
    if unit == Unit.PROPORTION:
        size, tail = size * 100, "%"
    elif unit == Unit.POUNDS:
        lead = "£"
        for scale, word in ((1e9, "bn"), (1e6, "m")):
            if size >= scale:
                size, tail, places = size / scale, word, 1 if size >= 10 * scale else 2
                break
    shown = f"{size:,.{places}f}"
    minus = MINUS if value < 0 and any(digit in shown for digit in "123456789") else ""
    return f"{minus}{lead}{shown}{tail}"


def format_tick(value: float, unit: str, places: int) -> str:
    """Write a number beside a tick: as short as it can be without being wrong."""
    if unit == Unit.POUNDS and abs(value) >= 1e6:
        minus, size = (MINUS if value < 0 else ""), abs(value)
        return f"{minus}£{size / 1e9:,.4g}bn" if size >= 1e9 else f"{minus}£{size / 1e6:.4g}m"
    return format_number(value, unit, places)


def unit_suffix(unit: str) -> str:
    """Return the unit to write after a number that does not show it."""
    return "" if unit in (Unit.PROPORTION, Unit.POUNDS, Unit.RATIO) else f" {unit}"
