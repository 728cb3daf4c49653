"""Rows mended until they keep every rule and key of a contract: as few changes as will do."""

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
from swm_kpi.testing.evaluate import Row, Worked, midnight, worked
from swm_kpi.testing.values import awake, keeps, pools

Change: TypeAlias = dict[str, Any]

_MOST_CHANGED = 3
_MOST_TRIED = 3000
_MOST_STEPS = 6


@dataclass(frozen=True)
class Ruling:
    """One rule of a contract, ready to be asked of a row.

    Attributes:
        name: the rule's name in its contract.
        columns: the columns it reads.
        holds: true, false or None of a row; only false breaks it.
        literals: what its columns are compared with, by column.
    """

    name: str
    columns: tuple[str, ...]
    holds: Worked
    literals: dict[str, tuple[Any, ...]]


@cache
def rulings(contract: ContractType) -> tuple[Ruling, ...]:
    """Return a contract's rules, ready to be asked."""
    return tuple(
        Ruling(
            name,
            tuple(dict.fromkeys(e.name for e in rule.condition.walk() if isinstance(e, Column))),
            worked(rule.condition),
            _literals(rule.condition),
        )
        for name, rule in contract.rules.items()
    )


def broken(contract: ContractType, row: Row) -> tuple[Ruling, ...]:
    """Return the rules that a row breaks."""
    return tuple(each for each in rulings(contract) if each.holds(row) is False)


def mended_row(
    contract: ContractType, row: Row, *, turn: int = 0, leave: Collection[str] = ()
) -> dict[str, Any] | None:
    """Return the row changed until it keeps every rule, or None when no way is found.

    Args:
        contract: whose rules.
        row: values that each keep their own column's rules.
        turn: which to take of several equal ways; 0 is the plainest.
        leave: columns not to be changed.
    """
    mended = dict(row)
    for _ in range(_MOST_STEPS):
        wrong = broken(contract, mended)
        if not wrong:
            return mended
        change = _better(contract, mended, wrong, turn, leave)
        if change is None:
            return None
        mended |= change
    return None


def breaking_row(contract: ContractType, row: Row, name: str) -> dict[str, Any] | None:
    """Return the row changed until it breaks one rule, and as few others as can be.

    Args:
        contract: whose rule.
        row: a row that keeps the contract.
        name: the rule's name.
    """
    (rule,) = (each for each in rulings(contract) if each.name == name)

    def cost(trial: Row) -> int:
        return len(broken(contract, trial)) if rule.holds(trial) is False else _MOST_TRIED

    for size in range(1, len(rule.columns) + 1):
        found = [
            (cost({**row, **change}), change)
            for change in _changes(contract, row, (rule,), size, ())
        ]
        best = min(found, key=lambda each: each[0], default=(_MOST_TRIED, {}))
        if best[0] < _MOST_TRIED:
            return dict(row) | best[1]
    return None


def mended_table(
    contract: ContractType, given: Iterable[tuple[Row, int]]
) -> Iterator[dict[str, Any]]:
    """Yield rows that keep every rule and every key; a row that cannot be mended is left out.

    Args:
        contract: whose rules and keys.
        given: rows whose values keep their own column's rules, each with its turn.
    """
    seen: list[set[tuple[Any, ...]]] = [set() for _ in contract.keys]
    for row, turn in given:
        mended = mended_row(contract, row, turn=turn)
        mended = mended and _apart(contract, mended, seen)
        if mended:
            for key, known in zip(contract.keys, seen, strict=True):
                known.add(_key(key, mended))
            yield mended


def _key(key: tuple[str, ...], row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in key)


def _apart(
    contract: ContractType, row: dict[str, Any], seen: list[set[tuple[Any, ...]]]
) -> dict[str, Any] | None:
    """Change one column of each repeated key to a value that makes it new."""
    for key, known in zip(contract.keys, seen, strict=True):
        if _key(key, row) in known:
            trials = _keyed_anew(contract, row, key, known)
            fresh = next((each for each in trials if not broken(contract, each)), None)
            if fresh is None:
                return None
            row = fresh
    return row


def _keyed_anew(
    contract: ContractType, row: Row, key: tuple[str, ...], known: set[tuple[Any, ...]]
) -> Iterator[dict[str, Any]]:
    """Yield the row with one column of its key changed, closed lists last."""
    for name in sorted(key, key=lambda each: contract.columns[each].domain is not None):
        at = key.index(name)
        before, after = _key(key[:at], row), _key(key[at + 1 :], row)
        for value in pools(contract)[name].others(len(known)):
            if (*before, value, *after) not in known:
                yield {**row, name: value}


def _better(
    contract: ContractType, row: Row, wrong: tuple[Ruling, ...], turn: int, leave: Collection[str]
) -> Change | None:
    """Return a change after which fewer rules are broken, of the fewest columns that can."""
    for size in range(1, _MOST_CHANGED + 1):
        best, least = [], len(wrong) - 1
        for change in _changes(contract, row, wrong, size, leave):
            left = len(broken(contract, {**row, **change}))
            if left < least:
                best, least = [change], left
            elif left == least:
                best.append(change)
        if best:
            return _taken(best, turn)
    return None


def _taken(changes: list[Change], turn: int) -> Change:
    """Take turns between the columns first, then between the values of one."""
    groups: dict[tuple[str, ...], list[Change]] = {}
    for each in changes:
        groups.setdefault(tuple(each), []).append(each)
    chosen = list(groups.values())[turn % len(groups)]
    return chosen[turn // len(groups) % len(chosen)]


def _changes(
    contract: ContractType,
    row: Row,
    rules: tuple[Ruling, ...],
    size: int,
    leave: Collection[str],
) -> Iterator[Change]:
    """Yield changes of that many columns that the rules read."""
    names = dict.fromkeys(name for rule in rules for name in rule.columns if name not in leave)
    options = {name: list(_candidates(contract, row, rules, name)) for name in names}
    every = (
        dict(zip(chosen, values, strict=True))
        for chosen in combinations(names, size)
        for values in product(*(options[name] for name in chosen))
    )
    return islice(every, _MOST_TRIED)


def _candidates(
    contract: ContractType, row: Row, rules: tuple[Ruling, ...], name: str
) -> Iterator[Any]:
    """Yield other values of a column that may put a rule right, the plainest first."""
    column = contract.columns[name]
    seen = [row[name]]
    for each in _suggested(contract, row, rules, column):
        if each not in seen and keeps(column, each):
            seen.append(each)
            yield each


def _suggested(
    contract: ContractType, row: Row, rules: tuple[Ruling, ...], column: Column
) -> Iterator[Any]:
    yield None
    pool = pools(contract)[column.name].values
    if column.domain is not None or column.dtype is bool:
        yield from pool
        return
    for rule in rules:
        if column.name in rule.columns:
            beside = [row[other] for other in rule.columns if other != column.name]
            for value in (*rule.literals.get(column.name, ()), *beside):
                yield from _near(column, value)
    yield from pool[:3]


def _near(column: Column, value: Any) -> Iterator[Any]:
    """Yield a value in the column's type, and those just before and after it."""
    if column.dtype in (date, datetime) and isinstance(value, date):
        moment, day = midnight(value), timedelta(days=1)
        for each in (moment, moment + day, moment - day):
            yield awake(each) if column.dtype is datetime else each.date()
    elif column.dtype in (int, float) and type(value) in (int, float):
        if isfinite(value):
            yield from (column.dtype(each) for each in (value, value + 1, value - 1))
    elif type(value) is column.dtype:
        yield value


def _literals(condition: Expression) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for each in condition.walk():
        if isinstance(each, Compare) and not isinstance(each.right, Expression):
            operands: tuple[Any, ...] = (each.right,)
        elif isinstance(each, IsIn):
            operands = each.values
        else:
            continue
        values = tuple(v for one in operands for v in _values(one))
        for column in each.walk():
            if isinstance(column, Column):
                found[column.name] = (*found.get(column.name, ()), *values)
    return found


def _values(operand: Any) -> tuple[Any, ...]:
    return operand.values if isinstance(operand, Assumption) else (operand,)
