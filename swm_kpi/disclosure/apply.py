"""From a result's table to one that may be shown."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import polars as pl

from swm_kpi.disclosure.cell_semantics import Reading, read
from swm_kpi.disclosure.constraint_graph import System
from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.disclosure.protect import Protection
from swm_kpi.errors import RequestError
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Basis, Marker

NUMBERS = ("value", "numerator", "denominator", "lower", "upper")
TEXT = "Text withheld: nobody has said that it was read for what it could disclose."
NEEDLESS = "All that adds up with it is hidden, since less was not found within the limits."
_ROWS = re.compile(r"(?:(?<=\A)|(?<=\. ))(\d[\d,]*) rows?\b")
_ANSWERED = re.compile(r"(?:(?<=\A)|(?<=\. ))(\d[\d,]*) rows? answered\b")
_DIGITS = 3


def hidden_words(policy: DisclosurePolicy) -> str:
    """Return the note of a hidden number: one for all, since which is small would tell much."""
    return (
        f"Hidden: it would show or leave over fewer than {policy.threshold}, or help to work out "
        "a number that would."
    )


def disclose(
    frame: pl.DataFrame,
    by: Sequence[str],
    metrics: Mapping[str, Metric],
    policy: DisclosurePolicy,
) -> pl.DataFrame:
    """Return a result's table with small numbers hidden and the others rounded.

    A hidden row has no number and the marker ``[c]``, and its note says why. Zero, ``[x]`` and
    ``[z]`` stay what they are. Totals are rounded from the true total, as NHS England does, and not
    added up from rounded parts: a total is the same number whatever it is broken down by.

    Args:
        frame: the table of a result.
        by: its breakdowns.
        metrics: what each ref was computed from.
        policy: what is hidden, and how the rest is rounded.

    Raises:
        RequestError: the table is empty, or does not say what a ref was computed from.
    """
    readings = _readings(frame, metrics, policy)
    system = System(frame, by, readings, policy)
    keys = list(zip(*(frame[name].to_list() for name in ("ref", "measure", "basis")), strict=True))
    read_as = [readings[key] for key in keys]
    notes = frame["note"].fill_null("").to_list()
    rested_on = frame["denominator"].to_list()
    few = {
        row
        for row, reading in enumerate(read_as)
        if (reading.answered and _too_few(notes[row], policy))
        or (reading.roles and _is_extreme(reading, rested_on[row], policy))
    }
    protection = Protection(system, few)
    hidden = protection.small | protection.others
    hidden |= _stand_ins(frame, by, hidden)
    words = hidden_words(policy)
    numbers = {name: frame[name].to_list() for name in NUMBERS}
    markers = frame["marker"].fill_null("").to_list()
    for row, reading in enumerate(read_as):
        if row in hidden:
            for name in NUMBERS:
                numbers[name][row] = None
            markers[row] = Marker.CONFIDENTIAL.value
            rest = _ROWS.sub("Some rows", notes[row])
            needless = f" {NEEDLESS}" if row in protection.given_up else ""
            notes[row] = f"{words}{needless} {rest}".strip()
        elif reading.text and not policy.publish_free_text:
            withheld = markers[row] == Marker.NOT_APPLICABLE.value
            notes[row] = TEXT if withheld else notes[row]
            markers[row] = Marker.CONFIDENTIAL.value if withheld else markers[row]
        elif not reading.text:
            notes[row] = _ROWS.sub(lambda found: _about(found[1], policy), notes[row])
            _round(numbers, row, reading, policy)
    texts = {"marker": markers, "note": notes}
    return frame.with_columns(
        *(pl.Series(name, each, dtype=pl.Float64) for name, each in numbers.items()),
        *(pl.Series(name, each, dtype=pl.String) for name, each in texts.items()),
    )


def _readings(
    frame: pl.DataFrame, metrics: Mapping[str, Metric], policy: DisclosurePolicy
) -> dict[tuple[str, str, str], Reading]:
    if frame.is_empty():
        raise RequestError("The result is empty: there is nothing to disclose. Compute some rows.")
    found = {}
    for ref, key, basis in frame.select("ref", "measure", "basis").unique().sort(pl.all()).rows():
        if ref not in metrics:
            raise RequestError(
                f"The result does not say what ref {ref!r} was computed from, so what its numbers "
                "count is not known. Disclose the result that compute() returned."
            )
        metric = metrics[ref]
        found[ref, key, basis] = read(metric, metric.measure(key, Basis(basis)), policy)
    return found


def _too_few(note: str, policy: DisclosurePolicy) -> bool:
    found = _ANSWERED.search(note)
    return found is not None and policy.is_small(float(found[1].replace(",", "")))


def _is_extreme(reading: Reading, rows: float | None, policy: DisclosurePolicy) -> bool:
    """Say whether a value has so few rows beyond it that it is nearly somebody's own."""
    beyond = rows * reading.beyond if rows and reading.beyond < 1 else policy.threshold
    return math.floor(beyond + 1e-9) < policy.threshold


def _about(count: str, policy: DisclosurePolicy) -> str:
    """Say a count of rows in words no closer than its first digit."""
    number = int(count.replace(",", ""))
    if number < policy.threshold:
        return "A few rows"
    tens = 10 ** (len(str(number)) - 1)
    return f"About {(number + tens // 2) // tens * tens:,} rows"


def _stand_ins(frame: pl.DataFrame, by: Sequence[str], hidden: set[int]) -> set[int]:
    """Return the rows of public data that would stand in for a hidden row of the force's own."""
    columns = [
        frame[name].to_list() for name in ("ref", "measure", "period_start", "period_end", *by)
    ]
    bases = frame["basis"].to_list()
    cells = list(zip(*columns, strict=True))
    told = {cells[row] for row in hidden if bases[row] == Basis.FORCE.value}
    values = frame["value"].to_list()
    return {
        row
        for row, cell in enumerate(cells)
        if bases[row] == Basis.PROXY.value and cell in told and values[row] is not None
    } - hidden


def _round(
    numbers: dict[str, list[float | None]], row: int, reading: Reading, policy: DisclosurePolicy
) -> None:
    """Round what is shown, and work out again what rests on it."""
    if reading.averaged and reading.roles:
        # The ends of a median's interval are two people's own times.
        numbers["lower"][row] = numbers["upper"][row] = None
    if not policy.rounds or not reading.roles:
        return
    for name in reading.roles:
        count = numbers[name][row]
        numbers[name][row] = policy.rounded(count) if count is not None else None
    value, top, bottom = (numbers[name][row] for name in NUMBERS[:3])
    if reading.divided and value is not None:
        numbers["value"][row] = top / bottom * reading.scale if top is not None and bottom else None
    elif reading.averaged and value:
        # A mean of whole days to many places is a fraction that tells how many days it is of.
        places = _DIGITS - 1 - math.floor(math.log10(abs(value)))
        numbers["value"][row] = round(value, places)
    # An interval worked out from an exact count gives the count back.
    numbers["lower"][row] = numbers["upper"][row] = None
