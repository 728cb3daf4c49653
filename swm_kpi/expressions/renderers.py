"""Renderers of expressions: one visitor for each output language.

The languages are English, SQL, Python, and the canonical form that is hashed. A leaf renders
itself. The engine compiles expressions in ``engine``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from swm_kpi.calendar import LONDON
from swm_kpi.expressions import relations, tree
from swm_kpi.expressions.literals import (
    COMPARISONS,
    TIME_COMPARISONS,
    Assumption,
    Canonical,
    Scalar,
    canonical_literal,
    format_english,
    format_python,
    format_sql,
)

_OPPOSITES = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def english(expression: tree.Expression) -> str:
    """Render an expression in plain English, without a capital letter or a full stop.

    Raises:
        TypeError: there is no English for the class of the expression.
    """
    match expression:
        case tree.Leaf():
            return expression.english()
        case tree.Compare(
            left=tree.Elapsed(start=start, end=end, by_clock=by_clock), op=op, right=right
        ) if not isinstance(right, tree.Term):
            words = f"{COMPARISONS[op][0]} {_english_duration(right, by_clock=by_clock)}"
            return f"{english(end)} {words} after the {english(start)}"
        case tree.Compare(left=left, op=op, right=right):
            words = COMPARISONS[op][0]
            if left.dtype.__name__ in ("date", "datetime"):
                words = TIME_COMPARISONS.get(op, words)
            other = english(right) if isinstance(right, tree.Term) else format_english(right)
            return f"{english(left)} {words} {other}"
        case tree.IsIn(term=term, values=values):
            return f"{english(term)} is {_english_list(values)}"
        case tree.IsNull(term=term):
            return f"{english(term)} is not recorded"
        case tree.IsTrue(term=term):
            return f"{english(term)} is true"
        case tree.BoolOp(op="or", conditions=(tree.IsNull(term=term), other)) if _is_about(
            other, term
        ):
            return f"{english(other)}, or is not recorded"
        case tree.BoolOp(op=op, conditions=conditions):
            parts = _without_repetition(conditions) if op == "and" else conditions
            if len(parts) == 1:
                return english(parts[0])
            return f" {op} ".join(_english_in_brackets(part) for part in parts)
        case tree.Not(condition=tree.IsNull(term=term)):
            return f"{english(term)} is recorded"
        case tree.Not(condition=tree.IsTrue(term=term)):
            return f"{english(term)} is false"
        case tree.Not(condition=tree.IsIn(term=term, values=values)):
            return f"{english(term)} is not {_english_list(values)}"
        case tree.Not(condition=tree.Compare(left=left, op=op, right=right)):
            return english(tree.Compare(left, _OPPOSITES[op], right))
        case tree.MetByNone(condition=condition, same=same):
            *others, last = [english(column) for column in same]
            columns = f"{', '.join(others)} and {last}" if others else last
            return f"no row of the same {columns} is one where {_english_in_brackets(condition)}"
        case tree.Not(condition=tree.Not() | tree.BoolOp()):
            return english(_without_negation(expression))
        case tree.Not(condition=condition):
            return f"not ({english(condition)})"
        case relations.IsUnknown(condition=condition):
            return f"it is unknown whether {_english_in_brackets(condition)}"
        case relations.EarlierReading(condition=condition):
            return f"at the earlier reading, {_english_in_brackets(condition)}"
        case relations.InRepeatedHour(time=time):
            return f"{english(time)} falls in the hour that occurs twice when clocks go back"
        case tree.Day(time=time):
            return f"day of {english(time)}"
        case tree.Elapsed(start=start, end=end, by_clock=by_clock):
            seconds = "seconds by local clocks" if by_clock else "seconds"
            return f"{seconds} from {english(start)} to {english(end)}"
        case relations.Product(left=left, right=right):
            return f"{english(left)} times {english(right)}"
        case tree.WithinMonths(start=start, end=end, months=months):
            spans = " and ".join(format_english(span) for span in months)
            return f"{english(end)} is within {spans} months of {english(start)}"
        case relations.Repeats(who=who, months=months):
            return (
                f"the same {english(who)} has an earlier one in the "
                f"{format_english(months)} months before"
            )
        case tree.Unusable():
            return "an invalid expression"
    raise TypeError(f"There is no English for {type(expression).__name__}: add it to english()")


def _without_negation(condition: tree.Expression) -> tree.Expression:
    """Return a condition with its negation moved inwards: to the parts that it joins."""
    match condition:
        case tree.Not(condition=tree.Not(condition=inner)):
            return _without_negation(inner)
        case tree.Not(condition=tree.BoolOp(op=op, conditions=conditions)):
            parts = tuple(tree.Not(part) for part in conditions)
            return tree.BoolOp("and" if op == "or" else "or", parts)
        case _:
            return condition


def _is_about(condition: tree.Expression, term: tree.Expression) -> bool:
    """Return whether a condition compares one term with values, so that its words start with it."""
    match _without_negation(condition):
        case tree.Not(condition=tree.Compare() | tree.IsIn() | tree.IsTrue() as inner):
            return _is_about(inner, term)
        case tree.Compare(left=tree.Leaf() as left, right=right):
            return left is term and not isinstance(right, tree.Term)
        case tree.IsIn(term=other) | tree.IsTrue(term=other):
            return other is term
        case _:
            return False


def _without_repetition(conditions: Sequence[tree.Condition]) -> list[tree.Condition]:
    """Return conditions that all hold, without those that say that a compared term is recorded."""

    def is_implied(condition: tree.Condition) -> bool:
        match _without_negation(condition):
            case tree.Not(condition=tree.IsNull(term=term)):
                return any(_compares(other, term) for other in conditions)
            case _:
                return False

    return [condition for condition in conditions if not is_implied(condition)]


def _compares(condition: tree.Expression, term: tree.Expression) -> bool:
    """Return whether a condition is true only of rows that have a value of a term."""
    match _without_negation(condition):
        case tree.Compare(left=tree.Elapsed(start=start, end=end)):
            return term is start or term is end
        case _:
            return _is_about(condition, term)


def sql(expression: tree.Expression) -> str:
    """Render an expression as standard SQL over the contract's column names.

    Raises:
        TypeError: there is no SQL for the class of the expression.
    """
    match expression:
        case tree.Leaf():
            return expression.sql()
        case tree.Compare(left=left, op=op, right=right):
            other = sql(right) if isinstance(right, tree.Term) else format_sql(right)
            return f"({sql(left)} {COMPARISONS[op][1]} {other})"
        case tree.IsIn(term=term, values=values):
            return f"({sql(term)} IN ({', '.join(format_sql(value) for value in values)}))"
        case tree.IsNull(term=term):
            return f"({sql(term)} IS NULL)"
        case tree.IsTrue(term=term):
            return sql(term)
        case tree.BoolOp(op=op, conditions=conditions):
            return "(" + f" {op.upper()} ".join(sql(part) for part in conditions) + ")"
        case tree.MetByNone(condition=condition, same=same):
            columns = ", ".join(sql(column) for column in same)
            met = f"CASE WHEN {sql(condition)} THEN 1 ELSE 0 END"
            return f"(MAX({met}) OVER (PARTITION BY {columns}) = 0)"
        case tree.Not(condition=condition):
            return f"(NOT {sql(condition)})"
        case relations.IsUnknown(condition=condition):
            return f"({sql(condition)} IS NULL)"
        case relations.EarlierReading(condition=condition):
            return sql(condition)
        case relations.InRepeatedHour(time=time):
            zone = f"AT TIME ZONE '{LONDON}'"
            an_hour_away = (
                f"({sql(time)} {zone} {sign} INTERVAL '1' HOUR) {zone}" for sign in "+-"
            )
            return f"({sql(time)} IN ({', '.join(an_hour_away)}))"
        case tree.Day(time=time):
            return f"CAST({sql(time)} AS DATE)"
        case tree.Elapsed(start=start, end=end):
            return f"EXTRACT(EPOCH FROM ({sql(end)} - {sql(start)}))"
        case relations.Product(left=left, right=right):
            return f"({sql(left)} * {sql(right)})"
        case tree.WithinMonths(start=start, end=end, months=months):
            until = " + ".join(f"INTERVAL '{format_sql(span)}' MONTH" for span in months)
            return f"({sql(end)} >= {sql(start)} AND {sql(end)} < {sql(start)} + {until})"
        case relations.Repeats(who=who, at=at, months=months):
            day = f"CAST({sql(at)} AS DATE)"
            window = f"OVER (PARTITION BY {sql(who)} ORDER BY {day})"
            return f"(LAG({day}) {window} >= {day} - INTERVAL '{format_sql(months)}' MONTH)"
        case tree.Unusable():
            return "NULL"
    raise TypeError(f"{type(expression).__name__} has no SQL")


def python(expression: tree.Expression) -> str:
    """Render an expression as Python source; an assumption as its key in capitals.

    Raises:
        TypeError: only a measure kind builds the expression.
    """
    match expression:
        case tree.Leaf():
            return str(expression)
        case tree.Compare(left=left, op=op, right=right):
            other = python(right) if isinstance(right, tree.Term) else format_python(right)
            return f"{python(left)} {op} {other}"
        case tree.IsIn(term=term, values=values):
            return f"{python(term)}.is_in({', '.join(format_python(value) for value in values)})"
        case tree.IsNull(term=term):
            return f"{python(term)}.is_null()"
        case tree.IsTrue(term=term):
            return python(term)
        case tree.BoolOp(op=op, conditions=conditions):
            sign = {"and": " & ", "or": " | "}[op]
            return sign.join(_python_in_brackets(part) for part in conditions)
        case tree.Not(condition=tree.IsNull(term=term)):
            return f"{python(term)}.is_not_null()"
        case tree.MetByNone(condition=condition, same=same):
            columns = ", ".join(python(column) for column in same)
            return f"({python(condition)}).met_by_none({columns})"
        case tree.Not(condition=condition):
            return f"~{_python_in_brackets(condition)}"
        case tree.Day(time=time):
            return f"{python(time)}.day()"
        case tree.Elapsed(start=start, end=end, by_clock=by_clock):
            return f"{python(start)}.until({python(end)}{', by_clock=True' if by_clock else ''})"
        case tree.Unusable():
            return "..."
    raise TypeError(
        f"{type(expression).__name__} is built by a measure kind, and has no Python source"
    )


def canonical(expression: tree.Expression) -> Canonical:
    """Return the canonical form: nested lists that are equal if and only if the meaning is.

    Raises:
        TypeError: there is no canonical form for the class of the expression.
    """
    match expression:
        case tree.Leaf():
            return expression.canonical()
        case tree.Compare(left=left, op=op, right=right):
            other = canonical(right) if isinstance(right, tree.Term) else canonical_literal(right)
            return [op, canonical(left), other]
        case tree.IsIn(term=term, values=values):
            listed = _sort_forms(canonical_literal(value) for value in values)
            if len(listed) == 1 and not isinstance(values[0], Assumption):
                return ["==", canonical(term), listed[0]]
            return ["in", canonical(term), *listed]
        case tree.IsNull(term=term):
            return ["null", canonical(term)]
        case tree.IsTrue(term=term):
            return canonical(term)
        case tree.BoolOp(op=op, conditions=conditions):
            joined = _sort_forms(canonical(part) for part in conditions)
            return joined[0] if len(joined) == 1 else [op, *joined]
        case tree.Not(condition=tree.Not(condition=condition)):
            return canonical(condition)
        case tree.MetByNone(condition=condition, same=same):
            columns = _sort_forms(canonical(column) for column in same)
            return ["met by none", canonical(condition), *columns]
        case tree.Not(condition=condition):
            return ["not", canonical(condition)]
        case relations.IsUnknown(condition=condition):
            return ["undecided", canonical(condition)]
        case relations.EarlierReading(condition=condition):
            return ["earlier reading", canonical(condition)]
        case relations.InRepeatedHour(time=time):
            return ["repeated hour", canonical(time)]
        case tree.Day(time=time):
            return ["day", canonical(time)]
        case tree.Elapsed(start=start, end=end, by_clock=by_clock):
            return ["clock" if by_clock else "elapsed", canonical(start), canonical(end)]
        case relations.Product(left=left, right=right):
            return ["*", *_sort_forms((canonical(left), canonical(right)))]
        case tree.WithinMonths(start=start, end=end, months=months):
            spans = [canonical_literal(span) for span in months]
            return ["within", canonical(start), canonical(end), *spans]
        case relations.Repeats(who=who, at=at, where=where, months=months):
            rows = canonical(where) if where is not None else None
            return ["repeats", canonical(who), canonical(at), rows, canonical_literal(months)]
        case tree.Unusable():
            return ["refused"]
    raise TypeError(f"{type(expression).__name__} has no canonical form: add it to canonical()")


def _english_list(values: Sequence[Scalar | Assumption]) -> str:
    """List values in English, those of an assumption with its name."""
    *others, last = [format_english(value) for value in values]
    listed = f"{', '.join(others)} or {last}" if others else last
    several = others or (isinstance(values[0], Assumption) and len(values[0].values) > 1)
    return f"any of {listed}" if several else listed


def _english_duration(seconds: Scalar | Assumption, *, by_clock: bool = False) -> str:
    """Format seconds in hours or minutes, where that is a whole number above 1.

    By local clocks, whole days are local days.
    """
    (value,) = seconds.values if isinstance(seconds, Assumption) else (seconds,)
    named = f" (assumption {seconds.key})" if isinstance(seconds, Assumption) else ""
    sizes = [(3_600, "hours"), (60, "minutes")]
    for size, unit in [(86_400, "local days"), *sizes] if by_clock else sizes:
        if isinstance(value, int | float) and value > size and value % size == 0:
            return f"{format_english(int(value // size))} {unit}{named}"
    return f"{format_english(value)} seconds{named}"


def _python_in_brackets(condition: tree.Condition) -> str:
    """Render a condition in Python, in brackets where its operator binds less tightly."""
    source = python(condition)
    return f"({source})" if isinstance(condition, tree.BoolOp | tree.Compare) else source


def _english_in_brackets(condition: tree.Expression) -> str:
    text = english(condition)
    return f"({text})" if isinstance(_without_negation(condition), tree.BoolOp) else text


def _sort_forms(forms: Iterable[Canonical]) -> list[Canonical]:
    """Sort canonical forms and drop repeats: neither changes the meaning."""
    by_text = {json.dumps(form): form for form in forms}
    return [by_text[text] for text in sorted(by_text)]
