"""What an intruder can conclude: the least and the most that each hidden count can be.

Bounds are propagated first, because that is fast. Linear programs then decide, over all that is
linked. Where fractions would leave every value open, whole numbers are tried.

A solution of a program is a table that agrees with everything published: a witness. One witness
clears every count whose value in it is needed, so there are far fewer programs than counts.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from swm_kpi.auditor.facts import Facts, Target

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_ROUNDS = 200
_TOLERANCE = 1e-6
_WHOLE_TOLERANCE = 1e-5
_LARGEST = 1e7
_SMALL_PROBLEM = 400
"""Up to so many counts, each small value of each count is tried in whole numbers."""
_SECONDS = 20.0
_MARGIN = 2.0


class Conclusion(StrEnum):
    """What an intruder can conclude about a hidden count."""

    EXACT = "exact"
    NARROWED = "narrowed"
    SAFE = "safe"
    CONTRADICTED = "contradicted"


@dataclass(frozen=True)
class Finding:
    """What an intruder can conclude about one hidden count.

    Attributes:
        target: the count.
        conclusion: how much.
        lower, upper: the least and the most that it can be; for a safe count, only what is known
            without any effort.
        excluded: the values from 1 to below the threshold that it cannot be.
        linked: the constraints and variables that say so, by position.
        is_proved: whether whole numbers were tried as well.
        by_markers: whether it follows from the markers and zeros alone: that no hidden part is
            zero. Hiding more numbers does not help against that.
    """

    target: Target
    conclusion: Conclusion
    lower: float
    upper: float
    excluded: tuple[int, ...] = ()
    linked: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    is_proved: bool = True
    by_markers: bool = False


def conclude(facts: Facts, progress: Callable[[str], None] | None = None) -> list[Finding]:
    """Return what can be concluded about each target, in their order."""
    problem = _Problem(facts)
    if problem.is_contradicted:
        return [
            Finding(target, Conclusion.CONTRADICTED, -math.inf, math.inf)
            for target in facts.targets
        ]
    findings: dict[int, Finding] = {}
    parts = problem.components()
    for number, part in enumerate(parts, start=1):
        if progress is not None:
            progress(f"linked counts, part {number} of {len(parts)}")
        findings |= _Component(problem, *part).findings()
    return [findings[target.variable] for target in facts.targets]


class _Problem:
    """The variables and constraints as arrays, with bounds propagated."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        variables = facts.variables
        self.lower = np.array([variable.lower for variable in variables], dtype=float)
        self.upper = np.array([variable.upper for variable in variables], dtype=float)
        self.is_whole = np.array([variable.is_whole for variable in variables], dtype=bool)
        self.constraints = facts.constraints
        lengths = [len(constraint.terms) for constraint in self.constraints]
        self._row = np.repeat(np.arange(len(lengths)), lengths)
        self._column = np.array(
            [variable for item in self.constraints for variable, _ in item.terms], dtype=int
        )
        self._factor = np.array(
            [factor for item in self.constraints for _, factor in item.terms], dtype=float
        )
        self._least = np.array([item.lower for item in self.constraints], dtype=float)
        self._most = np.array([item.upper for item in self.constraints], dtype=float)
        self.own_lower, self.own_upper = self.lower.copy(), self.upper.copy()
        self._propagate()

    @property
    def is_contradicted(self) -> bool:
        """Whether the bounds alone show that the numbers contradict each other."""
        return bool((self.lower > self.upper + _TOLERANCE).any())

    def _propagate(self) -> None:
        """Narrow bounds by constraints, one at a time, until nothing changes."""
        row, column, factor = self._row, self._column, self._factor
        if not len(row):
            return
        count, positive = len(self._least), factor > 0
        for _ in range(_ROUNDS):
            low = np.where(positive, factor * self.lower[column], factor * self.upper[column])
            high = np.where(positive, factor * self.upper[column], factor * self.lower[column])
            low_others = _sums_of_others(low, row, count, -math.inf)
            high_others = _sums_of_others(high, row, count, math.inf)
            top = (self._most[row] - low_others) / factor
            bottom = (self._least[row] - high_others) / factor
            new_upper = np.where(positive, top, bottom)
            new_lower = np.where(positive, bottom, top)
            lower, upper = self.lower.copy(), self.upper.copy()
            np.maximum.at(lower, column, np.nan_to_num(new_lower, nan=-math.inf, neginf=-math.inf))
            np.minimum.at(upper, column, np.nan_to_num(new_upper, nan=math.inf, posinf=math.inf))
            whole = self.is_whole
            lower[whole] = np.ceil(lower[whole] - _WHOLE_TOLERANCE)
            upper[whole] = np.floor(upper[whole] + _WHOLE_TOLERANCE)
            moved = (lower > self.lower + _TOLERANCE) | (upper < self.upper - _TOLERANCE)
            self.lower, self.upper = np.maximum(lower, self.lower), np.minimum(upper, self.upper)
            if not moved.any() or self.is_contradicted:
                return

    def components(self) -> list[tuple[list[int], list[int], list[Target]]]:
        """Return variables, constraints and targets that are linked, with targets in each."""
        parent = list(range(len(self.lower)))

        def root(item: int) -> int:
            while parent[item] != item:
                parent[item] = parent[parent[item]]
                item = parent[item]
            return item

        for constraint in self.constraints:
            free = [
                variable
                for variable, _ in constraint.terms
                if self.own_upper[variable] - self.own_lower[variable] > _TOLERANCE
            ]
            for other in free[1:]:
                parent[root(other)] = root(free[0])
        targets: dict[int, list[Target]] = defaultdict(list)
        for target in self.facts.targets:
            targets[root(target.variable)].append(target)
        constraints: dict[int, set[int]] = defaultdict(set)
        variables: dict[int, set[int]] = defaultdict(set)
        for number, constraint in enumerate(self.constraints):
            for variable, _ in constraint.terms:
                if self.own_upper[variable] - self.own_lower[variable] > _TOLERANCE:
                    top = root(variable)
                    constraints[top].add(number)
                    variables[top] |= {position for position, _ in constraint.terms}
                    break
        for top, listed in targets.items():
            variables[top] |= {target.variable for target in listed}
        return [
            (sorted(variables[top]), sorted(constraints[top]), listed)
            for top, listed in targets.items()
        ]


def _sums_of_others(terms: Array, row: Any, count: int, infinity: float) -> Array:
    """Return, for each term, the sum of the other terms of its constraint."""
    is_infinite = np.isinf(terms)
    finite = np.where(is_infinite, 0.0, terms)
    sums = np.bincount(row, finite, count)[row] - finite
    infinite = np.bincount(row, is_infinite, count)[row] - is_infinite
    return np.where(infinite > 0, infinity, sums)


class _Component:
    """Counts that are linked, and the tables that agree with what is published of them."""

    def __init__(
        self,
        problem: _Problem,
        variables: Sequence[int],
        constraints: Sequence[int],
        targets: Sequence[Target],
    ) -> None:
        self._problem = problem
        self._variables = np.array(variables, dtype=int)
        self._position = {variable: number for number, variable in enumerate(variables)}
        self._constraints = [problem.constraints[number] for number in constraints]
        self._targets = targets
        self._lower = problem.lower[self._variables]
        self._upper = np.minimum(problem.upper[self._variables], _LARGEST)
        self._whole = problem.is_whole[self._variables]
        self._seen: dict[int, set[int]] = {target.variable: set() for target in targets}
        self._least = {target.variable: math.inf for target in targets}
        self._most = {target.variable: -math.inf for target in targets}
        self._is_contradicted = False

    @cached_property
    def _matrix(self) -> Any:
        from scipy.sparse import csr_array

        rows, columns, factors = [], [], []
        for number, constraint in enumerate(self._constraints):
            for variable, factor in constraint.terms:
                rows.append(number)
                columns.append(self._position[variable])
                factors.append(factor)
        shape = len(self._constraints), len(self._variables)
        return csr_array((factors, (rows, columns)), shape=shape)

    @cached_property
    def _sides(self) -> tuple[Array, Array]:
        return (
            np.array([item.lower for item in self._constraints], dtype=float),
            np.array([item.upper for item in self._constraints], dtype=float),
        )

    @cached_property
    def _only_unit_factors(self) -> bool:
        return all(
            abs(factor) == 1 for constraint in self._constraints for _, factor in constraint.terms
        )

    @property
    def _is_small(self) -> bool:
        return len(self._variables) <= _SMALL_PROBLEM

    def findings(self) -> dict[int, Finding]:
        """Return what can be concluded about each target, by its variable."""
        open_targets = [target for target in self._targets if not self._is_fixed(target)]
        if open_targets and self._constraints:
            self._look_for_witnesses(open_targets)
        findings = {}
        for target in self._targets:
            finding = self._finding(target)
            if self._is_contradicted:
                return {
                    item.variable: Finding(item, Conclusion.CONTRADICTED, -math.inf, math.inf)
                    for item in self._targets
                }
            findings[target.variable] = finding
        return findings

    def _is_fixed(self, target: Target) -> bool:
        position = self._position[target.variable]
        return bool(self._upper[position] - self._lower[position] < _TOLERANCE)

    # What a target must be able to be

    def _least_wanted(self, target: Target) -> float:
        return target.divisor if target.is_hidden_cell else 0.0

    def _most_wanted(self, target: Target) -> float:
        if target.is_hidden_cell:
            return (target.threshold - 1) * target.divisor
        return target.threshold * target.divisor

    def _look_for_witnesses(self, targets: Sequence[Target]) -> None:
        """Solve programs that move many counts at once."""
        for _ in range(3):
            low = [
                item for item in targets if self._least[item.variable] > self._least_wanted(item)
            ]
            high = [item for item in targets if self._most[item.variable] < self._most_wanted(item)]
            before = len(low) + len(high)
            if not before:
                return
            if low and self._push(low, down=True) is None:
                self._is_contradicted = True
                return
            if high:
                self._push(high, down=False)
            after = sum(
                self._least[item.variable] > self._least_wanted(item) for item in targets
            ) + sum(self._most[item.variable] < self._most_wanted(item) for item in targets)
            if after >= before:
                return

    def _push(self, targets: Sequence[Target], *, down: bool) -> Array | None:
        """Move targets towards what they must be able to be, all in one program."""
        cost = np.zeros(len(self._variables))
        upper = self._upper.copy()
        for target in targets:
            position = self._position[target.variable]
            cost[position] = 1.0 if down else -1.0
            if not down:
                wanted = max(self._most_wanted(target), self._lower[position])
                upper[position] = min(upper[position], wanted)
        solution = self._solve(cost, self._lower, upper)
        return None if solution is None else solution.x

    def _solve(self, cost: Array, lower: Array, upper: Array, *, whole: bool = False) -> Any | None:
        """Return a solution of a program, or None where there is none."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        constraints = LinearConstraint(self._matrix, *self._sides) if self._constraints else ()
        integrality = self._whole.astype(int) if whole else np.zeros(len(cost), dtype=int)
        solution = milp(
            cost,
            integrality=integrality,
            bounds=Bounds(lower, np.maximum(upper, lower)),
            constraints=constraints,
            options={"presolve": True, "time_limit": _SECONDS},
        )
        if solution.x is None:
            return None
        self._remember(solution.x)
        return solution

    def _remember(self, solution: Array) -> None:
        rounded = np.round(solution)
        is_table = bool((np.abs(solution - rounded)[self._whole] < _WHOLE_TOLERANCE).all())
        for target in self._targets:
            value = float(solution[self._position[target.variable]])
            variable = target.variable
            self._least[variable] = min(self._least[variable], value - _TOLERANCE)
            self._most[variable] = max(self._most[variable], value + _TOLERANCE)
            if is_table and abs(value - round(value)) < _WHOLE_TOLERANCE:
                self._seen[variable].add(round(value))

    # One target

    def _finding(self, target: Target) -> Finding:
        position = self._position[target.variable]
        lower, upper = float(self._lower[position]), float(self._upper[position])
        if not self._is_fixed(target) and self._constraints:
            lower, upper = self._range_of(target, lower, upper)
            if self._is_contradicted:
                return Finding(target, Conclusion.CONTRADICTED, -math.inf, math.inf)
        conclusion, excluded = judge(target, lower, upper, ())
        is_proved = True
        is_open = conclusion is Conclusion.SAFE or (
            conclusion is Conclusion.NARROWED and self._is_small
        )
        if is_open and self._constraints and self._whole[position]:
            lower, upper, holes, is_proved = self._in_whole_numbers(target, lower, upper)
            conclusion, excluded = judge(target, lower, upper, holes)
        linked: tuple[int, ...] = ()
        reasons: tuple[str, ...] = ()
        if conclusion in (Conclusion.EXACT, Conclusion.NARROWED):
            linked, reasons = self._explain(target)
        by_markers = conclusion is Conclusion.NARROWED and self._follows_from_markers(
            target, excluded
        )
        return Finding(
            target, conclusion, lower, upper, excluded, linked, reasons, is_proved, by_markers
        )

    def _range_of(self, target: Target, lower: float, upper: float) -> tuple[float, float]:
        """Return the bounds of a count by linear programming, where a witness does not clear it."""
        position, variable = self._position[target.variable], target.variable
        is_low = self._least[variable] <= self._least_wanted(target)
        is_high = self._most[variable] >= self._most_wanted(target)
        if not target.is_hidden_cell and (is_low or is_high):
            return 0.0, math.inf
        if not is_low:
            solution = self._solve(self._cost(position, 1.0), self._lower, self._upper)
            if solution is None:
                self._is_contradicted = True
                return lower, upper
            lower = self._rounded(position, float(solution.fun), up=True)
        room = max(float(target.rounding_base), 2.0)
        enough = max(self._most_wanted(target), lower + room)
        if self._most[variable] < enough:
            top = self._upper.copy()
            top[position] = min(top[position], enough + 1)
            solution = self._solve(self._cost(position, -1.0), self._lower, top)
            if solution is not None:
                most = self._rounded(position, -float(solution.fun), up=False)
                upper = most if most <= enough else math.inf
        else:
            upper = math.inf
        return lower, upper

    def _cost(self, position: int, factor: float) -> Array:
        cost = np.zeros(len(self._variables))
        cost[position] = factor
        return cost

    def _rounded(self, position: int, value: float, *, up: bool) -> float:
        if not self._whole[position]:
            return value
        return math.ceil(value - _TOLERANCE * 10) if up else math.floor(value + _TOLERANCE * 10)

    def _in_whole_numbers(
        self, target: Target, lower: float, upper: float
    ) -> tuple[float, float, tuple[int, ...], bool]:
        """Return the bounds in whole numbers, small values that are not possible, and certainty.

        The last is whether all of it was decided within the limit of time.
        """
        position, seen = self._position[target.variable], self._seen[target.variable]
        if target.divisor != 1:
            return lower, upper, (), True
        if not target.is_hidden_cell:
            is_clear = any(value >= target.threshold or value <= 0 for value in seen)
            if is_clear or self._can_reach(position, target.threshold) or self._can_be(position, 0):
                return lower, upper, (), True
        if lower >= target.threshold:
            return lower, upper, (), True
        wanted = range(1, target.threshold)
        if not self._is_small and self._only_unit_factors:
            # Sums of whole numbers have whole solutions at the ends of nearly every range.
            wanted = range(1, target.threshold, max(target.threshold - 2, 1))
        holes = []
        for value in wanted:
            if value in seen:
                continue
            if not self._can_be(position, value):
                holes.append(value)
        if self._is_undecided:
            self._is_undecided = False
            return lower, upper, (), False
        possible = [value for value in wanted if value not in holes]
        if not holes:
            return lower, upper, (), True
        is_more = upper >= target.threshold and self._can_reach(position, target.threshold)
        if target.is_hidden_cell and not possible and not is_more:
            return lower, upper, tuple(holes), True
        low = min([*possible, *([target.threshold] if is_more else [])], default=lower)
        high = upper if is_more else max(possible, default=upper)
        return max(lower, low), high, tuple(holes), True

    _is_undecided = False

    def _is_possible(self, lower: Array, upper: Array) -> bool:
        from scipy.optimize import Bounds, LinearConstraint, milp

        solution = milp(
            np.zeros(len(lower)),
            integrality=self._whole.astype(int),
            bounds=Bounds(lower, upper),
            constraints=LinearConstraint(self._matrix, *self._sides),
            options={"presolve": True, "time_limit": _SECONDS},
        )
        if solution.x is not None:
            self._remember(solution.x)
            return True
        if solution.status != 2:
            self._is_undecided = True
        return False

    def _can_reach(self, position: int, value: float) -> bool:
        lower = self._lower.copy()
        lower[position] = max(lower[position], value)
        return lower[position] <= self._upper[position] and self._is_possible(lower, self._upper)

    def _can_be(self, position: int, value: float) -> bool:
        if not self._lower[position] <= value <= self._upper[position]:
            return False
        lower, upper = self._lower.copy(), self._upper.copy()
        lower[position] = upper[position] = value
        return self._is_possible(lower, upper)

    def _follows_from_markers(self, target: Target, excluded: Sequence[int]) -> bool:
        """Return whether it excludes the same values that shown numbers are not zero."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        if not self._constraints:
            return False
        own_lower = self._problem.own_lower[self._variables]
        own_upper = self._problem.own_upper[self._variables]
        lower = np.clip(own_lower, 0.0, 1.0)
        upper = np.where(own_upper <= 0, 0.0, _LARGEST)
        is_definition = np.array([item.is_definition for item in self._constraints])
        least, most = self._sides
        solution = milp(
            self._cost(self._position[target.variable], 1.0),
            bounds=Bounds(lower, upper),
            constraints=LinearConstraint(
                self._matrix,
                np.where(is_definition, least, -np.inf),
                np.where(is_definition, most, np.inf),
            ),
            options={"presolve": True, "time_limit": _SECONDS},
        )
        if solution.x is None:
            return False
        low = math.ceil(float(solution.fun) / target.divisor - _WHOLE_TOLERANCE)
        return bool(excluded) and max(excluded) < low

    # Why

    def _explain(self, target: Target) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Return the counts and the reasons that a conclusion rests on, by dual values."""
        from scipy.optimize import linprog

        position = self._position[target.variable]
        own_lower = self._problem.own_lower[self._variables]
        own_upper = self._problem.own_upper[self._variables]
        lower, upper = self._sides
        is_equal = lower == upper
        tops, bottoms = ~is_equal & np.isfinite(upper), ~is_equal & np.isfinite(lower)
        matrix = self._matrix
        linked: dict[int, None] = {}
        reasons: dict[str, None] = {}
        for sign in (1.0, -1.0):
            if not self._constraints:
                break
            from scipy.sparse import vstack

            solution = linprog(
                self._cost(position, sign),
                A_ub=vstack([matrix[tops], -matrix[bottoms]]) if (tops | bottoms).any() else None,
                b_ub=np.concatenate([upper[tops], -lower[bottoms]]) if (tops | bottoms).any()
                else None,
                A_eq=matrix[is_equal] if is_equal.any() else None,
                b_eq=lower[is_equal] if is_equal.any() else None,
                bounds=np.column_stack([own_lower, np.minimum(own_upper, _LARGEST)]),
                method="highs",
            )  # fmt: skip
            if solution.status != 0:
                continue
            if sign < 0 and -solution.fun > _LARGEST / _MARGIN:
                continue
            weights = np.abs(solution.lower.marginals) + np.abs(solution.upper.marginals)
            for number in np.flatnonzero(weights > _TOLERANCE):
                if number != position:
                    linked[int(self._variables[number])] = None
            active = np.zeros(len(self._constraints))
            if is_equal.any():
                active[is_equal] = np.abs(solution.eqlin.marginals)
            if (tops | bottoms).any():
                duals = np.abs(solution.ineqlin.marginals)
                active[tops] += duals[: tops.sum()]
                active[bottoms] += duals[tops.sum() :]
            for number in np.flatnonzero(active > _TOLERANCE):
                reasons[self._constraints[int(number)].reason] = None
        return tuple(linked), tuple(reasons)


def judge(
    target: Target, lower: float, upper: float, holes: Iterable[int]
) -> tuple[Conclusion, tuple[int, ...]]:
    """Return what bounds say about a count, and which small values they exclude.

    A hidden count is exact where only one value is left, and narrowed where a small value is
    excluded while the count may still be small. A count that is known not to be small is narrowed
    where it is known more precisely than rounding would show it. A count that no cell shows is
    only of interest where it is known to be small.
    """
    threshold, divisor = target.threshold, target.divisor
    low, high = lower / divisor, upper / divisor
    missing = set(holes)
    excluded = tuple(
        value
        for value in range(1, threshold)
        if value < low - _TOLERANCE or value > high + _TOLERANCE or value in missing
    )
    if not target.is_hidden_cell:
        if high >= threshold - _TOLERANCE or low <= _TOLERANCE or not excluded:
            return Conclusion.SAFE, ()
        is_exact = len(excluded) == threshold - 2
        return (Conclusion.EXACT if is_exact else Conclusion.NARROWED), excluded
    if high < _TOLERANCE and target.shows_zeros:
        # It is known of nobody that something happened.
        return Conclusion.SAFE, ()
    if target.column != "value" and low > threshold - 1 + _TOLERANCE:
        # It is a part of a quotient, which is hidden for its other part or for the rest.
        return Conclusion.SAFE, ()
    if high - low < _TOLERANCE:
        return Conclusion.EXACT, excluded
    if low > threshold - 1 + _TOLERANCE:
        values = math.floor(high) - math.ceil(low) + 1 if math.isfinite(high) else math.inf
        is_close = target.rounding_base > 1 and values < target.rounding_base
        return (Conclusion.NARROWED if is_close else Conclusion.SAFE), ()
    if not excluded:
        return Conclusion.SAFE, ()
    left = [value for value in range(1, threshold) if value not in excluded]
    if high < threshold and len(left) == 1 and low > 0:
        return Conclusion.EXACT, excluded
    return Conclusion.NARROWED, excluded
