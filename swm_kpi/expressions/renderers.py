"""Four faces of a tree: the English sentence, SQL text, Python, and the form that is hashed.

The fifth, the engine's expression, is made in ``engine``. A leaf writes its own faces.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from swm_kpi.expressions import relations, tree
from swm_kpi.expressions.literals import (
    COMPARISONS,
    TIME_COMPARISONS,
    Assumption,
    Canonical,
    Scalar,
    canonical_of,
    english_of,
    python_of,
    sql_of,
)

_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def english(expression: tree.Expression) -> str:
    """Say an expression in plain English, without a capital or a full stop."""
    match expression:
        case tree.Leaf():
            return expression.english()
        case tree.Compare(left=tree.Elapsed(start=start, end=end), op=op, right=right) if (
            not isinstance(right, tree.Term)
        ):
            return f"{english(end)} {COMPARISONS[op][0]} {_span(right)} after {english(start)}"
        case tree.Compare(left=left, op=op, right=right):
            words = COMPARISONS[op][0]
            if left.dtype.__name__ in ("date", "datetime"):
                words = TIME_COMPARISONS.get(op, words)
            other = english(right) if isinstance(right, tree.Term) else english_of(right)
            return f"{english(left)} {words} {other}"
        case tree.IsIn(term=term, values=values):
            return f"{english(term)} is {_listed(values)}"
        case tree.IsNull(term=term):
            return f"{english(term)} is not recorded"
        case tree.IsTrue(term=term):
            return f"{english(term)} is true"
        case tree.BoolOp(op=op, conditions=conditions):
            return f" {op} ".join(_bracketed(each) for each in conditions)
        case tree.Not(condition=tree.IsNull(term=term)):
            return f"{english(term)} is recorded"
        case tree.Not(condition=tree.IsTrue(term=term)):
            return f"{english(term)} is false"
        case tree.Not(condition=tree.IsIn(term=term, values=values)):
            return f"{english(term)} is not {_listed(values)}"
        case tree.Not(condition=tree.Compare(left=left, op=op, right=right)):
            return english(tree.Compare(left, _OPPOSITES[op], right))
        case tree.Not(condition=condition):
            return f"not ({english(condition)})"
        case relations.IsUnknown(condition=condition):
            return f"it cannot be said whether {_bracketed(condition)}"
        case tree.Elapsed(start=start, end=end):
            return f"seconds from {english(start)} to {english(end)}"
        case relations.Product(left=left, right=right):
            return f"{english(left)} times {english(right)}"
        case relations.WithinMonths(start=start, end=end, months=months):
            spans = " and ".join(english_of(each) for each in months)
            return f"{english(end)} is within {spans} months of {english(start)}"
        case relations.Repeats(who=who, months=months):
            return (
                f"the same {english(who)} has an earlier one in the "
                f"{english_of(months)} months before"
            )
        case tree.Unusable():
            return "an expression that was refused"
    raise TypeError(f"{type(expression).__name__} cannot be said")


def sql(expression: tree.Expression) -> str:
    """Write an expression as standard SQL over the contract's column names."""
    match expression:
        case tree.Leaf():
            return expression.sql()
        case tree.Compare(left=left, op=op, right=right):
            other = sql(right) if isinstance(right, tree.Term) else sql_of(right)
            return f"({sql(left)} {COMPARISONS[op][1]} {other})"
        case tree.IsIn(term=term, values=values):
            return f"({sql(term)} IN ({', '.join(sql_of(each) for each in values)}))"
        case tree.IsNull(term=term):
            return f"({sql(term)} IS NULL)"
        case tree.IsTrue(term=term):
            return sql(term)
        case tree.BoolOp(op=op, conditions=conditions):
            return "(" + f" {op.upper()} ".join(sql(each) for each in conditions) + ")"
        case tree.Not(condition=condition):
            return f"(NOT {sql(condition)})"
        case relations.IsUnknown(condition=condition):
            return f"({sql(condition)} IS NULL)"
        case tree.Elapsed(start=start, end=end):
            return f"EXTRACT(EPOCH FROM ({sql(end)} - {sql(start)}))"
        case relations.Product(left=left, right=right):
            return f"({sql(left)} * {sql(right)})"
        case relations.WithinMonths(start=start, end=end, months=months):
            until = " + ".join(f"INTERVAL '{sql_of(each)}' MONTH" for each in months)
            return f"({sql(end)} >= {sql(start)} AND {sql(end)} < {sql(start)} + {until})"
        case relations.Repeats(who=who, at=at, months=months):
            day = f"CAST({sql(at)} AS DATE)"
            window = f"OVER (PARTITION BY {sql(who)} ORDER BY {day})"
            return f"(LAG({day}) {window} >= {day} - INTERVAL '{sql_of(months)}' MONTH)"
        case tree.Unusable():
            return "NULL"
    raise TypeError(f"{type(expression).__name__} has no SQL")


def python(expression: tree.Expression) -> str:
    """Write an expression as it is declared; an assumption by its key in capitals."""
    match expression:
        case tree.Leaf():
            return str(expression)
        case tree.Compare(left=left, op=op, right=right):
            other = python(right) if isinstance(right, tree.Term) else python_of(right)
            return f"{python(left)} {op} {other}"
        case tree.IsIn(term=term, values=values):
            return f"{python(term)}.is_in({', '.join(python_of(each) for each in values)})"
        case tree.IsNull(term=term):
            return f"{python(term)}.is_null()"
        case tree.IsTrue(term=term):
            return python(term)
        case tree.BoolOp(op=op, conditions=conditions):
            sign = {"and": " & ", "or": " | "}[op]
            return sign.join(_in_brackets(each) for each in conditions)
        case tree.Not(condition=tree.IsNull(term=term)):
            return f"{python(term)}.is_not_null()"
        case tree.Not(condition=condition):
            return f"~{_in_brackets(condition)}"
        case tree.Elapsed(start=start, end=end):
            return f"{python(start)}.until({python(end)})"
        case tree.Unusable():
            return "..."
    raise TypeError(f"{type(expression).__name__} is built by a kind of measure, not written")


def canonical(expression: tree.Expression) -> Canonical:
    """Return nested lists that are equal exactly when the meaning is."""
    match expression:
        case tree.Leaf():
            return expression.canonical()
        case tree.Compare(left=left, op=op, right=right):
            other = canonical(right) if isinstance(right, tree.Term) else canonical_of(right)
            return [op, canonical(left), other]
        case tree.IsIn(term=term, values=values):
            listed = _sorted(canonical_of(each) for each in values)
            if len(listed) == 1 and not isinstance(values[0], Assumption):
                return ["==", canonical(term), listed[0]]
            return ["in", canonical(term), *listed]
        case tree.IsNull(term=term):
            return ["null", canonical(term)]
        case tree.IsTrue(term=term):
            return canonical(term)
        case tree.BoolOp(op=op, conditions=conditions):
            joined = _sorted(canonical(each) for each in conditions)
            return joined[0] if len(joined) == 1 else [op, *joined]
        case tree.Not(condition=tree.Not(condition=condition)):
            return canonical(condition)
        case tree.Not(condition=condition):
            return ["not", canonical(condition)]
        case relations.IsUnknown(condition=condition):
            return ["undecided", canonical(condition)]
        case tree.Elapsed(start=start, end=end):
            return ["elapsed", canonical(start), canonical(end)]
        case relations.Product(left=left, right=right):
            return ["*", *_sorted((canonical(left), canonical(right)))]
        case relations.WithinMonths(start=start, end=end, months=months):
            spans = [canonical_of(each) for each in months]
            return ["within", canonical(start), canonical(end), *spans]
        case relations.Repeats(who=who, at=at, where=where, months=months):
            rows = canonical(where) if where is not None else None
            return ["repeats", canonical(who), canonical(at), rows, canonical_of(months)]
        case tree.Unusable():
            return ["refused"]
    raise TypeError(f"{type(expression).__name__} has no canonical form")


def _listed(values: Sequence[Scalar | Assumption]) -> str:
    """List values for a reader, an assumption's with its name."""
    *others, last = [english_of(each) for each in values]
    listed = f"{', '.join(others)} or {last}" if others else last
    several = others or (isinstance(values[0], Assumption) and len(values[0].values) > 1)
    return f"any of {listed}" if several else listed


def _span(seconds: Scalar | Assumption) -> str:
    """Say a length of time in the largest unit that it is a whole number of, if it is above one."""
    (value,) = seconds.values if isinstance(seconds, Assumption) else (seconds,)
    named = f" (assumption {seconds.key})" if isinstance(seconds, Assumption) else ""
    for size, unit in ((3_600, "hours"), (60, "minutes")):
        if isinstance(value, int | float) and value > size and value % size == 0:
            return f"{english_of(int(value // size))} {unit}{named}"
    return f"{english_of(value)} seconds{named}"


def _in_brackets(condition: tree.Condition) -> str:
    """Write a part of a Python condition: only what binds less tightly needs its brackets."""
    written = python(condition)
    return f"({written})" if isinstance(condition, tree.BoolOp | tree.Compare) else written


def _bracketed(condition: tree.Condition) -> str:
    said = english(condition)
    return f"({said})" if isinstance(condition, tree.BoolOp) else said


def _sorted(forms: Iterable[Canonical]) -> list[Canonical]:
    """Sort, and keep of equal forms only one: order and repeats do not change the meaning."""
    by_text = {json.dumps(each): each for each in forms}
    return [by_text[text] for text in sorted(by_text)]
