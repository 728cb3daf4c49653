"""What a blank column leaves unknown: which rows of a measure are undecided or lack a value.

A condition on a null column is neither true nor false, as in the three-valued logic of SQL
(ISO/IEC 9075). Of such a row it is not known whether it counts: it is *undecided*. A row that
counts may also lack what is measured, such as an amount or a person. Both are left out of the
number, and both are counted, so that the engine can say how much the number depends on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import cached_property, reduce
from operator import or_

from swm_kpi.contracts import Column, Recoded
from swm_kpi.expressions import (
    Assumption,
    Compare,
    Condition,
    Expression,
    InRepeatedHour,
    IsIn,
    IsNull,
    IsUnknown,
    Not,
    Repeats,
    Term,
    as_condition,
    conjuncts,
    english,
    times_with_readings,
)
from swm_kpi.measures.order_of_times import reversed_times, reversible
from swm_kpi.measures.repeated_hour import undecided_in_repeated_hour
from swm_kpi.measures.statistic import Operation, Statistic, TimeAlignment

MAX_UNDECIDED_SHARE = Assumption(
    key="max_undecided_share",
    value=0.1,
    since="2021-04-01",
    because="Our unverified working choice: a number is marked [u] where more than a tenth of the "
    "rows that it depends on are undecided, lack what is measured or name no member of the "
    "breakdown. We know of no national rule.",
)
"""The assumption that every measure of rows rests on."""


class Bounds(Enum):
    """How the least and the most that a value can be follow from its undecided rows."""

    ADDED = "added"
    """The value is a sum to which each undecided row may add, and takes nothing away."""
    SHARE = "share"
    """Each undecided row may be in the numerator, or only in the denominator, or in neither."""
    AT_LEAST = "at least"
    """There is a least, and no most: rows outside the cell could raise the value too."""
    NONE = "none"
    """There are none: an undecided row can move the value either way by any amount."""


@dataclass(frozen=True)
class Completeness:
    """What a row must have recorded for a measure to count it.

    Attributes:
        rows: the statistic that counts every row of a cell, without a condition.
        where: which rows count; None for all.
        answer: for a share, which of the rows that count are in the numerator.
        measured: what a row that counts must have, such as an amount; empty for nothing.
        amount: what is added up, where the bounds are sums of amounts and not numbers of rows.
        adding: the operation that adds them up.
        bounds: how the bounds of the value follow from the undecided rows.
        unusable: which rows have what is measured, and cannot be right: they lack a value too.
        lacks_value: how a note says that rows lack what is measured; made from ``measured`` when
            left out.
        blank_means_no: a column in which a blank is an answer, unless every row is blank.
        happened: columns of dates in which a blank means that nothing happened, unless they are
            blank in every row of the table.
        look_back: an assumption: how many months before the period are looked back on for rows
            like those that count.
    """

    rows: Statistic
    where: Expression | None = None
    answer: Expression | None = None
    measured: tuple[Term, ...] = ()
    amount: Term | None = None
    adding: Operation = Operation.SUM
    bounds: Bounds = Bounds.NONE
    unusable: Expression | None = None
    lacks_value: str = ""
    blank_means_no: Column | None = None
    happened: tuple[Column, ...] = ()
    look_back: Assumption | None = None

    @property
    def columns_in_use(self) -> tuple[Column, ...]:
        """The nullable columns that must have a value in some row of the table.

        They are the date by which a row counts, the dates of ``happened``, and dates and columns
        filled later without which no row counts, or of which a share asks whether they are blank.
        A flag or a text that is compared is one too, where another condition can leave rows out:
        otherwise those rows would look as if they decided the number.
        """
        is_event = self.rows.alignment is TimeAlignment.EVENT
        columns = [*((self.rows.at,) if is_event else ()), *self.happened]
        filled = (part.condition for part in conjuncts(self.where) if isinstance(part, Not))
        answers = self.answer.walk() if self.answer is not None else ()
        for part in (*filled, *answers):
            if isinstance(part, IsNull) and isinstance(part.term, Column):
                has_time = part.term.filled_later or part.term.dtype in (date, datetime)
                columns += [part.term] * (has_time and part.term is not self.blank_means_no)
        unknown = [part for part in conjuncts(self.where) if can_be_unknown(part)]
        if len(unknown) > 1:
            terms = (_compared_term(part) for part in unknown)
            columns += [
                term for term in terms if term is not None and term is not self.blank_means_no
            ]
        return tuple(dict.fromkeys(column for column in columns if column.nullable))

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The rows that count, and those that are undecided or lack a value, by role.

        - ``counted``: the rows that count.
        - ``undecided``: the rows of which it is not known whether they count. ``scope`` counts the
          rows that these are a share of.
        - ``unanswered``: the rows that count and of which it is not known whether they are in the
          numerator.
        - ``without_value``: the rows that count and lack what is measured, or have it unusable.
        - ``blank``: the rows in which a blank means no. ``recordable`` counts the rows in which the
          column can be filled: those that count whatever it holds.
        - ``looked_back_on``: the rows of the period and of the months before that may count, and
          ``unknown_before``: those that are undecided or lack a value.
        - ``undecided_in_hour``, ``unanswered_in_hour``: such rows that are undecided only because
          a time falls in the hour that occurs twice.
        - ``undecided_amount``, ``unanswered_amount``: what such rows would add.

        A role is left out where a contract rules out that there is any such row.
        """
        statistics = {"counted": self._rows(self.where)}
        if self.where is not None and can_be_unknown(self.where):
            unknown = IsUnknown(as_condition(self.where))
            statistics["undecided"] = self._rows(unknown)
            statistics["scope"] = self._rows(scope_of(self.where))
            in_hour = undecided_in_repeated_hour(self.where)
            if in_hour is not None:
                statistics["undecided_in_hour"] = self._rows(in_hour)
            if self.amount is not None:
                statistics["undecided_amount"] = self._amounts(unknown)
        if self.answer is not None and can_be_unknown(self.answer):
            unknown_answer = all_of(self.where, IsUnknown(as_condition(self.answer)))
            statistics["unanswered"] = self._rows(unknown_answer)
            in_hour = undecided_in_repeated_hour(self.answer)
            if in_hour is not None:
                statistics["unanswered_in_hour"] = self._rows(all_of(self.where, in_hour))
            if self.amount is not None:
                statistics["unanswered_amount"] = self._amounts(unknown_answer)
        absent: list[Expression] = [IsNull(term) for term in self.measured if can_be_unknown(term)]
        if self.unusable is not None:
            absent.append(self.unusable)
        if absent:
            statistics["without_value"] = self._rows(all_of(self.where, reduce(or_, absent)))
        if self.blank_means_no is not None:
            recordable = _without(self.where, self.blank_means_no)
            statistics["recordable"] = self._rows(recordable)
            statistics["blank"] = self._rows(all_of(recordable, IsNull(self.blank_means_no)))
        if self.look_back is not None and (absent or "undecided" in statistics):
            statistics |= self._looked_back_on(absent, self.look_back)
        return statistics

    def _looked_back_on(
        self, absent: Sequence[Expression], months: Assumption
    ) -> dict[str, Statistic]:
        unknown = [all_of(self.where, part) for part in absent]
        if self.where is not None and can_be_unknown(self.where):
            unknown.append(IsUnknown(as_condition(self.where)))
        conditions = {
            "looked_back_on": scope_of(self.where) if self.where is not None else None,
            "unknown_before": reduce(or_, (part for part in unknown if part is not None)),
        }
        return {
            role: replace(self._rows(condition), months_before=months)
            for role, condition in conditions.items()
        }

    def _rows(self, where: Expression | None) -> Statistic:
        return replace(self.rows, where=all_of(self.rows.where, where))

    def _amounts(self, where: Expression | None) -> Statistic:
        return replace(self._rows(where), operation=self.adding, of=self.amount)

    @property
    def read_columns(self) -> tuple[Column, ...]:
        """The columns that decide whether a row counts, or how much."""
        read = (self.where, self.answer, *self.measured)
        terms = (term for part in read if part is not None for term in part.walk())
        return tuple(dict.fromkeys(term for term in terms if isinstance(term, Column)))

    @property
    def undecided_columns(self) -> tuple[Column, ...]:
        """The columns that leave a row undecided where they are blank."""
        conditions = (self.where, self.answer)
        return nullable_columns(*(part for part in conditions if part is not None))

    @property
    def reversed_times(self) -> tuple[Condition, ...]:
        """When a time that a condition compares ends before it starts: the row is undecided."""
        conditions = (self.where, self.answer)
        return tuple(
            is_reversed
            for condition in conditions
            if condition is not None
            for is_reversed in reversed_times(condition)
        )

    @property
    def measured_columns(self) -> tuple[Column, ...]:
        """The columns of which a row that counts must have a value."""
        return nullable_columns(*self.measured)

    @property
    def recorded_columns(self) -> tuple[Column, ...]:
        """The columns that are blank in every row of a cell with no number."""
        return self.measured_columns if self.blank_means_no is None else (self.blank_means_no,)


def all_of(*conditions: Expression | None) -> Expression | None:
    """Join conditions with *and*; None stands for every row."""
    joined = None
    for condition in conditions:
        if condition is not None:
            joined = condition if joined is None else joined & condition
    return joined


def scope_of(condition: Expression) -> Expression | None:
    """Return the parts of a condition that can never be unknown, joined with *and*.

    They say which rows the condition is about at all: of crimes with a flag, it is all crimes. None
    stands for every row.
    """
    return all_of(*(part for part in conjuncts(condition) if not can_be_unknown(part)))


def _without(condition: Expression | None, column: Column) -> Expression | None:
    """Return the parts of a condition that do not read a column, joined with *and*."""
    parts = conjuncts(condition)
    return all_of(*(part for part in parts if all(term is not column for term in part.walk())))


def _compared_term(condition: Expression) -> Column | None:
    """Return the flag or the text that a condition compares; None for any other condition."""
    inner = condition.condition if isinstance(condition, Not) else condition
    term = getattr(inner, "term", getattr(inner, "left", None))
    return term if isinstance(term, Column) and term.dtype in (str, bool) else None


def can_be_unknown(expression: Expression) -> bool:
    """Return whether a condition or a term can be null for a row that keeps its contract."""
    if isinstance(expression, IsNull | IsUnknown | Repeats | InRepeatedHour):
        return False
    if isinstance(expression, Compare) and times_with_readings(expression):
        # Two readings of a local time in the hour that occurs twice may disagree.
        return True
    if isinstance(expression, Compare | IsIn) and reversible(expression):
        return True
    if isinstance(expression, Column):
        return expression.nullable
    if isinstance(expression, Recoded):
        domain = expression.source.domain
        is_total = domain is not None and set(domain) <= set(expression.mapping)
        return expression.source.nullable or not is_total
    return any(can_be_unknown(part) for part in expression.parts)


def is_never_negative(column: Column) -> bool:
    """Return whether the contract of a number column rules out that it is below zero."""
    least = column.bounds.get("ge", column.bounds.get("gt"))
    return isinstance(least, int | float) and least >= 0


def join_columns(columns: Iterable[Column]) -> str:
    """Name columns, joined with *or*."""
    return " or ".join(dict.fromkeys(map(english, columns)))


def describe_blanks(columns: Iterable[Column]) -> str:
    """Say of columns that they are not recorded, or that they may be filled later."""
    columns = tuple(columns)
    return f"{join_columns(columns)} is not recorded{or_not_yet(columns)}"


def describe_undecided(columns: Iterable[Column], are_reversed: Iterable[Expression]) -> str:
    """Say why a row is undecided: a column is blank, or a time ends before it starts."""
    columns = tuple(columns)
    blank = [describe_blanks(columns)] if columns else []
    return ", or ".join(dict.fromkeys((*blank, *map(english, are_reversed))))


def or_not_yet(columns: Iterable[Column]) -> str:
    """Return how a sentence on blanks goes on, if some of the columns are filled later."""
    return ", or not yet" if any(column.filled_later for column in columns) else ""


def nullable_columns(*expressions: Expression) -> tuple[Column, ...]:
    """Return the columns that can leave an expression unknown.

    A blank in a column that must not be blank makes a condition false, and not unknown.
    """
    columns = (_nullable_columns(expression) for expression in expressions)
    return tuple(dict.fromkeys(column for part in columns for column in part))


def _nullable_columns(expression: Expression) -> Iterator[Column]:
    if isinstance(expression, IsNull | IsUnknown | Repeats | InRepeatedHour):
        return
    parts = list(conjuncts(expression))
    filled = [part.condition for part in parts if isinstance(part, Not)]
    required = {id(part.term) for part in filled if isinstance(part, IsNull)}
    if required and len(parts) > 1:
        columns = (column for part in parts for column in _nullable_columns(part))
        yield from (column for column in columns if id(column) not in required)
        return
    if isinstance(expression, Column) and expression.nullable:
        yield expression
    elif isinstance(expression, Recoded):
        yield expression.source
    for part in expression.parts:
        yield from _nullable_columns(part)
