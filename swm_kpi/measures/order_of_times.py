"""Two times in the wrong order: an end that is before its start measures nothing."""

from __future__ import annotations

from swm_kpi.contracts import Column, ContractType
from swm_kpi.expressions import (
    Compare,
    Condition,
    Elapsed,
    Expression,
    IsUnknown,
    Not,
    compared_elapsed_times,
    conjuncts,
)

_AT_OR_AFTER = (">=", ">")
_AT_OR_BEFORE = ("<=", "<")


def ends_before_start(contract: ContractType, start: Column, end: Column) -> Condition | None:
    """Return the condition that an end is before its start.

    A local time in the hour that occurs twice is in order if some reading of it is.

    Args:
        contract: the table.
        start: when a time begins.
        end: when it ends, of the same type.

    Returns:
        None where a rule of the contract already refuses such rows.
    """
    for rule in contract.rules.values():
        for part in conjuncts(rule.condition):
            if isinstance(part, Compare) and _orders(part, start, end):
                return None
    return end < start


def reversible(condition: Expression) -> tuple[Elapsed, ...]:
    """Return the elapsed times that a condition compares and that may be negative by mistake.

    Such a time measures nothing, so that the condition is unknown. A time from a deadline, which is
    a scheduled column, may be negative: what was due is done early. Nothing is returned where a
    rule of the contract refuses such rows.
    """
    elapsed = compared_elapsed_times(condition)
    return tuple(part for part in elapsed if _ends_before_start(part) is not None)


def reversed_times(condition: Expression) -> tuple[Condition, ...]:
    """Return, for each elapsed time of :func:`reversible`, when it ends before it starts."""
    ends = {(part.start, part.end): _ends_before_start(part) for part in reversible(condition)}
    return tuple(is_reversed for is_reversed in ends.values() if is_reversed is not None)


def _ends_before_start(elapsed: Elapsed) -> Condition | None:
    start, end = elapsed.start, elapsed.end
    if not isinstance(start, Column) or not isinstance(end, Column):
        return None
    if start.owner is None or start is end or start.scheduled:
        return None
    return ends_before_start(start.owner, start, end)


def _orders(comparison: Compare, start: Column, end: Column) -> bool:
    left, right = comparison.left, comparison.right
    if left is end and right is start:
        return comparison.op in _AT_OR_AFTER
    return left is start and right is end and comparison.op in _AT_OR_BEFORE


def unless(condition: Condition | None) -> Expression | None:
    """Return that a condition is not known to be true; None for no condition."""
    return None if condition is None else Not(condition) | IsUnknown(condition)
