"""What the published cells say: true counts as variables, and linear constraints between them.

A variable is a true count: of some rows, in some days, in some region of values. A shown number
gives it a least and a most; a hidden one gives it little more than that it is there. Constraints
follow from the definitions alone:

- regions that divide another add up to it, along any column: members of a breakdown, a condition
  and its opposite, a measure and the members of another measure;
- periods that divide a longer one add up to it;
- a region within another holds at most as many rows;
- a numerator is a part of its denominator, and a quotient is one over the other;
- rows that are undecided are the rest of the rows that count.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from swm_kpi.auditor.read_release import PublishedFile, Row
from swm_kpi.auditor.regions import (
    OTHER,
    Axis,
    Classes,
    Region,
    Regions,
    Selection,
    classes_on,
    with_classes,
)
from swm_kpi.auditor.roles import (
    Counted,
    Roles,
    Terms,
    family_of_last_snapshot,
    metric_of,
    roles_of,
)
from swm_kpi.auditor.stated_policy import StatedPolicy
from swm_kpi.contracts import ALL, NO_AREA, UNKNOWN
from swm_kpi.measures import Measure, TimeAlignment
from swm_kpi.measures.row_notes import states_hidden_rows
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import Metric
from swm_kpi.vocabulary import Marker

INFINITY = math.inf
REST = "the rest of the denominator"
_SECONDS_IN = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "days": 86400.0}
_ABOUT = re.compile(r"(?:\b(About) )?\b([0-9][0-9,]*) rows? (?:are |is )?(?:left out|in neither)")
_A_FEW = re.compile(r"\bA few rows (?:are )?(?:left out|in neither)")
_EXACT_ABOUT = 10
"""Below this, a note that says "about" a number says the number itself."""
_RECORDED_PER_MISSING = 9
"""A number without a marker has at most one row that is not recorded for so many that are."""
_MOST_REGIONS = 4000
_FEWEST_MEDIANS = 3
_MOST_DIGITS = 6
"""A mean with more significant digits is not rounded."""
_TOLERANCE = 1e-6
_AT_THE_END = (TimeAlignment.LAST_SNAPSHOT, TimeAlignment.IN_FORCE)

Span = tuple[date, date]
"""The first and the last day."""
Key = tuple[str, Span, Region]
"""A count: its family, its days and its region."""


@dataclass
class Variable:
    """One true count.

    Attributes:
        lower, upper: what its own cells say of it.
        is_whole: whether it is a whole number.
        label: where it is published, in words; empty if nowhere.
        shown: the number that is shown, as text; empty if none is.
        is_hidden: whether a cell hides it.
        is_absent: whether the absence of a row of Unknown says that it is zero.
    """

    lower: float = 0.0
    upper: float = INFINITY
    is_whole: bool = True
    label: str = ""
    shown: str = ""
    is_hidden: bool = False
    is_absent: bool = False


@dataclass(frozen=True)
class Constraint:
    """A sum of variables, each with a factor, lies between two numbers.

    Attributes:
        terms: the positions of variables, with factors.
        lower, upper: the bounds.
        reason: why, in words.
        is_definition: whether it follows from the definitions, and not from a number that is shown.
    """

    terms: tuple[tuple[int, float], ...]
    lower: float
    upper: float
    reason: str
    is_definition: bool = True


@dataclass(frozen=True)
class Target:
    """A count that must not be known.

    Attributes:
        variable: its position.
        file, ref, measure, period, members, column: the cell.
        label: the cell in words.
        threshold: counts from 1 to one less are small.
        rounding_base: what shown counts are rounded to.
        shows_zeros: whether a zero is shown, and so no harm.
        divisor: what the count is divided by, for a mean of snapshots.
        is_hidden_cell: whether a cell hides it. Otherwise no cell shows it, as for the rest of a
            denominator, and only a small count is harm.
    """

    variable: int
    file: str
    ref: str
    measure: str
    period: str
    members: Mapping[str, str]
    column: str
    label: str
    threshold: int
    rounding_base: int
    shows_zeros: bool = True
    divisor: float = 1.0
    is_hidden_cell: bool = True


@dataclass
class Facts:
    """Everything that is known from published files.

    Attributes:
        variables: the true counts.
        constraints: what links them.
        targets: what must not be known.
        shown_small: small numbers that a file shows as they are.
        remarks: what a reader of the audit must know.
        unaudited: the number of hidden numbers of measures that are not defined here.
    """

    variables: list[Variable] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    shown_small: list[Target] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unaudited: int = 0

    def add(
        self,
        terms: Iterable[tuple[int, float]],
        lower: float,
        upper: float,
        why: str,
        *,
        is_definition: bool = True,
    ) -> None:
        """Add a constraint. Factors of one variable are added up."""
        factors: dict[int, float] = defaultdict(float)
        for variable, factor in terms:
            factors[variable] += factor
        left = tuple((variable, factor) for variable, factor in factors.items() if factor)
        if left:
            self.constraints.append(Constraint(left, lower, upper, why, is_definition))


@dataclass(frozen=True)
class _Cell:
    """A row of a file with its definition."""

    file: PublishedFile
    policy: StatedPolicy
    row: Row
    metric: Metric
    measure: Measure
    roles: Roles

    @property
    def span(self) -> Span:
        return self.row["period_start"], self.row["period_end"]

    @property
    def members(self) -> dict[str, str]:
        return {key: self.row[key] for key in self.file.by if self.row[key] not in (ALL, "", None)}

    def label(self, column: str = "value") -> str:
        row = self.row
        where = ", ".join([*self.members.values(), row["period"]])
        what = "" if column == "value" else f", {column.replace('_', ' ')}"
        return f"ref {row['ref']} {row['measure'].replace('_', ' ')}{what} ({where})"


def build_facts(
    files: Sequence[tuple[PublishedFile, StatedPolicy]],
    catalogue: Catalogue,
    *,
    is_nested: bool = True,
) -> Facts:
    """Return what published files say together.

    Args:
        files: each file, with its policy.
        catalogue: the definitions.
        is_nested: whether an area of a lower level is in one area of each level above.
    """
    return _Builder(catalogue, files, is_nested=is_nested).build()


class _Builder:
    def __init__(
        self,
        catalogue: Catalogue,
        files: Sequence[tuple[PublishedFile, StatedPolicy]],
        *,
        is_nested: bool = True,
    ) -> None:
        self.facts = Facts()
        self._catalogue = catalogue
        assumptions: dict[str, Any] = {}
        for file, _ in files:
            assumptions |= file.assumptions
        members: dict[str, set[str]] = defaultdict(set)
        for file, _ in files:
            for key in file.by:
                members[key] |= {row[key] for row in file.rows} - {ALL, UNKNOWN, "", None}
        self._regions = Regions(assumptions, catalogue.areas if is_nested else None, members)
        self._cells = [cell for file, policy in files for cell in self._cells_of(file, policy)]
        self._positions: dict[Key, int] = {}
        self._counted: dict[str, Counted] = {}
        self._selections: dict[int, Mapping[str, Selection]] = {}
        self._snapshots: dict[Key, float] = {}
        self._targets: dict[int, Target] = {}
        self._derived: dict[tuple[object, ...], int] = {}
        self._digits: dict[tuple[int, str, str], int] = {}
        self._open_axes: dict[str, set[str]] = defaultdict(set)

    def _cells_of(self, file: PublishedFile, policy: StatedPolicy) -> Iterator[_Cell]:
        unknown: dict[str, None] = {}
        roles: dict[tuple[str, str, str], tuple[Metric, Measure, Roles] | None] = {}
        for row in file.rows:
            key = row["ref"], row["measure"], row["basis"]
            if key not in roles:
                roles[key] = self._definition(policy, *key)
            definition = roles[key]
            if definition is None:
                unknown[f"ref {row['ref']} {row['measure']}"] = None
                self.facts.unaudited += row["marker"] == Marker.CONFIDENTIAL
            elif row["period_start"] is not None:
                yield _Cell(file, policy, row, *definition)
        if unknown:
            names = ", ".join(list(unknown)[:5])
            self.facts.remarks.append(
                f"{file.name}: {len(unknown)} measures are not defined here, and are not audited: "
                f"{names}."
            )

    def _definition(
        self, policy: StatedPolicy, ref: str, key: str, basis: str
    ) -> tuple[Metric, Measure, Roles] | None:
        metric = metric_of(self._catalogue, ref)
        if metric is not None:
            for measure in metric.measures:
                if (measure.key, measure.basis.value) == (key, basis):
                    return metric, measure, roles_of(metric, measure, policy)
        return None

    def build(self) -> Facts:
        # Every condition and member is read first, because each may divide the classes of an axis.
        for cell in self._cells:
            for terms in (*cell.roles.columns.values(), *cell.roles.left_out.values()):
                for _, counted in terms:
                    self._select(cell, counted)
            if cell.roles.total is not None:
                self._select(cell, cell.roles.total)
        for cell in self._cells:
            self._add_cell(cell)
        self._add_absent_members()
        self._add_open_lists()
        self._add_sums()
        self._add_parts()
        self._add_distinct()
        self._add_single_snapshots()
        # A row can be hidden for one of its counts, and another row shows the other count.
        self.facts.targets = [
            target
            for position, target in self._targets.items()
            if not (variable := self.facts.variables[position]).shown
            or 0 < variable.upper < target.threshold
        ]
        hidden = {target.variable for target in self.facts.targets}
        self.facts.shown_small = [
            target for target in self.facts.shown_small if target.variable not in hidden
        ]
        return self.facts

    # Variables

    def _select(
        self, cell: _Cell, counted: Counted, **instead: str | None
    ) -> Mapping[str, Selection] | None:
        """Return the selection of a count in a cell; None where its table lacks the breakdown.

        Args:
            cell: the row.
            counted: the count.
            instead: another member of a breakdown; None for rows of no member.
        """
        conditions = self._regions.read(counted.where)
        selections = dict(conditions)
        statistic = counted.statistic
        members: dict[str, str | None] = {
            key: None if name == UNKNOWN else name for key, name in cell.members.items()
        }
        for key, member in (members | instead).items():
            if statistic is None:
                continue
            if key == statistic.total_over:
                continue
            pair = statistic.contract.dimensions.get(key)
            if pair is None:
                return None
            axis, selection = self._regions.of_member(pair[1], member)
            selections[axis] = selections[axis] & selection if axis in selections else selection
            if pair[0].is_open:
                self._open_axes[counted.family].add(axis)
        return selections

    def _variable(self, cell: _Cell, counted: Counted, **instead: str | None) -> int | None:
        selections = self._select(cell, counted, **instead)
        if selections is None:
            return None
        self._counted[counted.family] = counted
        family = counted.family
        if counted.statistic is None:
            family = f"{family} {sorted(cell.members.items())}"
            self._counted[family] = counted
        return self._position(
            (family, _span_of(counted, cell.span), self._regions.region(selections))
        )

    def _position(self, key: Key) -> int:
        if key not in self._positions:
            counted = self._counted[key[0]]
            self._positions[key] = self._new(Variable(is_whole=counted.is_whole))
        return self._positions[key]

    def _new(self, variable: Variable) -> int:
        self.facts.variables.append(variable)
        return len(self.facts.variables) - 1

    def _column(self, cell: _Cell, terms: Terms, **instead: str | None) -> int | None:
        """Return the variable of a column: its only count, or the sum of its counts."""
        parts = []
        for factor, counted in terms:
            position = self._variable(cell, counted, **instead)
            if position is None:
                return None
            parts.append((position, factor))
        if len(parts) == 1 and parts[0][1] == 1:
            return parts[0][0]
        key = tuple(parts)
        if key not in self._derived:
            is_whole = all(self.facts.variables[position].is_whole for position, _ in parts)
            self._derived[key] = self._new(Variable(is_whole=is_whole))
            self.facts.add(
                [(self._derived[key], -1.0), *parts], 0, 0, "a number is the sum of its parts"
            )
        return self._derived[key]

    def _bound(self, position: int, lower: float, upper: float) -> None:
        variable = self.facts.variables[position]
        variable.lower, variable.upper = max(variable.lower, lower), min(variable.upper, upper)

    # Cells

    def _add_cell(self, cell: _Cell) -> None:
        row, roles = cell.row, cell.roles
        marker = row["marker"] or ""
        if marker == Marker.CONFIDENTIAL:
            self._add_hidden(cell)
            return
        if marker == Marker.NOT_APPLICABLE:
            if (roles.is_share or roles.scale == 0) and NO_AREA not in row["note"]:
                self._add_nothing(cell)
            return
        if row["value"] is None:
            return
        positions = {}
        for column, terms in roles.columns.items():
            position = self._column(cell, terms)
            if position is None:
                continue
            positions[column] = position
            if row[column] is not None:
                self._show(cell, column, position, float(row[column]))
        if {"numerator", "denominator"} <= positions.keys() and roles.is_share:
            self._add_share(cell, positions)
        self._add_quotient(cell, positions)
        self._add_average(cell, positions)
        self._add_left_out(cell, positions)

    def _show(self, cell: _Cell, column: str, position: int, number: float) -> None:
        policy, variable = cell.policy, self.facts.variables[position]
        is_exempt = policy.is_exempt(cell.row["ref"], cell.row["unit"])
        if is_exempt:
            low = high = number
        else:
            low, high = policy.range_of(number, is_whole=variable.is_whole)
            is_unrounded = policy.rounding_base > 1 and number % policy.rounding_base != 0
            if 0 < number < policy.threshold and (low > high or policy.rounding_base == 1):
                low = high = number
                if variable.is_whole:
                    self.facts.shown_small.append(self._target(cell, column, position))
            elif low > high or is_unrounded:
                low = high = number
        self._bound(position, low, high)
        if not variable.shown:
            variable.label, variable.shown = cell.label(column), f"{number:,.10g}"

    def _target(
        self, cell: _Cell, column: str, position: int, *, hidden: bool = True, divisor: float = 1.0
    ) -> Target:
        row, policy = cell.row, cell.policy
        return Target(
            position, cell.file.name, row["ref"], row["measure"], row["period"], cell.members,
            column, cell.label(column), policy.threshold, policy.rounding_base,
            policy.shows_zeros, divisor, hidden,
        )  # fmt: skip

    def _hide(self, cell: _Cell, column: str, position: int, least: float) -> None:
        variable = self.facts.variables[position]
        self._bound(position, least, INFINITY)
        variable.is_hidden = True
        variable.label = variable.label or cell.label(column)
        self._targets.setdefault(position, self._target(cell, column, position))

    def _add_hidden(self, cell: _Cell) -> None:
        positions = {}
        for column, terms in cell.roles.columns.items():
            position = self._column(cell, terms)
            if position is None:
                continue
            positions[column] = position
            # A hidden share may have nothing above the line. Nothing below it is marked [z].
            least = 0.0
            if column == "value":
                least = float(cell.policy.least_hidden)
            elif column == "denominator" and (cell.roles.is_share or not cell.roles.scale):
                least = 1.0
            self._hide(cell, column, position, least)
        if {"numerator", "denominator"} <= positions.keys() and cell.roles.is_share:
            self._add_share(cell, positions)
        total = cell.roles.total
        if total is not None:
            position = self._variable(cell, total)
            if position is not None and cell.roles.is_mean_of_snapshots:
                least = float(cell.policy.least_hidden and self.facts.variables[position].is_whole)
                self._hide(cell, "value", position, least)
        if cell.roles.is_mean_of_snapshots and cell.row["denominator"]:
            self._know_snapshots(cell, position)

    def _add_nothing(self, cell: _Cell) -> None:
        """Add that a quotient of nothing has nothing below the line."""
        terms = cell.roles.columns.get("denominator")
        position = self._column(cell, terms) if terms else None
        if position is not None:
            self._bound(position, 0, 0)

    def _add_share(self, cell: _Cell, positions: Mapping[str, int]) -> None:
        """Add that the numerator is a part of the denominator, and the rest as a target."""
        part, whole = positions["numerator"], positions["denominator"]
        key = ("rest", part, whole)
        if key not in self._derived:
            is_whole = self.facts.variables[whole].is_whole
            rest = self._derived[key] = self._new(Variable(is_whole=is_whole))
            self.facts.variables[rest].label = cell.label(REST)
            self.facts.add(
                [(part, 1.0), (rest, 1.0), (whole, -1.0)],
                0, 0, "a numerator is a part of its denominator",
            )  # fmt: skip
            self._targets[rest] = self._target(cell, REST, rest, hidden=False)

    def _add_quotient(self, cell: _Cell, positions: Mapping[str, int]) -> None:
        """Add a numerator that a file leaves out: the value times the denominator."""
        row, scale = cell.row, cell.roles.scale
        part = positions.get("numerator")
        if not scale or part is None or row["numerator"] is not None:
            return
        below = row["denominator"]
        whole = positions.get("denominator")
        if below is None and whole is not None and self.facts.variables[whole].shown:
            below = float(self.facts.variables[whole].shown.replace(",", ""))
        if below is None:
            return
        number = row["value"] * below / scale
        base = cell.policy.rounding_base
        nearest = round(number / base) * base
        if abs(number - nearest) < _TOLERANCE * max(1.0, number):
            self._show(cell, "numerator", part, float(nearest))

    def _add_average(self, cell: _Cell, positions: Mapping[str, int]) -> None:
        """Add what a mean says of its sum, and a median of the number of its rows."""
        row, roles = cell.row, cell.roles
        based_on = positions.get("denominator")
        is_half = row["value"] % 1 == 0.5
        if is_half and roles.median_is_whole and based_on is not None and self._has_halves(cell):
            half = self._new(Variable())
            why = "the median of an odd number of days is a whole number"
            self.facts.add([(based_on, 1.0), (half, -2.0)], 0, 0, why, is_definition=False)
        if roles.total is None:
            return
        total = self._variable(cell, roles.total)
        if total is None:
            return
        if roles.is_mean_of_snapshots:
            self._add_mean_of_snapshots(cell, total)
        elif based_on is not None:
            seconds = _SECONDS_IN.get(row["unit"], 1.0) if "elapsed" in roles.total.family else 1.0
            why = "a mean times its number of rows is their sum"
            for sign in (-1, 1):
                # The mean is between two limits, which are one where it is not rounded.
                factor = (row["value"] + sign * self._precision_of(cell)) * seconds
                slack = _TOLERANCE * max(1.0, abs(factor))
                terms = [(total, -sign * 1.0), (based_on, sign * factor)]
                self.facts.add(terms, -slack, INFINITY, why, is_definition=False)

    def _has_halves(self, cell: _Cell) -> bool:
        """Return whether medians of days are of whole days: enough are, and none is another.

        Days between two times can have fractions, which rounding can show as a half.
        """
        row = cell.row
        values = {
            other["value"]
            for other in cell.file.rows
            if (other["ref"], other["measure"]) == (row["ref"], row["measure"]) and other["value"]
        }
        return len(values) >= _FEWEST_MEDIANS and all(value % 0.5 == 0 for value in values)

    def _precision_of(self, cell: _Cell) -> float:
        """Return by how much a mean can differ from the one that is shown.

        The file does not say to how many digits means are rounded, but all of them have no more.
        """
        row, key = cell.row, (id(cell.file), cell.row["ref"], cell.row["measure"])
        if key not in self._digits:
            values = [
                other["value"]
                for other in cell.file.rows
                if (other["ref"], other["measure"]) == key[1:] and other["value"]
            ]
            self._digits[key] = max(map(_digits_of, values), default=0)
        digits = self._digits[key]
        if digits > _MOST_DIGITS or not row["value"]:
            return 0.0
        return float(0.5 * 10.0 ** (math.floor(math.log10(abs(row["value"]))) - digits + 1))

    def _know_snapshots(self, cell: _Cell, position: int | None) -> None:
        for key, known in self._positions.items():
            if known == position:
                self._snapshots[key] = float(cell.row["denominator"])

    def _add_mean_of_snapshots(self, cell: _Cell, total: int) -> None:
        row, variable = cell.row, self.facts.variables[total]
        if not row["denominator"]:
            return
        snapshots, policy = float(row["denominator"]), cell.policy
        self._know_snapshots(cell, total)
        low, high = policy.range_of(float(row["value"]), is_whole=False)
        if policy.is_exempt(row["ref"], row["unit"]) or low > high:
            low = high = float(row["value"])
        low, high = low * snapshots, high * snapshots
        if variable.is_whole:
            low, high = math.ceil(low - 1e-4), math.floor(high + 1e-4)
        self._bound(total, low, high)
        variable.label = variable.label or cell.label()
        variable.shown = f"{row['value']:,.10g}"

    def _add_left_out(self, cell: _Cell, positions: Mapping[str, int]) -> None:
        """Add what a row says of rows that are not recorded: in columns, note and marker."""
        row, file, policy = cell.row, cell.file, cell.policy
        completeness = cell.metric.completeness_of(cell.measure)
        stated = _stated_in_note(row["note"], policy)
        variables = {}
        for column, counts in cell.roles.left_out.items():
            position = self._column(cell, counts)
            if position is None:
                continue
            variables[column] = position
            if row[column] is not None:
                self._show(cell, column, position, float(row[column]))
            elif stated is None and file.has_all_columns:
                if states_hidden_rows(completeness, row, column):
                    self._hide(cell, column, position, float(policy.least_hidden))
                elif policy.shows_zeros:
                    self._bound(position, 0, 0)
            if row["marker"] != Marker.LOW_RELIABILITY and not row[column]:
                self._add_limit(cell, positions, position)
        if stated is not None and variables and all(row[column] is None for column in variables):
            why = "a note says how many rows are left out"
            low, high = stated
            terms = [(position, 1.0) for position in variables.values()]
            self.facts.add(terms, low, high, why, is_definition=False)
            for column, position in variables.items():
                self._hide(cell, column, position, 0.0)
                self.facts.variables[position].label = f"the note of {cell.label()}"
        if row["undecided"] is None and "undecided" in variables and row["at_most"] is not None:
            self._add_at_most(cell, variables["undecided"])

    def _add_limit(self, cell: _Cell, positions: Mapping[str, int], position: int) -> None:
        """Add that a number without a marker lacks few rows."""
        based_on = [positions[name] for name in ("denominator", "value") if name in positions]
        if based_on and math.isfinite(most := self.facts.variables[based_on[0]].upper):
            limit = math.floor(most / _RECORDED_PER_MISSING)
            if limit >= cell.policy.largest_small:
                self._bound(position, 0, limit)

    def _add_at_most(self, cell: _Cell, position: int) -> None:
        """Add the rows that a value would gain with everything recorded."""
        row = cell.row
        if "value" in cell.roles.columns and cell.policy.rounding_base == 1:
            gain = row["at_most"] - row["value"]
            self._bound(position, gain, gain)

    # Links

    def _add_absent_members(self) -> None:
        """Add that Unknown has no rows where a breakdown has no row of it."""
        lines: dict[tuple[Any, ...], list[_Cell]] = defaultdict(list)
        for cell in self._cells:
            row = cell.row
            for key in cell.file.by:
                others = tuple(row[name] for name in cell.file.by if name != key)
                start = (id(cell.file), key, row["ref"], row["measure"], row["basis"])
                lines[(*start, row["period"], *others)].append(cell)
        for (_, key, *_), cells in lines.items():
            names = {cell.row[key] for cell in cells}
            if names <= {ALL, "", None} or UNKNOWN in names:
                continue
            named = [cell for cell in cells if cell.row[key] == ALL]
            if not named or named[0].row["marker"] == Marker.NOT_AVAILABLE:
                continue
            cell = named[0]
            roles = cell.roles
            total = () if roles.total is None else (((1.0, roles.total),),)
            for terms in (*roles.columns.values(), *roles.left_out.values(), *total):
                for _, counted in terms:
                    position = self._variable(cell, counted, **{key: None})
                    statistic = counted.statistic
                    if position is None or statistic is None or statistic.total_over == key:
                        continue
                    self._bound(position, 0, 0)
                    self.facts.variables[position].is_absent = True

    def _add_open_lists(self) -> None:
        """Add that an open list names every member that has rows."""
        for family, spans, axis in [
            (family, span, axis)
            for family, axes in self._open_axes.items()
            for axis in axes
            for span in {key[1] for key in self._positions if key[0] == family}
        ]:
            of_axis = self._regions.axes[axis]
            regions = [key[2] for key in self._positions if key[:2] == (family, spans)]
            has_total = any(classes_on(region, of_axis) == of_axis.classes for region in regions)
            if has_total and OTHER in of_axis.classes:
                for region in regions:
                    if classes_on(region, of_axis) == of_axis.classes:
                        rest = with_classes(region, of_axis, frozenset({OTHER}))
                        self._bound(self._position((family, spans, rest)), 0, 0)

    def _add_sums(self) -> None:
        """Add that regions along one axis, and periods, add up."""
        by_family: dict[str, list[Key]] = defaultdict(list)
        for key in self._positions:
            by_family[key[0]].append(key)
        for family, keys in by_family.items():
            counted = self._counted[family]
            used = {axis for _, _, region in keys for axis, _ in region}
            for name in sorted(used):
                self._add_sums_along(self._regions.axes[name], keys, counted)
            if counted.adds_over_time:
                self._add_sums_over_time(keys, counted)
            elif counted.statistic is not None and not counted.adds_over_members:
                self._add_bounds_over_time(keys, counted)

    def _add_sums_along(self, axis: Axis, keys: Sequence[Key], counted: Counted) -> None:
        lines: dict[tuple[Span, Region], dict[Classes, int]] = defaultdict(dict)
        for key in keys:
            _, span, region = key
            rest = tuple((name, classes) for name, classes in region if name != axis.key)
            lines[span, rest][classes_on(region, axis)] = self._positions[key]
        for (span, rest), positions in lines.items():
            if len(positions) < 2:
                continue
            atoms = _atoms(positions, axis.classes)
            parts: dict[Classes, int] = {}
            for atom in atoms:
                region = with_classes(rest, axis, atom)
                parts[atom] = self._position((keys[0][0], span, region))
            for classes, position in positions.items():
                inside = [part for atom, part in parts.items() if atom <= classes]
                if inside == [position]:
                    continue
                why = f"values of {axis.title} divide the rows"
                terms = [(position, -1.0), *((part, 1.0) for part in inside)]
                if counted.adds_over_members:
                    self.facts.add(terms, 0, 0, why)
                    continue
                # One person can be in several parts: the whole is at most their sum.
                self.facts.add(terms, 0, INFINITY, why)
                for part in inside:
                    self.facts.add([(position, 1.0), (part, -1.0)], 0, INFINITY, why)

    def _add_sums_over_time(self, keys: Sequence[Key], counted: Counted) -> None:
        lines: dict[Region, dict[Span, int]] = defaultdict(dict)
        for key in keys:
            lines[key[2]][key[1]] = self._positions[key]
        for region, positions in lines.items():
            if len(positions) < 2:
                continue
            cuts = sorted(
                {first for first, _ in positions} | {_next(last) for _, last in positions}
            )
            steps = [(first, _before(stop)) for first, stop in pairwise(cuts)]
            for span, position in positions.items():
                inside = [step for step in steps if span[0] <= step[0] and step[1] <= span[1]]
                if inside == [span]:
                    continue
                parts = [self._position((keys[0][0], step, region)) for step in inside]
                why = "shorter periods add up to a longer one"
                self.facts.add([(position, -1.0), *((part, 1.0) for part in parts)], 0, 0, why)

    def _add_bounds_over_time(self, keys: Sequence[Key], counted: Counted) -> None:
        """Add that a longer period has at least as many different values as a shorter one."""
        if counted.statistic is None or counted.statistic.operation.is_additive:
            return
        lines: dict[Region, dict[Span, int]] = defaultdict(dict)
        for key in keys:
            lines[key[2]][key[1]] = self._positions[key]
        why = "a longer period has what its shorter periods have"
        for positions in lines.values():
            for longer, whole in positions.items():
                inside = {
                    span: part
                    for span, part in positions.items()
                    if span != longer and longer[0] <= span[0] and span[1] <= longer[1]
                }
                for part in inside.values():
                    self.facts.add([(whole, 1.0), (part, -1.0)], 0, INFINITY, why)
                for line in _tilings(longer, inside):
                    terms = [(whole, -1.0), *((inside[span], 1.0) for span in line)]
                    self.facts.add(terms, 0, INFINITY, why)

    def _add_parts(self) -> None:
        """Add that a region within another, which differs on several axes, has no more rows."""
        spans: dict[tuple[str, Span], list[Region]] = defaultdict(list)
        for family, span, region in self._positions:
            spans[family, span].append(region)
        links: dict[tuple[str, frozenset[Region]], list[tuple[Region, Region]]] = {}
        why = "a condition within another holds no more rows"
        for (family, span), regions in spans.items():
            if len(regions) > _MOST_REGIONS:
                self.facts.remarks.append(
                    f"{len(regions)} counts of one table in one period: parts are linked along "
                    "single columns only."
                )
                continue
            shape = family, frozenset(regions)
            if shape not in links:
                links[shape] = list(self._parts_of(regions))
            for inner, outer in links[shape]:
                terms = [
                    (self._positions[family, span, outer], 1.0),
                    (self._positions[family, span, inner], -1.0),
                ]
                self.facts.add(terms, 0, INFINITY, why)

    def _parts_of(self, regions: Sequence[Region]) -> Iterator[tuple[Region, Region]]:
        """Yield each region with one around it that differs on several axes, and none between."""
        count = len(regions)
        is_inside = np.ones((count, count), dtype=bool)
        differing = np.zeros((count, count), dtype=np.int16)
        for name in {axis for region in regions for axis, _ in region}:
            axis = self._regions.axes[name]
            sets: dict[Classes, int] = {}
            at = np.array(
                [sets.setdefault(classes_on(region, axis), len(sets)) for region in regions]
            )
            is_subset = np.array([[inner <= outer for outer in sets] for inner in sets])
            is_inside &= is_subset[at[:, None], at[None, :]]
            differing += at[:, None] != at[None, :]
        is_inside &= differing > 0
        steps = is_inside.astype(np.float32)
        is_direct = is_inside & (steps @ steps == 0) & (differing > 1)
        for inner, outer in np.argwhere(is_direct):
            yield regions[inner], regions[outer]

    def _add_distinct(self) -> None:
        """Add that there are at most as many different values as rows."""
        why = "there are at most as many different values as rows"
        rows = {
            (counted.statistic.contract.table, family)
            for family, counted in self._counted.items()
            if counted.statistic is not None and counted.statistic.operation.value == "rows"
        }
        for (family, span, region), position in list(self._positions.items()):
            counted = self._counted[family]
            if counted.statistic is None or counted.statistic.operation.value != "distinct":
                continue
            for table, other in rows:
                key = (other, span, region)
                is_same = _same_rows(counted, self._counted[other])
                if table == counted.statistic.contract.table and is_same and key in self._positions:
                    terms = [(self._positions[key], 1.0), (position, -1.0)]
                    self.facts.add(terms, 0, INFINITY, why)

    def _add_single_snapshots(self) -> None:
        """Add what means of snapshots say of each other, and of the last snapshot."""
        self._fill_snapshots()
        why = "the mean of one snapshot is the number in it"
        for key, number in self._snapshots.items():
            family, span, region = key
            last = (family_of_last_snapshot(self._counted[family]), (span[1], span[1]), region)
            if number == 1 and last in self._positions:
                terms = [(self._positions[key], 1.0), (self._positions[last], -1.0)]
                self.facts.add(terms, 0, 0, why)
        self._add_means_over_time()

    def _fill_snapshots(self) -> None:
        """Add the number of snapshots where a row hides it, if all other rows agree."""
        numbers: dict[tuple[str, Span], set[float]] = defaultdict(set)
        for (family, span, _), number in self._snapshots.items():
            numbers[family, span].add(number)
        for key, position in self._positions.items():
            known = numbers.get(key[:2], set())
            if len(known) == 1:
                number = self._snapshots.setdefault(key, next(iter(known)))
                if position in self._targets:
                    self._targets[position] = replace(self._targets[position], divisor=number)

    def _add_means_over_time(self) -> None:
        """Add that the snapshots of shorter periods are those of a longer one."""
        lines: dict[tuple[str, Region], dict[Span, int]] = defaultdict(dict)
        for (family, span, region), position in self._positions.items():
            counted = self._counted[family]
            if counted.statistic is not None and "mean of" in counted.statistic.alignment.value:
                lines[family, region][span] = position
        for (family, region), positions in lines.items():
            for longer, whole in positions.items():
                inside = {
                    span: part for span, part in positions.items()
                    if span != longer and longer[0] <= span[0] and span[1] <= longer[1]
                }  # fmt: skip
                for line in _tilings(longer, inside):
                    self._add_means_of(family, region, longer, whole, line, inside)

    def _add_means_of(
        self,
        family: str,
        region: Region,
        longer: Span,
        whole: int,
        line: Sequence[Span],
        inside: Mapping[Span, int],
    ) -> None:
        snapshots = self._snapshots.get((family, longer, region))
        numbers = {span: self._snapshots.get((family, span, region)) for span in line}
        hidden = [span for span, number in numbers.items() if number is None]
        known = sum(number for number in numbers.values() if number is not None)
        if snapshots is None:
            return
        if (hidden and known >= snapshots) or (not hidden and known != snapshots):
            return
        if len(hidden) == 1:
            position = inside[hidden[0]]
            target = self._targets.get(position)
            if target is not None:
                self._targets[position] = replace(target, divisor=snapshots - known)
        why = "the snapshots of shorter periods are those of the longer one"
        terms = [(whole, -1.0), *((inside[span], 1.0) for span in line)]
        self.facts.add(terms, 0, 0, why)


def _span_of(counted: Counted, span: Span) -> Span:
    """Return the days that a count is of: a stock is of the last day, however long the period."""
    is_stock = counted.statistic is not None and counted.statistic.alignment in _AT_THE_END
    return (span[1], span[1]) if is_stock else span


def _stated_in_note(note: str, policy: StatedPolicy) -> tuple[float, float] | None:
    """Return how many rows a note says are left out, if it says a number."""
    numbers = [(bool(about), int(text.replace(",", ""))) for about, text in _ABOUT.findall(note)]
    if _A_FEW.search(note):
        return 1.0, float(policy.largest_small)
    if len(numbers) != 1:
        return None
    about, number = numbers[0]
    if not about:
        return policy.range_of(number, is_whole=True) if number >= policy.threshold else (
            float(number), float(number)
        )  # fmt: skip
    return (float(number), float(number)) if number < _EXACT_ABOUT else (_EXACT_ABOUT, INFINITY)


def _digits_of(value: float) -> int:
    """Return the number of significant digits of a number, at least 3."""
    text = f"{abs(value):.14e}".partition("e")[0].replace(".", "").rstrip("0")
    return max(len(text), 3)


def _atoms(positions: Mapping[Classes, int], every: Classes) -> list[Classes]:
    """Return the smallest sets of classes of which each given set is a union."""
    signatures: dict[tuple[bool, ...], set[str]] = defaultdict(set)
    sets = list(positions)
    for name in sorted(every):
        inside = tuple(name in classes for classes in sets)
        if any(inside):
            signatures[inside].add(name)
    return [frozenset(atom) for atom in signatures.values()]


def _tilings(longer: Span, spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Yield each row of spans of one length that covers a longer one without a gap."""
    by_length: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        by_length[_months(span)].append(span)
    for of_length in by_length.values():
        line, day = [], longer[0]
        for span in sorted(of_length):
            if span[0] == day:
                line.append(span)
                day = _next(span[1])
        if line and day == _next(longer[1]):
            yield line


def _months(span: Span) -> int:
    return (span[1].year - span[0].year) * 12 + span[1].month - span[0].month


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _before(day: date) -> date:
    return day - timedelta(days=1)


def _same_rows(distinct: Counted, rows: Counted) -> bool:
    """Return whether two counts place the same rows of a table in time."""
    first, second = distinct.statistic, rows.statistic
    if first is None or second is None:
        return False
    return (
        first.at is second.at
        and first.alignment is second.alignment
        and first.until is second.until
        and second.of is None
        and second.months_before is None
    )
