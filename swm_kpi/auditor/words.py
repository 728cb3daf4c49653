"""What is concluded, and from what, in plain English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

from swm_kpi.auditor.conclude import Conclusion, Finding
from swm_kpi.auditor.facts import Facts, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_CELLS = 12


class _Count(Protocol):
    @property
    def ref(self) -> str: ...
    @property
    def measure(self) -> str: ...
    @property
    def period(self) -> str: ...
    @property
    def members(self) -> Mapping[str, str]: ...
    @property
    def column(self) -> str: ...


def describe_count(cell: _Count) -> str:
    """Return which number it is: its ref, measure, members, period and column."""
    where = ", ".join([*cell.members.values(), cell.period])
    column = "" if cell.column == "value" else f", {cell.column.replace('_', ' ')}"
    return f"ref {cell.ref} {cell.measure.replace('_', ' ')}{column} ({where})"


def describe_finding(facts: Facts, finding: Finding) -> str:
    """Return what can be concluded and from what, in sentences; empty for a safe number."""
    match finding.conclusion:
        case Conclusion.SAFE:
            return ""
        case Conclusion.CONTRADICTED:
            return "The numbers that are shown contradict each other, so nothing is concluded."
    return " ".join((_what(finding), *_from_what(facts, finding)))


def _what(finding: Finding) -> str:
    target = finding.target
    lower, upper = finding.lower / target.divisor, finding.upper / target.divisor
    left = [value for value in range(1, target.threshold) if value not in finding.excluded]
    if lower < 1:
        left.insert(0, 0)
    if math.isfinite(upper) and upper - lower < 1e-6:
        return f"It is {_number(lower)}."
    if upper < target.threshold and target.divisor == 1:
        if len(left) == 1:
            return f"It is {left[0]}."
        if left:
            return f"It is {_listed(left, 'or')}."
    if not math.isfinite(upper):
        no = _listed(list(finding.excluded), "or")
        return f"It is not {no}; it may be {target.threshold} or more."
    return f"It is from {_number(lower)} to {_number(upper)}."


def _from_what(facts: Facts, finding: Finding) -> Iterator[str]:
    variables = [facts.variables[position] for position in finding.linked]
    zeros = sum(variable.shown == "0" for variable in variables)
    cells = [
        text
        for variable in variables
        if variable.shown != "0" and (text := _describe_variable(variable))
    ]
    if len(cells) > _MOST_CELLS:
        cells = [*cells[:_MOST_CELLS], f"{len(cells) - _MOST_CELLS} more numbers"]
    if zeros:
        cells.append(f"{zeros} numbers that are 0" if zeros > 1 else "a number that is 0")
    if cells:
        yield f"It follows from {'; '.join(cells)}."
    if finding.reasons:
        reasons = "; ".join(finding.reasons)
        yield f"{reasons[0].upper()}{reasons[1:]}."
    if finding.by_markers:
        yield "It follows from the markers alone."


def _describe_variable(variable: Variable) -> str:
    if variable.shown:
        return f"{variable.label}, which is {variable.shown}"
    if variable.is_hidden and variable.label:
        return f"{variable.label}, which is hidden and so at least {_number(variable.lower)}"
    return "the absence of a row of Unknown" if variable.is_absent else ""


def _number(value: Any) -> str:
    return f"{round(float(value), 6):,.10g}"


def _listed(values: list[int], word: str) -> str:
    *others, last = map(str, values)
    return f"{', '.join(others)} {word} {last}" if others else last
