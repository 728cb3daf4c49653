"""Two times in the wrong order: an end that is before its start measures nothing."""

from __future__ import annotations

from swm_kpi.contracts import Column, ContractType
from swm_kpi.expressions import Compare, Condition, Expression, IsUnknown, Not, conjuncts

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


def _orders(comparison: Compare, start: Column, end: Column) -> bool:
    left, right = comparison.left, comparison.right
    if left is end and right is start:
        return comparison.op in _AT_OR_AFTER
    return left is start and right is end and comparison.op in _AT_OR_BEFORE


def unless(condition: Condition | None) -> Expression | None:
    """Return that a condition is not known to be true; None for no condition."""
    return None if condition is None else Not(condition) | IsUnknown(condition)
