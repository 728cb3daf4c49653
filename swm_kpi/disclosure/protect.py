"""Apply a disclosure policy to the table of a result: suppress, then round what is left."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

import polars as pl

from swm_kpi.disclosure.cell_semantics import CellRoles, roles_of
from swm_kpi.disclosure.linked_tables import LinkedTables
from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.disclosure.suppression import SuppressionPattern
from swm_kpi.errors import RequestError
from swm_kpi.model.metric import Metric
from swm_kpi.result_columns import NUMBER_COLUMNS
from swm_kpi.vocabulary import Basis, Marker

FREE_TEXT_NOTE = "Free text withheld: the policy does not say that a person has read it."
OVERPROTECTED_NOTE = (
    "More numbers may be suppressed with it than necessary, because the solver reached a limit "
    "before it found fewer."
)
_ROW_COUNT = re.compile(r"(?:(?<=\A)|(?<=\. ))(\d[\d,]*) rows?\b")
_ANSWER_COUNT = re.compile(r"(?:(?<=\A)|(?<=\. ))(\d[\d,]*) rows? answered\b")
_SIGNIFICANT_DIGITS = 3


def suppression_note(policy: DisclosurePolicy, *, is_extreme: bool = False) -> str:
    """Return the note of a suppressed number.

    It is the same for primary and secondary suppression: to know which numbers are small helps an
    attacker.

    Args:
        policy: the policy that suppressed it.
        is_extreme: whether the measure is a value near an end of those of the rows, such as a 90th
            percentile.
    """
    if is_extreme:
        return (
            "Suppressed: so few rows are beyond it that it is close to the value of one of them, "
            f"or it could be used to calculate a count {policy.describe_threshold()}."
        )
    return (
        f"Suppressed: it shows or leaves a count {policy.describe_threshold()}, or could be used "
        "to calculate a number that does."
    )


def protect_frame(
    frame: pl.DataFrame,
    by: Sequence[str],
    metrics: Mapping[str, Metric],
    policy: DisclosurePolicy,
) -> pl.DataFrame:
    """Return the table of a result with small counts suppressed and the others rounded.

    A suppressed row has no number, the marker ``[c]``, and a note with the reason. Zero, ``[x]``
    and ``[z]`` are not changed. Totals are rounded from the true total, as NHS England does, and
    not added up from rounded parts: so a total is the same in every breakdown.

    Args:
        frame: the table of a result.
        by: its breakdowns.
        metrics: the metric that each ref was computed from.
        policy: which counts are small, and how the others are rounded.

    Returns:
        A table with the same rows and columns, in the same order.

    Raises:
        RequestError: the table is empty, a ref is not in ``metrics``, or there are more than 25,000
            small counts.
    """
    roles = _roles_by_measure(frame, metrics, policy)
    linked_tables = LinkedTables(frame, by, roles, policy)
    keys = list(zip(*(frame[name].to_list() for name in ("ref", "measure", "basis")), strict=True))
    roles_of_row = [roles[key] for key in keys]
    notes = frame["note"].fill_null("").to_list()
    denominators = frame["denominator"].to_list()
    primary = {
        row
        for row, row_roles in enumerate(roles_of_row)
        if (row_roles.note_counts_answers and _has_few_answers(notes[row], policy))
        or (row_roles.counts and _is_near_extreme(row_roles, denominators[row], policy))
    }
    pattern = SuppressionPattern(linked_tables, primary)
    suppressed = pattern.primary | pattern.secondary
    suppressed |= _proxy_rows_of_suppressed(frame, by, suppressed)
    numbers = {name: frame[name].to_list() for name in NUMBER_COLUMNS}
    markers = frame["marker"].fill_null("").to_list()
    for row, row_roles in enumerate(roles_of_row):
        if row in suppressed:
            for name in NUMBER_COLUMNS:
                numbers[name][row] = None
            markers[row] = Marker.CONFIDENTIAL.value
            note = suppression_note(policy, is_extreme=row_roles.tail_share < 1)
            rest = _ROW_COUNT.sub("Some rows", notes[row])
            limit = f" {OVERPROTECTED_NOTE}" if row in pattern.overprotected else ""
            notes[row] = f"{note}{limit} {rest}".strip()
        elif row_roles.is_free_text and not policy.publish_free_text:
            has_text = markers[row] == Marker.NOT_APPLICABLE.value
            notes[row] = FREE_TEXT_NOTE if has_text else notes[row]
            markers[row] = Marker.CONFIDENTIAL.value if has_text else markers[row]
        elif not row_roles.is_free_text:
            notes[row] = _ROW_COUNT.sub(lambda match: _blur_count(match[1], policy), notes[row])
            _round(numbers, row, row_roles, policy)
    texts = {"marker": markers, "note": notes}
    return frame.with_columns(
        *(pl.Series(name, column, dtype=pl.Float64) for name, column in numbers.items()),
        *(pl.Series(name, column, dtype=pl.String) for name, column in texts.items()),
    )


def _roles_by_measure(
    frame: pl.DataFrame, metrics: Mapping[str, Metric], policy: DisclosurePolicy
) -> dict[tuple[str, str, str], CellRoles]:
    if frame.is_empty():
        raise RequestError("The result is empty: there is nothing to protect. Compute some rows.")
    roles = {}
    for ref, key, basis in frame.select("ref", "measure", "basis").unique().sort(pl.all()).rows():
        if ref not in metrics:
            raise RequestError(
                f"The result does not say what ref {ref!r} was computed from, so what its numbers "
                "count is not known. Protect the result that compute() returned."
            )
        metric = metrics[ref]
        roles[ref, key, basis] = roles_of(metric, metric.measure(key, Basis(basis)), policy)
    return roles


def _has_few_answers(note: str, policy: DisclosurePolicy) -> bool:
    match = _ANSWER_COUNT.search(note)
    return match is not None and policy.is_small(float(match[1].replace(",", "")))


def _is_near_extreme(roles: CellRoles, denominator: float | None, policy: DisclosurePolicy) -> bool:
    """Return whether so few rows are beyond a value that it is close to one person's own."""
    if not denominator or roles.tail_share >= 1:
        return False
    return policy.is_small_or_zero(math.floor(denominator * roles.tail_share + 1e-9))


def _blur_count(count: str, policy: DisclosurePolicy) -> str:
    """Return a count of rows in words, to its first digit: "About 300 rows"."""
    number = int(count.replace(",", ""))
    if policy.is_small_or_zero(number):
        return "A few rows"
    unit = 10 ** (len(str(number)) - 1)
    return f"About {(number + unit // 2) // unit * unit:,} rows"


def _proxy_rows_of_suppressed(
    frame: pl.DataFrame, by: Sequence[str], suppressed: set[int]
) -> set[int]:
    """Return the rows of public data that are the same cell as a suppressed row of force data."""
    columns = [
        frame[name].to_list() for name in ("ref", "measure", "period_start", "period_end", *by)
    ]
    bases = frame["basis"].to_list()
    cells = list(zip(*columns, strict=True))
    suppressed_cells = {cells[row] for row in suppressed if bases[row] == Basis.FORCE.value}
    values = frame["value"].to_list()
    return {
        row
        for row, cell in enumerate(cells)
        if bases[row] == Basis.PROXY.value and cell in suppressed_cells and values[row] is not None
    } - suppressed


def _round(
    numbers: dict[str, list[float | None]], row: int, roles: CellRoles, policy: DisclosurePolicy
) -> None:
    """Round the counts of a row in place, and calculate again what depends on them."""
    if roles.is_average and roles.counts:
        # The limits of a median's interval are the values of two people.
        numbers["lower"][row] = numbers["upper"][row] = None
    if not policy.rounds or not roles.counts:
        return
    for name in roles.counts:
        count = numbers[name][row]
        numbers[name][row] = policy.rounded(count) if count is not None else None
    value, numerator, denominator = (numbers[name][row] for name in NUMBER_COLUMNS[:3])
    if roles.is_quotient and value is not None:
        numbers["value"][row] = (
            numerator / denominator * roles.scale if numerator is not None and denominator else None
        )
    elif roles.is_average and value:
        # A mean of whole days with many digits is a fraction that reveals its denominator.
        places = _SIGNIFICANT_DIGITS - 1 - math.floor(math.log10(abs(value)))
        numbers["value"][row] = round(value, places)
    # An interval that was calculated from the exact count reveals it.
    numbers["lower"][row] = numbers["upper"][row] = None
