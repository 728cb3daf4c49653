"""Apply a disclosure policy to the table of a result: suppress, then round what is left."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from swm_kpi.disclosure.cell_semantics import (
    REASONS_LEFT_OUT,
    ROW_COUNTS,
    CellRoles,
    roles_of,
)
from swm_kpi.disclosure.linked_tables import COUNT_COLUMNS, LinkedTables, RowLimit
from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.disclosure.reliability import (
    ReliabilityRules,
    UncertainNumbers,
    without_sentence,
)
from swm_kpi.disclosure.suppression import SuppressionPattern
from swm_kpi.errors import RequestError
from swm_kpi.measures.row_notes import (
    NO_MEMBER,
    REASON_HIDDEN,
    ROW_COLUMNS,
    describe_hidden_rows,
    describe_rows,
    is_absent_area_row,
    is_unrecorded_row,
)
from swm_kpi.model.metric import Metric
from swm_kpi.result_columns import NUMBER_COLUMNS
from swm_kpi.vocabulary import Basis, Marker

FREE_TEXT_NOTE = "Free text withheld: the policy does not say that a person has read it."
OVERPROTECTED_NOTE = (
    "More numbers may be suppressed with it than necessary, because the solver reached a limit "
    "before it found fewer."
)
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
    *,
    max_undecided_share: float,
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
        max_undecided_share: the share of rows that are not recorded above which a number is marked.

    Returns:
        A table with the same rows and columns, in the same order.

    Raises:
        RequestError: the table is empty, a ref is not in ``metrics``, or there are more than 25,000
            small counts.
    """
    roles = _roles_by_measure(frame, metrics, policy)
    keys = list(zip(*(frame[name].to_list() for name in ("ref", "measure", "basis")), strict=True))
    roles_of_row = [roles[key] for key in keys]
    rows = _RowCounts(frame, by, roles)
    rules = ReliabilityRules(frame, by, metrics, roles, policy, max_undecided_share)
    uncertain = list(rules)
    limits = {rule: limit for rule in uncertain if (limit := rows.limit_of(rule)) is not None}
    linked_tables = LinkedTables(
        rows.extended,
        by,
        rows.roles,
        policy,
        list(limits.values()),
        rows.published_with,
        rows.known_zeros,
    )
    denominators = frame["denominator"].to_list()
    primary = {
        row
        for row, row_roles in enumerate(roles_of_row)
        if row_roles.counts and _is_near_extreme(row_roles, denominators[row], policy)
    }
    pattern = SuppressionPattern(linked_tables, primary)
    suppressed = pattern.primary | pattern.secondary
    hidden = rows.hidden(suppressed)
    suppressed = {row for row in suppressed if row < frame.height}
    suppressed |= _proxy_rows_of_suppressed(frame, by, suppressed)
    marked: dict[int, list[str]] = defaultdict(list)
    cells_of_limits = dict(zip(limits, linked_tables.cell_of_limit, strict=True))
    for rule in uncertain:
        has_limit = rule not in limits or linked_tables.cells[cells_of_limits[rule]].shown
        has_limit &= rule.whole not in suppressed
        if rule.are_marked(show_zeros=policy.show_zeros, has_limit=has_limit):
            for row in rule.numbers:
                marked[row].append(rule.sentence)
    numbers = {name: frame[name].to_list() for name in NUMBER_COLUMNS}
    markers = frame["marker"].fill_null("").to_list()
    notes = frame["note"].fill_null("").to_list()
    units, as_at = frame["unit"].to_list(), frame["as_at"].to_list()
    completeness = {
        key: metrics[key[0]].completeness_of(metrics[key[0]].measure(key[1], Basis(key[2])))
        for key in roles
    }
    for row, row_roles in enumerate(roles_of_row):
        cell = _cell(numbers, row, units[row], markers[row], as_at[row])
        rest = notes[row].removeprefix(describe_rows(completeness[keys[row]], cell)).strip()
        for sentence in rules.sentences(row):
            rest = without_sentence(rest, sentence)
        if row in suppressed:
            for name in NUMBER_COLUMNS:
                numbers[name][row] = None
            markers[row] = Marker.CONFIDENTIAL.value
            note = suppression_note(policy, is_extreme=row_roles.tail_share < 1)
            caution = f" {OVERPROTECTED_NOTE}" if row in pattern.overprotected else ""
            notes[row] = f"{note}{caution} {rules.without_members(rest)}".strip()
        elif row_roles.is_free_text and not policy.publish_free_text:
            has_text = markers[row] == Marker.NOT_APPLICABLE.value
            notes[row] = FREE_TEXT_NOTE if has_text else notes[row]
            markers[row] = Marker.CONFIDENTIAL.value if has_text else markers[row]
        elif not row_roles.is_free_text:
            _round(numbers, row, row_roles, policy)
            sentences = []
            if row in hidden:
                if policy.show_zeros:
                    # Where zeros are suppressed too, the sentence would reveal that it is not one.
                    sentences.append(
                        describe_hidden_rows(completeness[keys[row]], cell, hidden[row])
                    )
                bounds = ("at_least", "at_most") if {*hidden[row]} & {*ROW_COUNTS} else ()
                for name in (*hidden[row], *bounds):
                    numbers[name][row] = None
            if row in marked and row not in rows.absent:
                if numbers["value"][row] is not None:
                    # A number has no marker, or one that matters less.
                    markers[row] = Marker.LOW_RELIABILITY.value
                if NO_MEMBER not in rest:
                    rest = " ".join(filter(None, (*marked[row], rest)))
            if numbers["in_no_period"][row]:
                # Rows of no period are in no other count, which could protect theirs.
                sentences.append(
                    describe_hidden_rows(completeness[keys[row]], cell, ("in_no_period",))
                )
                numbers["in_no_period"][row] = None
            shown = _cell(numbers, row, units[row], markers[row], as_at[row])
            shown[REASON_HIDDEN] = any(
                cell[name] and shown[name] is None for name in REASONS_LEFT_OUT
            )
            sentences.append(describe_rows(completeness[keys[row]], shown))
            notes[row] = " ".join(part for part in (*sentences, rest) if part)
    texts = {"marker": markers, "note": notes}
    return frame.with_columns(
        *(pl.Series(name, column, dtype=pl.Float64) for name, column in numbers.items()),
        *(pl.Series(name, column, dtype=pl.String) for name, column in texts.items()),
    )


def _cell(
    numbers: Mapping[str, list[float | None]],
    row: int,
    unit: str,
    marker: str,
    as_at: date | None,
) -> dict[str, object]:
    """Return the columns that the sentences on rows are rendered from."""
    names = ("value", *ROW_COLUMNS)
    cell: dict[str, object] = {name: numbers[name][row] for name in names}
    return cell | {"unit": unit, "marker": marker, "as_at": as_at}


class _RowCounts:
    """The counts of rows that are not recorded, each as a row of its own to suppress.

    So a small count of undecided rows is suppressed without the number that they are left out of.

    Attributes:
        extended: the table of the result, and below it a row for each such count.
        absent: the rows of areas that do not exist in their period, which have no count.
        roles: the roles of the measures of both.
    """

    def __init__(
        self,
        frame: pl.DataFrame,
        by: Sequence[str],
        roles: Mapping[tuple[str, str, str], CellRoles],
    ) -> None:
        self.roles = dict(roles)
        self._positions: list[tuple[int, str]] = []
        names = ["ref", "measure", "basis", "period_start", "period_end", *by]
        is_unrecorded = pl.struct("marker", "undecided", "without_value", "note").map_elements(
            lambda row: is_unrecorded_row(row), return_dtype=pl.Boolean
        )
        texts = frame.select("marker", "note").to_dicts()
        self.absent = frozenset(row for row, text in enumerate(texts) if is_absent_area_row(text))
        is_absent = pl.Series([row in self.absent for row in range(frame.height)], dtype=pl.Boolean)
        # Of a cell in which nothing is recorded, everybody knows that no row is known to count.
        counts = [
            pl.when((is_unrecorded | is_absent) & pl.col(name).is_null())
            .then(0.0)
            .otherwise(pl.col(name))
            .alias(name)
            for name in COUNT_COLUMNS
        ]
        parts = [frame.select(*names, *counts)]
        numbered = frame.with_row_index("row")
        is_shown = (
            pl.col("value").is_not_null()
            | (pl.col("marker") != Marker.NOT_AVAILABLE.value)
            | is_unrecorded
        )
        for (ref, measure, basis), measure_roles in roles.items():
            own = numbered.filter(ref=ref, measure=measure, basis=basis)
            for column, count in measure_roles.row_counts.items():
                if own[column].null_count() == own.height:
                    continue
                key = (ref, f"{measure}: {column}", basis)
                self.roles[key] = CellRoles(value=count)
                rows = own.filter(is_shown | pl.col(column).is_not_null())
                if column in REASONS_LEFT_OUT:
                    rows = rows.filter(pl.col("in_repeated_hour").is_null())
                self._positions += [(row, column) for row in rows["row"].to_list()]
                parts.append(
                    rows.select(
                        *(
                            pl.lit(key[1]).alias(name) if name == "measure" else name
                            for name in names
                        ),
                        pl.col(column).fill_null(0.0).alias("value"),
                    )
                )
        self._height = frame.height
        self._extended_row = {
            place: self._height + position for position, place in enumerate(self._positions)
        }
        self.extended = pl.concat(parts, how="diagonal")

    @property
    def known_zeros(self) -> frozenset[int]:
        """The rows of areas that do not exist in their period, and those below the result."""
        below = {row for place, row in self._extended_row.items() if place[0] in self.absent}
        return self.absent | below

    @property
    def published_with(self) -> dict[int, int]:
        """The row of the result that each row below it is published with."""
        return {row: place[0] for place, row in self._extended_row.items()}

    def limit_of(self, numbers: UncertainNumbers) -> RowLimit | None:
        """Return what a marker reveals of counts, with the rows of the extended table."""
        if numbers.limit is None:
            return None
        places = [
            (self._extended_row[place], "value") if place in self._extended_row else place
            for place in numbers.places
        ]
        shown = tuple((row, column) for row, column in places if self._is_shown(row, column))
        return RowLimit(shown, numbers.limit) if shown else None

    def _is_shown(self, row: int, column: str) -> bool:
        return column in COUNT_COLUMNS and self.extended[column][row] is not None

    def hidden(self, suppressed: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Return the columns to suppress by themselves, by row of the result."""
        columns: dict[int, tuple[str, ...]] = {}
        for row in sorted(suppressed):
            if row >= self._height:
                position, column = self._positions[row - self._height]
                columns[position] = (*columns.get(position, ()), column)
        return columns


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


def _is_near_extreme(roles: CellRoles, denominator: float | None, policy: DisclosurePolicy) -> bool:
    """Return whether so few rows are beyond a value that it is close to one person's own."""
    if not denominator or roles.tail_share >= 1:
        return False
    return policy.is_small_or_zero(math.floor(denominator * roles.tail_share + 1e-9))


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
    if not (roles.counts or roles.row_counts):
        return
    if numbers["in_repeated_hour"][row]:
        # Of so few rows the reason is not given apart, nor can it follow from other reasons.
        for name in ("in_repeated_hour", *REASONS_LEFT_OUT):
            numbers[name][row] = None
    exact_bounds = _bounds(numbers, row, roles)
    for name in (*roles.counts, *roles.row_counts):
        count = numbers[name][row]
        numbers[name][row] = policy.rounded(count) if count is not None else None
    effective = numbers["effective_answers"][row]
    if roles.answers is not None and effective is not None:
        numbers["effective_answers"][row] = policy.rounded(effective)
    bounds = (numbers["at_least"][row], numbers["at_most"][row])
    # Bounds that follow from the counts of the row alone reveal that Unknown is zero.
    follows = (
        policy.show_zeros
        and exact_bounds is not None
        and all(
            number is not None and math.isclose(number, exact, abs_tol=1e-9)
            for number, exact in zip(bounds, exact_bounds, strict=True)
        )
    )
    rounded_bounds = _bounds(numbers, row, roles) if follows else None
    numbers["at_least"][row], numbers["at_most"][row] = rounded_bounds or (None, None)
    for name in (*ROW_COUNTS, *REASONS_LEFT_OUT, "mapped_to_other"):
        if name not in roles.row_counts:
            # It is about several snapshots, or about rows that the policy does not cover.
            numbers[name][row] = None
    if not policy.rounds or not roles.counts:
        return
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


def _bounds(
    numbers: Mapping[str, list[float | None]], row: int, roles: CellRoles
) -> tuple[float, float] | None:
    """Return the bounds that follow from the counts of a row; None where none do."""
    value, numerator, denominator = (numbers[name][row] for name in NUMBER_COLUMNS[:3])
    maybe = (numbers["undecided"][row] or 0) + (numbers["without_value"][row] or 0)
    if roles.value is not None and value is not None:
        return value, value + maybe
    if not roles.is_quotient or numerator is None or not denominator:
        return None
    if roles.has_complement:
        return numerator / (denominator + maybe), (numerator + maybe) / (denominator + maybe)
    return numerator / denominator * roles.scale, (numerator + maybe) / denominator * roles.scale
