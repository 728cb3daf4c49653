"""Three faces of a tree: the English sentence, SQL text and the canonical form that is hashed.

The fourth, the engine's expression, is made in ``engine``. A column writes its own faces.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from swm_kpi.expressions import tree
from swm_kpi.expressions.literals import (
    COMPARISONS,
    TIME_COMPARISONS,
    Assumption,
    Canonical,
    canonical_of,
    english_of,
    sql_of,
)


def english(expression: tree.Expression) -> str:
    """Say an expression in plain English, without a capital or a full stop."""
    match expression:
        case tree.Compare(left=left, op=op, right=right):
            words = COMPARISONS[op][0]
            if left.dtype.__name__ in ("date", "datetime"):
                words = TIME_COMPARISONS.get(op, words)
            other = right.english() if isinstance(right, tree.Term) else english_of(right)
            return f"{left.english()} {words} {other}"
        case tree.IsIn(term=term, values=values):
            listed = ", ".join(english_of(each) for each in values)
            one = len(values) == 1 and not isinstance(values[0], Assumption)
            return f"{term.english()} is {'' if one else 'one of '}{listed}"
        case tree.IsNull(term=term):
            return f"{term.english()} is not recorded"
        case tree.IsTrue(term=term):
            return f"{term.english()} is true"
        case tree.Joined(op=op, conditions=conditions):
            return f" {op} ".join(_bracketed(each) for each in conditions)
        case tree.Not(condition=tree.IsNull(term=term)):
            return f"{term.english()} is recorded"
        case tree.Not(condition=tree.IsTrue(term=term)):
            return f"{term.english()} is false"
        case tree.Not(condition=condition):
            return f"not ({condition.english()})"
        case tree.Undecided(condition=condition):
            return f"it cannot be said whether {condition.english()}"
        case tree.Elapsed(start=start, end=end):
            return f"seconds from {start.english()} to {end.english()}"
    return "an expression that was refused"


def sql(expression: tree.Expression) -> str:
    """Write an expression as standard SQL over the contract's column names."""
    match expression:
        case tree.Compare(left=left, op=op, right=right):
            other = right.sql() if isinstance(right, tree.Term) else sql_of(right)
            return f"({left.sql()} {COMPARISONS[op][1]} {other})"
        case tree.IsIn(term=term, values=values):
            return f"({term.sql()} IN ({', '.join(sql_of(each) for each in values)}))"
        case tree.IsNull(term=term):
            return f"({term.sql()} IS NULL)"
        case tree.IsTrue(term=term):
            return term.sql()
        case tree.Joined(op=op, conditions=conditions):
            return "(" + f" {op.upper()} ".join(each.sql() for each in conditions) + ")"
        case tree.Not(condition=condition):
            return f"(NOT {condition.sql()})"
        case tree.Undecided(condition=condition):
            return f"({condition.sql()} IS NULL)"
        case tree.Elapsed(start=start, end=end):
            return f"EXTRACT(EPOCH FROM ({end.sql()} - {start.sql()}))"
    raise TypeError(f"{type(expression).__name__} has no SQL")


def canonical(expression: tree.Expression) -> Canonical:
    """Return nested lists that are equal exactly when the meaning is."""
    match expression:
        case tree.Compare(left=left, op=op, right=right):
            other = right.canonical() if isinstance(right, tree.Term) else canonical_of(right)
            return [op, left.canonical(), other]
        case tree.IsIn(term=term, values=values):
            return ["in", term.canonical(), *_sorted(canonical_of(each) for each in values)]
        case tree.IsNull(term=term):
            return ["null", term.canonical()]
        case tree.IsTrue(term=term):
            return term.canonical()
        case tree.Joined(op=op, conditions=conditions):
            return [op, *_sorted(each.canonical() for each in conditions)]
        case tree.Not(condition=condition):
            return ["not", condition.canonical()]
        case tree.Undecided(condition=condition):
            return ["undecided", condition.canonical()]
        case tree.Elapsed(start=start, end=end):
            return ["elapsed", start.canonical(), end.canonical()]
    raise TypeError(f"{type(expression).__name__} has no canonical form")


def _bracketed(condition: tree.Condition) -> str:
    said = condition.english()
    return f"({said})" if isinstance(condition, tree.Joined) else said


def _sorted(forms: Iterable[Canonical]) -> list[Canonical]:
    return sorted(forms, key=json.dumps)
