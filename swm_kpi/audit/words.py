"""What is concluded, and from what, in plain English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

from swm_kpi.audit.conclude import Conclusion, Finding
from swm_kpi.audit.facts import Facts, Variable

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
    if math.isfinite(upper) and upper - lower < 1e-6:
        return f"It is {_number(lower)}."
    if upper < target.threshold and target.divisor == 1:
        if len(left) == 1:
            return f"It is {left[0]}."
        if left:
            return f"It is {_listed(left, 'or')}."
    if not math.isfinite(upper):
        return f"It is not {_listed(list(finding.excluded), 'or')}."
    return f"It is from {_number(lower)} to {_number(upper)}."


def _from_what(facts: Facts, finding: Finding) -> Iterator[str]:
    cells = [
        text
        for position in finding.linked
        if (text := _describe_variable(facts.variables[position]))
    ]
    if cells:
        more = f"; and {len(cells) - _MOST_CELLS} more" if len(cells) > _MOST_CELLS else ""
        yield f"It follows from {'; '.join(cells[:_MOST_CELLS])}{more}."
    if finding.reasons:
        reasons = "; ".join(finding.reasons)
        yield f"{reasons[0].upper()}{reasons[1:]}."


def _describe_variable(variable: Variable) -> str:
    if not variable.label:
        return ""
    if variable.shown:
        return f"{variable.label}, which is {variable.shown}"
    if variable.is_hidden:
        return f"{variable.label}, which is hidden and so at least {_number(variable.lower)}"
    if variable.upper == 0:
        return variable.label
    return ""


def _number(value: Any) -> str:
    return f"{round(float(value), 6):,.10g}"


def _listed(values: list[int], word: str) -> str:
    *others, last = map(str, values)
    return f"{', '.join(others)} {word} {last}" if others else last
