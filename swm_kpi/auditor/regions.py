"""Conditions as regions: which values of which columns a row that counts may have.

A region is the set of rows that meet a condition, and a member of a breakdown is a region too. So a
measure of burglaries, and the member Burglary of a measure of all crimes, are one and the same.

An axis is a column, or a condition that is not read further, such as one that compares two times.
The values on an axis are divided into classes by the values that conditions name. Each row is in
exactly one class of each axis, so classes that cover an axis add up to all rows.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from swm_kpi.auditor.places import Chain, chains_of
from swm_kpi.contracts import Column, Recoded
from swm_kpi.expressions import (
    Assumption,
    Compare,
    Elapsed,
    Expression,
    IsIn,
    IsNull,
    IsUnknown,
    Not,
    Term,
    canonical,
)
from swm_kpi.expressions.literals import canonical_literal
from swm_kpi.expressions.tree import BoolOp, IsTrue
from swm_kpi.measures.null_conditions import can_be_unknown
from swm_kpi.model.areas import Areas

BLANK = "blank"
OTHER = "other"
TRUE, FALSE = "true", "false"

Classes = frozenset[str]
"""Some classes of an axis: values as canonical text, BLANK, and OTHER for every other value."""
Region = tuple[tuple[str, Classes], ...]
"""For each axis that limits it, in order, the classes that it allows."""
ALL_ROWS: Region = ()


@dataclass
class Axis:
    """A column, or a condition, by which regions differ.

    Attributes:
        key: its canonical form, as text.
        title: its name in words.
        has_blank: whether a row may have no value.
        is_closed: whether every value is one of ``values``.
        values: the values that conditions name, as canonical text.
    """

    key: str
    title: str
    has_blank: bool
    is_closed: bool
    values: set[str]

    @property
    def classes(self) -> Classes:
        """Every class of the axis."""
        others = () if self.is_closed else (OTHER,)
        return frozenset({*self.values, *others, *((BLANK,) if self.has_blank else ())})


class Regions:
    """Reads conditions as regions, and keeps the axes that they have in common.

    Register every condition with ``read`` before any region is compared: a class is divided when a
    condition names one of its values.

    Args:
        assumptions: the values of assumptions that the published numbers were computed with.
        areas: the areas of the force, by which levels of areas are linked.
        members: the members in the published files, by breakdown.
    """

    def __init__(
        self,
        assumptions: Mapping[str, Any] | None = None,
        areas: Areas | None = None,
        members: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self._assumptions = dict(assumptions or {})
        self._areas, self._members = areas, dict(members or {})
        self.axes: dict[str, Axis] = {}
        self._places: dict[str, tuple[str, int, tuple[Chain, ...]] | None] = {}

    def read(self, *conditions: Expression | None) -> Mapping[str, _Selection]:
        """Return the selection on each axis that conditions make, when all of them are met."""
        selections: dict[str, _Selection] = {}
        for condition in conditions:
            if condition is not None:
                self._add(condition, selections)
        return selections

    def region(self, selections: Mapping[str, _Selection]) -> Region:
        """Return the region of selections, in the classes as they are now."""
        limited = []
        for key in sorted(selections):
            axis = self.axes[key]
            chosen = selections[key].classes(axis)
            if chosen != axis.classes:
                limited.append((key, chosen))
        return tuple(limited)

    def of_member(self, term: Column | Recoded, member: str | None) -> tuple[str, _Selection]:
        """Return the selection of a member of a breakdown; None stands for rows of no member."""
        if isinstance(term, Recoded) and term.source.domain is not None:
            axis = self._axis_of(term.source)
            sources = [value for value, name in term.mapping.items() if name == member]
            if member is not None:
                axis.values |= {_text(value) for value in sources}
                return axis.key, _Selection.only(_text(value) for value in sources)
            named = {_text(value) for value in term.mapping}
            axis.values |= named
            return axis.key, _Selection.all_but(named)
        axis = self._axis_of(term)
        if member is None:
            return self._placed(axis.key, _Selection.only([BLANK]))
        axis.values.add(_text(member))
        return self._placed(axis.key, _Selection.only([_text(member)]))

    def _placed(self, key: str, selection: _Selection) -> tuple[str, _Selection]:
        """Return a selection of areas as one of chains, where a table has levels of areas."""
        place = self._places.get(key)
        if place is None:
            return key, selection
        axis, level, chains = place
        return axis, _Selection.only(
            _text_of_chain(chain)
            for chain in chains
            if ((_text(chain[level]) if chain[level] else BLANK) in selection.texts)
            is not selection.is_complement
        )

    def _add_place(self, term: Term, form: str) -> None:
        """Link the column of an area with those of the levels above and below it."""
        dimension = getattr(term, "dimension", None)
        if not isinstance(term, Column) or dimension is None or not dimension.is_area:
            return
        contract = term.owner
        levels, chains = (
            chains_of(self._areas, contract, self._members) if contract is not None else ((), ())
        )
        if contract is None or dimension.key not in levels:
            return
        key = json.dumps(["place", contract.table])
        values = {_text_of_chain(chain) for chain in chains}
        self.axes.setdefault(key, Axis(key, "area", False, True, values))
        self._places[form] = (key, levels.index(dimension.key), chains)

    def _axis_of(self, term: Term) -> Axis:
        form = json.dumps(canonical(term))
        if form not in self.axes:
            domain = term.domain
            if domain is None and term.dtype is bool:
                domain = (True, False)
            values = {_text(value) for value in domain or ()}
            is_closed = domain is not None
            title = getattr(term, "name", "") or str(term)
            has_blank = can_be_unknown(term)
            dimension = getattr(term, "dimension", None)
            named = set(self._members.get(dimension.key, ())) if dimension is not None else set()
            if is_closed and {_text(name) for name in named} - values:
                # The force has other members than those that are declared.
                values = {_text(name) for name in named}
            self.axes[form] = Axis(form, title.replace("_", " "), has_blank, is_closed, values)
            self._add_place(term, form)
        return self.axes[form]

    def _axis_of_condition(self, condition: Expression, *, is_definite: bool = False) -> Axis:
        form = json.dumps(canonical(condition))
        if form not in self.axes:
            has_blank = not is_definite and can_be_unknown(condition)
            self.axes[form] = Axis(form, "a condition", has_blank, True, {TRUE, FALSE})
        return self.axes[form]

    def _add(self, condition: Expression, selections: dict[str, _Selection]) -> None:
        if isinstance(condition, BoolOp) and condition.op == "and":
            for part in condition.conditions:
                self._add(part, selections)
            return
        if isinstance(condition, Not) and isinstance(condition.condition, Not):
            self._add(condition.condition.condition, selections)
            return
        inner = condition.condition if isinstance(condition, Not) else None
        if isinstance(inner, BoolOp) and inner.op == "or":
            for part in inner.conditions:
                self._add(Not(part), selections)
            return
        if isinstance(condition, Not) and isinstance(condition.condition, IsNull):
            term = condition.condition.term
            if isinstance(term, Elapsed):
                for end in (term.start, term.end):
                    self._add(Not(IsNull(end)), selections)
                return
        key, selection = self._placed(*self._selection(condition))
        selections[key] = selections[key] & selection if key in selections else selection

    def _selection(self, condition: Expression) -> tuple[str, _Selection]:
        """Return the one axis that a condition is about, and what it selects there."""
        match condition:
            case IsNull(term=term) if not isinstance(term, Elapsed):
                return self._axis_of(term).key, _Selection.only([BLANK])
            case IsTrue(term=term):
                return self._axis_of(term).key, _Selection.only([_text(True)])
            case Compare(left=left, op="==", right=right) if not isinstance(right, Term):
                return self._named(left, [right])
            case Compare(left=left, op="!=", right=right) if not isinstance(right, Term):
                key, selection = self._named(left, [right])
                return key, selection.opposite(meets_blank=False)
            case IsIn(term=term, values=values):
                return self._named(term, values)
            case BoolOp(op=op, conditions=conditions) if _is_single(condition):
                parts = [self._selection(part) for part in conditions]
                joined = parts[0][1]
                for _, selection in parts[1:]:
                    joined = joined | selection if op == "or" else joined & selection
                return parts[0][0], joined
            case Not(condition=inner) if _is_single(inner):
                key, selection = self._selection(inner)
                return key, selection.opposite(meets_blank=_at_blank(inner) is False)
            case Not(condition=inner):
                return self._axis_of_condition(inner).key, _Selection.only([FALSE])
            case IsUnknown(condition=inner) if _is_single(inner):
                key, _ = self._selection(inner)
                return key, _Selection.only([BLANK] if _at_blank(inner) is None else [])
            case IsUnknown():
                axis = self._axis_of_condition(condition, is_definite=True)
                return axis.key, _Selection.only([TRUE])
            case Term() if condition.dtype is bool:
                return self._axis_of(condition).key, _Selection.only([_text(True)])
        return self._axis_of_condition(condition).key, _Selection.only([TRUE])

    def _named(self, term: Term, values: Iterable[object]) -> tuple[str, _Selection]:
        axis = self._axis_of(term)
        texts = {_text(literal) for value in values for literal in self._literals(value)}
        if not axis.is_closed:
            axis.values |= texts
        return axis.key, _Selection.only(texts)

    def _literals(self, value: object) -> tuple[object, ...]:
        if not isinstance(value, Assumption):
            return (value,)
        stated = self._assumptions.get(value.key, value.value)
        return tuple(stated) if isinstance(stated, list | tuple) else (stated,)


@dataclass(frozen=True)
class _Selection:
    """Values that are chosen on an axis, or every value but some; the classes come later."""

    texts: frozenset[str]
    is_complement: bool = False

    @classmethod
    def only(cls, texts: Iterable[str]) -> _Selection:
        return cls(frozenset(texts))

    @classmethod
    def all_but(cls, texts: Iterable[str]) -> _Selection:
        return cls(frozenset(texts), is_complement=True)

    def opposite(self, *, meets_blank: bool) -> _Selection:
        """Return what the negation selects.

        Args:
            meets_blank: whether a blank meets the negation. A condition that a blank leaves unknown
                stays unknown.
        """
        blank = frozenset({BLANK})
        if self.is_complement:
            return _Selection(self.texts | blank if meets_blank else self.texts - blank)
        texts = self.texts - blank if meets_blank else self.texts | blank
        return _Selection(texts, is_complement=True)

    def __and__(self, other: _Selection) -> _Selection:
        match self.is_complement, other.is_complement:
            case True, True:
                return _Selection(self.texts | other.texts, is_complement=True)
            case True, False:
                return _Selection(other.texts - self.texts)
            case False, True:
                return _Selection(self.texts - other.texts)
        return _Selection(self.texts & other.texts)

    def __or__(self, other: _Selection) -> _Selection:
        match self.is_complement, other.is_complement:
            case True, True:
                return _Selection(self.texts & other.texts, is_complement=True)
            case True, False:
                return _Selection(self.texts - other.texts, is_complement=True)
            case False, True:
                return _Selection(other.texts - self.texts, is_complement=True)
        return _Selection(self.texts | other.texts)

    def classes(self, axis: Axis) -> Classes:
        every = axis.classes
        return every - self.texts if self.is_complement else every & self.texts


Selection = _Selection


def _is_single(condition: Expression) -> bool:
    """Return whether a condition is about the values of one column, and not read as opaque."""
    match condition:
        case IsNull(term=term):
            return not isinstance(term, Elapsed)
        case IsTrue() | IsIn():
            return True
        case Compare(op="==" | "!=", right=right):
            return not isinstance(right, Term)
        case Term():
            return condition.dtype is bool
        case Not(condition=IsNull(term=term)):
            return not isinstance(term, Elapsed)
        case Not(condition=inner):
            return _is_single(inner)
        case BoolOp(conditions=conditions):
            return all(map(_is_single, conditions)) and len(set(map(_column_of, conditions))) == 1
    return False


def _at_blank(condition: Expression) -> bool | None:
    """Return whether a blank meets a condition about one column; None where that is unknown."""
    match condition:
        case IsNull():
            return True
        case Not(condition=inner):
            opposite = _at_blank(inner)
            return None if opposite is None else not opposite
        case BoolOp(op=op, conditions=conditions):
            values = {_at_blank(part) for part in conditions}
            decisive = op == "or"
            if decisive in values:
                return decisive
            return None if None in values else not decisive
    return None


def _column_of(condition: Expression) -> str:
    """Return the canonical form of the one term that a condition is about."""
    match condition:
        case IsNull(term=term) | IsTrue(term=term) | IsIn(term=term) | Compare(left=term):
            return json.dumps(canonical(term))
        case Not(condition=inner):
            return _column_of(inner)
        case BoolOp(conditions=conditions):
            return _column_of(conditions[0])
    return json.dumps(canonical(condition))


def _text_of_chain(chain: Chain) -> str:
    return json.dumps(chain)


def _text(value: Any) -> str:
    return json.dumps(canonical_literal(value))


def with_classes(region: Region, axis: Axis, classes: Classes) -> Region:
    """Return a region with other classes on one axis."""
    limited = {key: own for key, own in region if key != axis.key}
    if classes != axis.classes:
        limited[axis.key] = classes
    return tuple(sorted(limited.items()))


def classes_on(region: Region, axis: Axis) -> Classes:
    """Return the classes that a region allows on an axis."""
    return dict(region).get(axis.key, axis.classes)
