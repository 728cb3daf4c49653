"""Repair rows until they are valid against every rule and key of a contract, with few changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import combinations, islice, product
from math import isfinite
from typing import Any, TypeAlias

from swm_kpi.contracts import Column, ContractType
from swm_kpi.expressions import Assumption, Compare, Expression, IsIn
from swm_kpi.testing.evaluate import Evaluator, Row, evaluator, midnight
from swm_kpi.testing.values import avoid_dst_gap, is_valid, pools

Change: TypeAlias = dict[str, Any]

_MAX_CHANGED_COLUMNS = 3
_MAX_CHANGES_TRIED = 3000
_MAX_STEPS = 6


@dataclass(frozen=True)
class RowRule:
    """One rule of a contract, as a function of a row.

    Attributes:
        name: the rule's name in its contract.
        columns: the columns that it reads.
        evaluate: returns true, false or None for a row. Only false breaks the rule.
        literals: the values that its columns are compared with, by column.
    """

    name: str
    columns: tuple[str, ...]
    evaluate: Evaluator
    literals: dict[str, tuple[Any, ...]]


@cache
def row_rules(contract: ContractType) -> tuple[RowRule, ...]:
    """Return the rules of a contract, as functions of a row."""
    return tuple(
        RowRule(
            name,
            tuple(
                dict.fromkeys(
                    part.name for part in rule.condition.walk() if isinstance(part, Column)
                )
            ),
            evaluator(rule.condition, of_rule=True),
            _literals(rule.condition),
        )
        for name, rule in contract.rules.items()
    )


def broken_rules(contract: ContractType, row: Row) -> tuple[RowRule, ...]:
    """Return the rules that a row breaks."""
    return tuple(rule for rule in row_rules(contract) if rule.evaluate(row) is False)


def repair_row(
    contract: ContractType, row: Row, *, choice: int = 0, fixed: Collection[str] = ()
) -> dict[str, Any] | None:
    """Change a row until it breaks no rule. Return None if no change is known.

    Args:
        contract: the contract that states the rules.
        row: a value for each column, valid in its column.
        choice: the number of the change to choose, if several are equally good. 0 is the simplest.
        fixed: the columns that must not change.
    """
    repaired = dict(row)
    for _ in range(_MAX_STEPS):
        wrong = broken_rules(contract, repaired)
        if not wrong:
            return repaired
        change = _best_change(contract, repaired, wrong, choice, fixed)
        if change is None:
            return None
        repaired |= change
    return None


def break_rule(contract: ContractType, row: Row, name: str) -> dict[str, Any] | None:
    """Change a row until it breaks one rule and few others. Return None if no change is known.

    Args:
        contract: the contract that states the rule.
        row: a valid row.
        name: the rule's name.
    """
    (rule,) = (candidate for candidate in row_rules(contract) if candidate.name == name)

    def cost(trial: Row) -> int:
        is_broken = rule.evaluate(trial) is False
        return len(broken_rules(contract, trial)) if is_broken else _MAX_CHANGES_TRIED

    for size in range(1, len(rule.columns) + 1):
        costs = [
            (cost({**row, **change}), change)
            for change in _changes(contract, row, (rule,), size, ())
        ]
        best = min(costs, key=lambda pair: pair[0], default=(_MAX_CHANGES_TRIED, {}))
        if best[0] < _MAX_CHANGES_TRIED:
            return dict(row) | best[1]
    return None


def repair_rows(
    contract: ContractType, rows: Iterable[tuple[Row, int]]
) -> Iterator[dict[str, Any]]:
    """Yield rows that break no rule and repeat no key. Leave out rows that cannot be repaired.

    Args:
        contract: the contract that states the rules and keys.
        rows: rows with a valid value for each column, each with the number of the change to choose,
            if several are equally good.
    """
    used_keys: list[set[tuple[Any, ...]]] = [set() for _ in contract.keys]
    extraction = contract.extraction_column
    extracted: dict[str, Any] = {}
    for row, choice in rows:
        # Every row of a table was extracted at the same time.
        repaired = repair_row(contract, {**row, **extracted}, fixed=set(extracted), choice=choice)
        if repaired and extraction is not None:
            extracted = {extraction.name: repaired[extraction.name]}
        repaired = repaired and _with_new_keys(contract, repaired, used_keys)
        if repaired:
            for key, used in zip(contract.keys, used_keys, strict=True):
                used.add(_key(key, repaired))
            yield repaired


def _key(key: tuple[str, ...], row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in key)


def _with_new_keys(
    contract: ContractType, row: dict[str, Any], used_keys: list[set[tuple[Any, ...]]]
) -> dict[str, Any] | None:
    """Change one column of each key that is in use, so that the key is new."""
    for key, used in zip(contract.keys, used_keys, strict=True):
        if _key(key, row) in used:
            trials = _iter_new_keys(contract, row, key, used)
            changed = next((trial for trial in trials if not broken_rules(contract, trial)), None)
            if changed is None:
                return None
            row = changed
    return row


def _iter_new_keys(
    contract: ContractType, row: Row, key: tuple[str, ...], used: set[tuple[Any, ...]]
) -> Iterator[dict[str, Any]]:
    """Yield the row with one column of its key changed, columns with a closed list last."""
    for name in sorted(key, key=lambda column: contract.columns[column].domain is not None):
        position = key.index(name)
        before, after = _key(key[:position], row), _key(key[position + 1 :], row)
        for value in pools(contract)[name].iter_values(len(used)):
            if (*before, value, *after) not in used:
                yield {**row, name: value}


def _best_change(
    contract: ContractType,
    row: Row,
    wrong: tuple[RowRule, ...],
    choice: int,
    fixed: Collection[str],
) -> Change | None:
    """Return a change of as few columns as possible that leaves the fewest broken rules."""
    for size in range(1, _MAX_CHANGED_COLUMNS + 1):
        best, minimum = [], len(wrong) - 1
        for change in _changes(contract, row, wrong, size, fixed):
            remaining = len(broken_rules(contract, {**row, **change}))
            if remaining < minimum:
                best, minimum = [change], remaining
            elif remaining == minimum:
                best.append(change)
        if best:
            return _choose(best, choice)
    return None


def _choose(changes: list[Change], choice: int) -> Change:
    """Choose a change: consecutive numbers change other columns first, then other values."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        groups.setdefault(tuple(change), []).append(change)
    group = list(groups.values())[choice % len(groups)]
    return group[choice // len(groups) % len(group)]


def _changes(
    contract: ContractType,
    row: Row,
    rules: tuple[RowRule, ...],
    size: int,
    fixed: Collection[str],
) -> Iterator[Change]:
    """Yield changes of so many columns that the rules read, up to 3,000."""
    names = dict.fromkeys(name for rule in rules for name in rule.columns if name not in fixed)
    options = {name: list(_candidates(contract, row, rules, name)) for name in names}
    changes = (
        dict(zip(chosen, values, strict=True))
        for chosen in combinations(names, size)
        for values in product(*(options[name] for name in chosen))
    )
    return islice(changes, _MAX_CHANGES_TRIED)


def _candidates(
    contract: ContractType, row: Row, rules: tuple[RowRule, ...], name: str
) -> Iterator[Any]:
    """Yield other valid values of a column that can make a rule true, the simplest first."""
    column = contract.columns[name]
    seen = [row[name]]
    for value in _suggestions(contract, row, rules, column):
        if value not in seen and is_valid(column, value):
            seen.append(value)
            yield value


def _suggestions(
    contract: ContractType, row: Row, rules: tuple[RowRule, ...], column: Column
) -> Iterator[Any]:
    """Yield null, the pool, and values near those that the rules compare the column with."""
    yield None
    pool = pools(contract)[column.name].values
    if column.domain is not None or column.dtype is bool:
        yield from pool
        return
    for rule in rules:
        if column.name in rule.columns:
            compared = [row[other] for other in rule.columns if other != column.name]
            for value in (*rule.literals.get(column.name, ()), *compared):
                yield from _neighbours(column, value)
    yield from pool[:3]


def _neighbours(column: Column, value: Any) -> Iterator[Any]:
    """Yield a value in the column's type, then those just after and before it."""
    if column.dtype in (date, datetime) and isinstance(value, date):
        moment, day = midnight(value), timedelta(days=1)
        for time in (moment, moment + day, moment - day):
            yield avoid_dst_gap(time) if column.dtype is datetime else time.date()
    elif column.dtype in (int, float) and type(value) in (int, float):
        if isfinite(value):
            yield from (column.dtype(number) for number in (value, value + 1, value - 1))
    elif type(value) is column.dtype:
        yield value


def _literals(condition: Expression) -> dict[str, tuple[Any, ...]]:
    """Return the values that a condition compares each column with, by column."""
    literals: dict[str, tuple[Any, ...]] = {}
    for part in condition.walk():
        if isinstance(part, Compare) and not isinstance(part.right, Expression):
            operands: tuple[Any, ...] = (part.right,)
        elif isinstance(part, IsIn):
            operands = part.values
        else:
            continue
        values = tuple(value for operand in operands for value in _values(operand))
        for column in part.walk():
            if isinstance(column, Column):
                literals[column.name] = (*literals.get(column.name, ()), *values)
    return literals


def _values(operand: Any) -> tuple[Any, ...]:
    return operand.values if isinstance(operand, Assumption) else (operand,)
